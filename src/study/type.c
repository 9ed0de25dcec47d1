// type.c - the types of YAML's core schema.
#include <string.h>

#include "reader.h"

static bool is_any_of(const char *text, const char *const *names) {
  for (; *names; names++) {
    if (strcmp(text, *names) == 0) return true;
  }
  return false;
}

static const char *skip_sign(const char *at) {
  return *at == '-' || *at == '+' ? at + 1 : at;
}

static const char *skip_digits(const char *at) {
  while (*at >= '0' && *at <= '9') at++;
  return at;
}

static bool is_integer(const char *text) {
  const char *digits = skip_sign(text);
  const char *end = skip_digits(digits);
  return end > digits && *end == '\0';
}

// [-+]? ( . [0-9]+ | [0-9]+ ( . [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?
static bool is_float(const char *text) {
  const char *whole = skip_sign(text);
  const char *at = skip_digits(whole);
  const bool has_whole = at > whole;
  bool has_fraction = false;
  if (*at == '.') {
    const char *fraction = at + 1;
    at = skip_digits(fraction);
    has_fraction = at > fraction;
  }
  if (!has_whole && !has_fraction) return false;
  if (*at == 'e' || *at == 'E') {
    const char *exponent = skip_sign(at + 1);
    at = skip_digits(exponent);
    if (at == exponent) return false;
  }
  return *at == '\0';
}

static bool is_not_finite(const char *text) {
  static const char *const nan_names[] = {".nan", ".NaN", ".NAN", NULL};
  static const char *const infinite_names[] = {".inf", ".Inf", ".INF", NULL};
  return is_any_of(text, nan_names) || is_any_of(skip_sign(text), infinite_names);
}

static vt_type type_of_plain(const char *text) {
  static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
  static const char *const truths[] = {"true", "True", "TRUE", "false", "False", "FALSE", NULL};
  if (is_any_of(text, nulls)) return VT_TYPE_NULL;
  if (is_any_of(text, truths)) return VT_TYPE_BOOL;
  if (is_integer(text)) return VT_TYPE_INTEGER;
  return is_float(text) || is_not_finite(text) ? VT_TYPE_FLOAT : VT_TYPE_TEXT;
}

vt_type vt_type_of(const vt_yaml *node) {
  if (node->yaml->type == YAML_SEQUENCE_NODE) return VT_TYPE_LIST;
  if (node->yaml->type == YAML_MAPPING_NODE) return VT_TYPE_MAP;
  if (node->yaml->data.scalar.style != YAML_PLAIN_SCALAR_STYLE) return VT_TYPE_TEXT;
  return type_of_plain((const char *)node->yaml->data.scalar.value);
}
