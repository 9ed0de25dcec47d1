// prepare.c - what an assembly reads and finds before anything is solved.
#include "assembly.h"

#include <stdlib.h>
#include <string.h>

void vt_assembly_drop(vt_assembly *a) {
  vt_candidates *c = &a->candidates;
  for (int b = 0; b < a->snapshots; b++) vt_system_free(a->snapshot[b].system);
  vt_labels_free(c->code);
  free(c->node);
  free(c->candidate);
  free(c->first_node);
  vt_differences_free(&a->differing.tables);
  free(a->flow_node);
  free(a->elementary_node);
  vt_inputs_free(a->inputs);
  vt_database_set_free(a->set);
  vt_arena_free(a->arena);
}

static vt_error allocate(const vt_study *study, vt_database_set *set) {
  for (int i = 0; i < study->model.allocations; i++) {
    const vt_allocation_plan *plan = &study->model.allocation[i];
    int database = -1;
    vt_error done = vt_database_find(set, plan->database, &database);
    if (done == VT_OK) done = vt_database_allocate(set, database, plan->property);
    VT_TRY(vt_error_at_line(study->path, plan->line, done));
  }
  return VT_OK;
}

vt_error vt_assembly_read(const vt_study *study, vt_database_set **set) {
  VT_TRY(vt_database_set_read(study->model.databases, study->model.database, set));
  const vt_error allocated = allocate(study, *set);
  if (allocated == VT_OK) return VT_OK;
  vt_database_set_free(*set);
  *set = NULL;
  return allocated;
}

vt_error vt_assembly_prepare(vt_assembly *a) {
  VT_TRY(vt_arena_create(&a->arena));
  VT_TRY(vt_assembly_read(a->study, &a->set));
  VT_TRY(vt_assembly_foreground(a));
  VT_TRY(vt_assembly_systems(a));
  vt_assembly_note(a);
  VT_TRY(vt_assembly_characterise(a));
  return vt_assembly_select_flows(a);
}

static bool touches(const vt_factor *factor, int factors, const char *tensor) {
  for (int i = 0; i < factors; i++)
    if (strstr(factor[i].target.tensor, tensor)) return true;
  return false;
}

bool vt_drawn_inventories(const vt_study *study) {
  static const char *const tensors[] = {"background_inventory", "characterization", "flow_limits"};
  const vt_pathway_plan *model = &study->model.pathway;
  for (int i = 0; i < model->from->categories; i++)
    if (model->from->category[i].metric != VT_METRIC_STATIC) return true;
  for (size_t i = 0; i < sizeof tensors / sizeof *tensors; i++) {
    if (touches(study->factor, study->factors, tensors[i])) return true;
    if (touches(model->override, model->overrides, tensors[i])) return true;
  }
  for (int i = 0; i < study->keeps; i++)
    if (strcmp(study->keep[i], "inventory") == 0) return true;
  return model->from->cutoff > 0.0;
}
