// test_study_regret.c - results.regret: what it says, what is refused.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "vintner/study.h"

static vt_error parse(const char *model, const char *ensemble, const char *results,
                      vt_study **study) {
  char text[2048];
  const int length = snprintf(text, sizeof text, "vintner: 1\nname: s\nmodel: %s\n%s%s\n", model,
                              ensemble, results);
  return vt_study_parse("s.yaml", text, length, study);
}

static const char pathway[] = "{pathway: {inputs: i.json, unit: lifetime}}";
static const char sobol[] = "ensemble:\n  design: {sobol: 8}\n  factors:\n"
                            "    a: {target: \"demand[*, *]\", multiply: {uniform: [1, 2]}}\n";

static void every_key_arrives(void **state) {
  (void)state;
  static const struct {
    const char *value;
    bool wanted;
    int64_t plans;
    int fix;
  } known[] = {
      {"true", true, 0, 0},
      {"false", false, 0, 0},
      {"{}", true, 0, 0},
      {"{plans: 5}", true, 5, 0},
      {"{fix: 2030}", true, 0, 2030},
      {"{plans: 1e3, fix: 1}", true, 1000, 1},
  };
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    char results[128];
    vt_study *study;
    (void)snprintf(results, sizeof results, "results: {regret: %s}", known[i].value);
    assert_int_equal(parse(pathway, sobol, results, &study), VT_OK);
    const vt_regret_plan *plan = &study->regret;
    assert_true(plan->wanted == known[i].wanted && plan->plans == known[i].plans);
    assert_true((plan->plans_line > 0) == (known[i].plans > 0));
    assert_true(plan->fix == known[i].fix && (plan->fix_line > 0) == (known[i].fix > 0));
    vt_study_free(study);
  }
  vt_study *study;
  assert_int_equal(parse(pathway, sobol, "", &study), VT_OK);
  assert_false(study->regret.wanted);
  vt_study_free(study);
}

static void expect_refused(const char *model, const char *ensemble, const char *results,
                           const char *expected) {
  vt_study *study;
  assert_int_equal(parse(model, ensemble, results, &study), VT_ERR_INPUT);
  if (!strstr(vt_error_message(), expected))
    fail_msg("expected '%s', found '%s'", expected, vt_error_message());
  assert_memory_equal(vt_error_message(), "s.yaml:", 7);
}

static void what_is_wrong_is_refused_with_its_place(void **state) {
  (void)state;
  static const struct {
    const char *model, *ensemble, *results, *expected;
  } bad[] = {
      {pathway, sobol, "results: {regret: 1}", "s.yaml:8: 'results.regret': found the number 1"},
      {pathway, sobol, "results: {regret: [1]}", "expected true, false or a map"},
      {pathway, sobol, "results: {regret: {plan: 3}}", "did you mean 'plans'?"},
      {pathway, sobol, "results: {regret: {plans: 0}}", "'results.regret.plans': found"},
      {pathway, sobol, "results: {regret: {plans: 2.5}}", "'results.regret.plans': found"},
      {pathway, sobol, "results: {regret: {fix: soon}}", "'results.regret.fix': found"},
      {pathway, sobol, "results: {regret: true, keep: [operation]}",
       "s.yaml:8: 'results.regret': found it without installations, expected 'installation' in "
       "'results.keep'"},
      {pathway, "ensemble: {design: {alternatives: {slack: 0.1}}}\n", "results: {regret: true}",
       "'results.regret': found it with the design 'alternatives'"},
      {pathway, "ensemble: {design: {pareto: {categories: [a, b], points: 5}}}\n",
       "results: {regret: true}", "'results.regret': found it with the design 'pareto'"},
      {"{pathway: {inputs: i.json, unit: lifetime, objective: [a, b]}}", sobol,
       "results: {regret: true}", "found an objective of 2 levels in line 3"},
      {"{inventory: {databases: [d], demands: [{activity: [d, p]}], methods: [[m]]}}", "",
       "results: {regret: {plans: 3}}",
       "'results.regret': found it in 'model.inventory', expected a pathway model"},
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    expect_refused(bad[i].model, bad[i].ensemble, bad[i].results, bad[i].expected);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_key_arrives),
      cmocka_unit_test(what_is_wrong_is_refused_with_its_place),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
