// scenario.c - one scenario: its numbers, the programme with the limits that matter, the answer and
// its proof.
#include "chance.h"
#include "kind.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// What a result must keep to be called optimal.
#define FEASIBLE 1e-9
#define EQUAL 1e-7
// Limits of processes that are met by this share of what they are made of are met.
#define MET 1e-10
// Levels and slacks that differ by less than this share of the largest are the same.
#define SAME 1e-7

enum { MOST_AT_ONCE = 16 };

/// A programme with work space to solve it.
typedef struct vt_choice_engine {
  const vt_choice_model *model;
  vt_choice_program *program;
  vt_lp_model *lp;
  bool own; ///< programme and model belong to the engine
  vt_lp_session *session;
  vt_choice_state *state;
  vt_staging *staging; ///< its own one; NULL: the model's
  vt_stages *stages;   ///< NULL: a scenario is one solve
  double *point;       ///< with chance: shape [columns of the programme]
} vt_choice_engine;

struct vt_choice_worker {
  const vt_choice_model *model;
  vt_choice_engine engine;
  vt_choice_answer *answer, *other;
  vt_choice_pricing *pricing; ///< NULL: prices of products are not kept
  double *value;              ///< what the design gives
  int entered;                ///< of the latest scenario
  bool has_basis, overflowed;
  // Bounds of the optimal face, for what all optima have in common.
  double *row_lower, *row_upper, *column_lower, *column_upper, *cost, *x;
};

// -------------------------------------------------------------------------------------------------
// Engines.

static void engine_close(vt_choice_engine *e) {
  vt_stages_free(e->stages);
  free(e->point);
  vt_staging_free(e->staging);
  vt_lp_session_free(e->session);
  if (e->own) vt_lp_model_free(e->lp);
  vt_choice_state_free(e->state);
  if (e->own) vt_choice_program_free(e->program);
  *e = (vt_choice_engine){0};
}

static vt_error engine_open(const vt_choice_model *m, vt_choice_engine *e) {
  *e = (vt_choice_engine){.model = m, .program = m->program, .lp = m->lp};
  VT_TRY(vt_choice_state_create(m->data, m->program, m->basis, m->varied, m->state, &e->state));
  if (m->staging) VT_TRY(vt_stages_create(m->staging, &e->stages));
  if (m->data->chance) VT_NEW(e->point, e->program->lp.columns);
  return vt_lp_session_create(m->lp, &e->session);
}

vt_error vt_choice_create_lp(const vt_choice_model *m, const vt_choice_program *program,
                             const vt_numbers *numbers, vt_lp_model **lp) {
  const vt_study *study = m->data->study;
  const vt_lp_options options = {.iteration_limit = study->solver.iteration_limit,
                                 .time_limit_s = study->solver.time_limit_s,
                                 .tie_break = study->solver.tie_break};
  return vt_lp_model_create(&program->lp, numbers, program->varies, program->tie_weight,
                            study->design.seed, &options, lp);
}

// Of a scenario that needs more limits than the programme has room for.
static vt_error engine_enlarge(const vt_choice_engine *from, const double *value, int64_t k,
                               vt_choice_engine *e) {
  const vt_choice_model *m = from->model;
  vt_numbers numbers;
  bool solved;
  *e = (vt_choice_engine){.model = m, .own = true};
  VT_TRY(vt_choice_program_create(m->data, 4 * from->program->slots, &e->program));
  VT_TRY(vt_choice_state_create(m->data, e->program, m->basis, m->varied, m->state, &e->state));
  VT_TRY(vt_choice_apply(e->state, value, k, &solved));
  vt_choice_fill(e->state, &numbers);
  e->program->object_process = m->object_process;
  VT_TRY(vt_choice_create_lp(m, e->program, &numbers, &e->lp));
  if (m->staging) {
    VT_TRY(vt_staging_copy(m->staging, &e->program->lp, e->program->aim_row, &e->staging));
    VT_TRY(vt_stages_create(e->staging, &e->stages));
  }
  if (m->data->chance) VT_NEW(e->point, e->program->lp.columns);
  return vt_lp_session_create(e->lp, &e->session);
}

// -------------------------------------------------------------------------------------------------
// Limits that enter.

/// Limits of processes that a point or direction violates, the worst first.
typedef struct violated_limits {
  int count;
  vt_choice_entered limit[MOST_AT_ONCE];
  double by[MOST_AT_ONCE];
} violated_limits;

static bool has_entered(const vt_choice_state *s, int process, int step) {
  for (int i = 0; i < s->entered_count; i++)
    if (s->entered[i].process == process && s->entered[i].step == step) return true;
  return false;
}

static void note_violated(violated_limits *v, int process, int step, double by) {
  int at = v->count < MOST_AT_ONCE ? v->count++ : MOST_AT_ONCE - 1;
  if (at == MOST_AT_ONCE - 1 && v->count == MOST_AT_ONCE && v->limit[at].process >= 0 &&
      by <= v->by[at])
    return;
  for (; at > 0 && v->by[at - 1] < by; at--) {
    v->limit[at] = v->limit[at - 1];
    v->by[at] = v->by[at - 1];
  }
  v->limit[at] = (vt_choice_entered){process, step};
  v->by[at] = by;
}

static void start_violated(violated_limits *v) {
  *v = (violated_limits){0};
  for (int i = 0; i < MOST_AT_ONCE; i++) v->limit[i].process = -1;
}

static void find_violated(const vt_choice_state *s, const double *level, violated_limits *v) {
  const vt_choice_data *k = s->data;
  double largest = 0;
  start_violated(v);
  for (ptrdiff_t i = 0; i < (ptrdiff_t)k->steps * k->processes; i++)
    largest = fmax(largest, fabs(level[i]));
  for (int t = 0; t < k->steps; t++)
    for (int j = 0; j < k->processes; j++) {
      double lower, upper;
      if (k->alternative_of[j] >= 0 || (k->upper_of[j] < 0 && k->lower_of[j] < 0)) continue;
      vt_choice_level_bounds(s, j, t, &lower, &upper);
      const double at = level[(ptrdiff_t)t * k->processes + j];
      const double by = fmax(lower - at, at - upper);
      const double size = fmax(fabs(at), fabs(at < lower ? lower : upper));
      if (!(by > MET * size) || by <= 1e-13 * largest || has_entered(s, j, t)) continue;
      note_violated(v, j, t, by / size);
    }
}

// Limits that end a ray.
static void find_ends(const vt_choice_state *s, const double *level, violated_limits *v) {
  const vt_choice_data *k = s->data;
  double largest = 0;
  start_violated(v);
  for (ptrdiff_t i = 0; i < (ptrdiff_t)k->steps * k->processes; i++)
    largest = fmax(largest, fabs(level[i]));
  for (int t = 0; t < k->steps; t++)
    for (int j = 0; j < k->processes; j++) {
      double lower, upper;
      if (k->alternative_of[j] >= 0 || (k->upper_of[j] < 0 && k->lower_of[j] < 0)) continue;
      vt_choice_level_bounds(s, j, t, &lower, &upper);
      const double at = level[(ptrdiff_t)t * k->processes + j];
      if (fabs(at) <= 1e-12 * largest || has_entered(s, j, t)) continue;
      if ((at < 0 && isfinite(lower)) || (at > 0 && isfinite(upper)))
        note_violated(v, j, t, fabs(at));
    }
}

// False if there is no room.
static bool enter(vt_choice_engine *e, const violated_limits *v) {
  vt_choice_state *s = e->state;
  for (int i = 0; i < v->count; i++) {
    if (s->entered_count == e->program->slots) return false;
    s->entered[s->entered_count++] = v->limit[i];
  }
  return true;
}

// -------------------------------------------------------------------------------------------------
// Solving.

static bool is_found(vt_outcome outcome) {
  return outcome == VT_OPTIMAL || outcome == VT_INACCURATE;
}

static vt_error find_ray_ends(vt_choice_engine *e, const vt_numbers *numbers, double *x,
                              double *level, violated_limits *v) {
  bool found;
  start_violated(v);
  VT_TRY(vt_lp_find_ray(&e->program->lp, numbers, x, &found));
  if (!found) return VT_OK;
  vt_choice_directions(e->state, x, level);
  find_ends(e->state, level, v);
  return VT_OK;
}

static vt_error solve_once(const vt_choice_engine *e, int64_t k, const vt_numbers *numbers,
                           const vt_basis *start, vt_lp_solution *solution) {
  if (e->point) return vt_choice_solve_chance(e->state, e->session, start, e->point, solution);
  if (!e->stages) return vt_lp_solve(e->session, numbers, start, solution);
  const vt_staged s = {
      .scenario = k, .state = e->state, .session = e->session, .numbers = numbers, .start = start};
  return vt_stages_solve(e->stages, &s, solution);
}

static vt_error solve_programme(vt_choice_worker *w, vt_choice_engine *e, int64_t k,
                                const vt_basis *start, vt_lp_solution *solution, bool *room) {
  vt_numbers numbers;
  *room = true;
  for (int64_t iterations = 0;;) {
    violated_limits v;
    vt_choice_fill(e->state, &numbers);
    VT_TRY(solve_once(e, k, &numbers, start, solution));
    solution->iterations = iterations += solution->iterations;
    if (!e->program->lazy) return VT_OK;
    start_violated(&v);
    if (is_found(solution->outcome)) {
      vt_choice_levels(e->state, solution->x, w->answer->level);
      find_violated(e->state, w->answer->level, &v);
    } else if (solution->outcome == VT_UNBOUNDED) {
      double *x;
      VT_NEW(x, e->program->lp.columns);
      const vt_error found = find_ray_ends(e, &numbers, x, w->answer->level, &v);
      free(x);
      VT_TRY(found);
    }
    if (v.count == 0) return VT_OK;
    *room = enter(e, &v);
    if (!*room) return VT_OK;
  }
}

// -------------------------------------------------------------------------------------------------
// Whether all optima are the same.

static double largest_of(ptrdiff_t count, const double *value) {
  double largest = 0;
  for (ptrdiff_t i = 0; i < count; i++) largest = fmax(largest, fabs(value[i]));
  return largest;
}

static bool differs(ptrdiff_t count, const double *a, const double *b) {
  const double same = SAME * largest_of(count, a);
  for (ptrdiff_t i = 0; i < count; i++)
    if (fabs(a[i] - b[i]) > same) return true;
  return false;
}

static vt_error try_end(vt_choice_worker *w, const vt_choice_engine *e, const vt_numbers *face,
                        const vt_basis *start, int column, double sign, bool *other) {
  const vt_choice_data *k = w->model->data;
  vt_lp_solution end;
  w->cost[column] = sign;
  const vt_error solved = vt_lp_solve_any(e->session, face, start, &end);
  w->cost[column] = 0;
  VT_TRY(solved);
  *other = end.outcome == VT_UNBOUNDED;
  if (end.outcome != VT_OPTIMAL) return VT_OK;
  vt_choice_evaluate(e->state, end.x, w->other);
  *other = differs((ptrdiff_t)k->steps * k->processes, w->answer->level, w->other->level) ||
           differs((ptrdiff_t)k->steps * k->supplies, w->answer->slack, w->other->slack);
  return VT_OK;
}

// Each level and each slack to both ends of its range over the optimal face.
static vt_error try_ends(vt_choice_worker *w, const vt_choice_engine *e, const vt_numbers *face,
                         const vt_basis *start, bool *unique) {
  *unique = true;
  for (int c = 0; c < e->program->lp.columns && *unique; c++) {
    const vt_choice_column_kind kind = e->program->column[c].kind;
    if (kind != VT_COLUMN_BASIS && kind != VT_COLUMN_LEVEL) continue;
    if (face->column_lower[c] == face->column_upper[c]) continue;
    for (int sign = -1; sign <= 1 && *unique; sign += 2) {
      bool other = false;
      VT_TRY(try_end(w, e, face, start, c, sign, &other));
      *unique = !other;
    }
  }
  return VT_OK;
}

static vt_error find_unique(vt_choice_worker *w, const vt_choice_engine *e,
                            const vt_numbers *numbers, bool *unique) {
  const size_t rows = (size_t)e->program->lp.rows, columns = (size_t)e->program->lp.columns;
  vt_basis start = {0};
  double *memory;
  VT_NEW(memory, (ptrdiff_t)(2 * rows + 3 * columns));
  w->row_lower = memory;
  w->row_upper = memory + rows;
  w->column_lower = memory + 2 * rows;
  w->column_upper = w->column_lower + columns;
  w->cost = w->column_upper + columns;
  memcpy(w->row_lower, numbers->row_lower, rows * sizeof(double));
  memcpy(w->row_upper, numbers->row_upper, rows * sizeof(double));
  memcpy(w->column_lower, numbers->column_lower, columns * sizeof(double));
  memcpy(w->column_upper, numbers->column_upper, columns * sizeof(double));
  const vt_numbers face = {.value = numbers->value,
                           .cost = w->cost,
                           .row_lower = w->row_lower,
                           .row_upper = w->row_upper,
                           .column_lower = w->column_lower,
                           .column_upper = w->column_upper};
  vt_error done =
      vt_lp_narrow(e->session, w->row_lower, w->row_upper, w->column_lower, w->column_upper);
  if (done == VT_OK) done = vt_lp_basis(e->session, &start);
  if (done == VT_OK) done = try_ends(w, e, &face, &start, unique);
  free(start.status);
  free(memory);
  return done;
}

// -------------------------------------------------------------------------------------------------
// Rows.

// The programme's own check takes no value for too small to count; here all terms are at hand.
static vt_outcome judge(const vt_lp_solution *s, const vt_choice_answer *a, bool stages) {
  if (s->outcome != VT_OPTIMAL && (stages || s->outcome != VT_INACCURATE)) return s->outcome;
  if (!(a->violation <= FEASIBLE) || !(s->gap <= EQUAL)) return VT_INACCURATE;
  const double size = fmax(fmax(fabs(s->objective), fabs(a->objective)), a->objective_terms);
  return fabs(s->objective - a->objective) <= EQUAL * size ? VT_OPTIMAL : VT_INACCURATE;
}

static void put_outcome(const vt_choice_worker *w, const vt_lp_solution *solution,
                        vt_outcome outcome, double begun, double *const *row) {
  const vt_layout *l = w->model->layout;
  row[l->status][0] = outcome;
  row[l->wall_s][0] = vt_clock_s() - begun;
  row[l->iterations][0] = solution ? (double)solution->iterations : 0;
  row[l->rank][0] = w->model->data->team->rank;
  row[w->model->place.start][0] = solution ? (double)solution->rung : (double)VT_RUNG_NONE;
  if (w->model->place.input.failed >= 0) row[w->model->place.input.failed][0] = -1;
}

static vt_error put_answer(vt_choice_worker *w, vt_choice_engine *e, vt_lp_solution *solution,
                           double begun, double *const *row) {
  const vt_choice_model *m = w->model;
  vt_outcome outcome = solution->outcome;
  if (is_found(outcome)) {
    bool unique = solution->unique;
    vt_choice_evaluate(e->state, solution->x, w->answer);
    outcome = judge(solution, w->answer, e->stages != NULL);
    w->has_basis = solution->outcome == VT_OPTIMAL && !e->own;
    vt_choice_put(m, e->state, w->answer, row);
    row[m->place.gap][0] = solution->gap;
    VT_TRY(vt_choice_put_duals(w->pricing, m, e->state, solution, row));
    if (solution->outcome == VT_OPTIMAL && !unique && !e->stages && !e->point) {
      vt_numbers numbers;
      vt_choice_fill(e->state, &numbers);
      VT_TRY(find_unique(w, e, &numbers, &unique));
    }
    row[m->place.unique][0] = unique;
  }
  put_outcome(w, solution, outcome, begun, row);
  return VT_OK;
}

static void start_entered(vt_choice_engine *e) {
  vt_choice_state *s = e->state;
  s->entered_count = e->model->entered;
  for (int i = 0; i < s->entered_count; i++) s->entered[i] = e->model->first_entered[i];
}

static vt_error solve_on(vt_choice_worker *w, vt_choice_engine *e, int64_t k, double begun,
                         double *const *row) {
  const vt_choice_model *m = w->model;
  const bool warm = !e->own && m->data->study->solver.warm_start && m->reference.status && k >= 0;
  vt_lp_solution solution;
  bool room;
  start_entered(e);
  VT_TRY(solve_programme(w, e, k, warm ? &m->reference : NULL, &solution, &room));
  if (room) return put_answer(w, e, &solution, begun, row);
  vt_choice_engine larger;
  w->overflowed = true;
  vt_error solved = engine_enlarge(e, w->value, k, &larger);
  if (solved == VT_OK) solved = solve_on(w, &larger, k, begun, row);
  engine_close(&larger);
  return solved;
}

static double neutral(const void *context, int factor) {
  const vt_choice_data *k = context;
  const vt_operation operation = k->study->factor[factor].operation;
  double common = operation == VT_MULTIPLY ? 1.0 : 0.0;
  bool first = true;
  for (ptrdiff_t t = 0; operation == VT_SET && t < k->touches; t++) {
    const vt_choice_touch *touch = &k->touch[t];
    if (touch->factor != factor) continue;
    const double *const in[] = {[0] = k->number,
                                [1] = k->system->technosphere.value,
                                [2] = k->system->biosphere.value,
                                [3] = k->weight};
    const int which =
        touch->tensor < VT_CHOICE_LISTS ? 0 : (int)touch->tensor - (int)VT_CHOICE_TECHNOSPHERE + 1;
    const double amount = in[which][touch->place];
    common = first || amount == common ? amount : (double)NAN;
    first = false;
  }
  return common;
}

static vt_error solve_values(vt_choice_worker *w, int64_t k, double *const *row) {
  const double begun = vt_clock_s();
  bool solved;
  w->has_basis = w->overflowed = false;
  vt_row_clear(w->model->layout, row);
  VT_TRY(vt_choice_apply(w->engine.state, w->value, k, &solved));
  if (!solved) {
    put_outcome(w, NULL, VT_FAILED, begun, row);
    return VT_OK;
  }
  return solve_on(w, &w->engine, k, begun, row);
}

vt_error vt_choice_worker_solve(vt_choice_worker *w, int64_t k, double *const *row) {
  const vt_choice_model *m = w->model;
  if (m->staging && vt_staging_outcome(m->staging) != VT_OPTIMAL) {
    vt_row_clear(m->layout, row);
    put_outcome(w, NULL, vt_staging_outcome(m->staging), vt_clock_s(), row);
    return VT_OK;
  }
  VT_TRY(vt_choice_worker_solve_stages(w, k, row));
  if (m->staging && k >= 0) vt_staging_fill(m->staging, k, row);
  return VT_OK;
}

vt_error vt_choice_worker_solve_stages(vt_choice_worker *w, int64_t k, double *const *row) {
  const vt_choice_model *m = w->model;
  const vt_study *study = m->data->study;
  int failed = -1;
  if (k >= 0)
    failed = vt_design_values(m->design, k, w->value);
  else
    VT_TRY(vt_design_reference(m->design, w->value));
  if (failed >= 0)
    vt_input_fail(study, m->layout, &m->place.input, failed, m->data->team->rank, row);
  else
    VT_TRY(solve_values(w, k, row));
  if (k >= 0) vt_input_put(study, &m->place.input, w->value, neutral, m->data, row);
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Once more, for explanations.

static vt_error solve_over(vt_choice_worker *w, vt_choice_engine *e, int64_t k,
                           vt_choice_take *take, void *context) {
  vt_lp_solution solution;
  vt_numbers numbers;
  bool room;
  start_entered(e);
  VT_TRY(solve_programme(w, e, k, NULL, &solution, &room));
  if (!room) {
    vt_choice_engine larger;
    vt_error done = engine_enlarge(e, w->value, k, &larger);
    if (done == VT_OK) done = solve_over(w, &larger, k, take, context);
    engine_close(&larger);
    return done;
  }
  vt_choice_fill(e->state, &numbers);
  return take(e->state, &numbers, &solution, context);
}

vt_error vt_choice_solve_again(const vt_choice_model *m, int64_t k, const double *value,
                               vt_choice_take *take, void *context) {
  vt_choice_worker *w;
  bool solved;
  VT_TRY(vt_choice_worker_create(m, &w));
  memcpy(w->value, value, (size_t)vt_design_width(m->design) * sizeof *value);
  vt_error done = vt_choice_apply(w->engine.state, w->value, k, &solved);
  if (done == VT_OK)
    done = solved ? solve_over(w, &w->engine, k, take, context)
                  : take(w->engine.state, NULL, NULL, context);
  vt_choice_worker_free(w);
  return done;
}

// -------------------------------------------------------------------------------------------------
// Workers.

void vt_choice_worker_free(vt_choice_worker *w) {
  if (!w) return;
  engine_close(&w->engine);
  vt_choice_answer_free(w->answer);
  vt_choice_answer_free(w->other);
  vt_choice_pricing_free(w->pricing);
  free(w->value);
  free(w);
}

static vt_error fill_worker(vt_choice_worker *w) {
  VT_NEW(w->value, vt_design_width(w->model->design));
  VT_TRY(vt_choice_answer_create(w->model->data, &w->answer));
  VT_TRY(vt_choice_answer_create(w->model->data, &w->other));
  if (w->model->prices) VT_TRY(vt_choice_pricing_create(w->model, &w->pricing));
  return engine_open(w->model, &w->engine);
}

vt_error vt_choice_worker_create(const vt_choice_model *m, vt_choice_worker **worker) {
  vt_choice_worker *w;
  *worker = NULL;
  VT_NEW(w, 1);
  w->model = m;
  const vt_error filled = fill_worker(w);
  if (filled != VT_OK) vt_choice_worker_free(w);
  VT_TRY(filled);
  *worker = w;
  return VT_OK;
}

bool vt_choice_worker_overflowed(const vt_choice_worker *w) {
  return w->overflowed;
}

vt_error vt_choice_worker_basis(const vt_choice_worker *w, int *entered, vt_choice_entered *list,
                                vt_basis *basis) {
  const vt_choice_state *s = w->engine.state;
  *entered = 0;
  if (!w->has_basis) return VT_OK;
  if (w->engine.stages) {
    VT_TRY(vt_stages_basis(w->engine.stages, basis));
    if (!basis->status) return VT_OK;
  }
  *entered = s->entered_count;
  for (int i = 0; i < s->entered_count; i++) list[i] = s->entered[i];
  return w->engine.stages ? VT_OK : vt_lp_basis(w->engine.session, basis);
}
