// test_sensitivity.c - indices against closed forms and against plain implementations.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "vintner/design.h"
#include "vintner/statistics.h"

#define PI 3.14159265358979323846

static void expect_within(double found, double expected, double tolerance) {
  if (isnan(expected) && isnan(found)) return;
  if (!(fabs(found - expected) <= tolerance)) {
    fail_msg("found %.17g, expected %.17g", found, expected);
  }
}

static double draw(uint64_t *state) {
  *state = *state * 6364136223846793005U + 1442695040888963407U;
  return (double)(*state >> 11) * 0x1p-53;
}

static void *room(ptrdiff_t count, size_t bytes) {
  void *memory = calloc((size_t)count + 1, bytes);
  assert_non_null(memory);
  return memory;
}

// ---------------------------------------------------------------------------------------------
// Functions of numbers in (0, 1) whose indices are known.

typedef double function(const double *u, int inputs);

// Ishigami and Homma 1990, a = 7, b = 0.1.
static double ishigami(const double *u, int inputs) {
  double x[3];
  for (int j = 0; j < inputs; j++) x[j] = PI * (2 * u[j] - 1);
  return sin(x[0]) + 7 * sin(x[1]) * sin(x[1]) + 0.1 * pow(x[2], 4) * sin(x[0]);
}

static const double g_a[] = {0, 1, 4.5, 9, 99, 99, 99, 99};

// Sobol's g-function.
static double g(const double *u, int inputs) {
  double product = 1;
  for (int j = 0; j < inputs; j++) product *= (fabs(4 * u[j] - 2) + g_a[j]) / (1 + g_a[j]);
  return product;
}

static double fill(const vt_saltelli *design, function *of, uint64_t seed, double *f) {
  const int d = design->inputs;
  double a[8], b[8], x[8], *at = f;
  for (int64_t n = 0; n < design->groups; n++) {
    for (int j = 0; j < d; j++) a[j] = draw(&seed);
    for (int j = 0; j < d; j++) b[j] = draw(&seed);
    *at++ = of(a, d);
    for (int swap = 0; swap < (design->second_order ? 2 : 1); swap++) {
      for (int j = 0; j < d; j++) {
        memcpy(x, swap ? b : a, sizeof x);
        x[j] = swap ? a[j] : b[j];
        *at++ = of(x, d);
      }
    }
    *at++ = of(b, d);
  }
  return (double)(at - f);
}

typedef struct indices {
  vt_estimate first[8], total[8], second[64];
  int64_t used;
} indices;

static const vt_bootstrap some = {.seed = 42, .resamples = 200, .confidence = 0.95};

static void find(const vt_bootstrap *bootstrap, const vt_saltelli *design, double *f,
                 indices *found) {
  assert_int_equal(vt_sobol_indices(bootstrap, design, f, &found->used, found->first, found->total,
                                    design->second_order ? found->second : NULL),
                   VT_OK);
}

static void expect_inside(const vt_estimate *e, double truth, double width) {
  assert_true(e->low <= e->value && e->value <= e->high);
  assert_true(e->high - e->low < width);
  // Of intervals of 95 % some miss: four times their half width never does.
  expect_within(e->value, truth, 2 * (e->high - e->low));
}

static void ishigami_has_its_indices(void **state) {
  (void)state;
  const vt_saltelli design = {.inputs = 3, .second_order = true, .groups = 20000};
  double *f = room(design.groups * vt_saltelli_rows(&design), sizeof *f);
  indices found;
  (void)fill(&design, ishigami, 1, f);
  find(&some, &design, f, &found);
  const double p4 = pow(PI, 4), p8 = p4 * p4;
  const double v1 = 0.5 * pow(1 + 0.1 * p4 / 5, 2), v2 = 49 / 8.0, v13 = 0.01 * p8 * 8 / 225;
  const double v = v1 + v2 + v13;
  const double first[] = {v1 / v, v2 / v, 0}, total[] = {(v1 + v13) / v, v2 / v, v13 / v};
  assert_int_equal(found.used, design.groups);
  for (int j = 0; j < 3; j++) {
    expect_inside(&found.first[j], first[j], 0.06);
    expect_inside(&found.total[j], total[j], 0.06);
  }
  expect_inside(&found.second[2], v13 / v, 0.12);
  expect_inside(&found.second[1], 0, 0.12);
  expect_inside(&found.second[5], 0, 0.12);
  for (int j = 0; j < 3; j++) {
    for (int k = 0; k <= j; k++) assert_true(isnan(found.second[j * 3 + k].value));
  }
  free(f);
}

static void the_g_function_has_its_indices(void **state) {
  (void)state;
  const vt_saltelli design = {.inputs = 8, .groups = 20000};
  double *f = room(design.groups * vt_saltelli_rows(&design), sizeof *f);
  indices found;
  (void)fill(&design, g, 2, f);
  find(&some, &design, f, &found);
  double part[8], all = 1;
  for (int j = 0; j < 8; j++) {
    part[j] = 1 / (3 * (1 + g_a[j]) * (1 + g_a[j]));
    all *= 1 + part[j];
  }
  for (int j = 0; j < 8; j++) {
    expect_inside(&found.first[j], part[j] / (all - 1), 0.06);
    expect_inside(&found.total[j], part[j] * all / (1 + part[j]) / (all - 1), 0.06);
  }
  free(f);
}

// ---------------------------------------------------------------------------------------------
// The same formulas written down plainly, as SALib does: arrays, lists of rows, two passes.

typedef struct plain {
  const vt_saltelli *design;
  const double *f;
  const int64_t *row; // shape [groups]
  double centre;
} plain;

static double at(const plain *p, int64_t i, int place) {
  return p->f[p->row[i] * vt_saltelli_rows(p->design) + place] - p->centre;
}

static double plain_variance(const plain *p) {
  const int last = (int)vt_saltelli_rows(p->design) - 1;
  const int64_t n = p->design->groups;
  double mean = 0, sum = 0;
  for (int64_t i = 0; i < n; i++) mean += (at(p, i, 0) + at(p, i, last)) / (double)(2 * n);
  for (int64_t i = 0; i < n; i++) sum += pow(at(p, i, 0) - mean, 2) + pow(at(p, i, last) - mean, 2);
  return sum / (double)(2 * n);
}

static double plain_first(const plain *p, int j) {
  const int last = (int)vt_saltelli_rows(p->design) - 1;
  double sum = 0;
  for (int64_t i = 0; i < p->design->groups; i++)
    sum += at(p, i, last) * (at(p, i, 1 + j) - at(p, i, 0));
  return sum / (double)p->design->groups / plain_variance(p);
}

static double plain_total(const plain *p, int j) {
  double sum = 0;
  for (int64_t i = 0; i < p->design->groups; i++) sum += pow(at(p, i, 0) - at(p, i, 1 + j), 2);
  return sum / (double)p->design->groups / 2 / plain_variance(p);
}

static double plain_second(const plain *p, int j, int k) {
  const int d = p->design->inputs, last = 2 * d + 1;
  double sum = 0;
  for (int64_t i = 0; i < p->design->groups; i++)
    sum += at(p, i, 1 + d + j) * at(p, i, 1 + k) - at(p, i, 0) * at(p, i, last);
  return sum / (double)p->design->groups / plain_variance(p) - plain_first(p, j) -
         plain_first(p, k);
}

static void resample_rows(uint64_t seed, int b, int64_t n, int64_t *row) {
  for (int64_t i = 0; i < n; i++)
    row[i] = (int64_t)(vt_random_uniform(seed, VT_PURPOSE_RESAMPLE, b, (uint64_t)i, 0) * (double)n);
}

// Linear percentiles.
static vt_estimate percentiles(double value, double *sample, int count, double confidence) {
  const double p[] = {0.5 - confidence / 2, 0.5 + confidence / 2};
  double out[2];
  vt_quantiles_of(sample, count, p, 2, out);
  return (vt_estimate){value, out[0], out[1]};
}

static void expect_same(const vt_estimate *found, const vt_estimate *expected) {
  expect_within(found->value, expected->value, 1e-12);
  expect_within(found->low, expected->low, 1e-12);
  expect_within(found->high, expected->high, 1e-12);
}

static double plain_index(const plain *p, int j, int k) {
  return k < 0 ? k == -1 ? plain_first(p, j) : plain_total(p, j) : plain_second(p, j, k);
}

static void expect_plain(plain *p, int64_t *row, int j, int k, const vt_estimate *found) {
  double sample[50];
  const int64_t n = p->design->groups;
  for (int64_t i = 0; i < n; i++) row[i] = i;
  const double value = plain_index(p, j, k);
  for (int b = 0; b < 50; b++) {
    resample_rows(7, b, n, row);
    sample[b] = plain_index(p, j, k);
  }
  const vt_estimate expected = percentiles(value, sample, 50, 0.9);
  expect_same(found, &expected);
}

static void indices_and_intervals_are_those_of_a_plain_implementation(void **state) {
  (void)state;
  const vt_bootstrap bootstrap = {.seed = 7, .resamples = 50, .confidence = 0.9};
  const int64_t size[] = {1, 2, 127, 128, 131, 300};
  for (int s = 0; s < 6; s++) {
    const vt_saltelli design = {.inputs = 4, .second_order = true, .groups = size[s]};
    const ptrdiff_t count = design.groups * vt_saltelli_rows(&design);
    double *f = room(count, sizeof *f), *copy = room(count, sizeof *f);
    int64_t *row = room(design.groups, sizeof *row);
    indices found;
    (void)fill(&design, g, 3, f);
    for (ptrdiff_t i = 0; i < count; i++) f[i] += 10;
    memcpy(copy, f, (size_t)count * sizeof *f);
    plain p = {.design = &design, .f = copy, .row = row};
    for (ptrdiff_t i = 0; i < count; i++) p.centre += copy[i] / (double)count;
    find(&bootstrap, &design, f, &found);
    for (int j = 0; j < 4; j++) {
      expect_plain(&p, row, j, -1, &found.first[j]);
      expect_plain(&p, row, j, -2, &found.total[j]);
      for (int k = j + 1; k < 4; k++) expect_plain(&p, row, j, k, &found.second[j * 4 + k]);
    }
    free(f);
    free(copy);
    free(row);
  }
}

static void many_inputs_of_second_order_go_through_in_blocks(void **state) {
  (void)state;
  // 40 inputs have 860 indices; only 3 and 37 act, and they do so together.
  enum { D = 40, N = 64 };
  const vt_bootstrap bootstrap = {.seed = 7, .resamples = 5, .confidence = 0.9};
  const vt_saltelli design = {.inputs = D, .second_order = true, .groups = N};
  double *f = room(N * vt_saltelli_rows(&design), sizeof *f), *out = f;
  vt_estimate *e = room(2 * D + D * D, sizeof *e);
  uint64_t seed = 5;
  for (int n = 0; n < N; n++) {
    const double a[2] = {draw(&seed) - 0.5, draw(&seed) - 0.5};
    const double b[2] = {draw(&seed) - 0.5, draw(&seed) - 0.5};
    *out++ = a[0] * a[1];
    for (int j = 0; j < D; j++) *out++ = (j == 3 ? b[0] : a[0]) * (j == 37 ? b[1] : a[1]);
    for (int j = 0; j < D; j++) *out++ = (j == 3 ? a[0] : b[0]) * (j == 37 ? a[1] : b[1]);
    *out++ = b[0] * b[1];
  }
  int64_t used;
  assert_int_equal(vt_sobol_indices(&bootstrap, &design, f, &used, e, e + D, e + 2 * D), VT_OK);
  for (int j = 0; j < D; j++) {
    const bool acts = j == 3 || j == 37;
    assert_true((e[j].value == 0) != acts && (e[D + j].value == 0) != acts);
    assert_true((e[D + j].low == 0 && e[D + j].high == 0) != acts);
  }
  assert_true(e[2 * D + 3 * D + 37].value > 0.3);
  free(f);
  free(e);
}

static void a_group_with_a_missing_value_is_dropped_whole(void **state) {
  (void)state;
  const vt_saltelli four = {.inputs = 2, .groups = 4}, two = {.inputs = 2, .groups = 2};
  double with[] = {1, 2, 3, 4, 9, (double)NAN, 9, 9, 5, 3, 8, 6, (double)INFINITY, 1, 1, 1};
  double without[] = {1, 2, 3, 4, 5, 3, 8, 6};
  indices a, b;
  find(&some, &four, with, &a);
  find(&some, &two, without, &b);
  assert_true(a.used == 2 && b.used == 2);
  assert_memory_equal(a.first, b.first, 2 * sizeof *a.first);
  assert_memory_equal(a.total, b.total, 2 * sizeof *a.total);
}

static void an_output_that_does_not_vary_has_no_indices_and_no_noise(void **state) {
  (void)state;
  const vt_saltelli design = {.inputs = 1, .groups = 50}, none = {.inputs = 1};
  double f[150];
  indices found;
  for (int i = 0; i < 150; i++) f[i] = 0.1 + (i % 7) * 1e-17;
  find(&some, &design, f, &found);
  assert_true(found.used == 50 && isnan(found.first->value) && isnan(found.total->high));
  for (int i = 0; i < 150; i++) f[i] = 1e6 * (1 + (i % 7 - 3) * 1e-15);
  find(&some, &design, f, &found);
  assert_true(isnan(found.first->value) && isnan(found.total->low));
  find(&some, &none, f, &found);
  assert_true(found.used == 0 && isnan(found.first->value));
}

// ---------------------------------------------------------------------------------------------
// Trajectories.

static void effects_of_a_sum_are_its_weights(void **state) {
  (void)state;
  enum { R = 6, D = 3 };
  const double weight[] = {2, -1, 0};
  int moved[R * D];
  double step[R * D], f[R * (D + 1)];
  uint64_t seed = 9;
  for (int t = 0; t < R; t++) {
    double y = draw(&seed);
    f[t * (D + 1)] = y;
    for (int i = 0; i < D; i++) {
      moved[t * D + i] = (i + t) % D;
      step[t * D + i] = draw(&seed) < 0.5 ? -0.5 : 0.5;
      y += weight[moved[t * D + i]] * step[t * D + i];
      f[t * (D + 1) + i + 1] = y;
    }
  }
  const vt_trajectories design = {D, R, moved, step};
  vt_effects e[D];
  int64_t used;
  assert_int_equal(vt_effects_of(&some, &design, f, &used, e), VT_OK);
  assert_int_equal(used, R);
  for (int j = 0; j < D; j++) {
    expect_within(e[j].mu, weight[j], 1e-14);
    expect_within(e[j].mu_star.value, fabs(weight[j]), 1e-14);
    expect_within(e[j].mu_star.low, fabs(weight[j]), 1e-14);
    expect_within(e[j].sigma, 0, 1e-14);
  }
  // Of one trajectory there is no spread; without any there is nothing.
  const vt_trajectories one = {D, 1, moved, step};
  assert_int_equal(vt_effects_of(&some, &one, f, &used, e), VT_OK);
  assert_true(used == 1 && isnan(e[0].sigma) && fabs(e[0].mu - 2) < 1e-14);
  f[2] = (double)NAN;
  assert_int_equal(vt_effects_of(&some, &one, f, &used, e), VT_OK);
  assert_true(used == 0 && isnan(e[0].mu) && isnan(e[0].mu_star.value) && isnan(e[0].mu_star.low));
}

static void effects_of_a_product_are_worked_out_by_hand(void **state) {
  (void)state;
  // y = x0 x1 from (0, 0), x0 first; from (1, 1), x1 first: effects of x0 0 and 0, of x1 0.5, 1.
  const int moved[] = {0, 1, 1, 0};
  const double step[] = {0.5, 0.5, -0.5, -0.5}, f[] = {0, 0, 0.25, 1, 0.5, 0.25};
  const vt_trajectories design = {2, 2, moved, step};
  vt_effects e[2];
  int64_t used;
  assert_int_equal(vt_effects_of(&some, &design, f, &used, e), VT_OK);
  expect_within(e[0].mu, 0.25, 1e-15);
  expect_within(e[0].sigma, sqrt(0.125), 1e-15);
  expect_within(e[1].mu, 0.75, 1e-15);
  expect_within(e[1].sigma, sqrt(0.125), 1e-15);
  assert_true(e[1].mu_star.low == 0.5 && e[1].mu_star.high == 1);
}

// ---------------------------------------------------------------------------------------------
// Regression against residuals of Gaussian elimination and ranks by counting.

enum { ROWS = 60, INPUTS = 3 };

typedef struct table {
  double x[INPUTS][ROWS], y[ROWS];
} table;

// Coefficients of y on 1 and some columns of x (those of `with`), and the residuals.
static void least_squares(const table *t, const double *y, const bool *with, double *b,
                          double *residual) {
  double a[INPUTS + 1][INPUTS + 2] = {{0}};
  for (int i = 0; i < ROWS; i++) {
    double row[INPUTS + 2] = {1};
    for (int j = 0; j < INPUTS; j++) row[j + 1] = with[j] ? t->x[j][i] : 0;
    row[INPUTS + 1] = y[i];
    for (int p = 0; p <= INPUTS; p++) {
      for (int q = 0; q < INPUTS + 2; q++) a[p][q] += row[p] * row[q];
    }
  }
  for (int j = 0; j < INPUTS; j++) a[j + 1][j + 1] += !with[j];
  for (int p = 0; p <= INPUTS; p++) {
    for (int r = 0; r <= INPUTS; r++) {
      const double share = a[r][p] / a[p][p];
      for (int q = p; q < INPUTS + 2 && r != p; q++) a[r][q] -= share * a[p][q];
    }
  }
  for (int p = 0; p <= INPUTS; p++) b[p] = a[p][INPUTS + 1] / a[p][p];
  for (int i = 0; i < ROWS; i++) {
    residual[i] = y[i] - b[0];
    for (int j = 0; j < INPUTS; j++) residual[i] -= with[j] ? b[j + 1] * t->x[j][i] : 0;
  }
}

static double plain_correlation(const double *a, const double *b) {
  double ma = 0, mb = 0, aa = 0, bb = 0, ab = 0;
  for (int i = 0; i < ROWS; i++) ma += a[i] / ROWS;
  for (int i = 0; i < ROWS; i++) mb += b[i] / ROWS;
  for (int i = 0; i < ROWS; i++) {
    aa += (a[i] - ma) * (a[i] - ma);
    bb += (b[i] - mb) * (b[i] - mb);
    ab += (a[i] - ma) * (b[i] - mb);
  }
  return ab / sqrt(aa * bb);
}

static void plain_ranks(const double *value, double *rank) {
  for (int i = 0; i < ROWS; i++) {
    int below = 0, equal = 0;
    for (int k = 0; k < ROWS; k++) {
      below += value[k] < value[i];
      equal += value[k] == value[i];
    }
    rank[i] = below + 0.5 * (equal + 1);
  }
}

static double spread(const double *a) {
  double mean = 0, sum = 0;
  for (int i = 0; i < ROWS; i++) mean += a[i] / ROWS;
  for (int i = 0; i < ROWS; i++) sum += (a[i] - mean) * (a[i] - mean);
  return sqrt(sum);
}

// measure: src, prcc, spearman of each input, then R2.
static void plain_measures(const table *t, double measure[3 * INPUTS + 1]) {
  const bool all[] = {true, true, true};
  double b[INPUTS + 1], residual[ROWS], of_x[ROWS];
  table r;
  least_squares(t, t->y, all, b, residual);
  measure[3 * INPUTS] = 1 - pow(spread(residual) / spread(t->y), 2);
  for (int j = 0; j < INPUTS; j++) measure[j] = b[j + 1] * spread(t->x[j]) / spread(t->y);
  for (int j = 0; j < INPUTS; j++) plain_ranks(t->x[j], r.x[j]);
  plain_ranks(t->y, r.y);
  for (int j = 0; j < INPUTS; j++) {
    const bool others[] = {j != 0, j != 1, j != 2};
    least_squares(&r, r.y, others, b, residual);
    least_squares(&r, r.x[j], others, b, of_x);
    measure[INPUTS + j] = plain_correlation(residual, of_x);
    measure[2 * INPUTS + j] = plain_correlation(r.x[j], r.y);
  }
}

static void make_table(table *t) {
  uint64_t seed = 11;
  for (int i = 0; i < ROWS; i++) {
    t->x[0][i] = 1 + draw(&seed);
    t->x[1][i] = floor(4 * draw(&seed)); // ties
    t->x[2][i] = draw(&seed) + 0.3 * t->x[1][i];
    t->y[i] = exp(3 * t->x[0][i] - 3) - t->x[1][i] + 0.5 * draw(&seed);
  }
}

typedef struct regressed {
  vt_estimate e[3][2 * INPUTS];
  double r2[2];
  vt_regression r;
} regressed;

static void regress(const vt_bootstrap *bootstrap, double *x, double *y, int outputs, int64_t rows,
                    regressed *out) {
  out->r = (vt_regression){.inputs = INPUTS,
                           .outputs = outputs,
                           .rows = rows,
                           .x = x,
                           .y = y,
                           .src = out->e[0],
                           .prcc = out->e[1],
                           .spearman = out->e[2],
                           .r2 = out->r2};
  assert_int_equal(vt_regress(bootstrap, &out->r), VT_OK);
}

static void regression_is_that_of_a_plain_implementation(void **state) {
  (void)state;
  enum { RESAMPLES = 40, MEASURES = 3 * INPUTS + 1 };
  const vt_bootstrap bootstrap = {.seed = 3, .resamples = RESAMPLES, .confidence = 0.8};
  table t, drawn;
  double value[MEASURES], one[MEASURES], sample[MEASURES][RESAMPLES];
  int64_t row[ROWS];
  make_table(&t);
  plain_measures(&t, value);
  for (int b = 0; b < RESAMPLES; b++) {
    resample_rows(3, b, ROWS, row);
    for (int i = 0; i < ROWS; i++) {
      for (int j = 0; j < INPUTS; j++) drawn.x[j][i] = t.x[j][row[i]];
      drawn.y[i] = t.y[row[i]];
    }
    plain_measures(&drawn, one);
    for (int m = 0; m < MEASURES; m++) sample[m][b] = one[m];
  }
  regressed found;
  regress(&bootstrap, t.x[0], t.y, 1, ROWS, &found);
  assert_true(found.r.used == ROWS && !found.r.collinear);
  expect_within(found.r2[0], value[MEASURES - 1], 1e-9);
  for (int m = 0; m < 3 * INPUTS; m++) {
    const vt_estimate expected = percentiles(value[m], sample[m], RESAMPLES, 0.8);
    const vt_estimate *e = &found.e[m / INPUTS][m % INPUTS];
    expect_within(e->value, expected.value, 1e-9);
    expect_within(e->low, expected.low, 1e-9);
    expect_within(e->high, expected.high, 1e-9);
  }
}

static void rows_with_a_missing_value_are_left_out(void **state) {
  (void)state;
  table t, whole;
  regressed found, expected;
  double wide[INPUTS][ROWS + 3], y[ROWS + 3];
  make_table(&t);
  whole = t;
  for (int i = 0, from = 0; i < ROWS + 3; i++) {
    const bool missing = i == 0 || i == 30 || i == ROWS + 2;
    for (int j = 0; j < INPUTS; j++) wide[j][i] = missing && i == 30 ? (double)NAN : t.x[j][from];
    y[i] = missing && i != 30 ? (double)NAN : t.y[from];
    from += !missing && from + 1 < ROWS;
  }
  regress(&some, wide[0], y, 1, ROWS + 3, &found);
  regress(&some, whole.x[0], whole.y, 1, ROWS, &expected);
  assert_int_equal(found.r.used, ROWS);
  for (int m = 0; m < 3; m++)
    assert_memory_equal(found.e[m], expected.e[m], INPUTS * sizeof **found.e);
}

static void outputs_do_not_disturb_each_other(void **state) {
  (void)state;
  table t, again;
  regressed both, one;
  double y[2 * ROWS];
  make_table(&t);
  again = t;
  for (int i = 0; i < ROWS; i++) y[i] = 5.0;
  memcpy(y + ROWS, t.y, sizeof t.y);
  regress(&some, t.x[0], y, 2, ROWS, &both);
  regress(&some, again.x[0], again.y, 1, ROWS, &one);
  for (int m = 0; m < 3; m++) {
    assert_memory_equal(both.e[m] + INPUTS, one.e[m], INPUTS * sizeof **one.e);
    for (int j = 0; j < INPUTS; j++) assert_true(isnan(both.e[m][j].value));
  }
  assert_true(isnan(both.r2[0]) && both.r2[1] == one.r2[0]);
}

static void an_input_that_others_give_has_no_coefficients(void **state) {
  (void)state;
  table t;
  regressed found;
  make_table(&t);
  for (int i = 0; i < ROWS; i++) t.x[2][i] = 3 - 2 * t.x[0][i];
  regress(&some, t.x[0], t.y, 1, ROWS, &found);
  assert_true(found.r.collinear && isnan(found.r2[0]));
  for (int j = 0; j < INPUTS; j++) {
    assert_true(isnan(found.e[0][j].value) && isnan(found.e[0][j].high));
    assert_true(isnan(found.e[1][j].value) && !isnan(found.e[2][j].value));
  }
  // One that is fixed has none of its own.
  make_table(&t);
  for (int i = 0; i < ROWS; i++) t.x[1][i] = 0.1;
  regress(&some, t.x[0], t.y, 1, ROWS, &found);
  assert_true(!found.r.collinear && isnan(found.e[0][1].value) && isnan(found.e[2][1].low));
  assert_true(found.e[0][0].value > 0 && found.r2[0] > 0);
}

static void too_few_rows_tell_nothing(void **state) {
  (void)state;
  double x[INPUTS * 4] = {1, 2, 3, 5, 3, 1, 4, 1, 5, 9, 2, 6}, y[4] = {1, 2, 4, 8};
  regressed found;
  regress(&some, x, y, 1, 4, &found);
  assert_true(found.r.used == 4 && isnan(found.e[0][0].value) && isnan(found.e[2][2].value));
  regress(&some, x, y, 1, 0, &found);
  assert_true(found.r.used == 0 && isnan(found.r2[0]));
}

static void a_monotone_function_has_full_rank_correlation(void **state) {
  (void)state;
  table t;
  regressed found;
  make_table(&t);
  for (int i = 0; i < ROWS; i++) t.y[i] = -pow(t.x[0][i] - 0.5, 5);
  regress(&some, t.x[0], t.y, 1, ROWS, &found);
  expect_within(found.e[2][0].value, -1, 1e-12);
  expect_within(found.e[1][0].value, -1, 1e-9);
  // The output's rank leaves nothing for the others to explain.
  assert_true(isnan(found.e[1][1].value));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(ishigami_has_its_indices),
      cmocka_unit_test(the_g_function_has_its_indices),
      cmocka_unit_test(indices_and_intervals_are_those_of_a_plain_implementation),
      cmocka_unit_test(many_inputs_of_second_order_go_through_in_blocks),
      cmocka_unit_test(a_group_with_a_missing_value_is_dropped_whole),
      cmocka_unit_test(an_output_that_does_not_vary_has_no_indices_and_no_noise),
      cmocka_unit_test(effects_of_a_sum_are_its_weights),
      cmocka_unit_test(effects_of_a_product_are_worked_out_by_hand),
      cmocka_unit_test(regression_is_that_of_a_plain_implementation),
      cmocka_unit_test(rows_with_a_missing_value_are_left_out),
      cmocka_unit_test(outputs_do_not_disturb_each_other),
      cmocka_unit_test(an_input_that_others_give_has_no_coefficients),
      cmocka_unit_test(too_few_rows_tell_nothing),
      cmocka_unit_test(a_monotone_function_has_full_rank_correlation),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
