// study.h - the study file: what to solve, under which futures, what to keep.
#ifndef VT_STUDY_H
#define VT_STUDY_H

#include "vintner/design.h"

/// One alternative of one axis of a selector.
typedef enum vt_pattern_kind {
  VT_PATTERN_ANY,   ///< *
  VT_PATTERN_LABEL, ///< a code, name or number, exactly
  VT_PATTERN_GLOB,  ///< has * or ? outside quotes
  VT_PATTERN_RANGE, ///< a:b, a:, :b (integers, both ends included)
} vt_pattern_kind;

typedef struct vt_pattern {
  vt_pattern_kind kind;
  const char *text;    ///< label or glob, unquoted and unescaped; as written for a range
  bool quoted;         ///< written in double quotes
  int64_t first, last; ///< range; INT64_MIN / INT64_MAX where open
} vt_pattern;

typedef struct vt_axis_selector {
  int count;
  const vt_pattern *pattern; ///< shape [count], alternatives
  const char *text;          ///< as written
} vt_axis_selector;

/// `tensor[axis, axis, ...]`, parsed but not yet looked up.
typedef struct vt_selector {
  const char *text; ///< as written
  const char *tensor;
  bool bracketed;
  int axes;
  const vt_axis_selector *axis;
} vt_selector;

typedef enum vt_operation { VT_SET, VT_ADD, VT_MULTIPLY, VT_CHOOSE } vt_operation;

extern const char *const vt_operation_names[]; ///< as study files write them; ends with NULL

/// A number with a name that formulas read.
typedef struct vt_study_parameter {
  const char *name;
  int line;
  vt_value value;
} vt_study_parameter;

/// One factor, or one override (name NULL; a number, a formula, or one name where the operation is
/// VT_CHOOSE).
typedef struct vt_factor {
  const char *name;
  int line; ///< in the study file, of the target
  vt_selector target;
  vt_operation operation;
  vt_value value;
  bool each; ///< a draw for each cell of the target instead of one for all
} vt_factor;

/// One weighted category of the objective.
typedef struct vt_objective_term {
  const char *category;
  double weight;
  int line;
} vt_objective_term;

/// One level of a lexicographic objective: the plan is chosen among those that are best in the
/// levels before it.
typedef struct vt_level {
  const char *category;
  double tolerance; ///< share of the level's optimum that later levels may give away, >= 0
  int line;
} vt_level;

/// In what the scenarios of an ensemble differ, if not in factors.
typedef enum vt_exploration {
  VT_EXPLORE_NOTHING,
  VT_EXPLORE_PARETO,       ///< points of the front between two categories
  VT_EXPLORE_ALTERNATIVES, ///< extreme plans that are nearly optimal
} vt_exploration;

/// What a programme is optimised for.
typedef struct vt_aims {
  int objectives;
  const vt_objective_term *objective;
  int objective_line;
  int levels; ///< lexicographic objective: >= 2, the first is also `objective`; else 0
  const vt_level *level;
  vt_exploration explores;
  struct {
    int64_t points;
    vt_objective_term category[2];
  } pareto; ///< VT_EXPLORE_PARETO
  struct {
    double slack;                         ///< share of the optimum that may be given away, >= 0
    int minimises, maximises;             ///< together at least one
    const vt_factor *minimise, *maximise; ///< only line and target are set: axes [process]
  } alternatives;                         ///< VT_EXPLORE_ALTERNATIVES
} vt_aims;

/// What plain LCA asks for: amount of one activity, or one unit of every product of a database.
typedef struct vt_lca_demand {
  int line;
  const char *name;     ///< label in the results, or NULL: the activity's code
  const char *database; ///< of the activity, or whose products are all demanded; else NULL
  const char *code;     ///< of the activity; NULL: all of `database`, or the node of `id`
  int64_t id;           ///< in the datapackages, where `database` is NULL
  double amount;
} vt_lca_demand;

/// A method of impact assessment in plain LCA.
typedef struct vt_method_plan {
  int line;
  const char *name; ///< label in the results, or NULL: the parts joined by ", "
  int parts;
  const char *const *part; ///< shape [parts]
} vt_method_plan;

/// Plain LCA: scores and inventories of demands on databases.
typedef struct vt_inventory_plan {
  int demands;
  const vt_lca_demand *demand;
  int methods; ///< 0: the unnamed method of sources without identifiers
  const vt_method_plan *method;
  int contributions; ///< rows of the contribution tables
  bool keep_inventory, keep_supply;
  int64_t array_column; ///< -1: vectors only
} vt_inventory_plan;

/// A snapshot of the background as the study names it: databases of one date.
typedef struct vt_snapshot_plan {
  int line;
  const char *name; ///< the names of its databases, joined by "+"
  int databases;
  const char *const *database; ///< distinct; shape [databases], at least one
  bool has_year;               ///< else the year of its only database's representative_time
  int year;
} vt_snapshot_plan;

/// Snapshots that belong together; several of these are what a `choose` factor chooses from.
typedef struct vt_background_variant {
  int line;
  const char *name; ///< NULL: the only one, which needs no name
  int snapshots;
  const vt_snapshot_plan *snapshot; ///< shape [snapshots], at least one
} vt_background_variant;

/// Demand for a product in the years first_year to last_year, each.
typedef struct vt_yearly_demand {
  int line;
  const char *path;    ///< of the file with the line; NULL: the study file
  const char *product; ///< code in the foreground database
  int first_year, last_year;
  double amount;
} vt_yearly_demand;

typedef enum vt_metric {
  VT_METRIC_STATIC, ///< the method's factor, the same every year
  VT_METRIC_GWP,    ///< forcing relative to CO2's, by the year of emission
  VT_METRIC_CRF,    ///< cumulative radiative forcing until a fixed year
  // Of timelines alone:
  VT_METRIC_FORCING, ///< radiative forcing in each year after the emission
  VT_METRIC_TABLE,   ///< factors by year of emission, and by years until they act
} vt_metric;

extern const char *const vt_metric_names[]; ///< as study files write them; ends with NULL

/// A category of a model from databases: a method, and how it looks at time.
typedef struct vt_category_plan {
  int line;
  const char *name; ///< label of the category
  int parts;
  const char *const *part; ///< of the method; shape [parts]
  vt_metric metric;
  int horizon;        ///< years, >= 1; 100 where not given
  bool fixed_horizon; ///< the window ends `horizon` years after the start; true where not given,
                      ///< and for VT_METRIC_CRF whatever is given
} vt_category_plan;

/// A pathway model built from databases (specs/study.md 4), in place of an input file.
typedef struct vt_database_plan {
  const char *foreground; ///< name of the database whose processes are the decisions
  int foreground_line;
  int backgrounds;                         ///< 0: all databases with representative_time
  const vt_background_variant *background; ///< shape [backgrounds]
  int demand_line;
  int demands;
  const vt_yearly_demand *demand; ///< shape [demands]; none if there is a file
  const char *demand_file;        ///< CSV product,year,amount, path resolved; or NULL
  int years_line;
  int first_year, last_year; ///< horizon, both ends included
  int methods_line;
  int categories;
  const vt_category_plan *category; ///< shape [categories], distinct names
  int retain_line;
  int retained;
  const char *const *retain; ///< codes of elementary flows; shape [retained]
  bool characterised_only;   ///< drop other flows that only the background has; true if not given
  double cutoff;             ///< [0, 1): background flows of a smaller share of any impact go
  bool missing_zero;         ///< what a snapshot lacks counts as zero, with a warning
  bool nearest_offsets;      ///< offsets count as the nearest year, else as the whole years in them
} vt_database_plan;

typedef enum vt_unit { VT_UNIT_LIFETIME, VT_UNIT_ANNUAL } vt_unit;

extern const char *const vt_unit_names[]; ///< as study files write them; ends with NULL

/// A pathway model: a programme over years.
typedef struct vt_pathway_plan {
  const char *inputs; ///< path, resolved against the study file; NULL: `from` is given
  int inputs_line;
  vt_database_plan *from; ///< what it is built from; NULL where there is an input file
  vt_unit unit;
  int extend; ///< years that repeat the last one after it
  int overrides;
  const vt_factor *override; ///< shape [overrides]
  int fixed_overrides;       ///< those before the first with a formula
} vt_pathway_plan;

// Technology choice: a programme over all processes of a system, some of which can stand in for
// each other.

/// A number of the steps first to last, both included.
typedef struct vt_step_number {
  int first, last;
  double value; ///< infinite: no limit
} vt_step_number;

/// Something with a number, which may differ between steps. What no span has is nothing: no demand,
/// no limit, no supply.
typedef struct vt_stepped {
  int line;
  const char *name; ///< as written: a process, product, flow, category, choice, or a glob
  int spans;
  const vt_step_number *span; ///< shape [spans]
} vt_stepped;

/// One of the processes that a choice is between.
typedef struct vt_alternative_plan {
  vt_stepped capacity; ///< its name is the process
  const char *product; ///< NULL: the only one that it makes
} vt_alternative_plan;

typedef struct vt_choice_group {
  int line;
  const char *name;
  int alternatives;
  const vt_alternative_plan *alternative; ///< shape [alternatives], at least one
} vt_choice_group;

/// Limits of a choice model, each a map from labels to numbers.
typedef enum vt_choice_limit {
  VT_LIMIT_UPPER, ///< of levels of processes
  VT_LIMIT_LOWER,
  VT_LIMIT_UPPER_ELEM, ///< of elementary flows
  VT_LIMIT_LOWER_ELEM,
  VT_LIMIT_UPPER_IMP, ///< of impacts, by category
  VT_LIMIT_LOWER_IMP,
  VT_LIMIT_UPPER_IMP_AGG, ///< of their sums over the steps
  VT_CHOICE_LIMITS
} vt_choice_limit;

extern const char *const vt_choice_limit_names[]; ///< as study files write them; ends with NULL

/// A weighted process of a dependent constraint.
typedef struct vt_dependent_term {
  int line;
  const char *process;
  double weight;
} vt_dependent_term;

/// min <= sum of weight times level <= max, of which one may be infinite.
typedef struct vt_dependent_plan {
  int line;
  const char *name;
  int terms;
  const vt_dependent_term *term; ///< shape [terms], at least one
  double min, max;
} vt_dependent_plan;

/// What is left over of `from` at a step is there of `to` at the next, times the factor.
typedef struct vt_storage_plan {
  int line;
  const char *to, *from;
  double factor; ///< >= 0
} vt_storage_plan;

/// An uncertain limit of a level.
typedef struct vt_chance_bound {
  int line;
  const char *process;
  vt_distribution distribution;
} vt_chance_bound;

/// What is to hold by chance.
typedef struct vt_chance_plan {
  int line; ///< 0: not given
  double confidence;
  bool individual; ///< each event at `confidence`; else they share what it leaves
  int shares_line, shares;
  const double *share; ///< shape [shares]: of the impact, then of the bounds; none: equal ones
  ptrdiff_t upper_place, lower_place; ///< which of the two is written first
  int uppers, lowers;
  const vt_chance_bound *upper, *lower;
} vt_chance_plan;

typedef struct vt_choice_plan {
  int choices;
  const vt_choice_group *choice;
  int demands, demand_line;
  const vt_stepped *demand;
  int supplies;
  const vt_stepped *supply;
  int frees, free_line;
  const char *const *free; ///< alternatives that may run backwards
  int limits[VT_CHOICE_LIMITS];
  const vt_stepped *limit[VT_CHOICE_LIMITS];
  int dependents;
  const vt_dependent_plan *dependent;
  int methods;
  const vt_method_plan *method;
  int goals;                     ///< 0: the objective is that of the study's aims
  const vt_objective_term *goal; ///< weight: what the category should not exceed
  int steps_line, steps;         ///< line 0: no time, 1 step
  int storages;
  const vt_storage_plan *storage;
  bool cyclic; ///< the first step takes from the last
  vt_chance_plan chance;
  int overrides;
  const vt_factor *override; ///< shape [overrides]
  int fixed_overrides;       ///< those before the first with a formula
} vt_choice_plan;

// Timelines.

/// A demand of a timeline. The first member is that of plain LCA.
typedef struct vt_dated_demand {
  vt_lca_demand lca;
  bool dated;   ///< else at the start
  int64_t date; ///< seconds since 1970-01-01
} vt_dated_demand;

/// A category of a timeline. The first member is that of a pathway.
typedef struct vt_timeline_method {
  vt_category_plan category;
  bool windowed;     ///< fixed_horizon is given
  const char *table; ///< CSV file of VT_METRIC_TABLE, path resolved; else NULL
  int table_line;
} vt_timeline_method;

/// A database that stands for the background at a date.
typedef struct vt_dated_snapshot {
  int line;
  const char *database;
  bool dated;   ///< else at the date of its representative_time
  int64_t date; ///< seconds since 1970-01-01
} vt_dated_snapshot;

/// Snapshots that belong together; several of these are what a `choose` factor chooses from.
typedef struct vt_timeline_background {
  int line;
  const char *name; ///< NULL: the only one, which needs no name
  int snapshots;
  const vt_dated_snapshot *snapshot; ///< distinct; shape [snapshots], at least one
} vt_timeline_background;

/// Bins of the results of a timeline, from coarse to fine.
typedef enum vt_resolution {
  VT_RESOLVE_YEAR,
  VT_RESOLVE_MONTH,
  VT_RESOLVE_DAY,
  VT_RESOLVE_HOUR,
} vt_resolution;

extern const char *const vt_resolution_names[]; ///< as study files write them; ends with NULL

/// A timeline: when the flows of supply chains happen, and what they do over time.
typedef struct vt_timeline_plan {
  int demands;
  const vt_dated_demand *demand;
  int64_t start; ///< seconds since 1970-01-01
  vt_resolution resolution;
  bool nearest; ///< a date belongs to the nearest start of a bin, else to the bin that holds it
  bool mean;    ///< years and months have a mean length, else that of the calendar
  double cutoff;
  int64_t max_calculations;
  int statics;
  const char *const *static_database; ///< shape [statics]
  const int *static_line;             ///< shape [statics]
  int methods;
  const vt_timeline_method *method;         ///< distinct names; shape [methods]
  int backgrounds;                          ///< 0: no time-explicit background
  const vt_timeline_background *background; ///< shape [backgrounds]
  bool nearest_snapshot;                    ///< interpolation
  bool missing_zero;
  bool redate;
  bool has_time;
  int64_t first_bin, last_bin; ///< with has_time: labels of the axis
  int keep_line;
  bool keep_inventory, keep_by_activity, keep_timeline;
} vt_timeline_plan;

typedef enum vt_model_kind {
  VT_MODEL_PATHWAY,
  VT_MODEL_INVENTORY,
  VT_MODEL_CHOICE,
  VT_MODEL_TIMELINE
} vt_model_kind;

/// How the processes of several products of a database become one a product.
typedef struct vt_allocation_plan {
  int line;
  const char *database;
  const char *property; ///< whose amount divides them; "equal": by their number
} vt_allocation_plan;

/// What is solved.
typedef struct vt_model_plan {
  vt_model_kind kind;
  int line;
  int databases;               ///< files and folders that it is built from
  const char *const *database; ///< in order, paths resolved; shape [databases]
  const int *database_line;    ///< shape [databases]
  int allocations;
  const vt_allocation_plan *allocation; ///< distinct databases; shape [allocations]
  union {
    vt_pathway_plan pathway;
    vt_inventory_plan inventory;
    vt_choice_plan choice;
    vt_timeline_plan timeline;
  };
} vt_model_plan;

/// Of which numbers the share of scenarios above them is told.
typedef struct vt_threshold_plan {
  int line;
  vt_selector of; ///< of objective, total_impact [category] or score [demand, category]
  int count;
  const double *threshold; ///< ascending
} vt_threshold_plan;

/// What is to be in /statistics besides moments and quantiles.
typedef struct vt_statistics_plan {
  int group_line;
  int groupings;               ///< at most VT_MOST_GROUPINGS
  const char *const *group_by; ///< names of design factors with levels or names
  int exceedances;
  const vt_threshold_plan *exceedance;
  int built_line;     ///< 0: not given
  double built_above; ///< units
} vt_statistics_plan;

/// How the sensitivity of outputs to inputs is told: what a design can give.
typedef enum vt_sensitivity_method {
  VT_SENSITIVITY_SOBOL,      ///< saltelli
  VT_SENSITIVITY_MORRIS,     ///< morris
  VT_SENSITIVITY_REGRESSION, ///< any other
  VT_SENSITIVITIES
} vt_sensitivity_method;

/// What is to be in /sensitivity.
typedef struct vt_sensitivity_plan {
  int line; ///< in the study file, of the design where the study does not say
  bool wanted;
  vt_sensitivity_method method;
  int output_line, outputs;  ///< 0: objective and total impacts, or scores
  const vt_selector *output; ///< of cells of variables; shape [outputs]
  int resamples;
  double confidence; ///< in (0, 1), of the intervals
  double max_failed; ///< share of groups, trajectories or scenarios that may have no optimum
  int derivative_line;
  bool derivative; ///< d objective / d input is stored, and summed up
} vt_sensitivity_plan;

/// Which distributions of the databases vary in an ensemble: of what, by whose exchanges.
typedef struct vt_uncertainty_plan {
  int line;
  bool wanted;
  bool technosphere, biosphere, methods, parameters;
  int databases_line;
  int databases; ///< 0: all of the system
  const char *const *database;
  bool mean;   ///< lognormal: the amount is the mean, else the median
  bool strict; ///< an invalid distribution is an error, else constant
} vt_uncertainty_plan;

/// What is to be in /regret.
typedef struct vt_regret_plan {
  int line;
  bool wanted;
  int plans_line; ///< 0: not given
  int64_t plans;
  int fix_line; ///< 0: plans are fixed in all years
  int fix;      ///< the last year in which they are
} vt_regret_plan;

typedef struct vt_study {
  vt_arena *arena;
  const char *path; ///< as given on the command line
  const char *text; ///< verbatim
  char sha256[65];
  const char *name;
  vt_model_plan model;
  vt_aims aims;  ///< of a model with a programme
  bool ensemble; ///< false: one scenario, exit code 3 when it has no optimum
  vt_design_plan design;
  int parameters;
  const vt_study_parameter *parameter; ///< shape [parameters]
  int factors;
  const vt_factor *factor; ///< shape [factors], in the order of design.input
  vt_uncertainty_plan uncertainty;
  int keeps;
  const char *const *keep; ///< names of kept tensors, of vt_keepable_outputs
  int quantiles;
  const double *quantile; ///< ascending, in [0, 1]
  vt_statistics_plan statistics;
  vt_sensitivity_plan sensitivity;
  vt_regret_plan regret;
  bool single; ///< store the big tensors in single precision
  struct {
    int64_t iteration_limit; ///< 0 = none given
    double time_limit_s;     ///< 0 = none given
    bool tie_break, warm_start;
  } solver;
} vt_study;

/// Whether an input is one whose sensitivity is told: random inputs, in saltelli also those with a
/// draw for each cell, in tables the columns.
bool vt_sensitivity_counts(const vt_design_plan *design, int input);

/// An output that a study may ask for by name.
typedef struct vt_keepable {
  const char *name;
  unsigned kinds; ///< bits 1U << vt_model_kind of the models that have it
  bool implied;   ///< kept where the study does not say
} vt_keepable;

/// What `keep` may name; ends with a row without a name.
extern const vt_keepable vt_keepable_outputs[];

/// The fixed changes of a model: how many, and those before the first with a formula.
const vt_factor *vt_study_overrides(const vt_study *study, int *overrides, int *fixed);

/// The label of the bin that a date lies in: 2024, 202403, 20240301 or 2024030114.
int64_t vt_resolution_label(vt_resolution resolution, const vt_date *date);
/// The start of the bin of a label; false: there is no such bin.
bool vt_resolution_start(vt_resolution resolution, int64_t label, int64_t *seconds);

/// As study files write it: "pathway", "inventory".
const char *vt_model_kind_name(vt_model_kind kind);

/// The databases that a pathway model is built from; NULL for every other model.
const vt_database_plan *vt_study_databases(const vt_study *study);

/// Whether exchanges of the databases are others in each scenario: drawn, or given by tables.
bool vt_study_varies(const vt_study *study);

/// Read and check a study file; nothing it refers to is opened.
///
/// Not collective. The caller frees *study with vt_study_free.
/// @return VT_ERR_INPUT with one line "FILE:LINE: what is wrong: found ..., expected ...; did you
///         mean ...?"
vt_error vt_study_read(const char *path, vt_study **study);

/// The same from text that was read before (another rank's, or a results file's attribute).
vt_error vt_study_parse(const char *path, const char *text, ptrdiff_t length, vt_study **study);

void vt_study_free(vt_study *study); ///< accepts NULL

/// Where another study first says something else, in some parts (keys of the file,
/// NULL-terminated): its place ("ensemble.design") is added to `place`, which is empty, with its
/// line in `other`; nothing where they are the same. Numbers are compared as such, the order of
/// keys matters for factors and parameters alone.
vt_error vt_study_differs(const vt_study *study, const vt_study *other, const char *const *parts,
                          vt_text *place, int *line);

/// Parse one selector. Strings belong to `arena`. Errors carry no file name: the caller adds it.
vt_error vt_selector_parse(vt_arena *arena, const char *text, vt_selector *selector);

/// Whether text matches a glob of * and ? (whole text).
bool vt_glob_matches(const char *glob, const char *text);

#endif
