#include "table.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

// Position in the text of the table.
typedef struct cursor {
  const char *path, *next, *end;
  int line;
} cursor;

// One field, unquoted in place of `field`. `*last`: it ends its line.
static vt_error read_field(cursor *c, vt_text *field, bool *last) {
  field->length = 0;
  VT_TRY(vt_text_add_bytes(field, "", 0));
  while (c->next < c->end && (*c->next == ' ' || *c->next == '\t')) c->next++;
  const bool quoted = c->next < c->end && *c->next == '"';
  if (quoted) {
    const int opened = c->line;
    for (c->next++;; c->next++) {
      VT_CHECK(c->next < c->end, VT_ERR_INPUT, "%s:%d: found a quote that is not closed", c->path,
               opened);
      if (*c->next == '\n') c->line++;
      if (*c->next == '"' && (c->next + 1 >= c->end || c->next[1] != '"')) break;
      if (*c->next == '"') c->next++;
      VT_TRY(vt_text_add_bytes(field, c->next, 1));
    }
    c->next++;
  }
  const char *start = c->next;
  while (c->next < c->end && *c->next != ',' && *c->next != '\n') c->next++;
  const char *stop = c->next;
  while (stop > start && (stop[-1] == ' ' || stop[-1] == '\t' || stop[-1] == '\r')) stop--;
  VT_CHECK(!quoted || stop == start, VT_ERR_INPUT, "%s:%d: found text after a closing quote",
           c->path, c->line);
  if (!quoted) VT_TRY(vt_text_add_bytes(field, start, stop - start));
  *last = c->next >= c->end || *c->next == '\n';
  if (c->next < c->end) c->next++;
  return VT_OK;
}

static bool at_blank_line(cursor *c) {
  const char *p = c->next;
  while (p < c->end && (*p == ' ' || *p == '\t' || *p == '\r')) p++;
  if (p < c->end && *p != '\n') return false;
  c->next = p < c->end ? p + 1 : p;
  c->line++;
  return true;
}

static int find_factor(const vt_study *study, const char *name) {
  for (int f = 0; f < study->factors; f++) {
    if (strcmp(study->factor[f].name, name) == 0) return f;
  }
  return -1;
}

// Which factor each column holds.
static vt_error read_header(const vt_study *study, cursor *c, int *factor_of, vt_text *field) {
  bool *seen, last = false;
  VT_NEW(seen, study->factors);
  vt_error result = VT_OK;
  int columns = 0;
  while (!last && result == VT_OK) {
    result = read_field(c, field, &last);
    if (result != VT_OK) break;
    const int f = find_factor(study, field->bytes);
    vt_nearest nearest = {.name = field->bytes};
    for (int i = 0; i < study->factors; i++) vt_nearest_try(&nearest, study->factor[i].name);
    if (f < 0 || seen[f]) {
      result =
          vt_error_raise(VT_ERR_INPUT, __FILE__, __LINE__, __func__,
                         "%s:%d: column %d: found '%s'%s, expected the name of a factor%s", c->path,
                         c->line, columns + 1, field->bytes, f < 0 ? "" : " a second time",
                         f < 0 ? vt_nearest_hint(&nearest) : "");
      break;
    }
    seen[f] = true;
    factor_of[columns++] = f;
  }
  for (int f = 0; f < study->factors && result == VT_OK; f++) {
    if (!seen[f])
      result = vt_error_raise(VT_ERR_INPUT, __FILE__, __LINE__, __func__,
                              "%s:%d: found no column for factor '%s', expected one for every "
                              "factor of the study",
                              c->path, c->line, study->factor[f].name);
  }
  free(seen);
  return result;
}

static vt_error read_number(const vt_study *study, const cursor *c, int factor, const char *text,
                            double *value) {
  const vt_factor *f = &study->factor[factor];
  char *end;
  *value = strtod(text, &end);
  VT_CHECK(end != text && *end == '\0' && !isnan(*value), VT_ERR_INPUT,
           "%s:%d: column '%s': found '%s', expected a number", c->path, c->line, f->name, text);
  const bool limit = strstr(f->target.tensor, "limits") != NULL && f->operation == VT_SET;
  VT_CHECK(isfinite(*value) || limit, VT_ERR_INPUT,
           "%s:%d: column '%s': found '%s', expected a finite number", c->path, c->line, f->name,
           text);
  return VT_OK;
}

static vt_error read_row(const vt_study *study, cursor *c, const int *factor_of, vt_text *field,
                         double *row) {
  bool last = false;
  for (int column = 0; column < study->factors; column++) {
    VT_CHECK(!last, VT_ERR_INPUT, "%s:%d: found %d fields, expected %d", c->path, c->line, column,
             study->factors);
    VT_TRY(read_field(c, field, &last));
    VT_TRY(read_number(study, c, factor_of[column], field->bytes, &row[factor_of[column]]));
  }
  VT_CHECK(last, VT_ERR_INPUT, "%s:%d: found more than the expected %d fields", c->path, c->line,
           study->factors);
  return VT_OK;
}

static vt_error read_rows(const vt_study *study, cursor *c, int *factor_of, vt_text *field,
                          double **value, int64_t *rows) {
  ptrdiff_t capacity = 0;
  while (c->next < c->end && at_blank_line(c)) continue;
  VT_CHECK(c->next < c->end, VT_ERR_INPUT, "%s: found an empty table, expected a header row",
           c->path);
  VT_TRY(read_header(study, c, factor_of, field));
  for (c->line++; c->next < c->end; c->line++) {
    if (at_blank_line(c)) {
      c->line--;
      continue;
    }
    const ptrdiff_t first = (ptrdiff_t)*rows * study->factors;
    VT_TRY(vt_grow(value, &capacity, first + study->factors, sizeof **value));
    VT_TRY(read_row(study, c, factor_of, field, *value + first));
    ++*rows;
  }
  VT_CHECK(*rows > 0, VT_ERR_INPUT, "%s: found no scenario, expected a row for each", c->path);
  return VT_OK;
}

vt_error table_read(const vt_study *study, double **value, int64_t *rows) {
  vt_text text = {0}, field = {0};
  int *factor_of = NULL;
  *value = NULL;
  *rows = 0;
  VT_NEW(factor_of, study->factors);
  vt_error done = vt_text_read_file(study->table, &text);
  if (done == VT_OK) {
    cursor c = {study->table, text.bytes, text.bytes + text.length, 1};
    if (text.length >= 3 && memcmp(text.bytes, "\xef\xbb\xbf", 3) == 0) c.next += 3;
    done = read_rows(study, &c, factor_of, &field, value, rows);
  }
  vt_text_free(&text);
  vt_text_free(&field);
  free(factor_of);
  if (done != VT_OK) {
    free(*value);
    *value = NULL;
  }
  return done;
}
