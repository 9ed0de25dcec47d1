// drawn.h - numbers that each scenario draws because databases vary (vt_drawing).
//
// Each number that varies is a leaf of the graph, set before all others. Entries of tensors are
// such a number, or what fixed overrides make of it; all else that touches an entry comes after.
#ifndef VT_PATHWAY_DRAWN_H
#define VT_PATHWAY_DRAWN_H

#include "core.h"

/// An entry of a tensor: alpha times a number plus beta.
typedef struct vt_drawn_entry {
  vt_tensor_id tensor;
  int32_t key[3];
  ptrdiff_t number;
  double alpha, beta;
  int cell;
} vt_drawn_entry;

typedef struct vt_drawn_numbers {
  const vt_drawing *drawing; ///< NULL: nothing is drawn
  int *cell;                 ///< of numbers of the background, and of factors
  ptrdiff_t entries;
  vt_drawn_entry *entry; ///< shape [entries], ascending by tensor and key
} vt_drawn_numbers;

/// Before overrides: which entries are drawn.
vt_error vt_drawn_prepare(const vt_core *core, vt_drawn_numbers *numbers);

/// A fixed override of an entry.
void vt_drawn_override(const vt_core *core, const vt_drawn_numbers *numbers, vt_tensor_id tensor,
                       ptrdiff_t entry, vt_operation operation, double operand);

/// Make the cells. `signature`: from this on none has a meaning yet.
vt_error vt_drawn_make_cells(vt_core *core, vt_drawn_numbers *numbers, ptrdiff_t signature);

/// The cell of an entry before factors touch it, or -1: it is not drawn.
int vt_drawn_base(const vt_core *core, const vt_drawn_numbers *numbers, vt_tensor_id tensor,
                  ptrdiff_t entry);

/// Whether entries of the background have cells: they have where they are drawn.
static inline bool vt_drawn_has_entries(const vt_core *core) {
  return core->inputs->drawing && core->inputs->drawing->entry;
}

/// Cell of the impact of one unit of an intermediate flow in a snapshot, where impacts are drawn.
int vt_drawn_impact(const vt_core *core, const vt_drawn_numbers *numbers, int snapshot, int flow,
                    int category);

/// Set the cells in value[cells]. drawn: shape [numbers]; NULL: the reference.
void vt_drawn_set(const vt_drawn_numbers *numbers, const double *drawn, double *value);

#endif
