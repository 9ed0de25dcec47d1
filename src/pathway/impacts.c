// impacts.c - what one unit of an intermediate flow causes in a year, through the background:
//   W[c,i,t] = sum_e Q[c,e,t] sum_b G[b,i,e] M[b,t]        (specs/pathway.md §4.7)
//   H[e,i,t] = sum_b G[b,i,e] M[b,t]                        (flow limits on elementary flow e)
//
// A number touched by factors is alpha * base + beta with alpha and beta common to all numbers that
// the same factors touch. So a sum over thousands of background entries becomes a few terms, made
// once: a scenario that scales the whole background recomputes two products per (c, i, t). Mapping
// weights that a factor chooses have nothing in common: each is a beta of its own, and W a term for
// each snapshot that some variant has in the year.
#include "impacts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// alpha * base + beta; an untouched number has alpha ONE and beta ZERO.
typedef struct affine {
  double base;
  int alpha, beta;
} affine;

// A part of what one unit of a flow emits in a year: amount times a cell.
typedef struct emission {
  int elementary, cell;
  int slot; // of the cell
  double amount;
} emission;

// A cell that emissions at hand have, and what is being summed of them.
typedef struct slot {
  int cell;
  ptrdiff_t last; // emission with it
  double sum;
} slot;

// Entries of the background by intermediate flow, then elementary flow; the mapping by year; and
// the emissions of the flow and year at hand, ascending by elementary flow.
typedef struct flow_sums {
  ptrdiff_t *first;  // shape [intermediates + 1]
  ptrdiff_t *entry;  // shape [background entries]
  int *factor_entry; // shape [categories, elementaries, times]: entry of Q, -1 if missing
  affine *mapping;   // shape [snapshots, times]; base 0 if missing
  emission *emission;
  ptrdiff_t emissions, emission_capacity;
  slot *slot; // shape [slots], distinct cells
  int slots, last_slot;
  ptrdiff_t slot_capacity;
} flow_sums;

static void flow_sums_free(flow_sums *b) {
  free(b->first);
  free(b->entry);
  free(b->factor_entry);
  free(b->mapping);
  free(b->emission);
  free(b->slot);
}

static vt_error get_affine(vt_core *core, vt_factor_leaves *factors, vt_tensor_id id,
                           ptrdiff_t entry, affine *a) {
  *a = (affine){core->inputs->tensor[id].value[entry], CELL_ONE, CELL_ZERO};
  const int touched = factors->touched[id] ? factors->touched[id][entry] : -1;
  if (touched < 0) return VT_OK;
  if (vt_factors_choose(core, factors, touched)) {
    *a = (affine){0.0, CELL_ONE, factors->cell[id][entry]};
    return VT_OK;
  }
  return vt_factors_affine(core, factors, touched, &a->alpha, &a->beta);
}

// A stable sort of the entries by one axis of their keys (1: flow, 2: elementary flow). `first`
// has room for its size + 2; afterwards first[i] is where those of i begin.
static void sort_by_axis(const vt_tensor *g, int axis, int size, ptrdiff_t *first,
                         const ptrdiff_t *from, ptrdiff_t *to) {
  memset(first, 0, ((size_t)size + 2) * sizeof *first);
  for (ptrdiff_t k = 0; k < g->count; k++) first[g->index[3 * k + axis] + 2]++;
  for (int i = 1; i <= size + 1; i++) first[i] += first[i - 1];
  for (ptrdiff_t k = 0; k < g->count; k++) {
    const ptrdiff_t entry = from ? from[k] : k;
    to[first[g->index[3 * entry + axis] + 1]++] = entry;
  }
}

static vt_error group_by_flow(const vt_core *core, flow_sums *b) {
  const vt_tensor *g = &core->inputs->tensor[VT_TENSOR_BACKGROUND];
  VT_NEW(b->first, (ptrdiff_t)core->intermediates + core->elementaries + 2);
  ptrdiff_t *by_elementary;
  VT_NEW(b->entry, g->count);
  VT_NEW(by_elementary, g->count);
  sort_by_axis(g, 2, core->elementaries, b->first, NULL, by_elementary);
  sort_by_axis(g, 1, core->intermediates, b->first, by_elementary, b->entry);
  free(by_elementary);
  return VT_OK;
}

static vt_error read_tables(vt_core *core, vt_factor_leaves *factors, flow_sums *b,
                            vt_unit_impacts *impacts) {
  const vt_tensor *q = &core->inputs->tensor[VT_TENSOR_CHARACTERIZATION];
  const ptrdiff_t size = (ptrdiff_t)core->categories * core->elementaries * core->times;
  VT_NEW(b->factor_entry, size);
  VT_ARENA_NEW(core->arena, impacts->direct, size);
  for (ptrdiff_t k = 0; k < size; k++) b->factor_entry[k] = -1;
  for (ptrdiff_t k = 0; k < q->count; k++) {
    const int32_t *key = q->index + 3 * k;
    const ptrdiff_t at = at_direct(core, key[0], key[1], key[2]);
    b->factor_entry[at] = (int)k;
    impacts->direct[at] = factors->cell[VT_TENSOR_CHARACTERIZATION][k];
  }
  const vt_tensor *mapping = &core->inputs->tensor[VT_TENSOR_MAPPING];
  const int snapshots = vt_inputs_axis_size(core->inputs, VT_AXIS_BACKGROUND);
  VT_NEW(b->mapping, (ptrdiff_t)snapshots * core->times);
  for (ptrdiff_t k = 0; k < (ptrdiff_t)snapshots * core->times; k++)
    b->mapping[k] = (affine){0.0, CELL_ONE, CELL_ZERO};
  for (ptrdiff_t k = 0; k < mapping->count; k++) {
    const int32_t *key = mapping->index + 2 * k;
    VT_TRY(get_affine(core, factors, VT_TENSOR_MAPPING, k,
                      &b->mapping[(ptrdiff_t)key[0] * core->times + key[1]]));
  }
  return VT_OK;
}

// Emissions come by elementary flow, each with the cells in the same order: the slot that follows
// the last one is likely.
static vt_error find_slot(flow_sums *b, int cell, int *slot_of) {
  for (int i = 1; i <= b->slots; i++) {
    *slot_of = (b->last_slot + i) % b->slots;
    if (b->slot[*slot_of].cell == cell) {
      b->last_slot = *slot_of;
      return VT_OK;
    }
  }
  VT_TRY(vt_grow(&b->slot, &b->slot_capacity, b->slots + 1, sizeof *b->slot));
  b->last_slot = *slot_of = b->slots++;
  b->slot[*slot_of] = (slot){.cell = cell, .last = -1};
  return VT_OK;
}

// Add amount times the product of two cells to the emissions at hand.
static vt_error add_emission(vt_core *core, flow_sums *b, int elementary, double amount, int a,
                             int c) {
  if (amount == 0.0 || a == CELL_ZERO || c == CELL_ZERO) return VT_OK;
  int cell = a == CELL_ONE ? c : a;
  if (a != CELL_ONE && c != CELL_ONE) VT_TRY(vt_graph_product(&core->graph, a, c, &cell));
  int place;
  VT_TRY(find_slot(b, cell, &place));
  const ptrdiff_t last = b->slot[place].last;
  if (last >= 0 && b->emission[last].elementary == elementary) {
    b->emission[last].amount += amount;
    return VT_OK;
  }
  b->slot[place].last = b->emissions;
  VT_TRY(vt_grow(&b->emission, &b->emission_capacity, b->emissions + 1, sizeof *b->emission));
  b->emission[b->emissions++] = (emission){elementary, cell, place, amount};
  return VT_OK;
}

// What one unit of a flow emits in a year.
static vt_error sum_emissions(vt_core *core, vt_factor_leaves *factors, flow_sums *b, int flow,
                              int t) {
  const vt_tensor *tensor = &core->inputs->tensor[VT_TENSOR_BACKGROUND];
  b->emissions = 0;
  b->slots = 0;
  for (ptrdiff_t k = b->first[flow]; k < b->first[flow + 1]; k++) {
    const int32_t *key = tensor->index + 3 * b->entry[k];
    const affine *w = &b->mapping[(ptrdiff_t)key[0] * core->times + t];
    if (w->base == 0.0 && w->beta == CELL_ZERO) continue;
    affine g;
    VT_TRY(get_affine(core, factors, VT_TENSOR_BACKGROUND, b->entry[k], &g));
    VT_TRY(add_emission(core, b, key[2], g.base * w->base, g.alpha, w->alpha));
    VT_TRY(add_emission(core, b, key[2], g.base, g.alpha, w->beta));
    VT_TRY(add_emission(core, b, key[2], w->base, g.beta, w->alpha));
    VT_TRY(add_emission(core, b, key[2], 1.0, g.beta, w->beta));
  }
  return VT_OK;
}

// W[c,i,t] from the emissions at hand.
static vt_error sum_impact(vt_core *core, vt_factor_leaves *factors, flow_sums *b, int category,
                           int t, int *cell) {
  vt_graph_begin(&core->graph);
  for (int i = 0; i < b->slots; i++) b->slot[i].sum = 0.0;
  for (ptrdiff_t k = 0; k < b->emissions; k++) {
    const emission *e = &b->emission[k];
    const int of = b->factor_entry[at_direct(core, category, e->elementary, t)];
    if (of < 0) continue;
    affine q;
    VT_TRY(get_affine(core, factors, VT_TENSOR_CHARACTERIZATION, of, &q));
    if (q.alpha == CELL_ONE) {
      b->slot[e->slot].sum += q.base * e->amount;
    } else {
      VT_TRY(vt_graph_add(&core->graph, q.base * e->amount, e->cell, q.alpha));
    }
    if (q.beta != CELL_ZERO) VT_TRY(vt_graph_add(&core->graph, e->amount, e->cell, q.beta));
  }
  for (int i = 0; i < b->slots; i++)
    VT_TRY(vt_graph_add(&core->graph, b->slot[i].sum, b->slot[i].cell, CELL_ONE));
  return vt_graph_end(&core->graph, cell);
}

// H[e,i,t] from the emissions at hand.
static vt_error sum_emitted(vt_core *core, const flow_sums *b, int elementary, int *cell) {
  ptrdiff_t low = 0, high = b->emissions;
  while (low < high) {
    const ptrdiff_t middle = low + (high - low) / 2;
    if (b->emission[middle].elementary < elementary)
      low = middle + 1;
    else
      high = middle;
  }
  vt_graph_begin(&core->graph);
  for (; low < b->emissions && b->emission[low].elementary == elementary; low++) {
    VT_TRY(vt_graph_add(&core->graph, b->emission[low].amount, b->emission[low].cell, CELL_ONE));
  }
  return vt_graph_end(&core->graph, cell);
}

// Elementary flows with a limit need their emissions by flow, not only their impacts. Limits that
// are infinite in every scenario make no rows.
static vt_error number_limited_flows(const vt_core *core, const vt_factor_leaves *factors,
                                     vt_unit_impacts *impacts) {
  const vt_tensor_id limits[] = {VT_TENSOR_FLOW_MAX, VT_TENSOR_FLOW_MIN, VT_TENSOR_TOTAL_FLOW_MAX,
                                 VT_TENSOR_TOTAL_FLOW_MIN};
  bool *numbered;
  VT_ARENA_NEW(core->arena, numbered, core->elementaries);
  VT_ARENA_NEW(core->arena, impacts->limited_label, core->elementaries);
  for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
    const vt_tensor *t = &core->inputs->tensor[limits[i]];
    for (ptrdiff_t k = 0; k < t->count; k++) {
      const int label = t->index[k * vt_tensor_kinds[limits[i]].axes];
      const int e = label - core->products - core->intermediates,
                cell = factors->cell[limits[i]][k];
      if (e < 0 || numbered[e]) continue;
      if (isinf(core->graph.value[cell]) && !core->graph.dynamic[cell]) continue;
      numbered[e] = true;
      impacts->limited_label[impacts->limited_flows++] = label;
    }
  }
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// The same where databases vary: what they draw has cells, and so has all that it meets.

static int mapping_cell(const vt_core *core, const vt_factor_leaves *factors, int snapshot, int t) {
  return vt_factors_cell(core, factors, VT_TENSOR_MAPPING, (const int32_t[]){snapshot, t},
                         CELL_ZERO);
}

// From what one unit causes in each snapshot.
static vt_error mix_snapshots(vt_core *core, const vt_factor_leaves *factors, const int *unit,
                              int t, int *cell) {
  vt_graph_begin(&core->graph);
  for (int s = 0; s < vt_inputs_axis_size(core->inputs, VT_AXIS_BACKGROUND); s++)
    VT_TRY(vt_graph_add(&core->graph, 1.0, mapping_cell(core, factors, s, t), unit[s]));
  return vt_graph_end(&core->graph, cell);
}

static bool same_number(const vt_core *core, int a, int b) {
  const vt_graph *g = &core->graph;
  return a == b || (!g->dynamic[a] && !g->dynamic[b] && g->value[a] == g->value[b]);
}

// Whether a category counts in a year as in the one before.
static bool same_factors(const vt_core *core, const vt_unit_impacts *impacts, int category, int t) {
  if (t == 0) return false;
  for (int e = 0; e < core->elementaries; e++) {
    const int *cell = impacts->direct + at_direct(core, category, e, 0);
    if (!same_number(core, cell[t - 1], cell[t])) return false;
  }
  return true;
}

// What one unit of a flow causes in each snapshot.
static vt_error sum_snapshots(vt_core *core, const vt_factor_leaves *factors, const flow_sums *b,
                              int flow, int category, int t, const vt_unit_impacts *impacts,
                              int *unit) {
  const vt_tensor *g = &core->inputs->tensor[VT_TENSOR_BACKGROUND];
  for (int s = 0; s < vt_inputs_axis_size(core->inputs, VT_AXIS_BACKGROUND); s++) {
    if (!vt_drawn_has_entries(core)) {
      unit[s] = vt_drawn_impact(core, &factors->drawing, s, flow, category);
      continue;
    }
    vt_graph_begin(&core->graph);
    for (ptrdiff_t k = b->first[flow]; k < b->first[flow + 1]; k++) {
      const int32_t *key = g->index + 3 * b->entry[k];
      if (key[0] != s) continue;
      VT_TRY(vt_graph_add(&core->graph, 1.0, impacts->direct[at_direct(core, category, key[2], t)],
                          factors->cell[VT_TENSOR_BACKGROUND][b->entry[k]]));
    }
    VT_TRY(vt_graph_end(&core->graph, &unit[s]));
  }
  return VT_OK;
}

static vt_error sum_drawn_emitted(vt_core *core, const vt_factor_leaves *factors,
                                  const flow_sums *b, int flow, int elementary, int t, int *cell) {
  const vt_tensor *g = &core->inputs->tensor[VT_TENSOR_BACKGROUND];
  vt_graph_begin(&core->graph);
  for (ptrdiff_t k = b->first[flow]; k < b->first[flow + 1]; k++) {
    const int32_t *key = g->index + 3 * b->entry[k];
    if (key[2] == elementary)
      VT_TRY(vt_graph_add(&core->graph, 1.0, mapping_cell(core, factors, key[0], t),
                          factors->cell[VT_TENSOR_BACKGROUND][b->entry[k]]));
  }
  return vt_graph_end(&core->graph, cell);
}

static vt_error sum_drawn_flow(vt_core *core, const vt_factor_leaves *factors, const flow_sums *b,
                               int flow, vt_unit_impacts *impacts) {
  int *unit;
  VT_ARENA_NEW(core->arena, unit, vt_inputs_axis_size(core->inputs, VT_AXIS_BACKGROUND));
  for (int c = 0; c < core->categories; c++) {
    for (int t = 0; t < core->times; t++) {
      if (t == 0 || (vt_drawn_has_entries(core) && !same_factors(core, impacts, c, t)))
        VT_TRY(sum_snapshots(core, factors, b, flow, c, t, impacts, unit));
      VT_TRY(
          mix_snapshots(core, factors, unit, t, &impacts->background[at_impact(core, c, flow, t)]));
    }
  }
  for (int k = 0; k < impacts->limited_flows; k++) {
    const int elementary = impacts->limited_label[k] - core->products - core->intermediates;
    for (int t = 0; t < core->times; t++)
      VT_TRY(sum_drawn_emitted(core, factors, b, flow, elementary, t,
                               &impacts->emitted[at_impact(core, k, flow, t)]));
  }
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------

static vt_error sum_flow(vt_core *core, vt_factor_leaves *factors, flow_sums *b, int flow,
                         vt_unit_impacts *impacts) {
  if (core->inputs->drawing) return sum_drawn_flow(core, factors, b, flow, impacts);
  for (int t = 0; t < core->times; t++) {
    VT_TRY(sum_emissions(core, factors, b, flow, t));
    for (int c = 0; c < core->categories; c++)
      VT_TRY(sum_impact(core, factors, b, c, t, &impacts->background[at_impact(core, c, flow, t)]));
    for (int k = 0; k < impacts->limited_flows; k++) {
      const int elementary = impacts->limited_label[k] - core->products - core->intermediates;
      VT_TRY(sum_emitted(core, b, elementary, &impacts->emitted[at_impact(core, k, flow, t)]));
    }
  }
  return VT_OK;
}

// Flows that no process takes keep CELL_ZERO, which is 0.
static vt_error sum_all(vt_core *core, vt_factor_leaves *factors, const vt_lines *lines,
                        flow_sums *b, vt_unit_impacts *impacts) {
  bool *done;
  VT_TRY(number_limited_flows(core, factors, impacts));
  VT_ARENA_NEW(core->arena, done, core->intermediates);
  VT_ARENA_NEW(core->arena, impacts->background,
               (ptrdiff_t)core->categories * core->intermediates * core->times);
  VT_ARENA_NEW(core->arena, impacts->emitted,
               (ptrdiff_t)impacts->limited_flows * core->intermediates * core->times);
  for (ptrdiff_t k = 0; k < lines->count; k++) {
    const vt_line *l = &lines->line[k];
    // Lines are many per flow, its sums are the same: the first line makes them.
    if (l->tensor != VT_TENSOR_TECHNOSPHERE || done[l->flow]) continue;
    done[l->flow] = true;
    VT_TRY(sum_flow(core, factors, b, l->flow, impacts));
  }
  return VT_OK;
}

// Numbers that are told by themselves are needed even where no process takes the flow.
static vt_error make_affine(vt_core *core, vt_factor_leaves *factors, vt_tensor_id id) {
  for (ptrdiff_t e = 0; e < core->inputs->tensor[id].count && factors->touched[id]; e++) {
    affine a;
    VT_TRY(get_affine(core, factors, id, e, &a));
  }
  return VT_OK;
}

static vt_error make_told(vt_core *core, vt_factor_leaves *factors) {
  bool told = false;
  for (int i = 0; i < core->study->keeps; i++)
    told = told || strcmp(core->study->keep[i], "background") == 0;
  if (!told) return VT_OK;
  VT_TRY(make_affine(core, factors, VT_TENSOR_BACKGROUND));
  return make_affine(core, factors, VT_TENSOR_CHARACTERIZATION);
}

vt_error vt_impacts_build(vt_core *core, vt_factor_leaves *factors, const vt_lines *lines,
                          vt_unit_impacts *impacts) {
  flow_sums b = {0};
  VT_TRY(make_told(core, factors));
  vt_error done = group_by_flow(core, &b);
  if (done == VT_OK) done = read_tables(core, factors, &b, impacts);
  if (done == VT_OK) done = sum_all(core, factors, lines, &b, impacts);
  flow_sums_free(&b);
  return done;
}
