// apart.c - the last resort of a programme whose rungs proved nothing: is there a point at all, and
// is there a direction along which the cost falls for ever? Each is a programme that the real one's
// difficulty may spare: the point has no cost to mind, the direction no bounds but 0.
#include "session.h"

#include <math.h>
#include <string.h>

#define TOLERANCE 1e-9
#define TIGHT_TOLERANCE 1e-11

enum { ATTEMPTS = 3 };

// Solve `numbers` in the working engine, in one of several ways.
static vt_run attempt(vt_lp_session *s, const vt_numbers *numbers, int way) {
  const vt_numbers *real = s->numbers;
  s->numbers = numbers;
  vt_run run = VT_RUN_FAILED;
  if (vt_load_scenario(s, NULL)) {
    const bool advanced = way == 0;
    vt_engine_cold_basis(&s->work, advanced);
    memcpy(s->status, s->work.status, (size_t)(s->model->rows + s->model->columns));
    run = way == 2 ? vt_run_exact(s)
                   : vt_run_simplex(s, numbers->cost, advanced ? GLP_PRIMAL : GLP_DUAL,
                                    advanced ? TOLERANCE : TIGHT_TOLERANCE);
  }
  s->numbers = real;
  return run;
}

// True if it is settled that there is none.
static bool seek_point(vt_lp_session *s) {
  vt_numbers free_of_cost = *s->numbers;
  free_of_cost.cost = s->no_cost;
  for (int way = 0; way < ATTEMPTS && s->least_violation > VT_MAX_VIOLATION; way++) {
    const vt_run run = attempt(s, &free_of_cost, way);
    if (s->stopped != VT_RUN_OPTIMAL) return false;
    if (run == VT_RUN_INFEASIBLE && vt_certify_infeasible(s)) return true;
    s->infeasible_claims += run == VT_RUN_INFEASIBLE;
    if (run != VT_RUN_OPTIMAL && run != VT_RUN_INFEASIBLE) continue;
    vt_basic_solution(s);
    vt_note_point(s);
  }
  return false;
}

// Directions no longer than one scaled unit in each column: then the steepest is a vertex.
static void seek_ray(vt_lp_session *s) {
  const vt_lp_model *m = s->model;
  for (int way = 0; way < ATTEMPTS && !s->has_ray; way++) {
    vt_open_cone(s);
    for (int j = 0; j < m->columns; j++) {
      double *lower = &s->cone_lower[m->rows + j], *upper = &s->cone_upper[m->rows + j];
      *lower = fmax(*lower, -m->column_scale[j]);
      *upper = fmin(*upper, m->column_scale[j]);
    }
    s->cone.value = s->numbers->value;
    s->cone.cost = s->numbers->cost;
    const vt_run run = attempt(s, &s->cone, way);
    if (s->stopped != VT_RUN_OPTIMAL) return;
    if (run == VT_RUN_OPTIMAL) s->has_ray = vt_prove_ray(s);
  }
}

// What is proven: infeasible, unbounded, or nothing (failed).
vt_outcome vt_prove_apart(vt_lp_session *s) {
  if (seek_point(s)) return VT_INFEASIBLE;
  if (s->least_violation > VT_MAX_VIOLATION || s->stopped != VT_RUN_OPTIMAL) return VT_FAILED;
  seek_ray(s);
  return s->has_ray ? VT_UNBOUNDED : VT_FAILED;
}
