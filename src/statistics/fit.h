// fit.h - least squares on correlations; private to the room.
#ifndef VT_STATISTICS_FIT_H
#define VT_STATISTICS_FIT_H

#include "vintner/base.h"

/// The Cholesky factor of a correlation matrix, and the inverse of the factor.
typedef struct vt_fit {
  int inputs;
  double *factor;    ///< shape [inputs, inputs], lower triangle
  double *inverse;   ///< of the factor, lower triangle
  double *precision; ///< shape [inputs]: diagonal of the inverse of the matrix
} vt_fit;

/// Room for the fits of `inputs` inputs; the caller frees it with vt_fit_free.
vt_error vt_fit_create(int inputs, vt_fit *fit);
void vt_fit_free(vt_fit *fit);

/// Factor a correlation matrix (lower triangle, shape [inputs, inputs]).
/// @return false if an input is a function of those before it
bool vt_fit_factor(vt_fit *fit, const double *correlation);

/// Standardised coefficients of an output with these correlations with the inputs.
///
/// @param[in]  with  shape [inputs]
/// @param[out] b     shape [inputs]
/// @return what of the output's variance they explain
double vt_fit_solve(const vt_fit *fit, const double *with, double *b);

#endif
