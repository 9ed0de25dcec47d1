// matching.c - a product for each process: the given ones where they fit, a maximum matching for
// the rest (augmenting paths, depth first, after Duff's MC21).
#include "room.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>

typedef struct search {
  const vt_sparse *a;
  int *match;    // row of each column, -1 = none
  int *owner;    // column of each row, -1 = none
  int *seen;     // columns visited in round `round`
  int *path;     // columns on the way
  ptrdiff_t *at; // next entry to try of each column on the way
  int round;
} search;

static bool is_entry(const vt_sparse *a, int row, int column) {
  ptrdiff_t low = a->column_start[column], high = a->column_start[column + 1];
  while (low < high) {
    const ptrdiff_t middle = low + (high - low) / 2;
    if (a->row[middle] < row) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low < a->column_start[column + 1] && a->row[low] == row && a->value[low] != 0;
}

static void take(search *s, int row, int column) {
  s->match[column] = row;
  s->owner[row] = column;
}

static void take_given(search *s, const int *reference) {
  for (int j = 0; j < s->a->columns; j++) {
    const int row = reference[j];
    if (row >= 0 && row < s->a->rows && s->owner[row] < 0 && is_entry(s->a, row, j))
      take(s, row, j);
  }
}

// The largest output that nobody has yet, else the largest input: production is positive.
static void take_free(search *s, int column) {
  const vt_sparse *a = s->a;
  double best = -INFINITY;
  int row = -1;
  for (ptrdiff_t k = a->column_start[column]; k < a->column_start[column + 1]; k++) {
    const double value = a->value[k], merit = value > 0 ? value : -1 / fabs(value);
    if (value == 0 || s->owner[a->row[k]] >= 0 || merit <= best) continue;
    best = merit;
    row = a->row[k];
  }
  if (row >= 0) take(s, row, column);
}

// From the last column of the path to the next one: through a row whose owner was not seen.
// Returns true when a row without owner ends the path.
static bool step(search *s, int *depth) {
  const vt_sparse *a = s->a;
  const int column = s->path[*depth];
  for (ptrdiff_t *k = &s->at[*depth]; *k < a->column_start[column + 1]; (*k)++) {
    if (a->value[*k] == 0) continue;
    const int owner = s->owner[a->row[*k]];
    if (owner < 0) return true;
    if (s->seen[owner] == s->round) continue;
    s->seen[owner] = s->round;
    (*depth)++;
    s->path[*depth] = owner;
    s->at[*depth] = a->column_start[owner];
    return false;
  }
  (*depth)--;
  return false;
}

static bool augment(search *s, int column) {
  s->round++;
  s->seen[column] = s->round;
  s->path[0] = column;
  s->at[0] = s->a->column_start[column];
  int depth = 0;
  while (depth >= 0) {
    if (!step(s, &depth)) continue;
    // Each column of the path takes the row it was looking at.
    for (int d = depth; d >= 0; d--) take(s, s->a->row[s->at[d]], s->path[d]);
    return true;
  }
  return false;
}

static void note(vt_culprits *culprits, bool is_product, int index) {
  int *count = is_product ? &culprits->products : &culprits->processes;
  int *shown = is_product ? culprits->product : culprits->process;
  if (*count < VT_CULPRITS_SHOWN) shown[*count] = index;
  (*count)++;
}

// Processes that compete for too few products: those that the last, failed search came by. And
// the products that nobody is left for.
static void blame(const search *s, vt_culprits *culprits) {
  *culprits = (vt_culprits){.structural = true};
  for (int j = 0; j < s->a->columns; j++)
    if (s->seen[j] == s->round) note(culprits, false, j);
  for (int i = 0; i < s->a->rows; i++)
    if (s->owner[i] < 0) note(culprits, true, i);
}

static vt_error match_all(search *s, const int *reference, vt_culprits *culprits) {
  for (int j = 0; j < s->a->columns; j++) s->match[j] = s->owner[j] = -1;
  if (reference) take_given(s, reference);
  for (int j = 0; j < s->a->columns; j++)
    if (s->match[j] < 0) take_free(s, j);
  bool complete = true;
  for (int j = 0; complete && j < s->a->columns; j++) complete = s->match[j] >= 0 || augment(s, j);
  if (complete) return VT_OK;
  // Finish, so that the products left over are those nobody can make.
  vt_culprits found;
  blame(s, &found);
  const int processes = found.processes;
  for (int j = 0; j < s->a->columns; j++)
    if (s->match[j] < 0) (void)augment(s, j);
  vt_culprits left;
  blame(s, &left);
  for (int k = 0; k < VT_CULPRITS_SHOWN; k++) left.process[k] = found.process[k];
  left.processes = processes;
  *culprits = left;
  VT_FAIL(VT_ERR_INPUT,
          "the system is singular: found %d products (first: row %d) without a process of their "
          "own, expected one for each",
          left.products, left.product[0]);
}

static vt_error check_shape(const vt_sparse *a, vt_culprits *culprits) {
  VT_CHECK(a->rows == a->columns, VT_ERR_INPUT,
           "the system is not square: found %d products and %d processes, expected as many",
           a->rows, a->columns);
  VT_CHECK(a->entries <= INT_MAX, VT_ERR_INPUT,
           "the system is too large: found %td entries, expected at most %d", a->entries, INT_MAX);
  for (int j = 0; j < a->columns; j++) {
    for (ptrdiff_t k = a->column_start[j]; k < a->column_start[j + 1]; k++) {
      if (isfinite(a->value[k])) continue;
      *culprits = (vt_culprits){.infinite = true, .processes = 1, .process = {j}};
      VT_FAIL(VT_ERR_INPUT,
              "the system has an amount that is not finite: found %g for product %d of process %d",
              a->value[k], a->row[k], j);
    }
  }
  return VT_OK;
}

vt_error vt_match(const vt_equations *system, int *match, vt_culprits *culprits) {
  const vt_sparse *a = system->technosphere;
  vt_culprits found = {0};
  const vt_error shape = check_shape(a, &found);
  if (culprits) *culprits = found;
  VT_TRY(shape);
  search s = {.a = a, .match = match};
  int *work;
  VT_NEW(work, 3 * (ptrdiff_t)a->rows);
  s.at = vt_calloc(a->rows, sizeof *s.at);
  if (!s.at) free(work);
  VT_CHECK(s.at, VT_ERR_SYSTEM, "out of memory: the matching of %d processes", a->rows);
  s.owner = work;
  s.seen = work + a->rows;
  s.path = s.seen + a->rows;
  const vt_error result = match_all(&s, system->reference, &found);
  if (culprits) *culprits = found;
  free(work);
  free(s.at);
  return result;
}
