// test_varied.c - samples against closed forms and solves of their own; what becomes of samples
// that cannot be solved; bits that depend on nothing but the sample.
#include "background_case.h"
#include "vintner/varied.h"

#include <pthread.h>

enum { WEIGHTS = 2, SIZE = 40, SAMPLES = 12 };

// A system, some samples of it, and what is asked for.
typedef struct varied_case {
  dense reference;
  small *system;
  int product[DEMANDS], match[LARGEST];
  vt_final_demand demand[DEMANDS];
  double *a[SAMPLES], *b[SAMPLES];
} varied_case;

static double *vary(stream *s, const vt_sparse *m, double size) {
  double *value = calloc((size_t)m->entries + 1, sizeof *value);
  assert_non_null(value);
  for (ptrdiff_t k = 0; k < m->entries; k++)
    value[k] = m->value[k] * exp(size * (2 * uniform(s) - 1));
  return value;
}

static varied_case *make_case(int n, double size) {
  varied_case *c = calloc(1, sizeof *c);
  assert_non_null(c);
  stream s = {17};
  draw_economy(&s, n, 2, &c->reference, c->match);
  c->system = make_small(&c->reference);
  list_demands(n, c->demand, c->product);
  for (int k = 0; k < SAMPLES; k++) {
    c->a[k] = vary(&s, &c->system->technosphere, size);
    c->b[k] = vary(&s, &c->system->biosphere, size);
  }
  return c;
}

static void free_case(varied_case *c) {
  for (int k = 0; k < SAMPLES; k++) {
    free(c->a[k]);
    free(c->b[k]);
  }
  free(c->system);
  free(c);
}

static vt_varied_plan plan_of(const varied_case *c, int demands, bool full) {
  return (vt_varied_plan){.system = c->system->system,
                          .demand_count = demands,
                          .demand = c->demand,
                          .weight_count = WEIGHTS,
                          .supply = full,
                          .inventory = full};
}

static vt_varied_sample sample_of(const varied_case *c, int k) {
  return (vt_varied_sample){c->a[k], c->b[k], &weights[0][0]};
}

typedef struct varied_answers {
  double score[DEMANDS][WEIGHTS], residual[DEMANDS];
  double supply[DEMANDS * LARGEST], inventory[DEMANDS * FLOWS];
} varied_answers;

static vt_varied_results results_of(varied_answers *a, bool full) {
  memset(a, 0, sizeof *a);
  return (vt_varied_results){.score = &a->score[0][0],
                             .residual = a->residual,
                             .supply = full ? a->supply : NULL,
                             .inventory = full ? a->inventory : NULL};
}

static bool solve(vt_varied_worker *worker, const varied_case *c, int k, bool full,
                  varied_answers *a) {
  bool solved;
  const vt_varied_sample sample = sample_of(c, k);
  const vt_varied_results results = results_of(a, full);
  assert_ok(vt_varied_solve(worker, &sample, &results, &solved));
  return solved;
}

// A sample as a system of its own.
static void expect_own_solution(vt_background *room, const varied_case *c, int k, int demands,
                                bool full, const varied_answers *a) {
  vt_sparse technosphere = c->system->technosphere, biosphere = c->system->biosphere;
  technosphere.value = c->a[k];
  biosphere.value = c->b[k];
  const vt_equations equations = {&technosphere, &biosphere, NULL};
  vt_solver *solver;
  double supply[LARGEST], inventory[FLOWS], residual;
  assert_ok(vt_solver_create(room, &equations, 100, NULL, &solver));
  for (int d = 0; d < demands; d++) {
    assert_ok(vt_solver_forward(solver, &c->demand[d], supply, inventory, &residual));
    for (int w = 0; w < WEIGHTS; w++) {
      double score = 0, size = 0;
      for (int e = 0; e < FLOWS; e++) {
        score += weights[w][e] * inventory[e];
        size += fabs(weights[w][e] * inventory[e]);
      }
      assert_near(a->score[d][w], score, size, 1e-9);
    }
    const int n = technosphere.columns;
    for (int j = 0; full && j < n; j++)
      assert_near(a->supply[d * n + j], supply[j], fabs(supply[j]) + 1e-30, 1e-7);
    for (int e = 0; full && e < FLOWS; e++)
      assert_near(a->inventory[d * FLOWS + e], inventory[e], fabs(inventory[e]) + 1e-30, 1e-7);
    assert_true(a->residual[d] <= 1e-12);
  }
  vt_solver_free(solver);
}

static void expect_case(vt_background *room, const varied_case *c, int demands, bool full,
                        bool adjoint) {
  const vt_varied_plan plan = plan_of(c, demands, full);
  vt_varied *varied;
  vt_varied_worker *worker;
  varied_answers found;
  assert_ok(vt_varied_create(room, &plan, NULL, &varied));
  assert_int_equal(vt_varied_adjoint(varied), adjoint);
  assert_int_equal(vt_varied_solves(varied), adjoint ? WEIGHTS : demands);
  assert_ok(vt_varied_worker_create(varied, &worker));
  for (int k = 0; k < SAMPLES; k++) {
    assert_true(solve(worker, c, k, full, &found));
    expect_own_solution(room, c, k, demands, full, &found);
  }
  const vt_varied_figures *f = vt_varied_worker_figures(worker);
  assert_int_equal(f->samples, SAMPLES);
  assert_int_equal(f->solves, SAMPLES * vt_varied_solves(varied));
  assert_int_equal(f->direct, 0);
  assert_true(f->iterations <= 30 * f->solves);
  vt_varied_worker_free(worker);
  vt_varied_free(varied);
}

static void samples_have_the_solutions_of_their_own_systems(void **state) {
  varied_case *c = make_case(SIZE, 0.5);
  expect_case(*state, c, DEMANDS, false, true);
  expect_case(*state, c, DEMANDS, true, false);
  expect_case(*state, c, WEIGHTS, false, false);
  expect_case(*state, c, 1, false, false);
  free_case(c);
}

// Of two processes that buy from each other a unit of the first takes 1 / (1 - p q) of it.
static void a_loop_is_solved_exactly(void **state) {
  dense d = {.n = 2, .a = {{1, -0.5}, {-0.25, 1}}, .b = {{3, 0}}};
  small *s = make_small(&d);
  const int product = 0;
  const double one = 1, weight[FLOWS] = {2};
  const vt_final_demand demand = {1, &product, &one};
  const vt_varied_plan plan = {
      .system = s->system, .demand_count = 1, .demand = &demand, .weight_count = 1};
  vt_varied *varied;
  vt_varied_worker *worker;
  assert_ok(vt_varied_create(*state, &plan, NULL, &varied));
  assert_ok(vt_varied_worker_create(varied, &worker));
  for (int k = 0; k < 20; k++) {
    const double p = 0.04 * k, q = 1.5 - 0.05 * k;
    const double a[4] = {1, -q, -p, 1}, b[1] = {3 + k};
    const vt_varied_sample sample = {a, b, weight};
    double score, residual;
    bool solved;
    const vt_varied_results results = {.score = &score, .residual = &residual};
    assert_ok(vt_varied_solve(worker, &sample, &results, &solved));
    assert_true(solved && residual <= 1e-12);
    const double expected = 2 * (3 + k) / (1 - p * q);
    assert_near(score, expected, fabs(expected), 1e-13);
  }
  vt_varied_worker_free(worker);
  vt_varied_free(varied);
  free(s);
}

// An entry that is 0 in the reference is something in a sample.
static void entries_that_are_0_take_part(void **state) {
  ptrdiff_t start[] = {0, 2, 4}, flow_start[] = {0, 1, 2};
  int row[] = {0, 1, 0, 1}, flow[] = {0, 0};
  double value[] = {1, 0, -0.5, 1}, burden[] = {1, 10};
  const vt_sparse a = {2, 2, 4, start, row, value}, b = {1, 2, 2, flow_start, flow, burden};
  const int product = 0;
  const double one = 1, weight = 1, sample_a[] = {1, -0.25, -0.5, 1};
  const vt_final_demand demand = {1, &product, &one};
  const vt_varied_plan plan = {
      .system = {&a, &b, NULL}, .demand_count = 1, .demand = &demand, .weight_count = 1};
  vt_varied *varied;
  vt_varied_worker *worker;
  double score;
  bool solved;
  assert_ok(vt_varied_create(*state, &plan, NULL, &varied));
  assert_ok(vt_varied_worker_create(varied, &worker));
  const vt_varied_sample sample = {sample_a, burden, &weight};
  const vt_varied_results results = {.score = &score};
  assert_ok(vt_varied_solve(worker, &sample, &results, &solved));
  assert_true(solved);
  assert_near(score, (1 + 10 * 0.25) / (1 - 0.125), 1, 1e-13);
  vt_varied_worker_free(worker);
  vt_varied_free(varied);
}

// Samples that have little to do with the reference are certified all the same.
static void samples_far_away_are_solved(void **state) {
  varied_case *c = make_case(SIZE, 0.3);
  stream s = {5};
  dense other;
  int match[LARGEST];
  draw_economy(&s, SIZE, 0, &other, match);
  // Same pattern, numbers without any order; where the reference has its pivots there is nothing.
  const vt_sparse *a = &c->system->technosphere;
  for (int k = 0; k < SAMPLES; k++)
    for (int j = 0; j < SIZE; j++)
      for (ptrdiff_t e = a->column_start[j]; e < a->column_start[j + 1]; e++)
        c->a[k][e] =
            a->row[e] == c->match[j] && j % 2 == 0 ? 0 : a->value[e] * 20 * (uniform(&s) - 0.5);
  const vt_varied_plan plan = plan_of(c, DEMANDS, true);
  vt_varied *varied;
  vt_varied_worker *worker;
  varied_answers found;
  assert_ok(vt_varied_create(*state, &plan, NULL, &varied));
  assert_ok(vt_varied_worker_create(varied, &worker));
  for (int k = 0; k < SAMPLES; k++) {
    assert_true(solve(worker, c, k, true, &found));
    for (int d = 0; d < DEMANDS; d++) assert_true(found.residual[d] <= 1e-12);
  }
  assert_true(vt_varied_refactors(varied));
  assert_int_equal(vt_varied_worker_figures(worker)->direct, SAMPLES);
  vt_varied_worker_free(worker);
  vt_varied_free(varied);
  free_case(c);
}

// Purchases from anybody: factors fill up.
typedef struct tangle {
  int n;
  ptrdiff_t *start;
  int *row;
  double *value;
  vt_sparse a;
} tangle;

static void make_tangle(int n, int purchases, tangle *t) {
  const ptrdiff_t entries = (ptrdiff_t)n * (purchases + 1);
  stream s = {9};
  *t = (tangle){.n = n,
                .start = calloc((size_t)n + 1, sizeof *t->start),
                .row = calloc((size_t)entries, sizeof *t->row),
                .value = calloc((size_t)entries, sizeof *t->value)};
  assert_true(t->start && t->row && t->value);
  for (int j = 0; j < n; j++) {
    ptrdiff_t filled = t->start[j];
    bool own = false;
    for (int k = 0; k < purchases; k++) { // rows ascend: one of each stretch of them
      const int from = (int)((int64_t)k * n / purchases), to = (int)((k + 1L) * n / purchases);
      const int i = from + (int)(uniform(&s) * (to - from));
      if (!own && j <= i) t->row[filled] = j, t->value[filled++] = 1, own = true;
      if (i != j) t->row[filled] = i, t->value[filled++] = -0.7 * uniform(&s) / purchases;
    }
    if (!own) t->row[filled] = j, t->value[filled++] = 1;
    t->start[j + 1] = filled;
  }
  t->a = (vt_sparse){n, n, t->start[n], t->start, t->row, t->value};
}

static void free_tangle(tangle *t) {
  free(t->start);
  free(t->row);
  free(t->value);
}

static double own_score(vt_background *room, const vt_sparse *a, const vt_sparse *b,
                        const vt_final_demand *demand) {
  const vt_equations equations = {a, b, NULL};
  vt_solver *solver;
  double inventory, residual;
  assert_ok(vt_solver_create(room, &equations, 1, NULL, &solver));
  assert_ok(vt_solver_forward(solver, demand, NULL, &inventory, &residual));
  vt_solver_free(solver);
  return inventory;
}

// Samples near the reference, by its factors or, where they would fill up, without; and one that
// has nothing to do with it.
static void expect_tangle(vt_background *room, int n, int purchases, int demands, bool factors) {
  tangle t;
  make_tangle(n, purchases, &t);
  ptrdiff_t *flow_start = calloc((size_t)n + 1, sizeof *flow_start);
  int *flow = calloc((size_t)n, sizeof *flow);
  double *burden = calloc((size_t)n, sizeof *burden), *value = calloc((size_t)t.a.entries, 8);
  assert_true(flow_start && flow && burden && value);
  for (int j = 0; j < n; j++) {
    flow_start[j + 1] = j + 1;
    burden[j] = 1 + j % 5;
  }
  vt_sparse b = {1, n, n, flow_start, flow, burden}, varying = t.a;
  varying.value = value;
  const int product[] = {0, n / 2, n - 1};
  const double weight[] = {1, 1, 1};
  vt_final_demand demand[3];
  for (int d = 0; d < 3; d++) demand[d] = (vt_final_demand){1, &product[d], &weight[0]};
  const vt_varied_plan plan = {
      .system = {&t.a, &b, NULL}, .demand_count = demands, .demand = demand, .weight_count = 1};
  vt_varied *varied;
  vt_varied_worker *worker;
  assert_ok(vt_varied_create(room, &plan, NULL, &varied));
  assert_false(vt_varied_refactors(varied));
  assert_int_equal(vt_varied_adjoint(varied), demands > 1);
  assert_ok(vt_varied_worker_create(varied, &worker));
  double shared, own;
  vt_varied_bytes(varied, &shared, &own);
  assert_int_equal(shared > 24.0 * (double)t.a.entries + 36.0 * n, factors);
  stream s = {3};
  const int samples = factors ? 3 : 2;
  for (int k = 0; k < samples; k++) {
    for (ptrdiff_t e = 0; e < t.a.entries; e++) {
      value[e] = t.value[e] < 0 ? t.value[e] * (0.6 + 0.4 * k) * 2 * uniform(&s) : 1;
      if (k == 2) value[e] = uniform(&s) - 0.5;
    }
    const vt_varied_sample sample = {value, burden, weight};
    double score[3], residual[3];
    const vt_varied_results results = {.score = score, .residual = residual};
    bool solved;
    assert_ok(vt_varied_solve(worker, &sample, &results, &solved));
    assert_true(solved && residual[0] <= 1e-12);
    for (int d = 0; d < demands; d++) {
      const double expected = own_score(room, &varying, &b, &demand[d]);
      assert_near(score[d], expected, fabs(expected), k == 2 ? 1e-6 : 1e-9);
    }
  }
  const vt_varied_figures *f = vt_varied_worker_figures(worker);
  assert_true(f->iterations > 3 * f->solves);
  assert_int_equal(f->direct, factors ? 1 : 0);
  vt_varied_worker_free(worker);
  vt_varied_free(varied);
  free_tangle(&t);
  free(flow_start);
  free(flow);
  free(burden);
  free(value);
}

static void tangles_are_solved_by_the_reference(void **state) {
  expect_tangle(*state, 700, 6, 1, true);
  expect_tangle(*state, 700, 6, 3, true);
}

static void factors_that_fill_up_are_done_without(void **state) {
  expect_tangle(*state, 6000, 3, 1, false);
}

// What cannot be solved is NaN and harms nothing that comes after it.
static void singular_and_infinite_samples_fail_alone(void **state) {
  varied_case *c = make_case(SIZE, 0.5);
  const vt_sparse *a = &c->system->technosphere;
  memset(c->a[1] + a->column_start[3], 0, // the process with the number 3 does nothing
         (size_t)(a->column_start[4] - a->column_start[3]) * sizeof(double));
  c->a[2][0] = (double)INFINITY;
  c->a[3][1] = (double)NAN;
  c->b[4][0] = (double)INFINITY;
  for (int way = 0; way < 2; way++) {
    const bool full = way == 0;
    const vt_varied_plan plan = plan_of(c, DEMANDS, full);
    vt_varied *varied;
    vt_varied_worker *worker, *fresh;
    varied_answers found, alone;
    assert_ok(vt_varied_create(*state, &plan, NULL, &varied));
    assert_ok(vt_varied_worker_create(varied, &worker));
    assert_ok(vt_varied_worker_create(varied, &fresh));
    assert_true(solve(worker, c, 0, full, &found));
    for (int k = 1; k <= 4; k++) {
      assert_false(solve(worker, c, k, full, &found));
      assert_true(isnan(found.score[DEMANDS - 1][WEIGHTS - 1]) && isnan(found.residual[0]));
      assert_true(!full || isnan(found.supply[0]));
    }
    assert_int_equal(vt_varied_worker_figures(worker)->failed, 4);
    assert_true(solve(worker, c, 5, full, &found));
    assert_true(solve(fresh, c, 5, full, &alone));
    assert_memory_equal(&found, &alone, sizeof alone);
    vt_varied_worker_free(worker);
    vt_varied_worker_free(fresh);
    vt_varied_free(varied);
  }
  free_case(c);
}

typedef struct errand {
  const vt_varied *varied;
  const varied_case *made;
  bool backwards, full;
  varied_answers answers[SAMPLES];
} errand;

static void *run_errand(void *argument) {
  errand *e = argument;
  vt_varied_worker *worker;
  if (vt_varied_worker_create(e->varied, &worker) != VT_OK) return NULL;
  for (int i = 0; i < SAMPLES; i++) {
    const int k = e->backwards ? SAMPLES - 1 - i : i;
    const vt_varied_sample sample = sample_of(e->made, k);
    const vt_varied_results results = results_of(&e->answers[k], e->full);
    bool solved;
    if (vt_varied_solve(worker, &sample, &results, &solved) != VT_OK || !solved) return NULL;
  }
  vt_varied_worker_free(worker);
  return e;
}

static void bits_depend_on_the_sample_alone(void **state) {
  varied_case *c = make_case(SIZE, 0.5);
  for (int k = 0; k < SAMPLES; k += 5) // some are factorised
    for (ptrdiff_t e = 0; e < c->system->technosphere.entries; e += 3) c->a[k][e] *= 40;
  for (int way = 0; way < 2; way++) {
    const vt_varied_plan plan = plan_of(c, DEMANDS, way == 0);
    vt_varied *varied;
    assert_ok(vt_varied_create(*state, &plan, NULL, &varied));
    errand *all = calloc(3, sizeof *all);
    assert_non_null(all);
    pthread_t thread[3];
    for (int t = 0; t < 3; t++) {
      all[t].varied = varied;
      all[t].made = c;
      all[t].backwards = t == 1;
      all[t].full = way == 0;
      assert_int_equal(pthread_create(&thread[t], NULL, run_errand, &all[t]), 0);
    }
    for (int t = 0; t < 3; t++) {
      void *done;
      assert_int_equal(pthread_join(thread[t], &done), 0);
      assert_non_null(done);
      assert_memory_equal(all[t].answers, all[0].answers, sizeof all[0].answers);
    }
    free(all);
    vt_varied_free(varied);
  }
  free_case(c);
}

static void a_reference_without_solution_is_refused(void **state) {
  dense d = {.n = 3, .a = {{1, -1, 0}, {-1, 1, 0}, {0, 0, 1}}};
  small *s = make_small(&d);
  const vt_varied_plan plan = {.system = s->system};
  vt_culprits culprits;
  vt_varied *varied;
  assert_int_equal(vt_varied_create(*state, &plan, &culprits, &varied), VT_ERR_INPUT);
  assert_int_equal(culprits.processes, 2);
  assert_null(varied);
  free(s);
}

static void nothing_asked_for_costs_nothing(void **state) {
  dense d = {.n = 2, .a = {{1, -0.5}, {-0.25, 1}}, .b = {{3, 0}}};
  small *s = make_small(&d);
  const vt_varied_plan plan = {.system = s->system, .weight_count = 1};
  vt_varied *varied;
  vt_varied_worker *worker;
  bool solved;
  assert_ok(vt_varied_create(*state, &plan, NULL, &varied));
  assert_int_equal(vt_varied_solves(varied), 0);
  assert_ok(vt_varied_worker_create(varied, &worker));
  const vt_varied_sample sample = {s->technosphere.value, s->biosphere.value, &weights[0][0]};
  assert_ok(
      vt_varied_solve(worker, &sample, &(vt_varied_results){NULL, NULL, NULL, NULL}, &solved));
  assert_true(solved);
  double shared, own;
  vt_varied_bytes(varied, &shared, &own);
  assert_true(shared > 0 && own > 0);
  vt_varied_worker_free(worker);
  vt_varied_free(varied);
  vt_varied_free(NULL);
  vt_varied_worker_free(NULL);
  free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(samples_have_the_solutions_of_their_own_systems),
      cmocka_unit_test(a_loop_is_solved_exactly),
      cmocka_unit_test(entries_that_are_0_take_part),
      cmocka_unit_test(samples_far_away_are_solved),
      cmocka_unit_test(tangles_are_solved_by_the_reference),
      cmocka_unit_test(factors_that_fill_up_are_done_without),
      cmocka_unit_test(singular_and_infinite_samples_fail_alone),
      cmocka_unit_test(bits_depend_on_the_sample_alone),
      cmocka_unit_test(a_reference_without_solution_is_refused),
      cmocka_unit_test(nothing_asked_for_costs_nothing),
  };
  return cmocka_run_group_tests(tests, open_room, close_room);
}
