// timeline.c - timelines in a study: dated demands, methods, a background of dated snapshots.
#include "reader.h"

#include <limits.h>
#include <string.h>

enum { DEFAULT_CALCULATIONS = 1000000, DEFAULT_HORIZON = 100 };

static const double default_cutoff = 1.0e-6;

const char *const vt_resolution_names[] = {"year", "month", "day", "hour", NULL};

static vt_timeline_plan *plan_of(const vt_study_reader *reader) {
  return &reader->study->model.timeline;
}

// -------------------------------------------------------------------------------------------------
// Bins.

int64_t vt_resolution_label(vt_resolution resolution, const vt_date *date) {
  int64_t label = date->year;
  if (resolution >= VT_RESOLVE_MONTH) label = label * 100 + date->month;
  if (resolution >= VT_RESOLVE_DAY) label = label * 100 + date->day;
  if (resolution >= VT_RESOLVE_HOUR) label = label * 100 + date->hour;
  return label;
}

// Digits of two at the end; what is left of a year before 0 is negative still.
static int take_two(int64_t *label) {
  int64_t two = *label % 100;
  if (two < 0) two += 100;
  *label = (*label - two) / 100;
  return (int)two;
}

bool vt_resolution_start(vt_resolution resolution, int64_t label, int64_t *seconds) {
  vt_date d = {.month = 1, .day = 1};
  if (resolution >= VT_RESOLVE_HOUR) d.hour = take_two(&label);
  if (resolution >= VT_RESOLVE_DAY) d.day = take_two(&label);
  if (resolution >= VT_RESOLVE_MONTH) d.month = take_two(&label);
  d.year = label;
  const bool there = d.year >= -VT_DATE_LAST_YEAR && d.year <= VT_DATE_LAST_YEAR && d.month >= 1 &&
                     d.month <= 12 && d.day >= 1 && d.day <= vt_days_in_month(d.year, d.month) &&
                     d.hour < 24;
  if (there) *seconds = vt_date_seconds(&d);
  return there;
}

// -------------------------------------------------------------------------------------------------
// Dates and choices.

static vt_error read_date(vt_study_reader *reader, const vt_yaml *node, int64_t *seconds) {
  const vt_type type = vt_type_of(node);
  if (type != VT_TYPE_TEXT)
    VT_REFUSE(reader, node, "found %s, expected a date such as 2024-03-01 or 2024-03-01T12:00:00",
              vt_found(node));
  const char *text = (const char *)node->yaml->data.scalar.value;
  const vt_date_fault fault = vt_date_parse(text, seconds);
  if (fault != VT_DATE_FINE)
    VT_REFUSE(reader, node, "found '%s', %s", text, vt_date_fault_text(fault));
  return VT_OK;
}

static vt_error read_start(vt_study_reader *reader, const vt_yaml *node, void *target) {
  return read_date(reader, node, &((vt_timeline_plan *)target)->start);
}

static vt_error read_resolution(vt_study_reader *reader, const vt_yaml *node, void *target) {
  int choice;
  VT_TRY(vt_read_one_of(reader, node, vt_resolution_names, &choice));
  ((vt_timeline_plan *)target)->resolution = (vt_resolution)choice;
  return VT_OK;
}

// The second of two words, into a truth value at the row's place.
static vt_error read_second(vt_study_reader *reader, const vt_yaml *node, const char *first,
                            const char *second, void *target) {
  const char *const names[] = {first, second, NULL};
  int choice;
  VT_TRY(vt_read_one_of(reader, node, names, &choice));
  *(bool *)target = choice == 1;
  return VT_OK;
}

static vt_error read_rounding(vt_study_reader *reader, const vt_yaml *node, void *target) {
  return read_second(reader, node, "down", "nearest", target);
}

static vt_error read_offsets(vt_study_reader *reader, const vt_yaml *node, void *target) {
  return read_second(reader, node, "calendar", "mean", target);
}

static vt_error read_interpolation(vt_study_reader *reader, const vt_yaml *node, void *target) {
  return read_second(reader, node, "linear", "nearest", target);
}

static vt_error read_missing(vt_study_reader *reader, const vt_yaml *node, void *target) {
  return read_second(reader, node, "error", "zero", target);
}

static vt_error read_cutoff(vt_study_reader *reader, const vt_yaml *node, void *target) {
  double *cutoff = &((vt_timeline_plan *)target)->cutoff;
  VT_TRY(vt_read_number(reader, node, cutoff));
  if (!(*cutoff >= 0 && *cutoff < 1))
    VT_REFUSE(reader, node, "found %s, expected a share from 0 to below 1", vt_found(node));
  return VT_OK;
}

static vt_error read_calculations(vt_study_reader *reader, const vt_yaml *node, void *target) {
  return vt_read_integer(reader, node, 0, INT64_MAX,
                         &((vt_timeline_plan *)target)->max_calculations);
}

static vt_error read_static(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_timeline_plan *plan = target;
  const char **name;
  int *line, duplicate;
  VT_TRY(vt_charge(reader, node, vt_yaml_count(node)));
  VT_TRY(vt_read_texts(reader, node, &name, &plan->statics));
  VT_TRY(vt_first_duplicate(plan->statics, name, &duplicate));
  if (duplicate >= 0)
    VT_REFUSE(reader, node, "found '%s' a second time, expected distinct databases",
              name[duplicate]);
  VT_ARENA_NEW(reader->arena, line, plan->statics);
  for (int i = 0; i < plan->statics; i++) {
    vt_yaml item;
    VT_TRY(vt_list_item(reader, node, i, &item));
    line[i] = item.line;
  }
  plan->static_database = name;
  plan->static_line = line;
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Demands.

static vt_error read_demand_date(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_dated_demand *demand = target;
  demand->dated = true;
  return read_date(reader, node, &demand->date);
}

static vt_error read_demand(vt_study_reader *reader, const vt_yaml *node, vt_dated_demand *demand) {
  static const vt_key keys[] = {
      {.name = "activity", .presence = VT_ONE_OF, .read = vt_read_activity},
      {.name = "all",
       .presence = VT_ONE_OF,
       .read = vt_text_at,
       .at = offsetof(vt_lca_demand, database)},
      {.name = "datapackage id", .presence = VT_ONE_OF, .read = vt_read_package_id},
      {.name = "amount", .read = vt_number_at, .at = offsetof(vt_lca_demand, amount)},
      {.name = "date", .read = read_demand_date},
      {.name = "name", .read = vt_text_at, .at = offsetof(vt_lca_demand, name)},
      {.name = NULL}};
  *demand = (vt_dated_demand){.lca = {.line = node->line, .id = -1, .amount = 1}};
  VT_TRY(vt_map_read(reader, node, keys, demand));
  if (demand->lca.database && !demand->lca.code && demand->lca.name)
    VT_REFUSE(reader, node, "found 'name' with 'all', which demands several products");
  return VT_OK;
}

// A list of demands, or one of them by itself: {all: database}.
static vt_error read_demands(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_timeline_plan *plan = target;
  const bool one = vt_type_of(node) == VT_TYPE_MAP;
  if (!one)
    VT_TRY(vt_expect(reader, node, VT_TYPE_LIST,
                     "a list such as [{activity: [database, code], amount: 1, date: 2024-03-01}] "
                     "or {all: database}"));
  const ptrdiff_t items = one ? 1 : vt_yaml_count(node);
  if (items == 0) VT_REFUSE(reader, node, "found an empty list, expected demands");
  vt_dated_demand *demand;
  VT_TRY(vt_charge(reader, node, items));
  VT_ARENA_NEW(reader->arena, demand, items);
  for (ptrdiff_t i = 0; i < items; i++) {
    vt_yaml item = *node;
    if (!one) VT_TRY(vt_list_item(reader, node, i, &item));
    VT_TRY(read_demand(reader, &item, &demand[i]));
  }
  plan->demand = demand;
  plan->demands = (int)items;
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Methods.

static vt_error read_parts(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_category_plan *category = target;
  return vt_read_parts(reader, node, &category->parts, &category->part);
}

static vt_error read_metric(vt_study_reader *reader, const vt_yaml *node, void *target) {
  int metric;
  VT_TRY(vt_read_one_of(reader, node, vt_metric_names, &metric));
  ((vt_category_plan *)target)->metric = (vt_metric)metric;
  return VT_OK;
}

static vt_error read_fixed(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_timeline_method *method = target;
  method->windowed = true;
  return vt_read_bool(reader, node, &method->category.fixed_horizon);
}

static vt_error read_from(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_timeline_method *method = target;
  method->table_line = node->line;
  return vt_read_path(reader, node, &method->table);
}

// A table is a method by itself; the others are of some method of the sources.
static vt_error check_method(const vt_study_reader *reader, const vt_yaml *node,
                             const vt_timeline_method *m) {
  const bool table = m->category.metric == VT_METRIC_TABLE;
  if (table && !m->table)
    VT_REFUSE(reader, node, "found the metric table without 'from', expected its CSV file");
  if (!table && m->table)
    VT_REFUSE(reader, node, "found 'from' with the metric %s, expected it with table",
              vt_metric_names[m->category.metric]);
  if (!table && m->category.parts == 0)
    VT_REFUSE(reader, node, "missing key 'method', expected the parts of a method");
  if (table && m->category.parts > 0)
    VT_REFUSE(reader, node, "found 'method' with the metric table, expected 'from' alone");
  if (m->category.metric == VT_METRIC_FORCING && plan_of(reader)->resolution != VT_RESOLVE_YEAR)
    VT_REFUSE(reader, node, "found radiative_forcing with the resolution %s, expected year",
              vt_resolution_names[plan_of(reader)->resolution]);
  return VT_OK;
}

// The parts of a method, or {method: ..., metric: ...}.
static vt_error read_method(vt_study_reader *reader, const vt_yaml *node, vt_timeline_method *m) {
  static const vt_key keys[] = {
      {.name = "method", .read = read_parts},       {.name = "metric", .read = read_metric},
      {.name = "horizon", .read = vt_read_horizon}, {.name = "fixed_horizon", .read = read_fixed},
      {.name = "from", .read = read_from},          {.name = NULL}};
  m->category.line = node->line;
  m->category.horizon = DEFAULT_HORIZON;
  if (vt_type_of(node) != VT_TYPE_MAP) return read_parts(reader, node, &m->category);
  VT_TRY(vt_map_read(reader, node, keys, m));
  if (!m->windowed) m->category.fixed_horizon = m->category.metric == VT_METRIC_CRF;
  return check_method(reader, node, m);
}

static vt_error read_methods(vt_study_reader *reader, const vt_yaml *node, void *target) {
  enum { MOST_METHODS = 10000 };
  vt_timeline_plan *plan = target;
  VT_TRY(vt_expect(reader, node, VT_TYPE_MAP,
                   "a map such as {gwp: {method: [GWP, \"100 years\"], metric: CRF}}"));
  const ptrdiff_t count = vt_yaml_count(node);
  if (count == 0) VT_REFUSE(reader, node, "found an empty map, expected categories");
  if (count > MOST_METHODS)
    VT_REFUSE(reader, node, "found %td categories, expected at most %d", count, (int)MOST_METHODS);
  const char **name;
  vt_timeline_method *method;
  VT_TRY(vt_charge(reader, node, count));
  VT_TRY(vt_read_keys(reader, node, &name));
  VT_ARENA_NEW(reader->arena, method, count);
  for (ptrdiff_t i = 0; i < count; i++) {
    vt_yaml child;
    VT_TRY(vt_map_pair(reader, node, i, &child));
    method[i].category.name = name[i];
    VT_TRY(read_method(reader, &child, &method[i]));
  }
  plan->method = method;
  plan->methods = (int)count;
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Background.

// A year stands for its first of January.
static vt_error read_snapshot_date(vt_study_reader *reader, const vt_yaml *node,
                                   vt_dated_snapshot *snapshot) {
  snapshot->dated = true;
  if (vt_type_of(node) != VT_TYPE_INTEGER) return read_date(reader, node, &snapshot->date);
  int64_t year;
  VT_TRY(vt_read_integer(reader, node, -VT_DATE_LAST_YEAR, VT_DATE_LAST_YEAR, &year));
  snapshot->date = vt_date_seconds(&(vt_date){.year = year, .month = 1, .day = 1});
  return VT_OK;
}

static vt_error check_snapshots(const vt_study_reader *reader, const vt_yaml *node,
                                const vt_timeline_background *b) {
  for (int i = 0; i < b->snapshots; i++) {
    const vt_dated_snapshot *s = &b->snapshot[i];
    for (int k = 0; k < i; k++) {
      const vt_dated_snapshot *other = &b->snapshot[k];
      if (strcmp(s->database, other->database) == 0)
        VT_FAULT(reader, s->line, "'%s': found '%s' a second time, expected distinct databases",
                 vt_place(node), s->database);
      if (s->dated && other->dated && s->date == other->date)
        VT_FAULT(reader, s->line,
                 "'%s': found '%s' and '%s' for the same date, expected one snapshot of a date",
                 vt_place(node), other->database, s->database);
    }
  }
  return VT_OK;
}

static vt_error read_snapshots(vt_study_reader *reader, const vt_yaml *node,
                               vt_timeline_background *b) {
  const bool map = vt_type_of(node) == VT_TYPE_MAP;
  if (!map)
    VT_TRY(vt_expect(reader, node, VT_TYPE_LIST,
                     "databases with their dates such as {db_2020: 2020}, or a list of databases"));
  const ptrdiff_t count = vt_yaml_count(node);
  if (count == 0) VT_REFUSE(reader, node, "found %s, expected databases", vt_found(node));
  vt_dated_snapshot *snapshot;
  VT_TRY(vt_charge(reader, node, count));
  VT_ARENA_NEW(reader->arena, snapshot, count);
  for (ptrdiff_t i = 0; i < count; i++) {
    vt_yaml child;
    VT_TRY(map ? vt_map_pair(reader, node, i, &child) : vt_list_item(reader, node, i, &child));
    snapshot[i].line = child.line;
    if (map) {
      VT_TRY(vt_arena_text(reader->arena, child.key, (ptrdiff_t)strlen(child.key),
                           &snapshot[i].database));
      VT_TRY(read_snapshot_date(reader, &child, &snapshot[i]));
    } else {
      VT_TRY(vt_read_text(reader, &child, &snapshot[i].database));
    }
  }
  b->line = node->line;
  b->snapshots = (int)count;
  b->snapshot = snapshot;
  return check_snapshots(reader, node, b);
}

static vt_error read_background(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_timeline_plan *plan = target;
  vt_timeline_background *b;
  bool several = vt_type_of(node) == VT_TYPE_MAP && vt_yaml_count(node) > 0;
  if (several) {
    vt_yaml first;
    VT_TRY(vt_map_pair(reader, node, 0, &first));
    several = vt_type_of(&first) == VT_TYPE_MAP || vt_type_of(&first) == VT_TYPE_LIST;
  }
  plan->backgrounds = several ? (int)vt_yaml_count(node) : 1;
  VT_ARENA_NEW(reader->arena, b, plan->backgrounds);
  plan->background = b;
  if (!several) return read_snapshots(reader, node, b);
  const char **name;
  VT_TRY(vt_charge(reader, node, plan->backgrounds));
  VT_TRY(vt_read_keys(reader, node, &name));
  for (int i = 0; i < plan->backgrounds; i++) {
    vt_yaml child;
    VT_TRY(vt_map_pair(reader, node, i, &child));
    b[i].name = name[i];
    VT_TRY(read_snapshots(reader, &child, &b[i]));
  }
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// What is kept, and where.

static vt_error read_keep(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_timeline_plan *plan = target;
  const char *const *keep;
  int keeps;
  VT_TRY(vt_read_keep(reader, node, "a list of inventory, inventory_by_activity and timeline",
                      &keep, &keeps));
  plan->keep_inventory = false;
  plan->keep_line = node->line;
  for (int i = 0; i < keeps; i++) {
    if (strcmp(keep[i], "inventory") == 0) plan->keep_inventory = true;
    if (strcmp(keep[i], "inventory_by_activity") == 0) plan->keep_by_activity = true;
    if (strcmp(keep[i], "timeline") == 0) plan->keep_timeline = true;
  }
  return VT_OK;
}

static vt_error read_time(vt_study_reader *reader, const vt_yaml *node, void *target) {
  vt_timeline_plan *plan = target;
  int64_t *const bin[2] = {&plan->first_bin, &plan->last_bin};
  VT_TRY(vt_expect(reader, node, VT_TYPE_LIST, "the first and the last bin: [2000, 2150]"));
  if (vt_yaml_count(node) != 2)
    VT_REFUSE(reader, node, "found a list of %td, expected the first and the last bin",
              vt_yaml_count(node));
  for (int i = 0; i < 2; i++) {
    vt_yaml item;
    int64_t start;
    VT_TRY(vt_list_item(reader, node, i, &item));
    VT_TRY(vt_read_integer(reader, &item, -INT64_C(999999999999), INT64_C(999999999999), bin[i]));
    if (!vt_resolution_start(plan->resolution, *bin[i], &start))
      VT_REFUSE(
          reader, &item, "found %s, expected a bin of the resolution %s, such as %s",
          vt_found(&item), vt_resolution_names[plan->resolution],
          (const char *const[]){"2024", "202403", "20240301", "2024030114"}[plan->resolution]);
  }
  if (plan->first_bin > plan->last_bin)
    VT_REFUSE(reader, node, "found [%lld, %lld], expected [first, last] with first <= last",
              (long long)plan->first_bin, (long long)plan->last_bin);
  plan->has_time = true;
  return VT_OK;
}

static vt_error read_sources(vt_study_reader *reader, const vt_yaml *node, void *target) {
  (void)target;
  return vt_read_sources(reader, node);
}

vt_error vt_read_timeline(vt_study_reader *reader, const vt_yaml *node, void *study) {
  static const vt_key keys[] = {
      {.name = "databases", .presence = VT_REQUIRED, .read = read_sources},
      {.name = "demands", .presence = VT_REQUIRED, .read = read_demands},
      {.name = "start", .presence = VT_REQUIRED, .read = read_start},
      {.name = "allocation", .read = vt_read_allocation},
      {.name = "resolution", .read = read_resolution},
      {.name = "rounding", .read = read_rounding, .at = offsetof(vt_timeline_plan, nearest)},
      {.name = "offsets", .read = read_offsets, .at = offsetof(vt_timeline_plan, mean)},
      {.name = "cutoff", .read = read_cutoff},
      {.name = "max_calculations", .read = read_calculations},
      {.name = "static", .read = read_static},
      {.name = "methods", .read = read_methods, .after = "resolution"},
      {.name = "background", .read = read_background},
      {.name = "interpolation",
       .read = read_interpolation,
       .at = offsetof(vt_timeline_plan, nearest_snapshot)},
      {.name = "missing", .read = read_missing, .at = offsetof(vt_timeline_plan, missing_zero)},
      {.name = "redate_background", .read = vt_bool_at, .at = offsetof(vt_timeline_plan, redate)},
      {.name = "time", .read = read_time, .after = "resolution"},
      {.name = "keep", .read = read_keep},
      {.name = NULL}};
  vt_timeline_plan *plan = &((vt_study *)study)->model.timeline;
  plan->cutoff = default_cutoff;
  plan->max_calculations = DEFAULT_CALCULATIONS;
  plan->keep_inventory = true;
  return vt_map_read(reader, node, keys, plan);
}

vt_error vt_check_timeline(const vt_study_reader *reader) {
  const vt_timeline_plan *plan = plan_of(reader);
  if (plan->keep_timeline && reader->study->ensemble)
    VT_FAULT(reader, plan->keep_line,
             "'model.timeline.keep': found timeline in an ensemble, expected it of a single solve "
             "('vintner show FILE --scenario K --csv' tells the rows of a scenario)");
  return VT_OK;
}
