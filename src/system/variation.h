// variation.h - what the files of a plan of sampling share.
#ifndef VT_SYSTEM_VARIATION_H
#define VT_SYSTEM_VARIATION_H

#include "cells.h"
#include "vintner/variation.h"

// ---------------------------------------------------------------------------------------------
// variation_kinds.c: distributions as sources store them.

enum {
  VT_TYPE_LOGNORMAL = 2, ///< of stats_arrays
  VT_LAST_TYPE = 13,
  VT_CHUNK = 2048, ///< streams that are drawn at once: they stay in the cache
};

/// How a draw is evaluated: in bulk, or by the distribution's own quantile.
typedef enum vt_family {
  VT_FAMILY_EXPONENTIAL, ///< exp(a + b z): a lognormal without bounds
  VT_FAMILY_NORMAL,      ///< a + b z
  VT_FAMILY_UNIFORM,     ///< a + b u
  VT_FAMILY_QUANTILE,    ///< of `other`
  VT_FAMILIES
} vt_family;

/// The distribution of one draw.
typedef struct vt_draw {
  int stream;
  int next; ///< another draw of the stream, -1: none; while the plan is made
  vt_family family;
  double a, b;
  const vt_distribution *other;
} vt_draw;

typedef enum vt_spread {
  VT_SPREAD_NONE, ///< no distribution: type 0 or 1
  VT_SPREAD_CONSTANT,
  VT_SPREAD_INVALID,
  VT_SPREAD_SOME,
} vt_spread;

/// What a stored distribution, of type 13 at most, draws.
/// @param arena  owns a distribution that is not evaluated in bulk
/// @param sign   of the value that is drawn: minus where negative
/// @param why    set for VT_SPREAD_INVALID
vt_error vt_spread_of(vt_arena *arena, const vt_uncertainty *uncertain, bool mean, vt_draw *draw,
                      double *sign, vt_spread *spread, const char **why);

/// The value of a draw by itself.
double vt_draw_value(const vt_draw *draw, double u);

// ---------------------------------------------------------------------------------------------
// variation_keys.c: streams of exchanges.

/// The stored distribution of a record, NULL: none.
const vt_uncertainty *vt_uncertainty_of(const vt_database_set *set, const vt_record_group *group,
                                        ptrdiff_t record);
/// What kind of exchange a record of a system's matrices is.
const char *vt_exchange_kind(const vt_database_set *set, const vt_system *system,
                             const vt_record_group *group, ptrdiff_t record);

/// Exchanges of one matrix and their places among equal ones.
typedef struct vt_keys {
  const vt_database_set *set;
  const vt_system *system;
  int method; ///< -1: a matrix of the system
  ptrdiff_t count;
  const vt_cell_term *term;
  int *place;                  ///< shape [count]
  const vt_record_group *last; ///< the group looked at last, and the loose datapackage it lies in
  const vt_package *loose;
} vt_keys;
vt_error vt_keys_open(vt_keys *keys);
void vt_keys_close(vt_keys *keys);
/// The stream of one of them. `bytes` is work space.
vt_error vt_keys_stream(vt_keys *keys, ptrdiff_t t, vt_text *bytes, uint64_t *stream);

// ---------------------------------------------------------------------------------------------
// variation.c: the plan.

/// Entries of one matrix of one snapshot that vary: each is `base` and the sum of its exchanges.
typedef struct vt_varying {
  ptrdiff_t cells, exchanges;
  ptrdiff_t *entry; ///< place among the entries of the matrix, ascending; shape [cells]
  double *base;     ///< shape [cells]
  ptrdiff_t *first; ///< into the exchanges; shape [cells + 1]
  int *draw;        ///< shape [exchanges]
  double *factor;   ///< flip, rescale and sign; shape [exchanges]
  const vt_record_group **group;
  ptrdiff_t *record; ///< shape [exchanges]
} vt_varying;

/// The matrices of a snapshot.
typedef struct vt_varying_snapshot {
  vt_varying technosphere, biosphere;
  vt_varying *method;                       ///< shape [methods]
  const double *technosphere0, *biosphere0; ///< reference values, the system's
  double *factor0;                          ///< shape [methods][flows]
  ptrdiff_t technosphere_entries, biosphere_entries, factors;
} vt_varying_snapshot;

struct vt_variation {
  vt_variation_plan plan; ///< as it was given; arrays borrowed
  vt_arena *arena;
  vt_variation_counts counts;
  vt_varying_snapshot *snapshot; ///< shape [plan.snapshots]
  uint64_t *stream;              ///< shape [counts.streams]
  vt_draw *draw;                 ///< while the plan is made; shape [counts.draws]
  // The draws by family, of a family by stream: what the bulk runs through.
  int first[VT_FAMILIES + 1]; ///< of each family
  int *of_stream;             ///< shape [counts.draws]
  double *a, *b;
  const vt_distribution **other; ///< of the last family
};

/// A draw by its number.
vt_draw vt_draw_at(const vt_variation *variation, int draw);

#endif
