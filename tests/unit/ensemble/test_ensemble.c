// test_ensemble.c - the loop over scenarios, with a model that only counts.
#include "vintner/ensemble.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

typedef struct counting {
  _Atomic int made, freed;
  int64_t fail_at, stop_at;
  vt_layout layout;
} counting;

static vt_error make_worker(void *model, void **worker) {
  ((counting *)model)->made++;
  *worker = model;
  return VT_OK;
}

static void free_worker(void *worker) {
  if (worker) ((counting *)worker)->freed++;
}

static vt_error solve_one(void *worker, int64_t k, double *const *row) {
  VT_CHECK(k != ((counting *)worker)->fail_at, VT_ERR_SYSTEM, "scenario %d cannot be", (int)k);
  if (k == ((counting *)worker)->stop_at) vt_stop_ask(VT_DRAIN);
  row[0][0] = 0.0;
  row[1][0] = (double)k;
  row[1][1] = (double)(k * k);
  return VT_OK;
}

static const vt_layout *layout_of(const void *model) {
  return &((const counting *)model)->layout;
}

enum { SCENARIOS = 5000 };

static vt_error take_rows(void *context, const vt_block *block) {
  double *seen = context;
  for (int64_t i = 0; i < block->count; i++) {
    const int64_t k = block->first + i;
    assert_true(block->data[1][2 * i] == (double)k);
    assert_true(block->data[1][2 * i + 1] == (double)(k * k));
    seen[k] += 1.0;
  }
  return VT_OK;
}

static vt_error run_counting(counting *c, vt_run_options options, double *seen, int64_t *left) {
  vt_variable variables[2] = {{.name = "status", .cells = 1}, {.name = "x", .cells = 2}};
  const vt_kind kind = {.layout = layout_of,
                        .worker_create = make_worker,
                        .worker_free = free_worker,
                        .solve = solve_one};
  c->layout = (vt_layout){.scenarios = SCENARIOS, .variables = 2, .variable = variables};
  const vt_team alone = {.size = 1};
  const vt_sink sink = {seen, take_rows};
  return vt_ensemble_run(&alone, &kind, c, &options, &sink, left);
}

static void every_scenario_is_solved_and_written_once(void **state) {
  (void)state;
  for (int threads = 1; threads <= 3; threads++) {
    counting c = {.fail_at = -1, .stop_at = -1};
    double *seen = calloc(SCENARIOS, sizeof *seen);
    int64_t left;
    const vt_run_options options = {.threads = threads, .solve_s = 1e-6};
    assert_int_equal(run_counting(&c, options, seen, &left), VT_OK);
    assert_int_equal(left, 0);
    assert_int_equal(c.made, threads);
    assert_int_equal(c.freed, threads);
    for (int k = 0; k < SCENARIOS; k++) assert_true(seen[k] == 1.0);
    free(seen);
  }
}

static void a_resumed_run_solves_only_what_is_missing(void **state) {
  (void)state;
  const int64_t work[7] = {0, 1, 2, 17, 18, 4000, 4999};
  counting c = {.fail_at = -1, .stop_at = -1};
  double *seen = calloc(SCENARIOS, sizeof *seen);
  int64_t left;
  const vt_run_options options = {.threads = 2, .work = work, .work_count = 7, .solve_s = 1e-6};
  assert_int_equal(run_counting(&c, options, seen, &left), VT_OK);
  double sum = 0.0;
  for (int k = 0; k < SCENARIOS; k++) sum += seen[k];
  for (int i = 0; i < 7; i++) assert_true(seen[work[i]] == 1.0);
  assert_true(sum == 7.0);
  free(seen);
}

// A process that was told to stop stays told: a run that is has one of its own, made before this
// one has threads.
static void apart(void (*run)(int), int threads) {
  int status;
  const pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    run(threads);
    _exit(0);
  }
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_int_equal(status, 0);
}

static void fail_in_the_middle(int threads) {
  counting c = {.fail_at = 3210, .stop_at = -1};
  double *seen = calloc(SCENARIOS, sizeof *seen);
  int64_t left;
  const vt_run_options options = {.threads = threads, .solve_s = 1e-6};
  assert_int_equal(run_counting(&c, options, seen, &left), VT_ERR_SYSTEM);
  assert_string_equal(vt_error_message(), "scenario 3210 cannot be");
  assert_true(seen[3210] == 0.0);
  free(seen);
}

static void a_failure_in_any_thread_ends_the_run_with_its_message(void **state) {
  (void)state;
  for (int threads = 1; threads <= 3; threads++) apart(fail_in_the_middle, threads);
}

static void stop_in_the_middle(int threads) {
  counting c = {.fail_at = -1, .stop_at = 1700};
  double *seen = calloc(SCENARIOS, sizeof *seen);
  int64_t left = 0, solved = 0;
  const vt_run_options options = {.threads = threads, .solve_s = 1e-6};
  assert_int_equal(run_counting(&c, options, seen, &left), VT_OK);
  for (int k = 0; k < SCENARIOS; k++) solved += seen[k] == 1.0;
  assert_int_equal(solved + left, SCENARIOS);
  assert_true(seen[1700] == 1.0 && seen[0] == 1.0);
  assert_int_equal(solved, 1701);
  free(seen);
}

static void who_is_told_to_stop_begins_no_other_scenario(void **state) {
  (void)state;
  apart(stop_in_the_middle, 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_failure_in_any_thread_ends_the_run_with_its_message),
      cmocka_unit_test(who_is_told_to_stop_begins_no_other_scenario),
      cmocka_unit_test(every_scenario_is_solved_and_written_once),
      cmocka_unit_test(a_resumed_run_solves_only_what_is_missing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
