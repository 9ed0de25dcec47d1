// reader.h - a results file that is read; private to the room.
#ifndef VT_RESULTS_READER_H
#define VT_RESULTS_READER_H

#include "h5.h"

enum { MOST_SCALES = 64 };

struct vt_reader {
  const char *path; ///< the arena's, as all texts
  hid_t file, text_type;
  vt_arena *arena;
  vt_h5_pool pool;
  bool finished, extract;
  // Names of scales by their place in the file: HDF5 walks through all of it to find one.
  int scales;
  haddr_t scale_address[MOST_SCALES];
  const char *scale_name[MOST_SCALES];
};

/// A dataset that was opened; its handles are those of a pool.
typedef struct vt_opened {
  hid_t dataset, space, type;
  int axes;
  hsize_t extent[VT_MAX_DIMENSIONS + 1];
  hsize_t items;
} vt_opened;

/// Open a dataset that is in the file whole.
vt_error vt_reader_open_dataset(vt_reader *reader, const char *name, vt_h5_pool *pool,
                                vt_opened *o);

#endif
