// show_regret.h - what `vintner show` tells of the group /regret; nothing where a file has none.
#ifndef VT_CLI_SHOW_REGRET_H
#define VT_CLI_SHOW_REGRET_H

#include "report.h"

/// Pairs of plans and scenarios: in all, and how many are not done. 0 where there are none.
void show_count_pairs(const report *r, int64_t *pairs, int64_t *left);

/// The plan that stands up best, and a table of the first in rank.
void show_regret(FILE *out, const report *r);

/// The member `regret`: the best plans, and a map for each plan.
void json_regret(json_out *j, const report *r);

#endif
