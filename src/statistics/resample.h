// resample.h - means of columns over bootstrap resamples; private to the room.
#ifndef VT_STATISTICS_RESAMPLE_H
#define VT_STATISTICS_RESAMPLE_H

#include "vintner/statistics.h"

/// Whether values from min to max are all the same but for rounding.
bool vt_no_spread(double min, double max);

/// How often each of n rows is in resample b. count: shape [n]
void vt_resample_counts(const vt_bootstrap *bootstrap, int b, int64_t n, uint32_t *count);

/// Columns of n rows, made when they are needed.
typedef struct vt_columns {
  int64_t n;
  int count;
  /// Fill rows first..first + rows - 1, row by row, `stride` numbers from row to row.
  void (*fill)(const void *context, int64_t first, int rows, ptrdiff_t stride, double *value);
  const void *context;
} vt_columns;

/// Mean of each column: over the rows themselves, then over each resample.
///
/// @param[out] mean  shape [1 + resamples, count]
vt_error vt_resample_means(const vt_bootstrap *bootstrap, const vt_columns *columns, double *mean);

/// The interval of what has these values in the resamples. value: shape [resamples], reordered
void vt_resample_interval(const vt_bootstrap *bootstrap, double *value, vt_estimate *estimate);

#endif
