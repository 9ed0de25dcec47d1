// document.c - Brightway-style JSON documents: databases with their nodes and exchanges, methods.
#include "sources.h"

#include <json-c/json.h>
#include <math.h>
#include <string.h>

// A document while it is read.
typedef struct document_reading {
  vt_json json;
  vt_document to;
} document_reading;

// The text of a span that is a JSON string; the arena's.
static vt_error take_name(document_reading *from, vt_json_span span, const char **name) {
  struct json_object *value;
  VT_TRY(vt_json_parse(&from->json, span, &value));
  VT_TRY(vt_arena_text(from->to.set->arena, json_object_get_string(value),
                       json_object_get_string_len(value), name));
  for (const char *c = *name; *c; c++) {
    VT_CHECK((unsigned char)*c >= ' ', VT_ERR_INPUT,
             "%s: found a control character in the name '%s'", from->json.path, *name);
  }
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Databases.

static vt_error read_metadata(document_reading *from, vt_json_span span) {
  struct json_object *value, *time = NULL;
  VT_TRY(vt_json_parse(&from->json, span, &value));
  vt_database *database = &from->to.set->database[from->to.database];
  if (!value) return VT_OK;
  VT_CHECK(json_object_is_type(value, json_type_object), VT_ERR_INPUT,
           "%s: database '%s': found %s as metadata, expected an object", from->to.path,
           database->name, vt_json_show(value));
  const char *text = json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN);
  VT_CHECK(text, VT_ERR_SYSTEM, "out of memory");
  VT_TRY(vt_arena_text(from->to.set->arena, text, (ptrdiff_t)strlen(text), &database->metadata));
  (void)json_object_object_get_ex(value, "representative_time", &time);
  return vt_take_time(database, time);
}

static vt_error add_nodes(const document_reading *from, struct json_object *piece) {
  json_object_object_foreach(piece, code, value) {
    VT_TRY(vt_document_add_node(&from->to, code, value));
  }
  return VT_OK;
}

static vt_error add_large_node(document_reading *from, const vt_json_member *large) {
  struct json_object *code;
  vt_text copy = {0};
  VT_TRY(vt_json_parse(&from->json, large->name, &code));
  vt_error error = vt_text_add(&copy, "%s", json_object_get_string(code));
  if (error == VT_OK)
    error = vt_document_add_large_node(&from->to, copy.bytes, &from->json, large->value);
  vt_text_free(&copy);
  return error;
}

static vt_error read_nodes(document_reading *from, vt_json_span span) {
  vt_database_set *set = from->to.set;
  const int database = from->to.database;
  vt_json_walk walk;
  VT_TRY(vt_json_enter(&from->json, span, &walk));
  vt_labels **code = &set->sources->database[database].code;
  *code = set->sources->no_code;
  set->database[database].first_node = set->nodes;
  set->sources->database[database].first_exchange = set->exchanges;
  for (;;) {
    struct json_object *piece;
    vt_json_member large;
    VT_TRY(vt_json_next_piece(&from->json, &walk, &piece, &large));
    if (!piece && !large.name.first) break;
    if (*code == set->sources->no_code) VT_TRY(vt_labels_create(code));
    if (piece) VT_TRY(add_nodes(from, piece));
    if (large.name.first) VT_TRY(add_large_node(from, &large));
  }
  set->database[database].nodes = set->nodes - set->database[database].first_node;
  set->sources->database[database].exchanges =
      set->exchanges - set->sources->database[database].first_exchange;
  return VT_OK;
}

// "metadata" and "data" of one database.
static vt_error read_database(document_reading *from, const char *name, vt_json_span span) {
  from->json.field = name;
  VT_TRY(
      vt_set_add_database(from->to.set, VT_DATABASE_JSON, from->to.path, name, &from->to.database));
  vt_json_walk walk;
  VT_TRY(vt_json_enter(&from->json, span, &walk));
  bool data = false, metadata = false;
  for (;;) {
    vt_json_span key, value;
    struct json_object *text;
    bool more;
    VT_TRY(vt_json_next_member(&from->json, &walk, &key, &value, &more));
    if (!more) break;
    VT_TRY(vt_json_parse(&from->json, key, &text));
    const char *member = json_object_get_string(text);
    bool *seen = strcmp(member, "data") == 0       ? &data
                 : strcmp(member, "metadata") == 0 ? &metadata
                                                   : NULL;
    VT_CHECK(seen && !*seen, VT_ERR_INPUT,
             "%s: database '%s': found '%s'%s, expected 'metadata' and 'data'", from->to.path, name,
             member, seen ? " twice" : "");
    *seen = true;
    VT_TRY(seen == &data ? read_nodes(from, value) : read_metadata(from, value));
  }
  VT_CHECK(data, VT_ERR_INPUT, "%s: database '%s': found no 'data'", from->to.path, name);
  return VT_OK;
}

static vt_error read_databases(document_reading *from, vt_json_span span) {
  from->json.field = "databases";
  vt_json_walk walk;
  VT_TRY(vt_json_enter(&from->json, span, &walk));
  for (;;) {
    vt_json_span key, value;
    const char *name;
    bool more;
    from->json.field = "databases";
    VT_TRY(vt_json_next_member(&from->json, &walk, &key, &value, &more));
    if (!more) return VT_OK;
    VT_TRY(take_name(from, key, &name));
    VT_TRY(read_database(from, name, value));
  }
}

// -------------------------------------------------------------------------------------------------
// Methods.

static vt_error read_factor(const document_reading *from, int method, struct json_object *entry,
                            vt_method_factor *factor) {
  const char *label = from->to.set->method[method].label;
  const bool list = json_object_is_type(entry, json_type_array);
  const size_t length = list ? json_object_array_length(entry) : 0;
  struct json_object *flow = length > 0 ? json_object_array_get_idx(entry, 0) : NULL;
  struct json_object *value = length > 1 ? json_object_array_get_idx(entry, 1) : NULL;
  struct json_object *place = length > 2 ? json_object_array_get_idx(entry, 2) : NULL;
  struct json_object *part[2] = {NULL, NULL};
  if (json_object_is_type(flow, json_type_array) && json_object_array_length(flow) == 2) {
    for (size_t i = 0; i < 2; i++) part[i] = json_object_array_get_idx(flow, i);
  }
  const bool named = json_object_is_type(part[0], json_type_string) &&
                     json_object_is_type(part[1], json_type_string);
  VT_CHECK(named && length <= 3, VT_ERR_INPUT,
           "%s: method '%s': found %s as a factor, expected [[database, code], number]",
           from->to.path, label, list ? vt_json_show(flow) : vt_json_show(entry));
  struct json_object *amount = value;
  if (json_object_is_type(value, json_type_object))
    amount = json_object_object_get(value, "amount");
  VT_CHECK(vt_json_number(amount, &factor->amount) && isfinite(factor->amount), VT_ERR_INPUT,
           "%s: method '%s', flow ['%s', '%s']: found %s, expected a finite number", from->to.path,
           label, json_object_get_string(part[0]), json_object_get_string(part[1]),
           vt_json_show(amount));
  VT_TRY(vt_factor_uncertainty(&from->to, label, flow, value, factor));
  factor->reference = -1;
  if (place && strcmp(json_object_get_string(place), "GLO") != 0) {
    from->to.set->method[method].regional++;
    return VT_OK;
  }
  return vt_reference_add(from->to.set, json_object_get_string(part[0]),
                          json_object_get_string(part[1]), &factor->reference);
}

// The uncertainty of record `k`, of `count` at most: a group has none until one of its factors has.
static vt_error put_uncertainty(vt_arena *arena, vt_record_group *group, ptrdiff_t count,
                                ptrdiff_t k, const vt_method_factor *factor) {
  if (!group->uncertainty && !factor->is_uncertain) return VT_OK;
  if (!group->uncertainty) {
    VT_ARENA_NEW(arena, group->uncertainty, count);
    for (ptrdiff_t i = 0; i < k; i++) group->uncertainty[i] = vt_no_uncertainty();
  }
  group->uncertainty[k] = factor->uncertainty;
  return VT_OK;
}

// A group for `count` factors at most.
static vt_error start_factors(const document_reading *from, int method, ptrdiff_t count) {
  vt_database_set *set = from->to.set;
  int package;
  VT_TRY(vt_set_add_package(set, from->to.path, &package));
  vt_record_group *group;
  VT_ARENA_NEW(set->arena, group, 1);
  *group = (vt_record_group){.name = set->method[method].label,
                             .method = method,
                             .columns = 1,
                             .matrix = VT_MATRIX_CHARACTERIZATION,
                             .matrix_name = vt_matrix_label(VT_MATRIX_CHARACTERIZATION)};
  VT_ARENA_NEW(set->arena, group->row, count);
  VT_ARENA_NEW(set->arena, group->column, count);
  VT_ARENA_NEW(set->arena, group->data, count);
  VT_NEW(set->sources->method_reference[method], count);
  set->package[package].groups = 1;
  set->package[package].group = group;
  set->sources->factors[method] = package;
  return VT_OK;
}

static vt_error add_factor(const document_reading *from, int method, struct json_object *entry,
                           ptrdiff_t count) {
  vt_database_set *set = from->to.set;
  vt_method_factor factor;
  VT_TRY(read_factor(from, method, entry, &factor));
  if (factor.reference < 0) return VT_OK;
  vt_record_group *group = set->package[set->sources->factors[method]].group;
  const ptrdiff_t k = group->count++;
  set->sources->method_reference[method][k] = factor.reference;
  group->row[k] = -1;
  group->data[k] = factor.amount;
  return put_uncertainty(set->arena, group, count, k, &factor);
}

static vt_error read_factors(const document_reading *from, int method, struct json_object *list) {
  VT_CHECK(json_object_is_type(list, json_type_array), VT_ERR_INPUT,
           "%s: method '%s': found %s as 'cfs', expected a list", from->to.path,
           from->to.set->method[method].label, list ? vt_json_show(list) : "nothing");
  const ptrdiff_t count = (ptrdiff_t)json_object_array_length(list);
  VT_TRY(start_factors(from, method, count));
  for (ptrdiff_t i = 0; i < count; i++)
    VT_TRY(add_factor(from, method, json_object_array_get_idx(list, (size_t)i), count));
  return VT_OK;
}

static vt_error start_method(const document_reading *from, struct json_object *name, int *method) {
  vt_database_set *set = from->to.set;
  int parts;
  const char **part;
  VT_TRY(vt_parts_of(set->arena, from->to.path, name, &parts, &part));
  VT_TRY(vt_set_spare_method(set, VT_MATRIX_CHARACTERIZATION, from->to.path, parts, part));
  return vt_set_add_method(set, VT_MATRIX_CHARACTERIZATION, from->to.path, parts, part, method);
}

static vt_error take_unit(const document_reading *from, int method, struct json_object *unit) {
  vt_database_set *set = from->to.set;
  if (!json_object_is_type(unit, json_type_string)) return VT_OK;
  return vt_arena_text(set->arena, json_object_get_string(unit), json_object_get_string_len(unit),
                       &set->method[method].unit);
}

static vt_error read_method(const document_reading *from, struct json_object *value) {
  VT_CHECK(json_object_is_type(value, json_type_object), VT_ERR_INPUT,
           "%s: field 'methods': found %s, expected objects with 'name' and 'cfs'", from->to.path,
           vt_json_show(value));
  int method;
  VT_TRY(start_method(from, json_object_object_get(value, "name"), &method));
  VT_TRY(take_unit(from, method, json_object_object_get(value, "unit")));
  return read_factors(from, method, json_object_object_get(value, "cfs"));
}

// -------------------------------------------------------------------------------------------------
// Large methods, whose factors come piece by piece.

// Where the members of a method stand.
typedef struct method_members {
  vt_json_span name, unit, cfs;
} method_members;

static vt_error find_members(document_reading *from, vt_json_span span, method_members *found) {
  vt_json_walk walk;
  VT_TRY(vt_json_enter(&from->json, span, &walk));
  for (;;) {
    vt_json_span key, value;
    const char *name;
    bool more;
    VT_TRY(vt_json_next_member(&from->json, &walk, &key, &value, &more));
    if (!more) return VT_OK;
    VT_TRY(take_name(from, key, &name));
    vt_json_span *member = strcmp(name, "name") == 0   ? &found->name
                           : strcmp(name, "unit") == 0 ? &found->unit
                           : strcmp(name, "cfs") == 0  ? &found->cfs
                                                       : NULL;
    VT_CHECK(!member || !member->first, VT_ERR_INPUT,
             "%s: field 'methods', key '%s': found twice, expected once", from->to.path, name);
    if (member)
      *member = value;
    else
      VT_TRY(vt_json_skip(&from->json, value));
  }
}

static vt_error count_items(const vt_json *json, vt_json_walk walk, ptrdiff_t *count) {
  vt_json_span value;
  bool more;
  *count = -1;
  do {
    VT_TRY(vt_json_next_item(json, &walk, &value, &more));
    ++*count;
  } while (more);
  return VT_OK;
}

static vt_error read_factors_in_pieces(document_reading *from, int method, vt_json_span cfs) {
  vt_json_walk walk;
  ptrdiff_t count;
  VT_TRY(vt_json_enter_list(&from->json, cfs, &walk));
  VT_TRY(count_items(&from->json, walk, &count));
  VT_TRY(start_factors(from, method, count));
  for (;;) {
    struct json_object *list, *value;
    vt_json_span large;
    VT_TRY(vt_json_next_items(&from->json, &walk, &list, &large));
    if (!list && !large.first) return VT_OK;
    const size_t items = list ? json_object_array_length(list) : 0;
    for (size_t i = 0; i < items; i++)
      VT_TRY(add_factor(from, method, json_object_array_get_idx(list, i), count));
    if (!large.first) continue;
    VT_TRY(vt_json_parse(&from->json, large, &value));
    VT_TRY(add_factor(from, method, value, count));
  }
}

static vt_error read_large_method(document_reading *from, vt_json_span span) {
  method_members found = {0};
  struct json_object *value = NULL;
  int method;
  VT_TRY(find_members(from, span, &found));
  if (found.name.first) VT_TRY(vt_json_parse(&from->json, found.name, &value));
  VT_TRY(start_method(from, value, &method));
  if (found.unit.first) {
    VT_TRY(vt_json_parse(&from->json, found.unit, &value));
    VT_TRY(take_unit(from, method, value));
  }
  if (found.cfs.first && *found.cfs.first == '[')
    return read_factors_in_pieces(from, method, found.cfs);
  value = NULL;
  if (found.cfs.first) VT_TRY(vt_json_parse(&from->json, found.cfs, &value));
  return read_factors(from, method, value);
}

static vt_error read_methods(document_reading *from, vt_json_span span) {
  from->json.field = "methods";
  const bool none = span.end - span.first == 4 && memcmp(span.first, "null", 4) == 0;
  if (none) return VT_OK;
  vt_json_walk walk;
  VT_TRY(vt_json_enter_list(&from->json, span, &walk));
  for (;;) {
    struct json_object *list;
    vt_json_span large;
    VT_TRY(vt_json_next_items(&from->json, &walk, &list, &large));
    if (!list && !large.first) return VT_OK;
    const size_t items = list ? json_object_array_length(list) : 0;
    for (size_t i = 0; i < items; i++)
      VT_TRY(read_method(from, json_object_array_get_idx(list, i)));
    if (large.first) VT_TRY(read_large_method(from, large));
  }
}

// -------------------------------------------------------------------------------------------------
// The whole.

static vt_error read_parameters(document_reading *from, vt_json_span span) {
  struct json_object *value;
  VT_TRY(vt_json_parse(&from->json, span, &value));
  return vt_document_add_parameters(from->to.set, from->to.path, value);
}

static vt_error read_all(document_reading *from, const char *bytes, ptrdiff_t length) {
  VT_TRY(vt_json_open(from->to.path, bytes, length, &from->json));
  vt_json_walk walk;
  VT_TRY(vt_json_enter(&from->json, vt_json_whole(&from->json), &walk));
  bool databases = false, methods = false, parameters = false;
  for (;;) {
    vt_json_span key, value;
    const char *name;
    bool more;
    from->json.field = NULL;
    VT_TRY(vt_json_next_member(&from->json, &walk, &key, &value, &more));
    if (!more) break;
    VT_TRY(take_name(from, key, &name));
    bool *seen = strcmp(name, "databases") == 0    ? &databases
                 : strcmp(name, "methods") == 0    ? &methods
                 : strcmp(name, "parameters") == 0 ? &parameters
                                                   : NULL;
    from->json.field = name;
    if (!seen) { // not ours, but valid it must be
      VT_TRY(vt_json_skip(&from->json, value));
      continue;
    }
    VT_CHECK(!*seen, VT_ERR_INPUT, "%s: found field '%s' twice, expected once", from->to.path,
             name);
    *seen = true;
    VT_TRY(seen == &databases ? read_databases(from, value)
           : seen == &methods ? read_methods(from, value)
                              : read_parameters(from, value));
  }
  VT_CHECK(databases || methods, VT_ERR_INPUT,
           "%s: found neither 'databases' nor 'methods', expected a document of databases",
           from->to.path);
  return VT_OK;
}

static vt_error parse(vt_database_set *set, const char *path, const vt_text *text) {
  document_reading from = {.to = {.set = set, .path = path}};
  const vt_error error = read_all(&from, text->bytes, text->length);
  vt_json_close(&from.json);
  return error;
}

static vt_error open_document(vt_database_set *set, const vt_source_look *look) {
  vt_text text = {0};
  vt_error error = vt_text_read_file(look->path, &text);
  if (error == VT_OK) error = parse(set, look->path, &text);
  vt_text_free(&text);
  return error;
}

static bool recognises(const vt_source_look *look) {
  const unsigned char *head = look->head;
  int i = head[0] == 0xef && head[1] == 0xbb && head[2] == 0xbf ? 3 : 0;
  while (i < 8 && (head[i] == ' ' || head[i] == '\n' || head[i] == '\r' || head[i] == '\t')) i++;
  return !look->folder && (i == 8 || head[i] == '{');
}

const vt_source_format vt_format_document = {.recognises = recognises,
                                             .open = open_document,
                                             .load_exchanges = vt_exchanges_resolve,
                                             .load_records = vt_exchange_records,
                                             .load_method = vt_factors_resolve};
