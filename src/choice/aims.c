// aims.c - scenarios of several solves: levels of an objective, fronts, extremes of processes.
#include "kind.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// -------------------------------------------------------------------------------------------------
// Extremes: of which processes.

static bool is_chosen(const vt_choice_data *k, const vt_factor *list, int count, int process) {
  for (int i = 0; i < count; i++) {
    const vt_axis_selector *axis = &list[i].target.axis[0];
    for (int p = 0; p < axis->count; p++) {
      const vt_pattern *pattern = &axis->pattern[p];
      const bool alternative = k->alternative_of[process] >= 0;
      if (pattern->kind == VT_PATTERN_ANY && alternative) return true;
      if (pattern->kind == VT_PATTERN_GLOB && alternative &&
          vt_choice_glob(k, VT_CHOICE_PROCESS, process, pattern->text))
        return true;
      if (pattern->kind != VT_PATTERN_ANY && pattern->kind != VT_PATTERN_GLOB &&
          vt_choice_look(k, VT_CHOICE_PROCESS, pattern->text) == process)
        return true;
    }
  }
  return false;
}

// Exact names must be some.
static vt_error check_names(const vt_choice_data *k, const vt_factor *list, int count) {
  int process;
  for (int i = 0; i < count; i++) {
    const vt_axis_selector *axis = &list[i].target.axis[0];
    for (int p = 0; p < axis->count; p++)
      if (axis->pattern[p].kind == VT_PATTERN_LABEL || axis->pattern[p].kind == VT_PATTERN_RANGE)
        VT_TRY(vt_choice_find(k, VT_CHOICE_PROCESS, axis->pattern[p].text, list[i].line, &process));
  }
  return VT_OK;
}

static void add_object(vt_choice_model *m, const vt_choice_data *k, int process, bool least,
                       bool most) {
  if (!least && !most) return;
  m->object_process[m->objects] = process;
  m->object_label[m->objects] = k->axis[VT_CHOICE_PROCESS].label[process];
  if (least) m->extreme[m->extremes++] = (vt_alternative){m->objects, -1};
  if (most) m->extreme[m->extremes++] = (vt_alternative){m->objects, 1};
  m->objects++;
}

static vt_error list_objects(vt_choice_model *m) {
  const vt_choice_data *k = m->data;
  const vt_aims *aims = &k->study->aims;
  if (aims->explores != VT_EXPLORE_ALTERNATIVES) return VT_OK;
  const vt_factor *least = aims->alternatives.minimise, *most = aims->alternatives.maximise;
  const int leasts = aims->alternatives.minimises, mosts = aims->alternatives.maximises;
  VT_TRY(check_names(k, least, leasts));
  VT_TRY(check_names(k, most, mosts));
  VT_ARENA_NEW(k->arena, m->object_process, k->processes);
  VT_ARENA_NEW(k->arena, m->object_label, k->processes);
  VT_ARENA_NEW(k->arena, m->extreme, 2 * k->processes);
  // Alternatives as written, then others.
  for (int a = 0; a < k->alternatives; a++) {
    const int process = k->alternative[a].process;
    add_object(m, k, process, is_chosen(k, least, leasts, process),
               is_chosen(k, most, mosts, process));
  }
  for (int j = 0; j < k->processes; j++)
    if (k->alternative_of[j] < 0)
      add_object(m, k, j, is_chosen(k, least, leasts, j), is_chosen(k, most, mosts, j));
  VT_CHECK(m->extremes > 0, VT_ERR_INPUT,
           "%s:%d: 'ensemble.design.alternatives': found no alternative that matches",
           k->study->path, k->study->design.line);
  return VT_OK;
}

// The level of a process, of all steps.
static bool total(const void *context, int object, double *cost) {
  const vt_choice_state *s = context;
  const vt_choice_data *k = s->data;
  const int process = s->program->object_process[object], a = k->alternative_of[process];
  memset(cost, 0, (size_t)s->program->lp.columns * sizeof *cost);
  for (int t = 0; t < k->steps; t++) {
    if (a >= 0) cost[vt_choice_level_at(s->program, a, t)] = 1;
    for (int b = 0; a < 0 && b < k->columns; b++)
      cost[vt_choice_column_at(s->program, VT_COLUMN_BASIS, b, t)] =
          s->basis[(ptrdiff_t)b * k->processes + process];
  }
  return false;
}

static bool tied(const void *context, int object, int other) {
  (void)context;
  return object == other;
}

// -------------------------------------------------------------------------------------------------

vt_error vt_choice_create_staging(vt_choice_model *m) {
  const vt_choice_data *k = m->data;
  const vt_aims *aims = &k->study->aims;
  VT_TRY(list_objects(m));
  VT_ARENA_NEW(k->arena, m->front_category, 2);
  for (int i = 0; aims->explores == VT_EXPLORE_PARETO && i < 2; i++)
    m->front_category[i] = vt_choice_look(k, VT_CHOICE_CATEGORY, aims->pareto.category[i].category);
  const vt_aimed aimed = {.goal_category = m->front_category,
                          .impact = "total_impact",
                          .alternatives = m->extremes,
                          .alternative = m->extreme,
                          .objects = m->objects,
                          .object = m->object_label,
                          .alternative_name = "alternative_object",
                          .sense_meaning = "-1: least level of the process, 1: greatest",
                          .total = total,
                          .tied = tied};
  if (m->extremes > 0) vt_design_resize(m->design, m->extremes);
  if (aims->explores == VT_EXPLORE_PARETO) vt_design_resize(m->design, aims->pareto.points);
  return vt_staging_create(aims, &aimed, false, &m->staging);
}
