// check.c - what must hold of inputs as a whole.
#include "reader.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// How far the mapping weights of a year may be from 1: they are sums of a few rounded shares.
static const double weight_tolerance = 1e-9;

const char *vt_number_text(double value, char text[32]) {
  if (isnan(value)) return "NaN";
  if (isinf(value)) return value > 0.0 ? "Infinity" : "-Infinity";
  for (int digits = 15; digits <= 17; digits++) {
    (void)snprintf(text, 32, "%.*g", digits, value);
    if (!(strtod(text, NULL) < value || strtod(text, NULL) > value)) break;
  }
  return text;
}

const char *vt_entry_key(const vt_inputs *inputs, vt_tensor_id id, ptrdiff_t entry) {
  static _Thread_local char text[1024];
  const vt_tensor_kind *kind = &vt_tensor_kinds[id];
  const int32_t *index = inputs->tensor[id].index + entry * kind->axes;
  size_t used = 0;
  for (int i = 0; i < kind->axes; i++) {
    const char *label = vt_inputs_label(inputs, kind->axis[i], index[i]);
    const bool number = kind->axis[i] == VT_AXIS_YEAR || kind->axis[i] == VT_AXIS_PROCESS_TIME ||
                        kind->axis[i] == VT_AXIS_SYSTEM_TIME;
    const char *quote = kind->axes == 1 ? "'" : number ? "" : "\"";
    const char *before = kind->axes == 1 ? "" : i == 0 ? "[" : ", ";
    (void)snprintf(text + used, sizeof text - used, "%s%s%s%s", before, quote, vt_cut(label, 160),
                   quote);
    used += strlen(text + used);
  }
  if (kind->axes > 1) (void)snprintf(text + used, sizeof text - used, "]");
  return text;
}

// "FILE: field 'x', key k: found v, expected " + what; a default has no key.
static vt_error fail_number(const vt_inputs *inputs, vt_tensor_id id, ptrdiff_t entry,
                            const char *expected) {
  char number[32];
  const char *found = vt_number_text(inputs->tensor[id].value[entry], number);
  const char *name = vt_tensor_kinds[id].name;
  if (vt_tensor_kinds[id].axes == 0)
    VT_FAIL(VT_ERR_INPUT, "%s: field '%s': found %s, expected %s", inputs->path, name, found,
            expected);
  VT_FAIL(VT_ERR_INPUT, "%s: field '%s', key %s: found %s, expected %s", inputs->path, name,
          vt_entry_key(inputs, id, entry), found, expected);
}

// -------------------------------------------------------------------------------------------------
// Single numbers.

// The sign of the infinity that means "no limit" for a tensor of limits, 0 for other tensors.
static int sign_of_no_limit(vt_tensor_id id) {
  const char *name = vt_tensor_kinds[id].name;
  if (!strstr(name, "_limits")) return 0;
  return strstr(name, "_min") ? -1 : 1;
}

static vt_error check_finite(const vt_inputs *inputs, vt_tensor_id id) {
  const vt_tensor *tensor = &inputs->tensor[id];
  const int sign = sign_of_no_limit(id);
  for (ptrdiff_t i = 0; i < tensor->count; i++) {
    const double value = tensor->value[i];
    if (isfinite(value) || (isinf(value) && value * sign > 0.0)) continue;
    return fail_number(inputs, id, i,
                       sign == 0  ? "a finite number"
                       : sign > 0 ? "a number, or Infinity for no limit"
                                  : "a number, or -Infinity for no limit");
  }
  return VT_OK;
}

static vt_error check_operation_flow(const vt_inputs *inputs) {
  const vt_tensor *tensor = &inputs->tensor[VT_TENSOR_OPERATION_FLOW];
  for (ptrdiff_t i = 0; i < tensor->count; i++) {
    const double value = tensor->value[i];
    const bool ok = !(value < 0.0 || value > 0.0) || !(value < 1.0 || value > 1.0);
    if (!ok) return fail_number(inputs, VT_TENSOR_OPERATION_FLOW, i, "true or false");
  }
  return VT_OK;
}

static vt_error check_existing_capacity(const vt_inputs *inputs) {
  const vt_tensor *tensor = &inputs->tensor[VT_TENSOR_EXISTING_CAPACITY];
  for (ptrdiff_t i = 0; i < tensor->count; i++) {
    const int32_t year = tensor->index[2 * i + 1];
    VT_CHECK(year < inputs->system_time[0], VT_ERR_INPUT,
             "%s: field 'existing_capacity', key %s: found year %d, expected one before %d, the "
             "first of SYSTEM_TIME",
             inputs->path, vt_entry_key(inputs, VT_TENSOR_EXISTING_CAPACITY, i), year,
             inputs->system_time[0]);
    if (tensor->value[i] < 0.0)
      return fail_number(inputs, VT_TENSOR_EXISTING_CAPACITY, i, "0 or more");
  }
  return VT_OK;
}

static vt_error check_coupling(const vt_inputs *inputs) {
  const vt_tensor *tensor = &inputs->tensor[VT_TENSOR_COUPLING];
  for (ptrdiff_t i = 0; i < tensor->count; i++) {
    const double factor = tensor->value[i];
    if (!(factor > 0.0)) return fail_number(inputs, VT_TENSOR_COUPLING, i, "more than 0");
    const bool self = tensor->index[2 * i] == tensor->index[2 * i + 1];
    if (self && (factor < 1.0 || factor > 1.0))
      return fail_number(inputs, VT_TENSOR_COUPLING, i, "1 for a process coupled to itself");
  }
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Limits that cross.

// Two tensors of limits on the same thing, and what holds where they have no entry. A tensor
// without a default gives itself: its missing value holds.
typedef struct limit_pair {
  vt_tensor_id least, most, least_default, most_default;
} limit_pair;

static const limit_pair limit_pairs[] = {
    {VT_TENSOR_DEPLOYMENT_MIN, VT_TENSOR_DEPLOYMENT_MAX, VT_TENSOR_DEPLOYMENT_MIN_DEFAULT,
     VT_TENSOR_DEPLOYMENT_MAX_DEFAULT},
    {VT_TENSOR_OPERATION_MIN, VT_TENSOR_OPERATION_MAX, VT_TENSOR_OPERATION_MIN_DEFAULT,
     VT_TENSOR_OPERATION_MAX_DEFAULT},
    {VT_TENSOR_TOTAL_DEPLOYMENT_MIN, VT_TENSOR_TOTAL_DEPLOYMENT_MAX,
     VT_TENSOR_TOTAL_DEPLOYMENT_MIN_DEFAULT, VT_TENSOR_TOTAL_DEPLOYMENT_MAX_DEFAULT},
    {VT_TENSOR_FLOW_MIN, VT_TENSOR_FLOW_MAX, VT_TENSOR_FLOW_MIN, VT_TENSOR_FLOW_MAX},
    {VT_TENSOR_TOTAL_FLOW_MIN, VT_TENSOR_TOTAL_FLOW_MAX, VT_TENSOR_TOTAL_FLOW_MIN,
     VT_TENSOR_TOTAL_FLOW_MAX},
};

// Value of `id` for a key, and the name of the field that it comes from.
static double limit_of(const vt_inputs *inputs, vt_tensor_id id, vt_tensor_id fallback,
                       const int32_t *key, const char **source) {
  bool found;
  const ptrdiff_t at = vt_tensor_find(&inputs->tensor[id], vt_tensor_kinds[id].axes, key, &found);
  *source = vt_tensor_kinds[found ? id : fallback].name;
  if (found) return inputs->tensor[id].value[at];
  const bool has_default = fallback != id && inputs->tensor[fallback].count > 0;
  return has_default ? inputs->tensor[fallback].value[0] : vt_tensor_kinds[id].missing;
}

// Check the entries of `id` (the lower limits if `lower`) against `other`, the limits facing them.
static vt_error check_side(const vt_inputs *inputs, vt_tensor_id id, vt_tensor_id other,
                           vt_tensor_id other_default, bool lower) {
  const vt_tensor *tensor = &inputs->tensor[id];
  const int axes = vt_tensor_kinds[id].axes;
  for (ptrdiff_t i = 0; i < tensor->count; i++) {
    const char *source;
    const double facing = limit_of(inputs, other, other_default, tensor->index + i * axes, &source);
    if (lower ? tensor->value[i] <= facing : tensor->value[i] >= facing) continue;
    char text[32], expected[128];
    (void)snprintf(expected, sizeof expected, "%s %s, the value of '%s'",
                   lower ? "at most" : "at least", vt_number_text(facing, text), source);
    return fail_number(inputs, id, i, expected);
  }
  return VT_OK;
}

static vt_error check_limits(const vt_inputs *inputs, const limit_pair *pair) {
  // A default has no axes: as a tensor of one entry it is checked like the others.
  if (pair->least_default != pair->least)
    VT_TRY(check_side(inputs, pair->least_default, pair->most_default, pair->most_default, true));
  VT_TRY(check_side(inputs, pair->least, pair->most, pair->most_default, true));
  return check_side(inputs, pair->most, pair->least, pair->least_default, false);
}

vt_error vt_inputs_check_numbers(const vt_inputs *inputs) {
  for (int id = 0; id < VT_TENSOR_COUNT; id++) VT_TRY(check_finite(inputs, (vt_tensor_id)id));
  VT_TRY(check_operation_flow(inputs));
  VT_TRY(check_existing_capacity(inputs));
  VT_TRY(check_coupling(inputs));
  for (size_t i = 0; i < sizeof limit_pairs / sizeof limit_pairs[0]; i++)
    VT_TRY(check_limits(inputs, &limit_pairs[i]));
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Structure.

static bool scales_with_operation(const vt_inputs *inputs, int32_t process, int32_t flow) {
  const vt_tensor *tensor = &inputs->tensor[VT_TENSOR_OPERATION_FLOW];
  bool found;
  const ptrdiff_t at = vt_tensor_find(tensor, 2, (const int32_t[]){process, flow}, &found);
  return found && tensor->value[at] > 0.0;
}

// Entries ascend by process, flow, process time: those of one flow are neighbours.
static vt_error check_constancy(const vt_inputs *inputs, vt_tensor_id id, int32_t first_flow) {
  const vt_tensor *tensor = &inputs->tensor[id];
  ptrdiff_t reference = -1; // first entry of the flow that is not 0
  bool scales = false;
  for (ptrdiff_t i = 0; i < tensor->count; i++) {
    const int32_t *key = tensor->index + 3 * i;
    if (i == 0 || key[0] != key[-3] || key[1] != key[-2]) {
      reference = -1;
      scales = scales_with_operation(inputs, key[0], first_flow + key[1]);
    }
    const double value = tensor->value[i];
    if (!scales || !(value < 0.0 || value > 0.0)) continue;
    if (reference < 0) reference = i;
    const double first = tensor->value[reference];
    if (value >= first && value <= first) continue;
    char text[32], expected[160];
    (void)snprintf(expected, sizeof expected,
                   "%s as at process time %d: an operation flow must be constant where it is not 0",
                   vt_number_text(first, text),
                   inputs->process_time[tensor->index[3 * reference + 2]]);
    return fail_number(inputs, id, i, expected);
  }
  return VT_OK;
}

// The mapping of the inputs, or of one of their alternative backgrounds.
static vt_error compare_weights(const vt_inputs *inputs, const vt_tensor *mapping,
                                const char *pathway, double *sum, bool *given) {
  const char *of = pathway ? " of the background pathway " : "", *name = pathway ? pathway : "";
  memset(sum, 0, (size_t)inputs->system_times * sizeof *sum);
  memset(given, 0, (size_t)inputs->system_times * sizeof *given);
  for (ptrdiff_t i = 0; i < mapping->count; i++) {
    const int32_t year = mapping->index[2 * i + 1];
    sum[year] += mapping->value[i];
    given[year] = true;
  }
  // Without a background nothing asks for weights; those that are given must still be sound.
  const bool needed = inputs->tensor[VT_TENSOR_BACKGROUND].count > 0;
  for (int t = 0; t < inputs->system_times; t++) {
    VT_CHECK(given[t] || !needed, VT_ERR_INPUT,
             "%s: field 'mapping'%s%s: found no weight for %d, expected weights that sum to 1",
             inputs->path, of, name, inputs->system_time[t]);
    char text[32];
    VT_CHECK(!given[t] || fabs(sum[t] - 1.0) <= weight_tolerance, VT_ERR_INPUT,
             "%s: field 'mapping'%s%s: found weights of %d that sum to %s, expected 1",
             inputs->path, of, name, inputs->system_time[t], vt_number_text(sum[t], text));
  }
  return VT_OK;
}

static vt_error check_mapping(const vt_inputs *inputs) {
  double *sum;
  bool *given;
  VT_ARENA_NEW(inputs->arena, sum, inputs->system_times);
  VT_ARENA_NEW(inputs->arena, given, inputs->system_times);
  VT_TRY(compare_weights(inputs, &inputs->tensor[VT_TENSOR_MAPPING], NULL, sum, given));
  const int pathways = inputs->variant ? vt_labels_count(inputs->variant) : 0;
  for (int k = 0; k < pathways; k++)
    VT_TRY(compare_weights(inputs, &inputs->variant_mapping[k], vt_labels_get(inputs->variant, k),
                           sum, given));
  return VT_OK;
}

vt_error vt_check_structure(const vt_inputs *inputs) {
  const int32_t products = vt_labels_count(inputs->product);
  VT_TRY(check_constancy(inputs, VT_TENSOR_TECHNOSPHERE, products));
  VT_TRY(check_constancy(inputs, VT_TENSOR_BIOSPHERE,
                         products + vt_labels_count(inputs->intermediate_flow)));
  return check_mapping(inputs);
}
