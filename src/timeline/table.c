// table.c - a method of a CSV file with the columns database, flow, year, lag and factor.
#include "timeline.h"

#include <math.h>
#include <string.h>

typedef enum table_column {
  COLUMN_DATABASE,
  COLUMN_FLOW,
  COLUMN_YEAR,
  COLUMN_LAG,
  COLUMN_FACTOR,
  COLUMNS
} table_column;

static const char *const names[COLUMNS] = {"database", "flow", "year", "lag", "factor"};

enum { MOST_FIELDS = 64, MOST_LAG = 20000 };

/// The reading of a table.
typedef struct table_reading {
  vt_timeline_data *k;
  vt_timeline_category *c;
  vt_csv csv;
  int column[MOST_FIELDS]; // what a field is, or COLUMNS
  int fields;
  vt_text field[COLUMNS]; // of the row at hand
  vt_text other;
  ptrdiff_t room;

  int *flow_of; // place of a node among the flows, -1; shape [nodes]
} table_reading;

#define VT_TABLE_FAULT(t, ...) return vt_table_fault((t), __FILE__, __LINE__, __func__, __VA_ARGS__)

static vt_error vt_table_fault(const table_reading *t, const char *file, int line,
                               const char *function, const char *what, const char *found,
                               const char *expected) {
  return vt_error_raise(VT_ERR_INPUT, file, line, function, "%s:%d: %s: found '%s', expected %s",
                        t->csv.path, t->csv.line, what, vt_cut(found, 200), expected);
}

static vt_error read_header(table_reading *t) {
  bool last = false, seen[COLUMNS] = {false};
  VT_CHECK(vt_csv_row(&t->csv), VT_ERR_INPUT,
           "%s: found an empty file, expected the columns database, flow, year, lag and factor",
           t->csv.path);
  while (!last) {
    vt_nearest nearest = {0};
    VT_TRY(vt_csv_field(&t->csv, &t->other, &last));
    const char *name = t->other.bytes ? t->other.bytes : "";
    int column = 0;
    while (column < COLUMNS && strcmp(names[column], name) != 0) column++;
    nearest.name = name;
    for (int i = 0; i < COLUMNS; i++) vt_nearest_try(&nearest, names[i]);
    VT_CHECK(column < COLUMNS && t->fields < MOST_FIELDS, VT_ERR_INPUT,
             "%s:%d: found the column '%s', expected database, flow, year, lag and factor%s",
             t->csv.path, t->csv.line, vt_cut(name, 100), vt_nearest_hint(&nearest));
    if (seen[column]) VT_TABLE_FAULT(t, "columns", name, "each once");
    seen[column] = true;
    t->column[t->fields++] = column;
  }
  for (int i = 0; i < COLUMNS; i++) {
    const bool needed = i == COLUMN_DATABASE || i == COLUMN_FLOW || i == COLUMN_FACTOR;
    VT_CHECK(seen[i] || !needed, VT_ERR_INPUT,
             "%s:%d: no column '%s', expected database, flow, "
             "year, lag and factor",
             t->csv.path, t->csv.line, names[i]);
  }
  return VT_OK;
}

static const char *text_of(const table_reading *t, table_column column) {
  return t->field[column].bytes ? t->field[column].bytes : "";
}

static vt_error find_flow(table_reading *t, int *flow) {
  const vt_timeline_data *k = t->k;
  int database, node;
  VT_TRY(vt_error_at_line(t->csv.path, t->csv.line,
                          vt_database_find(k->set, text_of(t, COLUMN_DATABASE), &database)));
  // Of a database that is none of the system no flow counts.
  *flow = -1;
  if (!k->set->database[database].loaded) return VT_OK;
  VT_TRY(vt_error_at_line(t->csv.path, t->csv.line,
                          vt_node_find(k->set, database, text_of(t, COLUMN_FLOW), &node)));
  *flow = t->flow_of[node];
  return VT_OK;
}

static vt_error read_numbers(table_reading *t, vt_table_row *row) {
  const char *year = text_of(t, COLUMN_YEAR), *lag = text_of(t, COLUMN_LAG);
  double number = 0;
  if (!vt_decimal(text_of(t, COLUMN_FACTOR), &row->factor))
    VT_TABLE_FAULT(t, "factor", text_of(t, COLUMN_FACTOR), "a number");
  row->always = !year[0];
  if (year[0] && (!vt_decimal(year, &row->year) || floor(row->year) < row->year))
    VT_TABLE_FAULT(t, "year", year, "a whole number, or nothing for all years");
  if (lag[0] && (!vt_decimal(lag, &number) || floor(number) < number || fabs(number) > MOST_LAG))
    VT_TABLE_FAULT(t, "lag", lag, "whole years");
  row->lag = (int)number;
  return VT_OK;
}

static vt_error read_row(table_reading *t) {
  bool last = false;
  for (int i = 0; i < COLUMNS; i++) {
    t->field[i].length = 0;
    if (t->field[i].bytes) t->field[i].bytes[0] = '\0';
  }
  int fields = 0;
  for (; !last; fields++) {
    vt_text *to = fields < t->fields ? &t->field[t->column[fields]] : &t->other;
    VT_TRY(vt_csv_field(&t->csv, to, &last));
  }
  VT_CHECK(fields == t->fields, VT_ERR_INPUT, "%s:%d: found %d fields, expected %d", t->csv.path,
           t->csv.line, fields, t->fields);
  vt_table_row row = {0};
  VT_TRY(read_numbers(t, &row));
  VT_TRY(find_flow(t, &row.flow));
  if (row.flow < 0) return VT_OK;
  VT_TRY(vt_grow(&t->c->row, &t->room, t->c->rows + 1, sizeof row));
  t->c->row[t->c->rows++] = row;
  return VT_OK;
}

static int compare_rows(const void *left, const void *right) {
  const vt_table_row *a = left, *b = right;
  if (a->flow != b->flow) return a->flow < b->flow ? -1 : 1;
  if (a->lag != b->lag) return a->lag < b->lag ? -1 : 1;
  if (a->always != b->always) return a->always ? -1 : 1;
  return (a->year > b->year) - (a->year < b->year);
}

static vt_error check_rows(const table_reading *t) {
  const vt_timeline_data *k = t->k;
  for (ptrdiff_t i = 1; i < t->c->rows; i++) {
    const vt_table_row *a = &t->c->row[i - 1], *b = &t->c->row[i];
    if (a->flow != b->flow || a->lag != b->lag) continue;
    const char *code = k->set->node[k->system->flow[b->flow]].code;
    VT_CHECK(a->always == b->always, VT_ERR_INPUT,
             "%s: flow '%s', lag %d: found rows with a year and without, expected one or the other",
             t->csv.path, code, b->lag);
    VT_CHECK(!b->always && a->year < b->year, VT_ERR_INPUT,
             "%s: flow '%s', lag %d: found %s%.0f twice, expected it once", t->csv.path, code,
             b->lag, b->always ? "all years " : "the year ", b->year);
  }
  return VT_OK;
}

static vt_error keep_rows(table_reading *t) {
  vt_timeline_category *c = t->c;
  vt_table_row *kept;
  qsort(c->row, (size_t)c->rows, sizeof *c->row, compare_rows);
  VT_TRY(check_rows(t));
  VT_ARENA_NEW(t->k->arena, kept, c->rows);
  if (c->rows > 0) memcpy(kept, c->row, (size_t)c->rows * sizeof *kept);
  free(c->row);
  c->row = kept;
  t->room = 0;
  VT_ARENA_NEW(t->k->arena, c->first_row, (ptrdiff_t)t->k->flows + 1);
  for (ptrdiff_t i = 0; i < c->rows; i++) c->first_row[c->row[i].flow + 1]++;
  for (int e = 0; e < t->k->flows; e++) c->first_row[e + 1] += c->first_row[e];
  return VT_OK;
}

static vt_error read_all(table_reading *t, const vt_text *text) {
  const vt_timeline_data *k = t->k;
  VT_NEW(t->flow_of, k->set->nodes);
  for (int n = 0; n < k->set->nodes; n++) t->flow_of[n] = -1;
  for (int e = 0; e < k->flows; e++) t->flow_of[k->system->flow[e]] = e;
  VT_TRY(vt_csv_start(t->c->plan->table, text, &t->csv));
  VT_TRY(read_header(t));
  while (vt_csv_row(&t->csv)) VT_TRY(read_row(t));
  return keep_rows(t);
}

vt_error vt_timeline_read_table(vt_timeline_data *k, vt_timeline_category *c) {
  table_reading t = {.k = k, .c = c};
  vt_text text = {0};
  VT_TRY(vt_watch(c->plan->table));
  vt_error done = vt_text_read_file(c->plan->table, &text);
  if (done == VT_OK) done = read_all(&t, &text);
  if (t.room > 0) {
    free(c->row);
    c->row = NULL;
  }
  for (int i = 0; i < COLUMNS; i++) vt_text_free(&t.field[i]);
  vt_text_free(&t.other);
  vt_text_free(&text);
  free(t.flow_of);
  return done;
}
