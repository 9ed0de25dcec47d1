// print.c - how numbers and texts are written.
#include "print.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *report_exact(double value, char text[32]) {
  for (int digits = 15; digits <= 17; digits++) {
    (void)snprintf(text, 32, "%.*g", digits, value);
    if (strtod(text, NULL) == value) break;
  }
  return text;
}

void show_plain(FILE *out, const char *text) {
  const char *end = text + strlen(text);
  for (const char *at = text; at < end;) {
    int unfit;
    const ptrdiff_t length = vt_clean_next(at, end, &unfit);
    if (unfit < 0)
      (void)fwrite(at, 1, (size_t)length, out);
    else
      (void)fputc('?', out);
    at += length;
  }
}

void print_label(FILE *out, const char *label, int width) {
  int length = 0;
  for (const char *c = label; *c; c++) length += ((unsigned char)*c & 0xc0) != 0x80;
  const int shown = length <= width ? length : width - 1;
  int printed = 0;
  for (const char *c = label; *c; c++) {
    if (((unsigned char)*c & 0xc0) != 0x80 && printed++ == shown) break;
    (void)fputc((unsigned char)*c < ' ' ? '?' : *c, out);
  }
  if (length > width) (void)fputs("…", out);
  for (int i = length; i < width; i++) (void)fputc(' ', out);
}

vt_error print_flush(FILE *out) {
  VT_CHECK(fflush(out) == 0 && !ferror(out), VT_ERR_SYSTEM,
           "standard output: cannot be written: %s", strerror(errno));
  return VT_OK;
}

// ---------------------------------------------------------------------------------------------
// JSON.

// Characters of JSON text: what would do something to a terminal is escaped, which means the same.
static void put_escaped(FILE *out, const char *text, bool quotes) {
  const char *end = text + strlen(text);
  for (const char *at = text; at < end;) {
    int unfit;
    const ptrdiff_t length = vt_clean_next(at, end, &unfit);
    if (unfit >= 0)
      (void)fprintf(out, "\\u%04x", (unsigned)unfit);
    else if (quotes && (*at == '"' || *at == '\\'))
      (void)fprintf(out, "\\%c", *at);
    else
      (void)fwrite(at, 1, (size_t)length, out);
    at += length;
  }
}

static void put_text(FILE *out, const char *text) {
  (void)fputc('"', out);
  put_escaped(out, text, true);
  (void)fputc('"', out);
}

// What comes before a value: comma, line, name.
static void start(json_out *j, const char *name) {
  const json_style style = j->level[j->depth].style;
  int indent = 0;
  for (int d = 0; d <= j->depth; d++) indent += j->level[d].style == JSON_ROW ? 0 : 2;
  if (j->level[j->depth].begun) (void)fputs(style == JSON_ROW ? ", " : ",", j->out);
  if (style != JSON_ROW) (void)fprintf(j->out, "\n%*s", indent, "");
  j->level[j->depth].begun = true;
  if (!name) return;
  put_text(j->out, name);
  (void)fputs(": ", j->out);
}

static void open_level(json_out *j, const char *name, char open, char close, json_style style) {
  start(j, name);
  (void)fputc(open, j->out);
  j->depth++;
  j->level[j->depth].close = close;
  j->level[j->depth].style = style;
  j->level[j->depth].begun = false;
}

json_out json_begin(FILE *out, json_style style) {
  (void)fputc('{', out);
  return (json_out){.out = out, .level = {{.close = '}', .style = style}}};
}

json_out json_begin_list(FILE *out, json_style style) {
  (void)fputc('[', out);
  return (json_out){.out = out, .level = {{.close = ']', .style = style}}};
}

void json_end(json_out *j) {
  json_close(j);
  (void)fputc('\n', j->out);
}

void json_map(json_out *j, const char *name) {
  open_level(j, name, '{', '}', JSON_ROW);
}

void json_list(json_out *j, const char *name, json_style style) {
  open_level(j, name, '[', ']', style);
}

void json_close(json_out *j) {
  if (j->level[j->depth].style == JSON_BLOCK) (void)fputc('\n', j->out);
  (void)fputc(j->level[j->depth--].close, j->out);
}

void json_style_on(json_out *j, json_style style) {
  j->level[j->depth].style = style;
}

void json_text(json_out *j, const char *name, const char *text) {
  start(j, name);
  if (text)
    put_text(j->out, text);
  else
    (void)fputs("null", j->out);
}

void json_number(json_out *j, const char *name, double value) {
  char text[32];
  json_raw(j, name, "%s", isfinite(value) ? report_exact(value, text) : "null");
}

void json_json(json_out *j, const char *name, const char *text) {
  start(j, name);
  put_escaped(j->out, text, false);
}

void json_raw(json_out *j, const char *name, const char *format, ...) {
  va_list arguments;
  start(j, name);
  va_start(arguments, format);
  (void)vfprintf(j->out, format, arguments);
  va_end(arguments);
}

static void put_member(json_out *j, const char *name, const char *type, va_list *value) {
  switch (type[strspn(type, "lt")]) {
    case 's': json_text(j, name, va_arg(*value, const char *)); break;
    case 'g': json_number(j, name, va_arg(*value, double)); break;
    case 'i': json_raw(j, name, va_arg(*value, int) ? "true" : "false"); break;
    default:
      if (type[0] == 't')
        json_raw(j, name, "%td", va_arg(*value, ptrdiff_t));
      else if (type[0] == 'l')
        json_raw(j, name, "%lld",
                 type[1] == 'l' ? va_arg(*value, long long) : va_arg(*value, long));
      else
        json_raw(j, name, "%d", va_arg(*value, int));
  }
}

static void put_members(json_out *j, const char *format, va_list *value) {
  for (const char *at = format; *at;) {
    char name[40];
    const size_t length = strcspn(at, ":");
    (void)snprintf(name, sizeof name, "%.*s", (int)length, at);
    const char *type = at + length + strlen(": %");
    put_member(j, name, type, value);
    at = type + strcspn(type, ",");
    at += strspn(at, ", ");
  }
}

void json_members(json_out *j, const char *format, ...) {
  va_list value;
  va_start(value, format);
  put_members(j, format, &value);
  va_end(value);
}

void json_object(json_out *j, const char *name, const char *format, ...) {
  va_list value;
  json_map(j, name);
  va_start(value, format);
  put_members(j, format, &value);
  va_end(value);
  json_close(j);
}

void json_texts(json_out *j, const char *name, const char *const *text, int count) {
  json_list(j, name, JSON_ROW);
  for (int i = 0; i < count; i++) json_text(j, NULL, text[i]);
  json_close(j);
}

void json_numbers(json_out *j, const char *name, const double *value, int count) {
  json_list(j, name, JSON_ROW);
  for (int i = 0; i < count; i++) json_number(j, NULL, value[i]);
  json_close(j);
}
