// test_parameters.c - which parameter a name means, what follows from those that change, and that
// it goes to other ranks whole.
#include "database_files.h"
#include "vintner/parameters.h"

static const char document[] =
    "{'databases': {"
    "'bio': {'data': {'co2': {'type': 'emission'}}},"
    "'plan': {'data': {'heat': {'type': 'product'}, 'boiler': {'type': 'process', 'exchanges': ["
    "  {'input': ['plan', 'heat'], 'type': 'production', 'amount': 1},"
    "  {'input': ['bio', 'co2'], 'type': 'biosphere', 'amount': 3, 'formula': 'a + b', 'group': "
    "'near'},"
    "  {'input': ['bio', 'co2'], 'type': 'biosphere', 'amount': 5},"
    "  {'input': ['bio', 'co2'], 'type': 'biosphere', 'amount': 9, 'formula': 'alone', 'group': "
    "'near', 'temporal_distribution': {'unit': 'Y', 'date': [2], 'amount': [1]}}]}}}},"
    "'parameters': {"
    " 'project': {'a': {'amount': 1}, 'b': {'amount': 10}, 'alone': {'amount': 4}, 'c': "
    "{'formula': "
    "'b * 2'}, 'broken': {'formula': 'load(b)', 'amount': 1}},"
    " 'database': {'plan': {'a': {'amount': 2}, 'b': {'amount': 20}, 'e': {'amount': 5}}},"
    " 'activity': {'far': {'database': 'plan', 'parameters': {'b': {'formula': 'a * e + c'}}},"
    "  'other': {'database': 'plan', 'parameters': {'a': {'amount': 100}}},"
    "  'near': {'database': 'plan', 'order': ['far', 'other'], 'parameters': {'z': {'amount': "
    "0}}}}}}";

// A study with one factor on a parameter.
static vt_study *study_on(const char *target, const char *operation) {
  char text[1024];
  vt_study *study;
  (void)snprintf(text, sizeof text,
                 "vintner: 1\nname: x\nmodel:\n  pathway:\n    databases: [d.json]\n"
                 "    foreground: plan\n    demand: {heat: {2020: 1}}\n    years: [2020, 2021]\n"
                 "    methods: {m: [m]}\n    objective: m\nensemble:\n  design: {monte-carlo: 2}\n"
                 "  factors:\n    f: {target: \"%s\", %s: {uniform: [1, 2]}}\n",
                 target, operation);
  must(vt_study_parse("s.yaml", text, (ptrdiff_t)strlen(text), &study));
  return study;
}

static vt_database_set *read_document(void) {
  vt_database_set *set;
  const char *path = in_scratch("d.json");
  write_text("d.json", document);
  must(vt_database_set_read(1, &path, &set));
  return set;
}

static vt_error build_on(const vt_study *study, vt_inputs **inputs) {
  vt_database_set *set = read_document();
  vt_differing differing = {.followers = {.arena = set->arena}};
  const vt_foreground from = {.database = 1,
                              .first_year = 2020,
                              .last_year = 2021,
                              .study = study,
                              .differing = &differing};
  int *flow = NULL, *elementary = NULL;
  const vt_error built = vt_foreground_build(set, &from, inputs, &flow, &elementary);
  free(flow);
  free(elementary);
  vt_database_set_free(set);
  return built;
}

static vt_inputs *inputs_on(const char *target) {
  vt_study *study = study_on(target, "set");
  vt_inputs *inputs;
  must(build_on(study, &inputs));
  vt_study_free(study);
  return inputs;
}

static int place_of(const vt_following *f, const char *scope, const char *name) {
  for (int i = 0; i < f->parameters; i++) {
    if (strcmp(f->parameter[i].scope, scope) == 0 && strcmp(f->parameter[i].name, name) == 0)
      return i;
  }
  return -1;
}

// What a formula's name means.
static int meaning_of(const vt_meaning *meaning, const char *name) {
  for (int i = 0; i < meaning->names; i++) {
    if (strcmp(meaning->name[i], name) == 0) return meaning->parameter[i];
  }
  return -1;
}

static void the_nearest_definition_counts(void **state) {
  (void)state;
  vt_inputs *inputs = inputs_on("parameter[project, b]");
  const vt_following *f = &inputs->following;
  assert_int_equal(f->amounts, 1);
  const vt_meaning *amount = &f->amount[0].meaning;
  assert_int_equal(meaning_of(amount, "b"), place_of(f, "far", "b"));
  assert_int_equal(meaning_of(amount, "a"), place_of(f, "other", "a"));
  const vt_followed_parameter *far = &f->parameter[place_of(f, "far", "b")];
  assert_int_equal(meaning_of(&far->meaning, "a"), place_of(f, "plan", "a"));
  // A parameter may have the name of a constant.
  assert_int_equal(meaning_of(&far->meaning, "e"), place_of(f, "plan", "e"));
  vt_inputs_free(inputs);
}

static void each_comes_after_what_it_reads(void **state) {
  (void)state;
  vt_inputs *inputs = inputs_on("parameter[*, b]");
  const vt_following *f = &inputs->following;
  assert_true(place_of(f, "plan", "b") >= 0 && place_of(f, "far", "z") < 0);
  for (int i = 0; i < f->parameters; i++) {
    for (int k = 0; k < f->parameter[i].meaning.names; k++)
      assert_true(f->parameter[i].meaning.parameter[k] < i);
  }
  vt_inputs_free(inputs);
}

// Both parts of the entry, the one that follows and the one that does not, and no other entry.
static void entries_have_all_their_parts(void **state) {
  (void)state;
  vt_inputs *inputs = inputs_on("parameter[project, b]");
  const vt_following *f = &inputs->following;
  assert_int_equal(f->terms, 2);
  assert_int_equal(f->term[0].tensor, VT_TENSOR_BIOSPHERE);
  assert_int_equal(f->term[0].amount, 0);
  assert_int_equal(f->term[1].amount, -1);
  assert_near(f->term[1].stored, 5.0, 0.0);
  vt_inputs_free(inputs);
}

static void formulas_give_their_values(void **state) {
  (void)state;
  vt_inputs *inputs = inputs_on("parameter[project, b]");
  const vt_following *f = &inputs->following;
  vt_evaluation *evaluation;
  double value[16];
  must(vt_evaluation_create(f, inputs->arena, &evaluation));
  for (int i = 0; i < f->parameters; i++) {
    value[i] = evaluation->parameter[i] ? vt_formula_value(evaluation->parameter[i], value)
                                        : f->parameter[i].value;
  }
  // far.b = 2 * 5 + 2 * 10, and a of the group `other`
  assert_near(vt_formula_value(evaluation->amount[0], value), 130.0, 0.0);
  vt_inputs_free(inputs);
}

static void same_meaning(const vt_meaning *a, const vt_meaning *b) {
  assert_true(!a->formula == !b->formula);
  if (a->formula) assert_string_equal(a->formula, b->formula);
  assert_int_equal(a->names, b->names);
  for (int i = 0; i < a->names; i++) {
    assert_string_equal(a->name[i], b->name[i]);
    assert_int_equal(a->parameter[i], b->parameter[i]);
  }
}

static void it_goes_to_other_ranks_whole(void **state) {
  (void)state;
  vt_inputs *inputs = inputs_on("parameter[*, *]"), *again;
  vt_text bytes = {0};
  must(vt_inputs_pack(inputs, &bytes));
  must(vt_inputs_unpack(bytes.bytes, bytes.length, &again));
  const vt_following *f = &inputs->following, *g = &again->following;
  assert_int_equal(f->parameters, g->parameters);
  assert_int_equal(f->amounts, g->amounts);
  assert_int_equal(f->terms, g->terms);
  for (int i = 0; i < f->parameters; i++) {
    assert_string_equal(f->parameter[i].scope, g->parameter[i].scope);
    assert_string_equal(f->parameter[i].name, g->parameter[i].name);
    same_meaning(&f->parameter[i].meaning, &g->parameter[i].meaning);
  }
  for (int i = 0; i < f->amounts; i++) same_meaning(&f->amount[i].meaning, &g->amount[i].meaning);
  for (ptrdiff_t t = 0; t < f->terms; t++) {
    assert_memory_equal(f->term[t].index, g->term[t].index, sizeof f->term[t].index);
    assert_int_equal(f->term[t].amount, g->term[t].amount);
    assert_near(f->term[t].weight, g->term[t].weight, 0.0);
  }
  for (ptrdiff_t cut = 0; cut < bytes.length; cut += 7) {
    vt_inputs *none = NULL;
    if (vt_inputs_unpack(bytes.bytes, cut, &none) == VT_OK) vt_inputs_free(none);
  }
  vt_text_free(&bytes);
  vt_inputs_free(inputs);
  vt_inputs_free(again);
}

static void expect_refusal(const char *target, const char *operation, const char *first,
                           const char *second) {
  vt_study *study = study_on(target, operation);
  vt_inputs *inputs = NULL;
  must_fail(build_on(study, &inputs), first, second);
  vt_study_free(study);
}

static void what_cannot_be_read_is_an_error_where_it_is_needed(void **state) {
  (void)state;
  expect_refusal("parameter[project, broken]", "multiply", "parameter 'broken' of 'project'",
                 "unknown function 'load'");
  vt_inputs *inputs = inputs_on("parameter[project, broken]"); // what is set needs no formula
  assert_int_equal(inputs->following.parameters, 1);
  vt_inputs_free(inputs);
  expect_refusal("parameter[project, bb]", "set", "s.yaml:14: target", "did you mean 'b'");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_nearest_definition_counts),
      cmocka_unit_test(each_comes_after_what_it_reads),
      cmocka_unit_test(entries_have_all_their_parts),
      cmocka_unit_test(formulas_give_their_values),
      cmocka_unit_test(it_goes_to_other_ranks_whole),
      cmocka_unit_test(what_cannot_be_read_is_an_error_where_it_is_needed),
  };
  return cmocka_run_group_tests(tests, make_scratch, drop_scratch);
}
