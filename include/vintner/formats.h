// formats.h - how formats of sources are told apart, opened and loaded; what they share.
#ifndef VT_FORMATS_H
#define VT_FORMATS_H

#include "vintner/sources.h"

struct vt_store;
struct vt_project_files;

// ---------------------------------------------------------------------------------------------
// What a format is.

/// A source before anybody reads it.
typedef struct vt_source_look {
  const char *path;
  bool folder;
  unsigned char head[8]; ///< of a file: its first bytes, zeros after its end
} vt_source_look;

/// One format of sources; functions that are NULL have nothing to do.
typedef struct vt_source_format {
  bool (*recognises)(const vt_source_look *look);
  /// Databases and methods into the set; labels and records may wait.
  vt_error (*open)(vt_database_set *set, const vt_source_look *look);
  /// Of a database of this format.
  vt_error (*load_labels)(vt_database_set *set, int database);
  /// Exchanges with their inputs; the databases they lie in to `depends`.
  vt_error (*load_exchanges)(vt_database_set *set, int database);
  vt_error (*load_records)(vt_database_set *set, int database);
  /// The package with the factors of a method, if it lies in a source of this format.
  vt_error (*load_method)(vt_database_set *set, int method);
  /// The parameters of all sources of this format.
  vt_error (*load_parameters)(vt_database_set *set);
  /// Free what the format keeps in the set.
  void (*close)(vt_database_set *set);
} vt_source_format;

extern const vt_source_format vt_format_package, vt_format_project, vt_format_document,
    vt_format_premise;

/// Read sources, each by the first format that recognises it. As vt_database_set_read of store.h,
/// which knows all formats.
vt_error vt_set_read(int formats, const vt_source_format *const *format, int count,
                     const char *const *path, vt_database_set **set);

// ---------------------------------------------------------------------------------------------
// What formats keep in a set.

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
  vt_id_map ids;
  struct vt_project_files *files; ///< the reader's; NULL in a store
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
  const vt_source_format *format;
  int project;         ///< -1: none
  const char *file;    ///< datapackage in the project, NULL: not found
  const char *missing; ///< database that it links to and its project lacks, or NULL
  vt_labels *code;     ///< of its nodes, in their order, or `no_code`; NULL: labels are not loaded
  ptrdiff_t first_exchange, exchanges;
  int store, stored; ///< store it lies in and its number there, store -1: none
  vt_pool pool;      ///< its texts in the store, once its labels are loaded
  bool reached;      ///< by the load that is under way
} vt_database_source;

/// Where a method lies in a store; store -1: nowhere.
typedef struct vt_method_place {
  int store, stored;
} vt_method_place;

struct vt_database_sources {
  const vt_source_format *const *format; ///< shape [formats]
  int formats;
  const vt_source_format *opening; ///< whose source is being opened
  vt_labels *name;                 ///< of databases that are no loose datapackages
  int *named;                      ///< their databases; shape [count]
  vt_labels *no_code;              ///< of all databases without nodes
  vt_database_source *database;
  vt_project *project;
  int projects;
  vt_id_map loose_ids;
  vt_references reference;
  vt_labels *method_key;   ///< of methods, by kind and parts
  int *keyed;              ///< their methods; shape [count]
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
  vt_parameter_group *parameter_group; ///< shape [parameter_groups]
  ptrdiff_t parameter_groups, parameter_group_room;
  vt_parameter_exchange *parameter_exchange; ///< shape [parameter_exchanges]
  ptrdiff_t parameter_exchanges, parameter_exchange_room;
  ptrdiff_t opened_parameters, opened_groups; ///< of documents, which are read when they are opened
  bool has_parameters;                        ///< the others are read
  ptrdiff_t database_room, named_room, node_room, exchange_room, exchange_reference_room;
  ptrdiff_t package_room, raw_room, method_room, factors_room, method_reference_room;
  ptrdiff_t project_room, source_room, place_room, store_room, keyed_room;
};

/// Append an empty item; *index is its place.
vt_error vt_set_add_database(vt_database_set *set, vt_database_kind kind, const char *path,
                             const char *name, int *index);
vt_error vt_set_add_node(vt_database_set *set, const vt_node *node, int *index);
vt_error vt_set_add_package(vt_database_set *set, const char *path, int *index);
vt_error vt_set_add_method(vt_database_set *set, vt_matrix_kind kind, const char *path, int parts,
                           const char *const *part, int *index);
/// The method of these parts, or -1.
vt_error vt_set_method(const vt_database_set *set, vt_matrix_kind kind, int parts,
                       const char *const *part, int *method);
/// VT_ERR_INPUT if there is a method of these parts.
vt_error vt_set_spare_method(const vt_database_set *set, vt_matrix_kind kind, const char *path,
                             int parts, const char *const *part);
/// Database by name, no loose datapackage, or -1.
int vt_set_named(const vt_database_set *set, const char *name);

vt_error vt_parameter_add(vt_database_set *set, const vt_parameter *parameter);
vt_error vt_parameter_add_group(vt_database_set *set, const vt_parameter_group *group);
vt_error vt_parameter_add_exchange(vt_database_set *set, const vt_parameter_exchange *exchange);
/// A project without files of its own; *index is its place.
vt_error vt_set_add_project(vt_database_set *set, const char *path, int *index);
/// Add to the databases that `database` links to, unless it is there.
vt_error vt_set_add_dependency(vt_database_set *set, int database, int other);

/// Type 0, and nothing else given.
vt_uncertainty vt_no_uncertainty(void);
vt_matrix_kind vt_matrix_kind_of(const char *label);
const char *vt_matrix_label(vt_matrix_kind kind);
void vt_raw_free(vt_raw_group *raw, int groups); ///< accepts NULL

/// Groups of records of a database that has exchanges.
vt_error vt_exchange_records(vt_database_set *set, int database);

#endif
