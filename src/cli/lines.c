// lines.c - a stream of lines for people: what is not fit for a line is replaced, and a line that
// is too long is cut.
#include "print.h"

#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

enum { LONGEST_LINE = 3990, LONGEST_CHARACTER = 4 };

// What a stream of lines keeps.
typedef struct line_stream {
  FILE *out;
  size_t bytes;                 // of the line so far
  char held[LONGEST_CHARACTER]; // a character of which the rest is to come
  size_t holding;
} line_stream;

static void put(line_stream *to, const char *bytes, size_t count) {
  if (count == 1 && bytes[0] == '\n') {
    to->bytes = 0;
  } else {
    if (to->bytes > LONGEST_LINE) return;
    to->bytes += count;
    if (to->bytes > LONGEST_LINE) {
      bytes = "…";
      count = strlen(bytes);
    }
  }
  (void)fwrite(bytes, 1, count, to->out);
}

// Bytes of a character that begins like this.
static size_t bytes_of(unsigned char first) {
  if (first < 0xc2 || first > 0xf4) return 1;
  return first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
}

static void put_next(line_stream *to, const char *at, size_t left, size_t *taken) {
  int unfit;
  *taken = (size_t)vt_clean_next(at, at + left, &unfit);
  if (unfit < 0 || *at == '\n')
    put(to, at, *taken);
  else
    put(to, "?", 1);
}

static ssize_t write_lines(void *stream, const char *bytes, size_t count) {
  line_stream *to = stream;
  for (size_t i = 0; i < count;) {
    size_t taken;
    const char *at = bytes + i;
    size_t left = count - i;
    if (to->holding > 0) {
      to->held[to->holding++] = bytes[i++];
      at = to->held;
      left = to->holding;
    }
    if (left < bytes_of((unsigned char)*at)) {
      if (to->holding == 0) {
        memcpy(to->held, at, left);
        to->holding = left;
        i = count;
      }
      continue;
    }
    put_next(to, at, left, &taken);
    if (to->holding == 0) {
      i += taken;
      continue;
    }
    // Bytes that turned out to be no character are told one by one.
    const size_t after = to->holding - taken;
    memmove(to->held, to->held + taken, after);
    to->holding = 0;
    i -= after;
  }
  return (ssize_t)count;
}

static int close_lines(void *stream) {
  line_stream *to = stream;
  for (size_t i = 0; i < to->holding; i++) put(to, "?", 1);
  free(to);
  return 0;
}

vt_error print_open(FILE *out, FILE **lines) {
  static const cookie_io_functions_t functions = {.write = write_lines, .close = close_lines};
  line_stream *stream;
  VT_NEW(stream, 1);
  stream->out = out;
  *lines = fopencookie(stream, "w", functions);
  if (!*lines) free(stream);
  VT_CHECK(*lines, VT_ERR_SYSTEM, "out of memory for a stream");
  return VT_OK;
}

void print_line(FILE *out, const char *format, ...) {
  vt_text text = {0};
  va_list arguments, again;
  va_start(arguments, format);
  va_copy(again, arguments);
  const int length = vsnprintf(NULL, 0, format, arguments);
  va_end(arguments);
  if (length >= 0 && vt_grow(&text.bytes, &text.capacity, length + 1, 1) == VT_OK) {
    (void)vsnprintf(text.bytes, (size_t)length + 1, format, again);
    const size_t end = strlen(format);
    const bool ends = end > 0 && format[end - 1] == '\n';
    if (ends) text.bytes[length - 1] = '\0';
    vt_clean_line(text.bytes);
    (void)fprintf(out, "%s%s", text.bytes, ends ? "\n" : "");
  }
  va_end(again);
  vt_text_free(&text);
}

void print_clean(FILE *out, const char *text) {
  FILE *lines;
  if (print_open(out, &lines) != VT_OK) return;
  (void)fputs(text, lines);
  (void)fclose(lines);
}
