// read.c - what plain LCA asks for, found in the databases: system, demands, methods.
#include "inventory.h"

#include <stdio.h>
#include <stdlib.h>

enum { MESSAGE_BYTES = 1024 };

static vt_error at_line(const vt_inventory_data *k, int line, vt_error error) {
  return vt_error_at_line(k->study->path, line, error);
}

// -------------------------------------------------------------------------------------------------
// The system.

// A node of a project is known once its database is loaded: look through those that are not yet.
static vt_error find_id(vt_inventory_data *k, int64_t id, int *node) {
  if (vt_node_find_id(k->set, id, node) == VT_OK) return VT_OK;
  for (int d = 0; d < k->set->databases; d++) {
    if (k->set->database[d].loaded || vt_database_require(k->set, d) != VT_OK) continue;
    if (vt_node_find_id(k->set, id, node) == VT_OK) return VT_OK;
  }
  return vt_node_find_id(k->set, id, node);
}

static vt_error find_database(vt_inventory_data *k, const vt_lca_demand *demand, int *database) {
  if (demand->database)
    return at_line(k, demand->line, vt_database_find(k->set, demand->database, database));
  int node;
  VT_TRY(at_line(k, demand->line, find_id(k, demand->id, &node)));
  *database = k->set->node[node].database;
  return VT_OK;
}

static vt_error build_system(vt_inventory_data *k, int *database) {
  const vt_inventory_plan *plan = &k->study->model.inventory;
  int count = 0;
  for (int i = 0; i < plan->demands; i++) {
    int found = -1;
    VT_TRY(find_database(k, &plan->demand[i], &found));
    bool known = found < 0;
    for (int d = 0; d < count && !known; d++) known = database[d] == found;
    if (!known) database[count++] = found;
  }
  k->asked = count;
  VT_TRY(vt_system_create(k->set, count, database, vt_inventory_made_with(k->study), &k->system));
  return plan->array_column < 0 && vt_inventory_made_with(k->study) != VT_NO_COLUMN
             ? vt_inventory_hide_arrays(k)
             : VT_OK;
}

static vt_error read_system(vt_inventory_data *k) {
  VT_TRY(vt_assembly_read(k->study, &k->set));
  VT_ARENA_NEW(k->arena, k->asked_database, k->set->databases);
  return build_system(k, k->asked_database);
}

// -------------------------------------------------------------------------------------------------
// Demands.

static vt_error add_demand(vt_inventory_data *k, ptrdiff_t *room, int row, double amount,
                           const char *label) {
  const ptrdiff_t needed = (ptrdiff_t)k->count.demands + 1;
  if (needed > *room) {
    ptrdiff_t others[2] = {*room, *room};
    VT_TRY(vt_grow(&k->product, &others[0], needed, sizeof *k->product));
    VT_TRY(vt_grow(&k->amount, &others[1], needed, sizeof *k->amount));
    VT_TRY(vt_grow(&k->demand_label, room, needed, sizeof *k->demand_label));
  }
  k->product[k->count.demands] = row;
  k->amount[k->count.demands] = amount;
  k->demand_label[k->count.demands] = label;
  k->count.demands++;
  return VT_OK;
}

static vt_error add_all(vt_inventory_data *k, ptrdiff_t *room, const vt_lca_demand *demand) {
  int database, count, *row;
  VT_TRY(vt_database_find(k->set, demand->database, &database));
  VT_TRY(vt_system_rows_of(k->set, k->system, database, &count, &row));
  vt_error added = VT_OK;
  for (int i = 0; i < count && added == VT_OK; i++) {
    const char *code = k->set->node[k->system->product[row[i]]].code;
    added = add_demand(k, room, row[i], demand->amount, code);
  }
  free(row);
  VT_TRY(added);
  VT_CHECK(count > 0, VT_ERR_INPUT, "database '%s' has no products, expected some to demand",
           demand->database);
  return VT_OK;
}

static vt_error add_one(vt_inventory_data *k, ptrdiff_t *room, const vt_lca_demand *demand) {
  int database, node, row;
  if (demand->database) {
    VT_TRY(vt_database_find(k->set, demand->database, &database));
    VT_TRY(vt_node_find(k->set, database, demand->code, &node));
  } else {
    VT_TRY(find_id(k, demand->id, &node));
  }
  VT_TRY(vt_refuse_allocated(k->set, node)); // also where it is a product of its own
  VT_TRY(vt_system_demand_row(k->set, k->system, node, &row));
  const char *label = demand->name ? demand->name : k->set->node[node].code;
  return add_demand(k, room, row, demand->amount, label);
}

static vt_error find_demands(vt_inventory_data *k) {
  const vt_inventory_plan *plan = &k->study->model.inventory;
  ptrdiff_t room = 0;
  for (int i = 0; i < plan->demands; i++) {
    const vt_lca_demand *demand = &plan->demand[i];
    const bool all = demand->database && !demand->code;
    VT_TRY(at_line(k, demand->line, (all ? add_all : add_one)(k, &room, demand)));
  }
  VT_NEW(k->demand, k->count.demands);
  for (int d = 0; d < k->count.demands; d++)
    k->demand[d] = (vt_final_demand){1, &k->product[d], &k->amount[d]};
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Methods.

// Sources without any method have no factors: scores of 0.
static vt_error find_unnamed(vt_inventory_data *k) {
  const char *example = NULL;
  k->method[0] = -1;
  for (int m = 0; m < k->set->methods; m++) {
    const vt_method *method = &k->set->method[m];
    if (method->kind != VT_MATRIX_CHARACTERIZATION) continue;
    if (method->parts == 0) return vt_method_find(k->set, method->kind, 0, NULL, &k->method[0]);
    if (!example) example = method->label;
  }
  VT_CHECK(!example, VT_ERR_INPUT,
           "%s: missing key 'model.inventory.methods': the sources have named methods only, such "
           "as '%s'",
           k->study->path, example);
  return VT_OK;
}

static void note_method(const vt_inventory_data *k, int category) {
  const double *weight = k->weight + (ptrdiff_t)category * k->system->flows;
  bool any = k->system->flows == 0;
  for (int e = 0; e < k->system->flows; e++) any = any || weight[e] != 0.0;
  if (!any)
    vt_warn(
        "category",
        "%s: method '%s' counts nothing: it has no factor for any of the %d elementary flows of "
        "the system",
        k->study->path, k->set->method[k->method[category]].label, k->system->flows);
}

static vt_error find_methods(vt_inventory_data *k) {
  const vt_inventory_plan *plan = &k->study->model.inventory;
  k->count.categories = plan->methods > 0 ? plan->methods : 1;
  VT_NEW(k->method, k->count.categories);
  if (plan->methods == 0) VT_TRY(find_unnamed(k));
  for (int c = 0; c < plan->methods; c++) {
    const vt_method_plan *m = &plan->method[c];
    VT_TRY(at_line(
        k, m->line,
        vt_method_find(k->set, VT_MATRIX_CHARACTERIZATION, m->parts, m->part, &k->method[c])));
  }
  VT_NEW(k->weight, (ptrdiff_t)k->count.categories * k->system->flows);
  const ptrdiff_t column = plan->array_column < 0 ? VT_NO_COLUMN : (ptrdiff_t)plan->array_column;
  for (int c = 0; c < k->count.categories; c++) {
    if (k->method[c] < 0) continue;
    VT_TRY(vt_method_factors(k->set, k->system, k->method[c], column,
                             k->weight + (ptrdiff_t)c * k->system->flows));
    note_method(k, c);
  }
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// The whole.

vt_equations vt_inventory_equations(const vt_inventory_data *k) {
  return (vt_equations){.technosphere = &k->system->technosphere,
                        .biosphere = k->system->flows > 0 ? &k->system->biosphere : NULL,
                        .reference = k->system->reference};
}

vt_error vt_inventory_prove(const vt_inventory_data *k) {
  const vt_equations system = vt_inventory_equations(k);
  vt_culprits culprits = {0};
  vt_solver *solver = NULL;
  if (k->system->processes == 0) return VT_OK;
  const vt_error made = vt_solver_create(k->background, &system, 1, &culprits, &solver);
  vt_solver_free(solver);
  return vt_name_culprits(k->set, k->system, k->study->path, &culprits, made);
}

// A singular system is the more basic fault: tell it before an unknown method.
static vt_error find_all(vt_inventory_data *k) {
  vt_error found = find_demands(k);
  if (found != VT_OK) return found;
  found = find_methods(k);
  if (found != VT_ERR_INPUT) return found;
  char text[MESSAGE_BYTES];
  (void)snprintf(text, sizeof text, "%s", vt_error_message());
  VT_TRY(vt_inventory_prove(k));
  VT_FAIL(found, "%s", text);
}

// Results are proportional to the amount of a demand: what is solved is one that is not 0.
static vt_error prepare_ensemble(vt_inventory_data *k) {
  VT_NEW(k->solved, k->count.demands);
  for (int d = 0; d < k->count.demands; d++) {
    k->solved[d] = k->amount[d] > 0 || k->amount[d] < 0 ? k->amount[d] : 1.0;
    k->demand[d].amount = &k->solved[d];
  }
  VT_TRY(vt_inventory_find_columns(k));
  VT_TRY(vt_inventory_follow(k));
  VT_TRY(vt_inventory_find_targets(k));
  return vt_inventory_varies(k->study) ? vt_inventory_vary(k) : VT_OK;
}

vt_error vt_inventory_gather(vt_inventory_data *k) {
  VT_TRY(vt_arena_create(&k->arena));
  vt_background_prefetch(k->background);
  VT_TRY(read_system(k));
  VT_TRY(find_all(k));
  k->count.products = k->system->products;
  k->count.processes = k->system->processes;
  k->count.flows = k->system->flows;
  VT_TRY(vt_inventory_label(k));
  return k->study->ensemble ? prepare_ensemble(k) : VT_OK;
}
