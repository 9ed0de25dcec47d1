// distribution.c - a distribution in a study: its parameters in the form of its kind, truncation.
#include <math.h>
#include <string.h>

#include "reader.h"

typedef enum sign { ANY, NOT_NEGATIVE, POSITIVE } sign;

// How a study gives a kind of distribution.
typedef struct form {
  vt_error (*read)(vt_study_reader *reader, const vt_yaml *node, vt_distribution *d);
  const char *expected; // a list, in words
  bool bounds;          // min and max may stand inside
  bool range;           // its last two parameters are the list `range`, [0, 1] if not given
  int parameters;
  struct {
    const char *name;
    sign sign;
    bool optional; // 0 or, of `scale`, 1 if not given
  } parameter[VT_MAX_PARAMETERS];
} form;

static const form forms[VT_DISTRIBUTIONS];

static vt_error read_bound(vt_study_reader *reader, const vt_yaml *node, double *bound) {
  if (isfinite(*bound))
    VT_REFUSE(reader, node, "found the bound twice, inside the distribution and beside it");
  return vt_read_number(reader, node, bound);
}

static vt_error read_min(vt_study_reader *reader, const vt_yaml *node, void *target) {
  return read_bound(reader, node, &((vt_distribution *)target)->min);
}

static vt_error read_max(vt_study_reader *reader, const vt_yaml *node, void *target) {
  return read_bound(reader, node, &((vt_distribution *)target)->max);
}

// Keys of the bounds, which may stand beside the distribution, and in some inside.
static const vt_key bounds[] = {{.name = "min", .read = read_min},
                                {.name = "max", .read = read_max}};
enum { BOUNDS = sizeof bounds / sizeof *bounds };

// ---------------------------------------------------------------------------------------------
// Lists.

static vt_error read_ascending(vt_study_reader *reader, const vt_yaml *node, const char *expected,
                               int count, double *number) {
  double *found;
  int length;
  VT_TRY(vt_read_numbers(reader, node, count, &found, &length));
  if (!isfinite(found[count - 1] - found[0]))
    VT_REFUSE(reader, node, "found a range too wide for floating-point numbers");
  memcpy(number, found, (size_t)count * sizeof *number);
  if (count == 2 && found[0] > found[1])
    VT_REFUSE(reader, node, "found [%g, %g], expected %s", found[0], found[1], expected);
  if (count == 3 && (found[0] > found[1] || found[1] > found[2]))
    VT_REFUSE(reader, node, "found [%g, %g, %g], expected %s", found[0], found[1], found[2],
              expected);
  return VT_OK;
}

static vt_error read_list(vt_study_reader *reader, const vt_yaml *node, vt_distribution *d) {
  const form *f = &forms[d->kind];
  return read_ascending(reader, node, f->expected, f->parameters, d->parameter);
}

static vt_error read_whole_numbers(vt_study_reader *reader, const vt_yaml *node,
                                   vt_distribution *d) {
  const double most = 0x1p53;
  VT_TRY(read_list(reader, node, d));
  for (int i = 0; i < 2; i++) {
    const double number = d->parameter[i];
    if (number != floor(number) || fabs(number) >= most)
      VT_REFUSE(reader, node, "found %.17g, expected a whole number of at most 15 digits", number);
  }
  return VT_OK;
}

// Min, mode and max of a PERT distribution: not all the same.
static vt_error read_modes(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_distribution *d = target;
  VT_TRY(read_ascending(reader, node, forms[VT_PERT].expected, 3, d->parameter));
  if (!(d->parameter[0] < d->parameter[2]))
    VT_REFUSE(reader, node, "found the range [%g, %g], expected it ascending, min < max",
              d->parameter[0], d->parameter[2]);
  return VT_OK;
}

static vt_error read_lambda(vt_study_reader *reader, const vt_yaml *node, void *target) {
  double *lambda = &((vt_distribution *)target)->parameter[3];
  VT_TRY(vt_read_number(reader, node, lambda));
  if (*lambda < 0) VT_REFUSE(reader, node, "found lambda %g, expected lambda >= 0", *lambda);
  return VT_OK;
}

static vt_error read_pert(vt_study_reader *reader, const vt_yaml *node, vt_distribution *d) {
  static const vt_key keys[] = {{.name = "range", .presence = VT_REQUIRED, .read = read_modes},
                                {.name = "lambda", .read = read_lambda},
                                {.name = NULL}};
  d->parameter[3] = 4.0;
  if (vt_type_of(node) == VT_TYPE_MAP) return vt_map_read(reader, node, keys, d);
  return read_modes(reader, node, d);
}

static vt_error read_probability(vt_study_reader *reader, const vt_yaml *node, vt_distribution *d) {
  VT_TRY(vt_read_number(reader, node, &d->parameter[0]));
  if (!(d->parameter[0] >= 0 && d->parameter[0] <= 1))
    VT_REFUSE(reader, node, "found the probability %g, expected one from 0 to 1", d->parameter[0]);
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------
// Maps of named parameters.

static vt_error read_parameter(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_distribution *d = target;
  const form *f = &forms[d->kind];
  int p = 0;
  while (strcmp(f->parameter[p].name, node->key) != 0) p++;
  double *value = &d->parameter[p];
  const char *name = f->parameter[p].name;
  VT_TRY(vt_read_number(reader, node, value));
  if (f->parameter[p].sign == POSITIVE && !(*value > 0))
    VT_REFUSE(reader, node->parent, "found %s %g, expected %s > 0", name, *value, name);
  if (f->parameter[p].sign == NOT_NEGATIVE && *value < 0)
    VT_REFUSE(reader, node->parent, "found %s %g, expected %s >= 0", name, *value, name);
  return VT_OK;
}

static vt_error read_range(vt_study_reader *reader, const vt_yaml *node, void *target) {
  double *range = ((vt_distribution *)target)->parameter + 2;
  VT_TRY(read_ascending(reader, node, "[a, b] ascending with a < b", 2, range));
  if (range[0] == range[1])
    VT_REFUSE(reader, node, "found [%g, %g], expected [a, b] ascending with a < b", range[0],
              range[1]);
  return VT_OK;
}

// Other programs have the mean and standard deviation of the logarithm.
static vt_error refuse_logarithms(vt_study_reader *reader, const vt_yaml *node) {
  static const char *const names[] = {"mean", "sigma", "mu", "sd", "loc", "scale"};
  for (ptrdiff_t i = 0; vt_type_of(node) == VT_TYPE_MAP && i < vt_yaml_count(node); i++) {
    vt_yaml child;
    VT_TRY(vt_map_pair(reader, node, i, &child));
    for (size_t n = 0; n < sizeof names / sizeof *names; n++)
      if (strcmp(child.key, names[n]) == 0)
        VT_REFUSE(reader, node,
                  "found '%s', expected {median: m, gsd: g}: of the mean and standard deviation of "
                  "the logarithm, median = exp(mean) and gsd = exp(sigma)",
                  names[n]);
  }
  return VT_OK;
}

static vt_error read_named(vt_study_reader *reader, const vt_yaml *node, vt_distribution *d) {
  const form *f = &forms[d->kind];
  vt_key keys[VT_MAX_PARAMETERS + 1 + BOUNDS + 1] = {{0}};
  int count = 0;
  for (; count < f->parameters; count++) {
    const bool optional = f->parameter[count].optional;
    keys[count] = (vt_key){.name = f->parameter[count].name,
                           .presence = optional ? VT_OPTIONAL : VT_REQUIRED,
                           .read = read_parameter};
    d->parameter[count] = optional && strcmp(keys[count].name, "scale") == 0 ? 1.0 : 0.0;
  }
  if (f->range) {
    keys[count++] = (vt_key){.name = "range", .read = read_range};
    d->parameter[3] = 1.0;
  }
  if (f->bounds) memcpy(keys + count, bounds, sizeof bounds);
  if (d->kind == VT_LOGNORMAL) VT_TRY(refuse_logarithms(reader, node));
  return vt_map_read(reader, node, keys, d);
}

// ---------------------------------------------------------------------------------------------
// Values with weights.

static vt_error read_values(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_distribution *distribution = target;
  double *value;
  int count;
  VT_TRY(vt_read_numbers(reader, node, 0, &value, &count));
  if (count == 0) VT_REFUSE(reader, node, "found an empty list, expected numbers");
  distribution->count = count;
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
              (int)distribution->count);
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
  return vt_map_read(reader, node, keys, d);
}

static vt_error read_file(vt_study_reader *reader, const vt_yaml *node, void *target) {
  return vt_read_path(reader, node, &((vt_distribution *)target)->file);
}

static vt_error read_empirical(vt_study_reader *reader, const vt_yaml *node, vt_distribution *d) {
  static const vt_key keys[] = {
      {.name = "file", .presence = VT_REQUIRED, .read = read_file},
      {.name = "column",
       .presence = VT_REQUIRED,
       .read = vt_text_at,
       .at = offsetof(vt_distribution, column)},
      {.name = "weights", .read = vt_text_at, .at = offsetof(vt_distribution, weights)},
      {.name = NULL}};
  const char *place = vt_place(node);
  d->line = node->line;
  VT_TRY(vt_arena_text(reader->arena, place, (ptrdiff_t)strlen(place), &d->place));
  return vt_map_read(reader, node, keys, d);
}

// ---------------------------------------------------------------------------------------------
// The whole.

static const form forms[VT_DISTRIBUTIONS] = {
    [VT_LOGNORMAL] = {.read = read_named,
                      .bounds = true,
                      .parameters = 2,
                      .parameter = {{.name = "median", .sign = POSITIVE},
                                    {.name = "gsd", .sign = POSITIVE}}},
    [VT_NORMAL] = {.read = read_named,
                   .bounds = true,
                   .parameters = 2,
                   .parameter = {{.name = "mean", .sign = ANY},
                                 {.name = "sd", .sign = NOT_NEGATIVE}}},
    [VT_UNIFORM] = {.read = read_list, .expected = "[a, b] in ascending order", .parameters = 2},
    [VT_TRIANGULAR] = {.read = read_list,
                       .expected = "[min, mode, max] in ascending order",
                       .parameters = 3},
    [VT_BERNOULLI] = {.read = read_probability},
    [VT_INTEGER] = {.read = read_whole_numbers,
                    .expected = "[a, b] in ascending order",
                    .parameters = 2},
    [VT_WEIBULL] = {.read = read_named,
                    .parameters = 3,
                    .parameter = {{.name = "shape", .sign = POSITIVE},
                                  {.name = "scale", .sign = POSITIVE},
                                  {.name = "offset", .sign = ANY, .optional = true}}},
    [VT_GAMMA] = {.read = read_named,
                  .parameters = 3,
                  .parameter = {{.name = "shape", .sign = POSITIVE},
                                {.name = "scale", .sign = POSITIVE},
                                {.name = "offset", .sign = ANY, .optional = true}}},
    [VT_BETA] = {.read = read_named,
                 .range = true,
                 .parameters = 2,
                 .parameter = {{.name = "alpha", .sign = POSITIVE},
                               {.name = "beta", .sign = POSITIVE}}},
    [VT_GUMBEL] = {.read = read_named,
                   .parameters = 2,
                   .parameter = {{.name = "location", .sign = ANY},
                                 {.name = "scale", .sign = NOT_NEGATIVE}}},
    [VT_STUDENT] = {.read = read_named,
                    .parameters = 3,
                    .parameter = {{.name = "nu", .sign = POSITIVE},
                                  {.name = "location", .sign = ANY, .optional = true},
                                  {.name = "scale", .sign = NOT_NEGATIVE, .optional = true}}},
    [VT_PERT] = {.read = read_pert, .expected = "[min, mode, max] in ascending order"},
    [VT_DISCRETE] = {.read = read_weighted},
    [VT_EMPIRICAL] = {.read = read_empirical},
};

static vt_error read_kind(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_distribution *d = target;
  int kind = 0;
  while (strcmp(vt_distribution_types[kind].name, node->key) != 0) kind++;
  d->kind = (vt_distribution_kind)kind;
  return forms[kind].read(reader, node, d);
}

static vt_error check_whole(const vt_study_reader *reader, const vt_yaml *node,
                            vt_distribution *d) {
  if (!(d->min <= d->max))
    VT_REFUSE(reader, node, "found min %g and max %g, expected them in ascending order", d->min,
              d->max);
  if (d->negative && !vt_distribution_types[d->kind].signed_value)
    VT_REFUSE(reader, node, "found 'negative', expected it with lognormal, weibull and gamma only");
  if (d->kind == VT_EMPIRICAL) return VT_OK; // its numbers are not read yet
  const vt_error prepared = vt_distribution_prepare(reader->arena, d);
  if (prepared == VT_ERR_INPUT) VT_REFUSE(reader, node, "%s", vt_error_message());
  return prepared;
}

vt_error vt_read_distribution(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_key keys[VT_DISTRIBUTIONS + BOUNDS + 2] = {{0}};
  vt_yaml child[VT_MAX_KEYS];
  int only = 0;
  for (int k = 0; k < VT_DISTRIBUTIONS; k++)
    keys[k] =
        (vt_key){.name = vt_distribution_types[k].name, .presence = VT_ONE_OF, .read = read_kind};
  memcpy(keys + VT_DISTRIBUTIONS, bounds, sizeof bounds);
  keys[VT_DISTRIBUTIONS + BOUNDS] =
      (vt_key){.name = "negative", .read = vt_bool_at, .at = offsetof(vt_distribution, negative)};
  vt_distribution *d = target;
  *d = (vt_distribution){.min = -(double)INFINITY, .max = (double)INFINITY};
  VT_TRY(vt_map_match(reader, node, keys, child));
  VT_TRY(vt_map_one_of(reader, node, keys, child, &only));
  VT_TRY(vt_map_read_matched(reader, node, keys, child, d));
  return check_whole(reader, &child[only], d);
}
