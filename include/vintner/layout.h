// layout.h - what a results file holds: labelled axes, variables over them, constants, and the rows
// of scenarios. Model kinds fill a layout, results/ stores what it says; it knows neither.
#ifndef VT_LAYOUT_H
#define VT_LAYOUT_H

#include "vintner/base.h"

/// Texts along an axis besides its labels; stored as AXIS_name, AXIS_unit, AXIS_location,
/// AXIS_choice, AXIS_process.
typedef enum vt_axis_text {
  VT_TEXT_NAME,
  VT_TEXT_UNIT,
  VT_TEXT_LOCATION,
  VT_TEXT_CHOICE,
  VT_TEXT_PROCESS,
  VT_AXIS_TEXTS,
} vt_axis_text;

/// A named axis of the results. At most one of `number` and `label` is given; without either it is
/// an axis without coordinates. What is pointed to is borrowed.
typedef struct vt_dimension {
  const char *name; ///< e.g. "process"
  const char *long_name;
  ptrdiff_t size;
  const double *number; ///< coordinate values (years, quantiles); stored as int64 if `integer`
  bool integer;
  const char *const *label;               ///< coordinate values (codes), UTF-8
  const char *const *text[VT_AXIS_TEXTS]; ///< shape [size] each; NULL: there is none
  const char *flag_name;                  ///< e.g. "extension", with `flag`; NULL if there is none
  const char *flag_long_name;
  const int8_t *flag; ///< shape [size], 0 or 1
} vt_dimension;

typedef enum vt_storage {
  VT_STORE_DOUBLE,
  VT_STORE_SINGLE,
  VT_STORE_INT8,
  VT_STORE_INT16,
  VT_STORE_INT32,
  VT_STORE_INT64 ///< of constants alone
} vt_storage;

/// Where a variable belongs.
typedef enum vt_group {
  VT_GROUP_ROOT,        ///< a scenario's data
  VT_GROUP_PERFORMANCE, ///< /performance: the only part that may differ between runs
  VT_GROUP_NOWHERE,     ///< no rows are stored, only what is made from them, and the reference
} vt_group;

enum { VT_MAX_DIMENSIONS = 4 };

/// One stored tensor; its first axis, the scenario, is not listed.
typedef struct vt_variable {
  const char *name, *long_name;
  const char *units; ///< NULL: "1"
  vt_group group;
  vt_storage storage;
  int dimensions;                   ///< the layout's, like the next two
  int dimension[VT_MAX_DIMENSIONS]; ///< indices into vt_layout.dimension
  ptrdiff_t cells;                  ///< product of the sizes, 1 for a scalar
  bool statistics;                  ///< summarised in /statistics
  bool reference;                   ///< stored in /reference
  bool once;                        ///< one for all scenarios: without the scenario's axis
  const char *worst_of; ///< of `once`: in the end the largest of this variable of the same axes by
                        ///< scenario, and of what rows have as their own; or NULL
  const char *note_name, *note; ///< a text attribute of its own in the root, or NULL
} vt_variable;

/// A tensor that is known before any scenario is solved, and the same for all of them.
typedef struct vt_constant {
  const char *group; ///< it lies in /group
  const char *name, *long_name, *units;
  vt_storage storage;
  int dimensions;
  int dimension[VT_MAX_DIMENSIONS]; ///< indices into vt_layout.dimension
  /// Fill the numbers, which are zeroed: called by who creates the file, no one else needs them.
  void (*fill)(const void *context, double *value);
  const void *context; ///< borrowed
} vt_constant;

/// Which numbers of a row make it a point of a Pareto front.
typedef struct vt_front {
  int impact;      ///< variable over the categories
  int category[2]; ///< its cells
  int dominated;   ///< variable that tells which points some other one betters
} vt_front;

/// An input by whose values the scenarios are grouped.
typedef struct vt_grouping {
  vt_dimension axis;   ///< level_<input>: its levels or names
  int place;           ///< on the axis `factor`
  const double *value; ///< shape [axis.size], as factor_value has them
} vt_grouping;

/// Shares of the scenarios above thresholds.
typedef struct vt_exceedance {
  int variable;
  vt_dimension axis; ///< <variable>_threshold
  bool *asked;       ///< shape [cells of the variable, axis.size]; else the share is NaN
} vt_exceedance;

enum { VT_MEASURES = 3 }; ///< variables that thresholds may be of

/// What /statistics has besides moments and quantiles; kind.h makes it. Arrays are the arena's.
typedef struct vt_summary {
  vt_arena *arena;
  int groupings;
  vt_grouping *grouping;  ///< shape [groupings]
  int64_t groups;         ///< combinations, the last grouping fastest
  const char *group_name; ///< "by_<input>,<input>"
  int factor_value;       ///< variable
  int exceedances;
  vt_exceedance exceedance[VT_MEASURES];
  int built;          ///< variable over process and time, from which years are told; -1: none
  double built_above; ///< units; NaN: a share of what the reference builds
} vt_summary;

/// One number of a row.
typedef struct vt_output_cell {
  int variable;
  ptrdiff_t cell;
} vt_output_cell;

// What a study and a design say: study.h, design.h.
typedef struct vt_sensitivity_plan vt_sensitivity_plan;
typedef struct vt_design_plan vt_design_plan;
typedef struct vt_design vt_design;

/// What /sensitivity has; kind.h makes it.
typedef struct vt_sensitivity {
  vt_arena *arena;
  const vt_sensitivity_plan *plan; ///< borrowed, as the next
  const vt_design_plan *design_plan;
  vt_design *design; ///< of trajectories, which it tells the steps of; else NULL
  int inputs;
  const char *const *input; ///< names; shape [inputs]
  const int *place;         ///< on the axis of factor_value; shape [inputs]
  const bool *nominal;      ///< whose values are names; shape [inputs]
  ptrdiff_t outputs;
  const char **output_name; ///< shape [outputs]: objective, total_impact[climate_change]
  vt_output_cell *output;   ///< shape [outputs]
  int factor_value;         ///< variable
  int derivative;           ///< variable; -1: there is none
} vt_sensitivity;

/// What /regret has; kind.h makes it. A plan is what a scenario decided; it is given to each
/// scenario in turn.
typedef struct vt_regret {
  int64_t places;        ///< of plans: as many as there may be
  int decision;          ///< variable: what a plan decides, its last axis the years
  ptrdiff_t fixed_years; ///< that are given, from the first on
  double tolerance;      ///< share of a number that it may differ by
  int objective;         ///< variable
  uint64_t seed;         ///< of the choice among many scenarios
} vt_regret;

/// Scenarios at most among which plans are chosen that stand for all others.
enum { VT_MOST_COMPARED = 2000 };

/// What becomes of a scenario with a plan that is given: variables of a row. Plan p in scenario k
/// (both from 0) is row p * scenarios + k.
enum { VT_PAIR_STATUS, VT_PAIR_OBJECTIVE, VT_PAIR_REGRET, VT_PAIR_VARIABLES };

/// All that results/ must know to create the file. Texts are borrowed, arrays are the layout's.
typedef struct vt_layout {
  int64_t first, scenarios; ///< ids first to first + scenarios - 1
  int dimensions, variables, constants;
  vt_dimension *dimension;
  vt_variable *variable;
  vt_constant *constant;            ///< those of a group stand together
  int status;                       ///< variable that is the outcome: written last, by itself
  int wall_s, iterations, rank;     ///< in /performance
  int quantiles;                    ///< of the statistics
  const double *quantile;           ///< borrowed
  const char *scenario_text_name;   ///< a name for each scenario, or NULL
  const char *const *scenario_text; ///< shape [scenarios]
  bool extract;                     ///< statistics without their rows: no /performance
  const vt_summary *summary;        ///< borrowed; NULL: moments and quantiles alone
  const vt_front *front;            ///< NULL: the scenarios are not a Pareto front
  ptrdiff_t dimension_room, variable_room, constant_room;
  /// Borrowed; NULL: none is told.
  const vt_sensitivity *sensitivity;
  const vt_regret *regret;      ///< borrowed; NULL: none is told
  const char *note_name, *note; ///< a text attribute of the file, borrowed; NULL: none
} vt_layout;

/// An empty layout; the caller frees it with vt_layout_free.
vt_error vt_layout_create(vt_layout **layout);
void vt_layout_free(vt_layout *layout); ///< accepts NULL

/// Append an axis. `*axis` is its place; -1, and nothing is appended, for one of size 0: netCDF
/// would call it unlimited.
vt_error vt_layout_add_axis(vt_layout *layout, const vt_dimension *axis, int *place);
/// Place of an axis, or -1.
int vt_layout_find_axis(const vt_layout *layout, const char *name);
/// Place of a variable, or -1.
int vt_layout_find(const vt_layout *layout, const char *name);

/// Append a variable over axes, places in the layout. `*place` is its own; -1, and nothing is
/// appended, if an axis is.
vt_error vt_layout_add(vt_layout *layout, const vt_variable *variable, int axes, const int *axis,
                       int *place);

/// The variable `status`, which every layout has.
vt_error vt_layout_add_status(vt_layout *layout);
/// The variables wall_s, iterations and rank. `iterations`: of what.
vt_error vt_layout_add_performance(vt_layout *layout, const char *iterations);

/// Append a constant over axes, none of which is empty.
vt_error vt_layout_add_constant(vt_layout *layout, const vt_constant *constant, int axes,
                                const int *axis);

/// Number of cells of a constant.
ptrdiff_t vt_constant_cells(const vt_layout *layout, const vt_constant *constant);

/// Leave out what an extract leaves out: rows but those of status, objective and factors.
void vt_layout_extract(vt_layout *layout);

/// Numbers in /sensitivity, or a few more; 0 for NULL.
int64_t vt_sensitivity_numbers(const vt_sensitivity *sensitivity);

/// Bytes of the results file, roughly.
double vt_layout_file_bytes(const vt_layout *layout);
/// Bytes of memory that a rank needs for rows and statistics, roughly.
double vt_layout_memory_bytes(const vt_layout *layout, int threads);

// ---------------------------------------------------------------------------------------------
// Rows.

/// Rows of consecutive scenarios: data[v] has shape [count, variable[v].cells].
typedef struct vt_block {
  int64_t first, count;
  double **data; ///< shape [variables]; owned by whoever made the block
} vt_block;

/// Memory for `count` rows of a layout; the caller frees it with vt_block_free.
vt_error vt_block_create(const vt_layout *layout, int64_t count, vt_block *block);
void vt_block_free(const vt_layout *layout, vt_block *block);

/// Most bytes of rows that wait in memory, unless a row for each thread takes more.
enum { VT_BLOCK_BYTES = 8 << 20 };

/// Set all numbers of a row to NaN: what a scenario without an optimum has.
void vt_row_clear(const vt_layout *layout, double *const *row);

#endif
