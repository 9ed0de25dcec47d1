// run.c - vintner run: solve everything, write a results file.
#include "job.h"
#include "signals.h"

#include <unistd.h>

static vt_error write_lps(const job *j) {
  const char *folder = j->o->write_lp;
  if (!folder || j->team->rank != 0) return VT_OK;
  VT_CHECK(j->kind->write_lp, VT_ERR_INPUT, "--write-lp: %s solves no linear programme",
           j->kind->title);
  bool made;
  VT_TRY(vt_folder_make(folder, &made));
  const vt_error written = j->kind->write_lp(j->model, folder);
  if (written != VT_OK && made) (void)rmdir(folder); // with files in it, it stays
  return written;
}

// The file comes last: with --force it takes the place of an older result, which must stay if
// anything before it fails.
vt_error command_run(job *j) {
  j->check = job_choose_target;
  VT_TRY(job_load(j, j->o->file, NULL));
  VT_TRY(vt_team_settle(j->team, write_lps(j)));
  VT_TRY(job_prepare(j));
  VT_TRY(signals_settle(j->team, VT_OK));
  VT_TRY(vt_team_settle(j->team, j->team->rank == 0 ? job_create_file(j, job_layout(j))
                                                    : job_choose_path(j)));
  return job_solve(j);
}
