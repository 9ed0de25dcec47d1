// scan.c - the words of a formula.
#include "formula.h"

#include <stdlib.h>
#include <string.h>

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

static bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static const char *skip_digits(const char *at) {
  while (is_digit(*at)) at++;
  return at;
}

bool vt_formula_is_name(const char *text) {
  if (!is_letter(*text)) return false;
  while (is_letter(*text) || is_digit(*text)) text++;
  return *text == '\0';
}

// [0-9]+ ( . [0-9]* )? | . [0-9]+, then ( [eE] [-+]? [0-9]+ )?; its end.
static const char *end_of_number(const char *at) {
  at = skip_digits(at);
  if (*at == '.') at = skip_digits(at + 1);
  if (*at != 'e' && *at != 'E') return at;
  const char *exponent = at[1] == '-' || at[1] == '+' ? at + 2 : at + 1;
  return is_digit(*exponent) ? skip_digits(exponent) : at;
}

// The longest first.
static int length_of_mark(const char *at) {
  static const char *const marks[] = {"**", "//", "<=", ">=", "==", "!=", "+", "-", "*",
                                      "/",  "%",  "<",  ">",  "(",  ")",  ",", NULL};
  for (int i = 0; marks[i]; i++) {
    const size_t length = strlen(marks[i]);
    if (strncmp(at, marks[i], length) == 0) return (int)length;
  }
  return 0;
}

vt_token vt_token_next(const char *text, const char *at) {
  while (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r') at++;
  vt_token token = {.kind = VT_TOKEN_OTHER, .at = at, .column = (int)(at - text) + 1};
  const char *end = at;
  if (*at == '\0') {
    token.kind = VT_TOKEN_END;
  } else if (is_digit(*at) || (*at == '.' && is_digit(at[1]))) {
    token.kind = VT_TOKEN_NUMBER;
    token.number = at[1] == 'x' || at[1] == 'X' ? 0.0 : strtod(at, NULL); // no hexadecimal digits
    end = end_of_number(at);
  } else if (is_letter(*at)) {
    token.kind = VT_TOKEN_NAME;
    while (is_letter(*end) || is_digit(*end)) end++;
  } else if (length_of_mark(at) > 0) {
    token.kind = VT_TOKEN_MARK;
    end = at + length_of_mark(at);
  } else {
    const ptrdiff_t bytes =
        vt_utf8_character((const unsigned char *)at, (const unsigned char *)at + strlen(at));
    end = at + (bytes > 0 ? bytes : 1);
  }
  token.length = (int)(end - at);
  return token;
}

bool vt_token_is(const vt_token *token, const char *text) {
  const size_t length = strlen(text);
  return (token->kind == VT_TOKEN_MARK || token->kind == VT_TOKEN_NAME) &&
         (size_t)token->length == length && strncmp(token->at, text, length) == 0;
}

const char *vt_token_found(const vt_token *token) {
  enum { SHOWN = 60 };
  static _Thread_local char ring[8][SHOWN + 8];
  static _Thread_local int next;
  if (token->kind == VT_TOKEN_END) return "the end";
  char *found = ring[next = (next + 1) % 8];
  const size_t whole = (size_t)token->length, length = whole < SHOWN ? whole : SHOWN;
  found[0] = '\'';
  memcpy(found + 1, token->at, length);
  memcpy(found + 1 + length, "'", 2);
  return found;
}
