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
  double *table;    // shape [scenarios, factors]
};

static int64_t levels_of(const vt_design_factor *f) {
  return f->value.levels > 0 ? f->value.levels : 1;
}

// A name's number is its place in the factor's list.
static double level_of(const vt_design_factor *f, int64_t level) {
  return f->value.kind == VT_VALUE_NAMES ? (double)level : f->value.level[level];
}

// More scenarios than this cannot be stored or counted: a mistake in the study.
static const int64_t most_scenarios = INT64_C(1) << 40;

static vt_error count_scenarios(vt_design *d) {
  const vt_design_plan *p = d->plan;
  d->scenarios = 1;
  switch (p->kind) {
    case VT_DESIGN_NONE: break;
    case VT_DESIGN_MONTE_CARLO: d->scenarios = p->size; break;
    case VT_DESIGN_FACTORIAL:
      for (int f = 0; f < p->factors && d->scenarios <= most_scenarios; f++)
        d->scenarios *= levels_of(&p->factor[f]);
      break;
    case VT_DESIGN_ONE_AT_A_TIME:
      d->scenarios = 0;
      for (int f = 0; f < p->factors; f++) {
        if (p->factor[f].value.kind != VT_VALUE_NUMBER) d->scenarios += levels_of(&p->factor[f]);
      }
      VT_CHECK(d->scenarios > 0, VT_ERR_INPUT,
               "%s:%d: one-at-a-time: found no factor with a list of levels, expected one", p->path,
               p->line);
      break;
    case VT_DESIGN_TABLE: VT_TRY(table_read(p, &d->table, &d->scenarios)); break;
  }
  VT_CHECK(d->scenarios <= most_scenarios, VT_ERR_INPUT,
           "%s:%d: found more than %" PRId64 " scenarios, expected fewer", p->path, p->line,
           most_scenarios);
  return VT_OK;
}

static vt_error fill(vt_design *d) {
  VT_NEW(d->stream, d->plan->factors);
  for (int f = 0; f < d->plan->factors; f++) {
    const char *name = d->plan->factor[f].name;
    d->stream[f] = vt_hash64(name, (ptrdiff_t)strlen(name));
  }
  return count_scenarios(d);
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
  free(design->table);
  free(design);
}

void vt_design_resize(vt_design *design, int64_t scenarios) {
  design->scenarios = scenarios;
}

int64_t vt_design_scenarios(const vt_design *design) {
  return design->scenarios;
}

static double draw(const vt_design *d, int factor, int64_t k) {
  const vt_design_factor *f = &d->plan->factor[factor];
  if (f->value.kind == VT_VALUE_NUMBER) return f->value.level[0];
  const double u = vt_random_uniform(d->plan->seed, VT_PURPOSE_FACTOR, k, d->stream[factor], 0);
  if (f->value.kind == VT_VALUE_DISTRIBUTION)
    return vt_distribution_quantile(&f->value.distribution, u);
  const int64_t level = (int64_t)(u * (double)f->value.levels);
  return level_of(f, level < f->value.levels ? level : f->value.levels - 1);
}

static void factorial(const vt_design *d, int64_t k, double *value) {
  for (int f = d->plan->factors - 1; f >= 0; f--) { // the last factor is the fastest
    const vt_design_factor *factor = &d->plan->factor[f];
    value[f] = level_of(factor, k % levels_of(factor));
    k /= levels_of(factor);
  }
}

static void one_at_a_time(const vt_design *d, int64_t k, double *value) {
  for (int f = 0; f < d->plan->factors; f++) {
    const vt_design_factor *factor = &d->plan->factor[f];
    if (factor->value.kind == VT_VALUE_NUMBER) {
      value[f] = factor->value.level[0]; // a fixed number always holds
      continue;
    }
    value[f] = k >= 0 && k < factor->value.levels ? level_of(factor, k) : NAN;
    k -= factor->value.levels;
  }
}

void vt_design_values(const vt_design *d, int64_t k, double *value) {
  const int factors = d->plan->factors;
  switch (d->plan->kind) {
    case VT_DESIGN_NONE: break;
    case VT_DESIGN_MONTE_CARLO:
      for (int f = 0; f < factors; f++) value[f] = draw(d, f, k);
      break;
    case VT_DESIGN_FACTORIAL: factorial(d, k, value); break;
    case VT_DESIGN_ONE_AT_A_TIME: one_at_a_time(d, k, value); break;
    case VT_DESIGN_TABLE:
      memcpy(value, d->table + (ptrdiff_t)k * factors, (size_t)factors * sizeof *value);
      break;
  }
}
