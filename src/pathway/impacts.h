// impacts.h - what one unit of a flow causes: through the background, or by itself.
#ifndef VT_PATHWAY_IMPACTS_H
#define VT_PATHWAY_IMPACTS_H

#include "lines.h"

typedef struct vt_unit_impacts {
  int *background;   ///< shape [categories, intermediates, times]: cell of W[c,i,t]
  int *direct;       ///< shape [categories, elementaries, times]: cell of Q, CELL_ZERO if missing
  int *emitted;      ///< shape [limited elementary flows, intermediates, times]: cell of H[e,i,t]
  int *limited_flow; ///< shape [limited_flows]: elementary flow of each slot
  int limited_flows;
} vt_unit_impacts;

vt_error vt_impacts_build(vt_core *core, vt_factor_leaves *factors, const vt_lines *lines,
                          vt_unit_impacts *impacts);

#endif
