// built.h - in how many scenarios each process is built, and when first; private to the room.
#ifndef VT_RESULTS_BUILT_H
#define VT_RESULTS_BUILT_H

#include "derive.h"
#include "members.h"

/// Fill in built_share, first_year_share and first_year_quantile, of the whole ensemble and of its
/// groups; nothing to do where installations are not kept. As vt_derived.fill.
vt_error vt_built_fill(const vt_derivation *d, const vt_members *members);

#endif
