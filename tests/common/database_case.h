// database_case.h - what the tests of databases share: small dense solves, files made on the spot.
#ifndef VT_TESTS_DATABASE_CASE_H
#define VT_TESTS_DATABASE_CASE_H

#include "vintner/assembly.h"
#include "vintner/store.h"

#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static inline void must(vt_error error) {
  if (error != VT_OK) fail_msg("%s", vt_error_message());
}

// An input error whose one line holds both texts (the second may be NULL).
static inline void must_fail(vt_error error, const char *first, const char *second) {
  assert_int_equal(error, VT_ERR_INPUT);
  const char *message = vt_error_message();
  if (!strstr(message, first) || (second && !strstr(message, second)))
    fail_msg("found '%s', expected '%s' and '%s'", message, first, second ? second : "");
  assert_null(strchr(message, '\n'));
}

static inline void assert_near(double found, double expected, double relative) {
  if (!(fabs(found - expected) <= relative * fabs(expected) + 1e-300))
    fail_msg("found %.17g, expected %.17g", found, expected);
}

static inline double cell_of(const vt_sparse *matrix, int row, int column) {
  for (ptrdiff_t k = matrix->column_start[column]; k < matrix->column_start[column + 1]; k++) {
    if (matrix->row[k] == row) return matrix->value[k];
  }
  return 0.0;
}

// Reduce the column below the pivot of dense[n, n] and x by the largest row.
static inline void eliminate(int n, int pivot, double *dense, double *x) {
  int best = pivot;
  for (int i = pivot; i < n; i++) {
    if (fabs(dense[i * n + pivot]) > fabs(dense[best * n + pivot])) best = i;
  }
  for (int j = 0; j < n; j++) {
    const double swap = dense[pivot * n + j];
    dense[pivot * n + j] = dense[best * n + j];
    dense[best * n + j] = swap;
  }
  const double swap = x[pivot];
  x[pivot] = x[best];
  x[best] = swap;
  for (int i = pivot + 1; i < n; i++) {
    const double factor = dense[i * n + pivot] / dense[pivot * n + pivot];
    if (!(factor < 0.0 || factor > 0.0)) continue;
    for (int j = pivot; j < n; j++) dense[i * n + j] -= factor * dense[pivot * n + j];
    x[i] -= factor * x[pivot];
  }
}

// Supply for one unit of the product of a row; the caller frees.
static inline double *solve_demand(const vt_system *system, int row) {
  const int n = system->processes;
  double *dense = calloc((size_t)n * (size_t)n + 1, sizeof *dense);
  double *x = calloc((size_t)n + 1, sizeof *x);
  assert_true(dense && x);
  const vt_sparse *a = &system->technosphere;
  for (int j = 0; j < n; j++) {
    for (ptrdiff_t k = a->column_start[j]; k < a->column_start[j + 1]; k++)
      dense[a->row[k] * n + j] = a->value[k];
  }
  x[row] = 1.0;
  for (int pivot = 0; pivot < n; pivot++) eliminate(n, pivot, dense, x);
  for (int i = n - 1; i >= 0; i--) {
    for (int j = i + 1; j < n; j++) x[i] -= dense[i * n + j] * x[j];
    x[i] /= dense[i * n + i];
  }
  free(dense);
  return x;
}

// Elementary flows of a supply; the caller frees.
static inline double *inventory_of(const vt_system *system, const double *x) {
  double *g = calloc((size_t)system->flows + 1, sizeof *g);
  assert_non_null(g);
  const vt_sparse *b = &system->biosphere;
  for (int j = 0; j < b->columns; j++) {
    for (ptrdiff_t k = b->column_start[j]; k < b->column_start[j + 1]; k++)
      g[b->row[k]] += b->value[k] * x[j];
  }
  return g;
}

static inline double score_of(vt_database_set *set, const vt_system *system, int row, int method,
                              ptrdiff_t array_column) {
  double *x = solve_demand(system, row), *g = inventory_of(system, x);
  double *factor = calloc((size_t)system->flows + 1, sizeof *factor), score = 0.0;
  assert_non_null(factor);
  must(vt_method_factors(set, system, method, array_column, factor));
  for (int e = 0; e < system->flows; e++) score += factor[e] * g[e];
  free(x);
  free(g);
  free(factor);
  return score;
}

// The identity that every system of vt_system_create keeps: `reference` is a permutation and brings
// numbers other than 0 to the diagonal.
static inline void assert_matched(const vt_system *system) {
  assert_int_equal(system->products, system->processes);
  for (int j = 0; j < system->processes; j++) {
    const int row = system->reference[j];
    assert_in_range(row, 0, system->products - 1);
    assert_int_equal(system->maker[row], j);
    assert_true(fabs(cell_of(&system->technosphere, row, j)) > 0.0);
  }
}

#endif
