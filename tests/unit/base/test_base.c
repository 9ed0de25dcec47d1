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
  assert_string_equal(vt_error_message(), "found 'a b [31m', expected nothing");
  assert_non_null(strstr(vt_error_stack(), "pass_on"));
  assert_int_equal(vt_error_raise(VT_ERR_BUG, "f", 1, "g", "again: %s", vt_error_message()),
                   VT_ERR_BUG);
  assert_string_equal(vt_error_message(), "again: found 'a b [31m', expected nothing");
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
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
