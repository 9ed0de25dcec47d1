// test_results.c - the results file: created whole, filled row by row, summarised.
#include "results_case.h"
#include "vintner/statistics.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

// ---------------------------------------------------------------------------------------------
// Creating.

static void a_new_file_is_whole_and_not_done_everywhere(void **state) {
  const place *p = *state;
  succeed(create(p->file, false));
  assert_int_not_equal(access(p->partial, F_OK), 0);
  double *status = read_dataset(p->file, "status", SCENARIOS);
  double *impact = read_dataset(p->file, "impact", (int64_t)SCENARIOS * PROCESSES * YEARS);
  double *mean = read_dataset(p->file, "statistics/installation_quantile", 3 * PROCESSES * YEARS);
  double *reference = read_dataset(p->file, "reference/objective", 1);
  double *iterations = read_dataset(p->file, "performance/iterations", SCENARIOS);
  for (int k = 0; k < SCENARIOS; k++) assert_true(status[k] == VT_NOT_DONE);
  for (int k = 0; k < SCENARIOS; k++) assert_true(iterations[k] == -1);
  for (int i = 0; i < SCENARIOS * PROCESSES * YEARS; i++) assert_true(isnan(impact[i]));
  assert_true(isnan(mean[0]) && isnan(reference[0]));
  free(status), free(impact), free(mean), free(reference), free(iterations);
  vt_reader *reader;
  succeed(vt_reader_open(p->file, &reader));
  assert_false(vt_reader_finished(reader));
  vt_reader_close(reader);
}

static void an_existing_file_is_replaced_only_by_force(void **state) {
  const place *p = *state;
  succeed(create(p->file, false));
  size_t before, after;
  unsigned char *old = bytes_of(p->file, &before);
  expect_error(create(p->file, false), VT_ERR_INPUT, "--force");
  expect_error(create(p->file, false), VT_ERR_INPUT, "resume");
  unsigned char *same = bytes_of(p->file, &after);
  assert_int_equal(before, after);
  assert_memory_equal(old, same, before);
  free(old), free(same);
  succeed(create(p->file, true));
  expect_error(create(p->folder, false), VT_ERR_INPUT, "folder");
  expect_error(create(p->folder, true), VT_ERR_INPUT, "folder");
  expect_error(create("/dev/null", true), VT_ERR_INPUT, "regular");
  expect_error(create("", false), VT_ERR_INPUT, "empty name");
}

static void a_file_that_cannot_be_made_says_why(void **state) {
  const place *p = *state;
  char path[512];
  (void)snprintf(path, sizeof path, "%s/missing/r.h5", p->folder);
  expect_error(create(path, false), VT_ERR_INPUT, "No such file or directory");
  (void)snprintf(path, sizeof path, "%s/", p->folder);
  expect_error(create(path, false), VT_ERR_INPUT, "folder");
  (void)snprintf(path, sizeof path, "%s/%0250d", p->folder, 0);
  expect_error(create(path, false), VT_ERR_INPUT, "too long");
  vt_layout huge = layout;
  huge.scenarios = INT64_MAX / 2;
  expect_error(create_file(p->file, &huge, NULL, 0, false), VT_ERR_SYSTEM, "bytes");
  assert_int_not_equal(access(p->file, F_OK), 0);
}

static void a_folder_without_permission_is_a_system_error(void **state) {
  const place *p = *state;
  if (geteuid() == 0) {
    print_message("skipped: root may write everywhere\n");
    skip();
  }
  assert_int_equal(chmod(p->folder, 0500), 0);
  const vt_error found = create(p->file, false);
  assert_int_equal(chmod(p->folder, 0700), 0);
  expect_error(found, VT_ERR_SYSTEM, "Permission denied");
}

static void a_full_disk_leaves_the_old_file_and_no_partial_one(void **state) {
  const place *p = *state;
  succeed(create(p->file, false));
  size_t before, after;
  unsigned char *old = bytes_of(p->file, &before);
  // A limit of the process stands for the disk.
  struct rlimit limit;
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
  const struct rlimit small = {20000, limit.rlim_max};
  (void)signal(SIGXFSZ, SIG_IGN);
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
  const vt_error found = create(p->file, true);
  const vt_error fresh = create(p->other, false);
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
  assert_int_equal(found, VT_ERR_SYSTEM);
  expect_error(fresh, VT_ERR_SYSTEM, "cannot be created: File too large");
  assert_int_not_equal(access(p->partial, F_OK), 0);
  assert_int_not_equal(access(p->other, F_OK), 0);
  unsigned char *same = bytes_of(p->file, &after);
  assert_int_equal(before, after);
  assert_memory_equal(old, same, before);
  free(old), free(same);
}

static void a_stale_partial_file_is_replaced_and_a_live_one_respected(void **state) {
  const place *p = *state;
  const int file = open(p->partial, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
  assert_true(file >= 0);
  assert_int_equal(write(file, "junk", 4), 4);
  assert_int_equal(flock(file, LOCK_EX), 0);
  expect_error(create(p->file, false), VT_ERR_INPUT, "another run");
  assert_int_equal(access(p->partial, F_OK), 0);
  (void)close(file);
  succeed(create(p->file, false));
  assert_int_not_equal(access(p->partial, F_OK), 0);
}

static void two_runs_at_once_make_one_whole_file(void **state) {
  const place *p = *state;
  enum { RUNS = 4 };
  pid_t run[RUNS];
  for (int i = 0; i < RUNS; i++) {
    run[i] = fork();
    assert_true(run[i] >= 0);
    if (run[i] == 0) _exit(create(p->file, false) == VT_OK ? 0 : 1);
  }
  int made = 0;
  for (int i = 0; i < RUNS; i++) {
    int status;
    assert_int_equal(waitpid(run[i], &status, 0), run[i]);
    assert_true(WIFEXITED(status));
    made += WEXITSTATUS(status) == 0;
  }
  assert_int_equal(made, 1);
  free(read_dataset(p->file, "status", SCENARIOS));
  assert_int_not_equal(access(p->partial, F_OK), 0);
}

// ---------------------------------------------------------------------------------------------
// Rows.

static void rows_come_back_as_they_were_written(void **state) {
  const place *p = *state;
  succeed(create(p->file, false));
  write_all(p->file);
  for (int v = 0; v < VARIABLES; v++) {
    char path[64];
    (void)snprintf(path, sizeof path, "%s%s",
                   variable[v].group == VT_GROUP_PERFORMANCE ? "performance/" : "",
                   variable[v].name);
    const ptrdiff_t cells = variable[v].cells;
    double *value = read_dataset(p->file, path, SCENARIOS * cells);
    for (int64_t i = 0; i < SCENARIOS * cells; i++) {
      double expected = number(v, i / cells, (ptrdiff_t)(i % cells));
      if (variable[v].storage == VT_STORE_SINGLE) expected = (double)(float)expected;
      if (variable[v].storage == VT_STORE_INT8 && isnan(expected)) expected = -1;
      assert_true(value[i] == expected || (isnan(value[i]) && isnan(expected)));
    }
    free(value);
  }
  double *reference = read_dataset(p->file, "reference/installation", PROCESSES * YEARS);
  for (int i = 0; i < PROCESSES * YEARS; i++)
    assert_true(reference[i] == number(INSTALLATION, 0, i));
  free(reference);
}

static void integers_are_rounded_and_kept_in_range(void **state) {
  const place *p = *state;
  succeed(create(p->file, false));
  vt_results *results;
  succeed(vt_results_open(p->file, &layout, false, MPI_COMM_NULL, &results));
  rows r;
  fill_rows(&r, 5, 3);
  r.data[ITERATIONS][0] = 1e300;
  r.data[ITERATIONS][1] = (double)NAN;
  r.data[ITERATIONS][2] = 41.7;
  r.data[UNIQUE][0] = -1e9;
  succeed(vt_results_write(results, &r.block));
  r.block.first = SCENARIOS - 2;
  assert_int_equal(vt_results_write(results, &r.block), VT_ERR_BUG);
  free_rows(&r);
  int8_t status[4];
  succeed(vt_results_read_status(results, 4, 4, status));
  const int8_t expected[] = {VT_NOT_DONE, VT_OPTIMAL, VT_OPTIMAL, VT_OPTIMAL};
  assert_memory_equal(status, expected, 4);
  succeed(vt_results_close(results));
  double *iterations = read_dataset(p->file, "performance/iterations", SCENARIOS);
  assert_true(iterations[5] == INT32_MAX && iterations[6] == -1 && iterations[7] == 42);
  free(iterations);
}

static void a_kill_after_a_write_loses_no_row_of_it(void **state) {
  const place *p = *state;
  succeed(create(p->file, false));
  const pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    vt_results *results;
    if (vt_results_open(p->file, &layout, false, MPI_COMM_NULL, &results) != VT_OK) _exit(1);
    rows r;
    fill_rows(&r, 0, 500);
    if (vt_results_write(results, &r.block) != VT_OK) _exit(1);
    (void)kill(getpid(), SIGKILL);
    _exit(1);
  }
  int status;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFSIGNALED(status));
  double *done = read_dataset(p->file, "status", SCENARIOS);
  double *installation = read_dataset(p->file, "installation", SCENARIOS * PROCESSES * YEARS);
  for (int k = 0; k < SCENARIOS; k++) {
    assert_true(done[k] == (k < 500 ? number(STATUS, k, 0) : VT_NOT_DONE));
    const double expected = k < 500 ? number(INSTALLATION, k, 3) : (double)NAN;
    const double found = installation[k * PROCESSES * YEARS + 3];
    assert_true(found == expected || (isnan(found) && isnan(expected)));
  }
  free(done), free(installation);
}

// Mark the bytes of a dataset's numbers.
static herr_t mark_data(hid_t file, const char *path, const H5O_info_t *info, void *context) {
  if (info->type != H5O_TYPE_DATASET) return 0;
  unsigned char *mark = context;
  const hid_t dataset = H5Dopen2(file, path, H5P_DEFAULT);
  const haddr_t start = H5Dget_offset(dataset);
  if (start != HADDR_UNDEF) memset(mark + start, 1, H5Dget_storage_size(dataset));
  return H5Dclose(dataset);
}

static void writing_changes_numbers_and_nothing_else_of_the_file(void **state) {
  const place *p = *state;
  succeed(create(p->file, false));
  size_t before, after;
  unsigned char *old = bytes_of(p->file, &before);
  unsigned char *mark = calloc(before, 1);
  assert_non_null(mark);
  const hid_t file = H5Fopen(p->file, H5F_ACC_RDONLY, H5P_DEFAULT);
  assert_true(file >= 0);
  assert_true(H5Ovisit(file, H5_INDEX_NAME, H5_ITER_NATIVE, mark_data, mark) >= 0);
  assert_true(H5Fclose(file) >= 0);
  write_all(p->file);
  summarise(p->file, 1);
  unsigned char *new = bytes_of(p->file, &after);
  assert_int_equal(before, after);
  size_t changed = 0;
  for (size_t i = 0; i < before; i++) {
    changed += old[i] != new[i];
    if (old[i] != new[i] && !mark[i]) fail_msg("byte %zu of the file's structure changed", i);
  }
  assert_true(changed > 0);
  free(old), free(new), free(mark);
}

static void a_file_of_another_shape_is_refused(void **state) {
  const place *p = *state;
  succeed(create(p->file, false));
  vt_results *results = NULL;
  vt_layout other = layout;
  other.scenarios = SCENARIOS + 1;
  expect_error(vt_results_open(p->file, &other, false, MPI_COMM_NULL, &results), VT_ERR_INPUT,
               "'status' has another shape");
  assert_null(results);
  assert_int_not_equal(vt_results_open(p->other, &layout, false, MPI_COMM_NULL, &results), VT_OK);
  succeed(vt_results_close(NULL));
}

// ---------------------------------------------------------------------------------------------
// Statistics.

static ptrdiff_t optimal_column(int v, ptrdiff_t cell, double *column) {
  ptrdiff_t count = 0;
  for (int64_t k = 0; k < SCENARIOS; k++) {
    const double value = number(v, k, cell);
    if (number(STATUS, k, 0) != VT_OPTIMAL) continue;
    column[count++] = variable[v].storage == VT_STORE_SINGLE ? (double)(float)value : value;
  }
  return count;
}

static void check_statistics(const char *path, int v) {
  static const char *const suffix[] = {"mean", "variance", "skewness", "standard_error",
                                       "min",  "max",      "quantile"};
  const ptrdiff_t cells = variable[v].cells;
  double *found[7];
  for (int k = 0; k < 7; k++) {
    char dataset[64];
    (void)snprintf(dataset, sizeof dataset, "statistics/%s_%s", variable[v].name, suffix[k]);
    found[k] = read_dataset(path, dataset, k < 6 ? cells : 3 * cells);
  }
  for (ptrdiff_t c = 0; c < cells; c++) {
    double column[SCENARIOS], q[3];
    const ptrdiff_t count = optimal_column(v, c, column);
    vt_moments m;
    vt_moments_of(column, count, &m);
    vt_quantiles_of(column, count, quantile, 3, q);
    const double expected[] = {m.mean, m.variance, m.skewness, m.standard_error, m.min, m.max};
    for (int k = 0; k < 6; k++) {
      assert_true(found[k][c] == expected[k] || (isnan(found[k][c]) && isnan(expected[k])));
    }
    for (int k = 0; k < 3; k++) assert_true(found[6][k * cells + c] == q[k]);
  }
  for (int k = 0; k < 7; k++) free(found[k]);
}

static void statistics_cover_the_optimal_scenarios(void **state) {
  const place *p = *state;
  succeed(create(p->file, false));
  write_all(p->file);
  summarise(p->file, 1);
  check_statistics(p->file, OBJECTIVE);
  check_statistics(p->file, INSTALLATION);
  check_statistics(p->file, IMPACT);
  double *count = read_dataset(p->file, "statistics/objective_count", 1);
  double *outcome = read_dataset(p->file, "statistics/outcome_count", VT_OUTCOME_COUNT + 1);
  assert_true(count[0] == 857 && outcome[VT_OPTIMAL] == 857 && outcome[VT_INFEASIBLE] == 143);
  assert_true(outcome[VT_OUTCOME_COUNT] == 0);
  free(count), free(outcome);
}

static void statistics_do_not_depend_on_the_number_of_ranks(void **state) {
  const place *p = *state;
  succeed(create(p->file, false));
  write_all(p->file);
  summarise(p->file, 1);
  size_t length, again;
  unsigned char *one = bytes_of(p->file, &length);
  for (int size = 2; size <= 40; size += 1 + size / 3) {
    succeed(create(p->file, true));
    write_all(p->file);
    summarise(p->file, size);
    unsigned char *many = bytes_of(p->file, &again);
    assert_int_equal(length, again);
    assert_memory_equal(one, many, length);
    free(many);
  }
  free(one);
}

static void statistics_of_no_optimum_are_nan_and_counted(void **state) {
  const place *p = *state;
  succeed(create(p->file, false));
  summarise(p->file, 2);
  double *count = read_dataset(p->file, "statistics/objective_count", 1);
  double *outcome = read_dataset(p->file, "statistics/outcome_count", VT_OUTCOME_COUNT + 1);
  double *mean = read_dataset(p->file, "statistics/objective_mean", 1);
  double *q = read_dataset(p->file, "statistics/impact_quantile", 3 * PROCESSES * YEARS);
  assert_true(count[0] == 0 && outcome[VT_OUTCOME_COUNT] == SCENARIOS);
  assert_true(isnan(mean[0]) && isnan(q[0]));
  free(count), free(outcome), free(mean), free(q);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      IN_A_FOLDER(a_new_file_is_whole_and_not_done_everywhere),
      IN_A_FOLDER(an_existing_file_is_replaced_only_by_force),
      IN_A_FOLDER(a_file_that_cannot_be_made_says_why),
      IN_A_FOLDER(a_folder_without_permission_is_a_system_error),
      IN_A_FOLDER(a_full_disk_leaves_the_old_file_and_no_partial_one),
      IN_A_FOLDER(a_stale_partial_file_is_replaced_and_a_live_one_respected),
      IN_A_FOLDER(two_runs_at_once_make_one_whole_file),
      IN_A_FOLDER(rows_come_back_as_they_were_written),
      IN_A_FOLDER(integers_are_rounded_and_kept_in_range),
      IN_A_FOLDER(a_kill_after_a_write_loses_no_row_of_it),
      IN_A_FOLDER(writing_changes_numbers_and_nothing_else_of_the_file),
      IN_A_FOLDER(a_file_of_another_shape_is_refused),
      IN_A_FOLDER(statistics_cover_the_optimal_scenarios),
      IN_A_FOLDER(statistics_do_not_depend_on_the_number_of_ranks),
      IN_A_FOLDER(statistics_of_no_optimum_are_nan_and_counted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
