// chance.c - moments of the objective, uncertain limits, tangents of the deviation.
#include "chance.h"

#include "vintner/moments.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// -------------------------------------------------------------------------------------------------
// Reading.

static vt_error add_bound(vt_choice_data *k, const vt_chance_bound *from, bool upper, int event) {
  const vt_chance_plan *plan = &k->study->model.choice.chance;
  struct vt_choice_chance *c = k->chance;
  const vt_choice_tensor tensor = upper ? VT_CHOICE_UPPER : VT_CHOICE_LOWER;
  int process, entry;
  VT_TRY(vt_choice_find(k, VT_CHOICE_PROCESS, from->process, from->line, &process));
  for (int i = 0; i < c->bounds; i++)
    VT_CHECK(c->bound[i].process != process || c->bound[i].upper != upper, VT_ERR_INPUT,
             "%s:%d: found an uncertain limit of the process '%s' a second time", k->study->path,
             from->line, from->process);
  VT_CHECK(from->distribution.kind <= VT_TRIANGULAR, VT_ERR_INPUT,
           "%s:%d: found the distribution '%s' in 'model.choice.chance', expected lognormal, "
           "normal, uniform or triangular",
           k->study->path, from->line, vt_distribution_types[from->distribution.kind].name);
  if (vt_choice_find_entry(k, tensor, process, 0) < 0)
    VT_TRY(vt_choice_add_entry(k, tensor, process, 0, from->line, false, vt_choice_nothing(tensor),
                               &entry));
  c->bound[c->bounds++] = (vt_choice_bound){
      process, upper, &from->distribution,
      plan->shares > 0 ? plan->share[event] : 1.0 / (1 + plan->uppers + plan->lowers)};
  return VT_OK;
}

static vt_error read_bounds(vt_choice_data *k) {
  const vt_chance_plan *plan = &k->study->model.choice.chance;
  int event = 1;
  VT_ARENA_NEW(k->arena, k->chance->bound, plan->uppers + plan->lowers);
  for (int side = 0; side < 2; side++) {
    const bool upper = plan->lower_place < plan->upper_place ? side == 1 : side == 0;
    const int count = upper ? plan->uppers : plan->lowers;
    for (int i = 0; i < count; i++)
      VT_TRY(add_bound(k, upper ? &plan->upper[i] : &plan->lower[i], upper, event++));
  }
  return VT_OK;
}

static vt_error read_moments(vt_choice_data *k) {
  struct vt_choice_chance *c = k->chance;
  const int line = k->study->model.choice.chance.line;
  double *variance;
  VT_ARENA_NEW(k->arena, c->mean_biosphere, k->system->biosphere.entries);
  VT_ARENA_NEW(k->arena, c->var_biosphere, k->system->biosphere.entries);
  VT_ARENA_NEW(k->arena, c->mean_weight, (ptrdiff_t)k->categories * k->flows);
  VT_ARENA_NEW(k->arena, c->var_weight, k->flows);
  VT_ARENA_NEW(k->arena, variance, k->flows);
  VT_TRY(vt_error_at_line(
      k->study->path, line,
      vt_biosphere_moments(k->set, k->system, VT_NO_COLUMN, c->mean_biosphere, c->var_biosphere)));
  for (int h = 0; h < k->categories; h++)
    VT_TRY(vt_error_at_line(k->study->path, line,
                            vt_method_moments(k->set, k->system, k->method[h], VT_NO_COLUMN,
                                              c->mean_weight + (ptrdiff_t)h * k->flows,
                                              h == c->category ? c->var_weight : variance)));
  return VT_OK;
}

static double level_of(const struct vt_choice_chance *c, double confidence) {
  return c->individual ? confidence : 1 - c->share * (1 - confidence);
}

vt_error vt_choice_read_chance(vt_choice_data *k) {
  const vt_chance_plan *plan = &k->study->model.choice.chance;
  struct vt_choice_chance *c;
  int entry;
  if (plan->line == 0) return VT_OK;
  VT_ARENA_NEW(k->arena, c, 1);
  k->chance = c;
  c->category = k->list[VT_CHOICE_WEIGHTS].entry[0].key[0];
  c->individual = plan->individual;
  c->share = plan->shares > 0 ? plan->share[0] : 1.0 / (1 + plan->uppers + plan->lowers);
  VT_CHECK(level_of(c, plan->confidence) >= 0.5, VT_ERR_INPUT,
           "%s:%d: 'model.choice.chance': found a level of %g for the impact, expected 1/2 or more",
           k->study->path, plan->line, level_of(c, plan->confidence));
  VT_TRY(read_bounds(k));
  VT_TRY(vt_choice_add_entry(k, VT_CHOICE_CONFIDENCE, 0, 0, plan->line, true, plan->confidence,
                             &entry));
  return read_moments(k);
}

// -------------------------------------------------------------------------------------------------
// A scenario.

static vt_error copy_of(vt_arena *arena, double *from, ptrdiff_t count, bool own, double **copy) {
  *copy = from;
  if (own) VT_ARENA_NEW(arena, *copy, count);
  return VT_OK;
}

vt_error vt_choice_chances_create(vt_arena *arena, const vt_choice_data *k,
                                  struct vt_choice_chances **chances) {
  const struct vt_choice_chance *c = k->chance;
  const ptrdiff_t entries = k->system->biosphere.entries, columns = k->columns;
  const bool b = k->touched[VT_CHOICE_BIOSPHERE], q = k->touched[VT_CHOICE_CHARACTERIZATION];
  struct vt_choice_chances *s;
  VT_ARENA_NEW(arena, s, 1);
  *chances = s;
  VT_TRY(copy_of(arena, c->mean_biosphere, entries, b, &s->mean_biosphere));
  VT_TRY(copy_of(arena, c->var_biosphere, entries, b, &s->var_biosphere));
  VT_TRY(copy_of(arena, c->mean_weight, (ptrdiff_t)k->categories * k->flows, q, &s->mean_weight));
  VT_TRY(copy_of(arena, c->var_weight, k->flows, q, &s->var_weight));
  VT_ARENA_NEW(arena, s->spread, k->processes);
  VT_ARENA_NEW(arena, s->flow, k->flows);
  VT_ARENA_NEW(arena, s->place, k->flows);
  VT_ARENA_NEW(arena, s->sums, columns * k->flows);
  VT_ARENA_NEW(arena, s->form, columns * columns);
  VT_ARENA_NEW(arena, s->bound, c->bounds);
  VT_ARENA_NEW(arena, s->cut, VT_MOST_CUTS * columns);
  VT_ARENA_NEW(arena, s->total, k->flows);
  VT_ARENA_NEW(arena, s->units, columns);
  VT_ARENA_NEW(arena, s->other, columns);
  VT_ARENA_NEW(arena, s->slope, columns);
  return VT_OK;
}

static void restore(double *to, const double *from, ptrdiff_t count) {
  if (to != from) memcpy(to, from, (size_t)count * sizeof *to);
}

void vt_choice_start_chances(vt_choice_state *s) {
  const vt_choice_data *k = s->data;
  const struct vt_choice_chance *c = k->chance;
  struct vt_choice_chances *n = s->chances;
  restore(n->mean_biosphere, c->mean_biosphere, k->system->biosphere.entries);
  restore(n->var_biosphere, c->var_biosphere, k->system->biosphere.entries);
  restore(n->mean_weight, c->mean_weight, (ptrdiff_t)k->categories * k->flows);
  restore(n->var_weight, c->var_weight, k->flows);
}

// A number that is set has no spread; one that is moved keeps it, one that is scaled scales it.
static void move(const vt_choice_touch *t, double operand, double *mean, double *variance) {
  if (t->operation == VT_SET) {
    *mean = operand;
    if (variance) *variance = 0;
  } else if (t->operation == VT_ADD) {
    *mean += operand;
  } else {
    *mean *= operand;
    if (variance) *variance *= operand * operand;
  }
}

void vt_choice_touch_chances(vt_choice_state *s, const vt_choice_touch *t, double operand) {
  const vt_choice_data *k = s->data;
  struct vt_choice_chances *n = s->chances;
  if (t->tensor == VT_CHOICE_BIOSPHERE)
    move(t, operand, &n->mean_biosphere[t->place], &n->var_biosphere[t->place]);
  if (t->tensor != VT_CHOICE_CHARACTERIZATION) return;
  const bool own = t->place / k->flows == k->chance->category;
  move(t, operand, &n->mean_weight[t->place], own ? &n->var_weight[t->place % k->flows] : NULL);
}

// -------------------------------------------------------------------------------------------------
// Variances.

static void list_flows(vt_choice_state *s) {
  struct vt_choice_chances *n = s->chances;
  n->flows = 0;
  for (int e = 0; e < s->data->flows; e++) {
    n->place[e] = n->var_weight[e] > 0 ? n->flows : -1;
    if (n->place[e] >= 0) n->flow[n->flows++] = e;
  }
}

static void spread_processes(vt_choice_state *s) {
  const vt_choice_data *k = s->data;
  struct vt_choice_chances *n = s->chances;
  const vt_sparse *b = &k->system->biosphere;
  const double *q = n->mean_weight + (ptrdiff_t)k->chance->category * k->flows;
  for (int j = 0; j < k->processes; j++) {
    n->spread[j] = 0;
    for (ptrdiff_t e = b->column_start[j]; e < b->column_start[j + 1]; e++) {
      const int flow = b->row[e];
      n->spread[j] += (q[flow] * q[flow] + n->var_weight[flow]) * n->var_biosphere[e];
    }
  }
}

static void sum_levels(const vt_choice_state *s, const double *level, double *sums) {
  const vt_choice_data *k = s->data;
  const struct vt_choice_chances *n = s->chances;
  const vt_sparse *b = &k->system->biosphere;
  memset(sums, 0, (size_t)n->flows * sizeof *sums);
  for (int j = 0; j < k->processes; j++)
    for (ptrdiff_t e = b->column_start[j]; level[j] != 0 && e < b->column_start[j + 1]; e++) {
      const int place = n->place[b->row[e]];
      if (place >= 0) sums[place] += n->mean_biosphere[e] * level[j];
    }
}

static double product(const vt_choice_state *s, int a, int b) {
  const vt_choice_data *k = s->data;
  const struct vt_choice_chances *n = s->chances;
  const double *x = s->basis + (ptrdiff_t)a * k->processes,
               *y = s->basis + (ptrdiff_t)b * k->processes;
  double sum = 0;
  for (int j = 0; j < k->processes; j++) sum += n->spread[j] * x[j] * y[j];
  for (int f = 0; f < n->flows; f++)
    sum += n->var_weight[n->flow[f]] * n->sums[(ptrdiff_t)a * k->flows + f] *
           n->sums[(ptrdiff_t)b * k->flows + f];
  return sum;
}

static void make_form(vt_choice_state *s) {
  const vt_choice_data *k = s->data;
  struct vt_choice_chances *n = s->chances;
  list_flows(s);
  spread_processes(s);
  for (int b = 0; b < k->columns; b++)
    sum_levels(s, s->basis + (ptrdiff_t)b * k->processes, n->sums + (ptrdiff_t)b * k->flows);
  for (int a = 0; a < k->columns; a++)
    for (int b = a; b < k->columns; b++)
      n->form[a * k->columns + b] = n->form[b * k->columns + a] = product(s, a, b);
  n->formed = true;
}

// Of a probability of 1/2 or more.
static double normal_quantile(double p) {
  static const double standard[] = {0, 1};
  return p <= 0.5 ? 0 : vt_distribution_types[VT_NORMAL].upper_quantile(standard, 1 - p);
}

void vt_choice_form_chances(vt_choice_state *s) {
  const vt_choice_data *k = s->data;
  struct vt_choice_chances *n = s->chances;
  const double confidence = vt_choice_value(s, VT_CHOICE_CONFIDENCE, 0, 0);
  const double level = level_of(k->chance, confidence);
  n->refused = !(confidence > 0 && confidence < 1 && level >= 0.5);
  if (n->refused) return;
  n->kappa = normal_quantile(level);
  for (int i = 0; i < k->chance->bounds; i++) {
    const vt_choice_bound *b = &k->chance->bound[i];
    const double epsilon = (k->chance->individual ? 1 : b->share) * (1 - confidence);
    n->bound[i] = vt_distribution_quantile(b->distribution, b->upper ? epsilon : 1 - epsilon);
  }
  const bool moved =
      s->varied || k->touched[VT_CHOICE_BIOSPHERE] || k->touched[VT_CHOICE_CHARACTERIZATION];
  if (!n->formed || moved) make_form(s);
}

void vt_choice_chance_at(const vt_choice_state *s, const double *level, double *deviation) {
  const vt_choice_data *k = s->data;
  struct vt_choice_chances *n = s->chances;
  const vt_sparse *b = &k->system->biosphere;
  double variance = 0;
  for (int j = 0; j < k->processes; j++) {
    double sum = 0;
    for (int t = 0; t < k->steps; t++) sum += level[(ptrdiff_t)t * k->processes + j];
    variance += n->spread[j] * sum * sum;
  }
  for (int f = 0; f < n->flows; f++) n->total[f] = 0;
  for (int t = 0; t < k->steps; t++)
    for (int j = 0; j < k->processes; j++)
      for (ptrdiff_t e = b->column_start[j]; e < b->column_start[j + 1]; e++) {
        const int place = n->place[b->row[e]];
        if (place >= 0)
          n->total[place] += n->mean_biosphere[e] * level[(ptrdiff_t)t * k->processes + j];
      }
  for (int f = 0; f < n->flows; f++)
    variance += n->var_weight[n->flow[f]] * n->total[f] * n->total[f];
  *deviation = sqrt(variance);
}
