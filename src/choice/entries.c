// entries.c - the numbers of a study that scenarios may change, entry by entry.
#include "chance.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void put_spans(vt_choice_tensor tensor, const vt_stepped *from, double *to) {
  for (int s = 0; s < from->spans; s++) {
    const vt_step_number *span = &from->span[s];
    const int last = vt_choice_has_steps(tensor) ? span->last : 1;
    for (int t = vt_choice_has_steps(tensor) ? span->first : 1; t <= last; t++)
      to[t - 1] = span->value;
  }
}

// The entry of these keys, empty, as the study gives it: a later one replaces it.
static vt_error take(vt_choice_data *k, vt_choice_tensor tensor, int a, int b,
                     const vt_stepped *from) {
  int entry = vt_choice_find_entry(k, tensor, a, b);
  if (entry < 0)
    VT_TRY(
        vt_choice_add_entry(k, tensor, a, b, from->line, true, vt_choice_nothing(tensor), &entry));
  double *given = vt_choice_given(k, tensor, entry);
  for (int t = 0; t < k->list[tensor].steps; t++) given[t] = vt_choice_nothing(tensor);
  k->list[tensor].entry[entry].line = from->line;
  put_spans(tensor, from, given);
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Demand, supply, capacities.

static vt_error take_demands(vt_choice_data *k) {
  const vt_choice_plan *plan = &k->study->model.choice;
  for (int i = 0; i < plan->demands; i++) {
    const vt_stepped *d = &plan->demand[i];
    int merged;
    VT_TRY(vt_choice_find_merged(k, d->name, d->line, "demand on", &merged));
    VT_CHECK(vt_choice_find_entry(k, VT_CHOICE_DEMAND, merged, 0) < 0, VT_ERR_INPUT,
             "%s:%d: found demand on '%s' a second time", k->study->path, d->line, d->name);
    VT_TRY(take(k, VT_CHOICE_DEMAND, merged, 0, d));
  }
  return VT_OK;
}

static vt_error take_supplies(vt_choice_data *k) {
  const vt_choice_plan *plan = &k->study->model.choice;
  for (int i = 0; i < plan->supplies; i++)
    VT_TRY(take(k, VT_CHOICE_SUPPLY, k->supply[i].process, 0, &plan->supply[i]));
  return VT_OK;
}

// Every alternative has one, be it infinite.
static vt_error take_capacities(vt_choice_data *k) {
  const vt_choice_plan *plan = &k->study->model.choice;
  for (int a = 0; a < k->alternatives; a++) {
    const int c = k->alternative[a].choice;
    const vt_stepped *capacity = &plan->choice[c].alternative[a - k->first[c]].capacity;
    int entry;
    VT_TRY(vt_choice_add_entry(k, VT_CHOICE_CAPACITY, c, k->alternative[a].process, capacity->line,
                               capacity->spans > 0, INFINITY, &entry));
    put_spans(VT_CHOICE_CAPACITY, capacity, vt_choice_given(k, VT_CHOICE_CAPACITY, entry));
  }
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Limits.

static const vt_choice_tensor tensor_of[VT_CHOICE_LIMITS] = {
    [VT_LIMIT_UPPER] = VT_CHOICE_UPPER,
    [VT_LIMIT_LOWER] = VT_CHOICE_LOWER,
    [VT_LIMIT_UPPER_ELEM] = VT_CHOICE_UPPER_ELEM,
    [VT_LIMIT_LOWER_ELEM] = VT_CHOICE_LOWER_ELEM,
    [VT_LIMIT_UPPER_IMP] = VT_CHOICE_UPPER_IMP,
    [VT_LIMIT_LOWER_IMP] = VT_CHOICE_LOWER_IMP,
    [VT_LIMIT_UPPER_IMP_AGG] = VT_CHOICE_UPPER_IMP_AGG};

static vt_choice_axis_id axis_of(vt_choice_limit limit) {
  if (limit <= VT_LIMIT_LOWER) return VT_CHOICE_PROCESS;
  return limit <= VT_LIMIT_LOWER_ELEM ? VT_CHOICE_FLOW : VT_CHOICE_CATEGORY;
}

static bool is_glob(const char *text) {
  return strpbrk(text, "*?") != NULL;
}

// Globs pass over supplies, those of lower limits over alternatives too.
static bool passes_over(const vt_choice_data *k, vt_choice_limit limit, int process) {
  if (limit > VT_LIMIT_LOWER) return false;
  if (k->supply_of[process] >= 0) return true;
  return limit == VT_LIMIT_LOWER && k->alternative_of[process] >= 0;
}

static vt_error take_glob(vt_choice_data *k, vt_choice_limit limit, const vt_stepped *from) {
  const vt_choice_axis_id axis = axis_of(limit);
  bool any = false;
  for (int i = 0; i < k->axis[axis].count; i++) {
    if (!vt_choice_glob(k, axis, i, from->name)) continue;
    any = true;
    if (!passes_over(k, limit, i)) VT_TRY(take(k, tensor_of[limit], i, 0, from));
  }
  VT_CHECK(any, VT_ERR_INPUT, "%s:%d: '%s': found '%s', which names no %s", k->study->path,
           from->line, vt_choice_limit_names[limit], from->name, k->axis[axis].what);
  return VT_OK;
}

static vt_error take_limit(vt_choice_data *k, vt_choice_limit limit, const vt_stepped *from) {
  const vt_choice_axis_id axis = axis_of(limit);
  int place = vt_choice_look(k, axis, from->name);
  if (place == VT_NOBODY && is_glob(from->name)) return take_glob(k, limit, from);
  VT_TRY(vt_choice_find(k, axis, from->name, from->line, &place));
  return take(k, tensor_of[limit], place, 0, from);
}

static vt_error take_limits(vt_choice_data *k) {
  const vt_choice_plan *plan = &k->study->model.choice;
  VT_ARENA_NEW(k->arena, k->upper_of, k->processes);
  VT_ARENA_NEW(k->arena, k->lower_of, k->processes);
  for (int j = 0; j < k->processes; j++) k->upper_of[j] = k->lower_of[j] = -1;
  for (int l = 0; l < VT_CHOICE_LIMITS; l++)
    for (int i = 0; i < plan->limits[l]; i++)
      VT_TRY(take_limit(k, (vt_choice_limit)l, &plan->limit[l][i]));
  return VT_OK;
}

static vt_error take_number(vt_choice_data *k, vt_choice_tensor tensor, int a, int b, int line,
                            double value) {
  int entry;
  return vt_choice_add_entry(k, tensor, a, b, line, true, value, &entry);
}

static vt_error take_dependents(vt_choice_data *k) {
  const vt_choice_plan *plan = &k->study->model.choice;
  for (int d = 0; d < plan->dependents; d++) {
    const vt_dependent_plan *from = &plan->dependent[d];
    for (int i = 0; i < from->terms; i++) {
      const vt_dependent_term *term = &from->term[i];
      int process;
      VT_TRY(vt_choice_find(k, VT_CHOICE_PROCESS, term->process, term->line, &process));
      VT_CHECK(vt_choice_find_entry(k, VT_CHOICE_DEPENDENTS, d, process) < 0, VT_ERR_INPUT,
               "%s:%d: found the process '%s' a second time", k->study->path, term->line,
               term->process);
      VT_TRY(take_number(k, VT_CHOICE_DEPENDENTS, d, process, term->line, term->weight));
    }
    if (isfinite(from->min))
      VT_TRY(take_number(k, VT_CHOICE_DEPENDENTS, d, VT_TERM_MIN, from->line, from->min));
    if (isfinite(from->max))
      VT_TRY(take_number(k, VT_CHOICE_DEPENDENTS, d, VT_TERM_MAX, from->line, from->max));
  }
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// What is minimised, storage.

static int find_category(const vt_choice_data *k, const char *name) {
  return vt_choice_look(k, VT_CHOICE_CATEGORY, name);
}

static vt_error take_objective(vt_choice_data *k) {
  const vt_choice_plan *plan = &k->study->model.choice;
  const vt_aims *aims = &k->study->aims;
  for (int i = 0; i < plan->goals; i++)
    VT_TRY(take_number(k, VT_CHOICE_GOALS, find_category(k, plan->goal[i].category), 0,
                       plan->goal[i].line, plan->goal[i].weight));
  if (plan->goals > 0) return VT_OK;
  for (int i = 0; i < aims->objectives; i++)
    VT_TRY(take_number(k, VT_CHOICE_WEIGHTS, find_category(k, aims->objective[i].category), 0,
                       aims->objective[i].line, aims->objective[i].weight));
  return aims->objectives > 0 ? VT_OK
                              : take_number(k, VT_CHOICE_WEIGHTS, 0, 0, k->study->model.line, 1);
}

static vt_error take_storages(vt_choice_data *k) {
  const vt_choice_plan *plan = &k->study->model.choice;
  for (int i = 0; i < plan->storages; i++) {
    const vt_storage_plan *s = &plan->storage[i];
    int to, from;
    VT_TRY(vt_choice_find_merged(k, s->to, s->line, "storage of", &to));
    VT_TRY(vt_choice_find_merged(k, s->from, s->line, "storage of", &from));
    for (int e = 0; e < k->list[VT_CHOICE_STORAGE].count; e++)
      VT_CHECK(k->list[VT_CHOICE_STORAGE].entry[e].key[1] != from, VT_ERR_INPUT,
               "%s:%d: found '%s' as 'from' of a second storage, expected it of one",
               k->study->path, s->line, s->from);
    VT_TRY(take_number(k, VT_CHOICE_STORAGE, to, from, s->line, s->factor));
  }
  return VT_OK;
}

// The product of the factors round each circle of a cyclic storage: at most 1.
static vt_error check_circles(const vt_choice_data *k) {
  const vt_choice_list *l = &k->list[VT_CHOICE_STORAGE];
  for (int i = 0; k->study->model.choice.cyclic && i < l->count; i++) {
    double product = 1;
    int at = i, steps = 0;
    do {
      product *= l->given[at][0];
      int next = -1;
      for (int e = 0; e < l->count; e++)
        if (l->entry[e].key[1] == l->entry[at].key[0]) next = e;
      at = next;
      steps++;
    } while (at >= 0 && at != i && steps <= l->count);
    VT_CHECK(at != i || product <= 1, VT_ERR_INPUT,
             "%s:%d: found storage in a circle whose factors multiply to %g, expected at most 1",
             k->study->path, l->entry[i].line, product);
  }
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// The whole.

static vt_error check_crossing(const vt_choice_data *k) {
  for (int j = 0; j < k->processes; j++) {
    const int a = k->alternative_of[j];
    for (int t = 0; t < k->steps; t++) {
      double upper =
          k->upper_of[j] < 0 ? INFINITY : k->list[VT_CHOICE_UPPER].given[k->upper_of[j]][t];
      double lower =
          k->lower_of[j] < 0 ? -INFINITY : k->list[VT_CHOICE_LOWER].given[k->lower_of[j]][t];
      if (a >= 0) upper = fmin(upper, k->list[VT_CHOICE_CAPACITY].given[a][t]);
      if (a >= 0 && isinf(lower) && !k->alternative[a].free) lower = 0;
      if (lower <= upper) continue;
      const int line = k->lower_of[j] >= 0   ? k->list[VT_CHOICE_LOWER].entry[k->lower_of[j]].line
                       : k->upper_of[j] >= 0 ? k->list[VT_CHOICE_UPPER].entry[k->upper_of[j]].line
                                             : k->study->model.line;
      VT_FAIL(VT_ERR_INPUT,
              "%s:%d: found limits of the process '%s' that cross: at least %g, at most %g",
              k->study->path, line, k->axis[VT_CHOICE_PROCESS].label[j], lower, upper);
    }
  }
  return VT_OK;
}

static vt_error check_pair(const vt_choice_data *k, vt_choice_tensor lower, vt_choice_tensor upper,
                           vt_choice_axis_id axis) {
  const vt_choice_list *l = &k->list[lower], *u = &k->list[upper];
  for (int i = 0; i < l->count; i++) {
    const int e = vt_choice_find_entry(k, upper, l->entry[i].key[0], 0);
    for (int t = 0; e >= 0 && t < k->steps; t++)
      VT_CHECK(l->given[i][t] <= u->given[e][t], VT_ERR_INPUT,
               "%s:%d: found limits of the %s '%s' that cross: at least %g, at most %g",
               k->study->path, l->entry[i].line, k->axis[axis].what,
               k->axis[axis].label[l->entry[i].key[0]], l->given[i][t], u->given[e][t]);
  }
  return VT_OK;
}

static vt_error lay_numbers_out(vt_choice_data *k) {
  for (int l = 0; l < VT_CHOICE_LISTS; l++) {
    k->list[l].at = k->numbers;
    if (k->list[l].steps == 0)
      k->list[l].steps = vt_choice_has_steps((vt_choice_tensor)l) ? k->steps : 1;
    k->numbers += (ptrdiff_t)k->list[l].count * k->list[l].steps;
  }
  VT_ARENA_NEW(k->arena, k->number, k->numbers);
  for (int l = 0; l < VT_CHOICE_LISTS; l++)
    for (int i = 0; i < k->list[l].count; i++)
      memcpy(k->number + k->list[l].at + (ptrdiff_t)i * k->list[l].steps, k->list[l].given[i],
             (size_t)k->list[l].steps * sizeof(double));
  return VT_OK;
}

vt_error vt_choice_list_entries(vt_choice_data *k) {
  VT_TRY(take_demands(k));
  VT_TRY(take_supplies(k));
  VT_TRY(take_capacities(k));
  VT_TRY(take_limits(k));
  VT_TRY(take_dependents(k));
  VT_TRY(take_objective(k));
  VT_TRY(vt_choice_read_chance(k));
  VT_TRY(take_storages(k));
  VT_TRY(check_circles(k));
  VT_TRY(check_crossing(k));
  VT_TRY(check_pair(k, VT_CHOICE_LOWER_ELEM, VT_CHOICE_UPPER_ELEM, VT_CHOICE_FLOW));
  VT_TRY(check_pair(k, VT_CHOICE_LOWER_IMP, VT_CHOICE_UPPER_IMP, VT_CHOICE_CATEGORY));
  VT_TRY(vt_choice_create_targets(k));
  VT_TRY(lay_numbers_out(k));
  VT_TRY(vt_choice_find_targets(k));
  for (ptrdiff_t i = 0; i < (ptrdiff_t)k->list[VT_CHOICE_DEMAND].count * k->steps; i++)
    if (isnan(k->number[k->list[VT_CHOICE_DEMAND].at + i]))
      k->number[k->list[VT_CHOICE_DEMAND].at + i] = 0;
  return VT_OK;
}
