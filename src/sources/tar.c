// tar.c - a tar.gz in one pass: what a backup of a Brightway project is.
//
// zlib comes with libzip; a tar's members are 512-byte headers (POSIX ustar, with the long names of
// GNU and of pax) and their content.
#include "files.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum { BLOCK = 512, PIECE_BYTES = 1 << 18, LONGEST_NAME = 1 << 16 };

// A tar being read.
typedef struct tar {
  const char *path;
  gzFile file;
  uint64_t packed, unpacked; // size of the file, bytes read so far
  char header[BLOCK];
  vt_text name;  // of the next member, where a header before it says so
  vt_text piece; // scratch
  int64_t size;  // of the member; pax may say it
  int64_t pax_size;
} tar;

// `more`: what a header says of the bytes to come.
static vt_error check_size(const tar *from, int64_t more) {
  const uint64_t all = from->unpacked + (uint64_t)more;
  VT_CHECK(!vt_is_bomb(from->packed, all), VT_ERR_INPUT,
           "%s: found %llu bytes or more that pack into %llu, which data of this kind never do",
           from->path, (unsigned long long)all, (unsigned long long)from->packed);
  return VT_OK;
}

static vt_error fail_gzip(const tar *from, int code, const char *text) {
  const bool cut = code >= 0 || code == Z_BUF_ERROR;
  VT_CHECK(code != Z_MEM_ERROR, VT_ERR_SYSTEM, "%s: out of memory", from->path);
  VT_FAIL(VT_ERR_INPUT, "%s: not a readable tar.gz: %s", from->path,
          cut ? "it ends too early" : text);
}

// Read exactly `length` bytes; at the very end of the file only, *ended is set instead.
static vt_error read_bytes(tar *from, char *bytes, unsigned length, bool *ended) {
  const int got = gzread(from->file, bytes, length);
  int code = Z_OK;
  const char *text = gzerror(from->file, &code); // a cut file may end between two blocks
  if (ended) *ended = got == 0 && code == Z_OK;
  if (ended && *ended) return VT_OK;
  if (got != (int)length) return fail_gzip(from, code, text);
  from->unpacked += length;
  return check_size(from, 0);
}

// Whether a member may be what its name says, by how it begins: before more of it is unpacked.
static vt_error check_head(const tar *from, const char *name, const vt_text *text) {
  static const char database[] = "SQLite format 3";
  const char *ending = strrchr(name, '.');
  const bool zip = ending && strcmp(ending, ".zip") == 0;
  const char *head = zip ? "PK" : ending && strcmp(ending, ".db") == 0 ? database : "";
  const size_t length = strlen(head);
  VT_CHECK((size_t)text->length >= length && memcmp(text->bytes, head, length) == 0, VT_ERR_INPUT,
           "%s: '%s': found a file of another kind, expected %s", from->path, name,
           zip ? "a zip" : "a SQLite file");
  return VT_OK;
}

// The content of a member into `text`, or nowhere, and the padding after it. `name`: what it is
// to be, or NULL.
static vt_error read_content(tar *from, const char *name, vt_text *text) {
  VT_TRY(vt_grow(&from->piece.bytes, &from->piece.capacity, PIECE_BYTES, 1));
  for (int64_t left = from->size; left > 0;) {
    const unsigned piece = left < PIECE_BYTES ? (unsigned)left : PIECE_BYTES;
    VT_TRY(read_bytes(from, from->piece.bytes, piece, NULL));
    if (text) VT_TRY(vt_text_add_bytes(text, from->piece.bytes, piece));
    if (name && left == from->size) VT_TRY(check_head(from, name, text));
    left -= piece;
  }
  const unsigned padding = (unsigned)((BLOCK - from->size % BLOCK) % BLOCK);
  if (padding > 0) VT_TRY(read_bytes(from, from->piece.bytes, padding, NULL));
  return VT_OK;
}

// A number of the header: octal, or big-endian with the top bit set.
static bool read_number(const char *field, int length, int64_t *number) {
  const unsigned char *byte = (const unsigned char *)field;
  *number = 0;
  if (byte[0] & 0x80) {
    for (int i = 1; i < length; i++) {
      if (*number > INT64_MAX >> 9) return false;
      *number = *number * 256 + byte[i];
    }
    return byte[0] == 0x80;
  }
  int i = 0;
  while (i < length && field[i] == ' ') i++;
  for (; i < length && field[i] >= '0' && field[i] <= '7'; i++)
    *number = *number * 8 + (field[i] - '0');
  return i == length || field[i] == '\0' || field[i] == ' ';
}

static bool sum_is_right(const tar *from) {
  int64_t said, sum = 0;
  if (!read_number(from->header + 148, 8, &said)) return false;
  for (int i = 0; i < BLOCK; i++) sum += i >= 148 && i < 156 ? ' ' : (unsigned char)from->header[i];
  return sum == said;
}

static bool read_decimal(const char *digits, ptrdiff_t length, int64_t *number) {
  *number = 0;
  for (ptrdiff_t i = 0; i < length; i++) {
    if (digits[i] < '0' || digits[i] > '9' || *number > INT64_MAX / 10 - 10) return false;
    *number = *number * 10 + (digits[i] - '0');
  }
  return length > 0;
}

// Records "LENGTH KEY=VALUE\n" of a pax header.
static vt_error take_pax(tar *from, const vt_text *text) {
  for (ptrdiff_t at = 0; at < text->length;) {
    char *end;
    const long length = strtol(text->bytes + at, &end, 10);
    const ptrdiff_t digits = end - (text->bytes + at);
    VT_CHECK(digits > 0 && length > digits && length <= text->length - at && *end == ' ',
             VT_ERR_INPUT, "%s: not a readable tar.gz: a pax header is broken", from->path);
    const char *key = end + 1;
    const ptrdiff_t left = length - digits - 2; // without the newline
    if (left > 5 && strncmp(key, "path=", 5) == 0) {
      VT_CHECK(!memchr(key, '\0', (size_t)left), VT_ERR_INPUT,
               "%s: not a readable tar.gz: found a name with a NUL in it", from->path);
      from->name.length = 0;
      VT_TRY(vt_text_add_bytes(&from->name, key + 5, left - 5));
    }
    if (left >= 5 && strncmp(key, "size=", 5) == 0)
      VT_CHECK(read_decimal(key + 5, left - 5, &from->pax_size), VT_ERR_INPUT,
               "%s: not a readable tar.gz: found a size that is no number", from->path);
    at += length;
  }
  return VT_OK;
}

// Headers that speak of the next member. `*taken`: this was one.
static vt_error take_extension(tar *from, char type, bool *taken) {
  *taken = type == 'L' || type == 'x' || type == 'g' || type == 'K';
  if (!*taken) return VT_OK;
  VT_CHECK(from->size <= LONGEST_NAME, VT_ERR_INPUT,
           "%s: not a readable tar.gz: found a name of %lld bytes", from->path,
           (long long)from->size);
  vt_text text = {0};
  vt_error error = read_content(from, NULL, &text);
  if (error == VT_OK && type == 'x') error = take_pax(from, &text);
  if (error == VT_OK && type == 'L') {
    from->name.length = 0;
    error = vt_text_add(&from->name, "%s", text.bytes ? text.bytes : "");
  }
  vt_text_free(&text);
  return error;
}

// The member's name without its top folder.
static vt_error take_name(tar *from, const char **name) {
  if (from->name.length == 0) {
    const bool ustar = memcmp(from->header + 257, "ustar", 5) == 0;
    if (ustar && from->header[345]) VT_TRY(vt_text_add(&from->name, "%.155s/", from->header + 345));
    VT_TRY(vt_text_add(&from->name, "%.100s", from->header));
  }
  const char *whole = from->name.bytes;
  while (strncmp(whole, "./", 2) == 0) whole += 2;
  const char *slash = strchr(whole, '/');
  *name = slash ? slash + 1 : whole;
  return VT_OK;
}

static vt_error keep(tar *from, const char *name, vt_files *files) {
  int index;
  bool added;
  VT_TRY(vt_labels_add(files->name, name, (ptrdiff_t)strlen(name), &index, &added));
  VT_CHECK(added, VT_ERR_INPUT, "%s: found '%s' twice in it, expected once", from->path, name);
  const ptrdiff_t before = files->members;
  if (index >= before) {
    VT_TRY(vt_grow(&files->member, &files->members, index + 1, sizeof *files->member));
    for (ptrdiff_t i = before; i < files->members; i++) files->member[i] = (vt_content){0};
  }
  vt_content *content = &files->member[index];
  VT_TRY(read_content(from, name, &content->owned));
  content->bytes = content->owned.bytes ? content->owned.bytes : "";
  content->length = content->owned.length;
  return VT_OK;
}

static vt_error read_member(tar *from, bool (*wanted)(const char *name), vt_files *files) {
  VT_CHECK(sum_is_right(from) && read_number(from->header + 124, 12, &from->size), VT_ERR_INPUT,
           "%s: not a readable tar.gz: a header is broken", from->path);
  const char type = from->header[156];
  bool taken;
  VT_TRY(take_extension(from, type, &taken));
  if (taken) return VT_OK;
  if (from->pax_size >= 0) from->size = from->pax_size;
  const char *name;
  VT_TRY(take_name(from, &name));
  const bool file = type == '0' || type == '\0' || type == '7';
  // Links and folders have no content, whatever their size says.
  if (!file && type >= '1' && type <= '6') from->size = 0;
  VT_TRY(check_size(from, from->size));
  if (file && wanted(name))
    VT_TRY(keep(from, name, files));
  else
    VT_TRY(read_content(from, NULL, NULL));
  from->name.length = 0;
  from->pax_size = -1;
  return VT_OK;
}

// After the last member: to the end, where zlib compares the check sum.
static vt_error drain(tar *from) {
  VT_TRY(vt_grow(&from->piece.bytes, &from->piece.capacity, PIECE_BYTES, 1));
  for (;;) {
    const int got = gzread(from->file, from->piece.bytes, PIECE_BYTES);
    int code = Z_OK;
    const char *text = gzerror(from->file, &code);
    if (got < 0 || code < 0) return fail_gzip(from, code, text);
    if (got == 0) return VT_OK;
    from->unpacked += (uint64_t)got;
    VT_TRY(check_size(from, 0));
  }
}

static vt_error read_members(tar *from, bool (*wanted)(const char *name), vt_files *files) {
  static const char nothing[BLOCK];
  for (;;) {
    bool ended;
    VT_TRY(read_bytes(from, from->header, BLOCK, &ended));
    if (ended) return VT_OK;
    if (memcmp(from->header, nothing, BLOCK) == 0) return drain(from);
    VT_TRY(read_member(from, wanted, files));
  }
}

vt_error vt_files_open_tar(const char *path, bool (*wanted)(const char *name), vt_files *files) {
  *files = (vt_files){.path = path};
  VT_TRY(vt_labels_create(&files->name));
  struct stat info;
  int file;
  VT_TRY(vt_input_open(path, &file));
  tar from = {.path = path, .pax_size = -1, .file = gzdopen(file, "rb")};
  if (!from.file) (void)close(file);
  VT_CHECK(from.file, VT_ERR_SYSTEM, "out of memory for a tar.gz");
  from.packed = fstat(file, &info) == 0 ? (uint64_t)info.st_size : 0;
  const vt_error error = read_members(&from, wanted, files);
  (void)gzclose(from.file);
  vt_text_free(&from.name);
  vt_text_free(&from.piece);
  return error;
}
