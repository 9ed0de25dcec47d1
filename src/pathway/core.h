// core.h - what all parts of a model stand on: study, inputs, memory, sizes, and the graph of its
// numbers.
#ifndef VT_PATHWAY_CORE_H
#define VT_PATHWAY_CORE_H

#include "graph.h"
#include "vintner/inputs.h"
#include "vintner/study.h"

typedef struct vt_core {
  const vt_study *study;
  vt_inputs *inputs;
  vt_arena *arena;
  vt_graph graph;
  int processes, products, intermediates, elementaries, categories, times;
} vt_core;

/// What has a number in each scenario: factors, then the overrides from the first with a formula
/// on.
static inline const vt_factor *change_of(const vt_core *core, int change) {
  const vt_study *study = core->study;
  const vt_pathway_plan *plan = &study->model.pathway;
  return change < study->factors ? &study->factor[change]
                                 : &plan->override[plan->fixed_overrides + change - study->factors];
}

/// Index of (p, t) in arrays of shape [processes, times]; likewise of products and others.
static inline ptrdiff_t at_time(const vt_core *core, int process, int time) {
  return (ptrdiff_t)process * core->times + time;
}
static inline ptrdiff_t at_impact(const vt_core *core, int category, int flow, int time) {
  return ((ptrdiff_t)category * core->intermediates + flow) * core->times + time;
}
static inline ptrdiff_t at_direct(const vt_core *core, int category, int flow, int time) {
  return ((ptrdiff_t)category * core->elementaries + flow) * core->times + time;
}

/// How people call a process: its name, or its code where it has none.
static inline const char *process_text(const vt_core *core, int process) {
  const char *name = core->inputs->process_name[process];
  return name ? name : vt_inputs_label(core->inputs, VT_AXIS_PROCESS, process);
}

#endif
