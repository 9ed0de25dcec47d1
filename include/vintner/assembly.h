// assembly.h - from databases to the inputs of a pathway model: foreground tensors, background
// inventories, characterisation (specs/database-model.md).
#ifndef VT_ASSEMBLY_H
#define VT_ASSEMBLY_H

#include "vintner/background.h"
#include "vintner/inputs.h"
#include "vintner/kind.h"
#include "vintner/parameters.h"
#include "vintner/study.h"
#include "vintner/system.h"
#include "vintner/variation.h"

/// Databases whose exchanges vary in the scenarios of a pathway model.
typedef struct vt_drawn_databases vt_drawn_databases;

/// Read the databases of study->pathway.from and build the inputs of its pathway model.
///
/// On rank 0; the other ranks of the background's communicator are in vt_background_help. The
/// caller frees *inputs with vt_inputs_free.
/// @param drawn  what vt_drawn_databases_read gives the other ranks; NULL: not wanted
/// @return VT_ERR_INPUT with one line that names the culprit: a stale or unknown database, an
///         activity that a snapshot lacks, an unknown method, a singular system
vt_error vt_assembly_build(const vt_study *study, vt_background *background, vt_inputs **inputs,
                           vt_drawn_databases **drawn);

/// Read the databases of a study's model, allocated as it says.
///
/// Not collective. The caller frees *set with vt_database_set_free.
vt_error vt_assembly_read(const vt_study *study, vt_database_set **set);

/// The error of a solve with the names of the processes and products that are to blame. The text
/// starts with `path`.
vt_error vt_name_culprits(const vt_database_set *set, const vt_system *system, const char *path,
                          const vt_culprits *culprits, vt_error error);

/// Labels of nodes on an axis: codes; where two share one, both as "database:code". Of the arena.
/// @param[out] label  shape [count]
vt_error vt_node_labels(const vt_database_set *set, vt_arena *arena, int count, const int *node,
                        const char **label);
/// "database:code" of a node, of the arena.
vt_error vt_node_full_label(const vt_database_set *set, vt_arena *arena, int node,
                            const char **label);
/// Whether a text is that.
bool vt_node_is_called(const vt_database_set *set, int node, const char *text);

/// Which distributions a study wants to vary; databases are looked up, VT_ERR_INPUT for unknown
/// ones.
vt_error vt_variation_choose(const vt_study *study, const vt_database_set *set, vt_arena *arena,
                             vt_variation_choice *choice);

/// The error raised last with "path:line: " before its text; VT_OK stays.
vt_error vt_error_at_line(const char *path, int line, vt_error error);

// ---------------------------------------------------------------------------------------------
// Scenario difference tables: numbers that replace amounts of exchanges (design `exchanges`).

/// An exchange that tables give amounts of.
typedef struct vt_difference {
  const char *path; ///< of the first row with it
  int line;
  const char *database[2], *code[2]; ///< from and to
  vt_exchange_type type;             ///< technosphere: what is consumed, substitution too
  int *row;                          ///< line in each file, 0: none; shape [files]
  double **amount; ///< by column, NaN: as stored; shape [files], NULL: the file lacks it
} vt_difference;

typedef struct vt_differences {
  int files;
  int *columns;         ///< scenarios of each file
  const char ***column; ///< their labels; shape [files][columns]
  int64_t scenarios;    ///< all combinations, the last file the fastest
  const char **label;   ///< shape [scenarios]
  int count;
  vt_difference *difference; ///< shape [count], each exchange once
} vt_differences;

/// Read the tables of a plan. Labels belong to the arena; the caller frees with
/// vt_differences_free.
/// @return VT_ERR_INPUT with file and line for a column that is missing or there twice, no
///         scenario, an exchange twice in a file, a key that contradicts its database, what is no
///         finite number
vt_error vt_differences_read(const vt_design_plan *plan, vt_arena *arena,
                             vt_differences *differences);
void vt_differences_free(vt_differences *differences);

/// The amount in scenario k, of several files the later; NaN: as stored.
double vt_difference_amount(const vt_differences *differences, int difference, int64_t k);

/// Nodes of all ends. wanted: shape [count].
vt_error vt_differences_find(const vt_differences *differences, vt_database_set *set,
                             vt_wanted_exchange *wanted);

/// VT_ERR_INPUT with file and line unless an exchange was found once.
vt_error vt_difference_check(const vt_differences *differences, const vt_database_set *set,
                             int difference, const vt_wanted_exchange *wanted, int found);

/// A difference in the matrices of samples.
typedef struct vt_move {
  int difference;
  vt_exchange_place place;
} vt_move;

/// Start it as {0}; the caller frees it with vt_moves_free.
typedef struct vt_moves {
  ptrdiff_t count, room;
  vt_move *move;
} vt_moves;

/// Find the differences in the first snapshots of a variation.
/// @param[in,out] found  most that some snapshot has of each; shape [count]
vt_error vt_moves_find(const vt_differences *differences, const vt_variation *variation,
                       int snapshots, const vt_wanted_exchange *wanted, int *found,
                       vt_moves *moves);
void vt_moves_free(vt_moves *moves);
bool vt_moves_reach(const vt_moves *moves, int snapshot);
/// After a draw of scenario k.
void vt_moves_apply(const vt_moves *moves, const vt_differences *differences,
                    const vt_variation *variation, int64_t k, vt_sample *sample);

/// Where an amount that follows parameters goes: the share of it that counts.
typedef struct vt_followed_place {
  int amount; ///< of vt_following
  double share;
  int difference; ///< table that gives the exchange an amount too, which counts then; -1: none
  vt_exchange_place place;
} vt_followed_place;

/// Start it as {0}; the caller frees `place` with free().
typedef struct vt_followed_places {
  ptrdiff_t count, room;
  vt_followed_place *place;
} vt_followed_places;

/// Find the exchanges that follow in the first snapshots of a variation.
vt_error vt_followed_places_find(const vt_followers *followers, const vt_database_set *set,
                                 const vt_variation *variation, int snapshots,
                                 const vt_system *const *system, const vt_moves *moves,
                                 vt_followed_places *places);
bool vt_followed_places_reach(const vt_followed_places *places, int snapshot);
/// After a draw of scenario k. amount: shape [amounts of vt_following].
void vt_followed_places_apply(const vt_followed_places *places, const double *amount,
                              const vt_differences *differences, const vt_variation *variation,
                              int64_t k, vt_sample *sample);

/// What tables mean in a pathway model. Arrays belong to the arena of who makes it.
typedef struct vt_differing {
  vt_differences tables;
  vt_wanted_exchange *wanted; ///< shape [tables.count]
  int *found;                 ///< most that some part of the model has of each; likewise
  int given;                  ///< exchanges of the foreground
  int *given_of;              ///< their differences; shape [given], room for all
  vt_followers followers;     ///< of parameters, in all databases
} vt_differing;

// ---------------------------------------------------------------------------------------------
// Databases that vary in each scenario: drawn anew, solved anew. Every rank has all of them.

/// Read the databases of a study once more, on a rank that did not build its inputs. Not
/// collective. The caller frees *drawn with vt_drawn_databases_free.
vt_error vt_drawn_databases_read(const vt_study *study, vt_drawn_databases **drawn);
void vt_drawn_databases_free(vt_drawn_databases *drawn); ///< accepts NULL

/// Find what varies, and which numbers of a model follow from it. Where all that counts of the
/// background are its static impacts, these are the numbers, and adjoint solves will do.
///
/// Not collective.
/// @param inputs   as vt_assembly_build gave them: the same on all ranks
/// @param drawing  belongs to `drawn`; NULL: nothing varies after all
/// @return VT_ERR_INPUT for an unknown database in background_uncertainty, a distribution that is
///         refused
vt_error vt_drawn_databases_plan(vt_drawn_databases *drawn, const vt_inputs *inputs,
                                 const vt_drawing **drawing);

/// Factorise the reference systems, unless they are. Loads PETSc, so on the main thread.
vt_error vt_drawn_databases_factorise(vt_drawn_databases *drawn, vt_background *background);

/// What `check` tells: counts of the plan, solves of a scenario, bytes of a rank and of a thread.
/// After vt_drawn_databases_factorise.
typedef struct vt_drawn_figures {
  ptrdiff_t exchanges, unreached, invalid;
  int solves;
  bool adjoint; ///< one a category and snapshot, else one an intermediate flow and snapshot
  double shared_bytes, thread_bytes;
} vt_drawn_figures;
void vt_drawn_databases_figures(const vt_drawn_databases *drawn, vt_drawn_figures *figures);
ptrdiff_t vt_drawn_databases_invalid(const vt_drawn_databases *drawn);
/// The difference tables of the design; none: files is 0.
const vt_differences *vt_drawn_databases_tables(const vt_drawn_databases *drawn);

/// Exchanges between two ends in a scenario, as vt_kind.tell_exchanges. After the plan.
vt_error vt_drawn_databases_tell(vt_drawn_databases *drawn, int64_t scenario, const char *from,
                                 const char *to, vt_told_exchanges *told);

/// What one thread holds. After vt_drawn_databases_factorise, whose owner outlives it.
typedef struct vt_drawn_worker vt_drawn_worker;
vt_error vt_drawn_worker_create(const vt_drawn_databases *drawn, vt_drawn_worker **worker);
void vt_drawn_worker_free(vt_drawn_worker *worker); ///< accepts NULL

/// Draw what needs no solve: parameters, and amounts that tables give.
/// @return numbers of vt_drawing, of which these are set; borrowed until the next call
const double *vt_drawn_worker_begin(vt_drawn_worker *worker, int64_t scenario);

/// Draw a scenario and solve it. The numbers depend on study and scenario alone.
///
/// @param amount   those that follow parameters; shape [amounts of vt_following]; NULL: none do
/// @param numbers  of vt_drawing, borrowed until the next call; NULL if a sample is singular or not
///                 certified
vt_error vt_drawn_worker_draw(vt_drawn_worker *worker, int64_t scenario, const double *amount,
                              const double **numbers);

/// Systems in which exchanges are looked for.
typedef struct vt_told_systems {
  vt_database_set *set;
  vt_arena *arena; ///< owns the texts
  int systems;
  const vt_system *const *system; ///< as the snapshots of the variation; shape [systems]
  const vt_variation *variation;
  uint64_t seed;
} vt_told_systems;

/// Exchanges between two ends in all systems that have both, each once; as vt_kind.tell_exchanges.
vt_error vt_tell_exchanges(const vt_told_systems *systems, int64_t scenario, const char *from,
                           const char *to, vt_told_exchanges *told);

// ---------------------------------------------------------------------------------------------
// The foreground of a pathway model.

/// Databases of one date.
typedef struct vt_snapshot {
  const char *name; ///< label on the axis BACKGROUND
  int databases;
  const int *database; ///< shape [databases], at least one
  int year;
} vt_snapshot;

/// Read demand from a CSV file with the columns product, year and amount in any order; `year` is a
/// year or a range such as 2030:2040, 2030: or :2040, whose open end is that of the horizon
/// first_year to last_year.
///
/// Not collective. Entries and texts belong to `arena`; shape [*count], in the order of the file.
/// @return VT_ERR_INPUT "FILE:LINE: ..." for what is malformed, years outside the horizon, and a
///         product that has a year twice
vt_error vt_demand_read(vt_arena *arena, const char *path, int first_year, int last_year,
                        vt_yearly_demand **entry, int *count);

/// Snapshots that belong together. Several of these are variants.
typedef struct vt_snapshot_variant {
  const char *name; ///< NULL if it is the only one
  int snapshots;
  const vt_snapshot *snapshot; ///< shape [snapshots]
} vt_snapshot_variant;

typedef struct vt_foreground {
  int database;    ///< whose processes are the decisions
  int backgrounds; ///< 0: all databases with representative_time are the snapshots
  const vt_snapshot_variant *background; ///< shape [backgrounds]
  int first_year, last_year;             ///< horizon, both ends included
  const char *path; ///< of the file with demand that has none of its own, or NULL
  int demands;
  const vt_yearly_demand *demand; ///< shape [demands]
  const char *background_place;   ///< "study.yaml:8: ", where they are given, or NULL
  const vt_study *study;          ///< whose factors may change parameters, or NULL
  vt_differing *differing;        ///< filled: what varies in it besides; or NULL, nothing does
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
