// table.h - a CSV table of numbers with a header of names.
#ifndef VT_ENSEMBLE_TABLE_H
#define VT_ENSEMBLE_TABLE_H

#include "vintner/study.h"

/// Read the design table of a study: one column per factor, in any order, one scenario per row.
/// value: shape [rows, factors] in the study's order; the caller frees it.
vt_error table_read(const vt_study *study, double **value, int64_t *rows);

#endif
