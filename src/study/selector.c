// selector.c - `tensor[axis, axis]`: which cells a factor reaches.
#include <stdlib.h>
#include <string.h>

#include "vintner/study.h"

enum { MAX_AXES = 8, MAX_SELECTOR_BYTES = 1 << 16, MAX_RANGE_DIGITS = 18 };

/// A selector being parsed. The patterns of all axes lie one after another.
typedef struct scanner {
  vt_arena *arena;
  const char *text, *at;
  vt_pattern *pattern; ///< the next free one
} scanner;

// Columns count characters from 1.
static int column_of(const scanner *scan, const char *at) {
  int column = 1;
  for (const char *c = scan->text; c < at; c++) column += ((unsigned char)*c & 0xC0U) != 0x80U;
  return column;
}

static bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void skip_space(scanner *scan) {
  while (is_space(*scan->at)) scan->at++;
}

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

static bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' || c == '-';
}

// "the end" or "'x'": what stands at a place.
static const char *character_at(const char *at, char shown[8]) {
  if (*at == '\0') return "the end";
  int length = 1;
  while (length < 4 && ((unsigned char)at[length] & 0xC0U) == 0x80U) length++;
  shown[0] = '\'';
  memcpy(shown + 1, at, (size_t)length);
  shown[length + 1] = '\'';
  shown[length + 2] = '\0';
  return shown;
}

static vt_error refuse_character(const scanner *scan, const char *expected) {
  char shown[8];
  VT_FAIL(VT_ERR_INPUT, "bad selector '%s', column %d: found %s, expected %s", scan->text,
          column_of(scan, scan->at), character_at(scan->at, shown), expected);
}

static int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// The four digits after \u, or -1.
static int32_t hex_quad(const char *at) {
  int32_t value = 0;
  for (int i = 0; i < 4; i++) {
    const int digit = hex_digit(at[i]);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

static char *put_utf8(char *out, uint32_t code) {
  if (code < 0x80) {
    *out++ = (char)code;
    return out;
  }
  const int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  const unsigned lead[4] = {0, 0xC0, 0xE0, 0xF0};
  *out++ = (char)(lead[more] | code >> (6 * more));
  for (int i = more - 1; i >= 0; i--) *out++ = (char)(0x80U | (code >> (6 * i) & 0x3FU));
  return out;
}

// \uXXXX, after the u; a surrogate pair is one character.
static vt_error unescape_unicode(scanner *scan, char **out) {
  const int32_t first = hex_quad(scan->at);
  if (first < 0) return refuse_character(scan, "four hexadecimal digits");
  if (first == 0) return refuse_character(scan, "a character other than NUL");
  uint32_t code = (uint32_t)first;
  const char *after = scan->at + 4;
  if (first >= 0xD800 && first <= 0xDFFF) {
    const int32_t second = after[0] == '\\' && after[1] == 'u' ? hex_quad(after + 2) : -1;
    if (first >= 0xDC00 || second < 0xDC00 || second > 0xDFFF)
      return refuse_character(scan, "a pair of surrogates");
    code = 0x10000 + ((code - 0xD800) << 10) + ((uint32_t)second - 0xDC00);
    after += 6;
  }
  *out = put_utf8(*out, code);
  scan->at = after;
  return VT_OK;
}

// One escape, after the backslash.
static vt_error unescape(scanner *scan, char **out) {
  static const char names[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
  const char *known = *scan->at ? strchr(names, *scan->at) : NULL;
  if (known) {
    *(*out)++ = meanings[known - names];
    scan->at++;
    return VT_OK;
  }
  if (*scan->at != 'u')
    return refuse_character(scan, "an escape: \\\" \\\\ \\/ \\b \\f \\n \\r \\t or \\uXXXX");
  scan->at++;
  return unescape_unicode(scan, out);
}

// "quoted, label": the text can only become shorter.
static vt_error parse_quoted(scanner *scan, vt_pattern *pattern) {
  char *label;
  VT_ARENA_NEW(scan->arena, label, (ptrdiff_t)strlen(scan->at) + 1);
  char *out = label;
  scan->at++;
  while (*scan->at != '"') {
    if (*scan->at == '\0') return refuse_character(scan, "a closing quote");
    if (*scan->at == '\\') {
      scan->at++;
      VT_TRY(unescape(scan, &out));
    } else {
      *out++ = *scan->at++;
    }
  }
  scan->at++;
  *pattern = (vt_pattern){.kind = VT_PATTERN_LABEL, .text = label, .quoted = true};
  return VT_OK;
}

// Skip [-+]?[0-9]+ if it is there, and spaces after it.
static const char *skip_integer(const char *at, bool *present) {
  const char *digits = *at == '-' || *at == '+' ? at + 1 : at;
  *present = is_digit(*digits);
  if (*present) {
    while (is_digit(*digits)) digits++;
    at = digits;
  }
  while (is_space(*at)) at++;
  return at;
}

/// An unquoted alternative as a range, if it has the form of one.
typedef struct range_form {
  bool is_range, has_first, has_last, too_long;
  int64_t first, last;
} range_form;

static int64_t integer_at(const char *at, range_form *form) {
  const char *digits = *at == '-' || *at == '+' ? at + 1 : at;
  ptrdiff_t count = 0;
  while (is_digit(digits[count])) count++;
  form->too_long = form->too_long || count > MAX_RANGE_DIGITS;
  return form->too_long ? 0 : strtoll(at, NULL, 10);
}

static range_form range_of(const char *text) {
  range_form form = {.first = INT64_MIN, .last = INT64_MAX};
  const char *colon = skip_integer(text, &form.has_first);
  if (*colon != ':') return form;
  const char *last = colon + 1;
  while (is_space(*last)) last++;
  form.is_range = *skip_integer(last, &form.has_last) == '\0';
  if (!form.is_range) return form;
  if (form.has_first) form.first = integer_at(text, &form);
  if (form.has_last) form.last = integer_at(last, &form);
  return form;
}

static vt_error parse_unquoted(scanner *scan, vt_pattern *pattern) {
  const char *start = scan->at;
  scan->at += strcspn(start, ",|[]\"");
  if (*scan->at == '[' || *scan->at == '"')
    return refuse_character(scan, "',', '|' or ']' (a label with '[' or '\"' is put in quotes)");
  const char *end = scan->at;
  while (end > start && is_space(end[-1])) end--;
  if (end == start) return refuse_character(scan, "a label, '*' or a range");
  VT_TRY(vt_arena_text(scan->arena, start, end - start, &pattern->text));
  if (strpbrk(pattern->text, "*?")) {
    pattern->kind = strcmp(pattern->text, "*") == 0 ? VT_PATTERN_ANY : VT_PATTERN_GLOB;
    return VT_OK;
  }
  const range_form form = range_of(pattern->text);
  pattern->kind = form.is_range ? VT_PATTERN_RANGE : VT_PATTERN_LABEL;
  if (!form.is_range) return VT_OK;
  pattern->first = form.first;
  pattern->last = form.last;
  VT_CHECK((form.has_first || form.has_last) && !form.too_long && form.first <= form.last,
           VT_ERR_INPUT,
           "bad selector '%s', column %d: found '%s', expected a range such as 2030:2040, "
           "2030: or :2040",
           scan->text, column_of(scan, start), pattern->text);
  return VT_OK;
}

// Alternatives up to ',' or ']'.
static vt_error parse_axis(scanner *scan, vt_axis_selector *axis) {
  skip_space(scan);
  const char *start = scan->at;
  axis->pattern = scan->pattern;
  for (;;) {
    skip_space(scan);
    VT_TRY(*scan->at == '"' ? parse_quoted(scan, scan->pattern)
                            : parse_unquoted(scan, scan->pattern));
    scan->pattern++;
    axis->count++;
    skip_space(scan);
    if (*scan->at != '|') break;
    scan->at++;
  }
  if (*scan->at != ',' && *scan->at != ']') return refuse_character(scan, "',', '|' or ']'");
  const char *end = scan->at;
  while (end > start && is_space(end[-1])) end--;
  return vt_arena_text(scan->arena, start, end - start, &axis->text);
}

static vt_error parse_axes(scanner *scan, vt_selector *selector) {
  ptrdiff_t patterns = 1;
  for (const char *c = scan->at; *c; c++) patterns += *c == ',' || *c == '|';
  VT_ARENA_NEW(scan->arena, scan->pattern, patterns);
  vt_axis_selector *axis;
  VT_ARENA_NEW(scan->arena, axis, MAX_AXES);
  selector->axis = axis;
  selector->bracketed = true;
  do {
    scan->at++;
    if (selector->axes == MAX_AXES) return refuse_character(scan, "at most 8 axes");
    VT_TRY(parse_axis(scan, &axis[selector->axes]));
    selector->axes++;
  } while (*scan->at == ',');
  scan->at++;
  return VT_OK;
}

vt_error vt_selector_parse(vt_arena *arena, const char *text, vt_selector *selector) {
  const size_t length = strlen(text);
  VT_CHECK(length <= MAX_SELECTOR_BYTES, VT_ERR_INPUT,
           "bad selector '%s': found %zu bytes, expected at most %d", text, length,
           (int)MAX_SELECTOR_BYTES);
  *selector = (vt_selector){0};
  VT_TRY(vt_arena_text(arena, text, (ptrdiff_t)length, &selector->text));
  scanner scan = {.arena = arena, .text = selector->text, .at = selector->text};
  skip_space(&scan);
  const char *start = scan.at;
  while (is_name_character(*scan.at)) scan.at++;
  if (scan.at == start) return refuse_character(&scan, "the name of a tensor");
  VT_TRY(vt_arena_text(arena, start, scan.at - start, &selector->tensor));
  skip_space(&scan);
  if (*scan.at == '[') {
    VT_TRY(parse_axes(&scan, selector));
    skip_space(&scan);
    return *scan.at ? refuse_character(&scan, "the end after ']'") : VT_OK;
  }
  return *scan.at ? refuse_character(&scan, "'[' or the end") : VT_OK;
}

static const char *next_character(const char *at) {
  at++;
  while (((unsigned char)*at & 0xC0U) == 0x80U) at++;
  return at;
}

bool vt_glob_matches(const char *glob, const char *text) {
  // A star first takes nothing; on a mismatch the latest star takes one character more.
  const char *after_star = NULL, *retry = NULL;
  while (*text) {
    if (*glob == '*') {
      after_star = ++glob;
      retry = text;
    } else if (*glob == '?') {
      glob++;
      text = next_character(text);
    } else if (*glob == *text) {
      glob++;
      text++;
    } else if (after_star) {
      glob = after_star;
      text = retry = next_character(retry);
    } else {
      return false;
    }
  }
  while (*glob == '*') glob++;
  return *glob == '\0';
}
