// design.c - which scenarios there are. A scenario's values depend on the plan and its id alone.
#include "correlate.h"
#include "shuffle.h"
#include "sobol.h"
#include "table.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

// A cell of an input that has a draw for each.
typedef struct cell {
  int input;
  uint64_t stream;
} cell;

struct vt_design {
  const vt_design_plan *plan;
  vt_arena *arena;
  int64_t scenarios;
  const vt_distribution **distribution; // shape [inputs]: prepared; NULL where it has none
  uint64_t *stream;                     // shape [inputs]: hash of the input's name
  int64_t *place; // shape [inputs]: where its levels begin, or how long one of them lasts
  double *table;  // shape [scenarios, inputs]
  int dimensions; // random inputs
  int *random;    // shape [dimensions]: the input
  int *dimension; // shape [inputs]: its number among the random ones, or -1
  int counted;    // saltelli: inputs that have an AB of their own
  int *count_of;  // shape [inputs]: its number among those, or -1
  int formulas;
  int *formula; // shape [formulas]: inputs, each after those that it reads
  vt_copula copula;
  vt_shuffle *shuffle;     // latin-hypercube; shape [dimensions]
  vt_sobol sobol;          // sobol, saltelli
  uint64_t (*scramble)[2]; // shape [dimensions of sobol]
  cell *cells;
  ptrdiff_t cell_count, cell_room;
};

// More scenarios than this cannot be stored or counted: a mistake in the study.
static const int64_t most_scenarios = INT64_C(1) << 40;

static vt_error refuse_scenarios(const vt_design *d) {
  return vt_error_raise(VT_ERR_INPUT, __FILE__, __LINE__, __func__,
                        "%s:%d: found more than %" PRId64 " scenarios, expected fewer",
                        d->plan->path, d->plan->line, most_scenarios);
}

// size times of (a inputs + b) scenarios.
static vt_error count_groups(vt_design *d, int64_t rows) {
  const int64_t size = d->plan->size;
  if (rows > 0 && size > most_scenarios / rows) return refuse_scenarios(d);
  d->scenarios = size * rows;
  return VT_OK;
}

static vt_error need_inputs(const vt_design *d, int inputs) {
  VT_CHECK(inputs > 0, VT_ERR_INPUT,
           "%s:%d: 'ensemble.design.%s': found no random input, expected at least one with a "
           "distribution or levels",
           d->plan->path, d->plan->line, vt_design_types[d->plan->kind].name);
  return VT_OK;
}

static vt_error count_one(vt_design *d) {
  d->scenarios = 1;
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------
// Designs of random inputs.

static vt_error count_draws(vt_design *d) {
  return count_groups(d, 1);
}

static double draw(const vt_design *d, int dimension, int64_t k) {
  const uint64_t stream = d->stream[d->random[dimension]];
  return vt_random_uniform(d->plan->seed, VT_PURPOSE_FACTOR, k, stream, 0);
}

static vt_error count_strata(vt_design *d) {
  VT_TRY(count_groups(d, 1));
  VT_ARENA_NEW(d->arena, d->shuffle, d->dimensions);
  for (int i = 0; i < d->dimensions; i++)
    d->shuffle[i] = vt_shuffle_of(d->plan->seed, -1, d->stream[d->random[i]], d->plan->size);
  return VT_OK;
}

// A stratum and a place in it of as many bits as leave the sum exact (McKay et al. 1979).
static double stratum(const vt_design *d, int dimension, int64_t k) {
  const int64_t last = d->plan->size - 1;
  const int bits = last > 0 ? 52 - (64 - __builtin_clzll((uint64_t)last)) : 52;
  uint64_t word[VT_RANDOM_WORDS];
  vt_random_words(d->plan->seed, VT_PURPOSE_FACTOR, k, d->stream[d->random[dimension]], 0, word);
  const double within = ldexp((double)(word[0] >> (64 - bits)) + 0.5, -bits);
  return ((double)vt_shuffle_place(&d->shuffle[dimension], k) + within) / (double)d->plan->size;
}

static void note_balance(const vt_design_plan *plan) {
  if (plan->size & (plan->size - 1))
    vt_log(VT_LOG_INFO, "%s:%d: %" PRId64 " is no power of two: Sobol points are balanced at those",
           plan->path, plan->line, plan->size);
}

static vt_error prepare_points(vt_design *d, int64_t dimensions) {
  VT_CHECK(dimensions <= VT_SOBOL_DIMENSIONS, VT_ERR_INPUT,
           "%s:%d: 'ensemble.design.%s': found %" PRId64
           " dimensions, expected at most %d, for which there are direction numbers",
           d->plan->path, d->plan->line, vt_design_types[d->plan->kind].name, dimensions,
           (int)VT_SOBOL_DIMENSIONS);
  note_balance(d->plan);
  if (dimensions == 0) return VT_OK;
  VT_TRY(vt_sobol_create(d->arena, (int)dimensions, &d->sobol));
  VT_ARENA_NEW(d->arena, d->scramble, dimensions);
  for (int i = 0; i < dimensions; i++) {
    uint64_t word[VT_RANDOM_WORDS];
    vt_random_words(d->plan->seed, VT_PURPOSE_SCRAMBLE, -1, (uint64_t)i, 0, word);
    memcpy(d->scramble[i], word, sizeof d->scramble[i]);
  }
  return VT_OK;
}

static double coordinate(const vt_design *d, int dimension, int64_t point) {
  uint64_t x = vt_sobol_point(&d->sobol, dimension, point);
  if (d->plan->scramble) x = vt_sobol_scramble(x, d->scramble[dimension]);
  return ((double)x + 0.5) * 0x1p-52;
}

static vt_error count_points(vt_design *d) {
  VT_TRY(count_groups(d, 1));
  return prepare_points(d, d->dimensions);
}

// Groups of rows A, AB_1 to AB_d, (BA_1 to BA_d,) B of Saltelli (2002), in SALib's order.
static int64_t rows_of_group(const vt_design *d) {
  return (d->plan->second_order ? 2 : 1) * (int64_t)d->counted + 2;
}

static vt_error count_saltelli(vt_design *d) {
  VT_TRY(need_inputs(d, d->counted));
  VT_TRY(count_groups(d, rows_of_group(d)));
  return prepare_points(d, 2 * (int64_t)d->dimensions);
}

// Whether an input takes B's value in a row of its group, else A's.
static bool takes_b(const vt_design *d, int input, int64_t row) {
  const int64_t own = d->count_of[input], others = row - 1 - d->counted;
  if (row == 0) return false;
  if (row == rows_of_group(d) - 1) return true;
  return others < 0 ? row - 1 == own : others != own;
}

static double saltelli(const vt_design *d, int dimension, int64_t k) {
  const int64_t group = k / rows_of_group(d), row = k % rows_of_group(d);
  const bool b = takes_b(d, d->random[dimension], row);
  return coordinate(d, b ? d->dimensions + dimension : dimension, group);
}

static vt_error count_trajectories(vt_design *d) {
  VT_TRY(need_inputs(d, d->dimensions));
  return count_groups(d, (int64_t)d->dimensions + 1);
}

// A trajectory of Morris (1991) with steps of half the levels, so that each level is as likely.
static double trajectory(const vt_design *d, int dimension, int64_t k) {
  const int64_t rows = (int64_t)d->dimensions + 1, which = k / rows, steps = k % rows;
  const int64_t levels = d->plan->levels;
  const vt_shuffle order = vt_shuffle_of(d->plan->seed, which, 0, d->dimensions);
  int64_t level = (int64_t)(draw(d, dimension, which) * (double)levels);
  if (vt_shuffle_place(&order, dimension) < steps) level = (level + levels / 2) % levels;
  return ((double)level + 0.5) / (double)levels;
}

// ---------------------------------------------------------------------------------------------
// Designs of levels.

static int64_t levels_of(const vt_design *d, int input) {
  const vt_value *v = &d->plan->input[input].value;
  if (v->kind == VT_VALUE_DISTRIBUTION) return d->plan->quantiles;
  return v->levels > 0 ? v->levels : 1;
}

// A name's number is its place in the input's list.
static double level_of(const vt_design *d, int input, int64_t level) {
  const vt_value *v = &d->plan->input[input].value;
  switch (v->kind) {
    case VT_VALUE_DISTRIBUTION:
      return vt_distribution_quantile(d->distribution[input], d->plan->quantile[level]);
    case VT_VALUE_NAMES: return (double)level;
    case VT_VALUE_NUMBER:
    case VT_VALUE_LEVELS: return v->level[level];
    case VT_VALUE_EMPTY:
    case VT_VALUE_FORMULA: break;
  }
  return (double)NAN;
}

// The last input is the fastest: a level of the others lasts as long as all that come after.
static vt_error count_combinations(vt_design *d) {
  d->scenarios = 1;
  for (int f = d->plan->inputs - 1; f >= 0; f--) {
    d->place[f] = d->scenarios;
    d->scenarios *= levels_of(d, f);
    if (d->scenarios > most_scenarios) return refuse_scenarios(d);
  }
  return VT_OK;
}

static double combination(const vt_design *d, int input, int64_t k) {
  return level_of(d, input, k / d->place[input] % levels_of(d, input));
}

// A fixed number always holds; the other inputs follow one another.
static vt_error count_levels(vt_design *d) {
  const vt_design_plan *p = d->plan;
  for (int f = 0; f < p->inputs; f++) {
    d->place[f] = d->scenarios;
    if (d->dimension[f] >= 0) d->scenarios += levels_of(d, f);
  }
  VT_CHECK(d->scenarios > 0, VT_ERR_INPUT,
           "%s:%d: one-at-a-time: found no factor with a list of levels, expected one", p->path,
           p->line);
  return VT_OK;
}

static double only_this(const vt_design *d, int input, int64_t k) {
  const int64_t level = k - d->place[input];
  if (d->dimension[input] < 0) return level_of(d, input, 0);
  return level >= 0 && level < levels_of(d, input) ? level_of(d, input, level) : (double)NAN;
}

// ---------------------------------------------------------------------------------------------
// Tables.

static vt_error count_rows(vt_design *d) {
  return vt_design_table_read(d->plan, &d->table, &d->scenarios);
}

static double tabulated(const vt_design *d, int input, int64_t k) {
  const vt_value *v = &d->plan->input[input].value;
  return v->kind == VT_VALUE_NUMBER ? v->level[0] : d->table[k * d->plan->inputs + input];
}

static double only_number(const vt_design *d, int input, int64_t k) {
  const vt_value *v = &d->plan->input[input].value;
  (void)k;
  return v->kind == VT_VALUE_NUMBER ? v->level[0] : (double)NAN;
}

// ---------------------------------------------------------------------------------------------
// All designs.

#define VALUE_BIT(kind) (1U << (kind))
enum {
  NO_VALUE = VALUE_BIT(VT_VALUE_EMPTY),
  LEVEL_VALUE = VALUE_BIT(VT_VALUE_NUMBER) | VALUE_BIT(VT_VALUE_LEVELS) | VALUE_BIT(VT_VALUE_NAMES),
  RANDOM_VALUE = LEVEL_VALUE | VALUE_BIT(VT_VALUE_DISTRIBUTION),
};

static const char of_indices[] = "its indices assume independent inputs";
static const char of_levels[] = "its inputs are not drawn";
static const char a_level[] = "a number or a list of levels";
static const char a_random_value[] = "a number, a list of levels or a distribution";

const vt_design_type vt_design_types[VT_DESIGNS] = {
    [VT_DESIGN_NONE] = {.independent = of_levels, .count = count_one},
    [VT_DESIGN_MONTE_CARLO] = {.name = "monte-carlo",
                               .usage = "{monte-carlo: N}",
                               .expected = a_random_value,
                               .values = RANDOM_VALUE,
                               .takes = VT_ARGUMENT_SIZE,
                               .each = true,
                               .count = count_draws,
                               .uniform = draw},
    [VT_DESIGN_LATIN_HYPERCUBE] = {.name = "latin-hypercube",
                                   .usage = "{latin-hypercube: N}",
                                   .expected = a_random_value,
                                   .values = RANDOM_VALUE,
                                   .takes = VT_ARGUMENT_SIZE,
                                   .independent = "its strata would be lost",
                                   .each = true,
                                   .count = count_strata,
                                   .uniform = stratum},
    [VT_DESIGN_SOBOL] = {.name = "sobol",
                         .usage = "{sobol: N}",
                         .expected = a_random_value,
                         .values = RANDOM_VALUE,
                         .takes = VT_ARGUMENT_SIZE | VT_ARGUMENT_SCRAMBLE,
                         .size = "points",
                         .each = true,
                         .count = count_points,
                         .uniform = coordinate},
    [VT_DESIGN_SALTELLI] = {.name = "saltelli",
                            .usage = "{saltelli: N}",
                            .expected = a_random_value,
                            .values = RANDOM_VALUE,
                            .takes =
                                VT_ARGUMENT_SIZE | VT_ARGUMENT_SCRAMBLE | VT_ARGUMENT_SECOND_ORDER,
                            .size = "base",
                            .independent = of_indices,
                            .each = true,
                            .count = count_saltelli,
                            .uniform = saltelli},
    [VT_DESIGN_MORRIS] = {.name = "morris",
                          .usage = "{morris: r}",
                          .expected = a_random_value,
                          .values = RANDOM_VALUE,
                          .takes = VT_ARGUMENT_SIZE | VT_ARGUMENT_LEVELS,
                          .size = "trajectories",
                          .independent = of_indices,
                          .count = count_trajectories,
                          .uniform = trajectory},
    [VT_DESIGN_FACTORIAL] = {.name = "factorial",
                             .usage = "factorial",
                             .expected = a_level,
                             .values = LEVEL_VALUE,
                             .independent = of_levels,
                             .count = count_combinations,
                             .value = combination},
    [VT_DESIGN_ONE_AT_A_TIME] = {.name = "one-at-a-time",
                                 .usage = "one-at-a-time",
                                 .expected = a_level,
                                 .values = LEVEL_VALUE,
                                 .takes = VT_ARGUMENT_QUANTILES,
                                 .independent = of_levels,
                                 .count = count_levels,
                                 .value = only_this},
    [VT_DESIGN_TABLE] = {.name = "table",
                         .usage = "{table: file.csv}",
                         .expected = "nothing (the table gives the values, as in 'multiply: ~')",
                         .values = NO_VALUE,
                         .takes = VT_ARGUMENT_FILE,
                         .independent = of_levels,
                         .count = count_rows,
                         .value = tabulated},
    [VT_DESIGN_EXCHANGES] = {.name = "exchanges",
                             .usage = "{exchanges: file.csv}",
                             .expected = "a number or a formula",
                             .values = VALUE_BIT(VT_VALUE_NUMBER),
                             .takes = VT_ARGUMENT_FILES,
                             .independent = of_levels,
                             .count = count_one,
                             .value = only_number},
};

// ---------------------------------------------------------------------------------------------
// A design.

static bool is_random(const vt_value *v) {
  return v->kind == VT_VALUE_LEVELS || v->kind == VT_VALUE_NAMES ||
         v->kind == VT_VALUE_DISTRIBUTION;
}

// Random inputs and those that count in a group, in the order of the plan.
static void number_inputs(vt_design *d) {
  for (int f = 0; f < d->plan->inputs; f++) {
    const vt_design_input *input = &d->plan->input[f];
    const bool random = is_random(&input->value);
    d->stream[f] = vt_hash64(input->name, (ptrdiff_t)strlen(input->name));
    d->count_of[f] = random ? d->counted++ : -1;
    d->dimension[f] = random && !input->each ? d->dimensions++ : -1;
    if (d->dimension[f] >= 0) d->random[d->dimension[f]] = f;
  }
}

static vt_error read_distribution(vt_design *d, int input) {
  const vt_distribution *plan = &d->plan->input[input].value.distribution;
  d->distribution[input] = plan;
  if (plan->kind != VT_EMPIRICAL) return VT_OK;
  vt_distribution *own;
  VT_ARENA_NEW(d->arena, own, 1);
  *own = *plan;
  d->distribution[input] = own;
  return vt_distribution_read(d->arena, d->plan->path, own);
}

// Parameters by what they read; factors and overrides read parameters alone.
static vt_error order_formulas(vt_design *d) {
  const vt_design_plan *p = d->plan;
  const vt_formula **formula;
  const char **name;
  int *order, fault;
  VT_ARENA_NEW(d->arena, formula, p->parameters);
  VT_ARENA_NEW(d->arena, name, p->parameters);
  VT_ARENA_NEW(d->arena, order, p->inputs);
  for (int i = 0; i < p->inputs; i++) order[i] = i;
  for (int i = 0; i < p->parameters; i++) {
    formula[i] = p->input[i].value.formula;
    name[i] = p->input[i].name;
  }
  VT_TRY(vt_formula_order(p->parameters, formula, name, order, &fault));
  for (int i = 0; i < p->inputs; i++)
    if (p->input[order[i]].value.kind == VT_VALUE_FORMULA) order[d->formulas++] = order[i];
  d->formula = order;
  return VT_OK;
}

static vt_error fill(vt_design *d) {
  const int inputs = d->plan->inputs;
  VT_TRY(vt_arena_create(&d->arena));
  VT_ARENA_NEW(d->arena, d->distribution, inputs);
  VT_ARENA_NEW(d->arena, d->stream, inputs);
  VT_ARENA_NEW(d->arena, d->place, inputs);
  VT_ARENA_NEW(d->arena, d->random, inputs);
  VT_ARENA_NEW(d->arena, d->dimension, inputs);
  VT_ARENA_NEW(d->arena, d->count_of, inputs);
  number_inputs(d);
  for (int f = 0; f < inputs; f++) {
    if (d->plan->input[f].value.kind == VT_VALUE_DISTRIBUTION) VT_TRY(read_distribution(d, f));
  }
  VT_TRY(order_formulas(d));
  VT_TRY(vt_copula_create(d->arena, d->plan, &d->copula));
  return vt_design_types[d->plan->kind].count(d);
}

vt_error vt_design_create(const vt_design_plan *plan, vt_design **design) {
  VT_NEW(*design, 1);
  (*design)->plan = plan;
  const vt_error filled = fill(*design);
  if (filled != VT_OK) {
    vt_design_free(*design);
    *design = NULL;
  }
  return filled;
}

void vt_design_free(vt_design *design) {
  if (!design) return;
  vt_arena_free(design->arena);
  free(design->table);
  free(design->cells);
  free(design);
}

void vt_design_resize(vt_design *design, int64_t scenarios) {
  design->scenarios = scenarios;
}

int64_t vt_design_scenarios(const vt_design *design) {
  return design->scenarios;
}

int vt_design_random_inputs(const vt_design *design, const int **input) {
  *input = design->random;
  return design->dimensions;
}

double vt_design_uniform(const vt_design *d, int input, int64_t k) {
  const vt_design_type *type = &vt_design_types[d->plan->kind];
  const int dimension = d->dimension[input];
  return type->uniform && dimension >= 0 ? type->uniform(d, dimension, k) : (double)NAN;
}

// ---------------------------------------------------------------------------------------------
// Values.

vt_error vt_design_add_cell(vt_design *d, int input, uint64_t stream) {
  VT_TRY(vt_grow(&d->cells, &d->cell_room, d->cell_count + 1, sizeof *d->cells));
  d->cells[d->cell_count++] = (cell){.input = input, .stream = stream};
  return VT_OK;
}

ptrdiff_t vt_design_width(const vt_design *d) {
  return d->plan->inputs + d->cell_count;
}

static double value_at(const vt_design *d, int input, double u) {
  const vt_value *v = &d->plan->input[input].value;
  if (v->kind == VT_VALUE_DISTRIBUTION) return vt_distribution_quantile(d->distribution[input], u);
  return level_of(d, input, (int64_t)(u * (double)v->levels));
}

// u of the random inputs first, where they are correlated.
static void random_values(const vt_design *d, int64_t k, double *value) {
  const vt_design_type *type = &vt_design_types[d->plan->kind];
  for (int i = 0; i < d->dimensions; i++) value[d->random[i]] = type->uniform(d, i, k);
  vt_copula_apply(&d->copula, value);
  for (int f = 0; f < d->plan->inputs; f++) {
    if (d->dimension[f] >= 0)
      value[f] = value_at(d, f, value[f]);
    else
      value[f] = d->plan->input[f].each ? (double)NAN : level_of(d, f, 0);
  }
}

static double cell_value(const vt_design *d, const cell *c, int64_t k) {
  int64_t counter = k;
  uint64_t draw_of = 0;
  if (d->plan->kind == VT_DESIGN_SALTELLI) {
    counter = k / rows_of_group(d);
    draw_of = takes_b(d, c->input, k % rows_of_group(d));
  }
  return value_at(d, c->input,
                  vt_random_uniform(d->plan->seed, VT_PURPOSE_FACTOR, counter, c->stream, draw_of));
}

// Overrides that are fixed hold whatever the design is.
static void fill_overrides(const vt_design *d, double *value) {
  for (int i = d->plan->parameters + d->plan->factors; i < d->plan->inputs; i++)
    if (d->plan->input[i].value.kind == VT_VALUE_NUMBER)
      value[i] = d->plan->input[i].value.level[0];
}

// A parameter always has a value: that of the reference where the design gives it none.
static double reference_value(const vt_design *d, int parameter) {
  const vt_value *v = &d->plan->input[parameter].value;
  switch (v->kind) {
    case VT_VALUE_NUMBER: return v->level[0];
    case VT_VALUE_LEVELS: return v->level[v->levels / 2];
    case VT_VALUE_DISTRIBUTION: return vt_distribution_quantile(d->distribution[parameter], 0.5);
    case VT_VALUE_EMPTY: return d->table ? d->table[parameter] : (double)NAN;
    case VT_VALUE_NAMES:
    case VT_VALUE_FORMULA: break;
  }
  return (double)NAN;
}

// Formulas of the inputs outside of [skip, end), once all other values are there.
static int evaluate(const vt_design *d, int skip, int end, double *value) {
  int failed = -1;
  for (int i = 0; i < d->formulas; i++) {
    const int input = d->formula[i];
    const vt_formula *formula = d->plan->input[input].value.formula;
    if (skip <= input && input < end) continue;
    value[input] = vt_formula_value(formula, value);
    const bool own = isnan(value[input]) && vt_formula_culprit(formula, value) < 0;
    if (own && (failed < 0 || input < failed)) failed = input;
  }
  return failed;
}

int vt_design_values(const vt_design *d, int64_t k, double *value) {
  const vt_design_type *type = &vt_design_types[d->plan->kind];
  for (int f = 0; f < d->plan->inputs; f++) value[f] = type->value ? type->value(d, f, k) : NAN;
  if (type->uniform) random_values(d, k, value);
  for (int f = 0; f < d->plan->parameters; f++)
    if (isnan(value[f])) value[f] = reference_value(d, f);
  for (ptrdiff_t c = 0; c < d->cell_count; c++)
    value[d->plan->inputs + c] = cell_value(d, &d->cells[c], k);
  fill_overrides(d, value);
  return evaluate(d, 0, 0, value);
}

vt_error vt_design_check_reference(const vt_design *design) {
  double *value;
  VT_NEW(value, vt_design_width(design));
  const vt_error checked = vt_design_reference(design, value);
  free(value);
  return checked;
}

void vt_design_slopes(const vt_design *d, const double *value, int input, double *slope) {
  for (int f = 0; f < d->plan->inputs; f++) slope[f] = f == input;
  for (int i = 0; i < d->formulas; i++) {
    const int f = d->formula[i];
    (void)vt_formula_slope(d->plan->input[f].value.formula, value, slope, &slope[f]);
  }
}

vt_error vt_design_explain(const vt_design *d, int input, const double *value, vt_text *why) {
  const vt_value *v = &d->plan->input[input].value;
  VT_TRY(vt_text_add(why, "'%s' fails: ", v->place));
  return vt_formula_explain(v->formula, value, why);
}

vt_error vt_design_reference(const vt_design *d, double *value) {
  const vt_design_plan *p = d->plan;
  const int factors_end = p->parameters + p->factors;
  for (ptrdiff_t i = 0; i < vt_design_width(d); i++) value[i] = (double)NAN;
  for (int i = 0; i < p->parameters; i++) value[i] = reference_value(d, i);
  fill_overrides(d, value);
  const int failed = evaluate(d, p->parameters, factors_end, value);
  if (failed < 0) return VT_OK;
  vt_text why = {0};
  vt_error told = vt_design_explain(d, failed, value, &why);
  if (told == VT_OK)
    told = vt_error_raise(VT_ERR_INPUT, __FILE__, __LINE__, __func__,
                          "%s:%d: in the reference scenario %s", p->path,
                          p->input[failed].value.line, why.bytes);
  vt_text_free(&why);
  return told;
}
