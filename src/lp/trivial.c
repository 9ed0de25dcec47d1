// trivial.c - programmes without entries: every column is for itself, every row is 0.
#include "session.h"

#include <math.h>
#include <string.h>

// Where a column is best off. Without cost the tie-break's rule holds: as little as possible.
static unsigned char best_side(double cost, double lower, double upper) {
  if (cost < 0) return isinf(upper) ? (unsigned char)GLP_NF : (unsigned char)GLP_NU;
  if (cost > 0) return isinf(lower) ? (unsigned char)GLP_NF : (unsigned char)GLP_NL;
  return isinf(lower) ? (unsigned char)GLP_NU : (unsigned char)GLP_NL;
}

static vt_outcome place(vt_lp_session *s) {
  const vt_numbers *n = s->numbers;
  const int rows = s->model->rows;
  vt_outcome outcome = VT_OPTIMAL;
  s->answer.unique = true;
  for (int j = 0; j < s->model->columns; j++) {
    const double lower = n->column_lower[j], upper = n->column_upper[j];
    const unsigned char side = best_side(n->cost[j], lower, upper);
    if (n->cost[j] != 0 && side == GLP_NF) outcome = VT_UNBOUNDED;
    if (n->cost[j] == 0 && lower != upper) s->answer.unique = false;
    s->status[rows + j] = vt_fit_status(side, lower, upper);
    s->x[j] = side == GLP_NU ? upper : lower;
    // What has no bound to rest on is anywhere within the other one.
    if (isinf(s->x[j])) s->x[j] = fmax(fmin(0, upper), lower);
  }
  return outcome;
}

void vt_solve_trivial(vt_lp_session *s) {
  const vt_program *program = s->model->program;
  vt_lp_solution *answer = &s->answer;
  memset(s->real.row, 0, (size_t)program->rows * sizeof *s->real.row);
  memset(s->status, GLP_BS, (size_t)program->rows);
  answer->outcome = place(s);
  answer->reason = "the objective falls without end";
  vt_row_activities(program, s->numbers->value, s->x, s->activity, s->largest);
  answer->violation = vt_violation(program, s->numbers, s->x, s->activity, s->largest);
  if (!(answer->violation <= VT_MAX_VIOLATION)) {
    answer->outcome = VT_INFEASIBLE;
    answer->reason = "a row without entries has to be different from 0";
  }
  if (answer->outcome != VT_OPTIMAL) return;
  answer->reason = "";
  answer->x = s->x;
  answer->row_dual = s->real.row;
  answer->reduced_cost = s->real.column;
  s->real.cost = s->numbers->cost;
  vt_price(program, s->numbers->value, &s->real);
  vt_judge(program, s->numbers, s->activity, &s->real, answer);
}
