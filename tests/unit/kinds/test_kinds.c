// test_kinds.c - every kind of model through its table of functions: what the ensemble relies on.
// Under mpirun too: ranks that read and prepare together get the rows of one process.
#include <malloc.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "vintner/kinds.h"

enum { SCENARIOS = 6, CASES = 10 };

// Studies of the examples' folder.
static const char *const studies[CASES] = {"basic/ensemble.yaml",    "heat/single.yaml",
                                           "heat/ensemble.yaml",     "bike/bike.yaml",
                                           "basic/regret.yaml",      "bike/ensemble.yaml",
                                           "choice/limited.yaml",    "choice/ensemble.yaml",
                                           "timeline/timeline.yaml", "timeline/ensemble.yaml"};

static void must(vt_error error) {
  if (error != VT_OK) fail_msg("%s\n%s", vt_error_message(), vt_error_stack());
}

typedef struct opened {
  vt_study *study;
  const vt_kind *kind;
  void *data, *model;
  const vt_layout *layout;
  vt_block reference;
} opened;

static const char *examples(void) {
  const char *folder = getenv("VINTNER_EXAMPLES");
  if (!folder) skip();
  return folder;
}

static void open_study(const char *path, const vt_team *team, opened *o) {
  double solve_s;
  *o = (opened){0};
  must(vt_study_read(path, &o->study));
  o->kind = vt_kind_of(o->study);
  must(o->kind->read(o->study, team, &o->data));
  must(o->kind->create(o->study, o->data, &o->model));
  o->layout = o->kind->layout(o->model);
  must(vt_block_create(o->layout, 1, &o->reference));
  must(o->kind->prepare(o->model, &o->reference, &solve_s));
}

static void open_example(int which, const vt_team *team, opened *o) {
  char path[1024];
  (void)snprintf(path, sizeof path, "%s/%s", examples(), studies[which]);
  open_study(path, team, o);
}

// PETSc cannot be started twice: what may have started it lives as long as the process.
static void close_study(opened *o) {
  vt_block_free(o->layout, &o->reference);
  o->kind->model_free(o->model);
  if (o->study->model.databases > 0) return;
  o->kind->data_free(o->data);
  vt_study_free(o->study);
}

static int64_t count_of(const opened *o) {
  return o->layout->scenarios < SCENARIOS ? o->layout->scenarios : SCENARIOS;
}

// Rows of the scenarios in `order`, each at its own place.
static void solve_in_order(const opened *o, const int64_t *order, int64_t count, vt_block *rows) {
  double **row = calloc((size_t)o->layout->variables, sizeof *row);
  void *worker;
  must(vt_block_create(o->layout, count_of(o), rows));
  must(o->kind->worker_create(o->model, &worker));
  for (int64_t i = 0; i < count; i++) {
    for (int v = 0; v < o->layout->variables; v++)
      row[v] = rows->data[v] + order[i] * o->layout->variable[v].cells;
    must(o->kind->solve(worker, order[i], row));
  }
  o->kind->worker_free(worker);
  free(row);
}

// Bit by bit; how long it took, and who did it, may differ.
static void expect_same(const opened *o, const vt_block *a, const vt_block *b, int64_t k) {
  for (int v = 0; v < o->layout->variables; v++) {
    const vt_variable *variable = &o->layout->variable[v];
    const ptrdiff_t at = (ptrdiff_t)k * variable->cells;
    if (variable->group == VT_GROUP_PERFORMANCE) continue;
    if (memcmp(a->data[v] + at, b->data[v] + at, (size_t)variable->cells * sizeof(double)) != 0)
      fail_msg("scenario %d: '%s' differs", (int)k, variable->name);
  }
}

static void rows_depend_on_the_scenario_alone(void **state) {
  (void)state;
  const vt_team alone = {.size = 1};
  for (int c = 0; c < CASES; c++) {
    opened o;
    vt_block forwards, backwards;
    int64_t up[SCENARIOS], down[SCENARIOS];
    open_example(c, &alone, &o);
    const int64_t count = count_of(&o);
    for (int64_t i = 0; i < count; i++) up[i] = down[count - 1 - i] = i;
    solve_in_order(&o, up, count, &forwards);
    solve_in_order(&o, down, count, &backwards);
    for (int64_t k = 0; k < count; k++) expect_same(&o, &forwards, &backwards, k);
    vt_block_free(o.layout, &forwards);
    vt_block_free(o.layout, &backwards);
    close_study(&o);
  }
}

static void layouts_are_sound(void **state) {
  (void)state;
  const vt_team alone = {.size = 1};
  for (int c = 0; c < CASES; c++) {
    opened o;
    open_example(c, &alone, &o);
    const vt_layout *l = o.layout;
    assert_true(l->scenarios >= 1 && l->first == 0);
    assert_string_equal(l->variable[l->status].name, "status");
    assert_true(o.reference.data[l->status][0] == VT_OPTIMAL);
    for (int v = 0; v < l->variables; v++) {
      ptrdiff_t cells = 1;
      for (int k = 0; k < l->variable[v].dimensions; k++)
        cells *= l->dimension[l->variable[v].dimension[k]].size;
      assert_true(cells == l->variable[v].cells && cells > 0);
      assert_non_null(l->variable[v].units);
    }
    vt_source_list list = {0};
    must(o.kind->sources(o.study, o.data, &list));
    assert_true(list.count > 0);
    vt_source_list_free(&list);
    vt_sizes sizes = {0};
    must(o.kind->sizes(o.model, 1, &sizes));
    assert_true(sizes.lines.length > 0 && sizes.members.length > 0);
    vt_sizes_free(&sizes);
    close_study(&o);
  }
}

// ---------------------------------------------------------------------------------------------
// Plans that are given.

// What becomes of scenario k with the plan of scenario i, each pair at i * count + k.
static void give_plans(const opened *o, const vt_regret *regret, const vt_block *rows, bool back,
                       vt_given_answer *answer) {
  const ptrdiff_t count = (ptrdiff_t)count_of(o), pairs = count * count;
  void *worker;
  must(o->kind->worker_create(o->model, &worker));
  for (ptrdiff_t n = 0; n < pairs; n++) {
    const ptrdiff_t pair = back ? pairs - 1 - n : n, i = pair / count;
    const ptrdiff_t cells = o->layout->variable[regret->decision].cells;
    const vt_given given = {.scenario = i,
                            .value = rows->data[regret->decision] + i * cells,
                            .years = regret->fixed_years,
                            .tolerance = regret->tolerance};
    must(o->kind->fix(worker, &given, pair % count, &answer[pair]));
  }
  o->kind->worker_free(worker);
}

// Under its own scenario a plan is what it was; under another one it is no better than the optimum.
// In whatever order pairs are solved, they have the same answers.
static void plans_are_given(void **state) {
  (void)state;
  const vt_team alone = {.size = 1};
  const int64_t order[SCENARIOS] = {0, 1, 2, 3, 4, 5};
  vt_given_answer answer[SCENARIOS * SCENARIOS], again[SCENARIOS * SCENARIOS];
  int tried = 0;
  for (int c = 0; c < CASES; c++) {
    opened o;
    vt_block rows;
    vt_regret regret;
    open_example(c, &alone, &o);
    if (o.study->regret.wanted) {
      assert_non_null(o.kind->fix);
      must(vt_regret_of(o.study, o.layout, &regret));
      const int count = (int)count_of(&o);
      solve_in_order(&o, order, count, &rows);
      give_plans(&o, &regret, &rows, false, answer);
      give_plans(&o, &regret, &rows, true, again);
      for (int pair = 0; pair < count * count; pair++) {
        const double own = rows.data[regret.objective][pair % count];
        assert_int_equal(answer[pair].outcome, VT_OPTIMAL);
        assert_memory_equal(&answer[pair].objective, &again[pair].objective, sizeof(double));
        assert_true(answer[pair].objective >= own - 1e-8 * fabs(own));
        if (pair / count == pair % count)
          assert_true(fabs(answer[pair].objective - own) <= 1e-8 * fabs(own));
      }
      vt_block_free(o.layout, &rows);
      tried++;
    }
    close_study(&o);
  }
  assert_int_equal(tried, 1);
}

// Ranks have a file each.
static void write_study(char path[64], const char *rest) {
  (void)snprintf(path, 64, "test_kinds_%d.yaml", (int)getpid());
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  assert_true(fprintf(file,
                      "vintner: 1\nname: t\nmodel:\n  pathway:\n    inputs: "
                      "%s/basic/model_inputs.json\n    objective: climate_change\n%s",
                      examples(), rest) > 0);
  assert_int_equal(fclose(file), 0);
}

// A scenario without an optimum has its outcome and its factors, and no other number.
static void without_an_optimum_there_are_no_numbers(void **state) {
  (void)state;
  char path[64];
  const vt_team alone = {.size = 1};
  const int64_t all[2] = {0, 1};
  opened o;
  vt_block rows;
  write_study(path, "ensemble:\n  design: factorial\n  factors:\n"
                    "    d: {target: 'demand[*, *]', multiply: [1, -1]}\n");
  open_study(path, &alone, &o);
  (void)remove(path);
  solve_in_order(&o, all, 2, &rows);
  assert_true(rows.data[o.layout->status][0] == VT_OPTIMAL);
  assert_true(rows.data[o.layout->status][1] == VT_INFEASIBLE);
  for (int v = 0; v < o.layout->variables; v++) {
    const vt_variable *variable = &o.layout->variable[v];
    const bool kept = v == o.layout->status || strcmp(variable->name, "factor_value") == 0;
    if (kept || variable->group == VT_GROUP_PERFORMANCE) continue;
    for (ptrdiff_t i = 0; i < variable->cells; i++)
      assert_true(isnan(rows.data[v][variable->cells + i]));
  }
  vt_block_free(o.layout, &rows);
  close_study(&o);
}

// What cannot be built is freed by who failed to build it.
static void half_built_models_are_freed(void **state) {
  const vt_team *team = *state;
  char path[64];
  const vt_team alone = {.size = 1};
  size_t before = 0;
  write_study(path, "ensemble:\n  design: {monte-carlo: 3}\n  factors:\n"
                    "    d: {target: 'demand[nothing, *]', multiply: [1, 2]}\n");
  for (int round = 0; round < 80; round++) {
    vt_study *study;
    void *data, *model;
    must(vt_study_read(path, &study));
    const vt_kind *kind = vt_kind_of(study);
    must(kind->read(study, &alone, &data));
    assert_int_equal(kind->create(study, data, &model), VT_ERR_INPUT);
    assert_null(model);
    kind->data_free(data);
    vt_study_free(study);
    // malloc keeps up to seven freed blocks of each size, and counts them as used: it takes some
    // rounds until it has them all.
    if (round == 60) before = mallinfo2().uordblks;
  }
  (void)remove(path);
  // MPI takes memory of its own when it likes.
  if (!team->parallel) assert_true(mallinfo2().uordblks <= before + 4096);
}

// ---------------------------------------------------------------------------------------------
// Under mpirun.

static void ranks_get_the_rows_of_one_process(void **state) {
  const vt_team *team = *state, alone = {.size = 1};
  if (team->size < 2) skip();
  for (int c = 0; c < CASES; c++) {
    opened one, all;
    vt_block expected, found;
    int64_t mine[SCENARIOS], count = 0;
    open_example(c, &alone, &one);
    open_example(c, team, &all);
    assert_int_equal(one.layout->variables, all.layout->variables);
    assert_true(one.layout->scenarios == all.layout->scenarios);
    // The only scenario of an ensemble is rank 0's.
    for (int64_t k = 0; k < count_of(&one); k++)
      if ((one.layout->scenarios == 1 ? 0 : k % team->size) == team->rank) mine[count++] = k;
    solve_in_order(&one, mine, count, &expected);
    solve_in_order(&all, mine, count, &found);
    for (int64_t i = 0; i < count; i++) expect_same(&one, &expected, &found, mine[i]);
    vt_block_free(one.layout, &expected);
    vt_block_free(all.layout, &found);
    close_study(&all);
    close_study(&one);
  }
}

int main(int argc, char **argv) {
  vt_team team;
  if (vt_team_open(&argc, &argv, &team) != VT_OK) return 1;
  vt_log_open(VT_LOG_ERROR, false, team.rank == 0);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rows_depend_on_the_scenario_alone),
      cmocka_unit_test(layouts_are_sound),
      cmocka_unit_test(plans_are_given),
      cmocka_unit_test(without_an_optimum_there_are_no_numbers),
      cmocka_unit_test_prestate(half_built_models_are_freed, &team),
      cmocka_unit_test_prestate(ranks_get_the_rows_of_one_process, &team),
  };
  const int failed = cmocka_run_group_tests_name("kinds", tests, NULL, NULL);
  vt_team_close(&team);
  return failed;
}
