// print.c - how numbers and texts are written.
#include "print.h"

#include <math.h>
#include <stdlib.h>

const char *report_exact(double value, char text[32]) {
  for (int digits = 15; digits <= 17; digits++) {
    (void)snprintf(text, 32, "%.*g", digits, value);
    if (strtod(text, NULL) == value) break;
  }
  return text;
}

void show_plain(FILE *out, const char *text) {
  for (const char *c = text; *c; c++)
    (void)fputc((unsigned char)*c < ' ' || *c == 127 ? '?' : *c, out);
}

void json_text(FILE *out, const char *text) {
  if (!text) {
    (void)fputs("null", out);
    return;
  }
  (void)fputc('"', out);
  for (const char *c = text; *c; c++) {
    if (*c == '"' || *c == '\\')
      (void)fprintf(out, "\\%c", *c);
    else if ((unsigned char)*c < ' ')
      (void)fprintf(out, "\\u%04x", (unsigned)*c);
    else
      (void)fputc(*c, out);
  }
  (void)fputc('"', out);
}

void json_number(FILE *out, double value) {
  char text[32];
  (void)fputs(isfinite(value) ? report_exact(value, text) : "null", out);
}
