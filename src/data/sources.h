// sources.h - how the files of this room share the reading of databases.
#ifndef VT_DATA_SOURCES_H
#define VT_DATA_SOURCES_H

#include "files.h"
#include "vintner/database.h"

struct json_object;
struct sqlite3;
struct vt_store;

/// Integers to nodes.
typedef struct vt_id_map {
  int64_t *id; ///< shape [slots]
  int *node;   ///< -1: free; shape [slots]
  ptrdiff_t slots, count;
} vt_id_map;
int vt_id_map_find(const vt_id_map *map, int64_t id); ///< or -1
vt_error vt_id_map_put(vt_id_map *map, int64_t id, int node);
void vt_id_map_free(vt_id_map *map);

/// Database ids of a group's records until they are nodes.
typedef struct vt_raw_group {
  int64_t *row, *column; ///< shape [count]
} vt_raw_group;

/// A Brightway project.
typedef struct vt_project {
  const char *path;
  vt_files files;
  vt_content labels; ///< lci/databases.db of an archive
  struct sqlite3 *sqlite;
  vt_id_map ids;
} vt_project;

/// Codes that exchanges and methods of JSON documents refer to.
typedef struct vt_references {
  vt_labels *label; ///< database, '\x1f', code
  ptrdiff_t capacity;
  int *split; ///< length of the database's name; shape [count]
  int *node;  ///< -1: not looked up yet; shape [count]
} vt_references;

/// Texts of a store; they are the set's.
typedef struct vt_pool {
  const char **text; ///< shape [texts]
  int texts;
} vt_pool;

/// What the readers know of a database beyond vt_database.
typedef struct vt_database_source {
  int project;         ///< -1: none
  const char *file;    ///< datapackage in the project, NULL: not found
  const char *missing; ///< database that it links to and its project lacks, or NULL
  vt_labels *code;     ///< of its nodes, in their order; NULL: labels are not loaded
  ptrdiff_t first_exchange, exchanges;
  int store, stored; ///< store it lies in and its number there, store -1: none
  vt_pool pool;      ///< its texts in the store, once its labels are loaded
} vt_database_source;

/// Where a method lies in a store; store -1: nowhere.
typedef struct vt_method_place {
  int store, stored;
} vt_method_place;

struct vt_database_sources {
  vt_labels *name; ///< of databases that are no loose datapackages
  int *named;      ///< their databases; shape [count]
  vt_database_source *database;
  vt_project *project;
  int projects;
  vt_id_map loose_ids;
  vt_references reference;
  bool resolved;           ///< loose datapackages have their nodes
  int *exchange_reference; ///< of each exchange's input; shape [exchanges]
  int **method_reference;  ///< of each method's factors (JSON), else NULL; shape [methods]
  vt_raw_group **raw;      ///< of loose packages until vt_loose_resolve; shape [packages]
  int *factors;            ///< package that holds a method's factors (JSON, project); -1; [methods]
  vt_method_place *place;  ///< shape [methods]
  struct vt_store **store; ///< shape [stores]
  int stores;
  vt_parameter *parameter; ///< shape [parameters]
  ptrdiff_t parameters, parameter_room;
  bool has_parameters; ///< they are read
  ptrdiff_t database_room, named_room, node_room, exchange_room, exchange_reference_room;
  ptrdiff_t package_room, raw_room, method_room, factors_room, method_reference_room;
  ptrdiff_t project_room, source_room, place_room, store_room;
};

// database.c: the set as such.

/// Append an empty item; *index is its place.
vt_error vt_set_add_database(vt_database_set *set, vt_database_kind kind, const char *path,
                             const char *name, int *index);
vt_error vt_set_add_node(vt_database_set *set, const vt_node *node, int *index);
vt_error vt_set_add_package(vt_database_set *set, const char *path, int *index);
vt_error vt_set_add_method(vt_database_set *set, vt_matrix_kind kind, const char *path, int parts,
                           const char *const *part, int *index);
/// The method of these parts, or -1.
int vt_set_method(const vt_database_set *set, vt_matrix_kind kind, int parts,
                  const char *const *part);
/// Database by name, no loose datapackage, or -1.
int vt_set_named(const vt_database_set *set, const char *name);
/// "'code' (name)" of a node for messages; valid until this thread's fourth next call.
const char *vt_node_text(const vt_database_set *set, int node);

/// Parts of a method's name out of a JSON list; the arrays are the arena's.
vt_error vt_parts_of(vt_arena *arena, const char *path, struct json_object *list, int *parts,
                     const char ***part);
vt_matrix_kind vt_matrix_kind_of(const char *label);
const char *vt_matrix_label(vt_matrix_kind kind);

// package.c: datapackages. `method`: of its factors, -1: as its resources say.
vt_error vt_package_read(vt_database_set *set, const vt_files *files, const char *path, int method,
                         int *package, vt_raw_group **raw);
void vt_raw_free(vt_raw_group *raw, int groups);

// project.c: Brightway projects.
vt_error vt_project_open(vt_database_set *set, const char *path, bool archive);
void vt_project_close(vt_project *project);
vt_error vt_project_load_labels(vt_database_set *set, int database);
vt_error vt_project_load_records(vt_database_set *set, int database);
/// Package with the factors of a project's method.
vt_error vt_project_load_method(vt_database_set *set, int method);

// loose.c: datapackages without a project.
vt_error vt_loose_open(vt_database_set *set, const char *path, bool zip);
/// Ids of all loose datapackages to nodes, once every source is read.
vt_error vt_loose_resolve(vt_database_set *set);
/// Ids of a package to the nodes of a project.
vt_error vt_project_resolve(vt_database_set *set, int project, int package,
                            const vt_raw_group *raw);

// document.c: JSON documents.
vt_error vt_document_open(vt_database_set *set, const char *path);
vt_error vt_document_parse(vt_database_set *set, const char *path, const char *bytes,
                           ptrdiff_t length);
/// Inputs of a database's exchanges to nodes; the databases they lie in to `depends`.
vt_error vt_document_resolve(vt_database_set *set, int database);
/// Groups of records of a database whose exchanges are resolved.
vt_error vt_document_load_records(vt_database_set *set, int database);
vt_error vt_document_load_method(vt_database_set *set, int method);

// node_json.c: one node of a JSON document.
typedef struct vt_document {
  vt_database_set *set;
  const char *path;
  int database;
  const char *code; ///< of the node being read
} vt_document;
vt_error vt_document_add_node(const vt_document *document, const char *code,
                              struct json_object *value);
vt_error vt_reference_add(vt_database_set *set, const char *database, const char *code,
                          int *reference);

/// One factor of a method.
typedef struct vt_factor {
  int reference; ///< of its flow; -1: the factor counts nowhere
  double amount;
  vt_uncertainty uncertainty;
  bool is_uncertain; ///< fields of an uncertainty are given
} vt_factor;
/// The uncertainty of a factor whose amount is known. `flow`: [database, code]; `value`: a number,
/// or an object with the fields of stats_arrays, of which others are ignored.
vt_error vt_factor_uncertainty(const vt_document *document, const char *method,
                               struct json_object *flow, struct json_object *value,
                               vt_factor *factor);
/// Type 0, and nothing else given.
vt_uncertainty vt_no_uncertainty(void);

// premise.c: the matrices that premise writes as CSV files.
vt_error vt_premise_open(vt_database_set *set, const char *path);

// attributes.c: warnings of attributes that are nearly those that count.
void vt_warn_node(const vt_database_set *set, const vt_node *node);
void vt_warn_exchange(const vt_database_set *set, const vt_node *node, const vt_exchange *exchange);

// require.c: loading what a calculation needs.

/// Add to the databases that `database` links to, unless it is there.
vt_error vt_set_add_dependency(vt_database_set *set, int database, int other);

/// Node behind a reference; `who` starts the message ("FILE: database 'x', activity 'y'").
vt_error vt_reference_node(vt_database_set *set, int reference, const char *who, int *node);
vt_error vt_load_labels(vt_database_set *set, int database);

// store_read.c: databases and methods of stores.
bool vt_store_begins(const unsigned char head[8]); ///< whether a file begins as HDF5 does
vt_error vt_store_open(vt_database_set *set, const char *path);
void vt_store_close(struct vt_store *store); ///< accepts NULL
vt_error vt_store_load_labels(vt_database_set *set, int database);
vt_error vt_store_load_exchanges(vt_database_set *set, int database);
vt_error vt_store_load_records(vt_database_set *set, int database);
/// Package with the factors of a store's method; nothing to do for others.
vt_error vt_store_load_method(vt_database_set *set, int method);
vt_error vt_store_load_parameters(vt_database_set *set, struct vt_store *store);

// parameters.c: parameters of projects.
vt_error vt_parameter_add(vt_database_set *set, const vt_parameter *parameter);

// cells.c: groups of records to one sparse matrix.

/// Which records make a matrix, and where they go.
typedef struct vt_cells {
  const vt_database_set *set;
  vt_matrix_kind kind;
  const char *matrix_name; ///< for VT_MATRIX_OTHER
  int method;              ///< for factors, else -1
  ptrdiff_t array_column;  ///< or VT_NO_COLUMN
  bool filtered;           ///< factors: only those of `location` count
  int64_t location;
  const bool *member;   ///< databases of the system; shape [databases]; NULL: all
  const int *row_of;    ///< row of a node, -1: leave it out; NULL: all are row 0
  const int *column_of; ///< column of a node, likewise; not for factors: they are column 0
  int packages;
  const int *package; ///< in the order they apply; shape [packages]
} vt_cells;

/// Whether a group has a part in the matrix.
bool vt_cells_has_group(const vt_cells *cells, const vt_record_group *group);
/// Whether a record of such a group concerns the system: loose datapackages may change databases
/// that are none of it.
bool vt_cells_has_record(const vt_cells *cells, const vt_record_group *group, ptrdiff_t k);
vt_error vt_cells_build(const vt_cells *cells, int rows, int columns, vt_sparse *matrix);

// mapping.c: snapshots to years.

/// BACKGROUND, the mapping and, for several backgrounds, PATHWAY and the mapping of each.
vt_error vt_foreground_map(const vt_database_set *set, const vt_foreground *from,
                           vt_inputs *inputs);

// match.c: which product each process makes.
vt_error vt_system_match(const vt_cells *cells, vt_system *system);

#endif
