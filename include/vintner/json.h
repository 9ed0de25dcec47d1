// json.h - JSON text in memory, handed to json-c in pieces.
//
// A tree of a whole file takes four to five times its size, and json-c keeps the last of two equal
// names without a word. So the text is cut at the commas of its two outer levels: json-c reads (and
// judges) every byte, but only about VT_JSON_PIECE_BYTES of it are a tree at any time, and a piece
// whose tree has fewer members than the text has colons holds a name twice. A value that is larger
// than a piece is weighed before it becomes a tree: `{}` takes 250 times its two bytes.
#ifndef VT_JSON_H
#define VT_JSON_H

#include "vintner/base.h"

struct json_object;
struct json_tokener;

enum { VT_JSON_PIECE_BYTES = 1 << 15, VT_JSON_DEEPEST = 16 };

/// A text being read; vt_json_close accepts it at any stage.
typedef struct vt_json {
  const char *path;        ///< what messages call it; borrowed
  const char *field;       ///< field that is being read, for messages; borrowed, may be NULL
  const char *first, *end; ///< the text, borrowed
  struct json_tokener *tokener;
  struct json_object *parsed; ///< result of the latest parse, dropped by the next
  int depth;                  ///< of values that vt_json_skip is in
} vt_json;

/// Part of a text: one value or one name, without the white space around it.
typedef struct vt_json_span {
  const char *first, *end;
  ptrdiff_t members; ///< of all objects in it; -1: not counted yet
} vt_json_span;

/// A member of an object.
typedef struct vt_json_member {
  vt_json_span name, value;
} vt_json_member;

/// A walk over the members of an object or the items of a list.
typedef struct vt_json_walk {
  const char *at, *end; ///< next byte; end of the span that holds the object
  char close;           ///< '}' or ']'
  bool begun, ended;
} vt_json_walk;

/// Check that the text is UTF-8 (a byte order mark is skipped) without NUL and without halves of
/// characters.
vt_error vt_json_open(const char *path, const char *bytes, ptrdiff_t length, vt_json *json);
void vt_json_close(vt_json *json);

/// Start a walk at the object, or list, that begins at `span`; another kind of value is an error.
vt_error vt_json_enter(const vt_json *json, vt_json_span span, vt_json_walk *walk);
vt_error vt_json_enter_list(const vt_json *json, vt_json_span span, vt_json_walk *walk);

/// The whole text as one value.
vt_json_span vt_json_whole(const vt_json *json);

/// The next member of a walk; `*more` is false at the end of the object, after which nothing but
/// white space may follow.
vt_error vt_json_next_member(const vt_json *json, vt_json_walk *walk, vt_json_span *name,
                             vt_json_span *value, bool *more);

/// The next item of a walk over a list; as above.
vt_error vt_json_next_item(const vt_json *json, vt_json_walk *walk, vt_json_span *value,
                           bool *more);

/// The next members of a walk as an object, or NULL at the end. A name that an object in the piece
/// holds twice is an error. Valid until the next parse.
/// @param large  a member that is larger than a piece, alone, which is not in `piece`; `first` is
///               NULL where there is none. NULL: it is a piece of its own
vt_error vt_json_next_piece(vt_json *json, vt_json_walk *walk, struct json_object **piece,
                            vt_json_member *large);

/// The next items of a walk as a list, or NULL, and after them one that is larger than a piece;
/// NULL both at the end.
vt_error vt_json_next_items(vt_json *json, vt_json_walk *walk, struct json_object **list,
                            vt_json_span *large);

/// One value. A name that an object in it holds twice is an error, and so is one that would take
/// memory out of proportion. Valid until the next parse.
vt_error vt_json_parse(vt_json *json, vt_json_span span, struct json_object **value);

/// Add the memory that the tree of a value takes; VT_ERR_INPUT where *weight is out of proportion.
vt_error vt_json_charge(const vt_json *json, vt_json_span span, double *weight);

/// Whether a text that is JSON again has no escapes that would change it on its way.
bool vt_json_is_whole(const char *text);

/// Check a value that nobody asks for.
vt_error vt_json_skip(vt_json *json, vt_json_span span);

// The one reader of numbers. An integer of more than 64 bits, which json-c clamps in silence, is
// none; vt_json_show names it so.
bool vt_json_number(struct json_object *value, double *number);
/// Whole, without a point, of at most 63 bits and a sign.
bool vt_json_integer(struct json_object *value, int64_t *number);

/// Short text of a value for messages: `'x'`, 3, true, a list. Valid until this thread's next call.
const char *vt_json_show(struct json_object *value);

/// Number of bytes of a text to show in a message: not many, and whole characters.
int vt_json_shown(const char *text);

#endif
