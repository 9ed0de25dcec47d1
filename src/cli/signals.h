// signals.h - being told to stop.
#ifndef VT_CLI_SIGNALS_H
#define VT_CLI_SIGNALS_H

#include <signal.h>

/// From now on a signal that asks to stop is noted: what is in flight is to be finished. A second
/// one ends the process at once, and so does the first before this call. What was ignored at start
/// (nohup) stays ignored.
/// @return what is set when one has come
const volatile sig_atomic_t *signals_listen(void);

#endif
