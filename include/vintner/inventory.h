// inventory.h - plain LCA: scores, inventories and supplies of demands on databases, and what they
// are made of.
#ifndef VT_INVENTORY_H
#define VT_INVENTORY_H

#include "vintner/kind.h"

/// An ensemble of one scenario: the demands are solved in prepare, shared over all ranks, so that a
/// singular system leaves no file; rank 0 has the row.
extern const vt_kind vt_inventory_kind;

#endif
