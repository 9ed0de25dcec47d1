// pathway_kind.h - the inside of the pathway kind: what its files share.
#ifndef VT_ENSEMBLE_PATHWAY_KIND_H
#define VT_ENSEMBLE_PATHWAY_KIND_H

#include "background_layout.h"
#include "vintner/ensemble.h"
#include "vintner/lp.h"

enum { MOST_VARIABLES = 48 };

/// Axes that outputs run over.
typedef enum axis_id {
  AXIS_PROCESS,
  AXIS_TIME,
  AXIS_CATEGORY,
  AXIS_FACTOR,
  // Those below are in the file if an output that is kept runs over them.
  AXIS_PRODUCT,
  AXIS_INTERMEDIATE_FLOW,
  AXIS_ELEMENTARY_FLOW,
  AXIS_SNAPSHOT,
  AXIS_VINTAGE,
  AXIS_ORIGIN,
  AXIS_LIMIT,
  AXIS_COUNT,
} axis_id;

/// Where each quantity of a scenario lies in a row; -1: not stored.
typedef struct places {
  int status, factor_value, wall, iterations, rank, start;
  int limit, dominated, sense; ///< of Pareto fronts and near-optimal alternatives
} places;

/// The ends of a Pareto front.
typedef struct front {
  vt_outcome outcome; ///< not optimal: an end has no optimum, so no point has one
  double end[2];      ///< impact in the second category: the best plan by the first, by the second
} front;

struct stages;

struct vt_pathway_kind {
  const vt_study *study;
  const vt_inputs *inputs;
  int rank;
  vt_pathway *pathway;
  vt_design *design;
  vt_lp_model *lp;
  vt_basis reference; ///< status NULL: the reference scenario has no optimum
  double *time;       ///< shape [times]
  double *vintage;    ///< shape [vintages]; NULL without that axis
  vt_dimension dimension[AXIS_COUNT];
  int axis[AXIS_COUNT]; ///< index into dimension, -1 for an empty axis
  vt_variable variable[MOST_VARIABLES];
  int output[MOST_VARIABLES]; ///< variable -> output it holds, -1: set by the solve itself
  places place;
  front front;
  vt_front columns;         ///< of a Pareto front, for the results
  const double *background; ///< computed for this study, dense; NULL: it was read
  vt_constant constant[BACKGROUND_CONSTANTS];
  vt_layout layout;
  vt_kind interface;
};

/// One scenario after its solve: what outputs are filled from.
typedef struct answer {
  const vt_pathway_kind *kind;
  const vt_plan *plan;
  const vt_lp_solution *solution;
  vt_pathway_state *state;     ///< holds the numbers of the scenario
  const struct stages *stages; ///< NULL: one solve
} answer;

/// Choose dimensions and variables of the results.
vt_error pathway_lay_out(vt_pathway_kind *k);

/// Names of the alternatives of all `choose` factors, {"factor": ["name", ...]}; NULL if there is
/// no such factor. Belongs to the arena of the inputs.
vt_error pathway_list_choices(const vt_pathway_kind *k, const char **json);

/// Fill the outputs of a row from a scenario that has a plan.
void pathway_fill_outputs(const answer *s, double *const *row);

#endif
