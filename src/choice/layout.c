// layout.c - what a choice model stores: axes, variables, and the numbers of an answer in them.
#include "kind.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_AXES = 3 };

bool vt_choice_keeps(const vt_study *study, const char *name) {
  for (int i = 0; i < study->keeps; i++)
    if (strcmp(study->keep[i], name) == 0) return true;
  return false;
}

// -------------------------------------------------------------------------------------------------
// Axes.

static vt_error add_axis(vt_choice_model *m, vt_dimension axis) {
  int place;
  return vt_layout_add_axis(m->layout, &axis, &place);
}

static vt_error alternative_axis(vt_choice_model *m) {
  const vt_choice_data *k = m->data;
  const char **label, **choice, **process;
  VT_ARENA_NEW(k->arena, label, k->alternatives);
  VT_ARENA_NEW(k->arena, choice, k->alternatives);
  VT_ARENA_NEW(k->arena, process, k->alternatives);
  for (int a = 0; a < k->alternatives; a++) {
    label[a] = k->alternative[a].label;
    choice[a] = k->axis[VT_CHOICE_LABEL].label[k->alternative[a].choice];
    process[a] = k->axis[VT_CHOICE_PROCESS].label[k->alternative[a].process];
  }
  return add_axis(m,
                  (vt_dimension){.name = "alternative",
                                 .long_name = "alternative of a choice",
                                 .size = k->alternatives,
                                 .label = label,
                                 .text = {[VT_TEXT_CHOICE] = choice, [VT_TEXT_PROCESS] = process}});
}

static vt_error category_axis(vt_choice_model *m) {
  const vt_choice_data *k = m->data;
  const char **unit;
  bool any = false;
  vt_dimension axis = {.name = "category",
                       .long_name = "impact category",
                       .size = k->categories,
                       .label = k->axis[VT_CHOICE_CATEGORY].label};
  VT_ARENA_NEW(k->arena, unit, k->categories);
  for (int c = 0; c < k->categories; c++) {
    const char *own = k->set->method[k->method[c]].unit;
    unit[c] = own ? own : "";
    any = any || unit[c][0];
  }
  if (any) axis.text[VT_TEXT_UNIT] = unit;
  return add_axis(m, axis);
}

static vt_error node_axis(vt_choice_model *m, vt_choice_axis_id id, const char *name,
                          const char *long_name) {
  const vt_choice_data *k = m->data;
  const vt_choice_axis *a = &k->axis[id];
  const char **text;
  bool named = false;
  VT_ARENA_NEW(k->arena, text, a->count);
  for (int i = 0; i < a->count; i++) {
    text[i] = vt_node_name(&k->set->node[a->node[i]]);
    named = named || text[i] != k->set->node[a->node[i]].code;
  }
  return add_axis(m, (vt_dimension){.name = name,
                                    .long_name = long_name,
                                    .size = a->count,
                                    .label = a->label,
                                    .text = {[VT_TEXT_NAME] = named ? text : NULL}});
}

static vt_error supply_axis(vt_choice_model *m) {
  const vt_choice_data *k = m->data;
  const char **label;
  VT_ARENA_NEW(k->arena, label, k->supplies);
  for (int i = 0; i < k->supplies; i++)
    label[i] = k->axis[VT_CHOICE_PROCESS].label[k->supply[i].process];
  return add_axis(m, (vt_dimension){.name = "supply",
                                    .long_name = "process whose level is given",
                                    .size = k->supplies,
                                    .label = label});
}

static vt_error stored_axis(vt_choice_model *m) {
  const vt_choice_data *k = m->data;
  const char **label;
  VT_ARENA_NEW(k->arena, label, k->stores);
  for (int i = 0; i < k->stores; i++) label[i] = vt_choice_merged_label(k, k->stored[i]);
  return add_axis(m, (vt_dimension){.name = "stored",
                                    .long_name = "product or choice that is stored",
                                    .size = k->stores,
                                    .label = label});
}

static vt_error time_axis(vt_choice_model *m) {
  const vt_choice_data *k = m->data;
  double *step;
  if (k->study->model.choice.steps_line == 0) return VT_OK;
  VT_ARENA_NEW(k->arena, step, k->steps);
  for (int t = 0; t < k->steps; t++) step[t] = t + 1;
  return add_axis(
      m,
      (vt_dimension){
          .name = "time", .long_name = "step", .size = k->steps, .number = step, .integer = true});
}

static vt_error factor_axis(vt_choice_model *m) {
  vt_dimension axis;
  VT_TRY(vt_input_axis(m->data->study, m->data->arena, &axis));
  return add_axis(m, axis);
}

// Merged rows: products that no choice has, then choices.
static vt_error product_axis(vt_choice_model *m) {
  const vt_choice_data *k = m->data;
  const char **label;
  int count = 0;
  VT_ARENA_NEW(k->arena, label, k->merged);
  for (int i = 0; i < k->merged; i++)
    if (i >= k->products || k->choice_of[i] < 0) label[count++] = vt_choice_merged_label(k, i);
  return add_axis(
      m, (vt_dimension){
             .name = "product", .long_name = "product or choice", .size = count, .label = label});
}

static vt_error limit_axis(vt_choice_model *m) {
  VT_TRY(vt_choice_list_limits(m));
  return add_axis(
      m, (vt_dimension){
             .name = "limit", .long_name = "limit", .size = m->limits, .label = m->limit_label});
}

static vt_error add_axes(vt_choice_model *m) {
  const vt_study *study = m->data->study;
  const bool impact = vt_choice_keeps(study, "impact"), scaling = vt_choice_keeps(study, "scaling");
  VT_TRY(alternative_axis(m));
  VT_TRY(category_axis(m));
  VT_TRY(supply_axis(m));
  VT_TRY(stored_axis(m));
  VT_TRY(time_axis(m));
  VT_TRY(factor_axis(m));
  if (impact || scaling) VT_TRY(node_axis(m, VT_CHOICE_PROCESS, "process", "process code"));
  if (vt_choice_keeps(study, "demand_dual")) VT_TRY(product_axis(m));
  if (vt_choice_keeps(study, "limit_dual")) VT_TRY(limit_axis(m));
  if (vt_choice_keeps(study, "inventory"))
    VT_TRY(node_axis(m, VT_CHOICE_FLOW, "elementary_flow", "elementary flow code"));
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Variables.

/// A variable over axes by name, up to a NULL; with steps the axis time comes last.
typedef struct choice_variable {
  const char *name, *long_name;
  const char *axis[MOST_AXES];
  bool stepped, big, statistics;
  const char *keep; ///< stored only if the study keeps it; NULL: always
  size_t place;
} choice_variable;

#define PLACE(member) offsetof(vt_choice_places, member)

static const choice_variable variables[] = {
    {"objective", "objective as minimised", {NULL}, false, false, true, NULL, PLACE(objective)},
    {"violation",
     "largest relative violation of a balance or limit",
     {NULL},
     false,
     false,
     false,
     NULL,
     PLACE(violation)},
    {"gap",
     "relative gap between objective and dual bound",
     {NULL},
     false,
     false,
     false,
     NULL,
     PLACE(gap)},
    {"total_impact",
     "impact over the steps",
     {"category"},
     false,
     false,
     true,
     NULL,
     PLACE(total_impact)},
    {"choice_level",
     "level of the alternative",
     {"alternative"},
     true,
     false,
     true,
     NULL,
     PLACE(level)},
    {"choice_share",
     "share of the alternative in what its choice makes",
     {"alternative"},
     true,
     false,
     true,
     NULL,
     PLACE(share)},
    {"slack",
     "net output of the supplied product beyond demand",
     {"supply"},
     true,
     false,
     true,
     NULL,
     PLACE(slack)},
    {"surplus",
     "what is left over for the next step",
     {"stored"},
     true,
     false,
     true,
     NULL,
     PLACE(surplus)},
    {"scaling", "level of the process", {"process"}, true, true, true, "scaling", PLACE(scaling)},
    {"inventory",
     "elementary flow",
     {"elementary_flow"},
     true,
     true,
     true,
     "inventory",
     PLACE(inventory)},
    {"impact",
     "impact of the process itself",
     {"category", "process"},
     true,
     true,
     true,
     "impact",
     PLACE(impact)},
    {"demand_dual",
     "d objective / d demand",
     {"product"},
     true,
     false,
     true,
     "demand_dual",
     PLACE(demand_dual)},
    {"limit_dual",
     "d objective / d limit",
     {"limit"},
     true,
     false,
     true,
     "limit_dual",
     PLACE(limit_dual)},
    {"reduced_cost",
     "d objective / d level, forced",
     {"alternative"},
     true,
     false,
     true,
     "reduced_cost",
     PLACE(reduced_cost)},
    {"mean", "mean of the objective's impact", {NULL}, false, false, true, NULL, PLACE(mean)},
    {"deviation",
     "standard deviation of the objective's impact",
     {NULL},
     false,
     false,
     true,
     NULL,
     PLACE(deviation)},
    {"transgression",
     "by how much the goal is missed, relative",
     {"category"},
     false,
     false,
     true,
     NULL,
     PLACE(transgression)},
};
enum { VARIABLES = sizeof variables / sizeof *variables };

static bool is_stored(const vt_choice_model *m, const choice_variable *v) {
  if (v->place == PLACE(transgression)) return m->data->study->model.choice.goals > 0;
  if (v->place == PLACE(mean) || v->place == PLACE(deviation)) return m->data->chance != NULL;
  return !v->keep || vt_choice_keeps(m->data->study, v->keep);
}

static vt_error add_variable(vt_choice_model *m, const choice_variable *from) {
  const bool single = from->big && m->data->study->single;
  const vt_variable v = {.name = from->name,
                         .long_name = from->long_name,
                         .storage = single ? VT_STORE_SINGLE : VT_STORE_DOUBLE,
                         .statistics = from->statistics,
                         .reference = true};
  int *place = (int *)(void *)((char *)&m->place + from->place);
  int axis[MOST_AXES + 1], axes = 0;
  *place = -1;
  if (!is_stored(m, from)) return VT_OK;
  for (; axes < MOST_AXES && from->axis[axes]; axes++)
    axis[axes] = vt_layout_find_axis(m->layout, from->axis[axes]);
  const int time = vt_layout_find_axis(m->layout, "time");
  if (from->stepped && time >= 0) axis[axes++] = time;
  return vt_layout_add(m->layout, &v, axes, axis, place);
}

static vt_error add_unique(vt_choice_model *m) {
  const vt_variable unique = {.name = "unique",
                              .long_name = "1 if all optima have the same levels and slacks",
                              .storage = VT_STORE_INT8,
                              .reference = true};
  return vt_layout_add(m->layout, &unique, 0, NULL, &m->place.unique);
}

static vt_error add_variables(vt_choice_model *m) {
  const vt_study *study = m->data->study;
  const vt_variable start = {.name = "start",
                             .long_name = "rung of the ladder that gave the answer",
                             .storage = VT_STORE_INT8,
                             .group = VT_GROUP_PERFORMANCE};
  VT_TRY(vt_layout_add_status(m->layout));
  m->place.input = (vt_input_places){-1, -1};
  VT_TRY(vt_input_lay_out(study, vt_layout_find_axis(m->layout, "factor"), NULL, false, m->layout,
                          &m->place.input));
  for (int v = 0; v < VARIABLES; v++) VT_TRY(add_variable(m, &variables[v]));
  VT_TRY(add_unique(m));
  if (m->staging) VT_TRY(vt_staging_lay_out(m->staging, m->layout));
  VT_TRY(vt_layout_add_performance(m->layout, "simplex iterations"));
  return vt_layout_add(m->layout, &start, 0, NULL, &m->place.start);
}

// Distributions that are none, where something varies.
static vt_error note_invalid(vt_choice_model *m) {
  char number[32];
  if (!m->data->variation) return VT_OK;
  const ptrdiff_t invalid = vt_variation_count(m->data->variation)->invalid;
  m->layout->note_name = "invalid_distributions";
  return vt_arena_text(m->data->arena, number, snprintf(number, sizeof number, "%td", invalid),
                       &m->layout->note);
}

vt_error vt_choice_lay_out(vt_choice_model *m) {
  VT_TRY(vt_layout_create(&m->layout));
  VT_TRY(add_axes(m));
  VT_TRY(add_variables(m));
  VT_TRY(note_invalid(m));
  m->layout->scenarios = vt_design_scenarios(m->design);
  m->layout->quantiles = m->data->study->quantiles;
  m->layout->quantile = m->data->study->quantile;
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Numbers.

static double own_entry(const vt_choice_state *s, int alternative) {
  const vt_choice_alternative *a = &s->data->alternative[alternative];
  const vt_sparse *m = &s->data->system->technosphere;
  for (ptrdiff_t e = m->column_start[a->process]; e < m->column_start[a->process + 1]; e++)
    if (m->row[e] == a->product) return s->technosphere[e];
  return 0;
}

static void put_levels(const vt_choice_model *m, const vt_choice_state *s,
                       const vt_choice_answer *answer, double *const *row) {
  const vt_choice_data *k = m->data;
  const ptrdiff_t steps = k->steps;
  if (m->place.level < 0) return;
  for (int c = 0; c < k->choices; c++)
    for (ptrdiff_t t = 0; t < steps; t++) {
      double sum = 0;
      for (int a = k->first[c]; a < k->first[c + 1]; a++) {
        const double level = answer->level[t * k->processes + k->alternative[a].process];
        row[m->place.level][a * steps + t] = level;
        row[m->place.share][a * steps + t] = own_entry(s, a) * level;
        sum += row[m->place.share][a * steps + t];
      }
      for (int a = k->first[c]; a < k->first[c + 1]; a++)
        row[m->place.share][a * steps + t] =
            sum > 0 || sum < 0 ? row[m->place.share][a * steps + t] / sum : (double)NAN;
    }
}

static void put_processes(const vt_choice_model *m, const vt_choice_state *s,
                          const vt_choice_answer *answer, double *const *row) {
  const vt_choice_data *k = m->data;
  const ptrdiff_t steps = k->steps, n = k->processes;
  for (ptrdiff_t j = 0; m->place.scaling >= 0 && j < n; j++)
    for (ptrdiff_t t = 0; t < steps; t++)
      row[m->place.scaling][j * steps + t] = answer->level[t * n + j];
  for (ptrdiff_t c = 0; m->place.impact >= 0 && c < k->categories; c++)
    for (ptrdiff_t j = 0; j < n; j++)
      for (ptrdiff_t t = 0; t < steps; t++)
        row[m->place.impact][(c * n + j) * steps + t] =
            s->burden[c * n + j] * answer->level[t * n + j];
}

static void put_inventory(const vt_choice_model *m, const vt_choice_state *s,
                          const vt_choice_answer *answer, double *const *row) {
  const vt_choice_data *k = m->data;
  const vt_sparse *b = &k->system->biosphere;
  const ptrdiff_t steps = k->steps;
  if (m->place.inventory < 0) return;
  double *inventory = row[m->place.inventory];
  memset(inventory, 0, (size_t)(k->flows * steps) * sizeof *inventory);
  for (int j = 0; j < k->processes; j++)
    for (ptrdiff_t e = b->column_start[j]; e < b->column_start[j + 1]; e++)
      for (ptrdiff_t t = 0; t < steps; t++)
        inventory[b->row[e] * steps + t] += s->biosphere[e] * answer->level[t * k->processes + j];
}

static void copy(const double *from, ptrdiff_t count, int place, double *const *row) {
  if (place >= 0) memcpy(row[place], from, (size_t)count * sizeof *from);
}

void vt_choice_put(const vt_choice_model *m, const vt_choice_state *s,
                   const vt_choice_answer *answer, double *const *row) {
  const vt_choice_data *k = m->data;
  const vt_choice_list *goals = &k->list[VT_CHOICE_GOALS];
  row[m->place.objective][0] = answer->objective;
  row[m->place.violation][0] = answer->violation;
  copy(&answer->mean, 1, m->place.mean, row);
  copy(&answer->deviation, 1, m->place.deviation, row);
  copy(answer->total, k->categories, m->place.total_impact, row);
  copy(answer->slack, (ptrdiff_t)k->supplies * k->steps, m->place.slack, row);
  copy(answer->surplus, (ptrdiff_t)k->stores * k->steps, m->place.surplus, row);
  for (int g = 0; m->place.transgression >= 0 && g < goals->count; g++)
    row[m->place.transgression][goals->entry[g].key[0]] = answer->transgression[g];
  put_levels(m, s, answer, row);
  put_processes(m, s, answer, row);
  put_inventory(m, s, answer, row);
}
