// compile.c - from text to instructions, by recursive descent over Python's precedences.
//
// `a if c else b` needs c first: the instructions of a are moved behind those of c. Jumps are
// relative, so what is moved stays right.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "formula.h"

typedef struct parser {
  vt_arena *arena;
  vt_grammar grammar;
  vt_formula *formula;
  vt_token token;   // the next one
  vt_labels *names; // those of the formula
  ptrdiff_t instruction_capacity, name_capacity;
  int nested; // levels
  int height; // of the stack
} parser;

static void advance(parser *p) {
  p->token = vt_token_next(p->formula->text, p->token.at + p->token.length);
}

// Go past a mark or word if it is next.
static bool take(parser *p, const char *text) {
  const bool taken = vt_token_is(&p->token, text);
  if (taken) advance(p);
  return taken;
}

static bool is_word(const vt_token *token) {
  static const char *const words[] = {"and", "or", "not", "if", "else", NULL};
  for (int i = 0; words[i]; i++) {
    if (vt_token_is(token, words[i])) return true;
  }
  return false;
}

static vt_error expected(const parser *p, const char *what) {
  const vt_token *t = &p->token;
  const char first = *t->at;
  const char *hint = "";
  if (first == '^') hint = " ('**' is the power)";
  if (first == '=' && t->kind == VT_TOKEN_OTHER) hint = " ('==' compares)";
  VT_FAIL(VT_ERR_INPUT, "column %d: syntax: found %s%s, expected %s", t->column, vt_token_found(t),
          hint, what);
}

// -------------------------------------------------------------------------------------------------
// Instructions.

static vt_error emit(parser *p, vt_instruction instruction) {
  vt_formula *f = p->formula;
  VT_TRY(vt_grow(&f->instruction, &p->instruction_capacity, (ptrdiff_t)f->instructions + 1,
                 sizeof *f->instruction));
  f->instruction[f->instructions++] = instruction;
  switch (instruction.kind) {
    case VT_DO_NUMBER:
    case VT_DO_NAME: p->height++; break;
    case VT_DO_APPLY: p->height -= vt_formula_operations[instruction.operand].two != NULL; break;
    case VT_DO_WHERE: p->height -= 2; break;
    case VT_DO_CHAIN:
    case VT_DO_AND:
    case VT_DO_OR:
    case VT_DO_IF:
    case VT_DO_JUMP: p->height--; break;
  }
  VT_CHECK(p->height <= VT_FORMULA_STACK, VT_ERR_BUG, "a formula needs a stack of %d", p->height);
  return VT_OK;
}

static vt_error apply(parser *p, int operation, int column) {
  return emit(p, (vt_instruction){VT_DO_APPLY, .operand = operation, .column = column});
}

// Let a jump end behind what there is.
static void land(parser *p, int from) {
  p->formula->instruction[from].jump = p->formula->instructions - from;
}

static void reverse(vt_instruction *first, vt_instruction *end) {
  while (first < --end) {
    const vt_instruction kept = *first;
    *first++ = *end;
    *end = kept;
  }
}

// Exchange [first, middle) and [middle, end).
static void exchange(parser *p, int first, int middle) {
  vt_instruction *list = p->formula->instruction;
  reverse(list + first, list + middle);
  reverse(list + middle, list + p->formula->instructions);
  reverse(list + first, list + p->formula->instructions);
}

// -------------------------------------------------------------------------------------------------
// Names and functions.

static double constant_of(vt_grammar grammar, const char *name) {
  if (grammar == VT_GRAMMAR_BRIGHTWAY && strcmp(name, "pi") == 0) return M_PI;
  if (grammar == VT_GRAMMAR_BRIGHTWAY && strcmp(name, "e") == 0) return M_E;
  return NAN;
}

static vt_error add_name(parser *p, const vt_token *token, int *name) {
  vt_formula *f = p->formula;
  bool fresh;
  VT_TRY(vt_labels_add(p->names, token->at, token->length, name, &fresh));
  if (!fresh) return VT_OK;
  VT_TRY(vt_grow(&f->name, &p->name_capacity, (ptrdiff_t)f->names + 1, sizeof *f->name));
  vt_bound_name *added = &f->name[f->names++];
  *added = (vt_bound_name){.column = token->column, .slot = -1};
  VT_TRY(vt_arena_text(p->arena, token->at, token->length, &added->text));
  added->constant = constant_of(p->grammar, added->text);
  return VT_OK;
}

static vt_error parse_expression(parser *p);

static vt_error read_name(parser *p, const vt_token *token) {
  int name;
  VT_TRY(add_name(p, token, &name));
  const char *text = p->formula->name[name].text;
  VT_CHECK(p->grammar != VT_GRAMMAR_STUDY || !vt_formula_reserved(text), VT_ERR_INPUT,
           "column %d: syntax: found '%s', which is reserved, expected a name, or '(' behind a "
           "function",
           token->column, text);
  return emit(p, (vt_instruction){VT_DO_NAME, .operand = name, .column = token->column});
}

// Two arguments of a function that takes more are one to the next: min(a, b, c), clip(x, a, b).
static vt_error fold(parser *p, const vt_formula_function *function, int arguments, int column) {
  if (strcmp(function->name, "clip") == 0)
    return arguments > 1 ? apply(p, arguments == 2 ? VT_OP_MAX : VT_OP_MIN, column) : VT_OK;
  if (function->most == VT_ANY_ARGUMENTS && arguments > 1)
    return apply(p, function->operation, column);
  return VT_OK;
}

static vt_error check_arguments(const vt_formula_function *function, int arguments, int column) {
  if (function->least <= arguments && arguments <= function->most) return VT_OK;
  VT_CHECK(function->most < VT_ANY_ARGUMENTS, VT_ERR_INPUT,
           "column %d: found no argument of '%s', expected one or more", column, function->name);
  VT_FAIL(VT_ERR_INPUT, "column %d: found %d argument%s of '%s', expected %d", column, arguments,
          arguments == 1 ? "" : "s", function->name, function->least);
}

// The opening bracket was read.
static vt_error read_arguments(parser *p, const vt_formula_function *function, int column) {
  int arguments = 0;
  if (!vt_token_is(&p->token, ")")) {
    do {
      VT_TRY(parse_expression(p));
      arguments++;
      // More than the stack was made for: counted, but not kept.
      if (arguments > 3 && function->most < VT_ANY_ARGUMENTS)
        VT_TRY(apply(p, VT_OP_ADD, column));
      else
        VT_TRY(fold(p, function, arguments, column));
    } while (take(p, ","));
  }
  if (!take(p, ")")) return expected(p, "',' or ')' behind an argument");
  VT_TRY(check_arguments(function, arguments, column));
  if (function->operation >= 0 && function->most < VT_ANY_ARGUMENTS)
    return apply(p, function->operation, column);
  if (strcmp(function->name, "where") == 0)
    return emit(p, (vt_instruction){VT_DO_WHERE, .column = column});
  return VT_OK;
}

static vt_error read_call(parser *p, const vt_token *token) {
  char name[64];
  const int length = token->length < (int)sizeof name ? token->length : (int)sizeof name - 1;
  memcpy(name, token->at, (size_t)length);
  name[length] = '\0';
  vt_nearest nearest = {.name = name};
  const vt_formula_function *function = vt_formula_find_function(p->grammar, name, &nearest);
  VT_CHECK(function, VT_ERR_INPUT, "column %d: unknown function '%s'%s", token->column, name,
           vt_nearest_hint(&nearest));
  return read_arguments(p, function, token->column);
}

// -------------------------------------------------------------------------------------------------
// Expressions, from tight to loose.

static vt_error read_number(parser *p, const vt_token *token) {
  VT_CHECK(isfinite(token->number), VT_ERR_INPUT,
           "column %d: syntax: found %s, expected a finite number", token->column,
           vt_token_found(token));
  const bool whole = strspn(token->at, "0123456789") == (size_t)token->length;
  if (whole && token->at[0] == '0' && token->number != 0.0)
    return expected(p, "a number without zeros before it");
  advance(p);
  return emit(p, (vt_instruction){VT_DO_NUMBER, .number = token->number, .column = token->column});
}

static vt_error parse_atom(parser *p) {
  const vt_token token = p->token;
  if (token.kind == VT_TOKEN_NUMBER) return read_number(p, &token);
  if (token.kind == VT_TOKEN_NAME && !is_word(&token)) {
    advance(p);
    return take(p, "(") ? read_call(p, &token) : read_name(p, &token);
  }
  if (!take(p, "(")) return expected(p, "a number, a name, a function or '('");
  VT_TRY(parse_expression(p));
  return take(p, ")") ? VT_OK : expected(p, "an operator or ')'");
}

static vt_error enter(parser *p) {
  VT_CHECK(p->nested < VT_FORMULA_NESTED, VT_ERR_INPUT,
           "column %d: syntax: found brackets, branches or powers nested deeper than %d levels",
           p->token.column, (int)VT_FORMULA_NESTED);
  p->nested++;
  return VT_OK;
}

static vt_error parse_sign(parser *p);

// Right to left, and a sign may stand before the exponent.
static vt_error parse_power(parser *p) {
  VT_TRY(parse_atom(p));
  const int column = p->token.column;
  if (!take(p, "**")) return VT_OK;
  VT_TRY(enter(p));
  VT_TRY(parse_sign(p));
  p->nested--;
  return apply(p, VT_OP_POWER, column);
}

static vt_error parse_sign(parser *p) {
  bool negative = false;
  const int column = p->token.column;
  for (;;) {
    if (take(p, "-"))
      negative = !negative;
    else if (!take(p, "+"))
      break;
  }
  VT_TRY(parse_power(p));
  return negative ? apply(p, VT_OP_NEGATE, column) : VT_OK;
}

typedef struct binary {
  const char *text;
  int operation;
  bool study; // of both grammars
} binary;

// The operator that is next, of those in `list`, taken; NULL for none.
static const binary *take_operator(parser *p, const binary *list) {
  for (; list->text; list++) {
    if ((list->study || p->grammar == VT_GRAMMAR_BRIGHTWAY) && take(p, list->text)) return list;
  }
  return NULL;
}

static vt_error parse_product(parser *p) {
  static const binary operators[] = {{"*", VT_OP_MULTIPLY, true},
                                     {"/", VT_OP_DIVIDE, true},
                                     {"//", VT_OP_FLOOR_DIVIDE, false},
                                     {"%", VT_OP_MODULO, false},
                                     {NULL, 0, false}};
  VT_TRY(parse_sign(p));
  for (;;) {
    const int column = p->token.column;
    const binary *found = take_operator(p, operators);
    if (!found) return VT_OK;
    VT_TRY(parse_sign(p));
    VT_TRY(apply(p, found->operation, column));
  }
}

static vt_error parse_sum(parser *p) {
  static const binary operators[] = {
      {"+", VT_OP_ADD, true}, {"-", VT_OP_SUBTRACT, true}, {NULL, 0, false}};
  VT_TRY(parse_product(p));
  for (;;) {
    const int column = p->token.column;
    const binary *found = take_operator(p, operators);
    if (!found) return VT_OK;
    VT_TRY(parse_product(p));
    VT_TRY(apply(p, found->operation, column));
  }
}

// a < b < c is a < b and b < c with b evaluated once. Until it is known where all of them end, the
// jump of each tells the one before it.
static vt_error parse_comparison(parser *p) {
  static const binary operators[] = {{"<", VT_OP_LESS, true},
                                     {"<=", VT_OP_LESS_EQUAL, true},
                                     {">", VT_OP_GREATER, true},
                                     {">=", VT_OP_GREATER_EQUAL, true},
                                     {"==", VT_OP_EQUAL, true},
                                     {"!=", VT_OP_NOT_EQUAL, true},
                                     {NULL, 0, false}};
  int chain = -1, column = 0;
  VT_TRY(parse_sum(p));
  const binary *found = NULL;
  for (;;) {
    const int next_column = p->token.column;
    const binary *next = take_operator(p, operators);
    if (found && next) {
      VT_TRY(emit(p, (vt_instruction){VT_DO_CHAIN, column, found->operation, .jump = chain}));
      chain = p->formula->instructions - 1;
    }
    if (found && !next) VT_TRY(apply(p, found->operation, column));
    if (!next) break;
    found = next;
    column = next_column;
    VT_TRY(parse_sum(p));
  }
  while (chain >= 0) {
    const int before = p->formula->instruction[chain].jump;
    land(p, chain);
    chain = before;
  }
  return VT_OK;
}

static vt_error parse_not(parser *p) {
  ptrdiff_t times = 0;
  const int column = p->token.column;
  while (take(p, "not")) times++;
  VT_TRY(parse_comparison(p));
  // The first makes it 1 or 0, two more change nothing.
  for (times = times > 2 ? 2 - times % 2 : times; times > 0; times--)
    VT_TRY(apply(p, VT_OP_NOT, column));
  return VT_OK;
}

static vt_error parse_and(parser *p) {
  VT_TRY(parse_not(p));
  for (;;) {
    const int column = p->token.column;
    if (!take(p, "and")) return VT_OK;
    const int jump = p->formula->instructions;
    VT_TRY(emit(p, (vt_instruction){VT_DO_AND, .column = column}));
    VT_TRY(parse_not(p));
    land(p, jump);
  }
}

static vt_error parse_or(parser *p) {
  VT_TRY(parse_and(p));
  for (;;) {
    const int column = p->token.column;
    if (!take(p, "or")) return VT_OK;
    const int jump = p->formula->instructions;
    VT_TRY(emit(p, (vt_instruction){VT_DO_OR, .column = column}));
    VT_TRY(parse_and(p));
    land(p, jump);
  }
}

// Condition, IF to the other branch, the branch, JUMP to the end, the other branch.
static vt_error parse_branches(parser *p, int first, int column) {
  const int middle = p->formula->instructions;
  VT_TRY(parse_or(p));
  VT_TRY(emit(p, (vt_instruction){VT_DO_IF, .column = column}));
  const int condition = p->formula->instructions - middle;
  exchange(p, first, middle);
  VT_TRY(emit(p, (vt_instruction){VT_DO_JUMP, .column = column}));
  const int jump = p->formula->instructions - 1;
  land(p, first + condition - 1);
  if (!take(p, "else")) return expected(p, "an operator or 'else'");
  VT_TRY(parse_expression(p));
  land(p, jump);
  return VT_OK;
}

static vt_error parse_expression(parser *p) {
  VT_TRY(enter(p));
  const int first = p->formula->instructions, column = p->token.column;
  VT_TRY(parse_or(p));
  if (take(p, "if")) VT_TRY(parse_branches(p, first, column));
  p->nested--;
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------

static vt_error parse(parser *p) {
  advance(p);
  VT_CHECK(p->token.kind != VT_TOKEN_END, VT_ERR_INPUT,
           "column 1: syntax: found an empty text, expected a formula");
  VT_TRY(parse_expression(p));
  return p->token.kind == VT_TOKEN_END ? VT_OK : expected(p, "an operator or the end");
}

// Lists grow outside of the arena, which would keep all their sizes.
static vt_error keep(vt_arena *arena, const vt_formula *grown, vt_formula *kept) {
  kept->instructions = grown->instructions;
  kept->names = grown->names;
  VT_ARENA_NEW(arena, kept->instruction, grown->instructions);
  VT_ARENA_NEW(arena, kept->name, grown->names);
  for (int i = 0; i < grown->instructions; i++) kept->instruction[i] = grown->instruction[i];
  for (int i = 0; i < grown->names; i++) kept->name[i] = grown->name[i];
  return VT_OK;
}

static vt_error compile(parser *p) {
  VT_TRY(vt_labels_create(&p->names));
  return parse(p);
}

vt_error vt_formula_compile(vt_arena *arena, vt_grammar grammar, const char *text,
                            vt_formula **formula) {
  const size_t length = strlen(text);
  *formula = NULL;
  VT_CHECK(length <= VT_FORMULA_BYTES, VT_ERR_INPUT,
           "column %d: syntax: found a formula of %zu bytes, expected at most %d",
           VT_FORMULA_BYTES + 1, length, (int)VT_FORMULA_BYTES);
  vt_formula *kept;
  VT_ARENA_NEW(arena, kept, 1);
  VT_TRY(vt_arena_text(arena, text, (ptrdiff_t)length, &kept->text));
  vt_formula grown = *kept;
  parser p = {.arena = arena, .grammar = grammar, .formula = &grown};
  p.token.at = kept->text;
  vt_error compiled = compile(&p);
  if (compiled == VT_OK) compiled = keep(arena, &grown, kept);
  vt_labels_free(p.names);
  free(grown.instruction);
  free(grown.name);
  if (compiled == VT_OK) *formula = kept;
  return compiled;
}
