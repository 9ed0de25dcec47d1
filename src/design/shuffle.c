// shuffle.c - a keyed permutation without a table: a Feistel network on the next power of four,
// walked until it ends inside (Black and Rogaway 2002).
#include "shuffle.h"

#include "mix.h"

vt_shuffle vt_shuffle_of(uint64_t seed, int64_t scenario, uint64_t stream, int64_t size) {
  // Halves of fewer bits could not reach most of the permutations.
  vt_shuffle s = {.size = size, .half = 4};
  while ((size - 1) >> 2 * s.half > 0) s.half++;
  for (int block = 0; block < VT_SHUFFLE_ROUNDS / VT_RANDOM_WORDS; block++)
    vt_random_words(seed, VT_PURPOSE_ORDER, scenario, stream, (uint64_t)block,
                    s.key + block * VT_RANDOM_WORDS);
  return s;
}

int64_t vt_shuffle_place(const vt_shuffle *s, int64_t i) {
  const uint64_t mask = (UINT64_C(1) << s->half) - 1;
  uint64_t x = (uint64_t)i;
  do {
    uint64_t left = x >> s->half, right = x & mask;
    for (int r = 0; r < VT_SHUFFLE_ROUNDS; r++) {
      const uint64_t next = left ^ (vt_mix64(right ^ s->key[r]) & mask);
      left = right;
      right = next;
    }
    x = left << s->half | right;
  } while (x >= (uint64_t)s->size);
  return (int64_t)x;
}
