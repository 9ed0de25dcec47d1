// test_choice_designs.c - factors that choose a background: designs, tables, results.
#include "alternatives.h"

#include "kind.h"

#include <unistd.h>

// ---------------------------------------------------------------------------------------------
// Designs.

static vt_design *design_of(const char *rest, vt_study **study) {
  vt_text text = study_text(VT_UNIT_LIFETIME, NULL, rest);
  vt_design *design;
  must(vt_study_parse("study.yaml", text.bytes, text.length, study));
  must(vt_design_create(&(*study)->design, &design));
  vt_text_free(&text);
  return design;
}

static void designs_enumerate_and_draw_the_names(void **state) {
  (void)state;
  static const char factors[] = "  factors:\n    cap: {target: 'demand[*, *]', multiply: [1, 2]}\n"
                                "    path: {target: background, choose: [SSP2, SSP1, SSP5]}\n";
  char rest[300];
  vt_study *study;
  double value[2];
  (void)snprintf(rest, sizeof rest, "ensemble:\n  design: factorial\n%s", factors);
  vt_design *design = design_of(rest, &study);
  assert_int_equal(vt_design_scenarios(design), 6);
  for (int k = 0; k < 6; k++) {
    vt_design_values(design, k, value);
    assert_true(value[0] == 1 + k / 3 && value[1] == k % 3);
  }
  vt_design_free(design);
  vt_study_free(study);
  (void)snprintf(rest, sizeof rest, "ensemble:\n  design: one-at-a-time\n%s", factors);
  design = design_of(rest, &study);
  assert_int_equal(vt_design_scenarios(design), 5);
  for (int k = 0; k < 5; k++) {
    vt_design_values(design, k, value);
    assert_true(k < 2 ? value[0] == k + 1 && isnan(value[1])
                      : isnan(value[0]) && value[1] == k - 2);
  }
  vt_design_free(design);
  vt_study_free(study);
  (void)snprintf(rest, sizeof rest, "ensemble:\n  design: {monte-carlo: 3000}\n%s", factors);
  design = design_of(rest, &study);
  int seen[3] = {0};
  for (int k = 0; k < 3000; k++) {
    vt_design_values(design, k, value);
    assert_true(value[1] == 0 || value[1] == 1 || value[1] == 2);
    seen[(int)value[1]]++;
  }
  for (int i = 0; i < 3; i++) assert_true(seen[i] > 900 && seen[i] < 1100);
  vt_design_free(design);
  vt_study_free(study);
}

// Writes a table for a factor that chooses, and reads the design from it; the message on failure,
// or NULL.
static const char *try_table(const char *csv, vt_design **design, vt_study **study) {
  static const char *const variants[] = {"1", "SSP1"};
  static vt_design_input factor;
  char path[] = "/tmp/vintner-choice-XXXXXX";
  const int file = mkstemp(path);
  assert_true(file >= 0 && write(file, csv, strlen(csv)) == (ssize_t)strlen(csv));
  (void)close(file);
  vt_text text = study_text(VT_UNIT_LIFETIME, NULL,
                            "ensemble:\n  design: {table: t.csv}\n  factors:\n"
                            "    path: {target: background, choose: ~}\n");
  must(vt_study_parse("study.yaml", text.bytes, text.length, study));
  vt_text_free(&text);
  factor = (*study)->design.input[0];
  factor.variants = 2;
  factor.variant = variants;
  (*study)->design.table = path;
  (*study)->design.input = &factor;
  const vt_error made_it = vt_design_create(&(*study)->design, design);
  (void)unlink(path);
  return made_it == VT_OK ? NULL : vt_error_message();
}

// '1' is the name of the first background and the number of the second.
static void tables_take_names_and_numbers(void **state) {
  (void)state;
  vt_design *design;
  vt_study *study;
  const double expected[] = {1, 0, 1, 0};
  const char *failed = try_table("path\nSSP1\n0\n SSP1 \n\"1\"\n", &design, &study);
  if (failed) fail_msg("%s", failed);
  assert_int_equal(vt_design_scenarios(design), 4);
  for (int k = 0; k < 4; k++) {
    double value;
    vt_design_values(design, k, &value);
    assert_true(value == expected[k]);
  }
  vt_design_free(design);
  vt_study_free(study);
  const char *bad[][2] = {{"path\nSSP1\nSPP1\n", ":3: column 'path': found 'SPP1'"},
                          {"path\nSPP1\n", "0 to 1; did you mean 'SSP1'?"},
                          {"path\n2\n", "found '2'"},
                          {"path\n-1\n", "found '-1'"},
                          {"path\n0.5\n", "found '0.5'"},
                          {"path\n99999999999999999999\n", "found '99999999999999999999'"}};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    const char *message = try_table(bad[i][0], &design, &study);
    assert_non_null(message);
    if (!strstr(message, bad[i][1])) fail_msg("'%s' lacks '%s'", message, bad[i][1]);
    vt_study_free(study);
  }
}

// ---------------------------------------------------------------------------------------------
// Results.

static void results_have_the_numbers_and_say_their_names(void **state) {
  (void)state;
  made m = small_parts(NULL, "ensemble:\n  design: one-at-a-time\n  factors:\n" CHOICE
                             "    more: {target: 'demand[*, *]', multiply: [2]}\n"
                             "    odd \"name\": {target: background, choose: ['SSP1']}\n");
  const vt_kind *k = &vt_pathway_kind;
  const vt_team alone = {.size = 1};
  // Inputs with several backgrounds come from databases only: here they are made by hand.
  vt_pathway_data data = {.study = m.study, .team = &alone, .inputs = m.inputs};
  void *model, *worker;
  must(k->create(m.study, &data, &model));
  const vt_layout *layout = k->layout(model);
  const int value = vt_layout_find(layout, "factor_value");
  const int objective = vt_layout_find(layout, "objective");
  assert_string_equal(layout->variable[value].note_name, "choices");
  assert_string_equal(layout->variable[value].note,
                      "{\"path\": [\"SSP2\", \"SSP1\"], \"odd \\\"name\\\"\": [\"SSP1\"]}");
  assert_null(layout->variable[objective].note);
  vt_block block;
  must(vt_block_create(layout, 1, &block));
  must(k->worker_create(model, &worker));
  const double expected[4][4] = {{0, 1, 0, 90}, {1, 1, 0, 40}, {1, 2, 0, 80}, {1, 1, 0, 40}};
  for (int s = 0; s < 4; s++) {
    must(k->solve(worker, s, block.data));
    for (int f = 0; f < 3; f++) assert_true(block.data[value][f] == expected[s][f]);
    assert_true(agree(expected[s][3], block.data[objective][0], 0.0, 1e-12));
  }
  k->worker_free(worker);
  vt_block_free(layout, &block);
  k->model_free(model);
  unmake(&m);
}

// The variables of a layout when a study keeps what `list` names.
static int count_kept(const char *list) {
  char rest[100];
  (void)snprintf(rest, sizeof rest, "results:\n  keep: [%s]\n", list);
  static const json_field limited[] = {{"cumulative_process_limits_max", "{'A': 9}"}, {NULL, NULL}};
  vt_text json = model_text(limited), study = study_text(VT_UNIT_LIFETIME, NULL, rest);
  made m = read_parts(&json, &study);
  vt_text_free(&json);
  vt_text_free(&study);
  const vt_team alone = {.size = 1};
  vt_pathway_data data = {.study = m.study, .team = &alone, .inputs = m.inputs};
  void *model;
  must(vt_pathway_kind.create(m.study, &data, &model));
  const int variables = vt_pathway_kind.layout(model)->variables;
  vt_pathway_kind.model_free(model);
  unmake(&m);
  return variables;
}

static void what_a_study_may_keep_is_there(void **state) {
  (void)state;
  const int always = count_kept("");
  for (const vt_keepable *k = vt_keepable_outputs; k->name; k++) {
    const bool of_databases = strcmp(k->name, "radiative_forcing") == 0;
    if (!(k->kinds & 1U << VT_MODEL_PATHWAY) || of_databases) continue;
    const int more = strcmp(k->name, "installation_range") == 0 ? 2 : 1;
    if (count_kept(k->name) != always + more) fail_msg("'%s' is not stored", k->name);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(designs_enumerate_and_draw_the_names),
      cmocka_unit_test(tables_take_names_and_numbers),
      cmocka_unit_test(results_have_the_numbers_and_say_their_names),
      cmocka_unit_test(what_a_study_may_keep_is_there),
  };
  return cmocka_run_group_tests_name("choice_designs", tests, NULL, NULL);
}
