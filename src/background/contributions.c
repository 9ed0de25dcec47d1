// contributions.c - what a score is made of.
#include "room.h"

#include <math.h>
#include <stdlib.h>

// Is `a` listed before `b`?
static bool before(const vt_contribution *a, const vt_contribution *b) {
  const double x = fabs(a->amount), y = fabs(b->amount);
  return x > y || (x == y && a->index < b->index);
}

// Insert into a table of at most `limit` rows in order.
static void offer(vt_contribution *table, int *count, int limit, vt_contribution row) {
  if (row.amount == 0 || limit <= 0) return;
  if (*count == limit && !before(&row, &table[limit - 1])) return;
  int place = *count < limit ? (*count)++ : limit - 1;
  for (; place > 0 && before(&row, &table[place - 1]); place--) table[place] = table[place - 1];
  table[place] = row;
}

static void set_shares(vt_contribution *table, int count, double score) {
  for (int k = 0; k < count; k++) table[k].share = score != 0 ? table[k].amount / score : NAN;
}

double vt_burden(const vt_sparse *b, const double *weight, int process) {
  double direct = 0;
  for (ptrdiff_t k = b->column_start[process]; k < b->column_start[process + 1]; k++)
    direct += b->value[k] * weight[b->row[k]];
  return direct;
}

void vt_burdens(const vt_sparse *b, const double *weight, double *burden) {
  for (int j = 0; j < b->columns; j++) burden[j] = vt_burden(b, weight, j);
}

vt_error vt_contributions(const vt_sparse *biosphere, const double *supply, const double *inventory,
                          const double *weight, const double *burden, int limit,
                          vt_contribution *process, int *processes, vt_contribution *flow,
                          int *flows) {
  double score = 0;
  if (process) *processes = 0;
  if (flow) *flows = 0;
  for (int e = 0; e < biosphere->rows; e++) {
    const double amount = weight[e] * inventory[e];
    score += amount;
    if (flow) offer(flow, flows, limit, (vt_contribution){.index = e, .amount = amount});
  }
  VT_CHECK(isfinite(score), VT_ERR_INPUT, "a score is not finite");
  for (int j = 0; process && j < biosphere->columns; j++)
    offer(process, processes, limit,
          (vt_contribution){.index = j, .amount = burden[j] * supply[j]});
  if (process) set_shares(process, *processes, score);
  if (flow) set_shares(flow, *flows, score);
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Tables of a request.

vt_error vt_tables_open(const vt_request *r, vt_tables *tables) {
  const vt_sparse *b = r->system.biosphere;
  *tables = (vt_tables){0};
  if (r->top == 0) return VT_OK;
  VT_NEW(tables->burden, (ptrdiff_t)r->weight_count * r->system.technosphere->columns);
  VT_NEW(tables->row, 2 * (ptrdiff_t)r->top);
  for (ptrdiff_t c = 0; b && c < r->weight_count; c++)
    vt_burdens(b, r->weight + c * b->rows, tables->burden + c * b->columns);
  return VT_OK;
}

void vt_tables_close(vt_tables *tables) {
  free(tables->burden);
  free(tables->row);
}

static double *write_table(const vt_contribution *row, int rows, int limit, double *number) {
  for (int i = 0; i < limit; i++) {
    *number++ = i < rows ? row[i].index : -1;
    *number++ = i < rows ? row[i].amount : (double)NAN;
    *number++ = i < rows ? row[i].share : (double)NAN;
  }
  return number;
}

vt_error vt_tables_fill(const vt_request *r, const vt_tables *tables, const double *supply,
                        const double *inventory, double *number) {
  const vt_sparse *b = r->system.biosphere;
  vt_contribution *process = tables->row, *flow = tables->row + r->top;
  for (ptrdiff_t c = 0; c < r->weight_count; c++) {
    int processes = 0, flows = 0;
    // Without flows all tables are empty.
    if (b)
      VT_TRY(vt_contributions(b, supply, inventory, r->weight + c * b->rows,
                              tables->burden + c * b->columns, r->top, process, &processes, flow,
                              &flows));
    number = write_table(process, processes, r->top, number);
    number = write_table(flow, flows, r->top, number);
  }
  return VT_OK;
}
