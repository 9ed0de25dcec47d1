// variants.c - variants of the background. A `choose` gives every mapping weight the number that it
// has in the chosen variant, so the mapping must have the entries of all of them, with zeros.
#include "variants.h"

#include <math.h>
#include <string.h>

bool vt_variant_is_meant(const vt_factor *factor) {
  return strcmp(factor->target.tensor, "background") == 0;
}

static int find_pathway(const vt_inputs *inputs, const char *name) {
  return vt_labels_find(inputs->variant, name, (ptrdiff_t)strlen(name));
}

vt_error vt_variant_check(const char *path, const vt_factor *factor, const vt_inputs *inputs) {
  static const char *const operation[] = {
      [VT_SET] = "set", [VT_ADD] = "add", [VT_MULTIPLY] = "multiply", [VT_CHOOSE] = "choose"};
  VT_CHECK(inputs->variant, VT_ERR_INPUT,
           "%s:%d: target 'background': found a model with one background, expected several "
           "background pathways to choose from",
           path, factor->line);
  VT_CHECK(!factor->target.bracketed, VT_ERR_INPUT,
           "%s:%d: target '%s': found brackets, expected none: a background is chosen as a whole",
           path, factor->line, factor->target.text);
  VT_CHECK(
      factor->operation == VT_CHOOSE, VT_ERR_INPUT,
      "%s:%d: target 'background': found %s, expected choose (its alternatives are not numbers)",
      path, factor->line, operation[factor->operation]);
  for (int i = 0; i < factor->value.levels; i++) {
    vt_nearest nearest = {.name = factor->value.name[i]};
    vt_nearest_try_labels(&nearest, inputs->variant);
    VT_CHECK(find_pathway(inputs, factor->value.name[i]) >= 0, VT_ERR_INPUT,
             "%s:%d: target 'background': found '%s' to choose, expected the name of a "
             "background pathway%s",
             path, factor->line, factor->value.name[i], vt_nearest_hint(&nearest));
  }
  return VT_OK;
}

// Variants that a checked factor has: those that it names, else all in the order of the study.
static int variant_count(const vt_factor *factor, const vt_inputs *inputs) {
  return factor->value.levels > 0 ? factor->value.levels : vt_labels_count(inputs->variant);
}

// Place on inputs->variant of one of them.
static int variant_index(const vt_factor *factor, const vt_inputs *inputs, int index) {
  return factor->value.levels > 0 ? find_pathway(inputs, factor->value.name[index]) : index;
}

// ---------------------------------------------------------------------------------------------
// The mapping with the entries of all variants.

static void mark_cells(const vt_core *core, const vt_tensor *mapping, int *place) {
  for (ptrdiff_t e = 0; e < mapping->count; e++)
    place[at_time(core, mapping->index[2 * e], mapping->index[2 * e + 1])] = 1;
}

// Entry of each cell that has one, from 0 on; the rest keeps -1.
static vt_error number_cells(const vt_core *core, int **place, ptrdiff_t *entries) {
  const vt_inputs *in = core->inputs;
  const ptrdiff_t cells = (ptrdiff_t)vt_labels_count(in->background) * core->times;
  VT_ARENA_NEW(core->arena, *place, cells);
  mark_cells(core, &in->tensor[VT_TENSOR_MAPPING], *place);
  for (int k = 0; k < vt_labels_count(in->variant); k++)
    mark_cells(core, &in->variant_mapping[k], *place);
  *entries = 0;
  for (ptrdiff_t i = 0; i < cells; i++) (*place)[i] = (*place)[i] ? (int)(*entries)++ : -1;
  return VT_OK;
}

// The numbers of a mapping at the places of its entries, `step` apart.
static void spread(const vt_core *core, const vt_tensor *mapping, const int *place, double *value,
                   int step) {
  for (ptrdiff_t e = 0; e < mapping->count; e++) {
    const ptrdiff_t cell = at_time(core, mapping->index[2 * e], mapping->index[2 * e + 1]);
    value[(ptrdiff_t)place[cell] * step] = mapping->value[e];
  }
}

vt_error vt_variants_prepare(const vt_core *core, vt_variants *variants) {
  vt_inputs *in = core->inputs;
  if (!in->variant) return VT_OK;
  variants->count = vt_labels_count(in->variant);
  int *place;
  vt_tensor all = {0};
  VT_TRY(number_cells(core, &place, &all.count));
  VT_ARENA_NEW(in->arena, all.index, 2 * all.count);
  VT_ARENA_NEW(in->arena, all.value, all.count);
  VT_ARENA_NEW(core->arena, variants->weight, all.count * variants->count);
  for (int b = 0; b < vt_labels_count(in->background); b++) {
    for (int t = 0; t < core->times; t++) {
      const ptrdiff_t e = place[at_time(core, b, t)];
      if (e < 0) continue;
      all.index[2 * e] = b;
      all.index[2 * e + 1] = t;
    }
  }
  spread(core, &in->tensor[VT_TENSOR_MAPPING], place, all.value, 1);
  for (int k = 0; k < variants->count; k++)
    spread(core, &in->variant_mapping[k], place, variants->weight + k, variants->count);
  in->tensor[VT_TENSOR_MAPPING] = all;
  VT_ARENA_NEW(core->arena, variants->of_factor, core->study->factors);
  return VT_OK;
}

const double *vt_variants_weights(const vt_variants *variants, ptrdiff_t entry) {
  return variants->weight + entry * variants->count;
}

void vt_variants_override(const vt_core *core, vt_variants *variants, const vt_factor *override) {
  variants->reference = variant_index(override, core->inputs, 0);
  vt_tensor *mapping = &core->inputs->tensor[VT_TENSOR_MAPPING];
  for (ptrdiff_t e = 0; e < mapping->count; e++)
    mapping->value[e] = vt_variants_weights(variants, e)[variants->reference];
}

// ---------------------------------------------------------------------------------------------
// Factors.

static bool changes(const vt_core *core, const vt_variants *variants, int factor, ptrdiff_t entry) {
  const double now = core->inputs->tensor[VT_TENSOR_MAPPING].value[entry];
  for (int i = 0; i < variants->of_factor[factor].count; i++) {
    if (vt_variants_weights(variants, entry)[variants->of_factor[factor].variant[i]] != now)
      return true;
  }
  return false;
}

// Overrides after the choice may have changed weights: then no choice leaves them as they are.
static bool is_reference(const vt_core *core, const vt_variants *variants, int variant) {
  const vt_tensor *mapping = &core->inputs->tensor[VT_TENSOR_MAPPING];
  if (variant != variants->reference) return false;
  for (ptrdiff_t e = 0; e < mapping->count; e++) {
    if (vt_variants_weights(variants, e)[variant] != mapping->value[e]) return false;
  }
  return true;
}

vt_error vt_variants_note(const vt_core *core, vt_variants *variants, int factor,
                          const int *touched, vt_selection *chosen, double *neutral) {
  const vt_factor *f = &core->study->factor[factor];
  vt_variant_list *c = &variants->of_factor[factor];
  c->count = variant_count(f, core->inputs);
  VT_ARENA_NEW(core->arena, c->variant, c->count);
  *neutral = (double)NAN;
  for (int i = c->count - 1; i >= 0; i--) {
    c->variant[i] = variant_index(f, core->inputs, i);
    if (is_reference(core, variants, c->variant[i])) *neutral = i;
  }
  ptrdiff_t kept = 0;
  for (ptrdiff_t k = 0; k < chosen->count; k++) {
    const ptrdiff_t e = chosen->entry[k];
    if ((touched && touched[e] >= 0) || changes(core, variants, factor, e))
      chosen->entry[kept++] = e;
  }
  chosen->count = kept;
  return VT_OK;
}

double vt_variants_apply(const vt_variants *variants, int factor, double index,
                         const double *weight, double value) {
  const vt_variant_list *c = &variants->of_factor[factor];
  if (!weight || !(index >= 0.0 && index < (double)c->count)) return value;
  return weight[c->variant[(int)index]];
}
