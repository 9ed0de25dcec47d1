// ray.c - along which direction an unbounded programme falls.
//
// Directions that keep all rows and bounds form a cone; one more row bounds the sum of their parts,
// so that the steepest is a vertex: an extreme ray, which moves as few columns as there are to
// move.
#include "session.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  vt_arena *arena;
  vt_program program;
  double *value, *row_lower, *row_upper, *column_lower, *column_upper;
  bool *varies; // shape [entries]: no entry ever changes
  vt_lp_model *model;
  vt_lp_session *session;
} cone;

static void cone_free(cone *c) {
  vt_lp_session_free(c->session);
  vt_lp_model_free(c->model);
  vt_arena_free(c->arena);
}

static vt_error allocate(cone *c, const vt_program *given) {
  vt_program *p = &c->program;
  p->rows = given->rows + 1;
  p->columns = given->columns;
  VT_TRY(vt_arena_create(&c->arena));
  VT_ARENA_NEW(c->arena, p->column_start, (ptrdiff_t)p->columns + 1);
  VT_ARENA_NEW(c->arena, p->row, given->entries + p->columns);
  VT_ARENA_NEW(c->arena, c->value, given->entries + p->columns);
  VT_ARENA_NEW(c->arena, c->varies, given->entries + p->columns);
  VT_ARENA_NEW(c->arena, c->row_lower, p->rows);
  VT_ARENA_NEW(c->arena, c->row_upper, p->rows);
  VT_ARENA_NEW(c->arena, c->column_lower, p->columns);
  VT_ARENA_NEW(c->arena, c->column_upper, p->columns);
  return VT_OK;
}

static void fill(cone *c, const vt_program *given, const vt_numbers *numbers) {
  vt_program *p = &c->program;
  for (int j = 0; j < given->columns; j++) {
    for (ptrdiff_t e = given->column_start[j]; e < given->column_start[j + 1]; e++) {
      p->row[p->entries] = given->row[e];
      c->value[p->entries++] = numbers->value[e];
    }
    p->row[p->entries] = given->rows;
    c->value[p->entries++] = 1.0;
    p->column_start[j + 1] = p->entries;
    c->column_lower[j] = isinf(numbers->column_lower[j]) ? -INFINITY : 0.0;
    c->column_upper[j] = isinf(numbers->column_upper[j]) ? INFINITY : 0.0;
  }
  for (int i = 0; i < given->rows; i++) {
    c->row_lower[i] = isinf(numbers->row_lower[i]) ? -INFINITY : 0.0;
    c->row_upper[i] = isinf(numbers->row_upper[i]) ? INFINITY : 0.0;
  }
  c->row_lower[given->rows] = -INFINITY;
  c->row_upper[given->rows] = 1.0;
}

static vt_error search(cone *c, const vt_program *program, const vt_numbers *numbers,
                       double *direction, bool *found) {
  VT_TRY(allocate(c, program));
  fill(c, program, numbers);
  const vt_numbers cone_numbers = {c->value,     numbers->cost,   c->row_lower,
                                   c->row_upper, c->column_lower, c->column_upper};
  vt_lp_solution answer;
  VT_TRY(vt_lp_model_create(&c->program, &cone_numbers, c->varies, NULL, 0, NULL, &c->model));
  VT_TRY(vt_lp_session_create(c->model, &c->session));
  VT_TRY(vt_lp_solve(c->session, &cone_numbers, NULL, &answer));
  *found = answer.outcome == VT_OPTIMAL && answer.objective < 0;
  for (int j = 0; *found && j < program->columns; j++) direction[j] = answer.x[j];
  return VT_OK;
}

vt_error vt_lp_find_ray(const vt_program *program, const vt_numbers *numbers, double *direction,
                        bool *found) {
  cone c = {0};
  *found = false;
  memset(direction, 0, (size_t)program->columns * sizeof *direction);
  const vt_error searched = search(&c, program, numbers, direction, found);
  cone_free(&c);
  VT_TRY(searched);
  return VT_OK;
}
