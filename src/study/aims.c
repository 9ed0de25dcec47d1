// aims.c - what a programme is optimised for: an objective, and ensembles whose scenarios differ in
// what they aim at.
#include <string.h>

#include "reader.h"

enum { MOST_POINTS = 1000000 };

// ---------------------------------------------------------------------------------------------
// The objective.

static vt_error read_weights(vt_study_reader *reader, const vt_yaml *node, vt_aims *aims) {
  const ptrdiff_t count = vt_yaml_count(node);
  if (count == 0) VT_REFUSE(reader, node, "found an empty map, expected weights of categories");
  vt_objective_term *term;
  const char **category;
  VT_TRY(vt_read_keys(reader, node, &category));
  VT_ARENA_NEW(reader->arena, term, count);
  bool matters = false;
  for (ptrdiff_t i = 0; i < count; i++) {
    vt_yaml child;
    VT_TRY(vt_map_pair(reader, node, i, &child));
    VT_TRY(vt_read_number(reader, &child, &term[i].weight));
    term[i].category = category[i];
    term[i].line = child.line;
    matters = matters || term[i].weight != 0;
  }
  if (!matters) VT_REFUSE(reader, node, "found only weights of 0, expected one that is not");
  aims->objective = term;
  aims->objectives = (int)count;
  return VT_OK;
}

// A category, or a map of weights.
static vt_error read_goal(vt_study_reader *reader, const vt_yaml *node, vt_aims *aims) {
  if (vt_type_of(node) == VT_TYPE_MAP) return read_weights(reader, node, aims);
  vt_objective_term *term;
  VT_TRY(vt_expect(reader, node, VT_TYPE_TEXT, "a category or a map of weights of categories"));
  VT_ARENA_NEW(reader->arena, term, 1);
  VT_TRY(vt_read_text(reader, node, &term->category));
  term->weight = 1;
  term->line = node->line;
  aims->objective = term;
  aims->objectives = 1;
  return VT_OK;
}

static vt_error share_at(vt_study_reader *reader, const vt_yaml *node, void *target) {
  const double *share = target;
  VT_TRY(vt_number_at(reader, node, target));
  if (*share < 0)
    VT_REFUSE(reader, node, "found %s, expected a share of the optimum, 0 or more", vt_found(node));
  return VT_OK;
}

// A category, or {category: ..., tolerance: ...}.
static vt_error read_level(vt_study_reader *reader, const vt_yaml *node, vt_level *level) {
  static const vt_key keys[] = {
      {.name = "category",
       .presence = VT_REQUIRED,
       .read = vt_text_at,
       .at = offsetof(vt_level, category)},
      {.name = "tolerance", .read = share_at, .at = offsetof(vt_level, tolerance)},
      {.name = NULL}};
  level->line = node->line;
  if (vt_type_of(node) == VT_TYPE_MAP) return vt_map_read(reader, node, keys, level);
  VT_TRY(vt_expect(reader, node, VT_TYPE_TEXT,
                   "a category or a map such as {category: climate_change, tolerance: 0.01}"));
  return vt_read_text(reader, node, &level->category);
}

static vt_error check_levels(const vt_study_reader *reader, const vt_yaml *node,
                             const vt_level *level, int count) {
  const char **category;
  VT_ARENA_NEW(reader->arena, category, count);
  for (int i = 0; i < count; i++) category[i] = level[i].category;
  int duplicate;
  VT_TRY(vt_first_duplicate(count, category, &duplicate));
  if (duplicate >= 0)
    VT_FAULT(reader, level[duplicate].line,
             "'%s': found '%s' a second time, expected distinct categories", vt_place(node),
             category[duplicate]);
  return VT_OK;
}

// The first level is the objective; with others after it, they decide among its optima.
static vt_error read_levels(vt_study_reader *reader, const vt_yaml *node, vt_aims *aims) {
  enum { MOST_LEVELS = 1000 };
  const ptrdiff_t count = vt_yaml_count(node);
  if (count > MOST_LEVELS)
    VT_REFUSE(reader, node, "found %td levels, expected at most %d", count, (int)MOST_LEVELS);
  vt_level *level;
  vt_objective_term *term;
  VT_ARENA_NEW(reader->arena, level, count);
  VT_ARENA_NEW(reader->arena, term, 1);
  for (int i = 0; i < count; i++) {
    vt_yaml item;
    VT_TRY(vt_list_item(reader, node, i, &item));
    VT_TRY(read_level(reader, &item, &level[i]));
  }
  VT_TRY(check_levels(reader, node, level, (int)count));
  *term = (vt_objective_term){level[0].category, 1, level[0].line};
  aims->objective = term;
  aims->objectives = 1;
  if (count < 2) return VT_OK;
  aims->level = level;
  aims->levels = (int)count;
  return VT_OK;
}

vt_error vt_read_objective(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_aims *aims = &((vt_study *)target)->aims;
  aims->objective_line = node->line;
  if (vt_type_of(node) != VT_TYPE_LIST) return read_goal(reader, node, aims);
  if (vt_yaml_count(node) == 0) VT_REFUSE(reader, node, "found an empty list, expected a category");
  vt_yaml only;
  VT_TRY(vt_list_item(reader, node, 0, &only));
  bool weights = vt_yaml_count(node) == 1 && vt_type_of(&only) == VT_TYPE_MAP;
  for (ptrdiff_t i = 0; weights && i < vt_yaml_count(&only); i++) {
    vt_yaml child;
    VT_TRY(vt_map_pair(reader, &only, i, &child));
    weights = strcmp(child.key, "category") != 0 && strcmp(child.key, "tolerance") != 0;
  }
  if (weights) return read_weights(reader, &only, aims);
  return read_levels(reader, node, aims);
}

// ---------------------------------------------------------------------------------------------
// Ensembles that explore.

// One category or weights: neither design knows what to make of several levels.
static vt_error check_objective(const vt_study_reader *reader, const vt_yaml *node,
                                const vt_aims *aims) {
  if (aims->levels > 1)
    VT_REFUSE(reader, node,
              "found an objective of %d levels in line %d, expected one category or a map of "
              "weights",
              aims->levels, aims->objective_line);
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------
// pareto

static vt_error read_categories(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_objective_term *category = ((vt_aims *)target)->pareto.category;
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
      VT_REFUSE(reader, &item, "found '%s' a second time, expected two distinct categories",
                category[1].category);
  }
  return VT_OK;
}

static vt_error read_points(vt_study_reader *reader, const vt_yaml *node, void *target) {
  return vt_read_integer(reader, node, 2, MOST_POINTS, &((vt_aims *)target)->pareto.points);
}

static vt_error read_pareto(vt_study_reader *reader, const vt_yaml *node, void *target) {
  static const vt_key keys[] = {
      {.name = "categories", .presence = VT_REQUIRED, .read = read_categories},
      {.name = "points", .presence = VT_REQUIRED, .read = read_points},
      {.name = NULL}};
  vt_aims *aims = target;
  VT_TRY(vt_map_read(reader, node, keys, aims));
  VT_TRY(check_objective(reader, node, aims));
  if (aims->objectives > 0) return VT_OK;
  aims->objective = &aims->pareto.category[0];
  aims->objectives = 1;
  aims->objective_line = aims->pareto.category[0].line;
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------
// alternatives

static vt_error parse_processes(vt_arena *arena, const char *text, vt_factor *processes) {
  vt_text selector = {0};
  vt_error parsed = vt_text_add(&selector, "process[%s]", text);
  if (parsed == VT_OK) parsed = vt_selector_parse(arena, selector.bytes, &processes->target);
  vt_text_free(&selector);
  VT_TRY(parsed);
  processes->target.text = text;
  return VT_OK;
}

// Processes as in a selector: a label, a glob, several with '|'.
static vt_error read_processes(vt_study_reader *reader, const vt_yaml *node, vt_factor *processes) {
  const char *text = NULL;
  processes->line = node->line;
  VT_TRY(vt_read_text(reader, node, &text));
  const vt_error parsed = parse_processes(reader->arena, text, processes);
  if (parsed == VT_ERR_INPUT) VT_REFUSE(reader, node, "%s", vt_error_message());
  VT_TRY(parsed);
  if (processes->target.axes != 1)
    VT_REFUSE(reader, node, "found %s, expected processes with '|' between them, or a list",
              vt_found(node));
  return VT_OK;
}

static vt_error read_all_processes(vt_study_reader *reader, const vt_yaml *node,
                                   const vt_factor **list, int *count) {
  const bool is_list = vt_type_of(node) == VT_TYPE_LIST;
  if (!is_list)
    VT_TRY(vt_expect(reader, node, VT_TYPE_TEXT, "a process, a glob or a list of them"));
  *count = 1;
  if (is_list) VT_TRY(vt_factor_count(reader, node, count));
  vt_factor *processes;
  VT_ARENA_NEW(reader->arena, processes, *count);
  for (int i = 0; i < *count; i++) {
    vt_yaml item = *node;
    if (is_list) VT_TRY(vt_list_item(reader, node, i, &item));
    VT_TRY(read_processes(reader, &item, &processes[i]));
  }
  *list = processes;
  return VT_OK;
}

static vt_error read_minimise(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_aims *aims = target;
  return read_all_processes(reader, node, &aims->alternatives.minimise,
                            &aims->alternatives.minimises);
}

static vt_error read_maximise(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_aims *aims = target;
  return read_all_processes(reader, node, &aims->alternatives.maximise,
                            &aims->alternatives.maximises);
}

static vt_error read_alternatives(vt_study_reader *reader, const vt_yaml *node, void *target) {
  static const vt_key keys[] = {{.name = "slack",
                                 .presence = VT_REQUIRED,
                                 .read = share_at,
                                 .at = offsetof(vt_aims, alternatives.slack)},
                                {.name = "minimise", .read = read_minimise},
                                {.name = "maximise", .read = read_maximise},
                                {.name = NULL}};
  vt_aims *aims = target;
  vt_factor *all;
  VT_ARENA_NEW(reader->arena, all, 1);
  all->line = node->line;
  VT_TRY(parse_processes(reader->arena, "*", all));
  aims->alternatives.minimise = aims->alternatives.maximise = all;
  aims->alternatives.minimises = aims->alternatives.maximises = 1;
  VT_TRY(vt_map_read(reader, node, keys, aims));
  if (aims->alternatives.minimises + aims->alternatives.maximises == 0)
    VT_REFUSE(reader, node, "found nothing to minimise or maximise, expected a process");
  return check_objective(reader, node, aims);
}

const vt_exploration_row vt_exploration_rows[] = {
    {"pareto", "{pareto: {categories: [a, b], points: 20}}", VT_EXPLORE_PARETO, read_pareto},
    {"alternatives", "{alternatives: {slack: 0.05}}", VT_EXPLORE_ALTERNATIVES, read_alternatives},
    {NULL, NULL, VT_EXPLORE_NOTHING, NULL},
};
