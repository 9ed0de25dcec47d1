// variants.h - variants of the background: what a `choose` on the target `background` picks from.
#ifndef VT_PATHWAY_VARIANTS_H
#define VT_PATHWAY_VARIANTS_H

#include "vintner/data.h"
#include "vintner/study.h"

/// Whether a factor or override is about the background as a whole.
bool vt_variant_is_meant(const vt_factor *factor);

/// Refuse what cannot be chosen: a model with one background, other operations, brackets, unknown
/// names.
vt_error vt_variant_check(const char *study_path, const vt_factor *factor, const vt_inputs *inputs);

/// Variants that a checked factor has: those that it names, else all in the study's order.
int vt_variant_count(const vt_factor *factor, const vt_inputs *inputs);

/// Place on inputs->pathway of one of them.
int vt_variant_index(const vt_factor *factor, const vt_inputs *inputs, int index);

#endif
