// aims.c - designs without factors: their scenarios differ in what they minimise.
#include <string.h>

#include "reader.h"

enum { MOST_POINTS = 1000000 };

// One category or weights: neither design knows what to make of several levels.
static vt_error check_objective(const vt_study_reader *reader, const vt_yaml *node,
                                const vt_study *study) {
  if (study->aims.levels > 1)
    VT_REFUSE(reader, node,
              "found an objective of %d levels in line %d, expected one category or a map of "
              "weights",
              study->aims.levels, study->aims.objective_line);
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------
// pareto

static vt_error read_categories(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_objective_term *category = ((vt_study *)target)->aims.pareto.category;
  VT_TRY(vt_expect(reader, node, VT_TYPE_LIST, "a list of two categories"));
  if (vt_yaml_count(node) != 2)
    VT_REFUSE(reader, node, "found a list of %td, expected two categories", vt_yaml_count(node));
  for (int i = 0; i < 2; i++) {
    vt_yaml item;
    VT_TRY(vt_list_item(reader, node, i, &item));
    VT_TRY(vt_read_text(reader, &item, &category[i].category));
    category[i].weight = 1;
    category[i].line = item.line;
    if (i > 0 && strcmp(category[0].category, category[1].category) == 0)
      VT_REFUSE(reader, &item, "found '%.80s' a second time, expected two distinct categories",
                category[1].category);
  }
  return VT_OK;
}

static vt_error read_points(vt_study_reader *reader, const vt_yaml *node, void *target) {
  return vt_read_integer(reader, node, 2, MOST_POINTS, &((vt_study *)target)->aims.pareto.points);
}

vt_error vt_read_pareto(vt_study_reader *reader, const vt_yaml *node, vt_study *study) {
  static const vt_key keys[] = {{"categories", VT_REQUIRED, read_categories},
                                {"points", VT_REQUIRED, read_points},
                                {NULL, VT_OPTIONAL, NULL}};
  VT_TRY(vt_map_read(reader, node, keys, study));
  VT_TRY(check_objective(reader, node, study));
  if (study->aims.objectives > 0) return VT_OK;
  study->aims.objective = &study->aims.pareto.category[0];
  study->aims.objectives = 1;
  study->aims.objective_line = study->aims.pareto.category[0].line;
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------
// alternatives

static vt_error read_slack(vt_study_reader *reader, const vt_yaml *node, void *target) {
  double *slack = &((vt_study *)target)->aims.alternatives.slack;
  VT_TRY(vt_read_number(reader, node, slack));
  if (*slack < 0)
    VT_REFUSE(reader, node, "found %s, expected a share of the optimum, 0 or more", vt_found(node));
  return VT_OK;
}

static vt_error parse_choice(vt_arena *arena, const char *text, vt_factor *choice) {
  vt_text selector = {0};
  vt_error parsed = vt_text_add(&selector, "process[%s]", text);
  if (parsed == VT_OK) parsed = vt_selector_parse(arena, selector.bytes, &choice->target);
  vt_text_free(&selector);
  VT_TRY(parsed);
  choice->target.text = text;
  return VT_OK;
}

// Processes as in a selector: a label, a glob, several with '|'.
static vt_error read_choice(vt_study_reader *reader, const vt_yaml *node, vt_factor *choice) {
  const char *text = NULL;
  choice->line = node->line;
  VT_TRY(vt_read_text(reader, node, &text));
  const vt_error parsed = parse_choice(reader->arena, text, choice);
  if (parsed == VT_ERR_INPUT) VT_REFUSE(reader, node, "%s", vt_error_message());
  VT_TRY(parsed);
  if (choice->target.axes != 1)
    VT_REFUSE(reader, node, "found %s, expected processes with '|' between them, or a list",
              vt_found(node));
  return VT_OK;
}

static vt_error read_choices(vt_study_reader *reader, const vt_yaml *node,
                             const vt_factor **choices, int *count) {
  const bool list = vt_type_of(node) == VT_TYPE_LIST;
  if (!list) VT_TRY(vt_expect(reader, node, VT_TYPE_TEXT, "a process, a glob or a list of them"));
  *count = 1;
  if (list) VT_TRY(vt_factor_count(reader, node, count));
  vt_factor *choice;
  VT_ARENA_NEW(reader->arena, choice, *count);
  for (int i = 0; i < *count; i++) {
    vt_yaml item = *node;
    if (list) VT_TRY(vt_list_item(reader, node, i, &item));
    VT_TRY(read_choice(reader, &item, &choice[i]));
  }
  *choices = choice;
  return VT_OK;
}

static vt_error read_minimise(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_study *study = target;
  return read_choices(reader, node, &study->aims.alternatives.minimise,
                      &study->aims.alternatives.minimises);
}

static vt_error read_maximise(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_study *study = target;
  return read_choices(reader, node, &study->aims.alternatives.maximise,
                      &study->aims.alternatives.maximises);
}

vt_error vt_read_alternatives(vt_study_reader *reader, const vt_yaml *node, vt_study *study) {
  static const vt_key keys[] = {{"slack", VT_REQUIRED, read_slack},
                                {"minimise", VT_OPTIONAL, read_minimise},
                                {"maximise", VT_OPTIONAL, read_maximise},
                                {NULL, VT_OPTIONAL, NULL}};
  vt_factor *all;
  VT_ARENA_NEW(reader->arena, all, 1);
  all->line = node->line;
  VT_TRY(parse_choice(reader->arena, "*", all));
  study->aims.alternatives.minimise = study->aims.alternatives.maximise = all;
  study->aims.alternatives.minimises = study->aims.alternatives.maximises = 1;
  VT_TRY(vt_map_read(reader, node, keys, study));
  if (study->aims.alternatives.minimises + study->aims.alternatives.maximises == 0)
    VT_REFUSE(reader, node, "found nothing to minimise or maximise, expected a process");
  return check_objective(reader, node, study);
}
