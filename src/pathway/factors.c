// factors.c - overrides applied, factors looked up, and which factor touches which number.
#include "factors.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static double apply_one(vt_operation operation, double operand, double value) {
  switch (operation) {
    case VT_SET: return operand;
    case VT_ADD: return value + operand;
    case VT_MULTIPLY: return value == 0.0 || operand == 0.0 ? 0.0 : value * operand;
    case VT_CHOOSE: break;
  }
  return value;
}

static vt_error apply_overrides(vt_core *core, vt_factor_leaves *factors) {
  const vt_study *study = core->study;
  for (int i = 0; i < study->model.pathway.overrides; i++) {
    const vt_factor *o = &study->model.pathway.override[i];
    vt_selection chosen;
    VT_TRY(vt_selection_create_entries(study->path, o, core->inputs));
    VT_TRY(vt_selection_resolve(study->path, o, core->inputs, &chosen));
    if (o->operation == VT_CHOOSE) vt_variants_override(core, &factors->variants, o);
    double *value = core->inputs->tensor[chosen.tensor].value;
    for (ptrdiff_t k = 0; k < chosen.count && o->operation != VT_CHOOSE; k++) {
      value[chosen.entry[k]] = apply_one(o->operation, o->value.level[0], value[chosen.entry[k]]);
    }
    free(chosen.entry);
  }
  if (study->model.pathway.overrides > 0) VT_TRY(vt_inputs_check_numbers(core->inputs));
  return VT_OK;
}

static vt_error add_touch(vt_factor_leaves *factors, vt_touch touch, int *made) {
  VT_TRY(vt_grow(&factors->touch, &factors->touch_capacity, factors->touches + 1,
                 sizeof *factors->touch));
  touch.alpha = touch.beta = -1;
  touch.length = touch.parent < 0 ? 1 : factors->touch[touch.parent].length + 1;
  *made = (int)factors->touches;
  factors->touch[factors->touches++] = touch;
  return VT_OK;
}

// The touch that a factor adds to those before it; equal lists share one number. `known` has shape
// [touches before the factor + 1]: the touch made for each parent (from -1 on), or -1.
static vt_error extend(vt_factor_leaves *factors, int factor, int *known, int *touched) {
  int *made = &known[*touched + 1];
  if (*made < 0)
    VT_TRY(add_touch(factors, (vt_touch){.parent = *touched, .factor = factor, .value = factor},
                     made));
  *touched = *made;
  return VT_OK;
}

static vt_error hash_cell(const vt_core *core, const char *name, vt_tensor_id id, ptrdiff_t entry,
                          uint64_t *hash) {
  const vt_tensor_kind *kind = &vt_tensor_kinds[id];
  const int32_t *key = core->inputs->tensor[id].index + entry * kind->axes;
  vt_text text = {0};
  vt_error added = vt_text_add(&text, "%s", name);
  for (int a = 0; a < kind->axes && added == VT_OK; a++)
    added = vt_text_add(&text, "%c%s", '\0', vt_inputs_label(core->inputs, kind->axis[a], key[a]));
  *hash = vt_hash64(text.bytes, text.length);
  vt_text_free(&text);
  return added;
}

// A touch of its own for each cell.
static vt_error extend_each(const vt_core *core, vt_factor_leaves *factors, int factor,
                            vt_tensor_id id, ptrdiff_t entry, int *touched) {
  const vt_study *study = core->study;
  vt_drawn_cell drawn = {.factor = factor};
  VT_TRY(hash_cell(core, study->factor[factor].name, id, entry, &drawn.stream));
  VT_TRY(vt_grow(&factors->drawn, &factors->drawn_capacity, factors->drawings + 1,
                 sizeof *factors->drawn));
  const vt_touch touch = {
      .parent = *touched, .factor = factor, .value = study->design.inputs + factors->drawings};
  factors->drawn[factors->drawings++] = drawn;
  return add_touch(factors, touch, touched);
}

static double common_value(const double *value, const vt_selection *chosen) {
  const double first = value[chosen->entry[0]];
  for (ptrdiff_t k = 1; k < chosen->count; k++) {
    if (value[chosen->entry[k]] != first) return NAN;
  }
  return first;
}

static vt_error mark(const vt_core *core, vt_factor_leaves *factors, int factor,
                     const vt_selection *chosen) {
  int **touched = &factors->touched[chosen->tensor], *known;
  const vt_tensor *tensor = &core->inputs->tensor[chosen->tensor];
  const ptrdiff_t before = factors->touches;
  if (!*touched) {
    VT_ARENA_NEW(core->arena, *touched, tensor->count);
    for (ptrdiff_t e = 0; e < tensor->count; e++) (*touched)[e] = -1;
  }
  VT_NEW(known, before + 1);
  for (ptrdiff_t i = 0; i <= before; i++) known[i] = -1;
  vt_error extended = VT_OK;
  for (ptrdiff_t k = 0; k < chosen->count && extended == VT_OK; k++) {
    int *entry = &(*touched)[chosen->entry[k]];
    extended = core->study->factor[factor].each
                   ? extend_each(core, factors, factor, chosen->tensor, chosen->entry[k], entry)
                   : extend(factors, factor, known, entry);
  }
  free(known);
  VT_TRY(extended);
  return VT_OK;
}

static vt_error mark_and_note(const vt_core *core, vt_factor_leaves *factors, int factor,
                              vt_selection *chosen) {
  const vt_tensor *tensor = &core->inputs->tensor[chosen->tensor];
  switch (core->study->factor[factor].operation) {
    case VT_SET: factors->neutral[factor] = common_value(tensor->value, chosen); break;
    case VT_ADD: factors->neutral[factor] = 0.0; break;
    case VT_MULTIPLY: factors->neutral[factor] = 1.0; break;
    case VT_CHOOSE:
      VT_TRY(vt_variants_note(core, &factors->variants, factor, factors->touched[VT_TENSOR_MAPPING],
                              chosen, &factors->neutral[factor]));
      break;
  }
  return mark(core, factors, factor, chosen);
}

// A factor created entries in a tensor: move what is known of the old ones.
static vt_error make_room(const vt_core *core, vt_factor_leaves *factors, vt_tensor_id id,
                          const vt_tensor *old) {
  const vt_tensor *tensor = &core->inputs->tensor[id];
  const size_t key_bytes = (size_t)vt_tensor_kinds[id].axes * sizeof *tensor->index;
  const int *old_touched = factors->touched[id];
  const bool *old_created = factors->created[id];
  VT_ARENA_NEW(core->arena, factors->touched[id], tensor->count);
  VT_ARENA_NEW(core->arena, factors->created[id], tensor->count);
  ptrdiff_t from = 0;
  for (ptrdiff_t e = 0; e < tensor->count; e++) {
    const bool known =
        from < old->count && memcmp(old->index + from * vt_tensor_kinds[id].axes,
                                    tensor->index + e * vt_tensor_kinds[id].axes, key_bytes) == 0;
    factors->touched[id][e] = known && old_touched ? old_touched[from] : -1;
    factors->created[id][e] = !known || (old_created && old_created[from]);
    if (known) from++;
  }
  return VT_OK;
}

// One by one: an entry that a factor creates is none to the factors before it.
static vt_error look_factors_up(vt_core *core, vt_factor_leaves *factors) {
  const vt_study *study = core->study;
  VT_ARENA_NEW(core->arena, factors->neutral, study->factors);
  for (int f = 0; f < study->factors; f++) {
    vt_tensor before[VT_TENSOR_COUNT];
    vt_selection chosen;
    memcpy(before, core->inputs->tensor, sizeof before);
    VT_TRY(vt_selection_create_entries(study->path, &study->factor[f], core->inputs));
    VT_TRY(vt_selection_resolve(study->path, &study->factor[f], core->inputs, &chosen));
    const vt_tensor *old = &before[chosen.tensor];
    vt_error marked = VT_OK;
    if (old->count != core->inputs->tensor[chosen.tensor].count)
      marked = make_room(core, factors, chosen.tensor, old);
    if (marked == VT_OK) marked = mark_and_note(core, factors, f, &chosen);
    free(chosen.entry);
    VT_TRY(marked);
  }
  return VT_OK;
}

bool vt_factors_choose(const vt_core *core, const vt_factor_leaves *factors, int touched) {
  for (int i = touched; i >= 0; i = factors->touch[i].parent) {
    if (core->study->factor[factors->touch[i].factor].operation == VT_CHOOSE) return true;
  }
  return false;
}

// `leaf` lacks its cell.
static vt_error add_dynamic_leaf(vt_core *core, vt_factor_leaves *factors, vt_touched_cell leaf,
                                 int *cell) {
  // Signatures: three for each touch, since its numbers, its alpha and its beta differ. Numbers
  // with variants are like no other, whatever they are in the reference.
  const ptrdiff_t signature = leaf.weight ? 3 * factors->touches + factors->leaves : 3 * leaf.touch;
  VT_CHECK(signature < INT32_MAX, VT_ERR_SYSTEM, "the model is too large: %td numbers vary",
           factors->leaves);
  VT_TRY(vt_graph_leaf(&core->graph, leaf.base, (int)signature, cell));
  VT_TRY(
      vt_grow(&factors->leaf, &factors->leaf_capacity, factors->leaves + 1, sizeof *factors->leaf));
  leaf.cell = *cell;
  factors->leaf[factors->leaves++] = leaf;
  return VT_OK;
}

// Elementary flows that processes emit themselves.
static vt_error find_direct_emissions(const vt_core *core, bool **direct) {
  VT_ARENA_NEW(core->arena, *direct, core->elementaries);
  const vt_tensor *base = &core->inputs->tensor[VT_TENSOR_BIOSPHERE];
  const vt_tensor *vintages = &core->inputs->tensor[VT_TENSOR_BIOSPHERE_VINTAGES];
  for (ptrdiff_t e = 0; e < base->count; e++) (*direct)[base->index[3 * e + 1]] = true;
  for (ptrdiff_t e = 0; e < vintages->count; e++) (*direct)[vintages->index[4 * e + 1]] = true;
  return VT_OK;
}

static vt_error make_tensor_cells(vt_core *core, vt_factor_leaves *factors, vt_tensor_id id,
                                  const bool *direct) {
  const vt_tensor *tensor = &core->inputs->tensor[id];
  const vt_tensor_id general = vt_selection_default_of(id);
  VT_ARENA_NEW(core->arena, factors->cell[id], tensor->count);
  for (ptrdiff_t e = 0; e < tensor->count; e++) {
    const int touched = factors->touched[id] ? factors->touched[id][e] : -1;
    int *cell = &factors->cell[id][e];
    if (id == VT_TENSOR_CHARACTERIZATION && !direct[tensor->index[3 * e + 1]]) continue;
    if (touched < 0) {
      VT_TRY(vt_graph_leaf(&core->graph, tensor->value[e], -1, cell));
      continue;
    }
    // Where its factor is not applied, an entry that the factor created is not there.
    const bool falls_back =
        factors->created[id] && factors->created[id][e] && general != VT_TENSOR_COUNT;
    const vt_touched_cell leaf = {.fallback = falls_back ? factors->cell[general][0] : -1,
                                  .touch = touched,
                                  .base = tensor->value[e],
                                  .weight = vt_factors_choose(core, factors, touched)
                                                ? vt_variants_weights(&factors->variants, e)
                                                : NULL};
    VT_TRY(add_dynamic_leaf(core, factors, leaf, cell));
  }
  return VT_OK;
}

// The background has up to millions of entries that act only through W and H: impacts.c sums
// them by touch, and they get no cells of their own; nor do characterisation factors that only act
// there. Defaults come first, since others may fall back on them.
static vt_error make_cells(vt_core *core, vt_factor_leaves *factors) {
  bool *direct;
  VT_TRY(find_direct_emissions(core, &direct));
  for (int axes = 0; axes <= 1; axes++) {
    for (int id = 0; id < VT_TENSOR_COUNT; id++) {
      if (id == VT_TENSOR_BACKGROUND || (vt_tensor_kinds[id].axes > 0) != (axes > 0)) continue;
      VT_TRY(make_tensor_cells(core, factors, (vt_tensor_id)id, direct));
    }
  }
  return VT_OK;
}

vt_error vt_factors_prepare(vt_core *core, vt_factor_leaves *factors) {
  VT_TRY(vt_variants_prepare(core, &factors->variants));
  VT_TRY(apply_overrides(core, factors));
  // Factors create entries in new arrays and change no value, so these stay as they are.
  memcpy(factors->reference, core->inputs->tensor, sizeof factors->reference);
  VT_TRY(look_factors_up(core, factors));
  return make_cells(core, factors);
}

// ---------------------------------------------------------------------------------------------

static void apply_affine(const vt_core *core, const vt_factor_leaves *factors, int touched,
                         const double *factor, double *alpha, double *beta) {
  const vt_touch *t = &factors->touch[touched];
  *alpha = 1.0;
  *beta = 0.0;
  if (t->parent >= 0) apply_affine(core, factors, t->parent, factor, alpha, beta);
  const double operand = factor ? factor[t->value] : NAN;
  if (isnan(operand)) return;
  switch (core->study->factor[t->factor].operation) {
    case VT_SET:
      *alpha = 0.0;
      *beta = operand;
      break;
    case VT_ADD: *beta += operand; break;
    case VT_MULTIPLY:
      *alpha *= operand;
      *beta *= operand;
      break;
    case VT_CHOOSE: break;
  }
}

// Whether beta can differ from zero: something in the list sets or adds.
static bool has_offset(const vt_core *core, const vt_factor_leaves *factors, int touched) {
  for (int i = touched; i >= 0; i = factors->touch[i].parent) {
    if (core->study->factor[factors->touch[i].factor].operation != VT_MULTIPLY) return true;
  }
  return false;
}

vt_error vt_factors_affine(vt_core *core, vt_factor_leaves *factors, int touched, int *alpha,
                           int *beta) {
  if (factors->touch[touched].alpha < 0) {
    int made;
    VT_TRY(vt_graph_leaf(&core->graph, 1.0, 3 * touched + 1, &made));
    factors->touch[touched].alpha = made;
    factors->touch[touched].beta = CELL_ZERO;
    if (has_offset(core, factors, touched)) {
      VT_TRY(vt_graph_leaf(&core->graph, 0.0, 3 * touched + 2, &made));
      factors->touch[touched].beta = made;
    }
  }
  *alpha = factors->touch[touched].alpha;
  *beta = factors->touch[touched].beta;
  return VT_OK;
}

// What the touches make of the leaf's base value.
static double apply_all(const vt_core *core, const vt_factor_leaves *factors,
                        const vt_touched_cell *leaf, int touched, double base,
                        const double *factor) {
  const vt_touch *t = &factors->touch[touched];
  if (t->parent >= 0) base = apply_all(core, factors, leaf, t->parent, base, factor);
  const double operand = factor ? factor[t->value] : NAN;
  if (isnan(operand)) return base;
  const vt_operation operation = core->study->factor[t->factor].operation;
  if (operation == VT_CHOOSE)
    return vt_variants_apply(&factors->variants, t->factor, operand, leaf->weight, base);
  return apply_one(operation, operand, base);
}

void vt_factors_set_leaves(const vt_core *core, const vt_factor_leaves *factors,
                           const double *factor, double *value) {
  for (ptrdiff_t i = 0; i < factors->leaves; i++) {
    const vt_touched_cell *d = &factors->leaf[i];
    const double base = d->fallback < 0 ? d->base : value[d->fallback];
    value[d->cell] = apply_all(core, factors, d, d->touch, base, factor);
  }
  for (ptrdiff_t i = 0; i < factors->touches; i++) {
    const vt_touch *t = &factors->touch[i];
    if (t->alpha < 0) continue;
    double alpha, beta;
    apply_affine(core, factors, (int)i, factor, &alpha, &beta);
    value[t->alpha] = alpha;
    if (t->beta != CELL_ZERO) value[t->beta] = beta;
  }
}

int vt_factors_cell(const vt_core *core, const vt_factor_leaves *factors, vt_tensor_id tensor,
                    const int32_t *key, int missing) {
  bool found;
  const ptrdiff_t entry =
      vt_tensor_find(&core->inputs->tensor[tensor], vt_tensor_kinds[tensor].axes, key, &found);
  return found ? factors->cell[tensor][entry] : missing;
}
