// database.h - life-cycle databases: what Brightway projects, datapackages, JSON documents and
// premise's matrices hold, and the matrices of a calculation.
//
// Sources are read into one vt_database_set. Nothing in it is a matrix yet: it holds nodes
// (activities, products, flows: labels) and records (row, column, value) in groups, as the sources
// have them. vt_system_create makes the matrices of a calculation out of the groups.
#ifndef VT_DATABASE_H
#define VT_DATABASE_H

#include "vintner/base.h"
#include "vintner/data.h"

// ---------------------------------------------------------------------------------------------
// Nodes.

enum { VT_NO_ID = -1, VT_NO_COLUMN = -1, VT_WHOLE_LIFE = INT32_MIN };

/// What a node is, after bw2data's rule for nodes without a type.
typedef enum vt_node_type {
  VT_NODE_OTHER,    ///< elementary flows, and whatever else owns no column
  VT_NODE_PRODUCT,  ///< owns a row
  VT_NODE_PROCESS,  ///< owns a column
  VT_NODE_CHIMAERA, ///< process and product in one: owns both
} vt_node_type;

/// An activity, product or elementary flow. Texts that a source does not give are NULL, but code.
typedef struct vt_node {
  int database; ///< index into vt_database_set.database
  vt_node_type type;
  int64_t id;             ///< in datapackages; VT_NO_ID in JSON documents
  const char *code;       ///< for nodes without labels the id in decimal
  const char *name;       ///< vt_node_name gives the code where this is NULL
  const char *product;    ///< "reference product"
  const char *location;   ///< a list or tuple stays as its text
  const char *unit;       ///< JSON only
  const char *type_name;  ///< as the source has it
  const char *categories; ///< JSON list
  const char *cas;
  const char *extra;             ///< JSON object of the attributes that are not named here, or NULL
  bool has_window;               ///< operation_time_limits are given:
  int window_first, window_last; ///< years since installation, both ends included
  ptrdiff_t first_exchange;      ///< into vt_database_set.exchange (JSON only)
  ptrdiff_t exchanges;
} vt_node;

// ---------------------------------------------------------------------------------------------
// Exchanges of JSON documents with all their attributes.

typedef enum vt_exchange_type {
  VT_EXCHANGE_PRODUCTION, ///< production, generic production
  VT_EXCHANGE_SUBSTITUTION,
  VT_EXCHANGE_TECHNOSPHERE, ///< technosphere, generic consumption
  VT_EXCHANGE_BIOSPHERE,
} vt_exchange_type;

/// Fields of stats_arrays; what is missing is NaN.
typedef struct vt_uncertainty {
  uint8_t type;  ///< 0 and 1: none, the amount counts
  bool negative; ///< JSON that does not say: by bw2data's rule, from the sign of the amount
  double loc, scale, shape, minimum, maximum;
} vt_uncertainty;

/// Offsets from the date of installation, or of the consuming process, and their weights.
typedef struct vt_temporal {
  int count;
  char unit;      ///< 'Y', 'M', 'D' or 's'
  int64_t *date;  ///< shape [count]
  double *amount; ///< shape [count]
} vt_temporal;

/// vintage_improvements (value: a factor) or vintage_amounts (value: an amount), ascending.
typedef struct vt_vintage {
  int tau;  ///< year since installation, or VT_WHOLE_LIFE: every year of the distribution
  int year; ///< of installation
  double value;
} vt_vintage;

/// One edge; its output is the node that lists it.
typedef struct vt_exchange {
  int output;
  int input; ///< node; -1 until vt_database_require has loaded the database of `output`
  vt_exchange_type type;
  bool operation, functional;
  double amount;
  vt_uncertainty *uncertainty; ///< NULL: none given
  vt_temporal *temporal;       ///< NULL: none given
  int improvements, vintages;
  vt_vintage *improvement; ///< shape [improvements]
  vt_vintage *vintage;     ///< shape [vintages]
  const char *extra;       ///< JSON object of the attributes that are not named here, or NULL
} vt_exchange;

// ---------------------------------------------------------------------------------------------
// Groups of records: what matrices are made of.

typedef enum vt_matrix_kind {
  VT_MATRIX_TECHNOSPHERE,
  VT_MATRIX_BIOSPHERE,
  VT_MATRIX_CHARACTERIZATION,
  VT_MATRIX_NORMALIZATION,
  VT_MATRIX_WEIGHTING,
  VT_MATRIX_OTHER, ///< any other label of a datapackage but the locations of inventories
} vt_matrix_kind;

/// Records of one group, in the order of the source. The value of record k in array column j is
/// data[k * columns + j], negated where flip, then times rescale.
typedef struct vt_record_group {
  const char *name;
  const char *matrix_name;
  vt_matrix_kind matrix;
  bool array;  ///< counts only when a column is asked for (presamples, scenarios)
  bool single; ///< stored in 32 bits: records of one cell are summed in 32 bits
  ptrdiff_t count;
  ptrdiff_t columns; ///< 1 unless array
  int *row;          ///< node; shape [count]
  /// Node, but the location in characterisation, and nothing in normalisation and weighting.
  int64_t *column;             ///< shape [count]
  double *data;                ///< shape [count, columns]; NaN: leave the cell alone
  bool *flip;                  ///< shape [count], or NULL
  double *rescale;             ///< shape [count], or NULL
  bool *reference;             ///< shape [count], or NULL: marks the reference product of a column
  vt_uncertainty *uncertainty; ///< shape [count], or NULL
  ptrdiff_t *source; ///< JSON: exchange behind a record, -1 implicit; shape [count], else NULL
  bool has_global_index;
  int64_t global_index; ///< the location whose factors count
  int method;           ///< characterisation to weighting: index of the method, else -1
} vt_record_group;

/// Groups with common rules; a JSON database counts as one package.
typedef struct vt_package {
  const char *path; ///< what messages call it
  const char *name;
  bool combinatorial, sequential;
  bool sum_within; ///< several records of a cell in a group: add up, else the last one counts
  bool sum_across; ///< a cell of a later group: adds to what is there, else replaces it
  bool has_seed;
  int64_t seed;
  int groups;
  vt_record_group *group; ///< shape [groups]
} vt_package;

typedef enum vt_database_kind {
  VT_DATABASE_JSON,
  VT_DATABASE_PROJECT,
  VT_DATABASE_PACKAGE, ///< a loose datapackage: part of every system
} vt_database_kind;

typedef struct vt_database {
  const char *name; ///< of a loose datapackage: its own, see also `stem`
  const char *stem; ///< of a loose datapackage: the file's name without .zip, else NULL
  const char *path; ///< source, for messages
  vt_database_kind kind;
  bool stale;            ///< project: changed after it was processed
  bool loaded;           ///< vt_database_require has been here
  bool has_time;         ///< representative_time is given:
  int year, month, day;  ///< its date
  const char *metadata;  ///< JSON object, or NULL
  int first_node, nodes; ///< its nodes, all in one piece; not for loose datapackages
  int package;           ///< index into vt_database_set.package, -1: not loaded
  int *depends;          ///< databases it links to, itself not among them; shape [depend_count]
  int depend_count;
} vt_database;

/// A method of impact assessment, normalisation or weighting.
typedef struct vt_method {
  vt_matrix_kind kind;
  int parts;         ///< 0: the unnamed method of sources without identifiers
  const char **part; ///< shape [parts]
  const char *unit;  ///< or NULL
  const char *label; ///< the parts joined by ", ", or "score"
  const char *path;  ///< source, for messages
  int project;       ///< >= 0: still to be read from this project; vt_method_factors does
  const char *file;  ///< its datapackage there
} vt_method;

struct vt_database_sources; // what only the readers know

/// Everything that the sources hold. Belongs to `arena` and `sources`.
typedef struct vt_database_set {
  vt_arena *arena;
  int databases, methods, packages;
  int nodes;
  ptrdiff_t exchanges;
  vt_database *database;
  vt_method *method;
  vt_package *package;
  vt_node *node;
  vt_exchange *exchange;
  struct vt_database_sources *sources;
} vt_database_set;

/// Read sources in order: a Brightway project folder or its backup (.tar.gz), a datapackage (zip or
/// folder), a JSON document, a folder of premise's matrices as CSV (one database, named after the
/// folder; codes are the indices of its files, "B" before those of flows), or a store. Big projects
/// and stores cost little: labels and records of their databases are read by vt_database_require.
/// Reads only, locks nothing, executes no pickle.
///
/// Not collective. The caller frees *set with vt_database_set_free.
/// @return VT_ERR_INPUT with one line: file, database, activity, what was found and expected
vt_error vt_database_set_read(int count, const char *const *path, vt_database_set **set);
void vt_database_set_free(vt_database_set *set); ///< accepts NULL

/// The database of this name (loose datapackages: name or file stem); unknown and ambiguous names
/// are VT_ERR_INPUT.
vt_error vt_database_find(const vt_database_set *set, const char *name, int *database);

/// Load a database and all that it links to; a stale one among them is VT_ERR_INPUT, and so is an
/// exchange to nowhere. Pointers into set->node and set->exchange are void after it.
vt_error vt_database_require(vt_database_set *set, int database);

/// Load the nodes of a database, not its exchanges and records. Pointers into set->node are void
/// after it.
vt_error vt_database_load_nodes(vt_database_set *set, int database);

/// The node of this code, in a database that is loaded (loose datapackages: by decimal id).
vt_error vt_node_find(const vt_database_set *set, int database, const char *code, int *node);

/// The node of this id in the datapackages; loose ones first, then projects.
vt_error vt_node_find_id(const vt_database_set *set, int64_t id, int *node);

const char *vt_node_name(const vt_node *node);

/// The node of `database` that stands for the same activity as `node`: equal name, reference
/// product and location. -1 when there is none; several are VT_ERR_INPUT naming their codes.
/// Both databases are loaded.
vt_error vt_node_match(const vt_database_set *set, int node, int database, int *match);

/// The method of these parts; unknown is VT_ERR_INPUT with the nearest. No parts: the unnamed one.
vt_error vt_method_find(const vt_database_set *set, vt_matrix_kind kind, int parts,
                        const char *const *part, int *method);

// ---------------------------------------------------------------------------------------------
// Stores: a whole set in one HDF5 file, whose layout src/data/store.h describes. Whatever is made
// from a store has the bits of what is made from the sources that went into it.

/// Load all of a set and write it to the store `path`, which exists only once it is whole. Stale
/// databases are left out with a warning in the log.
///
/// Not collective. `source` are the paths that the set was read from, for the record.
/// @return VT_ERR_INPUT if the file exists and not `force`; for all that vt_database_require
/// refuses; if all databases are stale, or one is that another links to. VT_ERR_SYSTEM if the file
/// cannot be written
vt_error vt_database_set_write(vt_database_set *set, int sources, const char *const *source,
                               const char *path, bool force);

/// Whether a file is a store; false also if it cannot be read.
bool vt_is_store(const char *path);

/// What the sources say of a database without its records being read, if it lies in a store; else
/// what is loaded.
typedef struct vt_database_summary {
  ptrdiff_t exchanges; ///< of a JSON document
  ptrdiff_t records;   ///< of a datapackage
  const char *sha256;  ///< in a store; else NULL
} vt_database_summary;
vt_error vt_database_summarise(const vt_database_set *set, int database,
                               vt_database_summary *summary);

typedef struct vt_method_summary {
  ptrdiff_t factors;  ///< -1: not loaded, or only in loose datapackages
  const char *sha256; ///< in a store; else NULL
} vt_method_summary;
vt_error vt_method_summarise(const vt_database_set *set, int method, vt_method_summary *summary);

/// A parameter of a Brightway project.
typedef enum vt_parameter_scope {
  VT_PARAMETER_PROJECT,
  VT_PARAMETER_DATABASE,
  VT_PARAMETER_ACTIVITY,
} vt_parameter_scope;

/// Texts that do not apply are NULL.
typedef struct vt_parameter {
  vt_parameter_scope scope;
  int project; ///< which of the projects of the set
  const char *name, *formula;
  double amount;                       ///< NaN: none
  const char *database, *group, *code; ///< of a database's and an activity's parameters
} vt_parameter;

/// All parameters of the projects of a set, read when they are first asked for.
vt_error vt_parameters_read(vt_database_set *set, ptrdiff_t *count, const vt_parameter **parameter);

// ---------------------------------------------------------------------------------------------
// The system of a calculation.

/// A x = f, g = B x. Rows and columns are in ascending order of id; nodes of JSON documents follow
/// in the order of their sources.
typedef struct vt_system {
  int products, processes; ///< equal in a system that vt_system_create returns
  int flows;
  int *product;           ///< node of each row of A; shape [products]
  int *process;           ///< node of each column of A and B; shape [processes]
  int *flow;              ///< node of each row of B; shape [flows]
  vt_sparse technosphere; ///< A, shape [products, processes], signs applied
  vt_sparse biosphere;    ///< B, shape [flows, processes]
  /// The row that column j makes: a permutation with A[reference[j], j] != 0. shape [processes]
  int *reference;
  int *maker;     ///< its inverse: the column that makes a row; shape [products]
  int *row_of;    ///< row of a node, -1: none; shape [nodes], of the set when it was made
  int *column_of; ///< column of a node, -1: none; shape [nodes]
  int nodes;
  int databases;
  int *database; ///< the closure, dependencies first, then loose datapackages; shape [databases]
} vt_system;

/// The system of these databases: their dependency closure (loaded here) and all loose
/// datapackages. `array_column`: use the arrays of datapackages, this column (modulo their number
/// of columns, the k-th combination where combinatorial), or VT_NO_COLUMN.
///
/// Pointers into set->node and set->exchange are void after it. The caller frees *system with
/// vt_system_free.
/// @return VT_ERR_INPUT naming the culprits of a system that is not square or structurally singular
vt_error vt_system_create(vt_database_set *set, int count, const int *database,
                          ptrdiff_t array_column, vt_system **system);
void vt_system_free(vt_system *system); ///< accepts NULL

/// Row of the product that a demand for `node` means; VT_ERR_INPUT for a flow, a node outside the
/// system, and a process whose product is a node of its own (both are named).
vt_error vt_system_demand_row(const vt_database_set *set, const vt_system *system, int node,
                              int *row);

/// Rows whose product belongs to `database` (of a loose datapackage: made by it), ascending.
/// The caller frees *row with free().
vt_error vt_system_rows_of(const vt_database_set *set, const vt_system *system, int database,
                           int *count, int **row);

/// Factor of each flow of a system: characterisation (at the global location), normalisation, or
/// weighting (one number for all). Flows that the method lacks get 0.
/// @param[out] factor shape [system->flows]
/// @return VT_ERR_INPUT for packages with unequal global_index
vt_error vt_method_factors(vt_database_set *set, const vt_system *system, int method,
                           ptrdiff_t array_column, double *factor);

/// The same for nodes of the caller's choice, each at most once.
/// @param[out] factor shape [nodes]
/// @param[out] listed whether the method has the node at all, be it with 0; shape [nodes], or NULL
vt_error vt_method_node_factors(vt_database_set *set, int nodes, const int *node, int method,
                                ptrdiff_t array_column, double *factor, bool *listed);

/// One matrix of the loose datapackages by its label, as labelled by nodes: rows and columns
/// ascending by id. The caller frees *matrix with vt_matrix_free.
typedef struct vt_matrix {
  int rows, columns;
  int *row, *column; ///< nodes
  vt_sparse values;
} vt_matrix;
vt_error vt_matrix_create(const vt_database_set *set, const char *matrix_name,
                          ptrdiff_t array_column, vt_matrix **matrix);
void vt_matrix_free(vt_matrix *matrix); ///< accepts NULL

void vt_sparse_free(vt_sparse *sparse); ///< its arrays, not itself

// ---------------------------------------------------------------------------------------------
// The foreground of a pathway model.

typedef struct vt_snapshot {
  int database;
  int year;
} vt_snapshot;

typedef struct vt_demand_entry {
  const char *product; ///< code in the foreground
  int first_year, last_year;
  double amount;
  const char *path; ///< where it was written, for messages; NULL: nowhere
  int line;
} vt_demand_entry;

/// Read demand from a CSV file with the columns product, year and amount in any order; `year` is a
/// year or a range such as 2030:2040, 2030: or :2040, whose open end is that of the horizon
/// first_year to last_year.
///
/// Not collective. Entries and texts belong to `arena`; shape [*count], in the order of the file.
/// @return VT_ERR_INPUT "FILE:LINE: ..." for what is malformed, years outside the horizon, and a
///         product that has a year twice
vt_error vt_demand_read(vt_arena *arena, const char *path, int first_year, int last_year,
                        vt_demand_entry **entry, int *count);

/// Snapshots that belong together. Several of these are alternatives.
typedef struct vt_background_set {
  const char *name; ///< NULL if it is the only one
  int snapshots;
  const vt_snapshot *snapshot; ///< shape [snapshots]
} vt_background_set;

typedef struct vt_foreground {
  int database;    ///< whose processes are the decisions
  int backgrounds; ///< 0: all databases with representative_time are the snapshots
  const vt_background_set *background; ///< shape [backgrounds]
  int first_year, last_year;           ///< horizon, both ends included
  int demands;
  const vt_demand_entry *demand; ///< shape [demands]
  const char *background_place;  ///< "study.yaml:8: ", where they are given, or NULL
} vt_foreground;

/// Inputs of a pathway model from a foreground database: everything but background_inventory,
/// characterization, CATEGORY and the elementary flows that only the background emits. Labels are
/// codes.
///
/// `*flow_node` (shape [intermediate flows]) gives the node behind each INTERMEDIATE_FLOW,
/// `*elementary_node` (shape [elementary flows]) behind each ELEMENTARY_FLOW; the caller frees
/// both with free() and *inputs with vt_inputs_free.
vt_error vt_foreground_build(vt_database_set *set, const vt_foreground *foreground,
                             vt_inputs **inputs, int **flow_node, int **elementary_node);

#endif
