// test_design.c - random numbers, distributions, designs.
#include "vintner/design.h"

#include "vintner/study.h"

#include <Random123/philox.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define NEAR(got, want, tolerance) assert_true(fabs((got) - (want)) <= (tolerance))

// Known-answer vectors of Random123 1.14 (kat_vectors, philox4x64 with 10 rounds).
static void philox_gives_the_published_numbers(void **state) {
  (void)state;
  const philox4x64_ctr_t zero = {{0, 0, 0, 0}};
  const philox4x64_key_t none = {{0, 0}};
  const philox4x64_ctr_t a = philox4x64(zero, none);
  assert_true(a.v[0] == 0x16554d9eca36314cU && a.v[1] == 0xdb20fe9d672d0fdcU &&
              a.v[2] == 0xd7e772cee186176bU && a.v[3] == 0x7e68b68aec7ba23bU);
  const philox4x64_ctr_t ones = {{UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX}};
  const philox4x64_key_t full = {{UINT64_MAX, UINT64_MAX}};
  const philox4x64_ctr_t b = philox4x64(ones, full);
  assert_true(b.v[0] == 0x87b092c3013fe90bU && b.v[1] == 0x438c3c67be8d0224U &&
              b.v[2] == 0x9cc7d7c69cd777b6U && b.v[3] == 0xa09caebf594f0ba0U);
}

static void random_numbers_are_those_of_their_key(void **state) {
  (void)state;
  const double first = vt_random_uniform(0, (vt_purpose)0, 0, 0, 0);
  NEAR(first, ((double)(0x16554d9eca36314cU >> 12) + 0.5) * 0x1p-52, 0.0);
  const double sixth = vt_random_uniform(0, (vt_purpose)0, 0, 0, 5);
  uint64_t word[VT_RANDOM_WORDS];
  vt_random_words(0, (vt_purpose)0, 0, 0, 1, word);
  NEAR(sixth, ((double)(word[1] >> 12) + 0.5) * 0x1p-52, 0.0);
  double sum = 0.0, square = 0.0;
  for (int k = 0; k < 100000; k++) {
    const double u = vt_random_uniform(7, VT_PURPOSE_FACTOR, k, 99, 0);
    assert_true(u > 0.0 && u < 1.0);
    sum += u;
    square += u * u;
  }
  NEAR(sum / 1e5, 0.5, 0.005);
  NEAR(square / 1e5, 1.0 / 3.0, 0.005);
}

static const double inf = (double)INFINITY;

// ---------------------------------------------------------------------------------------------

static vt_study *parse(const char *ensemble) {
  vt_text text = {0};
  vt_study *study = NULL;
  assert_int_equal(
      vt_text_add(&text, "vintner: 1\nname: t\nmodel: {pathway: {inputs: i.json}}\n%s", ensemble),
      VT_OK);
  if (vt_study_parse("t.yaml", text.bytes, text.length, &study) != VT_OK)
    fail_msg("%s", vt_error_message());
  vt_text_free(&text);
  return study;
}

static void a_factorial_design_runs_its_last_factor_fastest(void **state) {
  (void)state;
  vt_study *study = parse("ensemble: {design: factorial, factors: {"
                          "a: {target: \"demand[*, *]\", multiply: [1, 2]},"
                          "b: {target: \"demand[*, *]\", add: 5},"
                          "c: {target: \"demand[*, *]\", set: [7, 8, 9]}}}\n");
  vt_design *design;
  double value[3];
  assert_int_equal(vt_design_create(&study->design, &design), VT_OK);
  assert_int_equal(vt_design_scenarios(design), 6);
  const double expected[6][3] = {{1, 5, 7}, {1, 5, 8}, {1, 5, 9}, {2, 5, 7}, {2, 5, 8}, {2, 5, 9}};
  for (int k = 0; k < 6; k++) {
    vt_design_values(design, k, value);
    assert_memory_equal(value, expected[k], sizeof value);
  }
  vt_design_free(design);
  vt_study_free(study);
}

static void one_at_a_time_leaves_the_others_alone(void **state) {
  (void)state;
  vt_study *study = parse("ensemble: {design: one-at-a-time, factors: {"
                          "a: {target: \"demand[*, *]\", multiply: [1, 2]},"
                          "b: {target: \"demand[*, *]\", add: 5},"
                          "c: {target: \"demand[*, *]\", set: [7]}}}\n");
  vt_design *design;
  double value[3];
  assert_int_equal(vt_design_create(&study->design, &design), VT_OK);
  assert_int_equal(vt_design_scenarios(design), 3);
  vt_design_values(design, 1, value);
  assert_true(value[0] == 2 && value[1] == 5 && isnan(value[2]));
  vt_design_values(design, 2, value);
  assert_true(isnan(value[0]) && value[1] == 5 && value[2] == 7);
  vt_design_free(design);
  vt_study_free(study);
}

static void a_monte_carlo_value_depends_on_seed_scenario_and_name_alone(void **state) {
  (void)state;
  vt_study *small = parse("ensemble: {seed: 3, design: {monte-carlo: 10}, factors: {"
                          "a: {target: \"demand[*, *]\", multiply: {uniform: [0, 1]}}}}\n");
  vt_study *large = parse("ensemble: {seed: 3, design: {monte-carlo: 1000}, factors: {"
                          "z: {target: \"demand[*, *]\", multiply: [1, 2, 3]},"
                          "a: {target: \"demand[*, *]\", multiply: {uniform: [0, 1]}}}}\n");
  vt_design *few, *many;
  double one[1], two[2];
  int seen[4] = {0};
  assert_int_equal(vt_design_create(&small->design, &few), VT_OK);
  assert_int_equal(vt_design_create(&large->design, &many), VT_OK);
  for (int k = 0; k < 10; k++) {
    vt_design_values(few, k, one);
    vt_design_values(many, k, two);
    assert_true(one[0] == two[1]);
  }
  for (int k = 0; k < 1000; k++) {
    vt_design_values(many, k, two);
    seen[(int)two[0]]++;
  }
  for (int level = 1; level <= 3; level++) assert_true(seen[level] > 270 && seen[level] < 400);
  vt_design_free(few);
  vt_design_free(many);
  vt_study_free(small);
  vt_study_free(large);
}

// Writes a table, reads the design from it; the message on failure, or NULL.
static const char *try_table(const char *csv, vt_design **design, vt_study **study) {
  FILE *file = fopen("test_table.csv", "w");
  assert_non_null(file);
  (void)fputs(csv, file);
  (void)fclose(file);
  *study = parse("ensemble: {design: {table: test_table.csv}, factors: {"
                 "a: {target: \"demand[*, *]\", multiply: ~},"
                 "cap: {target: \"process_deployment_limits_max[*, *]\", set: ~}}}\n");
  (*study)->design.table = "test_table.csv";
  const vt_error made = vt_design_create(&(*study)->design, design);
  (void)unlink("test_table.csv");
  return made == VT_OK ? NULL : vt_error_message();
}

static void a_table_gives_its_rows_in_the_order_of_the_study(void **state) {
  (void)state;
  vt_design *design;
  vt_study *study;
  double value[2];
  const char *failed =
      try_table("\xef\xbb\xbf\"cap\" , a\r\n1,2\r\ninf , -3e1\r\n", &design, &study);
  assert_null(failed);
  assert_int_equal(vt_design_scenarios(design), 2);
  vt_design_values(design, 0, value);
  assert_true(value[0] == 2 && value[1] == 1);
  vt_design_values(design, 1, value);
  assert_true(value[0] == -30 && value[1] == inf);
  vt_design_free(design);
  vt_study_free(study);
}

static void a_bad_table_is_refused_with_its_line(void **state) {
  (void)state;
  const char *cases[][2] = {
      {"", "empty table"},
      {"a,cap\n", "no scenario"},
      {"a,cpa\n1,2\n", ":1: column 2: found 'cpa'"},
      {"a,cpa\n1,2\n", "did you mean 'cap'?"},
      {"a\n1\n", "no column for factor 'cap'"},
      {"a,a,cap\n1,1,2\n", "a second time"},
      {"a,cap\n1\n", ":2: found 1 fields, expected 2"},
      {"a,cap\n1,2,3\n", ":2: found more than the expected 2"},
      {"a,cap\n1,2\n1,x\n", ":3: column 'cap': found 'x'"},
      {"a,cap\n1,nan\n", ":2: column 'cap': found 'nan'"},
      {"a,cap\ninf,1\n", ":2: column 'a': found 'inf'"},
      {"a,cap\n0x10,1\n", ":2: column 'a': found '0x10'"},
      {"a,cap\n1,0x10\n", ":2: column 'cap': found '0x10'"},
      {"a,cap\n1,1e999\n", ":2: column 'cap': found '1e999'"},
      {"a,cap\n1,\xff\n", ":2: found the byte 0xff"},
      {"a,cap\n\"1,2\n", ":2: found a quote that is not closed"},
      {"a,cap\n,2\n", ":2: column 'a': found ''"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    vt_design *design;
    vt_study *study;
    const char *message = try_table(cases[i][0], &design, &study);
    assert_non_null(message);
    if (!strstr(message, cases[i][1])) fail_msg("'%s' lacks '%s'", message, cases[i][1]);
    vt_study_free(study);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(philox_gives_the_published_numbers),
      cmocka_unit_test(random_numbers_are_those_of_their_key),
      cmocka_unit_test(a_factorial_design_runs_its_last_factor_fastest),
      cmocka_unit_test(one_at_a_time_leaves_the_others_alone),
      cmocka_unit_test(a_monte_carlo_value_depends_on_seed_scenario_and_name_alone),
      cmocka_unit_test(a_table_gives_its_rows_in_the_order_of_the_study),
      cmocka_unit_test(a_bad_table_is_refused_with_its_line),
  };
  return cmocka_run_group_tests_name("design", tests, NULL, NULL);
}
