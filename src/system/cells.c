// cells.c - groups of records to one sparse matrix, by the rules of Brightway's matrix builder.
//
// Records of a cell within a group add up or the last one counts; a later group replaces the cell
// or adds to it, as its package says; NaN leaves the cell alone. So the order of records matters:
// they are sorted by cell with a stable counting sort, and each cell is folded in order.
#include "cells.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool vt_cells_has_group(const vt_cells *cells, const vt_record_group *group) {
  if (group->matrix != cells->kind) return false;
  if (cells->kind == VT_MATRIX_OTHER && strcmp(group->matrix_name, cells->matrix_name) != 0)
    return false;
  if (group->method != cells->method) return false;
  return !group->array || cells->array_column != VT_NO_COLUMN;
}

static bool has_node_column(const vt_cells *cells) {
  return cells->kind == VT_MATRIX_TECHNOSPHERE || cells->kind == VT_MATRIX_BIOSPHERE ||
         cells->kind == VT_MATRIX_OTHER;
}

bool vt_cells_has_record(const vt_cells *cells, const vt_record_group *group, ptrdiff_t k) {
  if (!has_node_column(cells))
    return group->row[k] >= 0 && (!cells->filtered || group->column[k] == cells->location);
  if (!cells->member) return true;
  return cells->member[cells->set->node[group->column[k]].database];
}

// A record on its way to its cell.
typedef struct item {
  int row, column;
  int group; // place in `part`
  ptrdiff_t record;
} item;

// A group that has a part in the matrix.
typedef struct part {
  const vt_record_group *group;
  ptrdiff_t column; // of its data
  bool within, across;
} part;

// The building of one matrix.
typedef struct cell_building {
  const vt_cells *cells;
  part *part;
  ptrdiff_t parts, part_room;
  item *item, *other; // shape [items]
  ptrdiff_t items;
  ptrdiff_t *start; // scratch of the sort
} cell_building;

// Column of the arrays of group `index`: of a combinatorial package the digit of the combination,
// the last group fastest.
static vt_error array_column_of(const vt_cells *cells, const vt_package *package, int index,
                                ptrdiff_t *column) {
  const vt_record_group *group = &package->group[index];
  *column = 0;
  if (!group->array) return VT_OK;
  ptrdiff_t rest = cells->array_column;
  for (int g = package->groups - 1; package->combinatorial && g >= 0; g--) {
    const vt_record_group *other = &package->group[g];
    if (!vt_cells_has_group(cells, other) || !other->array) continue;
    if (g == index) *column = rest % other->columns;
    rest /= other->columns;
  }
  if (!package->combinatorial) *column = rest % group->columns;
  VT_CHECK(
      !package->combinatorial || rest == 0, VT_ERR_INPUT,
      "%s: found array column %td, expected one of the package's combinations, which are fewer",
      package->path, cells->array_column);
  return VT_OK;
}

static vt_error collect_parts(cell_building *made) {
  const vt_cells *cells = made->cells;
  for (int i = 0; i < cells->packages; i++) {
    const vt_package *package = &cells->set->package[cells->package[i]];
    for (int g = 0; g < package->groups; g++) {
      if (!vt_cells_has_group(cells, &package->group[g])) continue;
      VT_TRY(vt_grow(&made->part, &made->part_room, made->parts + 1, sizeof *made->part));
      part *next = &made->part[made->parts++];
      *next = (part){&package->group[g], 0, package->sum_within, package->sum_across};
      VT_TRY(array_column_of(cells, package, g, &next->column));
      made->items += package->group[g].count;
    }
  }
  return VT_OK;
}

static vt_error collect_items(cell_building *made) {
  const vt_cells *cells = made->cells;
  VT_NEW(made->item, made->items);
  made->items = 0;
  for (int p = 0; p < made->parts; p++) {
    const vt_record_group *group = made->part[p].group;
    for (ptrdiff_t k = 0; k < group->count; k++) {
      if (!vt_cells_has_record(cells, group, k)) continue;
      const int row = cells->row_of ? cells->row_of[group->row[k]] : 0;
      const int column = has_node_column(cells) ? cells->column_of[group->column[k]] : 0;
      if (row >= 0 && column >= 0) made->item[made->items++] = (item){row, column, p, k};
    }
  }
  return VT_OK;
}

// Stable sort of made->item by row or column.
static void sort_items(cell_building *made, int count, bool by_column) {
  ptrdiff_t *start = made->start;
  memset(start, 0, ((size_t)count + 1) * sizeof *start);
  for (ptrdiff_t i = 0; i < made->items; i++)
    start[(by_column ? made->item[i].column : made->item[i].row) + 1]++;
  for (int i = 0; i < count; i++) start[i + 1] += start[i];
  for (ptrdiff_t i = 0; i < made->items; i++) {
    const int key = by_column ? made->item[i].column : made->item[i].row;
    made->other[start[key]++] = made->item[i];
  }
  item *sorted = made->other;
  made->other = made->item;
  made->item = sorted;
}

// Many sources list their records by column and row already.
static bool is_sorted(const cell_building *made) {
  for (ptrdiff_t i = 1; i < made->items; i++) {
    const item *a = &made->item[i - 1], *b = &made->item[i];
    if (a->column > b->column || (a->column == b->column && a->row > b->row)) return false;
  }
  return true;
}

static vt_error sort_all(cell_building *made, const vt_sparse *matrix) {
  if (is_sorted(made)) return VT_OK;
  const int larger = matrix->rows > matrix->columns ? matrix->rows : matrix->columns;
  VT_NEW(made->other, made->items);
  VT_NEW(made->start, (ptrdiff_t)larger + 1);
  sort_items(made, matrix->rows, false);
  sort_items(made, matrix->columns, true);
  return VT_OK;
}

static double record_value(const part *from, ptrdiff_t k) {
  const vt_record_group *group = from->group;
  double value = group->data[k * group->columns + from->column];
  if (group->flip && group->flip[k]) value = -value;
  if (group->rescale) value *= group->rescale[k];
  return value;
}

// What one group says of one cell: items [first, end).
static double fold_group(const cell_building *made, ptrdiff_t first, ptrdiff_t end) {
  const part *from = &made->part[made->item[first].group];
  if (end - first == 1) return record_value(from, made->item[first].record);
  if (!from->within) {
    for (ptrdiff_t i = end - 1; i > first; i--) {
      const double value = record_value(from, made->item[i].record);
      if (!isnan(value)) return value;
    }
    return record_value(from, made->item[first].record);
  }
  double sum = 0.0;
  float single = 0.0F;
  for (ptrdiff_t i = first; i < end; i++) {
    const double value = record_value(from, made->item[i].record);
    sum += value;
    single += (float)value; // as Brightway sums: some 1e-8 from the exact sum
  }
  return from->group->single && !from->group->rescale ? (double)single : sum;
}

// Value of the cell of items [first, end).
static double fold_cell(const cell_building *made, ptrdiff_t first, ptrdiff_t end) {
  double cell = 0.0;
  for (ptrdiff_t i = first, next; i < end; i = next) {
    next = i + 1;
    while (next < end && made->item[next].group == made->item[i].group) next++;
    const double value = fold_group(made, i, next);
    if (isnan(value)) continue;
    cell = made->part[made->item[i].group].across ? cell + value : value;
  }
  return cell;
}

static bool same_cell(const item *a, const item *b) {
  return a->row == b->row && a->column == b->column;
}

static vt_error fold_all(const cell_building *made, vt_sparse *matrix) {
  ptrdiff_t cells = 0;
  for (ptrdiff_t i = 0; i < made->items; i++)
    cells += i == 0 || !same_cell(&made->item[i - 1], &made->item[i]);
  VT_NEW(matrix->column_start, (ptrdiff_t)matrix->columns + 1);
  VT_NEW(matrix->row, cells);
  VT_NEW(matrix->value, cells);
  for (ptrdiff_t i = 0, end; i < made->items; i = end) {
    end = i + 1;
    while (end < made->items && same_cell(&made->item[i], &made->item[end])) end++;
    matrix->row[matrix->entries] = made->item[i].row;
    matrix->value[matrix->entries++] = fold_cell(made, i, end);
    matrix->column_start[made->item[i].column + 1]++;
  }
  for (int j = 0; j < matrix->columns; j++) matrix->column_start[j + 1] += matrix->column_start[j];
  return VT_OK;
}

static vt_error collect(cell_building *made, const vt_sparse *matrix) {
  VT_TRY(collect_parts(made));
  VT_TRY(collect_items(made));
  return sort_all(made, matrix);
}

static void drop(cell_building *made) {
  free(made->part);
  free(made->item);
  free(made->other);
  free(made->start);
}

vt_error vt_cells_build(const vt_cells *cells, int rows, int columns, vt_sparse *matrix) {
  *matrix = (vt_sparse){.rows = rows, .columns = columns};
  cell_building made = {.cells = cells};
  vt_error error = collect(&made, matrix);
  if (error == VT_OK) error = fold_all(&made, matrix);
  drop(&made);
  if (error != VT_OK) vt_sparse_free(matrix);
  return error;
}

// -------------------------------------------------------------------------------------------------
// What counts in a cell.

// Add the items of one group that count in their cell, [first, end); returns how many.
static ptrdiff_t list_group(const cell_building *made, ptrdiff_t first, ptrdiff_t end,
                            ptrdiff_t cell, vt_cell_term *term) {
  const part *from = &made->part[made->item[first].group];
  ptrdiff_t count = 0;
  for (ptrdiff_t i = first; i < end; i++) {
    const ptrdiff_t record = made->item[i].record;
    const double value = record_value(from, record);
    if (isnan(value) && from->within) return 0;
    if (isnan(value)) continue;
    if (!from->within) count = 0;
    term[count++] = (vt_cell_term){cell, from->group, record, value};
  }
  return count;
}

static void list_all(const cell_building *made, ptrdiff_t *count, vt_cell_term *term) {
  ptrdiff_t cell = -1, start = 0;
  *count = 0;
  for (ptrdiff_t i = 0, next; i < made->items; i = next) {
    const item *first = &made->item[i];
    if (i == 0 || !same_cell(first - 1, first)) {
      cell++;
      start = *count;
    }
    next = i + 1;
    while (next < made->items && same_cell(first, &made->item[next]) &&
           made->item[next].group == first->group)
      next++;
    const ptrdiff_t added = list_group(made, i, next, cell, term + *count);
    if (added > 0 && !made->part[first->group].across) {
      memmove(term + start, term + *count, (size_t)added * sizeof *term);
      *count = start;
    }
    *count += added;
  }
}

vt_error vt_cells_terms(const vt_cells *cells, int rows, int columns, ptrdiff_t *count,
                        vt_cell_term **term) {
  const vt_sparse matrix = {.rows = rows, .columns = columns};
  cell_building made = {.cells = cells};
  *term = NULL;
  vt_error error = collect(&made, &matrix);
  if (error == VT_OK) {
    *term = vt_calloc(made.items, sizeof **term);
    if (*term)
      list_all(&made, count, *term);
    else
      error = vt_error_raise(VT_ERR_SYSTEM, __FILE__, __LINE__, __func__, "out of memory");
  }
  drop(&made);
  return error;
}

void vt_sparse_free(vt_sparse *sparse) {
  free(sparse->column_start);
  free(sparse->row);
  free(sparse->value);
  *sparse = (vt_sparse){0};
}
