// package.c - datapackages: datapackage.json and its npy resources, to groups of records.
#include "sources.h"

#include "npy.h"
#include <json-c/json.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

// Kinds of resources of a group.
typedef enum resource_kind {
  INDICES,
  DATA,
  FLIP,
  DISTRIBUTIONS,
  RESCALE,
  REFERENCE,
  RESOURCE_KINDS
} resource_kind;

static const char *const kind_names[RESOURCE_KINDS] = {"indices",       "data",    "flip",
                                                       "distributions", "rescale", "reference"};

// A group while its resources are looked up.
typedef struct pending {
  vt_record_group group;
  const char *path[RESOURCE_KINDS]; // of its resources, NULL: none
} pending;

// A package while it is read.
typedef struct package_reading {
  vt_database_set *set;
  const vt_files *files;
  const char *path;
  int method; // of all factors, -1: as the resources say
  vt_labels *key;
  pending *group;
  ptrdiff_t room;
  vt_text what; // scratch for messages
} package_reading;

static const char *get_text(struct json_object *object, const char *name) {
  struct json_object *value;
  if (!json_object_object_get_ex(object, name, &value)) return NULL;
  return json_object_is_type(value, json_type_string) ? json_object_get_string(value) : NULL;
}

// Null leaves a flag as it is.
static vt_error take_flag(const package_reading *from, const char *name, struct json_object *value,
                          bool *flag) {
  VT_CHECK(!value || json_object_is_type(value, json_type_boolean), VT_ERR_INPUT,
           "%s: datapackage.json: field '%s': found %s, expected true or false", from->path, name,
           vt_json_show(value));
  if (value) *flag = json_object_get_boolean(value);
  return VT_OK;
}

// Null is none.
static vt_error take_integer(const package_reading *from, const char *name,
                             struct json_object *value, bool *has, int64_t *number) {
  *has = value != NULL;
  VT_CHECK(!value || vt_json_integer(value, number), VT_ERR_INPUT,
           "%s: datapackage.json: field '%s': found %s, expected a whole number", from->path, name,
           vt_json_show(value));
  return VT_OK;
}

// The method that a group of factors belongs to, made if it is new.
static vt_error find_method(const package_reading *from, struct json_object *resource,
                            vt_matrix_kind kind, int *method) {
  *method = from->method;
  if (*method >= 0) return VT_OK;
  struct json_object *list = NULL;
  int parts = 0;
  const char **part = NULL;
  (void)json_object_object_get_ex(resource, "identifier", &list);
  if (list) VT_TRY(vt_parts_of(from->set->arena, from->path, list, &parts, &part));
  VT_TRY(vt_set_method(from->set, kind, parts, part, method));
  if (*method < 0) VT_TRY(vt_set_add_method(from->set, kind, from->path, parts, part, method));
  return VT_OK;
}

static vt_error start_group(package_reading *from, struct json_object *resource, const char *matrix,
                            const char *name, pending *group) {
  *group = (pending){.group = {.columns = 1, .method = -1}};
  vt_record_group *g = &group->group;
  g->matrix = vt_matrix_kind_of(matrix);
  vt_arena *arena = from->set->arena;
  VT_TRY(vt_arena_text(arena, matrix, (ptrdiff_t)strlen(matrix), &g->matrix_name));
  VT_TRY(vt_arena_text(arena, name, (ptrdiff_t)strlen(name), &g->name));
  const bool factors = g->matrix == VT_MATRIX_CHARACTERIZATION ||
                       g->matrix == VT_MATRIX_NORMALIZATION || g->matrix == VT_MATRIX_WEIGHTING;
  if (factors) VT_TRY(find_method(from, resource, g->matrix, &g->method));
  return take_integer(from, "global_index", json_object_object_get(resource, "global_index"),
                      &g->has_global_index, &g->global_index);
}

static vt_error check_category(const package_reading *from, struct json_object *resource,
                               const char *name, bool *array) {
  const char *category = get_text(resource, "category");
  *array = category && strcmp(category, "array") == 0;
  VT_CHECK(*array || (category && strcmp(category, "vector") == 0), VT_ERR_INPUT,
           "%s: group '%s': found category '%s', expected vector or array", from->path, name,
           category ? category : "");
  return VT_OK;
}

static vt_error check_format(const package_reading *from, struct json_object *resource,
                             const char *name) {
  const char *profile = get_text(resource, "profile");
  VT_CHECK(!profile || strcmp(profile, "interface") != 0, VT_ERR_INPUT,
           "%s: group '%s' is an interface, whose numbers a Python program makes at run time; "
           "expected numbers in the package",
           from->path, name);
  const char *format = get_text(resource, "format");
  VT_CHECK(!format || strcmp(format, "npy") == 0, VT_ERR_INPUT,
           "%s: group '%s': found format '%s', expected npy", from->path, name, format);
  VT_CHECK(get_text(resource, "path"), VT_ERR_INPUT,
           "%s: group '%s': found a resource without path", from->path, name);
  return VT_OK;
}

// One entry of `resources`. Those without a matrix are tables for people.
static vt_error add_resource(package_reading *from, struct json_object *resource) {
  const char *matrix = get_text(resource, "matrix"), *name = get_text(resource, "group");
  const char *kind = get_text(resource, "kind");
  if (!matrix || strcmp(matrix, "inv_geomapping_matrix") == 0) return VT_OK;
  VT_CHECK(name, VT_ERR_INPUT, "%s: datapackage.json: found a resource of '%s' without group",
           from->path, matrix);
  VT_TRY(check_format(from, resource, name));
  from->what.length = 0;
  VT_TRY(vt_text_add(&from->what, "%s\x1f%s", matrix, name));
  int index, which = 0;
  bool added, array;
  VT_TRY(vt_labels_add(from->key, from->what.bytes, from->what.length, &index, &added));
  VT_TRY(vt_grow(&from->group, &from->room, index + 1, sizeof *from->group));
  if (added) VT_TRY(start_group(from, resource, matrix, name, &from->group[index]));
  pending *group = &from->group[index];
  while (which < RESOURCE_KINDS && (!kind || strcmp(kind, kind_names[which]) != 0)) which++;
  if (which == RESOURCE_KINDS) return VT_OK; // parameters and their labels
  VT_CHECK(!group->path[which], VT_ERR_INPUT, "%s: group '%s': found kind '%s' twice", from->path,
           name, kind);
  const char *path = get_text(resource, "path");
  VT_TRY(vt_arena_text(from->set->arena, path, (ptrdiff_t)strlen(path), &group->path[which]));
  VT_TRY(check_category(from, resource, name, &array));
  if (which == DATA) group->group.array = array;
  return VT_OK;
}

// A resource's array.
typedef struct array_reading {
  const char *what;
  ptrdiff_t count; // rows that it has to have, -1: any
  vt_npy npy;
} array_reading;

static vt_error check_head(void *context, const char *head, ptrdiff_t got, ptrdiff_t length) {
  array_reading *array = context;
  VT_TRY(vt_npy_head(array->what, head, got, length, &array->npy));
  VT_CHECK(array->count < 0 || array->npy.rows == array->count, VT_ERR_INPUT,
           "%s: found %td rows, expected %td as in the group's indices", array->what,
           array->npy.rows, array->count);
  return VT_OK;
}

// `content` holds its bytes.
static vt_error read_array(package_reading *from, const char *name, ptrdiff_t count,
                           vt_content *content, vt_npy *npy) {
  from->what.length = 0;
  VT_TRY(vt_text_add(&from->what, "%s: '%s'", from->path, name));
  array_reading array = {.what = from->what.bytes, .count = count};
  const vt_head_check head = {check_head, &array};
  VT_TRY(vt_files_read_after(from->files, name, &head, content));
  return vt_npy_parse(from->what.bytes, content->bytes, content->length, npy);
}

static vt_error fill_ids(const package_reading *from, const vt_npy *npy, const char *field,
                         int64_t *id) {
  const int index = vt_npy_field_index(npy, field);
  VT_CHECK(index >= 0 && npy->axes == 1 && strchr("iu", npy->field[index].kind), VT_ERR_INPUT,
           "%s: found no integers '%s', expected a list of (row, col)", from->what.bytes, field);
  for (ptrdiff_t k = 0; k < npy->rows; k++) {
    id[k] = vt_npy_integer(npy, index, k);
    VT_CHECK(id[k] >= 0, VT_ERR_INPUT,
             "%s: record %td: found a negative or too large id, expected 0 to 2^63 - 1",
             from->what.bytes, k + 1);
  }
  return VT_OK;
}

static vt_error fill_indices(package_reading *from, const vt_npy *npy, vt_record_group *group,
                             vt_raw_group *raw) {
  VT_CHECK(npy->axes == 1, VT_ERR_INPUT, "%s: found 2 axes, expected a list of (row, col)",
           from->what.bytes);
  group->count = npy->rows;
  VT_NEW(raw->row, npy->rows);
  VT_NEW(raw->column, npy->rows);
  VT_TRY(fill_ids(from, npy, "row", raw->row));
  return fill_ids(from, npy, "col", raw->column);
}

static vt_error fill_data(package_reading *from, const vt_npy *npy, vt_record_group *group) {
  const char *what = from->what.bytes;
  VT_CHECK(npy->fields == 1 && npy->field[0].kind != 'V', VT_ERR_INPUT,
           "%s: found records of %d fields, expected plain numbers", what, npy->fields);
  VT_CHECK(npy->axes == (group->array ? 2 : 1), VT_ERR_INPUT,
           "%s: found %d axes, expected %d for the category %s", what, npy->axes,
           group->array ? 2 : 1, group->array ? "array" : "vector");
  VT_CHECK(npy->columns > 0, VT_ERR_INPUT, "%s: found an array without columns", what);
  group->columns = npy->columns;
  group->single = npy->field[0].kind == 'f' && npy->field[0].bytes == 4;
  VT_ARENA_NEW(from->set->arena, group->data, npy->rows * npy->columns);
  for (ptrdiff_t k = 0; k < npy->rows; k++) {
    for (ptrdiff_t j = 0; j < npy->columns; j++) {
      const double value = vt_npy_number(npy, 0, k, j);
      VT_CHECK(!isinf(value), VT_ERR_INPUT, "%s: record %td: found %f, expected a finite number",
               what, k + 1, value);
      group->data[k * npy->columns + j] = value;
    }
  }
  return VT_OK;
}

static vt_error fill_flags(package_reading *from, const vt_npy *npy, bool **flags) {
  VT_CHECK(npy->fields == 1 && npy->axes == 1 && strchr("biu", npy->field[0].kind), VT_ERR_INPUT,
           "%s: expected a list of truth values", from->what.bytes);
  VT_ARENA_NEW(from->set->arena, *flags, npy->rows);
  for (ptrdiff_t k = 0; k < npy->rows; k++) (*flags)[k] = vt_npy_integer(npy, 0, k) != 0;
  return VT_OK;
}

static vt_error fill_rescale(package_reading *from, const vt_npy *npy, vt_record_group *group) {
  VT_CHECK(npy->fields == 1 && npy->axes == 1 && npy->field[0].kind != 'V', VT_ERR_INPUT,
           "%s: expected a list of numbers", from->what.bytes);
  VT_ARENA_NEW(from->set->arena, group->rescale, npy->rows);
  for (ptrdiff_t k = 0; k < npy->rows; k++) {
    group->rescale[k] = vt_npy_number(npy, 0, k, 0);
    VT_CHECK(isfinite(group->rescale[k]), VT_ERR_INPUT,
             "%s: record %td: found %f, expected a finite number", from->what.bytes, k + 1,
             group->rescale[k]);
  }
  return VT_OK;
}

static vt_error fill_uncertainty(package_reading *from, const vt_npy *npy, vt_record_group *group) {
  static const char *const names[] = {"uncertainty_type", "negative", "loc", "scale", "shape",
                                      "minimum",          "maximum"};
  int field[7];
  for (int i = 0; i < 7; i++) {
    field[i] = vt_npy_field_index(npy, names[i]);
    VT_CHECK(field[i] >= 0 && npy->field[field[i]].kind != 'V' && npy->axes == 1, VT_ERR_INPUT,
             "%s: found no numbers '%s', expected a list of distributions", from->what.bytes,
             names[i]);
  }
  VT_ARENA_NEW(from->set->arena, group->uncertainty, npy->rows);
  for (ptrdiff_t k = 0; k < npy->rows; k++) {
    double number[7];
    for (int i = 0; i < 7; i++) number[i] = vt_npy_number(npy, field[i], k, 0);
    VT_CHECK(number[0] >= 0.0 && number[0] < 256.0, VT_ERR_INPUT,
             "%s: record %td: found uncertainty type %g, expected 0 to 13", from->what.bytes, k + 1,
             number[0]);
    group->uncertainty[k] = (vt_uncertainty){(uint8_t)number[0], number[1] < 0.0 || number[1] > 0.0,
                                             number[2],          number[3],
                                             number[4],          number[5],
                                             number[6]};
  }
  return VT_OK;
}

static vt_error fill(package_reading *from, resource_kind kind, const vt_npy *npy,
                     vt_record_group *group, vt_raw_group *raw) {
  switch (kind) {
    case INDICES: return fill_indices(from, npy, group, raw);
    case DATA: return fill_data(from, npy, group);
    case FLIP: return fill_flags(from, npy, &group->flip);
    case DISTRIBUTIONS: return fill_uncertainty(from, npy, group);
    case RESCALE: return fill_rescale(from, npy, group);
    case REFERENCE: return fill_flags(from, npy, &group->reference);
    case RESOURCE_KINDS: break;
  }
  return VT_OK;
}

static vt_error load_group(package_reading *from, pending *group, vt_raw_group *raw) {
  const char *name = group->group.name;
  for (int kind = INDICES; kind <= DATA; kind++) {
    VT_CHECK(group->path[kind], VT_ERR_INPUT, "%s: group '%s': found no %s", from->path, name,
             kind_names[kind]);
  }
  for (int kind = 0; kind < RESOURCE_KINDS; kind++) {
    if (!group->path[kind]) continue;
    vt_content content = {0};
    vt_npy npy;
    vt_error error = read_array(from, group->path[kind], kind == INDICES ? -1 : group->group.count,
                                &content, &npy);
    if (error == VT_OK) error = fill(from, (resource_kind)kind, &npy, &group->group, raw);
    vt_content_free(&content);
    VT_TRY(error);
  }
  return VT_OK;
}

static vt_error load_groups(package_reading *from, vt_package *package, vt_raw_group *raw) {
  for (int g = 0; g < package->groups; g++) {
    VT_TRY(load_group(from, &from->group[g], &raw[g]));
    package->group[g] = from->group[g].group;
  }
  return VT_OK;
}

static vt_error add_resources(package_reading *from, struct json_object *list, size_t before) {
  const size_t count = list ? json_object_array_length(list) : 0;
  for (size_t i = 0; i < count; i++) {
    struct json_object *resource = json_object_array_get_idx(list, i);
    VT_CHECK(json_object_is_type(resource, json_type_object), VT_ERR_INPUT,
             "%s: datapackage.json: resource %zu: found %s, expected an object", from->path,
             before + i + 1, vt_json_show(resource));
    VT_TRY(add_resource(from, resource));
  }
  return VT_OK;
}

static vt_error read_resources(package_reading *from, vt_json *json, vt_json_span span) {
  vt_json_walk walk;
  size_t before = 0;
  json->field = "resources";
  VT_TRY(vt_json_enter_list(json, span, &walk));
  for (;;) {
    struct json_object *list;
    vt_json_span large;
    VT_TRY(vt_json_next_items(json, &walk, &list, &large));
    if (!list && !large.first) return VT_OK;
    VT_TRY(add_resources(from, list, before));
    before += list ? json_object_array_length(list) : 0;
    if (!large.first) continue;
    struct json_object *value;
    VT_TRY(vt_json_parse(json, large, &value));
    VT_CHECK(json_object_is_type(value, json_type_object), VT_ERR_INPUT,
             "%s: datapackage.json: resource %zu: found %s, expected an object", from->path,
             ++before, vt_json_show(value));
    VT_TRY(add_resource(from, value));
  }
}

// Members of datapackage.json that count.
typedef enum package_member {
  NAME,
  COMBINATORIAL,
  SEQUENTIAL,
  SUM_WITHIN,
  SUM_ACROSS,
  SEED,
  RESOURCES,
  PACKAGE_MEMBERS
} package_member;

static const char *const member_names[PACKAGE_MEMBERS] = {
    "name", "combinatorial", "sequential", "sum_intra_duplicates", "sum_inter_duplicates",
    "seed", "resources"};

static vt_error take_member(package_reading *from, package_member which, vt_json *json,
                            vt_json_span span, vt_package *package) {
  struct json_object *value;
  const char *name = member_names[which];
  if (which == RESOURCES) return read_resources(from, json, span);
  VT_TRY(vt_json_parse(json, span, &value));
  switch (which) {
    case NAME:
      if (!json_object_is_type(value, json_type_string)) return VT_OK;
      return vt_arena_text(from->set->arena, json_object_get_string(value),
                           json_object_get_string_len(value), &package->name);
    case COMBINATORIAL: return take_flag(from, name, value, &package->combinatorial);
    case SEQUENTIAL: return take_flag(from, name, value, &package->sequential);
    case SUM_WITHIN: return take_flag(from, name, value, &package->sum_within);
    case SUM_ACROSS: return take_flag(from, name, value, &package->sum_across);
    case SEED: return take_integer(from, name, value, &package->has_seed, &package->seed);
    case RESOURCES:
    case PACKAGE_MEMBERS: break;
  }
  return VT_OK;
}

static vt_error read_package(package_reading *from, vt_json *json, vt_package *package) {
  vt_json_walk walk;
  bool seen[PACKAGE_MEMBERS] = {false};
  VT_TRY(vt_json_enter(json, vt_json_whole(json), &walk));
  for (;;) {
    vt_json_span name, value;
    struct json_object *text;
    bool more;
    json->field = NULL;
    VT_TRY(vt_json_next_member(json, &walk, &name, &value, &more));
    if (!more) break;
    VT_TRY(vt_json_parse(json, name, &text));
    int which = 0;
    while (which < PACKAGE_MEMBERS &&
           strcmp(json_object_get_string(text), member_names[which]) != 0)
      which++;
    if (which == PACKAGE_MEMBERS) {
      VT_TRY(vt_json_skip(json, value));
      continue;
    }
    VT_CHECK(!seen[which], VT_ERR_INPUT,
             "%s: datapackage.json: field '%s': found twice, expected once", from->path,
             member_names[which]);
    seen[which] = true;
    VT_TRY(take_member(from, (package_member)which, json, value, package));
  }
  VT_CHECK(seen[RESOURCES], VT_ERR_INPUT,
           "%s: datapackage.json: field 'resources': found nothing, expected a list", from->path);
  package->groups = vt_labels_count(from->key);
  VT_ARENA_NEW(from->set->arena, package->group, package->groups);
  return VT_OK;
}

static vt_error read_all(package_reading *from, vt_json *json, const vt_content *content, int index,
                         vt_raw_group **raw) {
  VT_TRY(vt_labels_create(&from->key));
  VT_TRY(vt_text_add(&from->what, "%s: datapackage.json", from->path));
  const char *where;
  VT_TRY(vt_arena_text(from->set->arena, from->what.bytes, from->what.length, &where));
  VT_TRY(vt_json_open(where, content->bytes, content->length, json));
  VT_TRY(read_package(from, json, &from->set->package[index]));
  VT_NEW(*raw, from->set->package[index].groups);
  return load_groups(from, &from->set->package[index], *raw);
}

vt_error vt_package_read(vt_database_set *set, const vt_files *files, const char *path, int method,
                         int *package, vt_raw_group **raw) {
  VT_CHECK(vt_files_has(files, "datapackage.json"), VT_ERR_INPUT,
           "%s: found no 'datapackage.json' in it, expected a datapackage", path);
  VT_TRY(vt_set_add_package(set, path, package));
  vt_content content = {0};
  vt_json json = {0};
  package_reading from = {.set = set, .files = files, .path = path, .method = method};
  vt_error error = vt_files_read(files, "datapackage.json", &content);
  if (error == VT_OK) error = read_all(&from, &json, &content, *package, raw);
  vt_json_close(&json);
  vt_content_free(&content);
  vt_text_free(&from.what);
  vt_labels_free(from.key);
  free(from.group);
  return error;
}
