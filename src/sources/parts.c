// parts.c - names of methods, which are lists of texts.
#include "sources.h"

#include "vintner/json.h"

#include <json-c/json.h>
#include <string.h>

vt_error vt_parts_of(vt_arena *arena, const char *path, struct json_object *list, int *parts,
                     const char ***part) {
  VT_CHECK(json_object_is_type(list, json_type_array), VT_ERR_INPUT,
           "%s: found %s as the name of a method, expected a list of texts", path,
           vt_json_show(list));
  const size_t count = json_object_array_length(list);
  VT_CHECK(count > 0 && count < 100, VT_ERR_INPUT,
           "%s: found a method's name of %zu parts, expected a few", path, count);
  VT_ARENA_NEW(arena, *part, count);
  for (size_t i = 0; i < count; i++) {
    struct json_object *value = json_object_array_get_idx(list, i);
    const enum json_type type = json_object_get_type(value);
    VT_CHECK(type == json_type_string || type == json_type_int, VT_ERR_INPUT,
             "%s: found %s in the name of a method, expected texts", path, vt_json_show(value));
    const char *text = json_object_get_string(value);
    VT_TRY(vt_arena_text(arena, text, (ptrdiff_t)strlen(text), &(*part)[i]));
  }
  *parts = (int)count;
  return VT_OK;
}
