// asks.c - what the knots of a graph ask for and emit elsewhere: by step and row, so that the runs
// of one date are added up before anything is looked up.
#include "timeline.h"

/// A term with where it belongs.
typedef struct placed_term {
  int knot, step, row;
  vt_ask_term term;
} placed_term;

static int compare_terms(const void *left, const void *right) {
  const placed_term *a = left, *b = right;
  if (a->knot != b->knot) return a->knot < b->knot ? -1 : 1;
  if (a->step != b->step) return a->step < b->step ? -1 : 1;
  if (a->row != b->row) return a->row < b->row ? -1 : 1;
  return (a->term.place > b->term.place) - (a->term.place < b->term.place);
}

static void add(const vt_timeline_graph *g, int process, int step, int row, double value,
                placed_term *list, ptrdiff_t *count) {
  list[(*count)++] = (placed_term){
      .knot = g->knot_of[process],
      .step = step,
      .row = row,
      .term = {.place = g->place_in_knot[process], .value = value},
  };
}

// Parts of one process, step and row become one term.
static ptrdiff_t merge(placed_term *list, ptrdiff_t count) {
  ptrdiff_t kept = 0;
  for (ptrdiff_t i = 0; i < count; i++) {
    if (kept > 0 && compare_terms(&list[kept - 1], &list[i]) == 0)
      list[kept - 1].term.value += list[i].term.value;
    else
      list[kept++] = list[i];
  }
  return kept;
}

// Terms of equal place keep the order of their exchanges: a qsort need not, so it is done by parts
// of equal keys only where there are some, which add up in any order to the same two numbers or are
// told apart by their value.
static int compare_all(const void *left, const void *right) {
  const int order = compare_terms(left, right);
  const double a = ((const placed_term *)left)->term.value;
  const double b = ((const placed_term *)right)->term.value;
  return order != 0 ? order : (a > b) - (a < b);
}

static vt_error store(const vt_timeline_graph *g, placed_term *list, ptrdiff_t count,
                      vt_asks *asks) {
  qsort(list, (size_t)count, sizeof *list, compare_all);
  count = merge(list, count);
  VT_NEW(asks->first, (ptrdiff_t)g->knots + 1);
  VT_NEW(asks->row, count);
  VT_NEW(asks->term, count);
  for (ptrdiff_t i = 0; i < count; i++) {
    const placed_term *t = &list[i];
    const bool fresh =
        i == 0 || t[-1].knot != t->knot || t[-1].step != t->step || t[-1].row != t->row;
    if (fresh) asks->row[asks->rows++] = (vt_ask_row){.step = t->step, .row = t->row, .first = i};
    asks->row[asks->rows - 1].end = i + 1;
    asks->term[i] = t->term;
    asks->first[t->knot + 1] = asks->rows;
  }
  for (int c = 0; c < g->knots; c++)
    if (asks->first[c + 1] < asks->first[c]) asks->first[c + 1] = asks->first[c];
  return VT_OK;
}

// What is asked for at the date, outside of the knot, and what at other dates.
static void list_products(const vt_timeline_graph *g, placed_term *list, ptrdiff_t *count) {
  for (int j = 0; j < g->now.columns; j++) {
    for (ptrdiff_t i = g->now.column_start[j]; i < g->now.column_start[j + 1]; i++)
      if (!vt_stays_in_knot(g, j, g->now.row[i]))
        add(g, j, VT_NO_STEP, g->now.row[i], -g->now.value[i], list, count);
    for (ptrdiff_t i = g->late.start[j]; i < g->late.start[j + 1]; i++)
      add(g, j, g->late.part[i].step, g->late.part[i].row, -g->late.part[i].value, list, count);
  }
}

static void list_flows(const vt_timeline_graph *g, placed_term *list, ptrdiff_t *count) {
  const vt_late_parts *late = &g->late_biosphere;
  for (int j = 0; j < g->now.columns; j++)
    for (ptrdiff_t i = late->start[j]; i < late->start[j + 1]; i++)
      add(g, j, late->part[i].step, late->part[i].row, late->part[i].value, list, count);
}

vt_error vt_timeline_gather_asks(vt_timeline_graph *g) {
  placed_term *list;
  ptrdiff_t count = 0;
  VT_NEW(list, g->now.entries + g->late.count + g->late_biosphere.count);
  list_products(g, list, &count);
  vt_error stored = store(g, list, count, &g->asks);
  count = 0;
  list_flows(g, list, &count);
  if (stored == VT_OK) stored = store(g, list, count, &g->emissions);
  free(list);
  return stored;
}

void vt_asks_free(vt_asks *asks) {
  free(asks->first);
  free(asks->row);
  free(asks->term);
  *asks = (vt_asks){0};
}
