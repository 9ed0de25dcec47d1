// kind.c - timelines as a kind: databases -> dated exchanges -> traversals -> inventories and
// impacts over time.
//
// Which bins the results have follows from the reference's own traversal, so that is made when the
// data are read, by every rank: they have the same bits.
#include "targets.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

// -------------------------------------------------------------------------------------------------
// Data.

static vt_error sources(const vt_study *study, const void *data, vt_source_list *list) {
  const vt_model_plan *m = &study->model;
  const vt_timeline_plan *plan = &m->timeline;
  (void)data;
  VT_TRY(vt_source_list_add_all(list, m->databases, m->database, m->database_line));
  for (int c = 0; c < plan->methods; c++) {
    if (plan->method[c].table)
      VT_TRY(vt_source_list_add(list, plan->method[c].table, plan->method[c].table_line, NULL));
  }
  return VT_OK;
}

static void data_free(void *context) {
  vt_timeline_data *k = context;
  if (!k) return;
  vt_timeline_answer_free(k, &k->reference);
  vt_timeline_numbers_free(k, &k->numbers);
  vt_timeline_data_free(k);
  free(k);
}

static vt_error solve_reference(vt_timeline_data *k) {
  const double begun = vt_clock_s();
  const bool rows = !k->study->ensemble && (k->plan->keep_by_activity || k->plan->keep_timeline);
  VT_TRY(vt_timeline_numbers_create(k, &k->numbers));
  VT_TRY(vt_timeline_answer_create(k, &k->numbers, rows, &k->reference));
  k->wall_s = vt_clock_s() - begun;
  return VT_OK;
}

static vt_error read_all(vt_timeline_data *k) {
  VT_TRY(vt_timeline_read(k));
  return solve_reference(k);
}

static vt_error read(const vt_study *study, const vt_team *team, void **data) {
  vt_timeline_data *k;
  VT_NEW(k, 1);
  k->study = study;
  k->plan = &study->model.timeline;
  k->team = team;
  vt_error done = vt_background_create(team->size > 1 ? team->comm : MPI_COMM_NULL, &k->background);
  if (done == VT_OK) done = read_all(k);
  done = vt_team_settle(team, done);
  *data = done == VT_OK ? k : NULL;
  if (done != VT_OK) data_free(k);
  return done;
}

// -------------------------------------------------------------------------------------------------
// Model.

typedef struct vt_timeline_model {
  vt_timeline_data *data;
  vt_timeline_ensemble *ensemble; // NULL: a single solve
  vt_layout *layout;
  vt_timeline_places place;
  vt_bins bins;
} vt_timeline_model;

static void model_free(void *context) {
  vt_timeline_model *m = context;
  if (!m) return;
  vt_layout_free(m->layout);
  vt_timeline_ensemble_free(m->ensemble);
  free(m);
}

// Of an empty timeline the bin of the start.
static vt_error find_bins(const vt_timeline_model *m, vt_bins *bins) {
  const vt_timeline_data *k = m->data;
  const vt_resolution resolution = k->plan->resolution;
  vt_shift shift = {0};
  *bins = (vt_bins){INT64_MAX, INT64_MIN};
  if (k->plan->has_time) {
    bins->first = vt_bin_of_label(resolution, k->plan->first_bin);
    bins->last = vt_bin_of_label(resolution, k->plan->last_bin);
    return VT_OK;
  }
  if (m->ensemble) VT_TRY(vt_timeline_shift(k, &m->ensemble->targets, m->ensemble->design, &shift));
  vt_timeline_reach(k, &k->numbers, &k->reference, &shift, bins);
  if (bins->first > bins->last) bins->first = bins->last = vt_bin_of(k->plan, k->plan->start);
  return VT_OK;
}

static vt_error fill_model(vt_timeline_model *m) {
  if (m->data->study->ensemble) VT_TRY(vt_timeline_ensemble_create(m->data, &m->ensemble));
  VT_TRY(find_bins(m, &m->bins));
  VT_TRY(vt_layout_create(&m->layout));
  VT_TRY(vt_timeline_lay_out(m->data, &m->bins, m->layout, &m->place));
  if (m->ensemble) m->layout->scenarios = vt_design_scenarios(m->ensemble->design);
  return m->data->plan->keep_timeline ? vt_timeline_lay_rows_out(m->data, m->layout) : VT_OK;
}

static vt_error create(const vt_study *study, void *data, void **model) {
  vt_timeline_model *m;
  (void)study;
  VT_NEW(m, 1);
  m->data = data;
  const vt_error filled = fill_model(m);
  *model = filled == VT_OK ? m : NULL;
  if (filled != VT_OK) model_free(m);
  return filled;
}

static const vt_layout *layout_of(const void *model) {
  return ((const vt_timeline_model *)model)->layout;
}

// -------------------------------------------------------------------------------------------------
// Solving.

static const double lost = 1e-6; ///< the gap above which a timeline is not conserved

// A gap that is no number, without a background that explains it, is none that is small.
static vt_outcome outcome_of(const vt_timeline_data *k, const vt_timeline_answer *a) {
  for (int d = 0; d < k->demands; d++)
    if (k->backgrounds == 0 && !(a->result[d].violation <= lost)) return VT_INACCURATE;
  return VT_OPTIMAL;
}

static void put_frame(const vt_timeline_model *m, const vt_timeline_answer *a, double wall_s,
                      double *const *row) {
  const vt_timeline_data *k = m->data;
  double calculations = 0;
  for (int d = 0; d < k->demands; d++) calculations += (double)a->result[d].calculations;
  row[m->layout->status][0] = outcome_of(k, a);
  row[m->layout->wall_s][0] = wall_s;
  row[m->layout->iterations][0] = fmin(calculations, INT32_MAX);
  row[m->layout->rank][0] = k->team->rank;
}

static void put_reference(const vt_timeline_model *m, double *const *row) {
  const vt_timeline_data *k = m->data;
  put_frame(m, &k->reference, k->wall_s, row);
  vt_timeline_fill(k, &k->numbers, &k->reference, &m->place, &m->bins, row);
}

static vt_error prepare(void *model, vt_block *reference, double *solve_s) {
  const vt_timeline_model *m = model;
  *solve_s = m->data->wall_s;
  if (m->data->team->rank == 0) put_reference(m, reference->data);
  return VT_OK;
}

/// A thread's part.
typedef struct timeline_worker {
  const vt_timeline_model *model;
  vt_timeline_worker *numbers; // NULL: a single solve
} timeline_worker;

static void worker_free(void *context) {
  timeline_worker *w = context;
  if (!w) return;
  vt_timeline_worker_free(w->numbers);
  free(w);
}

static vt_error worker_create(void *model, void **context) {
  timeline_worker *w;
  *context = NULL;
  VT_NEW(w, 1);
  w->model = model;
  const vt_error made =
      w->model->ensemble ? vt_timeline_worker_create(w->model->ensemble, &w->numbers) : VT_OK;
  if (made != VT_OK) worker_free(w);
  VT_TRY(made);
  *context = w;
  return VT_OK;
}

static bool is_finite(const vt_layout *layout, int variable, double *const *row) {
  bool finite = true;
  for (ptrdiff_t i = 0; variable >= 0 && i < layout->variable[variable].cells; i++)
    finite = finite && isfinite(row[variable][i]);
  return finite;
}

// A scenario without an answer: its numbers are NaN.
static void put_failed(const timeline_worker *w, double *const *row) {
  const vt_timeline_model *m = w->model;
  vt_row_clear(m->layout, row);
  row[m->layout->status][0] = VT_FAILED;
  row[m->layout->wall_s][0] = row[m->layout->iterations][0] = 0;
  row[m->layout->rank][0] = m->data->team->rank;
}

// Amounts that make a system singular, or dates that lie too far away, are the scenario's own.
static vt_error fill_scenario(const timeline_worker *w, double *const *row) {
  const vt_timeline_model *m = w->model;
  const vt_timeline_data *k = m->data;
  const double begun = vt_clock_s();
  vt_timeline_answer answer;
  const vt_error made =
      vt_timeline_answer_create(k, &w->numbers->numbers, k->plan->keep_by_activity, &answer);
  if (made == VT_ERR_INPUT) put_failed(w, row);
  if (made != VT_OK) return made == VT_ERR_INPUT ? VT_OK : made;
  vt_timeline_fill(k, &w->numbers->numbers, &answer, &m->place, &m->bins, row);
  put_frame(m, &answer, vt_clock_s() - begun, row);
  vt_timeline_answer_free(k, &answer);
  if (!is_finite(m->layout, m->place.inventory, row) || !is_finite(m->layout, m->place.total, row))
    put_failed(w, row);
  return VT_OK;
}

static vt_error solve(void *context, int64_t scenario, double *const *row) {
  timeline_worker *w = context;
  const vt_timeline_model *m = w->model;
  if (!w->numbers) {
    put_reference(m, row);
    return VT_OK;
  }
  const int failed = vt_timeline_worker_set(w->numbers, scenario);
  vt_row_clear(m->layout, row);
  if (failed < 0) VT_TRY(fill_scenario(w, row));
  if (m->place.input.failed >= 0) row[m->place.input.failed][0] = -1;
  if (failed >= 0)
    vt_input_fail(m->data->study, m->layout, &m->place.input, failed, m->data->team->rank, row);
  vt_input_put(m->data->study, &m->place.input, w->numbers->value, vt_timeline_neutral, m->ensemble,
               row);
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Sizes.

typedef struct counts {
  int64_t dates, calculations;
  double rows;
} counts;

// Rows that a timeline would have: those that are kept, else those of runs and closures.
static counts count_all(const vt_timeline_data *k) {
  counts n = {0};
  for (int d = 0; d < k->demands; d++) {
    const vt_timeline_result *r = &k->reference.result[d];
    n.dates += r->dates->count;
    n.calculations += r->calculations;
    n.rows += r->rows > 0 ? (double)r->rows : (double)r->direct_rows;
    for (int b = 0; r->rows == 0 && b < r->closed.blocks; b++)
      n.rows += (double)r->closed.block[b].count * k->flows;
    for (int b = 0; r->rows == 0 && b < r->taken.blocks; b++)
      n.rows += (double)r->taken.block[b].count * k->flows;
  }
  return n;
}

static vt_error sizes(void *model, int threads, vt_sizes *out) {
  const vt_timeline_model *m = model;
  const vt_timeline_data *k = m->data;
  const counts n = count_all(k);
  const double mib = 1024.0 * 1024.0;
  const double file = vt_layout_file_bytes(m->layout) / mib;
  const double matrices =
      200.0 * ((double)k->system->technosphere.entries + (double)k->system->biosphere.entries);
  const double memory = (vt_layout_memory_bytes(m->layout, threads) + matrices) / mib + 60.0;
  const ptrdiff_t bins = (ptrdiff_t)(m->bins.last - m->bins.first) + 1;
  VT_TRY(vt_text_add(
      &out->members,
      ", \"scenarios\": %" PRId64 ", \"demands\": %d, \"categories\": %d, \"processes\": %d, "
      "\"elementary_flows\": %d, \"bins\": %td, \"dates\": %" PRId64 ", \"calculations\": %" PRId64
      ", \"rows\": %.0f, \"memory_mib\": %.1f, \"file_mib\": %.3f, \"ranks\": %" PRId64,
      m->layout->scenarios, k->demands, k->categories, k->processes, k->flows, bins, n.dates,
      n.calculations, n.rows, memory, file, m->layout->scenarios));
  return vt_text_add(&out->lines,
                     "scenarios        %" PRId64 "\n"
                     "demands          %d, %d categories\n"
                     "system           %d processes, %d elementary flows, %td dated exchanges\n"
                     "time             %td bins, %" PRId64 " to %" PRId64 "\n"
                     "dates reached    %" PRId64 "\n"
                     "expansions       %" PRId64 "\n"
                     "rows             %.0f, roughly\n"
                     "memory           %.0f MiB\n"
                     "results file     %.1f MiB\n"
                     "ranks worth it   up to %" PRId64 "\n",
                     m->layout->scenarios, k->demands, k->categories, k->processes, k->flows,
                     (ptrdiff_t)k->spreads, bins, vt_bin_label(k->plan->resolution, m->bins.first),
                     vt_bin_label(k->plan->resolution, m->bins.last), n.dates, n.calculations,
                     n.rows, memory, file, m->layout->scenarios);
}

const vt_kind vt_timeline_kind = {.title = "a timeline",
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
                                  .one_thread = true,
                                  .sizes = sizes,
                                  .tell_rows = vt_timeline_tell_rows,
                                  .tell_exchanges = vt_timeline_tell_exchanges};
