// export_inputs.c - vintner export STUDY --inputs FILE: what a study's model is solved with, as
// optimex inputs.
#include "job.h"

#include <inttypes.h>

static void print_sizes(const vt_inputs *inputs, const char *path, FILE *out) {
  int64_t entries = 0;
  for (int id = 0; id < VT_TENSOR_COUNT; id++)
    if (vt_tensor_kinds[id].axes > 0) entries += inputs->tensor[id].count;
  (void)fprintf(out, "%s  %d processes, %d products, years %d to %d, %" PRId64 " numbers\n", path,
                vt_labels_count(inputs->process), vt_labels_count(inputs->product),
                inputs->system_time[0], inputs->system_time[inputs->system_times - 1], entries);
}

// The file says nothing of these; who compares the two programs must know.
static void note_differences(const vt_study *study) {
  if (study->model.pathway.unit == VT_UNIT_ANNUAL)
    vt_log(VT_LOG_WARNING,
           "%s: unit is annual, but optimex from 0.7 on solves its inputs with unit lifetime",
           study->path);
  if (study->factors > 0)
    vt_log(VT_LOG_INFO, "%s: the inputs are those of the reference scenario, no factor is applied",
           study->path);
}

static vt_error export_inputs(job *j, FILE *out) {
  const options *o = j->o;
  // Known beforehand, since a model made of databases takes its time.
  VT_TRY(vt_inputs_check_target(o->inputs, o->force));
  VT_TRY(job_read(j, o->file, NULL));
  VT_CHECK(j->study->model.kind != VT_MODEL_INVENTORY, VT_ERR_INPUT,
           "%s: found a model of plain LCA, expected a pathway: only that has optimex inputs",
           o->file);
  VT_TRY(vt_pathway_kind_create(j->study, j->inputs, 0, &j->kind));
  const vt_inputs solved = vt_pathway_reference_inputs(vt_pathway_kind_model(j->kind));
  VT_TRY(vt_inputs_write(&solved, o->inputs, o->force));
  note_differences(j->study);
  vt_log_release();
  if (!o->quiet) print_sizes(&solved, o->inputs, out);
  return VT_OK;
}

vt_error command_export_inputs(const options *o, FILE *out) {
  const vt_team alone = {.size = 1};
  job j = {.o = o, .team = &alone};
  const vt_error exported = export_inputs(&j, out);
  job_free(&j);
  return exported;
}
