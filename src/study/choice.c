// choice.c - technology choice in a study: alternatives, demand and supply, limits, objective,
// time, chance. Names are looked up when the databases are read.
#include "reader.h"

#include <math.h>
#include <string.h>

enum { MOST_STEPS = 9999 };

static vt_choice_plan *plan_of(void *study) {
  return &((vt_study *)study)->model.choice;
}

static vt_error read_databases(vt_study_reader *reader, const vt_yaml *node, void *target) {
  (void)target;
  return vt_read_sources(reader, node);
}

// -------------------------------------------------------------------------------------------------
// Choices.

static vt_error check_capacity(const vt_study_reader *reader, const vt_yaml *node,
                               const vt_stepped *capacity) {
  for (int i = 0; i < capacity->spans; i++)
    if (capacity->span[i].value < 0)
      VT_REFUSE(reader, node, "found the negative capacity %g, expected 0 or more",
                capacity->span[i].value);
  return VT_OK;
}

static vt_error read_capacity(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_alternative_plan *a = target;
  const char *name = a->capacity.name;
  VT_TRY(vt_read_stepped(reader, node, 1, &a->capacity));
  a->capacity.name = name;
  return check_capacity(reader, node, &a->capacity);
}

static vt_error read_product(vt_study_reader *reader, const vt_yaml *node, void *target) {
  return vt_read_label(reader, node, &((vt_alternative_plan *)target)->product);
}

// {capacity: 10, product: heat} rather than steps with numbers.
static bool is_described(vt_study_reader *reader, const vt_yaml *node) {
  vt_yaml first;
  if (vt_type_of(node) != VT_TYPE_MAP || vt_yaml_count(node) == 0) return false;
  if (vt_map_pair(reader, node, 0, &first) != VT_OK) return false;
  return first.key[0] < '0' || first.key[0] > ':';
}

static vt_error read_alternative(vt_study_reader *reader, const vt_yaml *node,
                                 vt_alternative_plan *a) {
  static const vt_key keys[] = {{.name = "capacity", .read = read_capacity},
                                {.name = "product", .read = read_product},
                                {.name = NULL}};
  a->capacity.line = node->line;
  return is_described(reader, node) ? vt_map_read(reader, node, keys, a)
                                    : read_capacity(reader, node, a);
}

static vt_error check_twice(const vt_study_reader *reader, const vt_yaml *node,
                            const vt_alternative_plan *alternative, int count) {
  const char **name;
  int duplicate;
  VT_ARENA_NEW(reader->arena, name, count);
  for (int i = 0; i < count; i++) name[i] = alternative[i].capacity.name;
  VT_TRY(vt_first_duplicate(count, name, &duplicate));
  if (duplicate >= 0)
    VT_FAULT(reader, alternative[duplicate].capacity.line,
             "'%s': found '%s' twice, expected it once", vt_place(node), name[duplicate]);
  return VT_OK;
}

// A map from processes to capacities, or a list of processes.
static vt_error read_choice(vt_study_reader *reader, const vt_yaml *node, vt_choice_group *choice) {
  const bool list = vt_type_of(node) == VT_TYPE_LIST;
  if (!list)
    VT_TRY(vt_expect(reader, node, VT_TYPE_MAP,
                     "a map such as {wind: 100, coal: ~} or a list of processes"));
  const ptrdiff_t items = vt_yaml_count(node);
  vt_alternative_plan *alternative;
  if (items == 0) VT_REFUSE(reader, node, "found a choice without alternatives");
  VT_TRY(vt_charge(reader, node, items));
  VT_ARENA_NEW(reader->arena, alternative, items);
  for (ptrdiff_t i = 0; i < items; i++) {
    vt_yaml item;
    vt_alternative_plan *a = &alternative[i];
    VT_TRY(list ? vt_list_item(reader, node, i, &item) : vt_map_pair(reader, node, i, &item));
    a->capacity.line = item.line;
    if (list) {
      VT_TRY(vt_read_label(reader, &item, &a->capacity.name));
      continue;
    }
    VT_TRY(vt_arena_text(reader->arena, item.key, (ptrdiff_t)strlen(item.key), &a->capacity.name));
    VT_TRY(read_alternative(reader, &item, a));
  }
  choice->line = node->line;
  choice->alternative = alternative;
  choice->alternatives = (int)items;
  return check_twice(reader, node, alternative, choice->alternatives);
}

static vt_error read_choices(vt_study_reader *reader, const vt_yaml *node, void *study) {
  const ptrdiff_t count = vt_yaml_count(node);
  const char **name;
  vt_choice_group *choice;
  VT_TRY(vt_expect(reader, node, VT_TYPE_MAP, "a map from labels to alternatives"));
  VT_TRY(vt_read_keys(reader, node, &name));
  VT_ARENA_NEW(reader->arena, choice, count);
  for (ptrdiff_t i = 0; i < count; i++) {
    vt_yaml child;
    VT_TRY(vt_map_pair(reader, node, i, &child));
    choice[i].name = name[i];
    VT_TRY(read_choice(reader, &child, &choice[i]));
  }
  plan_of(study)->choice = choice;
  plan_of(study)->choices = (int)count;
  return VT_OK;
}

static vt_error read_free(vt_study_reader *reader, const vt_yaml *node, void *study) {
  const char **name;
  const ptrdiff_t count = vt_yaml_count(node);
  VT_TRY(vt_expect(reader, node, VT_TYPE_LIST, "a list of alternatives"));
  VT_TRY(vt_charge(reader, node, count));
  VT_ARENA_NEW(reader->arena, name, count);
  for (ptrdiff_t i = 0; i < count; i++) {
    vt_yaml item;
    VT_TRY(vt_list_item(reader, node, i, &item));
    VT_TRY(vt_read_label(reader, &item, &name[i]));
  }
  plan_of(study)->free = name;
  plan_of(study)->frees = (int)count;
  plan_of(study)->free_line = node->line;
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Demand, supply, limits.

static vt_error read_demand(vt_study_reader *reader, const vt_yaml *node, void *study) {
  plan_of(study)->demand_line = node->line;
  return vt_read_stepped_map(reader, node, 0, true, &plan_of(study)->demand,
                             &plan_of(study)->demands);
}

static vt_error read_supply(vt_study_reader *reader, const vt_yaml *node, void *study) {
  return vt_read_stepped_map(reader, node, 0, true, &plan_of(study)->supply,
                             &plan_of(study)->supplies);
}

const char *const vt_choice_limit_names[] = {[VT_LIMIT_UPPER] = "upper_limit",
                                             [VT_LIMIT_LOWER] = "lower_limit",
                                             [VT_LIMIT_UPPER_ELEM] = "upper_elem_limit",
                                             [VT_LIMIT_LOWER_ELEM] = "lower_elem_limit",
                                             [VT_LIMIT_UPPER_IMP] = "upper_imp_limit",
                                             [VT_LIMIT_LOWER_IMP] = "lower_imp_limit",
                                             [VT_LIMIT_UPPER_IMP_AGG] = "upper_imp_agg_limit",
                                             NULL};

static vt_error read_limit(vt_study_reader *reader, const vt_yaml *node, void *study) {
  vt_choice_plan *plan = plan_of(study);
  int which = 0;
  while (strcmp(vt_choice_limit_names[which], node->key) != 0) which++;
  const bool lower =
      which == VT_LIMIT_LOWER || which == VT_LIMIT_LOWER_ELEM || which == VT_LIMIT_LOWER_IMP;
  const bool total = which == VT_LIMIT_UPPER_IMP_AGG;
  if (total && plan->steps_line == 0)
    VT_REFUSE(reader, node, "found it without 'model.choice.time', expected upper_imp_limit");
  return vt_read_stepped_map(reader, node, lower ? -1 : 1, !total, &plan->limit[which],
                             &plan->limits[which]);
}

static vt_error read_terms(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_dependent_plan *d = target;
  const ptrdiff_t count = vt_yaml_count(node);
  const char **name;
  vt_dependent_term *term;
  VT_TRY(vt_expect(reader, node, VT_TYPE_MAP, "a map from processes to weights"));
  VT_TRY(vt_read_keys(reader, node, &name));
  if (count == 0) VT_REFUSE(reader, node, "found no terms, expected processes with weights");
  VT_ARENA_NEW(reader->arena, term, count);
  for (ptrdiff_t i = 0; i < count; i++) {
    vt_yaml child;
    VT_TRY(vt_map_pair(reader, node, i, &child));
    term[i] = (vt_dependent_term){.line = child.line, .process = name[i]};
    VT_TRY(vt_read_number(reader, &child, &term[i].weight));
  }
  d->term = term;
  d->terms = (int)count;
  return VT_OK;
}

static vt_error read_bound(vt_study_reader *reader, const vt_yaml *node, void *target) {
  return vt_type_of(node) == VT_TYPE_NULL ? VT_OK : vt_read_limit(reader, node, target);
}

static vt_error read_dependent(vt_study_reader *reader, const vt_yaml *node, vt_dependent_plan *d) {
  static const vt_key keys[] = {
      {.name = "terms", .presence = VT_REQUIRED, .read = read_terms},
      {.name = "min", .read = read_bound, .at = offsetof(vt_dependent_plan, min)},
      {.name = "max", .read = read_bound, .at = offsetof(vt_dependent_plan, max)},
      {.name = NULL}};
  d->line = node->line;
  d->min = -INFINITY;
  d->max = INFINITY;
  VT_TRY(vt_map_read(reader, node, keys, d));
  if (isinf(d->min) && isinf(d->max))
    VT_REFUSE(reader, node, "found neither 'min' nor 'max', expected one of them or both");
  if (d->min > d->max)
    VT_REFUSE(reader, node, "found limits that cross: min %g above max %g", d->min, d->max);
  return VT_OK;
}

static vt_error read_dependents(vt_study_reader *reader, const vt_yaml *node, void *study) {
  const ptrdiff_t count = vt_yaml_count(node);
  const char **name;
  vt_dependent_plan *d;
  VT_TRY(vt_expect(reader, node, VT_TYPE_MAP, "a map of names to {terms: ..., max: 0}"));
  VT_TRY(vt_read_keys(reader, node, &name));
  VT_ARENA_NEW(reader->arena, d, count);
  for (ptrdiff_t i = 0; i < count; i++) {
    vt_yaml child;
    VT_TRY(vt_map_pair(reader, node, i, &child));
    d[i].name = name[i];
    VT_TRY(read_dependent(reader, &child, &d[i]));
  }
  plan_of(study)->dependent = d;
  plan_of(study)->dependents = (int)count;
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Methods and objective.

static vt_error read_methods(vt_study_reader *reader, const vt_yaml *node, void *study) {
  return vt_read_method_plans(reader, node, &plan_of(study)->method, &plan_of(study)->methods);
}

static vt_error read_goals(vt_study_reader *reader, const vt_yaml *node, vt_study *study) {
  const ptrdiff_t count = vt_yaml_count(node);
  const char **name;
  vt_objective_term *goal;
  VT_TRY(vt_expect(reader, node, VT_TYPE_MAP, "a map from categories to goals"));
  VT_TRY(vt_read_keys(reader, node, &name));
  if (count == 0) VT_REFUSE(reader, node, "found no goals, expected categories with numbers > 0");
  VT_ARENA_NEW(reader->arena, goal, count);
  for (ptrdiff_t i = 0; i < count; i++) {
    vt_yaml child;
    VT_TRY(vt_map_pair(reader, node, i, &child));
    goal[i] = (vt_objective_term){.category = name[i], .line = child.line};
    VT_TRY(vt_read_number(reader, &child, &goal[i].weight));
    if (!(goal[i].weight > 0))
      VT_REFUSE(reader, &child, "found the goal %s, expected a number > 0", vt_found(&child));
  }
  plan_of(study)->goal = goal;
  plan_of(study)->goals = (int)count;
  return VT_OK;
}

// A category may be called goal: then it has a number.
static vt_error read_objective(vt_study_reader *reader, const vt_yaml *node, void *study) {
  if (vt_type_of(node) == VT_TYPE_MAP && vt_yaml_count(node) == 1) {
    vt_yaml only;
    VT_TRY(vt_map_pair(reader, node, 0, &only));
    if (strcmp(only.key, "goal") == 0 && vt_type_of(&only) == VT_TYPE_MAP)
      return read_goals(reader, &only, study);
  }
  return vt_read_objective(reader, node, study);
}

// -------------------------------------------------------------------------------------------------
// Time.

static vt_error read_steps(vt_study_reader *reader, const vt_yaml *node, void *target) {
  int64_t steps;
  VT_TRY(vt_read_integer(reader, node, 1, MOST_STEPS, &steps));
  ((vt_choice_plan *)target)->steps = (int)steps;
  return VT_OK;
}

static vt_error read_label_at(vt_study_reader *reader, const vt_yaml *node, void *target) {
  return vt_read_label(reader, node, target);
}

static vt_error read_storage(vt_study_reader *reader, const vt_yaml *node, vt_storage_plan *s) {
  static const vt_key keys[] = {
      {.name = "to",
       .presence = VT_REQUIRED,
       .read = read_label_at,
       .at = offsetof(vt_storage_plan, to)},
      {.name = "from",
       .presence = VT_REQUIRED,
       .read = read_label_at,
       .at = offsetof(vt_storage_plan, from)},
      {.name = "factor", .read = vt_number_at, .at = offsetof(vt_storage_plan, factor)},
      {.name = NULL}};
  s->line = node->line;
  s->factor = 1;
  VT_TRY(vt_map_read(reader, node, keys, s));
  if (s->factor < 0)
    VT_REFUSE(reader, node, "found the factor %g, expected a number of 0 or more", s->factor);
  return VT_OK;
}

static vt_error read_storages(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_choice_plan *plan = target;
  const ptrdiff_t count = vt_yaml_count(node);
  vt_storage_plan *storage;
  VT_TRY(vt_expect(reader, node, VT_TYPE_LIST, "a list such as [{to: held, from: charge}]"));
  VT_TRY(vt_charge(reader, node, count));
  VT_ARENA_NEW(reader->arena, storage, count);
  for (ptrdiff_t i = 0; i < count; i++) {
    vt_yaml item;
    VT_TRY(vt_list_item(reader, node, i, &item));
    VT_TRY(read_storage(reader, &item, &storage[i]));
  }
  plan->storage = storage;
  plan->storages = (int)count;
  return VT_OK;
}

static vt_error read_time(vt_study_reader *reader, const vt_yaml *node, void *study) {
  static const vt_key keys[] = {
      {.name = "steps", .presence = VT_REQUIRED, .read = read_steps},
      {.name = "storage", .read = read_storages},
      {.name = "cyclic", .read = vt_bool_at, .at = offsetof(vt_choice_plan, cyclic)},
      {.name = NULL}};
  plan_of(study)->steps_line = node->line;
  return vt_map_read(reader, node, keys, plan_of(study));
}

// `storage` of its own says nothing.
static vt_error refuse_storage(vt_study_reader *reader, const vt_yaml *node, void *study) {
  (void)study;
  VT_REFUSE(reader, node, "found it without time, expected it in 'model.choice.time'");
}

// -------------------------------------------------------------------------------------------------
// Chance.

static vt_error read_confidence(vt_study_reader *reader, const vt_yaml *node, void *target) {
  double *confidence = &((vt_chance_plan *)target)->confidence;
  VT_TRY(vt_read_number(reader, node, confidence));
  if (!(*confidence > 0 && *confidence < 1))
    VT_REFUSE(reader, node, "found %s, expected a number between 0 and 1", vt_found(node));
  return VT_OK;
}

static vt_error read_allocation(vt_study_reader *reader, const vt_yaml *node, void *target) {
  static const char *const names[] = {"bonferroni", "individual", NULL};
  int which;
  VT_TRY(vt_read_one_of(reader, node, names, &which));
  ((vt_chance_plan *)target)->individual = which == 1;
  return VT_OK;
}

static vt_error read_shares(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_chance_plan *chance = target;
  double *share, sum = 0;
  chance->shares_line = node->line;
  VT_TRY(vt_read_numbers(reader, node, 0, &share, &chance->shares));
  for (int i = 0; i < chance->shares; i++) {
    sum += share[i];
    if (!(share[i] > 0))
      VT_REFUSE(reader, node, "found the share %g, expected positive ones", share[i]);
  }
  if (!(fabs(sum - 1) <= 1e-9))
    VT_REFUSE(reader, node, "found shares whose sum is %.12g, expected 1", sum);
  chance->share = share;
  return VT_OK;
}

static vt_error read_bounds(vt_study_reader *reader, const vt_yaml *node,
                            const vt_chance_bound **list, int *bounds) {
  const ptrdiff_t count = vt_yaml_count(node);
  const char **name;
  vt_chance_bound *bound;
  VT_TRY(vt_expect(reader, node, VT_TYPE_MAP, "a map from processes to distributions"));
  VT_TRY(vt_read_keys(reader, node, &name));
  VT_ARENA_NEW(reader->arena, bound, count);
  for (ptrdiff_t i = 0; i < count; i++) {
    vt_yaml child;
    VT_TRY(vt_map_pair(reader, node, i, &child));
    bound[i].line = child.line;
    bound[i].process = name[i];
    VT_TRY(vt_expect(reader, &child, VT_TYPE_MAP, "a distribution such as {uniform: [0, 1]}"));
    VT_TRY(vt_read_distribution(reader, &child, &bound[i].distribution));
  }
  *list = bound;
  *bounds = (int)count;
  return VT_OK;
}

static vt_error read_uppers(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_chance_plan *chance = target;
  chance->upper_place = node->index;
  return read_bounds(reader, node, &chance->upper, &chance->uppers);
}

static vt_error read_lowers(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_chance_plan *chance = target;
  chance->lower_place = node->index;
  return read_bounds(reader, node, &chance->lower, &chance->lowers);
}

static vt_error check_shares(const vt_study_reader *reader, const vt_chance_plan *chance) {
  const int events = 1 + chance->uppers + chance->lowers;
  if (chance->shares_line == 0) return VT_OK;
  if (chance->individual)
    VT_FAULT(
        reader, chance->shares_line,
        "'model.choice.chance.shares': found shares with the allocation 'individual', expected "
        "none");
  if (chance->shares != events)
    VT_FAULT(reader, chance->shares_line,
             "'model.choice.chance.shares': found %d shares, expected %d: of the impact and of "
             "each bound",
             chance->shares, events);
  return VT_OK;
}

static vt_error read_chance(vt_study_reader *reader, const vt_yaml *node, void *study) {
  static const vt_key keys[] = {
      {.name = "confidence", .presence = VT_REQUIRED, .read = read_confidence},
      {.name = "allocation", .read = read_allocation},
      {.name = "shares", .read = read_shares},
      {.name = "upper_limit", .read = read_uppers},
      {.name = "lower_limit", .read = read_lowers},
      {.name = NULL}};
  vt_chance_plan *chance = &plan_of(study)->chance;
  chance->line = node->line;
  VT_TRY(vt_map_read(reader, node, keys, chance));
  return check_shares(reader, chance);
}

// -------------------------------------------------------------------------------------------------
// The whole.

static vt_error read_overrides(vt_study_reader *reader, const vt_yaml *node, void *study) {
  vt_choice_plan *plan = plan_of(study);
  return vt_read_overrides(reader, node, &plan->override, &plan->overrides, &plan->fixed_overrides);
}

vt_error vt_read_choice(vt_study_reader *reader, const vt_yaml *node, void *study) {
  static const vt_key keys[] = {
      {.name = "databases", .presence = VT_REQUIRED, .read = read_databases},
      {.name = "allocation", .read = vt_read_allocation},
      {.name = "time", .read = read_time},
      {.name = "storage", .read = refuse_storage},
      {.name = "choices", .read = read_choices, .after = "time"},
      {.name = "demand", .read = read_demand, .after = "time"},
      {.name = "supply", .read = read_supply, .after = "time"},
      {.name = "free", .read = read_free},
      {.name = "upper_limit", .read = read_limit, .after = "time"},
      {.name = "lower_limit", .read = read_limit, .after = "time"},
      {.name = "upper_elem_limit", .read = read_limit, .after = "time"},
      {.name = "lower_elem_limit", .read = read_limit, .after = "time"},
      {.name = "upper_imp_limit", .read = read_limit, .after = "time"},
      {.name = "lower_imp_limit", .read = read_limit, .after = "time"},
      {.name = "upper_imp_agg_limit", .read = read_limit, .after = "time"},
      {.name = "dependent_constraints", .read = read_dependents},
      {.name = "methods", .presence = VT_REQUIRED, .read = read_methods},
      {.name = "objective", .read = read_objective},
      {.name = "chance", .read = read_chance},
      {.name = "overrides", .read = read_overrides},
      {.name = NULL}};
  vt_study *s = study;
  s->model.choice.steps = 1;
  s->keeps = 0; // a choice model keeps nothing unless it is asked to
  VT_TRY(vt_map_read(reader, node, keys, study));
  if (s->model.choice.demands + s->model.choice.supplies == 0)
    VT_FAULT(reader, node->line, "'%s': found neither demand nor supply, expected one of them",
             vt_place(node));
  return VT_OK;
}

// The category's label: of a list of methods the parts joined.
static bool is_category(const vt_method_plan *m, const char *name) {
  if (m->name) return strcmp(m->name, name) == 0;
  for (int i = 0; i < m->parts; i++) {
    const size_t length = strlen(m->part[i]);
    if (i > 0 && strncmp(name, ", ", 2) != 0) return false;
    name += i > 0 ? 2 : 0;
    if (strncmp(name, m->part[i], length) != 0) return false;
    name += length;
  }
  return *name == '\0';
}

static vt_error check_category(const vt_study_reader *reader, const char *place, const char *name,
                               int line) {
  const vt_choice_plan *plan = &reader->study->model.choice;
  vt_nearest nearest = {.name = name};
  for (int i = 0; i < plan->methods; i++) {
    if (is_category(&plan->method[i], name)) return VT_OK;
    vt_nearest_try(&nearest, plan->method[i].name ? plan->method[i].name : plan->method[i].part[0]);
  }
  VT_FAULT(reader, line, "'%s': unknown category '%s', expected one of 'model.choice.methods'%s",
           place, name, vt_nearest_hint(&nearest));
}

static vt_error check_categories(const vt_study_reader *reader) {
  static const char place[] = "model.choice.objective";
  const vt_choice_plan *plan = &reader->study->model.choice;
  const vt_aims *aims = &reader->study->aims;
  for (int i = 0; i < aims->objectives; i++)
    VT_TRY(check_category(reader, place, aims->objective[i].category, aims->objective[i].line));
  for (int i = 0; i < aims->levels; i++)
    VT_TRY(check_category(reader, place, aims->level[i].category, aims->level[i].line));
  for (int i = 0; i < plan->goals; i++)
    VT_TRY(check_category(reader, place, plan->goal[i].category, plan->goal[i].line));
  for (int i = 0; aims->explores == VT_EXPLORE_PARETO && i < 2; i++)
    VT_TRY(check_category(reader, "ensemble.design.pareto", aims->pareto.category[i].category,
                          aims->pareto.category[i].line));
  for (int l = VT_LIMIT_UPPER_IMP; l < VT_CHOICE_LIMITS; l++)
    for (int i = 0; i < plan->limits[l]; i++)
      VT_TRY(check_category(reader, vt_choice_limit_names[l], plan->limit[l][i].name,
                            plan->limit[l][i].line));
  return VT_OK;
}

static vt_error check_chance(const vt_study_reader *reader) {
  const vt_choice_plan *plan = &reader->study->model.choice;
  const vt_aims *aims = &reader->study->aims;
  const int line = plan->chance.line;
  if (line == 0) return VT_OK;
  if (plan->goals > 0)
    VT_FAULT(reader, line, "'model.choice.chance': found it with goals, expected one category");
  if (aims->levels > 1 || aims->objectives > 1 ||
      (aims->objectives == 1 && aims->objective[0].weight != 1.0))
    VT_FAULT(reader, line,
             "'model.choice.chance': found it with %s as objective, expected one category",
             aims->levels > 1 ? "a list" : "weights");
  if (aims->explores != VT_EXPLORE_NOTHING)
    VT_FAULT(reader, reader->study->design.line,
             "'ensemble.design': found pareto or alternatives with 'model.choice.chance' in line "
             "%d, expected another design",
             line);
  if (reader->study->uncertainty.wanted)
    VT_FAULT(reader, reader->study->uncertainty.line,
             "'ensemble.background_uncertainty': found it together with 'model.choice.chance' in "
             "line %d, expected one of them",
             line);
  return VT_OK;
}

vt_error vt_check_choice(const vt_study_reader *reader) {
  vt_study *study = reader->study;
  const vt_choice_plan *plan = &study->model.choice;
  const bool none = study->aims.objectives == 0 && plan->goals == 0;
  VT_TRY(check_categories(reader));
  if (none && plan->methods > 1)
    VT_FAULT(reader, study->model.line,
             "missing key in 'model.choice': expected 'objective', there are %d categories",
             plan->methods);
  if (plan->goals > 0 && study->aims.explores != VT_EXPLORE_NOTHING)
    VT_FAULT(reader, study->design.line,
             "'ensemble.design': found pareto or alternatives with goals, expected one category or "
             "a map of weights as objective");
  return check_chance(reader);
}
