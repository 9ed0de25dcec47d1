// couplings.h - processes that are installed in fixed proportion.
#ifndef VT_PATHWAY_COUPLINGS_H
#define VT_PATHWAY_COUPLINGS_H

#include "factors.h"

/// How the installation of a process follows from that of its root: s[p] = ratio * s[root].
typedef struct vt_coupled {
  int root;
  int ratio; ///< cell
} vt_coupled;

typedef struct vt_couplings {
  vt_coupled *coupled; ///< shape [processes]
  int *first;          ///< shape [processes + 1]: by root, into process
  int *process;        ///< shape [processes]
  bool *is_row;        ///< shape [entries of the coupling]: closes a circle, or a second leader's
} vt_couplings;

/// s[p1] = k * s[p2] makes p1 follow p2. A coupling that would close a circle, or give a process a
/// second leader, becomes rows.
///
/// @param uncoupled  all become rows
vt_error vt_couplings_find(vt_core *core, const vt_factor_leaves *factors, bool uncoupled,
                           vt_couplings *couplings);

#endif
