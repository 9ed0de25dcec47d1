// variants.h - variants of the background: what a `choose` on the target `background` picks from.
#ifndef VT_PATHWAY_VARIANTS_H
#define VT_PATHWAY_VARIANTS_H

#include "core.h"
#include "selection.h"

/// Whether a factor or override is about the background as a whole.
bool vt_variant_is_meant(const vt_factor *factor);

/// Refuse what cannot be chosen: a model with one background, other operations, brackets, unknown
/// names.
vt_error vt_variant_check(const char *study_path, const vt_factor *factor, const vt_inputs *inputs);

/// What a `choose` factor picks from.
typedef struct vt_variant_list {
  int count;
  int *variant; ///< by the factor's value: place on inputs->variant; shape [count]
} vt_variant_list;

typedef struct vt_variants {
  int count;                  ///< 0: there is one background
  int reference;              ///< what the reference scenario has
  double *weight;             ///< shape [entries of the mapping, count]
  vt_variant_list *of_factor; ///< shape [factors]; count 0 for others than `choose`
} vt_variants;

/// Give the mapping the entries of all variants.
vt_error vt_variants_prepare(const vt_core *core, vt_variants *variants);

/// Weight of an entry of the mapping in each variant.
const double *vt_variants_weights(const vt_variants *variants, ptrdiff_t entry);

/// Fix the variant of the reference.
void vt_variants_override(const vt_core *core, vt_variants *variants, const vt_factor *override);

/// Note the variants of a factor and its neutral value; `chosen` keeps the entries that it can
/// change.
///
/// @param touched  shape [entries of the mapping]: not -1 where factors before this one may have
///                 changed an entry; NULL: they have changed none
vt_error vt_variants_note(const vt_core *core, vt_variants *variants, int factor,
                          const int *touched, vt_selection *chosen, double *neutral);

/// What a factor with this value makes of a mapping weight.
double vt_variants_apply(const vt_variants *variants, int factor, double index,
                         const double *weight, double value);

#endif
