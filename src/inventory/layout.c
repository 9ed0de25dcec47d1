// layout.c - what plain LCA stores: axes, their labels, variables.
#include "inventory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// -------------------------------------------------------------------------------------------------
// Labels.

static vt_error list_codes(const vt_inventory_data *k, int count, const int *node,
                           const char **label) {
  return vt_node_labels(k->set, k->arena, count, node, label);
}

vt_error vt_inventory_label(vt_inventory_data *k) {
  const vt_inventory_plan *plan = &k->study->model.inventory;
  const vt_inventory_counts *n = &k->count;
  VT_ARENA_NEW(k->arena, k->label[VT_INVENTORY_DEMAND], n->demands);
  VT_ARENA_NEW(k->arena, k->label[VT_INVENTORY_CATEGORY], n->categories);
  VT_ARENA_NEW(k->arena, k->label[VT_INVENTORY_PROCESS], n->processes);
  VT_ARENA_NEW(k->arena, k->label[VT_INVENTORY_FLOW], n->flows);
  for (int d = 0; d < n->demands; d++) k->label[VT_INVENTORY_DEMAND][d] = k->demand_label[d];
  for (int c = 0; c < n->categories; c++) {
    const char *given = c < plan->methods ? plan->method[c].name : NULL;
    const char *own = k->method[c] >= 0 ? k->set->method[k->method[c]].label : "score";
    k->label[VT_INVENTORY_CATEGORY][c] = given ? given : own;
  }
  VT_TRY(list_codes(k, n->processes, k->system->process, k->label[VT_INVENTORY_PROCESS]));
  VT_TRY(list_codes(k, n->flows, k->system->flow, k->label[VT_INVENTORY_FLOW]));
  VT_ARENA_NEW(k->arena, k->label[VT_INVENTORY_PRODUCT], n->products);
  return list_codes(k, n->products, k->system->product, k->label[VT_INVENTORY_PRODUCT]);
}

// Axes have names and units where the file is made; elsewhere sizes will do, and labels where there
// is an ensemble.
static bool has_texts(const vt_inventory_data *k) {
  return k->set != NULL;
}

static vt_error node_axis(const vt_inventory_data *k, vt_dimension axis, const char **label,
                          const int *node, vt_layout *layout) {
  const int count = (int)axis.size;
  const char **text;
  bool named = false;
  int place;
  axis.label = label;
  if (!has_texts(k)) return vt_layout_add_axis(layout, &axis, &place);
  VT_ARENA_NEW(k->arena, text, count);
  for (int i = 0; i < count; i++) {
    text[i] = vt_node_name(&k->set->node[node[i]]);
    named = named || text[i] != k->set->node[node[i]].code;
  }
  if (named) axis.text[VT_TEXT_NAME] = text;
  return vt_layout_add_axis(layout, &axis, &place);
}

static vt_error demand_axis(const vt_inventory_data *k, vt_layout *layout) {
  vt_dimension axis = {.name = "demand", .long_name = "demand", .size = k->count.demands};
  const char **text;
  int place;
  axis.label = k->label[VT_INVENTORY_DEMAND];
  if (!has_texts(k)) return vt_layout_add_axis(layout, &axis, &place);
  VT_ARENA_NEW(k->arena, text, k->count.demands);
  for (int d = 0; d < k->count.demands; d++)
    text[d] = vt_node_name(&k->set->node[k->system->product[k->product[d]]]);
  axis.text[VT_TEXT_NAME] = text;
  return vt_layout_add_axis(layout, &axis, &place);
}

static vt_error category_axis(const vt_inventory_data *k, vt_layout *layout) {
  vt_dimension axis = {
      .name = "category", .long_name = "impact category", .size = k->count.categories};
  const char **unit;
  bool any = false;
  int place;
  axis.label = k->label[VT_INVENTORY_CATEGORY];
  if (!has_texts(k)) return vt_layout_add_axis(layout, &axis, &place);
  VT_ARENA_NEW(k->arena, unit, k->count.categories);
  for (int c = 0; c < k->count.categories; c++) {
    const vt_method *method = k->method[c] >= 0 ? &k->set->method[k->method[c]] : NULL;
    unit[c] = method && method->unit ? method->unit : "";
    any = any || unit[c][0];
  }
  if (any) axis.text[VT_TEXT_UNIT] = unit;
  return vt_layout_add_axis(layout, &axis, &place);
}

// Parameters, then factors, of an ensemble.
static vt_error factor_axis(const vt_inventory_data *k, vt_layout *layout) {
  vt_dimension axis;
  int place;
  if (!k->study->ensemble) return VT_OK;
  VT_TRY(vt_input_axis(k->study, k->arena, &axis));
  return vt_layout_add_axis(layout, &axis, &place);
}

static vt_error lay_axes_out(const vt_inventory_data *k, vt_layout *layout) {
  const vt_inventory_plan *plan = &k->study->model.inventory;
  const vt_system *s = k->system;
  const bool tops = plan->contributions > 0;
  const vt_dimension top = {
      .name = "top", .long_name = "place in a table of contributions", .size = plan->contributions};
  int place;
  VT_TRY(demand_axis(k, layout));
  VT_TRY(category_axis(k, layout));
  if (plan->keep_supply || tops)
    VT_TRY(node_axis(
        k,
        (vt_dimension){.name = "process", .long_name = "process code", .size = k->count.processes},
        k->label[VT_INVENTORY_PROCESS], s ? s->process : NULL, layout));
  if (plan->keep_inventory || tops)
    VT_TRY(node_axis(k,
                     (vt_dimension){.name = "elementary_flow",
                                    .long_name = "elementary flow code",
                                    .size = k->count.flows},
                     k->label[VT_INVENTORY_FLOW], s ? s->flow : NULL, layout));
  VT_TRY(factor_axis(k, layout));
  return tops ? vt_layout_add_axis(layout, &top, &place) : VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Variables.

enum { MOST_AXES = 3 };

// Over axes by name, up to a NULL.
static vt_error add(vt_layout *layout, const vt_variable *v, const char *const axis[MOST_AXES],
                    int *place) {
  int at[MOST_AXES], axes = 0;
  for (; axes < MOST_AXES && axis[axes]; axes++) at[axes] = vt_layout_find_axis(layout, axis[axes]);
  return vt_layout_add(layout, v, axes, at, place);
}

// Of an ensemble the reference alone is taken apart.
static vt_error add_table(const vt_study *study, vt_layout *layout, const char *axis,
                          const vt_variable names[3], vt_top_places *place) {
  static const char *const axes[MOST_AXES] = {"demand", "category", "top"};
  *place = (vt_top_places){-1, -1, -1};
  if (vt_layout_find_axis(layout, axis) < 0) return VT_OK;
  int *const at[] = {&place->index, &place->amount, &place->share};
  for (int i = 0; i < 3; i++) {
    vt_variable v = names[i];
    v.reference = study->ensemble;
    v.group = study->ensemble ? VT_GROUP_NOWHERE : VT_GROUP_ROOT;
    VT_TRY(add(layout, &v, axes, at[i]));
  }
  return VT_OK;
}

static vt_error add_tables(const vt_study *study, vt_layout *layout, vt_inventory_places *place) {
  const vt_variable process[3] = {
      {.name = "top_process",
       .long_name = "largest contributions: place on the axis process, from 0; -1 none",
       .storage = VT_STORE_INT32},
      {.name = "top_process_amount", .long_name = "contribution of a process to the score"},
      {.name = "top_process_share", .long_name = "contribution of a process / score"}};
  const vt_variable flow[3] = {
      {.name = "top_flow",
       .long_name = "largest contributions: place on the axis elementary_flow, from 0; -1 none",
       .storage = VT_STORE_INT32},
      {.name = "top_flow_amount", .long_name = "contribution of a flow to the score"},
      {.name = "top_flow_share", .long_name = "contribution of a flow / score"}};
  place->top_process = place->top_flow = (vt_top_places){-1, -1, -1};
  if (vt_layout_find_axis(layout, "top") < 0) return VT_OK;
  VT_TRY(add_table(study, layout, "process", process, &place->top_process));
  return add_table(study, layout, "elementary_flow", flow, &place->top_flow);
}

static vt_error add_inputs(const vt_study *study, vt_layout *layout, vt_inventory_places *place) {
  place->input = (vt_input_places){-1, -1};
  if (!study->ensemble) return VT_OK;
  return vt_input_lay_out(study, vt_layout_find_axis(layout, "factor"), NULL,
                          vt_parameters_are_meant(study), layout, &place->input);
}

static vt_error add_variables(const vt_inventory_data *k, vt_layout *layout,
                              vt_inventory_places *place) {
  const vt_inventory_plan *plan = &k->study->model.inventory;
  const vt_storage big = k->study->single ? VT_STORE_SINGLE : VT_STORE_DOUBLE;
  const vt_variable score = {
      .name = "score", .long_name = "impact of the demand", .statistics = true, .reference = true};
  const vt_variable residual = {.name = "residual",
                                .long_name = "backward error of the solve",
                                .once = true,
                                .worst_of = k->study->ensemble ? "draw_residual" : NULL};
  const vt_variable inventory = {.name = "inventory",
                                 .long_name = "elementary flow",
                                 .storage = big,
                                 .statistics = k->study->ensemble};
  const vt_variable supply = {.name = "supply",
                              .long_name = "activity of the process",
                              .storage = big,
                              .statistics = k->study->ensemble};
  place->inventory = place->supply = -1;
  const vt_variable draw = {.name = "draw_residual",
                            .long_name = "backward error of the scenario's solve"};
  place->draw_residual = -1;
  VT_TRY(vt_layout_add_status(layout));
  VT_TRY(add_inputs(k->study, layout, place));
  VT_TRY(add(layout, &score, (const char *const[MOST_AXES]){"demand", "category"}, &place->score));
  VT_TRY(add(layout, &residual, (const char *const[MOST_AXES]){"demand"}, &place->residual));
  if (k->study->ensemble)
    VT_TRY(add(layout, &draw, (const char *const[MOST_AXES]){"demand"}, &place->draw_residual));
  if (plan->keep_inventory)
    VT_TRY(add(layout, &inventory, (const char *const[MOST_AXES]){"demand", "elementary_flow"},
               &place->inventory));
  if (plan->keep_supply)
    VT_TRY(
        add(layout, &supply, (const char *const[MOST_AXES]){"demand", "process"}, &place->supply));
  VT_TRY(add_tables(k->study, layout, place));
  return vt_layout_add_performance(layout, "iterations of linear solves");
}

// Distributions that are none, where something varies.
static vt_error note_invalid(const vt_inventory_data *k, vt_layout *layout) {
  char number[32];
  if (!k->study->uncertainty.wanted) return VT_OK;
  const ptrdiff_t invalid =
      vt_variation_count(k->variation)->invalid + k->following.followers.invalid;
  layout->note_name = "invalid_distributions";
  return vt_arena_text(k->arena, number, snprintf(number, sizeof number, "%td", invalid),
                       &layout->note);
}

vt_error vt_inventory_lay_out(const vt_inventory_data *k, vt_layout *layout,
                              vt_inventory_places *place) {
  VT_TRY(lay_axes_out(k, layout));
  VT_TRY(add_variables(k, layout, place));
  VT_TRY(note_invalid(k, layout));
  layout->scenarios = 1;
  layout->quantiles = k->study->quantiles;
  layout->quantile = k->study->quantile;
  return VT_OK;
}
