// kind.h - a model kind: what `model:` of a study may be, as a table of functions.
//
// A run reads the kind's data, creates its model and layout from them, prepares it, and has each
// scenario solved by a worker; nobody but the kinds themselves knows which one it is.
#ifndef VT_KIND_H
#define VT_KIND_H

#include "vintner/layout.h"
#include "vintner/study.h"
#include "vintner/team.h"

// ---------------------------------------------------------------------------------------------
// What a study names.

/// A file or folder that a study reads.
typedef struct vt_source {
  const char *path;
  int line;           ///< of the study
  const char *sha256; ///< where it is known; else NULL
} vt_source;

/// Start it as {0}, end it with vt_source_list_free. Texts are borrowed.
typedef struct vt_source_list {
  int count;
  vt_source *source; ///< shape [count], in the order of the study
  ptrdiff_t room;
  const char *built; ///< SHA-256 of what was built from them all, or NULL
} vt_source_list;

vt_error vt_source_list_add(vt_source_list *list, const char *path, int line, const char *sha256);
/// `count` sources with their lines.
vt_error vt_source_list_add_all(vt_source_list *list, int count, const char *const *path,
                                const int *line);
void vt_source_list_free(vt_source_list *list);

// ---------------------------------------------------------------------------------------------
// What `check` tells.

/// Start it as {0}, end it with vt_sizes_free.
typedef struct vt_sizes {
  vt_text lines;   ///< for people, each with its line end
  vt_text members; ///< of a JSON object, each after ", "
} vt_sizes;
void vt_sizes_free(vt_sizes *sizes);

/// Add what the scenarios of a design are made of, and which sensitivity it can tell.
vt_error vt_sizes_add_ensemble(const vt_study *study, const vt_layout *layout, vt_sizes *sizes);

// ---------------------------------------------------------------------------------------------
// What is told of the ensemble.

/// What a study asks of the statistics, in terms of a layout, both borrowed. The caller frees
/// *summary with vt_summary_free.
///
/// Not collective. Where axes have no labels, vt_exceedance.asked is left empty: it is rank 0's to
/// tell.
/// @return VT_ERR_INPUT with file and line for a label that is not on its axis
vt_error vt_summary_create(const vt_study *study, const vt_layout *layout, vt_summary **summary);
void vt_summary_free(vt_summary *summary); ///< accepts NULL

/// Of which inputs and outputs the sensitivity is told, in terms of a layout, all borrowed; NULL
/// where the study does not want it. The caller frees *sensitivity with vt_sensitivity_free.
///
/// Not collective. All ranks must have the labels of the axes that the study selects from.
/// @return VT_ERR_INPUT with file and line for an unknown variable or label, for a regression on
///         too few scenarios
vt_error vt_sensitivity_create(const vt_study *study, const vt_layout *layout,
                               vt_sensitivity **sensitivity);
void vt_sensitivity_free(vt_sensitivity *sensitivity); ///< accepts NULL

/// Of how many plans the regret is told, and what of them is given, in terms of a layout. For a
/// study that wants it.
///
/// Not collective.
/// @return VT_ERR_INPUT with file and line for too many plans or pairs, and for a year that is none
///         of the model
vt_error vt_regret_of(const vt_study *study, const vt_layout *layout, vt_regret *regret);

// ---------------------------------------------------------------------------------------------
// Parameters and factors in the rows of scenarios.

/// Their variables, or -1.
typedef struct vt_input_places {
  int value;  ///< factor_value
  int failed; ///< failed_input
} vt_input_places;

/// The axis `factor`: parameters, then factors.
/// @param arena  owns the labels
vt_error vt_input_axis(const vt_study *study, vt_arena *arena, vt_dimension *axis);

/// What the numbers of `choose` factors stand for, as JSON; NULL: there are none.
/// @param arena  owns the text
vt_error vt_input_variants(const vt_study *study, vt_arena *arena, const char **json);

/// The variables factor_value, if there is the axis, and failed_input, if something may fail.
/// @param axis      place of the axis, or -1
/// @param variants  what the numbers of names stand for, or NULL
/// @param formulas  whether there are formulas besides those of the design
vt_error vt_input_lay_out(const vt_study *study, int axis, const char *variants, bool formulas,
                          vt_layout *layout, vt_input_places *place);

/// What factor_value says of a factor that is not applied: the value that changes nothing.
typedef double vt_input_neutral(const void *context, int factor);

/// Fill factor_value with what the design gives. A factor with a draw for each cell has no value,
/// nor has a formula that fails.
void vt_input_put(const vt_study *study, const vt_input_places *place, const double *value,
                  vt_input_neutral *neutral, const void *context, double *const *row);

/// The row of a scenario whose formula fails: it has no numbers to solve.
/// @param failed  place of the formula's input in the design
void vt_input_fail(const vt_study *study, const vt_layout *layout, const vt_input_places *place,
                   int failed, int rank, double *const *row);

// ---------------------------------------------------------------------------------------------
// A plan that is given to other scenarios.

/// What a scenario decided, as its row stores it; of it, what is given.
typedef struct vt_given {
  int64_t scenario;    ///< whose plan it is
  const double *value; ///< shape [cells of vt_regret.decision]
  ptrdiff_t years;     ///< vt_regret.fixed_years
  double tolerance;    ///< share of a value that it may differ by
} vt_given;

/// What becomes of a scenario then; numbers only with an optimum, also an inaccurate one.
typedef struct vt_given_answer {
  vt_outcome outcome;
  double objective;
  double terms; ///< sum of the sizes of what the objective adds up
} vt_given_answer;

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

/// Something that moves along a ray, or a flow that makes the objective fall there.
typedef struct vt_ray_part {
  const char *process; ///< code
  const char *name;    ///< of the process; NULL if it has none
  bool installation;   ///< else operation
  int year;            ///< or step; 0: there is none
  double units;        ///< along the ray
} vt_ray_part;

typedef struct vt_ray_cause {
  const char *process, *name; ///< as above
  const char *tensor, *flow;
  const char *category; ///< whose impact falls most through it
  double amount;        ///< of the flow along the ray
  double objective;     ///< change of the objective through it, along the ray
} vt_ray_cause;

/// What an unbounded scenario does without end, largest parts first.
typedef struct vt_ray {
  vt_arena *arena;
  ptrdiff_t parts, causes;
  vt_ray_part *part;
  vt_ray_cause *cause; ///< flows that lower the objective, most effective first
} vt_ray;
void vt_ray_free(vt_ray *ray);

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
void vt_explanation_free(vt_explanation *explanation);

// ---------------------------------------------------------------------------------------------
// What an exchange of the databases is in a scenario.

/// One of the parallel exchanges between two ends. Numbers that a distribution lacks are NaN.
typedef struct vt_told_exchange {
  const char *from, *to; ///< database:code
  const char *type;      ///< as stored: production, substitution, technosphere, biosphere
  double amount;         ///< as stored
  bool drawn;            ///< else what follows is not set
  double u, draw;        ///< the uniform number, and what it gives: before factors act
  const char *distribution;
  int uncertainty_type; ///< of stats_arrays
  bool negative;
  double loc, scale, shape, minimum, maximum;
} vt_told_exchange;

/// Start it as {0}; the caller frees exchange with free(). Texts belong to the kind's data.
typedef struct vt_told_exchanges {
  int count;
  vt_told_exchange *exchange; ///< shape [count], in the order of the sources
} vt_told_exchanges;

// ---------------------------------------------------------------------------------------------
// The rows of a timeline.

/// One of them; texts are labels of the axes.
typedef struct vt_told_row {
  const char *demand, *activity, *flow;
  int64_t date; ///< seconds since 1970-01-01
  double amount;
  const char *kind; ///< direct, closed or background
} vt_told_row;

/// Start it as {0}; the caller frees row with free(). Texts belong to the kind's data.
typedef struct vt_told_rows {
  ptrdiff_t count;
  vt_told_row *row; ///< shape [count], in order
} vt_told_rows;

// ---------------------------------------------------------------------------------------------
// The kind.

/// Functions of a model kind. `data` is what read gives, `model` what create gives, `worker` what
/// worker_create gives; each is freed by its owner, half-built ones by who failed to build them.
/// Whatever fails on one rank only is settled in the function: all ranks return the same error.
typedef struct vt_kind {
  const char *title; ///< for messages: "plain LCA"

  /// The sources of a study. Not collective.
  /// @param data  may be NULL: before anything is read
  vt_error (*sources)(const vt_study *study, const void *data, vt_source_list *list);

  /// Collective. Read what the study names: on rank 0, which sends the others what create and
  /// prepare need there.
  vt_error (*read)(const vt_study *study, const vt_team *team, void **data);
  void (*data_free)(void *data); ///< accepts NULL

  /// Structure and layout from study, data and design: the same shapes and the same error on every
  /// rank; labels and texts of axes may be on rank 0 alone. Not collective. Study and data (which
  /// may be changed) are borrowed.
  vt_error (*create)(const vt_study *study, void *data, void **model);
  void (*model_free)(void *model); ///< accepts NULL
  const vt_layout *(*layout)(const void *model);

  /// Collective, once, before the results file exists: the reference scenario, and what all
  /// scenarios share.
  /// @param reference  a block of one, filled on rank 0
  /// @param solve_s    seconds of a further scenario, roughly
  vt_error (*prepare)(void *model, vt_block *reference, double *solve_s);

  /// Made, used and freed by one thread, after prepare.
  vt_error (*worker_create)(void *model, void **worker);
  void (*worker_free)(void *worker); ///< accepts NULL
  /// Solve scenario k and fill its row: row[v] has shape [variable[v].cells]. The row depends on
  /// study and k alone; an outcome is never an error. Where there is one scenario only, rank 0
  /// solves it.
  vt_error (*solve)(void *worker, int64_t k, double *const *row);
  bool one_thread; ///< solve calls libraries that only the main thread may use

  /// What `check` tells. Not collective; no scenario is solved.
  vt_error (*sizes)(void *model, int threads, vt_sizes *sizes);

  // Those below may be NULL.

  /// Solve scenario k with a plan that is given: what else there is to decide is free. The answer
  /// depends on study, plan and k alone. NULL: a study cannot ask for regret.
  vt_error (*fix)(void *worker, const vt_given *given, int64_t k, vt_given_answer *answer);

  /// Solve one scenario again and say why it has no optimum. Not collective.
  /// @param data      as read; may have been used by create
  /// @param scenario  -1: the reference
  vt_error (*explain)(const vt_study *study, void *data, int64_t scenario,
                      vt_explanation *explanation);

  /// Tell the exchanges between two ends (codes, or database:code) in a scenario. Not collective.
  /// @param data  as read
  /// @return VT_ERR_INPUT for an unknown or ambiguous end, and where there is no exchange
  vt_error (*tell_exchanges)(const vt_study *study, void *data, int64_t scenario, const char *from,
                             const char *to, vt_told_exchanges *told);

  /// Tell the rows of the timelines of a scenario, computed again. Not collective.
  /// @param data  as read
  vt_error (*tell_rows)(const vt_study *study, void *data, int64_t scenario, vt_told_rows *told);

  /// Write the reference and the scenarios as CPLEX LP files into a folder that exists; new ones
  /// are noted as partials.
  vt_error (*write_lp)(void *model, const char *folder);

  /// Write what the reference scenario is solved with as optimex inputs.
  vt_error (*write_inputs)(void *model, const char *path, bool force, vt_text *sizes);

  /// What is stored of the background alone: a layout of one scenario, whose outcome is its only
  /// variable. VT_ERR_INPUT if the study has no background to compute. Data are borrowed.
  vt_error (*lay_background_out)(const vt_study *study, const void *data, vt_layout **layout);
} vt_kind;

#endif
