// export_inputs.c - vintner export STUDY --inputs FILE: what a study's model is solved with, as
// optimex inputs.
#include "job.h"
#include "print.h"
#include "vintner/inputs.h"

vt_error command_export_inputs(job *j) {
  const options *o = j->o;
  vt_text lines = {0};
  // Known beforehand, since a model made of databases takes its time.
  VT_TRY(vt_inputs_check_target(o->inputs, o->force));
  VT_TRY(job_open(j, o->file, NULL));
  VT_TRY(job_spare_sources(j, o->inputs));
  VT_CHECK(j->kind->write_inputs, VT_ERR_INPUT,
           "%s: found a model of %s, expected a pathway: only that has optimex inputs", o->file,
           j->kind->title);
  VT_TRY(job_read(j));
  VT_TRY(j->kind->create(j->study, j->data, &j->model));
  vt_error written = j->kind->write_inputs(j->model, o->inputs, o->force, &lines);
  if (written == VT_OK) {
    if (!o->quiet) print_clean(stdout, lines.bytes);
    written = print_flush(stdout);
    if (written == VT_OK) vt_log_release();
  }
  vt_text_free(&lines);
  return written;
}
