// target.c - files that appear when they are whole: written under another name, then renamed.
#include "vintner/base.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
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

// What is made is noted before a handler comes that would remove it.
static void hold_signals(sigset_t *before) {
  sigset_t all;
  (void)sigfillset(&all);
  (void)pthread_sigmask(SIG_SETMASK, &all, before);
}

static void release_signals(const sigset_t *before) {
  (void)pthread_sigmask(SIG_SETMASK, before, NULL);
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
    // A link to nowhere is a name that is taken.
    if (lstat(t->path, &info) == 0 && !t->force) return refuse_existing(t);
    return check_folder(t);
  }
  VT_CHECK(!S_ISDIR(info.st_mode), VT_ERR_INPUT, "%s: found a folder, expected the name of %s",
           t->path, t->what);
  VT_CHECK(S_ISREG(info.st_mode), VT_ERR_INPUT,
           "%s: is not a regular file, expected the name of %s", t->path, t->what);
  return t->force ? VT_OK : refuse_existing(t);
}

static vt_error open_partial(const vt_target *t, const char *partial, int *file) {
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

vt_error vt_target_open(const vt_target *t, const char *partial, int *file) {
  sigset_t before;
  hold_signals(&before);
  const vt_error opened = open_partial(t, partial, file);
  release_signals(&before);
  return opened;
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
  sigset_t before;
  hold_signals(&before);
  *made = mkdir(path, 0777) == 0;
  const int failed = *made ? 0 : errno;
  if (*made) vt_partial_note(path);
  release_signals(&before);
  if (failed == EEXIST && stat(path, &info) == 0) {
    VT_CHECK(S_ISDIR(info.st_mode), VT_ERR_INPUT, "%s: found a file, expected a folder", path);
    return VT_OK;
  }
  VT_CHECK(*made, failed == ENOENT || failed == EEXIST ? VT_ERR_INPUT : blame(failed),
           "%s: folder cannot be made: %s", path, strerror(failed));
  return VT_OK;
}

void vt_target_abandon(const char *partial) {
  (void)remove(partial);
  vt_partial_forget(partial);
}

// ---------------------------------------------------------------------------------------------
// What would be left behind. Slots are swapped whole, so that a handler may come at any moment.

enum { SLOTS = 64 };

typedef struct slots {
  _Atomic(char *) path[SLOTS];
  _Atomic(struct slots *) next;
} slots;

static slots half_made;
// Where the last was put: there may be very many.
static _Atomic(slots *) filling = &half_made;

static bool put(slots *in, char *path) {
  for (int i = 0; i < SLOTS; i++) {
    char *none = NULL;
    if (atomic_compare_exchange_strong(&in->path[i], &none, path)) return true;
  }
  return false;
}

static slots *after(slots *at) {
  slots *next = atomic_load(&at->next);
  if (!next) {
    slots *added = calloc(1, sizeof *added);
    if (atomic_compare_exchange_strong(&at->next, &next, added)) return added;
    free(added);
  }
  return next;
}

void vt_partial_note(const char *path) {
  char *copy = strdup(path);
  slots *at = atomic_load(&filling);
  while (copy && at && !put(at, copy)) at = after(at);
  if (at)
    atomic_store(&filling, at);
  else
    free(copy);
}

static void forget(const char *folder, const char *ending) {
  const size_t length = strlen(folder), tail = ending ? strlen(ending) : 0;
  for (slots *at = &half_made; at; at = atomic_load(&at->next)) {
    for (int i = 0; i < SLOTS; i++) {
      char *noted = atomic_load(&at->path[i]);
      if (!noted || strncmp(noted, folder, length) != 0) continue;
      const char *rest = noted + length;
      const bool in = tail > 0 && rest[0] == '/' && strlen(rest) > tail &&
                      strcmp(rest + strlen(rest) - tail, ending) == 0;
      if (rest[0] != '\0' && !in) continue;
      atomic_store(&at->path[i], NULL);
      free(noted);
    }
  }
}

void vt_partial_forget(const char *path) {
  forget(path, NULL);
}

void vt_folder_keep(const char *path, const char *ending) {
  forget(path, ending);
}

// Folders when nothing is in them any more.
void vt_partial_abandon(void) {
  for (int folders = 0; folders < 2; folders++) {
    for (slots *at = &half_made; at; at = atomic_load(&at->next)) {
      for (int i = 0; i < SLOTS; i++) {
        const char *noted = atomic_load(&at->path[i]);
        if (noted) (void)(folders ? rmdir(noted) : unlink(noted));
      }
    }
  }
}
