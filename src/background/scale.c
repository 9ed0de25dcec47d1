// scale.c - permutes a system's products onto the diagonal and equilibrates it by powers of two.
//
// Prices are sought that give every process a positive value added, |d_j| p_j > sum |a_ij| p_i.
// Where they exist the system is regular, scaled by them its columns are dominant, and neither an
// elimination nor an iteration needs pivots. Otherwise rows and columns are brought to a largest
// entry of about 1.
#include "room.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BALANCE_SWEEPS = 16, PRICE_SWEEPS = 60, EXPONENT_LIMIT = 500 };

// ---------------------------------------------------------------------------------------------
// The permuted matrix, rows ascending: two transpositions sort it.

static vt_error allocate(vt_scaled *s, int n, ptrdiff_t entries) {
  s->matrix.n = n;
  VT_NEW(s->matrix.start, n + 1);
  VT_NEW(s->matrix.row, entries);
  VT_NEW(s->matrix.value, entries);
  VT_NEW(s->match, n);
  VT_NEW(s->row_scale, n);
  VT_NEW(s->column_scale, n);
  return VT_OK;
}

void vt_scaled_free(vt_scaled *s) {
  free(s->matrix.start);
  free(s->matrix.row);
  free(s->matrix.value);
  free(s->match);
  free(s->row_scale);
  free(s->column_scale);
  *s = (vt_scaled){0};
}

void vt_transpose(const vt_kernel_matrix *from, vt_kernel_matrix *to) {
  const int n = from->n;
  memset(to->start, 0, ((size_t)n + 1) * sizeof *to->start);
  for (int k = 0; k < from->start[n]; k++) to->start[from->row[k] + 1]++;
  for (int i = 0; i < n; i++) to->start[i + 1] += to->start[i];
  for (int j = 0; j < n; j++) {
    for (int k = from->start[j]; k < from->start[j + 1]; k++) {
      const int place = to->start[from->row[k]]++;
      to->row[place] = j;
      if (to->value) to->value[place] = from->value[k];
    }
  }
  for (int i = n; i > 0; i--) to->start[i] = to->start[i - 1];
  to->start[0] = 0;
}

static vt_error sort_rows(vt_kernel_matrix *matrix) {
  vt_scaled other = {0};
  const vt_error result = allocate(&other, matrix->n, matrix->start[matrix->n]);
  if (result == VT_OK) {
    vt_transpose(matrix, &other.matrix);
    vt_transpose(&other.matrix, matrix);
  }
  vt_scaled_free(&other);
  return result;
}

static vt_error permute(const vt_sparse *a, vt_scaled *s) {
  int *position;
  VT_NEW(position, a->rows);
  for (int j = 0; j < a->columns; j++) position[s->match[j]] = j;
  int filled = 0;
  for (int j = 0; j < a->columns; j++) {
    for (ptrdiff_t k = a->column_start[j]; k < a->column_start[j + 1]; k++) {
      if (a->value[k] == 0) continue;
      s->matrix.row[filled] = position[a->row[k]];
      s->matrix.value[filled++] = a->value[k];
    }
    s->matrix.start[j + 1] = filled;
  }
  free(position);
  s->entries = filled;
  return sort_rows(&s->matrix);
}

// ---------------------------------------------------------------------------------------------
// Balance: largest entries of rows and columns near 1 (Ruiz), on binary logarithms.

static void row_and_column_tops(const vt_kernel_matrix *m, const float *size, const float *row,
                                const float *column, float *row_top, float *column_top) {
  for (int i = 0; i < m->n; i++) row_top[i] = -1e30F;
  for (int j = 0; j < m->n; j++) {
    float highest = -1e30F;
    for (int k = m->start[j]; k < m->start[j + 1]; k++) {
      const float scaled = size[k] + row[m->row[k]] + column[j], held = row_top[m->row[k]];
      row_top[m->row[k]] = scaled > held ? scaled : held; // no branch: there is no guessing it
      highest = scaled > highest ? scaled : highest;
    }
    column_top[j] = highest;
  }
}

// log2|value|, near enough: exponent and fraction of a double are its logarithm, in pieces.
static float logarithm(double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return (float)((double)(bits & 0x7fffffffffffffffu) * 0x1p-52 - 1023);
}

static vt_error balance(const vt_kernel_matrix *m, float *row, float *column) {
  float *work;
  const int n = m->n, entries = m->start[n];
  VT_NEW(work, 2 * (ptrdiff_t)n + entries);
  float *row_top = work, *column_top = row_top + n, *size = column_top + n;
  for (int k = 0; k < entries; k++) size[k] = logarithm(m->value[k]);
  float off = INFINITY;
  for (int sweep = 0; sweep < BALANCE_SWEEPS && off > 2; sweep++) {
    row_and_column_tops(m, size, row, column, row_top, column_top);
    off = 0;
    for (int i = 0; i < n; i++) {
      row[i] -= row_top[i] / 2;
      column[i] -= column_top[i] / 2;
      off = fmaxf(off, fmaxf(fabsf(row_top[i]), fabsf(column_top[i])));
    }
  }
  free(work);
  return VT_OK;
}

// The power of two nearest to 2^exponent. Two of them multiply without overflow.
static double power(double exponent) {
  if (exponent > EXPONENT_LIMIT) return 0x1p500;
  if (exponent < -EXPONENT_LIMIT) return 0x1p-500;
  return ldexp(1, (int)lrint(exponent));
}

// Set the scales, in place of those before.
static void apply(const vt_scaled *s, const double *row, const double *column) {
  const vt_kernel_matrix *m = &s->matrix;
  double *row_change = s->row_scale, *column_change = s->column_scale;
  for (int j = 0; j < m->n; j++) {
    row_change[j] = row[j] / row_change[j];
    column_change[j] = column[j] / column_change[j];
  }
  for (int j = 0; j < m->n; j++) {
    for (int k = m->start[j]; k < m->start[j + 1]; k++)
      m->value[k] *= row_change[m->row[k]] * column_change[j];
  }
  memcpy(s->row_scale, row, (size_t)m->n * sizeof *row);
  memcpy(s->column_scale, column, (size_t)m->n * sizeof *column);
}

// ---------------------------------------------------------------------------------------------
// Prices.

// What a process pays for its inputs; `*output`: what it is paid for a unit of its product's price.
static double expenses(const vt_kernel_matrix *m, const double *price, int j, double *output) {
  double sum = 0, diagonal = 0;
  for (int k = m->start[j]; k < m->start[j + 1]; k++) {
    const int i = m->row[k];
    const double size = fabs(m->value[k]);
    sum += size * (i == j ? 0 : price[i]);
    diagonal = i == j ? size : diagonal;
  }
  *output = diagonal;
  return sum;
}

// One sweep of Gauss and Seidel on |d_j| p_j = sum |a_ij| p_i + 1, up or down.
static bool raise_prices(const vt_kernel_matrix *m, bool up, double *price) {
  for (int k = 0; k < m->n; k++) {
    const int j = up ? k : m->n - 1 - k;
    double output;
    const double inputs = expenses(m, price, j, &output);
    price[j] = (1 + inputs) / output;
    if (!(price[j] < 1e200)) return false;
  }
  return true;
}

static bool all_add_value(const vt_kernel_matrix *m, const double *price) {
  for (int j = 0; j < m->n; j++) {
    double output;
    const double inputs = expenses(m, price, j, &output), income = output * price[j];
    // The margin covers the rounding of these sums, so that this is a proof.
    if (!(income - inputs > 0.25 && inputs < income * (1 - 1e-9))) return false;
  }
  return true;
}

static bool find_prices(const vt_kernel_matrix *m, double *price) {
  for (int j = 0; j < m->n; j++) price[j] = 1;
  for (int sweep = 0; sweep < PRICE_SWEEPS; sweep++) {
    if (!raise_prices(m, sweep % 2 == 0, price)) return false;
    if (sweep % 2 == 1 && all_add_value(m, price)) return true;
  }
  return false;
}

static double diagonal_of(const vt_kernel_matrix *m, int j) {
  for (int k = m->start[j]; k < m->start[j + 1]; k++)
    if (m->row[k] == j) return fabs(m->value[k]);
  return 0;
}

// `work`, shape [3 n].
static void use_prices(vt_scaled *s, double *work) {
  const int n = s->matrix.n;
  double *price = work, *row = price + n, *column = row + n;
  s->dominant = find_prices(&s->matrix, price);
  if (!s->dominant) return;
  for (int j = 0; j < n; j++) {
    row[j] = power(log2(price[j] * s->row_scale[j]));
    column[j] = power(-log2(price[j] * diagonal_of(&s->matrix, j)) + log2(s->column_scale[j]));
  }
  apply(s, row, column);
}

static void use_balance(vt_scaled *s, const float *row, const float *column, double *work) {
  const int n = s->matrix.n;
  for (int j = 0; j < n; j++) {
    s->row_scale[j] = s->column_scale[j] = 1;
    work[j] = power((double)row[j]);
    work[n + j] = power((double)column[j]);
  }
  apply(s, work, work + n);
}

static vt_error equilibrate(vt_scaled *s) {
  const ptrdiff_t n = s->matrix.n;
  double *work;
  VT_NEW(work, 4 * n);
  float *exponent = (float *)(work + 3 * n);
  const vt_error result = balance(&s->matrix, exponent, exponent + n);
  if (result == VT_OK) {
    use_balance(s, exponent, exponent + n, work);
    use_prices(s, work);
  }
  free(work);
  return result;
}

static vt_error measure(vt_scaled *s) {
  const vt_kernel_matrix *m = &s->matrix;
  double *sum;
  VT_NEW(sum, m->n);
  s->row_sum = s->column_sum = 0;
  for (int j = 0; j < m->n; j++) {
    double column = 0;
    for (int k = m->start[j]; k < m->start[j + 1]; k++) {
      column += fabs(m->value[k]);
      sum[m->row[k]] += fabs(m->value[k]);
    }
    s->column_sum = fmax(s->column_sum, column);
  }
  for (int i = 0; i < m->n; i++) s->row_sum = fmax(s->row_sum, sum[i]);
  free(sum);
  return VT_OK;
}

vt_error vt_scale(const vt_equations *system, const int *match, vt_scaled *s) {
  const vt_sparse *a = system->technosphere;
  *s = (vt_scaled){0};
  VT_TRY(allocate(s, a->rows, a->entries));
  memcpy(s->match, match, (size_t)a->rows * sizeof *match);
  VT_TRY(permute(a, s));
  VT_TRY(equilibrate(s));
  return measure(s);
}

// ---------------------------------------------------------------------------------------------

static double top(const double *v, int n) {
  double largest = 0;
  for (int i = 0; i < n; i++) {
    if (!(fabs(v[i]) <= largest)) largest = fabs(v[i]); // takes a NaN along
    if (isnan(largest)) return INFINITY;
  }
  return largest;
}

// r -= S x, total += |S| |x|.
static void subtract(const vt_kernel_matrix *m, const double *x, double *r, double *total) {
  for (int j = 0; j < m->n; j++) {
    const double amount = x[j];
    if (amount == 0) continue;
    for (int k = m->start[j]; k < m->start[j + 1]; k++) {
      const double part = m->value[k] * amount;
      r[m->row[k]] -= part;
      total[m->row[k]] += fabs(part);
    }
  }
}

static void subtract_transposed(const vt_kernel_matrix *m, const double *x, double *r,
                                double *total) {
  for (int j = 0; j < m->n; j++) {
    double sum = 0, size = 0;
    for (int k = m->start[j]; k < m->start[j + 1]; k++) {
      const double part = m->value[k] * x[m->row[k]];
      sum += part;
      size += fabs(part);
    }
    r[j] -= sum;
    total[j] += size;
  }
}

void vt_residual(const vt_scaled *s, bool transposed, const double *b, const double *x, double *r,
                 double *total, vt_quality *quality) {
  const vt_kernel_matrix *m = &s->matrix;
  memcpy(r, b, (size_t)m->n * sizeof *r);
  for (int i = 0; i < m->n; i++) total[i] = fabs(b[i]);
  if (transposed) {
    subtract_transposed(m, x, r, total);
  } else {
    subtract(m, x, r, total);
  }
  const double scale = (transposed ? s->column_sum : s->row_sum) * top(x, m->n) + top(b, m->n);
  const double floor = 0x1p-30 * top(total, m->n);
  *quality = (vt_quality){.largest = top(r, m->n)};
  if (quality->largest == 0) return;
  quality->backward = quality->component = INFINITY;
  if (!isfinite(scale) || !isfinite(quality->largest)) return;
  quality->backward = quality->largest / scale;
  quality->component = 0;
  for (int i = 0; i < m->n; i++)
    quality->component = fmax(quality->component, fabs(r[i]) / (total[i] + floor));
}
