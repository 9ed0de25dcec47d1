// layout.c - what timelines store: axes, their labels, variables, rows.
#include "timeline.h"

#include <stdio.h>
#include <string.h>

// -------------------------------------------------------------------------------------------------
// Labels.

static vt_error list_codes(const vt_timeline_data *k, int count, const int *node,
                           const char **label) {
  return vt_node_labels(k->set, k->arena, count, node, label);
}

vt_error vt_timeline_label(vt_timeline_data *k) {
  VT_ARENA_NEW(k->arena, k->label[VT_TIMELINE_CATEGORY], k->categories);
  VT_ARENA_NEW(k->arena, k->label[VT_TIMELINE_ACTIVITY], k->processes);
  VT_ARENA_NEW(k->arena, k->label[VT_TIMELINE_FLOW], k->flows);
  for (int c = 0; c < k->categories; c++)
    k->label[VT_TIMELINE_CATEGORY][c] = k->category[c].plan->category.name;
  VT_TRY(list_codes(k, k->processes, k->system->process, k->label[VT_TIMELINE_ACTIVITY]));
  return list_codes(k, k->flows, k->system->flow, k->label[VT_TIMELINE_FLOW]);
}

// -------------------------------------------------------------------------------------------------
// Axes.

static vt_error node_axis(const vt_timeline_data *k, vt_dimension axis, const int *node,
                          vt_layout *layout) {
  const int count = (int)axis.size;
  const char **text, **unit;
  bool named = false, united = false;
  int place;
  VT_ARENA_NEW(k->arena, text, count);
  VT_ARENA_NEW(k->arena, unit, count);
  for (int i = 0; i < count; i++) {
    const vt_node *n = &k->set->node[node[i]];
    text[i] = vt_node_name(n);
    unit[i] = n->unit ? n->unit : "";
    named = named || text[i] != n->code;
    united = united || unit[i][0];
  }
  if (named) axis.text[VT_TEXT_NAME] = text;
  if (united) axis.text[VT_TEXT_UNIT] = unit;
  return vt_layout_add_axis(layout, &axis, &place);
}

static vt_error demand_axis(const vt_timeline_data *k, vt_layout *layout) {
  const char **text;
  int place;
  vt_dimension axis = {.name = "demand",
                       .long_name = "demand",
                       .size = k->demands,
                       .label = k->label[VT_TIMELINE_DEMAND]};
  VT_ARENA_NEW(k->arena, text, k->demands);
  for (int d = 0; d < k->demands; d++)
    text[d] = vt_node_name(&k->set->node[k->system->product[k->product[d]]]);
  axis.text[VT_TEXT_NAME] = text;
  return vt_layout_add_axis(layout, &axis, &place);
}

static vt_error category_axis(const vt_timeline_data *k, vt_layout *layout) {
  const char **unit;
  bool any = false;
  int place;
  vt_dimension axis = {.name = "category",
                       .long_name = "impact category",
                       .size = k->categories,
                       .label = k->label[VT_TIMELINE_CATEGORY]};
  if (k->categories == 0) return VT_OK;
  VT_ARENA_NEW(k->arena, unit, k->categories);
  for (int c = 0; c < k->categories; c++) {
    unit[c] = k->category[c].unit ? k->category[c].unit : "";
    any = any || unit[c][0];
  }
  if (any) axis.text[VT_TEXT_UNIT] = unit;
  return vt_layout_add_axis(layout, &axis, &place);
}

static vt_error time_axis(const vt_timeline_data *k, const vt_bins *bins, vt_layout *layout) {
  const ptrdiff_t count = (ptrdiff_t)(bins->last - bins->first) + 1;
  double *number;
  int place;
  VT_ARENA_NEW(k->arena, number, count);
  for (ptrdiff_t t = 0; t < count; t++)
    number[t] = (double)vt_bin_label(k->plan->resolution, bins->first + t);
  const vt_dimension axis = {.name = "time",
                             .long_name = vt_resolution_names[k->plan->resolution],
                             .size = count,
                             .number = number,
                             .integer = true};
  return vt_layout_add_axis(layout, &axis, &place);
}

static vt_error factor_axis(const vt_timeline_data *k, vt_layout *layout) {
  vt_dimension axis;
  int place;
  if (!k->study->ensemble) return VT_OK;
  VT_TRY(vt_input_axis(k->study, k->arena, &axis));
  return vt_layout_add_axis(layout, &axis, &place);
}

static vt_error lay_axes_out(const vt_timeline_data *k, const vt_bins *bins, vt_layout *layout) {
  const vt_dimension activity = {.name = "activity",
                                 .long_name = "activity code",
                                 .size = k->processes,
                                 .label = k->label[VT_TIMELINE_ACTIVITY]};
  const vt_dimension flow = {.name = "elementary_flow",
                             .long_name = "elementary flow code",
                             .size = k->flows,
                             .label = k->label[VT_TIMELINE_FLOW]};
  VT_TRY(demand_axis(k, layout));
  VT_TRY(category_axis(k, layout));
  if (k->plan->keep_by_activity || k->plan->keep_timeline)
    VT_TRY(node_axis(k, activity, k->system->process, layout));
  VT_TRY(node_axis(k, flow, k->system->flow, layout));
  VT_TRY(time_axis(k, bins, layout));
  return factor_axis(k, layout);
}

// -------------------------------------------------------------------------------------------------
// Variables.

enum { MOST_AXES = 4 };

// Over axes by name, up to a NULL.
static vt_error add(vt_layout *layout, const vt_variable *v, const char *const axis[MOST_AXES],
                    int *place) {
  int at[MOST_AXES], axes = 0;
  for (; axes < MOST_AXES && axis[axes]; axes++) at[axes] = vt_layout_find_axis(layout, axis[axes]);
  return vt_layout_add(layout, v, axes, at, place);
}

static vt_error add_tensors(const vt_timeline_data *k, vt_layout *layout,
                            vt_timeline_places *place) {
  const bool many = k->study->ensemble;
  const vt_storage big = k->study->single ? VT_STORE_SINGLE : VT_STORE_DOUBLE;
  const vt_variable inventory = {.name = "inventory",
                                 .long_name = "elementary flow",
                                 .storage = big,
                                 .statistics = many,
                                 .reference = many};
  const vt_variable by_activity = {.name = "inventory_by_activity",
                                   .long_name = "elementary flow of an activity",
                                   .storage = big};
  const vt_variable impact = {.name = "impact",
                              .long_name = "impact",
                              .storage = big,
                              .statistics = many,
                              .reference = many};
  if (k->plan->keep_inventory)
    VT_TRY(add(layout, &inventory,
               (const char *const[MOST_AXES]){"demand", "elementary_flow", "time"},
               &place->inventory));
  if (k->plan->keep_by_activity)
    VT_TRY(add(layout, &by_activity,
               (const char *const[MOST_AXES]){"demand", "activity", "elementary_flow", "time"},
               &place->by_activity));
  if (k->categories == 0) return VT_OK;
  return add(layout, &impact, (const char *const[MOST_AXES]){"demand", "category", "time"},
             &place->impact);
}

static vt_error add_totals(const vt_timeline_data *k, vt_layout *layout,
                           vt_timeline_places *place) {
  static const char *const by_category[MOST_AXES] = {"demand", "category"};
  const vt_variable total = {.name = "total_impact",
                             .long_name = "sum over time of the impact",
                             .statistics = true,
                             .reference = true};
  const vt_variable score = {.name = "static_score",
                             .long_name = "static inventory x static factors",
                             .statistics = true,
                             .reference = true};
  if (k->categories == 0) return VT_OK;
  VT_TRY(add(layout, &total, by_category, &place->total));
  return add(layout, &score, by_category, &place->score);
}

static vt_error add_checks(const vt_timeline_data *k, vt_layout *layout,
                           vt_timeline_places *place) {
  static const char *const by_flow[MOST_AXES] = {"demand", "elementary_flow"};
  static const char *const by_demand[MOST_AXES] = {"demand"};
  const vt_variable remainder = {.name = "remainder",
                                 .long_name = "sum of the sizes of rows of what was closed"};
  const vt_variable share = {.name = "remainder_share",
                             .long_name = "sum of the shares of what was closed"};
  const vt_variable violation = {.name = "violation",
                                 .long_name = "gap to the static inventory / sum of sizes of rows"};
  const vt_variable calculations = {.name = "calculations",
                                    .long_name = "demands that were expanded"};
  const vt_variable outside = {.name = "outside",
                               .long_name = "elementary flow at dates outside of the axis time"};
  VT_TRY(add(layout, &remainder, by_flow, &place->remainder));
  VT_TRY(add(layout, &share, by_demand, &place->share));
  VT_TRY(add(layout, &violation, by_demand, &place->violation));
  VT_TRY(add(layout, &calculations, by_demand, &place->calculations));
  if (!k->study->ensemble && !k->plan->has_time) return VT_OK;
  return add(layout, &outside, by_flow, &place->outside);
}

static vt_error add_variables(const vt_timeline_data *k, vt_layout *layout,
                              vt_timeline_places *place) {
  *place = (vt_timeline_places){-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, {-1, -1}};
  const char *variants;
  VT_TRY(vt_layout_add_status(layout));
  if (k->study->ensemble) {
    VT_TRY(vt_input_variants(k->study, k->arena, &variants));
    VT_TRY(vt_input_lay_out(k->study, vt_layout_find_axis(layout, "factor"), variants, false,
                            layout, &place->input));
  }
  VT_TRY(add_totals(k, layout, place));
  VT_TRY(add_checks(k, layout, place));
  VT_TRY(add_tensors(k, layout, place));
  return vt_layout_add_performance(layout, "demands that were expanded");
}

// -------------------------------------------------------------------------------------------------
// Sizes.

static vt_error check_cells(const vt_timeline_data *k, const char *name, double cells) {
  VT_CHECK(cells < 2147483648.0, VT_ERR_INPUT,
           "%s: '%s' would have %.0f cells a scenario, expected fewer than 2^31: a coarser "
           "'resolution' (month, year), or 'keep: [timeline]' in its place",
           k->study->path, name, cells);
  return VT_OK;
}

vt_error vt_timeline_check_size(const vt_timeline_data *k, const vt_bins *bins) {
  const double count = (double)(bins->last - bins->first) + 1;
  const double flows = (double)k->demands * k->flows * count;
  if (k->plan->keep_inventory) VT_TRY(check_cells(k, "inventory", flows));
  if (k->plan->keep_by_activity)
    VT_TRY(check_cells(k, "inventory_by_activity", flows * k->processes));
  return check_cells(k, "impact", (double)k->demands * k->categories * count);
}

vt_error vt_timeline_lay_out(const vt_timeline_data *k, const vt_bins *bins, vt_layout *layout,
                             vt_timeline_places *place) {
  VT_TRY(vt_timeline_check_size(k, bins));
  VT_TRY(lay_axes_out(k, bins, layout));
  VT_TRY(add_variables(k, layout, place));
  layout->scenarios = 1;
  layout->quantiles = k->study->quantiles;
  layout->quantile = k->study->quantile;
  return VT_OK;
}
