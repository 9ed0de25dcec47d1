// sweep.h - reading some cells of all rows, piece by piece; private to the room.
#ifndef VT_RESULTS_SWEEP_H
#define VT_RESULTS_SWEEP_H

#include "rows.h"

/// Rows first..first + rows - 1 of a variable, as they are in the file: item has shape
/// [rows, width], in which the cells that were asked for begin at `offset`.
typedef struct vt_sweep_piece {
  int64_t first, rows;
  vt_storage storage;
  const void *item;
  ptrdiff_t width, offset;
} vt_sweep_piece;

/// A number of a piece: `row` counts from its first one, `cell` from the first that was asked for.
double vt_sweep_value(const vt_sweep_piece *piece, int64_t row, ptrdiff_t cell);

typedef void vt_sweep_take(void *context, const vt_sweep_piece *piece);

/// Have cells first..first + cells - 1 of all rows taken, in the order of the rows.
///
/// Not collective. Memory: 4 MB, unless a row alone takes more.
vt_error vt_sweep(const vt_results *rows, const vt_slot *slot, ptrdiff_t first, ptrdiff_t cells,
                  vt_sweep_take *take, void *context);

#endif
