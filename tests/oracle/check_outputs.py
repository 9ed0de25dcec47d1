#!/usr/bin/env python3
"""Everything that results.keep can name, against the textbook model of oracle.py.

    check_outputs.py VINTNER [--first SEED] [--count N]          random models and studies
    check_outputs.py --results RESULTS.h5 STUDY.yaml [--sample N]

Tensors are computed again from the stored installation and operation_by_vintage, which must be a
feasible plan of the model without classes. Duals are compared with differences of objectives that
SciPy's HiGHS finds: the objective is convex in each right-hand side, so a dual lies between the
slopes to both sides, however long the step; where those agree it equals them.
Exit code 0: all agrees, 1: not.
"""
import argparse
import copy
import itertools
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import scipy.sparse as sp

import oracle

KEEP = ["installation", "operation", "impact", "production", "operation_by_vintage", "capacity",
        "utilisation", "flow", "inventory", "impact_by_origin", "impact_by_flow", "demand_dual",
        "limit_dual", "reduced_cost"]
ORIGINS = ["installation", "operation", "installation_background", "operation_background"]


class Scenario:
    """One stored scenario and the textbook model of its inputs."""

    def __init__(self, group, k, axes, inputs, unit, weights, title):
        self.group, self.k, self.axes, self.title = group, k, axes, title
        self.inputs, self.unit, self.weights = inputs, unit, weights
        self.model = oracle.Model(inputs, unit, weights)
        self.bad = 0
        self.cells = self.exact = self.skipped = 0

    def stored(self, name):
        found = self.group[name][()] if self.k is None else self.group[name][self.k]
        return np.asarray(found, dtype=float)

    def has(self, name):
        return name in self.group

    def expect(self, what, found, wanted, size=0.0, tolerance=1e-8):
        found, wanted = np.asarray(found), np.asarray(wanted)
        if found.shape != wanted.shape:
            self.fail(f"{what}: shape {found.shape}, expected {wanted.shape}")
            return
        if found.size == 0:
            return
        size = max(float(np.abs(wanted).max()), size)
        off = np.abs(found - wanted)
        if not np.all(off <= tolerance * size):
            self.fail(f"{what}: off by {np.nanmax(off):.3g} of {size:.3g}")

    def fail(self, text):
        self.bad += 1
        print(f"{self.title}: {text}")

    # -- tensors

    def plan(self):
        """The stored plan as a point of the textbook model."""
        model, inputs = self.model, self.inputs
        process = {p: n for n, p in enumerate(inputs["PROCESS"])}
        year = {t: n for n, t in enumerate(model.years)}
        vintage = {int(v): n for n, v in enumerate(self.axes["vintage"])}
        installed, split = self.stored("installation"), self.stored("operation_by_vintage")
        x = np.zeros(model.columns)
        for (p, v), column in model.s.items():
            x[column] = installed[process[p], year[v]]
        rest = split.copy()
        for (p, v, t), column in model.o.items():
            x[column] = split[process[p], vintage[v], year[t]]
            rest[process[p], vintage[v], year[t]] = 0.0
        if np.any(rest != 0.0):
            self.fail("operation of a vintage that cannot run")
        self.expect("sum of operation_by_vintage", split.sum(axis=1), self.stored("operation"),
                    tolerance=1e-12)
        return x

    def check_feasible(self, x):
        model = self.model
        activity = model.rows @ x
        size = abs(model.rows).multiply(np.abs(x)).max(axis=1).toarray().ravel()
        with np.errstate(invalid="ignore"):
            for bound, sign in ((model.row_lower, 1), (model.row_upper, -1)):
                finite = np.isfinite(bound)
                over = np.where(finite, sign * (bound - activity), 0.0)
                scale = np.maximum(size, np.where(finite, np.abs(bound), 0.0))
                if np.any(over > 1e-8 * scale):
                    self.fail(f"the plan by vintage violates a row by {over.max():.3g}")
        slack = 1e-9 * np.abs(x)
        if np.any(x < model.lower - slack) or np.any(x > model.upper + slack):
            self.fail("the plan by vintage violates a bound")

    def matrices(self):
        inputs, model = self.inputs, self.model
        years = len(model.years)
        position = {t: n for n, t in enumerate(model.years)}
        number = {axis: {x: n for n, x in enumerate(inputs[axis])}
                  for axis in ("CATEGORY", "INTERMEDIATE_FLOW", "ELEMENTARY_FLOW")}

        def sparse(entries, rows, columns):
            row, column, value = zip(*entries) if entries else ((), (), ())
            return sp.csr_matrix((value, (row, column)),
                                 shape=(len(inputs[rows]) * years, len(inputs[columns]) * years))

        mix = []
        for (b, i, e), amount in inputs["background_inventory"].items():
            for t in model.years:
                share = inputs["mapping"].get((b, t), 0.0)
                mix.append((number["ELEMENTARY_FLOW"][e] * years + position[t],
                            number["INTERMEDIATE_FLOW"][i] * years + position[t], amount * share))
        q = [(number["CATEGORY"][c] * years + position[t],
              number["ELEMENTARY_FLOW"][e] * years + position[t], amount)
             for (c, e, t), amount in inputs["characterization"].items()]
        return (sparse(mix, "ELEMENTARY_FLOW", "INTERMEDIATE_FLOW"),
                sparse(q, "CATEGORY", "ELEMENTARY_FLOW"),
                model._matrix("foreground_biosphere", "ELEMENTARY_FLOW"))

    def room(self, x):
        """How many units of each (p, v, t) could run; None: nothing says."""
        model, inputs = self.model, self.inputs
        produced = model.entries("foreground_production")
        found = {}
        for (p, v, t) in model.o:
            f = 1.0
            if self.unit == "annual":
                sums = [model.window_sum("foreground_production", p, r, taus, v)
                        for (q, r), taus in produced.items() if q == p]
                f = min((s for s in sums if s != 0.0), default=None)
            units = x[model.s[p, v]] if v in model.years else inputs["existing_capacity"][p, v]
            found[p, v, t] = None if f is None else f * units
        return found

    def check_tensors(self, x):
        model, inputs = self.model, self.inputs
        years, processes = len(model.years), inputs["PROCESS"]
        mix, q, direct = self.matrices()
        technosphere = model.technosphere
        owner = np.empty(model.columns, dtype=int)
        running = np.zeros(model.columns, dtype=bool)
        for (p, _), column in model.s.items():
            owner[column] = processes.index(p)
        for (p, _, _), column in model.o.items():
            owner[column], running[column] = processes.index(p), True

        def by_process(matrix, labels, mask=True):
            return np.stack([(matrix @ np.where((owner == n) & mask, x, 0.0)).reshape(labels, years)
                             for n in range(len(processes))])

        def among(mask):
            return by_process(q @ direct, categories, mask), \
                by_process(q @ mix @ technosphere, categories, mask)

        categories = len(inputs["CATEGORY"])
        production = by_process(model.production, len(inputs["PRODUCT"]))
        self.expect("production", self.stored("production"), production.transpose(1, 0, 2))
        built, ran = among(~running), among(running)
        origins = np.stack([built[0], ran[0], built[1], ran[1]]).transpose(2, 0, 1, 3)
        size = float(np.abs(origins).max())
        self.expect("impact_by_origin", self.stored("impact_by_origin"), origins)
        self.expect("sum of impact_by_origin", self.stored("impact_by_origin").sum(axis=1),
                    self.stored("impact"), size, 1e-12)
        inventory = (model.elementary @ x).reshape(len(inputs["ELEMENTARY_FLOW"]), years)
        size_e = float((abs(model.elementary) @ np.abs(x)).max())
        self.expect("inventory", self.stored("inventory"), inventory, size_e)
        self.expect("characterised inventory",
                    (q @ self.stored("inventory").ravel()).reshape(categories, years),
                    self.stored("impact").sum(axis=1), size, 1e-9)
        if inputs["INTERMEDIATE_FLOW"]:
            flow = by_process(technosphere, len(inputs["INTERMEDIATE_FLOW"]))
            self.expect("flow", self.stored("flow"), flow)
            total = technosphere @ x
            unit = (q @ mix).tocoo()
            expected = np.zeros((categories, len(inputs["INTERMEDIATE_FLOW"]), years))
            for row, column, value in zip(unit.row, unit.col, unit.data):
                expected[row // years, column // years, row % years] += value * total[column]
            self.expect("impact_by_flow", self.stored("impact_by_flow"), expected, size)
        self.check_rooms(x)

    def check_rooms(self, x):
        model, inputs = self.model, self.inputs
        years = len(model.years)
        rooms = self.room(x)
        full = np.zeros(model.columns)
        acts = sum(abs(matrix).sum(axis=0) for matrix in (
            model.production, model.internal, model.technosphere, model.elementary))
        acts = np.asarray(acts).ravel()
        total = np.zeros((len(inputs["PROCESS"]), years))
        known = np.ones_like(total, dtype=bool)
        for (p, v, t), column in model.o.items():
            room = rooms[p, v, t]
            at = inputs["PROCESS"].index(p), model.years.index(t)
            if room is None or acts[column] == 0.0:
                known[at] &= acts[column] == 0.0 and \
                    not model.limits("process_operation_limits", (p, t))[0] > 0.0 and \
                    not model.limits("process_operation_limits", (p, t))[1] < np.inf
                continue
            full[column] = room
            total[at] += room
            if x[column] > room + 1e-9 * max(abs(room), total.max()):
                self.fail(f"operation of {p} {v} in {t}: {x[column]!r} of {room!r}")
        capacity = self.stored("capacity")
        self.expect("capacity", capacity,
                    (model.production @ full).reshape(len(inputs["PRODUCT"]), years))
        made = self.stored("production").sum(axis=1)
        if np.any(made > capacity + 1e-9 * np.abs(capacity).max()):
            self.fail("production above capacity")
        operation, found = self.stored("operation"), self.stored("utilisation")
        with np.errstate(divide="ignore", invalid="ignore"):
            wanted = np.where(total > 0.0, operation / total, 0.0)
        self.expect("utilisation", found[known], wanted[known])

    # -- duals

    def objective(self, model):
        outcome, objective, _ = oracle.solve(model)
        return {"optimal": objective, "infeasible": np.inf}.get(outcome, np.nan)

    def compare_dual(self, what, dual, step, below, at, above, size):
        """dual against (at - below) / step and (above - at) / step."""
        if np.isnan(below) or np.isnan(above) or (np.isinf(below) and np.isinf(above)):
            return
        low, high = (at - below) / step, (above - at) / step
        noise = 4e-9 * size / step + 1e-6 * abs(dual)
        self.cells += 1
        if not low - noise <= dual <= high + noise:
            self.fail(f"{what}: {dual!r}, slopes {low!r} and {high!r}, noise {noise:.2g}")
        if abs(high - low) <= 2 * noise + 1e-4 * max(abs(high), abs(low)) and abs(high) > 10 * noise:
            self.exact += 1

    def changed(self, change, value):
        inputs = copy.copy(self.inputs)
        change(inputs, value)
        return self.objective(oracle.Model(inputs, self.unit, self.weights))

    def check_duals(self, x, rnd, most):
        model, inputs = self.model, self.inputs
        at = self.objective(model)
        size = max(abs(at), float(np.abs(model.cost) @ np.abs(x)))
        # Where costs differ by 1e13, the other solver misses the optimum; oracle.py counts those.
        if not abs(at - float(self.stored("objective"))) <= 1e-7 * size:
            self.skipped = 1
            return

        def sample(keys):
            return keys if len(keys) <= most else rnd.sample(keys, most)

        found = self.stored("demand_dual")
        keys = list(itertools.product(range(len(inputs["PRODUCT"])), range(len(model.years))))
        for r, t in sample(keys):
            row = r * len(model.years) + t
            if np.isnan(found[r, t]):
                if model.rows[row].nnz and abs(model.rows[row]).sum() > 0:
                    self.fail(f"demand_dual {r} {t} is NaN")
                continue
            value, ends = model.row_lower[row], []
            step = 1e-3 * max(abs(value), 1.0)
            for sign in (-1, 1):
                model.row_lower[row] = model.row_upper[row] = value + sign * step
                ends.append(self.objective(model))
            model.row_lower[row] = model.row_upper[row] = value
            self.compare_dual(f"demand_dual {r} {t}", found[r, t], step, ends[0], at, ends[1], size)
        if self.has("limit_dual"):
            found = self.stored("limit_dual")
            # Those that bind first: most do not.
            order = sorted(range(len(found)), key=lambda n: (found[n] == 0.0, rnd.random()))
            for n in order[:most]:
                self.check_limit(self.axes["limit"][n], found[n], at, size)
        found = self.stored("reduced_cost")
        for p, t in sample(list(model.s)):
            column, ends = model.s[p, t], []
            value, low, high = x[column], model.lower[column], model.upper[column]
            step = 1e-3 * max(abs(value), 1.0)
            for sign in (-1, 1):
                model.lower[column] = model.upper[column] = max(value + sign * step, 0.0)
                ends.append(self.objective(model) if value + sign * step >= 0.0 else np.inf)
            model.lower[column], model.upper[column] = low, high
            dual = found[inputs["PROCESS"].index(p), model.years.index(t)]
            if not np.isnan(dual):
                self.compare_dual(f"reduced_cost {p} {t}", dual, step, ends[0], at, ends[1], size)

    def check_limit(self, label, dual, at, size):
        name, bracket, rest = label.partition("[")
        key = None
        if bracket:
            parts = [json.loads(part) if part.startswith('"') else part for part in
                     (p.strip() for p in oracle.split_outside_quotes(rest[:-1], ","))]
            key = tuple(int(part) if axis == "SYSTEM_TIME" else part
                        for axis, part in zip(oracle.AXES[name], parts))
        value = self.inputs[name] if key is None else self.inputs[name].get(key)
        if value is None or not np.isfinite(value):
            if dual != 0.0:
                self.fail(f"limit_dual {label} of a limit of {value}: {dual}")
            return
        if value == 0.0 and "impact" in name:
            return

        def change(inputs, number):
            if key is None:
                inputs[name] = number
            else:
                inputs[name] = dict(inputs[name])
                inputs[name][key] = number

        step = 1e-3 * (abs(value) if "impact" in name else max(abs(value), 1.0))
        ends = [self.changed(change, value + sign * step) for sign in (-1, 1)]
        self.compare_dual(f"limit_dual {label}", dual, step, ends[0], at, ends[1], size)

    def check(self, rnd, most):
        if int(self.stored("status")) != 0:
            for name in KEEP:
                if self.has(name) and not np.all(np.isnan(self.stored(name))):
                    self.fail(f"{name} is not NaN without an optimum")
            return
        for name in ("product", "vintage"):
            if not len(self.axes[name]):
                self.fail(f"no axis {name}")
        x = self.plan()
        self.check_feasible(x)
        self.check_tensors(x)
        self.check_duals(x, rnd, most)


def check_file(path, study_path, sample, seed, most):
    import h5py
    import yaml
    study = yaml.safe_load(Path(study_path).read_text(encoding="utf-8"))
    pathway = study["model"]["pathway"]
    base = oracle.read_inputs(Path(study_path).parent / pathway["inputs"])
    oracle.extend(base, pathway.get("extend", 0))
    for override in pathway.get("overrides") or []:
        operation = oracle.operation_of(override)
        oracle.apply(base, override["target"], operation, float(override[operation]))
    weights = oracle.weights_of(base, pathway.get("objective"))
    unit = pathway.get("unit", "lifetime")
    factors = (study.get("ensemble") or {}).get("factors") or {}
    rnd = random.Random(seed)
    found = []
    with h5py.File(path, "r") as file:
        axes = {name: file[name][:] if name in file else [] for name in ("vintage", "product")}
        axes["limit"] = [oracle.text_of(x) for x in file["limit"][:]] if "limit" in file else []
        if "origin" in file and [oracle.text_of(x) for x in file["origin"][:]] != ORIGINS:
            raise SystemExit("other origins")
        found.append(Scenario(file["reference"], None, axes, base, unit, weights, "reference"))
        count = file["status"].shape[0]
        chosen = sorted(rnd.sample(range(count), min(sample, count)))
        names = [oracle.text_of(x) for x in file["factor"][:]] if "factor" in file else []
        for k in chosen if names else []:
            inputs = copy.copy(base)
            for name in oracle.AXES:
                inputs[name] = dict(base[name])
            for name, factor in factors.items():
                value = float(file["factor_value"][k][names.index(name)])
                if not np.isnan(value):  # not applied, and no value would change nothing
                    oracle.apply(inputs, factor["target"], oracle.operation_of(factor), value)
            found.append(Scenario(file, k, axes, inputs, unit, weights, f"scenario {k}"))
        for scenario in found:
            try:
                scenario.check(rnd, most)
            except (KeyError, ValueError, IndexError) as error:
                scenario.fail(f"{type(error).__name__}: {error}")
    return found


def random_models(vintner, first, count, most):
    import yaml
    totals = {"models": 0, "with duals": 0, "scenarios": 0, "skipped": 0, "duals": 0, "equal": 0,
              "bad": 0}
    for seed in range(first, first + count):
        with tempfile.TemporaryDirectory() as folder:
            raw = oracle.random_inputs(seed)
            try:
                study = oracle.random_study(seed, json.loads(json.dumps(raw)))
            except IndexError:  # nothing in the model that an override could change
                continue
            study["results"] = {"keep": KEEP}
            rnd = random.Random(f"outputs {seed}")
            if "ensemble" in study and raw["BACKGROUND_ID"] and rnd.random() < 0.4:
                value = {"uniform": [0.6, 1.4]} if isinstance(study["ensemble"]["design"], dict) \
                    else [0.6, 1.4]
                study["ensemble"]["factors"]["map"] = {"target": "mapping[*, *]", "multiply": value}
            Path(folder, "inputs.json").write_text(json.dumps(raw), encoding="utf-8")
            path = Path(folder, "study.yaml")
            path.write_text(yaml.safe_dump(study), encoding="utf-8")
            done = subprocess.run([vintner, "run", str(path), "-q", "-o", f"{folder}/out.h5",
                                   "--threads", "1"], capture_output=True, text=True, check=False)
            if done.returncode not in (0, 3):
                print(f"seed {seed}: exit code {done.returncode}: {done.stderr.strip()}")
                totals["bad"] += 1
                continue
            found = check_file(f"{folder}/out.h5", path, 2, seed, most)
            bad = sum(scenario.bad for scenario in found)
            if bad:
                print(f"seed {seed}: {bad} differ")
            totals["models"] += 1
            totals["with duals"] += any(scenario.exact for scenario in found)
            totals["scenarios"] += len(found)
            totals["skipped"] += sum(scenario.skipped for scenario in found)
            totals["duals"] += sum(scenario.cells for scenario in found)
            totals["equal"] += sum(scenario.exact for scenario in found)
            totals["bad"] += bad
    return totals


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("vintner", nargs="?")
    parser.add_argument("--results", nargs=2, metavar=("RESULTS", "STUDY"))
    parser.add_argument("--first", type=int, default=0, metavar="SEED")
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--sample", type=int, default=3)
    parser.add_argument("--most", type=int, default=6, help="duals of each kind in a scenario")
    options = parser.parse_args()
    if options.results:
        found = check_file(*options.results, options.sample, 1, options.most)
        totals = {"scenarios": len(found), "duals": sum(s.cells for s in found),
                  "equal": sum(s.exact for s in found), "bad": sum(s.bad for s in found)}
    else:
        totals = random_models(options.vintner, options.first, options.count, options.most)
    print(", ".join(f"{name} {number}" for name, number in totals.items()))
    return 1 if totals["bad"] or not totals["scenarios"] else 0


if __name__ == "__main__":
    sys.exit(main())
