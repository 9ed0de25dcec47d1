// inputs.c - parameters and factors in the rows of scenarios: their axis, their values, which
// formula failed.
#include "vintner/kind.h"

#include <math.h>

vt_error vt_input_axis(const vt_study *study, vt_arena *arena, vt_dimension *axis) {
  const int inputs = study->parameters + study->factors;
  const char **name;
  VT_ARENA_NEW(arena, name, inputs);
  for (int i = 0; i < study->parameters; i++) name[i] = study->parameter[i].name;
  for (int f = 0; f < study->factors; f++) name[study->parameters + f] = study->factor[f].name;
  *axis = (vt_dimension){.name = "factor",
                         .long_name = study->parameters > 0 ? "parameter or factor of the study"
                                                            : "factor of the ensemble",
                         .size = inputs,
                         .label = name};
  return VT_OK;
}

static bool has_formula(const vt_study *study) {
  for (int i = 0; i < study->design.inputs; i++)
    if (study->design.input[i].value.kind == VT_VALUE_FORMULA) return true;
  return false;
}

// Which input failed is told where one can.
vt_error vt_input_lay_out(const vt_study *study, int axis, const char *variants, bool formulas,
                          vt_layout *layout, vt_input_places *place) {
  const vt_variable value = {.name = "factor_value",
                             .long_name = study->parameters > 0
                                              ? "value of each parameter and factor"
                                              : "value of each factor",
                             .note_name = "choices",
                             .note = variants};
  const vt_variable failed = {
      .name = "failed_input",
      .long_name = "place on the axis factor of the formula that failed, -1 for none of them",
      .storage = VT_STORE_INT16};
  place->failed = -1;
  VT_TRY(vt_layout_add(layout, &value, 1, &axis, &place->value));
  if (!formulas && !has_formula(study)) return VT_OK;
  return vt_layout_add(layout, &failed, 0, NULL, &place->failed);
}

void vt_input_put(const vt_study *study, const vt_input_places *place, const double *value,
                  vt_input_neutral *neutral, const void *context, double *const *row) {
  if (place->value < 0) return;
  double *out = row[place->value];
  for (int i = 0; i < study->parameters; i++) out[i] = value[i];
  for (int f = 0; f < study->factors; f++) {
    const double factor = value[study->parameters + f];
    const bool formula = study->factor[f].value.kind == VT_VALUE_FORMULA;
    const bool applied = !isnan(factor) || formula || study->factor[f].each;
    out[study->parameters + f] = applied ? factor : neutral(context, f);
  }
}

void vt_input_fail(const vt_study *study, const vt_layout *layout, const vt_input_places *place,
                   int failed, int rank, double *const *row) {
  const bool on_axis = failed < study->parameters + study->factors;
  vt_row_clear(layout, row);
  row[layout->status][0] = VT_FAILED;
  row[layout->wall_s][0] = 0.0;
  row[layout->iterations][0] = 0.0;
  row[layout->rank][0] = rank;
  if (place->failed >= 0 && on_axis) row[place->failed][0] = failed;
}
