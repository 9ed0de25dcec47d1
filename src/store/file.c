// store_file.c - the bytes of a store to the disk, in one go: HDF5 takes a full disk badly, and
// nobody sees a file that is not whole.
#include "store.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

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

static vt_error write_partial(const vt_target *target, const char *partial, const vt_text *image) {
  int file = -1;
  vt_error error = vt_target_open(target, partial, &file);
  if (error == VT_OK) {
    error = write_bytes(target->path, file, image);
    if (error == VT_OK) error = vt_target_move(target, partial);
    if (error != VT_OK) vt_target_abandon(partial);
  }
  if (file >= 0) (void)close(file);
  return error;
}

vt_error vt_database_set_write(vt_database_set *set, int sources, const char *const *source,
                               const char *path, bool force) {
  const vt_target target = {.path = path, .what = "a store", .force = force};
  VT_TRY(vt_target_check(&target));
  vt_text image = {0}, partial = {0};
  vt_error error = vt_store_make_image(set, sources, source, &image);
  if (error == VT_OK) error = vt_text_add(&partial, "%s.partial", path);
  if (error == VT_OK) error = write_partial(&target, partial.bytes, &image);
  vt_text_free(&image);
  vt_text_free(&partial);
  return error;
}
