// assembly.c - databases to the inputs of a pathway model, step by step.
#include "assembly.h"

#include <math.h>
#include <stdlib.h>

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

static vt_error assemble(vt_assembly *a, vt_background *background) {
  VT_TRY(vt_assembly_prepare(a));
  VT_TRY(vt_assembly_background(a, background));
  VT_TRY(vt_inputs_check_numbers(a->inputs));
  VT_TRY(hash_inputs(a->inputs));
  return keep_residuals(a);
}

vt_error vt_assembly_build(const vt_study *study, vt_background *background, vt_inputs **inputs,
                           vt_drawn_databases **drawn) {
  vt_assembly a = {.study = study, .plan = study->model.pathway.from};
  *inputs = NULL;
  vt_error made = assemble(&a, background);
  if (made == VT_OK) {
    *inputs = a.inputs;
    a.inputs = NULL;
    if (drawn) made = vt_drawn_databases_keep(&a, drawn);
  }
  if (made != VT_OK) {
    vt_inputs_free(*inputs);
    *inputs = NULL;
  }
  vt_assembly_drop(&a);
  return made;
}
