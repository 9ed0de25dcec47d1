// shrink.c - which cycles with a delay do not shrink.
//
// A cycle shrinks if the spectral radius of |D| |N^-1| is below 1: N what its processes need of
// each other at their date, D what later or earlier. Let M(N) be N with |diagonal| on the diagonal
// and -|others| elsewhere. Then |N^-1| <= M(N)^-1 where M(N) is an M-matrix (Ostrowski 1937), so
// all is well where M(N) - |D| is an M-matrix: a Z-matrix Z is one exactly if Z v = 1 has a
// solution v > 0 (Berman and Plemmons 1994, chapter 6, I27). One such test of the whole system,
// every sign made positive, mostly settles all cycles at once; else each is looked at by itself.
#include "timeline.h"

#include <math.h>
#include <string.h>

enum { DENSE_CYCLE = 2000 }; ///< processes of a cycle whose inverse is made

// -------------------------------------------------------------------------------------------------
// The system with every sign made positive.

// Adds what an exchange is in it: production on the diagonal, all else against it.
static void add_positive(const vt_timeline_data *k, const vt_dated_exchange *x, double value,
                         double *cell) {
  const bool own = k->system->reference[x->column] == x->row;
  *cell += own && x->made ? fabs(value) : -fabs(value);
}

static vt_error fill_positive(const vt_timeline_graph *g, const vt_timeline_numbers *numbers,
                              vt_sparse *z) {
  const vt_timeline_data *k = g->data;
  const vt_dated_exchanges *from = &k->technosphere;
  bool *made;
  *z = (vt_sparse){.rows = g->total.rows, .columns = g->total.columns, .entries = g->total.entries};
  VT_NEW(z->column_start, (ptrdiff_t)z->columns + 1);
  VT_NEW(z->row, z->entries);
  VT_NEW(z->value, z->entries);
  VT_NEW(made, k->processes);
  memcpy(z->column_start, g->total.column_start, ((size_t)z->columns + 1) * sizeof(ptrdiff_t));
  memcpy(z->row, g->total.row, (size_t)z->entries * sizeof *z->row);
  ptrdiff_t cell = -1;
  for (ptrdiff_t i = 0; i < from->count; i++) {
    const vt_dated_exchange *x = &from->exchange[i];
    cell += i == 0 || x[-1].row != x->row || x[-1].column != x->column;
    if (x->made && k->system->reference[x->column] == x->row) made[x->column] = true;
    add_positive(k, x, numbers->technosphere[i], &z->value[cell]);
  }
  // A reference product that nothing says is made, as datapackages may have it.
  for (int j = 0; j < z->columns; j++) {
    for (ptrdiff_t i = z->column_start[j]; i < z->column_start[j + 1]; i++)
      if (z->row[i] == k->system->reference[j] && !made[j]) z->value[i] = fabs(g->total.value[i]);
  }
  free(made);
  return VT_OK;
}

// Sizes of flows, and below them a row of ones.
static vt_error list_sizes(const vt_timeline_data *k, const vt_timeline_numbers *numbers,
                           vt_sparse *sizes) {
  const vt_dated_exchanges *from = &k->biosphere;
  *sizes = (vt_sparse){.rows = k->flows + 1, .columns = k->processes};
  VT_NEW(sizes->column_start, (ptrdiff_t)k->processes + 1);
  VT_NEW(sizes->row, from->count + k->processes);
  VT_NEW(sizes->value, from->count + k->processes);
  ptrdiff_t i = 0;
  for (int j = 0; j < k->processes; j++) {
    const ptrdiff_t first = sizes->entries;
    for (; i < from->count && from->exchange[i].column == j; i++) {
      const bool again =
          sizes->entries > first && sizes->row[sizes->entries - 1] == from->exchange[i].row;
      if (!again) sizes->row[sizes->entries++] = from->exchange[i].row;
      sizes->value[sizes->entries - 1] += fabs(numbers->biosphere[i]);
    }
    sizes->row[sizes->entries] = k->flows;
    sizes->value[sizes->entries++] = 1;
    sizes->column_start[j + 1] = sizes->entries;
  }
  return VT_OK;
}

// Whether Z v = 1 has a solution v > 0, by the transpose, which is an M-matrix if Z is. A singular
// one is none.
static vt_error test_positive(vt_timeline_graph *g) {
  enum { SOME_SOLVES = 100 };
  const vt_timeline_data *k = g->data;
  const vt_equations system = {
      .technosphere = &g->positive, .biosphere = &g->sizes, .reference = k->system->reference};
  double *weight, *score, error;
  const vt_error made =
      vt_solver_create(k->background, &system, SOME_SOLVES, NULL, &g->positive_solver);
  if (made != VT_OK) return made == VT_ERR_INPUT ? VT_OK : made;
  VT_NEW(weight, (ptrdiff_t)k->flows + 1 + k->products);
  score = weight + k->flows + 1;
  weight[k->flows] = 1;
  const vt_error solved = vt_solver_adjoint(g->positive_solver, weight, score, &error);
  g->converges = solved == VT_OK;
  for (int i = 0; i < k->products && g->converges; i++)
    g->converges = score[i] > 0 && isfinite(score[i]);
  free(weight);
  return solved == VT_ERR_INPUT ? VT_OK : solved;
}

// -------------------------------------------------------------------------------------------------
// One cycle.

/// A cycle: processes that need each other, sooner or later.
typedef struct cycle {
  int size;
  const int *process;
  const int *component, *place; // of all processes
  int number;
} cycle;

// n x n: N as it is or as M(N), and |D|.
static void fill_dense(const vt_timeline_graph *g, const cycle *c, bool comparison, double *now,
                       double *late) {
  const vt_timeline_data *k = g->data;
  const ptrdiff_t n = c->size;
  for (ptrdiff_t i = 0; i < n * n; i++) now[i] = late[i] = 0;
  for (int column = 0; column < n; column++) {
    const int j = c->process[column];
    for (ptrdiff_t i = g->now.column_start[j]; i < g->now.column_start[j + 1]; i++) {
      const int maker = k->system->maker[g->now.row[i]];
      if (c->component[maker] != c->number) continue;
      const double size = fabs(g->now.value[i]);
      now[c->place[maker] * n + column] = !comparison ? g->now.value[i] : maker == j ? size : -size;
    }
    for (ptrdiff_t i = g->late.start[j]; i < g->late.start[j + 1]; i++) {
      const int maker = k->system->maker[g->late.part[i].row];
      if (c->component[maker] == c->number)
        late[c->place[maker] * n + column] += fabs(g->late.part[i].value);
    }
  }
}

// Whether A x = 1 has a solution x > 0; A is overwritten.
static bool has_positive_solution(int n, double *a, int *pivot, double *x) {
  if (!vt_dense_factorise(n, a, pivot)) return false;
  for (int i = 0; i < n; i++) x[i] = 1;
  vt_dense_solve(n, a, pivot, x);
  for (int i = 0; i < n; i++)
    if (!(x[i] > 0) || !isfinite(x[i])) return false;
  return true;
}

// I - |D| |N^-1|
static bool subtract_product(int n, double *now, const double *late, int *pivot, double *x,
                             double *out) {
  if (!vt_dense_factorise(n, now, pivot)) return false;
  for (int c = 0; c < n; c++) {
    for (int i = 0; i < n; i++) x[i] = i == c;
    vt_dense_solve(n, now, pivot, x);
    for (int i = 0; i < n; i++) {
      double sum = 0;
      for (int m = 0; m < n; m++) sum += late[(ptrdiff_t)i * n + m] * fabs(x[m]);
      out[(ptrdiff_t)i * n + c] = (i == c) - sum;
    }
  }
  return true;
}

// What is left after the whole system: larger cycles than can be inverted are taken as endless.
static vt_error look_at(const vt_timeline_graph *g, const cycle *c, bool *endless) {
  const int n = c->size;
  *endless = true;
  if (n > DENSE_CYCLE) return VT_OK;
  double *now, *late, *out, *x;
  int *pivot;
  const ptrdiff_t cells = (ptrdiff_t)n * n;
  VT_NEW(now, 3 * cells + n);
  late = now + cells;
  out = late + cells;
  x = out + cells;
  pivot = vt_calloc(n, sizeof *pivot);
  if (pivot) {
    fill_dense(g, c, true, now, late);
    for (ptrdiff_t i = 0; i < cells; i++) now[i] -= late[i];
    *endless = !has_positive_solution(n, now, pivot, x);
    if (*endless) {
      fill_dense(g, c, false, now, late);
      *endless = !subtract_product(n, now, late, pivot, x, out) ||
                 !has_positive_solution(n, out, pivot, x);
    }
  }
  free(now);
  free(pivot);
  VT_CHECK(pivot, VT_ERR_SYSTEM, "out of memory");
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// All cycles.

/// Where the processes lead, sooner or later, and their components.
typedef struct cycles {
  ptrdiff_t *start;
  int *edge, *component, *place, *member, *first;
  int components;
  bool *delayed; // of a component: something in it happens at another date
} cycles;

static void cycles_free(cycles *s) {
  free(s->start);
  free(s->edge);
  free(s->component);
  free(s->place);
  free(s->member);
  free(s->first);
  free(s->delayed);
}

static vt_error find_components(const vt_timeline_graph *g, cycles *s) {
  const vt_timeline_data *k = g->data;
  ptrdiff_t count = 0;
  VT_NEW(s->start, (ptrdiff_t)k->processes + 1);
  VT_NEW(s->edge, g->now.entries + g->late.count);
  VT_NEW(s->component, k->processes);
  VT_NEW(s->place, k->processes);
  VT_NEW(s->member, k->processes);
  for (int j = 0; j < k->processes; j++) {
    for (ptrdiff_t i = g->now.column_start[j]; i < g->now.column_start[j + 1]; i++) {
      const int maker = k->system->maker[g->now.row[i]];
      if (maker != j && vt_is_followed(k, j, maker)) s->edge[count++] = maker;
    }
    for (ptrdiff_t i = g->late.start[j]; i < g->late.start[j + 1]; i++) {
      const int maker = k->system->maker[g->late.part[i].row];
      if (vt_is_followed(k, j, maker)) s->edge[count++] = maker;
    }
    s->start[j + 1] = count;
  }
  VT_TRY(vt_components(k->processes, s->start, s->edge, &s->components, s->component));
  VT_NEW(s->first, (ptrdiff_t)s->components + 1);
  VT_NEW(s->delayed, s->components);
  for (int j = 0; j < k->processes; j++) s->first[s->component[j] + 1]++;
  for (int c = 0; c < s->components; c++) s->first[c + 1] += s->first[c];
  return VT_OK;
}

static vt_error list_cycles(const vt_timeline_graph *g, cycles *s) {
  const vt_timeline_data *k = g->data;
  int *next;
  VT_NEW(next, (ptrdiff_t)s->components + 1);
  memcpy(next, s->first, (size_t)s->components * sizeof *next);
  for (int j = 0; j < k->processes; j++) {
    const int c = s->component[j];
    s->place[j] = next[c] - s->first[c];
    s->member[next[c]++] = j;
    for (ptrdiff_t i = g->late.start[j]; i < g->late.start[j + 1]; i++) {
      const int maker = k->system->maker[g->late.part[i].row];
      if (s->component[maker] == c && vt_is_followed(k, j, maker)) s->delayed[c] = true;
    }
  }
  free(next);
  return VT_OK;
}

static vt_error mark_endless(vt_timeline_graph *g, cycles *s) {
  VT_TRY(find_components(g, s));
  VT_TRY(list_cycles(g, s));
  for (int c = 0; c < s->components; c++) {
    const cycle one = {.size = s->first[c + 1] - s->first[c],
                       .process = s->member + s->first[c],
                       .component = s->component,
                       .place = s->place,
                       .number = c};
    bool endless;
    if (!s->delayed[c]) continue;
    VT_TRY(look_at(g, &one, &endless));
    for (int i = 0; i < one.size && endless; i++) g->endless[one.process[i]] = true;
  }
  return VT_OK;
}

vt_error vt_timeline_find_endless(vt_timeline_graph *g, const vt_timeline_numbers *numbers) {
  VT_NEW(g->endless, g->data->processes);
  VT_TRY(fill_positive(g, numbers, &g->positive));
  VT_TRY(list_sizes(g->data, numbers, &g->sizes));
  VT_TRY(test_positive(g));
  if (g->converges) return VT_OK;
  cycles s = {0};
  const vt_error done = mark_endless(g, &s);
  cycles_free(&s);
  return done;
}
