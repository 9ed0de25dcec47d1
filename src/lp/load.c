// load.c - a scenario into the engine that runs the simplex, and the runs themselves.
#include "session.h"

#include <limits.h>
#include <math.h>
#include <string.h>

// Bounds beyond this, scaled, are as good as none: GLPK would take them for numbers to reach.
#define FAR_AWAY 1e200

// Binary exponent of a finite number that is not 0, to within the rounding of subnormals.
static int exponent_of(double number) {
  uint64_t bits;
  memcpy(&bits, &number, sizeof bits);
  return (int)((bits >> 52) & 0x7ff) - 1023;
}

typedef struct {
  int64_t sum, count;
} exponents;

static void count_exponent(exponents *e, double bound, double scale) {
  if (bound == 0 || isinf(bound)) return;
  e->sum += exponent_of(bound) + exponent_of(scale);
  e->count++;
}

// A power of two that brings the scaled bounds to a size of 16 on (geometric) average: GLPK's
// absolute tolerance then means the same for amounts of 1e-6 and of 1e9.
static double scale_of_bounds(const vt_lp_session *s) {
  const vt_lp_model *m = s->model;
  const vt_numbers *n = s->numbers;
  exponents e = {0};
  for (int i = 0; i < m->rows; i++) {
    count_exponent(&e, n->row_lower[i], m->row_scale[i]);
    if (n->row_upper[i] != n->row_lower[i]) count_exponent(&e, n->row_upper[i], m->row_scale[i]);
  }
  for (int j = 0; j < m->columns; j++) {
    count_exponent(&e, n->column_lower[j], m->column_unscale[j]);
    count_exponent(&e, n->column_upper[j], m->column_unscale[j]);
  }
  if (e.count == 0) return 1.0;
  const int exponent = 4 - (int)(e.sum / e.count);
  return ldexp(1.0, exponent < -1000 ? -1000 : exponent > 1000 ? 1000 : exponent);
}

static void set_bounds(vt_lp_session *s, int k, double lower, double upper) {
  if (fabs(lower) > FAR_AWAY) lower = lower < 0 ? -HUGE_VAL : FAR_AWAY;
  if (fabs(upper) > FAR_AWAY) upper = upper > 0 ? HUGE_VAL : -FAR_AWAY;
  vt_engine_bounds(&s->work, k, lower, upper);
}

static void load_bounds(vt_lp_session *s, double scale) {
  const vt_lp_model *m = s->model;
  const vt_numbers *n = s->numbers;
  for (int i = 0; i < m->rows; i++) {
    const double factor = m->row_scale[i] * scale;
    set_bounds(s, i, n->row_lower[i] * factor, n->row_upper[i] * factor);
  }
  for (int j = 0; j < m->columns; j++) {
    const double factor = m->column_unscale[j] * scale;
    set_bounds(s, m->rows + j, n->column_lower[j] * factor, n->column_upper[j] * factor);
  }
}

// On a face, what does not belong to it stays where it is.
static void fix_off_face(vt_lp_session *s, const bool *face) {
  for (int k = 0; k < s->model->rows + s->model->columns; k++) {
    if (face[k]) continue;
    const double at = s->status[k] == GLP_NU ? s->work.upper[k] : s->work.lower[k];
    vt_engine_bounds(&s->work, k, isinf(at) ? 0.0 : at, isinf(at) ? 0.0 : at);
  }
}

bool vt_load_scenario(vt_lp_session *s, const bool *face) {
  if (!vt_engine_entries(&s->work, s->numbers->value)) return false;
  load_bounds(s, scale_of_bounds(s));
  if (face) fix_off_face(s, face);
  return true;
}

void vt_start_clock(vt_lp_session *s) {
  const double limit = s->model->options.time_limit_s;
  s->deadline_s = limit > 0 ? vt_clock_s() + limit : HUGE_VAL;
}

// What the limits leave for one more run; false if that is nothing.
static bool allow(vt_lp_session *s, glp_smcp *control) {
  const int64_t left = s->model->options.iteration_limit - s->iterations;
  if (left <= 0) s->stopped = VT_RUN_ITERATIONS;
  if (left <= 0) return false;
  const int64_t share = 500 + 3 * ((int64_t)s->model->rows + s->model->columns);
  control->it_lim = (int)(left < share ? left : share);
  if (isinf(s->deadline_s)) return true;
  const double left_ms = 1e3 * (s->deadline_s - vt_clock_s());
  if (!(left_ms > 0)) s->stopped = VT_RUN_TIME;
  if (!(left_ms > 0)) return false;
  control->tm_lim = left_ms > INT_MAX ? INT_MAX : 1 + (int)left_ms;
  return true;
}

static vt_run note(vt_lp_session *s, vt_run run) {
  if (run == VT_RUN_TIME) s->stopped = run;
  if (s->iterations >= s->model->options.iteration_limit && run != VT_RUN_OPTIMAL)
    s->stopped = VT_RUN_ITERATIONS;
  s->capped |= run == VT_RUN_ITERATIONS;
  memcpy(s->status, s->work.status, (size_t)(s->model->rows + s->model->columns));
  s->engine = &s->work;
  return run;
}

// Run the simplex from s->status, with the bounds that are loaded.
vt_run vt_run_simplex(vt_lp_session *s, const double *cost, int method, double tolerance) {
  glp_smcp control = s->control;
  control.meth = method;
  // Long steps save the dual simplex many iterations. In the primal simplex GLPK 5.0 makes them
  // depend on memory that it never set.
  control.r_test = method == GLP_DUAL ? GLP_RT_FLIP : GLP_RT_HAR;
  control.tol_bnd = control.tol_dj = tolerance;
  if (!allow(s, &control)) return s->stopped;
  vt_engine_costs(&s->work, cost);
  vt_engine_statuses(&s->work, s->status);
  if (!vt_engine_factorize(&s->work)) return VT_RUN_FAILED;
  vt_run run = vt_engine_run(&s->work, &control, &s->iterations);
  // The dual simplex may fail where the primal does not, and it cannot tell whether a programme
  // without dual feasible basis is infeasible.
  if ((run == VT_RUN_UNDECIDED || run == VT_RUN_FAILED) && method == GLP_DUAL) {
    control.meth = GLP_PRIMAL;
    control.r_test = GLP_RT_HAR;
    if (!allow(s, &control)) return s->stopped;
    run = vt_engine_run(&s->work, &control, &s->iterations);
  }
  return note(s, run);
}

vt_run vt_run_presolved(vt_lp_session *s) {
  glp_smcp control = s->control;
  control.presolve = GLP_ON;
  if (!allow(s, &control)) return s->stopped;
  vt_engine_costs(&s->work, s->numbers->cost);
  return note(s, vt_engine_run(&s->work, &control, &s->iterations));
}

vt_run vt_run_exact(vt_lp_session *s) {
  glp_smcp control = s->control;
  if (!allow(s, &control)) return s->stopped;
  vt_engine_costs(&s->work, s->numbers->cost);
  vt_engine_statuses(&s->work, s->status);
  return note(s, vt_engine_run_exact(&s->work, &control, &s->iterations));
}
