// scenario.c - scenarios of plain LCA.
//
// Amounts of demands, factors of methods and exchanges with the environment change nothing that has
// to be solved again. With the supply s of what is demanded, a scenario is g = B s and scores Q g,
// times the ratio of its demand to the one that was solved. Rows of B without a change keep their
// sum. Where exchanges between processes change, each scenario is solved.
#include "inventory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct vt_inventory_worker {
  const vt_inventory_base *base;
  double *value;                // what the design gives; shape [its width]
  double *number;               // shape [cells]
  double *parameter, *followed; // of Brightway; amounts; shapes [parameters], [amounts]
  double *amount;               // of demands; shape [demands]
  double *weight;               // shape [categories][flows]
  double *exchange;             // of changed rows; shape [exchanges]
  double *flow;                 // an inventory; shape [flows]
  // Where scenarios are solved: entries of the matrices, and what comes out; else NULL.
  vt_varied_worker *varied;
  vt_sample *sample; // NULL: nothing varies by itself; else it owns the next two, and the weights
  double *technosphere, *biosphere;
  vt_varied_results result;
};

static bool changes(const vt_inventory_data *k, vt_target_kind kind) {
  for (ptrdiff_t c = 0; c < k->count.cells; c++)
    if (k->cell[c].kind == kind) return true;
  return false;
}

bool vt_inventory_needs_inventory(const vt_inventory_data *k) {
  if (k->count.varied) return false;
  return k->study->model.inventory.keep_inventory || changes(k, VT_TARGET_BIOSPHERE) ||
         changes(k, VT_TARGET_CHARACTERIZATION);
}

bool vt_inventory_needs_supply(const vt_inventory_data *k) {
  if (k->count.varied) return false;
  return k->study->model.inventory.keep_supply || changes(k, VT_TARGET_BIOSPHERE);
}

static int input_of(const vt_inventory_data *k, const vt_inventory_touch *t) {
  return k->study->parameters + t->factor;
}

vt_error vt_inventory_add_cells(const vt_inventory_data *k, vt_design *design) {
  for (ptrdiff_t t = 0; t < k->count.touches; t++) {
    if (k->study->factor[k->touch[t].factor].each)
      VT_TRY(vt_design_add_cell(design, input_of(k, &k->touch[t]), k->touch[t].stream));
  }
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Numbers of a scenario.

static double change(const vt_inventory_cell *cell, vt_operation operation, double operand,
                     double number) {
  switch (operation) {
    case VT_SET: return cell->unit * operand;
    case VT_ADD: return number + cell->unit * operand;
    case VT_MULTIPLY: return number * operand;
    case VT_CHOOSE: break;
  }
  return number;
}

// Where the number of a cell is put.
static double *place_of(vt_inventory_worker *w, const vt_inventory_cell *cell) {
  double *const in[] = {[VT_TARGET_DEMAND] = w->amount,
                        [VT_TARGET_CHARACTERIZATION] = w->weight,
                        [VT_TARGET_BIOSPHERE] = w->varied ? w->biosphere : w->exchange,
                        [VT_TARGET_TECHNOSPHERE] = w->technosphere,
                        [VT_TARGET_PARAMETER] = w->parameter};
  return in[cell->kind] + cell->place;
}

// An operand of NaN: the factor is not applied. Values of single cells follow those of the inputs.
static void apply_touches(vt_inventory_worker *w) {
  const vt_inventory_data *k = w->base->data;
  ptrdiff_t next = k->study->design.inputs;
  for (ptrdiff_t t = 0; t < k->count.touches; t++) {
    const vt_inventory_touch *touch = &k->touch[t];
    const vt_inventory_cell *cell = &k->cell[touch->cell];
    const vt_factor *factor = &k->study->factor[touch->factor];
    const double operand = w->value[factor->each ? next++ : input_of(k, touch)];
    if (isnan(operand) || cell->kind == VT_TARGET_PARAMETER) continue;
    w->number[touch->cell] = change(cell, factor->operation, operand, w->number[touch->cell]);
  }
}

// Factors act after draws, which demands have none of.
static void apply_factors(vt_inventory_worker *w) {
  const vt_inventory_data *k = w->base->data;
  for (ptrdiff_t c = 0; c < k->count.cells; c++) {
    const vt_inventory_cell *cell = &k->cell[c];
    const bool drawn = w->sample && cell->kind != VT_TARGET_DEMAND;
    w->number[c] = drawn ? *place_of(w, cell) : cell->value;
  }
  apply_touches(w);
  for (ptrdiff_t c = 0; c < k->count.cells; c++) *place_of(w, &k->cell[c]) = w->number[c];
}

// -------------------------------------------------------------------------------------------------
// Parameters of Brightway.

// What factors make of a parameter.
static double touched(const vt_inventory_worker *w, int parameter, double base) {
  const vt_inventory_data *k = w->base->data;
  ptrdiff_t next = k->study->design.inputs;
  for (ptrdiff_t t = 0; t < k->count.touches; t++) {
    const vt_inventory_touch *touch = &k->touch[t];
    const vt_inventory_cell *cell = &k->cell[touch->cell];
    const vt_factor *factor = &k->study->factor[touch->factor];
    const double operand = w->value[factor->each ? next++ : input_of(k, touch)];
    if (cell->kind == VT_TARGET_PARAMETER && cell->place == parameter && !isnan(operand))
      base = change(cell, factor->operation, operand, base);
  }
  return base;
}

// What a parameter is before factors touch it.
static double base_of(const vt_inventory_worker *w, int parameter, int64_t k) {
  const vt_inventory_data *data = w->base->data;
  const vt_inventory_following *f = &data->following;
  const vt_formula *formula = f->evaluation->parameter[parameter];
  const int drawn = f->meaning.parameter[parameter].drawn;
  if (formula) return vt_formula_value(formula, w->parameter);
  return drawn < 0 ? f->value[parameter]
                   : vt_lone_draw_value(f->followers.draw[drawn], data->study->design.seed, k);
}

// Evaluate them in order, then the amounts that follow.
// @return the factor that a formula which fails follows from, -1: none fails
static int follow(vt_inventory_worker *w, int64_t k) {
  const vt_inventory_following *f = &w->base->data->following;
  int failed = -1;
  for (int p = 0; p < f->meaning.parameters; p++) {
    w->parameter[p] = touched(w, p, base_of(w, p, k));
    if (isfinite(w->parameter[p])) continue;
    w->parameter[p] = (double)NAN;
    if (failed < 0) failed = f->origin[p];
  }
  for (int a = 0; a < f->meaning.amounts; a++) {
    w->followed[a] = vt_formula_value(f->evaluation->amount[a], w->parameter);
    if (isnan(w->followed[a]) && failed < 0) failed = f->origin[f->meaning.parameters + a];
  }
  return failed;
}

// -------------------------------------------------------------------------------------------------
// Draws, tables, columns of arrays.

static double *array_of(vt_inventory_worker *w, vt_target_kind kind) {
  if (kind == VT_TARGET_TECHNOSPHERE) return w->technosphere;
  return kind == VT_TARGET_BIOSPHERE ? w->biosphere : w->weight;
}

static void take_column(vt_inventory_worker *w) {
  const vt_inventory_data *k = w->base->data;
  const vt_array_columns *c = &k->columns;
  const double wanted = c->factor < 0 ? (double)NAN : w->value[k->study->parameters + c->factor];
  if (!vt_inventory_is_column(wanted)) return;
  ptrdiff_t at = 0;
  while (at < c->count && c->column[at] != (int64_t)wanted) at++;
  for (ptrdiff_t i = at < c->count ? c->first[at] : 0; at < c->count && i < c->first[at + 1]; i++)
    array_of(w, c->entry[i].kind)[c->entry[i].place] = c->entry[i].value;
}

// Whether the weights are those of the sample.
static bool draws_factors(const vt_inventory_data *k) {
  return k->study->uncertainty.methods && k->method[0] >= 0;
}

static void draw(vt_inventory_worker *w, int64_t k) {
  const vt_inventory_data *data = w->base->data;
  if (!w->sample) return;
  if (k >= 0 && data->study->uncertainty.wanted)
    vt_variation_draw(data->variation, data->study->design.seed, k, w->sample);
  else
    vt_variation_reference(data->variation, w->sample);
  if (!draws_factors(data))
    memcpy(w->weight, data->weight,
           (size_t)data->count.categories * (size_t)data->count.flows * sizeof *w->weight);
  if (k < 0) return;
  take_column(w);
  vt_followed_places_apply(&data->following.places, w->followed, &data->differences,
                           data->variation, k, w->sample);
  vt_moves_apply(&data->moves, &data->differences, data->variation, k, w->sample);
}

// -------------------------------------------------------------------------------------------------
// Results of a scenario.

// The inventory of a demand as it was solved.
static const double *inventory_of(vt_inventory_worker *w, int demand) {
  const vt_inventory_data *k = w->base->data;
  const double *solved = w->base->inventory + (ptrdiff_t)demand * k->count.flows;
  if (k->count.changed_flows == 0) return solved;
  const double *supply = w->base->supply + (ptrdiff_t)demand * k->count.processes;
  memcpy(w->flow, solved, (size_t)k->count.flows * sizeof *w->flow);
  for (ptrdiff_t f = 0; f < k->count.changed_flows; f++) {
    const vt_changed_flow *changed = &k->changed[f];
    double sum = 0;
    for (ptrdiff_t i = changed->first; i < changed->first + changed->count; i++)
      sum += w->exchange[i] * supply[k->exchange[i].process];
    w->flow[changed->flow] = sum;
  }
  return w->flow;
}

static double score_of(int flows, const double *weight, const double *inventory) {
  double sum = 0;
  for (int e = 0; e < flows; e++) sum += weight[e] * inventory[e];
  return sum;
}

static void scale(double *to, const double *from, ptrdiff_t count, double by) {
  for (ptrdiff_t i = 0; i < count; i++) to[i] = by * from[i];
}

static void fill_demand(vt_inventory_worker *w, int d, double *const *row) {
  const vt_inventory_base *b = w->base;
  const vt_inventory_counts *n = &b->data->count;
  const double by = w->amount[d] / b->data->solved[d];
  double *score = row[b->place->score] + (ptrdiff_t)d * n->categories;
  if (b->inventory) {
    const double *inventory = inventory_of(w, d);
    for (int c = 0; c < n->categories; c++)
      score[c] = by * score_of(n->flows, w->weight + (ptrdiff_t)c * n->flows, inventory);
    if (b->place->inventory >= 0)
      scale(row[b->place->inventory] + (ptrdiff_t)d * n->flows, inventory, n->flows, by);
  } else {
    scale(score, b->score + (ptrdiff_t)d * n->categories, n->categories, by);
  }
  if (b->place->supply >= 0)
    scale(row[b->place->supply] + (ptrdiff_t)d * n->processes,
          b->supply + (ptrdiff_t)d * n->processes, n->processes, by);
  row[b->place->draw_residual][d] = b->residual[d];
}

// All demands are solved together, as the amounts that the reference has.
static vt_error fill_solved(vt_inventory_worker *w, double *const *row, bool *solved) {
  const vt_inventory_base *b = w->base;
  const vt_inventory_counts *n = &b->data->count;
  const vt_varied_sample sample = {w->technosphere, w->biosphere, w->weight};
  const int64_t before = vt_varied_worker_figures(w->varied)->iterations;
  VT_TRY(vt_varied_solve(w->varied, &sample, &w->result, solved));
  row[b->layout->iterations][0] =
      (double)(vt_varied_worker_figures(w->varied)->iterations - before);
  for (int d = 0; *solved && d < n->demands; d++) {
    const double by = w->amount[d] / b->data->solved[d];
    const ptrdiff_t scores = (ptrdiff_t)d * n->categories, flows = (ptrdiff_t)d * n->flows,
                    processes = (ptrdiff_t)d * n->processes;
    scale(row[b->place->score] + scores, w->result.score + scores, n->categories, by);
    if (w->result.inventory)
      scale(row[b->place->inventory] + flows, w->result.inventory + flows, n->flows, by);
    if (w->result.supply)
      scale(row[b->place->supply] + processes, w->result.supply + processes, n->processes, by);
    row[b->place->draw_residual][d] = w->result.residual[d];
  }
  return VT_OK;
}

static vt_error fill_demands(vt_inventory_worker *w, double *const *row, bool *solved) {
  *solved = true;
  if (w->varied) return fill_solved(w, row, solved);
  for (int d = 0; d < w->base->data->count.demands; d++) fill_demand(w, d, row);
  return VT_OK;
}

static bool is_finite(const vt_layout *layout, int variable, double *const *row) {
  bool finite = true;
  for (ptrdiff_t i = 0; variable >= 0 && i < layout->variable[variable].cells; i++)
    finite = finite && isfinite(row[variable][i]);
  return finite;
}

// What a factor changes nothing by: of `set` the amount that all its cells have.
static double neutral(const void *context, int factor) {
  const vt_inventory_data *k = context;
  const vt_operation operation = k->study->factor[factor].operation;
  double common = operation == VT_MULTIPLY ? 1.0 : 0.0;
  const int64_t column = k->study->model.inventory.array_column;
  if (factor == k->columns.factor) return column < 0 ? (double)NAN : (double)column;
  bool first = true;
  for (ptrdiff_t t = 0; operation == VT_SET && t < k->count.touches; t++) {
    const vt_inventory_cell *cell = &k->cell[k->touch[t].cell];
    if (k->touch[t].factor != factor) continue;
    const double amount = cell->value / cell->unit;
    common = first || amount == common ? amount : (double)NAN;
    first = false;
  }
  return common;
}

// What all rows have, whatever becomes of the scenario.
static void fill_frame(const vt_inventory_worker *w, int64_t k, int failed, double *const *row) {
  const vt_inventory_base *b = w->base;
  const vt_study *study = b->data->study;
  vt_row_clear(b->layout, row);
  row[b->layout->status][0] = VT_OPTIMAL;
  row[b->layout->iterations][0] = 0;
  row[b->layout->rank][0] = b->data->team->rank;
  if (b->place->input.failed >= 0) row[b->place->input.failed][0] = -1;
  if (failed >= 0)
    vt_input_fail(study, b->layout, &b->place->input, failed, b->data->team->rank, row);
  if (k >= 0) vt_input_put(study, &b->place->input, w->value, neutral, b->data, row);
  memcpy(row[b->place->residual], b->residual, (size_t)b->data->count.demands * sizeof(double));
}

vt_error vt_inventory_worker_solve(vt_inventory_worker *w, int64_t k, double *const *row) {
  const vt_inventory_base *b = w->base;
  const double begun = vt_clock_s();
  int failed = -1;
  if (k >= 0)
    failed = vt_design_values(b->design, k, w->value);
  else
    VT_TRY(vt_design_reference(b->design, w->value));
  if (failed < 0 && k >= 0) {
    const int factor = follow(w, k);
    if (factor >= 0) failed = b->data->study->parameters + factor;
  }
  fill_frame(w, k, failed, row);
  if (failed < 0) {
    draw(w, k);
    apply_factors(w);
    bool solved;
    VT_TRY(fill_demands(w, row, &solved));
    if (!solved || !is_finite(b->layout, b->place->score, row) ||
        !is_finite(b->layout, b->place->inventory, row) ||
        !is_finite(b->layout, b->place->supply, row)) {
      fill_frame(w, k, failed, row);
      row[b->layout->status][0] = VT_FAILED;
    }
  }
  row[b->layout->wall_s][0] = vt_clock_s() - begun;
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Workers.

void vt_inventory_worker_free(vt_inventory_worker *w) {
  if (!w) return;
  if (w->sample) {
    const bool drawn = w->weight == w->sample->snapshot[0].factor;
    w->technosphere = w->biosphere = NULL;
    if (drawn) w->weight = NULL;
  }
  double *const owned[] = {
      w->value,        w->number,          w->parameter,     w->followed,        w->amount,
      w->weight,       w->exchange,        w->flow,          w->technosphere,    w->biosphere,
      w->result.score, w->result.residual, w->result.supply, w->result.inventory};
  vt_varied_worker_free(w->varied);
  vt_sample_free(w->sample);
  for (size_t i = 0; i < sizeof owned / sizeof *owned; i++) free(owned[i]);
  free(w);
}

static vt_error copy_matrices(vt_inventory_worker *w) {
  const vt_inventory_data *k = w->base->data;
  const vt_sparse *a = &k->system->technosphere, *b = &k->system->biosphere;
  VT_NEW(w->technosphere, a->entries);
  VT_NEW(w->biosphere, b->entries);
  memcpy(w->technosphere, a->value, (size_t)a->entries * sizeof *a->value);
  memcpy(w->biosphere, b->value, (size_t)b->entries * sizeof *b->value);
  return VT_OK;
}

// The numbers are those of the sample; where no method has factors, their zeros stay.
static vt_error take_sample(vt_inventory_worker *w) {
  VT_TRY(vt_sample_create(w->base->data->variation, &w->sample));
  const vt_sample_matrices *drawn = &w->sample->snapshot[0];
  w->technosphere = drawn->technosphere;
  w->biosphere = drawn->biosphere;
  if (!draws_factors(w->base->data)) return VT_OK;
  free(w->weight);
  w->weight = drawn->factor;
  return VT_OK;
}

static vt_error fill_varied(vt_inventory_worker *w) {
  const vt_inventory_data *k = w->base->data;
  const vt_inventory_counts *n = &k->count;
  VT_TRY(k->variation ? take_sample(w) : copy_matrices(w));
  const ptrdiff_t demands = n->demands;
  VT_NEW(w->result.score, demands * n->categories);
  VT_NEW(w->result.residual, demands);
  if (w->base->place->inventory >= 0) VT_NEW(w->result.inventory, demands * n->flows);
  if (w->base->place->supply >= 0) VT_NEW(w->result.supply, demands * n->processes);
  return vt_varied_worker_create(w->base->varied, &w->varied);
}

// What no factor changes stays as it is here.
static vt_error fill_worker(vt_inventory_worker *w) {
  const vt_inventory_data *k = w->base->data;
  const ptrdiff_t weights = (ptrdiff_t)k->count.categories * k->count.flows;
  VT_NEW(w->value, vt_design_width(w->base->design));
  VT_NEW(w->number, k->count.cells);
  VT_NEW(w->parameter, k->following.meaning.parameters);
  VT_NEW(w->followed, k->following.meaning.amounts);
  VT_NEW(w->amount, k->count.demands);
  VT_NEW(w->weight, weights);
  VT_NEW(w->exchange, k->count.exchanges);
  VT_NEW(w->flow, k->count.flows);
  memcpy(w->amount, k->amount, (size_t)k->count.demands * sizeof *w->amount);
  memcpy(w->weight, k->weight, (size_t)weights * sizeof *w->weight);
  for (ptrdiff_t i = 0; i < k->count.exchanges; i++) w->exchange[i] = k->exchange[i].value;
  return w->base->varied ? fill_varied(w) : VT_OK;
}

vt_error vt_inventory_worker_create(const vt_inventory_base *base, vt_inventory_worker **worker) {
  vt_inventory_worker *w;
  *worker = NULL;
  VT_NEW(w, 1);
  w->base = base;
  const vt_error filled = fill_worker(w);
  if (filled != VT_OK) vt_inventory_worker_free(w);
  VT_TRY(filled);
  *worker = w;
  return VT_OK;
}
