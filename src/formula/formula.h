// formula.h - what a formula is compiled to: a list of instructions for a stack of numbers.
#ifndef VT_FORMULA_ROOM_H
#define VT_FORMULA_ROOM_H

#include "vintner/formula.h"

// -------------------------------------------------------------------------------------------------
// Operations: operators and functions in one table.

typedef enum vt_formula_operator {
  VT_OP_ADD,
  VT_OP_SUBTRACT,
  VT_OP_MULTIPLY,
  VT_OP_DIVIDE,
  VT_OP_FLOOR_DIVIDE,
  VT_OP_MODULO,
  VT_OP_POWER,
  VT_OP_LESS,
  VT_OP_LESS_EQUAL,
  VT_OP_GREATER,
  VT_OP_GREATER_EQUAL,
  VT_OP_EQUAL,
  VT_OP_NOT_EQUAL,
  VT_OP_NEGATE,
  VT_OP_NOT,
  VT_OP_MIN,
  VT_OP_MAX,
  VT_OP_FUNCTIONS, ///< the first of those that have no other name
} vt_formula_operator;

/// What is computed from one number or two. All their results are checked: none that is not finite
/// goes on.
typedef struct vt_formula_operation {
  const char *name;
  double (*one)(double x);
  double (*one_slope)(double x, double y); ///< dy/dx
  double (*two)(double a, double b);
  void (*two_slopes)(double a, double b, double y, double slope[2]); ///< dy/da, dy/db
} vt_formula_operation;

extern const vt_formula_operation vt_formula_operations[];

/// How a function is called, and what of.
typedef struct vt_formula_function {
  const char *name;
  bool study;      ///< of both grammars; else of Brightway's alone
  int least, most; ///< arguments
  int operation;   ///< -1: none of its own (where, clip)
} vt_formula_function;

enum { VT_ANY_ARGUMENTS = VT_FORMULA_BYTES };

/// NULL if the grammar has none of that name; tries all its names.
const vt_formula_function *vt_formula_find_function(vt_grammar grammar, const char *name,
                                                    vt_nearest *nearest);

// -------------------------------------------------------------------------------------------------
// Tokens.

typedef enum vt_token_kind {
  VT_TOKEN_END,
  VT_TOKEN_NUMBER,
  VT_TOKEN_NAME,
  VT_TOKEN_MARK, ///< an operator, a bracket, a comma
  VT_TOKEN_OTHER,
} vt_token_kind;

typedef struct vt_token {
  vt_token_kind kind;
  const char *at;
  int length, column; ///< in bytes, from 1
  double number;
} vt_token;

/// What comes after `at`, which lies in `text`.
vt_token vt_token_next(const char *text, const char *at);
/// Whether a token is this mark or word.
bool vt_token_is(const vt_token *token, const char *text);
/// "'^'", "the end"; valid until this thread's eighth next call.
const char *vt_token_found(const vt_token *token);

// -------------------------------------------------------------------------------------------------
// Instructions.

/// What an instruction does with the stack. Jumps are relative to the instruction itself.
typedef enum vt_instruction_kind {
  VT_DO_NUMBER, ///< push it
  VT_DO_NAME,   ///< push the value of a name
  VT_DO_APPLY,  ///< replace its operands by the result of an operation
  VT_DO_CHAIN,  ///< a comparison that another follows: its right side stays, or jump with 0
  VT_DO_AND,    ///< jump where the top is false, else drop it
  VT_DO_OR,     ///< jump where the top is true, else drop it
  VT_DO_IF,     ///< drop the top; where it was false, jump
  VT_DO_JUMP,
  VT_DO_WHERE, ///< replace condition and two values by one of these
} vt_instruction_kind;

typedef struct vt_instruction {
  vt_instruction_kind kind;
  int column;
  int operand; ///< an operation, or a name
  int jump;
  double number;
} vt_instruction;

typedef struct vt_bound_name {
  const char *text;
  int column;
  int slot;        ///< where its value lies, -1: `constant`
  double constant; ///< NaN: it is none
} vt_bound_name;

/// Each level of nesting holds at most a branch, the left of a comparison, of a sum and of a
/// product, and three arguments; a power is a level of its own.
enum { VT_FORMULA_STACK = 7 * (VT_FORMULA_NESTED + 2) };

struct vt_formula {
  const char *text;
  int instructions, names;
  vt_instruction *instruction; ///< shape [instructions]
  vt_bound_name *name;         ///< shape [names]
};

#endif
