// csv.c - tables of comma-separated values, field by field (RFC 4180).
#include "vintner/base.h"

#include <stdarg.h>
#include <string.h>

static bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r';
}

// Of the first line: what stands more often outside quotes.
static char separator_of(const vt_csv *csv) {
  int commas = 0, semicolons = 0;
  bool quoted = false;
  for (const char *c = csv->next; c < csv->end && (quoted || *c != '\n'); c++) {
    quoted = quoted != (*c == '"');
    commas += !quoted && *c == ',';
    semicolons += !quoted && *c == ';';
  }
  return semicolons > commas ? ';' : ',';
}

vt_error vt_csv_start(const char *path, const vt_text *text, vt_csv *csv) {
  *csv = (vt_csv){.path = path, .line = 1, .separator = ','};
  if (text->length == 0) return VT_OK;
  csv->next = text->bytes;
  csv->end = text->bytes + text->length;
  if (text->length >= 3 && memcmp(text->bytes, "\xef\xbb\xbf", 3) == 0) csv->next += 3;
  csv->separator = separator_of(csv);
  const char *nul = memchr(text->bytes, '\0', (size_t)text->length);
  const char *bad = nul ? nul : vt_utf8_fault(text->bytes, csv->end);
  int line = 1;
  for (const char *c = text->bytes; bad && c < bad; c++) line += *c == '\n';
  VT_CHECK(!nul, VT_ERR_INPUT, "%s:%d: found a NUL byte, expected a table as text", path, line);
  VT_CHECK(!bad, VT_ERR_INPUT, "%s:%d: found the byte 0x%02x, expected text in UTF-8", path, line,
           (unsigned)(unsigned char)*bad);
  return VT_OK;
}

bool vt_csv_row(vt_csv *csv) {
  csv->line += csv->line_ended;
  csv->line_ended = false;
  for (;;) {
    const char *c = csv->next;
    while (c < csv->end && is_space(*c)) c++;
    if (c >= csv->end) return false;
    if (*c != '\n') return true;
    csv->next = c + 1;
    csv->line++;
  }
}

// What stands between quotes, of which the first is passed already.
static vt_error read_quoted(vt_csv *csv, vt_text *field) {
  const int opened = csv->line;
  for (;; csv->next++) {
    VT_CHECK(csv->next < csv->end, VT_ERR_INPUT, "%s:%d: found a quote that is not closed",
             csv->path, opened);
    if (*csv->next == '\n') csv->line++;
    if (*csv->next == '"' && (csv->next + 1 >= csv->end || csv->next[1] != '"')) break;
    if (*csv->next == '"') csv->next++;
    VT_TRY(vt_text_add_bytes(field, csv->next, 1));
  }
  csv->next++;
  return VT_OK;
}

vt_error vt_csv_field(vt_csv *csv, vt_text *field, bool *last) {
  field->length = 0;
  VT_TRY(vt_text_add_bytes(field, "", 0));
  while (csv->next < csv->end && (*csv->next == ' ' || *csv->next == '\t')) csv->next++;
  const bool quoted = csv->next < csv->end && *csv->next == '"';
  csv->next += quoted;
  if (quoted) VT_TRY(read_quoted(csv, field));
  const char *start = csv->next;
  while (csv->next < csv->end && *csv->next != csv->separator && *csv->next != '\n') csv->next++;
  const char *stop = csv->next;
  while (stop > start && is_space(stop[-1])) stop--;
  VT_CHECK(!quoted || stop == start, VT_ERR_INPUT, "%s:%d: found text after a closing quote",
           csv->path, csv->line);
  if (!quoted) VT_TRY(vt_text_add_bytes(field, start, stop - start));
  csv->line_ended = csv->next < csv->end && *csv->next == '\n';
  *last = csv->next >= csv->end || csv->line_ended;
  csv->next += csv->next < csv->end;
  return VT_OK;
}

vt_error vt_csv_raise(const vt_csv *csv, const char *file, int line, const char *function,
                      const char *format, ...) {
  char text[512];
  va_list arguments;
  va_start(arguments, format);
  vt_clean_format(text, sizeof text, format, arguments);
  va_end(arguments);
  return vt_error_raise(VT_ERR_INPUT, file, line, function, "%s:%d: %s", csv->path, csv->line,
                        text);
}
