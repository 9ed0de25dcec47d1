// watch.c - what files were when their reading began: numbers of a file that changes meanwhile are
// of no file, and what a result says it was made from has to be what was read. And none of them is
// written over.
#include "vintner/base.h"

#include <stdlib.h>
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

static vt_error add(const char *path, int *index) {
  bool added;
  if (!state.path) VT_TRY(vt_labels_create(&state.path));
  VT_TRY(vt_labels_add(state.path, path, (ptrdiff_t)strlen(path), index, &added));
  VT_TRY(vt_grow(&state.file, &state.room, (ptrdiff_t)*index + 1, sizeof *state.file));
  if (added) state.file[*index] = (watched){0};
  return VT_OK;
}

vt_error vt_watch(const char *path) {
  int index;
  VT_TRY(add(path, &index));
  if (!state.file[index].watching) state.file[index] = look(path);
  return VT_OK;
}

vt_error vt_watch_name(const char *path) {
  return add(path, &(int){0});
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

// ---------------------------------------------------------------------------------------------
// What is written.

static bool is_file(const struct stat *a, const struct stat *b) {
  return a->st_ino == b->st_ino && a->st_dev == b->st_dev;
}

// Whether `place` is a folder or lies in it; it has no links, and is cut short.
static bool lies_in(char *place, const struct stat *folder) {
  struct stat info;
  for (char *slash = place; slash;) {
    if (stat(place[0] ? place : "/", &info) == 0 && is_file(&info, folder)) return true;
    slash = strrchr(place, '/');
    if (slash) *slash = '\0';
  }
  return false;
}

// Of a link both count: where it lies, and what it leads to.
static bool is_in(const char *path, const struct stat *folder) {
  vt_text parent = {0};
  const char *slash = strrchr(path, '/');
  const bool named = slash ? vt_text_add(&parent, "%.*s", (int)(slash - path) + 1, path) == VT_OK
                           : vt_text_add(&parent, ".") == VT_OK;
  char *place[] = {realpath(path, NULL), named ? realpath(parent.bytes, NULL) : NULL};
  bool in = false;
  for (int i = 0; i < 2; i++) {
    in = in || (place[i] && lies_in(place[i], folder));
    free(place[i]);
  }
  vt_text_free(&parent);
  return in;
}

// A file that is there; what lies beside it in a folder that is read need not be read.
static bool is_input(const char *path, const char *input, bool beside) {
  struct stat target, source;
  if (stat(path, &target) != 0 || stat(input, &source) != 0) return false;
  return is_file(&target, &source) || (!beside && S_ISDIR(source.st_mode) && is_in(path, &source));
}

static vt_error spare(const char *path, const char *ending, const char *input) {
  vt_text name = {0};
  VT_TRY(vt_text_add(&name, "%s%s", path, ending));
  const bool read = is_input(name.bytes, input, ending[0] != '\0');
  vt_text_free(&name);
  VT_CHECK(!read, VT_ERR_INPUT,
           "%s%s: is read by this command (%s), expected another name to write%s%s", path, ending,
           input, ending[0] ? " than " : "", ending[0] ? path : "");
  return VT_OK;
}

vt_error vt_target_spare(const char *path, const char *input) {
  VT_TRY(spare(path, "", input));
  VT_TRY(spare(path, ".partial", input));
  return spare(path, ".lock", input);
}

vt_error vt_watch_spare(const char *path) {
  for (int i = 0; state.path && i < vt_labels_count(state.path); i++)
    VT_TRY(vt_target_spare(path, vt_labels_get(state.path, i)));
  return VT_OK;
}
