// choice.h - alternative backgrounds: what a `choose` on the target `background` picks from.
#ifndef VT_PATHWAY_CHOICE_H
#define VT_PATHWAY_CHOICE_H

#include "vintner/data.h"
#include "vintner/study.h"

/// Whether a factor or override is about the background as a whole.
bool choice_is_meant(const vt_factor *factor);

/// Refuse what cannot be chosen: a model with one background, other operations, brackets, unknown
/// names.
vt_error choice_check(const char *study_path, const vt_factor *factor, const vt_inputs *inputs);

/// Alternatives that a checked factor has: those that it names, else all in the study's order.
int choice_count(const vt_factor *factor, const vt_inputs *inputs);

/// Place on inputs->pathway of one of them.
int choice_alternative(const vt_factor *factor, const vt_inputs *inputs, int index);

#endif
