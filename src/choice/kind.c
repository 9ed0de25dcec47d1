// kind.c - technology choice as a kind: scenario k -> numbers -> reduced programme -> levels of all
// processes -> row.
#include "kind.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

// -------------------------------------------------------------------------------------------------
// Data.

static vt_error sources(const vt_study *study, const void *data, vt_source_list *list) {
  const vt_model_plan *m = &study->model;
  (void)data;
  return vt_source_list_add_all(list, m->databases, m->database, m->database_line);
}

// All ranks read: each scenario is proven from the matrices.
static vt_error read(const vt_study *study, const vt_team *team, void **data) {
  vt_choice_data *k;
  *data = NULL;
  VT_NEW(k, 1);
  k->study = study;
  k->team = team;
  vt_error done = vt_background_create(team->size > 1 ? team->comm : MPI_COMM_NULL, &k->background);
  if (done == VT_OK) done = vt_team_settle(team, vt_choice_gather(k));
  if (done != VT_OK) vt_choice_data_free(k);
  VT_TRY(done);
  *data = k;
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Model.

static void model_free(void *model) {
  vt_choice_close(model);
}

static vt_error create(const vt_study *study, void *data, void **model) {
  vt_choice_model *m;
  *model = NULL;
  VT_TRY(vt_choice_open(study, data, &m));
  *model = m;
  return VT_OK;
}

static const vt_layout *layout_of(const void *model) {
  return ((const vt_choice_model *)model)->layout;
}

// -------------------------------------------------------------------------------------------------
// Preparing: the basis columns, the programme, the reference.

static vt_error solve_reference(vt_choice_model *m, vt_choice_worker *worker, vt_block *reference,
                                double *solve_s) {
  vt_error solved = vt_choice_worker_solve(worker, -1, reference->data);
  if (solved == VT_OK)
    solved = vt_choice_worker_basis(worker, &m->entered, m->first_entered, &m->reference);
  *solve_s = solved == VT_OK ? reference->data[m->layout->wall_s][0] : 0;
  return solved;
}

static vt_error share_reference(vt_choice_model *m, double *solve_s) {
  const vt_team *team = m->data->team;
  const vt_program *lp = &m->program->lp;
  int known = m->reference.status != NULL;
  VT_TRY(vt_team_broadcast(team, solve_s, (int64_t)sizeof *solve_s));
  VT_TRY(vt_team_broadcast(team, &known, (int64_t)sizeof known));
  VT_TRY(vt_team_broadcast(team, &m->entered, (int64_t)sizeof m->entered));
  VT_TRY(vt_team_broadcast(team, m->first_entered,
                           m->program->slots * (int64_t)sizeof *m->first_entered));
  if (!known) return VT_OK;
  if (team->rank != 0) VT_NEW(m->reference.status, (ptrdiff_t)lp->rows + lp->columns);
  m->reference.rows = lp->rows;
  m->reference.columns = lp->columns;
  return vt_team_broadcast(team, m->reference.status, (int64_t)lp->rows + lp->columns);
}

static vt_error solve_end(void *worker, int64_t k, double *const *row) {
  return vt_choice_worker_solve_stages(worker, k, row);
}

// What the reference needs, every scenario begins with: the programme gets room for it.
static vt_error prepare_with(vt_choice_model *m, vt_choice_worker *worker, vt_block *reference,
                             double *solve_s, bool *overflowed) {
  const vt_team *team = m->data->team;
  VT_TRY(vt_team_settle(team,
                        team->rank == 0 ? solve_reference(m, worker, reference, solve_s) : VT_OK));
  *overflowed = worker && vt_choice_worker_overflowed(worker);
  VT_TRY(vt_team_broadcast(team, overflowed, (int64_t)sizeof *overflowed));
  if (*overflowed) return VT_OK;
  VT_TRY(share_reference(m, solve_s));
  return m->staging ? vt_staging_prepare(m->staging, team, m->layout, solve_end, worker) : VT_OK;
}

static vt_error prepare(void *model, vt_block *reference, double *solve_s) {
  vt_choice_model *m = model;
  const vt_team *team = m->data->team;
  const double begun = vt_clock_s();
  *solve_s = 0;
  VT_TRY(vt_team_settle(team, vt_choice_solve_basis(m->data, false, &m->basis)));
  bool overflowed = true;
  for (int slots = VT_FIRST_SLOTS; overflowed; slots *= 4) {
    vt_choice_worker *worker = NULL;
    VT_TRY(vt_team_settle(team, vt_choice_create_programme(m, slots)));
    VT_TRY(vt_team_settle(team, team->rank == 0 ? vt_choice_worker_create(m, &worker) : VT_OK));
    const vt_error prepared = prepare_with(m, worker, reference, solve_s, &overflowed);
    vt_choice_worker_free(worker);
    VT_TRY(prepared);
  }
  vt_log(VT_LOG_DETAIL, "choice-reference: columns = %d, prepared = %.4f", m->data->columns,
         vt_clock_s() - begun);
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Scenarios.

static vt_error worker_create(void *model, void **worker) {
  vt_choice_worker *w;
  *worker = NULL;
  VT_TRY(vt_choice_worker_create(model, &w));
  *worker = w;
  return VT_OK;
}

static void worker_free(void *worker) {
  vt_choice_worker_free(worker);
}

static vt_error solve(void *worker, int64_t scenario, double *const *row) {
  return vt_choice_worker_solve(worker, scenario, row);
}

// -------------------------------------------------------------------------------------------------
// Sizes.

static vt_error sizes(void *model, int threads, vt_sizes *out) {
  vt_choice_model *m = model;
  const vt_choice_data *k = m->data;
  const vt_system *s = k->system;
  const int64_t scenarios = m->layout->scenarios;
  VT_TRY(vt_choice_prove(k));
  const double matrices = 60.0 * ((double)s->technosphere.entries + (double)s->biosphere.entries);
  const double columns = 8.0 * k->columns * k->processes;
  const double own = 8.0 * k->processes * (2.0 * k->steps + k->categories) +
                     (vt_choice_is_varied(k) ? columns + matrices : 0);
  const double memory = (matrices + columns + threads * own) / (1024.0 * 1024.0) + 60.0 +
                        vt_layout_memory_bytes(m->layout, threads) / (1024.0 * 1024.0);
  const double file = vt_layout_file_bytes(m->layout) / (1024.0 * 1024.0);
  VT_TRY(vt_text_add(&out->members,
                     ", \"scenarios\": %" PRId64 ", \"choices\": %d, \"alternatives\": %d, "
                     "\"categories\": %d, \"steps\": %d, \"products\": %d, \"processes\": %d, "
                     "\"elementary_flows\": %d, \"technosphere_entries\": %td, "
                     "\"biosphere_entries\": %td, \"memory_mib\": %.1f, \"file_mib\": %.3f",
                     scenarios, k->choices, k->alternatives, k->categories, k->steps, k->products,
                     k->processes, k->flows, s->technosphere.entries, s->biosphere.entries, memory,
                     file));
  VT_TRY(vt_text_add(&out->lines,
                     "scenarios        %" PRId64 "\n"
                     "choices          %d, of %d alternatives\n",
                     scenarios, k->choices, k->alternatives));
  if (k->study->model.choice.steps_line > 0)
    VT_TRY(vt_text_add(&out->lines, "steps            %d\n", k->steps));
  return vt_text_add(&out->lines,
                     "technosphere     %d products x %d processes, %td entries\n"
                     "biosphere        %d elementary flows, %td entries\n"
                     "categories       %d\n"
                     "solved           %d columns; levels of all processes follow from them\n"
                     "memory           %.0f MiB\n"
                     "results file     %.1f MiB\n",
                     k->products, k->processes, s->technosphere.entries, k->flows,
                     s->biosphere.entries, k->categories, k->columns, memory, file);
}

const vt_kind vt_choice_kind = {.title = "technology choice",
                                .sources = sources,
                                .read = read,
                                .data_free = vt_choice_data_free,
                                .create = create,
                                .model_free = model_free,
                                .layout = layout_of,
                                .prepare = prepare,
                                .worker_create = worker_create,
                                .worker_free = worker_free,
                                .solve = solve,
                                .sizes = sizes,
                                .explain = vt_choice_explain,
                                .tell_exchanges = vt_choice_tell_exchanges};
