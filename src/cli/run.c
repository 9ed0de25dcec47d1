// run.c - vintner run: solve everything, write a results file.
#include "job.h"
#include "version.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

static vt_error choose_path(job *j) {
  vt_text path = {0};
  if (j->o->output) {
    VT_TRY(vt_text_add(&path, "%s", j->o->output));
  } else {
    VT_TRY(vt_text_add(&path, "%s.h5", j->study->name));
  }
  j->path = path.bytes;
  return VT_OK;
}

typedef struct attributes {
  vt_text inputs, study_file, history, seed;
  char created[32];
} attributes;

static vt_error fill_attributes(const job *j, attributes *a) {
  const time_t now = time(NULL);
  struct tm utc;
  (void)strftime(a->created, sizeof a->created, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
  VT_TRY(job_describe_inputs(j, &a->inputs));
  VT_TRY(job_absolute_path(j->study->path, &a->study_file));
  VT_TRY(vt_text_add(&a->history, "%s: vintner run %s", a->created, j->o->file));
  return vt_text_add(&a->seed, "%" PRIu64, j->study->seed);
}

static vt_error create_file(const job *j, const attributes *a) {
  const vt_attribute list[] = {
      {"title", j->study->name},       {"history", a->history.bytes},
      {"vintner_version", VT_VERSION}, {"git_commit", VT_GIT_COMMIT},
      {"study", j->study->text},       {"study_file", a->study_file.bytes},
      {"inputs", a->inputs.bytes},     {"seed", a->seed.bytes},
      {"created", a->created},
  };
  return vt_results_create(j->path, job_layout(j), list, (int)(sizeof list / sizeof *list),
                           j->o->force);
}

static vt_error write_lps(job *j) {
  if (!j->o->write_lp) return VT_OK;
  VT_CHECK(!j->inventory, VT_ERR_INPUT, "--write-lp: plain LCA solves no linear programme");
  const int made = mkdir(j->o->write_lp, 0777);
  VT_CHECK(made == 0 || errno == EEXIST, VT_ERR_SYSTEM, "%s: folder cannot be made: %s",
           j->o->write_lp, strerror(errno));
  const vt_design *design = vt_pathway_kind_design(j->kind);
  return vt_pathway_kind_write_lp(j->kind, j->o->write_lp, vt_design_scenarios(design));
}

// The file comes last: with --force it takes the place of an older result, which must stay if
// anything before it fails.
static vt_error create_results(job *j) {
  attributes a = {.created = ""};
  vt_error created = choose_path(j);
  if (created == VT_OK) created = vt_results_check_target(j->path, j->o->force);
  if (created == VT_OK) created = write_lps(j);
  if (created == VT_OK) created = job_solve_beforehand(j);
  if (created == VT_OK) created = fill_attributes(j, &a);
  if (created == VT_OK) created = create_file(j, &a);
  vt_text_free(&a.inputs);
  vt_text_free(&a.study_file);
  vt_text_free(&a.history);
  vt_text_free(&a.seed);
  return created;
}

static vt_error run(job *j) {
  vt_error ready, worst;
  VT_TRY(job_load(j, j->o->file, NULL));
  if (j->idle) return VT_OK;
  ready = j->team->rank == 0 ? create_results(j) : choose_path(j);
  VT_TRY(vt_team_agree(j->team, ready, &worst));
  if (worst != VT_OK) return ready != VT_OK ? ready : worst;
  return job_solve(j);
}

vt_error command_run(const options *o, const vt_team *team, const volatile sig_atomic_t *stop,
                     int *exit_code) {
  job j = {.o = o, .team = team, .stop = stop};
  const vt_error ran = run(&j);
  *exit_code = j.exit_code;
  job_free(&j);
  return ran;
}
