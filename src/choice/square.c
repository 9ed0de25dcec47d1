// square.c - the square systems behind the reduced programme.
//
// In one, each alternative's product has a row of its own: what takes a product that several make
// takes it from the first. In the other these rows are left out, and the levels of alternatives are
// given in their place: what an alternative at 0 would need is 0 then, to the last bit. The second
// one is solved where it is regular, as it is unless a loop runs through a choice alone.
#include "model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// Below this share of the largest, a pivot may be 0.
#define SMALL_PIVOT 1e-11

// -------------------------------------------------------------------------------------------------
// Patterns.

// An entry of the column of an alternative in its product's row.
static bool is_own(const vt_choice_data *k, int row, int process) {
  const int a = k->alternative_of[process];
  return a >= 0 && k->alternative[a].product == row;
}

// The row of an entry of A; `level`: -1 where alternatives have given levels.
static int row_of_entry(const vt_choice_data *k, const bool *given, bool level, int row,
                        int process) {
  if (is_own(k, row, process)) return level ? -1 : k->alternative[k->alternative_of[process]].row;
  return level && given[row] ? -1 : row;
}

static int compare_entries(const void *a, const void *b) {
  const int *x = a, *y = b;
  return (x[0] > y[0]) - (x[0] < y[0]);
}

// Rows of a column, ascending, each with its place in A.
static ptrdiff_t fill_column(const vt_choice_data *k, const bool *given, bool level, int process,
                             int (*entry)[2]) {
  const vt_sparse *a = &k->system->technosphere;
  const int alternative = k->alternative_of[process];
  ptrdiff_t count = 0;
  for (ptrdiff_t e = a->column_start[process]; e < a->column_start[process + 1]; e++) {
    const int row = row_of_entry(k, given, level, a->row[e], process);
    if (row < 0) continue;
    entry[count][0] = row;
    entry[count++][1] = (int)e;
  }
  if (level && alternative >= 0) {
    entry[count][0] = k->alternative[alternative].row;
    entry[count++][1] = -1;
  }
  qsort(entry, (size_t)count, sizeof *entry, compare_entries);
  return count;
}

static vt_error build(vt_choice_data *k, const bool *given, bool level, vt_choice_square *s) {
  const vt_sparse *a = &k->system->technosphere;
  const ptrdiff_t most = a->entries + k->alternatives;
  int(*entry)[2];
  s->matrix = (vt_sparse){.rows = k->processes, .columns = k->processes};
  VT_ARENA_NEW(k->arena, s->matrix.column_start, k->processes + 1);
  VT_ARENA_NEW(k->arena, s->matrix.row, most);
  VT_ARENA_NEW(k->arena, s->matrix.value, most);
  VT_ARENA_NEW(k->arena, s->from, most);
  VT_NEW(entry, k->products + 1);
  for (int j = 0; j < k->processes; j++) {
    const ptrdiff_t count = fill_column(k, given, level, j, entry);
    for (ptrdiff_t i = 0; i < count; i++) {
      const ptrdiff_t at = s->matrix.entries++;
      s->matrix.row[at] = entry[i][0];
      s->from[at] = entry[i][1];
      s->matrix.value[at] = entry[i][1] < 0 ? 1.0 : a->value[entry[i][1]];
    }
    s->matrix.column_start[j + 1] = s->matrix.entries;
  }
  free(entry);
  return VT_OK;
}

// Rows of alternatives: the first that makes a product has the product's, others further ones.
static void place_rows(vt_choice_data *k, int *rows, bool *given) {
  *rows = k->products;
  for (int a = 0; a < k->alternatives; a++) {
    vt_choice_alternative *alternative = &k->alternative[a];
    const int product = alternative->product;
    alternative->row = given[product] ? (*rows)++ : product;
    given[product] = true;
  }
}

vt_error vt_choice_make_square(vt_choice_data *k) {
  bool *given;
  int rows;
  VT_ARENA_NEW(k->arena, given, k->products);
  place_rows(k, &rows, given);
  if (rows == k->products)
    VT_TRY(vt_system_check_square(k->set, k->system));
  else
    VT_CHECK(rows == k->processes, VT_ERR_INPUT,
             "%s:%d: the system is not square: found %d products, of which alternatives make %d "
             "together, and %d processes",
             k->study->path, k->study->model.line, k->products, rows - k->products, k->processes);
  VT_TRY(build(k, given, false, &k->own));
  return build(k, given, true, &k->level);
}

// -------------------------------------------------------------------------------------------------
// Regularity.

// Rows that were added stand for the product that their alternative makes.
vt_error vt_choice_name_culprits(const vt_choice_data *k, const vt_culprits *culprits,
                                 vt_error error) {
  vt_culprits named = *culprits;
  for (int i = 0; i < named.products && i < VT_CULPRITS_SHOWN; i++)
    for (int a = 0; a < k->alternatives; a++)
      if (named.product[i] >= k->products && k->alternative[a].row == named.product[i])
        named.product[i] = k->alternative[a].product;
  return vt_name_culprits(k->set, k->system, k->study->path, &named, error);
}

vt_error vt_choice_prove(const vt_choice_data *k) {
  const vt_equations system = {.technosphere = &k->own.matrix};
  vt_culprits culprits = {0};
  vt_solver *solver = NULL;
  if (k->processes == 0) return VT_OK;
  const vt_error made = vt_solver_create(k->background, &system, 1, &culprits, &solver);
  vt_solver_free(solver);
  return vt_choice_name_culprits(k, &culprits, made);
}

// Gauss elimination with complete pivoting, of a small matrix; the least pivot by the largest
// entry at its turn.
static double least_pivot(int n, double *m) {
  double least = INFINITY;
  for (int step = 0; step < n; step++) {
    int row = step, column = step;
    for (int i = step; i < n; i++)
      for (int j = step; j < n; j++)
        if (fabs(m[i * n + j]) > fabs(m[row * n + column])) row = i, column = j;
    const double pivot = m[row * n + column];
    least = fmin(least, fabs(pivot));
    if (!(fabs(pivot) > 0)) return 0;
    for (int j = 0; j < n; j++) {
      const double other = m[step * n + j];
      m[step * n + j] = m[row * n + j];
      m[row * n + j] = other;
    }
    for (int i = 0; i < n; i++) {
      const double other = m[i * n + step];
      m[i * n + step] = m[i * n + column];
      m[i * n + column] = other;
    }
    for (int i = step + 1; i < n; i++) {
      const double factor = m[i * n + step] / m[step * n + step];
      for (int j = step; j < n; j++) m[i * n + j] -= factor * m[step * n + j];
    }
  }
  return least;
}

// What the rows of alternatives' own get from a unit of each: the system with such rows is regular
// if these are independent. Rows and columns brought to size 1 first.
vt_error vt_choice_own_regular(const vt_choice_data *k, const double *technosphere,
                               const double *basis, bool *regular) {
  const int n = k->alternatives;
  double *m;
  int *which;
  *regular = true;
  if (n == 0 || !k->by_level) return VT_OK;
  VT_NEW(m, (ptrdiff_t)n * n);
  VT_NEW(which, k->processes);
  for (int i = 0; i < k->processes; i++) which[i] = -1;
  for (int a = 0; a < n; a++) which[k->alternative[a].row] = a;
  for (int j = 0; j < k->processes; j++)
    for (ptrdiff_t e = k->own.matrix.column_start[j]; e < k->own.matrix.column_start[j + 1]; e++) {
      const int a = which[k->own.matrix.row[e]];
      for (int c = 0; a >= 0 && c < n; c++)
        m[a * n + c] += technosphere[k->own.from[e]] * basis[(ptrdiff_t)c * k->processes + j];
    }
  for (int a = 0; a < n; a++) {
    double largest = 0;
    for (int c = 0; c < n; c++) largest = fmax(largest, fabs(m[a * n + c]));
    for (int c = 0; c < n && largest > 0; c++) m[a * n + c] /= largest;
  }
  *regular = least_pivot(n, m) > SMALL_PIVOT;
  free(m);
  free(which);
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Columns.

// Whether demand of an entry is the same at every step and in every scenario.
static bool is_common(const vt_choice_data *k, int entry) {
  if (k->apart) return false;
  const double *value = k->number + k->list[VT_CHOICE_DEMAND].at + (ptrdiff_t)entry * k->steps;
  for (int t = 1; t < k->steps; t++)
    if (value[t] != value[0]) return false;
  for (ptrdiff_t i = 0; i < k->touches; i++) {
    const ptrdiff_t at = k->touch[i].place - (value - k->number);
    if (k->touch[i].tensor == VT_CHOICE_DEMAND && at >= 0 && at < k->steps) return false;
  }
  return true;
}

static vt_error add_column(vt_choice_data *k, int unit, int count, const int *row,
                           const double *amount) {
  int *rows;
  double *amounts;
  VT_ARENA_NEW(k->arena, rows, count);
  VT_ARENA_NEW(k->arena, amounts, count);
  for (int i = 0; i < count; i++) {
    rows[i] = row[i];
    amounts[i] = amount[i];
  }
  k->column[k->columns++] = (vt_choice_column){
      .unit = unit, .demand = {.count = count, .product = rows, .amount = amounts}};
  return VT_OK;
}

// Slack of supplies and surplus of stored products. In the row of a choice they make no column of
// levels, but still are one of the programme.
static vt_error add_units(vt_choice_data *k) {
  VT_ARENA_NEW(k->arena, k->unit, k->supplies + k->stores);
  for (int i = 0; i < k->supplies; i++) {
    bool known = false;
    for (int u = 0; u < k->units; u++) known = known || k->unit[u] == k->supply[i].merged;
    if (!known) k->unit[k->units++] = k->supply[i].merged;
  }
  for (int i = 0; i < k->stores; i++)
    if (k->stored[i] < k->products) k->unit[k->units++] = k->stored[i];
  for (int u = 0; u < k->units; u++)
    VT_TRY(add_column(k, k->unit[u], k->unit[u] < k->products ? 1 : 0, &k->unit[u],
                      (const double[]){1}));
  return VT_OK;
}

static vt_error add_demands(vt_choice_data *k) {
  const vt_choice_list *l = &k->list[VT_CHOICE_DEMAND];
  int *row, common = 0;
  double *amount;
  VT_ARENA_NEW(k->arena, row, l->count);
  VT_ARENA_NEW(k->arena, amount, l->count);
  VT_ARENA_NEW(k->arena, k->demand_entry, l->count + 1);
  for (int i = 0; i < l->count; i++) {
    const int merged = l->entry[i].key[0];
    if (merged >= k->products) continue;
    if (is_common(k, i)) {
      row[common] = merged;
      amount[common++] = k->number[l->at + (ptrdiff_t)i * k->steps];
      continue;
    }
    k->demand_entry[k->demands++] = i;
    VT_TRY(add_column(k, -1, 1, &merged, (const double[]){1}));
  }
  if (common == 0) return VT_OK;
  k->demand_entry[k->demands++] = -1;
  return add_column(k, -1, common, row, amount);
}

vt_error vt_choice_list_columns(vt_choice_data *k) {
  const int most = k->alternatives + k->supplies + k->stores + k->list[VT_CHOICE_DEMAND].count + 1;
  VT_ARENA_NEW(k->arena, k->column, most);
  k->columns = k->units = k->demands = 0;
  for (int a = 0; a < k->alternatives; a++)
    VT_TRY(add_column(k, -1, 1, &k->alternative[a].row, (const double[]){1}));
  VT_TRY(add_units(k));
  return add_demands(k);
}

// -------------------------------------------------------------------------------------------------
// The reference's.

static vt_error solve(const vt_choice_data *k, const vt_choice_square *s,
                      const vt_final_demand *demand, bool alone, double *basis,
                      vt_culprits *culprits) {
  vt_request request = {.system = {.technosphere = &s->matrix},
                        .demand_count = k->columns,
                        .demand = demand,
                        .supply = basis};
  *culprits = (vt_culprits){0};
  if (k->columns == 0 || k->processes == 0) return VT_OK;
  const vt_error solved =
      (alone ? vt_background_run_alone : vt_background_run)(k->background, 1, &request);
  *culprits = request.culprits;
  return solved;
}

static vt_error solve_either(vt_choice_data *k, const vt_final_demand *demand, bool alone,
                             double *basis) {
  vt_culprits culprits;
  bool regular;
  k->by_level = true;
  vt_error solved = solve(k, &k->level, demand, alone, basis, &culprits);
  if (solved == VT_OK) {
    VT_TRY(vt_choice_own_regular(k, k->system->technosphere.value, basis, &regular));
    return regular ? VT_OK : vt_choice_prove(k);
  }
  if (solved != VT_ERR_INPUT || culprits.products + culprits.processes == 0) return solved;
  k->by_level = false;
  solved = solve(k, &k->own, demand, alone, basis, &culprits);
  return vt_choice_name_culprits(k, &culprits, solved);
}

vt_error vt_choice_solve_basis(vt_choice_data *k, bool alone, double **basis) {
  vt_final_demand *demand;
  VT_NEW(demand, k->columns);
  for (int c = 0; c < k->columns; c++) demand[c] = k->column[c].demand;
  const ptrdiff_t numbers = (ptrdiff_t)k->columns * k->processes;
  *basis = vt_calloc(numbers, sizeof **basis);
  const vt_error solved = *basis ? solve_either(k, demand, alone, *basis)
                                 : vt_error_raise(VT_ERR_SYSTEM, __FILE__, __LINE__, __func__,
                                                  "out of memory: %td numbers", numbers);
  free(demand);
  return solved;
}
