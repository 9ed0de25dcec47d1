// staging.c - what the scenarios of a front or of alternatives have in common.
#include "staging.h"

#include <math.h>
#include <stdlib.h>

static bool has_stages(const vt_aims *aims, bool ranges) {
  return aims->levels > 1 || aims->explores != VT_EXPLORE_NOTHING || ranges;
}

static vt_error list_labels(vt_staging *s) {
  VT_NEW(s->label, s->model.alternatives);
  for (int i = 0; i < s->model.alternatives; i++)
    s->label[i] = s->model.object[s->model.alternative[i].object];
  return VT_OK;
}

vt_error vt_staging_create(const vt_aims *aims, const vt_aimed *aimed, bool ranges,
                           vt_staging **staging) {
  *staging = NULL;
  if (!has_stages(aims, ranges)) return VT_OK;
  vt_staging *s;
  VT_NEW(s, 1);
  *s = (vt_staging){
      .aims = aims, .model = *aimed, .ranges = ranges, .limit = -1, .dominated = -1, .sense = -1};
  const vt_error listed = list_labels(s);
  if (listed != VT_OK) {
    vt_staging_free(s);
    return listed;
  }
  *staging = s;
  return VT_OK;
}

void vt_staging_free(vt_staging *s) {
  if (!s) return;
  free((void *)s->label);
  free(s);
}

void vt_staging_set_program(vt_staging *s, const vt_program *program, const int *goal_row) {
  s->model.program = program;
  s->model.goal_row = goal_row;
}

vt_error vt_staging_copy(const vt_staging *staging, const vt_program *program, const int *goal_row,
                         vt_staging **copy) {
  vt_staging *s;
  *copy = NULL;
  VT_NEW(s, 1);
  *s = *staging;
  s->label = NULL;
  vt_staging_set_program(s, program, goal_row);
  *copy = s;
  return VT_OK;
}

static vt_error lay_front_out(vt_staging *s, vt_layout *layout) {
  const vt_variable limit = {.name = "pareto_limit",
                             .long_name = "limit on the second category, none at the front's ends"};
  const vt_variable dominated = {.name = "dominated",
                                 .long_name = "1 if another point is better, -1 without optimum",
                                 .storage = VT_STORE_INT8};
  VT_TRY(vt_layout_add(layout, &limit, 0, NULL, &s->limit));
  VT_TRY(vt_layout_add(layout, &dominated, 0, NULL, &s->dominated));
  s->columns = (vt_front){.impact = vt_layout_find(layout, s->model.impact),
                          .category = {s->model.goal_category[0], s->model.goal_category[1]},
                          .dominated = s->dominated};
  layout->front = &s->columns;
  return VT_OK;
}

static vt_error lay_alternatives_out(vt_staging *s, vt_layout *layout) {
  const vt_variable sense = {
      .name = "alternative_sense", .long_name = s->model.sense_meaning, .storage = VT_STORE_INT8};
  VT_TRY(vt_layout_add(layout, &sense, 0, NULL, &s->sense));
  layout->scenario_text_name = s->model.alternative_name;
  layout->scenario_text = s->label;
  return VT_OK;
}

vt_error vt_staging_lay_out(vt_staging *s, vt_layout *layout) {
  if (s->aims->explores == VT_EXPLORE_PARETO) return lay_front_out(s, layout);
  if (s->aims->explores == VT_EXPLORE_ALTERNATIVES) return lay_alternatives_out(s, layout);
  return VT_OK;
}

void vt_staging_fill(const vt_staging *s, int64_t scenario, double *const *row) {
  if (s->limit >= 0) row[s->limit][0] = vt_staging_limit(s, scenario);
  if (s->sense >= 0) row[s->sense][0] = s->model.alternative[scenario].sense;
}

double vt_staging_limit(const vt_staging *s, int64_t scenario) {
  const double *end = s->front.end;
  const int64_t steps = s->aims->pareto.points - 1;
  if (scenario < 2) return (double)NAN;
  // Ends that are one point up to rounding: the limit must not cut it off.
  const double distance = end[1] - end[0];
  if (fabs(distance) <= 1e-9 * fmax(fabs(end[0]), fabs(end[1]))) return fmax(end[0], end[1]);
  return end[0] + distance * ((double)(scenario - 1) / (double)steps);
}

vt_outcome vt_staging_outcome(const vt_staging *s) {
  return s->front.outcome;
}

typedef vt_error solve_row(void *worker, int64_t k, double *const *row);

// The ends of a front are its first two scenarios.
static vt_error solve_ends(vt_staging *s, const vt_layout *layout, solve_row *solve, void *worker) {
  vt_block block;
  VT_TRY(vt_block_create(layout, 1, &block));
  vt_error solved = VT_OK;
  for (int end = 0; end < 2 && solved == VT_OK && s->front.outcome == VT_OPTIMAL; end++) {
    solved = solve(worker, end, block.data);
    s->front.outcome = (vt_outcome)block.data[layout->status][0];
    s->front.end[end] = block.data[s->columns.impact][s->columns.category[1]];
  }
  vt_block_free(layout, &block);
  return solved;
}

vt_error vt_staging_prepare(vt_staging *s, const vt_team *team, const vt_layout *layout,
                            solve_row *solve, void *worker) {
  if (s->aims->explores != VT_EXPLORE_PARETO) return VT_OK;
  VT_TRY(vt_team_settle(team, team->rank == 0 ? solve_ends(s, layout, solve, worker) : VT_OK));
  return vt_team_broadcast(team, &s->front, (int64_t)sizeof s->front);
}
