#include "background_layout.h"

#include <stdlib.h>
#include <string.h>

static const vt_axis axes[BACKGROUND_AXES] = {VT_AXIS_BACKGROUND, VT_AXIS_INTERMEDIATE_FLOW,
                                              VT_AXIS_ELEMENTARY_FLOW};

vt_error vt_layout_labels(const vt_inputs *inputs, vt_axis axis, const char *const **labels) {
  const vt_labels *set = vt_inputs_labels(inputs, axis);
  const char **list;
  VT_ARENA_NEW(inputs->arena, list, vt_labels_count(set));
  for (int i = 0; i < vt_labels_count(set); i++) list[i] = vt_labels_get(set, i);
  *labels = list;
  return VT_OK;
}

bool vt_background_has_cells(const vt_inputs *inputs) {
  bool any = true;
  for (int i = 0; i < BACKGROUND_AXES; i++) any = any && vt_inputs_axis_size(inputs, axes[i]) > 0;
  return any;
}

static vt_error copy(const void *from, ptrdiff_t count, size_t bytes, void **to) {
  *to = vt_calloc(count, bytes);
  VT_CHECK(*to, VT_ERR_SYSTEM, "out of memory: %td items of %zu bytes", count, bytes);
  if (count > 0) memcpy(*to, from, (size_t)count * bytes);
  return VT_OK;
}

vt_error vt_computed_background_take(const vt_inputs *inputs, vt_computed_background *b) {
  const vt_tensor *tensor = &inputs->tensor[VT_TENSOR_BACKGROUND];
  const double *residual = inputs->background_residual;
  *b = (vt_computed_background){.entries = tensor->count};
  if (!vt_background_has_cells(inputs)) return VT_OK;
  for (int i = 0; i < BACKGROUND_AXES; i++) b->size[i] = vt_inputs_axis_size(inputs, axes[i]);
  VT_TRY(copy(tensor->index, BACKGROUND_AXES * b->entries, sizeof *b->index, (void **)&b->index));
  VT_TRY(copy(tensor->value, b->entries, sizeof *b->value, (void **)&b->value));
  if (!residual) return VT_OK;
  return copy(residual, (ptrdiff_t)b->size[0] * b->size[1], sizeof *b->residual,
              (void **)&b->residual);
}

void vt_computed_background_drop(vt_computed_background *b) {
  free(b->index);
  free(b->value);
  free(b->residual);
}

static void fill_inventory(const void *context, double *value) {
  const vt_computed_background *b = context;
  for (ptrdiff_t e = 0; e < b->entries; e++) {
    const int32_t *key = b->index + BACKGROUND_AXES * e;
    value[((ptrdiff_t)key[0] * b->size[1] + key[1]) * b->size[2] + key[2]] = b->value[e];
  }
}

static void fill_residual(const void *context, double *value) {
  const vt_computed_background *b = context;
  memcpy(value, b->residual, (size_t)b->size[0] * (size_t)b->size[1] * sizeof *value);
}

vt_error vt_computed_background_lay_out(const vt_computed_background *b, vt_layout *layout) {
  const int axis[BACKGROUND_AXES] = {vt_layout_find_axis(layout, "snapshot"),
                                     vt_layout_find_axis(layout, "intermediate_flow"),
                                     vt_layout_find_axis(layout, "elementary_flow")};
  const vt_constant inventory = {.group = "background",
                                 .name = "inventory",
                                 .long_name =
                                     "elementary flows of one unit of an intermediate flow",
                                 .units = "1",
                                 .fill = fill_inventory,
                                 .context = b};
  const vt_constant residual = {.group = "background",
                                .name = "residual",
                                .long_name = "backward error of the solve",
                                .units = "1",
                                .fill = fill_residual,
                                .context = b};
  VT_TRY(vt_layout_add_constant(layout, &inventory, BACKGROUND_AXES, axis));
  return b->residual ? vt_layout_add_constant(layout, &residual, BACKGROUND_AXES - 1, axis) : VT_OK;
}

vt_error vt_background_axis(const vt_inputs *inputs, int which, vt_layout *layout, int *place) {
  static const char *const name[BACKGROUND_AXES][2] = {
      {"snapshot", "database of the background"},
      {"intermediate_flow", "intermediate flow code"},
      {"elementary_flow", "elementary flow code"}};
  vt_dimension d = {.name = name[which][0],
                    .long_name = name[which][1],
                    .size = vt_inputs_axis_size(inputs, axes[which])};
  VT_TRY(vt_layout_labels(inputs, axes[which], &d.label));
  return vt_layout_add_axis(layout, &d, place);
}
