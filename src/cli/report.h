// report.h - what `vintner show` tells about a results file.
#ifndef VT_CLI_REPORT_H
#define VT_CLI_REPORT_H

#include "print.h"
#include "vintner/results.h"

enum { REPORT_OUTCOMES = VT_OUTCOME_COUNT + 1, REPORT_FIGURES = 6, REPORT_TOLD = 6 };

/// Statistics, in the order of report.figure.
extern const char *const report_figure_name[REPORT_FIGURES];

/// Attributes of the file that are told.
extern const char *const report_told[REPORT_TOLD];

/// A tensor over two axes, e.g. decisions by process and year; absent if value is NULL.
typedef struct report_table {
  double *value; ///< shape [rows, columns]
  int64_t rows, columns;
  double least; ///< what is smaller is rounding, and not shown
  const char *units;
} report_table;

/// What is told; absent parts are NULL or NaN.
typedef struct report {
  const char *path;
  vt_reader *reader;
  int64_t scenarios, scenario;      ///< scenario: -1 for statistics
  int64_t outcome[REPORT_OUTCOMES]; ///< not done last
  vt_outcome status;                ///< of `scenario`
  double objective;                 ///< of `scenario`
  const char *units;                ///< of the objective
  bool statistics;
  double figure[REPORT_FIGURES];
  double *quantile_at, *quantile;
  int64_t quantiles;
  double violation, gap, unique; ///< worst, worst, share
  double *factor;
  int64_t factors;
  const char *choices;        ///< alternatives of `choose` factors, see report_choice
  report_table impact;        ///< shape [categories, 1]
  double *spread;             ///< standard deviation of the impacts, shape [categories]
  report_table installation;  ///< shape [processes, years]
  report_table choice;        ///< levels of alternatives: shape [alternatives, steps]
  report_table score;         ///< plain LCA: shape [demands, categories]
  double residual;            ///< plain LCA: the largest
  int64_t background[3];      ///< snapshots, intermediate and elementary flows; 0: none computed
  double background_residual; ///< the largest
} report;

/// The labels of an axis, NULL unless there are `count` of them: other programs may have changed
/// the file.
const char *const *report_labels(const report *r, const char *name, int64_t count);

bool report_is_shown(const report_table *t, double value);

/// Name of the alternative that a factor's value stands for, cut to `bytes`; false if it is a
/// number.
///
/// @param choices  attribute `choices` of factor_value, or NULL
bool report_choice(const char *choices, const char *factor, double value, char *name, size_t bytes);

void report_print_json(FILE *out, const report *r);

#endif
