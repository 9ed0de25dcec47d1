// create.c - a new results file: under another name until it is whole.
#include "h5.h"
#include "vintner/results.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

// Raised also when another run wins the race to the name.
static vt_error refuse_existing(const char *path) {
  VT_FAIL(VT_ERR_INPUT, "%s: exists already; --force replaces it, 'vintner resume' goes on with it",
          path);
}

vt_error vt_results_check_target(const char *path, bool force) {
  VT_CHECK(path[0] != '\0', VT_ERR_INPUT, "the results file has an empty name");
  struct stat info;
  if (stat(path, &info) != 0) return VT_OK;
  VT_CHECK(!S_ISDIR(info.st_mode), force ? VT_ERR_SYSTEM : VT_ERR_INPUT,
           "%s: found a folder, expected the name of a results file", path);
  if (!force) return refuse_existing(path);
  VT_CHECK(S_ISREG(info.st_mode), VT_ERR_SYSTEM, "%s: is not a regular file, so it is not replaced",
           path);
  return VT_OK;
}

// Bytes of all numbers; what else is in the file is small.
static vt_error data_bytes(const char *path, const vt_layout *layout, int64_t *bytes) {
  int64_t total = 0, row = 16; // two copies of the scenario's number
  bool fits = true;
  for (int i = 0; i < layout->variables; i++) {
    const vt_variable *v = &layout->variable[i];
    int64_t cells = (int64_t)v->cells, wide;
    fits = fits && !__builtin_mul_overflow(cells, (int64_t)vt_h5_stored_bytes(v->storage), &wide);
    fits = fits && !__builtin_add_overflow(row, wide, &row);
    const int64_t statistics = v->statistics ? VT_H5_MOMENTS + layout->quantiles : 0;
    fits = fits && !__builtin_mul_overflow(cells, (statistics + v->reference) * 8, &wide);
    fits = fits && !__builtin_add_overflow(total, wide, &total);
  }
  for (int i = 0; i < layout->constants; i++) {
    int64_t bytes_of = 8;
    for (int k = 0; k < layout->constant[i].dimensions; k++)
      fits = fits &&
             !__builtin_mul_overflow(
                 bytes_of, layout->dimension[layout->constant[i].dimension[k]].size, &bytes_of);
    fits = fits && !__builtin_add_overflow(total, bytes_of, &total);
  }
  fits = fits && !__builtin_mul_overflow(row, layout->scenarios, &row);
  fits = fits && !__builtin_add_overflow(total, row, bytes);
  VT_CHECK(fits && *bytes < INT64_MAX / 4, VT_ERR_SYSTEM,
           "%s: cannot be created: %lld scenarios need more bytes than a file can have", path,
           (long long)layout->scenarios);
  return VT_OK;
}

// Ask the file system for the room before HDF5 starts: it would take a full disk badly. File
// systems that cannot reserve are believed to have room.
static vt_error check_room(const char *path, int file, const vt_layout *layout) {
  int64_t bytes = 0;
  VT_TRY(data_bytes(path, layout, &bytes));
  const int64_t metadata = 1 << 18;
  const int failed = fallocate(file, 0, 0, bytes + metadata) == 0 ? 0 : errno;
  const bool full = failed == ENOSPC || failed == EDQUOT || failed == EFBIG;
  VT_CHECK(!full, VT_ERR_SYSTEM, "%s: cannot be created: %s (%.1f MB are needed)", path,
           strerror(failed), (double)(bytes + metadata) / 1e6);
  return VT_OK;
}

// A lock that dies with its holder tells a stale file of a killed run from that of another run.
static vt_error lock_partial(const char *path, const char *partial, int *file) {
  for (;;) {
    *file = open(partial, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
    VT_CHECK(*file >= 0, VT_ERR_SYSTEM, "%s: cannot be created: %s", path, strerror(errno));
    VT_CHECK(flock(*file, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK, VT_ERR_INPUT,
             "%s: another run is creating it just now", path);
    struct stat opened, named;
    VT_CHECK(fstat(*file, &opened) == 0 && S_ISREG(opened.st_mode), VT_ERR_SYSTEM,
             "%s: cannot be created: '%s' is not a regular file", path, partial);
    const bool there = lstat(partial, &named) == 0 && named.st_ino == opened.st_ino &&
                       named.st_dev == opened.st_dev;
    if (there) return VT_OK;
    // The other run has finished, and renamed it, between our opening and locking it.
    (void)close(*file);
    *file = -1;
  }
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
  VT_CHECK(failed == 0, VT_ERR_SYSTEM, "%s: cannot be created: %s", path, strerror(failed));
  return VT_OK;
}

static vt_error create_as(const char *path, const char *partial, int *file, const vt_layout *layout,
                          const vt_attribute *attribute, int attributes, bool force) {
  VT_TRY(lock_partial(path, partial, file));
  vt_error done = check_room(path, *file, layout);
  if (done == VT_OK) {
    done = vt_h5_create_contents(path, partial, layout, attribute, attributes);
  }
  if (done == VT_OK) done = move_in_place(path, partial, force);
  if (done != VT_OK) (void)unlink(partial);
  VT_TRY(done);
  return VT_OK;
}

vt_error vt_results_create(const char *path, const vt_layout *layout, const vt_attribute *attribute,
                           int attributes, bool force) {
  vt_h5_quiet();
  VT_CHECK(layout->scenarios > 0, VT_ERR_BUG, "a results file needs at least one scenario");
  VT_TRY(vt_results_check_target(path, force));
  vt_text partial = {0};
  vt_error done = vt_text_add(&partial, "%s.partial", path);
  int file = -1;
  if (done == VT_OK) {
    done = create_as(path, partial.bytes, &file, layout, attribute, attributes, force);
  }
  if (file >= 0) (void)close(file);
  vt_text_free(&partial);
  VT_TRY(done);
  return VT_OK;
}
