// watch.c - what files were when their reading began: numbers of a file that changes meanwhile are
// of no file, and what a result says it was made from has to be what was read.
#include "vintner/base.h"

#include <string.h>
#include <sys/stat.h>

// A file as it was.
typedef struct watched {
  bool watching;
  dev_t device;
  ino_t number;
  off_t size;
  struct timespec changed;
} watched;

static struct {
  vt_labels *path;
  watched *file; // shape [count of path]
  ptrdiff_t room;
} state;

static watched look(const char *path) {
  struct stat info;
  // A folder changes with what is put in it, a pipe and a device with every reading.
  if (stat(path, &info) != 0 || !S_ISREG(info.st_mode)) return (watched){0};
  return (watched){true, info.st_dev, info.st_ino, info.st_size, info.st_mtim};
}

static bool is_same(const watched *a, const watched *b) {
  return b->watching && a->device == b->device && a->number == b->number && a->size == b->size &&
         a->changed.tv_sec == b->changed.tv_sec && a->changed.tv_nsec == b->changed.tv_nsec;
}

// Whether `path` is `of`, or lies in it.
static bool is_part(const char *path, const char *of) {
  const size_t length = strlen(of);
  if (strncmp(path, of, length) != 0) return false;
  return path[length] == '\0' || path[length] == '/' || (length > 0 && of[length - 1] == '/');
}

vt_error vt_watch(const char *path) {
  if (!state.path) VT_TRY(vt_labels_create(&state.path));
  int index;
  bool added;
  VT_TRY(vt_labels_add(state.path, path, (ptrdiff_t)strlen(path), &index, &added));
  VT_TRY(vt_grow(&state.file, &state.room, (ptrdiff_t)index + 1, sizeof *state.file));
  if (added || !state.file[index].watching) state.file[index] = look(path);
  return VT_OK;
}

vt_error vt_watch_anew(const char *path) {
  for (int i = 0; state.path && i < vt_labels_count(state.path); i++) {
    if (is_part(vt_labels_get(state.path, i), path)) state.file[i].watching = false;
  }
  return vt_watch(path);
}

vt_error vt_watch_check(const char *path) {
  for (int i = 0; state.path && i < vt_labels_count(state.path); i++) {
    const char *name = vt_labels_get(state.path, i);
    if (!state.file[i].watching || (path && !is_part(name, path))) continue;
    const watched now = look(name);
    VT_CHECK(is_same(&state.file[i], &now), VT_ERR_INPUT,
             "%s: changed while it was read, expected a file that nobody writes", name);
  }
  return VT_OK;
}
