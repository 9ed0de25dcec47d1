// test_evaluate.c - a plan that breaks a constraint is found out, whatever solver made it.
#include "models.h"

static int find_column(const vt_program *p, const char *name) {
  for (int c = 0; c < p->columns; c++) {
    if (strcmp(p->column_name[c], name) == 0) return c;
  }
  fail_msg("no column '%s'", name);
  return -1;
}

// Violation of the plan that builds and runs this much of one column, and nothing else.
static double violation_of(made *m, const char *column, double units) {
  const vt_program *p = vt_pathway_program(m->pathway);
  vt_numbers numbers;
  vt_plan plan = {0};
  double *x;
  must(new_plan(m, &plan));
  x = vt_calloc(p->columns, sizeof *x);
  assert_non_null(x);
  x[find_column(p, column)] = units;
  vt_pathway_apply(m->state, NULL, &numbers);
  vt_pathway_evaluate(m->state, x, &plan);
  answer owner = {.plan = plan};
  const double violation = plan.violation;
  answer_free(&owner);
  free(x);
  return violation;
}

// Nothing is wanted, so that one constraint alone is broken.
static void what_breaks_a_constraint_is_a_violation(void **state) {
  (void)state;
  const struct {
    const char *column;
    double units, violation;
    json_field change[5];
  } broken[] = {
      {"install(A,2020)", 10, 0, {{"demand", "{}"}}},
      {"operate(A,2020)", 1, 1, {{"demand", "{}"}}},
      {"install(A,2020)", -1, 1, {{"demand", "{}"}}},
      {"install(A,2020)", NAN, NAN, {{"demand", "{}"}}},
      {"install(A,2020)", 0, 1, {{"demand", "{'[`R`, 2021]': 3}"}}},
      // C = 10 builds 10 A, of which each needs half a D.
      {"install(C,2020)",
       10,
       1,
       {{"demand", "{}"},
        {"PROCESS", "['A', 'B', 'C', 'D']"},
        {"process_coupling", "{'[`A`, `C`]': 1, '[`A`, `D`]': 2}"}}},
      {"install(A,2020)",
       10,
       0.2,
       {{"demand", "{}"}, {"process_deployment_limits_max", "{'[`A`, 2020]': 8}"}}},
      {"install(A,2020)",
       10,
       0.5,
       {{"demand", "{}"}, {"cumulative_process_limits_min", "{'A': 20}"}}},
      {"install(A,2020)", 10, 0.75, {{"demand", "{}"}, {"flow_limits_min", "{'[`I`, 2020]': 40}"}}},
      {"install(A,2020)",
       10,
       0.25,
       {{"demand", "{}"}, {"cumulative_flow_limits_max", "{'CO2': 15}"}}},
      {"install(A,2020)",
       10,
       0.75,
       {{"demand", "{}"}, {"category_impact_limits", "{'[`cc`, 2020]': 5}"}}},
      {"install(A,2020)",
       10,
       0.5,
       {{"demand", "{}"}, {"cumulative_category_impact_limits", "{'cc': 10}"}}},
  };
  for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
    made m = make_model(broken[i].change, VT_UNIT_LIFETIME, NULL, NULL);
    must(vt_pathway_name_program(m.pathway));
    const double found = violation_of(&m, broken[i].column, broken[i].units);
    const bool same =
        isnan(broken[i].violation) ? isnan(found) : agree(broken[i].violation, found, 0.0, 1e-12);
    if (!same) fail_msg("case %zu: violation %g, not %g", i, found, broken[i].violation);
    unmake(&m);
  }
}

int main(void) {
  vt_log_open(VT_LOG_ERROR, false, true);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_breaks_a_constraint_is_a_violation),
  };
  return cmocka_run_group_tests_name("evaluate", tests, NULL, NULL);
}
