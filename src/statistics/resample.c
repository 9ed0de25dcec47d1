// resample.c - means of columns over bootstrap resamples.
//
// Typical work: 1,000 resamples of 10^4 rows and 18 columns. A resample is how often it has each
// row; with that its means are a product of matrices that runs through the rows in order. Some
// resamples go together, so that columns are made once for them, a tile of rows at a time.
#include "resample.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "vintner/design.h"

enum {
  TILE_ROWS = 128,        // in the first-level cache with their columns
  LANES = 8,              // columns added up side by side
  COUNT_BYTES = 8 << 20,  // of the resamples that go together
  MOST_TOGETHER = 64,     // resamples
  MOST_EXACT = 1000000000 // of one row in a resample
};

typedef struct sampler {
  const vt_bootstrap *bootstrap;
  const vt_columns *columns;
  ptrdiff_t width; // of a row: columns, whole lanes
  int together;    // resamples
  uint32_t *count; // shape [together, n]
  double *tile;    // shape [TILE_ROWS, width]
  double *sum;     // shape [together, width]
} sampler;

bool vt_no_spread(double min, double max) {
  return !(max - min > 1e-12 * fmax(fabs(min), fabs(max)));
}

void vt_resample_counts(const vt_bootstrap *bootstrap, int b, int64_t n, uint32_t *count) {
  memset(count, 0, (size_t)n * sizeof *count);
  for (int64_t i = 0; i < n; i++) {
    const double u =
        vt_random_uniform(bootstrap->seed, VT_PURPOSE_RESAMPLE, b, (uint64_t)i, 0) * (double)n;
    const int64_t row = (int64_t)u;
    count[row < n ? row : n - 1]++;
  }
}

// Add `rows` rows of a lane of columns, each as often as it is there.
static void add_lane(const double *tile, ptrdiff_t width, const double *times, int rows,
                     double *sum) {
  double part[LANES] = {0};
  for (int r = 0; r < rows; r++) {
    for (int lane = 0; lane < LANES; lane++) part[lane] += times[r] * tile[r * width + lane];
  }
  for (int lane = 0; lane < LANES; lane++) sum[lane] += part[lane];
}

// All resamples that go together, tile after tile: the order of a sum depends on n alone.
static void add_rows(sampler *s, int together) {
  const int64_t n = s->columns->n;
  double times[TILE_ROWS];
  memset(s->sum, 0, (size_t)(together * s->width) * sizeof *s->sum);
  for (int64_t first = 0; first < n; first += TILE_ROWS) {
    const int rows = n - first < TILE_ROWS ? (int)(n - first) : TILE_ROWS;
    s->columns->fill(s->columns->context, first, rows, s->width, s->tile);
    for (int b = 0; b < together; b++) {
      const uint32_t *count = s->count + b * n + first;
      for (int r = 0; r < rows; r++) times[r] = (double)count[r];
      for (ptrdiff_t c = 0; c < s->width; c += LANES)
        add_lane(s->tile + c, s->width, times, rows, s->sum + b * s->width + c);
    }
  }
}

static void keep_means(const sampler *s, int together, double *mean) {
  for (int b = 0; b < together; b++) {
    for (int c = 0; c < s->columns->count; c++)
      *mean++ = s->sum[b * s->width + c] / (double)s->columns->n;
  }
}

static void sample(sampler *s, double *mean) {
  const int64_t n = s->columns->n;
  for (int64_t i = 0; i < n; i++) s->count[i] = 1;
  add_rows(s, 1);
  keep_means(s, 1, mean);
  for (int first = 0; first < s->bootstrap->resamples; first += s->together) {
    const int rest = s->bootstrap->resamples - first;
    const int together = rest < s->together ? rest : s->together;
    for (int b = 0; b < together; b++)
      vt_resample_counts(s->bootstrap, first + b, n, s->count + b * n);
    add_rows(s, together);
    keep_means(s, together, mean + (ptrdiff_t)(1 + first) * s->columns->count);
  }
}

static vt_error make_room(sampler *s) {
  const int64_t n = s->columns->n;
  s->width = (s->columns->count + LANES - 1) / LANES * LANES;
  const int64_t fit = COUNT_BYTES / (int64_t)sizeof *s->count / n;
  s->together = fit < 1 ? 1 : fit > MOST_TOGETHER ? MOST_TOGETHER : (int)fit;
  VT_NEW(s->count, s->together * n);
  VT_NEW(s->tile, TILE_ROWS * s->width);
  VT_NEW(s->sum, s->together * s->width);
  return VT_OK;
}

vt_error vt_resample_means(const vt_bootstrap *bootstrap, const vt_columns *columns, double *mean) {
  VT_CHECK(columns->n > 0 && columns->n <= MOST_EXACT, VT_ERR_SYSTEM,
           "resamples of %lld rows, at most %d can be drawn", (long long)columns->n,
           (int)MOST_EXACT);
  sampler s = {.bootstrap = bootstrap, .columns = columns};
  const vt_error made = make_room(&s);
  if (made == VT_OK) sample(&s, mean);
  free(s.count);
  free(s.tile);
  free(s.sum);
  return made;
}

void vt_resample_interval(const vt_bootstrap *bootstrap, double *value, vt_estimate *estimate) {
  const double p[2] = {(1 - bootstrap->confidence) / 2, (1 + bootstrap->confidence) / 2};
  double quantile[2];
  vt_quantiles_of(value, bootstrap->resamples, p, 2, quantile);
  estimate->low = quantile[0];
  estimate->high = quantile[1];
}
