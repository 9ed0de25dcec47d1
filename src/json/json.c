// json.c - JSON text in memory, handed to json-c in pieces.
#include "vintner/json.h"

#include "scan.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

// What a tree may take: of a value, and for each byte of the text that holds it.
enum { FREE_WEIGHT = 40 << 20, WEIGHT_PER_BYTE = 5 };

static int line_of(const vt_json *json, const char *at) {
  int line = 1;
  for (const char *c = json->first; c < at; c++) line += *c == '\n';
  return line;
}

vt_error vt_json_open(const char *path, const char *bytes, ptrdiff_t length, vt_json *json) {
  const bool marked = length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0;
  *json = (vt_json){.path = path, .first = bytes + (marked ? 3 : 0), .end = bytes + length};
  const size_t size = (size_t)(json->end - json->first);
  const char *bad = vt_utf8_fault(json->first, json->end);
  VT_CHECK(!bad, VT_ERR_INPUT, "%s:%d: not JSON text: found byte 0x%02x, expected UTF-8", path,
           line_of(json, bad), (unsigned)(unsigned char)*bad);
  bad = size > 0 ? memchr(json->first, 0, size) : NULL;
  VT_CHECK(!bad, VT_ERR_INPUT, "%s:%d: not JSON text: found a NUL byte", path, line_of(json, bad));
  bad = vt_scan_escapes(json->first, json->end);
  VT_CHECK(!bad, VT_ERR_INPUT, "%s:%d: found '%.6s', expected text without %s", path,
           line_of(json, bad), bad, bad[2] == '0' ? "NUL" : "halves of characters");
  json->tokener = json_tokener_new_ex(VT_JSON_DEEPEST);
  VT_CHECK(json->tokener, VT_ERR_SYSTEM, "out of memory for a JSON parser");
  json_tokener_set_flags(json->tokener, JSON_TOKENER_STRICT);
  return VT_OK;
}

bool vt_json_is_whole(const char *text) {
  return !vt_scan_escapes(text, text + strlen(text));
}

void vt_json_close(vt_json *json) {
  (void)json_object_put(json->parsed);
  if (json->tokener) json_tokener_free(json->tokener);
  *json = (vt_json){0};
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

static vt_error enter(const vt_json *json, vt_json_span span, bool list, vt_json_walk *walk) {
  const char *at = vt_scan_space(span.first, span.end);
  if (at >= span.end || *at != (list ? '[' : '{')) {
    const char *found = at < span.end ? kind_of_value(at, span.end) : "nothing";
    VT_CHECK(json->field, VT_ERR_INPUT, "%s:%d: found %s, expected a JSON %s", json->path,
             line_of(json, at), found, list ? "list" : "object");
    VT_FAIL(VT_ERR_INPUT, "%s: field '%s': found %s, expected %s", json->path, json->field, found,
            list ? "a list" : "an object");
  }
  *walk = (vt_json_walk){.at = at + 1, .end = span.end, .close = list ? ']' : '}'};
  return VT_OK;
}

vt_error vt_json_enter(const vt_json *json, vt_json_span span, vt_json_walk *walk) {
  return enter(json, span, false, walk);
}

vt_error vt_json_enter_list(const vt_json *json, vt_json_span span, vt_json_walk *walk) {
  return enter(json, span, true, walk);
}

vt_json_span vt_json_whole(const vt_json *json) {
  return (vt_json_span){json->first, json->end, -1};
}

static const char *or_close(const vt_json_walk *walk) {
  return walk->close == '}' ? "',' or '}'" : "',' or ']'";
}

// Between a closed object and the end of its span there is nothing.
static vt_error leave(const vt_json *json, const vt_json_walk *walk) {
  const char *at = vt_scan_space(walk->at, walk->end);
  if (at < walk->end)
    return fail_byte(json, at, json->field ? or_close(walk) : "the end of the text");
  return VT_OK;
}

// Whether there is another member or item, which begins at *at.
static vt_error find_next(const vt_json *json, vt_json_walk *walk, const char **at, bool *more) {
  *more = false;
  if (walk->ended) return leave(json, walk);
  *at = vt_scan_space(walk->at, json->end);
  if (!walk->begun && *at < json->end && **at == walk->close) {
    walk->at = *at + 1;
    walk->begun = walk->ended = true;
    return leave(json, walk);
  }
  *more = true;
  return VT_OK;
}

static vt_error take_value(const vt_json *json, vt_json_walk *walk, const char *at,
                           vt_json_span *value) {
  *value = (vt_json_span){.first = at};
  const char *stop = vt_scan_value(at, json->end, &value->members);
  if (!stop) return fail_syntax(json, json->end, "the text ends within a value");
  if (*stop != ',' && *stop != walk->close) return fail_byte(json, stop, or_close(walk));
  value->end = stop;
  while (value->end > value->first && vt_scan_space(value->end - 1, value->end) == value->end)
    value->end--;
  walk->at = stop + 1;
  walk->begun = true;
  walk->ended = *stop != ',';
  return VT_OK;
}

vt_error vt_json_next_member(const vt_json *json, vt_json_walk *walk, vt_json_span *name,
                             vt_json_span *value, bool *more) {
  const char *end = json->end, *at;
  VT_TRY(find_next(json, walk, &at, more));
  if (!*more) return VT_OK;
  if (at >= end || *at != '"') return fail_byte(json, at, "a name in double quotes");
  *name = (vt_json_span){.first = at, .end = vt_scan_string(at, end)};
  if (!name->end) return fail_syntax(json, at, "a name has no closing quote");
  at = vt_scan_space(name->end, end);
  if (at >= end || *at != ':') return fail_byte(json, at, "':'");
  return take_value(json, walk, vt_scan_space(at + 1, end), value);
}

vt_error vt_json_next_item(const vt_json *json, vt_json_walk *walk, vt_json_span *value,
                           bool *more) {
  const char *at;
  VT_TRY(find_next(json, walk, &at, more));
  if (!*more) return VT_OK;
  VT_TRY(take_value(json, walk, at, value));
  if (value->end == value->first) return fail_byte(json, at, "a value");
  return VT_OK;
}

// json-c says nothing but "success" where it got no memory.
static vt_error fail_parse(const vt_json *json, const char *at, enum json_tokener_error error) {
  VT_CHECK(error != json_tokener_success, VT_ERR_SYSTEM, "%s: out of memory for JSON", json->path);
  return fail_syntax(json, at, json_tokener_error_desc(error));
}

// A tree may be hundreds of times as large as its text.
vt_error vt_json_charge(const vt_json *json, vt_json_span span, double *weight) {
  const double all = (double)(json->end - json->first);
  *weight += vt_scan_weight(span.first, span.end);
  if (*weight <= FREE_WEIGHT + WEIGHT_PER_BYTE * all) return VT_OK;
  VT_FAIL(VT_ERR_INPUT,
          "%s:%d: %s%s%sfound a value of so many parts that it would take memory out of proportion "
          "to its length",
          json->path, line_of(json, span.first), json->field ? "field '" : "",
          json->field ? json->field : "", json->field ? "': " : "");
}

// Parse `open` + span + `close`, a list or an object, into json->parsed.
static vt_error parse_between(vt_json *json, const char *open, vt_json_span span,
                              const char *close) {
  (void)json_object_put(json->parsed);
  json->parsed = NULL;
  if (span.end - span.first > INT32_MAX / 2)
    return fail_syntax(json, span.first, "a value is longer than 1 GB");
  double weight = 0;
  if (span.end - span.first > 2 * VT_JSON_PIECE_BYTES) VT_TRY(vt_json_charge(json, span, &weight));
  struct json_tokener *tokener = json->tokener;
  json_tokener_reset(tokener);
  (void)json_tokener_parse_ex(tokener, open, 1);
  struct json_object *early = NULL;
  if (span.first < span.end)
    early = json_tokener_parse_ex(tokener, span.first, (int)(span.end - span.first));
  (void)json_object_put(early); // cannot be: the brackets of a span match
  const enum json_tokener_error error = json_tokener_get_error(tokener);
  if (early || error != json_tokener_continue)
    return fail_parse(json, span.first + json_tokener_get_parse_end(tokener),
                      early ? json_tokener_error_parse_unexpected : error);
  json->parsed = json_tokener_parse_ex(tokener, close, 1);
  if (!json->parsed) return fail_parse(json, span.end, json_tokener_get_error(tokener));
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Names that occur twice: json-c keeps the last of them.

static ptrdiff_t count_members(struct json_object *value) {
  ptrdiff_t count = 0;
  if (json_object_is_type(value, json_type_object)) {
    count = json_object_object_length(value);
    json_object_object_foreach(value, name, member) {
      (void)name;
      count += count_members(member);
    }
  } else if (json_object_is_type(value, json_type_array)) {
    const size_t items = json_object_array_length(value);
    for (size_t i = 0; i < items; i++) count += count_members(json_object_array_get_idx(value, i));
  }
  return count;
}

static vt_error check_name(vt_json *json, vt_json_span name, vt_labels *seen) {
  struct json_object *text = NULL;
  bool fresh;
  int index;
  VT_TRY(vt_json_parse(json, name, &text));
  const char *key = json_object_get_string(text);
  VT_TRY(vt_labels_add(seen, key, json_object_get_string_len(text), &index, &fresh));
  const char *quote = key[0] == '[' ? "" : "'";
  const char *before = json->field ? "field '" : "", *after = json->field ? "', " : "";
  VT_CHECK(fresh, VT_ERR_INPUT, "%s:%d: %s%s%skey %s%.*s%s: found twice, expected once", json->path,
           line_of(json, name.first), before, json->field ? json->field : "", after, quote,
           vt_json_shown(key), key, quote);
  return VT_OK;
}

static vt_error seek_in(vt_json *json, vt_json_walk walk, const char *end);

// Name the member that occurs twice in a value.
static vt_error seek_in_value(vt_json *json, vt_json_span value) {
  vt_json_walk walk;
  const char kind = value.first < value.end ? *value.first : ' ';
  if (kind != '{' && kind != '[') return VT_OK;
  VT_TRY(enter(json, value, kind == '[', &walk));
  return seek_in(json, walk, value.end);
}

static vt_error seek_in_items(vt_json *json, vt_json_walk walk, const char *end, vt_labels *seen) {
  for (bool more = true; more && walk.at < end;) {
    vt_json_span name, value;
    const bool list = walk.close == ']';
    VT_TRY(list ? vt_json_next_item(json, &walk, &value, &more)
                : vt_json_next_member(json, &walk, &name, &value, &more));
    if (!more) break;
    if (!list) VT_TRY(check_name(json, name, seen));
    VT_TRY(seek_in_value(json, value));
  }
  return VT_OK;
}

static vt_error seek_in(vt_json *json, vt_json_walk walk, const char *end) {
  vt_labels *seen;
  VT_TRY(vt_labels_create(&seen));
  const vt_error sought = seek_in_items(json, walk, end, seen);
  vt_labels_free(seen);
  return sought;
}

// -------------------------------------------------------------------------------------------------
// Values and pieces.

vt_error vt_json_parse(vt_json *json, vt_json_span span, struct json_object **value) {
  VT_TRY(parse_between(json, "[", span, "]"));
  if (json_object_array_length(json->parsed) != 1) return fail_byte(json, span.first, "a value");
  *value = json_object_array_get_idx(json->parsed, 0);
  if (span.members < 0) {
    span.members = 0;
    (void)vt_scan_value(span.first, span.end, &span.members);
  }
  if (span.members == 0 || count_members(*value) == span.members) return VT_OK;
  VT_TRY(seek_in_value(json, span));
  VT_FAIL(VT_ERR_BUG, "%s: members were counted wrongly", json->path);
}

// A piece while it is gathered.
typedef struct gathering {
  vt_json_span span;
  ptrdiff_t members; // of its own; the span has those below
} gathering;

static bool is_full(const gathering *piece) {
  return piece->span.first && piece->span.end - piece->span.first >= VT_JSON_PIECE_BYTES;
}

static void gather(gathering *piece, const char *first, vt_json_span value) {
  if (!piece->span.first) piece->span.first = first;
  piece->span.end = value.end;
  piece->span.members += value.members;
  piece->members++;
}

static bool is_large(vt_json_span value) {
  return value.end - value.first > VT_JSON_PIECE_BYTES;
}

// The tree of a piece, which a walk that stood at `start` has gathered.
static vt_error parse_piece(vt_json *json, vt_json_walk start, const gathering *piece) {
  const bool list = start.close == ']';
  VT_TRY(parse_between(json, list ? "[" : "{", piece->span, list ? "]" : "}"));
  const ptrdiff_t all = piece->span.members + (list ? 0 : piece->members);
  const ptrdiff_t found = piece->span.members > 0 ? count_members(json->parsed)
                          : list                  ? 0
                                 : (ptrdiff_t)json_object_object_length(json->parsed);
  if (found == all) return VT_OK;
  VT_TRY(seek_in(json, start, piece->span.end));
  VT_FAIL(VT_ERR_BUG, "%s: members were counted wrongly", json->path);
}

vt_error vt_json_next_piece(vt_json *json, vt_json_walk *walk, struct json_object **piece,
                            vt_json_member *large) {
  const vt_json_walk start = *walk;
  gathering found = {0};
  *piece = NULL;
  if (large) *large = (vt_json_member){0};
  while (!is_full(&found)) {
    vt_json_member member;
    bool more;
    VT_TRY(vt_json_next_member(json, walk, &member.name, &member.value, &more));
    if (!more) break;
    if (large && is_large(member.value)) {
      *large = member;
      break;
    }
    gather(&found, member.name.first, member.value);
  }
  if (!found.span.first) return VT_OK;
  VT_TRY(parse_piece(json, start, &found));
  *piece = json->parsed;
  return VT_OK;
}

vt_error vt_json_next_items(vt_json *json, vt_json_walk *walk, struct json_object **list,
                            vt_json_span *large) {
  const vt_json_walk start = *walk;
  gathering found = {0};
  *list = NULL;
  *large = (vt_json_span){0};
  while (!is_full(&found)) {
    vt_json_span value;
    bool more;
    VT_TRY(vt_json_next_item(json, walk, &value, &more));
    if (!more) break;
    if (is_large(value)) {
      *large = value;
      break;
    }
    gather(&found, value.first, value);
  }
  if (!found.span.first) return VT_OK;
  VT_TRY(parse_piece(json, start, &found));
  *list = json->parsed;
  return VT_OK;
}
