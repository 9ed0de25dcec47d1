// statistics.c - how long moments and quantiles take: 10^6 scenarios of 20 numbers, on one core.
//
//   statistics [SCENARIOS]
//
// Numbers of column c are uniform in (0, c + 1): mean, variance and median are checked to 6
// standard errors. One line of JSON, in seconds of the processor.
#include "vintner/statistics.h"
#include "vintner/design.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { COLUMNS = 20, QUANTILES = 3 };

static double now(void) {
  struct timespec t;
  (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static vt_error check_column(int column, int64_t scenarios, const vt_moments *m, const double *q) {
  const double width = column + 1, root = sqrt((double)scenarios);
  const double mean = fabs(m->mean / width - 0.5) * root / sqrt(1.0 / 12);
  // The fourth moment of a uniform number is 1/80, the density at the median is 1.
  const double variance =
      fabs(m->variance / (width * width) - 1.0 / 12) * root / sqrt(1.0 / 80 - 1.0 / 144);
  const double median = fabs(q[1] / width - 0.5) * root / 0.5;
  VT_CHECK(mean < 6 && variance < 6 && median < 6 && m->count == scenarios, VT_ERR_BUG,
           "column %d: mean, variance and median are %.1f, %.1f and %.1f standard errors off",
           column, mean, variance, median);
  return VT_OK;
}

static vt_error time_columns(double *value, int64_t scenarios) {
  static const double p[QUANTILES] = {0.05, 0.5, 0.95};
  double moments_s = 0, quantiles_s = 0;
  for (int c = 0; c < COLUMNS; c++) {
    double q[QUANTILES];
    vt_moments m;
    for (int64_t k = 0; k < scenarios; k++)
      value[k] = (c + 1) * vt_random_uniform(1, VT_PURPOSE_FACTOR, k, (uint64_t)c, 0);
    const double begin = now();
    vt_moments_of(value, scenarios, &m);
    const double between = now();
    vt_quantiles_of(value, scenarios, p, QUANTILES, q);
    quantiles_s += now() - between;
    moments_s += between - begin;
    VT_TRY(check_column(c, scenarios, &m, q));
  }
  (void)printf("{\"name\": \"statistics\", \"rows\": %lld, \"columns\": %d, \"moments_s\": %.3f, "
               "\"quantiles_s\": %.3f}\n",
               (long long)scenarios, (int)COLUMNS, moments_s, quantiles_s);
  return VT_OK;
}

int main(int arguments, char **argument) {
  const int64_t scenarios = arguments > 1 ? strtoll(argument[1], NULL, 10) : 1000000;
  double *value = vt_calloc((ptrdiff_t)scenarios, sizeof *value);
  const vt_error done = value ? time_columns(value, scenarios) : VT_ERR_SYSTEM;
  if (done != VT_OK) (void)fprintf(stderr, "statistics: %s\n", vt_error_message());
  free(value);
  return done == VT_OK ? 0 : 1;
}
