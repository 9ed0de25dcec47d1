// limits.h - the cells of demands and limits, and the bounds that follow from them.
#ifndef VT_PATHWAY_LIMITS_H
#define VT_PATHWAY_LIMITS_H

#include "factors.h"
#include "vintner/pathway.h"

/// Cells, defaults included.
typedef struct vt_limit_cells {
  int *demand;                                      ///< shape [products, times]
  int *deployment_min, *deployment_max;             ///< shape [processes, times]
  int *operation_min, *operation_max;               ///< shape [processes, times]
  int *total_deployment_min, *total_deployment_max; ///< shape [processes]
  int *impact_limit;                                ///< shape [categories, times]
  int *total_impact_limit;                          ///< shape [categories]
} vt_limit_cells;

vt_error vt_limits_find(const vt_core *core, const vt_factor_leaves *factors,
                        vt_limit_cells *limits);

typedef struct vt_bounds {
  double lower, upper;
} vt_bounds;

/// Bounds of a column, from the cells in value: deployment limits of all processes coupled to the
/// installation, or the operation limits of a year with one class.
vt_bounds vt_limits_of_column(const vt_pathway *m, int column, const double *value);

/// Bounds of a row, likewise.
vt_bounds vt_limits_of_row(const vt_pathway *m, int row, const double *value);

#endif
