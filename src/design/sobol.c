// sobol.c - Sobol points by their number, scrambled by a hash.
//
// Typical work: 10^6 points in 20 dimensions, of which each scenario takes its own.
#include "sobol.h"

#include "mix.h"

#include <stdlib.h>

// The table as published, in the program's constant data.
__asm__(".pushsection .rodata\n"
        ".balign 16\n"
        "vt_sobol_table:\n"
        ".incbin \"" VT_SOBOL_TABLE "\"\n"
        ".byte 0\n"
        ".popsection\n");
enum { MOST_DEGREE = 32 };

static uint64_t read_number(const char **text) {
  char *end;
  const uint64_t number = strtoull(*text, &end, 10);
  *text = end;
  return number;
}

// Bits of the first dimension: van der Corput's sequence.
static void fill_first(uint64_t *direction) {
  for (int i = 0; i < VT_SOBOL_POINT_BITS; i++)
    direction[i] = UINT64_C(1) << (VT_SOBOL_BITS - 1 - i);
}

// A line: dimension, degree s, coefficients a of the primitive polynomial, initial m_1 to m_s.
static void fill_from_line(const char **line, uint64_t *direction) {
  (void)read_number(line);
  const int degree = (int)read_number(line);
  const uint64_t coefficients = read_number(line);
  for (int i = 0; i < VT_SOBOL_POINT_BITS; i++) {
    if (i < degree) {
      direction[i] = read_number(line) << (VT_SOBOL_BITS - 1 - i);
      continue;
    }
    const uint64_t earlier = direction[i - degree];
    direction[i] = earlier ^ (earlier >> degree);
    for (int k = 1; k < degree; k++) {
      if (coefficients >> (degree - 1 - k) & 1) direction[i] ^= direction[i - k];
    }
  }
}

vt_error vt_sobol_create(vt_arena *arena, int dimensions, vt_sobol *sobol) {
  VT_ARENA_NEW(arena, sobol->direction, dimensions);
  sobol->dimensions = dimensions;
  const char *line = vt_sobol_table;
  while (*line == '#') {
    while (*line++ != '\n') {
    }
  }
  fill_first(sobol->direction[0]);
  for (int d = 1; d < dimensions; d++) fill_from_line(&line, sobol->direction[d]);
  return VT_OK;
}

uint64_t vt_sobol_point(const vt_sobol *sobol, int dimension, int64_t point) {
  const uint64_t *direction = sobol->direction[dimension];
  uint64_t x = 0;
  for (uint64_t gray = (uint64_t)point ^ (uint64_t)point >> 1; gray; gray &= gray - 1)
    x ^= direction[__builtin_ctzll(gray)];
  return x;
}

// Bits are scrambled by fours: a hash of the bits above them has a bit for each of the 1 + 2 + 4 +
// 8 ways to come to one of the four.
static uint64_t scramble_four(uint64_t four, uint64_t hash) {
  const uint64_t first = hash, second = hash >> (1 + (four >> 3));
  const uint64_t third = hash >> (3 + (four >> 2)), fourth = hash >> (7 + (four >> 1));
  return four ^ ((first & 1) << 3 | (second & 1) << 2 | (third & 1) << 1 | (fourth & 1));
}

// The bits above one, told apart from other numbers of them by a leading 1.
static uint64_t prefix_hash(uint64_t x, int bits, const uint64_t key[2]) {
  const uint64_t prefix = x >> bits | UINT64_C(1) << (VT_SOBOL_BITS - bits);
  return vt_mix64(prefix + key[0]) ^ key[1];
}

// No two points share the bits that tell 2^40 of them apart: below, one hash gives all flips.
uint64_t vt_sobol_scramble(uint64_t x, const uint64_t key[2]) {
  enum { LOW = VT_SOBOL_BITS - VT_SOBOL_POINT_BITS, FOUR = 4 };
  uint64_t scrambled = (x ^ prefix_hash(x, LOW, key)) & ((UINT64_C(1) << LOW) - 1);
  for (int bit = LOW; bit < VT_SOBOL_BITS; bit += FOUR) {
    const uint64_t hash = prefix_hash(x, bit + FOUR, key);
    scrambled |= scramble_four(x >> bit & 15, hash) << bit;
  }
  return scrambled;
}
