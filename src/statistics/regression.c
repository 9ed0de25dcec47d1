// regression.c - standardised regression, partial rank and rank correlations, with intervals.
//
// Typical work: 1,000 resamples of 10^4 rows, 8 inputs and 2 outputs. Columns are sorted once; in a
// resample, which is how often it has each row, mean ranks come of running sums of that in sorted
// order. What inputs have among themselves is worked out once for all outputs.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fit.h"
#include "resample.h"

enum {
  TILE_ROWS = 256,             // rows with their weights in the first-level cache
  LANES = 4,                   // independent partial sums
  NEW_VALUE = (int)(1U << 30), // in a sorted column: greater than the one before it
  MOST_ROWS = NEW_VALUE - 1,   // that a place in a column can tell
  MEASURES = 3                 // src, prcc, spearman
};

typedef struct regress {
  const vt_bootstrap *bootstrap;
  vt_regression *r;
  int64_t n;
  int inputs;       // those with a spread
  int *input;       // shape [inputs]: which they are
  int columns;      // inputs, then outputs
  double **value;   // shape [columns]: of n, standardised
  int32_t **sorted; // shape [columns]: rows by ascending value
  double **rank;    // shape [columns]: less the mean rank
  uint32_t *count;  // shape [n]: of the resample
  double *tile;     // shape [columns, TILE_ROWS]
  double *weighted; // shape [TILE_ROWS]
  double *product;  // shape [columns, 1 + inputs + 1]: sums of w z, w z z', w z z
  double *among;    // shape [inputs, inputs]: correlations
  double *with;     // shape [outputs, inputs]
  double *b;        // shape [inputs]
  double *sample;   // shape [MEASURES, outputs, inputs, resamples]
  vt_fit fit;
} regress;

// ---------------------------------------------------------------------------------------------
// Rows and columns.

static bool row_is_whole(const vt_regression *r, int64_t row) {
  for (int j = 0; j < r->inputs; j++) {
    if (!isfinite(r->x[j * r->rows + row])) return false;
  }
  for (int o = 0; o < r->outputs; o++) {
    if (!isfinite(r->y[o * r->rows + row])) return false;
  }
  return true;
}

// Whole rows to the front of each column.
static void pack_rows(vt_regression *r) {
  int64_t used = 0;
  for (int64_t row = 0; row < r->rows; row++) {
    if (!row_is_whole(r, row)) continue;
    for (int j = 0; j < r->inputs; j++) r->x[j * r->rows + used] = r->x[j * r->rows + row];
    for (int o = 0; o < r->outputs; o++) r->y[o * r->rows + used] = r->y[o * r->rows + row];
    used++;
  }
  r->used = used;
}

typedef struct ranked {
  double value;
  int32_t row;
} ranked;

static int by_value(const void *left, const void *right) {
  const ranked *a = left, *b = right;
  if (a->value != b->value) return a->value < b->value ? -1 : 1;
  return (a->row > b->row) - (a->row < b->row);
}

// Sort a column, then standardise it. room: shape [n]
static bool prepare_column(double *value, int64_t n, ranked *room, int32_t *sorted) {
  vt_moments m;
  vt_moments_of(value, n, &m);
  for (int64_t i = 0; i < n; i++) room[i] = (ranked){value[i], (int32_t)i};
  qsort(room, (size_t)n, sizeof *room, by_value);
  for (int64_t i = 0; i < n; i++) {
    const bool greater = i > 0 && room[i].value > room[i - 1].value;
    sorted[i] = room[i].row | (greater ? NEW_VALUE : 0);
  }
  if (vt_no_spread(m.min, m.max)) return false;
  const double deviation = sqrt(m.variance);
  for (int64_t i = 0; i < n; i++) value[i] = (value[i] - m.mean) / deviation;
  return true;
}

// The inputs with a spread, and all outputs: those without are noughts.
static vt_error prepare(regress *s, ranked *room) {
  vt_regression *r = s->r;
  for (int j = 0; j < r->inputs; j++) {
    double *x = r->x + j * r->rows;
    VT_NEW(s->sorted[s->inputs], s->n);
    s->value[s->inputs] = x;
    if (prepare_column(x, s->n, room, s->sorted[s->inputs])) {
      s->input[s->inputs++] = j;
    } else {
      free(s->sorted[s->inputs]);
      s->sorted[s->inputs] = NULL;
    }
  }
  s->columns = s->inputs + r->outputs;
  for (int o = 0; o < r->outputs; o++) {
    const int c = s->inputs + o;
    VT_NEW(s->sorted[c], s->n);
    s->value[c] = r->y + o * r->rows;
    if (!prepare_column(s->value[c], s->n, room, s->sorted[c]))
      memset(s->value[c], 0, (size_t)s->n * sizeof(double));
  }
  return VT_OK;
}

// Mean ranks in the resample, less (n + 1) / 2, which is their mean.
static void rank_column(const regress *s, const int32_t *sorted, double *rank) {
  const double centre = 0.5 * (double)(s->n + 1);
  int64_t before = 0;
  for (int64_t i = 0, next; i < s->n; i = next) {
    int64_t equal = s->count[sorted[i] & MOST_ROWS];
    for (next = i + 1; next < s->n && !(sorted[next] & NEW_VALUE); next++)
      equal += s->count[sorted[next]];
    const double mean = (double)before + 0.5 * (double)(equal + 1) - centre;
    for (int64_t k = i; k < next; k++) rank[sorted[k] & MOST_ROWS] = mean;
    before += equal;
  }
}

// ---------------------------------------------------------------------------------------------
// Correlations in a resample.

static double dot(const double *a, const double *b, int count) {
  double sum[LANES] = {0};
  int i = 0;
  for (; i + LANES <= count; i += LANES) {
    for (int lane = 0; lane < LANES; lane++) sum[lane] += a[i + lane] * b[i + lane];
  }
  for (; i < count; i++) sum[0] += a[i] * b[i];
  return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

// Rows of a tile that are in the resample; how many.
static int gather(const regress *s, double *const *column, int64_t first, double *weight) {
  int row[TILE_ROWS], rows = 0;
  const int64_t most = s->n - first < TILE_ROWS ? s->n - first : TILE_ROWS;
  for (int i = 0; i < most; i++) {
    weight[rows] = (double)s->count[first + i];
    row[rows] = i;
    rows += s->count[first + i] > 0;
  }
  for (int c = 0; c < s->columns; c++) {
    double *tile = s->tile + c * TILE_ROWS;
    for (int i = 0; i < rows; i++) tile[i] = column[c][first + row[i]];
  }
  return rows;
}

static void add_products(const regress *s, double *const *column) {
  const ptrdiff_t width = s->inputs + 2;
  double weight[TILE_ROWS];
  memset(s->product, 0, (size_t)(s->columns * width) * sizeof *s->product);
  for (int64_t first = 0; first < s->n; first += TILE_ROWS) {
    const int rows = gather(s, column, first, weight);
    for (int c = 0; c < s->columns; c++) {
      const double *z = s->tile + c * TILE_ROWS;
      double *sum = s->product + c * width;
      for (int i = 0; i < rows; i++) s->weighted[i] = weight[i] * z[i];
      sum[0] += dot(weight, z, rows);
      const int others = c < s->inputs ? c : s->inputs;
      for (int j = 0; j < others; j++)
        sum[1 + j] += dot(s->weighted, s->tile + j * TILE_ROWS, rows);
      sum[1 + s->inputs] += dot(s->weighted, z, rows);
    }
  }
}

// Standard deviation of a column, NaN where rounding is all that there is of it.
static double deviation(const regress *s, int c) {
  const double *sum = s->product + c * (ptrdiff_t)(s->inputs + 2), n = (double)s->n;
  const double mean = sum[0] / n, square = sum[1 + s->inputs] / n;
  const double variance = square - mean * mean;
  return variance > 1e-12 * square ? sqrt(variance) : (double)NAN;
}

static double correlation(const regress *s, int c, int j) {
  const ptrdiff_t width = s->inputs + 2;
  const double n = (double)s->n, *sum = s->product + c * width, *other = s->product + j * width;
  const double covariance = sum[1 + j] / n - sum[0] / n * (other[0] / n);
  return covariance / (deviation(s, c) * deviation(s, j));
}

// Correlations of columns in the resample: among inputs and with outputs.
static void correlate(const regress *s, double *const *column) {
  add_products(s, column);
  for (int i = 0; i < s->inputs; i++) {
    for (int j = 0; j < i; j++) s->among[(ptrdiff_t)i * s->inputs + j] = correlation(s, i, j);
    s->among[(ptrdiff_t)i * s->inputs + i] = isnan(deviation(s, i)) ? (double)NAN : 1;
  }
  for (int o = 0; o < s->r->outputs; o++) {
    for (int j = 0; j < s->inputs; j++)
      s->with[(ptrdiff_t)o * s->inputs + j] = correlation(s, s->inputs + o, j);
  }
}

// Partial correlation, of a coefficient b: the output's variance that all inputs leave is `left`,
// of it input j had b^2 / precision.
static double partial(double b, double precision, double left) {
  const double without = fmax(left, 0) + b * b / precision;
  return without > 1e-12 ? b / sqrt(precision * without) : (double)NAN;
}

// Measures of the resample. out: shape [MEASURES, outputs, inputs], its numbers `stride` apart; r2:
// shape [outputs], or NULL. Whether no input is a function of others.
static bool measure(regress *s, double *out, ptrdiff_t stride, double *r2) {
  const ptrdiff_t d = s->inputs, cells = s->r->outputs * d;
  double *src = out, *prcc = out + cells * stride, *spearman = prcc + cells * stride;
  correlate(s, s->value);
  const bool values_fit = vt_fit_factor(&s->fit, s->among);
  for (ptrdiff_t o = 0; o < s->r->outputs; o++) {
    const double explained = vt_fit_solve(&s->fit, s->with + o * d, s->b);
    if (r2) r2[o] = values_fit ? explained : (double)NAN;
    for (ptrdiff_t j = 0; j < d; j++)
      src[(o * d + j) * stride] = values_fit ? s->b[j] : (double)NAN;
  }
  for (int c = 0; c < s->columns; c++) rank_column(s, s->sorted[c], s->rank[c]);
  correlate(s, s->rank);
  const bool ranks_fit = vt_fit_factor(&s->fit, s->among);
  for (ptrdiff_t o = 0; o < s->r->outputs; o++) {
    const double *with = s->with + o * d;
    const double left = 1 - vt_fit_solve(&s->fit, with, s->b);
    for (ptrdiff_t j = 0; j < d; j++) {
      spearman[(o * d + j) * stride] = with[j];
      prcc[(o * d + j) * stride] =
          ranks_fit ? partial(s->b[j], s->fit.precision[j], left) : (double)NAN;
    }
  }
  return values_fit && ranks_fit;
}

// The rows themselves come first in `sample`, so that all measures of a cell lie side by side.
static void measure_all(regress *s) {
  vt_regression *r = s->r;
  const ptrdiff_t d = s->inputs, cells = r->outputs * d;
  const ptrdiff_t stride = 1 + (ptrdiff_t)s->bootstrap->resamples;
  for (int64_t i = 0; i < s->n; i++) s->count[i] = 1;
  r->collinear = !measure(s, s->sample, stride, r->r2);
  for (int b = 0; b < s->bootstrap->resamples; b++) {
    vt_resample_counts(s->bootstrap, b, s->n, s->count);
    (void)measure(s, s->sample + 1 + b, stride, NULL);
  }
  vt_estimate *out[MEASURES] = {r->src, r->prcc, r->spearman};
  for (ptrdiff_t m = 0; m < MEASURES; m++) {
    for (ptrdiff_t i = 0; i < cells; i++) {
      double *cell = s->sample + (m * cells + i) * stride;
      vt_estimate *e = &out[m][i / d * r->inputs + s->input[i % d]];
      e->value = cell[0];
      vt_resample_interval(s->bootstrap, cell + 1, e);
    }
  }
}

// ---------------------------------------------------------------------------------------------

static vt_error make_columns(regress *s) {
  const ptrdiff_t most = s->r->inputs + s->r->outputs;
  ranked *room;
  VT_NEW(s->input, s->r->inputs);
  VT_NEW(s->value, most);
  VT_NEW(s->sorted, most);
  VT_NEW(s->rank, most);
  VT_NEW(room, s->n);
  const vt_error done = prepare(s, room);
  free(room);
  return done;
}

static vt_error make_room(regress *s) {
  const ptrdiff_t d = s->inputs, outputs = s->r->outputs;
  for (int c = 0; c < s->columns; c++) VT_NEW(s->rank[c], s->n);
  VT_NEW(s->count, s->n);
  VT_NEW(s->tile, s->columns * TILE_ROWS);
  VT_NEW(s->weighted, TILE_ROWS);
  VT_NEW(s->product, s->columns * (d + 2));
  VT_NEW(s->among, d * d);
  VT_NEW(s->with, outputs * d);
  VT_NEW(s->b, d);
  VT_NEW(s->sample, MEASURES * outputs * d * (1 + (ptrdiff_t)s->bootstrap->resamples));
  return vt_fit_create(s->inputs, &s->fit);
}

static vt_error run(regress *s) {
  VT_TRY(make_columns(s));
  if (s->inputs == 0) return VT_OK;
  VT_TRY(make_room(s));
  measure_all(s);
  return VT_OK;
}

static void drop(regress *s) {
  const int most = s->r->inputs + s->r->outputs;
  for (int c = 0; c < most && s->sorted; c++) free(s->sorted[c]);
  for (int c = 0; c < most && s->rank; c++) free(s->rank[c]);
  free(s->input);
  free(s->value);
  free(s->sorted);
  free(s->rank);
  free(s->count);
  free(s->tile);
  free(s->weighted);
  free(s->product);
  free(s->among);
  free(s->with);
  free(s->b);
  free(s->sample);
  vt_fit_free(&s->fit);
}

vt_error vt_regress(const vt_bootstrap *bootstrap, vt_regression *r) {
  const vt_estimate nothing = {(double)NAN, (double)NAN, (double)NAN};
  for (ptrdiff_t i = 0; i < (ptrdiff_t)r->outputs * r->inputs; i++)
    r->src[i] = r->prcc[i] = r->spearman[i] = nothing;
  for (int o = 0; o < r->outputs; o++) r->r2[o] = (double)NAN;
  r->collinear = false;
  VT_CHECK(r->rows <= MOST_ROWS, VT_ERR_SYSTEM, "regression on %lld rows, at most %d can be ranked",
           (long long)r->rows, (int)MOST_ROWS);
  pack_rows(r);
  if (r->used <= r->inputs + 1) return VT_OK;
  regress s = {.bootstrap = bootstrap, .r = r, .n = r->used};
  const vt_error done = run(&s);
  drop(&s);
  return done;
}
