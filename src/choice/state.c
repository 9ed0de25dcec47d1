// state.c - the numbers of a scenario: overrides and factors, levels of all processes by basis
// column, and what rows make of them.
#include "chance.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// -------------------------------------------------------------------------------------------------
// Overrides and factors.

static double change(const vt_choice_touch *t, double operand, double number) {
  switch (t->operation) {
    case VT_SET: return operand;
    case VT_ADD: return number + operand;
    case VT_MULTIPLY: return number * operand;
    case VT_CHOOSE: break;
  }
  return number;
}

static double *place_of(vt_choice_state *s, const vt_choice_touch *t) {
  switch (t->tensor) {
    case VT_CHOICE_TECHNOSPHERE: return s->technosphere + t->place;
    case VT_CHOICE_BIOSPHERE: return s->biosphere + t->place;
    case VT_CHOICE_CHARACTERIZATION: return s->weight + t->place;
    case VT_CHOICE_DEMAND:
    case VT_CHOICE_SUPPLY:
    case VT_CHOICE_CAPACITY:
    case VT_CHOICE_UPPER:
    case VT_CHOICE_LOWER:
    case VT_CHOICE_UPPER_ELEM:
    case VT_CHOICE_LOWER_ELEM:
    case VT_CHOICE_UPPER_IMP:
    case VT_CHOICE_LOWER_IMP:
    case VT_CHOICE_UPPER_IMP_AGG:
    case VT_CHOICE_DEPENDENTS:
    case VT_CHOICE_WEIGHTS:
    case VT_CHOICE_GOALS:
    case VT_CHOICE_STORAGE:
    case VT_CHOICE_CONFIDENCE:
    case VT_CHOICE_TENSORS: break;
  }
  return s->number + t->place;
}

// An operand of NaN: the factor is not applied. What is infinite, no limit, stays so unless set.
static void apply_touches(vt_choice_state *s, const double *values) {
  const vt_choice_data *k = s->data;
  ptrdiff_t next = k->study->design.inputs; // values of single cells
  for (ptrdiff_t t = 0; t < k->touches; t++) {
    const vt_choice_touch *touch = &k->touch[t];
    const double operand = touch->each        ? values[next++]
                           : touch->input < 0 ? touch->constant
                                              : values[touch->input];
    double *number = place_of(s, touch);
    if (isnan(operand) || (touch->operation != VT_SET && isinf(*number))) continue;
    *number = change(touch, operand, *number);
    if (s->chances) vt_choice_touch_chances(s, touch, operand);
  }
}

static void copy_back(double *to, const double *from, ptrdiff_t count) {
  if (to != from) memcpy(to, from, (size_t)count * sizeof *to);
}

static void start_from_reference(vt_choice_state *s, int64_t scenario) {
  const vt_choice_data *k = s->data;
  copy_back(s->number, k->number, k->numbers);
  if (s->chances) vt_choice_start_chances(s);
  if (s->sample) {
    if (scenario >= 0)
      vt_variation_draw(k->variation, k->study->design.seed, scenario, s->sample);
    else
      vt_variation_reference(k->variation, s->sample);
    return;
  }
  copy_back(s->technosphere, k->system->technosphere.value, k->system->technosphere.entries);
  copy_back(s->biosphere, k->system->biosphere.value, k->system->biosphere.entries);
  copy_back(s->weight, k->weight, (ptrdiff_t)k->categories * k->flows);
}

// -------------------------------------------------------------------------------------------------
// Basis columns and what rows make of them.

static const vt_choice_square *square_of(const vt_choice_data *k) {
  return k->by_level ? &k->level : &k->own;
}

static vt_error solve_basis(vt_choice_state *s, bool *solved) {
  const vt_choice_square *square = square_of(s->data);
  *solved = true;
  s->basis = s->varied ? s->own_basis : s->reference;
  if (!s->varied) return VT_OK;
  for (ptrdiff_t e = 0; e < square->matrix.entries; e++)
    s->level_value[e] = square->from[e] < 0 ? 1.0 : s->technosphere[square->from[e]];
  const vt_varied_sample sample = {.technosphere = s->level_value};
  const vt_varied_results results = {.supply = s->own_basis};
  VT_TRY(vt_varied_solve(s->varied, &sample, &results, solved));
  if (*solved) VT_TRY(vt_choice_own_regular(s->data, s->technosphere, s->basis, solved));
  return VT_OK;
}

static double dot(int count, const double *a, const double *b) {
  double sum = 0;
  for (int i = 0; i < count; i++) sum += a[i] * b[i];
  return sum;
}

static void weigh_processes(vt_choice_state *s) {
  const vt_choice_data *k = s->data;
  vt_sparse biosphere = k->system->biosphere;
  biosphere.value = s->chances ? s->chances->mean_biosphere : s->biosphere;
  const double *weight = s->chances ? s->chances->mean_weight : s->weight;
  for (int c = 0; c < k->categories; c++)
    vt_burdens(&biosphere, weight + (ptrdiff_t)c * k->flows,
               s->burden + (ptrdiff_t)c * k->processes);
}

static void sum_impacts(vt_choice_state *s) {
  const vt_choice_data *k = s->data;
  for (int c = 0; c < k->categories; c++)
    for (int b = 0; b < k->columns; b++)
      s->impact[c * k->columns + b] = dot(k->processes, s->burden + (ptrdiff_t)c * k->processes,
                                          s->basis + (ptrdiff_t)b * k->processes);
}

static void sum_flows(vt_choice_state *s) {
  const vt_choice_data *k = s->data;
  const vt_choice_program *p = s->program;
  for (int f = 0; f < p->flows; f++) {
    double *sum = s->flow + (ptrdiff_t)f * k->columns;
    memset(sum, 0, (size_t)k->columns * sizeof *sum);
    for (ptrdiff_t i = p->flow_start[f]; i < p->flow_start[f + 1]; i++)
      for (int b = 0; b < k->columns; b++)
        sum[b] += s->biosphere[p->exchange[i].entry] *
                  s->basis[(ptrdiff_t)b * k->processes + p->exchange[i].process];
  }
}

// Rows of choices; in sums that cancel what is left may be rounding.
static void merge_rows(vt_choice_state *s) {
  const vt_choice_data *k = s->data;
  const vt_sparse *a = &k->system->technosphere;
  for (int b = 0; b < k->columns; b++) {
    const double *level = s->basis + (ptrdiff_t)b * k->processes;
    for (int c = 0; c < k->choices; c++) s->merged[c * k->columns + b] = 0;
    for (int j = 0; j < k->processes; j++)
      for (ptrdiff_t e = a->column_start[j]; level[j] != 0 && e < a->column_start[j + 1]; e++) {
        const int c = k->choice_of[a->row[e]];
        if (c >= 0) s->merged[c * k->columns + b] += s->technosphere[e] * level[j];
      }
    const int unit = k->column[b].unit;
    if (unit >= k->products) s->merged[(unit - k->products) * k->columns + b] = -1;
  }
  if (k->by_level) return;
  // Then they are what is asked for in the rows of alternatives.
  for (int b = 0; b < k->columns; b++)
    for (int c = 0; c < k->choices; c++) {
      const bool own = b < k->alternatives && k->alternative[b].choice == c;
      const bool unit = k->column[b].unit == k->products + c;
      s->merged[c * k->columns + b] = own ? 1 : unit ? -1 : 0;
    }
}

static void sum_dependents(vt_choice_state *s) {
  const vt_choice_data *k = s->data;
  const vt_choice_list *l = &k->list[VT_CHOICE_DEPENDENTS];
  memset(s->dependent, 0, (size_t)k->dependents * (size_t)k->columns * sizeof *s->dependent);
  for (int i = 0; i < l->count; i++) {
    const int process = l->entry[i].key[1];
    const double weight = vt_choice_value(s, VT_CHOICE_DEPENDENTS, i, 0);
    for (int b = 0; process >= 0 && b < k->columns; b++)
      s->dependent[l->entry[i].key[0] * k->columns + b] +=
          weight * s->basis[(ptrdiff_t)b * k->processes + process];
  }
}

vt_error vt_choice_apply(vt_choice_state *s, const double *values, int64_t scenario, bool *solved) {
  const vt_choice_data *k = s->data;
  const bool matrices = s->sample || s->varied || k->touched[VT_CHOICE_BIOSPHERE] ||
                        k->touched[VT_CHOICE_CHARACTERIZATION];
  start_from_reference(s, scenario);
  apply_touches(s, values);
  VT_TRY(solve_basis(s, solved));
  if (!*solved) return VT_OK;
  if (matrices || !s->burdened) {
    weigh_processes(s);
    sum_impacts(s);
    sum_flows(s);
    merge_rows(s);
    s->burdened = true;
  }
  sum_dependents(s);
  if (s->chances) {
    vt_choice_form_chances(s);
    *solved = !s->chances->refused;
  }
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// The programme.

static double goal_value(const vt_choice_state *s, int goal) {
  return vt_choice_value(s, VT_CHOICE_GOALS, goal, 0);
}

// What the objective weighs a unit of a basis column.
static double weighed(const vt_choice_state *s, int b) {
  const vt_choice_list *l = &s->data->list[VT_CHOICE_WEIGHTS];
  double sum = 0;
  for (int i = 0; i < l->count; i++)
    sum += vt_choice_value(s, VT_CHOICE_WEIGHTS, i, 0) *
           s->impact[l->entry[i].key[0] * s->data->columns + b];
  return sum;
}

static double cell_value(const vt_choice_state *s, const vt_choice_cell *c, int step) {
  const vt_choice_data *k = s->data;
  const ptrdiff_t n = k->processes;
  switch (c->from) {
    case VT_FROM_CONSTANT: return c->value;
    case VT_FROM_MERGED: return s->merged[c->a * k->columns + c->b];
    case VT_FROM_PROCESS: return s->basis[c->b * n + c->a];
    case VT_FROM_MINUS: return -s->basis[c->b * n + c->a];
    case VT_FROM_FLOW: return s->flow[(ptrdiff_t)c->a * k->columns + c->b];
    case VT_FROM_IMPACT: return s->impact[c->a * k->columns + c->b];
    case VT_FROM_DEPENDENT: return s->dependent[c->a * k->columns + c->b];
    case VT_FROM_STORAGE:
      return c->value + (c->a < 0 ? 0 : vt_choice_value(s, VT_CHOICE_STORAGE, c->a, 0));
    case VT_FROM_GOAL:
      return s->impact[k->list[VT_CHOICE_GOALS].entry[c->a].key[0] * k->columns + c->b] /
             goal_value(s, c->a);
    case VT_FROM_AIM:
      return c->a == VT_AIM_OBJECTIVE ? weighed(s, c->b) : s->impact[c->a * k->columns + c->b];
    case VT_FROM_TANGENT:
      return c->a < s->chances->cuts ? -s->chances->cut[(ptrdiff_t)c->a * k->columns + c->b] : 0;
    case VT_FROM_ENTERED: {
      const vt_choice_entered *e = &s->entered[c->a];
      return c->a < s->entered_count && e->step == step ? s->basis[c->b * n + e->process] : 0;
    }
  }
  return 0;
}

void vt_choice_level_bounds(const vt_choice_state *s, int process, int step, double *lower,
                            double *upper) {
  const vt_choice_data *k = s->data;
  const int a = k->alternative_of[process], u = k->upper_of[process], l = k->lower_of[process];
  *upper = u < 0 ? INFINITY : vt_choice_value(s, VT_CHOICE_UPPER, u, step);
  *lower = l < 0 ? -INFINITY : vt_choice_value(s, VT_CHOICE_LOWER, l, step);
  for (int i = 0; k->chance && i < k->chance->bounds; i++) {
    const vt_choice_bound *bound = &k->chance->bound[i];
    if (bound->process != process) continue;
    if (bound->upper && s->chances->bound[i] < *upper) *upper = s->chances->bound[i];
    if (!bound->upper && s->chances->bound[i] > *lower) *lower = s->chances->bound[i];
  }
  if (a < 0) return;
  const double capacity = vt_choice_value(s, VT_CHOICE_CAPACITY, a, step);
  if (capacity < *upper || isnan(capacity)) *upper = capacity;
  if (*lower == -INFINITY && !k->alternative[a].free) *lower = 0;
}

// Slack is free at steps where something is supplied.
static bool has_slack(const vt_choice_state *s, int merged, int step) {
  const vt_choice_data *k = s->data;
  for (int i = 0; i < k->supplies; i++)
    if (k->supply[i].merged == merged && !isnan(vt_choice_value(s, VT_CHOICE_SUPPLY, i, step)))
      return true;
  return merged < k->products && k->store_of[merged] >= 0;
}

static double demand_of(const vt_choice_state *s, int merged, int step) {
  const int entry = vt_choice_find_entry(s->data, VT_CHOICE_DEMAND, merged, 0);
  return entry < 0 ? 0 : vt_choice_value(s, VT_CHOICE_DEMAND, entry, step);
}

static void bound_basis(vt_choice_state *s, int b, int step, double *lower, double *upper) {
  const vt_choice_data *k = s->data;
  if (b < k->alternatives) {
    *lower = -INFINITY;
    *upper = INFINITY;
    if (k->by_level) vt_choice_level_bounds(s, k->alternative[b].process, step, lower, upper);
  } else if (b < k->alternatives + k->units) {
    const bool slack = has_slack(s, k->column[b].unit, step);
    *lower = slack ? -INFINITY : 0;
    *upper = slack ? INFINITY : 0;
  } else {
    const int entry = k->demand_entry[b - k->alternatives - k->units];
    *lower = *upper = entry < 0 ? 1 : vt_choice_value(s, VT_CHOICE_DEMAND, entry, step);
  }
}

static void fill_column(vt_choice_state *s, int column) {
  const vt_choice_column_of *c = &s->program->column[column];
  const vt_choice_data *k = s->data;
  double *lower = &s->column_lower[column], *upper = &s->column_upper[column];
  *lower = 0;
  *upper = INFINITY;
  s->cost[column] = 0;
  switch (c->kind) {
    case VT_COLUMN_BASIS:
      bound_basis(s, c->index, c->step, lower, upper);
      s->cost[column] = weighed(s, c->index);
      break;
    case VT_COLUMN_LEVEL:
      vt_choice_level_bounds(s, k->alternative[c->index].process, c->step, lower, upper);
      break;
    case VT_COLUMN_DEVIATION: s->cost[column] = s->chances->kappa; break;
    case VT_COLUMN_GOAL: s->cost[column] = 1.0 / k->list[VT_CHOICE_GOALS].count; break;
    case VT_COLUMN_SIZE:
    case VT_COLUMN_SURPLUS: break;
  }
}

static void bound_between(const vt_choice_state *s, vt_choice_tensor least, vt_choice_tensor most,
                          int key, int step, double *lower, double *upper) {
  const int l = vt_choice_find_entry(s->data, least, key, 0);
  const int u = vt_choice_find_entry(s->data, most, key, 0);
  *lower = l < 0 ? -INFINITY : vt_choice_value(s, least, l, step);
  *upper = u < 0 ? INFINITY : vt_choice_value(s, most, u, step);
}

static void bound_dependent(const vt_choice_state *s, int d, double *lower, double *upper) {
  const int min = vt_choice_find_entry(s->data, VT_CHOICE_DEPENDENTS, d, VT_TERM_MIN);
  const int max = vt_choice_find_entry(s->data, VT_CHOICE_DEPENDENTS, d, VT_TERM_MAX);
  *lower = min < 0 ? -INFINITY : vt_choice_value(s, VT_CHOICE_DEPENDENTS, min, 0);
  *upper = max < 0 ? INFINITY : vt_choice_value(s, VT_CHOICE_DEPENDENTS, max, 0);
}

static void fill_row(vt_choice_state *s, int row) {
  const vt_choice_program *p = s->program;
  const vt_choice_data *k = s->data;
  const vt_choice_row *r = &p->row[row];
  double *lower = &s->row_lower[row], *upper = &s->row_upper[row];
  *lower = -INFINITY;
  *upper = INFINITY;
  switch (r->kind) {
    case VT_ROW_CHOICE: *lower = *upper = demand_of(s, k->products + r->index, r->step); break;
    case VT_ROW_LEVEL: *lower = *upper = 0; break;
    case VT_ROW_SUPPLY: {
      const double supply = vt_choice_value(s, VT_CHOICE_SUPPLY, r->index, r->step);
      if (!isnan(supply)) *lower = *upper = supply;
      break;
    }
    case VT_ROW_SIZE_UP:
    case VT_ROW_SIZE_DOWN: *lower = 0; break;
    case VT_ROW_PROCESS:
      vt_choice_level_bounds(s, p->process[r->index], r->step, lower, upper);
      break;
    case VT_ROW_FLOW:
      bound_between(s, VT_CHOICE_LOWER_ELEM, VT_CHOICE_UPPER_ELEM, p->flow[r->index], r->step,
                    lower, upper);
      break;
    case VT_ROW_IMPACT:
      bound_between(s, VT_CHOICE_LOWER_IMP, VT_CHOICE_UPPER_IMP, p->impact[r->index], r->step,
                    lower, upper);
      break;
    case VT_ROW_DEPENDENT: bound_dependent(s, r->index, lower, upper); break;
    case VT_ROW_STORE:
      if (k->stored[r->index] < k->products) *lower = *upper = 0;
      break;
    case VT_ROW_AGGREGATE: {
      const int e = vt_choice_find_entry(k, VT_CHOICE_UPPER_IMP_AGG, p->aggregate[r->index], 0);
      *upper = vt_choice_value(s, VT_CHOICE_UPPER_IMP_AGG, e, 0);
      break;
    }
    case VT_ROW_GOAL: *upper = 1; break;
    case VT_ROW_TANGENT:
      if (r->index < s->chances->cuts) *lower = 0;
      break;
    case VT_ROW_AIM: break;
    case VT_ROW_ENTERED:
      if (r->index < s->entered_count)
        vt_choice_level_bounds(s, s->entered[r->index].process, s->entered[r->index].step, lower,
                               upper);
      break;
  }
}

void vt_choice_fill(vt_choice_state *s, vt_numbers *numbers) {
  const vt_program *lp = &s->program->lp;
  for (int c = 0; c < lp->columns; c++) {
    const int step = s->program->column[c].step;
    fill_column(s, c);
    for (ptrdiff_t e = lp->column_start[c]; e < lp->column_start[c + 1]; e++)
      s->value[e] = cell_value(s, &s->program->cell[e], step);
  }
  for (int r = 0; r < lp->rows; r++) fill_row(s, r);
  *numbers = (vt_numbers){.value = s->value,
                          .cost = s->cost,
                          .row_lower = s->row_lower,
                          .row_upper = s->row_upper,
                          .column_lower = s->column_lower,
                          .column_upper = s->column_upper};
}

// -------------------------------------------------------------------------------------------------
// Making it.

static vt_error own_copy(vt_choice_state *s, double *from, ptrdiff_t count, bool own,
                         double **copy) {
  *copy = from;
  if (!own) return VT_OK;
  VT_ARENA_NEW(s->arena, *copy, count);
  copy_back(*copy, from, count);
  return VT_OK;
}

static vt_error make_matrices(vt_choice_state *s) {
  const vt_choice_data *k = s->data;
  const vt_system *system = k->system;
  const ptrdiff_t weights = (ptrdiff_t)k->categories * k->flows;
  if (k->variation) {
    VT_TRY(vt_sample_create(k->variation, &s->sample));
    s->technosphere = s->sample->snapshot[0].technosphere;
    s->biosphere = s->sample->snapshot[0].biosphere;
    s->weight = s->sample->snapshot[0].factor;
    return VT_OK;
  }
  VT_TRY(own_copy(s, system->technosphere.value, system->technosphere.entries,
                  k->touched[VT_CHOICE_TECHNOSPHERE], &s->technosphere));
  VT_TRY(own_copy(s, system->biosphere.value, system->biosphere.entries,
                  k->touched[VT_CHOICE_BIOSPHERE], &s->biosphere));
  return own_copy(s, k->weight, weights, k->touched[VT_CHOICE_CHARACTERIZATION], &s->weight);
}

static vt_error make_programme(vt_choice_state *s) {
  const vt_program *lp = &s->program->lp;
  VT_ARENA_NEW(s->arena, s->value, lp->entries);
  VT_ARENA_NEW(s->arena, s->cost, lp->columns);
  VT_ARENA_NEW(s->arena, s->row_lower, lp->rows);
  VT_ARENA_NEW(s->arena, s->row_upper, lp->rows);
  VT_ARENA_NEW(s->arena, s->column_lower, lp->columns);
  VT_ARENA_NEW(s->arena, s->column_upper, lp->columns);
  VT_ARENA_NEW(s->arena, s->entered, s->program->slots);
  return VT_OK;
}

static vt_error fill_state(vt_choice_state *s, const vt_varied *varied) {
  const vt_choice_data *k = s->data;
  const ptrdiff_t columns = k->columns, n = k->processes;
  VT_TRY(vt_arena_create(&s->arena));
  VT_ARENA_NEW(s->arena, s->number, k->numbers);
  VT_TRY(make_matrices(s));
  VT_ARENA_NEW(s->arena, s->burden, k->categories * n);
  VT_ARENA_NEW(s->arena, s->impact, k->categories * columns);
  VT_ARENA_NEW(s->arena, s->flow, s->program->flows * columns);
  VT_ARENA_NEW(s->arena, s->merged, k->choices * columns);
  VT_ARENA_NEW(s->arena, s->dependent, k->dependents * columns);
  VT_TRY(make_programme(s));
  if (k->chance) VT_TRY(vt_choice_chances_create(s->arena, k, &s->chances));
  if (!varied) return VT_OK;
  VT_ARENA_NEW(s->arena, s->own_basis, columns * n);
  VT_ARENA_NEW(s->arena, s->level_value, square_of(k)->matrix.entries);
  return vt_varied_worker_create(varied, &s->varied);
}

static void take_rows(vt_choice_state *s, const vt_choice_state *like) {
  const vt_choice_data *k = s->data;
  const ptrdiff_t columns = k->columns;
  copy_back(s->burden, like->burden, (ptrdiff_t)k->categories * k->processes);
  copy_back(s->impact, like->impact, k->categories * columns);
  copy_back(s->flow, like->flow, s->program->flows * columns);
  copy_back(s->merged, like->merged, k->choices * columns);
  s->burdened = true;
}

vt_error vt_choice_state_create(const vt_choice_data *data, const vt_choice_program *program,
                                const double *reference, const vt_varied *varied,
                                const vt_choice_state *like, vt_choice_state **state) {
  vt_choice_state *s;
  *state = NULL;
  VT_NEW(s, 1);
  s->data = data;
  s->program = program;
  s->reference = reference;
  const vt_error filled = fill_state(s, varied);
  if (filled != VT_OK) vt_choice_state_free(s);
  VT_TRY(filled);
  if (like) take_rows(s, like);
  *state = s;
  return VT_OK;
}

void vt_choice_state_free(vt_choice_state *s) {
  if (!s) return;
  vt_varied_worker_free(s->varied);
  vt_sample_free(s->sample);
  vt_arena_free(s->arena);
  free(s);
}
