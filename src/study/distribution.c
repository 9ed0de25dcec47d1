// distribution.c - a distribution in a study: its parameters in the form of its kind, truncation.
#include <math.h>
#include <string.h>

#include "reader.h"

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

// ---------------------------------------------------------------------------------------------
// One reader for each form of parameters.

static vt_error read_ascending(vt_study_reader *reader, const vt_yaml *node, vt_distribution *d) {
  const vt_distribution_type *type = &vt_distribution_types[d->kind];
  double *number;
  int count;
  VT_TRY(vt_read_numbers(reader, node, type->parameters, &number, &count));
  if (!isfinite(number[count - 1] - number[0]))
    VT_REFUSE(reader, node, "found a range too wide for floating-point numbers");
  bool ascending = true;
  for (int i = 0; i < count; i++) {
    d->parameter[i] = number[i];
    ascending = ascending && (i == 0 || number[i - 1] <= number[i]);
  }
  if (!ascending && count == 2)
    VT_REFUSE(reader, node, "found [%g, %g], expected %s", number[0], number[1], type->expected);
  if (!ascending)
    VT_REFUSE(reader, node, "found [%g, %g, %g], expected %s", number[0], number[1], number[2],
              type->expected);
  return VT_OK;
}

static vt_error read_parameter(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_distribution *d = target;
  int p = 0;
  while (strcmp(vt_distribution_types[d->kind].parameter[p].name, node->key) != 0) p++;
  return vt_read_number(reader, node, &d->parameter[p]);
}

// Keys of the bounds, which may stand beside the distribution or inside.
static const vt_key bounds[] = {{.name = "min", .read = read_min},
                                {.name = "max", .read = read_max}};
enum { BOUNDS = sizeof bounds / sizeof *bounds };

static vt_error read_named(vt_study_reader *reader, const vt_yaml *node, vt_distribution *d) {
  const vt_distribution_type *type = &vt_distribution_types[d->kind];
  vt_key keys[VT_MAX_PARAMETERS + BOUNDS + 1] = {{0}};
  for (int p = 0; p < type->parameters; p++)
    keys[p] =
        (vt_key){.name = type->parameter[p].name, .presence = VT_REQUIRED, .read = read_parameter};
  memcpy(keys + type->parameters, bounds, sizeof bounds);
  VT_TRY(vt_map_read(reader, node, keys, d));
  for (int p = 0; p < type->parameters; p++) {
    const char *name = type->parameter[p].name;
    const double value = d->parameter[p];
    const vt_sign sign = type->parameter[p].sign;
    if (sign == VT_SIGN_POSITIVE && !(value > 0))
      VT_REFUSE(reader, node, "found %s %g, expected %s > 0", name, value, name);
    if (sign == VT_SIGN_NOT_NEGATIVE && value < 0)
      VT_REFUSE(reader, node, "found %s %g, expected %s >= 0", name, value, name);
  }
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

static vt_error read_weighted(vt_study_reader *reader, const vt_yaml *node, vt_distribution *d) {
  static const vt_key keys[] = {{.name = "values", .presence = VT_REQUIRED, .read = read_values},
                                {.name = "weights", .read = read_weights, .after = "values"},
                                {.name = "min", .read = read_min},
                                {.name = "max", .read = read_max},
                                {.name = NULL}};
  VT_TRY(vt_map_read(reader, node, keys, d));
  if (d->weight) return VT_OK;
  double *equal;
  VT_ARENA_NEW(reader->arena, equal, d->count);
  for (int i = 0; i < d->count; i++) equal[i] = 1;
  d->weight = equal;
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------
// The whole.

static vt_error read_kind(vt_study_reader *reader, const vt_yaml *node, void *target) {
  static vt_error (*const forms[])(vt_study_reader *, const vt_yaml *,
                                   vt_distribution *) = {[VT_FORM_ASCENDING] = read_ascending,
                                                         [VT_FORM_NAMED] = read_named,
                                                         [VT_FORM_WEIGHTED] = read_weighted};
  vt_distribution *d = target;
  int kind = 0;
  while (strcmp(vt_distribution_types[kind].name, node->key) != 0) kind++;
  d->kind = (vt_distribution_kind)kind;
  return forms[vt_distribution_types[kind].form](reader, node, d);
}

vt_error vt_read_distribution(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_key keys[VT_DISTRIBUTIONS + BOUNDS + 1] = {{0}};
  for (int k = 0; k < VT_DISTRIBUTIONS; k++)
    keys[k] =
        (vt_key){.name = vt_distribution_types[k].name, .presence = VT_ONE_OF, .read = read_kind};
  memcpy(keys + VT_DISTRIBUTIONS, bounds, sizeof bounds);
  vt_distribution *d = target;
  *d = (vt_distribution){.min = -(double)INFINITY, .max = (double)INFINITY};
  VT_TRY(vt_map_read(reader, node, keys, d));
  if (!(d->min < d->max))
    VT_REFUSE(reader, node, "found min %g and max %g, expected min < max", d->min, d->max);
  if (!vt_distribution_types[d->kind].meets_bounds(d))
    VT_REFUSE(reader, node, "found min %g and max %g, which leave nothing of the distribution",
              d->min, d->max);
  return VT_OK;
}
