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

static int compare_closures(const void *left, const void *right) {
  const vt_closure *a = left, *b = right;
  if (a->product != b->product) return a->product < b->product ? -1 : 1;
  if (a->background != b->background) return a->background ? 1 : -1;
  if (a->date != b->date) return a->date < b->date ? -1 : 1;
  return 0;
}

// Closures of one product and date become one. The sort is of what is equal in any order: sums of
// equal keys are made of the list in its own order, so the sort has to be stable.
typedef struct placed_closure {
  vt_closure closure;
  ptrdiff_t place;
} placed_closure;

static int compare_placed(const void *left, const void *right) {
  const placed_closure *a = left, *b = right;
  const int order = compare_closures(&a->closure, &b->closure);
  return order != 0 ? order : (a->place > b->place) - (a->place < b->place);
}

vt_error vt_merge_closures(vt_timeline_result *r) {
  placed_closure *placed;
  VT_NEW(placed, r->closures);
  for (ptrdiff_t i = 0; i < r->closures; i++) placed[i] = (placed_closure){r->closure[i], i};
  qsort(placed, (size_t)r->closures, sizeof *placed, compare_placed);
  ptrdiff_t kept = 0;
  for (ptrdiff_t i = 0; i < r->closures; i++) {
    const vt_closure *c = &placed[i].closure;
    if (i > 0 && compare_closures(&placed[i - 1].closure, c) == 0)
      r->closure[kept - 1].amount += c->amount;
    else
      r->closure[kept++] = *c;
  }
  r->closures = kept;
  free(placed);
  return VT_OK;
}

/// The sizes of what was closed, by product.
typedef struct closed_sizes {
  double *size; // shape [products]
  int products; // with a size
} closed_sizes;

static vt_error list_sizes(const vt_timeline_graph *g, const vt_timeline_result *r,
                           closed_sizes *c) {
  VT_NEW(c->size, g->data->products);
  for (ptrdiff_t i = 0; i < r->closures; i++) {
    const vt_closure *x = &r->closure[i];
    if (x->background) continue;
    c->products += c->size[x->product] == 0.0 && fabs(x->amount) > 0;
    c->size[x->product] += fabs(x->amount);
  }
  return VT_OK;
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

// Flow by flow: the unit inventories of all products.
static vt_error sum_by_flow(const vt_timeline_graph *g, const closed_sizes *c, const bool *chosen,
                            double *remainder) {
  const vt_timeline_data *k = g->data;
  double *weight, *score, error;
  VT_NEW(weight, (ptrdiff_t)k->flows + k->products);
  score = weight + k->flows;
  vt_error solved = VT_OK;
  for (int e = 0; e < k->flows && solved == VT_OK; e++) {
    if (!chosen[e]) continue;
    weight[e] = 1;
    solved = vt_solver_adjoint(g->solver, weight, score, &error);
    weight[e] = 0;
    remainder[e] = 0;
    for (int p = 0; p < k->products; p++)
      if (c->size[p] > 0) remainder[e] += fabs(score[p]) * c->size[p];
  }
  free(weight);
  return solved;
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

static vt_error put_classes(const vt_timeline_graph *g, double *const *closed, double *const *runs,
                            vt_timeline_result *r) {
  const vt_timeline_data *k = g->data;
  double *flow;
  VT_NEW(flow, k->flows);
  vt_error put = VT_OK;
  for (int c = 0; c < r->dates->classes && put == VT_OK; c++) {
    double *inventory = r->inventory + (ptrdiff_t)c * k->flows;
    if (runs[c]) add_emissions(&g->biosphere_now, runs[c], inventory);
    if (!closed[c]) continue;
    put = solve(g, closed[c], NULL, flow);
    for (int e = 0; e < k->flows; e++) inventory[e] += flow[e];
  }
  free(flow);
  return put;
}

vt_error vt_timeline_close(vt_timeline_graph *g, const vt_timeline_numbers *numbers, int demand,
                           double *const *closed, double *const *runs, const double *size,
                           vt_timeline_result *r) {
  const vt_timeline_data *k = g->data;
  bool *chosen;
  VT_NEW(r->static_inventory, k->flows);
  VT_NEW(r->remainder, k->flows);
  VT_TRY(vt_merge_closures(r));
  VT_TRY(put_classes(g, closed, runs, r));
  VT_NEW(chosen, k->flows);
  const vt_error summed = sum_closed(g, r, r->remainder, chosen);
  free(chosen);
  VT_TRY(summed);
  return check(g, numbers, demand, size, r);
}
