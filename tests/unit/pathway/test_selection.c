// test_selection.c - selectors that pick, create, or are refused, and in which words.
#include "models.h"

// The base model with two processes of one name, and limits on A in 2020 and 2021.
static const json_field named[] = {
    {"process_names", "{'A': 'kiln', 'B': 'kiln'}"},
    {"process_deployment_limits_max", "{'[`A`, 2020]': 50, '[`A`, 2021]': 60}"},
    {"existing_capacity", "{'[`A`, 2017]': 1, '[`A`, 2019]': 2}"},
    {NULL, NULL},
};

static made make_overridden(const json_field *change, const char *override) {
  vt_text lines = {0};
  must(vt_text_add(&lines, "    overrides:\n      - {target: '%s}\n", override));
  made m = make_model(change, VT_UNIT_LIFETIME, lines.bytes, NULL);
  vt_text_free(&lines);
  return m;
}

// ---------------------------------------------------------------------------------------------
// Refusals.

typedef struct refusal {
  const char *override, *message; // the message after "study.yaml:8: "
} refusal;

static const refusal refusals[] = {
    {"demad[R, 2020]', set: 1",
     "target 'demad[R, 2020]': found tensor 'demad', expected a tensor of the inputs; did you mean "
     "'demand'?"},
    {"demand', set: 1",
     "target 'demand': found no brackets, expected demand[product, system_time]"},
    {"demand[R]', set: 1",
     "target 'demand[R]': found 1 axes, expected 2: demand[product, system_time]"},
    {"process_deployment_limits_max_default[A]', set: 1",
     "target 'process_deployment_limits_max_default[A]': found brackets, expected none: "
     "'process_deployment_limits_max_default' has no axes"},
    {"operation_flow[A, R]', set: 1",
     "target 'operation_flow[A, R]': found a tensor of yes and no, expected one of numbers"},
    {"demand[steel, 2020]', multiply: 2", "target 'demand[steel, 2020]': axis 1 (product): found "
                                          "'steel', expected a label of that axis"},
    {"characterization[cc, CO, *]', multiply: 2",
     "target 'characterization[cc, CO, *]': axis 2 (elementary_flow): found 'CO', expected a label "
     "of that axis; did you mean 'CO2'?"},
    {"foreground_production[klin, R, *]', multiply: 2",
     "target 'foreground_production[klin, R, *]': axis 1 (process): found 'klin', expected a label "
     "of that axis; did you mean 'kiln'?"},
    {"foreground_production[kiln, R, *]', multiply: 2",
     "target 'foreground_production[kiln, R, *]': found the process name 'kiln' on 2 processes, "
     "expected one of their codes: 'A', 'B'"},
    {"foreground_production[x*, R, *]', multiply: 2",
     "target 'foreground_production[x*, R, *]': axis 1 (process): found 'x*', expected a pattern "
     "that some label matches"},
    {"demand[R, 2030:]', multiply: 2",
     "target 'demand[R, 2030:]': axis 2 (system_time): found '2030:', expected numbers within 2020 "
     "to 2022"},
    {"demand[R, 2020|2040]', set: 2",
     "target 'demand[R, 2020|2040]': axis 2 (system_time): found '2040', expected numbers within "
     "2020 to 2022"},
    {"demand[R, soon]', multiply: 2",
     "target 'demand[R, soon]': axis 2 (system_time): found 'soon', expected a number, a range a:b "
     "or *"},
    {"demand[R, 2022]', multiply: 2",
     "target 'demand[R, 2022]': found no stored entry of 'demand' that matches all its axes, "
     "expected at least one"},
    // `set` creates what it names exactly: not for coefficients, and not what a glob matches.
    {"foreground_production[B, R, 1]', set: 2",
     "target 'foreground_production[B, R, 1]': found no stored entry of 'foreground_production' "
     "that matches all its axes, expected at least one"},
    {"flow_limits_max[CO*, *]', set: 2",
     "target 'flow_limits_max[CO*, *]': found no stored entry "
     "of 'flow_limits_max' that matches all "
     "its axes, expected at least one; set makes entries that are named: name them"},
    {"cumulative_process_limits_max[*]', set: 2",
     "target 'cumulative_process_limits_max[*]': found no stored entry of "
     "'cumulative_process_limits_max' that matches all its axes, expected at least one; set makes "
     "entries that are named: name them, or set cumulative_process_limits_max_default"},
    {"existing_capacity[A, 2020]', set: 2",
     "target 'existing_capacity[A, 2020]': found year 2020, expected years before the horizon "
     "(2020)"},
    {"existing_capacity[A, -9999999999]', set: 2",
     "target 'existing_capacity[A, -9999999999]': found year -9999999999, expected years before "
     "the horizon (2020)"},
    {"existing_capacity[A, -20000:]', set: 2", "target 'existing_capacity[A, -20000:]': found a "
                                               "range of 22020 years, expected at most 10000"},
};

static void a_selector_that_picks_nothing_is_refused(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
    vt_text lines = {0}, expected = {0};
    must(vt_text_add(&lines, "    overrides:\n      - {target: '%s}\n", refusals[i].override));
    must(vt_text_add(&expected, "study.yaml:8: %s", refusals[i].message));
    made m;
    assert_int_equal(try_model(named, VT_UNIT_LIFETIME, lines.bytes, NULL, &m), VT_ERR_INPUT);
    assert_string_equal(vt_error_message(), expected.bytes);
    unmake(&m);
    vt_text_free(&lines);
    vt_text_free(&expected);
  }
}

static void an_override_that_makes_the_inputs_unsound_is_refused(void **state) {
  (void)state;
  const char *override[] = {"process_deployment_limits_min[A, 2020]', set: 51",
                            "existing_capacity[A, *]', add: -2"};
  for (size_t i = 0; i < 2; i++) {
    vt_text lines = {0};
    must(vt_text_add(&lines, "    overrides:\n      - {target: '%s}\n", override[i]));
    made m;
    assert_int_equal(try_model(named, VT_UNIT_LIFETIME, lines.bytes, NULL, &m), VT_ERR_INPUT);
    unmake(&m);
    vt_text_free(&lines);
  }
}

// ---------------------------------------------------------------------------------------------
// What is picked and created.

typedef struct stored {
  vt_tensor_id tensor;
  int count;
  double value[8]; // all entries in order
} stored;

static void check_stored(const char *override, stored expected) {
  made m = make_overridden(named, override);
  const vt_tensor *t = &m.inputs->tensor[expected.tensor];
  if (t->count != expected.count)
    fail_msg("%s: %td entries, not %d", override, t->count, expected.count);
  for (int i = 0; i < expected.count; i++) {
    if (t->value[i] != expected.value[i])
      fail_msg("%s: entry %d is %g, not %g", override, i, t->value[i], expected.value[i]);
  }
  unmake(&m);
}

static void a_set_creates_what_it_names(void **state) {
  (void)state;
  check_stored("demand[R, 2022]', set: 3", (stored){VT_TENSOR_DEMAND, 3, {10, 10, 3}});
  check_stored("demand[R, 2021:]', set: 3", (stored){VT_TENSOR_DEMAND, 3, {10, 3, 3}});
  check_stored("demand[R, *]', set: 3", (stored){VT_TENSOR_DEMAND, 2, {3, 3}});
  check_stored("demand[\"R\", 2022|2020]', set: 3", (stored){VT_TENSOR_DEMAND, 3, {3, 10, 3}});
  check_stored("existing_capacity[B, 2018:2030]', set: 3",
               (stored){VT_TENSOR_EXISTING_CAPACITY, 4, {1, 2, 3, 3}});
  check_stored("existing_capacity[A, :2018]', set: 3",
               (stored){VT_TENSOR_EXISTING_CAPACITY, 2, {3, 2}});
  check_stored("existing_capacity[A|B, 2019]', set: 3",
               (stored){VT_TENSOR_EXISTING_CAPACITY, 3, {1, 3, 3}});
  check_stored("cumulative_process_limits_max[B|A]', set: 30",
               (stored){VT_TENSOR_TOTAL_DEPLOYMENT_MAX, 2, {30, 30}});
}

// `*` over years: those that have a limit, or all if none has.
static void a_set_over_all_years_means_those_with_a_limit_or_all(void **state) {
  (void)state;
  check_stored("process_deployment_limits_max[B, *]', set: 70",
               (stored){VT_TENSOR_DEPLOYMENT_MAX, 5, {50, 60, 70, 70, 70}});
  check_stored("process_deployment_limits_max[A, *]', set: 70",
               (stored){VT_TENSOR_DEPLOYMENT_MAX, 2, {70, 70}});
  check_stored("process_deployment_limits_max[A|B, *]', set: 70",
               (stored){VT_TENSOR_DEPLOYMENT_MAX, 2, {70, 70}});
  check_stored("flow_limits_max[CO2, *]', set: 900",
               (stored){VT_TENSOR_FLOW_MAX, 3, {900, 900, 900}});
  check_stored("category_impact_limits[cc, *]', set: 900",
               (stored){VT_TENSOR_IMPACT_LIMITS, 3, {900, 900, 900}});
}

static void operations_act_on_what_is_stored(void **state) {
  (void)state;
  check_stored("demand[*, *]', multiply: 3", (stored){VT_TENSOR_DEMAND, 2, {30, 30}});
  check_stored("demand[R*, :2020]', add: 3", (stored){VT_TENSOR_DEMAND, 2, {13, 10}});
  check_stored("foreground_production[ki*, R, 0]', add: 3",
               (stored){VT_TENSOR_PRODUCTION, 3, {4, 1, 4}});
  check_stored("foreground_production[A|B, R, :0]', set: 3",
               (stored){VT_TENSOR_PRODUCTION, 3, {3, 1, 3}});
  check_stored("process_deployment_limits_max_default', set: 3",
               (stored){VT_TENSOR_DEPLOYMENT_MAX_DEFAULT, 1, {3}});
}

// ---------------------------------------------------------------------------------------------
// Factors that create entries.

static made make_with_factors(const char *factors) {
  const json_field none[] = {{NULL, NULL}};
  vt_text rest = {0};
  must(vt_text_add(&rest, "ensemble:\n  design: one-at-a-time\n  factors:\n%s", factors));
  made m = make_model(none, VT_UNIT_LIFETIME, NULL, rest.bytes);
  vt_text_free(&rest);
  return m;
}

static void expect_objective(made *m, const double *factor, vt_outcome outcome, double objective) {
  answer a = solve(m, factor);
  assert_string_equal(vt_outcome_name(a.outcome), vt_outcome_name(outcome));
  if (outcome == VT_OPTIMAL && !agree(objective, a.plan.objective, 1.0, 1e-9))
    fail_msg("objective %.17g, not %.17g", a.plan.objective, objective);
  answer_free(&a);
}

// The default holds where the factor that made an entry is not applied.
static void an_entry_that_is_not_set_follows_the_default(void **state) {
  (void)state;
  made m =
      make_with_factors("    d: {target: process_deployment_limits_max_default, set: [6]}\n"
                        "    e: {target: 'process_deployment_limits_max[A, 2020]', set: [4]}\n");
  // 6 A (24), 4 B (20), 4 A in 2021 (12); 4 A (16), 6 B (30), 6 A (18).
  expect_objective(&m, (double[]){NAN, NAN}, VT_OPTIMAL, 40);
  expect_objective(&m, (double[]){6, NAN}, VT_OPTIMAL, 56);
  expect_objective(&m, (double[]){NAN, 4}, VT_OPTIMAL, 64);
  expect_objective(&m, (double[]){6, 4}, VT_OPTIMAL, 64);
  assert_true(isinf(vt_pathway_neutral(m.pathway, 0)) && isinf(vt_pathway_neutral(m.pathway, 1)));
  unmake(&m);
}

// What a later factor creates is not stored for the factors before it.
static void a_factor_leaves_what_later_factors_create(void **state) {
  (void)state;
  made m = make_with_factors("    more: {target: 'demand[*, *]', add: [1]}\n"
                             "    late: {target: 'demand[R, 2022]', set: [2]}\n");
  // 11 in 2020 and 2021, nothing in 2022: 22 + 22. With 2 in 2022: 2 * 3 more than 40.
  expect_objective(&m, (double[]){1, NAN}, VT_OPTIMAL, 44);
  expect_objective(&m, (double[]){NAN, 2}, VT_OPTIMAL, 46);
  expect_objective(&m, (double[]){1, 2}, VT_OPTIMAL, 50);
  unmake(&m);
}

// A scenario is data, its validity too.
static void limits_that_cross_are_an_outcome_of_a_factor(void **state) {
  (void)state;
  made m =
      make_with_factors("    least: {target: 'process_deployment_limits_min[A, 2020]', set: [1]}\n"
                        "    most: {target: 'process_deployment_limits_max[A, 2020]', set: [1]}\n"
                        "    old: {target: 'existing_capacity[A, 2010]', set: [1]}\n"
                        "    run: {target: 'process_operation_limits_max[B, 2022]', set: [1]}\n");
  expect_objective(&m, (double[]){12, NAN, NAN, NAN}, VT_OPTIMAL, 44);
  expect_objective(&m, (double[]){12, 11, NAN, NAN}, VT_INFEASIBLE, 0);
  expect_objective(&m, (double[]){NAN, -1, NAN, NAN}, VT_INFEASIBLE, 0);
  expect_objective(&m, (double[]){NAN, NAN, -1, NAN}, VT_INFEASIBLE, 0);
  expect_objective(&m, (double[]){NAN, NAN, NAN, -1}, VT_INFEASIBLE, 0);
  expect_objective(&m, (double[]){NAN, INFINITY, 3, 0}, VT_OPTIMAL, 40);
  expect_objective(&m, (double[]){NAN, -INFINITY, NAN, NAN}, VT_INFEASIBLE, 0);
  unmake(&m);
}

// Where every vintage is idle no column is needed, except to say that a maximum below 0 fails.
static void a_maximum_below_zero_fails_where_vintages_are_idle(void **state) {
  (void)state;
  const json_field idle[] = {{"operation_time_limits", "{'A': [0, 2], 'B': [0, 0]}"},
                             {"demand", "{'[`R`, 2020]': 10}"},
                             {"SYSTEM_TIME", "[2020, 2022]"},
                             {"mapping", "{'[`db`, 2020]': 1, '[`db`, 2022]': 1}"},
                             {"characterization", "{'[`cc`, `CO2`, 2020]': 1}"},
                             {"foreground_production", "{'[`A`, `R`, 0]': 1}"},
                             {"foreground_biosphere", "{}"},
                             {"existing_capacity", "{'[`B`, 2018]': 1}"},
                             {"operation_flow", "{}"},
                             {NULL, NULL}};
  const char *factor = "ensemble:\n  design: factorial\n  factors:\n"
                       "    f: {target: 'process_operation_limits_max[B, 2022]', set: [1]}\n";
  made m = make_model(idle, VT_UNIT_LIFETIME, NULL, factor);
  expect_objective(&m, (double[]){3}, VT_OPTIMAL, 20);
  expect_objective(&m, (double[]){-3}, VT_INFEASIBLE, 0);
  unmake(&m);
}

int main(void) {
  vt_log_open(VT_LOG_ERROR, false, true);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_selector_that_picks_nothing_is_refused),
      cmocka_unit_test(an_override_that_makes_the_inputs_unsound_is_refused),
      cmocka_unit_test(a_set_creates_what_it_names),
      cmocka_unit_test(a_set_over_all_years_means_those_with_a_limit_or_all),
      cmocka_unit_test(operations_act_on_what_is_stored),
      cmocka_unit_test(an_entry_that_is_not_set_follows_the_default),
      cmocka_unit_test(a_factor_leaves_what_later_factors_create),
      cmocka_unit_test(limits_that_cross_are_an_outcome_of_a_factor),
      cmocka_unit_test(a_maximum_below_zero_fails_where_vintages_are_idle),
  };
  return cmocka_run_group_tests_name("selection", tests, NULL, NULL);
}
