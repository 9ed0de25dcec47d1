// session.c - sessions: made, used and closed on one thread.
#include "session.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static vt_error allocate_work(vt_lp_session *s) {
  const ptrdiff_t rows = s->model->rows, columns = s->model->columns, variables = rows + columns;
  VT_ARENA_NEW(s->arena, s->status, variables);
  VT_ARENA_NEW(s->arena, s->old_status, variables);
  VT_ARENA_NEW(s->arena, s->final_status, variables);
  VT_ARENA_NEW(s->arena, s->side, variables);
  VT_ARENA_NEW(s->arena, s->face, variables);
  VT_ARENA_NEW(s->arena, s->narrow, variables);
  VT_ARENA_NEW(s->arena, s->noise, rows);
  VT_ARENA_NEW(s->arena, s->snapped, columns);
  VT_ARENA_NEW(s->arena, s->cone_lower, variables);
  VT_ARENA_NEW(s->arena, s->cone_upper, variables);
  VT_ARENA_NEW(s->arena, s->no_cost, columns);
  double **const of_rows[] = {&s->activity,     &s->largest,    &s->real.row,
                              &s->weighted.row, &s->multiplier, &s->kept_row_dual};
  for (size_t t = 0; t < sizeof of_rows / sizeof *of_rows; t++)
    VT_ARENA_NEW(s->arena, *of_rows[t], rows);
  double **const of_columns[] = {&s->x,
                                 &s->real.column,
                                 &s->real.magnitude,
                                 &s->weighted.column,
                                 &s->old_x,
                                 &s->weight,
                                 &s->weighted.magnitude,
                                 &s->direction,
                                 &s->unsnapped,
                                 &s->kept_reduced_cost,
                                 &s->kept_x};
  for (size_t t = 0; t < sizeof of_columns / sizeof *of_columns; t++)
    VT_ARENA_NEW(s->arena, *of_columns[t], columns);
  s->cone = (vt_numbers){.row_lower = s->cone_lower,
                         .row_upper = s->cone_upper,
                         .column_lower = s->cone_lower + rows,
                         .column_upper = s->cone_upper + rows};
  return VT_OK;
}

static void build(void *session) {
  vt_lp_session *s = session;
  vt_engine_build(&s->start);
  vt_engine_build(&s->work);
}

// The problems, unless the thread's GLPK state in which they lived is still there.
static bool revive(vt_lp_session *s) {
  if (s->generation == vt_glpk_generation() && s->work.problem) return true;
  s->start.problem = s->work.problem = NULL;
  s->generation = vt_glpk_generation();
  if (vt_glpk_guard(build, s)) return true;
  s->work.problem = NULL;
  return false;
}

static vt_error fill(vt_lp_session *s) {
  VT_TRY(vt_arena_create(&s->arena));
  VT_TRY(allocate_work(s));
  VT_TRY(vt_engine_allocate(&s->start, s->model, s->arena));
  VT_TRY(vt_engine_allocate(&s->work, s->model, s->arena));
  glp_init_smcp(&s->control);
  // Said to nobody, see guard.c.
  s->control.msg_lev = GLP_MSG_ON;
  s->control.out_dly = s->control.out_frq = 100;
  VT_CHECK(revive(s), VT_ERR_SYSTEM, "GLPK refused a linear programme of %d x %d", s->model->rows,
           s->model->columns);
  return VT_OK;
}

vt_error vt_lp_session_create(const vt_lp_model *model, vt_lp_session **session) {
  vt_lp_session *s;
  VT_NEW(s, 1);
  s->model = model;
  vt_glpk_enter();
  const vt_error filled = fill(s);
  if (filled != VT_OK) {
    vt_lp_session_free(s);
    return filled;
  }
  *session = s;
  return VT_OK;
}

void vt_lp_session_free(vt_lp_session *s) {
  if (!s) return;
  const bool alive = s->generation == vt_glpk_generation();
  if (alive && s->start.problem) glp_delete_prob(s->start.problem);
  if (alive && s->work.problem) glp_delete_prob(s->work.problem);
  vt_arena_free(s->arena);
  free(s);
  vt_glpk_leave();
}

static const char *name_of(char *const *names, int index) {
  return names && names[index] ? names[index] : "";
}

static void refuse(vt_lp_session *s, vt_outcome outcome, const char *reason) {
  s->answer.outcome = outcome;
  s->answer.rung = VT_RUNG_NONE;
  s->answer.reason = reason;
}

// Bounds that cross, or are no numbers, leave nothing to solve.
static bool check_bounds(vt_lp_session *s, const char *kind, char *const *names, int count,
                         const double *lower, const double *upper) {
  for (int t = 0; t < count; t++) {
    if (lower[t] <= upper[t] && lower[t] < HUGE_VAL && upper[t] > -HUGE_VAL) continue;
    const bool nan = isnan(lower[t]) || isnan(upper[t]);
    (void)snprintf(s->reason, sizeof s->reason, "%s %d %.80s: bounds %g and %g %s", kind, t + 1,
                   name_of(names, t), lower[t], upper[t], nan ? "are no numbers" : "cross");
    refuse(s, nan ? VT_FAILED : VT_INFEASIBLE, s->reason);
    // A number that is missing altogether counts for more than bounds that cross.
    for (int u = t + 1; !nan && u < count; u++)
      if (isnan(lower[u]) || isnan(upper[u])) refuse(s, VT_FAILED, "a bound is no number");
    return false;
  }
  return true;
}

static bool check_costs(vt_lp_session *s) {
  const vt_lp_model *m = s->model;
  for (int j = 0; j < m->columns; j++) {
    if (isfinite(s->numbers->cost[j] * m->column_scale[j])) continue;
    (void)snprintf(s->reason, sizeof s->reason, "column %d %.80s: cost %g", j + 1,
                   name_of(m->program->column_name, j), s->numbers->cost[j]);
    refuse(s, VT_FAILED, s->reason);
    return false;
  }
  return true;
}

static bool check_numbers(vt_lp_session *s) {
  const vt_program *p = s->model->program;
  const vt_numbers *n = s->numbers;
  if (!check_costs(s)) return false;
  if (!check_bounds(s, "row", p->row_name, p->rows, n->row_lower, n->row_upper)) return false;
  return check_bounds(s, "column", p->column_name, p->columns, n->column_lower, n->column_upper);
}

static void solve(void *session) {
  vt_lp_session *s = session;
  if (!vt_engine_entries(&s->start, s->numbers->value)) {
    refuse(s, VT_FAILED, "an entry of the matrix is no finite number");
    return;
  }
  vt_start_clock(s);
  vt_climb(s);
}

static void begin(vt_lp_session *s, const vt_numbers *numbers, const vt_basis *start) {
  s->numbers = numbers;
  s->basis = start;
  s->iterations = 0;
  // What an earlier solve's runs made of their factorisation must not be seen by this one.
  s->start.updated = s->work.updated = false;
  s->stopped = VT_RUN_OPTIMAL;
  s->capped = false;
  s->infeasible_claims = s->unbounded_claims = 0;
  s->least_violation = HUGE_VAL;
  s->has_ray = false;
  s->kept_score = HUGE_VAL;
  s->answer = (vt_lp_solution){.outcome = VT_FAILED,
                               .violation = (double)NAN,
                               .gap = (double)NAN,
                               .objective = (double)NAN,
                               .dual_bound = (double)NAN,
                               .reason = ""};
}

// What is not an answer is not shown as one.
static void finish(vt_lp_session *s) {
  vt_lp_solution *a = &s->answer;
  if (a->outcome == VT_OPTIMAL) {
    memcpy(s->final_status, s->status, (size_t)s->model->rows + (size_t)s->model->columns);
    s->has_final = true;
  } else if (a->outcome != VT_INACCURATE) {
    a->x = a->row_dual = a->reduced_cost = NULL;
    a->objective = a->dual_bound = a->gap = a->violation = (double)NAN;
  }
  if (a->outcome != VT_OPTIMAL) a->unique = false;
}

static const char dropped[] = "there was no time left";

static vt_error solve_numbers(vt_lp_session *s, const vt_numbers *numbers, const vt_basis *start,
                              vt_lp_solution *solution) {
  const vt_lp_model *m = s->model;
  VT_CHECK(!start || (start->rows == m->rows && start->columns == m->columns), VT_ERR_BUG,
           "a start basis of %d x %d for a linear programme of %d x %d", start ? start->rows : 0,
           start ? start->columns : 0, m->rows, m->columns);
  begin(s, numbers, start);
  if (vt_stop_asked() >= VT_DROP) {
    refuse(s, VT_NOT_DONE, dropped);
  } else if (!check_numbers(s)) {
    // Nothing to solve.
  } else if (m->entries == 0) {
    vt_solve_trivial(s);
  } else if (!revive(s) || !vt_glpk_guard(solve, s)) {
    (void)snprintf(s->reason, sizeof s->reason, "GLPK gave up: %s", vt_glpk_message());
    refuse(s, VT_FAILED, s->reason);
    if (vt_stop_asked() >= VT_DROP) refuse(s, VT_NOT_DONE, dropped);
  }
  finish(s);
  *solution = s->answer;
  return VT_OK;
}

vt_error vt_lp_solve(vt_lp_session *s, const vt_numbers *numbers, const vt_basis *start,
                     vt_lp_solution *solution) {
  s->any = false;
  return solve_numbers(s, numbers, start, solution);
}

vt_error vt_lp_solve_any(vt_lp_session *s, const vt_numbers *numbers, const vt_basis *start,
                         vt_lp_solution *solution) {
  s->any = true;
  return solve_numbers(s, numbers, start, solution);
}

vt_error vt_lp_basis(const vt_lp_session *s, vt_basis *basis) {
  const ptrdiff_t variables = (ptrdiff_t)s->model->rows + s->model->columns;
  VT_CHECK(s->has_final, VT_ERR_BUG, "no basis: nothing was solved to an optimum yet");
  VT_NEW(basis->status, variables);
  memcpy(basis->status, s->final_status, (size_t)variables);
  basis->rows = s->model->rows;
  basis->columns = s->model->columns;
  return VT_OK;
}
