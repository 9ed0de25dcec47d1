// statistics.c - the group /statistics of a new results file: which datasets, over which axes.
#include "derive.h"

#include <stdio.h>
#include <string.h>

static vt_error squared_units(const vt_maker *m, const char *units, const char **squared) {
  *squared = "1";
  if (!units || !units[0] || strcmp(units, "1") == 0) return VT_OK;
  const bool plain =
      strspn(units, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") == strlen(units);
  const ptrdiff_t bytes = (ptrdiff_t)strlen(units) + 8;
  char *text;
  VT_ARENA_NEW(m->arena, text, bytes);
  (void)snprintf(text, (size_t)bytes, plain ? "%s^2" : "(%s)^2", units);
  *squared = text;
  return VT_OK;
}

// One statistic of a variable; `leading` is an axis before the variable's own, or negative.
static vt_error make_statistic(vt_maker *m, const vt_maker_group *g, const vt_variable *v,
                               const char *suffix, const char *units, int leading) {
  char name[256], long_name[512];
  (void)snprintf(name, sizeof name, "%s_%s", v->name, suffix);
  (void)snprintf(long_name, sizeof long_name, "%s over optimal scenarios: %s", suffix,
                 v->long_name ? v->long_name : v->name);
  for (char *c = long_name; *c && *c != ' '; c++) {
    if (*c == '_') *c = ' ';
  }
  vt_field f = {.name = name, .long_name = long_name, .units = units, .type = H5T_IEEE_F64LE};
  if (leading >= 0) f.axis[f.axes++] = leading;
  for (int k = 0; k < v->dimensions; k++) f.axis[f.axes++] = v->dimension[k];
  return vt_maker_add_variable(m, g, &f, NULL);
}

static vt_error make_statistics_of(vt_maker *m, const vt_maker_group *g, const vt_variable *v) {
  const char *squared;
  VT_TRY(squared_units(m, v->units, &squared));
  for (int k = 0; k < VT_H5_MOMENTS; k++) {
    const char *suffix = vt_h5_moment_suffix[k];
    const char *units = strcmp(suffix, "variance") == 0   ? squared
                        : strcmp(suffix, "skewness") == 0 ? "1"
                                                          : v->units;
    VT_TRY(make_statistic(m, g, v, suffix, units, -1));
  }
  if (m->layout->quantiles > 0) {
    VT_TRY(make_statistic(m, g, v, "quantile", v->units, m->quantile_axis));
  }
  return VT_OK;
}

static vt_error make_group(vt_maker *m, vt_maker_group *g) {
  bool *used;
  VT_ARENA_NEW(m->arena, used, m->axes);
  used[m->outcome_axis] = true;
  used[m->quantile_axis] = m->layout->quantiles > 0;
  for (int i = 0; i < m->layout->variables; i++) {
    const vt_variable *v = &m->layout->variable[i];
    for (int k = 0; v->statistics && k < v->dimensions; k++) used[v->dimension[k]] = true;
  }
  VT_TRY(vt_maker_group_add(m, "statistics", g));
  return vt_maker_add_axes(m, g, used);
}

vt_error vt_statistics_make(vt_maker *m) {
  vt_maker_group g;
  VT_TRY(make_group(m, &g));
  const vt_field covered = {.name = "objective_count",
                            .long_name = "number of scenarios that the statistics cover (optimal)",
                            .units = "1",
                            .type = H5T_STD_I64LE};
  VT_TRY(vt_maker_add_variable(m, &g, &covered, NULL));
  const vt_field outcomes = vt_maker_along("outcome_count", "number of scenarios by outcome",
                                           H5T_STD_I64LE, m->outcome_axis);
  VT_TRY(vt_maker_add_variable(m, &g, &outcomes, NULL));
  for (int i = 0; i < m->layout->variables; i++) {
    const vt_variable *v = &m->layout->variable[i];
    if (v->statistics) VT_TRY(make_statistics_of(m, &g, v));
  }
  return VT_OK;
}
