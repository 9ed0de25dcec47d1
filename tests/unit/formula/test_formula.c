// test_formula.c - what formulas mean, how they fail, their derivatives, and sets of definitions.
#include "vintner/formula.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { NAMES = 6, MOST_TEXT = 1 << 20 };

static const char *const names[NAMES] = {"a", "b", "c", "d", "x", "long_name_2"};
static const double values[NAMES] = {1.5, -2.0, 0.0, 3.0, 0.25, 7.0};

/// Names and memory of a test.
typedef struct bench {
  vt_arena *arena;
  vt_labels *labels;
} bench;

static int set_up(void **state) {
  bench *b = calloc(1, sizeof *b);
  if (!b || vt_arena_create(&b->arena) != VT_OK || vt_labels_create(&b->labels) != VT_OK) return 1;
  int index;
  for (int i = 0; i < NAMES; i++) {
    if (vt_labels_add(b->labels, names[i], (ptrdiff_t)strlen(names[i]), &index, NULL) != VT_OK)
      return 1;
  }
  *state = b;
  return 0;
}

static int tear_down(void **state) {
  bench *b = *state;
  vt_arena_free(b->arena);
  vt_labels_free(b->labels);
  free(b);
  return 0;
}

static vt_error compile(const bench *b, vt_grammar grammar, const char *text, vt_formula **f) {
  VT_TRY(vt_formula_compile(b->arena, grammar, text, f));
  return vt_formula_bind(*f, b->labels, NULL);
}

static double value_of(const bench *b, vt_grammar grammar, const char *text) {
  vt_formula *f;
  if (compile(b, grammar, text, &f) != VT_OK) {
    print_error("%s: %s\n", text, vt_error_message());
    fail();
  }
  return vt_formula_value(f, values);
}

static const struct {
  const char *text;
  double value;
} meanings[] = {{"-2 ** 2", -4},
                {"2 ** 3 ** 2", 512},
                {"2 ** -1", 0.5},
                {"2 ** - - 1", 2},
                {"1 - 2 - 3", -4},
                {"8 / 4 / 2", 1},
                {"2 + 3 * 4", 14},
                {"(2 + 3) * 4", 20},
                {"- - 3", 3},
                {"+-+3", -3},
                {"1 < 2 < 3", 1},
                {"1 < 2 > 3", 0},
                {"3 > 2 == 2", 1},
                {"1 == 1 == 1 != 2", 1},
                {"2 > 1 > (1 / 0 if 0 else 0)", 1},
                {"0 > 1 > 1 / 0", 0},
                {"not 3", 0},
                {"not not 3", 1},
                {"not not not 3", 0},
                {"not 1 == 2", 1},
                {"0 or 7", 7},
                {"5 or 1 / 0", 5},
                {"0 and 1 / 0", 0},
                {"5 and 7", 7},
                {"1 or 0 and 0", 1},
                {"1 if 2 else 1 / 0", 1},
                {"1 / 0 if 0 else 4", 4},
                {"where(0, 1 / 0, 9)", 9},
                {"where(2, 9, log(0))", 9},
                {"round(2.5)", 2},
                {"round(3.5)", 4},
                {"round(-0.5)", 0},
                {"min(3)", 3},
                {"max(1, 5, 2, 4)", 5},
                {"min(4, 2, 3)", 2},
                {"log(exp(2))", 2},
                {"pow(2, 10)", 1024},
                {"floor(-1.5)", -2},
                {"ceil(-1.5)", -1},
                {"abs(b)", 2},
                {"1e3", 1000},
                {".5", 0.5},
                {"5.", 5},
                {"1.5E+2", 150},
                {"00", 0},
                {"0 ** 0", 1},
                {"long_name_2 * x", 1.75},
                {"1 if 0 else 2 if 0 else 3", 3},
                {"(1 if 0 else 0) or 6", 6},
                {"1 if 0 or 1 else 2", 1},
                {"\t( 1 )\n", 1},
                {"min((1 if a > 1 else 2), 3) + 1", 2}};

static void study_formulas_mean_what_they_mean_in_python(void **state) {
  for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++) {
    const double found = value_of(*state, VT_GRAMMAR_STUDY, meanings[i].text);
    if (!(fabs(found - meanings[i].value) <= 1e-15 * fabs(meanings[i].value))) {
      print_error("%s is %g, expected %g\n", meanings[i].text, found, meanings[i].value);
      fail();
    }
  }
}

static void brightway_formulas_have_more_and_constants_that_a_name_hides(void **state) {
  const bench *b = *state;
  assert_true(value_of(b, VT_GRAMMAR_BRIGHTWAY, "-7 % 3") == 2);
  assert_true(value_of(b, VT_GRAMMAR_BRIGHTWAY, "-7 // 2") == -4);
  assert_true(value_of(b, VT_GRAMMAR_BRIGHTWAY, "7 % -3") == -2);
  assert_true(value_of(b, VT_GRAMMAR_BRIGHTWAY, "clip(5, 0, 3) + clip(-5, 0, 3)") == 3);
  assert_true(value_of(b, VT_GRAMMAR_BRIGHTWAY, "arctan2(0, 1) + sign(-3)") == -1);
  assert_true(fabs(value_of(b, VT_GRAMMAR_BRIGHTWAY, "2 * pi + e") - 2 * M_PI - M_E) < 1e-15);
  int index;
  assert_int_equal(vt_labels_add(b->labels, "e", 1, &index, NULL), VT_OK);
  assert_int_equal(vt_labels_add(b->labels, "sqrt", 4, &index, NULL), VT_OK);
  vt_formula *f;
  double more[NAMES + 2] = {0};
  more[NAMES] = 10;
  more[NAMES + 1] = 16;
  assert_int_equal(compile(b, VT_GRAMMAR_BRIGHTWAY, "e + sqrt(sqrt)", &f), VT_OK);
  assert_true(vt_formula_value(f, more) == 14);
}

static void what_is_not_in_the_grammar_is_refused_with_its_column(void **state) {
  static const struct {
    const char *text, *message;
  } cases[] = {
      {"", "column 1: syntax: found an empty text, expected a formula"},
      {"1 +", "column 4: syntax: found the end, expected a number, a name, a function or '('"},
      {"a ^ 2", "column 3: syntax: found '^' ('**' is the power), expected an operator or the end"},
      {"a % 2", "column 3: syntax: found '%', expected an operator or the end"},
      {"a // 2", "column 3: syntax: found '//', expected an operator or the end"},
      {"a = 2", "column 3: syntax: found '=' ('==' compares), expected an operator or the end"},
      {"(a", "column 3: syntax: found the end, expected an operator or ')'"},
      {"a b", "column 3: syntax: found 'b', expected an operator or the end"},
      {"1 + not a", "column 5: syntax: found 'not', expected a number, a name, a function or '('"},
      {"a if b", "column 7: syntax: found the end, expected an operator or 'else'"},
      {"'x'", "column 1: syntax: found ''', expected a number, a name, a function or '('"},
      {"a[0]", "column 2: syntax: found '[', expected an operator or the end"},
      {"a.real", "column 2: syntax: found '.', expected an operator or the end"},
      {"0x10", "column 2: syntax: found 'x10', expected an operator or the end"},
      {"012", "column 1: syntax: found '012', expected a number without zeros before it"},
      {"1e999", "column 1: syntax: found '1e999', expected a finite number"},
      {"2 * \xc3\xa9", "column 5: syntax: found '\xc3\xa9', expected a number, a name, a function "
                       "or '('"},
      {"min()", "column 1: found no argument of 'min', expected one or more"},
      {"1 + sqrt(1, 2)", "column 5: found 2 arguments of 'sqrt', expected 1"},
      {"pow(1)", "column 1: found 1 argument of 'pow', expected 2"},
      {"where(1, 2, 3, 4, 5)", "column 1: found 5 arguments of 'where', expected 3"},
      {"sqr(2)", "column 1: unknown function 'sqr'; did you mean 'sqrt'?"},
      {"a(2)", "column 1: unknown function 'a'"},
      {"log2(2)", "column 1: unknown function 'log2'; did you mean 'log'?"},
      {"2 * long_nam_2",
       "column 5: unknown name 'long_nam_2', expected a parameter; did you mean 'long_name_2'?"},
      {"pi", "column 1: unknown name 'pi', expected a parameter"},
      {"1 + sqrt", "column 5: syntax: found 'sqrt', which is reserved, expected a name, or '(' "
                   "behind a function"},
      {"True", "column 1: syntax: found 'True', which is reserved, expected a name, or '(' behind "
               "a function"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    vt_formula *f;
    assert_int_equal(compile(*state, VT_GRAMMAR_STUDY, cases[i].text, &f), VT_ERR_INPUT);
    assert_string_equal(vt_error_message(), cases[i].message);
  }
}

// What each failure is told as, too.
static void what_is_no_finite_number_fails(void **state) {
  static const struct {
    const char *text, *why;
  } cases[] = {{"1 + 5 / c", "column 7: 5 / 0 is no finite number"},
               {"b ** x", "column 3: -2 ** 0.25 is no finite number"},
               {"log(c)", "column 1: log(0) is no finite number"},
               {"min(1, sqrt(b))", "column 8: sqrt(-2) is no finite number"},
               {"1e200 * 1e200 * 0", "column 7: 1e+200 * 1e+200 is no finite number"},
               {"1 / (1e200 * 1e200)", "column 12: 1e+200 * 1e+200 is no finite number"},
               {"where(1 / 0, 1, 2)", "column 9: 1 / 0 is no finite number"},
               {"where(1, 1 / 0, 2)", "column 12: 1 / 0 is no finite number"},
               {"1 if 1 / 0 else 2", "column 8: 1 / 0 is no finite number"},
               {"(1 / 0 > 1) or 1", "column 4: 1 / 0 is no finite number"},
               {"0 < 1 / 0 < 2", "column 7: 1 / 0 is no finite number"},
               {"exp(1000)", "column 1: exp(1000) is no finite number"},
               {"pow(0, -1)", "column 1: 0 ** -1 is no finite number"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    vt_formula *f;
    vt_text why = {0};
    assert_int_equal(compile(*state, VT_GRAMMAR_STUDY, cases[i].text, &f), VT_OK);
    assert_true(isnan(vt_formula_value(f, values)));
    assert_int_equal(vt_formula_explain(f, values, &why), VT_OK);
    assert_string_equal(why.bytes, cases[i].why);
    vt_text_free(&why);
  }
}

static void a_failed_value_fails_only_what_uses_it(void **state) {
  const double failed[NAMES] = {NAN, 1, 0, 3, 0.25, 7};
  vt_formula *f;
  vt_text why = {0};
  assert_int_equal(compile(*state, VT_GRAMMAR_STUDY, "a if b > 5 else d", &f), VT_OK);
  assert_true(vt_formula_value(f, failed) == 3);
  assert_int_equal(compile(*state, VT_GRAMMAR_STUDY, "d + 0 * a", &f), VT_OK);
  assert_true(isnan(vt_formula_value(f, failed)));
  assert_int_equal(vt_formula_explain(f, failed, &why), VT_OK);
  assert_string_equal(why.bytes, "column 9: 'a' fails");
  assert_int_equal(vt_formula_culprit(f, failed), 0);
  assert_int_equal(compile(*state, VT_GRAMMAR_STUDY, "1 / c + a", &f), VT_OK);
  assert_int_equal(vt_formula_culprit(f, failed), -1);
  vt_text_free(&why);
}

// Long and deep texts, which must neither crash nor take long.
static void hostile_formulas_end_in_a_value_or_an_error(void **state) {
  static const char *const deep[] = {
      "(",     "-(",           "min(",           "1 if 1 else ",
      "2 ** ", "where(1, 2, ", "sqrt(1, 2, 3, ", "1 < 2 + 3 * 4 ** where(1, 2, "};
  static const char *const wide[] = {"-",    "+",     "not ",    "1 + ", "1 if (2) else 3 + ",
                                     "1 < ", "0 or ", "a * b + "};
  char *text = malloc(MOST_TEXT);
  vt_formula *f;
  assert_non_null(text);
  for (size_t i = 0; i < sizeof deep / sizeof *deep; i++) {
    for (ptrdiff_t limit = 1000; limit < MOST_TEXT; limit *= 8) {
      ptrdiff_t length = 0;
      const ptrdiff_t piece = (ptrdiff_t)strlen(deep[i]);
      for (; length + piece < limit; length += piece)
        memcpy(text + length, deep[i], (size_t)piece + 1);
      assert_int_equal(compile(*state, VT_GRAMMAR_STUDY, text, &f), VT_ERR_INPUT);
      assert_true(strncmp(vt_error_message(), "column ", 7) == 0);
    }
  }
  for (size_t i = 0; i < sizeof wide / sizeof *wide; i++) {
    ptrdiff_t length = 0;
    const ptrdiff_t piece = (ptrdiff_t)strlen(wide[i]);
    for (; length + piece < 5000; length += piece) memcpy(text + length, wide[i], (size_t)piece);
    memcpy(text + length, "1", 2);
    const vt_error error = compile(*state, VT_GRAMMAR_STUDY, text, &f);
    assert_int_equal(error, strstr(wide[i], "else") ? VT_ERR_INPUT : VT_OK);
    if (error == VT_OK) assert_true(isfinite(vt_formula_value(f, values)));
  }
  free(text);
}

// Nested as deep as may be, with all that each level can hold.
static void the_deepest_formula_has_its_value(void **state) {
  enum { LEVELS = VT_FORMULA_NESTED / 2 - 1 };
  static const char open[] = "0 < 1 + 1 * 1 ** where(0, 1, ";
  vt_text text = {0};
  for (int i = 0; i < LEVELS; i++) assert_int_equal(vt_text_add(&text, "%s", open), VT_OK);
  assert_int_equal(vt_text_add(&text, "5"), VT_OK);
  for (int i = 0; i < LEVELS; i++) assert_int_equal(vt_text_add(&text, ")"), VT_OK);
  assert_true(value_of(*state, VT_GRAMMAR_STUDY, text.bytes) == 1);
  vt_text_free(&text);
}

// -------------------------------------------------------------------------------------------------
// Python as judge.

typedef void check_line(const bench *b, vt_grammar grammar, const char *text, const char *result);

static int each_random_formula(const bench *b, int count, int seed, check_line *check) {
  const char *oracles = getenv("VINTNER_ORACLES"), *python = getenv("PYTHON");
  char command[1024], line[1 << 16];
  if (!oracles) return 0;
  (void)snprintf(command, sizeof command, "%s '%s/random_formulas.py' %d %d",
                 python ? python : "python3", oracles, count, seed);
  FILE *formulas = popen(command, "r");
  int lines = 0;
  while (formulas && fgets(line, sizeof line, formulas)) {
    char *text = strchr(line, '\t'), *result = strrchr(line, '\t');
    assert_true(text && result && text < result);
    *text++ = *result++ = '\0';
    result[strcspn(result, "\n")] = '\0';
    check(b, line[0] == 's' ? VT_GRAMMAR_STUDY : VT_GRAMMAR_BRIGHTWAY, text, result);
    lines++;
  }
  if (formulas) assert_int_equal(pclose(formulas), 0);
  return lines;
}

static void check_value(const bench *b, vt_grammar grammar, const char *text, const char *result) {
  vt_formula *f;
  const vt_error error = compile(b, grammar, text, &f);
  const double found = error == VT_OK ? vt_formula_value(f, values) : (double)NAN;
  bool agrees = (error != VT_OK) == (strcmp(result, "syntax") == 0);
  if (error == VT_OK && strcmp(result, "fails") == 0) agrees = isnan(found);
  if (error == VT_OK && strcmp(result, "fails") != 0) {
    const double expected = strtod(result, NULL);
    agrees = fabs(found - expected) <= 1e-13 * fabs(expected);
  }
  if (agrees) return;
  print_error("%s: %.17g (%s), Python: %s\n", text, found, error ? vt_error_message() : "", result);
  fail();
}

static void random_formulas_have_pythons_values(void **state) {
  enum { COUNT = 10000 };
  const int lines = each_random_formula(*state, COUNT, 7, check_value);
  if (lines == 0) skip();
  assert_int_equal(lines, COUNT);
}

// -------------------------------------------------------------------------------------------------
// Derivatives.

// Away from 0 and whole numbers, where formulas branch.
static const double generic[NAMES] = {1.53, -2.07, 0.37, 3.11, 0.27, 7.19};

// NaN where those to both sides are not much the same.
static double difference(const vt_formula *f, int name, double step) {
  double moved[NAMES];
  memcpy(moved, generic, sizeof moved);
  moved[name] = generic[name] + step;
  const double above = vt_formula_value(f, moved) - vt_formula_value(f, generic);
  moved[name] = generic[name] - step;
  const double below = vt_formula_value(f, generic) - vt_formula_value(f, moved);
  const double worst = 0.1 * fabs(above) + 1e-9;
  return fabs(above - below) <= worst ? (above + below) / (2 * step) : (double)NAN;
}

static int compared;

// Where differences of several steps agree, there is no kink near. Beside a number like 1e200 they
// are none.
static void check_slopes(const bench *b, vt_grammar grammar, const char *text, const char *result) {
  vt_formula *f;
  if (strstr(text, "1e200") || strcmp(result, "syntax") == 0) return;
  if (compile(b, grammar, text, &f) != VT_OK) return;
  for (int i = 0; i < NAMES; i++) {
    double slope[NAMES] = {0}, derivative;
    slope[i] = 1;
    const double value = vt_formula_slope(f, generic, slope, &derivative);
    const double alone = vt_formula_value(f, generic);
    assert_true(isnan(value) ? isnan(alone) : value == alone);
    const double far = difference(f, i, 1e-4), near = difference(f, i, 1e-5);
    const double best = near + (near - far) / 99, scale = fabs(value) + fabs(best) + 1e-9;
    if (!(fabs(far - near) <= 1e-5 * scale) || isnan(derivative) || scale > 1e6) continue;
    if (fabs(derivative - best) <= 1e-4 * scale) {
      compared += best != 0.0;
      continue;
    }
    print_error("%s by %s: %.17g, by differences %.17g\n", text, names[i], derivative, best);
    fail();
  }
}

static void derivatives_are_those_of_differences(void **state) {
  compared = 0;
  if (each_random_formula(*state, 4000, 11, check_slopes) == 0) skip();
  assert_true(compared > 1000);
}

static void derivatives_follow_the_branch_and_the_chain_rule(void **state) {
  vt_formula *f;
  double derivative;
  const double slope[NAMES] = {1, 2, 0, 0, 0, 0};
  assert_int_equal(compile(*state, VT_GRAMMAR_STUDY, "a ** 2 * b", &f), VT_OK);
  assert_true(vt_formula_slope(f, values, slope, &derivative) == -4.5);
  assert_true(fabs(derivative - (2 * 1.5 * -2 + 2.25 * 2)) < 1e-14);
  assert_int_equal(compile(*state, VT_GRAMMAR_STUDY, "where(a > 1, 3 * a, b)", &f), VT_OK);
  (void)vt_formula_slope(f, values, slope, &derivative);
  assert_true(derivative == 3);
  // There is none where it would be infinite; what does not move has none to give.
  assert_int_equal(compile(*state, VT_GRAMMAR_STUDY, "sqrt(c) + a", &f), VT_OK);
  (void)vt_formula_slope(f, values, slope, &derivative);
  assert_true(derivative == 1);
  const double moving[NAMES] = {0, 0, 1, 0, 0, 0};
  (void)vt_formula_slope(f, values, moving, &derivative);
  assert_true(isnan(derivative));
}

// -------------------------------------------------------------------------------------------------
// Sets of definitions.

enum { MOST_DEFINITIONS = 5 };

static vt_error order_of(const bench *b, int count, const char *const *name,
                         const char *const *text, int *order, int *fault) {
  vt_labels *labels;
  const vt_formula *list[MOST_DEFINITIONS] = {0};
  VT_TRY(vt_labels_create(&labels));
  vt_error done = VT_OK;
  for (int i = 0, index; i < count; i++)
    if (done == VT_OK)
      done = vt_labels_add(labels, name[i], (ptrdiff_t)strlen(name[i]), &index, NULL);
  for (int i = 0; i < count && done == VT_OK; i++) {
    vt_formula *f;
    if (!text[i]) continue;
    done = vt_formula_compile(b->arena, VT_GRAMMAR_STUDY, text[i], &f);
    if (done == VT_OK) done = vt_formula_bind(f, labels, NULL);
    if (done == VT_OK) list[i] = f;
  }
  if (done == VT_OK) done = vt_formula_order(count, list, name, order, fault);
  vt_labels_free(labels);
  return done;
}

static void definitions_come_after_what_they_read(void **state) {
  static const char *const name[] = {"p", "q", "r", "s", "t"};
  static const char *const text[] = {"q + t", "r * r", NULL, "1", "q + s"};
  int order[MOST_DEFINITIONS], fault, place[MOST_DEFINITIONS];
  assert_int_equal(order_of(*state, 5, name, text, order, &fault), VT_OK);
  for (int i = 0; i < 5; i++) place[order[i]] = i;
  assert_true(place[2] < place[1] && place[1] < place[0] && place[4] < place[0]);
  assert_true(place[1] < place[4] && place[3] < place[4]);
}

static void a_cycle_is_told_as_a_chain(void **state) {
  static const char *const name[] = {"first", "capex", "learning", "x"};
  static const char *const two[] = {"capex", "2 * learning", "capex + x", NULL};
  static const char *const self[] = {"1", "2", "x", "x + 1"};
  int order[4], fault;
  assert_int_equal(order_of(*state, 4, name, two, order, &fault), VT_ERR_INPUT);
  assert_string_equal(vt_error_message(), "cycle: capex → learning → capex");
  assert_int_equal(fault, 1);
  assert_int_equal(order_of(*state, 4, name, self, order, &fault), VT_ERR_INPUT);
  assert_string_equal(vt_error_message(), "cycle: x → x");
  assert_int_equal(fault, 3);
}

static void names_have_the_form_of_pythons(void **state) {
  (void)state;
  assert_true(vt_formula_is_name("_a9Z") && vt_formula_is_name("x"));
  assert_false(vt_formula_is_name("9a") || vt_formula_is_name("") || vt_formula_is_name("a b") ||
               vt_formula_is_name("\xc3\xa9"));
  assert_true(vt_formula_reserved("where") && vt_formula_reserved("if"));
  assert_false(vt_formula_reserved("pi") || vt_formula_reserved("Where"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(study_formulas_mean_what_they_mean_in_python),
      TEST(brightway_formulas_have_more_and_constants_that_a_name_hides),
      TEST(what_is_not_in_the_grammar_is_refused_with_its_column),
      TEST(what_is_no_finite_number_fails),
      TEST(a_failed_value_fails_only_what_uses_it),
      TEST(hostile_formulas_end_in_a_value_or_an_error),
      TEST(the_deepest_formula_has_its_value),
      TEST(random_formulas_have_pythons_values),
      TEST(derivatives_are_those_of_differences),
      TEST(derivatives_follow_the_branch_and_the_chain_rule),
      TEST(definitions_come_after_what_they_read),
      TEST(a_cycle_is_told_as_a_chain),
      TEST(names_have_the_form_of_pythons),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
