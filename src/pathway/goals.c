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

static vt_error make_goals(const vt_core *core, int count, vt_goals *goals) {
  goals->count = count;
  VT_ARENA_NEW(core->arena, goals->weight, (ptrdiff_t)count * core->categories);
  VT_ARENA_NEW(core->arena, goals->row, count);
  return VT_OK;
}

static vt_error add_levels(const vt_core *core, vt_goals *goals) {
  const vt_study *s = core->study;
  VT_TRY(make_goals(core, s->aims.levels, goals));
  for (int i = 0; i < goals->count; i++) {
    const vt_level *level = &s->aims.level[i];
    int category;
    VT_TRY(find_category(core, "objective", level->category, level->line, &category));
    goals->weight[(ptrdiff_t)i * core->categories + category] = 1.0;
  }
  return VT_OK;
}

static vt_error add_front(const vt_core *core, vt_goals *goals) {
  VT_TRY(make_goals(core, 2, goals));
  for (int i = 0; i < goals->count; i++) {
    const vt_objective_term *axis = &core->study->aims.pareto.category[i];
    int category;
    VT_TRY(find_category(core, "pareto", axis->category, axis->line, &category));
    goals->weight[(ptrdiff_t)i * core->categories + category] = 1.0;
  }
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

int vt_pathway_goals(const vt_pathway *m) {
  return m->goals->count;
}

int vt_pathway_goal_row(const vt_pathway *m, int goal) {
  return m->goals->row[goal];
}

int vt_pathway_goal_category(const vt_pathway *m, int goal) {
  if (m->core.study->aims.explores == VT_EXPLORE_ALTERNATIVES) return -1;
  int category = 0;
  while (m->goals->weight[(ptrdiff_t)goal * m->core.categories + category] == 0.0) category++;
  return category;
}

const vt_alternative *vt_pathway_alternatives(const vt_pathway *m, int *count) {
  *count = m->goals->alternatives;
  return m->goals->alternative;
}
