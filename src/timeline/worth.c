// worth.c - what a unit of a product is worth: how much its supply chain could do at most, as a
// share of what the start of a demand could.
//
// Credits and uptakes that cancel must not hide what is below them, so worth is that of the system
// with every sign made positive, where that converges.
#include "timeline.h"

#include <math.h>
#include <string.h>

typedef struct valuing {
  const vt_timeline_graph *g;
  vt_timeline_worth *worth;
  double *weight; // shape [flows + 1]
  double *value;  // of a unit of each product; shape [products]
  double *part;   // shape [products]
  bool *settled;  // whether some category has a worth at the start; shape [demands]
} valuing;

// Worth of a unit of each product under weights >= 0.
static vt_error value_all(valuing *v) {
  const vt_timeline_data *k = v->g->data;
  double error;
  if (v->g->converges) return vt_solver_adjoint(v->g->positive_solver, v->weight, v->value, &error);
  memset(v->value, 0, (size_t)k->products * sizeof *v->value);
  double *weight;
  VT_NEW(weight, k->flows);
  vt_error solved = VT_OK;
  for (int e = 0; e < k->flows && solved == VT_OK; e++) {
    if (!(v->weight[e] > 0)) continue;
    weight[e] = v->weight[e];
    solved = vt_solver_adjoint(v->g->solver, weight, v->part, &error);
    weight[e] = 0;
    for (int p = 0; p < k->products && solved == VT_OK; p++) v->value[p] += fabs(v->part[p]);
  }
  free(weight);
  return solved;
}

// `flows`: of demands that no category settles, else of all.
static vt_error add_category(valuing *v, bool flows) {
  const vt_timeline_data *k = v->g->data;
  VT_TRY(value_all(v));
  for (int d = 0; d < k->demands; d++) {
    const double start = v->value[k->product[d]];
    double *share = v->worth->share + (ptrdiff_t)d * k->products;
    if (!(start > 0) || !isfinite(start) || (flows && v->settled[d])) continue;
    if (!flows) v->settled[d] = true;
    for (int p = 0; p < k->products; p++) {
      const double of = fmax(v->value[p], 0) / start;
      if (of > share[p]) share[p] = of;
    }
  }
  return VT_OK;
}

static vt_error add_all(valuing *v, const vt_timeline_numbers *numbers) {
  const vt_timeline_data *k = v->g->data;
  for (int c = 0; c < k->categories; c++) {
    const double *by = numbers->factor ? numbers->factor[c] : NULL;
    for (int e = 0; e < k->flows; e++)
      v->weight[e] = by && k->category[c].metric == VT_METRIC_STATIC
                         ? fabs(by[e])
                         : k->category[c].worst[e] * (by ? fabs(by[e]) : 1);
    VT_TRY(add_category(v, false));
  }
  bool settled = true;
  for (int d = 0; d < k->demands; d++) settled = settled && v->settled[d];
  memset(v->weight, 0, (size_t)k->flows * sizeof *v->weight);
  // Without methods, or where they see nothing, every flow is a category.
  for (int e = 0; e < k->flows && !settled; e++) {
    v->weight[e] = 1;
    VT_TRY(add_category(v, true));
    v->weight[e] = 0;
  }
  return VT_OK;
}

static vt_error value(valuing *v, const vt_timeline_numbers *numbers) {
  const vt_timeline_data *k = v->g->data;
  VT_NEW(v->weight, (ptrdiff_t)k->flows + 1);
  VT_NEW(v->value, k->products);
  VT_NEW(v->part, k->products);
  VT_NEW(v->settled, k->demands);
  return add_all(v, numbers);
}

vt_error vt_timeline_value(const vt_timeline_graph *graph, const vt_timeline_numbers *numbers,
                           vt_timeline_worth *worth) {
  valuing v = {.g = graph, .worth = worth};
  VT_NEW(worth->share, (ptrdiff_t)graph->data->demands * graph->data->products);
  const vt_error done = value(&v, numbers);
  free(v.weight);
  free(v.value);
  free(v.part);
  free(v.settled);
  return done;
}
