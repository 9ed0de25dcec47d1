// lines.h - the flows of each process by process time, its vintages, and the values by vintage.
#ifndef VT_PATHWAY_LINES_H
#define VT_PATHWAY_LINES_H

#include "factors.h"

/// One value of a line: what happens tau years after installation.
typedef struct vt_line_point {
  int tau;
  int cell;                          ///< of the base tensor, CELL_ZERO if only vintages have it
  ptrdiff_t first_vintage, vintages; ///< explicit entries (ascending years) of the vintage tensor
} vt_line_point;

/// Flow x of process p in one of the four foreground tensors.
typedef struct vt_line {
  vt_tensor_id tensor;
  int process, flow;
  int label;      ///< of the flow on VT_AXIS_FLOW
  bool operation; ///< scales with operation inside the window (production always does)
  ptrdiff_t first_point, points;             ///< ascending tau
  ptrdiff_t first_improvement, improvements; ///< entries of vintage_improvements
  bool explicit_vintages;
  int *window_sum; ///< annual: sum over the window by vintage; shape [vintages of p] or [1]
} vt_line;

/// A vintage of a process: an installation year, of the horizon or before it.
typedef struct vt_process_vintage {
  int year;
  int time;           ///< index into system_time, or -1
  ptrdiff_t capacity; ///< entry of existing_capacity, or -1
} vt_process_vintage;

typedef struct vt_lines {
  vt_line_point *point;
  ptrdiff_t points, point_capacity;
  vt_line *line; ///< shape [count]
  ptrdiff_t count, line_capacity;
  ptrdiff_t *first_line; ///< shape [processes + 1]: lines of a process are together
  vt_process_vintage *vintage;
  ptrdiff_t vintages, vintage_capacity;
  ptrdiff_t *first_vintage; ///< shape [processes + 1]
} vt_lines;

vt_error vt_lines_build(const vt_core *core, const vt_factor_leaves *factors, vt_lines *lines);

/// Value of a point for a vintage year (specs/pathway.md §5).
vt_error vt_lines_value(vt_core *core, const vt_factor_leaves *factors, const vt_line *l,
                        const vt_line_point *p, int year, int *cell);

#endif
