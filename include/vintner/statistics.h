// statistics.h - what many numbers have in common: moments, quantiles, a Pareto front.
#ifndef VT_STATISTICS_H
#define VT_STATISTICS_H

#include "vintner/base.h"

// Statistics of one cell over the scenarios. Results do not depend on how scenarios were shared
// out: the values come in scenario order and sums follow a fixed pairwise tree.

typedef struct vt_moments {
  int64_t count;
  double mean, variance, skewness, standard_error, min, max;
} vt_moments;

/// Moments of values[0..count): variance over n - 1, skewness m3 / m2^1.5 (population moments),
/// standard error sqrt(variance / n). What is undefined is NaN (all of it for count 0, variance
/// and standard error for 1, skewness where all values are equal).
void vt_moments_of(const double *value, int64_t count, vt_moments *moments);

/// Exact quantiles, linear between order statistics (h = (n - 1) p, numpy's default). Reorders
/// `value`. NaN for count 0.
void vt_quantiles_of(double *value, int64_t count, const double *p, int quantiles, double *out);

/// The share of values[0..count) that are above a threshold; NaN for count 0, or if one is NaN.
double vt_share_above(const double *value, int64_t count, double threshold);

/// Which points (a, b), both to be small, another point betters: flag 1 or 0, NaN for a point
/// that has a NaN. Differences up to 1e-7 of the largest size on an axis count as none, so that
/// equal points do not better each other.
vt_error vt_dominated_points(const double *a, const double *b, int64_t count, double *flag);

#endif
