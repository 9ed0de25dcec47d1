// show_sensitivity.h - what `vintner show` tells of the group /sensitivity; nothing where a file
// has none.
#ifndef VT_CLI_SHOW_SENSITIVITY_H
#define VT_CLI_SHOW_SENSITIVITY_H

#include "report.h"

/// For the first outputs the inputs in order of their weight, as bars.
void show_sensitivity(FILE *out, const report *r);

/// The member `sensitivity`: a map for each output and input with all its measures.
void json_sensitivity(json_out *j, const report *r);

#endif
