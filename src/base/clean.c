// clean.c - lines for people: whatever a file smuggled into a name, it stays one line, does nothing
// to a terminal, and does not bury what the line says.
#include "vintner/base.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST_SHOWN = 80, MOST_CUTS = 16, MARK_BYTES = 3 };

static const char mark[MARK_BYTES + 1] = "…";

ptrdiff_t vt_utf8_character(const unsigned char *at, const unsigned char *end) {
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

const char *vt_utf8_fault(const char *first, const char *end) {
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
    const ptrdiff_t length = vt_utf8_character(at, stop);
    if (length == 0) return (const char *)at;
    at += length;
  }
  return NULL;
}

// Of two bytes: C1, and the Arabic mark of direction. Of three: the other marks of direction, the
// separators of lines and paragraphs.
static bool is_unfit(const unsigned char *at, ptrdiff_t length) {
  if (length == 1) return at[0] < ' ' || at[0] == 127;
  if (length == 2) return (at[0] == 0xc2 && at[1] < 0xa0) || (at[0] == 0xd8 && at[1] == 0x9c);
  if (length != 3 || at[0] != 0xe2) return false;
  if (at[1] == 0x80) return at[2] == 0x8e || at[2] == 0x8f || (at[2] >= 0xa8 && at[2] <= 0xae);
  return at[1] == 0x81 && at[2] >= 0xa6 && at[2] <= 0xa9;
}

ptrdiff_t vt_clean_next(const char *at, const char *end, int *unfit) {
  const unsigned char *byte = (const unsigned char *)at;
  const ptrdiff_t length = vt_utf8_character(byte, (const unsigned char *)end);
  *unfit = -1;
  if (length == 0) *unfit = 0xfffd;
  if (length > 0 && is_unfit(byte, length)) {
    *unfit = byte[0];
    if (length == 2) *unfit = (byte[0] & 0x1f) << 6 | (byte[1] & 0x3f);
    if (length == 3) *unfit = (byte[0] & 0xf) << 12 | (byte[1] & 0x3f) << 6 | (byte[2] & 0x3f);
  }
  return length > 0 ? length : 1;
}

void vt_clean_line(char *text) {
  char *to = text;
  const char *end = text + strlen(text);
  for (const char *at = text; at < end;) {
    int unfit;
    const ptrdiff_t length = vt_clean_next(at, end, &unfit);
    if (unfit >= 0)
      *to++ = '?';
    else
      for (ptrdiff_t i = 0; i < length; i++) *to++ = at[i];
    at += length;
  }
  *to = '\0';
}

// -------------------------------------------------------------------------------------------------
// Lines that are too long.

const char *vt_cut(const char *text, int bytes) {
  static _Thread_local char ring[8][512];
  static _Thread_local int next;
  const int most = bytes < (int)sizeof ring[0] ? bytes : (int)sizeof ring[0] - 1;
  if (strnlen(text, (size_t)bytes + 1) <= (size_t)bytes) return text;
  int keep = most - MARK_BYTES;
  while (keep > 0 && ((unsigned char)text[keep] & 0xc0) == 0x80) keep--;
  char *copy = ring[next = (next + 1) % 8];
  memcpy(copy, text, (size_t)keep);
  memcpy(copy + keep, mark, MARK_BYTES + 1);
  return copy;
}

// Keep about `keep` bytes of text[0..length): whole characters, then the mark.
static void cut(char *text, size_t length, size_t keep) {
  while (keep > 0 && ((unsigned char)text[keep] & 0xc0) == 0x80) keep--;
  memmove(text + keep + MARK_BYTES, text + length, strlen(text + length) + 1);
  memcpy(text + keep, mark, MARK_BYTES);
}

// The longest part of a line: names stand in quotes, a path before a colon.
static char *longest_part(char *text, size_t *length) {
  char *longest = text;
  *length = 0;
  for (char *at = text; *at;) {
    size_t part = strcspn(at, "'\":");
    while (at[part] == ':' && at[part + 1] != ' ') part += 1 + strcspn(at + part + 1, "'\":");
    if (part > *length) {
      longest = at;
      *length = part;
    }
    at += part + (at[part] != '\0');
  }
  return longest;
}

// Names go first: what is wrong with them comes behind.
static void shorten(char *text, size_t limit) {
  size_t bytes = strlen(text);
  for (int i = 0; i < MOST_CUTS && bytes > limit; i++, bytes = strlen(text)) {
    size_t length;
    char *part = longest_part(text, &length);
    if (length <= LEAST_SHOWN + MARK_BYTES) break;
    const size_t excess = bytes - limit + MARK_BYTES;
    cut(part, length, length > excess + LEAST_SHOWN ? length - excess : LEAST_SHOWN);
  }
  if (bytes > limit) cut(text, bytes, limit - MARK_BYTES);
}

void vt_clean_format(char *line, size_t size, const char *format, va_list arguments) {
  va_list again;
  va_copy(again, arguments);
  const int length = vsnprintf(line, size, format, arguments);
  char *whole = length >= (int)size ? malloc((size_t)length + 1) : NULL;
  if (whole) {
    (void)vsnprintf(whole, (size_t)length + 1, format, again);
    vt_clean_line(whole);
    shorten(whole, size - 1);
    memcpy(line, whole, strlen(whole) + 1);
    free(whole);
  } else {
    vt_clean_line(line);
  }
  va_end(again);
}
