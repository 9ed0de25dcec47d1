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
} vt_derived;

/// All of them, in the order of the file; ends with a row without functions.
extern const vt_derived vt_derived_groups[];

vt_error vt_statistics_make(vt_maker *m);            ///< statistics.c
vt_error vt_statistics_fill(const vt_derivation *d); ///< summary.c

#endif
