// report.c - what the two forms of a report share.
#include "report.h"

#include <math.h>

const char *const report_figure_name[REPORT_FIGURES] = {"mean",           "variance", "skewness",
                                                        "standard_error", "min",      "max"};

const char *const report_told[REPORT_TOLD] = {"title", "vintner_version", "git_commit", "created",
                                              "seed",  "inputs"};

const char *const *report_labels(const report *r, const char *name, int64_t count) {
  int axes;
  int64_t size[VT_MAX_DIMENSIONS + 1];
  const char *axis[VT_MAX_DIMENSIONS + 1];
  const bool fits = vt_reader_has(r->reader, name) &&
                    vt_reader_shape(r->reader, name, &axes, size, axis) == VT_OK && axes == 1 &&
                    size[0] == count;
  return fits ? vt_reader_labels(r->reader, name) : NULL;
}

bool report_is_shown(const report_table *t, double value) {
  return fabs(value) > 0 && fabs(value) >= t->least;
}
