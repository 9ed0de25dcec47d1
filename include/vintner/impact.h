// impact.h - dynamic characterisation: what one unit of a flow, emitted in a year, adds to a
// category.
#ifndef VT_IMPACT_H
#define VT_IMPACT_H

#include "vintner/base.h"
#include "vintner/study.h"

/// What is known of an elementary flow; texts that a source does not give are NULL.
typedef struct vt_flow_identity {
  const char *name;
  const char *categories; ///< JSON list of texts, such as ["air", "urban air"]
  const char *type;       ///< "emission", "natural resource", ...
  const char *cas;        ///< CAS number, with or without leading zeros
} vt_flow_identity;

/// How a category looks at time.
typedef struct vt_window {
  vt_metric metric;   ///< VT_METRIC_GWP or VT_METRIC_CRF
  int horizon;        ///< years
  bool fixed_horizon; ///< GWP: the window ends `horizon` years after start_year; CRF: always so
  int start_year;
} vt_window;

/// Characterisation of one unit of a flow emitted in each year: W m-2 yr per unit for CRF, relative
/// to CO2 for GWP. Formulas and constants: IPCC AR6 chapter 7, Hodnebrog et al. 2020
/// (doi 10.1029/2019RG000691); which function a flow has: specs/timeline.md 3.3.
///
/// @param year    shape [years]
/// @param factor  shape [years], overwritten; 0 where there is no function
/// @return whether the flow has a dynamic function
bool vt_impact_dynamic(const vt_window *window, const vt_flow_identity *flow, int years,
                       const int *year, double *factor);

#endif
