// summary.c - what a study asks of the statistics, in terms of a layout: groups, thresholds by
// cell, which variable tells what is built.
#include "vintner/kind.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static vt_error name_of(vt_arena *arena, const char **name, const char *before, const char *of,
                        const char *after) {
  vt_text text = {0};
  vt_error made = vt_text_add(&text, "%s%s%s", before, of, after);
  if (made == VT_OK) made = vt_arena_text(arena, text.bytes, text.length, name);
  vt_text_free(&text);
  return made;
}

// ---------------------------------------------------------------------------------------------
// Groups.

static int find_input(const vt_study *study, const char *name) {
  int place = 0;
  while (place < study->design.inputs && strcmp(study->design.input[place].name, name) != 0)
    place++;
  return place;
}

// Levels, each once: a list may have one again.
static ptrdiff_t take_levels(const vt_value *value, double *level) {
  ptrdiff_t taken = 0;
  for (int i = 0; i < value->levels; i++) {
    ptrdiff_t k = 0;
    while (k < taken && (level[k] < value->level[i] || level[k] > value->level[i])) k++;
    if (k == taken) level[taken++] = value->level[i];
  }
  return taken;
}

static vt_error fill_grouping(vt_arena *arena, const vt_design_input *input, int place,
                              vt_grouping *g) {
  const bool named = input->variants > 0;
  double *value;
  VT_ARENA_NEW(arena, value, named ? input->variants : input->value.levels);
  *g = (vt_grouping){.place = place, .value = value};
  VT_TRY(name_of(arena, &g->axis.name, "level_", input->name, ""));
  VT_TRY(name_of(arena, &g->axis.long_name, "what ", input->name, " was"));
  if (!named) {
    g->axis.size = take_levels(&input->value, value);
    g->axis.number = value;
    return VT_OK;
  }
  g->axis.size = input->variants;
  g->axis.label = input->variant;
  for (int i = 0; i < input->variants; i++) value[i] = i;
  return VT_OK;
}

static vt_error add_groups(const vt_study *study, const vt_layout *layout, vt_summary *s) {
  const vt_statistics_plan *plan = &study->statistics;
  vt_text name = {0};
  s->factor_value = vt_layout_find(layout, "factor_value");
  if (plan->groupings == 0) return VT_OK;
  VT_CHECK(s->factor_value >= 0, VT_ERR_BUG, "an ensemble without factor_value");
  VT_ARENA_NEW(s->arena, s->grouping, plan->groupings);
  s->groups = 1;
  vt_error named = vt_text_add(&name, "by_");
  for (int g = 0; g < plan->groupings && named == VT_OK; g++) {
    const int place = find_input(study, plan->group_by[g]);
    named = fill_grouping(s->arena, &study->design.input[place], place, &s->grouping[g]);
    s->groups *= s->grouping[g].axis.size;
    if (named == VT_OK) named = vt_text_add(&name, "%s%s", g > 0 ? "," : "", plan->group_by[g]);
  }
  if (named == VT_OK) named = vt_arena_text(s->arena, name.bytes, name.length, &s->group_name);
  vt_text_free(&name);
  s->groupings = plan->groupings;
  return named;
}

// ---------------------------------------------------------------------------------------------
// Thresholds.

static bool is_chosen(const vt_axis_selector *axis, const char *label) {
  for (int i = 0; i < axis->count; i++) {
    const vt_pattern *p = &axis->pattern[i];
    if (p->kind == VT_PATTERN_ANY) return true;
    if (p->kind == VT_PATTERN_GLOB && vt_glob_matches(p->text, label)) return true;
    if (p->kind == VT_PATTERN_LABEL && strcmp(p->text, label) == 0) return true;
  }
  return false;
}

// Each pattern must be met by some label.
static vt_error check_axis(const vt_study *study, const vt_threshold_plan *plan,
                           const vt_axis_selector *selector, const vt_dimension *axis) {
  for (int i = 0; i < selector->count; i++) {
    const vt_axis_selector one = {.count = 1, .pattern = &selector->pattern[i]};
    vt_nearest nearest = {.name = one.pattern->text};
    bool met = false;
    for (ptrdiff_t k = 0; k < axis->size && !met; k++) {
      met = is_chosen(&one, axis->label[k]);
      vt_nearest_try(&nearest, axis->label[k]);
    }
    VT_CHECK(met, VT_ERR_INPUT,
             "%s:%d: 'results.statistics.exceedance.%s': unknown '%s', expected a label of the "
             "axis '%s'%s",
             study->path, plan->line, plan->of.text, one.pattern->text, axis->name,
             vt_nearest_hint(&nearest));
  }
  return VT_OK;
}

static bool has_labels(const vt_layout *layout, const vt_variable *v) {
  bool all = true;
  for (int a = 0; a < v->dimensions; a++) all = all && layout->dimension[v->dimension[a]].label;
  return all;
}

// Mark the cells that a selector chooses, at its thresholds.
static vt_error mark(const vt_study *study, const vt_layout *layout, const vt_threshold_plan *plan,
                     vt_exceedance *e) {
  const vt_variable *v = &layout->variable[e->variable];
  if (!has_labels(layout, v)) return VT_OK;
  for (int a = 0; plan->of.bracketed && a < v->dimensions; a++)
    VT_TRY(check_axis(study, plan, &plan->of.axis[a], &layout->dimension[v->dimension[a]]));
  for (ptrdiff_t cell = 0; cell < v->cells; cell++) {
    bool chosen = true;
    ptrdiff_t rest = cell;
    for (int a = v->dimensions - 1; a >= 0; a--) {
      const vt_dimension *axis = &layout->dimension[v->dimension[a]];
      chosen = chosen && (!plan->of.bracketed ||
                          is_chosen(&plan->of.axis[a], axis->label[rest % axis->size]));
      rest /= axis->size;
    }
    for (ptrdiff_t t = 0, next = 0; chosen && t < e->axis.size && next < plan->count; t++) {
      if (e->axis.number[t] < plan->threshold[next]) continue;
      e->asked[cell * e->axis.size + t] = true;
      next++;
    }
  }
  return VT_OK;
}

static int compare(const void *left, const void *right) {
  const double a = *(const double *)left, b = *(const double *)right;
  return (a > b) - (a < b);
}

// The thresholds of all selectors of a variable, ascending, each once.
static vt_error unite(const vt_study *study, const char *variable, vt_summary *s,
                      vt_exceedance *e) {
  const vt_statistics_plan *plan = &study->statistics;
  ptrdiff_t count = 0, kept = 0;
  double *number;
  for (int i = 0; i < plan->exceedances; i++)
    count += strcmp(plan->exceedance[i].of.tensor, variable) == 0 ? plan->exceedance[i].count : 0;
  VT_ARENA_NEW(s->arena, number, count);
  count = 0;
  for (int i = 0; i < plan->exceedances; i++) {
    const vt_threshold_plan *one = &plan->exceedance[i];
    if (strcmp(one->of.tensor, variable) != 0) continue;
    for (int t = 0; t < one->count; t++) number[count++] = one->threshold[t];
  }
  qsort(number, (size_t)count, sizeof *number, compare);
  for (ptrdiff_t t = 0; t < count; t++) {
    if (kept == 0 || number[kept - 1] < number[t]) number[kept++] = number[t];
  }
  e->axis = (vt_dimension){.long_name = "threshold", .size = kept, .number = number};
  return name_of(s->arena, &e->axis.name, "", variable, "_threshold");
}

static vt_error add_thresholds(const vt_study *study, const vt_layout *layout, const char *variable,
                               vt_summary *s) {
  const vt_statistics_plan *plan = &study->statistics;
  vt_exceedance *e = &s->exceedance[s->exceedances];
  VT_TRY(unite(study, variable, s, e));
  e->variable = vt_layout_find(layout, variable);
  if (e->axis.size == 0 || e->variable < 0) return VT_OK;
  VT_ARENA_NEW(s->arena, e->asked, layout->variable[e->variable].cells * e->axis.size);
  for (int i = 0; i < plan->exceedances; i++) {
    if (strcmp(plan->exceedance[i].of.tensor, variable) == 0)
      VT_TRY(mark(study, layout, &plan->exceedance[i], e));
  }
  s->exceedances++;
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------

// What is built, by process and year.
static int find_built(const vt_layout *layout) {
  const int place = vt_layout_find(layout, "installation");
  if (place < 0) return -1;
  const vt_variable *v = &layout->variable[place];
  const bool fits = v->statistics && v->dimensions == 2 &&
                    strcmp(layout->dimension[v->dimension[0]].name, "process") == 0 &&
                    strcmp(layout->dimension[v->dimension[1]].name, "time") == 0;
  return fits ? place : -1;
}

static vt_error fill(const vt_study *study, const vt_layout *layout, vt_summary *s) {
  static const char *const measures[VT_MEASURES] = {"objective", "total_impact", "score"};
  VT_TRY(vt_arena_create(&s->arena));
  VT_TRY(add_groups(study, layout, s));
  for (int i = 0; i < VT_MEASURES; i++) VT_TRY(add_thresholds(study, layout, measures[i], s));
  s->built = find_built(layout);
  s->built_above = study->statistics.built_line > 0 ? study->statistics.built_above : (double)NAN;
  return VT_OK;
}

vt_error vt_summary_create(const vt_study *study, const vt_layout *layout, vt_summary **summary) {
  vt_summary *s;
  *summary = NULL;
  VT_NEW(s, 1);
  const vt_error filled = fill(study, layout, s);
  if (filled != VT_OK) vt_summary_free(s);
  VT_TRY(filled);
  *summary = s;
  return VT_OK;
}

void vt_summary_free(vt_summary *summary) {
  if (!summary) return;
  vt_arena_free(summary->arena);
  free(summary);
}
