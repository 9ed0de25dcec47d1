// files.c - the files of a source: folders, and what folders and archives have in common.
#include "files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void vt_content_free(vt_content *content) {
  vt_text_free(&content->owned);
  *content = (vt_content){0};
}

vt_error vt_files_open_folder(const char *path, vt_files *files) {
  *files = (vt_files){.path = path};
  return VT_OK;
}

void vt_files_close(vt_files *files) {
  vt_zip_close(files->zip);
  for (ptrdiff_t i = 0; i < files->members; i++) vt_content_free(&files->member[i]);
  free(files->member);
  vt_labels_free(files->name);
  *files = (vt_files){0};
}

// A name that leaves its folder, from a file that somebody else wrote.
static bool leaves_folder(const char *name) {
  if (name[0] == '/' || name[0] == '\0') return true;
  for (const char *part = name; part; part = strchr(part, '/')) {
    part += *part == '/';
    if (strncmp(part, "..", 2) == 0 && (part[2] == '/' || part[2] == '\0')) return true;
  }
  return false;
}

vt_error vt_files_stay(const vt_files *files, const char *name) {
  VT_CHECK(!leaves_folder(name), VT_ERR_INPUT,
           "%s: found the path '%s', expected a file in this folder", files->path, name);
  return VT_OK;
}

// What cannot be looked at, or is no file, is there: reading it says what is wrong.
bool vt_files_has(const vt_files *files, const char *name) {
  if (files->name) return vt_labels_find(files->name, name, (ptrdiff_t)strlen(name)) >= 0;
  if (leaves_folder(name)) return false;
  vt_text path = {0};
  struct stat info;
  const bool has = vt_text_add(&path, "%s/%s", files->path, name) == VT_OK &&
                   (stat(path.bytes, &info) == 0 || (errno != ENOENT && errno != ENOTDIR));
  vt_text_free(&path);
  return has;
}

static vt_error check_head(int file, const char *path, const vt_head_check *head) {
  struct stat info;
  char *bytes = vt_calloc(VT_HEAD_BYTES, 1);
  VT_CHECK(bytes, VT_ERR_SYSTEM, "%s: out of memory", path);
  const ptrdiff_t got = vt_input_read(file, 0, bytes, VT_HEAD_BYTES);
  vt_error error = VT_OK;
  if (got >= 0 && fstat(file, &info) == 0)
    error = head->check(head->context, bytes, got, (ptrdiff_t)info.st_size);
  free(bytes);
  return error;
}

static vt_error look_at_head(const char *path, const vt_head_check *head) {
  int file;
  VT_TRY(vt_input_open(path, &file));
  const vt_error checked = check_head(file, path, head);
  (void)close(file);
  return checked;
}

static vt_error read_in_folder(const vt_files *files, const char *name, const vt_head_check *head,
                               vt_text *path, vt_content *content) {
  VT_TRY(vt_files_stay(files, name));
  VT_TRY(vt_text_add(path, "%s/%s", files->path, name));
  VT_TRY(vt_watch(path->bytes));
  if (head) VT_TRY(look_at_head(path->bytes, head));
  VT_TRY(vt_text_read_file(path->bytes, &content->owned));
  content->bytes = content->owned.bytes;
  content->length = content->owned.length;
  return VT_OK;
}

vt_error vt_files_read(const vt_files *files, const char *name, vt_content *content) {
  return vt_files_read_after(files, name, NULL, content);
}

vt_error vt_files_read_after(const vt_files *files, const char *name, const vt_head_check *head,
                             vt_content *content) {
  *content = (vt_content){0};
  if (!files->name) {
    vt_text path = {0};
    const vt_error error = read_in_folder(files, name, head, &path, content);
    vt_text_free(&path);
    VT_TRY(error);
    return VT_OK;
  }
  const int member = vt_labels_find(files->name, name, (ptrdiff_t)strlen(name));
  if (member < 0) {
    vt_nearest nearest = {.name = name};
    vt_nearest_try_labels(&nearest, files->name);
    VT_FAIL(VT_ERR_INPUT, "%s: holds no file '%s'%s", files->path, name, vt_nearest_hint(&nearest));
  }
  if (files->zip) return vt_zip_read(files, member, head, content);
  content->bytes = files->member[member].bytes;
  content->length = files->member[member].length;
  return head ? head->check(head->context, content->bytes, content->length, content->length)
              : VT_OK;
}

static bool ends_in(const char *name, const char *ending) {
  const size_t length = strlen(name), tail = strlen(ending);
  return length >= tail && strcmp(name + length - tail, ending) == 0;
}

static vt_error find_in_folder(const vt_files *files, const char *folder, const char *ending,
                               vt_text *name) {
  vt_text path = {0};
  const vt_error added = vt_text_add(&path, "%s/%s", files->path, folder);
  DIR *entries = added == VT_OK ? opendir(path.bytes) : NULL;
  vt_text_free(&path);
  VT_TRY(added);
  if (!entries) return VT_OK;
  vt_error error = VT_OK;
  for (const struct dirent *entry; error == VT_OK && (entry = readdir(entries));) {
    if (!ends_in(entry->d_name, ending)) continue;
    error = vt_text_add(name, "%s/%s", folder, entry->d_name);
    break;
  }
  (void)closedir(entries);
  return error;
}

vt_error vt_files_find(const vt_files *files, const char *folder, const char *ending,
                       vt_text *name) {
  VT_TRY(vt_text_add(name, "%s", ""));
  if (!files->name) return find_in_folder(files, folder, ending, name);
  const size_t length = strlen(folder);
  for (int i = 0; i < vt_labels_count(files->name); i++) {
    const char *member = vt_labels_get(files->name, i);
    const bool inside = strncmp(member, folder, length) == 0 && member[length] == '/';
    if (inside && ends_in(member, ending)) return vt_text_add(name, "%s", member);
  }
  return VT_OK;
}

bool vt_folder_holds(const char *folder, const char *name) {
  vt_files files = {0};
  const bool has = vt_files_open_folder(folder, &files) == VT_OK && vt_files_has(&files, name);
  vt_files_close(&files);
  return has;
}
