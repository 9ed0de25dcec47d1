// plan.c - the ensemble: seed, design, factors, and whether the three fit together.
#include <string.h>

#include "reader.h"

enum { SIZE_BITS = 62 };

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

// Names that are known, but not in this version.
static const char *const unavailable[] = {"latin-hypercube", "sobol", "saltelli", "morris"};
enum { UNAVAILABLE = sizeof unavailable / sizeof *unavailable };

static vt_error refuse_design(const vt_study_reader *reader, const vt_yaml *node,
                              const char *name) {
  vt_nearest nearest = {.name = name};
  for (int k = 0; k < VT_DESIGNS; k++) {
    if (vt_design_types[k].name) vt_nearest_try(&nearest, vt_design_types[k].name);
  }
  for (const vt_exploration_row *e = vt_exploration_rows; e->name; e++)
    vt_nearest_try(&nearest, e->name);
  for (int i = 0; i < UNAVAILABLE; i++) {
    if (strcmp(name, unavailable[i]) == 0)
      VT_FAULT(reader, node->line, "the design '%s' is not available in this version", name);
    vt_nearest_try(&nearest, unavailable[i]);
  }
  VT_REFUSE(reader, node,
            "found '%s', expected factorial, one-at-a-time, {monte-carlo: N}, "
            "{table: file.csv}, {pareto: ...} or {alternatives: ...}%s",
            name, vt_nearest_hint(&nearest));
}

// A design has its argument if and only if it takes one.
static vt_error check_argument(const vt_study_reader *reader, const vt_yaml *node,
                               const vt_yaml *value, const char *name, const char *usage,
                               bool takes) {
  const bool given = value->yaml && vt_type_of(value) != VT_TYPE_NULL;
  if (given != takes)
    VT_REFUSE(reader, node, "found '%s' %s, expected 'design: %s'", name,
              given ? "with a value" : "without its value", usage);
  return VT_OK;
}

static vt_error take_design(vt_study_reader *reader, const vt_yaml *node, const vt_yaml *value,
                            vt_design_kind kind) {
  vt_design_plan *design = &reader->study->design;
  const vt_design_type *type = &vt_design_types[kind];
  VT_TRY(check_argument(reader, node, value, type->name, type->usage,
                        type->takes != VT_ARGUMENT_NONE));
  design->kind = kind;
  if (type->takes == VT_ARGUMENT_SIZE)
    VT_TRY(vt_read_integer(reader, value, 1, INT64_C(1) << SIZE_BITS, &design->size));
  if (type->takes == VT_ARGUMENT_FILE) VT_TRY(vt_read_path(reader, value, &design->table));
  return VT_OK;
}

static vt_error take_exploration(vt_study_reader *reader, const vt_yaml *node, const vt_yaml *value,
                                 const vt_exploration_row *row) {
  vt_aims *aims = &reader->study->aims;
  VT_TRY(check_argument(reader, node, value, row->name, row->usage, true));
  aims->explores = row->explores;
  return row->read(reader, value, aims);
}

static vt_error read_design(vt_study_reader *reader, const vt_yaml *node, void *target) {
  const char *name = "";
  vt_yaml value;
  VT_TRY(design_name(reader, node, &value, &name));
  ((vt_study *)target)->design.line = node->line;
  for (int k = 0; k < VT_DESIGNS; k++) {
    if (vt_design_types[k].name && strcmp(name, vt_design_types[k].name) == 0)
      return take_design(reader, node, &value, (vt_design_kind)k);
  }
  for (const vt_exploration_row *e = vt_exploration_rows; e->name; e++) {
    if (strcmp(name, e->name) == 0) return take_exploration(reader, node, &value, e);
  }
  return refuse_design(reader, node, name);
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
  const vt_design_type *type = &vt_design_types[reader->study->design.kind];
  if (type->values & 1U << factor->value.kind) return VT_OK;
  VT_REFUSE(reader, operation, "found %s, expected %s in the design '%s'",
            value_names[factor->value.kind], type->expected, type->name);
}

static vt_error check_name(const vt_study_reader *reader, const vt_yaml *node) {
  for (const char *c = node->key; *c; c++) {
    if ((unsigned char)*c < ' ' || *c == 127)
      VT_REFUSE(reader, node, "found a control character in the factor's name");
  }
  return VT_OK;
}

static vt_error read_factors(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_study *study = target;
  for (const vt_exploration_row *e = vt_exploration_rows; e->name; e++) {
    if (e->explores == study->aims.explores)
      VT_REFUSE(reader, node,
                "found factors with the design '%s', expected none: its scenarios differ in what "
                "they minimise",
                e->name);
  }
  VT_TRY(vt_expect(reader, node, VT_TYPE_MAP, "a map of names to factors"));
  int count;
  VT_TRY(vt_factor_count(reader, node, &count));
  if (count == 0)
    VT_REFUSE(reader, node, "found no factors, without which all scenarios are the same");
  const char **name;
  VT_TRY(vt_read_keys(reader, node, &name));
  vt_factor *factor;
  VT_ARENA_NEW(reader->arena, factor, count);
  for (int i = 0; i < count; i++) {
    vt_yaml child, operation;
    VT_TRY(vt_map_pair(reader, node, i, &child));
    VT_TRY(check_name(reader, &child));
    factor[i].name = name[i];
    VT_TRY(vt_read_factor(reader, &child, &factor[i], &operation));
    VT_TRY(check_against_design(reader, &operation, &factor[i]));
  }
  study->factors = count;
  study->factor = factor;
  return VT_OK;
}

vt_error vt_read_ensemble(vt_study_reader *reader, const vt_yaml *node, void *study) {
  static const vt_key keys[] = {{.name = "seed", .read = read_seed},
                                {.name = "design", .presence = VT_REQUIRED, .read = read_design},
                                {.name = "factors", .read = read_factors, .after = "design"},
                                {.name = NULL}};
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
