// correlate.h - a Gaussian copula: uniform numbers with given rank correlations.
#ifndef VT_DESIGN_CORRELATE_H
#define VT_DESIGN_CORRELATE_H

#include "vintner/design.h"

/// Inputs that pairs connect, ascending, and the Cholesky factor of their correlations.
typedef struct vt_component {
  int inputs;
  int *input;     ///< shape [inputs]
  double *factor; ///< lower triangle, shape [inputs, inputs]
} vt_component;

typedef struct vt_copula {
  int components;
  vt_component *component; ///< shape [components]
} vt_copula;

/// @param arena  owns the copula
/// @return VT_ERR_INPUT if no normal distribution has the plan's correlations
vt_error vt_copula_create(vt_arena *arena, const vt_design_plan *plan, vt_copula *copula);

/// Correlate u, shape [inputs of the plan]; those in no pair keep their bits, and the first of
/// each component does.
void vt_copula_apply(const vt_copula *copula, double *u);

#endif
