#!/usr/bin/env python3
"""An independent answer to compare vintner with.

Builds the textbook linear programme of the time-explicit pathway model (one operation variable for
every process, vintage and year; no classes, no reduction) straight from an optimex inputs file and
solves it with SciPy's HiGHS. It shares no code with vintner.

    oracle.py INPUTS.json [--unit lifetime|annual] [--objective CATEGORY | CATEGORY=WEIGHT,...]
    oracle.py --check-results RESULTS.h5 STUDY.yaml [--sample N]    solve again, compare
    oracle.py --random SEED [-o FILE.json] [--no-vintages]          write a random model
    oracle.py --conformance FOLDER                             NN.inputs.json, NN.expected.json
    oracle.py --compare VINTNER [--first SEED] [--count N]     random models and studies

Needs numpy and scipy; --check-results and --compare also h5py and PyYAML.
Exit code 0: all agrees, 1: not.
"""
import argparse
import copy
import fnmatch
import itertools
import json
import math
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from scipy.optimize import linprog

INF = math.inf
OLD_NAMES = {
    "process_limits_max": "process_deployment_limits_max",
    "process_limits_min": "process_deployment_limits_min",
    "process_limits_max_default": "process_deployment_limits_max_default",
    "process_limits_min_default": "process_deployment_limits_min_default",
    "category_impact_limit": "cumulative_category_impact_limits",
}

# Axes of each tensor, in the order of its keys.
AXES = {
    "demand": ("PRODUCT", "SYSTEM_TIME"),
    "foreground_production": ("PROCESS", "PRODUCT", "PROCESS_TIME"),
    "foreground_technosphere": ("PROCESS", "INTERMEDIATE_FLOW", "PROCESS_TIME"),
    "foreground_biosphere": ("PROCESS", "ELEMENTARY_FLOW", "PROCESS_TIME"),
    "internal_demand_technosphere": ("PROCESS", "PRODUCT", "PROCESS_TIME"),
    "foreground_production_vintages": ("PROCESS", "PRODUCT", "PROCESS_TIME", "YEAR"),
    "foreground_technosphere_vintages": ("PROCESS", "INTERMEDIATE_FLOW", "PROCESS_TIME", "YEAR"),
    "foreground_biosphere_vintages": ("PROCESS", "ELEMENTARY_FLOW", "PROCESS_TIME", "YEAR"),
    "vintage_improvements": ("PROCESS", "FLOW", "YEAR"),
    "operation_flow": ("PROCESS", "FLOW"),
    "background_inventory": ("BACKGROUND_ID", "INTERMEDIATE_FLOW", "ELEMENTARY_FLOW"),
    "mapping": ("BACKGROUND_ID", "SYSTEM_TIME"),
    "characterization": ("CATEGORY", "ELEMENTARY_FLOW", "SYSTEM_TIME"),
    "category_impact_limits": ("CATEGORY", "SYSTEM_TIME"),
    "cumulative_category_impact_limits": ("CATEGORY",),
    "process_deployment_limits_max": ("PROCESS", "SYSTEM_TIME"),
    "process_deployment_limits_min": ("PROCESS", "SYSTEM_TIME"),
    "process_operation_limits_max": ("PROCESS", "SYSTEM_TIME"),
    "process_operation_limits_min": ("PROCESS", "SYSTEM_TIME"),
    "cumulative_process_limits_max": ("PROCESS",),
    "cumulative_process_limits_min": ("PROCESS",),
    "process_coupling": ("PROCESS", "PROCESS"),
    "existing_capacity": ("PROCESS", "YEAR"),
    "flow_limits_max": ("FLOW", "SYSTEM_TIME"),
    "flow_limits_min": ("FLOW", "SYSTEM_TIME"),
    "cumulative_flow_limits_max": ("FLOW",),
    "cumulative_flow_limits_min": ("FLOW",),
}
DEFAULTS = ["process_deployment_limits", "process_operation_limits", "cumulative_process_limits"]
NUMERIC_AXES = ("PROCESS_TIME", "SYSTEM_TIME", "YEAR")


# ---------------------------------------------------------------------------------------------
# Inputs


def read_inputs(path):
    """The inputs file as a dict: sets as lists, tensors as {tuple key: number}."""
    with open(path, encoding="utf-8") as file:
        raw = json.load(file)
    return inputs_of(raw)


def inputs_of(raw):
    raw = {OLD_NAMES.get(name, name): value for name, value in raw.items()}
    inputs = {name: list(raw[name]) for name in (
        "PROCESS", "PRODUCT", "INTERMEDIATE_FLOW", "ELEMENTARY_FLOW", "BACKGROUND_ID", "CATEGORY",
        "PROCESS_TIME", "SYSTEM_TIME")}
    for name, axes in AXES.items():
        inputs[name] = {key_of(key, len(axes)): float(value)
                        for key, value in (raw.get(name) or {}).items()}
    for stem in DEFAULTS:
        for side in ("max", "min"):
            inputs[f"{stem}_{side}_default"] = raw.get(f"{stem}_{side}_default")
    inputs["operation_time_limits"] = {p: tuple(w) for p, w in
                                       (raw.get("operation_time_limits") or {}).items()}
    inputs["process_names"] = raw.get("process_names") or {}
    return inputs


def extend(inputs, years):
    """The inputs with years after the last one that repeat its demand, mapping and factors."""
    last = max(inputs["SYSTEM_TIME"])
    inputs["SYSTEM_TIME"] = list(inputs["SYSTEM_TIME"]) + [last + n + 1 for n in range(years)]
    for name in ("demand", "mapping", "characterization"):
        for key, value in list(inputs[name].items()):
            if key[-1] == last:
                for n in range(years):
                    inputs[name][key[:-1] + (last + n + 1,)] = value


def key_of(text, axes):
    return (text,) if axes == 1 else tuple(json.loads(text))


# ---------------------------------------------------------------------------------------------
# The textbook linear programme


class Model:
    """minimise cost.x, row_lower <= rows x <= row_upper, lower <= x <= upper."""

    def __init__(self, inputs, unit, weights):
        self.inputs = inputs
        self.unit = unit
        self.years = sorted(inputs["SYSTEM_TIME"])
        self.window = {p: tuple(inputs["operation_time_limits"].get(p, (0, 0)))
                       for p in inputs["PROCESS"]}
        self.taus = sorted(inputs["PROCESS_TIME"])
        self.explicit = {name: self._explicit(name) for name in (
            "foreground_production", "foreground_technosphere", "foreground_biosphere")}
        self.factors = {}
        for (p, x, year), value in inputs["vintage_improvements"].items():
            self.factors.setdefault((p, x), []).append((year, value))
        for points in self.factors.values():
            points.sort()
        self._variables()
        self._flows()
        self._impacts(weights)
        self._rows()

    # -- vintages: every key is interpolated over its own reference years, constant outside

    def _explicit(self, name):
        """{(p, x): {tau: [(year, value), ...]}} of the explicit vintage values."""
        found = {}
        for (p, x, tau, year), value in self.inputs[name + "_vintages"].items():
            found.setdefault((p, x), {}).setdefault(tau, []).append((year, value))
        for points in found.values():
            for series in points.values():
                series.sort()
        return found

    def value(self, name, p, x, tau, vintage):
        """Tensor entry of one vintage: explicit values win over factors for the same (p, x)."""
        explicit = self.explicit.get(name, {}).get((p, x))
        if explicit and tau in explicit:
            return interpolate(explicit[tau], vintage)
        base = self.inputs[name].get((p, x, tau), 0.0)
        if explicit or name == "internal_demand_technosphere" or (p, x) not in self.factors:
            return base
        return base * interpolate(self.factors[p, x], vintage)

    def entries(self, name):
        """{(p, x): sorted taus that have a value for some vintage}."""
        found = {}
        for (p, x, tau) in self.inputs[name]:
            found.setdefault((p, x), set()).add(tau)
        for (p, x), series in self.explicit.get(name, {}).items():
            found.setdefault((p, x), set()).update(series)
        return {key: sorted(taus) for key, taus in found.items()}

    def window_sum(self, name, p, x, taus, vintage):
        first, last = self.window[p]
        return sum(self.value(name, p, x, tau, vintage) for tau in taus if first <= tau <= last)

    # -- variables

    def _variables(self):
        inputs = self.inputs
        self.s = {}
        for p, v in itertools.product(inputs["PROCESS"], self.years):
            self.s[p, v] = len(self.s)
        self.o = {}
        self.running = {}  # (p, t): vintages that can run
        existing = {}
        for (p, v) in inputs["existing_capacity"]:
            existing.setdefault(p, []).append(v)
        for p in inputs["PROCESS"]:
            first, last = self.window[p]
            vintages = [v for v in self.years] + sorted(existing.get(p, []))
            for v, t in itertools.product(vintages, self.years):
                if v <= t and first <= t - v <= last:
                    self.o[p, v, t] = len(self.s) + len(self.o)
                    self.running.setdefault((p, t), []).append(v)
        self.columns = len(self.s) + len(self.o)
        self.lower = np.zeros(self.columns)
        self.upper = np.full(self.columns, INF)
        for (p, t), column in self.s.items():
            low, high = self.limits("process_deployment_limits", (p, t))
            self.lower[column] = max(low, 0.0)
            self.upper[column] = high

    def limits(self, stem, key):
        """Lower and upper limit of a key, from its entry or the default."""
        found = []
        for side, none in (("min", -INF), ("max", INF)):
            limit = self.inputs[f"{stem}_{side}"].get(key)
            if limit is None and stem in DEFAULTS:
                limit = self.inputs[f"{stem}_{side}_default"]
            found.append(none if limit is None else float(limit))
        return found

    # -- flows, as matrices (flow, year) x variables

    def _flows(self):
        inputs = self.inputs
        self.production = self._matrix("foreground_production", "PRODUCT", driven=False)
        self.internal = self._matrix("internal_demand_technosphere", "PRODUCT")
        self.technosphere = self._matrix("foreground_technosphere", "INTERMEDIATE_FLOW")
        direct = self._matrix("foreground_biosphere", "ELEMENTARY_FLOW")
        years = len(self.years)
        intermediate = {i: n for n, i in enumerate(inputs["INTERMEDIATE_FLOW"])}
        elementary = {e: n for n, e in enumerate(inputs["ELEMENTARY_FLOW"])}
        weight = {}
        for (b, t), share in inputs["mapping"].items():
            weight.setdefault(b, []).append((t, share))
        row, column, value = [], [], []
        position = {t: n for n, t in enumerate(self.years)}
        for (b, i, e), amount in inputs["background_inventory"].items():
            for t, share in weight.get(b, []):
                row.append(elementary[e] * years + position[t])
                column.append(intermediate[i] * years + position[t])
                value.append(amount * share)
        mix = sp.csr_matrix((value, (row, column)),
                            shape=(len(elementary) * years, len(intermediate) * years))
        self.elementary = (direct + mix @ self.technosphere).tocsr()

    def _matrix(self, name, axis, driven=True):
        """Flow of every x and t as a linear form. Production is never installation-driven."""
        inputs = self.inputs
        position = {t: n for n, t in enumerate(self.years)}
        labels = {x: n for n, x in enumerate(inputs[axis])}
        row, column, value = [], [], []

        def add(x, t, variable, amount):
            if amount != 0.0:
                row.append(labels[x] * len(self.years) + position[t])
                column.append(variable)
                value.append(amount)

        for (p, x), taus in self.entries(name).items():
            first, last = self.window[p]
            operated = not driven or inputs["operation_flow"].get((p, x), 0.0) != 0.0
            if driven:
                for tau, v in itertools.product(taus, self.years):
                    inside = first <= tau <= last
                    if v + tau in position and not (operated and inside):
                        add(x, v + tau, self.s[p, v], self.value(name, p, x, tau, v))
            if not operated:
                continue
            for t in self.years:
                for v in self.running.get((p, t), []):
                    if self.unit == "annual":
                        rate = self.window_sum(name, p, x, taus, v)
                    else:
                        rate = self.value(name, p, x, t - v, v)
                    add(x, t, self.o[p, v, t], rate)
        return sp.csr_matrix((value, (row, column)),
                             shape=(len(labels) * len(self.years), self.columns))

    def _impacts(self, weights):
        inputs = self.inputs
        years = len(self.years)
        position = {t: n for n, t in enumerate(self.years)}
        elementary = {e: n for n, e in enumerate(inputs["ELEMENTARY_FLOW"])}
        category = {c: n for n, c in enumerate(inputs["CATEGORY"])}
        row, column, value = [], [], []
        for (c, e, t), amount in inputs["characterization"].items():
            row.append(category[c] * years + position[t])
            column.append(elementary[e] * years + position[t])
            value.append(amount)
        q = sp.csr_matrix((value, (row, column)),
                          shape=(len(category) * years, len(elementary) * years))
        self.impact = (q @ self.elementary).tocsr()
        self.total_impact = self._sum_years(self.impact, len(category))
        self.cost = np.zeros(self.columns)
        for c, w in weights.items():
            self.cost += w * self.total_impact[category[c]].toarray().ravel()

    def _sum_years(self, matrix, labels):
        add = sp.kron(sp.identity(labels), np.ones((1, len(self.years))))
        return (add @ matrix).tocsr()

    # -- rows

    def _rows(self):
        self._block, self._low, self._high = [], [], []
        self.row_names = []
        inputs = self.inputs
        labels = len(inputs["PRODUCT"])
        demand = [inputs["demand"].get(key, 0.0)
                  for key in itertools.product(inputs["PRODUCT"], self.years)]
        self._add(self.production - self.internal, demand, demand)
        assert len(demand) == labels * len(self.years)
        self._capacity()
        self._process_limits()
        self._impact_limits()
        self._flow_limits()
        self.rows = sp.vstack(self._block).tocsr()
        self.row_lower = np.concatenate(self._low)
        self.row_upper = np.concatenate(self._high)

    def _add(self, matrix, low, high):
        self._block.append(sp.csr_matrix(matrix))
        self._low.append(np.asarray(low, dtype=float).ravel())
        self._high.append(np.asarray(high, dtype=float).ravel())

    def _add_terms(self, rows):
        """Rows as [(terms {column: value}, low, high)]; without a finite limit: left out."""
        rows = [row for row in rows if row[1] > -INF or row[2] < INF]
        if not rows:
            return
        matrix = sp.lil_matrix((len(rows), self.columns))
        for n, (terms, _, _) in enumerate(rows):
            for column, value in terms.items():
                matrix[n, column] = value
        self._add(matrix, [row[1] for row in rows], [row[2] for row in rows])

    def _capacity(self):
        existing = self.inputs["existing_capacity"]
        produced = {}
        for (p, r), taus in self.entries("foreground_production").items():
            produced.setdefault(p, []).append((r, taus))
        rows = []
        for (p, v, t), column in self.o.items():
            if self.unit == "annual":
                sums = [self.window_sum("foreground_production", p, r, taus, v)
                        for r, taus in produced.get(p, [])]
                sums = [f for f in sums if f != 0.0]
            else:
                sums = [1.0]
            for f in sums:
                if v in self.years:
                    rows.append(({column: 1.0, self.s[p, v]: -f}, -INF, 0.0))
                else:
                    rows.append(({column: 1.0}, -INF, f * existing[p, v]))
        self._add_terms(rows)

    def _process_limits(self):
        rows = []
        for p in self.inputs["PROCESS"]:
            low, high = self.limits("cumulative_process_limits", (p,))
            rows.append(({self.s[p, t]: 1.0 for t in self.years}, low, high))
        for (p, t), vintages in self.running.items():
            low, high = self.limits("process_operation_limits", (p, t))
            rows.append(({self.o[p, v, t]: 1.0 for v in vintages}, low, high))
        for (p1, p2), k in self.inputs["process_coupling"].items():
            for t in self.years:
                terms = {self.s[p1, t]: 1.0}
                terms[self.s[p2, t]] = terms.get(self.s[p2, t], 0.0) - k
                rows.append((terms, 0.0, 0.0))
        self._add_terms(rows)

    def _impact_limits(self):
        inputs = self.inputs
        high = [inputs["category_impact_limits"].get(key, INF)
                for key in itertools.product(inputs["CATEGORY"], self.years)]
        self._add_finite(self.impact, np.full(len(high), -INF), high)
        high = [inputs["cumulative_category_impact_limits"].get((c,), INF)
                for c in inputs["CATEGORY"]]
        self._add_finite(self.total_impact, np.full(len(high), -INF), high)

    def _flow_limits(self):
        for axis, matrix in (("PRODUCT", self.production),
                             ("INTERMEDIATE_FLOW", self.technosphere),
                             ("ELEMENTARY_FLOW", self.elementary)):
            labels = self.inputs[axis]
            if not labels:
                continue
            pairs = [self.limits("flow_limits", key)
                     for key in itertools.product(labels, self.years)]
            self._add_finite(matrix, [low for low, _ in pairs], [high for _, high in pairs])
            pairs = [self.limits("cumulative_flow_limits", (x,)) for x in labels]
            self._add_finite(self._sum_years(matrix, len(labels)),
                             [low for low, _ in pairs], [high for _, high in pairs])

    def _add_finite(self, matrix, low, high):
        low, high = np.asarray(low, dtype=float), np.asarray(high, dtype=float)
        keep = np.flatnonzero((low > -INF) | (high < INF))
        if len(keep):
            self._add(matrix.tocsr()[keep], low[keep], high[keep])


def interpolate(points, year):
    """Linear between (year, value) points in ascending order, constant outside."""
    return float(np.interp(year, [y for y, _ in points], [value for _, value in points]))


# ---------------------------------------------------------------------------------------------
# Solving


def solve(model):
    """(outcome, objective, x) in real units."""
    if np.any(model.lower > model.upper) or np.any(model.row_lower > model.row_upper):
        return "infeasible", None, None
    if np.any(model.upper == -INF) or np.any(model.row_upper == -INF) or \
            np.any(model.row_lower == INF):
        return "infeasible", None, None
    if model.columns == 0:
        feasible = np.all(model.row_lower <= 0) and np.all(model.row_upper >= 0)
        return ("optimal", 0.0, np.zeros(0)) if feasible else ("infeasible", None, None)
    row_scale, column_scale = scales(model.rows)
    rows = sp.diags(row_scale) @ model.rows @ sp.diags(column_scale)
    cost = model.cost * column_scale
    size = np.abs(cost).max()
    cost = cost / size if size > 0 else cost
    # One more scale, of the right-hand sides, so that the solver's absolute tolerances mean
    # the same whatever unit the amounts have.
    ends = np.concatenate([model.row_lower * row_scale, model.row_upper * row_scale,
                           model.lower / column_scale, model.upper / column_scale])
    ends = np.abs(ends[np.isfinite(ends) & (ends != 0)])
    amount = 2.0 ** round(math.log2(np.median(ends))) if len(ends) else 1.0
    problem = Scaled(rows, model.row_lower * row_scale / amount,
                     model.row_upper * row_scale / amount,
                     model.lower / column_scale / amount, model.upper / column_scale / amount)
    answer = problem.solve(cost)
    if answer.status != 0:
        if problem.solve(np.zeros_like(cost)).status == 2:
            return "infeasible", None, None
        if answer.status == 2:  # presolve took unbounded for infeasible
            answer = problem.solve(cost, presolve=False)
    if answer.status != 0:
        return ("unbounded" if answer.status in (3, 4) else "failed"), None, None
    x = answer.x * column_scale * amount
    return "optimal", float(model.cost @ x), x


class Scaled:
    def __init__(self, rows, row_lower, row_upper, lower, upper):
        rows = rows.tocsr()
        equal = row_lower == row_upper
        above = ~equal & (row_lower > -INF)
        below = ~equal & (row_upper < INF)
        self.arguments = {
            "A_eq": rows[equal] if equal.any() else None,
            "b_eq": row_lower[equal] if equal.any() else None,
            "bounds": np.column_stack([lower, upper]),
            "method": "highs",
        }
        if above.any() or below.any():
            self.arguments["A_ub"] = sp.vstack([rows[below], -rows[above]])
            self.arguments["b_ub"] = np.concatenate([row_upper[below], -row_lower[above]])

    def solve(self, cost, presolve=True):
        tight = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10,
                 "presolve": presolve}
        answer = linprog(cost, options=tight, **self.arguments)
        if answer.status in (1, 4):  # limits reached or trouble: once more without presolve
            again = linprog(cost, options={**tight, "presolve": False}, **self.arguments)
            answer = again if again.status != 1 else answer
        return answer


def scales(matrix, passes=6):
    """Powers of two that bring the entries of rows and columns near 1 (geometric mean)."""
    entries = sp.coo_matrix(matrix)
    keep = entries.data != 0
    row, column, size = entries.row[keep], entries.col[keep], np.log2(np.abs(entries.data[keep]))
    r, c = np.zeros(matrix.shape[0]), np.zeros(matrix.shape[1])
    for _ in range(passes):
        r = -mid(row, size + c[column], len(r))
        c = -mid(column, size + r[row], len(c))
    return 2.0 ** np.round(r), 2.0 ** np.round(c)


def mid(index, value, count):
    low, high = np.full(count, INF), np.full(count, -INF)
    np.minimum.at(low, index, value)
    np.maximum.at(high, index, value)
    used = low <= high
    return (np.where(used, low, 0.0) + np.where(used, high, 0.0)) / 2


def weights_of(inputs, text):
    if text is None:
        return {inputs["CATEGORY"][0]: 1.0}
    if isinstance(text, dict):
        return {c: float(w) for c, w in text.items()}
    if "=" not in text or text in inputs["CATEGORY"]:
        return {text: 1.0}
    return {pair.rsplit("=", 1)[0]: float(pair.rsplit("=", 1)[1]) for pair in text.split(",")}


# ---------------------------------------------------------------------------------------------
# Studies: selectors and operations


def split_outside_quotes(text, separator):
    parts, start, quoted, n = [], 0, False, 0
    while n < len(text):
        if quoted and text[n] == "\\":
            n += 1
        elif text[n] == '"':
            quoted = not quoted
        elif text[n] == separator and not quoted:
            parts.append(text[start:n])
            start = n + 1
        n += 1
    return parts + [text[start:]]


def axis_labels(inputs, axis):
    if axis == "FLOW":
        return inputs["PRODUCT"] + inputs["INTERMEDIATE_FLOW"] + inputs["ELEMENTARY_FLOW"]
    return [] if axis == "YEAR" else inputs[axis]


def axis_match(inputs, axis, text):
    """(function: label -> matches?, labels named exactly or by range)."""
    tests, named = [], []
    for pattern in split_outside_quotes(text, "|"):
        pattern = pattern.strip()
        quoted = pattern.startswith('"')
        pattern = json.loads(pattern) if quoted else pattern
        if pattern == "*" and not quoted:
            tests.append(lambda label: True)
        elif axis in NUMERIC_AXES:
            found = re.fullmatch(r"(-?\d+)?(:)?(-?\d+)?", pattern)
            low, colon, high = found.groups()
            low = -INF if low is None else int(low)
            high = (INF if high is None else int(high)) if colon else low
            tests.append(lambda label, low=low, high=high: low <= label <= high)
            if axis == "YEAR":
                # Years of existing capacity: those before the horizon.
                high = min(high, min(inputs["SYSTEM_TIME"]) - 1)
                named += range(low, high + 1) if low > -INF else []
            else:
                named += [t for t in axis_labels(inputs, axis) if low <= t <= high]
        elif not quoted and re.search(r"[*?]", pattern):
            rule = re.compile(fnmatch.translate(pattern.replace("[", "[[]")))
            names = inputs["process_names"] if axis == "PROCESS" else {}
            tests.append(lambda label, rule=rule, names=names:
                         bool(rule.match(label) or rule.match(names.get(label, ""))))
        else:
            codes = [x for x in axis_labels(inputs, axis) if x == pattern]
            if axis == "PROCESS" and not codes:
                codes = [p for p, name in inputs["process_names"].items() if name == pattern]
            if len(codes) != 1:
                raise ValueError(f"label {pattern!r} names {len(codes)} of {axis}")
            tests.append(lambda label, code=codes[0]: label == code)
            named += codes
    return (lambda label: any(test(label) for test in tests)), named


def apply(inputs, target, operation, number):
    """Apply set, add or multiply to the cells that a selector picks."""
    name, bracket, rest = target.strip().partition("[")
    if not bracket:
        base = inputs[name]
        inputs[name] = {"set": number, "add": (base or 0) + number,
                        "multiply": (base or 0) * number}[operation]
        return
    axes = AXES[name]
    parts = split_outside_quotes(rest.rstrip()[:-1], ",")
    if len(parts) != len(axes):
        raise ValueError(f"{target}: {len(parts)} axes instead of {len(axes)}")
    matches = [axis_match(inputs, axis, part) for axis, part in zip(axes, parts)]
    cells = [key for key in inputs[name] if all(m(x) for (m, _), x in zip(matches, key))]
    creates = name in ("demand", "existing_capacity") or "limits" in name
    if operation == "set" and creates:
        cells = list(dict.fromkeys(cells + list(itertools.product(*(n for _, n in matches)))))
    if not cells:
        raise ValueError(f"{target}: nothing matches")
    for key in cells:
        old = inputs[name].get(key, 0.0)
        changed = {"set": number, "add": old + number, "multiply": old * number}
        inputs[name][key] = changed[operation]


def operation_of(factor):
    return next(word for word in ("set", "add", "multiply") if word in factor)


# ---------------------------------------------------------------------------------------------
# --check-results


STATUS = {0: "optimal", 1: "infeasible", 2: "unbounded"}


def check_results(path, study_path, sample, seed, tolerance):
    import h5py
    import yaml
    with open(study_path, encoding="utf-8") as file:
        study = yaml.safe_load(file)
    pathway = study["model"]["pathway"]
    base = read_inputs(Path(study_path).parent / pathway["inputs"])
    extend(base, pathway.get("extend", 0))
    for override in pathway.get("overrides") or []:
        operation = operation_of(override)
        apply(base, override["target"], operation, float(override[operation]))
    weights = weights_of(base, pathway.get("objective"))
    unit = pathway.get("unit", "lifetime")
    factors = (study.get("ensemble") or {}).get("factors") or {}
    bad = 0
    with h5py.File(path, "r") as file:
        bad += compare(file["reference"], None, base, unit, weights, "reference", tolerance)
        count = file["status"].shape[0]
        chosen = range(count) if sample >= count else \
            sorted(random.Random(seed).sample(range(count), sample))
        names = [text_of(x) for x in file["factor"][:]] if "factor" in file else []
        if sorted(names) != sorted(factors):
            raise SystemExit(f"factors of the file {names} are not those of the study")
        for k in chosen:
            inputs = scenario_inputs(base, study, file, k)
            bad += compare(file, k, inputs, unit, weights, f"scenario {k}", tolerance)
    return len(chosen) + 1, bad


def scenario_inputs(base, study, file, k):
    """The inputs of scenario k of a results file, from its factors' values."""
    factors = (study.get("ensemble") or {}).get("factors") or {}
    names = [text_of(x) for x in file["factor"][:]] if "factor" in file else []
    inputs = copy.copy(base)
    for name in AXES:
        inputs[name] = dict(base[name])
    values = dict(zip(names, file["factor_value"][k])) if names else {}
    for name, factor in factors.items():
        if study["ensemble"]["design"] == "one-at-a-time" and \
                levels_of(factor) and name != turn(factors, k):
            continue
        apply(inputs, factor["target"], operation_of(factor), float(values[name]))
    return inputs


def levels_of(factor):
    """Number of levels; 0 for a fixed number, which always holds."""
    value = factor[operation_of(factor)]
    return len(value) if isinstance(value, list) else 0


def turn(factors, k):
    """The factor that scenario k of a one-at-a-time design applies: level by level."""
    for name, factor in factors.items():
        k -= levels_of(factor)
        if k < 0:
            return name
    raise ValueError("more scenarios than levels")


def text_of(value):
    return value.decode() if isinstance(value, bytes) else str(value)


def compare(group, k, inputs, unit, weights, title, tolerance):
    """1 if the stored scenario differs from the oracle's answer."""
    def stored(name):
        return group[name][()] if k is None else group[name][k]

    model = Model(inputs, unit, weights)
    outcome, objective, x = solve(model)
    status = int(stored("status"))
    if STATUS.get(status) != outcome:
        print(f"{title}: status {status}, expected {outcome}")
        return 1
    if outcome != "optimal":
        return 0
    found = float(stored("objective"))
    scale = max(abs(objective), 1e-6 * float(np.abs(model.cost) @ np.abs(x)))
    if not abs(found - objective) <= tolerance * scale:
        print(f"{title}: objective {found!r}, expected {objective!r}")
        return 1
    if "unique" in group and int(stored("unique")) == 1 and "installation" in group:
        expected = np.array([[x[model.s[p, t]] for t in model.years] for p in inputs["PROCESS"]])
        found = np.asarray(stored("installation"), dtype=float)
        off = np.abs(found - expected).max()
        if not off <= 1e-6 * max(np.abs(expected).max(), 1e-300):
            print(f"{title}: marked unique, but installation differs by {off:.3g}")
            return 1
    return 0


# ---------------------------------------------------------------------------------------------
# --conformance


def conformance(folder):
    bad = count = 0
    for path in sorted(Path(folder).glob("*.inputs.json")):
        expected = json.loads(path.with_name(path.name.replace("inputs", "expected")).read_text())
        inputs = read_inputs(path)
        for unit in ("lifetime", "annual"):
            count += 1
            model = Model(inputs, unit, {expected["objective_category"]: 1.0})
            outcome, objective, x = solve(model)
            wanted = expected.get("objective" if unit == "lifetime" else "objective_annual")
            wrong = None
            if outcome != expected["outcome"] and (unit == "lifetime" or wanted is not None):
                wrong = f"{outcome}, expected {expected['outcome']}"
            elif outcome == "optimal" and wanted is not None and \
                    not abs(objective - wanted) <= 1e-7 * max(abs(wanted), 1e-300):
                wrong = f"objective {objective!r}, expected {wanted!r}"
            elif unit == "lifetime" and expected.get("unique"):
                wrong = differs(model, x, expected)
            if wrong:
                bad += 1
                print(f"{path.name} {unit}: {wrong}")
    print(f"{count} compared, {bad} differ")
    return 1 if bad else 0


def differs(model, x, expected):
    totals = model.total_impact @ x
    for c, wanted in expected.get("impacts", {}).items():
        found = totals[model.inputs["CATEGORY"].index(c)]
        if not abs(found - wanted) <= 1e-6 * max(abs(wanted), 1e-9):
            return f"impact {c} {found!r}, expected {wanted!r}"
    installed = {tuple(json.loads(key)): v for key, v in expected.get("installation", {}).items()}
    for key, column in model.s.items():
        if not abs(x[column] - installed.get(key, 0.0)) <= 1e-6 * max(1.0, x[column]):
            return f"installation {key} {x[column]!r}, expected {installed.get(key, 0.0)!r}"
    return None


# ---------------------------------------------------------------------------------------------
# --random


def random_inputs(seed, vintages=True):
    """A random model: products in levels, several routes, all kinds of limits, sometimes
    infeasible, sometimes unbounded. Python's Random gives the same model everywhere."""
    rnd = random.Random(seed)

    def amount(low, high):
        return float(f"{rnd.uniform(low, high):.4g}")

    def chance(share):
        return rnd.random() < share

    n_years = rnd.choice([1, 2, 3, 4, 5, 6, 7, 8, 9, 9])
    first_year = rnd.choice([2020, 2025, 1990])
    years = list(range(first_year, first_year + n_years))
    if n_years > 4 and chance(0.08):
        years.remove(rnd.choice(years[1:-1]))
    earliest = -rnd.randint(1, 2) if chance(0.25) else 0
    taus = list(range(earliest, rnd.randint(0, 5) + 1))
    products = [f"R{n}" for n in range(rnd.randint(1, 4))]
    intermediate = [f"I{n}" for n in range(rnd.choice([0, 1, 2, 3, 3]))]
    elementary = [f"E{n}" for n in range(rnd.randint(1, 3))]
    background = [f"db{n}" for n in range(rnd.randint(1, 3))] if intermediate else []
    categories = [f"c{n}" for n in range(rnd.randint(1, 2))]
    if background and len(background) == 1 and chance(0.3):
        background = []
    raw = {"PROCESS": [], "PRODUCT": products, "INTERMEDIATE_FLOW": intermediate,
           "ELEMENTARY_FLOW": elementary, "BACKGROUND_ID": background, "CATEGORY": categories}
    tensor = {name: {} for name in AXES}
    window = {}
    made = {}

    for level, r in enumerate(products):
        for route in range(rnd.randint(1, 3)):
            p = f"P{level}{'abc'[route]}"
            raw["PROCESS"].append(p)
            made.setdefault(r, []).append(p)
            first = rnd.choice(taus) if chance(0.25) else rnd.choice([0, 0, min(1, taus[-1])])
            last = rnd.randint(first, taus[-1])
            if not chance(0.1):
                window[p] = [first, last]
            elif 0 not in taus:
                window[p] = [first, last]
            else:
                first, last = 0, 0
            inside = [tau for tau in taus if first <= tau <= last]
            fill_process(rnd, tensor, p, r, products[:level], intermediate, elementary, taus,
                         inside, amount, chance)
    if len(products) > 1 and chance(0.1):  # a co-product
        p = rnd.choice(raw["PROCESS"])
        r = rnd.choice(products)
        if (p, r) not in [key[:2] for key in tensor["foreground_production"]]:
            for tau in taus:
                tensor["foreground_production"][p, r, tau] = amount(0.05, 0.4)
            tensor["operation_flow"][p, r] = True

    # Most models ask for nothing before the first plants can run, or few would be feasible.
    lead = sum(max(0, min(window.get(p, [0])[0] for p in plants)) for plants in made.values())
    lead = 0 if chance(0.2) else min(lead + max(0, -earliest), len(years) - 1)
    for r in products:
        if r == products[-1] or chance(0.4):
            for t in years:
                if chance(0.75):
                    tensor["demand"][r, t] = amount(0, 10)
    for t in years:
        shares = [rnd.random() for _ in background]
        if len(background) > 1 and chance(0.3):
            shares = [0.0] * len(background)
            shares[rnd.randrange(len(background))] = 1.0
        total = sum(shares)
        for n, b in enumerate(background):
            if shares[n] > 0:
                tensor["mapping"][b, t] = shares[n] / total
    for b, i, e in itertools.product(background, intermediate, elementary):
        if chance(0.6):
            tensor["background_inventory"][b, i, e] = amount(0, 5) * (-1 if chance(0.05) else 1)
    scale = rnd.choice([1.0, 1.0, 1.0, 1e-13, 1e6])
    for c, e in itertools.product(categories, elementary):
        if chance(0.8):
            trend = rnd.uniform(0.9, 1.1)
            size = amount(0.1, 30)
            for n, t in enumerate(years):
                tensor["characterization"][c, e, t] = size * trend**n * scale
    random_limits(rnd, raw, tensor, years, amount, chance, scale, window)
    if vintages and chance(0.5):
        random_vintages(rnd, raw, tensor, years, amount, chance)
    rnd.shuffle(years)
    rnd.shuffle(taus)
    raw["PROCESS_TIME"], raw["SYSTEM_TIME"] = taus, years
    for name, axes in AXES.items():
        raw[name] = {key[0] if len(axes) == 1 else json.dumps(list(key)): value
                     for key, value in tensor[name].items()}
    raw["operation_time_limits"] = window
    if chance(0.5):
        raw["process_names"] = {p: f"process {p}" for p in raw["PROCESS"]}
    return raw


def fill_process(rnd, tensor, p, r, below, intermediate, elementary, taus, inside, amount, chance):
    flat = amount(0.2, 2)
    for tau in taus:
        if tau in inside or chance(0.15):  # production outside the window never counts
            value = flat if chance(0.8) else amount(0.2, 2)
            tensor["foreground_production"][p, r, tau] = value
    if chance(0.95):
        tensor["operation_flow"][p, r] = True
    for x in below:
        if not chance(0.6):
            continue
        if chance(0.7):
            tensor["operation_flow"][p, x] = True
            flat = amount(0.02, 0.5)
            for tau in inside:
                tensor["internal_demand_technosphere"][p, x, tau] = \
                    flat if chance(0.8) else amount(0.02, 0.5)
        if chance(0.4):
            tau = rnd.choice(taus)
            if (p, x, tau) not in tensor["internal_demand_technosphere"]:
                tensor["internal_demand_technosphere"][p, x, tau] = amount(0.02, 0.3)
    for kind, flows, share in (("foreground_technosphere", intermediate, 0.6),
                               ("foreground_biosphere", elementary, 0.6)):
        for x in flows:
            if not chance(share):
                continue
            sign = -1 if chance(0.06) else 1
            if chance(0.55):  # with operation: one value wherever it is not zero
                tensor["operation_flow"][p, x] = True
                value = sign * amount(0.1, 5)
                for tau in taus:
                    if tau in inside or chance(0.1):
                        tensor[kind][p, x, tau] = value
            else:  # with installation
                for tau in taus:
                    if chance(0.6):
                        tensor[kind][p, x, tau] = sign * amount(0.1, 5)


def random_limits(rnd, raw, tensor, years, amount, chance, scale, window):
    processes = raw["PROCESS"]
    if chance(0.3):
        for p in processes:
            if chance(0.4):
                for year in range(1, rnd.randint(1, 6)):
                    tensor["existing_capacity"][p, min(years) - year] = amount(0, 8)
    if chance(0.3):
        for p, t in itertools.product(processes, years):
            if chance(0.3):
                tensor["process_deployment_limits_max"][p, t] = amount(0, 40)
            if chance(0.08):
                tensor["process_deployment_limits_min"][p, t] = \
                    min(amount(0, 2), tensor["process_deployment_limits_max"].get((p, t), INF))
    if chance(0.15):
        raw["process_deployment_limits_max_default"] = amount(40, 100)
    if chance(0.25):
        p = rnd.choice(processes)
        tensor["cumulative_process_limits_max"][p,] = amount(5, 60)
        if chance(0.3):
            tensor["cumulative_process_limits_min"][p,] = amount(0, 5)
    if chance(0.15):
        raw["cumulative_process_limits_max_default"] = rnd.choice([INF, amount(100, 300)])
    if chance(0.25):
        for t in years:
            p = rnd.choice(processes)
            if chance(0.5):
                tensor["process_operation_limits_max"][p, t] = amount(3, 60)
            if chance(0.08):
                tensor["process_operation_limits_min"][p, t] = amount(0, 1)
    if chance(0.1):
        raw["process_operation_limits_max_default"] = amount(50, 200)
    if chance(0.15) and len(processes) > 1:
        p1, p2 = rnd.sample(processes, 2)
        tensor["process_coupling"][p1, p2] = amount(0.3, 2)
        if len(processes) > 2 and chance(0.3):
            p3 = rnd.choice([p for p in processes if p not in (p1, p2)])
            tensor["process_coupling"][p2, p3] = amount(0.3, 2)
    flows = raw["PRODUCT"] + raw["INTERMEDIATE_FLOW"] + raw["ELEMENTARY_FLOW"]
    if chance(0.3):
        for t in years:
            x = rnd.choice(flows)
            if chance(0.4):
                tensor["flow_limits_max"][x, t] = amount(20, 600)
            if chance(0.1):
                tensor["flow_limits_min"][x, t] = amount(0, 4)
    if chance(0.2):
        x = rnd.choice(flows)
        tensor["cumulative_flow_limits_max"][x,] = amount(100, 3000)
        if chance(0.3):
            tensor["cumulative_flow_limits_min"][x,] = amount(0, 60)
    if chance(0.2):
        c = raw["CATEGORY"][-1]
        tensor["cumulative_category_impact_limits"][c,] = amount(200, 90000) * scale
    if chance(0.15):
        for t in years:
            if chance(0.4):
                c = rnd.choice(raw["CATEGORY"])
                tensor["category_impact_limits"][c, t] = amount(50, 20000) * scale
    for p in list(window):
        assert window[p][0] <= window[p][1]


def random_vintages(rnd, raw, tensor, years, amount, chance):
    span = list(range(min(years) - 3, max(years) + 4))
    pairs = {}
    for kind in ("foreground_production", "foreground_technosphere", "foreground_biosphere"):
        for (p, x, tau) in tensor[kind]:
            pairs.setdefault((p, x), set()).add(kind)
    for (p, x), kinds in pairs.items():
        if chance(0.3):
            for year in rnd.sample(span, rnd.randint(1, 3)):
                tensor["vintage_improvements"][p, x, year] = amount(0.4, 1.3)
        if chance(0.25):
            kind = rnd.choice(sorted(kinds))
            for key in [k for k in tensor[kind] if k[:2] == (p, x)]:
                if chance(0.8):
                    for year in rnd.sample(span, rnd.randint(1, 3)):
                        value = tensor[kind][key] * amount(0.5, 1.5)
                        tensor[kind + "_vintages"][key + (year,)] = value


# ---------------------------------------------------------------------------------------------
# --compare: random models under random studies


VARIED = ["demand", "foreground_production", "foreground_technosphere", "foreground_biosphere",
          "internal_demand_technosphere", "background_inventory", "characterization",
          "process_deployment_limits_max", "process_operation_limits_max",
          "cumulative_process_limits_max", "flow_limits_max", "cumulative_flow_limits_max",
          "category_impact_limits", "cumulative_category_impact_limits", "existing_capacity",
          "process_coupling", "foreground_production_vintages",
          "foreground_technosphere_vintages", "foreground_biosphere_vintages",
          "vintage_improvements"]


def random_study(seed, raw):
    """A random study of a random model: objective, unit, overrides, factors, design."""
    rnd = random.Random(f"study {seed}")
    inputs = inputs_of(raw)
    pathway = {"inputs": "inputs.json", "unit": rnd.choice(["annual", "lifetime"])}
    if len(raw["CATEGORY"]) > 1 and rnd.random() < 0.4:
        pathway["objective"] = {c: round(rnd.uniform(0.1, 2), 3) for c in raw["CATEGORY"]}
    else:
        pathway["objective"] = rnd.choice(raw["CATEGORY"])
    if rnd.random() < 0.3:
        # Not the limits: overrides that make them cross are an input error.
        target = random_target(rnd, inputs, ["demand", "background_inventory", "characterization"])
        pathway["overrides"] = [{"target": target, "multiply": round(rnd.uniform(0.5, 1.5), 3)}]
    further = random.Random(f"extend {seed}")
    if further.random() < 0.2:
        pathway["extend"] = further.randint(1, 4)
    study = {"vintner": 1, "name": f"random-{seed}", "model": {"pathway": pathway}}
    if rnd.random() < 0.2:
        return study
    design = rnd.choice(["monte-carlo", "monte-carlo", "factorial", "one-at-a-time"])
    factors = {}
    for n in range(rnd.randint(1, 3)):
        operation = rnd.choice(["multiply", "multiply", "add", "set"])
        low, high = {"multiply": (0.6, 1.4), "add": (0.0, 0.5), "set": (0.1, 1.5)}[operation]
        target = random_target(rnd, inputs)
        if operation != "multiply" and target.startswith(("char", "cat", "cumulative_cat")):
            # Of the size of what is there: impacts of 1 beside some of 1e-13 ask of a solver
            # what it cannot tell.
            stored = inputs[target.partition("[")[0]].values()
            size = float(np.median(np.abs(list(stored))))
            low, high = low * size, high * size
        if design == "monte-carlo":
            value = {"uniform": [low, high]}
        else:
            value = [float(f"{rnd.uniform(low, high):.3g}") for _ in range(2)]
        factors[f"f{n}"] = {"target": target, operation: value}
    study["ensemble"] = {"seed": seed, "factors": factors,
                         "design": {"monte-carlo": 6} if design == "monte-carlo" else design}
    return study


def random_target(rnd, inputs, among=None):
    """A selector that picks at least one stored entry."""
    name = rnd.choice([name for name in among or VARIED if inputs[name]])
    key = rnd.choice(sorted(inputs[name]))
    parts = []
    for axis, label in zip(AXES[name], key):
        if axis in NUMERIC_AXES:
            parts.append(rnd.choice(["*", f"{label}", f"{label}:", f":{label}",
                                     f"{label - 1}:{label + 1}"]))
        else:
            other = rnd.choice(axis_labels(inputs, axis))
            full = inputs["process_names"].get(label, label) if axis == "PROCESS" else label
            parts.append(rnd.choice(["*", label, full, f'"{label}"', f"{label}|{other}",
                                     f"{label[:1]}*"]))
    return f"{name}[{', '.join(parts)}]"


def compare_random(vintner, first, count, tolerance, vintages):
    import yaml
    total = bad = 0
    for seed in range(first, first + count):
        with tempfile.TemporaryDirectory() as folder:
            raw = random_inputs(seed, vintages)
            Path(folder, "inputs.json").write_text(json.dumps(raw), encoding="utf-8")
            study = Path(folder, "study.yaml")
            study.write_text(yaml.safe_dump(random_study(seed, json.loads(json.dumps(raw)))),
                             encoding="utf-8")
            done = subprocess.run([vintner, "run", str(study), "-q", "-o", f"{folder}/out.h5",
                                   "--threads", "1"], capture_output=True, text=True, check=False)
            if done.returncode not in (0, 3):
                print(f"seed {seed}: exit code {done.returncode}: {done.stderr.strip()}")
                bad += 1
                continue
            compared, differ = check_results(f"{folder}/out.h5", study, 10**9, 0, tolerance)
            if differ:
                print(f"seed {seed}: {differ} of {compared} differ")
            total, bad = total + compared, bad + differ
    return total, bad


# ---------------------------------------------------------------------------------------------


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("inputs", nargs="?")
    parser.add_argument("--unit", choices=["lifetime", "annual"], default="lifetime")
    parser.add_argument("--objective", help="category, or category=weight,category=weight")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--check-results", nargs=2, metavar=("RESULTS", "STUDY"))
    parser.add_argument("--sample", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tolerance", type=float, default=1e-7)
    parser.add_argument("--conformance", metavar="FOLDER")
    parser.add_argument("--random", type=int, metavar="SEED")
    parser.add_argument("--no-vintages", action="store_true")
    parser.add_argument("-o", "--output")
    parser.add_argument("--compare", metavar="VINTNER")
    parser.add_argument("--first", type=int, default=0, metavar="SEED")
    parser.add_argument("--count", type=int, default=100)
    return parser.parse_args()


def main():
    options = arguments()
    if options.check_results or options.compare:
        if options.compare:
            total, bad = compare_random(options.compare, options.first, options.count,
                                        options.tolerance, not options.no_vintages)
        else:
            total, bad = check_results(*options.check_results, options.sample, options.seed,
                                       options.tolerance)
        print(f"{total} compared, {bad} differ")
        return 1 if bad or not total else 0
    if options.conformance:
        return conformance(options.conformance)
    if options.random is not None:
        text = json.dumps(random_inputs(options.random, not options.no_vintages), indent=1)
        if options.output:
            Path(options.output).write_text(text + "\n", encoding="utf-8")
        else:
            print(text)
        return 0
    if not options.inputs:
        raise SystemExit("oracle.py: no inputs file; see --help")
    inputs = read_inputs(options.inputs)
    model = Model(inputs, options.unit, weights_of(inputs, options.objective))
    outcome, objective, x = solve(model)
    report = {"outcome": outcome, "objective": objective,
              "rows": model.rows.shape[0], "columns": model.columns}
    if outcome == "optimal":
        report["impacts"] = dict(zip(inputs["CATEGORY"], (model.total_impact @ x).tolist()))
    if options.json:
        print(json.dumps(report))
    else:
        print(outcome if objective is None else f"{outcome} {objective!r}",
              f"({report['rows']} rows, {report['columns']} columns)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
