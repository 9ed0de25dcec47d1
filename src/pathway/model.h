// model.h - the inside of a vt_pathway: its parts, each with a header of its own, which those files
// include that look into it.
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

/// The parts belong to the arena, which is the core's.
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

#endif
