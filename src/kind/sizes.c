// sizes.c - what `check` tells of an ensemble: what its scenarios are made of, and what can be
// asked of them.
#include "vintner/kind.h"

#include <inttypes.h>

// Random inputs of a design: with one value, with a draw for each cell.
typedef struct inputs_told {
  int counted, drawn; // those that groups have a row for; those with a draw for each cell
} inputs_told;

static inputs_told count_inputs(const vt_design_plan *plan) {
  inputs_told n = {0};
  for (int i = 0; i < plan->inputs; i++) {
    n.counted += vt_sensitivity_counts(plan, i);
    n.drawn += plan->input[i].each;
  }
  return n;
}

static const char *plural(int64_t count) {
  return count == 1 ? "" : "s";
}

// "3 x 4" or "3 + 4": the levels of each input that has some.
static vt_error add_levels(const vt_design_plan *plan, const char *between, vt_text *text) {
  const char *before = "";
  for (int i = 0; i < plan->inputs; i++) {
    const vt_value *v = &plan->input[i].value;
    if (!vt_sensitivity_counts(plan, i)) continue;
    VT_TRY(vt_text_add(text, "%s%d", before,
                       v->kind == VT_VALUE_DISTRIBUTION ? plan->quantiles : v->levels));
    before = between;
  }
  return vt_text_add(text, " levels");
}

// What the number of scenarios is made of.
static vt_error add_sizes(const vt_design_plan *plan, const vt_layout *layout, int inputs,
                          vt_text *text) {
  const char *scrambled = plan->scramble ? "scrambled" : "not scrambled";
  const int both = plan->second_order ? 2 : 1;
  switch (plan->kind) {
    case VT_DESIGN_MONTE_CARLO:
    case VT_DESIGN_LATIN_HYPERCUBE: return vt_text_add(text, "%" PRId64 " draws", plan->size);
    case VT_DESIGN_SOBOL:
      return vt_text_add(text, "%" PRId64 " points of %d dimension%s, %s", plan->size, inputs,
                         plural(inputs), scrambled);
    case VT_DESIGN_SALTELLI:
      return vt_text_add(text, "%" PRId64 " groups of %s%d + 2 scenarios, %s", plan->size,
                         both == 2 ? "2 x " : "", inputs, scrambled);
    case VT_DESIGN_MORRIS:
      return vt_text_add(text, "%" PRId64 " trajectories of %d + 1 scenarios, %" PRId64 " levels",
                         plan->size, inputs, plan->levels);
    case VT_DESIGN_FACTORIAL: return add_levels(plan, " x ", text);
    case VT_DESIGN_ONE_AT_A_TIME: return add_levels(plan, " + ", text);
    case VT_DESIGN_TABLE: return vt_text_add(text, "%" PRId64 " rows", layout->scenarios);
    case VT_DESIGN_EXCHANGES:
      return vt_text_add(text, "%" PRId64 " scenarios of %d file%s", layout->scenarios,
                         plan->exchange_files, plural(plan->exchange_files));
    case VT_DESIGN_NONE:
    case VT_DESIGNS: break;
  }
  return VT_OK;
}

static vt_error tell_design(const vt_study *study, const vt_layout *layout, inputs_told n,
                            vt_sizes *out) {
  const vt_design_plan *plan = &study->design;
  const char *name = vt_design_types[plan->kind].name;
  VT_TRY(vt_text_add(&out->lines, "design           %s: ", name));
  VT_TRY(add_sizes(plan, layout, n.counted, &out->lines));
  VT_TRY(vt_text_add(&out->lines, "; %d random input%s", n.counted, plural(n.counted)));
  if (n.drawn > 0)
    VT_TRY(vt_text_add(&out->lines, ", %d with a draw for each cell%s", n.drawn,
                       plan->kind == VT_DESIGN_SALTELLI ? "" : " besides"));
  VT_TRY(vt_text_add(&out->lines, "\n"));
  return vt_text_add(&out->members, ", \"design\": \"%s\", \"random_inputs\": %d", name, n.counted);
}

// What the design can answer, whether the study asks or not.
static vt_error tell_sensitivity(const vt_study *study, const vt_layout *layout, inputs_told n,
                                 vt_sizes *out) {
  static const char *const words[] = {
      [VT_SENSITIVITY_SOBOL] = "Sobol indices of first and total order",
      [VT_SENSITIVITY_MORRIS] = "Morris effects",
      [VT_SENSITIVITY_REGRESSION] = "regression and rank correlations"};
  static const char *const methods[] = {[VT_SENSITIVITY_SOBOL] = "sobol",
                                        [VT_SENSITIVITY_MORRIS] = "morris",
                                        [VT_SENSITIVITY_REGRESSION] = "regression"};
  const vt_sensitivity_plan *plan = &study->sensitivity;
  const bool regression = plan->method == VT_SENSITIVITY_REGRESSION;
  const bool able = n.counted > 0 && (!regression || layout->scenarios > n.counted + 1);
  const ptrdiff_t outputs = layout->sensitivity ? layout->sensitivity->outputs : 0;
  VT_TRY(vt_text_add(&out->lines, "sensitivity      "));
  if (able)
    VT_TRY(vt_text_add(&out->lines, "%s%s", words[plan->method],
                       study->design.second_order ? " and of pairs" : ""));
  else if (n.counted == 0)
    VT_TRY(vt_text_add(&out->lines, "none: no random inputs"));
  else
    VT_TRY(
        vt_text_add(&out->lines, "none: a regression takes at least %d scenarios", n.counted + 2));
  if (layout->sensitivity)
    VT_TRY(vt_text_add(&out->lines, ": %td output%s, %d resamples%s\n", outputs, plural(outputs),
                       plan->resamples, plan->derivative ? ", derivatives" : ""));
  else
    VT_TRY(vt_text_add(&out->lines, able ? ", not asked for\n" : "\n"));
  return vt_text_add(&out->members, ", \"sensitivity\": [%s%s%s], \"sensitivity_outputs\": %td",
                     able ? "\"" : "", able ? methods[plan->method] : "", able ? "\"" : "",
                     outputs);
}

// Pairs, each a solve of its own.
static vt_error tell_regret(const vt_layout *layout, vt_sizes *out) {
  const vt_regret *regret = layout->regret;
  if (!regret) return VT_OK;
  const int64_t pairs = regret->places * layout->scenarios;
  VT_TRY(vt_text_add(&out->lines,
                     "regret           %" PRId64 " plan%s x %" PRId64 " scenarios = %" PRId64
                     " plan pairs\n",
                     regret->places, plural(regret->places), layout->scenarios, pairs));
  return vt_text_add(&out->members, ", \"plans\": %" PRId64 ", \"plan_pairs\": %" PRId64,
                     regret->places, pairs);
}

vt_error vt_sizes_add_ensemble(const vt_study *study, const vt_layout *layout, vt_sizes *sizes) {
  if (study->design.kind == VT_DESIGN_NONE) return tell_regret(layout, sizes);
  const inputs_told n = count_inputs(&study->design);
  VT_TRY(tell_design(study, layout, n, sizes));
  VT_TRY(tell_sensitivity(study, layout, n, sizes));
  return tell_regret(layout, sizes);
}
