// main.c - the program: command line, ranks, one command, one line for an error.
#include "job.h"
#include "look.h"
#include "show.h"
#include "signals.h"
#include "version.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// A stream that was closed at start would be the first file that is opened, and get what is
// printed. In its place is one on which nothing can be written, or read.
static void hold_streams(void) {
  for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; stream++) {
    if (fcntl(stream, F_GETFD) < 0 && errno == EBADF)
      (void)open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);
  }
}

// Keep freed memory for the next step. Getting every large array from the kernel anew, page by
// page, takes as long as filling it.
static void keep_memory(void) {
#ifdef __GLIBC__
  (void)mallopt(M_MMAP_THRESHOLD, 32 << 20);
  (void)mallopt(M_TRIM_THRESHOLD, 256 << 20);
  (void)mallopt(M_TOP_PAD, 8 << 20);
#endif
}

static vt_error show(job *j) {
  const options *o = j->o;
  if (o->from) return command_exchange(j);
  if (o->rows) return command_timeline(j);
  if (o->activity || vt_is_source_path(o->file)) return command_show_databases(o, stdout);
  if (vt_is_study_path(o->file)) return vt_command_show_study(o->file, o->json, stdout);
  VT_TRY(look_check(o->file));
  return vt_command_show(o->file, o->scenario, o->json, stdout);
}

static vt_error help(job *j) {
  options_help(j->o->help_of, stdout);
  return VT_OK;
}

static vt_error version(job *j) {
  (void)j;
  (void)printf("vintner %s (%s)\n", VT_VERSION, VT_GIT_COMMIT);
  return VT_OK;
}

static const struct {
  vt_error (*run)(job *j);
  bool parallel; // else rank 0 works alone, the others have nothing to do
} commands[] = {
    [COMMAND_RUN] = {command_run, true},
    [COMMAND_RESUME] = {command_resume, true},
    [COMMAND_BACKGROUND] = {command_background, false},
    [COMMAND_CHECK] = {command_check, false},
    [COMMAND_SHOW] = {show, false},
    [COMMAND_DIAGNOSE] = {command_diagnose, false},
    [COMMAND_EXPORT] = {command_export, false},
    [COMMAND_IMPORT] = {command_import, false},
    [COMMAND_STATS] = {command_stats, true},
    [COMMAND_HELP] = {help, false},
    [COMMAND_VERSION] = {version, false},
};

static vt_error run_command(const options *o, const vt_team *team, int *exit_code) {
  const vt_team alone = {.size = 1};
  const bool parallel = commands[o->command].parallel;
  if (!parallel && team->rank != 0) return VT_OK;
  job j = {.o = o, .team = parallel ? team : &alone};
  const vt_error ran = commands[o->command].run(&j);
  *exit_code = j.exit_code;
  job_free(&j);
  return ran;
}

// Several ranks may have met the same fault: the first of them says so.
static int report(vt_error error, const options *o, const vt_team *team, int exit_code) {
  vt_log_discard();
  if (error == VT_OK && team->rank == 0 && (fflush(stdout) != 0 || ferror(stdout))) {
    error = vt_error_raise(VT_ERR_SYSTEM, __FILE__, __LINE__, __func__,
                           "standard output: cannot be written: %s", strerror(errno));
  }
  bool first = true;
  const bool knows = error != VT_OK && vt_error_message()[0] != '\0';
  if (vt_team_first(team, knows, &first) != VT_OK) first = knows;
  if (first && knows) {
    (void)fprintf(stderr, "vintner: %s\n", vt_error_message());
    if (o->debug) (void)fputs(vt_error_stack(), stderr);
  }
  if (error == VT_OK) return exit_code;
  return error == VT_ERR_INPUT || error == VT_STOPPED ? (int)error : 1;
}

// Signals are heard before MPI starts, which takes a moment.
static vt_error read_and_listen(int argc, char **argv, options *o) {
  VT_TRY(options_read(argc, argv, o));
  const bool resumable = o->command == COMMAND_RUN || o->command == COMMAND_RESUME;
  return signals_listen(resumable ? SIGNALS_LEAVE : SIGNALS_END, o->drain_s, vt_launched());
}

int main(int argc, char **argv) {
  options o = {0};
  vt_team team = {.size = 1};
  int exit_code = 0;
  hold_streams();
  if (look_is_asked(argc, argv)) {
    look_into(argv[2]);
    return 0;
  }
  keep_memory();
  // A file size limit is then an error of write, not the end of the process.
  (void)signal(SIGXFSZ, SIG_IGN);
  // Who started this may have ignored it: children would be gone before one can ask after them.
  (void)signal(SIGCHLD, SIG_DFL);
  const vt_error understood = read_and_listen(argc, argv, &o);
  vt_error error = vt_team_open(&argc, &argv, &team);
  if (error == VT_OK) error = vt_team_settle(&team, understood);
  if (error == VT_OK) {
    const vt_log_level level = o.quiet ? VT_LOG_ERROR : o.verbose ? VT_LOG_DETAIL : VT_LOG_INFO;
    vt_log_open(level, !o.verbose && !o.debug, team.rank == 0);
    error = run_command(&o, &team, &exit_code);
  }
  exit_code = report(error, &o, &team, exit_code);
  signals_told(exit_code);
  vt_team_close(&team);
  options_free(&o);
  return exit_code;
}
