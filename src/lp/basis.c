// basis.c - the solution and the multipliers that belong to a basis, in real units.
//
// GLPK's factorisation solves the two systems; everything else is taken from the numbers. What
// comes out is cleaned of round-off: a variable or multiplier that is noise becomes exactly what
// it stands for, since 1e-17 where a bound of 0 asks for nothing is a violation of 100 %.
#include "session.h"

#include <math.h>

// A value is suspected of being noise if in some row it is a smaller share of the largest term.
#define PRIMAL_NOISE 1e-12
// Cleaning may not disturb what is significant by more than this share.
#define HARMLESS_PRIMAL 1e-12
#define HARMLESS_DUAL 1e-10
// Nothing above this share of the largest scaled value is looked at.
#define SMALL 1e-8
#define SMALL_DUAL 1e-11
// Residuals of fixed rows above this share are worth a step of iterative refinement.
#define INACCURATE 1e-13
// Reduced costs below this share of their terms are taken for 0.
#define ZERO_DUAL 1e-10
// Multipliers of rows up to this share of all terms they are part of are noise.
#define DUAL_NOISE 1e-9
// Scaled multipliers below this share of the largest are lost in rounding.
#define LOST 1e-13
// Signs of multipliers that the start basis must get right to be optimal as it is.
#define WRONG_SIGN 1e-12

enum { MOST_PASSES = 20 };

void vt_bounds_of(const vt_lp_session *s, int k, double *lower, double *upper) {
  const int rows = s->model->rows;
  *lower = k < rows ? s->numbers->row_lower[k] : s->numbers->column_lower[k - rows];
  *upper = k < rows ? s->numbers->row_upper[k] : s->numbers->column_upper[k - rows];
}

// The status a variable can have with these bounds: GLPK's rule, made independent of history.
unsigned char vt_fit_status(unsigned char status, double lower, double upper) {
  if (status == GLP_BS) return GLP_BS;
  if (lower == upper) return GLP_NS;
  if (isinf(lower)) return isinf(upper) ? GLP_NF : GLP_NU;
  if (isinf(upper)) return GLP_NL;
  if (status == GLP_NL || status == GLP_NU) return status;
  return fabs(lower) <= fabs(upper) ? GLP_NL : GLP_NU;
}

static double resting_place(unsigned char status, double lower, double upper) {
  if (status == GLP_NF) return 0;
  return status == GLP_NU ? upper : lower;
}

// Non-basic columns at their bounds, basic ones at 0; what that leaves of each row.
static void place_nonbasic(vt_lp_session *s, double *rest) {
  const vt_program *program = s->model->program;
  const vt_numbers *n = s->numbers;
  for (int i = 0; i < program->rows; i++) {
    const unsigned char status = s->status[i];
    rest[i] = status == GLP_BS ? 0 : -resting_place(status, n->row_lower[i], n->row_upper[i]);
  }
  for (int j = 0; j < program->columns; j++) {
    const unsigned char status = s->status[program->rows + j];
    const double at = resting_place(status, n->column_lower[j], n->column_upper[j]);
    s->x[j] = status == GLP_BS ? 0 : at;
    if (s->x[j] == 0) continue;
    for (ptrdiff_t e = program->column_start[j]; e < program->column_start[j + 1]; e++)
      rest[program->row[e]] += n->value[e] * at;
  }
}

// B z = rest, and z added to the basic columns.
static void solve_for_basic(vt_lp_session *s, const double *rest) {
  const vt_lp_model *m = s->model;
  double *v = s->engine->column + 1;
  for (int i = 0; i < m->rows; i++) v[i] = rest[i] * m->row_scale[i];
  vt_engine_forward(s->engine);
  for (int p = 0; p < m->rows; p++) {
    const int j = s->engine->head[p] - m->rows;
    if (j >= 0) s->x[j] += v[p] * m->column_scale[j];
  }
}

// How far the rows that rest on a bound are from it: the accuracy of the transformation.
static double misfit(vt_lp_session *s, double *rest) {
  const vt_numbers *n = s->numbers;
  double worst = 0;
  for (int i = 0; i < s->model->rows; i++) {
    rest[i] = 0;
    if (s->status[i] == GLP_BS) continue;
    const double at = resting_place(s->status[i], n->row_lower[i], n->row_upper[i]);
    rest[i] = s->activity[i] - at;
    if (rest[i] == 0) continue;
    const double share = fabs(rest[i]) / fmax(s->largest[i], fabs(at));
    if (!(share <= worst)) worst = share;
  }
  return worst;
}

void vt_take_stock(vt_lp_session *s) {
  vt_row_activities(s->model->program, s->numbers->value, s->x, s->activity, s->largest);
}

double vt_largest_scaled(const vt_lp_session *s) {
  double largest = 0;
  for (int j = 0; j < s->model->columns; j++) {
    const double size = fabs(s->x[j]) * s->model->column_unscale[j];
    if (size > largest) largest = size;
  }
  return largest;
}

// Whether some row of a column would not notice a change of the column's value.
static bool unnoticed(const vt_lp_session *s, int j, double change) {
  const vt_program *program = s->model->program;
  for (ptrdiff_t e = program->column_start[j]; e < program->column_start[j + 1]; e++) {
    if (fabs(s->numbers->value[e]) * change <= PRIMAL_NOISE * s->largest[program->row[e]])
      return true;
  }
  return false;
}

// Put basic columns that are outside their bounds, or so near that it is noise, on the bound.
static int snap(vt_lp_session *s) {
  const vt_lp_model *m = s->model;
  const double small = SMALL * vt_largest_scaled(s);
  int count = 0;
  for (int j = 0; j < m->columns; j++) {
    if (s->status[m->rows + j] != GLP_BS) continue;
    const double x = s->x[j], lower = s->numbers->column_lower[j],
                 upper = s->numbers->column_upper[j];
    const double bound = x - lower < upper - x ? lower : upper, change = fabs(x - bound);
    if (change == 0 || isinf(bound)) continue;
    const bool outside = x < lower || x > upper;
    if (!outside && change * m->column_unscale[j] > small) continue;
    if (!outside && !unnoticed(s, j, change)) continue;
    s->unsnapped[count] = x;
    s->snapped[count++] = j;
    s->x[j] = bound;
  }
  return count;
}

// Give back the value of a column if a row minds that it was changed and the bounds do not.
static bool unsnap(vt_lp_session *s, int t) {
  const vt_program *program = s->model->program;
  const vt_numbers *n = s->numbers;
  const int j = s->snapped[t];
  const double x = s->unsnapped[t];
  if (s->x[j] == x || x < n->column_lower[j] || x > n->column_upper[j]) return false;
  for (ptrdiff_t e = program->column_start[j]; e < program->column_start[j + 1]; e++) {
    const int i = program->row[e];
    const double v =
        vt_row_violation(n->row_lower[i], n->row_upper[i], s->activity[i], s->largest[i]);
    if (v <= HARMLESS_PRIMAL) continue;
    s->x[j] = x;
    return true;
  }
  return false;
}

static void settle(vt_lp_session *s) {
  s->snaps = snap(s);
  if (s->snaps > 0) vt_take_stock(s);
  bool changed = s->snaps > 0;
  for (int pass = 0; changed && pass < MOST_PASSES; pass++) {
    changed = false;
    for (int t = 0; t < s->snaps; t++) changed |= unsnap(s, t);
    if (changed) vt_take_stock(s);
  }
  s->violation = vt_violation(s->model->program, s->numbers, s->x, s->activity, s->largest);
}

void vt_basic_solution(vt_lp_session *s) {
  double *rest = s->multiplier;
  place_nonbasic(s, rest);
  solve_for_basic(s, rest);
  vt_take_stock(s);
  const double accuracy = misfit(s, rest);
  settle(s);
  if (s->violation <= HARMLESS_PRIMAL || accuracy <= INACCURATE) return;
  // One step of iterative refinement, from the cleaned values.
  (void)misfit(s, rest);
  solve_for_basic(s, rest);
  vt_take_stock(s);
  settle(s);
}

// Whether a column would notice the loss of the suspects among its rows. If it has no other
// terms, nothing but noise made them.
static bool notices(const vt_lp_session *s, const vt_duals *duals, int j) {
  const vt_program *program = s->model->program;
  double kept = fabs(duals->cost[j]), lost = 0;
  for (ptrdiff_t e = program->column_start[j]; e < program->column_start[j + 1]; e++) {
    const double size = fabs(s->numbers->value[e] * duals->row[program->row[e]]);
    if (s->noise[program->row[e]])
      lost += size;
    else
      kept += size;
  }
  return lost > 0 && kept > 0 && !(lost <= HARMLESS_DUAL * kept);
}

static bool acquit(vt_lp_session *s, const vt_duals *duals, int j) {
  const vt_program *program = s->model->program;
  bool changed = false;
  for (ptrdiff_t e = program->column_start[j]; e < program->column_start[j + 1]; e++) {
    const int i = program->row[e];
    const double size = fabs(s->numbers->value[e] * duals->row[i]);
    if (!s->noise[i] || size <= HARMLESS_DUAL * duals->magnitude[j]) continue;
    s->noise[i] = false;
    changed = true;
  }
  return changed;
}

// All small multipliers are suspects. A column whose other terms are large enough to notice
// acquits those it has, until the rest makes no difference to anything significant.
void vt_clear_noise(vt_lp_session *s, vt_duals *duals, double small) {
  const vt_lp_model *m = s->model;
  for (int i = 0; i < m->rows; i++)
    s->noise[i] = duals->row[i] != 0 && fabs(duals->row[i]) * m->row_unscale[i] <= small;
  bool changed = true;
  for (int pass = 0; changed && pass < m->rows + 1; pass++) {
    changed = false;
    for (int j = 0; j < m->columns; j++)
      if (notices(s, duals, j)) changed |= acquit(s, duals, j);
  }
  bool any = false;
  for (int i = 0; i < m->rows; i++) {
    if (s->noise[i]) duals->row[i] = 0;
    any |= s->noise[i];
  }
  if (any) vt_price(m->program, s->numbers->value, duals);
}

void vt_basic_duals(vt_lp_session *s, vt_duals *duals) {
  const vt_lp_model *m = s->model;
  double *v = s->engine->column + 1;
  for (int p = 0; p < m->rows; p++) {
    const int j = s->engine->head[p] - m->rows;
    v[p] = j >= 0 ? duals->cost[j] * m->column_scale[j] : 0;
  }
  vt_engine_backward(s->engine);
  double largest = 0, least = HUGE_VAL;
  for (int i = 0; i < m->rows; i++) {
    const double size = s->status[i] == GLP_BS ? 0 : fabs(v[i]);
    if (size > largest) largest = size;
    if (size > 0 && size < least) least = size;
    duals->row[i] = size > 0 ? -v[i] * m->row_scale[i] : 0;
  }
  vt_price(m->program, s->numbers->value, duals);
  duals->largest = largest;
  if (least <= SMALL_DUAL * largest) vt_clear_noise(s, duals, SMALL_DUAL * largest);
}

bool vt_dual_is_zero(const vt_lp_session *s, const vt_duals *duals, int k) {
  const vt_lp_model *m = s->model;
  const int j = k - m->rows;
  const double size = fabs(j < 0 ? duals->row[k] : duals->column[j]);
  // Noise may be all that a column's terms are made of: then only its scaled size tells.
  const double scaled = size * (j < 0 ? m->row_unscale[k] : m->column_scale[j]);
  if (size == 0 || scaled <= LOST * duals->largest) return true;
  return j >= 0 && size <= ZERO_DUAL * duals->magnitude[j];
}

// Multipliers that are noise and lean on a bound that a row does not have become 0.
void vt_drop_baseless(vt_lp_session *s, vt_duals *duals) {
  const vt_program *program = s->model->program;
  const vt_numbers *n = s->numbers;
  bool any = false;
  for (int i = 0; i < program->rows; i++) {
    const double y = duals->row[i];
    if (!((y > 0 && isinf(n->row_lower[i])) || (y < 0 && isinf(n->row_upper[i])))) continue;
    if (!vt_row_dual_negligible(program, n->value, duals, i, DUAL_NOISE)) continue;
    duals->row[i] = 0;
    any = true;
  }
  if (any) vt_price(program, n->value, duals);
}

// Whether the multiplier of a non-basic variable says that it should leave its bound.
static bool wants_to_move(const vt_lp_session *s, const vt_duals *duals, int k) {
  const int j = k - s->model->rows;
  const double d = j < 0 ? duals->row[k] : duals->column[j];
  const double noise = j < 0 ? 0 : WRONG_SIGN * duals->magnitude[j];
  const bool up = d<-noise, down = d> noise, nan = isnan(d);
  const bool wrong = (s->status[k] != GLP_NU && up) || (s->status[k] != GLP_NL && down) || nan;
  if (!wrong || j >= 0) return wrong;
  return !vt_row_dual_negligible(s->model->program, s->numbers->value, duals, k, WRONG_SIGN);
}

// Whether the multipliers have the signs of an optimum (among the flagged variables, if any).
bool vt_duals_fit(const vt_lp_session *s, const vt_duals *duals, const bool *among) {
  for (int k = 0; k < s->model->rows + s->model->columns; k++) {
    if (s->status[k] == GLP_BS || s->status[k] == GLP_NS || (among && !among[k])) continue;
    if (wants_to_move(s, duals, k)) return false;
  }
  return true;
}
