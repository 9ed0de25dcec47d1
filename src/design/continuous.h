// continuous.h - standard distributions: probabilities of both tails and their quantiles.
//
// A quantile of a tail is asked for with p in (0, 1/2] only, so that neither tail loses digits.
#ifndef VT_DESIGN_CONTINUOUS_H
#define VT_DESIGN_CONTINUOUS_H

/// Standard normal.
double vt_normal_lower(double z);
double vt_normal_lower_quantile(double p);

/// Gamma with this shape and scale 1.
double vt_gamma_lower(double shape, double x);
double vt_gamma_upper(double shape, double x);
double vt_gamma_lower_quantile(double shape, double p);
double vt_gamma_upper_quantile(double shape, double p);

/// Beta on [0, 1]; its upper tail is the lower one with a and b exchanged, at 1 - x.
double vt_beta_lower(double a, double b, double x);
double vt_beta_lower_quantile(double a, double b, double p);

/// Student's t; symmetric.
double vt_student_upper(double nu, double t);
double vt_student_upper_quantile(double nu, double p);

#endif
