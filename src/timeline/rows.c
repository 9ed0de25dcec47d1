// rows.c - the rows of a timeline: what was closed becomes flows, and rows that are equal but for
// the amount become one.
#include "timeline.h"

#include <math.h>
#include <string.h>

/// Inventories of a unit of products, made when they are first asked for.
typedef struct unit_inventories {
  const vt_timeline_graph *g;
  double **of; // shape [products]
} unit_inventories;

static vt_error unit_of(unit_inventories *u, int product, const double **inventory) {
  const vt_timeline_data *k = u->g->data;
  const double one = 1;
  const vt_final_demand demand = {1, &product, &one};
  double error;
  if (!u->of[product]) {
    VT_NEW(u->of[product], k->flows);
    if (k->flows > 0)
      VT_TRY(vt_solver_forward(u->g->solver, &demand, NULL, u->of[product], &error));
  }
  *inventory = u->of[product];
  return VT_OK;
}

/// What stands for a product that was asked for at a date.
typedef struct stand_in {
  int activity;
  vt_timeline_row_kind kind;
  int64_t date;
} stand_in;

static vt_error add_inventory(unit_inventories *u, const stand_in *of, int product, double amount,
                              vt_timeline_result *r) {
  const double *inventory = NULL;
  VT_TRY(unit_of(u, product, &inventory));
  for (int e = 0; e < u->g->data->flows; e++) {
    if (inventory[e] == 0.0) continue;
    VT_TRY(vt_grow(&r->row, &r->row_room, r->rows + 1, sizeof *r->row));
    r->row[r->rows++] = (vt_timeline_row){.flow = e,
                                          .activity = of->activity,
                                          .kind = (int)of->kind,
                                          .date = of->date,
                                          .amount = amount * inventory[e]};
  }
  return VT_OK;
}

static vt_error expand_block(unit_inventories *u, const vt_timeline_numbers *numbers,
                             const vt_block_of_demands *b, bool background, vt_timeline_result *r) {
  const vt_timeline_data *k = u->g->data;
  const vt_timeline_date *date = &r->dates->date[b->date];
  for (ptrdiff_t i = 0; i < b->count; i++) {
    const stand_in of = {k->system->maker[b->product[i]],
                         background ? VT_ROW_BACKGROUND : VT_ROW_CLOSED, date->at};
    if (!background) {
      VT_TRY(add_inventory(u, &of, b->product[i], b->amount[i], r));
      continue;
    }
    const vt_mix mix =
        vt_snapshot_mix(k, numbers->background, b->product[i], r->dates->class[date->class].year);
    for (int p = 0; p < mix.parts; p++)
      VT_TRY(add_inventory(u, &of, mix.row[p], b->amount[i] * mix.weight[p], r));
  }
  return VT_OK;
}

static vt_error expand(unit_inventories *u, const vt_timeline_numbers *numbers,
                       vt_timeline_result *r) {
  VT_NEW(u->of, u->g->data->products);
  for (int b = 0; b < r->closed.blocks; b++)
    VT_TRY(expand_block(u, numbers, &r->closed.block[b], false, r));
  for (int b = 0; b < r->taken.blocks; b++)
    VT_TRY(expand_block(u, numbers, &r->taken.block[b], true, r));
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Sorting: date, flow, activity, kind.

static int compare_keys(const vt_timeline_row *a, const vt_timeline_row *b) {
  if (a->date != b->date) return a->date < b->date ? -1 : 1;
  if (a->flow != b->flow) return a->flow < b->flow ? -1 : 1;
  if (a->activity != b->activity) return a->activity < b->activity ? -1 : 1;
  return (a->kind > b->kind) - (a->kind < b->kind);
}

// A stable sort, so that equal rows add up in the order in which they came.
static void merge_runs(const vt_timeline_row *from, ptrdiff_t first, ptrdiff_t middle,
                       ptrdiff_t end, vt_timeline_row *to) {
  ptrdiff_t a = first, b = middle;
  for (ptrdiff_t i = first; i < end; i++) {
    const bool left = a < middle && (b >= end || compare_keys(&from[a], &from[b]) <= 0);
    to[i] = left ? from[a++] : from[b++];
  }
}

static vt_error sort_rows(vt_timeline_result *r) {
  vt_timeline_row *other;
  VT_NEW(other, r->rows);
  for (ptrdiff_t width = 1; width < r->rows; width *= 2) {
    for (ptrdiff_t first = 0; first < r->rows; first += 2 * width) {
      const ptrdiff_t middle = first + width < r->rows ? first + width : r->rows;
      const ptrdiff_t end = middle + width < r->rows ? middle + width : r->rows;
      merge_runs(r->row, first, middle, end, other);
    }
    memcpy(r->row, other, (size_t)r->rows * sizeof *other);
  }
  free(other);
  return VT_OK;
}

// What adds up to nothing is no row.
static void merge_equal(vt_timeline_result *r) {
  ptrdiff_t kept = 0;
  for (ptrdiff_t i = 0, end; i < r->rows; i = end) {
    vt_timeline_row row = r->row[i];
    for (end = i + 1; end < r->rows && compare_keys(&r->row[end], &row) == 0; end++)
      row.amount += r->row[end].amount;
    if (row.amount != 0.0) r->row[kept++] = row;
  }
  r->rows = kept;
}

vt_error vt_timeline_finish_rows(vt_timeline_graph *graph, const vt_timeline_numbers *numbers,
                                 vt_timeline_result *result) {
  unit_inventories u = {.g = graph};
  vt_error done = expand(&u, numbers, result);
  for (int p = 0; u.of && p < graph->data->products; p++) free(u.of[p]);
  free(u.of);
  VT_TRY(done);
  VT_TRY(sort_rows(result));
  merge_equal(result);
  return VT_OK;
}
