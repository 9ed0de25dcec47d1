// names.c - processes in the words of the sources.
#include "timeline.h"

const char *vt_timeline_activity(const vt_timeline_data *k, int process) {
  return vt_node_text(k->set, k->system->process[process]);
}
