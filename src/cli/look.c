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

extern char **environ;

bool look_is_asked(int argc, char **argv) {
  return argc == 3 && strcmp(argv[1], LOOK_OPTION) == 0;
}

void look_into(const char *path) {
  (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
  vt_results_look_into(path);
}

static bool spawn(const char *path, pid_t *child) {
  char name[] = "vintner", option[] = LOOK_OPTION;
  char *const arguments[] = {name, option, (char *)(uintptr_t)path, NULL};
  posix_spawn_file_actions_t actions;
  if (posix_spawn_file_actions_init(&actions) != 0) return false;
  for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; stream++)
    (void)posix_spawn_file_actions_addopen(&actions, stream, "/dev/null", O_RDWR, 0);
  const int failed = posix_spawn(child, "/proc/self/exe", &actions, NULL, arguments, environ);
  (void)posix_spawn_file_actions_destroy(&actions);
  return failed == 0;
}

vt_error look_check(const char *path) {
  struct stat info;
  pid_t child;
  int status = 0;
  // What is no file at all is for the reader to say.
  if (stat(path, &info) != 0 || !S_ISREG(info.st_mode) || !spawn(path, &child)) return VT_OK;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  VT_CHECK(!WIFSIGNALED(status), VT_ERR_INPUT,
           "%s: is damaged: found a structure that %s, expected that of a results file", path,
           WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGKILL ? "leads nowhere"
                                                                      : "HDF5 cannot bear");
  return VT_OK;
}
