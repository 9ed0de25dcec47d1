// distribution.c - random numbers of a factor: kinds, parameters, truncation.
#include <float.h>
#include <math.h>

#include "reader.h"

static vt_error read_first(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_distribution *distribution = target;
  return vt_read_number(reader, node, &distribution->parameter[0]);
}

static vt_error read_second(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_distribution *distribution = target;
  return vt_read_number(reader, node, &distribution->parameter[1]);
}

static vt_error read_bound(vt_study_reader *reader, const vt_yaml *node, double *bound) {
  if (isfinite(*bound)) VT_REFUSE(reader, node, "found a second bound, the distribution has one");
  return vt_read_number(reader, node, bound);
}

static vt_error read_min(vt_study_reader *reader, const vt_yaml *node, void *target) {
  return read_bound(reader, node, &((vt_distribution *)target)->min);
}

static vt_error read_max(vt_study_reader *reader, const vt_yaml *node, void *target) {
  return read_bound(reader, node, &((vt_distribution *)target)->max);
}

static vt_error read_list(vt_study_reader *reader, const vt_yaml *node, int arity,
                          vt_distribution *distribution) {
  double *number;
  int count;
  VT_TRY(vt_read_numbers(reader, node, arity, &number, &count));
  for (int i = 0; i < count; i++) distribution->parameter[i] = number[i];
  if (!isfinite(number[count - 1] - number[0]))
    VT_REFUSE(reader, node, "found a range too wide for floating-point numbers");
  return VT_OK;
}

static vt_error read_uniform(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_distribution *distribution = target;
  distribution->kind = VT_UNIFORM;
  VT_TRY(read_list(reader, node, 2, distribution));
  const double *p = distribution->parameter;
  if (p[0] > p[1])
    VT_REFUSE(reader, node, "found [%g, %g], expected [a, b] with a <= b", p[0], p[1]);
  return VT_OK;
}

static vt_error read_triangular(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_distribution *distribution = target;
  distribution->kind = VT_TRIANGULAR;
  VT_TRY(read_list(reader, node, 3, distribution));
  const double *p = distribution->parameter;
  if (p[0] > p[1] || p[1] > p[2])
    VT_REFUSE(reader, node, "found [%g, %g, %g], expected [min, mode, max] in ascending order",
              p[0], p[1], p[2]);
  return VT_OK;
}

static vt_error read_normal(vt_study_reader *reader, const vt_yaml *node, void *target) {
  static const vt_key keys[] = {{"mean", VT_REQUIRED, read_first},
                                {"sd", VT_REQUIRED, read_second},
                                {"min", VT_OPTIONAL, read_min},
                                {"max", VT_OPTIONAL, read_max},
                                {NULL, VT_OPTIONAL, NULL}};
  vt_distribution *distribution = target;
  distribution->kind = VT_NORMAL;
  VT_TRY(vt_map_read(reader, node, keys, distribution));
  const double sd = distribution->parameter[1];
  if (sd < 0) VT_REFUSE(reader, node, "found sd %g, expected sd >= 0", sd);
  return VT_OK;
}

static vt_error read_lognormal(vt_study_reader *reader, const vt_yaml *node, void *target) {
  static const vt_key keys[] = {{"median", VT_REQUIRED, read_first},
                                {"gsd", VT_REQUIRED, read_second},
                                {"min", VT_OPTIONAL, read_min},
                                {"max", VT_OPTIONAL, read_max},
                                {NULL, VT_OPTIONAL, NULL}};
  vt_distribution *distribution = target;
  distribution->kind = VT_LOGNORMAL;
  VT_TRY(vt_map_read(reader, node, keys, distribution));
  const double *p = distribution->parameter;
  if (!(p[0] > 0)) VT_REFUSE(reader, node, "found median %g, expected median > 0", p[0]);
  if (!(p[1] > 0)) VT_REFUSE(reader, node, "found gsd %g, expected gsd > 0", p[1]);
  return VT_OK;
}

static vt_error read_values(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_distribution *distribution = target;
  double *value;
  VT_TRY(vt_read_numbers(reader, node, 0, &value, &distribution->count));
  if (distribution->count == 0) VT_REFUSE(reader, node, "found an empty list, expected numbers");
  distribution->value = value;
  return VT_OK;
}

static vt_error read_weights(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_distribution *distribution = target;
  double *weight, sum = 0;
  int count;
  VT_TRY(vt_read_numbers(reader, node, 0, &weight, &count));
  if (count != distribution->count)
    VT_REFUSE(reader, node, "found %d weights, expected %d as there are values", count,
              distribution->count);
  for (int i = 0; i < count; i++) {
    if (weight[i] < 0)
      VT_REFUSE(reader, node, "found the weight %g, expected weights >= 0", weight[i]);
    sum += weight[i];
  }
  if (!(sum > 0) || !isfinite(sum))
    VT_REFUSE(reader, node, "found weights with the sum %g, expected a finite sum > 0", sum);
  distribution->weight = weight;
  return VT_OK;
}

static vt_error read_discrete(vt_study_reader *reader, const vt_yaml *node, void *target) {
  static const vt_key keys[] = {{"values", VT_REQUIRED, read_values},
                                {"weights", VT_OPTIONAL, read_weights},
                                {"min", VT_OPTIONAL, read_min},
                                {"max", VT_OPTIONAL, read_max},
                                {NULL, VT_OPTIONAL, NULL}};
  vt_distribution *distribution = target;
  distribution->kind = VT_DISCRETE;
  VT_TRY(vt_map_read(reader, node, keys, distribution));
  if (distribution->weight) return VT_OK;
  double *equal;
  VT_ARENA_NEW(reader->arena, equal, distribution->count);
  for (int i = 0; i < distribution->count; i++) equal[i] = 1;
  distribution->weight = equal;
  return VT_OK;
}

// Probability that a standard normal number lies in [low, high], without cancellation in a tail.
static double normal_mass(double low, double high) {
  if (low > 0) return 0.5 * (erfc(low * M_SQRT1_2) - erfc(high * M_SQRT1_2));
  if (high < 0) return normal_mass(-high, -low);
  return 1 - 0.5 * (erfc(-low * M_SQRT1_2) + erfc(high * M_SQRT1_2));
}

static bool normal_meets(double mean, double sd, double min, double max) {
  if (!(sd > 0)) return min <= mean && mean <= max;
  return normal_mass((min - mean) / sd, (max - mean) / sd) > DBL_MIN;
}

static bool lognormal_meets(const vt_distribution *d) {
  if (d->max <= 0) return false;
  const double sd = fabs(log(d->parameter[1]));
  const double min = d->min > 0 ? log(d->min) : -(double)INFINITY;
  if (!(sd > 0)) return d->min <= d->parameter[0] && d->parameter[0] <= d->max;
  return normal_meets(log(d->parameter[0]), sd, min, log(d->max));
}

static bool interval_meets(double low, double high, double min, double max) {
  if (!(low < high)) return min <= low && low <= max;
  return fmax(low, min) < fmin(high, max);
}

static bool discrete_meets(const vt_distribution *d) {
  for (int i = 0; i < d->count; i++) {
    if (d->weight[i] > 0 && d->min <= d->value[i] && d->value[i] <= d->max) return true;
  }
  return false;
}

// Whether anything is left of a distribution between its min and max.
static bool meets_bounds(const vt_distribution *d) {
  const double *p = d->parameter;
  switch (d->kind) {
    case VT_UNIFORM: return interval_meets(p[0], p[1], d->min, d->max);
    case VT_TRIANGULAR: return interval_meets(p[0], p[2], d->min, d->max);
    case VT_NORMAL: return normal_meets(p[0], p[1], d->min, d->max);
    case VT_LOGNORMAL: return lognormal_meets(d);
    case VT_DISCRETE: return discrete_meets(d);
  }
  return false;
}

enum { KINDS = 5 };

vt_error vt_read_distribution(vt_study_reader *reader, const vt_yaml *node,
                              vt_distribution *distribution) {
  static const vt_key keys[] = {{"uniform", VT_OPTIONAL, read_uniform},
                                {"normal", VT_OPTIONAL, read_normal},
                                {"lognormal", VT_OPTIONAL, read_lognormal},
                                {"triangular", VT_OPTIONAL, read_triangular},
                                {"discrete", VT_OPTIONAL, read_discrete},
                                {"min", VT_OPTIONAL, read_min},
                                {"max", VT_OPTIONAL, read_max},
                                {NULL, VT_OPTIONAL, NULL}};
  *distribution = (vt_distribution){.min = -(double)INFINITY, .max = (double)INFINITY};
  vt_yaml child[VT_MAX_KEYS];
  int only;
  VT_TRY(vt_map_match(reader, node, keys, child));
  VT_TRY(vt_map_only(reader, node, keys, child, 0, KINDS - 1, &only));
  VT_TRY(vt_map_read_matched(reader, node, keys, child, distribution));
  const vt_distribution *d = distribution;
  if (!(d->min < d->max))
    VT_REFUSE(reader, node, "found min %g and max %g, expected min < max", d->min, d->max);
  if (!meets_bounds(d))
    VT_REFUSE(reader, node, "found min %g and max %g, which leave nothing of the distribution",
              d->min, d->max);
  return VT_OK;
}
