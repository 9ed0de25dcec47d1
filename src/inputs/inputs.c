// inputs.c - inputs of a pathway model: their tensors and labels.
#include "vintner/inputs.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// What stands for an axis that a tensor does not have.
#define VT_AXIS_0 VT_AXIS_PROCESS

#define TENSOR_KIND(id, name, axes, a, b, c, d, required, missing)                                 \
  [VT_TENSOR_##id] = {name,                                                                        \
                      axes,                                                                        \
                      {VT_AXIS_##a, VT_AXIS_##b, VT_AXIS_##c, VT_AXIS_##d},                        \
                      required,                                                                    \
                      (double)(missing)},
const vt_tensor_kind vt_tensor_kinds[VT_TENSOR_COUNT] = {VT_TENSORS(TENSOR_KIND)};

vt_error vt_inputs_create(const char *path, vt_inputs **inputs) {
  VT_NEW(*inputs, 1);
  vt_inputs *in = *inputs;
  VT_TRY(vt_arena_create(&in->arena));
  VT_TRY(vt_arena_text(in->arena, path, (ptrdiff_t)strlen(path), &in->path));
  vt_labels **sets[] = {&in->process,         &in->product,    &in->intermediate_flow,
                        &in->elementary_flow, &in->background, &in->category};
  for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) VT_TRY(vt_labels_create(sets[i]));
  return VT_OK;
}

void vt_inputs_free(vt_inputs *inputs) {
  if (!inputs) return;
  vt_labels_free(inputs->process);
  vt_labels_free(inputs->product);
  vt_labels_free(inputs->intermediate_flow);
  vt_labels_free(inputs->elementary_flow);
  vt_labels_free(inputs->background);
  vt_labels_free(inputs->category);
  vt_labels_free(inputs->variant);
  vt_arena_free(inputs->arena);
  free(inputs);
}

const vt_labels *vt_inputs_labels(const vt_inputs *inputs, vt_axis axis) {
  switch (axis) {
    case VT_AXIS_PROCESS: return inputs->process;
    case VT_AXIS_PRODUCT: return inputs->product;
    case VT_AXIS_INTERMEDIATE_FLOW: return inputs->intermediate_flow;
    case VT_AXIS_ELEMENTARY_FLOW: return inputs->elementary_flow;
    case VT_AXIS_BACKGROUND: return inputs->background;
    case VT_AXIS_CATEGORY: return inputs->category;
    case VT_AXIS_PROCESS_TIME:
    case VT_AXIS_SYSTEM_TIME:
    case VT_AXIS_FLOW:
    case VT_AXIS_YEAR: return NULL;
  }
  return NULL;
}

int vt_inputs_axis_size(const vt_inputs *inputs, vt_axis axis) {
  const vt_labels *labels = vt_inputs_labels(inputs, axis);
  if (labels) return vt_labels_count(labels);
  if (axis == VT_AXIS_PROCESS_TIME) return inputs->process_times;
  if (axis == VT_AXIS_SYSTEM_TIME) return inputs->system_times;
  if (axis == VT_AXIS_YEAR) return -1;
  return vt_labels_count(inputs->product) + vt_labels_count(inputs->intermediate_flow) +
         vt_labels_count(inputs->elementary_flow);
}

static const char *flow_label(const vt_inputs *inputs, int index) {
  const vt_labels *sets[] = {inputs->product, inputs->intermediate_flow, inputs->elementary_flow};
  for (int i = 0; i < 2; i++) {
    const int count = vt_labels_count(sets[i]);
    if (index < count) return vt_labels_get(sets[i], index);
    index -= count;
  }
  return vt_labels_get(sets[2], index);
}

const char *vt_inputs_label(const vt_inputs *inputs, vt_axis axis, int index) {
  static _Thread_local char text[16];
  const vt_labels *labels = vt_inputs_labels(inputs, axis);
  if (labels) return vt_labels_get(labels, index);
  if (axis == VT_AXIS_FLOW) return flow_label(inputs, index);
  int number = index;
  if (axis == VT_AXIS_PROCESS_TIME) number = inputs->process_time[index];
  if (axis == VT_AXIS_SYSTEM_TIME) number = inputs->system_time[index];
  (void)snprintf(text, sizeof text, "%d", number);
  return text;
}

static int compare_keys(const int32_t *a, const int32_t *b, int axes) {
  for (int i = 0; i < axes; i++) {
    if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
  }
  return 0;
}

ptrdiff_t vt_tensor_find(const vt_tensor *tensor, int axes, const int32_t *key, bool *found) {
  ptrdiff_t low = 0, high = tensor->count;
  while (low < high) {
    const ptrdiff_t middle = low + (high - low) / 2;
    if (compare_keys(tensor->index + middle * axes, key, axes) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  *found = low < tensor->count && compare_keys(tensor->index + low * axes, key, axes) == 0;
  return low;
}
