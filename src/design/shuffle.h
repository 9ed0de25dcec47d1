// shuffle.h - a keyed permutation of 0..size-1, a place at a time.
#ifndef VT_DESIGN_SHUFFLE_H
#define VT_DESIGN_SHUFFLE_H

#include "vintner/design.h"

enum { VT_SHUFFLE_ROUNDS = 8 };

typedef struct vt_shuffle {
  int64_t size;
  int half; ///< bits of either half of what is permuted
  uint64_t key[VT_SHUFFLE_ROUNDS];
} vt_shuffle;

/// The permutation of (seed, scenario, stream); size >= 1, at most 2^40.
vt_shuffle vt_shuffle_of(uint64_t seed, int64_t scenario, uint64_t stream, int64_t size);

/// Where place i goes.
int64_t vt_shuffle_place(const vt_shuffle *shuffle, int64_t i);

#endif
