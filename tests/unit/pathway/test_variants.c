// test_choice.c - alternative backgrounds: a scenario that chooses one has the numbers of the model
// that has this one alone.
#include "alternatives.h"
#include "random_models.h"

enum { MODELS = 300 };

// ---------------------------------------------------------------------------------------------
// Random models with random lists of factors, one or two of which choose.

typedef struct change {
  const char *target, *operation; // operation NULL: choose
  double value;
} change;

enum { CHANGES = 5 };

typedef struct experiment {
  dice dice;
  vt_text json;
  vt_unit unit;
  int alternatives;
  double *weight[MOST_ALTERNATIVES]; // shape [cells]
  int changes;
  change change[CHANGES];
} experiment;

static void choose_changes(experiment *x) {
  static const change others[] = {
      {"mapping[*, *]", "multiply", 0.5},
      {"mapping[B0, *]", "add", 0.25},
      {"mapping[*, 2021:]", "set", 0.75},
      {"background_inventory[*, *, *]", "multiply", 2},
      {"background_inventory[B0, *, *]", "add", 1},
      {"characterization[*, *, 2020]", "multiply", 3},
      {"characterization[C0, *, *]", "add", 0.5},
      {"demand[*, *]", "multiply", 1.25},
  };
  dice *d = &x->dice;
  x->changes = 1 + pick(d, CHANGES);
  for (int i = 0; i < x->changes; i++)
    x->change[i] = others[pick(d, sizeof others / sizeof *others)];
  x->change[pick(d, x->changes)] = (change){"background", NULL, 0};
  if (chance(d, 30)) x->change[pick(d, x->changes)] = (change){"background", NULL, 0};
}

static void add_weights(experiment *x, const vt_inputs *in) {
  const int snapshots = vt_labels_count(in->background), times = in->system_times;
  for (int k = 0; k < x->alternatives; k++) {
    x->weight[k] = calloc((size_t)(snapshots * times) + 1, sizeof **x->weight);
    assert_non_null(x->weight[k]);
    if (k == 0) weights_of(in, &in->tensor[VT_TENSOR_MAPPING], x->weight[k]);
    for (int t = 0; k > 0 && snapshots > 0 && t < times; t++) {
      const int b = pick(&x->dice, snapshots), c = (b + 1) % snapshots;
      const double share = b == c || chance(&x->dice, 40) ? 1.0 : amount(&x->dice, 0.001, 0.999);
      x->weight[k][b * times + t] = share;
      if (share < 1.0) x->weight[k][c * times + t] = 1.0 - share;
    }
  }
}

// The place of `alternative` among the names of a factor: the factors name them backwards.
static double place_of(const experiment *x, int alternative) {
  return x->alternatives - 1 - alternative;
}

static vt_text study_of_factors(const experiment *x) {
  vt_text rest = {0};
  must(vt_text_add(&rest, "ensemble:\n  design: factorial\n  factors:\n"));
  for (int i = 0; i < x->changes; i++) {
    const change *c = &x->change[i];
    must(vt_text_add(&rest, "    f%d: {target: '%s', %s: [", i, c->target,
                     c->operation ? c->operation : "choose"));
    if (c->operation) must(vt_text_add(&rest, "%.17g", c->value));
    for (int k = x->alternatives - 1; !c->operation && k >= 0; k--)
      must(vt_text_add(&rest, "'%s'%s", alternative_name[k], k ? ", " : ""));
    must(vt_text_add(&rest, "]}\n"));
  }
  vt_text study = study_text(x->unit, "    objective: C0\n", rest.bytes);
  vt_text_free(&rest);
  return study;
}

// What the factors of `applied` (bits) come to: the mapping of the last choice, and as overrides
// all that it does not undo. `chosen[i]` is the alternative of factor i.
static made plain_model(const experiment *x, unsigned applied, const int *chosen) {
  int last = -1;
  vt_text lines = {0};
  for (int i = 0; i < x->changes; i++) {
    if (applied >> i & 1 && !x->change[i].operation) last = i;
  }
  must(vt_text_add(&lines, "    objective: C0\n"));
  const char *head = "    overrides:\n";
  for (int i = 0; i < x->changes; i++) {
    const change *c = &x->change[i];
    const bool undone = i < last && strncmp(c->target, "mapping", 7) == 0;
    if (!(applied >> i & 1) || !c->operation || undone) continue;
    must(vt_text_add(&lines, "%s      - {target: '%s', %s: %.17g}\n", head, c->target, c->operation,
                     c->value));
    head = "";
  }
  vt_text study = study_text(x->unit, lines.bytes, NULL);
  made m = read_parts(&x->json, &study);
  fix_mapping(m.inputs, x->alternatives, x->weight, last < 0 ? 0 : chosen[last]);
  must(try_finish(&m, true));
  vt_text_free(&lines);
  vt_text_free(&study);
  return m;
}

static bool same_structure(const vt_program *a, const vt_program *b) {
  return a->rows == b->rows && a->columns == b->columns && a->entries == b->entries &&
         memcmp(a->column_start, b->column_start,
                ((size_t)a->columns + 1) * sizeof *a->column_start) == 0 &&
         memcmp(a->row, b->row, (size_t)a->entries * sizeof *a->row) == 0;
}

typedef struct tally {
  int compared, equal, optimal;
} tally;

static void expect_equal(const double *expected, const double *found, ptrdiff_t count, double size,
                         int seed) {
  for (ptrdiff_t i = 0; i < count; i++) {
    if (!agree(expected[i], found[i], size, 1e-12))
      fail_msg("model %d: number %td is %.17g, not %.17g", seed, i, found[i], expected[i]);
  }
}

static void compare_numbers(made *varied, const double *factor, made *plain, int seed,
                            tally *seen) {
  const vt_program *p = vt_pathway_program(varied->pathway);
  vt_numbers a, b;
  if (!same_structure(p, vt_pathway_program(plain->pathway))) return;
  vt_pathway_apply(varied->state, factor, &a);
  vt_pathway_apply(plain->state, NULL, &b);
  // Terms of both signs may cancel: errors are relative to the largest cost.
  double size = 0.0;
  for (int i = 0; i < p->columns; i++) size = fmax(size, fabs(b.cost[i]));
  expect_equal(b.value, a.value, p->entries, size, seed);
  expect_equal(b.cost, a.cost, p->columns, size, seed);
  expect_equal(b.row_lower, a.row_lower, p->rows, 0.0, seed);
  expect_equal(b.row_upper, a.row_upper, p->rows, 0.0, seed);
  seen->equal++;
}

static void compare(const experiment *x, made *m, made *unreduced, unsigned applied, int seed,
                    tally *seen) {
  double factor[CHANGES];
  int chosen[CHANGES];
  dice d = {(uint64_t)seed * 31 + applied};
  for (int i = 0; i < x->changes; i++) {
    chosen[i] = pick(&d, x->alternatives);
    factor[i] = x->change[i].operation ? x->change[i].value : place_of(x, chosen[i]);
    if (!(applied >> i & 1)) factor[i] = (double)NAN;
  }
  made plain = plain_model(x, applied, chosen);
  answer a = solve(m, factor), b = solve(&plain, NULL), c = solve(unreduced, factor);
  if (a.outcome != b.outcome || a.outcome != c.outcome)
    fail_msg("model %d: %s with a choice, %s with its mapping, %s unreduced", seed,
             vt_outcome_name(a.outcome), vt_outcome_name(b.outcome), vt_outcome_name(c.outcome));
  if (!agree(b.objective, a.objective, b.cost_size, 1e-9) ||
      !agree(c.objective, a.objective, c.cost_size, 1e-9))
    fail_msg("model %d: %.17g with a choice, %.17g with its mapping, %.17g unreduced", seed,
             a.objective, b.objective, c.objective);
  if (a.outcome == VT_OPTIMAL && !(a.plan.violation <= 1e-10))
    fail_msg("model %d: violation %g", seed, a.plan.violation);
  compare_numbers(m, factor, &plain, seed, seen);
  seen->optimal += a.outcome == VT_OPTIMAL;
  seen->compared++;
  answer_free(&a);
  answer_free(&b);
  answer_free(&c);
  unmake(&plain);
}

static void check_model(int seed, vt_unit unit, tally *seen) {
  experiment x = {.dice = {(uint64_t)seed * 53 + 11}, .unit = unit};
  x.json = random_model((uint64_t)seed);
  x.alternatives = 2 + pick(&x.dice, 2);
  choose_changes(&x);
  vt_text study = study_of_factors(&x);
  made m = read_parts(&x.json, &study), unreduced = read_parts(&x.json, &study);
  add_weights(&x, m.inputs);
  add_pathways(m.inputs, x.alternatives, x.weight);
  add_pathways(unreduced.inputs, x.alternatives, x.weight);
  if (m.inputs->tensor[VT_TENSOR_BACKGROUND].count > 0 &&
      vt_labels_count(m.inputs->background) > 1) {
    // Selectors on entries that a model lacks are refused, here as in the plain model.
    if (try_finish(&m, true) == VT_OK) {
      must(try_finish(&unreduced, false));
      const unsigned all = (1u << x.changes) - 1;
      compare(&x, &m, &unreduced, all, seed, seen);
      compare(&x, &m, &unreduced, (unsigned)roll(&x.dice) & all, seed, seen);
      compare(&x, &m, &unreduced, 0, seed, seen);
    }
  }
  unmake(&m);
  unmake(&unreduced);
  for (int k = 0; k < x.alternatives; k++) free(x.weight[k]);
  vt_text_free(&x.json);
  vt_text_free(&study);
}

static void check_unit(vt_unit unit) {
  tally seen = {0};
  for (int seed = 0; seed < MODELS; seed++) check_model(seed, unit, &seen);
  print_message("%d compared, %d optimal, %d of equal structure\n", seen.compared, seen.optimal,
                seen.equal);
  assert_true(seen.compared > MODELS);
  assert_true(seen.equal > seen.compared / 3);
  assert_true(seen.optimal > seen.compared / 3);
}

static void a_choice_gives_the_numbers_of_the_chosen_background(void **state) {
  (void)state;
  check_unit(VT_UNIT_LIFETIME);
}

static void a_choice_gives_the_numbers_of_the_chosen_background_annually(void **state) {
  (void)state;
  check_unit(VT_UNIT_ANNUAL);
}

// ---------------------------------------------------------------------------------------------
// A small model.

static void the_reference_has_the_first_alternative(void **state) {
  (void)state;
  made m = small_model(FACTORS CHOICE);
  expect_objective(&m, NULL, 40);
  expect_objective(&m, (double[]){0}, 90);
  expect_objective(&m, (double[]){1}, 40);
  expect_objective(&m, (double[]){(double)NAN}, 40);
  assert_true(vt_pathway_neutral(m.pathway, 0) == 1);
  unmake(&m);
}

static void without_a_choice_the_first_alternative_holds(void **state) {
  (void)state;
  made m = small_model(NULL);
  expect_objective(&m, NULL, 40);
  unmake(&m);
}

static const char *const only_ssp2[] = {"SSP2"};

// An override is written `choose: SSP2`; the text parsed here has another in its place.
static void override_first(made *m) {
  static vt_factor changed[2];
  memcpy(changed, m->study->model.pathway.override,
         (size_t)m->study->model.pathway.overrides * sizeof *changed);
  changed[0].target = (vt_selector){.text = "background", .tensor = "background"};
  changed[0].operation = VT_CHOOSE;
  changed[0].value.kind = VT_VALUE_NAMES;
  changed[0].value.levels = 1;
  changed[0].value.level = NULL;
  changed[0].value.name = only_ssp2;
  m->study->model.pathway.override = changed;
}

static void an_override_chooses_for_the_reference(void **state) {
  (void)state;
  made m = small_parts("    overrides: [{target: 'demand[*, *]', multiply: 1}]\n", FACTORS CHOICE);
  override_first(&m);
  must(try_finish(&m, true));
  expect_objective(&m, NULL, 90);
  expect_objective(&m, (double[]){1}, 40);
  assert_true(vt_pathway_neutral(m.pathway, 0) == 0);
  unmake(&m);
}

// mapping * 2 after the choice: 1 I means 14 in 2020, A costs 16 for two years, B 10: only B.
static void overrides_and_factors_apply_in_their_order(void **state) {
  (void)state;
  made m = small_parts("    overrides: [{target: 'demand[*, *]', multiply: 1},"
                       " {target: 'mapping[*, *]', multiply: 2}]\n",
                       FACTORS CHOICE);
  override_first(&m);
  must(try_finish(&m, true));
  expect_objective(&m, NULL, 100);
  expect_objective(&m, (double[]){0}, 90); // the choice undoes the override
  assert_true(isnan(vt_pathway_neutral(m.pathway, 0)));
  unmake(&m);
  m = small_model(FACTORS CHOICE "    twice: {target: 'mapping[*, *]', multiply: [2]}\n");
  expect_objective(&m, (double[]){0, 2}, 100);
  expect_objective(&m, (double[]){1, 2}, 60); // 4 + 1 + 1
  unmake(&m);
  m = small_model(FACTORS "    twice: {target: 'mapping[*, *]', multiply: [2]}\n" CHOICE);
  expect_objective(&m, (double[]){2, 0}, 90);
  expect_objective(&m, (double[]){2, (double)NAN}, 60);
  unmake(&m);
}

static void a_choice_without_the_reference_has_no_neutral_value(void **state) {
  (void)state;
  made m = small_model(FACTORS "    path: {target: background, choose: [SSP2]}\n");
  assert_true(isnan(vt_pathway_neutral(m.pathway, 0)));
  expect_objective(&m, (double[]){0}, 90);
  expect_objective(&m, (double[]){(double)NAN}, 40);
  unmake(&m);
}

static void the_inventory_is_that_of_the_chosen_background(void **state) {
  (void)state;
  made m = small_model(FACTORS CHOICE);
  must(vt_pathway_prepare_outputs(m.pathway));
  for (int k = 0; k < 2; k++) {
    double inventory[3], factor = k;
    answer a = solve(&m, &factor);
    vt_numbers numbers;
    vt_pathway_apply(m.state, &factor, &numbers);
    double *x = calloc((size_t)vt_pathway_program(m.pathway)->columns, sizeof *x);
    assert_non_null(x);
    vt_pathway_inventory(m.state, &(vt_solved){.plan = &a.plan, .x = x}, inventory);
    // Of the installation alone, as x is 0: 10 I.
    assert_true(agree(k == 0 ? 70 : 20, inventory[0], 0.0, 1e-12));
    free(x);
    answer_free(&a);
  }
  unmake(&m);
}

static void wrong_choices_are_refused(void **state) {
  (void)state;
  const struct {
    const char *factor, *first, *second;
  } cases[] = {
      {"{target: background, choose: [SSP1, SSP3]}",
       "study.yaml:10: target 'background': found "
       "'SSP3' to choose",
       "did you mean 'SSP1'?"},
      {"{target: background, multiply: [2]}", "study.yaml:10: target 'background': found multiply",
       "expected choose"},
      {"{target: 'background[SSP1]', set: [1]}", "'background[SSP1]': found brackets", "none"},
      {"{target: mapping, choose: [SSP1]}", "found choose on tensor 'mapping'", "numbers"},
      {"{target: backgrund, choose: [SSP1]}", "found tensor 'backgrund'",
       "did you mean 'background'?"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char rest[200];
    (void)snprintf(rest, sizeof rest, FACTORS "    path: %s\n", cases[i].factor);
    made m = small_parts(NULL, rest);
    assert_int_equal(try_finish(&m, true), VT_ERR_INPUT);
    const char *message = vt_error_message();
    if (!strstr(message, cases[i].first) || !strstr(message, cases[i].second))
      fail_msg("found '%s', expected '%s' and '%s'", message, cases[i].first, cases[i].second);
    unmake(&m);
  }
}

static void one_background_leaves_nothing_to_choose(void **state) {
  (void)state;
  vt_text json = model_text(two_snapshots),
          study = study_text(VT_UNIT_LIFETIME, NULL, FACTORS CHOICE);
  made m = read_parts(&json, &study);
  assert_int_equal(try_finish(&m, true), VT_ERR_INPUT);
  assert_non_null(strstr(vt_error_message(), "found a model with one background"));
  unmake(&m);
  vt_text_free(&json);
  vt_text_free(&study);
}

int main(void) {
  // Random models lose flows at the ends of their horizons, which is no news here.
  vt_log_open(VT_LOG_ERROR, false, true);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_choice_gives_the_numbers_of_the_chosen_background),
      cmocka_unit_test(a_choice_gives_the_numbers_of_the_chosen_background_annually),
      cmocka_unit_test(the_reference_has_the_first_alternative),
      cmocka_unit_test(without_a_choice_the_first_alternative_holds),
      cmocka_unit_test(an_override_chooses_for_the_reference),
      cmocka_unit_test(overrides_and_factors_apply_in_their_order),
      cmocka_unit_test(a_choice_without_the_reference_has_no_neutral_value),
      cmocka_unit_test(the_inventory_is_that_of_the_chosen_background),
      cmocka_unit_test(wrong_choices_are_refused),
      cmocka_unit_test(one_background_leaves_nothing_to_choose),
  };
  return cmocka_run_group_tests_name("choice", tests, NULL, NULL);
}
