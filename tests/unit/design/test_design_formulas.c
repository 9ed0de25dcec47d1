// test_design_formulas.c - parameters in designs: what they are in each, in the reference, where a
// formula fails, and how inputs depend on them.
#include "vintner/study.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { INPUTS = 7 };

typedef struct formula_case {
  vt_study *study;
  vt_design *design;
} formula_case;

// Inputs: f, a, b, c; factors x, y; the override.
static formula_case made_of(const char *a, const char *design) {
  vt_text text = {0};
  formula_case m;
  assert_int_equal(
      vt_text_add(&text,
                  "vintner: 1\nname: t\nmodel:\n  pathway:\n    inputs: i.json\n"
                  "    overrides: [{target: demand, set: 'f - c'}]\n"
                  "parameters:\n  f: 'a * b'\n  a: %s\n  b: '1 / (a - 1)'\n  c: [1, 2, 3]\n"
                  "ensemble:\n  seed: 3\n  design: %s\n  factors:\n"
                  "    x: {target: demand, multiply: [1, 2]}\n"
                  "    y: {target: demand, multiply: 'sqrt(c) * b ** 2'}\n",
                  a, design),
      VT_OK);
  assert_int_equal(vt_study_parse("t.yaml", text.bytes, text.length, &m.study), VT_OK);
  assert_int_equal(vt_design_create(&m.study->design, &m.design), VT_OK);
  assert_int_equal(vt_design_width(m.design), INPUTS);
  vt_text_free(&text);
  return m;
}

static void drop(formula_case *m) {
  vt_design_free(m->design);
  vt_study_free(m->study);
}

static void check_formulas(const double *v) {
  assert_true(v[2] == 1 / (v[1] - 1));
  assert_true(v[0] == v[1] * v[2]);
  assert_true(v[5] == sqrt(v[3]) * pow(v[2], 2));
  assert_true(v[6] == v[0] - v[3]);
}

static void formulas_follow_what_is_drawn(void **state) {
  static const char *const designs[] = {"{monte-carlo: 20}", "{latin-hypercube: 20}", "{sobol: 16}",
                                        "{saltelli: 4}", "{morris: 3}"};
  (void)state;
  for (size_t i = 0; i < sizeof designs / sizeof *designs; i++) {
    formula_case m = made_of("{uniform: [2, 3]}", designs[i]);
    const int *random;
    assert_int_equal(vt_design_random_inputs(m.design, &random), 3);
    assert_true(random[0] == 1 && random[1] == 3 && random[2] == 4);
    for (int64_t k = 0; k < vt_design_scenarios(m.design); k++) {
      double v[INPUTS];
      assert_int_equal(vt_design_values(m.design, k, v), -1);
      assert_true(v[1] > 2 && v[1] < 3 && (v[4] == 1 || v[4] == 2));
      check_formulas(v);
    }
    drop(&m);
  }
}

static void what_is_not_varied_is_as_in_the_reference(void **state) {
  (void)state;
  formula_case m = made_of("[3, 5]", "one-at-a-time");
  assert_int_equal(vt_design_scenarios(m.design), 7);
  double v[INPUTS];
  assert_int_equal(vt_design_values(m.design, 0, v), -1);
  assert_true(v[1] == 3 && v[3] == 2 && isnan(v[4]));
  check_formulas(v);
  assert_int_equal(vt_design_values(m.design, 2, v), -1);
  assert_true(v[1] == 5 && v[3] == 1 && isnan(v[4]));
  check_formulas(v);
  assert_int_equal(vt_design_values(m.design, 6, v), -1);
  assert_true(v[1] == 5 && v[3] == 2 && v[4] == 2);
  drop(&m);
}

static void the_reference_has_medians_and_no_factor(void **state) {
  (void)state;
  formula_case m = made_of("{uniform: [2, 4]}", "{monte-carlo: 2}");
  double v[INPUTS];
  assert_int_equal(vt_design_reference(m.design, v), VT_OK);
  assert_true(v[0] == 1.5 && v[1] == 3 && v[2] == 0.5 && v[3] == 2 && v[6] == -0.5);
  assert_true(isnan(v[4]) && isnan(v[5]));
  drop(&m);
}

static void what_fails_is_told_with_what_it_feeds(void **state) {
  (void)state;
  formula_case m = made_of("[1, 2]", "factorial");
  double v[INPUTS];
  assert_int_equal(vt_design_values(m.design, 0, v), 2);
  assert_true(isnan(v[0]) && v[1] == 1 && isnan(v[2]) && v[3] == 1 && isnan(v[5]) && isnan(v[6]));
  vt_text why = {0};
  assert_int_equal(vt_design_explain(m.design, 2, v, &why), VT_OK);
  assert_string_equal(why.bytes, "'parameters.b' fails: column 3: 1 / 0 is no finite number");
  vt_text_free(&why);
  drop(&m);
  m = made_of("[2, 1, 3]", "factorial");
  assert_int_equal(vt_design_reference(m.design, v), VT_ERR_INPUT);
  assert_string_equal(vt_error_message(), "t.yaml:10: in the reference scenario 'parameters.b' "
                                          "fails: column 3: 1 / 0 is no finite number");
  drop(&m);
}

// f = a / (a - 1), b = 1 / (a - 1), y = sqrt(c) b^2.
static void derivatives_go_through_the_formulas(void **state) {
  (void)state;
  formula_case m = made_of("{uniform: [2, 4]}", "{monte-carlo: 20}");
  for (int64_t k = 0; k < 20; k++) {
    double v[INPUTS], slope[INPUTS];
    assert_int_equal(vt_design_values(m.design, k, v), -1);
    const double a = v[1], b = v[2], c = v[3], b_slope = -b * b;
    const double by_a[INPUTS] = {b + a * b_slope, 1, b_slope, 0, 0, 2 * sqrt(c) * b * b_slope,
                                 b + a * b_slope};
    const double by_c[INPUTS] = {0, 0, 0, 1, 0, b * b / (2 * sqrt(c)), -1};
    vt_design_slopes(m.design, v, 1, slope);
    for (int i = 0; i < INPUTS; i++) assert_true(fabs(slope[i] - by_a[i]) <= 1e-13);
    vt_design_slopes(m.design, v, 3, slope);
    for (int i = 0; i < INPUTS; i++) assert_true(fabs(slope[i] - by_c[i]) <= 1e-13);
  }
  drop(&m);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(formulas_follow_what_is_drawn),
      cmocka_unit_test(what_is_not_varied_is_as_in_the_reference),
      cmocka_unit_test(the_reference_has_medians_and_no_factor),
      cmocka_unit_test(what_fails_is_told_with_what_it_feeds),
      cmocka_unit_test(derivatives_go_through_the_formulas),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
