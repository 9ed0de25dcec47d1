// print.h - how numbers and texts are written, for people and in JSON.
#ifndef VT_CLI_PRINT_H
#define VT_CLI_PRINT_H

#include <stdio.h>

/// As few digits as give the same number back; returns `text`.
const char *report_exact(double value, char text[32]);

/// One line of a text, whatever bytes it has.
void show_plain(FILE *out, const char *text);

/// A text in quotes (null for NULL), a number (null if it is not finite).
void json_text(FILE *out, const char *text);
void json_number(FILE *out, double value);

#endif
