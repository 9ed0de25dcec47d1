// impacts.h - what one unit of a flow causes: through the background, or by itself.
#ifndef VT_PATHWAY_IMPACTS_H
#define VT_PATHWAY_IMPACTS_H

#include "lines.h"

typedef struct vt_unit_impacts {
  int *background;    ///< shape [categories, intermediates, times]: cell of W[c,i,t]
  int *direct;        ///< shape [categories, elementaries, times]: cell of Q, CELL_ZERO if missing
  int *emitted;       ///< shape [limited elementary flows, intermediates, times]: cell of H[e,i,t]
  int *limited_label; ///< shape [limited_flows]: elementary flow of each slot, on VT_AXIS_FLOW
  int limited_flows;
} vt_unit_impacts;

/// Cell of what one unit of a line's flow causes in a year: through the background for intermediate
/// flows, by itself for elementary ones.
static inline int impact_cell(const vt_core *core, const vt_unit_impacts *impacts, const vt_line *l,
                              int category, int time) {
  return l->tensor == VT_TENSOR_TECHNOSPHERE
             ? impacts->background[at_impact(core, category, l->flow, time)]
             : impacts->direct[at_direct(core, category, l->flow, time)];
}

vt_error vt_impacts_build(vt_core *core, vt_factor_leaves *factors, const vt_lines *lines,
                          vt_unit_impacts *impacts);

#endif
