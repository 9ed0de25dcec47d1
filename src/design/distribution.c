// distribution.c - the distributions that an input may have: probabilities, quantiles, truncation.
#include "continuous.h"
#include "vintner/design.h"

#include <gsl/gsl_errno.h>
#include <math.h>

// ---------------------------------------------------------------------------------------------
// Kinds with a spread, by their parameters `a`.

static double normal_lower(const double *a, double x) {
  return vt_normal_lower((x - a[0]) / a[1]);
}
static double normal_upper(const double *a, double x) {
  return vt_normal_lower((a[0] - x) / a[1]);
}
static double normal_low(const double *a, double p) {
  return a[0] + a[1] * vt_normal_lower_quantile(p);
}
static double normal_high(const double *a, double p) {
  return a[0] - a[1] * vt_normal_lower_quantile(p);
}
static double normal_only(const double *a) {
  return a[1] > 0.0 ? (double)NAN : a[0];
}

static double spread(const double *a) {
  return fabs(log(a[1]));
}
static double lognormal_lower(const double *a, double x) {
  return x > 0.0 ? vt_normal_lower(log(x / a[0]) / spread(a)) : 0.0;
}
static double lognormal_upper(const double *a, double x) {
  return x > 0.0 ? vt_normal_lower(-log(x / a[0]) / spread(a)) : 1.0;
}
static double lognormal_low(const double *a, double p) {
  return a[0] * exp(spread(a) * vt_normal_lower_quantile(p));
}
static double lognormal_high(const double *a, double p) {
  return a[0] * exp(-spread(a) * vt_normal_lower_quantile(p));
}
static double lognormal_only(const double *a) {
  return spread(a) > 0.0 ? (double)NAN : a[0];
}

static double part(double part, double whole) {
  return fmin(fmax(part / whole, 0.0), 1.0);
}
static double uniform_lower(const double *a, double x) {
  return part(x - a[0], a[1] - a[0]);
}
static double uniform_upper(const double *a, double x) {
  return part(a[1] - x, a[1] - a[0]);
}
static double uniform_low(const double *a, double p) {
  return a[0] + p * (a[1] - a[0]);
}
static double uniform_high(const double *a, double p) {
  return a[1] - p * (a[1] - a[0]);
}
static double uniform_only(const double *a) {
  return a[1] > a[0] ? (double)NAN : a[0];
}

// The ascending side from the end `a`, whose mode is `rise` away; `width` is that of both sides.
static double ramp(double x, double rise, double width) {
  if (x <= 0.0) return 0.0;
  if (x >= width) return 1.0;
  const double fall = width - rise, rest = width - x;
  return x <= rise ? x / rise * (x / width) : 1.0 - rest / fall * (rest / width);
}
static double ramp_quantile(double p, double rise, double width) {
  if (p <= rise / width) return sqrt(p * rise * width);
  return width - sqrt((1.0 - p) * (width - rise) * width);
}
static double triangular_lower(const double *a, double x) {
  return ramp(x - a[0], a[1] - a[0], a[2] - a[0]);
}
static double triangular_upper(const double *a, double x) {
  return ramp(a[2] - x, a[2] - a[1], a[2] - a[0]);
}
static double triangular_low(const double *a, double p) {
  return a[0] + ramp_quantile(p, a[1] - a[0], a[2] - a[0]);
}
static double triangular_high(const double *a, double p) {
  return a[2] - ramp_quantile(p, a[2] - a[1], a[2] - a[0]);
}
static double triangular_only(const double *a) {
  return a[2] > a[0] ? (double)NAN : a[0];
}

static double weibull_upper(const double *a, double x) {
  return x > a[2] ? exp(-pow((x - a[2]) / a[1], a[0])) : 1.0;
}
static double weibull_lower(const double *a, double x) {
  return x > a[2] ? -expm1(-pow((x - a[2]) / a[1], a[0])) : 0.0;
}
static double weibull_low(const double *a, double p) {
  return a[2] + a[1] * pow(-log1p(-p), 1.0 / a[0]);
}
static double weibull_high(const double *a, double p) {
  return a[2] + a[1] * pow(-log(p), 1.0 / a[0]);
}

static double gamma_lower(const double *a, double x) {
  return vt_gamma_lower(a[0], (x - a[2]) / a[1]);
}
static double gamma_upper(const double *a, double x) {
  return vt_gamma_upper(a[0], (x - a[2]) / a[1]);
}
static double gamma_low(const double *a, double p) {
  return a[2] + a[1] * vt_gamma_lower_quantile(a[0], p);
}
static double gamma_high(const double *a, double p) {
  return a[2] + a[1] * vt_gamma_upper_quantile(a[0], p);
}

static double beta_lower(const double *a, double x) {
  return vt_beta_lower(a[0], a[1], (x - a[2]) / (a[3] - a[2]));
}
static double beta_upper(const double *a, double x) {
  return vt_beta_lower(a[1], a[0], (a[3] - x) / (a[3] - a[2]));
}
static double beta_low(const double *a, double p) {
  return a[2] + (a[3] - a[2]) * vt_beta_lower_quantile(a[0], a[1], p);
}
static double beta_high(const double *a, double p) {
  return a[3] - (a[3] - a[2]) * vt_beta_lower_quantile(a[1], a[0], p);
}

static double gumbel_lower(const double *a, double x) {
  return exp(-exp((a[0] - x) / a[1]));
}
static double gumbel_upper(const double *a, double x) {
  return -expm1(-exp((a[0] - x) / a[1]));
}
static double gumbel_low(const double *a, double p) {
  return a[0] - a[1] * log(-log(p));
}
static double gumbel_high(const double *a, double p) {
  return a[0] - a[1] * log(-log1p(-p));
}

static double student_lower(const double *a, double x) {
  return vt_student_upper(a[0], (a[1] - x) / a[2]);
}
static double student_upper(const double *a, double x) {
  return vt_student_upper(a[0], (x - a[1]) / a[2]);
}
static double student_low(const double *a, double p) {
  return a[1] - a[2] * vt_student_upper_quantile(a[0], p);
}
static double student_high(const double *a, double p) {
  return a[1] + a[2] * vt_student_upper_quantile(a[0], p);
}
static double student_only(const double *a) {
  return a[2] > 0.0 ? (double)NAN : a[1];
}

// Vose (2000): a beta distribution whose mean is (min + lambda mode + max) / (lambda + 2).
static void beta_of_pert(const double *a, double beta[VT_MAX_PARAMETERS]) {
  const double width = a[2] - a[0];
  beta[0] = 1.0 + a[3] * (a[1] - a[0]) / width;
  beta[1] = 1.0 + a[3] * (a[2] - a[1]) / width;
  beta[2] = a[0];
  beta[3] = a[2];
}
static double pert_lower(const double *a, double x) {
  double beta[VT_MAX_PARAMETERS];
  beta_of_pert(a, beta);
  return beta_lower(beta, x);
}
static double pert_upper(const double *a, double x) {
  double beta[VT_MAX_PARAMETERS];
  beta_of_pert(a, beta);
  return beta_upper(beta, x);
}
static double pert_low(const double *a, double p) {
  double beta[VT_MAX_PARAMETERS];
  beta_of_pert(a, beta);
  return beta_low(beta, p);
}
static double pert_high(const double *a, double p) {
  double beta[VT_MAX_PARAMETERS];
  beta_of_pert(a, beta);
  return beta_high(beta, p);
}

static double never(const double *a) {
  (void)a;
  return (double)NAN;
}

// ---------------------------------------------------------------------------------------------
// What draws need.

#define REFUSE(...) return vt_error_raise(VT_ERR_INPUT, __FILE__, __LINE__, __func__, __VA_ARGS__)

// A tail of less cannot be told from nothing.
static const double least_mass = 1e-300;

static vt_error nothing_left(const vt_distribution *d) {
  REFUSE("found nothing left of the distribution between min %g and max %g", d->min, d->max);
}

static vt_error prepare_weights(vt_arena *arena, vt_distribution *d) {
  double *cumulative, sum = 0.0, whole = 0.0;
  VT_ARENA_NEW(arena, cumulative, (ptrdiff_t)d->count);
  for (int64_t i = 0; i < d->count; i++) {
    const double weight = d->weight ? d->weight[i] : 1.0;
    const bool within = d->min <= d->value[i] && d->value[i] <= d->max;
    whole += weight;
    if (within) sum += weight;
    cumulative[i] = sum;
  }
  d->mass = sum;
  d->cumulative = cumulative;
  return sum > least_mass * whole ? VT_OK : nothing_left(d);
}

// Whole numbers from `low` to `high`.
static vt_error prepare_whole_numbers(vt_arena *arena, vt_distribution *d) {
  (void)arena;
  d->low = fmax(d->parameter[0], ceil(d->min));
  d->high = fmin(d->parameter[1], floor(d->max));
  d->mass = d->high - d->low + 1.0;
  return d->mass > 0.0 ? VT_OK : nothing_left(d);
}

static vt_error prepare_bernoulli(vt_arena *arena, vt_distribution *d) {
  (void)arena;
  const double one = d->parameter[0];
  const bool has_zero = d->min <= 0.0 && d->max >= 0.0 && one < 1.0;
  const bool has_one = d->min <= 1.0 && d->max >= 1.0 && one > 0.0;
  d->below = has_zero ? has_one ? 1.0 - one : 1.0 : 0.0; // of nought
  return has_zero || has_one ? VT_OK : nothing_left(d);
}

static vt_error prepare_tails(vt_distribution *d) {
  const vt_distribution_type *type = &vt_distribution_types[d->kind];
  const double *a = d->parameter;
  d->below = d->low > -(double)INFINITY ? type->lower(a, d->low) : 0.0;
  d->above = d->high < (double)INFINITY ? type->upper(a, d->high) : 0.0;
  // From the tail in which both bounds are, if they are in one.
  if (d->below > 0.5)
    d->mass = type->upper(a, d->low) - d->above;
  else if (d->above > 0.5)
    d->mass = type->lower(a, d->high) - d->below;
  else
    d->mass = 1.0 - d->below - d->above;
  if (!(d->mass > least_mass)) return nothing_left(d);
  const double least = vt_distribution_quantile(d, 0x1p-53);
  const double most = vt_distribution_quantile(d, 1.0 - 0x1p-53);
  if (!isfinite(most - least)) REFUSE("found a range too wide for floating-point numbers");
  return VT_OK;
}

static vt_error prepare_spread(vt_arena *arena, vt_distribution *d) {
  (void)arena;
  const double only = vt_distribution_types[d->kind].only(d->parameter);
  d->low = d->negative ? -d->max : d->min;
  d->high = d->negative ? -d->min : d->max;
  d->fixed = !isnan(only);
  if (!d->fixed) return prepare_tails(d);
  if (!(d->low <= only && only <= d->high)) return nothing_left(d);
  d->low = d->high = only;
  return VT_OK;
}

vt_error vt_distribution_prepare(vt_arena *arena, vt_distribution *d) {
  (void)gsl_set_error_handler_off(); // its default ends the process
  return vt_distribution_types[d->kind].prepare(arena, d);
}

// ---------------------------------------------------------------------------------------------
// Quantiles.

// The first whose weights up to it reach the share u.
static double weighted(const vt_distribution *d, double u) {
  const double wanted = u * d->mass;
  int64_t low = 0, high = d->count - 1;
  while (low < high) {
    const int64_t middle = low + (high - low) / 2;
    if (d->cumulative[middle] >= wanted)
      high = middle;
    else
      low = middle + 1;
  }
  return d->value[low];
}

static double within_tails(const vt_distribution *d, double u) {
  const vt_distribution_type *type = &vt_distribution_types[d->kind];
  const double p = d->below + u * d->mass;
  const double x = p <= 0.5 ? type->lower_quantile(d->parameter, p)
                            : type->upper_quantile(d->parameter, d->above + (1.0 - u) * d->mass);
  return fmin(fmax(x, d->low), d->high);
}

static double spread_out(const vt_distribution *d, double u) {
  const double x = d->fixed ? d->low : within_tails(d, d->negative ? 1.0 - u : u);
  return d->negative ? -x : x;
}

static double whole_number(const vt_distribution *d, double u) {
  return d->low + fmax(ceil(u * d->mass) - 1.0, 0.0);
}

static double nought_or_one(const vt_distribution *d, double u) {
  return u > d->below ? 1.0 : 0.0;
}

double vt_distribution_quantile(const vt_distribution *d, double u) {
  return vt_distribution_types[d->kind].quantile(d, u);
}

// ---------------------------------------------------------------------------------------------
// The table.

#define TAILS(kind)                                                                                \
  .prepare = prepare_spread, .quantile = spread_out, .lower = kind##_lower, .upper = kind##_upper, \
  .lower_quantile = kind##_low, .upper_quantile = kind##_high

const vt_distribution_type vt_distribution_types[VT_DISTRIBUTIONS] = {
    [VT_LOGNORMAL] = {"lognormal", true, TAILS(lognormal), .only = lognormal_only},
    [VT_NORMAL] = {"normal", TAILS(normal), .only = normal_only},
    [VT_UNIFORM] = {"uniform", TAILS(uniform), .only = uniform_only},
    [VT_TRIANGULAR] = {"triangular", TAILS(triangular), .only = triangular_only},
    [VT_BERNOULLI] = {"bernoulli", .prepare = prepare_bernoulli, .quantile = nought_or_one},
    [VT_INTEGER] = {"integer", .prepare = prepare_whole_numbers, .quantile = whole_number},
    [VT_WEIBULL] = {"weibull", true, TAILS(weibull), .only = never},
    [VT_GAMMA] = {"gamma", true, TAILS(gamma), .only = never},
    [VT_BETA] = {"beta", TAILS(beta), .only = never},
    [VT_GUMBEL] = {"gumbel", TAILS(gumbel), .only = normal_only},
    [VT_STUDENT] = {"student", TAILS(student), .only = student_only},
    [VT_PERT] = {"pert", TAILS(pert), .only = never},
    [VT_DISCRETE] = {"discrete", .prepare = prepare_weights, .quantile = weighted},
    [VT_EMPIRICAL] = {"empirical", .prepare = prepare_weights, .quantile = weighted},
};
