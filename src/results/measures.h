// measures.h - the datasets of /sensitivity; private to the room.
#ifndef VT_RESULTS_MEASURES_H
#define VT_RESULTS_MEASURES_H

#include "rows.h"
#include "vintner/study.h"

enum { VT_MOST_MEASURES = 6 };

/// When a measure is told.
typedef enum vt_measure_if {
  VT_MEASURE_ALWAYS,
  VT_MEASURE_SECOND_ORDER,
  VT_MEASURE_DERIVATIVE, ///< of the objective alone, else NaN
} vt_measure_if;

/// A number for each output, or for each output and input.
typedef struct vt_measure {
  const char *name; ///< NULL ends a list
  const char *long_name;
  int axes;      ///< output, then factor, then factor2
  bool interval; ///< has NAME_low and NAME_high
  vt_measure_if told;
} vt_measure;

/// What each method measures.
extern const vt_measure vt_measures[VT_SENSITIVITIES][VT_MOST_MEASURES + 1];

/// Whether a file has a measure, which may have to be asked for.
bool vt_measure_is_there(const vt_sensitivity *sensitivity, const vt_measure *measure);

/// Open sensitivity/NAME[SUFFIX] of a results file.
vt_error vt_measure_open(const vt_results *target, vt_h5_pool *pool, const char *name,
                         const char *suffix, vt_slot *slot);

#endif
