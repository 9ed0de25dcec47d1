// correlations.c - pairs of correlated inputs: looked up, checked, as a matrix.
#include "correlations.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_MEMBERS = 2000 };

#define REFUSE(...) return vt_error_raise(VT_ERR_INPUT, __FILE__, __LINE__, __func__, __VA_ARGS__)

// Where a pair or a name is given, for messages: "FILE:LINE: 'place'" or "FILE:LINE".
typedef struct origin {
  const char *path;
  int line;
  const char *place;
} origin;

static bool varies(const vt_design_input *input) {
  const vt_value *v = &input->value;
  if (input->each) return false;
  return v->kind == VT_VALUE_DISTRIBUTION || (v->kind == VT_VALUE_LEVELS && v->levels > 1);
}

static const char *why_not(const vt_design_input *input) {
  if (input->each) return "which has a draw for each cell";
  return input->value.kind == VT_VALUE_NAMES ? "whose values are names" : "which is fixed";
}

static vt_error find(const vt_design_plan *plan, const origin *o, const char *name, int *input) {
  vt_nearest nearest = {.name = name};
  for (int i = 0; i < plan->inputs; i++) {
    if (strcmp(plan->input[i].name, name) != 0) {
      vt_nearest_try(&nearest, plan->input[i].name);
      continue;
    }
    if (!varies(&plan->input[i]))
      REFUSE("%s:%d: %sfound '%s', %s, expected inputs with a distribution or at least two "
             "numbers, one draw a scenario",
             o->path, o->line, o->place, name, why_not(&plan->input[i]));
    *input = i;
    return VT_OK;
  }
  REFUSE("%s:%d: %sunknown input: found '%s', expected the name of a factor%s", o->path, o->line,
         o->place, name, vt_nearest_hint(&nearest));
}

// ---------------------------------------------------------------------------------------------
// The matrix.

// `used`: shape [inputs]; becomes each input's number among the members.
static vt_error start(vt_arena *arena, const vt_design_plan *plan, int *used,
                      vt_correlations *out) {
  for (int i = 0; i < plan->inputs; i++) {
    if (used[i]) used[i] = out->members++;
  }
  if (out->members > MOST_MEMBERS)
    REFUSE("%s:%d: 'ensemble.correlations': found %d correlated inputs, expected at most %d",
           plan->path, plan->correlations_line, out->members, (int)MOST_MEMBERS);
  VT_ARENA_NEW(arena, out->member, out->members);
  VT_ARENA_NEW(arena, out->rho, (ptrdiff_t)out->members * out->members);
  const ptrdiff_t cells = (ptrdiff_t)out->members * out->members;
  for (ptrdiff_t k = 0; k < cells; k++) out->rho[k] = (double)NAN;
  return VT_OK;
}

static vt_error put(const origin *o, const vt_design_plan *plan, int a, int b, double rho,
                    vt_correlations *out) {
  const char *first = plan->input[out->member[a]].name, *second = plan->input[out->member[b]].name;
  double *cell = &out->rho[(ptrdiff_t)a * out->members + b];
  if (a == b)
    REFUSE("%s:%d: %sfound '%s' with itself, expected two inputs", o->path, o->line, o->place,
           first);
  if (!isnan(*cell))
    REFUSE("%s:%d: %sfound '%s' and '%s' twice, expected each pair once", o->path, o->line,
           o->place, first, second);
  if (!(fabs(rho) < 1.0))
    REFUSE("%s:%d: %sfound the correlation %g, expected one between -1 and 1", o->path, o->line,
           o->place, rho);
  *cell = out->rho[(ptrdiff_t)b * out->members + a] = rho;
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------
// Pairs of the study.

static vt_error read_pairs(vt_arena *arena, const vt_design_plan *plan, vt_correlations *out) {
  int *number, (*pair)[2];
  VT_ARENA_NEW(arena, number, plan->inputs);
  VT_ARENA_NEW(arena, pair, plan->correlations);
  origin o = {.path = plan->path, .place = "'ensemble.correlations': "};
  for (int c = 0; c < plan->correlations; c++) {
    o.line = plan->correlation[c].line;
    for (int side = 0; side < 2; side++) {
      VT_TRY(find(plan, &o, plan->correlation[c].name[side], &pair[c][side]));
      number[pair[c][side]] = 1;
    }
  }
  VT_TRY(start(arena, plan, number, out));
  for (int c = 0; c < plan->correlations; c++) {
    for (int side = 0; side < 2; side++) out->member[number[pair[c][side]]] = pair[c][side];
  }
  for (int c = 0; c < plan->correlations; c++) {
    o.line = plan->correlation[c].line;
    VT_TRY(put(&o, plan, number[pair[c][0]], number[pair[c][1]], plan->correlation[c].rho, out));
  }
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------
// A square CSV file, names in the header and in the first column.

typedef struct square {
  const vt_design_plan *plan;
  vt_csv csv;
  vt_text field;
  int size;
  int *column; // shape [size]: the input
  ptrdiff_t room;
  bool *filled;  // shape [size]: rows that were read
  double *value; // shape [size, size], rows in the order of the columns
} square;

static origin here(const square *s) {
  return (origin){.path = s->csv.path, .line = s->csv.line, .place = ""};
}

static int column_of(const square *s, int input) {
  int c = 0;
  while (c < s->size && s->column[c] != input) c++;
  return c;
}

static vt_error read_header(square *s) {
  bool last = false;
  if (!vt_csv_row(&s->csv))
    REFUSE("%s: found an empty file, expected a square of correlations", s->csv.path);
  VT_TRY(vt_csv_field(&s->csv, &s->field, &last)); // above the first column: anything
  while (!last) {
    int input;
    VT_TRY(vt_csv_field(&s->csv, &s->field, &last));
    const origin o = here(s);
    VT_TRY(find(s->plan, &o, s->field.bytes, &input));
    if (column_of(s, input) < s->size)
      REFUSE("%s:%d: found '%s' twice, expected each input once", o.path, o.line, s->field.bytes);
    VT_TRY(vt_grow(&s->column, &s->room, s->size + 1, sizeof *s->column));
    s->column[s->size++] = input;
    if (s->size > MOST_MEMBERS)
      REFUSE("%s:%d: found more than %d correlated inputs, expected fewer", o.path, o.line,
             (int)MOST_MEMBERS);
  }
  return VT_OK;
}

static vt_error read_row(square *s) {
  bool last = false;
  int input;
  VT_TRY(vt_csv_field(&s->csv, &s->field, &last));
  const origin o = here(s);
  VT_TRY(find(s->plan, &o, s->field.bytes, &input));
  const int row = column_of(s, input);
  if (row == s->size || s->filled[row])
    REFUSE("%s:%d: found a%s row of '%s', expected one for each name of the header", o.path, o.line,
           row == s->size ? "" : " second", s->field.bytes);
  s->filled[row] = true;
  for (int c = 0; c < s->size; c++) {
    double *value = &s->value[(ptrdiff_t)row * s->size + c];
    if (last) REFUSE("%s:%d: found %d numbers, expected %d", o.path, o.line, c, s->size);
    VT_TRY(vt_csv_field(&s->csv, &s->field, &last));
    if (!vt_decimal(s->field.bytes, value))
      REFUSE("%s:%d: found '%s', expected a finite decimal number", o.path, o.line, s->field.bytes);
    if (c == row && *value != 1.0)
      REFUSE("%s:%d: found %g on the diagonal, expected 1", o.path, o.line, *value);
  }
  if (!last) REFUSE("%s:%d: found more than the expected %d numbers", o.path, o.line, s->size);
  return VT_OK;
}

static vt_error read_square(vt_arena *arena, square *s) {
  VT_TRY(read_header(s));
  VT_ARENA_NEW(arena, s->filled, s->size);
  VT_ARENA_NEW(arena, s->value, (ptrdiff_t)s->size * s->size);
  int rows = 0;
  for (; vt_csv_row(&s->csv); rows++) VT_TRY(read_row(s));
  if (rows != s->size)
    REFUSE("%s: found %d rows, expected %d, one for each name of the header", s->csv.path, rows,
           s->size);
  return VT_OK;
}

// Zeros are pairs that are not listed.
static vt_error take_square(vt_arena *arena, const square *s, vt_correlations *out) {
  const origin o = {.path = s->csv.path, .line = 1, .place = ""};
  int *number;
  VT_ARENA_NEW(arena, number, s->plan->inputs);
  for (int c = 0; c < s->size; c++) number[s->column[c]] = 1;
  VT_TRY(start(arena, s->plan, number, out));
  for (int c = 0; c < s->size; c++) out->member[number[s->column[c]]] = s->column[c];
  for (int a = 0; a < s->size; a++) {
    for (int b = 0; b < a; b++) {
      const double lower = s->value[(ptrdiff_t)a * s->size + b];
      const double upper = s->value[(ptrdiff_t)b * s->size + a];
      if (lower != upper)
        REFUSE("%s: found %g for '%s' and '%s' and %g for the same the other way round, expected a "
               "symmetric square",
               o.path, lower, s->plan->input[s->column[a]].name, s->plan->input[s->column[b]].name,
               upper);
      if (lower != 0.0)
        VT_TRY(put(&o, s->plan, number[s->column[a]], number[s->column[b]], lower, out));
    }
  }
  return VT_OK;
}

static vt_error read_file(vt_arena *arena, const vt_design_plan *plan, vt_correlations *out) {
  square s = {.plan = plan, .csv.path = plan->correlations_file};
  vt_text text = {0};
  vt_error done = vt_watch(s.csv.path);
  if (done == VT_OK) done = vt_text_read_file(s.csv.path, &text);
  if (done == VT_OK) done = vt_csv_start(s.csv.path, &text, &s.csv);
  if (done == VT_OK) done = read_square(arena, &s);
  if (done == VT_OK) done = take_square(arena, &s, out);
  vt_text_free(&text);
  vt_text_free(&s.field);
  free(s.column);
  return done;
}

vt_error vt_correlations_read(vt_arena *arena, const vt_design_plan *plan, vt_correlations *out) {
  *out = (vt_correlations){.members = 0};
  return plan->correlations_file ? read_file(arena, plan, out) : read_pairs(arena, plan, out);
}
