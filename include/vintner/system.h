// system.h - the matrices of a calculation, made of the groups of its databases.
#ifndef VT_SYSTEM_H
#define VT_SYSTEM_H

#include "vintner/sources.h"

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

/// The same where several processes may make one product, each for itself: it need not be square,
/// and `reference` and `maker` are -1 where there is no partner.
vt_error vt_system_create_open(vt_database_set *set, int count, const int *database,
                               ptrdiff_t array_column, vt_system **system);
/// VT_ERR_INPUT, as vt_system_create raises it, for a system that is not square or structurally
/// singular.
vt_error vt_system_check_square(const vt_database_set *set, const vt_system *system);

/// An exchange that counts in an entry of A or B, which is the sum of such.
typedef struct vt_cell_term {
  ptrdiff_t cell;               ///< place among the entries of the matrix
  const vt_record_group *group; ///< of which it is a record
  ptrdiff_t record;
  double value; ///< what it adds: flip and rescale applied
} vt_cell_term;

/// The exchanges that A (or B) is made of, by entry and as stored within it. Those whose data are
/// NaN, and those that another one replaces, are none. The caller frees *term with free().
vt_error vt_system_terms(const vt_database_set *set, const vt_system *system, bool biosphere,
                         ptrdiff_t array_column, ptrdiff_t *count, vt_cell_term **term);

/// Row of the product that a demand for `node` means; VT_ERR_INPUT for a flow, a node outside the
/// system, a process whose product is a node of its own (both are named), and one that was
/// allocated (to what).
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

#endif
