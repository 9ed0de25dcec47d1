// resume.c - vintner resume: finish what is missing in a results file.
#include "job.h"
#include "show.h"
#include "signals.h"
#include "version.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static vt_error check_version(const char *path, vt_reader *reader) {
  const char *version = vt_reader_attribute(reader, "vintner_version");
  VT_CHECK(version && strcmp(version, VT_VERSION) == 0, VT_ERR_INPUT,
           "%s: found a file of vintner %s, expected version %s: another version may give other "
           "numbers",
           path, version ? version : "(unknown)", VT_VERSION);
  return VT_OK;
}

static vt_error list_work(job *j, vt_reader *reader) {
  double *status;
  int64_t count;
  VT_TRY(vt_reader_read(reader, "status", -1, &status, &count));
  const int64_t expected = job_layout(j)->scenarios;
  j->work = vt_calloc((ptrdiff_t)count, sizeof *j->work);
  for (int64_t k = 0; j->work && k < count; k++) {
    if (status[k] == VT_NOT_DONE) j->work[j->work_count++] = k;
  }
  free(status);
  VT_CHECK(j->work, VT_ERR_SYSTEM, "out of memory: %" PRId64 " scenarios", count);
  VT_CHECK(count == expected, VT_ERR_INPUT,
           "%s: found %" PRId64 " scenarios, expected the study's %" PRId64, j->path, count,
           expected);
  return VT_OK;
}

// The list of work is rank 0's to know.
static vt_error share_work(job *j) {
  VT_TRY(vt_team_broadcast(j->team, &j->work_count, (int64_t)sizeof j->work_count));
  if (j->team->rank != 0) VT_NEW(j->work, j->work_count);
  VT_TRY(vt_team_broadcast(j->team, j->work, j->work_count * (int64_t)sizeof *j->work));
  if (j->team->rank == 0) vt_log(VT_LOG_INFO, "%" PRId64 " scenarios are missing", j->work_count);
  return VT_OK;
}

static vt_error load(job *j, vt_reader *reader) {
  const bool first = j->team->rank == 0;
  const char *study = NULL, *study_file = NULL;
  vt_error ready = first ? check_version(j->path, reader) : VT_OK;
  if (first && ready == VT_OK) ready = stored_study(j->path, reader, &study, &study_file);
  VT_TRY(vt_team_settle(j->team, ready));
  VT_TRY(job_load(j, study_file, study));
  if (first) ready = stored_check_inputs(j, reader);
  if (first && ready == VT_OK) ready = list_work(j, reader);
  return vt_team_settle(j->team, ready);
}

// Is it a results file, is it finished? Known when nobody else writes it any more.
static vt_error look(job *j, vt_reader **reader, bool *finished) {
  VT_TRY(vt_reader_open(j->path, reader));
  vt_reader_close(*reader);
  *reader = NULL;
  VT_TRY(vt_writer_take(j->path, j->o->wait_s, &j->writer));
  VT_TRY(vt_reader_open(j->path, reader));
  if (j->o->study) VT_TRY(stored_is_of(j->path, *reader, j->o->study));
  *finished = vt_reader_finished(*reader);
  return VT_OK;
}

// Everything but the solving: what is left of which study?
static vt_error prepare(job *j, bool *finished) {
  vt_reader *reader = NULL;
  *finished = false;
  vt_error ready = j->team->rank == 0 ? look(j, &reader, finished) : VT_OK;
  ready = vt_team_settle(j->team, ready);
  if (ready == VT_OK) ready = vt_team_broadcast(j->team, finished, (int64_t)sizeof *finished);
  if (ready == VT_OK && !*finished) ready = load(j, reader);
  vt_reader_close(reader);
  VT_TRY(ready);
  if (*finished) return VT_OK;
  VT_TRY(job_prepare(j));
  VT_TRY(signals_settle(j->team, VT_OK));
  return share_work(j);
}

vt_error command_resume(job *j) {
  bool finished;
  VT_TRY(job_of_file(j));
  VT_TRY(prepare(j, &finished));
  if (!finished) return job_solve(j);
  if (j->team->rank != 0 || (j->o->quiet && !j->o->json)) return VT_OK;
  vt_log(VT_LOG_INFO, "%s is finished, nothing is missing", j->path);
  vt_log_release();
  return vt_command_show(j->path, -1, j->o->json, stdout);
}
