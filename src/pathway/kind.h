// kind.h - the inside of the pathway kind: what its files share.
#ifndef VT_PATHWAY_KIND_H
#define VT_PATHWAY_KIND_H

#include "background_layout.h"
#include "vintner/assembly.h"
#include "vintner/background.h"
#include "vintner/pathway.h"

/// What was read.
typedef struct vt_pathway_data {
  const vt_study *study;
  const vt_team *team;
  vt_inputs *inputs;               ///< changed by the model that is made of them:
  bool used;                       ///< there is one
  vt_text packed;                  ///< as read, where they are sent or cost much to make again
  vt_background *background;       ///< what solved the databases, or NULL
  vt_computed_background computed; ///< on rank 0
  vt_drawn_databases *drawn;       ///< on all ranks; NULL: the databases do not vary
  const vt_drawing *drawing;       ///< of theirs
} vt_pathway_data;

/// Arrays belong to the arena of the inputs.
typedef struct vt_pathway_model {
  const vt_study *study;
  vt_pathway_data *data;
  vt_pathway *pathway;
  vt_design *design;
  vt_lp_model *lp;
  vt_basis reference;         ///< status NULL: the reference scenario has no optimum
  vt_staging *staging;        ///< NULL: a scenario is one solve
  const char *const *process; ///< codes; shape [processes]
  double *time;               ///< shape [times]
  double *vintage;            ///< shape [vintages]; NULL without that axis
  vt_layout *layout;
  int *output; ///< output that a variable holds, -1: set by the solve itself; shape [variables]
  int inputs, *input;    ///< of the design, that derivatives are by; shape [inputs]
  vt_input_places place; ///< of parameters and factors
  int start;             ///< variable
} vt_pathway_model;

/// One scenario after its solve: what outputs are filled from.
typedef struct vt_pathway_answer {
  const vt_pathway_model *model;
  const vt_plan *plan;
  const vt_lp_solution *solution;
  vt_pathway_state *state; ///< holds the numbers of the scenario
  const vt_stages *stages; ///< NULL: one solve
  const double *value;     ///< what the design gives, NULL: the reference
} vt_pathway_answer;

// read.c: as vt_kind says
vt_error vt_pathway_sources(const vt_study *study, const void *data, vt_source_list *list);
vt_error vt_pathway_read(const vt_study *study, const vt_team *team, void **data);
void vt_pathway_data_free(void *data);
vt_error vt_pathway_tell_exchanges(const vt_study *study, void *data, int64_t scenario,
                                   const char *from, const char *to, vt_told_exchanges *told);
vt_error vt_pathway_lay_background_out(const vt_study *study, const void *data, vt_layout **layout);
vt_error vt_pathway_explain_data(const vt_study *study, void *data, int64_t scenario,
                                 vt_explanation *explanation);

// layout.c

/// Choose axes and variables of the results.
vt_error vt_pathway_lay_out(vt_pathway_model *model);
/// Whether the study keeps the ranges of installation.
bool vt_pathway_keeps_ranges(const vt_study *study);
/// Fill the outputs of a row from a scenario that has a plan.
void vt_pathway_fill_outputs(const vt_pathway_answer *answer, double *const *row);

#endif
