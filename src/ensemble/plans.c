// plans.c - pairs of a plan and a scenario as work of their own: to the main loop they are
// scenarios of a model whose rows have three numbers.
#include "vintner/ensemble.h"

#include <math.h>
#include <stdlib.h>

typedef struct pairs {
  const vt_plans *plans;
  const vt_kind *kind; // of the scenarios
  void *model;
  vt_layout *layout; // of the pairs
} pairs;

typedef struct pair_worker {
  const pairs *pairs;
  void *worker; // the kind's
} pair_worker;

// Below this share of the objective a plan would be better than the optimum.
static const double better = 1e-6;
// What sums of terms that cancel may be off by, as a share of their sizes.
static const double rounding = 1e-9;

static const vt_layout *layout_of(const void *model) {
  return ((const pairs *)model)->layout;
}

static void worker_free(void *context) {
  pair_worker *w = context;
  if (!w) return;
  w->pairs->kind->worker_free(w->worker);
  free(w);
}

static vt_error worker_create(void *model, void **context) {
  const pairs *p = model;
  pair_worker *w;
  VT_NEW(w, 1);
  w->pairs = p;
  const vt_error made = p->kind->worker_create(p->model, &w->worker);
  if (made != VT_OK) {
    free(w);
    w = NULL;
  }
  *context = w;
  return made;
}

static void put(double *const *row, vt_outcome outcome, double objective, double regret) {
  row[VT_PAIR_STATUS][0] = outcome;
  row[VT_PAIR_OBJECTIVE][0] = objective;
  row[VT_PAIR_REGRET][0] = regret;
}

// A plan cannot be better than the optimum: where it seems to be, one of the two is none.
static void judge(const vt_given_answer *a, double own, double *const *row) {
  const double regret = a->objective - own;
  const double size = fmax(fabs(a->objective), fabs(own));
  const bool doubtful = regret < -better * size && regret < -rounding * a->terms;
  const vt_outcome outcome = a->outcome == VT_OPTIMAL && doubtful ? VT_INACCURATE : a->outcome;
  put(row, outcome, a->objective, outcome == VT_OPTIMAL ? regret : (double)NAN);
}

static vt_error solve(void *context, int64_t pair, double *const *row) {
  const pair_worker *w = context;
  const vt_plans *plans = w->pairs->plans;
  const int64_t place = pair / plans->scenarios - plans->first, k = pair % plans->scenarios;
  const vt_given given = {.scenario = plans->plan[place],
                          .value = plans->value + place * plans->cells,
                          .years = plans->regret->fixed_years,
                          .tolerance = plans->regret->tolerance};
  vt_given_answer answer;
  // Under its own scenario it is the optimum.
  if (given.scenario == k) {
    put(row, VT_OPTIMAL, plans->objective[k], 0);
    return VT_OK;
  }
  VT_TRY(w->pairs->kind->fix(w->worker, &given, k, &answer));
  judge(&answer, plans->objective[k], row);
  return VT_OK;
}

static vt_error lay_out(pairs *p) {
  static const char *const name[] = {
      [VT_PAIR_STATUS] = "status", [VT_PAIR_OBJECTIVE] = "objective", [VT_PAIR_REGRET] = "regret"};
  VT_TRY(vt_layout_create(&p->layout));
  for (int v = 0; v < VT_PAIR_VARIABLES; v++) {
    int place;
    VT_TRY(vt_layout_add(p->layout, &(vt_variable){.name = name[v]}, 0, NULL, &place));
  }
  p->layout->status = VT_PAIR_STATUS;
  return VT_OK;
}

vt_error vt_ensemble_run_plans(const vt_team *team, const vt_kind *kind, void *model,
                               const vt_plans *plans, const vt_run_options *options,
                               const vt_sink *sink, int64_t *left) {
  static const vt_kind pair_kind = {.title = "plans under other scenarios",
                                    .layout = layout_of,
                                    .worker_create = worker_create,
                                    .worker_free = worker_free,
                                    .solve = solve};
  pairs p = {.plans = plans, .kind = kind, .model = model};
  vt_error ran = vt_team_settle(team, lay_out(&p));
  if (ran == VT_OK) ran = vt_ensemble_run(team, &pair_kind, &p, options, sink, left);
  vt_layout_free(p.layout);
  return ran;
}
