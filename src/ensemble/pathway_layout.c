// pathway_layout.c - what a pathway scenario stores: a table of outputs, each with its axes and the
// function that fills it.
#include "pathway_stages.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// ---------------------------------------------------------------------------------------------
// Outputs.

typedef struct output {
  const char *name, *long_name;
  const char *keep; // what results.keep calls it; NULL: its name
  bool always;      // else only if results.keep names it
  bool big;         // stored in the study's precision
  bool extension;   // only where the study extends the horizon
  bool statistics;
  vt_storage storage;
  int axes;
  axis_id axis[VT_MAX_DIMENSIONS];
  void (*fill)(const answer *s, double *value, ptrdiff_t cells);
  vt_output *compute; // in place of fill
  bool prepared;      // compute needs vt_pathway_prepare_outputs
} output;

static void copy(double *to, const double *from, ptrdiff_t cells) {
  memcpy(to, from, (size_t)cells * sizeof *to);
}

static void fill_objective(const answer *s, double *value, ptrdiff_t cells) {
  (void)cells;
  value[0] = s->plan->objective;
}

static void fill_total_impact(const answer *s, double *value, ptrdiff_t cells) {
  copy(value, s->plan->total_impact, cells);
}

// The part of total_impact that falls into the years added to the horizon.
static void fill_extension(const answer *s, double *value, ptrdiff_t cells) {
  const vt_inputs *in = s->kind->inputs;
  const int processes = vt_labels_count(in->process), times = in->system_times;
  const int first = times - s->kind->study->model.pathway.extend;
  for (ptrdiff_t c = 0; c < cells; c++) {
    value[c] = 0.0;
    // By year, then process: the order in which the total adds up.
    for (int t = first; t < times; t++) {
      for (int p = 0; p < processes; p++)
        value[c] += s->plan->impact[(c * processes + p) * times + t];
    }
  }
}

static void fill_installation(const answer *s, double *value, ptrdiff_t cells) {
  copy(value, s->plan->installation, cells);
}

static void fill_operation(const answer *s, double *value, ptrdiff_t cells) {
  copy(value, s->plan->operation, cells);
}

static void fill_impact(const answer *s, double *value, ptrdiff_t cells) {
  copy(value, s->plan->impact, cells);
}

static void fill_violation(const answer *s, double *value, ptrdiff_t cells) {
  (void)cells;
  value[0] = fmax(s->plan->violation, s->solution->violation);
}

static void fill_gap(const answer *s, double *value, ptrdiff_t cells) {
  (void)cells;
  value[0] = s->solution->gap;
}

static void fill_unique(const answer *s, double *value, ptrdiff_t cells) {
  (void)cells;
  value[0] = s->solution->unique;
}

static void fill_least(const answer *s, double *value, ptrdiff_t cells) {
  copy(value, stages_least(s->stages), cells);
}

static void fill_greatest(const answer *s, double *value, ptrdiff_t cells) {
  copy(value, stages_greatest(s->stages), cells);
}

static const output outputs[] = {
    {"objective", "life-cycle impact that was minimised", .always = true, .statistics = true,
     .fill = fill_objective},
    {"total_impact", "impact over the horizon", .always = true, .statistics = true, .axes = 1,
     .axis = {AXIS_CATEGORY}, .fill = fill_total_impact},
    {"total_impact_extension", "impact in the years added to the horizon, part of total_impact",
     .always = true, .extension = true, .statistics = true, .axes = 1, .axis = {AXIS_CATEGORY},
     .fill = fill_extension},
    {"installation", "units installed", .big = true, .statistics = true, .axes = 2,
     .axis = {AXIS_PROCESS, AXIS_TIME}, .fill = fill_installation},
    {"operation", "units running, all vintages", .big = true, .statistics = true, .axes = 2,
     .axis = {AXIS_PROCESS, AXIS_TIME}, .fill = fill_operation},
    {"impact", "impact by process and year", .big = true, .statistics = true, .axes = 3,
     .axis = {AXIS_CATEGORY, AXIS_PROCESS, AXIS_TIME}, .fill = fill_impact},
    {"violation", "largest relative violation of a constraint", .always = true,
     .fill = fill_violation},
    {"gap", "relative duality gap", .always = true, .fill = fill_gap},
    {"unique", "1 if the optimum is unique", .always = true, .storage = VT_STORE_INT8,
     .fill = fill_unique},
    {"production", "product made by process", .big = true, .statistics = true, .axes = 3,
     .axis = {AXIS_PRODUCT, AXIS_PROCESS, AXIS_TIME}, .compute = vt_pathway_production},
    {"operation_by_vintage", "units running, by year of installation", .big = true,
     .statistics = true, .axes = 3, .axis = {AXIS_PROCESS, AXIS_VINTAGE, AXIS_TIME},
     .compute = vt_pathway_operation_by_vintage, .prepared = true},
    {"capacity", "product that all units there are could make in a year", .statistics = true,
     .axes = 2, .axis = {AXIS_PRODUCT, AXIS_TIME}, .compute = vt_pathway_capacity},
    {"utilisation", "units running per unit that could run", .big = true, .statistics = true,
     .axes = 2, .axis = {AXIS_PROCESS, AXIS_TIME}, .compute = vt_pathway_utilisation},
    {"flow", "intermediate flow taken by process", .big = true, .statistics = true, .axes = 3,
     .axis = {AXIS_PROCESS, AXIS_INTERMEDIATE_FLOW, AXIS_TIME}, .compute = vt_pathway_flow},
    {"inventory", "elementary flow, direct and of the background", .big = true, .statistics = true,
     .axes = 2, .axis = {AXIS_ELEMENTARY_FLOW, AXIS_TIME}, .compute = vt_pathway_inventory,
     .prepared = true},
    {"impact_by_origin", "impact by origin, process and year", .big = true, .statistics = true,
     .axes = 4, .axis = {AXIS_CATEGORY, AXIS_ORIGIN, AXIS_PROCESS, AXIS_TIME},
     .compute = vt_pathway_impact_by_origin},
    {"impact_by_flow", "impact of the background by intermediate flow and year", .big = true,
     .statistics = true, .axes = 3, .axis = {AXIS_CATEGORY, AXIS_INTERMEDIATE_FLOW, AXIS_TIME},
     .compute = vt_pathway_impact_by_flow},
    {"demand_dual", "d objective / d demand", .statistics = true, .axes = 2,
     .axis = {AXIS_PRODUCT, AXIS_TIME}, .compute = vt_pathway_demand_dual, .prepared = true},
    {"limit_dual", "d objective / d limit", .statistics = true, .axes = 1, .axis = {AXIS_LIMIT},
     .compute = vt_pathway_limit_dual, .prepared = true},
    {"reduced_cost", "d objective / d installation, forced", .big = true, .statistics = true,
     .axes = 2, .axis = {AXIS_PROCESS, AXIS_TIME}, .compute = vt_pathway_reduced_cost},
    {"installation_least", "least installation over the horizon in any optimal plan",
     .keep = "installation_range", .statistics = true, .axes = 1, .axis = {AXIS_PROCESS},
     .fill = fill_least},
    {"installation_greatest", "greatest installation over the horizon in any optimal plan",
     .keep = "installation_range", .statistics = true, .axes = 1, .axis = {AXIS_PROCESS},
     .fill = fill_greatest},
};
enum { OUTPUTS = sizeof outputs / sizeof *outputs };

void pathway_fill_outputs(const answer *s, double *const *row) {
  const vt_pathway_kind *k = s->kind;
  const vt_solved solved = {s->plan, s->solution->x, s->solution->row_dual,
                            s->solution->reduced_cost};
  for (int v = 0; v < k->layout.variables; v++) {
    if (k->output[v] < 0) continue;
    const output *o = &outputs[k->output[v]];
    if (o->compute)
      o->compute(s->state, &solved, row[v]);
    else
      o->fill(s, row[v], k->variable[v].cells);
  }
}

static bool keeps(const vt_study *study, const char *name) {
  for (int i = 0; i < study->keeps; i++) {
    if (strcmp(study->keep[i], name) == 0) return true;
  }
  return false;
}

static bool is_kept(const vt_pathway_kind *k, const output *o) {
  if (o->extension && k->study->model.pathway.extend == 0) return false;
  return o->always || keeps(k->study, o->keep ? o->keep : o->name);
}

// ---------------------------------------------------------------------------------------------
// Axes.

// Units of categories, where models from databases know them.
static vt_error list_units(const vt_inputs *inputs, vt_dimension *category) {
  const int categories = vt_labels_count(inputs->category);
  const char **list;
  bool any = false;
  if (!inputs->category_unit) return VT_OK;
  VT_ARENA_NEW(inputs->arena, list, categories);
  for (int c = 0; c < categories; c++) {
    any = any || inputs->category_unit[c];
    list[c] = inputs->category_unit[c] ? inputs->category_unit[c] : "";
  }
  if (!any) return VT_OK;
  category->text_name = "category_unit";
  category->text = list;
  return VT_OK;
}

// The unit of an objective that is one category, else "1".
static const char *objective_unit(const vt_pathway_kind *k) {
  const vt_inputs *in = k->inputs;
  if (!in->category_unit || k->study->aims.objectives > 1) return "1";
  int c = 0;
  if (k->study->aims.objectives == 1) {
    const vt_objective_term *term = k->study->aims.objective;
    c = vt_labels_find(in->category, term->category, (ptrdiff_t)strlen(term->category));
    if (term->weight < 1.0 || term->weight > 1.0) return "1";
  }
  return c >= 0 && in->category_unit[c] ? in->category_unit[c] : "1";
}

// Names for people; a process without one has its code.
static vt_error list_process_names(const vt_inputs *inputs, const char *const **names) {
  const int processes = vt_labels_count(inputs->process);
  const char **list;
  bool any = false;
  VT_ARENA_NEW(inputs->arena, list, processes);
  for (int p = 0; p < processes; p++) {
    any = any || inputs->process_name[p];
    list[p] = inputs->process_name[p] ? inputs->process_name[p] : vt_labels_get(inputs->process, p);
  }
  *names = any ? list : NULL;
  return VT_OK;
}

static vt_error list_factors(const vt_pathway_kind *k, const char *const **names) {
  const char **list;
  VT_ARENA_NEW(k->inputs->arena, list, k->study->factors);
  for (int f = 0; f < k->study->factors; f++) list[f] = k->study->factor[f].name;
  *names = list;
  return VT_OK;
}

static vt_error list_years(vt_pathway_kind *k) {
  VT_NEW(k->time, k->inputs->system_times);
  for (int t = 0; t < k->inputs->system_times; t++) k->time[t] = k->inputs->system_time[t];
  return VT_OK;
}

static vt_error list_vintages(vt_pathway_kind *k, vt_dimension *d) {
  const int *year;
  const int years = vt_pathway_vintages(k->pathway, &year);
  *d = (vt_dimension){
      .name = "vintage", .long_name = "year of installation", .size = years, .integer = true};
  VT_NEW(k->vintage, years);
  for (int v = 0; v < years; v++) k->vintage[v] = year[v];
  d->number = k->vintage;
  return VT_OK;
}

// Axes that only some outputs have: made for those that are kept.
static vt_error add_further_axes(vt_pathway_kind *k, const bool *used, vt_dimension *all) {
  const struct {
    axis_id axis;
    vt_axis labels;
    const char *name, *long_name;
  } sets[] = {
      {AXIS_PRODUCT, VT_AXIS_PRODUCT, "product", "product code"},
      {AXIS_INTERMEDIATE_FLOW, VT_AXIS_INTERMEDIATE_FLOW, "intermediate_flow",
       "intermediate flow code"},
      {AXIS_SNAPSHOT, VT_AXIS_BACKGROUND, "snapshot", "database of the background"},
      {AXIS_ELEMENTARY_FLOW, VT_AXIS_ELEMENTARY_FLOW, "elementary_flow", "elementary flow code"},
  };
  for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
    vt_dimension *d = &all[sets[i].axis];
    if (!used[sets[i].axis]) continue;
    *d = (vt_dimension){.name = sets[i].name, .long_name = sets[i].long_name};
    d->size = vt_labels_count(vt_inputs_labels(k->inputs, sets[i].labels));
    VT_TRY(layout_labels(k->inputs, sets[i].labels, &d->label));
  }
  if (used[AXIS_VINTAGE]) VT_TRY(list_vintages(k, &all[AXIS_VINTAGE]));
  if (used[AXIS_ORIGIN])
    all[AXIS_ORIGIN] = (vt_dimension){.name = "origin",
                                      .long_name = "where an impact comes from",
                                      .size = VT_ORIGINS,
                                      .label = vt_pathway_origins};
  if (used[AXIS_LIMIT]) {
    all[AXIS_LIMIT] = (vt_dimension){.name = "limit", .long_name = "limit of the inputs"};
    all[AXIS_LIMIT].size = vt_pathway_limits(k->pathway, &all[AXIS_LIMIT].label);
  }
  return VT_OK;
}

static vt_error prepare_outputs(vt_pathway_kind *k, bool *used) {
  bool prepared = false;
  for (int o = 0; o < OUTPUTS; o++) {
    if (!is_kept(k, &outputs[o])) continue;
    prepared = prepared || outputs[o].prepared;
    for (int i = 0; i < outputs[o].axes; i++) used[outputs[o].axis[i]] = true;
  }
  return prepared ? vt_pathway_prepare_outputs(k->pathway) : VT_OK;
}

// Which years were added to the horizon.
static vt_error flag_extension(const vt_pathway_kind *k, vt_dimension *time) {
  const int extend = k->study->model.pathway.extend, times = k->inputs->system_times;
  if (extend == 0) return VT_OK;
  int8_t *flag;
  VT_ARENA_NEW(k->inputs->arena, flag, times);
  for (int t = times - extend; t < times; t++) flag[t] = 1;
  time->flag = flag;
  time->flag_name = "extension";
  time->flag_long_name = "1 in years added to the horizon";
  return VT_OK;
}

static vt_error lay_dimensions_out(vt_pathway_kind *k) {
  const vt_inputs *in = k->inputs;
  bool used[AXIS_COUNT] = {false};
  vt_dimension all[AXIS_COUNT] = {
      [AXIS_PROCESS] = {.name = "process",
                        .long_name = "process code",
                        .size = vt_labels_count(in->process)},
      [AXIS_TIME] = {.name = "time",
                     .long_name = "calendar year",
                     .size = in->system_times,
                     .integer = true},
      [AXIS_CATEGORY] = {.name = "category",
                         .long_name = "impact category",
                         .size = vt_labels_count(in->category)},
      [AXIS_FACTOR] = {.name = "factor",
                       .long_name = "factor of the ensemble",
                       .size = k->study->factors},
  };
  VT_TRY(list_years(k));
  all[AXIS_TIME].number = k->time;
  VT_TRY(flag_extension(k, &all[AXIS_TIME]));
  VT_TRY(layout_labels(in, VT_AXIS_PROCESS, &all[AXIS_PROCESS].label));
  VT_TRY(layout_labels(in, VT_AXIS_CATEGORY, &all[AXIS_CATEGORY].label));
  VT_TRY(list_units(in, &all[AXIS_CATEGORY]));
  VT_TRY(list_factors(k, &all[AXIS_FACTOR].label));
  VT_TRY(list_process_names(in, &all[AXIS_PROCESS].text));
  if (all[AXIS_PROCESS].text) all[AXIS_PROCESS].text_name = "process_name";
  VT_TRY(prepare_outputs(k, used));
  if (k->background)
    used[AXIS_SNAPSHOT] = used[AXIS_INTERMEDIATE_FLOW] = used[AXIS_ELEMENTARY_FLOW] = true;
  VT_TRY(add_further_axes(k, used, all));
  for (int a = 0; a < AXIS_COUNT; a++) {
    k->axis[a] = -1;
    if (all[a].size == 0) continue; // netCDF would call it unlimited
    k->axis[a] = k->layout.dimensions;
    k->dimension[k->layout.dimensions++] = all[a];
  }
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------
// Variables.

// Adds a variable over axes; -1 if one of them is empty.
static int add_variable(vt_pathway_kind *k, vt_variable v, const axis_id *axis, int axes,
                        int output_id) {
  v.cells = 1;
  v.dimensions = axes;
  for (int i = 0; i < axes; i++) {
    v.dimension[i] = k->axis[axis[i]];
    if (v.dimension[i] < 0) return -1;
    v.cells *= k->dimension[v.dimension[i]].size;
  }
  if (!v.units) v.units = "1";
  k->output[k->layout.variables] = output_id;
  k->variable[k->layout.variables] = v;
  return k->layout.variables++;
}

static void add_outputs(vt_pathway_kind *k) {
  for (int o = 0; o < OUTPUTS; o++) {
    const output *from = &outputs[o];
    if (!is_kept(k, from)) continue;
    const vt_variable v = {.name = from->name,
                           .long_name = from->long_name,
                           .storage =
                               from->big && k->study->single ? VT_STORE_SINGLE : from->storage,
                           .units = from->fill == fill_objective ? objective_unit(k) : "1",
                           .statistics = from->statistics,
                           .reference = true};
    (void)add_variable(k, v, from->axis, from->axes, o);
  }
}

static int add_performance(vt_pathway_kind *k, const char *name, const char *long_name,
                           const char *units, vt_storage storage) {
  const vt_variable v = {.name = name,
                         .long_name = long_name,
                         .units = units,
                         .storage = storage,
                         .group = VT_GROUP_PERFORMANCE};
  return add_variable(k, v, NULL, 0, -1);
}

static int find_variable(const vt_pathway_kind *k, const char *name) {
  int v = 0;
  while (strcmp(k->variable[v].name, name) != 0) v++;
  return v;
}

static void lay_front_out(vt_pathway_kind *k) {
  const vt_variable limit = {.name = "pareto_limit",
                             .long_name = "limit on the second category, none at the front's ends"};
  const vt_variable dominated = {.name = "dominated",
                                 .long_name = "1 if another point is better, -1 without optimum",
                                 .storage = VT_STORE_INT8};
  k->place.limit = add_variable(k, limit, NULL, 0, -1);
  k->place.dominated = add_variable(k, dominated, NULL, 0, -1);
  k->columns = (vt_front){.impact = find_variable(k, "total_impact"),
                          .category = {vt_pathway_goal_category(k->pathway, 0),
                                       vt_pathway_goal_category(k->pathway, 1)},
                          .dominated = k->place.dominated};
  k->layout.front = &k->columns;
}

static vt_error lay_alternatives_out(vt_pathway_kind *k) {
  const vt_variable sense = {.name = "alternative_sense",
                             .long_name = "-1: least installation of the process, 1: greatest",
                             .storage = VT_STORE_INT8};
  int count;
  const vt_alternative *a = vt_pathway_alternatives(k->pathway, &count);
  const char **code;
  VT_ARENA_NEW(k->inputs->arena, code, count);
  for (int i = 0; i < count; i++) code[i] = vt_labels_get(k->inputs->process, a[i].process);
  k->place.sense = add_variable(k, sense, NULL, 0, -1);
  k->layout.scenario_text_name = "alternative_process";
  k->layout.scenario_text = code;
  return VT_OK;
}

// What is particular to the design.
static vt_error lay_design_out(vt_pathway_kind *k) {
  k->place.limit = k->place.dominated = k->place.sense = -1;
  if (k->study->aims.explores == VT_EXPLORE_PARETO) lay_front_out(k);
  return k->study->aims.explores == VT_EXPLORE_ALTERNATIVES ? lay_alternatives_out(k) : VT_OK;
}

vt_error pathway_lay_out(vt_pathway_kind *k) {
  VT_TRY(lay_dimensions_out(k));
  const vt_variable status = {.name = "status",
                              .long_name = "outcome of the scenario",
                              .storage = VT_STORE_INT8,
                              .reference = true};
  k->place.status = add_variable(k, status, NULL, 0, -1);
  vt_variable value = {.name = "factor_value", .long_name = "value of each factor"};
  value.note_name = "choices";
  VT_TRY(pathway_list_choices(k, &value.note));
  k->place.factor_value = add_variable(k, value, (const axis_id[]){AXIS_FACTOR}, 1, -1);
  add_outputs(k);
  VT_TRY(lay_design_out(k));
  k->place.wall = add_performance(k, "wall_s", "time to solve", "s", VT_STORE_DOUBLE);
  k->place.iterations = add_performance(k, "iterations", "simplex iterations", "1", VT_STORE_INT32);
  k->place.rank = add_performance(k, "rank", "MPI rank that solved it", "1", VT_STORE_INT32);
  k->place.start =
      add_performance(k, "start", "rung of the ladder that gave the answer", "1", VT_STORE_INT8);
  k->layout.constants =
      background_constants(k->inputs, k->background,
                           (const int[]){k->axis[AXIS_SNAPSHOT], k->axis[AXIS_INTERMEDIATE_FLOW],
                                         k->axis[AXIS_ELEMENTARY_FLOW]},
                           k->constant);
  k->layout.constant = k->constant;
  k->layout.scenarios = vt_design_scenarios(k->design);
  k->layout.dimension = k->dimension;
  k->layout.variable = k->variable;
  k->layout.status_variable = k->place.status;
  k->layout.quantiles = k->study->quantiles;
  k->layout.quantile = k->study->quantile;
  return VT_OK;
}
