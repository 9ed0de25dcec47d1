// JSON text in pieces: numbers, names that come twice, escapes, values out of proportion.
#include "vintner/json.h"

#include <json-c/json.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static vt_error parse(const char *text, vt_json *json, struct json_object **value) {
  VT_TRY(vt_json_open("a.json", text, (ptrdiff_t)strlen(text), json));
  return vt_json_parse(json, vt_json_whole(json), value);
}

static void expect_refused(const char *text, const char *words) {
  vt_json json = {0};
  struct json_object *value;
  assert_int_equal(parse(text, &json, &value), VT_ERR_INPUT);
  if (!strstr(vt_error_message(), words)) fail_msg("'%s' lacks '%s'", vt_error_message(), words);
  vt_json_close(&json);
}

static void numbers_are_read_as_they_are_written_or_not_at_all(void **state) {
  (void)state;
  const struct {
    const char *text;
    bool good, whole;
    double number;
  } cases[] = {{"1", true, true, 1},
               {"-9223372036854775807", true, true, -9223372036854775807.0},
               {"9223372036854775807", true, true, 9223372036854775807.0},
               {"9223372036854775808", true, false, 9223372036854775808.0},
               {"18446744073709551614", true, false, 18446744073709551614.0},
               {"18446744073709551616", false, false, 0},
               {"99999999999999999999", false, false, 0},
               {"-99999999999999999999", false, false, 0},
               {"99999999999999999999.0", true, false, 1e20},
               {"1e2", true, false, 100},
               {"true", false, false, 0},
               {"\"1\"", false, false, 0},
               {"null", false, false, 0}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    vt_json json = {0};
    struct json_object *value;
    double number = 0;
    int64_t whole;
    assert_int_equal(parse(cases[i].text, &json, &value), VT_OK);
    assert_int_equal(vt_json_number(value, &number), cases[i].good);
    assert_int_equal(vt_json_integer(value, &whole), cases[i].whole);
    assert_true(!cases[i].good || number == cases[i].number);
    vt_json_close(&json);
  }
}

static void a_name_twice_is_refused_however_deep(void **state) {
  (void)state;
  expect_refused("{\"a\": 1, \"a\": 1}", "a.json:1: key 'a': found twice, expected once");
  expect_refused("[1, [{\"b\": {}},\n{\"b\": {\"c\": 0, \"\\u0063\": 1}}]]", "a.json:2: key 'c'");
  expect_refused("{\"a\": {\"x\": 1, \"y\": [], \"x\": 1}}", "key 'x'");
  vt_json json = {0};
  struct json_object *value;
  assert_int_equal(parse("[{\"a\": \"a:a\", \"b\": {\"a\": \":\"}}, {\"a\": 1}]", &json, &value),
                   VT_OK);
  vt_json_close(&json);
}

static void escapes_that_would_change_a_text_are_refused(void **state) {
  (void)state;
  expect_refused("\"a\\u0000\"", "without NUL");
  expect_refused("[1,\n\"a\\ud800\"]", "a.json:2: found '\\ud800', expected text without halves");
  expect_refused("\"\\uDC00\"", "halves");
  expect_refused("\"\\ud83d\\u0041\"", "halves");
  expect_refused("\"\\ud83d", "halves");
  vt_json json = {0};
  struct json_object *value;
  assert_int_equal(parse("\"\\ud83d\\ude00 \\\\ud800\"", &json, &value), VT_OK);
  assert_string_equal(json_object_get_string(value), "\xf0\x9f\x98\x80 \\ud800");
  assert_false(vt_json_is_whole("[\"\\ud800\"]"));
  assert_true(vt_json_is_whole("[\"\\ud83d\\ude00\"]"));
  vt_json_close(&json);
}

// `begin`, `item` so many times, `end`.
static char *repeat(const char *begin, const char *item, int count, const char *end) {
  vt_text text = {0};
  assert_int_equal(vt_text_add(&text, "%s", begin), VT_OK);
  for (int i = 0; i < count; i++)
    assert_int_equal(vt_text_add(&text, "%s%s", i > 0 ? "," : "", item), VT_OK);
  assert_int_equal(vt_text_add(&text, "%s", end), VT_OK);
  return text.bytes;
}

static void a_value_out_of_proportion_is_refused_and_skipped(void **state) {
  (void)state;
  const char *const items[] = {"{}", "[]", "{\"a\":[]}"};
  for (size_t i = 0; i < sizeof items / sizeof *items; i++) {
    char *text = repeat("[", items[i], 200000, "]");
    expect_refused(text, "out of proportion");
    vt_json json = {0};
    assert_int_equal(vt_json_open("a.json", text, (ptrdiff_t)strlen(text), &json), VT_OK);
    assert_int_equal(vt_json_skip(&json, vt_json_whole(&json)), VT_OK);
    vt_json_close(&json);
    free(text);
  }
}

static void what_is_skipped_is_valid(void **state) {
  (void)state;
  const char *const ends[] = {",]", "]", ", {\"a\" 1}]}", ", tru]}", "}"};
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    char *text = repeat("{\"a\": [", "{}", 50000, ends[i]);
    vt_json json = {0};
    assert_int_equal(vt_json_open("a.json", text, (ptrdiff_t)strlen(text), &json), VT_OK);
    assert_int_equal(vt_json_skip(&json, vt_json_whole(&json)), VT_ERR_INPUT);
    vt_json_close(&json);
    free(text);
  }
}

static void items_come_in_order_whatever_their_size(void **state) {
  (void)state;
  vt_text text = {0};
  char *large = repeat("[", "0", 40000, "]");
  assert_int_equal(vt_text_add(&text, "[1, %s, 2, {\"a\": 3},%s,\n%s]", large, large, large),
                   VT_OK);
  vt_json json = {0};
  vt_json_walk walk;
  assert_int_equal(vt_json_open("a.json", text.bytes, text.length, &json), VT_OK);
  assert_int_equal(vt_json_enter_list(&json, vt_json_whole(&json), &walk), VT_OK);
  const size_t items[] = {1, 2, 0};
  for (int i = 0; i < 3; i++) {
    struct json_object *list;
    vt_json_span span;
    assert_int_equal(vt_json_next_items(&json, &walk, &list, &span), VT_OK);
    assert_int_equal(list ? json_object_array_length(list) : 0, items[i]);
    assert_non_null(span.first);
    assert_int_equal(span.end - span.first, strlen(large));
  }
  struct json_object *list;
  vt_json_span span;
  assert_int_equal(vt_json_next_items(&json, &walk, &list, &span), VT_OK);
  assert_true(!list && !span.first);
  vt_json_close(&json);
  vt_text_free(&text);
  free(large);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(numbers_are_read_as_they_are_written_or_not_at_all),
      cmocka_unit_test(a_name_twice_is_refused_however_deep),
      cmocka_unit_test(escapes_that_would_change_a_text_are_refused),
      cmocka_unit_test(a_value_out_of_proportion_is_refused_and_skipped),
      cmocka_unit_test(what_is_skipped_is_valid),
      cmocka_unit_test(items_come_in_order_whatever_their_size),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
