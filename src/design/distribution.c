// distribution.c - the distributions that a factor may have: parameters, quantiles, bounds.
#include "vintner/design.h"

#include <float.h>
#include <gsl/gsl_cdf.h>
#include <math.h>

// ---------------------------------------------------------------------------------------------
// Quantiles, by inverse cumulative distribution.

static double clamp(double x, double low, double high) {
  return fmin(fmax(x, low), high);
}

// A standard normal truncated to [low, high]. Above zero the upper tail keeps the digits that
// 1 - tail would lose.
static double normal_between(double low, double high, double u) {
  if (low > 0.0) {
    const double q_low = gsl_cdf_ugaussian_Q(low), q_high = gsl_cdf_ugaussian_Q(high);
    return clamp(gsl_cdf_ugaussian_Qinv(q_low - u * (q_low - q_high)), low, high);
  }
  const double p_low = gsl_cdf_ugaussian_P(low), p_high = gsl_cdf_ugaussian_P(high);
  return clamp(gsl_cdf_ugaussian_Pinv(p_low + u * (p_high - p_low)), low, high);
}

static double bounded_normal(double mean, double sd, double min, double max, double u) {
  if (!(sd > 0.0)) return clamp(mean, min, max);
  const double z = normal_between((min - mean) / sd, (max - mean) / sd, u);
  return clamp(mean + sd * z, min, max);
}

static double uniform(const vt_distribution *d, double u) {
  const double low = fmax(d->parameter[0], d->min), high = fmin(d->parameter[1], d->max);
  return low + u * (high - low);
}

static double normal(const vt_distribution *d, double u) {
  return bounded_normal(d->parameter[0], d->parameter[1], d->min, d->max, u);
}

static double triangular_cdf(const double *p, double x) {
  const double a = p[0], mode = p[1], b = p[2];
  if (x <= a) return 0.0;
  if (x >= b) return 1.0;
  return x <= mode ? (x - a) * (x - a) / ((b - a) * (mode - a))
                   : 1.0 - (b - x) * (b - x) / ((b - a) * (b - mode));
}

static double triangular(const vt_distribution *d, double u) {
  const double a = d->parameter[0], mode = d->parameter[1], b = d->parameter[2];
  if (!(b > a)) return clamp(a, d->min, d->max);
  const double low = triangular_cdf(d->parameter, d->min);
  const double p = low + u * (triangular_cdf(d->parameter, d->max) - low);
  const double split = (mode - a) / (b - a);
  const double x =
      p < split ? a + sqrt(p * (b - a) * (mode - a)) : b - sqrt((1.0 - p) * (b - a) * (b - mode));
  return clamp(x, d->min, d->max);
}

static double lognormal(const vt_distribution *d, double u) {
  const double mu = log(d->parameter[0]), sigma = fabs(log(d->parameter[1]));
  const double low = d->min > 0.0 ? log(d->min) : -INFINITY;
  const double x = exp(bounded_normal(mu, sigma, low, log(d->max), u));
  return clamp(x, d->min, d->max);
}

static double discrete(const vt_distribution *d, double u) {
  double total = 0.0, sum = 0.0, last = NAN;
  for (int i = 0; i < d->count; i++) {
    if (d->value[i] >= d->min && d->value[i] <= d->max) total += d->weight[i];
  }
  for (int i = 0; i < d->count; i++) {
    if (!(d->value[i] >= d->min && d->value[i] <= d->max) || d->weight[i] == 0.0) continue;
    last = d->value[i];
    sum += d->weight[i];
    if (u * total < sum) break;
  }
  return last;
}

// ---------------------------------------------------------------------------------------------
// Whether anything is left of a distribution between its min and max.

// Probability that a standard normal number lies in [low, high], without cancellation in a tail.
static double normal_mass(double low, double high) {
  if (low > 0) return 0.5 * (erfc(low * M_SQRT1_2) - erfc(high * M_SQRT1_2));
  if (high < 0) return normal_mass(-high, -low);
  return 1 - 0.5 * (erfc(-low * M_SQRT1_2) + erfc(high * M_SQRT1_2));
}

static bool bounded_normal_meets(double mean, double sd, double min, double max) {
  if (!(sd > 0)) return min <= mean && mean <= max;
  return normal_mass((min - mean) / sd, (max - mean) / sd) > DBL_MIN;
}

static bool lognormal_meets(const vt_distribution *d) {
  if (d->max <= 0) return false;
  const double sd = fabs(log(d->parameter[1]));
  const double min = d->min > 0 ? log(d->min) : -(double)INFINITY;
  if (!(sd > 0)) return d->min <= d->parameter[0] && d->parameter[0] <= d->max;
  return bounded_normal_meets(log(d->parameter[0]), sd, min, log(d->max));
}

static bool interval_meets(double low, double high, double min, double max) {
  if (!(low < high)) return min <= low && low <= max;
  return fmax(low, min) < fmin(high, max);
}

static bool normal_meets(const vt_distribution *d) {
  return bounded_normal_meets(d->parameter[0], d->parameter[1], d->min, d->max);
}

static bool uniform_meets(const vt_distribution *d) {
  return interval_meets(d->parameter[0], d->parameter[1], d->min, d->max);
}

static bool triangular_meets(const vt_distribution *d) {
  return interval_meets(d->parameter[0], d->parameter[2], d->min, d->max);
}

static bool discrete_meets(const vt_distribution *d) {
  for (int i = 0; i < d->count; i++) {
    if (d->weight[i] > 0 && d->min <= d->value[i] && d->value[i] <= d->max) return true;
  }
  return false;
}

// ---------------------------------------------------------------------------------------------
// The table.

const vt_distribution_type vt_distribution_types[VT_DISTRIBUTIONS] = {
    [VT_UNIFORM] = {.name = "uniform",
                    .form = VT_FORM_ASCENDING,
                    .expected = "[a, b] with a <= b",
                    .parameters = 2,
                    .parameter = {{"a", VT_SIGN_ANY}, {"b", VT_SIGN_ANY}},
                    .quantile = uniform,
                    .meets_bounds = uniform_meets},
    [VT_NORMAL] = {.name = "normal",
                   .form = VT_FORM_NAMED,
                   .parameters = 2,
                   .parameter = {{"mean", VT_SIGN_ANY}, {"sd", VT_SIGN_NOT_NEGATIVE}},
                   .quantile = normal,
                   .meets_bounds = normal_meets},
    [VT_LOGNORMAL] = {.name = "lognormal",
                      .form = VT_FORM_NAMED,
                      .parameters = 2,
                      .parameter = {{"median", VT_SIGN_POSITIVE}, {"gsd", VT_SIGN_POSITIVE}},
                      .quantile = lognormal,
                      .meets_bounds = lognormal_meets},
    [VT_TRIANGULAR] = {.name = "triangular",
                       .form = VT_FORM_ASCENDING,
                       .expected = "[min, mode, max] in ascending order",
                       .parameters = 3,
                       .parameter = {{"min", VT_SIGN_ANY},
                                     {"mode", VT_SIGN_ANY},
                                     {"max", VT_SIGN_ANY}},
                       .quantile = triangular,
                       .meets_bounds = triangular_meets},
    [VT_DISCRETE] = {.name = "discrete",
                     .form = VT_FORM_WEIGHTED,
                     .quantile = discrete,
                     .meets_bounds = discrete_meets},
};

double vt_distribution_quantile(const vt_distribution *d, double u) {
  return vt_distribution_types[d->kind].quantile(d, u);
}
