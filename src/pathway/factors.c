// factors.c - overrides applied, factors looked up, and which factor touches which number.
#include "factors.h"

#include "touches.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// What the reference makes of a number through its touches, none of which is a choice.
static double apply_numbers(const vt_core *core, const vt_factor_leaves *factors, int touched,
                            double base) {
  const vt_touch *t = &factors->touch[touched];
  if (t->parent >= 0) base = apply_numbers(core, factors, t->parent, base);
  const double operand = vt_touch_operand(core, factors, t, NULL);
  return isnan(operand) ? base
                        : vt_touch_operation(change_of(core, t->factor)->operation, operand, base);
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
  uint64_t stream;
  VT_TRY(hash_cell(core, core->study->factor[factor].name, id, entry, &stream));
  return vt_touch_extend_each(core, factors, factor, stream, touched);
}

static double reference_value(const vt_core *core, const vt_factor_leaves *factors, vt_tensor_id id,
                              ptrdiff_t entry) {
  const double base = core->inputs->tensor[id].value[entry];
  const int touched = factors->touched[id] ? factors->touched[id][entry] : -1;
  return touched < 0 ? base : apply_numbers(core, factors, touched, base);
}

static double common_value(const vt_core *core, const vt_factor_leaves *factors,
                           const vt_selection *chosen) {
  const double first = reference_value(core, factors, chosen->tensor, chosen->entry[0]);
  for (ptrdiff_t k = 1; k < chosen->count; k++) {
    if (reference_value(core, factors, chosen->tensor, chosen->entry[k]) != first) return NAN;
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
    extended = change_of(core, factor)->each
                   ? extend_each(core, factors, factor, chosen->tensor, chosen->entry[k], entry)
                   : vt_touch_extend(core, factors, factor, known, entry);
  }
  free(known);
  VT_TRY(extended);
  return VT_OK;
}

static vt_error mark_and_note(const vt_core *core, vt_factor_leaves *factors, int factor,
                              vt_selection *chosen) {
  switch (core->study->factor[factor].operation) {
    case VT_SET: factors->neutral[factor] = common_value(core, factors, chosen); break;
    case VT_ADD: factors->neutral[factor] = 0.0; break;
    case VT_MULTIPLY: factors->neutral[factor] = 1.0; break;
    case VT_CHOOSE:
      VT_TRY(vt_variants_note(core, &factors->variants, factor, factors->touched[VT_TENSOR_MAPPING],
                              chosen, &factors->neutral[factor]));
      break;
  }
  return mark(core, factors, factor, chosen);
}

// Entries were created in a tensor: move what is known of the old ones. An entry that an override
// created is there in all scenarios.
static vt_error make_room(const vt_core *core, vt_factor_leaves *factors, vt_tensor_id id,
                          const vt_tensor *old, bool by_factor) {
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
    factors->created[id][e] = known ? old_created && old_created[from] : by_factor;
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
    if (factors->follow.evaluation && vt_parameter_is_meant(&study->factor[f])) {
      VT_TRY(vt_follow_touch(core, factors, f));
      continue;
    }
    memcpy(before, core->inputs->tensor, sizeof before);
    VT_TRY(vt_selection_create_entries(study->path, &study->factor[f], core->inputs));
    VT_TRY(vt_selection_resolve(study->path, &study->factor[f], core->inputs, &chosen));
    const vt_tensor *old = &before[chosen.tensor];
    vt_error marked = VT_OK;
    if (old->count != core->inputs->tensor[chosen.tensor].count)
      marked = make_room(core, factors, chosen.tensor, old, true);
    if (marked == VT_OK) marked = mark_and_note(core, factors, f, &chosen);
    free(chosen.entry);
    VT_TRY(marked);
  }
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Overrides. Those with a formula differ between scenarios: they touch numbers as factors do,
// before all of these, and so does what other overrides add to such numbers later.

// A number that is set, by an override that is fixed, is what it is whatever came before.
static vt_error override_entries(vt_core *core, vt_factor_leaves *factors, int override,
                                 const vt_selection *chosen) {
  const vt_pathway_plan *plan = &core->study->model.pathway;
  const vt_factor *o = &plan->override[override];
  const bool formula = o->value.kind == VT_VALUE_FORMULA;
  const bool replaces = o->operation == VT_SET || o->operation == VT_CHOOSE;
  double *value = core->inputs->tensor[chosen->tensor].value;
  int *touched = factors->touched[chosen->tensor];
  vt_selection varying = {.tensor = chosen->tensor};
  VT_NEW(varying.entry, chosen->count);
  for (ptrdiff_t k = 0; k < chosen->count; k++) {
    const ptrdiff_t e = chosen->entry[k];
    if (touched && replaces) touched[e] = -1;
    if (formula || (touched && touched[e] >= 0)) {
      varying.entry[varying.count++] = e;
    } else if (o->operation != VT_CHOOSE) {
      vt_follow_override(core, &factors->follow, chosen->tensor, e, o->operation,
                         o->value.level[0]);
      vt_drawn_override(core, &factors->drawing, chosen->tensor, e, o->operation,
                        o->value.level[0]);
      value[e] = vt_touch_operation(o->operation, o->value.level[0], value[e]);
    }
  }
  vt_error marked = VT_OK;
  if (varying.count > 0)
    marked = mark(core, factors, core->study->factors + override - plan->fixed_overrides, &varying);
  free(varying.entry);
  return marked;
}

static vt_error apply_override(vt_core *core, vt_factor_leaves *factors, int override) {
  const vt_study *study = core->study;
  const vt_factor *o = &study->model.pathway.override[override];
  vt_tensor before[VT_TENSOR_COUNT];
  vt_selection chosen;
  memcpy(before, core->inputs->tensor, sizeof before);
  VT_TRY(vt_selection_create_entries(study->path, o, core->inputs));
  VT_TRY(vt_selection_resolve(study->path, o, core->inputs, &chosen));
  if (o->operation == VT_CHOOSE) vt_variants_override(core, &factors->variants, o);
  const vt_tensor *old = &before[chosen.tensor];
  vt_error applied = VT_OK;
  if (old->count != core->inputs->tensor[chosen.tensor].count && factors->touched[chosen.tensor])
    applied = make_room(core, factors, chosen.tensor, old, false);
  if (applied == VT_OK) applied = override_entries(core, factors, override, &chosen);
  free(chosen.entry);
  return applied;
}

// Values of the overrides that differ, in the reference.
static vt_error find_standing(const vt_core *core, vt_factor_leaves *factors) {
  const vt_study *study = core->study;
  const vt_pathway_plan *plan = &study->model.pathway;
  vt_design *design;
  VT_ARENA_NEW(core->arena, factors->standing, study->design.inputs);
  for (int i = 0; i < study->design.inputs; i++) factors->standing[i] = (double)NAN;
  if (plan->fixed_overrides == plan->overrides) return VT_OK;
  VT_TRY(vt_design_create(&study->design, &design));
  const vt_error found = vt_design_reference(design, factors->standing);
  vt_design_free(design);
  return found;
}

// What the reference is solved with: where numbers differ between scenarios, an array of its own.
static vt_error note_reference(vt_core *core, vt_factor_leaves *factors) {
  vt_inputs view = *core->inputs;
  for (int id = 0; id < VT_TENSOR_COUNT; id++) {
    vt_tensor *tensor = &view.tensor[id];
    if (!factors->touched[id]) continue;
    VT_ARENA_NEW(core->arena, tensor->value, tensor->count);
    for (ptrdiff_t e = 0; e < tensor->count; e++)
      tensor->value[e] = reference_value(core, factors, (vt_tensor_id)id, e);
  }
  if (core->study->model.pathway.overrides > 0) VT_TRY(vt_inputs_check_numbers(&view));
  memcpy(factors->reference, view.tensor, sizeof factors->reference);
  return VT_OK;
}

static vt_error apply_overrides(vt_core *core, vt_factor_leaves *factors) {
  VT_TRY(find_standing(core, factors));
  for (int i = 0; i < core->study->model.pathway.overrides; i++)
    VT_TRY(apply_override(core, factors, i));
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Cells.

bool vt_factors_choose(const vt_core *core, const vt_factor_leaves *factors, int touched) {
  for (int i = touched; i >= 0; i = factors->touch[i].parent) {
    if (change_of(core, factors->touch[i].factor)->operation == VT_CHOOSE) return true;
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

// The cell of what an entry is before factors touch it, where scenarios differ in that; or -1.
static int base_cell(const vt_core *core, const vt_factor_leaves *factors, vt_tensor_id id,
                     ptrdiff_t entry) {
  const int followed = vt_follow_cell(core, &factors->follow, id, entry);
  return followed >= 0 ? followed : vt_drawn_base(core, &factors->drawing, id, entry);
}

// direct: flows whose characterisation factors need cells; NULL: all.
static vt_error make_tensor_cells(vt_core *core, vt_factor_leaves *factors, vt_tensor_id id,
                                  const bool *direct) {
  const vt_tensor *tensor = &core->inputs->tensor[id];
  const vt_tensor_id general = vt_selection_default_of(id);
  VT_ARENA_NEW(core->arena, factors->cell[id], tensor->count);
  for (ptrdiff_t e = 0; e < tensor->count; e++) {
    const int touched = factors->touched[id] ? factors->touched[id][e] : -1;
    const int base = base_cell(core, factors, id, e);
    int *cell = &factors->cell[id][e];
    if (id == VT_TENSOR_CHARACTERIZATION && direct && !direct[tensor->index[3 * e + 1]]) continue;
    if (touched < 0) {
      *cell = base;
      if (base < 0) VT_TRY(vt_graph_leaf(&core->graph, tensor->value[e], -1, cell));
      continue;
    }
    // Where its factor is not applied, an entry that the factor created is not there.
    const bool falls_back =
        factors->created[id] && factors->created[id][e] && general != VT_TENSOR_COUNT;
    const vt_touched_cell leaf = {.fallback = falls_back ? factors->cell[general][0] : base,
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
// them by touch, and they get no cells of their own, unless a scenario draws each; nor do
// characterisation factors that only act there. Defaults come first, since others may fall back on
// them.
static vt_error make_cells(vt_core *core, vt_factor_leaves *factors) {
  bool *direct;
  // Behind those of add_dynamic_leaf, of which there is at most one for each entry.
  ptrdiff_t signature = 3 * factors->touches;
  for (int id = 0; id < VT_TENSOR_COUNT; id++) signature += core->inputs->tensor[id].count;
  VT_TRY(vt_follow_make_cells(core, factors, signature));
  signature += core->inputs->following.parameters + core->inputs->following.amounts +
               core->inputs->following.terms;
  VT_TRY(vt_drawn_make_cells(core, &factors->drawing, signature));
  VT_TRY(find_direct_emissions(core, &direct));
  if (vt_drawn_has_entries(core)) direct = NULL;
  for (int axes = 0; axes <= 1; axes++) {
    for (int id = 0; id < VT_TENSOR_COUNT; id++) {
      if (id == VT_TENSOR_BACKGROUND && !vt_drawn_has_entries(core)) continue;
      if ((vt_tensor_kinds[id].axes > 0) != (axes > 0)) continue;
      VT_TRY(make_tensor_cells(core, factors, (vt_tensor_id)id, direct));
    }
  }
  return VT_OK;
}

vt_error vt_factors_prepare(vt_core *core, vt_factor_leaves *factors) {
  VT_TRY(vt_variants_prepare(core, &factors->variants));
  VT_TRY(vt_follow_prepare(core, &factors->follow));
  VT_TRY(vt_drawn_prepare(core, &factors->drawing));
  VT_TRY(apply_overrides(core, factors));
  // Factors create entries in new arrays and change no value, so these stay as they are.
  VT_TRY(note_reference(core, factors));
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
  const double operand = vt_touch_operand(core, factors, t, factor);
  if (isnan(operand)) return;
  switch (change_of(core, t->factor)->operation) {
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
    if (change_of(core, factors->touch[i].factor)->operation != VT_MULTIPLY) return true;
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

int vt_factors_set_leaves(const vt_core *core, const vt_factor_leaves *factors,
                          const double *factor, const double *drawn, double *value) {
  const int failed = vt_follow_set(core, factors, factor, drawn, value);
  vt_drawn_set(&factors->drawing, drawn, value);
  for (ptrdiff_t i = 0; i < factors->leaves; i++) {
    const vt_touched_cell *d = &factors->leaf[i];
    const double base = d->fallback < 0 ? d->base : value[d->fallback];
    value[d->cell] = vt_touch_apply(core, factors, d->touch, d->weight, base, factor);
  }
  for (ptrdiff_t i = 0; i < factors->touches; i++) {
    const vt_touch *t = &factors->touch[i];
    if (t->alpha < 0) continue;
    double alpha, beta;
    apply_affine(core, factors, (int)i, factor, &alpha, &beta);
    value[t->alpha] = alpha;
    if (t->beta != CELL_ZERO) value[t->beta] = beta;
  }
  return failed;
}

// -------------------------------------------------------------------------------------------------
// Backwards: from derivatives by numbers to those by the values that touch them.

// The same of alpha * base + beta, by alpha and by beta.
static void pull_affine(const vt_core *core, const vt_factor_leaves *factors, int touched,
                        const double *factor, double by_alpha, double by_beta, double *by) {
  for (int i = touched; i >= 0; i = factors->touch[i].parent) {
    const vt_touch *t = &factors->touch[i];
    const double operand = vt_touch_operand(core, factors, t, factor);
    double alpha = 1.0, beta = 0.0;
    if (t->parent >= 0) apply_affine(core, factors, t->parent, factor, &alpha, &beta);
    switch (change_of(core, t->factor)->operation) {
      case VT_SET:
        by[t->value] += by_beta;
        if (!isnan(operand)) return;
        break;
      case VT_ADD: by[t->value] += by_beta; break;
      case VT_MULTIPLY:
        by[t->value] += by_alpha * alpha + by_beta * beta;
        if (isnan(operand)) break;
        by_alpha *= operand;
        by_beta *= operand;
        break;
      case VT_CHOOSE: break;
    }
  }
}

void vt_factors_adjoint(const vt_core *core, const vt_factor_leaves *factors, const double *factor,
                        const double *drawn, const double *value, double *adjoint, double *slope,
                        double *by) {
  const ptrdiff_t width = core->study->design.inputs + factors->drawings;
  for (ptrdiff_t i = 0; i < width; i++) by[i] = 0.0;
  for (ptrdiff_t i = 0; i < factors->touches; i++) {
    const vt_touch *t = &factors->touch[i];
    if (t->alpha < 0) continue;
    const double by_beta = t->beta == CELL_ZERO ? 0.0 : adjoint[t->beta];
    pull_affine(core, factors, (int)i, factor, adjoint[t->alpha], by_beta, by);
  }
  // A leaf may fall back on one before it.
  for (ptrdiff_t i = factors->leaves - 1; i >= 0; i--) {
    const vt_touched_cell *d = &factors->leaf[i];
    const double base = d->fallback < 0 ? d->base : value[d->fallback];
    const double rest =
        vt_touch_pull(core, factors, d->touch, d->weight, base, factor, adjoint[d->cell], by);
    if (d->fallback >= 0) adjoint[d->fallback] += rest;
  }
  vt_follow_adjoint(core, factors, factor, drawn, value, adjoint, slope, by);
}

int vt_factors_cell(const vt_core *core, const vt_factor_leaves *factors, vt_tensor_id tensor,
                    const int32_t *key, int missing) {
  bool found;
  const ptrdiff_t entry =
      vt_tensor_find(&core->inputs->tensor[tensor], vt_tensor_kinds[tensor].axes, key, &found);
  return found ? factors->cell[tensor][entry] : missing;
}
