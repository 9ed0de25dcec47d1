// databases.c - a pathway model that is built from databases: sources, snapshots, demand, methods.
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "reader.h"

static vt_database_plan *plan_of(void *study) {
  return ((vt_study *)study)->model.pathway.from;
}

const vt_database_plan *vt_study_databases(const vt_study *study) {
  return study->model.kind == VT_MODEL_PATHWAY ? study->model.pathway.from : NULL;
}

vt_error vt_read_pathway_databases(vt_study_reader *reader, const vt_yaml *node, void *study) {
  vt_database_plan *plan;
  VT_ARENA_NEW(reader->arena, plan, 1);
  ((vt_study *)study)->model.pathway.from = plan;
  plan->characterised_only = true;
  return vt_read_sources(reader, node);
}

vt_error vt_read_foreground(vt_study_reader *reader, const vt_yaml *node, void *study) {
  plan_of(study)->foreground_line = node->line;
  return vt_read_text(reader, node, &plan_of(study)->foreground);
}

vt_error vt_read_years(vt_study_reader *reader, const vt_yaml *node, void *study) {
  vt_database_plan *plan = plan_of(study);
  int64_t year[2];
  VT_TRY(vt_expect(reader, node, VT_TYPE_LIST, "the first and the last year: [2025, 2054]"));
  if (vt_yaml_count(node) != 2)
    VT_REFUSE(reader, node, "found a list of %td, expected the first and the last year",
              vt_yaml_count(node));
  for (int i = 0; i < 2; i++) {
    vt_yaml item;
    VT_TRY(vt_list_item(reader, node, i, &item));
    VT_TRY(vt_read_integer(reader, &item, 1, VT_LAST_YEAR, &year[i]));
  }
  if (year[0] > year[1])
    VT_REFUSE(reader, node, "found [%d, %d], expected [first, last] with first <= last",
              (int)year[0], (int)year[1]);
  plan->years_line = node->line;
  plan->first_year = (int)year[0];
  plan->last_year = (int)year[1];
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Background.

// Weights between snapshots of one year have no meaning.
static vt_error check_years(const vt_study_reader *reader, const vt_yaml *node,
                            const vt_snapshot_plan *snapshot, int count) {
  vt_year_span *span;
  const vt_year_span *one, *other;
  int year;
  VT_ARENA_NEW(reader->arena, span, count);
  for (int i = 0; i < count; i++)
    span[i] = (vt_year_span){"", snapshot[i].year, snapshot[i].year, snapshot[i].line};
  VT_TRY(vt_year_spans_clash(count, span, &one, &other, &year));
  if (one)
    VT_FAULT(reader, other->line,
             "'%s': found '%s' and '%s' for the same year %d, expected its databases in one list: "
             "{%d: [...]}",
             vt_place(node), snapshot[one - span].name, snapshot[other - span].name, year, year);
  return VT_OK;
}

// A list under a whole number has the databases of that year, under any other key those of a
// pathway.
static bool is_year_list(const vt_yaml *node) {
  return vt_type_of(node) == VT_TYPE_LIST && node->key[0] != '\0' &&
         node->key[strspn(node->key, "0123456789")] == '\0';
}

static vt_error read_distinct(vt_study_reader *reader, const vt_yaml *node, const char ***name,
                              int *count) {
  int duplicate;
  vt_yaml item;
  VT_TRY(vt_charge(reader, node, vt_yaml_count(node)));
  VT_TRY(vt_read_texts(reader, node, name, count));
  VT_TRY(vt_first_duplicate(*count, *name, &duplicate));
  if (duplicate < 0) return VT_OK;
  VT_TRY(vt_list_item(reader, node, duplicate, &item));
  VT_REFUSE(reader, &item, "found '%s' a second time, expected distinct databases",
            (*name)[duplicate]);
}

// "electricity_2030+steel_2030"
static vt_error join_names(const vt_study_reader *reader, vt_snapshot_plan *snapshot) {
  vt_text text = {0};
  vt_error joined = VT_OK;
  for (int i = 0; i < snapshot->databases && joined == VT_OK; i++)
    joined = vt_text_add(&text, "%s%s", i > 0 ? "+" : "", snapshot->database[i]);
  if (joined == VT_OK)
    joined = vt_arena_text(reader->arena, text.bytes, text.length, &snapshot->name);
  vt_text_free(&text);
  return joined;
}

// 2030: [electricity_2030, steel_2030]
static vt_error read_year_list(vt_study_reader *reader, const vt_yaml *node,
                               vt_snapshot_plan *snapshot) {
  vt_year_span span;
  const char **name;
  if (!vt_year_span_parse(node->key, &span))
    VT_REFUSE(reader, node, "found databases of the year %s, expected a year from 1 to %d",
              node->key, (int)VT_LAST_YEAR);
  if (vt_yaml_count(node) == 0) VT_REFUSE(reader, node, "found an empty list, expected databases");
  VT_TRY(read_distinct(reader, node, &name, &snapshot->databases));
  snapshot->database = name;
  snapshot->has_year = true;
  snapshot->year = span.first;
  return join_names(reader, snapshot);
}

static vt_error read_year(vt_study_reader *reader, const vt_yaml *node,
                          vt_snapshot_plan *snapshot) {
  const vt_type type = vt_type_of(node);
  int64_t year;
  if (type == VT_TYPE_MAP || type == VT_TYPE_LIST)
    VT_REFUSE(reader, node, "found %s, expected the year of a snapshot", vt_found(node));
  VT_TRY(vt_read_integer(reader, node, 1, VT_LAST_YEAR, &year));
  snapshot->has_year = true;
  snapshot->year = (int)year;
  return VT_OK;
}

// {db_2020: 2020, 2030: [electricity_2030, steel_2030]}
static vt_error read_dated(vt_study_reader *reader, const vt_yaml *node,
                           vt_snapshot_plan *snapshot) {
  const ptrdiff_t count = vt_yaml_count(node);
  const char **name;
  VT_TRY(vt_read_keys(reader, node, &name));
  for (ptrdiff_t i = 0; i < count; i++) {
    vt_yaml child;
    VT_TRY(vt_map_pair(reader, node, i, &child));
    snapshot[i] = (vt_snapshot_plan){
        .line = child.line, .name = name[i], .databases = 1, .database = &name[i]};
    VT_TRY((is_year_list(&child) ? read_year_list : read_year)(reader, &child, &snapshot[i]));
  }
  return check_years(reader, node, snapshot, (int)count);
}

// [db_2020, db_2030]
static vt_error read_listed(vt_study_reader *reader, const vt_yaml *node,
                            vt_snapshot_plan *snapshot) {
  const char **name;
  int count;
  VT_TRY(read_distinct(reader, node, &name, &count));
  for (int i = 0; i < count; i++) {
    vt_yaml item;
    VT_TRY(vt_list_item(reader, node, i, &item));
    snapshot[i] = (vt_snapshot_plan){
        .line = item.line, .name = name[i], .databases = 1, .database = &name[i]};
  }
  return VT_OK;
}

static vt_error refuse_foreground(const vt_study_reader *reader, const vt_yaml *node,
                                  const vt_snapshot_plan *snapshot) {
  const char *foreground = reader->study->model.pathway.from->foreground;
  for (int k = 0; k < snapshot->databases; k++) {
    if (strcmp(snapshot->database[k], foreground) == 0)
      VT_FAULT(reader, snapshot->line,
               "'%s': found '%s', expected other databases than the "
               "foreground",
               vt_place(node), foreground);
  }
  return VT_OK;
}

static vt_error read_snapshots(vt_study_reader *reader, const vt_yaml *node,
                               vt_background_variant *variant) {
  const vt_type type = vt_type_of(node);
  if (type != VT_TYPE_LIST && type != VT_TYPE_MAP)
    VT_REFUSE(reader, node, "found %s, expected databases with their years, or a list of databases",
              vt_found(node));
  const ptrdiff_t count = vt_yaml_count(node);
  if (count == 0) VT_REFUSE(reader, node, "found %s, expected databases", vt_found(node));
  vt_snapshot_plan *snapshot;
  VT_TRY(vt_charge(reader, node, count));
  VT_ARENA_NEW(reader->arena, snapshot, count);
  VT_TRY(type == VT_TYPE_LIST ? read_listed(reader, node, snapshot)
                              : read_dated(reader, node, snapshot));
  for (ptrdiff_t i = 0; i < count; i++) VT_TRY(refuse_foreground(reader, node, &snapshot[i]));
  variant->line = node->line;
  variant->snapshots = (int)count;
  variant->snapshot = snapshot;
  return VT_OK;
}

// {SSP1: {...}, SSP2: {...}}
static vt_error read_variants(vt_study_reader *reader, const vt_yaml *node,
                              vt_background_variant *variant) {
  const char **name;
  VT_TRY(vt_read_keys(reader, node, &name));
  for (ptrdiff_t i = 0; i < vt_yaml_count(node); i++) {
    vt_yaml child;
    VT_TRY(vt_map_pair(reader, node, i, &child));
    if (is_year_list(&child))
      VT_REFUSE(reader, &child,
                "found databases of one year among pathways, expected the name of a pathway");
    variant[i].name = name[i];
    VT_TRY(read_snapshots(reader, &child, &variant[i]));
  }
  return VT_OK;
}

vt_error vt_read_background(vt_study_reader *reader, const vt_yaml *node, void *study) {
  vt_database_plan *plan = plan_of(study);
  bool several = vt_type_of(node) == VT_TYPE_MAP && vt_yaml_count(node) > 0;
  if (several) {
    vt_yaml first;
    VT_TRY(vt_map_pair(reader, node, 0, &first));
    several = (vt_type_of(&first) == VT_TYPE_MAP || vt_type_of(&first) == VT_TYPE_LIST) &&
              !is_year_list(&first);
  }
  const ptrdiff_t count = several ? vt_yaml_count(node) : 1;
  vt_background_variant *variant;
  VT_TRY(vt_charge(reader, node, count));
  VT_ARENA_NEW(reader->arena, variant, count);
  VT_TRY(several ? read_variants(reader, node, variant) : read_snapshots(reader, node, variant));
  plan->background = variant;
  plan->backgrounds = (int)count;
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Demand.

static const char year_forms[] = "a year or a range such as 2030:2040, 2030: or :2040";

static vt_error read_amount(vt_study_reader *reader, const vt_yaml *node,
                            vt_yearly_demand *demand) {
  if (vt_type_of(node) == VT_TYPE_NULL)
    VT_REFUSE(reader, node, "found no amount, expected %s, then ': ' with a blank and a number",
              year_forms);
  return vt_read_number(reader, node, &demand->amount);
}

// One entry of a product: 2030: 12, or 2030:2040: 12
static vt_error read_entry(vt_study_reader *reader, const vt_yaml *node,
                           const vt_database_plan *plan, vt_yearly_demand *demand) {
  vt_year_span span;
  int outside;
  VT_TRY(read_amount(reader, node, demand));
  if (!vt_year_span_parse(node->key, &span))
    VT_REFUSE(reader, node, "found '%s', expected %s", node->key, year_forms);
  if (!vt_year_span_fit(&span, plan->first_year, plan->last_year, &outside))
    VT_REFUSE(reader, node, "found the year %d, expected years from %d to %d as in line %d",
              outside, plan->first_year, plan->last_year, plan->years_line);
  demand->line = node->line;
  demand->first_year = span.first;
  demand->last_year = span.last;
  return VT_OK;
}

// Entries of one product, or one amount for every year.
static vt_error read_product(vt_study_reader *reader, const vt_yaml *node,
                             const vt_database_plan *plan, vt_yearly_demand *demand) {
  const vt_type type = vt_type_of(node);
  if (type != VT_TYPE_MAP && type != VT_TYPE_INTEGER && type != VT_TYPE_FLOAT)
    VT_REFUSE(reader, node, "found %s, expected amounts by year such as {2030: 10}, or a number%s",
              vt_found(node),
              type == VT_TYPE_TEXT ? " (a file has all products: 'demand: file.csv')" : "");
  if (type != VT_TYPE_MAP) {
    *demand = (vt_yearly_demand){.line = node->line,
                                 .product = demand->product,
                                 .first_year = plan->first_year,
                                 .last_year = plan->last_year};
    return vt_read_number(reader, node, &demand->amount);
  }
  const char *product = demand->product;
  for (ptrdiff_t i = 0; i < vt_yaml_count(node); i++) {
    vt_yaml child;
    VT_TRY(vt_map_pair(reader, node, i, &child));
    demand[i].product = product;
    VT_TRY(read_entry(reader, &child, plan, &demand[i]));
  }
  return VT_OK;
}

static vt_error check_overlaps(const vt_study_reader *reader, const vt_yaml *node,
                               const vt_database_plan *plan) {
  vt_year_span *span;
  const vt_year_span *one, *other;
  int year;
  VT_ARENA_NEW(reader->arena, span, plan->demands);
  for (int i = 0; i < plan->demands; i++) {
    const vt_yearly_demand *d = &plan->demand[i];
    span[i] = (vt_year_span){d->product, d->first_year, d->last_year, d->line};
  }
  VT_TRY(vt_year_spans_clash(plan->demands, span, &one, &other, &year));
  if (one)
    VT_FAULT(reader, other->line, "'%s.%s': found the year %d a second time, first in line %d",
             vt_place(node), other->of, year, one->line);
  return VT_OK;
}

// Entries that the products have together.
static vt_error count_entries(vt_study_reader *reader, const vt_yaml *node, int *count) {
  ptrdiff_t entries = 0;
  for (ptrdiff_t i = 0; i < vt_yaml_count(node); i++) {
    vt_yaml child;
    VT_TRY(vt_map_pair(reader, node, i, &child));
    const bool map = vt_type_of(&child) == VT_TYPE_MAP;
    if (map && vt_yaml_count(&child) == 0)
      VT_REFUSE(reader, &child, "found an empty map, expected years with their amounts");
    VT_TRY(vt_charge(reader, &child, map ? vt_yaml_count(&child) : 1));
    entries += map ? vt_yaml_count(&child) : 1;
  }
  if (entries == 0) VT_REFUSE(reader, node, "found an empty map, expected products");
  if (entries > INT_MAX) VT_REFUSE(reader, node, "found %td entries", entries);
  *count = (int)entries;
  return VT_OK;
}

vt_error vt_read_demand(vt_study_reader *reader, const vt_yaml *node, void *study) {
  vt_database_plan *plan = plan_of(study);
  plan->demand_line = node->line;
  if (vt_type_of(node) == VT_TYPE_TEXT) return vt_read_path(reader, node, &plan->demand_file);
  VT_TRY(vt_expect(reader, node, VT_TYPE_MAP,
                   "a map such as {product: {2030: 10, 2031:2040: 12}} or a CSV file"));
  int count = 0;
  vt_yearly_demand *demand;
  const char **product;
  VT_TRY(count_entries(reader, node, &count));
  VT_TRY(vt_read_keys(reader, node, &product));
  VT_ARENA_NEW(reader->arena, demand, count);
  plan->demand = demand;
  plan->demands = count;
  for (ptrdiff_t i = 0; i < vt_yaml_count(node); i++) {
    vt_yaml child;
    VT_TRY(vt_map_pair(reader, node, i, &child));
    demand->product = product[i];
    VT_TRY(read_product(reader, &child, plan, demand));
    demand += vt_type_of(&child) == VT_TYPE_MAP ? vt_yaml_count(&child) : 1;
  }
  return check_overlaps(reader, node, plan);
}

// -------------------------------------------------------------------------------------------------
// Methods.

static vt_error read_method(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_category_plan *category = target;
  return vt_read_parts(reader, node, &category->parts, &category->part);
}

const char *const vt_metric_names[] = {
    [VT_METRIC_STATIC] = "static", [VT_METRIC_GWP] = "GWP",
    [VT_METRIC_CRF] = "CRF",       [VT_METRIC_FORCING] = "radiative_forcing",
    [VT_METRIC_TABLE] = "table",   NULL};

static vt_error read_metric(vt_study_reader *reader, const vt_yaml *node, void *target) {
  static const char *const names[] = {"static", "GWP", "CRF", NULL};
  int metric;
  VT_TRY(vt_read_one_of(reader, node, names, &metric));
  ((vt_category_plan *)target)->metric = (vt_metric)metric;
  return VT_OK;
}

vt_error vt_read_horizon(vt_study_reader *reader, const vt_yaml *node, void *target) {
  enum { MOST_HORIZON = 100000 };
  int64_t years;
  VT_TRY(vt_read_integer(reader, node, 1, MOST_HORIZON, &years));
  ((vt_category_plan *)target)->horizon = (int)years;
  return VT_OK;
}

// The parts of a method, or {method: ..., metric: ...}.
static vt_error read_category(vt_study_reader *reader, const vt_yaml *node,
                              vt_category_plan *category) {
  static const vt_key keys[] = {{.name = "method", .presence = VT_REQUIRED, .read = read_method},
                                {.name = "metric", .read = read_metric},
                                {.name = "horizon", .read = vt_read_horizon},
                                {.name = "fixed_horizon",
                                 .read = vt_bool_at,
                                 .at = offsetof(vt_category_plan, fixed_horizon)},
                                {.name = NULL}};
  enum { DEFAULT_HORIZON = 100 };
  category->line = node->line;
  category->horizon = DEFAULT_HORIZON;
  category->fixed_horizon = true;
  if (vt_type_of(node) != VT_TYPE_MAP) return read_method(reader, node, category);
  VT_TRY(vt_map_read(reader, node, keys, category));
  // Radiative forcing is always added up to the end of one window.
  if (category->metric == VT_METRIC_CRF) category->fixed_horizon = true;
  if (category->metric == VT_METRIC_GWP && category->horizon < 2)
    VT_REFUSE(reader, node,
              "found a GWP horizon of %d year, expected 2 or more: the forcing of CO2 in "
              "no year is 0, and nothing is relative to it",
              category->horizon);
  return VT_OK;
}

vt_error vt_read_methods(vt_study_reader *reader, const vt_yaml *node, void *study) {
  enum { MOST_CATEGORIES = 10000 };
  vt_database_plan *plan = plan_of(study);
  VT_TRY(vt_expect(reader, node, VT_TYPE_MAP,
                   "a map such as {climate_change: {method: [GWP, \"100 years\"], metric: CRF}}"));
  const ptrdiff_t count = vt_yaml_count(node);
  if (count == 0) VT_REFUSE(reader, node, "found an empty map, expected categories");
  if (count > MOST_CATEGORIES)
    VT_REFUSE(reader, node, "found %td categories, expected at most %d", count,
              (int)MOST_CATEGORIES);
  const char **name;
  vt_category_plan *category;
  VT_TRY(vt_read_keys(reader, node, &name));
  VT_ARENA_NEW(reader->arena, category, count);
  for (ptrdiff_t i = 0; i < count; i++) {
    vt_yaml child;
    VT_TRY(vt_map_pair(reader, node, i, &child));
    category[i].name = name[i];
    VT_TRY(read_category(reader, &child, &category[i]));
  }
  plan->methods_line = node->line;
  plan->category = category;
  plan->categories = (int)count;
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Flows, and what is missing.

static vt_error read_retain(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_database_plan *plan = target;
  VT_TRY(vt_expect(reader, node, VT_TYPE_LIST, "a list of codes of elementary flows"));
  const ptrdiff_t count = vt_yaml_count(node);
  const char **code;
  VT_TRY(vt_charge(reader, node, count));
  VT_ARENA_NEW(reader->arena, code, count);
  vt_yaml item;
  for (ptrdiff_t i = 0; i < count; i++) {
    VT_TRY(vt_list_item(reader, node, i, &item));
    VT_TRY(vt_read_label(reader, &item, &code[i]));
  }
  int duplicate;
  VT_TRY(vt_first_duplicate((int)count, code, &duplicate));
  if (duplicate >= 0) {
    VT_TRY(vt_list_item(reader, node, duplicate, &item));
    VT_REFUSE(reader, &item, "found '%s' a second time, expected distinct codes", code[duplicate]);
  }
  plan->retain_line = node->line;
  plan->retain = code;
  plan->retained = (int)count;
  return VT_OK;
}

static vt_error read_cutoff(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_database_plan *plan = target;
  VT_TRY(vt_read_number(reader, node, &plan->cutoff));
  if (plan->cutoff < 0 || plan->cutoff >= 1)
    VT_REFUSE(reader, node, "found %s, expected a share of the impact, from 0 to below 1",
              vt_found(node));
  plan->cutoff += 0.0; // -0 becomes 0
  return VT_OK;
}

vt_error vt_read_flows(vt_study_reader *reader, const vt_yaml *node, void *study) {
  static const vt_key keys[] = {{.name = "retain", .read = read_retain},
                                {.name = "characterised_only",
                                 .read = vt_bool_at,
                                 .at = offsetof(vt_database_plan, characterised_only)},
                                {.name = "cutoff", .read = read_cutoff},
                                {.name = NULL}};
  return vt_map_read(reader, node, keys, plan_of(study));
}

vt_error vt_read_missing(vt_study_reader *reader, const vt_yaml *node, void *study) {
  static const char *const names[] = {"error", "zero", NULL};
  int choice;
  VT_TRY(vt_read_one_of(reader, node, names, &choice));
  plan_of(study)->missing_zero = choice == 1;
  return VT_OK;
}

vt_error vt_read_offsets(vt_study_reader *reader, const vt_yaml *node, void *study) {
  static const char *const names[] = {"whole", "nearest", NULL};
  int choice;
  VT_TRY(vt_read_one_of(reader, node, names, &choice));
  plan_of(study)->nearest_offsets = choice == 1;
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Names that one part of a study has from another.

static vt_error check_name(const vt_study_reader *reader, const vt_labels *known, int line,
                           const char *name, const char *what) {
  if (vt_labels_find(known, name, (ptrdiff_t)strlen(name)) >= 0) return VT_OK;
  vt_nearest nearest = {.name = name};
  vt_nearest_try_labels(&nearest, known);
  vt_text list = {0};
  vt_error listed = VT_OK;
  for (int i = 0; i < vt_labels_count(known) && listed == VT_OK; i++)
    listed = vt_text_add(&list, "%s%s", i > 0 ? ", " : "", vt_labels_get(known, i));
  char all[200];
  (void)snprintf(all, sizeof all, "%s", vt_cut(list.bytes ? list.bytes : "", 190));
  vt_text_free(&list);
  VT_TRY(listed);
  VT_FAULT(reader, line, "%s: found '%s', expected one of 'model.pathway.%s' (%s)%s",
           strcmp(what, "methods") == 0 ? "category" : "choose", name, what, all,
           vt_nearest_hint(&nearest));
}

static vt_error check_categories(const vt_study_reader *reader, vt_labels *known) {
  const vt_study *study = reader->study;
  const vt_database_plan *plan = study->model.pathway.from;
  static const char what[] = "methods";
  for (int i = 0; i < plan->categories; i++) {
    const char *name = plan->category[i].name;
    int index;
    VT_TRY(vt_labels_add(known, name, (ptrdiff_t)strlen(name), &index, NULL));
  }
  if (study->aims.objectives == 0 && plan->categories > 1)
    VT_FAULT(reader, plan->methods_line,
             "'model.pathway.objective': found nothing, expected one of the %d categories of "
             "'model.pathway.methods'",
             plan->categories);
  for (int i = 0; i < study->aims.objectives; i++) {
    const vt_objective_term *term = &study->aims.objective[i];
    VT_TRY(check_name(reader, known, term->line, term->category, what));
  }
  for (int i = 0; i < study->aims.levels; i++) {
    const vt_level *level = &study->aims.level[i];
    VT_TRY(check_name(reader, known, level->line, level->category, what));
  }
  for (int i = 0; i < 2 && study->aims.explores == VT_EXPLORE_PARETO; i++) {
    const vt_objective_term *term = &study->aims.pareto.category[i];
    VT_TRY(check_name(reader, known, term->line, term->category, what));
  }
  return VT_OK;
}

static vt_error check_chosen(const vt_study_reader *reader, const vt_labels *known,
                             const vt_factor *factor, int factors) {
  for (int f = 0; f < factors; f++) {
    const vt_factor *at = &factor[f];
    if (at->operation != VT_CHOOSE || strcmp(at->target.tensor, "background") != 0) continue;
    if (vt_labels_count(known) == 0)
      VT_FAULT(reader, at->line,
               "found choose on a background without alternatives, expected 'model.pathway."
               "background' with several pathways such as {SSP1: {...}, SSP2: {...}}");
    for (int i = 0; i < at->value.levels; i++)
      VT_TRY(check_name(reader, known, at->line, at->value.name[i], "background"));
  }
  return VT_OK;
}

static vt_error check_backgrounds(const vt_study_reader *reader, vt_labels *known) {
  const vt_study *study = reader->study;
  for (int i = 0; i < study->model.pathway.from->backgrounds; i++) {
    const char *name = study->model.pathway.from->background[i].name;
    int index;
    if (name) VT_TRY(vt_labels_add(known, name, (ptrdiff_t)strlen(name), &index, NULL));
  }
  VT_TRY(
      check_chosen(reader, known, study->model.pathway.override, study->model.pathway.overrides));
  return check_chosen(reader, known, study->factor, study->factors);
}

// The forcing of a plan is that of greenhouse gases, which input files do not name.
static vt_error check_forcing(const vt_study_reader *reader) {
  const vt_study *study = reader->study;
  const vt_database_plan *plan = vt_study_databases(study);
  bool wanted = false, dynamic = false;
  for (int i = 0; i < study->keeps; i++)
    wanted = wanted || strcmp(study->keep[i], "radiative_forcing") == 0;
  if (!wanted) return VT_OK;
  if (!plan)
    VT_FAULT(reader, study->model.pathway.inputs_line,
             "'results.keep': found radiative_forcing with 'inputs:', which do not say what gases "
             "their flows are, expected a model from databases");
  for (int c = 0; c < plan->categories; c++)
    dynamic = dynamic || plan->category[c].metric != VT_METRIC_STATIC;
  if (!dynamic)
    VT_FAULT(reader, plan->methods_line,
             "'results.keep': found radiative_forcing with static categories alone, expected one "
             "with the metric CRF or GWP");
  return VT_OK;
}

vt_error vt_check_database_plan(const vt_study_reader *reader) {
  VT_TRY(check_forcing(reader));
  if (!vt_study_databases(reader->study)) return VT_OK;
  vt_labels *category = NULL, *background = NULL;
  vt_error checked = vt_labels_create(&category);
  if (checked == VT_OK) checked = vt_labels_create(&background);
  if (checked == VT_OK) checked = check_categories(reader, category);
  if (checked == VT_OK) checked = check_backgrounds(reader, background);
  vt_labels_free(category);
  vt_labels_free(background);
  return checked;
}
