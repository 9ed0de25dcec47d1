// dense.c - small dense systems: LU with partial pivoting.
#include "timeline.h"

#include <math.h>
#include <string.h>

static void swap_rows(int n, double *a, int i, int j) {
  for (int c = 0; c < n && i != j; c++) {
    const double held = a[(ptrdiff_t)i * n + c];
    a[(ptrdiff_t)i * n + c] = a[(ptrdiff_t)j * n + c];
    a[(ptrdiff_t)j * n + c] = held;
  }
}

bool vt_dense_factorise(int n, double *a, int *pivot) {
  for (int k = 0; k < n; k++) {
    int best = k;
    for (int i = k + 1; i < n; i++)
      if (fabs(a[(ptrdiff_t)i * n + k]) > fabs(a[(ptrdiff_t)best * n + k])) best = i;
    pivot[k] = best;
    swap_rows(n, a, k, best);
    const double *top = a + (ptrdiff_t)k * n;
    if (!(fabs(top[k]) > 0) || !isfinite(top[k])) return false;
    for (int i = k + 1; i < n; i++) {
      double *row = a + (ptrdiff_t)i * n;
      if (!(fabs(row[k]) > 0)) continue;
      row[k] /= top[k];
      for (int c = k + 1; c < n; c++) row[c] -= row[k] * top[c];
    }
  }
  return true;
}

void vt_dense_solve(int n, const double *lu, const int *pivot, double *x) {
  for (int k = 0; k < n; k++) {
    const double held = x[pivot[k]];
    x[pivot[k]] = x[k];
    x[k] = held;
  }
  for (int i = 1; i < n; i++)
    for (int c = 0; c < i; c++) x[i] -= lu[(ptrdiff_t)i * n + c] * x[c];
  for (int i = n - 1; i >= 0; i--) {
    for (int c = i + 1; c < n; c++) x[i] -= lu[(ptrdiff_t)i * n + c] * x[c];
    x[i] /= lu[(ptrdiff_t)i * n + i];
  }
}
