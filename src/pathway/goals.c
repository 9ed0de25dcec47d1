// goals.c - the objective, and what the stages of a scenario minimise or bound besides: rows of the
// programme that limit nothing by themselves.
#include "goals.h"

#include "model.h"
#include "selection.h"

#include <string.h>

static vt_error find_category(const vt_core *core, const char *place, const char *name, int at,
                              int *category) {
  *category = vt_labels_find(core->inputs->category, name, (ptrdiff_t)strlen(name));
  vt_nearest nearest = {.name = name};
  vt_nearest_try_labels(&nearest, core->inputs->category);
  VT_CHECK(*category >= 0, VT_ERR_INPUT, "%s:%d: %s: found '%s', expected a category of %s%s",
           core->study->path, at, place, name, core->inputs->path, vt_nearest_hint(&nearest));
  return VT_OK;
}

static vt_error find_objective(const vt_core *core, vt_goals *goals) {
  const vt_study *s = core->study;
  VT_ARENA_NEW(core->arena, goals->objective, core->categories);
  if (s->aims.objectives == 0) {
    VT_CHECK(core->categories == 1, VT_ERR_INPUT,
             "%s: model.pathway.objective: found nothing, expected one of the %d categories of %s",
             s->path, core->categories, core->inputs->path);
    goals->objective[0] = 1.0;
  }
  for (int i = 0; i < s->aims.objectives; i++) {
    const vt_objective_term *o = &s->aims.objective[i];
    int category;
    VT_TRY(find_category(core, "objective", o->category, o->line, &category));
    goals->objective[category] += o->weight;
  }
  return VT_OK;
}

static vt_error make_goals(const vt_core *core, int most, vt_goals *goals) {
  VT_ARENA_NEW(core->arena, goals->weight, (ptrdiff_t)most * core->categories);
  VT_ARENA_NEW(core->arena, goals->row, most);
  VT_ARENA_NEW(core->arena, goals->category, most);
  return VT_OK;
}

static vt_error add_goal(const vt_core *core, const char *place, const char *category, int line,
                         vt_goals *goals) {
  int *found = &goals->category[goals->count];
  VT_TRY(find_category(core, place, category, line, found));
  goals->weight[(ptrdiff_t)goals->count++ * core->categories + *found] = 1.0;
  return VT_OK;
}

static vt_error add_levels(const vt_core *core, vt_goals *goals) {
  const vt_aims *aims = &core->study->aims;
  VT_TRY(make_goals(core, aims->levels, goals));
  for (const vt_level *l = aims->level; l < aims->level + aims->levels; l++)
    VT_TRY(add_goal(core, "objective", l->category, l->line, goals));
  return VT_OK;
}

static vt_error add_front(const vt_core *core, vt_goals *goals) {
  const vt_objective_term *axis = core->study->aims.pareto.category;
  VT_TRY(make_goals(core, 2, goals));
  for (int i = 0; i < 2; i++)
    VT_TRY(add_goal(core, "pareto", axis[i].category, axis[i].line, goals));
  return VT_OK;
}

static vt_error mark_all(const vt_core *core, const vt_factor *wanted, int count, bool *match) {
  for (int i = 0; i < count; i++) {
    VT_TRY(vt_selection_mark_processes(core->study->path, &wanted[i], core->inputs, match));
  }
  return VT_OK;
}

static vt_error add_alternatives(const vt_core *core, vt_goals *goals) {
  const vt_study *s = core->study;
  bool *least, *most;
  VT_TRY(make_goals(core, 1, goals));
  goals->category[goals->count++] = -1;
  for (int c = 0; c < core->categories; c++) goals->weight[c] = goals->objective[c];
  VT_ARENA_NEW(core->arena, least, core->processes);
  VT_ARENA_NEW(core->arena, most, core->processes);
  VT_ARENA_NEW(core->arena, goals->alternative, 2 * (ptrdiff_t)core->processes);
  VT_TRY(mark_all(core, s->aims.alternatives.minimise, s->aims.alternatives.minimises, least));
  VT_TRY(mark_all(core, s->aims.alternatives.maximise, s->aims.alternatives.maximises, most));
  for (int p = 0; p < core->processes; p++) {
    if (least[p]) goals->alternative[goals->alternatives++] = (vt_alternative){p, -1};
    if (most[p]) goals->alternative[goals->alternatives++] = (vt_alternative){p, 1};
  }
  return VT_OK;
}

vt_error vt_goals_find(const vt_core *core, vt_goals *goals) {
  VT_TRY(find_objective(core, goals));
  if (core->study->aims.explores == VT_EXPLORE_PARETO) return add_front(core, goals);
  if (core->study->aims.explores == VT_EXPLORE_ALTERNATIVES) return add_alternatives(core, goals);
  return core->study->aims.levels > 1 ? add_levels(core, goals) : VT_OK;
}

vt_error vt_goals_place(const vt_core *core, const vt_labelled_program *program, vt_goals *goals) {
  bool *used;
  VT_ARENA_NEW(core->arena, used, program->lp.rows);
  for (ptrdiff_t e = 0; e < program->lp.entries; e++) used[program->lp.row[e]] = true;
  for (int i = 0; i < goals->count; i++) goals->row[i] = -1;
  for (int r = 0; r < program->lp.rows; r++) {
    if (program->row[r].kind == ROW_GOAL && used[r]) goals->row[program->row[r].label] = r;
  }
  return VT_OK;
}

int vt_pathway_goals(const vt_pathway *m, const int **row, const int **category) {
  *row = m->goals->row;
  *category = m->goals->category;
  return m->goals->count;
}

const vt_alternative *vt_pathway_alternatives(const vt_pathway *m, int *count) {
  *count = m->goals->alternatives;
  return m->goals->alternative;
}
