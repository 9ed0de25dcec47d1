// run.c - vintner run: solve everything, write a results file.
#include "job.h"
#include "show.h"
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

// --force replaces older results, never what the study reads, nor a store.
static vt_error spare_sources(const job *j) {
  const vt_model_plan *model = &j->study->model;
  struct stat target, source;
  if (stat(j->path, &target) != 0) return VT_OK;
  for (int i = 0; i < model->databases; i++) {
    const bool same = stat(model->database[i], &source) == 0 && source.st_ino == target.st_ino &&
                      source.st_dev == target.st_dev;
    VT_CHECK(!same, VT_ERR_INPUT,
             "%s: is a source of the study (%s:%d), expected another name for the results", j->path,
             j->study->path, model->database_line[i]);
  }
  return VT_OK;
}

static vt_error choose_target(job *j) {
  VT_TRY(choose_path(j));
  VT_TRY(spare_sources(j));
  VT_CHECK(!j->o->force || !vt_is_store(j->path), VT_ERR_INPUT,
           "%s: is a store of databases, which --force does not replace: expected another name for "
           "the results",
           j->path);
  return vt_results_check_target(j->path, j->o->force);
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
  VT_TRY(vt_text_add(&a->history, "%s: vintner %s %s", a->created,
                     j->o->command == COMMAND_INVENTORY ? "inventory" : "run", j->o->file));
  return vt_text_add(&a->seed, "%" PRIu64, j->study->design.seed);
}

static vt_error create_file(const job *j, const vt_layout *layout, const attributes *a) {
  const vt_attribute list[] = {
      {"title", j->study->name},       {"history", a->history.bytes},
      {"vintner_version", VT_VERSION}, {"git_commit", VT_GIT_COMMIT},
      {"study", j->study->text},       {"study_file", a->study_file.bytes},
      {"inputs", a->inputs.bytes},     {"seed", a->seed.bytes},
      {"created", a->created},
  };
  return vt_results_create(j->path, layout, list, (int)(sizeof list / sizeof *list), j->o->force);
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

static vt_error create_as(const job *j, const vt_layout *layout) {
  attributes a = {.created = ""};
  vt_error created = fill_attributes(j, &a);
  if (created == VT_OK) created = create_file(j, layout, &a);
  vt_text_free(&a.inputs);
  vt_text_free(&a.study_file);
  vt_text_free(&a.history);
  vt_text_free(&a.seed);
  return created;
}

// The file comes last: with --force it takes the place of an older result, which must stay if
// anything before it fails.
static vt_error create_results(job *j) {
  VT_TRY(write_lps(j));
  VT_TRY(job_solve_beforehand(j));
  return create_as(j, job_layout(j));
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
  job j = {.o = o, .team = team, .stop = stop, .check = choose_target};
  const vt_error ran = run(&j);
  *exit_code = j.exit_code;
  job_free(&j);
  return ran;
}

// -------------------------------------------------------------------------------------------------
// The background alone.

static vt_error write_background(job *j, vt_background_layout *background) {
  const vt_layout *layout = vt_background_layout_of(background);
  const vt_block row = vt_background_layout_row(background);
  vt_results *results;
  VT_TRY(create_as(j, layout));
  VT_TRY(vt_results_open(j->path, layout, false, MPI_COMM_NULL, &results));
  vt_error written = vt_results_write_reference(results, &row);
  if (written == VT_OK) written = vt_results_write(results, &row);
  if (written == VT_OK) written = vt_results_finish(results);
  const vt_error closed = vt_results_close(results);
  VT_TRY(written);
  return closed;
}

static vt_error compute_background(job *j) {
  vt_background_layout *background;
  VT_TRY(job_read(j, j->o->file, NULL));
  VT_CHECK(vt_study_databases(j->study), VT_ERR_INPUT,
           "%s: found %s, expected a pathway model from databases, whose background is to be "
           "computed",
           j->study->path,
           j->study->model.kind == VT_MODEL_INVENTORY ? "plain LCA, which 'vintner run' computes"
                                                      : "a pathway model with an input file");
  vt_log_release();
  VT_TRY(vt_background_layout_create(j->inputs, &background));
  const vt_error written = write_background(j, background);
  vt_background_layout_free(background);
  VT_TRY(written);
  return j->o->quiet ? VT_OK : vt_command_show(j->path, -1, j->o->json, stdout);
}

vt_error command_inventory(const options *o) {
  // The other ranks have nothing to do.
  const vt_team alone = {.size = 1};
  job j = {.o = o, .team = &alone, .check = choose_target};
  const vt_error computed = compute_background(&j);
  job_free(&j);
  return computed;
}
