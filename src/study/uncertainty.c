// uncertainty.c - ensemble.background_uncertainty: which distributions of the databases vary.
#include "reader.h"

#include <string.h>

static vt_error read_part(vt_study_reader *reader, const vt_yaml *node, vt_uncertainty_plan *plan) {
  static const char *const names[] = {"technosphere", "biosphere", "methods", "parameters", NULL};
  bool *const part[] = {&plan->technosphere, &plan->biosphere, &plan->methods, &plan->parameters};
  int choice;
  VT_TRY(vt_read_one_of(reader, node, names, &choice));
  if (*part[choice]) VT_REFUSE(reader, node, "found '%s' twice, expected it once", names[choice]);
  *part[choice] = true;
  return VT_OK;
}

static vt_error read_parts(vt_study_reader *reader, const vt_yaml *node, void *target) {
  VT_TRY(vt_expect(reader, node, VT_TYPE_LIST,
                   "a list of technosphere, biosphere, methods and parameters"));
  if (vt_yaml_count(node) == 0)
    VT_REFUSE(reader, node,
              "found none, expected some of technosphere, biosphere, methods and parameters");
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
  return VT_OK;
}

// The first category whose factors do not come from its method alone; NULL: there is none.
static const vt_category_plan *dynamic_category(const vt_study *study) {
  const vt_database_plan *from = vt_study_databases(study);
  const vt_timeline_plan *timeline = &study->model.timeline;
  for (int i = 0; from && i < from->categories; i++)
    if (from->category[i].metric != VT_METRIC_STATIC) return &from->category[i];
  for (int i = 0; study->model.kind == VT_MODEL_TIMELINE && i < timeline->methods; i++)
    if (timeline->method[i].category.metric != VT_METRIC_STATIC)
      return &timeline->method[i].category;
  return NULL;
}

static vt_error choose_parts(const vt_study_reader *reader, const vt_yaml *node,
                             vt_uncertainty_plan *plan) {
  const vt_category_plan *dynamic = dynamic_category(reader->study);
  if (plan->methods && dynamic)
    VT_REFUSE(reader, node,
              "found 'methods' where category '%s' has the metric %s, whose factors have no "
              "distributions, expected [technosphere, biosphere]",
              dynamic->name, vt_metric_names[dynamic->metric]);
  const bool named = plan->technosphere || plan->biosphere || plan->methods || plan->parameters;
  if (!plan->wanted || named) return VT_OK;
  plan->technosphere = plan->biosphere = true;
  plan->methods = dynamic == NULL;
  return VT_OK;
}

vt_error vt_read_uncertainty(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_study *study = target;
  study->uncertainty.line = node->line;
  VT_TRY(read_any(reader, node, &study->uncertainty));
  VT_TRY(choose_parts(reader, node, &study->uncertainty));
  const bool inputs = study->model.kind == VT_MODEL_PATHWAY && study->model.pathway.inputs;
  if (study->uncertainty.wanted && inputs)
    VT_REFUSE(reader, node,
              "found it with 'inputs:', which have no exchanges with distributions, expected a "
              "model from databases");
  if (study->uncertainty.wanted && study->aims.explores != VT_EXPLORE_NOTHING)
    VT_REFUSE(reader, node,
              "found it in a design whose scenarios differ in what they minimise, expected one "
              "that draws, such as {monte-carlo: 1000}");
  const bool projects =
      study->model.kind == VT_MODEL_PATHWAY || study->model.kind == VT_MODEL_INVENTORY;
  if (study->uncertainty.parameters && !projects)
    VT_REFUSE(reader, node,
              "found 'parameters' with 'model.%s', expected them with pathway or "
              "inventory",
              vt_model_kind_name(study->model.kind));
  return VT_OK;
}
