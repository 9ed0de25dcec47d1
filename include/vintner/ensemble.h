// ensemble.h - many scenarios of one model: sharing out, statistics.
#ifndef VT_ENSEMBLE_H
#define VT_ENSEMBLE_H

#include "vintner/pathway.h"

#include <mpi.h>
#include <signal.h>

// ---------------------------------------------------------------------------------------------
// Layout: which labelled tensors a scenario has. Model kinds fill it, results/ stores it.

/// A named axis of the results. Exactly one of `number` and `label` is given, or neither (an axis
/// without coordinates).
typedef struct vt_dimension {
  const char *name; ///< e.g. "process"
  const char *long_name;
  ptrdiff_t size;       ///< >= 1: an empty axis is left out
  const double *number; ///< coordinate values (years, quantiles); stored as int64 if `integer`
  bool integer;
  const char *const *label; ///< coordinate values (codes), UTF-8
  const char *text_name;    ///< e.g. "process_name", with `text`; NULL if there is none
  const char *const *text;  ///< shape [size]
  const char *flag_name;    ///< e.g. "extension", with `flag`; NULL if there is none
  const char *flag_long_name;
  const int8_t *flag; ///< shape [size], 0 or 1
} vt_dimension;

typedef enum vt_storage {
  VT_STORE_DOUBLE,
  VT_STORE_SINGLE,
  VT_STORE_INT8,
  VT_STORE_INT32
} vt_storage;

/// Where a variable belongs.
typedef enum vt_group {
  VT_GROUP_ROOT,        ///< a scenario's data
  VT_GROUP_PERFORMANCE, ///< /performance: the only part that may differ between runs
} vt_group;

enum { VT_MAX_DIMENSIONS = 4 };

/// One stored tensor; its first axis, the scenario, is not listed.
typedef struct vt_variable {
  const char *name, *long_name, *units;
  vt_group group;
  vt_storage storage;
  int dimensions;
  int dimension[VT_MAX_DIMENSIONS]; ///< indices into vt_layout.dimension
  ptrdiff_t cells;                  ///< product of the sizes, 1 for a scalar
  bool statistics;                  ///< summarised in /statistics
  bool reference;                   ///< stored in /reference
  bool once;                        ///< one for all scenarios: without the scenario's axis
  const char *note_name, *note;     ///< a text attribute of its own in the root, or NULL
} vt_variable;

/// A tensor that is known before any scenario is solved, and the same for all of them.
typedef struct vt_constant {
  const char *group; ///< it lies in /group
  const char *name, *long_name, *units;
  int dimensions;
  int dimension[VT_MAX_DIMENSIONS]; ///< indices into vt_layout.dimension
  const double *value;
} vt_constant;

/// Which numbers of a row make it a point of a Pareto front.
typedef struct vt_front {
  int impact;      ///< variable over the categories
  int category[2]; ///< its cells
  int dominated;   ///< variable that tells which points some other one betters
} vt_front;

/// All that results/ must know to create the file. The strings and arrays are borrowed.
typedef struct vt_layout {
  int64_t scenarios;
  int dimensions;
  const vt_dimension *dimension;
  int variables;
  const vt_variable *variable; ///< variable[status_variable] is the outcome
  int status_variable;         ///< written last, by itself
  int quantiles;
  const double *quantile;
  const char *scenario_text_name;   ///< a name for each scenario, or NULL
  const char *const *scenario_text; ///< shape [scenarios]
  const vt_front *front;            ///< NULL: the scenarios are not a Pareto front
  int constants;
  const vt_constant *constant; ///< those of a group stand together; only who creates the file has
                               ///< to know them
} vt_layout;

/// Rows of consecutive scenarios: data[v] has shape [count, variable[v].cells].
typedef struct vt_block {
  int64_t first, count;
  double **data; ///< shape [variables]; owned by whoever made the block
} vt_block;

// ---------------------------------------------------------------------------------------------
// Statistics of one cell over the scenarios. Results do not depend on how scenarios were shared
// out: the values come in scenario order and sums follow a fixed pairwise tree.

typedef struct vt_moments {
  int64_t count;
  double mean, variance, skewness, standard_error, min, max;
} vt_moments;

/// Moments of values[0..count): variance over n - 1, skewness m3 / m2^1.5 (population moments),
/// standard error sqrt(variance / n). What is undefined is NaN (all of it for count 0, variance
/// and standard error for 1, skewness where all values are equal).
void vt_moments_of(const double *value, int64_t count, vt_moments *moments);

/// Exact quantiles, linear between order statistics (h = (n - 1) p, numpy's default). Reorders
/// `value`. NaN for count 0.
void vt_quantiles_of(double *value, int64_t count, const double *p, int quantiles, double *out);

/// Which points (a, b), both to be small, another point betters: flag 1 or 0, NaN for a point
/// that has a NaN. Differences up to 1e-7 of the largest size on an axis count as none, so that
/// equal points do not better each other.
vt_error vt_dominated_points(const double *a, const double *b, int64_t count, double *flag);

/// What is stored of a background alone: the group /background and one scenario that is done.
typedef struct vt_background_layout vt_background_layout;

/// The layout of computed inputs; they are borrowed. The caller frees *layout with
/// vt_background_layout_free.
vt_error vt_background_layout_create(const vt_inputs *inputs, vt_background_layout **layout);
void vt_background_layout_free(vt_background_layout *layout); ///< accepts NULL
const vt_layout *vt_background_layout_of(const vt_background_layout *layout);
vt_block vt_background_layout_row(vt_background_layout *layout);

// ---------------------------------------------------------------------------------------------
// The ranks that work together.

typedef struct vt_team {
  int rank, size;
  bool parallel; ///< MPI was started; else this is one process and comm is not valid
  MPI_Comm comm;
} vt_team;

/// Start MPI if a launcher (mpirun, srun) started this process, else work alone: MPI_Init of a
/// single process costs more than a small ensemble.
/// @return VT_ERR_INPUT if srun started several tasks without telling MPI
vt_error vt_team_open(int *argc, char ***argv, vt_team *team);
void vt_team_close(vt_team *team);

/// Collective. The worst error of all ranks, on every rank; VT_OK if all were.
vt_error vt_team_agree(const vt_team *team, vt_error mine, vt_error *worst);
/// Collective. Whether this is the lowest rank of those that say `mine`.
vt_error vt_team_first(const vt_team *team, bool mine, bool *first);
/// Collective. Send bytes of rank 0 to all.
vt_error vt_team_broadcast(const vt_team *team, void *bytes, int64_t count);
/// Collective. Send a text of rank 0 to all; the others' `text` is filled.
vt_error vt_team_broadcast_text(const vt_team *team, vt_text *text);
vt_error vt_team_barrier(const vt_team *team);

/// Threads this rank should use: OMP_NUM_THREADS, else the cores it is bound to, shared fairly
/// with the ranks bound to the same ones. Collective.
vt_error vt_team_threads(const vt_team *team, int *threads);

// ---------------------------------------------------------------------------------------------
// Running scenarios.

/// A model kind as the ensemble sees it: what a scenario stores, and how to solve one.
typedef struct vt_kind {
  const vt_layout *layout;
  void *model;
  /// Made, used and freed by one thread.
  vt_error (*worker_create)(void *model, void **worker);
  void (*worker_free)(void *worker);
  /// Solve scenario k and fill its row: row[v] has shape [variable[v].cells].
  vt_error (*solve)(void *worker, int64_t k, double *const *row);
} vt_kind;

/// Where finished rows go; called by the main thread of a rank.
typedef struct vt_sink {
  void *context;
  vt_error (*write)(void *context, const vt_block *block);
} vt_sink;

typedef struct vt_run_options {
  int threads;
  const int64_t *work;               ///< ids to solve, ascending; NULL: all
  int64_t work_count;                ///< length of work; ignored if NULL
  double solve_s;                    ///< what one scenario takes, roughly (rank 0's word counts)
  const volatile sig_atomic_t *stop; ///< set by a signal: finish what is in flight; may be NULL
} vt_run_options;

/// Collective. Solve scenarios, shared out over ranks and threads; rows go to the sink in blocks.
/// `*stopped`: told to stop with work left.
vt_error vt_ensemble_run(const vt_team *team, const vt_kind *kind, const vt_run_options *options,
                         const vt_sink *sink, bool *stopped);

/// Memory for `count` rows of a layout; the caller frees it with vt_block_free.
vt_error vt_block_create(const vt_layout *layout, int64_t count, vt_block *block);
void vt_block_free(const vt_layout *layout, vt_block *block);

// ---------------------------------------------------------------------------------------------
// The pathway model as a kind.

typedef struct vt_pathway_kind vt_pathway_kind;

/// Build model, design, layout and programme; the reference scenario is not solved yet.
/// `study` and `inputs` are borrowed (inputs is changed, see vt_pathway_create).
vt_error vt_pathway_kind_create(const vt_study *study, vt_inputs *inputs, int rank,
                                vt_pathway_kind **kind);
void vt_pathway_kind_free(vt_pathway_kind *kind); ///< accepts NULL

const vt_kind *vt_pathway_kind_interface(vt_pathway_kind *kind);
vt_pathway *vt_pathway_kind_model(vt_pathway_kind *kind);
const vt_design *vt_pathway_kind_design(const vt_pathway_kind *kind);

/// Collective. Rank 0 solves the reference scenario, all start from its basis afterwards.
/// `block`: a block of one, filled on rank 0. `*solve_s`: seconds of a second, warm solve.
vt_error vt_pathway_kind_solve_reference(vt_pathway_kind *kind, const vt_team *team,
                                         vt_block *block, double *solve_s);

/// Write the reference and every scenario below `scenarios` as CPLEX LP files into a folder that
/// exists.
vt_error vt_pathway_kind_write_lp(vt_pathway_kind *kind, const char *folder, int64_t scenarios);

// ---------------------------------------------------------------------------------------------
// Why a scenario has no optimum.

/// A demand, limit or coupling of a minimal conflict.
typedef struct vt_explained_member {
  const char *text; ///< in the words of the study
  const char *kind; ///< "demand", "limit", "coupling" or "existing capacity"
  const char *tensor;
  int keys;
  const char *key[2]; ///< labels on the tensor's axes
  bool is_year[2];
  bool fallback; ///< the value is the tensor's default
  double value;
  bool suffices;        ///< changed (a coupling: dropped) alone it makes the scenario feasible
  double change;        ///< the least such change, NaN if there is none (or for a coupling)
  double change_within; ///< the least that ends this conflict, whatever other conflicts there are
} vt_explained_member;

typedef struct vt_explanation {
  vt_arena *arena;    ///< owns the texts
  vt_outcome outcome; ///< of the scenario, solved again
  const char *reason; ///< for other outcomes than infeasible and unbounded
  int members;        ///< infeasible: of the minimal conflict
  vt_explained_member *member;
  const char *plain;    ///< why a single demand is never met; "" if there is nothing to say
  const char *capacity; ///< existing capacities that take part, a line each; ""
  vt_ray ray;           ///< unbounded
} vt_explanation;

/// Solve one scenario again and explain why it is infeasible or unbounded.
///
/// Not collective. `inputs` is as read and changed (see vt_pathway_create).
///
/// @param scenario  -1: the reference
vt_error vt_pathway_explain(const vt_study *study, vt_inputs *inputs, int64_t scenario,
                            vt_explanation *explanation);
void vt_explanation_free(vt_explanation *explanation);

// ---------------------------------------------------------------------------------------------
// Plain LCA: one scenario of fixed values, solved as a whole before there is a file, so that a
// singular system leaves none. Rank 0 reads and writes, all ranks solve.

typedef struct vt_inventory_kind vt_inventory_kind;

/// What `vintner check` tells.
typedef struct vt_inventory_sizes {
  int demands, categories, products, processes, flows;
  ptrdiff_t technosphere, biosphere; ///< entries
  ptrdiff_t solves;                  ///< right-hand sides: one a demand, or one a category
  bool shared;                       ///< enough of them for several ranks
} vt_inventory_sizes;

/// Read the databases, build the system, find demands and methods, lay the results out. `study` is
/// borrowed.
///
/// On rank 0. The other ranks of `team` must call vt_inventory_help; the kind's solve, or else its
/// end, or a failure of this function, lets them go on.
vt_error vt_inventory_kind_create(const vt_study *study, const vt_team *team,
                                  vt_inventory_kind **kind);
void vt_inventory_kind_free(vt_inventory_kind *kind); ///< accepts NULL

/// What the other ranks do meanwhile: start PETSc, wait for rank 0, solve their share. An error of
/// any rank that solves is returned on all of them.
vt_error vt_inventory_help(const vt_team *team);

/// Make sure that the system is regular; VT_ERR_INPUT names the culprits.
vt_error vt_inventory_kind_prove(vt_inventory_kind *kind);

/// Solve everything and fill the row.
vt_error vt_inventory_kind_solve(vt_inventory_kind *kind);

const vt_layout *vt_inventory_kind_layout(const vt_inventory_kind *kind);
/// A block of one, the kind's own; without numbers before the solve.
const vt_block *vt_inventory_kind_row(const vt_inventory_kind *kind);
vt_inventory_sizes vt_inventory_kind_sizes(const vt_inventory_kind *kind);

#endif
