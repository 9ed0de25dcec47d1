// checksum.c - checksums of rows.
#include "checksum.h"

#include <stdlib.h>
// In this file whole: a state for each row, without a call for each number.
#define XXH_INLINE_ALL
#include <xxhash.h>

struct vt_checksums {
  XXH64_state_t *state; // shape [room]
  ptrdiff_t room;
};

vt_error vt_checksums_grow(vt_checksums **checksums, ptrdiff_t rows) {
  if (!*checksums) VT_NEW(*checksums, 1);
  return vt_grow(&(*checksums)->state, &(*checksums)->room, rows, sizeof *(*checksums)->state);
}

void vt_checksums_free(vt_checksums *c) {
  if (c) free(c->state);
  free(c);
}

void vt_checksums_start(vt_checksums *c, ptrdiff_t rows) {
  for (ptrdiff_t i = 0; i < rows; i++) (void)XXH64_reset(&c->state[i], 0);
}

void vt_checksums_add(vt_checksums *c, const void *item, ptrdiff_t rows, ptrdiff_t bytes) {
  for (ptrdiff_t i = 0; i < rows; i++)
    (void)XXH64_update(&c->state[i], (const char *)item + i * bytes, (size_t)bytes);
}

void vt_checksums_end(vt_checksums *c, ptrdiff_t rows, uint64_t *sum) {
  for (ptrdiff_t i = 0; i < rows; i++) sum[i] = XXH64_digest(&c->state[i]);
}

bool vt_checksum_covers(const vt_layout *layout, int variable) {
  const vt_variable *v = &layout->variable[variable];
  const bool later = layout->front && layout->front->dominated == variable;
  return v->group == VT_GROUP_ROOT && !v->once && variable != layout->status && !later;
}
