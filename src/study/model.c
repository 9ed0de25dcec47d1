// model.c - the part of a study that says what is solved.
#include <string.h>

#include "reader.h"

static vt_error read_inputs(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_study *study = target;
  study->model.pathway.inputs_line = node->line;
  return vt_read_path(reader, node, &study->model.pathway.inputs);
}

static vt_error read_weights(vt_study_reader *reader, const vt_yaml *node, vt_study *study) {
  const ptrdiff_t count = vt_yaml_count(node);
  if (count == 0) VT_REFUSE(reader, node, "found an empty map, expected weights of categories");
  vt_objective_term *term;
  const char **category;
  VT_TRY(vt_charge(reader, node, count));
  VT_ARENA_NEW(reader->arena, term, count);
  VT_ARENA_NEW(reader->arena, category, count);
  bool matters = false;
  for (ptrdiff_t i = 0; i < count; i++) {
    vt_yaml child;
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
  study->aims.objective = term;
  study->aims.objectives = (int)count;
  return VT_OK;
}

// A category, or a map of weights.
static vt_error read_goal(vt_study_reader *reader, const vt_yaml *node, vt_study *study) {
  if (vt_type_of(node) == VT_TYPE_MAP) return read_weights(reader, node, study);
  vt_objective_term *term;
  VT_TRY(vt_expect(reader, node, VT_TYPE_TEXT, "a category or a map of weights of categories"));
  VT_ARENA_NEW(reader->arena, term, 1);
  VT_TRY(vt_read_text(reader, node, &term->category));
  term->weight = 1;
  term->line = node->line;
  study->aims.objective = term;
  study->aims.objectives = 1;
  return VT_OK;
}

static vt_error read_category(vt_study_reader *reader, const vt_yaml *node, void *target) {
  return vt_read_text(reader, node, &((vt_level *)target)->category);
}

static vt_error read_tolerance(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_level *level = target;
  VT_TRY(vt_read_number(reader, node, &level->tolerance));
  if (level->tolerance < 0)
    VT_REFUSE(reader, node, "found %s, expected a share of the optimum, 0 or more", vt_found(node));
  return VT_OK;
}

// A category, or {category: ..., tolerance: ...}.
static vt_error read_level(vt_study_reader *reader, const vt_yaml *node, vt_level *level) {
  static const vt_key keys[] = {{"category", VT_REQUIRED, read_category},
                                {"tolerance", VT_OPTIONAL, read_tolerance},
                                {NULL, VT_OPTIONAL, NULL}};
  level->line = node->line;
  if (vt_type_of(node) == VT_TYPE_MAP) return vt_map_read(reader, node, keys, level);
  VT_TRY(vt_expect(reader, node, VT_TYPE_TEXT,
                   "a category or a map such as {category: climate_change, tolerance: 0.01}"));
  return read_category(reader, node, level);
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
             "'%s': found '%.80s' a second time, expected distinct categories", vt_place(node),
             category[duplicate]);
  return VT_OK;
}

// The first level is the objective; with others after it, they decide among its optima.
static vt_error read_levels(vt_study_reader *reader, const vt_yaml *node, vt_study *study) {
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
  study->aims.objective = term;
  study->aims.objectives = 1;
  if (count < 2) return VT_OK;
  study->aims.level = level;
  study->aims.levels = (int)count;
  return VT_OK;
}

static vt_error read_objective(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_study *study = target;
  study->aims.objective_line = node->line;
  if (vt_type_of(node) != VT_TYPE_LIST) return read_goal(reader, node, study);
  if (vt_yaml_count(node) == 0) VT_REFUSE(reader, node, "found an empty list, expected a category");
  vt_yaml only;
  VT_TRY(vt_list_item(reader, node, 0, &only));
  bool weights = vt_yaml_count(node) == 1 && vt_type_of(&only) == VT_TYPE_MAP;
  for (ptrdiff_t i = 0; weights && i < vt_yaml_count(&only); i++) {
    vt_yaml child;
    VT_TRY(vt_map_pair(reader, &only, i, &child));
    weights = strcmp(child.key, "category") != 0 && strcmp(child.key, "tolerance") != 0;
  }
  if (weights) return read_weights(reader, &only, study);
  return read_levels(reader, node, study);
}

static vt_error read_unit(vt_study_reader *reader, const vt_yaml *node, void *target) {
  static const char *const names[] = {
      [VT_UNIT_LIFETIME] = "lifetime", [VT_UNIT_ANNUAL] = "annual", NULL};
  int choice;
  VT_TRY(vt_read_one_of(reader, node, names, &choice));
  ((vt_study *)target)->model.pathway.unit = (vt_unit)choice;
  return VT_OK;
}

static vt_error read_extend(vt_study_reader *reader, const vt_yaml *node, void *target) {
  int64_t years;
  VT_TRY(vt_read_integer(reader, node, 0, 1000, &years));
  ((vt_study *)target)->model.pathway.extend = (int)years;
  return VT_OK;
}

static vt_error check_fixed_choice(const vt_study_reader *reader, const vt_yaml *node,
                                   const vt_factor *override) {
  if (override->value.kind == VT_VALUE_NAMES && override->value.levels == 1) return VT_OK;
  if (override->value.kind == VT_VALUE_NAMES)
    VT_REFUSE(reader, node, "found %d names, expected one, since overrides are fixed",
              override->value.levels);
  VT_REFUSE(reader, node, "found %s, expected a name", vt_found(node));
}

static vt_error read_overrides(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_study *study = target;
  VT_TRY(vt_expect(reader, node, VT_TYPE_LIST, "a list such as [{target: ..., set: 5}]"));
  int count;
  VT_TRY(vt_factor_count(reader, node, &count));
  vt_factor *override;
  VT_ARENA_NEW(reader->arena, override, count);
  for (int i = 0; i < count; i++) {
    vt_yaml child, operation;
    VT_TRY(vt_list_item(reader, node, i, &child));
    VT_TRY(vt_read_factor(reader, &child, &override[i], &operation));
    if (override[i].operation == VT_CHOOSE) {
      VT_TRY(check_fixed_choice(reader, &operation, &override[i]));
    } else if (override[i].value.kind != VT_VALUE_NUMBER) {
      VT_REFUSE(reader, &operation, "found %s, expected a number, since overrides are fixed",
                vt_found(&operation));
    }
  }
  study->model.pathway.overrides = count;
  study->model.pathway.override = override;
  return VT_OK;
}

enum { INPUTS, DATABASES, FIRST_WITH_DATABASES, LAST_WITH_DATABASES = 8, REQUIRED = 4 };

// Inputs hold everything themselves; databases need to be told what to take from them.
static vt_error check_source(const vt_study_reader *reader, const vt_yaml *node, const vt_key *keys,
                             const vt_yaml child[VT_MAX_KEYS]) {
  int only = INPUTS;
  VT_TRY(vt_map_only(reader, node, keys, child, INPUTS, DATABASES, &only));
  for (int k = FIRST_WITH_DATABASES; k <= LAST_WITH_DATABASES; k++) {
    if (only == INPUTS && child[k].yaml)
      VT_REFUSE(reader, &child[k], "found with 'inputs', expected only with 'databases'");
    if (only == DATABASES && !child[k].yaml && k < FIRST_WITH_DATABASES + REQUIRED)
      VT_FAULT(reader, node->line, "missing key in '%s': expected '%s', as with 'databases'",
               vt_place(node), keys[k].name);
  }
  return VT_OK;
}

// Rows are read in this order: demand needs the years, and background the foreground.
static vt_error read_pathway(vt_study_reader *reader, const vt_yaml *node, void *study) {
  static const vt_key keys[] = {
      [INPUTS] = {"inputs", VT_OPTIONAL, read_inputs},
      [DATABASES] = {"databases", VT_OPTIONAL, vt_read_pathway_databases},
      [FIRST_WITH_DATABASES] = {"foreground", VT_OPTIONAL, vt_read_foreground},
      {"years", VT_OPTIONAL, vt_read_years},
      {"demand", VT_OPTIONAL, vt_read_demand},
      {"methods", VT_OPTIONAL, vt_read_methods},
      {"background", VT_OPTIONAL, vt_read_background},
      {"flows", VT_OPTIONAL, vt_read_flows},
      [LAST_WITH_DATABASES] = {"missing", VT_OPTIONAL, vt_read_missing},
      {"objective", VT_OPTIONAL, read_objective},
      {"unit", VT_OPTIONAL, read_unit},
      {"extend", VT_OPTIONAL, read_extend},
      {"overrides", VT_OPTIONAL, read_overrides},
      {NULL, VT_OPTIONAL, NULL}};
  vt_yaml child[VT_MAX_KEYS];
  VT_TRY(vt_map_match(reader, node, keys, child));
  VT_TRY(check_source(reader, node, keys, child));
  return vt_map_read_matched(reader, node, keys, child, study);
}

// ---------------------------------------------------------------------------------------------
// Kinds of models.

static const struct {
  vt_key key;
  vt_model_kind kind;
} kinds[] = {
    {{"pathway", VT_OPTIONAL, read_pathway}, VT_MODEL_PATHWAY},
    {{"choice", VT_UNAVAILABLE, NULL}, VT_MODEL_PATHWAY},
    {{"timeline", VT_UNAVAILABLE, NULL}, VT_MODEL_PATHWAY},
    {{"inventory", VT_OPTIONAL, vt_read_inventory}, VT_MODEL_INVENTORY},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

const char *vt_model_kind_name(vt_model_kind kind) {
  int k = 0;
  while (kinds[k].kind != kind) k++;
  return kinds[k].key.name;
}

vt_error vt_read_model(vt_study_reader *reader, const vt_yaml *node, void *study) {
  vt_key keys[KINDS + 1] = {{0}};
  for (int k = 0; k < KINDS; k++) keys[k] = kinds[k].key;
  vt_yaml child[VT_MAX_KEYS];
  int only;
  VT_TRY(vt_map_match(reader, node, keys, child));
  VT_TRY(vt_map_only(reader, node, keys, child, 0, KINDS - 1, &only));
  reader->study->model.kind = kinds[only].kind;
  reader->study->model.line = node->line;
  VT_TRY(vt_map_read_matched(reader, node, keys, child, study));
  return VT_OK;
}

const vt_database_plan *vt_study_databases(const vt_study *study) {
  return study->model.kind == VT_MODEL_PATHWAY ? study->model.pathway.from : NULL;
}
