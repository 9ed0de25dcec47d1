// test_outputs.c - what results.keep can name beyond the plan: tensors by hand, duals against
// differences of objectives.
#include "models.h"

enum { MOST_CELLS = 256 };

// A solved model that keeps its multipliers.
typedef struct solved_model {
  made made;
  vt_lp_model *lp;
  vt_lp_session *session;
  vt_lp_solution solution;
  vt_plan plan;
} solved_model;

static void solve_again(solved_model *m, const double *factor) {
  vt_numbers numbers;
  vt_pathway_apply(m->made.state, factor, &numbers);
  must(vt_lp_solve(m->session, &numbers, NULL, &m->solution));
  if (m->solution.outcome == VT_OPTIMAL)
    vt_pathway_evaluate(m->made.state, m->solution.x, &m->plan);
}

static solved_model solve_model(const json_field *change, vt_unit unit, const char *rest) {
  solved_model m = {.made = make_model(change, unit, NULL, rest)};
  vt_numbers numbers;
  const vt_lp_options options = {.tie_break = true};
  must(vt_pathway_prepare_outputs(m.made.pathway));
  vt_pathway_apply(m.made.state, NULL, &numbers);
  must(vt_lp_model_create(vt_pathway_program(m.made.pathway), &numbers,
                          vt_pathway_entry_varies(m.made.pathway),
                          vt_pathway_tie_weight(m.made.pathway), 1, &options, &m.lp));
  must(vt_lp_session_create(m.lp, &m.session));
  must(new_plan(&m.made, &m.plan));
  solve_again(&m, NULL);
  return m;
}

static void solved_free(solved_model *m) {
  free(m->plan.installation);
  free(m->plan.operation);
  free(m->plan.impact);
  free(m->plan.total_impact);
  vt_lp_session_free(m->session);
  vt_lp_model_free(m->lp);
  unmake(&m->made);
}

static void compute(solved_model *m, vt_output *output, double *value) {
  assert_int_equal(m->solution.outcome, VT_OPTIMAL);
  const vt_solved solved = {&m->plan, m->solution.x, m->solution.row_dual,
                            m->solution.reduced_cost};
  for (int i = 0; i < MOST_CELLS; i++) value[i] = 12345.0; // all of it is overwritten
  output(m->made.state, &solved, value);
}

// Checks a whole output; its shape is that of the numbers expected.
static void check(solved_model *m, const char *name, vt_output *output, const double *expected,
                  int cells) {
  double value[MOST_CELLS];
  compute(m, output, value);
  for (int i = 0; i < cells; i++) {
    if (!agree(expected[i], value[i], 1.0, 1e-9) && !(isnan(expected[i]) && isnan(value[i])))
      fail_msg("%s: cell %d is %.17g, not %.17g", name, i, value[i], expected[i]);
  }
  if (value[cells] != 12345.0) fail_msg("%s has more than %d cells", name, cells);
}
#define CHECK(m, output, ...)                                                                      \
  check(m, #output, vt_pathway_##output, (const double[]){__VA_ARGS__},                            \
        (int)(sizeof((const double[]){__VA_ARGS__}) / sizeof(double)))

// ---------------------------------------------------------------------------------------------

// 4 A[2020], 6 B in 2020, 6 A[2021] in 2021: 4 * 4 + 6 * 5 + 6 * 3 = 64.
static const json_field few_plants[] = {{"process_deployment_limits_max", "{'[`A`, 2020]': 4}"},
                                        {NULL, NULL}};

static void tensors_say_what_the_plan_does(void **state) {
  (void)state;
  solved_model m = solve_model(few_plants, VT_UNIT_LIFETIME, NULL);
  assert_true(agree(64, m.plan.objective, 1.0, 1e-12));
  CHECK(&m, production, 4, 10, 0, 6, 0, 0);
  CHECK(&m, capacity, 10, 10, 6);
  CHECK(&m, utilisation, 1, 1, 0, 1, 0, 0);
  CHECK(&m, flow, 4, 6, 0, 0, 0, 0);
  CHECK(&m, inventory, 42, 22, 0);
  CHECK(&m, impact_by_flow, 8, 12, 0);
  CHECK(&m, impact_by_origin,       // by process and year
        0, 0, 0, 0, 0, 0,           // installation
        4, 10, 0, 30, 0, 0,         // operation
        8, 12, 0, 0, 0, 0,          // background of installation
        0, 0, 0, 0, 0, 0);          // background of operation
  CHECK(&m, operation_by_vintage,   // by vintage and year
        4, 4, 0, 0, 6, 0, 0, 0, 0,  // A
        6, 0, 0, 0, 0, 0, 0, 0, 0); // B
  solved_free(&m);
}

static void duals_say_what_one_more_would_add(void **state) {
  (void)state;
  solved_model m = solve_model(few_plants, VT_UNIT_LIFETIME, NULL);
  // One more A[2020] costs 4 and spares 5 and 3. B in 2022 would run for nothing.
  CHECK(&m, limit_dual, -4);
  double demand[MOST_CELLS], cost[MOST_CELLS];
  compute(&m, vt_pathway_demand_dual, demand);
  assert_true(agree(5, demand[0], 1.0, 1e-9) && agree(3, demand[1], 1.0, 1e-9));
  compute(&m, vt_pathway_reduced_cost, cost);
  assert_true(agree(-4, cost[0], 1.0, 1e-9));
  for (int i = 1; i < 6; i++) assert_true(cost[i] >= 0.0);
  solved_free(&m);
}

static void a_product_that_nothing_makes_has_no_dual(void **state) {
  (void)state;
  const json_field change[] = {{"PRODUCT", "['R', 'S']"},
                               {"process_deployment_limits_max", "{'[`A`, 2020]': 4}"},
                               {NULL, NULL}};
  solved_model m = solve_model(change, VT_UNIT_LIFETIME, NULL);
  double demand[MOST_CELLS];
  compute(&m, vt_pathway_demand_dual, demand);
  assert_true(agree(5, demand[0], 1.0, 1e-9));
  for (int t = 3; t < 6; t++) assert_true(isnan(demand[t]));
  solved_free(&m);
}

static void old_vintages_run_first(void **state) {
  (void)state;
  const json_field change[] = {
      {"operation_time_limits", "{'A': [0, 2], 'B': [0, 0]}"},
      {"foreground_production", "{'[`A`, `R`, 0]': 1, '[`A`, `R`, 1]': 1, '[`A`, `R`, 2]': 1,"
                                " '[`B`, `R`, 0]': 1}"},
      {"foreground_biosphere", "{'[`A`, `CO2`, 0]': 1, '[`A`, `CO2`, 1]': 1,"
                               " '[`A`, `CO2`, 2]': 1, '[`B`, `CO2`, 0]': 5}"},
      {"demand", "{'[`R`, 2020]': 4, '[`R`, 2021]': 6}"},
      {"existing_capacity", "{'[`A`, 2019]': 3, '[`A`, 2018]': 2, '[`B`, 2001]': 7}"},
      {NULL, NULL}};
  // 5 old ones are there in 2020 and 3 in 2021; 3 new ones are built in 2021, or in 2020: 6 + 6.
  solved_model m = solve_model(change, VT_UNIT_LIFETIME, NULL);
  const int *year;
  assert_int_equal(vt_pathway_vintages(m.made.pathway, &year), 6);
  const int years[] = {2001, 2018, 2019, 2020, 2021, 2022};
  assert_memory_equal(year, years, sizeof years);
  double value[MOST_CELLS];
  compute(&m, vt_pathway_operation_by_vintage, value);
  const double expected[] = {0, 0, 0, 2, 0, 0, 2, 3, 0}; // 2001, 2018, 2019 of A
  for (int i = 0; i < 9; i++) assert_true(agree(expected[i], value[i], 1.0, 1e-9));
  assert_true(agree(3, value[3 * 3 + 1] + value[4 * 3 + 1], 1.0, 1e-9));
  solved_free(&m);
}

static void a_year_of_the_annual_unit_is_its_lifetime(void **state) {
  (void)state;
  solved_model m = solve_model((const json_field[]){{NULL, NULL}}, VT_UNIT_ANNUAL, NULL);
  // 2.5 A[2020] let 5 run, each of which makes 2 R.
  CHECK(&m, capacity, 10, 10, 0);
  CHECK(&m, production, 10, 10, 0, 0, 0, 0);
  CHECK(&m, utilisation, 1, 1, 0, 0, 0, 0);
  CHECK(&m, inventory, 15, 10, 0);
  CHECK(&m, operation_by_vintage, 5, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  solved_free(&m);
}

static void factors_of_the_background_act_on_the_inventory(void **state) {
  (void)state;
  const char *factors = "ensemble:\n  design: one-at-a-time\n  factors:\n"
                        "    g: {target: 'background_inventory[*, *, *]', multiply: [1]}\n"
                        "    h: {target: 'background_inventory[db, I, CO2]', add: [0]}\n"
                        "    w: {target: 'mapping[db, 2021]', set: [1]}\n";
  solved_model m = solve_model(few_plants, VT_UNIT_LIFETIME, factors);
  // (2 * 0.5 + 0.25) * 4 in 2020, * 0.5 * 6 in 2021
  solve_again(&m, (const double[]){0.5, 0.25, 0.5});
  CHECK(&m, inventory, 4 + 30 + 5, 10 + 3.75, 0);
  CHECK(&m, impact_by_flow, 5, 3.75, 0);
  solve_again(&m, NULL);
  CHECK(&m, inventory, 42, 22, 0);
  solved_free(&m);
}

// ---------------------------------------------------------------------------------------------
// Differences: the objective is convex in every right-hand side, so a dual lies between the slopes
// to both sides. Each label must work as the target of a factor.

static double objective_at(solved_model *m, double added) {
  solve_again(m, &added);
  if (m->solution.outcome == VT_OPTIMAL) return m->plan.objective;
  assert_int_equal(m->solution.outcome, VT_INFEASIBLE);
  return INFINITY;
}

// Whether the slopes to both sides agree.
static bool check_slopes(const json_field *change, vt_unit unit, const char *target, double dual) {
  vt_text rest = {0};
  must(vt_text_add(&rest,
                   "ensemble:\n  design: one-at-a-time\n  factors:\n"
                   "    f: {target: '%s', add: [0]}\n",
                   target));
  solved_model m = solve_model(change, unit, rest.bytes);
  const double step = 1e-4, at = objective_at(&m, 0.0);
  const double left = (at - objective_at(&m, -step)) / step;
  const double right = (objective_at(&m, step) - at) / step;
  if (!(left - 1e-7 <= dual && dual <= right + 1e-7))
    fail_msg("%s: dual %.17g, slopes %.17g and %.17g", target, dual, left, right);
  vt_text_free(&rest);
  solved_free(&m);
  return agree(left, right, 1.0, 1e-6);
}

static int check_duals(const json_field *change, vt_unit unit) {
  solved_model m = solve_model(change, unit, NULL);
  double value[MOST_CELLS];
  int binding = 0;
  const char *const *label;
  const int limits = vt_pathway_limits(m.made.pathway, &label);
  if (m.solution.outcome != VT_OPTIMAL) {
    solved_free(&m);
    return -1;
  }
  compute(&m, vt_pathway_limit_dual, value);
  for (int i = 0; i < limits; i++)
    binding += check_slopes(change, unit, label[i], value[i]) && value[i] != 0.0;
  compute(&m, vt_pathway_demand_dual, value);
  for (int t = 0; t < 2; t++) {
    char target[40];
    (void)snprintf(target, sizeof target, "demand[R, %d]", m.made.inputs->system_time[t]);
    (void)check_slopes(change, unit, target, value[t]);
  }
  solved_free(&m);
  return binding;
}

enum { MOST_CHANGES = 4 };
static const struct {
  const char *what;
  json_field change[MOST_CHANGES];
  int binding; // limits with a dual other than 0 and one slope, in the lifetime unit
} limited[] = {
    {"deployment", {{"process_deployment_limits_max", "{'[`A`, 2020]': 4, '[`B`, 2021]': 50}"}}, 1},
    {"least deployment", {{"process_deployment_limits_min", "{'[`A`, 2022]': 3}"}}, 1},
    {"a default", {{"process_deployment_limits_max_default", "6"}}, 1},
    {"a default and one of its own",
     {{"process_deployment_limits_max_default", "6"},
      {"process_deployment_limits_max", "{'[`A`, 2021]': 3}"}},
     2},
    {"a default minimum", {{"process_deployment_limits_min_default", "1"}}, 1},
    {"cumulative", {{"cumulative_process_limits_max", "{'A': 7}"}}, 1},
    {"least cumulative", {{"cumulative_process_limits_min", "{'A': 12}"}}, 1},
    {"cumulative default", {{"cumulative_process_limits_max_default", "7"}}, 1},
    {"operation", {{"process_operation_limits_max", "{'[`A`, 2021]': 4}"}}, 1},
    {"least operation", {{"process_operation_limits_min", "{'[`B`, 2021]': 4}"}}, 1},
    {"operation default", {{"process_operation_limits_max_default", "8"}}, 1},
    {"operation of several classes",
     {{"process_operation_limits_max", "{'[`A`, 2021]': 4}"},
      {"foreground_production_vintages", "{'[`A`, `R`, 0, 2020]': 1, '[`A`, `R`, 0, 2022]': 2}"}},
     1},
    // The old plants are there but emit 50: they stay idle, at a bound that is no limit.
    {"least operation of several classes",
     {{"process_operation_limits_min", "{'[`A`, 2020]': 4}"},
      {"existing_capacity", "{'[`A`, 2019]': 5}"},
      {"foreground_biosphere_vintages",
       "{'[`A`, `CO2`, 1, 2019]': 50, '[`A`, `CO2`, 1, 2020]': 1}"},
      {"foreground_technosphere", "{'[`A`, `I`, 0]': 5}"}},
     1},
    {"impact",
     {{"category_impact_limits", "{'[`cc`, 2020]': 40.5}"},
      {"process_deployment_limits_max", "{'[`A`, 2021]': 3}"}},
     0},
    {"flow", {{"flow_limits_max", "{'[`I`, 2020]': 4, '[`CO2`, 2021]': 100}"}}, 1},
    {"least flow", {{"flow_limits_min", "{'[`CO2`, 2022]': 2}"}}, 1},
    {"cumulative flow", {{"cumulative_flow_limits_max", "{'I': 7}"}}, 1},
    {"least cumulative flow", {{"cumulative_flow_limits_min", "{'CO2': 70}"}}, 1},
    {"a process coupled to another",
     {{"process_coupling", "{'[`B`, `A`]': 0.5}"},
      {"process_deployment_limits_max", "{'[`B`, 2020]': 4}"}},
     1},
    {"both of them",
     {{"process_coupling", "{'[`A`, `B`]': 0.5}"},
      {"process_deployment_limits_max", "{'[`A`, 2020]': 4, '[`B`, 2020]': 7}"},
      {"process_deployment_limits_min", "{'[`B`, 2022]': 1}"}},
     2},
    {"couplings in a circle",
     {{"process_coupling", "{'[`A`, `B`]': 2, '[`B`, `A`]': 0.5}"},
      {"process_deployment_limits_max", "{'[`B`, 2020]': 4}"}},
     1},
};

static void limits_have_the_slope_of_the_objective(void **state) {
  (void)state;
  int solved = 0;
  for (size_t i = 0; i < sizeof limited / sizeof *limited; i++) {
    json_field change[MOST_CHANGES + 1] = {{NULL, NULL}};
    memcpy(change, limited[i].change, sizeof limited[i].change);
    const int binding = check_duals(change, VT_UNIT_LIFETIME);
    if (binding != limited[i].binding)
      fail_msg("%s: %d limits bind, not %d", limited[i].what, binding, limited[i].binding);
    solved += check_duals(change, VT_UNIT_ANNUAL) >= 0;
  }
  assert_true(solved >= 16);
}

static void limits_are_named_as_selectors_are(void **state) {
  (void)state;
  const json_field change[] = {
      {"PROCESS", "['A', 'B, \\\"b\\\" [*]']"},
      {"operation_flow", "{'[`A`, `R`]': true, '[`A`, `CO2`]': true}"},
      {"foreground_production", "{'[`A`, `R`, 0]': 1, '[`A`, `R`, 1]': 1}"},
      {"foreground_biosphere", "{'[`A`, `CO2`, 0]': 1, '[`A`, `CO2`, 1]': 1}"},
      {"operation_time_limits", "{'A': [0, 1]}"},
      {"cumulative_process_limits_max", "{'A': 70, 'B, \\\"b\\\" [*]': 1}"},
      {"category_impact_limits", "{'[`cc`, 2021]': Infinity, '[`cc`, 2020]': 100}"},
      {"cumulative_process_limits_max_default", "Infinity"},
      {"process_operation_limits_max_default", "1000"},
      {NULL, NULL}};
  solved_model m = solve_model(change, VT_UNIT_LIFETIME, NULL);
  const char *const *label;
  assert_int_equal(vt_pathway_limits(m.made.pathway, &label), 4);
  assert_string_equal(label[0], "cumulative_process_limits_max[A]");
  assert_string_equal(label[1], "cumulative_process_limits_max[\"B, \\\"b\\\" [*]\"]");
  assert_string_equal(label[2], "process_operation_limits_max_default");
  assert_string_equal(label[3], "category_impact_limits[cc, 2020]");
  (void)check_duals(change, VT_UNIT_LIFETIME);
  solved_free(&m);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(tensors_say_what_the_plan_does),
      cmocka_unit_test(duals_say_what_one_more_would_add),
      cmocka_unit_test(a_product_that_nothing_makes_has_no_dual),
      cmocka_unit_test(old_vintages_run_first),
      cmocka_unit_test(a_year_of_the_annual_unit_is_its_lifetime),
      cmocka_unit_test(factors_of_the_background_act_on_the_inventory),
      cmocka_unit_test(limits_have_the_slope_of_the_objective),
      cmocka_unit_test(limits_are_named_as_selectors_are),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
