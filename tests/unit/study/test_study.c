// test_study.c - the study file: what is read, what is refused and in which words.
#include <math.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "vintner/study.h"

#include "bad_studies.h"

static void expect_refused(const char *text, ptrdiff_t length, const char *expected) {
  vt_study *study = NULL;
  if (vt_study_parse("s.yaml", text, length, &study) != VT_ERR_INPUT)
    fail_msg("accepted, expected %s\n", expected);
  assert_null(study);
  const char *message = vt_error_message();
  if (!strstr(message, expected)) fail_msg("found    %s\nexpected %s\n", message, expected);
  if (strncmp(message, "s.yaml:", 7) != 0) fail_msg("no place: %s\n", message);
  assert_null(strchr(message, '\n'));
}

static void expect_all_refused(const bad_study *bad, size_t count) {
  for (size_t i = 0; i < count; i++) {
    expect_refused(bad[i].text, (ptrdiff_t)strlen(bad[i].text), bad[i].expected);
  }
}
#define EXPECT_ALL_REFUSED(table) expect_all_refused((table), sizeof(table) / sizeof *(table))

static void a_study_of_plain_lca_is_read(void **state) {
  (void)state;
  const char *text = "vintner: 1\nname: x\nmodel:\n  inventory:\n    databases: [a.json, /b.zip]\n"
                     "    demands: [{activity: [d, 12], name: car}, {all: e, amount: 2},\n"
                     "              {datapackage id: 17}]\n"
                     "    methods: {gwp: [GWP, \"100\"], b: one}\n"
                     "    contributions: 5\n    keep: [supply]\n";
  vt_study *study;
  assert_int_equal(vt_study_parse("f/s.yaml", text, (ptrdiff_t)strlen(text), &study), VT_OK);
  const vt_inventory_plan *plan = &study->model.inventory;
  assert_int_equal(study->model.kind, VT_MODEL_INVENTORY);
  assert_int_equal(study->model.databases, 2);
  assert_string_equal(study->model.database[0], "f/a.json");
  assert_string_equal(study->model.database[1], "/b.zip");
  assert_int_equal(plan->demands, 3);
  assert_string_equal(plan->demand[0].database, "d");
  assert_string_equal(plan->demand[0].code, "12");
  assert_string_equal(plan->demand[0].name, "car");
  assert_true(plan->demand[0].amount == 1);
  assert_string_equal(plan->demand[1].database, "e");
  assert_null(plan->demand[1].code);
  assert_true(plan->demand[1].amount == 2);
  assert_null(plan->demand[2].database);
  assert_int_equal(plan->demand[2].id, 17);
  assert_int_equal(plan->methods, 2);
  assert_string_equal(plan->method[0].name, "gwp");
  assert_int_equal(plan->method[0].parts, 2);
  assert_string_equal(plan->method[1].part[0], "one");
  assert_int_equal(plan->contributions, 5);
  assert_true(plan->keep_supply);
  assert_false(plan->keep_inventory);
  assert_int_equal(plan->array_column, -1);
  vt_study_free(study);
}

static void a_file_that_is_not_a_study_is_refused_with_its_line(void **state) {
  (void)state;
  EXPECT_ALL_REFUSED(bad_documents);
  expect_refused("vintner: 1\0name: x\n", 19, "s.yaml:1: found a NUL byte");
}

static void a_bad_head_or_model_is_refused_with_its_line(void **state) {
  (void)state;
  EXPECT_ALL_REFUSED(bad_heads);
}

static void a_bad_override_or_selector_is_refused_with_its_line(void **state) {
  (void)state;
  EXPECT_ALL_REFUSED(bad_overrides);
}

static void a_bad_ensemble_is_refused_with_its_line(void **state) {
  (void)state;
  EXPECT_ALL_REFUSED(bad_ensembles);
}

static void a_bad_parameter_is_refused_with_its_line(void **state) {
  (void)state;
  EXPECT_ALL_REFUSED(bad_parameters);
}

static void parameters_and_formulas_become_inputs_of_the_design(void **state) {
  (void)state;
  const char *text = "vintner: 1\nname: x\nmodel:\n  pathway:\n    inputs: m.json\n"
                     "    overrides:\n"
                     "      - {target: a, set: 1}\n"
                     "      - {target: b, add: \"capex\"}\n"
                     "      - {target: b, multiply: 2}\n"
                     "ensemble:\n  design: {monte-carlo: 3}\n"
                     "  factors: {f: {target: a, set: \"capex / n\"}, g: {target: a, set: 3}}\n"
                     "parameters:\n"
                     "  capex: \"1000 * (1 - learning) ** n\"\n"
                     "  learning: {uniform: [0.1, 0.3]}\n"
                     "  n: 3\n";
  vt_study *study;
  assert_int_equal(vt_study_parse("s.yaml", text, (ptrdiff_t)strlen(text), &study), VT_OK);
  const vt_design_plan *plan = &study->design;
  assert_int_equal(study->parameters, 3);
  assert_int_equal(study->model.pathway.fixed_overrides, 1);
  assert_int_equal(plan->parameters, 3);
  assert_int_equal(plan->factors, 2);
  assert_int_equal(plan->inputs, 7);
  static const vt_value_kind kinds[] = {VT_VALUE_FORMULA, VT_VALUE_DISTRIBUTION, VT_VALUE_NUMBER,
                                        VT_VALUE_FORMULA, VT_VALUE_NUMBER,       VT_VALUE_FORMULA,
                                        VT_VALUE_NUMBER};
  for (int i = 0; i < plan->inputs; i++) assert_int_equal(plan->input[i].value.kind, kinds[i]);
  assert_string_equal(plan->input[0].name, "capex");
  assert_string_equal(plan->input[0].value.place, "parameters.capex");
  assert_int_equal(plan->input[0].value.line, 14);
  assert_string_equal(plan->input[3].value.place, "ensemble.factors.f.set");
  assert_string_equal(plan->input[5].value.place, "model.pathway.overrides[1].add");
  assert_int_equal(vt_formula_slot(plan->input[0].value.formula, 0), 1);
  vt_study_free(study);
}

static void a_bad_factor_is_refused_with_its_line(void **state) {
  (void)state;
  EXPECT_ALL_REFUSED(bad_factors);
}

static void a_bad_setting_of_results_or_solver_is_refused_with_its_line(void **state) {
  (void)state;
  EXPECT_ALL_REFUSED(bad_settings);
}

// `head`, then `part` `count` times, then `tail`.
static void expect_repeated_refused(const char *head, const char *part, int count, const char *tail,
                                    const char *expected) {
  vt_text text = {0};
  assert_int_equal(vt_text_add(&text, "%s", head), VT_OK);
  for (int i = 0; i < count; i++) assert_int_equal(vt_text_add(&text, "%s", part), VT_OK);
  assert_int_equal(vt_text_add(&text, "%s", tail), VT_OK);
  expect_refused(text.bytes, text.length, expected);
  vt_text_free(&text);
}

static void a_hostile_file_is_refused_at_once(void **state) {
  (void)state;
  expect_repeated_refused("vintner: ", "[", 100000, "", "nested deeper than 32 levels");
  expect_repeated_refused("vintner: ", "{a: ", 100000, "", "nested deeper than 32 levels");
  expect_repeated_refused("vintner:\n", "- ", 100000, "", "nested deeper than 32 levels");
  expect_repeated_refused("vintner:\n", "? ", 100000, "", "nested deeper than 32 levels");
  expect_repeated_refused("vintner: [", "&a x, ", 100000, "]", "more than 1000 anchors");
  expect_repeated_refused("vintner: [&a x, ", "*a , ", 100000, "]", "more than 1000 anchors");
  expect_repeated_refused("", "%TAG !a! b\n", 100000, "--- x", "more than 16 lines that start");
  expect_repeated_refused("vintner: ", "x", 5000000, "", "too large for a study file");
  expect_repeated_refused("vintner: ", "x", 4000000, "", "expected 1, the version");
  expect_repeated_refused("vintner: 1\nname: ", "x", 200000, "\n", "missing key in 'study'");
  expect_repeated_refused(TABLE "f: {target: 'a[", "b|", 40000, "b]', set: }\n",
                          "expected at most 65536");
  expect_repeated_refused(HEAD "ensemble:\n  design: factorial\n  factors: {", "a,", 200000, "}\n",
                          "expected at most 100000");
}

static void an_alias_that_means_itself_or_multiplies_is_refused(void **state) {
  (void)state;
  static const char cycle[] = "vintner: 1\nname: x\nmodel: &m\n  pathway: *m\n";
  expect_refused(cycle, sizeof cycle - 1,
                 "s.yaml:4: unknown key in 'model.pathway': found 'pathway'");
  static const char levels[] = MONTE_CARLO "f: {target: a, set: &l [1, *l ]}\n";
  expect_refused(levels, sizeof levels - 1, "found a list, expected a number");
  static const char bomb[] = MONTE_CARLO "f: &f {target: a, set: [&a [1, 1], &b [*a , *a ], "
                                         "&c [*b , *b ], &d [*c , *c ], *d ]}\n";
  expect_refused(bomb, sizeof bomb - 1, "s.yaml:9: 'ensemble.factors.f.set[0]': found a list");
  vt_text text = {0};
  assert_int_equal(vt_text_add(&text, "%sf: {target: a, set: &l [", MONTE_CARLO), VT_OK);
  for (int i = 0; i < 10000; i++) assert_int_equal(vt_text_add(&text, "1,"), VT_OK);
  assert_int_equal(vt_text_add(&text, "]}\n"), VT_OK);
  for (int i = 0; i < 900; i++)
    assert_int_equal(vt_text_add(&text, "    f%d: {target: a, set: *l }\n", i), VT_OK);
  expect_refused(text.bytes, text.length, "found aliases that repeat too much");
  vt_text_free(&text);
}

// ---------------------------------------------------------------------------------------------
// What is read

static vt_study *parse(const char *path, const char *text) {
  vt_study *study = NULL;
  const vt_error parsed = vt_study_parse(path, text, (ptrdiff_t)strlen(text), &study);
  if (parsed != VT_OK) fail_msg("%s", vt_error_message());
  return study;
}

static void the_smallest_study_has_the_documented_defaults(void **state) {
  (void)state;
  vt_study *study = parse("dir/s.yaml", HEAD);
  assert_string_equal(study->path, "dir/s.yaml");
  assert_string_equal(study->text, HEAD);
  assert_int_equal(strlen(study->sha256), 64);
  assert_string_equal(study->name, "x");
  assert_string_equal(study->model.pathway.inputs, "dir/m.json");
  assert_int_equal(study->model.pathway.inputs_line, 5);
  assert_int_equal(study->aims.objectives, 0);
  assert_int_equal(study->model.pathway.unit, VT_UNIT_LIFETIME);
  assert_int_equal(study->model.pathway.extend, 0);
  assert_int_equal(study->model.pathway.overrides, 0);
  assert_false(study->ensemble);
  assert_int_equal(study->design.kind, VT_DESIGN_NONE);
  assert_int_equal(study->factors, 0);
  assert_int_equal(study->keeps, 3);
  for (int i = 0; i < 3; i++) assert_string_equal(study->keep[i], vt_keepable_outputs[i].name);
  assert_int_equal(study->quantiles, 3);
  assert_true(study->quantile[0] == 0.05 && study->quantile[2] == 0.95);
  assert_false(study->single);
  assert_true(study->solver.tie_break && study->solver.warm_start);
  assert_int_equal(study->solver.iteration_limit, 0);
  assert_true(study->solver.time_limit_s == 0);
  vt_study_free(study);
}

static void the_number_of_years_to_add_arrives(void **state) {
  (void)state;
  vt_study *study = parse("s.yaml", HEAD "    extend: 1e3\n");
  assert_int_equal(study->model.pathway.extend, 1000);
  vt_study_free(study);
}

static void every_key_of_a_full_study_arrives(void **state) {
  (void)state;
  vt_study *study = parse(
      "s.yaml", "%YAML 1.2\n---\nvintner: 1\nname: h-2_o.x\n"
                "model:\n  pathway:\n    inputs: /abs/m.json\n"
                "    objective: {a: 1, b: -2e-1}\n    unit: annual\n"
                "    overrides:\n      - {target: 'demand[x, 2030:]', add: -5}\n"
                "      - target: limit_default\n        multiply: .5\n"
                "ensemble:\n  seed: 18446744073709551615\n  design: {monte-carlo: 1e4}\n"
                "  factors:\n    f: {target: a, set: 3}\n    g: {target: b, add: [1, 2.5]}\n"
                "results: {keep: [impact, operation], quantiles: [0.9, 0, 1], precision: single}\n"
                "solver: {iteration_limit: 100, time_limit_s: 0.5, tie_break: false, "
                "warm_start: false}\n");
  assert_string_equal(study->name, "h-2_o.x");
  assert_string_equal(study->model.pathway.inputs, "/abs/m.json");
  assert_int_equal(study->aims.objectives, 2);
  assert_string_equal(study->aims.objective[1].category, "b");
  assert_true(study->aims.objective[1].weight == -0.2);
  assert_int_equal(study->aims.objective[1].line, 8);
  assert_int_equal(study->aims.objective_line, 8);
  assert_int_equal(study->model.pathway.unit, VT_UNIT_ANNUAL);
  assert_int_equal(study->model.pathway.overrides, 2);
  const vt_factor *override = study->model.pathway.override;
  assert_null(override[0].name);
  assert_int_equal(override[0].operation, VT_ADD);
  assert_true(override[0].value.level[0] == -5 && override[0].value.kind == VT_VALUE_NUMBER);
  assert_int_equal(override[1].line, 12);
  assert_int_equal(override[1].operation, VT_MULTIPLY);
  assert_false(override[1].target.bracketed);
  assert_true(study->ensemble && study->design.seed == UINT64_MAX);
  assert_int_equal(study->design.kind, VT_DESIGN_MONTE_CARLO);
  assert_int_equal(study->design.size, 10000);
  assert_int_equal(study->design.line, 16);
  assert_int_equal(study->factors, 2);
  assert_string_equal(study->factor[1].name, "g");
  assert_int_equal(study->factor[1].value.kind, VT_VALUE_LEVELS);
  assert_true(study->factor[1].value.levels == 2 && study->factor[1].value.level[1] == 2.5);
  assert_int_equal(study->keeps, 2);
  assert_string_equal(study->keep[0], "impact");
  assert_true(study->quantiles == 3 && study->quantile[0] == 0 && study->quantile[1] == 0.9);
  assert_true(study->single);
  assert_int_equal(study->solver.iteration_limit, 100);
  assert_true(study->solver.time_limit_s == 0.5);
  assert_false(study->solver.tie_break || study->solver.warm_start);
  vt_study_free(study);
}

static void every_distribution_arrives_with_its_bounds(void **state) {
  (void)state;
  vt_study *study = parse("s.yaml", MONTE_CARLO
                          "a: {target: t, set: {uniform: [1, 2]}}\n"
                          "    b: {target: t, set: {normal: {mean: 1, sd: 0.5}, min: 0}}\n"
                          "    c: {target: t, set: {lognormal: {median: 2, gsd: 1.5, max: 9}}}\n"
                          "    d: {target: t, set: {triangular: [1, 1, 4]}}\n"
                          "    e: {target: t, set: {discrete: {values: [5, 6]}}}\n"
                          "    f: {target: t, set: {discrete: {values: [5, 6], weights: [0, 3]}}}\n"
                          "    g: {target: t, choose: [SSP1, 'SSP 2']}\n"
                          "    h: {target: t, set: {normal: {mean: 3, sd: 0}}}\n"
                          "    i: {target: t, set: {normal: {mean: 0, sd: 1}, min: 12}}\n");
  const vt_factor *factor = study->factor;
  for (int i = 0; i < 6; i++) {
    assert_int_equal(factor[i].value.kind, VT_VALUE_DISTRIBUTION);
    assert_int_equal(factor[i].line, 9 + i);
  }
  const vt_distribution *d = &factor[0].value.distribution;
  assert_true(d->kind == VT_UNIFORM && d->parameter[0] == 1 && d->parameter[1] == 2);
  assert_true(isinf(d->min) && d->min < 0 && isinf(d->max) && d->max > 0);
  d = &factor[1].value.distribution;
  assert_true(d->kind == VT_NORMAL && d->parameter[1] == 0.5 && d->min == 0 && isinf(d->max));
  d = &factor[2].value.distribution;
  assert_true(d->kind == VT_LOGNORMAL && d->parameter[0] == 2 && d->max == 9);
  d = &factor[3].value.distribution;
  assert_true(d->kind == VT_TRIANGULAR && d->parameter[1] == 1 && d->parameter[2] == 4);
  d = &factor[4].value.distribution;
  assert_true(d->kind == VT_DISCRETE && d->count == 2 && !d->weight);
  d = &factor[5].value.distribution;
  assert_true(d->value[1] == 6 && d->weight[0] == 0 && d->weight[1] == 3);
  assert_int_equal(factor[6].operation, VT_CHOOSE);
  assert_int_equal(factor[6].value.kind, VT_VALUE_NAMES);
  assert_string_equal(factor[6].value.name[1], "SSP 2");
  assert_true(factor[8].value.distribution.min == 12); // unlikely, not impossible
  vt_study_free(study);
}

static void a_table_design_takes_factors_without_values(void **state) {
  (void)state;
  vt_study *study = parse("/x/s.yaml", TABLE "b: {target: t, multiply: ~}\n"
                                             "    a: {target: t, set: }\n");
  assert_int_equal(study->design.kind, VT_DESIGN_TABLE);
  assert_string_equal(study->design.table, "/x/t.csv");
  assert_int_equal(study->factors, 2);
  assert_string_equal(study->factor[0].name, "b");
  assert_int_equal(study->factor[1].value.kind, VT_VALUE_EMPTY);
  vt_study_free(study);
}

static void an_objective_may_be_one_name_or_a_list_of_one(void **state) {
  (void)state;
  static const char *const forms[] = {"gwp", "[gwp]", "{gwp: 1}", "[{gwp: 1.0}]", "\"gwp\""};
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
    vt_text text = {0};
    assert_int_equal(vt_text_add(&text, "%s    objective: %s\n", HEAD, forms[i]), VT_OK);
    vt_study *study = parse("s.yaml", text.bytes);
    assert_int_equal(study->aims.objectives, 1);
    assert_string_equal(study->aims.objective[0].category, "gwp");
    assert_true(study->aims.objective[0].weight == 1);
    vt_study_free(study);
    vt_text_free(&text);
  }
}

static void an_objective_may_have_levels_with_tolerances(void **state) {
  (void)state;
  vt_study *study = parse("s.yaml", HEAD "    objective: [a, {category: b, tolerance: 0.5}, c]\n");
  assert_int_equal(study->aims.objectives, 1);
  assert_string_equal(study->aims.objective[0].category, "a");
  assert_int_equal(study->aims.levels, 3);
  assert_string_equal(study->aims.level[1].category, "b");
  assert_true(study->aims.level[1].tolerance == 0.5 && study->aims.level[2].tolerance == 0);
  assert_int_equal(study->aims.level[2].line, 6);
  vt_study_free(study);
}

static void designs_without_factors_are_read(void **state) {
  (void)state;
  vt_study *study = parse("s.yaml", AIMS("{pareto: {categories: [a, b], points: 7}}"));
  assert_int_equal(study->aims.explores, VT_EXPLORE_PARETO);
  assert_int_equal(study->aims.pareto.points, 7);
  assert_string_equal(study->aims.pareto.category[1].category, "b");
  assert_string_equal(study->aims.objective[0].category, "a"); // where none is given
  vt_study_free(study);
  study = parse("s.yaml", AIMS("{alternatives: {slack: 0.1, maximise: ['p|q*', r]}}"));
  assert_int_equal(study->aims.explores, VT_EXPLORE_ALTERNATIVES);
  assert_true(study->aims.alternatives.slack == 0.1);
  assert_int_equal(study->aims.alternatives.minimises, 1);
  assert_int_equal(study->aims.alternatives.minimise[0].target.axis[0].pattern[0].kind,
                   VT_PATTERN_ANY);
  assert_int_equal(study->aims.alternatives.maximises, 2);
  assert_string_equal(study->aims.alternatives.maximise[0].target.text, "p|q*");
  assert_int_equal(study->aims.alternatives.maximise[0].target.axis[0].count, 2);
  vt_study_free(study);
}

static void empty_lists_of_results_and_overrides_are_fine(void **state) {
  (void)state;
  vt_study *study = parse("s.yaml", "\xef\xbb\xbf" HEAD
                                    "    overrides: []\nresults: {keep: [], quantiles: []}\n");
  assert_int_equal(study->keeps, 0);
  assert_int_equal(study->quantiles, 0);
  assert_int_equal(study->model.pathway.overrides, 0);
  vt_study_free(study);
}

static void an_alias_of_a_distribution_is_fine(void **state) {
  (void)state;
  vt_study *study = parse("s.yaml", MONTE_CARLO "f: {target: t, set: &d {uniform: [1, 2]}}\n"
                                                "    g: {target: u, set: *d }\n");
  assert_true(study->factor[1].value.distribution.parameter[1] == 2);
  vt_study_free(study);
}

// ---------------------------------------------------------------------------------------------
// Files

static void a_missing_file_a_folder_and_a_device_are_refused(void **state) {
  (void)state;
  vt_study *study = NULL;
  assert_int_equal(vt_study_read("no/such/file.yaml", &study), VT_ERR_INPUT);
  assert_non_null(strstr(vt_error_message(), "no/such/file.yaml"));
  assert_int_equal(vt_study_read(".", &study), VT_ERR_INPUT);
  assert_non_null(strstr(vt_error_message(), "folder"));
  assert_int_equal(vt_study_read("/dev/zero", &study), VT_ERR_INPUT);
  assert_non_null(strstr(vt_error_message(), "device"));
  assert_null(study);
}

static void a_file_is_read_as_its_text_is_parsed(void **state) {
  (void)state;
  char path[] = "/tmp/vintner-study-XXXXXX";
  const int descriptor = mkstemp(path);
  assert_true(descriptor >= 0);
  assert_int_equal(write(descriptor, HEAD, strlen(HEAD)), strlen(HEAD));
  assert_int_equal(close(descriptor), 0);
  vt_study *study = NULL;
  const vt_error read = vt_study_read(path, &study);
  (void)unlink(path);
  assert_int_equal(read, VT_OK);
  vt_study *parsed = parse(path, HEAD);
  assert_string_equal(study->sha256, parsed->sha256);
  assert_string_equal(study->model.pathway.inputs, "/tmp/m.json");
  vt_study_free(parsed);
  vt_study_free(study);
  vt_study_free(NULL);
}

// ---------------------------------------------------------------------------------------------
// Selectors

static void a_selector_holds_every_form_of_pattern(void **state) {
  (void)state;
  vt_arena *arena = NULL;
  assert_int_equal(vt_arena_create(&arena), VT_OK);
  vt_selector s;
  const char *text =
      " demand [ direct air capture | \"a, [b]|\\\"c\\\" \" |st?el*, *, -2:3|2030:|: 5"
      "|2030|eco:abc ] ";
  assert_int_equal(vt_selector_parse(arena, text, &s), VT_OK);
  assert_string_equal(s.text, text);
  assert_string_equal(s.tensor, "demand");
  assert_true(s.bracketed);
  assert_int_equal(s.axes, 3);
  assert_int_equal(s.axis[0].count, 3);
  assert_string_equal(s.axis[0].text, "direct air capture | \"a, [b]|\\\"c\\\" \" |st?el*");
  assert_string_equal(s.axis[0].pattern[0].text, "direct air capture");
  assert_int_equal(s.axis[0].pattern[0].kind, VT_PATTERN_LABEL);
  assert_false(s.axis[0].pattern[0].quoted);
  assert_string_equal(s.axis[0].pattern[1].text, "a, [b]|\"c\" ");
  assert_true(s.axis[0].pattern[1].quoted);
  assert_int_equal(s.axis[0].pattern[2].kind, VT_PATTERN_GLOB);
  assert_int_equal(s.axis[1].pattern[0].kind, VT_PATTERN_ANY);
  const vt_pattern *range = s.axis[2].pattern;
  assert_int_equal(s.axis[2].count, 5);
  assert_true(range[0].kind == VT_PATTERN_RANGE && range[0].first == -2 && range[0].last == 3);
  assert_true(range[1].first == 2030 && range[1].last == INT64_MAX);
  assert_true(range[2].first == INT64_MIN && range[2].last == 5);
  assert_int_equal(range[3].kind, VT_PATTERN_LABEL);
  assert_string_equal(range[3].text, "2030");
  assert_int_equal(range[4].kind, VT_PATTERN_LABEL);
  assert_string_equal(range[4].text, "eco:abc");
  assert_int_equal(vt_selector_parse(arena, "x_default", &s), VT_OK);
  assert_false(s.bracketed);
  assert_int_equal(s.axes, 0);
  vt_arena_free(arena);
}

static void quotes_make_stars_and_ranges_plain_labels(void **state) {
  (void)state;
  vt_arena *arena = NULL;
  assert_int_equal(vt_arena_create(&arena), VT_OK);
  vt_selector s;
  assert_int_equal(
      vt_selector_parse(arena, "t[\"*\"|\"1:2\"|\"\\u00e9\\ud83d\\ude00\\n\\/\\u20ac\"|\"\"]", &s),
      VT_OK);
  const vt_pattern *pattern = s.axis[0].pattern;
  for (int i = 0; i < 4; i++) assert_int_equal(pattern[i].kind, VT_PATTERN_LABEL);
  assert_string_equal(pattern[0].text, "*");
  assert_string_equal(pattern[1].text, "1:2");
  assert_string_equal(pattern[2].text, "\xc3\xa9\xf0\x9f\x98\x80\n/\xe2\x82\xac");
  assert_string_equal(pattern[3].text, "");
  vt_arena_free(arena);
}

static void globs_match_whole_texts(void **state) {
  (void)state;
  assert_true(vt_glob_matches("steel*", "steel"));
  assert_true(vt_glob_matches("steel*", "steel, low-alloyed"));
  assert_true(vt_glob_matches("*", ""));
  assert_true(vt_glob_matches("*b*c", "abbbcbc"));
  assert_true(vt_glob_matches("a?c", "a\xc3\xa9"
                                     "c"));
  assert_true(vt_glob_matches("?*?", "ab"));
  assert_true(vt_glob_matches("", ""));
  assert_false(vt_glob_matches("?", ""));
  assert_false(vt_glob_matches("a?c", "ac"));
  assert_false(vt_glob_matches("steel", "steels"));
  assert_false(vt_glob_matches("*b", "abc"));
  assert_false(vt_glob_matches("Steel*", "steel"));
  // Backtracking to the latest star alone keeps this quadratic, not exponential.
  assert_false(vt_glob_matches("*a*a*a*a*a*a*a*a*a*a*a*a*b",
                               "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_study_of_plain_lca_is_read),
      cmocka_unit_test(a_file_that_is_not_a_study_is_refused_with_its_line),
      cmocka_unit_test(a_bad_head_or_model_is_refused_with_its_line),
      cmocka_unit_test(a_bad_override_or_selector_is_refused_with_its_line),
      cmocka_unit_test(a_bad_ensemble_is_refused_with_its_line),
      cmocka_unit_test(a_bad_factor_is_refused_with_its_line),
      cmocka_unit_test(a_bad_parameter_is_refused_with_its_line),
      cmocka_unit_test(parameters_and_formulas_become_inputs_of_the_design),
      cmocka_unit_test(a_bad_setting_of_results_or_solver_is_refused_with_its_line),
      cmocka_unit_test(a_hostile_file_is_refused_at_once),
      cmocka_unit_test(an_alias_that_means_itself_or_multiplies_is_refused),
      cmocka_unit_test(the_smallest_study_has_the_documented_defaults),
      cmocka_unit_test(the_number_of_years_to_add_arrives),
      cmocka_unit_test(every_key_of_a_full_study_arrives),
      cmocka_unit_test(every_distribution_arrives_with_its_bounds),
      cmocka_unit_test(a_table_design_takes_factors_without_values),
      cmocka_unit_test(an_objective_may_be_one_name_or_a_list_of_one),
      cmocka_unit_test(an_objective_may_have_levels_with_tolerances),
      cmocka_unit_test(designs_without_factors_are_read),
      cmocka_unit_test(empty_lists_of_results_and_overrides_are_fine),
      cmocka_unit_test(an_alias_of_a_distribution_is_fine),
      cmocka_unit_test(a_missing_file_a_folder_and_a_device_are_refused),
      cmocka_unit_test(a_file_is_read_as_its_text_is_parsed),
      cmocka_unit_test(a_selector_holds_every_form_of_pattern),
      cmocka_unit_test(quotes_make_stars_and_ranges_plain_labels),
      cmocka_unit_test(globs_match_whole_texts),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
