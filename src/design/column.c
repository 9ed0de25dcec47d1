// column.c - an empirical distribution: the numbers of a column of a CSV file, and their weights.
#include "vintner/design.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct weighed {
  double value, weight;
} weighed;

typedef struct column_file {
  const vt_distribution *of;
  vt_csv csv;
  vt_text field;
  int value, weight, columns; // places of columns; weight -1: none
  weighed *item;
  ptrdiff_t items, room;
} column_file;

static vt_error refuse(const column_file *c, const char *study, const char *text) {
  return vt_error_raise(VT_ERR_INPUT, __FILE__, __LINE__, __func__, "%s:%d: '%s': %s: %s", study,
                        c->of->line, c->of->place ? c->of->place : "empirical", c->csv.path, text);
}

static vt_error no_column(const column_file *c, const char *study, const char *name,
                          const vt_nearest *nearest) {
  char text[400];
  (void)snprintf(text, sizeof text, "found no column '%.150s', expected it in the header%s", name,
                 vt_nearest_hint(nearest));
  return refuse(c, study, text);
}

static vt_error note_column(column_file *c, const char *study, const char *name, int *place) {
  if (!name || strcmp(c->field.bytes, name) != 0) return VT_OK;
  if (*place >= 0) return refuse(c, study, "found the column twice in the header");
  *place = c->columns;
  return VT_OK;
}

static vt_error read_header(vt_arena *arena, column_file *c, const char *study) {
  bool last = false;
  const char *name;
  vt_nearest value = {.name = c->of->column}, weight = {.name = c->of->weights};
  if (!vt_csv_row(&c->csv)) return refuse(c, study, "found an empty file, expected a header row");
  while (!last) {
    VT_TRY(vt_csv_field(&c->csv, &c->field, &last));
    VT_TRY(note_column(c, study, c->of->column, &c->value));
    VT_TRY(note_column(c, study, c->of->weights, &c->weight));
    VT_TRY(vt_arena_text(arena, c->field.bytes, c->field.length, &name));
    vt_nearest_try(&value, name);
    if (c->of->weights) vt_nearest_try(&weight, name);
    c->columns++;
  }
  if (c->value < 0) return no_column(c, study, c->of->column, &value);
  if (c->of->weights && c->weight < 0) return no_column(c, study, c->of->weights, &weight);
  return VT_OK;
}

static vt_error read_number(const column_file *c, const char *name, double least, double *number) {
  VT_CHECK(vt_decimal(c->field.bytes, number) && *number >= least, VT_ERR_INPUT,
           "%s:%d: column '%s': found '%s', expected a finite decimal number%s", c->csv.path,
           c->csv.line, name, c->field.bytes, least == 0.0 ? " >= 0" : "");
  return VT_OK;
}

static vt_error read_row(column_file *c) {
  weighed *i = &c->item[c->items++];
  bool last = false;
  *i = (weighed){.weight = 1.0};
  for (int f = 0; f < c->columns; f++) {
    VT_CHECK(!last, VT_ERR_INPUT, "%s:%d: found %d fields, expected %d", c->csv.path, c->csv.line,
             f, c->columns);
    VT_TRY(vt_csv_field(&c->csv, &c->field, &last));
    if (f == c->value) VT_TRY(read_number(c, c->of->column, -(double)INFINITY, &i->value));
    if (f == c->weight) VT_TRY(read_number(c, c->of->weights, 0.0, &i->weight));
  }
  VT_CHECK(last, VT_ERR_INPUT, "%s:%d: found more than the expected %d fields", c->csv.path,
           c->csv.line, c->columns);
  return VT_OK;
}

static int by_value(const void *a, const void *b) {
  const weighed *x = a, *y = b;
  if (x->value != y->value) return x->value < y->value ? -1 : 1;
  return (x->weight > y->weight) - (x->weight < y->weight);
}

static vt_error keep(vt_arena *arena, const column_file *c, vt_distribution *d) {
  double *value, *weight;
  VT_ARENA_NEW(arena, value, c->items);
  VT_ARENA_NEW(arena, weight, c->items);
  for (ptrdiff_t i = 0; i < c->items; i++) {
    value[i] = c->item[i].value;
    weight[i] = c->item[i].weight;
  }
  d->count = c->items;
  d->value = value;
  d->weight = weight;
  return VT_OK;
}

static vt_error read_rows(vt_arena *arena, const char *study, column_file *c, vt_distribution *d) {
  double sum = 0.0;
  VT_TRY(read_header(arena, c, study));
  while (vt_csv_row(&c->csv)) {
    VT_TRY(vt_grow(&c->item, &c->room, c->items + 1, sizeof *c->item));
    VT_TRY(read_row(c));
    sum += c->item[c->items - 1].weight;
  }
  if (c->items == 0) return refuse(c, study, "found no numbers, expected a row for each");
  if (!(sum > 0.0) || !isfinite(sum))
    return refuse(c, study, "found weights without a finite sum > 0");
  qsort(c->item, (size_t)c->items, sizeof *c->item, by_value);
  VT_TRY(keep(arena, c, d));
  if (vt_distribution_prepare(arena, d) == VT_OK) return VT_OK;
  char text[300];
  (void)snprintf(text, sizeof text, "%s", vt_error_message());
  return refuse(c, study, text);
}

vt_error vt_distribution_read(vt_arena *arena, const char *study, vt_distribution *d) {
  vt_text text = {0};
  column_file c = {.of = d, .csv.path = d->file, .value = -1, .weight = -1};
  vt_error done = vt_watch(d->file);
  if (done == VT_OK) done = vt_text_read_file(d->file, &text);
  if (done == VT_OK) done = vt_csv_start(d->file, &text, &c.csv);
  if (done == VT_OK) done = read_rows(arena, study, &c, d);
  vt_text_free(&text);
  vt_text_free(&c.field);
  free(c.item);
  return done;
}
