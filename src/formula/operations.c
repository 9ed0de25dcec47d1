// operations.c - operators and functions: values as Python gives them, and first derivatives.
#include <math.h>
#include <string.h>

#include "formula.h"

// -------------------------------------------------------------------------------------------------
// Operators.

static double add(double a, double b) {
  return a + b;
}

static void add_slopes(double a, double b, double y, double slope[2]) {
  (void)a, (void)b, (void)y;
  slope[0] = slope[1] = 1.0;
}

static double subtract(double a, double b) {
  return a - b;
}

static void subtract_slopes(double a, double b, double y, double slope[2]) {
  (void)a, (void)b, (void)y;
  slope[0] = 1.0;
  slope[1] = -1.0;
}

static double multiply(double a, double b) {
  return a * b;
}

static void multiply_slopes(double a, double b, double y, double slope[2]) {
  (void)y;
  slope[0] = b;
  slope[1] = a;
}

static double divide(double a, double b) {
  return a / b;
}

static void divide_slopes(double a, double b, double y, double slope[2]) {
  (void)a;
  slope[0] = 1.0 / b;
  slope[1] = -y / b;
}

// The remainder has the sign of the divisor, as in CPython's float_rem.
static double modulo(double a, double b) {
  if (b == 0.0) return NAN;
  const double rest = fmod(a, b);
  if (rest == 0.0) return copysign(0.0, b);
  return (b < 0.0) != (rest < 0.0) ? rest + b : rest;
}

// CPython's _float_div_mod: the whole number nearest to (a - a % b) / b.
static double floor_divide(double a, double b) {
  if (b == 0.0) return NAN;
  const double rest = fmod(a, b);
  double quotient = (a - rest) / b;
  if (rest != 0.0 && (b < 0.0) != (rest < 0.0)) quotient -= 1.0;
  if (quotient == 0.0) return copysign(0.0, a / b);
  const double whole = floor(quotient);
  return quotient - whole > 0.5 ? whole + 1.0 : whole;
}

static void modulo_slopes(double a, double b, double y, double slope[2]) {
  (void)y;
  slope[0] = 1.0;
  slope[1] = -floor_divide(a, b);
}

static void power_slopes(double a, double b, double y, double slope[2]) {
  slope[0] = b == 0.0 ? 0.0 : b * pow(a, b - 1.0);
  slope[1] = a == 0.0 && b > 0.0 ? 0.0 : y * log(a);
}

static double is_less(double a, double b) {
  return a < b;
}

static double is_less_or_equal(double a, double b) {
  return a <= b;
}

static double is_greater(double a, double b) {
  return a > b;
}

static double is_greater_or_equal(double a, double b) {
  return a >= b;
}

static double is_equal(double a, double b) {
  return a == b;
}

static double is_not_equal(double a, double b) {
  return a != b;
}

// Of steps, away from where they jump.
static void no_slopes(double a, double b, double y, double slope[2]) {
  (void)a, (void)b, (void)y;
  slope[0] = slope[1] = 0.0;
}

static double no_slope(double x, double y) {
  (void)x, (void)y;
  return 0.0;
}

static double negate(double x) {
  return -x;
}

static double negate_slope(double x, double y) {
  (void)x, (void)y;
  return -1.0;
}

static double is_zero(double x) {
  return x == 0.0;
}

// Of equal ones the first, as in Python.
static double least(double a, double b) {
  return b < a ? b : a;
}

static double greatest(double a, double b) {
  return b > a ? b : a;
}

static void least_slopes(double a, double b, double y, double slope[2]) {
  (void)y;
  slope[0] = !(b < a);
  slope[1] = b < a;
}

static void greatest_slopes(double a, double b, double y, double slope[2]) {
  (void)y;
  slope[0] = !(b > a);
  slope[1] = b > a;
}

// -------------------------------------------------------------------------------------------------
// Functions.

static double sign(double x) {
  return (double)((x > 0.0) - (x < 0.0));
}

static double radians(double x) {
  return x * (M_PI / 180.0);
}

static double degrees(double x) {
  return x * (180.0 / M_PI);
}

static double radians_slope(double x, double y) {
  (void)x, (void)y;
  return M_PI / 180.0;
}

static double degrees_slope(double x, double y) {
  (void)x, (void)y;
  return 180.0 / M_PI;
}

static double sqrt_slope(double x, double y) {
  (void)x;
  return 0.5 / y;
}

static double exp_slope(double x, double y) {
  (void)x;
  return y;
}

static double expm1_slope(double x, double y) {
  (void)y;
  return exp(x);
}

static double log_slope(double x, double y) {
  (void)y;
  return 1.0 / x;
}

static double log10_slope(double x, double y) {
  (void)y;
  return 1.0 / (x * M_LN10);
}

static double log2_slope(double x, double y) {
  (void)y;
  return 1.0 / (x * M_LN2);
}

static double log1p_slope(double x, double y) {
  (void)y;
  return 1.0 / (1.0 + x);
}

static double sin_slope(double x, double y) {
  (void)y;
  return cos(x);
}

static double cos_slope(double x, double y) {
  (void)y;
  return -sin(x);
}

static double tan_slope(double x, double y) {
  (void)x;
  return 1.0 + y * y;
}

static double asin_slope(double x, double y) {
  (void)y;
  return 1.0 / sqrt((1.0 - x) * (1.0 + x));
}

static double acos_slope(double x, double y) {
  return -asin_slope(x, y);
}

static double atan_slope(double x, double y) {
  (void)y;
  return 1.0 / (1.0 + x * x);
}

static double sinh_slope(double x, double y) {
  (void)y;
  return cosh(x);
}

static double cosh_slope(double x, double y) {
  (void)y;
  return sinh(x);
}

static double tanh_slope(double x, double y) {
  (void)x;
  return (1.0 - y) * (1.0 + y);
}

static double abs_slope(double x, double y) {
  (void)y;
  return sign(x);
}

static void atan2_slopes(double a, double b, double y, double slope[2]) {
  (void)y;
  const double square = a * a + b * b;
  slope[0] = b / square;
  slope[1] = -a / square;
}

static void hypot_slopes(double a, double b, double y, double slope[2]) {
  slope[0] = a / y;
  slope[1] = b / y;
}

// -------------------------------------------------------------------------------------------------
// The tables.

enum {
  SQRT = VT_OP_FUNCTIONS,
  EXP,
  LOG,
  LOG10,
  SIN,
  COS,
  TAN,
  ASIN,
  ACOS,
  ATAN,
  ABS,
  FLOOR,
  CEIL,
  ROUND,
  LOG2,
  LOG1P,
  EXPM1,
  SINH,
  COSH,
  TANH,
  TRUNC,
  SIGN,
  RADIANS,
  DEGREES,
  ATAN2,
  HYPOT
};

const vt_formula_operation vt_formula_operations[] = {
    [VT_OP_ADD] = {"+", .two = add, .two_slopes = add_slopes},
    [VT_OP_SUBTRACT] = {"-", .two = subtract, .two_slopes = subtract_slopes},
    [VT_OP_MULTIPLY] = {"*", .two = multiply, .two_slopes = multiply_slopes},
    [VT_OP_DIVIDE] = {"/", .two = divide, .two_slopes = divide_slopes},
    [VT_OP_FLOOR_DIVIDE] = {"//", .two = floor_divide, .two_slopes = no_slopes},
    [VT_OP_MODULO] = {"%", .two = modulo, .two_slopes = modulo_slopes},
    [VT_OP_POWER] = {"**", .two = pow, .two_slopes = power_slopes},
    [VT_OP_LESS] = {"<", .two = is_less, .two_slopes = no_slopes},
    [VT_OP_LESS_EQUAL] = {"<=", .two = is_less_or_equal, .two_slopes = no_slopes},
    [VT_OP_GREATER] = {">", .two = is_greater, .two_slopes = no_slopes},
    [VT_OP_GREATER_EQUAL] = {">=", .two = is_greater_or_equal, .two_slopes = no_slopes},
    [VT_OP_EQUAL] = {"==", .two = is_equal, .two_slopes = no_slopes},
    [VT_OP_NOT_EQUAL] = {"!=", .two = is_not_equal, .two_slopes = no_slopes},
    [VT_OP_NEGATE] = {"-", .one = negate, .one_slope = negate_slope},
    [VT_OP_NOT] = {"not", .one = is_zero, .one_slope = no_slope},
    [VT_OP_MIN] = {"min", .two = least, .two_slopes = least_slopes},
    [VT_OP_MAX] = {"max", .two = greatest, .two_slopes = greatest_slopes},
    [SQRT] = {"sqrt", .one = sqrt, .one_slope = sqrt_slope},
    [EXP] = {"exp", .one = exp, .one_slope = exp_slope},
    [LOG] = {"log", .one = log, .one_slope = log_slope},
    [LOG10] = {"log10", .one = log10, .one_slope = log10_slope},
    [SIN] = {"sin", .one = sin, .one_slope = sin_slope},
    [COS] = {"cos", .one = cos, .one_slope = cos_slope},
    [TAN] = {"tan", .one = tan, .one_slope = tan_slope},
    [ASIN] = {"asin", .one = asin, .one_slope = asin_slope},
    [ACOS] = {"acos", .one = acos, .one_slope = acos_slope},
    [ATAN] = {"atan", .one = atan, .one_slope = atan_slope},
    [ABS] = {"abs", .one = fabs, .one_slope = abs_slope},
    [FLOOR] = {"floor", .one = floor, .one_slope = no_slope},
    [CEIL] = {"ceil", .one = ceil, .one_slope = no_slope},
    [ROUND] = {"round", .one = nearbyint, .one_slope = no_slope},
    [LOG2] = {"log2", .one = log2, .one_slope = log2_slope},
    [LOG1P] = {"log1p", .one = log1p, .one_slope = log1p_slope},
    [EXPM1] = {"expm1", .one = expm1, .one_slope = expm1_slope},
    [SINH] = {"sinh", .one = sinh, .one_slope = sinh_slope},
    [COSH] = {"cosh", .one = cosh, .one_slope = cosh_slope},
    [TANH] = {"tanh", .one = tanh, .one_slope = tanh_slope},
    [TRUNC] = {"trunc", .one = trunc, .one_slope = no_slope},
    [SIGN] = {"sign", .one = sign, .one_slope = no_slope},
    [RADIANS] = {"radians", .one = radians, .one_slope = radians_slope},
    [DEGREES] = {"degrees", .one = degrees, .one_slope = degrees_slope},
    [ATAN2] = {"atan2", .two = atan2, .two_slopes = atan2_slopes},
    [HYPOT] = {"hypot", .two = hypot, .two_slopes = hypot_slopes},
};

static const vt_formula_function functions[] = {
    {"sqrt", true, 1, 1, SQRT},
    {"exp", true, 1, 1, EXP},
    {"log", true, 1, 1, LOG},
    {"log10", true, 1, 1, LOG10},
    {"sin", true, 1, 1, SIN},
    {"cos", true, 1, 1, COS},
    {"tan", true, 1, 1, TAN},
    {"asin", true, 1, 1, ASIN},
    {"acos", true, 1, 1, ACOS},
    {"atan", true, 1, 1, ATAN},
    {"abs", true, 1, 1, ABS},
    {"min", true, 1, VT_ANY_ARGUMENTS, VT_OP_MIN},
    {"max", true, 1, VT_ANY_ARGUMENTS, VT_OP_MAX},
    {"floor", true, 1, 1, FLOOR},
    {"ceil", true, 1, 1, CEIL},
    {"round", true, 1, 1, ROUND},
    {"pow", true, 2, 2, VT_OP_POWER},
    {"where", true, 3, 3, -1},
    {"log2", false, 1, 1, LOG2},
    {"log1p", false, 1, 1, LOG1P},
    {"expm1", false, 1, 1, EXPM1},
    {"arcsin", false, 1, 1, ASIN},
    {"arccos", false, 1, 1, ACOS},
    {"arctan", false, 1, 1, ATAN},
    {"atan2", false, 2, 2, ATAN2},
    {"arctan2", false, 2, 2, ATAN2},
    {"sinh", false, 1, 1, SINH},
    {"cosh", false, 1, 1, COSH},
    {"tanh", false, 1, 1, TANH},
    {"trunc", false, 1, 1, TRUNC},
    {"sign", false, 1, 1, SIGN},
    {"clip", false, 3, 3, -1},
    {"power", false, 2, 2, VT_OP_POWER},
    {"mod", false, 2, 2, VT_OP_MODULO},
    {"hypot", false, 2, 2, HYPOT},
    {"radians", false, 1, 1, RADIANS},
    {"degrees", false, 1, 1, DEGREES},
};

enum { FUNCTIONS = sizeof functions / sizeof functions[0] };

const vt_formula_function *vt_formula_find_function(vt_grammar grammar, const char *name,
                                                    vt_nearest *nearest) {
  for (int i = 0; i < FUNCTIONS; i++) {
    if (!functions[i].study && grammar == VT_GRAMMAR_STUDY) continue;
    if (strcmp(functions[i].name, name) == 0) return &functions[i];
    if (nearest) vt_nearest_try(nearest, functions[i].name);
  }
  return NULL;
}

// Python's words, used here or not: no formula of Python's has a name like these.
bool vt_formula_reserved(const char *name) {
  static const char *const words[] = {
      "False", "None",     "True",  "and",    "as",   "assert", "async",  "await",    "break",
      "class", "continue", "def",   "del",    "elif", "else",   "except", "for",      "finally",
      "from",  "global",   "if",    "import", "in",   "is",     "lambda", "nonlocal", "not",
      "or",    "pass",     "raise", "return", "try",  "while",  "with",   "yield",    NULL};
  for (int i = 0; words[i]; i++) {
    if (strcmp(words[i], name) == 0) return true;
  }
  return vt_formula_find_function(VT_GRAMMAR_STUDY, name, NULL) != NULL;
}
