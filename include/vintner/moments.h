// moments.h - mean and variance of exchanges and factors by their own distributions, in closed
// form.
//
// Types 0 to 5 of stats_arrays: none, lognormal, normal, uniform, triangular. What has no valid
// distribution is constant. Facts: the closed forms of these distributions, those of truncated ones
// by the distribution function of the normal.
#ifndef VT_MOMENTS_H
#define VT_MOMENTS_H

#include "vintner/system.h"

/// Of the entries of a system's biosphere matrix; records of a cell are independent, so both add
/// up.
/// @param mean, variance  shape [system->biosphere.entries]
/// @return VT_ERR_INPUT for a type above 5, with both ends of the exchange
vt_error vt_biosphere_moments(const vt_database_set *set, const vt_system *system,
                              ptrdiff_t array_column, double *mean, double *variance);

/// Of the factors of a method that is loaded, for the flows of a system; what it lacks is 0.
/// @param mean, variance  shape [system->flows]
/// @return VT_ERR_INPUT for a type above 5, with the flow
vt_error vt_method_moments(const vt_database_set *set, const vt_system *system, int method,
                           ptrdiff_t array_column, double *mean, double *variance);

#endif
