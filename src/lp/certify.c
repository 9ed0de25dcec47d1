// certify.c - certificates of infeasibility and unboundedness from where the simplex stopped.
#include "session.h"

#include <math.h>
#include <string.h>

// Below this share of the largest, parts of a direction are round-off.
#define ROUND_OFF 1e-12
// Reduced costs below this share of their terms are round-off.
#define LOST 1e-14

// Where one variable after the other may hold the proof, so many are tried.
enum { MOST_TRIES = 200 };

static bool try_signs(vt_lp_session *s, const double *row) {
  for (int sign = -1; sign <= 1; sign += 2) {
    memcpy(s->multiplier, row, (size_t)s->model->rows * sizeof *row);
    if (vt_proves_infeasible(s->model->program, s->numbers, sign, s->multiplier)) return true;
  }
  return false;
}

// The multipliers of the rows for penalties of the basic variables, by position in engine->column.
// Small ones are round-off for the most part, yet one may be what evens out a column that has no
// large terms: then those go that nothing notices.
static bool try_penalties(vt_lp_session *s) {
  const vt_lp_model *m = s->model;
  const double *v = s->engine->column + 1;
  double *row = s->weighted.row, largest = 0;
  vt_engine_backward(s->engine);
  for (int i = 0; i < m->rows; i++) largest = fmax(largest, fabs(v[i]));
  bool dropped = false;
  for (int i = 0; i < m->rows; i++) {
    const bool small = fabs(v[i]) <= ROUND_OFF * largest;
    row[i] = small ? 0 : v[i] * m->row_scale[i];
    dropped |= small && v[i] != 0;
  }
  if (try_signs(s, row)) return true;
  if (!dropped) return false;
  for (int i = 0; i < m->rows; i++) row[i] = v[i] * m->row_scale[i];
  s->weighted.cost = s->no_cost;
  vt_price(m->program, s->numbers->value, &s->weighted);
  vt_clear_noise(s, &s->weighted, ROUND_OFF * largest);
  return try_signs(s, row);
}

// Below (-1), above (1) or within its bounds (0), but for a scaled distance of `small`.
static int side_of(const vt_lp_session *s, int k, double small) {
  double lower, upper;
  vt_bounds_of(s, k, &lower, &upper);
  const int j = k - s->model->rows;
  const double at = j < 0 ? s->activity[k] : s->x[j];
  const double scale = j < 0 ? s->model->row_scale[k] : s->model->column_unscale[j];
  const double noise = fmax(small / scale, ROUND_OFF * (j < 0 ? s->largest[k] : fabs(at)));
  return at < lower - noise ? -1 : at > upper + noise ? 1 : 0;
}

// Values of the basic variables as they come, outside their bounds where they are.
static void raw_solution(vt_lp_session *s) {
  vt_basic_solution(s);
  for (int t = 0; t < s->snaps; t++) s->x[s->snapped[t]] = s->unsnapped[t];
  vt_take_stock(s);
}

// A conflict of small numbers is lost in a sum with large ones: every basic variable outside its
// bounds for itself.
static bool try_each(vt_lp_session *s) {
  const int rows = s->model->rows;
  double *v = s->engine->column + 1;
  for (int p = 0, tries = 0; p < rows && tries < MOST_TRIES; p++) {
    const int side = side_of(s, s->engine->head[p], 0);
    if (side == 0) continue;
    tries++;
    memset(v, 0, (size_t)rows * sizeof *v);
    v[p] = side;
    if (try_penalties(s)) return true;
  }
  return false;
}

// The dual simplex stops at one row of its tableau that cannot be mended, the primal simplex at
// the least sum of infeasibilities. Both are multipliers of the rows.
bool vt_certify_infeasible(vt_lp_session *s) {
  const int rows = s->model->rows;
  double *v = s->engine->column + 1;
  raw_solution(s);
  const int ray = glp_get_unbnd_ray(s->engine->problem) - 1;
  bool any = false;
  for (int p = 0; p < rows; p++) {
    v[p] = s->engine->head[p] == ray ? 1 : 0;
    any |= v[p] != 0;
  }
  if (any && try_penalties(s)) return true;
  // The simplex overlooks what is within its tolerance, which is some such share.
  static const double shares[] = {0, 1e-11, 1e-9, 1e-7};
  const double largest = vt_largest_scaled(s);
  for (size_t t = 0; t < sizeof shares / sizeof *shares; t++) {
    any = false;
    for (int p = 0; p < rows; p++) {
      v[p] = side_of(s, s->engine->head[p], shares[t] * largest);
      any |= v[p] != 0;
    }
    if (any && try_penalties(s)) return true;
  }
  return try_each(s);
}

// The basic variables' answer to a unit step of a non-basic one, in engine->column.
void vt_tableau_column(vt_lp_session *s, int k) {
  const vt_lp_model *m = s->model;
  const vt_program *program = m->program;
  double *v = s->engine->column + 1;
  memset(v, 0, (size_t)m->rows * sizeof *v);
  const int j = k - m->rows;
  if (j < 0) {
    v[k] = -1;
  } else {
    for (ptrdiff_t e = program->column_start[j]; e < program->column_start[j + 1]; e++)
      v[program->row[e]] =
          s->numbers->value[e] * m->row_scale[program->row[e]] * m->column_scale[j];
  }
  vt_engine_forward(s->engine);
}

// The cone of directions that keep all rows and bounds for ever, as bounds of s->cone.
void vt_open_cone(vt_lp_session *s) {
  for (int k = 0; k < s->model->rows + s->model->columns; k++) {
    double lower, upper;
    vt_bounds_of(s, k, &lower, &upper);
    s->cone_lower[k] = isinf(lower) ? -HUGE_VAL : 0;
    s->cone_upper[k] = isinf(upper) ? HUGE_VAL : 0;
  }
}

static bool direction_proves(vt_lp_session *s) {
  return vt_proves_unbounded(s->model->program, s->numbers, s->direction, s->activity, s->largest);
}

// The basic solution within the cone, as a direction: whether that proves a fall without end. What
// is small beside the rest of it may be all that some row has, and right; or nothing but round-off.
bool vt_prove_ray(vt_lp_session *s) {
  const vt_numbers *real = s->numbers;
  const int columns = s->model->columns;
  s->cone.value = real->value;
  s->numbers = &s->cone;
  vt_basic_solution(s);
  s->numbers = real;
  memcpy(s->direction, s->x, (size_t)columns * sizeof *s->x);
  if (direction_proves(s)) return true;
  const double small = ROUND_OFF * vt_largest_scaled(s);
  for (int j = 0; j < columns; j++)
    if (fabs(s->x[j]) * s->model->column_unscale[j] <= small) s->direction[j] = 0;
  return direction_proves(s);
}

// Where a non-basic variable leads that leaves its bound while the others keep theirs.
static bool leads_down(vt_lp_session *s, int k, int sign) {
  const vt_lp_model *m = s->model;
  const unsigned char status = s->status[k];
  vt_open_cone(s);
  for (int t = 0; t < m->rows + m->columns; t++)
    if (s->status[t] != GLP_BS) s->cone_lower[t] = s->cone_upper[t] = 0;
  const double unit = k < m->rows ? m->row_unscale[k] : m->column_scale[k - m->rows];
  s->cone_lower[k] = s->cone_upper[k] = sign * unit;
  s->status[k] = GLP_NS;
  const bool proven = vt_prove_ray(s);
  s->status[k] = status;
  return proven;
}

// The point at hand may be all that a ray found elsewhere still needs.
void vt_note_point(vt_lp_session *s) {
  if (s->violation < s->least_violation) s->least_violation = s->violation;
}

static bool proven_unbounded(const vt_lp_session *s) {
  return s->has_ray && s->least_violation <= VT_MAX_VIOLATION;
}

bool vt_certify_unbounded(vt_lp_session *s) {
  vt_basic_solution(s);
  vt_note_point(s);
  const int k = glp_get_unbnd_ray(s->engine->problem) - 1;
  if (k >= 0 && s->status[k] != GLP_BS && !s->has_ray)
    s->has_ray = leads_down(s, k, 1) || leads_down(s, k, -1);
  return proven_unbounded(s);
}

// Whether the objective falls when a non-basic variable leaves its bound: up (1), down (-1) or
// neither way (0), by the multipliers in s->real.
static int falls(const vt_lp_session *s, int k) {
  const int j = k - s->model->rows;
  const double d = j < 0 ? s->real.row[k] : s->real.column[j];
  const double noise = j < 0 ? 0 : LOST * s->real.magnitude[j];
  const unsigned char status = s->status[k];
  if (status == GLP_BS || status == GLP_NS || !(fabs(d) > noise)) return 0;
  if (status == (d < 0 ? GLP_NU : GLP_NL)) return 0;
  return d < 0 ? 1 : -1;
}

// The simplex takes multipliers within its tolerance for 0; they may be costs that are small beside
// others and yet fall for ever. Needs the multipliers of the basis in s->real.
bool vt_certify_overlooked(vt_lp_session *s) {
  const int variables = s->model->rows + s->model->columns;
  vt_note_point(s);
  for (int k = 0, tries = 0; k < variables && tries < MOST_TRIES && !s->has_ray; k++) {
    const int way = falls(s, k);
    if (way == 0) continue;
    tries++;
    s->has_ray = leads_down(s, k, way);
  }
  return proven_unbounded(s);
}
