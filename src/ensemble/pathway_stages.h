// pathway_stages.h - scenarios that take several solves: levels of an objective, points of a
// Pareto front, near-optimal alternatives, ranges over all optima.
#ifndef VT_ENSEMBLE_PATHWAY_STAGES_H
#define VT_ENSEMBLE_PATHWAY_STAGES_H

#include "pathway_kind.h"

/// Whether a study's scenarios need stages; the others are one solve.
bool stages_wanted(const vt_study *study);

/// One thread's room for stages.
typedef struct stages stages;
vt_error stages_create(const vt_pathway_kind *kind, stages **s);
void stages_free(stages *s); ///< accepts NULL

/// One scenario: -1 is the reference.
typedef struct staged {
  int64_t scenario;
  const vt_pathway_state *state; ///< with the numbers of the scenario applied
  vt_lp_session *session;
  const vt_numbers *numbers;
  const vt_basis *start; ///< may be NULL
} staged;

/// Solve all stages, then the ranges if the study keeps them.
///
/// @param solution  of the last stage; row_dual, reduced_cost and dual_bound of the first; gap the
///                  worst; arrays belong to `s` until its next solve
vt_error stages_solve(stages *s, const staged *scenario, vt_lp_solution *solution);

/// The basis that the first stage of the latest scenario ended with, as vt_lp_basis.
vt_error stages_basis(const stages *s, vt_basis *basis);

/// Least and greatest installation by process over the optima of the latest scenario; shape
/// [processes], NULL if the study does not keep them.
const double *stages_least(const stages *s);
const double *stages_greatest(const stages *s);

/// Limit of a point of a Pareto front on the second category, NaN at its ends.
double stages_limit(const vt_pathway_kind *kind, int64_t scenario);

#endif
