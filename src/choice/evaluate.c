// evaluate.c - what a point of the programme means: levels of all processes, and whether they meet
// every row of A* s = f + slack and every limit, from the matrices alone.
#include "chance.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// What is smaller than this share of the largest level counts for nothing.
#define NOTHING 1e-13

vt_error vt_choice_answer_create(const vt_choice_data *k, vt_choice_answer **answer) {
  vt_choice_answer *a;
  vt_arena *arena;
  const ptrdiff_t steps = k->steps;
  *answer = NULL;
  VT_TRY(vt_arena_create(&arena));
  a = vt_arena_calloc(arena, 1, sizeof *a);
  const ptrdiff_t sizes[] = {steps * k->processes,
                             steps * k->merged,
                             steps * k->merged,
                             steps * k->supplies,
                             steps * k->stores,
                             k->categories,
                             steps * k->categories,
                             k->list[VT_CHOICE_GOALS].count,
                             k->merged,
                             steps * k->categories};
  double *number[sizeof sizes / sizeof *sizes] = {NULL};
  bool enough = a != NULL;
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes && enough; i++) {
    number[i] = vt_arena_calloc(arena, sizes[i], sizeof(double));
    enough = number[i] != NULL;
  }
  bool *open = enough ? vt_arena_calloc(arena, k->merged, sizeof *open) : NULL;
  if (!open) {
    vt_arena_free(arena);
    VT_FAIL(VT_ERR_SYSTEM, "out of memory for an answer of %td numbers", sizes[0]);
  }
  *a = (vt_choice_answer){.arena = arena,
                          .level = number[0],
                          .net = number[1],
                          .terms = number[2],
                          .slack = number[3],
                          .surplus = number[4],
                          .total = number[5],
                          .step_impact = number[6],
                          .transgression = number[7],
                          .demand = number[8],
                          .step_size = number[9],
                          .open = open};
  *answer = a;
  return VT_OK;
}

void vt_choice_answer_free(vt_choice_answer *answer) {
  if (answer) vt_arena_free(answer->arena);
}

// -------------------------------------------------------------------------------------------------
// Levels and rows.

// What a limited process is beyond its limits by rounding of the terms of its level.
#define ROUNDING 1e-12

static double size_of_level(const vt_choice_state *s, const double *x, int process, int step) {
  const vt_choice_data *k = s->data;
  double size = 0;
  for (int b = 0; b < k->columns; b++)
    size += fabs(x[vt_choice_column_at(s->program, VT_COLUMN_BASIS, b, step)] *
                 s->basis[(ptrdiff_t)b * k->processes + process]);
  return size;
}

static void snap_limited(const vt_choice_state *s, const double *x, int step, double *level) {
  const vt_choice_data *k = s->data;
  double largest = 0;
  for (int j = 0; j < k->processes; j++) largest = fmax(largest, fabs(level[j]));
  for (int j = 0; j < k->processes; j++) {
    double lower, upper;
    if (k->alternative_of[j] >= 0 || (k->upper_of[j] < 0 && k->lower_of[j] < 0)) continue;
    vt_choice_level_bounds(s, j, step, &lower, &upper);
    if (level[j] >= lower && level[j] <= upper) continue;
    const double bound = level[j] < lower ? lower : upper;
    const double small = ROUNDING * (size_of_level(s, x, j, step) + fabs(bound));
    if (fabs(level[j] - bound) <= fmax(small, NOTHING * largest)) level[j] = bound;
  }
}

void vt_choice_directions(const vt_choice_state *s, const double *x, double *level) {
  const vt_choice_data *k = s->data;
  const ptrdiff_t n = k->processes;
  memset(level, 0, (size_t)k->steps * (size_t)n * sizeof *level);
  for (int t = 0; t < k->steps; t++)
    for (int b = 0; b < k->columns; b++) {
      const double units = x[vt_choice_column_at(s->program, VT_COLUMN_BASIS, b, t)];
      const double *basis = s->basis + b * n;
      for (ptrdiff_t j = 0; units != 0 && j < n; j++) level[t * n + j] += units * basis[j];
    }
}

void vt_choice_levels(const vt_choice_state *s, const double *x, double *level) {
  const vt_choice_data *k = s->data;
  const ptrdiff_t n = k->processes;
  vt_choice_directions(s, x, level);
  // What is given is given to the last bit.
  for (int t = 0; t < k->steps; t++) {
    snap_limited(s, x, t, level + t * n);
    for (int a = 0; a < k->alternatives; a++)
      level[t * n + k->alternative[a].process] = x[vt_choice_level_at(s->program, a, t)];
    for (int i = 0; i < k->supplies; i++) {
      const double supply = vt_choice_value(s, VT_CHOICE_SUPPLY, i, t);
      if (!isnan(supply)) level[t * n + k->supply[i].process] = supply;
    }
  }
}

static void add_rows(const vt_choice_state *s, int step, vt_choice_answer *answer) {
  const vt_choice_data *k = s->data;
  const vt_sparse *a = &k->system->technosphere;
  const double *level = answer->level + (ptrdiff_t)step * k->processes;
  double *net = answer->net + (ptrdiff_t)step * k->merged;
  double *terms = answer->terms + (ptrdiff_t)step * k->merged;
  memset(net, 0, (size_t)k->merged * sizeof *net);
  memset(terms, 0, (size_t)k->merged * sizeof *terms);
  const double *value = s->technosphere;
  const int *row = a->row, *merged = k->merged_of;
  for (int j = 0; j < k->processes; j++) {
    const double units = level[j];
    if (units == 0) continue;
    for (ptrdiff_t e = a->column_start[j]; e < a->column_start[j + 1]; e++) {
      const int i = merged[row[e]];
      const double term = value[e] * units, size = fabs(term);
      net[i] += term;
      terms[i] = size > terms[i] ? size : terms[i];
    }
  }
}

// -------------------------------------------------------------------------------------------------
// Violations, relative to the largest term.

typedef struct worst_violation {
  double worst, floor;
} worst_violation;

static void violate(worst_violation *v, double by, double size) {
  if (by <= v->floor) return;
  const double relative = size > 0 ? by / size : INFINITY;
  if (!(relative <= v->worst)) v->worst = relative;
}

static void check_limits(worst_violation *v, double value, double size, double lower,
                         double upper) {
  if (isnan(value)) v->worst = (double)NAN;
  if (value < lower) violate(v, lower - value, fmax(size, fabs(lower)));
  if (value > upper) violate(v, value - upper, fmax(size, fabs(upper)));
}

static double demand_of(const vt_choice_state *s, int merged, int step) {
  const int entry = vt_choice_find_entry(s->data, VT_CHOICE_DEMAND, merged, 0);
  return entry < 0 ? 0 : vt_choice_value(s, VT_CHOICE_DEMAND, entry, step);
}

static double largest_level(const vt_choice_state *s, const vt_choice_answer *a) {
  double largest = 0;
  const ptrdiff_t count = (ptrdiff_t)s->data->steps * s->data->processes;
  for (ptrdiff_t i = 0; i < count; i++) largest = fmax(largest, fabs(a->level[i]));
  return largest;
}

static void check_balances(const vt_choice_state *s, int step, const bool *open,
                           const double *demand, const vt_choice_answer *a, worst_violation *v) {
  const vt_choice_data *k = s->data;
  const double *net = a->net + (ptrdiff_t)step * k->merged;
  const double *terms = a->terms + (ptrdiff_t)step * k->merged;
  for (int i = 0; i < k->merged; i++) {
    if (i < k->products && k->choice_of[i] >= 0) continue;
    if (!open[i]) violate(v, fabs(net[i] - demand[i]), fmax(terms[i], fabs(demand[i])));
    if (isnan(net[i])) v->worst = (double)NAN;
  }
}

static void check_levels(const vt_choice_state *s, int step, const vt_choice_answer *a,
                         worst_violation *v) {
  const vt_choice_data *k = s->data;
  const double *level = a->level + (ptrdiff_t)step * k->processes;
  for (int j = 0; j < k->processes; j++) {
    double lower, upper;
    if (k->alternative_of[j] < 0 && k->upper_of[j] < 0 && k->lower_of[j] < 0) continue;
    vt_choice_level_bounds(s, j, step, &lower, &upper);
    check_limits(v, level[j], fabs(level[j]), lower, upper);
  }
}

static void check_flows(const vt_choice_state *s, int step, const vt_choice_answer *a,
                        worst_violation *v) {
  const vt_choice_data *k = s->data;
  const double *level = a->level + (ptrdiff_t)step * k->processes;
  for (int f = 0; f < s->program->flows; f++) {
    const int flow = s->program->flow[f];
    const int l = vt_choice_find_entry(k, VT_CHOICE_LOWER_ELEM, flow, 0);
    const int u = vt_choice_find_entry(k, VT_CHOICE_UPPER_ELEM, flow, 0);
    double sum = 0, size = 0;
    for (ptrdiff_t i = s->program->flow_start[f]; i < s->program->flow_start[f + 1]; i++) {
      const vt_choice_exchange *x = &s->program->exchange[i];
      const double term = s->biosphere[x->entry] * level[x->process];
      sum += term;
      size = fmax(size, fabs(term));
    }
    check_limits(v, sum, size,
                 l < 0 ? -INFINITY : vt_choice_value(s, VT_CHOICE_LOWER_ELEM, l, step),
                 u < 0 ? INFINITY : vt_choice_value(s, VT_CHOICE_UPPER_ELEM, u, step));
  }
}

static void check_dependents(const vt_choice_state *s, int step, const vt_choice_answer *a,
                             worst_violation *v) {
  const vt_choice_data *k = s->data;
  const vt_choice_list *l = &k->list[VT_CHOICE_DEPENDENTS];
  const double *level = a->level + (ptrdiff_t)step * k->processes;
  for (int d = 0; d < k->dependents; d++) {
    double sum = 0, size = 0, lower = -INFINITY, upper = INFINITY;
    for (int i = 0; i < l->count; i++) {
      if (l->entry[i].key[0] != d) continue;
      const double value = vt_choice_value(s, VT_CHOICE_DEPENDENTS, i, 0);
      if (l->entry[i].key[1] == VT_TERM_MIN) lower = value;
      if (l->entry[i].key[1] == VT_TERM_MAX) upper = value;
      if (l->entry[i].key[1] < 0) continue;
      const double term = value * level[l->entry[i].key[1]];
      sum += term;
      size = fmax(size, fabs(term));
    }
    check_limits(v, sum, size, lower, upper);
  }
}

// -------------------------------------------------------------------------------------------------
// Impacts.

static double impact_of(const vt_choice_state *s, int category, int step, const vt_choice_answer *a,
                        double *size) {
  const vt_choice_data *k = s->data;
  const double *burden = s->burden + (ptrdiff_t)category * k->processes;
  const double *level = a->level + (ptrdiff_t)step * k->processes;
  double sum = 0, largest = 0;
  for (int j = 0; j < k->processes; j++) {
    const double term = burden[j] * level[j], each = fabs(term);
    sum += term;
    largest = each > largest ? each : largest;
  }
  *size = largest;
  return sum;
}

static void add_impacts(const vt_choice_state *s, vt_choice_answer *a, worst_violation *v) {
  const vt_choice_data *k = s->data;
  for (int c = 0; c < k->categories; c++) {
    const int l = vt_choice_find_entry(k, VT_CHOICE_LOWER_IMP, c, 0);
    const int u = vt_choice_find_entry(k, VT_CHOICE_UPPER_IMP, c, 0);
    const int all = vt_choice_find_entry(k, VT_CHOICE_UPPER_IMP_AGG, c, 0);
    double total = 0, largest = 0;
    for (int t = 0; t < k->steps; t++) {
      double size = 0;
      const double impact = impact_of(s, c, t, a, &size);
      a->step_impact[(ptrdiff_t)c * k->steps + t] = impact;
      total += impact;
      largest = fmax(largest, size);
      a->step_size[(ptrdiff_t)c * k->steps + t] = size;
      check_limits(v, impact, size,
                   l < 0 ? -INFINITY : vt_choice_value(s, VT_CHOICE_LOWER_IMP, l, t),
                   u < 0 ? INFINITY : vt_choice_value(s, VT_CHOICE_UPPER_IMP, u, t));
    }
    a->total[c] = total;
    if (all >= 0)
      check_limits(v, total, largest, -INFINITY,
                   vt_choice_value(s, VT_CHOICE_UPPER_IMP_AGG, all, 0));
  }
}

static void add_objective(const vt_choice_state *s, vt_choice_answer *a) {
  const vt_choice_data *k = s->data;
  const vt_choice_list *goals = &k->list[VT_CHOICE_GOALS], *weights = &k->list[VT_CHOICE_WEIGHTS];
  a->objective = a->objective_terms = 0;
  for (int g = 0; g < goals->count; g++) {
    const double goal = vt_choice_value(s, VT_CHOICE_GOALS, g, 0);
    a->transgression[g] = fmax(0, a->total[goals->entry[g].key[0]] / goal - 1);
    a->objective += a->transgression[g] / goals->count;
    a->objective_terms = fmax(a->objective_terms, 1);
  }
  for (int i = 0; i < weights->count; i++) {
    const double weight = vt_choice_value(s, VT_CHOICE_WEIGHTS, i, 0);
    const int c = weights->entry[i].key[0];
    a->objective += weight * a->total[c];
    for (int t = 0; t < k->steps; t++)
      a->objective_terms += fabs(weight) * a->step_size[(ptrdiff_t)c * k->steps + t];
  }
}

// -------------------------------------------------------------------------------------------------
// Stored rows.

// What a step finds of the surpluses of the step before.
static double carried(const vt_choice_state *s, const vt_choice_answer *a, int store, int step) {
  const vt_choice_data *k = s->data;
  const vt_choice_list *l = &k->list[VT_CHOICE_STORAGE];
  double sum = 0;
  if (step == 0 && !k->study->model.choice.cyclic) return 0;
  const int before = step == 0 ? k->steps - 1 : step - 1;
  for (int i = 0; i < l->count; i++) {
    if (l->entry[i].key[0] != k->stored[store]) continue;
    const int from = k->store_of[l->entry[i].key[1]];
    sum += vt_choice_value(s, VT_CHOICE_STORAGE, i, 0) *
           a->surplus[(ptrdiff_t)from * k->steps + before];
  }
  return sum;
}

// One sweep over the steps: each takes what the one before has.
static void sweep(const vt_choice_state *s, vt_choice_answer *a) {
  const vt_choice_data *k = s->data;
  for (int t = 0; t < k->steps; t++)
    for (int i = 0; i < k->stores; i++) {
      const int merged = k->stored[i];
      a->surplus[(ptrdiff_t)i * k->steps + t] =
          a->net[(ptrdiff_t)t * k->merged + merged] - demand_of(s, merged, t) + carried(s, a, i, t);
    }
}

// The storage that takes from a stored row, or -1.
static int storage_from(const vt_choice_data *k, int store) {
  const vt_choice_list *l = &k->list[VT_CHOICE_STORAGE];
  for (int i = 0; i < l->count; i++)
    if (l->entry[i].key[1] == k->stored[store]) return i;
  return -1;
}

// Round a circle of rows and steps: by how much all of it can be less, in units of its start; 0
// where the factors do not multiply to 1, so that there is but one amount. Then take it away.
static void lower_circle(const vt_choice_state *s, vt_choice_answer *a, int store, int step) {
  const vt_choice_data *k = s->data;
  const vt_choice_list *l = &k->list[VT_CHOICE_STORAGE];
  double least = INFINITY;
  for (int round = 0; round < 2; round++) {
    double unit = 1;
    int at = store, t = step;
    ptrdiff_t visited = 0;
    do {
      double *surplus = &a->surplus[(ptrdiff_t)at * k->steps + t];
      const int next = storage_from(k, at);
      if (next < 0 || !(unit > 0) || visited++ > (ptrdiff_t)k->stores * k->steps) return;
      if (round == 0)
        least = fmin(least, *surplus / unit);
      else
        *surplus -= least * unit;
      unit *= vt_choice_value(s, VT_CHOICE_STORAGE, next, 0);
      at = k->store_of[l->entry[next].key[0]];
      t = t + 1 < k->steps ? t + 1 : 0;
    } while (at != store || t != step);
    if (round == 0 && (fabs(unit - 1) > 1e-12 || !(least > 0))) return;
  }
}

// In a circle of time the first step begins with what the programme found for the last.
static void find_surplus(const vt_choice_state *s, const double *x, vt_choice_answer *a) {
  const vt_choice_data *k = s->data;
  const bool cyclic = k->study->model.choice.cyclic;
  for (int i = 0; i < k->stores; i++)
    for (int t = 0; t < k->steps; t++)
      a->surplus[(ptrdiff_t)i * k->steps + t] =
          cyclic ? x[vt_choice_column_at(s->program, VT_COLUMN_SURPLUS, i, t)] : 0;
  sweep(s, a);
  for (int i = 0; cyclic && i < k->stores; i++)
    for (int t = 0; t < k->steps; t++) lower_circle(s, a, i, t);
}

static void check_surplus(const vt_choice_state *s, const vt_choice_answer *a, worst_violation *v) {
  const vt_choice_data *k = s->data;
  for (int i = 0; i < k->stores; i++)
    for (int t = 0; t < k->steps; t++) {
      const int merged = k->stored[i];
      const double terms = a->terms[(ptrdiff_t)t * k->merged + merged];
      const double surplus = a->surplus[(ptrdiff_t)i * k->steps + t];
      check_limits(v, surplus, fmax(terms, fabs(demand_of(s, merged, t))), 0, INFINITY);
    }
}

// -------------------------------------------------------------------------------------------------

static void mark_open(const vt_choice_state *s, int step, bool *open, double *demand) {
  const vt_choice_data *k = s->data;
  const vt_choice_list *l = &k->list[VT_CHOICE_DEMAND];
  memset(open, 0, (size_t)k->merged * sizeof *open);
  memset(demand, 0, (size_t)k->merged * sizeof *demand);
  for (int i = 0; i < l->count; i++)
    demand[l->entry[i].key[0]] = vt_choice_value(s, VT_CHOICE_DEMAND, i, step);
  for (int i = 0; i < k->stores; i++) open[k->stored[i]] = true;
  for (int i = 0; i < k->supplies; i++)
    if (!isnan(vt_choice_value(s, VT_CHOICE_SUPPLY, i, step))) open[k->supply[i].merged] = true;
}

void vt_choice_evaluate(const vt_choice_state *s, const double *x, vt_choice_answer *a) {
  const vt_choice_data *k = s->data;
  worst_violation v = {0};
  vt_choice_levels(s, x, a->level);
  v.floor = NOTHING * largest_level(s, a);
  for (int t = 0; t < k->steps; t++) {
    add_rows(s, t, a);
    mark_open(s, t, a->open, a->demand);
    check_balances(s, t, a->open, a->demand, a, &v);
    check_levels(s, t, a, &v);
    check_flows(s, t, a, &v);
    check_dependents(s, t, a, &v);
    for (int i = 0; i < k->supplies; i++)
      a->slack[(ptrdiff_t)i * k->steps + t] =
          a->net[(ptrdiff_t)t * k->merged + k->supply[i].merged] - a->demand[k->supply[i].merged];
  }
  find_surplus(s, x, a);
  check_surplus(s, a, &v);
  add_impacts(s, a, &v);
  add_objective(s, a);
  if (s->chances) {
    a->mean = a->objective;
    vt_choice_chance_at(s, a->level, &a->deviation);
    a->objective += s->chances->kappa * a->deviation;
    a->objective_terms += s->chances->kappa * a->deviation;
  }
  a->violation = v.worst;
}
