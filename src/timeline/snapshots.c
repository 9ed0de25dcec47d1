// snapshots.c - the time-explicit background: databases that stand for it at dates, and what a
// product is taken from at a date.
#include "timeline.h"

#include <math.h>
#include <string.h>

static vt_error date_of(const vt_timeline_data *k, const vt_dated_snapshot *from, int database,
                        int64_t *date) {
  const vt_database *d = &k->set->database[database];
  *date = from->date;
  if (from->dated) return VT_OK;
  VT_CHECK(d->has_time, VT_ERR_INPUT,
           "%s:%d: database '%s': found no representative_time, expected a date in the study",
           k->study->path, from->line, d->name);
  *date = vt_date_seconds(&(vt_date){
      .year = d->year, .month = d->month > 0 ? d->month : 1, .day = d->day > 0 ? d->day : 1});
  return VT_OK;
}

static int compare_snapshots(const void *left, const void *right) {
  const vt_snapshot_date *a = left, *b = right;
  return (a->date > b->date) - (a->date < b->date);
}

static vt_error list_snapshots(vt_timeline_data *k, const vt_timeline_background *from,
                               vt_snapshot_set *to) {
  to->snapshots = from->snapshots;
  VT_ARENA_NEW(k->arena, to->snapshot, from->snapshots);
  for (int i = 0; i < from->snapshots; i++) {
    vt_snapshot_date *s = &to->snapshot[i];
    VT_TRY(vt_database_find(k->set, from->snapshot[i].database, &s->database));
    VT_TRY(date_of(k, &from->snapshot[i], s->database, &s->date));
    s->year = vt_date_decimal_year(s->date);
    for (int j = 0; j < k->processes; j++)
      if (k->set->node[k->system->process[j]].database == s->database) k->snapshot[j] = i;
  }
  qsort(to->snapshot, (size_t)to->snapshots, sizeof *to->snapshot, compare_snapshots);
  for (int i = 1; i < to->snapshots; i++)
    VT_CHECK(to->snapshot[i - 1].date < to->snapshot[i].date, VT_ERR_INPUT,
             "%s:%d: 'model.timeline.background': found '%s' and '%s' for the same date, expected "
             "one snapshot of a date",
             k->study->path, from->line, k->set->database[to->snapshot[i - 1].database].name,
             k->set->database[to->snapshot[i].database].name);
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// The same product in other snapshots.

/// Products that something outside of the snapshots, or of another date, asks for.
static vt_error mark_asked(const vt_timeline_data *k, bool *asked) {
  for (ptrdiff_t i = 0; i < k->technosphere.count; i++) {
    const vt_dated_exchange *x = &k->technosphere.exchange[i];
    const int maker = k->system->maker[x->row];
    const bool outside = k->snapshot[x->column] < 0;
    if (k->snapshot[maker] >= 0 && (outside || (k->plan->redate && x->spread >= 0)))
      asked[x->row] = true;
  }
  return VT_OK;
}

static vt_error match_product(const vt_timeline_data *k, const vt_timeline_background *from,
                              vt_snapshot_set *set, int row) {
  const int node = k->system->process[k->system->maker[row]];
  for (int s = 0; s < set->snapshots; s++) {
    const int database = set->snapshot[s].database;
    int match = node, *place = &set->match[(ptrdiff_t)s * k->products + row];
    if (k->set->node[node].database != database)
      VT_TRY(vt_node_match(k->set, node, database, &match));
    *place = match >= 0 && k->system->column_of[match] >= 0
                 ? k->system->reference[k->system->column_of[match]]
                 : -1;
    if (*place >= 0) continue;
    VT_CHECK(
        k->plan->missing_zero, VT_ERR_INPUT,
        "%s:%d: database '%s': found no activity like %s of database '%s', expected one of its "
        "name, reference product and location, or 'missing: zero'",
        k->study->path, from->line, k->set->database[database].name, vt_node_text(k->set, node),
        k->set->database[k->set->node[node].database].name);
    vt_warn("an activity that a snapshot lacks",
            "database '%s' has no activity like %s of database '%s': it counts as zero there",
            k->set->database[database].name, vt_node_text(k->set, node),
            k->set->database[k->set->node[node].database].name);
  }
  return VT_OK;
}

static vt_error match_products(vt_timeline_data *k, const vt_timeline_background *from,
                               vt_snapshot_set *to, const bool *asked) {
  VT_ARENA_NEW(k->arena, to->match, (ptrdiff_t)to->snapshots * k->products);
  for (ptrdiff_t i = 0; i < (ptrdiff_t)to->snapshots * k->products; i++) to->match[i] = -1;
  for (int p = 0; p < k->products; p++)
    if (asked[p]) VT_TRY(match_product(k, from, to, p));
  return VT_OK;
}

vt_error vt_timeline_find_snapshots(vt_timeline_data *k) {
  VT_NEW(k->snapshot, k->processes);
  for (int j = 0; j < k->processes; j++) k->snapshot[j] = -1;
  k->backgrounds = k->plan->backgrounds;
  VT_ARENA_NEW(k->arena, k->snapshots, k->backgrounds);
  for (int b = 0; b < k->backgrounds; b++)
    VT_TRY(list_snapshots(k, &k->plan->background[b], &k->snapshots[b]));
  return VT_OK;
}

vt_error vt_timeline_match_snapshots(vt_timeline_data *k) {
  bool *asked;
  VT_ARENA_NEW(k->arena, asked, k->products);
  VT_TRY(mark_asked(k, asked));
  for (int b = 0; b < k->backgrounds; b++)
    VT_TRY(match_products(k, &k->plan->background[b], &k->snapshots[b], asked));
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// What is taken at a date.

static void add_part(const vt_timeline_data *k, const vt_snapshot_set *set, int snapshot,
                     int product, double weight, vt_mix *mix) {
  const int row = set->match[(ptrdiff_t)snapshot * k->products + product];
  if (row < 0 || weight == 0.0) return;
  mix->row[mix->parts] = row;
  mix->weight[mix->parts++] = weight;
}

vt_mix vt_snapshot_mix(const vt_timeline_data *k, int background, int product, double year) {
  const vt_snapshot_set *set = &k->snapshots[background];
  const int last = set->snapshots - 1;
  vt_mix mix = {0};
  int upper = 0;
  while (upper <= last && set->snapshot[upper].year < year) upper++;
  if (upper == 0 || upper > last) {
    add_part(k, set, upper == 0 ? 0 : last, product, 1, &mix);
    return mix;
  }
  const double low = set->snapshot[upper - 1].year, high = set->snapshot[upper].year;
  double weight = (year - low) / (high - low);
  if (k->plan->nearest_snapshot) weight = year - low <= high - year ? 0 : 1;
  add_part(k, set, upper - 1, product, 1 - weight, &mix);
  add_part(k, set, upper, product, weight, &mix);
  return mix;
}
