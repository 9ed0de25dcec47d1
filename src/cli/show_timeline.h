// show_timeline.h - the impacts of timelines over time, for people.
#ifndef VT_CLI_SHOW_TIMELINE_H
#define VT_CLI_SHOW_TIMELINE_H

#include "report.h"

/// Print the impacts of a scenario's timelines, bins put together where they are many; nothing
/// where the file is none of timelines.
void show_timeline(FILE *out, const report *r);

#endif
