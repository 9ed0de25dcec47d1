#!/usr/bin/env python3
"""An independent answer for what takes several solves: lexicographic objectives, Pareto fronts,
near-optimal alternatives, ranges over all optima.

Works on the textbook programme of oracle.py, with a row for each thing that is held. Where vintner
holds an optimum exactly, SciPy's HiGHS needs a little slack: every answer is computed with two
slacks, and vintner's has to lie between them.

    oracle_aims.py --check RESULTS.h5 STUDY.yaml              solve again, compare
    oracle_aims.py --compare VINTNER [--first SEED] [--count N]   random models and studies

Needs numpy, scipy, h5py and PyYAML. Exit code 0: all agrees, 1: not.
"""
import argparse
import copy
import json
import math
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import scipy.sparse as sp

import oracle

SLACKS = (1e-10, 1e-7)
STATUS = {0: "optimal", 1: "infeasible", 2: "unbounded"}


class Failure(Exception):
    """The two programs differ."""


def require(condition, text):
    if not condition:
        raise Failure(text)


def solve_within(model, held, cost):
    """(outcome, value, x) of minimising cost with the rows (vector, upper) held."""
    changed = copy.copy(model)
    changed.cost = cost
    if held:
        changed.rows = sp.vstack([model.rows] + [sp.csr_matrix(row) for row, _ in held]).tocsr()
        changed.row_lower = np.append(model.row_lower, np.full(len(held), -math.inf))
        changed.row_upper = np.append(model.row_upper, [upper for _, upper in held])
    return oracle.solve(changed)


def size_of(cost, x):
    return float(np.abs(cost) @ np.abs(x))


def sequence(model, stages, held, slack):
    """Minimise stage after stage [(cost, tolerance)]; [(outcome, value, size)], then what is held
    in the end."""
    held, answers = list(held), []
    for cost, tolerance in stages:
        outcome, value, x = solve_within(model, held, cost)
        answers.append((outcome, value, size_of(cost, x) if x is not None else 0.0))
        if outcome != "optimal":
            break
        room = tolerance * abs(value) if tolerance else slack * answers[-1][2]
        held.append((cost, value + room))
    return answers, held


class Case:
    """One scenario: its model, and what the results file says of it."""

    def __init__(self, model, stored, tolerance):
        self.model, self.stored, self.tolerance = model, stored, tolerance
        self.status = STATUS.get(int(stored("status")), "other")

    def vector(self, category):
        n = self.model.inputs["CATEGORY"].index(category)
        return self.model.total_impact[n].toarray().ravel()

    def impact(self, category):
        return float(self.stored("total_impact")[self.model.inputs["CATEGORY"].index(category)])

    def installation(self, process):
        cost = np.zeros(self.model.columns)
        cost[[self.model.s[process, t] for t in self.model.years]] = 1.0
        return cost

    def installed(self, process):
        n = self.model.inputs["PROCESS"].index(process)
        return float(np.sum(self.stored("installation")[n]))

    def between(self, what, found, low, high, size):
        """low (large slack) <= found <= high (none: a line through both slacks leads there)."""
        room = self.tolerance * max(abs(low), abs(high), abs(found), 1e-6 * size, 1e-300)
        none = high + 2 * SLACKS[0] / SLACKS[1] * (high - low) if high < math.inf else high
        low, high = min(low, high, none), max(low, high, none)
        require(low - room <= found <= high + room, f"{what} {found!r}, expected {low!r} to {high!r}")

    def stages(self, stages, found, held=()):
        """Compare the outcome of a sequence and the value of each stage; `found` gives vintner's,
        None where a tolerance leaves it open."""
        tight, _ = sequence(self.model, stages, held, SLACKS[0])
        loose, rows = sequence(self.model, stages, held, SLACKS[1])
        outcome = loose[-1][0]
        require(self.status == outcome or self.status == tight[-1][0],
                f"status {self.status}, expected {outcome}")
        if self.status != "optimal":
            return rows
        for n, ((_, low, size), value) in enumerate(zip(loose, found)):
            high = tight[n][1] if len(tight) > n and tight[n][0] == "optimal" else math.inf
            if value is not None:
                self.between(f"stage {n}:", value, low, high, size)
        return rows

    def ranges(self, stages, held=()):
        if self.status != "optimal":
            return
        for n, p in enumerate(self.model.inputs["PROCESS"]):
            cost = self.installation(p)
            for name, sign in (("least", 1.0), ("greatest", -1.0)):
                found = sign * float(self.stored(f"installation_{name}")[n])
                ends = []
                for slack in SLACKS:
                    _, rows = sequence(self.model, stages, held, slack)
                    outcome, value, _ = solve_within(self.model, rows, sign * cost)
                    ends.append({"optimal": value, "unbounded": -math.inf}.get(outcome))
                if None in ends:
                    continue
                if ends[0] == ends[1] == -math.inf or found == -math.inf:
                    # A slope of 1e-7 may end what is endless on the face alone, not the reverse.
                    require(found == -math.inf or ends[0] != -math.inf, f"{name} of {p}: {found}")
                    require(ends[1] == -math.inf, f"{name} of {p}: {found}, expected {ends}")
                else:
                    self.between(f"{name} of {p}:", found, ends[1], ends[0], abs(ends[0]))


# ---------------------------------------------------------------------------------------------
# Kinds of studies


def levels_of(objective):
    """[(category, tolerance)] of a list."""
    return [(o["category"], float(o.get("tolerance", 0))) if isinstance(o, dict) else (o, 0.0)
            for o in objective]


def check_levels(case, levels, keep):
    stages = [(case.vector(c), tolerance) for c, tolerance in levels]
    last = len(levels) - 1
    exact = [n == last or not tolerance for n, (_, tolerance) in enumerate(levels)]
    # With a tolerance, a level's own value is somewhere below its bound.
    case.stages(stages, [case.impact(c) if exact[n] else None for n, (c, _) in enumerate(levels)])
    for n, (c, tolerance) in enumerate(levels):
        if case.status == "optimal" and not exact[n]:
            answers, _ = sequence(case.model, stages[:n + 1], (), SLACKS[1])
            bound = answers[n][1] + tolerance * abs(answers[n][1])
            require(case.impact(c) <= bound + 1e-7 * max(abs(bound), 1e-6 * answers[n][2]),
                    f"level {n}: {case.impact(c)!r} above {bound!r}")
    if "installation_range" in keep:
        case.ranges([(cost, tolerance) for cost, tolerance in stages])


def check_front(file, inputs, unit, categories, points, weights, keep, tolerance):
    a, b = categories
    found = []
    for k in range(points):
        case = Case(oracle.Model(inputs, unit, weights), lambda name, k=k: file[name][k], tolerance)
        try:
            limit = float(file["pareto_limit"][k])
            order = (b, a) if k == 1 else (a, b)
            held = [] if k < 2 else [(case.vector(b), limit)]
            stages = [(case.vector(c), 0.0) for c in order]
            anchors = [STATUS.get(int(file["status"][n])) for n in range(2)]
            if anchors == ["optimal", "optimal"]:
                require(math.isnan(limit) == (k < 2), f"pareto_limit {limit}")
                case.stages(stages, [case.impact(c) for c in order], held)
                if "installation_range" in keep:
                    case.ranges(stages, held)
            else:  # no point has an optimum where an end has none
                outcomes = [sequence(case.model, [(case.vector(c), 0.0) for c in o], (), 1e-10)[0][-1][0]
                            for o in ((a, b), (b, a))]
                wanted = next(o for o in outcomes if o != "optimal")
                require(case.status == wanted, f"status {case.status}, expected {wanted}")
        except Failure as failure:
            raise Failure(f"point {k}: {failure}") from failure
        if case.status == "optimal":
            found.append((case.impact(a), case.impact(b), int(file["dominated"][k])))
    if len(found) == points:
        check_limits(found, np.asarray(file["pareto_limit"]))
    check_dominance(found)


def check_limits(found, limits):
    ends = found[0][1], found[1][1]
    if abs(ends[0] - ends[1]) <= 1e-9 * max(abs(ends[0]), abs(ends[1])):
        return
    even = np.linspace(*ends, len(found))[1:-1]
    require(np.allclose(limits[2:], even, rtol=1e-12, atol=0), f"limits {limits}")


def check_dominance(found):
    sizes = [max((abs(p[n]) for p in found), default=0.0) for n in range(2)]
    for n, p in enumerate(found):
        better = any(all(q[i] <= p[i] + 1e-7 * sizes[i] for i in range(2)) and
                     any(q[i] < p[i] - 1e-7 * sizes[i] for i in range(2)) for q in found)
        require(p[2] == int(better), f"point {n}: dominated {p[2]}")


def check_alternatives(file, inputs, unit, settings, weights, keep, tolerance):
    slack = float(settings["slack"])
    named = [oracle.text_of(x) for x in file["alternative_process"][:]]
    wanted = []
    picks = {}
    for sense, key in ((-1, "minimise"), (1, "maximise")):
        texts = settings.get(key, "*")
        tests = [oracle.axis_match(inputs, "PROCESS", t)[0]
                 for t in (texts if isinstance(texts, list) else [texts])]
        picks[sense] = [p for p in inputs["PROCESS"] if any(test(p) for test in tests)]
    for p in inputs["PROCESS"]:
        wanted += [(p, sense) for sense in (-1, 1) if p in picks[sense]]
    require(list(zip(named, map(int, file["alternative_sense"][:]))) == wanted
            or any(s not in (0,) for s in file["status"][:]), f"alternatives {named}")
    for k, (p, sense) in enumerate(wanted):
        case = Case(oracle.Model(inputs, unit, weights), lambda name, k=k: file[name][k], tolerance)
        cost = case.model.cost
        stages = [(cost, slack), (-sense * case.installation(p), 0.0), (cost, 0.0)]
        try:
            require(named[k] == p, f"process {named[k]}")
            case.stages(stages, [None, -sense * case.installed(p), float(case.stored("objective"))])
            if "installation_range" in keep:
                case.ranges(stages)
        except Failure as failure:
            raise Failure(f"alternative {k} ({p}, {sense}): {failure}") from failure


# ---------------------------------------------------------------------------------------------


def check(results, study_path, tolerance):
    import h5py
    import yaml
    study = yaml.safe_load(Path(study_path).read_text(encoding="utf-8"))
    pathway = study["model"]["pathway"]
    ensemble = study.get("ensemble") or {}
    base = oracle.read_inputs(Path(study_path).parent / pathway["inputs"])
    for override in pathway.get("overrides") or []:
        operation = oracle.operation_of(override)
        oracle.apply(base, override["target"], operation, float(override[operation]))
    unit = pathway.get("unit", "lifetime")
    keep = (study.get("results") or {}).get("keep", [])
    objective = pathway.get("objective")
    design = ensemble.get("design")
    design = design if isinstance(design, dict) else {}
    if isinstance(objective, list):
        levels = levels_of(objective)
    with h5py.File(results, "r") as file:
        if "pareto" in design:
            categories = design["pareto"]["categories"]
            weights = oracle.weights_of(base, objective or categories[0])
            check_front(file, base, unit, categories, design["pareto"]["points"], weights, keep,
                        tolerance)
            return
        if "alternatives" in design:
            check_alternatives(file, base, unit, design["alternatives"],
                               oracle.weights_of(base, objective), keep, tolerance)
            return
        if not isinstance(objective, list):
            levels = None
        factors = ensemble.get("factors") or {}
        names = [oracle.text_of(x) for x in file["factor"][:]] if "factor" in file else []
        for k in range(-1, file["status"].shape[0]):
            inputs = copy.copy(base)
            for name in oracle.AXES:
                inputs[name] = dict(base[name])
            group = file["reference"] if k < 0 else file
            if k >= 0:
                values = dict(zip(names, file["factor_value"][k])) if names else {}
                for name, factor in factors.items():
                    oracle.apply(inputs, factor["target"], oracle.operation_of(factor),
                                 float(values[name]))
            weights = oracle.weights_of(inputs, objective if levels is None else levels[0][0])
            case = Case(oracle.Model(inputs, unit, weights),
                        lambda name, k=k, group=group: group[name][()] if k < 0 else group[name][k],
                        tolerance)
            try:
                if levels:
                    check_levels(case, levels, keep)
                else:
                    stages = [(case.model.cost, 0.0)]
                    case.stages(stages, [float(case.stored("objective"))])
                    if "installation_range" in keep:
                        case.ranges(stages)
            except Failure as failure:
                raise Failure(f"scenario {k}: {failure}") from failure


def random_study(seed, raw):
    rnd = random.Random(f"aims {seed}")
    inputs = oracle.inputs_of(raw)
    categories = list(raw["CATEGORY"])
    rnd.shuffle(categories)
    pathway = {"inputs": "inputs.json", "unit": rnd.choice(["annual", "lifetime"])}
    study = {"vintner": 1, "name": f"aims-{seed}", "model": {"pathway": pathway}}
    keep = ["installation"] + (["installation_range"] if rnd.random() < 0.5 else [])
    study["results"] = {"keep": keep}
    kind = rnd.choice(["levels", "pareto", "alternatives", "ranges"])
    if kind == "levels":
        tolerance = rnd.choice([0, 0, 0.01, 0.1])
        first = {"category": categories[0], "tolerance": tolerance}
        pathway["objective"] = [first if tolerance else categories[0], *categories[1:]]
    elif kind == "pareto":
        study["ensemble"] = {"design": {"pareto": {"categories": categories[:2], "points": 5}}}
        return study
    elif rnd.random() < 0.4:
        pathway["objective"] = {c: round(rnd.uniform(0.1, 2), 3) for c in categories}
    else:
        pathway["objective"] = categories[0]
    if kind == "alternatives":
        settings = {"slack": rnd.choice([0, 0.02, 0.2])}
        if rnd.random() < 0.5:
            settings[rnd.choice(["minimise", "maximise"])] = \
                rnd.choice([raw["PROCESS"][0], "P0*", ["P0a", "P1*|P0a"] if "P1a" in raw["PROCESS"]
                            else ["P0a"], "*"])
        study["ensemble"] = {"design": {"alternatives": settings}}
        return study
    if kind == "ranges":
        study["results"]["keep"] = ["installation", "installation_range"]
    if rnd.random() < 0.6:
        target = oracle.random_target(rnd, inputs)
        study["ensemble"] = {"seed": seed, "design": {"monte-carlo": 3}, "factors": {
            "f": {"target": target, "multiply": {"uniform": [0.6, 1.4]}}}}
    return study


def compare(vintner, first, count, tolerance):
    import yaml
    total = bad = 0
    outcomes = {}
    seed = first
    while total < count:
        raw = oracle.random_inputs(seed)
        seed += 1
        if len(raw["CATEGORY"]) < 2:
            continue
        total += 1
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "inputs.json").write_text(json.dumps(raw), encoding="utf-8")
            study = Path(folder, "study.yaml")
            study.write_text(yaml.safe_dump(random_study(seed - 1, json.loads(json.dumps(raw)))),
                             encoding="utf-8")
            done = subprocess.run([vintner, "run", str(study), "-q", "-o", f"{folder}/out.h5",
                                   "--threads", "1"], capture_output=True, text=True, check=False)
            try:
                require(done.returncode in (0, 3), f"exit code {done.returncode}: {done.stderr}")
                check(f"{folder}/out.h5", study, tolerance)
                tally(f"{folder}/out.h5", outcomes)
            except Failure as failure:
                bad += 1
                print(f"seed {seed - 1}: {failure}")
    print("outcomes:", ", ".join(f"{n} {STATUS.get(s, s)}" for s, n in sorted(outcomes.items())))
    return total, bad


def tally(path, outcomes):
    import h5py
    with h5py.File(path, "r") as file:
        for status in file["status"][:]:
            outcomes[int(status)] = outcomes.get(int(status), 0) + 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--check", nargs=2, metavar=("RESULTS", "STUDY"))
    parser.add_argument("--compare", metavar="VINTNER")
    parser.add_argument("--first", type=int, default=0, metavar="SEED")
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--tolerance", type=float, default=1e-6)
    options = parser.parse_args()
    if options.compare:
        total, bad = compare(options.compare, options.first, options.count, options.tolerance)
    else:
        total, bad = 1, 0
        try:
            check(*options.check, options.tolerance)
        except Failure as failure:
            bad = 1
            print(failure)
    print(f"{total} compared, {bad} differ")
    return 1 if bad or not total else 0


if __name__ == "__main__":
    sys.exit(main())
