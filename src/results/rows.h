// rows.h - an open results file; shared by those who write rows and statistics.
#ifndef VT_RESULTS_ROWS_H
#define VT_RESULTS_ROWS_H

#include "h5.h"

/// Axes of a dataset at most: levels of groups, then a quantile or scenario, cells, a threshold.
enum { VT_SLOT_AXES = VT_MOST_GROUPINGS + VT_MAX_DIMENSIONS + 2 };

/// An open dataset, its axes and a selection of it.
typedef struct vt_slot {
  hid_t dataset, space;
  hid_t type; ///< in memory, the same as in the file: we convert ourselves
  size_t item_bytes;
  vt_storage storage;
  int axes;
  hsize_t extent[VT_SLOT_AXES];
} vt_slot;

struct vt_results {
  char *path;
  const vt_layout *layout; ///< borrowed
  bool parallel, read_only;
  MPI_Comm comm; ///< a duplicate, if parallel
  hid_t file;
  hid_t memory;                    ///< a one-dimensional space, resized at each use
  vt_slot *slot;                   ///< shape [variables]
  vt_slot pair[VT_PAIR_VARIABLES]; ///< in /regret, where the layout has it
  vt_h5_pool pool;
  void *scratch; ///< converted rows
  ptrdiff_t scratch_bytes;
  hid_t sums, sums_space; ///< the checksums' dataset, negative if the file has none
  struct vt_checksums *checksums;
  uint64_t *sum; ///< shape [sum_room]: of the rows that are written
  ptrdiff_t sum_room;
};

/// Open a dataset into a slot; `pool` owns its handles.
vt_error vt_slot_open(const vt_results *results, vt_h5_pool *pool, const char *name, vt_slot *slot);

/// Read or write the box start[a]..start[a] + count[a], items of the slot's type.
vt_error vt_slot_read(const vt_results *results, const vt_slot *slot, const hsize_t *start,
                      const hsize_t *count, void *item);
vt_error vt_slot_write(const vt_results *results, const vt_slot *slot, const hsize_t *start,
                       const hsize_t *count, const void *item);

#endif
