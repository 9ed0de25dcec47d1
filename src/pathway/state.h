// state.h - what one thread holds: the numbers of its scenario and room to recompute a plan.
#ifndef VT_PATHWAY_STATE_H
#define VT_PATHWAY_STATE_H

#include "model.h"

struct vt_pathway_state {
  const vt_pathway *model;
  double *value; ///< shape [cells]
  double *entry, *cost, *row_lower, *row_upper, *column_lower, *column_upper;
  // Room of vt_pathway_evaluate: a sum and the largest term in it, for every row of §4.
  double *balance, *balance_size;       ///< shape [products, times]
  double *impact_size;                  ///< shape [categories, times]
  double *flow, *flow_size;             ///< shape [flows, times]
  double *total_flow, *total_flow_size; ///< shape [flows]
  bool limited_flows;                   ///< some flow has a limit
};

#endif
