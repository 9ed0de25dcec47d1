#include "background_layout.h"

#include <stdlib.h>

static const vt_axis axes[BACKGROUND_AXES] = {VT_AXIS_BACKGROUND, VT_AXIS_INTERMEDIATE_FLOW,
                                              VT_AXIS_ELEMENTARY_FLOW};

vt_error layout_labels(const vt_inputs *inputs, vt_axis axis, const char *const **labels) {
  const vt_labels *set = vt_inputs_labels(inputs, axis);
  const char **list;
  VT_ARENA_NEW(inputs->arena, list, vt_labels_count(set));
  for (int i = 0; i < vt_labels_count(set); i++) list[i] = vt_labels_get(set, i);
  *labels = list;
  return VT_OK;
}

vt_error background_dense(const vt_inputs *inputs, const double **dense) {
  const vt_tensor *tensor = &inputs->tensor[VT_TENSOR_BACKGROUND];
  const ptrdiff_t flows = vt_labels_count(inputs->intermediate_flow);
  const ptrdiff_t elements = vt_labels_count(inputs->elementary_flow);
  const ptrdiff_t cells = vt_labels_count(inputs->background) * flows * elements;
  double *all;
  *dense = NULL;
  if (cells == 0) return VT_OK;
  VT_ARENA_NEW(inputs->arena, all, cells);
  for (ptrdiff_t e = 0; e < tensor->count; e++) {
    const int32_t *key = tensor->index + BACKGROUND_AXES * e;
    all[(key[0] * flows + key[1]) * elements + key[2]] = tensor->value[e];
  }
  *dense = all;
  return VT_OK;
}

int background_constants(const vt_inputs *inputs, const double *dense,
                         const int axis[BACKGROUND_AXES],
                         vt_constant constant[BACKGROUND_CONSTANTS]) {
  if (!dense) return 0;
  constant[0] = (vt_constant){.group = "background",
                              .name = "inventory",
                              .long_name = "elementary flows of one unit of an intermediate flow",
                              .units = "1",
                              .dimensions = BACKGROUND_AXES,
                              .dimension = {axis[0], axis[1], axis[2]},
                              .value = dense};
  if (!inputs->background_residual) return 1;
  constant[1] = (vt_constant){.group = "background",
                              .name = "residual",
                              .long_name = "backward error of the solve",
                              .units = "1",
                              .dimensions = BACKGROUND_AXES - 1,
                              .dimension = {axis[0], axis[1]},
                              .value = inputs->background_residual};
  return 2;
}

// -------------------------------------------------------------------------------------------------
// A file with the background alone.

struct vt_background_layout {
  vt_dimension dimension[BACKGROUND_AXES];
  vt_constant constant[BACKGROUND_CONSTANTS];
  vt_variable status;
  double done; // of the only scenario
  double *data;
  vt_layout layout;
};

static vt_error lay_out(const vt_inputs *inputs, vt_background_layout *b) {
  static const char *const name[][2] = {{"snapshot", "database of the background"},
                                        {"intermediate_flow", "intermediate flow code"},
                                        {"elementary_flow", "elementary flow code"}};
  const double *dense;
  VT_TRY(background_dense(inputs, &dense));
  for (int i = 0; i < BACKGROUND_AXES; i++) {
    vt_dimension *d = &b->dimension[b->layout.dimensions];
    *d = (vt_dimension){
        .name = name[i][0], .long_name = name[i][1], .size = vt_inputs_axis_size(inputs, axes[i])};
    if (d->size == 0) continue; // netCDF would call it unlimited
    VT_TRY(layout_labels(inputs, axes[i], &d->label));
    b->layout.dimensions++;
  }
  b->layout.constants = background_constants(inputs, dense, (const int[]){0, 1, 2}, b->constant);
  b->status = (vt_variable){.name = "status",
                            .long_name = "outcome of the scenario",
                            .units = "1",
                            .storage = VT_STORE_INT8,
                            .cells = 1,
                            .reference = true};
  return VT_OK;
}

vt_error vt_background_layout_create(const vt_inputs *inputs, vt_background_layout **layout) {
  vt_background_layout *b;
  *layout = NULL;
  VT_NEW(b, 1);
  const vt_error laid = lay_out(inputs, b);
  if (laid != VT_OK) {
    vt_background_layout_free(b);
    return laid;
  }
  b->done = VT_OPTIMAL;
  b->data = &b->done;
  b->layout.scenarios = 1;
  b->layout.dimension = b->dimension;
  b->layout.variables = 1;
  b->layout.variable = &b->status;
  b->layout.constant = b->constant;
  *layout = b;
  return VT_OK;
}

void vt_background_layout_free(vt_background_layout *b) {
  free(b);
}

const vt_layout *vt_background_layout_of(const vt_background_layout *b) {
  return &b->layout;
}

vt_block vt_background_layout_row(vt_background_layout *b) {
  return (vt_block){.count = 1, .data = &b->data};
}
