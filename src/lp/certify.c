// certify.c - certificates of infeasibility and unboundedness from where the simplex stopped.
#include "session.h"

#include <math.h>
#include <string.h>

// Below this share of the largest, parts of a direction are round-off.
#define ROUND_OFF 1e-12

// The multipliers of the rows for penalties of the basic variables, by position in engine->column.
static bool try_penalties(vt_lp_session *s) {
  const vt_lp_model *m = s->model;
  vt_engine_backward(s->engine);
  double largest = 0;
  for (int i = 0; i < m->rows; i++) largest = fmax(largest, fabs(s->engine->column[i + 1]));
  for (int sign = -1; sign <= 1; sign += 2) {
    for (int i = 0; i < m->rows; i++) {
      const double v = s->engine->column[i + 1];
      s->multiplier[i] = fabs(v) <= ROUND_OFF * largest ? 0 : v * m->row_scale[i];
    }
    if (vt_proves_infeasible(m->program, s->numbers, sign, s->multiplier)) return true;
  }
  return false;
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
  return false;
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

bool vt_certify_unbounded(vt_lp_session *s) {
  const vt_lp_model *m = s->model;
  const int k = glp_get_unbnd_ray(s->engine->problem) - 1;
  if (k < 0 || s->status[k] == GLP_BS) return false;
  vt_basic_solution(s);
  if (!(s->violation <= VT_MAX_VIOLATION)) return false;
  vt_tableau_column(s, k);
  double largest = 1;
  for (int p = 0; p < m->rows; p++) largest = fmax(largest, fabs(s->engine->column[p + 1]));
  for (int sign = -1; sign <= 1; sign += 2) {
    memset(s->direction, 0, (size_t)m->columns * sizeof *s->direction);
    if (k >= m->rows) s->direction[k - m->rows] = sign * m->column_scale[k - m->rows];
    for (int p = 0; p < m->rows; p++) {
      const int j = s->engine->head[p] - m->rows;
      const double v = s->engine->column[p + 1];
      if (j >= 0 && fabs(v) > ROUND_OFF * largest) s->direction[j] = sign * v * m->column_scale[j];
    }
    if (vt_proves_unbounded(m->program, s->numbers, s->direction, s->activity, s->largest))
      return true;
  }
  return false;
}
