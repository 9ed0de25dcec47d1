// mix.h - a bijection of 64-bit numbers that leaves no trace of their order.
#ifndef VT_DESIGN_MIX_H
#define VT_DESIGN_MIX_H

#include <stdint.h>

/// Stafford's variant 13 of the finaliser of MurmurHash3, as in SplitMix64 (Steele et al. 2014).
static inline uint64_t vt_mix64(uint64_t x) {
  x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
  return x ^ x >> 31;
}

#endif
