// look.h - results files that may be damaged.
#ifndef VT_CLI_LOOK_H
#define VT_CLI_LOOK_H

#include "vintner/base.h"

/// How this program calls itself to look into a file; not for users.
#define LOOK_OPTION "--look-into"
bool look_is_asked(int argc, char **argv);
void look_into(const char *path);

/// Before a results file is opened that somebody hands over: VT_ERR_INPUT where HDF5 would crash or
/// search for ever.
vt_error look_check(const char *path);

#endif
