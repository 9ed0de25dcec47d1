// explanation.h - why a scenario has no optimum, told to people or as JSON.
#ifndef VT_CLI_EXPLANATION_H
#define VT_CLI_EXPLANATION_H

#include "vintner/ensemble.h"

#include <stdio.h>

/// What `vintner diagnose` found out.
typedef struct finding {
  const char *path;
  int64_t scenario;                  ///< -1: the reference; -2: none to explain
  vt_outcome stored;                 ///< what the file says of it
  const vt_explanation *explanation; ///< NULL where there is an optimum
} finding;

enum { NO_SCENARIO = -2 };

void explanation_print(FILE *out, const finding *f);
void explanation_print_json(FILE *out, const finding *f);

#endif
