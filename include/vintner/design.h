// design.h - which scenarios there are: random numbers, distributions, designs.
#ifndef VT_DESIGN_H
#define VT_DESIGN_H

#include "vintner/formula.h"

// ---------------------------------------------------------------------------------------------
// Random numbers: Philox4x64-10 of Random123 (Salmon et al. 2011).

/// What a stream of random numbers is for: streams of different purposes are independent.
typedef enum vt_purpose {
  VT_PURPOSE_FACTOR = 1,
  VT_PURPOSE_TIE_BREAK = 2,
  VT_PURPOSE_ORDER = 3,    ///< keyed permutations
  VT_PURPOSE_SCRAMBLE = 4, ///< of Sobol points
  VT_PURPOSE_RESAMPLE = 5, ///< bootstrap
  VT_PURPOSE_PLANS = 6,    ///< scenarios among which plans are chosen
} vt_purpose;

enum { VT_RANDOM_WORDS = 4 };

/// The four words with key (seed, purpose) and counter (scenario, stream, block, 0).
void vt_random_words(uint64_t seed, vt_purpose purpose, int64_t scenario, uint64_t stream,
                     uint64_t block, uint64_t word[VT_RANDOM_WORDS]);

/// A number in (0, 1) that depends on its arguments alone: (i + 1/2) 2^-52 with the upper 52 bits i
/// of word `draw` % 4 of block `draw` / 4. It is exact, and so is 1 minus it.
double vt_random_uniform(uint64_t seed, vt_purpose purpose, int64_t scenario, uint64_t stream,
                         uint64_t draw);

/// The same of many streams, each for its draw 0. shape [count]
void vt_random_uniforms(uint64_t seed, vt_purpose purpose, int64_t scenario, ptrdiff_t count,
                        const uint64_t *stream, double *u);

/// Standard normal quantiles of u in (0, 1), to the last digits. shape [count]
void vt_normal_quantiles(ptrdiff_t count, const double *u, double *z);

// ---------------------------------------------------------------------------------------------
// Distributions.

typedef enum vt_distribution_kind {
  VT_LOGNORMAL,  ///< median, gsd (geometric standard deviation)
  VT_NORMAL,     ///< mean, sd
  VT_UNIFORM,    ///< a, b
  VT_TRIANGULAR, ///< min, mode, max
  VT_BERNOULLI,  ///< probability of 1, else 0
  VT_INTEGER,    ///< a, b: whole numbers, both ends included
  VT_WEIBULL,    ///< shape, scale, offset
  VT_GAMMA,      ///< shape, scale, offset
  VT_BETA,       ///< alpha, beta, ends of the support
  VT_GUMBEL,     ///< location, scale
  VT_STUDENT,    ///< nu, location, scale
  VT_PERT,       ///< min, mode, max, lambda
  VT_DISCRETE,   ///< values with weights
  VT_EMPIRICAL,  ///< the same from a column of a file, ascending
  VT_DISTRIBUTIONS
} vt_distribution_kind;

enum { VT_MAX_PARAMETERS = 4 };

typedef struct vt_distribution {
  vt_distribution_kind kind;
  double parameter[VT_MAX_PARAMETERS];
  bool negative;                ///< minus what the parameters say
  double min, max;              ///< truncation, of the signed value; -inf and +inf where not given
  int64_t count;                ///< of values
  const double *value;          ///< discrete, empirical; shape [count]
  const double *weight;         ///< shape [count], >= 0, sum > 0; NULL: equal ones
  const char *file;             ///< empirical: path, resolved
  const char *column, *weights; ///< empirical: names of columns; `weights` may be NULL
  const char *place;            ///< in the study, for messages; may be NULL
  int line;                     ///< of the study
  // Made by vt_distribution_prepare.
  bool fixed;               ///< always `parameter`'s location: no spread
  double low, high;         ///< bounds, before the sign
  double below, above;      ///< probabilities outside of them
  double mass;              ///< probability within
  const double *cumulative; ///< weights summed up, shape [count]
} vt_distribution;

/// A kind of distribution.
typedef struct vt_distribution_type {
  const char *name;
  bool signed_value; ///< may be turned negative
  vt_error (*prepare)(vt_arena *arena, vt_distribution *distribution);
  double (*quantile)(const vt_distribution *distribution, double u); ///< of a prepared one
  // Of a kind with a spread, without sign and truncation; from both tails, so that each keeps its
  // digits.
  double (*lower)(const double *parameter, double x);          ///< P(X <= x)
  double (*upper)(const double *parameter, double x);          ///< P(X > x)
  double (*lower_quantile)(const double *parameter, double p); ///< 0 < p <= 1/2
  double (*upper_quantile)(const double *parameter, double p); ///< the same of P(X > x)
  /// The only value of a distribution without spread, NaN if it has one.
  double (*only)(const double *parameter);
} vt_distribution_type;

extern const vt_distribution_type vt_distribution_types[VT_DISTRIBUTIONS];

/// Work out what draws need. Parameters must be in their ranges (specs/uncertainty-study.md 6); of
/// an empirical distribution the values must be there.
/// @param arena  owns what is made
/// @return VT_ERR_INPUT with what is wrong, without a place: truncation leaves nothing (or less
///         than 1e-300 of the mass), or values are too large for floating-point numbers
vt_error vt_distribution_prepare(vt_arena *arena, vt_distribution *distribution);

/// Quantile u in (0, 1) of a prepared distribution: sign and truncation applied.
double vt_distribution_quantile(const vt_distribution *distribution, double u);

/// Read the values and weights of an empirical distribution.
/// @param arena  owns them
/// @return VT_ERR_INPUT with a line that names the study's place or the file's line
vt_error vt_distribution_read(vt_arena *arena, const char *study, vt_distribution *distribution);

// ---------------------------------------------------------------------------------------------
// Designs.

typedef enum vt_value_kind {
  VT_VALUE_EMPTY,  ///< the table gives it
  VT_VALUE_NUMBER, ///< level[0], always
  VT_VALUE_LEVELS, ///< level[0..levels)
  VT_VALUE_NAMES,  ///< name[0..levels), whose numbers are their places
  VT_VALUE_DISTRIBUTION,
  VT_VALUE_FORMULA, ///< of the parameters, evaluated after all else
} vt_value_kind;

/// What an input may be set to.
typedef struct vt_value {
  vt_value_kind kind;
  int levels;
  const double *level;
  const char *const *name;
  vt_distribution distribution;
  const vt_formula *formula; ///< bound to the parameters by their places
  const char *place;         ///< of a formula in the study, for messages
  int line;                  ///< of a formula
} vt_value;

/// What differs between scenarios, as a design sees it: a parameter, a factor, an override.
typedef struct vt_design_input {
  const char *name;
  vt_value value;
  bool each;                  ///< a draw for each cell instead of one
  int variants;               ///< what a table may name in its column, or give the place of
  const char *const *variant; ///< shape [variants]; none: the column has numbers
  bool infinite;              ///< they may be infinite
} vt_design_input;

typedef enum vt_design_kind {
  VT_DESIGN_NONE, ///< no inputs: one scenario
  VT_DESIGN_MONTE_CARLO,
  VT_DESIGN_LATIN_HYPERCUBE,
  VT_DESIGN_SOBOL,
  VT_DESIGN_SALTELLI,
  VT_DESIGN_MORRIS,
  VT_DESIGN_FACTORIAL,
  VT_DESIGN_ONE_AT_A_TIME,
  VT_DESIGN_TABLE,
  VT_DESIGN_EXCHANGES, ///< tables that replace amounts of exchanges, which the model reads
  VT_DESIGNS
} vt_design_kind;

/// What a design is given besides inputs: bits.
typedef enum vt_design_argument {
  VT_ARGUMENT_NONE = 0,
  VT_ARGUMENT_SIZE = 1 << 0, ///< a number
  VT_ARGUMENT_FILE = 1 << 1, ///< a table
  VT_ARGUMENT_SCRAMBLE = 1 << 2,
  VT_ARGUMENT_SECOND_ORDER = 1 << 3,
  VT_ARGUMENT_LEVELS = 1 << 4,
  VT_ARGUMENT_QUANTILES = 1 << 5,
  VT_ARGUMENT_FILES = 1 << 6, ///< a file or a list of them
} vt_design_argument;

/// Two inputs and the Spearman correlation of their u.
typedef struct vt_correlation {
  int line; ///< of the study
  const char *name[2];
  double rho;
} vt_correlation;

/// A file that a plan reads.
typedef struct vt_design_file {
  const char *path;  ///< resolved
  int line;          ///< of the study
  const char *place; ///< in the study, for messages
} vt_design_file;

/// All that decides which scenarios there are.
typedef struct vt_design_plan {
  const char *path; ///< of the study that asks for it, for messages
  int line;
  vt_design_kind kind;
  uint64_t seed;
  int64_t size;      ///< draws, points, base rows or trajectories
  bool scramble;     ///< sobol, saltelli
  bool second_order; ///< saltelli
  int64_t levels;    ///< morris; even
  int quantiles;
  const double *quantile; ///< one-at-a-time: what a distribution takes; shape [quantiles]
  const char *table;      ///< table: path, resolved
  int exchange_files;
  const char *const *exchanges; ///< exchanges: paths, resolved; shape [exchange_files]
  int inputs, parameters, factors;
  const vt_design_input *input; ///< parameters, factors, then overrides that differ between
                                ///< scenarios: numbers and formulas; shape [inputs]
  int correlations, correlations_line;
  const vt_correlation *correlation; ///< shape [correlations]
  const char *correlations_file;     ///< in their place a square CSV file, resolved; or NULL
  int files;
  const vt_design_file *file; ///< all that are read, each once; shape [files]
} vt_design_plan;

/// The scenarios of a plan: how many, and the value of each input in each.
typedef struct vt_design vt_design;

/// A kind of design.
typedef struct vt_design_type {
  const char *name;        ///< NULL: not asked for by name
  const char *usage;       ///< as a study asks for it
  const char *expected;    ///< `values` in words
  unsigned values;         ///< what its inputs may have: bits 1U << vt_value_kind
  unsigned takes;          ///< bits of vt_design_argument
  const char *size;        ///< the key of its size where its arguments are a map
  const char *independent; ///< why its inputs cannot be correlated; NULL: they can
  bool each;               ///< its inputs may have a draw for each cell
  /// Count the scenarios of a design that is being made.
  vt_error (*count)(vt_design *design);
  /// u of the random input with number `dimension` in scenario k; NULL for a design without.
  double (*uniform)(const vt_design *design, int dimension, int64_t k);
  /// Value of one input in scenario k, where there is no `uniform`.
  double (*value)(const vt_design *design, int input, int64_t k);
} vt_design_type;

extern const vt_design_type vt_design_types[VT_DESIGNS];

/// Make the design of a plan, which is borrowed; reads the files it names.
/// @return VT_ERR_INPUT with file and line for a bad table or column, too many scenarios or
///         dimensions, correlations that no distribution has
vt_error vt_design_create(const vt_design_plan *plan, vt_design **design);
void vt_design_free(vt_design *design); ///< accepts NULL
int64_t vt_design_scenarios(const vt_design *design);
/// Set how many scenarios there are, where the plan alone does not say.
void vt_design_resize(vt_design *design, int64_t scenarios);

/// The random inputs: those with levels, names or a distribution, without those that have a draw
/// for each cell. @return how many; *input has their places in the plan
int vt_design_random_inputs(const vt_design *design, const int **input);

/// u in (0, 1) of a random input (by its place in the plan) in scenario k, before correlation; NaN
/// where the design has none.
double vt_design_uniform(const vt_design *design, int input, int64_t k);

/// A further value: the draw of one cell of an input that has one for each. Values of cells come
/// after those of the inputs, in the order in which they are added.
/// @param stream  hash of the input's name and the cell's labels
vt_error vt_design_add_cell(vt_design *design, int input, uint64_t stream);

/// How many values a scenario has: the inputs, then the cells added.
ptrdiff_t vt_design_width(const vt_design *design);

/// Value of each input in scenario k, NaN where the input is not applied or differs between cells,
/// and where its formula fails; then of each cell. value: shape [vt_design_width]. Depends on the
/// plan and k alone.
///
/// @return the first input whose own formula fails, -1 if there is none
int vt_design_values(const vt_design *design, int64_t k, double *value);

/// The same of the reference scenario: random parameters at their median, lists at their middle, of
/// a table the first row; no factor is applied.
/// @return VT_ERR_INPUT for a formula that fails
vt_error vt_design_reference(const vt_design *design, double *value);

/// That the formulas of the reference have values: the error of vt_design_reference.
vt_error vt_design_check_reference(const vt_design *design);

/// Derivatives of all inputs by one of them, through their formulas: 1 for itself, 0 for what does
/// not depend on it, NaN where there is none.
/// @param value  of the scenario
/// @param slope  shape [inputs]
void vt_design_slopes(const vt_design *design, const double *value, int input, double *slope);

/// Say why an input's formula fails: "'parameters.capex' fails: column 3: 1 / 0 is no finite
/// number".
/// @param value  of the scenario
vt_error vt_design_explain(const vt_design *design, int input, const double *value, vt_text *why);

#endif
