// duals.c - multipliers of the programme as those of the model: of demands, limits, installation.
//
// A limit of the model is a bound of a row or of a column, or of the column of a process that it is
// coupled to; its cell says which limit it is, so defaults add up by themselves.
#include "duals.h"

#include "classes.h"
#include "couplings.h"
#include "limits.h"
#include "model.h"
#include "program.h"
#include "tables.h"

#include <math.h>

// A reduced cost below this share of its terms is 0.
#define NOISE 1e-11

// Basic columns have 0, but for rounding.
static double column_dual(const vt_pathway_state *s, const vt_solved *solved, int column) {
  const vt_program *p = &s->model->program->lp;
  const double found = solved->reduced_cost[column];
  if (found == 0.0) return 0.0;
  double size = fabs(s->cost[column]);
  for (ptrdiff_t e = p->column_start[column]; e < p->column_start[column + 1]; e++)
    size += fabs(s->entry[e] * solved->row_dual[p->row[e]]);
  return fabs(found) <= NOISE * size ? 0.0 : found;
}

void vt_pathway_demand_dual(vt_pathway_state *s, const vt_solved *solved, double *value) {
  const vt_pathway *m = s->model;
  for (ptrdiff_t at = 0; at < (ptrdiff_t)m->core.products * m->core.times; at++) {
    const int row = m->tables->balance_row[at];
    value[at] = row < 0 ? (double)NAN : solved->row_dual[row];
  }
}

void vt_pathway_reduced_cost(vt_pathway_state *s, const vt_solved *solved, double *value) {
  const vt_pathway *m = s->model;
  for (int p = 0; p < m->core.processes; p++) {
    const double ratio = s->value[m->couplings->coupled[p].ratio];
    for (int t = 0; t < m->core.times; t++) {
      const int column =
          m->program->installed_column[at_time(&m->core, m->couplings->coupled[p].root, t)];
      const double dual = column < 0 ? 0.0 : column_dual(s, solved, column);
      value[at_time(&m->core, p, t)] = ratio == 0.0 ? (double)NAN : dual / ratio;
    }
  }
}

// ---------------------------------------------------------------------------------------------
// Bounds.

typedef struct bound_visit {
  const vt_pathway_state *state;
  vt_bound_take *take;
  void *context;
} bound_visit;

static void tell(const bound_visit *v, int cell, double dual) {
  if (isfinite(v->state->value[cell])) v->take(v->context, cell, dual);
}

static void tell_row(const bound_visit *v, int row, double dual) {
  const vt_row_info *r = &v->state->model->program->row[row];
  const int cell = dual > 0.0 ? r->lower : r->upper;
  const bool of_units = r->kind == ROW_TOTAL_DEPLOYMENT || r->kind == ROW_OPERATION;
  // Units are never negative: such a minimum says nothing.
  if (of_units && dual > 0.0 && v->state->value[cell] <= 0.0) return;
  tell(v, cell, dual);
}

// The limit of the coupled process that says most, times what a unit of it means for the column.
static void tell_installation(const bound_visit *v, int column, double dual) {
  const vt_pathway_state *s = v->state;
  const vt_pathway *m = s->model;
  const int root = m->program->column_process[column], time = m->program->column_time[column];
  int binding = -1, unit = -1;
  double bound = dual > 0.0 ? 0.0 : INFINITY;
  for (int i = m->couplings->first[root]; i < m->couplings->first[root + 1]; i++) {
    const int p = m->couplings->process[i];
    const double ratio = s->value[m->couplings->coupled[p].ratio];
    const int cell = dual > 0.0 ? m->limits->deployment_min[at_time(&m->core, p, time)]
                                : m->limits->deployment_max[at_time(&m->core, p, time)];
    if (!(ratio > 0.0)) continue;
    const double mine = s->value[cell] / ratio;
    if (dual > 0.0 ? mine > bound : mine < bound) {
      binding = cell;
      bound = mine;
      unit = m->couplings->coupled[p].ratio;
    }
  }
  if (binding < 0) return;
  tell(v, binding, dual / s->value[unit]);
  tell(v, unit, -dual * bound / s->value[unit]);
}

static void tell_operation(const bound_visit *v, int column, double dual) {
  const vt_pathway *m = v->state->model;
  const ptrdiff_t at =
      at_time(&m->core, m->program->column_process[column], m->program->column_time[column]);
  if (m->classes->first[at + 1] - m->classes->first[at] != 1) return; // a row has them
  const int cell = dual > 0.0 ? m->limits->operation_min[at] : m->limits->operation_max[at];
  if (dual > 0.0 && v->state->value[cell] <= 0.0) return;
  tell(v, cell, dual);
}

void vt_pathway_visit_bounds(const vt_pathway_state *s, const vt_solved *solved,
                             vt_bound_take *take, void *context) {
  const vt_labelled_program *p = s->model->program;
  const bound_visit v = {s, take, context};
  for (int r = 0; r < p->lp.rows; r++) {
    if (solved->row_dual[r] != 0.0) tell_row(&v, r, solved->row_dual[r]);
  }
  for (int c = 0; c < p->lp.columns; c++) {
    const double dual = column_dual(s, solved, c);
    if (dual == 0.0) continue;
    if (p->column_class[c] < 0)
      tell_installation(&v, c, dual);
    else
      tell_operation(&v, c, dual);
  }
}

// ---------------------------------------------------------------------------------------------
// Limits.

typedef struct limit_duals {
  const int *limit; // shape [cells]
  double *value;
} limit_duals;

// Cells of other bounds (demand, capacity, ratios) are no limits.
static void add_limit(void *context, int cell, double dual) {
  const limit_duals *duals = context;
  const int limit = duals->limit[cell];
  if (limit >= 0) duals->value[limit] += dual;
}

void vt_pathway_limit_dual(vt_pathway_state *s, const vt_solved *solved, double *value) {
  const vt_output_tables *tables = s->model->tables;
  limit_duals duals = {tables->limit_of_cell, value};
  for (int i = 0; i < tables->limits; i++) value[i] = 0.0;
  vt_pathway_visit_bounds(s, solved, add_limit, &duals);
}
