// input.c - files that are read, opened so that nobody ever waits for them.
#include "vintner/base.h"

#include <errno.h>
#include <fcntl.h>
#include <sha2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PIECE_BYTES = 1 << 18 };

static vt_error check_kind(const char *path, mode_t mode) {
  const char *kind = "a device";
  if (S_ISDIR(mode)) kind = "a folder";
  if (S_ISFIFO(mode)) kind = "a FIFO";
  if (S_ISSOCK(mode)) kind = "a socket";
  VT_CHECK(S_ISREG(mode), VT_ERR_INPUT, "%s: found %s, expected a file", path, kind);
  return VT_OK;
}

// Looked at first, since opening some devices does something; opened without waiting and looked at
// again, since another file may have taken the name by then.
static vt_error open_regular(const char *path, int *file) {
  struct stat info;
  VT_CHECK(stat(path, &info) == 0, VT_ERR_INPUT, "%s: cannot be opened: %s", path, strerror(errno));
  VT_TRY(check_kind(path, info.st_mode));
  *file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  VT_CHECK(*file >= 0 && fstat(*file, &info) == 0, VT_ERR_INPUT, "%s: cannot be opened: %s", path,
           strerror(errno));
  return check_kind(path, info.st_mode);
}

vt_error vt_input_open(const char *path, int *file) {
  *file = -1;
  const vt_error opened = open_regular(path, file);
  if (opened != VT_OK && *file >= 0) {
    (void)close(*file);
    *file = -1;
  }
  return opened;
}

vt_error vt_input_check(const char *path) {
  int file;
  VT_TRY(vt_input_open(path, &file));
  (void)close(file);
  return VT_OK;
}

ptrdiff_t vt_input_read(int file, int64_t at, void *bytes, ptrdiff_t length) {
  ptrdiff_t got = 0;
  while (got < length) {
    const ssize_t more = pread(file, (char *)bytes + got, (size_t)(length - got), at + got);
    if (more < 0 && errno == EINTR) continue;
    if (more < 0) return -1;
    if (more == 0) break;
    got += more;
  }
  return got;
}

static vt_error hash_pieces(int file, const char *path, char *piece, char hex[65]) {
  SHA2_CTX sum;
  SHA256Init(&sum);
  for (int64_t at = 0;;) {
    const ptrdiff_t got = vt_input_read(file, at, piece, PIECE_BYTES);
    VT_CHECK(got >= 0, VT_ERR_INPUT, "%s: cannot be read: %s", path, strerror(errno));
    SHA256Update(&sum, (const uint8_t *)piece, (size_t)got);
    at += got;
    if (got < PIECE_BYTES) break;
  }
  (void)SHA256End(&sum, hex);
  return VT_OK;
}

vt_error vt_sha256_file(const char *path, char hex[65]) {
  int file;
  char *piece = NULL;
  VT_TRY(vt_input_open(path, &file));
  piece = vt_calloc(PIECE_BYTES, 1);
  const vt_error hashed = piece ? hash_pieces(file, path, piece, hex) : VT_ERR_SYSTEM;
  free(piece);
  (void)close(file);
  VT_CHECK(piece, VT_ERR_SYSTEM, "out of memory: %d bytes", PIECE_BYTES);
  return hashed;
}
