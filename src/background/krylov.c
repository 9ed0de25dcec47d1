// krylov.c - GMRES preconditioned from the right by a factorisation of the reference, restarted
// until the true residual certifies the solution (Saad and Schultz 1986; the preconditioned
// directions are kept as in Saad 1993). Lanes share the sweeps of the triangular solves, no
// numbers.
#include "krylov.h"

#include <math.h>
#include <string.h>

enum { ROUNDS = 5 };
// The first round goes on to this part of the right-hand side, and no lower than rounding lets it;
// later ones to this part of the residual that they find.
static const double GOAL = 1e-13, ROUNDING = 0x1p-50, FURTHER = 1e-3;

// ---------------------------------------------------------------------------------------------
// Vectors. Sums in a fixed order, in pieces that a processor can add side by side.

static double dot(const double *x, const double *y, int n) {
  enum { PIECES = 8 };
  double piece[PIECES] = {0};
  int i = 0;
  for (; i + PIECES <= n; i += PIECES)
    for (int p = 0; p < PIECES; p++) piece[p] += x[i + p] * y[i + p];
  for (int p = 0; i + p < n; p++) piece[p] += x[i + p] * y[i + p];
  return ((piece[0] + piece[4]) + (piece[2] + piece[6])) +
         ((piece[1] + piece[5]) + (piece[3] + piece[7]));
}

static void add_scaled(double *restrict y, double factor, const double *restrict x, int n) {
  for (int i = 0; i < n; i++) y[i] += factor * x[i];
}

static void scale_to(double *y, double factor, const double *x, int n) {
  for (int i = 0; i < n; i++) y[i] = factor * x[i];
}

static double largest_of(const double *x, int n) {
  double largest = 0;
  for (int i = 0; i < n; i++) {
    const double size = fabs(x[i]);
    largest = size > largest ? size : largest; // fmax is a call
  }
  return largest;
}

static void multiply(const vt_kernel_matrix *m, const double *restrict x, double *restrict y) {
  memset(y, 0, (size_t)m->n * sizeof *y);
  for (int j = 0; j < m->n; j++) {
    const double amount = x[j];
    for (int k = m->start[j]; k < m->start[j + 1]; k++) y[m->row[k]] += m->value[k] * amount;
  }
}

static void multiply_transposed(const vt_kernel_matrix *m, const double *restrict x,
                                double *restrict y) {
  for (int j = 0; j < m->n; j++) {
    double sum = 0;
    for (int k = m->start[j]; k < m->start[j + 1]; k++) sum += m->value[k] * x[m->row[k]];
    y[j] = sum;
  }
}

// ---------------------------------------------------------------------------------------------
// One lane's steps.

ptrdiff_t vt_lane_numbers(int n) {
  return (ptrdiff_t)(2 * VT_KRYLOV_STEPS + 4) * n;
}

void vt_lane_place(vt_lane *lane, int n, double *numbers) {
  lane->b = numbers;
  lane->x = lane->b + n;
  lane->residual = lane->x + n;
  lane->basis = lane->residual + n;
  lane->direction = lane->basis + (ptrdiff_t)(VT_KRYLOV_STEPS + 1) * n;
}

static void begin_round(vt_lane *lane, int n) {
  const double size = sqrt(dot(lane->residual, lane->residual, n));
  scale_to(lane->basis, 1 / size, lane->residual, n);
  lane->rest[0] = size;
  lane->steps = 0;
  lane->running = true;
}

// What the residual has to come to: seen from the first direction, the reference's own solution.
static void set_target(const vt_krylov *s, bool first, vt_lane *lane) {
  const int n = s->scaled->matrix.n;
  lane->target = FURTHER * lane->rest[0];
  if (!first) return;
  const double norm = s->transposed ? s->scaled->column_sum : s->scaled->row_sum;
  lane->target = GOAL * largest_of(lane->b, n) +
                 ROUNDING * norm * largest_of(lane->direction, n) * lane->rest[0];
}

// A row of the rotations that bring h to triangular form; sets the residual's size.
static void rotate(vt_lane *lane, int j) {
  double *h = lane->h[j];
  for (int i = 0; i < j; i++) {
    const double upper = h[i];
    h[i] = lane->cosine[i] * upper + lane->sine[i] * h[i + 1];
    h[i + 1] = lane->cosine[i] * h[i + 1] - lane->sine[i] * upper;
  }
  const double size = hypot(h[j], h[j + 1]);
  lane->cosine[j] = size > 0 ? h[j] / size : 1;
  lane->sine[j] = size > 0 ? h[j + 1] / size : 0;
  h[j] = size;
  lane->rest[j + 1] = -lane->sine[j] * lane->rest[j];
  lane->rest[j] *= lane->cosine[j];
}

// Make the next vector of the basis out of the direction that the last one gave.
static void step(const vt_krylov *s, vt_lane *lane) {
  const vt_kernel_matrix *m = &s->scaled->matrix;
  const ptrdiff_t n = m->n;
  const int j = lane->steps;
  const double *direction = lane->direction + j * n;
  double *next = lane->basis + (j + 1) * n;
  if (s->transposed)
    multiply_transposed(m, direction, next);
  else
    multiply(m, direction, next);
  for (int i = 0; i <= j; i++) {
    lane->h[j][i] = dot(next, lane->basis + i * n, m->n);
    add_scaled(next, -lane->h[j][i], lane->basis + i * n, m->n);
  }
  const double size = sqrt(dot(next, next, m->n));
  lane->h[j][j + 1] = size;
  rotate(lane, j);
  lane->steps = j + 1;
  lane->running =
      size > 0 && fabs(lane->rest[j + 1]) > lane->target && lane->steps < VT_KRYLOV_STEPS;
  if (lane->running) scale_to(next, 1 / size, next, m->n);
}

// x = 0, of which the residual is known.
static void start(const vt_krylov *s, vt_lane *lane) {
  const int n = s->scaled->matrix.n;
  memset(lane->x, 0, (size_t)n * sizeof *lane->x);
  memcpy(lane->residual, lane->b, (size_t)n * sizeof *lane->b);
  lane->certified = largest_of(lane->b, n) == 0;
  lane->quality = (vt_quality){.backward = lane->certified ? 0 : 1};
}

static void measure(const vt_krylov *s, vt_lane *lane) {
  vt_residual(s->scaled, s->transposed, lane->b, lane->x, lane->residual, s->total, &lane->quality);
  lane->certified = lane->quality.backward <= VT_SAMPLE_ERROR;
}

// x += the best of the directions.
static void end_round(const vt_krylov *s, vt_lane *lane) {
  const int n = s->scaled->matrix.n;
  double share[VT_KRYLOV_STEPS];
  for (int i = lane->steps - 1; i >= 0; i--) {
    double sum = lane->rest[i];
    for (int k = i + 1; k < lane->steps; k++) sum -= lane->h[k][i] * share[k];
    share[i] = lane->h[i][i] != 0 ? sum / lane->h[i][i] : 0;
  }
  for (int i = 0; i < lane->steps; i++)
    add_scaled(lane->x, share[i], lane->direction + (ptrdiff_t)i * n, n);
  measure(s, lane);
}

// ---------------------------------------------------------------------------------------------
// Lanes together.

static vt_error solve_block(const vt_krylov *s, const vt_kernel_direct *direct, int count) {
  VT_CHECK(s->kernel->solve_direct(direct, s->transposed, count, s->block, s->work) == 0,
           VT_ERR_BUG, "KLU refuses to solve");
  return VT_OK;
}

// The next direction of each lane that is running.
static vt_error precondition(const vt_krylov *s) {
  const int n = s->scaled->matrix.n;
  int count = 0;
  for (int l = 0; l < s->lanes; l++) {
    const vt_lane *lane = &s->lane[l];
    if (!lane->running) continue;
    const double *from = lane->basis + (ptrdiff_t)lane->steps * n;
    double *to = s->block + (ptrdiff_t)count++ * n;
    if (s->direct)
      memcpy(to, from, (size_t)n * sizeof *to);
    else
      for (int i = 0; i < n; i++) to[i] = from[i] * s->diagonal[i];
  }
  if (s->direct && count > 0) VT_TRY(solve_block(s, s->direct, count));
  count = 0;
  for (int l = 0; l < s->lanes; l++) {
    vt_lane *lane = &s->lane[l];
    if (!lane->running) continue;
    memcpy(lane->direction + (ptrdiff_t)lane->steps * n, s->block + (ptrdiff_t)count++ * n,
           (size_t)n * sizeof *s->block);
  }
  return VT_OK;
}

static bool any_runs(const vt_krylov *s) {
  bool runs = false;
  for (int l = 0; l < s->lanes; l++) runs = runs || s->lane[l].running;
  return runs;
}

// One round of the lanes whose turn it is: those that are running.
static vt_error go_round(vt_krylov *s, bool first, const bool *turn) {
  for (int l = 0; l < s->lanes; l++)
    if (turn[l]) begin_round(&s->lane[l], s->scaled->matrix.n);
  for (int j = 0; any_runs(s); j++) {
    VT_TRY(precondition(s));
    for (int l = 0; l < s->lanes; l++) {
      if (!s->lane[l].running) continue;
      if (j == 0) set_target(s, first, &s->lane[l]);
      step(s, &s->lane[l]);
      ++*s->iterations;
    }
  }
  for (int l = 0; l < s->lanes; l++)
    if (turn[l]) end_round(s, &s->lane[l]);
  return VT_OK;
}

// Whether a lane has another round, after one that got it from `*last` so far.
static bool goes_on(const vt_krylov *s, const vt_lane *lane, vt_quality *last) {
  const vt_quality now = lane->quality, before = *last;
  *last = now;
  if (!lane->certified) return now.backward < before.backward / 2;
  return now.component > s->component && now.component < before.component / 2;
}

vt_error vt_krylov_solve(vt_krylov *s) {
  vt_quality last[VT_KERNEL_TOGETHER];
  for (int l = 0; l < s->lanes; l++) {
    vt_lane *lane = &s->lane[l];
    start(s, lane);
    lane->running = !lane->certified;
    last[l] = (vt_quality){.backward = INFINITY, .component = INFINITY};
  }
  for (int round = 0; round < ROUNDS && any_runs(s); round++) {
    bool turn[VT_KERNEL_TOGETHER];
    for (int l = 0; l < s->lanes; l++) turn[l] = s->lane[l].running;
    VT_TRY(go_round(s, round == 0, turn));
    for (int l = 0; l < s->lanes; l++) {
      if (!turn[l]) continue;
      s->lane[l].running = goes_on(s, &s->lane[l], &last[l]);
      *s->restarts += s->lane[l].running;
    }
  }
  return VT_OK;
}

vt_error vt_krylov_refine(vt_krylov *s, const vt_kernel_direct *direct) {
  const int n = s->scaled->matrix.n;
  for (int l = 0; l < s->lanes; l++) {
    vt_lane *lane = &s->lane[l];
    if (lane->certified) continue;
    start(s, lane);
    for (int round = 0; round < ROUNDS && !lane->certified; round++) {
      memcpy(s->block, lane->residual, (size_t)n * sizeof *s->block);
      VT_TRY(solve_block(s, direct, 1));
      add_scaled(lane->x, 1, s->block, n);
      measure(s, lane);
    }
  }
  return VT_OK;
}
