// kind.c - plain LCA as a kind: databases -> system -> demands and methods -> scores, inventories,
// supplies and what they are made of.
#include "inventory.h"

#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/// A single solve has everything at once, and `solve` hands it over; scenarios of an ensemble are
/// made of it.
typedef struct vt_inventory_model {
  vt_inventory_data *data;
  vt_design *design; // NULL: a single solve
  vt_layout *layout;
  vt_inventory_places place;
  vt_inventory_base base; // of an ensemble
  vt_varied *varied;      // NULL: scenarios need no solves
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
  free(k->solved);
  free(k->cell);
  free(k->touch);
  free(k->changed);
  free(k->exchange);
  vt_variation_free(k->variation);
  vt_moves_free(&k->moves);
  vt_inventory_free_columns(&k->columns);
  vt_inventory_free_following(&k->following);
  vt_differences_free(&k->differences);
  vt_system_free(k->system);
  vt_background_free(k->background);
  vt_database_set_free(k->set);
  vt_arena_free(k->arena);
  free(k);
}

// Rank 0 reads, while the others start PETSc: a fault of theirs comes again when they solve. Draws
// are made of what the sources say of each exchange: then all ranks read them.
static vt_error read_data(vt_inventory_data *k) {
  const vt_team *team = k->team;
  const bool all = vt_inventory_varies(k->study);
  VT_TRY(vt_background_create(team->size > 1 ? team->comm : MPI_COMM_NULL, &k->background));
  vt_error gathered = VT_OK;
  if (team->rank == 0 || all)
    gathered = vt_inventory_gather(k);
  else
    (void)vt_background_start(k->background);
  VT_TRY(vt_team_settle(team, gathered));
  VT_TRY(vt_team_broadcast(team, &k->count, (int64_t)sizeof k->count));
  return k->study->ensemble && !all ? vt_inventory_share(k) : VT_OK;
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
  vt_varied_free(m->varied);
  vt_layout_free(m->layout);
  vt_design_free(m->design);
  double *const owned[] = {m->score, m->residual, m->supply, m->inventory, m->table};
  for (size_t i = 0; i < sizeof owned / sizeof *owned; i++) free(owned[i]);
  free(m);
}

// Numbers of the contribution tables of a demand.
static ptrdiff_t table_width(const vt_inventory_data *k) {
  return (ptrdiff_t)k->count.categories * 2 * k->study->model.inventory.contributions *
         VT_TOP_NUMBERS;
}

static vt_error create_design(vt_inventory_model *m) {
  VT_TRY(vt_design_create(&m->data->study->design, &m->design));
  VT_TRY(vt_inventory_add_cells(m->data, m->design));
  VT_TRY(vt_design_check_reference(m->design));
  const vt_differences *d = &m->data->differences;
  if (d->files > 0) {
    vt_design_resize(m->design, d->scenarios);
    m->layout->scenario_text_name = "scenario_name";
    m->layout->scenario_text = d->label;
  }
  m->layout->scenarios = vt_design_scenarios(m->design);
  return VT_OK;
}

static vt_error fill_model(vt_inventory_model *m) {
  VT_CHECK(table_width(m->data) <= INT_MAX, VT_ERR_INPUT,
           "%s: found contribution tables of %td numbers a demand, expected fewer than 2^31",
           m->data->study->path, table_width(m->data));
  VT_TRY(vt_layout_create(&m->layout));
  VT_TRY(vt_inventory_lay_out(m->data, m->layout, &m->place));
  return m->data->study->ensemble ? create_design(m) : VT_OK;
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

static bool wants_supply(const vt_inventory_model *m) {
  return m->design ? vt_inventory_needs_supply(m->data) : m->place.supply >= 0;
}

static bool wants_inventory(const vt_inventory_model *m) {
  return m->design ? vt_inventory_needs_inventory(m->data) : m->place.inventory >= 0;
}

static vt_error allocate_results(vt_inventory_model *m) {
  const vt_inventory_counts *n = &m->data->count;
  const ptrdiff_t demands = n->demands, width = table_width(m->data);
  VT_NEW(m->score, demands * n->categories);
  VT_NEW(m->residual, demands);
  if (wants_supply(m)) VT_NEW(m->supply, demands * n->processes);
  if (wants_inventory(m)) VT_NEW(m->inventory, demands * n->flows);
  if (m->data->team->rank == 0 && width > 0) VT_NEW(m->table, demands * width);
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

static void copy_tables(const vt_inventory_model *m, double *const *row) {
  const vt_inventory_counts *n = &m->data->count;
  const int limit = m->data->study->model.inventory.contributions;
  for (ptrdiff_t i = 0; m->table && i < (ptrdiff_t)n->demands * n->categories; i++) {
    const double *number = m->table + 2 * i * limit * VT_TOP_NUMBERS;
    copy_table(&m->place.top_process, limit, i * limit, number, row);
    copy_table(&m->place.top_flow, limit, i * limit, number + (ptrdiff_t)limit * VT_TOP_NUMBERS,
               row);
  }
}

static vt_error solve_single(const vt_inventory_model *m, double *const *row) {
  copy(m, m->place.score, m->score, row);
  copy(m, m->place.residual, m->residual, row);
  copy(m, m->place.inventory, m->inventory, row);
  copy(m, m->place.supply, m->supply, row);
  copy_tables(m, row);
  row[m->layout->status][0] = VT_OPTIMAL;
  row[m->layout->wall_s][0] = m->wall_s;
  row[m->layout->iterations][0] = m->iterations;
  row[m->layout->rank][0] = 0;
  return VT_OK;
}

static vt_error solve_and_dismiss(vt_inventory_model *m) {
  const vt_error solved = solve_all(m);
  const vt_error dismissed = vt_background_dismiss(m->data->background);
  VT_TRY(solved);
  return dismissed;
}

// Of a demand of 0 something else was solved.
static void scale_tables(const vt_inventory_model *m) {
  const vt_inventory_data *k = m->data;
  const ptrdiff_t width = table_width(k) / VT_TOP_NUMBERS;
  for (ptrdiff_t i = 0; m->table && i < k->count.demands * width; i++) {
    double *number = m->table + i * VT_TOP_NUMBERS;
    if (k->amount[i / width] != 0.0) continue;
    number[1] *= 0.0;
    number[2] = (double)NAN;
  }
}

static vt_error fill_reference(vt_inventory_model *m, vt_block *reference) {
  vt_inventory_worker *worker;
  VT_TRY(vt_inventory_worker_create(&m->base, &worker));
  const vt_error solved = vt_inventory_worker_solve(worker, -1, reference->data);
  vt_inventory_worker_free(worker);
  VT_TRY(solved);
  scale_tables(m);
  copy_tables(m, reference->data);
  return VT_OK;
}

static vt_error send(const vt_team *team, double *number, ptrdiff_t count) {
  return number ? vt_team_broadcast(team, number, count * (int64_t)sizeof *number) : VT_OK;
}

static vt_error create_varied(vt_inventory_model *m) {
  const vt_inventory_data *k = m->data;
  const vt_varied_plan plan = {.system = vt_inventory_equations(k),
                               .demand_count = k->count.demands,
                               .demand = k->demand,
                               .weight_count = k->count.categories,
                               .supply = m->place.supply >= 0,
                               .inventory = m->place.inventory >= 0};
  return vt_varied_create(k->background, &plan, NULL, &m->varied);
}

// Where scenarios are solved, the reference's numbers are.
static vt_error share_base(vt_inventory_model *m) {
  const vt_team *team = m->data->team;
  const vt_inventory_counts *n = &m->data->count;
  const ptrdiff_t demands = n->demands;
  VT_TRY(vt_team_settle(team, team->rank == 0 ? VT_OK : allocate_results(m)));
  VT_TRY(send(team, m->score, demands * n->categories));
  VT_TRY(send(team, m->residual, demands));
  VT_TRY(send(team, m->inventory, demands * n->flows));
  VT_TRY(send(team, m->supply, demands * n->processes));
  m->base = (vt_inventory_base){.data = m->data,
                                .design = m->design,
                                .layout = m->layout,
                                .place = &m->place,
                                .score = m->score,
                                .residual = m->residual,
                                .inventory = m->inventory,
                                .supply = m->supply};
  if (m->data->count.varied) VT_TRY(vt_team_settle(team, create_varied(m)));
  m->base.varied = m->varied;
  return VT_OK;
}

static vt_error prepare(void *model, vt_block *reference, double *solve_s) {
  vt_inventory_model *m = model;
  const vt_team *team = m->data->team;
  const bool first = team->rank == 0;
  *solve_s = 0;
  VT_TRY(
      vt_team_settle(team, first ? solve_and_dismiss(m) : vt_background_help(m->data->background)));
  if (m->design) {
    VT_TRY(share_base(m));
    VT_TRY(vt_team_settle(team, first ? fill_reference(m, reference) : VT_OK));
    if (first) *solve_s = reference->data[m->layout->wall_s][0];
    return vt_team_broadcast(team, solve_s, (int64_t)sizeof *solve_s);
  }
  if (!first) return VT_OK;
  // The scenario is its own reference, of which scores are stored.
  reference->data[m->layout->status][0] = VT_OPTIMAL;
  copy(m, m->place.score, m->score, reference->data);
  return VT_OK;
}

// A thread's part: of a single solve the model itself.
typedef struct worker {
  const vt_inventory_model *model;
  vt_inventory_worker *scenarios; // NULL: a single solve
} worker;

static void worker_free(void *context) {
  worker *w = context;
  if (!w) return;
  vt_inventory_worker_free(w->scenarios);
  free(w);
}

static vt_error worker_create(void *model, void **context) {
  worker *w;
  *context = NULL;
  VT_NEW(w, 1);
  w->model = model;
  const vt_error made =
      w->model->design ? vt_inventory_worker_create(&w->model->base, &w->scenarios) : VT_OK;
  if (made != VT_OK) worker_free(w);
  VT_TRY(made);
  *context = w;
  return VT_OK;
}

static vt_error solve(void *context, int64_t scenario, double *const *row) {
  const worker *w = context;
  return w->scenarios ? vt_inventory_worker_solve(w->scenarios, scenario, row)
                      : solve_single(w->model, row);
}

// -------------------------------------------------------------------------------------------------
// Sizes.

static double memory_mib(const vt_inventory_model *m, int threads) {
  const vt_inventory_data *k = m->data;
  const vt_inventory_counts *n = &k->count;
  const double work = 6.0 * n->demands * n->categories * k->study->model.inventory.contributions;
  const double matrices =
      60.0 * ((double)k->system->technosphere.entries + (double)k->system->biosphere.entries);
  const double weights = (double)n->categories * n->flows;
  const double solved = (double)n->demands * ((wants_inventory(m) ? n->flows : 0) +
                                              (double)(wants_supply(m) ? n->processes : 0));
  const double thread = weights + n->flows + (double)n->cells + (double)n->exchanges;
  const double rows =
      m->design ? vt_layout_memory_bytes(m->layout, threads) + 8 * solved + 8 * threads * thread
                : vt_layout_file_bytes(m->layout);
  return (rows + 8 * work + matrices + 8 * weights) / (1024.0 * 1024.0) + 60.0;
}

// Results that are wanted are not NULL; here nobody writes them.
static ptrdiff_t count_solves(const vt_inventory_model *m) {
  double wanted;
  vt_request asked = request_of(m);
  asked.score = &wanted;
  if (wants_supply(m)) asked.supply = &wanted;
  if (wants_inventory(m)) asked.inventory = &wanted;
  return vt_request_solves(&asked);
}

// A rank's own preparation takes as long as some twenty solves, or some ten thousand scenarios
// that are mere products.
static int64_t ranks_worth(const vt_inventory_model *m, ptrdiff_t solves) {
  const int64_t alike = m->layout->scenarios / (m->data->count.varied ? 20 : 10000) + 1;
  const int64_t solving = vt_background_shares(solves) ? (solves + 19) / 20 : 1;
  return m->design && alike > solving ? alike : solving;
}

// What solving each scenario takes besides, of memory in MiB.
static vt_error count_varied(vt_inventory_model *m, int threads, double *memory) {
  double shared, own;
  if (!m->data->count.varied) return VT_OK;
  if (!m->varied) VT_TRY(create_varied(m));
  vt_varied_bytes(m->varied, &shared, &own);
  *memory += (shared + threads * own) / (1024.0 * 1024.0);
  if (!m->data->variation) return VT_OK;
  vt_variation_bytes(m->data->variation, &shared, &own);
  *memory += (shared + threads * own) / (1024.0 * 1024.0);
  return VT_OK;
}

// What an ensemble changes.
static vt_error add_inputs(const vt_inventory_model *m, vt_sizes *out) {
  const vt_study *study = m->data->study;
  if (!m->design) return VT_OK;
  VT_TRY(vt_text_add(&out->members, ", \"parameters\": %d, \"factors\": %d, \"changed_cells\": %td",
                     study->parameters, study->factors, m->data->count.cells));
  return vt_text_add(
      &out->lines, "factors          %d, on %td cells; %s\n", study->factors, m->data->count.cells,
      m->data->count.varied ? "each scenario is solved" : "supplies are the reference's");
}

// What varies by its own distribution.
static vt_error add_variation(const vt_inventory_model *m, vt_sizes *out) {
  if (!m->data->variation) return VT_OK;
  const vt_variation_counts *n = vt_variation_count(m->data->variation);
  VT_TRY(vt_text_add(&out->members,
                     ", \"uncertain_exchanges\": %td, \"unreached_exchanges\": %td, "
                     "\"invalid_distributions\": %td",
                     n->exchanges, n->unreached, n->invalid));
  return vt_text_add(&out->lines,
                     "uncertain        %td exchanges and factors; %td cannot reach a score, %td "
                     "have no valid distribution\n",
                     n->exchanges, n->unreached, n->invalid);
}

static vt_error sizes(void *model, int threads, vt_sizes *out) {
  vt_inventory_model *m = model;
  const vt_inventory_counts *n = &m->data->count;
  const vt_system *s = m->data->system;
  VT_TRY(vt_inventory_prove(m->data));
  const ptrdiff_t solves = count_solves(m);
  const int64_t scenarios = m->layout->scenarios, ranks = ranks_worth(m, solves);
  double memory = memory_mib(m, threads);
  const double file = vt_layout_file_bytes(m->layout) / (1024.0 * 1024.0);
  VT_TRY(count_varied(m, threads, &memory));
  VT_TRY(vt_text_add(&out->members,
                     ", \"scenarios\": %" PRId64 ", \"demands\": %d, \"categories\": %d, "
                     "\"products\": %d, \"processes\": %d, \"elementary_flows\": %d, "
                     "\"technosphere_entries\": %td, \"biosphere_entries\": %td, "
                     "\"memory_mib\": %.1f, \"file_mib\": %.3f, \"ranks\": %" PRId64,
                     scenarios, n->demands, n->categories, n->products, n->processes, n->flows,
                     s->technosphere.entries, s->biosphere.entries, memory, file, ranks));
  VT_TRY(vt_text_add(&out->lines, "scenarios        %" PRId64 "\n", scenarios));
  VT_TRY(add_inputs(m, out));
  VT_TRY(add_variation(m, out));
  return vt_text_add(&out->lines,
                     "demands          %d, %d categories\n"
                     "technosphere     %d products x %d processes, %td entries\n"
                     "biosphere        %d elementary flows, %td entries\n"
                     "memory           %.0f MiB\n"
                     "results file     %.1f MiB\n"
                     "solves           %td\n"
                     "ranks worth it   up to %" PRId64 "\n",
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
                                   .sizes = sizes,
                                   .tell_exchanges = vt_inventory_tell_exchanges};
