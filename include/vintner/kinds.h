// kinds.h - which kinds of model there are.
#ifndef VT_KINDS_H
#define VT_KINDS_H

#include "vintner/kind.h"

/// The kind of a study's model.
const vt_kind *vt_kind_of(const vt_study *study);

#endif
