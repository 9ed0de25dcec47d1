// selected.c - which parameters a target of a study selects.
#include "vintner/parameters.h"

#include <string.h>

bool vt_parameter_is_meant(const vt_factor *factor) {
  return strcmp(factor->target.tensor, "parameter") == 0;
}

bool vt_parameters_are_meant(const vt_study *study) {
  if (study->uncertainty.parameters) return true;
  for (int i = 0; i < study->factors; i++) {
    if (vt_parameter_is_meant(&study->factor[i])) return true;
  }
  return false;
}

static bool selects(const vt_axis_selector *axis, const char *label) {
  for (int i = 0; i < axis->count; i++) {
    const vt_pattern *pattern = &axis->pattern[i];
    if (pattern->kind == VT_PATTERN_ANY) return true;
    if (pattern->kind == VT_PATTERN_GLOB ? vt_glob_matches(pattern->text, label)
                                         : strcmp(pattern->text, label) == 0)
      return true;
  }
  return false;
}

bool vt_parameter_selected(const vt_factor *factor, const char *scope, const char *name) {
  return selects(&factor->target.axis[0], scope) && selects(&factor->target.axis[1], name);
}
