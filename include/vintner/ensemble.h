// ensemble.h - many scenarios of one model: sharing out, running; plans under all of them.
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
  const char *what;    ///< that is solved, for people; NULL: scenarios
  int64_t before, all; ///< of these: done before this work, and in all; 0: the work is all
} vt_run_options;

/// Collective. Solve scenarios of a prepared model, shared out over ranks and threads; rows go to
/// the sink in blocks. Once any rank was told to stop (vt_stop_ask), no scenario is begun on any.
///
/// @param left  scenarios that were not solved then, on all ranks
vt_error vt_ensemble_run(const vt_team *team, const vt_kind *kind, void *model,
                         const vt_run_options *options, const vt_sink *sink, int64_t *left);

/// Some of the plans whose regret is told. Pairs are numbered as in layout.h.
typedef struct vt_plans {
  const vt_regret *regret;
  int64_t scenarios;       ///< under which plans are solved
  int64_t first, count;    ///< plans first..first + count - 1
  const int64_t *plan;     ///< whose they are; shape [count]
  ptrdiff_t cells;         ///< of vt_regret.decision
  const double *value;     ///< what they decided; shape [count, cells]
  const double *objective; ///< optimum of each scenario, NaN without; shape [scenarios]
} vt_plans;

/// Collective. Solve scenarios with a plan that is given, as vt_ensemble_run does: work are numbers
/// of pairs of these plans, a list is always given. Rows have the variables of vt_regret; they
/// depend on study, plan and scenario alone. The kind has `fix`.
vt_error vt_ensemble_run_plans(const vt_team *team, const vt_kind *kind, void *model,
                               const vt_plans *plans, const vt_run_options *options,
                               const vt_sink *sink, int64_t *left);

#endif
