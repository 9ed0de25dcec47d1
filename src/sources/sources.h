// sources.h - how the files of this room share the reading of databases.
#ifndef VT_SOURCES_SOURCES_H
#define VT_SOURCES_SOURCES_H

#include "files.h"
#include "vintner/formats.h"
#include "vintner/json.h"

struct json_object;
struct sqlite3;
struct sqlite3_stmt;

// load.c

/// Labels and exchanges of one database, without its records; a stale one is VT_ERR_INPUT.
vt_error vt_database_open(vt_database_set *set, int database);

// parts.c

/// Parts of a method's name out of a JSON list; the arrays are the arena's.
vt_error vt_parts_of(vt_arena *arena, const char *path, struct json_object *list, int *parts,
                     const char ***part);

/// The date of a database, if it has one.
vt_error vt_take_time(vt_database *database, struct json_object *value);

// package.c: datapackages. `method`: of its factors, -1: as its resources say.
vt_error vt_package_read(vt_database_set *set, const vt_files *files, const char *path, int method,
                         int *package, vt_raw_group **raw);

// beside.c: the files that SQLite keeps beside a database.

/// How SQLite opens a database without making or changing a file; the caller frees *uri. Changes
/// that wait beside the database, and cannot be read without that, are VT_ERR_INPUT.
vt_error vt_sqlite_uri(const char *path, vt_text *uri);
/// Whether a `FILE-wal` that begins so has changes in it.
bool vt_sqlite_log_has_changes(const char *head, ptrdiff_t length);
/// Take the mark of WAL mode out of a database in memory, where SQLite does not open it with.
void vt_sqlite_unlog(char *bytes, ptrdiff_t length);

// sqlite.c

/// A SQLite file of a project; sqlite3_close takes the handle, also after a failure.
typedef struct vt_sqlite {
  const vt_files *files;
  const char *name;
  struct sqlite3 *handle;
  ptrdiff_t size, taken; ///< bytes of the file, and of the texts that were read of it
  ptrdiff_t steps;       ///< of the query under way, in thousands
} vt_sqlite;
/// `otherwise`: what to say if it fails. *sqlite stays where it is until it is closed.
vt_error vt_sqlite_open(const vt_files *files, const char *name, const char *otherwise,
                        vt_sqlite *sqlite);
vt_error vt_sqlite_fail(const vt_sqlite *from, const char *what);
/// Start a query; the caller finalises *query, also after a failure. It may take as many steps as
/// the rows of such a file can need: those of a damaged one may lead round in it.
vt_error vt_sqlite_prepare(vt_sqlite *from, const char *text, const char *otherwise,
                           struct sqlite3_stmt **query);
/// Whether there is a table; a view, or a table that runs code, is VT_ERR_INPUT.
vt_error vt_sqlite_has_table(vt_sqlite *from, const char *name, bool *has);
/// A column's text until the next step, NULL for none; one that is not UTF-8 without NUL is
/// VT_ERR_INPUT.
vt_error vt_sqlite_look(vt_sqlite *from, struct sqlite3_stmt *query, int column, const char **text,
                        ptrdiff_t *length);
/// The arena's copy of it.
vt_error vt_sqlite_text(vt_sqlite *from, vt_arena *arena, struct sqlite3_stmt *query, int column,
                        const char **text);

/// The reader's part of a Brightway project.
struct vt_project_files {
  vt_files files;
  vt_sqlite labels; ///< lci/databases.db, once it is needed
};

// loose.c: datapackages without a project.

/// Ids of all loose datapackages to nodes, once every source is read.
vt_error vt_loose_resolve(vt_database_set *set);
/// Ids of a package to the nodes of a project.
vt_error vt_project_resolve(vt_database_set *set, int project, int package,
                            const vt_raw_group *raw);

// parameters.c: parameters of projects.
vt_error vt_project_parameters(vt_database_set *set);

// node_json.c: one node of a JSON document.
typedef struct vt_document {
  vt_database_set *set;
  const char *path;
  int database;
  const char *code; ///< of the node being read
} vt_document;
vt_error vt_document_add_node(const vt_document *document, const char *code,
                              struct json_object *value);
/// The same of a text, of which there is never more than a piece as a tree.
vt_error vt_document_add_large_node(const vt_document *document, const char *code, vt_json *json,
                                    vt_json_span span);
/// One factor of a method.
typedef struct vt_method_factor {
  int reference; ///< of its flow; -1: the factor counts nowhere
  double amount;
  vt_uncertainty uncertainty;
  bool is_uncertain; ///< fields of an uncertainty are given
} vt_method_factor;
/// The uncertainty of a factor whose amount is known. `flow`: [database, code]; `value`: a number,
/// or an object with the fields of stats_arrays, of which others are ignored.
vt_error vt_factor_uncertainty(const vt_document *document, const char *method,
                               struct json_object *flow, struct json_object *value,
                               vt_method_factor *factor);
/// Uncertainty of a parameter of that name and amount; NULL if `value`, an object, gives none.
vt_error vt_parameter_uncertainty(const vt_document *document, const char *name, double amount,
                                  struct json_object *value, const vt_uncertainty **uncertainty);

// document_parameters.c

/// What a document has as `parameters`.
vt_error vt_document_add_parameters(vt_database_set *set, const char *path,
                                    struct json_object *value);

// references.c: what exchanges and factors of JSON documents refer to.

vt_error vt_reference_add(vt_database_set *set, const char *database, const char *code,
                          int *reference);
/// The reference that was added, or -1.
vt_error vt_reference_find(const vt_database_set *set, const char *database, const char *code,
                           int *reference);
/// Node behind a reference; `who` starts the message ("FILE: database 'x', activity 'y'").
vt_error vt_reference_node(vt_database_set *set, int reference, const char *who, int *node);
/// Inputs of a database's exchanges to nodes; the databases they lie in to `depends`.
vt_error vt_exchanges_resolve(vt_database_set *set, int database);
/// Flows of a method's factors to nodes.
vt_error vt_factors_resolve(vt_database_set *set, int method);

// -------------------------------------------------------------------------------------------------
// temporal.c: when exchanges happen

/// A temporal distribution out of JSON; NULL: none. `where` begins messages.
vt_error vt_temporal_read(vt_arena *arena, const char *where, struct json_object *value,
                          vt_temporal **temporal);

#endif
