// variants.c - names of the alternatives of `choose` factors, as the attribute of factor_value has
// them: {"factor": ["name", "name"], ...} in JSON.
#include "report.h"

#include <string.h>

// The next character of a text in quotes; false at its end.
static bool next_char(const char **at, char *c) {
  if (**at == '\0' || **at == '"') return false;
  *c = *(*at)++;
  if (*c != '\\' || **at == '\0') return true;
  const char escape = *(*at)++;
  *c = strchr("bfnrt", escape) ? '\n' : escape;
  if (escape != 'u') return true;
  unsigned code = 0;
  for (int i = 0; i < 4 && **at != '\0' && **at != '"'; i++) {
    const char digit = *(*at)++;
    const char *place = strchr("0123456789abcdef", digit | 0x20);
    code = code * 16 + (place ? (unsigned)(place - "0123456789abcdef") & 15 : 0);
  }
  *c = code > 0 && code < 128 ? (char)code : '?';
  return true;
}

// Pass over a text in quotes, with as much of it as `name` takes; whether it is `same`.
static bool take_text(const char **at, const char *same, char *name, size_t bytes) {
  size_t length = 0;
  bool equal = true;
  char c;
  if (**at == '"') ++*at;
  while (next_char(at, &c)) {
    equal = equal && same && *same == c;
    if (equal) same++;
    // Control characters do not reach the terminal.
    if (length + 1 < bytes) name[length++] = (unsigned char)c < ' ' || c == 127 ? '?' : c;
  }
  if (**at == '"') ++*at;
  if (bytes > 0) name[length] = '\0';
  return equal && same && *same == '\0';
}

static void skip(const char **at, const char *what) {
  *at += strspn(*at, what);
}

bool report_choice(const char *choices, const char *factor, double value, char *name,
                   size_t bytes) {
  const char *at = choices ? choices : "";
  while (*at) {
    skip(&at, "{}, \n");
    if (*at != '"') return false;
    const bool mine = take_text(&at, factor, NULL, 0);
    skip(&at, ": \n[");
    for (double place = 0; *at == '"'; place++) {
      (void)take_text(&at, NULL, name, bytes);
      if (mine && place == value) return true;
      skip(&at, ", \n");
    }
    if (mine || *at != ']') return false;
    at++;
  }
  return false;
}
