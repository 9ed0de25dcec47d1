// scenario.c - the numbers of scenarios: draws of the databases, then factors.
#include "targets.h"

#include <math.h>
#include <string.h>

// -------------------------------------------------------------------------------------------------
// What varies by itself.

// What is solved for: the demands, and what can be taken from snapshots.
static vt_error list_products(const vt_timeline_data *k, vt_variation_snapshot *of) {
  ptrdiff_t room = k->demands;
  int *product;
  for (int b = 0; b < k->backgrounds; b++)
    room += (ptrdiff_t)k->snapshots[b].snapshots * k->products;
  VT_ARENA_NEW(k->arena, product, room);
  of->product = product;
  for (int d = 0; d < k->demands; d++) product[of->products++] = k->product[d];
  for (int b = 0; b < k->backgrounds; b++) {
    const ptrdiff_t places = (ptrdiff_t)k->snapshots[b].snapshots * k->products;
    for (ptrdiff_t i = 0; i < places; i++)
      if (k->snapshots[b].match[i] >= 0) product[of->products++] = k->snapshots[b].match[i];
  }
  return VT_OK;
}

vt_error vt_timeline_vary(vt_timeline_data *k, vt_variation **variation) {
  const vt_uncertainty_plan *asked = &k->study->uncertainty;
  int *method, statics = 0;
  vt_variation_snapshot *snapshot;
  VT_ARENA_NEW(k->arena, method, k->categories);
  VT_ARENA_NEW(k->arena, snapshot, 1);
  for (int c = 0; c < k->categories; c++)
    if (k->category[c].metric == VT_METRIC_STATIC) method[statics++] = k->category[c].method;
  snapshot->system = k->system;
  VT_TRY(list_products(k, snapshot));
  vt_variation_plan plan = {.set = k->set,
                            .snapshots = 1,
                            .snapshot = snapshot,
                            .methods = statics,
                            .method = method,
                            .array_column = VT_NO_COLUMN};
  VT_TRY(vt_variation_choose(k->study, k->set, k->arena, &plan.choice));
  return vt_error_at_line(k->study->path, asked->line, vt_variation_create(&plan, variation));
}

static vt_error locate(vt_timeline_ensemble *s) {
  const vt_timeline_data *k = s->data;
  for (int b = 0; b < 2; b++) {
    const vt_dated_exchanges *from = b ? &k->biosphere : &k->technosphere;
    VT_NEW(s->place[b], from->count);
    for (ptrdiff_t i = 0; i < from->count; i++)
      VT_TRY(vt_variation_locate(s->variation, 0, from->exchange[i].group, from->exchange[i].record,
                                 &s->place[b][i]));
  }
  return VT_OK;
}

static vt_error add_cells(const vt_timeline_ensemble *s) {
  const vt_study *study = s->data->study;
  for (ptrdiff_t t = 0; t < s->targets.touches; t++) {
    const vt_timeline_touch *touch = &s->targets.touch[t];
    if (study->factor[touch->factor].each)
      VT_TRY(vt_design_add_cell(s->design, study->parameters + touch->factor, touch->stream));
  }
  return VT_OK;
}

static vt_error fill_ensemble(vt_timeline_ensemble *s) {
  VT_TRY(vt_timeline_find_targets(s->data, &s->targets));
  VT_TRY(vt_design_create(&s->data->study->design, &s->design));
  VT_TRY(add_cells(s));
  VT_TRY(vt_design_check_reference(s->design));
  if (!s->data->study->uncertainty.wanted) return VT_OK;
  VT_TRY(vt_timeline_vary(s->data, &s->variation));
  return locate(s);
}

vt_error vt_timeline_ensemble_create(vt_timeline_data *data, vt_timeline_ensemble **ensemble) {
  vt_timeline_ensemble *s;
  VT_NEW(s, 1);
  s->data = data;
  const vt_error filled = fill_ensemble(s);
  if (filled == VT_OK)
    *ensemble = s;
  else
    vt_timeline_ensemble_free(s);
  return filled;
}

void vt_timeline_ensemble_free(vt_timeline_ensemble *s) {
  if (!s) return;
  free(s->targets.cell);
  free(s->targets.touch);
  free(s->place[0]);
  free(s->place[1]);
  vt_variation_free(s->variation);
  vt_design_free(s->design);
  free(s);
}

// -------------------------------------------------------------------------------------------------
// Workers.

static bool changes(const vt_timeline_ensemble *s, vt_timeline_target target) {
  for (ptrdiff_t c = 0; c < s->targets.cells; c++)
    if (s->targets.cell[c].target == target) return true;
  return false;
}

static vt_error make_offsets(vt_timeline_worker *w) {
  const vt_timeline_data *k = w->ensemble->data;
  for (int b = 0; b < 2; b++) {
    const ptrdiff_t count = (b ? &k->biosphere : &k->technosphere)->count;
    VT_NEW(w->numbers.month[b], count);
    VT_NEW(w->numbers.second[b], count);
  }
  return VT_OK;
}

static vt_error make_factors(vt_timeline_worker *w) {
  const vt_timeline_data *k = w->ensemble->data;
  VT_NEW(w->numbers.factor, k->categories);
  for (int c = 0; c < k->categories; c++) VT_NEW(w->numbers.factor[c], k->flows);
  return VT_OK;
}

static vt_error fill_worker(vt_timeline_worker *w) {
  const vt_timeline_ensemble *s = w->ensemble;
  vt_timeline_numbers *n = &w->numbers;
  VT_TRY(vt_timeline_numbers_create(s->data, n));
  VT_NEW(w->value, vt_design_width(s->design));
  VT_NEW(w->number, s->targets.cells);
  const bool offsets = changes(s, VT_TIMELINE_OFFSET);
  const bool drawn = s->variation != NULL;
  if (offsets) VT_TRY(make_offsets(w));
  if (drawn || changes(s, VT_TIMELINE_FACTOR)) VT_TRY(make_factors(w));
  if (drawn) VT_TRY(vt_sample_create(s->variation, &w->sample));
  n->graph_differs = drawn || offsets || changes(s, VT_TIMELINE_AMOUNT);
  n->worth_differs = n->graph_differs || changes(s, VT_TIMELINE_FACTOR);
  return VT_OK;
}

vt_error vt_timeline_worker_create(const vt_timeline_ensemble *ensemble,
                                   vt_timeline_worker **worker) {
  vt_timeline_worker *w;
  *worker = NULL;
  VT_NEW(w, 1);
  w->ensemble = ensemble;
  const vt_error filled = fill_worker(w);
  if (filled == VT_OK)
    *worker = w;
  else
    vt_timeline_worker_free(w);
  return filled;
}

void vt_timeline_worker_free(vt_timeline_worker *w) {
  if (!w) return;
  vt_timeline_numbers_free(w->ensemble->data, &w->numbers);
  vt_sample_free(w->sample);
  free(w->value);
  free(w->number);
  free(w);
}

// -------------------------------------------------------------------------------------------------
// Numbers.

static void reset_factors(vt_timeline_worker *w) {
  const vt_timeline_data *k = w->ensemble->data;
  const bool methods = w->sample && k->study->uncertainty.methods;
  int statics = 0;
  for (int c = 0; w->numbers.factor && c < k->categories; c++) {
    const bool is_static = k->category[c].metric == VT_METRIC_STATIC;
    const double *drawn =
        methods && is_static ? w->sample->snapshot[0].factor + (ptrdiff_t)statics * k->flows : NULL;
    statics += is_static;
    for (int e = 0; e < k->flows; e++)
      w->numbers.factor[c][e] = drawn ? drawn[e] : is_static ? k->category[c].factor[e] : 1;
  }
}

static void draw(vt_timeline_worker *w, int64_t k) {
  const vt_timeline_ensemble *s = w->ensemble;
  if (!w->sample) return;
  vt_variation_draw(s->variation, s->data->study->design.seed, k, w->sample);
  double *const to[2] = {w->numbers.technosphere, w->numbers.biosphere};
  for (int b = 0; b < 2; b++) {
    const ptrdiff_t count = (b ? &s->data->biosphere : &s->data->technosphere)->count;
    for (ptrdiff_t i = 0; i < count; i++)
      if (s->place[b][i].exchange >= 0)
        to[b][i] = vt_variation_amount(s->variation, &s->place[b][i], w->sample);
  }
}

// What one of the number of a cell counts.
static double unit_of(const vt_timeline_data *k, const vt_timeline_cell *cell) {
  if (cell->target != VT_TIMELINE_AMOUNT) return 1;
  return (cell->biosphere ? &k->biosphere : &k->technosphere)->exchange[cell->place].unit;
}

static double *place_of(vt_timeline_worker *w, const vt_timeline_cell *cell) {
  const vt_timeline_data *k = w->ensemble->data;
  vt_timeline_numbers *n = &w->numbers;
  switch (cell->target) {
    case VT_TIMELINE_AMOUNT:
      return (cell->biosphere ? n->biosphere : n->technosphere) + cell->place;
    case VT_TIMELINE_AMOUNT_OF_DEMAND: return n->amount + cell->place;
    case VT_TIMELINE_FACTOR: return n->factor[cell->place / k->flows] + cell->place % k->flows;
    case VT_TIMELINE_OFFSET:
    case VT_TIMELINE_START:
    case VT_TIMELINE_BACKGROUND:
    case VT_TIMELINE_TARGETS: break;
  }
  return NULL;
}

static double change(vt_operation operation, double unit, double operand, double number) {
  switch (operation) {
    case VT_SET: return unit * operand;
    case VT_ADD: return number + unit * operand;
    case VT_MULTIPLY: return number * operand;
    case VT_CHOOSE: return operand;
  }
  return number;
}

static void apply(vt_timeline_worker *w) {
  const vt_timeline_ensemble *s = w->ensemble;
  const vt_study *study = s->data->study;
  ptrdiff_t next = study->design.inputs; // values of single cells
  for (ptrdiff_t c = 0; c < s->targets.cells; c++) {
    const double *place = place_of(w, &s->targets.cell[c]);
    w->number[c] = place ? *place : 0;
  }
  for (ptrdiff_t t = 0; t < s->targets.touches; t++) {
    const vt_timeline_touch *touch = &s->targets.touch[t];
    const vt_factor *factor = &study->factor[touch->factor];
    const double operand = w->value[factor->each ? next++ : study->parameters + touch->factor];
    if (isnan(operand)) continue;
    w->number[touch->cell] =
        change(factor->operation, unit_of(s->data, &s->targets.cell[touch->cell]), operand,
               w->number[touch->cell]);
  }
}

static void put(vt_timeline_worker *w) {
  const vt_timeline_ensemble *s = w->ensemble;
  const vt_timeline_plan *plan = s->data->plan;
  vt_timeline_numbers *n = &w->numbers;
  for (ptrdiff_t c = 0; c < s->targets.cells; c++) {
    const vt_timeline_cell *cell = &s->targets.cell[c];
    double *place = place_of(w, cell);
    if (place) *place = w->number[c];
    if (cell->target == VT_TIMELINE_OFFSET)
      vt_timeline_move(plan, w->number[c], &n->month[cell->biosphere][cell->place],
                       &n->second[cell->biosphere][cell->place]);
    if (cell->target == VT_TIMELINE_START)
      vt_timeline_move(plan, w->number[c], &n->start_month, &n->start_second);
    if (cell->target == VT_TIMELINE_BACKGROUND)
      n->background = s->targets.background[(int)w->number[c]];
  }
}

int vt_timeline_worker_set(vt_timeline_worker *w, int64_t k) {
  const int failed = vt_design_values(w->ensemble->design, k, w->value);
  if (failed >= 0) return failed;
  vt_timeline_numbers_reset(w->ensemble->data, &w->numbers);
  draw(w, k);
  reset_factors(w);
  apply(w);
  put(w);
  return -1;
}

double vt_timeline_neutral(const void *context, int factor) {
  const vt_timeline_ensemble *s = context;
  const vt_timeline_data *k = s->data;
  const vt_operation operation = k->study->factor[factor].operation;
  double common = operation == VT_MULTIPLY ? 1.0 : 0.0;
  bool first = true;
  if (operation != VT_SET) return common;
  for (ptrdiff_t t = 0; t < s->targets.touches; t++) {
    const vt_timeline_cell *cell = &s->targets.cell[s->targets.touch[t].cell];
    double amount = 0;
    if (s->targets.touch[t].factor != factor) continue;
    if (cell->target == VT_TIMELINE_AMOUNT) {
      const vt_dated_exchange *x =
          &(cell->biosphere ? &k->biosphere : &k->technosphere)->exchange[cell->place];
      amount = x->value / x->unit;
    }
    if (cell->target == VT_TIMELINE_AMOUNT_OF_DEMAND) amount = k->amount[cell->place];
    if (cell->target == VT_TIMELINE_FACTOR)
      amount = k->category[cell->place / k->flows].factor[cell->place % k->flows];
    common = first || amount == common ? amount : (double)NAN;
    first = false;
  }
  return common;
}
