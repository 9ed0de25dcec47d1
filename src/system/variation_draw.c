// variation_draw.c - the values of one scenario, in bulk, and those of one exchange by itself.
#include "variation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// ---------------------------------------------------------------------------------------------
// Draws.

static bool needs_normal(vt_family family) {
  return family == VT_FAMILY_EXPONENTIAL || family == VT_FAMILY_NORMAL;
}

double vt_draw_value(const vt_draw *draw, double u) {
  double z = 0;
  if (needs_normal(draw->family)) vt_normal_quantiles(1, &u, &z);
  if (draw->family == VT_FAMILY_EXPONENTIAL) return exp(draw->a + draw->b * z);
  if (draw->family == VT_FAMILY_NORMAL) return draw->a + draw->b * z;
  if (draw->family == VT_FAMILY_UNIFORM) return draw->a + draw->b * u;
  return vt_distribution_quantile(draw->other, u);
}

vt_draw vt_draw_at(const vt_variation *v, int draw) {
  vt_draw made = {.stream = v->of_stream[draw], .a = v->a[draw], .b = v->b[draw]};
  while (draw >= v->first[made.family + 1]) made.family++;
  if (made.family == VT_FAMILY_QUANTILE) made.other = v->other[draw - v->first[VT_FAMILY_QUANTILE]];
  return made;
}

// Draws [d, end) of one family, of streams whose numbers begin with that of `start`.
static void draw_run(const vt_variation *v, vt_family family, int d, int end, ptrdiff_t start,
                     vt_sample *sample) {
  const double *a = v->a, *b = v->b, *u = sample->u, *z = sample->normal;
  const int *stream = v->of_stream;
  double *value = sample->value;
  if (family == VT_FAMILY_EXPONENTIAL)
    for (; d < end; d++) value[d] = exp(a[d] + b[d] * z[stream[d] - start]);
  if (family == VT_FAMILY_NORMAL)
    for (; d < end; d++) value[d] = a[d] + b[d] * z[stream[d] - start];
  if (family == VT_FAMILY_UNIFORM)
    for (; d < end; d++) value[d] = a[d] + b[d] * u[stream[d] - start];
  for (; d < end; d++)
    value[d] = vt_distribution_quantile(v->other[d - v->first[family]], u[stream[d] - start]);
}

static void draw_values(const vt_variation *v, uint64_t seed, int64_t k, vt_sample *sample) {
  const bool normal = v->first[VT_FAMILY_UNIFORM] > 0;
  int next[VT_FAMILIES];
  for (int f = 0; f < VT_FAMILIES; f++) next[f] = v->first[f];
  for (ptrdiff_t start = 0, count; start < v->counts.streams; start += count) {
    count = v->counts.streams - start < VT_CHUNK ? v->counts.streams - start : VT_CHUNK;
    vt_random_uniforms(seed, VT_PURPOSE_FACTOR, k, count, v->stream + start, sample->u);
    if (normal) vt_normal_quantiles(count, sample->u, sample->normal);
    for (int f = 0; f < VT_FAMILIES; f++) {
      const int from = next[f];
      while (next[f] < v->first[f + 1] && v->of_stream[next[f]] < start + count) next[f]++;
      draw_run(v, (vt_family)f, from, next[f], start, sample);
    }
  }
}

static void assemble(const vt_varying *varying, const double *value, double *entries) {
  for (ptrdiff_t c = 0; c < varying->cells; c++) {
    double sum = varying->base[c];
    for (ptrdiff_t x = varying->first[c]; x < varying->first[c + 1]; x++)
      sum += varying->factor[x] * value[varying->draw[x]];
    entries[varying->entry[c]] = sum;
  }
}

static void copy(double *to, const double *from, ptrdiff_t count) {
  if (count > 0) memcpy(to, from, (size_t)count * sizeof *to);
}

void vt_variation_reference(const vt_variation *v, vt_sample *sample) {
  for (int s = 0; s < v->plan.snapshots; s++) {
    const vt_varying_snapshot *from = &v->snapshot[s];
    vt_sample_matrices *to = &sample->snapshot[s];
    copy(to->technosphere, from->technosphere0, from->technosphere_entries);
    copy(to->biosphere, from->biosphere0, from->biosphere_entries);
    copy(to->factor, from->factor0, from->factors);
  }
}

void vt_variation_draw(const vt_variation *v, uint64_t seed, int64_t k, vt_sample *sample) {
  vt_variation_reference(v, sample);
  draw_values(v, seed, k, sample);
  for (int s = 0; s < v->plan.snapshots; s++) {
    const vt_varying_snapshot *from = &v->snapshot[s];
    vt_sample_matrices *to = &sample->snapshot[s];
    const int flows = v->plan.snapshot[s].system->flows;
    assemble(&from->technosphere, sample->value, to->technosphere);
    assemble(&from->biosphere, sample->value, to->biosphere);
    for (int i = 0; i < v->plan.methods; i++)
      assemble(&from->method[i], sample->value, to->factor + (ptrdiff_t)i * flows);
  }
}

// ---------------------------------------------------------------------------------------------
// Other amounts.

// Place of an entry in a matrix, -1: none.
static ptrdiff_t find_entry(const vt_sparse *m, int row, int column) {
  ptrdiff_t low = m->column_start[column], high = m->column_start[column + 1];
  while (low < high) {
    const ptrdiff_t middle = low + (high - low) / 2;
    if (m->row[middle] == row) return middle;
    if (m->row[middle] < row)
      low = middle + 1;
    else
      high = middle;
  }
  return -1;
}

// The exchange of a record in an entry that varies, -1: it does not.
static ptrdiff_t find_varying(const vt_varying *varying, ptrdiff_t entry,
                              const vt_record_group *group, ptrdiff_t record) {
  ptrdiff_t low = 0, high = varying->cells;
  while (low < high) {
    const ptrdiff_t middle = low + (high - low) / 2;
    if (varying->entry[middle] < entry)
      low = middle + 1;
    else
      high = middle;
  }
  if (low == varying->cells || varying->entry[low] != entry) return -1;
  for (ptrdiff_t x = varying->first[low]; x < varying->first[low + 1]; x++)
    if (varying->group[x] == group && varying->record[x] == record) return x;
  return -1;
}

static int row_of_flow(const vt_system *system, int node) {
  for (int e = 0; e < system->flows; e++)
    if (system->flow[e] == node) return e;
  return -1;
}

static const vt_varying *matrix_at(const vt_variation *v, const vt_exchange_place *place) {
  const vt_varying_snapshot *from = &v->snapshot[place->snapshot];
  return place->biosphere ? &from->biosphere : &from->technosphere;
}

vt_error vt_variation_locate(const vt_variation *v, int snapshot, const vt_record_group *group,
                             ptrdiff_t record, vt_exchange_place *place) {
  const vt_system *system = v->plan.snapshot[snapshot].system;
  const bool flow = group->matrix == VT_MATRIX_BIOSPHERE;
  const int column = system->column_of[group->column[record]], node = group->row[record];
  const int row = flow ? row_of_flow(system, node) : system->row_of[node];
  *place = (vt_exchange_place){.snapshot = snapshot,
                               .biosphere = flow,
                               .entry = -1,
                               .group = group,
                               .record = record,
                               .stored = group->data[record * group->columns],
                               .factor = group->flip && group->flip[record] ? -1 : 1};
  if (group->rescale) place->factor *= group->rescale[record];
  if (row >= 0 && column >= 0)
    place->entry = find_entry(flow ? &system->biosphere : &system->technosphere, row, column);
  VT_CHECK(place->entry >= 0, VT_ERR_BUG, "an exchange without an entry: %s",
           vt_node_text(v->plan.set, node));
  place->exchange = find_varying(matrix_at(v, place), place->entry, group, record);
  return VT_OK;
}

// Exchanges that are looked for, by their ends.
typedef struct wanted_place {
  const vt_wanted_exchange *wanted;
  int index;
} wanted_place;

static int compare_wanted(const void *a, const void *b) {
  const vt_wanted_exchange *x = ((const wanted_place *)a)->wanted,
                           *y = ((const wanted_place *)b)->wanted;
  if (x->from != y->from) return x->from < y->from ? -1 : 1;
  return (x->to > y->to) - (x->to < y->to);
}

static bool is_type(const char *kind, vt_exchange_type type) {
  static const char *const names[] = {[VT_EXCHANGE_PRODUCTION] = "production",
                                      [VT_EXCHANGE_TECHNOSPHERE] = "technosphere",
                                      [VT_EXCHANGE_BIOSPHERE] = "biosphere"};
  if (strcmp(kind, "substitution") == 0) return type == VT_EXCHANGE_TECHNOSPHERE;
  return strcmp(kind, names[type]) == 0;
}

// Those that a record may be: it is looked up by its ends.
static vt_error match_record(const vt_variation *v, int snapshot, const vt_cell_term *term,
                             const wanted_place *sorted, int count, int *found,
                             vt_exchange_place *place) {
  const vt_record_group *group = term->group;
  const vt_wanted_exchange ends = {group->row[term->record], (int)group->column[term->record],
                                   VT_EXCHANGE_PRODUCTION};
  const wanted_place key = {&ends, 0};
  // A JSON document makes up the production of what does not list its own.
  if (group->source && group->source[term->record] < 0) return VT_OK;
  const wanted_place *at = bsearch(&key, sorted, (size_t)count, sizeof *sorted, compare_wanted);
  if (!at) return VT_OK;
  const char *kind =
      vt_exchange_kind(v->plan.set, v->plan.snapshot[snapshot].system, group, term->record);
  while (at > sorted && compare_wanted(at - 1, &key) == 0) at--;
  for (; at < sorted + count && compare_wanted(at, &key) == 0; at++) {
    if (!is_type(kind, at->wanted->type)) continue;
    found[at->index]++;
    VT_TRY(vt_variation_locate(v, snapshot, group, term->record, &place[at->index]));
  }
  return VT_OK;
}

static vt_error match_matrix(const vt_variation *v, int snapshot, vt_matrix_kind kind,
                             const wanted_place *sorted, int count, int *found,
                             vt_exchange_place *place) {
  const vt_system *system = v->plan.snapshot[snapshot].system;
  const bool flow = kind == VT_MATRIX_BIOSPHERE;
  vt_cells_space space;
  vt_cell_term *term = NULL;
  ptrdiff_t terms = 0;
  vt_error error = vt_cells_of_system(v->plan.set, system, kind, v->plan.array_column, &space);
  if (error == VT_OK)
    error = vt_cells_terms(&space.cells, flow ? system->flows : system->products, system->processes,
                           &terms, &term);
  for (ptrdiff_t t = 0; error == VT_OK && t < terms; t++)
    error = match_record(v, snapshot, &term[t], sorted, count, found, place);
  free(term);
  vt_cells_close(&space);
  return error;
}

vt_error vt_variation_find(const vt_variation *v, int snapshot, int count,
                           const vt_wanted_exchange *wanted, int *found, vt_exchange_place *place) {
  wanted_place *sorted;
  VT_NEW(sorted, count);
  for (int i = 0; i < count; i++) {
    sorted[i] = (wanted_place){&wanted[i], i};
    found[i] = 0;
  }
  if (count > 1) qsort(sorted, (size_t)count, sizeof *sorted, compare_wanted);
  vt_error error = match_matrix(v, snapshot, VT_MATRIX_TECHNOSPHERE, sorted, count, found, place);
  if (error == VT_OK)
    error = match_matrix(v, snapshot, VT_MATRIX_BIOSPHERE, sorted, count, found, place);
  free(sorted);
  return error;
}

// Before flip and rescale.
static double change_of(const vt_variation *v, const vt_exchange_place *place, double amount,
                        const vt_sample *sample) {
  if (place->exchange < 0) return amount - place->stored;
  const vt_varying *varying = matrix_at(v, place);
  const vt_uncertainty *x = vt_uncertainty_of(v->plan.set, varying->group[place->exchange],
                                              varying->record[place->exchange]);
  if (x->type != VT_TYPE_LOGNORMAL) return amount - place->stored;
  const vt_draw draw = vt_draw_at(v, varying->draw[place->exchange]);
  const double value = sample->value[varying->draw[place->exchange]];
  const double drawn = draw.family == VT_FAMILY_EXPONENTIAL && x->negative ? -value : value;
  const double centre = x->negative ? -exp(x->loc) : exp(x->loc);
  return amount * (drawn / centre) - drawn;
}

void vt_variation_move(const vt_variation *v, const vt_exchange_place *place, double amount,
                       vt_sample *sample) {
  vt_sample_matrices *to = &sample->snapshot[place->snapshot];
  double *entry = &(place->biosphere ? to->biosphere : to->technosphere)[place->entry];
  *entry += place->factor * change_of(v, place, amount, sample);
}

double vt_variation_amount(const vt_variation *v, const vt_exchange_place *place,
                           const vt_sample *sample) {
  if (place->exchange < 0) return place->factor * place->stored;
  const vt_varying *varying = matrix_at(v, place);
  return varying->factor[place->exchange] * sample->value[varying->draw[place->exchange]];
}

// ---------------------------------------------------------------------------------------------
// Their memory.

void vt_sample_free(vt_sample *sample) {
  if (!sample) return;
  if (sample->snapshot) free(sample->snapshot[0].technosphere);
  free(sample->snapshot);
  free(sample);
}

static vt_error allocate(const vt_variation *v, vt_sample *sample) {
  ptrdiff_t numbers = 2 * VT_CHUNK + v->counts.draws;
  VT_NEW(sample->snapshot, v->plan.snapshots + 1);
  for (int s = 0; s < v->plan.snapshots; s++) {
    const vt_varying_snapshot *from = &v->snapshot[s];
    numbers += from->technosphere_entries + from->biosphere_entries + from->factors;
  }
  double *next;
  VT_NEW(next, numbers);
  sample->snapshot[0].technosphere = next; // what is freed
  for (int s = 0; s < v->plan.snapshots; s++) {
    const vt_varying_snapshot *from = &v->snapshot[s];
    vt_sample_matrices *to = &sample->snapshot[s];
    to->technosphere = next;
    to->biosphere = to->technosphere + from->technosphere_entries;
    to->factor = to->biosphere + from->biosphere_entries;
    next = to->factor + from->factors;
  }
  sample->u = next;
  sample->normal = sample->u + VT_CHUNK;
  sample->value = sample->normal + VT_CHUNK;
  return VT_OK;
}

vt_error vt_sample_create(const vt_variation *v, vt_sample **sample) {
  *sample = NULL;
  vt_sample *made;
  VT_NEW(made, 1);
  const vt_error error = allocate(v, made);
  if (error != VT_OK) vt_sample_free(made);
  VT_TRY(error);
  vt_variation_reference(v, made);
  *sample = made;
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------
// What is no exchange.

struct vt_lone_draw {
  vt_draw draw;
  double sign;
  uint64_t stream;
};

vt_error vt_lone_draw_create(vt_arena *arena, const vt_uncertainty *x, bool mean, uint64_t stream,
                             const char **why, vt_lone_draw **draw) {
  vt_lone_draw made = {.stream = stream};
  vt_spread spread;
  *draw = NULL;
  *why = NULL;
  if (x->type < VT_TYPE_LOGNORMAL) return VT_OK;
  VT_CHECK(x->type <= VT_LAST_TYPE, VT_ERR_INPUT, "found uncertainty type %d, expected 0 to %d",
           x->type, (int)VT_LAST_TYPE);
  VT_TRY(vt_spread_of(arena, x, mean, &made.draw, &made.sign, &spread, why));
  if (spread != VT_SPREAD_INVALID) *why = NULL;
  if (spread != VT_SPREAD_SOME) return VT_OK;
  VT_ARENA_NEW(arena, *draw, 1);
  **draw = made;
  return VT_OK;
}

double vt_lone_draw_value(const vt_lone_draw *draw, uint64_t seed, int64_t k) {
  const double u = vt_random_uniform(seed, VT_PURPOSE_FACTOR, k, draw->stream, 0);
  return draw->sign * vt_draw_value(&draw->draw, u);
}

// ---------------------------------------------------------------------------------------------
// One exchange.

// The exchange of a record in a matrix, -1: it does not vary.
static ptrdiff_t find_exchange(const vt_varying *varying, const vt_record_group *group,
                               ptrdiff_t record) {
  for (ptrdiff_t x = 0; x < varying->exchanges; x++)
    if (varying->group[x] == group && varying->record[x] == record) return x;
  return -1;
}

static void show_one(const vt_variation *v, uint64_t seed, int64_t k, int snapshot,
                     const vt_cell_term *term, vt_drawn_exchange *to) {
  const vt_record_group *group = term->group;
  const vt_varying_snapshot *from = &v->snapshot[snapshot];
  const vt_varying *varying =
      group->matrix == VT_MATRIX_BIOSPHERE ? &from->biosphere : &from->technosphere;
  const vt_uncertainty *x = vt_uncertainty_of(v->plan.set, group, term->record);
  const ptrdiff_t at = find_exchange(varying, group, term->record);
  to->from = group->row[term->record];
  to->to = (int)group->column[term->record];
  to->type = vt_exchange_kind(v->plan.set, v->plan.snapshot[snapshot].system, group, term->record);
  to->stored = to->amount = group->data[term->record * group->columns];
  if (at < 0) return;
  const vt_draw draw = vt_draw_at(v, varying->draw[at]);
  const bool turned = draw.family == VT_FAMILY_EXPONENTIAL && x->negative;
  to->drawn = true;
  to->uncertain = *x;
  to->stream = v->stream[draw.stream];
  to->u = vt_random_uniform(seed, VT_PURPOSE_FACTOR, k, to->stream, 0);
  to->amount = vt_draw_value(&draw, to->u);
  if (turned) to->amount = -to->amount;
}

// Exchanges of a matrix between two nodes, added to those found.
static vt_error show_matrix(const vt_variation *v, vt_matrix_kind kind, uint64_t seed, int64_t k,
                            int snapshot, int from, int to, int *count, ptrdiff_t *room,
                            vt_drawn_exchange **exchange) {
  const vt_system *system = v->plan.snapshot[snapshot].system;
  const bool flow = kind == VT_MATRIX_BIOSPHERE;
  vt_cells_space space;
  vt_cell_term *term = NULL;
  ptrdiff_t terms = 0;
  vt_error error = vt_cells_of_system(v->plan.set, system, kind, v->plan.array_column, &space);
  if (error == VT_OK)
    error = vt_cells_terms(&space.cells, flow ? system->flows : system->products, system->processes,
                           &terms, &term);
  for (ptrdiff_t t = 0; error == VT_OK && t < terms; t++) {
    const vt_cell_term *x = &term[t];
    if (x->group->row[x->record] != from || x->group->column[x->record] != to) continue;
    error = vt_grow(exchange, room, *count + 1, sizeof **exchange);
    if (error != VT_OK) break;
    (*exchange)[*count] = (vt_drawn_exchange){0};
    show_one(v, seed, k, snapshot, x, &(*exchange)[(*count)++]);
  }
  free(term);
  vt_cells_close(&space);
  return error;
}

vt_error vt_variation_show(const vt_variation *v, uint64_t seed, int64_t k, int snapshot, int from,
                           int to, int *count, vt_drawn_exchange **exchange) {
  ptrdiff_t room = 0;
  *count = 0;
  *exchange = NULL;
  vt_error error =
      show_matrix(v, VT_MATRIX_TECHNOSPHERE, seed, k, snapshot, from, to, count, &room, exchange);
  if (error == VT_OK)
    error =
        show_matrix(v, VT_MATRIX_BIOSPHERE, seed, k, snapshot, from, to, count, &room, exchange);
  if (error == VT_OK && *count == 0)
    error = vt_error_raise(VT_ERR_INPUT, __FILE__, __LINE__, __func__,
                           "found no exchange from %s to %s", vt_node_text(v->plan.set, from),
                           vt_node_text(v->plan.set, to));
  if (error != VT_OK) {
    free(*exchange);
    *exchange = NULL;
  }
  return error;
}
