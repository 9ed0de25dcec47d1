// background_layout.h - the group /background of the results: inventories that were computed.
#ifndef VT_PATHWAY_BACKGROUND_LAYOUT_H
#define VT_PATHWAY_BACKGROUND_LAYOUT_H

#include "vintner/inputs.h"
#include "vintner/layout.h"

enum { BACKGROUND_AXES = 3 };

/// Inventories as they were computed: what overrides make of them is the model's.
typedef struct vt_computed_background {
  int size[BACKGROUND_AXES];
  ptrdiff_t entries;
  int32_t *index;   ///< shape [entries, BACKGROUND_AXES]; NULL: there are no cells
  double *value;    ///< shape [entries]
  double *residual; ///< shape [size[0], size[1]]; or NULL
} vt_computed_background;

/// Labels of an axis of the inputs as an array; belongs to their arena.
vt_error vt_layout_labels(const vt_inputs *inputs, vt_axis axis, const char *const **labels);

/// Whether no axis of the background is empty.
bool vt_background_has_cells(const vt_inputs *inputs);

/// Copy the inventories of inputs; dropped with vt_computed_background_drop, also half-made.
vt_error vt_computed_background_take(const vt_inputs *inputs, vt_computed_background *background);
void vt_computed_background_drop(vt_computed_background *background);

/// Append an axis: 0 snapshot, 1 intermediate flow, 2 elementary flow.
vt_error vt_background_axis(const vt_inputs *inputs, int which, vt_layout *layout, int *place);

/// Append the constants of the group, whose axes are there; `background` is borrowed.
vt_error vt_computed_background_lay_out(const vt_computed_background *background,
                                        vt_layout *layout);

#endif
