// values.c - what a JSON value says: numbers, and texts for messages.
#include "vintner/json.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

enum { LONGEST_SHOWN = 160 };

// json-c makes of an integer that does not fit its 64 bits the nearest that does.
static bool is_clamped(struct json_object *value) {
  return json_object_get_uint64(value) == UINT64_MAX || json_object_get_int64(value) == INT64_MIN;
}

bool vt_json_number(struct json_object *value, double *number) {
  const enum json_type type = json_object_get_type(value);
  if (type != json_type_double && type != json_type_int) return false;
  if (type == json_type_int && is_clamped(value)) return false;
  *number = json_object_get_double(value);
  return true;
}

bool vt_json_integer(struct json_object *value, int64_t *number) {
  if (!json_object_is_type(value, json_type_int) || is_clamped(value)) return false;
  *number = json_object_get_int64(value);
  return json_object_get_uint64(value) <= INT64_MAX;
}

int vt_json_shown(const char *text) {
  int length = (int)strnlen(text, LONGEST_SHOWN + 1);
  if (length <= LONGEST_SHOWN) return length;
  for (length = LONGEST_SHOWN; length > 0 && (text[length] & 0xc0) == 0x80;) length--;
  return length;
}

const char *vt_json_show(struct json_object *value) {
  static _Thread_local char text[LONGEST_SHOWN + 32];
  const enum json_type type = json_object_get_type(value);
  if (type == json_type_array) return "a list";
  if (type == json_type_object) return "an object";
  if (type == json_type_int && is_clamped(value)) return "an integer of more than 64 bits";
  if (type == json_type_string) {
    const char *string = json_object_get_string(value);
    const int shown = vt_json_shown(string);
    (void)snprintf(text, sizeof text, "the text '%.*s%s'", shown, string, string[shown] ? "…" : "");
  } else {
    const char *string = type == json_type_null ? "null" : json_object_to_json_string(value);
    if (!string) string = "a number";
    (void)snprintf(text, sizeof text, "%.*s", vt_json_shown(string), string);
  }
  return text;
}
