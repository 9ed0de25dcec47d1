// diagnose.c - vintner diagnose: why a scenario is infeasible or unbounded.
#include "explanation.h"
#include "job.h"
#include "look.h"
#include "print.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static bool has_no_end(double status) {
  return status == VT_INFEASIBLE || status == VT_UNBOUNDED;
}

static vt_error read_status(vt_reader *reader, const char *name, double **status, int64_t *count) {
  VT_TRY(vt_reader_read(reader, name, -1, status, count));
  if (*count > 0) return VT_OK;
  free(*status);
  VT_FAIL(VT_ERR_INPUT, "found no scenario, expected at least one");
}

static vt_error read_reference(vt_reader *reader, double *status) {
  double *value;
  int64_t count;
  *status = VT_NOT_DONE;
  if (!vt_reader_has(reader, "reference/status")) return VT_OK;
  VT_TRY(read_status(reader, "reference/status", &value, &count));
  *status = value[0];
  free(value);
  return VT_OK;
}

static vt_outcome outcome_of(double status) {
  return status >= 0 && status < VT_OUTCOME_COUNT ? (vt_outcome)status : VT_NOT_DONE;
}

// The reference explains what is wrong with the study itself, so it comes first.
static void choose(finding *f, double reference, const double *status, int64_t count, bool single) {
  f->scenario = NO_SCENARIO;
  if (single) {
    f->scenario = 0;
    f->stored = outcome_of(status[0]);
    return;
  }
  if (has_no_end(reference)) {
    f->scenario = -1;
    f->stored = outcome_of(reference);
    return;
  }
  for (int64_t k = 0; k < count; k++) {
    if (!has_no_end(status[k])) continue;
    f->scenario = k;
    f->stored = outcome_of(status[k]);
    return;
  }
}

// Whether the study has no ensemble: its scenario is the reference.
static vt_error is_single(vt_reader *reader, const char *path, bool *single) {
  const char *text, *file;
  vt_study *study;
  VT_TRY(stored_study(path, reader, &text, &file));
  VT_TRY(vt_study_parse(file, text, (ptrdiff_t)strlen(text), &study));
  *single = !study->ensemble;
  vt_study_free(study);
  return VT_OK;
}

static vt_error find_scenario(vt_reader *reader, int64_t wanted, finding *f) {
  double *status, reference;
  int64_t count;
  bool single;
  VT_TRY(is_single(reader, f->path, &single));
  VT_TRY(read_reference(reader, &reference));
  VT_TRY(read_status(reader, "status", &status, &count));
  const bool there = wanted < count;
  if (wanted < 0) {
    choose(f, reference, status, count, single);
  } else if (there) {
    f->scenario = wanted;
    f->stored = outcome_of(status[wanted]);
  }
  free(status);
  VT_CHECK(there, VT_ERR_INPUT, "%s: has no scenario %" PRId64 ", expected 0 to %" PRId64, f->path,
           wanted, count - 1);
  return VT_OK;
}

// What the file was made from; a job that made it just now has that still.
static vt_error reopen(vt_reader *reader, job *j) {
  const char *study, *study_file;
  if (j->data) return VT_OK;
  VT_TRY(stored_study(j->path, reader, &study, &study_file));
  VT_TRY(job_open(j, study_file, study));
  VT_CHECK(j->kind->explain, VT_ERR_INPUT, "%s: found %s, expected a model that is optimised",
           j->path, j->kind->title);
  VT_TRY(job_read(j));
  return stored_check_inputs(j, reader);
}

static vt_error explain(vt_reader *reader, job *j, finding *f, vt_explanation *e) {
  VT_TRY(reopen(reader, j));
  f->explanation = e;
  return j->kind->explain(j->study, j->data, f->scenario, e);
}

static vt_error diagnose(vt_reader *reader, job *j, int64_t scenario, bool json, FILE *out) {
  finding f = {.path = j->path};
  vt_explanation e = {0};
  VT_TRY(find_scenario(reader, scenario, &f));
  vt_error done = VT_OK;
  if (f.scenario != NO_SCENARIO && f.stored != VT_OPTIMAL) done = explain(reader, j, &f, &e);
  FILE *lines = out;
  if (done == VT_OK && !json) done = print_open(out, &lines);
  if (done == VT_OK) (json ? explanation_print_json : explanation_print)(lines, &f);
  if (lines != out) (void)fclose(lines);
  vt_explanation_free(&e);
  VT_TRY(done);
  return print_flush(out);
}

static vt_error diagnose_file(job *j, int64_t scenario, bool json, FILE *out) {
  vt_reader *reader;
  VT_TRY(vt_reader_open(j->path, &reader));
  vt_error done = stored_has_rows(j->path, reader);
  if (done == VT_OK) done = diagnose(reader, j, scenario, json, out);
  vt_reader_close(reader);
  return done;
}

vt_error diagnose_job(job *j, FILE *out) {
  // A kind without optima has nothing to explain.
  return j->kind->explain ? diagnose_file(j, -1, false, out) : VT_OK;
}

vt_error command_diagnose(job *j) {
  VT_TRY(job_of_file(j));
  VT_TRY(look_check(j->path));
  return diagnose_file(j, j->o->scenario, j->o->json, stdout);
}
