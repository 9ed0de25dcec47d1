// resume.c - vintner resume: finish what is missing in a results file.
#include "job.h"
#include "look.h"
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

// --verify: which rows are not what was written?
static vt_error find_damage(const job *j, vt_reader *reader, int64_t count, bool *bad) {
  if (!j->o->verify) return VT_OK;
  if (vt_reader_has_checksums(reader)) return vt_reader_verify(reader, 0, count, bad);
  vt_warn("checksums", "%s: has no checksums, so that damage to its numbers cannot be noticed",
          j->path);
  return VT_OK;
}

static vt_error choose_work(job *j, const double *status, const bool *bad, int64_t count) {
  VT_NEW(j->work, count);
  VT_NEW(j->damaged, count);
  for (int64_t k = 0; k < count; k++) {
    if (bad[k]) j->damaged[j->damaged_count++] = k;
    if (bad[k] || status[k] == VT_NOT_DONE) j->work[j->work_count++] = k;
  }
  if (j->damaged_count > 0)
    vt_warn("damage",
            "%s: %" PRId64 " of %" PRId64
            " scenarios do not have their checksum, the first is %" PRId64
            "; they are solved again",
            j->path, j->damaged_count, count, j->damaged[0]);
  const int64_t expected = job_layout(j)->scenarios;
  VT_CHECK(count == expected, VT_ERR_INPUT,
           "%s: found %" PRId64 " scenarios, expected the study's %" PRId64, j->path, count,
           expected);
  return VT_OK;
}

static vt_error list_work(job *j, vt_reader *reader) {
  double *status;
  int64_t count;
  VT_TRY(vt_reader_read(reader, "status", -1, &status, &count));
  bool *bad = vt_calloc((ptrdiff_t)count, sizeof *bad);
  vt_error listed = bad ? find_damage(j, reader, count, bad)
                        : vt_error_raise(VT_ERR_SYSTEM, __FILE__, __LINE__, __func__,
                                         "out of memory: %" PRId64 " scenarios", count);
  if (listed == VT_OK) listed = choose_work(j, status, bad, count);
  if (listed == VT_OK && j->work_count > 0) listed = vt_writer_may_write(j->writer);
  free(bad);
  free(status);
  return listed;
}

static vt_error make_room(job *j) {
  if (j->team->rank != 0) VT_NEW(j->work, j->work_count);
  return VT_OK;
}

// The list of work is rank 0's to know.
static vt_error share_work(job *j) {
  VT_TRY(vt_team_broadcast(j->team, &j->work_count, (int64_t)sizeof j->work_count));
  VT_TRY(vt_team_settle(j->team, make_room(j)));
  VT_TRY(vt_team_broadcast(j->team, j->work, j->work_count * (int64_t)sizeof *j->work));
  if (j->team->rank == 0 && j->work_count > 0)
    vt_log(VT_LOG_INFO, "%" PRId64 " scenarios are missing", j->work_count);
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
  VT_TRY(look_check(j->path));
  VT_TRY(vt_reader_open(j->path, reader));
  VT_TRY(stored_has_rows(j->path, *reader));
  vt_reader_close(*reader);
  *reader = NULL;
  VT_TRY(vt_writer_take(j->path, j->o->wait_s, &j->writer));
  VT_TRY(vt_reader_open(j->path, reader));
  if (j->o->study) VT_TRY(stored_is_of(j->path, *reader, j->o->study));
  *finished = vt_reader_finished(*reader);
  return *finished ? VT_OK : vt_writer_may_write(j->writer);
}

// Of a run that was killed at its start the reference is not in the file yet.
static vt_error check_reference(job *j, vt_reader *reader) {
  double *status;
  int64_t count;
  if (!j->o->verify || j->team->rank != 0) return VT_OK;
  VT_TRY(vt_reader_read(reader, "reference/status", -1, &status, &count));
  const bool there = count == 1 && status[0] != VT_NOT_DONE;
  free(status);
  if (!there && j->work_count == job_layout(j)->scenarios) return VT_OK;
  return vt_reader_check_reference(reader, job_layout(j), &j->reference);
}

static vt_error prepare_rest(job *j, vt_reader *reader) {
  VT_TRY(load(j, reader));
  VT_TRY(job_prepare(j));
  VT_TRY(signals_settle(j->team, check_reference(j, reader)));
  return share_work(j);
}

// Everything but the solving: what is left of which study? A finished file is read no further,
// unless it is to be verified.
static vt_error prepare(job *j, bool *finished) {
  vt_reader *reader = NULL;
  *finished = false;
  vt_error ready = j->team->rank == 0 ? look(j, &reader, finished) : VT_OK;
  ready = signals_settle(j->team, ready);
  if (ready == VT_OK) ready = vt_team_broadcast(j->team, finished, (int64_t)sizeof *finished);
  if (ready == VT_OK && (!*finished || j->o->verify)) ready = prepare_rest(j, reader);
  vt_reader_close(reader);
  VT_TRY(ready);
  *finished = *finished && j->work_count == 0;
  return VT_OK;
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
