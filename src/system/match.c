// match.c - which product each process makes: a permutation that brings non-zeros to the diagonal.
//
// What the data say of reference products is taken first; a maximum matching completes it. What it
// cannot match makes a system singular whatever its numbers are, and is named.
#include "cells.h"

#include <stdlib.h>
#include <string.h>

enum { NONE = -1, SEVERAL = -2, MOST_NAMED = 3 };

// The matching of one system.
typedef struct matching {
  vt_system *system;
  const vt_sparse *a;
  int *flagged;   // row with the reference flag of a column; shape [columns]
  int *unflipped; // only row with an entry that is not flipped, or NONE, SEVERAL; shape [columns]
  int *open;      // columns without product that have a row; shape [rows]
  int *stack;     // columns on the path; shape [columns]
  ptrdiff_t *at;  // where each column's search stands; shape [columns]
  int *visited;   // phase that saw a column last; shape [columns]
} matching;

static void assign(matching *m, int row, int column) {
  m->system->reference[column] = row;
  m->system->maker[row] = column;
}

static bool is_zero(double value) {
  return !(value < 0.0 || value > 0.0);
}

static double entry(const vt_sparse *a, int row, int column) {
  ptrdiff_t low = a->column_start[column], high = a->column_start[column + 1];
  while (low < high) {
    const ptrdiff_t middle = low + (high - low) / 2;
    if (a->row[middle] < row)
      low = middle + 1;
    else
      high = middle;
  }
  return low < a->column_start[column + 1] && a->row[low] == row ? a->value[low] : 0.0;
}

// Take `row` as the product of `column` if both are free and the cell is not 0.
static void propose(matching *m, int row, int column) {
  if (row < 0 || m->system->reference[column] >= 0 || m->system->maker[row] >= 0) return;
  if (!is_zero(entry(m->a, row, column))) assign(m, row, column);
}

// -------------------------------------------------------------------------------------------------
// What the data say.

static void read_records(matching *m, const vt_cells *cells, const vt_record_group *group) {
  const vt_system *system = m->system;
  for (ptrdiff_t k = 0; k < group->count; k++) {
    if (!vt_cells_has_record(cells, group, k)) continue;
    const int row = system->row_of[group->row[k]], column = system->column_of[group->column[k]];
    if (group->reference && group->reference[k]) m->flagged[column] = row;
    if (group->flip && group->flip[k]) continue;
    int *only = &m->unflipped[column];
    if (*only != row) *only = *only == NONE ? row : SEVERAL;
  }
}

// The only row of the column with a value of this sign, or NONE.
static int only_of_sign(const vt_sparse *a, int column, double sign) {
  int only = NONE;
  for (ptrdiff_t k = a->column_start[column]; k < a->column_start[column + 1]; k++) {
    if (!(a->value[k] * sign > 0.0)) continue;
    if (only != NONE) return NONE;
    only = a->row[k];
  }
  return only;
}

// Bonds in the order of how much they tell, each kind for all columns before the next.
static void take_data(matching *m, const vt_cells *cells) {
  const vt_system *system = m->system;
  for (int j = 0; j < system->processes; j++) m->flagged[j] = m->unflipped[j] = NONE;
  for (int i = 0; i < cells->packages; i++) {
    const vt_package *package = &cells->set->package[cells->package[i]];
    for (int g = 0; g < package->groups; g++) {
      if (vt_cells_has_group(cells, &package->group[g])) read_records(m, cells, &package->group[g]);
    }
  }
  for (int j = 0; j < system->processes; j++) propose(m, m->flagged[j], j);
  for (int j = 0; j < system->processes; j++) propose(m, system->row_of[system->process[j]], j);
  for (int j = 0; j < system->processes; j++) propose(m, m->unflipped[j], j);
  for (int j = 0; j < system->processes; j++) propose(m, only_of_sign(m->a, j, 1.0), j);
  for (int j = 0; j < system->processes; j++) propose(m, only_of_sign(m->a, j, -1.0), j);
}

// -------------------------------------------------------------------------------------------------
// What only one process can make: a product of one open column is that column's.

static void count_open(matching *m, int column, int change) {
  const vt_sparse *a = m->a;
  for (ptrdiff_t k = a->column_start[column]; k < a->column_start[column + 1]; k++) {
    if (!is_zero(a->value[k])) m->open[a->row[k]] += change;
  }
}

// The first free row of a column that no other open column has, or NONE.
static int own_row(const matching *m, int column) {
  const vt_sparse *a = m->a;
  for (ptrdiff_t k = a->column_start[column]; k < a->column_start[column + 1]; k++) {
    const int row = a->row[k];
    if (!is_zero(a->value[k]) && m->system->maker[row] < 0 && m->open[row] == 1) return row;
  }
  return NONE;
}

static void take_single(matching *m) {
  const int columns = m->system->processes;
  for (int j = 0; j < columns; j++) {
    if (m->system->reference[j] < 0) count_open(m, j, 1);
  }
  for (bool more = true; more;) {
    more = false;
    for (int j = 0; j < columns; j++) {
      if (m->system->reference[j] >= 0) continue;
      const int row = own_row(m, j);
      if (row == NONE) continue;
      assign(m, row, j);
      count_open(m, j, -1);
      more = true;
    }
  }
}

// -------------------------------------------------------------------------------------------------
// The rest: augmenting paths, in phases in which each column is visited once.

static int free_row(const matching *m, int column) {
  const vt_sparse *a = m->a;
  for (ptrdiff_t k = a->column_start[column]; k < a->column_start[column + 1]; k++) {
    if (!is_zero(a->value[k]) && m->system->maker[a->row[k]] < 0) return a->row[k];
  }
  return NONE;
}

// The next column whose product `column` could make instead, or NONE.
static int next_column(matching *m, int column, int phase) {
  const vt_sparse *a = m->a;
  while (m->at[column] < a->column_start[column + 1]) {
    const ptrdiff_t k = m->at[column]++;
    if (is_zero(a->value[k])) continue;
    const int other = m->system->maker[a->row[k]];
    if (m->visited[other] != phase) return other;
  }
  return NONE;
}

// Hand products down the path: its last column takes `row`, each other that of its successor.
static void shift_path(matching *m, int depth, int row) {
  for (int i = depth - 1; i >= 0; i--) {
    const int before = m->system->reference[m->stack[i]];
    assign(m, row, m->stack[i]);
    row = before;
  }
}

static bool augment(matching *m, int column, int phase) {
  int depth = 0;
  for (int next = column;;) {
    if (next != NONE) {
      m->visited[next] = phase;
      m->at[next] = m->a->column_start[next];
      m->stack[depth++] = next;
      const int row = free_row(m, next);
      if (row != NONE) {
        shift_path(m, depth, row);
        return true;
      }
    } else if (--depth == 0) {
      return false;
    }
    next = next_column(m, m->stack[depth - 1], phase);
  }
}

static void complete(matching *m) {
  bool more = true;
  for (int phase = 1; more; phase++) {
    more = false;
    for (int j = 0; j < m->system->processes; j++) {
      if (m->system->reference[j] < 0 && m->visited[j] != phase && augment(m, j, phase))
        more = true;
    }
  }
}

// -------------------------------------------------------------------------------------------------
// Culprits.

static vt_error name_unmatched(const vt_database_set *set, int count, const int *partner,
                               const int *node, const char *before, vt_text *text) {
  int unmatched = 0;
  for (int i = 0; i < count; i++) {
    if (partner[i] >= 0) continue;
    if (unmatched < MOST_NAMED)
      VT_TRY(vt_text_add(text, "%s%s", unmatched > 0 ? ", " : before, vt_node_text(set, node[i])));
    unmatched++;
  }
  if (unmatched > MOST_NAMED) VT_TRY(vt_text_add(text, " and %d more", unmatched - MOST_NAMED));
  return VT_OK;
}

static vt_error list_culprits(const vt_database_set *set, const vt_system *system, vt_text *text) {
  VT_TRY(vt_text_add(text, "%s", ""));
  VT_TRY(name_unmatched(set, system->products, system->maker, system->product,
                        "; no process is left to make ", text));
  return name_unmatched(set, system->processes, system->reference, system->process,
                        "; no product is left for the process ", text);
}

static vt_error fail_matching(const vt_database_set *set, const vt_system *system) {
  vt_text text = {0};
  vt_error error = list_culprits(set, system, &text);
  // Of what was asked for; loose datapackages come after that.
  int named = system->databases - 1;
  while (named > 0 && set->database[system->database[named]].kind == VT_DATABASE_PACKAGE) named--;
  const vt_database *first = &set->database[system->database[named]];
  const bool square = system->products == system->processes;
  if (error == VT_OK)
    error = vt_error_raise(VT_ERR_INPUT, __FILE__, __LINE__, __func__,
                           "%s: the system of database '%s' is %s: found %d products and %d "
                           "processes%s",
                           first->path, first->name, square ? "singular" : "not square",
                           system->products, system->processes, text.bytes);
  vt_text_free(&text);
  return error;
}

vt_error vt_system_check_square(const vt_database_set *set, const vt_system *system) {
  for (int j = 0; j < system->processes; j++) {
    if (system->reference[j] < 0) return fail_matching(set, system);
  }
  return system->products == system->processes ? VT_OK : fail_matching(set, system);
}

static vt_error match(matching *m, const vt_cells *cells, bool open) {
  const int rows = m->system->products, columns = m->system->processes;
  VT_NEW(m->system->reference, columns);
  VT_NEW(m->system->maker, rows);
  for (int j = 0; j < columns; j++) m->system->reference[j] = NONE;
  for (int i = 0; i < rows; i++) m->system->maker[i] = NONE;
  VT_NEW(m->flagged, columns);
  VT_NEW(m->unflipped, columns);
  VT_NEW(m->open, rows);
  VT_NEW(m->stack, columns);
  VT_NEW(m->at, columns);
  VT_NEW(m->visited, columns);
  take_data(m, cells);
  take_single(m);
  complete(m);
  return open ? VT_OK : vt_system_check_square(cells->set, m->system);
}

vt_error vt_system_match(const vt_cells *cells, bool open, vt_system *system) {
  matching m = {.system = system, .a = &system->technosphere};
  const vt_error error = match(&m, cells, open);
  free(m.flagged);
  free(m.unflipped);
  free(m.open);
  free(m.stack);
  free(m.at);
  free(m.visited);
  return error;
}
