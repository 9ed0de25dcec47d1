// goals.h - what scenarios and their stages minimise.
#ifndef VT_PATHWAY_GOALS_H
#define VT_PATHWAY_GOALS_H

#include "core.h"
#include "program.h"

typedef struct vt_goals {
  double *objective; ///< shape [categories]: weights
  int count;
  double *weight; ///< shape [count, categories]
  int *row;       ///< shape [count]: row of the programme, -1: all its entries are zero
  int *category;  ///< shape [count]; -1: the objective
  int alternatives;
  vt_alternative *alternative; ///< shape [alternatives]
} vt_goals;

/// Look categories of the objective, categories and processes of the study's stages up.
vt_error vt_goals_find(const vt_core *core, vt_goals *goals);

/// Find the goals' rows in the finished programme.
vt_error vt_goals_place(const vt_core *core, const vt_labelled_program *program, vt_goals *goals);

#endif
