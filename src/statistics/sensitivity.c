// sensitivity.c - Sobol indices of saltelli designs, effects of morris designs.
#include "resample.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const vt_estimate nothing = {(double)NAN, (double)NAN, (double)NAN};

// Whether all of `count` values are there.
static bool all_finite(const double *value, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i++) {
    if (!isfinite(value[i])) return false;
  }
  return true;
}

// ---------------------------------------------------------------------------------------------
// Sobol indices. Each is the mean of a product over the groups, over V; so is V, by the sums of A
// and B and of their squares.

enum {
  BLOCK_COLUMNS = 512, // indices of second order grow with the square of the inputs
  SUM = 0,             // A + B
  SQUARES = 1,         // A^2 + B^2
  SPREAD_COLUMNS = 2,  // those two
};

typedef enum index_order { FIRST, TOTAL, SECOND } index_order;

typedef struct index_column {
  index_order order;
  int j, k;
  vt_estimate *estimate;
} index_column;

typedef struct sobol {
  const vt_bootstrap *bootstrap;
  const vt_saltelli *design;
  const double *f; // shape [n, rows of a group], centred
  int64_t n;
  const index_column *column; // shape [columns], of a block
  int columns;
} sobol;

ptrdiff_t vt_saltelli_rows(const vt_saltelli *design) {
  return (ptrdiff_t)design->inputs * (design->second_order ? 2 : 1) + 2;
}

// What a column holds in one group; its sum over the groups is n V times the index.
static double product(const sobol *s, const index_column *c, const double *group) {
  const double a = group[0], b = group[vt_saltelli_rows(s->design) - 1];
  const double *ab = group + 1, *ba = ab + s->design->inputs;
  const double first = b * (ab[c->j] - a);
  switch (c->order) {
    case FIRST: return first;
    case TOTAL: return 0.5 * (a - ab[c->j]) * (a - ab[c->j]);
    case SECOND: return ba[c->j] * ab[c->k] - a * b - first - b * (ab[c->k] - a);
  }
  return (double)NAN;
}

static void fill_products(const void *context, int64_t first, int rows, ptrdiff_t stride,
                          double *value) {
  const sobol *s = context;
  const ptrdiff_t width = vt_saltelli_rows(s->design);
  for (int r = 0; r < rows; r++, value += stride) {
    const double *group = s->f + (first + r) * width;
    const double a = group[0], b = group[width - 1];
    value[SUM] = a + b;
    value[SQUARES] = a * a + b * b;
    for (int c = 0; c < s->columns; c++)
      value[SPREAD_COLUMNS + c] = product(s, &s->column[c], group);
  }
}

// Variance of A and B together; NaN where rounding is all that there is of it.
static double variance(const double *mean) {
  const double centre = mean[SUM] / 2, square = mean[SQUARES] / 2;
  const double v = square - centre * centre;
  return v > 1e-12 * square ? v : (double)NAN;
}

static void set_estimates(const sobol *s, const double *mean, double *value) {
  const int columns = SPREAD_COLUMNS + s->columns;
  for (int c = 0; c < s->columns; c++) {
    const double *at = mean + SPREAD_COLUMNS + c;
    vt_estimate *e = s->column[c].estimate;
    e->value = at[0] / variance(mean);
    for (ptrdiff_t b = 0; b < s->bootstrap->resamples; b++)
      value[b] = at[(1 + b) * columns] / variance(mean + (1 + b) * columns);
    vt_resample_interval(s->bootstrap, value, e);
  }
}

static vt_error estimate_block(const sobol *s, double *mean, double *value) {
  const vt_columns all = {
      .n = s->n, .count = SPREAD_COLUMNS + s->columns, .fill = fill_products, .context = s};
  VT_TRY(vt_resample_means(s->bootstrap, &all, mean));
  set_estimates(s, mean, value);
  return VT_OK;
}

// Which indices there are.
static ptrdiff_t list_columns(int inputs, vt_estimate *first, vt_estimate *total,
                              vt_estimate *second, index_column *column) {
  ptrdiff_t count = 0;
  for (int j = 0; j < inputs; j++) {
    column[count++] = (index_column){FIRST, j, j, &first[j]};
    column[count++] = (index_column){TOTAL, j, j, &total[j]};
    for (int k = j + 1; second && k < inputs; k++)
      column[count++] = (index_column){SECOND, j, k, &second[(ptrdiff_t)j * inputs + k]};
  }
  return count;
}

static vt_error estimate(sobol *s, const index_column *column, ptrdiff_t columns) {
  const ptrdiff_t most = columns < BLOCK_COLUMNS ? columns : BLOCK_COLUMNS;
  const ptrdiff_t resamples = s->bootstrap->resamples;
  double *mean, *value;
  VT_NEW(mean, (1 + resamples) * (SPREAD_COLUMNS + most) + resamples);
  value = mean + (1 + resamples) * (SPREAD_COLUMNS + most);
  vt_error done = VT_OK;
  for (ptrdiff_t from = 0; from < columns && done == VT_OK; from += most) {
    s->column = column + from;
    s->columns = (int)(columns - from < most ? columns - from : most);
    done = estimate_block(s, mean, value);
  }
  free(mean);
  return done;
}

// Groups without a missing value to the front, centred. Whether A and B have any spread.
static bool pack_groups(sobol *s, double *f) {
  const ptrdiff_t width = vt_saltelli_rows(s->design);
  double min = HUGE_VAL, max = -HUGE_VAL;
  for (int64_t g = 0; g < s->design->groups; g++) {
    const double *group = f + g * width;
    if (!all_finite(group, width)) continue;
    const double a = group[0], b = group[width - 1];
    min = fmin(min, fmin(a, b));
    max = fmax(max, fmax(a, b));
    memmove(f + s->n++ * width, group, (size_t)width * sizeof *f);
  }
  vt_moments all;
  vt_moments_of(f, s->n * width, &all);
  for (int64_t i = 0; i < s->n * width; i++) f[i] -= all.mean;
  return s->n > 0 && !vt_no_spread(min, max);
}

vt_error vt_sobol_indices(const vt_bootstrap *bootstrap, const vt_saltelli *design, double *f,
                          int64_t *used, vt_estimate *first, vt_estimate *total,
                          vt_estimate *second) {
  const ptrdiff_t d = design->inputs;
  sobol s = {.bootstrap = bootstrap, .design = design, .f = f};
  for (ptrdiff_t j = 0; j < d; j++) first[j] = total[j] = nothing;
  for (ptrdiff_t j = 0; second && j < d * d; j++) second[j] = nothing;
  const bool varies = pack_groups(&s, f);
  *used = s.n;
  if (!varies) return VT_OK;
  index_column *column;
  VT_NEW(column, 2 * d + (second ? d * (d - 1) / 2 : 0));
  const vt_error done = estimate(&s, column, list_columns((int)d, first, total, second, column));
  free(column);
  return done;
}

// ---------------------------------------------------------------------------------------------
// Effects of trajectories.

typedef struct effect_table {
  double *size; // shape [n, inputs]: what fill_sizes hands out
  int inputs;
} effect_table;

static void fill_sizes(const void *context, int64_t first, int rows, ptrdiff_t stride,
                       double *value) {
  const effect_table *t = context;
  for (int r = 0; r < rows; r++) {
    const double *size = t->size + (first + r) * t->inputs;
    for (int j = 0; j < t->inputs; j++) value[r * stride + j] = size[j];
  }
}

// Effects of the trajectories without a missing value. effect: shape [count, inputs]
static int64_t list_effects(const vt_trajectories *design, const double *f, double *effect) {
  const ptrdiff_t d = design->inputs;
  int64_t n = 0;
  for (int64_t t = 0; t < design->count; t++) {
    const double *y = f + t * (d + 1);
    if (!all_finite(y, d + 1)) continue;
    for (ptrdiff_t i = 0; i < d; i++)
      effect[n * d + design->moved[t * d + i]] = (y[i + 1] - y[i]) / design->step[t * d + i];
    n++;
  }
  return n;
}

// column, mean: room for what the names say.
static vt_error measure(const vt_bootstrap *bootstrap, effect_table *t, int64_t n, double *column,
                        double *mean, vt_effects *effects) {
  const int d = t->inputs;
  for (int j = 0; j < d; j++) {
    vt_moments m;
    for (int64_t i = 0; i < n; i++) column[i] = t->size[i * d + j];
    vt_moments_of(column, n, &m);
    effects[j].mu = m.mean;
    effects[j].sigma = sqrt(m.variance);
  }
  for (int64_t i = 0; i < n * d; i++) t->size[i] = fabs(t->size[i]);
  const vt_columns all = {.n = n, .count = d, .fill = fill_sizes, .context = t};
  VT_TRY(vt_resample_means(bootstrap, &all, mean));
  for (int j = 0; j < d; j++) {
    effects[j].mu_star.value = mean[j];
    for (ptrdiff_t b = 0; b < bootstrap->resamples; b++) column[b] = mean[(1 + b) * d + j];
    vt_resample_interval(bootstrap, column, &effects[j].mu_star);
  }
  return VT_OK;
}

vt_error vt_effects_of(const vt_bootstrap *bootstrap, const vt_trajectories *design,
                       const double *f, int64_t *used, vt_effects *effects) {
  const ptrdiff_t d = design->inputs, cells = (ptrdiff_t)design->count * d;
  const ptrdiff_t means = (1 + (ptrdiff_t)bootstrap->resamples) * d;
  const ptrdiff_t longest =
      design->count > bootstrap->resamples ? (ptrdiff_t)design->count : bootstrap->resamples;
  effect_table t = {.inputs = (int)d};
  for (ptrdiff_t j = 0; j < d; j++) effects[j] = (vt_effects){(double)NAN, (double)NAN, nothing};
  VT_NEW(t.size, cells + means + longest);
  *used = list_effects(design, f, t.size);
  double *mean = t.size + cells, *column = mean + means;
  const vt_error done = *used > 0 ? measure(bootstrap, &t, *used, column, mean, effects) : VT_OK;
  free(t.size);
  return done;
}
