// continuous.c - standard distributions: the library's functions, and quantiles polished until they
// invert them.
#include "continuous.h"

#include <float.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdbool.h>

double vt_normal_lower(double z) {
  return 0.5 * erfc(-z * M_SQRT1_2);
}

double vt_normal_lower_quantile(double p) {
  return gsl_cdf_ugaussian_Pinv(p);
}

// ---------------------------------------------------------------------------------------------
// Polishing.

// A tail of a distribution on (0, end).
typedef struct tail {
  double (*probability)(const double *shape, double x);
  double (*density)(const double *shape, double x);
  const double *shape;
  double end;
  bool rising; // the probability grows with x: a lower tail
} tail;

enum { POLISH_STEPS = 200 };

// Between two bounds whose sizes may differ by hundreds of decades.
static double between(double low, double high) {
  if (!isfinite(high)) return low > 2.0 ? low * low : low > 0.0 ? 4.0 * low : 1.0;
  if (low > 0.0) return high > 4.0 * low ? sqrt(low) * sqrt(high) : 0.5 * (low + high);
  return high > DBL_MIN ? fmax(high * 0x1p-20, DBL_MIN) : 0.0;
}

// A Newton step for log probability = log p: by x, or by log x where that is the straighter line.
static double newton(const tail *t, double x, double probability, double p) {
  const double density = t->density(t->shape, x), error = log(probability / p);
  const double slope = (t->rising ? density : -density) / probability;
  const bool by_logarithm = t->rising || p < 0.125;
  return by_logarithm ? x * exp(-error / (slope * x)) : x - error / slope;
}

// Where the tail has probability p, from a first guess.
static double polish(const tail *t, double p, double x) {
  double low = 0.0, high = t->end;
  if (!(x > low && x < high)) x = between(low, high);
  for (int step = 0; step < POLISH_STEPS && x > 0.0 && isfinite(x); step++) {
    const double probability = t->probability(t->shape, x);
    if (probability == p) return x;
    *((probability < p) == t->rising ? &low : &high) = x;
    double next = newton(t, x, probability, p);
    if (!(next > low && next < high)) next = between(low, high);
    if (fabs(next - x) <= 2 * DBL_EPSILON * x || next == low || next == high) return next;
    x = next;
  }
  return x;
}

// ---------------------------------------------------------------------------------------------
// Gamma.

double vt_gamma_lower(double shape, double x) {
  return x > 0.0 ? gsl_cdf_gamma_P(x, shape, 1.0) : 0.0;
}

double vt_gamma_upper(double shape, double x) {
  return x > 0.0 ? gsl_cdf_gamma_Q(x, shape, 1.0) : 1.0;
}

static double gamma_below(const double *shape, double x) {
  return vt_gamma_lower(*shape, x);
}

static double gamma_above(const double *shape, double x) {
  return vt_gamma_upper(*shape, x);
}

static double gamma_density(const double *shape, double x) {
  return gsl_ran_gamma_pdf(x, *shape, 1.0);
}

double vt_gamma_lower_quantile(double shape, double p) {
  const tail t = {gamma_below, gamma_density, &shape, (double)INFINITY, true};
  return polish(&t, p, gsl_cdf_gamma_Pinv(p, shape, 1.0));
}

double vt_gamma_upper_quantile(double shape, double p) {
  const tail t = {gamma_above, gamma_density, &shape, (double)INFINITY, false};
  return polish(&t, p, gsl_cdf_gamma_Qinv(p, shape, 1.0));
}

// ---------------------------------------------------------------------------------------------
// Beta.

double vt_beta_lower(double a, double b, double x) {
  return x > 0.0 ? x < 1.0 ? gsl_cdf_beta_P(x, a, b) : 1.0 : 0.0;
}

static double beta_below(const double *shape, double x) {
  return vt_beta_lower(shape[0], shape[1], x);
}

static double beta_density(const double *shape, double x) {
  return gsl_ran_beta_pdf(x, shape[0], shape[1]);
}

double vt_beta_lower_quantile(double a, double b, double p) {
  const double shape[2] = {a, b};
  const tail t = {beta_below, beta_density, shape, 1.0, true};
  return polish(&t, p, gsl_cdf_beta_Pinv(p, a, b));
}

// ---------------------------------------------------------------------------------------------
// Student's t.

// Above this many degrees of freedom the first terms of the expansion around the normal
// distribution (Abramowitz and Stegun 26.7.5) are exact to the last digits.
static const double many = 1e7;

static double student_half(double nu, double t) {
  const double square = t * t;
  if (square < nu) return 0.5 * gsl_cdf_beta_Q(square / (nu + square), 0.5, 0.5 * nu);
  return 0.5 * gsl_cdf_beta_P(1.0 / (1.0 + square / nu), 0.5 * nu, 0.5);
}

static double student_above(const double *nu, double t) {
  return student_half(*nu, t);
}

static double student_density(const double *nu, double t) {
  return gsl_ran_tdist_pdf(t, *nu);
}

double vt_student_upper(double nu, double t) {
  // The inverse of the expansion (26.7.8's leading terms).
  if (nu > many) return vt_normal_lower(-t * (1.0 - (t * t + 1.0) / (4.0 * nu)));
  return t < 0.0 ? 1.0 - student_half(nu, -t) : student_half(nu, t);
}

double vt_student_upper_quantile(double nu, double p) {
  if (p >= 0.5) return 0.0;
  if (nu > many) {
    const double z = -vt_normal_lower_quantile(p), w = z * z;
    return z + z * (w + 1.0) / (4.0 * nu) + z * ((5.0 * w + 16.0) * w + 3.0) / (96.0 * nu * nu);
  }
  const tail tail_of = {student_above, student_density, &nu, (double)INFINITY, false};
  const double t = polish(&tail_of, p, gsl_cdf_tdist_Qinv(p, nu));
  return t < 1e150 ? t : (double)INFINITY; // its square would be none
}
