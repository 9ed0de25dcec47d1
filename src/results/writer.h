// writer.h - how the right to write a results file comes to a new one; private to the room.
#ifndef VT_RESULTS_WRITER_H
#define VT_RESULTS_WRITER_H

#include "vintner/results.h"

/// The right to write what is open as `file` and will be called `path`. The writer closes `file`.
vt_error vt_writer_of_new(const char *path, int file, vt_writer **writer);
/// The right to replace what is called `path` now, if anything is; *old may be that already.
vt_error vt_writer_replace(const char *path, double wait_s, vt_writer **old);
/// The new file has its name; `old` is released.
void vt_writer_succeed(vt_writer *w, vt_writer *old);

#endif
