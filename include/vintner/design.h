// design.h - which scenarios there are: distributions, designs, random numbers.
#ifndef VT_DESIGN_H
#define VT_DESIGN_H

#include "vintner/base.h"

// ---------------------------------------------------------------------------------------------
// Random numbers.

/// What a stream of random numbers is for: streams of different purposes are independent.
typedef enum vt_purpose {
  VT_PURPOSE_FACTOR = 1,
  VT_PURPOSE_TIE_BREAK = 2,
  VT_PURPOSE_RESAMPLE = 5, ///< bootstrap
} vt_purpose;

/// A number in (0, 1) that depends on its arguments alone.
///
/// Philox4x64-10 of Random123 (Salmon et al. 2011): key (seed, purpose), counter (scenario, stream,
/// draw, 0); the first output word's upper 53 bits, plus a half.
double vt_random_uniform(uint64_t seed, vt_purpose purpose, int64_t scenario, uint64_t stream,
                         uint64_t draw);

// ---------------------------------------------------------------------------------------------
// Distributions.

typedef enum vt_distribution_kind {
  VT_UNIFORM,    ///< parameter a, b
  VT_NORMAL,     ///< mean, sd
  VT_LOGNORMAL,  ///< median, gsd (geometric standard deviation, > 0)
  VT_TRIANGULAR, ///< min, mode, max
  VT_DISCRETE,   ///< values with weights
  VT_DISTRIBUTIONS
} vt_distribution_kind;

enum { VT_MAX_PARAMETERS = 3 };

typedef struct vt_distribution {
  vt_distribution_kind kind;
  double parameter[VT_MAX_PARAMETERS];
  int count;            ///< discrete
  const double *value;  ///< discrete, shape [count]
  const double *weight; ///< discrete, shape [count], >= 0, sum > 0
  double min, max;      ///< truncation; -inf and +inf where not given
} vt_distribution;

/// How the numbers of a distribution are given.
typedef enum vt_parameter_form {
  VT_FORM_ASCENDING, ///< its parameters as a list in ascending order
  VT_FORM_NAMED,     ///< each parameter by its name
  VT_FORM_WEIGHTED,  ///< values and their weights, no parameters
} vt_parameter_form;

typedef enum vt_sign { VT_SIGN_ANY, VT_SIGN_NOT_NEGATIVE, VT_SIGN_POSITIVE } vt_sign;

/// A kind of distribution: how it is given, and what it does.
typedef struct vt_distribution_type {
  const char *name;
  vt_parameter_form form;
  const char *expected; ///< VT_FORM_ASCENDING in words
  int parameters;
  struct {
    const char *name;
    vt_sign sign;
  } parameter[VT_MAX_PARAMETERS];
  double (*quantile)(const vt_distribution *distribution, double u);
  /// Whether anything is left of it between its min and max.
  bool (*meets_bounds)(const vt_distribution *distribution);
} vt_distribution_type;

extern const vt_distribution_type vt_distribution_types[VT_DISTRIBUTIONS];

/// Quantile u in (0, 1) of a distribution, truncation applied (inverse cumulative distribution).
double vt_distribution_quantile(const vt_distribution *distribution, double u);

// ---------------------------------------------------------------------------------------------
// Designs.

typedef enum vt_value_kind {
  VT_VALUE_EMPTY,  ///< the table gives it
  VT_VALUE_NUMBER, ///< level[0], always
  VT_VALUE_LEVELS, ///< level[0..levels)
  VT_VALUE_NAMES,  ///< name[0..levels), whose numbers are their places
  VT_VALUE_DISTRIBUTION,
} vt_value_kind;

/// What a factor may be set to.
typedef struct vt_value {
  vt_value_kind kind;
  int levels;
  const double *level;
  const char *const *name;
  vt_distribution distribution;
} vt_value;

/// A factor as a design sees it.
typedef struct vt_design_factor {
  const char *name;
  vt_value value;
  int variants;               ///< what a table may name in its column, or give the place of
  const char *const *variant; ///< shape [variants]; none: the column has numbers
  bool infinite;              ///< they may be infinite
} vt_design_factor;

typedef enum vt_design_kind {
  VT_DESIGN_NONE, ///< no factors: one scenario
  VT_DESIGN_MONTE_CARLO,
  VT_DESIGN_FACTORIAL,
  VT_DESIGN_ONE_AT_A_TIME,
  VT_DESIGN_TABLE,
  VT_DESIGNS
} vt_design_kind;

/// What a design is given besides factors.
typedef enum vt_design_argument {
  VT_ARGUMENT_NONE,
  VT_ARGUMENT_SIZE, ///< a number of scenarios
  VT_ARGUMENT_FILE, ///< a table
} vt_design_argument;

/// All that decides which scenarios there are.
typedef struct vt_design_plan {
  const char *path; ///< of the study that asks for it, for messages
  int line;
  vt_design_kind kind;
  uint64_t seed;
  int64_t size;      ///< monte-carlo: N
  const char *table; ///< table: path, resolved
  int factors;
  const vt_design_factor *factor; ///< shape [factors]
} vt_design_plan;

/// The scenarios of a plan: how many, and the value of each factor in each.
typedef struct vt_design vt_design;

/// A kind of design.
typedef struct vt_design_type {
  const char *name;     ///< NULL: not asked for by name
  const char *usage;    ///< as a study asks for it
  const char *expected; ///< `values` in words
  unsigned values;      ///< what its factors may have: bits 1U << vt_value_kind
  vt_design_argument takes;
  /// Count the scenarios of a design that is being made.
  vt_error (*count)(vt_design *design);
  /// Value of one factor in scenario k.
  double (*value)(const vt_design *design, int factor, int64_t k);
} vt_design_type;

extern const vt_design_type vt_design_types[VT_DESIGNS];

/// Make the design of a plan, which is borrowed; reads the table if there is one.
/// @return VT_ERR_INPUT with file and line for a bad table
vt_error vt_design_create(const vt_design_plan *plan, vt_design **design);
void vt_design_free(vt_design *design); ///< accepts NULL
int64_t vt_design_scenarios(const vt_design *design);
/// Set how many scenarios there are, where the plan alone does not say.
void vt_design_resize(vt_design *design, int64_t scenarios);

/// Value of each factor in scenario k, NaN where the factor is not applied. value: shape [factors].
/// Depends on the plan and k alone.
void vt_design_values(const vt_design *design, int64_t k, double *value);

#endif
