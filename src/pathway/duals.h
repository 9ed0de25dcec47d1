// duals.h - what the multipliers of the programme say of the numbers that its bounds are.
#ifndef VT_PATHWAY_DUALS_H
#define VT_PATHWAY_DUALS_H

#include "vintner/pathway.h"

/// d objective / d cell, of one bound; a cell may come several times.
typedef void vt_bound_take(void *context, int cell, double dual);

/// Tell of all bounds that hold something: rows first, then columns. Of an installation that
/// several coupled processes limit, the first limit that binds, and the ratio that it is divided
/// by.
void vt_pathway_visit_bounds(const vt_pathway_state *state, const vt_solved *solved,
                             vt_bound_take *take, void *context);

#endif
