// scenario - where the time of one scenario goes, without files and ranks.
//
//   scenario STUDY.yaml [SCENARIOS]
//
// Solves scenarios of a study one after the other on one thread: numbers from the factors, linear
// programme (with its proof and tie-break), plan from the tensors. Checks that every answer is
// proven and prints one JSON line with seconds per scenario, best of three rounds.
#include "vintner/lp.h"
#include "vintner/pathway.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now_s(void) {
  struct timespec t;
  (void)clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

typedef struct times {
  double numbers_s, programme_s, plan_s;
  int64_t iterations, wrong;
} times;

typedef struct bench {
  vt_study *study;
  vt_inputs *inputs;
  vt_pathway *pathway;
  vt_design *design;
  vt_lp_model *model;
  vt_lp_session *session;
  vt_pathway_state *state;
  vt_basis reference;
  vt_plan plan;
  double *factor;
} bench;

static vt_error prepare(bench *b, const char *path) {
  VT_TRY(vt_study_read(path, &b->study));
  VT_TRY(vt_inputs_read(b->study->model.pathway.inputs, &b->inputs));
  VT_TRY(vt_pathway_create(b->study, b->inputs, &b->pathway));
  VT_TRY(vt_design_create(&b->study->design, &b->design));
  VT_TRY(vt_pathway_add_cells(b->pathway, b->design));
  VT_TRY(vt_pathway_state_create(b->pathway, &b->state));
  const ptrdiff_t cells = (ptrdiff_t)vt_labels_count(b->inputs->process) * b->inputs->system_times;
  const int categories = vt_labels_count(b->inputs->category);
  VT_NEW(b->plan.installation, cells);
  VT_NEW(b->plan.operation, cells);
  VT_NEW(b->plan.impact, categories * cells);
  VT_NEW(b->plan.total_impact, categories);
  VT_NEW(b->factor, vt_design_width(b->design));
  vt_numbers numbers;
  vt_lp_solution solution;
  const vt_lp_options options = {.tie_break = b->study->solver.tie_break};
  vt_pathway_apply(b->state, NULL, &numbers);
  VT_TRY(vt_lp_model_create(vt_pathway_program(b->pathway), &numbers,
                            vt_pathway_entry_varies(b->pathway), vt_pathway_tie_weight(b->pathway),
                            b->study->design.seed, &options, &b->model));
  VT_TRY(vt_lp_session_create(b->model, &b->session));
  VT_TRY(vt_lp_solve(b->session, &numbers, NULL, &solution));
  VT_CHECK(solution.outcome == VT_OPTIMAL, VT_ERR_INPUT, "the reference scenario is %s",
           vt_outcome_name(solution.outcome));
  return vt_lp_basis(b->session, &b->reference);
}

static vt_error solve(bench *b, int64_t k, times *t) {
  vt_numbers numbers;
  vt_lp_solution solution;
  const double begin = now_s();
  vt_design_values(b->design, k, b->factor);
  vt_pathway_apply(b->state, b->factor, &numbers);
  const double applied = now_s();
  VT_TRY(vt_lp_solve(b->session, &numbers, b->study->solver.warm_start ? &b->reference : NULL,
                     &solution));
  const double solved = now_s();
  if (solution.x) vt_pathway_evaluate(b->state, solution.x, &b->plan);
  t->plan_s += now_s() - solved;
  t->programme_s += solved - applied;
  t->numbers_s += applied - begin;
  t->iterations += solution.iterations;
  const bool proven = solution.outcome == VT_OPTIMAL && b->plan.violation <= 1e-9 &&
                      solution.gap <= 1e-7 &&
                      fabs(solution.objective - b->plan.objective) <=
                          1e-7 * fmax(b->plan.objective_terms, fabs(solution.objective));
  t->wrong += !proven;
  return VT_OK;
}

static double total(const times *t) {
  return t->numbers_s + t->programme_s + t->plan_s;
}

static vt_error run(bench *b, const char *path, int64_t scenarios) {
  VT_TRY(prepare(b, path));
  if (scenarios == 0) scenarios = vt_design_scenarios(b->design);
  times best = {.plan_s = (double)INFINITY};
  for (int round = 0; round < 3; round++) {
    times t = {0};
    for (int64_t k = 0; k < scenarios; k++) VT_TRY(solve(b, k, &t));
    if (total(&t) < total(&best)) best = t;
  }
  const double n = (double)scenarios;
  const vt_program *p = vt_pathway_program(b->pathway);
  printf("{\"name\": \"scenario\", \"study\": \"%s\", \"scenarios\": %lld, \"rows\": %d, "
         "\"columns\": %d, \"numbers_s\": %.3e, \"programme_s\": %.3e, \"plan_s\": %.3e, "
         "\"total_s\": %.3e, \"iterations\": %.2f, \"not_proven\": %lld}\n",
         b->study->name, (long long)scenarios, p->rows, p->columns, best.numbers_s / n,
         best.programme_s / n, best.plan_s / n, total(&best) / n, (double)best.iterations / n,
         (long long)best.wrong);
  VT_CHECK(best.wrong == 0, VT_ERR_BUG, "%lld answers are not proven", (long long)best.wrong);
  return VT_OK;
}

static void drop(bench *b) {
  vt_lp_session_free(b->session);
  vt_lp_model_free(b->model);
  vt_pathway_state_free(b->state);
  vt_design_free(b->design);
  vt_pathway_free(b->pathway);
  vt_inputs_free(b->inputs);
  vt_study_free(b->study);
  free(b->reference.status);
  free(b->plan.installation);
  free(b->plan.operation);
  free(b->plan.impact);
  free(b->plan.total_impact);
  free(b->factor);
}

int main(int argc, char **argv) {
  if (argc < 2) {
    (void)fputs("usage: scenario STUDY.yaml [SCENARIOS]\n", stderr);
    return 2;
  }
  bench b = {0};
  vt_log_open(VT_LOG_ERROR, false, true);
  const vt_error ran = run(&b, argv[1], argc > 2 ? strtoll(argv[2], NULL, 10) : 0);
  if (ran != VT_OK) (void)fprintf(stderr, "scenario: %s\n", vt_error_message());
  drop(&b);
  return ran == VT_OK ? 0 : 1;
}
