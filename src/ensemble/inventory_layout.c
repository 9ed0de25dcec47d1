// inventory_layout.c - what plain LCA stores: axes, their labels, variables.
#include "inventory_kind.h"

#include <stdlib.h>
#include <string.h>

// -------------------------------------------------------------------------------------------------
// Labels.

static vt_error add_codes(const vt_database_set *set, int count, const int *node, vt_labels *codes,
                          bool *shared) {
  for (int i = 0; i < count; i++) {
    const char *code = set->node[node[i]].code;
    int index;
    bool added;
    VT_TRY(vt_labels_add(codes, code, (ptrdiff_t)strlen(code), &index, &added));
    if (!added) shared[index] = true;
  }
  return VT_OK;
}

// "database:code"
static vt_error full_label(const vt_inventory_kind *k, const vt_node *node, const char **label) {
  vt_text text = {0};
  const char *database = node->database >= 0 ? k->set->database[node->database].name : "";
  vt_error made = vt_text_add(&text, "%s:%s", database, node->code);
  if (made == VT_OK) made = vt_arena_text(k->arena, text.bytes, text.length, label);
  vt_text_free(&text);
  return made;
}

static vt_error pick_labels(const vt_inventory_kind *k, int count, const int *node,
                            const vt_labels *codes, const bool *shared, const char **label) {
  for (int i = 0; i < count; i++) {
    const vt_node *n = &k->set->node[node[i]];
    label[i] = n->code;
    if (shared[vt_labels_find(codes, n->code, (ptrdiff_t)strlen(n->code))])
      VT_TRY(full_label(k, n, &label[i]));
  }
  return VT_OK;
}

// Codes; where two nodes of an axis share one, both say their database too.
static vt_error list_codes(const vt_inventory_kind *k, int count, const int *node,
                           const char **label) {
  vt_labels *codes = NULL;
  bool *shared;
  VT_NEW(shared, count);
  vt_error listed = vt_labels_create(&codes);
  if (listed == VT_OK) listed = add_codes(k->set, count, node, codes, shared);
  if (listed == VT_OK) listed = pick_labels(k, count, node, codes, shared, label);
  vt_labels_free(codes);
  free(shared);
  return listed;
}

static vt_error node_axis(vt_inventory_kind *k, const char *name, const char *long_name,
                          const char *text_name, int count, const int *node) {
  const char **label, **text;
  bool named = false;
  if (count == 0) return VT_OK; // netCDF would call it unlimited
  VT_ARENA_NEW(k->arena, label, count);
  VT_ARENA_NEW(k->arena, text, count);
  VT_TRY(list_codes(k, count, node, label));
  for (int i = 0; i < count; i++) {
    text[i] = vt_node_name(&k->set->node[node[i]]);
    named = named || text[i] != k->set->node[node[i]].code;
  }
  k->dimension[k->layout.dimensions++] = (vt_dimension){.name = name,
                                                        .long_name = long_name,
                                                        .size = count,
                                                        .label = label,
                                                        .text_name = named ? text_name : NULL,
                                                        .text = named ? text : NULL};
  return VT_OK;
}

static vt_error demand_axis(vt_inventory_kind *k) {
  const char **text;
  VT_ARENA_NEW(k->arena, text, k->demands);
  for (int d = 0; d < k->demands; d++)
    text[d] = vt_node_name(&k->set->node[k->system->product[k->product[d]]]);
  k->dimension[k->layout.dimensions++] = (vt_dimension){.name = "demand",
                                                        .long_name = "demand",
                                                        .size = k->demands,
                                                        .label = k->demand_label,
                                                        .text_name = "demand_name",
                                                        .text = text};
  return VT_OK;
}

static const vt_method *method_of(const vt_inventory_kind *k, int category) {
  return k->method[category] >= 0 ? &k->set->method[k->method[category]] : NULL;
}

static vt_error category_axis(vt_inventory_kind *k) {
  const vt_inventory_plan *plan = &k->study->model.inventory;
  const char **label, **unit;
  bool any = false;
  VT_ARENA_NEW(k->arena, label, k->categories);
  VT_ARENA_NEW(k->arena, unit, k->categories);
  for (int c = 0; c < k->categories; c++) {
    const vt_method *method = method_of(k, c);
    const char *given = c < plan->methods ? plan->method[c].name : NULL;
    label[c] = given ? given : method ? method->label : "score";
    unit[c] = method && method->unit ? method->unit : "";
    any = any || unit[c][0];
  }
  k->dimension[k->layout.dimensions++] = (vt_dimension){.name = "category",
                                                        .long_name = "impact category",
                                                        .size = k->categories,
                                                        .label = label,
                                                        .text_name = any ? "category_unit" : NULL,
                                                        .text = any ? unit : NULL};
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Variables.

static int find_axis(const vt_inventory_kind *k, const char *name) {
  for (int a = 0; a < k->layout.dimensions; a++) {
    if (strcmp(k->dimension[a].name, name) == 0) return a;
  }
  return -1;
}

// Over up to three axes by name; -1 if one of them is empty.
static int add(vt_inventory_kind *k, vt_variable v, const char *const axis[3]) {
  v.cells = 1;
  for (int i = 0; i < 3 && axis[i]; i++) {
    v.dimension[i] = find_axis(k, axis[i]);
    if (v.dimension[i] < 0) return -1;
    v.cells *= k->dimension[v.dimension[i]].size;
    v.dimensions++;
  }
  if (!v.units) v.units = "1";
  k->variable[k->layout.variables] = v;
  return k->layout.variables++;
}

static vt_error lay_axes_out(vt_inventory_kind *k) {
  const vt_inventory_plan *plan = &k->study->model.inventory;
  const vt_system *s = k->system;
  const bool tops = plan->contributions > 0;
  VT_TRY(demand_axis(k));
  VT_TRY(category_axis(k));
  if (plan->keep_supply || tops)
    VT_TRY(node_axis(k, "process", "process code", "process_name", s->processes, s->process));
  if (plan->keep_inventory || tops)
    VT_TRY(node_axis(k, "elementary_flow", "elementary flow code", "elementary_flow_name", s->flows,
                     s->flow));
  if (tops)
    k->dimension[k->layout.dimensions++] =
        (vt_dimension){.name = "top",
                       .long_name = "place in a table of contributions",
                       .size = plan->contributions};
  return VT_OK;
}

static void add_table(vt_inventory_kind *k, const char *axis, const vt_variable names[3],
                      top_places *place) {
  static const char *const axes[3] = {"demand", "category", "top"};
  *place = (top_places){-1, -1, -1};
  if (find_axis(k, axis) < 0 || find_axis(k, "top") < 0) return;
  place->index = add(k, names[0], axes);
  place->amount = add(k, names[1], axes);
  place->share = add(k, names[2], axes);
}

static void add_tables(vt_inventory_kind *k) {
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
  add_table(k, "process", process, &k->top_process);
  add_table(k, "elementary_flow", flow, &k->top_flow);
}

static void add_variables(vt_inventory_kind *k) {
  static const char *const none[3] = {NULL}, *const demand[3] = {"demand"};
  const vt_inventory_plan *plan = &k->study->model.inventory;
  const vt_storage big = k->study->single ? VT_STORE_SINGLE : VT_STORE_DOUBLE;
  const vt_variable status = {.name = "status",
                              .long_name = "outcome of the scenario",
                              .storage = VT_STORE_INT8,
                              .reference = true};
  const vt_variable score = {
      .name = "score", .long_name = "impact of the demand", .statistics = true, .reference = true};
  const vt_variable residual = {
      .name = "residual", .long_name = "backward error of the solve", .once = true};
  const vt_variable inventory = {
      .name = "inventory", .long_name = "elementary flow", .storage = big};
  const vt_variable supply = {
      .name = "supply", .long_name = "activity of the process", .storage = big};
  k->status = add(k, status, none);
  k->score = add(k, score, (const char *const[3]){"demand", "category"});
  k->residual = add(k, residual, demand);
  k->inventory = k->supply = -1;
  if (plan->keep_inventory)
    k->inventory = add(k, inventory, (const char *const[3]){"demand", "elementary_flow"});
  if (plan->keep_supply) k->supply = add(k, supply, (const char *const[3]){"demand", "process"});
  add_tables(k);
  const vt_variable wall = {
      .name = "wall_s", .long_name = "time to solve", .units = "s", .group = VT_GROUP_PERFORMANCE};
  const vt_variable iterations = {.name = "iterations",
                                  .long_name = "iterations of linear solves",
                                  .storage = VT_STORE_INT32,
                                  .group = VT_GROUP_PERFORMANCE};
  const vt_variable rank = {.name = "rank",
                            .long_name = "MPI rank that solved it",
                            .storage = VT_STORE_INT32,
                            .group = VT_GROUP_PERFORMANCE};
  k->wall = add(k, wall, none);
  k->iterations = add(k, iterations, none);
  k->rank = add(k, rank, none);
}

vt_error inventory_lay_out(vt_inventory_kind *k) {
  VT_TRY(lay_axes_out(k));
  add_variables(k);
  k->layout.scenarios = 1;
  k->layout.dimension = k->dimension;
  k->layout.variable = k->variable;
  k->layout.status_variable = k->status;
  k->layout.quantiles = k->study->quantiles;
  k->layout.quantile = k->study->quantile;
  return VT_OK;
}
