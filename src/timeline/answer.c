// answer.c - the timelines of one scenario, and its row of the results.
#include "timeline.h"

#include <math.h>
#include <string.h>

// -------------------------------------------------------------------------------------------------
// Numbers.

vt_error vt_timeline_numbers_create(const vt_timeline_data *k, vt_timeline_numbers *n) {
  *n = (vt_timeline_numbers){0};
  VT_NEW(n->technosphere, k->technosphere.count);
  VT_NEW(n->biosphere, k->biosphere.count);
  VT_NEW(n->amount, k->demands);
  vt_timeline_numbers_reset(k, n);
  return VT_OK;
}

void vt_timeline_numbers_reset(const vt_timeline_data *k, vt_timeline_numbers *n) {
  for (ptrdiff_t i = 0; i < k->technosphere.count; i++)
    n->technosphere[i] = k->technosphere.exchange[i].value;
  for (ptrdiff_t i = 0; i < k->biosphere.count; i++)
    n->biosphere[i] = k->biosphere.exchange[i].value;
  for (int d = 0; d < k->demands; d++) n->amount[d] = k->amount[d];
  n->start_month = n->start_second = 0;
}

void vt_timeline_numbers_free(const vt_timeline_data *k, vt_timeline_numbers *n) {
  free(n->technosphere);
  free(n->biosphere);
  free(n->amount);
  for (int m = 0; m < 2; m++) {
    free(n->month[m]);
    free(n->second[m]);
  }
  for (int c = 0; n->factor && c < k->categories; c++) free(n->factor[c]);
  free(n->factor);
  *n = (vt_timeline_numbers){0};
}

// -------------------------------------------------------------------------------------------------
// Traversals.

static vt_error traverse_all(const vt_timeline_data *k, const vt_timeline_numbers *numbers,
                             bool rows, vt_timeline_answer *a) {
  for (int d = 0; d < k->demands; d++)
    VT_TRY(vt_timeline_traverse(a->graph, numbers, &a->worth, d, rows, &a->result[d]));
  return VT_OK;
}

// Of the reference what is the same in the scenario; the rest is made.
static vt_error make_graph(const vt_timeline_data *k, const vt_timeline_numbers *numbers,
                           vt_timeline_answer *a) {
  a->own_graph = !k->reference.graph || numbers->graph_differs;
  a->own_worth = a->own_graph || numbers->worth_differs;
  if (a->own_graph)
    VT_TRY(vt_timeline_graph_create(k, numbers, &a->graph));
  else
    a->graph = k->reference.graph;
  if (a->own_worth) return vt_timeline_value(a->graph, numbers, &a->worth);
  a->worth = k->reference.worth;
  return VT_OK;
}

vt_error vt_timeline_answer_create(const vt_timeline_data *k, const vt_timeline_numbers *numbers,
                                   bool rows, vt_timeline_answer *a) {
  *a = (vt_timeline_answer){0};
  VT_NEW(a->result, k->demands);
  vt_error done = make_graph(k, numbers, a);
  if (done == VT_OK) done = traverse_all(k, numbers, rows, a);
  if (done != VT_OK) vt_timeline_answer_free(k, a);
  return done;
}

void vt_timeline_answer_free(const vt_timeline_data *k, vt_timeline_answer *a) {
  for (int d = 0; a->result && d < k->demands; d++) vt_timeline_result_free(&a->result[d]);
  free(a->result);
  if (a->own_worth) free(a->worth.share);
  if (a->own_graph) vt_timeline_graph_free(a->graph);
  *a = (vt_timeline_answer){0};
}

// -------------------------------------------------------------------------------------------------
// Bins.

static void widen(vt_bins *bins, int64_t bin) {
  if (bin < bins->first) bins->first = bin;
  if (bin > bins->last) bins->last = bin;
}

static void widen_by_impact(void *context, int category, int64_t bin, double impact) {
  (void)category;
  if (impact != 0.0) widen(context, bin);
}

// Bins of a class, if its dates were `shift` away from where they are.
static void reach_class(const vt_timeline_data *k, const vt_date_class *class, const vt_bins *own,
                        const vt_shift *shift, vt_bins *bins) {
  const int64_t date[2] = {class->first, class->last};
  for (int end = 0; end < 2; end++) {
    const int64_t bin =
        vt_bin_of(k->plan, vt_date_add(date[end], shift->month[end], shift->second[end]));
    widen(bins, bin + (own->first - class->bin));
    widen(bins, bin + (own->last - class->bin));
  }
}

void vt_timeline_reach(const vt_timeline_data *k, const vt_timeline_numbers *numbers,
                       const vt_timeline_answer *a, const vt_shift *shift, vt_bins *bins) {
  for (int d = 0; d < k->demands; d++) {
    const vt_timeline_result *r = &a->result[d];
    for (int c = 0; c < r->dates->classes; c++) {
      const vt_date_class *class = &r->dates->class[c];
      const double *inventory = r->inventory + (ptrdiff_t)c * k->flows;
      bool any = false;
      for (int e = 0; e < k->flows && !any; e++) any = inventory[e] != 0.0;
      if (!any) continue;
      vt_bins own = {class->bin, class->bin};
      vt_timeline_impacts(k, numbers, class, inventory, widen_by_impact, &own);
      reach_class(k, class, &own, shift, bins);
    }
  }
}

// -------------------------------------------------------------------------------------------------
// Rows.

typedef struct filling {
  const vt_timeline_data *k;
  const vt_timeline_numbers *numbers;
  const vt_timeline_places *place;
  const vt_bins *bins;
  ptrdiff_t count; // of bins
  double *const *row;
  int demand;
} filling;

static bool is_inside(const filling *f, int64_t bin) {
  return bin >= f->bins->first && bin <= f->bins->last;
}

static void add_impact(void *context, int category, int64_t bin, double impact) {
  const filling *f = context;
  if (f->place->impact < 0 || !is_inside(f, bin)) return;
  const ptrdiff_t at = ((ptrdiff_t)f->demand * f->k->categories + category) * f->count +
                       (ptrdiff_t)(bin - f->bins->first);
  f->row[f->place->impact][at] += impact;
}

static void put_class(filling *f, const vt_date_class *class, const double *inventory) {
  const vt_timeline_data *k = f->k;
  const ptrdiff_t first = (ptrdiff_t)f->demand * k->flows;
  const bool inside = is_inside(f, class->bin);
  const int to = inside ? f->place->inventory : f->place->outside;
  if (inside) vt_timeline_impacts(k, f->numbers, class, inventory, add_impact, f);
  if (to < 0) return;
  for (int e = 0; e < k->flows; e++) {
    const ptrdiff_t at =
        inside ? (first + e) * f->count + (ptrdiff_t)(class->bin - f->bins->first) : first + e;
    f->row[to][at] += inventory[e];
  }
}

static void put_by_activity(const filling *f, const vt_timeline_result *r) {
  const vt_timeline_data *k = f->k;
  if (f->place->by_activity < 0) return;
  for (ptrdiff_t i = 0; i < r->rows; i++) {
    const vt_timeline_row *row = &r->row[i];
    const int64_t bin = vt_bin_of(k->plan, row->date);
    if (!is_inside(f, bin)) continue;
    const ptrdiff_t cell =
        ((ptrdiff_t)f->demand * k->processes + row->activity) * k->flows + row->flow;
    f->row[f->place->by_activity][cell * f->count + (ptrdiff_t)(bin - f->bins->first)] +=
        row->amount;
  }
}

static void put_scores(const filling *f, const vt_timeline_result *r) {
  const vt_timeline_data *k = f->k;
  for (int c = 0; c < k->categories; c++) {
    const ptrdiff_t at = (ptrdiff_t)f->demand * k->categories + c;
    const double *by = f->numbers->factor ? f->numbers->factor[c] : NULL;
    const bool is_static = k->category[c].metric == VT_METRIC_STATIC;
    double score = 0, total = 0;
    for (int e = 0; e < k->flows; e++) {
      const double factor = by && is_static ? by[e] : k->category[c].factor[e] * (by ? by[e] : 1);
      score += factor * r->static_inventory[e];
    }
    const double *impact = f->row[f->place->impact] + at * f->count;
    for (ptrdiff_t t = 0; t < f->count; t++) total += impact[t];
    f->row[f->place->score][at] = score;
    f->row[f->place->total][at] = total;
  }
}

static void put_demand(filling *f, const vt_timeline_result *r) {
  const vt_timeline_data *k = f->k;
  for (int c = 0; c < r->dates->classes; c++)
    put_class(f, &r->dates->class[c], r -> inventory + (ptrdiff_t)c * k -> flows);
  put_by_activity(f, r);
  if (k->categories > 0) put_scores(f, r);
  for (int e = 0; e < k->flows; e++)
    f->row[f->place->remainder][(ptrdiff_t)f->demand * k->flows + e] = r->remainder[e];
  f->row[f->place->share][f->demand] = r->share;
  f->row[f->place->violation][f->demand] = r->violation;
  f->row[f->place->calculations][f->demand] = (double)r->calculations;
}

static void clear(const filling *f, int variable, ptrdiff_t cells) {
  for (ptrdiff_t i = 0; variable >= 0 && i < cells; i++) f->row[variable][i] = 0;
}

void vt_timeline_fill(const vt_timeline_data *k, const vt_timeline_numbers *numbers,
                      const vt_timeline_answer *a, const vt_timeline_places *place,
                      const vt_bins *bins, double *const *row) {
  filling f = {.k = k,
               .numbers = numbers,
               .place = place,
               .bins = bins,
               .count = (ptrdiff_t)(bins->last - bins->first) + 1,
               .row = row};
  const ptrdiff_t demands = k->demands, flows = k->flows;
  clear(&f, place->inventory, demands * flows * f.count);
  clear(&f, place->by_activity, demands * k->processes * flows * f.count);
  clear(&f, place->impact, demands * k->categories * f.count);
  clear(&f, place->outside, demands * flows);
  for (f.demand = 0; f.demand < k->demands; f.demand++) put_demand(&f, &a->result[f.demand]);
}
