// pathway_kind.c - the pathway model in an ensemble: scenario k -> factor values -> numbers ->
// linear programme -> plan -> row.
#include "pathway_stages.h"

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
  stages *stages; // NULL: a scenario is one solve
  double *factor; // shape [factors]
  vt_plan plan;
} worker;

static void worker_free(void *context) {
  worker *w = context;
  if (!w) return;
  vt_lp_session_free(w->session);
  vt_pathway_state_free(w->state);
  stages_free(w->stages);
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
  if (stages_wanted(w->kind->study)) VT_TRY(stages_create(w->kind, &w->stages));
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

static vt_error solve_programme(worker *w, int64_t scenario, const vt_numbers *numbers,
                                const vt_basis *start, vt_lp_solution *solution) {
  if (!w->stages) return vt_lp_solve(w->session, numbers, start, solution);
  const staged s = {.scenario = scenario,
                    .state = w->state,
                    .session = w->session,
                    .numbers = numbers,
                    .start = start};
  return stages_solve(w->stages, &s, solution);
}

static vt_error solve_numbers(worker *w, int64_t scenario, const double *factor,
                              const vt_basis *start, double *const *row) {
  const vt_pathway_kind *k = w->kind;
  const places *p = &k->place;
  const double begun = omp_get_wtime();
  vt_numbers numbers;
  vt_lp_solution solution;
  put_nan(k, row);
  vt_pathway_apply(w->state, factor, &numbers);
  VT_TRY(solve_programme(w, scenario, &numbers, start, &solution));
  vt_outcome outcome = solution.outcome;
  if (solution.outcome == VT_OPTIMAL || solution.outcome == VT_INACCURATE) {
    vt_pathway_evaluate(w->state, solution.x, &w->plan);
    outcome = judge(&solution, &w->plan);
    pathway_fill_outputs(&(answer){k, &w->plan, &solution, w->state, w->stages}, row);
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

// What tells the scenarios of a front or of alternatives apart.
static void put_aim(const vt_pathway_kind *k, int64_t scenario, double *const *row) {
  int count;
  const vt_alternative *alternative = vt_pathway_alternatives(k->pathway, &count);
  if (k->place.limit >= 0) row[k->place.limit][0] = stages_limit(k, scenario);
  if (k->place.sense >= 0) row[k->place.sense][0] = alternative[scenario].sense;
}

static vt_error solve_scenario(void *context, int64_t scenario, double *const *row) {
  worker *w = context;
  const vt_pathway_kind *k = w->kind;
  const bool warm = k->study->solver.warm_start && k->reference.status;
  if (k->front.outcome != VT_OPTIMAL) {
    put_nan(k, row);
    row[k->place.status][0] = k->front.outcome;
    return VT_OK;
  }
  vt_design_values(k->design, scenario, w->factor);
  VT_TRY(solve_numbers(w, scenario, w->factor, warm ? &k->reference : NULL, row));
  put_factors(k, w->factor, row);
  put_aim(k, scenario, row);
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
      vt_pathway_tie_weight(k->pathway), k->study->design.seed, &options, &k->lp);
  vt_pathway_state_free(state);
  return created;
}

static vt_error fill_kind(vt_pathway_kind *k, vt_inputs *inputs) {
  // As it was computed: what overrides make of it is the model's.
  if (k->study->model.pathway.from) VT_TRY(background_dense(inputs, &k->background));
  VT_TRY(vt_pathway_create(k->study, inputs, &k->pathway));
  VT_TRY(vt_design_create(&k->study->design, &k->design));
  int alternatives;
  (void)vt_pathway_alternatives(k->pathway, &alternatives);
  if (alternatives > 0) vt_design_resize(k->design, alternatives);
  if (k->study->aims.explores == VT_EXPLORE_PARETO)
    vt_design_resize(k->design, k->study->aims.pareto.points);
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
  vt_error solved = solve_numbers(w, -1, NULL, NULL, block->data);
  const int status = (int)block->data[k->place.status][0];
  const bool found = status == VT_OPTIMAL || status == VT_INACCURATE;
  if (solved == VT_OK && w->stages) {
    solved = stages_basis(w->stages, &k->reference);
  } else if (solved == VT_OK && found) {
    solved = vt_lp_basis(w->session, &k->reference);
  }
  *solve_s = block->data[k->place.wall][0];
  worker_free(w);
  return solved;
}

static vt_error share_reference(vt_pathway_kind *k, const vt_team *team, vt_block *block,
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

// The ends of a front are its first two scenarios.
static vt_error solve_ends(vt_pathway_kind *k) {
  void *context = NULL;
  vt_block block;
  const int category = vt_pathway_goal_category(k->pathway, 1);
  VT_TRY(vt_block_create(&k->layout, 1, &block));
  vt_error solved = worker_create(k, &context);
  for (int end = 0; end < 2 && solved == VT_OK && k->front.outcome == VT_OPTIMAL; end++) {
    solved = solve_scenario(context, end, block.data);
    k->front.outcome = (vt_outcome)block.data[k->place.status][0];
    k->front.end[end] = ((worker *)context)->plan.total_impact[category];
  }
  worker_free(context);
  vt_block_free(&k->layout, &block);
  return solved;
}

static vt_error share_ends(vt_pathway_kind *k, const vt_team *team) {
  vt_error worst;
  if (k->study->aims.explores != VT_EXPLORE_PARETO) return VT_OK;
  const vt_error solved = team->rank == 0 ? solve_ends(k) : VT_OK;
  VT_TRY(vt_team_agree(team, solved, &worst));
  if (worst != VT_OK) return solved != VT_OK ? solved : worst;
  return vt_team_broadcast(team, &k->front, (int64_t)sizeof k->front);
}

vt_error vt_pathway_kind_solve_reference(vt_pathway_kind *k, const vt_team *team, vt_block *block,
                                         double *solve_s) {
  VT_TRY(share_reference(k, team, block, solve_s));
  return share_ends(k, team);
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
  double *factor;
  VT_ARENA_NEW(k->inputs->arena, factor, k->study->factors);
  vt_pathway_state *state;
  VT_TRY(vt_pathway_state_create(k->pathway, &state));
  // Scenarios without factors have the reference's programme; they aim at something else.
  if (k->study->ensemble && k->study->factors == 0) scenarios = 0;
  const vt_error written = write_lps(k, state, folder, scenarios, factor);
  vt_pathway_state_free(state);
  VT_TRY(written);
  return VT_OK;
}
