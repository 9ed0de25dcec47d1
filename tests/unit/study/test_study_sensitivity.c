// test_study_sensitivity.c - results.sensitivity: what it says, what is refused.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "vintner/study.h"

// A study with a design, factors and results.
static vt_error parse(const char *design, const char *factors, const char *results,
                      vt_study **study) {
  char text[2048];
  const int length = snprintf(text, sizeof text,
                              "vintner: 1\nname: s\nmodel: {pathway: {inputs: i.json, unit: "
                              "lifetime}}\nensemble:\n  design: %s\n  factors:\n%s%s\n",
                              design, factors, results);
  return vt_study_parse("s.yaml", text, length, study);
}

static const char two[] = "    a: {target: \"demand[*, *]\", multiply: {uniform: [1, 2]}}\n"
                          "    b: {target: \"demand[*, 2030]\", multiply: [1, 2, 3]}\n";

static void what_a_design_gives_is_implied(void **state) {
  (void)state;
  static const struct {
    const char *design, *results;
    bool wanted;
    vt_sensitivity_method method;
  } known[] = {
      {"{saltelli: 4}", "", true, VT_SENSITIVITY_SOBOL},
      {"{morris: 4}", "", true, VT_SENSITIVITY_MORRIS},
      {"{monte-carlo: 9}", "", false, VT_SENSITIVITY_REGRESSION},
      {"{sobol: 8}", "results: {sensitivity: true}", true, VT_SENSITIVITY_REGRESSION},
      {"{saltelli: 4}", "results: {sensitivity: false}", false, VT_SENSITIVITY_SOBOL},
      {"{morris: 4}", "results: {sensitivity: {}}", true, VT_SENSITIVITY_MORRIS},
  };
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    vt_study *study;
    assert_int_equal(parse(known[i].design, two, known[i].results, &study), VT_OK);
    const vt_sensitivity_plan *plan = &study->sensitivity;
    assert_true(plan->wanted == known[i].wanted && plan->method == known[i].method);
    assert_true(plan->resamples == 1000 && plan->outputs == 0);
    assert_true(plan->confidence == 0.95 && plan->max_failed == 0.1);
    assert_true(plan->line > 0);
    vt_study_free(study);
  }
}

static void every_key_arrives(void **state) {
  (void)state;
  vt_study *study;
  assert_int_equal(
      parse("{saltelli: {base: 8, second_order: true}}", two,
            "results:\n  sensitivity:\n    methods: [sobol]\n"
            "    outputs: [objective, 'installation[PEM, 2030:2040]', \"total_impact\"]\n"
            "    resamples: 1e2\n    confidence: 0.5\n    max_failed: 1\n    derivative: true\n",
            &study),
      VT_OK);
  const vt_sensitivity_plan *plan = &study->sensitivity;
  assert_true(plan->wanted && plan->outputs == 3 && plan->resamples == 100);
  assert_true(plan->confidence == 0.5 && plan->max_failed == 1 && plan->derivative);
  assert_string_equal(plan->output[1].tensor, "installation");
  assert_int_equal(plan->output[1].axes, 2);
  assert_int_equal(plan->output_line, 12);
  vt_study_free(study);
}

static void expect_refused(const char *design, const char *factors, const char *results,
                           const char *expected) {
  vt_study *study;
  assert_int_equal(parse(design, factors, results, &study), VT_ERR_INPUT);
  if (!strstr(vt_error_message(), expected))
    fail_msg("expected '%s', found '%s'", expected, vt_error_message());
  assert_memory_equal(vt_error_message(), "s.yaml:", 7);
}

static void what_is_wrong_is_refused_with_its_place(void **state) {
  (void)state;
  static const struct {
    const char *design, *value, *expected;
  } bad[] = {
      {"{saltelli: 4}", "1", "'results.sensitivity': found"},
      {"{saltelli: 4}", "[sobol]", "expected true, false or a map"},
      {"{saltelli: 4}", "{method: [sobol]}", "did you mean 'methods'?"},
      {"{saltelli: 4}", "{methods: []}", "expected 'sobol'"},
      {"{saltelli: 4}", "{methods: [sobl]}", "did you mean 'sobol'?"},
      {"{saltelli: 4}", "{methods: [sobol, sobol]}", "found 'sobol' twice"},
      {"{saltelli: 4}", "{methods: [regression]}",
       "'results.sensitivity.methods[0]': found 'regression', which the design 'saltelli' cannot "
       "give, expected 'sobol'"},
      {"{monte-carlo: 9}", "{methods: [morris]}",
       "which the design 'monte-carlo' cannot give, expected 'regression'"},
      {"{morris: 9}", "{methods: [sobol]}", "expected 'morris'"},
      {"{morris: 9}", "{outputs: []}", "found an empty list"},
      {"{morris: 9}", "{outputs: [objective, objective]}", "found 'objective' twice"},
      {"{morris: 9}", "{outputs: ['x[']}", "bad selector 'x['"},
      {"{morris: 9}", "{resamples: 0}", "'results.sensitivity.resamples': found"},
      {"{morris: 9}", "{confidence: 1}", "'results.sensitivity.confidence': found"},
      {"{morris: 9}", "{confidence: .nan}", "'results.sensitivity.confidence': found"},
      {"{morris: 9}", "{max_failed: -0.1}", "'results.sensitivity.max_failed': found"},
      {"{morris: 9}", "{derivative: 1}", "'results.sensitivity.derivative': found"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    char results[256];
    (void)snprintf(results, sizeof results, "results: {sensitivity: %s}", bad[i].value);
    expect_refused(bad[i].design, two, results, bad[i].expected);
  }
}

static void inputs_that_are_fixed_have_no_sensitivity(void **state) {
  (void)state;
  static const char fixed[] = "    a: {target: \"demand[*, *]\", multiply: 2}\n";
  expect_refused("{monte-carlo: 9}", fixed, "results: {sensitivity: true}",
                 "s.yaml:8: 'results.sensitivity': found no random inputs");
  vt_study *study;
  assert_int_equal(parse("{monte-carlo: 9}", fixed, "results: {sensitivity: false}", &study),
                   VT_OK);
  vt_study_free(study);
  static const char one[] = "vintner: 1\nname: s\nmodel: {pathway: {inputs: i.json, unit: "
                            "lifetime}}\nresults: {sensitivity: true}\n";
  assert_int_equal(vt_study_parse("s.yaml", one, sizeof one - 1, &study), VT_ERR_INPUT);
  assert_non_null(strstr(vt_error_message(), "s.yaml:4: 'results.sensitivity': found no random"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_a_design_gives_is_implied),
      cmocka_unit_test(every_key_arrives),
      cmocka_unit_test(what_is_wrong_is_refused_with_its_place),
      cmocka_unit_test(inputs_that_are_fixed_have_no_sensitivity),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
