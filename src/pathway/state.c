// state.c - the numbers of one scenario: factors in, coefficients, bounds and costs out.
#include "model.h"

#include "couplings.h"
#include "factors.h"
#include "limits.h"
#include "program.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void set_row(vt_pathway_state *s, int row) {
  const vt_bounds b = vt_limits_of_row(s->model, row, s->value);
  s->row_lower[row] = b.lower;
  s->row_upper[row] = b.upper;
}

static void set_column(vt_pathway_state *s, int column) {
  const vt_bounds b = vt_limits_of_column(s->model, column, s->value);
  s->column_lower[column] = b.lower;
  s->column_upper[column] = b.upper;
}

static void fill_all(vt_pathway_state *s) {
  const vt_pathway *m = s->model;
  const vt_program *p = &m->program->lp;
  memcpy(s->value, m->core.graph.value, (size_t)m->core.graph.cells * sizeof *s->value);
  for (ptrdiff_t e = 0; e < p->entries; e++) s->entry[e] = s->value[m->program->entry_cell[e]];
  for (int c = 0; c < p->columns; c++) s->cost[c] = s->value[m->program->cost_cell[c]];
  for (int c = 0; c < p->columns; c++) set_column(s, c);
  for (int r = 0; r < p->rows; r++) set_row(s, r);
}

static ptrdiff_t design_width(const vt_pathway *m) {
  return m->core.study->design.inputs + m->factors->drawings;
}

static vt_error allocate_derivatives(vt_pathway_state *s) {
  const vt_pathway *m = s->model;
  if (!m->core.study->sensitivity.derivative) return VT_OK;
  VT_ARENA_NEW(s->arena, s->adjoint, m->core.graph.cells);
  VT_ARENA_NEW(s->arena, s->by_value, design_width(m));
  VT_ARENA_NEW(s->arena, s->slope, m->core.study->design.inputs);
  VT_ARENA_NEW(s->arena, s->parameter_slope, m->core.inputs->following.parameters);
  return VT_OK;
}

static vt_error allocate(vt_pathway_state *s) {
  const vt_pathway *m = s->model;
  const vt_program *p = &m->program->lp;
  const ptrdiff_t flows =
      (ptrdiff_t)m->core.products + m->core.intermediates + m->core.elementaries;
  VT_TRY(vt_arena_create(&s->arena));
  VT_ARENA_NEW(s->arena, s->value, m->core.graph.cells);
  VT_ARENA_NEW(s->arena, s->entry, p->entries);
  VT_ARENA_NEW(s->arena, s->cost, p->columns);
  VT_ARENA_NEW(s->arena, s->row_lower, p->rows);
  VT_ARENA_NEW(s->arena, s->row_upper, p->rows);
  VT_ARENA_NEW(s->arena, s->column_lower, p->columns);
  VT_ARENA_NEW(s->arena, s->column_upper, p->columns);
  VT_ARENA_NEW(s->arena, s->balance, (ptrdiff_t)m->core.products * m->core.times);
  VT_ARENA_NEW(s->arena, s->balance_size, (ptrdiff_t)m->core.products * m->core.times);
  VT_ARENA_NEW(s->arena, s->impact_size, (ptrdiff_t)m->core.categories * m->core.times);
  VT_ARENA_NEW(s->arena, s->flow, flows * m->core.times);
  VT_ARENA_NEW(s->arena, s->flow_size, flows * m->core.times);
  VT_ARENA_NEW(s->arena, s->total_flow, flows);
  VT_ARENA_NEW(s->arena, s->total_flow_size, flows);
  const vt_tensor *t = m->core.inputs->tensor;
  s->limited_flows = t[VT_TENSOR_FLOW_MAX].count + t[VT_TENSOR_FLOW_MIN].count +
                         t[VT_TENSOR_TOTAL_FLOW_MAX].count + t[VT_TENSOR_TOTAL_FLOW_MIN].count >
                     0;
  return allocate_derivatives(s);
}

ptrdiff_t vt_pathway_state_bytes(const vt_pathway *m) {
  const vt_program *p = &m->program->lp;
  const ptrdiff_t flows =
      (ptrdiff_t)m->core.products + m->core.intermediates + m->core.elementaries;
  const ptrdiff_t numbers =
      m->core.graph.cells + p->entries + 3 * (ptrdiff_t)p->columns + 2 * (ptrdiff_t)p->rows +
      2 * (m->core.products + m->core.categories + flows) * (ptrdiff_t)m->core.times;
  const bool derivative = m->core.study->sensitivity.derivative;
  const ptrdiff_t more = derivative ? m->core.graph.cells + 2 * design_width(m) : 0;
  return (numbers + more) * (ptrdiff_t)sizeof(double);
}

vt_error vt_pathway_state_create(const vt_pathway *pathway, vt_pathway_state **state) {
  VT_NEW(*state, 1);
  (*state)->model = pathway;
  const vt_error allocated = allocate(*state);
  if (allocated != VT_OK) {
    vt_pathway_state_free(*state);
    *state = NULL;
    return allocated;
  }
  fill_all(*state);
  return VT_OK;
}

void vt_pathway_state_free(vt_pathway_state *s) {
  if (!s) return;
  vt_arena_free(s->arena);
  free(s);
}

// Existing capacity below zero is no capacity of any plan; in a class of several vintages the sum
// would hide it.
static bool capacity_is_negative(const vt_pathway_state *s) {
  const vt_pathway *m = s->model;
  const int *touched = m->factors->touched[VT_TENSOR_EXISTING_CAPACITY];
  const ptrdiff_t entries = touched ? m->core.inputs->tensor[VT_TENSOR_EXISTING_CAPACITY].count : 0;
  for (ptrdiff_t e = 0; e < entries; e++) {
    if (s->value[m->factors->cell[VT_TENSOR_EXISTING_CAPACITY][e]] < 0.0) return true;
  }
  return false;
}

vt_error vt_pathway_explain_formula(const vt_pathway_state *s, vt_text *why) {
  return vt_follow_explain(&s->model->core, s->model->factors, s->value, why);
}

void vt_pathway_draw(vt_pathway_state *s, const double *drawn) {
  s->drawn = drawn;
}

const double *vt_pathway_follow(vt_pathway_state *s, const double *factor) {
  const vt_pathway *m = s->model;
  const int failed = vt_follow_set(&m->core, m->factors, factor, s->drawn, s->value);
  return failed < 0 ? vt_follow_amounts(&m->factors->follow, s->value) : NULL;
}

int vt_pathway_apply(vt_pathway_state *s, const double *factor, vt_numbers *numbers) {
  const vt_pathway *m = s->model;
  const int failed = vt_factors_set_leaves(&m->core, m->factors, factor, s->drawn, s->value);
  vt_graph_evaluate(&m->core.graph, s->value);
  for (ptrdiff_t i = 0; i < m->program->varying_entries; i++) {
    const ptrdiff_t e = m->program->varying_entry[i];
    s->entry[e] = s->value[m->program->entry_cell[e]];
  }
  for (ptrdiff_t i = 0; i < m->program->varying_costs; i++) {
    const int c = m->program->varying_cost[i];
    s->cost[c] = s->value[m->program->cost_cell[c]];
  }
  for (ptrdiff_t i = 0; i < m->program->varying_rows; i++) set_row(s, m->program->varying_row[i]);
  for (ptrdiff_t i = 0; i < m->program->varying_columns; i++)
    set_column(s, m->program->varying_column[i]);
  if (m->factors->touched[VT_TENSOR_EXISTING_CAPACITY] && m->program->lp.columns > 0) {
    set_column(s, 0);
    if (capacity_is_negative(s)) {
      s->column_lower[0] = 1.0;
      s->column_upper[0] = 0.0;
    }
  }
  *numbers = (vt_numbers){.value = s->entry,
                          .cost = s->cost,
                          .row_lower = s->row_lower,
                          .row_upper = s->row_upper,
                          .column_lower = s->column_lower,
                          .column_upper = s->column_upper};
  return failed < 0 ? -1 : m->core.study->parameters + failed;
}

// A process that is coupled to others gives the bounds to their root, as many as there are.
static void fix_column(const vt_pathway_state *s, int process, int time, double units,
                       double tolerance, double *lower, double *upper) {
  const vt_pathway *m = s->model;
  const vt_coupled *coupled = &m->couplings->coupled[process];
  const double ratio = s->value[coupled->ratio], room = tolerance * fabs(units);
  const int column = m->program->installed_column[at_time(&m->core, coupled->root, time)];
  // What the root does makes no difference to a process that it installs nothing of.
  if (column < 0 || (ratio == 0.0 && units == 0.0)) return;
  const double a = (units - room) / ratio, b = (units + room) / ratio;
  lower[column] = fmax(lower[column], fmin(a, b));
  upper[column] = fmin(upper[column], fmax(a, b));
}

void vt_pathway_fix(const vt_pathway_state *s, const double *installation, ptrdiff_t years,
                    double tolerance, vt_numbers *numbers, double *column_lower,
                    double *column_upper) {
  const vt_pathway *m = s->model;
  const size_t bytes = (size_t)m->program->lp.columns * sizeof(double);
  memcpy(column_lower, numbers->column_lower, bytes);
  memcpy(column_upper, numbers->column_upper, bytes);
  for (int p = 0; p < m->core.processes; p++) {
    for (int t = 0; t < years; t++)
      fix_column(s, p, t, installation[at_time(&m->core, p, t)], tolerance, column_lower,
                 column_upper);
  }
  numbers->column_lower = column_lower;
  numbers->column_upper = column_upper;
}

bool vt_pathway_installation_cost(const void *state, int process, double *cost) {
  const vt_pathway_state *s = state;
  const vt_pathway *m = s->model;
  const int root = m->couplings->coupled[process].root;
  const double ratio = s->value[m->couplings->coupled[process].ratio];
  bool endless = false;
  memset(cost, 0, (size_t)m->program->lp.columns * sizeof *cost);
  for (int t = 0; t < m->core.times; t++) {
    const int column = m->program->installed_column[at_time(&m->core, root, t)];
    // A column that was dropped has no limit, no cost and no effect.
    if (column >= 0) cost[column] = ratio;
    endless |= column < 0 && ratio != 0.0;
  }
  return endless;
}
