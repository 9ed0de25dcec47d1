// derivative.c - how the objective answers to the inputs of the design: d objective / d input.
//
// An optimum changes with a number of its programme as the Lagrangian does at the optimal point x
// with multipliers y and d: dc x - y dA x + y db + d dl (Freund 1985, Mathematical Programming 32;
// the envelope theorem). One pass goes backwards from the programme's numbers to the values that
// the design gives, however many inputs there are; each input then follows through its formulas.
#include "duals.h"
#include "factors.h"
#include "model.h"
#include "program.h"

#include <math.h>
#include <string.h>

static void add_bound(void *context, int cell, double dual) {
  double *adjoint = context;
  adjoint[cell] += dual;
}

// What the numbers of the programme have an effect by; those that never vary need none.
static void begin(const vt_pathway_state *s, const vt_solved *solved, double *adjoint) {
  const vt_labelled_program *p = s->model->program;
  memset(adjoint, 0, (size_t)s->model->core.graph.cells * sizeof *adjoint);
  for (ptrdiff_t i = 0; i < p->varying_costs; i++) {
    const int c = p->varying_cost[i];
    adjoint[p->cost_cell[c]] += solved->x[c];
  }
  for (int c = 0; c < p->lp.columns; c++) {
    for (ptrdiff_t e = p->lp.column_start[c]; e < p->lp.column_start[c + 1]; e++) {
      if (p->entry_varies[e])
        adjoint[p->entry_cell[e]] -= solved->row_dual[p->lp.row[e]] * solved->x[c];
    }
  }
  vt_pathway_visit_bounds(s, solved, add_bound, adjoint);
}

// By an input, from what the objective answers to each value.
static double follow(const vt_pathway_state *s, const vt_design *design, const double *factor,
                     int input) {
  const int inputs = s->model->core.study->design.inputs;
  double sum = 0.0;
  vt_design_slopes(design, factor, input, s->slope);
  // What does not matter may have no slope.
  for (int i = 0; i < inputs; i++) {
    if (s->by_value[i] != 0.0 && s->slope[i] != 0.0) sum += s->by_value[i] * s->slope[i];
  }
  return isfinite(sum) ? sum : (double)NAN;
}

static bool has_names(const vt_design_input *input) {
  return input->value.kind == VT_VALUE_NAMES || input->variants > 0;
}

void vt_pathway_derivatives(vt_pathway_state *s, const vt_solved *solved, const vt_design *design,
                            const double *factor, int inputs, const int *input,
                            double *derivative) {
  const vt_core *core = &s->model->core;
  begin(s, solved, s->adjoint);
  vt_graph_adjoint(&core->graph, s->value, s->adjoint);
  vt_factors_adjoint(core, s->model->factors, factor, s->drawn, s->value, s->adjoint,
                     s->parameter_slope, s->by_value);
  for (int i = 0; i < inputs; i++) {
    const bool none = has_names(&core->study->design.input[input[i]]);
    derivative[i] = none ? (double)NAN : follow(s, design, factor, input[i]);
  }
}
