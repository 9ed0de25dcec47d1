// attributes.c - attributes that nobody reads and that look like ones that count: unknown ones are
// kept and ignored by rule, so a misspelled one would change a model in silence.
#include "sources.h"

#include <json-c/json.h>

#include <stdio.h>
#include <string.h>

static void warn(const char *extra, const char *const *known, const char *who) {
  struct json_object *object = extra ? json_tokener_parse(extra) : NULL;
  if (json_object_is_type(object, json_type_object)) {
    json_object_object_foreach(object, key, value) {
      vt_nearest nearest = {.name = key};
      (void)value;
      for (int i = 0; known[i]; i++) vt_nearest_try(&nearest, known[i]);
      if (nearest.best)
        vt_warn(key, "%s: the attribute '%s' is unknown and does not count%s", who, key,
                vt_nearest_hint(&nearest));
    }
  }
  (void)json_object_put(object);
}

void vt_warn_node(const vt_database_set *set, const vt_node *node) {
  static const char *const known[] = {"operation_time_limits", "reference product", NULL};
  char who[512];
  const vt_database *database = &set->database[node->database];
  (void)snprintf(who, sizeof who, "%s: database '%s', activity '%s'", vt_cut(database->path, 200),
                 vt_cut(database->name, 80), vt_cut(node->code, 120));
  warn(node->extra, known, who);
}

void vt_warn_exchange(const vt_database_set *set, const vt_node *node,
                      const vt_exchange *exchange) {
  static const char *const known[] = {"temporal_distribution", "operation", "vintage_improvements",
                                      "vintage_amounts", NULL};
  char who[512];
  const vt_database *database = &set->database[node->database];
  (void)snprintf(who, sizeof who, "%s: database '%s', activity '%s', exchange with %s",
                 vt_cut(database->path, 160), vt_cut(database->name, 60), vt_cut(node->code, 90),
                 vt_cut(vt_node_text(set, exchange->input), 120));
  warn(exchange->extra, known, who);
}

bool vt_exchange_has_attribute(const vt_exchange *exchange, const char *name) {
  // Most have none, and no tree is made of them.
  if (!exchange->extra || !strstr(exchange->extra, name)) return false;
  struct json_object *object = json_tokener_parse(exchange->extra);
  const bool has = json_object_is_type(object, json_type_object) &&
                   json_object_object_get_ex(object, name, NULL);
  (void)json_object_put(object);
  return has;
}
