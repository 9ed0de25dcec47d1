// store_file.c - the bytes of a store to the disk, in one go: HDF5 takes a full disk badly, and
// nobody sees a file that is not whole.
#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static vt_error refuse_existing(const char *path) {
  VT_FAIL(VT_ERR_INPUT, "%s: exists already; --force replaces it", path);
}

static vt_error check_target(const char *path, bool force) {
  VT_CHECK(path[0] != '\0', VT_ERR_INPUT, "the store has an empty name");
  struct stat info;
  if (stat(path, &info) != 0) return VT_OK;
  VT_CHECK(!S_ISDIR(info.st_mode), force ? VT_ERR_SYSTEM : VT_ERR_INPUT,
           "%s: found a folder, expected the name of a store", path);
  if (!force) return refuse_existing(path);
  VT_CHECK(S_ISREG(info.st_mode), VT_ERR_SYSTEM, "%s: is not a regular file, so it is not replaced",
           path);
  return VT_OK;
}

static vt_error write_bytes(const char *path, int file, const vt_text *image) {
  VT_CHECK(ftruncate(file, 0) == 0, VT_ERR_SYSTEM, "%s: cannot be written: %s", path,
           strerror(errno));
  for (ptrdiff_t at = 0; at < image->length;) {
    const ssize_t put = write(file, image->bytes + at, (size_t)(image->length - at));
    VT_CHECK(put > 0 || (put < 0 && errno == EINTR), VT_ERR_SYSTEM, "%s: cannot be written: %s",
             path, strerror(put < 0 ? errno : ENOSPC));
    at += put > 0 ? put : 0;
  }
  VT_CHECK(fsync(file) == 0 || errno == EINVAL || errno == EROFS, VT_ERR_SYSTEM,
           "%s: cannot be written: %s", path, strerror(errno));
  return VT_OK;
}

static vt_error move_in_place(const char *path, const char *partial, bool force) {
  int failed = 0;
  if (!force) {
    failed = renameat2(AT_FDCWD, partial, AT_FDCWD, path, RENAME_NOREPLACE) == 0 ? 0 : errno;
    if (failed == EEXIST) return refuse_existing(path);
  }
  // File systems without that operation leave a short moment for a race.
  const bool unknown = failed == EINVAL || failed == ENOSYS || failed == ENOTSUP;
  if (unknown && access(path, F_OK) == 0) return refuse_existing(path);
  if (force || unknown) failed = rename(partial, path) == 0 ? 0 : errno;
  VT_CHECK(failed == 0, VT_ERR_SYSTEM, "%s: cannot be written: %s", path, strerror(failed));
  return VT_OK;
}

// The lock dies with its holder: what a killed import left is taken over, not what another one is
// just writing.
static vt_error write_partial(const char *path, const char *partial, const vt_text *image,
                              bool force) {
  const int file = open(partial, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
  VT_CHECK(file >= 0, VT_ERR_SYSTEM, "%s: cannot be written: %s", path, strerror(errno));
  vt_error error = VT_OK;
  if (flock(file, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    (void)close(file);
    VT_FAIL(VT_ERR_INPUT, "%s: another import is writing it just now", path);
  }
  error = write_bytes(path, file, image);
  if (error == VT_OK) error = move_in_place(path, partial, force);
  if (error != VT_OK) (void)unlink(partial);
  (void)close(file);
  return error;
}

vt_error vt_database_set_write(vt_database_set *set, int sources, const char *const *source,
                               const char *path, bool force) {
  VT_TRY(check_target(path, force));
  vt_text image = {0}, partial = {0};
  vt_error error = vt_store_make_image(set, sources, source, &image);
  if (error == VT_OK) error = vt_text_add(&partial, "%s.partial", path);
  if (error == VT_OK) error = write_partial(path, partial.bytes, &image, force);
  vt_text_free(&image);
  vt_text_free(&partial);
  return error;
}
