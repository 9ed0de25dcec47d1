// sources.h - life-cycle databases: what Brightway projects, datapackages, JSON documents and
// premise's matrices hold, and the matrices of a calculation.
//
// Sources are read into one vt_database_set. Nothing in it is a matrix yet: it holds nodes
// (activities, products, flows: labels) and records (row, column, value) in groups, as the sources
// have them. vt_system_create makes the matrices of a calculation out of the groups.
#ifndef VT_SOURCES_H
#define VT_SOURCES_H

#include "vintner/base.h"

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
  /// After vt_database_allocate: a process of several products has no exchanges left, and `parts`
  /// nodes, one a product, which begin `first_part` nodes after it; each of these has it `whole`
  /// nodes before itself. Else 0.
  int parts, first_part, whole;
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

/// Offsets from the date of installation, or of the consuming process, and their weights; or dates.
typedef struct vt_temporal {
  int count;
  char unit;      ///< 'Y', 'M', 'W', 'D', 'h', 'm' or 's'; VT_TEMPORAL_DATES
  int64_t *date;  ///< whole units, or seconds since 1970-01-01; shape [count]
  double *amount; ///< shape [count]
} vt_temporal;

#define VT_TEMPORAL_DATES 'A' ///< absolute: the dates are not offsets

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
  double share; ///< of amount, that counts; 1 unless vt_database_allocate made the exchange
  vt_uncertainty *uncertainty; ///< NULL: none given
  vt_temporal *temporal;       ///< NULL: none given
  int improvements, vintages;
  vt_vintage *improvement; ///< shape [improvements]
  vt_vintage *vintage;     ///< shape [vintages]
  const char *extra;       ///< JSON object of the attributes that are not named here, or NULL
} vt_exchange;

struct vt_database_set;

/// When an exchange of a database in JSON happens; NULL: at its consumer's date. Also read: dates
/// that jobs/brightway_export.py keeps as 'absolute_temporal_distribution', of which classes other
/// than TemporalDistribution are VT_ERR_INPUT. The distribution belongs to the set.
/// @param where  begins messages
vt_error vt_exchange_dates(struct vt_database_set *set, const vt_exchange *exchange,
                           const char *where, const vt_temporal **temporal);

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
  int regional;      ///< factors of a document that hold for another place than GLO: left out
  bool told;         ///< a warning says which of its factors are left out
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

void vt_database_set_free(vt_database_set *set); ///< accepts NULL

/// The database of this name (loose datapackages: name or file stem); unknown and ambiguous names
/// are VT_ERR_INPUT.
vt_error vt_database_find(const vt_database_set *set, const char *name, int *database);

/// Load a database and all that it links to; a stale one among them is VT_ERR_INPUT, and so is an
/// exchange to nowhere. Pointers into set->node and set->exchange are void after it.
vt_error vt_database_require(vt_database_set *set, int database);

/// Make one process for each product of those that have several: code "PROCESS@PRODUCT", name
/// "PROCESS NAME (PRODUCT NAME)". It keeps what it makes of its product; all else it has by the
/// product's share of amount times `property`, which exchange or product have in `properties`;
/// "equal": by the number of products. The process itself stays as a node, as a product if it is
/// one of its own. Exchanges keep amount and uncertainty of the process's.
///
/// Before any database is loaded. Numbers of the database's nodes change, and pointers into
/// set->node and set->exchange are void after it.
/// @return VT_ERR_INPUT for a property that is missing, negative or no number, a sum of 0, and a
///         database without exchanges
vt_error vt_database_allocate(vt_database_set *set, int database, const char *property);

/// The process that an allocated one comes from, where that is its product too; else -1.
int vt_node_own_product(const vt_database_set *set, int node);

/// VT_ERR_INPUT naming what a process was allocated to, if it was.
vt_error vt_refuse_allocated(const vt_database_set *set, int node);

/// Load the nodes of a database, not its exchanges and records. Pointers into set->node are void
/// after it.
vt_error vt_database_load_nodes(vt_database_set *set, int database);

/// Load the factors of a method.
vt_error vt_method_load(vt_database_set *set, int method);

/// The node of this code, in a database that is loaded (loose datapackages: by decimal id).
vt_error vt_node_find(const vt_database_set *set, int database, const char *code, int *node);

/// The node of this id in the datapackages; loose ones first, then projects.
vt_error vt_node_find_id(const vt_database_set *set, int64_t id, int *node);

const char *vt_node_name(const vt_node *node);
/// "'code' (name)" of a node for messages; valid until this thread's fourth next call.
const char *vt_node_text(const vt_database_set *set, int node);

/// Warn of attributes of a foreground that are nearly those that count.
void vt_warn_node(const vt_database_set *set, const vt_node *node);
void vt_warn_exchange(const vt_database_set *set, const vt_node *node, const vt_exchange *exchange);

/// Whether an exchange has an attribute that counts for nothing here.
bool vt_exchange_has_attribute(const vt_exchange *exchange, const char *name);

/// The node of `database` that stands for the same activity as `node`: equal name, reference
/// product and location. -1 when there is none; several are VT_ERR_INPUT naming their codes.
/// Both databases are loaded.
vt_error vt_node_match(const vt_database_set *set, int node, int database, int *match);

/// The method of these parts; unknown is VT_ERR_INPUT with the nearest. No parts: the unnamed one.
vt_error vt_method_find(const vt_database_set *set, vt_matrix_kind kind, int parts,
                        const char *const *part, int *method);

// ---------------------------------------------------------------------------------------------
// Parameters.

/// Where a parameter of Brightway holds: in a project, a database, a group of activities.
typedef enum vt_parameter_scope {
  VT_PARAMETER_PROJECT,
  VT_PARAMETER_DATABASE,
  VT_PARAMETER_ACTIVITY,
} vt_parameter_scope;

/// Texts that do not apply are NULL.
typedef struct vt_parameter {
  vt_parameter_scope scope;
  int project; ///< which of the projects of the set; a document is one
  const char *name, *formula;
  double amount;                       ///< NaN: none
  const char *database, *group, *code; ///< of a database's and an activity's parameters
  const vt_uncertainty *uncertainty;   ///< NULL: none given
} vt_parameter;

/// A group of activities with parameters, and the groups that names are looked up in after it.
typedef struct vt_parameter_group {
  int project;
  const char *name, *database;
  int orders;
  const char **order; ///< shape [orders]
} vt_parameter_group;

/// An exchange of a project's database that a formula gives. Those of databases in JSON have their
/// formulas themselves: vt_exchange_formula.
typedef struct vt_parameter_exchange {
  int project;
  const char *group, *formula;
  int64_t exchange; ///< Brightway's number of it
} vt_parameter_exchange;

typedef struct vt_parameter_table {
  ptrdiff_t parameters, groups, exchanges;
  const vt_parameter *parameter;         ///< shape [parameters]
  const vt_parameter_group *group;       ///< shape [groups]
  const vt_parameter_exchange *exchange; ///< shape [exchanges]
} vt_parameter_table;

/// All parameters of the projects and documents of a set, read when they are first asked for.
vt_error vt_parameters_read(vt_database_set *set, vt_parameter_table *table);

/// What a source calls a project of the set.
const char *vt_project_path(const vt_database_set *set, int project);

/// Formula of an exchange of a database in JSON, and the group whose parameters it reads; NULL
/// where it has none. Texts belong to the set.
vt_error vt_exchange_formula(vt_database_set *set, const vt_exchange *exchange,
                             const char **formula, const char **group);

#endif
