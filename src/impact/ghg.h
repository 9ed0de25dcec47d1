// ghg.h - greenhouse gases that decay with one lifetime (private to this room).
#ifndef VT_IMPACT_GHG_H
#define VT_IMPACT_GHG_H

#include "vintner/base.h"

typedef struct vt_ghg {
  const char *cas;   ///< without leading zeros
  double molar_mass; ///< kg/mol
  double lifetime;   ///< years
  double efficiency; ///< radiative efficiency, W m-2 ppb-1
} vt_ghg;

/// The gas with a CAS number, or NULL; leading zeros and blanks around it do not count.
const vt_ghg *vt_ghg_find(const char *cas);

#endif
