// demand_csv.c - demand as a table: product,year,amount.
#include "assembly.h"

#include <stdlib.h>
#include <string.h>

enum { PRODUCT, YEAR, AMOUNT, COLUMNS };

static const char *const column_names[COLUMNS] = {"product", "year", "amount"};

/// A table being read.
typedef struct demand_table {
  vt_csv csv;
  vt_arena *arena;
  int first_year, last_year;
  int column[COLUMNS]; ///< which of the three stands where
  vt_text field[COLUMNS];
  ptrdiff_t rows, capacity, span_capacity;
  vt_yearly_demand *entry;
  vt_year_span *span; ///< years of each entry, with its line
} demand_table;

#define BAD_ROW(table, ...) VT_BAD_ROW(&(table)->csv, __VA_ARGS__)

static int find_column(const char *name) {
  int c = 0;
  while (c < COLUMNS && strcmp(name, column_names[c]) != 0) c++;
  return c;
}

static vt_error read_header(demand_table *t) {
  bool seen[COLUMNS] = {false}, last = false;
  for (int i = 0; !last; i++) {
    VT_TRY(vt_csv_field(&t->csv, &t->field[0], &last));
    const char *name = t->field[0].bytes;
    const int c = find_column(name);
    vt_nearest nearest = {.name = name};
    for (int k = 0; k < COLUMNS; k++) vt_nearest_try(&nearest, column_names[k]);
    if (c == COLUMNS)
      BAD_ROW(t, "column %d: found '%s', expected product, year or amount%s", i + 1, name,
              vt_nearest_hint(&nearest));
    if (seen[c]) BAD_ROW(t, "column %d: found '%s' a second time", i + 1, name);
    seen[c] = true;
    t->column[i] = c;
  }
  for (int c = 0; c < COLUMNS; c++) {
    if (!seen[c])
      BAD_ROW(t, "found no column '%s', expected the header product,year,amount", column_names[c]);
  }
  return VT_OK;
}

// The three fields of a row, in the order of column_names.
static vt_error read_fields(demand_table *t) {
  bool last = false;
  for (int i = 0; i < COLUMNS; i++) {
    if (last) BAD_ROW(t, "found %d fields, expected %d", i, (int)COLUMNS);
    VT_TRY(vt_csv_field(&t->csv, &t->field[t->column[i]], &last));
  }
  if (!last) BAD_ROW(t, "found more than the expected %d fields", (int)COLUMNS);
  return VT_OK;
}

static vt_error read_amount(const demand_table *t, double *amount) {
  const char *text = t->field[AMOUNT].bytes;
  if (!vt_decimal(text, amount)) BAD_ROW(t, "amount: found '%s', expected a finite number", text);
  return VT_OK;
}

static vt_error read_years(const demand_table *t, vt_year_span *span) {
  const char *text = t->field[YEAR].bytes;
  int outside;
  if (!vt_year_span_parse(text, span))
    BAD_ROW(t, "year: found '%s', expected a year or a range such as 2030:2040, 2030: or :2040",
            text);
  if (!vt_year_span_fit(span, t->first_year, t->last_year, &outside))
    BAD_ROW(t, "year: found %d, expected years from %d to %d", outside, t->first_year,
            t->last_year);
  return VT_OK;
}

static vt_error read_row(demand_table *t) {
  vt_year_span span = {.line = t->csv.line};
  vt_yearly_demand entry = {.path = t->csv.path, .line = t->csv.line};
  VT_TRY(read_fields(t));
  if (t->field[PRODUCT].length == 0) BAD_ROW(t, "found no product, expected its code");
  VT_TRY(
      vt_arena_text(t->arena, t->field[PRODUCT].bytes, t->field[PRODUCT].length, &entry.product));
  VT_TRY(read_years(t, &span));
  VT_TRY(read_amount(t, &entry.amount));
  span.of = entry.product;
  entry.first_year = span.first;
  entry.last_year = span.last;
  VT_TRY(vt_grow(&t->entry, &t->capacity, t->rows + 1, sizeof *t->entry));
  VT_TRY(vt_grow(&t->span, &t->span_capacity, t->rows + 1, sizeof *t->span));
  t->entry[t->rows] = entry;
  t->span[t->rows++] = span;
  return VT_OK;
}

static vt_error check_clashes(const demand_table *t) {
  const vt_year_span *one, *other;
  int year;
  VT_TRY(vt_year_spans_clash((int)t->rows, t->span, &one, &other, &year));
  VT_CHECK(!one, VT_ERR_INPUT,
           "%s:%d: found product '%s' in the year %d a second time, first in line %d", t->csv.path,
           other->line, other->of, year, one->line);
  return VT_OK;
}

static vt_error read_table(demand_table *t) {
  VT_CHECK(vt_csv_row(&t->csv), VT_ERR_INPUT,
           "%s:1: found an empty table, expected the header product,year,amount", t->csv.path);
  VT_TRY(read_header(t));
  const int header = t->csv.line;
  while (vt_csv_row(&t->csv)) {
    if (t->rows == INT32_MAX) BAD_ROW(t, "found more than %d rows", (int)INT32_MAX);
    VT_TRY(read_row(t));
  }
  VT_CHECK(t->rows > 0, VT_ERR_INPUT, "%s:%d: found no row after the header, expected demand",
           t->csv.path, header);
  return check_clashes(t);
}

static vt_error give(const demand_table *t, vt_yearly_demand **entry, int *count) {
  VT_ARENA_NEW(t->arena, *entry, t->rows);
  memcpy(*entry, t->entry, (size_t)t->rows * sizeof **entry);
  *count = (int)t->rows;
  return VT_OK;
}

vt_error vt_demand_read(vt_arena *arena, const char *path, int first_year, int last_year,
                        vt_yearly_demand **entry, int *count) {
  demand_table t = {.arena = arena, .first_year = first_year, .last_year = last_year};
  vt_text text = {0};
  *entry = NULL;
  *count = 0;
  vt_error done = vt_watch(path);
  if (done == VT_OK) done = vt_text_read_file(path, &text);
  if (done == VT_OK) done = vt_csv_start(path, &text, &t.csv);
  if (done == VT_OK) done = read_table(&t);
  if (done == VT_OK) done = give(&t, entry, count);
  for (int c = 0; c < COLUMNS; c++) vt_text_free(&t.field[c]);
  vt_text_free(&text);
  free(t.entry);
  free(t.span);
  VT_TRY(done);
  return VT_OK;
}
