// job.h - a study with its inputs, read once and known to every rank.
#ifndef VT_CLI_JOB_H
#define VT_CLI_JOB_H

#include "options.h"
#include "vintner/assembly.h"
#include "vintner/ensemble.h"
#include "vintner/results.h"

typedef struct job {
  const options *o;
  const vt_team *team;
  const volatile sig_atomic_t *stop;
  vt_study *study;
  vt_inputs *inputs;
  vt_text packed;            ///< the inputs as read, where they are sent or needed again
  const vt_text *ready;      ///< packed inputs of another job for the same study, or NULL
  vt_background *background; ///< what solved the databases of a pathway model
  vt_pathway_kind *kind;
  vt_inventory_kind *inventory; ///< plain LCA, in place of inputs and kind
  vt_team alone;                ///< plain LCA: the team of rank 0, which reads and writes
  bool idle;                    ///< plain LCA: this rank has helped rank 0 to solve, that is all
  char *path;                   ///< of the results file
  /// What must hold before anything large is read or solved; on rank 0, the study is known. May be
  /// NULL.
  vt_error (*check)(struct job *j);
  int threads;
  int64_t *work; ///< scenarios to solve; NULL: all
  int64_t work_count;
  int exit_code; ///< of the command, if nothing failed
} job;

/// Collective. Read study and inputs on rank 0, send them to all.
/// `text`: the study as stored in a results file, or NULL to read `path`.
vt_error job_read(job *j, const char *path, const char *text);

/// Collective. The same, and build the model on each rank.
vt_error job_load(job *j, const char *path, const char *text);

/// What is stored, of either kind of model.
const vt_layout *job_layout(const job *j);

/// Plain LCA is solved before there is a file: a singular system leaves none. Else nothing to do.
vt_error job_solve_beforehand(job *j);

/// Collective. Open the results file, solve the reference scenario and all work, fill in the
/// statistics, print the summary.
vt_error job_solve(job *j);

void job_free(job *j);

/// Append the path as it is from any folder: resume must find the files of a study again.
vt_error job_absolute_path(const char *path, vt_text *absolute);

/// "FILE sha256" of each file a study reads, one per line; the caller frees.
vt_error job_describe_inputs(const job *j, vt_text *text);

/// The study that a results file was made from; an error if the study's file says something else by
/// now. The texts are the reader's.
vt_error stored_study(const char *path, vt_reader *reader, const char **study,
                      const char **study_file);

/// An error unless a results file was made from a study with the text of this file.
vt_error stored_is_of(const char *path, vt_reader *reader, const char *study_file);

/// Whether the inputs that were read are those that the results file was made from.
vt_error stored_check_inputs(const job *j, vt_reader *reader);

/// Explain on `out` why a scenario of a results file has no optimum.
///
/// @param ready     packed inputs of its study if they are at hand; or NULL
/// @param scenario  -1: the reference if it has none, else the first that has none
vt_error diagnose_file(const char *path, const vt_text *ready, int64_t scenario, bool json,
                       FILE *out);

// One function per command.
vt_error command_run(const options *o, const vt_team *team, const volatile sig_atomic_t *stop,
                     int *exit_code);
vt_error command_resume(const options *o, const vt_team *team, const volatile sig_atomic_t *stop,
                        int *exit_code);
vt_error command_inventory(const options *o);
vt_error command_diagnose(const options *o, FILE *out);
vt_error command_export(const options *o, FILE *out);
vt_error command_export_inputs(const options *o, FILE *out);
vt_error command_import(const options *o, FILE *out);
vt_error command_check(const options *o, const vt_team *team, FILE *out);

#endif
