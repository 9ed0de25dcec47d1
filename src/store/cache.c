// store_cache.c - numbers that took time to compute, between runs: one HDF5 file for each, named by
// the sum of what they were computed from. Losing one costs time, never a result, so no fault here
// is an error.
#include "vintner/store.h"

#include <errno.h>
#include <hdf5.h>
#include <hdf5_hl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char dataset[] = "value", sum_name[] = "sha256";

// Entries of a matrix times right-hand sides: below it solving takes less than some 10 ms.
static const double LEAST_COST = 2e6;

static const char *given_folder(void) {
  const char *folder = getenv("VINTNER_CACHE");
  return folder && strcmp(folder, "off") == 0 ? "" : folder;
}

bool vt_cache_wanted(double cost) {
  const char *folder = given_folder();
  return folder ? folder[0] != '\0' : cost >= LEAST_COST;
}

// As the XDG base directory specification has it, unless the user says where.
static vt_error find_folder(vt_text *path) {
  const char *given = given_folder(), *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
  if (given && given[0]) return vt_text_add(path, "%s", given);
  if (cache && cache[0] == '/') return vt_text_add(path, "%s/vintner", cache);
  if (home && home[0] == '/') return vt_text_add(path, "%s/.cache/vintner", home);
  return vt_text_add(path, "%s", "");
}

static bool make_folder(char *path) {
  for (char *slash = strchr(path + 1, '/');; slash = strchr(slash + 1, '/')) {
    if (slash) *slash = '\0';
    const bool there = mkdir(path, 0777) == 0 || errno == EEXIST;
    if (!slash) return there;
    *slash = '/';
    if (!there) return false;
  }
}

static vt_error find_file(const char *key, bool make, vt_text *path) {
  VT_TRY(find_folder(path));
  if (path->length == 0 || (make && !make_folder(path->bytes))) {
    path->length = 0;
    return VT_OK;
  }
  return vt_text_add(path, "/%s.h5", key);
}

// A file that was torn or changed has another sum than it says.
static bool read_file(const char *path, ptrdiff_t count, double *value) {
  char expected[65] = "", found[65];
  hsize_t size = 0;
  int axes = 0;
  H5T_class_t class;
  size_t bytes = 0;
  const hid_t file =
      vt_input_check(path) == VT_OK ? H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT) : -1;
  if (file < 0) return false;
  bool good = H5LTget_dataset_ndims(file, dataset, &axes) >= 0 && axes == 1 &&
              H5LTget_dataset_info(file, dataset, &size, &class, &bytes) >= 0 &&
              size == (hsize_t)count && class == H5T_FLOAT && bytes == sizeof *value &&
              H5LTread_dataset_double(file, dataset, value) >= 0 &&
              H5LTget_attribute_info(file, dataset, sum_name, &size, &class, &bytes) >= 0 &&
              class == H5T_STRING && bytes == sizeof expected &&
              H5LTget_attribute_string(file, dataset, sum_name, expected) >= 0;
  (void)H5Fclose(file);
  vt_sha256(value, count * (ptrdiff_t)sizeof *value, found);
  return good && strncmp(expected, found, sizeof found) == 0;
}

bool vt_cache_find(const char *key, ptrdiff_t count, double *value) {
  vt_text path = {0};
  H5E_auto2_t told;
  void *context;
  bool found = false;
  if (find_file(key, false, &path) == VT_OK && path.length > 0 && access(path.bytes, R_OK) == 0) {
    (void)H5Eget_auto2(H5E_DEFAULT, &told, &context);
    (void)H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    found = read_file(path.bytes, count, value);
    (void)H5Eset_auto2(H5E_DEFAULT, told, context);
    vt_log(VT_LOG_DETAIL, "%s: %s", path.bytes, found ? "read" : "cannot be used, computed anew");
  }
  vt_text_free(&path);
  return found;
}

static bool write_file(const char *path, ptrdiff_t count, const double *value) {
  char sum[65];
  const hsize_t size = (hsize_t)count;
  const hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  if (file < 0) return false;
  vt_sha256(value, count * (ptrdiff_t)sizeof *value, sum);
  const bool good = H5LTmake_dataset_double(file, dataset, 1, &size, value) >= 0 &&
                    H5LTset_attribute_string(file, dataset, sum_name, sum) >= 0;
  return H5Fclose(file) >= 0 && good;
}

// Under a name of its own until it is whole: several runs may keep the same numbers at once.
static bool keep_as(const char *path, ptrdiff_t count, const double *value) {
  vt_text partial = {0};
  H5E_auto2_t told;
  void *context;
  if (vt_text_add(&partial, "%s.%ld", path, (long)getpid()) != VT_OK) return false;
  (void)H5Eget_auto2(H5E_DEFAULT, &told, &context);
  (void)H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
  vt_partial_note(partial.bytes);
  const bool kept = write_file(partial.bytes, count, value) && rename(partial.bytes, path) == 0;
  (void)H5Eset_auto2(H5E_DEFAULT, told, context);
  if (kept) vt_partial_forget(partial.bytes);
  if (!kept) vt_target_abandon(partial.bytes);
  vt_text_free(&partial);
  return kept;
}

void vt_cache_keep(const char *key, ptrdiff_t count, const double *value) {
  vt_text path = {0};
  if (find_file(key, true, &path) == VT_OK && path.length > 0) {
    const bool kept = keep_as(path.bytes, count, value);
    vt_log(VT_LOG_DETAIL, "%s: %s", path.bytes, kept ? "kept for later runs" : "cannot be written");
  }
  vt_text_free(&path);
}
