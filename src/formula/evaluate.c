// evaluate.c - values of formulas and their derivatives.
//
// What fails is a NaN that goes through every operation, so that a failure which is not chosen in
// the end does no harm.
#include <math.h>

#include "formula.h"

typedef struct stack_item {
  double value, slope;
  int culprit; // the instruction that failed, where the value is NaN
} stack_item;

typedef struct machine {
  const vt_formula *formula;
  const double *value, *slope; // by place; slope NULL: not asked for
  int watched;                 // the instruction whose operands are noted, or -1
  double operand[2];
  stack_item stack[VT_FORMULA_STACK];
} machine;

// An infinite slope is nothing to what does not change.
static double along(double slope, double change) {
  return change == 0.0 ? 0.0 : slope * change;
}

static stack_item read_name(const machine *m, const vt_instruction *i, int at) {
  const vt_bound_name *name = &m->formula->name[i->operand];
  if (name->slot < 0) return (stack_item){.value = name->constant, .culprit = at};
  return (stack_item){m->value[name->slot], m->slope ? m->slope[name->slot] : 0.0, at};
}

static stack_item apply_one(const machine *m, const vt_formula_operation *o, stack_item x, int at) {
  if (isnan(x.value)) return x;
  const double y = o->one(x.value);
  stack_item result = {.value = isfinite(y) ? y : (double)NAN, .culprit = at};
  if (m->slope) result.slope = along(o->one_slope(x.value, y), x.slope);
  return result;
}

static stack_item apply_two(const machine *m, const vt_formula_operation *o, stack_item a,
                            stack_item b, int at) {
  if (isnan(a.value)) return a;
  if (isnan(b.value)) return b;
  const double y = o->two(a.value, b.value);
  stack_item result = {.value = isfinite(y) ? y : (double)NAN, .culprit = at};
  if (m->slope && (a.slope != 0.0 || b.slope != 0.0)) {
    double slope[2];
    o->two_slopes(a.value, b.value, y, slope);
    result.slope = along(slope[0], a.slope) + along(slope[1], b.slope);
  }
  return result;
}

// `*top`: the number of items, changed.
static void apply(machine *m, const vt_instruction *i, int at, int *top) {
  const vt_formula_operation *o = &vt_formula_operations[i->operand];
  stack_item *end = m->stack + *top;
  const int operands = o->two ? 2 : 1;
  if (at == m->watched) {
    for (int k = 0; k < operands; k++) m->operand[k] = end[k - operands].value;
  }
  end[-operands] = o->two ? apply_two(m, o, end[-2], end[-1], at) : apply_one(m, o, end[-1], at);
  *top -= operands - 1;
}

// The right side of a comparison that holds is the left of the next one.
static bool chain_ends(machine *m, const vt_instruction *i, int at, int *top) {
  const stack_item right = m->stack[*top - 1];
  apply(m, i, at, top);
  const double holds = m->stack[*top - 1].value;
  if (!(holds > 0.0)) return true;
  m->stack[*top - 1] = right;
  return false;
}

static void choose(machine *m, int *top) {
  const stack_item *x = m->stack + *top - 3;
  const stack_item chosen = isnan(x[0].value) ? x[0] : x[0].value != 0.0 ? x[1] : x[2];
  *top -= 2;
  m->stack[*top - 1] = chosen;
}

// Whether a jump is taken; drops the top where the instruction says so.
static bool jumps(machine *m, const vt_instruction *i, int *top) {
  const double condition = m->stack[*top - 1].value;
  bool taken = isnan(condition);
  if (!taken) taken = i->kind == VT_DO_OR ? condition != 0.0 : condition == 0.0;
  if (!taken) --*top;
  return taken;
}

// Where a condition failed, it is the result of both branches: go to the jump behind the first.
static int after_if(machine *m, const vt_instruction *i, int *top) {
  const double condition = m->stack[*top - 1].value;
  if (isnan(condition)) return i->jump - 1;
  --*top;
  return condition == 0.0 ? i->jump : 1;
}

static stack_item run(machine *m) {
  const vt_formula *f = m->formula;
  int top = 0;
  for (int at = 0; at < f->instructions;) {
    const vt_instruction *i = &f->instruction[at];
    int step = 1;
    switch (i->kind) {
      case VT_DO_NUMBER: m->stack[top++] = (stack_item){.value = i->number, .culprit = at}; break;
      case VT_DO_NAME: m->stack[top++] = read_name(m, i, at); break;
      case VT_DO_APPLY: apply(m, i, at, &top); break;
      case VT_DO_CHAIN: step = chain_ends(m, i, at, &top) ? i->jump : 1; break;
      case VT_DO_AND:
      case VT_DO_OR: step = jumps(m, i, &top) ? i->jump : 1; break;
      case VT_DO_IF: step = after_if(m, i, &top); break;
      case VT_DO_JUMP: step = i->jump; break;
      case VT_DO_WHERE: choose(m, &top); break;
    }
    at += step;
  }
  return m->stack[0];
}

// Without its stack, which is too large to be cleared each time.
static void prepare(machine *m, const vt_formula *formula, const double *value,
                    const double *slope) {
  m->formula = formula;
  m->value = value;
  m->slope = slope;
  m->watched = -1;
}

double vt_formula_value(const vt_formula *formula, const double *value) {
  machine m;
  prepare(&m, formula, value, NULL);
  return run(&m).value;
}

double vt_formula_slope(const vt_formula *formula, const double *value, const double *slope,
                        double *derivative) {
  machine m;
  prepare(&m, formula, value, slope);
  const stack_item result = run(&m);
  *derivative = isfinite(result.value) && isfinite(result.slope) ? result.slope : (double)NAN;
  return result.value;
}

int vt_formula_culprit(const vt_formula *formula, const double *value) {
  machine m;
  prepare(&m, formula, value, NULL);
  const stack_item result = run(&m);
  const vt_instruction *i = &formula->instruction[result.culprit];
  return isnan(result.value) && i->kind == VT_DO_NAME ? formula->name[i->operand].slot : -1;
}

// "5 / 0", "log(-1)", "min(1, 2)"
static vt_error say_operation(const vt_formula_operation *o, const double *operand, vt_text *why) {
  const bool letters = vt_formula_is_name(o->name);
  if (!o->two) return vt_text_add(why, "%s(%.9g)", o->name, operand[0]);
  if (letters) return vt_text_add(why, "%s(%.9g, %.9g)", o->name, operand[0], operand[1]);
  return vt_text_add(why, "%.9g %s %.9g", operand[0], o->name, operand[1]);
}

vt_error vt_formula_explain(const vt_formula *formula, const double *value, vt_text *why) {
  machine m;
  prepare(&m, formula, value, NULL);
  const stack_item result = run(&m);
  if (isfinite(result.value)) return VT_OK;
  const vt_instruction *i = &formula->instruction[result.culprit];
  VT_TRY(vt_text_add(why, "column %d: ", i->column));
  if (i->kind == VT_DO_NAME) return vt_text_add(why, "'%s' fails", formula->name[i->operand].text);
  m.watched = result.culprit;
  (void)run(&m);
  VT_TRY(say_operation(&vt_formula_operations[i->operand], m.operand, why));
  return vt_text_add(why, " is no finite number");
}
