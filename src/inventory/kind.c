// kind.c - plain LCA as a kind: databases -> system -> demands and methods -> scores, inventories,
// supplies and what they are made of.
#include "inventory.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/// Everything is solved at once; `solve` hands it over.
typedef struct vt_inventory_model {
  vt_inventory_data *data;
  vt_layout *layout;
  vt_inventory_places place;
  // On rank 0, after prepare; NULL unless they are kept.
  double *score;              // shape [demands][categories]
  double *residual;           // shape [demands]
  double *supply, *inventory; // shapes [demands][processes], [demands][flows]
  double *table;              // shape [demands][categories][2][contributions][VT_TOP_NUMBERS]
  double wall_s, iterations;
} vt_inventory_model;

// -------------------------------------------------------------------------------------------------
// Data.

static vt_error sources(const vt_study *study, const void *data, vt_source_list *list) {
  const vt_model_plan *m = &study->model;
  (void)data;
  return vt_source_list_add_all(list, m->databases, m->database, m->database_line);
}

static void data_free(void *context) {
  vt_inventory_data *k = context;
  if (!k) return;
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

// Rank 0 reads, while the others start PETSc: a fault of theirs comes again when they solve.
static vt_error read_data(vt_inventory_data *k) {
  const vt_team *team = k->team;
  VT_TRY(vt_background_create(team->size > 1 ? team->comm : MPI_COMM_NULL, &k->background));
  vt_error gathered = VT_OK;
  if (team->rank == 0)
    gathered = vt_inventory_gather(k);
  else
    (void)vt_background_start(k->background);
  VT_TRY(vt_team_settle(team, gathered));
  return vt_team_broadcast(team, &k->count, (int64_t)sizeof k->count);
}

static vt_error read(const vt_study *study, const vt_team *team, void **data) {
  vt_inventory_data *k;
  VT_NEW(k, 1);
  k->study = study;
  k->team = team;
  const vt_error done = read_data(k);
  *data = done == VT_OK ? k : NULL;
  if (done != VT_OK) data_free(k);
  return done;
}

// -------------------------------------------------------------------------------------------------
// Model.

static void model_free(void *context) {
  vt_inventory_model *m = context;
  if (!m) return;
  vt_layout_free(m->layout);
  double *const owned[] = {m->score, m->residual, m->supply, m->inventory, m->table};
  for (size_t i = 0; i < sizeof owned / sizeof *owned; i++) free(owned[i]);
  free(m);
}

// Numbers of the contribution tables of a demand.
static ptrdiff_t table_width(const vt_inventory_data *k) {
  return (ptrdiff_t)k->count.categories * 2 * k->study->model.inventory.contributions *
         VT_TOP_NUMBERS;
}

static vt_error fill_model(vt_inventory_model *m) {
  VT_CHECK(table_width(m->data) <= INT_MAX, VT_ERR_INPUT,
           "%s: found contribution tables of %td numbers a demand, expected fewer than 2^31",
           m->data->study->path, table_width(m->data));
  VT_TRY(vt_layout_create(&m->layout));
  return vt_inventory_lay_out(m->data, m->layout, &m->place);
}

static vt_error create(const vt_study *study, void *data, void **model) {
  vt_inventory_model *m;
  (void)study;
  VT_NEW(m, 1);
  m->data = data;
  const vt_error filled = fill_model(m);
  *model = filled == VT_OK ? m : NULL;
  if (filled != VT_OK) model_free(m);
  return filled;
}

static const vt_layout *layout_of(const void *model) {
  return ((const vt_inventory_model *)model)->layout;
}

// -------------------------------------------------------------------------------------------------
// Solving.

static vt_error allocate_results(vt_inventory_model *m) {
  const vt_inventory_counts *n = &m->data->count;
  const ptrdiff_t demands = n->demands, width = table_width(m->data);
  VT_NEW(m->score, demands * n->categories);
  VT_NEW(m->residual, demands);
  if (m->place.supply >= 0) VT_NEW(m->supply, demands * n->processes);
  if (m->place.inventory >= 0) VT_NEW(m->inventory, demands * n->flows);
  if (width > 0) VT_NEW(m->table, demands * width);
  return VT_OK;
}

static vt_request request_of(const vt_inventory_model *m) {
  const vt_inventory_data *k = m->data;
  return (vt_request){.system = vt_inventory_equations(k),
                      .demand_count = k->count.demands,
                      .demand = k->demand,
                      .weight_count = k->count.categories,
                      .weight = k->weight,
                      .supply = m->supply,
                      .inventory = m->inventory,
                      .score = m->score,
                      .residual = m->residual,
                      .top = k->study->model.inventory.contributions,
                      .table = m->table,
                      .first_only = true};
}

static vt_error check_finite(const vt_inventory_data *k, const double *value, ptrdiff_t width,
                             const char *name) {
  for (ptrdiff_t i = 0; value && i < k->count.demands * width; i++)
    VT_CHECK(isfinite(value[i]), VT_ERR_INPUT,
             "%s: demand '%s': found numbers too large to compute '%s'", k->study->path,
             k->demand_label[i / width], name);
  return VT_OK;
}

static vt_error solve_all(vt_inventory_model *m) {
  const vt_inventory_data *k = m->data;
  VT_TRY(allocate_results(m));
  vt_request request = request_of(m);
  const double begun = vt_clock_s();
  const vt_error solved = vt_background_lead(k->background, 1, &request);
  VT_TRY(vt_name_culprits(k->set, k->system, k->study->path, &request.culprits, solved));
  m->wall_s = vt_clock_s() - begun;
  m->iterations = (double)request.figures.iterations;
  VT_TRY(check_finite(k, m->score, k->count.categories, "score"));
  VT_TRY(check_finite(k, m->inventory, k->count.flows, "inventory"));
  return check_finite(k, m->supply, k->count.processes, "supply");
}

static void copy(const vt_inventory_model *m, int variable, const double *from,
                 double *const *row) {
  if (variable < 0) return;
  memcpy(row[variable], from, (size_t)m->layout->variable[variable].cells * sizeof *from);
}

static void copy_table(const vt_top_places *place, int rows, ptrdiff_t first, const double *number,
                       double *const *row) {
  if (place->index < 0) return;
  for (int i = 0; i < rows; i++, number += VT_TOP_NUMBERS) {
    row[place->index][first + i] = number[0];
    row[place->amount][first + i] = number[1];
    row[place->share][first + i] = number[2];
  }
}

static vt_error solve(void *worker, int64_t scenario, double *const *row) {
  const vt_inventory_model *m = worker;
  const vt_inventory_counts *n = &m->data->count;
  const int limit = m->data->study->model.inventory.contributions;
  (void)scenario;
  copy(m, m->place.score, m->score, row);
  copy(m, m->place.residual, m->residual, row);
  copy(m, m->place.inventory, m->inventory, row);
  copy(m, m->place.supply, m->supply, row);
  for (ptrdiff_t i = 0; m->table && i < (ptrdiff_t)n->demands * n->categories; i++) {
    const double *number = m->table + 2 * i * limit * VT_TOP_NUMBERS;
    copy_table(&m->place.top_process, limit, i * limit, number, row);
    copy_table(&m->place.top_flow, limit, i * limit, number + (ptrdiff_t)limit * VT_TOP_NUMBERS,
               row);
  }
  row[m->layout->status][0] = VT_OPTIMAL;
  row[m->layout->wall_s][0] = m->wall_s;
  row[m->layout->iterations][0] = m->iterations;
  row[m->layout->rank][0] = 0;
  return VT_OK;
}

// The scenario is its own reference, of which scores are stored.
static vt_error lead(vt_inventory_model *m, vt_block *reference) {
  const vt_error solved = solve_all(m);
  const vt_error dismissed = vt_background_dismiss(m->data->background);
  VT_TRY(solved);
  VT_TRY(dismissed);
  reference->data[m->layout->status][0] = VT_OPTIMAL;
  copy(m, m->place.score, m->score, reference->data);
  return VT_OK;
}

static vt_error prepare(void *model, vt_block *reference, double *solve_s) {
  vt_inventory_model *m = model;
  const vt_team *team = m->data->team;
  *solve_s = 0;
  return vt_team_settle(team, team->rank == 0 ? lead(m, reference)
                                              : vt_background_help(m->data->background));
}

static vt_error worker_create(void *model, void **worker) {
  *worker = model;
  return VT_OK;
}

static void worker_free(void *worker) {
  (void)worker; // it is the model
}

// -------------------------------------------------------------------------------------------------
// Sizes.

static double memory_mib(const vt_inventory_model *m) {
  const vt_inventory_data *k = m->data;
  const double work =
      6.0 * k->count.demands * k->count.categories * k->study->model.inventory.contributions;
  const double matrices =
      60.0 * ((double)k->system->technosphere.entries + (double)k->system->biosphere.entries);
  const double weights = 8.0 * (double)k->count.categories * k->count.flows;
  return (vt_layout_file_bytes(m->layout) + 8 * work + matrices + weights) / (1024.0 * 1024.0) +
         60.0;
}

// Results that are wanted are not NULL; here nobody writes them.
static ptrdiff_t count_solves(const vt_inventory_model *m) {
  double wanted;
  vt_request asked = request_of(m);
  asked.score = &wanted;
  if (m->place.supply >= 0) asked.supply = &wanted;
  if (m->place.inventory >= 0) asked.inventory = &wanted;
  return vt_request_solves(&asked);
}

static vt_error sizes(void *model, int threads, vt_sizes *out) {
  vt_inventory_model *m = model;
  const vt_inventory_counts *n = &m->data->count;
  const vt_system *s = m->data->system;
  (void)threads;
  VT_TRY(vt_inventory_prove(m->data));
  const ptrdiff_t solves = count_solves(m);
  // A rank's own preparation takes as long as some twenty solves.
  const ptrdiff_t ranks = vt_background_shares(solves) ? (solves + 19) / 20 : 1;
  const double memory = memory_mib(m);
  const double file = vt_layout_file_bytes(m->layout) / (1024.0 * 1024.0);
  VT_TRY(vt_text_add(&out->members,
                     ", \"scenarios\": 1, \"demands\": %d, \"categories\": %d, "
                     "\"products\": %d, \"processes\": %d, \"elementary_flows\": %d, "
                     "\"technosphere_entries\": %td, \"biosphere_entries\": %td, "
                     "\"memory_mib\": %.1f, \"file_mib\": %.3f, \"ranks\": %td",
                     n->demands, n->categories, n->products, n->processes, n->flows,
                     s->technosphere.entries, s->biosphere.entries, memory, file, ranks));
  return vt_text_add(&out->lines,
                     "scenarios        1\n"
                     "demands          %d, %d categories\n"
                     "technosphere     %d products x %d processes, %td entries\n"
                     "biosphere        %d elementary flows, %td entries\n"
                     "memory           %.0f MiB\n"
                     "results file     %.1f MiB\n"
                     "solves           %td\n"
                     "ranks worth it   up to %td\n",
                     n->demands, n->categories, n->products, n->processes, s->technosphere.entries,
                     n->flows, s->biosphere.entries, memory, file, solves, ranks);
}

const vt_kind vt_inventory_kind = {.title = "plain LCA",
                                   .sources = sources,
                                   .read = read,
                                   .data_free = data_free,
                                   .create = create,
                                   .model_free = model_free,
                                   .layout = layout_of,
                                   .prepare = prepare,
                                   .worker_create = worker_create,
                                   .worker_free = worker_free,
                                   .solve = solve,
                                   .sizes = sizes};
