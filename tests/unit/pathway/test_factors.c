// test_factors.c - a scenario's numbers are those of a model that is built with the factor values
// written into it: random models, random lists of factors that overlap, both units.
#include "random_models.h"

enum { MODELS = 300, MOST_FACTORS = 5 };

typedef struct change {
  char target[160];
  vt_operation operation;
  double value;
} change;

typedef struct change_list {
  int count;
  change change[MOST_FACTORS];
  bool creates; // the last one creates entries
} change_list;

// ---------------------------------------------------------------------------------------------
// Random lists of factors.

static const vt_tensor_id varied[] = {
    VT_TENSOR_DEMAND,           VT_TENSOR_PRODUCTION,
    VT_TENSOR_TECHNOSPHERE,     VT_TENSOR_BIOSPHERE,
    VT_TENSOR_INTERNAL_DEMAND,  VT_TENSOR_PRODUCTION_VINTAGES,
    VT_TENSOR_BACKGROUND,       VT_TENSOR_TECHNOSPHERE_VINTAGES,
    VT_TENSOR_MAPPING,          VT_TENSOR_BIOSPHERE_VINTAGES,
    VT_TENSOR_CHARACTERIZATION, VT_TENSOR_IMPROVEMENTS,
    VT_TENSOR_IMPACT_LIMITS,    VT_TENSOR_TOTAL_IMPACT_LIMITS,
    VT_TENSOR_DEPLOYMENT_MAX,   VT_TENSOR_DEPLOYMENT_MIN,
    VT_TENSOR_OPERATION_MAX,    VT_TENSOR_OPERATION_MIN,
    VT_TENSOR_FLOW_MAX,         VT_TENSOR_TOTAL_DEPLOYMENT_MAX,
    VT_TENSOR_TOTAL_FLOW_MAX,   VT_TENSOR_TOTAL_DEPLOYMENT_MIN,
    VT_TENSOR_TOTAL_FLOW_MIN,   VT_TENSOR_EXISTING_CAPACITY,
    VT_TENSOR_COUPLING,         VT_TENSOR_DEPLOYMENT_MAX_DEFAULT,
    VT_TENSOR_BACKGROUND,       VT_TENSOR_OPERATION_MAX_DEFAULT,
    VT_TENSOR_CHARACTERIZATION, VT_TENSOR_TOTAL_DEPLOYMENT_MAX_DEFAULT,
};
enum { VARIED = sizeof varied / sizeof varied[0] };

static void add_axis(dice *d, const vt_inputs *in, vt_axis axis, int index, char *text,
                     size_t bytes) {
  const char *label = vt_inputs_label(in, axis, index);
  const bool number =
      axis == VT_AXIS_PROCESS_TIME || axis == VT_AXIS_SYSTEM_TIME || axis == VT_AXIS_YEAR;
  const int way = pick(d, 6), year = number ? (int)strtol(label, NULL, 10) : 0;
  const size_t used = strlen(text);
  char *to = text + used;
  bytes -= used;
  if (way < 2) {
    (void)snprintf(to, bytes, "*");
  } else if (number) {
    if (way == 5) (void)snprintf(to, bytes, "%d:%d", year - 1, year + 1);
    if (way == 4) (void)snprintf(to, bytes, ":%d", year);
    if (way == 3) (void)snprintf(to, bytes, "%d:", year);
    if (way == 2) (void)snprintf(to, bytes, "%d", year);
  } else if (way == 3 && axis == VT_AXIS_PROCESS) {
    (void)snprintf(to, bytes, "plant %s", label + 1);
  } else if (way == 4) {
    (void)snprintf(to, bytes, "%c*|%s", label[0], label);
  } else {
    (void)snprintf(to, bytes, way == 5 ? "\"%s\"" : "%s", label);
  }
}

static bool is_limit(vt_tensor_id id) {
  return strstr(vt_tensor_kinds[id].name, "limit") != NULL;
}

static void choose_value(dice *d, vt_tensor_id id, change *c) {
  const vt_operation operation[] = {VT_MULTIPLY, VT_MULTIPLY, VT_ADD, VT_SET};
  c->operation = operation[pick(d, 4)];
  const double high = is_limit(id) ? 60.0 : 2.0;
  if (c->operation == VT_MULTIPLY) c->value = chance(d, 5) ? 0.0 : amount(d, 0.5, 1.5);
  if (c->operation == VT_ADD) c->value = amount(d, 0.0, 0.5);
  if (c->operation == VT_SET) c->value = chance(d, 5) ? 0.0 : amount(d, 0.25, high);
  if (id == VT_TENSOR_COUPLING && c->value == 0.0) c->value = 1.0;
}

// A selector that picks at least one stored entry.
static bool choose_stored(dice *d, const vt_inputs *in, change *c) {
  const vt_tensor_id id = varied[pick(d, VARIED)];
  const vt_tensor_kind *kind = &vt_tensor_kinds[id];
  const vt_tensor *tensor = &in->tensor[id];
  if (tensor->count == 0) return false;
  choose_value(d, id, c);
  (void)snprintf(c->target, sizeof c->target, "%s", kind->name);
  if (kind->axes == 0) {
    c->operation = VT_SET;
    c->value = amount(d, 20.0, 90.0);
    return true;
  }
  const ptrdiff_t e = pick(d, (int)tensor->count);
  for (int i = 0; i < kind->axes; i++) {
    strncat(c->target, i ? ", " : "[", 3);
    add_axis(d, in, kind->axis[i], tensor->index[e * kind->axes + i], c->target, sizeof c->target);
  }
  strncat(c->target, "]", 2);
  return true;
}

// A `set` of entries that may not be there.
static void choose_new(dice *d, const vt_inputs *in, change *c) {
  const int p = pick(d, vt_labels_count(in->process)), year = in->system_time[0];
  char *text = c->target;
  const size_t bytes = sizeof c->target;
  *c = (change){.operation = VT_SET, .value = amount(d, 5.0, 60.0)};
  switch (pick(d, 8)) {
    case 0: (void)snprintf(text, bytes, "demand[R0, %d:]", year); break;
    case 1: (void)snprintf(text, bytes, "process_deployment_limits_max[P%d, *]", p); break;
    case 2: (void)snprintf(text, bytes, "cumulative_process_limits_max[P%d|P0]", p); break;
    case 3:
      (void)snprintf(text, bytes, "existing_capacity[P%d, %d:%d]", p, year - 2, year - 1);
      break;
    case 4: (void)snprintf(text, bytes, "flow_limits_max[E0|R0, %d]", year); break;
    case 5:
      (void)snprintf(text, bytes, "process_operation_limits_max[plant %d, :%d]", p, year);
      break;
    case 6:
      (void)snprintf(text, bytes, "category_impact_limits[C0, *]");
      c->value *= 1000.0;
      break;
    default:
      (void)snprintf(text, bytes, "process_deployment_limits_min[P%d, %d]", p, year);
      c->value = 0.25;
  }
}

static change_list choose_changes(dice *d, const vt_inputs *in) {
  change_list l = {.count = 0};
  const int count = 1 + pick(d, MOST_FACTORS - 1);
  while (l.count < count) {
    if (choose_stored(d, in, &l.change[l.count])) l.count++;
  }
  l.creates = chance(d, 50);
  if (l.creates) choose_new(d, in, &l.change[l.count++]);
  return l;
}

// ---------------------------------------------------------------------------------------------
// Studies.

static const char *operation_name(vt_operation operation) {
  return operation == VT_SET ? "set" : operation == VT_ADD ? "add" : "multiply";
}

static vt_text study_of_factors(vt_unit unit, const change_list *l) {
  vt_text rest = {0};
  must(vt_text_add(&rest, "ensemble:\n  design: factorial\n  factors:\n"));
  for (int i = 0; i < l->count; i++) {
    must(vt_text_add(&rest, "    f%d: {target: '%s', %s: [%.17g]}\n", i, l->change[i].target,
                     operation_name(l->change[i].operation), l->change[i].value));
  }
  vt_text study = study_text(unit, "    objective: C0\n", rest.bytes);
  vt_text_free(&rest);
  return study;
}

// With overrides for the factors of `applied` (bits).
static vt_text study_of_overrides(vt_unit unit, const change_list *l, unsigned applied) {
  vt_text lines = {0};
  must(vt_text_add(&lines, "    objective: C0\n%s", applied ? "    overrides:\n" : ""));
  for (int i = 0; i < l->count; i++) {
    if (!(applied >> i & 1)) continue;
    must(vt_text_add(&lines, "      - {target: '%s', %s: %.17g}\n", l->change[i].target,
                     operation_name(l->change[i].operation), l->change[i].value));
  }
  vt_text study = study_text(unit, lines.bytes, NULL);
  vt_text_free(&lines);
  return study;
}

// With all of them as overrides, those of `varying` (bits) by formulas of parameters.
static vt_text study_of_formulas(vt_unit unit, const change_list *l, unsigned varying) {
  vt_text lines = {0}, rest = {0};
  must(vt_text_add(&lines, "    objective: C0\n    overrides:\n"));
  must(vt_text_add(&rest, "parameters:\n  one: 1\n"));
  for (int i = 0; i < l->count; i++) {
    const change *c = &l->change[i];
    const char *operation = operation_name(c->operation);
    must(vt_text_add(&rest, "  p%d: %.17g\n", i, c->value));
    must(vt_text_add(&lines, "      - {target: '%s', %s: ", c->target, operation));
    must(varying >> i & 1 ? vt_text_add(&lines, "'one * p%d'}\n", i)
                          : vt_text_add(&lines, "%.17g}\n", c->value));
  }
  vt_text study = study_text(unit, lines.bytes, rest.bytes);
  vt_text_free(&lines);
  vt_text_free(&rest);
  return study;
}

// ---------------------------------------------------------------------------------------------
// Comparison.

typedef struct copy {
  double *number;
  ptrdiff_t count;
} copy;

static copy copy_numbers(const made *m, const vt_numbers *n) {
  const vt_program *p = vt_pathway_program(m->pathway);
  const struct {
    const double *from;
    ptrdiff_t count;
  } part[] = {{n->value, p->entries},        {n->cost, p->columns},
              {n->row_lower, p->rows},       {n->row_upper, p->rows},
              {n->column_lower, p->columns}, {n->column_upper, p->columns}};
  copy c = {NULL, 0};
  c.number = malloc((size_t)(p->entries + 2 * p->rows + 3 * p->columns + 1) * sizeof *c.number);
  assert_non_null(c.number);
  for (size_t i = 0; i < sizeof part / sizeof *part; i++) {
    memcpy(c.number + c.count, part[i].from, (size_t)part[i].count * sizeof *c.number);
    c.count += part[i].count;
  }
  return c;
}

static copy numbers_of(made *m, const double *factor) {
  vt_numbers numbers;
  vt_pathway_apply(m->state, factor, &numbers);
  return copy_numbers(m, &numbers);
}

static bool same_structure(const vt_program *a, const vt_program *b) {
  return a->rows == b->rows && a->columns == b->columns && a->entries == b->entries &&
         memcmp(a->column_start, b->column_start,
                ((size_t)a->columns + 1) * sizeof *a->column_start) == 0 &&
         memcmp(a->row, b->row, (size_t)a->entries * sizeof *a->row) == 0;
}

typedef struct tally {
  int compared, equal, refused, optimal;
} tally;

static void compare_numbers(made *varied_model, const double *factor, made *fresh, int seed,
                            tally *seen) {
  const vt_program *p = vt_pathway_program(varied_model->pathway);
  if (!same_structure(p, vt_pathway_program(fresh->pathway))) return;
  copy a = numbers_of(varied_model, factor), b = numbers_of(fresh, NULL);
  for (ptrdiff_t i = 0; i < a.count; i++) {
    if (!agree(b.number[i], a.number[i], 0.0, 1e-12))
      fail_msg("model %d: number %td of %td is %.17g, not %.17g", seed, i, a.count, a.number[i],
               b.number[i]);
  }
  seen->equal++;
  free(a.number);
  free(b.number);
}

// With the values of a design; `study` has the same changes as overrides that are fixed.
static void compare_with(made *m, const double *factor, const vt_text *json, const vt_text *study,
                         int seed, tally *seen) {
  made fresh;
  const vt_error error = try_make(json, study, true, &fresh);
  answer a = solve(m, factor);
  if (error == VT_OK) {
    answer b = solve(&fresh, NULL);
    if (a.outcome != b.outcome)
      fail_msg("model %d: %s with factors, %s with\n%s", seed, vt_outcome_name(a.outcome),
               vt_outcome_name(b.outcome), study->bytes);
    if (!agree(b.objective, a.objective, b.cost_size, 1e-9))
      fail_msg("model %d: %.17g with factors, %.17g with\n%s", seed, a.objective, b.objective,
               study->bytes);
    if (a.outcome == VT_OPTIMAL && !(a.plan.violation <= 1e-10))
      fail_msg("model %d: violation %g", seed, a.plan.violation);
    seen->optimal += a.outcome == VT_OPTIMAL;
    compare_numbers(m, factor, &fresh, seed, seen);
    answer_free(&b);
  } else {
    // Limits that cross are an error of an override, an outcome of a factor.
    if (error != VT_ERR_INPUT || a.outcome != VT_INFEASIBLE)
      fail_msg("model %d: %s, but %s", seed, vt_outcome_name(a.outcome), vt_error_message());
    seen->refused++;
  }
  seen->compared++;
  answer_free(&a);
  unmake(&fresh);
}

// Factors of the bits `applied` have their values, the others are not applied.
static void compare(made *m, const vt_text *json, vt_unit unit, const change_list *l,
                    unsigned applied, int seed, tally *seen) {
  double factor[MOST_FACTORS];
  for (int i = 0; i < l->count; i++)
    factor[i] = applied >> i & 1 ? l->change[i].value : (double)NAN;
  vt_text study = study_of_overrides(unit, l, applied);
  compare_with(m, factor, json, &study, seed, seen);
  vt_text_free(&study);
}

static void check_model(int seed, vt_unit unit, tally *seen) {
  dice d = {(uint64_t)seed * 77 + 5};
  vt_text json = random_model((uint64_t)seed);
  vt_text plain = study_text(unit, "    objective: C0\n", NULL);
  made base = make(&json, &plain, true);
  const change_list l = choose_changes(&d, base.inputs);
  vt_text study = study_of_factors(unit, &l);
  made m = make(&json, &study, true);
  copy first = numbers_of(&m, NULL);
  const unsigned all = (1u << l.count) - 1;
  compare(&m, &json, unit, &l, all, seed, seen);
  compare(&m, &json, unit, &l, (unsigned)roll(&d) & all, seed, seen);
  compare(&m, &json, unit, &l, 0, seed, seen);
  copy again = numbers_of(&m, NULL);
  if (memcmp(first.number, again.number, (size_t)first.count * sizeof *first.number) != 0)
    fail_msg("model %d: the reference does not come back", seed);
  free(first.number);
  free(again.number);
  unmake(&m);
  unmake(&base);
  vt_text_free(&json);
  vt_text_free(&plain);
  vt_text_free(&study);
}

static void check_unit(vt_unit unit) {
  tally seen = {0};
  for (int seed = 0; seed < MODELS; seed++) check_model(seed, unit, &seen);
  print_message("%d compared, %d optimal, %d of equal structure, %d refused\n", seen.compared,
                seen.optimal, seen.equal, seen.refused);
  assert_true(seen.equal > seen.compared / 3);
  assert_true(seen.optimal > seen.compared / 3);
}

static void factors_do_what_overrides_do(void **state) {
  (void)state;
  check_unit(VT_UNIT_LIFETIME);
}

static void factors_do_what_overrides_do_in_the_annual_convention(void **state) {
  (void)state;
  check_unit(VT_UNIT_ANNUAL);
}

// Overrides with formulas: in the reference, and in a scenario with other values of these.
static void compare_formulas(made *m, const vt_text *json, vt_unit unit, change_list *l,
                             unsigned varying, int seed, tally *seen) {
  const vt_pathway_plan *plan = &m->study->model.pathway;
  double value[2 * MOST_FACTORS + 2];
  vt_text fixed = study_of_overrides(unit, l, (1u << l->count) - 1);
  compare_with(m, NULL, json, &fixed, seed, seen);
  vt_text_free(&fixed);
  for (int i = 0; i < MOST_FACTORS + 1; i++) value[i] = (double)NAN;
  for (int i = 0; i < l->count; i++) {
    if (varying >> i & 1) l->change[i].value *= 0.75;
    if (i >= plan->fixed_overrides)
      value[m->study->parameters + i - plan->fixed_overrides] = l->change[i].value;
  }
  fixed = study_of_overrides(unit, l, (1u << l->count) - 1);
  compare_with(m, value, json, &fixed, seed, seen);
  vt_text_free(&fixed);
}

static void check_formulas(int seed, vt_unit unit, tally *seen) {
  dice d = {(uint64_t)seed * 91 + 3};
  vt_text json = random_model((uint64_t)seed);
  vt_text plain = study_text(unit, "    objective: C0\n", NULL);
  made base = make(&json, &plain, true), m;
  change_list l = choose_changes(&d, base.inputs);
  const unsigned varying = (unsigned)roll(&d) | 1u << pick(&d, l.count);
  vt_text study = study_of_formulas(unit, &l, varying);
  const vt_error error = try_make(&json, &study, true, &m);
  if (error == VT_OK) compare_formulas(&m, &json, unit, &l, varying, seed, seen);
  if (error != VT_OK) {
    assert_int_equal(error, VT_ERR_INPUT);
    vt_text fixed = study_of_overrides(unit, &l, (1u << l.count) - 1);
    made refused;
    assert_int_equal(try_make(&json, &fixed, true, &refused), VT_ERR_INPUT);
    unmake(&refused);
    vt_text_free(&fixed);
  }
  unmake(&m);
  unmake(&base);
  vt_text_free(&json);
  vt_text_free(&plain);
  vt_text_free(&study);
}

static void formulas_do_what_fixed_overrides_do(void **state) {
  (void)state;
  for (vt_unit unit = VT_UNIT_LIFETIME; unit <= VT_UNIT_ANNUAL; unit++) {
    tally seen = {0};
    for (int seed = 0; seed < MODELS; seed++) check_formulas(seed, unit, &seen);
    print_message("%d compared, %d optimal, %d of equal structure, %d refused\n", seen.compared,
                  seen.optimal, seen.equal, seen.refused);
    assert_true(seen.equal > seen.compared / 4);
    assert_true(seen.optimal > seen.compared / 4);
  }
}

// Annual: o <= f s holds for f that is not 0. G gives 1 R and emits -1; 3 may be built a year. With
// f = 1: 3 G run in 2020 and 2021 (-6), and 3.5 A, of which 1.75 are built (3.5 + 2 * 7). With
// f = 0 nothing holds G.
static void output_that_a_factor_takes_away_ends_the_capacity_limit(void **state) {
  (void)state;
  const json_field green[] = {
      {"PROCESS", "['A', 'B', 'G']"},
      {"operation_flow", "{'[`A`, `CO2`]': true, '[`B`, `CO2`]': true, '[`G`, `CO2`]': true}"},
      {"foreground_production", "{'[`A`, `R`, 0]': 1, '[`A`, `R`, 1]': 1, '[`B`, `R`, 0]': 1,"
                                " '[`G`, `R`, 0]': 1}"},
      {"foreground_biosphere", "{'[`A`, `CO2`, 0]': 1, '[`A`, `CO2`, 1]': 1,"
                               " '[`B`, `CO2`, 0]': 5, '[`G`, `CO2`, 0]': -1}"},
      {"process_deployment_limits_max", "{'[`G`, 2020]': 3, '[`G`, 2021]': 3, '[`G`, 2022]': 3}"},
      {NULL, NULL}};
  made m = make_model(green, VT_UNIT_ANNUAL, NULL,
                      "ensemble:\n  design: factorial\n  factors:\n"
                      "    f: {target: 'foreground_production[G, R, 0]', multiply: [0]}\n");
  answer a = solve(&m, (double[]){1}), b = solve(&m, (double[]){0});
  assert_int_equal(a.outcome, VT_OPTIMAL);
  assert_true(agree(11.5, a.plan.objective, 0.0, 1e-12));
  assert_int_equal(b.outcome, VT_UNBOUNDED);
  answer_free(&a);
  answer_free(&b);
  unmake(&m);
}

int main(void) {
  // Random models lose flows at the ends of their horizons, which is no news here.
  vt_log_open(VT_LOG_ERROR, false, true);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(factors_do_what_overrides_do),
      cmocka_unit_test(factors_do_what_overrides_do_in_the_annual_convention),
      cmocka_unit_test(formulas_do_what_fixed_overrides_do),
      cmocka_unit_test(output_that_a_factor_takes_away_ends_the_capacity_limit),
  };
  return cmocka_run_group_tests_name("factors", tests, NULL, NULL);
}
