// test_lp_choice.c - the LP room: what may not influence an answer: start, ties, units, history.
#include "lp_samples.h"

// Some basis of the programme, by solving it for another objective.
static vt_basis other_basis(const sample *s, stream *r) {
  sample t = *s;
  t.cost = doubles(s->program.columns, 0);
  for (int j = 0; j < s->program.columns; j++) t.cost[j] = draw(r);
  solver v = open_solver(&t, NULL);
  solve(&v, &t);
  const vt_basis basis = basis_of(&v);
  close_solver(&v);
  free(t.cost);
  return basis;
}

static void the_choice_among_ties_does_not_depend_on_the_start(void **state) {
  (void)state;
  stream r = {34};
  int tried = 0, differ = 0, not_unique = 0;
  for (int t = 0; t < 400; t++) {
    const int rows = 2 + pick(&r, 4), columns = 3 + pick(&r, 6);
    sample s = transport(&r, rows, columns);
    solver v = open_tie_breaker(&s);
    vt_lp_solution a = solve(&v, &s);
    assert_int_equal(a.outcome, VT_OPTIMAL);
    const bool unique = a.unique;
    not_unique += !unique;
    double *x = doubles(s.program.columns, 0);
    memcpy(x, a.x, (size_t)s.program.columns * sizeof *x);
    for (int u = 0; u < 3; u++) {
      vt_basis basis = other_basis(&s, &r);
      a = solve_from(&v, &s, &basis);
      assert_int_equal(a.outcome, VT_OPTIMAL);
      assert_int_equal(a.unique, unique);
      bool same = true;
      for (int j = 0; j < s.program.columns; j++) same = same && fabs(a.x[j] - x[j]) <= 1e-9 * 10;
      tried++;
      differ += !same;
      free(basis.status);
    }
    free(x);
    close_solver(&v);
    sample_free(&s);
  }
  assert_true(tried == 1200 && not_unique > 100);
  assert_int_equal(differ, 0);
}

// ---------------------------------------------------------------------------------------------
// Ties and uniqueness.

static void ties_are_broken_by_least_installation(void **state) {
  (void)state;
  // x + y = 4 at equal cost; y counts as more installation.
  sample s = sample_of(1, 2, (const double[]){1, 1});
  s.row_lower[0] = s.row_upper[0] = 4;
  s.cost[0] = s.cost[1] = 1;
  s.weight[0] = 1;
  s.weight[1] = 2;
  solver v = open_tie_breaker(&s);
  vt_lp_solution a = solve(&v, &s);
  assert_true(a.x[0] == 4 && a.x[1] == 0 && !a.unique);
  close_solver(&v);
  s.weight[0] = 3;
  v = open_tie_breaker(&s);
  a = solve(&v, &s);
  assert_true(a.x[0] == 0 && a.x[1] == 4 && !a.unique);
  close_solver(&v);
  sample_free(&s);
}

// Whether each column has one value over all optimal points, by its range on the face.
static bool unique_by_ranges(const sample *s, double objective, double *widest) {
  glp_prob *p = plain_problem(s);
  glp_smcp control;
  glp_init_smcp(&control);
  control.msg_lev = GLP_MSG_OFF;
  control.tol_bnd = control.tol_dj = 1e-10;
  const int row = glp_add_rows(p, 1), n = s->program.columns;
  int *index = zeros(n + 1, sizeof *index);
  double *cost = doubles(n + 1, 0);
  for (int j = 1; j <= n; j++) {
    index[j] = j;
    cost[j] = s->cost[j - 1];
    glp_set_obj_coef(p, j, 0);
  }
  glp_set_mat_row(p, row, n, index, cost);
  glp_set_row_bnds(p, row, GLP_UP, 0, objective);
  *widest = 0;
  for (int j = 1; j <= n; j++) {
    double end[2] = {0, 0};
    for (int side = 0; side < 2; side++) {
      glp_set_obj_coef(p, j, side == 0 ? 1 : -1);
      glp_std_basis(p);
      const int code = glp_simplex(p, &control);
      const bool bounded = code == 0 && glp_get_status(p) == GLP_OPT;
      end[side] = bounded ? glp_get_col_prim(p, j) : side == 0 ? -INF : INF;
    }
    glp_set_obj_coef(p, j, 0);
    *widest = fmax(*widest, end[1] - end[0]);
  }
  glp_delete_prob(p);
  free(index);
  free(cost);
  return *widest < 1e-6;
}

static void the_unique_flag_agrees_with_the_ranges_of_the_optimal_face(void **state) {
  (void)state;
  stream r = {55};
  int unique = 0, several = 0;
  for (int t = 0; t < 600; t++) {
    sample s = t % 3 == 0 ? transport(&r, 2, 3) : random_sample(&r, 5, 6, true);
    solver v = open_tie_breaker(&s);
    const vt_lp_solution a = solve(&v, &s);
    double widest;
    if (a.outcome == VT_OPTIMAL) {
      const bool want = unique_by_ranges(&s, a.objective, &widest);
      if (a.unique != want)
        fail_msg("case %d: unique %d, but the widest range is %g", t, a.unique, widest);
      unique += want;
      several += !want;
    }
    close_solver(&v);
    sample_free(&s);
  }
  assert_true(unique > 50 && several > 50);
}

static void without_tie_break_the_flag_claims_no_more_than_it_knows(void **state) {
  (void)state;
  stream r = {56};
  for (int t = 0; t < 300; t++) {
    sample s = random_sample(&r, 5, 6, true);
    solver with = open_tie_breaker(&s), without = open_solver(&s, NULL);
    const vt_lp_solution a = solve(&with, &s), b = solve(&without, &s);
    assert_int_equal(a.outcome, b.outcome);
    if (b.unique) assert_true(a.unique);
    close_solver(&with);
    close_solver(&without);
    sample_free(&s);
  }
}

static void a_degenerate_vertex_can_be_the_only_optimum(void **state) {
  (void)state;
  // x + y <= 1 and x - y <= 1 and x + 2y <= 1 all touch (1, 0); y's cost is just what the duals
  // of some bases make of it.
  sample s = sample_of(3, 2, (const double[]){1, 1, 1, -1, 1, 2});
  for (int i = 0; i < 3; i++) s.row_upper[i] = 1;
  s.cost[0] = -1;
  s.cost[1] = -1;
  solver v = open_tie_breaker(&s);
  const vt_lp_solution a = solve(&v, &s);
  assert_close(a.x[0], 1, 0);
  assert_true(a.unique);
  close_solver(&v);
  sample_free(&s);
}

// ---------------------------------------------------------------------------------------------
// Units.

static void scale_costs(sample *s, double factor) {
  for (int j = 0; j < s->program.columns; j++) s->cost[j] *= factor;
}

static void scale_row(sample *s, int row, double factor) {
  for (ptrdiff_t e = 0; e < s->program.entries; e++)
    if (s->program.row[e] == row) s->value[e] *= factor;
  s->row_lower[row] *= factor;
  s->row_upper[row] *= factor;
}

static void units_of_the_objective_change_nothing_else(void **state) {
  (void)state;
  stream r = {77};
  for (int t = 0; t < 200; t++) {
    sample s = t % 2 ? transport(&r, 3, 6) : random_sample(&r, 9, 12, t % 4 == 0);
    solver v = open_tie_breaker(&s);
    vt_lp_solution a = solve(&v, &s);
    const vt_lp_solution before = a;
    double *x = doubles(s.program.columns, 0);
    if (a.x) memcpy(x, a.x, (size_t)s.program.columns * sizeof *x);
    const double factors[] = {1e-13, 1e13, 1e-200, 1e200};
    for (int f = 0; f < 4; f++) {
      scale_costs(&s, factors[f]);
      a = solve(&v, &s);
      assert_int_equal(a.outcome, before.outcome);
      if (a.outcome == VT_OPTIMAL) {
        assert_close(a.objective / factors[f], before.objective, 1e-12);
        for (int j = 0; j < s.program.columns; j++) assert_close(a.x[j], x[j], 1e-9);
        assert_int_equal(a.unique, before.unique);
      }
      scale_costs(&s, 1 / factors[f]);
    }
    free(x);
    close_solver(&v);
    sample_free(&s);
  }
}

static void units_of_a_product_change_nothing_else(void **state) {
  (void)state;
  stream r = {78};
  for (int t = 0; t < 200; t++) {
    sample s = t % 2 ? transport(&r, 3, 6) : random_sample(&r, 9, 12, t % 4 == 0);
    solver v = open_tie_breaker(&s);
    const vt_lp_solution a = solve(&v, &s);
    const int row = pick(&r, s.program.rows);
    const double factor = t % 3 ? 1e6 : 1e-9;
    scale_row(&s, row, factor);
    solver w = open_tie_breaker(&s);
    // With scales of its own, and with those of the old unit.
    for (int u = 0; u < 2; u++) {
      const vt_lp_solution b = solve(u == 0 ? &w : &v, &s);
      assert_int_equal(b.outcome, a.outcome);
      if (a.outcome != VT_OPTIMAL || u == 1) continue;
      assert_close(b.objective, a.objective, 1e-10);
      for (int j = 0; j < s.program.columns; j++) assert_close(b.x[j], a.x[j], 1e-9);
    }
    close_solver(&v);
    close_solver(&w);
    sample_free(&s);
  }
}

static void amounts_of_any_size_verify(void **state) {
  (void)state;
  const double sizes[] = {1e-12, 1e-6, 1, 1e6, 1e12, 1e60};
  for (int t = 0; t < 6; t++) {
    stream r = {99};
    sample s = pathway(&r, 20, 6);
    for (int i = 0; i < s.program.rows; i++) {
      s.row_lower[i] *= sizes[t];
      s.row_upper[i] = s.row_upper[i] == 0 ? 0 : s.row_upper[i] * sizes[t];
    }
    assert_precise(&s);
    sample_free(&s);
  }
}

static void a_tiny_demand_beside_a_large_one_is_met(void **state) {
  (void)state;
  // Two products, 1e9 and 1e-9 of them, by one process each; the processes share a capacity.
  sample s = sample_of(3, 3, (const double[]){1, 0, 0, 0, 1, 0, 1, 1, -1});
  s.row_lower[0] = s.row_upper[0] = 1e9;
  s.row_lower[1] = s.row_upper[1] = 1e-9;
  s.row_upper[2] = 0;
  s.cost[2] = 1;
  solver v = open_tie_breaker(&s);
  const vt_lp_solution a = solve(&v, &s);
  assert_int_equal(a.outcome, VT_OPTIMAL);
  assert_close(a.x[1] * 1e9, 1, 1e-12);
  close_solver(&v);
  sample_free(&s);
}

static void noise_beside_a_bound_of_zero_is_cleaned(void **state) {
  (void)state;
  // 0.1 x + 0.2 y + z = 0.3 with x = y = 1: z is 0 but for round-off; w >= z must be 0, too.
  sample s = sample_of(2, 4, (const double[]){0.1, 0.2, 1, 0, 0, 0, 1, -1});
  s.column_lower[0] = s.column_lower[1] = s.column_upper[0] = s.column_upper[1] = 1;
  s.row_lower[0] = s.row_upper[0] = 0.3;
  s.row_upper[1] = 0;
  s.cost[3] = 1;
  s.column_lower[2] = 0;
  solver v = open_tie_breaker(&s);
  for (int t = 0; t < 20; t++) {
    s.value[0] = 0.1 + 0.001 * t;
    s.row_lower[0] = s.row_upper[0] = 0.3 + 0.001 * t;
    const vt_lp_solution a = solve(&v, &s);
    assert_int_equal(a.outcome, VT_OPTIMAL);
    assert_true(a.x[2] == 0 && a.x[3] == 0);
    assert_true(a.violation <= 1e-15);
  }
  close_solver(&v);
  sample_free(&s);
}

static void an_objective_of_zero_has_no_gap(void **state) {
  (void)state;
  // min y, 0.1 a + y >= 0.3, a <= 3: y = 0, and the bound 0.3 - 0.1 * 3 is not quite 0.
  sample s = sample_of(1, 2, (const double[]){0.1, 1});
  s.row_lower[0] = 0.3;
  s.column_upper[0] = 3;
  s.cost[1] = 1;
  solver v = open_tie_breaker(&s);
  vt_lp_solution a = solve(&v, &s);
  assert_int_equal(a.outcome, VT_OPTIMAL);
  assert_true(a.objective == 0 && a.gap == 0);
  close_solver(&v);
  sample_free(&s);
}

static void absurd_numbers_end_in_some_outcome(void **state) {
  (void)state;
  stream r = {101};
  const double absurd[] = {1e300, -1e300, 1e-300, 5e-324, 1.7e308, 0, 1e18, -1e-18};
  for (int t = 0; t < 400; t++) {
    sample s = random_sample(&r, 4, 5, true);
    for (int u = 0; u < 3; u++) {
      const double a = absurd[pick(&r, 8)];
      const int kind = pick(&r, 4);
      if (kind == 0 && s.program.entries > 0) s.value[pick(&r, (int)s.program.entries)] = a;
      if (kind == 1) s.cost[pick(&r, 5)] = a;
      if (kind == 2) s.row_lower[pick(&r, 4)] = a;
      if (kind == 3) s.column_upper[pick(&r, 5)] = a;
    }
    solver v = open_tie_breaker(&s);
    const vt_numbers n = numbers_of(&s);
    vt_lp_solution a;
    assert_int_equal(vt_lp_solve(v.session, &n, NULL, &a), VT_OK);
    assert_true(a.outcome >= VT_OPTIMAL && a.outcome <= VT_FAILED);
    if (a.outcome == VT_OPTIMAL) assert_true(a.violation <= 1e-9 && a.gap <= 1e-7);
    close_solver(&v);
    sample_free(&s);
  }
}

// ---------------------------------------------------------------------------------------------
// Proofs.

static void a_wrong_answer_does_not_verify(void **state) {
  (void)state;
  sample s = two_rows();
  const vt_numbers n = numbers_of(&s);
  double x[] = {3, 1}, y[] = {1.5, 0.5}, activity[2], largest[2], column[2], magnitude[2];
  vt_duals duals = {s.cost, y, column, magnitude, 0};
  vt_lp_solution a = {.x = x};
  vt_row_activities(&s.program, s.value, x, activity, largest);
  vt_price(&s.program, s.value, &duals);
  vt_judge(&s.program, &n, activity, &duals, &a);
  assert_true(vt_violation(&s.program, &n, x, activity, largest) == 0 && a.gap == 0);
  x[0] = 3 - 1e-8;
  vt_row_activities(&s.program, s.value, x, activity, largest);
  assert_true(vt_violation(&s.program, &n, x, activity, largest) > 1e-9);
  x[0] = -1e-17;
  assert_true(vt_violation(&s.program, &n, x, activity, largest) == 1);
  x[0] = 3;
  y[0] = 1.5 + 1e-6;
  vt_price(&s.program, s.value, &duals);
  vt_judge(&s.program, &n, activity, &duals, &a);
  assert_true(isinf(a.gap));
  y[0] = 1.4;
  vt_price(&s.program, s.value, &duals);
  vt_judge(&s.program, &n, activity, &duals, &a);
  assert_true(a.gap > 1e-2 && a.gap < 1);
  x[1] = (double)NAN;
  vt_row_activities(&s.program, s.value, x, activity, largest);
  assert_true(isnan(vt_violation(&s.program, &n, x, activity, largest)));
  vt_judge(&s.program, &n, activity, &duals, &a);
  assert_true(!(a.gap <= 1e-7));
  sample_free(&s);
}

// ---------------------------------------------------------------------------------------------
// History.

enum { SCENARIOS = 60 };

typedef struct {
  vt_outcome outcome;
  int64_t iterations;
  vt_rung rung;
  bool unique;
  double objective, gap, violation;
  double *x, *row_dual, *reduced_cost;
} record;

// Scenario t of a base: some numbers changed, some of the scenarios infeasible or unbounded.
static sample variant(const sample *base, int t) {
  sample s = *base;
  stream r = {1000 + (uint64_t)t};
  s.cost = doubles(base->program.columns, 0);
  s.value = doubles((int)base->program.entries, 0);
  s.row_lower = doubles(base->program.rows, 0);
  s.row_upper = doubles(base->program.rows, 0);
  for (int j = 0; j < s.program.columns; j++) {
    const double factor = t % 3 ? 1 + 0.2 * (draw(&r) - 0.5) : 1;
    s.cost[j] = t == 17 && j == 3 ? -1 : base->cost[j] * factor;
  }
  for (ptrdiff_t e = 0; e < s.program.entries; e++)
    s.value[e] = base->value[e] * (t % 4 == 1 && e % 7 == 0 ? 1 + 0.1 * draw(&r) : 1);
  for (int i = 0; i < s.program.rows; i++) {
    const double factor = 1 + 0.2 * (draw(&r) - 0.5);
    s.row_lower[i] = base->row_lower[i] * factor;
    s.row_upper[i] = base->row_upper[i] * factor;
  }
  if (t == 23) s.row_lower[0] = s.row_upper[0] = -5;
  return s;
}

static void variant_free(sample *s) {
  free(s->cost);
  free(s->value);
  free(s->row_lower);
  free(s->row_upper);
}

static record recorded(solver *v, const sample *base, int t, const vt_basis *basis) {
  sample s = variant(base, t);
  const vt_numbers n = numbers_of(&s);
  vt_lp_solution a;
  record out = {.outcome = VT_NOT_DONE};
  if (vt_lp_solve(v->session, &n, t % 5 == 4 ? NULL : basis, &a) == VT_OK) {
    const int rows = s.program.rows, columns = s.program.columns;
    out = (record){.outcome = a.outcome,
                   .iterations = a.iterations,
                   .rung = a.rung,
                   .unique = a.unique,
                   .objective = a.objective,
                   .gap = a.gap,
                   .violation = a.violation,
                   .x = vt_calloc(columns, sizeof(double)),
                   .row_dual = vt_calloc(rows, sizeof(double)),
                   .reduced_cost = vt_calloc(columns, sizeof(double))};
    if (a.x) memcpy(out.x, a.x, (size_t)columns * sizeof(double));
    if (a.x) memcpy(out.row_dual, a.row_dual, (size_t)rows * sizeof(double));
    if (a.x) memcpy(out.reduced_cost, a.reduced_cost, (size_t)columns * sizeof(double));
  }
  variant_free(&s);
  return out;
}

static void record_free(record *r) {
  free(r->x);
  free(r->row_dual);
  free(r->reduced_cost);
}

static bool same_bits(const double *a, const double *b, int count) {
  return memcmp(a, b, (size_t)count * sizeof *a) == 0;
}

static void assert_same_record(const record *a, const record *b, const vt_program *p) {
  assert_int_equal(a->outcome, b->outcome);
  assert_int_equal(a->iterations, b->iterations);
  assert_int_equal(a->rung, b->rung);
  assert_int_equal(a->unique, b->unique);
  assert_true(same_bits(&a->objective, &b->objective, 1));
  assert_true(same_bits(&a->gap, &b->gap, 1));
  assert_true(same_bits(&a->violation, &b->violation, 1));
  assert_true(same_bits(a->x, b->x, p->columns));
  assert_true(same_bits(a->row_dual, b->row_dual, p->rows));
  assert_true(same_bits(a->reduced_cost, b->reduced_cost, p->columns));
}

// Solve all scenarios in order, each in a session of its own: the result without history.
static void solve_alone(const sample *base, const vt_basis *basis, record *out) {
  for (int t = 0; t < SCENARIOS; t++) {
    solver v = open_tie_breaker(base);
    out[t] = recorded(&v, base, t, basis);
    close_solver(&v);
  }
}

static void no_result_depends_on_what_was_solved_before(void **state) {
  (void)state;
  for (int kind = 0; kind < 3; kind++) {
    stream r = {(uint64_t)kind + 5};
    sample base = kind == 0 ? pathway(&r, 18, 6) : transport(&r, 4, 6 + kind);
    solver v = open_tie_breaker(&base);
    solve(&v, &base);
    vt_basis basis = basis_of(&v);
    record alone[SCENARIOS];
    solve_alone(&base, &basis, alone);
    int seen[VT_OUTCOME_COUNT] = {0};
    for (int u = 0; u < 6 * SCENARIOS; u++) {
      const int t = pick(&r, SCENARIOS);
      record again = recorded(&v, &base, t, &basis);
      assert_same_record(&again, &alone[t], &base.program);
      seen[again.outcome]++;
      record_free(&again);
    }
    assert_true(seen[VT_OPTIMAL] > 0 && seen[VT_INFEASIBLE] > 0);
    for (int t = 0; t < SCENARIOS; t++) record_free(&alone[t]);
    free(basis.status);
    close_solver(&v);
    sample_free(&base);
  }
}

#ifdef _OPENMP
static void threads_give_the_same_bits(void **state) {
  (void)state;
  stream r = {6};
  sample base = pathway(&r, 18, 6);
  solver v = open_tie_breaker(&base);
  solve(&v, &base);
  vt_basis basis = basis_of(&v);
  record alone[SCENARIOS], threaded[SCENARIOS];
  solve_alone(&base, &basis, alone);
#pragma omp parallel num_threads(2)
  {
    vt_lp_session *session = NULL;
    const vt_error opened = vt_lp_session_create(v.model, &session);
    solver mine = {v.model, session};
#pragma omp for schedule(dynamic, 1)
    for (int t = 0; t < SCENARIOS; t++)
      if (opened == VT_OK) threaded[t] = recorded(&mine, &base, t, &basis);
    vt_lp_session_free(session);
  }
  for (int t = 0; t < SCENARIOS; t++) {
    assert_same_record(&threaded[t], &alone[t], &base.program);
    record_free(&alone[t]);
    record_free(&threaded[t]);
  }
  free(basis.status);
  close_solver(&v);
  sample_free(&base);
}
#endif

static void an_entry_that_does_not_vary_may_be_left_alone(void **state) {
  (void)state;
  sample s = two_rows();
  const vt_numbers n = numbers_of(&s);
  const bool varies[] = {false, false, true, true};
  solver v = {0};
  assert_int_equal(vt_lp_model_create(&s.program, &n, varies, NULL, 0, NULL, &v.model), VT_OK);
  assert_int_equal(vt_lp_session_create(v.model, &v.session), VT_OK);
  s.value[2] = 2;
  const vt_lp_solution a = solve(&v, &s);
  assert_close(a.objective, 2 * 1.2 + 3 * 1.4, 6.6 * 0 + 1);
  s.value[2] = 1;
  assert_close(solve(&v, &s).objective, 9, 1e-14);
  // Changed against its word: the proof is taken from the numbers and does not hold.
  s.value[0] = 0.5;
  vt_lp_solution b;
  assert_int_equal(vt_lp_solve(v.session, &n, NULL, &b), VT_OK);
  assert_int_equal(b.outcome, VT_INACCURATE);
  assert_true(b.violation > 1e-9 && b.x && strlen(b.reason) > 0);
  close_solver(&v);
  sample_free(&s);
}

// ---------------------------------------------------------------------------------------------
// GLPK's fatal errors.

static void a_fatal_error_of_glpk_fails_one_scenario_only(void **state) {
  (void)state;
  stream r = {6};
  sample s = pathway(&r, 12, 4);
  solver v = open_tie_breaker(&s), neighbour = open_tie_breaker(&s);
  const record before = recorded(&v, &s, 2, NULL);
  for (int t = 0; t < 3; t++) {
    // An empty problem under the session's feet: GLPK ends at the first row that it is told of.
    glp_erase_prob(v.session->work.problem);
    const vt_lp_solution a = solve(&v, &s);
    assert_int_equal(a.outcome, VT_FAILED);
    assert_non_null(strstr(a.reason, "GLPK gave up: glp_set_row_bnds: i = 1; row number out of"));
    record again = recorded(&v, &s, 2, NULL);
    assert_same_record(&again, &before, &s.program);
    record_free(&again);
    again = recorded(&neighbour, &s, 2, NULL);
    assert_same_record(&again, &before, &s.program);
    record_free(&again);
  }
  record_free(
      &(record){.x = before.x, .row_dual = before.row_dual, .reduced_cost = before.reduced_cost});
  close_solver(&v);
  close_solver(&neighbour);
  sample_free(&s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_choice_among_ties_does_not_depend_on_the_start),
      cmocka_unit_test(ties_are_broken_by_least_installation),
      cmocka_unit_test(the_unique_flag_agrees_with_the_ranges_of_the_optimal_face),
      cmocka_unit_test(without_tie_break_the_flag_claims_no_more_than_it_knows),
      cmocka_unit_test(a_degenerate_vertex_can_be_the_only_optimum),
      cmocka_unit_test(units_of_the_objective_change_nothing_else),
      cmocka_unit_test(units_of_a_product_change_nothing_else),
      cmocka_unit_test(amounts_of_any_size_verify),
      cmocka_unit_test(a_tiny_demand_beside_a_large_one_is_met),
      cmocka_unit_test(noise_beside_a_bound_of_zero_is_cleaned),
      cmocka_unit_test(an_objective_of_zero_has_no_gap),
      cmocka_unit_test(absurd_numbers_end_in_some_outcome),
      cmocka_unit_test(a_wrong_answer_does_not_verify),
      cmocka_unit_test(no_result_depends_on_what_was_solved_before),
#ifdef _OPENMP
      cmocka_unit_test(threads_give_the_same_bits),
#endif
      cmocka_unit_test(an_entry_that_does_not_vary_may_be_left_alone),
      cmocka_unit_test(a_fatal_error_of_glpk_fails_one_scenario_only),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
