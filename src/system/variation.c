// variation.c - a plan of sampling: which exchanges of the snapshots vary, by which draws of which
// streams.
#include "variation.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

// The making of a plan.
typedef struct variation_making {
  vt_variation *plan;
  vt_text bytes; // of a key
  ptrdiff_t stream_room, draw_room;
  int *first_draw; // of each stream; shape [streams]
  ptrdiff_t first_room;
  int *slot; // hash table of the streams, -1: free; shape [slots], a power of two
  ptrdiff_t slots;
  vt_text first_invalid;
} variation_making;

// One matrix of one snapshot while it is made.
typedef struct matrix_making {
  const vt_variation_snapshot *from;
  int method; // or -1
  bool chosen;
  const bool *column; // reached; shape [processes]
  const bool *flow;   // counted; shape [flows]
  vt_keys keys;
  vt_varying *to;
  ptrdiff_t cell_room, exchange_room;
} matrix_making;

// ---------------------------------------------------------------------------------------------
// Reach: with each process on the diagonal of its product, a demand moves only processes that are
// found by going from a product to its maker, and on to all products of that.

static vt_error reach(const vt_variation_snapshot *from, bool *column) {
  const vt_system *system = from->system;
  const vt_sparse *a = &system->technosphere;
  int *stack, depth = 0;
  for (int j = 0; from->products < 0 && j < system->processes; j++) column[j] = true;
  if (from->products < 0) return VT_OK;
  VT_NEW(stack, system->processes);
  for (int d = 0; d < from->products; d++) {
    const int maker = system->maker[from->product[d]];
    if (!column[maker]) stack[depth++] = maker;
    column[maker] = true;
  }
  while (depth > 0) {
    const int j = stack[--depth];
    for (ptrdiff_t k = a->column_start[j]; k < a->column_start[j + 1]; k++) {
      const int maker = system->maker[a->row[k]];
      if (!column[maker]) stack[depth++] = maker;
      column[maker] = true;
    }
  }
  free(stack);
  return VT_OK;
}

// Flows that a reached process has, of those that count.
static void count_flows(const vt_variation_snapshot *from, const bool *column, bool *flow) {
  const vt_sparse *b = &from->system->biosphere;
  for (int j = 0; j < b->columns; j++) {
    if (!column[j]) continue;
    for (ptrdiff_t k = b->column_start[j]; k < b->column_start[j + 1]; k++)
      flow[b->row[k]] = !from->flow || from->flow[b->row[k]];
  }
}

static bool is_reached(const matrix_making *m, const vt_cell_term *term) {
  const vt_system *system = m->from->system;
  const int flow = m->keys.method >= 0 ? (int)term->cell : -1;
  if (flow >= 0) return m->flow[flow];
  if (!m->column[system->column_of[term->group->column[term->record]]]) return false;
  if (term->group->matrix == VT_MATRIX_TECHNOSPHERE) return true;
  return m->flow[system->biosphere.row[term->cell]];
}

static bool is_chosen(const vt_variation_plan *plan, const matrix_making *m,
                      const vt_cell_term *term) {
  const vt_variation_choice *choice = &plan->choice;
  if (!m->chosen) return false;
  if (m->method >= 0 || choice->databases == 0) return true;
  const int owner = plan->set->node[term->group->column[term->record]].database;
  for (int d = 0; d < choice->databases; d++)
    if (choice->database[d] == owner) return true;
  return false;
}

// ---------------------------------------------------------------------------------------------
// Streams and their draws, each once.

static vt_error rehash(variation_making *made) {
  const ptrdiff_t slots = made->slots > 0 ? 2 * made->slots : 1 << 10;
  free(made->slot);
  VT_NEW(made->slot, slots);
  made->slots = slots;
  for (ptrdiff_t i = 0; i < slots; i++) made->slot[i] = -1;
  for (ptrdiff_t s = 0; s < made->plan->counts.streams; s++) {
    ptrdiff_t at = (ptrdiff_t)(made->plan->stream[s] & (uint64_t)(slots - 1));
    while (made->slot[at] >= 0) at = (at + 1) & (slots - 1);
    made->slot[at] = (int)s;
  }
  return VT_OK;
}

static vt_error find_stream(variation_making *made, uint64_t stream, int *index) {
  vt_variation *plan = made->plan;
  if (2 * plan->counts.streams >= made->slots) VT_TRY(rehash(made));
  ptrdiff_t at = (ptrdiff_t)(stream & (uint64_t)(made->slots - 1));
  for (; made->slot[at] >= 0; at = (at + 1) & (made->slots - 1)) {
    *index = made->slot[at];
    if (plan->stream[*index] == stream) return VT_OK;
  }
  const ptrdiff_t count = plan->counts.streams + 1;
  VT_CHECK(count < INT32_MAX, VT_ERR_INPUT, "found more than %d exchanges that vary", INT32_MAX);
  VT_TRY(vt_grow(&plan->stream, &made->stream_room, count, sizeof *plan->stream));
  VT_TRY(vt_grow(&made->first_draw, &made->first_room, count, sizeof *made->first_draw));
  *index = made->slot[at] = (int)count - 1;
  plan->stream[*index] = stream;
  made->first_draw[*index] = -1;
  plan->counts.streams = count;
  return VT_OK;
}

static bool same_quantile(const vt_distribution *x, const vt_distribution *y) {
  if (x == y) return true;
  if (!x || !y || x->kind != y->kind || x->negative != y->negative) return false;
  return x->min == y->min && x->max == y->max &&
         memcmp(x->parameter, y->parameter, sizeof x->parameter) == 0;
}

static vt_error find_draw(variation_making *made, const vt_draw *wanted, int *index) {
  vt_variation *plan = made->plan;
  for (*index = made->first_draw[wanted->stream]; *index >= 0; *index = plan->draw[*index].next) {
    const vt_draw *d = &plan->draw[*index];
    if (d->family == wanted->family && d->a == wanted->a && d->b == wanted->b &&
        same_quantile(d->other, wanted->other))
      return VT_OK;
  }
  *index = (int)plan->counts.draws;
  VT_TRY(vt_grow(&plan->draw, &made->draw_room, plan->counts.draws + 1, sizeof *plan->draw));
  plan->draw[*index] = *wanted;
  plan->draw[*index].next = made->first_draw[wanted->stream];
  made->first_draw[wanted->stream] = *index;
  plan->counts.draws++;
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------
// Rows that are no distribution.

static vt_error name_row(const vt_variation_plan *plan, const matrix_making *m,
                         const vt_cell_term *term, vt_text *name) {
  const vt_database_set *set = plan->set;
  VT_TRY(vt_text_add(name, "%s", vt_node_text(set, term->group->row[term->record])));
  if (m->method >= 0) return vt_text_add(name, " in '%s'", set->method[m->method].label);
  return vt_text_add(name, " -> %s", vt_node_text(set, (int)term->group->column[term->record]));
}

static vt_error note_invalid(variation_making *made, const matrix_making *m,
                             const vt_cell_term *term, const vt_uncertainty *x, const char *why) {
  vt_variation *plan = made->plan;
  if (plan->counts.invalid++ > 0) return VT_OK;
  VT_TRY(name_row(&plan->plan, m, term, &made->first_invalid));
  VT_TRY(vt_text_add(&made->first_invalid, ", type %d: %s", x->type, why));
  VT_CHECK(!plan->plan.choice.strict, VT_ERR_INPUT,
           "found an invalid distribution, expected none with invalid: error: %s",
           made->first_invalid.bytes);
  return VT_OK;
}

static vt_error refuse_type(const vt_variation_plan *plan, const matrix_making *m,
                            const vt_cell_term *term, int type) {
  vt_text name = {0};
  VT_TRY(name_row(plan, m, term, &name));
  const vt_error error =
      vt_error_raise(VT_ERR_INPUT, __FILE__, __LINE__, __func__,
                     "%s: found uncertainty type %d, expected 0 to 13", name.bytes, type);
  vt_text_free(&name);
  return error;
}

// ---------------------------------------------------------------------------------------------
// One matrix.

// What a record draws, if it does.
static vt_error look_at(variation_making *made, const matrix_making *m, const vt_cell_term *term,
                        vt_draw *draw, double *sign, bool *varies) {
  const vt_variation_plan *plan = &made->plan->plan;
  vt_variation_counts *counts = &made->plan->counts;
  *varies = false;
  if (!is_chosen(plan, m, term)) return VT_OK;
  const vt_uncertainty *x = vt_uncertainty_of(plan->set, term->group, term->record);
  if (!x || x->type < 2) return VT_OK;
  if (x->type > VT_LAST_TYPE) return refuse_type(plan, m, term, x->type);
  if (!is_reached(m, term)) {
    counts->unreached++;
    return VT_OK;
  }
  vt_spread spread;
  const char *why;
  VT_TRY(vt_spread_of(made->plan->arena, x, plan->choice.mean, draw, sign, &spread, &why));
  if (spread == VT_SPREAD_INVALID) return note_invalid(made, m, term, x, why);
  counts->constant += spread == VT_SPREAD_CONSTANT;
  *varies = spread == VT_SPREAD_SOME;
  return VT_OK;
}

static vt_error add_exchange(variation_making *made, matrix_making *m, ptrdiff_t t, vt_draw *draw,
                             double sign) {
  const vt_cell_term *term = &m->keys.term[t];
  const vt_record_group *group = term->group;
  vt_varying *to = m->to;
  uint64_t stream;
  VT_TRY(vt_keys_stream(&m->keys, t, &made->bytes, &stream));
  VT_TRY(find_stream(made, stream, &draw->stream));
  const ptrdiff_t x = to->exchanges++;
  ptrdiff_t room = m->exchange_room;
  VT_TRY(vt_grow(&to->draw, &room, x + 1, sizeof *to->draw));
  room = m->exchange_room;
  VT_TRY(vt_grow(&to->factor, &room, x + 1, sizeof *to->factor));
  room = m->exchange_room;
  VT_TRY(vt_grow(&to->group, &room, x + 1, sizeof *to->group));
  VT_TRY(vt_grow(&to->record, &m->exchange_room, x + 1, sizeof *to->record));
  VT_TRY(find_draw(made, draw, &to->draw[x]));
  to->factor[x] = group->flip && group->flip[term->record] ? -sign : sign;
  if (group->rescale) to->factor[x] *= group->rescale[term->record];
  to->group[x] = group;
  to->record[x] = term->record;
  return VT_OK;
}

static vt_error open_cell(matrix_making *m, ptrdiff_t entry) {
  vt_varying *to = m->to;
  const ptrdiff_t c = to->cells;
  ptrdiff_t room = m->cell_room;
  VT_TRY(vt_grow(&to->entry, &room, c + 1, sizeof *to->entry));
  room = m->cell_room;
  VT_TRY(vt_grow(&to->base, &room, c + 1, sizeof *to->base));
  VT_TRY(vt_grow(&to->first, &m->cell_room, c + 1, sizeof *to->first));
  to->entry[c] = entry;
  to->base[c] = 0;
  to->first[c] = to->exchanges;
  return VT_OK;
}

// The records [t, end) of one cell.
static vt_error add_cell(variation_making *made, matrix_making *m, ptrdiff_t t, ptrdiff_t end) {
  const ptrdiff_t before = m->to->exchanges;
  VT_TRY(open_cell(m, m->keys.term[t].cell));
  double *base = &m->to->base[m->to->cells];
  for (; t < end; t++) {
    vt_draw draw;
    double sign;
    bool varies;
    VT_TRY(look_at(made, m, &m->keys.term[t], &draw, &sign, &varies));
    if (varies)
      VT_TRY(add_exchange(made, m, t, &draw, sign));
    else
      *base += m->keys.term[t].value;
  }
  m->to->cells += m->to->exchanges > before;
  return VT_OK;
}

static vt_error add_cells(variation_making *made, matrix_making *m) {
  VT_TRY(vt_keys_open(&m->keys));
  for (ptrdiff_t t = 0, end; t < m->keys.count; t = end) {
    end = t + 1;
    while (end < m->keys.count && m->keys.term[end].cell == m->keys.term[t].cell) end++;
    VT_TRY(add_cell(made, m, t, end));
  }
  VT_TRY(open_cell(m, -1)); // where the last one ends
  made->plan->counts.exchanges += m->to->exchanges;
  return VT_OK;
}

static vt_error add_matrix(variation_making *made, matrix_making *m, const vt_cells *cells,
                           const vt_sparse *matrix) {
  m->keys = (vt_keys){.set = made->plan->plan.set, .system = m->from->system, .method = m->method};
  vt_cell_term *term;
  VT_TRY(vt_cells_terms(cells, matrix->rows, matrix->columns, &m->keys.count, &term));
  m->keys.term = term;
  const ptrdiff_t last = m->keys.count > 0 ? term[m->keys.count - 1].cell : -1;
  vt_error error = VT_OK;
  if (m->method < 0 && last >= matrix->entries)
    error = vt_error_raise(VT_ERR_BUG, __FILE__, __LINE__, __func__,
                           "records of %td cells in a matrix of %td", last + 1, matrix->entries);
  if (error == VT_OK) error = add_cells(made, m);
  vt_keys_close(&m->keys);
  free(term);
  return error;
}

static vt_error add_system_matrix(variation_making *made, matrix_making *m, vt_matrix_kind kind,
                                  const vt_sparse *matrix) {
  if (!m->chosen) return open_cell(m, -1);
  vt_cells_space space;
  vt_error error = vt_cells_of_system(made->plan->plan.set, m->from->system, kind,
                                      made->plan->plan.array_column, &space);
  if (error == VT_OK) error = add_matrix(made, m, &space.cells, matrix);
  vt_cells_close(&space);
  return error;
}

// ---------------------------------------------------------------------------------------------
// Methods. A factor's entry is its flow.

// Terms of a method have the cell of a matrix without empty rows; which flow that is only the
// record knows.
static void place_by_flow(const vt_cells *cells, vt_keys *keys, vt_cell_term *term) {
  for (ptrdiff_t t = 0; t < keys->count; t++)
    term[t].cell = cells->row_of[term[t].group->row[term[t].record]];
}

static vt_error add_factors(variation_making *made, matrix_making *m, const vt_cells *cells) {
  m->keys = (vt_keys){.set = made->plan->plan.set, .system = m->from->system, .method = m->method};
  vt_cell_term *term;
  VT_TRY(vt_cells_terms(cells, m->from->system->flows, 1, &m->keys.count, &term));
  m->keys.term = term;
  place_by_flow(cells, &m->keys, term);
  const vt_error error = add_cells(made, m);
  vt_keys_close(&m->keys);
  free(term);
  return error;
}

static vt_error add_method(variation_making *made, matrix_making *m, int method, double *factor0) {
  const vt_variation_plan *plan = &made->plan->plan;
  VT_TRY(vt_method_factors(plan->set, m->from->system, method, plan->array_column, factor0));
  m->method = method;
  // One number for all flows is no exchange.
  m->chosen = plan->choice.methods && plan->set->method[method].kind != VT_MATRIX_WEIGHTING;
  if (!m->chosen) return open_cell(m, -1);
  vt_cells_space space;
  vt_error error =
      vt_cells_of_method(plan->set, m->from->system, method, plan->array_column, &space);
  if (error == VT_OK) error = add_factors(made, m, &space.cells);
  vt_cells_close(&space);
  return error;
}

// ---------------------------------------------------------------------------------------------
// The plan.

static vt_error add_matrices(variation_making *made, int s, bool *column, bool *flow) {
  const vt_variation_plan *plan = &made->plan->plan;
  const vt_variation_snapshot *from = &plan->snapshot[s];
  vt_varying_snapshot *to = &made->plan->snapshot[s];
  const vt_system *system = from->system;
  VT_TRY(reach(from, column));
  count_flows(from, column, flow);
  const matrix_making common = {.from = from, .method = -1, .column = column, .flow = flow};
  matrix_making m = common;
  m.to = &to->technosphere;
  m.chosen = plan->choice.technosphere;
  VT_TRY(add_system_matrix(made, &m, VT_MATRIX_TECHNOSPHERE, &system->technosphere));
  m = common;
  m.to = &to->biosphere;
  m.chosen = plan->choice.biosphere;
  VT_TRY(add_system_matrix(made, &m, VT_MATRIX_BIOSPHERE, &system->biosphere));
  for (int i = 0; i < plan->methods; i++) {
    m = common;
    m.to = &to->method[i];
    if (from->without_factors)
      VT_TRY(open_cell(&m, -1));
    else
      VT_TRY(add_method(made, &m, plan->method[i], to->factor0 + (ptrdiff_t)i * system->flows));
  }
  return VT_OK;
}

static vt_error add_snapshot(variation_making *made, int s) {
  const vt_variation_plan *plan = &made->plan->plan;
  const vt_system *system = plan->snapshot[s].system;
  vt_varying_snapshot *to = &made->plan->snapshot[s];
  to->technosphere0 = system->technosphere.value;
  to->technosphere_entries = system->technosphere.entries;
  to->biosphere0 = system->biosphere.value;
  to->biosphere_entries = system->biosphere.entries;
  to->factors = plan->snapshot[s].without_factors ? 0 : (ptrdiff_t)plan->methods * system->flows;
  VT_NEW(to->factor0, to->factors);
  VT_NEW(to->method, plan->methods);
  bool *reached;
  VT_NEW(reached, (ptrdiff_t)system->processes + system->flows);
  const vt_error error = add_matrices(made, s, reached, reached + system->processes);
  free(reached);
  return error;
}

static void renumber(vt_varying *varying, const int *number) {
  for (ptrdiff_t x = 0; x < varying->exchanges; x++) varying->draw[x] = number[varying->draw[x]];
}

static void take_draw(vt_variation *v, const vt_draw *draw, int to) {
  v->of_stream[to] = draw->stream;
  v->a[to] = draw->a;
  v->b[to] = draw->b;
  if (draw->family == VT_FAMILY_QUANTILE) v->other[to - v->first[VT_FAMILY_QUANTILE]] = draw->other;
}

// Number the draws by family and stream.
static void order_draws(const variation_making *made, int *number) {
  vt_variation *v = made->plan;
  int filled = 0;
  for (int family = 0; family < VT_FAMILIES; family++) {
    v->first[family] = filled;
    for (ptrdiff_t s = 0; s < v->counts.streams; s++) {
      for (int d = made->first_draw[s]; d >= 0; d = v->draw[d].next) {
        if ((int)v->draw[d].family != family) continue;
        number[d] = filled;
        take_draw(v, &v->draw[d], filled++);
      }
    }
  }
  v->first[VT_FAMILIES] = filled;
}

static vt_error sort_draws(variation_making *made) {
  vt_variation *v = made->plan;
  int *number;
  VT_NEW(v->of_stream, v->counts.draws);
  VT_NEW(v->a, v->counts.draws);
  VT_NEW(v->b, v->counts.draws);
  VT_NEW(v->other, v->counts.draws);
  VT_NEW(number, v->counts.draws);
  order_draws(made, number);
  for (int s = 0; s < v->plan.snapshots; s++) {
    renumber(&v->snapshot[s].technosphere, number);
    renumber(&v->snapshot[s].biosphere, number);
    for (int i = 0; i < v->plan.methods; i++) renumber(&v->snapshot[s].method[i], number);
  }
  free(number);
  free(v->draw);
  v->draw = NULL;
  return VT_OK;
}

static vt_error make(variation_making *made) {
  vt_variation *v = made->plan;
  VT_TRY(vt_arena_create(&v->arena));
  VT_NEW(v->snapshot, v->plan.snapshots);
  // Loading them may move the nodes of the set.
  for (int i = 0; i < v->plan.methods; i++) VT_TRY(vt_method_load(v->plan.set, v->plan.method[i]));
  for (int s = 0; s < v->plan.snapshots; s++) VT_TRY(add_snapshot(made, s));
  VT_TRY(sort_draws(made));
  if (v->counts.invalid > 0)
    vt_warn("invalid distribution",
            "%td invalid distributions of exchanges, which keep their amount; the first: %s",
            v->counts.invalid, made->first_invalid.bytes);
  return VT_OK;
}

vt_error vt_variation_create(const vt_variation_plan *plan, vt_variation **variation) {
  *variation = NULL;
  vt_variation *v;
  VT_NEW(v, 1);
  v->plan = *plan;
  variation_making made = {.plan = v};
  const vt_error error = make(&made);
  vt_text_free(&made.bytes);
  vt_text_free(&made.first_invalid);
  free(made.first_draw);
  free(made.slot);
  if (error != VT_OK) vt_variation_free(v);
  VT_TRY(error);
  *variation = v;
  return VT_OK;
}

static void free_varying(vt_varying *varying) {
  free(varying->entry);
  free(varying->base);
  free(varying->first);
  free(varying->draw);
  free(varying->factor);
  free(varying->group);
  free(varying->record);
}

void vt_variation_free(vt_variation *v) {
  if (!v) return;
  for (int s = 0; v->snapshot && s < v->plan.snapshots; s++) {
    vt_varying_snapshot *snapshot = &v->snapshot[s];
    free_varying(&snapshot->technosphere);
    free_varying(&snapshot->biosphere);
    for (int i = 0; snapshot->method && i < v->plan.methods; i++)
      free_varying(&snapshot->method[i]);
    free(snapshot->method);
    free(snapshot->factor0);
  }
  free(v->snapshot);
  free(v->stream);
  free(v->draw);
  free(v->of_stream);
  free(v->a);
  free(v->b);
  free(v->other);
  vt_arena_free(v->arena);
  free(v);
}

const vt_variation_counts *vt_variation_count(const vt_variation *v) {
  return &v->counts;
}

bool vt_variation_reaches(const vt_variation *v, int snapshot) {
  return v->snapshot[snapshot].technosphere.exchanges + v->snapshot[snapshot].biosphere.exchanges >
         0;
}

static double bytes_of(const vt_varying *varying) {
  const double cell = sizeof *varying->entry + sizeof *varying->base + sizeof *varying->first;
  const double exchange = sizeof *varying->draw + sizeof *varying->factor + sizeof *varying->group +
                          sizeof *varying->record;
  return cell * (double)varying->cells + exchange * (double)varying->exchanges;
}

void vt_variation_bytes(const vt_variation *v, double *plan, double *sample) {
  const double streams = (double)v->counts.streams, draws = (double)v->counts.draws;
  *plan = streams * sizeof *v->stream +
          draws * (sizeof *v->of_stream + sizeof *v->a + sizeof *v->b + sizeof *v->other) +
          (double)(v->first[VT_FAMILIES] - v->first[VT_FAMILY_QUANTILE]) * sizeof(vt_distribution);
  *sample = (2 * VT_CHUNK + draws) * sizeof(double);
  for (int s = 0; s < v->plan.snapshots; s++) {
    const vt_varying_snapshot *snapshot = &v->snapshot[s];
    *plan += bytes_of(&snapshot->technosphere) + bytes_of(&snapshot->biosphere) +
             (double)snapshot->factors * sizeof(double);
    for (int i = 0; i < v->plan.methods; i++) *plan += bytes_of(&snapshot->method[i]);
    *sample +=
        (double)(snapshot->technosphere_entries + snapshot->biosphere_entries + snapshot->factors) *
        sizeof(double);
  }
}
