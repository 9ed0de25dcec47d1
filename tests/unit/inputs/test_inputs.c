// test_inputs.c - optimex inputs: what is read, what is refused and in which words.
//
// Texts are written with ' for " and ` for \" (a quote within a tuple key); see `translate`.
#include "vintner/inputs.h"

#include "bad_inputs.h"

#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

typedef struct json_field {
  const char *name, *value;
} json_field;

// A model of two processes, complete and sound.
static const json_field sound[] = {
    {"PROCESS", "['P1', 'P2']"},
    {"PRODUCT", "['R1']"},
    {"INTERMEDIATE_FLOW", "['I1']"},
    {"ELEMENTARY_FLOW", "['CO2', 'CH4', 'R1']"},
    {"BACKGROUND_ID", "['b1', 'b2']"},
    {"PROCESS_TIME", "[2, 0, 1]"},
    {"SYSTEM_TIME", "[2021, 2020]"},
    {"CATEGORY", "['cc']"},
    {"demand", "{'[`R1`, 2021]': 3, '[`R1`, 2020]': 2.5}"},
    {"operation_flow", "{'[`P1`, `R1`]': true, '[`P1`, `I1`]': 1, '[`P1`, `CO2`]': false}"},
    {"foreground_technosphere", "{'[`P1`, `I1`, 0]': 0.0, '[`P1`, `I1`, 2]': 4}"},
    {"internal_demand_technosphere", "{}"},
    {"foreground_biosphere", "{'[`P1`, `CO2`, 0]': 1, '[`P1`, `CO2`, 1]': 2}"},
    {"foreground_production", "{'[`P2`, `R1`, 1]': 1, '[`P1`, `R1`, 1]': 1}"},
    {"background_inventory", "{'[`b1`, `I1`, `CO2`]': 0.1}"},
    {"mapping", "{'[`b1`, 2020]': 1, '[`b1`, 2021]': 0.9, '[`b2`, 2021]': 0.1}"},
    {"characterization", "{'[`cc`, `CO2`, 2020]': 1}"},
    {"operation_time_limits", "{'P1': [1, 2]}"},
};

enum { SOUND_COUNT = sizeof sound / sizeof sound[0] };

static void must(vt_error error) {
  if (error != VT_OK) fail_msg("%s", vt_error_message());
}

static void translate(vt_text *text, const char *written) {
  for (; *written; written++) {
    const char *bytes = *written == '\'' ? "\"" : *written == '`' ? "\\\"" : NULL;
    must(vt_text_add_bytes(text, bytes ? bytes : written, bytes ? (ptrdiff_t)strlen(bytes) : 1));
  }
}

static void add_member(vt_text *text, const char *name, const char *value) {
  must(vt_text_add(text, "%s\"%s\": ", text->length > 1 ? ",\n" : "", name));
  translate(text, value);
}

// The sound model with one field replaced, added, or (value NULL) left out; in reverse on request.
static vt_text change(const char *name, const char *value, bool reverse) {
  vt_text text = {0};
  must(vt_text_add(&text, "{"));
  bool known = false;
  for (int i = 0; i < SOUND_COUNT; i++) {
    const json_field *field = &sound[reverse ? SOUND_COUNT - 1 - i : i];
    const bool changed = name && strcmp(name, field->name) == 0;
    known = known || changed;
    if (!changed || value) add_member(&text, field->name, changed ? value : field->value);
  }
  if (name && !known) add_member(&text, name, value);
  must(vt_text_add(&text, "}"));
  return text;
}

static vt_error parse(const vt_text *text, vt_inputs **inputs) {
  return vt_inputs_parse("model.json", text->bytes, text->length, inputs);
}

static vt_inputs *read_changed(const char *name, const char *value) {
  vt_text text = change(name, value, false);
  vt_inputs *inputs;
  must(parse(&text, &inputs));
  vt_text_free(&text);
  return inputs;
}

// The text is refused in one line that names the file and holds the words.
static void expect_refusal(const char *bytes, ptrdiff_t length, const char *words) {
  vt_inputs *inputs;
  const vt_error error = vt_inputs_parse("model.json", bytes, length, &inputs);
  const char *message = vt_error_message();
  if (error == VT_OK) fail_msg("accepted, but expected: %s", words);
  assert_int_equal(error, VT_ERR_INPUT);
  assert_null(inputs);
  if (!strstr(message, words)) fail_msg("found \"%s\", expected \"%s\"", message, words);
  assert_ptr_equal(strstr(message, "model.json:"), message);
  assert_null(strchr(message, '\n'));
}

static double value_at(const vt_inputs *inputs, vt_tensor_id id, const int32_t *key) {
  bool found;
  const ptrdiff_t at = vt_tensor_find(&inputs->tensor[id], vt_tensor_kinds[id].axes, key, &found);
  return found ? inputs->tensor[id].value[at] : (double)NAN;
}

#define VALUE(inputs, id, ...) value_at(inputs, VT_TENSOR_##id, (const int32_t[]){__VA_ARGS__})

// -------------------------------------------------------------------------------------------------

static void a_sound_model_is_read(void **state) {
  (void)state;
  vt_inputs *in = read_changed(NULL, NULL);
  assert_string_equal(in->path, "model.json");
  assert_int_equal(strlen(in->sha256), 64);
  assert_int_equal(vt_labels_count(in->process), 2);
  assert_int_equal(in->process_times, 3);
  assert_int_equal(in->process_time[0], 0);
  assert_int_equal(in->process_time[2], 2);
  assert_int_equal(in->system_time[0], 2020);
  assert_true(VALUE(in, DEMAND, 0, 0) == 2.5);
  assert_true(VALUE(in, DEMAND, 0, 1) == 3.0);
  assert_true(VALUE(in, TECHNOSPHERE, 0, 0, 0) == 0.0); // a stored 0 stays stored
  assert_true(isnan(VALUE(in, TECHNOSPHERE, 0, 0, 1)));
  assert_int_equal(in->window_first[0], 1);
  assert_int_equal(in->window_last[0], 2);
  assert_int_equal(in->window_first[1], 0);
  assert_int_equal(in->window_last[1], 0);
  assert_null(in->process_name[0]);
  assert_true(in->tensor[VT_TENSOR_DEPLOYMENT_MAX_DEFAULT].value[0] == HUGE_VAL);
  assert_true(in->tensor[VT_TENSOR_DEPLOYMENT_MIN_DEFAULT].value[0] == 0.0);
  vt_inputs_free(in);
}

static void entries_ascend_by_index(void **state) {
  (void)state;
  vt_inputs *in = read_changed(NULL, NULL);
  const vt_tensor *tensor = &in->tensor[VT_TENSOR_PRODUCTION];
  assert_int_equal(tensor->count, 2);
  assert_int_equal(tensor->index[0], 0);
  assert_int_equal(tensor->index[3], 1);
  vt_inputs_free(in);
}

static void labels_of_all_axes_have_a_text(void **state) {
  (void)state;
  vt_inputs *in = read_changed(NULL, NULL);
  assert_string_equal(vt_inputs_label(in, VT_AXIS_PROCESS, 1), "P2");
  assert_string_equal(vt_inputs_label(in, VT_AXIS_SYSTEM_TIME, 1), "2021");
  assert_string_equal(vt_inputs_label(in, VT_AXIS_PROCESS_TIME, 2), "2");
  assert_string_equal(vt_inputs_label(in, VT_AXIS_YEAR, -5), "-5");
  assert_string_equal(vt_inputs_label(in, VT_AXIS_FLOW, 0), "R1");
  assert_string_equal(vt_inputs_label(in, VT_AXIS_FLOW, 1), "I1");
  assert_string_equal(vt_inputs_label(in, VT_AXIS_FLOW, 3), "CH4");
  assert_int_equal(vt_inputs_axis_size(in, VT_AXIS_FLOW), 5);
  assert_int_equal(vt_inputs_axis_size(in, VT_AXIS_YEAR), -1);
  assert_int_equal(vt_inputs_axis_size(in, VT_AXIS_BACKGROUND), 2);
  assert_null(vt_inputs_labels(in, VT_AXIS_FLOW));
  vt_inputs_free(in);
}

static void a_code_in_several_sets_gets_its_operation_flow_in_each(void **state) {
  (void)state;
  vt_inputs *in = read_changed("vintage_improvements", "{'[`P1`, `R1`, 1990]': 0.5}");
  assert_int_equal(in->tensor[VT_TENSOR_OPERATION_FLOW].count, 4);
  assert_true(VALUE(in, OPERATION_FLOW, 0, 0) == 1.0); // R1 as a product
  assert_true(VALUE(in, OPERATION_FLOW, 0, 1) == 1.0);
  assert_true(VALUE(in, OPERATION_FLOW, 0, 2) == 0.0);
  assert_true(VALUE(in, OPERATION_FLOW, 0, 4) == 1.0); // R1 as an elementary flow
  assert_true(VALUE(in, IMPROVEMENTS, 0, 0, 1990) == 0.5);
  assert_true(VALUE(in, IMPROVEMENTS, 0, 4, 1990) == 0.5);
  vt_inputs_free(in);
  in = read_changed("flow_limits_max", "{'[`R1`, 2020]': 5}"); // a limit means the product
  assert_int_equal(in->tensor[VT_TENSOR_FLOW_MAX].count, 1);
  assert_true(VALUE(in, FLOW_MAX, 0, 0) == 5.0);
  vt_inputs_free(in);
}

static void the_order_of_fields_does_not_matter(void **state) {
  (void)state;
  vt_text forward = change(NULL, NULL, false), backward = change(NULL, NULL, true);
  vt_text packed[2] = {{0}, {0}};
  const vt_text *texts[2] = {&forward, &backward};
  for (int i = 0; i < 2; i++) {
    vt_inputs *in;
    must(parse(texts[i], &in));
    in->sha256[0] = '\0'; // the one thing that differs
    must(vt_inputs_pack(in, &packed[i]));
    vt_inputs_free(in);
  }
  assert_int_equal(packed[0].length, packed[1].length);
  assert_memory_equal(packed[0].bytes, packed[1].bytes, (size_t)packed[0].length);
  for (int i = 0; i < 2; i++) vt_text_free(&packed[i]);
  vt_text_free(&forward);
  vt_text_free(&backward);
}

// What else must be accepted: one change of the sound model each.
static const json_field accepted[] = {
    {"INTERMEDIATE_FLOW", "['I1', 'unused']"},
    {"process_names", "{'P1': 'a \\u00e9 name', 'P2': ''}"},
    {"process_names", "null"},
    {"flow_limits_max", "null"},
    {"flow_limits_max", "{'[`CO2`, 2020]': Infinity}"},
    {"flow_limits_min", "{'[`CO2`, 2020]': -Infinity, '[`CO2`, 2021]': -3}"},
    {"process_deployment_limits_max_default", "Infinity"},
    {"process_deployment_limits_max_default", "1e999"},
    {"process_deployment_limits_min_default", "-Infinity"},
    {"process_deployment_limits_min_default", "null"},
    {"REFERENCE_VINTAGES", "[2000, 2010]"},
    {"REFERENCE_VINTAGES", "null"},
    {"foreground_biosphere_vintage_overrides", "null"},
    {"category_impact_limit", "null"},
    {"category_impact_limits", "{'[`cc`, 2020]': -1e-12}"},
    {"existing_capacity", "{'[`P1`, 2019]': 0.0, '[`P1`, -3]': 5}"},
    {"process_coupling", "{'[`P1`, `P1`]': 1, '[`P1`, `P2`]': 2}"},
    {"foreground_biosphere_vintages", "{'[`P1`, `CO2`, 0, 1990]': 1, '[`P1`, `CO2`, 0, 2050]': 2}"},
    {"demand", "{ }"},
    {"demand", "{'  [ `R1`\\n,\\t2020 ] ': -0}"},
    {"demand", "{'[`\\\\u0052\\u0031`, 2020]': 7}"},
    {"operation_time_limits", "{'P1': [-3, 40]}"},
    {"operation_time_limits", "{}"},
    {"SYSTEM_TIME", "[2020, 2021]"},
};

static void unusual_but_sound_models_are_read(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof accepted / sizeof accepted[0]; i++)
    vt_inputs_free(read_changed(accepted[i].name, accepted[i].value));
}

static void escapes_in_keys_are_resolved(void **state) {
  (void)state;
  vt_inputs *in = read_changed("demand", "{'[`\\\\u0052\\u0031`, 2020]': 7}");
  assert_true(VALUE(in, DEMAND, 0, 0) == 7.0);
  vt_inputs_free(in);
}

static void names_of_before_optimex_04_are_read(void **state) {
  (void)state;
  vt_inputs *in = read_changed("process_limits_max", "{'[`P2`, 2021]': 4}");
  assert_true(VALUE(in, DEPLOYMENT_MAX, 1, 1) == 4.0);
  vt_inputs_free(in);
  in = read_changed("process_limits_max_default", "7");
  assert_true(in->tensor[VT_TENSOR_DEPLOYMENT_MAX_DEFAULT].value[0] == 7.0);
  vt_inputs_free(in);
  in = read_changed("category_impact_limit", "{'cc': 9}");
  assert_true(VALUE(in, TOTAL_IMPACT_LIMITS, 0) == 9.0);
  vt_inputs_free(in);
}

// -------------------------------------------------------------------------------------------------

static void a_bad_field_is_refused_by_name(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
    vt_text text = change(refusals[i].name, refusals[i].value, false);
    expect_refusal(text.bytes, text.length, refusals[i].words);
    vt_text_free(&text);
  }
}

static void text_that_is_no_object_is_refused_with_its_line(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof bad_texts / sizeof bad_texts[0]; i++) {
    vt_text text = {0};
    must(vt_text_add(&text, "%s", ""));
    translate(&text, bad_texts[i].written);
    expect_refusal(text.bytes, text.length, bad_texts[i].words);
    vt_text_free(&text);
  }
}

static void bad_syntax_is_refused_with_line_and_field(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof bad_syntax / sizeof bad_syntax[0]; i++) {
    vt_text text = change(bad_syntax[i].name, bad_syntax[i].value, false);
    expect_refusal(text.bytes, text.length, bad_syntax[i].words);
    vt_text_free(&text);
  }
}

static void every_truncation_is_refused(void **state) {
  (void)state;
  vt_text text = change(NULL, NULL, false);
  for (ptrdiff_t length = 0; length < text.length; length++)
    expect_refusal(text.bytes, length, "model.json:");
  vt_text_free(&text);
}

static void text_after_the_object_is_refused(void **state) {
  (void)state;
  vt_text text = change(NULL, NULL, false);
  must(vt_text_add(&text, "\n\n x"));
  expect_refusal(text.bytes, text.length, "model.json:20: not valid JSON: found 'x'");
  vt_text_free(&text);
}

static void only_utf8_is_text_and_a_byte_order_mark_is_fine(void **state) {
  (void)state;
  static const char *const bad[] = {
      "\xff", "\xc3", "\x80", "\xc0\xaf", "\xe0\x80\x80", "\xf4\x90\x80\x80", "\xed\xa0\x80"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    vt_text value = {0};
    must(vt_text_add(&value, "['P1', 'P%s']", bad[i]));
    vt_text text = change("PROCESS", value.bytes, false);
    expect_refusal(text.bytes, text.length, "expected UTF-8");
    vt_text_free(&text);
    vt_text_free(&value);
  }
  vt_text sane = change("PROCESS", "['P1', 'P\xc3\xa9\xe2\x82\xac\xf0\x9f\x8d\x87']", false);
  vt_text marked = {0};
  must(vt_text_add(&marked, "\xef\xbb\xbf%s", sane.bytes));
  sane.bytes[10] = '\0';
  expect_refusal(sane.bytes, sane.length, "found a NUL byte");
  vt_text_free(&sane);
  vt_inputs *in = NULL;
  assert_int_equal(parse(&marked, &in), VT_ERR_INPUT); // P2 is gone, and is named in production
  assert_non_null(strstr(vt_error_message(), "found 'P2'"));
  vt_text_free(&marked);
}

static void a_missing_file_and_a_folder_are_refused(void **state) {
  (void)state;
  vt_inputs *in;
  assert_int_equal(vt_inputs_read("no/such/file.json", &in), VT_ERR_INPUT);
  assert_non_null(strstr(vt_error_message(), "no/such/file.json"));
  assert_int_equal(vt_inputs_read("/", &in), VT_ERR_INPUT);
  assert_null(in);
}

static void a_model_without_background_needs_no_weights(void **state) {
  (void)state;
  vt_inputs *in = NULL;
  vt_text text = {0};
  must(vt_text_add(&text, "{"));
  for (int i = 0; i < SOUND_COUNT; i++) {
    const char *name = sound[i].name, *value = sound[i].value;
    if (!strcmp(name, "BACKGROUND_ID") || !strcmp(name, "INTERMEDIATE_FLOW")) value = "[]";
    if (!strcmp(name, "mapping") || !strcmp(name, "background_inventory")) value = "{}";
    if (!strcmp(name, "foreground_technosphere") || !strcmp(name, "operation_flow")) value = "{}";
    add_member(&text, name, value);
  }
  must(vt_text_add(&text, "}"));
  must(parse(&text, &in));
  assert_int_equal(vt_inputs_axis_size(in, VT_AXIS_FLOW), 4);
  vt_inputs_free(in);
  vt_text_free(&text);
}

static void numbers_are_checked_again_after_a_change(void **state) {
  (void)state;
  vt_inputs *in = read_changed("process_coupling", "{'[`P1`, `P2`]': 2}");
  must(vt_inputs_check_numbers(in));
  in->tensor[VT_TENSOR_COUPLING].value[0] = -1.0;
  assert_int_equal(vt_inputs_check_numbers(in), VT_ERR_INPUT);
  in->tensor[VT_TENSOR_COUPLING].value[0] = 1.0;
  in->tensor[VT_TENSOR_DEMAND].value[1] = (double)NAN;
  assert_int_equal(vt_inputs_check_numbers(in), VT_ERR_INPUT);
  assert_non_null(strstr(vt_error_message(), "key [\"R1\", 2021]: found NaN"));
  vt_inputs_free(in);
}

// A field with thousands of keys, many pieces of text: all are read, and two equal ones are found
// however far apart they are.
static void check_long_field(const char *field, const char *value) {
  vt_text list = {0}, members = {0};
  must(vt_text_add(&list, "['P1', 'P2'"));
  must(vt_text_add(&members, "{'P1': %s", value));
  for (int i = 3; i < 5000; i++) {
    must(vt_text_add(&list, ", 'P%d'", i));
    must(vt_text_add(&members, ", 'P%d': %s", i, value));
  }
  must(vt_text_add(&list, "], '%s': %s", field, members.bytes));
  vt_text once = {0}, twice = {0};
  must(vt_text_add(&once, "%s}", list.bytes));
  must(vt_text_add(&twice, "%s, 'P1': %s}", list.bytes, value));
  vt_inputs *in = read_changed("PROCESS", once.bytes);
  assert_int_equal(vt_labels_count(in->process), 4999);
  if (in->process_name[0]) assert_string_equal(in->process_name[4998], "1");
  if (!in->process_name[0]) assert_true(VALUE(in, TOTAL_DEPLOYMENT_MAX, 4998) == 1.0);
  vt_inputs_free(in);
  vt_text text = change("PROCESS", twice.bytes, false);
  expect_refusal(text.bytes, text.length, "key 'P1': found twice");
  vt_text *texts[] = {&text, &list, &members, &once, &twice};
  for (int i = 0; i < 5; i++) vt_text_free(texts[i]);
}

static void keys_are_distinct_over_a_long_field(void **state) {
  (void)state;
  check_long_field("cumulative_process_limits_max", "1");
  check_long_field("process_names", "'1'");
}

// -------------------------------------------------------------------------------------------------

static void expect_round_trip(const vt_inputs *in) {
  vt_text first = {0}, second = {0};
  must(vt_inputs_pack(in, &first));
  vt_inputs *copy;
  must(vt_inputs_unpack(first.bytes, first.length, &copy));
  must(vt_inputs_pack(copy, &second));
  assert_int_equal(first.length, second.length);
  assert_memory_equal(first.bytes, second.bytes, (size_t)first.length);
  assert_string_equal(copy->path, in->path);
  assert_string_equal(copy->sha256, in->sha256);
  vt_inputs_free(copy);
  vt_text_free(&first);
  vt_text_free(&second);
}

static void packed_inputs_come_back_the_same(void **state) {
  (void)state;
  vt_inputs *in = read_changed("process_names", "{'P2': 'the second', 'P1': ''}");
  expect_round_trip(in);
  vt_text bytes = {0};
  must(vt_inputs_pack(in, &bytes));
  vt_inputs_free(in);
  for (ptrdiff_t length = 0; length < bytes.length; length++)
    assert_int_equal(vt_inputs_unpack(bytes.bytes, length, &in), VT_ERR_BUG);
  assert_int_equal(vt_inputs_unpack(bytes.bytes, bytes.length + 1, &in), VT_ERR_BUG);
  bytes.bytes[0] = 'x';
  assert_int_equal(vt_inputs_unpack(bytes.bytes, bytes.length, &in), VT_ERR_BUG);
  vt_text_free(&bytes);
}

// Read a file of the shared cases, or say that there is none.
static vt_inputs *read_shared(const char *name) {
  const char *folder = getenv("VINTNER_SHARED");
  vt_text path = {0};
  vt_inputs *in = NULL;
  must(vt_text_add(&path, "%s/cases/%s", folder ? folder : "", name));
  if (folder && access(path.bytes, R_OK) == 0) must(vt_inputs_read(path.bytes, &in));
  vt_text_free(&path);
  return in;
}

static void the_shared_cases_are_read(void **state) {
  (void)state;
  static const char *const files[] = {"basic/model_inputs.json", "real/hydrogen.json",
                                      "real/carbon-removal.json"};
  static const ptrdiff_t background[] = {9, 13103, 21415};
  for (int i = 0; i < 3; i++) {
    vt_inputs *in = read_shared(files[i]);
    if (!in) {
      print_message("VINTNER_SHARED names no folder with cases/%s\n", files[i]);
      skip();
      return;
    }
    assert_int_equal(in->tensor[VT_TENSOR_BACKGROUND].count, background[i]);
    expect_round_trip(in);
    vt_inputs_free(in);
  }
}

static void all_fifty_optimex_cases_are_read(void **state) {
  (void)state;
  int cases = 0;
  for (int i = 0; i < 200; i++) {
    char name[64];
    (void)snprintf(name, sizeof name, "optimex/%02d.inputs.json", i);
    vt_inputs *in = read_shared(name);
    if (!in) continue;
    cases++;
    expect_round_trip(in);
    vt_inputs_free(in);
  }
  if (cases == 0) {
    print_message("VINTNER_SHARED names no folder with cases/optimex\n");
    skip();
    return;
  }
  assert_int_equal(cases, 50);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_sound_model_is_read),
      cmocka_unit_test(entries_ascend_by_index),
      cmocka_unit_test(labels_of_all_axes_have_a_text),
      cmocka_unit_test(a_code_in_several_sets_gets_its_operation_flow_in_each),
      cmocka_unit_test(the_order_of_fields_does_not_matter),
      cmocka_unit_test(unusual_but_sound_models_are_read),
      cmocka_unit_test(escapes_in_keys_are_resolved),
      cmocka_unit_test(names_of_before_optimex_04_are_read),
      cmocka_unit_test(a_bad_field_is_refused_by_name),
      cmocka_unit_test(text_that_is_no_object_is_refused_with_its_line),
      cmocka_unit_test(bad_syntax_is_refused_with_line_and_field),
      cmocka_unit_test(every_truncation_is_refused),
      cmocka_unit_test(text_after_the_object_is_refused),
      cmocka_unit_test(only_utf8_is_text_and_a_byte_order_mark_is_fine),
      cmocka_unit_test(a_missing_file_and_a_folder_are_refused),
      cmocka_unit_test(a_model_without_background_needs_no_weights),
      cmocka_unit_test(numbers_are_checked_again_after_a_change),
      cmocka_unit_test(keys_are_distinct_over_a_long_field),
      cmocka_unit_test(packed_inputs_come_back_the_same),
      cmocka_unit_test(the_shared_cases_are_read),
      cmocka_unit_test(all_fifty_optimex_cases_are_read),
  };
  return cmocka_run_group_tests_name("inputs", tests, NULL, NULL);
}
