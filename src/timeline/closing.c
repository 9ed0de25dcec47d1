// closing.c - what was closed gets its static inventory, runs get their emissions, and what comes
// out is compared with the static inventory of the demand.
#include "timeline.h"

#include <math.h>
#include <string.h>

// Flows that are nothing but rounding: this share of what one of their emitters could do.
static const double noise = 1e-7;

// b += B x
static void add_emissions(const vt_sparse *b, const double *x, double *flow) {
  for (int j = 0; j < b->columns; j++) {
    if (x[j] == 0.0) continue;
    for (ptrdiff_t i = b->column_start[j]; i < b->column_start[j + 1]; i++)
      flow[b->row[i]] += b->value[i] * x[j];
  }
}

// Supply (or NULL) and inventory of what is asked for; nothing is nothing.
static vt_error solve(const vt_timeline_graph *g, const double *asked, double *supply,
                      double *inventory) {
  const vt_timeline_data *k = g->data;
  int *product;
  double *amount, error;
  vt_final_demand demand = {0};
  memset(inventory, 0, (size_t)k->flows * sizeof *inventory);
  if (supply) memset(supply, 0, (size_t)k->processes * sizeof *supply);
  VT_NEW(product, k->products);
  amount = vt_calloc(k->products, sizeof *amount);
  vt_error solved = amount ? VT_OK : VT_ERR_SYSTEM;
  for (int p = 0; p < k->products && amount; p++) {
    if (asked[p] == 0.0) continue;
    product[demand.count] = p;
    amount[demand.count++] = asked[p];
  }
  demand.product = product;
  demand.amount = amount;
  if (solved == VT_OK && demand.count > 0)
    solved = vt_solver_forward(g->solver, &demand, supply, k->flows > 0 ? inventory : NULL, &error);
  free(product);
  free(amount);
  return solved;
}

// -------------------------------------------------------------------------------------------------
// What of the whole was closed: sum over closed products of |unit inventory| x size.

/// The sizes of what was closed, by product.
typedef struct closed_sizes {
  double *size; // shape [products]
  int products; // with a size
} closed_sizes;

/// A block by the date that it comes to.
typedef struct dated_block {
  int64_t at;
  int block;
} dated_block;

static int compare_dates(const void *left, const void *right) {
  const dated_block *a = left, *b = right;
  if (a->at != b->at) return a->at < b->at ? -1 : 1;
  return (a->block > b->block) - (a->block < b->block);
}

// Dates that came about in several ways are one.
static vt_error order_blocks(const vt_timeline_result *r, dated_block **order) {
  const vt_generation *closed = &r->closed;
  VT_NEW(*order, closed->blocks);
  for (int b = 0; b < closed->blocks; b++)
    (*order)[b] = (dated_block){r->dates->date[closed->block[b].date].at, b};
  qsort(*order, (size_t)closed->blocks, sizeof **order, compare_dates);
  return VT_OK;
}

// Of each date the sum for a product, then its size.
static void add_sizes(const vt_timeline_result *r, const dated_block *order, double *sum,
                      closed_sizes *c) {
  const vt_generation *closed = &r->closed;
  for (int first = 0, end; first < closed->blocks; first = end) {
    for (end = first; end < closed->blocks && order[end].at == order[first].at; end++) {
      const vt_block_of_demands *b = &closed->block[order[end].block];
      for (ptrdiff_t i = 0; i < b->count; i++) sum[b->product[i]] += b->amount[i];
    }
    for (int at = first; at < end; at++) {
      const vt_block_of_demands *b = &closed->block[order[at].block];
      for (ptrdiff_t i = 0; i < b->count; i++) {
        const double size = fabs(sum[b->product[i]]);
        c->products += c->size[b->product[i]] == 0.0 && size > 0;
        c->size[b->product[i]] += size;
        sum[b->product[i]] = 0;
      }
    }
  }
}

static vt_error list_sizes(const vt_timeline_graph *g, const vt_timeline_result *r,
                           closed_sizes *c) {
  dated_block *order = NULL;
  double *sum;
  VT_NEW(c->size, g->data->products);
  VT_NEW(sum, g->data->products);
  const vt_error ordered = order_blocks(r, &order);
  if (ordered == VT_OK) add_sizes(r, order, sum, c);
  free(order);
  free(sum);
  return ordered;
}

// Whether each row of A has one sign for who makes the product and the other for who uses it, as it
// is without credits: then the supply chain of a unit has runs of one sign, if it converges.
static bool signs_are_plain(const vt_timeline_graph *g) {
  const vt_sparse *a = &g->total;
  const vt_system *system = g->data->system;
  bool plain = g->converges;
  for (int j = 0; j < a->columns && plain; j++) {
    for (ptrdiff_t i = a->column_start[j]; i < a->column_start[j + 1] && plain; i++) {
      const int row = a->row[i];
      const int maker = system->maker[row];
      if (maker == j) continue;
      double made = 0;
      for (ptrdiff_t m = a->column_start[maker]; m < a->column_start[maker + 1]; m++)
        if (a->row[m] == row) made = a->value[m];
      plain = !(a->value[i] * made > 0);
    }
  }
  return plain;
}

static double sign_of_production(const vt_timeline_graph *g, int product) {
  const vt_sparse *a = &g->total;
  const int maker = g->data->system->maker[product];
  for (ptrdiff_t i = a->column_start[maker]; i < a->column_start[maker + 1]; i++)
    if (a->row[i] == product) return a->value[i] < 0 ? -1 : 1;
  return 1;
}

// One solve: runs are all of one sign, so sizes add up. Right for flows that are always emitted, or
// always taken up; `mixed` are the others.
static vt_error sum_plain(const vt_timeline_graph *g, const closed_sizes *c, double *remainder,
                          bool *mixed) {
  const vt_timeline_data *k = g->data;
  const vt_sparse *b = &g->biosphere_total;
  double *asked, *supply, *flow;
  signed char *sign;
  VT_NEW(asked, (ptrdiff_t)k->products + k->processes + k->flows);
  supply = asked + k->products;
  flow = supply + k->processes;
  for (int p = 0; p < k->products; p++)
    if (c->size[p] > 0) asked[p] = c->size[p] * sign_of_production(g, p);
  vt_error solved = solve(g, asked, supply, flow);
  sign = vt_calloc(k->flows, 1);
  if (!sign && solved == VT_OK) solved = VT_ERR_SYSTEM;
  for (ptrdiff_t i = 0; i < b->entries && sign; i++) {
    const signed char here = b->value[i] < 0 ? -1 : b->value[i] > 0;
    if (here != 0 && sign[b->row[i]] == -here) mixed[b->row[i]] = true;
    if (here != 0) sign[b->row[i]] = here;
  }
  for (int e = 0; e < k->flows && solved == VT_OK; e++) remainder[e] = fabs(flow[e]);
  free(sign);
  free(asked);
  return solved;
}

/// B by rows.
typedef struct emitters {
  ptrdiff_t *start; // shape [flows + 1]
  int *process;
  double *value;
} emitters;

static vt_error list_emitters(const vt_sparse *b, emitters *x) {
  VT_NEW(x->start, (ptrdiff_t)b->rows + 2);
  VT_NEW(x->process, b->entries);
  VT_NEW(x->value, b->entries);
  ptrdiff_t *next = x->start + 1;
  for (ptrdiff_t i = 0; i < b->entries; i++) next[b->row[i] + 1]++;
  for (int e = 0; e < b->rows; e++) next[e + 1] += next[e];
  for (int j = 0; j < b->columns; j++) {
    for (ptrdiff_t i = b->column_start[j]; i < b->column_start[j + 1]; i++) {
      const ptrdiff_t at = next[b->row[i]]++;
      x->process[at] = j;
      x->value[at] = b->value[i];
    }
  }
  return VT_OK;
}

// Flow by flow: the unit inventories of all products.
static vt_error add_flows(const vt_timeline_graph *g, const closed_sizes *c, const bool *chosen,
                          const emitters *x, double *remainder) {
  const vt_timeline_data *k = g->data;
  double *score;
  VT_NEW(score, k->products);
  vt_error solved = VT_OK;
  for (int e = 0; e < k->flows && solved == VT_OK; e++) {
    const ptrdiff_t first = x->start[e];
    if (!chosen[e]) continue;
    solved = vt_solver_rough_adjoint(g->solver, (int)(x->start[e + 1] - first), x->process + first,
                                     x->value + first, score);
    remainder[e] = 0;
    for (int p = 0; p < k->products; p++)
      if (c->size[p] > 0) remainder[e] += fabs(score[p]) * c->size[p];
  }
  free(score);
  return solved;
}

static vt_error sum_by_flow(const vt_timeline_graph *g, const closed_sizes *c, const bool *chosen,
                            double *remainder) {
  emitters x = {0};
  vt_error summed = list_emitters(&g->biosphere_total, &x);
  if (summed == VT_OK) summed = add_flows(g, c, chosen, &x, remainder);
  free(x.start);
  free(x.process);
  free(x.value);
  return summed;
}

// Product by product.
static vt_error sum_by_product(const vt_timeline_graph *g, const closed_sizes *c,
                               const bool *chosen, double *remainder) {
  const vt_timeline_data *k = g->data;
  double *asked, *flow;
  VT_NEW(asked, (ptrdiff_t)k->products + k->flows);
  flow = asked + k->products;
  for (int e = 0; e < k->flows; e++)
    if (chosen[e]) remainder[e] = 0;
  vt_error solved = VT_OK;
  for (int p = 0; p < k->products && solved == VT_OK; p++) {
    if (!(c->size[p] > 0)) continue;
    asked[p] = 1;
    solved = solve(g, asked, NULL, flow);
    asked[p] = 0;
    for (int e = 0; e < k->flows; e++)
      if (chosen[e]) remainder[e] += fabs(flow[e]) * c->size[p];
  }
  free(asked);
  return solved;
}

static vt_error sum_closed(const vt_timeline_graph *g, const vt_timeline_result *r,
                           double *remainder, bool *chosen) {
  const vt_timeline_data *k = g->data;
  closed_sizes c = {0};
  vt_error summed = list_sizes(g, r, &c);
  if (summed == VT_OK && c.products > 0) {
    const bool plain = signs_are_plain(g);
    for (int e = 0; e < k->flows; e++) chosen[e] = !plain;
    if (plain) summed = sum_plain(g, &c, remainder, chosen);
    int left = 0;
    for (int e = 0; e < k->flows; e++) left += chosen[e];
    if (summed == VT_OK && left > 0)
      summed = (left < c.products ? sum_by_flow : sum_by_product)(g, &c, chosen, remainder);
  }
  free(c.size);
  return summed;
}

// -------------------------------------------------------------------------------------------------
// Conservation.

static double largest_emission(const vt_sparse *b, const double *supply, double *most) {
  double largest = 0;
  for (int j = 0; j < b->columns; j++) {
    largest = fmax(largest, fabs(supply[j]));
    for (ptrdiff_t i = b->column_start[j]; i < b->column_start[j + 1]; i++)
      most[b->row[i]] = fmax(most[b->row[i]], fabs(b->value[i]));
  }
  return largest;
}

// The largest gap of a flow, as a share of the sizes of its rows.
static double gap_of(const vt_timeline_graph *g, const vt_timeline_result *r, const double *size,
                     const double *supply, double *most) {
  const vt_timeline_data *k = g->data;
  const double largest = largest_emission(&g->biosphere_total, supply, most);
  double worst = 0;
  for (int e = 0; e < k->flows; e++) {
    double sum = 0;
    for (int c = 0; c < r->dates->classes; c++) sum += r->inventory[(ptrdiff_t)c * k->flows + e];
    const double gap = fabs(sum - r->static_inventory[e]);
    const double scale = fmax(size[e] + r->remainder[e], noise * most[e] * largest);
    if (gap == 0.0) continue;
    const double share = gap / fmax(scale, fabs(r->static_inventory[e]));
    if (!(share <= worst)) worst = share; // NaN stays
  }
  return worst;
}

static vt_error check(const vt_timeline_graph *g, const vt_timeline_numbers *numbers, int demand,
                      const double *size, vt_timeline_result *r) {
  const vt_timeline_data *k = g->data;
  double *asked;
  VT_NEW(asked, (ptrdiff_t)k->products + k->processes + k->flows);
  double *supply = asked + k->products, *most = supply + k->processes;
  asked[k->product[demand]] = numbers->amount[demand];
  const vt_error solved = solve(g, asked, supply, r->static_inventory);
  if (solved == VT_OK)
    r->violation = k->backgrounds > 0 ? (double)NAN : gap_of(g, r, size, supply, most);
  free(asked);
  return solved;
}

// What was closed, and what was taken from snapshots, in a class: as it is made.
static bool gather(const vt_timeline_graph *g, const vt_timeline_numbers *numbers, int class,
                   const vt_timeline_result *r, double *asked) {
  const vt_timeline_data *k = g->data;
  bool any = false;
  for (int b = 0; b < r->closed.blocks; b++) {
    const vt_block_of_demands *block = &r->closed.block[b];
    if (r->dates->date[block->date].class != class) continue;
    for (ptrdiff_t i = 0; i < block->count; i++) asked[block->product[i]] += block->amount[i];
    any = true;
  }
  for (int b = 0; b < r->taken.blocks; b++) {
    const vt_block_of_demands *block = &r->taken.block[b];
    if (r->dates->date[block->date].class != class) continue;
    for (ptrdiff_t i = 0; i < block->count; i++) {
      const vt_mix mix =
          vt_snapshot_mix(k, numbers->background, block->product[i], r->dates->class[class].year);
      for (int p = 0; p < mix.parts; p++) asked[mix.row[p]] += block->amount[i] * mix.weight[p];
    }
    any = true;
  }
  return any;
}

static vt_error put_classes(const vt_timeline_graph *g, const vt_timeline_numbers *numbers,
                            double *const *runs, vt_timeline_result *r) {
  const vt_timeline_data *k = g->data;
  double *flow, *asked;
  VT_NEW(flow, (ptrdiff_t)k->flows + k->products);
  asked = flow + k->flows;
  vt_error put = VT_OK;
  for (int c = 0; c < r->dates->classes && put == VT_OK; c++) {
    double *inventory = r->inventory + (ptrdiff_t)c * k->flows;
    if (runs[c]) add_emissions(&g->biosphere_now, runs[c], inventory);
    if (!gather(g, numbers, c, r, asked)) continue;
    put = solve(g, asked, NULL, flow);
    for (int e = 0; e < k->flows; e++) inventory[e] += flow[e];
    memset(asked, 0, (size_t)k->products * sizeof *asked);
  }
  free(flow);
  return put;
}

vt_error vt_timeline_close(vt_timeline_graph *g, const vt_timeline_numbers *numbers, int demand,
                           double *const *runs, const double *size, vt_timeline_result *r) {
  const vt_timeline_data *k = g->data;
  bool *chosen;
  VT_NEW(r->static_inventory, k->flows);
  VT_NEW(r->remainder, k->flows);
  VT_TRY(put_classes(g, numbers, runs, r));
  VT_NEW(chosen, k->flows);
  const vt_error summed = sum_closed(g, r, r->remainder, chosen);
  free(chosen);
  VT_TRY(summed);
  return check(g, numbers, demand, size, r);
}
