// bulk.c - random numbers and quantiles of many streams at once. The bits of each are those of one
// alone: no operation mixes two of them, and none is contracted.
#include "continuous.h"
#include "vintner/design.h"

#include <Random123/philox.h>
#include <math.h>

void vt_random_uniforms(uint64_t seed, vt_purpose purpose, int64_t scenario, ptrdiff_t count,
                        const uint64_t *stream, double *u) {
  const philox4x64_key_t key = {{seed, (uint64_t)purpose}};
  for (ptrdiff_t i = 0; i < count; i++) {
    const philox4x64_ctr_t counter = {{(uint64_t)scenario, stream[i], 0, 0}};
    const philox4x64_ctr_t bits = philox4x64(counter, key);
    u[i] = ((double)(bits.v[0] >> 12) + 0.5) * 0x1p-52;
  }
}

// ---------------------------------------------------------------------------------------------
// Normal quantiles: Wichura (1988), algorithm AS 241, PPND16. Its middle piece, 85 % of all, has no
// branch; the tails are the library's, which is the same algorithm.

enum { BLOCK = 512 };
static const double half_of_middle = 0.425;

static double middle(double q) {
  const double r = half_of_middle * half_of_middle - q * q;
  const double above =
      ((((((2509.0809287301226727 * r + 33430.575583588128105) * r + 67265.770927008700853) * r +
          45921.953931549871457) *
             r +
         13731.693765509461125) *
            r +
        1971.5909503065514427) *
           r +
       133.14166789178437745) *
          r +
      3.387132872796366608;
  const double below =
      ((((((5226.495278852545925 * r + 28729.085735721942674) * r + 39307.89580009271061) * r +
          21213.794301586595867) *
             r +
         5394.1960214247511077) *
            r +
        687.1870074920579083) *
           r +
       42.313330701600911252) *
          r +
      1.0;
  return q * above / below;
}

static void fill_block(const double *u, double *z) {
  int tail[BLOCK], tails = 0;
  for (int i = 0; i < BLOCK; i++) z[i] = middle(u[i] - 0.5);
  for (int i = 0; i < BLOCK; i++) {
    tail[tails] = i; // no branch: there is no guessing it
    tails += fabs(u[i] - 0.5) > half_of_middle;
  }
  for (int k = 0; k < tails; k++) z[tail[k]] = vt_normal_lower_quantile(u[tail[k]]);
}

void vt_normal_quantiles(ptrdiff_t count, const double *u, double *z) {
  ptrdiff_t done = 0;
  for (; done + BLOCK <= count; done += BLOCK) fill_block(u + done, z + done);
  for (; done < count; done++)
    z[done] = fabs(u[done] - 0.5) > half_of_middle ? vt_normal_lower_quantile(u[done])
                                                   : middle(u[done] - 0.5);
}
