// pathway_kind.c - the pathway model in an ensemble: scenario k -> factor values -> numbers ->
// linear programme -> plan -> row.
#include "pathway_kind.h"

#include <inttypes.h>
#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>

// ---------------------------------------------------------------------------------------------
// One scenario.

typedef struct worker {
  const vt_pathway_kind *kind;
  vt_pathway_state *state;
  vt_lp_session *session;
  double *factor; // shape [factors]
  vt_plan plan;
} worker;

static void worker_free(void *context) {
  worker *w = context;
  if (!w) return;
  vt_lp_session_free(w->session);
  vt_pathway_state_free(w->state);
  free(w->factor);
  free(w->plan.installation);
  free(w->plan.operation);
  free(w->plan.impact);
  free(w->plan.total_impact);
  free(w);
}

static vt_error fill_worker(worker *w) {
  const vt_inputs *in = w->kind->inputs;
  const ptrdiff_t cells = (ptrdiff_t)vt_labels_count(in->process) * in->system_times;
  const int categories = vt_labels_count(in->category);
  VT_NEW(w->factor, w->kind->study->factors);
  VT_NEW(w->plan.installation, cells);
  VT_NEW(w->plan.operation, cells);
  VT_NEW(w->plan.impact, categories * cells);
  VT_NEW(w->plan.total_impact, categories);
  VT_TRY(vt_pathway_state_create(w->kind->pathway, &w->state));
  return vt_lp_session_create(w->kind->lp, &w->session);
}

static vt_error worker_create(void *model, void **context) {
  worker *w;
  VT_NEW(w, 1);
  w->kind = model;
  const vt_error filled = fill_worker(w);
  if (filled != VT_OK) {
    worker_free(w);
    w = NULL;
  }
  *context = w;
  return filled;
}

static void put_nan(const vt_pathway_kind *k, double *const *row) {
  for (int v = 0; v < k->layout.variables; v++) {
    for (ptrdiff_t i = 0; i < k->variable[v].cells; i++) row[v][i] = (double)NAN;
  }
}

// The plan is proven from the tensors; the programme's own check has passed before.
static vt_outcome judge(const vt_lp_solution *s, const vt_plan *plan) {
  const double feasible = 1e-9, equal = 1e-7;
  const double size = fmax(fabs(s->objective), fabs(plan->objective));
  if (s->outcome != VT_OPTIMAL) return s->outcome;
  if (!(plan->violation <= feasible) || !(s->gap <= equal)) return VT_INACCURATE;
  // The same sum in two orders: where terms cancel, they differ relative to the terms.
  const double difference = fabs(s->objective - plan->objective);
  return difference <= equal * fmax(size, plan->objective_terms) ? VT_OPTIMAL : VT_INACCURATE;
}

static vt_error solve_numbers(worker *w, const double *factor, const vt_basis *start,
                              double *const *row) {
  const vt_pathway_kind *k = w->kind;
  const places *p = &k->place;
  const double begun = omp_get_wtime();
  vt_numbers numbers;
  vt_lp_solution solution;
  put_nan(k, row);
  vt_pathway_apply(w->state, factor, &numbers);
  VT_TRY(vt_lp_solve(w->session, &numbers, start, &solution));
  vt_outcome outcome = solution.outcome;
  if (solution.outcome == VT_OPTIMAL || solution.outcome == VT_INACCURATE) {
    vt_pathway_evaluate(w->state, solution.x, &w->plan);
    outcome = judge(&solution, &w->plan);
    pathway_fill_outputs(&(answer){k, &w->plan, &solution, w->state}, row);
  }
  row[p->status][0] = outcome;
  row[p->wall][0] = omp_get_wtime() - begun;
  row[p->iterations][0] = (double)solution.iterations;
  row[p->rank][0] = k->rank;
  row[p->start][0] = solution.rung;
  return VT_OK;
}

// What factor_value says of a factor that is not applied: the value that changes nothing.
static void put_factors(const vt_pathway_kind *k, const double *factor, double *const *row) {
  if (k->place.factor_value < 0) return;
  for (int f = 0; f < k->study->factors; f++) {
    row[k->place.factor_value][f] =
        isnan(factor[f]) ? vt_pathway_neutral(k->pathway, f) : factor[f];
  }
}

static vt_error solve_scenario(void *context, int64_t scenario, double *const *row) {
  worker *w = context;
  const vt_pathway_kind *k = w->kind;
  const bool warm = k->study->solver.warm_start && k->reference.status;
  vt_design_values(k->design, scenario, w->factor);
  VT_TRY(solve_numbers(w, w->factor, warm ? &k->reference : NULL, row));
  put_factors(k, w->factor, row);
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------

static vt_error create_lp(vt_pathway_kind *k) {
  vt_pathway_state *state;
  vt_numbers numbers;
  VT_TRY(vt_pathway_state_create(k->pathway, &state));
  vt_pathway_apply(state, NULL, &numbers);
  const vt_lp_options options = {.iteration_limit = k->study->solver.iteration_limit,
                                 .time_limit_s = k->study->solver.time_limit_s,
                                 .tie_break = k->study->solver.tie_break};
  const vt_error created = vt_lp_model_create(
      vt_pathway_program(k->pathway), &numbers, vt_pathway_entry_varies(k->pathway),
      vt_pathway_tie_weight(k->pathway), k->study->seed, &options, &k->lp);
  vt_pathway_state_free(state);
  return created;
}

static vt_error fill_kind(vt_pathway_kind *k, vt_inputs *inputs) {
  VT_TRY(vt_pathway_create(k->study, inputs, &k->pathway));
  VT_TRY(vt_design_create(k->study, &k->design));
  VT_TRY(pathway_lay_out(k));
  VT_TRY(create_lp(k));
  k->interface = (vt_kind){.layout = &k->layout,
                           .model = k,
                           .worker_create = worker_create,
                           .worker_free = worker_free,
                           .solve = solve_scenario};
  return VT_OK;
}

vt_error vt_pathway_kind_create(const vt_study *study, vt_inputs *inputs, int rank,
                                vt_pathway_kind **kind) {
  vt_pathway_kind *k;
  *kind = NULL;
  VT_NEW(k, 1);
  k->study = study;
  k->inputs = inputs;
  k->rank = rank;
  const vt_error filled = fill_kind(k, inputs);
  if (filled != VT_OK) {
    vt_pathway_kind_free(k);
    return filled;
  }
  *kind = k;
  return VT_OK;
}

void vt_pathway_kind_free(vt_pathway_kind *k) {
  if (!k) return;
  vt_lp_model_free(k->lp);
  vt_design_free(k->design);
  vt_pathway_free(k->pathway);
  free(k->reference.status);
  free(k->time);
  free(k->vintage);
  free(k);
}

const vt_kind *vt_pathway_kind_interface(vt_pathway_kind *k) {
  return &k->interface;
}

vt_pathway *vt_pathway_kind_model(vt_pathway_kind *k) {
  return k->pathway;
}

const vt_design *vt_pathway_kind_design(const vt_pathway_kind *k) {
  return k->design;
}

// ---------------------------------------------------------------------------------------------
// The reference scenario.

static vt_error solve_reference(vt_pathway_kind *k, vt_block *block, double *solve_s) {
  void *context;
  VT_TRY(worker_create(k, &context));
  worker *w = context;
  vt_error solved = solve_numbers(w, NULL, NULL, block->data);
  const int status = (int)block->data[k->place.status][0];
  if (solved == VT_OK && (status == VT_OPTIMAL || status == VT_INACCURATE))
    solved = vt_lp_basis(w->session, &k->reference);
  *solve_s = block->data[k->place.wall][0];
  worker_free(w);
  return solved;
}

vt_error vt_pathway_kind_solve_reference(vt_pathway_kind *k, const vt_team *team, vt_block *block,
                                         double *solve_s) {
  vt_error solved = VT_OK, worst;
  if (team->rank == 0) solved = solve_reference(k, block, solve_s);
  VT_TRY(vt_team_agree(team, solved, &worst));
  if (worst != VT_OK) return solved != VT_OK ? solved : worst;
  const vt_program *p = vt_pathway_program(k->pathway);
  int known = k->reference.status != NULL;
  VT_TRY(vt_team_broadcast(team, solve_s, (int64_t)sizeof *solve_s));
  VT_TRY(vt_team_broadcast(team, &known, (int64_t)sizeof known));
  if (!known) return VT_OK;
  if (team->rank != 0) VT_NEW(k->reference.status, (ptrdiff_t)p->rows + p->columns);
  k->reference.rows = p->rows;
  k->reference.columns = p->columns;
  return vt_team_broadcast(team, k->reference.status, (int64_t)p->rows + p->columns);
}

static vt_error write_lps(vt_pathway_kind *k, vt_pathway_state *state, const char *folder,
                          int64_t scenarios, double *factor) {
  char path[4096], title[64];
  for (int64_t s = -1; s < scenarios; s++) {
    vt_numbers numbers;
    if (s >= 0) vt_design_values(k->design, s, factor);
    vt_pathway_apply(state, s >= 0 ? factor : NULL, &numbers);
    (void)snprintf(title, sizeof title, s < 0 ? "reference" : "scenario_%" PRId64, s);
    (void)snprintf(path, sizeof path, "%s/%s.lp", folder, title);
    VT_TRY(vt_lp_write(vt_pathway_program(k->pathway), &numbers, title, path));
  }
  return VT_OK;
}

vt_error vt_pathway_kind_write_lp(vt_pathway_kind *k, const char *folder, int64_t scenarios) {
  VT_TRY(vt_pathway_name_program(k->pathway));
  vt_pathway_state *state;
  double *factor;
  VT_TRY(vt_pathway_state_create(k->pathway, &state));
  factor = vt_calloc(k->study->factors, sizeof *factor);
  const vt_error written = factor ? write_lps(k, state, folder, scenarios, factor) : VT_ERR_SYSTEM;
  free(factor);
  vt_pathway_state_free(state);
  VT_TRY(written);
  return VT_OK;
}
