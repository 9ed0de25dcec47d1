// kind.c - the pathway model as a kind: scenario k -> factor values -> numbers -> linear programme
// -> plan -> row.
#include "kind.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

// ---------------------------------------------------------------------------------------------
// One scenario.

typedef struct vt_pathway_worker {
  vt_arena *arena; // owns the arrays
  const vt_pathway_model *model;
  vt_pathway_state *state;
  vt_lp_session *session;
  vt_stages *stages;      // NULL: a scenario is one solve
  double *value;          // what the design gives; shape [width of the design]
  vt_drawn_worker *drawn; // NULL: databases do not vary
  vt_plan plan;
  // A plan that is given to scenarios: its own one has a basis to start the others from.
  double *fixed_lower, *fixed_upper; // of columns; NULL: the study has no such plans
  bool has_given;
  int64_t given; // whose plan the basis is of
  vt_basis basis;
} vt_pathway_worker;

static void worker_free(void *context) {
  vt_pathway_worker *w = context;
  if (!w) return;
  vt_lp_session_free(w->session);
  vt_pathway_state_free(w->state);
  vt_stages_free(w->stages);
  vt_drawn_worker_free(w->drawn);
  vt_arena_free(w->arena);
  free(w->basis.status);
  free(w);
}

static vt_error fill_worker(vt_pathway_worker *w) {
  const vt_inputs *in = w->model->data->inputs;
  const ptrdiff_t cells = (ptrdiff_t)vt_labels_count(in->process) * in->system_times;
  const int categories = vt_labels_count(in->category);
  VT_TRY(vt_arena_create(&w->arena));
  VT_ARENA_NEW(w->arena, w->value, vt_design_width(w->model->design));
  VT_ARENA_NEW(w->arena, w->plan.installation, cells);
  VT_ARENA_NEW(w->arena, w->plan.operation, cells);
  VT_ARENA_NEW(w->arena, w->plan.impact, categories * cells);
  VT_ARENA_NEW(w->arena, w->plan.total_impact, categories);
  if (w->model->study->regret.wanted) {
    const int columns = vt_pathway_program(w->model->pathway)->columns;
    VT_ARENA_NEW(w->arena, w->fixed_lower, columns);
    VT_ARENA_NEW(w->arena, w->fixed_upper, columns);
  }
  VT_TRY(vt_pathway_state_create(w->model->pathway, &w->state));
  if (w->model->data->drawn) VT_TRY(vt_drawn_worker_create(w->model->data->drawn, &w->drawn));
  if (w->model->staging) VT_TRY(vt_stages_create(w->model->staging, &w->stages));
  return vt_lp_session_create(w->model->lp, &w->session);
}

static vt_error worker_create(void *model, void **context) {
  vt_pathway_worker *w;
  VT_NEW(w, 1);
  w->model = model;
  const vt_error filled = fill_worker(w);
  if (filled != VT_OK) {
    worker_free(w);
    w = NULL;
  }
  *context = w;
  return filled;
}

// What the databases draw in a scenario, -1: the reference. Exchanges of theirs may follow the
// parameters that factors change.
static vt_error draw(vt_pathway_worker *w, int64_t k, const double *factor, bool *solved) {
  const double *numbers = NULL;
  vt_pathway_draw(w->state, NULL);
  if (!w->drawn || k < 0) return VT_OK;
  vt_pathway_draw(w->state, vt_drawn_worker_begin(w->drawn, k));
  VT_TRY(vt_drawn_worker_draw(w->drawn, k, vt_pathway_follow(w->state, factor), &numbers));
  *solved = numbers != NULL;
  vt_pathway_draw(w->state, numbers);
  return VT_OK;
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

static vt_error solve_programme(vt_pathway_worker *w, int64_t scenario, const vt_numbers *numbers,
                                const vt_basis *start, vt_lp_solution *solution) {
  if (!w->stages) return vt_lp_solve(w->session, numbers, start, solution);
  const vt_staged s = {.scenario = scenario,
                       .state = w->state,
                       .session = w->session,
                       .numbers = numbers,
                       .start = start};
  return vt_stages_solve(w->stages, &s, solution);
}

static void fail_inputs(const vt_pathway_model *m, int failed, double *const *row) {
  vt_input_fail(m->study, m->layout, &m->place, failed, m->data->team->rank, row);
}

// A scenario whose databases cannot be solved.
static void fail_draw(const vt_pathway_model *m, double begun, double *const *row) {
  vt_row_clear(m->layout, row);
  if (m->place.failed >= 0) row[m->place.failed][0] = -1;
  row[m->layout->status][0] = VT_FAILED;
  row[m->layout->wall_s][0] = vt_clock_s() - begun;
  row[m->layout->iterations][0] = 0;
  row[m->layout->rank][0] = m->data->team->rank;
}

static vt_error solve_numbers(vt_pathway_worker *w, int64_t scenario, const double *factor,
                              const vt_basis *start, double *const *row) {
  const vt_pathway_model *m = w->model;
  const double begun = vt_clock_s();
  vt_numbers numbers;
  vt_lp_solution solution;
  bool drawn = true;
  VT_TRY(draw(w, scenario, factor, &drawn));
  if (!drawn) {
    fail_draw(m, begun, row);
    return VT_OK;
  }
  const int failed = vt_pathway_apply(w->state, factor, &numbers);
  if (failed >= 0) {
    fail_inputs(m, failed, row);
    return VT_OK;
  }
  vt_row_clear(m->layout, row);
  VT_TRY(solve_programme(w, scenario, &numbers, start, &solution));
  vt_outcome outcome = solution.outcome;
  if (solution.outcome == VT_OPTIMAL || solution.outcome == VT_INACCURATE) {
    vt_pathway_evaluate(w->state, solution.x, &w->plan);
    outcome = judge(&solution, &w->plan);
    vt_pathway_fill_outputs(
        &(vt_pathway_answer){m, &w->plan, &solution, w->state, w->stages, factor}, row);
  }
  row[m->layout->status][0] = outcome;
  row[m->layout->wall_s][0] = vt_clock_s() - begun;
  row[m->layout->iterations][0] = (double)solution.iterations;
  row[m->layout->rank][0] = m->data->team->rank;
  row[m->start][0] = solution.rung;
  return VT_OK;
}

static double neutral(const void *context, int factor) {
  return vt_pathway_neutral(((const vt_pathway_model *)context)->pathway, factor);
}

static vt_error solve_scenario(void *context, int64_t scenario, double *const *row) {
  vt_pathway_worker *w = context;
  const vt_pathway_model *m = w->model;
  const bool warm = m->study->solver.warm_start && m->reference.status;
  const int failed = vt_design_values(m->design, scenario, w->value);
  if (failed >= 0)
    fail_inputs(m, failed, row);
  else
    VT_TRY(solve_numbers(w, scenario, w->value, warm ? &m->reference : NULL, row));
  vt_input_put(m->study, &m->place, w->value, neutral, m, row);
  return VT_OK;
}

static vt_error solve(void *context, int64_t scenario, double *const *row) {
  vt_pathway_worker *w = context;
  const vt_pathway_model *m = w->model;
  if (m->staging && vt_staging_outcome(m->staging) != VT_OPTIMAL) {
    vt_row_clear(m->layout, row);
    row[m->layout->status][0] = vt_staging_outcome(m->staging);
    return VT_OK;
  }
  VT_TRY(solve_scenario(w, scenario, row));
  if (m->staging) vt_staging_fill(m->staging, scenario, row);
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------
// One scenario with a plan that is given.

// Numbers of a scenario; false: it has none.
static vt_error apply(vt_pathway_worker *w, int64_t k, vt_numbers *numbers, bool *applied) {
  *applied = vt_design_values(w->model->design, k, w->value) < 0;
  if (*applied) VT_TRY(draw(w, k, w->value, applied));
  *applied = *applied && vt_pathway_apply(w->state, w->value, numbers) < 0;
  return VT_OK;
}

// Any optimal point will do: what is asked for is the objective.
static vt_error solve_given(vt_pathway_worker *w, const vt_given *given, int64_t k,
                            const vt_basis *start, vt_lp_solution *solution) {
  vt_numbers numbers;
  bool applied;
  VT_TRY(apply(w, k, &numbers, &applied));
  if (!applied) {
    *solution = (vt_lp_solution){.outcome = VT_FAILED, .reason = "it has no numbers"};
    return VT_OK;
  }
  vt_pathway_fix(w->state, given->value, given->years, given->tolerance, &numbers, w->fixed_lower,
                 w->fixed_upper);
  return vt_lp_solve_any(w->session, &numbers, start, solution);
}

// The basis that all scenarios of a plan start from: that of the scenario whose plan it is, so that
// what they are given is there already. From the fixed programme itself it would take longer to
// find.
static vt_error find_basis(vt_pathway_worker *w, const vt_given *given) {
  const vt_basis *reference = w->model->reference.status ? &w->model->reference : NULL;
  vt_numbers numbers;
  vt_lp_solution solution;
  bool applied;
  if (w->has_given && w->given == given->scenario) return VT_OK;
  free(w->basis.status);
  w->basis.status = NULL;
  w->has_given = true;
  w->given = given->scenario;
  VT_TRY(apply(w, given->scenario, &numbers, &applied));
  if (!applied) return VT_OK;
  VT_TRY(vt_lp_solve(w->session, &numbers, reference, &solution));
  return solution.outcome == VT_OPTIMAL ? vt_lp_basis(w->session, &w->basis) : VT_OK;
}

static const vt_basis *start_of(const vt_pathway_worker *w) {
  if (!w->model->study->solver.warm_start) return NULL;
  if (w->basis.status) return &w->basis;
  return w->model->reference.status ? &w->model->reference : NULL;
}

static vt_error fix(void *worker, const vt_given *given, int64_t k, vt_given_answer *answer) {
  vt_pathway_worker *w = worker;
  vt_lp_solution solution;
  if (w->model->study->solver.warm_start) VT_TRY(find_basis(w, given));
  VT_TRY(solve_given(w, given, k, start_of(w), &solution));
  *answer = (vt_given_answer){solution.outcome, (double)NAN, (double)NAN};
  if (solution.outcome != VT_OPTIMAL && solution.outcome != VT_INACCURATE) return VT_OK;
  vt_pathway_evaluate(w->state, solution.x, &w->plan);
  *answer =
      (vt_given_answer){judge(&solution, &w->plan), w->plan.objective, w->plan.objective_terms};
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------
// The model.

static vt_error create_lp(vt_pathway_model *m) {
  vt_pathway_state *state;
  vt_numbers numbers;
  VT_TRY(vt_pathway_state_create(m->pathway, &state));
  (void)vt_pathway_apply(state, NULL, &numbers);
  const vt_lp_options options = {.iteration_limit = m->study->solver.iteration_limit,
                                 .time_limit_s = m->study->solver.time_limit_s,
                                 .tie_break = m->study->solver.tie_break};
  const vt_error created = vt_lp_model_create(
      vt_pathway_program(m->pathway), &numbers, vt_pathway_entry_varies(m->pathway),
      vt_pathway_tie_weight(m->pathway), m->study->design.seed, &options, &m->lp);
  vt_pathway_state_free(state);
  return created;
}

static vt_error create_staging(vt_pathway_model *m) {
  vt_aimed aimed = {.program = vt_pathway_program(m->pathway),
                    .impact = "total_impact",
                    .objects = vt_labels_count(m->data->inputs->process),
                    .object = m->process,
                    .alternative_name = "alternative_process",
                    .sense_meaning = "-1: least installation of the process, 1: greatest",
                    .total = vt_pathway_installation_cost,
                    .tied = vt_pathway_coupled,
                    .context = m->pathway};
  (void)vt_pathway_goals(m->pathway, &aimed.goal_row, &aimed.goal_category);
  aimed.alternative = vt_pathway_alternatives(m->pathway, &aimed.alternatives);
  return vt_staging_create(&m->study->aims, &aimed, vt_pathway_keeps_ranges(m->study), &m->staging);
}

// Where the aims of the study differ instead of factors, they say how many scenarios there are.
static vt_error create_design(vt_pathway_model *m) {
  int alternatives;
  VT_TRY(vt_design_create(&m->study->design, &m->design));
  VT_TRY(vt_pathway_add_cells(m->pathway, m->design));
  VT_TRY(vt_design_check_reference(m->design));
  (void)vt_pathway_alternatives(m->pathway, &alternatives);
  if (alternatives > 0) vt_design_resize(m->design, alternatives);
  if (m->study->design.kind == VT_DESIGN_EXCHANGES)
    vt_design_resize(m->design, vt_drawn_databases_tables(m->data->drawn)->scenarios);
  if (m->study->aims.explores == VT_EXPLORE_PARETO)
    vt_design_resize(m->design, m->study->aims.pareto.points);
  return VT_OK;
}

static vt_error fill_model(vt_pathway_model *m) {
  vt_pathway_data *data = m->data;
  data->used = true;
  VT_TRY(vt_pathway_create(m->study, data->inputs, &m->pathway));
  VT_TRY(create_design(m));
  VT_TRY(vt_layout_labels(data->inputs, VT_AXIS_PROCESS, &m->process));
  VT_TRY(create_staging(m));
  VT_TRY(vt_pathway_lay_out(m));
  return create_lp(m);
}

static void model_free(void *context) {
  vt_pathway_model *m = context;
  if (!m) return;
  vt_lp_model_free(m->lp);
  vt_layout_free(m->layout);
  vt_staging_free(m->staging);
  vt_design_free(m->design);
  vt_pathway_free(m->pathway);
  free(m->reference.status);
  free(m);
}

static vt_error create(const vt_study *study, void *data, void **model) {
  vt_pathway_model *m;
  VT_NEW(m, 1);
  m->study = study;
  m->data = data;
  const vt_error filled = fill_model(m);
  *model = filled == VT_OK ? m : NULL;
  if (filled != VT_OK) model_free(m);
  return filled;
}

static const vt_layout *layout_of(const void *model) {
  return ((const vt_pathway_model *)model)->layout;
}

// ---------------------------------------------------------------------------------------------
// The reference scenario: rank 0 solves it, all start from its basis afterwards.

static vt_error solve_reference(vt_pathway_worker *w, vt_pathway_model *m, vt_block *block) {
  VT_TRY(solve_numbers(w, -1, NULL, NULL, block->data));
  const int status = (int)block->data[m->layout->status][0];
  if (w->stages) return vt_stages_basis(w->stages, &m->reference);
  const bool found = status == VT_OPTIMAL || status == VT_INACCURATE;
  return found ? vt_lp_basis(w->session, &m->reference) : VT_OK;
}

static vt_error share_reference(vt_pathway_model *m, double *solve_s) {
  const vt_team *team = m->data->team;
  const vt_program *p = vt_pathway_program(m->pathway);
  int known = m->reference.status != NULL;
  VT_TRY(vt_team_broadcast(team, solve_s, (int64_t)sizeof *solve_s));
  VT_TRY(vt_team_broadcast(team, &known, (int64_t)sizeof known));
  if (!known) return VT_OK;
  if (team->rank != 0) VT_NEW(m->reference.status, (ptrdiff_t)p->rows + p->columns);
  m->reference.rows = p->rows;
  m->reference.columns = p->columns;
  return vt_team_broadcast(team, m->reference.status, (int64_t)p->rows + p->columns);
}

// Rank 0 alone does this: what fails here fails again where all settle.
static void add_draw_s(vt_pathway_worker *w, double *solve_s) {
  const double begun = vt_clock_s();
  bool solved;
  if (!w->drawn || vt_design_values(w->model->design, 0, w->value) >= 0) return;
  if (draw(w, 0, w->value, &solved) == VT_OK) *solve_s += vt_clock_s() - begun;
  vt_pathway_draw(w->state, NULL);
}

static vt_error prepare_with(vt_pathway_worker *w, vt_pathway_model *m, vt_block *reference,
                             double *solve_s) {
  const vt_team *team = m->data->team;
  VT_TRY(vt_team_settle(team, team->rank == 0 ? solve_reference(w, m, reference) : VT_OK));
  if (team->rank == 0) {
    *solve_s = reference->data[m->layout->wall_s][0];
    add_draw_s(w, solve_s);
  }
  VT_TRY(share_reference(m, solve_s));
  return m->staging ? vt_staging_prepare(m->staging, team, m->layout, solve_scenario, w) : VT_OK;
}

static vt_error prepare(void *model, vt_block *reference, double *solve_s) {
  vt_pathway_model *m = model;
  const vt_team *team = m->data->team;
  void *w = NULL;
  VT_TRY(vt_team_settle(
      team,
      m->data->drawn ? vt_drawn_databases_factorise(m->data->drawn, m->data->background) : VT_OK));
  VT_TRY(vt_team_settle(team, team->rank == 0 ? worker_create(m, &w) : VT_OK));
  const vt_error prepared = prepare_with(w, m, reference, solve_s);
  worker_free(w);
  return prepared;
}

// ---------------------------------------------------------------------------------------------
// What else a study may be asked for.

static vt_error write_scenario(const vt_pathway_model *m, vt_pathway_worker *w, int64_t k,
                               const char *folder) {
  char path[4096], title[64];
  vt_numbers numbers;
  bool applied = true;
  if (k >= 0) {
    VT_TRY(apply(w, k, &numbers, &applied));
  } else {
    vt_pathway_draw(w->state, NULL);
    (void)vt_pathway_apply(w->state, NULL, &numbers);
  }
  if (!applied) {
    vt_warn("failed", "scenario %" PRId64 " has no programme: its numbers fail", k);
    return VT_OK;
  }
  (void)snprintf(title, sizeof title, k < 0 ? "reference" : "scenario_%" PRId64, k);
  (void)snprintf(path, sizeof path, "%s/%s.lp", folder, title);
  if (access(path, F_OK) != 0) vt_partial_note(path);
  return vt_lp_write(vt_pathway_program(m->pathway), &numbers, title, path);
}

static vt_error write_lp(void *model, const char *folder) {
  vt_pathway_model *m = model;
  void *w;
  // Scenarios without a design have the reference's programme; they aim at something else.
  const bool alike = m->study->ensemble && m->study->design.kind == VT_DESIGN_NONE;
  const int64_t scenarios = alike ? 0 : vt_design_scenarios(m->design);
  VT_TRY(vt_pathway_name_program(m->pathway));
  if (m->data->drawn) VT_TRY(vt_drawn_databases_factorise(m->data->drawn, m->data->background));
  VT_TRY(worker_create(m, &w));
  vt_error written = VT_OK;
  for (int64_t k = -1; k < scenarios && written == VT_OK; k++)
    written = write_scenario(m, w, k, folder);
  worker_free(w);
  return written;
}

static vt_error write_inputs(void *model, const char *path, bool force, vt_text *lines) {
  const vt_pathway_model *m = model;
  const vt_inputs inputs = vt_pathway_reference_inputs(m->pathway);
  int64_t entries = 0;
  VT_TRY(vt_inputs_write(&inputs, path, force));
  for (int id = 0; id < VT_TENSOR_COUNT; id++)
    if (vt_tensor_kinds[id].axes > 0) entries += inputs.tensor[id].count;
  // The file says nothing of these; who compares the two programs must know.
  if (m->study->model.pathway.unit == VT_UNIT_ANNUAL)
    vt_warn("unit",
            "%s: unit is annual, but optimex from 0.7 on solves its inputs with unit lifetime",
            m->study->path);
  if (m->study->factors > 0)
    vt_log(VT_LOG_INFO, "%s: the inputs are those of the reference scenario, no factor is applied",
           m->study->path);
  return vt_text_add(lines, "%s  %d processes, %d products, years %d to %d, %" PRId64 " numbers\n",
                     path, vt_labels_count(inputs.process), vt_labels_count(inputs.product),
                     inputs.system_time[0], inputs.system_time[inputs.system_times - 1], entries);
}

// GLPK keeps rows, columns and entries in lists, and a factorisation: 100 to 200 bytes an entry.
static double session_bytes(const vt_program *p) {
  return 200.0 * (double)p->entries + 400.0 * ((double)p->rows + p->columns);
}

static double memory_mib(const vt_pathway_model *m, const vt_layout *layout, int threads) {
  const vt_program *program = vt_pathway_program(m->pathway);
  const double thread_bytes = (double)vt_pathway_state_bytes(m->pathway) + session_bytes(program);
  ptrdiff_t stored = 0;
  for (int t = 0; t < VT_TENSOR_COUNT; t++) stored += m->data->inputs->tensor[t].count;
  const double shared_bytes =
      40.0 * (double)stored + session_bytes(program) + vt_layout_memory_bytes(layout, threads);
  return (shared_bytes + threads * thread_bytes) / (1024.0 * 1024.0) + 30.0;
}

// What varies in the databases, and what solving it takes besides, of memory in MiB.
static vt_error add_drawn(const vt_pathway_model *m, int threads, double *memory, vt_sizes *out) {
  vt_drawn_figures f;
  if (!m->data->drawn) return VT_OK;
  VT_TRY(vt_drawn_databases_factorise(m->data->drawn, m->data->background));
  vt_drawn_databases_figures(m->data->drawn, &f);
  *memory += (f.shared_bytes + threads * f.thread_bytes) / (1024.0 * 1024.0);
  VT_TRY(vt_text_add(&out->members,
                     ", \"uncertain_exchanges\": %td, \"unreached_exchanges\": %td, "
                     "\"invalid_distributions\": %td, \"solves\": %d, \"adjoint\": %s",
                     f.exchanges, f.unreached, f.invalid, f.solves, f.adjoint ? "true" : "false"));
  return vt_text_add(&out->lines,
                     "uncertain        %td exchanges and factors; %td cannot reach the model, %td "
                     "have no valid distribution\n"
                     "  each scenario  %d %s solves\n",
                     f.exchanges, f.unreached, f.invalid, f.solves,
                     f.adjoint ? "adjoint" : "forward");
}

static vt_error sizes(void *model, int threads, vt_sizes *out) {
  const vt_pathway_model *m = model;
  const vt_program *p = vt_pathway_program(m->pathway);
  vt_layout layout = *m->layout;
  vt_regret regret;
  if (m->study->regret.wanted) {
    VT_TRY(vt_regret_of(m->study, m->layout, &regret));
    layout.regret = &regret;
  }
  double memory = memory_mib(m, &layout, threads);
  VT_TRY(add_drawn(m, threads, &memory, out));
  const double file = vt_layout_file_bytes(&layout) / (1024.0 * 1024.0);
  const int64_t scenarios = m->layout->scenarios;
  // A rank is worth its start only with some hundred scenarios a thread.
  const int64_t worth = scenarios / ((m->data->drawn ? 16 : 256) * (int64_t)threads),
                ranks = worth > 1 ? worth : 1;
  int64_t rows, columns;
  char parameters[40] = "";
  if (m->study->parameters > 0)
    (void)snprintf(parameters, sizeof parameters, "%d parameters, ", m->study->parameters);
  vt_pathway_textbook_size(m->pathway, &rows, &columns);
  VT_TRY(vt_text_add(
      &out->members,
      ", \"scenarios\": %" PRId64
      ", \"parameters\": %d, \"factors\": %d, \"rows\": %d, \"columns\": %d, "
      "\"entries\": %td, \"textbook_rows\": %" PRId64 ", \"textbook_columns\": %" PRId64
      ", \"threads\": %d, \"memory_mib\": %.1f, \"file_mib\": %.3f, \"ranks\": %" PRId64,
      scenarios, m->study->parameters, m->study->factors, p->rows, p->columns, p->entries, rows,
      columns, threads, memory, file, ranks));
  return vt_text_add(&out->lines,
                     "scenarios        %" PRId64 " (%s%d factors)\n"
                     "linear programme %d rows x %d columns, %td entries\n"
                     "  before classes %" PRId64 " rows x %" PRId64 " columns\n"
                     "memory per rank  %.0f MiB with %d thread%s\n"
                     "results file     %.1f MiB\n"
                     "ranks worth it   up to %" PRId64 "\n",
                     scenarios, parameters, m->study->factors, p->rows, p->columns, p->entries,
                     rows, columns, memory, threads, threads == 1 ? "" : "s", file, ranks);
}

const vt_kind vt_pathway_kind = {.title = "a pathway model",
                                 .sources = vt_pathway_sources,
                                 .read = vt_pathway_read,
                                 .data_free = vt_pathway_data_free,
                                 .create = create,
                                 .model_free = model_free,
                                 .layout = layout_of,
                                 .prepare = prepare,
                                 .worker_create = worker_create,
                                 .worker_free = worker_free,
                                 .solve = solve,
                                 .sizes = sizes,
                                 .fix = fix,
                                 .explain = vt_pathway_explain_data,
                                 .tell_exchanges = vt_pathway_tell_exchanges,
                                 .write_lp = write_lp,
                                 .write_inputs = write_inputs,
                                 .lay_background_out = vt_pathway_lay_background_out};
