// store.h - stores: one HDF5 file with all that a set holds. Layout, and how its files share it.
//
//   /                attributes `vintner_store` = 1 and `layout`; columns of all datasets are lists
//   /texts           all texts but `extra` and `code`, each once, with a NUL after each
//   /sources/        path, sha256 (or "folder") of what was imported
//   /databases/      one row per database: name, stem, kind (vt_database_kind), project (-1: none),
//                    date (given, year, month, day of each), metadata, nodes, exchanges, records,
//                    depend_count and all `depends` one after the other
//   /databases/I/    attributes `name`, `sha256`; texts: its own pool for `extra` and `code`
//     links/         database, node: nodes of other databases, numbered after its own `nodes`
//     nodes/         code, name, product, location, unit, type, categories, cas, extra, kind
//                    (vt_node_type), id, window (given, first, last), exchanges (their number)
//     exchanges/     input, type (vt_exchange_type), flags (1 operation, 2 functional), amount,
//                    extra; `..._at` are exchanges that have more:
//                    uncertainty_at, _type, _negative, _loc, _scale, _shape, _minimum, _maximum;
//                    temporal_at, _unit, _count, and all _date and _weight one after the other;
//                    improvement_at, _year, _value; vintage_at, _tau, _year, _value
//     package/       name, rules (combinatorial, sequential, sum_within, sum_across, seed given,
//                    seed), one row per group of records: group, matrix, array, single, records,
//                    columns, location (given, global_index), method (-1: none)
//     package/J/     row, column (nodes; ids in loose datapackages; locations of factors), data
//                    (its rows one after the other), flip, rescale, reference, uncertainty_...
//   /methods/        one row per method: kind, unit, parts and all `part`, origin, factors
//   /methods/I/      attributes `name`, `sha256`; links/, package/ as above
//   /parameters/     scope (0 project, 1 database, 2 activity), project, name, formula, amount,
//                    database, group, code, uncertainty_... where one has any
//   /parameter_groups/  where there are some: name, database, project, orders and all `order`
//   /parameter_exchanges/  likewise, of projects: project, group, formula, exchange
//
// A text is its place in the pool, -1 for none. A column that would say nothing is left out. Real
// numbers are stored in 32 bits where those hold all of them exactly, else in 64. Small columns lie
// in their object header, others in chunks: shuffle, deflate, Fletcher-32.
//
// `sha256` is over what a database or method says, whatever else the store holds.
#ifndef VT_STORE_STORE_H
#define VT_STORE_STORE_H

#include "vintner/formats.h"
#include "vintner/store.h"

#include <hdf5.h>

enum {
  VT_STORE_VERSION = 1,
  VT_STORE_CHUNK = 1 << 16, ///< items
  VT_STORE_SMALL = 1 << 12, ///< bytes that lie in an object header
  VT_STORE_NAME = 1 << 12,  ///< bytes of a text attribute at most
  VT_RULES = 6,             ///< numbers of `rules`
  VT_TRIPLE = 3,            ///< of `window`
  VT_DATE = 4,              ///< of `date`
  VT_UNCERTAINTY_REALS = 5, ///< loc, scale, shape, minimum, maximum
  VT_STORE_YEARS = 100000,
};

extern const char *const vt_uncertainty_names[VT_UNCERTAINTY_REALS];

/// Names of subgroups and columns that are numbered or composed.
typedef struct vt_store_name {
  char text[64];
} vt_store_name;

typedef enum vt_column_type {
  VT_COLUMN_INT8,
  VT_COLUMN_INT32,
  VT_COLUMN_INT64,
  VT_COLUMN_FLOAT32,
  VT_COLUMN_FLOAT64,
  VT_COLUMN_TEXT, ///< places in a pool
} vt_column_type;

size_t vt_column_bytes(vt_column_type type);

/// A column of a table: a member of a struct of arrays.
typedef struct vt_table_column {
  const char *name;
  vt_column_type type; ///< VT_COLUMN_FLOAT64: stored in either width
  int items;           ///< of each row
  size_t member;       ///< offset of the pointer to the values
} vt_table_column;

/// Keep HDF5 from printing and from tidying up at exit.
void vt_store_quiet(void);

/// The tables of databases, of methods, of parameters and of the groups of a package.
typedef struct vt_stored_databases {
  const char **name, **stem, **metadata;
  int8_t *kind;
  int32_t *project, *date, *nodes, *depend_count;
  int64_t *exchanges, *records;
  int32_t *depends; ///< no column of the table; shape [links]
  ptrdiff_t links;
} vt_stored_databases;

/// Whose a method is: what another source may say of it.
enum { VT_ORIGIN_OWN, VT_ORIGIN_LOOSE };

typedef struct vt_stored_methods {
  int8_t *kind, *origin;
  int32_t *parts;
  int64_t *factors;
  const char **unit;
  const char **part; ///< no column of the table; shape [all parts]
} vt_stored_methods;

typedef struct vt_stored_parameters {
  const char **name, **formula, **database, **group, **code;
  double *amount;
  int32_t *project;
  int8_t *scope;
} vt_stored_parameters;

typedef struct vt_stored_parameter_groups {
  const char **name, **database;
  int32_t *project, *orders;
  const char **order; ///< no column of the table; shape [all orders]
} vt_stored_parameter_groups;

typedef struct vt_stored_parameter_exchanges {
  const char **group, **formula;
  int32_t *project;
  int64_t *exchange;
} vt_stored_parameter_exchanges;

typedef struct vt_stored_groups {
  const char **group, **matrix;
  int8_t *array, *single;
  int64_t *records, *columns, *location; ///< location: given, index
  int32_t *method;
} vt_stored_groups;

enum {
  VT_DATABASE_COLUMNS = 10,
  VT_METHOD_COLUMNS = 5,
  VT_PARAMETER_COLUMNS = 8,
  VT_PARAMETER_GROUP_COLUMNS = 4,
  VT_PARAMETER_EXCHANGE_COLUMNS = 4,
  VT_GROUP_COLUMNS = 8,
  VT_MOST_STORED = 60000, ///< databases, and methods
};
extern const vt_table_column vt_database_columns[VT_DATABASE_COLUMNS];
extern const vt_table_column vt_method_columns[VT_METHOD_COLUMNS];
extern const vt_table_column vt_parameter_columns[VT_PARAMETER_COLUMNS];
extern const vt_table_column vt_parameter_group_columns[VT_PARAMETER_GROUP_COLUMNS];
extern const vt_table_column vt_parameter_exchange_columns[VT_PARAMETER_EXCHANGE_COLUMNS];
extern const vt_table_column vt_group_columns[VT_GROUP_COLUMNS];

// -------------------------------------------------------------------------------------------------
// Reading.

/// A store that is open.
typedef struct vt_store {
  const char *path;
  hid_t file;
  uint64_t bytes;    ///< of the file
  uint64_t unpacked; ///< bytes read from it so far
  vt_arena *arena;   ///< the set's
  vt_arena *scratch; ///< while something is taken from the store
  vt_pool pool;
  int databases, methods;          // arrays are the arena's
  int first_project, projects;     ///< of the set; how many of them are the store's
  int first_later, later_projects; ///< the same of those that have parameters, but no databases
  int *database;                   ///< of the set; shape [databases]
  int *method;                     ///< of the set; shape [methods]
  int *nodes;                      ///< shape [databases]
  int64_t *exchanges;              ///< shape [databases]
  int64_t *records;                ///< shape [databases]
  int64_t *factors;                ///< shape [methods]
} vt_store;

/// store_guard.c: whether all structures of the file have the form that those of stores have.
bool vt_store_is_plain(const char *path);

/// The one line for whatever a store should not hold.
vt_error vt_store_fail(const vt_store *store, hid_t at, const char *name, const char *what);

/// A subgroup; the caller closes it with H5Gclose.
vt_error vt_store_enter(const vt_store *store, hid_t at, const char *name, hid_t *group);
/// Whether more was unpacked than data of this kind ever pack into so few bytes.
bool vt_store_is_bomb(const vt_store *store);
bool vt_store_has(hid_t at, const char *name);
vt_error vt_store_attribute(const vt_store *store, hid_t at, const char *name,
                            char text[VT_STORE_NAME]);

/// A column of `count` items as scratch. *values is NULL where there is none.
vt_error vt_column_take(vt_store *store, hid_t at, const char *name, vt_column_type type,
                        int64_t count, void *values);
/// A column of any length.
vt_error vt_column_take_list(vt_store *store, hid_t at, const char *name, vt_column_type type,
                             vt_arena *arena, void *values, ptrdiff_t *length);
/// Real numbers of either width.
vt_error vt_column_take_reals(vt_store *store, hid_t at, const char *name, int64_t count,
                              vt_arena *arena, double **values);
/// Texts of a pool as scratch; all NULL where there is no such column.
vt_error vt_column_take_texts(vt_store *store, hid_t at, const char *name, int64_t count,
                              const vt_pool *pool, const char ***texts);
/// All columns of a table as scratch, texts from the pool of all.
/// @return VT_ERR_INPUT where one lacks but texts: "`first`: `lacking`"
vt_error vt_table_take(vt_store *store, hid_t at, int columns, const vt_table_column *column,
                       ptrdiff_t rows, void *table, const char *first, const char *lacking);
vt_error vt_pool_take(vt_store *store, hid_t at, vt_pool *pool);

/// Records of a package; 0 for -1.
ptrdiff_t vt_count_records(const vt_database_set *set, int package);

/// Nodes that a database or method refers to: its own, then those of others.
typedef struct vt_numbering {
  int first_node, nodes;
  int *link; ///< nodes of the set, scratch; shape [links]
  ptrdiff_t links;
} vt_numbering;

/// store_package.c: records of a database or method.
vt_error vt_store_take_links(vt_store *store, vt_database_set *set, hid_t at, vt_numbering *to);
vt_error vt_store_take_uncertainty(vt_store *store, hid_t at, int64_t count,
                                   vt_uncertainty **uncertainty);
vt_error vt_store_take_package(vt_store *store, vt_database_set *set, hid_t at,
                               const vt_numbering *numbering, int *package, vt_raw_group **raw);

/// store_nodes.c, store_exchanges.c: nodes of a database into their places in the set, and its
/// exchanges.
vt_error vt_store_take_nodes(vt_store *store, vt_database_set *set, hid_t at, int database,
                             const vt_pool *own);
vt_error vt_store_take_exchanges(vt_store *store, vt_database_set *set, hid_t at, int database,
                                 const vt_pool *own, const vt_numbering *numbering);

// -------------------------------------------------------------------------------------------------
// Writing.

/// A file being made in memory.
typedef struct vt_store_maker {
  vt_database_set *set;
  int sources;
  const char *const *source; ///< shape [sources]
  hid_t file;
  vt_arena *scratch;      ///< while a group is made
  vt_labels *pool, *own;  ///< texts: of all, of one database
  vt_text digest;         ///< what the hash of a database or method is over
  int *place;             ///< number of a database in the store, -1: left out; shape [databases]
  int *project, projects; ///< numbers of projects in the store, -1: none yet; shape [projects]
  int *number;            ///< of a node while one database or method is written; shape [nodes]
  int *link;              ///< nodes of other databases; shape [links]
  ptrdiff_t links, link_room;
  const vt_package *package; ///< whose groups are written
  bool loose;                ///< they have ids, not nodes
} vt_store_maker;

/// Properties of groups and files: no times, links in the header.
bool vt_make_plain(hid_t properties);
vt_error vt_make_group(hid_t at, const char *name, hid_t *group);

/// What makes the content of a group, with scratch of its own.
typedef vt_error vt_make_function(vt_store_maker *m, hid_t group, int index);
vt_error vt_make_within(vt_store_maker *m, hid_t at, const char *name, vt_make_function *make,
                        int index);
vt_error vt_make_attribute(hid_t at, const char *name, const char *text);
/// A column, none for 0 items; it counts for the hash.
vt_error vt_make_column(vt_store_maker *m, hid_t at, const char *name, vt_column_type type,
                        ptrdiff_t count, const void *values);
vt_error vt_make_reals(vt_store_maker *m, hid_t at, const char *name, ptrdiff_t count,
                       const double *values);
/// Texts of `pool`; none if all are NULL.
vt_error vt_make_texts(vt_store_maker *m, hid_t at, const char *name, vt_labels *pool,
                       ptrdiff_t count, const char *const *texts);
vt_error vt_make_pool(hid_t at, const vt_labels *pool);
/// Scratch for all columns of a table; then the columns themselves, texts to the pool of all.
vt_error vt_table_create(vt_arena *arena, int columns, const vt_table_column *column,
                         ptrdiff_t rows, void *table);
vt_error vt_table_make(vt_store_maker *m, hid_t at, int columns, const vt_table_column *column,
                       ptrdiff_t rows, const void *table);
/// What a hash is over besides the columns.
vt_error vt_digest_add(vt_store_maker *m, const char *name, const void *bytes, ptrdiff_t length);

/// Number of a node in the database or method being written; -1: it is not in the store.
vt_error vt_make_number(vt_store_maker *m, int node, int *number);
vt_error vt_make_links(vt_store_maker *m, hid_t at);
vt_error vt_make_uncertainty(vt_store_maker *m, hid_t at, ptrdiff_t count,
                             const vt_uncertainty *uncertainty);
vt_error vt_make_package(vt_store_maker *m, hid_t at, int package, bool loose);
vt_error vt_make_nodes(vt_store_maker *m, hid_t group, int database);
vt_error vt_make_exchanges(vt_store_maker *m, hid_t group, int database);

/// store_write.c: the check sum of HDF5's own structures, Jenkins' lookup3.
uint32_t vt_store_sum(const unsigned char *bytes, size_t length);

/// The bytes of a store. The caller frees *image with vt_text_free.
vt_error vt_store_make_image(vt_database_set *set, int sources, const char *const *source,
                             vt_text *image);

vt_store_name vt_numbered(ptrdiff_t number);
vt_store_name vt_composed(const char *first, const char *second);

#endif
