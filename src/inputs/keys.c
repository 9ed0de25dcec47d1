// keys.c - keys of entries: `["P1", "CO2", 3]` to labels' indices.
//
// A file may hold a million keys, nearly all of them in the plain form that Python's json.dumps
// writes. That form is split in place; any other JSON list (escapes in a name) goes through json-c.
#include "reader.h"

#include <json-c/json.h>
#include <string.h>

const char *vt_entry_place_quote(vt_entry_place place) {
  return place.key[0] == '[' ? "" : "'";
}

static const char *skip_space(const char *at) {
  while (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t') at++;
  return at;
}

// A name without escapes or an integer of up to nine digits. NULL: not plain.
static const char *split_plain_part(const char *at, vt_key_part *part) {
  if (*at == '"') {
    const char *name = ++at;
    while (*at != '"') {
      if (*at == '\\' || *at == '\0') return NULL;
      at++;
    }
    *part = (vt_key_part){.text = name, .length = at - name};
    return at + 1;
  }
  const bool negative = *at == '-';
  if (negative) at++;
  const char *digits = at;
  int64_t number = 0;
  for (; *at >= '0' && *at <= '9' && at - digits < 10; at++) number = 10 * number + (*at - '0');
  const ptrdiff_t count = at - digits;
  if (count == 0 || count > 9 || (count > 1 && digits[0] == '0')) return NULL;
  *part = (vt_key_part){.number = negative ? -number : number};
  return at;
}

// Number of parts, or -1: not plain.
static int split_plain(const char *key, vt_key_part part[VT_MAX_AXES]) {
  const char *at = skip_space(key);
  if (*at++ != '[') return -1;
  for (int count = 0; count < VT_MAX_AXES; count++) {
    at = split_plain_part(skip_space(at), &part[count]);
    if (!at) return -1;
    at = skip_space(at);
    if (*at == ']') return *skip_space(at + 1) == '\0' ? count + 1 : -1;
    if (*at++ != ',') return -1;
  }
  return -1;
}

static vt_error parse_key(vt_inputs_reader *reader, vt_entry_place place) {
  (void)json_object_put(reader->key_parsed);
  reader->key_parsed = NULL;
  if (!reader->key_tokener) {
    reader->key_tokener = json_tokener_new_ex(2);
    VT_CHECK(reader->key_tokener, VT_ERR_SYSTEM, "out of memory for a JSON parser");
    json_tokener_set_flags(reader->key_tokener, JSON_TOKENER_STRICT);
  }
  json_tokener_reset(reader->key_tokener);
  const size_t length = strlen(place.key);
  VT_CHECK(vt_json_is_whole(place.key), VT_ERR_INPUT,
           VT_AT "found an escape of half a character, expected both halves", VT_AT_ARGS(place));
  if (length < INT32_MAX)
    reader->key_parsed = json_tokener_parse_ex(reader->key_tokener, place.key, (int)length);
  VT_CHECK(json_object_is_type(reader->key_parsed, json_type_array), VT_ERR_INPUT,
           VT_AT "not a JSON list of names and years", VT_AT_ARGS(place));
  return VT_OK;
}

static vt_error fill_part(vt_entry_place place, struct json_object *value, vt_key_part *part) {
  *part = (vt_key_part){0};
  if (json_object_is_type(value, json_type_string)) {
    part->text = json_object_get_string(value);
    part->length = json_object_get_string_len(value);
    return VT_OK;
  }
  VT_CHECK(vt_json_integer(value, &part->number), VT_ERR_INPUT,
           VT_AT "found %s, expected names and integers", VT_AT_ARGS(place), vt_json_show(value));
  return VT_OK;
}

vt_error vt_key_split(vt_inputs_reader *reader, vt_entry_place place, int axes,
                      vt_key_part part[VT_MAX_AXES]) {
  if (axes == 1) {
    part[0] = (vt_key_part){.text = place.key, .length = (ptrdiff_t)strlen(place.key)};
    return VT_OK;
  }
  size_t count = 0;
  const int plain = split_plain(place.key, part);
  if (plain > 0) {
    count = (size_t)plain;
  } else {
    VT_TRY(parse_key(reader, place));
    count = json_object_array_length(reader->key_parsed);
    for (size_t i = 0; i < count && i < VT_MAX_AXES; i++)
      VT_TRY(fill_part(place, json_object_array_get_idx(reader->key_parsed, i), &part[i]));
  }
  VT_CHECK(count == (size_t)axes, VT_ERR_INPUT, VT_AT "found %zu parts, expected %d",
           VT_AT_ARGS(place), count, axes);
  return VT_OK;
}

const char *vt_axis_name(vt_axis axis) {
  switch (axis) {
    case VT_AXIS_PROCESS: return "PROCESS";
    case VT_AXIS_PRODUCT: return "PRODUCT";
    case VT_AXIS_INTERMEDIATE_FLOW: return "INTERMEDIATE_FLOW";
    case VT_AXIS_ELEMENTARY_FLOW: return "ELEMENTARY_FLOW";
    case VT_AXIS_BACKGROUND: return "BACKGROUND_ID";
    case VT_AXIS_CATEGORY: return "CATEGORY";
    case VT_AXIS_PROCESS_TIME: return "PROCESS_TIME";
    case VT_AXIS_SYSTEM_TIME: return "SYSTEM_TIME";
    case VT_AXIS_FLOW: return "PRODUCT, INTERMEDIATE_FLOW or ELEMENTARY_FLOW";
    case VT_AXIS_YEAR: return "years";
  }
  return "";
}

int vt_find_time(const int *times, int count, int64_t year) {
  int low = 0, high = count;
  while (low < high) {
    const int middle = low + (high - low) / 2;
    if (times[middle] < year)
      low = middle + 1;
    else
      high = middle;
  }
  return low < count && times[low] == year ? low : -1;
}

static const vt_axis flow_axes[3] = {VT_AXIS_PRODUCT, VT_AXIS_INTERMEDIATE_FLOW,
                                     VT_AXIS_ELEMENTARY_FLOW};

int32_t vt_flow_index(const vt_inputs *inputs, int set, const vt_key_part *part) {
  int32_t before = 0;
  for (int i = 0; i < set; i++) before += vt_inputs_axis_size(inputs, flow_axes[i]);
  const int index =
      vt_labels_find(vt_inputs_labels(inputs, flow_axes[set]), part->text, part->length);
  return index < 0 ? -1 : before + index;
}

static vt_error fail_name(const vt_inputs *inputs, vt_entry_place place, vt_axis axis,
                          const vt_key_part *part) {
  vt_text name = {0};
  VT_TRY(vt_text_add_bytes(&name, part->text, part->length));
  vt_nearest nearest = {.name = name.bytes};
  for (int i = 0; i < 3; i++) {
    if (axis == VT_AXIS_FLOW)
      vt_nearest_try_labels(&nearest, vt_inputs_labels(inputs, flow_axes[i]));
  }
  if (axis != VT_AXIS_FLOW) vt_nearest_try_labels(&nearest, vt_inputs_labels(inputs, axis));
  const vt_error error = vt_error_raise(
      VT_ERR_INPUT, __FILE__, __LINE__, __func__, VT_AT "found '%s', expected one of %s%s",
      VT_AT_ARGS(place), vt_cut(name.bytes, 160), vt_axis_name(axis), vt_nearest_hint(&nearest));
  vt_text_free(&name);
  return error;
}

static vt_error find_name(const vt_inputs *inputs, vt_entry_place place, vt_axis axis,
                          const vt_key_part *part, int32_t *index) {
  VT_CHECK(part->text, VT_ERR_INPUT, VT_AT "found the number %lld, expected one of %s",
           VT_AT_ARGS(place), (long long)part->number, vt_axis_name(axis));
  *index = -1;
  if (axis == VT_AXIS_FLOW) {
    for (int set = 0; set < 3 && *index < 0; set++) *index = vt_flow_index(inputs, set, part);
  } else {
    *index = vt_labels_find(vt_inputs_labels(inputs, axis), part->text, part->length);
  }
  return *index < 0 ? fail_name(inputs, place, axis, part) : VT_OK;
}

vt_error vt_key_index(const vt_inputs *inputs, vt_entry_place place, vt_axis axis,
                      const vt_key_part *part, int32_t *index) {
  const bool process_time = axis == VT_AXIS_PROCESS_TIME, system_time = axis == VT_AXIS_SYSTEM_TIME;
  if (!process_time && !system_time && axis != VT_AXIS_YEAR)
    return find_name(inputs, place, axis, part, index);
  VT_CHECK(!part->text, VT_ERR_INPUT, VT_AT "found a name in quotes, expected an integer of %s",
           VT_AT_ARGS(place), vt_axis_name(axis));
  if (axis == VT_AXIS_YEAR) {
    VT_CHECK(part->number >= INT32_MIN && part->number <= INT32_MAX, VT_ERR_INPUT,
             VT_AT "found %lld, expected a year", VT_AT_ARGS(place), (long long)part->number);
    *index = (int32_t)part->number;
    return VT_OK;
  }
  const int *times = process_time ? inputs->process_time : inputs->system_time;
  const int count = process_time ? inputs->process_times : inputs->system_times;
  *index = vt_find_time(times, count, part->number);
  VT_CHECK(*index >= 0, VT_ERR_INPUT, VT_AT "found %lld, expected one of %s (%d to %d)",
           VT_AT_ARGS(place), (long long)part->number, vt_axis_name(axis), times[0],
           times[count - 1]);
  return VT_OK;
}
