// signals.c - what Slurm sends before a limit, launchers and terminals.
#include "signals.h"

#include <stddef.h>
#include <time.h>

static volatile sig_atomic_t stop_asked;
static struct timespec asked_at;

// A launcher may deliver one signal twice.
static const double twice_s = 0.1;

static void ask_to_stop(int number) {
  struct timespec now;
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  const double waited =
      (double)(now.tv_sec - asked_at.tv_sec) + 1e-9 * (double)(now.tv_nsec - asked_at.tv_nsec);
  if (stop_asked && waited > twice_s) {
    (void)signal(number, SIG_DFL);
    (void)raise(number);
  }
  if (!stop_asked) asked_at = now;
  stop_asked = 1;
}

const volatile sig_atomic_t *signals_listen(void) {
  static const int asking[] = {SIGTERM, SIGUSR1, SIGUSR2, SIGXCPU, SIGINT, SIGHUP};
  struct sigaction action = {.sa_handler = ask_to_stop, .sa_flags = SA_RESTART}, before;
  (void)sigemptyset(&action.sa_mask);
  for (size_t i = 0; i < sizeof asking / sizeof *asking; i++) {
    if (sigaction(asking[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
      (void)sigaction(asking[i], &action, NULL);
  }
  return &stop_asked;
}
