// test_lp.c - the LP room: answers, proofs, other outcomes, start bases, LP files.
#include "lp_samples.h"

// ---------------------------------------------------------------------------------------------
// Answers.

static void a_small_programme_has_its_known_answer(void **state) {
  (void)state;
  sample s = two_rows();
  solver v = open_solver(&s, NULL);
  const vt_lp_solution a = solve(&v, &s);
  assert_close(a.x[0], 3, 1e-15);
  assert_close(a.x[1], 1, 1e-15);
  assert_close(a.objective, 9, 1e-15);
  assert_close(a.dual_bound, 9, 1e-15);
  assert_close(a.row_dual[0], 1.5, 1e-15);
  assert_close(a.row_dual[1], 0.5, 1e-15);
  assert_true(a.unique);
  assert_int_equal(a.rung, VT_RUNG_ADVANCED);
  close_solver(&v);
  sample_free(&s);
}

// The objective with one side of a row moved; infinite if nothing is feasible then.
static double moved(solver *v, sample *s, double *side, double step) {
  const double before = *side;
  *side += step;
  const vt_lp_solution a = solve(v, s);
  *side = before;
  return a.outcome == VT_OPTIMAL ? a.objective : INF;
}

static void duals_are_derivatives_of_the_objective(void **state) {
  (void)state;
  stream r = {3};
  int compared = 0;
  for (int t = 0; t < 60; t++) {
    sample s = random_sample(&r, 6, 8, false);
    solver v = open_solver(&s, NULL);
    for (int i = 0; i < 6; i++) {
      const vt_lp_solution a = solve(&v, &s);
      if (a.outcome != VT_OPTIMAL || s.row_lower[i] == s.row_upper[i]) continue;
      const double y = a.row_dual[i], at = a.objective, step = 1e-6;
      if (y == 0) continue;
      double *side = y > 0 ? &s.row_lower[i] : &s.row_upper[i];
      // The objective is convex in it: the dual is a subgradient, at a kink any between two.
      assert_true(y <= (moved(&v, &s, side, step) - at) / step + 1e-6 * fmax(1, fabs(y)));
      assert_true(y >= (at - moved(&v, &s, side, -step)) / step - 1e-6 * fmax(1, fabs(y)));
      compared++;
    }
    close_solver(&v);
    sample_free(&s);
  }
  assert_true(compared > 30);
}

static void random_programmes_agree_with_exact_arithmetic(void **state) {
  (void)state;
  stream r = {1};
  int seen[VT_OUTCOME_COUNT] = {0};
  for (int t = 0; t < 1500; t++) {
    const int rows = 1 + pick(&r, 12), columns = 1 + pick(&r, 14);
    sample s = random_sample(&r, rows, columns, t % 2);
    solver v = open_solver(&s, &(vt_lp_options){.tie_break = t % 3 != 0});
    const vt_lp_solution a = solve(&v, &s);
    const verdict want = oracle(&s);
    // Rows that depend on each other may contradict by a rounding error: exactly infeasible.
    const bool solvable = a.outcome == VT_OPTIMAL || a.outcome == VT_UNBOUNDED;
    const bool rounding = t % 2 == 0 && solvable && want.outcome == VT_INFEASIBLE;
    if (!rounding && a.outcome != want.outcome)
      fail_msg("case %d: outcome %d, expected %d", t, a.outcome, want.outcome);
    // glp_exact rounds the numbers that it is given to 1e-9, unless they are simple fractions.
    if (a.outcome == VT_OPTIMAL && !rounding)
      assert_close(a.objective, want.objective, t % 2 ? 1e-12 : 1e-7);
    seen[a.outcome]++;
    close_solver(&v);
    sample_free(&s);
  }
  assert_true(seen[VT_OPTIMAL] > 300 && seen[VT_INFEASIBLE] > 100 && seen[VT_UNBOUNDED] > 100);
}

static void larger_programmes_verify(void **state) {
  (void)state;
  stream r = {5};
  for (int t = 0; t < 12; t++) {
    sample s = pathway(&r, 20 + 3 * t, 4 + t);
    assert_precise(&s);
    sample_free(&s);
  }
}

// ---------------------------------------------------------------------------------------------
// Outcomes that are no optimum.

static void bounds_that_cross_are_infeasible_without_a_solve(void **state) {
  (void)state;
  for (int t = 0; t < 4; t++) {
    sample s = two_rows();
    if (t == 0) s.row_upper[1] = 5.9;
    if (t == 1) s.column_upper[0] = -1;
    if (t == 2) s.row_lower[0] = INF;
    if (t == 3) s.column_lower[1] = s.column_upper[1] = -INF;
    solver v = open_solver(&s, NULL);
    const vt_lp_solution a = solve(&v, &s);
    assert_int_equal(a.outcome, VT_INFEASIBLE);
    assert_int_equal(a.rung, VT_RUNG_NONE);
    assert_non_null(strstr(a.reason, "cross"));
    close_solver(&v);
    sample_free(&s);
  }
}

static void what_is_no_number_fails_and_is_named(void **state) {
  (void)state;
  sample s = two_rows();
  solver v = open_solver(&s, NULL);
  double *const places[] = {s.value,     s.cost + 1,     s.row_lower,
                            s.row_upper, s.column_lower, s.column_upper + 1};
  for (size_t t = 0; t < sizeof places / sizeof *places; t++) {
    const double before = *places[t];
    *places[t] = (double)NAN;
    const vt_lp_solution a = solve(&v, &s);
    assert_int_equal(a.outcome, VT_FAILED);
    *places[t] = before;
    assert_int_equal(solve(&v, &s).outcome, VT_OPTIMAL);
  }
  s.cost[0] = INF;
  assert_int_equal(solve(&v, &s).outcome, VT_FAILED);
  close_solver(&v);
  sample_free(&s);
}

static void a_demand_that_nothing_serves_is_infeasible(void **state) {
  (void)state;
  sample s = sample_of(2, 2, (const double[]){1, 0, 0, 0});
  s.row_lower[0] = 1;
  s.row_lower[1] = s.row_upper[1] = 3;
  solver v = open_tie_breaker(&s);
  assert_int_equal(solve(&v, &s).outcome, VT_INFEASIBLE);
  s.row_lower[1] = s.row_upper[1] = 0;
  assert_int_equal(solve(&v, &s).outcome, VT_OPTIMAL);
  close_solver(&v);
  sample_free(&s);
}

// What a programme becomes whose bounds or costs change, from the basis of its optimum.
static void check_warm_start(void (*change)(sample *), vt_outcome expected) {
  stream r = {8};
  sample s = pathway(&r, 30, 8);
  solver v = open_tie_breaker(&s);
  assert_int_equal(solve(&v, &s).outcome, VT_OPTIMAL);
  vt_basis basis = basis_of(&v);
  change(&s);
  const vt_lp_solution a = solve_from(&v, &s, &basis);
  assert_int_equal(a.outcome, expected);
  assert_int_equal(a.rung, VT_RUNG_GIVEN);
  free(basis.status);
  close_solver(&v);
  sample_free(&s);
}

static void bound_installations(sample *s) {
  for (int t = 0; t < 60; t++) s->column_upper[t] = 1e-3;
}

static void pay_for_one(sample *s) {
  s->cost[12] = -1e-6;
}

static void infeasible_from_a_warm_start_is_certified(void **state) {
  (void)state;
  check_warm_start(bound_installations, VT_INFEASIBLE);
}

static void unbounded_from_a_warm_start_is_certified(void **state) {
  (void)state;
  check_warm_start(pay_for_one, VT_UNBOUNDED);
}

static void certificates_are_checked(void **state) {
  (void)state;
  sample s = two_rows();
  const vt_numbers n = numbers_of(&s);
  double y[] = {1, 0}, direction[] = {1, 1}, activity[2], largest[2];
  assert_false(vt_proves_infeasible(&s.program, &n, 1, y));
  assert_false(vt_proves_unbounded(&s.program, &n, direction, activity, largest));
  s.column_upper[0] = s.column_upper[1] = 1;
  assert_true(vt_proves_infeasible(&s.program, &n, 1, y));
  assert_false(vt_proves_infeasible(&s.program, &n, -1, y));
  s.cost[0] = s.cost[1] = -1;
  assert_false(vt_proves_unbounded(&s.program, &n, direction, activity, largest));
  s.column_upper[0] = s.column_upper[1] = INF;
  assert_true(vt_proves_unbounded(&s.program, &n, direction, activity, largest));
  s.row_upper[0] = 1e9;
  assert_false(vt_proves_unbounded(&s.program, &n, direction, activity, largest));
  sample_free(&s);
}

static void an_iteration_limit_is_never_optimal(void **state) {
  (void)state;
  stream r = {2};
  sample s = pathway(&r, 25, 7);
  solver free_run = open_tie_breaker(&s);
  const int64_t needed = solve(&free_run, &s).iterations;
  assert_true(needed > 10);
  for (int64_t limit = 1; limit <= needed + 1; limit += 4) {
    solver v = open_solver(&s, &(vt_lp_options){.iteration_limit = limit, .tie_break = true});
    const vt_lp_solution a = solve(&v, &s);
    // GLPK looks at the limit before it looks whether it is done.
    if (limit != needed)
      assert_int_equal(a.outcome, limit < needed ? VT_ITERATION_LIMIT : VT_OPTIMAL);
    assert_true(a.iterations <= limit);
    close_solver(&v);
  }
  close_solver(&free_run);
  sample_free(&s);
}

static void a_time_limit_is_the_outcome_timeout(void **state) {
  (void)state;
  stream r = {2};
  sample s = pathway(&r, 25, 7);
  solver v = open_solver(&s, &(vt_lp_options){.time_limit_s = 1e-12});
  assert_int_equal(solve(&v, &s).outcome, VT_TIMEOUT);
  close_solver(&v);
  v = open_solver(&s, &(vt_lp_options){.time_limit_s = 1e3});
  assert_int_equal(solve(&v, &s).outcome, VT_OPTIMAL);
  close_solver(&v);
  sample_free(&s);
}

// ---------------------------------------------------------------------------------------------
// Shapes.

static void programmes_of_every_small_shape_end_well(void **state) {
  (void)state;
  stream r = {13};
  for (int rows = 0; rows < 4; rows++) {
    for (int columns = 0; columns < 4; columns++) {
      for (int t = 0; t < 40; t++) {
        sample s = random_sample(&r, rows, columns, true);
        solver v = open_tie_breaker(&s);
        const vt_lp_solution a = solve(&v, &s);
        if (rows > 0 && columns > 0) {
          const verdict want = oracle(&s);
          if (want.outcome != VT_FAILED) assert_int_equal(a.outcome, want.outcome);
        }
        assert_true(a.outcome <= VT_UNBOUNDED);
        close_solver(&v);
        sample_free(&s);
      }
    }
  }
}

static void without_entries_columns_go_to_their_best_bound(void **state) {
  (void)state;
  sample s = sample_of(1, 3, (const double[]){0, 0, 0});
  s.cost[0] = 2;
  s.cost[1] = -3;
  s.column_lower[0] = 1;
  s.column_upper[1] = 4;
  solver v = open_tie_breaker(&s);
  vt_lp_solution a = solve(&v, &s);
  assert_true(a.x[0] == 1 && a.x[1] == 4 && a.x[2] == 0);
  assert_close(a.objective, -10, 0);
  assert_true(a.gap == 0 && a.violation == 0 && !a.unique);
  s.row_lower[0] = 1;
  assert_int_equal(solve(&v, &s).outcome, VT_INFEASIBLE);
  s.row_lower[0] = -1;
  s.column_upper[1] = INF;
  assert_int_equal(solve(&v, &s).outcome, VT_UNBOUNDED);
  close_solver(&v);
  sample_free(&s);
}

static void entries_that_become_zero_are_no_trouble(void **state) {
  (void)state;
  sample s = two_rows();
  solver v = open_tie_breaker(&s);
  for (int t = 0; t < 4; t++) s.value[t] = 0;
  assert_int_equal(solve(&v, &s).outcome, VT_INFEASIBLE);
  s.row_lower[0] = s.row_lower[1] = 0;
  assert_int_equal(solve(&v, &s).outcome, VT_OPTIMAL);
  s.value[0] = 1;
  s.row_lower[0] = 5;
  const vt_lp_solution a = solve(&v, &s);
  assert_close(a.x[0], 5, 0);
  close_solver(&v);
  sample_free(&s);
}

static void a_model_of_broken_structure_is_refused(void **state) {
  (void)state;
  sample s = two_rows();
  const vt_numbers n = numbers_of(&s);
  vt_lp_model *model = NULL;
  s.program.row[1] = 2;
  assert_int_equal(vt_lp_model_create(&s.program, &n, NULL, NULL, 0, NULL, &model), VT_ERR_BUG);
  s.program.row[1] = 0;
  assert_int_equal(vt_lp_model_create(&s.program, &n, NULL, NULL, 0, NULL, &model), VT_ERR_BUG);
  s.program.row[1] = 1;
  s.program.column_start[1] = 5;
  assert_int_equal(vt_lp_model_create(&s.program, &n, NULL, NULL, 0, NULL, &model), VT_ERR_BUG);
  vt_lp_model_free(NULL);
  vt_lp_session_free(NULL);
  sample_free(&s);
}

// ---------------------------------------------------------------------------------------------
// Start bases.

static void the_final_basis_is_optimal_at_once(void **state) {
  (void)state;
  stream r = {21};
  for (int t = 0; t < 300; t++) {
    sample s = t % 2 ? transport(&r, 3, 5) : random_sample(&r, 8, 10, true);
    solver v = open_tie_breaker(&s);
    vt_lp_solution a = solve(&v, &s);
    if (a.outcome == VT_OPTIMAL) {
      vt_basis basis = basis_of(&v);
      const double objective = a.objective;
      double *x = doubles(s.program.columns, 0);
      memcpy(x, a.x, (size_t)s.program.columns * sizeof *x);
      a = solve_from(&v, &s, &basis);
      assert_int_equal(a.rung, VT_RUNG_GIVEN);
      assert_close(a.objective, objective, 1e-12);
      for (int j = 0; j < s.program.columns; j++) assert_close(a.x[j], x[j], 1e-9);
      free(x);
      free(basis.status);
    }
    close_solver(&v);
    sample_free(&s);
  }
}

static void a_useless_start_basis_leads_to_the_next_rung(void **state) {
  (void)state;
  sample s = sample_of(2, 3, (const double[]){1, 2, 1, 2, 4, 1});
  s.row_lower[0] = 4;
  s.row_lower[1] = 6;
  s.cost[0] = s.cost[1] = s.cost[2] = 1;
  solver v = open_solver(&s, NULL);
  // Columns 1 and 2 are multiples of each other; then too many basic, too few, and nonsense.
  unsigned char bases[][5] = {{2, 2, 1, 1, 2}, {1, 1, 1, 1, 1}, {2, 2, 2, 2, 2}, {0, 99, 7, 0, 0}};
  for (int t = 0; t < 4; t++) {
    const vt_lp_solution a = solve_from(&v, &s, &(vt_basis){2, 3, bases[t]});
    assert_int_equal(a.outcome, VT_OPTIMAL);
    assert_int_equal(a.rung, VT_RUNG_ADVANCED);
  }
  vt_lp_solution a;
  const vt_numbers n = numbers_of(&s);
  assert_int_equal(vt_lp_solve(v.session, &n, &(vt_basis){1, 3, bases[0]}, &a), VT_ERR_BUG);
  close_solver(&v);
  sample_free(&s);
}

static void no_basis_before_an_optimum(void **state) {
  (void)state;
  sample s = two_rows();
  solver v = open_solver(&s, NULL);
  vt_basis basis = {0};
  assert_int_equal(vt_lp_basis(v.session, &basis), VT_ERR_BUG);
  solve(&v, &s);
  basis = basis_of(&v);
  int basic = 0;
  for (int k = 0; k < 4; k++) basic += basis.status[k] == GLP_BS;
  assert_int_equal(basic, 2);
  free(basis.status);
  close_solver(&v);
  sample_free(&s);
}

// ---------------------------------------------------------------------------------------------
// LP files.

static void an_lp_file_can_be_read_back(void **state) {
  (void)state;
  stream r = {4};
  char path[] = "/tmp/vintner-lp-XXXXXX";
  const int file = mkstemp(path);
  assert_true(file >= 0);
  close(file);
  static const char *const texts[] = {
      "heat pump: 2020", "e12", "heat pump: 2020", "",   "free", "3rd", ".5", "\xc3\xa9t\xc3\xa9",
      "a/b[c]",          "n",   "HEAT PUMP: 2020", "inf"};
  char copies[12][400] = {{0}}, *names[12];
  for (int t = 0; t < 12; t++) {
    names[t] = copies[t];
    memcpy(copies[t], texts[t], strlen(texts[t]));
  }
  memset(copies[9], 'n', sizeof copies[9] - 1);
  int optimal = 0;
  for (int t = 0; t < 40; t++) {
    sample s = random_sample(&r, 12, 12, false);
    s.program.row_name = s.program.column_name = names;
    const vt_numbers n = numbers_of(&s);
    const verdict want = oracle(&s);
    assert_int_equal(vt_lp_write(&s.program, &n, "a title *\\ with \n everything", path), VT_OK);
    glp_term_out(GLP_OFF);
    glp_prob *p = glp_create_prob();
    assert_int_equal(glp_read_lp(p, NULL, path), 0);
    glp_smcp control;
    glp_init_smcp(&control);
    control.msg_lev = GLP_MSG_OFF;
    (void)glp_simplex(p, &control);
    if (want.outcome == VT_OPTIMAL) {
      assert_close(glp_get_obj_val(p), want.objective, 1e-9);
      glp_create_index(p);
      assert_true(glp_find_col(p, "heat_pump__2020") > 0);
      assert_true(glp_find_col(p, "_e12") > 0);
      optimal++;
    }
    glp_delete_prob(p);
    sample_free(&s);
  }
  assert_true(optimal > 5);
  unlink(path);
}

static void an_lp_file_that_cannot_be_written_is_an_error(void **state) {
  (void)state;
  sample s = two_rows();
  const vt_numbers n = numbers_of(&s);
  assert_int_equal(vt_lp_write(&s.program, &n, NULL, "/nowhere/at/all.lp"), VT_ERR_INPUT);
  assert_non_null(strstr(vt_error_message(), "/nowhere/at/all.lp"));
  sample_free(&s);
}

static void writing_a_file_leaves_open_sessions_alone(void **state) {
  (void)state;
  sample s = two_rows();
  const vt_numbers n = numbers_of(&s);
  solver v = open_solver(&s, NULL);
  solve(&v, &s);
  assert_int_equal(vt_lp_write(&s.program, &n, "two rows", "two_rows.lp"), VT_OK);
  unlink("two_rows.lp");
  assert_close(solve(&v, &s).objective, 9, 1e-15);
  close_solver(&v);
  sample_free(&s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_small_programme_has_its_known_answer),
      cmocka_unit_test(duals_are_derivatives_of_the_objective),
      cmocka_unit_test(random_programmes_agree_with_exact_arithmetic),
      cmocka_unit_test(larger_programmes_verify),
      cmocka_unit_test(bounds_that_cross_are_infeasible_without_a_solve),
      cmocka_unit_test(what_is_no_number_fails_and_is_named),
      cmocka_unit_test(a_demand_that_nothing_serves_is_infeasible),
      cmocka_unit_test(infeasible_from_a_warm_start_is_certified),
      cmocka_unit_test(unbounded_from_a_warm_start_is_certified),
      cmocka_unit_test(certificates_are_checked),
      cmocka_unit_test(an_iteration_limit_is_never_optimal),
      cmocka_unit_test(a_time_limit_is_the_outcome_timeout),
      cmocka_unit_test(programmes_of_every_small_shape_end_well),
      cmocka_unit_test(without_entries_columns_go_to_their_best_bound),
      cmocka_unit_test(entries_that_become_zero_are_no_trouble),
      cmocka_unit_test(a_model_of_broken_structure_is_refused),
      cmocka_unit_test(the_final_basis_is_optimal_at_once),
      cmocka_unit_test(a_useless_start_basis_leads_to_the_next_rung),
      cmocka_unit_test(no_basis_before_an_optimum),
      cmocka_unit_test(an_lp_file_can_be_read_back),
      cmocka_unit_test(an_lp_file_that_cannot_be_written_is_an_error),
      cmocka_unit_test(writing_a_file_leaves_open_sessions_alone),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
