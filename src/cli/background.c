// background.c - vintner inventory: the background of a study, computed alone.
#include "job.h"
#include "show.h"

static vt_error write_row(vt_results *results) {
  double done = VT_OPTIMAL; // of the only scenario
  double *data = &done;
  const vt_block row = {.count = 1, .data = &data};
  VT_TRY(vt_results_write_reference(results, &row));
  VT_TRY(vt_results_write(results, &row));
  return vt_results_finish(results);
}

static vt_error write_file(job *j, const vt_layout *layout) {
  vt_results *results;
  VT_TRY(job_create_file(j, layout));
  VT_TRY(vt_results_open(j->path, layout, false, MPI_COMM_NULL, &results));
  const vt_error written = write_row(results);
  const vt_error closed = vt_results_close(results);
  VT_TRY(written);
  return closed;
}

vt_error command_background(job *j) {
  vt_layout *layout;
  j->check = job_choose_target;
  VT_TRY(job_open(j, j->o->file, NULL));
  VT_CHECK(j->kind->lay_background_out, VT_ERR_INPUT,
           "%s: found %s, which 'vintner run' computes, expected a pathway model from databases, "
           "whose background is to be computed",
           j->study->path, j->kind->title);
  VT_TRY(job_read(j));
  VT_TRY(j->kind->lay_background_out(j->study, j->data, &layout));
  const vt_error written = write_file(j, layout);
  vt_layout_free(layout);
  VT_TRY(written);
  if (!j->o->quiet || j->o->json) VT_TRY(vt_command_show(j->path, -1, j->o->json, stdout));
  vt_log_release();
  return VT_OK;
}
