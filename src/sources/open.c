// open.c - sources, opened by the first format that recognises them.
#include "sources.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static vt_error sniff(vt_source_look *look) {
  int file;
  VT_TRY(vt_input_open(look->path, &file));
  const ptrdiff_t got = vt_input_read(file, 0, look->head, sizeof look->head);
  (void)close(file);
  VT_CHECK(got >= 0, VT_ERR_INPUT, "%s: cannot be read: %s", look->path, strerror(errno));
  VT_CHECK(got > 0, VT_ERR_INPUT, "%s: found an empty file, expected databases", look->path);
  return VT_OK;
}

static vt_error look_at(const char *path, vt_source_look *look) {
  struct stat info;
  *look = (vt_source_look){.path = path};
  VT_CHECK(stat(path, &info) == 0, VT_ERR_INPUT, "%s: no such file or folder", path);
  VT_TRY(vt_watch_anew(path));
  look->folder = S_ISDIR(info.st_mode);
  return look->folder ? VT_OK : sniff(look);
}

static vt_error refuse(const vt_source_look *look) {
  VT_CHECK(look->folder, VT_ERR_INPUT,
           "%s: found a file of another kind, expected a Brightway project folder or its backup "
           "(.tar.gz), a datapackage (zip or folder), a JSON document of databases or a store",
           look->path);
  VT_FAIL(VT_ERR_INPUT,
          "%s: found neither 'databases.json' (a Brightway project) nor 'datapackage.json' (a "
          "datapackage) nor 'A_matrix.csv' (premise's matrices) in this folder",
          look->path);
}

static vt_error open_source(vt_database_set *set, const char *given) {
  struct vt_database_sources *sources = set->sources;
  const char *path;
  vt_source_look look;
  VT_TRY(vt_arena_text(set->arena, given, (ptrdiff_t)strlen(given), &path));
  VT_TRY(look_at(path, &look));
  for (int f = 0; f < sources->formats; f++) {
    sources->opening = sources->format[f];
    if (sources->opening->recognises(&look)) return sources->opening->open(set, &look);
  }
  return refuse(&look);
}

static vt_error open_sources(int count, const char *const *path, vt_database_set *set) {
  VT_TRY(vt_labels_create(&set->sources->name));
  VT_TRY(vt_labels_create(&set->sources->no_code));
  VT_TRY(vt_labels_create(&set->sources->reference.label));
  for (int i = 0; i < count; i++) VT_TRY(open_source(set, path[i]));
  VT_CHECK(set->databases + set->methods + set->packages > 0, VT_ERR_INPUT,
           "%s: found no database and no method", count > 0 ? path[0] : "no source");
  return vt_loose_resolve(set);
}

static vt_error start(vt_database_set *set, int formats, const vt_source_format *const *format) {
  VT_TRY(vt_arena_create(&set->arena));
  VT_NEW(set->sources, 1);
  set->sources->format = format;
  set->sources->formats = formats;
  return VT_OK;
}

vt_error vt_set_read(int formats, const vt_source_format *const *format, int count,
                     const char *const *path, vt_database_set **set) {
  vt_database_set *made;
  *set = NULL;
  VT_NEW(made, 1);
  vt_error error = start(made, formats, format);
  if (error == VT_OK) error = open_sources(count, path, made);
  if (error != VT_OK) {
    vt_database_set_free(made);
    VT_TRY(error);
  }
  *set = made;
  return VT_OK;
}
