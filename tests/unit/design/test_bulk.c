// test_bulk.c - random numbers and quantiles of many streams at once: the bits of one alone.
#include "vintner/design.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MANY = 2000 };

static void many_streams_have_the_bits_of_one(void **state) {
  (void)state;
  uint64_t stream[MANY];
  double u[MANY], z[MANY];
  for (int i = 0; i < MANY; i++) stream[i] = (uint64_t)i * UINT64_C(0x9e3779b97f4a7c15);
  vt_random_uniforms(5, VT_PURPOSE_FACTOR, 77, MANY, stream, u);
  vt_normal_quantiles(MANY, u, z);
  for (int i = 0; i < MANY; i++) {
    const double alone = vt_random_uniform(5, VT_PURPOSE_FACTOR, 77, stream[i], 0);
    double normal;
    vt_normal_quantiles(1, &alone, &normal);
    assert_memory_equal(&u[i], &alone, sizeof alone);
    assert_memory_equal(&z[i], &normal, sizeof normal);
  }
}

static void quantiles_are_those_of_the_normal_distribution(void **state) {
  (void)state;
  vt_arena *arena;
  assert_int_equal(vt_arena_create(&arena), VT_OK);
  vt_distribution d = {
      .kind = VT_NORMAL, .parameter = {0, 1}, .min = -(double)INFINITY, .max = (double)INFINITY};
  assert_int_equal(vt_distribution_prepare(arena, &d), VT_OK);
  double u[MANY], z[MANY];
  for (int i = 0; i < MANY; i++) u[i] = (i + 0.5) / MANY;
  u[0] = 0x1p-53;
  u[1] = 1 - 0x1p-53;
  u[2] = 0.075;
  u[3] = 0.925;
  u[4] = 0.5;
  vt_normal_quantiles(MANY, u, z);
  for (int i = 0; i < MANY; i++) {
    const double expected = vt_distribution_quantile(&d, u[i]);
    assert_true(fabs(z[i] - expected) <= 4e-15 * fmax(fabs(expected), 1e-3));
    if (i > 5) assert_true(z[i] > z[i - 1]);
  }
  vt_arena_free(arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(many_streams_have_the_bits_of_one),
      cmocka_unit_test(quantiles_are_those_of_the_normal_distribution),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
