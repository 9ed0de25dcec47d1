// checksum.h - a number by which damage to the rows is noticed; private to the room.
//
// XXH64 with seed 0 over the stored bytes of a row: the scenario's number, then its part of every
// numeric variable of the root over the scenarios, in the order they were created; without
// `status`, which is written after it, and what is filled in at the end. 0 while a row is undone.
#ifndef VT_RESULTS_CHECKSUM_H
#define VT_RESULTS_CHECKSUM_H

#include "rows.h"

#define VT_CHECKSUM_NAME "checksum"
#define VT_CHECKSUM_PATH "performance/" VT_CHECKSUM_NAME

/// The checksums of rows that are about to be written, a state for each.
typedef struct vt_checksums vt_checksums;

/// @param rows  most rows at a time
vt_error vt_checksums_grow(vt_checksums **checksums, ptrdiff_t rows);
void vt_checksums_free(vt_checksums *checksums); ///< accepts NULL
void vt_checksums_start(vt_checksums *c, ptrdiff_t rows);
/// Add a variable, the scenarios' numbers first: item has shape [rows, bytes].
void vt_checksums_add(vt_checksums *c, const void *item, ptrdiff_t rows, ptrdiff_t bytes);
/// @param sum  shape [rows]
void vt_checksums_end(vt_checksums *c, ptrdiff_t rows, uint64_t *sum);

/// Whether a layout's variable is under the checksum.
bool vt_checksum_covers(const vt_layout *layout, int variable);

#endif
