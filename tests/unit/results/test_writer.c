// test_writer.c - who may write a results file, and how damage to its rows is noticed.
#include "results_case.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <time.h>

// ---------------------------------------------------------------------------------------------
// One writer.

static void a_file_has_one_writer_at_a_time(void **state) {
  const place *p = *state;
  vt_writer *first = NULL, *second = NULL;
  char note[256];
  (void)snprintf(note, sizeof note, "%s.lock", p->file);
  succeed(vt_results_create(p->file, &layout, NULL, 0, false, 0.0, &first));
  assert_int_equal(access(note, F_OK), 0);
  expect_error(vt_writer_take(p->file, 0.0, &second), VT_ERR_INPUT,
               "another run is writing it (host ");
  assert_null(second);
  expect_error(vt_results_create(p->file, &layout, NULL, 0, true, 0.1, &second), VT_ERR_INPUT,
               "another run is writing it");
  assert_int_not_equal(access(p->partial, F_OK), 0);
  succeed(vt_writer_check(first));
  // Who replaces what is its own already waits for nobody.
  succeed(vt_results_create(p->file, &layout, NULL, 0, true, 0.0, &first));
  succeed(vt_writer_check(first));
  vt_writer_release(first);
  assert_int_not_equal(access(note, F_OK), 0);
  succeed(vt_writer_take(p->file, 0.0, &second));
  vt_writer_release(second);
}

// What a killed run left has no meaning while the kernel keeps the lock.
static void the_right_dies_with_its_holder(void **state) {
  const place *p = *state;
  vt_writer *writer = NULL;
  char note[256];
  (void)snprintf(note, sizeof note, "%s.lock", p->file);
  succeed(create(p->file, false));
  const pid_t child = fork();
  if (child == 0) {
    const bool taken = vt_writer_take(p->file, 0.0, &writer) == VT_OK;
    (void)raise(taken ? SIGKILL : SIGTERM);
  }
  int status;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_int_equal(WTERMSIG(status), SIGKILL);
  assert_int_equal(access(note, F_OK), 0);
  succeed(vt_writer_take(p->file, 0.0, &writer));
  vt_writer_release(writer);
}

static void a_writer_waits_for_another_one(void **state) {
  const place *p = *state;
  vt_writer *writer = NULL;
  succeed(create(p->file, false));
  int ready[2];
  char byte = 0;
  assert_int_equal(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    const struct timespec pause = {.tv_nsec = 300000000};
    const bool taken = vt_writer_take(p->file, 0.0, &writer) == VT_OK;
    (void)!write(ready[1], &byte, 1);
    (void)nanosleep(&pause, NULL);
    (void)raise(taken ? SIGKILL : SIGTERM);
  }
  assert_int_equal(read(ready[0], &byte, 1), 1);
  expect_error(vt_writer_take(p->file, 0.0, &writer), VT_ERR_INPUT, "another run");
  succeed(vt_writer_take(p->file, 60.0, &writer));
  vt_writer_release(writer);
  assert_int_equal(waitpid(child, NULL, 0), child);
  (void)close(ready[0]);
  (void)close(ready[1]);
}

static void a_file_that_is_gone_is_noticed(void **state) {
  const place *p = *state;
  vt_writer *writer = NULL;
  succeed(vt_results_create(p->file, &layout, NULL, 0, false, 0.0, &writer));
  assert_int_equal(rename(p->file, p->other), 0);
  expect_error(vt_writer_check(writer), VT_ERR_SYSTEM,
               "removed while the run was writing it; it is now at /tmp/");
  succeed(create(p->file, false));
  expect_error(vt_writer_check(writer), VT_ERR_SYSTEM, "/other");
  assert_int_equal(unlink(p->other), 0);
  expect_error(vt_writer_check(writer), VT_ERR_SYSTEM,
               "r.h5: removed while the run was writing it");
  assert_null(strstr(vt_error_message(), "it is now"));
  vt_writer_release(writer);
}

// ---------------------------------------------------------------------------------------------
// Damage.

static void verify(const char *path, bool bad[SCENARIOS]) {
  vt_reader *reader;
  memset(bad, 0, SCENARIOS * sizeof *bad);
  succeed(vt_reader_open(path, &reader));
  assert_true(vt_reader_has_checksums(reader));
  succeed(vt_reader_verify(reader, 0, SCENARIOS, bad));
  vt_reader_close(reader);
}

// The byte of a dataset's row, changed in the file.
static void damage(const char *path, const char *variable_name, int row) {
  const hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
  const hid_t dataset = H5Dopen2(file, variable_name, H5P_DEFAULT);
  const off_t offset = (off_t)H5Dget_offset(dataset);
  const off_t bytes = (off_t)H5Dget_storage_size(dataset) / SCENARIOS;
  (void)H5Dclose(dataset);
  (void)H5Fclose(file);
  const int raw = open(path, O_RDWR | O_CLOEXEC);
  const off_t at = offset + row * bytes + bytes / 2;
  unsigned char byte;
  assert_int_equal(pread(raw, &byte, 1, at), 1);
  byte ^= 1;
  assert_int_equal(pwrite(raw, &byte, 1, at), 1);
  (void)close(raw);
}

static void a_damaged_row_is_found_and_no_other(void **state) {
  const place *p = *state;
  static const char *const names[] = {"scenario", "objective", "installation",
                                      "impact",   "unique",    "performance/checksum"};
  bool bad[SCENARIOS];
  succeed(create(p->file, false));
  verify(p->file, bad);
  for (int k = 0; k < SCENARIOS; k++) assert_false(bad[k]); // nothing is done yet
  write_all(p->file);
  verify(p->file, bad);
  for (int k = 0; k < SCENARIOS; k++) assert_false(bad[k]);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    const int row = (int)i * 150 + 7;
    damage(p->file, names[i], row);
    verify(p->file, bad);
    assert_true(bad[row]);
    damage(p->file, names[i], row);
    verify(p->file, bad);
    for (int k = 0; k < SCENARIOS; k++) assert_false(bad[k]);
  }
}

static void forgotten_rows_are_written_again(void **state) {
  const place *p = *state;
  const int64_t row[] = {3, 700};
  bool bad[SCENARIOS];
  succeed(create(p->file, false));
  write_all(p->file);
  size_t before, after;
  unsigned char *sound = bytes_of(p->file, &before);
  damage(p->file, "scenario", 3);
  damage(p->file, "impact", 700);
  vt_results *results;
  succeed(vt_results_open(p->file, &layout, false, MPI_COMM_NULL, &results));
  succeed(vt_results_forget(results, row, 2));
  int8_t status[2];
  succeed(vt_results_read_status(results, 3, 1, status));
  succeed(vt_results_read_status(results, 700, 1, status + 1));
  assert_true(status[0] == VT_NOT_DONE && status[1] == VT_NOT_DONE);
  for (int i = 0; i < 2; i++) {
    rows r;
    fill_rows(&r, row[i], 1);
    succeed(vt_results_write(results, &r.block));
    free_rows(&r);
  }
  succeed(vt_results_close(results));
  verify(p->file, bad);
  for (int k = 0; k < SCENARIOS; k++) assert_false(bad[k]);
  unsigned char *mended = bytes_of(p->file, &after);
  assert_int_equal(before, after);
  assert_memory_equal(sound, mended, before);
  free(sound), free(mended);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_file_has_one_writer_at_a_time, make_place, drop_place),
      cmocka_unit_test_setup_teardown(the_right_dies_with_its_holder, make_place, drop_place),
      cmocka_unit_test_setup_teardown(a_writer_waits_for_another_one, make_place, drop_place),
      cmocka_unit_test_setup_teardown(a_file_that_is_gone_is_noticed, make_place, drop_place),
      cmocka_unit_test_setup_teardown(a_damaged_row_is_found_and_no_other, make_place, drop_place),
      cmocka_unit_test_setup_teardown(forgotten_rows_are_written_again, make_place, drop_place),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
