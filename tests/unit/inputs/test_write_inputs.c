// test_write_inputs.c - inputs written as optimex saves them: the text, and that it is read as what
// was written.
#include "random_models.h"

#include <float.h>
#include <unistd.h>

// Both as flat bytes, which agree in all but the hash of the text they were read from.
static void expect_equal(const vt_inputs *expected, vt_inputs *found) {
  vt_text a = {0}, b = {0};
  memcpy(found->sha256, expected->sha256, sizeof found->sha256);
  must(vt_inputs_pack(expected, &a));
  must(vt_inputs_pack(found, &b));
  assert_int_equal(a.length, b.length);
  assert_memory_equal(a.bytes, b.bytes, (size_t)a.length);
  vt_text_free(&a);
  vt_text_free(&b);
}

static void expect_read_again(const vt_inputs *inputs) {
  vt_text json = {0};
  vt_inputs *again;
  must(vt_inputs_format(inputs, &json));
  must(vt_inputs_parse(inputs->path, json.bytes, json.length, &again));
  expect_equal(inputs, again);
  vt_inputs_free(again);
  vt_text_free(&json);
}

static vt_inputs *read_model(const json_field *change) {
  vt_inputs *inputs;
  vt_text json = model_text(change);
  must(vt_inputs_parse("model.json", json.bytes, json.length, &inputs));
  vt_text_free(&json);
  return inputs;
}

static const json_field unchanged[] = {{NULL, NULL}};

// Each of the fields that the base model has not, and names that need escapes.
static const json_field full[] = {
    {"PRODUCT", "['R', 'Stra\xc3\x9f"
                "e', 'a, [b] \xe2\x82\xac \xf0\x9f\x8c\x8d', '\\\"q\\\" \\\\ \\t\\u0001\\u007f']"},
    {"ELEMENTARY_FLOW", "['CO2', 'R', 'I', 'CH4']"},
    {"PROCESS_TIME", "[2, -1, 0, 1]"},
    {"demand", "{'[`R`, 2020]': 10, '[`Stra\xc3\x9f"
               "e`, 2021]': -0.0}"},
    {"operation_flow", "{'[`A`, `R`]': true, '[`B`, `R`]': true, '[`A`, `CH4`]': false}"},
    {"internal_demand_technosphere", "{'[`A`, `R`, -1]': 1e-9}"},
    {"foreground_technosphere_vintages", "{'[`A`, `I`, 0, 2015]': 1, '[`A`, `I`, 0, 2025]': 0.5}"},
    {"foreground_biosphere_vintages", "{'[`B`, `CO2`, 0, 2020]': 4}"},
    {"foreground_production_vintages", "{'[`A`, `R`, 0, 2020]': 1.1}"},
    {"vintage_improvements", "{'[`A`, `R`, 2010]': 0.9, '[`A`, `CO2`, 2030]': 0.8}"},
    {"operation_time_limits", "{'A': [0, 1]}"},
    {"category_impact_limits", "{'[`cc`, 2021]': 1e6}"},
    {"cumulative_category_impact_limits", "{'cc': 1e7}"},
    {"process_deployment_limits_max", "{'[`A`, 2021]': Infinity, '[`B`, 2020]': 3}"},
    {"process_deployment_limits_min", "{'[`A`, 2021]': -Infinity}"},
    {"process_operation_limits_max", "{'[`A`, 2021]': 7}"},
    {"process_operation_limits_min", "{'[`A`, 2021]': 0.1}"},
    {"cumulative_process_limits_max", "{'A': 100}"},
    {"cumulative_process_limits_min", "{'A': 1}"},
    {"process_coupling", "{'[`A`, `B`]': 2}"},
    {"existing_capacity", "{'[`A`, 2019]': 1, '[`B`, -4]': 2}"},
    {"flow_limits_max", "{'[`R`, 2020]': 20, '[`I`, 2020]': 9}"},
    {"flow_limits_min", "{'[`CO2`, 2020]': -1e300}"},
    {"cumulative_flow_limits_max", "{'I': 90, 'CH4': 1}"},
    {"cumulative_flow_limits_min", "{'R': 0}"},
    {"process_names", "{'B': 'the second \xc3\xa9'}"},
    {"process_deployment_limits_max_default", "50"},
    {"process_operation_limits_min_default", "-1"},
    {"cumulative_process_limits_max_default", "1e400"},
    {NULL, NULL},
};

static void what_is_written_is_read_again(void **state) {
  (void)state;
  vt_inputs *in = read_model(unchanged);
  expect_read_again(in);
  vt_inputs_free(in);
  in = read_model(full);
  for (int id = 0; id < VT_TENSOR_COUNT; id++) assert_true(in->tensor[id].count > 0);
  expect_read_again(in);
  vt_inputs_free(in);
}

static void random_models_are_read_again(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= 200; seed++) {
    vt_inputs *in;
    vt_text json = random_model(seed);
    must(vt_inputs_parse("random.json", json.bytes, json.length, &in));
    vt_text_free(&json);
    expect_read_again(in);
    vt_inputs_free(in);
  }
}

static void all_doubles_come_back(void **state) {
  (void)state;
  static const double hard[] = {
      0.1 + 0.2, 1.0 / 3.0, DBL_MAX, -DBL_MAX,           DBL_MIN,      5e-324,
      -0.0,      1e15,      1e16,    9007199254740993.0, 1e15 + 0.125, 123456789012345680.0,
      1e22,      1e23,      1e-5};
  vt_inputs *in = read_model(unchanged);
  double *value = &in->tensor[VT_TENSOR_DEMAND].value[0];
  for (size_t i = 0; i < sizeof hard / sizeof *hard; i++) {
    *value = hard[i];
    expect_read_again(in);
  }
  dice d = {7};
  for (int i = 0; i < 2000; i++) {
    const uint64_t bits = roll(&d);
    memcpy(value, &bits, sizeof *value);
    if (isfinite(*value)) expect_read_again(in);
  }
  vt_inputs_free(in);
}

static void expect_words(const vt_text *json, const char *words) {
  vt_text wanted = {0};
  add_json(&wanted, words);
  if (!strstr(json->bytes, wanted.bytes)) fail_msg("found %s\nexpected %s", json->bytes, words);
  vt_text_free(&wanted);
}

static void the_text_is_that_of_pythons_json(void **state) {
  (void)state;
  vt_inputs *in = read_model(full);
  vt_text json = {0};
  must(vt_inputs_format(in, &json));
  static const char *const words[] = {
      "{\n  'PROCESS': [\n    'A',\n    'B'\n  ],\n  'PRODUCT': [\n",
      "'Stra\\u00dfe',\n    'a, [b] \\u20ac \\ud83c\\udf0d',\n"
      "    '\\\"q\\\" \\\\ \\t\\u0001\\u007f'\n  ]",
      "'[`R`, 2020]': 10.0,\n    '[`Stra\\\\u00dfe`, 2021]': -0.0\n  },\n  'operation_flow': {",
      "'[`A`, `R`, -1]': 1e-09\n",
      "'operation_time_limits': {\n    'A': [\n      0,\n      1\n    ],\n    'B': [\n      0,\n",
      "'[`A`, `R`]': true,\n",
      "'[`A`, `CH4`]': false,\n",
      "'[`A`, 2021]': Infinity,\n    '[`B`, 2020]': 3.0\n",
      "'[`A`, 2021]': -Infinity\n",
      "'cumulative_flow_limits_max': {\n    'I': 90.0,\n    'CH4': 1.0\n  },\n",
      "'process_names': {\n    'B': 'the second \\u00e9'\n  },\n",
      "'cumulative_process_limits_max_default': Infinity,\n"
      "  'cumulative_process_limits_min_default': 0.0\n}",
  };
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) expect_words(&json, words[i]);
  vt_text_free(&json);
  vt_inputs_free(in);

  in = read_model(unchanged);
  must(vt_inputs_format(in, &json));
  expect_words(&json, "'internal_demand_technosphere': {},\n");
  expect_words(&json, "'vintage_improvements': null,\n");
  expect_words(&json, "'process_names': null,\n");
  vt_text_free(&json);
  vt_inputs_free(in);
}

// 'R' is a product and an elementary flow: optimex has one entry for both.
static void a_code_that_means_two_things_is_refused(void **state) {
  (void)state;
  vt_text json = {0};
  vt_inputs *in = read_model(full);
  vt_tensor *flags = &in->tensor[VT_TENSOR_OPERATION_FLOW];
  int32_t key[2] = {0, 0};
  bool found;
  flags->value[vt_tensor_find(flags, 2, key, &found)] = 0.0;
  assert_true(found);
  assert_int_equal(vt_inputs_format(in, &json), VT_ERR_INPUT);
  assert_non_null(
      strstr(vt_error_message(), "model.json: field 'operation_flow', key [\"A\", \"R\"]"));
  vt_text_free(&json);
  vt_inputs_free(in);

  in = read_model(full);
  vt_tensor *limits = &in->tensor[VT_TENSOR_TOTAL_FLOW_MIN];
  limits->index[0] = 4 + 1 + 1; // the elementary flow of that name
  assert_int_equal(vt_inputs_format(in, &json), VT_ERR_INPUT);
  assert_non_null(strstr(vt_error_message(), "'cumulative_flow_limits_min', key 'R'"));
  vt_text_free(&json);
  vt_inputs_free(in);
}

static void a_name_that_is_no_text_is_refused(void **state) {
  (void)state;
  vt_text json = {0};
  vt_inputs *in = read_model(unchanged);
  in->process_name[1] = "caf\xe9";
  assert_int_equal(vt_inputs_format(in, &json), VT_ERR_INPUT);
  vt_text_free(&json);
  vt_inputs_free(in);
}

static void an_existing_file_is_replaced_by_force_only(void **state) {
  (void)state;
  char folder[] = "/tmp/vintner-inputs-XXXXXX";
  assert_non_null(mkdtemp(folder));
  vt_text path = {0}, missing = {0}, partial = {0};
  must(vt_text_add(&path, "%s/inputs.json", folder));
  must(vt_text_add(&missing, "%s/none/inputs.json", folder));
  must(vt_text_add(&partial, "%s.partial", path.bytes));
  vt_inputs *first = read_model(unchanged), *second = read_model(full), *again;
  must(vt_inputs_write(first, path.bytes, false));
  assert_int_equal(vt_inputs_write(second, path.bytes, false), VT_ERR_INPUT);
  assert_non_null(strstr(vt_error_message(), "--force"));
  must(vt_inputs_write(second, path.bytes, true));
  assert_int_equal(vt_inputs_write(first, folder, false), VT_ERR_INPUT);
  assert_int_equal(vt_inputs_write(first, folder, true), VT_ERR_INPUT);
  assert_int_equal(vt_inputs_write(first, missing.bytes, false), VT_ERR_INPUT);
  // What fails half-way leaves the file that was there, and none of its own.
  const char *name = second->process_name[0];
  second->process_name[0] = "\xff";
  assert_int_equal(vt_inputs_write(second, path.bytes, true), VT_ERR_INPUT);
  assert_int_equal(access(partial.bytes, F_OK), -1);
  second->process_name[0] = name;
  must(vt_inputs_read(path.bytes, &again));
  again->path = second->path;
  expect_equal(second, again);
  vt_inputs_free(again);
  // What was read is not written over.
  assert_int_equal(vt_inputs_write(first, path.bytes, true), VT_ERR_INPUT);
  assert_int_equal(unlink(path.bytes), 0);
  assert_int_equal(rmdir(folder), 0);
  vt_inputs_free(first);
  vt_inputs_free(second);
  vt_text_free(&path);
  vt_text_free(&missing);
  vt_text_free(&partial);
}

// ---------------------------------------------------------------------------------------------
// What a study makes of its inputs.

static void the_reference_has_overrides_and_no_trace_of_factors(void **state) {
  (void)state;
  // The demand of 2023 repeats that of 2022, which the base model has not.
  static const json_field demand[] = {
      {"demand", "{'[`R`, 2020]': 10, '[`R`, 2022]': 2}"},
      {"mapping", "{'[`db`, 2020]': 1, '[`db`, 2021]': 1, '[`db`, 2022]': 1}"},
      {NULL, NULL}};
  made m = make_model(demand, VT_UNIT_LIFETIME,
                      "    extend: 1\n    overrides:\n"
                      "      - {target: 'demand[R, 2020]', multiply: 3}\n"
                      "      - {target: 'demand[R, 2023]', add: 1}\n"
                      "      - {target: 'cumulative_process_limits_max[A]', set: 99}\n",
                      "ensemble:\n  design: factorial\n  factors:\n"
                      "    cap: {target: 'process_deployment_limits_max[B, 2020]', set: [5]}\n"
                      "    more: {target: 'demand[R, *]', multiply: [2]}\n"
                      "    late: {target: 'demand[R, 2022]', set: [4]}\n");
  const vt_inputs view = vt_pathway_reference_inputs(m.pathway);
  vt_text text = {0};
  must(vt_inputs_format(&view, &text));
  expect_words(&text, "    2022,\n    2023\n  ],");
  expect_words(&text, "'demand': {\n    '[`R`, 2020]': 30.0,\n    '[`R`, 2022]': 2.0,\n"
                      "    '[`R`, 2023]': 3.0\n  },");
  expect_words(&text, "'[`db`, 2023]': 1.0\n");
  expect_words(&text, "'process_deployment_limits_max': null,\n");
  expect_words(&text, "'cumulative_process_limits_max': {\n    'A': 99.0\n  },");
  vt_text_free(&text);
  unmake(&m);
}

static void solve_again(uint64_t seed) {
  vt_text study = study_text(VT_UNIT_LIFETIME,
                             "    objective: C0\n    extend: 2\n    overrides:\n"
                             "      - {target: 'foreground_production[*, *, *]', multiply: 0.75}\n"
                             "      - {target: 'demand[R0, 2021:]', set: 2.5}\n",
                             NULL);
  vt_text plain = study_text(VT_UNIT_LIFETIME, "    objective: C0\n", NULL);
  vt_text json = random_model(seed), written = {0};
  made m = make(&json, &study, true);
  const vt_inputs view = vt_pathway_reference_inputs(m.pathway);
  must(vt_inputs_format(&view, &written));
  made n = make(&written, &plain, true);
  answer a = solve(&m, NULL), b = solve(&n, NULL);
  assert_int_equal(a.outcome, b.outcome);
  assert_true(a.objective == b.objective); // the same numbers, the same steps
  answer_free(&a);
  answer_free(&b);
  unmake(&m);
  unmake(&n);
  vt_text_free(&json);
  vt_text_free(&written);
  vt_text_free(&study);
  vt_text_free(&plain);
}

static void a_written_model_has_the_optimum_of_its_study(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= 40; seed++) solve_again(seed);
}

// ---------------------------------------------------------------------------------------------

static bool shared_is_read_again(const char *name) {
  const char *folder = getenv("VINTNER_SHARED");
  vt_text path = {0};
  vt_inputs *in = NULL;
  must(vt_text_add(&path, "%s/cases/%s", folder ? folder : "", name));
  if (folder && access(path.bytes, R_OK) == 0) must(vt_inputs_read(path.bytes, &in));
  vt_text_free(&path);
  if (!in) return false;
  expect_read_again(in);
  vt_inputs_free(in);
  return true;
}

static void the_shared_cases_are_read_again(void **state) {
  (void)state;
  int cases = shared_is_read_again("basic/model_inputs.json") +
              shared_is_read_again("real/hydrogen.json") +
              shared_is_read_again("real/carbon-removal.json");
  for (int i = 0; i < 100; i++) {
    char name[64];
    (void)snprintf(name, sizeof name, "optimex/%02d.inputs.json", i);
    cases += shared_is_read_again(name);
  }
  if (cases == 0) {
    print_message("VINTNER_SHARED names no folder with cases/\n");
    skip();
    return;
  }
  assert_int_equal(cases, 53);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_written_is_read_again),
      cmocka_unit_test(random_models_are_read_again),
      cmocka_unit_test(all_doubles_come_back),
      cmocka_unit_test(the_text_is_that_of_pythons_json),
      cmocka_unit_test(a_code_that_means_two_things_is_refused),
      cmocka_unit_test(a_name_that_is_no_text_is_refused),
      cmocka_unit_test(an_existing_file_is_replaced_by_force_only),
      cmocka_unit_test(the_reference_has_overrides_and_no_trace_of_factors),
      cmocka_unit_test(a_written_model_has_the_optimum_of_its_study),
      cmocka_unit_test(the_shared_cases_are_read_again),
  };
  vt_log_open(VT_LOG_ERROR, false, true);
  return cmocka_run_group_tests_name("write_inputs", tests, NULL, NULL);
}
