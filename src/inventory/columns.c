// columns.c - a factor on array_column: each scenario has the arrays' numbers of its column.
//
// The system is made with the arrays, whatever column the model has; of each column that the design
// uses, what differs from the reference is kept.
#include "inventory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool is_meant(const vt_factor *factor) {
  return strcmp(factor->target.tensor, "array_column") == 0;
}

int vt_inventory_column_factor(const vt_study *study) {
  for (int f = 0; f < study->factors; f++)
    if (is_meant(&study->factor[f])) return f;
  return -1;
}

static vt_error check_factor(const vt_inventory_data *k, int factor) {
  const vt_factor *f = &k->study->factor[factor];
  VT_CHECK(f->target.axes == 0, VT_ERR_INPUT,
           "%s:%d: target '%s': found %d axes, expected none: one column for all matrices",
           k->study->path, f->line, f->target.text, f->target.axes);
  VT_CHECK(f->operation == VT_SET && !f->each, VT_ERR_INPUT,
           "%s:%d: target 'array_column': found %s, expected set, as in set: [0, 1, 2]",
           k->study->path, f->line, f->each ? "each" : vt_operation_names[f->operation]);
  for (int other = factor + 1; other < k->study->factors; other++)
    VT_CHECK(!is_meant(&k->study->factor[other]), VT_ERR_INPUT,
             "%s:%d: found a second factor on array_column, expected one", k->study->path,
             k->study->factor[other].line);
  VT_CHECK(!k->study->uncertainty.wanted, VT_ERR_INPUT,
           "%s:%d: found a factor on array_column beside background_uncertainty, expected one of "
           "them",
           k->study->path, f->line);
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Which columns the design uses.

bool vt_inventory_is_column(double value) {
  return value >= 0 && value <= INT32_MAX && floor(value) == value;
}

static int compare_columns(const void *a, const void *b) {
  const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return (x > y) - (x < y);
}

static void sort_columns(vt_array_columns *c) {
  ptrdiff_t kept = 0;
  if (c->count > 1) qsort(c->column, (size_t)c->count, sizeof *c->column, compare_columns);
  for (ptrdiff_t i = 0; i < c->count; i++)
    if (kept == 0 || c->column[kept - 1] != c->column[i]) c->column[kept++] = c->column[i];
  c->count = kept;
}

static vt_error add_column(const vt_inventory_data *k, vt_array_columns *c, double value,
                           ptrdiff_t *room) {
  const vt_factor *f = &k->study->factor[c->factor];
  if (isnan(value)) return VT_OK; // not applied, or a formula that fails
  VT_CHECK(
      vt_inventory_is_column(value), VT_ERR_INPUT,
      "%s:%d: target 'array_column': found %.10g, expected the number of a column: 0, 1, 2, ...",
      k->study->path, f->line, value);
  if (c->count > 0 && c->column[c->count - 1] == (int64_t)value) return VT_OK;
  if (c->count >= *room) sort_columns(c);
  VT_TRY(vt_grow(&c->column, room, c->count + 1, sizeof *c->column));
  c->column[c->count++] = (int64_t)value;
  return VT_OK;
}

static vt_error list_columns(const vt_inventory_data *k, vt_array_columns *c) {
  vt_design *design;
  double *value;
  ptrdiff_t room = 0;
  VT_TRY(vt_design_create(&k->study->design, &design));
  VT_ARENA_NEW(k->arena, value, vt_design_width(design));
  vt_error listed = VT_OK;
  for (int64_t s = 0; s < vt_design_scenarios(design) && listed == VT_OK; s++) {
    (void)vt_design_values(design, s, value);
    listed = add_column(k, c, value[k->study->parameters + c->factor], &room);
  }
  vt_design_free(design);
  sort_columns(c);
  return listed;
}

// -------------------------------------------------------------------------------------------------
// What differs.

static vt_error add_entry(vt_array_columns *c, vt_array_entry entry) {
  VT_TRY(vt_grow(&c->entry, &c->room, c->entries + 1, sizeof *c->entry));
  c->entry[c->entries++] = entry;
  return VT_OK;
}

static vt_error add_differences(vt_array_columns *c, vt_target_kind kind, const double *base,
                                const double *value, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i++) {
    const bool differs = base[i] < value[i] || base[i] > value[i] || isnan(value[i]);
    if (differs) VT_TRY(add_entry(c, (vt_array_entry){kind, i, value[i]}));
  }
  return VT_OK;
}

static bool same_pattern(const vt_sparse *a, const vt_sparse *b) {
  return a->rows == b->rows && a->columns == b->columns && a->entries == b->entries &&
         memcmp(a->column_start, b->column_start,
                ((size_t)a->columns + 1) * sizeof *a->column_start) == 0 &&
         memcmp(a->row, b->row, (size_t)a->entries * sizeof *a->row) == 0;
}

static vt_error compare_system(const vt_inventory_data *k, vt_array_columns *c,
                               const vt_system *other) {
  const vt_system *base = k->system;
  VT_CHECK(same_pattern(&base->technosphere, &other->technosphere) &&
               same_pattern(&base->biosphere, &other->biosphere),
           VT_ERR_INPUT,
           "%s: found arrays whose columns make other matrices, expected the same entries in all",
           k->study->path);
  VT_TRY(add_differences(c, VT_TARGET_TECHNOSPHERE, base->technosphere.value,
                         other->technosphere.value, base->technosphere.entries));
  return add_differences(c, VT_TARGET_BIOSPHERE, base->biosphere.value, other->biosphere.value,
                         base->biosphere.entries);
}

static vt_error compare_factors(const vt_inventory_data *k, vt_array_columns *c, ptrdiff_t column) {
  const int flows = k->count.flows;
  double *factor;
  VT_ARENA_NEW(k->arena, factor, flows);
  for (int i = 0; i < k->count.categories; i++) {
    const ptrdiff_t first = (ptrdiff_t)i * flows;
    if (k->method[i] < 0) continue;
    VT_TRY(vt_method_factors(k->set, k->system, k->method[i], column, factor));
    for (int e = 0; e < flows; e++)
      if (k->weight[first + e] < factor[e] || k->weight[first + e] > factor[e])
        VT_TRY(add_entry(c, (vt_array_entry){VT_TARGET_CHARACTERIZATION, first + e, factor[e]}));
  }
  return VT_OK;
}

static vt_error compare_column(const vt_inventory_data *k, vt_array_columns *c, int64_t column) {
  vt_system *other;
  VT_TRY(vt_system_create(k->set, k->asked, k->asked_database, (ptrdiff_t)column, &other));
  vt_error compared = compare_system(k, c, other);
  vt_system_free(other);
  if (compared == VT_OK) compared = compare_factors(k, c, (ptrdiff_t)column);
  return compared;
}

vt_error vt_inventory_find_columns(vt_inventory_data *k) {
  vt_array_columns *c = &k->columns;
  c->factor = vt_inventory_column_factor(k->study);
  if (c->factor < 0) return VT_OK;
  VT_TRY(check_factor(k, c->factor));
  VT_TRY(list_columns(k, c));
  VT_ARENA_NEW(k->arena, c->first, c->count + 1);
  for (ptrdiff_t i = 0; i < c->count; i++) {
    VT_TRY(compare_column(k, c, c->column[i]));
    c->first[i + 1] = c->entries;
  }
  return VT_OK;
}

void vt_inventory_free_columns(vt_array_columns *c) {
  free(c->column);
  free(c->entry);
}

// -------------------------------------------------------------------------------------------------
// The system of a model that has no column of its own: entries of the arrays are there, numbers are
// those without arrays.

static vt_error take_values(const vt_inventory_data *k, const vt_sparse *from, vt_sparse *to) {
  for (ptrdiff_t i = 0; i < to->entries; i++) to->value[i] = 0.0;
  VT_CHECK(
      from->rows == to->rows && from->columns == to->columns, VT_ERR_INPUT,
      "%s: found arrays with nodes that no vector has, expected 'model.inventory.array_column' "
      "as well",
      k->study->path);
  for (int j = 0; j < from->columns; j++) {
    ptrdiff_t at = to->column_start[j];
    for (ptrdiff_t i = from->column_start[j]; i < from->column_start[j + 1]; i++) {
      while (at < to->column_start[j + 1] && to->row[at] < from->row[i]) at++;
      VT_CHECK(at < to->column_start[j + 1] && to->row[at] == from->row[i], VT_ERR_BUG,
               "a matrix with arrays lacks an entry of the one without");
      to->value[at] = from->value[i];
    }
  }
  return VT_OK;
}

static bool same_nodes(const int *a, int count, const int *b, int others) {
  return count == others && memcmp(a, b, (size_t)count * sizeof *a) == 0;
}

vt_error vt_inventory_hide_arrays(vt_inventory_data *k) {
  vt_system *bare, *s = k->system;
  VT_TRY(vt_system_create(k->set, k->asked, k->asked_database, VT_NO_COLUMN, &bare));
  const bool same = same_nodes(s->product, s->products, bare->product, bare->products) &&
                    same_nodes(s->process, s->processes, bare->process, bare->processes) &&
                    same_nodes(s->flow, s->flows, bare->flow, bare->flows);
  vt_error taken = VT_OK;
  if (!same)
    taken = vt_error_raise(VT_ERR_INPUT, __FILE__, __LINE__, __func__,
                           "%s: found arrays with nodes that no vector has, expected "
                           "'model.inventory.array_column' as well",
                           k->study->path);
  if (taken == VT_OK) taken = take_values(k, &bare->technosphere, &s->technosphere);
  if (taken == VT_OK) taken = take_values(k, &bare->biosphere, &s->biosphere);
  vt_system_free(bare);
  return taken;
}
