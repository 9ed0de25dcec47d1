// target.c - files that appear when they are whole: written under another name, then renamed.
#include "vintner/base.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

// Raised also when another run wins the race to the name.
static vt_error refuse_existing(const vt_target *t) {
  VT_FAIL(VT_ERR_INPUT, "%s: exists already; --force replaces it%s", t->path,
          t->hint ? t->hint : "");
}

// Whose words are the cause of a failure: those of who named the file, or nobody's.
static vt_error blame(int failed) {
  const bool name = failed == ENOTDIR || failed == ENAMETOOLONG || failed == EISDIR ||
                    failed == ELOOP || failed == ENXIO;
  return name ? VT_ERR_INPUT : VT_ERR_SYSTEM;
}

// A name that is free: whether its folder is there.
static vt_error check_folder(const vt_target *t) {
  struct stat info;
  const char *slash = strrchr(t->path, '/');
  if (!slash || slash == t->path) return VT_OK;
  vt_text folder = {0};
  VT_TRY(vt_text_add(&folder, "%.*s", (int)(slash - t->path), t->path));
  const int failed = stat(folder.bytes, &info) == 0 ? 0 : errno;
  const bool is_folder = failed == 0 && S_ISDIR(info.st_mode);
  vt_text_free(&folder);
  VT_CHECK(failed == 0, failed == ENOENT ? VT_ERR_INPUT : blame(failed),
           "%s: cannot be created: its folder: %s", t->path, strerror(failed));
  VT_CHECK(is_folder, VT_ERR_INPUT, "%s: cannot be created: its folder is none", t->path);
  return VT_OK;
}

vt_error vt_target_check(const vt_target *t) {
  VT_CHECK(t->path[0] != '\0', VT_ERR_INPUT, "%s has an empty name", t->what);
  VT_TRY(vt_watch_spare(t->path));
  struct stat info;
  if (stat(t->path, &info) != 0) {
    VT_CHECK(errno == ENOENT, blame(errno), "%s: cannot be created: %s", t->path, strerror(errno));
    return check_folder(t);
  }
  VT_CHECK(!S_ISDIR(info.st_mode), VT_ERR_INPUT, "%s: found a folder, expected the name of %s",
           t->path, t->what);
  VT_CHECK(S_ISREG(info.st_mode), VT_ERR_INPUT,
           "%s: is not a regular file, expected the name of %s", t->path, t->what);
  return t->force ? VT_OK : refuse_existing(t);
}

vt_error vt_target_open(const vt_target *t, const char *partial, int *file) {
  for (;;) {
    *file = open(partial, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
    VT_CHECK(*file >= 0, blame(errno), "%s: cannot be created: %s", t->path, strerror(errno));
    VT_CHECK(flock(*file, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK, VT_ERR_INPUT,
             "%s: another run is creating it just now", t->path);
    struct stat opened, named;
    VT_CHECK(fstat(*file, &opened) == 0 && S_ISREG(opened.st_mode), VT_ERR_SYSTEM,
             "%s: cannot be created: '%s' is not a regular file", t->path, partial);
    const bool there = lstat(partial, &named) == 0 && named.st_ino == opened.st_ino &&
                       named.st_dev == opened.st_dev;
    if (there) {
      vt_partial_note(partial);
      return VT_OK;
    }
    // The other run has finished, and renamed it, between our opening and locking it.
    (void)close(*file);
    *file = -1;
  }
}

vt_error vt_target_move(const vt_target *t, const char *partial) {
  int failed = 0;
  if (!t->force) {
    failed = renameat2(AT_FDCWD, partial, AT_FDCWD, t->path, RENAME_NOREPLACE) == 0 ? 0 : errno;
    if (failed == EEXIST) return refuse_existing(t);
  }
  // File systems without that operation leave a short moment for a race.
  const bool unknown = failed == EINVAL || failed == ENOSYS || failed == ENOTSUP;
  if (unknown && access(t->path, F_OK) == 0) return refuse_existing(t);
  if (t->force || unknown) failed = rename(partial, t->path) == 0 ? 0 : errno;
  VT_CHECK(failed == 0, VT_ERR_SYSTEM, "%s: cannot be created: %s", t->path, strerror(failed));
  vt_partial_forget(partial);
  return VT_OK;
}

vt_error vt_folder_make(const char *path, bool *made) {
  struct stat info;
  *made = mkdir(path, 0777) == 0;
  const int failed = *made ? 0 : errno;
  if (failed == EEXIST && stat(path, &info) == 0) {
    VT_CHECK(S_ISDIR(info.st_mode), VT_ERR_INPUT, "%s: found a file, expected a folder", path);
    return VT_OK;
  }
  VT_CHECK(*made, failed == ENOENT || failed == EEXIST ? VT_ERR_INPUT : blame(failed),
           "%s: folder cannot be made: %s", path, strerror(failed));
  return VT_OK;
}

void vt_target_abandon(const char *partial) {
  (void)unlink(partial);
  vt_partial_forget(partial);
}

// ---------------------------------------------------------------------------------------------
// What would be left behind. Slots are swapped whole, so that a handler may come at any moment.

enum { PARTIALS = 16 };
static _Atomic(char *) half_made[PARTIALS];

void vt_partial_note(const char *path) {
  char *copy = strdup(path);
  for (int i = 0; copy && i < PARTIALS; i++) {
    char *none = NULL;
    if (atomic_compare_exchange_strong(&half_made[i], &none, copy)) return;
  }
  free(copy);
}

void vt_partial_forget(const char *path) {
  for (int i = 0; i < PARTIALS; i++) {
    char *noted = atomic_load(&half_made[i]);
    if (!noted || strcmp(noted, path) != 0) continue;
    atomic_store(&half_made[i], NULL);
    free(noted);
  }
}

void vt_partial_abandon(void) {
  for (int i = 0; i < PARTIALS; i++) {
    const char *noted = atomic_load(&half_made[i]);
    if (noted) (void)unlink(noted);
  }
}
