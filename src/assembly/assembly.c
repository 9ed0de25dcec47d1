// assembly.c - databases to the inputs of a pathway model, step by step.
#include "assembly.h"

#include <math.h>
#include <stdlib.h>

static void free_assembly(vt_assembly *a) {
  vt_candidates *c = &a->candidates;
  for (int b = 0; b < a->snapshots; b++) vt_system_free(a->snapshot[b].system);
  vt_labels_free(c->code);
  free(c->node);
  free(c->candidate);
  free(c->first_node);
  free(a->flow_node);
  free(a->elementary_node);
  vt_inputs_free(a->inputs);
  vt_database_set_free(a->set);
  vt_arena_free(a->arena);
}

static vt_error keep_residuals(const vt_assembly *a) {
  const ptrdiff_t flows = vt_labels_count(a->inputs->intermediate_flow);
  VT_ARENA_NEW(a->inputs->arena, a->inputs->background_residual, a->snapshots * flows);
  for (ptrdiff_t i = 0; i < a->snapshots * flows; i++)
    a->inputs->background_residual[i] = (double)NAN;
  for (int b = 0; b < a->snapshots; b++) {
    const vt_snapshot_work *s = &a->snapshot[b];
    for (int d = 0; d < s->demands; d++)
      a->inputs->background_residual[b * flows + s->flow[d]] = s->residual[d];
  }
  return VT_OK;
}

// There is no file whose sum could tell whether the inputs are the same. Where it lay is no part
// of it.
static vt_error hash_inputs(vt_inputs *inputs) {
  vt_text bytes = {0};
  const char *path = inputs->path;
  inputs->path = "";
  const vt_error packed = vt_inputs_pack(inputs, &bytes);
  inputs->path = path;
  if (packed == VT_OK) vt_sha256(bytes.bytes, bytes.length, inputs->sha256);
  vt_text_free(&bytes);
  return packed;
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

static vt_error assemble(vt_assembly *a, vt_background *background) {
  VT_TRY(vt_arena_create(&a->arena));
  VT_TRY(vt_assembly_read(a->study, &a->set));
  VT_TRY(vt_assembly_foreground(a));
  VT_TRY(vt_assembly_systems(a));
  VT_TRY(vt_assembly_characterise(a));
  VT_TRY(vt_assembly_select_flows(a));
  VT_TRY(vt_assembly_background(a, background));
  VT_TRY(vt_inputs_check_numbers(a->inputs));
  VT_TRY(hash_inputs(a->inputs));
  return keep_residuals(a);
}

vt_error vt_assembly_build(const vt_study *study, vt_background *background, vt_inputs **inputs) {
  vt_assembly a = {.study = study, .plan = study->model.pathway.from};
  *inputs = NULL;
  const vt_error made = assemble(&a, background);
  if (made == VT_OK) {
    *inputs = a.inputs;
    a.inputs = NULL;
  }
  free_assembly(&a);
  return made;
}
