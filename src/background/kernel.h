// kernel.h - what the loaded module offers to the part of the room that is always there.
//
// The module is linked to PETSc and loaded with dlopen by the first solve. It knows nothing of the
// rest of the program: plain arrays in, a code and a text out.
#ifndef VT_BACKGROUND_KERNEL_H
#define VT_BACKGROUND_KERNEL_H

#include <stddef.h>
#include <stdint.h>

enum { VT_KERNEL_VERSION = 2, VT_KERNEL_TEXT = 512, VT_KERNEL_TOGETHER = 4 };

#define VT_KERNEL_SYMBOL "vt_background_kernel"
#define VT_KERNEL_MODULE "vt_background_petsc.so"

/// A square matrix by columns with all of its diagonal, rows ascending. The arrays are borrowed
/// for as long as a factor of it lives.
typedef struct vt_kernel_matrix {
  int n;
  int *start; ///< shape [n + 1]
  int *row;
  double *value;
} vt_kernel_matrix;

typedef struct vt_kernel_factor vt_kernel_factor;
typedef struct vt_kernel_direct vt_kernel_direct;

/// All functions that return int return 0, or an error with its text in `text`.
typedef struct vt_kernel {
  int version;
  /// Start PETSc on this rank alone; MPI runs already. `text`, shape [VT_KERNEL_TEXT], takes the
  /// texts of all errors until `close`.
  int (*open)(char *text);
  void (*close)(void);
  /// An ordering that keeps LU sparse, shape [n]: order[k] is the k-th pivot.
  int (*order)(const vt_kernel_matrix *matrix, int *order);
  /// KLU with a given ordering. `pivot`: how far below the largest of its column a diagonal entry
  /// may be and still serve as pivot (0..1).
  int (*create_lu)(const vt_kernel_matrix *matrix, const int *order, double pivot,
                   vt_kernel_factor **factor);
  /// GMRES with an incomplete factorisation.
  int (*create_gmres)(const vt_kernel_matrix *matrix, vt_kernel_factor **factor);
  void (*free)(vt_kernel_factor *factor);
  /// Solve with the matrix or its transpose. GMRES stops when the residual has fallen by
  /// `reduction`; `*iterations`: what it took.
  int (*solve)(vt_kernel_factor *factor, int transposed, double reduction, const double *b,
               double *x, int64_t *iterations);
  // KLU by itself, without PETSc: from any thread, once `open` was called. These set no text.
  /// Factorise with the matrix's own order, pivots as above. An error is a singular matrix, or no
  /// memory (`*memory`).
  int (*create_direct)(const vt_kernel_matrix *matrix, double pivot, int *memory,
                       vt_kernel_direct **direct);
  /// Factorise another matrix of the same pattern with the pivots of the first; allocates nothing.
  /// An error is a pivot of 0.
  int (*refactor_direct)(vt_kernel_direct *direct, const vt_kernel_matrix *matrix);
  void (*free_direct)(vt_kernel_direct *direct);
  double (*direct_bytes)(const vt_kernel_direct *direct);
  /// Solve in place for some right-hand sides, shape [count][n]. Threads may share a
  /// factorisation, each with work space of its own, shape [VT_KERNEL_TOGETHER n].
  int (*solve_direct)(const vt_kernel_direct *direct, int transposed, int count, double *x,
                      double *work);
} vt_kernel;

extern const vt_kernel vt_background_kernel __attribute__((visibility("default")));

#endif
