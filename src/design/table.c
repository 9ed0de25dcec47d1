// table.c - a design from a CSV table: one column per factor, one scenario per row.
#include "table.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool has_column(const vt_design_plan *plan, int input) {
  return plan->input[input].value.kind == VT_VALUE_EMPTY;
}

static int find_input(const vt_design_plan *plan, const char *name, vt_nearest *nearest) {
  for (int f = 0; f < plan->inputs; f++) {
    if (!has_column(plan, f)) continue;
    if (strcmp(plan->input[f].name, name) == 0) return f;
    vt_nearest_try(nearest, plan->input[f].name);
  }
  return -1;
}

static int count_columns(const vt_design_plan *plan) {
  int columns = 0;
  for (int f = 0; f < plan->inputs; f++) columns += has_column(plan, f);
  return columns;
}

// Which factor each column holds.
static vt_error read_header(const vt_design_plan *plan, vt_csv *c, int *factor_of, vt_text *field) {
  bool *seen, last = false;
  VT_NEW(seen, plan->inputs);
  vt_error result = VT_OK;
  int columns = 0;
  while (!last && result == VT_OK) {
    result = vt_csv_field(c, field, &last);
    if (result != VT_OK) break;
    vt_nearest nearest = {.name = field->bytes};
    const int f = find_input(plan, field->bytes, &nearest);
    if (f < 0 || seen[f]) {
      result = vt_error_raise(
          VT_ERR_INPUT, __FILE__, __LINE__, __func__,
          "%s:%d: column %d: found '%s'%s, expected the name of a %s%s", c->path, c->line,
          columns + 1, field->bytes, f < 0 ? "" : " a second time",
          plan->parameters > 0 ? "parameter or factor whose value is empty" : "factor",
          f < 0 ? vt_nearest_hint(&nearest) : "");
      break;
    }
    seen[f] = true;
    factor_of[columns++] = f;
  }
  for (int f = 0; f < plan->inputs && result == VT_OK; f++) {
    if (has_column(plan, f) && !seen[f])
      result = vt_error_raise(VT_ERR_INPUT, __FILE__, __LINE__, __func__,
                              "%s:%d: found no column for %s '%s', expected one for every "
                              "%s of the study",
                              c->path, c->line, f < plan->parameters ? "parameter" : "factor",
                              plan->input[f].name,
                              f < plan->parameters ? "parameter without a value" : "factor");
  }
  free(seen);
  return result;
}

// As in a study: decimal; where limits take it .inf too, which other programs write as inf.
static vt_error read_number(const vt_design_plan *plan, const vt_csv *c, int factor,
                            const char *text, double *value) {
  const vt_design_input *f = &plan->input[factor];
  const char *digits = text[0] == '-' || text[0] == '+' ? text + 1 : text;
  if (f->infinite && strcasecmp(digits + (digits[0] == '.'), "inf") == 0) {
    *value = text[0] == '-' ? -(double)INFINITY : (double)INFINITY;
    return VT_OK;
  }
  VT_CHECK(vt_decimal(text, value), VT_ERR_INPUT, "%s:%d: column '%s': found '%s', expected %s",
           c->path, c->line, f->name, text,
           f->infinite ? "a decimal number or .inf" : "a finite decimal number");
  return VT_OK;
}

// The name of an alternative, or its place in the list of them, from 0.
static vt_error read_variant(const vt_design_plan *plan, const vt_csv *c, int factor,
                             const char *text, double *value) {
  const vt_design_input *f = &plan->input[factor];
  vt_nearest nearest = {.name = text};
  for (int i = 0; i < f->variants; i++) {
    *value = i;
    if (strcmp(f->variant[i], text) == 0) return VT_OK;
    vt_nearest_try(&nearest, f->variant[i]);
  }
  char *end;
  errno = 0;
  const long place = strtol(text, &end, 10);
  const bool digits = text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0;
  VT_CHECK(
      digits && place < f->variants, VT_ERR_INPUT,
      "%s:%d: column '%s': found '%s', expected the name of an alternative or its number, 0 to "
      "%d%s",
      c->path, c->line, f->name, text, f->variants - 1, vt_nearest_hint(&nearest));
  *value = (double)place;
  return VT_OK;
}

static vt_error read_row(const vt_design_plan *plan, vt_csv *c, const int *factor_of,
                         vt_text *field, double *row) {
  bool last = false;
  const int columns = count_columns(plan);
  for (int f = 0; f < plan->inputs; f++) row[f] = (double)NAN;
  for (int column = 0; column < columns; column++) {
    VT_CHECK(!last, VT_ERR_INPUT, "%s:%d: found %d fields, expected %d", c->path, c->line, column,
             columns);
    VT_TRY(vt_csv_field(c, field, &last));
    const int f = factor_of[column];
    VT_TRY((plan->input[f].variants > 0 ? read_variant : read_number)(plan, c, f, field->bytes,
                                                                      &row[f]));
  }
  VT_CHECK(last, VT_ERR_INPUT, "%s:%d: found more than the expected %d fields", c->path, c->line,
           columns);
  return VT_OK;
}

static vt_error read_rows(const vt_design_plan *plan, vt_csv *c, int *factor_of, vt_text *field,
                          double **value, int64_t *rows) {
  ptrdiff_t capacity = 0;
  VT_CHECK(vt_csv_row(c), VT_ERR_INPUT, "%s: found an empty table, expected a header row", c->path);
  VT_TRY(read_header(plan, c, factor_of, field));
  for (int before = c->line; vt_csv_row(c); before = c->line) {
    VT_CHECK(c->line <= before + 1, VT_ERR_INPUT,
             "%s:%d: found a blank line between rows, expected none: is a scenario missing?",
             c->path, before + 1);
    const ptrdiff_t first = (ptrdiff_t)*rows * plan->inputs;
    VT_TRY(vt_grow(value, &capacity, first + plan->inputs, sizeof **value));
    VT_TRY(read_row(plan, c, factor_of, field, *value + first));
    ++*rows;
  }
  VT_CHECK(*rows > 0, VT_ERR_INPUT, "%s: found no scenario, expected a row for each", c->path);
  return VT_OK;
}

vt_error vt_design_table_read(const vt_design_plan *plan, double **value, int64_t *rows) {
  vt_text text = {0}, field = {0};
  int *factor_of = NULL;
  *value = NULL;
  *rows = 0;
  VT_NEW(factor_of, plan->inputs);
  vt_error done = vt_watch(plan->table);
  if (done == VT_OK) done = vt_text_read_file(plan->table, &text);
  vt_csv c;
  if (done == VT_OK) done = vt_csv_start(plan->table, &text, &c);
  if (done == VT_OK) done = read_rows(plan, &c, factor_of, &field, value, rows);
  vt_text_free(&text);
  vt_text_free(&field);
  free(factor_of);
  if (done != VT_OK) {
    free(*value);
    *value = NULL;
  }
  return done;
}
