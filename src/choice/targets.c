// targets.c - what overrides and factors change: numbers of the study and entries of the matrices,
// found by their labels.
#include "model.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_AXES = 3 };

/// A tensor that may be reached, without its steps.
typedef struct choice_target {
  const char *name;
  int axes;
  vt_choice_axis_id axis[2];
  bool created; ///< `set` makes entries that are named exactly
} choice_target;

static const choice_target kinds[VT_CHOICE_TENSORS] = {
    [VT_CHOICE_DEMAND] = {"demand", 1, {VT_CHOICE_MERGED}, true},
    [VT_CHOICE_SUPPLY] = {"supply", 1, {VT_CHOICE_PROCESS}, false},
    [VT_CHOICE_CAPACITY] = {"capacity", 2, {VT_CHOICE_LABEL, VT_CHOICE_PROCESS}, true},
    [VT_CHOICE_UPPER] = {"upper_limit", 1, {VT_CHOICE_PROCESS}, true},
    [VT_CHOICE_LOWER] = {"lower_limit", 1, {VT_CHOICE_PROCESS}, true},
    [VT_CHOICE_UPPER_ELEM] = {"upper_elem_limit", 1, {VT_CHOICE_FLOW}, true},
    [VT_CHOICE_LOWER_ELEM] = {"lower_elem_limit", 1, {VT_CHOICE_FLOW}, true},
    [VT_CHOICE_UPPER_IMP] = {"upper_imp_limit", 1, {VT_CHOICE_CATEGORY}, true},
    [VT_CHOICE_LOWER_IMP] = {"lower_imp_limit", 1, {VT_CHOICE_CATEGORY}, true},
    [VT_CHOICE_UPPER_IMP_AGG] = {"upper_imp_agg_limit", 1, {VT_CHOICE_CATEGORY}, true},
    [VT_CHOICE_DEPENDENTS] = {"dependent_constraints",
                              2,
                              {VT_CHOICE_DEPENDENT, VT_CHOICE_TERM},
                              false},
    [VT_CHOICE_WEIGHTS] = {"weights", 1, {VT_CHOICE_CATEGORY}, false},
    [VT_CHOICE_GOALS] = {"goals", 1, {VT_CHOICE_CATEGORY}, false},
    [VT_CHOICE_STORAGE] = {"storage", 2, {VT_CHOICE_MERGED, VT_CHOICE_MERGED}, false},
    [VT_CHOICE_CONFIDENCE] = {"confidence", 0, {0}, false},
    [VT_CHOICE_TECHNOSPHERE] = {"technosphere", 2, {VT_CHOICE_PRODUCT, VT_CHOICE_PROCESS}, false},
    [VT_CHOICE_BIOSPHERE] = {"biosphere", 2, {VT_CHOICE_FLOW, VT_CHOICE_PROCESS}, false},
    [VT_CHOICE_CHARACTERIZATION] = {"characterization",
                                    2,
                                    {VT_CHOICE_CATEGORY, VT_CHOICE_FLOW},
                                    false},
};

const char *vt_choice_tensor_name(vt_choice_tensor tensor) {
  return kinds[tensor].name;
}

/// The looking up of one override or factor.
typedef struct search_target {
  vt_choice_data *k;
  const vt_factor *factor;
  int number; ///< of a factor; -1: an override
  int input;
  vt_choice_tensor tensor;
  int axes; ///< with steps
  vt_choice_axis_id axis[MOST_AXES];
  bool *match[MOST_AXES]; ///< places that it picks
  bool *exact[MOST_AXES]; ///< and names exactly, or by a range
} search_target;

static int size_of(const vt_choice_data *k, vt_choice_axis_id axis) {
  switch (axis) {
    case VT_CHOICE_MERGED: return k->merged;
    case VT_CHOICE_TERM: return k->processes + 2;
    case VT_CHOICE_STEP: return k->steps;
    case VT_CHOICE_PROCESS:
    case VT_CHOICE_PRODUCT:
    case VT_CHOICE_FLOW:
    case VT_CHOICE_CATEGORY:
    case VT_CHOICE_LABEL:
    case VT_CHOICE_DEPENDENT:
    case VT_CHOICE_AXES: break;
  }
  return k->axis[axis].count;
}

static const char *label_of(const vt_choice_data *k, vt_choice_axis_id axis, int place,
                            char text[16]) {
  switch (axis) {
    case VT_CHOICE_MERGED: return vt_choice_merged_label(k, place);
    case VT_CHOICE_TERM:
      if (place >= k->processes) return place == k->processes ? "min" : "max";
      return k->axis[VT_CHOICE_PROCESS].label[place];
    case VT_CHOICE_STEP: (void)snprintf(text, 16, "%d", place + 1); return text;
    case VT_CHOICE_PROCESS:
    case VT_CHOICE_PRODUCT:
    case VT_CHOICE_FLOW:
    case VT_CHOICE_CATEGORY:
    case VT_CHOICE_LABEL:
    case VT_CHOICE_DEPENDENT:
    case VT_CHOICE_AXES: break;
  }
  return k->axis[axis].label[place];
}

// -------------------------------------------------------------------------------------------------
// Axes.

static int look(const vt_choice_data *k, vt_choice_axis_id axis, const char *text) {
  int merged;
  switch (axis) {
    case VT_CHOICE_MERGED:
      return vt_choice_find_merged(k, text, 0, "a target of", &merged) == VT_OK ? merged
                                                                                : VT_NOBODY;
    case VT_CHOICE_TERM:
      if (strcmp(text, "min") == 0) return k->processes;
      if (strcmp(text, "max") == 0) return k->processes + 1;
      return vt_choice_look(k, VT_CHOICE_PROCESS, text);
    case VT_CHOICE_STEP: {
      char *end;
      const long step = strtol(text, &end, 10);
      return *end == '\0' && step >= 1 && step <= k->steps ? (int)step - 1 : VT_NOBODY;
    }
    case VT_CHOICE_PROCESS:
    case VT_CHOICE_PRODUCT:
    case VT_CHOICE_FLOW:
    case VT_CHOICE_CATEGORY:
    case VT_CHOICE_LABEL:
    case VT_CHOICE_DEPENDENT:
    case VT_CHOICE_AXES: break;
  }
  return vt_choice_look(k, axis, text);
}

static bool glob_meets(const vt_choice_data *k, vt_choice_axis_id axis, int place,
                       const char *glob) {
  char text[16];
  if (axis == VT_CHOICE_MERGED)
    return place < k->products ? vt_choice_glob(k, VT_CHOICE_PRODUCT, place, glob)
                               : vt_choice_glob(k, VT_CHOICE_LABEL, place - k->products, glob);
  if (axis == VT_CHOICE_TERM && place < k->processes)
    return vt_choice_glob(k, VT_CHOICE_PROCESS, place, glob);
  if (axis == VT_CHOICE_TERM || axis == VT_CHOICE_STEP)
    return vt_glob_matches(glob, label_of(k, axis, place, text));
  return vt_choice_glob(k, axis, place, glob);
}

static bool mark(search_target *s, int a, const vt_pattern *p) {
  const vt_choice_axis_id axis = s->axis[a];
  const int size = size_of(s->k, axis);
  bool any = false;
  const bool range = p->kind == VT_PATTERN_RANGE && axis == VT_CHOICE_STEP;
  if (p->kind == VT_PATTERN_LABEL || (p->kind == VT_PATTERN_RANGE && !range)) {
    const int place = look(s->k, axis, p->text);
    if (place < 0) return false;
    s->match[a][place] = s->exact[a][place] = true;
    return true;
  }
  for (int i = 0; i < size; i++) {
    const bool met = range ? i + 1 >= p->first && i + 1 <= p->last
                           : p->kind == VT_PATTERN_ANY || glob_meets(s->k, axis, i, p->text);
    s->match[a][i] = s->match[a][i] || met;
    s->exact[a][i] = s->exact[a][i] || (met && range);
    any = any || met;
  }
  return any;
}

static vt_error match_axis(search_target *s, int a) {
  const vt_axis_selector *selector = &s->factor->target.axis[a];
  const vt_choice_axis_id axis = s->axis[a];
  const int size = size_of(s->k, axis);
  VT_NEW(s->match[a], size);
  VT_NEW(s->exact[a], size);
  for (int p = 0; p < selector->count; p++) {
    const vt_pattern *pattern = &selector->pattern[p];
    int merged;
    if (mark(s, a, pattern)) continue;
    if (axis == VT_CHOICE_MERGED && pattern->kind == VT_PATTERN_LABEL)
      VT_TRY(vt_choice_find_merged(s->k, pattern->text, s->factor->line, "a target on", &merged));
    vt_nearest nearest = {.name = pattern->text};
    char text[16];
    for (int i = 0; axis != VT_CHOICE_STEP && i < size; i++)
      vt_nearest_try(&nearest, label_of(s->k, axis, i, text));
    VT_FAIL(VT_ERR_INPUT,
            "%s:%d: target '%s': axis %d (%s): found '%s', expected a label of that axis%s",
            s->k->study->path, s->factor->line, s->factor->target.text, a + 1,
            s->k->axis[axis].what, pattern->text, vt_nearest_hint(&nearest));
  }
  return VT_OK;
}

static vt_error refuse_tensor(const search_target *s) {
  vt_nearest nearest = {.name = s->factor->target.tensor};
  for (int i = 0; i < VT_CHOICE_TENSORS; i++) vt_nearest_try(&nearest, kinds[i].name);
  VT_FAIL(VT_ERR_INPUT,
          "%s:%d: target '%s': unknown tensor '%s', expected one of technosphere, biosphere, "
          "characterization, demand, supply, capacity, limits, dependent_constraints, weights, "
          "goals, storage%s",
          s->k->study->path, s->factor->line, s->factor->target.text, s->factor->target.tensor,
          vt_nearest_hint(&nearest));
}

static vt_error check_axes(const search_target *s) {
  const vt_choice_data *k = s->k;
  const vt_selector *target = &s->factor->target;
  vt_text expected = {0};
  if (target->axes == s->axes) return VT_OK;
  vt_error told = vt_text_add(&expected, "%s", kinds[s->tensor].name);
  for (int a = 0; a < s->axes && told == VT_OK; a++)
    told = vt_text_add(&expected, "%s%s%s", a == 0 ? "[" : ", ", k->axis[s->axis[a]].what,
                       a + 1 == s->axes ? "]" : "");
  if (told == VT_OK)
    told = vt_error_raise(VT_ERR_INPUT, __FILE__, __LINE__, __func__,
                          "%s:%d: target '%s': found %d axes, expected %d: %s", k->study->path,
                          s->factor->line, target->text, target->axes, s->axes, expected.bytes);
  vt_text_free(&expected);
  return told;
}

static vt_error look_up(search_target *s) {
  const vt_selector *target = &s->factor->target;
  int tensor = 0;
  while (tensor < VT_CHOICE_TENSORS && strcmp(kinds[tensor].name, target->tensor) != 0) tensor++;
  if (tensor == VT_CHOICE_TENSORS) return refuse_tensor(s);
  s->tensor = (vt_choice_tensor)tensor;
  VT_CHECK(s->factor->operation != VT_CHOOSE, VT_ERR_INPUT,
           "%s:%d: found choose on tensor '%s', expected set, add or multiply", s->k->study->path,
           s->factor->line, target->tensor);
  const choice_target *kind = &kinds[tensor];
  s->axes = kind->axes;
  for (int a = 0; a < kind->axes; a++) s->axis[a] = kind->axis[a];
  if (s->k->study->model.choice.steps_line > 0 && vt_choice_has_steps(s->tensor))
    s->axis[s->axes++] = VT_CHOICE_STEP;
  VT_TRY(check_axes(s));
  for (int a = 0; a < s->axes; a++) VT_TRY(match_axis(s, a));
  return VT_OK;
}

static void search_free(search_target *s) {
  for (int a = 0; a < MOST_AXES; a++) {
    free(s->match[a]);
    free(s->exact[a]);
  }
}

// -------------------------------------------------------------------------------------------------
// All of a study.

static vt_error visit(vt_choice_data *k, vt_error (*take)(search_target *)) {
  int overrides, fixed;
  const vt_factor *override = vt_study_overrides(k->study, &overrides, &fixed);
  const int inputs = k->study->parameters + k->study->factors;
  for (int i = 0; i < overrides + k->study->factors; i++) {
    const bool fixes = i < overrides;
    const int f = i - overrides;
    search_target s = {.k = k,
                       .factor = fixes ? &override[i] : &k->study->factor[f],
                       .number = fixes ? -1 : f,
                       .input = fixes ? (i < fixed ? -1 : inputs + i - fixed)
                                      : k->study->parameters + f};
    vt_error done = look_up(&s);
    if (done == VT_OK) done = take(&s);
    search_free(&s);
    VT_TRY(done);
  }
  return VT_OK;
}

static vt_error create_entries(search_target *s) {
  int entry;
  const bool creates =
      s->factor->operation == VT_SET && kinds[s->tensor].created && s->tensor != VT_CHOICE_CAPACITY;
  for (int i = 0; creates && i < size_of(s->k, s->axis[0]); i++) {
    if (!s->exact[0][i] || vt_choice_find_entry(s->k, s->tensor, i, 0) >= 0) continue;
    VT_TRY(vt_choice_add_entry(s->k, s->tensor, i, 0, s->factor->line, false,
                               vt_choice_nothing(s->tensor), &entry));
  }
  return VT_OK;
}

vt_error vt_choice_create_targets(vt_choice_data *k) {
  return visit(k, create_entries);
}

// -------------------------------------------------------------------------------------------------
// Touches.

// The draw of a cell depends on the names of factor and cell alone.
static vt_error stream_of(const search_target *s, const int *place, uint64_t *stream) {
  vt_text text = {0};
  char number[16];
  vt_error added = vt_text_add(&text, "%s", s->factor->name);
  for (int a = 0; a < s->axes && added == VT_OK; a++)
    added = vt_text_add(&text, "%c%s", '\0', label_of(s->k, s->axis[a], place[a], number));
  *stream = vt_hash64(text.bytes, text.length);
  vt_text_free(&text);
  return added;
}

static vt_error touch(search_target *s, ptrdiff_t at, const int *place) {
  vt_choice_data *k = s->k;
  VT_TRY(vt_grow(&k->touch, &k->touch_room, k->touches + 1, sizeof *k->touch));
  vt_choice_touch *t = &k->touch[k->touches++];
  *t = (vt_choice_touch){.tensor = s->tensor,
                         .place = at,
                         .operation = s->factor->operation,
                         .factor = s->number,
                         .input = s->input,
                         .constant = s->input < 0 ? s->factor->value.level[0] : 0,
                         .each = s->factor->each};
  k->touched[s->tensor] = true;
  return s->factor->each ? stream_of(s, place, &t->stream) : VT_OK;
}

static int place_of_key(const vt_choice_data *k, vt_choice_axis_id axis, int key) {
  return axis == VT_CHOICE_TERM && key < 0 ? k->processes - 1 - key : key;
}

static bool is_stored(const search_target *s, ptrdiff_t at) {
  const double value = s->k->number[at], nothing = vt_choice_nothing(s->tensor);
  if (s->tensor >= VT_CHOICE_DEPENDENTS) return true;
  return !isnan(value) && (isnan(nothing) || value < nothing || value > nothing);
}

// Whether an entry without any number is made at all steps by a selector of all.
static bool is_empty(const search_target *s, const vt_choice_list *l, int entry) {
  for (int t = 0; t < l->steps; t++)
    if (is_stored(s, l->at + (ptrdiff_t)entry * l->steps + t)) return false;
  return true;
}

// The steps of an entry that is picked. `named`: exactly, by a `set` that creates.
static vt_error touch_steps(search_target *s, int entry, bool named, int *place) {
  const vt_choice_list *l = &s->k->list[s->tensor];
  const int axes = kinds[s->tensor].axes;
  const bool stepped = s->axes > axes, whole = named && is_empty(s, l, entry);
  for (int t = 0; t < l->steps; t++) {
    const ptrdiff_t at = l->at + (ptrdiff_t)entry * l->steps + t;
    const bool created = whole || (named && (!stepped || s->exact[axes][t]));
    if (stepped && !s->match[axes][t]) continue;
    if (!is_stored(s, at) && !created) continue;
    place[axes] = t;
    VT_TRY(touch(s, at, place));
  }
  return VT_OK;
}

// What is stored, or named exactly where `set` creates.
static vt_error touch_list(search_target *s) {
  const vt_choice_list *l = &s->k->list[s->tensor];
  const choice_target *kind = &kinds[s->tensor];
  const bool creates = kind->created && s->factor->operation == VT_SET;
  for (int i = 0; i < l->count; i++) {
    int place[MOST_AXES] = {0};
    bool picked = true, named = creates;
    for (int a = 0; a < kind->axes; a++) {
      place[a] = place_of_key(s->k, kind->axis[a], l->entry[i].key[a]);
      picked = picked && s->match[a][place[a]];
      named = named && s->exact[a][place[a]];
    }
    if (picked) VT_TRY(touch_steps(s, i, named, place));
  }
  return VT_OK;
}

static vt_error touch_exchanges(search_target *s) {
  const vt_system *system = s->k->system;
  const vt_sparse *m =
      s->tensor == VT_CHOICE_BIOSPHERE ? &system->biosphere : &system->technosphere;
  for (int j = 0; j < m->columns; j++) {
    if (!s->match[1][j]) continue;
    for (ptrdiff_t e = m->column_start[j]; e < m->column_start[j + 1]; e++)
      if (s->match[0][m->row[e]]) VT_TRY(touch(s, e, (const int[]){m->row[e], j, 0}));
  }
  return VT_OK;
}

static vt_error touch_factors_of(search_target *s, int category, double *factor, bool *listed) {
  const vt_choice_data *k = s->k;
  VT_TRY(vt_method_node_factors(k->set, k->flows, k->system->flow, k->method[category],
                                VT_NO_COLUMN, factor, listed));
  for (int e = 0; e < k->flows; e++) {
    if (s->match[1][e] && listed[e])
      VT_TRY(touch(s, (ptrdiff_t)category * k->flows + e, (const int[]){category, e, 0}));
  }
  return VT_OK;
}

static vt_error touch_factors(search_target *s) {
  double *factor;
  bool *listed;
  VT_ARENA_NEW(s->k->arena, factor, s->k->flows);
  VT_ARENA_NEW(s->k->arena, listed, s->k->flows);
  for (int c = 0; c < s->k->categories; c++)
    if (s->match[0][c]) VT_TRY(touch_factors_of(s, c, factor, listed));
  return VT_OK;
}

static vt_error find_touches(search_target *s) {
  const ptrdiff_t before = s->k->touches;
  if (s->tensor == VT_CHOICE_CHARACTERIZATION)
    VT_TRY(touch_factors(s));
  else if (s->tensor >= VT_CHOICE_LISTS)
    VT_TRY(touch_exchanges(s));
  else
    VT_TRY(touch_list(s));
  VT_CHECK(s->k->touches > before, VT_ERR_INPUT,
           "%s:%d: target '%s': found no stored entry of '%s' that matches all its axes, expected "
           "at least one",
           s->k->study->path, s->factor->line, s->factor->target.text, kinds[s->tensor].name);
  return VT_OK;
}

vt_error vt_choice_find_targets(vt_choice_data *k) {
  return visit(k, find_touches);
}

vt_error vt_choice_add_cells(const vt_choice_data *k, vt_design *design) {
  for (ptrdiff_t t = 0; t < k->touches; t++)
    if (k->touch[t].each) VT_TRY(vt_design_add_cell(design, k->touch[t].input, k->touch[t].stream));
  return VT_OK;
}
