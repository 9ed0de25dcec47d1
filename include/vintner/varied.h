// varied.h - solves systems whose numbers vary: the same pattern in each scenario, other values.
//
// The reference system is factorised once; its LU preconditions a GMRES of every sample, which goes
// on until the sample's own backward error is certified. Where a sample takes many solves it is
// factorised itself, with the reference's pivots, and a step or two of GMRES make up for them. What
// that does not certify is factorised with pivots of its own; what even that does not certify has
// failed, which is an outcome and no error. The bits of a
// sample depend on its values and on the plan, not on its neighbours, rank or thread.
#ifndef VT_VARIED_H
#define VT_VARIED_H

#include "vintner/background.h"

/// What is solved in each sample. Borrowed while the vt_varied lives.
typedef struct vt_varied_plan {
  /// The reference. Samples have entries where it has some, zeros included. Without flows the
  /// scores are 0.
  vt_equations system;
  int demand_count;
  const vt_final_demand *demand; ///< shape [demand_count]
  int weight_count;              ///< categories: rows of weights over the flows
  bool supply, inventory;        ///< wanted too: these need forward solves
} vt_varied_plan;

typedef struct vt_varied vt_varied;

/// Factorise the reference. Loads PETSc, so on the main thread. Adjoint solves, one a category, are
/// taken where scores alone are wanted and categories are fewer than demands; forward ones, one a
/// demand, else.
/// @param culprits  filled if the reference is singular (VT_ERR_INPUT); may be NULL
vt_error vt_varied_create(vt_background *background, const vt_varied_plan *plan,
                          vt_culprits *culprits, vt_varied **varied);
void vt_varied_free(vt_varied *varied); ///< accepts NULL; after its workers

/// Solves that a sample takes: one for each demand or, where that is shorter, category.
int vt_varied_solves(const vt_varied *varied);
bool vt_varied_adjoint(const vt_varied *varied);
/// Whether samples are factorised with the reference's pivots: a choice from counts, which gives
/// each worker factors of its own.
bool vt_varied_refactors(const vt_varied *varied);
/// Bytes that the threads of a rank share, and those of each worker. A direct way out takes as much
/// as the first again, for the time of its sample.
void vt_varied_bytes(const vt_varied *varied, double *shared, double *worker);

// ---------------------------------------------------------------------------------------------
// Workers: one a thread. They read the vt_varied and call neither MPI nor PETSc.

typedef struct vt_varied_worker vt_varied_worker;

/// What solving took. Only the seconds may differ between runs.
typedef struct vt_varied_figures {
  int64_t samples, solves;
  int64_t iterations; ///< of GMRES: solves with the factors
  int64_t restarts;   ///< of GMRES after the first round of a solve
  int64_t direct;     ///< samples that were factorised with pivots of their own
  int64_t failed;     ///< samples
  double assemble_s, solve_s;
} vt_varied_figures;

/// One sample's numbers. Borrowed for the call.
typedef struct vt_varied_sample {
  const double *technosphere; ///< values of the entries of A, in its order
  const double *biosphere;    ///< those of B
  const double *weight;       ///< shape [weight_count][flows]
} vt_varied_sample;

/// Where the results of a sample go; not wanted ones are NULL.
typedef struct vt_varied_results {
  double *score;     ///< shape [demand_count][weight_count]
  double *residual;  ///< shape [demand_count]; of adjoint solves the worst in all of them
  double *supply;    ///< shape [demand_count][processes]; only if the plan says so
  double *inventory; ///< shape [demand_count][flows]; only if the plan says so
} vt_varied_results;

vt_error vt_varied_worker_create(const vt_varied *varied, vt_varied_worker **worker);
void vt_varied_worker_free(vt_varied_worker *worker); ///< accepts NULL

/// Solve one sample. Allocates nothing unless it needs pivots of its own.
/// @param solved  false: the sample is singular, not finite or not certified to 1e-12; all results
///                are NaN, the residuals too
vt_error vt_varied_solve(vt_varied_worker *worker, const vt_varied_sample *sample,
                         const vt_varied_results *results, bool *solved);

const vt_varied_figures *vt_varied_worker_figures(const vt_varied_worker *worker);

#endif
