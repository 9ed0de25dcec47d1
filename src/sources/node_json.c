// node_json.c - one node of a JSON document, with its exchanges and their attributes.
#include "sources.h"

#include <json-c/json.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  EARLIEST_YEAR = -100000,
  LATEST_YEAR = 100000,
  NEGATIVE = 1, // field of an uncertainty
};

// Where an attribute stands; `exchange` counts from 1, 0: an attribute of the node itself.
typedef struct json_place {
  const vt_document *document;
  ptrdiff_t exchange;
  struct json_object *input; // of the exchange, or [database, code] of the factor, as written
  const char *method;        // whose factor it is, else NULL
  const char *parameter;     // whose attribute it is, else NULL
} json_place;

// "FILE: method 'x', flow ['a', 'b']"
static const char *method_text(const json_place *at, size_t size, char *text) {
  const char *part[2];
  for (size_t i = 0; i < 2; i++)
    part[i] = json_object_get_string(json_object_array_get_idx(at->input, i));
  (void)snprintf(text, size, "%s: method '%s', flow ['%s', '%s']", vt_cut(at->document->path, 200),
                 vt_cut(at->method, 160), vt_cut(part[0], 160), vt_cut(part[1], 160));
  return text;
}

// "FILE: database 'x', activity 'y', exchange with ["a", "b"]"
static const char *place_text(const json_place *at) {
  static _Thread_local char text[800];
  const vt_document *document = at->document;
  if (at->method) return method_text(at, sizeof text, text);
  if (at->parameter) {
    (void)snprintf(text, sizeof text, "%s: parameter '%s'", vt_cut(document->path, 200),
                   vt_cut(at->parameter, 160));
    return text;
  }
  const char *database = document->set->database[document->database].name;
  const int used =
      snprintf(text, sizeof text, "%s: database '%s', activity '%s'", vt_cut(document->path, 200),
               vt_cut(database, 80), vt_cut(document->code, 160));
  if (at->exchange == 0 || used < 0 || (size_t)used >= sizeof text) return text;
  const char *input =
      at->input ? json_object_to_json_string_ext(at->input, JSON_C_TO_STRING_PLAIN) : NULL;
  (void)snprintf(text + used, sizeof text - (size_t)used, ", exchange %td with input %s",
                 at->exchange, input ? vt_cut(input, 160) : "none");
  return text;
}

static vt_error fail_value(const json_place *at, const char *name, struct json_object *value,
                           const char *expected) {
  VT_FAIL(VT_ERR_INPUT, "%s: '%s': found %s, expected %s", place_text(at), name,
          vt_json_show(value), expected);
}

// -------------------------------------------------------------------------------------------------
// Single values.

static vt_error copy_text(vt_arena *arena, const char *text, const char **copy) {
  VT_CHECK(text, VT_ERR_SYSTEM, "out of memory for a JSON text");
  return vt_arena_text(arena, text, (ptrdiff_t)strlen(text), copy);
}

// A text; null is none, other values stay as their JSON text (locations may be lists).
static vt_error get_text(const json_place *at, struct json_object *value, const char **text) {
  if (!value) return VT_OK;
  vt_arena *arena = at->document->set->arena;
  if (json_object_is_type(value, json_type_string))
    return copy_text(arena, json_object_get_string(value), text);
  return copy_text(arena, json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN), text);
}

static vt_error get_number(const json_place *at, const char *name, struct json_object *value,
                           double *number) {
  if (!vt_json_number(value, number) || !isfinite(*number))
    return fail_value(at, name, value, "a finite number");
  return VT_OK;
}

// A field of an uncertainty: NaN and null are none.
static vt_error get_field(const json_place *at, const char *name, struct json_object *value,
                          double *number) {
  *number = (double)NAN;
  if (value && !vt_json_number(value, number)) return fail_value(at, name, value, "a number");
  return VT_OK;
}

static vt_error get_flag(const json_place *at, const char *name, struct json_object *value,
                         bool *flag) {
  *flag = false;
  if (!value) return VT_OK;
  if (!json_object_is_type(value, json_type_boolean))
    return fail_value(at, name, value, "true or false");
  *flag = json_object_get_boolean(value);
  return VT_OK;
}

static bool as_integer(struct json_object *value, int64_t lowest, int64_t highest,
                       int64_t *number) {
  double real;
  if (!vt_json_integer(value, number)) {
    if (!vt_json_number(value, &real) || !(fabs(real) < 1e15)) return false;
    *number = (int64_t)real;
    if ((double)*number < real || (double)*number > real) return false;
  }
  return *number >= lowest && *number <= highest;
}

// -------------------------------------------------------------------------------------------------
// Vintages: {"2030": value} or {"[5, 2030]": value}.

// A whole number that ends at `stop`.
static bool take_integer(const char **text, int *number) {
  char *end;
  const long value = strtol(*text, &end, 10);
  if (end == *text || value < EARLIEST_YEAR || value > LATEST_YEAR) return false;
  *number = (int)value;
  *text = end;
  while (**text == ' ') (*text)++;
  return true;
}

static bool take_vintage_key(const char *key, bool pairs, vt_vintage *vintage) {
  vintage->tau = VT_WHOLE_LIFE;
  const bool pair = pairs && (*key == '[' || *key == '(');
  if (!pair) return take_integer(&key, &vintage->year) && *key == '\0';
  const char close = *key == '[' ? ']' : ')';
  key++;
  if (!take_integer(&key, &vintage->tau) || *key != ',') return false;
  key++;
  return take_integer(&key, &vintage->year) && key[0] == close && key[1] == '\0';
}

static int compare_vintages(const void *a, const void *b) {
  const vt_vintage *x = a, *y = b;
  if (x->tau != y->tau) return x->tau < y->tau ? -1 : 1;
  return (x->year > y->year) - (x->year < y->year);
}

static vt_error get_vintages(const json_place *at, const char *name, bool pairs,
                             struct json_object *value, int *count, vt_vintage **vintages) {
  *count = 0;
  if (!value) return VT_OK;
  if (!json_object_is_type(value, json_type_object))
    return fail_value(at, name, value, "an object of years and numbers");
  VT_ARENA_NEW(at->document->set->arena, *vintages, json_object_object_length(value));
  json_object_object_foreach(value, key, number) {
    vt_vintage *vintage = &(*vintages)[*count];
    VT_CHECK(take_vintage_key(key, pairs, vintage), VT_ERR_INPUT,
             "%s: '%s': found the key '%s', expected a year%s", place_text(at), name, key,
             pairs ? " or \"[process time, year]\"" : "");
    VT_TRY(get_number(at, name, number, &vintage->value));
    (*count)++;
  }
  qsort(*vintages, (size_t)*count, sizeof **vintages, compare_vintages);
  for (int i = 1; i < *count; i++) {
    VT_CHECK(compare_vintages(*vintages + i - 1, *vintages + i) != 0, VT_ERR_INPUT,
             "%s: '%s': found the year %d twice", place_text(at), name, (*vintages)[i].year);
  }
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Exchanges.

static vt_error get_type(const json_place *at, struct json_object *value, vt_exchange_type *type) {
  static const struct {
    const char *name;
    vt_exchange_type type;
  } known[] = {{"production", VT_EXCHANGE_PRODUCTION},
               {"generic production", VT_EXCHANGE_PRODUCTION},
               {"substitution", VT_EXCHANGE_SUBSTITUTION},
               {"technosphere", VT_EXCHANGE_TECHNOSPHERE},
               {"generic consumption", VT_EXCHANGE_TECHNOSPHERE},
               {"biosphere", VT_EXCHANGE_BIOSPHERE}};
  if (!json_object_is_type(value, json_type_string))
    return fail_value(at, "type", value, "production, technosphere or biosphere");
  const char *name = json_object_get_string(value);
  vt_nearest nearest = {.name = name};
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
    if (strcmp(name, known[i].name) != 0) continue;
    *type = known[i].type;
    return VT_OK;
  }
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
    vt_nearest_try(&nearest, known[i].name);
  VT_FAIL(VT_ERR_INPUT,
          "%s: 'type': found '%s', expected production, substitution, technosphere or "
          "biosphere%s",
          place_text(at), name, vt_nearest_hint(&nearest));
}

// Fields of stats_arrays: index in vt_uncertainty's order, or -1.
static int uncertainty_field(const char *key) {
  static const char *const names[] = {"uncertainty type", "negative", "loc", "scale", "shape",
                                      "minimum",          "maximum"};
  for (int i = 0; i < 7; i++) {
    if (strcmp(key, names[i]) == 0) return i;
  }
  return -1;
}

// Fields of stats_arrays on their way.
typedef struct uncertain {
  vt_uncertainty value;
  unsigned given; // bit per field
} uncertain;

vt_uncertainty vt_no_uncertainty(void) {
  const double none = (double)NAN;
  return (vt_uncertainty){0, false, none, none, none, none, none};
}

static vt_error get_uncertainty(const json_place *at, int field, const char *key,
                                struct json_object *value, uncertain *to) {
  if (!value) return VT_OK;
  vt_uncertainty *u = &to->value;
  to->given |= 1U << field;
  if (field == 0) {
    int64_t type;
    if (!as_integer(value, 0, 255, &type)) return fail_value(at, key, value, "0 to 13");
    u->type = (uint8_t)type;
    return VT_OK;
  }
  if (field == NEGATIVE) return get_flag(at, key, value, &u->negative);
  double *const number[] = {&u->loc, &u->scale, &u->shape, &u->minimum, &u->maximum};
  return get_field(at, key, value, number[field - 2]);
}

// bw2data's rule: who gives no sign to a distribution that has none of its own (lognormal,
// Bernoulli, Weibull, gamma, beta) means that of the amount.
static void sign_uncertainty(uncertain *u, double amount) {
  const int type = u->value.type;
  const bool unsigned_type = type == 2 || type == 6 || (type >= 8 && type <= 10);
  if (unsigned_type && amount < 0.0 && !(u->given >> NEGATIVE & 1U)) u->value.negative = true;
}

// The arena's copy; NULL if nothing was given.
static vt_error store_uncertainty(vt_arena *arena, uncertain *u, double amount,
                                  vt_uncertainty **uncertainty) {
  if (u->given == 0) return VT_OK;
  sign_uncertainty(u, amount);
  VT_ARENA_NEW(arena, *uncertainty, 1);
  **uncertainty = u->value;
  return VT_OK;
}

vt_error vt_factor_uncertainty(const vt_document *document, const char *method,
                               struct json_object *flow, struct json_object *value,
                               vt_method_factor *factor) {
  const json_place at = {.document = document, .input = flow, .method = method};
  uncertain found = {.value = vt_no_uncertainty()};
  if (json_object_is_type(value, json_type_object)) {
    json_object_object_foreach(value, key, attribute) {
      const int field = uncertainty_field(key);
      if (field >= 0) VT_TRY(get_uncertainty(&at, field, key, attribute, &found));
    }
  }
  sign_uncertainty(&found, factor->amount);
  factor->uncertainty = found.value;
  factor->is_uncertain = found.given != 0;
  return VT_OK;
}

vt_error vt_parameter_uncertainty(const vt_document *document, const char *name, double amount,
                                  struct json_object *value, const vt_uncertainty **uncertainty) {
  const json_place at = {.document = document, .parameter = name};
  uncertain found = {.value = vt_no_uncertainty()};
  vt_uncertainty *stored = NULL;
  json_object_object_foreach(value, key, attribute) {
    const int field = uncertainty_field(key);
    if (field >= 0) VT_TRY(get_uncertainty(&at, field, key, attribute, &found));
  }
  VT_TRY(store_uncertainty(document->set->arena, &found, amount, &stored));
  *uncertainty = stored;
  return VT_OK;
}

static vt_error add_extra(struct json_object **extra, const char *key, struct json_object *value) {
  if (!*extra) *extra = json_object_new_object();
  VT_CHECK(*extra && json_object_object_add(*extra, key, json_object_get(value)) == 0,
           VT_ERR_SYSTEM, "out of memory for a JSON object");
  return VT_OK;
}

static vt_error take_attribute(const json_place *at, const char *key, struct json_object *value,
                               vt_exchange *exchange, struct json_object **extra) {
  if (strcmp(key, "input") == 0) return VT_OK; // taken by the caller
  if (strcmp(key, "type") == 0) return get_type(at, value, &exchange->type);
  if (strcmp(key, "amount") == 0) return get_number(at, key, value, &exchange->amount);
  if (strcmp(key, "operation") == 0) return get_flag(at, key, value, &exchange->operation);
  if (strcmp(key, "functional") == 0) return get_flag(at, key, value, &exchange->functional);
  if (strcmp(key, "temporal_distribution") == 0)
    return vt_temporal_read(at->document->set->arena, place_text(at), value, &exchange->temporal);
  if (strcmp(key, "vintage_improvements") == 0)
    return get_vintages(at, key, false, value, &exchange->improvements, &exchange->improvement);
  if (strcmp(key, "vintage_amounts") == 0)
    return get_vintages(at, key, true, value, &exchange->vintages, &exchange->vintage);
  return add_extra(extra, key, value);
}

static vt_error get_input(const json_place *at, int *reference) {
  const bool pair =
      json_object_is_type(at->input, json_type_array) && json_object_array_length(at->input) == 2;
  struct json_object *part[2] = {NULL, NULL};
  for (size_t i = 0; pair && i < 2; i++) part[i] = json_object_array_get_idx(at->input, i);
  VT_CHECK(json_object_is_type(part[0], json_type_string) &&
               json_object_is_type(part[1], json_type_string),
           VT_ERR_INPUT, "%s: expected [database, code]", place_text(at));
  return vt_reference_add(at->document->set, json_object_get_string(part[0]),
                          json_object_get_string(part[1]), reference);
}

// The text of what no field holds, into `text`; drops `extra`.
static vt_error store_extra(vt_arena *arena, struct json_object *extra, const char **text) {
  if (!extra) return VT_OK;
  const vt_error error =
      copy_text(arena, json_object_to_json_string_ext(extra, JSON_C_TO_STRING_PLAIN), text);
  (void)json_object_put(extra);
  return error;
}

static vt_error take_attributes(const json_place *at, struct json_object *value,
                                vt_exchange *exchange, struct json_object **extra) {
  uncertain found = {.value = vt_no_uncertainty()};
  json_object_object_foreach(value, key, attribute) {
    const int field = uncertainty_field(key);
    VT_TRY(field >= 0 ? get_uncertainty(at, field, key, attribute, &found)
                      : take_attribute(at, key, attribute, exchange, extra));
  }
  VT_CHECK(json_object_object_get_ex(value, "type", NULL), VT_ERR_INPUT,
           "%s: found no 'type', expected production, technosphere or biosphere", place_text(at));
  VT_CHECK(json_object_object_get_ex(value, "amount", NULL), VT_ERR_INPUT, "%s: found no 'amount'",
           place_text(at));
  return store_uncertainty(at->document->set->arena, &found, exchange->amount,
                           &exchange->uncertainty);
}

static vt_error add_exchange(const json_place *at, struct json_object *value, int output) {
  vt_database_set *set = at->document->set;
  struct vt_database_sources *sources = set->sources;
  VT_CHECK(json_object_is_type(value, json_type_object), VT_ERR_INPUT,
           "%s: found %s, expected an object", place_text(at), vt_json_show(value));
  const ptrdiff_t needed = set->exchanges + 1;
  VT_TRY(vt_grow(&set->exchange, &sources->exchange_room, needed, sizeof *set->exchange));
  VT_TRY(vt_grow(&sources->exchange_reference, &sources->exchange_reference_room, needed,
                 sizeof *sources->exchange_reference));
  vt_exchange exchange = {.output = output, .input = -1, .share = 1.0};
  VT_TRY(get_input(at, &sources->exchange_reference[set->exchanges]));
  struct json_object *extra = NULL;
  const vt_error taken = take_attributes(at, value, &exchange, &extra);
  const vt_error stored = store_extra(set->arena, extra, &exchange.extra);
  VT_TRY(taken);
  VT_TRY(stored);
  set->exchange[set->exchanges++] = exchange;
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Nodes.

static vt_error get_window(const json_place *at, struct json_object *value, vt_node *node) {
  if (!value) return VT_OK;
  int64_t limit[2] = {0, 0};
  const bool pair =
      json_object_is_type(value, json_type_array) && json_object_array_length(value) == 2;
  for (size_t i = 0; pair && i < 2; i++) {
    if (!as_integer(json_object_array_get_idx(value, i), EARLIEST_YEAR, LATEST_YEAR, &limit[i]))
      return fail_value(at, "operation_time_limits", value, "two whole numbers");
  }
  if (!pair) return fail_value(at, "operation_time_limits", value, "two whole numbers");
  VT_CHECK(limit[0] <= limit[1], VT_ERR_INPUT,
           "%s: 'operation_time_limits': found %d to %d, expected the first not after the last",
           place_text(at), (int)limit[0], (int)limit[1]);
  node->has_window = true;
  node->window_first = (int)limit[0];
  node->window_last = (int)limit[1];
  return VT_OK;
}

static vt_error take_node_attribute(const json_place *at, const char *key,
                                    struct json_object *value, vt_node *node,
                                    struct json_object **extra) {
  const struct {
    const char *name;
    const char **text;
  } texts[] = {{"name", &node->name},         {"reference product", &node->product},
               {"location", &node->location}, {"unit", &node->unit},
               {"type", &node->type_name},    {"categories", &node->categories},
               {"CAS number", &node->cas},    {"cas", &node->cas}};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    if (strcmp(key, texts[i].name) == 0) return get_text(at, value, texts[i].text);
  }
  if (strcmp(key, "operation_time_limits") == 0) return get_window(at, value, node);
  if (strcmp(key, "exchanges") == 0) return VT_OK; // taken by the caller
  return add_extra(extra, key, value);
}

// One exchange; `before` come earlier in the node's list.
static vt_error add_listed(const vt_document *document, struct json_object *value, ptrdiff_t before,
                           int output) {
  struct json_object *input = NULL;
  if (json_object_is_type(value, json_type_object))
    (void)json_object_object_get_ex(value, "input", &input);
  const json_place at = {.document = document, .exchange = before + 1, .input = input};
  return add_exchange(&at, value, output);
}

static vt_error add_exchanges(const vt_document *document, struct json_object *list,
                              ptrdiff_t before, int output) {
  if (!list) return VT_OK;
  const json_place of_node = {.document = document};
  if (!json_object_is_type(list, json_type_array))
    return fail_value(&of_node, "exchanges", list, "a list");
  const size_t count = json_object_array_length(list);
  for (size_t i = 0; i < count; i++)
    VT_TRY(add_listed(document, json_object_array_get_idx(list, i), before + (ptrdiff_t)i, output));
  return VT_OK;
}

// bw2data's rule: a node without type, or of type process, that points to itself or has no
// production is process and product in one; an exchange flagged functional keeps it a process.
static vt_node_type type_of(const vt_database_set *set, const vt_node *node, int own_reference) {
  const char *name = node->type_name ? node->type_name : "";
  if (strcmp(name, "processwithreferenceproduct") == 0) return VT_NODE_CHIMAERA;
  if (strcmp(name, "product") == 0) return VT_NODE_PRODUCT;
  if (name[0] && strcmp(name, "process") != 0) return VT_NODE_OTHER;
  bool self = false, positive = false, functional = false;
  for (ptrdiff_t x = node->first_exchange; x < node->first_exchange + node->exchanges; x++) {
    const vt_exchange *exchange = &set->exchange[x];
    self = self || (set->sources->exchange_reference[x] == own_reference);
    positive = positive || exchange->type == VT_EXCHANGE_PRODUCTION ||
               exchange->type == VT_EXCHANGE_SUBSTITUTION;
    functional = functional || exchange->functional;
  }
  if (self) return VT_NODE_CHIMAERA;
  return positive || functional ? VT_NODE_PROCESS : VT_NODE_CHIMAERA;
}

static vt_error fill_node(const vt_document *document, struct json_object *value, vt_node *node,
                          struct json_object **extra) {
  const json_place at = {.document = document};
  VT_CHECK(json_object_is_type(value, json_type_object), VT_ERR_INPUT,
           "%s: found %s, expected an object", place_text(&at), vt_json_show(value));
  json_object_object_foreach(value, key, attribute) {
    VT_TRY(take_node_attribute(&at, key, attribute, node, extra));
  }
  return VT_OK;
}

// A node while its exchanges are read.
typedef struct node_reading {
  vt_document document; // with its code
  vt_node node;
  int index;
} node_reading;

static vt_error start_node(const vt_document *document, const char *code,
                           struct json_object *attributes, node_reading *reading) {
  vt_database_set *set = document->set;
  *reading = (node_reading){.document = {set, document->path, document->database, code}};
  vt_labels *codes = set->sources->database[document->database].code;
  int label;
  bool added;
  VT_TRY(vt_labels_add(codes, code, (ptrdiff_t)strlen(code), &label, &added));
  VT_CHECK(added, VT_ERR_INPUT, "%s: database '%s': found the code '%s' twice", document->path,
           set->database[document->database].name, vt_cut(code, 160));
  vt_node *node = &reading->node;
  *node = (vt_node){
      .database = document->database, .id = VT_NO_ID, .code = vt_labels_get(codes, label)};
  struct json_object *extra = NULL;
  const vt_error filled = fill_node(&reading->document, attributes, node, &extra);
  const vt_error stored = store_extra(set->arena, extra, &node->extra);
  VT_TRY(filled);
  VT_TRY(stored);
  VT_TRY(vt_set_add_node(set, node, &reading->index));
  node->first_exchange = set->exchanges;
  return VT_OK;
}

static vt_error end_node(node_reading *reading) {
  vt_database_set *set = reading->document.set;
  vt_node *node = &reading->node;
  node->exchanges = set->exchanges - node->first_exchange;
  // A node that nothing refers to yet has no reference; then it does not refer to itself either.
  int own;
  VT_TRY(vt_reference_find(set, set->database[node->database].name, node->code, &own));
  node->type = type_of(set, node, own);
  set->node[reading->index] = *node;
  return VT_OK;
}

vt_error vt_document_add_node(const vt_document *document, const char *code,
                              struct json_object *value) {
  node_reading reading;
  VT_TRY(start_node(document, code, value, &reading));
  VT_TRY(add_exchanges(&reading.document, json_object_object_get(value, "exchanges"), 0,
                       reading.index));
  return end_node(&reading);
}

// -------------------------------------------------------------------------------------------------
// Large nodes, whose exchanges come piece by piece.

// One member into `rest`; where the exchanges stand is noted.
static vt_error gather_member(const vt_document *document, const char *code, vt_json *json,
                              const vt_json_member *member, struct json_object *rest,
                              vt_json_span *exchanges, double *weight, vt_text *key) {
  struct json_object *value;
  VT_TRY(vt_json_parse(json, member->name, &value));
  key->length = 0;
  VT_TRY(vt_text_add(key, "%s", json_object_get_string(value)));
  const bool listed = strcmp(key->bytes, "exchanges") == 0;
  const bool twice =
      listed ? exchanges->first != NULL : json_object_object_get_ex(rest, key->bytes, NULL) != 0;
  VT_CHECK(!twice, VT_ERR_INPUT,
           "%s: database '%s', activity '%s', key '%s': found twice, expected once", document->path,
           document->set->database[document->database].name, code, key->bytes);
  if (listed) {
    *exchanges = member->value;
    return VT_OK;
  }
  VT_TRY(vt_json_charge(json, member->value, weight));
  VT_TRY(vt_json_parse(json, member->value, &value));
  VT_CHECK(json_object_object_add(rest, key->bytes, json_object_get(value)) == 0, VT_ERR_SYSTEM,
           "out of memory for a JSON object");
  return VT_OK;
}

static vt_error gather(const vt_document *document, const char *code, vt_json *json,
                       vt_json_span span, struct json_object *rest, vt_json_span *exchanges) {
  vt_json_walk walk;
  vt_text key = {0};
  double weight = 0;
  VT_TRY(vt_json_enter(json, span, &walk));
  vt_error error = VT_OK;
  for (bool more = true; error == VT_OK;) {
    vt_json_member member;
    error = vt_json_next_member(json, &walk, &member.name, &member.value, &more);
    if (error != VT_OK || !more) break;
    error = gather_member(document, code, json, &member, rest, exchanges, &weight, &key);
  }
  vt_text_free(&key);
  return error;
}

static vt_error add_in_pieces(const node_reading *reading, vt_json *json, vt_json_span exchanges) {
  if (!exchanges.first) return VT_OK;
  const vt_document *document = &reading->document;
  struct json_object *value;
  if (*exchanges.first != '[') {
    VT_TRY(vt_json_parse(json, exchanges, &value));
    return add_exchanges(document, value, 0, reading->index);
  }
  vt_json_walk walk;
  ptrdiff_t before = 0;
  VT_TRY(vt_json_enter_list(json, exchanges, &walk));
  for (;;) {
    struct json_object *list;
    vt_json_span large;
    VT_TRY(vt_json_next_items(json, &walk, &list, &large));
    if (!list && !large.first) return VT_OK;
    VT_TRY(add_exchanges(document, list, before, reading->index));
    if (list) before += (ptrdiff_t)json_object_array_length(list);
    if (!large.first) continue;
    VT_TRY(vt_json_parse(json, large, &value));
    VT_TRY(add_listed(document, value, before++, reading->index));
  }
}

static vt_error add_large(const vt_document *document, const char *code, vt_json *json,
                          vt_json_span span, struct json_object *rest) {
  node_reading reading;
  vt_json_span exchanges = {0};
  VT_TRY(gather(document, code, json, span, rest, &exchanges));
  VT_TRY(start_node(document, code, rest, &reading));
  VT_TRY(add_in_pieces(&reading, json, exchanges));
  return end_node(&reading);
}

vt_error vt_document_add_large_node(const vt_document *document, const char *code, vt_json *json,
                                    vt_json_span span) {
  struct json_object *rest = json_object_new_object();
  VT_CHECK(rest, VT_ERR_SYSTEM, "out of memory for a JSON object");
  const vt_error error = add_large(document, code, json, span, rest);
  (void)json_object_put(rest);
  return error;
}
