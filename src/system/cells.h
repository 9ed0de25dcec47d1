// cells.h - how the files of this room make matrices.
#ifndef VT_SYSTEM_CELLS_H
#define VT_SYSTEM_CELLS_H

#include "vintner/formats.h"
#include "vintner/system.h"

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

/// The records that a matrix is made of, by cell and as stored within it. Those whose data are NaN,
/// and those that another one replaces, are none. The caller frees *term with free().
vt_error vt_cells_terms(const vt_cells *cells, int rows, int columns, ptrdiff_t *count,
                        vt_cell_term **term);

// system.c: which records a matrix of a system is made of, as vt_system_create and
// vt_method_factors take them.

/// The caller frees `space` with vt_cells_close.
typedef struct vt_cells_space {
  vt_cells cells;
  bool *member;
  int *package, *place;
} vt_cells_space;
vt_error vt_cells_of_system(const vt_database_set *set, const vt_system *system,
                            vt_matrix_kind kind, ptrdiff_t array_column, vt_cells_space *space);
/// Factors of a method that is loaded, for the flows of a system. Not of a weighting.
vt_error vt_cells_of_method(const vt_database_set *set, const vt_system *system, int method,
                            ptrdiff_t array_column, vt_cells_space *space);
void vt_cells_close(vt_cells_space *space);

// match.c: which product each process makes; `open`: some may have none.
vt_error vt_system_match(const vt_cells *cells, bool open, vt_system *system);

#endif
