// test_explain.c - why scenarios have no optimum: minimal conflicts, what has to give way, rays;
// and the words for them. Also horizons with years added.
#include "models.h"
#include "vintner/ensemble.h"

#include <stdint.h>

// ---------------------------------------------------------------------------------------------
// Random programmes, against a search through all subsets of the members.

enum { ROWS = 5, COLUMNS = 4, ENTRIES = ROWS * COLUMNS, CLAIMS = ROWS + COLUMNS };

typedef struct random_programme {
  ptrdiff_t start[COLUMNS + 1];
  int row[ENTRIES];
  double value[ENTRIES], cost[COLUMNS];
  double row_lower[ROWS], row_upper[ROWS], column_lower[COLUMNS], column_upper[COLUMNS];
  vt_program program;
  vt_numbers structure;
  vt_claim claim[2 * CLAIMS];
  ptrdiff_t claims;
  int members;
  bool rigid[CLAIMS];
} random_programme;

static int draw(uint64_t *state, int least, int most) {
  *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return least + (int)((*state >> 33) % (uint64_t)(most - least + 1));
}

static void add_claims(random_programme *r, uint64_t *seed) {
  for (int v = 0; v < CLAIMS; v++) {
    const int kind = draw(seed, 0, v < ROWS ? 3 : 4), bound = draw(seed, -6, 6);
    if (kind > 2) continue;
    const int member = r->members++;
    if (kind != 1) r->claim[r->claims++] = (vt_claim){member, v, false, v < ROWS ? bound : 2};
    if (kind != 2) r->claim[r->claims++] = (vt_claim){member, v, true, v < ROWS ? bound : 2};
  }
}

static void make_random(random_programme *r, uint64_t seed) {
  *r = (random_programme){0};
  seed = seed * 977 + 1;
  for (int j = 0; j < COLUMNS; j++) {
    for (int i = 0; i < ROWS; i++) {
      if (draw(&seed, 0, 1) == 0) continue;
      r->row[r->program.entries] = i;
      r->value[r->program.entries++] = draw(&seed, 0, 1) ? draw(&seed, 1, 4) : draw(&seed, -4, 2);
    }
    r->start[j + 1] = r->program.entries;
    r->column_upper[j] = INFINITY;
  }
  for (int i = 0; i < ROWS; i++) {
    r->row_lower[i] = -INFINITY;
    r->row_upper[i] = INFINITY;
  }
  r->program.rows = ROWS;
  r->program.columns = COLUMNS;
  r->program.column_start = r->start;
  r->program.row = r->row;
  r->structure =
      (vt_numbers){r->value, r->cost, r->row_lower, r->row_upper, r->column_lower, r->column_upper};
  add_claims(r, &seed);
}

// Whether the members of a set can be met together, with one bound moved.
static bool can_be_met(const random_programme *r, unsigned set, int moved, double by) {
  random_programme c = *r;
  const vt_numbers numbers = {c.value,     c.cost,         c.row_lower,
                              c.row_upper, c.column_lower, c.column_upper};
  for (ptrdiff_t k = 0; k < c.claims; k++) {
    const vt_claim *claim = &c.claim[k];
    if (!(set >> claim->member & 1U)) continue;
    const double bound = claim->bound + (claim->member == moved ? by : 0.0);
    const int j = claim->variable - ROWS;
    if (j < 0)
      (claim->upper ? c.row_upper : c.row_lower)[claim->variable] = bound;
    else if (claim->upper)
      c.column_upper[j] = bound;
    else
      c.column_lower[j] = fmax(0.0, bound);
  }
  vt_lp_model *model;
  vt_lp_session *session;
  vt_lp_solution s;
  must(vt_lp_model_create(&r->program, &numbers, NULL, NULL, 0, NULL, &model));
  must(vt_lp_session_create(model, &session));
  must(vt_lp_solve(session, &numbers, NULL, &s));
  const vt_outcome outcome = s.outcome;
  vt_lp_session_free(session);
  vt_lp_model_free(model);
  if (outcome != VT_OPTIMAL && outcome != VT_INFEASIBLE)
    fail_msg("a programme of %d x %d is %s", ROWS, COLUMNS, vt_outcome_name(outcome));
  return outcome == VT_OPTIMAL;
}

static void check_change(const random_programme *r, uint64_t seed, unsigned set, int member,
                         double change) {
  if (isnan(change)) {
    if (can_be_met(r, set & ~(1U << member), -1, 0))
      fail_msg("seed %llu: no change of %d found", (unsigned long long)seed, member);
    return;
  }
  if (!can_be_met(r, set, member, change) && !can_be_met(r, set, member, change * (1 + 1e-9)))
    fail_msg("seed %llu: %g is too small a change of %d", (unsigned long long)seed, change, member);
  if (can_be_met(r, set, member, 0.99 * change))
    fail_msg("seed %llu: %g is too large a change of %d", (unsigned long long)seed, change, member);
}

static int check_random(uint64_t seed) {
  random_programme r;
  vt_conflict found;
  make_random(&r, seed);
  const unsigned all = (1U << r.members) - 1;
  must(
      vt_lp_find_conflict(&r.program, &r.structure, r.claim, r.claims, r.rigid, r.members, &found));
  if (found.infeasible == can_be_met(&r, all, -1, 0))
    fail_msg("seed %llu: feasible or not?", (unsigned long long)seed);
  unsigned set = 0;
  for (int i = 0; i < found.members; i++) set |= 1U << found.member[i].member;
  if (found.infeasible && can_be_met(&r, set, -1, 0))
    fail_msg("seed %llu: %x is no conflict", (unsigned long long)seed, set);
  for (int i = 0; i < found.members; i++) {
    const vt_conflict_member *m = &found.member[i];
    if (!can_be_met(&r, set & ~(1U << m->member), -1, 0))
      fail_msg("seed %llu: %x is not minimal", (unsigned long long)seed, set);
    check_change(&r, seed, set, m->member, m->change_within);
    check_change(&r, seed, all, m->member, m->change);
    assert_true(m->suffices == !isnan(m->change));
  }
  const int members = found.members;
  vt_conflict_free(&found);
  return members;
}

static void conflicts_of_random_programmes_are_minimal(void **state) {
  (void)state;
  int sizes[CLAIMS + 1] = {0};
  for (uint64_t seed = 0; seed < 600; seed++) sizes[check_random(seed)]++;
  // Some of every kind, or the test shows nothing.
  assert_true(sizes[0] > 20 && sizes[1] > 20 && sizes[2] > 20 && sizes[3] > 5);
}

static void what_nobody_claims_may_contradict_itself(void **state) {
  (void)state;
  random_programme r;
  vt_conflict found;
  make_random(&r, 1);
  r.row_lower[0] = 3;
  r.row_upper[0] = 2;
  must(
      vt_lp_find_conflict(&r.program, &r.structure, r.claim, r.claims, r.rigid, r.members, &found));
  assert_true(found.infeasible);
  assert_int_equal(found.members, 0);
  vt_conflict_free(&found);
}

// ---------------------------------------------------------------------------------------------
// Models, in words.

enum { MOST = 8 };

typedef struct expected {
  const char *text;
  double change, within; // NaN: none
  bool suffices;
} expected;

typedef struct conflict_case {
  const char *what, *pathway, *rest;
  int64_t scenario;
  json_field change[MOST];
  expected member[MOST];
  const char *plain, *capacity;
} conflict_case;

typedef struct explained {
  vt_study *study;
  vt_inputs *inputs;
  vt_explanation e;
} explained;

static explained explain(const json_field *change, const char *pathway, const char *rest,
                         int64_t scenario) {
  explained x = {0};
  vt_text json = model_text(change);
  vt_text study = study_text(VT_UNIT_LIFETIME, pathway, rest);
  must(vt_study_parse("study.yaml", study.bytes, study.length, &x.study));
  must(vt_inputs_parse("model.json", json.bytes, json.length, &x.inputs));
  must(vt_pathway_explain(x.study, x.inputs, scenario, NULL, &x.e));
  vt_text_free(&json);
  vt_text_free(&study);
  return x;
}

static void explained_free(explained *x) {
  vt_explanation_free(&x->e);
  vt_inputs_free(x->inputs);
  vt_study_free(x->study);
}

static bool same_number(double a, double b) {
  return isnan(a) ? isnan(b) : agree(a, b, 1.0, 1e-9);
}

static void check_member(const char *what, const expected *wanted,
                         const vt_explained_member *found) {
  if (strcmp(wanted->text, found->text) != 0)
    fail_msg("%s: '%s', expected '%s'", what, found->text, wanted->text);
  if (!same_number(wanted->change, found->change) ||
      !same_number(wanted->within, found->change_within) || wanted->suffices != found->suffices)
    fail_msg("%s: '%s' changes by %g, within %g", what, found->text, found->change,
             found->change_within);
}

static void check_conflict(const conflict_case *c) {
  explained x = explain(c->change, c->pathway, c->rest, c->scenario);
  if (x.e.outcome != VT_INFEASIBLE) fail_msg("%s: %s", c->what, vt_outcome_name(x.e.outcome));
  int wanted = 0;
  while (wanted < MOST && c->member[wanted].text) wanted++;
  if (x.e.members != wanted)
    fail_msg("%s: %d members, expected %d; first '%s'", c->what, x.e.members, wanted,
             x.e.members ? x.e.member[0].text : "");
  for (int i = 0; i < wanted; i++) check_member(c->what, &c->member[i], &x.e.member[i]);
  assert_string_equal(x.e.plain, c->plain ? c->plain : "");
  assert_string_equal(x.e.capacity, c->capacity ? c->capacity : "");
  explained_free(&x);
}

#define NONE ((double)NAN)
#define LATE_PLANTS                                                                                \
  { "operation_time_limits", "{'A': [1, 1], 'B': [1, 1]}" }

static const conflict_case conflicts[] = {
    {.what = "a demand against two limits",
     .change = {{"process_deployment_limits_max", "{'[`A`, 2020]': 4, '[`B`, 2020]': 3}"}},
     .member = {{"demand of 'R' in 2020: 10", -3, -3, true},
                {"process_deployment_limits_max[A, 2020] = 4", 3, 3, true},
                {"process_deployment_limits_max[B, 2020] = 3", 3, 3, true}}},
    {.what = "the default of a limit and a process with a name",
     .change = {{"process_names", "{'A': 'plant, old', 'B': 'B'}"},
                {"demand", "{'[`R`, 2020]': 10}"},
                {"process_deployment_limits_max_default", "4"}},
     .member = {{"demand of 'R' in 2020: 10", -2, -2, true},
                {"process_deployment_limits_max_default = 4, for [A, 2020] ('plant, old')", 2, 2,
                 true},
                {"process_deployment_limits_max_default = 4, for [B, 2020]", 2, 2, true}}},
    {.what = "a product that nobody makes",
     .change = {{"PRODUCT", "['R', 'S']"}, {"demand", "{'[`R`, 2020]': 10, '[`S`, 2021]': 4}"}},
     .member = {{"demand of 'S' in 2021: 4", -4, -4, true}},
     .plain = "no process can produce 'S' in 2021: no process makes it"},
    {.what = "plants that run too late",
     .change = {{"demand", "{'[`R`, 2020]': 10}"}, LATE_PLANTS},
     .member = {{"demand of 'R' in 2020: 10", -10, -10, true}},
     .plain = "no process can produce 'R' in 2020: 'A' runs 1 to 1 years after its installation, "
              "'B' makes nothing, its window of 1 to 1 years holds no production"},
    {.what = "existing capacity that is too small",
     .change = {{"demand", "{'[`R`, 2020]': 10}"},
                {"existing_capacity", "{'[`A`, 2019]': 3}"},
                LATE_PLANTS},
     .member = {{"demand of 'R' in 2020: 10", -7, -7, true}},
     .plain = "at most 3 of 'R' can be produced in 2020, whatever is installed",
     .capacity = "existing_capacity[A, 2019] = 3"},
    {.what = "a coupling",
     .change = {{"process_coupling", "{'[`A`, `B`]': 2}"},
                {"process_deployment_limits_max", "{'[`A`, 2020]': 2}"}},
     .member = {{"demand of 'R' in 2020: 10", -7, -7, true},
                {"process_coupling[A, B] = 2", NONE, NONE, true},
                {"process_deployment_limits_max[A, 2020] = 2", 14.0 / 3, 14.0 / 3, true}}},
    {.what = "an impact limit",
     .change = {{"cumulative_category_impact_limits", "{'cc': 30}"}},
     .member = {{"demand of 'R' in 2020: 10", -10, -10, true},
                {"demand of 'R' in 2021: 10", -10, -10, true},
                {"cumulative_category_impact_limits[cc] = 30", 10, 10, true}}},
    {.what = "limits on operation, least and most",
     .change = {{"process_operation_limits_min", "{'[`A`, 2021]': 7, '[`B`, 2021]': 5}"}},
     .member = {{"demand of 'R' in 2021: 10", 2, 2, true},
                {"process_operation_limits_min[A, 2021] = 7", -2, -2, true},
                {"process_operation_limits_min[B, 2021] = 5", -2, -2, true}}},
    {.what = "two conflicts: no change of one thing is enough",
     .change = {{"flow_limits_max", "{'[`R`, 2020]': 4, '[`R`, 2021]': 3}"}},
     .member = {{"demand of 'R' in 2021: 10", NONE, -7, false},
                {"flow_limits_max[R, 2021] = 3", NONE, 7, false}}},
    {.what = "limits that a factor makes cross",
     .rest = "ensemble:\n  design: factorial\n  factors:\n    f: {target: "
             "\"cumulative_process_limits_min[A]\", set: [1, 9]}\n",
     .scenario = 1,
     .change = {{"cumulative_process_limits_max", "{'A': 5}"}},
     .member = {{"cumulative_process_limits_min[A] = 9", -4, -4, true},
                {"cumulative_process_limits_max[A] = 5", 4, 4, true}}},
    {.what = "capacity that a factor takes below zero",
     .rest = "ensemble:\n  design: factorial\n  factors:\n    f: {target: "
             "\"existing_capacity[A, 2019]\", set: [1, -3]}\n",
     .scenario = 1,
     .change = {{"existing_capacity", "{'[`A`, 2019]': 3}"}},
     .member = {{"existing_capacity[A, 2019] = -3", NONE, 3, false}}},
    {.what = "a limit below zero",
     .pathway = "    overrides: [{target: \"process_deployment_limits_max[B, 2022]\", set: -1}]\n",
     .change = {{"process_deployment_limits_max", "{'[`B`, 2022]': 1}"},
                {"process_deployment_limits_min", "{'[`B`, 2022]': -2}"}},
     .member = {{"process_deployment_limits_max[B, 2022] = -1", 1, 1, true}}},
};

static void conflicts_are_told_in_the_words_of_the_study(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof conflicts / sizeof *conflicts; i++) check_conflict(&conflicts[i]);
}

static void an_unbounded_model_names_what_pays_for_it(void **state) {
  (void)state;
  const json_field change[] = {{"background_inventory", "{'[`db`, `I`, `CO2`]': -2}"},
                               {"foreground_technosphere", "{'[`A`, `I`, 0]': 3}"},
                               {0}};
  explained x = explain(change, NULL, NULL, 0);
  assert_int_equal(x.e.outcome, VT_UNBOUNDED);
  assert_int_equal(x.e.ray.parts, 1);
  assert_string_equal(x.e.ray.part[0].process, "A");
  assert_true(x.e.ray.part[0].installation);
  assert_true(x.e.ray.causes > 0);
  const vt_ray_cause *cause = &x.e.ray.cause[0];
  assert_string_equal(cause->tensor, "foreground_technosphere");
  assert_string_equal(cause->flow, "I");
  assert_true(agree(-6, cause->objective / x.e.ray.part[0].units, 1.0, 1e-9));
  explained_free(&x);
}

static void a_scenario_with_an_optimum_is_said_to_have_one(void **state) {
  (void)state;
  const json_field none[] = {{0}};
  explained x = explain(none, NULL, NULL, -1);
  assert_int_equal(x.e.outcome, VT_OPTIMAL);
  assert_int_equal(x.e.members, 0);
  explained_free(&x);
}

// ---------------------------------------------------------------------------------------------
// Years after the horizon.

static made made_of(const json_field *change, const char *pathway) {
  return make_model(change, VT_UNIT_LIFETIME, pathway, NULL);
}

static void added_years_repeat_the_last_one(void **state) {
  (void)state;
  const json_field shorter[] = {{"demand", "{'[`R`, 2020]': 10, '[`R`, 2022]': 6}"},
                                {"process_deployment_limits_max", "{'[`A`, 2022]': 1}"},
                                {0}};
  const json_field longer[] = {
      {"demand", "{'[`R`, 2020]': 10, '[`R`, 2022]': 6, '[`R`, 2023]': 6, '[`R`, 2024]': 6}"},
      {"process_deployment_limits_max", "{'[`A`, 2022]': 1}"},
      {"SYSTEM_TIME", "[2020, 2021, 2022, 2023, 2024]"},
      {"mapping", "{'[`db`, 2020]': 1, '[`db`, 2021]': 1, '[`db`, 2022]': 1, '[`db`, 2023]': 1,"
                  " '[`db`, 2024]': 1}"},
      {"characterization", "{'[`cc`, `CO2`, 2020]': 1, '[`cc`, `CO2`, 2021]': 1,"
                           " '[`cc`, `CO2`, 2022]': 1, '[`cc`, `CO2`, 2023]': 1,"
                           " '[`cc`, `CO2`, 2024]': 1}"},
      {0}};
  made a = made_of(shorter, "    extend: 2\n"), b = made_of(longer, NULL);
  assert_int_equal(a.times, 5);
  answer x = solve(&a, NULL), y = solve(&b, NULL);
  assert_int_equal(x.outcome, VT_OPTIMAL);
  assert_true(x.plan.objective == y.plan.objective);
  const size_t bytes = (size_t)a.processes * (size_t)a.times * sizeof(double);
  assert_memory_equal(x.plan.installation, y.plan.installation, bytes);
  assert_memory_equal(x.plan.operation, y.plan.operation, bytes);
  assert_memory_equal(x.plan.impact, y.plan.impact, bytes);
  // 10 in 2020 at 3, 6 in 2022 at 3, and 6 built in 2023 that serve both added years at 2 + 1 + 1.
  assert_true(agree(30 + 18 + 24, x.plan.objective, 1.0, 1e-9));
  answer_free(&x);
  answer_free(&y);
  unmake(&a);
  unmake(&b);
}

static void selectors_see_added_years(void **state) {
  (void)state;
  const json_field none[] = {{0}};
  made m = made_of(none, "    extend: 2\n    overrides: [{target: \"demand[R, 2024]\", set: 3}]\n");
  answer a = solve(&m, NULL);
  assert_true(agree(40 + 9, a.plan.objective, 1.0, 1e-9));
  answer_free(&a);
  unmake(&m);
}

static void years_that_cannot_be_added_are_an_error(void **state) {
  (void)state;
  const json_field far[] = {
      {"SYSTEM_TIME", "[2147483646]"},
      {"demand", "{'[`R`, 2147483646]': 1}"},
      {"mapping", "{'[`db`, 2147483646]': 1}"},
      {"characterization", "{'[`cc`, `CO2`, 2147483646]': 1}"},
      {0},
  };
  for (int years = 1; years <= 2; years++) {
    char pathway[32];
    (void)snprintf(pathway, sizeof pathway, "    extend: %d\n", years);
    made m;
    const vt_error tried = try_model(far, VT_UNIT_LIFETIME, pathway, NULL, &m);
    assert_int_equal(tried, years == 1 ? VT_OK : VT_ERR_INPUT);
    if (years == 2) assert_non_null(strstr(vt_error_message(), "SYSTEM_TIME"));
    unmake(&m);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(conflicts_of_random_programmes_are_minimal),
      cmocka_unit_test(what_nobody_claims_may_contradict_itself),
      cmocka_unit_test(conflicts_are_told_in_the_words_of_the_study),
      cmocka_unit_test(an_unbounded_model_names_what_pays_for_it),
      cmocka_unit_test(a_scenario_with_an_optimum_is_said_to_have_one),
      cmocka_unit_test(added_years_repeat_the_last_one),
      cmocka_unit_test(selectors_see_added_years),
      cmocka_unit_test(years_that_cannot_be_added_are_an_error),
  };
  return cmocka_run_group_tests_name("explain", tests, NULL, NULL);
}
