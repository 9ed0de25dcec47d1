// test_study_databases.c - pathway models from databases in a study, and demand in a CSV file.
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "vintner/assembly.h"
#include "vintner/store.h"
#include "vintner/study.h"

// Eight lines that make a study from databases but for demand and methods; the next is line 9.
#define PLAIN_HEAD                                                                                 \
  "vintner: 1\nname: x\nmodel:\n  pathway:\n    databases: [a.json, /b.h5]\n"                      \
  "    foreground: fg\n    years: [2025, 2054]\n    missing: error\n"
#define DEMAND "    demand: {p: 1}\n"
#define METHODS "    methods: {c: [GWP]}\n"
#define BASE PLAIN_HEAD DEMAND METHODS                                  // the next is line 11
#define WITH_DEMAND(demand) PLAIN_HEAD METHODS "    demand: " demand    // line 10
#define WITH_METHODS(methods) PLAIN_HEAD DEMAND "    methods: " methods // line 10
#define BACKGROUND(background) BASE "    background: " background "\n"  // line 11
#define PATHWAYS BACKGROUND("{S1: [a, b], S2: {a: 2020, c: 2030}}")
#define INPUTS "vintner: 1\nname: x\nmodel:\n  pathway:\n    inputs: m.json\n"
#define YEAR_FORMS "expected a year or a range such as 2030:2040, 2030: or :2040"

typedef struct bad_case {
  const char *text, *expected;
} bad_case;

static void expect_refused(const char *text, const char *expected) {
  vt_study *study = NULL;
  const vt_error parsed = vt_study_parse("s.yaml", text, (ptrdiff_t)strlen(text), &study);
  if (parsed == VT_OK) fail_msg("accepted:\n%s", text);
  assert_int_equal(parsed, VT_ERR_INPUT);
  assert_null(study);
  const char *message = vt_error_message();
  if (!strstr(message, expected)) fail_msg("found    %s\nexpected %s\n", message, expected);
  if (strncmp(message, "s.yaml:", 7) != 0) fail_msg("no place: %s\n", message);
  assert_null(strchr(message, '\n'));
}

static void expect_all_refused(const bad_case *bad, size_t count) {
  for (size_t i = 0; i < count; i++) expect_refused(bad[i].text, bad[i].expected);
}
#define EXPECT_ALL_REFUSED(table) expect_all_refused((table), sizeof(table) / sizeof *(table))

static vt_study *parse(const char *path, const char *text) {
  vt_study *study = NULL;
  if (vt_study_parse(path, text, (ptrdiff_t)strlen(text), &study) != VT_OK)
    fail_msg("%s", vt_error_message());
  return study;
}

// -------------------------------------------------------------------------------------------------
// What is read.

static void the_smallest_plan_has_the_documented_defaults(void **state) {
  (void)state;
  vt_study *study = parse("dir/s.yaml", BASE);
  const vt_database_plan *plan = study->model.pathway.from;
  assert_non_null(plan);
  assert_null(study->model.pathway.inputs);
  assert_int_equal(study->model.databases, 2);
  assert_string_equal(study->model.database[0], "dir/a.json");
  assert_string_equal(study->model.database[1], "/b.h5");
  assert_int_equal(study->model.database_line[1], 5);
  assert_string_equal(plan->foreground, "fg");
  assert_int_equal(plan->foreground_line, 6);
  assert_int_equal(plan->backgrounds, 0);
  assert_int_equal(plan->years_line, 7);
  assert_int_equal(plan->first_year, 2025);
  assert_int_equal(plan->last_year, 2054);
  assert_int_equal(plan->demand_line, 9);
  assert_int_equal(plan->demands, 1);
  assert_int_equal(plan->demand[0].first_year, 2025);
  assert_int_equal(plan->demand[0].last_year, 2054);
  assert_null(plan->demand_file);
  assert_int_equal(plan->categories, 1);
  assert_int_equal(plan->category[0].metric, VT_METRIC_STATIC);
  assert_int_equal(plan->category[0].horizon, 100);
  assert_true(plan->category[0].fixed_horizon);
  assert_int_equal(plan->retained, 0);
  assert_true(plan->characterised_only);
  assert_true(plan->cutoff == 0);
  assert_false(plan->missing_zero);
  vt_study_free(study);
}

static void methods_flows_and_missing_arrive(void **state) {
  (void)state;
  vt_study *study = parse(
      "s.yaml", PLAIN_HEAD DEMAND
      "    methods:\n      climate: {method: [GWP, 100], metric: CRF, horizon: 50, fixed_horizon: "
      "false}\n      land: {method: land use}\n      gwp: {method: [G], metric: GWP, "
      "fixed_horizon: false}\n      water: {method: [w, x], horizon: 20}\n"
      "    flows: {retain: [12, co2], characterised_only: false, cutoff: 0.25}\n"
      "    objective: [land, climate]\n");
  const vt_database_plan *plan = study->model.pathway.from;
  assert_int_equal(plan->methods_line, 10);
  assert_int_equal(plan->categories, 4);
  const vt_category_plan *c = plan->category;
  assert_string_equal(c[0].name, "climate");
  assert_int_equal(c[0].line, 11);
  assert_int_equal(c[0].parts, 2);
  assert_string_equal(c[0].part[1], "100");
  assert_int_equal(c[0].metric, VT_METRIC_CRF);
  assert_int_equal(c[0].horizon, 50);
  assert_true(c[0].fixed_horizon); // whatever is asked for
  assert_string_equal(c[1].part[0], "land use");
  assert_int_equal(c[1].metric, VT_METRIC_STATIC);
  assert_int_equal(c[2].metric, VT_METRIC_GWP);
  assert_int_equal(c[2].horizon, 100);
  assert_false(c[2].fixed_horizon);
  assert_string_equal(c[3].name, "water");
  assert_string_equal(c[3].part[1], "x");
  assert_int_equal(plan->retained, 2);
  assert_int_equal(plan->retain_line, 15);
  assert_string_equal(plan->retain[0], "12");
  assert_false(plan->characterised_only);
  assert_true(plan->cutoff == 0.25);
  assert_int_equal(study->aims.levels, 2);
  vt_study_free(study);
  study = parse("s.yaml", "vintner: 1\nname: x\nmodel: {pathway: {missing: zero, methods: {c: "
                          "G}, demand: {p: 1}, years: [1, 9999], foreground: f, databases: "
                          "[a]}}\n");
  assert_true(study->model.pathway.from->missing_zero);
  assert_int_equal(study->model.pathway.from->last_year, 9999);
  vt_study_free(study);
}

static void a_background_has_years_or_a_list_or_several_pathways(void **state) {
  (void)state;
  vt_study *study = parse("s.yaml", BACKGROUND("{db_2020: 2020, 1234: 1950}"));
  const vt_background_variant *b = study->model.pathway.from->background;
  assert_int_equal(study->model.pathway.from->backgrounds, 1);
  assert_null(b->name);
  assert_int_equal(b->snapshots, 2);
  assert_string_equal(b->snapshot[1].name, "1234");
  assert_true(b->snapshot[1].has_year);
  assert_int_equal(b->snapshot[1].year, 1950);
  assert_int_equal(b->snapshot[1].line, 11);
  vt_study_free(study);
  study = parse("s.yaml", BACKGROUND("[a, b, c]"));
  assert_int_equal(study->model.pathway.from->backgrounds, 1);
  assert_int_equal(study->model.pathway.from->background[0].snapshots, 3);
  assert_false(study->model.pathway.from->background[0].snapshot[2].has_year);
  vt_study_free(study);
  study = parse("s.yaml", PATHWAYS);
  b = study->model.pathway.from->background;
  assert_int_equal(study->model.pathway.from->backgrounds, 2);
  assert_string_equal(b[0].name, "S1");
  assert_false(b[0].snapshot[1].has_year);
  assert_string_equal(b[1].name, "S2");
  assert_int_equal(b[1].snapshot[1].year, 2030);
  vt_study_free(study);
}

static void a_year_may_have_several_databases(void **state) {
  (void)state;
  vt_study *study = parse("s.yaml", BACKGROUND("{2030: [power, steel], db: 2020, 0999: [a]}"));
  const vt_background_variant *b = study->model.pathway.from->background;
  assert_int_equal(study->model.pathway.from->backgrounds, 1);
  assert_null(b->name);
  assert_int_equal(b->snapshots, 3);
  assert_string_equal(b->snapshot[0].name, "power+steel");
  assert_int_equal(b->snapshot[0].databases, 2);
  assert_string_equal(b->snapshot[0].database[1], "steel");
  assert_true(b->snapshot[0].has_year);
  assert_int_equal(b->snapshot[0].year, 2030);
  assert_string_equal(b->snapshot[1].database[0], "db");
  assert_int_equal(b->snapshot[2].year, 999);
  vt_study_free(study);
  study = parse("s.yaml", BACKGROUND("{S1: {2020: [a, b], 2030: [a, c]}, S2: [a]}"));
  b = study->model.pathway.from->background;
  assert_int_equal(study->model.pathway.from->backgrounds, 2);
  assert_string_equal(b[0].snapshot[1].name, "a+c");
  assert_false(b[1].snapshot[0].has_year);
  vt_study_free(study);
}

static void demand_has_years_ranges_and_open_ends(void **state) {
  (void)state;
  // The horizon comes last; block maps take :2026 without quotes.
  vt_study *study = parse("s.yaml", "vintner: 1\nname: x\nmodel:\n  pathway:\n"
                                    "    databases: [a]\n    foreground: f\n"
                                    "    demand:\n      4711: {2027: 10, 2030:2040: 12, 2041:: 3, "
                                    "\":2026\": -4.5}\n      q:\n        :2026: 1\n        2030:: "
                                    "2\n      r: 1e3\n      007: {2054:2054: 0}\n" METHODS
                                    "    years: [2025, 2054]\n");
  const vt_yearly_demand *d = study->model.pathway.from->demand;
  static const struct {
    const char *product;
    int first, last;
    double amount;
    int line;
  } expected[] = {{"4711", 2027, 2027, 10, 8}, {"4711", 2030, 2040, 12, 8},
                  {"4711", 2041, 2054, 3, 8},  {"4711", 2025, 2026, -4.5, 8},
                  {"q", 2025, 2026, 1, 10},    {"q", 2030, 2054, 2, 11},
                  {"r", 2025, 2054, 1000, 12}, {"007", 2054, 2054, 0, 13}};
  assert_int_equal(study->model.pathway.from->demands, 8);
  for (int i = 0; i < 8; i++) {
    assert_string_equal(d[i].product, expected[i].product);
    assert_int_equal(d[i].first_year, expected[i].first);
    assert_int_equal(d[i].last_year, expected[i].last);
    assert_true(d[i].amount == expected[i].amount);
    assert_int_equal(d[i].line, expected[i].line);
  }
  vt_study_free(study);
  study = parse("dir/s.yaml", WITH_DEMAND("d.csv\n"));
  assert_string_equal(study->model.pathway.from->demand_file, "dir/d.csv");
  assert_int_equal(study->model.pathway.from->demands, 0);
  assert_int_equal(study->model.pathway.from->demand_line, 10);
  vt_study_free(study);
}

static void alternatives_are_chosen_by_overrides_and_factors(void **state) {
  (void)state;
  vt_study *study =
      parse("s.yaml", PATHWAYS "    overrides:\n      - {target: background, choose: S2}\n"
                               "      - {target: background, choose: [S1]}\n"
                               "ensemble:\n  design: factorial\n"
                               "  factors: {f: {target: background, choose: [S2, S1]}, g: {target: "
                               "background, choose: [S1]}}\n");
  assert_int_equal(study->model.pathway.overrides, 2);
  for (int i = 0; i < 2; i++) {
    const vt_factor *override = &study->model.pathway.override[i];
    assert_int_equal(override->operation, VT_CHOOSE);
    assert_int_equal(override->value.kind, VT_VALUE_NAMES);
    assert_int_equal(override->value.levels, 1);
    assert_string_equal(override->value.name[0], i == 0 ? "S2" : "S1");
  }
  assert_int_equal(study->factor[0].value.levels, 2);
  assert_string_equal(study->factor[0].value.name[0], "S2");
  vt_study_free(study);
}

static void an_objective_may_be_left_out_with_one_category(void **state) {
  (void)state;
  vt_study *study = parse("s.yaml", BASE);
  assert_int_equal(study->aims.objectives, 0);
  vt_study_free(study);
  // A front names its categories itself.
  study = parse("s.yaml", WITH_METHODS("{a: m, b: n}\n") "ensemble:\n  design: {pareto: "
                                                         "{categories: [a, b], points: 3}}\n");
  assert_string_equal(study->aims.objective[0].category, "a");
  vt_study_free(study);
}

// -------------------------------------------------------------------------------------------------
// What is refused.

static void keys_that_do_not_go_together_are_refused(void **state) {
  (void)state;
  static const bad_case bad[] = {
      {BASE "    inputs: m.json\n",
       "s.yaml:4: 'model.pathway': found 'inputs' and 'databases', expected exactly one of"},
      {INPUTS "    foreground: fg\n",
       "s.yaml:6: 'model.pathway.foreground': found with 'inputs', expected only with 'databases'"},
      {INPUTS "    missing: zero\n", "s.yaml:6: 'model.pathway.missing': found with 'inputs'"},
      {INPUTS "    years: [1, 2]\n", "s.yaml:6: 'model.pathway.years': found with 'inputs'"},
      {INPUTS "    demand: a.csv\n", "s.yaml:6: 'model.pathway.demand': found with 'inputs'"},
      {INPUTS "    methods: {}\n", "s.yaml:6: 'model.pathway.methods': found with 'inputs'"},
      {INPUTS "    allocation: {a: mass}\n",
       "s.yaml:6: 'model.pathway.allocation': found with 'inputs'"},
      {BASE "    allocation: {}\n", "model.pathway.allocation': found an empty map, expected"},
      {BASE "    allocation: mass\n", "model.pathway.allocation': found 'mass', expected a map"},
      {BASE "    allocation: {a: 3}\n", "model.pathway.allocation.a': found the number 3"},
      {BASE "    allocation: {a: mass, a: price}\n", "found 'a' twice"},
      {INPUTS "    background: x\n", "s.yaml:6: 'model.pathway.background': found with 'inputs'"},
      {INPUTS "    flows: {}\n", "s.yaml:6: 'model.pathway.flows': found with 'inputs'"},
      {"vintner: 1\nname: x\nmodel:\n  pathway: {foreground: a}\n",
       "s.yaml:4: 'model.pathway': found none, expected exactly one of inputs, databases"},
      {PLAIN_HEAD DEMAND,
       "s.yaml:4: missing key in 'model.pathway': expected 'methods', as with 'databases'"},
      {PLAIN_HEAD METHODS, "s.yaml:4: missing key in 'model.pathway': expected 'demand'"},
      {"vintner: 1\nname: x\nmodel:\n  pathway: {databases: [a]}\n",
       "s.yaml:4: missing key in 'model.pathway': expected 'foreground'"},
      {"vintner: 1\nname: x\nmodel:\n  pathway: {databases: [a], foreground: b}\n",
       "s.yaml:4: missing key in 'model.pathway': expected 'years'"},
      {BASE "    backgroud: [a]\n", "; did you mean 'background'?"},
      {BASE "    years: [2025, 2054]\n",
       "s.yaml:11: duplicate key in 'model.pathway': found 'years' twice, first in line 7"},
      {"vintner: 1\nname: x\nmodel:\n  pathway: {databases: [], foreground: b, years: 1, demand: "
       "1, methods: 1}\n",
       "s.yaml:4: 'model.pathway.databases': found an empty list, expected files and folders"},
  };
  EXPECT_ALL_REFUSED(bad);
}

#define YEARS(years)                                                                               \
  "vintner: 1\nname: x\nmodel:\n  pathway:\n    databases: [a]\n    foreground: f\n" DEMAND        \
      METHODS "    years: " years "\n"

static void bad_years_and_settings_are_refused_with_their_line(void **state) {
  (void)state;
  static const bad_case bad[] = {
      {YEARS("2025"), "s.yaml:9: 'model.pathway.years': found the number 2025, expected the first"},
      {YEARS("[2025]"), "s.yaml:9: 'model.pathway.years': found a list of 1, expected the first"},
      {YEARS("[2025, 2030, 2040]"), "found a list of 3, expected the first and the last year"},
      {YEARS("[2025, 2024]"), "s.yaml:9: 'model.pathway.years': found [2025, 2024], expected"},
      {YEARS("[0, 2024]"), "'model.pathway.years[0]': found the number 0, expected a whole number"},
      {YEARS("[1, 10000]"), "'model.pathway.years[1]': found the number 10000, expected a whole"},
      {YEARS("[2025.5, 2030]"), "'model.pathway.years[0]': found the number 2025.5, expected"},
      {YEARS("[a, 2030]"), "'model.pathway.years[0]': found 'a', expected a whole number from 1"},
      {BASE "    flows: [a]\n", "s.yaml:11: 'model.pathway.flows': found a list, expected a map"},
      {BASE "    flows: {retian: []}\n", "found 'retian', expected retain, characterised_only, "
                                         "cutoff; did you mean 'retain'?"},
      {BASE "    flows: {retain: a}\n", "'model.pathway.flows.retain': found 'a', expected a list"},
      {BASE "    flows: {retain: [a, b, a]}\n",
       "s.yaml:11: 'model.pathway.flows.retain[2]': found 'a' a second time, expected distinct"},
      {BASE "    flows: {retain: [[a]]}\n", "flows.retain[0]': found a list, expected text"},
      {BASE "    flows: {cutoff: 1}\n",
       "s.yaml:11: 'model.pathway.flows.cutoff': found the number 1, expected a share of"},
      {BASE "    flows: {cutoff: -0.1}\n", "found the number -0.1, expected a share of the impact"},
      {BASE "    flows: {cutoff: .nan}\n", "found the number .nan, expected a finite number"},
      {BASE "    flows: {characterised_only: 1}\n", "found the number 1, expected true or false"},
      {YEARS("[1, 2]") "    missing: skip\n",
       "s.yaml:10: 'model.pathway.missing': found 'skip', expected one of error, zero"},
  };
  EXPECT_ALL_REFUSED(bad);
}

static void a_bad_background_is_refused_with_its_line(void **state) {
  (void)state;
  static const bad_case bad[] = {
      {BACKGROUND("{}"), "s.yaml:11: 'model.pathway.background': found an empty map, expected"},
      {BACKGROUND("[]"), "s.yaml:11: 'model.pathway.background': found an empty list, expected"},
      {BACKGROUND("db"), "s.yaml:11: 'model.pathway.background': found 'db', expected databases "
                         "with their years, or a list of databases"},
      {BACKGROUND(""), "s.yaml:11: 'model.pathway.background': found nothing, expected databases"},
      {BACKGROUND("[a, 2030]"), "background[1]': found the number 2030, expected text (put it in"},
      {BACKGROUND("[a, b, a]"),
       "s.yaml:11: 'model.pathway.background[2]': found 'a' a second time, expected distinct"},
      {BACKGROUND("[[a]]"), "background[0]': found a list, expected text"},
      {BACKGROUND("{a: 2020, a: 2030}"),
       "s.yaml:11: duplicate key in 'model.pathway.background': found 'a' twice"},
      {BACKGROUND("\n      a: 2020\n      b: 2030\n      c: 2020"),
       "s.yaml:14: 'model.pathway.background': found 'a' and 'c' for the same year 2020"},
      {BACKGROUND("{a: 0}"), "background.a': found the number 0, expected a whole number from 1"},
      {BACKGROUND("{a: 12345}"), "background.a': found the number 12345, expected a whole number"},
      {BACKGROUND("{a: 2020, b: }"), "background.b': found nothing, expected a whole number"},
      {BACKGROUND("{a: 2020, b: [c]}"), "background.b': found a list, expected the year of a"},
      {BACKGROUND("{S1: {a: 2020}, b: 2030}"),
       "background.b': found the number 2030, expected databases with their years, or a list"},
      {BACKGROUND("{S1: {a: 2020}, S2: {}}"), "background.S2': found an empty map, expected"},
      {BACKGROUND("{S1: {a: 2020}, S2: []}"), "background.S2': found an empty list, expected"},
      {BACKGROUND("{S1: {a: 2020}, S1: [a]}"), "background': found 'S1' twice"},
      {BACKGROUND("{S1: {a: 2020}, S2: {b: 1, b: 2}}"), "background.S2': found 'b' twice"},
      {BACKGROUND("{S1: {a: {b: 2020}}}"), "background.S1.a': found a map, expected the year"},
      {BACKGROUND("{2030: []}"), "background.2030': found an empty list, expected databases"},
      {BACKGROUND("{2030: [a, b, a]}"), "background.2030[2]': found 'a' a second time"},
      {BACKGROUND("{2030: [a, fg]}"), "background': found 'fg', expected other databases"},
      {BACKGROUND("{2030: [a], 02030: [b]}"), "background.02030': found databases of the year"},
      {BACKGROUND("{2030: [a], db: 2030}"), "'a' and 'db' for the same year 2030, expected its"},
      {BACKGROUND("{2030: [a], S1: [b]}"), "background.S1': found a list, expected the year of a"},
      {BACKGROUND("{S1: [b], 2030: [a]}"), "background.2030': found databases of one year among"},
      {BACKGROUND("{S1: {a: 2020}, 2030: [a]}"), "background.2030': found databases of one year"},
      {BACKGROUND("{0: [a]}"), "background.0': found databases of the year 0, expected a year"},
      {BACKGROUND("{S1: [a], S2: [b, b]}"), "background.S2[1]': found 'b' a second time"},
      {BACKGROUND("[a, fg]"),
       "s.yaml:11: 'model.pathway.background': found 'fg', expected other databases than the"},
      {BACKGROUND("{fg: 2020}"), "found 'fg', expected other databases than the foreground"},
  };
  EXPECT_ALL_REFUSED(bad);
}

static void a_bad_demand_is_refused_with_its_line(void **state) {
  (void)state;
  static const bad_case bad[] = {
      {WITH_DEMAND("{}\n"), "s.yaml:10: 'model.pathway.demand': found an empty map, expected"},
      {WITH_DEMAND("[a]\n"),
       "s.yaml:10: 'model.pathway.demand': found a list, expected a map such"},
      {WITH_DEMAND("3\n"), "s.yaml:10: 'model.pathway.demand': found the number 3, expected a map"},
      {WITH_DEMAND("''\n"), "s.yaml:10: 'model.pathway.demand': found an empty text"},
      {WITH_DEMAND("{p: {}}\n"), "'model.pathway.demand.p': found an empty map, expected years"},
      {WITH_DEMAND("{p: }\n"), "'model.pathway.demand.p': found nothing, expected amounts by year"},
      {WITH_DEMAND("{p: a}\n"), "'model.pathway.demand.p': found 'a', expected amounts by year"},
      {WITH_DEMAND("{p: [1]}\n"), "'model.pathway.demand.p': found a list, expected amounts by"},
      {WITH_DEMAND("{p: .inf}\n"), "'model.pathway.demand.p': found the number .inf, expected a"},
      {WITH_DEMAND("{p: 1, p: 2}\n"), "s.yaml:10: duplicate key in 'model.pathway.demand': found"},
      {WITH_DEMAND("{p: {2030: x}}\n"), "demand.p.2030': found 'x', expected a number"},
      {WITH_DEMAND("{p: {2030: .nan}}\n"), "demand.p.2030': found the number .nan, expected a"},
      {WITH_DEMAND("{p: {2030:10}}\n"),
       "demand.p.2030:10': found no amount, " YEAR_FORMS ", then ': ' with a blank and a number"},
      {WITH_DEMAND("\n      p:\n        2030: 1\n        20a: 2\n"),
       "s.yaml:13: 'model.pathway.demand.p.20a': found '20a', " YEAR_FORMS},
      {WITH_DEMAND("{p: {2030-2040: 1}}\n"), "found '2030-2040', " YEAR_FORMS},
      {WITH_DEMAND("{p: {2030.0: 1}}\n"), "found '2030.0', " YEAR_FORMS},
      {WITH_DEMAND("{p: {-2030: 1}}\n"), "found '-2030', " YEAR_FORMS},
      {WITH_DEMAND("{p: {2040:2030: 1}}\n"), "found '2040:2030', " YEAR_FORMS},
      {WITH_DEMAND("{p: {\":\": 1}}\n"), "found ':', " YEAR_FORMS},
      {WITH_DEMAND("{p: {2030:2040:2: 1}}\n"), "found '2030:2040:2', " YEAR_FORMS},
      {WITH_DEMAND("{p: {99999999999: 1}}\n"), "found '99999999999', " YEAR_FORMS},
      {WITH_DEMAND("{p: {0: 1}}\n"), "found '0', " YEAR_FORMS},
      {WITH_DEMAND("{p: {2024: 1}}\n"),
       "s.yaml:10: 'model.pathway.demand.p.2024': found the year 2024, expected years from 2025 to "
       "2054 as in line 7"},
      {WITH_DEMAND("{p: {2030:2055: 1}}\n"), "found the year 2055, expected years from 2025"},
      {WITH_DEMAND("{p: {2020:2030: 1}}\n"), "found the year 2020, expected years from 2025"},
      {WITH_DEMAND("{p: {2060:: 1}}\n"), "found the year 2060, expected years from 2025"},
      {WITH_DEMAND("{p: {\":2020\": 1}}\n"), "found the year 2020, expected years from 2025"},
      {WITH_DEMAND("\n      p:\n        2030:2040: 1\n        2041: 2\n        2035: 3\n"),
       "s.yaml:14: 'model.pathway.demand.p': found the year 2035 a second time, first in line 12"},
      {WITH_DEMAND("\n      p:\n        2030: 1\n        \"2030\": 2\n"),
       "s.yaml:13: 'model.pathway.demand.p': found the year 2030 a second time, first in line 12"},
      {WITH_DEMAND("\n      q: 1\n      p:\n        2031: 1\n        2026:: 2\n        2040: 1\n"),
       "s.yaml:14: 'model.pathway.demand.p': found the year 2031 a second time, first in line 13"},
  };
  EXPECT_ALL_REFUSED(bad);
}

static void bad_methods_and_unknown_categories_are_refused(void **state) {
  (void)state;
  static const bad_case bad[] = {
      {WITH_METHODS("{}\n"), "s.yaml:10: 'model.pathway.methods': found an empty map, expected"},
      {WITH_METHODS("[a]\n"), "s.yaml:10: 'model.pathway.methods': found a list, expected a map"},
      {WITH_METHODS("{c: []}\n"), "methods.c': found an empty list, expected the parts of a"},
      {WITH_METHODS("{c: }\n"), "methods.c': found nothing, expected the parts of a method"},
      {WITH_METHODS("{c: {}}\n"), "missing key in 'model.pathway.methods.c': expected 'method'"},
      {WITH_METHODS("{c: a, c: b}\n"), "duplicate key in 'model.pathway.methods': found 'c' twice"},
      {WITH_METHODS("{c: {method: a, metric: gwp}}\n"),
       "methods.c.metric': found 'gwp', expected one of static, GWP, CRF; did you mean 'GWP'?"},
      {WITH_METHODS("{c: {method: a, metrics: GWP}}\n"), "; did you mean 'metric'?"},
      {WITH_METHODS("{c: {method: a, metric: GWP, horizon: 0}}\n"),
       "methods.c.horizon': found the number 0, expected a whole number from 1 to 100000"},
      {WITH_METHODS("{c: {method: a, metric: GWP, horizon: 100001}}\n"), "expected a whole number"},
      {WITH_METHODS("{c: {method: a, metric: CRF, fixed_horizon: 1}}\n"), "expected true or false"},
      {WITH_METHODS("{climate: a, land: b}\n"),
       "s.yaml:10: 'model.pathway.objective': found nothing, expected one of the 2 categories"},
      {WITH_METHODS("{climate: a, land: b}\n") "    objective: climat\n",
       "s.yaml:11: category: found 'climat', expected one of 'model.pathway.methods' (climate, "
       "land); did you mean 'climate'?"},
      {WITH_METHODS("{climate: a, land: b}\n") "    objective: {land: 1, x: 2}\n", "found 'x'"},
      {WITH_METHODS("{climate: a, land: b}\n") "    objective: [land, y]\n", "found 'y'"},
      {BASE "ensemble: {design: {pareto: {categories: [c, z], points: 3}}}\n",
       "s.yaml:11: category: found 'z', expected one of 'model.pathway.methods'"},
      {BASE "    overrides: [{target: background, choose: S1}]\n",
       "s.yaml:11: found choose on a background without alternatives, expected"},
      {PATHWAYS "    overrides: [{target: background, choose: SS2}]\n",
       "s.yaml:12: choose: found 'SS2', expected one of 'model.pathway.background' (S1, S2); did "
       "you mean "
       "'S2'?"},
      {PATHWAYS "ensemble:\n  design: factorial\n  factors: {f: {target: background, choose: [S1, "
                "x]}}\n",
       "s.yaml:14: choose: found 'x', expected one of 'model.pathway.background'"},
      {PATHWAYS "ensemble:\n  design: factorial\n  factors: {f: {target: 'background[a]', choose: "
                "[S1]}}\n",
       "s.yaml:14: 'ensemble.factors.f.target': found brackets with choose, expected a name"},
      {PATHWAYS "ensemble:\n  design: factorial\n  factors: {f: {target: background, choose: S1}}"
                "\n",
       "s.yaml:14: 'ensemble.factors.f.choose': found 'S1', expected a list of names"},
  };
  EXPECT_ALL_REFUSED(bad);
}

static void aliases_that_multiply_demand_are_refused(void **state) {
  (void)state;
  vt_text text = {0};
  assert_int_equal(vt_text_add(&text, "%s    demand:\n      p: &p {2030: 1", PLAIN_HEAD METHODS),
                   VT_OK);
  for (int i = 0; i < 10000; i++) assert_int_equal(vt_text_add(&text, ", 2031: 1"), VT_OK);
  assert_int_equal(vt_text_add(&text, "}\n"), VT_OK);
  for (int i = 0; i < 900; i++) assert_int_equal(vt_text_add(&text, "      q%d: *p\n", i), VT_OK);
  expect_refused(text.bytes, "found aliases that repeat too much");
  vt_text_free(&text);
}

// -------------------------------------------------------------------------------------------------
// Demand in a CSV file, horizon 2025 to 2054.

static vt_error read_bytes(vt_arena *arena, const char *csv, size_t length,
                           vt_yearly_demand **entry, int *count) {
  char path[] = "/tmp/vintner-demand-XXXXXX";
  const int descriptor = mkstemp(path);
  assert_true(descriptor >= 0);
  assert_int_equal(write(descriptor, csv, length), length);
  assert_int_equal(close(descriptor), 0);
  const vt_error read_it = vt_demand_read(arena, path, 2025, 2054, entry, count);
  (void)unlink(path);
  return read_it;
}

static void a_table_of_demand_is_read(void **state) {
  (void)state;
  static const char csv[] = "\xef\xbb\xbf\r\namount,\"product\" , year\r\n1.5,p,2030\r\n \r\n"
                            "-2e3,\"q, \"\"x\"\"\r\ny\",2031:2040\n3,1234,2050:\n\n+.5, p ,:2026";
  vt_arena *arena;
  vt_yearly_demand *d = NULL;
  int count;
  assert_int_equal(vt_arena_create(&arena), VT_OK);
  if (read_bytes(arena, csv, sizeof csv - 1, &d, &count) != VT_OK)
    fail_msg("%s", vt_error_message());
  assert_int_equal(count, 4);
  assert_string_equal(d[0].product, "p");
  assert_true(d[0].first_year == 2030 && d[0].last_year == 2030 && d[0].amount == 1.5);
  assert_string_equal(d[1].product, "q, \"x\"\r\ny");
  assert_true(d[1].first_year == 2031 && d[1].last_year == 2040 && d[1].amount == -2000);
  assert_string_equal(d[2].product, "1234");
  assert_true(d[2].first_year == 2050 && d[2].last_year == 2054 && d[2].amount == 3);
  assert_string_equal(d[3].product, "p");
  assert_true(d[3].first_year == 2025 && d[3].last_year == 2026 && d[3].amount == 0.5);
  vt_arena_free(arena);
}

#define COLUMNS "product,year,amount\n"

static void a_bad_table_of_demand_is_refused_with_its_line(void **state) {
  (void)state;
  static const bad_case bad[] = {
      {"", ":1: found an empty table, expected the header product,year,amount"},
      {"\n \r\n", ":1: found an empty table"},
      {COLUMNS, ":1: found no row after the header"},
      {"product,year\n", ":1: found no column 'amount', expected the header"},
      {"product;year;amount\n", ":1: found no row after the header"},
      {"product;year;amount,unit\n", ":1: column 3: found 'amount,unit', expected product, year"},
      {"\nproduct,yaer,amount\n", ":2: column 2: found 'yaer', expected product, year or amount; "
                                  "did you mean 'year'?"},
      {"product,year,amount,unit\n", ":1: column 4: found 'unit', expected product"},
      {"product,year,year\n", ":1: column 3: found 'year' a second time"},
      {"product,year,amount,amount\n", ":1: column 4: found 'amount' a second time"},
      {COLUMNS "p,2030\n", ":2: found 2 fields, expected 3"},
      {COLUMNS "p,2030,1,2\n", ":2: found more than the expected 3 fields"},
      {COLUMNS ",2030,1\n", ":2: found no product, expected its code"},
      {COLUMNS "p,,1\n", ":2: year: found '', " YEAR_FORMS},
      {COLUMNS "p,2030-2031,1\n", ":2: year: found '2030-2031', " YEAR_FORMS},
      {COLUMNS "p,2030,1\np,1999,1\n", ":3: year: found 1999, expected years from 2025 to 2054"},
      {COLUMNS "p,2050:2060,1\n", ":2: year: found 2060, expected years from 2025 to 2054"},
      {COLUMNS "p,2030,\n", ":2: amount: found '', expected a finite number"},
      {COLUMNS "p,2030,one\n", ":2: amount: found 'one', expected a finite number"},
      {COLUMNS "p,2030,0x10\n", ":2: amount: found '0x10', expected a finite number"},
      {COLUMNS "p,2030,\"1,5\"\n", ":2: amount: found '1,5', expected a finite number"},
      {COLUMNS "p,2030,1e999\n", ":2: amount: found '1e999', expected a finite number"},
      {COLUMNS "p,2030,nan\n", ":2: amount: found 'nan', expected a finite number"},
      {COLUMNS "p,2030,1\nq,2030,1\n\np,2030,2\n",
       ":5: found product 'p' in the year 2030 a second time, first in line 2"},
      {COLUMNS "p,2040:,1\nq,:,1\n", ":3: year: found ':'"},
      {COLUMNS "p,2040:,1\n\"q\",2040,1\np,:2045,2\n",
       ":4: found product 'p' in the year 2040 a second time, first in line 2"},
      {COLUMNS "\"p\n\n\",2030,1\n\"p,2030,1\n", ":5: found a quote that is not closed"},
      {COLUMNS "\"p\"q,2030,1\n", ":2: found text after a closing quote"},
  };
  vt_arena *arena;
  vt_yearly_demand *entry;
  int count;
  assert_int_equal(vt_arena_create(&arena), VT_OK);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    const char *csv = bad[i].text;
    assert_int_equal(read_bytes(arena, csv, strlen(csv), &entry, &count), VT_ERR_INPUT);
    const char *message = vt_error_message();
    if (!strstr(message, bad[i].expected)) fail_msg("%s\nexpected %s", message, bad[i].expected);
    assert_int_equal(strncmp(message, "/tmp/vintner-demand-", 20), 0);
    assert_null(strchr(message, '\n'));
  }
  assert_int_equal(read_bytes(arena, COLUMNS "p\0,1,2\n", sizeof COLUMNS + 6, &entry, &count),
                   VT_ERR_INPUT);
  assert_non_null(strstr(vt_error_message(), ":2: found a NUL byte"));
  assert_int_equal(vt_demand_read(arena, "/no/such.csv", 1, 2, &entry, &count), VT_ERR_INPUT);
  assert_int_equal(vt_demand_read(arena, "/tmp", 1, 2, &entry, &count), VT_ERR_INPUT);
  vt_arena_free(arena);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_smallest_plan_has_the_documented_defaults),
      cmocka_unit_test(methods_flows_and_missing_arrive),
      cmocka_unit_test(a_background_has_years_or_a_list_or_several_pathways),
      cmocka_unit_test(a_year_may_have_several_databases),
      cmocka_unit_test(demand_has_years_ranges_and_open_ends),
      cmocka_unit_test(alternatives_are_chosen_by_overrides_and_factors),
      cmocka_unit_test(an_objective_may_be_left_out_with_one_category),
      cmocka_unit_test(keys_that_do_not_go_together_are_refused),
      cmocka_unit_test(bad_years_and_settings_are_refused_with_their_line),
      cmocka_unit_test(a_bad_background_is_refused_with_its_line),
      cmocka_unit_test(a_bad_demand_is_refused_with_its_line),
      cmocka_unit_test(bad_methods_and_unknown_categories_are_refused),
      cmocka_unit_test(aliases_that_multiply_demand_are_refused),
      cmocka_unit_test(a_table_of_demand_is_read),
      cmocka_unit_test(a_bad_table_of_demand_is_refused_with_its_line),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
