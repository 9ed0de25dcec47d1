// summary.c - the statistics of a results file, from the rows in it.
//
// Typical work: 4,000 scenarios of 180 cells, 6 MB, read once. At 10^6 scenarios the cells are
// taken in blocks of columns that fit the memory; a pass over the file for each.
#include "rows.h"
#include "vintner/statistics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
  COLUMN_BYTES = 192 << 20, // columns in memory at a time
  CHUNK_BYTES = 4 << 20,    // rows in memory at a time
  TILE_ROWS = 32,           // rows turned into columns at a time
  COLUMN_GAP = 8,           // keeps columns of 2^n values out of each other's cache lines
  GAP_BYTES = 4096,         // reading this much more costs less than another system call
};

typedef struct summary {
  vt_results *results;
  vt_h5_pool pool;
  int64_t covered;      // optimal scenarios
  bool *optimal;        // shape [scenarios]
  double *column;       // shape [columns, stride]
  double *figure;       // shape [VT_H5_MOMENTS + quantiles, columns]
  unsigned char *chunk; // rows as they are in the file
  ptrdiff_t stride;     // of column
  ptrdiff_t columns;    // that fit the memory
  vt_slot statistic[VT_H5_MOMENTS + 1];
} summary;

// ---------------------------------------------------------------------------------------------
// Which scenarios count.

static vt_error read_outcomes(summary *s, int64_t count[VT_H5_OUTCOMES]) {
  const int64_t scenarios = s->results->layout->scenarios;
  int8_t status[1 << 14];
  VT_NEW(s->optimal, scenarios);
  for (int64_t first = 0; first < scenarios; first += (int64_t)sizeof status) {
    const int64_t rest = scenarios - first;
    const int64_t some = rest < (int64_t)sizeof status ? rest : (int64_t)sizeof status;
    VT_TRY(vt_results_read_status(s->results, first, some, status));
    for (int64_t i = 0; i < some; i++) {
      const bool known = status[i] >= 0 && status[i] < VT_OUTCOME_COUNT;
      count[known ? status[i] : VT_OUTCOME_COUNT]++;
      s->optimal[first + i] = status[i] == VT_OPTIMAL;
    }
  }
  s->covered = count[VT_OPTIMAL];
  return VT_OK;
}

static vt_error write_counts(vt_results *results, const char *name, const int64_t *count) {
  hid_t dataset;
  VT_H5(results->path, "written", dataset = H5Dopen2(results->file, name, H5P_DEFAULT));
  const herr_t done = H5Dwrite(dataset, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, count);
  (void)H5Dclose(dataset);
  VT_H5(results->path, "written", done);
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------
// Columns of a variable.

// A box of cells that is contiguous within a row, and holds those wanted.
typedef struct box {
  hsize_t start[VT_MAX_DIMENSIONS + 2], count[VT_MAX_DIMENSIONS + 2];
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

static double item_value(vt_storage storage, const void *item, ptrdiff_t index) {
  switch (storage) {
    case VT_STORE_DOUBLE: return ((const double *)item)[index];
    case VT_STORE_SINGLE: return (double)((const float *)item)[index];
    case VT_STORE_INT8: return ((const int8_t *)item)[index];
    case VT_STORE_INT16: return ((const int16_t *)item)[index];
    case VT_STORE_INT32: return ((const int32_t *)item)[index];
  }
  return (double)NAN;
}

// Turn some rows (those of `row`, `rows` of them) into columns. item has shape [rows of the chunk,
// width]; `offset` is where the first wanted cell is in a row.
static void turn_tile(summary *s, vt_storage storage, const void *item, const ptrdiff_t *row,
                      ptrdiff_t rows, ptrdiff_t width, ptrdiff_t offset, ptrdiff_t cells,
                      ptrdiff_t filled) {
  for (ptrdiff_t c = 0; c < cells; c++) {
    double *column = s->column + c * s->stride + filled;
    if (storage == VT_STORE_DOUBLE) {
      const double *value = (const double *)item + offset + c;
      for (ptrdiff_t r = 0; r < rows; r++) column[r] = value[row[r] * width];
    } else {
      for (ptrdiff_t r = 0; r < rows; r++) {
        column[r] = item_value(storage, item, row[r] * width + offset + c);
      }
    }
  }
}

static vt_error read_columns(summary *s, const vt_slot *slot, ptrdiff_t first, ptrdiff_t cells) {
  box b = box_around(slot, first, first + cells - 1);
  const box row_box = whole_row(slot);
  if ((row_box.cells - b.cells) * (ptrdiff_t)slot->item_bytes <= GAP_BYTES) b = row_box;
  const ptrdiff_t row_bytes = b.cells * (ptrdiff_t)slot->item_bytes;
  const int64_t at_once = row_bytes > CHUNK_BYTES ? 1 : CHUNK_BYTES / row_bytes;
  const int64_t scenarios = s->results->layout->scenarios;
  if (row_bytes > CHUNK_BYTES) {
    free(s->chunk);
    VT_NEW(s->chunk, row_bytes);
  }
  ptrdiff_t filled = 0;
  for (int64_t from = 0; from < scenarios; from += at_once) {
    const int64_t rest = scenarios - from;
    const int64_t rows = rest < at_once ? rest : at_once;
    b.start[0] = (hsize_t)from;
    b.count[0] = (hsize_t)rows;
    VT_TRY(vt_slot_read(s->results, slot, b.start, b.count, s->chunk));
    for (int64_t r = 0; r < rows;) {
      ptrdiff_t row[TILE_ROWS], taken = 0;
      for (; r < rows && taken < TILE_ROWS; r++) {
        if (s->optimal[from + r]) row[taken++] = (ptrdiff_t)r;
      }
      turn_tile(s, slot->storage, s->chunk, row, taken, b.cells, first - b.first, cells, filled);
      filled += taken;
    }
  }
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------
// Figures of the columns.

static void compute(summary *s, ptrdiff_t cells) {
  const vt_layout *layout = s->results->layout;
  double quantile[64];
  for (ptrdiff_t c = 0; c < cells; c++) {
    double *column = s->column + c * s->stride;
    vt_moments m;
    vt_moments_of(column, s->covered, &m);
    const double figure[VT_H5_MOMENTS] = {m.mean,           m.variance, m.skewness,
                                          m.standard_error, m.min,      m.max};
    for (int k = 0; k < VT_H5_MOMENTS; k++) s->figure[k * cells + c] = figure[k];
    for (int from = 0; from < layout->quantiles; from += 64) {
      const int some = layout->quantiles - from < 64 ? layout->quantiles - from : 64;
      vt_quantiles_of(column, s->covered, layout->quantile + from, some, quantile);
      for (int q = 0; q < some; q++) {
        s->figure[(VT_H5_MOMENTS + from + q) * cells + c] = quantile[q];
      }
    }
  }
}

// Write cells first..first + cells - 1 of a statistic as boxes: at each step the largest that
// starts at the next cell. The cells' axes are the last ones; those before them (`start`) are
// fixed.
static vt_error write_cells(summary *s, const vt_slot *slot, int leading, hsize_t quantile,
                            ptrdiff_t first, ptrdiff_t cells, const double *value) {
  for (ptrdiff_t at = first; at < first + cells;) {
    hsize_t start[VT_MAX_DIMENSIONS + 2] = {quantile}, count[VT_MAX_DIMENSIONS + 2] = {1};
    ptrdiff_t inside = at, size = 1;
    bool whole = false;
    for (int a = leading; a < slot->axes; a++) {
      const ptrdiff_t inner = inner_cells(slot, a);
      start[a] = whole ? 0 : (hsize_t)(inside / inner);
      count[a] = whole ? slot->extent[a] : 1;
      inside %= inner;
      const ptrdiff_t fit = (first + cells - at) / inner;
      if (whole || inside != 0 || fit == 0) continue;
      const ptrdiff_t left = (ptrdiff_t)(slot->extent[a] - start[a]);
      count[a] = (hsize_t)(fit < left ? fit : left);
      size = (ptrdiff_t)count[a] * inner;
      whole = true;
    }
    VT_TRY(vt_slot_write(s->results, slot, start, count, value + (at - first)));
    at += size;
  }
  return VT_OK;
}

static vt_error write_figures(summary *s, ptrdiff_t first, ptrdiff_t cells) {
  for (int k = 0; k < VT_H5_MOMENTS; k++) {
    VT_TRY(write_cells(s, &s->statistic[k], 0, 0, first, cells, s->figure + k * cells));
  }
  for (int q = 0; q < s->results->layout->quantiles; q++) {
    VT_TRY(write_cells(s, &s->statistic[VT_H5_MOMENTS], 1, (hsize_t)q, first, cells,
                       s->figure + (VT_H5_MOMENTS + q) * cells));
  }
  return VT_OK;
}

static vt_error open_statistics(summary *s, const vt_variable *v, vt_h5_pool *pool) {
  const int wanted = VT_H5_MOMENTS + (s->results->layout->quantiles > 0);
  for (int k = 0; k < wanted; k++) {
    vt_text name = {0};
    vt_error done = vt_text_add(&name, "statistics/%s_%s", v->name,
                                k < VT_H5_MOMENTS ? vt_h5_moment_suffix[k] : "quantile");
    if (done == VT_OK) done = vt_slot_open(s->results, pool, name.bytes, &s->statistic[k]);
    vt_text_free(&name);
    VT_TRY(done);
  }
  return VT_OK;
}

static vt_error summarise_cells(summary *s, int variable, ptrdiff_t first, ptrdiff_t last) {
  for (ptrdiff_t at = first; at < last; at += s->columns) {
    const ptrdiff_t cells = last - at < s->columns ? last - at : s->columns;
    VT_TRY(read_columns(s, &s->results->slot[variable], at, cells));
    compute(s, cells);
    VT_TRY(write_figures(s, at, cells));
  }
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------

static vt_error make_room(summary *s, ptrdiff_t most) {
  s->stride = (ptrdiff_t)s->covered + COLUMN_GAP;
  s->columns = COLUMN_BYTES / (ptrdiff_t)sizeof(double) / s->stride;
  if (s->columns > most) s->columns = most;
  if (s->columns < 1) s->columns = 1;
  VT_NEW(s->column, s->columns * s->stride);
  VT_NEW(s->figure, (VT_H5_MOMENTS + s->results->layout->quantiles) * s->columns);
  VT_NEW(s->chunk, CHUNK_BYTES);
  return VT_OK;
}

// Where the share of a rank begins: shares differ by one cell at most.
static ptrdiff_t share_start(ptrdiff_t total, int rank, int size) {
  return total / size * rank + total % size * rank / size;
}

static vt_error summarise(summary *s, int rank, int size) {
  const vt_layout *layout = s->results->layout;
  int64_t count[VT_H5_OUTCOMES] = {0};
  VT_TRY(read_outcomes(s, count));
  if (rank == 0) {
    VT_TRY(write_counts(s->results, "statistics/outcome_count", count));
    VT_TRY(write_counts(s->results, "statistics/objective_count", &s->covered));
  }
  ptrdiff_t total = 0, most = 0;
  for (int i = 0; i < layout->variables; i++) {
    if (!layout->variable[i].statistics) continue;
    total += layout->variable[i].cells;
    if (most < layout->variable[i].cells) most = layout->variable[i].cells;
  }
  const ptrdiff_t begin = share_start(total, rank, size);
  const ptrdiff_t end = share_start(total, rank + 1, size);
  if (begin == end) return VT_OK;
  VT_TRY(make_room(s, most < end - begin ? most : end - begin));
  ptrdiff_t before = 0;
  for (int i = 0; i < layout->variables; i++) {
    const vt_variable *v = &layout->variable[i];
    if (!v->statistics) continue;
    const ptrdiff_t first = begin > before ? begin - before : 0;
    const ptrdiff_t last = end - before < v->cells ? end - before : v->cells;
    before += v->cells;
    if (first >= last) continue;
    vt_h5_pool pool = {0};
    vt_error done = open_statistics(s, v, &pool);
    if (done == VT_OK) done = summarise_cells(s, i, first, last);
    vt_h5_release(&pool);
    VT_TRY(done);
  }
  return VT_OK;
}

vt_error vt_results_statistics(vt_results *results, int rank, int size) {
  summary s = {.results = results};
  const vt_error done = summarise(&s, rank, size);
  free(s.optimal);
  free(s.column);
  free(s.figure);
  free(s.chunk);
  return done;
}
