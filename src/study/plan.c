// plan.c - the ensemble: seed, design, factors, and whether the three fit together.
#include <string.h>

#include "reader.h"

enum { SIZE_BITS = 62 };

typedef enum argument {
  NO_ARGUMENT,
  SIZE_ARGUMENT,
  FILE_ARGUMENT,
  PARETO_ARGUMENT,
  ALTERNATIVES_ARGUMENT,
} argument;

/// A design by its name, and what it takes from a factor.
typedef struct design_row {
  const char *name, *usage;
  const char *expected; ///< `values` in words
  vt_presence presence;
  vt_design_kind kind;
  vt_exploration explores;
  argument takes;
  unsigned values; ///< bits of vt_value_kind
} design_row;

#define VALUE_BIT(kind) (1U << (kind))
enum {
  NO_VALUE = VALUE_BIT(VT_VALUE_EMPTY),
  LEVEL_VALUE = VALUE_BIT(VT_VALUE_NUMBER) | VALUE_BIT(VT_VALUE_LEVELS) | VALUE_BIT(VT_VALUE_NAMES),
  RANDOM_VALUE = LEVEL_VALUE | VALUE_BIT(VT_VALUE_DISTRIBUTION),
};

static const char a_level[] = "a number or a list of levels";
static const char a_random[] = "a number, a list of levels or a distribution";

static const char a_table[] = "nothing (the table gives the values, as in 'multiply: ~')";

static const design_row designs[] = {
    {.name = "factorial",
     .usage = "factorial",
     .expected = a_level,
     .kind = VT_DESIGN_FACTORIAL,
     .values = LEVEL_VALUE},
    {.name = "one-at-a-time",
     .usage = "one-at-a-time",
     .expected = a_level,
     .kind = VT_DESIGN_ONE_AT_A_TIME,
     .values = LEVEL_VALUE},
    {.name = "monte-carlo",
     .usage = "{monte-carlo: N}",
     .expected = a_random,
     .kind = VT_DESIGN_MONTE_CARLO,
     .takes = SIZE_ARGUMENT,
     .values = RANDOM_VALUE},
    {.name = "table",
     .usage = "{table: file.csv}",
     .expected = a_table,
     .kind = VT_DESIGN_TABLE,
     .takes = FILE_ARGUMENT,
     .values = NO_VALUE},
    {.name = "pareto",
     .usage = "{pareto: {categories: [a, b], points: 20}}",
     .explores = VT_EXPLORE_PARETO,
     .takes = PARETO_ARGUMENT},
    {.name = "alternatives",
     .usage = "{alternatives: {slack: 0.05}}",
     .explores = VT_EXPLORE_ALTERNATIVES,
     .takes = ALTERNATIVES_ARGUMENT},
    {.name = "latin-hypercube", .presence = VT_UNAVAILABLE},
    {.name = "sobol", .presence = VT_UNAVAILABLE},
    {.name = "saltelli", .presence = VT_UNAVAILABLE},
    {.name = "morris", .presence = VT_UNAVAILABLE},
};
enum { DESIGNS = sizeof designs / sizeof designs[0] };

static vt_error read_seed(vt_study_reader *reader, const vt_yaml *node, void *target) {
  return vt_read_uint64(reader, node, &((vt_study *)target)->design.seed);
}

// The name of a design: the text itself, or the only key of a map.
static vt_error design_name(vt_study_reader *reader, const vt_yaml *node, vt_yaml *value,
                            const char **name) {
  *value = (vt_yaml){.yaml = NULL};
  if (vt_type_of(node) == VT_TYPE_TEXT) return vt_read_text(reader, node, name);
  VT_TRY(vt_expect(reader, node, VT_TYPE_MAP, "a design such as factorial or {monte-carlo: 1000}"));
  if (vt_yaml_count(node) != 1)
    VT_REFUSE(reader, node, "found a map of %td keys, expected one as in {monte-carlo: 1000}",
              vt_yaml_count(node));
  VT_TRY(vt_map_pair(reader, node, 0, value));
  *name = value->key;
  return VT_OK;
}

static vt_error find_design(const vt_study_reader *reader, const vt_yaml *node, const char *name,
                            const design_row **row) {
  vt_nearest nearest = {.name = name};
  for (int i = 0; i < DESIGNS; i++) {
    *row = &designs[i];
    if (strcmp(name, designs[i].name) == 0) return VT_OK;
    vt_nearest_try(&nearest, designs[i].name);
  }
  VT_REFUSE(reader, node,
            "found '%.80s', expected factorial, one-at-a-time, {monte-carlo: N}, "
            "{table: file.csv}, {pareto: ...} or {alternatives: ...}%s",
            name, vt_nearest_hint(&nearest));
}

static vt_error read_design(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_study *study = target;
  const char *name = "";
  const design_row *row = NULL;
  vt_yaml value;
  VT_TRY(design_name(reader, node, &value, &name));
  VT_TRY(find_design(reader, node, name, &row));
  if (row->presence == VT_UNAVAILABLE)
    VT_FAULT(reader, node->line, "the design '%s' is not available in this version", row->name);
  const bool given = value.yaml && vt_type_of(&value) != VT_TYPE_NULL;
  if (given != (row->takes != NO_ARGUMENT))
    VT_REFUSE(reader, node, "found '%s' %s, expected 'design: %s'", row->name,
              given ? "with a value" : "without its value", row->usage);
  study->design.kind = row->kind;
  study->aims.explores = row->explores;
  study->design.line = node->line;
  if (row->takes == SIZE_ARGUMENT)
    VT_TRY(vt_read_integer(reader, &value, 1, INT64_C(1) << SIZE_BITS, &study->design.size));
  if (row->takes == FILE_ARGUMENT) VT_TRY(vt_read_path(reader, &value, &study->design.table));
  if (row->takes == PARETO_ARGUMENT) VT_TRY(vt_read_pareto(reader, &value, study));
  if (row->takes == ALTERNATIVES_ARGUMENT) VT_TRY(vt_read_alternatives(reader, &value, study));
  return VT_OK;
}

static const char *const value_names[] = {
    [VT_VALUE_EMPTY] = "nothing",
    [VT_VALUE_NUMBER] = "a number",
    [VT_VALUE_LEVELS] = "a list",
    [VT_VALUE_NAMES] = "a list of names",
    [VT_VALUE_DISTRIBUTION] = "a distribution",
};

// Whether the design knows what to do with this kind of value.
static vt_error check_against_design(const vt_study_reader *reader, const vt_yaml *operation,
                                     const vt_factor *factor) {
  const design_row *row = designs;
  while (row->kind != reader->study->design.kind) row++;
  if (row->values & VALUE_BIT(factor->value.kind)) return VT_OK;
  VT_REFUSE(reader, operation, "found %s, expected %s in the design '%s'",
            value_names[factor->value.kind], row->expected, row->name);
}

static vt_error check_name(const vt_study_reader *reader, const vt_yaml *node) {
  for (const char *c = node->key; *c; c++) {
    if ((unsigned char)*c < ' ' || *c == 127)
      VT_REFUSE(reader, node, "found a control character in the factor's name");
  }
  return VT_OK;
}

static vt_error check_duplicates(vt_study_reader *reader, const vt_yaml *map, int count) {
  const char **name;
  VT_ARENA_NEW(reader->arena, name, count);
  vt_yaml child;
  for (int i = 0; i < count; i++) {
    VT_TRY(vt_map_pair(reader, map, i, &child));
    VT_TRY(check_name(reader, &child));
    name[i] = child.key;
  }
  int duplicate;
  VT_TRY(vt_first_duplicate(count, name, &duplicate));
  if (duplicate < 0) return VT_OK;
  VT_TRY(vt_map_pair(reader, map, duplicate, &child));
  VT_FAULT(reader, child.line, "duplicate key in '%s': found '%.80s' again", vt_place(map),
           child.key);
}

static vt_error read_factors(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_study *study = target;
  if (study->aims.explores != VT_EXPLORE_NOTHING)
    VT_REFUSE(reader, node,
              "found factors with the design '%s', expected none: its scenarios differ in what "
              "they minimise",
              study->aims.explores == VT_EXPLORE_PARETO ? "pareto" : "alternatives");
  VT_TRY(vt_expect(reader, node, VT_TYPE_MAP, "a map of names to factors"));
  int count;
  VT_TRY(vt_factor_count(reader, node, &count));
  if (count == 0)
    VT_REFUSE(reader, node, "found no factors, without which all scenarios are the same");
  VT_TRY(check_duplicates(reader, node, count));
  vt_factor *factor;
  VT_ARENA_NEW(reader->arena, factor, count);
  for (int i = 0; i < count; i++) {
    vt_yaml child, operation;
    VT_TRY(vt_map_pair(reader, node, i, &child));
    VT_TRY(vt_arena_text(reader->arena, child.key, (ptrdiff_t)strlen(child.key), &factor[i].name));
    VT_TRY(vt_read_factor(reader, &child, &factor[i], &operation));
    VT_TRY(check_against_design(reader, &operation, &factor[i]));
  }
  study->factors = count;
  study->factor = factor;
  return VT_OK;
}

// The design comes first: it decides which values a factor may have.
vt_error vt_read_ensemble(vt_study_reader *reader, const vt_yaml *node, void *study) {
  static const vt_key keys[] = {{"seed", VT_OPTIONAL, read_seed},
                                {"design", VT_REQUIRED, read_design},
                                {"factors", VT_OPTIONAL, read_factors},
                                {NULL, VT_OPTIONAL, NULL}};
  reader->study->ensemble = true;
  VT_TRY(vt_map_read(reader, node, keys, study));
  if (reader->study->aims.explores == VT_EXPLORE_NOTHING && reader->study->factors == 0)
    VT_FAULT(reader, node->line, "missing key in '%s': expected 'factors'", vt_place(node));
  return VT_OK;
}

// Names of a `choose` factor: those that it lists, else all backgrounds of the study.
static vt_error list_variants(const vt_study *study, const vt_factor *from, vt_design_factor *to) {
  const vt_database_plan *plan = vt_study_databases(study);
  to->variants = from->value.levels;
  to->variant = from->value.name;
  if (to->variants > 0 || !plan) return VT_OK;
  const char **name;
  VT_ARENA_NEW(study->arena, name, plan->backgrounds);
  for (int i = 0; i < plan->backgrounds; i++)
    name[i] = plan->background[i].name ? plan->background[i].name : "";
  to->variants = plan->backgrounds;
  to->variant = name;
  return VT_OK;
}

vt_error vt_plan_design(vt_study *study) {
  vt_design_factor *factor;
  VT_ARENA_NEW(study->arena, factor, study->factors);
  for (int f = 0; f < study->factors; f++) {
    const vt_factor *from = &study->factor[f];
    factor[f] = (vt_design_factor){
        .name = from->name, .value = from->value, .infinite = vt_takes_infinite(from)};
    if (from->operation == VT_CHOOSE) VT_TRY(list_variants(study, from, &factor[f]));
  }
  study->design.path = study->path;
  study->design.factors = study->factors;
  study->design.factor = factor;
  return VT_OK;
}
