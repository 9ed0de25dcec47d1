// engine.c - one GLPK problem that is given only what changed since the last solve.
//
// Whatever GLPK keeps from one solve to the next could influence the next result. What remains
// here: the matrix in the order of set_column, the statuses and bounds set, and a factorisation
// that is used again only if it was made from exactly these statuses and entries.
#include "session.h"

#include <limits.h>
#include <math.h>
#include <string.h>

vt_error vt_engine_allocate(vt_engine *e, const vt_lp_model *model, vt_arena *arena) {
  const ptrdiff_t variables = (ptrdiff_t)model->rows + model->columns;
  e->model = model;
  VT_ARENA_NEW(arena, e->value, model->entries);
  VT_ARENA_NEW(arena, e->lower, variables);
  VT_ARENA_NEW(arena, e->upper, variables);
  VT_ARENA_NEW(arena, e->cost, model->columns);
  VT_ARENA_NEW(arena, e->status, variables);
  VT_ARENA_NEW(arena, e->head, model->rows);
  VT_ARENA_NEW(arena, e->index, model->rows + 1);
  VT_ARENA_NEW(arena, e->column, model->rows + 1);
  return VT_OK;
}

// Entries go in by descending row, since GLPK puts each at the front of its lists: columns are
// then in ascending order whenever they were set.
static void set_column(vt_engine *e, int j) {
  const vt_lp_model *m = e->model;
  int length = 0;
  for (ptrdiff_t p = m->program->column_start[j + 1]; p-- > m->program->column_start[j];) {
    const int i = m->program->row[p];
    length++;
    e->index[length] = i + 1;
    e->column[length] = e->value[p] * m->row_scale[i] * m->column_scale[j];
  }
  glp_set_mat_col(e->problem, j + 1, length, e->index, e->column);
}

void vt_engine_build(vt_engine *e) {
  const vt_lp_model *m = e->model;
  e->problem = glp_create_prob();
  e->fresh = e->updated = false;
  if (m->rows > 0) (void)glp_add_rows(e->problem, m->rows);
  if (m->columns > 0) (void)glp_add_cols(e->problem, m->columns);
  memcpy(e->value, m->value, (size_t)m->entries * sizeof *e->value);
  for (int j = 0; j < m->columns; j++) set_column(e, j);
  // What GLPK gives new rows and columns: free and basic, fixed at 0 and non-basic.
  for (int i = 0; i < m->rows; i++) {
    e->lower[i] = -HUGE_VAL;
    e->upper[i] = HUGE_VAL;
    e->status[i] = GLP_BS;
  }
  for (int j = 0; j < m->columns; j++) {
    e->lower[m->rows + j] = e->upper[m->rows + j] = 0;
    e->status[m->rows + j] = GLP_NS;
    e->cost[j] = 0;
  }
}

// False if an entry is no number, as it is or scaled; the problem then holds the entries so far.
bool vt_engine_entries(vt_engine *e, const double *value) {
  const vt_lp_model *m = e->model;
  const ptrdiff_t *start = m->program->column_start;
  for (int v = 0; v < m->varying_columns; v++) {
    const int j = m->varying_column[v];
    bool differs = false;
    for (ptrdiff_t p = start[j]; p < start[j + 1]; p++) differs |= !(value[p] == e->value[p]);
    if (!differs) continue;
    for (ptrdiff_t p = start[j]; p < start[j + 1]; p++) {
      const double scaled = value[p] * m->row_scale[m->program->row[p]] * m->column_scale[j];
      if (!isfinite(scaled)) return false;
    }
    memcpy(e->value + start[j], value + start[j],
           (size_t)(start[j + 1] - start[j]) * sizeof *value);
    set_column(e, j);
    if (e->status[m->rows + j] == GLP_BS) e->fresh = e->updated = false;
  }
  return true;
}

int vt_bound_type(double lower, double upper) {
  if (lower == upper) return GLP_FX;
  if (isinf(lower)) return isinf(upper) ? GLP_FR : GLP_UP;
  return isinf(upper) ? GLP_LO : GLP_DB;
}

void vt_engine_bounds(vt_engine *e, int k, double lower, double upper) {
  if (e->lower[k] == lower && e->upper[k] == upper) return;
  e->lower[k] = lower;
  e->upper[k] = upper;
  const int type = vt_bound_type(lower, upper), rows = e->model->rows;
  // GLPK itself moves a non-basic variable to a bound that it has.
  if (k < rows) {
    glp_set_row_bnds(e->problem, k + 1, type, lower, upper);
    e->status[k] = (unsigned char)glp_get_row_stat(e->problem, k + 1);
  } else {
    glp_set_col_bnds(e->problem, k - rows + 1, type, lower, upper);
    e->status[k] = (unsigned char)glp_get_col_stat(e->problem, k - rows + 1);
  }
}

// Costs are brought to the size where GLPK's absolute tolerance means 1e-12 of the largest.
void vt_engine_costs(vt_engine *e, const double *cost) {
  const vt_lp_model *m = e->model;
  double largest = 0;
  for (int j = 0; j < m->columns; j++) largest = fmax(largest, fabs(cost[j]) * m->column_scale[j]);
  int exponent = 0;
  (void)frexp(largest, &exponent);
  // In two steps, since one power of two cannot always say it: 2^-1074 and 2^1023 are doubles.
  const double half = ldexp(1.0, (10 - exponent) / 2);
  const double rest = ldexp(1.0, (10 - exponent) - (10 - exponent) / 2);
  for (int j = 0; j < m->columns; j++) {
    const double scaled = cost[j] * m->column_scale[j] * half * rest;
    if (scaled == e->cost[j]) continue;
    e->cost[j] = scaled;
    glp_set_obj_coef(e->problem, j + 1, scaled);
  }
}

void vt_engine_statuses(vt_engine *e, const unsigned char *status) {
  const int rows = e->model->rows, variables = rows + e->model->columns;
  for (int k = 0; k < variables; k++) {
    if (e->status[k] == status[k]) continue;
    if ((e->status[k] == GLP_BS) != (status[k] == GLP_BS)) e->fresh = e->updated = false;
    if (k < rows)
      glp_set_row_stat(e->problem, k + 1, status[k]);
    else
      glp_set_col_stat(e->problem, k - rows + 1, status[k]);
    e->status[k] = status[k];
  }
}

void vt_engine_read_statuses(vt_engine *e) {
  const int rows = e->model->rows;
  for (int i = 0; i < rows; i++) e->status[i] = (unsigned char)glp_get_row_stat(e->problem, i + 1);
  for (int j = 0; j < e->model->columns; j++)
    e->status[rows + j] = (unsigned char)glp_get_col_stat(e->problem, j + 1);
  e->fresh = e->updated = false;
}

// A basis without knowledge of a good one. The methods look at rows, whose order depends on which
// columns were set last: bring it to a standard first.
void vt_engine_cold_basis(vt_engine *e, bool advanced) {
  glp_sort_matrix(e->problem);
  if (advanced)
    glp_adv_basis(e->problem, 0);
  else
    glp_cpx_basis(e->problem);
  vt_engine_read_statuses(e);
}

bool vt_engine_factorize(vt_engine *e) {
  if (e->fresh || e->updated) return true;
  if (glp_factorize(e->problem) != 0) return false;
  for (int p = 0; p < e->model->rows; p++) e->head[p] = glp_get_bhead(e->problem, p + 1) - 1;
  e->fresh = true;
  return true;
}

// column[1..rows] becomes the solution of B z = column, by position in the basis.
void vt_engine_forward(vt_engine *e) {
  glp_ftran(e->problem, e->column);
}

// column[1..rows], by position in the basis, becomes the solution of B' z = column.
void vt_engine_backward(vt_engine *e) {
  glp_btran(e->problem, e->column);
}

static vt_run meaning(const vt_engine *e, int code) {
  if (code == GLP_EITLIM) return VT_RUN_ITERATIONS;
  if (code == GLP_ETMLIM) return VT_RUN_TIME;
  if (code == GLP_ENOPFS) return VT_RUN_INFEASIBLE;
  if (code == GLP_ENODFS) return VT_RUN_UNDECIDED;
  if (code != 0) return VT_RUN_FAILED;
  const int primal = glp_get_prim_stat(e->problem), dual = glp_get_dual_stat(e->problem);
  if (primal == GLP_FEAS && dual == GLP_FEAS) return VT_RUN_OPTIMAL;
  if (primal == GLP_NOFEAS) return VT_RUN_INFEASIBLE;
  if (dual == GLP_NOFEAS) return primal == GLP_FEAS ? VT_RUN_UNBOUNDED : VT_RUN_UNDECIDED;
  return VT_RUN_FAILED;
}

// After a run: read the basis back, and have a factorisation of it. That is the run's own if there
// is one (updated along the way, which this run alone decided), or one made afresh.
static vt_run finish(vt_engine *e, vt_run run, bool afresh, int64_t *iterations) {
  *iterations += glp_get_it_cnt(e->problem);
  glp_set_it_cnt(e->problem, 0);
  vt_engine_read_statuses(e);
  if (afresh || !glp_bf_exists(e->problem)) {
    const bool factorized = vt_engine_factorize(e);
    e->fresh = false;
    if (!factorized && run <= VT_RUN_UNBOUNDED) return VT_RUN_FAILED;
    if (!factorized) return run;
  }
  for (int p = 0; p < e->model->rows; p++) e->head[p] = glp_get_bhead(e->problem, p + 1) - 1;
  e->updated = true;
  return run;
}

vt_run vt_engine_run(vt_engine *e, const glp_smcp *control, int64_t *iterations) {
  e->fresh = e->updated = false;
  const int code = glp_simplex(e->problem, control);
  return finish(e, meaning(e, code), control->presolve == GLP_ON, iterations);
}

vt_run vt_engine_run_exact(vt_engine *e, const glp_smcp *control, int64_t *iterations) {
  e->fresh = e->updated = false;
  const int code = glp_exact(e->problem, control);
  return finish(e, meaning(e, code), true, iterations);
}
