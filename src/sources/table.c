// table.c - tables with named columns, separated by semicolons.
#include "table.h"

#include <math.h>
#include <string.h>

void vt_table_close(vt_table *table) {
  for (int i = 0; i < VT_TABLE_COLUMNS; i++) {
    vt_text_free(&table->name[i]);
    vt_text_free(&table->field[i]);
  }
  vt_text_free(&table->path);
  vt_text_free(&table->text);
  *table = (vt_table){0};
}

// The fields of one row.
static vt_error take_row(vt_table *table, vt_text field[VT_TABLE_COLUMNS], int *count) {
  table->line = table->csv.line;
  bool last = false;
  for (*count = 0; !last; (*count)++) {
    VT_CHECK(*count < VT_TABLE_COLUMNS, VT_ERR_INPUT, "%s:%d: found more than %d fields",
             table->path.bytes, table->line, VT_TABLE_COLUMNS);
    VT_TRY(vt_csv_field(&table->csv, &field[*count], &last));
    for (const char *c = field[*count].bytes; *c; c++) {
      VT_CHECK((unsigned char)*c >= ' ', VT_ERR_INPUT, "%s:%d: found a control character",
               table->path.bytes, table->line);
    }
  }
  return VT_OK;
}

vt_error vt_table_open(const char *folder, const char *name, vt_table *table) {
  *table = (vt_table){0};
  VT_TRY(vt_text_add(&table->path, "%s/%s", folder, name));
  VT_TRY(vt_watch(table->path.bytes));
  VT_TRY(vt_text_read_file(table->path.bytes, &table->text));
  VT_TRY(vt_csv_start(table->path.bytes, &table->text, &table->csv));
  table->csv.separator = ';';
  VT_CHECK(vt_csv_row(&table->csv), VT_ERR_INPUT, "%s: found an empty file, expected a table",
           table->path.bytes);
  return take_row(table, table->name, &table->columns);
}

vt_error vt_table_column(const vt_table *table, const char *name, int *column) {
  vt_nearest nearest = {.name = name};
  for (*column = 0; *column < table->columns; (*column)++) {
    if (strcmp(table->name[*column].bytes, name) == 0) return VT_OK;
    vt_nearest_try(&nearest, table->name[*column].bytes);
  }
  const char *before = nearest.best ? "; is it '" : "", *after = nearest.best ? "'?" : "";
  VT_FAIL(VT_ERR_INPUT, "%s:1: found no column '%s', expected columns separated by ';'%s%s%s",
          table->path.bytes, name, before, nearest.best ? nearest.best : "", after);
}

vt_error vt_table_next(vt_table *table, bool *more) {
  *more = vt_csv_row(&table->csv);
  if (!*more) return VT_OK;
  int count = 0;
  VT_TRY(take_row(table, table->field, &count));
  VT_CHECK(count == table->columns, VT_ERR_INPUT, "%s:%d: found %d fields, expected %d",
           table->path.bytes, table->line, count, table->columns);
  return VT_OK;
}

const char *vt_table_text(const vt_table *table, int column) {
  return table->field[column].bytes;
}

static vt_error fail_field(const vt_table *table, int column, const char *expected) {
  const char *text = vt_table_text(table, column);
  VT_FAIL(VT_ERR_INPUT, "%s:%d: '%s': found '%s', expected %s", table->path.bytes, table->line,
          table->name[column].bytes, vt_cut(text, 160), expected);
}

vt_error vt_table_number(const vt_table *table, int column, double *number) {
  const char *text = vt_table_text(table, column);
  *number = (double)NAN;
  if (!*text) return VT_OK;
  if (!vt_decimal(text, number)) return fail_field(table, column, "a finite number");
  return VT_OK;
}

vt_error vt_table_integer(const vt_table *table, int column, int64_t highest, int64_t *number) {
  const char *text = vt_table_text(table, column);
  *number = 0;
  bool good = *text != '\0';
  for (const char *c = text; good && *c; c++) {
    good = *c >= '0' && *c <= '9' && *number <= highest / 10;
    if (good) *number = *number * 10 + (*c - '0');
    good = good && *number <= highest;
  }
  if (good) return VT_OK;
  return fail_field(table, column, highest == 1 ? "0 or 1" : "a whole number, not negative");
}
