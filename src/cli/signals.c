// signals.c - handlers, and a thread of each process that watches the time.
#include "signals.h"

#include <math.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static const struct {
  int number;
  const char *name;
} heard_of[] = {{SIGTERM, "SIGTERM"}, {SIGUSR1, "SIGUSR1"}, {SIGUSR2, "SIGUSR2"},
                {SIGXCPU, "SIGXCPU"}, {SIGINT, "SIGINT"},   {SIGHUP, "SIGHUP"}};
enum { SIGNALS = sizeof heard_of / sizeof *heard_of };

// A launcher may deliver one signal twice.
static const double twice_s = 0.1;
// What an LP takes to notice that it is to be dropped, and rows to be written.
static const double drop_s = 0.7;
// Before there are results nothing is in flight. Ranks may meet, and launchers are quick to kill.
static const double meet_s = 0.2;
// Before what is told of results that are there is cut short.
static const double tell_s = 0.5;

static struct {
  _Atomic int mode, number, exit_code;
  _Atomic bool again;
  _Atomic double first_s, second_s;
  double drain_s;
  bool parallel;
  sem_t wake;
  pthread_mutex_t lock; // of what follows
  void (*look)(void *context);
  void *context;
  double looked_s;
} state = {.lock = PTHREAD_MUTEX_INITIALIZER, .exit_code = -1};

static const char *name_of(int number) {
  for (int i = 0; i < SIGNALS; i++) {
    if (heard_of[i].number == number) return heard_of[i].name;
  }
  return NULL;
}

// Out at once, from a handler or beside a thread that does not listen. Rows that were handed over
// are in the file, and in order.
static void leave(void) {
  const bool before = atomic_load(&state.mode) == SIGNALS_LEAVE;
  const char *rank = getenv("OMPI_COMM_WORLD_RANK"), *name = name_of(atomic_load(&state.number));
  if (!rank) rank = getenv("PMIX_RANK");
  vt_partial_abandon();
  if (!rank || strcmp(rank, "0") == 0) {
    const char *const part[] = {"vintner: stopped by ", name ? name : "another rank",
                                before ? " before the first scenario\n"
                                       : " with work left, which 'vintner resume' goes on with\n"};
    struct iovec line[3];
    for (int i = 0; i < 3; i++)
      line[i] = (struct iovec){(void *)(uintptr_t)part[i], strlen(part[i])};
    (void)!writev(STDERR_FILENO, line, 3);
  }
  _exit(75);
}

static void end(int number) {
  vt_partial_abandon();
  (void)signal(number, SIG_DFL);
  (void)raise(number);
}

static void hear(int number) {
  const double now = vt_clock_s();
  const int mode = atomic_load(&state.mode);
  if (mode == SIGNALS_IGNORE && atomic_load(&state.exit_code) < 0) return;
  if (mode == SIGNALS_HOLD) atomic_store(&state.number, number);
  if (mode == SIGNALS_END) end(number);
  if (mode == SIGNALS_HOLD || mode == SIGNALS_END) return;
  if (atomic_load(&state.number) == 0) {
    atomic_store(&state.first_s, now);
    atomic_store(&state.number, number);
    if (mode == SIGNALS_LEAVE && !state.parallel) leave();
    vt_stop_ask(VT_DRAIN);
  } else if (now - atomic_load(&state.first_s) > twice_s && !atomic_load(&state.again)) {
    atomic_store(&state.second_s, now);
    atomic_store(&state.again, true);
    vt_stop_ask(VT_DROP);
  }
  (void)sem_post(&state.wake);
}

static void look_after(double now) {
  (void)pthread_mutex_lock(&state.lock);
  if (state.look && now - state.looked_s > 1.0) {
    state.looked_s = now;
    state.look(state.context);
  }
  (void)pthread_mutex_unlock(&state.lock);
}

// Once this process was told to stop, by whomever, its time counts.
static void help_out(double now) {
  double none = 0.0;
  const int mode = atomic_load(&state.mode), exit_code = atomic_load(&state.exit_code);
  const vt_stop asked = vt_stop_look();
  if (asked == VT_GO_ON) return;
  if (asked == VT_QUIT && atomic_load(&state.number) == 0) return;
  (void)atomic_compare_exchange_strong(&state.first_s, &none, now);
  const double since_s = now - atomic_load(&state.first_s);
  if (mode == SIGNALS_LEAVE && since_s >= meet_s) leave();
  if (mode == SIGNALS_IGNORE && exit_code >= 0 && since_s >= tell_s) _exit(exit_code);
  if (mode != SIGNALS_DRAIN) return;
  const bool again = atomic_load(&state.again);
  const double end_s =
      again ? atomic_load(&state.second_s) : atomic_load(&state.first_s) + state.drain_s;
  if (now >= end_s) vt_stop_ask(VT_DROP);
  if (now >= end_s + drop_s) leave();
}

static void *watch(void *unused) {
  for (;;) {
    struct timespec next;
    (void)clock_gettime(CLOCK_MONOTONIC, &next);
    next.tv_nsec += vt_stop_look() == VT_GO_ON ? 250000000 : 20000000;
    next.tv_sec += next.tv_nsec / 1000000000;
    next.tv_nsec %= 1000000000;
    (void)sem_clockwait(&state.wake, CLOCK_MONOTONIC, &next);
    const double now = vt_clock_s();
    look_after(now);
    help_out(now);
  }
  return unused;
}

void signals_watch(void (*look)(void *context), void *context) {
  (void)pthread_mutex_lock(&state.lock);
  state.look = look;
  state.context = context;
  (void)pthread_mutex_unlock(&state.lock);
}

// No handler runs on the watching thread.
static vt_error start_watching(void) {
  sigset_t all, before;
  pthread_t thread;
  VT_CHECK(sem_init(&state.wake, 0, 0) == 0, VT_ERR_SYSTEM, "no semaphore to be had");
  (void)sigfillset(&all);
  (void)pthread_sigmask(SIG_SETMASK, &all, &before);
  const int failed = pthread_create(&thread, NULL, watch, NULL);
  (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
  VT_CHECK(failed == 0, VT_ERR_SYSTEM, "no thread to be had: %s", strerror(failed));
  (void)pthread_detach(thread);
  return VT_OK;
}

// Open MPI's mpirun kills its ranks a second after it has sent them a signal.
static double usual_drain_s(void) {
  return getenv("OMPI_COMM_WORLD_SIZE") && !getenv("SLURM_STEP_ID") ? 0.5 : 10.0;
}

vt_error signals_listen(signals_mode mode, double drain_s, bool parallel) {
  struct sigaction action = {.sa_handler = hear, .sa_flags = SA_RESTART}, before;
  state.drain_s = isnan(drain_s) ? usual_drain_s() : drain_s;
  state.parallel = parallel;
  atomic_store(&state.mode, (int)mode);
  if (mode != SIGNALS_END) VT_TRY(start_watching());
  (void)sigemptyset(&action.sa_mask);
  for (int i = 0; i < SIGNALS; i++) {
    const int number = heard_of[i].number;
    if (sigaction(number, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
      (void)sigaction(number, &action, NULL);
  }
  return VT_OK;
}

void signals_mean(signals_mode mode) {
  atomic_store(&state.mode, (int)mode);
  const int number = atomic_load(&state.number);
  if (mode == SIGNALS_END && number != 0) end(number);
}

void signals_done(int exit_code) {
  atomic_store(&state.exit_code, exit_code);
}

void signals_told(int exit_code) {
  if (atomic_load(&state.mode) == SIGNALS_END) return;
  signals_done(exit_code);
  signals_mean(SIGNALS_IGNORE);
}

vt_error signals_settle(const vt_team *team, vt_error mine) {
  const char *name = name_of(atomic_load(&state.number));
  // Whatever else went wrong: a lock that was not waited for, a child that was told to end too.
  if (name)
    mine = vt_error_raise(VT_STOPPED, __FILE__, __LINE__, __func__,
                          "stopped by %s before the first scenario", name);
  return vt_team_settle(team, mine);
}

vt_error signals_name(const vt_team *team, const char **name) {
  int number = atomic_load(&state.number);
  VT_TRY(vt_team_largest(team, &number));
  *name = name_of(number);
  return VT_OK;
}
