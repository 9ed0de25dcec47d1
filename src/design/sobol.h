// sobol.h - points of a Sobol sequence in any order, plain or scrambled.
#ifndef VT_DESIGN_SOBOL_H
#define VT_DESIGN_SOBOL_H

#include "vintner/base.h"

enum {
  VT_SOBOL_BITS = 52,
  VT_SOBOL_POINT_BITS = 40, ///< of a point's number: there are 2^40 points
  VT_SOBOL_DIMENSIONS = 21201,
};

/// The published lines, "dimension degree coefficients m_1 ...", with a NUL after them.
extern const char vt_sobol_table[] __attribute__((visibility("hidden")));

typedef struct vt_sobol {
  int dimensions;
  uint64_t (*direction)[VT_SOBOL_POINT_BITS]; ///< shape [dimensions]
} vt_sobol;

/// Direction numbers of Joe and Kuo (2008, "new-joe-kuo-6.21201") for the first dimensions.
/// @param arena       owns them
/// @param dimensions  1 to VT_SOBOL_DIMENSIONS
vt_error vt_sobol_create(vt_arena *arena, int dimensions, vt_sobol *sobol);

/// Coordinate of a point in units of 2^-52, in the order of Antonov and Saleev (Gray code).
uint64_t vt_sobol_point(const vt_sobol *sobol, int dimension, int64_t point);

/// Owen's nested scrambling (1995): each bit is flipped or not by a hash of the key and the bits
/// above it.
uint64_t vt_sobol_scramble(uint64_t x, const uint64_t key[2]);

#endif
