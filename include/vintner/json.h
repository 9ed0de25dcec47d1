// json.h - JSON text in memory, handed to json-c in pieces.
//
// A tree of a whole file takes four to five times its size, and json-c keeps the last of two equal
// names without a word. So the text is cut at the commas of its two outer levels: json-c reads (and
// judges) every byte, but only about VT_JSON_PIECE_BYTES of it are a tree at any time, and a piece
// with fewer members than the text has commas holds a name twice.
#ifndef VT_JSON_H
#define VT_JSON_H

#include "vintner/base.h"

struct json_object;
struct json_tokener;

enum { VT_JSON_PIECE_BYTES = 1 << 15 };

/// A text being read; vt_json_close accepts it at any stage.
typedef struct vt_json {
  const char *path;        ///< what messages call it; borrowed
  const char *field;       ///< field that is being read, for messages; borrowed, may be NULL
  const char *first, *end; ///< the text, borrowed
  struct json_tokener *tokener;
  struct json_object *parsed; ///< result of the latest parse, dropped by the next
} vt_json;

/// Part of a text: one value or one name, without the white space around it.
typedef struct vt_json_span {
  const char *first, *end;
} vt_json_span;

/// A walk over the members of an object.
typedef struct vt_json_walk {
  const char *at, *end; ///< next byte; end of the span that holds the object
  bool begun, ended;
} vt_json_walk;

/// Check that the text is UTF-8 (a byte order mark is skipped) without NUL.
vt_error vt_json_open(const char *path, const char *bytes, ptrdiff_t length, vt_json *json);
void vt_json_close(vt_json *json);

/// Start a walk at the object that begins at `span`; another kind of value is an error.
vt_error vt_json_enter(const vt_json *json, vt_json_span span, vt_json_walk *walk);

/// The next member of a walk; `*more` is false at the end of the object, after which nothing but
/// white space may follow.
vt_error vt_json_next_member(const vt_json *json, vt_json_walk *walk, vt_json_span *name,
                             vt_json_span *value, bool *more);

/// The next members of a walk as an object, or NULL at the end. A name that the piece holds twice
/// is an error. Valid until the next parse.
vt_error vt_json_next_piece(vt_json *json, vt_json_walk *walk, struct json_object **piece);

/// One value. Valid until the next parse.
vt_error vt_json_parse(vt_json *json, vt_json_span span, struct json_object **value);

/// Short text of a value for messages: `'x'`, 3, true, a list. Valid until this thread's next call.
const char *vt_json_show(struct json_object *value);

/// Bytes of the UTF-8 character at `at`, 0 if there is none: no overlong forms, no surrogates.
ptrdiff_t vt_json_character(const unsigned char *at, const unsigned char *end);

/// Number of bytes of a text to show in a message: not many, and whole characters.
int vt_json_shown(const char *text);

#endif
