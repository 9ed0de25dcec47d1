// extend.c - years after the horizon that repeat its last one.
#include "vintner/inputs.h"

#include <string.h>

// Tensors whose last axis is the calendar year, ascending, so that the copies of an entry of the
// last year follow it.
static vt_error repeat_last(vt_inputs *inputs, vt_tensor *tensor, int axes, int last, int years) {
  ptrdiff_t repeated = 0;
  for (ptrdiff_t e = 0; e < tensor->count; e++)
    repeated += tensor->index[e * axes + axes - 1] == last;
  vt_tensor longer = {0};
  VT_CHECK(repeated < (PTRDIFF_MAX - tensor->count) / (years + 1) / 8, VT_ERR_SYSTEM,
           "out of memory: %td entries repeated %d times", repeated, years);
  VT_ARENA_NEW(inputs->arena, longer.index, (tensor->count + repeated * years) * axes);
  VT_ARENA_NEW(inputs->arena, longer.value, tensor->count + repeated * years);
  for (ptrdiff_t e = 0; e < tensor->count; e++) {
    const int32_t *key = tensor->index + e * axes;
    const int copies = key[axes - 1] == last ? years : 0;
    for (int k = 0; k <= copies; k++) {
      int32_t *copy = longer.index + longer.count * axes;
      memcpy(copy, key, (size_t)axes * sizeof *key);
      copy[axes - 1] += k;
      longer.value[longer.count++] = tensor->value[e];
    }
  }
  *tensor = longer;
  return VT_OK;
}

vt_error vt_inputs_extend(vt_inputs *inputs, int years) {
  if (years <= 0) return VT_OK;
  const int last = inputs->system_times - 1;
  int *time;
  VT_CHECK(inputs->system_time[last] <= INT32_MAX - years, VT_ERR_INPUT,
           "%s: field 'SYSTEM_TIME': found the last year %d, expected one that %d more can follow",
           inputs->path, inputs->system_time[last], years);
  VT_ARENA_NEW(inputs->arena, time, (ptrdiff_t)inputs->system_times + years);
  memcpy(time, inputs->system_time, (size_t)inputs->system_times * sizeof *time);
  for (int k = 1; k <= years; k++) time[last + k] = time[last] + k;
  static const vt_tensor_id repeated[] = {VT_TENSOR_DEMAND, VT_TENSOR_MAPPING,
                                          VT_TENSOR_CHARACTERIZATION};
  for (size_t i = 0; i < sizeof repeated / sizeof *repeated; i++)
    VT_TRY(repeat_last(inputs, &inputs->tensor[repeated[i]], vt_tensor_kinds[repeated[i]].axes,
                       last, years));
  const int pathways = inputs->variant ? vt_labels_count(inputs->variant) : 0;
  for (int k = 0; k < pathways; k++)
    VT_TRY(repeat_last(inputs, &inputs->variant_mapping[k], vt_tensor_kinds[VT_TENSOR_MAPPING].axes,
                       last, years));
  inputs->system_time = time;
  inputs->system_times += years;
  return VT_OK;
}
