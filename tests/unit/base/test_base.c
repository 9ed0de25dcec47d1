// Labels, arenas, hashes, nearest names, errors: what every room stands on.
#include "vintner/base.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void labels_keep_their_order_and_find_each_name(void **state) {
  (void)state;
  vt_labels *labels;
  assert_int_equal(vt_labels_create(&labels), VT_OK);
  char name[32];
  for (int i = 0; i < 5000; i++) {
    int index;
    bool added;
    const int length = snprintf(name, sizeof name, "flow %d", i * 7919);
    assert_int_equal(vt_labels_add(labels, name, length, &index, &added), VT_OK);
    assert_true(added);
    assert_int_equal(index, i);
  }
  assert_int_equal(vt_labels_count(labels), 5000);
  for (int i = 0; i < 5000; i++) {
    const int length = snprintf(name, sizeof name, "flow %d", i * 7919);
    assert_int_equal(vt_labels_find(labels, name, length), i);
    assert_string_equal(vt_labels_get(labels, i), name);
  }
  assert_int_equal(vt_labels_find(labels, "flow", 4), -1);
  assert_int_equal(vt_labels_find(labels, "", 0), -1);
  vt_labels_free(labels);
}

static void a_label_added_twice_keeps_its_index(void **state) {
  (void)state;
  vt_labels *labels;
  int first, second;
  bool added;
  assert_int_equal(vt_labels_create(&labels), VT_OK);
  assert_int_equal(vt_labels_add(labels, "steel", 5, &first, &added), VT_OK);
  assert_int_equal(vt_labels_add(labels, "steel works", 5, &second, &added), VT_OK);
  assert_false(added);
  assert_int_equal(first, second);
  vt_labels_free(labels);
  vt_labels_free(NULL);
}

static void the_nearest_name_is_found_and_a_far_one_is_not(void **state) {
  (void)state;
  vt_nearest near = {.name = "demnad"};
  vt_nearest_try(&near, "mapping");
  vt_nearest_try(&near, "demand");
  vt_nearest_try(&near, "operation_flow");
  assert_string_equal(vt_nearest_hint(&near), "; did you mean 'demand'?");
  vt_nearest far = {.name = "x"};
  vt_nearest_try(&far, "characterization");
  assert_string_equal(vt_nearest_hint(&far), "");
  vt_nearest empty = {.name = ""};
  vt_nearest_try(&empty, "a");
  assert_string_equal(vt_nearest_hint(&empty), "");
}

static void an_arena_gives_zeroed_memory_that_does_not_overlap(void **state) {
  (void)state;
  vt_arena *arena;
  unsigned char *part[300];
  assert_int_equal(vt_arena_create(&arena), VT_OK);
  for (int i = 0; i < 300; i++) {
    const ptrdiff_t size = (ptrdiff_t)i * 977 % 70000;
    part[i] = vt_arena_calloc(arena, size, 1);
    assert_non_null(part[i]);
    for (ptrdiff_t k = 0; k < size; k++) assert_int_equal(part[i][k], 0);
    memset(part[i], i, (size_t)size);
  }
  for (int i = 0; i < 300; i++) {
    const ptrdiff_t size = (ptrdiff_t)i * 977 % 70000;
    for (ptrdiff_t k = 0; k < size; k++) assert_int_equal(part[i][k], i % 256);
  }
  assert_null(vt_arena_calloc(arena, PTRDIFF_MAX, 8));
  assert_null(vt_arena_calloc(arena, -1, 8));
  vt_arena_free(arena);
}

static void growing_keeps_the_items(void **state) {
  (void)state;
  int *item = NULL;
  ptrdiff_t capacity = 0;
  for (int i = 0; i < 1000; i++) {
    assert_int_equal(vt_grow(&item, &capacity, i + 1, sizeof *item), VT_OK);
    item[i] = i;
  }
  for (int i = 0; i < 1000; i++) assert_int_equal(item[i], i);
  assert_int_equal(vt_grow(&item, &capacity, PTRDIFF_MAX - 1, sizeof *item), VT_ERR_SYSTEM);
  free(item);
}

// FIPS 180-2, appendix B.1; FNV-1a from the authors' test vectors.
static void hashes_match_their_published_vectors(void **state) {
  (void)state;
  char hex[65];
  vt_sha256("abc", 3, hex);
  assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  assert_true(vt_hash64("", 0) == 0xcbf29ce484222325U);
  assert_true(vt_hash64("foobar", 6) == 0x85944171f73967e8U);
}

static vt_error refuse(const char *text) {
  VT_CHECK(text == NULL, VT_ERR_INPUT, "found '%s', expected nothing", text);
  return VT_OK;
}

static vt_error pass_on(const char *text) {
  VT_TRY(refuse(text));
  return VT_OK;
}

static void an_error_is_one_line_and_remembers_its_way(void **state) {
  (void)state;
  assert_int_equal(pass_on(NULL), VT_OK);
  assert_int_equal(pass_on("a\nb\x1b[31m"), VT_ERR_INPUT);
  assert_string_equal(vt_error_message(), "found 'a?b?[31m', expected nothing");
  assert_non_null(strstr(vt_error_stack(), "pass_on"));
  assert_int_equal(vt_error_raise(VT_ERR_BUG, "f", 1, "g", "again: %s", vt_error_message()),
                   VT_ERR_BUG);
  assert_string_equal(vt_error_message(), "again: found 'a?b?[31m', expected nothing");
}

static void a_kind_of_warning_is_told_once_with_its_count(void **state) {
  (void)state;
  vt_text lines = {0};
  vt_log_open(VT_LOG_ERROR, true, true);
  for (int i = 0; i < 3; i++) vt_warn("years", "year %d is outside", 2030 + i);
  vt_warn("units", "unit of '%s'", "steel");
  assert_int_equal(vt_warnings_list(&lines), VT_OK);
  assert_string_equal(lines.bytes, "year 2030 is outside (and 2 more)\nunit of 'steel'");
  vt_text_free(&lines);
  vt_log_discard();
  assert_int_equal(vt_warnings_list(&lines), VT_OK);
  assert_null(lines.bytes);
}

static void files_that_cannot_be_read_are_bad_input(void **state) {
  (void)state;
  vt_text text = {0};
  assert_int_equal(vt_text_read_file("no such file", &text), VT_ERR_INPUT);
  assert_non_null(strstr(vt_error_message(), "no such file"));
  assert_int_equal(vt_text_read_file("/", &text), VT_ERR_INPUT);
  assert_non_null(strstr(vt_error_message(), "folder"));
  vt_text_free(&text);
}

static void a_path_is_taken_beside_its_file(void **state) {
  (void)state;
  const char *cases[][3] = {{"a/b.yaml", "c.json", "a/c.json"},
                            {"b.yaml", "c.json", "c.json"},
                            {"a/b.yaml", "/c.json", "/c.json"},
                            {"/b.yaml", "d/c.json", "/d/c.json"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    vt_text joined = {0};
    assert_int_equal(vt_path_beside(cases[i][0], cases[i][1], &joined), VT_OK);
    assert_string_equal(joined.bytes, cases[i][2]);
    vt_text_free(&joined);
  }
}

// The line that a format makes, in `size` bytes.
__attribute__((format(printf, 3, 4))) static void format_line(char *line, size_t size,
                                                              const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vt_clean_format(line, size, format, arguments);
  va_end(arguments);
}

static void a_line_holds_nothing_that_a_terminal_obeys(void **state) {
  (void)state;
  const char *const cases[][2] = {
      {"a\tb\x7f", "a?b?"},
      {"\xc2\x9b"
       "31m",
       "?31m"},                            // C1
      {"\xc2\x85x\xc2\xa0", "?x\xc2\xa0"}, // next line, but no space
      {"\xe2\x80\x8e\xe2\x80\x8f", "??"},  // marks of direction
      {"\xe2\x80\xaa\xe2\x80\xae\xe2\x80\xaf", "??\xe2\x80\xaf"},
      {"\xe2\x81\xa6\xe2\x81\xa9\xd8\x9c", "???"},
      {"\xe2\x80\xa8\xe2\x80\xa9", "??"}, // separators
      {"\xff\xc3", "??"},
      {"\xed\xa0\x80", "???"}, // half a character
      {"stra\xc3\x9f"
       "e \xe2\x82\xac \xf0\x9f\x98\x80",
       "stra\xc3\x9f"
       "e \xe2\x82\xac \xf0\x9f\x98\x80"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char line[64];
    format_line(line, sizeof line, "%s", cases[i][0]);
    assert_string_equal(line, cases[i][1]);
  }
}

static void a_long_line_keeps_what_is_wrong(void **state) {
  (void)state;
  static char name[20001];
  for (size_t i = 0; i + 2 < sizeof name; i += 2) memcpy(name + i, "\xc3\xa4", 2);
  assert_int_equal(refuse(name), VT_ERR_INPUT);
  const char *message = vt_error_message();
  assert_true(strlen(message) < VT_LINE_BYTES);
  assert_null(vt_utf8_fault(message, message + strlen(message)));
  assert_non_null(strstr(message, "…', expected nothing"));
  char line[400];
  format_line(line, sizeof line, "%s: found '%s', %s", name, name, name);
  assert_true(strlen(line) < sizeof line);
  assert_null(vt_utf8_fault(line, line + strlen(line)));
}

static void decimal_numbers_are_no_others(void **state) {
  (void)state;
  double number;
  const char *const bad[] = {"",   "0x10", "inf", "nan", "INFINITY", "1e999", " 1",
                             "1 ", "1d5",  "1_0", "--1", "e5",       ".",     "0x1p3"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    if (vt_decimal(bad[i], &number)) fail_msg("'%s' is read", bad[i]);
  }
  assert_true(vt_decimal("-1.5e+1", &number) && number == -15);
  assert_true(vt_decimal(".5", &number) && number == 0.5);
}

static void put_file(const char *path, const char *text) {
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  assert_true(fputs(text, file) >= 0);
  assert_int_equal(fclose(file), 0);
}

static void a_file_that_changes_is_noticed(void **state) {
  (void)state;
  const char *path = "test_base_watched";
  put_file(path, "one");
  assert_int_equal(vt_watch_anew(path), VT_OK);
  assert_int_equal(vt_watch_check(NULL), VT_OK);
  put_file(path, "other");
  assert_int_equal(vt_watch(path), VT_OK); // remembered already, as it was
  assert_int_equal(vt_watch_check("."), VT_OK);
  assert_int_equal(vt_watch_check(path), VT_ERR_INPUT);
  assert_non_null(strstr(vt_error_message(), "test_base_watched: changed while it was read"));
  assert_int_equal(vt_watch_anew(path), VT_OK);
  assert_int_equal(vt_watch_check(path), VT_OK);
  assert_int_equal(unlink(path), 0);
  assert_int_equal(vt_watch_check(path), VT_ERR_INPUT);
  assert_int_equal(vt_watch_anew(path), VT_OK); // is no more
  assert_int_equal(vt_watch_check(path), VT_OK);
}

static void tables_are_text_in_utf8(void **state) {
  (void)state;
  const char *const cases[][2] = {{"a\n\xff\n", "t.csv:2: found the byte 0xff"},
                                  {"caf\xe9", "t.csv:1: found the byte 0xe9"},
                                  {"a\n\xc3\xa4\n\xed\xa0\x80", "t.csv:3: found the byte 0xed"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    vt_text text = {0};
    vt_csv csv;
    assert_int_equal(vt_text_add(&text, "%s", cases[i][0]), VT_OK);
    assert_int_equal(vt_csv_start("t.csv", &text, &csv), VT_ERR_INPUT);
    assert_non_null(strstr(vt_error_message(), cases[i][1]));
    vt_text_free(&text);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(labels_keep_their_order_and_find_each_name),
      cmocka_unit_test(a_label_added_twice_keeps_its_index),
      cmocka_unit_test(the_nearest_name_is_found_and_a_far_one_is_not),
      cmocka_unit_test(an_arena_gives_zeroed_memory_that_does_not_overlap),
      cmocka_unit_test(growing_keeps_the_items),
      cmocka_unit_test(hashes_match_their_published_vectors),
      cmocka_unit_test(an_error_is_one_line_and_remembers_its_way),
      cmocka_unit_test(a_kind_of_warning_is_told_once_with_its_count),
      cmocka_unit_test(files_that_cannot_be_read_are_bad_input),
      cmocka_unit_test(a_path_is_taken_beside_its_file),
      cmocka_unit_test(a_line_holds_nothing_that_a_terminal_obeys),
      cmocka_unit_test(a_long_line_keeps_what_is_wrong),
      cmocka_unit_test(decimal_numbers_are_no_others),
      cmocka_unit_test(a_file_that_changes_is_noticed),
      cmocka_unit_test(tables_are_text_in_utf8),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
