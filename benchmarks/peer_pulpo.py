#!/usr/bin/env python3
"""Technology choice against pulpo-dev 2.0, matrices in memory, in turn on the same machine.

    peer_pulpo.py VINTNER random [SYSTEMS [SEED]]      random systems of tests/oracle: the same answers?
    peer_pulpo.py VINTNER speed FOLDER [PROCESSES]     a database of 20,000 processes, 5 choices of 4
                                                       alternatives: seconds, memory, answers

Prints one JSON line. Pulpo gets A, B and Q as scipy matrices: no Brightway project, no reading.
`speed` makes FOLDER/ei.json and a store of it, unless they are there.
"""
import io
import json
import os
import random
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import redirect_stderr, redirect_stdout

import numpy as np
import scipy.sparse as sp

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "oracle"))


REPEATS = 3
LIMIT_S = 60.0  # of HiGHS: random supply chains fill up, which databases do not


class Key(str):
    """An activity as pulpo takes it: its own key."""
    @property
    def key(self):
        return self


def worker(processes, flows, A, B, Q, weights):
    from pulpo.pulpo import PulpoOptimizer
    w = PulpoOptimizer.__new__(PulpoOptimizer)
    w.method = dict(weights)
    w.project, w.database, w.intervention_matrix = "none", "none", "nature"
    w.uncertainty_data = w.instance = None
    keys = {Key(p): j for j, p in enumerate(processes)}
    inverse = {j: Key(p) for j, p in enumerate(processes)}
    flow = {Key(f): e for e, f in enumerate(flows)}
    w.lci_data = {"matrices": {h: sp.diags(q).tocsr() for h, q in Q.items()}, "intervention_matrix": sp.csr_matrix(B),
                  "technology_matrix": sp.csr_matrix(A), "process_map": {**keys, **{v: k for k, v in inverse.items()}},
                  "intervention_map": flow,
                  "process_map_metadata": {j: p for j, p in enumerate(processes)},
                  "intervention_map_metadata": {e: f for e, f in enumerate(flows)}}
    w.lci_data["process_map"] = keys
    return w


def solve(w, arguments, formulation):
    """Objective, or None without an optimum; seconds of build and solve."""
    begun = time.perf_counter()
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        w.instantiate(**arguments)
        try:
            w.solve(formulation=formulation, options={"time_limit": LIMIT_S})
        except Exception:  # whatever it raises says that there is no optimum
            return None, time.perf_counter() - begun
    seconds = time.perf_counter() - begun
    import pyomo.environ as pyo
    return float(pyo.value(w.instance.OBJ)), seconds


# -- random systems --------------------------------------------------------------------------------

def arguments_of(system):
    """What both can be asked, or None."""
    m = system.model
    if system.steps or system.shared or "free" in m or m.get("supply") or "*" in m.get("lower_limit", {}):
        return None
    if any(p in system.inside for p in list(m.get("upper_limit", {})) + list(m.get("lower_limit", {}))):
        return None
    out = {"choices": {c: {Key(p): np.inf if v is None else v for p, v in ps.items()} for c, ps in m["choices"].items()},
           "demand": {Key(p) if p in system.names else p: v for p, v in m["demand"].items()}}
    for key in ("upper_limit", "lower_limit", "upper_elem_limit", "lower_elem_limit"):
        if key in m:
            out[key] = {Key(p): v for p, v in m[key].items()}
    for key in ("upper_imp_limit", "lower_imp_limit"):
        if key in m:
            out[key] = dict(m[key])
    for name, d in m.get("dependent_constraints", {}).items():
        (a, wa), (b, wb) = d["terms"].items()
        if d.get("max", d.get("min")) != 0:
            return None
        sides = ({Key(a): wa}, {Key(b): -wb})
        left, right = sides if "max" in d else sides[::-1]
        out["dependent_constraints"] = {name: {"left": left, "right": right}}
    objective = m["objective"]
    weights = {objective: 1.0} if isinstance(objective, str) else dict(objective)
    if "goal" in weights:
        out["imp_goals"], out["objective"] = dict(weights.pop("goal")), "goal"
        weights = {h: 1.0 for h in out["imp_goals"]}
    if any(w < 0 for w in weights.values()):
        return None
    return out, {h: weights.get(h, 0.0) for h in ("g", "h")}


def compare(vintner, systems, seed):
    import yaml
    import h5py
    from oracle_choice import System
    done, bad = 0, []
    os.chdir(tempfile.mkdtemp())
    while done < systems:
        system = System(seed)
        seed += 1
        asked = arguments_of(system) if system.regular() else None
        if not asked:
            continue
        arguments, weights = asked
        n = len(system.names)
        A, B = np.zeros((n, n)), np.zeros((len(system.flows), n))
        for (i, j), a in system.A.items():
            A[system.names.index(i), system.names.index(j)] = a
        for (f, j), b in system.B.items():
            B[system.flows.index(f), system.names.index(j)] = b
        Q = {h: np.array([system.Q[h].get(f, 0.0) for f in system.flows]) for h in ("g", "h")}
        name = f"s{system.seed}"
        with open(name + ".json", "w", encoding="utf-8") as f:
            json.dump(system.document(), f)
        with open(name + ".yaml", "w", encoding="utf-8") as f:
            yaml.safe_dump({"vintner": 1, "name": name, "model": {"choice": system.model}}, f, sort_keys=False)
        run = subprocess.run([vintner, "run", name + ".yaml", "-q", "--force"], capture_output=True, text=True)
        if run.returncode not in (0, 3):
            continue
        done += 1
        with h5py.File(name + ".h5") as f:
            mine = float(f["objective"][0]) if int(f["status"][0]) == 0 else None
        for formulation in ("full", "reduced"):
            theirs, _ = solve(worker(system.names, system.flows, A, B, Q, weights), arguments, formulation)
            same = mine is None and theirs is None or (mine is not None and theirs is not None and
                                                       abs(mine - theirs) <= 1e-6 * max(1e-3, abs(mine)))
            if not same:
                bad.append(f"{name} {formulation}: {mine} and {theirs}")
    print(json.dumps({"systems": done, "differ": len(bad), "first": bad[:5]}))
    return 1 if bad else 0


# -- speed -----------------------------------------------------------------------------------------

def make_database(path, n, flows=1500):
    """Inputs come from near processes and a few dozen that all take from, as fuels and transport do."""
    r = random.Random(1)
    data = {}
    for j in range(n):
        exchanges = [{"input": ["ei", f"p{j}"], "type": "production", "amount": 1}]
        seen = {j}
        for _ in range(r.randint(4, 18)):
            i = r.randrange(min(60, n)) if r.random() < 0.5 else max(0, j - r.randrange(1, 200))
            if i in seen:
                continue
            seen.add(i)
            exchanges.append({"input": ["ei", f"p{i}"], "type": "technosphere",
                              "amount": round(10 ** r.uniform(-6, -0.9), 9)})
        for f in sorted({r.randrange(flows) for _ in range(r.randint(0, 25))}):
            exchanges.append({"input": ["bio", f"f{f}"], "type": "biosphere", "amount": round(10 ** r.uniform(-6, 0), 9)})
        data[f"p{j}"] = {"name": f"process {j}", "exchanges": exchanges}
    methods = [{"name": [h], "cfs": [[["bio", f"f{f}"], round(10 ** r.uniform(-2, 2), 6)] for f in range(flows)
                                     if r.random() < 0.3]} for h in ("gwp", "land", "water")]
    with open(path, "w", encoding="utf-8") as f:
        json.dump({"databases": {"ei": {"data": data}, "bio": {"data": {
            f"f{f}": {"name": f"flow {f}", "type": "emission"} for f in range(flows)}}}, "methods": methods}, f)


def read_matrices(path):
    with open(path, encoding="utf-8") as f:
        document = json.load(f)
    data, bio = document["databases"]["ei"]["data"], document["databases"]["bio"]["data"]
    place, flow = {p: j for j, p in enumerate(data)}, {f: e for e, f in enumerate(bio)}
    a, b = ([], [], []), ([], [], [])
    for j, node in enumerate(data.values()):
        for x in node["exchanges"]:
            to, rows = (b, flow) if x["type"] == "biosphere" else (a, place)
            to[0].append(-x["amount"] if x["type"] == "technosphere" else x["amount"])
            to[1].append(rows[x["input"][1]])
            to[2].append(j)
    n = len(data)
    Q = {}
    for m in document["methods"]:
        q = np.zeros(len(bio))
        for (_, f), amount in m["cfs"]:
            q[flow[f]] = amount
        Q[m["name"][0]] = q
    return (list(data), list(bio), sp.coo_matrix((a[0], (a[1], a[2])), shape=(n, n)).tocsr(),
            sp.coo_matrix((b[0], (b[1], b[2])), shape=(len(bio), n)).tocsr(), Q)


STUDY = """vintner: 1
name: NAME
model:
  choice:
    databases: [ei.store.h5]
    choices:
CHOICES
    demand: {pLAST: 1, c0: 1}
    upper_limit: {p100: 0.5}
    methods: {gwp: [gwp], land: [land], water: [water]}
    objective: gwp
"""
ENSEMBLE = """ensemble:
  design: {monte-carlo: 1000}
  factors:
    demand: {target: "demand[*]", multiply: {uniform: [0.5, 1.5]}}
    capacity: {target: "capacity[c1, p10]", set: {uniform: [0, 1]}}
    limit: {target: "upper_limit[p100]", set: {uniform: [0.2, 1]}}
"""


def timed(command):
    begun = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - begun


def speed(vintner, folder, n):
    import h5py
    os.makedirs(folder, exist_ok=True)
    os.chdir(folder)
    if not os.path.exists("ei.json"):
        make_database("ei.json", n)
    if not os.path.exists("ei.store.h5"):
        subprocess.run([vintner, "import", "ei.json", "-o", "ei.store.h5"], check=True, capture_output=True)
    capacity = {"c0": {"p0": 0.4}, "c1": {"p10": 0.05}, "c2": {"p20": 0.05}, "c3": {"p30": 0.05}, "c4": {"p40": 0.05}}
    choices = {f"c{c}": {f"p{10 * c + i}": capacity[f"c{c}"].get(f"p{10 * c + i}") for i in range(4)} for c in range(5)}
    lines = "\n".join(f"      {c}: {{" + ", ".join(f"{p}: {'~' if v is None else v}" for p, v in ps.items()) + "}"
                      for c, ps in choices.items())
    for name, more in (("one", ""), ("many", ENSEMBLE)):
        with open(name + ".yaml", "w", encoding="utf-8") as f:
            f.write(STUDY.replace("NAME", name).replace("CHOICES", lines).replace("pLAST", f"p{3 * n // 4}") + more)
    with open("read.yaml", "w", encoding="utf-8") as f:
        f.write("vintner: 1\nname: read\nmodel:\n  inventory:\n    databases: [ei.store.h5]\n"
                "    demands: [{activity: [ei, p0]}]\n    methods: {gwp: [gwp]}\n")
    processes, flows, A, B, Q = read_matrices("ei.json")
    arguments = {"choices": {c: {Key(p): np.inf if v is None else v for p, v in ps.items()} for c, ps in choices.items()},
                 "demand": {Key(f"p{3 * n // 4}"): 1.0, "c0": 1.0}, "upper_limit": {Key("p100"): 0.5}}
    weights = {"gwp": 1.0, "land": 0.0, "water": 0.0}
    result = {"processes": n, "command_s": [], "full_s": [], "reduced_s": [], "first_answer_s": [], "objective": {}}
    for _ in range(REPEATS):
        result["command_s"].append(timed([vintner, "run", "one.yaml", "-q", "--force"]))
        out = subprocess.run([vintner, "run", "one.yaml", "-v", "--force"], capture_output=True, text=True).stderr
        solved = re.search(r"prepared = ([0-9.e+-]+)", out)
        if solved:
            result["first_answer_s"].append(float(solved.group(1)))
        for formulation in ("full", "reduced"):
            w = worker(processes, flows, A, B, Q, weights)
            objective, seconds = solve(w, arguments, formulation)
            result[formulation + "_s"].append(seconds)
            result["objective"][formulation] = objective
    with h5py.File("one.h5") as f:
        result["objective"]["vintner"] = float(f["objective"][0])
    subprocess.run([vintner, "run", "many.yaml", "-q", "--force", "--threads", "1"], check=True, capture_output=True)
    with h5py.File("many.h5") as f:
        result["scenario_s"] = float(np.median(f["performance/wall_s"][:]))
    result["command_mib"] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    result["pulpo_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    for key in ("command_s", "full_s", "reduced_s", "first_answer_s"):
        result[key] = round(statistics.median(result[key]), 3) if result[key] else None
    values = [v for v in result["objective"].values() if v is not None]
    result["differ"] = max(values) / min(values) - 1
    print(json.dumps(result))
    return 0 if result["differ"] < 1e-6 else 1


def main():
    vintner, what = os.path.abspath(sys.argv[1]), sys.argv[2]
    rest = sys.argv[3:]
    if what == "random":
        return compare(vintner, int(rest[0]) if rest else 30, int(rest[1]) if len(rest) > 1 else 1)
    return speed(vintner, rest[0], int(rest[1]) if len(rest) > 1 else 20000)


if __name__ == "__main__":
    sys.exit(main())
