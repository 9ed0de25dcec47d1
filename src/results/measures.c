// measures.c - the group /sensitivity of a new results file: which datasets, over which axes.
#include "measures.h"

#include <stdio.h>
#include <string.h>

#include "derive.h"

static const char mean_derivative[] = "mean of d objective / d input";
static const char square_derivative[] = "mean square of d objective / d input";

const vt_measure vt_measures[VT_SENSITIVITIES][VT_MOST_MEASURES + 1] = {
    [VT_SENSITIVITY_SOBOL] =
        {{"sobol_first", "Sobol index of first order", 2, true, VT_MEASURE_ALWAYS},
         {"sobol_total", "total Sobol index", 2, true, VT_MEASURE_ALWAYS},
         {"sobol_second", "Sobol index of second order", 3, true, VT_MEASURE_SECOND_ORDER},
         {"derivative_mean", mean_derivative, 2, false, VT_MEASURE_DERIVATIVE},
         {"derivative_square", square_derivative, 2, false, VT_MEASURE_DERIVATIVE}},
    [VT_SENSITIVITY_MORRIS] =
        {{"morris_mu", "mean effect per unit of u", 2, false, VT_MEASURE_ALWAYS},
         {"morris_mu_star", "mean size of the effect per unit of u", 2, true, VT_MEASURE_ALWAYS},
         {"morris_sigma", "standard deviation of the effect", 2, false, VT_MEASURE_ALWAYS},
         {"derivative_mean", mean_derivative, 2, false, VT_MEASURE_DERIVATIVE},
         {"derivative_square", square_derivative, 2, false, VT_MEASURE_DERIVATIVE}},
    [VT_SENSITIVITY_REGRESSION] =
        {{"src", "standardised regression coefficient", 2, true, VT_MEASURE_ALWAYS},
         {"src_r2", "share of the variance that the regression explains", 1, false,
          VT_MEASURE_ALWAYS},
         {"prcc", "partial rank correlation coefficient", 2, true, VT_MEASURE_ALWAYS},
         {"spearman", "rank correlation", 2, true, VT_MEASURE_ALWAYS},
         {"derivative_mean", mean_derivative, 2, false, VT_MEASURE_DERIVATIVE},
         {"derivative_square", square_derivative, 2, false, VT_MEASURE_DERIVATIVE}},
};

bool vt_measure_is_there(const vt_sensitivity *sensitivity, const vt_measure *measure) {
  switch (measure->told) {
    case VT_MEASURE_ALWAYS: break;
    case VT_MEASURE_SECOND_ORDER: return sensitivity->design_plan->second_order;
    case VT_MEASURE_DERIVATIVE: return sensitivity->plan->derivative;
  }
  return true;
}

static vt_error add_measure(vt_maker *m, const vt_maker_group *g, const vt_measure *measure,
                            const int axis[3]) {
  static const char *const suffix[] = {"", "_low", "_high"};
  static const char *const words[] = {"", ", lower end of the interval",
                                      ", upper end of the interval"};
  for (int part = 0; part < (measure->interval ? 3 : 1); part++) {
    char name[64], long_name[128];
    (void)snprintf(name, sizeof name, "%s%s", measure->name, suffix[part]);
    (void)snprintf(long_name, sizeof long_name, "%s%s", measure->long_name, words[part]);
    vt_field f = {.name = name,
                  .long_name = long_name,
                  .units = "1",
                  .type = H5T_IEEE_F64LE,
                  .axes = measure->axes};
    // An effect has the unit of its output, which is another one for each.
    if (strncmp(measure->name, "morris", 6) == 0) f.units = "unit of the output";
    for (int a = 0; a < f.axes; a++) f.axis[a] = axis[a];
    VT_TRY(vt_maker_add_variable(m, g, &f, NULL));
  }
  return VT_OK;
}

static vt_error make_axes(vt_maker *m, int axis[3], vt_maker_group *g) {
  const vt_sensitivity *s = m->layout->sensitivity;
  const bool pairs = s->plan->method == VT_SENSITIVITY_SOBOL && s->design_plan->second_order;
  const vt_dimension output = {.name = "output",
                               .long_name = "what depends on the inputs",
                               .size = s->outputs,
                               .label = s->output_name};
  vt_dimension factor = {
      .name = "factor", .long_name = "random input", .size = s->inputs, .label = s->input};
  VT_TRY(vt_maker_axis(m, &output, &axis[0]));
  VT_TRY(vt_maker_axis(m, &factor, &axis[1]));
  factor.name = "factor2";
  VT_TRY(vt_maker_axis(m, &factor, &axis[2]));
  bool *used;
  VT_ARENA_NEW(m->arena, used, m->axes);
  used[axis[0]] = used[axis[1]] = true;
  used[axis[2]] = pairs;
  VT_TRY(vt_maker_group_add(m, "sensitivity", g));
  return vt_maker_add_axes(m, g, used);
}

static vt_error put_settings(vt_maker *m, const vt_maker_group *g) {
  const vt_sensitivity_plan *plan = m->layout->sensitivity->plan;
  char text[64];
  (void)snprintf(text, sizeof text, "%d", plan->resamples);
  VT_TRY(vt_maker_put_text(m, g->id, "resamples", text));
  (void)snprintf(text, sizeof text, "%.15g", plan->confidence);
  VT_TRY(vt_maker_put_text(m, g->id, "confidence", text));
  (void)snprintf(text, sizeof text, "%.15g", plan->max_failed);
  return vt_maker_put_text(m, g->id, "max_failed", text);
}

vt_error vt_sensitivity_make(vt_maker *m) {
  static const char *const counted[] = {
      [VT_SENSITIVITY_SOBOL] = "number of groups that the indices cover",
      [VT_SENSITIVITY_MORRIS] = "number of trajectories that the effects cover",
      [VT_SENSITIVITY_REGRESSION] = "number of scenarios that the regression covers"};
  const vt_sensitivity *s = m->layout->sensitivity;
  vt_maker_group g;
  int axis[3];
  if (!s) return VT_OK;
  VT_TRY(make_axes(m, axis, &g));
  VT_TRY(put_settings(m, &g));
  const vt_field count = vt_maker_along("count", counted[s->plan->method], H5T_STD_I64LE, axis[0]);
  VT_TRY(vt_maker_add_variable(m, &g, &count, NULL));
  for (const vt_measure *measure = vt_measures[s->plan->method]; measure->name; measure++) {
    if (vt_measure_is_there(s, measure)) VT_TRY(add_measure(m, &g, measure, axis));
  }
  return VT_OK;
}

vt_error vt_measure_open(const vt_results *target, vt_h5_pool *pool, const char *name,
                         const char *suffix, vt_slot *slot) {
  char path[96];
  (void)snprintf(path, sizeof path, "sensitivity/%s%s", name, suffix);
  return vt_slot_open(target, pool, path, slot);
}
