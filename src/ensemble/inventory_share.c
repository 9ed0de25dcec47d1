// inventory_share.c - plain LCA over ranks. Rank 0 reads the sources and builds the matrices while
// the others start PETSc. Then it sends them what solving needs; each solves a stretch of the
// demands and makes the contribution tables of these, and rank 0 gathers the results.
#include "inventory_share.h"

#include <math.h>
#include <stdlib.h>

// Fewer solves than these are done before the matrices have arrived elsewhere.
enum { FEWEST_SHARED = 16 };

// -------------------------------------------------------------------------------------------------
// Solving on one rank.

// What the contribution tables of a demand are made of.
typedef struct tabulation {
  const inventory_work *work;
  double *burden;         // shape [categories][processes]
  vt_contribution *table; // shape [2][contributions]
} tabulation;

ptrdiff_t inventory_table_width(const inventory_work *work) {
  return (ptrdiff_t)work->categories * 2 * work->contributions * INVENTORY_TOP_NUMBERS;
}

static double *write_table(const vt_contribution *table, int rows, int limit, double *number) {
  for (int i = 0; i < limit; i++) {
    *number++ = i < rows ? table[i].index : -1;
    *number++ = i < rows ? table[i].amount : (double)NAN;
    *number++ = i < rows ? table[i].share : (double)NAN;
  }
  return number;
}

// The first table of a rank needs the burdens of all processes.
static vt_error open_tabulation(tabulation *t) {
  const inventory_work *w = t->work;
  VT_NEW(t->burden, (ptrdiff_t)w->categories * w->processes);
  VT_NEW(t->table, 2 * (ptrdiff_t)w->contributions);
  for (ptrdiff_t c = 0; c < w->categories && w->flows > 0; c++)
    vt_burdens(&w->biosphere, w->weight + c * w->flows, t->burden + c * w->processes);
  return VT_OK;
}

static vt_error tabulate(void *context, const double *supply, const double *inventory,
                         double *number) {
  tabulation *t = context;
  const inventory_work *w = t->work;
  const int limit = w->contributions;
  if (!t->table) VT_TRY(open_tabulation(t));
  for (ptrdiff_t c = 0; c < w->categories; c++) {
    int processes = 0, flows = 0;
    // Without flows all tables are empty.
    if (w->flows > 0)
      VT_TRY(vt_contributions(&w->biosphere, supply, inventory, w->weight + c * w->flows,
                              t->burden + c * w->processes, limit, t->table, &processes,
                              t->table + limit, &flows));
    number = write_table(t->table, processes, limit, number);
    number = write_table(t->table + limit, flows, limit, number);
  }
  return VT_OK;
}

static vt_request make_request(const inventory_work *w, tabulation *t) {
  return (vt_request){.system = {.technosphere = &w->technosphere,
                                 .biosphere = w->flows > 0 ? &w->biosphere : NULL,
                                 .reference = w->reference},
                      .demand_count = w->demands,
                      .demand = w->demand,
                      .weight_count = w->categories,
                      .weight = w->weight,
                      .supply = w->supply,
                      .inventory = w->inventory,
                      .score = w->score,
                      .residual = w->residual,
                      .derived = {.width = (int)inventory_table_width(w), tabulate, t, w->table},
                      .first_only = true};
}

typedef vt_error (*run_function)(vt_background *, ptrdiff_t, vt_request *);

// Nothing here may fail before `run`, where the other ranks are waited for.
static vt_error run_work(vt_background *background, const inventory_work *w, run_function run,
                         inventory_account *account) {
  tabulation t = {.work = w};
  vt_request request = make_request(w, &t);
  const vt_error solved = run(background, 1, &request);
  *account = (inventory_account){request.culprits, request.figures};
  free(t.burden);
  free(t.table);
  return solved;
}

// -------------------------------------------------------------------------------------------------
// Sending and receiving.

// What is sent first. `go`: there is something to solve, the arrays follow.
typedef struct announcement {
  bool go, keep_supply, keep_inventory;
  int processes, flows, demands, categories, contributions;
  ptrdiff_t technosphere, biosphere; // entries
} announcement;

static announcement announce(const inventory_work *w) {
  return (announcement){.go = true,
                        .keep_supply = w->keep_supply,
                        .keep_inventory = w->keep_inventory,
                        .processes = w->processes,
                        .flows = w->flows,
                        .demands = w->demands,
                        .categories = w->categories,
                        .contributions = w->contributions,
                        .technosphere = w->technosphere.entries,
                        .biosphere = w->biosphere.entries};
}

static vt_error allocate_matrix(int rows, int columns, ptrdiff_t entries, vt_sparse *matrix) {
  *matrix = (vt_sparse){.rows = rows, .columns = columns, .entries = entries};
  VT_NEW(matrix->column_start, (ptrdiff_t)columns + 1);
  VT_NEW(matrix->row, entries);
  VT_NEW(matrix->value, entries);
  return VT_OK;
}

// Results have the shapes of the whole study; of what this rank does not solve no page is touched.
static vt_error allocate(const announcement *a, inventory_work *w) {
  *w = (inventory_work){.processes = a->processes,
                        .flows = a->flows,
                        .demands = a->demands,
                        .categories = a->categories,
                        .contributions = a->contributions,
                        .keep_supply = a->keep_supply,
                        .keep_inventory = a->keep_inventory};
  const ptrdiff_t demands = a->demands;
  VT_TRY(allocate_matrix(a->processes, a->processes, a->technosphere, &w->technosphere));
  VT_TRY(allocate_matrix(a->flows, a->processes, a->biosphere, &w->biosphere));
  VT_NEW(w->reference, a->processes);
  VT_NEW(w->product, demands);
  VT_NEW(w->amount, demands);
  VT_NEW(w->demand, demands);
  for (ptrdiff_t d = 0; d < demands; d++)
    w->demand[d] = (vt_final_demand){1, &w->product[d], &w->amount[d]};
  VT_NEW(w->weight, (ptrdiff_t)a->categories * a->flows);
  VT_NEW(w->score, demands * a->categories);
  VT_NEW(w->residual, demands);
  if (a->keep_supply) VT_NEW(w->supply, demands * a->processes);
  if (a->keep_inventory) VT_NEW(w->inventory, demands * a->flows);
  if (a->contributions > 0) VT_NEW(w->table, demands * inventory_table_width(w));
  return VT_OK;
}

static void free_work(inventory_work *w) {
  vt_sparse *const matrix[] = {&w->technosphere, &w->biosphere};
  for (int m = 0; m < 2; m++) {
    free(matrix[m]->column_start);
    free(matrix[m]->row);
    free(matrix[m]->value);
  }
  free(w->reference);
  free(w->product);
  free(w->amount);
  free(w->demand);
  free(w->weight);
  free(w->score);
  free(w->residual);
  free(w->supply);
  free(w->inventory);
  free(w->table);
}

static vt_error send(const vt_team *team, void *items, ptrdiff_t count, size_t size) {
  return vt_team_broadcast(team, items, (int64_t)count * (int64_t)size);
}

static vt_error send_matrix(const vt_team *team, vt_sparse *m) {
  VT_TRY(send(team, m->column_start, (ptrdiff_t)m->columns + 1, sizeof *m->column_start));
  VT_TRY(send(team, m->row, m->entries, sizeof *m->row));
  return send(team, m->value, m->entries, sizeof *m->value);
}

// Collective: from rank 0's arrays to those of the others.
static vt_error send_arrays(const vt_team *team, inventory_work *w) {
  VT_TRY(send_matrix(team, &w->technosphere));
  if (w->flows > 0) VT_TRY(send_matrix(team, &w->biosphere));
  VT_TRY(send(team, w->reference, w->processes, sizeof *w->reference));
  VT_TRY(send(team, w->product, w->demands, sizeof *w->product));
  VT_TRY(send(team, w->amount, w->demands, sizeof *w->amount));
  return send(team, w->weight, (ptrdiff_t)w->categories * w->flows, sizeof *w->weight);
}

// -------------------------------------------------------------------------------------------------
// Rank 0 and the others.

void inventory_dismiss(const vt_team *crew) {
  announcement none = {.go = false};
  if (crew) (void)vt_team_broadcast(crew, &none, (int64_t)sizeof none);
}

// As vt_background_run decides.
ptrdiff_t inventory_solves(const inventory_work *w) {
  const bool by_demand = w->keep_supply || w->contributions > 0;
  const ptrdiff_t adjoint = (ptrdiff_t)w->categories + (w->keep_inventory ? w->flows : 0);
  return by_demand || w->demands < adjoint ? w->demands : adjoint;
}

bool inventory_is_shared(const inventory_work *w) {
  return inventory_solves(w) >= FEWEST_SHARED;
}

// Everybody has room for it, or nobody begins.
static vt_error all_have_room(const vt_team *team, vt_error mine) {
  vt_error worst;
  VT_TRY(vt_team_agree(team, mine, &worst));
  if (mine != VT_OK || worst == VT_OK) return mine;
  VT_FAIL(worst, "out of memory on another rank");
}

vt_error inventory_solve(vt_background *background, const vt_team *crew, inventory_work *work,
                         inventory_account *account) {
  *account = (inventory_account){0};
  if (!crew || !inventory_is_shared(work)) {
    inventory_dismiss(crew);
    return run_work(background, work, vt_background_run_alone, account);
  }
  announcement a = announce(work);
  VT_TRY(vt_team_broadcast(crew, &a, (int64_t)sizeof a));
  VT_TRY(all_have_room(crew, VT_OK));
  VT_TRY(send_arrays(crew, work));
  return run_work(background, work, vt_background_run, account);
}

static vt_error take_part(const vt_team *team, vt_background *background, const announcement *a,
                          inventory_work *w) {
  inventory_account account;
  VT_TRY(all_have_room(team, allocate(a, w)));
  VT_TRY(send_arrays(team, w));
  return run_work(background, w, vt_background_run, &account);
}

static vt_error wait_for_work(const vt_team *team, vt_background *background) {
  announcement a;
  // While rank 0 reads. A fault comes again when something is to be solved.
  (void)vt_background_start(background);
  VT_TRY(vt_team_broadcast(team, &a, (int64_t)sizeof a));
  if (!a.go) return VT_OK;
  inventory_work work = {0};
  const vt_error done = take_part(team, background, &a, &work);
  free_work(&work);
  return done;
}

vt_error vt_inventory_help(const vt_team *team) {
  vt_background *background;
  VT_TRY(vt_background_create(team->comm, &background));
  const vt_error done = wait_for_work(team, background);
  vt_background_free(background);
  return done;
}
