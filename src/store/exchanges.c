// store_exchanges.c - exchanges in a store, written and read.
#include "store.h"

#include <math.h>
#include <string.h>

enum { OPERATION = 1, FUNCTIONAL = 2 };

// -------------------------------------------------------------------------------------------------
// Writing exchanges.

// Exchanges of a database in the order of its nodes, and scratch as long as the longest list.
typedef struct exchange_columns {
  const vt_exchange **exchange;
  ptrdiff_t count;
  int32_t *narrow;
  int64_t *wide;
  int8_t *small;
  double *real;
  const char **text;
} exchange_columns;

static void collect_exchanges(const vt_database_set *set, const vt_database *d,
                              exchange_columns *c) {
  c->count = 0;
  for (int n = d->first_node; n < d->first_node + d->nodes; n++) {
    for (ptrdiff_t i = 0; i < set->node[n].exchanges; i++)
      c->exchange[c->count++] = &set->exchange[set->node[n].first_exchange + i];
  }
}

static vt_error make_plain(vt_store_maker *m, hid_t at, exchange_columns *c) {
  for (ptrdiff_t x = 0; x < c->count; x++) {
    const vt_exchange *exchange = c->exchange[x];
    VT_TRY(vt_make_number(m, exchange->input, &c->narrow[x]));
    VT_CHECK(c->narrow[x] >= 0, VT_ERR_BUG, "an exchange has no input in the store");
    c->real[x] = exchange->amount;
    c->text[x] = exchange->extra;
    c->small[x] = (int8_t)exchange->type;
  }
  VT_TRY(vt_make_column(m, at, "input", VT_COLUMN_INT32, c->count, c->narrow));
  VT_TRY(vt_make_reals(m, at, "amount", c->count, c->real));
  VT_TRY(vt_make_texts(m, at, "extra", m->own, c->count, c->text));
  VT_TRY(vt_make_column(m, at, "type", VT_COLUMN_INT8, c->count, c->small));
  bool any = false;
  for (ptrdiff_t x = 0; x < c->count; x++) {
    c->small[x] = (int8_t)((c->exchange[x]->operation ? OPERATION : 0) |
                           (c->exchange[x]->functional ? FUNCTIONAL : 0));
    any = any || c->small[x] != 0;
  }
  return any ? vt_make_column(m, at, "flags", VT_COLUMN_INT8, c->count, c->small) : VT_OK;
}

static vt_error make_exchange_uncertainty(vt_store_maker *m, hid_t at, exchange_columns *c) {
  ptrdiff_t count = 0;
  for (ptrdiff_t x = 0; x < c->count; x++) {
    if (c->exchange[x]->uncertainty) c->narrow[count++] = (int32_t)x;
  }
  if (count == 0) return VT_OK;
  VT_TRY(vt_make_column(m, at, "uncertainty_at", VT_COLUMN_INT32, count, c->narrow));
  vt_uncertainty *all;
  VT_ARENA_NEW(m->scratch, all, count);
  for (ptrdiff_t i = 0; i < count; i++) all[i] = *c->exchange[c->narrow[i]]->uncertainty;
  return vt_make_uncertainty(m, at, count, all);
}

static vt_error make_temporal(vt_store_maker *m, hid_t at, exchange_columns *c) {
  ptrdiff_t count = 0, dates = 0;
  for (ptrdiff_t x = 0; x < c->count; x++) {
    const vt_temporal *temporal = c->exchange[x]->temporal;
    if (!temporal) continue;
    c->narrow[count] = (int32_t)x;
    c->small[count++] = (int8_t)temporal->unit;
    for (int i = 0; i < temporal->count; i++, dates++) {
      c->wide[dates] = temporal->date[i];
      c->real[dates] = temporal->amount[i];
    }
  }
  VT_TRY(vt_make_column(m, at, "temporal_at", VT_COLUMN_INT32, count, c->narrow));
  VT_TRY(vt_make_column(m, at, "temporal_unit", VT_COLUMN_INT8, count, c->small));
  for (ptrdiff_t i = 0; i < count; i++) c->narrow[i] = c->exchange[c->narrow[i]]->temporal->count;
  VT_TRY(vt_make_column(m, at, "temporal_count", VT_COLUMN_INT32, count, c->narrow));
  VT_TRY(vt_make_column(m, at, "temporal_date", VT_COLUMN_INT64, dates, c->wide));
  return vt_make_reals(m, at, "temporal_weight", dates, c->real);
}

static const vt_vintage *vintages_of(const vt_exchange *exchange, bool amounts, int *count) {
  *count = amounts ? exchange->vintages : exchange->improvements;
  return amounts ? exchange->vintage : exchange->improvement;
}

// One of the numbers of vintages: exchange, tau or year.
static ptrdiff_t list_vintages(exchange_columns *c, bool amounts, int which) {
  ptrdiff_t items = 0;
  for (ptrdiff_t x = 0; x < c->count; x++) {
    int count;
    const vt_vintage *vintage = vintages_of(c->exchange[x], amounts, &count);
    for (int i = 0; i < count; i++, items++) {
      const int32_t all[VT_TRIPLE] = {(int32_t)x, vintage[i].tau, vintage[i].year};
      c->narrow[items] = all[which];
      c->real[items] = vintage[i].value;
    }
  }
  return items;
}

static vt_error make_vintages(vt_store_maker *m, hid_t at, bool amounts, exchange_columns *c) {
  static const char *const column[VT_TRIPLE] = {"at", "tau", "year"};
  const char *name = amounts ? "vintage" : "improvement";
  for (int which = 0; which < VT_TRIPLE; which++) {
    if (which == 1 && !amounts) continue; // improvements hold for a whole life
    const ptrdiff_t items = list_vintages(c, amounts, which);
    VT_TRY(vt_make_column(m, at, vt_composed(name, column[which]).text, VT_COLUMN_INT32, items,
                          c->narrow));
  }
  return vt_make_reals(m, at, vt_composed(name, "value").text, list_vintages(c, amounts, 0),
                       c->real);
}

// The longest list that any exchange column may need.
static ptrdiff_t longest_list(const exchange_columns *c) {
  ptrdiff_t dates = 0, improvements = 0, vintages = 0, longest = c->count;
  for (ptrdiff_t x = 0; x < c->count; x++) {
    dates += c->exchange[x]->temporal ? c->exchange[x]->temporal->count : 0;
    improvements += c->exchange[x]->improvements;
    vintages += c->exchange[x]->vintages;
  }
  if (dates > longest) longest = dates;
  if (improvements > longest) longest = improvements;
  return vintages > longest ? vintages : longest;
}

vt_error vt_make_exchanges(vt_store_maker *m, hid_t at, int database) {
  const vt_database *d = &m->set->database[database];
  exchange_columns c = {0};
  VT_ARENA_NEW(m->scratch, c.exchange, m->set->exchanges);
  collect_exchanges(m->set, d, &c);
  const ptrdiff_t longest = longest_list(&c);
  VT_CHECK(longest < INT32_MAX, VT_ERR_SYSTEM, "database '%s' has too many exchanges: %td", d->name,
           longest);
  VT_ARENA_NEW(m->scratch, c.narrow, longest);
  VT_ARENA_NEW(m->scratch, c.wide, longest);
  VT_ARENA_NEW(m->scratch, c.small, longest);
  VT_ARENA_NEW(m->scratch, c.real, longest);
  VT_ARENA_NEW(m->scratch, c.text, longest);
  VT_TRY(make_plain(m, at, &c));
  VT_TRY(make_exchange_uncertainty(m, at, &c));
  VT_TRY(make_temporal(m, at, &c));
  VT_TRY(make_vintages(m, at, false, &c));
  return make_vintages(m, at, true, &c);
}

// -------------------------------------------------------------------------------------------------
// Reading exchanges.

// Where the exchanges of a database go.
typedef struct landing {
  vt_store *store;
  hid_t at;
  vt_exchange *exchange;
  int64_t count;
} landing;

static vt_error fail_landing(const landing *to, const char *name, const char *what) {
  return vt_store_fail(to->store, to->at, name, what);
}

static vt_error number_outputs(const landing *to, vt_database_set *set, hid_t nodes, int database,
                               ptrdiff_t first) {
  const vt_database *d = &set->database[database];
  int32_t *number;
  VT_TRY(vt_column_take(to->store, nodes, "exchanges", VT_COLUMN_INT32, d->nodes, &number));
  int64_t placed = 0;
  bool sound = true;
  for (int i = 0; i < d->nodes && sound; i++) {
    vt_node *node = &set->node[d->first_node + i];
    node->first_exchange = first + (ptrdiff_t)placed;
    node->exchanges = number ? number[i] : 0;
    sound = node->exchanges >= 0 && node->exchanges <= to->count - placed;
    for (ptrdiff_t x = 0; sound && x < node->exchanges; x++)
      to->exchange[placed + x].output = d->first_node + i;
    placed += node->exchanges;
  }
  return sound && placed == to->count
             ? VT_OK
             : fail_landing(to, "exchanges", "found another number of them");
}

// What every exchange has. It is read before there is room for exchanges: only then is it known
// that the file has so many.
typedef struct plain_columns {
  int32_t *input;
  int8_t *type;
  double *amount;
} plain_columns;

static vt_error take_plain(const landing *to, plain_columns *c) {
  vt_store *store = to->store;
  VT_TRY(vt_column_take(store, to->at, "input", VT_COLUMN_INT32, to->count, &c->input));
  VT_TRY(vt_column_take(store, to->at, "type", VT_COLUMN_INT8, to->count, &c->type));
  VT_TRY(vt_column_take_reals(store, to->at, "amount", to->count, store->scratch, &c->amount));
  if (!c->input || !c->type || !c->amount)
    return fail_landing(to, "input", "found no inputs, types or amounts");
  return VT_OK;
}

static vt_error place_plain(const landing *to, const plain_columns *c, const vt_numbering *from) {
  for (int64_t x = 0; x < to->count; x++) {
    const int32_t input = c->input[x];
    if (input < 0 || input >= from->nodes + from->links)
      return fail_landing(to, "input", "found a node that the store does not hold");
    if (c->type[x] < VT_EXCHANGE_PRODUCTION || c->type[x] > VT_EXCHANGE_BIOSPHERE)
      return fail_landing(to, "type", "found an unknown type of exchange");
    if (!isfinite(c->amount[x])) return fail_landing(to, "amount", "found no finite number");
    vt_exchange *exchange = &to->exchange[x];
    exchange->input =
        input < from->nodes ? from->first_node + input : from->link[input - from->nodes];
    exchange->type = (vt_exchange_type)c->type[x];
    exchange->amount = c->amount[x];
    exchange->share = 1.0;
  }
  return VT_OK;
}

static vt_error take_flags_and_extras(const landing *to, const vt_pool *own) {
  int8_t *flags;
  const char **extra;
  VT_TRY(vt_column_take(to->store, to->at, "flags", VT_COLUMN_INT8, to->count, &flags));
  for (int64_t x = 0; flags && x < to->count; x++) {
    to->exchange[x].operation = flags[x] & OPERATION;
    to->exchange[x].functional = flags[x] & FUNCTIONAL;
  }
  VT_TRY(vt_column_take_texts(to->store, to->at, "extra", to->count, own, &extra));
  for (int64_t x = 0; x < to->count; x++) to->exchange[x].extra = extra[x];
  return VT_OK;
}

// The exchanges that have something: ascending; repeats where there may be several of it.
static vt_error take_places(const landing *to, const char *name, bool repeats, int32_t **place,
                            ptrdiff_t *count) {
  VT_TRY(vt_column_take_list(to->store, to->at, name, VT_COLUMN_INT32, to->store->scratch, place,
                             count));
  for (ptrdiff_t i = 0; *place && i < *count; i++) {
    const int64_t least = i == 0 ? 0 : (int64_t)(*place)[i - 1] + !repeats;
    if ((*place)[i] < least || (*place)[i] >= to->count)
      return fail_landing(to, name, "found an exchange that the store does not hold");
  }
  return VT_OK;
}

static vt_error take_uncertainty(const landing *to) {
  int32_t *place;
  ptrdiff_t count;
  vt_uncertainty *all = NULL;
  VT_TRY(take_places(to, "uncertainty_at", false, &place, &count));
  if (!place) return VT_OK;
  VT_TRY(vt_store_take_uncertainty(to->store, to->at, count, &all));
  if (!all) return fail_landing(to, "uncertainty_type", "found no such column");
  for (ptrdiff_t i = 0; i < count; i++) to->exchange[place[i]].uncertainty = &all[i];
  return VT_OK;
}

// Columns of temporal distributions.
typedef struct temporal_columns {
  int32_t *place, *count;
  int8_t *unit;
  int64_t *date;
  double *weight;
  ptrdiff_t items, dates;
} temporal_columns;

static vt_error place_temporal(const landing *to, const temporal_columns *c) {
  const int64_t farthest = 4000000000000; // as many seconds as a document may have, and more units
  vt_temporal *all;
  VT_ARENA_NEW(to->store->arena, all, c->items);
  ptrdiff_t placed = 0;
  for (ptrdiff_t i = 0; i < c->items; i++) {
    const bool sound = c->count[i] > 0 && c->count[i] <= c->dates - placed && c->unit[i] != 0 &&
                       strchr("YMWDhmsA", c->unit[i]);
    if (!sound) return fail_landing(to, "temporal_count", "found an impossible distribution");
    all[i] = (vt_temporal){c->count[i], (char)c->unit[i], c->date + placed, c->weight + placed};
    to->exchange[c->place[i]].temporal = &all[i];
    placed += c->count[i];
  }
  for (ptrdiff_t i = 0; i < c->dates; i++) {
    const bool sound = isfinite(c->weight[i]) && c->date[i] >= -farthest && c->date[i] <= farthest;
    if (!sound) return fail_landing(to, "temporal_date", "found an impossible distribution");
  }
  return placed == c->dates ? VT_OK
                            : fail_landing(to, "temporal_count", "found another number of dates");
}

static vt_error take_temporal(const landing *to) {
  vt_store *store = to->store;
  temporal_columns c = {0};
  VT_TRY(take_places(to, "temporal_at", false, &c.place, &c.items));
  if (!c.place) return VT_OK;
  VT_TRY(vt_column_take(store, to->at, "temporal_count", VT_COLUMN_INT32, c.items, &c.count));
  VT_TRY(vt_column_take(store, to->at, "temporal_unit", VT_COLUMN_INT8, c.items, &c.unit));
  VT_TRY(vt_column_take_list(store, to->at, "temporal_date", VT_COLUMN_INT64, store->arena, &c.date,
                             &c.dates));
  VT_TRY(vt_column_take_reals(store, to->at, "temporal_weight", c.dates, store->arena, &c.weight));
  if (!c.count || !c.unit || !c.date || !c.weight)
    return fail_landing(to, "temporal_at", "found no distributions to it");
  return place_temporal(to, &c);
}

// Columns of vintages of one kind.
typedef struct vintage_columns {
  int32_t *place, *tau, *year;
  double *value;
  ptrdiff_t items;
} vintage_columns;

static bool is_sound_vintage(const vt_vintage *vintage) {
  const bool tau = vintage->tau == VT_WHOLE_LIFE ||
                   (vintage->tau >= -VT_STORE_YEARS && vintage->tau <= VT_STORE_YEARS);
  return tau && vintage->year >= -VT_STORE_YEARS && vintage->year <= VT_STORE_YEARS &&
         isfinite(vintage->value);
}

static vt_error place_vintages(const landing *to, const char *name, bool amounts,
                               const vintage_columns *c) {
  if (!c->year || !c->value || (amounts && !c->tau))
    return fail_landing(to, name, "found no vintages to it");
  vt_vintage *all;
  VT_ARENA_NEW(to->store->arena, all, c->items);
  for (ptrdiff_t i = 0; i < c->items; i++) {
    all[i] = (vt_vintage){amounts ? c->tau[i] : VT_WHOLE_LIFE, c->year[i], c->value[i]};
    if (!is_sound_vintage(&all[i])) return fail_landing(to, name, "found an impossible vintage");
    vt_exchange *exchange = &to->exchange[c->place[i]];
    int *count = amounts ? &exchange->vintages : &exchange->improvements;
    vt_vintage **list = amounts ? &exchange->vintage : &exchange->improvement;
    if ((*count)++ == 0) *list = &all[i];
  }
  return VT_OK;
}

static vt_error take_vintages(const landing *to, bool amounts) {
  vt_store *store = to->store;
  vintage_columns c = {0};
  const char *name = amounts ? "vintage" : "improvement";
  const vt_store_name at = vt_composed(name, "at"), value = vt_composed(name, "value");
  const vt_store_name tau = vt_composed(name, "tau"), year = vt_composed(name, "year");
  VT_TRY(take_places(to, at.text, true, &c.place, &c.items));
  if (!c.place) return VT_OK;
  VT_TRY(vt_column_take(store, to->at, tau.text, VT_COLUMN_INT32, c.items, &c.tau));
  VT_TRY(vt_column_take(store, to->at, year.text, VT_COLUMN_INT32, c.items, &c.year));
  VT_TRY(vt_column_take_reals(store, to->at, value.text, c.items, store->scratch, &c.value));
  return place_vintages(to, name, amounts, &c);
}

static vt_error place_all(landing *to, vt_database_set *set, hid_t nodes, int database,
                          const vt_pool *own, const vt_numbering *numbering,
                          const plain_columns *plain) {
  struct vt_database_sources *sources = set->sources;
  const ptrdiff_t first = set->exchanges, count = (ptrdiff_t)to->count;
  VT_TRY(vt_grow(&set->exchange, &sources->exchange_room, first + count, sizeof *set->exchange));
  if (count > 0) to->exchange = set->exchange + first;
  if (count > 0) memset(to->exchange, 0, (size_t)count * sizeof *to->exchange);
  VT_TRY(number_outputs(to, set, nodes, database, first));
  if (count > 0) {
    VT_TRY(place_plain(to, plain, numbering));
    VT_TRY(take_flags_and_extras(to, own));
    VT_TRY(take_uncertainty(to));
    VT_TRY(take_temporal(to));
    VT_TRY(take_vintages(to, false));
    VT_TRY(take_vintages(to, true));
  }
  set->exchanges = first + count;
  sources->database[database].first_exchange = first;
  sources->database[database].exchanges = count;
  return VT_OK;
}

static vt_error enter_and_take(vt_store *store, vt_database_set *set, hid_t at, hid_t nodes,
                               int database, const vt_pool *own, const vt_numbering *numbering) {
  landing to = {.store = store, .at = at};
  plain_columns plain = {0};
  to.count = store->exchanges[set->sources->database[database].stored];
  if (to.count > 0) VT_TRY(take_plain(&to, &plain));
  return place_all(&to, set, nodes, database, own, numbering, &plain);
}

vt_error vt_store_take_exchanges(vt_store *store, vt_database_set *set, hid_t at, int database,
                                 const vt_pool *own, const vt_numbering *numbering) {
  hid_t group, nodes;
  VT_TRY(vt_store_enter(store, at, "exchanges", &group));
  vt_error error = vt_store_enter(store, at, "nodes", &nodes);
  if (error == VT_OK) {
    error = enter_and_take(store, set, group, nodes, database, own, numbering);
    (void)H5Gclose(nodes);
  }
  (void)H5Gclose(group);
  return error;
}
