// read.c - what a timeline asks for, found in the databases: system, demands, what is static.
#include "timeline.h"

#include <stdio.h>
#include <string.h>

enum { MESSAGE_BYTES = 1024 };

static vt_error at_line(const vt_timeline_data *k, int line, vt_error error) {
  return vt_error_at_line(k->study->path, line, error);
}

// -------------------------------------------------------------------------------------------------
// The system: what is demanded, and all snapshots, in one.

// A node of a project is known once its database is loaded: look through those that are not yet.
static vt_error find_id(vt_timeline_data *k, int64_t id, int *node) {
  if (vt_node_find_id(k->set, id, node) == VT_OK) return VT_OK;
  for (int d = 0; d < k->set->databases; d++) {
    if (k->set->database[d].loaded || vt_database_require(k->set, d) != VT_OK) continue;
    if (vt_node_find_id(k->set, id, node) == VT_OK) return VT_OK;
  }
  return vt_node_find_id(k->set, id, node);
}

static vt_error find_database(vt_timeline_data *k, const vt_lca_demand *demand, int *database) {
  int node;
  if (demand->database)
    return at_line(k, demand->line, vt_database_find(k->set, demand->database, database));
  VT_TRY(at_line(k, demand->line, find_id(k, demand->id, &node)));
  *database = k->set->node[node].database;
  return VT_OK;
}

static void add_once(int found, int *count, int *database) {
  for (int d = 0; d < *count; d++)
    if (database[d] == found) return;
  database[(*count)++] = found;
}

static vt_error add_snapshots(vt_timeline_data *k, int demanded, int *count, int *database) {
  for (int b = 0; b < k->plan->backgrounds; b++) {
    const vt_timeline_background *from = &k->plan->background[b];
    for (int i = 0; i < from->snapshots; i++) {
      const vt_dated_snapshot *s = &from->snapshot[i];
      int found;
      VT_TRY(at_line(k, s->line, vt_database_find(k->set, s->database, &found)));
      for (int d = 0; d < demanded; d++)
        VT_CHECK(database[d] != found, VT_ERR_INPUT,
                 "%s:%d: 'model.timeline.background': found '%s', which is demanded too, expected "
                 "other databases",
                 k->study->path, s->line, s->database);
      add_once(found, count, database);
    }
  }
  return VT_OK;
}

static vt_error build_system(vt_timeline_data *k, int *database) {
  int count = 0, found = -1;
  for (int i = 0; i < k->plan->demands; i++) {
    VT_TRY(find_database(k, &k->plan->demand[i].lca, &found));
    add_once(found, &count, database);
  }
  VT_TRY(add_snapshots(k, count, &count, database));
  VT_TRY(vt_system_create(k->set, count, database, VT_NO_COLUMN, &k->system));
  k->products = k->system->products;
  k->processes = k->system->processes;
  k->flows = k->system->flows;
  return VT_OK;
}

static vt_error read_system(vt_timeline_data *k) {
  int *database;
  VT_TRY(vt_assembly_read(k->study, &k->set));
  VT_NEW(database, k->set->databases);
  const vt_error built = build_system(k, database);
  free(database);
  return built;
}

// -------------------------------------------------------------------------------------------------
// Demands.

static vt_error add_demand(vt_timeline_data *k, ptrdiff_t *room, int row,
                           const vt_dated_demand *demand, const char *label) {
  const ptrdiff_t needed = (ptrdiff_t)k->demands + 1;
  if (needed > *room) {
    ptrdiff_t others[4] = {*room, *room, *room, *room};
    VT_TRY(vt_grow(&k->product, &others[0], needed, sizeof *k->product));
    VT_TRY(vt_grow(&k->amount, &others[1], needed, sizeof *k->amount));
    VT_TRY(vt_grow(&k->dated, &others[2], needed, sizeof *k->dated));
    VT_TRY(vt_grow(&k->date, &others[3], needed, sizeof *k->date));
    VT_TRY(vt_grow((void *)&k->label[VT_TIMELINE_DEMAND], room, needed, sizeof(char *)));
  }
  k->product[k->demands] = row;
  k->amount[k->demands] = demand->lca.amount;
  k->dated[k->demands] = demand->dated;
  k->date[k->demands] = demand->dated ? demand->date : k->plan->start;
  k->label[VT_TIMELINE_DEMAND][k->demands++] = label;
  return VT_OK;
}

static vt_error add_all(vt_timeline_data *k, ptrdiff_t *room, const vt_dated_demand *demand) {
  int database, count, *row;
  VT_TRY(vt_database_find(k->set, demand->lca.database, &database));
  VT_TRY(vt_system_rows_of(k->set, k->system, database, &count, &row));
  vt_error added = VT_OK;
  for (int i = 0; i < count && added == VT_OK; i++)
    added = add_demand(k, room, row[i], demand, k->set->node[k->system->product[row[i]]].code);
  free(row);
  VT_TRY(added);
  VT_CHECK(count > 0, VT_ERR_INPUT, "database '%s' has no products, expected some to demand",
           demand->lca.database);
  return VT_OK;
}

static vt_error add_one(vt_timeline_data *k, ptrdiff_t *room, const vt_dated_demand *demand) {
  int database, node, row;
  if (demand->lca.database) {
    VT_TRY(vt_database_find(k->set, demand->lca.database, &database));
    VT_TRY(vt_node_find(k->set, database, demand->lca.code, &node));
  } else {
    VT_TRY(find_id(k, demand->lca.id, &node));
  }
  VT_TRY(vt_refuse_allocated(k->set, node));
  VT_TRY(vt_system_demand_row(k->set, k->system, node, &row));
  return add_demand(k, room, row, demand,
                    demand->lca.name ? demand->lca.name : k->set->node[node].code);
}

static vt_error find_demands(vt_timeline_data *k) {
  ptrdiff_t room = 0;
  for (int i = 0; i < k->plan->demands; i++) {
    const vt_dated_demand *demand = &k->plan->demand[i];
    const bool all = demand->lca.database && !demand->lca.code;
    VT_TRY(at_line(k, demand->lca.line, (all ? add_all : add_one)(k, &room, demand)));
  }
  return VT_OK;
}

static vt_error find_static(vt_timeline_data *k) {
  VT_NEW(k->is_static, k->processes);
  for (int i = 0; i < k->plan->statics; i++) {
    int database;
    VT_TRY(at_line(k, k->plan->static_line[i],
                   vt_database_find(k->set, k->plan->static_database[i], &database)));
    for (int j = 0; j < k->processes; j++)
      if (k->set->node[k->system->process[j]].database == database) k->is_static[j] = true;
  }
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Whether the system can be solved at all: a more basic fault than most.

static vt_error prove(const vt_timeline_data *k) {
  const vt_equations system = {.technosphere = &k->system->technosphere,
                               .reference = k->system->reference};
  vt_culprits culprits = {0};
  vt_solver *solver = NULL;
  if (k->processes == 0) return VT_OK;
  const vt_error made = vt_solver_create(k->background, &system, 1, &culprits, &solver);
  vt_solver_free(solver);
  return vt_name_culprits(k->set, k->system, k->study->path, &culprits, made);
}

// A singular system is told before an unknown method.
static vt_error find_all(vt_timeline_data *k) {
  VT_TRY(find_demands(k));
  VT_TRY(find_static(k));
  vt_error found = vt_timeline_find_methods(k);
  if (found == VT_OK) found = vt_timeline_find_snapshots(k);
  if (found != VT_ERR_INPUT) return found;
  char text[MESSAGE_BYTES];
  (void)snprintf(text, sizeof text, "%s", vt_error_message());
  VT_TRY(prove(k));
  VT_FAIL(found, "%s", text);
}

vt_error vt_timeline_read(vt_timeline_data *k) {
  VT_TRY(vt_arena_create(&k->arena));
  vt_background_prefetch(k->background);
  VT_TRY(read_system(k));
  VT_TRY(find_all(k));
  VT_TRY(vt_timeline_list_exchanges(k));
  VT_TRY(vt_timeline_match_snapshots(k));
  return vt_timeline_label(k);
}

void vt_timeline_data_free(vt_timeline_data *k) {
  free(k->product);
  free(k->amount);
  free(k->dated);
  free(k->date);
  free((void *)k->label[VT_TIMELINE_DEMAND]);
  free(k->technosphere.exchange);
  free(k->biosphere.exchange);
  free(k->spread);
  free(k->is_static);
  free(k->snapshot);
  vt_system_free(k->system);
  vt_background_free(k->background);
  vt_database_set_free(k->set);
  vt_arena_free(k->arena);
}
