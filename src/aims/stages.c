// stages.c - scenarios that take several solves on one session.
//
// A stage minimises something within what the stages before it left: the optimal face, by fixing
// what their multipliers hold at a bound, or, with a tolerance, a bound on the goal's row. Each
// stage starts from the basis of the one before it, so all follows from the scenario alone.
#include "staging.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { OBJECTIVE = -1, TOTAL = -2 };

typedef struct stage {
  int goal;    // minimised: a goal of the model, OBJECTIVE or TOTAL
  int object;  // TOTAL: of which
  double sign; // TOTAL: -1 to maximise it
  double tolerance;
} stage;

struct vt_stages {
  const vt_staging *staging;
  const vt_program *program;
  int objects;
  stage *stage; // shape [count]
  int count;
  const vt_staged *scenario;
  vt_numbers numbers; // of the stage in work: the scenario's entries, the arrays below
  double *cost, *row_lower, *row_upper, *column_lower, *column_upper;
  double *x, *row_dual, *reduced_cost;
  double *least, *greatest; // shape [objects], or NULL
  vt_basis first, start;    // after the first stage; what the next one starts from
};

static vt_error allocate(vt_stages *s) {
  const ptrdiff_t rows = s->program->rows, columns = s->program->columns;
  const int levels = s->staging->aims->levels;
  VT_NEW(s->stage, levels > 3 ? levels : 3);
  VT_NEW(s->cost, columns);
  VT_NEW(s->row_lower, rows);
  VT_NEW(s->row_upper, rows);
  VT_NEW(s->column_lower, columns);
  VT_NEW(s->column_upper, columns);
  VT_NEW(s->x, columns);
  VT_NEW(s->row_dual, rows);
  VT_NEW(s->reduced_cost, columns);
  if (!s->staging->ranges) return VT_OK;
  VT_NEW(s->least, s->objects);
  VT_NEW(s->greatest, s->objects);
  return VT_OK;
}

vt_error vt_stages_create(const vt_staging *staging, vt_stages **stages) {
  vt_stages *s;
  *stages = NULL;
  VT_NEW(s, 1);
  s->staging = staging;
  s->program = staging->model.program;
  s->objects = staging->model.objects;
  const vt_error allocated = allocate(s);
  if (allocated != VT_OK) {
    vt_stages_free(s);
    return allocated;
  }
  *stages = s;
  return VT_OK;
}

static void drop_basis(vt_basis *basis) {
  free(basis->status);
  *basis = (vt_basis){0};
}

void vt_stages_free(vt_stages *s) {
  if (!s) return;
  double *const owned[] = {s->cost, s->row_lower, s->row_upper,    s->column_lower, s->column_upper,
                           s->x,    s->row_dual,  s->reduced_cost, s->least,        s->greatest};
  for (size_t i = 0; i < sizeof owned / sizeof *owned; i++) free(owned[i]);
  drop_basis(&s->first);
  drop_basis(&s->start);
  free(s->stage);
  free(s);
}

// ---------------------------------------------------------------------------------------------
// Which stages a scenario has.

static void add(vt_stages *s, stage next) {
  s->stage[s->count++] = next;
}

static void plan_front(vt_stages *s, int64_t scenario) {
  const int first = scenario == 1 ? 1 : 0;
  const int row = s->staging->model.goal_row[1];
  add(s, (stage){.goal = first});
  add(s, (stage){.goal = 1 - first});
  if (scenario >= 2 && row >= 0) s->row_upper[row] = vt_staging_limit(s->staging, scenario);
}

// Of all plans with the least (or greatest) total, the best: it shows what that costs.
static void plan_alternative(vt_stages *s, int64_t scenario) {
  const vt_alternative *a = &s->staging->model.alternative[scenario];
  add(s, (stage){.goal = OBJECTIVE, .tolerance = s->staging->aims->alternatives.slack});
  add(s, (stage){.goal = TOTAL, .object = a->object, .sign = -a->sense});
  add(s, (stage){.goal = OBJECTIVE});
}

static void plan(vt_stages *s, int64_t scenario) {
  const vt_aims *aims = s->staging->aims;
  s->count = 0;
  if (scenario >= 0 && aims->explores == VT_EXPLORE_PARETO) {
    plan_front(s, scenario);
  } else if (scenario >= 0 && aims->explores == VT_EXPLORE_ALTERNATIVES) {
    plan_alternative(s, scenario);
  } else if (aims->levels > 1) {
    for (int i = 0; i < aims->levels; i++)
      add(s, (stage){.goal = i, .tolerance = aims->level[i].tolerance});
  } else {
    add(s, (stage){.goal = OBJECTIVE});
  }
}

// ---------------------------------------------------------------------------------------------
// One stage.

static void set_goal_cost(vt_stages *s, int goal) {
  const vt_program *p = s->program;
  const int row = s->staging->model.goal_row[goal];
  for (int j = 0; j < p->columns; j++) {
    s->cost[j] = 0;
    for (ptrdiff_t e = p->column_start[j]; row >= 0 && e < p->column_start[j + 1]; e++) {
      if (p->row[e] == row) s->cost[j] = s->numbers.value[e];
    }
  }
}

// False if the goal has no bound that any column could show.
static bool set_cost(vt_stages *s, const stage *t) {
  const int columns = s->program->columns;
  if (t->goal == OBJECTIVE) {
    memcpy(s->cost, s->scenario->numbers->cost, (size_t)columns * sizeof *s->cost);
  } else if (t->goal == TOTAL) {
    const bool endless = s->staging->model.total(s->scenario->state, t->object, s->cost);
    for (int j = 0; j < columns; j++) s->cost[j] *= t->sign;
    return !endless || t->sign > 0;
  } else {
    set_goal_cost(s, t->goal);
  }
  return true;
}

static void copy_numbers(vt_stages *s) {
  const vt_numbers *from = s->scenario->numbers;
  const size_t rows = (size_t)s->program->rows, columns = (size_t)s->program->columns;
  memcpy(s->row_lower, from->row_lower, rows * sizeof(double));
  memcpy(s->row_upper, from->row_upper, rows * sizeof(double));
  memcpy(s->column_lower, from->column_lower, columns * sizeof(double));
  memcpy(s->column_upper, from->column_upper, columns * sizeof(double));
  s->numbers = (vt_numbers){.value = from->value,
                            .cost = s->cost,
                            .row_lower = s->row_lower,
                            .row_upper = s->row_upper,
                            .column_lower = s->column_lower,
                            .column_upper = s->column_upper};
}

static vt_error go_on_from_here(vt_stages *s) {
  drop_basis(&s->start);
  return vt_lp_basis(s->scenario->session, &s->start);
}

static vt_error narrow(vt_stages *s) {
  return vt_lp_narrow(s->scenario->session, s->row_lower, s->row_upper, s->column_lower,
                      s->column_upper);
}

// What the stages after this one may not undo.
static vt_error hold(vt_stages *s, const stage *t, double optimum) {
  if (t->tolerance == 0) return narrow(s);
  const int row = s->staging->model.goal_row[t->goal == OBJECTIVE ? 0 : t->goal];
  if (row >= 0) s->row_upper[row] = optimum + t->tolerance * fabs(optimum);
  return VT_OK;
}

static double objective_at(const vt_stages *s) {
  const double *cost = s->scenario->numbers->cost;
  double sum = 0;
  for (int j = 0; j < s->program->columns; j++) sum += cost[j] * s->x[j];
  return sum;
}

static void keep_point(vt_stages *s, const vt_lp_solution *from, vt_lp_solution *to) {
  memcpy(s->x, from->x, (size_t)s->program->columns * sizeof *s->x);
  to->x = s->x;
  to->violation = from->violation;
  to->unique = from->unique;
  to->objective = objective_at(s);
}

static void keep_duals(vt_stages *s, const vt_lp_solution *from, vt_lp_solution *to) {
  memcpy(s->row_dual, from->row_dual, (size_t)s->program->rows * sizeof *s->row_dual);
  memcpy(s->reduced_cost, from->reduced_cost,
         (size_t)s->program->columns * sizeof *s->reduced_cost);
  to->row_dual = s->row_dual;
  to->reduced_cost = s->reduced_cost;
  to->dual_bound = from->dual_bound;
}

// What a stage adds to the answer. The plan of the stages before it is there, if it found none.
static void take(vt_stages *s, int at, const vt_lp_solution *found, vt_lp_solution *total) {
  const bool plan_found = found->outcome == VT_OPTIMAL || found->outcome == VT_INACCURATE;
  total->outcome = found->outcome;
  total->reason = found->reason;
  total->iterations += found->iterations;
  if (found->rung > total->rung) total->rung = found->rung;
  // The point of the stage before shows that there are some: numbers went wrong.
  if (at > 0 && found->outcome == VT_INFEASIBLE) total->outcome = VT_INACCURATE;
  if (!plan_found) return;
  if (at == 0) keep_duals(s, found, total);
  total->gap = at == 0 ? found->gap : fmax(total->gap, found->gap);
  keep_point(s, found, total);
}

static vt_error run_stage(vt_stages *s, int at, vt_lp_solution *total) {
  const stage *t = &s->stage[at];
  const vt_basis *start = s->start.status ? &s->start : s->scenario->start;
  const bool last = at + 1 == s->count;
  vt_lp_solution found;
  if (!set_cost(s, t)) {
    total->outcome = VT_UNBOUNDED;
    total->reason = "units without any effect can be installed without end";
    return VT_OK;
  }
  VT_TRY((last ? vt_lp_solve : vt_lp_solve_any)(s->scenario->session, &s->numbers, start, &found));
  take(s, at, &found, total);
  if (total->outcome != VT_OPTIMAL) return VT_OK;
  VT_TRY(go_on_from_here(s));
  if (at == 0) VT_TRY(vt_lp_basis(s->scenario->session, &s->first));
  return last ? VT_OK : hold(s, t, found.objective);
}

// ---------------------------------------------------------------------------------------------
// Ranges.

typedef struct span {
  double lower, upper; // from the bounds of the columns
  double at;           // in the plan
} span;

static span span_of(const vt_stages *s) {
  span total = {0};
  for (int j = 0; j < s->program->columns; j++) {
    const double c = s->cost[j];
    if (c == 0) continue;
    total.lower += c * (c > 0 ? s->column_lower[j] : s->column_upper[j]);
    total.upper += c * (c > 0 ? s->column_upper[j] : s->column_lower[j]);
    total.at += c * s->x[j];
  }
  return total;
}

// The least of the cost on the face, NaN if that is not known.
static vt_error end_of_range(vt_stages *s, double *end) {
  vt_lp_solution found;
  VT_TRY(vt_lp_solve_any(s->scenario->session, &s->numbers, &s->start, &found));
  *end = found.outcome == VT_OPTIMAL     ? found.objective
         : found.outcome == VT_UNBOUNDED ? -INFINITY
                                         : (double)NAN;
  return VT_OK;
}

// The total of an object as cost; whether more than that can be had without any effect. Not where a
// stage has minimised it.
static bool range_cost(vt_stages *s, int object) {
  const vt_aimed *model = &s->staging->model;
  bool endless = model->total(s->scenario->state, object, s->cost);
  for (int i = 0; i < s->count; i++) {
    if (s->stage[i].goal != TOTAL) continue;
    endless = endless && !model->tied(model->context, object, s->stage[i].object);
  }
  return endless;
}

static vt_error find_range(vt_stages *s, int object, double *least, double *greatest) {
  const bool endless = range_cost(s, object);
  const span total = span_of(s);
  *least = *greatest = total.at;
  if (total.at > total.lower) {
    VT_TRY(end_of_range(s, least));
    if (*least > total.at) *least = total.at;
  }
  if (endless) *greatest = INFINITY;
  if (endless || !(total.at < total.upper)) return VT_OK;
  for (int j = 0; j < s->program->columns; j++) s->cost[j] = -s->cost[j];
  VT_TRY(end_of_range(s, greatest));
  *greatest = 0 - *greatest;
  if (*greatest < total.at) *greatest = total.at;
  return VT_OK;
}

static vt_error find_ranges(vt_stages *s, bool unique) {
  if (!unique) VT_TRY(narrow(s));
  for (int o = 0; o < s->objects; o++) {
    if (!unique) {
      VT_TRY(find_range(s, o, &s->least[o], &s->greatest[o]));
      continue;
    }
    const bool endless = range_cost(s, o);
    s->least[o] = s->greatest[o] = span_of(s).at;
    if (endless) s->greatest[o] = INFINITY;
  }
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------

vt_error vt_stages_solve(vt_stages *s, const vt_staged *scenario, vt_lp_solution *solution) {
  s->scenario = scenario;
  drop_basis(&s->first);
  drop_basis(&s->start);
  copy_numbers(s);
  plan(s, scenario->scenario);
  *solution = (vt_lp_solution){.outcome = VT_OPTIMAL, .rung = VT_RUNG_GIVEN, .reason = ""};
  for (int i = 0; i < s->count && solution->outcome == VT_OPTIMAL; i++) {
    VT_TRY(run_stage(s, i, solution));
    const bool only = solution->unique && s->stage[i].tolerance == 0;
    if (only && i + 1 < s->count && s->stage[i + 1].goal != TOTAL) break;
  }
  if (solution->outcome != VT_OPTIMAL) solution->unique = false;
  if (s->least && solution->outcome == VT_OPTIMAL) return find_ranges(s, solution->unique);
  for (int o = 0; s->least && o < s->objects; o++) s->least[o] = s->greatest[o] = (double)NAN;
  return VT_OK;
}

vt_error vt_stages_basis(const vt_stages *s, vt_basis *basis) {
  if (!s->first.status) return VT_OK;
  const ptrdiff_t variables = (ptrdiff_t)s->first.rows + s->first.columns;
  VT_NEW(basis->status, variables);
  memcpy(basis->status, s->first.status, (size_t)variables);
  basis->rows = s->first.rows;
  basis->columns = s->first.columns;
  return VT_OK;
}

const double *vt_stages_least(const vt_stages *s) {
  return s->least;
}

const double *vt_stages_greatest(const vt_stages *s) {
  return s->greatest;
}
