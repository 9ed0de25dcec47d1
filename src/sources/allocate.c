// allocate.c - processes of several products to one process for each product, by shares of what
// the products weigh.
//
// The nodes of a database lie in one piece, so it moves to the end of all nodes, where there is
// room for the new ones. Exchanges keep their amounts; what a new process has of them is `share`.
#include "sources.h"

#include <json-c/json.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A product of the process at hand.
typedef struct joint_product {
  int product; // node
  double weight;
} joint_product;

typedef struct allocation {
  vt_database_set *set;
  int database;
  const char *property; // NULL: all products weigh the same
  int *part_of; // place in `part` of a product of the process at hand, else -1; shape [nodes]
  joint_product *part; // of the process at hand; shape [parts]
  int parts;
  ptrdiff_t part_room;
} allocation;

// -------------------------------------------------------------------------------------------------
// Products of a process.

static bool can_be_split(const vt_node *node) {
  return node->type == VT_NODE_PROCESS || node->type == VT_NODE_CHIMAERA ||
         (node->type_name && strcmp(node->type_name, "multifunctional") == 0);
}

static void forget_parts(allocation *a) {
  for (int k = 0; k < a->parts; k++) a->part_of[a->part[k].product] = -1;
  a->parts = 0;
}

// Its products in the order of their exchanges.
static vt_error list_parts(allocation *a, const vt_node *node) {
  forget_parts(a);
  if (!can_be_split(node)) return VT_OK;
  for (ptrdiff_t x = node->first_exchange; x < node->first_exchange + node->exchanges; x++) {
    const vt_exchange *exchange = &a->set->exchange[x];
    if (exchange->type != VT_EXCHANGE_PRODUCTION || a->part_of[exchange->input] >= 0) continue;
    VT_TRY(vt_grow(&a->part, &a->part_room, (ptrdiff_t)a->parts + 1, sizeof *a->part));
    a->part_of[exchange->input] = a->parts;
    a->part[a->parts++] = (joint_product){.product = exchange->input};
  }
  return VT_OK;
}

static vt_error start_marks(allocation *a, int nodes) {
  free(a->part_of);
  VT_NEW(a->part_of, nodes);
  for (int n = 0; n < nodes; n++) a->part_of[n] = -1;
  a->parts = 0;
  return VT_OK;
}

// New processes of all.
static vt_error count_parts(allocation *a, int *count) {
  const vt_database *d = &a->set->database[a->database];
  *count = 0;
  VT_TRY(start_marks(a, a->set->nodes));
  for (int n = d->first_node; n < d->first_node + d->nodes; n++) {
    VT_TRY(list_parts(a, &a->set->node[n]));
    if (a->parts > 1) *count += a->parts;
  }
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Shares.

static struct json_object *member_of(struct json_object *object, const char *name) {
  return json_object_is_type(object, json_type_object) ? json_object_object_get(object, name)
                                                       : NULL;
}

// The property in `properties` of an exchange or node, whose attributes are `extra`: a number, or
// an object with that as `amount`; NULL if it is not there.
static struct json_object *property_of(struct json_object *extra, const char *name) {
  struct json_object *value = member_of(member_of(extra, "properties"), name);
  return json_object_is_type(value, json_type_object) ? json_object_object_get(value, "amount")
                                                      : value;
}

static vt_error fail_part(const allocation *a, const vt_exchange *made, const char *found,
                          const char *expected) {
  const vt_node *process = &a->set->node[made->output];
  const vt_database *database = &a->set->database[a->database];
  VT_FAIL(VT_ERR_INPUT, "%s: database '%s', activity '%s', production of %s: found %s as '%s'%s",
          database->path, database->name, process->code, vt_node_text(a->set, made->input), found,
          a->property, expected);
}

// Names of the properties that are there.
static void try_properties(struct json_object *extra, vt_nearest *nearest) {
  struct json_object *all = member_of(extra, "properties");
  if (!json_object_is_type(all, json_type_object)) return;
  json_object_object_foreach(all, name, value) {
    (void)value;
    vt_nearest_try(nearest, name);
  }
}

static vt_error fail_missing(const allocation *a, const vt_exchange *made,
                             struct json_object *const extra[2]) {
  char hint[256];
  vt_nearest nearest = {.name = a->property};
  for (int i = 0; i < 2; i++) try_properties(extra[i], &nearest);
  (void)snprintf(hint, sizeof hint,
                 ", expected it in 'properties' of the exchange or of the product%s",
                 vt_nearest_hint(&nearest));
  return fail_part(a, made, "nothing", hint);
}

// What the product of an exchange weighs a unit: its own property counts, else the product's.
static vt_error take_property(const allocation *a, const vt_exchange *made,
                              struct json_object *const extra[2], double *value) {
  struct json_object *found = property_of(extra[0], a->property);
  if (!found) found = property_of(extra[1], a->property);
  if (!found) return fail_missing(a, made, extra);
  if (!vt_json_number(found, value) || !isfinite(*value) || *value < 0.0)
    return fail_part(a, made, vt_json_show(found), ", expected a number that is not negative");
  return VT_OK;
}

static vt_error read_property(const allocation *a, const vt_exchange *made, double *value) {
  const char *const text[2] = {made->extra, a->set->node[made->input].extra};
  struct json_object *extra[2] = {NULL, NULL};
  for (int i = 0; i < 2; i++) extra[i] = text[i] ? json_tokener_parse(text[i]) : NULL;
  const vt_error error = take_property(a, made, extra, value);
  for (int i = 0; i < 2; i++) (void)json_object_put(extra[i]);
  return error;
}

static vt_error add_weight(const allocation *a, const vt_exchange *made) {
  double property;
  char amount[64];
  VT_TRY(read_property(a, made, &property));
  (void)snprintf(amount, sizeof amount, "an amount of %.10g", made->amount);
  if (made->amount < 0.0 && property > 0.0)
    return fail_part(a, made, amount, " to weigh it by, expected one that is not negative");
  a->part[a->part_of[made->input]].weight += made->amount * property;
  return VT_OK;
}

// Weights of the parts, which become shares of 1.
static vt_error weigh_parts(const allocation *a, const vt_node *node) {
  double total = 0.0;
  for (int k = 0; k < a->parts; k++) a->part[k].weight = a->property ? 0.0 : 1.0;
  for (ptrdiff_t x = node->first_exchange;
       a->property && x < node->first_exchange + node->exchanges; x++) {
    const vt_exchange *exchange = &a->set->exchange[x];
    if (exchange->type == VT_EXCHANGE_PRODUCTION) VT_TRY(add_weight(a, exchange));
  }
  for (int k = 0; k < a->parts; k++) total += a->part[k].weight;
  const vt_database *database = &a->set->database[a->database];
  VT_CHECK(total > 0.0 && isfinite(total), VT_ERR_INPUT,
           "%s: database '%s', activity '%s': found a sum of %g over its products' amounts times "
           "'%s', expected more than 0 to allocate by",
           database->path, database->name, node->code, total, a->property);
  for (int k = 0; k < a->parts; k++) a->part[k].weight /= total;
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// New nodes and exchanges.

// "FIRST@SECOND" or "FIRST (SECOND)"; the arena's.
static vt_error compose(vt_arena *arena, const char *first, const char *second, bool code,
                        const char **composed) {
  vt_text text = {0};
  vt_error made = vt_text_add(&text, code ? "%s@%s" : "%s (%s)", first, second);
  if (made == VT_OK) made = vt_arena_text(arena, text.bytes, text.length, composed);
  vt_text_free(&text);
  return made;
}

static vt_error add_part_node(const allocation *a, int process, int product, int *index) {
  vt_database_set *set = a->set;
  const vt_node *made = &set->node[product];
  vt_node node = set->node[process];
  const vt_database *database = &set->database[a->database];
  bool added;
  int label;
  VT_TRY(compose(set->arena, node.code, made->code, true, &node.code));
  VT_TRY(compose(set->arena, vt_node_name(&set->node[process]), vt_node_name(made), false,
                 &node.name));
  VT_TRY(vt_labels_add(set->sources->database[a->database].code, node.code,
                       (ptrdiff_t)strlen(node.code), &label, &added));
  VT_CHECK(added, VT_ERR_INPUT,
           "%s: database '%s', activity '%s': found the code '%s' of one of its products' "
           "processes for another activity too",
           database->path, database->name, set->node[process].code, node.code);
  node.product = vt_node_name(made);
  node.type = VT_NODE_PROCESS;
  node.parts = node.first_part = 0;
  node.whole = set->nodes - process;
  node.first_exchange = set->exchanges;
  node.exchanges = 0;
  return vt_set_add_node(set, &node, index);
}

// All exchanges of the process but production of other products.
static vt_error copy_exchanges(const allocation *a, int process, int index,
                               const joint_product *of) {
  vt_database_set *set = a->set;
  const ptrdiff_t first = set->node[process].first_exchange;
  const ptrdiff_t count = set->node[process].exchanges;
  VT_TRY(vt_grow(&set->exchange, &set->sources->exchange_room, set->exchanges + count,
                 sizeof *set->exchange));
  for (ptrdiff_t x = first; x < first + count; x++) {
    vt_exchange exchange = set->exchange[x];
    const bool made = exchange.type == VT_EXCHANGE_PRODUCTION;
    if (made && exchange.input != of->product) continue;
    exchange.output = index;
    exchange.share = made ? 1.0 : of->weight;
    set->exchange[set->exchanges++] = exchange;
    set->node[index].exchanges++;
  }
  return VT_OK;
}

// What is left of the process is its own product, if it is one.
static vt_error split(const allocation *a, int process) {
  vt_database_set *set = a->set;
  const int first = set->nodes;
  VT_TRY(weigh_parts(a, &set->node[process]));
  for (int k = 0; k < a->parts; k++) {
    int index;
    VT_TRY(add_part_node(a, process, a->part[k].product, &index));
    VT_TRY(copy_exchanges(a, process, index, &a->part[k]));
  }
  vt_node *node = &set->node[process];
  node->type = a->part_of[process] >= 0 ? VT_NODE_PRODUCT : VT_NODE_OTHER;
  node->exchanges = 0;
  node->parts = a->parts;
  node->first_part = first - process;
  return VT_OK;
}

static void shift(int *node, int first, int count, int by) {
  if (*node >= first && *node < first + count) *node += by;
}

// Nodes of the database to the end, with room for `more`; what refers to them follows. The old
// places are left without code.
static vt_error move_to_end(allocation *a, int more) {
  vt_database_set *set = a->set;
  vt_database *d = &set->database[a->database];
  const vt_references *references = &set->sources->reference;
  const int first = d->first_node, count = d->nodes, by = set->nodes - first;
  const ptrdiff_t needed = (ptrdiff_t)set->nodes + count + more;
  VT_CHECK(needed < INT32_MAX / 2, VT_ERR_SYSTEM, "too many nodes: %td", needed);
  VT_TRY(vt_grow(&set->node, &set->sources->node_room, needed, sizeof *set->node));
  memcpy(set->node + set->nodes, set->node + first, (size_t)count * sizeof *set->node);
  for (int n = first; n < first + count; n++)
    set->node[n] = (vt_node){.database = a->database, .id = VT_NO_ID, .code = ""};
  set->nodes += count;
  d->first_node += by;
  for (ptrdiff_t x = 0; x < set->exchanges; x++) {
    shift(&set->exchange[x].output, first, count, by);
    shift(&set->exchange[x].input, first, count, by);
  }
  for (int r = 0; r < vt_labels_count(references->label); r++)
    shift(&references->node[r], first, count, by);
  return VT_OK;
}

static vt_error split_all(allocation *a, int count) {
  const vt_database *d = &a->set->database[a->database];
  VT_TRY(move_to_end(a, count));
  VT_TRY(start_marks(a, a->set->nodes + count));
  for (int n = d->first_node; n < d->first_node + d->nodes; n++) {
    VT_TRY(list_parts(a, &a->set->node[n]));
    if (a->parts > 1) VT_TRY(split(a, n));
  }
  a->set->database[a->database].nodes = a->set->nodes - d->first_node;
  return VT_OK;
}

static vt_error allocate(allocation *a) {
  int count;
  VT_TRY(vt_database_open(a->set, a->database));
  VT_TRY(count_parts(a, &count));
  const vt_database *d = &a->set->database[a->database];
  if (count == 0)
    vt_warn("nothing to allocate", "database '%s' has no process of several products to allocate",
            d->name);
  return count > 0 ? split_all(a, count) : VT_OK;
}

vt_error vt_database_allocate(vt_database_set *set, int database, const char *property) {
  const vt_database *d = &set->database[database];
  VT_CHECK(d->kind == VT_DATABASE_JSON, VT_ERR_INPUT,
           "%s: database '%s' cannot be allocated: found matrices, expected exchanges with their "
           "'properties': export it as a JSON document",
           d->path, d->name);
  for (int other = 0; other < set->databases; other++) {
    const vt_database *o = &set->database[other];
    VT_CHECK(o->kind == VT_DATABASE_PACKAGE || o->package < 0, VT_ERR_BUG,
             "database '%s' was loaded before database '%s' is allocated", o->name, d->name);
  }
  const bool equal = strcmp(property, "equal") == 0;
  allocation a = {.set = set, .database = database, .property = equal ? NULL : property};
  const vt_error error = allocate(&a);
  free(a.part_of);
  free(a.part);
  return error;
}

// -------------------------------------------------------------------------------------------------
// Demands.

int vt_node_own_product(const vt_database_set *set, int node) {
  const vt_node *n = &set->node[node];
  if (n->whole == 0) return -1;
  for (ptrdiff_t x = n->first_exchange; x < n->first_exchange + n->exchanges; x++) {
    const vt_exchange *exchange = &set->exchange[x];
    if (exchange->type == VT_EXCHANGE_PRODUCTION && exchange->input == node - n->whole)
      return exchange->input;
  }
  return -1;
}

static vt_error list_part_codes(const vt_database_set *set, int node, vt_text *text) {
  enum { MOST_LISTED = 8 };
  const vt_node *n = &set->node[node];
  for (int k = 0; k < n->parts && k < MOST_LISTED; k++)
    VT_TRY(
        vt_text_add(text, "%s'%s'", k > 0 ? ", " : "", set->node[node + n->first_part + k].code));
  return n->parts > MOST_LISTED ? vt_text_add(text, " and %d more", n->parts - MOST_LISTED) : VT_OK;
}

vt_error vt_refuse_allocated(const vt_database_set *set, int node) {
  vt_text text = {0};
  if (set->node[node].parts == 0) return VT_OK;
  vt_error error = list_part_codes(set, node, &text);
  if (error == VT_OK)
    error = vt_error_raise(VT_ERR_INPUT, __FILE__, __LINE__, __func__,
                           "found a demand for the process %s, which is allocated to %s, expected "
                           "one for the product of one of these",
                           vt_node_text(set, node), text.bytes);
  vt_text_free(&text);
  return error;
}
