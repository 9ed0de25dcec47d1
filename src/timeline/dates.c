// dates.c - dates of a timeline, as months and seconds after a base, and the classes that results
// tell apart.
#include "timeline.h"

#include <math.h>
#include <string.h>

enum { DAY_S = 86400, HOUR_S = 3600, MONTHS = 12 };

static int64_t floor_quotient(int64_t a, int64_t b) {
  return a / b - (a % b < 0);
}

// -------------------------------------------------------------------------------------------------
// Bins.

static int64_t bin_below(vt_resolution resolution, int64_t seconds) {
  vt_date d;
  if (resolution == VT_RESOLVE_HOUR) return floor_quotient(seconds, HOUR_S);
  if (resolution == VT_RESOLVE_DAY) return floor_quotient(seconds, DAY_S);
  vt_date_of(seconds, &d);
  return resolution == VT_RESOLVE_YEAR ? d.year : d.year * MONTHS + d.month - 1;
}

int64_t vt_bin_start(vt_resolution resolution, int64_t bin) {
  vt_date d = {.month = 1, .day = 1};
  if (resolution == VT_RESOLVE_HOUR) return bin * HOUR_S;
  if (resolution == VT_RESOLVE_DAY) return bin * DAY_S;
  d.year = resolution == VT_RESOLVE_YEAR ? bin : floor_quotient(bin, MONTHS);
  if (resolution == VT_RESOLVE_MONTH) d.month = (int)(bin - d.year * MONTHS) + 1;
  return vt_date_seconds(&d);
}

int64_t vt_bin_label(vt_resolution resolution, int64_t bin) {
  vt_date d;
  vt_date_of(vt_bin_start(resolution, bin), &d);
  return vt_resolution_label(resolution, &d);
}

int64_t vt_bin_of_label(vt_resolution resolution, int64_t label) {
  int64_t start = 0;
  (void)vt_resolution_start(resolution, label, &start);
  return bin_below(resolution, start);
}

// The first date that is nearer to the next bin. Of a year it is the first of July, as bw_timex
// (1.2.1, round_datetime) has it; of the others the middle.
static int64_t middle_of(vt_resolution resolution, int64_t bin) {
  const int64_t start = vt_bin_start(resolution, bin);
  if (resolution == VT_RESOLVE_YEAR)
    return vt_date_seconds(&(vt_date){.year = bin, .month = 7, .day = 1});
  return start + (vt_bin_start(resolution, bin + 1) - start + 1) / 2;
}

int64_t vt_bin_of(const vt_timeline_plan *plan, int64_t seconds) {
  const int64_t bin = bin_below(plan->resolution, seconds);
  return bin + (plan->nearest && seconds >= middle_of(plan->resolution, bin));
}

// -------------------------------------------------------------------------------------------------
// Classes.

// Years of a window that ends at a date: half goes to even, as dynamic_characterization has it.
static int years_left(int64_t end, int64_t seconds) {
  const double years = (double)floor_quotient(end - seconds, DAY_S) / 365.25;
  const double left = nearbyint(years);
  return left > 0 ? (int)left : 0;
}

static void fill_class(const vt_dates *d, int64_t at, vt_date_class *c) {
  const vt_timeline_data *k = d->graph->data;
  c->bin = vt_bin_of(k->plan, at);
  c->date = at;
  c->first = INT64_MAX;
  c->last = INT64_MIN;
  c->year = vt_date_decimal_year(vt_bin_start(k->plan->resolution, c->bin));
  for (int i = 0; i < k->categories; i++) {
    const vt_category_plan *plan = &k->category[i].plan->category;
    const int64_t end = vt_date_add(d->window, 12 * (int64_t)plan->horizon, 0);
    c->window[i] = plan->fixed_horizon ? years_left(end, at) : plan->horizon;
  }
}

static uint64_t mix(uint64_t hash, uint64_t value) {
  hash = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
  return hash ^ hash >> 29;
}

static uint64_t hash_class(const vt_dates *d, const vt_date_class *c) {
  uint64_t hash = mix(1, (uint64_t)c->bin);
  if (d->exact) hash = mix(hash, (uint64_t)c->date);
  for (int i = 0; i < d->graph->data->categories; i++) hash = mix(hash, (uint64_t)c->window[i]);
  return hash;
}

static bool same_class(const vt_dates *d, const vt_date_class *a, const vt_date_class *b) {
  const size_t categories = (size_t)d->graph->data->categories;
  return a->bin == b->bin && (!d->exact || a->date == b->date) &&
         memcmp(a->window, b->window, categories * sizeof *a->window) == 0;
}

static uint64_t hash_date(int base, int64_t month, int64_t second) {
  return mix(mix(mix(2, (uint64_t)base), (uint64_t)month), (uint64_t)second);
}

// A table of twice as many slots, all free.
static vt_error grow_slots(ptrdiff_t *slots, int **slot) {
  free(*slot);
  *slot = NULL;
  *slots = *slots > 0 ? 2 * *slots : 64;
  VT_NEW(*slot, *slots);
  return VT_OK;
}

static void put(ptrdiff_t slots, int *slot, uint64_t hash, int place) {
  const uint64_t mask = (uint64_t)slots - 1;
  uint64_t at = hash & mask;
  while (slot[at]) at = (at + 1) & mask;
  slot[at] = place + 1;
}

static vt_error find_class(vt_dates *d, int64_t at, int *place) {
  const int categories = d->graph->data->categories;
  if (2 * ((ptrdiff_t)d->classes + 1) > d->class_slots) {
    VT_TRY(grow_slots(&d->class_slots, &d->class_slot));
    for (int i = 0; i < d->classes; i++)
      put(d->class_slots, d->class_slot, hash_class(d, &d->class[i]), i);
  }
  VT_TRY(vt_grow(&d->class, &d->class_room, (ptrdiff_t)d->classes + 1, sizeof *d->class));
  vt_date_class *fresh = &d->class[d->classes];
  if (!d->spare) VT_ARENA_NEW(d->arena, d->spare, categories);
  fresh->window = d->spare;
  fill_class(d, at, fresh);
  const uint64_t hash = hash_class(d, fresh), mask = (uint64_t)d->class_slots - 1;
  for (uint64_t i = hash & mask; d->class_slot[i]; i = (i + 1) & mask) {
    *place = d->class_slot[i] - 1;
    if (same_class(d, &d->class[*place], fresh)) return VT_OK;
  }
  put(d->class_slots, d->class_slot, hash, d->classes);
  d->spare = NULL;
  *place = d->classes++;
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Dates.

vt_error vt_dates_create(const vt_timeline_graph *graph, int64_t start, int64_t window,
                         vt_dates **dates) {
  vt_dates *d;
  const vt_timeline_data *k = graph->data;
  VT_NEW(d, 1);
  *d = (vt_dates){.graph = graph, .start = start, .window = window};
  // Years that are added to dates of one bin may lead to two.
  const bool splits = k->plan->nearest || k->plan->resolution >= VT_RESOLVE_DAY;
  for (int c = 0; c < k->categories; c++) {
    const vt_metric metric = k->category[c].metric;
    d->exact = d->exact || (splits && (metric == VT_METRIC_TABLE || metric == VT_METRIC_FORCING));
  }
  const vt_error made = vt_arena_create(&d->arena);
  if (made != VT_OK) vt_dates_free(d);
  VT_TRY(made);
  *dates = d;
  return VT_OK;
}

void vt_dates_free(vt_dates *d) {
  if (!d) return;
  vt_arena_free(d->arena);
  free(d->date);
  free(d->class);
  free(d->slot);
  free(d->class_slot);
  free(d);
}

static vt_error add_date(vt_dates *d, int base, int64_t month, int64_t second, int process) {
  const int64_t from = base == 0 ? d->start : d->graph->base[base - 1];
  const int64_t at = vt_date_add(from, month, second);
  vt_date date;
  vt_date_of(at, &date);
  VT_CHECK(date.year >= -VT_DATE_LAST_YEAR && date.year <= VT_DATE_LAST_YEAR, VT_ERR_INPUT,
           "%s: activity %s: found a date in the year %lld after all offsets, expected years from "
           "%d to %d",
           d->graph->data->study->path, vt_timeline_activity(d->graph->data, process),
           (long long)date.year, -VT_DATE_LAST_YEAR, (int)VT_DATE_LAST_YEAR);
  VT_TRY(vt_grow(&d->date, &d->room, (ptrdiff_t)d->count + 1, sizeof *d->date));
  vt_timeline_date *fresh = &d->date[d->count];
  *fresh = (vt_timeline_date){.base = base, .month = month, .second = second, .at = at};
  VT_TRY(find_class(d, at, &fresh->class));
  d->count++;
  return VT_OK;
}

vt_error vt_dates_find(vt_dates *d, int base, int64_t month, int64_t second, int process,
                       int *place) {
  if (2 * ((ptrdiff_t)d->count + 1) > d->slots) {
    VT_TRY(grow_slots(&d->slots, &d->slot));
    for (int i = 0; i < d->count; i++) {
      const vt_timeline_date *t = &d->date[i];
      put(d->slots, d->slot, hash_date(t->base, t->month, t->second), i);
    }
  }
  const uint64_t hash = hash_date(base, month, second), mask = (uint64_t)d->slots - 1;
  for (uint64_t i = hash & mask; d->slot[i]; i = (i + 1) & mask) {
    *place = d->slot[i] - 1;
    const vt_timeline_date *t = &d->date[*place];
    if (t->base == base && t->month == month && t->second == second) return VT_OK;
  }
  *place = d->count;
  VT_TRY(add_date(d, base, month, second, process));
  put(d->slots, d->slot, hash, *place);
  return VT_OK;
}

void vt_dates_note(vt_dates *d, int place) {
  const vt_timeline_date *date = &d->date[place];
  vt_date_class *class = &d->class[date->class];
  if (date->at < class->first) class->first = date->at;
  if (date->at > class->last) class->last = date->at;
}

vt_error vt_dates_step(vt_dates *d, int from, int step, int process, int *place) {
  const vt_step *s = &d->graph->step[step];
  const vt_timeline_date *t = &d->date[from];
  if (s->base > 0) return vt_dates_find(d, s->base, s->month, s->second, process, place);
  return vt_dates_find(d, t->base, t->month + s->month, t->second + s->second, process, place);
}
