// random.c - random numbers keyed by what they are for.
#include "vintner/design.h"

#include <Random123/philox.h>
#include <string.h>

void vt_random_words(uint64_t seed, vt_purpose purpose, int64_t scenario, uint64_t stream,
                     uint64_t block, uint64_t word[VT_RANDOM_WORDS]) {
  const philox4x64_ctr_t counter = {{(uint64_t)scenario, stream, block, 0}};
  const philox4x64_key_t key = {{seed, (uint64_t)purpose}};
  const philox4x64_ctr_t bits = philox4x64(counter, key);
  memcpy(word, bits.v, sizeof bits.v);
}

double vt_random_uniform(uint64_t seed, vt_purpose purpose, int64_t scenario, uint64_t stream,
                         uint64_t draw) {
  uint64_t word[VT_RANDOM_WORDS];
  vt_random_words(seed, purpose, scenario, stream, draw / VT_RANDOM_WORDS, word);
  return ((double)(word[draw % VT_RANDOM_WORDS] >> 12) + 0.5) * 0x1p-52;
}
