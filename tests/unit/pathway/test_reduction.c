// test_reduction.c - the reduced programme has the optimum of the textbook one, and the plan
// recomputed from the tensors agrees with both: on random models, in both units.
#include "random_models.h"

enum { MODELS = 400 };

typedef struct tally {
  int of_outcome[VT_OUTCOME_COUNT], smaller;
} tally;

static void check_plan(const answer *a, const char *what, uint64_t seed) {
  if (a->outcome != VT_OPTIMAL) return;
  if (!agree(a->objective, a->plan.objective, a->cost_size, 1e-12))
    fail_msg("%s model %d: programme %.17g, plan %.17g", what, (int)seed, a->objective,
             a->plan.objective);
  if (!(a->plan.violation <= 1e-10))
    fail_msg("%s model %d: violation %g", what, (int)seed, a->plan.violation);
}

static void compare_forms(uint64_t seed, vt_unit unit, tally *count) {
  vt_text json = random_model(seed);
  vt_text study =
      study_text(unit, seed % 3 ? "    objective: C0\n" : "    objective: {C0: 0.5}\n", NULL);
  made small = make(&json, &study, true), large = make(&json, &study, false);
  answer a = solve(&small, NULL), b = solve(&large, NULL);
  if (a.outcome != b.outcome)
    fail_msg("model %d: reduced %s, textbook %s", (int)seed, vt_outcome_name(a.outcome),
             vt_outcome_name(b.outcome));
  if (!agree(b.objective, a.objective, b.cost_size, 1e-9))
    fail_msg("model %d: reduced %.17g, textbook %.17g", (int)seed, a.objective, b.objective);
  check_plan(&a, "reduced", seed);
  check_plan(&b, "textbook", seed);
  const int columns = vt_pathway_program(small.pathway)->columns;
  assert_true(columns <= vt_pathway_program(large.pathway)->columns);
  count->smaller += columns < vt_pathway_program(large.pathway)->columns;
  count->of_outcome[a.outcome]++;
  answer_free(&a);
  answer_free(&b);
  unmake(&small);
  unmake(&large);
  vt_text_free(&json);
  vt_text_free(&study);
}

static void check_unit(vt_unit unit) {
  tally seen = {{0}, 0};
  for (uint64_t seed = 0; seed < MODELS; seed++) compare_forms(seed, unit, &seen);
  print_message("%d optimal, %d infeasible, %d unbounded; %d smaller\n",
                seen.of_outcome[VT_OPTIMAL], seen.of_outcome[VT_INFEASIBLE],
                seen.of_outcome[VT_UNBOUNDED], seen.smaller);
  // Else the models test little.
  assert_true(seen.of_outcome[VT_OPTIMAL] > MODELS / 3);
  assert_true(seen.smaller > MODELS / 5);
}

static void the_reduction_keeps_the_optimum(void **state) {
  (void)state;
  check_unit(VT_UNIT_LIFETIME);
}

static void the_reduction_keeps_the_optimum_of_the_annual_convention(void **state) {
  (void)state;
  check_unit(VT_UNIT_ANNUAL);
}

// 30 years, lives of 20: one operation column for each year, not one for each vintage and year.
static void equal_vintages_share_a_column(void **state) {
  (void)state;
  vt_text set = {0}, demand = {0}, ones = {0}, tau = {0}, flows = {0};
  for (int y = 0; y < 30; y++) {
    must(vt_text_add(&set, "%s%d", y ? ", " : "[", 2020 + y));
    must(vt_text_add(&demand, "%s'[`R`, %d]': 10", y ? ", " : "{", 2020 + y));
    must(vt_text_add(&ones, "%s'[`cc`, `CO2`, %d]': 1", y ? ", " : "{", 2020 + y));
  }
  for (int y = 0; y < 20; y++) {
    must(vt_text_add(&tau, "%s%d", y ? ", " : "[", y));
    must(vt_text_add(&flows, "%s'[`A`, `R`, %d]': 1", y ? ", " : "{", y));
  }
  must(vt_text_add(&set, "]"));
  must(vt_text_add(&demand, "}"));
  must(vt_text_add(&ones, "}"));
  must(vt_text_add(&tau, "]"));
  must(vt_text_add(&flows, "}"));
  const json_field change[] = {{"SYSTEM_TIME", set.bytes},
                               {"PROCESS_TIME", tau.bytes},
                               {"demand", demand.bytes},
                               {"characterization", ones.bytes},
                               {"foreground_production", flows.bytes},
                               {"foreground_biosphere", "{'[`A`, `CO2`, 0]': 1}"},
                               {"INTERMEDIATE_FLOW", "[]"},
                               {"BACKGROUND_ID", "[]"},
                               {"foreground_technosphere", "{}"},
                               {"background_inventory", "{}"},
                               {"mapping", "{}"},
                               {"operation_flow", "{}"},
                               {"operation_time_limits", "{'A': [0, 19]}"},
                               {NULL, NULL}};
  made m = make_model(change, VT_UNIT_LIFETIME, NULL, NULL);
  const vt_program *p = vt_pathway_program(m.pathway);
  // 30 installations and 30 operations, 30 balances and 30 capacities.
  assert_int_equal(p->columns, 60);
  assert_int_equal(p->rows, 60);
  int64_t rows, columns;
  vt_pathway_textbook_size(m.pathway, &rows, &columns);
  assert_int_equal(columns, 30 * 2 + 20 * 30 - 20 * 19 / 2 + 30); // B can run in its own year
  answer a = solve(&m, NULL);
  assert_true(agree(20.0, a.plan.objective, 1.0, 1e-12)); // 10 in 2020 and 10 in 2040
  answer_free(&a);
  unmake(&m);
  vt_text *texts[] = {&set, &demand, &ones, &tau, &flows};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) vt_text_free(texts[i]);
}

int main(void) {
  // Random models lose flows at the ends of their horizons, which is no news here.
  vt_log_open(VT_LOG_ERROR, false, true);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_reduction_keeps_the_optimum),
      cmocka_unit_test(the_reduction_keeps_the_optimum_of_the_annual_convention),
      cmocka_unit_test(equal_vintages_share_a_column),
  };
  return cmocka_run_group_tests_name("reduction", tests, NULL, NULL);
}
