// tangents.c - the mean plus some deviations, minimised by tangents of the deviation.
//
// Each point that the programme gives adds one, and so does the best point between it and the best
// so far; the programme's optimum is a bound from below, the best point one from above.
#include "chance.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// Between the best point and the bound, relative.
#define CLOSED 1e-8
// What is no better any more.
#define STALLED 1e-7

enum { MOST_ROUNDS = 1000 };

// Units of basis columns over all steps.
static void sum_units(const vt_choice_state *s, const double *x, double *units) {
  const vt_choice_data *k = s->data;
  for (int b = 0; b < k->columns; b++) {
    units[b] = 0;
    for (int t = 0; t < k->steps; t++)
      units[b] += x[vt_choice_column_at(s->program, VT_COLUMN_BASIS, b, t)];
  }
}

static double form_of(const vt_choice_state *s, const double *a, const double *b) {
  const int columns = s->data->columns;
  double sum = 0;
  for (int i = 0; i < columns; i++)
    for (int j = 0; j < columns; j++) sum += a[i] * s->chances->form[i * columns + j] * b[j];
  return sum;
}

static double mean_of(const vt_choice_state *s, const double *units) {
  const vt_choice_data *k = s->data;
  double sum = 0;
  for (int b = 0; b < k->columns; b++)
    sum += s->impact[k->chance->category * k->columns + b] * units[b];
  return sum;
}

static double objective_at(const vt_choice_state *s, const double *units) {
  return mean_of(s, units) + s->chances->kappa * sqrt(fmax(0, form_of(s, units, units)));
}

// The tangent at some units: sigma is homogeneous, so it goes through the origin. When there is no
// room, the oldest goes.
static void add_tangent(vt_choice_state *s, const double *units) {
  struct vt_choice_chances *n = s->chances;
  const int columns = s->data->columns;
  const double sigma = sqrt(fmax(0, form_of(s, units, units)));
  if (!(sigma > 0)) return;
  double *cut = n->cut + (ptrdiff_t)(n->cuts % VT_MOST_CUTS) * columns;
  for (int i = 0; i < columns; i++) {
    cut[i] = 0;
    for (int j = 0; j < columns; j++) cut[i] += n->form[i * columns + j] * units[j] / sigma;
  }
  n->cuts++;
}

// Between two points, by golden section: the objective is convex.
static double best_between(const vt_choice_state *s, const double *from, const double *to) {
  const double ff = form_of(s, from, from), ft = form_of(s, from, to), tt = form_of(s, to, to);
  const double mf = mean_of(s, from), mt = mean_of(s, to), golden = 0.6180339887498949;
  double low = 0, high = 1;
#define AT(a)                                                                                      \
  ((1 - (a)) * mf + (a)*mt +                                                                       \
   s->chances->kappa *                                                                             \
       sqrt(fmax(0, (1 - (a)) * (1 - (a)) * ff + 2 * (a) * (1 - (a)) * ft + (a) * (a)*tt)))
  for (int i = 0; i < 60; i++) {
    const double a = high - golden * (high - low), b = low + golden * (high - low);
    if (AT(a) <= AT(b))
      high = b;
    else
      low = a;
  }
#undef AT
  return (low + high) / 2;
}

static void go_between(ptrdiff_t count, double share, double *from, const double *to) {
  for (ptrdiff_t i = 0; i < count; i++) from[i] += share * (to[i] - from[i]);
}

typedef struct chance_search {
  double best, bound;
  bool found;
} chance_search;

// Take a point that the tangents gave: the best between it and the best so far.
static void take_point(vt_choice_state *s, const double *x, double *kept, chance_search *search) {
  struct vt_choice_chances *n = s->chances;
  const ptrdiff_t columns = s->program->lp.columns;
  sum_units(s, x, n->units);
  add_tangent(s, n->units);
  if (!search->found) {
    memcpy(kept, x, (size_t)columns * sizeof *kept);
    search->best = objective_at(s, n->units);
    search->found = true;
    return;
  }
  sum_units(s, kept, n->other);
  const double share = best_between(s, n->other, n->units);
  memcpy(n->slope, n->other, (size_t)s->data->columns * sizeof *n->slope);
  go_between(s->data->columns, share, n->slope, n->units);
  const double between = objective_at(s, n->slope);
  if (!(between < search->best)) return;
  go_between(columns, share, kept, x);
  add_tangent(s, n->slope);
  search->best = between;
}

vt_error vt_choice_solve_chance(vt_choice_state *s, vt_lp_session *session, const vt_basis *start,
                                double *x, vt_lp_solution *solution) {
  chance_search search = {.best = INFINITY, .bound = -INFINITY};
  vt_basis basis = {0};
  vt_numbers numbers;
  int64_t iterations = 0;
  vt_error done = VT_OK;
  s->chances->cuts = 0;
  for (int round = 0; round < MOST_ROUNDS && done == VT_OK; round++) {
    vt_choice_fill(s, &numbers);
    done = vt_lp_solve(session, &numbers, basis.status ? &basis : start, solution);
    if (done != VT_OK) break;
    iterations += solution->iterations;
    if (solution->outcome != VT_OPTIMAL) break;
    search.bound = fmax(search.bound, solution->objective);
    take_point(s, solution->x, x, &search);
    const double size = fmax(fabs(search.best), 1e-300);
    if (search.best - search.bound <= CLOSED * size) break;
    free(basis.status);
    basis.status = NULL;
    done = vt_lp_basis(session, &basis);
  }
  free(basis.status);
  solution->iterations = iterations;
  if (done != VT_OK || !search.found) return done;
  // Numbers that go wrong late leave what was found.
  const double size = fmax(fabs(search.best), 1e-300);
  solution->gap = fmax(0, search.best - search.bound) / size;
  if (solution->outcome != VT_OPTIMAL && solution->gap > STALLED) return VT_OK;
  solution->outcome = VT_OPTIMAL;
  solution->x = x;
  solution->objective = search.best;
  return VT_OK;
}
