// document_parameters.c - Brightway's parameters in a JSON document:
//   {"project": {NAME: {"amount" | "formula", fields of stats_arrays}},
//    "database": {DATABASE: {NAME: ...}},
//    "activity": {GROUP: {"database": ..., "order": [GROUP, ...], "parameters": {NAME: ...}}}}
// and the formulas of exchanges, which lie among the attributes that nobody else asks for.
#include "sources.h"

#include <json-c/json.h>
#include <math.h>
#include <string.h>

// Where parameters belong while they are read.
typedef struct parameter_place {
  vt_document document;
  vt_parameter_scope scope;
  int project;
  const char *database, *group; // NULL where there is none
} parameter_place;

static vt_error copy_text(const parameter_place *at, const char *text, const char **copy) {
  return vt_arena_text(at->document.set->arena, text, (ptrdiff_t)strlen(text), copy);
}

static vt_error expect_object(const parameter_place *at, const char *what,
                              struct json_object *value) {
  VT_CHECK(json_object_is_type(value, json_type_object), VT_ERR_INPUT,
           "%s: field 'parameters': found %s as %s, expected an object", at->document.path,
           vt_json_show(value), what);
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Parameters.

static vt_error take_formula(const parameter_place *at, const char *name, struct json_object *value,
                             const char **formula) {
  if (!value) return VT_OK;
  VT_CHECK(json_object_is_type(value, json_type_string), VT_ERR_INPUT,
           "%s: parameter '%s': found %s as 'formula', expected a text", at->document.path, name,
           vt_json_show(value));
  return copy_text(at, json_object_get_string(value), formula);
}

static vt_error take_amount(const parameter_place *at, const char *name, struct json_object *value,
                            double *amount) {
  *amount = (double)NAN;
  if (!value) return VT_OK;
  VT_CHECK(vt_json_number(value, amount) && isfinite(*amount), VT_ERR_INPUT,
           "%s: parameter '%s': found %s as 'amount', expected a finite number", at->document.path,
           name, vt_json_show(value));
  return VT_OK;
}

static vt_error add_parameter(const parameter_place *at, const char *name,
                              struct json_object *value) {
  vt_parameter parameter = {
      .scope = at->scope, .project = at->project, .database = at->database, .group = at->group};
  VT_TRY(expect_object(at, name, value));
  VT_TRY(take_formula(at, name, json_object_object_get(value, "formula"), &parameter.formula));
  VT_TRY(take_amount(at, name, json_object_object_get(value, "amount"), &parameter.amount));
  VT_CHECK(parameter.formula || !isnan(parameter.amount), VT_ERR_INPUT,
           "%s: parameter '%s': found neither 'amount' nor 'formula', expected one of them",
           at->document.path, name);
  VT_TRY(vt_parameter_uncertainty(&at->document, name, parameter.amount, value,
                                  &parameter.uncertainty));
  VT_TRY(copy_text(at, name, &parameter.name));
  return vt_parameter_add(at->document.set, &parameter);
}

static vt_error add_parameters(const parameter_place *at, const char *what,
                               struct json_object *value) {
  VT_TRY(expect_object(at, what, value));
  json_object_object_foreach(value, name, one) VT_TRY(add_parameter(at, name, one));
  return VT_OK;
}

static vt_error add_databases(parameter_place at, struct json_object *value) {
  VT_TRY(expect_object(&at, "'database'", value));
  json_object_object_foreach(value, name, parameters) {
    VT_TRY(copy_text(&at, name, &at.database));
    VT_TRY(add_parameters(&at, name, parameters));
  }
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Groups.

static vt_error take_order(const parameter_place *at, struct json_object *value,
                           vt_parameter_group *group) {
  if (!value) return VT_OK;
  const size_t count =
      json_object_is_type(value, json_type_array) ? json_object_array_length(value) : 0;
  bool sound = json_object_is_type(value, json_type_array) && count < INT32_MAX;
  for (size_t i = 0; i < count && sound; i++)
    sound = json_object_is_type(json_object_array_get_idx(value, i), json_type_string);
  VT_CHECK(sound, VT_ERR_INPUT,
           "%s: group '%s' of parameters: found %s as 'order', expected a list of groups",
           at->document.path, at->group, vt_json_show(value));
  VT_ARENA_NEW(at->document.set->arena, group->order, (ptrdiff_t)count);
  for (; group->orders < (int)count; group->orders++)
    VT_TRY(copy_text(
        at, json_object_get_string(json_object_array_get_idx(value, (size_t)group->orders)),
        &group->order[group->orders]));
  return VT_OK;
}

static vt_error add_group(parameter_place *at, struct json_object *value) {
  vt_parameter_group group = {.project = at->project, .name = at->group};
  struct json_object *database = json_object_object_get(value, "database");
  VT_CHECK(json_object_is_type(database, json_type_string), VT_ERR_INPUT,
           "%s: group '%s' of parameters: found %s as 'database', expected the database of its "
           "activities",
           at->document.path, at->group, database ? vt_json_show(database) : "nothing");
  VT_TRY(copy_text(at, json_object_get_string(database), &at->database));
  VT_TRY(take_order(at, json_object_object_get(value, "order"), &group));
  group.database = at->database;
  VT_TRY(vt_parameter_add_group(at->document.set, &group));
  struct json_object *parameters = json_object_object_get(value, "parameters");
  return parameters ? add_parameters(at, at->group, parameters) : VT_OK;
}

static vt_error add_groups(parameter_place at, struct json_object *value) {
  VT_TRY(expect_object(&at, "'activity'", value));
  json_object_object_foreach(value, name, group) {
    VT_TRY(copy_text(&at, name, &at.group));
    VT_TRY(expect_object(&at, name, group));
    VT_TRY(add_group(&at, group));
  }
  return VT_OK;
}

vt_error vt_document_add_parameters(vt_database_set *set, const char *path,
                                    struct json_object *value) {
  parameter_place at = {.document = {.set = set, .path = path, .database = -1}};
  if (!value) return VT_OK;
  VT_TRY(expect_object(&at, "it", value));
  VT_TRY(vt_set_add_project(set, path, &at.project));
  json_object_object_foreach(value, name, part) {
    const bool project = strcmp(name, "project") == 0, database = strcmp(name, "database") == 0;
    VT_CHECK(project || database || strcmp(name, "activity") == 0, VT_ERR_INPUT,
             "%s: field 'parameters': found '%s', expected 'project', 'database' or 'activity'",
             path, name);
    at.scope = project    ? VT_PARAMETER_PROJECT
               : database ? VT_PARAMETER_DATABASE
                          : VT_PARAMETER_ACTIVITY;
    VT_TRY(project    ? add_parameters(&at, "'project'", part)
           : database ? add_databases(at, part)
                      : add_groups(at, part));
  }
  set->sources->opened_parameters = set->sources->parameters;
  set->sources->opened_groups = set->sources->parameter_groups;
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Formulas of exchanges.

static vt_error take_text(vt_database_set *set, struct json_object *extra, const char *name,
                          const char **text) {
  struct json_object *value = json_object_object_get(extra, name);
  if (!json_object_is_type(value, json_type_string)) return VT_OK;
  return vt_arena_text(set->arena, json_object_get_string(value), json_object_get_string_len(value),
                       text);
}

vt_error vt_exchange_formula(vt_database_set *set, const vt_exchange *exchange,
                             const char **formula, const char **group) {
  *formula = *group = NULL;
  // Most have no such attribute, and no tree is made of them.
  if (!exchange->extra || !strstr(exchange->extra, "\"formula\"")) return VT_OK;
  struct json_object *extra = json_tokener_parse(exchange->extra);
  VT_CHECK(extra, VT_ERR_SYSTEM, "out of memory for the attributes of an exchange");
  vt_error error = take_text(set, extra, "formula", formula);
  if (error == VT_OK) error = take_text(set, extra, "group", group);
  (void)json_object_put(extra);
  return error;
}
