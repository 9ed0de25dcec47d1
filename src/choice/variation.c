// variation.c - what varies by its own distribution in a choice model: all processes are there to
// be chosen.
#include "kind.h"
#include "model.h"

#include <stdlib.h>

// Flows that some method lists; a factor may give those of 0 a value.
static vt_error mark_flows(const vt_choice_data *k, bool *counts) {
  double *factor;
  bool *listed;
  VT_ARENA_NEW(k->arena, factor, k->flows);
  VT_ARENA_NEW(k->arena, listed, k->flows);
  for (int c = 0; c < k->categories; c++) {
    VT_TRY(vt_method_node_factors(k->set, k->flows, k->system->flow, k->method[c], VT_NO_COLUMN,
                                  factor, listed));
    for (int e = 0; e < k->flows; e++) counts[e] = counts[e] || listed[e];
  }
  return VT_OK;
}

static void mark_limited(const vt_choice_data *k, vt_choice_tensor tensor, bool *counts) {
  const vt_choice_list *l = &k->list[tensor];
  for (int i = 0; i < l->count; i++) counts[l->entry[i].key[0]] = true;
}

vt_error vt_choice_vary(vt_choice_data *k, bool all_flows) {
  const vt_uncertainty_plan *asked = &k->study->uncertainty;
  vt_variation_snapshot *snapshot;
  bool *counts;
  if (!asked->wanted || k->variation) return VT_OK;
  VT_ARENA_NEW(k->arena, counts, k->flows);
  VT_ARENA_NEW(k->arena, snapshot, 1);
  VT_TRY(mark_flows(k, counts));
  mark_limited(k, VT_CHOICE_UPPER_ELEM, counts);
  mark_limited(k, VT_CHOICE_LOWER_ELEM, counts);
  *snapshot = (vt_variation_snapshot){
      .system = k->system, .products = -1, .flow = all_flows ? NULL : counts};
  vt_variation_plan plan = {.set = k->set,
                            .snapshots = 1,
                            .snapshot = snapshot,
                            .methods = k->categories,
                            .method = k->method,
                            .array_column = VT_NO_COLUMN};
  VT_TRY(vt_variation_choose(k->study, k->set, k->arena, &plan.choice));
  return vt_error_at_line(k->study->path, asked->line, vt_variation_create(&plan, &k->variation));
}

vt_error vt_choice_tell_exchanges(const vt_study *study, void *data, int64_t scenario,
                                  const char *from, const char *to, vt_told_exchanges *told) {
  vt_choice_data *k = data;
  const vt_system *system = k->system;
  VT_CHECK(study->uncertainty.wanted, VT_ERR_INPUT,
           "%s: found a study without background_uncertainty, whose exchanges do not vary by "
           "themselves",
           study->path);
  VT_TRY(vt_choice_vary(k, vt_choice_keeps(study, "inventory")));
  const vt_told_systems systems = {.set = k->set,
                                   .arena = k->arena,
                                   .systems = 1,
                                   .system = &system,
                                   .variation = k->variation,
                                   .seed = study->design.seed};
  return vt_tell_exchanges(&systems, scenario, from, to, told);
}
