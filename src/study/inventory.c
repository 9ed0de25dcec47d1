// inventory.c - plain LCA in a study: databases, demands, methods, what is kept.
#include <string.h>

#include "reader.h"

static vt_error read_databases(vt_study_reader *reader, const vt_yaml *node, void *target) {
  (void)target;
  return vt_read_sources(reader, node);
}

// -------------------------------------------------------------------------------------------------
// Demands.

vt_error vt_read_activity(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_lca_demand *demand = target;
  vt_yaml item;
  VT_TRY(vt_expect(reader, node, VT_TYPE_LIST, "a list [database, code]"));
  if (vt_yaml_count(node) != 2)
    VT_REFUSE(reader, node, "found a list of %td, expected [database, code]", vt_yaml_count(node));
  VT_TRY(vt_list_item(reader, node, 0, &item));
  VT_TRY(vt_read_text(reader, &item, &demand->database));
  VT_TRY(vt_list_item(reader, node, 1, &item));
  return vt_read_label(reader, &item, &demand->code);
}

vt_error vt_read_package_id(vt_study_reader *reader, const vt_yaml *node, void *target) {
  return vt_read_integer(reader, node, 0, INT64_MAX, &((vt_lca_demand *)target)->id);
}

static vt_error read_demand(vt_study_reader *reader, const vt_yaml *node, vt_lca_demand *demand) {
  static const vt_key keys[] = {
      {.name = "activity", .presence = VT_ONE_OF, .read = vt_read_activity},
      {.name = "all",
       .presence = VT_ONE_OF,
       .read = vt_text_at,
       .at = offsetof(vt_lca_demand, database)},
      {.name = "datapackage id", .presence = VT_ONE_OF, .read = vt_read_package_id},
      {.name = "amount", .read = vt_number_at, .at = offsetof(vt_lca_demand, amount)},
      {.name = "name", .read = vt_text_at, .at = offsetof(vt_lca_demand, name)},
      {.name = NULL}};
  *demand = (vt_lca_demand){.line = node->line, .id = -1, .amount = 1};
  VT_TRY(vt_map_read(reader, node, keys, demand));
  if (demand->database && !demand->code && demand->name)
    VT_REFUSE(reader, node, "found 'name' with 'all', which demands several products");
  return VT_OK;
}

// A list of demands, or one of them by itself: {all: database}.
static vt_error read_demands(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_inventory_plan *plan = target;
  const bool one = vt_type_of(node) == VT_TYPE_MAP;
  if (!one)
    VT_TRY(
        vt_expect(reader, node, VT_TYPE_LIST,
                  "a list such as [{activity: [database, code], amount: 1}] or {all: database}"));
  const ptrdiff_t items = one ? 1 : vt_yaml_count(node);
  if (items == 0) VT_REFUSE(reader, node, "found an empty list, expected demands");
  vt_lca_demand *demand;
  VT_TRY(vt_charge(reader, node, items));
  VT_ARENA_NEW(reader->arena, demand, items);
  for (ptrdiff_t i = 0; i < items; i++) {
    vt_yaml item = *node;
    if (!one) VT_TRY(vt_list_item(reader, node, i, &item));
    VT_TRY(read_demand(reader, &item, &demand[i]));
  }
  plan->demand = demand;
  plan->demands = (int)items;
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Methods.

static bool same_method(const vt_method_plan *a, const vt_method_plan *b) {
  if (a->name || b->name) return a->name && b->name && strcmp(a->name, b->name) == 0;
  bool same = a->parts == b->parts;
  for (int i = 0; same && i < a->parts; i++) same = strcmp(a->part[i], b->part[i]) == 0;
  return same;
}

// Categories are the labels of an axis: each of them once.
static vt_error check_methods(const vt_study_reader *reader, const vt_yaml *node,
                              const vt_method_plan *method, int count) {
  for (int i = 1; i < count; i++) {
    for (int k = 0; k < i; k++) {
      if (!same_method(&method[i], &method[k])) continue;
      VT_FAULT(reader, method[i].line, "'%s': found '%s' a second time, first in line %d",
               vt_place(node), method[i].name ? method[i].name : method[i].part[0], method[k].line);
    }
  }
  return VT_OK;
}

vt_error vt_read_method_plans(vt_study_reader *reader, const vt_yaml *node,
                              const vt_method_plan **methods, int *count) {
  enum { MOST_METHODS = 10000 };
  const bool map = vt_type_of(node) == VT_TYPE_MAP;
  if (!map)
    VT_TRY(vt_expect(reader, node, VT_TYPE_LIST,
                     "a map such as {gwp: [GWP, \"100 years\"]} or a list of methods"));
  const ptrdiff_t items = vt_yaml_count(node);
  if (items == 0) VT_REFUSE(reader, node, "found none, expected methods");
  if (items > MOST_METHODS)
    VT_REFUSE(reader, node, "found %td methods, expected at most %d", items, (int)MOST_METHODS);
  vt_method_plan *method;
  VT_TRY(vt_charge(reader, node, items));
  VT_ARENA_NEW(reader->arena, method, items);
  for (ptrdiff_t i = 0; i < items; i++) {
    vt_yaml item;
    VT_TRY(map ? vt_map_pair(reader, node, i, &item) : vt_list_item(reader, node, i, &item));
    if (map)
      VT_TRY(vt_arena_text(reader->arena, item.key, (ptrdiff_t)strlen(item.key), &method[i].name));
    method[i].line = item.line;
    VT_TRY(vt_read_parts(reader, &item, &method[i].parts, &method[i].part));
  }
  VT_TRY(check_methods(reader, node, method, (int)items));
  *methods = method;
  *count = (int)items;
  return VT_OK;
}

static vt_error read_methods(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_inventory_plan *plan = target;
  return vt_read_method_plans(reader, node, &plan->method, &plan->methods);
}

// -------------------------------------------------------------------------------------------------

static vt_error read_contributions(vt_study_reader *reader, const vt_yaml *node, void *target) {
  enum { MOST_ROWS = 1000 };
  int64_t rows;
  VT_TRY(vt_read_integer(reader, node, 0, MOST_ROWS, &rows));
  ((vt_inventory_plan *)target)->contributions = (int)rows;
  return VT_OK;
}

static vt_error read_keep(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_inventory_plan *plan = target;
  const char *const *keep;
  int keeps;
  VT_TRY(vt_read_keep(reader, node, "a list of inventory and supply", &keep, &keeps));
  for (int i = 0; i < keeps; i++)
    *(strcmp(keep[i], "supply") == 0 ? &plan->keep_supply : &plan->keep_inventory) = true;
  return VT_OK;
}

static vt_error read_array_column(vt_study_reader *reader, const vt_yaml *node, void *target) {
  return vt_read_integer(reader, node, 0, INT32_MAX, &((vt_inventory_plan *)target)->array_column);
}

vt_error vt_read_inventory(vt_study_reader *reader, const vt_yaml *node, void *study) {
  static const vt_key keys[] = {
      {.name = "databases", .presence = VT_REQUIRED, .read = read_databases},
      {.name = "demands", .presence = VT_REQUIRED, .read = read_demands},
      {.name = "allocation", .read = vt_read_allocation},
      {.name = "methods", .read = read_methods},
      {.name = "contributions", .read = read_contributions},
      {.name = "keep", .read = read_keep},
      {.name = "array_column", .read = read_array_column},
      {.name = NULL}};
  vt_inventory_plan *plan = &((vt_study *)study)->model.inventory;
  plan->array_column = -1;
  return vt_map_read(reader, node, keys, plan);
}
