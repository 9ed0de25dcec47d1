// exact_lp.h - a simplex in whole numbers, of any length: what is true of a linear programme whose
// numbers are doubles, and how far that is from being undecided.
//
// Every variable (rows first, then columns) is basic or not; basic ones are sums of the others:
//   denominator * basic[i] = sum_j table[i][j] * other[j],
// whole numbers throughout, since a pivot divides without rest (Edmonds, Bareiss). Bland's rule in
// both phases, so it ends.
#ifndef VT_TEST_EXACT_LP_H
#define VT_TEST_EXACT_LP_H

#include "vintner/lp.h"

#include <gmp.h>
#include <math.h>
#include <stdlib.h>

/// What is true of a programme.
typedef struct exact_truth {
  vt_outcome outcome; ///< optimal, infeasible or unbounded
  double objective;   ///< of an optimum, rounded
  /// By what share of its own terms the proof succeeds: for Farkas' sum its distance from 0 and
  /// every weight of a column that is not 0; for a ray its slope. 1 for an optimum.
  double margin;
} exact_truth;

typedef struct exact_side {
  bool finite;
  mpz_t at;
} exact_side;

typedef struct exact_lp {
  const vt_program *program;
  const vt_numbers *numbers;
  int rows, columns;
  int *row_shift, *column_shift;            // binary exponents of the scales
  int entry_shift, bound_shift, cost_shift; // and of what makes everything whole
  mpz_t *table; // shape [rows + 1, columns], the last row is the objective
  mpz_t denominator;
  exact_side *lower, *upper; // shape [rows + columns]
  int *basic, *other;        // shapes [rows], [columns]: variables
  signed char *side;         // shape [rows + columns]: -1 at lower, 1 at upper, 0 at 0
  mpz_t *value;              // shape [rows + 1]: denominator * value of the basic ones
  mpz_t a, b, c, d;          // work space
} exact_lp;

// Exponent of the last bit that is set.
static inline int exact_last_bit(double v) {
  int exponent;
  double m = frexp(v, &exponent);
  int bits = 0;
  while (m != rint(m)) {
    m *= 2;
    bits++;
  }
  return exponent - bits;
}

static inline void exact_set(mpz_t z, double v, int shift) {
  if (v == 0) {
    mpz_set_si(z, 0);
    return;
  }
  const int last = exact_last_bit(v);
  mpz_set_d(z, ldexp(v, -last));
  mpz_mul_2exp(z, z, (mp_bitcnt_t)(last + shift));
}

static inline mpz_t *exact_cell(exact_lp *x, int i, int j) {
  return &x->table[i * x->columns + j];
}

// Powers of two for rows and columns, so that the whole numbers are short.
static inline void exact_scale(exact_lp *x) {
  const vt_program *p = x->program;
  for (int pass = 0; pass < 4; pass++) {
    const bool of_rows = pass % 2 == 0;
    const int lines = of_rows ? x->rows : x->columns;
    int *shift = of_rows ? x->row_shift : x->column_shift;
    int *least = calloc((size_t)lines + 1, sizeof *least),
        *most = calloc((size_t)lines + 1, sizeof *most);
    for (int k = 0; k < lines; k++) least[k] = 10000, most[k] = -10000;
    for (int j = 0; j < x->columns; j++) {
      for (ptrdiff_t e = p->column_start[j]; e < p->column_start[j + 1]; e++) {
        if (x->numbers->value[e] == 0) continue;
        const int i = p->row[e], line = of_rows ? i : j;
        const int bit =
            exact_last_bit(x->numbers->value[e]) + (of_rows ? x->column_shift[j] : x->row_shift[i]);
        if (bit < least[line]) least[line] = bit;
        if (bit > most[line]) most[line] = bit;
      }
    }
    for (int k = 0; k < lines; k++) shift[k] = least[k] > most[k] ? 0 : -least[k];
    free(least);
    free(most);
  }
  x->entry_shift = 0;
  for (int j = 0; j < x->columns; j++) {
    for (ptrdiff_t e = p->column_start[j]; e < p->column_start[j + 1]; e++) {
      if (x->numbers->value[e] == 0) continue;
      const int bit =
          exact_last_bit(x->numbers->value[e]) + x->row_shift[p->row[e]] + x->column_shift[j];
      if (-bit > x->entry_shift) x->entry_shift = -bit;
    }
  }
}

// The exponent by which a variable's values are multiplied, but for the common one.
static inline int exact_shift_of(const exact_lp *x, int k) {
  return k < x->rows ? x->row_shift[k] + x->entry_shift : -x->column_shift[k - x->rows];
}

static inline double exact_bound(const exact_lp *x, int k, bool upper) {
  const vt_numbers *n = x->numbers;
  if (k < x->rows) return upper ? n->row_upper[k] : n->row_lower[k];
  return upper ? n->column_upper[k - x->rows] : n->column_lower[k - x->rows];
}

static inline void exact_load(exact_lp *x) {
  const vt_program *p = x->program;
  const int variables = x->rows + x->columns;
  exact_scale(x);
  x->bound_shift = x->cost_shift = 0;
  for (int k = 0; k < variables; k++) {
    for (int u = 0; u < 2; u++) {
      const double b = exact_bound(x, k, u);
      if (b == 0 || isinf(b)) continue;
      const int bit = exact_last_bit(b) + exact_shift_of(x, k);
      if (-bit > x->bound_shift) x->bound_shift = -bit;
    }
  }
  for (int j = 0; j < x->columns; j++) {
    const double c = x->numbers->cost[j];
    if (c != 0 && -(exact_last_bit(c) + x->column_shift[j]) > x->cost_shift)
      x->cost_shift = -(exact_last_bit(c) + x->column_shift[j]);
  }
  for (int k = 0; k < variables; k++) {
    const double low = exact_bound(x, k, false), high = exact_bound(x, k, true);
    x->lower[k].finite = !isinf(low);
    x->upper[k].finite = !isinf(high);
    exact_set(x->lower[k].at, isinf(low) ? 0 : low, exact_shift_of(x, k) + x->bound_shift);
    exact_set(x->upper[k].at, isinf(high) ? 0 : high, exact_shift_of(x, k) + x->bound_shift);
    x->side[k] = x->lower[k].finite ? -1 : x->upper[k].finite ? 1 : 0;
  }
  for (int j = 0; j < x->columns; j++) {
    for (ptrdiff_t e = p->column_start[j]; e < p->column_start[j + 1]; e++)
      exact_set(*exact_cell(x, p->row[e], j), x->numbers->value[e],
                x->row_shift[p->row[e]] + x->column_shift[j] + x->entry_shift);
    exact_set(*exact_cell(x, x->rows, j), x->numbers->cost[j], x->column_shift[j] + x->cost_shift);
    x->other[j] = x->rows + j;
  }
  for (int i = 0; i < x->rows; i++) x->basic[i] = i;
  mpz_set_si(x->denominator, 1);
}

static inline void exact_pivot(exact_lp *x, int r, int s) {
  mpz_t *p = &x->a;
  mpz_set(*p, *exact_cell(x, r, s));
  for (int i = 0; i <= x->rows; i++) {
    if (i == r) continue;
    mpz_t *f = exact_cell(x, i, s);
    for (int j = 0; j < x->columns; j++) {
      if (j == s) continue;
      mpz_t *t = exact_cell(x, i, j);
      mpz_mul(*t, *t, *p);
      if (mpz_sgn(*f) != 0 && mpz_sgn(*exact_cell(x, r, j)) != 0)
        mpz_submul(*t, *f, *exact_cell(x, r, j));
      if (mpz_sgn(*t) != 0) mpz_divexact(*t, *t, x->denominator);
    }
  }
  for (int j = 0; j < x->columns; j++)
    if (j != s) mpz_neg(*exact_cell(x, r, j), *exact_cell(x, r, j));
  mpz_set(*exact_cell(x, r, s), x->denominator);
  mpz_set(x->denominator, *p);
  if (mpz_sgn(x->denominator) < 0) {
    mpz_neg(x->denominator, x->denominator);
    for (int t = 0; t < (x->rows + 1) * x->columns; t++) mpz_neg(x->table[t], x->table[t]);
  }
  const int k = x->basic[r];
  x->basic[r] = x->other[s];
  x->other[s] = k;
}

static inline const mpz_t *exact_at(const exact_lp *x, int k) {
  return x->side[k] > 0 ? (const mpz_t *)&x->upper[k].at : (const mpz_t *)&x->lower[k].at;
}

static inline void exact_values(exact_lp *x) {
  for (int i = 0; i <= x->rows; i++) {
    mpz_set_si(x->value[i], 0);
    for (int j = 0; j < x->columns; j++)
      if (x->side[x->other[j]] != 0)
        mpz_addmul(x->value[i], *exact_cell(x, i, j), *exact_at(x, x->other[j]));
  }
}

// Below (-1), above (1) or within.
static inline int exact_outside(exact_lp *x, int i) {
  const int k = x->basic[i];
  mpz_mul(x->b, x->denominator, x->lower[k].at);
  if (x->lower[k].finite && mpz_cmp(x->value[i], x->b) < 0) return -1;
  mpz_mul(x->b, x->denominator, x->upper[k].at);
  return x->upper[k].finite && mpz_cmp(x->value[i], x->b) > 0 ? 1 : 0;
}

// Whether a variable that is not basic may grow (1) or shrink (-1).
static inline bool exact_may(const exact_lp *x, int k, int way) {
  if (x->side[k] == 0) return true;
  if (x->lower[k].finite && x->upper[k].finite && mpz_cmp(x->lower[k].at, x->upper[k].at) == 0)
    return false;
  return way > 0 ? x->side[k] < 0 : x->side[k] > 0;
}

static inline double exact_ratio(const mpz_t a, const mpz_t b) {
  long ea, eb;
  const double ma = mpz_get_d_2exp(&ea, a), mb = mpz_get_d_2exp(&eb, b);
  return mb == 0 ? 0 : ldexp(ma / mb, (int)(ea - eb));
}

// Row i says that nothing is feasible: by what share of its terms.
static inline double exact_margin_of_conflict(exact_lp *x, int i, int outside) {
  const int k = x->basic[i];
  mpz_mul(x->a, x->denominator, outside < 0 ? x->lower[k].at : x->upper[k].at);
  mpz_sub(x->b, x->a, x->value[i]);
  mpz_abs(x->b, x->b);
  mpz_abs(x->a, x->a);
  for (int j = 0; j < x->columns; j++) {
    mpz_mul(x->c, *exact_cell(x, i, j), *exact_at(x, x->other[j]));
    if (x->side[x->other[j]] != 0 && mpz_cmpabs(x->c, x->a) > 0) mpz_abs(x->a, x->c);
  }
  double margin = exact_ratio(x->b, x->a);
  // Weights of rows give those of columns; these must not be what cancellation left.
  mpz_t *weight = malloc((size_t)(x->rows + 1) * sizeof *weight);
  for (int t = 0; t < x->rows; t++) mpz_init(weight[t]);
  if (k < x->rows) mpz_set(weight[k], x->denominator);
  for (int j = 0; j < x->columns; j++)
    if (x->other[j] < x->rows) mpz_neg(weight[x->other[j]], *exact_cell(x, i, j));
  for (int j = 0; j < x->columns; j++) {
    mpz_set_si(x->a, 0);
    mpz_set_si(x->b, 0);
    for (ptrdiff_t e = x->program->column_start[j]; e < x->program->column_start[j + 1]; e++) {
      const int row = x->program->row[e];
      exact_set(x->c, x->numbers->value[e],
                x->row_shift[row] + x->column_shift[j] + x->entry_shift);
      mpz_mul(x->c, x->c, weight[row]);
      mpz_add(x->a, x->a, x->c);
      mpz_abs(x->c, x->c);
      mpz_add(x->b, x->b, x->c);
    }
    mpz_abs(x->a, x->a);
    if (mpz_sgn(x->a) != 0) margin = fmin(margin, exact_ratio(x->a, x->b));
  }
  for (int t = 0; t < x->rows; t++) mpz_clear(weight[t]);
  free(weight);
  return margin;
}

// Phase 1: true once a point is feasible.
static inline bool exact_feasible(exact_lp *x, exact_truth *truth) {
  for (;;) {
    exact_values(x);
    int row = -1, outside = 0;
    for (int i = 0; i < x->rows; i++) {
      if (row >= 0 && x->basic[i] > x->basic[row]) continue;
      const int o = exact_outside(x, i);
      if (o != 0) row = i, outside = o;
    }
    if (row < 0) return true;
    int column = -1;
    for (int j = 0; j < x->columns; j++) {
      const int sign = mpz_sgn(*exact_cell(x, row, j));
      if (sign == 0 || !exact_may(x, x->other[j], outside < 0 ? sign : -sign)) continue;
      if (column < 0 || x->other[j] < x->other[column]) column = j;
    }
    if (column < 0) {
      truth->outcome = VT_INFEASIBLE;
      truth->margin = exact_margin_of_conflict(x, row, outside);
      return false;
    }
    x->side[x->basic[row]] = (signed char)outside;
    exact_pivot(x, row, column);
  }
}

// The slope of the ray of column s as a share of its terms.
static inline double exact_margin_of_ray(exact_lp *x, int s) {
  mpz_set_si(x->a, 0);
  mpz_set_si(x->b, 0);
  for (int i = -1; i < x->rows; i++) {
    const int k = i < 0 ? x->other[s] : x->basic[i];
    if (k < x->rows) continue;
    exact_set(x->c, x->numbers->cost[k - x->rows], x->column_shift[k - x->rows] + x->cost_shift);
    mpz_mul(x->c, x->c, i < 0 ? x->denominator : *exact_cell(x, i, s));
    mpz_add(x->a, x->a, x->c);
    mpz_abs(x->c, x->c);
    mpz_add(x->b, x->b, x->c);
  }
  mpz_abs(x->a, x->a);
  return exact_ratio(x->a, x->b);
}

// The row that stops column s on its way, -1 if the column's own other bound does, -2 if nothing.
static inline int exact_stop(exact_lp *x, int s, int way) {
  int row = -2;
  const int k = x->other[s];
  // slack / rate is the step: a / b is the best so far.
  if (x->lower[k].finite && x->upper[k].finite) {
    mpz_sub(x->a, x->upper[k].at, x->lower[k].at);
    mpz_mul(x->a, x->a, x->denominator);
    mpz_set(x->b, x->denominator);
    row = -1;
  }
  for (int i = 0; i < x->rows; i++) {
    const int t = x->basic[i], sign = mpz_sgn(*exact_cell(x, i, s)) * way;
    const exact_side *bound = sign > 0 ? &x->upper[t] : &x->lower[t];
    if (sign == 0 || !bound->finite) continue;
    mpz_mul(x->c, x->denominator, bound->at);
    mpz_sub(x->c, x->c, x->value[i]);
    mpz_abs(x->c, x->c);
    mpz_mul(x->c, x->c, x->b);
    mpz_abs(x->d, *exact_cell(x, i, s));
    mpz_mul(x->d, x->d, x->a);
    const int order = row == -2 ? -1 : mpz_cmp(x->c, x->d);
    const int rival = row == -1 ? k : row >= 0 ? x->basic[row] : 0;
    if (order > 0 || (order == 0 && t > rival)) continue;
    mpz_mul(x->a, x->denominator, bound->at);
    mpz_sub(x->a, x->a, x->value[i]);
    mpz_abs(x->a, x->a);
    mpz_abs(x->b, *exact_cell(x, i, s));
    row = i;
  }
  return row;
}

static inline void exact_descend(exact_lp *x, exact_truth *truth) {
  for (;;) {
    exact_values(x);
    int column = -1;
    for (int j = 0; j < x->columns; j++) {
      const int sign = mpz_sgn(*exact_cell(x, x->rows, j));
      if (sign == 0 || !exact_may(x, x->other[j], -sign)) continue;
      if (column < 0 || x->other[j] < x->other[column]) column = j;
    }
    if (column < 0) {
      mpz_mul_2exp(x->a, x->denominator, (mp_bitcnt_t)(x->bound_shift + x->cost_shift));
      *truth = (exact_truth){VT_OPTIMAL, exact_ratio(x->value[x->rows], x->a), 1};
      return;
    }
    const int way = -mpz_sgn(*exact_cell(x, x->rows, column)), row = exact_stop(x, column, way);
    if (row == -2) {
      *truth = (exact_truth){VT_UNBOUNDED, -HUGE_VAL, exact_margin_of_ray(x, column)};
      return;
    }
    if (row == -1) {
      x->side[x->other[column]] = (signed char)-x->side[x->other[column]];
      continue;
    }
    x->side[x->basic[row]] = (signed char)(mpz_sgn(*exact_cell(x, row, column)) * way);
    exact_pivot(x, row, column);
  }
}

static inline void exact_open(exact_lp *x) {
  const size_t rows = (size_t)x->rows + 1, columns = (size_t)x->columns + 1;
  x->row_shift = calloc(rows, sizeof *x->row_shift);
  x->column_shift = calloc(columns, sizeof *x->column_shift);
  x->table = calloc(rows * columns, sizeof *x->table);
  x->lower = calloc(rows + columns, sizeof *x->lower);
  x->upper = calloc(rows + columns, sizeof *x->upper);
  x->basic = calloc(rows, sizeof *x->basic);
  x->other = calloc(columns, sizeof *x->other);
  x->side = calloc(rows + columns, sizeof *x->side);
  x->value = calloc(rows, sizeof *x->value);
  for (size_t t = 0; t < rows * columns; t++) mpz_init(x->table[t]);
  for (size_t t = 0; t < rows + columns; t++) {
    mpz_init(x->lower[t].at);
    mpz_init(x->upper[t].at);
  }
  for (size_t t = 0; t < rows; t++) mpz_init(x->value[t]);
  mpz_inits(x->denominator, x->a, x->b, x->c, x->d, NULL);
}

static inline void exact_close(exact_lp *x) {
  const size_t rows = (size_t)x->rows + 1, columns = (size_t)x->columns + 1;
  for (size_t t = 0; t < rows * columns; t++) mpz_clear(x->table[t]);
  for (size_t t = 0; t < rows + columns; t++) {
    mpz_clear(x->lower[t].at);
    mpz_clear(x->upper[t].at);
  }
  for (size_t t = 0; t < rows; t++) mpz_clear(x->value[t]);
  mpz_clears(x->denominator, x->a, x->b, x->c, x->d, NULL);
  free(x->row_shift);
  free(x->column_shift);
  free(x->table);
  free(x->lower);
  free(x->upper);
  free(x->basic);
  free(x->other);
  free(x->side);
  free(x->value);
}

/// Decide a programme of finite entries and costs whose bounds do not cross.
static inline exact_truth exact_solve(const vt_program *program, const vt_numbers *numbers) {
  exact_lp x = {
      .program = program, .numbers = numbers, .rows = program->rows, .columns = program->columns};
  exact_truth truth = {VT_OPTIMAL, 0, 1};
  exact_open(&x);
  exact_load(&x);
  if (exact_feasible(&x, &truth)) exact_descend(&x, &truth);
  exact_close(&x);
  return truth;
}

#endif
