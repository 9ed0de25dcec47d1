// background_layout.h - the group /background of the results: inventories that were computed.
#ifndef VT_ENSEMBLE_BACKGROUND_LAYOUT_H
#define VT_ENSEMBLE_BACKGROUND_LAYOUT_H

#include "vintner/ensemble.h"

enum { BACKGROUND_AXES = 3, BACKGROUND_CONSTANTS = 2 };

/// Labels of an axis of the inputs as an array; belongs to their arena.
vt_error layout_labels(const vt_inputs *inputs, vt_axis axis, const char *const **labels);

/// The tensor background_inventory with all its zeros; shape [background, intermediate flow,
/// elementary flow]. Belongs to the arena of the inputs. NULL if an axis is empty.
vt_error background_dense(const vt_inputs *inputs, const double **dense);

/// The constants of the group, how many. `axis`: places of snapshot, intermediate flow and
/// elementary flow among the dimensions.
int background_constants(const vt_inputs *inputs, const double *dense,
                         const int axis[BACKGROUND_AXES],
                         vt_constant constant[BACKGROUND_CONSTANTS]);

#endif
