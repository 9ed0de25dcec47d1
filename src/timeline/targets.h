// targets.h - what factors change in the scenarios of timelines.
#ifndef VT_TIMELINE_TARGETS_H
#define VT_TIMELINE_TARGETS_H

#include "timeline.h"
#include "vintner/variation.h"

/// What factors may reach.
typedef enum vt_timeline_target {
  VT_TIMELINE_AMOUNT,           ///< [activity, input]
  VT_TIMELINE_OFFSET,           ///< [activity, input], years
  VT_TIMELINE_AMOUNT_OF_DEMAND, ///< [demand]
  VT_TIMELINE_START,            ///< years
  VT_TIMELINE_FACTOR,           ///< [category, elementary_flow]
  VT_TIMELINE_BACKGROUND,
  VT_TIMELINE_TARGETS
} vt_timeline_target;

/// A number that factors change.
typedef struct vt_timeline_cell {
  vt_timeline_target target;
  bool biosphere;  ///< of exchanges
  ptrdiff_t place; ///< exchange; demand; category * flows + flow
} vt_timeline_cell;

/// A factor on a cell.
typedef struct vt_timeline_touch {
  ptrdiff_t cell;
  int factor;
  uint64_t stream; ///< of the cell's own draw
} vt_timeline_touch;

typedef struct vt_timeline_targets {
  ptrdiff_t cells, touches;
  vt_timeline_cell *cell;
  vt_timeline_touch *touch; ///< by factor
  const int *background;    ///< of the places that a `choose` factor gives; NULL: there is none
} vt_timeline_targets;

vt_error vt_timeline_find_targets(vt_timeline_data *data, vt_timeline_targets *targets);

/// Years as months or seconds, as the study counts them; half goes to even.
void vt_timeline_move(const vt_timeline_plan *plan, double years, int64_t *month, int64_t *second);

/// By how much factors on `start` and `offset` may move dates.
vt_error vt_timeline_shift(const vt_timeline_data *data, const vt_timeline_targets *targets,
                           const vt_design *design, vt_shift *shift);

// ---------------------------------------------------------------------------------------------
// scenario.c

/// What the scenarios of a study are made of.
typedef struct vt_timeline_ensemble {
  vt_timeline_data *data;
  vt_timeline_targets targets;
  vt_design *design;
  vt_variation *variation; ///< NULL: nothing varies by itself
  /// Of exchanges that vary by themselves: where their draws are. shape [exchanges] each, or NULL
  vt_exchange_place *place[2];
} vt_timeline_ensemble;

/// What varies by itself as the study asks, of the demands and what can be taken from snapshots;
/// the caller frees it.
vt_error vt_timeline_vary(vt_timeline_data *data, vt_variation **variation);

vt_error vt_timeline_ensemble_create(vt_timeline_data *data, vt_timeline_ensemble **ensemble);
void vt_timeline_ensemble_free(vt_timeline_ensemble *ensemble); ///< accepts NULL

/// Numbers of scenarios, one after another.
typedef struct vt_timeline_worker {
  const vt_timeline_ensemble *ensemble;
  vt_timeline_numbers numbers;
  double *value;  ///< what the design gives
  double *number; ///< of cells
  vt_sample *sample;
} vt_timeline_worker;

vt_error vt_timeline_worker_create(const vt_timeline_ensemble *ensemble,
                                   vt_timeline_worker **worker);
void vt_timeline_worker_free(vt_timeline_worker *worker); ///< accepts NULL
/// Set numbers to those of scenario k. @return the input whose formula fails, or -1
int vt_timeline_worker_set(vt_timeline_worker *worker, int64_t k);

/// What factor_value says of a factor that is not applied.
double vt_timeline_neutral(const void *ensemble, int factor);

#endif
