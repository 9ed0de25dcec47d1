// statistics.c - results.statistics: by which inputs to group, which thresholds, what counts as
// built.
#include "reader.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_THRESHOLDS = 100000 };

/// What thresholds may be asked of.
typedef struct measure {
  const char *name, *usage;
  vt_model_kind kind;
  int axes;
} measure;

static const measure measures[] = {
    {"objective", "objective", VT_MODEL_PATHWAY, 0},
    {"total_impact", "total_impact[category]", VT_MODEL_PATHWAY, 1},
    {"objective", "objective", VT_MODEL_CHOICE, 0},
    {"total_impact", "total_impact[category]", VT_MODEL_CHOICE, 1},
    {"score", "score[demand, category]", VT_MODEL_INVENTORY, 2},
    {"total_impact", "total_impact[demand, category]", VT_MODEL_TIMELINE, 2},
};
enum { MEASURES = sizeof measures / sizeof *measures };

// ---------------------------------------------------------------------------------------------
// group_by

static vt_error read_group_by(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_statistics_plan *plan = target;
  const char **name;
  plan->group_line = node->line;
  if (vt_type_of(node) == VT_TYPE_LIST) {
    VT_TRY(vt_read_texts(reader, node, &name, &plan->groupings));
  } else {
    VT_ARENA_NEW(reader->arena, name, 1);
    VT_TRY(vt_read_text(reader, node, &name[0]));
    plan->groupings = 1;
  }
  int duplicate;
  if (plan->groupings == 0)
    VT_REFUSE(reader, node, "found an empty list, expected inputs with levels or names");
  if (plan->groupings > VT_MOST_GROUPINGS)
    VT_REFUSE(reader, node, "found %d inputs, expected at most %d", plan->groupings,
              (int)VT_MOST_GROUPINGS);
  VT_TRY(vt_first_duplicate(plan->groupings, name, &duplicate));
  if (duplicate >= 0)
    VT_REFUSE(reader, node, "found '%s' twice, expected distinct inputs", name[duplicate]);
  plan->group_by = name;
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------
// exceedance

static const measure *find_measure(const vt_study_reader *reader, const char *name) {
  for (int i = 0; i < MEASURES; i++) {
    const bool has = measures[i].kind == reader->study->model.kind;
    if (has && strcmp(measures[i].name, name) == 0) return &measures[i];
  }
  return NULL;
}

static vt_error refuse_measure(const vt_study_reader *reader, const vt_yaml *node,
                               const char *name) {
  vt_nearest nearest = {.name = name};
  const char *usage[MEASURES] = {NULL};
  int known = 0;
  for (int i = 0; i < MEASURES; i++) {
    if (measures[i].kind != reader->study->model.kind) continue;
    vt_nearest_try(&nearest, measures[i].name);
    usage[known++] = measures[i].usage;
  }
  VT_REFUSE(reader, node, "unknown variable '%s', expected %s%s%s%s", name,
            known > 0 ? usage[0] : "none", known > 1 ? " or " : "", known > 1 ? usage[1] : "",
            vt_nearest_hint(&nearest));
}

static int compare_thresholds(const void *left, const void *right) {
  const double a = *(const double *)left, b = *(const double *)right;
  return (a > b) - (a < b);
}

static vt_error read_thresholds(vt_study_reader *reader, const vt_yaml *node,
                                vt_threshold_plan *plan) {
  double *number;
  VT_TRY(vt_read_numbers(reader, node, 0, &number, &plan->count));
  if (plan->count == 0) VT_REFUSE(reader, node, "found an empty list, expected thresholds");
  if (plan->count > MAX_THRESHOLDS)
    VT_REFUSE(reader, node, "found %d thresholds, expected at most %d", plan->count,
              (int)MAX_THRESHOLDS);
  for (int i = 0; i < plan->count; i++) number[i] += 0.0; // -0 becomes 0
  qsort(number, (size_t)plan->count, sizeof *number, compare_thresholds);
  for (int i = 1; i < plan->count; i++) {
    if (!(number[i - 1] < number[i]))
      VT_REFUSE(reader, node, "found %g twice, expected distinct thresholds", number[i]);
  }
  plan->threshold = number;
  return VT_OK;
}

static vt_error read_one(vt_study_reader *reader, const vt_yaml *node, vt_threshold_plan *plan) {
  plan->line = node->line;
  const vt_error parsed = vt_selector_parse(reader->arena, node->key, &plan->of);
  if (parsed == VT_ERR_INPUT) VT_REFUSE(reader, node, "%s", vt_error_message());
  VT_TRY(parsed);
  const measure *m = find_measure(reader, plan->of.tensor);
  if (!m) return refuse_measure(reader, node, plan->of.tensor);
  if (plan->of.bracketed && plan->of.axes != m->axes)
    VT_REFUSE(reader, node, "found %d axes, expected '%s'", plan->of.axes, m->usage);
  return read_thresholds(reader, node, plan);
}

static vt_error read_exceedance(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_statistics_plan *plan = target;
  VT_TRY(vt_expect(reader, node, VT_TYPE_MAP, "a map such as {objective: [400, 500]}"));
  const char **key;
  VT_TRY(vt_read_keys(reader, node, &key));
  const ptrdiff_t count = vt_yaml_count(node);
  vt_threshold_plan *list;
  VT_ARENA_NEW(reader->arena, list, count);
  for (ptrdiff_t i = 0; i < count; i++) {
    vt_yaml child;
    VT_TRY(vt_map_pair(reader, node, i, &child));
    VT_TRY(read_one(reader, &child, &list[i]));
  }
  plan->exceedances = (int)count;
  plan->exceedance = list;
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------

static vt_error read_built_above(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_statistics_plan *plan = target;
  plan->built_line = node->line;
  VT_TRY(vt_read_number(reader, node, &plan->built_above));
  if (!(plan->built_above >= 0))
    VT_REFUSE(reader, node, "found %s, expected a number of units >= 0", vt_found(node));
  return VT_OK;
}

vt_error vt_read_statistics(vt_study_reader *reader, const vt_yaml *node, void *study) {
  static const vt_key keys[] = {{.name = "group_by", .read = read_group_by},
                                {.name = "exceedance", .read = read_exceedance},
                                {.name = "built_above", .read = read_built_above},
                                {.name = NULL}};
  return vt_map_read(reader, node, keys, &((vt_study *)study)->statistics);
}

// ---------------------------------------------------------------------------------------------
// Whether all that fits the rest of the study.

static int find_input(const vt_study *study, const char *name) {
  for (int i = 0; i < study->design.inputs; i++) {
    if (strcmp(study->design.input[i].name, name) == 0) return i;
  }
  return -1;
}

static bool has_levels(const vt_design_input *input) {
  return input->value.kind == VT_VALUE_LEVELS || input->variants > 0;
}

static vt_error refuse_input(const vt_study_reader *reader, const char *name, int found) {
  const vt_design_plan *design = &reader->study->design;
  vt_nearest nearest = {.name = name};
  for (int i = 0; i < design->inputs; i++) {
    if (has_levels(&design->input[i])) vt_nearest_try(&nearest, design->input[i].name);
  }
  VT_FAULT(reader, reader->study->statistics.group_line,
           "'results.statistics.group_by': %s '%s', expected an input of the ensemble with levels "
           "or names%s",
           found < 0 ? "unknown input" : "found", name, vt_nearest_hint(&nearest));
}

static vt_error check_groups(const vt_study_reader *reader) {
  const vt_statistics_plan *plan = &reader->study->statistics;
  double groups = 1;
  for (int g = 0; g < plan->groupings; g++) {
    const char *name = plan->group_by[g];
    const int place = find_input(reader->study, name);
    if (place < 0) return refuse_input(reader, name, place);
    const vt_design_input *input = &reader->study->design.input[place];
    if (!has_levels(input)) return refuse_input(reader, name, place);
    if (strchr(name, '/'))
      VT_FAULT(reader, plan->group_line,
               "'results.statistics.group_by': found '%s', expected a name without '/', which "
               "separates the groups of a file",
               name);
    groups *= input->variants > 0 ? input->variants : input->value.levels;
  }
  if (groups > VT_MOST_GROUPS)
    VT_FAULT(reader, plan->group_line,
             "'results.statistics.group_by': found %.0f groups, expected at most %d", groups,
             (int)VT_MOST_GROUPS);
  return VT_OK;
}

vt_error vt_check_statistics(const vt_study_reader *reader) {
  const vt_study *study = reader->study;
  bool kept = false;
  for (int i = 0; i < study->keeps; i++) kept = kept || strcmp(study->keep[i], "installation") == 0;
  kept = kept && study->model.kind == VT_MODEL_PATHWAY;
  if (!kept && study->statistics.built_line > 0)
    VT_FAULT(reader, study->statistics.built_line,
             "'results.statistics.built_above': found it without installations, expected "
             "'installation' in 'results.keep' of a pathway model");
  return check_groups(reader);
}
