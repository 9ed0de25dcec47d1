// ties.c - the choice among equal optima: least installation, then least generic weight.
//
// The optimal face needs no row of its own: a non-basic variable whose reduced cost is not zero
// stays at its bound on all of it, and wherever those do, the objective is the same. So each phase
// fixes them, takes the next objective and goes on from the basis it finds.
#include "session.h"

#include <math.h>
#include <string.h>

// By how much the objective may differ after the phases.
#define SAME_OBJECTIVE 1e-9
// Values that differ by less than this share are equal.
#define SAME_VALUE 1e-9
// Below these shares, an entry of a tableau column and a distance to a bound are 0.
#define FLAT 1e-9
#define TOUCHING 1e-12
// Tolerance of the simplex.
#define PHASE_TOLERANCE 1e-9

enum { MOST_STEPS = 16 };

static int variables_of(const vt_lp_session *s) {
  return s->model->rows + s->model->columns;
}

// Take off the face what the multipliers hold at its bound; how many non-basic variables remain.
static int keep_free(vt_lp_session *s, const vt_duals *duals, bool *face) {
  int open = 0;
  for (int k = 0; k < variables_of(s); k++) {
    if (!face[k] || s->status[k] == GLP_BS) continue;
    face[k] = s->status[k] != GLP_NS && vt_dual_is_zero(s, duals, k);
    open += face[k];
  }
  return open;
}

static void copy_sides(vt_lp_session *s, const bool *face, const unsigned char *before) {
  for (int k = 0; k < variables_of(s); k++) {
    double lower, upper;
    vt_bounds_of(s, k, &lower, &upper);
    s->status[k] = face[k] ? vt_fit_status(s->status[k], lower, upper) : before[k];
  }
}

static void remember(vt_lp_session *s) {
  memcpy(s->old_x, s->x, (size_t)s->model->columns * sizeof *s->x);
  memcpy(s->old_status, s->status, (size_t)variables_of(s));
}

// Back to the basis and values remembered. The real objective's multipliers were never touched.
static void go_back(vt_lp_session *s) {
  memcpy(s->status, s->old_status, (size_t)variables_of(s));
  memcpy(s->x, s->old_x, (size_t)s->model->columns * sizeof *s->x);
  vt_take_stock(s);
  s->violation = vt_violation(s->model->program, s->numbers, s->x, s->activity, s->largest);
}

// Minimise `cost` on the face, from s->status. The sides of fixed variables are kept.
static vt_run walk(vt_lp_session *s, const bool *face, const double *cost) {
  memcpy(s->side, s->status, (size_t)variables_of(s));
  s->walked = true;
  if (!vt_load_scenario(s, face)) return VT_RUN_FAILED;
  const vt_run run = vt_run_simplex(s, cost, GLP_PRIMAL, PHASE_TOLERANCE);
  if (run == VT_RUN_OPTIMAL) copy_sides(s, face, s->side);
  return run;
}

static bool fits(vt_lp_session *s) {
  vt_basic_duals(s, &s->weighted);
  return vt_duals_fit(s, &s->weighted, s->narrow);
}

// Minimise `cost` on what is left of the face; by way of `hint`, which may end there sooner.
static bool minimise(vt_lp_session *s, const double *cost, const double *hint, int *open) {
  s->weighted.cost = cost;
  bool done = fits(s);
  if (!done && hint) {
    if (walk(s, s->narrow, hint) != VT_RUN_OPTIMAL) return false;
    done = fits(s);
  }
  if (!done) {
    if (walk(s, s->narrow, cost) != VT_RUN_OPTIMAL) return false;
    vt_basic_duals(s, &s->weighted);
  }
  *open = keep_free(s, &s->weighted, s->narrow);
  return true;
}

static bool same_value(double a, double b) {
  return fabs(a - b) <= SAME_VALUE * fmax(fabs(a), fabs(b));
}

static bool same_point(const vt_lp_session *s) {
  for (int j = 0; j < s->model->columns; j++)
    if (!same_value(s->x[j], s->old_x[j])) return false;
  return true;
}

// The point of the new basis, if it is as good as the old one: feasible, with its objective.
static bool accept_move(vt_lp_session *s) {
  const double *cost = s->numbers->cost;
  vt_basic_solution(s);
  if (!(s->violation <= VT_MAX_VIOLATION)) return false;
  double change = 0, size = 0;
  for (int j = 0; j < s->model->columns; j++) {
    change += cost[j] * (s->x[j] - s->old_x[j]);
    size += fabs(cost[j] * s->old_x[j]);
  }
  return fabs(change) <= SAME_OBJECTIVE * size;
}

static bool has_room(const vt_lp_session *s, int k, double step) {
  if (step == 0) return true;
  double lower, upper;
  vt_bounds_of(s, k, &lower, &upper);
  const int j = k - s->model->rows;
  const double at = j < 0 ? s->activity[k] : s->x[j], size = j < 0 ? s->largest[k] : fabs(at);
  return step > 0 ? upper - at > TOUCHING * size : at - lower > TOUCHING * size;
}

// Whether a non-basic variable can leave its bound by itself, all others staying feasible.
static bool can_step(vt_lp_session *s, int k) {
  vt_tableau_column(s, k);
  const double sign = s->status[k] == GLP_NU ? -1 : 1, *v = s->engine->column + 1;
  double largest = 1;
  for (int p = 0; p < s->model->rows; p++) largest = fmax(largest, fabs(v[p]));
  for (int p = 0; p < s->model->rows; p++) {
    const double step = fabs(v[p]) <= FLAT * largest ? 0 : sign * v[p];
    if (!has_room(s, s->engine->head[p], step)) return false;
  }
  return true;
}

static bool is_open(const vt_lp_session *s, int k) {
  return s->face[k] && s->status[k] != GLP_BS && s->status[k] != GLP_NS;
}

// A step that visits all of `count` places, going round, and soon some from everywhere.
static int stride_of(int count) {
  int stride = (int)(0.6180339887498949 * count);
  for (; stride > 1; stride--) {
    int a = count, b = stride;
    while (b != 0) {
      const int rest = a % b;
      a = b;
      b = rest;
    }
    if (a == 1) break;
  }
  return stride > 0 ? stride : 1;
}

// Try some of the open variables, from everywhere: neighbours tend to be blocked alike.
static bool some_step(vt_lp_session *s) {
  const int count = variables_of(s), stride = stride_of(count);
  int tried = 0;
  for (int64_t t = 1; t <= count && tried < MOST_STEPS; t++) {
    const int k = (int)(t * stride % count);
    if (!is_open(s, k)) continue;
    if (can_step(s, k)) return true;
    tried++;
  }
  return false;
}

// An objective that is 0 at this vertex and less at every other point of the face: minus the
// distances of its open non-basic variables from their bounds. False if one has no bound.
static bool leaving_cost(vt_lp_session *s) {
  const vt_lp_model *m = s->model;
  const vt_program *program = m->program;
  memset(s->weight, 0, (size_t)m->columns * sizeof *s->weight);
  memset(s->multiplier, 0, (size_t)m->rows * sizeof *s->multiplier);
  for (int k = 0; k < variables_of(s); k++) {
    if (!is_open(s, k)) continue;
    if (s->status[k] == GLP_NF) return false;
    const double sign = s->status[k] == GLP_NU ? 1 : -1;
    if (k < m->rows)
      s->multiplier[k] = sign * m->row_scale[k];
    else
      s->weight[k - m->rows] = sign * m->column_unscale[k - m->rows];
  }
  for (int j = 0; j < m->columns; j++) {
    for (ptrdiff_t e = program->column_start[j]; e < program->column_start[j + 1]; e++)
      s->weight[j] += s->numbers->value[e] * s->multiplier[program->row[e]];
  }
  return true;
}

// Whether no other point of the face exists, all single steps being blocked.
static bool is_alone(vt_lp_session *s) {
  if (!leaving_cost(s)) return false;
  remember(s);
  // Only whether there is another point is asked: a limit met here says that it is not known.
  bool alone = walk(s, s->face, s->weight) == VT_RUN_OPTIMAL;
  if (alone) vt_basic_solution(s);
  alone = alone && s->violation <= VT_MAX_VIOLATION && same_point(s);
  s->stopped = VT_RUN_OPTIMAL;
  go_back(s);
  return alone;
}

// Drop what the phases found: go on from the basis before them.
static void give_back(vt_lp_session *s) {
  go_back(s);
  s->engine = &s->work;
  vt_engine_statuses(s->engine, s->status);
  (void)vt_engine_factorize(s->engine);
}

// Choose among the optimal points. False if a limit was met.
static bool choose(vt_lp_session *s, int open, bool *moved) {
  const double *objective[] = {s->model->install_weight, s->model->generic_weight};
  const double *hint[] = {s->model->mixed_weight, NULL};
  remember(s);
  memcpy(s->narrow, s->face, (size_t)variables_of(s) * sizeof *s->narrow);
  bool good = true;
  for (int t = 0; t < 2 && open > 0 && good; t++) good = minimise(s, objective[t], hint[t], &open);
  if (s->stopped != VT_RUN_OPTIMAL) return false;
  if (!s->walked) return true;
  good = good && accept_move(s);
  *moved = good && !same_point(s);
  if (!good) give_back(s);
  return true;
}

void vt_break_ties(vt_lp_session *s) {
  memset(s->face, true, (size_t)variables_of(s) * sizeof *s->face);
  const int open = keep_free(s, &s->real, s->face);
  s->answer.unique = open == 0;
  s->walked = false;
  if (open == 0 || s->any) return;
  bool moved = false;
  if (s->model->options.tie_break && !choose(s, open, &moved)) return;
  if (moved || some_step(s)) return;
  s->answer.unique = s->model->options.tie_break && is_alone(s);
}

// Wherever what is fixed here stays, the objective is the optimum.
vt_error vt_lp_narrow(const vt_lp_session *s, double *row_lower, double *row_upper,
                      double *column_lower, double *column_upper) {
  VT_CHECK(s->has_final && s->answer.outcome == VT_OPTIMAL, VT_ERR_BUG,
           "no face: nothing was solved to an optimum");
  const int rows = s->model->rows;
  for (int k = 0; k < rows + s->model->columns; k++) {
    const unsigned char status = s->final_status[k];
    if (status == GLP_BS || status == GLP_NF || vt_dual_is_zero(s, &s->real, k)) continue;
    double *lower = k < rows ? &row_lower[k] : &column_lower[k - rows];
    double *upper = k < rows ? &row_upper[k] : &column_upper[k - rows];
    const double at = status == GLP_NU ? *upper : *lower;
    if (isfinite(at)) *lower = *upper = at;
  }
  return VT_OK;
}
