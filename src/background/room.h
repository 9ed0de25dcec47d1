// room.h - what the files of this room share.
#ifndef VT_BACKGROUND_ROOM_H
#define VT_BACKGROUND_ROOM_H

#include "kernel.h"
#include "vintner/background.h"

#include <pthread.h>

#define VT_BACKWARD_ERROR 1e-15

// ---------------------------------------------------------------------------------------------
// load.c: the module

struct vt_background {
  vt_team team;
  void *module;
  pthread_t loader; ///< links the module, if `loading`
  bool loading;
  vt_text module_path;
  const vt_kernel *kernel; ///< NULL until the first solve
  bool started_mpi;
  bool dismissed;            ///< on rank 0: the other ranks wait for no more requests
  char text[VT_KERNEL_TEXT]; ///< of the kernel's latest error
};

/// Load and start PETSc unless that was done; `*seconds` grows by what it took.
vt_error vt_background_load(vt_background *background, double *seconds);
/// An error of the kernel as ours.
vt_error vt_background_check(const vt_background *background, int code, const char *doing);

// ---------------------------------------------------------------------------------------------
// matching.c, scale.c: the system as it is solved

/// S = R P A C: P brings the product of each process onto the diagonal, R and C are powers of two.
typedef struct vt_scaled {
  vt_kernel_matrix matrix;
  ptrdiff_t entries;
  int *match;                 ///< shape [n]: the row of A that is row k of S
  double *row_scale;          ///< shape [n], R: of row k of S
  double *column_scale;       ///< shape [n], C
  double row_sum, column_sum; ///< the largest of absolute values: norms of S and its transpose
  bool
      dominant; ///< proven: |S| scaled has dominant columns, so it is regular and needs no pivoting
} vt_scaled;

/// A product for each process. Structurally singular systems end with VT_ERR_INPUT and culprits.
vt_error vt_match(const vt_equations *system, int *match, vt_culprits *culprits);

vt_error vt_scale(const vt_equations *system, const int *match, vt_scaled *scaled);
void vt_scaled_free(vt_scaled *scaled);

/// The transpose, rows ascending. Where `to` has no values it is that of the pattern.
void vt_transpose(const vt_kernel_matrix *from, vt_kernel_matrix *to);

/// How well x solves S x = b.
typedef struct vt_quality {
  double backward;  ///< max|r| / (max row sum|S| max|x| + max|b|): what is certified
  double component; ///< max of |r| / (|S| |x| + |b|) row by row, but for rows that are next to
                    ///< nothing: small supplies have few right digits where this is large
  double largest;   ///< max|r|
} vt_quality;

/// r = b - S x, or with the transpose. `total`, shape [n], is work space.
void vt_residual(const vt_scaled *scaled, bool transposed, const double *b, const double *x,
                 double *r, double *total, vt_quality *quality);

// ---------------------------------------------------------------------------------------------
// contributions.c: tables of a request

/// The direct burden of a process, an entry of B' q.
double vt_burden(const vt_sparse *biosphere, const double *weight, int process);

/// What the tables of a request are made with; free'd by vt_tables_close.
typedef struct vt_tables {
  double *burden;       ///< shape [weights][processes]
  vt_contribution *row; ///< shape [2][top]
} vt_tables;
vt_error vt_tables_open(const vt_request *request, vt_tables *tables);
void vt_tables_close(vt_tables *tables);
/// The tables of one demand: shape [weights][2][top][VT_TOP_NUMBERS].
vt_error vt_tables_fill(const vt_request *request, const vt_tables *tables, const double *supply,
                        const double *inventory, double *number);

// ---------------------------------------------------------------------------------------------
// fill.c: what a factorisation would take

typedef struct vt_fill {
  double entries;         ///< of L; U has as many
  double multiplications; ///< to compute L and U
  bool known;             ///< else it is more than anyone wants to count
} vt_fill;

/// Count the fill of an LU factorisation with pivots on the diagonal in a given order, if the
/// pattern were symmetric: an upper bound.
vt_error vt_count_fill(const vt_kernel_matrix *matrix, const int *order, vt_fill *fill);
/// Whether anyone wants that factorisation.
bool vt_fill_is_affordable(const vt_fill *fill);

// ---------------------------------------------------------------------------------------------
// solver.c, diagnose.c

struct vt_solver {
  vt_background *background; ///< borrowed
  vt_equations system;       ///< borrowed
  vt_scaled scaled;
  int *order;                ///< pivots of LU; NULL until it was asked for
  vt_fill fill;              ///< of LU in that order
  vt_kernel_factor *primary; ///< what every solve begins with
  vt_kernel_factor *rescue;  ///< LU with full pivoting of a column; NULL until needed
  bool rescue_failed;
  vt_culprits infinite; ///< of the latest solve: whose number was too large
  double *b, *x, *best, *correction, *residual, *flow, *total; ///< work space
  vt_solve_figures figures;
};

/// Find the ordering and count the fill, unless that was done.
vt_error vt_solver_analyse(vt_solver *solver);
/// Solve S x = b, or with the transpose, for b of any size that is a number: into solver->best.
vt_error vt_solver_refine(vt_solver *solver, bool transposed, double *backward_error);
/// Look for a combination of processes without effect. `certain`: LU found a pivot of 0. Singular
/// systems end with VT_ERR_INPUT and culprits.
vt_error vt_diagnose(vt_solver *solver, bool certain, vt_culprits *culprits);

#endif
