// plan.c - the ensemble: seed, design, factors, correlations, and whether they fit together.
#include <math.h>
#include <string.h>

#include "reader.h"

enum { SIZE_BITS = 62, DEFAULT_LEVELS = 4, MOST_LEVELS = 1000000 };

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

static vt_error refuse_design(const vt_study_reader *reader, const vt_yaml *node,
                              const char *name) {
  vt_nearest nearest = {.name = name};
  for (int k = 0; k < VT_DESIGNS; k++) {
    if (vt_design_types[k].name) vt_nearest_try(&nearest, vt_design_types[k].name);
  }
  for (const vt_exploration_row *e = vt_exploration_rows; e->name; e++)
    vt_nearest_try(&nearest, e->name);
  VT_REFUSE(reader, node,
            "found '%s', expected factorial, one-at-a-time, {monte-carlo: N}, "
            "{latin-hypercube: N}, {sobol: N}, {saltelli: N}, {morris: r}, {table: file.csv}, "
            "{exchanges: file.csv}, {pareto: ...} or {alternatives: ...}%s",
            name, vt_nearest_hint(&nearest));
}

// A design has its argument if it takes one, and none if it does not.
static vt_error check_argument(const vt_study_reader *reader, const vt_yaml *node,
                               const vt_yaml *value, const char *name, const char *usage,
                               bool takes, bool may_do_without) {
  const bool given = value->yaml && vt_type_of(value) != VT_TYPE_NULL;
  if (given != takes && !(may_do_without && !given))
    VT_REFUSE(reader, node, "found '%s' %s, expected 'design: %s'", name,
              given ? "with a value" : "without its value", usage);
  return VT_OK;
}

static vt_error read_size(vt_study_reader *reader, const vt_yaml *node, void *target) {
  return vt_read_integer(reader, node, 1, INT64_C(1) << SIZE_BITS,
                         &((vt_design_plan *)target)->size);
}

static vt_error read_levels(vt_study_reader *reader, const vt_yaml *node, void *target) {
  int64_t *levels = &((vt_design_plan *)target)->levels;
  VT_TRY(vt_read_integer(reader, node, 2, MOST_LEVELS, levels));
  if (*levels % 2 != 0)
    VT_REFUSE(reader, node, "found %s, expected an even number", vt_found(node));
  return VT_OK;
}

static vt_error read_quantiles(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_design_plan *design = target;
  double *quantile;
  VT_TRY(vt_read_numbers(reader, node, 0, &quantile, &design->quantiles));
  if (design->quantiles == 0) VT_REFUSE(reader, node, "found an empty list, expected quantiles");
  for (int q = 0; q < design->quantiles; q++) {
    if (!(quantile[q] > 0.0 && quantile[q] < 1.0))
      VT_REFUSE(reader, node, "found %g, expected quantiles between 0 and 1", quantile[q]);
  }
  design->quantile = quantile;
  return VT_OK;
}

// One path, or a list of them.
static vt_error read_files(vt_study_reader *reader, const vt_yaml *node, vt_design_plan *design) {
  const vt_study *study = reader->study;
  const bool exchanges = study->model.kind == VT_MODEL_INVENTORY || vt_study_databases(study);
  const bool list = vt_type_of(node) == VT_TYPE_LIST;
  const ptrdiff_t count = list ? vt_yaml_count(node) : 1;
  const char **path;
  if (!exchanges)
    VT_REFUSE(reader, node,
              "found difference tables with 'model.%s', expected them with "
              "'inventory', or with 'pathway' from databases",
              vt_model_kind_name(study->model.kind));
  if (count == 0) VT_REFUSE(reader, node, "found an empty list, expected files");
  VT_TRY(vt_charge(reader, node, count));
  VT_ARENA_NEW(reader->arena, path, count);
  for (ptrdiff_t i = 0; i < count; i++) {
    vt_yaml item = *node;
    if (list) VT_TRY(vt_list_item(reader, node, i, &item));
    VT_TRY(vt_read_path(reader, &item, &path[i]));
  }
  design->exchanges = path;
  design->exchange_files = (int)count;
  return VT_OK;
}

// What stands for the argument of a design alone, and what a map of them may hold.
static vt_error read_arguments(vt_study_reader *reader, const vt_yaml *value,
                               const vt_design_type *type, vt_design_plan *design) {
  vt_key keys[VT_MAX_KEYS] = {{0}};
  int count = 0;
  if (type->takes & VT_ARGUMENT_FILE) return vt_read_path(reader, value, &design->table);
  if (type->takes & VT_ARGUMENT_FILES) return read_files(reader, value, design);
  if (type->takes & VT_ARGUMENT_SIZE && (!type->size || vt_type_of(value) != VT_TYPE_MAP))
    return read_size(reader, value, design);
  if (type->size)
    keys[count++] = (vt_key){.name = type->size, .presence = VT_REQUIRED, .read = read_size};
  if (type->takes & VT_ARGUMENT_SCRAMBLE)
    keys[count++] =
        (vt_key){.name = "scramble", .read = vt_bool_at, .at = offsetof(vt_design_plan, scramble)};
  if (type->takes & VT_ARGUMENT_SECOND_ORDER)
    keys[count++] = (vt_key){
        .name = "second_order", .read = vt_bool_at, .at = offsetof(vt_design_plan, second_order)};
  if (type->takes & VT_ARGUMENT_LEVELS)
    keys[count++] = (vt_key){.name = "levels", .read = read_levels};
  if (type->takes & VT_ARGUMENT_QUANTILES)
    keys[count++] = (vt_key){.name = "quantiles", .presence = VT_REQUIRED, .read = read_quantiles};
  return vt_map_read(reader, value, keys, design);
}

static vt_error take_design(vt_study_reader *reader, const vt_yaml *node, const vt_yaml *value,
                            vt_design_kind kind) {
  vt_design_plan *design = &reader->study->design;
  const vt_design_type *type = &vt_design_types[kind];
  const bool optional = type->takes == VT_ARGUMENT_QUANTILES;
  VT_TRY(check_argument(reader, node, value, type->name, type->usage, type->takes != 0, optional));
  design->kind = kind;
  design->scramble = true;
  design->levels = DEFAULT_LEVELS;
  const bool given = value->yaml && vt_type_of(value) != VT_TYPE_NULL;
  return given ? read_arguments(reader, value, type, design) : VT_OK;
}

static vt_error take_exploration(vt_study_reader *reader, const vt_yaml *node, const vt_yaml *value,
                                 const vt_exploration_row *row) {
  vt_aims *aims = &reader->study->aims;
  if (reader->study->model.kind == VT_MODEL_INVENTORY)
    VT_REFUSE(reader, node, "found '%s' with 'model.%s', expected it of a pathway or a choice",
              row->name, vt_model_kind_name(reader->study->model.kind));
  VT_TRY(check_argument(reader, node, value, row->name, row->usage, true, false));
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
    [VT_VALUE_FORMULA] = "a formula",
};

// Whether the design knows what to do with this kind of value.
static vt_error check_against_design(const vt_study_reader *reader, const vt_yaml *operation,
                                     const vt_factor *factor) {
  const vt_design_plan *design = &reader->study->design;
  const vt_design_type *type = &vt_design_types[design->kind];
  const bool random = factor->value.kind == VT_VALUE_DISTRIBUTION;
  if (factor->each && !type->each)
    VT_REFUSE(reader, operation->parent,
              "found 'each' in the design '%s', expected it in a random "
              "design other than morris",
              type->name);
  if (factor->each && !random)
    VT_REFUSE(reader, operation->parent, "found 'each' with %s, expected a distribution",
              value_names[factor->value.kind]);
  if (factor->value.kind == VT_VALUE_FORMULA || (random && design->quantiles > 0)) return VT_OK;
  if (type->values & 1U << factor->value.kind) return VT_OK;
  if (random && type->takes & VT_ARGUMENT_QUANTILES)
    VT_REFUSE(reader, operation,
              "found a distribution, expected a number, a list of levels, or quantiles as in "
              "'design: {%s: {quantiles: [0.05, 0.95]}}'",
              type->name);
  VT_REFUSE(reader, operation, "found %s, expected %s in the design '%s'",
            value_names[factor->value.kind], type->expected, type->name);
}

static vt_error check_name(const vt_study_reader *reader, const vt_yaml *node) {
  if (vt_labels_find(reader->parameters, node->key, (ptrdiff_t)strlen(node->key)) >= 0)
    VT_REFUSE(reader, node, "found the name twice, expected another: a parameter has it");
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
  if (count == 0 && study->parameters == 0)
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

// ---------------------------------------------------------------------------------------------
// Correlations: pairs, or the file of a matrix. Their names are looked up with the design.

static vt_error read_pair(vt_study_reader *reader, const vt_yaml *node, vt_correlation *pair) {
  enum { NAMES = 2 };
  if (vt_type_of(node) != VT_TYPE_LIST || vt_yaml_count(node) != NAMES + 1)
    VT_REFUSE(reader, node, "found %s, expected two names and a correlation as in [gas, oil, 0.7]",
              vt_found(node));
  pair->line = node->line;
  for (int i = 0; i <= NAMES; i++) {
    vt_yaml item;
    VT_TRY(vt_list_item(reader, node, i, &item));
    VT_TRY(i < NAMES ? vt_read_text(reader, &item, &pair->name[i])
                     : vt_read_number(reader, &item, &pair->rho));
  }
  return VT_OK;
}

static vt_error read_correlations(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_design_plan *design = &((vt_study *)target)->design;
  const vt_design_type *type = &vt_design_types[design->kind];
  if (type->independent)
    VT_REFUSE(reader, node, "found correlations in the design '%s', expected none: %s",
              type->name ? type->name : "of what is minimised", type->independent);
  design->correlations_line = node->line;
  if (vt_type_of(node) == VT_TYPE_TEXT)
    return vt_read_path(reader, node, &design->correlations_file);
  VT_TRY(vt_expect(reader, node, VT_TYPE_LIST, "a list of pairs or the file of a matrix"));
  vt_correlation *pair;
  const ptrdiff_t count = vt_yaml_count(node);
  VT_TRY(vt_charge(reader, node, count));
  VT_ARENA_NEW(reader->arena, pair, count);
  for (ptrdiff_t i = 0; i < count; i++) {
    vt_yaml item;
    VT_TRY(vt_list_item(reader, node, i, &item));
    VT_TRY(read_pair(reader, &item, &pair[i]));
  }
  design->correlations = (int)count;
  design->correlation = pair;
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------
// The whole.

// In something the scenarios must differ: without inputs in the draws of the databases, of which
// designs have a number of their own.
static vt_error check_difference(const vt_study_reader *reader, const vt_yaml *node) {
  const vt_study *study = reader->study;
  const vt_design_type *type = &vt_design_types[study->design.kind];
  if (study->factors > 0 || study->parameters > 0) return VT_OK;
  if (study->aims.explores != VT_EXPLORE_NOTHING) return VT_OK;
  if (study->design.kind == VT_DESIGN_EXCHANGES) return VT_OK;
  if (!study->uncertainty.wanted)
    VT_FAULT(reader, node->line, "missing key in '%s': expected 'factors'", vt_place(node));
  const bool alone = type->takes & VT_ARGUMENT_SIZE && study->design.kind != VT_DESIGN_SALTELLI &&
                     study->design.kind != VT_DESIGN_MORRIS;
  if (!alone)
    VT_FAULT(reader, study->design.line,
             "'%s.design': found the design '%s' without factors or parameters, expected "
             "monte-carlo, latin-hypercube or sobol",
             vt_place(node), type->name);
  return VT_OK;
}

vt_error vt_read_ensemble(vt_study_reader *reader, const vt_yaml *node, void *study) {
  static const vt_key keys[] = {
      {.name = "seed", .read = read_seed},
      {.name = "design", .presence = VT_REQUIRED, .read = read_design},
      {.name = "factors", .read = read_factors, .after = "design"},
      {.name = "correlations", .read = read_correlations, .after = "factors"},
      {.name = "background_uncertainty", .read = vt_read_uncertainty, .after = "design"},
      {.name = NULL}};
  reader->study->ensemble = true;
  VT_TRY(vt_map_read(reader, node, keys, study));
  return check_difference(reader, node);
}

// Names of a `choose` factor: those that it lists, else all backgrounds of the study.
static vt_error list_variants(const vt_study *study, const vt_factor *from, vt_design_input *to) {
  const vt_database_plan *plan = vt_study_databases(study);
  to->variants = from->value.levels;
  to->variant = from->value.name;
  if (to->variants > 0) return VT_OK;
  const char **name;
  if (study->model.kind == VT_MODEL_TIMELINE) {
    const vt_timeline_plan *timeline = &study->model.timeline;
    VT_ARENA_NEW(study->arena, name, timeline->backgrounds);
    for (int i = 0; i < timeline->backgrounds; i++)
      name[i] = timeline->background[i].name ? timeline->background[i].name : "";
    to->variants = timeline->backgrounds;
    to->variant = name;
  }
  if (!plan) return VT_OK;
  VT_ARENA_NEW(study->arena, name, plan->backgrounds);
  for (int i = 0; i < plan->backgrounds; i++)
    name[i] = plan->background[i].name ? plan->background[i].name : "";
  to->variants = plan->backgrounds;
  to->variant = name;
  return VT_OK;
}

// Each file once, in the order in which the study names them.
static void add_file(vt_design_plan *design, vt_design_file *file, const vt_design_file *added) {
  for (int i = 0; i < design->files; i++) {
    if (strcmp(file[i].path, added->path) == 0) return;
  }
  file[design->files++] = *added;
}

static vt_error list_files(vt_study *study) {
  vt_design_plan *design = &study->design;
  vt_design_file *file;
  VT_ARENA_NEW(study->arena, file, design->inputs + design->exchange_files + 2);
  if (design->table)
    add_file(design, file, &(vt_design_file){design->table, design->line, "ensemble.design.table"});
  for (int i = 0; i < design->exchange_files; i++)
    add_file(design, file,
             &(vt_design_file){design->exchanges[i], design->line, "ensemble.design.exchanges"});
  for (int i = 0; i < design->inputs; i++) {
    const vt_value *v = &design->input[i].value;
    if (v->kind == VT_VALUE_DISTRIBUTION && v->distribution.file)
      add_file(
          design, file,
          &(vt_design_file){v->distribution.file, v->distribution.line, v->distribution.place});
  }
  if (design->correlations_file)
    add_file(design, file,
             &(vt_design_file){design->correlations_file, design->correlations_line,
                               "ensemble.correlations"});
  design->file = file;
  return VT_OK;
}

static vt_error list_factors(const vt_study *study, vt_design_input *input) {
  for (int f = 0; f < study->factors; f++) {
    const vt_factor *from = &study->factor[f];
    input[f] = (vt_design_input){.name = from->name,
                                 .value = from->value,
                                 .each = from->each,
                                 .infinite = vt_takes_infinite(from)};
    if (from->operation == VT_CHOOSE) VT_TRY(list_variants(study, from, &input[f]));
  }
  return VT_OK;
}

// From the first with a formula on. What is chosen has no number.
static void list_overrides(const vt_factor *override, int overrides, int fixed,
                           vt_design_input *input) {
  static const double nothing = 0;
  static const vt_value chosen = {.kind = VT_VALUE_NUMBER, .level = &nothing, .levels = 1};
  for (int i = fixed; i < overrides; i++) {
    const vt_factor *from = &override[i];
    *input++ =
        (vt_design_input){.name = "", .value = from->operation == VT_CHOOSE ? chosen : from->value};
  }
}

vt_error vt_plan_design(vt_study *study) {
  vt_design_plan *design = &study->design;
  int overrides, fixed;
  const vt_factor *override = vt_study_overrides(study, &overrides, &fixed);
  vt_design_input *input;
  design->path = study->path;
  design->parameters = study->parameters;
  design->factors = study->factors;
  design->inputs = study->parameters + study->factors;
  design->inputs += overrides - fixed;
  VT_ARENA_NEW(study->arena, input, design->inputs);
  design->input = input;
  for (int i = 0; i < study->parameters; i++)
    input[i] =
        (vt_design_input){.name = study->parameter[i].name, .value = study->parameter[i].value};
  VT_TRY(list_factors(study, input + study->parameters));
  list_overrides(override, overrides, fixed, input + study->parameters + study->factors);
  return list_files(study);
}
