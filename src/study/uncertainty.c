// uncertainty.c - ensemble.background_uncertainty: which distributions of the databases vary.
#include "reader.h"

#include <string.h>

static vt_error read_part(vt_study_reader *reader, const vt_yaml *node, vt_uncertainty_plan *plan) {
  static const char *const names[] = {"technosphere", "biosphere", "methods", NULL};
  bool *const part[] = {&plan->technosphere, &plan->biosphere, &plan->methods};
  int choice;
  if (vt_type_of(node) == VT_TYPE_TEXT) {
    const char *text;
    VT_TRY(vt_read_text(reader, node, &text));
    if (strcmp(text, "parameters") == 0)
      VT_REFUSE(reader, node, "found 'parameters', which is not available in this version");
  }
  VT_TRY(vt_read_one_of(reader, node, names, &choice));
  if (*part[choice]) VT_REFUSE(reader, node, "found '%s' twice, expected it once", names[choice]);
  *part[choice] = true;
  return VT_OK;
}

static vt_error read_parts(vt_study_reader *reader, const vt_yaml *node, void *target) {
  VT_TRY(vt_expect(reader, node, VT_TYPE_LIST, "a list of technosphere, biosphere and methods"));
  if (vt_yaml_count(node) == 0)
    VT_REFUSE(reader, node, "found none, expected some of technosphere, biosphere and methods");
  for (ptrdiff_t i = 0; i < vt_yaml_count(node); i++) {
    vt_yaml item;
    VT_TRY(vt_list_item(reader, node, i, &item));
    VT_TRY(read_part(reader, &item, target));
  }
  return VT_OK;
}

static vt_error read_databases(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_uncertainty_plan *plan = target;
  const char **name;
  VT_TRY(vt_expect(reader, node, VT_TYPE_LIST, "a list of databases"));
  VT_TRY(vt_read_texts(reader, node, &name, &plan->databases));
  if (plan->databases == 0) VT_REFUSE(reader, node, "found none, expected databases");
  plan->database = name;
  plan->databases_line = node->line;
  return VT_OK;
}

static vt_error read_lognormal(vt_study_reader *reader, const vt_yaml *node, void *target) {
  static const char *const names[] = {"median", "mean", NULL};
  int choice;
  VT_TRY(vt_read_one_of(reader, node, names, &choice));
  ((vt_uncertainty_plan *)target)->mean = choice == 1;
  return VT_OK;
}

static vt_error read_invalid(vt_study_reader *reader, const vt_yaml *node, void *target) {
  static const char *const names[] = {"constant", "error", NULL};
  int choice;
  VT_TRY(vt_read_one_of(reader, node, names, &choice));
  ((vt_uncertainty_plan *)target)->strict = choice == 1;
  return VT_OK;
}

static vt_error read_map(vt_study_reader *reader, const vt_yaml *node, vt_uncertainty_plan *plan) {
  static const vt_key keys[] = {{.name = "of", .read = read_parts},
                                {.name = "databases", .read = read_databases},
                                {.name = "lognormal", .read = read_lognormal},
                                {.name = "invalid", .read = read_invalid},
                                {.name = NULL}};
  return vt_map_read(reader, node, keys, plan);
}

// A category of a timeline whose factors are no numbers of the sources; NULL: there is none.
static const char *dynamic_category(const vt_study *study) {
  const vt_timeline_plan *plan = &study->model.timeline;
  if (study->model.kind != VT_MODEL_TIMELINE) return NULL;
  for (int c = 0; c < plan->methods; c++)
    if (plan->method[c].category.metric != VT_METRIC_STATIC) return plan->method[c].category.name;
  return NULL;
}

static vt_error read_any(vt_study_reader *reader, const vt_yaml *node, vt_uncertainty_plan *plan) {
  plan->wanted = true;
  if (vt_type_of(node) == VT_TYPE_BOOL) {
    VT_TRY(vt_read_bool(reader, node, &plan->wanted));
  } else if (vt_type_of(node) == VT_TYPE_LIST) {
    VT_TRY(read_parts(reader, node, plan));
  } else {
    VT_TRY(vt_expect(reader, node, VT_TYPE_MAP,
                     "true, a list such as [technosphere, biosphere], or a map"));
    VT_TRY(read_map(reader, node, plan));
  }
  const bool named = plan->technosphere || plan->biosphere || plan->methods;
  const char *dynamic = dynamic_category(reader->study);
  if (plan->methods && dynamic)
    VT_REFUSE(reader, node, "found methods with the category '%s', whose metric is not static",
              dynamic);
  if (!plan->wanted || named) return VT_OK;
  plan->technosphere = plan->biosphere = true;
  plan->methods = !dynamic;
  return VT_OK;
}

vt_error vt_read_uncertainty(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_study *study = target;
  study->uncertainty.line = node->line;
  VT_TRY(read_any(reader, node, &study->uncertainty));
  const bool inputs = study->model.kind == VT_MODEL_PATHWAY && study->model.pathway.inputs;
  if (study->uncertainty.wanted && inputs)
    VT_REFUSE(reader, node,
              "found it with 'inputs:', which have no exchanges with distributions, expected a "
              "model from databases");
  if (study->uncertainty.wanted && study->model.kind == VT_MODEL_PATHWAY)
    VT_REFUSE(reader, node, "with 'model.%s' it is not available in this version",
              vt_model_kind_name(study->model.kind));
  const bool dated =
      study->model.kind == VT_MODEL_TIMELINE && study->model.timeline.backgrounds > 0;
  if (study->uncertainty.wanted && dated)
    VT_REFUSE(reader, node, "with 'model.timeline.background' it is not available in this version");
  return VT_OK;
}
