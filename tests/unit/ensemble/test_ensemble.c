// test_ensemble.c - the loop over scenarios, with a model that only counts.
#include "vintner/ensemble.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef struct counting {
  _Atomic int made, freed;
  int64_t fail_at;
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

static vt_error run_counting(counting *c, vt_run_options options, double *seen, bool *stopped) {
  vt_variable variables[2] = {{.name = "status", .cells = 1}, {.name = "x", .cells = 2}};
  const vt_kind kind = {.layout = layout_of,
                        .worker_create = make_worker,
                        .worker_free = free_worker,
                        .solve = solve_one};
  c->layout = (vt_layout){.scenarios = SCENARIOS, .variables = 2, .variable = variables};
  const vt_team alone = {.size = 1};
  const vt_sink sink = {seen, take_rows};
  return vt_ensemble_run(&alone, &kind, c, &options, &sink, stopped);
}

static void every_scenario_is_solved_and_written_once(void **state) {
  (void)state;
  for (int threads = 1; threads <= 3; threads++) {
    counting c = {.fail_at = -1};
    double *seen = calloc(SCENARIOS, sizeof *seen);
    bool stopped;
    const vt_run_options options = {.threads = threads, .solve_s = 1e-6};
    assert_int_equal(run_counting(&c, options, seen, &stopped), VT_OK);
    assert_false(stopped);
    assert_int_equal(c.made, threads);
    assert_int_equal(c.freed, threads);
    for (int k = 0; k < SCENARIOS; k++) assert_true(seen[k] == 1.0);
    free(seen);
  }
}

static void a_resumed_run_solves_only_what_is_missing(void **state) {
  (void)state;
  const int64_t work[7] = {0, 1, 2, 17, 18, 4000, 4999};
  counting c = {.fail_at = -1};
  double *seen = calloc(SCENARIOS, sizeof *seen);
  bool stopped;
  const vt_run_options options = {.threads = 2, .work = work, .work_count = 7, .solve_s = 1e-6};
  assert_int_equal(run_counting(&c, options, seen, &stopped), VT_OK);
  double sum = 0.0;
  for (int k = 0; k < SCENARIOS; k++) sum += seen[k];
  for (int i = 0; i < 7; i++) assert_true(seen[work[i]] == 1.0);
  assert_true(sum == 7.0);
  free(seen);
}

static void a_failure_in_any_thread_ends_the_run_with_its_message(void **state) {
  (void)state;
  for (int threads = 1; threads <= 3; threads++) {
    counting c = {.fail_at = 3210};
    double *seen = calloc(SCENARIOS, sizeof *seen);
    bool stopped;
    const vt_run_options options = {.threads = threads, .solve_s = 1e-6};
    assert_int_equal(run_counting(&c, options, seen, &stopped), VT_ERR_SYSTEM);
    assert_string_equal(vt_error_message(), "scenario 3210 cannot be");
    assert_true(seen[3210] == 0.0);
    free(seen);
  }
}

static void a_signal_stops_the_run_with_work_left(void **state) {
  (void)state;
  const volatile sig_atomic_t asked = 1;
  counting c = {.fail_at = -1};
  double *seen = calloc(SCENARIOS, sizeof *seen);
  bool stopped = false;
  const vt_run_options options = {.threads = 2, .solve_s = 1e-6, .stop = &asked};
  assert_int_equal(run_counting(&c, options, seen, &stopped), VT_OK);
  assert_true(stopped);
  free(seen);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_scenario_is_solved_and_written_once),
      cmocka_unit_test(a_resumed_run_solves_only_what_is_missing),
      cmocka_unit_test(a_failure_in_any_thread_ends_the_run_with_its_message),
      cmocka_unit_test(a_signal_stops_the_run_with_work_left),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
