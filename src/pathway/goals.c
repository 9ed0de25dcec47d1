// goals.c - what the stages of a scenario minimise or bound besides the objective: rows of the
// programme that limit nothing by themselves.
#include "selection.h"
#include "state.h"

#include <math.h>
#include <string.h>

static vt_error find_category(const vt_pathway *m, const char *place, const char *name, int at,
                              int *category) {
  *category = vt_labels_find(m->inputs->category, name, (ptrdiff_t)strlen(name));
  vt_nearest nearest = {.name = name};
  vt_nearest_try_labels(&nearest, m->inputs->category);
  VT_CHECK(*category >= 0, VT_ERR_INPUT, "%s:%d: %s: found '%s', expected a category of %s%s",
           m->study->path, at, place, name, m->inputs->path, vt_nearest_hint(&nearest));
  return VT_OK;
}

static vt_error make_goals(vt_pathway *m, int goals) {
  m->goals = goals;
  VT_ARENA_NEW(m->arena, m->goal_weight, (ptrdiff_t)goals * m->categories);
  VT_ARENA_NEW(m->arena, m->goal_row, goals);
  return VT_OK;
}

static vt_error add_levels(vt_pathway *m) {
  const vt_study *s = m->study;
  VT_TRY(make_goals(m, s->pathway.levels));
  for (int i = 0; i < m->goals; i++) {
    const vt_level *level = &s->pathway.level[i];
    int category;
    VT_TRY(find_category(m, "objective", level->category, level->line, &category));
    m->goal_weight[(ptrdiff_t)i * m->categories + category] = 1.0;
  }
  return VT_OK;
}

static vt_error add_front(vt_pathway *m) {
  VT_TRY(make_goals(m, 2));
  for (int i = 0; i < m->goals; i++) {
    const vt_objective_term *axis = &m->study->pareto.category[i];
    int category;
    VT_TRY(find_category(m, "pareto", axis->category, axis->line, &category));
    m->goal_weight[(ptrdiff_t)i * m->categories + category] = 1.0;
  }
  return VT_OK;
}

static vt_error mark_all(const vt_pathway *m, const vt_factor *choice, int choices, bool *match) {
  for (int i = 0; i < choices; i++) {
    VT_TRY(vt_selection_mark_processes(m->study->path, &choice[i], m->inputs, match));
  }
  return VT_OK;
}

static vt_error add_alternatives(vt_pathway *m) {
  const vt_study *s = m->study;
  bool *least, *most;
  VT_TRY(make_goals(m, 1));
  for (int c = 0; c < m->categories; c++) m->goal_weight[c] = m->objective[c];
  VT_ARENA_NEW(m->arena, least, m->processes);
  VT_ARENA_NEW(m->arena, most, m->processes);
  VT_ARENA_NEW(m->arena, m->alternative, 2 * (ptrdiff_t)m->processes);
  VT_TRY(mark_all(m, s->alternatives.minimise, s->alternatives.minimises, least));
  VT_TRY(mark_all(m, s->alternatives.maximise, s->alternatives.maximises, most));
  for (int p = 0; p < m->processes; p++) {
    if (least[p]) m->alternative[m->alternatives++] = (vt_alternative){p, -1};
    if (most[p]) m->alternative[m->alternatives++] = (vt_alternative){p, 1};
  }
  return VT_OK;
}

vt_error vt_goals_find(vt_pathway *m) {
  if (m->study->design == VT_DESIGN_PARETO) return add_front(m);
  if (m->study->design == VT_DESIGN_ALTERNATIVES) return add_alternatives(m);
  return m->study->pathway.levels > 1 ? add_levels(m) : VT_OK;
}

vt_error vt_goals_place(vt_pathway *m) {
  bool *used;
  VT_ARENA_NEW(m->arena, used, m->program.rows);
  for (ptrdiff_t e = 0; e < m->program.entries; e++) used[m->program.row[e]] = true;
  for (int i = 0; i < m->goals; i++) m->goal_row[i] = -1;
  for (int r = 0; r < m->program.rows; r++) {
    if (m->row[r].kind == ROW_GOAL && used[r]) m->goal_row[m->row[r].label] = r;
  }
  return VT_OK;
}

int vt_pathway_goals(const vt_pathway *m) {
  return m->goals;
}

int vt_pathway_goal_row(const vt_pathway *m, int goal) {
  return m->goal_row[goal];
}

int vt_pathway_goal_category(const vt_pathway *m, int goal) {
  if (m->study->design == VT_DESIGN_ALTERNATIVES) return -1;
  int category = 0;
  while (m->goal_weight[(ptrdiff_t)goal * m->categories + category] == 0.0) category++;
  return category;
}

bool vt_pathway_coupled(const vt_pathway *m, int process, int other) {
  return m->coupled[process].root == m->coupled[other].root;
}

const vt_alternative *vt_pathway_alternatives(const vt_pathway *m, int *count) {
  *count = m->alternatives;
  return m->alternative;
}

bool vt_pathway_installation_cost(const vt_pathway_state *s, int process, double *cost) {
  const vt_pathway *m = s->model;
  const int root = m->coupled[process].root;
  const double ratio = s->value[m->coupled[process].ratio];
  bool endless = false;
  memset(cost, 0, (size_t)m->program.columns * sizeof *cost);
  for (int t = 0; t < m->times; t++) {
    const int column = m->installed_column[at_time(m, root, t)];
    // A column that was dropped has no limit, no cost and no effect.
    if (column >= 0) cost[column] = ratio;
    endless |= column < 0 && ratio != 0.0;
  }
  return endless;
}
