// random.c - random numbers keyed by what they are for.
#include "vintner/design.h"

#include <Random123/philox.h>

double vt_random_uniform(uint64_t seed, vt_purpose purpose, int64_t scenario, uint64_t stream,
                         uint64_t draw) {
  const philox4x64_ctr_t counter = {{(uint64_t)scenario, stream, draw, 0}};
  const philox4x64_key_t key = {{seed, (uint64_t)purpose}};
  const philox4x64_ctr_t bits = philox4x64(counter, key);
  return ((double)(bits.v[0] >> 11) + 0.5) * 0x1p-53;
}
