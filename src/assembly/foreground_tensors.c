// foreground_tensors.c - a foreground database to the inputs of a pathway model.
//
// Entries are collected with process times as years; when all offsets are known, process times are
// numbered, entries sorted, and those of one key added up.
#include "assembly.h"
#include "vintner/parameters.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Entries of one tensor on their way.
typedef struct bundle {
  vt_entry *entry;
  ptrdiff_t count, capacity;
} bundle;

// The building of one model's inputs.
typedef struct building {
  vt_database_set *set;
  const vt_foreground *from;
  vt_inputs *inputs;
  const vt_database *database; // the foreground
  bool *is_product;            // nodes of the foreground; shape [database->nodes]
  bundle tensor[VT_TENSOR_COUNT];
  int *tau; // process times met, with repeats
  ptrdiff_t taus, tau_room;
  int *flow_node, *elementary_node;
  ptrdiff_t flow_room, elementary_room;
  vt_follower *follower; // exchanges that follow parameters; shape [followers]
  int followers;
  vt_followed_term *term; // all parts of entries, if some follow
  ptrdiff_t terms, term_room;
} building;

// An exchange and the names that messages need.
typedef struct edge {
  building *made;
  const vt_node *process_node;
  const vt_exchange *exchange;
  int process;
} edge;

static vt_error push(building *made, vt_tensor_id id, vt_entry entry) {
  bundle *to = &made->tensor[id];
  VT_TRY(vt_grow(&to->entry, &to->capacity, to->count + 1, sizeof *to->entry));
  to->entry[to->count++] = entry;
  return VT_OK;
}

static vt_error fail_edge(const edge *at, const char *what) {
  const vt_database *database = at->made->database;
  VT_FAIL(VT_ERR_INPUT, "%s: database '%s', activity '%s', exchange with %s: %s", database->path,
          database->name, at->process_node->code, vt_node_text(at->made->set, at->exchange->input),
          what);
}

// -------------------------------------------------------------------------------------------------
// Sets.

static vt_error add_label(vt_labels *labels, const char *code, int *index) {
  return vt_labels_add(labels, code, (ptrdiff_t)strlen(code), index, NULL);
}

// Products, and processes that are their own product.
static void find_products(building *made) {
  for (int i = 0; i < made->database->nodes; i++) {
    const int index = made->database->first_node + i;
    const vt_node *node = &made->set->node[index];
    made->is_product[i] = node->type == VT_NODE_PRODUCT;
    if (node->type != VT_NODE_CHIMAERA) continue;
    for (ptrdiff_t x = node->first_exchange; x < node->first_exchange + node->exchanges; x++) {
      const vt_exchange *exchange = &made->set->exchange[x];
      if (exchange->type == VT_EXCHANGE_PRODUCTION && exchange->input == index)
        made->is_product[i] = true;
    }
  }
}

static bool is_process(const vt_node *node) {
  return node->type == VT_NODE_PROCESS || node->type == VT_NODE_CHIMAERA;
}

static vt_error add_sets(building *made) {
  const vt_database *database = made->database;
  vt_inputs *inputs = made->inputs;
  VT_NEW(made->is_product, database->nodes);
  find_products(made);
  int index;
  for (int i = 0; i < database->nodes; i++) {
    const vt_node *node = &made->set->node[database->first_node + i];
    if (is_process(node)) VT_TRY(add_label(inputs->process, node->code, &index));
    if (made->is_product[i]) VT_TRY(add_label(inputs->product, node->code, &index));
  }
  const int processes = vt_labels_count(inputs->process);
  VT_CHECK(processes > 0, VT_ERR_INPUT,
           "%s: database '%s': found no process, expected the decisions of the model",
           database->path, database->name);
  VT_ARENA_NEW(inputs->arena, inputs->window_first, processes);
  VT_ARENA_NEW(inputs->arena, inputs->window_last, processes);
  VT_ARENA_NEW(inputs->arena, inputs->process_name, processes);
  for (int i = 0, p = 0; i < database->nodes; i++) {
    const vt_node *node = &made->set->node[database->first_node + i];
    if (!is_process(node)) continue;
    inputs->window_first[p] = node->window_first;
    inputs->window_last[p] = node->window_last;
    if (node->name)
      VT_TRY(vt_arena_text(inputs->arena, node->name, (ptrdiff_t)strlen(node->name),
                           &inputs->process_name[p]));
    p++;
  }
  return VT_OK;
}

// Label of a node by its code, and the node behind the label. One code is one activity.
static vt_error add_flow(const edge *at, vt_labels *labels, int **nodes, ptrdiff_t *room,
                         int32_t *flow) {
  const vt_database_set *set = at->made->set;
  const int node = at->exchange->input;
  int index;
  bool added;
  const char *code = set->node[node].code;
  VT_TRY(vt_labels_add(labels, code, (ptrdiff_t)strlen(code), &index, &added));
  VT_TRY(vt_grow(nodes, room, index + 1, sizeof **nodes));
  if (added) (*nodes)[index] = node;
  *flow = index;
  const int known = (*nodes)[index];
  if (known == node) return VT_OK;
  // The same activity of another snapshot is the same flow.
  int match;
  VT_TRY(vt_node_match(set, node, set->node[known].database, &match));
  if (match != known) return fail_edge(at, "found its code for another node too");
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Exchanges.

static int64_t floor_divide(int64_t number, int64_t by) {
  return number / by - (number % by < 0);
}

// Seconds of a unit that is no year; a year is 12 months, 365.2425 days or 31556952 seconds.
enum { YEAR_S = 31556952 };

static int64_t seconds_of(char unit) {
  switch (unit) {
    case 'M': return YEAR_S / 12;
    case 'W': return 7 * 86400;
    case 'D': return 86400;
    case 'h': return 3600;
    case 'm': return 60;
    case 's': return 1;
    default: return YEAR_S;
  }
}

// Years of an offset: the whole ones in it, or the nearest.
static int64_t years_of(const building *made, char unit, int64_t date) {
  const vt_study *study = made->from->study;
  const vt_database_plan *plan = study ? vt_study_databases(study) : NULL;
  const int64_t seconds = date * seconds_of(unit);
  return floor_divide(plan && plan->nearest_offsets ? 2 * seconds + YEAR_S : seconds,
                      plan && plan->nearest_offsets ? 2 * YEAR_S : YEAR_S);
}

// 365 days are no year: what a date a few days short of one is meant to be is not known.
static void note_offset(const edge *at, char unit, int64_t date) {
  enum { DAYS = 5 };
  const vt_study *study = at->made->from->study;
  const vt_database_plan *plan = study ? vt_study_databases(study) : NULL;
  const int64_t seconds = date * seconds_of(unit);
  const int64_t short_of = (floor_divide(seconds, YEAR_S) + 1) * YEAR_S - seconds;
  if (unit == 'Y' || unit == 'M' || !plan || plan->nearest_offsets || short_of > DAYS * 86400)
    return;
  vt_warn(
      "offset",
      "%s: database '%s', activity '%s', exchange with %s: the offset of %lld %c is up to %d days "
      "short of %lld years (of 365.2425 days) and counts as %lld; 'offsets: nearest' takes the "
      "nearest year",
      at->made->database->path, at->made->database->name, at->process_node->code,
      vt_node_text(at->made->set, at->exchange->input), (long long)date, unit, (int)DAYS,
      (long long)floor_divide(seconds, YEAR_S) + 1, (long long)floor_divide(seconds, YEAR_S));
}

static vt_error add_tau(const edge *at, int64_t tau, int32_t *year) {
  building *made = at->made;
  if (tau < -100000 || tau > 100000)
    return fail_edge(at, "found an offset of more than 100000 years");
  *year = (int32_t)tau;
  VT_TRY(vt_grow(&made->tau, &made->tau_room, made->taus + 1, sizeof *made->tau));
  made->tau[made->taus++] = (int)tau;
  return VT_OK;
}

// What counts of an exchange's amounts; what is substituted is consumed with a negative sign.
static double scale_of(const vt_exchange *exchange) {
  return exchange->type == VT_EXCHANGE_SUBSTITUTION ? -exchange->share : exchange->share;
}

static int compare_followers(const void *key, const void *item) {
  const ptrdiff_t exchange = *(const ptrdiff_t *)key;
  const vt_follower *f = item;
  return (exchange > f->exchange) - (exchange < f->exchange);
}

// A part of an entry, whose other parts may follow parameters.
static vt_error push_term(const edge *at, vt_tensor_id id, const vt_entry *entry, double weight) {
  building *made = at->made;
  if (made->followers == 0) return VT_OK;
  const ptrdiff_t exchange = at->exchange - made->set->exchange;
  const vt_follower *f = bsearch(&exchange, made->follower, (size_t)made->followers,
                                 sizeof *made->follower, compare_followers);
  vt_followed_term term = {.tensor = id,
                           .amount = f ? f->amount : -1,
                           .scale = scale_of(at->exchange),
                           .stored = at->exchange->amount,
                           .weight = weight};
  memcpy(term.index, entry->index, sizeof term.index);
  VT_TRY(vt_grow(&made->term, &made->term_room, made->terms + 1, sizeof *made->term));
  made->term[made->terms++] = term;
  return VT_OK;
}

static vt_error add_amounts(const edge *at, vt_tensor_id id, int32_t flow) {
  const vt_exchange *exchange = at->exchange;
  const vt_temporal *temporal = exchange->temporal;
  const double amount = scale_of(exchange) * exchange->amount;
  for (int i = 0; i < (temporal ? temporal->count : 1); i++) {
    const double weight = temporal ? temporal->amount[i] : 1.0;
    vt_entry entry = {.index = {at->process, flow}, .value = amount * weight};
    if (!isfinite(entry.value)) return fail_edge(at, "found an amount that is too large");
    if (temporal) note_offset(at, temporal->unit, temporal->date[i]);
    const int64_t tau = temporal ? years_of(at->made, temporal->unit, temporal->date[i]) : 0;
    VT_TRY(add_tau(at, tau, &entry.index[2]));
    VT_TRY(push(at->made, id, entry));
    VT_TRY(push_term(at, id, &entry, weight));
  }
  return VT_OK;
}

// Explicit values of vintages; a year alone means every process time of the exchange.
static vt_error add_vintages(const edge *at, vt_tensor_id id, int32_t flow) {
  const vt_exchange *exchange = at->exchange;
  const vt_temporal *temporal = exchange->temporal;
  const double scale = scale_of(exchange);
  for (int v = 0; v < exchange->vintages; v++) {
    const vt_vintage *vintage = &exchange->vintage[v];
    const bool whole = vintage->tau == VT_WHOLE_LIFE;
    int64_t last = INT64_MIN;
    for (int i = 0; i < (whole && temporal ? temporal->count : 1); i++) {
      const int64_t tau = !whole     ? vintage->tau
                          : temporal ? years_of(at->made, temporal->unit, temporal->date[i])
                                     : 0;
      if (tau == last) continue; // several dates within one year are one process time
      last = tau;
      vt_entry entry = {.index = {at->process, flow, 0, vintage->year},
                        .value = scale * vintage->value};
      VT_TRY(add_tau(at, tau, &entry.index[2]));
      VT_TRY(push(at->made, id, entry));
    }
  }
  return VT_OK;
}

// What holds for the code of a flow: entries on the FLOW axis, numbered when all flows are known.
// Until then the place is set * INT32_MAX / 4 + index, sets in the order of the axis.
enum { SET_STEP = INT32_MAX / 4 };

static vt_error add_code_entries(const edge *at, int set, int32_t flow) {
  const vt_exchange *exchange = at->exchange;
  vt_entry entry = {.index = {at->process, set * SET_STEP + flow}, .value = 1.0};
  if (exchange->operation) VT_TRY(push(at->made, VT_TENSOR_OPERATION_FLOW, entry));
  for (int i = 0; i < exchange->improvements; i++) {
    entry.index[2] = exchange->improvement[i].year;
    entry.value = exchange->improvement[i].value;
    VT_TRY(push(at->made, VT_TENSOR_IMPROVEMENTS, entry));
  }
  return VT_OK;
}

// Where an exchange goes.
typedef struct destination {
  vt_tensor_id tensor, vintages;
  int set; // of its flow: 0 product, 1 intermediate, 2 elementary
  int32_t flow;
} destination;

static vt_error find_product(const edge *at, int32_t *product) {
  const vt_node *input = &at->made->set->node[at->exchange->input];
  *product = vt_labels_find(at->made->inputs->product, input->code, (ptrdiff_t)strlen(input->code));
  if (!at->made->is_product[at->exchange->input - at->made->database->first_node])
    return fail_edge(at, "found a node that is no product, expected one of type 'product' or a "
                         "process with production of itself");
  return VT_OK;
}

static vt_error find_destination(const edge *at, destination *to) {
  building *made = at->made;
  const bool inside = made->set->node[at->exchange->input].database == made->from->database;
  switch (at->exchange->type) {
    case VT_EXCHANGE_PRODUCTION:
      *to = (destination){VT_TENSOR_PRODUCTION, VT_TENSOR_PRODUCTION_VINTAGES, 0, 0};
      if (!inside)
        return fail_edge(at,
                         "found production of another database, expected a product of this one");
      return find_product(at, &to->flow);
    case VT_EXCHANGE_SUBSTITUTION:
    case VT_EXCHANGE_TECHNOSPHERE:
      if (inside) {
        *to = (destination){VT_TENSOR_INTERNAL_DEMAND, VT_TENSOR_COUNT, 0, 0};
        return find_product(at, &to->flow);
      }
      *to = (destination){VT_TENSOR_TECHNOSPHERE, VT_TENSOR_TECHNOSPHERE_VINTAGES, 1, 0};
      return add_flow(at, made->inputs->intermediate_flow, &made->flow_node, &made->flow_room,
                      &to->flow);
    case VT_EXCHANGE_BIOSPHERE:
      *to = (destination){VT_TENSOR_BIOSPHERE, VT_TENSOR_BIOSPHERE_VINTAGES, 2, 0};
      return add_flow(at, made->inputs->elementary_flow, &made->elementary_node,
                      &made->elementary_room, &to->flow);
  }
  return VT_OK;
}

// A distribution under another key would be lost in silence.
static vt_error refuse_other_keys(const edge *at) {
  static const char *const keys[] = {"temporal distribution", "absolute_temporal_distribution"};
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
    char message[160];
    if (!vt_exchange_has_attribute(at->exchange, keys[i])) continue;
    (void)snprintf(message, sizeof message,
                   "found '%s', expected 'temporal_distribution' with unit, date and amount in a "
                   "foreground",
                   keys[i]);
    return fail_edge(at, message);
  }
  return VT_OK;
}

static vt_error add_exchange(const edge *at) {
  destination to = {.vintages = VT_TENSOR_COUNT};
  VT_TRY(refuse_other_keys(at));
  const vt_temporal *temporal = at->exchange->temporal;
  if (temporal && temporal->unit == VT_TEMPORAL_DATES)
    return fail_edge(at, "found a temporal distribution with dates, expected offsets in a "
                         "foreground");
  VT_TRY(find_destination(at, &to));
  VT_TRY(add_amounts(at, to.tensor, to.flow));
  if (to.vintages == VT_TENSOR_COUNT) {
    if (at->exchange->improvements + at->exchange->vintages > 0)
      return fail_edge(at, "found vintages of an internal demand, which the model does not have");
    // The operation flag of an internal demand is that of the product's code.
  } else {
    VT_TRY(add_vintages(at, to.vintages, to.flow));
  }
  return add_code_entries(at, to.set, to.flow);
}

static vt_error add_process(building *made, const vt_node *node, int process) {
  bool produces = false;
  vt_warn_node(made->set, node);
  for (ptrdiff_t x = node->first_exchange; x < node->first_exchange + node->exchanges; x++) {
    const edge at = {made, node, &made->set->exchange[x], process};
    vt_warn_exchange(made->set, node, at.exchange);
    VT_TRY(add_exchange(&at));
    produces = produces || at.exchange->type == VT_EXCHANGE_PRODUCTION;
  }
  VT_CHECK(produces, VT_ERR_INPUT,
           "%s: database '%s', activity '%s': found a process without production, expected an "
           "exchange of type 'production'",
           made->database->path, made->database->name, node->code);
  return VT_OK;
}

static vt_error add_exchanges(building *made) {
  const vt_database *database = made->database;
  for (int i = 0, p = 0; i < database->nodes; i++) {
    const vt_node *node = &made->set->node[database->first_node + i];
    if (is_process(node)) VT_TRY(add_process(made, node, p++));
  }
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Times, demand.

static vt_error set_times(building *made) {
  vt_inputs *inputs = made->inputs;
  const vt_foreground *from = made->from;
  VT_CHECK(from->first_year <= from->last_year && from->last_year - from->first_year < 100000,
           VT_ERR_INPUT, "found the years %d to %d, expected a horizon", from->first_year,
           from->last_year);
  if (made->taus > 0) qsort(made->tau, (size_t)made->taus, sizeof *made->tau, vt_compare_ints);
  VT_ARENA_NEW(inputs->arena, inputs->process_time, made->taus);
  for (ptrdiff_t i = 0; i < made->taus; i++) {
    if (i == 0 || made->tau[i] != made->tau[i - 1])
      inputs->process_time[inputs->process_times++] = made->tau[i];
  }
  inputs->system_times = from->last_year - from->first_year + 1;
  VT_ARENA_NEW(inputs->arena, inputs->system_time, inputs->system_times);
  for (int t = 0; t < inputs->system_times; t++) inputs->system_time[t] = from->first_year + t;
  return VT_OK;
}

static vt_error add_demand(building *made, const vt_yearly_demand *demand) {
  const vt_labels *products = made->inputs->product;
  const int product = vt_labels_find(products, demand->product, (ptrdiff_t)strlen(demand->product));
  const vt_foreground *from = made->from;
  char place[512] = "";
  const char *path = demand->path ? demand->path : from->path;
  if (path) (void)snprintf(place, sizeof place, "%s:%d: ", vt_cut(path, 400), demand->line);
  if (product < 0) {
    vt_nearest nearest = {.name = demand->product};
    vt_nearest_try_labels(&nearest, products);
    VT_FAIL(VT_ERR_INPUT, "%sdemand: '%s' is no product of database '%s'%s", place, demand->product,
            made->database->name, vt_nearest_hint(&nearest));
  }
  VT_CHECK(demand->first_year >= from->first_year && demand->last_year <= from->last_year &&
               demand->first_year <= demand->last_year,
           VT_ERR_INPUT,
           "%sdemand of '%s': found the years %d to %d, expected years within %d to %d", place,
           demand->product, demand->first_year, demand->last_year, from->first_year,
           from->last_year);
  VT_CHECK(isfinite(demand->amount), VT_ERR_INPUT,
           "%sdemand of '%s', %d: found %f, expected a finite number", place, demand->product,
           demand->first_year, demand->amount);
  for (int year = demand->first_year; year <= demand->last_year; year++) {
    const vt_entry entry = {.index = {product, year - from->first_year}, .value = demand->amount};
    VT_TRY(push(made, VT_TENSOR_DEMAND, entry));
  }
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Entries to tensors.

// Entries of one key by value: their sum must not depend on how the library sorts.
static int compare_values(const void *a, const void *b) {
  const vt_entry *x = a, *y = b;
  const int keys = vt_compare_entries(a, b);
  return keys != 0 ? keys : (x->value > y->value) - (x->value < y->value);
}

// Final numbers on the axes: process times to places, flows to the FLOW axis. What is said of a
// code holds in every set that has it.
static vt_error number_axes(building *made, vt_tensor_id id) {
  const vt_inputs *inputs = made->inputs;
  const vt_tensor_kind *kind = &vt_tensor_kinds[id];
  bundle *of = &made->tensor[id];
  const ptrdiff_t count = of->count;
  for (ptrdiff_t i = 0; i < count; i++) {
    if (kind->axes > 2 && kind->axis[2] == VT_AXIS_PROCESS_TIME)
      of->entry[i].index[2] =
          vt_find_time(inputs->process_time, inputs->process_times, of->entry[i].index[2]);
    if (kind->axes < 2 || kind->axis[1] != VT_AXIS_FLOW) continue;
    const vt_labels *sets[] = {inputs->product, inputs->intermediate_flow, inputs->elementary_flow};
    vt_entry entry = of->entry[i];
    const int set = entry.index[1] / SET_STEP;
    const char *code = vt_labels_get(sets[set], entry.index[1] % SET_STEP);
    for (int other = 0, offset = 0; other < 3; offset += vt_labels_count(sets[other++])) {
      const int index = vt_labels_find(sets[other], code, (ptrdiff_t)strlen(code));
      entry.index[1] = offset + index;
      if (other == set)
        of->entry[i] = entry;
      else if (index >= 0)
        VT_TRY(push(made, id, entry));
    }
  }
  return VT_OK;
}

// Whether entries of one key add up; others may repeat a number, but not contradict it.
static bool adds_up(vt_tensor_id id) {
  return id == VT_TENSOR_PRODUCTION || id == VT_TENSOR_TECHNOSPHERE || id == VT_TENSOR_BIOSPHERE ||
         id == VT_TENSOR_INTERNAL_DEMAND;
}

static vt_error store(building *made, vt_tensor_id id) {
  vt_inputs *inputs = made->inputs;
  vt_tensor *tensor = &inputs->tensor[id];
  const int axes = vt_tensor_kinds[id].axes;
  VT_TRY(number_axes(made, id));
  bundle *of = &made->tensor[id];
  if (of->count > 1) qsort(of->entry, (size_t)of->count, sizeof *of->entry, compare_values);
  VT_ARENA_NEW(inputs->arena, tensor->index, of->count * (axes > 0 ? axes : 1));
  VT_ARENA_NEW(inputs->arena, tensor->value, of->count + 1);
  if (axes == 0) {
    tensor->count = 1;
    tensor->value[0] = vt_tensor_kinds[id].missing;
  }
  for (ptrdiff_t i = 0; i < of->count; i++) {
    const vt_entry *entry = &of->entry[i];
    if (i > 0 && vt_compare_entries(entry - 1, entry) == 0) {
      double *value = &tensor->value[tensor->count - 1];
      const bool differ = *value < entry->value || *value > entry->value;
      VT_CHECK(adds_up(id) || (!differ && id != VT_TENSOR_DEMAND), VT_ERR_INPUT,
               "%s: database '%s', %s of %s: found twice, expected once", made->database->path,
               made->database->name, vt_tensor_kinds[id].name,
               vt_entry_key(inputs, id, tensor->count - 1));
      if (adds_up(id)) *value += entry->value;
      continue;
    }
    memcpy(tensor->index + tensor->count * axes, entry->index, (size_t)axes * sizeof *entry->index);
    tensor->value[tensor->count++] = entry->value;
  }
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// What follows parameters.

static vt_error load_snapshots(building *made) {
  const vt_foreground *from = made->from;
  for (int i = 0; i < from->backgrounds; i++) {
    for (int k = 0; k < from->background[i].snapshots; k++) {
      const vt_snapshot *snapshot = &from->background[i].snapshot[k];
      for (int d = 0; d < snapshot->databases; d++)
        VT_TRY(vt_database_require(made->set, snapshot->database[d]));
    }
  }
  for (int d = 0; d < made->set->databases && from->backgrounds == 0; d++) {
    if (made->set->database[d].has_time) VT_TRY(vt_database_require(made->set, d));
  }
  return VT_OK;
}

static vt_error find_followers(building *made) {
  const vt_foreground *from = made->from;
  if (!from->differing || !vt_parameters_are_meant(from->study)) return VT_OK;
  VT_TRY(load_snapshots(made));
  made->database = &made->set->database[from->database];
  vt_followers *followers = &from->differing->followers;
  VT_TRY(vt_parameters_follow(from->study, made->set, made->inputs->arena, &made->inputs->following,
                              followers));
  ptrdiff_t room = 0;
  VT_TRY(vt_grow(&made->follower, &room, followers->count + 1, sizeof *made->follower));
  made->followers = followers->count;
  if (made->followers > 0)
    memcpy(made->follower, followers->follower, (size_t)made->followers * sizeof *made->follower);
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// What tables give.

static bool is_wanted(const vt_exchange *exchange, const vt_wanted_exchange *wanted) {
  const vt_exchange_type type =
      exchange->type == VT_EXCHANGE_SUBSTITUTION ? VT_EXCHANGE_TECHNOSPHERE : exchange->type;
  return exchange->input == wanted->from && type == wanted->type;
}

static int by_exchange(const void *a, const void *b) {
  return compare_followers(&((const vt_follower *)a)->exchange, b);
}

// The amount of an exchange is number `amount` from now on, even where a formula gave it.
static vt_error follow_amount(building *made, ptrdiff_t exchange, int amount) {
  for (int i = 0; i < made->followers; i++) {
    if (made->follower[i].exchange != exchange) continue;
    made->follower[i].amount = amount;
    return VT_OK;
  }
  ptrdiff_t room = made->followers;
  VT_TRY(vt_grow(&made->follower, &room, made->followers + 1, sizeof *made->follower));
  made->follower[made->followers++] = (vt_follower){exchange, amount};
  return VT_OK;
}

static vt_error add_given(building *made, int difference, ptrdiff_t exchange) {
  vt_differing *d = made->from->differing;
  vt_following *following = &made->inputs->following;
  const char *text = vt_node_text(made->set, made->set->exchange[exchange].input);
  vt_followed_amount *amount = &following->amount[following->amounts];
  VT_TRY(vt_arena_text(made->inputs->arena, text, (ptrdiff_t)strlen(text), &amount->exchange));
  amount->given = d->given;
  d->given_of[d->given++] = difference;
  return follow_amount(made, exchange, following->amounts++);
}

// Exchanges of the foreground that a table has.
static vt_error find_exchange(building *made, int difference) {
  vt_differing *d = made->from->differing;
  const vt_wanted_exchange *wanted = &d->wanted[difference];
  const vt_node *node = &made->set->node[wanted->to];
  ptrdiff_t last = -1;
  if (node->database != made->from->database) return VT_OK;
  for (ptrdiff_t x = node->first_exchange; x < node->first_exchange + node->exchanges; x++) {
    if (!is_wanted(&made->set->exchange[x], wanted)) continue;
    d->found[difference]++;
    last = x;
  }
  return d->found[difference] == 1 ? add_given(made, difference, last) : VT_OK;
}

static vt_error find_given(building *made) {
  const vt_differing *d = made->from->differing;
  vt_following *following = &made->inputs->following;
  if (!d || d->tables.count == 0) return VT_OK;
  const vt_followed_amount *before = following->amount;
  VT_ARENA_NEW(made->inputs->arena, following->amount, following->amounts + d->tables.count);
  if (following->amounts > 0)
    memcpy(following->amount, before, (size_t)following->amounts * sizeof *before);
  for (int i = 0; i < d->tables.count; i++) VT_TRY(find_exchange(made, i));
  if (made->followers > 1)
    qsort(made->follower, (size_t)made->followers, sizeof *made->follower, by_exchange);
  return VT_OK;
}

static int compare_term_keys(const vt_followed_term *a, const vt_followed_term *b) {
  if (a->tensor != b->tensor) return a->tensor < b->tensor ? -1 : 1;
  for (int i = 0; i < VT_MAX_AXES; i++) {
    if (a->index[i] != b->index[i]) return a->index[i] < b->index[i] ? -1 : 1;
  }
  return 0;
}

// Parts of an entry in the order in which `store` adds them up.
static int compare_terms(const void *a, const void *b) {
  const vt_followed_term *x = a, *y = b;
  const int keys = compare_term_keys(x, y);
  const double p = x->scale * x->stored * x->weight, q = y->scale * y->stored * y->weight;
  if (keys != 0 || p < q || p > q) return keys != 0 ? keys : p < q ? -1 : 1;
  return (x->amount > y->amount) - (x->amount < y->amount);
}

// Keeps the entries that have a part which follows.
static vt_error store_terms(building *made) {
  vt_following *following = &made->inputs->following;
  ptrdiff_t kept = 0;
  for (ptrdiff_t i = 0; i < made->terms; i++)
    made->term[i].index[2] = vt_find_time(made->inputs->process_time, made->inputs->process_times,
                                          made->term[i].index[2]);
  if (made->terms > 1) qsort(made->term, (size_t)made->terms, sizeof *made->term, compare_terms);
  for (ptrdiff_t first = 0, end; first < made->terms; first = end) {
    bool follows = false;
    for (end = first;
         end < made->terms && compare_term_keys(&made->term[first], &made->term[end]) == 0; end++)
      follows = follows || made->term[end].amount >= 0;
    for (ptrdiff_t i = first; i < end && follows; i++) made->term[kept++] = made->term[i];
  }
  VT_ARENA_NEW(made->inputs->arena, following->term, kept);
  if (kept > 0) memcpy(following->term, made->term, (size_t)kept * sizeof *made->term);
  following->terms = kept;
  return VT_OK;
}

static vt_error build(building *made) {
  const vt_database *database = &made->set->database[made->from->database];
  VT_CHECK(
      database->kind == VT_DATABASE_JSON, VT_ERR_INPUT,
      "%s: database '%s' cannot be a foreground: its exchanges lie in pickles, which are never "
      "read; export it as a JSON document",
      database->path, database->name);
  VT_TRY(vt_database_require(made->set, made->from->database));
  made->database = &made->set->database[made->from->database];
  VT_TRY(vt_inputs_create(made->database->path, &made->inputs));
  VT_TRY(find_followers(made));
  VT_TRY(find_given(made));
  VT_TRY(add_sets(made));
  VT_TRY(add_exchanges(made));
  VT_TRY(set_times(made));
  VT_TRY(store_terms(made));
  for (int i = 0; i < made->from->demands; i++) VT_TRY(add_demand(made, &made->from->demand[i]));
  VT_TRY(vt_foreground_map(made->set, made->from, made->inputs));
  for (int id = 0; id < VT_TENSOR_COUNT; id++) {
    if (id != VT_TENSOR_MAPPING) VT_TRY(store(made, (vt_tensor_id)id));
  }
  // A flow array is never NULL for want of flows.
  VT_TRY(vt_grow(&made->flow_node, &made->flow_room, 1, sizeof *made->flow_node));
  VT_TRY(vt_grow(&made->elementary_node, &made->elementary_room, 1, sizeof *made->elementary_node));
  return vt_check_structure(made->inputs);
}

static void free_building(building *made) {
  for (int id = 0; id < VT_TENSOR_COUNT; id++) free(made->tensor[id].entry);
  free(made->is_product);
  free(made->tau);
  free(made->follower);
  free(made->term);
}

vt_error vt_foreground_build(vt_database_set *set, const vt_foreground *foreground,
                             vt_inputs **inputs, int **flow_node, int **elementary_node) {
  *inputs = NULL;
  building made = {.set = set, .from = foreground};
  const vt_error error = build(&made);
  free_building(&made);
  if (error != VT_OK) {
    vt_inputs_free(made.inputs);
    free(made.flow_node);
    free(made.elementary_node);
    VT_TRY(error);
  }
  *inputs = made.inputs;
  *flow_node = made.flow_node;
  *elementary_node = made.elementary_node;
  return VT_OK;
}
