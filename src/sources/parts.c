// parts.c - what sources in JSON share: names of methods, which are lists of texts; dates of
// databases.
#include "sources.h"

#include <json-c/json.h>
#include <stdio.h>
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
    int64_t number;
    VT_CHECK(json_object_is_type(value, json_type_string) || vt_json_integer(value, &number),
             VT_ERR_INPUT, "%s: found %s in the name of a method, expected texts", path,
             vt_json_show(value));
    const char *text = json_object_get_string(value);
    VT_TRY(vt_arena_text(arena, text, (ptrdiff_t)strlen(text), &(*part)[i]));
  }
  *parts = (int)count;
  return VT_OK;
}

// "2020-01-01T00:00:00" or the year alone.
vt_error vt_take_time(vt_database *database, struct json_object *value) {
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
           "%s: database '%s': found representative_time '%s', expected a date such as "
           "'2020-01-01T00:00:00'",
           database->path, database->name, text);
  return VT_OK;
}
