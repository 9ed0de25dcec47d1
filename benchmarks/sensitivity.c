// sensitivity.c - time of sensitivity measures with their intervals; every answer is checked.
//
//   sensitivity [ROWS [RESAMPLES]]
//
// The g-function, sums of steps and sums of inputs in rows of a design, 10^5 by default, on one
// core. One line of JSON for each task, in seconds of the processor, the best of three rounds.
#include "vintner/design.h"
#include "vintner/statistics.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { INPUTS = 8, ROUNDS = 3 };

static const double g_a[INPUTS] = {0, 1, 4.5, 9, 99, 99, 99, 99};

typedef struct bench {
  vt_bootstrap bootstrap;
  int64_t rows;
  double *f, *copy; // shape [rows]
  double worst;     // error in half widths of the interval
} bench;

static double now(void) {
  struct timespec t;
  (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double u_of(int64_t row, int input) {
  return vt_random_uniform(1, VT_PURPOSE_FACTOR, row, (uint64_t)input, 0);
}

// Sobol's g-function; its part j, and those of A with some from B.
static double g_part(double u, int j) {
  return (fabs(4 * u - 2) + g_a[j]) / (1 + g_a[j]);
}

static void fill_groups(const vt_saltelli *design, double *f) {
  for (int64_t n = 0; n < design->groups; n++) {
    double a = 1, b = 1, part[2][INPUTS];
    for (int j = 0; j < INPUTS; j++) {
      for (int side = 0; side < 2; side++) part[side][j] = g_part(u_of(n, side * INPUTS + j), j);
      a *= part[0][j];
      b *= part[1][j];
    }
    *f++ = a;
    for (int j = 0; j < INPUTS; j++) *f++ = a / part[0][j] * part[1][j];
    for (int j = 0; j < INPUTS && design->second_order; j++) *f++ = b / part[1][j] * part[0][j];
    *f++ = b;
  }
}

static void compare(bench *b, const vt_estimate *e, double truth) {
  const double error = fabs(e->value - truth) / (0.5 * (e->high - e->low));
  // NaN must not pass.
  if (!(error <= b->worst)) b->worst = error;
}

static void compare_indices(bench *b, const vt_estimate *first, const vt_estimate *total) {
  double all = 1;
  for (int j = 0; j < INPUTS; j++) all *= 1 + 1 / (3 * (1 + g_a[j]) * (1 + g_a[j]));
  for (int j = 0; j < INPUTS; j++) {
    const double v = 1 / (3 * (1 + g_a[j]) * (1 + g_a[j]));
    compare(b, &first[j], v / (all - 1));
    compare(b, &total[j], v * all / (1 + v) / (all - 1));
  }
}

static void report(const bench *b, const char *task, int64_t rows, double seconds) {
  printf("{\"name\": \"sensitivity\", \"task\": \"%s\", \"rows\": %lld, \"inputs\": %d, "
         "\"resamples\": %d, \"seconds\": %.4f, \"worst_error_in_half_intervals\": %.3f}\n",
         task, (long long)rows, INPUTS, b->bootstrap.resamples, seconds, b->worst);
}

static vt_error time_sobol(bench *b, bool second_order) {
  vt_estimate first[INPUTS], total[INPUTS], second[INPUTS * INPUTS];
  vt_saltelli design = {.inputs = INPUTS, .second_order = second_order};
  const ptrdiff_t width = vt_saltelli_rows(&design);
  design.groups = b->rows / width;
  fill_groups(&design, b->copy);
  double best = HUGE_VAL;
  int64_t used = 0;
  b->worst = 0;
  for (int round = 0; round < ROUNDS; round++) {
    memcpy(b->f, b->copy, (size_t)(design.groups * width) * sizeof *b->f);
    const double begin = now();
    VT_TRY(vt_sobol_indices(&b->bootstrap, &design, b->f, &used, first, total,
                            second_order ? second : NULL));
    best = fmin(best, now() - begin);
  }
  compare_indices(b, first, total);
  report(b, second_order ? "sobol second order" : "sobol", design.groups * width, best);
  VT_CHECK(b->worst < 4, VT_ERR_BUG, "an index is %.1f half intervals off", b->worst);
  return VT_OK;
}

static vt_error time_effects(bench *b) {
  const int64_t count = b->rows / (INPUTS + 1);
  int *moved;
  double *step;
  VT_NEW(moved, count * INPUTS);
  VT_NEW(step, count * INPUTS);
  for (int64_t t = 0; t < count; t++) {
    double *y = b->f + t * (INPUTS + 1);
    y[0] = u_of(t, 0);
    for (int j = 0; j < INPUTS; j++) {
      moved[t * INPUTS + j] = (int)((j + t) % INPUTS);
      step[t * INPUTS + j] = u_of(t, j) < 0.5 ? 0.5 : -0.5;
      y[j + 1] = y[j] + (1 + moved[t * INPUTS + j]) * step[t * INPUTS + j];
    }
  }
  const vt_trajectories design = {INPUTS, count, moved, step};
  vt_effects effects[INPUTS];
  double best = HUGE_VAL, worst = 0;
  int64_t used;
  vt_error done = VT_OK;
  for (int round = 0; round < ROUNDS && done == VT_OK; round++) {
    const double begin = now();
    done = vt_effects_of(&b->bootstrap, &design, b->f, &used, effects);
    best = fmin(best, now() - begin);
  }
  free(moved);
  free(step);
  VT_TRY(done);
  for (int j = 0; j < INPUTS; j++) worst = fmax(worst, fabs(effects[j].mu_star.value - 1 - j));
  b->worst = 0;
  report(b, "morris", count * (INPUTS + 1), best);
  VT_CHECK(worst < 1e-9, VT_ERR_BUG, "an effect is %g off", worst);
  return VT_OK;
}

// y = sum of (j + 1) u_j: its coefficients are (j + 1) / sqrt(sum of squares).
static vt_error time_regression(bench *b) {
  vt_estimate e[3][INPUTS];
  double r2, sum = 0, *x, best = HUGE_VAL;
  VT_NEW(x, b->rows * INPUTS);
  for (int j = 0; j < INPUTS; j++) {
    sum += (j + 1) * (j + 1);
    for (int64_t i = 0; i < b->rows; i++) {
      x[j * b->rows + i] = u_of(i, j);
      b->f[i] = (j > 0 ? b->f[i] : 0) + (j + 1) * x[j * b->rows + i];
    }
  }
  vt_regression r = {INPUTS, 1, b->rows, x, b->f, 0, false, e[0], e[1], e[2], &r2};
  const double begin = now();
  const vt_error done = vt_regress(&b->bootstrap, &r);
  best = now() - begin;
  free(x);
  VT_TRY(done);
  b->worst = 0;
  for (int j = 0; j < INPUTS; j++) compare(b, &e[0][j], (j + 1) / sqrt(sum));
  report(b, "regression", b->rows, best);
  VT_CHECK(b->worst < 4 && fabs(r2 - 1) < 1e-9, VT_ERR_BUG,
           "a coefficient is %.1f half intervals off, R2 is %g", b->worst, r2);
  return VT_OK;
}

static vt_error run(bench *b) {
  VT_NEW(b->f, b->rows);
  VT_NEW(b->copy, b->rows);
  VT_TRY(time_sobol(b, false));
  VT_TRY(time_sobol(b, true));
  VT_TRY(time_effects(b));
  return time_regression(b);
}

int main(int argc, char **argv) {
  bench b = {.bootstrap = {.seed = 42, .resamples = 1000, .confidence = 0.95}, .rows = 100000};
  if (argc > 1) b.rows = strtoll(argv[1], NULL, 10);
  if (argc > 2) b.bootstrap.resamples = (int)strtol(argv[2], NULL, 10);
  const vt_error done = run(&b);
  if (done != VT_OK) (void)fprintf(stderr, "sensitivity: %s\n", vt_error_message());
  free(b.f);
  free(b.copy);
  return done == VT_OK ? 0 : 1;
}
