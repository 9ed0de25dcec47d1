// sweep.c - some cells of all rows: what is read at once is contiguous within a row.
#include "sweep.h"

#include <math.h>
#include <stdlib.h>

enum {
  PIECE_BYTES = 4 << 20, // rows in memory at a time
  GAP_BYTES = 4096,      // reading this much more costs less than another system call
};

// A box of cells that is contiguous within a row, and holds those wanted.
typedef struct box {
  hsize_t start[VT_SLOT_AXES], count[VT_SLOT_AXES];
  ptrdiff_t first, cells;
} box;

static ptrdiff_t inner_cells(const vt_slot *slot, int axis) {
  ptrdiff_t cells = 1;
  for (int a = axis + 1; a < slot->axes; a++) cells *= (ptrdiff_t)slot->extent[a];
  return cells;
}

static box whole_row(const vt_slot *slot) {
  box b = {.cells = inner_cells(slot, 0)};
  for (int a = 1; a < slot->axes; a++) b.count[a] = slot->extent[a];
  return b;
}

// The smallest such box around cells first..last: leading axes fixed, one a range, others whole.
static box box_around(const vt_slot *slot, ptrdiff_t first, ptrdiff_t last) {
  box b = whole_row(slot);
  ptrdiff_t base = 0;
  for (int a = 1; a < slot->axes; a++) {
    const ptrdiff_t inner = inner_cells(slot, a);
    const ptrdiff_t low = (first - base) / inner, high = (last - base) / inner;
    b.start[a] = (hsize_t)low;
    b.count[a] = (hsize_t)(high - low + 1);
    base += low * inner;
    b.cells = (high - low + 1) * inner;
    if (high > low) break;
  }
  b.first = base;
  return b;
}

double vt_sweep_value(const vt_sweep_piece *piece, int64_t row, ptrdiff_t cell) {
  const ptrdiff_t index = (ptrdiff_t)row * piece->width + piece->offset + cell;
  switch (piece->storage) {
    case VT_STORE_DOUBLE: return ((const double *)piece->item)[index];
    case VT_STORE_SINGLE: return (double)((const float *)piece->item)[index];
    case VT_STORE_INT8: return ((const int8_t *)piece->item)[index];
    case VT_STORE_INT16: return ((const int16_t *)piece->item)[index];
    case VT_STORE_INT32: return ((const int32_t *)piece->item)[index];
    case VT_STORE_INT64: break; // of constants alone
  }
  return (double)NAN;
}

static vt_error sweep_box(const vt_results *rows, const vt_slot *slot, box *b, int64_t at_once,
                          vt_sweep_piece *piece, void *item, vt_sweep_take *take, void *context) {
  const int64_t scenarios = (int64_t)slot->extent[0];
  for (int64_t from = 0; from < scenarios; from += at_once) {
    const int64_t rest = scenarios - from;
    piece->first = from;
    piece->rows = rest < at_once ? rest : at_once;
    b->start[0] = (hsize_t)from;
    b->count[0] = (hsize_t)piece->rows;
    VT_TRY(vt_slot_read(rows, slot, b->start, b->count, item));
    take(context, piece);
  }
  return VT_OK;
}

vt_error vt_sweep(const vt_results *rows, const vt_slot *slot, ptrdiff_t first, ptrdiff_t cells,
                  vt_sweep_take *take, void *context) {
  box b = box_around(slot, first, first + cells - 1);
  const box row = whole_row(slot);
  if ((row.cells - b.cells) * (ptrdiff_t)slot->item_bytes <= GAP_BYTES) b = row;
  const ptrdiff_t row_bytes = b.cells * (ptrdiff_t)slot->item_bytes;
  const int64_t at_once = row_bytes > PIECE_BYTES ? 1 : PIECE_BYTES / row_bytes;
  char *item;
  VT_NEW(item, row_bytes * (ptrdiff_t)at_once);
  vt_sweep_piece piece = {
      .storage = slot->storage, .item = item, .width = b.cells, .offset = first - b.first};
  const vt_error swept = sweep_box(rows, slot, &b, at_once, &piece, item, take, context);
  free(item);
  return swept;
}
