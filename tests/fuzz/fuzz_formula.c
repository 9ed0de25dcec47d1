// fuzz_formula.c - any bytes as a formula of either grammar: refused in one line with a column, or
// compiled and evaluated, the value with slopes and the value alone the same. Two ways to run it:
//   clang -fsanitize=fuzzer,address,undefined ... fuzz_formula.c     libFuzzer drives it
//   cc -DVT_FUZZ_MAIN ... fuzz_formula.c && ./a.out [ROUNDS] [SEED]  mutates built-in seeds
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vintner/formula.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// What must hold ends the program where it does not.
static void must(bool holds) {
  if (!holds) __builtin_trap();
}

static void check_refusal(vt_error error) {
  int column = 0;
  must(error == VT_ERR_INPUT);
  must(sscanf(vt_error_message(), "column %d: ", &column) == 1 && column > 0);
  must(strchr(vt_error_message(), '\n') == NULL);
}

static void check_values(const vt_formula *formula) {
  static const double value[] = {2.5, -1, 0, 1e300};
  static const double slope[] = {1, 0, -2, 0.5};
  double derivative;
  vt_text why = {0};
  const double alone = vt_formula_value(formula, value);
  const double beside = vt_formula_slope(formula, value, slope, &derivative);
  must(isfinite(alone) ? alone == beside : isnan(alone) && isnan(beside));
  must(isfinite(derivative) || isnan(derivative));
  if (vt_formula_explain(formula, value, &why) == VT_OK) must(isfinite(alone) == (why.length == 0));
  vt_text_free(&why);
}

static void try_formula(vt_grammar grammar, const char *text, const vt_labels *names) {
  vt_arena *arena = NULL;
  vt_formula *formula = NULL;
  if (vt_arena_create(&arena) == VT_OK) {
    vt_error error = vt_formula_compile(arena, grammar, text, &formula);
    must((error == VT_OK) == (formula != NULL));
    if (error == VT_OK) error = vt_formula_bind(formula, names, NULL);
    if (error == VT_OK)
      check_values(formula);
    else
      check_refusal(error);
  }
  vt_arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char *text = calloc(size + 1, 1);
  vt_labels *names = NULL;
  int index;
  if (text && vt_labels_create(&names) == VT_OK) {
    if (size > 0) memcpy(text, data, size);
    static const char letters[] = "abcd";
    for (int i = 0; i < 4; i++) must(vt_labels_add(names, letters + i, 1, &index, NULL) == VT_OK);
    try_formula(VT_GRAMMAR_STUDY, text, names);
    try_formula(VT_GRAMMAR_BRIGHTWAY, text, names);
  }
  vt_labels_free(names);
  free(text);
  return 0;
}

#ifdef VT_FUZZ_MAIN

static const char *const seeds[] = {
    "1000 * (1 - a) ** b",
    "a if b < c <= d else -2 ** 2 if not a else where(a, 1 / 0, min(1, 2, 3))",
    "a and b or c != 1.5e-3 and not not d",
    "max(sqrt(a), exp(b), log(c), log10(d)) + sin(a) * cos(b) / tan(c) - asin(d)",
    "clip(a, b, c) // 2 % 3 + arctan2(pi, e) - hypot(3., .4) ** -power(2, 1)",
    "round(2.5) + floor(-a) + ceil(b) + abs(c) + pow(2, d) + acos(0) + atan(1)",
    "((((((a))))))",
};
enum { SEEDS = sizeof seeds / sizeof seeds[0], LARGEST = 1024, MOST_EDITS = 6 };

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
  static const char telling[] = "()+-*/%<>=!,.0179eabcd \n^&'\"[\x80\xff";
  const size_t at = below(state, size + 1);
  const size_t length = 1 + below(state, 12);
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
