// klu.c - the module: KLU without PETSc, whose objects belong to the main thread. A factorisation
// is read only once it is made, but for work space that each caller brings.
#include "klu.h"

#include <stdlib.h>
#include <suitesparse/klu.h>

struct vt_kernel_direct {
  klu_symbolic *symbolic;
  klu_numeric *numeric;
  klu_common common;
  int n;
};

int vt_klu_create(const vt_kernel_matrix *matrix, double pivot, int *memory,
                  vt_kernel_direct **direct) {
  *memory = 1;
  vt_kernel_direct *d = *direct = calloc(1, sizeof *d);
  if (!d) return 1;
  d->n = matrix->n;
  (void)klu_defaults(&d->common);
  d->common.tol = pivot;
  d->common.scale = 0; // it is equilibrated
  d->symbolic = klu_analyze_given(matrix->n, matrix->start, matrix->row, NULL, NULL, &d->common);
  if (d->symbolic)
    d->numeric = klu_factor(matrix->start, matrix->row, matrix->value, d->symbolic, &d->common);
  *memory = d->common.status == KLU_OUT_OF_MEMORY;
  return d->numeric && d->common.status == KLU_OK ? 0 : 1;
}

int vt_klu_refactor(vt_kernel_direct *direct, const vt_kernel_matrix *matrix) {
  const int good = klu_refactor(matrix->start, matrix->row, matrix->value, direct->symbolic,
                                direct->numeric, &direct->common);
  return good && direct->common.status == KLU_OK ? 0 : 1;
}

void vt_klu_free(vt_kernel_direct *direct) {
  if (!direct) return;
  (void)klu_free_numeric(&direct->numeric, &direct->common);
  (void)klu_free_symbolic(&direct->symbolic, &direct->common);
  free(direct);
}

double vt_klu_bytes(const vt_kernel_direct *direct) {
  return (double)direct->common.memusage;
}

int vt_klu_solve(const vt_kernel_direct *direct, int transposed, int count, double *x,
                 double *work) {
  klu_numeric numeric = *direct->numeric;
  klu_common common = direct->common;
  numeric.Xwork = work;
  const int good = transposed ? klu_tsolve(direct->symbolic, &numeric, direct->n, count, x, &common)
                              : klu_solve(direct->symbolic, &numeric, direct->n, count, x, &common);
  return good ? 0 : 1;
}
