// summary.c - moments, quantiles and shares above thresholds, of the whole ensemble and of its
// groups, from the rows of a results file.
//
// Typical work: 4,000 scenarios of 180 cells, 6 MB, read once. At 10^6 scenarios the cells are
// taken in blocks of columns that fit the memory; a pass over the variable for each.
#include "built.h"
#include "derive.h"
#include "sweep.h"
#include "vintner/statistics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
  COLUMN_BYTES = 160 << 20, // columns and their figures in memory at a time
  TILE_ROWS = 32,           // rows turned into columns at a time
  COLUMN_GAP = 8,           // keeps columns of 2^n values out of each other's cache lines
  QUANTILE = VT_H5_MOMENTS, // slots of a variable at work
  EXCEEDANCE,
  SLOTS,
  QUANTILES_AT_ONCE = 64,
};

// The whole ensemble, or its groups: what becomes of the columns of a variable.
typedef struct view {
  int levels;     // axes before those of a statistic
  int64_t groups; // 1 for the whole
  const int64_t *begin;
  double *figure; // shape [VT_H5_MOMENTS + quantiles, groups, columns]
  double *above;  // shape [groups, columns, thresholds]
  vt_slot slot[SLOTS];
} view;

enum { WHOLE, GROUPED, VIEWS };

typedef struct summary {
  const vt_results *rows, *target;
  vt_members members;
  int64_t whole[2];           // where the only group of the whole begins and ends
  const vt_exceedance *above; // of the variable at work, or NULL
  ptrdiff_t first;            // cell of the first column
  double *column;             // shape [columns, stride]
  double *packed;             // what is written at once
  ptrdiff_t stride;           // of column
  ptrdiff_t columns;          // that fit the memory
  int views;
  view view[VIEWS];
} summary;

// ---------------------------------------------------------------------------------------------
// Columns of a variable.

typedef struct turning {
  const summary *s;
  ptrdiff_t cells, filled;
} turning;

// Turn some rows of a piece (those of `row`, `rows` of them) into columns.
static void turn_tile(const turning *t, const vt_sweep_piece *piece, const ptrdiff_t *row,
                      ptrdiff_t rows) {
  for (ptrdiff_t c = 0; c < t->cells; c++) {
    double *column = t->s->column + c * t->s->stride + t->filled;
    if (piece->storage == VT_STORE_DOUBLE) {
      const double *value = (const double *)piece->item + piece->offset + c;
      for (ptrdiff_t r = 0; r < rows; r++) column[r] = value[row[r] * piece->width];
    } else {
      for (ptrdiff_t r = 0; r < rows; r++) column[r] = vt_sweep_value(piece, row[r], c);
    }
  }
}

static void turn_piece(void *context, const vt_sweep_piece *piece) {
  turning *t = context;
  for (int64_t r = 0; r < piece->rows;) {
    ptrdiff_t row[TILE_ROWS], taken = 0;
    for (; r < piece->rows && taken < TILE_ROWS; r++) {
      if (t->s->members.optimal[piece->first + r]) row[taken++] = (ptrdiff_t)r;
    }
    turn_tile(t, piece, row, taken);
    t->filled += taken;
  }
}

// ---------------------------------------------------------------------------------------------
// Figures of the columns.

static void take_moments(const view *w, const double *column, ptrdiff_t c, ptrdiff_t cells) {
  for (int64_t g = 0; g < w->groups; g++) {
    vt_moments m;
    vt_moments_of(column + w->begin[g], w->begin[g + 1] - w->begin[g], &m);
    const double figure[VT_H5_MOMENTS] = {m.mean,           m.variance, m.skewness,
                                          m.standard_error, m.min,      m.max};
    for (int k = 0; k < VT_H5_MOMENTS; k++) w->figure[(k * w->groups + g) * cells + c] = figure[k];
  }
}

// Reorders the values of a group.
static void take_quantiles(const summary *s, const view *w, double *column, ptrdiff_t c,
                           ptrdiff_t cells) {
  const vt_layout *layout = s->target->layout;
  double quantile[QUANTILES_AT_ONCE];
  for (int64_t g = 0; g < w->groups; g++) {
    for (int from = 0; from < layout->quantiles; from += QUANTILES_AT_ONCE) {
      const int rest = layout->quantiles - from;
      const int some = rest < QUANTILES_AT_ONCE ? rest : QUANTILES_AT_ONCE;
      vt_quantiles_of(column + w->begin[g], w->begin[g + 1] - w->begin[g], layout->quantile + from,
                      some, quantile);
      for (int q = 0; q < some; q++)
        w->figure[((QUANTILE + from + q) * w->groups + g) * cells + c] = quantile[q];
    }
  }
}

static void take_shares(const summary *s, const view *w, const double *column, ptrdiff_t c,
                        ptrdiff_t cells) {
  const ptrdiff_t thresholds = s->above->axis.size;
  const bool *asked = s->above->asked + (s->first + c) * thresholds;
  for (int64_t g = 0; g < w->groups; g++) {
    double *share = w->above + (g * cells + c) * thresholds;
    for (ptrdiff_t t = 0; t < thresholds; t++) {
      share[t] = (double)NAN;
      if (asked[t])
        share[t] = vt_share_above(column + w->begin[g], w->begin[g + 1] - w->begin[g],
                                  s->above->axis.number[t]);
    }
  }
}

// The whole first, whose sums are those of the scenarios in their order; its quantiles last, which
// no order changes.
static void compute(summary *s, ptrdiff_t cells) {
  const view *whole = &s->view[WHOLE], *grouped = &s->view[GROUPED];
  for (ptrdiff_t c = 0; c < cells; c++) {
    double *column = s->column + c * s->stride;
    take_moments(whole, column, c, cells);
    if (s->above) take_shares(s, whole, column, c, cells);
    if (s->views > GROUPED) {
      vt_members_sort(&s->members, column);
      take_moments(grouped, column, c, cells);
      if (s->above) take_shares(s, grouped, column, c, cells);
      take_quantiles(s, grouped, column, c, cells);
    }
    take_quantiles(s, whole, column, c, cells);
  }
}

// ---------------------------------------------------------------------------------------------
// Writing them.

// Cells of a statistic that are written: its axes are those of the levels, whole; the quantile's,
// fixed, if it has one; those of the cells; that of the thresholds, whole, if it has one.
typedef struct written_cells {
  const view *w;
  const vt_slot *slot;
  int lead, end; // axes of the cells
  hsize_t quantile;
  ptrdiff_t first, cells, inside; // inside: numbers of a cell
} written_cells;

static ptrdiff_t inner_cells(const written_cells *x, int axis) {
  ptrdiff_t cells = 1;
  for (int a = axis + 1; a < x->end; a++) cells *= (ptrdiff_t)x->slot->extent[a];
  return cells;
}

// The largest box that starts at cell `at`; its number of cells.
static ptrdiff_t choose_box(const written_cells *x, ptrdiff_t at, hsize_t *start, hsize_t *count) {
  ptrdiff_t inside = at, size = 1;
  bool whole = false;
  for (int a = x->lead; a < x->end; a++) {
    const ptrdiff_t inner = inner_cells(x, a);
    start[a] = whole ? 0 : (hsize_t)(inside / inner);
    count[a] = whole ? x->slot->extent[a] : 1;
    inside %= inner;
    const ptrdiff_t fit = (x->first + x->cells - at) / inner;
    if (whole || inside != 0 || fit == 0) continue;
    const ptrdiff_t left = (ptrdiff_t)(x->slot->extent[a] - start[a]);
    count[a] = (hsize_t)(fit < left ? fit : left);
    size = (ptrdiff_t)count[a] * inner;
    whole = true;
  }
  return size;
}

// value has shape [groups, cells, inside].
static vt_error write_cells(const summary *s, const written_cells *x, const double *value) {
  hsize_t start[VT_SLOT_AXES] = {0}, count[VT_SLOT_AXES];
  for (int a = 0; a < x->slot->axes; a++) count[a] = x->slot->extent[a];
  if (x->lead > x->w->levels) {
    start[x->w->levels] = x->quantile;
    count[x->w->levels] = 1;
  }
  for (ptrdiff_t at = x->first; at < x->first + x->cells;) {
    const ptrdiff_t size = choose_box(x, at, start, count);
    const size_t bytes = (size_t)(size * x->inside) * sizeof *value;
    for (int64_t g = 0; g < x->w->groups; g++)
      memcpy(s->packed + g * size * x->inside, value + (g * x->cells + at - x->first) * x->inside,
             bytes);
    VT_TRY(vt_slot_write(s->target, x->slot, start, count, s->packed));
    at += size;
  }
  return VT_OK;
}

static vt_error write_view(const summary *s, const view *w, ptrdiff_t cells) {
  written_cells x = {.w = w, .lead = w->levels, .first = s->first, .cells = cells, .inside = 1};
  for (int k = 0; k < VT_H5_MOMENTS; k++) {
    x.slot = &w->slot[k];
    x.end = x.slot->axes;
    VT_TRY(write_cells(s, &x, w->figure + k * w->groups * cells));
  }
  if (s->above) {
    x.slot = &w->slot[EXCEEDANCE];
    x.end = x.slot->axes - 1;
    x.inside = s->above->axis.size;
    VT_TRY(write_cells(s, &x, w->above));
    x.inside = 1;
  }
  x.slot = &w->slot[QUANTILE];
  x.lead++;
  for (int q = 0; q < s->target->layout->quantiles; q++) {
    x.end = x.slot->axes;
    x.quantile = (hsize_t)q;
    VT_TRY(write_cells(s, &x, w->figure + (QUANTILE + q) * w->groups * cells));
  }
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------
// A variable.

static vt_error open_view(const summary *s, const vt_variable *v, int place, vt_h5_pool *pool,
                          view *w) {
  for (int k = 0; k < SLOTS; k++) {
    const bool wanted = k == EXCEEDANCE ? s->above != NULL
                        : k == QUANTILE ? s->target->layout->quantiles > 0
                                        : true;
    const char *suffix = k == EXCEEDANCE ? "exceedance"
                         : k == QUANTILE ? "quantile"
                                         : vt_h5_moment_suffix[k];
    if (wanted)
      VT_TRY(vt_statistics_open(s->target, place == GROUPED, pool, v->name, suffix, &w->slot[k]));
  }
  return VT_OK;
}

static void find_thresholds(summary *s, int variable) {
  const vt_summary *asked = s->target->layout->summary;
  s->above = NULL;
  for (int e = 0; asked && e < asked->exceedances; e++) {
    if (asked->exceedance[e].variable == variable) s->above = &asked->exceedance[e];
  }
}

static vt_error summarise_cells(summary *s, int variable, ptrdiff_t first, ptrdiff_t last) {
  for (ptrdiff_t at = first; at < last; at += s->columns) {
    turning t = {.s = s, .cells = last - at < s->columns ? last - at : s->columns};
    s->first = at;
    VT_TRY(vt_sweep(s->rows, &s->rows->slot[variable], at, t.cells, turn_piece, &t));
    compute(s, t.cells);
    for (int w = 0; w < s->views; w++) VT_TRY(write_view(s, &s->view[w], t.cells));
  }
  return VT_OK;
}

static vt_error summarise_variable(summary *s, int variable, ptrdiff_t first, ptrdiff_t last) {
  const vt_variable *v = &s->target->layout->variable[variable];
  vt_h5_pool pool = {0};
  vt_error done = VT_OK;
  find_thresholds(s, variable);
  for (int w = 0; w < s->views && done == VT_OK; w++) done = open_view(s, v, w, &pool, &s->view[w]);
  if (done == VT_OK) done = summarise_cells(s, variable, first, last);
  vt_h5_release(&pool);
  return done;
}

// ---------------------------------------------------------------------------------------------

static ptrdiff_t most_thresholds(const vt_layout *layout) {
  ptrdiff_t most = 0;
  for (int e = 0; layout->summary && e < layout->summary->exceedances; e++) {
    const ptrdiff_t size = layout->summary->exceedance[e].axis.size;
    most = size > most ? size : most;
  }
  return most;
}

static vt_error make_room(summary *s, ptrdiff_t most) {
  const ptrdiff_t figures = VT_H5_MOMENTS + s->target->layout->quantiles;
  const ptrdiff_t above = most_thresholds(s->target->layout);
  const ptrdiff_t widest = above > 1 ? above : 1;
  ptrdiff_t groups = 0, largest = 0;
  for (int w = 0; w < s->views; w++) {
    groups += (ptrdiff_t)s->view[w].groups;
    largest = s->view[w].groups > largest ? (ptrdiff_t)s->view[w].groups : largest;
  }
  s->stride = (ptrdiff_t)s->members.covered + COLUMN_GAP;
  const ptrdiff_t numbers = s->stride + groups * (figures + above) + largest * widest;
  s->columns = COLUMN_BYTES / (ptrdiff_t)sizeof(double) / numbers;
  if (s->columns > most) s->columns = most;
  if (s->columns < 1) s->columns = 1;
  VT_NEW(s->column, s->columns * s->stride);
  VT_NEW(s->packed, s->columns * largest * widest);
  for (int w = 0; w < s->views; w++) {
    VT_NEW(s->view[w].figure, figures * s->view[w].groups * s->columns);
    VT_NEW(s->view[w].above, above * s->view[w].groups * s->columns);
  }
  return VT_OK;
}

static void drop_room(summary *s) {
  free(s->column);
  free(s->packed);
  for (int w = 0; w < s->views; w++) {
    free(s->view[w].figure);
    free(s->view[w].above);
  }
}

static void choose_views(summary *s) {
  const vt_summary *asked = s->target->layout->summary;
  s->whole[1] = s->members.covered;
  s->view[WHOLE] = (view){.groups = 1, .begin = s->whole};
  s->views = 1;
  if (s->members.groups == 0) return;
  s->view[GROUPED] =
      (view){.levels = asked->groupings, .groups = s->members.groups, .begin = s->members.begin};
  s->views = VIEWS;
}

static vt_error summarise_share(summary *s, ptrdiff_t begin, ptrdiff_t end) {
  const vt_layout *layout = s->target->layout;
  ptrdiff_t before = 0;
  for (int i = 0; i < layout->variables; i++) {
    const vt_variable *v = &layout->variable[i];
    if (!v->statistics) continue;
    const ptrdiff_t first = begin > before ? begin - before : 0;
    const ptrdiff_t last = end - before < v->cells ? end - before : v->cells;
    before += v->cells;
    if (first < last) VT_TRY(summarise_variable(s, i, first, last));
  }
  return VT_OK;
}

static vt_error summarise(summary *s, int rank, int size) {
  const vt_layout *layout = s->target->layout;
  ptrdiff_t total = 0, most = 0;
  for (int i = 0; i < layout->variables; i++) {
    if (!layout->variable[i].statistics) continue;
    total += layout->variable[i].cells;
    if (most < layout->variable[i].cells) most = layout->variable[i].cells;
  }
  const ptrdiff_t begin = vt_share_start(total, rank, size);
  const ptrdiff_t end = vt_share_start(total, rank + 1, size);
  if (begin == end) return VT_OK;
  choose_views(s);
  VT_TRY(make_room(s, most < end - begin ? most : end - begin));
  return summarise_share(s, begin, end);
}

vt_error vt_statistics_fill(const vt_derivation *d) {
  summary s = {.rows = d->rows, .target = d->target};
  vt_error done = vt_members_read(d->rows, d->target->layout->summary, &s.members);
  if (done == VT_OK) done = summarise(&s, d->rank, d->size);
  drop_room(&s);
  if (done == VT_OK) done = vt_built_fill(d, &s.members);
  vt_members_close(&s.members);
  return done;
}

// ---------------------------------------------------------------------------------------------
// How many scenarios they cover: last, so that what was left in the middle does not look whole.

static vt_error write_counts(const vt_results *target, const char *folder, const char *name,
                             const int64_t *count) {
  vt_text path = {0};
  hid_t dataset = -1;
  herr_t put = -1;
  if (vt_text_add(&path, "statistics/%s%s%s", folder, folder[0] ? "/" : "", name) == VT_OK)
    dataset = vt_h5_open_dataset(target->file, path.bytes);
  vt_text_free(&path);
  if (dataset >= 0) put = H5Dwrite(dataset, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, count);
  if (dataset >= 0) (void)H5Dclose(dataset);
  VT_H5(target->path, "written", put);
  return VT_OK;
}

static vt_error write_group_counts(const vt_results *target, const vt_members *m) {
  const char *folder = target->layout->summary->group_name;
  int64_t *covered;
  VT_NEW(covered, m->groups);
  for (int64_t g = 0; g < m->groups; g++) covered[g] = m->begin[g + 1] - m->begin[g];
  vt_error done = write_counts(target, folder, "outcome_count", m->group_outcome);
  if (done == VT_OK) done = write_counts(target, folder, "objective_count", covered);
  free(covered);
  return done;
}

vt_error vt_statistics_seal(const vt_derivation *d) {
  vt_members m = {0};
  vt_error done = vt_members_read(d->rows, d->target->layout->summary, &m);
  if (done == VT_OK && m.groups > 0) done = write_group_counts(d->target, &m);
  if (done == VT_OK) done = write_counts(d->target, "", "outcome_count", m.outcome);
  if (done == VT_OK) done = write_counts(d->target, "", "objective_count", &m.covered);
  vt_members_close(&m);
  return done;
}
