// design.c - which scenarios there are. A scenario's values depend on the plan and its id alone.
#include "table.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct vt_design {
  const vt_design_plan *plan;
  int64_t scenarios;
  uint64_t *stream; // shape [factors]: hash of the factor's name
  int64_t *place;   // shape [factors]: where its levels begin, or how long one of them lasts
  double *table;    // shape [scenarios, factors]
};

static int64_t levels_of(const vt_value *v) {
  return v->levels > 0 ? v->levels : 1;
}

// A name's number is its place in the factor's list.
static double level_of(const vt_value *v, int64_t level) {
  return v->kind == VT_VALUE_NAMES ? (double)level : v->level[level];
}

// More scenarios than this cannot be stored or counted: a mistake in the study.
static const int64_t most_scenarios = INT64_C(1) << 40;

// ---------------------------------------------------------------------------------------------
// Kinds of designs.

static vt_error count_one(vt_design *d) {
  d->scenarios = 1;
  return VT_OK;
}

static vt_error count_draws(vt_design *d) {
  d->scenarios = d->plan->size;
  return VT_OK;
}

static double draw(const vt_design *d, int factor, int64_t k) {
  const vt_value *v = &d->plan->factor[factor].value;
  if (v->kind == VT_VALUE_NUMBER) return v->level[0];
  const double u = vt_random_uniform(d->plan->seed, VT_PURPOSE_FACTOR, k, d->stream[factor], 0);
  if (v->kind == VT_VALUE_DISTRIBUTION) return vt_distribution_quantile(&v->distribution, u);
  const int64_t level = (int64_t)(u * (double)v->levels);
  return level_of(v, level < v->levels ? level : v->levels - 1);
}

// The last factor is the fastest: a level of the others lasts as long as all that come after.
static vt_error count_combinations(vt_design *d) {
  d->scenarios = 1;
  for (int f = d->plan->factors - 1; f >= 0 && d->scenarios <= most_scenarios; f--) {
    d->place[f] = d->scenarios;
    d->scenarios *= levels_of(&d->plan->factor[f].value);
  }
  return VT_OK;
}

static double combination(const vt_design *d, int factor, int64_t k) {
  const vt_value *v = &d->plan->factor[factor].value;
  return level_of(v, k / d->place[factor] % levels_of(v));
}

// A fixed number always holds; the other factors follow one another.
static vt_error count_levels(vt_design *d) {
  const vt_design_plan *p = d->plan;
  for (int f = 0; f < p->factors; f++) {
    d->place[f] = d->scenarios;
    if (p->factor[f].value.kind != VT_VALUE_NUMBER) d->scenarios += levels_of(&p->factor[f].value);
  }
  VT_CHECK(d->scenarios > 0, VT_ERR_INPUT,
           "%s:%d: one-at-a-time: found no factor with a list of levels, expected one", p->path,
           p->line);
  return VT_OK;
}

static double only_this(const vt_design *d, int factor, int64_t k) {
  const vt_value *v = &d->plan->factor[factor].value;
  const int64_t level = k - d->place[factor];
  if (v->kind == VT_VALUE_NUMBER) return v->level[0];
  return level >= 0 && level < v->levels ? level_of(v, level) : (double)NAN;
}

static vt_error count_rows(vt_design *d) {
  return vt_design_table_read(d->plan, &d->table, &d->scenarios);
}

static double cell(const vt_design *d, int factor, int64_t k) {
  return d->table[k * d->plan->factors + factor];
}

#define VALUE_BIT(kind) (1U << (kind))
enum {
  NO_VALUE = VALUE_BIT(VT_VALUE_EMPTY),
  LEVEL_VALUE = VALUE_BIT(VT_VALUE_NUMBER) | VALUE_BIT(VT_VALUE_LEVELS) | VALUE_BIT(VT_VALUE_NAMES),
  RANDOM_VALUE = LEVEL_VALUE | VALUE_BIT(VT_VALUE_DISTRIBUTION),
};

static const char a_level[] = "a number or a list of levels";

const vt_design_type vt_design_types[VT_DESIGNS] = {
    [VT_DESIGN_NONE] = {.count = count_one},
    [VT_DESIGN_MONTE_CARLO] = {.name = "monte-carlo",
                               .usage = "{monte-carlo: N}",
                               .expected = "a number, a list of levels or a distribution",
                               .values = RANDOM_VALUE,
                               .takes = VT_ARGUMENT_SIZE,
                               .count = count_draws,
                               .value = draw},
    [VT_DESIGN_FACTORIAL] = {.name = "factorial",
                             .usage = "factorial",
                             .expected = a_level,
                             .values = LEVEL_VALUE,
                             .count = count_combinations,
                             .value = combination},
    [VT_DESIGN_ONE_AT_A_TIME] = {.name = "one-at-a-time",
                                 .usage = "one-at-a-time",
                                 .expected = a_level,
                                 .values = LEVEL_VALUE,
                                 .count = count_levels,
                                 .value = only_this},
    [VT_DESIGN_TABLE] = {.name = "table",
                         .usage = "{table: file.csv}",
                         .expected = "nothing (the table gives the values, as in 'multiply: ~')",
                         .values = NO_VALUE,
                         .takes = VT_ARGUMENT_FILE,
                         .count = count_rows,
                         .value = cell},
};

// ---------------------------------------------------------------------------------------------
// A design.

static vt_error fill(vt_design *d) {
  VT_NEW(d->stream, d->plan->factors);
  VT_NEW(d->place, d->plan->factors);
  for (int f = 0; f < d->plan->factors; f++) {
    const char *name = d->plan->factor[f].name;
    d->stream[f] = vt_hash64(name, (ptrdiff_t)strlen(name));
  }
  VT_TRY(vt_design_types[d->plan->kind].count(d));
  VT_CHECK(d->scenarios <= most_scenarios, VT_ERR_INPUT,
           "%s:%d: found more than %" PRId64 " scenarios, expected fewer", d->plan->path,
           d->plan->line, most_scenarios);
  return VT_OK;
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
  free(design->stream);
  free(design->place);
  free(design->table);
  free(design);
}

void vt_design_resize(vt_design *design, int64_t scenarios) {
  design->scenarios = scenarios;
}

int64_t vt_design_scenarios(const vt_design *design) {
  return design->scenarios;
}

void vt_design_values(const vt_design *d, int64_t k, double *value) {
  for (int f = 0; f < d->plan->factors; f++)
    value[f] = vt_design_types[d->plan->kind].value(d, f, k);
}
