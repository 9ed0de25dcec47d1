// regret.c - results.regret: of how many plans, fixed up to which year.
#include "reader.h"

#include <string.h>

static const int farthest_year = 1000000;

static vt_error read_plans(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_regret_plan *plan = target;
  plan->plans_line = node->line;
  return vt_read_integer(reader, node, 1, INT64_MAX, &plan->plans);
}

static vt_error read_fix(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_regret_plan *plan = target;
  int64_t year;
  VT_TRY(vt_read_integer(reader, node, -farthest_year, farthest_year, &year));
  plan->fix_line = node->line;
  plan->fix = (int)year;
  return VT_OK;
}

vt_error vt_read_regret(vt_study_reader *reader, const vt_yaml *node, void *study) {
  static const vt_key keys[] = {
      {.name = "plans", .read = read_plans}, {.name = "fix", .read = read_fix}, {.name = NULL}};
  vt_regret_plan *plan = &((vt_study *)study)->regret;
  plan->line = node->line;
  plan->wanted = true;
  if (vt_type_of(node) == VT_TYPE_BOOL) return vt_read_bool(reader, node, &plan->wanted);
  VT_TRY(vt_expect(reader, node, VT_TYPE_MAP, "true, false or a map such as {plans: 20}"));
  return vt_map_read(reader, node, keys, plan);
}

// ---------------------------------------------------------------------------------------------
// Whether it fits the rest of the study.

static bool keeps_installation(const vt_study *study) {
  bool kept = false;
  for (int i = 0; i < study->keeps; i++) kept = kept || strcmp(study->keep[i], "installation") == 0;
  return kept;
}

// Regret compares one objective between all scenarios.
static vt_error check_aims(const vt_study_reader *reader) {
  static const char *const explored[] = {
      [VT_EXPLORE_PARETO] = "pareto", [VT_EXPLORE_ALTERNATIVES] = "alternatives"};
  const vt_aims *aims = &reader->study->aims;
  const int line = reader->study->regret.line;
  if (aims->explores != VT_EXPLORE_NOTHING)
    VT_FAULT(reader, line,
             "'results.regret': found it with the design '%s', whose scenarios differ in what they "
             "aim at, expected another design",
             explored[aims->explores]);
  if (aims->levels > 1)
    VT_FAULT(reader, line,
             "'results.regret': found an objective of %d levels in line %d, expected one category "
             "or a map of weights",
             aims->levels, aims->objective_line);
  return VT_OK;
}

vt_error vt_check_regret(const vt_study_reader *reader) {
  const vt_study *study = reader->study;
  const int line = study->regret.line;
  if (!study->regret.wanted) return VT_OK;
  if (study->model.kind != VT_MODEL_PATHWAY)
    VT_FAULT(reader, line, "'results.regret': found it in 'model.%s', expected a pathway model",
             vt_model_kind_name(study->model.kind));
  VT_TRY(check_aims(reader));
  if (!keeps_installation(study))
    VT_FAULT(reader, line,
             "'results.regret': found it without installations, expected 'installation' in "
             "'results.keep'");
  return VT_OK;
}
