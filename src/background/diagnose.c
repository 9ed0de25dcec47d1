// diagnose.c - what makes a system singular: a combination of processes whose effects cancel, and
// one of products that no process can tell apart. Both by inverse iteration.
#include "room.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS = 3 };
static const double NUDGE = 0x1p-34;

// A copy with its diagonal moved a little, differently in every row, so that it has pivots.
static vt_error copy_nudged(const vt_kernel_matrix *m, bool nudge, vt_kernel_matrix *copy) {
  *copy = *m;
  VT_NEW(copy->value, m->start[m->n]);
  memcpy(copy->value, m->value, (size_t)m->start[m->n] * sizeof *m->value);
  uint64_t state = 7;
  for (int j = 0; nudge && j < m->n; j++) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    for (int k = m->start[j]; k < m->start[j + 1]; k++)
      if (m->row[k] == j) copy->value[k] *= 1 + NUDGE * (1 + (double)(state >> 40) * 0x1p-24);
  }
  return VT_OK;
}

static double normalise(double *v, int n) {
  double largest = 0;
  for (int i = 0; i < n; i++) largest = fmax(largest, fabs(v[i]));
  for (int i = 0; i < n && largest > 0 && isfinite(largest); i++) v[i] /= largest;
  return largest;
}

// Into solver->best: what the inverse, or its transpose, makes largest.
static vt_error iterate(vt_solver *s, vt_kernel_factor *factor, bool transposed) {
  const int n = s->scaled.matrix.n;
  for (int i = 0; i < n; i++) s->b[i] = i % 3 == 0 ? -1 : 1 + (double)(i % 7) / 8;
  for (int step = 0; step < STEPS; step++) {
    int64_t iterations;
    VT_TRY(vt_background_check(
        s->background,
        s->background->kernel->solve(factor, transposed, 1e-9, s->b, s->best, &iterations),
        "looking for what makes a system singular"));
    if (!isfinite(normalise(s->best, n))) break;
    memcpy(s->b, s->best, (size_t)n * sizeof *s->b);
  }
  return VT_OK;
}

// Do the effects of these amounts cancel in every product, as far as one can tell? Amounts that
// are rounding next to the largest are left out; apart from that it does not depend on any scale:
// in a long chain with growing amounts the last ones kept would stand alone.
static bool cancels(const vt_solver *s) {
  const vt_kernel_matrix *m = &s->scaled.matrix;
  double *sum = s->residual, *total = s->correction;
  memset(sum, 0, (size_t)m->n * sizeof *sum);
  memset(total, 0, (size_t)m->n * sizeof *total);
  for (int j = 0; j < m->n; j++) {
    if (fabs(s->best[j]) < 1e-10) continue;
    for (int k = m->start[j]; k < m->start[j + 1]; k++) {
      sum[m->row[k]] += m->value[k] * s->best[j];
      total[m->row[k]] += fabs(m->value[k] * s->best[j]);
    }
  }
  for (int i = 0; i < m->n; i++)
    if (!(fabs(sum[i]) <= 1e-12 * total[i])) return false;
  return true;
}

// The weightiest entries of solver->best, in falling order; returns how many matter.
static int pick(const vt_solver *s, const int *name, int *shown) {
  const int n = s->scaled.matrix.n;
  int count = 0;
  for (int i = 0; i < n; i++) count += fabs(s->best[i]) >= 1e-3;
  double bound = INFINITY;
  for (int place = 0, last = -1; place < VT_CULPRITS_SHOWN && place < count; place++) {
    int next = -1;
    for (int i = 0; i < n; i++) {
      const double size = fabs(s->best[i]);
      if (size > bound || (size == bound && i <= last)) continue;
      if (next < 0 || size > fabs(s->best[next])) next = i;
    }
    if (next < 0) break;
    bound = fabs(s->best[next]);
    last = next;
    shown[place] = name ? name[next] : next;
  }
  return count;
}

static vt_error examine(vt_solver *s, vt_kernel_factor *factor, bool certain,
                        vt_culprits *culprits) {
  VT_TRY(iterate(s, factor, false));
  if (!certain && !cancels(s)) return VT_OK;
  culprits->processes = pick(s, NULL, culprits->process);
  VT_TRY(iterate(s, factor, true));
  culprits->products = pick(s, s->scaled.match, culprits->product);
  VT_FAIL(VT_ERR_INPUT,
          "the system is singular: found %d processes (first: column %d) whose exchanges of %d "
          "products (first: row %d) cancel, expected a net output",
          culprits->processes, culprits->process[0], culprits->products, culprits->product[0]);
}

vt_error vt_diagnose(vt_solver *s, bool certain, vt_culprits *culprits) {
  const vt_kernel *kernel = s->background->kernel;
  vt_kernel_matrix nudged;
  VT_TRY(copy_nudged(&s->scaled.matrix, certain, &nudged));
  vt_kernel_factor *factor = NULL;
  const int failed = kernel->create_lu(&nudged, s->order, 1, &factor);
  const vt_error result = failed ? vt_error_raise(VT_ERR_INPUT, __FILE__, __LINE__, __func__,
                                                  "the system is singular: found no pivot")
                                 : examine(s, factor, certain, culprits);
  kernel->free(factor);
  free(nudged.value);
  return result;
}
