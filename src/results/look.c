// look.c - the structure of a results file, taken apart by a process that may die of it.
//
// HDF5 1.10 trusts what a file says of itself: damage to its heaps and headers can make it crash or
// search for ever. So a child does all that reading will do, but for the numbers themselves, which
// lie in the file as they are; what it survives, its parent does.
#include "reader.h"

#include <hdf5_hl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { DEEPEST = 6, AT_ONCE = 4096, MOST_BYTES = 64 << 20, NAME_BYTES = 1024 };
enum { CPU_S = 3, WALL_S = 10, MEMORY_BYTES = 1 << 30 };

static void limit(void) {
  const struct rlimit cpu = {CPU_S, CPU_S}, none = {0, 0}, memory = {MEMORY_BYTES, MEMORY_BYTES};
  (void)alarm(WALL_S); // of what waits
  (void)setrlimit(RLIMIT_CPU, &cpu);
  (void)setrlimit(RLIMIT_CORE, &none);
#ifndef __SANITIZE_ADDRESS__ // whose shadow is larger
  (void)setrlimit(RLIMIT_DATA, &memory);
#else
  (void)memory;
#endif
}

// Room for items of a type, or NULL.
static void *room_for(hid_t type, hssize_t items) {
  const size_t size = H5Tget_size(type);
  const bool fits = items > 0 && size > 0 && (size_t)items <= MOST_BYTES / size;
  return fits ? calloc((size_t)items, size) : NULL;
}

static herr_t look_at_attribute(hid_t object, const char *name, const H5A_info_t *info,
                                void *unused) {
  (void)info;
  (void)unused;
  const hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
  const hid_t space = H5Aget_space(attribute), stored = H5Aget_type(attribute);
  const hid_t type = H5Tget_native_type(stored, H5T_DIR_DEFAULT);
  void *value = room_for(type, H5Sget_simple_extent_npoints(space));
  if (value && H5Aread(attribute, type, value) >= 0)
    (void)H5Dvlen_reclaim(type, space, H5P_DEFAULT, value);
  free(value);
  (void)H5Tclose(type);
  (void)H5Tclose(stored);
  (void)H5Sclose(space);
  (void)H5Aclose(attribute);
  return 0;
}

// Texts lie elsewhere in the file: all of them are read.
static void look_at_texts(hid_t dataset, hid_t space, hid_t stored) {
  const hssize_t items = H5Sget_simple_extent_npoints(space);
  const hid_t type = H5Tget_native_type(stored, H5T_DIR_DEFAULT);
  if (H5Sget_simple_extent_ndims(space) != 1) return;
  for (hssize_t at = 0; at < items; at += AT_ONCE) {
    const hsize_t start = (hsize_t)at;
    const hsize_t some = (hsize_t)(items - at < AT_ONCE ? items - at : AT_ONCE);
    const hid_t memory = H5Screate_simple(1, &some, NULL);
    void *value = room_for(type, (hssize_t)some);
    const bool chosen =
        value && H5Sselect_hyperslab(space, H5S_SELECT_SET, &start, NULL, &some, NULL) >= 0;
    const bool got = chosen && H5Dread(dataset, type, memory, space, H5P_DEFAULT, value) >= 0;
    if (got) (void)H5Dvlen_reclaim(type, memory, H5P_DEFAULT, value);
    free(value);
    (void)H5Sclose(memory);
    if (!got) break;
  }
  (void)H5Tclose(type);
}

static herr_t look_at_scale(hid_t dataset, unsigned axis, hid_t scale, void *unused) {
  (void)dataset;
  (void)axis;
  (void)unused;
  static haddr_t seen[MOST_SCALES]; // as the reader, which asks for a scale's name once
  static int count;
  char name[NAME_BYTES];
  H5O_info_t info;
  if (H5Oget_info2(scale, &info, H5O_INFO_BASIC) < 0) return 0;
  for (int i = 0; i < count; i++) {
    if (seen[i] == info.addr) return 0;
  }
  if (count < MOST_SCALES) seen[count++] = info.addr;
  (void)H5Iget_name(scale, name, sizeof name);
  return 0;
}

static void look_at_dataset(hid_t dataset) {
  if (!vt_h5_is_within(dataset)) return; // nor will it be read
  const hid_t space = H5Dget_space(dataset), type = H5Dget_type(dataset);
  const int axes = H5Sget_simple_extent_ndims(space);
  (void)H5Dget_storage_size(dataset);
  (void)H5Dget_offset(dataset);
  (void)H5DSis_scale(dataset);
  for (int axis = 0; axis < axes; axis++) {
    if (H5DSget_num_scales(dataset, (unsigned)axis) > 0)
      (void)H5DSiterate_scales(dataset, (unsigned)axis, NULL, look_at_scale, NULL);
  }
  if (H5Tget_class(type) == H5T_STRING) look_at_texts(dataset, space, type);
  (void)H5Tclose(type);
  (void)H5Sclose(space);
}

static herr_t pass_link(hid_t group, const char *name, const H5L_info_t *info, void *unused) {
  (void)group;
  (void)name;
  (void)info;
  (void)unused;
  return 0;
}

static herr_t look_at_link(hid_t group, const char *name, const H5L_info_t *info, void *context) {
  (void)info;
  const int depth = *(const int *)context;
  int below = depth + 1;
  const hid_t object = H5Oopen(group, name, H5P_DEFAULT);
  if (object < 0) return 0;
  (void)H5Aiterate2(object, H5_INDEX_NAME, H5_ITER_INC, NULL, look_at_attribute, NULL);
  const H5I_type_t kind = H5Iget_type(object);
  if (kind == H5I_DATASET) look_at_dataset(object);
  if (kind == H5I_GROUP && depth < DEEPEST) {
    H5G_info_t count;
    (void)H5Gget_info(object, &count);
    // Both orders are used; the second leads to what was looked at in the first.
    (void)H5Literate(object, H5_INDEX_CRT_ORDER, H5_ITER_INC, NULL, look_at_link, &below);
    if (depth == 0) (void)H5Literate(object, H5_INDEX_NAME, H5_ITER_INC, NULL, pass_link, NULL);
  }
  (void)H5Oclose(object);
  return 0;
}

void vt_results_look_into(const char *path) {
  int depth = 0;
  limit();
  vt_h5_quiet();
  const hid_t file = H5Fopen(path, H5F_ACC_RDONLY, vt_h5_file_access());
  if (file < 0) return;
  (void)look_at_link(file, "/", NULL, &depth);
  (void)H5Fclose(file);
}
