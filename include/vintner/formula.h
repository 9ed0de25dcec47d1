// formula.h - formulas: compiled once, evaluated without allocation, with first derivatives.
#ifndef VT_FORMULA_H
#define VT_FORMULA_H

#include "vintner/base.h"

/// What a formula may say. Both mean what they mean in Python.
typedef enum vt_grammar {
  VT_GRAMMAR_STUDY,     ///< what study files have: `a if c else b`, `**`, `where(c, a, b)`
  VT_GRAMMAR_BRIGHTWAY, ///< what Brightway stores: `//` and `%` too, more functions, `pi` and `e`
} vt_grammar;

/// A compiled formula: belongs to its arena. Once its names are bound it is never changed, so any
/// number of threads may evaluate it.
typedef struct vt_formula vt_formula;

enum {
  VT_FORMULA_BYTES = 1 << 16, ///< longest text
  VT_FORMULA_NESTED = 200,    ///< deepest nesting of brackets, branches and powers, Python's too
};

/// Compile a text.
/// @return VT_ERR_INPUT "column N: ...", without a place: the caller knows it. The kind of fault is
///         said in plain words: "syntax", "unknown function", "argument"
vt_error vt_formula_compile(vt_arena *arena, vt_grammar grammar, const char *text,
                            vt_formula **formula);

const char *vt_formula_text(const vt_formula *formula);

/// The names that it reads, each once, in the order of their first place.
int vt_formula_names(const vt_formula *formula);
const char *vt_formula_name(const vt_formula *formula, int name);

/// Say where the values of its names lie: name i of `names` at place `slot[i]`, or at i where
/// `slot` is NULL. A constant of the grammar that is also among the names is the name.
/// @return VT_ERR_INPUT "column N: unknown name 'x', expected a parameter; did you mean 'y'?"
vt_error vt_formula_bind(vt_formula *formula, const vt_labels *names, const int *slot);

/// The place that name i of the formula reads, -1 for a constant.
int vt_formula_slot(const vt_formula *formula, int name);

/// Whether a study may not use a name: a function or a word of the language.
bool vt_formula_reserved(const char *name);

/// Whether a text has the form of a name: [A-Za-z_][A-Za-z0-9_]*.
bool vt_formula_is_name(const char *text);

/// The value of a formula, or NaN where it fails: by a value that is NaN, or by an operation whose
/// result is no finite number. What is not evaluated or not chosen does not fail it.
///
/// @param value  by place; NaN: failed itself
double vt_formula_value(const vt_formula *formula, const double *value);

/// The same, and its derivative along a direction, by forward mode: exact up to rounding, of the
/// branch that is taken; NaN where there is none.
/// @param slope  derivatives of the values, by place
double vt_formula_slope(const vt_formula *formula, const double *value, const double *slope,
                        double *derivative);

/// The place of the value that fails a formula, -1 where one of its own operations does (or
/// nothing).
int vt_formula_culprit(const vt_formula *formula, const double *value);

/// Say why a formula fails: "column N: log(-1) is no finite number". Adds nothing where it does
/// not.
vt_error vt_formula_explain(const vt_formula *formula, const double *value, vt_text *why);

/// An order in which definitions can be evaluated: each after those that it reads, else as they
/// come.
///
/// @param formula  shape [count]: of each definition, bound, NULL where it has none; value i of the
///                 places is that of definition i
/// @param name     shape [count], for the message
/// @param[out] order  shape [count]
/// @param[out] fault  the first definition of a cycle, else -1
/// @return VT_ERR_INPUT "cycle: capex → learning → capex"
vt_error vt_formula_order(int count, const vt_formula *const *formula, const char *const *name,
                          int *order, int *fault);

#endif
