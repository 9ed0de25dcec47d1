// table.h - a CSV table of numbers with a header of names.
#ifndef VT_DESIGN_TABLE_H
#define VT_DESIGN_TABLE_H

#include "vintner/design.h"

/// Read the design table of a plan: one column per factor, in any order, one scenario per row.
/// value: shape [rows, factors] in the plan's order; the caller frees it.
vt_error vt_design_table_read(const vt_design_plan *plan, double **value, int64_t *rows);

#endif
