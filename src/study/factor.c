// factor.c - one factor or override: what it reaches, what it does, with which numbers.
#include "reader.h"

#include <string.h>

enum { MAX_FACTORS = 100000 };

vt_error vt_factor_count(const vt_study_reader *reader, const vt_yaml *node, int *count) {
  const ptrdiff_t found = vt_yaml_count(node);
  if (found > MAX_FACTORS)
    VT_REFUSE(reader, node, "found %td entries, expected at most %d", found, (int)MAX_FACTORS);
  *count = (int)found;
  return VT_OK;
}

static vt_error read_target(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_factor *factor = target;
  factor->line = node->line;
  const char *text = NULL;
  VT_TRY(vt_read_text(reader, node, &text));
  const vt_error parsed = vt_selector_parse(reader->arena, text, &factor->target);
  if (parsed == VT_ERR_INPUT) VT_REFUSE(reader, node, "%s", vt_error_message());
  return parsed;
}

bool vt_takes_infinite(const vt_factor *factor) {
  const char *tensor = factor->target.tensor;
  return factor->operation == VT_SET &&
         (strstr(tensor, "limit") || strcmp(tensor, "capacity") == 0);
}

static vt_error read_level(vt_study_reader *reader, const vt_yaml *node, bool infinite,
                           double *level) {
  return infinite ? vt_read_limit(reader, node, level) : vt_read_number(reader, node, level);
}

static vt_error read_number_value(vt_study_reader *reader, const vt_yaml *node, bool infinite,
                                  vt_value *value) {
  double *level;
  VT_ARENA_NEW(reader->arena, level, 1);
  VT_TRY(read_level(reader, node, infinite, level));
  value->kind = VT_VALUE_NUMBER;
  value->level = level;
  value->levels = 1;
  return VT_OK;
}

static vt_error read_levels(vt_study_reader *reader, const vt_yaml *node, bool infinite,
                            vt_value *value) {
  double *level;
  const ptrdiff_t items = vt_yaml_count(node);
  if (items == 0) VT_REFUSE(reader, node, "found an empty list, expected levels");
  VT_TRY(vt_charge(reader, node, items));
  VT_ARENA_NEW(reader->arena, level, items);
  for (ptrdiff_t i = 0; i < items; i++) {
    vt_yaml item;
    VT_TRY(vt_list_item(reader, node, i, &item));
    VT_TRY(read_level(reader, &item, infinite, &level[i]));
  }
  value->levels = (int)items;
  value->kind = VT_VALUE_LEVELS;
  value->level = level;
  return VT_OK;
}

static vt_error compile(vt_study_reader *reader, const char *text, vt_formula **formula) {
  VT_TRY(vt_formula_compile(reader->arena, VT_GRAMMAR_STUDY, text, formula));
  return vt_formula_bind(*formula, reader->parameters, NULL);
}

static vt_error read_formula(vt_study_reader *reader, const vt_yaml *node, vt_value *value) {
  const char *text, *place = vt_place(node);
  vt_formula *formula;
  VT_TRY(vt_arena_text(reader->arena, place, (ptrdiff_t)strlen(place), &value->place));
  VT_TRY(vt_read_text(reader, node, &text));
  const vt_error compiled = compile(reader, text, &formula);
  if (compiled == VT_ERR_INPUT) VT_REFUSE(reader, node, "%s", vt_error_message());
  VT_TRY(compiled);
  value->kind = VT_VALUE_FORMULA;
  value->formula = formula;
  value->line = node->line;
  return VT_OK;
}

static vt_error read_one_name(vt_study_reader *reader, const vt_yaml *node, vt_factor *factor) {
  const char **name;
  VT_ARENA_NEW(reader->arena, name, 1);
  VT_TRY(vt_read_text(reader, node, &name[0]));
  factor->value.kind = VT_VALUE_NAMES;
  factor->value.levels = 1;
  factor->value.name = name;
  return VT_OK;
}

// The list of a factor, or the name of an override.
static vt_error read_names(vt_study_reader *reader, const vt_yaml *node, vt_factor *factor) {
  const char **name;
  int duplicate;
  if (!factor->name && vt_type_of(node) != VT_TYPE_LIST) return read_one_name(reader, node, factor);
  VT_TRY(vt_read_texts(reader, node, &name, &factor->value.levels));
  if (factor->value.levels == 0) VT_REFUSE(reader, node, "found an empty list, expected names");
  VT_TRY(vt_first_duplicate(factor->value.levels, name, &duplicate));
  if (duplicate >= 0)
    VT_REFUSE(reader, node, "found '%s' twice, expected distinct names", name[duplicate]);
  factor->value.kind = VT_VALUE_NAMES;
  factor->value.name = name;
  return VT_OK;
}

vt_error vt_read_value(vt_study_reader *reader, const vt_yaml *node, bool infinite,
                       vt_value *value) {
  switch (vt_type_of(node)) {
    case VT_TYPE_NULL: value->kind = VT_VALUE_EMPTY; return VT_OK;
    case VT_TYPE_INTEGER:
    case VT_TYPE_FLOAT: return read_number_value(reader, node, infinite, value);
    case VT_TYPE_LIST: return read_levels(reader, node, infinite, value);
    case VT_TYPE_TEXT: return read_formula(reader, node, value);
    case VT_TYPE_MAP:
      value->kind = VT_VALUE_DISTRIBUTION;
      return vt_read_distribution(reader, node, &value->distribution);
    case VT_TYPE_BOOL: break;
  }
  VT_REFUSE(reader, node,
            "found %s, expected a number, a list of levels, a formula in quotes or a distribution "
            "such as {uniform: [0.8, 1.2]}",
            vt_found(node));
}

const char *const vt_operation_names[] = {
    [VT_SET] = "set", [VT_ADD] = "add", [VT_MULTIPLY] = "multiply", [VT_CHOOSE] = "choose", NULL};

vt_error vt_read_factor(vt_study_reader *reader, const vt_yaml *node, vt_factor *factor,
                        vt_yaml *operation) {
  enum { OPERATIONS = sizeof vt_operation_names / sizeof *vt_operation_names - 1 };
  vt_key keys[OPERATIONS + 3] = {{.name = "target", .presence = VT_REQUIRED, .read = read_target}};
  for (int k = 0; k < OPERATIONS; k++)
    keys[k + 1] = (vt_key){.name = vt_operation_names[k], .presence = VT_ONE_OF, .value = k};
  vt_yaml child[VT_MAX_KEYS];
  int only = 0;
  // An override is one number: it has no draws.
  if (factor->name)
    keys[OPERATIONS + 1] =
        (vt_key){.name = "each", .read = vt_bool_at, .at = offsetof(vt_factor, each)};
  VT_TRY(vt_map_match(reader, node, keys, child));
  VT_TRY(vt_map_read_matched(reader, node, keys, child, factor));
  VT_TRY(vt_map_one_of(reader, node, keys, child, &only));
  *operation = child[only];
  factor->operation = (vt_operation)keys[only].value;
  if (factor->operation == VT_CHOOSE && factor->target.bracketed)
    VT_REFUSE(reader, &child[0], "found brackets with choose, expected a name alone: '%s'",
              factor->target.tensor);
  const bool names = factor->operation == VT_CHOOSE && vt_type_of(operation) != VT_TYPE_NULL;
  if (names) return read_names(reader, operation, factor);
  return vt_read_value(reader, operation, vt_takes_infinite(factor), &factor->value);
}

static vt_error check_fixed_choice(const vt_study_reader *reader, const vt_yaml *node,
                                   const vt_factor *override) {
  if (override->value.kind == VT_VALUE_NAMES && override->value.levels == 1) return VT_OK;
  if (override->value.kind == VT_VALUE_NAMES)
    VT_REFUSE(reader, node, "found %d names, expected one, since overrides are fixed",
              override->value.levels);
  VT_REFUSE(reader, node, "found %s, expected a name", vt_found(node));
}

vt_error vt_read_overrides(vt_study_reader *reader, const vt_yaml *node, const vt_factor **list,
                           int *overrides, int *fixed) {
  VT_TRY(vt_expect(reader, node, VT_TYPE_LIST, "a list such as [{target: ..., set: 5}]"));
  int count;
  *fixed = 0;
  VT_TRY(vt_factor_count(reader, node, &count));
  vt_factor *override;
  VT_ARENA_NEW(reader->arena, override, count);
  for (int i = 0; i < count; i++) {
    vt_yaml child, operation;
    VT_TRY(vt_list_item(reader, node, i, &child));
    VT_TRY(vt_read_factor(reader, &child, &override[i], &operation));
    if (override[i].operation == VT_CHOOSE) {
      VT_TRY(check_fixed_choice(reader, &operation, &override[i]));
    } else if (override[i].value.kind != VT_VALUE_NUMBER &&
               override[i].value.kind != VT_VALUE_FORMULA) {
      VT_REFUSE(reader, &operation,
                "found %s, expected a number or a formula in quotes, since overrides are fixed",
                vt_found(&operation));
    }
    if (*fixed == i && override[i].value.kind != VT_VALUE_FORMULA) (*fixed)++;
  }
  *overrides = count;
  *list = override;
  return VT_OK;
}
