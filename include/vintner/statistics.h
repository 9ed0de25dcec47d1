// statistics.h - what many numbers have in common: moments, quantiles, a Pareto front; what of them
// comes from which input: sensitivity.
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

// ---------------------------------------------------------------------------------------------
// Medoids: points that stand for all others.

/// Distances of all pairs of points: sums of absolute differences.
///
/// @param point     shape [count, cells]
/// @param distance  shape [count, count]
void vt_distances_of(const double *point, int count, ptrdiff_t cells, double *distance);

/// The `wanted` points from which the sum of all points' distances to the nearest is small, by PAM
/// (Kaufman and Rousseeuw 1990): one after another the point that lowers the sum most (BUILD), then
/// the exchange of a medoid that lowers it most until none does (SWAP). Among equals the first.
///
/// @param distance  shape [count, count], symmetric
/// @param wanted    1 to count
/// @param medoid    shape [wanted], ascending
vt_error vt_medoids_of(const double *distance, int count, int wanted, int *medoid);

// ---------------------------------------------------------------------------------------------
// Sensitivity: how an output answers to the inputs of a design. All of it depends on the arguments
// alone. A spread below 1e-12 of the largest size counts as none. What is undefined is NaN, nothing
// is clipped. A value that is not finite is missing.

/// A number and its interval: percentiles of what it is in the resamples, linear between them.
typedef struct vt_estimate {
  double value, low, high;
} vt_estimate;

/// How resamples are drawn: n rows of n with replacement, row i of resample b with the random
/// number of (seed, VT_PURPOSE_RESAMPLE, b, i).
typedef struct vt_bootstrap {
  uint64_t seed;
  int resamples;
  double confidence; ///< in (0, 1), of the intervals
} vt_bootstrap;

/// A block of rows A, AB_1 ... AB_inputs, (BA_1 ... BA_inputs,) B for each group.
typedef struct vt_saltelli {
  int inputs;
  bool second_order; ///< with BA
  int64_t groups;
} vt_saltelli;

/// Rows of a group.
ptrdiff_t vt_saltelli_rows(const vt_saltelli *design);

/// Sobol indices of first, total and second order (Saltelli et al. 2010, Jansen 1999, Saltelli
/// 2002), as SALib has them: with f centred by the mean of all rows and V the variance of A and B
/// together (over 2n), first = mean(B (AB_j - A)) / V, total = mean((A - AB_j)^2) / 2V, second =
/// mean(BA_j AB_k - A B) / V - first_j - first_k. Resamples keep the centre and have their own V.
///
/// @param[in,out] f       shape [groups, rows of a group]; comes back packed and centred
/// @param[out]    used    groups without a missing value: the others are left out
/// @param[out]    first   shape [inputs], as `total`
/// @param[out]    second  shape [inputs, inputs], NaN where not j < k; NULL without second order
vt_error vt_sobol_indices(const vt_bootstrap *bootstrap, const vt_saltelli *design, double *f,
                          int64_t *used, vt_estimate *first, vt_estimate *total,
                          vt_estimate *second);

/// Trajectories of inputs + 1 rows, each differing from the one before it in one input.
typedef struct vt_trajectories {
  int inputs;
  int64_t count;
  const int *moved;   ///< shape [count, inputs]: the input that a step moves
  const double *step; ///< shape [count, inputs]: by how much, not 0
} vt_trajectories;

/// What the effects of an input are: differences of the output over the step (Morris 1991,
/// Campolongo et al. 2007).
typedef struct vt_effects {
  double mu;           ///< mean
  double sigma;        ///< standard deviation over r - 1
  vt_estimate mu_star; ///< mean of the sizes
} vt_effects;

/// Effects of all inputs.
///
/// @param[in]  f        shape [count, inputs + 1]
/// @param[out] used     trajectories without a missing value
/// @param[out] effects  shape [inputs]
vt_error vt_effects_of(const vt_bootstrap *bootstrap, const vt_trajectories *design,
                       const double *f, int64_t *used, vt_effects *effects);

/// Regression of outputs on inputs.
typedef struct vt_regression {
  int inputs, outputs;
  int64_t rows;
  double *x;             ///< shape [inputs, rows]; rows are packed
  double *y;             ///< shape [outputs, rows]; rows are packed
  int64_t used;          ///< out: rows without a missing value in any input and output
  bool collinear;        ///< out: an input is a function of others, src and prcc are NaN
  vt_estimate *src;      ///< out, shape [outputs, inputs]: standardised regression coefficients
  vt_estimate *prcc;     ///< out, shape [outputs, inputs]: partial rank correlations
  vt_estimate *spearman; ///< out, shape [outputs, inputs]: rank correlations, ties have mean ranks
  double *r2;            ///< out, shape [outputs]: share of the variance that src explains
} vt_regression;

/// Fill the outputs of a regression; what they point to is the caller's. Resamples are ranked
/// anew. An input without spread has NaN and does not disturb the others; everything is NaN unless
/// there are more than inputs + 1 rows.
vt_error vt_regress(const vt_bootstrap *bootstrap, vt_regression *regression);

#endif
