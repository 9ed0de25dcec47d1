// model.c - the part of a study that says what is solved.
#include <string.h>

#include "reader.h"

static vt_error read_inputs(vt_reader *reader, const vt_node *node, void *target) {
  vt_study *study = target;
  study->pathway.inputs_line = node->line;
  return vt_read_path(reader, node, &study->pathway.inputs);
}

static vt_error read_weights(vt_reader *reader, const vt_node *node, vt_study *study) {
  const ptrdiff_t count = vt_node_count(node);
  if (count == 0) VT_REFUSE(reader, node, "found an empty map, expected weights of categories");
  vt_objective_term *term;
  const char **category;
  VT_TRY(vt_charge(reader, node, count));
  VT_ARENA_NEW(reader->arena, term, count);
  VT_ARENA_NEW(reader->arena, category, count);
  bool matters = false;
  for (ptrdiff_t i = 0; i < count; i++) {
    vt_node child;
    VT_TRY(vt_map_pair(reader, node, i, &child));
    VT_TRY(vt_read_number(reader, &child, &term[i].weight));
    const ptrdiff_t length = (ptrdiff_t)strlen(child.key);
    VT_TRY(vt_arena_text(reader->arena, child.key, length, &term[i].category));
    term[i].line = child.line;
    category[i] = term[i].category;
    matters = matters || term[i].weight != 0;
  }
  int duplicate;
  VT_TRY(vt_first_duplicate((int)count, category, &duplicate));
  if (duplicate >= 0)
    VT_FAULT(reader, term[duplicate].line, "duplicate key in '%s': found '%.80s' again",
             vt_place(node), category[duplicate]);
  if (!matters) VT_REFUSE(reader, node, "found only weights of 0, expected one that is not");
  study->pathway.objective = term;
  study->pathway.objectives = (int)count;
  return VT_OK;
}

// A category, or a map of weights.
static vt_error read_goal(vt_reader *reader, const vt_node *node, vt_study *study) {
  if (vt_type_of(node) == VT_TYPE_MAP) return read_weights(reader, node, study);
  vt_objective_term *term;
  VT_TRY(vt_expect(reader, node, VT_TYPE_TEXT, "a category or a map of weights of categories"));
  VT_ARENA_NEW(reader->arena, term, 1);
  VT_TRY(vt_read_text(reader, node, &term->category));
  term->weight = 1;
  term->line = node->line;
  study->pathway.objective = term;
  study->pathway.objectives = 1;
  return VT_OK;
}

static vt_error read_category(vt_reader *reader, const vt_node *node, void *target) {
  return vt_read_text(reader, node, &((vt_level *)target)->category);
}

static vt_error read_tolerance(vt_reader *reader, const vt_node *node, void *target) {
  vt_level *level = target;
  VT_TRY(vt_read_number(reader, node, &level->tolerance));
  if (level->tolerance < 0)
    VT_REFUSE(reader, node, "found %s, expected a share of the optimum, 0 or more", vt_found(node));
  return VT_OK;
}

// A category, or {category: ..., tolerance: ...}.
static vt_error read_level(vt_reader *reader, const vt_node *node, vt_level *level) {
  static const vt_key keys[] = {{"category", VT_REQUIRED, read_category},
                                {"tolerance", VT_OPTIONAL, read_tolerance},
                                {NULL, VT_OPTIONAL, NULL}};
  level->line = node->line;
  if (vt_type_of(node) == VT_TYPE_MAP) return vt_map_read(reader, node, keys, level);
  VT_TRY(vt_expect(reader, node, VT_TYPE_TEXT,
                   "a category or a map such as {category: climate_change, tolerance: 0.01}"));
  return read_category(reader, node, level);
}

static vt_error check_levels(const vt_reader *reader, const vt_node *node, const vt_level *level,
                             int count) {
  const char **category;
  VT_ARENA_NEW(reader->arena, category, count);
  for (int i = 0; i < count; i++) category[i] = level[i].category;
  int duplicate;
  VT_TRY(vt_first_duplicate(count, category, &duplicate));
  if (duplicate >= 0)
    VT_FAULT(reader, level[duplicate].line,
             "'%s': found '%.80s' a second time, expected distinct categories", vt_place(node),
             category[duplicate]);
  return VT_OK;
}

// The first level is the objective; with others after it, they decide among its optima.
static vt_error read_levels(vt_reader *reader, const vt_node *node, vt_study *study) {
  enum { MOST_LEVELS = 1000 };
  const ptrdiff_t count = vt_node_count(node);
  if (count > MOST_LEVELS)
    VT_REFUSE(reader, node, "found %td levels, expected at most %d", count, (int)MOST_LEVELS);
  vt_level *level;
  vt_objective_term *term;
  VT_ARENA_NEW(reader->arena, level, count);
  VT_ARENA_NEW(reader->arena, term, 1);
  for (int i = 0; i < count; i++) {
    vt_node item;
    VT_TRY(vt_list_item(reader, node, i, &item));
    VT_TRY(read_level(reader, &item, &level[i]));
  }
  VT_TRY(check_levels(reader, node, level, (int)count));
  *term = (vt_objective_term){level[0].category, 1, level[0].line};
  study->pathway.objective = term;
  study->pathway.objectives = 1;
  if (count < 2) return VT_OK;
  study->pathway.level = level;
  study->pathway.levels = (int)count;
  return VT_OK;
}

static vt_error read_objective(vt_reader *reader, const vt_node *node, void *target) {
  vt_study *study = target;
  study->pathway.objective_line = node->line;
  if (vt_type_of(node) != VT_TYPE_LIST) return read_goal(reader, node, study);
  if (vt_node_count(node) == 0) VT_REFUSE(reader, node, "found an empty list, expected a category");
  vt_node only;
  VT_TRY(vt_list_item(reader, node, 0, &only));
  bool weights = vt_node_count(node) == 1 && vt_type_of(&only) == VT_TYPE_MAP;
  for (ptrdiff_t i = 0; weights && i < vt_node_count(&only); i++) {
    vt_node child;
    VT_TRY(vt_map_pair(reader, &only, i, &child));
    weights = strcmp(child.key, "category") != 0 && strcmp(child.key, "tolerance") != 0;
  }
  if (weights) return read_weights(reader, &only, study);
  return read_levels(reader, node, study);
}

static vt_error read_unit(vt_reader *reader, const vt_node *node, void *target) {
  static const char *const names[] = {
      [VT_UNIT_LIFETIME] = "lifetime", [VT_UNIT_ANNUAL] = "annual", NULL};
  int choice;
  VT_TRY(vt_read_choice(reader, node, names, &choice));
  ((vt_study *)target)->pathway.unit = (vt_unit)choice;
  return VT_OK;
}

static vt_error read_extend(vt_reader *reader, const vt_node *node, void *target) {
  int64_t years;
  VT_TRY(vt_read_integer(reader, node, 0, 1000, &years));
  ((vt_study *)target)->pathway.extend = (int)years;
  return VT_OK;
}

static vt_error read_overrides(vt_reader *reader, const vt_node *node, void *target) {
  vt_study *study = target;
  VT_TRY(vt_expect(reader, node, VT_TYPE_LIST, "a list such as [{target: ..., set: 5}]"));
  int count;
  VT_TRY(vt_factor_count(reader, node, &count));
  vt_factor *override;
  VT_ARENA_NEW(reader->arena, override, count);
  for (int i = 0; i < count; i++) {
    vt_node child, operation;
    VT_TRY(vt_list_item(reader, node, i, &child));
    VT_TRY(vt_read_factor(reader, &child, &override[i], &operation));
    if (override[i].value == VT_VALUE_NAMES)
      VT_FAULT(reader, operation.line, "'%s' is not available in this version",
               vt_place(&operation));
    if (override[i].value != VT_VALUE_NUMBER)
      VT_REFUSE(reader, &operation, "found %s, expected a number, since overrides are fixed",
                vt_found(&operation));
  }
  study->pathway.overrides = count;
  study->pathway.override = override;
  return VT_OK;
}

static vt_error read_pathway(vt_reader *reader, const vt_node *node, void *study) {
  static const vt_key keys[] = {
      {"inputs", VT_REQUIRED, read_inputs},       {"objective", VT_OPTIONAL, read_objective},
      {"unit", VT_OPTIONAL, read_unit},           {"extend", VT_OPTIONAL, read_extend},
      {"overrides", VT_OPTIONAL, read_overrides}, {"databases", VT_UNAVAILABLE, NULL},
      {"foreground", VT_UNAVAILABLE, NULL},       {"background", VT_UNAVAILABLE, NULL},
      {"demand", VT_UNAVAILABLE, NULL},           {"years", VT_UNAVAILABLE, NULL},
      {"methods", VT_UNAVAILABLE, NULL},          {"flows", VT_UNAVAILABLE, NULL},
      {"missing", VT_UNAVAILABLE, NULL},          {NULL, VT_OPTIONAL, NULL}};
  return vt_map_read(reader, node, keys, study);
}

enum { KINDS = 4 };

vt_error vt_read_model(vt_reader *reader, const vt_node *node, void *study) {
  static const vt_key keys[] = {{"pathway", VT_OPTIONAL, read_pathway},
                                {"choice", VT_UNAVAILABLE, NULL},
                                {"timeline", VT_UNAVAILABLE, NULL},
                                {"inventory", VT_OPTIONAL, vt_read_inventory},
                                {NULL, VT_OPTIONAL, NULL}};
  vt_node child[VT_MAX_KEYS];
  int only;
  VT_TRY(vt_map_match(reader, node, keys, child));
  VT_TRY(vt_map_only(reader, node, keys, child, 0, KINDS - 1, &only));
  VT_TRY(vt_map_read_matched(reader, node, keys, child, study));
  return VT_OK;
}
