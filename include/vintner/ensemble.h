// ensemble.h - many scenarios of one model: designs, random numbers, sharing out, statistics.
#ifndef VT_ENSEMBLE_H
#define VT_ENSEMBLE_H

#include "vintner/base.h"

// ---------------------------------------------------------------------------------------------
// Layout: which labelled tensors a scenario has. Model kinds fill it, results/ stores it.

/// A named axis of the results. Exactly one of `number` and `label` is given, or neither (an axis
/// without coordinates).
typedef struct vt_dimension {
  const char *name; ///< e.g. "process"
  const char *long_name;
  ptrdiff_t size;       ///< >= 1: an empty axis is left out
  const double *number; ///< coordinate values (years, quantiles); stored as int64 if `integer`
  bool integer;
  const char *const *label; ///< coordinate values (codes), UTF-8
  const char *text_name;    ///< e.g. "process_name", with `text`; NULL if there is none
  const char *const *text;  ///< shape [size]
} vt_dimension;

typedef enum vt_storage {
  VT_STORE_DOUBLE,
  VT_STORE_SINGLE,
  VT_STORE_INT8,
  VT_STORE_INT32
} vt_storage;

/// Where a variable belongs.
typedef enum vt_group {
  VT_GROUP_ROOT,        ///< a scenario's data
  VT_GROUP_PERFORMANCE, ///< /performance: the only part that may differ between runs
} vt_group;

enum { VT_MAX_DIMENSIONS = 4 };

/// One stored tensor; its first axis, the scenario, is not listed.
typedef struct vt_variable {
  const char *name, *long_name, *units;
  vt_group group;
  vt_storage storage;
  int dimensions;
  int dimension[VT_MAX_DIMENSIONS]; ///< indices into vt_layout.dimension
  ptrdiff_t cells;                  ///< product of the sizes, 1 for a scalar
  bool statistics;                  ///< summarised in /statistics
  bool reference;                   ///< stored in /reference
} vt_variable;

/// All that results/ must know to create the file. The strings and arrays are borrowed.
typedef struct vt_layout {
  int64_t scenarios;
  int dimensions;
  const vt_dimension *dimension;
  int variables;
  const vt_variable *variable; ///< variable[status_variable] is the outcome
  int status_variable;         ///< written last, by itself
  int quantiles;
  const double *quantile;
} vt_layout;

/// Rows of consecutive scenarios: data[v] has shape [count, variable[v].cells].
typedef struct vt_block {
  int64_t first, count;
  double **data; ///< shape [variables]; owned by whoever made the block
} vt_block;

// ---------------------------------------------------------------------------------------------
// Statistics of one cell over the scenarios. Results do not depend on how scenarios were shared
// out: the values come in scenario order and sums follow a fixed pairwise tree.

typedef struct vt_moments {
  int64_t count;
  double mean, variance, skewness, standard_error, min, max;
} vt_moments;

/// Moments of values[0..count): variance over n - 1, skewness m3 / m2^1.5 (population moments),
/// standard error sqrt(variance / n). What is undefined is NaN (all of it for count 0, variance
/// and standard error for 1, skewness where all values are equal).
void vt_moments_of(const double *value, int64_t count, vt_moments *moments);

/// Exact quantiles, linear between order statistics (h = (n - 1) p, numpy's default). Reorders
/// `value`. NaN for count 0.
void vt_quantiles_of(double *value, int64_t count, const double *p, int quantiles, double *out);

#endif
