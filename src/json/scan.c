// scan.c - JSON text, looked through without a parser.
#include "scan.h"

#include <string.h>

const char *vt_scan_space(const char *at, const char *end) {
  while (at < end && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t')) at++;
  return at;
}

// A quote after an odd number of backslashes is part of the string.
const char *vt_scan_string(const char *at, const char *end) {
  while (at++, at < end && (at = memchr(at, '"', (size_t)(end - at)))) {
    const char *slash = at; // the opening quote stops the search
    while (slash[-1] == '\\') slash--;
    if ((at - slash) % 2 == 0) return at + 1;
  }
  return NULL;
}

static const bool is_sign[256] = {['"'] = true, [','] = true, [':'] = true, ['{'] = true,
                                  ['}'] = true, ['['] = true, [']'] = true};

const char *vt_scan_value(const char *at, const char *end, ptrdiff_t *members) {
  ptrdiff_t depth = 0, colons = 0;
  while (at < end) {
    const char c = *at;
    if (!is_sign[(unsigned char)c]) {
      at++;
      continue;
    }
    if (c == '"') {
      at = vt_scan_string(at, end);
      if (!at) return NULL;
      continue;
    }
    if (depth == 0 && (c == ',' || c == '}' || c == ']')) {
      *members += colons;
      return at;
    }
    depth += (c == '{' || c == '[') - (c == '}' || c == ']');
    colons += c == ':';
    at++;
  }
  *members += colons;
  return NULL;
}

// The code of the four hexadecimal digits of an escape, or -1.
static int code_of(const char *at, const char *end) {
  int code = 0;
  if (end - at < 4) return -1;
  for (int i = 0; i < 4; i++) {
    const char c = at[i], low = (char)(c | 0x20);
    const bool digit = c >= '0' && c <= '9';
    if (!digit && (low < 'a' || low > 'f')) return -1;
    code = code * 16 + (digit ? c - '0' : low - 'a' + 10);
  }
  return code;
}

static bool is_low_half(const char *at, const char *end) {
  const bool escape = end - at >= 6 && at[0] == '\\' && at[1] == 'u';
  const int code = escape ? code_of(at + 2, end) : -1;
  return code >= 0xdc00 && code < 0xe000;
}

// A NUL ends a name early, whether it is escaped once or, in a tuple key, twice.
const char *vt_scan_escapes(const char *first, const char *end) {
  // Keys of tuples are full of backslashes, few of which begin an escape of this kind.
  for (const char *at = first; at < end && (at = memmem(at, (size_t)(end - at), "\\u", 2));) {
    const char *run = at;
    while (run > first && run[-1] == '\\') run--;
    const bool escaped = (at - run) % 2 != 0; // the backslash itself is
    const int code = code_of(at + 2, end);
    if (code == 0 || (!escaped && code >= 0xdc00 && code < 0xe000)) return at;
    const bool high = !escaped && code >= 0xd800 && code < 0xdc00;
    if (high && !is_low_half(at + 6, end)) return at;
    at += high ? 12 : 2;
  }
  return NULL;
}

double vt_scan_weight(const char *first, const char *end) {
  enum { OBJECT = 800, LIST = 384, MEMBER = 160, VALUE = 80 }; // of json-c 0.16, measured
  double weight = (double)(end - first);
  for (const char *at = first; at < end; at++) {
    if (*at == '"') {
      const char *after = vt_scan_string(at, end);
      if (!after) return weight;
      at = after - 1;
    } else if (*at == '{' || *at == '[') {
      weight += *at == '{' ? OBJECT : LIST;
    } else if (*at == ':' || *at == ',') {
      weight += *at == ':' ? MEMBER : VALUE;
    }
  }
  return weight;
}
