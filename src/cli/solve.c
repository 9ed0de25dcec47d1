// solve.c - the results of a prepared job: rows, statistics, what is told at the end.
#include "job.h"
#include "print.h"
#include "show.h"
#include "signals.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static vt_error write_block(void *context, const vt_block *block) {
  return vt_results_write(context, block);
}

// Whether the file is still there: of rank 0, for all.
static vt_error check_file(const job *j) {
  return vt_team_settle(j->team, vt_writer_check(j->writer));
}

static vt_error forget_damage(const job *j, vt_results *results) {
  if (j->damaged_count == 0) return VT_OK;
  VT_TRY(vt_results_forget(results, j->damaged, j->damaged_count));
  return vt_results_forget_pairs(results, j->damaged, j->damaged_count);
}

static vt_error solve_and_write(job *j, vt_results *results) {
  const vt_run_options run = {
      .threads = j->threads, .work = j->work, .work_count = j->work_count, .solve_s = j->solve_s};
  const vt_sink sink = {results, write_block};
  vt_log_release();
  const bool first = j->team->rank == 0;
  VT_TRY(vt_team_settle(j->team, forget_damage(j, results)));
  VT_TRY(
      vt_team_settle(j->team, first ? vt_results_write_reference(results, &j->reference) : VT_OK));
  return vt_ensemble_run(j->team, j->kind, j->model, &run, &sink, &j->left);
}

static vt_error summarise(job *j, vt_results *results) {
  const vt_team *team = j->team;
  const bool first = team->rank == 0;
  VT_TRY(vt_team_settle(team, vt_results_derive(results, results, team->rank, team->size)));
  VT_TRY(vt_team_settle(team, first ? vt_results_seal(results, results) : VT_OK));
  VT_TRY(vt_team_settle(team, first ? vt_results_mark_dominated(results) : VT_OK));
  VT_TRY(vt_team_settle(team, first ? vt_results_take_worst(results) : VT_OK));
  VT_TRY(vt_team_barrier(team));
  return vt_team_settle(team, first ? vt_results_finish(results) : VT_OK);
}

static vt_error solve_open(job *j, vt_results *results) {
  VT_TRY(solve_and_write(j, results));
  VT_TRY(check_file(j));
  if (j->left > 0) {
    if (j->layout.regret) j->pairs = j->pairs_left = j->regret.places * j->layout.scenarios;
    return VT_OK;
  }
  VT_TRY(job_solve_plans(j, results));
  VT_TRY(check_file(j));
  return j->pairs_left > 0 ? VT_OK : summarise(j, results);
}

// Once a second, beside the run: a file that is gone ends it.
static void look_after(void *context) {
  const job *j = context;
  vt_writer_beat(j->writer);
  if (vt_writer_check(j->writer) != VT_OK) vt_stop_ask(VT_DRAIN);
}

static bool any_optimum(const double *status, int64_t count) {
  for (int64_t k = 0; k < count; k++)
    if (status[k] == VT_OPTIMAL) return true;
  return count == 0;
}

// A single solve without an optimum has an exit code of its own; an ensemble without one is told
// where to look.
static vt_error look_at_status(job *j) {
  if (j->exit_code != 0) return VT_OK;
  vt_reader *reader;
  double *status = NULL;
  int64_t count = 0;
  VT_TRY(vt_reader_open(j->path, &reader));
  const vt_error read_it = vt_reader_read(reader, "status", -1, &status, &count);
  vt_reader_close(reader);
  VT_TRY(read_it);
  const bool found = any_optimum(status, count);
  if (!found && !j->study->ensemble) j->exit_code = 3;
  if (!found && j->study->ensemble && j->kind->explain)
    vt_warn("no optimum", "%s: no scenario has an optimum: 'vintner diagnose %s' says why", j->path,
            j->path);
  free(status);
  return VT_OK;
}

// The results are in the file, whatever becomes of their explanation. The model is made again: what
// there is to note about it was noted before.
static void explain_run(job *j) {
  vt_log_open(VT_LOG_ERROR, false, true);
  (void)fputc('\n', stdout);
  if (diagnose_job(j, stdout) != VT_OK)
    (void)fprintf(stdout, "no explanation: %s\n", vt_error_message());
}

// Printed by a run that is quiet too: it is no success.
static vt_error tell_stop(job *j) {
  const char *name;
  VT_TRY(signals_name(j->team, &name));
  j->exit_code = 75;
  if (j->team->rank != 0) return VT_OK;
  char pairs[80] = "";
  if (j->pairs_left > 0)
    (void)snprintf(pairs, sizeof pairs, " and %lld of %lld plan pairs left",
                   (long long)j->pairs_left, (long long)j->pairs);
  (void)fprintf(stderr,
                "vintner: %s: stopped by %s with %lld of %lld scenarios left%s; vintner resume "
                "%s\n",
                j->path, name ? name : "another process", (long long)j->left,
                (long long)job_layout(j)->scenarios, pairs, j->path);
  return VT_OK;
}

// On a disk of one node, or under a mount that others lack, the file is not there for every rank:
// those that could open it would wait for the rest.
static vt_error check_reach(const job *j) {
  char host[64] = "?";
  const int file = open(j->path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
  if (file >= 0) {
    (void)close(file);
    return VT_OK;
  }
  const char *reason = strerror(errno);
  (void)gethostname(host, sizeof host - 1);
  VT_FAIL(VT_ERR_SYSTEM, "%s: cannot be opened by rank %d on %s: %s", j->path, j->team->rank, host,
          reason);
}

static vt_error solve_file(job *j) {
  vt_results *results;
  if (j->team->size > 1) VT_TRY(vt_team_settle(j->team, check_reach(j)));
  VT_TRY(vt_results_open(j->path, job_layout(j), j->team->size > 1, j->team->comm, &results));
  const vt_error solved = solve_open(j, results);
  const vt_error closed = vt_results_close(results);
  VT_TRY(vt_team_settle(j->team, solved));
  return vt_team_settle(j->team, closed);
}

vt_error job_solve(job *j) {
  signals_mean(SIGNALS_DRAIN);
  if (j->writer) signals_watch(look_after, j);
  const vt_error solved = solve_file(j);
  signals_watch(NULL, NULL);
  VT_TRY(solved);
  VT_TRY(check_file(j));
  const bool stopped = j->left > 0 || j->pairs_left > 0;
  if (!stopped) signals_mean(SIGNALS_IGNORE);
  if (stopped) VT_TRY(tell_stop(j));
  vt_writer_release(j->writer);
  j->writer = NULL;
  if (j->team->rank != 0) return VT_OK;
  VT_TRY(look_at_status(j));
  signals_done(j->exit_code);
  if (j->o->quiet && !j->o->json) return VT_OK;
  VT_TRY(vt_command_show(j->path, -1, j->o->json, stdout));
  if (j->exit_code == 3 && !j->o->json) explain_run(j);
  return VT_OK;
}
