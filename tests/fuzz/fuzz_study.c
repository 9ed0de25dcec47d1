// fuzz_study.c - any bytes as a study, a selector and a glob: refused in one line or read, never
// more. Two ways to run it:
//   clang -fsanitize=fuzzer,address,undefined ... fuzz_study.c       libFuzzer drives it
//   cc -DVT_FUZZ_MAIN ... fuzz_study.c && ./a.out [ROUNDS] [SEED]    mutates built-in seeds
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vintner/study.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// What must hold ends the program where it does not.
static void must(bool holds) {
  if (!holds) __builtin_trap();
}

static void check_message(vt_error error, const char *prefix) {
  if (error == VT_OK) return;
  must(error == VT_ERR_INPUT);
  must(strncmp(vt_error_message(), prefix, strlen(prefix)) == 0);
  must(strchr(vt_error_message(), '\n') == NULL);
}

static void check_plan(const vt_database_plan *plan) {
  must(plan->foreground && plan->categories > 0);
  must(1 <= plan->first_year && plan->first_year <= plan->last_year && plan->last_year <= 9999);
  must((plan->demands > 0) == (plan->demand_file == NULL));
  for (int i = 0; i < plan->demands; i++) {
    const vt_yearly_demand *d = &plan->demand[i];
    must(d->product && d->line > 0 && d->first_year <= d->last_year);
    must(plan->first_year <= d->first_year && d->last_year <= plan->last_year);
  }
  for (int i = 0; i < plan->backgrounds; i++) {
    const vt_background_variant *b = &plan->background[i];
    must((b->name != NULL || plan->backgrounds == 1) && b->snapshots > 0);
    for (int k = 0; k < b->snapshots; k++) must(b->snapshot[k].database && b->snapshot[k].line > 0);
  }
  for (int i = 0; i < plan->categories; i++) {
    const vt_category_plan *c = &plan->category[i];
    must(c->name && c->parts > 0 && c->part[c->parts - 1] && c->horizon > 0);
  }
  must(plan->cutoff >= 0 && plan->cutoff < 1);
}

static void check_input(const vt_design_plan *plan, const vt_design_input *input) {
  must(input->name != NULL);
  if (input->value.kind != VT_VALUE_FORMULA) return;
  const vt_formula *formula = input->value.formula;
  must(formula && input->value.place && input->value.line > 0);
  for (int i = 0; i < vt_formula_names(formula); i++)
    must(vt_formula_slot(formula, i) >= 0 && vt_formula_slot(formula, i) < plan->parameters);
}

static void check_study(const vt_study *study) {
  must(study->name && study->text);
  if (vt_study_databases(study)) check_plan(vt_study_databases(study));
  if (study->model.kind == VT_MODEL_PATHWAY)
    must((study->model.pathway.inputs != NULL) == (study->model.pathway.from == NULL));
  must((study->model.databases > 0) ==
       (study->model.kind == VT_MODEL_INVENTORY || vt_study_databases(study)));
  int keepable = 0;
  while (vt_keepable_outputs[keepable].name) keepable++;
  must(study->quantiles >= 0 && study->keeps >= 0 && study->keeps <= keepable);
  must(study->ensemble ==
       (study->design.kind != VT_DESIGN_NONE) + (study->aims.explores != VT_EXPLORE_NOTHING));
  for (int i = 0; i < study->factors; i++) {
    const vt_factor *factor = &study->factor[i];
    must(factor->name && factor->target.tensor && factor->line > 0);
    const bool table = study->design.kind == VT_DESIGN_TABLE;
    if (factor->value.kind != VT_VALUE_FORMULA)
      must((factor->value.kind == VT_VALUE_EMPTY) == table);
  }
  const vt_design_plan *plan = &study->design;
  must(plan->parameters == study->parameters && plan->factors == study->factors);
  must(plan->inputs >= plan->parameters + plan->factors);
  for (int i = 0; i < plan->inputs; i++) check_input(plan, &plan->input[i]);
}

static void try_study(const char *text, size_t size) {
  vt_study *study = NULL;
  const vt_error parsed = vt_study_parse("s.yaml", text, (ptrdiff_t)size, &study);
  must((parsed == VT_OK) == (study != NULL));
  check_message(parsed, "s.yaml:");
  if (study) check_study(study);
  vt_study_free(study);
}

static void try_selector(const char *text) {
  vt_arena *arena = NULL;
  vt_selector selector;
  if (vt_arena_create(&arena) == VT_OK) {
    const vt_error parsed = vt_selector_parse(arena, text, &selector);
    check_message(parsed, "bad selector '");
    if (parsed == VT_OK) must(selector.bracketed == (selector.axes > 0));
    (void)vt_glob_matches(text, text + strlen(text) / 2);
  }
  vt_arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char *text = calloc(size + 1, 1);
  if (!text) return 0;
  if (size > 0) memcpy(text, data, size);
  try_study(text, size);
  try_selector(text);
  free(text);
  return 0;
}

#ifdef VT_FUZZ_MAIN

static const char *const seeds[] = {
    "vintner: 1\nname: hydrogen\nmodel:\n  pathway:\n    inputs: m.json\n"
    "    objective: {a: 1, b: .2}\n    unit: annual\n    overrides:\n"
    "      - {target: \"limits[olivine, *, -2:3|2030:]\", set: 5}\n",
    "vintner: 1\nname: h\nmodel: {pathway: {inputs: m.json, objective: [a]}}\nensemble:\n"
    "  seed: 42\n  design: {monte-carlo: 1e4}\n  factors:\n"
    "    a: {target: \"demand[\\\"x, \\\\u00e9\\\"|st*l, 2030:]\", multiply: {uniform: [0.8, "
    "1.2]}}\n"
    "    b: {target: t, set: &d {normal: {mean: 1, sd: 2, min: 0}, max: 9}}\n"
    "    c: {target: t, add: *d }\n    d: {target: t, set: {triangular: [1, 2, 3]}}\n"
    "    e: {target: t, set: {discrete: {values: [5, 6], weights: [1, 3]}, min: 5}}\n"
    "    f: {target: t, set: {lognormal: {median: 1, gsd: 2}}}\n"
    "    g: {target: t, choose: [SSP1, SSP2]}\n    h: {target: t, set: [1, 2, 3]}\n",
    "vintner: 1\nname: h\nmodel: {pathway: {inputs: m.json}}\nensemble:\n"
    "  design: {table: t.csv}\n  factors: {a: {target: t, set: }}\n"
    "results: {keep: [impact], quantiles: [0, 1], precision: single}\n"
    "solver: {iteration_limit: 9, time_limit_s: 1, tie_break: true, warm_start: false}\n",
    "vintner: 1\nname: h\nmodel:\n  pathway:\n    databases: [ei.h5, f.json]\n    foreground: f\n"
    "    background: {S1: {a: 2020, b: 2030}, S2: [c, d]}\n    years: [2020, 2054]\n"
    "    demand: {p: {2025: 10, 2030:2040: 12, 2041:: 3, \":2024\": 0}, 12: 5}\n"
    "    methods: {c: {method: [GWP, x], metric: CRF, horizon: 50, fixed_horizon: true}, l: [u]}\n"
    "    flows: {retain: [12, co2], characterised_only: true, cutoff: 0.1}\n    missing: zero\n"
    "    objective: {c: 1, l: .5}\n    overrides: [{target: background, choose: S2}]\nensemble:\n"
    "  design: factorial\n  factors: {f: {target: background, choose: [S1, S2]}}\n",
    "vintner: 1\nname: h\nmodel:\n  pathway:\n    databases: [a]\n    foreground: f\n"
    "    background: {b: 2020, c: 2030}\n    years: [1, 30]\n    methods: {c: {method: G}}\n"
    "    demand:\n      p: &p\n        :5: 1\n        6:9: 2\n        10:: 3\n      q: *p\n",
    "vintner: 1\nname: h\nmodel: {pathway: {databases: [a], foreground: f, background: [b, c], "
    "years: [2025, 2025], methods: {c: {method: [a], metric: GWP}}, demand: d.csv}}\n",
    "vintner: 1\nname: h\nmodel:\n  pathway:\n    inputs: m.json\n    overrides:\n"
    "      - {target: t, set: \"a ** 2\"}\n      - {target: t, add: 3}\n"
    "parameters:\n  a: {uniform: [1, 2]}\n  b: \"min(a, c) if a < 2 else -a\"\n  c: [1, 2]\n"
    "ensemble:\n  design: {table: t.csv}\n  factors: {f: {target: t, add: \"b / c\"}, g: {target: "
    "t, "
    "set: }}\n",
    "tensor[direct air capture|\"q\\\"\\ud83d\\ude00\", a*b?, 2030:2040|:5]",
};
enum { SEEDS = sizeof seeds / sizeof seeds[0], LARGEST = 4096, MOST_EDITS = 6 };

// xorshift64: the same inputs on every machine.
static uint64_t next_random(uint64_t *state) {
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return *state;
}

static size_t below(uint64_t *state, size_t bound) {
  return (size_t)(next_random(state) >> 16) % bound;
}

// Replace, insert, delete or copy a few bytes.
static size_t mutate(char *text, size_t size, uint64_t *state) {
  static const char telling[] = "[]{}:,|*&?!%\"'\\#~->@ \n\t0.einfa\x80\xff";
  const size_t at = below(state, size + 1);
  const size_t length = 1 + below(state, 8);
  switch (below(state, 4)) {
    case 0:
      if (at < size) text[at] = (char)next_random(state);
      return size;
    case 1:
      if (size + 1 >= LARGEST) return size;
      memmove(text + at + 1, text + at, size - at);
      text[at] = telling[below(state, sizeof telling - 1)];
      return size + 1;
    case 2:
      if (at + length > size) return size;
      memmove(text + at, text + at + length, size - at - length);
      return size - length;
    default:
      if (at + length > size || size + length >= LARGEST) return size;
      memmove(text + at + length, text + at, size - at);
      return size + length;
  }
}

int main(int count, char **arguments) {
  const long rounds = count > 1 ? strtol(arguments[1], NULL, 10) : 20000;
  uint64_t state = count > 2 ? strtoull(arguments[2], NULL, 10) | 1 : 88172645463325252U;
  for (long round = 0; round < rounds; round++) {
    char text[LARGEST];
    const char *seed = seeds[below(&state, SEEDS)];
    size_t size = strlen(seed);
    memcpy(text, seed, size);
    for (size_t edits = below(&state, MOST_EDITS); edits > 0; edits--)
      size = mutate(text, size, &state);
    (void)LLVMFuzzerTestOneInput((const uint8_t *)text, size);
  }
  (void)printf("%ld inputs\n", rounds);
  return 0;
}

#endif
