// choice.h - technology choice: which of the processes that can stand in for each other supply a
// demand, over a whole system, as a kind of model.
#ifndef VT_CHOICE_H
#define VT_CHOICE_H

#include "vintner/kind.h"

extern const vt_kind vt_choice_kind;

#endif
