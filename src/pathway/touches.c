// touches.c - which factors touch a number, and what they make of it, forwards and backwards.
#include "touches.h"

#include <math.h>

double vt_touch_operation(vt_operation operation, double operand, double value) {
  switch (operation) {
    case VT_SET: return operand;
    case VT_ADD: return value + operand;
    case VT_MULTIPLY: return value == 0.0 || operand == 0.0 ? 0.0 : value * operand;
    case VT_CHOOSE: break;
  }
  return value;
}

double vt_touch_operand(const vt_core *core, const vt_factor_leaves *factors, const vt_touch *t,
                        const double *value) {
  if (value) return value[t->value];
  return t->value < core->study->design.inputs ? factors->standing[t->value] : (double)NAN;
}

// -------------------------------------------------------------------------------------------------
// Lists.

static vt_error add(vt_factor_leaves *factors, vt_touch touch, int *made) {
  VT_TRY(vt_grow(&factors->touch, &factors->touch_capacity, factors->touches + 1,
                 sizeof *factors->touch));
  touch.alpha = touch.beta = -1;
  touch.length = touch.parent < 0 ? 1 : factors->touch[touch.parent].length + 1;
  *made = (int)factors->touches;
  factors->touch[factors->touches++] = touch;
  return VT_OK;
}

vt_error vt_touch_extend(const vt_core *core, vt_factor_leaves *factors, int factor, int *known,
                         int *touched) {
  int *made = &known[*touched + 1];
  const vt_touch touch = {
      .parent = *touched, .factor = factor, .value = core->study->parameters + factor};
  if (*made < 0) VT_TRY(add(factors, touch, made));
  *touched = *made;
  return VT_OK;
}

vt_error vt_touch_extend_each(const vt_core *core, vt_factor_leaves *factors, int factor,
                              uint64_t stream, int *touched) {
  const vt_study *study = core->study;
  const vt_drawn_cell drawn = {.input = study->parameters + factor, .stream = stream};
  VT_TRY(vt_grow(&factors->drawn, &factors->drawn_capacity, factors->drawings + 1,
                 sizeof *factors->drawn));
  const vt_touch touch = {
      .parent = *touched, .factor = factor, .value = study->design.inputs + factors->drawings};
  factors->drawn[factors->drawings++] = drawn;
  return add(factors, touch, touched);
}

// -------------------------------------------------------------------------------------------------
// Values.

double vt_touch_apply(const vt_core *core, const vt_factor_leaves *factors, int touched,
                      const double *weight, double base, const double *factor) {
  const vt_touch *t = &factors->touch[touched];
  if (t->parent >= 0) base = vt_touch_apply(core, factors, t->parent, weight, base, factor);
  const double operand = vt_touch_operand(core, factors, t, factor);
  if (isnan(operand)) return base;
  const vt_operation operation = change_of(core, t->factor)->operation;
  if (operation == VT_CHOOSE)
    return vt_variants_apply(&factors->variants, t->factor, operand, weight, base);
  return vt_touch_operation(operation, operand, base);
}

double vt_touch_pull(const vt_core *core, const vt_factor_leaves *factors, int touched,
                     const double *weight, double base, const double *factor, double adjoint,
                     double *by) {
  for (int i = touched; i >= 0 && adjoint != 0.0; i = factors->touch[i].parent) {
    const vt_touch *t = &factors->touch[i];
    const double operand = vt_touch_operand(core, factors, t, factor);
    const double before =
        t->parent >= 0 ? vt_touch_apply(core, factors, t->parent, weight, base, factor) : base;
    switch (change_of(core, t->factor)->operation) {
      case VT_SET:
        by[t->value] += adjoint;
        if (!isnan(operand)) adjoint = 0.0;
        break;
      case VT_ADD: by[t->value] += adjoint; break;
      case VT_MULTIPLY:
        by[t->value] += adjoint * before;
        if (!isnan(operand)) adjoint *= operand;
        break;
      case VT_CHOOSE:
        if (!isnan(operand) && weight) adjoint = 0.0;
        break;
    }
  }
  return adjoint;
}
