// explain.c - why a programme has no optimum, found out on one that has more rows and columns: a
// minimal set of claims that contradict each other, and how far each would have to give way; or a
// direction along which the objective falls for ever.
//
// For a conflict the programme gets an elastic column for every claim: +1 in its row relaxes a
// lower bound, -1 an upper one. Fixed at 0 it does nothing, free it lets the claim give way at a
// cost. Claims on columns become rows of their own. So dropping, relaxing and enforcing a member
// are changes of bounds only, every solve starts from the basis of the one before, and each verdict
// is proven like that of any scenario.
#include "session.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// Multipliers below this share of the greatest they can be take no part.
#define DUAL_NOISE 1e-12

enum { NOBODY = -1, EVERYBODY = -2 };

// A programme made of another one, and a session on it. Start it as {0}.
typedef struct extension {
  vt_arena *arena;
  vt_program program;
  double *value, *cost, *row_lower, *row_upper, *column_lower, *column_upper;
  bool *varies; // shape [entries]: no entry ever changes
  vt_lp_model *model;
  vt_lp_session *session;
} extension;

static void extension_free(extension *x) {
  vt_lp_session_free(x->session);
  vt_lp_model_free(x->model);
  vt_arena_free(x->arena);
}

// Room; the programme has no entries yet.
static vt_error allocate(extension *x, int rows, int columns, ptrdiff_t entries) {
  vt_program *p = &x->program;
  p->rows = rows;
  p->columns = columns;
  VT_TRY(vt_arena_create(&x->arena));
  VT_ARENA_NEW(x->arena, p->column_start, (ptrdiff_t)columns + 1);
  VT_ARENA_NEW(x->arena, p->row, entries);
  VT_ARENA_NEW(x->arena, x->value, entries);
  VT_ARENA_NEW(x->arena, x->varies, entries);
  VT_ARENA_NEW(x->arena, x->cost, columns);
  VT_ARENA_NEW(x->arena, x->column_lower, columns);
  VT_ARENA_NEW(x->arena, x->column_upper, columns);
  VT_ARENA_NEW(x->arena, x->row_lower, rows);
  VT_ARENA_NEW(x->arena, x->row_upper, rows);
  return VT_OK;
}

static void add_entry(extension *x, int row, double value) {
  x->program.row[x->program.entries] = row;
  x->value[x->program.entries++] = value;
}

static void add_given(extension *x, const vt_program *given, const double *value, int column) {
  for (ptrdiff_t e = given->column_start[column]; e < given->column_start[column + 1]; e++)
    add_entry(x, given->row[e], value[e]);
}

static vt_numbers numbers_of(const extension *x) {
  return (vt_numbers){x->value,     x->cost,         x->row_lower,
                      x->row_upper, x->column_lower, x->column_upper};
}

static vt_error open_session(extension *x) {
  const vt_numbers numbers = numbers_of(x);
  VT_TRY(vt_lp_model_create(&x->program, &numbers, x->varies, NULL, 0, NULL, &x->model));
  return vt_lp_session_create(x->model, &x->session);
}

// ---------------------------------------------------------------------------------------------
// Conflicts.

typedef struct explainer {
  extension e;
  const vt_program *given;
  const vt_numbers *structure;
  const vt_claim *claim;
  ptrdiff_t claims;
  int members;
  int *row;      // shape [claims]: row of the extended programme
  bool *active;  // shape [members]: those still looked at
  bool *all;     // shape [members]: true
  bool *dropped; // shape [members]: by place in the list, those of the chunk at hand
  vt_basis basis;
  vt_lp_solution answer;
} explainer;

static int elastic_column(const explainer *x, ptrdiff_t claim) {
  return x->given->columns + (int)claim;
}

// Rows of claims on columns lie below all others, in the order of the claims.
static vt_error extend(explainer *x) {
  const vt_program *g = x->given;
  ptrdiff_t *first, *next, own = 0; // claims by column
  for (ptrdiff_t k = 0; k < x->claims; k++) own += x->claim[k].variable >= g->rows;
  VT_TRY(allocate(&x->e, g->rows + (int)own, g->columns + (int)x->claims,
                  g->entries + own + x->claims));
  VT_ARENA_NEW(x->e.arena, x->row, x->claims);
  VT_ARENA_NEW(x->e.arena, first, g->columns);
  VT_ARENA_NEW(x->e.arena, next, x->claims);
  int rows = g->rows;
  for (ptrdiff_t k = 0; k < x->claims; k++) {
    const int variable = x->claim[k].variable;
    x->row[k] = variable < g->rows ? variable : rows++;
  }
  for (int j = 0; j < g->columns; j++) first[j] = -1;
  for (ptrdiff_t k = x->claims - 1; k >= 0; k--) {
    const int j = x->claim[k].variable - g->rows;
    if (j < 0) continue;
    next[k] = first[j];
    first[j] = k;
  }
  for (int j = 0; j < g->columns; j++) {
    add_given(&x->e, g, x->structure->value, j);
    for (ptrdiff_t k = first[j]; k >= 0; k = next[k]) add_entry(&x->e, x->row[k], 1.0);
    x->e.program.column_start[j + 1] = x->e.program.entries;
  }
  for (ptrdiff_t k = 0; k < x->claims; k++) {
    add_entry(&x->e, x->row[k], x->claim[k].upper ? -1.0 : 1.0);
    x->e.program.column_start[elastic_column(x, k) + 1] = x->e.program.entries;
  }
  return VT_OK;
}

static bool is_elastic(const vt_claim *c, int elastic) {
  return elastic == EVERYBODY || c->member == elastic;
}

// What crossing bounds of one row have to give way before the elastic column counts.
static double uncross(explainer *x, int elastic) {
  double offset = 0;
  for (ptrdiff_t k = 0; k < x->claims; k++) {
    const vt_claim *c = &x->claim[k];
    double *lower = &x->e.row_lower[x->row[k]], *upper = &x->e.row_upper[x->row[k]];
    if (c->member != elastic || !(*lower > *upper)) continue;
    offset += c->upper ? *lower - *upper : *upper - *lower;
    if (c->upper)
      *upper = *lower;
    else
      *lower = *upper;
  }
  return offset;
}

// Bounds with the claims of those who are active; the elastic ones may give way at a cost.
static double set_numbers(explainer *x, const bool *active, int elastic) {
  const vt_program *g = x->given;
  for (int i = 0; i < x->e.program.rows; i++) {
    x->e.row_lower[i] = i < g->rows ? x->structure->row_lower[i] : -INFINITY;
    x->e.row_upper[i] = i < g->rows ? x->structure->row_upper[i] : INFINITY;
  }
  memcpy(x->e.column_lower, x->structure->column_lower, (size_t)g->columns * sizeof(double));
  memcpy(x->e.column_upper, x->structure->column_upper, (size_t)g->columns * sizeof(double));
  for (ptrdiff_t k = 0; k < x->claims; k++) {
    const vt_claim *c = &x->claim[k];
    const int j = elastic_column(x, k);
    const bool gives = active[c->member] && is_elastic(c, elastic);
    if (active[c->member]) (c->upper ? x->e.row_upper : x->e.row_lower)[x->row[k]] = c->bound;
    x->e.column_upper[j] = gives ? INFINITY : 0.0;
    // All alike where all may give way, since their units differ; real units for one.
    x->e.cost[j] = !gives ? 0.0 : elastic == EVERYBODY ? x->e.model->column_unscale[j] : 1.0;
  }
  return elastic >= 0 ? uncross(x, elastic) : 0.0;
}

static vt_error create(explainer *x) {
  VT_TRY(extend(x));
  VT_ARENA_NEW(x->e.arena, x->active, x->members);
  VT_ARENA_NEW(x->e.arena, x->all, x->members);
  for (int m = 0; m < x->members; m++) x->active[m] = x->all[m] = true;
  return open_session(&x->e);
}

// Solve what is set, from the latest basis that was any good.
static vt_error solve(explainer *x) {
  const vt_numbers numbers = numbers_of(&x->e);
  VT_TRY(vt_lp_solve(x->e.session, &numbers, x->basis.status ? &x->basis : NULL, &x->answer));
  if (x->answer.outcome != VT_OPTIMAL) return VT_OK;
  free(x->basis.status);
  x->basis.status = NULL;
  return vt_lp_basis(x->e.session, &x->basis);
}

static vt_error is_infeasible(explainer *x, const bool *active, bool *infeasible) {
  (void)set_numbers(x, active, NOBODY);
  VT_TRY(solve(x));
  *infeasible = x->answer.outcome == VT_INFEASIBLE;
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------
// The filters.

static void keep_only(explainer *x, const bool *part) {
  for (int m = 0; m < x->members; m++) x->active[m] = x->active[m] && part[m];
}

// Whether the multipliers of the session prove what is set to be infeasible; *sign says which way
// round.
static bool prove(explainer *x, double *sign) {
  const vt_numbers numbers = numbers_of(&x->e);
  for (*sign = -1; *sign <= 1; *sign += 2) {
    if (vt_proves_infeasible(&x->e.program, &numbers, *sign, x->e.session->multiplier)) return true;
  }
  return false;
}

// Members whose bounds the proof does not use can go.
static vt_error shrink(explainer *x) {
  double sign;
  if (!prove(x, &sign)) return VT_OK;
  bool *part;
  VT_NEW(part, x->members);
  for (ptrdiff_t k = 0; k < x->claims; k++) {
    const double t = sign * x->e.session->multiplier[x->row[k]];
    if (x->claim[k].upper ? t < 0 : t > 0) part[x->claim[k].member] = true;
  }
  keep_only(x, part);
  free(part);
  return VT_OK;
}

// What a row can amount to, given the bounds of its columns.
static vt_error find_ranges(explainer *x, double **least, double **most) {
  const vt_program *p = &x->e.program;
  VT_ARENA_NEW(x->e.arena, *least, p->rows);
  VT_ARENA_NEW(x->e.arena, *most, p->rows);
  for (int j = 0; j < x->given->columns; j++) {
    for (ptrdiff_t e = p->column_start[j]; e < p->column_start[j + 1]; e++) {
      const double a = x->e.value[e], low = x->e.column_lower[j], high = x->e.column_upper[j];
      if (a == 0) continue;
      (*least)[p->row[e]] += a > 0 ? a * low : a * high;
      (*most)[p->row[e]] += a > 0 ? a * high : a * low;
    }
  }
  return VT_OK;
}

// The plain cases: bounds that cross, and a claim on a row that nothing moves far enough. They make
// the smallest sets and are what goes wrong most often.
static vt_error find_plain(explainer *x, bool *found) {
  double *least, *most;
  VT_TRY(find_ranges(x, &least, &most));
  bool *part;
  VT_ARENA_NEW(x->e.arena, part, x->members);
  *found = false;
  for (ptrdiff_t k = 0; k < x->claims && !*found; k++) {
    const vt_claim *c = &x->claim[k];
    const int i = x->row[k];
    const bool beyond = c->upper ? least[i] > c->bound || c->bound == -INFINITY
                                 : most[i] < c->bound || c->bound == INFINITY;
    if (beyond) part[c->member] = *found = true;
  }
  for (ptrdiff_t k = 0; k < x->claims && !*found; k++) {
    if (x->e.row_lower[x->row[k]] > x->e.row_upper[x->row[k]]) {
      for (ptrdiff_t l = k; l < x->claims; l++)
        if (x->row[l] == x->row[k]) part[x->claim[l].member] = true;
      *found = true;
    }
  }
  if (*found) keep_only(x, part);
  return VT_OK;
}

// Let all members give way at a cost: those that the least cost depends on are enough for a
// conflict.
static vt_error filter_elastic(explainer *x) {
  memcpy(x->active, x->all, (size_t)x->members * sizeof *x->active);
  (void)set_numbers(x, x->all, EVERYBODY);
  VT_TRY(solve(x));
  if (x->answer.outcome != VT_OPTIMAL) return VT_OK;
  bool *part;
  VT_ARENA_NEW(x->e.arena, part, x->members);
  for (ptrdiff_t k = 0; k < x->claims; k++) {
    const double y = x->answer.row_dual[x->row[k]];
    const double least = DUAL_NOISE * x->e.cost[elastic_column(x, k)];
    if (x->claim[k].upper ? y < -least : y > least) part[x->claim[k].member] = true;
  }
  bool enough;
  VT_TRY(is_infeasible(x, part, &enough));
  if (enough) keep_only(x, part);
  return VT_OK;
}

// Drop members; they stay dropped if the others still conflict. `list` has those to try, a chunk of
// them at a time: large sets then take few solves, and a chunk of one is the plain deletion filter.
static vt_error delete_from(explainer *x, const int *list, int count) {
  enum { SHARE = 4 };
  int chunk = count / SHARE;
  for (int i = 0; i < count;) {
    const int size = chunk < 1 ? 1 : chunk < count - i ? chunk : count - i;
    bool infeasible, any = false;
    for (int k = i; k < i + size; k++) {
      any = any || x->active[list[k]];
      x->dropped[k] = x->active[list[k]];
      x->active[list[k]] = false;
    }
    infeasible = !any;
    if (any) VT_TRY(is_infeasible(x, x->active, &infeasible));
    if (infeasible) {
      if (any) VT_TRY(shrink(x));
      i += size;
      chunk = 2 * size;
      continue;
    }
    for (int k = i; k < i + size; k++) x->active[list[k]] = x->dropped[k];
    // A chunk of one that is needed stays; a larger one is looked at in parts.
    if (size == 1) i++;
    chunk = size == 1 ? (count - i) / SHARE : size / 2;
  }
  return VT_OK;
}

// Later members go first: the first year that cannot be met says more than the last.
static vt_error filter_by_deletion(explainer *x) {
  bool infeasible;
  VT_TRY(is_infeasible(x, x->active, &infeasible));
  if (infeasible) VT_TRY(shrink(x));
  int *list, count = 0;
  VT_ARENA_NEW(x->e.arena, list, x->members);
  VT_ARENA_NEW(x->e.arena, x->dropped, x->members);
  for (int m = x->members - 1; m >= 0; m--) {
    if (x->active[m]) list[count++] = m;
  }
  return delete_from(x, list, count);
}

// ---------------------------------------------------------------------------------------------
// The answer.

// The least change of a member's bound, NaN if there is none, with the others as `active` says.
static vt_error least_change(explainer *x, const bool *active, int member, double *change) {
  *change = set_numbers(x, active, member);
  VT_TRY(solve(x));
  for (ptrdiff_t k = 0; k < x->claims && x->answer.outcome == VT_OPTIMAL; k++) {
    if (x->claim[k].member != member) continue;
    const double moved = x->answer.x[elastic_column(x, k)];
    *change += x->claim[k].upper ? moved : -moved;
  }
  if (x->answer.outcome != VT_OPTIMAL) *change = (double)NAN;
  return VT_OK;
}

static vt_error measure(explainer *x, bool rigid, vt_conflict_member *c) {
  c->change = c->change_within = (double)NAN;
  if (!rigid) {
    VT_TRY(least_change(x, x->active, c->member, &c->change_within));
    VT_TRY(least_change(x, x->all, c->member, &c->change));
    c->suffices = !isnan(c->change);
    return VT_OK;
  }
  bool infeasible;
  x->all[c->member] = false;
  const vt_error solved = is_infeasible(x, x->all, &infeasible);
  x->all[c->member] = true;
  c->suffices = solved == VT_OK && !infeasible && x->answer.outcome == VT_OPTIMAL;
  return solved;
}

static vt_error write_down(explainer *x, const bool *rigid, vt_conflict *conflict) {
  bool infeasible;
  double sign;
  VT_TRY(is_infeasible(x, x->active, &infeasible));
  VT_CHECK(infeasible, VT_ERR_SYSTEM, "no minimal conflict can be proven in these numbers");
  VT_NEW(conflict->multiplier, x->given->rows);
  if (prove(x, &sign)) {
    for (int i = 0; i < x->given->rows; i++)
      conflict->multiplier[i] = sign * x->e.session->multiplier[i];
  }
  VT_NEW(conflict->member, x->members);
  for (int m = 0; m < x->members; m++) {
    if (!x->active[m]) continue;
    vt_conflict_member *c = &conflict->member[conflict->members++];
    c->member = m;
    VT_TRY(measure(x, rigid[m], c));
  }
  return VT_OK;
}

static vt_error explain(explainer *x, const bool *rigid, vt_conflict *conflict) {
  bool plain;
  VT_TRY(create(x));
  VT_TRY(is_infeasible(x, x->all, &conflict->infeasible));
  if (!conflict->infeasible) return VT_OK;
  VT_TRY(find_plain(x, &plain));
  if (plain) VT_TRY(is_infeasible(x, x->active, &plain));
  if (!plain) VT_TRY(filter_elastic(x));
  VT_TRY(filter_by_deletion(x));
  return write_down(x, rigid, conflict);
}

vt_error vt_lp_find_conflict(const vt_program *program, const vt_numbers *structure,
                             const vt_claim *claim, ptrdiff_t claims, const bool *rigid,
                             int members, vt_conflict *conflict) {
  explainer x = {.given = program,
                 .structure = structure,
                 .claim = claim,
                 .claims = claims,
                 .members = members};
  *conflict = (vt_conflict){0};
  const vt_error explained = explain(&x, rigid, conflict);
  extension_free(&x.e);
  free(x.basis.status);
  if (explained != VT_OK) vt_conflict_free(conflict);
  return explained;
}

void vt_conflict_free(vt_conflict *conflict) {
  free(conflict->member);
  free(conflict->multiplier);
  *conflict = (vt_conflict){0};
}

// ---------------------------------------------------------------------------------------------
// Rays. Directions that keep all rows and bounds form a cone; one more row bounds the sum of their
// parts, so that the steepest is a vertex: an extreme ray, which moves as few columns as there are
// to move.

static void fill_cone(extension *x, const vt_program *given, const vt_numbers *numbers) {
  for (int j = 0; j < given->columns; j++) {
    add_given(x, given, numbers->value, j);
    add_entry(x, given->rows, 1.0);
    x->program.column_start[j + 1] = x->program.entries;
    x->cost[j] = numbers->cost[j];
    x->column_lower[j] = isinf(numbers->column_lower[j]) ? -INFINITY : 0.0;
    x->column_upper[j] = isinf(numbers->column_upper[j]) ? INFINITY : 0.0;
  }
  for (int i = 0; i < given->rows; i++) {
    x->row_lower[i] = isinf(numbers->row_lower[i]) ? -INFINITY : 0.0;
    x->row_upper[i] = isinf(numbers->row_upper[i]) ? INFINITY : 0.0;
  }
  x->row_lower[given->rows] = -INFINITY;
  x->row_upper[given->rows] = 1.0;
}

static vt_error search(extension *x, const vt_program *program, const vt_numbers *numbers,
                       double *direction, bool *found) {
  VT_TRY(allocate(x, program->rows + 1, program->columns, program->entries + program->columns));
  fill_cone(x, program, numbers);
  const vt_numbers cone = numbers_of(x);
  vt_lp_solution answer;
  VT_TRY(open_session(x));
  VT_TRY(vt_lp_solve(x->session, &cone, NULL, &answer));
  *found = answer.outcome == VT_OPTIMAL && answer.objective < 0;
  for (int j = 0; *found && j < program->columns; j++) direction[j] = answer.x[j];
  return VT_OK;
}

vt_error vt_lp_find_ray(const vt_program *program, const vt_numbers *numbers, double *direction,
                        bool *found) {
  extension x = {0};
  *found = false;
  memset(direction, 0, (size_t)program->columns * sizeof *direction);
  const vt_error searched = search(&x, program, numbers, direction, found);
  extension_free(&x);
  return searched;
}
