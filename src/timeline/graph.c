// graph.c - what stays at its date and what goes elsewhere: the matrices of a scenario taken apart,
// and the knots of processes that need each other at their date.
#include "timeline.h"

#include <math.h>
#include <string.h>

enum { DENSE_KNOT = 48 };

// -------------------------------------------------------------------------------------------------
// Steps.

static vt_error find_base(vt_timeline_graph *g, ptrdiff_t *room, int64_t date, int *base) {
  for (*base = 1; *base <= g->bases; ++*base)
    if (g->base[*base - 1] == date) return VT_OK;
  VT_TRY(vt_grow(&g->base, room, (ptrdiff_t)g->bases + 1, sizeof *g->base));
  g->base[g->bases++] = date;
  return VT_OK;
}

/// The making of a graph.
typedef struct graph_making {
  vt_timeline_graph *g;
  const vt_timeline_numbers *numbers;
  ptrdiff_t base_room, step_room;
  int slots;
  int *slot; // hash table of steps: place + 1
} graph_making;

static vt_error grow_steps(graph_making *m) {
  vt_timeline_graph *g = m->g;
  if (2 * (g->steps + 1) > m->slots) {
    free(m->slot);
    m->slot = NULL;
    m->slots = m->slots > 0 ? 2 * m->slots : 64;
    VT_NEW(m->slot, m->slots);
    for (int i = 0; i < g->steps; i++) {
      const vt_step *s = &g->step[i];
      uint64_t at =
          ((uint64_t)s->month * 0x9e3779b97f4a7c15u ^ (uint64_t)s->second) * 0x9e3779b97f4a7c15u ^
          (uint64_t)s->base;
      while (m->slot[at & (uint64_t)(m->slots - 1)]) at++;
      m->slot[at & (uint64_t)(m->slots - 1)] = i + 1;
    }
  }
  return vt_grow(&g->step, &m->step_room, (ptrdiff_t)g->steps + 1, sizeof *g->step);
}

static vt_error find_step(graph_making *m, int base, int64_t month, int64_t second, int *place) {
  vt_timeline_graph *g = m->g;
  VT_TRY(grow_steps(m));
  uint64_t at = ((uint64_t)month * 0x9e3779b97f4a7c15u ^ (uint64_t)second) * 0x9e3779b97f4a7c15u ^
                (uint64_t)base;
  for (;; at++) {
    int *slot = &m->slot[at & (uint64_t)(m->slots - 1)];
    *place = *slot - 1;
    if (*place < 0) {
      *slot = g->steps + 1;
      *place = g->steps;
      g->step[g->steps++] = (vt_step){base, month, second};
      return VT_OK;
    }
    const vt_step *s = &g->step[*place];
    if (s->base == base && s->month == month && s->second == second) return VT_OK;
  }
}

// -------------------------------------------------------------------------------------------------
// Taking apart.

/// Where the parts of an exchange go.
typedef struct cell_parts {
  double now;
  bool any_now;
} cell_parts;

// Whether an exchange is taken anew from the snapshots wherever it happens.
static bool is_redated(const vt_timeline_data *k, const vt_dated_exchange *x, bool biosphere) {
  if (biosphere || !k->plan->redate || k->backgrounds == 0) return false;
  const int maker = k->system->maker[x->row];
  return k->snapshot[x->column] >= 0 && k->snapshot[maker] >= 0;
}

static vt_error take_apart(graph_making *m, bool biosphere, const vt_dated_exchange *x,
                           ptrdiff_t number, double value, vt_late_parts *late, ptrdiff_t *room,
                           cell_parts *to) {
  const vt_timeline_data *k = m->g->data;
  const vt_temporal_spread *s = x->spread >= 0 ? &k->spread[x->spread] : NULL;
  if (!s) {
    *to = (cell_parts){to->now + value, true};
    return VT_OK;
  }
  const int64_t *month = m->numbers->month[biosphere], *second = m->numbers->second[biosphere];
  const bool redated = is_redated(k, x, biosphere);
  for (int i = 0; i < s->points; i++) {
    const double part = value * s->fraction[i];
    const int64_t months = s->month[i] + (month && !s->absolute ? month[number] : 0);
    const int64_t seconds = s->second[i] + (second && !s->absolute ? second[number] : 0);
    if (!s->absolute && months == 0 && seconds == 0 && !redated) {
      *to = (cell_parts){to->now + part, true};
      continue;
    }
    int base = 0, step;
    if (s->absolute) VT_TRY(find_base(m->g, &m->base_room, seconds, &base));
    VT_TRY(find_step(m, base, s->absolute ? 0 : months, s->absolute ? 0 : seconds, &step));
    VT_TRY(vt_grow(&late->part, room, late->count + 1, sizeof *late->part));
    late->part[late->count++] = (vt_late_part){x->row, step, part};
  }
  return VT_OK;
}

static vt_error make_room(const vt_dated_exchanges *from, int rows, int columns, vt_sparse *to) {
  *to = (vt_sparse){.rows = rows, .columns = columns};
  VT_NEW(to->column_start, (ptrdiff_t)columns + 1);
  VT_NEW(to->row, from->count);
  VT_NEW(to->value, from->count);
  return VT_OK;
}

static void append(vt_sparse *to, int row, int column, double value) {
  to->row[to->entries] = row;
  to->value[to->entries++] = value;
  to->column_start[column + 1] = to->entries;
}

static void end_columns(vt_sparse *to) {
  for (int j = 0; j < to->columns; j++)
    if (to->column_start[j + 1] < to->column_start[j])
      to->column_start[j + 1] = to->column_start[j];
}

// Exchanges of one cell follow each other.
static vt_error split(graph_making *m, bool biosphere, const vt_dated_exchanges *from,
                      const double *value, vt_sparse *now, vt_sparse *total, vt_late_parts *late) {
  const vt_timeline_data *k = m->g->data;
  const int rows = biosphere ? k->flows : k->products;
  ptrdiff_t room = 0;
  VT_TRY(make_room(from, rows, k->processes, now));
  VT_TRY(make_room(from, rows, k->processes, total));
  VT_NEW(late->start, (ptrdiff_t)k->processes + 1);
  for (ptrdiff_t i = 0, end; i < from->count; i = end) {
    const vt_dated_exchange *first = &from->exchange[i];
    cell_parts of = {0};
    double sum = 0;
    for (end = i; end < from->count && from->exchange[end].row == first->row &&
                  from->exchange[end].column == first->column;
         end++) {
      sum += value[end];
      VT_TRY(take_apart(m, biosphere, &from->exchange[end], end, value[end], late, &room, &of));
    }
    append(total, first->row, first->column, sum);
    if (of.any_now && fabs(of.now) > 0) append(now, first->row, first->column, of.now);
    late->start[first->column + 1] = late->count;
  }
  end_columns(now);
  end_columns(total);
  for (int j = 0; j < k->processes; j++)
    if (late->start[j + 1] < late->start[j]) late->start[j + 1] = late->start[j];
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Knots.

static vt_error find_knots(vt_timeline_graph *g) {
  const vt_timeline_data *k = g->data;
  int *edge;
  ptrdiff_t *start, count = 0;
  VT_NEW(g->knot_of, k->processes);
  VT_NEW(start, (ptrdiff_t)k->processes + 1);
  edge = vt_calloc(g->now.entries, sizeof *edge);
  vt_error found = edge ? VT_OK : VT_ERR_SYSTEM;
  for (int j = 0; j < k->processes && edge; j++) {
    for (ptrdiff_t i = g->now.column_start[j]; i < g->now.column_start[j + 1]; i++) {
      const int maker = k->system->maker[g->now.row[i]];
      if (maker != j && vt_is_followed(k, j, maker)) edge[count++] = maker;
    }
    start[j + 1] = count;
  }
  if (found == VT_OK) found = vt_components(k->processes, start, edge, &g->knots, g->knot_of);
  free(start);
  free(edge);
  return found;
}

static vt_error list_members(vt_timeline_graph *g) {
  const int n = g->data->processes;
  int *next;
  VT_NEW(g->knot, g->knots);
  VT_NEW(g->member, n);
  VT_NEW(g->place_in_knot, n);
  VT_NEW(next, (ptrdiff_t)g->knots + 1);
  for (int j = 0; j < n; j++) g->knot[g->knot_of[j]].size++;
  for (int c = 0; c < g->knots; c++) {
    next[c + 1] = next[c] + g->knot[c].size;
    g->knot[c].process = g->member + next[c];
  }
  for (int j = 0; j < n; j++) {
    const int c = g->knot_of[j];
    g->place_in_knot[j] = next[c] - (int)(g->knot[c].process - g->member);
    g->member[next[c]++] = j;
  }
  free(next);
  return VT_OK;
}

static double entry_of(const vt_sparse *m, int row, int column) {
  for (ptrdiff_t i = m->column_start[column]; i < m->column_start[column + 1]; i++)
    if (m->row[i] == row) return m->value[i];
  return 0;
}

static vt_error refuse_singular(const vt_timeline_graph *g, const vt_knot *knot) {
  const vt_timeline_data *k = g->data;
  VT_CHECK(knot->size > 1, VT_ERR_INPUT,
           "%s: activity %s: found a net production of 0 at its date, expected another number",
           k->study->path, vt_timeline_activity(k, knot->process[0]));
  VT_FAIL(VT_ERR_INPUT,
          "%s: the processes that need each other at their date, %s and %d more, are singular",
          k->study->path, vt_timeline_activity(k, knot->process[0]), knot->size - 1);
}

// The block of a knot: rows are the products that its processes make.
static vt_error take_block(const vt_timeline_graph *g, const vt_knot *knot, vt_sparse *block) {
  const vt_timeline_data *k = g->data;
  ptrdiff_t most = 0;
  for (int c = 0; c < knot->size; c++)
    most += g->now.column_start[knot->process[c] + 1] - g->now.column_start[knot->process[c]];
  *block = (vt_sparse){.rows = knot->size, .columns = knot->size};
  VT_NEW(block->column_start, (ptrdiff_t)knot->size + 1);
  VT_NEW(block->row, most);
  VT_NEW(block->value, most);
  for (int c = 0; c < knot->size; c++) {
    const int j = knot->process[c];
    const ptrdiff_t first = block->entries;
    for (ptrdiff_t i = g->now.column_start[j]; i < g->now.column_start[j + 1]; i++) {
      const int maker = k->system->maker[g->now.row[i]];
      if (!vt_stays_in_knot(g, j, g->now.row[i])) continue;
      // Rows ascend by place of their maker: few are out of order.
      ptrdiff_t at = block->entries++;
      for (; at > first && block->row[at - 1] > g->place_in_knot[maker]; at--) {
        block->row[at] = block->row[at - 1];
        block->value[at] = block->value[at - 1];
      }
      block->row[at] = g->place_in_knot[maker];
      block->value[at] = g->now.value[i];
    }
    block->column_start[c + 1] = block->entries;
  }
  return VT_OK;
}

static vt_error make_dense(const vt_timeline_graph *g, vt_knot *knot) {
  const int n = knot->size;
  VT_TRY(take_block(g, knot, &knot->block));
  VT_NEW(knot->lu, (ptrdiff_t)n * n);
  VT_NEW(knot->pivot, n);
  for (int c = 0; c < n; c++)
    for (ptrdiff_t i = knot->block.column_start[c]; i < knot->block.column_start[c + 1]; i++)
      knot->lu[(ptrdiff_t)knot->block.row[i] * n + c] = knot->block.value[i];
  return vt_dense_factorise(n, knot->lu, knot->pivot) ? VT_OK : refuse_singular(g, knot);
}

static vt_error make_sparse(const vt_timeline_graph *g, vt_knot *knot) {
  enum { MANY_SOLVES = 1000000 };
  vt_culprits culprits;
  VT_TRY(take_block(g, knot, &knot->block));
  const vt_equations system = {.technosphere = &knot->block};
  const vt_error made =
      vt_solver_create(g->data->background, &system, MANY_SOLVES, &culprits, &knot->solver);
  return made == VT_ERR_INPUT ? refuse_singular(g, knot) : made;
}

static vt_error make_knots(vt_timeline_graph *g) {
  VT_TRY(find_knots(g));
  VT_TRY(list_members(g));
  for (int c = 0; c < g->knots; c++) {
    vt_knot *knot = &g->knot[c];
    if (knot->size == 1) {
      const int j = knot->process[0];
      const double made = entry_of(&g->now, g->data->system->reference[j], j);
      if (!(fabs(made) > 0)) return refuse_singular(g, knot);
    } else {
      VT_TRY((knot->size <= DENSE_KNOT ? make_dense : make_sparse)(g, knot));
    }
  }
  return VT_OK;
}

// r = b - A x
static void residual_of(const vt_sparse *a, const double *b, const double *x, double *r) {
  memcpy(r, b, (size_t)a->rows * sizeof *r);
  for (int c = 0; c < a->columns; c++)
    for (ptrdiff_t i = a->column_start[c]; i < a->column_start[c + 1]; i++)
      r[a->row[i]] -= a->value[i] * x[c];
}

static vt_error solve_sparse(vt_knot *knot, double *demand, double *work) {
  int *product;
  double error;
  vt_final_demand asked = {0};
  VT_NEW(product, knot->size);
  double *amount = work;
  for (int i = 0; i < knot->size; i++) {
    if (!(fabs(demand[i]) > 0)) continue;
    product[asked.count] = i;
    amount[asked.count++] = demand[i];
  }
  asked.product = product;
  asked.amount = amount;
  const vt_error solved = vt_solver_forward(knot->solver, &asked, demand, NULL, &error);
  free(product);
  return solved;
}

vt_error vt_knot_solve(const vt_timeline_graph *g, vt_knot *knot, double *demand, double *work) {
  const int n = knot->size;
  if (n == 1) {
    const int j = knot->process[0];
    demand[0] /= entry_of(&g->now, g->data->system->reference[j], j);
    return VT_OK;
  }
  if (knot->solver) return solve_sparse(knot, demand, work);
  double *b = work, *r = work + n;
  memcpy(b, demand, (size_t)n * sizeof *b);
  vt_dense_solve(n, knot->lu, knot->pivot, demand);
  for (int round = 0; round < 2; round++) {
    residual_of(&knot->block, b, demand, r);
    vt_dense_solve(n, knot->lu, knot->pivot, r);
    for (int i = 0; i < n; i++) demand[i] += r[i];
  }
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// The whole.

static vt_error make_solver(vt_timeline_graph *g) {
  enum { MANY_SOLVES = 10000 };
  const vt_timeline_data *k = g->data;
  const vt_equations system = {.technosphere = &g->total,
                               .biosphere = k->flows > 0 ? &g->biosphere_total : NULL,
                               .reference = k->system->reference};
  vt_culprits culprits = {0};
  const vt_error made =
      vt_solver_create(k->background, &system, MANY_SOLVES, &culprits, &g->solver);
  return vt_name_culprits(k->set, k->system, k->study->path, &culprits, made);
}

static vt_error build(graph_making *m) {
  vt_timeline_graph *g = m->g;
  const vt_timeline_data *k = g->data;
  VT_TRY(split(m, false, &k->technosphere, m->numbers->technosphere, &g->now, &g->total, &g->late));
  VT_TRY(split(m, true, &k->biosphere, m->numbers->biosphere, &g->biosphere_now,
               &g->biosphere_total, &g->late_biosphere));
  VT_TRY(make_solver(g));
  VT_TRY(make_knots(g));
  VT_TRY(vt_timeline_gather_asks(g));
  return vt_timeline_find_endless(g, m->numbers);
}

vt_error vt_timeline_graph_create(const vt_timeline_data *data, const vt_timeline_numbers *numbers,
                                  vt_timeline_graph **graph) {
  vt_timeline_graph *g;
  VT_NEW(g, 1);
  g->data = data;
  graph_making m = {.g = g, .numbers = numbers};
  const vt_error built = build(&m);
  free(m.slot);
  if (built == VT_OK)
    *graph = g;
  else
    vt_timeline_graph_free(g);
  return built;
}

void vt_timeline_graph_free(vt_timeline_graph *g) {
  if (!g) return;
  vt_sparse *const matrix[] = {&g->now,      &g->total, &g->biosphere_now, &g->biosphere_total,
                               &g->positive, &g->sizes};
  for (size_t i = 0; i < sizeof matrix / sizeof *matrix; i++) vt_sparse_free(matrix[i]);
  for (int c = 0; g->knot && c < g->knots; c++) {
    free(g->knot[c].lu);
    free(g->knot[c].pivot);
    vt_sparse_free(&g->knot[c].block);
    vt_solver_free(g->knot[c].solver);
  }
  vt_solver_free(g->solver);
  vt_solver_free(g->positive_solver);
  free(g->late.start);
  free(g->late.part);
  free(g->late_biosphere.start);
  free(g->late_biosphere.part);
  vt_asks_free(&g->asks);
  vt_asks_free(&g->emissions);
  free(g->step);
  free(g->base);
  free(g->knot);
  free(g->knot_of);
  free(g->place_in_knot);
  free(g->member);
  free(g->endless);
  free(g);
}
