// test_show.c - `vintner show` on finished, unfinished and single results.
#include "results_case.h"

#include "report.h"
#include "show.h"

#include <hdf5.h>

// What show prints; the caller frees.
static char *shown(const char *path, int64_t scenario, bool json, vt_error expected) {
  char *text = NULL;
  size_t length = 0;
  FILE *out = open_memstream(&text, &length);
  assert_non_null(out);
  const vt_error found = vt_command_show(path, scenario, json, out);
  assert_int_equal(fclose(out), 0);
  if (found != expected) fail_msg("%s", vt_error_message());
  return text;
}

static void expect_shown(const char *path, int64_t scenario, bool json, const char *const *words,
                         size_t count) {
  char *text = shown(path, scenario, json, VT_OK);
  for (size_t i = 0; i < count; i++) {
    if (!strstr(text, words[i])) fail_msg("'%s' is not in:\n%s", words[i], text);
  }
  free(text);
}
#define EXPECT_SHOWN(path, scenario, json, words)                                                  \
  expect_shown((path), (scenario), (json), (words), sizeof(words) / sizeof *(words))

static void a_finished_ensemble_shows_its_statistics(void **state) {
  const place *p = *state;
  succeed(create(p->file, false));
  write_all(p->file);
  summarise(p->file, 1);
  const char *const words[] = {"title       test\n",
                               "scenarios   1000: 857 optimal, 143 infeasible\n",
                               "objective (kg), 857 scenarios\n",
                               "quantile 0.95",
                               "installation, mean over 857 scenarios\n",
                               "2030",
                               "  mill ",
                               "  P3 "};
  EXPECT_SHOWN(p->file, -1, false, words);
  const char *const json[] = {"\"finished\": true", "\"optimal\": 857", "\"name\": \"mill\"",
                              "{\"p\": 0.95, \"value\": "};
  EXPECT_SHOWN(p->file, -1, true, json);
}

static void lines_fit_a_terminal(void **state) {
  const place *p = *state;
  succeed(create(p->file, false));
  write_all(p->file);
  summarise(p->file, 1);
  char *text = shown(p->file, -1, false, VT_OK);
  for (char *at = text; *at;) {
    const size_t length = strcspn(at, "\n");
    // Bytes: two letters of the case take more than one.
    if (length > 84 && !strstr(at, "checks")) fail_msg("%.*s", (int)length, at);
    at += length + (at[length] == '\n');
  }
  free(text);
}

static void one_scenario_shows_its_own_numbers(void **state) {
  const place *p = *state;
  succeed(create(p->file, false));
  write_all(p->file);
  char objective[64];
  (void)snprintf(objective, sizeof objective, "\"value\": %.12g", number(OBJECTIVE, 8, 0));
  const char *const json[] = {"\"scenario\": 8,\n  \"status\": \"optimal\"", objective};
  EXPECT_SHOWN(p->file, 8, true, json);
  const char *const words[] = {"scenario    8: optimal", "installation, scenario 8"};
  EXPECT_SHOWN(p->file, 8, false, words);
  const char *const none[] = {"scenario    3: infeasible\n"};
  EXPECT_SHOWN(p->file, 3, false, none);
  const char *const null[] = {"\"status\": \"infeasible\"", "\"value\": null"};
  EXPECT_SHOWN(p->file, 3, true, null);
  free(shown(p->file, SCENARIOS, false, VT_ERR_INPUT));
  assert_non_null(strstr(vt_error_message(), "no scenario 1000, expected 0 to 999"));
}

static void an_unfinished_file_says_how_to_go_on(void **state) {
  const place *p = *state;
  succeed(create(p->file, false));
  vt_results *results;
  succeed(vt_results_open(p->file, &layout, false, MPI_COMM_NULL, &results));
  rows r;
  fill_rows(&r, 0, 100);
  succeed(vt_results_write(results, &r.block));
  free_rows(&r);
  succeed(vt_results_close(results));
  const char *const words[] = {"100 of 1000 scenarios are done", "vintner resume", "900 not_done"};
  EXPECT_SHOWN(p->file, -1, false, words);
  const char *const json[] = {"\"finished\": false", "\"not_done\": 900"};
  EXPECT_SHOWN(p->file, -1, true, json);
}

static void a_single_solve_shows_the_objective_in_full(void **state) {
  const place *p = *state;
  vt_layout single = layout;
  single.scenarios = 1;
  const vt_attribute attribute = {"title", "a \"quoted\"\ttitle"};
  succeed(create_file(p->file, &single, &attribute, 1, false));
  vt_results *results;
  succeed(vt_results_open(p->file, &single, false, MPI_COMM_NULL, &results));
  rows r;
  fill_rows(&r, 0, 1);
  r.data[OBJECTIVE][0] = 350655.323674651;
  succeed(vt_results_write(results, &r.block));
  free_rows(&r);
  succeed(vt_results_finish(results));
  succeed(vt_results_close(results));
  const char *const words[] = {"objective   350655.323674651 kg\n", "\ninstallation\n"};
  EXPECT_SHOWN(p->file, -1, false, words);
  const char *const json[] = {"\"a \\\"quoted\\\"\\u0009title\"", "\"value\": 350655.323674651"};
  EXPECT_SHOWN(p->file, -1, true, json);
}

// A file of one scenario whose factors are `path` = 1 and `cap` = 1.
static void create_with_choices(const char *path, const char *choices) {
  static const char *const factor[] = {"path", "cap"};
  vt_dimension axis = {.name = "factor", .long_name = "factor", .size = 2, .label = factor};
  vt_variable variables[] = {{.name = "status", .storage = VT_STORE_INT8, .cells = 1},
                             {.name = "factor_value",
                              .cells = 2,
                              .dimensions = 1,
                              .note_name = "choices",
                              .note = choices}};
  const vt_layout own = {
      .scenarios = 1, .dimensions = 1, .dimension = &axis, .variables = 2, .variable = variables};
  double status[] = {VT_OPTIMAL}, value[] = {1, 1}, *data[] = {status, value};
  const vt_block block = {.count = 1, .data = data};
  vt_results *results;
  succeed(create_file(path, &own, NULL, 0, true));
  succeed(vt_results_open(path, &own, false, MPI_COMM_NULL, &results));
  succeed(vt_results_write(results, &block));
  succeed(vt_results_close(results));
}

static void a_factor_that_chooses_shows_the_name(void **state) {
  const place *p = *state;
  create_with_choices(p->file, "{\"other\": [\"x\"], \"path\": [\"SSP1\", \"SSP \\\"2\\\"\"]}");
  const char *const words[] = {"path                     SSP \"2\"\n",
                               "cap                      1\n"};
  EXPECT_SHOWN(p->file, 0, false, words);
  const char *const json[] = {"\"factors\": {\"path\": \"SSP \\\"2\\\"\", \"cap\": 1}"};
  EXPECT_SHOWN(p->file, 0, true, json);
  create_with_choices(p->file, NULL);
  const char *const numbers[] = {"\"factors\": {\"path\": 1, \"cap\": 1}"};
  EXPECT_SHOWN(p->file, 0, true, numbers);
}

static void broken_lists_of_choices_leave_numbers(void **state) {
  (void)state;
  char found[8];
  const char *const whole = "{\"a\\\\\": [\"x\"], \"\\u0001b\": [\"1\\u0041\\n\", \"long name\"]}";
  assert_true(report_choice(whole,
                            "\x01"
                            "b",
                            0, found, sizeof found));
  assert_string_equal(found, "1A?");
  assert_true(report_choice(whole,
                            "\x01"
                            "b",
                            1, found, sizeof found));
  assert_string_equal(found, "long na");
  assert_true(report_choice(whole, "a\\", 0, found, sizeof found));
  const double none[] = {-1, 2, 0.5, (double)NAN, (double)INFINITY};
  for (size_t i = 0; i < sizeof none / sizeof *none; i++)
    assert_false(report_choice(whole,
                               "\x01"
                               "b",
                               none[i], found, sizeof found));
  assert_false(report_choice(whole, "b", 0, found, sizeof found));
  assert_false(report_choice(NULL, "b", 0, found, sizeof found));
  const size_t length = strlen(whole);
  for (size_t cut = 0; cut <= length; cut++) {
    char *part = strndup(whole, cut);
    assert_non_null(part);
    (void)report_choice(part,
                        "\x01"
                        "b",
                        1, found, sizeof found);
    (void)report_choice(part, "c", 1, found, sizeof found);
    free(part);
  }
  assert_false(report_choice("{{{}}}\"a\": 5, \"b\": 7", "b", 0, found, sizeof found));
}

// A list of one number in the place of a dataset.
static void shorten(hid_t file, const char *dataset) {
  const hsize_t one = 1;
  const double number = 1.0;
  const hid_t space = H5Screate_simple(1, &one, NULL);
  assert_true(H5Ldelete(file, dataset, H5P_DEFAULT) >= 0);
  const hid_t set =
      H5Dcreate2(file, dataset, H5T_IEEE_F64LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  assert_true(H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, &number) >= 0);
  assert_true(H5Dclose(set) >= 0 && H5Sclose(space) >= 0);
}

// Attributes that HDF5 itself reads as it expects them to be.
static void swell(hid_t file, const char *of, const char *attribute) {
  const hsize_t many = 6000;
  const hid_t space = H5Screate_simple(1, &many, NULL);
  (void)H5Adelete_by_name(file, of, attribute, H5P_DEFAULT);
  const hid_t made = H5Acreate_by_name(file, of, attribute, H5T_STD_I64LE, space, H5P_DEFAULT,
                                       H5P_DEFAULT, H5P_DEFAULT);
  double *value = calloc(many, sizeof *value);
  assert_non_null(value);
  assert_true(H5Awrite(made, H5T_NATIVE_DOUBLE, value) >= 0);
  free(value);
  assert_true(H5Aclose(made) >= 0 && H5Sclose(space) >= 0);
}

static void what_other_programs_changed_is_shown_without_labels(void **state) {
  const place *p = *state;
  static const char *const short_names[] = {"process", "process_name", "time"};
  static const char *const swollen[] = {"installation", "statistics/installation_mean", "impact"};
  succeed(create(p->file, false));
  write_all(p->file);
  summarise(p->file, 1);
  const hid_t file = H5Fopen(p->file, H5F_ACC_RDWR, H5P_DEFAULT);
  for (size_t i = 0; i < sizeof swollen / sizeof *swollen; i++)
    swell(file, swollen[i], "DIMENSION_LIST");
  swell(file, "scenario", "CLASS");
  for (size_t i = 0; i < sizeof short_names / sizeof *short_names; i++)
    shorten(file, short_names[i]);
  assert_true(H5Fclose(file) >= 0);
  const char *const words[] = {"installation, mean over 857 scenarios\n", "  ? "};
  EXPECT_SHOWN(p->file, -1, false, words);
  free(shown(p->file, -1, true, VT_OK));
  free(shown(p->file, 0, false, VT_OK));
  free(shown(p->file, 0, true, VT_OK));
}

static void what_cannot_be_shown_or_printed_is_an_error(void **state) {
  const place *p = *state;
  free(shown(p->file, -1, false, VT_ERR_INPUT));
  free(shown(p->folder, -1, true, VT_ERR_INPUT));
  succeed(create(p->file, false));
  FILE *full = fopen("/dev/full", "w");
  if (!full) skip();
  assert_int_equal(vt_command_show(p->file, -1, false, full), VT_ERR_SYSTEM);
  (void)fclose(full);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      IN_A_FOLDER(a_finished_ensemble_shows_its_statistics),
      IN_A_FOLDER(lines_fit_a_terminal),
      IN_A_FOLDER(one_scenario_shows_its_own_numbers),
      IN_A_FOLDER(an_unfinished_file_says_how_to_go_on),
      IN_A_FOLDER(a_single_solve_shows_the_objective_in_full),
      IN_A_FOLDER(a_factor_that_chooses_shows_the_name),
      cmocka_unit_test(broken_lists_of_choices_leave_numbers),
      IN_A_FOLDER(what_other_programs_changed_is_shown_without_labels),
      IN_A_FOLDER(what_cannot_be_shown_or_printed_is_an_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
