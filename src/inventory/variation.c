// variation.c - which exchanges and factors of plain LCA vary by their own distributions, and which
// a table gives for each scenario.
#include "inventory.h"

bool vt_inventory_varies(const vt_study *study) {
  return vt_study_varies(study) || vt_inventory_column_factor(study) >= 0 ||
         vt_parameters_are_meant(study);
}

ptrdiff_t vt_inventory_made_with(const vt_study *study) {
  const int64_t column = study->model.inventory.array_column;
  if (column >= 0) return (ptrdiff_t)column;
  return vt_inventory_column_factor(study) >= 0 ? 0 : VT_NO_COLUMN;
}

// Flows that some method lists; a factor may give those of 0 a value.
static vt_error mark_flows(const vt_inventory_data *k, ptrdiff_t column, bool *counts) {
  const int flows = k->count.flows;
  double *factor;
  bool *listed;
  VT_ARENA_NEW(k->arena, factor, flows);
  VT_ARENA_NEW(k->arena, listed, flows);
  for (int c = 0; c < k->count.categories; c++) {
    if (k->method[c] < 0) continue;
    VT_TRY(vt_method_node_factors(k->set, flows, k->system->flow, k->method[c], column, factor,
                                  listed));
    for (int e = 0; e < flows; e++) counts[e] = counts[e] || listed[e];
  }
  return VT_OK;
}

static vt_error find_differences(vt_inventory_data *k) {
  vt_wanted_exchange *wanted;
  int *found;
  if (k->study->design.kind != VT_DESIGN_EXCHANGES) return VT_OK;
  VT_TRY(vt_differences_read(&k->study->design, k->arena, &k->differences));
  VT_ARENA_NEW(k->arena, wanted, k->differences.count);
  VT_ARENA_NEW(k->arena, found, k->differences.count);
  VT_TRY(vt_differences_find(&k->differences, k->set, wanted));
  VT_TRY(vt_moves_find(&k->differences, k->variation, 1, wanted, found, &k->moves));
  for (int i = 0; i < k->differences.count; i++)
    VT_TRY(vt_difference_check(&k->differences, k->set, i, &wanted[i], found[i]));
  return VT_OK;
}

vt_error vt_inventory_vary(vt_inventory_data *k) {
  const vt_uncertainty_plan *asked = &k->study->uncertainty;
  const vt_inventory_plan *model = &k->study->model.inventory;
  const ptrdiff_t column = vt_inventory_made_with(k->study);
  bool *counts;
  VT_ARENA_NEW(k->arena, counts, k->count.flows);
  VT_TRY(mark_flows(k, column, counts));
  vt_variation_snapshot *snapshot;
  VT_ARENA_NEW(k->arena, snapshot, 1);
  *snapshot = (vt_variation_snapshot){.system = k->system,
                                      .products = k->count.demands,
                                      .product = k->product,
                                      .flow = model->keep_inventory ? NULL : counts};
  vt_variation_plan plan = {.set = k->set,
                            .snapshots = 1,
                            .snapshot = snapshot,
                            .methods =
                                asked->methods && k->method[0] >= 0 ? k->count.categories : 0,
                            .method = k->method,
                            .array_column = column};
  VT_TRY(vt_variation_choose(k->study, k->set, k->arena, &plan.choice));
  VT_TRY(vt_error_at_line(k->study->path, asked->line, vt_variation_create(&plan, &k->variation)));
  VT_TRY(vt_inventory_place_followers(k));
  return find_differences(k);
}

vt_error vt_inventory_tell_exchanges(const vt_study *study, void *data, int64_t scenario,
                                     const char *from, const char *to, vt_told_exchanges *told) {
  vt_inventory_data *k = data;
  const vt_system *system = k->system;
  if (!k->variation) VT_TRY(vt_inventory_vary(k));
  const vt_told_systems systems = {.set = k->set,
                                   .arena = k->arena,
                                   .systems = 1,
                                   .system = &system,
                                   .variation = k->variation,
                                   .seed = study->design.seed};
  return vt_tell_exchanges(&systems, scenario, from, to, told);
}
