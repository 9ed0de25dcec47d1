// text.c - growing strings, whole files, hashes.
#include "vintner/base.h"

#include <errno.h>
#include <math.h>
#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

vt_error vt_text_add_bytes(vt_text *text, const void *bytes, ptrdiff_t length) {
  VT_TRY(vt_grow(&text->bytes, &text->capacity, text->length + length + 1, 1));
  if (length > 0) memcpy(text->bytes + text->length, bytes, (size_t)length);
  text->length += length;
  text->bytes[text->length] = '\0';
  return VT_OK;
}

vt_error vt_text_add(vt_text *text, const char *format, ...) {
  va_list arguments, again;
  va_start(arguments, format);
  va_copy(again, arguments);
  const int length = vsnprintf(NULL, 0, format, arguments);
  va_end(arguments);
  const vt_error grown = length < 0
                             ? VT_ERR_BUG
                             : vt_grow(&text->bytes, &text->capacity, text->length + length + 1, 1);
  if (grown == VT_OK) {
    (void)vsnprintf(text->bytes + text->length, (size_t)length + 1, format, again);
    text->length += length;
  }
  va_end(again);
  return grown;
}

void vt_text_free(vt_text *text) {
  free(text->bytes);
  *text = (vt_text){0};
}

// What was read has to be the file: not its beginning, cut by who writes it meanwhile.
static vt_error check_unchanged(int descriptor, const char *path, const struct stat *before,
                                ptrdiff_t length) {
  struct stat after;
  VT_CHECK(fstat(descriptor, &after) == 0, VT_ERR_INPUT, "%s: cannot be read: %s", path,
           strerror(errno));
  if (!S_ISREG(after.st_mode)) return VT_OK;
  const bool same = before->st_size == after.st_size &&
                    before->st_mtim.tv_sec == after.st_mtim.tv_sec &&
                    before->st_mtim.tv_nsec == after.st_mtim.tv_nsec;
  // The kernel's own files have a size of 0 and some text.
  const bool whole = after.st_size == 0 || after.st_size == length;
  VT_CHECK(same && whole, VT_ERR_INPUT,
           "%s: changed while it was read, expected a file that nobody writes", path);
  return VT_OK;
}

static vt_error read_descriptor(int descriptor, const char *path, vt_text *text) {
  struct stat info;
  VT_CHECK(fstat(descriptor, &info) == 0, VT_ERR_INPUT, "%s: cannot be read: %s", path,
           strerror(errno));
  if (info.st_size > 0) {
    VT_CHECK(info.st_size < PTRDIFF_MAX / 4, VT_ERR_INPUT, "%s: found %lld bytes, too many", path,
             (long long)info.st_size);
    // With the room that the loop wants at the end: else all of it would be copied then.
    VT_TRY(vt_grow(&text->bytes, &text->capacity, (ptrdiff_t)info.st_size + 4096, 1));
  }
  for (;;) {
    VT_TRY(vt_grow(&text->bytes, &text->capacity, text->length + 4096, 1));
    const size_t room = (size_t)(text->capacity - text->length - 1);
    const ssize_t got = read(descriptor, text->bytes + text->length, room);
    if (got < 0 && errno == EINTR) continue;
    VT_CHECK(got >= 0, VT_ERR_INPUT, "%s: cannot be read: %s", path, strerror(errno));
    if (got == 0) break;
    text->length += got;
  }
  text->bytes[text->length] = '\0';
  return check_unchanged(descriptor, path, &info, text->length);
}

vt_error vt_text_read_file(const char *path, vt_text *text) {
  int descriptor;
  VT_TRY(vt_input_open(path, &descriptor));
  const vt_error read_it = read_descriptor(descriptor, path, text);
  (void)close(descriptor);
  VT_TRY(read_it);
  return VT_OK;
}

bool vt_decimal(const char *text, double *number) {
  char *end;
  const size_t length = strlen(text);
  *number = strtod(text, &end);
  return length > 0 && strspn(text, "0123456789+-.eE") == length && *end == '\0' &&
         isfinite(*number);
}

vt_error vt_path_beside(const char *base_file, const char *path, vt_text *joined) {
  const char *slash = path[0] == '/' ? NULL : strrchr(base_file, '/');
  if (slash) VT_TRY(vt_text_add_bytes(joined, base_file, slash - base_file + 1));
  VT_TRY(vt_text_add_bytes(joined, path, (ptrdiff_t)strlen(path)));
  return VT_OK;
}

void vt_sha256(const void *bytes, ptrdiff_t length, char hex[65]) {
  (void)SHA256Data(bytes, (size_t)length, hex);
}

uint64_t vt_hash64(const void *bytes, ptrdiff_t length) {
  const unsigned char *byte = bytes;
  uint64_t hash = 14695981039346656037U;
  for (ptrdiff_t i = 0; i < length; i++) hash = (hash ^ byte[i]) * 1099511628211U;
  return hash;
}
