// correlate.c - rank correlations by a Gaussian copula.
#include "correlate.h"

#include "continuous.h"
#include "correlations.h"

#include <gsl/gsl_eigen.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_linalg.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

// ---------------------------------------------------------------------------------------------
// Components.

// Number the members that pairs connect to `first`, and list them. `of`: shape [members], the
// component of each, -1 where it has none yet.
static int connect(const vt_correlations *all, int first, int component, int *of, int *list) {
  int listed = 0;
  of[first] = component;
  list[listed++] = first;
  for (int done = 0; done < listed; done++) {
    const double *rho = all->rho + (ptrdiff_t)list[done] * all->members;
    for (int m = 0; m < all->members; m++) {
      if (of[m] >= 0 || isnan(rho[m])) continue;
      of[m] = component;
      list[listed++] = m;
    }
  }
  return listed;
}

// Greiner (1909): normal numbers with the correlation 2 sin(pi rho / 6) have the rank correlation
// rho (Pearson 1907).
static void fill(const vt_correlations *all, const int *member, vt_component *c) {
  for (int i = 0; i < c->inputs; i++) {
    for (int j = 0; j < c->inputs; j++) {
      const double rho = all->rho[(ptrdiff_t)member[i] * all->members + member[j]];
      const double r = i == j ? 1.0 : isnan(rho) ? 0.0 : 2.0 * sin(M_PI * rho / 6.0);
      c->factor[(ptrdiff_t)i * c->inputs + j] = r;
    }
  }
}

static vt_error smallest_eigenvalue(gsl_matrix *matrix, double *smallest) {
  gsl_vector *value = gsl_vector_alloc(matrix->size1);
  gsl_eigen_symm_workspace *space = gsl_eigen_symm_alloc(matrix->size1);
  const bool solved = value && space && gsl_eigen_symm(matrix, value, space) == GSL_SUCCESS;
  if (solved) *smallest = gsl_vector_min(value);
  gsl_eigen_symm_free(space);
  gsl_vector_free(value);
  VT_CHECK(solved, VT_ERR_SYSTEM, "cannot compute the eigenvalues of %zu correlated inputs",
           matrix->size1);
  return VT_OK;
}

static vt_error decompose(const vt_design_plan *plan, const vt_correlations *all, const int *member,
                          vt_component *c) {
  const size_t n = (size_t)c->inputs;
  gsl_matrix_view factor = gsl_matrix_view_array(c->factor, n, n);
  fill(all, member, c);
  if (gsl_linalg_cholesky_decomp1(&factor.matrix) == GSL_SUCCESS) return VT_OK;
  double smallest = (double)NAN;
  fill(all, member, c);
  VT_TRY(smallest_eigenvalue(&factor.matrix, &smallest));
  return vt_error_raise(VT_ERR_INPUT, __FILE__, __LINE__, __func__,
                        "%s:%d: 'ensemble.correlations': found correlations that are not positive "
                        "definite (smallest eigenvalue %.6g), expected such as numbers can have",
                        plan->path, plan->correlations_line, smallest);
}

static int ascending(const void *a, const void *b) {
  return *(const int *)a - *(const int *)b;
}

static vt_error add_component(vt_arena *arena, const vt_design_plan *plan,
                              const vt_correlations *all, int *list, int length, vt_component *c) {
  c->inputs = length;
  VT_ARENA_NEW(arena, c->input, length);
  VT_ARENA_NEW(arena, c->factor, (ptrdiff_t)length * length);
  qsort(list, (size_t)length, sizeof *list, ascending);
  for (int i = 0; i < length; i++) c->input[i] = all->member[list[i]];
  return decompose(plan, all, list, c);
}

vt_error vt_copula_create(vt_arena *arena, const vt_design_plan *plan, vt_copula *copula) {
  vt_correlations all;
  int *of, *list;
  *copula = (vt_copula){.components = 0};
  if (plan->correlations == 0 && !plan->correlations_file) return VT_OK;
  (void)gsl_set_error_handler_off(); // its default ends the process
  VT_TRY(vt_correlations_read(arena, plan, &all));
  VT_ARENA_NEW(arena, of, all.members);
  VT_ARENA_NEW(arena, list, all.members);
  VT_ARENA_NEW(arena, copula->component, all.members);
  for (int m = 0; m < all.members; m++) of[m] = -1;
  for (int m = 0; m < all.members; m++) {
    if (of[m] >= 0) continue;
    const int length = connect(&all, m, copula->components, of, list);
    if (length > 1)
      VT_TRY(
          add_component(arena, plan, &all, list, length, &copula->component[copula->components++]));
  }
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------
// Draws.

static double normal_of(double u) {
  return u <= 0.5 ? vt_normal_lower_quantile(u) : -vt_normal_lower_quantile(1.0 - u);
}

// From the last to the first, so that each finds those before it as they were.
static void apply(const vt_component *c, double *u) {
  for (int i = 0; i < c->inputs; i++) u[c->input[i]] = normal_of(u[c->input[i]]);
  for (int i = c->inputs - 1; i > 0; i--) {
    const double *row = c->factor + (ptrdiff_t)i * c->inputs;
    double z = 0.0;
    for (int j = 0; j <= i; j++) z += row[j] * u[c->input[j]];
    u[c->input[i]] = fmin(fmax(vt_normal_lower(z), 0x1p-53), 1.0 - 0x1p-53);
  }
}

void vt_copula_apply(const vt_copula *copula, double *u) {
  for (int k = 0; k < copula->components; k++) {
    const vt_component *c = &copula->component[k];
    const double first = u[c->input[0]];
    apply(c, u);
    u[c->input[0]] = first;
  }
}
