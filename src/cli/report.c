// report.c - what the two forms of a report share.
#include "report.h"

#include <math.h>

const char *const report_figure_name[REPORT_FIGURES] = {"mean",           "variance", "skewness",
                                                        "standard_error", "min",      "max"};

const char *const report_told[REPORT_TOLD] = {"title", "vintner_version", "git_commit", "created",
                                              "seed",  "inputs"};

bool report_is_shown(const report_table *t, double value) {
  return fabs(value) > 0 && fabs(value) >= t->least;
}
