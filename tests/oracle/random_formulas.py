"""Random formulas and what Python makes of them, a line each: grammar, formula, value, with tabs
between. The value is a number, `fails` (division by zero, a value that is not finite or not real,
intermediate ones too) or `syntax` (Python's own, or what the grammar leaves out).

    python3 random_formulas.py COUNT SEED
"""
import ast
import math
import operator
import random
import sys

VALUES = {"a": 1.5, "b": -2.0, "c": 0.0, "d": 3.0, "x": 0.25, "long_name_2": 7.0}
STUDY = ("sqrt exp log log10 sin cos tan asin acos atan abs min max floor ceil round pow "
         "where").split()
BRIGHTWAY = STUDY + ("log2 log1p expm1 arcsin arccos arctan atan2 arctan2 sinh cosh tanh trunc "
                     "sign clip power mod hypot radians degrees").split()
PLACES = {"pow": 2, "where": 3, "atan2": 2, "arctan2": 2, "clip": 3, "power": 2, "mod": 2,
          "hypot": 2}
NUMBERS = ["0", "1", "2", "3", "0.5", ".25", "1e3", "2.", "1E-2", "10", "7.5", "00", "1e200"]


def text(r, depth, brightway):
    """Any text that may be a formula: precedence is left to those who read it."""
    if depth == 0 or r.random() < 0.1:
        names = list(VALUES) + (["pi", "e"] if brightway else [])
        return r.choice(names) if r.random() < 0.6 else r.choice(NUMBERS)

    def part():
        inner = text(r, depth - 1, brightway)
        return f"({inner})" if r.random() < 0.35 else inner

    blank = r.choice(["", " ", "  "])
    kind = r.random()
    if kind < 0.4:
        marks = ["+", "-", "*", "/", "**"] + (["//", "%"] if brightway else [])
        if r.random() < 0.02:
            marks = ["//", "%", "^", "=", "&", "<>"]
        return part() + blank + r.choice(marks) + blank + part()
    if kind < 0.5:
        return r.choice(["-", "+", "not ", "- -", "not not "]) + part()
    if kind < 0.62:
        chain = part()
        for _ in range(r.randint(1, 3)):
            chain += blank + r.choice(["<", "<=", ">", ">=", "==", "!="]) + blank + part()
        return chain
    if kind < 0.72:
        return f"{part()} {r.choice(['and', 'or'])} {part()}"
    if kind < 0.82:
        return f"{part()} if {part()} else {part()}"
    name = r.choice(BRIGHTWAY if brightway else STUDY)
    places = r.randint(1, 4) if name in ("min", "max") else PLACES.get(name, 1)
    if r.random() < 0.01:
        places += 1
    return name + "(" + ", ".join(part() for _ in range(places)) + ")"


class Fails(Exception):
    pass


def real(value):
    if isinstance(value, complex) or not math.isfinite(value):
        raise Fails
    return float(value)


def where(evaluate, condition, one, other):
    results = []
    chosen = evaluate(condition)
    for branch in (one, other):
        try:
            results.append(evaluate(branch))
        except Fails:
            results.append(None)
    result = results[0] if chosen else results[1]
    if result is None:
        raise Fails
    return result


FUNCTIONS = {name: getattr(math, name) for name in
             "sqrt exp log log10 sin cos tan asin acos atan floor ceil pow log2 log1p expm1 atan2 "
             "sinh cosh tanh trunc hypot radians degrees".split()}
FUNCTIONS.update({
    "abs": abs, "min": lambda *x: min(x), "max": lambda *x: max(x), "round": round,
    "arcsin": math.asin, "arccos": math.acos, "arctan": math.atan, "arctan2": math.atan2,
    "sign": lambda x: (x > 0) - (x < 0), "power": operator.pow, "mod": operator.mod,
    "clip": lambda x, low, high: min(max(x, low), high)})
OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul,
             ast.Div: operator.truediv, ast.Pow: operator.pow, ast.FloorDiv: operator.floordiv,
             ast.Mod: operator.mod, ast.Lt: operator.lt, ast.LtE: operator.le,
             ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Eq: operator.eq,
             ast.NotEq: operator.ne, ast.USub: operator.neg, ast.UAdd: operator.pos,
             ast.Not: operator.not_}


def allowed(tree, brightway):
    for node in ast.walk(tree):
        if isinstance(node, (ast.FloorDiv, ast.Mod)) and not brightway:
            return False
        if isinstance(node, (ast.BitXor, ast.BitAnd)):
            return False
        if isinstance(node, ast.Call):
            name, found = node.func.id, len(node.args)
            if not (found >= 1 if name in ("min", "max") else found == PLACES.get(name, 1)):
                return False
    return True


def evaluate(node):
    if isinstance(node, ast.Constant):
        return real(node.value)
    if isinstance(node, ast.Name):
        return {**VALUES, "pi": math.pi, "e": math.e}[node.id]
    if isinstance(node, ast.BoolOp):
        for value in node.values:
            result = evaluate(value)
            if bool(result) == isinstance(node.op, ast.Or):
                return result
        return result
    if isinstance(node, ast.IfExp):
        return evaluate(node.body if evaluate(node.test) else node.orelse)
    if isinstance(node, ast.Compare):
        left = evaluate(node.left)
        for op, right in zip(node.ops, node.comparators):
            right = evaluate(right)
            if not OPERATORS[type(op)](left, right):
                return 0.0
            left = right
        return 1.0
    if isinstance(node, ast.Call) and node.func.id == "where":
        return where(evaluate, *node.args)
    try:
        if isinstance(node, ast.Call):
            return real(FUNCTIONS[node.func.id](*[evaluate(x) for x in node.args]))
        if isinstance(node, ast.UnaryOp):
            return real(OPERATORS[type(node.op)](evaluate(node.operand)))
        return real(OPERATORS[type(node.op)](evaluate(node.left), evaluate(node.right)))
    except (ArithmeticError, ValueError) as error:
        raise Fails from error


def main():
    r = random.Random(int(sys.argv[2]))
    for _ in range(int(sys.argv[1])):
        brightway = r.random() < 0.5
        formula = text(r, r.randint(1, 5), brightway)
        try:
            tree = ast.parse(formula, mode="eval").body
            result = repr(evaluate(tree)) if allowed(tree, brightway) else "syntax"
        except (SyntaxError, ValueError):
            result = "syntax"
        except Fails:
            result = "fails"
        print("brightway" if brightway else "study", formula, result, sep="\t")


main()
