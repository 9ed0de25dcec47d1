// regret.c - what a study asks of the regret of plans, in terms of a layout.
#include "vintner/kind.h"

#include <inttypes.h>
#include <string.h>

enum { ALL_PLANS = 200, FEWER_PLANS = 20 };

static const int64_t most_pairs = 100000000;
// What a solution may be off by, and twice that: a plan is feasible under its own scenario.
static const double solver_tolerance = 2e-9;
// Half a unit in the last place of a number of single precision.
static const double single_rounding = 0x1p-24;

static int64_t wanted_plans(const vt_study *study, int64_t scenarios) {
  if (study->regret.plans_line > 0) return study->regret.plans;
  return scenarios <= ALL_PLANS ? scenarios : FEWER_PLANS;
}

static vt_error count_places(const vt_study *study, const vt_layout *layout, vt_regret *regret) {
  const vt_regret_plan *plan = &study->regret;
  const int64_t wanted = wanted_plans(study, layout->scenarios);
  const int line = plan->plans_line > 0 ? plan->plans_line : plan->line;
  regret->places = wanted < layout->scenarios ? wanted : layout->scenarios;
  VT_CHECK(wanted <= VT_MOST_COMPARED || wanted >= layout->scenarios, VT_ERR_INPUT,
           "%s:%d: 'results.regret.plans': found %" PRId64 " plans of %" PRId64
           " scenarios, expected at most %d, or all of them",
           study->path, line, wanted, layout->scenarios, (int)VT_MOST_COMPARED);
  VT_CHECK(regret->places <= most_pairs / layout->scenarios, VT_ERR_INPUT,
           "%s:%d: 'results.regret': found %" PRId64 " plans x %" PRId64
           " scenarios, expected at most %" PRId64 " pairs of them",
           study->path, line, regret->places, layout->scenarios, most_pairs);
  return VT_OK;
}

// Years are the last axis of what is decided.
static vt_error count_years(const vt_study *study, const vt_layout *layout, vt_regret *regret) {
  const vt_regret_plan *plan = &study->regret;
  const vt_variable *v = &layout->variable[regret->decision];
  const vt_dimension *time = &layout->dimension[v->dimension[v->dimensions - 1]];
  const double first = time->number[0], last = time->number[time->size - 1];
  regret->fixed_years = time->size;
  if (plan->fix_line == 0) return VT_OK;
  VT_CHECK(plan->fix >= first && plan->fix <= last, VT_ERR_INPUT,
           "%s:%d: 'results.regret.fix': found %d, expected a year from %.0f to %.0f", study->path,
           plan->fix_line, plan->fix, first, last);
  while (time->number[regret->fixed_years - 1] > plan->fix) regret->fixed_years--;
  return VT_OK;
}

vt_error vt_regret_of(const vt_study *study, const vt_layout *layout, vt_regret *regret) {
  *regret = (vt_regret){.decision = vt_layout_find(layout, "installation"),
                        .objective = vt_layout_find(layout, "objective"),
                        .tolerance = solver_tolerance + (study->single ? single_rounding : 0),
                        .seed = study->design.seed};
  VT_CHECK(regret->decision >= 0 && regret->objective >= 0, VT_ERR_BUG,
           "regret of a model without decisions");
  VT_TRY(count_places(study, layout, regret));
  return count_years(study, layout, regret);
}
