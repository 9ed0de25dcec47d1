// study.h - the study file: what to solve, under which futures, what to keep.
#ifndef VT_STUDY_H
#define VT_STUDY_H

#include "vintner/base.h"

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

typedef enum vt_distribution_kind {
  VT_UNIFORM,    ///< parameter a, b
  VT_NORMAL,     ///< mean, sd
  VT_LOGNORMAL,  ///< median, gsd (geometric standard deviation, > 0)
  VT_TRIANGULAR, ///< min, mode, max
  VT_DISCRETE,   ///< values with weights
} vt_distribution_kind;

typedef struct vt_distribution {
  vt_distribution_kind kind;
  double parameter[3];
  int count;            ///< discrete
  const double *value;  ///< discrete, shape [count]
  const double *weight; ///< discrete, shape [count], >= 0, sum > 0
  double min, max;      ///< truncation; -inf and +inf where not given
} vt_distribution;

typedef enum vt_value_kind {
  VT_VALUE_EMPTY,  ///< the table gives it
  VT_VALUE_NUMBER, ///< level[0], always
  VT_VALUE_LEVELS, ///< level[0..levels)
  VT_VALUE_NAMES,  ///< choose: name[0..levels)
  VT_VALUE_DISTRIBUTION,
} vt_value_kind;

/// One factor, or one override (name NULL; value VT_VALUE_NUMBER, or VT_VALUE_NAMES with one level
/// where the operation is VT_CHOOSE).
typedef struct vt_factor {
  const char *name;
  int line; ///< in the study file, of the target
  vt_selector target;
  vt_operation operation;
  vt_value_kind value;
  int levels;
  const double *level;
  const char *const *level_name;
  vt_distribution distribution;
} vt_factor;

typedef enum vt_design_kind {
  VT_DESIGN_NONE, ///< no ensemble: one scenario
  VT_DESIGN_MONTE_CARLO,
  VT_DESIGN_FACTORIAL,
  VT_DESIGN_ONE_AT_A_TIME,
  VT_DESIGN_TABLE,
  VT_DESIGN_PARETO,       ///< no factors: points of the front between two categories
  VT_DESIGN_ALTERNATIVES, ///< no factors: extreme plans that are nearly optimal
} vt_design_kind;

typedef enum vt_unit { VT_UNIT_LIFETIME, VT_UNIT_ANNUAL } vt_unit;

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

/// What plain LCA asks for: amount of one activity, or one unit of every product of a database.
typedef struct vt_demanded {
  int line;
  const char *name;     ///< label in the results, or NULL: the activity's code
  const char *database; ///< of the activity, or whose products are all demanded; else NULL
  const char *code;     ///< of the activity; NULL: all of `database`, or the node of `id`
  int64_t id;           ///< in the datapackages, where `database` is NULL
  double amount;
} vt_demanded;

/// A method of impact assessment in plain LCA.
typedef struct vt_method_choice {
  int line;
  const char *name; ///< label in the results, or NULL: the parts joined by ", "
  int parts;
  const char *const *part; ///< shape [parts]
} vt_method_choice;

/// Plain LCA: scores and inventories of demands on databases.
typedef struct vt_inventory_plan {
  bool given; ///< the study is plain LCA; else a pathway model
  int databases;
  const char *const *database; ///< sources in order, paths resolved; shape [databases]
  const int *database_line;    ///< shape [databases]
  int demands;
  const vt_demanded *demand;
  int methods; ///< 0: the unnamed method of sources without identifiers
  const vt_method_choice *method;
  int contributions; ///< rows of the contribution tables
  bool keep_inventory, keep_supply;
  int64_t array_column; ///< -1: vectors only
} vt_inventory_plan;

/// A snapshot of the background as the study names it.
typedef struct vt_snapshot_choice {
  int line;
  const char *database;
  bool has_year; ///< else the year of the database's representative_time
  int year;
} vt_snapshot_choice;

/// Snapshots that belong together; several of these are what a `choose` factor chooses from.
typedef struct vt_background_choice {
  int line;
  const char *name; ///< NULL: the only one, which needs no name
  int snapshots;
  const vt_snapshot_choice *snapshot; ///< shape [snapshots], at least one
} vt_background_choice;

/// Demand for a product in the years first_year to last_year, each.
typedef struct vt_demand_choice {
  int line;
  const char *product; ///< code in the foreground database
  int first_year, last_year;
  double amount;
} vt_demand_choice;

typedef enum vt_metric {
  VT_METRIC_STATIC, ///< the method's factor, the same every year
  VT_METRIC_GWP,    ///< forcing relative to CO2's, by the year of emission
  VT_METRIC_CRF,    ///< cumulative radiative forcing until a fixed year
} vt_metric;

/// A category of a model from databases: a method, and how it looks at time.
typedef struct vt_category_choice {
  int line;
  const char *name; ///< label of the category
  int parts;
  const char *const *part; ///< of the method; shape [parts]
  vt_metric metric;
  int horizon;        ///< years, >= 1; 100 where not given
  bool fixed_horizon; ///< the window ends `horizon` years after the start; true where not given,
                      ///< and for VT_METRIC_CRF whatever is given
} vt_category_choice;

/// A pathway model built from databases (specs/study.md 4), in place of an input file.
typedef struct vt_database_plan {
  bool given;
  int databases;
  const char *const *database; ///< sources in order, paths resolved; shape [databases]
  const int *database_line;    ///< shape [databases]
  const char *foreground;      ///< name of the database whose processes are the decisions
  int foreground_line;
  int backgrounds;                        ///< 0: all databases with representative_time
  const vt_background_choice *background; ///< shape [backgrounds]
  int demand_line;
  int demands;
  const vt_demand_choice *demand; ///< shape [demands]; none if there is a file
  const char *demand_file;        ///< CSV product,year,amount, path resolved; or NULL
  int years_line;
  int first_year, last_year; ///< horizon, both ends included
  int methods_line;
  int categories;
  const vt_category_choice *category; ///< shape [categories], distinct names
  int retain_line;
  int retained;
  const char *const *retain; ///< codes of elementary flows; shape [retained]
  bool characterised_only;   ///< drop other flows that only the background has; true if not given
  double cutoff;             ///< [0, 1): background flows of a smaller share of any impact go
  bool missing_zero;         ///< what a snapshot lacks counts as zero, with a warning
} vt_database_plan;

typedef struct vt_study {
  vt_arena *arena;
  const char *path; ///< as given on the command line
  const char *text; ///< verbatim
  char sha256[65];
  const char *name;
  struct {
    const char *inputs; ///< path, resolved against the study file; NULL: `from` is given
    int inputs_line;
    int objectives;
    const vt_objective_term *objective;
    int objective_line;
    vt_unit unit;
    int extend; ///< years that repeat the last one after it
    int overrides;
    const vt_factor *override;
    int levels; ///< lexicographic objective: >= 2, the first is also `objective`; else 0
    const vt_level *level;
    vt_database_plan from;
  } pathway;
  vt_inventory_plan inventory;
  bool ensemble; ///< false: one scenario, exit code 3 when it has no optimum
  uint64_t seed;
  vt_design_kind design;
  int design_line;
  int64_t design_size; ///< monte-carlo: N; pareto: points
  const char *table;   ///< table: path, resolved
  int factors;
  const vt_factor *factor;
  int keeps;
  const char *const *keep; ///< names of kept tensors, checked against vt_study_keepable
  int quantiles;
  const double *quantile; ///< ascending, in [0, 1]
  bool single;            ///< store the big tensors in single precision
  struct {
    int64_t iteration_limit; ///< 0 = none given
    double time_limit_s;     ///< 0 = none given
    bool tie_break, warm_start;
  } solver;
  struct {
    vt_objective_term category[2];
  } pareto; ///< VT_DESIGN_PARETO; design_size is the number of points
  struct {
    double slack;                         ///< share of the optimum that may be given away, >= 0
    int minimises, maximises;             ///< together at least one
    const vt_factor *minimise, *maximise; ///< only line and target are set: axes [process]
  } alternatives;                         ///< VT_DESIGN_ALTERNATIVES
} vt_study;

/// Tensors that `results.keep` may name, NULL-terminated.
extern const char *const vt_study_keepable[];

/// Read and check a study file; nothing it refers to is opened.
///
/// Not collective. The caller frees *study with vt_study_free.
/// @return VT_ERR_INPUT with one line "FILE:LINE: what is wrong: found ..., expected ...; did you
///         mean ...?"
vt_error vt_study_read(const char *path, vt_study **study);

/// The same from text that was read before (another rank's, or a results file's attribute).
vt_error vt_study_parse(const char *path, const char *text, ptrdiff_t length, vt_study **study);

void vt_study_free(vt_study *study); ///< accepts NULL

/// Alternatives of a `choose` factor: the names that it lists, else (a table gives the values) all
/// backgrounds of the study. The factor's value is the place of one of them, from 0.
int vt_study_choices(const vt_study *study, const vt_factor *factor);
/// Name of one of them.
const char *vt_study_choice(const vt_study *study, const vt_factor *factor, int place);

/// Parse one selector. Strings belong to `arena`. Errors carry no file name: the caller adds it.
vt_error vt_selector_parse(vt_arena *arena, const char *text, vt_selector *selector);

/// Whether text matches a glob of * and ? (whole text).
bool vt_glob_matches(const char *glob, const char *text);

#endif
