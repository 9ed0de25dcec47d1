// face.c - the optimal face of the latest solve, as bounds.
#include "session.h"

#include <math.h>

// A non-basic variable whose multiplier is not zero stays at its bound at every optimal point, and
// wherever those do, the objective is the optimum: so the face needs no row of its own.
vt_error vt_lp_narrow(const vt_lp_session *s, double *row_lower, double *row_upper,
                      double *column_lower, double *column_upper) {
  VT_CHECK(s->has_final && s->answer.outcome == VT_OPTIMAL, VT_ERR_BUG,
           "no face: nothing was solved to an optimum");
  const int rows = s->model->rows;
  for (int k = 0; k < rows + s->model->columns; k++) {
    const unsigned char status = s->final_status[k];
    if (status == GLP_BS || status == GLP_NF || vt_dual_is_zero(s, &s->real, k)) continue;
    double *lower = k < rows ? &row_lower[k] : &column_lower[k - rows];
    double *upper = k < rows ? &row_upper[k] : &column_upper[k - rows];
    const double at = status == GLP_NU ? *upper : *lower;
    if (isfinite(at)) *lower = *upper = at;
  }
  return VT_OK;
}
