// derive.h - the groups of a results file that are made from its rows; private to the room.
//
// One list has them all: whoever creates a file makes them, the end of a run and `vintner stats`
// fill them in.
#ifndef VT_RESULTS_DERIVE_H
#define VT_RESULTS_DERIVE_H

#include "maker.h"
#include "rows.h"

/// Who fills in what: the rows of one open file, the groups of the same or another one, whose
/// layout says what is in them.
typedef struct vt_derivation {
  vt_results *rows, *target;
  int rank, size;
} vt_derivation;

typedef struct vt_derived {
  /// Create the group and its datasets in a new file. One rank.
  vt_error (*make)(vt_maker *m);
  /// Fill in this rank's share. Not collective; the bits do not depend on the number of ranks.
  vt_error (*fill)(const vt_derivation *d);
  /// What is written last, by one rank, when all have filled in their shares; may be NULL.
  vt_error (*seal)(const vt_derivation *d);
} vt_derived;

/// All of them, in the order of the file; ends with a row without functions.
extern const vt_derived vt_derived_groups[];

// The rows of the list.
vt_error vt_statistics_make(vt_maker *m);            ///< statistics.c
vt_error vt_statistics_fill(const vt_derivation *d); ///< summary.c
vt_error vt_statistics_seal(const vt_derivation *d); ///< summary.c

vt_error vt_sensitivity_make(vt_maker *m);            ///< measures.c
vt_error vt_sensitivity_fill(const vt_derivation *d); ///< sensitivity.c

// What they share: statistics.c.

/// Open statistics/NAME_SUFFIX, or that of the groups.
vt_error vt_statistics_open(const vt_results *target, bool grouped, vt_h5_pool *pool,
                            const char *name, const char *suffix, vt_slot *slot);

/// Where the share of a rank begins: shares differ by one item at most.
ptrdiff_t vt_share_start(ptrdiff_t total, int rank, int size);

#endif
