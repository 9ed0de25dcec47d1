// json.c - JSON text in memory, handed to json-c in pieces.
#include "vintner/json.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

enum { DEEPEST = 16, LONGEST_SHOWN = 160 };

static int line_of(const vt_json *json, const char *at) {
  int line = 1;
  for (const char *c = json->first; c < at; c++) line += *c == '\n';
  return line;
}

ptrdiff_t vt_json_character(const unsigned char *at, const unsigned char *end) {
  if (at[0] < 0x80) return 1;
  const ptrdiff_t length = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : 2;
  if (at[0] < 0xc2 || at[0] > 0xf4 || end - at < length) return 0;
  for (ptrdiff_t i = 1; i < length; i++) {
    if ((at[i] & 0xc0) != 0x80) return 0;
  }
  if ((at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] > 0x9f)) return 0;
  if ((at[0] == 0xf0 && at[1] < 0x90) || (at[0] == 0xf4 && at[1] > 0x8f)) return 0;
  return length;
}

// The first byte that is not UTF-8, or NULL.
static const char *find_bad_byte(const char *first, const char *end) {
  const unsigned char *at = (const unsigned char *)first, *stop = (const unsigned char *)end;
  while (at < stop) {
    uint64_t eight; // nearly all text is ASCII
    if (stop - at >= 8) {
      memcpy(&eight, at, sizeof eight);
      if ((eight & 0x8080808080808080U) == 0) {
        at += 8;
        continue;
      }
    }
    const ptrdiff_t length = vt_json_character(at, stop);
    if (length == 0) return (const char *)at;
    at += length;
  }
  return NULL;
}

vt_error vt_json_open(const char *path, const char *bytes, ptrdiff_t length, vt_json *json) {
  const bool marked = length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0;
  *json = (vt_json){.path = path, .first = bytes + (marked ? 3 : 0), .end = bytes + length};
  const size_t size = (size_t)(json->end - json->first);
  const char *bad = find_bad_byte(json->first, json->end);
  VT_CHECK(!bad, VT_ERR_INPUT, "%s:%d: not JSON text: found byte 0x%02x, expected UTF-8", path,
           line_of(json, bad), (unsigned)(unsigned char)*bad);
  bad = size > 0 ? memchr(json->first, 0, size) : NULL;
  VT_CHECK(!bad, VT_ERR_INPUT, "%s:%d: not JSON text: found a NUL byte", path, line_of(json, bad));
  // In a name it would end the name early, whether escaped once or, in a tuple key, twice.
  bad = size > 0 ? memmem(json->first, size, "\\u0000", 6) : NULL;
  VT_CHECK(!bad, VT_ERR_INPUT, "%s:%d: found '\\u0000', expected text without NUL", path,
           line_of(json, bad));
  json->tokener = json_tokener_new_ex(DEEPEST);
  VT_CHECK(json->tokener, VT_ERR_SYSTEM, "out of memory for a JSON parser");
  json_tokener_set_flags(json->tokener, JSON_TOKENER_STRICT);
  return VT_OK;
}

void vt_json_close(vt_json *json) {
  (void)json_object_put(json->parsed);
  if (json->tokener) json_tokener_free(json->tokener);
  *json = (vt_json){0};
}

static const char *skip_space(const char *at, const char *end) {
  while (at < end && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t')) at++;
  return at;
}

// Past the closing quote of the string that opens at `at`, or NULL. A quote after an odd number of
// backslashes is part of the string.
static const char *skip_string(const char *at, const char *end) {
  while (at++, at < end && (at = memchr(at, '"', (size_t)(end - at)))) {
    const char *slash = at; // the opening quote stops the search
    while (slash[-1] == '\\') slash--;
    if ((at - slash) % 2 == 0) return at + 1;
  }
  return NULL;
}

// The comma or bracket that ends the value at `at`, or NULL. json-c judges what lies between.
static const char *find_separator(const char *at, const char *end) {
  ptrdiff_t depth = 0;
  while (at < end) {
    const char c = *at;
    if (c == '"') {
      at = skip_string(at, end);
      if (!at) return NULL;
      continue;
    }
    if (depth == 0 && (c == ',' || c == '}' || c == ']')) return at;
    depth += (c == '{' || c == '[') - (c == '}' || c == ']');
    at++;
  }
  return NULL;
}

static vt_error fail_syntax(const vt_json *json, const char *at, const char *what) {
  const int line = line_of(json, at);
  if (!json->field) VT_FAIL(VT_ERR_INPUT, "%s:%d: not valid JSON: %s", json->path, line, what);
  VT_FAIL(VT_ERR_INPUT, "%s:%d: not valid JSON in field '%s': %s", json->path, line, json->field,
          what);
}

// Like fail_syntax, for the byte at `at` where something else should be.
static vt_error fail_byte(const vt_json *json, const char *at, const char *expected) {
  char what[128];
  if (at >= json->end) {
    (void)snprintf(what, sizeof what, "the text ends too early, expected %s", expected);
  } else {
    const bool plain = *at > ' ' && *at < 127;
    (void)snprintf(what, sizeof what,
                   plain ? "found '%c', expected %s" : "found byte %d, expected %s",
                   plain ? *at : (unsigned char)*at, expected);
  }
  return fail_syntax(json, at, what);
}

static const char *kind_of_value(const char *at, const char *end) {
  const char c = at < end ? *at : ',';
  if (c == '{') return "an object";
  if (c == '[') return "a list";
  if (c == '"') return "a text";
  if (c == 't' || c == 'f') return "a truth value";
  if (c == 'n') return "null";
  return c == ',' || c == '}' || c == ']' ? "nothing" : "a number";
}

vt_error vt_json_enter(const vt_json *json, vt_json_span span, vt_json_walk *walk) {
  const char *at = skip_space(span.first, span.end);
  if (at >= span.end || *at != '{') {
    const char *found = at < span.end ? kind_of_value(at, span.end) : "nothing";
    VT_CHECK(json->field, VT_ERR_INPUT, "%s:%d: found %s, expected a JSON object", json->path,
             line_of(json, at), found);
    VT_FAIL(VT_ERR_INPUT, "%s: field '%s': found %s, expected an object", json->path, json->field,
            found);
  }
  *walk = (vt_json_walk){.at = at + 1, .end = span.end};
  return VT_OK;
}

// Between a closed object and the end of its span there is nothing.
static vt_error leave(const vt_json *json, const vt_json_walk *walk) {
  const char *at = skip_space(walk->at, walk->end);
  if (at < walk->end)
    return fail_byte(json, at, json->field ? "',' or '}'" : "the end of the text");
  return VT_OK;
}

vt_error vt_json_next_member(const vt_json *json, vt_json_walk *walk, vt_json_span *name,
                             vt_json_span *value, bool *more) {
  *more = false;
  if (walk->ended) return leave(json, walk);
  const char *end = json->end, *at = skip_space(walk->at, end);
  if (!walk->begun && at < end && *at == '}') {
    walk->at = at + 1;
    walk->begun = walk->ended = true;
    return leave(json, walk);
  }
  if (at >= end || *at != '"') return fail_byte(json, at, "a name in double quotes");
  name->first = at;
  name->end = skip_string(at, end);
  if (!name->end) return fail_syntax(json, at, "a name has no closing quote");
  at = skip_space(name->end, end);
  if (at >= end || *at != ':') return fail_byte(json, at, "':'");
  value->first = skip_space(at + 1, end);
  const char *stop = find_separator(value->first, end);
  if (!stop) return fail_syntax(json, end, "the text ends within a value");
  if (*stop == ']') return fail_byte(json, stop, "',' or '}'");
  value->end = stop;
  while (value->end > value->first && skip_space(value->end - 1, value->end) == value->end)
    value->end--;
  walk->at = stop + 1;
  walk->begun = true;
  walk->ended = *stop == '}';
  *more = true;
  return VT_OK;
}

// Parse `open` + span + `close`, a list or an object, into json->parsed.
static vt_error parse_between(vt_json *json, const char *open, vt_json_span span,
                              const char *close) {
  (void)json_object_put(json->parsed);
  json->parsed = NULL;
  if (span.end - span.first > INT32_MAX / 2)
    return fail_syntax(json, span.first, "a value is longer than 1 GB");
  struct json_tokener *tokener = json->tokener;
  json_tokener_reset(tokener);
  (void)json_tokener_parse_ex(tokener, open, 1);
  struct json_object *early = NULL;
  if (span.first < span.end)
    early = json_tokener_parse_ex(tokener, span.first, (int)(span.end - span.first));
  (void)json_object_put(early); // cannot be: the brackets of a span match
  const enum json_tokener_error error = json_tokener_get_error(tokener);
  if (early || error != json_tokener_continue)
    return fail_syntax(json, span.first + json_tokener_get_parse_end(tokener),
                       json_tokener_error_desc(error));
  json->parsed = json_tokener_parse_ex(tokener, close, 1);
  if (!json->parsed)
    return fail_syntax(json, span.end, json_tokener_error_desc(json_tokener_get_error(tokener)));
  return VT_OK;
}

vt_error vt_json_parse(vt_json *json, vt_json_span span, struct json_object **value) {
  VT_TRY(parse_between(json, "[", span, "]"));
  if (json_object_array_length(json->parsed) != 1) return fail_byte(json, span.first, "a value");
  *value = json_object_array_get_idx(json->parsed, 0);
  return VT_OK;
}

// Name the member that occurs twice between the two places.
static vt_error fail_twice(vt_json *json, vt_json_walk walk, const char *end, vt_labels *seen) {
  for (bool fresh = true, more = true; more && walk.at < end;) {
    vt_json_span name, value;
    VT_TRY(vt_json_next_member(json, &walk, &name, &value, &more));
    if (!more) break;
    struct json_object *text = NULL;
    VT_TRY(vt_json_parse(json, name, &text));
    const char *key = json_object_get_string(text);
    int index;
    VT_TRY(vt_labels_add(seen, key, json_object_get_string_len(text), &index, &fresh));
    const char *quote = key[0] == '[' ? "" : "'";
    VT_CHECK(fresh, VT_ERR_INPUT, "%s:%d: field '%s', key %s%.*s%s: found twice, expected once",
             json->path, line_of(json, name.first), json->field, quote, vt_json_shown(key), key,
             quote);
  }
  VT_FAIL(VT_ERR_BUG, "%s: members were counted wrongly", json->path);
}

vt_error vt_json_next_piece(vt_json *json, vt_json_walk *walk, struct json_object **piece) {
  const vt_json_walk start = *walk;
  vt_json_span span = {0}, name, value;
  int members = 0;
  *piece = NULL;
  for (bool more; !span.first || span.end - span.first < VT_JSON_PIECE_BYTES; members++) {
    VT_TRY(vt_json_next_member(json, walk, &name, &value, &more));
    if (!more) break;
    if (!span.first) span.first = name.first;
    span.end = value.end;
  }
  if (!span.first) return VT_OK;
  VT_TRY(parse_between(json, "{", span, "}"));
  if (json_object_object_length(json->parsed) != members) {
    vt_labels *seen = NULL;
    vt_error twice = vt_labels_create(&seen);
    if (twice == VT_OK) twice = fail_twice(json, start, span.end, seen);
    vt_labels_free(seen);
    VT_TRY(twice);
  }
  *piece = json->parsed;
  return VT_OK;
}

int vt_json_shown(const char *text) {
  int length = (int)strnlen(text, LONGEST_SHOWN + 1);
  if (length <= LONGEST_SHOWN) return length;
  for (length = LONGEST_SHOWN; length > 0 && (text[length] & 0xc0) == 0x80;) length--;
  return length;
}

const char *vt_json_show(struct json_object *value) {
  static _Thread_local char text[LONGEST_SHOWN + 16];
  const enum json_type type = json_object_get_type(value);
  if (type == json_type_array) return "a list";
  if (type == json_type_object) return "an object";
  if (type == json_type_string) {
    const char *string = json_object_get_string(value);
    (void)snprintf(text, sizeof text, "the text '%.*s'", vt_json_shown(string), string);
  } else {
    const char *string = type == json_type_null ? "null" : json_object_to_json_string(value);
    if (!string) string = "a number";
    (void)snprintf(text, sizeof text, "%.*s", vt_json_shown(string), string);
  }
  return text;
}
