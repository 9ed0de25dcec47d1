// pathway.h - the time-explicit pathway model: tensors -> vintages -> classes -> linear programme.
//
// A vt_pathway is read-only once made and shared by all threads of a rank; each thread has its own
// vt_pathway_state, which holds the numbers of the scenario it works on.
#ifndef VT_PATHWAY_H
#define VT_PATHWAY_H

#include "vintner/data.h"
#include "vintner/study.h"

typedef struct vt_pathway vt_pathway;

/// Build the model of a study: apply its overrides to `inputs`, look every selector up, find the
/// vintage classes (specs/pathway.md §6) and lay the linear programme out.
///
/// Not collective. `study` and `inputs` are borrowed and must outlive the model; `inputs` is
/// changed (overrides, and entries that a `set` creates).
/// @return VT_ERR_INPUT for a selector that matches nothing, an unknown category, numbers that the
///         overrides made invalid
vt_error vt_pathway_create(const vt_study *study, vt_inputs *inputs, vt_pathway **pathway);

/// The same model with one operation column for every vintage that runs, as the textbook has it:
/// what tests compare the reduction with.
vt_error vt_pathway_create_unreduced(const vt_study *study, vt_inputs *inputs,
                                     vt_pathway **pathway);
void vt_pathway_free(vt_pathway *pathway); ///< accepts NULL

const vt_program *vt_pathway_program(const vt_pathway *pathway);

/// Give the programme's rows and columns names for people (process, flow, year).
vt_error vt_pathway_name_program(vt_pathway *pathway);

/// shape [entries]: whether some factor can change the entry.
const bool *vt_pathway_entry_varies(const vt_pathway *pathway);

/// shape [columns]: installed units per unit of the column (couplings counted), else 0: the first
/// weight of the tie-break.
const double *vt_pathway_tie_weight(const vt_pathway *pathway);

/// Sizes of the programme before the reduction to classes, for people.
void vt_pathway_textbook_size(const vt_pathway *pathway, int64_t *rows, int64_t *columns);

/// Bytes that one more thread of a rank needs.
ptrdiff_t vt_pathway_state_bytes(const vt_pathway *pathway);

/// Neutral value of a factor: applying it changes nothing (1 for multiply, 0 for add; for set the
/// common value of all cells it selects, NaN if they differ).
double vt_pathway_neutral(const vt_pathway *pathway, int factor);

typedef struct vt_pathway_state vt_pathway_state;
vt_error vt_pathway_state_create(const vt_pathway *pathway, vt_pathway_state **state);
void vt_pathway_state_free(vt_pathway_state *state); ///< accepts NULL

/// Numbers of a scenario.
///
/// @param factor   shape [factors], NaN = the factor is not applied; NULL for the reference
/// scenario
/// @param numbers  borrowed from the state, valid until its next call
void vt_pathway_apply(vt_pathway_state *state, const double *factor, vt_numbers *numbers);

/// A plan in real units, with the proof of its feasibility from the tensors.
typedef struct vt_plan {
  double *installation; ///< shape [process, time], units
  double *operation;    ///< shape [process, time], units running, all vintages
  double *impact;       ///< shape [category, process, time]
  double *total_impact; ///< shape [category]
  double objective;
  double objective_terms; ///< sum of the sizes of what the objective adds up, by process and year
  double violation;       ///< largest |residual| / largest absolute term over balances, capacities,
                          ///< limits and bounds
} vt_plan;

/// Recompute a plan from the scenario's tensors (not from the programme): installation, operation,
/// impacts, objective, and the largest relative violation of specs/pathway.md §4.
///
/// @param x     shape [columns], for the numbers of the latest vt_pathway_apply
/// @param plan  arrays of the caller's, overwritten
void vt_pathway_evaluate(vt_pathway_state *state, const double *x, vt_plan *plan);

#endif
