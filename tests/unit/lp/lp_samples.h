// lp_samples.h - linear programmes to try, and answers checked by other means.
#ifndef VT_TESTS_LP_SAMPLES_H
#define VT_TESTS_LP_SAMPLES_H
#include "vintner/lp.h"

#include "../../../src/lp/session.h"

#include <glpk.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define INF HUGE_VAL

// ---------------------------------------------------------------------------------------------
// Programmes to try.

// A keyed stream of numbers: the same on every machine.
typedef struct {
  uint64_t state;
} stream;

static inline double draw(stream *s) {
  s->state = s->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  uint64_t z = s->state;
  z = (z ^ (z >> 33)) * UINT64_C(0xff51afd7ed558ccd);
  return (double)((z ^ (z >> 33)) >> 11) * 0x1p-53;
}

static inline int pick(stream *s, int count) {
  return (int)(draw(s) * count);
}

// A programme with its numbers, owned.
typedef struct {
  vt_program program;
  double *value, *cost, *row_lower, *row_upper, *column_lower, *column_upper, *weight;
} sample;

static inline void *zeros(ptrdiff_t count, size_t bytes) {
  void *memory = vt_calloc(count, bytes);
  assert_non_null(memory);
  return memory;
}

static inline double *doubles(int count, double value) {
  double *array = zeros(count, sizeof *array);
  for (int t = 0; t < count; t++) array[t] = value;
  return array;
}

// x >= 0, rows free, cost 0; `dense` has shape [rows, columns].
static inline sample sample_of(int rows, int columns, const double *dense) {
  sample s = {.program = {.rows = rows, .columns = columns}};
  s.program.column_start = zeros(columns + 1, sizeof(ptrdiff_t));
  s.program.row = zeros((ptrdiff_t)rows * columns, sizeof(int));
  s.value = doubles(rows * columns, 0);
  ptrdiff_t e = 0;
  for (int j = 0; j < columns; j++) {
    for (int i = 0; i < rows; i++) {
      if (dense[i * columns + j] == 0) continue;
      s.program.row[e] = i;
      s.value[e++] = dense[i * columns + j];
    }
    s.program.column_start[j + 1] = e;
  }
  s.program.entries = e;
  s.cost = doubles(columns, 0);
  s.weight = doubles(columns, 0);
  s.column_lower = doubles(columns, 0);
  s.column_upper = doubles(columns, INF);
  s.row_lower = doubles(rows, -INF);
  s.row_upper = doubles(rows, INF);
  return s;
}

static inline void sample_free(sample *s) {
  free(s->program.column_start);
  free(s->program.row);
  free(s->value);
  free(s->cost);
  free(s->weight);
  free(s->row_lower);
  free(s->row_upper);
  free(s->column_lower);
  free(s->column_upper);
}

static inline vt_numbers numbers_of(const sample *s) {
  return (vt_numbers){s->value,     s->cost,         s->row_lower,
                      s->row_upper, s->column_lower, s->column_upper};
}

// Sparse, with bounds of all kinds. `whole` draws small whole numbers only: many ties.
static inline sample random_sample(stream *r, int rows, int columns, bool whole) {
  double *dense = doubles(rows * columns + 1, 0);
  for (int t = 0; t < rows * columns; t++) {
    if (draw(r) < 0.4) dense[t] = whole ? pick(r, 7) - 3 : 4 * draw(r) - 2;
  }
  sample s = sample_of(rows, columns, dense);
  free(dense);
  for (int j = 0; j < columns; j++) {
    s.cost[j] = whole ? pick(r, 6) - 1 : 3 * draw(r) - 0.3;
    s.weight[j] = pick(r, 3);
    if (draw(r) < 0.3) s.column_upper[j] = whole ? pick(r, 5) : 5 * draw(r);
    if (draw(r) < 0.1) s.column_lower[j] = -INF;
    if (draw(r) < 0.1) s.column_lower[j] = fmin(s.column_upper[j], pick(r, 3) - 1);
  }
  // Mostly rows that some point within the bounds meets.
  double *activity = doubles(rows, 0);
  for (int j = 0; j < columns; j++) {
    const double low = isinf(s.column_lower[j]) ? fmin(0, s.column_upper[j]) : s.column_lower[j];
    const double x = fmin(s.column_upper[j], low + pick(r, 3));
    for (ptrdiff_t e = s.program.column_start[j]; e < s.program.column_start[j + 1]; e++)
      activity[s.program.row[e]] += s.value[e] * x;
  }
  for (int i = 0; i < rows; i++) {
    const int kind = pick(r, 5);
    const double side = activity[i] + (draw(r) < 0.1 ? 3 : kind != 1 ? -pick(r, 3) : 0);
    if (kind != 0) s.row_lower[i] = side;
    if (kind == 1) s.row_upper[i] = side;
    if (kind == 2) s.row_upper[i] = side + pick(r, 4);
    if (kind == 0) s.row_upper[i] = side + 3;
  }
  free(activity);
  return s;
}

// Plants and places with whole costs, supplies and demands: degenerate and full of ties.
static inline sample transport(stream *r, int plants, int places) {
  const int rows = plants + places, columns = plants * places;
  double *dense = doubles(rows * columns, 0);
  for (int j = 0; j < columns; j++)
    dense[j / places * columns + j] = dense[(plants + j % places) * columns + j] = 1;
  sample s = sample_of(rows, columns, dense);
  free(dense);
  for (int j = 0; j < columns; j++) s.cost[j] = 1 + pick(r, 3);
  for (int j = 0; j < columns; j++) s.weight[j] = pick(r, 2);
  double total = 0;
  for (int i = 0; i < places; i++) {
    s.row_lower[plants + i] = s.row_upper[plants + i] = 10 * (1 + pick(r, 3));
    total += s.row_lower[plants + i];
  }
  for (int i = 0; i < plants; i++) s.row_upper[i] = 10 * ceil(total / (10 * plants));
  return s;
}

// Installation s[v], operation o[t], with o[t] <= sum of s over a life, and demand to meet by two
// processes: the structure that the program solves.
static inline sample pathway(stream *r, int years, int life) {
  const int rows = 3 * years, columns = 4 * years;
  double *dense = doubles(rows * columns, 0);
  for (int p = 0; p < 2; p++) {
    for (int v = 0; v < years; v++)
      for (int t = v; t < years && t < v + life; t++)
        dense[(years + p * years + t) * columns + p * years + v] = -1;
    for (int t = 0; t < years; t++) {
      dense[(years + p * years + t) * columns + (2 + p) * years + t] = 1;
      dense[t * columns + (2 + p) * years + t] = 1 + p;
    }
  }
  sample s = sample_of(rows, columns, dense);
  free(dense);
  for (int t = 0; t < years; t++) {
    s.row_lower[t] = s.row_upper[t] = 50 + 20 * draw(r);
    for (int p = 0; p < 2; p++) {
      s.row_upper[years + p * years + t] = 0;
      s.cost[p * years + t] = 2 + p;
      s.cost[(2 + p) * years + t] = 1 + draw(r);
      s.weight[p * years + t] = 1;
    }
  }
  return s;
}

// ---------------------------------------------------------------------------------------------
// Solving, with the proof taken again by other means.

typedef struct {
  vt_lp_model *model;
  vt_lp_session *session;
} solver;

static inline solver open_solver(const sample *s, const vt_lp_options *options) {
  solver v = {0};
  const vt_numbers n = numbers_of(s);
  assert_int_equal(vt_lp_model_create(&s->program, &n, NULL, s->weight, 11, options, &v.model),
                   VT_OK);
  assert_int_equal(vt_lp_session_create(v.model, &v.session), VT_OK);
  return v;
}

static inline solver open_tie_breaker(const sample *s) {
  return open_solver(s, &(vt_lp_options){.tie_break = true});
}

static inline void close_solver(solver *v) {
  vt_lp_session_free(v->session);
  vt_lp_model_free(v->model);
}

// Primal and dual feasibility and the gap, from the definitions.
static inline void assert_optimal(const sample *s, const vt_lp_solution *a) {
  assert_string_equal(a->reason, "");
  assert_int_equal(a->outcome, VT_OPTIMAL);
  assert_true(a->violation <= 1e-9);
  assert_true(a->gap <= 1e-7);
  double primal = 0, size = 0, dual = 0, terms_of_dual = 0;
  double *activity = doubles(s->program.rows, 0), *largest = doubles(s->program.rows, 0);
  for (int j = 0; j < s->program.columns; j++) {
    double d = s->cost[j], terms = fabs(d);
    for (ptrdiff_t e = s->program.column_start[j]; e < s->program.column_start[j + 1]; e++) {
      const int i = s->program.row[e];
      activity[i] += s->value[e] * a->x[j];
      largest[i] = fmax(largest[i], fabs(s->value[e] * a->x[j]));
      d -= s->value[e] * a->row_dual[i];
      terms += fabs(s->value[e] * a->row_dual[i]);
    }
    assert_true(a->x[j] >= s->column_lower[j] && a->x[j] <= s->column_upper[j]);
    assert_true(fabs(d - a->reduced_cost[j]) <= 1e-12 * terms);
    primal += s->cost[j] * a->x[j];
    size += fabs(s->cost[j] * a->x[j]);
    const double bound = d > 0 ? s->column_lower[j] : s->column_upper[j];
    const double term = fabs(d) <= 1e-9 * terms ? d * a->x[j] : d * bound;
    dual += term;
    terms_of_dual += fabs(term);
  }
  for (int i = 0; i < s->program.rows; i++) {
    const double y = a->row_dual[i];
    largest[i] = fmax(largest[i], fabs(activity[i]));
    assert_true(activity[i] >= s->row_lower[i] - 1e-9 * fmax(largest[i], fabs(s->row_lower[i])));
    assert_true(activity[i] <= s->row_upper[i] + 1e-9 * fmax(largest[i], fabs(s->row_upper[i])));
    const double term = y == 0 ? 0 : y * (y > 0 ? s->row_lower[i] : s->row_upper[i]);
    assert_true(isfinite(term));
    dual += term;
    terms_of_dual += fabs(term);
  }
  assert_true(fabs(primal - a->objective) <= 1e-12 * size);
  assert_true(fabs(primal - dual) <= 1e-7 * fmax(size, fabs(primal)) + 1e-14 * terms_of_dual);
  free(activity);
  free(largest);
}

static inline vt_lp_solution solve_from(solver *v, const sample *s, const vt_basis *start) {
  vt_lp_solution a;
  const vt_numbers n = numbers_of(s);
  assert_int_equal(vt_lp_solve(v->session, &n, start, &a), VT_OK);
  assert_non_null(a.reason);
  if (a.outcome == VT_OPTIMAL) assert_optimal(s, &a);
  if (a.outcome != VT_OPTIMAL && a.outcome != VT_INACCURATE) {
    assert_null(a.x);
    assert_true(strlen(a.reason) > 0);
  }
  return a;
}

static inline vt_lp_solution solve(solver *v, const sample *s) {
  return solve_from(v, s, NULL);
}

static inline void assert_precise(const sample *s) {
  solver v = open_tie_breaker(s);
  const vt_lp_solution a = solve(&v, s);
  assert_int_equal(a.outcome, VT_OPTIMAL);
  assert_true(a.violation <= 1e-12 && a.gap <= 1e-12);
  close_solver(&v);
}

static inline int type_of(double lower, double upper) {
  if (lower == upper) return GLP_FX;
  if (isinf(lower)) return isinf(upper) ? GLP_FR : GLP_UP;
  return isinf(upper) ? GLP_LO : GLP_DB;
}

// GLPK by itself, as plainly as can be.
static inline glp_prob *plain_problem(const sample *s) {
  glp_term_out(GLP_OFF);
  glp_prob *p = glp_create_prob();
  glp_add_rows(p, s->program.rows);
  glp_add_cols(p, s->program.columns);
  for (int i = 0; i < s->program.rows; i++)
    glp_set_row_bnds(p, i + 1, type_of(s->row_lower[i], s->row_upper[i]), s->row_lower[i],
                     s->row_upper[i]);
  int *index = zeros(s->program.rows + 1, sizeof *index);
  for (int j = 0; j < s->program.columns; j++) {
    const ptrdiff_t first = s->program.column_start[j];
    const int length = (int)(s->program.column_start[j + 1] - first);
    for (int t = 0; t < length; t++) index[t + 1] = s->program.row[first + t] + 1;
    glp_set_mat_col(p, j + 1, length, index, s->value + first - 1);
    glp_set_col_bnds(p, j + 1, type_of(s->column_lower[j], s->column_upper[j]), s->column_lower[j],
                     s->column_upper[j]);
    glp_set_obj_coef(p, j + 1, s->cost[j]);
  }
  free(index);
  return p;
}

typedef struct {
  vt_outcome outcome;
  double objective;
} verdict;

static inline verdict oracle(const sample *s) {
  glp_prob *p = plain_problem(s);
  glp_smcp control;
  glp_init_smcp(&control);
  control.msg_lev = GLP_MSG_OFF;
  (void)glp_simplex(p, &control);
  if (p && glp_get_num_rows(p) > 0) (void)glp_exact(p, &control);
  verdict v = {VT_FAILED, glp_get_obj_val(p)};
  const int status = glp_get_status(p);
  if (status == GLP_OPT) v.outcome = VT_OPTIMAL;
  if (status == GLP_NOFEAS) v.outcome = VT_INFEASIBLE;
  if (status == GLP_UNBND) v.outcome = VT_UNBOUNDED;
  glp_delete_prob(p);
  return v;
}

static inline void assert_close(double a, double b, double tolerance) {
  if (!(fabs(a - b) <= tolerance * fmax(1, fmax(fabs(a), fabs(b)))))
    fail_msg("%.17g and %.17g differ by more than %g", a, b, tolerance);
}

// min 2x + 3y, x + y >= 4, x + 3y >= 6: both rows bind at (3, 1).
static inline sample two_rows(void) {
  sample s = sample_of(2, 2, (const double[]){1, 1, 1, 3});
  s.cost[0] = 2;
  s.cost[1] = 3;
  s.row_lower[0] = 4;
  s.row_lower[1] = 6;
  return s;
}

static inline vt_basis basis_of(const solver *v) {
  vt_basis basis;
  assert_int_equal(vt_lp_basis(v->session, &basis), VT_OK);
  return basis;
}

#endif
