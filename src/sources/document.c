// document.c - Brightway-style JSON documents: databases with their nodes and exchanges, methods.
#include "sources.h"

#include "vintner/json.h"

#include <json-c/json.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
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

// "2020-01-01T00:00:00" or the year alone.
static vt_error take_time(const document_reading *from, struct json_object *value) {
  vt_database *database = &from->to.set->database[from->to.database];
  const char *text = value ? json_object_get_string(value) : NULL;
  if (!text) return VT_OK;
  database->month = database->day = 1;
  char rest = 'T';
  const int read =
      sscanf(text, "%5d-%2d-%2d%c", &database->year, &database->month, &database->day, &rest);
  database->has_time = read >= 3 ? rest == 'T' || rest == ' ' : read == 1 && strlen(text) <= 5;
  VT_CHECK(database->has_time && database->month >= 1 && database->month <= 12 &&
               database->day >= 1 && database->day <= 31,
           VT_ERR_INPUT,
           "%s: database '%s': found representative_time '%.40s', expected a date such as "
           "'2020-01-01T00:00:00'",
           from->to.path, database->name, text);
  return VT_OK;
}

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
  return take_time(from, time);
}

static vt_error read_nodes(document_reading *from, vt_json_span span) {
  vt_database_set *set = from->to.set;
  const int database = from->to.database;
  vt_json_walk walk;
  VT_TRY(vt_json_enter(&from->json, span, &walk));
  VT_TRY(vt_labels_create(&set->sources->database[database].code));
  set->database[database].first_node = set->nodes;
  set->sources->database[database].first_exchange = set->exchanges;
  for (;;) {
    struct json_object *piece;
    VT_TRY(vt_json_next_piece(&from->json, &walk, &piece));
    if (!piece) break;
    json_object_object_foreach(piece, code, value) {
      VT_TRY(vt_document_add_node(&from->to, code, value));
    }
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
    const char *member;
    bool more;
    VT_TRY(vt_json_next_member(&from->json, &walk, &key, &value, &more));
    if (!more) break;
    VT_TRY(take_name(from, key, &member));
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

static bool as_number(struct json_object *value, double *number) {
  const enum json_type type = json_object_get_type(value);
  *number = json_object_get_double(value);
  return (type == json_type_double || type == json_type_int) && isfinite(*number);
}

// One factor: [[database, code], number] or, as uncertain factors are, {"amount": number, ...}; a
// third part is the location, of which GLO alone counts.
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
  VT_CHECK(as_number(amount, &factor->amount), VT_ERR_INPUT,
           "%s: method '%s', flow ['%s', '%s']: found %s, expected a finite number", from->to.path,
           label, json_object_get_string(part[0]), json_object_get_string(part[1]),
           vt_json_show(amount));
  VT_TRY(vt_factor_uncertainty(&from->to, label, flow, value, factor));
  factor->reference = -1;
  if (place && strcmp(json_object_get_string(place), "GLO") != 0) return VT_OK;
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

static vt_error read_factors(const document_reading *from, int method, struct json_object *list) {
  vt_database_set *set = from->to.set;
  VT_CHECK(json_object_is_type(list, json_type_array), VT_ERR_INPUT,
           "%s: method '%s': found %s as 'cfs', expected a list", from->to.path,
           set->method[method].label, list ? vt_json_show(list) : "nothing");
  const ptrdiff_t count = (ptrdiff_t)json_object_array_length(list);
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
  for (ptrdiff_t i = 0; i < count; i++) {
    vt_method_factor factor;
    VT_TRY(read_factor(from, method, json_object_array_get_idx(list, (size_t)i), &factor));
    if (factor.reference < 0) continue;
    const ptrdiff_t k = group->count++;
    set->sources->method_reference[method][k] = factor.reference;
    group->row[k] = -1;
    group->data[k] = factor.amount;
    VT_TRY(put_uncertainty(set->arena, group, count, k, &factor));
  }
  set->package[package].groups = 1;
  set->package[package].group = group;
  set->sources->factors[method] = package;
  return VT_OK;
}

static vt_error read_method(const document_reading *from, struct json_object *value) {
  vt_database_set *set = from->to.set;
  VT_CHECK(json_object_is_type(value, json_type_object), VT_ERR_INPUT,
           "%s: field 'methods': found %s, expected objects with 'name' and 'cfs'", from->to.path,
           vt_json_show(value));
  struct json_object *name = json_object_object_get(value, "name");
  struct json_object *unit = json_object_object_get(value, "unit");
  int parts, method;
  const char **part;
  VT_TRY(vt_parts_of(set->arena, from->to.path, name, &parts, &part));
  method = vt_set_method(set, VT_MATRIX_CHARACTERIZATION, parts, part);
  VT_CHECK(method < 0, VT_ERR_INPUT, "%s: found method '%s', which %s holds too", from->to.path,
           set->method[method].label, set->method[method].path);
  VT_TRY(vt_set_add_method(set, VT_MATRIX_CHARACTERIZATION, from->to.path, parts, part, &method));
  if (json_object_is_type(unit, json_type_string))
    VT_TRY(vt_arena_text(set->arena, json_object_get_string(unit), json_object_get_string_len(unit),
                         &set->method[method].unit));
  return read_factors(from, method, json_object_object_get(value, "cfs"));
}

static vt_error read_methods(document_reading *from, vt_json_span span) {
  from->json.field = "methods";
  struct json_object *list;
  VT_TRY(vt_json_parse(&from->json, span, &list));
  if (!list) return VT_OK;
  VT_CHECK(json_object_is_type(list, json_type_array), VT_ERR_INPUT,
           "%s: field 'methods': found %s, expected a list", from->to.path, vt_json_show(list));
  const size_t count = json_object_array_length(list);
  for (size_t i = 0; i < count; i++) VT_TRY(read_method(from, json_object_array_get_idx(list, i)));
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// The whole.

static vt_error read_all(document_reading *from, const char *bytes, ptrdiff_t length) {
  VT_TRY(vt_json_open(from->to.path, bytes, length, &from->json));
  vt_json_walk walk;
  VT_TRY(vt_json_enter(&from->json, (vt_json_span){from->json.first, from->json.end}, &walk));
  bool databases = false, methods = false;
  for (;;) {
    vt_json_span key, value;
    const char *name;
    bool more;
    from->json.field = NULL;
    VT_TRY(vt_json_next_member(&from->json, &walk, &key, &value, &more));
    if (!more) break;
    VT_TRY(take_name(from, key, &name));
    bool *seen = strcmp(name, "databases") == 0 ? &databases
                 : strcmp(name, "methods") == 0 ? &methods
                                                : NULL;
    from->json.field = name;
    if (!seen) { // not ours, but valid it must be
      struct json_object *ignored;
      VT_TRY(vt_json_parse(&from->json, value, &ignored));
      continue;
    }
    VT_CHECK(!*seen, VT_ERR_INPUT, "%s: found field '%s' twice, expected once", from->to.path,
             name);
    *seen = true;
    VT_TRY(seen == &databases ? read_databases(from, value) : read_methods(from, value));
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
