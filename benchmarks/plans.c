// plans - plan pairs per second: scenarios with the plan of another one, warm and cold.
//
//   plans STUDY.yaml [SCENARIOS]
//
// Solves the first scenarios of a study with `results: {regret: …}` on one thread, gives the plan
// of each to all of them, from the basis of the scenario whose plan it is and from none.
// Checks that both give the same objectives, that a plan is what it was under its own scenario, and
// none is better than an optimum. Prints one JSON line.
#include "vintner/kinds.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now_s(void) {
  struct timespec t;
  (void)clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

typedef struct bench {
  vt_study *study;
  const vt_kind *kind;
  void *data, *model, *worker;
  const vt_layout *layout;
  vt_block reference, rows;
  vt_regret regret;
  int64_t count;
  vt_given_answer *warm, *cold; // shape [count, count]
} bench;

static vt_error open_study(bench *b, const char *path) {
  static const vt_team alone = {.size = 1};
  double solve_s;
  VT_TRY(vt_study_read(path, &b->study));
  VT_CHECK(b->study->regret.wanted, VT_ERR_INPUT, "%s: asks for no regret", path);
  b->kind = vt_kind_of(b->study);
  VT_TRY(b->kind->read(b->study, &alone, &b->data));
  VT_TRY(b->kind->create(b->study, b->data, &b->model));
  b->layout = b->kind->layout(b->model);
  VT_TRY(vt_block_create(b->layout, 1, &b->reference));
  VT_TRY(b->kind->prepare(b->model, &b->reference, &solve_s));
  VT_TRY(vt_regret_of(b->study, b->layout, &b->regret));
  return b->kind->worker_create(b->model, &b->worker);
}

static vt_error solve_scenarios(bench *b) {
  double **row;
  VT_TRY(vt_block_create(b->layout, b->count, &b->rows));
  VT_NEW(row, b->layout->variables);
  vt_error solved = VT_OK;
  for (int64_t k = 0; k < b->count && solved == VT_OK; k++) {
    for (int v = 0; v < b->layout->variables; v++)
      row[v] = b->rows.data[v] + k * b->layout->variable[v].cells;
    solved = b->kind->solve(b->worker, k, row);
  }
  free(row);
  return solved;
}

static bool is_plan(const bench *b, int64_t k) {
  return b->rows.data[b->layout->status][k] == VT_OPTIMAL;
}

static vt_error give_plans(bench *b, vt_given_answer *answer, double *seconds, int64_t *pairs) {
  const ptrdiff_t cells = b->layout->variable[b->regret.decision].cells;
  const double begin = now_s();
  *pairs = 0;
  for (int64_t i = 0; i < b->count; i++) {
    const vt_given given = {.scenario = i,
                            .value = b->rows.data[b->regret.decision] + i * cells,
                            .years = b->regret.fixed_years,
                            .tolerance = b->regret.tolerance};
    for (int64_t k = 0; k < b->count && is_plan(b, i); k++, ++*pairs)
      VT_TRY(b->kind->fix(b->worker, &given, k, &answer[i * b->count + k]));
  }
  *seconds = now_s() - begin;
  return VT_OK;
}

static int64_t count_wrong(const bench *b, int64_t *feasible) {
  int64_t wrong = 0;
  for (int64_t pair = 0; pair < b->count * b->count; pair++) {
    const int64_t i = pair / b->count, k = pair % b->count;
    const vt_given_answer *w = &b->warm[pair], *c = &b->cold[pair];
    const double own = b->rows.data[b->regret.objective][k], size = fabs(w->objective);
    if (!is_plan(b, i)) continue;
    *feasible += w->outcome == VT_OPTIMAL;
    wrong += w->outcome != c->outcome || (i == k && w->outcome != VT_OPTIMAL);
    if (w->outcome != VT_OPTIMAL) continue;
    wrong += !(fabs(w->objective - c->objective) <= 1e-7 * fmax(size, w->terms));
    wrong += is_plan(b, k) && !(w->objective >= own - 1e-6 * size);
    wrong += i == k && !(fabs(w->objective - own) <= 1e-6 * size);
  }
  return wrong;
}

static vt_error run(bench *b, const char *path, int64_t count) {
  double warm_s, cold_s;
  int64_t pairs, feasible = 0;
  VT_TRY(open_study(b, path));
  b->count = count < b->layout->scenarios ? count : b->layout->scenarios;
  VT_NEW(b->warm, (ptrdiff_t)(b->count * b->count));
  VT_NEW(b->cold, (ptrdiff_t)(b->count * b->count));
  VT_TRY(solve_scenarios(b));
  VT_TRY(give_plans(b, b->warm, &warm_s, &pairs));
  b->study->solver.warm_start = false;
  VT_TRY(give_plans(b, b->cold, &cold_s, &pairs));
  const int64_t wrong = count_wrong(b, &feasible);
  printf("{\"name\": \"plans\", \"study\": \"%s\", \"pairs\": %lld, \"feasible\": %lld, "
         "\"warm_per_s\": %.0f, \"cold_per_s\": %.0f, \"wrong\": %lld}\n",
         b->study->name, (long long)pairs, (long long)feasible, (double)pairs / warm_s,
         (double)pairs / cold_s, (long long)wrong);
  VT_CHECK(wrong == 0 && pairs > 0, VT_ERR_BUG, "%lld of %lld answers are wrong", (long long)wrong,
           (long long)pairs);
  return VT_OK;
}

static void drop(bench *b) {
  free(b->warm);
  free(b->cold);
  if (b->worker) b->kind->worker_free(b->worker);
  if (b->rows.data) vt_block_free(b->layout, &b->rows);
  if (b->reference.data) vt_block_free(b->layout, &b->reference);
  if (b->model) b->kind->model_free(b->model);
  if (b->data) b->kind->data_free(b->data);
  vt_study_free(b->study);
}

int main(int argc, char **argv) {
  if (argc < 2) {
    (void)fputs("usage: plans STUDY.yaml [SCENARIOS]\n", stderr);
    return 2;
  }
  bench b = {0};
  vt_log_open(VT_LOG_ERROR, false, true);
  const vt_error ran = run(&b, argv[1], argc > 2 ? strtoll(argv[2], NULL, 10) : 100);
  if (ran != VT_OK) (void)fprintf(stderr, "plans: %s\n", vt_error_message());
  drop(&b);
  return ran == VT_OK ? 0 : 1;
}
