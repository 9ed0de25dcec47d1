// job.c - reading: rank 0 does, so that a fault is found and told once; the others get copies.
#include "job.h"

#include "signals.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// A file that the study names and that is not there is a mistake in the study: say where.
static vt_error check_access(const char *study, int line, const char *path) {
  VT_CHECK(access(path, R_OK) == 0, VT_ERR_INPUT, "%s:%d: %s: cannot be opened: %s", study, line,
           path, strerror(errno));
  return VT_OK;
}

static vt_error check_design_file(const vt_study *study, const vt_design_file *f) {
  struct stat info;
  VT_CHECK(access(f->path, R_OK) == 0, VT_ERR_INPUT, "%s:%d: '%s': %s: cannot be opened: %s",
           study->path, f->line, f->place, f->path, strerror(errno));
  VT_CHECK(stat(f->path, &info) != 0 || !S_ISDIR(info.st_mode), VT_ERR_INPUT,
           "%s:%d: '%s': %s: found a folder, expected a file", study->path, f->line, f->place,
           f->path);
  return VT_OK;
}

static vt_error check_sources(const job *j) {
  const vt_study *s = j->study;
  vt_source_list list = {0};
  for (int i = 0; i < s->design.files; i++) VT_TRY(check_design_file(s, &s->design.file[i]));
  vt_error found = j->kind->sources(s, NULL, &list);
  for (int i = 0; i < list.count && found == VT_OK; i++)
    found = check_access(s->path, list.source[i].line, list.source[i].path);
  vt_source_list_free(&list);
  return found;
}

static vt_error read_study(job *j, const char *path, const char *text) {
  if (j->team->rank != 0) return VT_OK;
  if (!text) VT_TRY(vt_watch_name(path));
  VT_TRY(text ? vt_study_parse(path, text, (ptrdiff_t)strlen(text), &j->study)
              : vt_study_read(path, &j->study));
  j->kind = vt_kind_of(j->study);
  VT_TRY(check_sources(j));
  return j->check ? j->check(j) : VT_OK;
}

static vt_error share_text(job *j, vt_text *study) {
  const vt_team *team = j->team;
  if (team->rank == 0) VT_TRY(vt_text_add(study, "%s%c%s", j->study->path, '\n', j->study->text));
  VT_TRY(vt_team_broadcast_text(team, study));
  if (team->rank == 0) return VT_OK;
  char *text = strchr(study->bytes, '\n');
  VT_CHECK(text, VT_ERR_BUG, "the study arrived torn");
  *text++ = '\0';
  VT_TRY(vt_study_parse(study->bytes, text, (ptrdiff_t)strlen(text), &j->study));
  j->kind = vt_kind_of(j->study);
  return VT_OK;
}

vt_error job_of_file(job *j) {
  j->path = strdup(j->o->file);
  VT_CHECK(j->path, VT_ERR_SYSTEM, "out of memory");
  return VT_OK;
}

vt_error job_open(job *j, const char *path, const char *text) {
  VT_TRY(signals_settle(j->team, read_study(j, path, text)));
  if (j->team->size == 1) return VT_OK;
  vt_text study = {0};
  const vt_error shared = share_text(j, &study);
  vt_text_free(&study);
  return vt_team_settle(j->team, shared);
}

// Whoever read something that changed meanwhile says so to all.
vt_error job_read(job *j) {
  VT_TRY(j->kind->read(j->study, j->team, &j->data));
  return vt_team_settle(j->team, vt_watch_check(NULL));
}

// Designs read their tables on every rank.
static vt_error create_model(job *j) {
  VT_TRY(j->kind->create(j->study, j->data, &j->model));
  return vt_watch_check(NULL);
}

static vt_error create_layout(job *j) {
  j->layout = *j->kind->layout(j->model);
  VT_TRY(vt_summary_create(j->study, &j->layout, &j->summary));
  j->layout.summary = j->summary;
  VT_TRY(vt_sensitivity_create(j->study, &j->layout, &j->sensitivity));
  j->layout.sensitivity = j->sensitivity;
  if (!j->study->regret.wanted) return VT_OK;
  VT_CHECK(j->kind->fix, VT_ERR_BUG, "%s has no plans to give", j->kind->title);
  VT_TRY(vt_regret_of(j->study, &j->layout, &j->regret));
  j->layout.regret = &j->regret;
  return VT_OK;
}

// Only rank 0 may have the labels by which thresholds are asked for.
static vt_error share_thresholds(job *j) {
  for (int e = 0; e < j->summary->exceedances; e++) {
    const vt_exceedance *x = &j->summary->exceedance[e];
    const ptrdiff_t cells = j->layout.variable[x->variable].cells * x->axis.size;
    VT_TRY(vt_team_broadcast(j->team, x->asked, (int64_t)cells * (int64_t)sizeof *x->asked));
  }
  return VT_OK;
}

vt_error job_load(job *j, const char *path, const char *text) {
  VT_TRY(job_open(j, path, text));
  VT_TRY(job_read(j));
  VT_TRY(signals_settle(j->team, create_model(j)));
  VT_TRY(vt_team_settle(j->team, create_layout(j)));
  VT_TRY(share_thresholds(j));
  VT_TRY(vt_team_settle(j->team, vt_team_threads(j->team, &j->threads)));
  if (j->o->threads > 0) j->threads = j->o->threads;
  if (j->kind->one_thread) j->threads = 1;
  // A thread without a scenario would only cost its memory.
  if (j->threads > job_layout(j)->scenarios) j->threads = (int)job_layout(j)->scenarios;
  return VT_OK;
}

vt_error job_prepare(job *j) {
  VT_TRY(vt_team_settle(j->team, vt_block_create(job_layout(j), 1, &j->reference)));
  return j->kind->prepare(j->model, &j->reference, &j->solve_s);
}

const vt_layout *job_layout(const job *j) {
  return &j->layout;
}

void job_free(job *j) {
  vt_writer_release(j->writer);
  if (j->reference.data) vt_block_free(job_layout(j), &j->reference);
  vt_summary_free(j->summary);
  vt_sensitivity_free(j->sensitivity);
  if (j->model) j->kind->model_free(j->model);
  if (j->data) j->kind->data_free(j->data);
  vt_study_free(j->study);
  free(j->path);
  free(j->work);
  free(j->damaged);
}

// ---------------------------------------------------------------------------------------------
// What a results file says of its sources.

vt_error job_absolute_path(const char *path, vt_text *absolute) {
  char *resolved = realpath(path, NULL);
  const vt_error added = vt_text_add(absolute, "%s", resolved ? resolved : path);
  free(resolved);
  return added;
}

// What is described is what was read: the files are still what they were when that began.
static vt_error describe_source(const vt_source *source, vt_text *text) {
  // A project or datapackage folder is told by its name alone.
  char sha256[65] = "folder";
  struct stat info;
  if (!source->sha256 && stat(source->path, &info) == 0 && !S_ISDIR(info.st_mode))
    VT_TRY(vt_sha256_file(source->path, sha256));
  VT_TRY(vt_watch_check(source->path));
  VT_TRY(vt_text_add(text, text->length > 0 ? "\n" : ""));
  VT_TRY(job_absolute_path(source->path, text));
  return vt_text_add(text, " %s", source->sha256 ? source->sha256 : sha256);
}

static vt_error describe_sources(const job *j, vt_source_list *list, vt_text *text) {
  const vt_design_plan *design = &j->study->design;
  VT_TRY(j->kind->sources(j->study, j->data, list));
  for (int i = 0; i < list->count; i++) VT_TRY(describe_source(&list->source[i], text));
  if (list->built) VT_TRY(vt_text_add(text, "\nmodel %s", list->built));
  for (int i = 0; i < design->files; i++)
    VT_TRY(describe_source(&(vt_source){.path = design->file[i].path}, text));
  return VT_OK;
}

vt_error job_describe_inputs(const job *j, vt_text *text) {
  vt_source_list list = {0};
  const vt_error described = describe_sources(j, &list, text);
  vt_source_list_free(&list);
  return described;
}
