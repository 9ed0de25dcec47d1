// impact.h - dynamic characterisation: what one unit of a flow, emitted in a year, adds to a
// category.
#ifndef VT_IMPACT_H
#define VT_IMPACT_H

#include "vintner/base.h"
#include "vintner/study.h"

/// What is known of an elementary flow; texts that a source does not give are NULL.
typedef struct vt_flow_identity {
  const char *name;
  const char *categories; ///< JSON list of texts, such as ["air", "urban air"], or plain text
  const char *type;       ///< "emission", "natural resource", ...
  const char *cas;        ///< CAS number; leading zeros and blanks around it do not count
} vt_flow_identity;

/// How a category looks at time.
typedef struct vt_window {
  vt_metric metric;   ///< VT_METRIC_GWP or VT_METRIC_CRF
  int horizon;        ///< years, >= 1
  bool fixed_horizon; ///< GWP: the window ends `horizon` years after start_year; CRF: always so
  int start_year;
} vt_window;

/// Characterisation of one kilogram of a flow emitted in each year, from the forcing C(k) that it
/// adds up within k years after it [W m-2 yr]:
///
///     CO2                   C(k) = E (a0 k + sum_i a_i t_i (1 - exp(-k / t_i)))
///     CO                    that of CO2 by 44.01 / 28.01; uptake of CO2: that of CO2, negative
///     gas of lifetime t     C(k) = E t (1 - exp(-k / t))
///     any                   C(k) = 0 for k <= 0
///
///     CRF                   C(horizon - 1 - (year - start_year))
///     GWP, fixed horizon    C(horizon - 1 - (year - start_year)) / C_CO2(horizon - 1)
///     GWP, flexible         C(horizon - 1) / C_CO2(horizon - 1)
///
/// A horizon of H years holds H - 1 of them, as in dynamic_characterization; GWP with a horizon of
/// one year, 0/0, is 0. Years before start_year see a window longer than the horizon. Constants:
/// IPCC AR6 chapter 7 (Table 7.15, 7.SM.7) and Hodnebrog et al. 2020
/// (doi 10.1029/2019RG000691); SF6 has a lifetime of 1000 years as in AR6.
///
/// Which C a flow has: the first rule that fits, letters of either case.
///  - name with "carbon dioxide": uptake if its categories hold the word "soil", or the words
///    "in air" for the type "natural resource"; without categories, if its name holds "to soil", or
///    "in air" for that type; else CO2.
///  - "methane, fossil", "methane, non-fossil", "methane, from soil or biomass stock": CH4
///  - "dinitrogen monoxide": N2O; "carbon monoxide": CO
///  - a CAS number among the gases of Hodnebrog et al.
///
/// @param year    any order; shape [years]
/// @param factor  shape [years], overwritten, finite; 0 where there is no function
/// @return whether the flow has a dynamic function; never for VT_METRIC_STATIC
bool vt_impact_dynamic(const vt_window *window, const vt_flow_identity *flow, int years,
                       const int *year, double *factor);

/// What one kilogram of a flow does to the radiation balance: `scale` times the pulse response of
/// CO2, or of a gas that decays with one lifetime.
typedef struct vt_gas {
  bool is_co2;
  double scale;      ///< of CO2: -1 for uptake
  double efficiency; ///< of the others, W m-2 per kg
  double lifetime;   ///< of the others, years
} vt_gas;

/// The gas of a flow, by the rules above; false: it has no function.
bool vt_gas_of(const vt_flow_identity *flow, vt_gas *gas);
/// C(years) of a kilogram [W m-2 yr].
double vt_gas_cumulative(const vt_gas *gas, double years);
/// C(k) - C(k - 1), k >= 1, without cancellation: the forcing in the k-th year [W m-2].
double vt_gas_yearly(const vt_gas *gas, int k);
/// C(years) of CO2.
double vt_co2_cumulative(double years);

#endif
