// layout.c - builds the description of what a results file holds.
#include "vintner/layout.h"
#include "vintner/design.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

vt_error vt_layout_create(vt_layout **layout) {
  VT_NEW(*layout, 1);
  (*layout)->status = (*layout)->wall_s = (*layout)->iterations = (*layout)->rank = -1;
  return VT_OK;
}

void vt_layout_free(vt_layout *layout) {
  if (!layout) return;
  free(layout->dimension);
  free(layout->variable);
  free(layout->constant);
  free(layout);
}

int vt_layout_find_axis(const vt_layout *layout, const char *name) {
  for (int a = 0; a < layout->dimensions; a++) {
    if (strcmp(layout->dimension[a].name, name) == 0) return a;
  }
  return -1;
}

int vt_layout_find(const vt_layout *layout, const char *name) {
  for (int v = 0; v < layout->variables; v++) {
    if (strcmp(layout->variable[v].name, name) == 0) return v;
  }
  return -1;
}

vt_error vt_layout_add_axis(vt_layout *l, const vt_dimension *axis, int *place) {
  *place = -1;
  if (axis->size == 0) return VT_OK;
  VT_CHECK(vt_layout_find_axis(l, axis->name) < 0, VT_ERR_BUG, "two axes '%s'", axis->name);
  VT_TRY(vt_grow(&l->dimension, &l->dimension_room, l->dimensions + 1, sizeof *l->dimension));
  l->dimension[l->dimensions] = *axis;
  *place = l->dimensions++;
  return VT_OK;
}

static vt_error check_axes(const vt_layout *l, const char *name, int axes, const int *axis) {
  VT_CHECK(axes <= VT_MAX_DIMENSIONS, VT_ERR_BUG, "'%s' has %d axes, at most %d", name, axes,
           VT_MAX_DIMENSIONS);
  for (int i = 0; i < axes; i++)
    VT_CHECK(axis[i] < l->dimensions, VT_ERR_BUG, "'%s' has an axis %d of %d", name, axis[i],
             l->dimensions);
  return VT_OK;
}

vt_error vt_layout_add(vt_layout *l, const vt_variable *variable, int axes, const int *axis,
                       int *place) {
  vt_variable v = *variable;
  *place = -1;
  VT_TRY(check_axes(l, v.name, axes, axis));
  v.cells = 1;
  v.dimensions = axes;
  if (!v.units) v.units = "1";
  for (int i = 0; i < axes; i++) {
    if (axis[i] < 0) return VT_OK;
    v.dimension[i] = axis[i];
    v.cells *= l->dimension[axis[i]].size;
  }
  VT_CHECK(vt_layout_find(l, v.name) < 0, VT_ERR_BUG, "two variables '%s'", v.name);
  VT_TRY(vt_grow(&l->variable, &l->variable_room, l->variables + 1, sizeof v));
  l->variable[l->variables] = v;
  *place = l->variables++;
  return VT_OK;
}

vt_error vt_layout_add_status(vt_layout *layout) {
  const vt_variable status = {.name = "status",
                              .long_name = "outcome of the scenario",
                              .storage = VT_STORE_INT8,
                              .reference = true};
  return vt_layout_add(layout, &status, 0, NULL, &layout->status);
}

vt_error vt_layout_add_performance(vt_layout *layout, const char *iterations) {
  const vt_variable wall = {
      .name = "wall_s", .long_name = "time to solve", .units = "s", .group = VT_GROUP_PERFORMANCE};
  const vt_variable steps = {.name = "iterations",
                             .long_name = iterations,
                             .storage = VT_STORE_INT32,
                             .group = VT_GROUP_PERFORMANCE};
  const vt_variable rank = {.name = "rank",
                            .long_name = "MPI rank that solved it",
                            .storage = VT_STORE_INT32,
                            .group = VT_GROUP_PERFORMANCE};
  VT_TRY(vt_layout_add(layout, &wall, 0, NULL, &layout->wall_s));
  VT_TRY(vt_layout_add(layout, &steps, 0, NULL, &layout->iterations));
  return vt_layout_add(layout, &rank, 0, NULL, &layout->rank);
}

vt_error vt_layout_add_constant(vt_layout *l, const vt_constant *constant, int axes,
                                const int *axis) {
  vt_constant c = *constant;
  VT_TRY(check_axes(l, c.name, axes, axis));
  c.dimensions = axes;
  for (int i = 0; i < axes; i++) {
    VT_CHECK(axis[i] >= 0, VT_ERR_BUG, "constant '%s' over an empty axis", c.name);
    c.dimension[i] = axis[i];
  }
  VT_TRY(vt_grow(&l->constant, &l->constant_room, l->constants + 1, sizeof c));
  l->constant[l->constants++] = c;
  return VT_OK;
}

ptrdiff_t vt_constant_cells(const vt_layout *layout, const vt_constant *constant) {
  ptrdiff_t cells = 1;
  for (int k = 0; k < constant->dimensions; k++)
    cells *= layout->dimension[constant->dimension[k]].size;
  return cells;
}

// ---------------------------------------------------------------------------------------------
// Without the rows.

static bool stays(const vt_layout *layout, int variable) {
  static const char *const kept[] = {"objective", "factor_value"};
  const vt_variable *v = &layout->variable[variable];
  if (v->once || variable == layout->status) return true;
  for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
    if (strcmp(v->name, kept[i]) == 0) return true;
  }
  return false;
}

void vt_layout_extract(vt_layout *layout) {
  layout->extract = true;
  layout->front = NULL;
  layout->regret = NULL;
  for (int i = 0; i < layout->variables; i++) {
    if (!stays(layout, i)) layout->variable[i].group = VT_GROUP_NOWHERE;
  }
}

// ---------------------------------------------------------------------------------------------
// Sizes.

int64_t vt_sensitivity_numbers(const vt_sensitivity *s) {
  if (!s) return 0;
  // Three measures and the ends of their intervals, a few numbers without; pairs of inputs.
  const int64_t pairs = s->design_plan->second_order ? 3 * (int64_t)s->inputs * s->inputs : 0;
  return (int64_t)s->outputs * (9 * (int64_t)s->inputs + 2 + pairs);
}

double vt_layout_file_bytes(const vt_layout *layout) {
  static const int width[] = {[VT_STORE_DOUBLE] = 8, [VT_STORE_SINGLE] = 4, [VT_STORE_INT8] = 1,
                              [VT_STORE_INT16] = 2,  [VT_STORE_INT32] = 4,  [VT_STORE_INT64] = 8};
  double row = 8, once = 64 * 1024;
  for (int v = 0; v < layout->variables; v++) {
    const vt_variable *variable = &layout->variable[v];
    row += (double)variable->cells * width[variable->storage];
    if (variable->statistics) once += 8.0 * (double)variable->cells * (6 + layout->quantiles);
  }
  once += 8.0 * (double)vt_sensitivity_numbers(layout->sensitivity);
  if (layout->regret) row += 17.0 * (double)layout->regret->places; // status, two numbers
  return once + row * (double)layout->scenarios;
}

// Plans are tried out some at a time: what these decided, pairs that are left; the scenarios'
// optima.
static double pairs_memory(const vt_layout *layout) {
  const vt_regret *regret = layout->regret;
  if (!regret) return 0;
  const double cells = (double)layout->variable[regret->decision].cells;
  const double scenarios = (double)layout->scenarios, places = (double)regret->places;
  return 9.0 * scenarios + 8.0 * fmin(8 << 20, places * cells) +
         8.0 * fmax(scenarios, fmin(1 << 20, places * scenarios));
}

// Blocks of rows, beside the reference's. The statistics at the end turn rows into columns, at most
// 192 MiB of them at a time.
double vt_layout_memory_bytes(const vt_layout *layout, int threads) {
  double row = 0, widest = 0;
  for (int v = 0; v < layout->variables; v++) {
    const double cells = (double)layout->variable[v].cells;
    row += 8.0 * cells;
    if (layout->variable[v].statistics && cells > widest) widest = cells;
  }
  const double blocks = row + fmax(VT_BLOCK_BYTES, row * threads);
  const double columns =
      fmin(192.0 * (1 << 20), 8.0 * widest * ((double)layout->scenarios + 6 + layout->quantiles));
  return fmax(blocks + pairs_memory(layout), columns);
}

// ---------------------------------------------------------------------------------------------
// Rows.

vt_error vt_block_create(const vt_layout *layout, int64_t count, vt_block *block) {
  *block = (vt_block){.count = count};
  VT_NEW(block->data, layout->variables);
  for (int v = 0; v < layout->variables; v++) {
    VT_NEW(block->data[v], layout->variable[v].cells * (ptrdiff_t)count);
  }
  return VT_OK;
}

void vt_block_free(const vt_layout *layout, vt_block *block) {
  for (int v = 0; block->data && v < layout->variables; v++) free(block->data[v]);
  free(block->data);
  *block = (vt_block){0};
}

void vt_row_clear(const vt_layout *layout, double *const *row) {
  for (int v = 0; v < layout->variables; v++) {
    for (ptrdiff_t i = 0; i < layout->variable[v].cells; i++) row[v][i] = (double)NAN;
  }
}
