#include "vintner/base.h"

const char *vt_outcome_name(vt_outcome outcome) {
  switch (outcome) {
    case VT_NOT_DONE: return "not_done";
    case VT_OPTIMAL: return "optimal";
    case VT_INFEASIBLE: return "infeasible";
    case VT_UNBOUNDED: return "unbounded";
    case VT_INACCURATE: return "inaccurate";
    case VT_ITERATION_LIMIT: return "iteration_limit";
    case VT_TIMEOUT: return "timeout";
    case VT_FAILED: return "failed";
    case VT_POISONED: return "poisoned";
    case VT_OUTCOME_COUNT: break;
  }
  return "unknown";
}
