#include "job.h"

#include "show.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// ---------------------------------------------------------------------------------------------
// Loading: rank 0 reads, so that a fault is found and told once; the others get copies.

// A file that the study names and that is not there is a mistake in the study: say where.
static vt_error check_access(const char *study, int line, const char *path) {
  VT_CHECK(access(path, R_OK) == 0, VT_ERR_INPUT, "%s:%d: %s: cannot be opened: %s", study, line,
           path, strerror(errno));
  return VT_OK;
}

static vt_error check_sources(const vt_study *study) {
  const vt_model_plan *model = &study->model;
  for (int i = 0; i < model->databases; i++)
    VT_TRY(check_access(study->path, model->database_line[i], model->database[i]));
  return VT_OK;
}

// Inputs built from databases are kept as they came, for who must have them once more: solving the
// background again could cost as much as the run.
static vt_error assemble(job *j) {
  const vt_database_plan *plan = j->study->model.pathway.from;
  const char *path = j->study->path;
  VT_TRY(check_sources(j->study));
  if (plan->demand_file) VT_TRY(check_access(path, plan->demand_line, plan->demand_file));
  vt_background_prefetch(j->background);
  VT_TRY(vt_assembly_build(j->study, j->background, &j->inputs));
  return vt_inputs_pack(j->inputs, &j->packed);
}

// Collective: rank 0 reads, all solve.
static vt_error assemble_together(job *j) {
  const vt_team *team = j->team;
  VT_TRY(vt_background_create(team->size > 1 ? team->comm : MPI_COMM_NULL, &j->background));
  if (team->rank != 0) return vt_background_help(j->background);
  const vt_error assembled = assemble(j);
  const vt_error dismissed = vt_background_dismiss(j->background);
  VT_TRY(assembled);
  return dismissed;
}

static bool is_assembled(const job *j) {
  return vt_study_databases(j->study) && !(j->ready && j->ready->length > 0);
}

static vt_error read_study(job *j, const char *path, const char *text) {
  if (text) {
    VT_TRY(vt_study_parse(path, text, (ptrdiff_t)strlen(text), &j->study));
  } else {
    VT_TRY(vt_study_read(path, &j->study));
  }
  if (j->check) VT_TRY(j->check(j));
  if (j->study->model.kind == VT_MODEL_INVENTORY) return check_sources(j->study);
  return j->study->design.kind == VT_DESIGN_TABLE
             ? check_access(path, j->study->design.line, j->study->design.table)
             : VT_OK;
}

static vt_error read_inputs(job *j) {
  const vt_study *study = j->study;
  if (study->model.kind == VT_MODEL_INVENTORY) return VT_OK;
  if (study->model.pathway.from)
    return vt_inputs_unpack(j->ready->bytes, j->ready->length, &j->inputs);
  VT_TRY(check_access(study->path, study->model.pathway.inputs_line, study->model.pathway.inputs));
  VT_TRY(vt_inputs_read(study->model.pathway.inputs, &j->inputs));
  return j->team->size > 1 ? vt_inputs_pack(j->inputs, &j->packed) : VT_OK;
}

static vt_error share_study(job *j, vt_text *study) {
  const vt_team *team = j->team;
  if (team->size == 1) return VT_OK;
  if (team->rank == 0) VT_TRY(vt_text_add(study, "%s%c%s", j->study->path, '\n', j->study->text));
  VT_TRY(vt_team_broadcast_text(team, study));
  VT_TRY(vt_team_broadcast_text(team, &j->packed));
  if (team->rank == 0) return VT_OK;
  char *text = strchr(study->bytes, '\n');
  VT_CHECK(text, VT_ERR_BUG, "the study arrived torn");
  *text++ = '\0';
  VT_TRY(vt_study_parse(study->bytes, text, (ptrdiff_t)strlen(text), &j->study));
  return vt_inputs_unpack(j->packed.bytes, j->packed.length, &j->inputs);
}

// What is computed from the same bytes on every rank fails on every rank alike: rank 0 says so.
static vt_error agree(const job *j, vt_error mine) {
  vt_error worst;
  VT_TRY(vt_team_agree(j->team, mine, &worst));
  return mine != VT_OK ? mine : worst;
}

// Rank 0 goes on with plain LCA; the others only help it to solve.
static vt_error load_inventory(job *j) {
  const vt_team *all = j->team;
  j->alone = (vt_team){.size = 1};
  j->team = &j->alone;
  return vt_inventory_kind_create(j->study, all, &j->inventory);
}

static vt_error share(job *j, vt_text *study) {
  bool plain = j->team->rank == 0 && j->study->model.kind == VT_MODEL_INVENTORY;
  VT_TRY(vt_team_broadcast(j->team, &plain, (int64_t)sizeof plain));
  j->idle = plain && j->team->rank != 0;
  return plain ? VT_OK : share_study(j, study);
}

vt_error job_read(job *j, const char *path, const char *text) {
  vt_text study = {0};
  vt_error loaded = j->team->rank == 0 ? read_study(j, path, text) : VT_OK;
  bool together = j->team->rank == 0 && loaded == VT_OK && is_assembled(j);
  VT_TRY(vt_team_broadcast(j->team, &together, (int64_t)sizeof together));
  if (together) {
    loaded = assemble_together(j);
  } else if (j->team->rank == 0 && loaded == VT_OK) {
    loaded = read_inputs(j);
  }
  loaded = agree(j, loaded);
  if (loaded == VT_OK) loaded = share(j, &study);
  vt_text_free(&study);
  VT_TRY(loaded);
  return VT_OK;
}

vt_error job_load(job *j, const char *path, const char *text) {
  VT_TRY(job_read(j, path, text));
  if (j->idle) return vt_inventory_help(j->team);
  if (j->study->model.kind == VT_MODEL_INVENTORY) {
    VT_TRY(load_inventory(j));
  } else {
    VT_TRY(agree(j, vt_pathway_kind_create(j->study, j->inputs, j->team->rank, &j->kind)));
  }
  VT_TRY(vt_team_threads(j->team, &j->threads));
  if (j->o->threads > 0) j->threads = j->o->threads;
  return VT_OK;
}

void job_free(job *j) {
  vt_pathway_kind_free(j->kind);
  vt_inventory_kind_free(j->inventory);
  vt_inputs_free(j->inputs);
  vt_text_free(&j->packed);
  vt_background_free(j->background);
  vt_study_free(j->study);
  free(j->path);
  free(j->work);
}

vt_error job_absolute_path(const char *path, vt_text *absolute) {
  char *resolved = realpath(path, NULL);
  const vt_error added = vt_text_add(absolute, "%s", resolved ? resolved : path);
  free(resolved);
  return added;
}

// A project or datapackage folder is told by its name alone.
static vt_error describe_source(const char *path, vt_text *text) {
  struct stat info;
  char sha256[65] = "folder";
  if (stat(path, &info) == 0 && !S_ISDIR(info.st_mode)) {
    vt_text bytes = {0};
    const vt_error read_it = vt_text_read_file(path, &bytes);
    if (read_it == VT_OK) vt_sha256(bytes.bytes, bytes.length, sha256);
    vt_text_free(&bytes);
    VT_TRY(read_it);
  }
  VT_TRY(job_absolute_path(path, text));
  return vt_text_add(text, " %s", sha256);
}

static vt_error describe_sources(const vt_model_plan *model, vt_text *text) {
  for (int i = 0; i < model->databases; i++) {
    if (i > 0) VT_TRY(vt_text_add(text, "\n"));
    VT_TRY(describe_source(model->database[i], text));
  }
  return VT_OK;
}

// Folders have no sum of their own: what was built from them has.
static vt_error describe_assembly(const job *j, vt_text *text) {
  const vt_database_plan *plan = j->study->model.pathway.from;
  VT_TRY(describe_sources(&j->study->model, text));
  if (plan->demand_file) {
    VT_TRY(vt_text_add(text, "\n"));
    VT_TRY(describe_source(plan->demand_file, text));
  }
  return vt_text_add(text, "\nmodel %s", j->inputs->sha256);
}

static vt_error describe_inputs_file(const job *j, vt_text *text) {
  VT_TRY(job_absolute_path(j->inputs->path, text));
  return vt_text_add(text, " %s", j->inputs->sha256);
}

vt_error job_describe_inputs(const job *j, vt_text *text) {
  if (j->study->model.kind == VT_MODEL_INVENTORY) return describe_sources(&j->study->model, text);
  VT_TRY((j->study->model.pathway.from ? describe_assembly : describe_inputs_file)(j, text));
  if (j->study->design.kind != VT_DESIGN_TABLE) return VT_OK;
  VT_TRY(vt_text_add(text, "\n"));
  return describe_source(j->study->design.table, text);
}

// ---------------------------------------------------------------------------------------------
// Solving.

static vt_error write_block(void *context, const vt_block *block) {
  return vt_results_write(context, block);
}

const vt_layout *job_layout(const job *j) {
  return j->inventory ? vt_inventory_kind_layout(j->inventory)
                      : vt_pathway_kind_interface(j->kind)->layout;
}

vt_error job_solve_beforehand(job *j) {
  return j->inventory ? vt_inventory_kind_solve(j->inventory) : VT_OK;
}

// One scenario, solved already, which is its own reference.
static vt_error write_inventory(const job *j, vt_results *results) {
  const vt_block *row = vt_inventory_kind_row(j->inventory);
  VT_CHECK(row->data, VT_ERR_BUG, "plain LCA was not solved before its file was made");
  vt_log_release();
  VT_TRY(vt_results_write_reference(results, row));
  return vt_results_write(results, row);
}

static vt_error solve_and_write(job *j, vt_results *results, vt_block *reference, bool *stopped) {
  const vt_kind *kind = vt_pathway_kind_interface(j->kind);
  vt_run_options run = {
      .threads = j->threads, .work = j->work, .work_count = j->work_count, .stop = j->stop};
  vt_log_release();
  VT_TRY(vt_pathway_kind_solve_reference(j->kind, j->team, reference, &run.solve_s));
  vt_error written = j->team->rank == 0 ? vt_results_write_reference(results, reference) : VT_OK;
  VT_TRY(agree(j, written));
  const vt_sink sink = {results, write_block};
  bool mine;
  VT_TRY(vt_ensemble_run(j->team, kind, &run, &sink, &mine));
  vt_error any;
  // A stop may reach ranks at different times; one that stopped leaves work.
  VT_TRY(vt_team_agree(j->team, mine ? VT_ERR_SYSTEM : VT_OK, &any));
  *stopped = any != VT_OK;
  return VT_OK;
}

static vt_error summarise(job *j, vt_results *results) {
  VT_TRY(agree(j, vt_results_statistics(results, j->team->rank, j->team->size)));
  VT_TRY(agree(j, j->team->rank == 0 ? vt_results_mark_dominated(results) : VT_OK));
  VT_TRY(vt_team_barrier(j->team));
  return agree(j, j->team->rank == 0 ? vt_results_finish(results) : VT_OK);
}

static vt_error solve_open(job *j, vt_results *results) {
  if (j->inventory) {
    VT_TRY(write_inventory(j, results));
    return summarise(j, results);
  }
  const vt_layout *layout = job_layout(j);
  vt_block reference;
  bool stopped = false;
  VT_TRY(vt_block_create(layout, 1, &reference));
  vt_error solved = solve_and_write(j, results, &reference, &stopped);
  vt_block_free(layout, &reference);
  VT_TRY(solved);
  j->exit_code = stopped ? 75 : 0;
  return stopped ? VT_OK : summarise(j, results);
}

// A single solve without an optimum has an exit code of its own.
static vt_error set_exit_code(job *j) {
  if (j->exit_code != 0 || j->study->ensemble) return VT_OK;
  vt_reader *reader;
  double *status = NULL;
  int64_t count = 0;
  VT_TRY(vt_reader_open(j->path, &reader));
  const vt_error read_it = vt_reader_read(reader, "status", -1, &status, &count);
  vt_reader_close(reader);
  VT_TRY(read_it);
  if (count > 0 && status[0] != VT_OPTIMAL) j->exit_code = 3;
  free(status);
  return VT_OK;
}

// The results are in the file, whatever becomes of their explanation. The model is made again from
// its files: what there is to note about it was noted before.
static void explain_run(const job *j) {
  vt_log_open(VT_LOG_ERROR, false, true);
  (void)fputc('\n', stdout);
  if (diagnose_file(j->path, &j->packed, -1, false, stdout) != VT_OK)
    (void)fprintf(stdout, "no explanation: %s\n", vt_error_message());
}

vt_error job_solve(job *j) {
  vt_results *results;
  VT_TRY(vt_results_open(j->path, job_layout(j), j->team->size > 1, j->team->comm, &results));
  const vt_error solved = solve_open(j, results);
  const vt_error closed = vt_results_close(results);
  VT_TRY(agree(j, solved));
  VT_TRY(agree(j, closed));
  if (j->team->rank != 0) return VT_OK;
  VT_TRY(set_exit_code(j));
  if (j->exit_code == 75)
    vt_log(VT_LOG_WARNING, "stopped with work left; go on with: vintner resume %s", j->path);
  if (j->o->quiet) return VT_OK;
  VT_TRY(vt_command_show(j->path, -1, j->o->json, stdout));
  if (j->exit_code == 3 && !j->o->json) explain_run(j);
  return VT_OK;
}
