// h5.c - HDF5 under our error mechanism.
#include "h5.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const vt_h5_moment_suffix[VT_H5_MOMENTS] = {"mean",           "variance", "skewness",
                                                        "standard_error", "min",      "max"};

enum { REASON_BYTES = 512 };

typedef struct reason {
  char text[REASON_BYTES];
  bool of_system;
  bool of_reading; // what was to be read first cannot be
} reason;

// The system's own words, which HDF5 buries in "..., error message = 'No space left', buf = ...",
// or else the innermost message.
static herr_t find_reason(unsigned depth, const H5E_error2_t *error, void *context) {
  reason *r = context;
  r->of_reading = r->of_reading || error->min_num == H5E_READERROR ||
                  error->min_num == H5E_CANTLOAD || error->min_num == H5E_CANTPROTECT;
  static const char key[] = "error message = '";
  const char *said = error->desc ? strstr(error->desc, key) : NULL;
  if (said) {
    said += sizeof key - 1;
    const char *end = strchr(said, '\'');
    (void)snprintf(r->text, sizeof r->text, "%.*s", end ? (int)(end - said) : (int)strlen(said),
                   said);
    r->of_system = true;
  } else if (depth == 0 && error->desc) {
    (void)snprintf(r->text, sizeof r->text, "%s", error->desc);
    r->of_system = strstr(error->desc, "memory allocation") != NULL;
  }
  return 0;
}

// Without a word of the system a file that is there is damaged.
vt_error vt_h5_raise(vt_error code, const char *file, int line, const char *function,
                     const char *path, const char *done) {
  const int failed = errno;
  reason r = {.text = "HDF5 gives no reason"};
  (void)H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, find_reason, &r);
  const bool written = strcmp(done, "written") == 0 && !r.of_reading;
  // MPI-IO keeps the system's words to itself.
  if (written && !r.of_system && failed != 0)
    (void)snprintf(r.text, sizeof r.text, "%s", strerror(failed));
  if (!r.of_system && !written && strcmp(done, "created") != 0) code = VT_ERR_INPUT;
  return vt_error_raise(code, file, line, function, "%s: cannot be %s: %s", path, done, r.text);
}

bool vt_h5_is_within(hid_t dataset) {
  const hid_t properties = H5Dget_create_plist(dataset);
  const bool within = properties >= 0 && H5Pget_layout(properties) != H5D_VIRTUAL &&
                      H5Pget_external_count(properties) == 0;
  if (properties >= 0) (void)H5Pclose(properties);
  return within;
}

hid_t vt_h5_open_dataset(hid_t at, const char *name) {
  const hid_t dataset = H5Dopen2(at, name, H5P_DEFAULT);
  if (dataset < 0 || vt_h5_is_within(dataset)) return dataset;
  (void)H5Dclose(dataset);
  (void)H5Epush2(H5E_DEFAULT, __FILE__, __func__, __LINE__, H5E_ERR_CLS, H5E_DATASET,
                 H5E_CANTOPENOBJ, "'%s' has its numbers in another file", name);
  return -1;
}

void vt_h5_quiet(void) {
  // Its own locks would meet ours; what the environment says of them wins over properties.
  (void)setenv("HDF5_USE_FILE_LOCKING", "FALSE", 1);
  // We close what we open; HDF5's own tidying at exit would print if a full disk kept it from it.
  (void)H5dont_atexit();
  (void)H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
  // Links into other files lead nowhere from now on.
  (void)H5Lunregister(H5L_TYPE_EXTERNAL);
}

hid_t vt_h5_keep(vt_h5_pool *pool, hid_t handle) {
  if (handle < 0) return handle;
  if (vt_grow(&pool->handle, &pool->capacity, pool->handles + 1, sizeof *pool->handle) != VT_OK) {
    (void)H5Idec_ref(handle);
    return -1;
  }
  pool->handle[pool->handles++] = handle;
  return handle;
}

void vt_h5_release(vt_h5_pool *pool) {
  while (pool->handles > 0) (void)H5Idec_ref(pool->handle[--pool->handles]);
  free(pool->handle);
  *pool = (vt_h5_pool){0};
}

hid_t vt_h5_file_access(void) {
  const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  if (access < 0) return access;
  const bool set = H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_V18) >= 0 &&
                   H5Pset_file_locking(access, false, true) >= 0 &&
                   H5Pset_sieve_buf_size(access, 0) >= 0;
  if (set) return access;
  (void)H5Pclose(access);
  return -1;
}

hid_t vt_h5_text_type(void) {
  const hid_t type = H5Tcopy(H5T_C_S1);
  if (type < 0) return type;
  if (H5Tset_size(type, H5T_VARIABLE) >= 0 && H5Tset_cset(type, H5T_CSET_UTF8) >= 0) return type;
  (void)H5Tclose(type);
  return -1;
}

vt_h5_number vt_h5_number_of(vt_storage storage) {
  const vt_h5_number known[] = {
      [VT_STORE_DOUBLE] = {H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, true, sizeof(double)},
      [VT_STORE_SINGLE] = {H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, true, sizeof(float)},
      [VT_STORE_INT8] = {H5T_STD_I8LE, H5T_NATIVE_INT8, false, sizeof(int8_t)},
      [VT_STORE_INT16] = {H5T_STD_I16LE, H5T_NATIVE_INT16, false, sizeof(int16_t)},
      [VT_STORE_INT32] = {H5T_STD_I32LE, H5T_NATIVE_INT32, false, sizeof(int32_t)},
      [VT_STORE_INT64] = {H5T_STD_I64LE, H5T_NATIVE_INT64, false, sizeof(int64_t)},
  };
  return known[storage];
}
