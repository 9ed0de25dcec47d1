// fit.c - least squares on correlations, by Cholesky.
//
// Columns that have a mean of 0 and a variance of 1 leave nothing to gain from orthogonal methods:
// an input that others explain but for 1e-10 of its variance counts as their function.
#include "fit.h"

#include <math.h>
#include <stdlib.h>

static const double least_pivot = 1e-10;

vt_error vt_fit_create(int inputs, vt_fit *fit) {
  const ptrdiff_t cells = (ptrdiff_t)inputs * inputs;
  *fit = (vt_fit){.inputs = inputs};
  VT_NEW(fit->factor, 2 * cells + inputs);
  fit->inverse = fit->factor + cells;
  fit->precision = fit->inverse + cells;
  return VT_OK;
}

void vt_fit_free(vt_fit *fit) {
  free(fit->factor);
}

static double dot(const double *a, const double *b, int count) {
  double sum = 0;
  for (int i = 0; i < count; i++) sum += a[i] * b[i];
  return sum;
}

static bool factor(const vt_fit *fit, const double *correlation) {
  const int d = fit->inputs;
  for (int i = 0; i < d; i++) {
    double *row = fit->factor + (ptrdiff_t)i * d;
    for (int j = 0; j < i; j++) {
      const double *other = fit->factor + (ptrdiff_t)j * d;
      row[j] = (correlation[(ptrdiff_t)i * d + j] - dot(row, other, j)) / other[j];
    }
    const double pivot = correlation[(ptrdiff_t)i * d + i] - dot(row, row, i);
    if (!(pivot > least_pivot)) return false;
    row[i] = sqrt(pivot);
  }
  return true;
}

// The inverse of the factor, row by row: row i is a combination of those before it.
static void invert(const vt_fit *fit) {
  const int d = fit->inputs;
  for (int i = 0; i < d; i++) {
    const double *row = fit->factor + (ptrdiff_t)i * d;
    double *out = fit->inverse + (ptrdiff_t)i * d;
    for (int j = 0; j < i; j++) out[j] = 0;
    for (int k = 0; k < i; k++) {
      const double *before = fit->inverse + (ptrdiff_t)k * d;
      for (int j = 0; j <= k; j++) out[j] -= row[k] * before[j];
    }
    for (int j = 0; j < i; j++) out[j] /= row[i];
    out[i] = 1 / row[i];
  }
}

bool vt_fit_factor(vt_fit *fit, const double *correlation) {
  const int d = fit->inputs;
  if (!factor(fit, correlation)) return false;
  invert(fit);
  for (int j = 0; j < d; j++) {
    double sum = 0;
    for (int i = j; i < d; i++) {
      const double x = fit->inverse[(ptrdiff_t)i * d + j];
      sum += x * x;
    }
    fit->precision[j] = sum;
  }
  return true;
}

double vt_fit_solve(const vt_fit *fit, const double *with, double *b) {
  const int d = fit->inputs;
  double explained = 0;
  for (int j = 0; j < d; j++) b[j] = 0;
  for (int i = 0; i < d; i++) {
    const double *row = fit->inverse + (ptrdiff_t)i * d;
    const double along = dot(row, with, i + 1);
    explained += along * along;
    for (int j = 0; j <= i; j++) b[j] += row[j] * along;
  }
  return explained;
}
