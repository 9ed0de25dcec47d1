// timeline.h - timelines as a kind of model: when the flows of a supply chain happen, and what they
// do over time.
#ifndef VT_TIMELINE_H
#define VT_TIMELINE_H

#include "vintner/kind.h"

extern const vt_kind vt_timeline_kind;

#endif
