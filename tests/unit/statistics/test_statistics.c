// test_statistics.c - moments and quantiles of one cell.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "vintner/statistics.h"

static void expect_near(double found, double expected, double tolerance) {
  if (isnan(expected) && isnan(found)) return;
  if (!(fabs(found - expected) <= tolerance * fmax(fabs(expected), 1e-300))) {
    fail_msg("found %.17g, expected %.17g", found, expected);
  }
}

// A fixed stream of numbers in [0, 1).
static double draw(uint64_t *state) {
  *state = *state * 6364136223846793005U + 1442695040888963407U;
  return (double)(*state >> 11) * 0x1p-53;
}

static int compare(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static void moments_of_small_samples_are_the_textbook_ones(void **state) {
  (void)state;
  vt_moments m;
  const double a[] = {1, 2, 3, 4, 10};
  // Sum of squared deviations 50, of cubed ones 180; n = 5.
  vt_moments_of(a, 5, &m);
  assert_int_equal(m.count, 5);
  expect_near(m.mean, 4, 1e-15);
  expect_near(m.variance, 12.5, 1e-15);
  expect_near(m.standard_error, sqrt(2.5), 1e-15);
  expect_near(m.skewness, 36 / pow(10, 1.5), 1e-14);
  assert_true(m.min == 1 && m.max == 10);
  const double b[] = {-7, 9};
  vt_moments_of(b, 2, &m);
  expect_near(m.mean, 1, 1e-15);
  expect_near(m.variance, 128, 1e-15);
  expect_near(m.standard_error, 8, 1e-15);
  assert_true(fabs(m.skewness) < 1e-15);
}

static void what_is_undefined_is_nan(void **state) {
  (void)state;
  vt_moments m;
  const double one[] = {3.5}, bad[] = {1, (double)NAN, 2}, wide[] = {1, (double)INFINITY};
  vt_moments_of(one, 0, &m);
  assert_int_equal(m.count, 0);
  assert_true(isnan(m.mean) && isnan(m.variance) && isnan(m.skewness) && isnan(m.min) &&
              isnan(m.max) && isnan(m.standard_error));
  vt_moments_of(one, 1, &m);
  assert_true(m.mean == 3.5 && m.min == 3.5 && m.max == 3.5);
  assert_true(isnan(m.variance) && isnan(m.standard_error) && isnan(m.skewness));
  vt_moments_of(bad, 3, &m);
  assert_true(isnan(m.mean) && isnan(m.min) && isnan(m.max) && isnan(m.variance));
  vt_moments_of(wide, 2, &m);
  assert_true(isinf(m.mean) && m.min == 1 && isinf(m.max) && isnan(m.variance));
}

static void equal_values_have_no_spread_at_all(void **state) {
  (void)state;
  double a[1001];
  for (int i = 0; i < 1001; i++) a[i] = 0.1;
  vt_moments m;
  vt_moments_of(a, 1001, &m);
  assert_true(m.mean == 0.1 && m.variance == 0 && m.standard_error == 0 && isnan(m.skewness));
}

static void moments_of_many_values_keep_their_digits(void **state) {
  (void)state;
  enum { COUNT = 12345 };
  double *a = malloc(COUNT * sizeof *a);
  assert_non_null(a);
  const double offset[] = {0, 1e6, -1e9};
  for (int k = 0; k < 3; k++) {
    uint64_t seed = 7;
    long double sum = 0, second = 0, third = 0;
    // a[i] - offset is exact: the reference is computed without the offset.
    for (int i = 0; i < COUNT; i++) {
      a[i] = offset[k] + draw(&seed) * draw(&seed);
      sum += (long double)(a[i] - offset[k]);
    }
    const long double mean = sum / COUNT;
    for (int i = 0; i < COUNT; i++) {
      const long double d = (long double)(a[i] - offset[k]) - mean;
      second += d * d;
      third += d * d * d;
    }
    vt_moments m;
    vt_moments_of(a, COUNT, &m);
    expect_near(m.mean, offset[k] + (double)mean, 4e-16);
    expect_near(m.variance, (double)(second / (COUNT - 1)), 1e-13);
    expect_near(m.skewness, (double)(third / COUNT / powl(second / COUNT, 1.5L)), 1e-12);
  }
  free(a);
}

static void units_change_moments_by_their_power_and_nothing_else(void **state) {
  (void)state;
  double a[300], b[300];
  uint64_t seed = 3;
  for (int i = 0; i < 300; i++) a[i] = draw(&seed) - 0.3;
  vt_moments m, n;
  vt_moments_of(a, 300, &m);
  const int exponent[] = {-400, -43, 43, 400};
  for (int k = 0; k < 4; k++) {
    for (int i = 0; i < 300; i++) b[i] = ldexp(a[i], exponent[k]);
    vt_moments_of(b, 300, &n);
    assert_true(n.mean == ldexp(m.mean, exponent[k]));
    assert_true(n.variance == ldexp(m.variance, 2 * exponent[k]));
    assert_true(n.standard_error == ldexp(m.standard_error, exponent[k]));
    assert_true(n.skewness == m.skewness);
  }
}

static void quantiles_are_linear_between_order_statistics(void **state) {
  (void)state;
  // numpy.quantile([15, 20, 35, 40, 50], [0, 0.05, 0.25, 0.4, 0.5, 0.95, 1])
  const double p[] = {0, 0.05, 0.25, 0.4, 0.5, 0.95, 1};
  const double expected[] = {15, 16, 20, 29, 35, 48, 50};
  double a[] = {50, 15, 40, 20, 35}, out[7];
  vt_quantiles_of(a, 5, p, 7, out);
  for (int i = 0; i < 7; i++) expect_near(out[i], expected[i], 1e-15);
  double one[] = {2.5};
  vt_quantiles_of(one, 1, p, 7, out);
  for (int i = 0; i < 7; i++) assert_true(out[i] == 2.5);
}

static void quantiles_of_nothing_or_nan_are_nan(void **state) {
  (void)state;
  const double p[] = {0.1, 0.9};
  double out[2] = {0}, bad[] = {1, 2, (double)NAN, 4};
  vt_quantiles_of(bad, 0, p, 2, out);
  assert_true(isnan(out[0]) && isnan(out[1]));
  vt_quantiles_of(bad, 4, p, 2, out);
  assert_true(isnan(out[0]) && isnan(out[1]));
  const double odd[] = {(double)NAN, 0.5};
  double ends[] = {(double)INFINITY, -1, (double)-INFINITY};
  vt_quantiles_of(ends, 3, odd, 2, out);
  assert_true(isnan(out[0]) && out[1] == -1);
}

// Values in many orders, with ties and without.
static double pattern(int kind, int i, int count, uint64_t *seed) {
  switch (kind) {
    case 0: return draw(seed);
    case 1: return i;
    case 2: return count - i;
    case 3: return i % 2;
    case 4: return floor(5 * draw(seed));
    case 5: return i < count / 2 ? i : count - i;
    case 6: return i == count / 3 ? 1 : 0;
    case 7: return pow(draw(seed), 20) - 0.5;
    default: return 4;
  }
}

static void selection_finds_what_sorting_finds(void **state) {
  (void)state;
  enum { MOST = 5000, QUANTILES = 70 };
  const int count[] = {2, 3, 24, 25, 63, 64, 65, 127, 1000, 4096, MOST};
  double *a = malloc(MOST * sizeof *a), *b = malloc(MOST * sizeof *b);
  double p[QUANTILES], out[QUANTILES];
  assert_true(a && b);
  uint64_t seed = 11;
  for (int q = 0; q < QUANTILES; q++) p[q] = draw(&seed);
  for (size_t c = 0; c < sizeof count / sizeof *count; c++) {
    for (int kind = 0; kind < 9; kind++) {
      for (int i = 0; i < count[c]; i++) a[i] = b[i] = pattern(kind, i, count[c], &seed);
      const int quantiles = kind % 2 ? QUANTILES : 3;
      vt_quantiles_of(a, count[c], p, quantiles, out);
      qsort(b, (size_t)count[c], sizeof *b, compare);
      for (int q = 0; q < quantiles; q++) {
        const double h = (count[c] - 1) * p[q], t = h - floor(h);
        const int k = (int)h;
        const double next = b[k + 1 < count[c] ? k + 1 : k];
        const double d = next - b[k];
        const double expected = t < 0.5 ? b[k] + d * t : next - d * (1 - t);
        if (out[q] != expected) fail_msg("count %d, kind %d, p %g", count[c], kind, p[q]);
      }
      qsort(a, (size_t)count[c], sizeof *a, compare);
      assert_memory_equal(a, b, (size_t)count[c] * sizeof *a);
    }
  }
  free(a);
  free(b);
}

static void points_that_others_better_are_flagged(void **state) {
  (void)state;
  const double a[] = {1, 2, 3, 2, 3, (double)NAN, 1, 4}, b[] = {5, 3, 1, 4, 3, 0, 5.0000001, 1};
  const double wanted[] = {0, 0, 0, 1, 1, 0, 0, 1};
  double flag[8];
  assert_int_equal(vt_dominated_points(a, b, 8, flag), VT_OK);
  for (int i = 0; i < 8; i++) {
    if (i == 5) assert_true(isnan(flag[i]));
    if (i != 5 && flag[i] != wanted[i]) fail_msg("point %d: %g, not %g", i, flag[i], wanted[i]);
  }
  assert_int_equal(vt_dominated_points(a, b, 0, flag), VT_OK);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(points_that_others_better_are_flagged),
      cmocka_unit_test(moments_of_small_samples_are_the_textbook_ones),
      cmocka_unit_test(what_is_undefined_is_nan),
      cmocka_unit_test(equal_values_have_no_spread_at_all),
      cmocka_unit_test(moments_of_many_values_keep_their_digits),
      cmocka_unit_test(units_change_moments_by_their_power_and_nothing_else),
      cmocka_unit_test(quantiles_are_linear_between_order_statistics),
      cmocka_unit_test(quantiles_of_nothing_or_nan_are_nan),
      cmocka_unit_test(selection_finds_what_sorting_finds),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
