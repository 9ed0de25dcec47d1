// h5.h - HDF5 under our error mechanism; private to the room.
#ifndef VT_RESULTS_H5_H
#define VT_RESULTS_H5_H

#include "vintner/results.h"

#include <errno.h>
#include <hdf5.h>

/// Call HDF5, and turn a failure into one line: "PATH: cannot be DONE: reason".
#define VT_H5(path, done, ...)                                                                     \
  do {                                                                                             \
    errno = 0;                                                                                     \
    if ((__VA_ARGS__) < 0) {                                                                       \
      return vt_h5_raise(VT_ERR_SYSTEM, __FILE__, __LINE__, __func__, (path), (done));             \
    }                                                                                              \
  } while (0)

/// Raise the error of the HDF5 call that has just failed: VT_ERR_INPUT where a file that is there
/// is damaged, else `code`.
vt_error vt_h5_raise(vt_error code, const char *file, int line, const char *function,
                     const char *path, const char *done);

/// Keep HDF5 from printing, from tidying up at exit and from following links out of a file. Every
/// entry to the room calls it.
void vt_h5_quiet(void);

/// Handles (no files) that are closed together; start it as {0}.
typedef struct vt_h5_pool {
  hid_t *handle;
  ptrdiff_t handles, capacity;
} vt_h5_pool;

/// Hand a new handle to the pool; returns it, or a negative number if it is one or there is no
/// memory (the handle is closed then).
hid_t vt_h5_keep(vt_h5_pool *pool, hid_t handle);
void vt_h5_release(vt_h5_pool *pool);

/// Whether a dataset's numbers lie in its file. Other places may be anything: devices, pipes that
/// nobody writes.
bool vt_h5_is_within(hid_t dataset);

/// Open a dataset; fails as H5Dopen2 does, also where its numbers lie elsewhere.
hid_t vt_h5_open_dataset(hid_t at, const char *name);

/// Access properties for a file of ours: no locks (readers during a run, file systems without
/// them), each raw write handed to the kernel at once, format of HDF5 1.8.
hid_t vt_h5_file_access(void);

/// The type of variable-length UTF-8 text.
hid_t vt_h5_text_type(void);

/// How numbers are stored: type in the file and in memory, size of both.
typedef struct vt_h5_number {
  hid_t stored, memory;
  bool real;
  size_t bytes;
} vt_h5_number;
vt_h5_number vt_h5_number_of(vt_storage storage);

/// Statistics of a variable, in the order of vt_moments.
enum { VT_H5_MOMENTS = 6 };
extern const char *const vt_h5_moment_suffix[VT_H5_MOMENTS];

/// The outcomes of the axis `outcome`, the one of not-done scenarios last.
enum { VT_H5_OUTCOMES = VT_OUTCOME_COUNT + 1 };

/// Create the contents of the file `partial`, which is there and empty. `path` is for messages.
vt_error vt_h5_create_contents(const char *path, const char *partial, const vt_layout *layout,
                               const vt_attribute *attribute, int attributes);

#endif
