// variants.c - variants of the background. A `choose` gives every mapping weight the number that it
// has in the chosen variant, so the mapping must have the entries of all of them, with zeros.
#include "variants.h"

#include "model.h"

#include <math.h>
#include <string.h>

bool vt_variant_is_meant(const vt_factor *factor) {
  return strcmp(factor->target.tensor, "background") == 0;
}

static int find_pathway(const vt_inputs *inputs, const char *name) {
  return vt_labels_find(inputs->pathway, name, (ptrdiff_t)strlen(name));
}

vt_error vt_variant_check(const char *path, const vt_factor *factor, const vt_inputs *inputs) {
  static const char *const operation[] = {
      [VT_SET] = "set", [VT_ADD] = "add", [VT_MULTIPLY] = "multiply", [VT_CHOOSE] = "choose"};
  VT_CHECK(inputs->pathway, VT_ERR_INPUT,
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
  for (int i = 0; i < factor->levels; i++) {
    vt_nearest nearest = {.name = factor->level_name[i]};
    vt_nearest_try_labels(&nearest, inputs->pathway);
    VT_CHECK(find_pathway(inputs, factor->level_name[i]) >= 0, VT_ERR_INPUT,
             "%s:%d: target 'background': found '%.80s' to choose, expected the name of a "
             "background pathway%s",
             path, factor->line, factor->level_name[i], vt_nearest_hint(&nearest));
  }
  return VT_OK;
}

int vt_variant_count(const vt_factor *factor, const vt_inputs *inputs) {
  return factor->levels > 0 ? factor->levels : vt_labels_count(inputs->pathway);
}

int vt_variant_index(const vt_factor *factor, const vt_inputs *inputs, int index) {
  return factor->levels > 0 ? find_pathway(inputs, factor->level_name[index]) : index;
}

// ---------------------------------------------------------------------------------------------
// The mapping with the entries of all variants.

static void mark_cells(const vt_pathway *m, const vt_tensor *mapping, int *place) {
  for (ptrdiff_t e = 0; e < mapping->count; e++)
    place[at_time(m, mapping->index[2 * e], mapping->index[2 * e + 1])] = 1;
}

// Entry of each cell that has one, from 0 on; the rest keeps -1.
static vt_error number_cells(vt_pathway *m, int **place, ptrdiff_t *entries) {
  const vt_inputs *in = m->inputs;
  const ptrdiff_t cells = (ptrdiff_t)vt_labels_count(in->background) * m->times;
  VT_ARENA_NEW(m->arena, *place, cells);
  mark_cells(m, &in->tensor[VT_TENSOR_MAPPING], *place);
  for (int k = 0; k < m->variants; k++) mark_cells(m, &in->pathway_mapping[k], *place);
  *entries = 0;
  for (ptrdiff_t i = 0; i < cells; i++) (*place)[i] = (*place)[i] ? (int)(*entries)++ : -1;
  return VT_OK;
}

// The numbers of a mapping at the places of its entries, `step` apart.
static void spread(const vt_pathway *m, const vt_tensor *mapping, const int *place, double *value,
                   int step) {
  for (ptrdiff_t e = 0; e < mapping->count; e++) {
    const ptrdiff_t cell = at_time(m, mapping->index[2 * e], mapping->index[2 * e + 1]);
    value[(ptrdiff_t)place[cell] * step] = mapping->value[e];
  }
}

vt_error vt_variants_prepare(vt_pathway *m) {
  vt_inputs *in = m->inputs;
  if (!in->pathway) return VT_OK;
  m->variants = vt_labels_count(in->pathway);
  int *place;
  vt_tensor all = {0};
  VT_TRY(number_cells(m, &place, &all.count));
  VT_ARENA_NEW(in->arena, all.index, 2 * all.count);
  VT_ARENA_NEW(in->arena, all.value, all.count);
  VT_ARENA_NEW(m->arena, m->variant_weight, all.count * m->variants);
  for (int b = 0; b < vt_labels_count(in->background); b++) {
    for (int t = 0; t < m->times; t++) {
      const ptrdiff_t e = place[at_time(m, b, t)];
      if (e < 0) continue;
      all.index[2 * e] = b;
      all.index[2 * e + 1] = t;
    }
  }
  spread(m, &in->tensor[VT_TENSOR_MAPPING], place, all.value, 1);
  for (int k = 0; k < m->variants; k++)
    spread(m, &in->pathway_mapping[k], place, m->variant_weight + k, m->variants);
  in->tensor[VT_TENSOR_MAPPING] = all;
  VT_ARENA_NEW(m->arena, m->variants_of, m->study->factors);
  return VT_OK;
}

const double *vt_variants_weights(const vt_pathway *m, ptrdiff_t entry) {
  return m->variant_weight + entry * m->variants;
}

void vt_variants_override(vt_pathway *m, const vt_factor *override) {
  m->reference_variant = vt_variant_index(override, m->inputs, 0);
  vt_tensor *mapping = &m->inputs->tensor[VT_TENSOR_MAPPING];
  for (ptrdiff_t e = 0; e < mapping->count; e++)
    mapping->value[e] = vt_variants_weights(m, e)[m->reference_variant];
}

// ---------------------------------------------------------------------------------------------
// Factors.

static bool changes(const vt_pathway *m, int factor, ptrdiff_t entry) {
  const int *touched = m->touched[VT_TENSOR_MAPPING];
  if (touched && touched[entry] >= 0) return true;
  const double now = m->inputs->tensor[VT_TENSOR_MAPPING].value[entry];
  for (int i = 0; i < m->variants_of[factor].count; i++) {
    if (vt_variants_weights(m, entry)[m->variants_of[factor].variant[i]] != now) return true;
  }
  return false;
}

// Overrides after the choice may have changed weights: then no choice leaves them as they are.
static bool is_reference(const vt_pathway *m, int variant) {
  const vt_tensor *mapping = &m->inputs->tensor[VT_TENSOR_MAPPING];
  if (variant != m->reference_variant) return false;
  for (ptrdiff_t e = 0; e < mapping->count; e++) {
    if (vt_variants_weights(m, e)[variant] != mapping->value[e]) return false;
  }
  return true;
}

vt_error vt_variants_factor(vt_pathway *m, int factor, vt_selection *chosen) {
  const vt_factor *f = &m->study->factor[factor];
  vt_variant_list *c = &m->variants_of[factor];
  c->count = vt_variant_count(f, m->inputs);
  VT_ARENA_NEW(m->arena, c->variant, c->count);
  m->neutral[factor] = (double)NAN;
  for (int i = c->count - 1; i >= 0; i--) {
    c->variant[i] = vt_variant_index(f, m->inputs, i);
    if (is_reference(m, c->variant[i])) m->neutral[factor] = i;
  }
  ptrdiff_t kept = 0;
  for (ptrdiff_t k = 0; k < chosen->count; k++) {
    if (changes(m, factor, chosen->entry[k])) chosen->entry[kept++] = chosen->entry[k];
  }
  chosen->count = kept;
  return VT_OK;
}

double vt_variants_apply(const vt_pathway *m, int factor, double index, const double *weight,
                         double value) {
  const vt_variant_list *c = &m->variants_of[factor];
  if (!weight || !(index >= 0.0 && index < (double)c->count)) return value;
  return weight[c->variant[(int)index]];
}
