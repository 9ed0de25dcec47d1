// skip.c - values that nobody asks for: valid they must be, a tree of them is never whole.
#include "vintner/json.h"

#include <string.h>

static vt_error skip_members(vt_json *json, vt_json_walk *walk) {
  for (;;) {
    vt_json_span name, value;
    struct json_object *text;
    bool more;
    VT_TRY(vt_json_next_member(json, walk, &name, &value, &more));
    if (!more) return VT_OK;
    VT_TRY(vt_json_parse(json, name, &text));
    VT_TRY(vt_json_skip(json, value));
  }
}

// Small items together, large ones piece by piece.
static vt_error skip_items(vt_json *json, vt_json_walk *walk) {
  for (;;) {
    struct json_object *list;
    vt_json_span large;
    VT_TRY(vt_json_next_items(json, walk, &list, &large));
    if (large.first) VT_TRY(vt_json_skip(json, large));
    if (!list && !large.first) return VT_OK;
  }
}

vt_error vt_json_skip(vt_json *json, vt_json_span span) {
  struct json_object *ignored;
  vt_json_walk walk;
  const bool small = span.end - span.first <= VT_JSON_PIECE_BYTES;
  const char kind = small ? ' ' : *span.first;
  if (kind != '{' && kind != '[') return vt_json_parse(json, span, &ignored);
  VT_CHECK(++json->depth <= VT_JSON_DEEPEST, VT_ERR_INPUT, "%s: not valid JSON: nesting too deep",
           json->path);
  if (kind == '{') {
    VT_TRY(vt_json_enter(json, span, &walk));
    VT_TRY(skip_members(json, &walk));
  } else {
    VT_TRY(vt_json_enter_list(json, span, &walk));
    VT_TRY(skip_items(json, &walk));
  }
  json->depth--;
  return VT_OK;
}
