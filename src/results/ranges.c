// ranges.c - reading a results file piece by piece: which variables it has, rows of one.
#include "reader.h"

#include <stdlib.h>
#include <string.h>

static const char read_done[] = "read";

static vt_error read_rows(vt_reader *reader, const char *name, int64_t first, int64_t count,
                          vt_h5_pool *pool, double *value) {
  vt_opened o;
  VT_TRY(vt_reader_open_dataset(reader, name, pool, &o));
  VT_CHECK(H5Tget_class(o.type) != H5T_STRING && o.axes > 0, VT_ERR_INPUT,
           "%s: '%s' does not hold numbers by scenario", reader->path, name);
  VT_CHECK(first >= 0 && count >= 0 && first <= (int64_t)o.extent[0] - count, VT_ERR_INPUT,
           "%s: '%s' has no rows %lld to %lld", reader->path, name, (long long)first,
           (long long)(first + count - 1));
  if (count == 0) return VT_OK;
  hsize_t start[VT_MAX_DIMENSIONS + 1] = {(hsize_t)first}, extent[VT_MAX_DIMENSIONS + 1];
  hsize_t items = o.items / o.extent[0] * (hsize_t)count;
  memcpy(extent, o.extent, sizeof extent);
  extent[0] = (hsize_t)count;
  hid_t memory;
  VT_H5(reader->path, read_done,
        H5Sselect_hyperslab(o.space, H5S_SELECT_SET, start, NULL, extent, NULL));
  VT_H5(reader->path, read_done, memory = vt_h5_keep(pool, H5Screate_simple(1, &items, NULL)));
  VT_H5(reader->path, read_done,
        H5Dread(o.dataset, H5T_NATIVE_DOUBLE, memory, o.space, H5P_DEFAULT, value));
  return VT_OK;
}

vt_error vt_reader_read_rows(vt_reader *reader, const char *path, int64_t first, int64_t count,
                             double *value) {
  vt_h5_pool pool = {0};
  const vt_error done = read_rows(reader, path, first, count, &pool, value);
  vt_h5_release(&pool);
  return done;
}

bool vt_reader_is_single(vt_reader *reader, const char *path) {
  vt_h5_pool pool = {0};
  vt_opened o;
  const bool opened = vt_reader_open_dataset(reader, path, &pool, &o) == VT_OK;
  const bool single = opened && H5Tget_class(o.type) == H5T_FLOAT && H5Tget_size(o.type) == 4;
  vt_h5_release(&pool);
  return single;
}

// ---------------------------------------------------------------------------------------------

typedef struct list {
  vt_reader *reader;
  const char **name;
  hsize_t names;
} list;

static bool is_by_scenario(vt_reader *reader, const char *name) {
  int axes = 0;
  int64_t size[VT_MAX_DIMENSIONS + 1];
  const char *axis[VT_MAX_DIMENSIONS + 1];
  if (strcmp(name, "scenario") == 0) return false;
  if (vt_reader_shape(reader, name, &axes, size, axis) != VT_OK) return false;
  return axes > 0 && strcmp(axis[0], "scenario") == 0;
}

static herr_t take_name(hid_t group, const char *name, const H5L_info_t *link, void *context) {
  list *l = context;
  H5O_info_t info;
  (void)link;
  if (H5Oget_info_by_name2(group, name, &info, H5O_INFO_BASIC, H5P_DEFAULT) < 0) return 0;
  if (info.type != H5O_TYPE_DATASET || !is_by_scenario(l->reader, name)) return 0;
  const ptrdiff_t length = (ptrdiff_t)strlen(name);
  return vt_arena_text(l->reader->arena, name, length, &l->name[l->names++]) == VT_OK ? 0 : -1;
}

const char *const *vt_reader_variables(vt_reader *reader) {
  H5G_info_t info;
  if (H5Gget_info(reader->file, &info) < 0) return NULL;
  list l = {.reader = reader};
  l.name = vt_arena_calloc(reader->arena, (ptrdiff_t)info.nlinks + 1, sizeof *l.name);
  if (!l.name) return NULL;
  herr_t listed = H5Literate(reader->file, H5_INDEX_CRT_ORDER, H5_ITER_INC, NULL, take_name, &l);
  if (listed < 0) { // a file that another program has copied may have lost the order
    l.names = 0;
    listed = H5Literate(reader->file, H5_INDEX_NAME, H5_ITER_INC, NULL, take_name, &l);
  }
  return listed < 0 ? NULL : (const char *const *)l.name;
}
