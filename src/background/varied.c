// varied.c - samples of a system: puts their numbers where the reference's are, solves, and makes
// results of the solutions.
//
// Everything is in the order of the reference's pivots: unknown k is process process[k], and
// equation k the product that this process makes, so that a factorisation needs no permutation.
#include "vintner/varied.h"
#include "krylov.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct vt_varied {
  vt_background *background; ///< borrowed
  vt_varied_plan plan;       ///< arrays borrowed
  int n;
  vt_kernel_matrix matrix;          ///< the reference: all entries of A, zeros too
  int *place;                       ///< of each entry of A in it; shape [entries]
  double *scale;                    ///< of each entry: a power of two; shape [entries]
  int *process;                     ///< of an unknown; shape [n]
  int *equation;                    ///< of a product; shape [n]
  double *row_scale, *column_scale; ///< of equations and unknowns; shape [n]
  vt_kernel_direct *direct;         ///< NULL where it would fill up:
  double *diagonal;                 ///< then this, inverted; shape [n]
  double direct_bytes;              ///< of one factorisation
  bool adjoint, affordable;
  bool refactors; ///< each sample is factorised with the reference's pivots, by its worker
  int solves, lanes;
};

struct vt_varied_worker {
  const vt_varied *varied;
  vt_scaled scaled; ///< matrix and norms of the sample; pattern borrowed
  vt_lane lane[VT_KERNEL_TOGETHER];
  double *numbers; ///< all of a worker's arrays
  double *block, *work, *total, *row_sum, *solution, *flow;
  vt_kernel_direct *own;    ///< factors with the reference's pivots, where samples are refactored
  bool refactored;          ///< they are those of this sample
  vt_kernel_direct *direct; ///< of the sample with pivots of its own, if it came to that
  bool direct_failed;
  vt_varied_figures figures;
};

// ---------------------------------------------------------------------------------------------
// Making it.

// A matrix by columns whose values are the places of entries of A.
static vt_error order_entries(const vt_varied *v, const vt_scaled *reference, const int *order,
                              vt_kernel_matrix *m) {
  const vt_sparse *a = v->plan.system.technosphere;
  int *equation;
  VT_NEW(equation, v->n);
  for (int k = 0; k < v->n; k++) equation[reference->match[order ? order[k] : k]] = k;
  int filled = 0;
  for (int k = 0; k < v->n; k++) {
    const int j = order ? order[k] : k;
    for (ptrdiff_t e = a->column_start[j]; e < a->column_start[j + 1]; e++) {
      m->row[filled] = equation[a->row[e]];
      m->value[filled++] = (double)e;
    }
    m->start[k + 1] = filled;
  }
  free(equation);
  return VT_OK;
}

static vt_error allocate_matrix(int n, ptrdiff_t entries, vt_kernel_matrix *m) {
  m->n = n;
  VT_NEW(m->start, n + 1);
  VT_NEW(m->row, entries);
  VT_NEW(m->value, entries);
  return VT_OK;
}

static void free_matrix(vt_kernel_matrix *m) {
  free(m->start);
  free(m->row);
  free(m->value);
  *m = (vt_kernel_matrix){0};
}

// The pattern in an order of the processes, NULL: their own; rows ascending.
static vt_error make_pattern(const vt_varied *v, const vt_scaled *reference, const int *order,
                             vt_kernel_matrix *m) {
  const ptrdiff_t entries = v->plan.system.technosphere->entries;
  vt_kernel_matrix other = {0};
  vt_error error = allocate_matrix(v->n, entries, m);
  if (error == VT_OK) error = allocate_matrix(v->n, entries, &other);
  if (error == VT_OK) error = order_entries(v, reference, order, m);
  if (error == VT_OK) {
    vt_transpose(m, &other);
    vt_transpose(&other, m);
  }
  free_matrix(&other);
  return error;
}

static vt_error take_order(vt_varied *v, const vt_scaled *reference, const int *order) {
  const vt_sparse *a = v->plan.system.technosphere;
  VT_TRY(make_pattern(v, reference, order, &v->matrix));
  VT_NEW(v->place, a->entries);
  VT_NEW(v->scale, a->entries);
  VT_NEW(v->process, v->n);
  VT_NEW(v->equation, v->n);
  VT_NEW(v->row_scale, v->n);
  VT_NEW(v->column_scale, v->n);
  for (int k = 0; k < v->n; k++) {
    v->process[k] = order[k];
    v->equation[reference->match[order[k]]] = k;
    v->row_scale[k] = reference->row_scale[order[k]];
    v->column_scale[k] = reference->column_scale[order[k]];
  }
  for (int k = 0; k < v->n; k++) {
    for (int p = v->matrix.start[k]; p < v->matrix.start[k + 1]; p++) {
      const ptrdiff_t entry = (ptrdiff_t)v->matrix.value[p];
      v->place[entry] = p;
      v->scale[entry] = v->row_scale[v->matrix.row[p]] * v->column_scale[k];
      v->matrix.value[p] = a->value[entry] * v->scale[entry];
    }
  }
  return VT_OK;
}

// A diagonal entry this far below the largest of its column still is a pivot, as of all systems.
static const double PIVOT = 1e-6;

// Costs in nanoseconds of a usual core, measured once and for all, as in solver.c. With the
// reference's factors a solve takes about ten steps, with its own factors one.
static bool refactoring_pays(const vt_varied *v, const vt_fill *fill) {
  enum { STEPS_SAVED = 9 };
  const double entries = (double)v->plan.system.technosphere->entries;
  const double refactor = 0.055 * fill->multiplications + 4.0 * fill->entries;
  const double step = 1.1 * fill->entries + 1.5 * entries + 18.0 * v->n;
  return refactor < STEPS_SAVED * step * v->solves;
}

static void invert_diagonal(const vt_varied *v) {
  for (int k = 0; k < v->n; k++)
    for (int p = v->matrix.start[k]; p < v->matrix.start[k + 1]; p++)
      if (v->matrix.row[p] == k) v->diagonal[k] = 1 / v->matrix.value[p];
}

static vt_error factorise(vt_varied *v) {
  int memory = 0;
  const vt_kernel *kernel = v->background->kernel;
  const bool failed =
      !v->affordable || kernel->create_direct(&v->matrix, PIVOT, &memory, &v->direct) != 0;
  VT_CHECK(!memory || !failed, VT_ERR_SYSTEM, "out of memory for the factors of %d processes",
           v->n);
  v->refactors = v->refactors && !failed;
  if (!failed) v->direct_bytes = kernel->direct_bytes(v->direct);
  if (failed || v->refactors) {
    kernel->free_direct(v->direct); // workers have their own
    v->direct = NULL;
  }
  if (!failed) return VT_OK;
  VT_NEW(v->diagonal, v->n);
  invert_diagonal(v);
  return VT_OK;
}

static vt_error order_pivots(vt_varied *v, const vt_scaled *reference, int *order) {
  vt_kernel_matrix pattern = {0};
  vt_fill fill = {0};
  vt_error error = make_pattern(v, reference, NULL, &pattern);
  if (error == VT_OK)
    error = vt_background_check(v->background, v->background->kernel->order(&pattern, order),
                                "ordering a system");
  if (error == VT_OK) error = vt_count_fill(&pattern, order, &fill);
  free_matrix(&pattern);
  v->affordable = vt_fill_is_affordable(&fill);
  v->refactors = v->affordable && refactoring_pays(v, &fill);
  return error;
}

static vt_error take_reference(vt_varied *v, const vt_scaled *reference) {
  int *order;
  VT_NEW(order, v->n);
  vt_error error = order_pivots(v, reference, order);
  if (error == VT_OK) error = take_order(v, reference, order);
  free(order);
  return error;
}

// The reference is solved once, as everywhere, to see that it can be.
static vt_error build(vt_varied *v, vt_culprits *culprits) {
  const vt_varied_plan *plan = &v->plan;
  vt_solver *solver;
  VT_TRY(vt_solver_create(v->background, &plan->system, 1, culprits, &solver));
  vt_error error = VT_OK;
  if (v->n > 0) error = take_reference(v, &solver->scaled);
  vt_solver_free(solver);
  VT_TRY(error);
  return v->n > 0 ? factorise(v) : VT_OK;
}

static vt_error check_demands(const vt_varied_plan *plan) {
  const int n = plan->system.technosphere->rows;
  for (int d = 0; d < plan->demand_count; d++)
    for (int i = 0; i < plan->demand[d].count; i++)
      VT_CHECK(plan->demand[d].product[i] >= 0 && plan->demand[d].product[i] < n, VT_ERR_BUG,
               "a demand for product %d of %d", plan->demand[d].product[i], n);
  return VT_OK;
}

vt_error vt_varied_create(vt_background *background, const vt_varied_plan *plan,
                          vt_culprits *culprits, vt_varied **varied) {
  *varied = NULL;
  vt_varied *v;
  VT_TRY(check_demands(plan));
  VT_NEW(v, 1);
  v->background = background;
  v->plan = *plan;
  v->n = plan->system.technosphere->rows;
  v->adjoint = !plan->supply && !plan->inventory && plan->weight_count < plan->demand_count;
  v->solves = v->adjoint ? plan->weight_count : plan->demand_count;
  v->lanes = v->solves < VT_KERNEL_TOGETHER ? v->solves : VT_KERNEL_TOGETHER;
  const vt_error error = build(v, culprits);
  if (error != VT_OK) vt_varied_free(v);
  VT_TRY(error);
  *varied = v;
  return VT_OK;
}

void vt_varied_free(vt_varied *v) {
  if (!v) return;
  if (v->direct) v->background->kernel->free_direct(v->direct);
  free_matrix(&v->matrix);
  free(v->place);
  free(v->scale);
  free(v->process);
  free(v->equation);
  free(v->row_scale);
  free(v->column_scale);
  free(v->diagonal);
  free(v);
}

int vt_varied_solves(const vt_varied *v) {
  return v->solves;
}

bool vt_varied_adjoint(const vt_varied *v) {
  return v->adjoint;
}

bool vt_varied_refactors(const vt_varied *v) {
  return v->refactors;
}

// ---------------------------------------------------------------------------------------------
// Workers.

static int flows_of(const vt_varied *v) {
  return v->plan.system.biosphere ? v->plan.system.biosphere->rows : 0;
}

static ptrdiff_t numbers_of(const vt_varied *v) {
  const ptrdiff_t n = v->n, entries = v->plan.system.technosphere->entries;
  return entries + (2 * VT_KERNEL_TOGETHER + 3) * n + flows_of(v) +
         v->lanes * vt_lane_numbers(v->n);
}

void vt_varied_bytes(const vt_varied *v, double *shared, double *worker) {
  const double n = v->n, entries = (double)v->plan.system.technosphere->entries;
  *shared = entries * (2 * sizeof(double) + 2 * sizeof(int)) +
            n * (3 * sizeof(double) + 3 * sizeof(int)) + (v->refactors ? 0 : v->direct_bytes);
  *worker = (double)numbers_of(v) * sizeof(double) + sizeof(vt_varied_worker) +
            (v->refactors ? v->direct_bytes : 0);
}

static vt_error allocate_worker(vt_varied_worker *w) {
  const vt_varied *v = w->varied;
  const ptrdiff_t n = v->n;
  VT_NEW(w->numbers, numbers_of(v));
  w->scaled = (vt_scaled){.matrix = v->matrix};
  w->scaled.matrix.value = w->numbers;
  w->block = w->numbers + v->plan.system.technosphere->entries;
  w->work = w->block + VT_KERNEL_TOGETHER * n;
  w->total = w->work + VT_KERNEL_TOGETHER * n;
  w->row_sum = w->total + n;
  w->solution = w->row_sum + n;
  w->flow = w->solution + n;
  for (int l = 0; l < v->lanes; l++)
    vt_lane_place(&w->lane[l], v->n, w->flow + flows_of(v) + l * vt_lane_numbers(v->n));
  if (!v->refactors) return VT_OK;
  int memory;
  VT_CHECK(v->background->kernel->create_direct(&v->matrix, PIVOT, &memory, &w->own) == 0,
           memory ? VT_ERR_SYSTEM : VT_ERR_BUG, "no factors of %d processes", v->n);
  return VT_OK;
}

vt_error vt_varied_worker_create(const vt_varied *v, vt_varied_worker **worker) {
  *worker = NULL;
  vt_varied_worker *w;
  VT_NEW(w, 1);
  w->varied = v;
  const vt_error error = allocate_worker(w);
  if (error != VT_OK) vt_varied_worker_free(w);
  VT_TRY(error);
  *worker = w;
  return VT_OK;
}

void vt_varied_worker_free(vt_varied_worker *w) {
  if (!w) return;
  if (w->own) w->varied->background->kernel->free_direct(w->own);
  free(w->numbers);
  free(w);
}

const vt_varied_figures *vt_varied_worker_figures(const vt_varied_worker *w) {
  return &w->figures;
}

// ---------------------------------------------------------------------------------------------
// One sample: its numbers.

// False if one of them is not finite.
static bool take_numbers(vt_varied_worker *w, const double *value) {
  const vt_varied *v = w->varied;
  vt_kernel_matrix *m = &w->scaled.matrix;
  const ptrdiff_t entries = v->plan.system.technosphere->entries;
  for (ptrdiff_t e = 0; e < entries; e++) m->value[v->place[e]] = value[e] * v->scale[e];
  memset(w->row_sum, 0, (size_t)v->n * sizeof *w->row_sum);
  w->scaled.row_sum = w->scaled.column_sum = 0;
  for (int j = 0; j < v->n; j++) {
    double sum = 0;
    for (int p = m->start[j]; p < m->start[j + 1]; p++) {
      const double size = fabs(m->value[p]);
      sum += size;
      w->row_sum[m->row[p]] += size;
    }
    if (!isfinite(sum)) return false;
    if (sum > w->scaled.column_sum) w->scaled.column_sum = sum;
  }
  for (int i = 0; i < v->n; i++)
    if (w->row_sum[i] > w->scaled.row_sum) w->scaled.row_sum = w->row_sum[i];
  return isfinite(w->scaled.row_sum);
}

// Divide a right-hand side by a power of two near its largest entry; false if it is not finite.
static bool normalise(double *b, int n, double *unit) {
  double largest = 0;
  int exponent;
  for (int i = 0; i < n; i++) {
    const double size = fabs(b[i]);
    if (!isfinite(size)) return false;
    if (size > largest) largest = size;
  }
  (void)frexp(largest, &exponent);
  if (exponent < -1000) exponent = -1000;
  *unit = largest > 0 ? ldexp(1, exponent) : 0;
  for (int i = 0; i < n && largest > 0; i++) b[i] /= *unit;
  return true;
}

static bool set_demand(const vt_varied *v, const vt_final_demand *demand, double *b, double *unit) {
  memset(b, 0, (size_t)v->n * sizeof *b);
  for (int i = 0; i < demand->count; i++) {
    const int k = v->equation[demand->product[i]];
    b[k] += demand->amount[i] * v->row_scale[k];
  }
  return normalise(b, v->n, unit);
}

static bool set_burden(const vt_varied *v, const vt_varied_sample *sample, int weight, double *b,
                       double *unit) {
  const vt_sparse *flows = v->plan.system.biosphere;
  const double *factor = flows ? sample->weight + (ptrdiff_t)weight * flows->rows : NULL;
  for (int k = 0; k < v->n; k++) {
    const int j = v->process[k];
    double sum = 0;
    for (ptrdiff_t e = flows ? flows->column_start[j] : 0;
         e < (flows ? flows->column_start[j + 1] : 0); e++)
      sum += factor[flows->row[e]] * sample->biosphere[e];
    b[k] = sum * v->column_scale[k];
  }
  return normalise(b, v->n, unit);
}

// ---------------------------------------------------------------------------------------------
// Its solutions.

static vt_error solve_directly(vt_varied_worker *w, vt_krylov *krylov, bool *solved) {
  const vt_kernel *kernel = w->varied->background->kernel;
  *solved = false;
  int memory = 0;
  if (!w->direct && !w->direct_failed) {
    w->figures.direct++;
    w->direct_failed = !w->varied->affordable ||
                       kernel->create_direct(&w->scaled.matrix, 1, &memory, &w->direct) != 0;
    if (w->direct_failed) kernel->free_direct(w->direct);
    if (w->direct_failed) w->direct = NULL;
  }
  VT_CHECK(!memory || w->direct, VT_ERR_SYSTEM, "out of memory for the factors of a sample");
  if (!w->direct) return VT_OK;
  VT_TRY(vt_krylov_refine(krylov, w->direct));
  *solved = true;
  for (int l = 0; l < krylov->lanes; l++) *solved = *solved && krylov->lane[l].certified;
  return VT_OK;
}

// Supplies of small rows are right to that, which the backward error does not see; scores have next
// to nothing of them.
static const double SMALL_ONES = 1e-10;

// Solve `lanes` right-hand sides that are set.
static vt_error solve_lanes(vt_varied_worker *w, int lanes, bool *solved) {
  const vt_varied *v = w->varied;
  vt_krylov krylov = {.kernel = v->background->kernel,
                      .scaled = &w->scaled,
                      .direct = v->refactors ? w->own : v->direct,
                      .diagonal = v->diagonal,
                      .transposed = v->adjoint,
                      .component = v->plan.supply || v->plan.inventory ? SMALL_ONES : INFINITY,
                      .lanes = lanes,
                      .lane = w->lane,
                      .block = w->block,
                      .work = w->work,
                      .total = w->total,
                      .iterations = &w->figures.iterations,
                      .restarts = &w->figures.restarts};
  w->figures.solves += lanes;
  for (int l = 0; l < lanes; l++) w->lane[l].certified = false;
  if (w->refactored || !v->refactors) VT_TRY(vt_krylov_solve(&krylov));
  *solved = true;
  for (int l = 0; l < lanes; l++) *solved = *solved && w->lane[l].certified;
  return *solved ? VT_OK : solve_directly(w, &krylov, solved);
}

static void take_inventory(const vt_sparse *b, const double *value, const double *supply,
                           double *inventory) {
  memset(inventory, 0, (size_t)b->rows * sizeof *inventory);
  for (int j = 0; j < b->columns; j++) {
    if (supply[j] == 0) continue;
    for (ptrdiff_t e = b->column_start[j]; e < b->column_start[j + 1]; e++)
      inventory[b->row[e]] += value[e] * supply[j];
  }
}

static double weighted(const double *weight, const double *inventory, int flows) {
  double sum = 0;
  for (int e = 0; e < flows; e++) sum += weight[e] * inventory[e];
  return sum;
}

static void take_demand(vt_varied_worker *w, const vt_varied_sample *sample, int d,
                        const vt_lane *lane, double unit, const vt_varied_results *results) {
  const vt_varied *v = w->varied;
  const vt_varied_plan *plan = &v->plan;
  const vt_sparse *b = plan->system.biosphere;
  const int flows = flows_of(v);
  double *supply = results->supply ? results->supply + (ptrdiff_t)d * v->n : w->solution;
  for (int k = 0; k < v->n; k++) supply[v->process[k]] = lane->x[k] * v->column_scale[k] * unit;
  if (results->residual) results->residual[d] = lane->quality.backward;
  double *inventory = results->inventory ? results->inventory + (ptrdiff_t)d * flows : w->flow;
  if (b && (results->inventory || results->score))
    take_inventory(b, sample->biosphere, supply, inventory);
  for (int c = 0; results->score && c < plan->weight_count; c++)
    results->score[(ptrdiff_t)d * plan->weight_count + c] =
        flows > 0 ? weighted(sample->weight + (ptrdiff_t)c * flows, inventory, flows) : 0;
}

static void take_weight(vt_varied_worker *w, int c, const vt_lane *lane, double unit,
                        const vt_varied_results *results) {
  const vt_varied *v = w->varied;
  const vt_varied_plan *plan = &v->plan;
  for (int d = 0; d < plan->demand_count; d++) {
    const vt_final_demand *demand = &plan->demand[d];
    double sum = 0;
    for (int i = 0; i < demand->count; i++) {
      const int k = v->equation[demand->product[i]];
      sum += demand->amount[i] * (lane->x[k] * v->row_scale[k] * unit);
    }
    if (results->score) results->score[(ptrdiff_t)d * plan->weight_count + c] = sum;
    if (results->residual)
      results->residual[d] =
          c == 0 ? lane->quality.backward : fmax(results->residual[d], lane->quality.backward);
  }
}

// Solves [first, end), a lane each.
static vt_error solve_group(vt_varied_worker *w, const vt_varied_sample *sample, int first, int end,
                            const vt_varied_results *results, bool *solved) {
  const vt_varied *v = w->varied;
  double unit[VT_KERNEL_TOGETHER];
  const double start = vt_clock_s();
  *solved = true;
  for (int s = first; s < end; s++) {
    double *b = w->lane[s - first].b, *its = &unit[s - first];
    *solved = *solved && (v->adjoint ? set_burden(v, sample, s, b, its)
                                     : set_demand(v, &v->plan.demand[s], b, its));
  }
  w->figures.assemble_s += vt_clock_s() - start;
  if (!*solved) return VT_OK;
  VT_TRY(solve_lanes(w, end - first, solved));
  for (int s = first; *solved && s < end; s++) {
    if (v->adjoint)
      take_weight(w, s, &w->lane[s - first], unit[s - first], results);
    else
      take_demand(w, sample, s, &w->lane[s - first], unit[s - first], results);
  }
  return VT_OK;
}

static void fill(double *numbers, ptrdiff_t count, double value) {
  for (ptrdiff_t i = 0; numbers && i < count; i++) numbers[i] = value;
}

// False if one of the results is not finite.
static bool all_finite(const double *numbers, ptrdiff_t count) {
  bool finite = true;
  for (ptrdiff_t i = 0; numbers && i < count; i++) finite = finite && isfinite(numbers[i]);
  return finite;
}

static void set_all(const vt_varied *v, const vt_varied_results *results, double value) {
  const ptrdiff_t demands = v->plan.demand_count;
  fill(results->score, demands * v->plan.weight_count, value);
  fill(results->residual, demands, value);
  fill(results->supply, demands * v->n, value);
  fill(results->inventory, demands * flows_of(v), value);
}

static bool results_are_finite(const vt_varied *v, const vt_varied_results *results) {
  const ptrdiff_t demands = v->plan.demand_count;
  return all_finite(results->score, demands * v->plan.weight_count) &&
         all_finite(results->supply, demands * v->n) &&
         all_finite(results->inventory, demands * flows_of(v));
}

static vt_error solve_all(vt_varied_worker *w, const vt_varied_sample *sample,
                          const vt_varied_results *results, bool *solved) {
  const vt_varied *v = w->varied;
  const double start = vt_clock_s();
  set_all(v, results, 0); // what nothing is solved for
  *solved = take_numbers(w, sample->technosphere);
  w->figures.assemble_s += vt_clock_s() - start;
  w->refactored = *solved && v->refactors && v->n > 0 &&
                  v->background->kernel->refactor_direct(w->own, &w->scaled.matrix) == 0;
  for (int first = 0; *solved && first < v->solves; first += v->lanes) {
    const int end = v->solves < first + v->lanes ? v->solves : first + v->lanes;
    VT_TRY(solve_group(w, sample, first, end, results, solved));
  }
  *solved = *solved && results_are_finite(v, results);
  return VT_OK;
}

vt_error vt_varied_solve(vt_varied_worker *w, const vt_varied_sample *sample,
                         const vt_varied_results *results, bool *solved) {
  const vt_varied *v = w->varied;
  VT_CHECK((!results->supply || v->plan.supply) && (!results->inventory || v->plan.inventory),
           VT_ERR_BUG, "results of samples that the plan does not have");
  const double start = vt_clock_s(), assembled = w->figures.assemble_s;
  w->direct_failed = false;
  const vt_error error = solve_all(w, sample, results, solved);
  if (w->direct) v->background->kernel->free_direct(w->direct);
  w->direct = NULL;
  VT_TRY(error);
  w->figures.samples++;
  w->figures.failed += !*solved;
  if (!*solved) set_all(v, results, (double)NAN);
  w->figures.solve_s += vt_clock_s() - start - (w->figures.assemble_s - assembled);
  return VT_OK;
}
