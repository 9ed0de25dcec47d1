// job.h - a study with its model, read once and known to every rank.
#ifndef VT_CLI_JOB_H
#define VT_CLI_JOB_H

#include "options.h"
#include "vintner/ensemble.h"
#include "vintner/kinds.h"
#include "vintner/results.h"

typedef struct job {
  const options *o;
  const vt_team *team;
  vt_study *study;
  const vt_kind *kind;         ///< of its model
  void *data, *model;          ///< the kind's
  vt_summary *summary;         ///< what the study asks of the statistics
  vt_sensitivity *sensitivity; ///< of which outputs and inputs it is told, or NULL
  vt_regret regret;            ///< of how many plans it is told, if it is
  vt_layout layout;            ///< the model's, with the three
  char *path;                  ///< of the results file
  /// What must hold before anything large is read or solved; on rank 0, the study is known. May be
  /// NULL.
  vt_error (*check)(struct job *j);
  vt_writer *writer; ///< on rank 0, of the results file
  int threads;
  vt_block reference; ///< the reference scenario
  double solve_s;     ///< what a scenario takes, roughly
  int64_t *work;      ///< scenarios to solve; NULL: all
  int64_t work_count;
  int64_t left;              ///< not solved, because of a signal
  int64_t pairs, pairs_left; ///< of plans and scenarios: in all; not solved, because of a signal
  int64_t *damaged;          ///< on rank 0: rows that are to be marked as not done first
  int64_t damaged_count;
  int exit_code; ///< of the command, if nothing failed
} job;

// job.c

/// The results file is the argument of the command.
vt_error job_of_file(job *j);
/// Collective. Read the study on rank 0, send it to all.
/// `text`: the study as stored in a results file, or NULL to read `path`.
vt_error job_open(job *j, const char *path, const char *text);
/// Collective. The same, then what the study names, and the model of each rank.
vt_error job_load(job *j, const char *path, const char *text);
/// Collective. What a study that is open names.
vt_error job_read(job *j);
/// Collective. Solve what comes before all scenarios.
vt_error job_prepare(job *j);
void job_free(job *j);

const vt_layout *job_layout(const job *j);

/// Append the path as it is from any folder: resume must find the files of a study again.
vt_error job_absolute_path(const char *path, vt_text *absolute);

/// "FILE sha256" of each file a study reads, one per line; the caller frees.
vt_error job_describe_inputs(const job *j, vt_text *text);

// create.c

/// Choose the path of the results; an error if nothing can be written there, or if it is a source
/// of the study. May be a job's `check`.
vt_error job_choose_target(job *j);
/// An error if `path` is the study or one of the files that it reads: --force or not, no command
/// writes over what it reads.
vt_error job_spare_sources(const job *j, const char *path);
/// The path alone, for ranks that do not write it.
vt_error job_choose_path(job *j);
/// Create the results file of a layout.
vt_error job_create_file(job *j, const vt_layout *layout);

// solve.c

/// Collective. Open the results file, solve all work, fill in the statistics, print the summary.
vt_error job_solve(job *j);

// regret.c

/// Collective. Once all scenarios are solved: solve what is not done of the plans whose regret is
/// told, and say which is the best; nothing where a study does not ask.
vt_error job_solve_plans(job *j, vt_results *results);

// stored.c

/// The study that a results file was made from; an error if the study's file says something else by
/// now. The texts are the reader's.
vt_error stored_study(const char *path, vt_reader *reader, const char **study,
                      const char **study_file);

/// An error unless a results file was made from a study with the text of this file.
vt_error stored_is_of(const char *path, vt_reader *reader, const char *study_file);

/// An error if a file holds statistics without the rows that they are of.
vt_error stored_has_rows(const char *path, const vt_reader *reader);

/// Whether the inputs that were read are those that the results file was made from.
vt_error stored_check_inputs(const job *j, vt_reader *reader);

// diagnose.c

/// Explain on `out` why the scenario of a job that has just ended has no optimum.
vt_error diagnose_job(job *j, FILE *out);

// One function per command, for a job of which nothing is known but options, team and stop.
vt_error command_run(job *j);
vt_error command_resume(job *j);
vt_error command_background(job *j);
vt_error command_diagnose(job *j);
vt_error command_exchange(job *j); ///< of show
vt_error command_timeline(job *j); ///< of show
vt_error command_export(job *j);
vt_error command_export_inputs(job *j);
vt_error command_import(job *j);
vt_error command_check(job *j);
vt_error command_stats(job *j);

#endif
