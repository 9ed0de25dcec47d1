// model.h - the inside of a vt_pathway and of a vt_pathway_state. A pathway is its parts, each with
// a header of its own, which those files include that look into it.
//
// How the parts follow from each other:
//   inputs + overrides ─► leaf cells (graph.h), with the factors that touch each (factors.c) and
//   the variants of the background (variants.c)
//     ─► lines: flow x of process p, its points in process time, its values by vintage (lines.c)
//     ─► classes of interchangeable vintages (classes.c) ─► activities with rates
//     ─► impacts per unit of an intermediate flow (impacts.c)
//     ─► couplings of processes (couplings.c)
//     ─► rows, columns and entries of the programme (program.c), with their bounds (limits.c)
//   state.c computes a scenario's numbers, evaluate.c a plan from a solution.
#ifndef VT_PATHWAY_MODEL_H
#define VT_PATHWAY_MODEL_H

#include "core.h"
#include "vintner/pathway.h"

/// The parts belong to the arena, which is the core's; their lists that grow are freed with it.
struct vt_pathway {
  vt_core core;
  struct vt_factor_leaves *factors;
  struct vt_limit_cells *limits;
  struct vt_lines *lines;
  struct vt_classes *classes;
  struct vt_unit_impacts *impacts;
  struct vt_couplings *couplings;
  struct vt_labelled_program *program;
  struct vt_goals *goals;
  struct vt_output_tables *tables;
};

/// What one thread holds: the numbers of its scenario and room to recompute a plan.
struct vt_pathway_state {
  const vt_pathway *model;
  vt_arena *arena;     ///< owns the arrays
  double *value;       ///< shape [cells]
  const double *drawn; ///< as vt_pathway_draw gave them
  double *entry, *cost, *row_lower, *row_upper, *column_lower, *column_upper;
  // Room of vt_pathway_evaluate: a sum and the largest term in it, for every row of §4.
  double *balance, *balance_size;       ///< shape [products, times]
  double *impact_size;                  ///< shape [categories, times]
  double *flow, *flow_size;             ///< shape [flows, times]
  double *total_flow, *total_flow_size; ///< shape [flows]
  bool limited_flows;                   ///< some flow has a limit
  // Derivatives of the objective, where the study asks for them; else NULL.
  double *adjoint;         ///< by cell; shape [cells]
  double *by_value;        ///< by what the design gives; shape [width of the design]
  double *slope;           ///< of the inputs by one of them; shape [inputs of the design]
  double *parameter_slope; ///< scratch of zeros; shape [parameters that are followed]
};

#endif
