// verify.c - proofs of answers, from the numbers alone: nothing here knows of GLPK or of scales.
#include "session.h"

#include <math.h>
#include <string.h>

// Below this share of its terms, a sum that should be 0 is 0.
#define ROUND_OFF 1e-11
// Wrong signs of multipliers up to this share of their terms are taken for noise.
#define DUAL_NOISE 1e-9
// Rounding errors of a sum, as a share of its terms: an infinite term is never excused.
#define SUM_ROUNDING 1e-14
// By how much of its terms a certificate must succeed.
#define CERTAIN 1e-9

void vt_row_activities(const vt_program *program, const double *value, const double *x,
                       double *activity, double *largest) {
  memset(activity, 0, (size_t)program->rows * sizeof *activity);
  memset(largest, 0, (size_t)program->rows * sizeof *largest);
  for (int j = 0; j < program->columns; j++) {
    if (x[j] == 0) continue;
    for (ptrdiff_t e = program->column_start[j]; e < program->column_start[j + 1]; e++) {
      const int i = program->row[e];
      const double term = value[e] * x[j], size = fabs(term);
      activity[i] += term;
      if (size > largest[i]) largest[i] = size;
    }
  }
}

static double relative(double residual, double largest, double bound) {
  const double size = fmax(largest, fabs(bound));
  return size == 0 ? 0.0 : residual / size;
}

// Largest relative violation of lower <= activity <= upper. NaN if anything is NaN.
double vt_row_violation(double lower, double upper, double activity, double largest) {
  if (activity >= lower && activity <= upper) return 0;
  if (activity < lower) return relative(lower - activity, largest, lower);
  if (activity > upper) return relative(activity - upper, largest, upper);
  return (double)NAN;
}

double vt_violation(const vt_program *program, const vt_numbers *numbers, const double *x,
                    const double *activity, const double *largest) {
  double worst = 0;
  for (int i = 0; i < program->rows; i++) {
    if (activity[i] >= numbers->row_lower[i] && activity[i] <= numbers->row_upper[i]) continue;
    const double v =
        vt_row_violation(numbers->row_lower[i], numbers->row_upper[i], activity[i], largest[i]);
    if (!(v <= worst)) worst = v;
    if (isnan(v)) return v;
  }
  for (int j = 0; j < program->columns; j++) {
    if (x[j] >= numbers->column_lower[j] && x[j] <= numbers->column_upper[j]) continue;
    const double v =
        vt_row_violation(numbers->column_lower[j], numbers->column_upper[j], x[j], fabs(x[j]));
    if (!(v <= worst)) worst = v;
    if (isnan(v)) return v;
  }
  return worst;
}

void vt_price(const vt_program *program, const double *value, vt_duals *duals) {
  const double *row = duals->row;
  for (int j = 0; j < program->columns; j++) {
    double cost = duals->cost[j], magnitude = fabs(cost);
    for (ptrdiff_t e = program->column_start[j]; e < program->column_start[j + 1]; e++) {
      const double term = value[e] * row[program->row[e]];
      cost -= term;
      magnitude += fabs(term);
    }
    duals->column[j] = cost;
    duals->magnitude[j] = magnitude;
  }
}

// Whether the multiplier of a row makes no difference to any column's reduced cost.
bool vt_row_dual_negligible(const vt_program *program, const double *value, const vt_duals *duals,
                            int row, double tolerance) {
  const double size = fabs(duals->row[row]);
  for (int j = 0; j < program->columns; j++) {
    for (ptrdiff_t e = program->column_start[j]; e < program->column_start[j + 1]; e++) {
      if (program->row[e] == row && !(size * fabs(value[e]) <= tolerance * duals->magnitude[j]))
        return false;
    }
  }
  return true;
}

typedef struct {
  double sum, terms;
} dual_sum;

// What a multiplier adds to the bound of the objective: itself times the bound that it leans on.
// With no bound on that side there is no bound of the objective, unless it is noise: then it
// counts as it does in the objective.
static void lean(dual_sum *s, double multiplier, double lower, double upper, double at,
                 bool noise) {
  if (multiplier == 0) return;
  const double bound = multiplier > 0 ? lower : upper, term = multiplier * (noise ? at : bound);
  s->sum += term;
  s->terms += fabs(term);
}

// Where the objective is 0, all its terms too, the bound's own rounding errors are no gap.
static double relative_gap(double objective, double size, const dual_sum *bound) {
  const double difference = fabs(objective - bound->sum), scale = fmax(fabs(objective), size);
  if (isnan(difference)) return HUGE_VAL;
  if (difference == 0) return 0;
  const double gap = scale == 0 ? HUGE_VAL : difference / scale;
  return gap > VT_MAX_GAP && isfinite(difference) && difference <= SUM_ROUNDING * bound->terms
             ? 0
             : gap;
}

void vt_judge(const vt_program *program, const vt_numbers *numbers, const double *activity,
              const vt_duals *duals, vt_lp_solution *solution) {
  double objective = 0, size = 0;
  dual_sum bound = {0};
  for (int j = 0; j < program->columns; j++) {
    const double x = solution->x[j], term = numbers->cost[j] * x, d = duals->column[j];
    objective += term;
    size += fabs(term);
    lean(&bound, d, numbers->column_lower[j], numbers->column_upper[j], x,
         fabs(d) <= DUAL_NOISE * duals->magnitude[j]);
  }
  for (int i = 0; i < program->rows; i++)
    lean(&bound, duals->row[i], numbers->row_lower[i], numbers->row_upper[i], activity[i], false);
  solution->objective = objective;
  solution->dual_bound = bound.sum;
  solution->gap = relative_gap(objective, size, &bound);
}

// A sum of intervals multiplier * [lower, upper], of which one end is wanted.
typedef struct {
  double end, largest;
} extent;

static void extend(extent *e, double multiplier, double bound) {
  if (multiplier == 0) return;
  const double term = multiplier * bound;
  e->end += term;
  e->largest = fmax(e->largest, fabs(term));
}

// Farkas: sum_i y_i row_i, written in rows and written in columns, takes values in two intervals;
// if they are apart there is no solution. The multiplier says which way round: the rows' interval
// lies above. Multipliers that lean on a bound that is not there are dropped first.
bool vt_proves_infeasible(const vt_program *program, const vt_numbers *numbers, double sign,
                          double *y) {
  extent rows = {0}, columns = {0};
  for (int i = 0; i < program->rows; i++) {
    const double t = sign * y[i], bound = t > 0 ? numbers->row_lower[i] : numbers->row_upper[i];
    if (isinf(bound)) y[i] = 0;
    if (!isinf(bound)) extend(&rows, t, bound);
  }
  for (int j = 0; j < program->columns; j++) {
    double sum = 0, size = 0;
    for (ptrdiff_t e = program->column_start[j]; e < program->column_start[j + 1]; e++) {
      const double term = sign * y[program->row[e]] * numbers->value[e];
      sum += term;
      size += fabs(term);
    }
    if (fabs(sum) <= ROUND_OFF * size) continue;
    extend(&columns, sum, sum > 0 ? numbers->column_upper[j] : numbers->column_lower[j]);
  }
  return rows.end - columns.end > CERTAIN * fmax(rows.largest, columns.largest);
}

// A direction along which everything stays within bounds for ever while the objective falls.
bool vt_proves_unbounded(const vt_program *program, const vt_numbers *numbers,
                         const double *direction, double *activity, double *largest) {
  double slope = 0, size = 0;
  for (int j = 0; j < program->columns; j++) {
    const double d = direction[j];
    if (!isfinite(d)) return false;
    if (d > 0 && !isinf(numbers->column_upper[j])) return false;
    if (d < 0 && !isinf(numbers->column_lower[j])) return false;
    slope += numbers->cost[j] * d;
    size += fabs(numbers->cost[j] * d);
  }
  if (!(slope < -CERTAIN * size)) return false;
  vt_row_activities(program, numbers->value, direction, activity, largest);
  for (int i = 0; i < program->rows; i++) {
    const double tolerance = CERTAIN * largest[i];
    if (!(activity[i] <= tolerance) && !isinf(numbers->row_upper[i])) return false;
    if (!(activity[i] >= -tolerance) && !isinf(numbers->row_lower[i])) return false;
  }
  return true;
}
