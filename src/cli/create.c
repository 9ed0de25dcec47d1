// create.c - where the results go, and what their file says of how it came to be.
#include "job.h"
#include "version.h"
#include "vintner/store.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

vt_error job_choose_path(job *j) {
  vt_text path = {0};
  VT_TRY(j->o->output ? vt_text_add(&path, "%s", j->o->output)
                      : vt_text_add(&path, "%s.h5", j->study->name));
  j->path = path.bytes;
  return VT_OK;
}

vt_error job_spare_sources(const job *j, const char *path) {
  vt_source_list list = {0};
  VT_TRY(vt_target_spare(path, j->study->path));
  for (int i = 0; i < j->study->design.files; i++)
    VT_TRY(vt_target_spare(path, j->study->design.file[i].path));
  vt_error spared = j->kind->sources(j->study, NULL, &list);
  for (int i = 0; i < list.count && spared == VT_OK; i++)
    spared = vt_target_spare(path, list.source[i].path);
  vt_source_list_free(&list);
  return spared;
}

vt_error job_choose_target(job *j) {
  VT_TRY(job_choose_path(j));
  VT_TRY(job_spare_sources(j, j->path));
  VT_CHECK(!j->o->force || !vt_is_store(j->path), VT_ERR_INPUT,
           "%s: is a store of databases, which --force does not replace: expected another name for "
           "the results",
           j->path);
  VT_TRY(vt_results_check_target(j->path, j->o->force));
  // What is replaced is nobody else's; so it stays until then.
  const bool there = access(j->path, F_OK) == 0;
  return there ? vt_writer_take(j->path, j->o->wait_s, &j->writer) : VT_OK;
}

typedef struct attributes {
  vt_text inputs, study_file, history, seed, warnings;
  char created[32];
} attributes;

static vt_error fill_attributes(const job *j, attributes *a) {
  const time_t now = time(NULL);
  struct tm utc;
  (void)strftime(a->created, sizeof a->created, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
  VT_TRY(job_describe_inputs(j, &a->inputs));
  VT_TRY(job_absolute_path(j->study->path, &a->study_file));
  VT_TRY(vt_text_add(&a->history, "%s: vintner %s %s", a->created,
                     j->o->command == COMMAND_BACKGROUND ? "inventory" : "run", j->o->file));
  VT_TRY(vt_text_add_bytes(&a->warnings, "", 0));
  VT_TRY(vt_warnings_list(&a->warnings));
  return vt_text_add(&a->seed, "%" PRIu64, j->study->design.seed);
}

static vt_error create_file(job *j, const vt_layout *layout, const attributes *a) {
  const vt_attribute list[] = {
      {"title", j->study->name},         {"history", a->history.bytes},
      {"vintner_version", VT_VERSION},   {"git_commit", VT_GIT_COMMIT},
      {"study", j->study->text},         {"study_file", a->study_file.bytes},
      {"inputs", a->inputs.bytes},       {"seed", a->seed.bytes},
      {"created", a->created},           {"warnings", a->warnings.bytes},
      {layout->note_name, layout->note}, // the last: it may be none
  };
  const int count = (int)(sizeof list / sizeof *list) - (layout->note ? 0 : 1);
  return vt_results_create(j->path, layout, list, count, j->o->force, j->o->wait_s, &j->writer);
}

vt_error job_create_file(job *j, const vt_layout *layout) {
  attributes a = {.created = ""};
  vt_error created = fill_attributes(j, &a);
  if (created == VT_OK) created = create_file(j, layout, &a);
  vt_text_free(&a.inputs);
  vt_text_free(&a.study_file);
  vt_text_free(&a.history);
  vt_text_free(&a.seed);
  vt_text_free(&a.warnings);
  return created;
}
