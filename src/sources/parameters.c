// parameters.c - parameters of Brightway projects: names, formulas, amounts, and where they hold.
//
// Their uncertainty lies in pickles and stays there. So does the order in which a group looks names
// up in others; but Brightway stores, in that order, which of them it has found names in.
#include "sources.h"

#include <math.h>
#include <sqlite3.h>
#include <string.h>

static const char file_name[] = "parameters.db", failed[] = "cannot be read";

// A file of parameters while it is read.
typedef struct parameters_reading {
  vt_database_set *set;
  int index; // of the project
  const vt_project *project;
  vt_sqlite sqlite;
  vt_labels *seen;          // scopes and names
  vt_text key;              // scratch
  ptrdiff_t first_group;    // of the project
  vt_parameter_scope scope; // of the rows being read
} parameters_reading;

// A name counts once in what it belongs to: the project, a database, a group.
static vt_error check_once(parameters_reading *from, const vt_parameter *parameter) {
  const char *of =
      parameter->scope == VT_PARAMETER_ACTIVITY ? parameter->group : parameter->database;
  int index;
  bool added;
  from->key.length = 0;
  VT_TRY(vt_text_add(&from->key, "%d %zu:%s%s", (int)parameter->scope, of ? strlen(of) : 0,
                     of ? of : "", parameter->name));
  VT_TRY(vt_labels_add(from->seen, from->key.bytes, from->key.length, &index, &added));
  VT_CHECK(added, VT_ERR_INPUT, "%s: %s: found the parameter '%s'%s%s%s twice, expected once",
           from->project->path, file_name, parameter->name, of ? " of '" : "", of ? of : "",
           of ? "'" : "");
  return VT_OK;
}

// One row: name, formula, amount, database, group, code.
static vt_error add_parameter_row(parameters_reading *from, sqlite3_stmt *query) {
  vt_parameter parameter = {.scope = from->scope, .project = from->index, .amount = (double)NAN};
  vt_arena *arena = from->set->arena;
  const char **text[] = {&parameter.name,     &parameter.formula, NULL,
                         &parameter.database, &parameter.group,   &parameter.code};
  for (int i = 0; i < 6; i++) {
    if (text[i]) VT_TRY(vt_sqlite_text(&from->sqlite, arena, query, i, text[i]));
  }
  VT_CHECK(parameter.name, VT_ERR_INPUT, "%s: %s: found a parameter without name",
           from->project->path, file_name);
  const int type = sqlite3_column_type(query, 2);
  VT_CHECK(type == SQLITE_NULL || type == SQLITE_INTEGER || type == SQLITE_FLOAT, VT_ERR_INPUT,
           "%s: %s: parameter '%s': found an amount that is no number", from->project->path,
           file_name, parameter.name);
  if (type != SQLITE_NULL) parameter.amount = sqlite3_column_double(query, 2);
  VT_TRY(check_once(from, &parameter));
  return vt_parameter_add(from->set, &parameter);
}

// What takes a row of a query.
typedef vt_error add_function(parameters_reading *from, sqlite3_stmt *query);

static vt_error add_rows(parameters_reading *from, const char *text, add_function *add) {
  sqlite3_stmt *query;
  vt_error error = vt_sqlite_prepare(&from->sqlite, text, failed, &query);
  int code = SQLITE_OK;
  while (error == VT_OK && (code = sqlite3_step(query)) == SQLITE_ROW) error = add(from, query);
  if (error == VT_OK && code != SQLITE_DONE) error = vt_sqlite_fail(&from->sqlite, failed);
  (void)sqlite3_finalize(query);
  return error;
}

// Nothing where there is no such table.
static vt_error add_table(parameters_reading *from, const char *table, const char *text,
                          add_function *add) {
  bool has;
  VT_TRY(vt_sqlite_has_table(&from->sqlite, table, &has));
  return has ? add_rows(from, text, add) : VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Groups.

// There is room up to the next power of two.
static vt_error add_order(vt_arena *arena, vt_parameter_group *group, const char *name) {
  const int count = group->orders;
  const char **order = group->order;
  if ((count & (count - 1)) == 0) {
    VT_ARENA_NEW(arena, order, count > 0 ? 2 * (ptrdiff_t)count : 1);
    for (int i = 0; i < count; i++) order[i] = group->order[i];
  }
  order[group->orders++] = name;
  group->order = order;
  return VT_OK;
}

// A row: group, database, the group that it depends on or NULL. Rows of a group follow each other.
static vt_error add_group_row(parameters_reading *from, sqlite3_stmt *query) {
  struct vt_database_sources *sources = from->set->sources;
  vt_arena *arena = from->set->arena;
  const char *name = NULL, *database = NULL, *depends = NULL;
  VT_TRY(vt_sqlite_text(&from->sqlite, arena, query, 0, &name));
  VT_TRY(vt_sqlite_text(&from->sqlite, arena, query, 1, &database));
  VT_TRY(vt_sqlite_text(&from->sqlite, arena, query, 2, &depends));
  if (!name || !database) return VT_OK;
  vt_parameter_group *last = from->first_group < sources->parameter_groups
                                 ? &sources->parameter_group[sources->parameter_groups - 1]
                                 : NULL;
  if (!last || strcmp(last->name, name) != 0) {
    VT_TRY(vt_parameter_add_group(
        from->set,
        &(vt_parameter_group){.project = from->index, .name = name, .database = database}));
    last = &sources->parameter_group[sources->parameter_groups - 1];
  }
  if (!depends) return VT_OK;
  return add_order(arena, last, depends);
}

// A row: group, formula, exchange.
static vt_error add_exchange_row(parameters_reading *from, sqlite3_stmt *query) {
  vt_arena *arena = from->set->arena;
  vt_parameter_exchange exchange = {.project = from->index,
                                    .exchange = sqlite3_column_int64(query, 2)};
  VT_TRY(vt_sqlite_text(&from->sqlite, arena, query, 0, &exchange.group));
  VT_TRY(vt_sqlite_text(&from->sqlite, arena, query, 1, &exchange.formula));
  return exchange.group && exchange.formula ? vt_parameter_add_exchange(from->set, &exchange)
                                            : VT_OK;
}

static vt_error add_groups(parameters_reading *from) {
  bool has;
  from->first_group = from->set->sources->parameter_groups;
  VT_TRY(vt_sqlite_has_table(&from->sqlite, "activityparameter", &has));
  if (!has) return VT_OK;
  return add_table(
      from, "groupdependency",
      "SELECT a.\"group\", a.database, d.depends FROM (SELECT \"group\", min(database) AS database "
      "FROM activityparameter GROUP BY \"group\") AS a LEFT JOIN groupdependency AS d ON "
      "d.\"group\" = a.\"group\" AND d.depends IN (SELECT \"group\" FROM activityparameter) "
      "ORDER BY a.\"group\", d.id",
      add_group_row);
}

static vt_error add_parameters(parameters_reading *from, vt_parameter_scope scope,
                               const char *table, const char *text) {
  from->scope = scope;
  return add_table(from, table, text, add_parameter_row);
}

static vt_error read_tables(parameters_reading *from) {
  VT_TRY(vt_labels_create(&from->seen));
  VT_TRY(vt_sqlite_open(&from->project->files->files, file_name, failed, &from->sqlite));
  VT_TRY(add_parameters(
      from, VT_PARAMETER_PROJECT, "projectparameter",
      "SELECT name, formula, amount, NULL, NULL, NULL FROM projectparameter ORDER BY "
      "id"));
  VT_TRY(add_parameters(from, VT_PARAMETER_DATABASE, "databaseparameter",
                        "SELECT name, formula, amount, database, NULL, NULL FROM databaseparameter "
                        "ORDER BY id"));
  VT_TRY(add_parameters(
      from, VT_PARAMETER_ACTIVITY, "activityparameter",
      "SELECT name, formula, amount, database, \"group\", code FROM activityparameter "
      "ORDER BY id"));
  VT_TRY(add_groups(from));
  return add_table(from, "parameterizedexchange",
                   "SELECT \"group\", formula, exchange FROM parameterizedexchange ORDER BY id",
                   add_exchange_row);
}

static vt_error read_project(vt_database_set *set, int index) {
  const vt_project *project = &set->sources->project[index];
  if (!project->files || !vt_files_has(&project->files->files, file_name)) return VT_OK;
  parameters_reading from = {.set = set, .index = index, .project = project};
  const vt_error error = read_tables(&from);
  (void)sqlite3_close(from.sqlite.handle);
  vt_labels_free(from.seen);
  vt_text_free(&from.key);
  return error;
}

vt_error vt_project_parameters(vt_database_set *set) {
  for (int p = 0; p < set->sources->projects; p++) VT_TRY(read_project(set, p));
  return VT_OK;
}
