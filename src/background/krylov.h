// krylov.h - GMRES on plain arrays, some right-hand sides side by side. Memory is the caller's.
#ifndef VT_BACKGROUND_KRYLOV_H
#define VT_BACKGROUND_KRYLOV_H

#include "room.h"

enum { VT_KRYLOV_STEPS = 16 };

#define VT_SAMPLE_ERROR 1e-12

/// One right-hand side.
typedef struct vt_lane {
  double *b, *x, *residual; ///< shape [n]
  double *basis;            ///< shape [VT_KRYLOV_STEPS + 1][n]
  double *direction;        ///< shape [VT_KRYLOV_STEPS][n]: preconditioned
  double h[VT_KRYLOV_STEPS][VT_KRYLOV_STEPS + 1];
  double cosine[VT_KRYLOV_STEPS], sine[VT_KRYLOV_STEPS], rest[VT_KRYLOV_STEPS + 1];
  double target; ///< a residual this small ends a round
  int steps;
  bool running, certified;
  vt_quality quality;
} vt_lane;

/// What a sample is solved with. The lanes are those of one group: what one does is nothing to the
/// others.
typedef struct vt_krylov {
  const vt_kernel *kernel;
  const vt_scaled *scaled;        ///< S, the sample's
  const vt_kernel_direct *direct; ///< of the reference, or NULL:
  const double *diagonal;         ///< then the inverse of its diagonal
  bool transposed;
  double component; ///< error of each equation that certified solutions still are improved to
  int lanes;
  vt_lane *lane;                  ///< shape [lanes]
  double *block;                  ///< shape [VT_KERNEL_TOGETHER][n]
  double *work;                   ///< shape [VT_KERNEL_TOGETHER n]
  double *total;                  ///< shape [n]
  int64_t *iterations, *restarts; ///< counted up
} vt_krylov;

/// Doubles that a lane points to, for a system of n.
ptrdiff_t vt_lane_numbers(int n);
/// Let a lane point into `numbers`.
void vt_lane_place(vt_lane *lane, int n, double *numbers);

/// Solve S x = b, or with the transpose, in all lanes, preconditioned by what the reference has.
/// A lane is `certified` where its backward error is at most VT_SAMPLE_ERROR.
vt_error vt_krylov_solve(vt_krylov *krylov);

/// The same with a factorisation of the sample itself, for the lanes that are not certified.
vt_error vt_krylov_refine(vt_krylov *krylov, const vt_kernel_direct *direct);

#endif
