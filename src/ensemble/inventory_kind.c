// inventory_kind.c - plain LCA: databases -> system -> demands and methods -> scores, inventories,
// supplies and what they are made of.
#include "inventory_kind.h"

#include "inventory_share.h"

#include <limits.h>
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MESSAGE_BYTES = 1024 };

static vt_error at_line(const vt_inventory_kind *k, int line, vt_error error) {
  return vt_error_at_line(k->study->path, line, error);
}

// -------------------------------------------------------------------------------------------------
// The system.

// A node of a project is known once its database is loaded: look through those that are not yet.
static vt_error find_id(vt_inventory_kind *k, int64_t id, int *node) {
  if (vt_node_find_id(k->set, id, node) == VT_OK) return VT_OK;
  for (int d = 0; d < k->set->databases; d++) {
    if (k->set->database[d].loaded || vt_database_require(k->set, d) != VT_OK) continue;
    if (vt_node_find_id(k->set, id, node) == VT_OK) return VT_OK;
  }
  return vt_node_find_id(k->set, id, node);
}

static vt_error find_database(vt_inventory_kind *k, const vt_demanded *demand, int *database) {
  if (demand->database)
    return at_line(k, demand->line, vt_database_find(k->set, demand->database, database));
  int node;
  VT_TRY(at_line(k, demand->line, find_id(k, demand->id, &node)));
  *database = k->set->node[node].database;
  return VT_OK;
}

static vt_error build_system(vt_inventory_kind *k, int *database) {
  const vt_inventory_plan *plan = &k->study->inventory;
  int count = 0;
  for (int i = 0; i < plan->demands; i++) {
    int found = -1;
    VT_TRY(find_database(k, &plan->demand[i], &found));
    bool known = found < 0;
    for (int d = 0; d < count && !known; d++) known = database[d] == found;
    if (!known) database[count++] = found;
  }
  const ptrdiff_t column = plan->array_column < 0 ? VT_NO_COLUMN : (ptrdiff_t)plan->array_column;
  return vt_system_create(k->set, count, database, column, &k->system);
}

static vt_error read_system(vt_inventory_kind *k) {
  const vt_inventory_plan *plan = &k->study->inventory;
  int *database;
  VT_TRY(vt_database_set_read(plan->databases, plan->database, &k->set));
  VT_NEW(database, k->set->databases);
  const vt_error built = build_system(k, database);
  free(database);
  return built;
}

// -------------------------------------------------------------------------------------------------
// Demands.

static vt_error add_demand(vt_inventory_kind *k, ptrdiff_t *room, int row, double amount,
                           const char *label) {
  const ptrdiff_t needed = (ptrdiff_t)k->demands + 1;
  if (needed > *room) {
    ptrdiff_t others[2] = {*room, *room};
    VT_TRY(vt_grow(&k->product, &others[0], needed, sizeof *k->product));
    VT_TRY(vt_grow(&k->amount, &others[1], needed, sizeof *k->amount));
    VT_TRY(vt_grow(&k->demand_label, room, needed, sizeof *k->demand_label));
  }
  k->product[k->demands] = row;
  k->amount[k->demands] = amount;
  k->demand_label[k->demands] = label;
  k->demands++;
  return VT_OK;
}

static vt_error add_all(vt_inventory_kind *k, ptrdiff_t *room, const vt_demanded *demand) {
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

static vt_error add_one(vt_inventory_kind *k, ptrdiff_t *room, const vt_demanded *demand) {
  int database, node, row;
  if (demand->database) {
    VT_TRY(vt_database_find(k->set, demand->database, &database));
    VT_TRY(vt_node_find(k->set, database, demand->code, &node));
  } else {
    VT_TRY(find_id(k, demand->id, &node));
  }
  VT_TRY(vt_system_demand_row(k->set, k->system, node, &row));
  const char *label = demand->name ? demand->name : k->set->node[node].code;
  return add_demand(k, room, row, demand->amount, label);
}

static vt_error find_demands(vt_inventory_kind *k) {
  const vt_inventory_plan *plan = &k->study->inventory;
  ptrdiff_t room = 0;
  for (int i = 0; i < plan->demands; i++) {
    const vt_demanded *demand = &plan->demand[i];
    const bool all = demand->database && !demand->code;
    VT_TRY(at_line(k, demand->line, (all ? add_all : add_one)(k, &room, demand)));
  }
  VT_NEW(k->demand, k->demands);
  for (int d = 0; d < k->demands; d++)
    k->demand[d] = (vt_final_demand){1, &k->product[d], &k->amount[d]};
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Methods.

// Sources without any method have no factors: scores of 0.
static vt_error find_unnamed(vt_inventory_kind *k) {
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

static vt_error find_methods(vt_inventory_kind *k) {
  const vt_inventory_plan *plan = &k->study->inventory;
  k->categories = plan->methods > 0 ? plan->methods : 1;
  VT_NEW(k->method, k->categories);
  if (plan->methods == 0) VT_TRY(find_unnamed(k));
  for (int c = 0; c < plan->methods; c++) {
    const vt_method_choice *m = &plan->method[c];
    VT_TRY(at_line(
        k, m->line,
        vt_method_find(k->set, VT_MATRIX_CHARACTERIZATION, m->parts, m->part, &k->method[c])));
  }
  VT_NEW(k->weight, (ptrdiff_t)k->categories * k->system->flows);
  const ptrdiff_t column = plan->array_column < 0 ? VT_NO_COLUMN : (ptrdiff_t)plan->array_column;
  for (int c = 0; c < k->categories; c++) {
    if (k->method[c] < 0) continue;
    VT_TRY(vt_method_factors(k->set, k->system, k->method[c], column,
                             k->weight + (ptrdiff_t)c * k->system->flows));
  }
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Solving.

static vt_equations equations(const vt_inventory_kind *k) {
  return (vt_equations){.technosphere = &k->system->technosphere,
                        .biosphere = k->system->flows > 0 ? &k->system->biosphere : NULL,
                        .reference = k->system->reference};
}

static vt_error name_culprits(const vt_inventory_kind *k, const vt_culprits *c, vt_error error) {
  return vt_name_culprits(k->set, k->system, k->study->path, c, error);
}

vt_error vt_inventory_kind_prove(vt_inventory_kind *k) {
  const vt_equations system = equations(k);
  vt_culprits culprits = {0};
  vt_solver *solver = NULL;
  if (k->system->processes == 0) return VT_OK;
  const vt_error made = vt_solver_create(k->background, &system, 1, &culprits, &solver);
  vt_solver_free(solver);
  return name_culprits(k, &culprits, made);
}

static void fill_table(const vt_inventory_kind *k, const top_places *place, ptrdiff_t first,
                       const double *number) {
  if (place->index < 0) return;
  double *const *row = k->row.data;
  for (int i = 0; i < k->study->inventory.contributions; i++, number += INVENTORY_TOP_NUMBERS) {
    row[place->index][first + i] = number[0];
    row[place->amount][first + i] = number[1];
    row[place->share][first + i] = number[2];
  }
}

static void fill_tables(const vt_inventory_kind *k, const double *number) {
  const ptrdiff_t limit = k->study->inventory.contributions;
  for (ptrdiff_t i = 0; limit > 0 && i < (ptrdiff_t)k->demands * k->categories; i++) {
    fill_table(k, &k->top_process, i * limit, number + 2 * i * limit * INVENTORY_TOP_NUMBERS);
    fill_table(k, &k->top_flow, i * limit, number + (2 * i + 1) * limit * INVENTORY_TOP_NUMBERS);
  }
}

static vt_error check_finite(const vt_inventory_kind *k) {
  for (int v = 0; v < k->layout.variables; v++) {
    if (v != k->score && v != k->inventory && v != k->supply) continue;
    for (ptrdiff_t i = 0; i < k->variable[v].cells; i++)
      VT_CHECK(isfinite(k->row.data[v][i]), VT_ERR_INPUT,
               "%s: demand '%.80s': found numbers too large to compute '%s'", k->study->path,
               k->demand_label[i / (k->variable[v].cells / k->demands)], k->variable[v].name);
  }
  return VT_OK;
}

static inventory_work describe_work(const vt_inventory_kind *k) {
  const vt_system *s = k->system;
  return (inventory_work){.processes = s->processes,
                          .flows = s->flows,
                          .demands = k->demands,
                          .categories = k->categories,
                          .contributions = k->study->inventory.contributions,
                          .keep_supply = k->supply >= 0,
                          .keep_inventory = k->inventory >= 0,
                          .technosphere = s->technosphere,
                          .biosphere = s->biosphere,
                          .reference = s->reference,
                          .product = k->product,
                          .amount = k->amount,
                          .demand = k->demand,
                          .weight = k->weight};
}

static void add_results(const vt_inventory_kind *k, inventory_work *work) {
  double *const *row = k->row.data;
  work->score = row[k->score];
  work->residual = row[k->residual];
  if (k->supply >= 0) work->supply = row[k->supply];
  if (k->inventory >= 0) work->inventory = row[k->inventory];
}

static vt_error solve_work(vt_inventory_kind *k, inventory_work *work) {
  double *const *row = k->row.data;
  const vt_team *crew = k->crew;
  inventory_account account;
  const double begun = omp_get_wtime();
  k->crew = NULL;
  const vt_error solved = inventory_solve(k->background, crew, work, &account);
  VT_TRY(name_culprits(k, &account.culprits, solved));
  VT_TRY(check_finite(k));
  fill_tables(k, work->table);
  row[k->status][0] = VT_OPTIMAL;
  row[k->wall][0] = omp_get_wtime() - begun;
  row[k->iterations][0] = (double)account.figures.iterations;
  row[k->rank][0] = 0;
  return VT_OK;
}

vt_error vt_inventory_kind_solve(vt_inventory_kind *k) {
  VT_TRY(vt_block_create(&k->layout, 1, &k->row));
  inventory_work work = describe_work(k);
  add_results(k, &work);
  const ptrdiff_t width = inventory_table_width(&work);
  VT_CHECK(width <= INT_MAX, VT_ERR_INPUT,
           "%s: found contribution tables of %td numbers a demand, expected fewer than 2^31",
           k->study->path, width);
  if (width > 0) VT_NEW(work.table, k->demands * width);
  const vt_error solved = solve_work(k, &work);
  free(work.table);
  return solved;
}

// -------------------------------------------------------------------------------------------------
// The kind.

// A singular system is the more basic fault: tell it before an unknown method.
static vt_error find_all(vt_inventory_kind *k) {
  vt_error found = find_demands(k);
  if (found != VT_OK) return found;
  found = find_methods(k);
  if (found != VT_ERR_INPUT) return found;
  char text[MESSAGE_BYTES];
  (void)snprintf(text, sizeof text, "%s", vt_error_message());
  VT_TRY(vt_inventory_kind_prove(k));
  VT_FAIL(found, "%s", text);
}

static vt_error fill_kind(vt_inventory_kind *k) {
  VT_TRY(vt_arena_create(&k->arena));
  VT_TRY(vt_background_create(k->crew ? k->crew->comm : MPI_COMM_NULL, &k->background));
  vt_background_prefetch(k->background);
  VT_TRY(read_system(k));
  VT_TRY(find_all(k));
  VT_TRY(inventory_lay_out(k));
  return VT_OK;
}

static vt_error allocate(vt_inventory_kind **kind) {
  VT_NEW(*kind, 1);
  return VT_OK;
}

vt_error vt_inventory_kind_create(const vt_study *study, const vt_team *team,
                                  vt_inventory_kind **kind) {
  vt_inventory_kind *k;
  const vt_team *crew = team->size > 1 ? team : NULL;
  *kind = NULL;
  const vt_error allocated = allocate(&k);
  if (allocated != VT_OK) {
    inventory_dismiss(crew);
    return allocated;
  }
  k->study = study;
  k->crew = crew;
  const vt_error filled = fill_kind(k);
  if (filled != VT_OK) {
    vt_inventory_kind_free(k);
    return filled;
  }
  *kind = k;
  return VT_OK;
}

void vt_inventory_kind_free(vt_inventory_kind *k) {
  if (!k) return;
  inventory_dismiss(k->crew);
  if (k->row.data) vt_block_free(&k->layout, &k->row);
  free(k->demand);
  free(k->product);
  free(k->amount);
  free((void *)k->demand_label);
  free(k->method);
  free(k->weight);
  vt_system_free(k->system);
  vt_background_free(k->background);
  vt_database_set_free(k->set);
  vt_arena_free(k->arena);
  free(k);
}

const vt_layout *vt_inventory_kind_layout(const vt_inventory_kind *k) {
  return &k->layout;
}

const vt_block *vt_inventory_kind_row(const vt_inventory_kind *k) {
  return &k->row;
}

vt_inventory_sizes vt_inventory_kind_sizes(const vt_inventory_kind *k) {
  const vt_system *s = k->system;
  const inventory_work work = describe_work(k);
  return (vt_inventory_sizes){.demands = k->demands,
                              .categories = k->categories,
                              .products = s->products,
                              .processes = s->processes,
                              .flows = s->flows,
                              .technosphere = s->technosphere.entries,
                              .biosphere = s->biosphere.entries,
                              .solves = inventory_solves(&work),
                              .shared = inventory_is_shared(&work)};
}
