// limits.c - the cells of limits, defaults included, and the bounds that follow from them.
#include "limits.h"

#include "classes.h"
#include "couplings.h"
#include "model.h"
#include "program.h"

#include <math.h>

// Cells of a limit over its first axis and, if it has one, the years; missing entries have the cell
// of the default.
static vt_error fill_cells(const vt_core *core, const vt_factor_leaves *factors, vt_tensor_id id,
                           int size, int missing, int **cells) {
  const bool yearly = vt_tensor_kinds[id].axes == 2;
  const int years = yearly ? core->times : 1;
  VT_ARENA_NEW(core->arena, *cells, (ptrdiff_t)size * years);
  for (int i = 0; i < size; i++) {
    for (int t = 0; t < years; t++) {
      (*cells)[(ptrdiff_t)i * years + t] =
          vt_factors_cell(core, factors, id, (const int32_t[]){i, t}, missing);
    }
  }
  return VT_OK;
}

vt_error vt_limits_find(const vt_core *core, const vt_factor_leaves *factors,
                        vt_limit_cells *limits) {
  const struct {
    vt_tensor_id id, fallback;
    int **cells;
  } of[] = {
      {VT_TENSOR_DEPLOYMENT_MIN, VT_TENSOR_DEPLOYMENT_MIN_DEFAULT, &limits->deployment_min},
      {VT_TENSOR_DEPLOYMENT_MAX, VT_TENSOR_DEPLOYMENT_MAX_DEFAULT, &limits->deployment_max},
      {VT_TENSOR_OPERATION_MIN, VT_TENSOR_OPERATION_MIN_DEFAULT, &limits->operation_min},
      {VT_TENSOR_OPERATION_MAX, VT_TENSOR_OPERATION_MAX_DEFAULT, &limits->operation_max},
      {VT_TENSOR_TOTAL_DEPLOYMENT_MIN, VT_TENSOR_TOTAL_DEPLOYMENT_MIN_DEFAULT,
       &limits->total_deployment_min},
      {VT_TENSOR_TOTAL_DEPLOYMENT_MAX, VT_TENSOR_TOTAL_DEPLOYMENT_MAX_DEFAULT,
       &limits->total_deployment_max},
  };
  for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
    VT_TRY(fill_cells(core, factors, of[i].id, core->processes, factors->cell[of[i].fallback][0],
                      of[i].cells));
  }
  VT_TRY(fill_cells(core, factors, VT_TENSOR_DEMAND, core->products, CELL_ZERO, &limits->demand));
  VT_TRY(fill_cells(core, factors, VT_TENSOR_IMPACT_LIMITS, core->categories, CELL_INFINITY,
                    &limits->impact_limit));
  return fill_cells(core, factors, VT_TENSOR_TOTAL_IMPACT_LIMITS, core->categories, CELL_INFINITY,
                    &limits->total_impact_limit);
}

// A limit that no finite number meets crosses plainly, so that it means infeasible everywhere.
static vt_bounds checked(double lower, double upper) {
  if (lower == INFINITY || upper == -INFINITY) return (vt_bounds){1.0, 0.0};
  return (vt_bounds){lower, upper};
}

static vt_bounds installation_bounds(const vt_pathway *m, int root, int time, const double *value) {
  double lower = 0.0, upper = INFINITY;
  for (int i = m->couplings->first[root]; i < m->couplings->first[root + 1]; i++) {
    const int p = m->couplings->process[i];
    const double ratio = value[m->couplings->coupled[p].ratio];
    const double least = fmax(0.0, value[m->limits->deployment_min[at_time(&m->core, p, time)]]);
    const double most = value[m->limits->deployment_max[at_time(&m->core, p, time)]];
    if (ratio > 0.0) {
      lower = fmax(lower, least / ratio);
      upper = fmin(upper, most / ratio);
    } else {
      // Nothing but 0 is installed of a process coupled by 0 or less.
      if (least > 0.0 || most < 0.0) return (vt_bounds){1.0, 0.0};
      if (ratio < 0.0) upper = fmin(upper, 0.0);
    }
  }
  return checked(lower, upper);
}

vt_bounds vt_limits_of_column(const vt_pathway *m, int column, const double *value) {
  const int process = m->program->column_process[column], time = m->program->column_time[column];
  if (m->program->column_class[column] < 0) return installation_bounds(m, process, time, value);
  const ptrdiff_t at = at_time(&m->core, process, time);
  if (m->classes->first[at + 1] - m->classes->first[at] > 1) return (vt_bounds){0.0, INFINITY};
  return checked(fmax(0.0, value[m->limits->operation_min[at]]),
                 value[m->limits->operation_max[at]]);
}

vt_bounds vt_limits_of_row(const vt_pathway *m, int row, const double *value) {
  const vt_row_info *r = &m->program->row[row];
  if (r->free_if_zero >= 0 && value[r->free_if_zero] == 0.0)
    return (vt_bounds){-INFINITY, INFINITY};
  return checked(value[r->lower], value[r->upper]);
}
