// regret.h - the group /regret of a results file; private to the room.
#ifndef VT_RESULTS_REGRET_H
#define VT_RESULTS_REGRET_H

#include "maker.h"

/// Create the group; nothing where the layout has none. One rank.
vt_error vt_regret_make(vt_maker *m);

#endif
