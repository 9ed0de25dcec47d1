// parameters.c - parameters of Brightway projects: names, formulas, amounts, and where they hold.
//
// Their uncertainty lies in pickles and stays there.
#include "sources.h"

#include <math.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

static const char file_name[] = "parameters.db";

// A file of parameters while it is read.
typedef struct parameters_reading {
  vt_database_set *set;
  int index; // of the project
  const vt_project *project;
  sqlite3 *sqlite;
  vt_content content; // of an archive
} parameters_reading;

static vt_error fail_sqlite(const parameters_reading *from) {
  const int code = from->sqlite ? sqlite3_errcode(from->sqlite) : SQLITE_NOMEM;
  VT_FAIL(code == SQLITE_NOMEM ? VT_ERR_SYSTEM : VT_ERR_INPUT, "%s: %s: cannot be read: %s",
          from->project->path, file_name,
          from->sqlite ? sqlite3_errmsg(from->sqlite) : "out of memory");
}

static vt_error open_sqlite(parameters_reading *from) {
  if (from->project->files->files.name) {
    VT_TRY(vt_files_read(&from->project->files->files, file_name, &from->content));
    if (sqlite3_open_v2(":memory:", &from->sqlite, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
      return fail_sqlite(from);
    const vt_text *owned = &from->content.owned;
    void *bytes = NULL; // of the archive, which is not written to
    memcpy(&bytes, owned->bytes ? (const void *)&owned->bytes : (const void *)&from->content.bytes,
           sizeof bytes);
    if (sqlite3_deserialize(from->sqlite, "main", bytes, from->content.length, from->content.length,
                            SQLITE_DESERIALIZE_READONLY) != SQLITE_OK)
      return fail_sqlite(from);
  } else {
    vt_text path = {0};
    vt_error error = vt_text_add(&path, "%s/%s", from->project->path, file_name);
    const int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX;
    if (error == VT_OK && sqlite3_open_v2(path.bytes, &from->sqlite, flags, NULL) != SQLITE_OK)
      error = fail_sqlite(from);
    vt_text_free(&path);
    VT_TRY(error);
  }
  (void)sqlite3_db_config(from->sqlite, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
  return VT_OK;
}

static vt_error copy_column(const parameters_reading *from, sqlite3_stmt *query, int column,
                            const char **text) {
  const void *bytes = sqlite3_column_text(query, column);
  *text = NULL;
  return bytes ? vt_arena_text(from->set->arena, bytes, (ptrdiff_t)strlen(bytes), text) : VT_OK;
}

// One row: name, formula, amount, database, group, code.
static vt_error add_row(const parameters_reading *from, vt_parameter_scope scope,
                        sqlite3_stmt *query) {
  vt_parameter parameter = {.scope = scope, .project = from->index, .amount = (double)NAN};
  VT_TRY(copy_column(from, query, 0, &parameter.name));
  VT_TRY(copy_column(from, query, 1, &parameter.formula));
  if (sqlite3_column_type(query, 2) != SQLITE_NULL)
    parameter.amount = sqlite3_column_double(query, 2);
  VT_TRY(copy_column(from, query, 3, &parameter.database));
  VT_TRY(copy_column(from, query, 4, &parameter.group));
  VT_TRY(copy_column(from, query, 5, &parameter.code));
  VT_CHECK(parameter.name, VT_ERR_INPUT, "%s: %s: found a parameter without name",
           from->project->path, file_name);
  return vt_parameter_add(from->set, &parameter);
}

// A view, or a table that runs code, is nothing that Brightway makes.
static bool has_table(const parameters_reading *from, const char *name) {
  sqlite3_stmt *query = NULL;
  const char *text = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?1 AND "
                     "sql NOT LIKE 'CREATE VIRTUAL%'";
  const bool has = sqlite3_prepare_v2(from->sqlite, text, -1, &query, NULL) == SQLITE_OK &&
                   sqlite3_bind_text(query, 1, name, -1, SQLITE_STATIC) == SQLITE_OK &&
                   sqlite3_step(query) == SQLITE_ROW;
  (void)sqlite3_finalize(query);
  return has;
}

static vt_error add_table(const parameters_reading *from, vt_parameter_scope scope,
                          const char *table, const char *text) {
  if (!has_table(from, table)) return VT_OK;
  sqlite3_stmt *query = NULL;
  vt_error error = VT_OK;
  int code = sqlite3_prepare_v2(from->sqlite, text, -1, &query, NULL);
  if (code != SQLITE_OK) error = fail_sqlite(from);
  while (error == VT_OK && (code = sqlite3_step(query)) == SQLITE_ROW)
    error = add_row(from, scope, query);
  if (error == VT_OK && code != SQLITE_DONE) error = fail_sqlite(from);
  (void)sqlite3_finalize(query);
  return error;
}

static vt_error read_tables(parameters_reading *from) {
  VT_TRY(open_sqlite(from));
  VT_TRY(add_table(from, VT_PARAMETER_PROJECT, "projectparameter",
                   "SELECT name, formula, amount, NULL, NULL, NULL FROM projectparameter ORDER BY "
                   "id"));
  VT_TRY(add_table(from, VT_PARAMETER_DATABASE, "databaseparameter",
                   "SELECT name, formula, amount, database, NULL, NULL FROM databaseparameter "
                   "ORDER BY id"));
  return add_table(from, VT_PARAMETER_ACTIVITY, "activityparameter",
                   "SELECT name, formula, amount, database, \"group\", code FROM activityparameter "
                   "ORDER BY id");
}

static vt_error read_project(vt_database_set *set, int index) {
  const vt_project *project = &set->sources->project[index];
  if (!project->files || !vt_files_has(&project->files->files, file_name)) return VT_OK;
  parameters_reading from = {.set = set, .index = index, .project = project};
  const vt_error error = read_tables(&from);
  (void)sqlite3_close(from.sqlite);
  vt_content_free(&from.content);
  return error;
}

vt_error vt_project_parameters(vt_database_set *set) {
  for (int p = 0; p < set->sources->projects; p++) VT_TRY(read_project(set, p));
  return VT_OK;
}
