// run.c - vintner run: solve everything, write a results file.
#include "job.h"
#include "signals.h"

static vt_error write_lps(const job *j) {
  const char *folder = j->o->write_lp;
  if (!folder || j->team->rank != 0) return VT_OK;
  VT_CHECK(j->kind->write_lp, VT_ERR_INPUT, "--write-lp: %s solves no linear programme",
           j->kind->title);
  bool made;
  VT_TRY(vt_folder_make(folder, &made));
  const vt_error written = j->kind->write_lp(j->model, folder);
  if (written != VT_OK) vt_partial_abandon();
  return written;
}

static vt_error prepare_file(job *j) {
  j->check = job_choose_target;
  VT_TRY(job_load(j, j->o->file, NULL));
  VT_TRY(vt_team_settle(j->team, write_lps(j)));
  VT_TRY(job_prepare(j));
  return signals_settle(j->team, VT_OK);
}

// The file comes last: with --force it takes the place of an older result, which must stay if
// anything before it fails.
vt_error command_run(job *j) {
  const vt_error prepared = prepare_file(j);
  if (prepared == VT_STOPPED) vt_partial_abandon();
  VT_TRY(prepared);
  // From here on there may be a file to go on with.
  signals_mean(SIGNALS_DRAIN);
  VT_TRY(vt_team_settle(j->team, j->team->rank == 0 ? job_create_file(j, job_layout(j))
                                                    : job_choose_path(j)));
  if (j->o->write_lp) vt_folder_keep(j->o->write_lp, ".lp");
  return job_solve(j);
}
