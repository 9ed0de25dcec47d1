// test_lp_proofs.c - the LP room: programmes whose truth can be proven although every rung of the
// ladder stops short of it. Found by tests/fuzz/fuzz_programmes.c and made as small as they stay
// hard; what is true of each was proven in exact arithmetic.
#include "lp_samples.h"

typedef struct {
  int rows, columns;
  const double *dense; // shape [rows, columns]
  const double *cost, *column_lower, *column_upper, *row_lower, *row_upper;
} programme;

static sample sample_from(const programme *p) {
  sample s = sample_of(p->rows, p->columns, p->dense);
  for (int j = 0; j < p->columns; j++) {
    s.cost[j] = p->cost[j];
    if (p->column_lower) s.column_lower[j] = p->column_lower[j];
    if (p->column_upper) s.column_upper[j] = p->column_upper[j];
  }
  for (int i = 0; i < p->rows; i++) {
    s.row_lower[i] = p->row_lower[i];
    s.row_upper[i] = p->row_upper[i];
  }
  return s;
}

// The truth by proof, whatever the start: cold, from the basis of another scenario, and after it.
static void assert_proven(const programme *p, vt_outcome truth) {
  sample s = sample_from(p);
  solver v = open_tie_breaker(&s);
  for (int round = 0; round < 2; round++) {
    const vt_lp_solution a = solve(&v, &s);
    assert_int_equal(a.outcome, truth);
    assert_null(strstr(a.reason, "word"));
    unsigned char *status = zeros(p->rows + p->columns, 1);
    memset(status, GLP_BS, (size_t)p->rows);
    for (int j = 0; j < p->columns; j++) status[p->rows + j] = GLP_NL;
    const vt_lp_solution b = solve_from(&v, &s, &(vt_basis){p->rows, p->columns, status});
    assert_int_equal(b.outcome, truth);
    free(status);
  }
  close_solver(&v);
  sample_free(&s);
}

// Along (a, 1) with 7e5/0.012 <= a < 1e8 all rows grow and the cost falls by 1e8 - a: of the same
// size as its terms. The simplex sees the basis (0, 0) as optimal: beside 1e8, scaled, its
// tolerance hides the difference.
static void a_fall_within_the_tolerance_is_unbounded(void **state) {
  (void)state;
  static const double dense[] = {5e8, 2e-6, 6.2e-9, -0.3, 0.012, -7e5};
  assert_proven(&(programme){3, 2, dense, (const double[]){1, -1e8}, NULL, NULL,
                             (const double[]){0, 0, 0}, (const double[]){INF, INF, INF}},
                VT_UNBOUNDED);
}

// (-9e9/7e-4, 1, 0, ~1.3e-6) keeps both rows and costs -0.007; it is the only cost there is but for
// 9e5 of a column that is in no row. All rungs call the feasible point at hand optimal. The last
// part of the direction is 1e-19 of the first and yet all that the second row has.
static void a_ray_whose_smallest_part_matters_is_unbounded(void **state) {
  (void)state;
  static const double dense[] = {-0.0007, -9e9, 0, -1e-8, 3e-15, 0, 0, 3e4};
  assert_proven(&(programme){2, 4, dense, (const double[]){0, -0.007, 9e5, 0},
                             (const double[]){-INF, 0, 0, -INF},
                             (const double[]){INF, INF, INF, INF}, (const double[]){-3000, 6000},
                             (const double[]){INF, INF}},
                VT_UNBOUNDED);
}

// The first three rows are multiples of each other but for the third digit. The rungs end without a
// basis, 4e-8 short of a feasible point, undecided, and without a basis again; they never come to a
// ray. Without costs there is a feasible point, and between bounds of 0 and 1 a direction: column 4
// by 1 at a cost of -50, columns 1 and 7, which cost nothing, by -5e-12 and 2e8.
static void a_point_and_a_ray_of_different_solves_are_a_proof(void **state) {
  (void)state;
  static const double dense[] = {0.022,
                                 -0.00512,
                                 51638.9,
                                 -3.3407915352,
                                 -800,
                                 -4e-11,
                                 1.496640328e-8,
                                 0.0037,
                                 5.12e-7,
                                 0.01,
                                 -0.0023,
                                 25820,
                                 -1.67,
                                 -400,
                                 -2e-11,
                                 7.483e-9,
                                 0.0018,
                                 2.6e-7,
                                 2.195e-8,
                                 -5.12e-9,
                                 0.0516389,
                                 -3.3407915352e-6,
                                 -0.0008,
                                 -4e-17,
                                 1.496640328e-14,
                                 3.66e-9,
                                 5.12e-13,
                                 1e8,
                                 -3e7,
                                 4,
                                 -3e4,
                                 -4e-8,
                                 7e-8,
                                 -0.03,
                                 2e7,
                                 -20};
  assert_proven(&(programme){4, 9, dense, (const double[]){0, -6e-6, 1, -50, 0, 0, 0, 1, 6},
                             (const double[]){-INF, 0, -6, 0, 0, 0, -INF, 0, 0},
                             (const double[]){4, INF, 3, INF, INF, 2, INF, INF, INF},
                             (const double[]){-23.62, -12, -2.36e-5, -INF},
                             (const double[]){-23.62, INF, INF, 9e7}},
                VT_UNBOUNDED);
}

// The last row leaves column 2 at 0; then row 2 wants column 1 at 0.0033/0.00046 = 7.17 or more,
// and row 1 at 7.86/1.1 = 7.15 or less. Of the multipliers that say so, one is 1e-12 of another,
// and it alone evens out column 2.
static void a_conflict_with_a_small_multiplier_is_infeasible(void **state) {
  (void)state;
  static const double dense[] = {1.1e6, -5e-4, -4.6e-4, -9e5, 0, 5e-9};
  assert_proven(&(programme){3, 2, dense, (const double[]){4, 2}, NULL, NULL,
                             (const double[]){7.859e6, -INF, -INF},
                             (const double[]){7.86e6, -0.0033, 0}},
                VT_INFEASIBLE);
}

// The first row has no entries and is to be -8e-9 or less. The other two contradict each other by
// 1e-10 of themselves only, which no proof may use, but in one sum of all violations they hide it.
static void a_small_conflict_beside_large_rows_is_infeasible(void **state) {
  (void)state;
  static const double dense[] = {0, 0.07410820037, -9.57866409e-5};
  assert_proven(&(programme){3, 1, dense, (const double[]){0.05}, NULL, NULL,
                             (const double[]){-INF, 279.70232752, -0.36152202145},
                             (const double[]){-8e-9, INF, INF}},
                VT_INFEASIBLE);
}

// Without entries: the column rests on the only bound it has, which is not 0, while its cost wants
// it to leave that one for ever.
static void a_column_of_no_row_with_one_bound_is_unbounded(void **state) {
  (void)state;
  for (int sign = -1; sign <= 1; sign += 2) {
    const double bound = 30.0 * sign;
    assert_proven(&(programme){1, 1, (const double[]){0}, (const double[]){-0.1 * sign},
                               (const double[]){sign > 0 ? bound : -INF},
                               (const double[]){sign > 0 ? INF : bound}, (const double[]){-INF},
                               (const double[]){0}},
                  VT_UNBOUNDED);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_fall_within_the_tolerance_is_unbounded),
      cmocka_unit_test(a_ray_whose_smallest_part_matters_is_unbounded),
      cmocka_unit_test(a_point_and_a_ray_of_different_solves_are_a_proof),
      cmocka_unit_test(a_conflict_with_a_small_multiplier_is_infeasible),
      cmocka_unit_test(a_small_conflict_beside_large_rows_is_infeasible),
      cmocka_unit_test(a_column_of_no_row_with_one_bound_is_unbounded),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
