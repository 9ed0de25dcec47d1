// couplings.c - which processes follow which, and in what proportion.
#include "couplings.h"

static int find_root(const vt_couplings *couplings, int process) {
  while (couplings->coupled[process].root != process) process = couplings->coupled[process].root;
  return process;
}

// Point every process at its root and multiply the ratios along the way.
static vt_error flatten(vt_core *core, vt_couplings *couplings, int process) {
  const int leader = couplings->coupled[process].root;
  if (leader == process || couplings->coupled[leader].root == leader) return VT_OK;
  VT_TRY(flatten(core, couplings, leader));
  int ratio;
  VT_TRY(vt_graph_product(&core->graph, couplings->coupled[process].ratio,
                          couplings->coupled[leader].ratio, &ratio));
  couplings->coupled[process] = (vt_coupled){couplings->coupled[leader].root, ratio};
  return VT_OK;
}

static vt_error list_coupled(const vt_core *core, vt_couplings *couplings) {
  VT_ARENA_NEW(core->arena, couplings->first, core->processes + 2);
  VT_ARENA_NEW(core->arena, couplings->process, core->processes);
  for (int p = 0; p < core->processes; p++) couplings->first[couplings->coupled[p].root + 2]++;
  for (int p = 1; p <= core->processes + 1; p++) couplings->first[p] += couplings->first[p - 1];
  for (int p = 0; p < core->processes; p++)
    couplings->process[couplings->first[couplings->coupled[p].root + 1]++] = p;
  return VT_OK;
}

vt_error vt_couplings_find(vt_core *core, const vt_factor_leaves *factors, bool uncoupled,
                           vt_couplings *couplings) {
  const vt_tensor *t = &core->inputs->tensor[VT_TENSOR_COUPLING];
  vt_coupled *coupled;
  VT_ARENA_NEW(core->arena, couplings->is_row, t->count);
  VT_ARENA_NEW(core->arena, coupled, core->processes);
  couplings->coupled = coupled;
  for (int p = 0; p < core->processes; p++) coupled[p] = (vt_coupled){p, CELL_ONE};
  for (ptrdiff_t e = 0; e < t->count; e++) {
    const int p1 = t->index[2 * e], p2 = t->index[2 * e + 1];
    couplings->is_row[e] = uncoupled || coupled[p1].root != p1 || find_root(couplings, p2) == p1;
    if (!couplings->is_row[e]) coupled[p1] = (vt_coupled){p2, factors->cell[VT_TENSOR_COUPLING][e]};
  }
  for (int p = 0; p < core->processes; p++) VT_TRY(flatten(core, couplings, p));
  return list_coupled(core, couplings);
}
