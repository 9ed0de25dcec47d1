// ladder.c - one scenario, from its start basis through the rungs to an answer that is proven.
#include "session.h"

#include <math.h>
#include <string.h>

#define TOLERANCE 1e-9
// Of the rung that is tried when the usual tolerance was not enough.
#define TIGHT_TOLERANCE 1e-11
// A point that violates a row by more than this share is no answer where rungs say there is none.
#define FAR_OUT 1e-3
// A basis with at most this violation is taken to be feasible as it is.
#define START_VIOLATION 1e-11

static const char EMPTY[] = "no point meets all rows and bounds";
static const char BY_WORD_EMPTY[] = "no point meets all rows and bounds, by several rungs' word";
static const char ENDLESS[] = "the objective falls without end";

static void report(vt_lp_session *s, vt_outcome outcome, const char *reason) {
  s->answer.outcome = outcome;
  s->answer.reason = reason;
}

// The answer that belongs to s->x and s->real.
static void write_answer(vt_lp_session *s) {
  vt_lp_solution *answer = &s->answer;
  answer->x = s->x;
  answer->row_dual = s->real.row;
  answer->reduced_cost = s->real.column;
  answer->violation = s->violation;
  answer->rung = s->rung;
  vt_judge(s->model->program, s->numbers, s->activity, &s->real, answer);
}

static bool verified(const vt_lp_session *s) {
  return s->answer.violation <= VT_MAX_VIOLATION && s->answer.gap <= VT_MAX_GAP;
}

// Keep the better one of answers that do not verify.
static void keep(vt_lp_session *s) {
  const double score = fmax(s->answer.violation / VT_MAX_VIOLATION, s->answer.gap / VT_MAX_GAP);
  if (!(score < s->kept_score)) return;
  s->kept_score = score;
  memcpy(s->kept_x, s->x, (size_t)s->model->columns * sizeof *s->x);
  memcpy(s->kept_row_dual, s->real.row, (size_t)s->model->rows * sizeof *s->real.row);
  memcpy(s->kept_reduced_cost, s->real.column, (size_t)s->model->columns * sizeof *s->real.column);
  s->kept = s->answer;
}

static void examine(vt_lp_session *s) {
  s->real.cost = s->numbers->cost;
  vt_basic_solution(s);
  vt_basic_duals(s, &s->real);
}

// Settle on the examined basis, if its answer proves right.
static bool conclude(vt_lp_session *s) {
  vt_drop_baseless(s, &s->real);
  write_answer(s);
  if (!verified(s)) {
    keep(s);
    if (!isinf(s->answer.gap) || !vt_certify_overlooked(s)) return false;
    report(s, VT_UNBOUNDED, ENDLESS);
    return true;
  }
  report(s, VT_OPTIMAL, "");
  vt_break_ties(s);
  if (s->walked) write_answer(s);
  return true;
}

// What to make of a run. True if that settles the scenario.
static bool take(vt_lp_session *s, vt_run run) {
  switch (run) {
    case VT_RUN_OPTIMAL: examine(s); return conclude(s);
    case VT_RUN_INFEASIBLE:
      s->infeasible_claims++;
      if (s->rung == VT_RUNG_PRESOLVE || !vt_certify_infeasible(s)) return false;
      report(s, VT_INFEASIBLE, EMPTY);
      return true;
    case VT_RUN_UNBOUNDED:
      s->unbounded_claims++;
      if (s->rung == VT_RUNG_PRESOLVE || !vt_certify_unbounded(s)) return false;
      report(s, VT_UNBOUNDED, ENDLESS);
      return true;
    case VT_RUN_UNDECIDED:
    case VT_RUN_FAILED:
    case VT_RUN_ITERATIONS:
    case VT_RUN_TIME: break;
  }
  return false;
}

// The dual simplex keeps what a change of bounds leaves right, the primal one the rest.
static vt_run from_start(vt_lp_session *s, bool duals_fit) {
  if (!vt_load_scenario(s, NULL)) return VT_RUN_FAILED;
  return vt_run_simplex(s, s->numbers->cost, duals_fit ? GLP_DUAL : GLP_PRIMAL, TOLERANCE);
}

static bool try_given(vt_lp_session *s) {
  for (int k = 0; k < s->model->rows + s->model->columns; k++) {
    double lower, upper;
    vt_bounds_of(s, k, &lower, &upper);
    s->status[k] = vt_fit_status(s->basis->status[k], lower, upper);
  }
  s->engine = &s->start;
  vt_engine_statuses(s->engine, s->status);
  if (!vt_engine_factorize(s->engine)) return false;
  examine(s);
  const bool fits = vt_duals_fit(s, &s->real, NULL);
  if (fits && s->violation <= START_VIOLATION && conclude(s)) return true;
  return take(s, from_start(s, fits));
}

static bool try_cold(vt_lp_session *s) {
  if (!vt_load_scenario(s, NULL)) return false;
  const bool advanced = s->rung == VT_RUNG_ADVANCED;
  vt_engine_cold_basis(&s->work, advanced);
  memcpy(s->status, s->work.status, (size_t)(s->model->rows + s->model->columns));
  return take(s, vt_run_simplex(s, s->numbers->cost, advanced ? GLP_PRIMAL : GLP_DUAL,
                                advanced ? TOLERANCE : TIGHT_TOLERANCE));
}

static bool try_rung(vt_lp_session *s) {
  switch (s->rung) {
    case VT_RUNG_GIVEN: return s->basis && try_given(s);
    case VT_RUNG_ADVANCED:
    case VT_RUNG_CPX: return try_cold(s);
    case VT_RUNG_PRESOLVE: return vt_load_scenario(s, NULL) && take(s, vt_run_presolved(s));
    case VT_RUNG_EXACT: return vt_load_scenario(s, NULL) && take(s, vt_run_exact(s));
    case VT_RUNG_NONE: break;
  }
  return false;
}

static void give_up(vt_lp_session *s) {
  if (s->stopped == VT_RUN_ITERATIONS) {
    report(s, VT_ITERATION_LIMIT, "the limit of simplex iterations was met");
  } else if (s->stopped == VT_RUN_TIME) {
    report(s, VT_TIMEOUT, "the time limit was met");
  } else if (s->infeasible_claims >= 2 && s->least_violation > FAR_OUT) {
    report(s, VT_INFEASIBLE, BY_WORD_EMPTY);
  } else if (isfinite(s->kept_score)) {
    const int64_t iterations = s->answer.iterations;
    s->answer = s->kept;
    s->answer.iterations = iterations;
    s->answer.x = s->kept_x;
    s->answer.row_dual = s->kept_row_dual;
    s->answer.reduced_cost = s->kept_reduced_cost;
    report(s, VT_INACCURATE, "no rung of the ladder gave an answer that could be proven");
  } else if (s->infeasible_claims >= 2 && s->least_violation > 0) {
    report(s, VT_INFEASIBLE, BY_WORD_EMPTY);
  } else if (s->unbounded_claims >= 2) {
    report(s, VT_UNBOUNDED, "the objective falls without end, by several rungs' word");
  } else if (s->capped) {
    report(s, VT_ITERATION_LIMIT, "no rung came to an end in the iterations it may take");
  } else {
    report(s, VT_FAILED, "no rung of the ladder gave an answer");
  }
}

// All rungs ended, none with a proof. A limit that is met from here on takes nothing away from what
// they found.
static bool settle_apart(vt_lp_session *s) {
  const bool capped = s->capped;
  const vt_outcome proven = vt_prove_apart(s);
  s->stopped = VT_RUN_OPTIMAL;
  s->capped = capped;
  if (proven == VT_INFEASIBLE) report(s, proven, EMPTY);
  if (proven == VT_UNBOUNDED) report(s, proven, ENDLESS);
  return proven != VT_FAILED;
}

void vt_climb(void *session) {
  vt_lp_session *s = session;
  bool settled = false;
  for (int rung = VT_RUNG_GIVEN; rung <= VT_RUNG_EXACT && !settled; rung++) {
    s->rung = (vt_rung)rung;
    s->answer.rung = s->rung;
    settled = try_rung(s);
    if (s->stopped != VT_RUN_OPTIMAL) settled = false;
    if (s->stopped != VT_RUN_OPTIMAL) break;
  }
  if (!settled && s->stopped == VT_RUN_OPTIMAL) settled = settle_apart(s);
  if (!settled) give_up(s);
  s->answer.iterations = s->iterations;
}
