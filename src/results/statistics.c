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

// Where the statistics of the whole ensemble, or of its groups, are made.
typedef struct folder {
  const char *name;
  vt_maker_group group;
  int levels;
  int level[VT_MOST_GROUPINGS]; // axes that come before those of a statistic
  int threshold[VT_MEASURES];   // axes
} folder;

// A dataset over the levels, then over some axes of its own.
static vt_error make_dataset_of(vt_maker *m, const folder *to, const vt_field *own) {
  vt_field f = *own;
  f.axes = 0;
  for (int k = 0; k < to->levels; k++) f.axis[f.axes++] = to->level[k];
  for (int k = 0; k < own->axes; k++) f.axis[f.axes++] = own->axis[k];
  return vt_maker_add_variable(m, &to->group, &f, NULL);
}

// One statistic of a variable; axes before and after the variable's own, or negative.
static vt_error make_statistic(vt_maker *m, const folder *to, const vt_variable *v,
                               const char *suffix, const char *units, int before, int after) {
  char name[256], long_name[512];
  (void)snprintf(name, sizeof name, "%s_%s", v->name, suffix);
  (void)snprintf(long_name, sizeof long_name, "%s over optimal scenarios: %s", suffix,
                 v->long_name ? v->long_name : v->name);
  for (char *c = long_name; *c && *c != ' '; c++) {
    if (*c == '_') *c = ' ';
  }
  vt_field f = {.name = name, .long_name = long_name, .units = units, .type = H5T_IEEE_F64LE};
  if (before >= 0) f.axis[f.axes++] = before;
  for (int k = 0; k < v->dimensions; k++) f.axis[f.axes++] = v->dimension[k];
  if (after >= 0) f.axis[f.axes++] = after;
  return make_dataset_of(m, to, &f);
}

static vt_error make_statistics_of(vt_maker *m, const folder *to, const vt_variable *v) {
  const char *squared;
  VT_TRY(squared_units(m, v->units, &squared));
  for (int k = 0; k < VT_H5_MOMENTS; k++) {
    const char *suffix = vt_h5_moment_suffix[k];
    const char *units = strcmp(suffix, "variance") == 0   ? squared
                        : strcmp(suffix, "skewness") == 0 ? "1"
                                                          : v->units;
    VT_TRY(make_statistic(m, to, v, suffix, units, -1, -1));
  }
  if (m->layout->quantiles == 0) return VT_OK;
  return make_statistic(m, to, v, "quantile", v->units, m->quantile_axis, -1);
}

static vt_error make_counts(vt_maker *m, const folder *to) {
  const vt_field covered = {.name = "objective_count",
                            .long_name = "number of scenarios that the statistics cover (optimal)",
                            .units = "1",
                            .type = H5T_STD_I64LE};
  const vt_field outcomes = vt_maker_along("outcome_count", "number of scenarios by outcome",
                                           H5T_STD_I64LE, m->outcome_axis);
  VT_TRY(make_dataset_of(m, to, &covered));
  return make_dataset_of(m, to, &outcomes);
}

static vt_error make_exceedances(vt_maker *m, const folder *to) {
  const vt_summary *asked = m->layout->summary;
  for (int e = 0; asked && e < asked->exceedances; e++) {
    const vt_variable *v = &m->layout->variable[asked->exceedance[e].variable];
    VT_TRY(make_statistic(m, to, v, "exceedance", "1", -1, to->threshold[e]));
  }
  return VT_OK;
}

static vt_error make_built(vt_maker *m, const folder *to) {
  const vt_summary *asked = m->layout->summary;
  if (!asked || asked->built < 0) return VT_OK;
  const vt_variable *v = &m->layout->variable[asked->built];
  const int process = v->dimension[0], time = v->dimension[1];
  const vt_field share = {.name = "built_share",
                          .long_name = "share of optimal scenarios that build it",
                          .units = "1",
                          .type = H5T_IEEE_F64LE,
                          .axes = 1,
                          .axis = {process}};
  const vt_field year = {.name = "first_year_share",
                         .long_name = "share of optimal scenarios that first build it in the year",
                         .units = "1",
                         .type = H5T_IEEE_F64LE,
                         .axes = 2,
                         .axis = {process, time}};
  const vt_field quantile = {.name = "first_year_quantile",
                             .long_name = "first year of the scenarios that build it",
                             .units = "1",
                             .type = H5T_IEEE_F64LE,
                             .axes = 2,
                             .axis = {m->quantile_axis, process}};
  VT_TRY(make_dataset_of(m, to, &share));
  VT_TRY(make_dataset_of(m, to, &year));
  return m->layout->quantiles > 0 ? make_dataset_of(m, to, &quantile) : VT_OK;
}

static vt_error make_group(vt_maker *m, folder *to) {
  bool *used;
  VT_ARENA_NEW(m->arena, used, m->axes);
  used[m->outcome_axis] = true;
  used[m->quantile_axis] = m->layout->quantiles > 0;
  for (int i = 0; i < m->layout->variables; i++) {
    const vt_variable *v = &m->layout->variable[i];
    for (int k = 0; v->statistics && k < v->dimensions; k++) used[v->dimension[k]] = true;
  }
  for (int k = 0; k < to->levels; k++) used[to->level[k]] = true;
  for (int e = 0; m->layout->summary && e < m->layout->summary->exceedances; e++)
    used[to->threshold[e]] = true;
  VT_TRY(vt_maker_group_add(m, to->name, &to->group));
  return vt_maker_add_axes(m, &to->group, used);
}

static vt_error make_folder(vt_maker *m, folder *to) {
  VT_TRY(make_group(m, to));
  VT_TRY(make_counts(m, to));
  for (int i = 0; i < m->layout->variables; i++) {
    const vt_variable *v = &m->layout->variable[i];
    if (v->statistics) VT_TRY(make_statistics_of(m, to, v));
  }
  VT_TRY(make_exceedances(m, to));
  return make_built(m, to);
}

static vt_error make_groups(vt_maker *m, folder *to) {
  const vt_summary *asked = m->layout->summary;
  vt_text name = {0};
  for (int k = 0; k < asked->groupings; k++)
    VT_TRY(vt_maker_axis(m, &asked->grouping[k].axis, &to->level[k]));
  to->levels = asked->groupings;
  vt_error made = vt_text_add(&name, "statistics/%s", asked->group_name);
  if (made == VT_OK) made = vt_arena_text(m->arena, name.bytes, name.length, &to->name);
  vt_text_free(&name);
  VT_TRY(made);
  return make_folder(m, to);
}

vt_error vt_statistics_make(vt_maker *m) {
  const vt_summary *asked = m->layout->summary;
  folder to = {.name = "statistics"};
  for (int e = 0; asked && e < asked->exceedances; e++)
    VT_TRY(vt_maker_axis(m, &asked->exceedance[e].axis, &to.threshold[e]));
  VT_TRY(make_folder(m, &to));
  return asked && asked->groupings > 0 ? make_groups(m, &to) : VT_OK;
}

// ---------------------------------------------------------------------------------------------
// What is open.

vt_error vt_statistics_open(const vt_results *target, bool grouped, vt_h5_pool *pool,
                            const char *name, const char *suffix, vt_slot *slot) {
  vt_text path = {0};
  const vt_summary *asked = target->layout->summary;
  vt_error done = vt_text_add(&path, "statistics/%s%s%s_%s", grouped ? asked->group_name : "",
                              grouped ? "/" : "", name, suffix);
  if (done == VT_OK) done = vt_slot_open(target, pool, path.bytes, slot);
  vt_text_free(&path);
  return done;
}

ptrdiff_t vt_share_start(ptrdiff_t total, int rank, int size) {
  return total / size * rank + total % size * rank / size;
}
