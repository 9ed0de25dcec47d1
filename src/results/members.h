// members.h - which scenarios the statistics cover, and to which groups they belong; private to the
// room.
#ifndef VT_RESULTS_MEMBERS_H
#define VT_RESULTS_MEMBERS_H

#include "rows.h"

/// Start it as {0}, end it with vt_members_close. At most 7 bytes a scenario.
typedef struct vt_members {
  int64_t scenarios;
  int64_t covered; ///< those with an optimum
  int64_t outcome[VT_H5_OUTCOMES];
  bool *optimal; ///< shape [scenarios]
  // Groups, if there are any.
  int64_t groups;
  uint16_t *group;        ///< shape [scenarios]; `groups`: a scenario in none
  int64_t *group_outcome; ///< shape [groups][VT_H5_OUTCOMES]
  int64_t *begin;         ///< shape [groups + 1]: where each begins among the covered, side by side
  uint32_t *position;     ///< shape [covered]: where each is put to stand with its group
} vt_members;

/// Read them. Not collective.
vt_error vt_members_read(vt_results *rows, const vt_summary *summary, vt_members *m);
void vt_members_close(vt_members *m);

/// Put the covered scenarios of each group side by side; in the order of scenarios within a group.
///
/// @param column  shape [covered], in the order of scenarios
void vt_members_sort(vt_members *m, double *column);

#endif
