// layout.c - what a pathway scenario stores: a table of outputs, each with its axes and the
// function that fills it.
#include "kind.h"
#include "vintner/parameters.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/// Axes that outputs run over.
typedef enum axis_id {
  AXIS_PROCESS,
  AXIS_TIME,
  AXIS_CATEGORY,
  AXIS_FACTOR,
  // Those below are in the file if an output that is kept runs over them.
  AXIS_PRODUCT,
  AXIS_INTERMEDIATE_FLOW,
  AXIS_ELEMENTARY_FLOW,
  AXIS_SNAPSHOT,
  AXIS_VINTAGE,
  AXIS_ORIGIN,
  AXIS_LIMIT,
  AXIS_INPUT,
  AXIS_FORCING_TIME,
  AXIS_COUNT,
} axis_id;

// ---------------------------------------------------------------------------------------------
// Outputs.

typedef struct output {
  const char *name, *long_name;
  const char *keep; // what results.keep calls it; NULL: its name
  bool always;      // else only if results.keep names it
  bool big;         // stored in the study's precision
  bool extension;   // only where the study extends the horizon
  bool derivative;  // only where the sensitivity asks for it; the reference has none
  bool statistics;
  vt_storage storage;
  int axes;
  axis_id axis[VT_MAX_DIMENSIONS];
  void (*fill)(const vt_pathway_answer *s, double *value, ptrdiff_t cells);
  vt_output *compute; // in place of fill
  bool prepared;      // compute needs vt_pathway_prepare_outputs
} output;

static void copy(double *to, const double *from, ptrdiff_t cells) {
  memcpy(to, from, (size_t)cells * sizeof *to);
}

static void fill_objective(const vt_pathway_answer *s, double *value, ptrdiff_t cells) {
  (void)cells;
  value[0] = s->plan->objective;
}

static void fill_total_impact(const vt_pathway_answer *s, double *value, ptrdiff_t cells) {
  copy(value, s->plan->total_impact, cells);
}

// The part of total_impact that falls into the years added to the horizon.
static void fill_extension(const vt_pathway_answer *s, double *value, ptrdiff_t cells) {
  const vt_inputs *in = s->model->data->inputs;
  const int processes = vt_labels_count(in->process), times = in->system_times;
  const int first = times - s->model->study->model.pathway.extend;
  for (ptrdiff_t c = 0; c < cells; c++) {
    value[c] = 0.0;
    // By year, then process: the order in which the total adds up.
    for (int t = first; t < times; t++) {
      for (int p = 0; p < processes; p++)
        value[c] += s->plan->impact[(c * processes + p) * times + t];
    }
  }
}

static void fill_installation(const vt_pathway_answer *s, double *value, ptrdiff_t cells) {
  copy(value, s->plan->installation, cells);
}

static void fill_operation(const vt_pathway_answer *s, double *value, ptrdiff_t cells) {
  copy(value, s->plan->operation, cells);
}

static void fill_impact(const vt_pathway_answer *s, double *value, ptrdiff_t cells) {
  copy(value, s->plan->impact, cells);
}

static void fill_violation(const vt_pathway_answer *s, double *value, ptrdiff_t cells) {
  (void)cells;
  value[0] = fmax(s->plan->violation, s->solution->violation);
}

static void fill_gap(const vt_pathway_answer *s, double *value, ptrdiff_t cells) {
  (void)cells;
  value[0] = s->solution->gap;
}

static void fill_unique(const vt_pathway_answer *s, double *value, ptrdiff_t cells) {
  (void)cells;
  value[0] = s->solution->unique;
}

static void fill_least(const vt_pathway_answer *s, double *value, ptrdiff_t cells) {
  copy(value, vt_stages_least(s->stages), cells);
}

static void fill_greatest(const vt_pathway_answer *s, double *value, ptrdiff_t cells) {
  copy(value, vt_stages_greatest(s->stages), cells);
}

// The solution as functions of outputs take it.
static vt_solved solved_of(const vt_pathway_answer *s) {
  return (vt_solved){s->plan, s->solution->x, s->solution->row_dual, s->solution->reduced_cost};
}

static void fill_derivative(const vt_pathway_answer *s, double *value, ptrdiff_t cells) {
  const vt_solved solved = solved_of(s);
  if (s->value)
    vt_pathway_derivatives(s->state, &solved, s->model->design, s->value, (int)cells,
                           s->model->input, value);
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
    {"radiative_forcing", "radiative forcing of the plan in a year, at its end", .big = true,
     .statistics = true, .axes = 2, .axis = {AXIS_CATEGORY, AXIS_FORCING_TIME},
     .compute = vt_pathway_radiative_forcing, .prepared = true},
    {"impact_by_origin", "impact by origin, process and year", .big = true, .statistics = true,
     .axes = 4, .axis = {AXIS_CATEGORY, AXIS_ORIGIN, AXIS_PROCESS, AXIS_TIME},
     .compute = vt_pathway_impact_by_origin},
    {"impact_by_flow", "impact of the background by intermediate flow and year", .big = true,
     .statistics = true, .axes = 3, .axis = {AXIS_CATEGORY, AXIS_INTERMEDIATE_FLOW, AXIS_TIME},
     .compute = vt_pathway_impact_by_flow},
    {"background_impact", "impact of one unit of a flow in a snapshot", .keep = "background",
     .big = true, .statistics = true, .axes = 3,
     .axis = {AXIS_SNAPSHOT, AXIS_INTERMEDIATE_FLOW, AXIS_CATEGORY},
     .compute = vt_pathway_background_impact},
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
    {"derivative", "d objective / d input", .derivative = true, .axes = 1, .axis = {AXIS_INPUT},
     .fill = fill_derivative},
};
enum { OUTPUTS = sizeof outputs / sizeof *outputs };

void vt_pathway_fill_outputs(const vt_pathway_answer *s, double *const *row) {
  const vt_pathway_model *m = s->model;
  const vt_solved solved = solved_of(s);
  for (int v = 0; v < m->layout->variables; v++) {
    if (m->output[v] < 0) continue;
    const output *o = &outputs[m->output[v]];
    if (o->compute)
      o->compute(s->state, &solved, row[v]);
    else
      o->fill(s, row[v], m->layout->variable[v].cells);
  }
}

static bool keeps(const vt_study *study, const char *name) {
  for (int i = 0; i < study->keeps; i++) {
    if (strcmp(study->keep[i], name) == 0) return true;
  }
  return false;
}

static bool is_kept(const vt_study *study, const output *o) {
  if (o->extension && study->model.pathway.extend == 0) return false;
  if (o->derivative) return study->sensitivity.derivative;
  return o->always || keeps(study, o->keep ? o->keep : o->name);
}

bool vt_pathway_keeps_ranges(const vt_study *study) {
  return keeps(study, "installation_range");
}

// ---------------------------------------------------------------------------------------------
// Axes.

// Units of categories, where models from databases know them.
static vt_error list_units(const vt_inputs *inputs, const char *const **units) {
  const int categories = vt_labels_count(inputs->category);
  const char **list;
  bool any = false;
  *units = NULL;
  if (!inputs->category_unit) return VT_OK;
  VT_ARENA_NEW(inputs->arena, list, categories);
  for (int c = 0; c < categories; c++) {
    any = any || inputs->category_unit[c];
    list[c] = inputs->category_unit[c] ? inputs->category_unit[c] : "";
  }
  *units = any ? list : NULL;
  return VT_OK;
}

// The unit of an objective that is one category, else "1".
static const char *objective_unit(const vt_pathway_model *k) {
  const vt_inputs *in = k->data->inputs;
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

// The random inputs that have one value each.
static vt_error list_inputs(vt_pathway_model *k, vt_dimension *axis) {
  const vt_design_plan *design = &k->study->design;
  const char **name;
  VT_ARENA_NEW(k->data->inputs->arena, name, design->inputs);
  VT_ARENA_NEW(k->data->inputs->arena, k->input, design->inputs);
  for (int i = 0; i < design->inputs; i++) {
    if (!vt_sensitivity_counts(design, i) || design->input[i].each) continue;
    name[k->inputs] = design->input[i].name;
    k->input[k->inputs++] = i;
  }
  *axis = (vt_dimension){
      .name = "input", .long_name = "random input", .size = k->inputs, .label = name};
  return VT_OK;
}

static vt_error list_years(vt_pathway_model *k) {
  VT_ARENA_NEW(k->data->inputs->arena, k->time, k->data->inputs->system_times);
  for (int t = 0; t < k->data->inputs->system_times; t++)
    k->time[t] = k->data->inputs->system_time[t];
  return VT_OK;
}

static vt_error add_axis(vt_layout *layout, vt_dimension axis, int *place) {
  return vt_layout_add_axis(layout, &axis, place);
}

static vt_error add_vintages(vt_pathway_model *k, int *place) {
  const int *year;
  const int years = vt_pathway_vintages(k->pathway, &year);
  VT_ARENA_NEW(k->data->inputs->arena, k->vintage, years);
  for (int v = 0; v < years; v++) k->vintage[v] = year[v];
  return add_axis(k->layout,
                  (vt_dimension){.name = "vintage",
                                 .long_name = "year of installation",
                                 .size = years,
                                 .integer = true,
                                 .number = k->vintage},
                  place);
}

static vt_error add_products(const vt_pathway_model *k, int *place) {
  vt_dimension d = {.name = "product",
                    .long_name = "product code",
                    .size = vt_labels_count(k->data->inputs->product)};
  VT_TRY(vt_layout_labels(k->data->inputs, VT_AXIS_PRODUCT, &d.label));
  return add_axis(k->layout, d, place);
}

static vt_error add_forcing_years(vt_pathway_model *k, int *place) {
  const vt_inputs *in = k->data->inputs;
  const int years = vt_pathway_forcing_years(k->study, in);
  double *year;
  VT_ARENA_NEW(in->arena, year, years);
  for (int y = 0; y < years; y++) year[y] = in->system_time[0] + y;
  return add_axis(k->layout,
                  (vt_dimension){.name = "forcing_time",
                                 .long_name = "calendar year at whose end the forcing is",
                                 .size = years,
                                 .integer = true,
                                 .number = year},
                  place);
}

// Axes that only some outputs have: made for those that are kept.
static vt_error add_further_axes(vt_pathway_model *k, const bool *used, int *axis) {
  const vt_inputs *in = k->data->inputs;
  if (used[AXIS_PRODUCT]) VT_TRY(add_products(k, &axis[AXIS_PRODUCT]));
  if (used[AXIS_INTERMEDIATE_FLOW])
    VT_TRY(vt_background_axis(in, 1, k->layout, &axis[AXIS_INTERMEDIATE_FLOW]));
  if (used[AXIS_ELEMENTARY_FLOW])
    VT_TRY(vt_background_axis(in, 2, k->layout, &axis[AXIS_ELEMENTARY_FLOW]));
  if (used[AXIS_SNAPSHOT]) VT_TRY(vt_background_axis(in, 0, k->layout, &axis[AXIS_SNAPSHOT]));
  if (used[AXIS_VINTAGE]) VT_TRY(add_vintages(k, &axis[AXIS_VINTAGE]));
  if (used[AXIS_FORCING_TIME]) VT_TRY(add_forcing_years(k, &axis[AXIS_FORCING_TIME]));
  if (used[AXIS_ORIGIN])
    VT_TRY(add_axis(k->layout,
                    (vt_dimension){.name = "origin",
                                   .long_name = "where an impact comes from",
                                   .size = VT_ORIGINS,
                                   .label = vt_pathway_origins},
                    &axis[AXIS_ORIGIN]));
  if (used[AXIS_INPUT]) {
    vt_dimension input;
    VT_TRY(list_inputs(k, &input));
    VT_TRY(add_axis(k->layout, input, &axis[AXIS_INPUT]));
  }
  if (!used[AXIS_LIMIT]) return VT_OK;
  vt_dimension limit = {.name = "limit", .long_name = "limit of the inputs"};
  limit.size = vt_pathway_limits(k->pathway, &limit.label);
  return add_axis(k->layout, limit, &axis[AXIS_LIMIT]);
}

static vt_error prepare_outputs(vt_pathway_model *k, bool *used) {
  bool prepared = false;
  for (int o = 0; o < OUTPUTS; o++) {
    if (!is_kept(k->study, &outputs[o])) continue;
    prepared = prepared || outputs[o].prepared;
    for (int i = 0; i < outputs[o].axes; i++) used[outputs[o].axis[i]] = true;
  }
  if (vt_study_databases(k->study) && vt_background_has_cells(k->data->inputs))
    used[AXIS_SNAPSHOT] = used[AXIS_INTERMEDIATE_FLOW] = used[AXIS_ELEMENTARY_FLOW] = true;
  return prepared ? vt_pathway_prepare_outputs(k->pathway) : VT_OK;
}

// Which years were added to the horizon.
static vt_error flag_extension(const vt_pathway_model *k, vt_dimension *time) {
  const int extend = k->study->model.pathway.extend, times = k->data->inputs->system_times;
  if (extend == 0) return VT_OK;
  int8_t *flag;
  VT_ARENA_NEW(k->data->inputs->arena, flag, times);
  for (int t = times - extend; t < times; t++) flag[t] = 1;
  time->flag = flag;
  time->flag_name = "extension";
  time->flag_long_name = "1 in years added to the horizon";
  return VT_OK;
}

static vt_error add_axes(vt_pathway_model *k, int *axis) {
  const vt_inputs *in = k->data->inputs;
  bool used[AXIS_COUNT] = {false};
  vt_dimension process = {.name = "process",
                          .long_name = "process code",
                          .size = vt_labels_count(in->process),
                          .label = k->process};
  vt_dimension time = {.name = "time",
                       .long_name = "calendar year",
                       .size = in->system_times,
                       .integer = true,
                       .number = k->time};
  vt_dimension category = {
      .name = "category", .long_name = "impact category", .size = vt_labels_count(in->category)};
  vt_dimension factor;
  VT_TRY(list_process_names(in, &process.text[VT_TEXT_NAME]));
  VT_TRY(flag_extension(k, &time));
  VT_TRY(vt_layout_labels(in, VT_AXIS_CATEGORY, &category.label));
  VT_TRY(list_units(in, &category.text[VT_TEXT_UNIT]));
  VT_TRY(vt_input_axis(k->study, in->arena, &factor));
  VT_TRY(prepare_outputs(k, used));
  for (int a = 0; a < AXIS_COUNT; a++) axis[a] = -1;
  VT_TRY(add_axis(k->layout, process, &axis[AXIS_PROCESS]));
  VT_TRY(add_axis(k->layout, time, &axis[AXIS_TIME]));
  VT_TRY(add_axis(k->layout, category, &axis[AXIS_CATEGORY]));
  VT_TRY(add_axis(k->layout, factor, &axis[AXIS_FACTOR]));
  return add_further_axes(k, used, axis);
}

// ---------------------------------------------------------------------------------------------
// Variables.

static vt_error add_output(vt_pathway_model *k, const output *o, const int *axis, int *place) {
  const vt_variable v = {.name = o->name,
                         .long_name = o->long_name,
                         .storage = o->big && k->study->single ? VT_STORE_SINGLE : o->storage,
                         .units = o->fill == fill_objective ? objective_unit(k) : "1",
                         .statistics = o->statistics,
                         .reference = !o->derivative};
  int at[VT_MAX_DIMENSIONS];
  for (int i = 0; i < o->axes; i++) at[i] = axis[o->axis[i]];
  return vt_layout_add(k->layout, &v, o->axes, at, place);
}

// Which output each variable holds, once all variables are there.
static vt_error map_outputs(vt_pathway_model *k, const int *place) {
  VT_ARENA_NEW(k->data->inputs->arena, k->output, k->layout->variables);
  for (int v = 0; v < k->layout->variables; v++) k->output[v] = -1;
  for (int o = 0; o < OUTPUTS; o++) {
    if (place[o] >= 0) k->output[place[o]] = o;
  }
  return VT_OK;
}

static vt_error add_inputs(vt_pathway_model *k, const int *axis) {
  const char *variants;
  VT_TRY(vt_input_variants(k->study, k->data->inputs->arena, &variants));
  return vt_input_lay_out(k->study, axis[AXIS_FACTOR], variants, vt_parameters_are_meant(k->study),
                          k->layout, &k->place);
}

static vt_error add_variables(vt_pathway_model *k, const int *axis) {
  const vt_variable start = {.name = "start",
                             .long_name = "rung of the ladder that gave the answer",
                             .storage = VT_STORE_INT8,
                             .group = VT_GROUP_PERFORMANCE};
  int place[OUTPUTS];
  VT_TRY(vt_layout_add_status(k->layout));
  VT_TRY(add_inputs(k, axis));
  for (int o = 0; o < OUTPUTS; o++) {
    place[o] = -1;
    if (is_kept(k->study, &outputs[o])) VT_TRY(add_output(k, &outputs[o], axis, &place[o]));
  }
  if (k->staging) VT_TRY(vt_staging_lay_out(k->staging, k->layout));
  VT_TRY(vt_layout_add_performance(k->layout, "simplex iterations"));
  VT_TRY(vt_layout_add(k->layout, &start, 0, NULL, &k->start));
  return map_outputs(k, place);
}

// Distributions that are none, where databases vary.
static vt_error note_invalid(const vt_pathway_model *k) {
  char number[32];
  if (!k->study->uncertainty.wanted) return VT_OK;
  const int length =
      snprintf(number, sizeof number, "%td", vt_drawn_databases_invalid(k->data->drawn));
  k->layout->note_name = "invalid_distributions";
  return vt_arena_text(k->data->inputs->arena, number, length, &k->layout->note);
}

vt_error vt_pathway_lay_out(vt_pathway_model *k) {
  int axis[AXIS_COUNT];
  VT_TRY(vt_layout_create(&k->layout));
  VT_TRY(list_years(k));
  VT_TRY(add_axes(k, axis));
  VT_TRY(add_variables(k, axis));
  if (k->data->computed.index)
    VT_TRY(vt_computed_background_lay_out(&k->data->computed, k->layout));
  VT_TRY(note_invalid(k));
  if (k->study->design.kind == VT_DESIGN_EXCHANGES) {
    k->layout->scenario_text_name = "scenario_name";
    k->layout->scenario_text = vt_drawn_databases_tables(k->data->drawn)->label;
  }
  k->layout->scenarios = vt_design_scenarios(k->design);
  k->layout->quantiles = k->study->quantiles;
  k->layout->quantile = k->study->quantile;
  return VT_OK;
}
