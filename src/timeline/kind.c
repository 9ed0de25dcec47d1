// kind.c - timelines as a kind: databases -> dated exchanges -> traversals -> inventories and
// impacts over time.
//
// Which bins the results have follows from the reference's own traversal, so that is made when the
// data are read, by every rank: they have the same bits.
#include "timeline.h"

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
  vt_layout *layout;
  vt_timeline_places place;
  vt_bins bins;
} vt_timeline_model;

static void model_free(void *context) {
  vt_timeline_model *m = context;
  if (!m) return;
  vt_layout_free(m->layout);
  free(m);
}

// Of an empty timeline the bin of the start.
static void find_bins(const vt_timeline_data *k, vt_bins *bins) {
  const vt_resolution resolution = k->plan->resolution;
  *bins = (vt_bins){INT64_MAX, INT64_MIN};
  if (k->plan->has_time) {
    bins->first = vt_bin_of_label(resolution, k->plan->first_bin);
    bins->last = vt_bin_of_label(resolution, k->plan->last_bin);
    return;
  }
  vt_timeline_reach(k, &k->numbers, &k->reference, bins);
  if (bins->first <= bins->last) return;
  bins->first = bins->last = vt_bin_of(k->plan, k->plan->start);
}

static vt_error fill_model(vt_timeline_model *m) {
  find_bins(m->data, &m->bins);
  VT_TRY(vt_layout_create(&m->layout));
  VT_TRY(vt_timeline_lay_out(m->data, &m->bins, m->layout, &m->place));
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

static vt_error worker_create(void *model, void **worker) {
  *worker = model;
  return VT_OK;
}

static void worker_free(void *worker) {
  (void)worker;
}

static vt_error solve(void *worker, int64_t scenario, double *const *row) {
  (void)scenario;
  put_reference(worker, row);
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
    for (ptrdiff_t i = 0; r->rows == 0 && i < r->closures; i++) n.rows += k->flows;
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
                                  .tell_rows = vt_timeline_tell_rows};
