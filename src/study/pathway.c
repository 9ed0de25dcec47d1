// pathway.c - a pathway model in a study: from an input file or from databases.
#include "reader.h"

static vt_error read_inputs(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_study *study = target;
  study->model.pathway.inputs_line = node->line;
  return vt_read_path(reader, node, &study->model.pathway.inputs);
}

const char *const vt_unit_names[] = {
    [VT_UNIT_LIFETIME] = "lifetime", [VT_UNIT_ANNUAL] = "annual", NULL};

static vt_error read_unit(vt_study_reader *reader, const vt_yaml *node, void *target) {
  int unit;
  VT_TRY(vt_read_one_of(reader, node, vt_unit_names, &unit));
  ((vt_study *)target)->model.pathway.unit = (vt_unit)unit;
  return VT_OK;
}

static vt_error read_extend(vt_study_reader *reader, const vt_yaml *node, void *target) {
  int64_t years;
  VT_TRY(vt_read_integer(reader, node, 0, 1000, &years));
  ((vt_study *)target)->model.pathway.extend = (int)years;
  return VT_OK;
}

static vt_error read_overrides(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_pathway_plan *plan = &((vt_study *)target)->model.pathway;
  return vt_read_overrides(reader, node, &plan->override, &plan->overrides, &plan->fixed_overrides);
}

// Temporal distributions inside the background are those of timelines alone, so far.
static vt_error read_background_dates(vt_study_reader *reader, const vt_yaml *node, void *target) {
  bool wanted;
  (void)target;
  VT_TRY(vt_read_bool(reader, node, &wanted));
  if (wanted) VT_REFUSE(reader, node, "found true, which is not available in this version");
  return VT_OK;
}

vt_error vt_read_pathway(vt_study_reader *reader, const vt_yaml *node, void *study) {
  static const char databases[] = "databases";
  static const vt_key keys[] = {
      {.name = "inputs", .presence = VT_ONE_OF, .read = read_inputs},
      {.name = databases, .presence = VT_ONE_OF, .read = vt_read_pathway_databases},
      {.name = "foreground",
       .presence = VT_REQUIRED,
       .read = vt_read_foreground,
       .with = databases},
      {.name = "years", .presence = VT_REQUIRED, .read = vt_read_years, .with = databases},
      {.name = "demand",
       .presence = VT_REQUIRED,
       .read = vt_read_demand,
       .with = databases,
       .after = "years"},
      {.name = "methods", .presence = VT_REQUIRED, .read = vt_read_methods, .with = databases},
      {.name = "background", .read = vt_read_background, .with = databases, .after = "foreground"},
      {.name = "flows", .read = vt_read_flows, .with = databases},
      {.name = "allocation", .read = vt_read_allocation, .with = databases},
      {.name = "missing", .read = vt_read_missing, .with = databases},
      {.name = "offsets", .read = vt_read_offsets, .with = databases},
      {.name = "background_dates", .read = read_background_dates, .with = databases},
      {.name = "objective", .read = vt_read_objective},
      {.name = "unit", .read = read_unit},
      {.name = "extend", .read = read_extend},
      {.name = "overrides", .read = read_overrides},
      {.name = NULL}};
  return vt_map_read(reader, node, keys, study);
}
