// Files and folders that a user names: what is opened, what is refused without waiting for it.
#include "vintner/base.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

static void write_bytes(const char *name, const char *bytes, size_t length) {
  FILE *file = fopen(name, "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(bytes, 1, length, file), length);
  assert_int_equal(fclose(file), 0);
}

static void must_refuse(const char *name, const char *why) {
  int file = 0;
  char hex[65];
  vt_text text = {0};
  assert_int_equal(vt_input_open(name, &file), VT_ERR_INPUT);
  assert_int_equal(file, -1);
  assert_non_null(strstr(vt_error_message(), name));
  assert_non_null(strstr(vt_error_message(), why));
  assert_int_equal(vt_input_check(name), VT_ERR_INPUT);
  assert_int_equal(vt_sha256_file(name, hex), VT_ERR_INPUT);
  assert_int_equal(vt_text_read_file(name, &text), VT_ERR_INPUT);
  assert_null(text.bytes);
}

static void make_socket(const char *name) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", name);
  const int made = socket(AF_UNIX, SOCK_STREAM, 0);
  assert_true(made >= 0);
  assert_int_equal(bind(made, (const struct sockaddr *)&address, sizeof address), 0);
  assert_int_equal(close(made), 0);
}

// Whoever opened the FIFO would wait for its other end: alarm() ends the test.
static void what_is_no_file_is_refused_before_it_is_opened(void **state) {
  (void)state;
  (void)alarm(60);
  assert_int_equal(mkfifo("fifo", 0600), 0);
  assert_int_equal(symlink("fifo", "link"), 0);
  make_socket("socket");
  assert_int_equal(symlink("nothing", "dangling"), 0);
  must_refuse("fifo", "found a FIFO, expected a file");
  must_refuse("link", "found a FIFO, expected a file");
  must_refuse("socket", "found a socket, expected a file");
  must_refuse("/dev/null", "found a device, expected a file");
  must_refuse("/dev/zero", "found a device, expected a file");
  must_refuse(".", "found a folder, expected a file");
  must_refuse("dangling", "cannot be opened: No such file");
  must_refuse("fifo/file", "cannot be opened: Not a directory");
  (void)alarm(0);
}

static void a_file_is_read_at_any_place(void **state) {
  (void)state;
  char bytes[8] = "";
  int file;
  write_bytes("file", "0123456789", 10);
  assert_int_equal(symlink("file", "good"), 0);
  assert_int_equal(vt_input_open("good", &file), VT_OK);
  assert_int_equal(vt_input_read(file, 3, bytes, 4), 4);
  assert_memory_equal(bytes, "3456", 4);
  assert_int_equal(vt_input_read(file, 8, bytes, 4), 2);
  assert_memory_equal(bytes, "89", 2);
  assert_int_equal(vt_input_read(file, 10, bytes, 4), 0);
  assert_int_equal(vt_input_read(file, INT64_C(1) << 40, bytes, 4), 0);
  assert_int_equal(vt_input_read(file, -1, bytes, 4), -1);
  assert_int_equal(close(file), 0);
}

static void a_file_has_the_sum_of_its_bytes(void **state) {
  (void)state;
  const ptrdiff_t piece = 1 << 18, sizes[] = {0, 1, 63, piece - 1, piece, piece + 1, 3 * piece};
  char *bytes = malloc(3 * (size_t)piece), of_file[65], of_bytes[65];
  assert_non_null(bytes);
  for (ptrdiff_t i = 0; i < 3 * piece; i++) bytes[i] = (char)(i * 7 + i / 999);
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    write_bytes("summed", bytes, (size_t)sizes[i]);
    vt_sha256(bytes, sizes[i], of_bytes);
    assert_int_equal(vt_sha256_file("summed", of_file), VT_OK);
    assert_string_equal(of_file, of_bytes);
  }
  free(bytes);
}

static void a_folder_is_made_or_its_name_is_at_fault(void **state) {
  (void)state;
  bool made = false;
  char name[300];
  memset(name, 'n', sizeof name - 1);
  name[sizeof name - 1] = '\0';
  write_bytes("taken", "", 0);
  assert_int_equal(vt_folder_make("folder", &made), VT_OK);
  assert_true(made);
  assert_int_equal(vt_folder_make("folder", &made), VT_OK);
  assert_false(made);
  const char *const faults[][2] = {{"taken", "found a file, expected a folder"},
                                   {"taken/inner", "Not a directory"},
                                   {"missing/inner", "No such file"},
                                   {name, "File name too long"}};
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
    made = true;
    assert_int_equal(vt_folder_make(faults[i][0], &made), VT_ERR_INPUT);
    assert_non_null(strstr(vt_error_message(), faults[i][1]));
    assert_false(made);
  }
}

static char scratch[] = "/tmp/vintner-files-XXXXXX";

static int enter(void **state) {
  (void)state;
  return mkdtemp(scratch) && chdir(scratch) == 0 ? 0 : 1;
}

static int leave(void **state) {
  (void)state;
  const char *const names[] = {"fifo", "link", "socket", "dangling",
                               "file", "good", "summed", "taken"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) (void)unlink(names[i]);
  (void)rmdir("folder");
  return chdir("/") == 0 && rmdir(scratch) == 0 ? 0 : 1;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_no_file_is_refused_before_it_is_opened),
      cmocka_unit_test(a_file_is_read_at_any_place),
      cmocka_unit_test(a_file_has_the_sum_of_its_bytes),
      cmocka_unit_test(a_folder_is_made_or_its_name_is_at_fault),
  };
  return cmocka_run_group_tests(tests, enter, leave);
}
