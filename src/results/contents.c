// contents.c - the whole contents of a new results file: what is in which group.
#include "checksum.h"
#include "derive.h"
#include "regret.h"
#include "vintner/results.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static vt_field field_of(const vt_maker *m, const vt_variable *v, bool scenario) {
  vt_field f = {.name = v->name,
                .long_name = v->long_name,
                .units = v->units,
                .type = vt_h5_number_of(v->storage).stored};
  if (scenario && !v->once) f.axis[f.axes++] = m->scenario_axis;
  for (int k = 0; k < v->dimensions; k++) f.axis[f.axes++] = v->dimension[k];
  return f;
}

// Axes that the variables of a group use; `wanted` says which variables are in it.
typedef bool wanted(const vt_variable *v);

static bool in_root(const vt_variable *v) {
  return v->group == VT_GROUP_ROOT;
}

static bool in_performance(const vt_variable *v) {
  return v->group == VT_GROUP_PERFORMANCE;
}

static bool in_reference(const vt_variable *v) {
  return v->reference;
}

// A group with the axes of the variables in it, and one more if it is not negative.
static vt_error make_group(vt_maker *m, const char *name, wanted *want, int axis,
                           vt_maker_group *g) {
  bool *used;
  VT_ARENA_NEW(m->arena, used, m->axes);
  if (axis >= 0) used[axis] = true;
  for (int i = 0; i < m->layout->variables; i++) {
    const vt_variable *v = &m->layout->variable[i];
    for (int k = 0; want(v) && k < v->dimensions; k++) used[v->dimension[k]] = true;
  }
  VT_TRY(vt_maker_group_add(m, name, g));
  return vt_maker_add_axes(m, g, used);
}

static vt_error make_variables(vt_maker *m, const vt_maker_group *g, wanted *want, bool scenario) {
  for (int i = 0; i < m->layout->variables; i++) {
    const vt_variable *v = &m->layout->variable[i];
    if (!want(v)) continue;
    const vt_field f = field_of(m, v, scenario);
    hid_t dataset;
    VT_TRY(vt_maker_add_variable(m, g, &f, &dataset));
    if (i == m->layout->status) VT_TRY(vt_maker_put_outcomes(m, dataset));
    if (v->note && want == in_root) VT_TRY(vt_maker_put_text(m, dataset, v->note_name, v->note));
  }
  return VT_OK;
}

static vt_error make_root(vt_maker *m) {
  vt_maker_group root = {.id = m->file};
  bool *used;
  VT_ARENA_NEW(m->arena, used, m->axes);
  used[m->scenario_axis] = true;
  for (int i = 0; i < m->layout->dimensions; i++) used[i] = true;
  VT_TRY(vt_maker_add_axes(m, &root, used));
  return make_variables(m, &root, in_root, true);
}

static vt_error make_reference(vt_maker *m) {
  vt_maker_group g;
  VT_TRY(make_group(m, "reference", in_reference, -1, &g));
  return make_variables(m, &g, in_reference, false);
}

static vt_error make_performance(vt_maker *m) {
  vt_maker_group g;
  VT_TRY(make_group(m, "performance", in_performance, m->scenario_axis, &g));
  VT_TRY(make_variables(m, &g, in_performance, true));
  const vt_field finished = {.name = "finished",
                             .long_name = "1 when all scenarios and statistics are in the file",
                             .units = "1",
                             .type = H5T_STD_I8LE};
  const vt_field sums = vt_maker_along(
      VT_CHECKSUM_NAME, "XXH64 of the row: scenario, then its numbers in the root, without status",
      H5T_STD_U64LE, m->scenario_axis);
  VT_TRY(vt_maker_add_variable(m, &g, &sums, NULL));
  hid_t dataset;
  VT_TRY(vt_maker_add_variable(m, &g, &finished, &dataset));
  const int8_t not_yet = 0;
  MADE(m, H5Dwrite(dataset, H5T_NATIVE_INT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, &not_yet));
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------
// What does not depend on scenarios: its numbers are in the file from the start.

static vt_error make_constant(vt_maker *m, const vt_maker_group *g, const vt_constant *c) {
  vt_field f = {.name = c->name,
                .long_name = c->long_name,
                .units = c->units,
                .type = vt_h5_number_of(c->storage).stored,
                .axes = c->dimensions};
  for (int k = 0; k < c->dimensions; k++) f.axis[k] = c->dimension[k];
  hid_t dataset;
  VT_TRY(vt_maker_add_variable(m, g, &f, &dataset));
  // Its own memory, for a moment: it may be large.
  double *value;
  VT_NEW(value, vt_constant_cells(m->layout, c));
  c->fill(c->context, value);
  const herr_t put = H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, value);
  free(value);
  MADE(m, put);
  return VT_OK;
}

static vt_error make_constants(vt_maker *m) {
  const vt_constant *c = m->layout->constant;
  for (int first = 0, end; first < m->layout->constants; first = end) {
    vt_maker_group g;
    bool *used;
    VT_ARENA_NEW(m->arena, used, m->axes);
    for (end = first; end < m->layout->constants && strcmp(c[end].group, c[first].group) == 0;
         end++) {
      for (int k = 0; k < c[end].dimensions; k++) used[c[end].dimension[k]] = true;
    }
    VT_TRY(vt_maker_group_add(m, c[first].group, &g));
    VT_TRY(vt_maker_add_axes(m, &g, used));
    for (int i = first; i < end; i++) VT_TRY(make_constant(m, &g, &c[i]));
  }
  return VT_OK;
}

// netCDF wants this one as plain ASCII of fixed length.
static vt_error put_netcdf_properties(vt_maker *m) {
  unsigned major, minor, release;
  char text[80];
  MADE(m, H5get_libversion(&major, &minor, &release));
  const int length = snprintf(text, sizeof text, "version=2,hdf5=%u.%u.%u", major, minor, release);
  hid_t type;
  MADE(m, type = vt_h5_keep(&m->pool, H5Tcopy(H5T_C_S1)));
  MADE(m, H5Tset_size(type, (size_t)length + 1));
  return vt_maker_put_values(m, m->file, "_NCProperties", type, m->scalar, text);
}

static vt_error put_root_attributes(vt_maker *m, const vt_attribute *attribute, int attributes) {
  VT_TRY(put_netcdf_properties(m));
  bool conventions = false;
  for (int i = 0; i < attributes; i++) {
    conventions = conventions || strcmp(attribute[i].name, "Conventions") == 0;
  }
  if (!conventions) VT_TRY(vt_maker_put_text(m, m->file, "Conventions", "CF-1.10"));
  for (int i = 0; i < attributes; i++) {
    VT_TRY(vt_maker_put_text(m, m->file, attribute[i].name, attribute[i].text));
  }
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------

static vt_error list_axes(vt_maker *m) {
  const char **outcome;
  VT_ARENA_NEW(m->arena, outcome, VT_H5_OUTCOMES);
  for (int o = 0; o < VT_OUTCOME_COUNT; o++) outcome[o] = vt_outcome_name((vt_outcome)o);
  outcome[VT_OUTCOME_COUNT] = vt_outcome_name(VT_NOT_DONE);
  const vt_dimension scenario = {.name = "scenario",
                                 .long_name = "scenario",
                                 .size = (ptrdiff_t)m->layout->scenarios,
                                 .integer = true};
  const vt_dimension quantile = {.name = "quantile",
                                 .long_name = "share of scenarios below",
                                 .size = m->layout->quantiles,
                                 .number = m->layout->quantile};
  const vt_dimension outcomes = {.name = "outcome",
                                 .long_name = "what became of a scenario",
                                 .size = VT_H5_OUTCOMES,
                                 .label = outcome};
  int place;
  for (int i = 0; i < m->layout->dimensions; i++)
    VT_TRY(vt_maker_axis(m, &m->layout->dimension[i], &place));
  VT_TRY(vt_maker_axis(m, &scenario, &m->scenario_axis));
  VT_TRY(vt_maker_axis(m, &quantile, &m->quantile_axis));
  VT_TRY(vt_maker_axis(m, &outcomes, &m->outcome_axis));
  return VT_OK;
}

static vt_error open_file(vt_maker *m, const char *partial) {
  hid_t creation, access;
  VT_TRY(vt_maker_properties(m, H5P_FILE_CREATE, &creation));
  MADE(m, access = vt_h5_keep(&m->pool, vt_h5_file_access()));
  MADE(m, m->text_type = vt_h5_keep(&m->pool, vt_h5_text_type()));
  MADE(m, m->scalar = vt_h5_keep(&m->pool, H5Screate(H5S_SCALAR)));
  MADE(m, m->file = H5Fcreate(partial, H5F_ACC_TRUNC, creation, access));
  return VT_OK;
}

static vt_error make_contents(vt_maker *m, const char *partial, const vt_attribute *attribute,
                              int attributes) {
  VT_TRY(vt_arena_create(&m->arena));
  VT_TRY(list_axes(m));
  VT_TRY(open_file(m, partial));
  VT_TRY(put_root_attributes(m, attribute, attributes));
  VT_TRY(make_root(m));
  if (!m->layout->extract) VT_TRY(make_performance(m));
  for (const vt_derived *d = vt_derived_groups; d->make; d++) VT_TRY(d->make(m));
  VT_TRY(vt_regret_make(m));
  VT_TRY(make_reference(m));
  VT_TRY(make_constants(m));
  MADE(m, H5Fflush(m->file, H5F_SCOPE_GLOBAL));
  return VT_OK;
}

vt_error vt_h5_create_contents(const char *path, const char *partial, const vt_layout *layout,
                               const vt_attribute *attribute, int attributes) {
  vt_maker m = {.path = path, .layout = layout, .file = -1};
  const vt_error done = make_contents(&m, partial, attribute, attributes);
  vt_h5_release(&m.pool);
  const herr_t closed = m.file < 0 ? 0 : H5Fclose(m.file);
  vt_arena_free(m.arena);
  VT_TRY(done);
  VT_H5(path, "created", closed);
  return VT_OK;
}
