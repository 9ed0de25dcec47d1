// ensemble.h - many scenarios of one model: sharing out, running.
#ifndef VT_ENSEMBLE_H
#define VT_ENSEMBLE_H

#include "vintner/kind.h"

/// Where finished rows go; called by the main thread of a rank.
typedef struct vt_sink {
  void *context;
  vt_error (*write)(void *context, const vt_block *block);
} vt_sink;

typedef struct vt_run_options {
  int threads;
  const int64_t *work; ///< ids to solve, ascending; NULL: all
  int64_t work_count;  ///< length of work; ignored if NULL
  double solve_s;      ///< what one scenario takes, roughly (rank 0's word counts)
} vt_run_options;

/// Collective. Solve scenarios of a prepared model, shared out over ranks and threads; rows go to
/// the sink in blocks. Once any rank was told to stop (vt_stop_ask), no scenario is begun on any.
///
/// @param left  scenarios that were not solved then, on all ranks
vt_error vt_ensemble_run(const vt_team *team, const vt_kind *kind, void *model,
                         const vt_run_options *options, const vt_sink *sink, int64_t *left);

#endif
