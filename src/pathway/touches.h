// touches.h - lists of the factors that touch a number.
#ifndef VT_PATHWAY_TOUCHES_H
#define VT_PATHWAY_TOUCHES_H

#include "factors.h"

double vt_touch_operation(vt_operation operation, double operand, double value);

/// The value of a touch in a scenario, NaN where it is not applied; `value` NULL: in the reference.
double vt_touch_operand(const vt_core *core, const vt_factor_leaves *factors, const vt_touch *touch,
                        const double *value);

/// The touch that a factor adds to those before it; equal lists share one number. `known` has shape
/// [touches before the factor + 1]: the touch made for each parent (from -1 on), or -1.
vt_error vt_touch_extend(const vt_core *core, vt_factor_leaves *factors, int factor, int *known,
                         int *touched);

/// A touch of its own for one cell, whose draws have this stream.
vt_error vt_touch_extend_each(const vt_core *core, vt_factor_leaves *factors, int factor,
                              uint64_t stream, int *touched);

/// What the touches make of a base value. weight: of vt_touched_cell.
double vt_touch_apply(const vt_core *core, const vt_factor_leaves *factors, int touched,
                      const double *weight, double base, const double *factor);

/// From a derivative by a touched number to those by the values that touch it.
/// @return the derivative by the base
double vt_touch_pull(const vt_core *core, const vt_factor_leaves *factors, int touched,
                     const double *weight, double base, const double *factor, double adjoint,
                     double *by);

#endif
