// print.h - how numbers and texts are written, for people and in JSON.
#ifndef VT_CLI_PRINT_H
#define VT_CLI_PRINT_H

#include "vintner/base.h"

#include <stdio.h>

/// As few digits as give the same number back; returns `text`.
const char *report_exact(double value, char text[32]);

/// One line of a text, whatever bytes it has.
void show_plain(FILE *out, const char *text);

/// A label cut or padded to a width in characters; control characters do not reach the terminal.
void print_label(FILE *out, const char *label, int width);

/// A line, or what ends none: only the line end at the end of `format` is one.
void print_line(FILE *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/// Lines that are whole.
void print_clean(FILE *out, const char *text);

/// A stream onto `out` whose lines are clean and of 4,000 bytes at most; the caller fcloses it.
vt_error print_open(FILE *out, FILE **lines);

/// What was printed is out, or VT_ERR_SYSTEM.
vt_error print_flush(FILE *out);

// ---------------------------------------------------------------------------------------------
// JSON.

/// Where the members of a map or the items of a list stand.
typedef enum json_style {
  JSON_ROW,   ///< in one line
  JSON_LINES, ///< on lines of their own
  JSON_BLOCK, ///< so does what closes them
} json_style;

enum { JSON_DEPTH = 8 };

/// A document being written, with its commas and what is open in it. `name` is that of a member of
/// a map, NULL for an item of a list.
typedef struct json_out {
  FILE *out;
  int depth;
  struct {
    char close;
    json_style style;
    bool begun;
  } level[JSON_DEPTH];
} json_out;

/// Start a document, which is a map, or a list; json_end ends it, and its last line.
json_out json_begin(FILE *out, json_style style);
json_out json_begin_list(FILE *out, json_style style);
void json_end(json_out *j);

void json_map(json_out *j, const char *name);
void json_list(json_out *j, const char *name, json_style style);
void json_close(json_out *j);                      ///< the map or list opened last
void json_style_on(json_out *j, json_style style); ///< of what follows in it

void json_text(json_out *j, const char *name, const char *text); ///< null for NULL
void json_number(json_out *j, const char *name, double value);   ///< null if it is not finite
/// A value that is JSON already, out of a source.
void json_json(json_out *j, const char *name, const char *text);
/// The same of numbers and words of ours.
void json_raw(json_out *j, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/// Members of the map that is open, as in "name: %s, year: %d, share: %g, known: %i": a text, a
/// whole number (also %td, %ld, %lld), a number, a truth value.
void json_members(json_out *j, const char *format, ...) __attribute__((format(printf, 2, 3)));
/// A whole map of such members.
void json_object(json_out *j, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/// Lists in one line.
void json_texts(json_out *j, const char *name, const char *const *text, int count);
void json_numbers(json_out *j, const char *name, const double *value, int count);

#endif
