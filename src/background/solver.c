// solver.c - one system: chooses how to solve it, solves, refines and certifies.
#include "room.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// GMRES goes for this part of the right-hand side, half the way at first; then on until the
// supplies of small rows are right too, which the backward error alone does not see.
static const double GMRES_RESIDUAL = 0x1p-48, GMRES_FIRST = 1e-9, COMPONENT_ERROR = 1e-12;
// A diagonal entry this far below the largest of its column still is a pivot: LU keeps the sparse
// order, and refinement makes up for it.
static const double LU_PIVOT = 1e-6;

enum { FEW_SOLVES = 2, REFINEMENT_LIMIT = 20 };

// ---------------------------------------------------------------------------------------------
// The choice, from counts: costs in nanoseconds of a usual core, measured once and for all, so that
// the same study takes the same way everywhere.

static double lu_cost(const vt_solver *s, double solves) {
  return 60.0 * (double)s->scaled.entries + 1.0 * s->fill.multiplications +
         2.5 * s->fill.entries * solves;
}

static double gmres_cost(const vt_solver *s, double solves) {
  return 50.0 * (double)s->scaled.entries * solves;
}

vt_error vt_solver_analyse(vt_solver *s) {
  if (s->order) return VT_OK;
  VT_NEW(s->order, s->scaled.matrix.n);
  VT_TRY(vt_background_check(s->background,
                             s->background->kernel->order(&s->scaled.matrix, s->order),
                             "ordering a system"));
  return vt_count_fill(&s->scaled.matrix, s->order, &s->fill);
}

static vt_error choose(vt_solver *s, int64_t solves, vt_solve_method *method) {
  *method = VT_SOLVE_GMRES;
  if (s->scaled.dominant && solves <= FEW_SOLVES) return VT_OK;
  VT_TRY(vt_solver_analyse(s));
  if (!vt_fill_is_affordable(&s->fill)) return VT_OK;
  // Without proof that the system is regular only a factorisation can tell.
  const double count = (double)solves;
  if (!s->scaled.dominant || lu_cost(s, count) < gmres_cost(s, count)) *method = VT_SOLVE_LU;
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------
// Making it

// A test vector without structure: every entry 1 or -1.
static void fill_signs(double *b, int n) {
  uint64_t state = 1;
  for (int i = 0; i < n; i++) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    b[i] = state >> 63 ? 1 : -1;
  }
}

// Does a solution grow so much that it is rounding only? Then see why.
static vt_error probe(vt_solver *s, vt_culprits *culprits) {
  const int n = s->scaled.matrix.n;
  double error, largest = 0;
  fill_signs(s->b, n);
  VT_TRY(vt_solver_refine(s, false, &error));
  s->figures = (vt_solve_figures){
      .method = s->figures.method, .load_s = s->figures.load_s, .prepare_s = s->figures.prepare_s};
  for (int i = 0; i < n; i++) largest = fmax(largest, fabs(s->best[i]));
  if (isfinite(error) && s->scaled.row_sum * largest < 1e12) return VT_OK;
  return vt_diagnose(s, false, culprits);
}

static vt_error make_lu(vt_solver *s, vt_culprits *culprits) {
  const int failed =
      s->background->kernel->create_lu(&s->scaled.matrix, s->order, LU_PIVOT, &s->primary);
  if (failed && !s->scaled.dominant) return vt_diagnose(s, true, culprits);
  VT_TRY(vt_background_check(s->background, failed, "factorising a system"));
  return s->scaled.dominant ? VT_OK : probe(s, culprits);
}

static vt_error make_factor(vt_solver *s, int64_t solves, vt_culprits *culprits) {
  VT_TRY(vt_background_load(s->background, &s->figures.load_s));
  const double start = vt_clock_s();
  VT_TRY(choose(s, solves, &s->figures.method));
  if (s->figures.method == VT_SOLVE_LU) {
    VT_TRY(make_lu(s, culprits));
  } else {
    VT_TRY(vt_background_check(s->background,
                               s->background->kernel->create_gmres(&s->scaled.matrix, &s->primary),
                               "preparing GMRES"));
  }
  s->figures.factor_s = vt_clock_s() - start;
  return VT_OK;
}

static vt_error prepare(vt_solver *s, vt_culprits *culprits) {
  const double start = vt_clock_s();
  int *match;
  VT_NEW(match, s->system.technosphere->columns);
  vt_error result = vt_match(&s->system, match, culprits);
  if (result == VT_OK) result = vt_scale(&s->system, match, &s->scaled);
  free(match);
  s->figures.prepare_s = vt_clock_s() - start;
  return result;
}

static vt_error build(vt_solver *s, int64_t solves, vt_culprits *culprits) {
  VT_TRY(prepare(s, culprits));
  const ptrdiff_t n = s->scaled.matrix.n;
  VT_NEW(s->b, 6 * n);
  s->x = s->b + n;
  s->best = s->x + n;
  s->correction = s->best + n;
  s->residual = s->correction + n;
  s->total = s->residual + n;
  VT_NEW(s->flow, s->system.biosphere ? s->system.biosphere->rows : 0);
  return n == 0 ? VT_OK : make_factor(s, solves, culprits);
}

vt_error vt_solver_create(vt_background *background, const vt_equations *system, int64_t solves,
                          vt_culprits *culprits, vt_solver **solver) {
  VT_CHECK(!system->biosphere || system->biosphere->columns == system->technosphere->columns,
           VT_ERR_BUG, "a biosphere of %d processes for a technosphere of %d",
           system->biosphere->columns, system->technosphere->columns);
  vt_culprits ignored;
  if (!culprits) culprits = &ignored;
  *culprits = (vt_culprits){0};
  vt_solver *s;
  VT_NEW(s, 1);
  s->background = background;
  s->system = *system;
  const vt_error result = build(s, solves, culprits);
  if (result == VT_OK) {
    *solver = s;
  } else {
    vt_solver_free(s);
  }
  return result;
}

void vt_solver_free(vt_solver *s) {
  if (!s) return;
  if (s->primary) s->background->kernel->free(s->primary);
  if (s->rescue) s->background->kernel->free(s->rescue);
  vt_scaled_free(&s->scaled);
  free(s->order);
  free(s->b);
  free(s->flow);
  free(s);
}

const int *vt_solver_reference(const vt_solver *s) {
  return s->scaled.match;
}

const vt_solve_figures *vt_solver_figures(const vt_solver *s) {
  return &s->figures;
}

// ---------------------------------------------------------------------------------------------
// Solving

// x += F r, r = b - S x. `*quality`: before and after.
static vt_error correct(vt_solver *s, vt_kernel_factor *factor, bool transposed,
                        vt_quality *quality) {
  int64_t iterations;
  const double reduction = fmin(fmax(GMRES_RESIDUAL / 16 / quality->largest, GMRES_FIRST), 0x1p-7);
  VT_TRY(vt_background_check(s->background,
                             s->background->kernel->solve(factor, transposed, reduction,
                                                          s->residual, s->correction, &iterations),
                             "solving a system"));
  s->figures.iterations += iterations;
  for (int i = 0; i < s->scaled.matrix.n; i++) s->x[i] += s->correction[i];
  vt_residual(&s->scaled, transposed, s->b, s->x, s->residual, s->total, quality);
  return VT_OK;
}

// x = 0, then x += F(b - S x) until the errors are small enough or stop falling. The best x stays.
static vt_error iterate(vt_solver *s, vt_kernel_factor *factor, bool transposed, double *error) {
  const size_t bytes = (size_t)s->scaled.matrix.n * sizeof *s->x;
  memset(s->x, 0, bytes);
  memcpy(s->residual, s->b, bytes);
  vt_quality now = {.largest = 1}, last = {.backward = INFINITY, .component = INFINITY};
  for (int round = 0; round < REFINEMENT_LIMIT; round++) {
    VT_TRY(correct(s, factor, transposed, &now));
    s->figures.refinements += round > 0;
    const bool met = now.backward <= VT_BACKWARD_ERROR;
    // Once certified, what makes the small supplies better counts.
    if (now.backward < *error || (met && now.component < last.component)) {
      *error = now.backward;
      memcpy(s->best, s->x, bytes);
    }
    if (met && now.component <= COMPONENT_ERROR) return VT_OK;
    if (!(now.backward < last.backward / 2 || now.component < last.component / 2)) return VT_OK;
    last = now;
  }
  return VT_OK;
}

// LU with the largest entry of each column as pivot; made once, if anything needs it.
static vt_error make_rescue(vt_solver *s) {
  if (s->rescue || s->rescue_failed) return VT_OK;
  VT_TRY(vt_solver_analyse(s));
  s->rescue_failed =
      !vt_fill_is_affordable(&s->fill) ||
      s->background->kernel->create_lu(&s->scaled.matrix, s->order, 1, &s->rescue) != 0;
  if (s->rescue_failed && s->rescue) s->background->kernel->free(s->rescue);
  if (s->rescue_failed) s->rescue = NULL;
  return VT_OK;
}

vt_error vt_solver_refine(vt_solver *s, bool transposed, double *error) {
  *error = INFINITY;
  VT_TRY(iterate(s, s->primary, transposed, error));
  if (*error <= VT_BACKWARD_ERROR) return VT_OK;
  VT_TRY(make_rescue(s));
  if (!s->rescue) return VT_OK;
  s->figures.rescued++;
  return iterate(s, s->rescue, transposed, error);
}

// Names are the caller's.
static vt_error fail_process(vt_solver *s, int j, const char *what) {
  s->infinite = (vt_culprits){.infinite = true, .processes = 1, .process = {j}};
  VT_FAIL(VT_ERR_INPUT, "the %s of process %d is not finite", what, j);
}

static vt_error fail_product(vt_solver *s, int row, const char *what) {
  const int product = s->scaled.match[row];
  s->infinite = (vt_culprits){.infinite = true, .products = 1, .product = {product}};
  VT_FAIL(VT_ERR_INPUT, "the %s of product %d is not finite", what, product);
}

// Divide b by a power of two, *unit, so that its largest entry is near 1: products of its entries
// then neither vanish nor overflow. 0 if b is 0.
static vt_error normalise(vt_solver *s, bool transposed, double *unit) {
  const int n = s->scaled.matrix.n;
  double largest = 0;
  int exponent;
  for (int i = 0; i < n; i++) {
    if (!isfinite(s->b[i]))
      return transposed ? fail_process(s, i, "burden") : fail_product(s, i, "demand");
    largest = fmax(largest, fabs(s->b[i]));
  }
  (void)frexp(largest, &exponent);
  if (exponent < -1000) exponent = -1000;
  *unit = largest > 0 ? ldexp(1, exponent) : 0;
  for (int i = 0; i < n && largest > 0; i++) s->b[i] /= *unit;
  return VT_OK;
}

// From solver->b to solver->best.
static vt_error solve(vt_solver *s, bool transposed, double *unit, double *error) {
  const double start = vt_clock_s();
  const int n = s->scaled.matrix.n;
  *error = 0;
  VT_TRY(normalise(s, transposed, unit));
  s->figures.solves++;
  memset(s->best, 0, (size_t)n * sizeof *s->best);
  if (*unit == 0) return VT_OK;
  VT_TRY(vt_solver_refine(s, transposed, error));
  VT_CHECK(*error < 1e-9, VT_ERR_INPUT,
           "the system cannot be solved, it is singular or nearly so: found a backward error of "
           "%.1e, expected 1e-15",
           *error);
  s->figures.solve_s += vt_clock_s() - start;
  return VT_OK;
}

static vt_error set_demand(vt_solver *s, const vt_final_demand *demand, int *position) {
  const vt_scaled *z = &s->scaled;
  const int n = z->matrix.n;
  for (int k = 0; k < n; k++) position[z->match[k]] = k;
  memset(s->b, 0, (size_t)n * sizeof *s->b);
  for (int i = 0; i < demand->count; i++) {
    const int product = demand->product[i];
    VT_CHECK(product >= 0 && product < n, VT_ERR_BUG, "a demand for product %d of %d", product, n);
    const int k = position[product];
    s->b[k] += demand->amount[i] * z->row_scale[k];
  }
  return VT_OK;
}

static void take_inventory(const vt_sparse *b, const double *supply, double *inventory) {
  memset(inventory, 0, (size_t)b->rows * sizeof *inventory);
  for (int j = 0; j < b->columns; j++) {
    if (supply[j] == 0) continue;
    for (ptrdiff_t k = b->column_start[j]; k < b->column_start[j + 1]; k++)
      inventory[b->row[k]] += b->value[k] * supply[j];
  }
}

vt_error vt_solver_forward(vt_solver *s, const vt_final_demand *demand, double *supply,
                           double *inventory, double *residual) {
  const vt_scaled *z = &s->scaled;
  int *position;
  double error, unit;
  VT_NEW(position, z->matrix.n);
  const vt_error set = set_demand(s, demand, position);
  free(position);
  VT_TRY(set);
  VT_TRY(solve(s, false, &unit, &error));
  for (int j = 0; j < z->matrix.n; j++) {
    s->x[j] = s->best[j] * z->column_scale[j] * unit;
    if (!isfinite(s->x[j])) return fail_process(s, j, "supply");
  }
  if (supply) memcpy(supply, s->x, (size_t)z->matrix.n * sizeof *supply);
  if (inventory && s->system.biosphere) take_inventory(s->system.biosphere, s->x, inventory);
  if (residual) *residual = error;
  return VT_OK;
}

vt_error vt_solver_adjoint(vt_solver *s, const double *weight, double *score, double *residual) {
  const vt_scaled *z = &s->scaled;
  const vt_sparse *biosphere = s->system.biosphere;
  double error, unit;
  for (int j = 0; j < z->matrix.n; j++)
    s->b[j] = biosphere ? vt_burden(biosphere, weight, j) * z->column_scale[j] : 0;
  VT_TRY(solve(s, true, &unit, &error));
  for (int k = 0; k < z->matrix.n; k++) {
    const double value = s->best[k] * z->row_scale[k] * unit;
    if (!isfinite(value)) return fail_product(s, k, "score");
    score[z->match[k]] = value;
  }
  if (residual) *residual = error;
  return VT_OK;
}

// One solve, and the rest of the way only where it is not good enough.
static vt_error solve_roughly(vt_solver *s, double *unit) {
  const double good_enough = 1e-11;
  const vt_kernel *kernel = s->background->kernel;
  double error;
  int64_t iterations;
  vt_quality quality;
  if (s->figures.method != VT_SOLVE_LU) return solve(s, true, unit, &error);
  VT_TRY(normalise(s, true, unit));
  s->figures.solves++;
  memset(s->best, 0, (size_t)s->scaled.matrix.n * sizeof *s->best);
  if (*unit == 0) return VT_OK;
  VT_TRY(vt_background_check(s->background,
                             kernel->solve(s->primary, true, 0, s->b, s->best, &iterations),
                             "solving a system"));
  vt_residual(&s->scaled, true, s->b, s->best, s->residual, s->total, &quality);
  return quality.backward <= good_enough ? VT_OK : vt_solver_refine(s, true, &error);
}

vt_error vt_solver_rough_adjoint(vt_solver *s, int count, const int *process, const double *burden,
                                 double *score) {
  const vt_scaled *z = &s->scaled;
  double unit;
  memset(s->b, 0, (size_t)z->matrix.n * sizeof *s->b);
  for (int i = 0; i < count; i++) s->b[process[i]] += burden[i] * z->column_scale[process[i]];
  VT_TRY(solve_roughly(s, &unit));
  for (int k = 0; k < z->matrix.n; k++) {
    const double value = s->best[k] * z->row_scale[k] * unit;
    if (!isfinite(value)) return fail_product(s, k, "score");
    score[z->match[k]] = value;
  }
  return VT_OK;
}
