// background.h - supply chains of whole databases: supplies, inventories and scores.
//
// A database is a square technosphere matrix A (products by processes) and a biosphere matrix B
// (elementary flows by processes). A demand f for products asks for the supply x with A x = f and
// the inventory g = B x; a weight q over the flows asks for the scores y with A' y = B' q, one for
// a unit of every product. PETSc solves both; it is loaded by the first solve of a run unless asked
// for before.
#ifndef VT_BACKGROUND_H
#define VT_BACKGROUND_H

#include "vintner/team.h"

// ---------------------------------------------------------------------------------------------
// Systems and demands. All arrays are borrowed: the caller keeps them while they are used.

/// The matrices of one database, sample or scenario.
typedef struct vt_equations {
  const vt_sparse *technosphere; ///< A, square: products by processes, signs as in A x = f
  const vt_sparse *biosphere;    ///< B: flows by processes; NULL = no flows
  /// Product row that each process is there for, shape [processes], -1 = not known; or NULL.
  /// A hint: where it is not a permutation onto entries of A, a maximum matching is made.
  const int *reference;
} vt_equations;

/// Amounts of products asked for. A product may come several times, its amounts add up.
typedef struct vt_final_demand {
  int count;
  const int *product;   ///< shape [count], rows of A
  const double *amount; ///< shape [count]
} vt_final_demand;

enum { VT_CULPRITS_SHOWN = 8 };

/// Why a system cannot be solved, for a caller who knows the names of products and processes. With
/// counts of 0 the error was another one.
typedef struct vt_culprits {
  bool infinite;           ///< the one that is named has a number too large; else it is singular
  bool structural;         ///< no choice of numbers would help: products without own producer
  int products, processes; ///< how many are concerned
  int product[VT_CULPRITS_SHOWN], process[VT_CULPRITS_SHOWN]; ///< the first or weightiest of them
} vt_culprits;

// ---------------------------------------------------------------------------------------------
// The room: PETSc's life. One per program, for PETSc and MPI cannot be started twice.

typedef struct vt_background vt_background;

/// Costs nothing: libraries are loaded by the first solve. `comm`: the ranks that work together,
/// or MPI_COMM_NULL for one process alone, in which MPI may not have been started at all.
vt_error vt_background_create(MPI_Comm comm, vt_background **background);
/// Begin to load the libraries beside what the caller does next: a thread of its own maps and links
/// them, 0.05 s. Faults are told by the first solve. Not collective.
void vt_background_prefetch(vt_background *background);
/// Load and start PETSc (and MPI) now instead of in the first solve. Not collective.
vt_error vt_background_start(vt_background *background);
/// Stop PETSc (and MPI, if PETSc had to start it). Accepts NULL. Before MPI_Finalize, after the
/// solvers are freed.
void vt_background_free(vt_background *background);

// ---------------------------------------------------------------------------------------------
// One system, solved on the calling rank. Not collective.

typedef struct vt_solver vt_solver;

/// How a system is solved: chosen once, from counts of the whole study only.
typedef enum vt_solve_method {
  VT_SOLVE_GMRES, ///< GMRES with an incomplete factorisation: few right-hand sides, or LU fills up
  VT_SOLVE_LU,    ///< KLU: many right-hand sides, and the way out where GMRES does not certify
} vt_solve_method;

/// What solving took, for benchmarks and the log. Only the seconds may differ between runs.
typedef struct vt_solve_figures {
  vt_solve_method method;
  int64_t solves;      ///< right-hand sides
  int64_t refinements; ///< corrections after the first solution, of all solves
  int64_t iterations;  ///< of GMRES
  int64_t rescued;     ///< solves that GMRES could not certify and LU did
  double load_s;       ///< loading and starting PETSc (first solver of a run only)
  double prepare_s;    ///< matching, equilibration, proof of regularity
  double factor_s, solve_s;
} vt_solve_figures;

/// Prepare a system: permute the reference products onto the diagonal, equilibrate rows and columns
/// by powers of two, make sure it is regular. Copies what it needs of A, borrows B.
/// @param solves  right-hand sides that the whole study has for this system, over all ranks
/// @param culprits  filled if the system is singular (VT_ERR_INPUT); may be NULL
vt_error vt_solver_create(vt_background *background, const vt_equations *system, int64_t solves,
                          vt_culprits *culprits, vt_solver **solver);
void vt_solver_free(vt_solver *solver); ///< accepts NULL

/// The product each process is matched to, shape [processes]: a permutation of the rows of A.
const int *vt_solver_reference(const vt_solver *solver);
const vt_solve_figures *vt_solver_figures(const vt_solver *solver);

/// Supply and inventory of a demand. The bits depend on the system and the demand alone, given the
/// method.
/// @param supply     shape [processes], or NULL
/// @param inventory  shape [flows], or NULL
/// @param residual   backward error max|f - A x| / (max row sum|A| max|x| + max|f|) of the permuted
///                   and equilibrated system; at most 1e-15 unless nothing gets it that low
vt_error vt_solver_forward(vt_solver *solver, const vt_final_demand *demand, double *supply,
                           double *inventory, double *residual);

/// Score of one unit of every product under a weight over the flows.
/// @param weight  shape [flows]
/// @param score   shape [products]
vt_error vt_solver_adjoint(vt_solver *solver, const double *weight, double *score,
                           double *residual);

/// The same under burdens of some processes, in one solve where LU does it: to some ten digits, for
/// sizes of many.
/// @param process  each once; shape [count]
/// @param burden   shape [count]
vt_error vt_solver_rough_adjoint(vt_solver *solver, int count, const int *process,
                                 const double *burden, double *score);

// ---------------------------------------------------------------------------------------------
// A study's worth of systems and demands, shared out over ranks by cost.

/// Numbers of a row of a contribution table: index (-1 = no row), amount, share.
enum { VT_TOP_NUMBERS = 3 };

/// Demands on one system and where their results go. Results not asked for are NULL. Scores and
/// chosen flows alone come from one adjoint solve each if these are fewer than the demands.
typedef struct vt_request {
  vt_equations system;
  ptrdiff_t demand_count;
  const vt_final_demand *demand; ///< shape [demand_count]
  int weight_count;
  const double *weight; ///< shape [weight_count][flows]: characterisation
  int flow_count;
  const int *flow;   ///< shape [flow_count], the flows of `inventory`; NULL = all of B, in order
  double *supply;    ///< shape [demand_count][processes]
  double *inventory; ///< shape [demand_count][flow_count]: the tensor G[i,e]
  double *score;     ///< shape [demand_count][weight_count]
  double *residual;  ///< shape [demand_count]; of an adjoint request the worst of its solves
  int top;           ///< rows of each contribution table; 0 = none wanted
  /// Tables of processes, then of flows, made by who has solved the demand, so that nobody has to
  /// keep all supplies. Shape [demand_count][weight_count][2][top][VT_TOP_NUMBERS].
  double *table;
  bool first_only;      ///< the results are wanted on rank 0: elsewhere only its own part is there
  bool adjoint;         ///< out: which way it was solved
  vt_culprits culprits; ///< out: if this request's system is singular
  vt_solve_figures figures; ///< out: of this rank's part
} vt_request;

/// Collective. Fill all results on every rank; the same bits for any number of ranks. An error of
/// one rank is returned with its text on all of them.
vt_error vt_background_run(vt_background *background, ptrdiff_t count, vt_request *request);

/// The same, not collective: the calling rank does all of it.
vt_error vt_background_run_alone(vt_background *background, ptrdiff_t count, vt_request *request);

/// On rank 0, while the other ranks of the communicator are in vt_background_help: solve requests
/// with them, if there are enough right-hand sides for it. The results are there on rank 0 alone.
vt_error vt_background_lead(vt_background *background, ptrdiff_t count, vt_request *request);

/// On the other ranks: start PETSc, and help rank 0 with its requests until it sends them home. An
/// error of any rank ends the help and is returned on all of them.
vt_error vt_background_help(vt_background *background);

/// Right-hand sides of a request: one for each demand or, where an adjoint way is shorter, one for
/// each score and flow.
ptrdiff_t vt_request_solves(const vt_request *request);
/// Whether vt_background_lead shares so many solves with the other ranks, if there are some.
bool vt_background_shares(ptrdiff_t solves);

/// On rank 0: nothing more is to be solved. Does nothing where nobody waits.
vt_error vt_background_dismiss(vt_background *background);

// ---------------------------------------------------------------------------------------------
// What a score is made of.

typedef struct vt_contribution {
  int index; ///< of the process or flow
  double amount;
  double share; ///< amount / score; NaN if the score is 0
} vt_contribution;

/// Direct burden of a unit of each process, B' q.
/// @param weight  shape [flows]
/// @param burden  shape [processes]
void vt_burdens(const vt_sparse *biosphere, const double *weight, double *burden);

/// The largest contributions by magnitude (equal ones by index) of processes, (B' q)_j x_j, and of
/// flows, q_e g_e.
/// @param burden   as vt_burdens gives it
/// @param limit    most rows wanted of each table
/// @param process  shape [limit]; `*processes` are filled. NULL = not wanted
/// @param flow     shape [limit]; `*flows` are filled. NULL = not wanted
vt_error vt_contributions(const vt_sparse *biosphere, const double *supply, const double *inventory,
                          const double *weight, const double *burden, int limit,
                          vt_contribution *process, int *processes, vt_contribution *flow,
                          int *flows);

#endif
