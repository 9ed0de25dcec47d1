// look.c - a results file, opened after a child of this process has looked into it.
#include "look.h"

#include "vintner/results.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

bool look_is_asked(int argc, char **argv) {
  return argc == 3 && strcmp(argv[1], LOOK_OPTION) == 0;
}

void look_into(const char *path) {
  (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
  vt_results_look_into(path);
}

// What a launcher or a terminal sends is for the parent, which the child follows; it hears its own
// limits, whatever was ignored or blocked at start.
static int set_signals(posix_spawnattr_t *attributes) {
  sigset_t blocked, limits;
  (void)sigfillset(&blocked);
  (void)sigdelset(&blocked, SIGALRM);
  (void)sigdelset(&blocked, SIGXCPU);
  (void)sigemptyset(&limits);
  (void)sigaddset(&limits, SIGALRM);
  (void)sigaddset(&limits, SIGXCPU);
  (void)posix_spawnattr_setsigmask(attributes, &blocked);
  (void)posix_spawnattr_setsigdefault(attributes, &limits);
  return posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

// An error number, as posix_spawn gives it.
static int spawn(const char *path, pid_t *child) {
  char name[] = "vintner", option[] = LOOK_OPTION;
  char *const arguments[] = {name, option, (char *)(uintptr_t)path, NULL};
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  int failed = posix_spawn_file_actions_init(&actions);
  if (failed != 0) return failed;
  for (int stream = STDIN_FILENO; stream <= STDERR_FILENO && failed == 0; stream++)
    failed = posix_spawn_file_actions_addopen(&actions, stream, "/dev/null", O_RDWR, 0);
  const int bare = posix_spawnattr_init(&attributes);
  if (failed == 0) failed = bare == 0 ? set_signals(&attributes) : bare;
  if (failed == 0)
    failed = posix_spawn(child, "/proc/self/exe", &actions, &attributes, arguments, environ);
  if (bare == 0) (void)posix_spawnattr_destroy(&attributes);
  (void)posix_spawn_file_actions_destroy(&actions);
  return failed;
}

static bool leads_nowhere(int number) {
  return number == SIGXCPU || number == SIGALRM || number == SIGKILL;
}

vt_error look_check(const char *path) {
  struct stat info;
  pid_t child;
  int status = 0;
  // What is no file at all is for the reader to say.
  if (stat(path, &info) != 0 || !S_ISREG(info.st_mode)) return VT_OK;
  int failed = spawn(path, &child);
  while (failed == 0 && waitpid(child, &status, 0) < 0) failed = errno == EINTR ? 0 : errno;
  VT_CHECK(failed == 0, VT_ERR_SYSTEM, "%s: cannot be looked into by a child process: %s", path,
           strerror(failed));
  VT_CHECK(!WIFSIGNALED(status), VT_ERR_INPUT,
           "%s: is damaged: found a structure that %s, expected that of a results file", path,
           leads_nowhere(WTERMSIG(status)) ? "leads nowhere" : "HDF5 cannot bear");
  return VT_OK;
}
