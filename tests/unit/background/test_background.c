// test_background.c - supplies, inventories and scores: by hand, against dense elimination, at the
// edges.
#include "background_case.h"

// Gauss with row pivoting in long double, on comparable units: A x = f, or the transpose.
static void eliminate(const dense *d, bool transposed, const double *f, double *x) {
  static long double m[LARGEST][LARGEST + 1];
  const int n = d->n;
  double p[LARGEST], q[LARGEST]; // units of the equations and of the unknowns
  for (int i = 0; i < n; i++) {
    p[i] = transposed ? 1 / unit_or_1(d->process_unit[i]) : unit_or_1(d->product_unit[i]);
    q[i] = transposed ? 1 / unit_or_1(d->product_unit[i]) : unit_or_1(d->process_unit[i]);
  }
  for (int i = 0; i < n; i++) {
    for (int j = 0; j < n; j++)
      m[i][j] = (long double)(transposed ? d->a[j][i] : d->a[i][j]) * q[j] / p[i];
    m[i][n] = (long double)f[i] / p[i];
  }
  for (int k = 0; k < n; k++) {
    int pivot = k;
    for (int i = k; i < n; i++)
      if (fabsl(m[i][k]) > fabsl(m[pivot][k])) pivot = i;
    for (int j = 0; j <= n; j++) {
      const long double kept = m[k][j];
      m[k][j] = m[pivot][j];
      m[pivot][j] = kept;
    }
    for (int i = k + 1; i < n; i++) {
      const long double part = m[i][k] / m[k][k];
      for (int j = k; j <= n && part != 0; j++) m[i][j] -= part * m[k][j];
    }
  }
  for (int k = n - 1; k >= 0; k--) {
    for (int j = k + 1; j < n; j++) m[k][n] -= m[k][j] * m[j][n];
    m[k][n] /= m[k][k];
  }
  for (int k = 0; k < n; k++) x[k] = (double)(m[k][n] * q[k]);
}

// Every unit demand and one weight, both ways, against elimination.
static void compare(vt_background *room, const dense *d, const int *reference, int64_t solves,
                    double tolerance) {
  small *s = make_small(d);
  s->system.reference = reference;
  vt_solver *solver;
  assert_ok(vt_solver_create(room, &s->system, solves, NULL, &solver));
  const double weight[FLOWS] = {1, -2, 0.5, 0, 3};
  double score[LARGEST], direct[LARGEST] = {0}, expected[LARGEST], residual;
  for (int j = 0; j < d->n; j++)
    for (int e = 0; e < FLOWS; e++) direct[j] += weight[e] * d->b[e][j];
  assert_ok(vt_solver_adjoint(solver, weight, score, &residual));
  assert_true(residual <= 1e-15);
  eliminate(d, true, direct, expected);
  for (int i = 0; i < d->n; i++) {
    double f[LARGEST] = {0}, x[LARGEST], right[LARGEST], g[FLOWS], spread = 0, sum = 0;
    f[i] = 2;
    const vt_final_demand demand = {2, (const int[]){i, i}, (const double[]){0.5, 1.5}};
    assert_ok(vt_solver_forward(solver, &demand, x, g, &residual));
    assert_true(residual <= 1e-15);
    eliminate(d, false, f, right);
    // What cancels has the rounding of what it cancelled from, in comparable units.
    const double floor = 1e-3 / unit_or_1(d->product_unit[i]);
    for (int j = 0; j < d->n; j++)
      assert_near(x[j], right[j], fabs(right[j]) + floor * unit_or_1(d->process_unit[j]),
                  tolerance);
    for (int e = 0; e < FLOWS; e++) sum += weight[e] * g[e];
    for (int e = 0; e < FLOWS; e++) spread += fabs(weight[e] * g[e]);
    spread += floor;
    assert_near(2 * score[i], sum, spread, tolerance);
    assert_near(score[i], expected[i], spread / 2, tolerance);
  }
  vt_solver_free(solver);
  free(s);
}

// ---------------------------------------------------------------------------------------------

static void a_chain_gives_the_numbers_found_by_hand(void **state) {
  dense d = {
      .n = 3, .a = {{1, 0, -0.1}, {-0.5, 2, 0}, {0, -0.25, 4}}, .b = {{1, 0, 3 + 4}, {0, 2, 0}}};
  small *s = make_small(&d);
  vt_solver *solver;
  double x[3], g[FLOWS], residual;
  assert_ok(vt_solver_create(*state, &s->system, 1, NULL, &solver));
  const vt_final_demand one = {1, (const int[]){0}, (const double[]){1}};
  assert_ok(vt_solver_forward(solver, &one, x, g, &residual));
  assert_near(x[0], 1.001564945226917, 1, 1e-15);
  assert_near(x[1], 0.25039123630672927, 1, 1e-15);
  assert_near(x[2], 0.01564945226917058, 1, 1e-16);
  assert_near(10 * g[0] + 100 * g[1], 61.189358372456965, 61, 1e-15);
  assert_int_equal(g[2] == 0, 1);
  vt_solver_free(solver);
  free(s);
}

static void products_beside_the_diagonal_are_found(void **state) {
  // Process 0 makes product 1, 1 makes 2, 2 makes 0; no diagonal entry at all.
  dense d = {.n = 3, .a = {{0, -0.2, 1}, {2, 0, -0.5}, {-1, 4, 0}}, .b = {{1, 1, 1}}};
  const int wrong[3] = {0, 0, 7};
  compare(*state, &d, NULL, 1, 1e-14);
  compare(*state, &d, wrong, 1000, 1e-14);
  small *s = make_small(&d);
  vt_solver *solver;
  assert_ok(vt_solver_create(*state, &s->system, 1, NULL, &solver));
  assert_memory_equal(vt_solver_reference(solver), ((const int[]){1, 2, 0}), 3 * sizeof(int));
  vt_solver_free(solver);
  free(s);
}

static void economies_agree_with_elimination(void **state) {
  stream s = {11};
  for (int k = 0; k < 40; k++) {
    dense d;
    int reference[LARGEST];
    draw_economy(&s, 2 + (int)(uniform(&s) * (LARGEST - 2)), 0, &d, reference);
    compare(*state, &d, reference, k % 2 ? 1 : 1000, 1e-10);
    compare(*state, &d, NULL, k % 2 ? 1000 : 1, 1e-10);
  }
}

static void units_of_any_size_do_no_harm(void **state) {
  stream s = {12};
  for (int k = 0; k < 20; k++) {
    dense d;
    int reference[LARGEST];
    draw_economy(&s, 20 + k, 12, &d, reference);
    compare(*state, &d, reference, k % 2 ? 1 : 1000, 1e-10);
  }
}

static void systems_without_any_dominance_are_solved(void **state) {
  stream s = {13};
  for (int k = 0; k < 20; k++) {
    dense d = {.n = 15 + k};
    for (int j = 0; j < d.n; j++) {
      for (int i = 0; i < d.n; i++) d.a[i][j] = uniform(&s) < 0.4 ? 2 * uniform(&s) - 1 : 0;
      d.a[j][j] = 0.01 + uniform(&s);
      d.b[0][j] = d.b[4][j] = uniform(&s);
    }
    small *packed = make_small(&d);
    vt_solver *solver;
    double x[LARGEST], residual;
    assert_ok(vt_solver_create(*state, &packed->system, 1, NULL, &solver));
    const vt_final_demand one = {1, (const int[]){3}, (const double[]){1}};
    assert_ok(vt_solver_forward(solver, &one, x, NULL, &residual));
    assert_true(residual <= 1e-15);
    double f[LARGEST] = {0}, right[LARGEST];
    f[3] = 1;
    eliminate(&d, false, f, right);
    for (int j = 0; j < d.n; j++) assert_near(x[j], right[j], fabs(right[j]) + 1e-3, 1e-9);
    vt_solver_free(solver);
    free(packed);
  }
}

// ---------------------------------------------------------------------------------------------

static void expect_refusal(vt_background *room, const dense *d, int64_t solves,
                           vt_culprits *culprits) {
  small *s = make_small(d);
  vt_solver *solver = NULL;
  assert_int_equal(vt_solver_create(room, &s->system, solves, culprits, &solver), VT_ERR_INPUT);
  assert_null(solver);
  assert_non_null(strstr(vt_error_message(), "singular"));
  free(s);
}

static void a_product_without_producer_is_named(void **state) {
  // Processes 1 and 2 both touch product 1 only; nobody makes product 2.
  dense d = {.n = 4, .a = {{1, 0, 0, 0}, {-1, 1, 2, 0}, {0, 0, 0, 0}, {0, 0, 0, 1}}};
  vt_culprits culprits;
  expect_refusal(*state, &d, 1, &culprits);
  assert_true(culprits.structural);
  assert_int_equal(culprits.products, 1);
  assert_int_equal(culprits.product[0], 2);
  assert_int_equal(culprits.processes, 2);
  assert_int_equal(culprits.process[0], 1);
  assert_int_equal(culprits.process[1], 2);
}

static void processes_that_cancel_are_named(void **state) {
  // Processes 5 and 9 of an economy run in a circle without net output: exactly, and to rounding.
  const double parts[2] = {1, 0.1 * 3 / 0.3};
  stream s = {14};
  for (int k = 0; k < 4; k++) {
    dense d;
    int reference[LARGEST];
    vt_culprits culprits;
    draw_economy(&s, 40, 0, &d, reference);
    for (int i = 0; i < d.n; i++) d.a[i][5] = d.a[i][9] = 0;
    const int p = reference[5], q = reference[9];
    d.a[p][5] = 0.3;
    d.a[q][5] = -0.7;
    d.a[p][9] = -0.3 * parts[k % 2];
    d.a[q][9] = 0.7;
    expect_refusal(*state, &d, k < 2 ? 1 : 1000, &culprits);
    assert_false(culprits.structural);
    assert_int_equal(culprits.processes, 2);
    assert_int_equal(culprits.process[0] + culprits.process[1], 14);
    assert_true(culprits.products >= 2);
  }
}

static void long_chains_are_not_taken_for_singular(void **state) {
  dense d = {.n = LARGEST};
  for (int j = 0; j < d.n; j++) {
    d.a[j][j] = 1;
    if (j > 0) d.a[j - 1][j] = -1000;
    if (j > 0) d.a[j][j - 1] = 1e-9;
    d.b[0][j] = 1;
  }
  small *s = make_small(&d);
  vt_solver *solver;
  assert_ok(vt_solver_create(*state, &s->system, 1, NULL, &solver));
  vt_solver_free(solver);
  free(s);
}

static void systems_that_make_no_sense_are_refused(void **state) {
  dense d = {.n = 2, .a = {{1, 0}, {0, 1}}};
  small *s = make_small(&d);
  vt_solver *solver;
  s->value[0][1] = NAN;
  assert_int_equal(vt_solver_create(*state, &s->system, 1, NULL, &solver), VT_ERR_INPUT);
  s->value[0][1] = 1;
  s->technosphere.rows = 3;
  assert_int_equal(vt_solver_create(*state, &s->system, 1, NULL, &solver), VT_ERR_INPUT);
  assert_non_null(strstr(vt_error_message(), "3 products and 2 processes"));
  s->technosphere.rows = 2;
  assert_ok(vt_solver_create(*state, &s->system, 1, NULL, &solver));
  const vt_final_demand endless = {1, (const int[]){0}, (const double[]){INFINITY}};
  assert_int_equal(vt_solver_forward(solver, &endless, NULL, NULL, NULL), VT_ERR_INPUT);
  vt_solver_free(solver);
  free(s);
}

static void nothing_asked_for_gives_nothing(void **state) {
  dense d = {.n = 2, .a = {{1, -0.5}, {0, 1}}, .b = {{1, 1}}};
  small *s = make_small(&d);
  vt_solver *solver;
  double x[2] = {1, 1}, g[FLOWS], residual = 1, y[2];
  assert_ok(vt_solver_create(*state, &s->system, 1, NULL, &solver));
  const vt_final_demand none = {0, NULL, NULL};
  const double weightless[FLOWS] = {0};
  assert_ok(vt_solver_forward(solver, &none, x, g, &residual));
  assert_true(x[0] == 0 && x[1] == 0 && g[0] == 0 && residual == 0);
  assert_ok(vt_solver_adjoint(solver, weightless, y, &residual));
  assert_true(y[0] == 0 && y[1] == 0);
  // Demands of any size.
  const vt_final_demand tiny = {1, (const int[]){1}, (const double[]){1e-290}};
  assert_ok(vt_solver_forward(solver, &tiny, x, g, &residual));
  assert_near(x[0], 0.5e-290, 1e-290, 1e-14);
  vt_solver_free(solver);
  s->system.biosphere = NULL;
  assert_ok(vt_solver_create(*state, &s->system, 1, NULL, &solver));
  assert_ok(vt_solver_adjoint(solver, NULL, y, &residual));
  assert_true(y[0] == 0 && y[1] == 0);
  vt_solver_free(solver);
  d.n = 0;
  small *empty = make_small(&d);
  assert_ok(vt_solver_create(*state, &empty->system, 1, NULL, &solver));
  assert_ok(vt_solver_forward(solver, &none, x, g, &residual));
  vt_solver_free(solver);
  free(empty);
  free(s);
}

static void scores_by_the_adjoint_are_those_of_forward_solves(void **state) {
  stream s = {15};
  dense d;
  int reference[LARGEST], product[DEMANDS];
  vt_final_demand demand[DEMANDS];
  draw_economy(&s, 50, 3, &d, reference);
  small *packed = make_small(&d);
  answers forward, adjoint;
  list_demands(d.n, demand, product);
  vt_request one = make_request(packed, DEMANDS, demand, true, true, &forward);
  vt_request two = make_request(packed, DEMANDS, demand, false, true, &adjoint);
  vt_request both[2] = {one, two};
  assert_ok(vt_background_run(*state, 2, both));
  assert_false(both[0].adjoint);
  assert_true(both[1].adjoint);
  for (int k = 0; k < DEMANDS; k++) {
    assert_true(forward.residual[k] <= 1e-15 && adjoint.residual[k] <= 1e-15);
    for (int e = 0; e < FLOWS; e++)
      assert_near(adjoint.inventory[k][e], forward.inventory[k][e], forward.inventory[k][e], 1e-12);
    for (int c = 0; c < 2; c++) {
      double spread = 0;
      for (int e = 0; e < FLOWS; e++) spread += fabs(weights[c][e] * forward.inventory[k][e]);
      assert_near(adjoint.score[k][c], forward.score[k][c], spread, 1e-12);
    }
  }
  free(both[0].supply);
  free(packed);
}

static void chosen_flows_are_those_of_the_whole_inventory(void **state) {
  stream s = {16};
  dense d;
  int reference[LARGEST], product[DEMANDS];
  vt_final_demand demand[DEMANDS];
  draw_economy(&s, 50, 1, &d, reference);
  small *packed = make_small(&d);
  answers all, unused;
  double few[DEMANDS][2], again[1][2];
  list_demands(d.n, demand, product);
  vt_request r[3] = {make_request(packed, DEMANDS, demand, false, true, &all),
                     make_request(packed, DEMANDS, demand, false, false, &unused),
                     make_request(packed, 1, demand, false, false, &unused)};
  r[1].score = r[2].score = r[1].residual = r[2].residual = NULL;
  r[1].inventory = &few[0][0];
  r[2].inventory = &again[0][0];
  r[1].flow = r[2].flow = (const int[]){4, 1};
  r[1].flow_count = r[2].flow_count = 2;
  assert_ok(vt_background_run(*state, 3, r));
  assert_true(r[1].adjoint);
  assert_false(r[2].adjoint);
  for (int k = 0; k < DEMANDS; k++) {
    assert_near(few[k][0], all.inventory[k][4], all.inventory[k][4], 1e-12);
    assert_near(few[k][1], all.inventory[k][1], all.inventory[k][1], 1e-12);
  }
  assert_near(again[0][0], all.inventory[0][4], all.inventory[0][4], 1e-12);
  free(packed);
}

static void bits_do_not_depend_on_company(void **state) {
  stream s = {17};
  dense d;
  int reference[LARGEST], product[DEMANDS];
  vt_final_demand demand[DEMANDS];
  draw_economy(&s, 55, 2, &d, reference);
  small *packed = make_small(&d);
  list_demands(d.n, demand, product);
  const int64_t studies[2] = {1, 1000};
  for (int k = 0; k < 2; k++) {
    double x[DEMANDS][LARGEST], y[LARGEST], residual;
    vt_solver *solver;
    assert_ok(vt_solver_create(*state, &packed->system, studies[k], NULL, &solver));
    for (int q = 0; q < DEMANDS; q++)
      assert_ok(vt_solver_forward(solver, &demand[q], x[q], NULL, &residual));
    vt_solver_free(solver);
    assert_ok(vt_solver_create(*state, &packed->system, studies[k], NULL, &solver));
    for (int q = DEMANDS - 1; q >= 0; q--) {
      assert_ok(vt_solver_adjoint(solver, weights[0], y, &residual));
      assert_ok(vt_solver_forward(solver, &demand[q], y, NULL, &residual));
      assert_memory_equal(x[q], y, (size_t)d.n * sizeof *y);
    }
    vt_solver_free(solver);
  }
  free(packed);
}

static void check_rows(const double *number, const vt_contribution *row, int rows) {
  for (int i = 0; i < TOP; i++, number += VT_TOP_NUMBERS) {
    assert_true(number[0] == (i < rows ? row[i].index : -1));
    if (i < rows) assert_true(number[1] == row[i].amount && number[2] == row[i].share);
    if (i >= rows) assert_true(isnan(number[1]) && isnan(number[2]));
  }
}

static void tables_are_made_where_a_demand_is_solved(void **state) {
  stream s = {19};
  dense d;
  int reference[LARGEST], product[DEMANDS];
  vt_final_demand demand[DEMANDS];
  draw_economy(&s, 45, 1, &d, reference);
  small *packed = make_small(&d);
  list_demands(d.n, demand, product);
  answers kept, bare;
  double table[DEMANDS][TABLES], burden[LARGEST];
  vt_request whole = make_request(packed, DEMANDS, demand, true, true, &kept);
  vt_request r = make_request(packed, DEMANDS, demand, false, false, &bare);
  r.score = NULL;
  r.top = TOP;
  r.table = &table[0][0];
  assert_ok(vt_background_run(*state, 1, &whole));
  assert_ok(vt_background_run_alone(*state, 1, &r));
  assert_false(r.adjoint);
  for (int q = 0; q < DEMANDS; q++) {
    for (int c = 0; c < 2; c++) {
      vt_contribution process[TOP], flow[TOP];
      int processes, flows;
      vt_burdens(&packed->biosphere, weights[c], burden);
      assert_ok(vt_contributions(&packed->biosphere, whole.supply + (ptrdiff_t)q * d.n,
                                 kept.inventory[q], weights[c], burden, TOP, process, &processes,
                                 flow, &flows));
      const double *number = table[q] + c * TABLES / 2;
      check_rows(number, process, processes);
      check_rows(number + TOP * VT_TOP_NUMBERS, flow, flows);
    }
  }
  free(whole.supply);
  free(packed);
}

static void contributions_come_by_size_with_their_shares(void **state) {
  (void)state;
  dense d = {.n = 4, .a = {{1}}, .b = {{1, 0, 2, 1}, {0, 1, 0, 0}}};
  small *s = make_small(&d);
  const double supply[4] = {1, -5, 2, 4}, inventory[FLOWS] = {9, -5, 0, 0, 0};
  const double weight[FLOWS] = {2, 1, 1, 0, 0};
  vt_contribution process[3], flow[3];
  int processes, flows;
  double burden[4];
  vt_burdens(&s->biosphere, weight, burden);
  assert_near(burden[1], 1, 1, 0);
  assert_ok(vt_contributions(&s->biosphere, supply, inventory, weight, burden, 3, process,
                             &processes, flow, &flows));
  assert_int_equal(processes, 3);
  assert_int_equal(process[0].index, 2);
  assert_int_equal(process[1].index, 3);
  assert_int_equal(process[2].index, 1);
  assert_near(process[2].share, -5.0 / 13, 1, 1e-15);
  assert_int_equal(flows, 2);
  assert_int_equal(flow[0].index, 0);
  assert_near(flow[0].amount, 18, 1, 0);
  free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_chain_gives_the_numbers_found_by_hand),
      cmocka_unit_test(products_beside_the_diagonal_are_found),
      cmocka_unit_test(economies_agree_with_elimination),
      cmocka_unit_test(units_of_any_size_do_no_harm),
      cmocka_unit_test(systems_without_any_dominance_are_solved),
      cmocka_unit_test(a_product_without_producer_is_named),
      cmocka_unit_test(processes_that_cancel_are_named),
      cmocka_unit_test(long_chains_are_not_taken_for_singular),
      cmocka_unit_test(systems_that_make_no_sense_are_refused),
      cmocka_unit_test(nothing_asked_for_gives_nothing),
      cmocka_unit_test(scores_by_the_adjoint_are_those_of_forward_solves),
      cmocka_unit_test(chosen_flows_are_those_of_the_whole_inventory),
      cmocka_unit_test(bits_do_not_depend_on_company),
      cmocka_unit_test(tables_are_made_where_a_demand_is_solved),
      cmocka_unit_test(contributions_come_by_size_with_their_shares),
  };
  return cmocka_run_group_tests(tests, open_room, close_room);
}
