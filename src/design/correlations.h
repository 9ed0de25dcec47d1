// correlations.h - which inputs are correlated, as a study or a CSV file says.
#ifndef VT_DESIGN_CORRELATIONS_H
#define VT_DESIGN_CORRELATIONS_H

#include "vintner/design.h"

typedef struct vt_correlations {
  int members; ///< inputs in pairs
  int *member; ///< their places in the plan, ascending; shape [members]
  double *rho; ///< shape [members, members], symmetric; NaN: not a pair
} vt_correlations;

/// @param arena  owns them
/// @return VT_ERR_INPUT with file and line: an unknown or fixed input, a pair twice, |rho| >= 1
vt_error vt_correlations_read(vt_arena *arena, const vt_design_plan *plan, vt_correlations *out);

#endif
