// sensitivity.c - results.sensitivity: whether, of which outputs, with which intervals.
#include "reader.h"

#include <string.h>

enum { MAX_RESAMPLES = 1000000, DEFAULT_RESAMPLES = 1000 };

static const char *const method_names[] = {[VT_SENSITIVITY_SOBOL] = "sobol",
                                           [VT_SENSITIVITY_MORRIS] = "morris",
                                           [VT_SENSITIVITY_REGRESSION] = "regression",
                                           [VT_SENSITIVITIES] = NULL};

static vt_sensitivity_method method_of(vt_design_kind kind) {
  if (kind == VT_DESIGN_SALTELLI) return VT_SENSITIVITY_SOBOL;
  return kind == VT_DESIGN_MORRIS ? VT_SENSITIVITY_MORRIS : VT_SENSITIVITY_REGRESSION;
}

void vt_sensitivity_implied(vt_study *study) {
  study->sensitivity =
      (vt_sensitivity_plan){.resamples = DEFAULT_RESAMPLES, .confidence = 0.95, .max_failed = 0.1};
}

// ---------------------------------------------------------------------------------------------
// The map.

// A design gives one method: to ask for it is to make sure.
static vt_error read_methods(vt_study_reader *reader, const vt_yaml *node, void *target) {
  const vt_study *study = reader->study;
  const vt_sensitivity_method method = method_of(study->design.kind);
  (void)target;
  VT_TRY(vt_expect(reader, node, VT_TYPE_LIST, "a list of methods"));
  if (vt_yaml_count(node) == 0)
    VT_REFUSE(reader, node, "found an empty list, expected '%s'", method_names[method]);
  for (ptrdiff_t i = 0; i < vt_yaml_count(node); i++) {
    vt_yaml item;
    int choice;
    VT_TRY(vt_list_item(reader, node, i, &item));
    VT_TRY(vt_read_one_of(reader, &item, method_names, &choice));
    const char *design = vt_design_types[study->design.kind].name;
    if (choice != (int)method && design)
      VT_REFUSE(reader, &item, "found '%s', which the design '%s' cannot give, expected '%s'",
                method_names[choice], design, method_names[method]);
    if (i > 0) VT_REFUSE(reader, &item, "found '%s' twice", method_names[choice]);
  }
  return VT_OK;
}

static vt_error read_outputs(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_sensitivity_plan *plan = target;
  const char **text;
  vt_selector *output;
  int duplicate;
  VT_TRY(vt_read_texts(reader, node, &text, &plan->outputs));
  if (plan->outputs == 0)
    VT_REFUSE(reader, node, "found an empty list, expected variables or selectors of their cells");
  VT_TRY(vt_first_duplicate(plan->outputs, text, &duplicate));
  if (duplicate >= 0)
    VT_REFUSE(reader, node, "found '%s' twice, expected distinct outputs", text[duplicate]);
  VT_ARENA_NEW(reader->arena, output, plan->outputs);
  for (int i = 0; i < plan->outputs; i++) {
    const vt_error parsed = vt_selector_parse(reader->arena, text[i], &output[i]);
    if (parsed == VT_ERR_INPUT) VT_REFUSE(reader, node, "%s", vt_error_message());
    VT_TRY(parsed);
  }
  plan->output = output;
  plan->output_line = node->line;
  return VT_OK;
}

static vt_error read_resamples(vt_study_reader *reader, const vt_yaml *node, void *target) {
  int64_t number;
  VT_TRY(vt_read_integer(reader, node, 1, MAX_RESAMPLES, &number));
  ((vt_sensitivity_plan *)target)->resamples = (int)number;
  return VT_OK;
}

static vt_error read_confidence(vt_study_reader *reader, const vt_yaml *node, void *target) {
  double *confidence = &((vt_sensitivity_plan *)target)->confidence;
  VT_TRY(vt_read_number(reader, node, confidence));
  if (!(*confidence > 0 && *confidence < 1))
    VT_REFUSE(reader, node, "found %s, expected a number between 0 and 1", vt_found(node));
  return VT_OK;
}

static vt_error read_max_failed(vt_study_reader *reader, const vt_yaml *node, void *target) {
  double *share = &((vt_sensitivity_plan *)target)->max_failed;
  VT_TRY(vt_read_number(reader, node, share));
  if (!(*share >= 0 && *share <= 1))
    VT_REFUSE(reader, node, "found %s, expected a share from 0 to 1", vt_found(node));
  return VT_OK;
}

static vt_error read_derivative(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_sensitivity_plan *plan = target;
  plan->derivative_line = node->line;
  return vt_read_bool(reader, node, &plan->derivative);
}

vt_error vt_read_sensitivity(vt_study_reader *reader, const vt_yaml *node, void *study) {
  static const vt_key keys[] = {{.name = "methods", .read = read_methods},
                                {.name = "outputs", .read = read_outputs},
                                {.name = "resamples", .read = read_resamples},
                                {.name = "confidence", .read = read_confidence},
                                {.name = "max_failed", .read = read_max_failed},
                                {.name = "derivative", .read = read_derivative},
                                {.name = NULL}};
  vt_sensitivity_plan *plan = &((vt_study *)study)->sensitivity;
  plan->line = node->line;
  plan->wanted = true;
  if (vt_type_of(node) == VT_TYPE_BOOL) return vt_read_bool(reader, node, &plan->wanted);
  VT_TRY(vt_expect(reader, node, VT_TYPE_MAP, "true, false or a map such as {resamples: 1000}"));
  return vt_map_read(reader, node, keys, plan);
}

// ---------------------------------------------------------------------------------------------
// Whether all that fits the rest of the study.

bool vt_sensitivity_counts(const vt_design_plan *design, int input) {
  const vt_design_input *i = &design->input[input];
  if (i->each) return design->kind == VT_DESIGN_SALTELLI;
  switch (i->value.kind) {
    case VT_VALUE_LEVELS:
    case VT_VALUE_NAMES:
    case VT_VALUE_DISTRIBUTION: return design->kind != VT_DESIGN_NONE;
    case VT_VALUE_EMPTY: return design->kind == VT_DESIGN_TABLE;
    case VT_VALUE_FORMULA:
    case VT_VALUE_NUMBER: break;
  }
  return false;
}

// Multipliers are those of one programme with one objective: that of the first level, if what the
// others may choose from is its optima.
static vt_error check_derivative(const vt_study_reader *reader) {
  const vt_study *study = reader->study;
  const vt_sensitivity_plan *plan = &study->sensitivity;
  const vt_aims *aims = &study->aims;
  const char *place = "'results.sensitivity.derivative'";
  bool any = false;
  if (!plan->derivative) return VT_OK;
  if (study->model.kind != VT_MODEL_PATHWAY)
    VT_FAULT(reader, plan->derivative_line, "%s: found true, expected it of a pathway alone",
             place);
  if (aims->levels > 1 && aims->level[0].tolerance > 0)
    VT_FAULT(reader, plan->derivative_line,
             "%s: found an objective whose first level has a tolerance (line %d), expected one "
             "without",
             place, aims->level[0].line);
  for (int i = 0; i < study->design.inputs; i++)
    any = any || (vt_sensitivity_counts(&study->design, i) && !study->design.input[i].each);
  if (!any)
    VT_FAULT(reader, plan->derivative_line,
             "%s: found no random input with one value, expected one without 'each'", place);
  return VT_OK;
}

static bool has_random_inputs(const vt_design_plan *design) {
  for (int i = 0; i < design->inputs; i++) {
    if (vt_sensitivity_counts(design, i)) return true;
  }
  return false;
}

vt_error vt_check_sensitivity(const vt_study_reader *reader) {
  vt_study *study = reader->study;
  vt_sensitivity_plan *plan = &study->sensitivity;
  plan->method = method_of(study->design.kind);
  if (plan->line == 0) {
    plan->wanted = plan->method != VT_SENSITIVITY_REGRESSION;
    plan->line = study->design.line;
  }
  if (!plan->wanted) return VT_OK;
  if (has_random_inputs(&study->design)) return check_derivative(reader);
  VT_FAULT(reader, plan->line,
           "'results.sensitivity': found no random inputs, expected parameters or factors with "
           "levels, names or a distribution, or a table");
}
