// fields.c - which fields an input file has: their names now and before optimex 0.4, and where
// their values stand.
#include "reader.h"

#include <json-c/json.h>
#include <string.h>

typedef struct known_field {
  const char *name;
  int id; // vt_inputs_field_id, or VT_FIELD_TENSORS + vt_tensor_id
  bool required;
} known_field;

static const known_field known[] = {
    {"PROCESS", VT_FIELD_PROCESS, true},
    {"PRODUCT", VT_FIELD_PRODUCT, true},
    {"INTERMEDIATE_FLOW", VT_FIELD_INTERMEDIATE_FLOW, true},
    {"ELEMENTARY_FLOW", VT_FIELD_ELEMENTARY_FLOW, true},
    {"BACKGROUND_ID", VT_FIELD_BACKGROUND_ID, true},
    {"CATEGORY", VT_FIELD_CATEGORY, true},
    {"PROCESS_TIME", VT_FIELD_PROCESS_TIME, true},
    {"SYSTEM_TIME", VT_FIELD_SYSTEM_TIME, true},
    {"operation_time_limits", VT_FIELD_WINDOWS, true},
    {"process_names", VT_FIELD_PROCESS_NAMES, false},
    {"REFERENCE_VINTAGES", VT_FIELD_REFERENCE_VINTAGES, false},
    {"foreground_technosphere_vintage_overrides", VT_FIELD_TECHNOSPHERE_OVERRIDES, false},
    {"foreground_biosphere_vintage_overrides", VT_FIELD_BIOSPHERE_OVERRIDES, false},
    {"foreground_production_vintage_overrides", VT_FIELD_PRODUCTION_OVERRIDES, false},
#define TENSOR_FIELD(id, name, axes, a, b, c, d, required, missing)                                \
  {name, VT_FIELD_TENSORS + VT_TENSOR_##id, required},
    VT_TENSORS(TENSOR_FIELD)};

enum { KNOWN_COUNT = sizeof known / sizeof known[0] };

// Names before optimex 0.4.
static const known_field old_names[] = {
    {"process_limits_max", VT_FIELD_TENSORS + VT_TENSOR_DEPLOYMENT_MAX, false},
    {"process_limits_min", VT_FIELD_TENSORS + VT_TENSOR_DEPLOYMENT_MIN, false},
    {"process_limits_max_default", VT_FIELD_TENSORS + VT_TENSOR_DEPLOYMENT_MAX_DEFAULT, false},
    {"process_limits_min_default", VT_FIELD_TENSORS + VT_TENSOR_DEPLOYMENT_MIN_DEFAULT, false},
    {"category_impact_limit", VT_FIELD_TENSORS + VT_TENSOR_TOTAL_IMPACT_LIMITS, false},
};

enum { OLD_COUNT = sizeof old_names / sizeof old_names[0] };

static const known_field *find_known(const known_field *list, int count, const char *name) {
  for (int i = 0; i < count; i++) {
    if (strcmp(list[i].name, name) == 0) return &list[i];
  }
  return NULL;
}

// What was found of each name, current (first) and old (after them).
typedef struct found_fields {
  bool seen[KNOWN_COUNT + OLD_COUNT];
} found_fields;

static const char *new_name(int id) {
  for (int i = 0; i < KNOWN_COUNT; i++) {
    if (known[i].id == id) return known[i].name;
  }
  return "";
}

static vt_error fail_unknown(const vt_inputs_reader *reader, const char *name) {
  vt_nearest nearest = {.name = name};
  for (int i = 0; i < KNOWN_COUNT; i++) vt_nearest_try(&nearest, known[i].name);
  VT_FAIL(VT_ERR_INPUT, "%s: unknown field '%s'%s", reader->json.path, vt_cut(name, 160),
          vt_nearest_hint(&nearest));
}

static vt_error note_old_name(vt_inputs_reader *reader, const known_field *old) {
  const char *name = new_name(old->id);
  VT_CHECK(!reader->field[old->id].name, VT_ERR_INPUT,
           "%s: found field '%s' and '%s', its name before optimex 0.4, expected one of them",
           reader->json.path, name, old->name);
  vt_log(VT_LOG_INFO, "%s: field '%s' is read as '%s', its name since optimex 0.4",
         reader->json.path, old->name, name);
  return VT_OK;
}

static vt_error add_field(vt_inputs_reader *reader, found_fields *found, const char *name,
                          vt_json_span value) {
  const known_field *current = find_known(known, KNOWN_COUNT, name);
  const known_field *old = current ? NULL : find_known(old_names, OLD_COUNT, name);
  if (!current && !old) return fail_unknown(reader, name);
  bool *seen = &found->seen[current ? current - known : KNOWN_COUNT + (old - old_names)];
  VT_CHECK(!*seen, VT_ERR_INPUT, "%s: found field '%s' twice, expected once", reader->json.path,
           name);
  *seen = true;
  const bool null = value.end - value.first == 4 && memcmp(value.first, "null", 4) == 0;
  VT_CHECK(!null || !current || !current->required, VT_ERR_INPUT,
           "%s: field '%s': found null, expected a value", reader->json.path, name);
  if (null) return VT_OK;
  if (old) VT_TRY(note_old_name(reader, old));
  const known_field *field = current ? current : old;
  VT_CHECK(!reader->field[field->id].name, VT_ERR_INPUT,
           "%s: found field '%s' and an older name of it, expected one of them", reader->json.path,
           name);
  reader->field[field->id] = (vt_inputs_field){.name = field->name, .value = value};
  return VT_OK;
}

static vt_error check_presence(const vt_inputs_reader *reader, const found_fields *found) {
  for (int i = 0; i < KNOWN_COUNT; i++) {
    VT_CHECK(!known[i].required || found->seen[i], VT_ERR_INPUT, "%s: field '%s' is missing",
             reader->json.path, known[i].name);
  }
  for (int id = VT_FIELD_TECHNOSPHERE_OVERRIDES; id <= VT_FIELD_PRODUCTION_OVERRIDES; id++) {
    const vt_inputs_field *field = &reader->field[id];
    VT_CHECK(!field->name, VT_ERR_INPUT,
             "%s: field '%s': found a value, expected null: it is working data of optimex; give "
             "the reference values it was made from",
             reader->json.path, field->name);
  }
  return VT_OK;
}

vt_error vt_read_fields(vt_inputs_reader *reader) {
  vt_json *json = &reader->json;
  json->field = NULL;
  vt_json_walk walk;
  VT_TRY(vt_json_enter(json, vt_json_whole(json), &walk));
  found_fields found = {0};
  for (;;) {
    bool more;
    vt_json_span name, value;
    VT_TRY(vt_json_next_member(json, &walk, &name, &value, &more));
    if (!more) break;
    struct json_object *text = NULL;
    VT_TRY(vt_json_parse(json, name, &text));
    VT_TRY(add_field(reader, &found, json_object_get_string(text), value));
  }
  return check_presence(reader, &found);
}

const vt_inputs_field *vt_inputs_reader_enter(vt_inputs_reader *reader, vt_inputs_field_id id,
                                              bool *present) {
  const vt_inputs_field *field = &reader->field[id];
  reader->json.field = field->name;
  *present = field->name != NULL;
  return field;
}
