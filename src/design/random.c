// random.c - random numbers keyed by what they are for, and distributions by inverse CDF.
#include "vintner/design.h"

#include <Random123/philox.h>
#include <gsl/gsl_cdf.h>
#include <math.h>

double vt_random_uniform(uint64_t seed, vt_purpose purpose, int64_t scenario, uint64_t stream,
                         uint64_t draw) {
  const philox4x64_ctr_t counter = {{(uint64_t)scenario, stream, draw, 0}};
  const philox4x64_key_t key = {{seed, (uint64_t)purpose}};
  const philox4x64_ctr_t bits = philox4x64(counter, key);
  return ((double)(bits.v[0] >> 11) + 0.5) * 0x1p-53;
}

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

static double normal(double mean, double sd, double min, double max, double u) {
  if (!(sd > 0.0)) return clamp(mean, min, max);
  const double z = normal_between((min - mean) / sd, (max - mean) / sd, u);
  return clamp(mean + sd * z, min, max);
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
  const double x = exp(normal(mu, sigma, low, log(d->max), u));
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

double vt_distribution_quantile(const vt_distribution *d, double u) {
  const double *p = d->parameter;
  switch (d->kind) {
    case VT_UNIFORM: {
      const double low = fmax(p[0], d->min), high = fmin(p[1], d->max);
      return low + u * (high - low);
    }
    case VT_NORMAL: return normal(p[0], p[1], d->min, d->max, u);
    case VT_LOGNORMAL: return lognormal(d, u);
    case VT_TRIANGULAR: return triangular(d, u);
    case VT_DISCRETE: return discrete(d, u);
  }
  return NAN;
}
