// staging.h - what the files of this room share.
#ifndef VT_AIMS_STAGING_H
#define VT_AIMS_STAGING_H

#include "vintner/aims.h"

struct vt_staging {
  const vt_aims *aims;
  vt_aimed model;
  bool ranges;
  struct {
    vt_outcome outcome; ///< not optimal: an end has no optimum, so no point has one
    double end[2]; ///< impact in the second category: the best plan by the first, by the second
  } front;
  vt_front columns;            ///< of a front, for the results
  const char **label;          ///< of the object of each alternative; shape [alternatives]
  int limit, dominated, sense; ///< variables, -1: there is none
};

/// Limit of a point of a Pareto front on the second category, NaN at its ends.
double vt_staging_limit(const vt_staging *staging, int64_t scenario);

#endif
