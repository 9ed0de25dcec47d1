// regret.c - plans under all scenarios, once these are solved: the work after the work.
#include "job.h"

#include <stdlib.h>

// Pairs that are listed at a time, and bytes of the plans they belong to.
static const int64_t most_listed = 1 << 20, most_bytes = 64 << 20;

typedef struct campaign {
  job *j;
  vt_results *results;
  const vt_regret *regret;
  int64_t scenarios;
  int64_t *plan;    // shape [places]
  int64_t together; // plans that are solved at a time
  double *objective;
  double *value; // shape [together, cells]
  int64_t *work; // shape [together, scenarios]
  int8_t *status;
} campaign;

static vt_error write_pairs(void *context, const vt_block *block) {
  return vt_results_write_pairs(context, block);
}

static int64_t fewer(int64_t a, int64_t b) {
  return a < b ? a : b;
}

static vt_error make_room(campaign *c) {
  const vt_layout *layout = job_layout(c->j);
  const int64_t cells = layout->variable[c->regret->decision].cells;
  c->together = fewer(most_listed / c->scenarios, most_bytes / (8 * cells + 1));
  c->together = c->together < 1 ? 1 : fewer(c->together, c->regret->places);
  VT_NEW(c->plan, (ptrdiff_t)c->regret->places);
  VT_NEW(c->objective, (ptrdiff_t)c->scenarios);
  VT_NEW(c->value, (ptrdiff_t)(c->together * cells));
  VT_NEW(c->work, (ptrdiff_t)(c->together * c->scenarios));
  VT_NEW(c->status, (ptrdiff_t)c->scenarios);
  return VT_OK;
}

// What is not done of some plans. Rank 0's to know.
static vt_error list_pairs(campaign *c, int64_t first, int64_t count, int64_t *listed) {
  *listed = 0;
  for (int64_t i = first; i < first + count; i++) {
    if (c->plan[i] < 0) continue;
    VT_TRY(vt_results_read_pairs(c->results, i, c->status));
    for (int64_t k = 0; k < c->scenarios; k++) {
      if (c->status[k] == VT_NOT_DONE) c->work[(*listed)++] = i * c->scenarios + k;
    }
  }
  return VT_OK;
}

static vt_error read_decisions(campaign *c, int64_t first, int64_t count) {
  const vt_layout *layout = job_layout(c->j);
  const ptrdiff_t cells = layout->variable[c->regret->decision].cells;
  for (int64_t i = 0; i < count; i++) {
    if (c->plan[first + i] >= 0)
      VT_TRY(vt_results_read_decision(c->results, c->plan[first + i], c->value + i * cells));
  }
  return VT_OK;
}

// Plans first..first + count - 1. Once a rank was told to stop the rest is only counted.
static vt_error solve_some(campaign *c, int64_t first, int64_t count, int64_t *before) {
  job *j = c->j;
  const bool mine = j->team->rank == 0;
  int64_t listed = 0, left = 0;
  VT_TRY(vt_team_settle(j->team, mine ? list_pairs(c, first, count, &listed) : VT_OK));
  VT_TRY(vt_team_broadcast(j->team, &listed, (int64_t)sizeof listed));
  if (listed > 0 && j->pairs_left == 0) {
    VT_TRY(vt_team_broadcast(j->team, c->work, listed * (int64_t)sizeof *c->work));
    VT_TRY(vt_team_settle(j->team, read_decisions(c, first, count)));
    const vt_plans plans = {.regret = c->regret,
                            .scenarios = c->scenarios,
                            .first = first,
                            .count = count,
                            .plan = c->plan + first,
                            .cells = job_layout(j)->variable[c->regret->decision].cells,
                            .value = c->value,
                            .objective = c->objective};
    const vt_run_options run = {.threads = j->threads,
                                .work = c->work,
                                .work_count = listed,
                                .solve_s = j->solve_s,
                                .what = "plan pairs",
                                .before = *before,
                                .all = j->pairs};
    const vt_sink sink = {c->results, write_pairs};
    VT_TRY(vt_ensemble_run_plans(j->team, j->kind, j->model, &plans, &run, &sink, &left));
  } else {
    left = listed;
  }
  *before += count * c->scenarios - left;
  j->pairs_left += left;
  return VT_OK;
}

static vt_error solve_all(campaign *c) {
  const vt_team *team = c->j->team;
  int64_t plans = 0, before = 0;
  VT_TRY(vt_team_settle(team, make_room(c)));
  VT_TRY(vt_team_barrier(team)); // all rows are in the file
  VT_TRY(
      vt_team_settle(team, team->rank == 0 ? vt_results_choose_plans(c->results, c->plan) : VT_OK));
  VT_TRY(vt_team_broadcast(team, c->plan, c->regret->places * (int64_t)sizeof *c->plan));
  VT_TRY(vt_team_settle(team, vt_results_read_optima(c->results, c->objective)));
  while (plans < c->regret->places && c->plan[plans] >= 0) plans++;
  c->j->pairs = plans * c->scenarios;
  if (plans > 0 && team->rank == 0)
    vt_log(VT_LOG_INFO, "regret: %lld plans under %lld scenarios", (long long)plans,
           (long long)c->scenarios);
  for (int64_t first = 0; first < plans; first += c->together)
    VT_TRY(solve_some(c, first, fewer(c->together, plans - first), &before));
  if (c->j->pairs_left > 0) return VT_OK;
  VT_TRY(vt_team_barrier(team));
  return vt_results_judge_plans(c->results, c->plan);
}

vt_error job_solve_plans(job *j, vt_results *results) {
  const vt_layout *layout = job_layout(j);
  if (!layout->regret) return VT_OK;
  campaign c = {
      .j = j, .results = results, .regret = layout->regret, .scenarios = layout->scenarios};
  const vt_error done = solve_all(&c);
  free(c.plan);
  free(c.objective);
  free(c.value);
  free(c.work);
  free(c.status);
  return done;
}
