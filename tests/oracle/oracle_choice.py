#!/usr/bin/env python3
"""Random systems of technology choice: the program against the full textbook programme.

    oracle_choice.py VINTNER FOLDER [SYSTEMS [SEED [PROCESSES]]]

Each system has loops, co-production, negative production, products as nodes that several processes
make, supply, limits of all kinds, goals, free alternatives, steps with storage; some are infeasible
or unbounded. HiGHS solves all of A* s = f + slack, with a variable for each process; outcome,
objective and impacts must be the same, the levels found must meet every row, and `unique` must be
what the ranges of all levels over the optima say. With PROCESSES (60 or more) systems are of that
size, and all processes have limits, which enter the programme when they are violated.
"""
import json
import os
import random
import subprocess
import sys

import h5py
import numpy as np
import yaml
from scipy.optimize import linprog


class System:
    """One random system, as a document and a study, and as matrices."""

    def __init__(self, seed, size=0):
        self.r = random.Random(seed)
        self.size = size
        self.seed = seed
        self.make_processes()
        self.make_study()

    def amount(self):
        return round(self.r.choice([0.01, 0.1, 1, 1, 3]) * self.r.uniform(0.2, 1.5), 4)

    def make_processes(self):
        r = self.r
        n = self.size or r.randint(3, 9)
        self.names = [f"p{i}" for i in range(n)]
        self.A, self.B, self.own = {}, {}, {}
        self.products = []
        self.shared = []  # products that several alternatives make, as nodes
        for p in self.names:
            self.own[p] = p
            self.products.append(p)
            self.A[p, p] = -1.0 if r.random() < 0.08 else round(r.uniform(0.5, 2), 3)
        for j in self.names:
            for i in r.sample(self.names, r.randint(0, min(3, n - 1))):
                if i != j:
                    self.A[i, j] = -self.amount() * 0.3
            if r.random() < 0.12:
                i = r.choice(self.names)
                if i != j:
                    self.A[i, j] = abs(self.amount()) * 0.3
        if r.random() < 0.3:  # a product as a node that two or three makers share
            makers = [f"m{i}" for i in range(r.randint(2, 3))]
            self.products.append("heat")
            for m in makers:
                self.names.append(m)
                self.A["heat", m] = round(r.uniform(0.5, 2), 3)
                self.own[m] = "heat"
                for i in r.sample(self.names[:n], r.randint(0, 2)):
                    self.A[i, m] = -self.amount() * 0.3
            self.shared = makers
            for j in r.sample(self.names[:n], 1):
                self.A["heat", j] = -self.amount() * 0.3
        self.flows = ["f0", "f1", "f2"]
        for j in self.names:
            for f in r.sample(self.flows, r.randint(0, 3)):
                self.B[f, j] = round(r.uniform(-0.2 if r.random() < 0.15 else 0.05, 2), 3)
        for f in self.flows:  # every flow is in the system
            self.B.setdefault((f, self.names[0]), 0.5)
        self.Q = {"g": {"f0": 1.0, "f1": round(r.uniform(1, 30), 2)}, "h": {"f2": 1.0, "f1": 0.5}}

    def stepped(self, low, high, missing=0.15):
        r = self.r
        if self.steps == 0 or r.random() < 0.4:
            return round(r.uniform(low, high), 3)
        return {t: round(r.uniform(low, high), 3) for t in range(1, self.steps + 1) if r.random() > missing} or {1: high}

    def make_study(self):
        r = self.r
        self.steps = r.choice([0, 0, 0, 2, 3, 4])
        self.choices = {}
        left = [p for p in self.names if p not in self.shared]
        r.shuffle(left)
        if self.shared:
            extra = [left.pop()] if left and r.random() < 0.3 else []
            self.choices["c0"] = list(self.shared) + extra
        for c in range(r.randint(2, 5) if self.size else r.randint(0 if self.shared else 1, 2)):
            size = r.randint(1, 5 if self.size else 3)
            if len(left) >= size + 1:
                self.choices[f"d{c}"] = [left.pop() for _ in range(size)]
        inside = {p: c for c, ps in self.choices.items() for p in ps}
        m = {"databases": [f"s{self.seed}.json"], "methods": {"g": ["g"], "h": ["h"]}}
        m["choices"] = {c: {p: None if r.random() < 0.4 else self.stepped(0.2, 4) for p in ps}
                        for c, ps in self.choices.items()}
        rows = [p for p in self.products if not any(self.own[a] == p for a in inside)] + list(self.choices)
        m["demand"] = {p: self.stepped(0.1, 2, 0.3) for p in r.sample(rows, min(len(rows), r.randint(1, 2)))}
        plain = [p for p in self.names if p not in inside]
        if plain and r.random() < 0.3:
            m["supply"] = {r.choice(plain): self.stepped(0.1, 2, 0.4)}
        if r.random() < 0.3:
            m["upper_limit"] = {r.choice(self.names): self.stepped(0.1, 3)}
        if self.size:
            m["upper_limit"] = {"*": round(r.uniform(0.5, 4), 2), r.choice(self.names): 0.3}
        if self.size or r.random() < 0.2:
            m["lower_limit"] = {"*": r.choice([0, 0, -0.1]) if self.size else 0}
        elif r.random() < 0.2:
            p = r.choice(self.names)
            m["lower_limit"] = {p: round(r.uniform(-1, 0.2), 3)}
        if r.random() < 0.2:
            m["upper_elem_limit"] = {r.choice(self.flows): self.stepped(1, 8)}
        if r.random() < 0.15:
            m["lower_elem_limit"] = {r.choice(self.flows): self.stepped(0.1, 1)}
        if r.random() < 0.2:
            m["upper_imp_limit"] = {"h": self.stepped(1, 8)}
        if r.random() < 0.1:
            m["lower_imp_limit"] = {"h": round(r.uniform(0.1, 1), 3)}
        if r.random() < 0.2:
            a, b = r.sample(self.names, 2)
            m["dependent_constraints"] = {"x": {"terms": {a: 1.0, b: -round(r.uniform(0.2, 3), 2)},
                                                r.choice(["max", "min"]): r.choice([0, 0.5])}}
        if inside and r.random() < 0.1:
            m["free"] = [r.choice(list(inside))]
        kind = r.random()
        if kind < 0.6:
            m["objective"] = "g"
        elif kind < 0.8:
            m["objective"] = {"g": 1.0, "h": round(r.uniform(-0.2, 1), 2)}
        else:
            m["objective"] = {"goal": {"g": round(r.uniform(0.5, 5), 2), "h": round(r.uniform(0.5, 5), 2)}}
        if self.steps:
            m["time"] = {"steps": self.steps}
            supplied = {self.own[p] for p in m.get("supply", {})}
            free_rows = [x for x in rows if x not in supplied]
            if free_rows and r.random() < 0.7:
                to = r.choice(free_rows)
                m["time"]["storage"] = [{"to": to, "from": r.choice(free_rows), "factor": r.choice([0.5, 0.9, 1.0])}]
                m["time"]["cyclic"] = r.random() < 0.4
            if r.random() < 0.2:
                m["upper_imp_agg_limit"] = {"h": round(r.uniform(2, 20), 2)}
        self.model, self.inside = m, inside

    def document(self):
        data = {}
        for p in self.names:
            data[p] = {"exchanges": []}
            if self.own[p] != p:
                data[p]["type"] = "process"
        for p in self.products:
            if p not in data:
                data[p] = {"type": "product"}
        for (i, j), a in self.A.items():
            kind = "production" if i == self.own[j] else "technosphere"
            data[j]["exchanges"].append({"input": ["db", i], "type": kind, "amount": a if kind == "production" else -a})
        for (f, j), b in self.B.items():
            data[j]["exchanges"].append({"input": ["nature", f], "type": "biosphere", "amount": b})
        return {"databases": {"db": {"data": data}, "nature": {"data": {f: {"type": "emission"} for f in self.flows}}},
                "methods": [{"name": [h], "cfs": [[["nature", f], q] for f, q in factors.items()]}
                            for h, factors in self.Q.items()]}

    # -- the textbook programme ------------------------------------------------------------------

    def at(self, value, t, missing):
        if value is None:
            return missing
        if isinstance(value, dict):
            return value.get(t + 1, missing)
        return value

    def matrices(self):
        merged = {}
        for p in self.products:
            owners = [c for a, c in self.inside.items() if self.own[a] == p]
            merged[p] = owners[0] if owners else p
        rows = [p for p in self.products if merged[p] == p] + list(self.choices)
        place = {r: i for i, r in enumerate(rows)}
        A = np.zeros((len(rows), len(self.names)))
        for (i, j), a in self.A.items():
            A[place[merged[i]], self.names.index(j)] += a
        B = np.zeros((len(self.flows), len(self.names)))
        for (f, j), b in self.B.items():
            B[self.flows.index(f), self.names.index(j)] = b
        Q = np.array([[self.Q[h].get(f, 0.0) for f in self.flows] for h in ("g", "h")])
        return rows, merged, A, B, Q

    def regular(self):
        """Alternatives with rows of their own: square and regular, as asked for."""
        rows = list(self.products)
        extra, first = {}, set()
        for a in self.inside:
            p = self.own[a]
            if p in first:
                extra[a] = len(rows)
                rows.append(a + "'")
            first.add(p)
        if len(rows) != len(self.names):
            return False
        M = np.zeros((len(rows), len(rows)))
        for (i, j), a in self.A.items():
            row = extra[j] if j in extra and i == self.own[j] else rows.index(i)
            M[row, self.names.index(j)] += a
        return np.linalg.cond(M) < 1e8

    def bounds(self, t):
        m = self.model
        out = []
        for p in self.names:
            low, high = (0.0, np.inf) if p in self.inside else (-np.inf, np.inf)
            if p in m.get("free", []):
                low = -np.inf
            if p in self.inside:
                high = self.at(m["choices"][self.inside[p]][p], t, np.inf)
            upper = m.get("upper_limit", {})
            most = upper.get(p, upper.get("*") if p not in m.get("supply", {}) else None)
            high = min(high, self.at(most, t, np.inf))
            lower = m.get("lower_limit", {})
            if p in lower:
                low = lower[p]
            elif "*" in lower and p not in self.inside and p not in m.get("supply", {}):
                low = lower["*"]
            out.append((low, high))
        return out

    def programme(self):
        m, T, n = self.model, max(self.steps, 1), len(self.names)
        rows, merged, A, B, Q = self.matrices()
        storage = m.get("time", {}).get("storage", [])
        cyclic = m.get("time", {}).get("cyclic", False)
        stored = sorted({s["to"] for s in storage} | {s["from"] for s in storage}, key=rows.index)
        supplies = m.get("supply", {})
        slack_row = {p: merged[self.own[p]] for p in supplies}
        names = [("s", p, t) for t in range(T) for p in self.names]
        names += [("slack", p, t) for t in range(T) for p in supplies]
        names += [("surplus", r, t) for t in range(T) for r in stored]
        goals = m["objective"]["goal"] if isinstance(m["objective"], dict) and "goal" in m["objective"] else {}
        names += [("goal", h, 0) for h in goals]
        at = {v: i for i, v in enumerate(names)}
        N = len(names)
        bounds = [(None, None)] * N
        eq, eq_rhs, ub, ub_rhs = [], [], [], []
        C = Q @ B
        total = {h: np.zeros(N) for h in ("g", "h")}
        for t in range(T):
            own = self.bounds(t)
            for p in self.names:
                bounds[at["s", p, t]] = own[self.names.index(p)]
            for k, r in enumerate(rows):
                row = np.zeros(N)
                row[t * n:(t + 1) * n] = A[k]
                for p in supplies:
                    if slack_row[p] == r:
                        row[at["slack", p, t]] = -1
                if r in stored:
                    row[at["surplus", r, t]] = -1
                    for s in storage:
                        before = t - 1 if t > 0 else (T - 1 if cyclic else None)
                        if s["to"] == r and before is not None:
                            row[at["surplus", s["from"], before]] += s["factor"]
                eq.append(row)
                eq_rhs.append(self.at(m["demand"].get(r), t, 0.0))
            for p in supplies:
                value = self.at(supplies[p], t, None)
                if value is None:
                    bounds[at["slack", p, t]] = (0, 0)
                else:
                    row = np.zeros(N)
                    row[at["s", p, t]] = 1
                    eq.append(row)
                    eq_rhs.append(value)
            for r in stored:
                bounds[at["surplus", r, t]] = (0, None)

            def limit(vector, value, sign, t=t):
                if value is not None and np.isfinite(value):
                    row = np.zeros(N)
                    row[t * n:(t + 1) * n] = sign * vector
                    ub.append(row)
                    ub_rhs.append(sign * value)
            for f in self.flows:
                limit(B[self.flows.index(f)], self.at(m.get("upper_elem_limit", {}).get(f), t, None), 1)
                limit(B[self.flows.index(f)], self.at(m.get("lower_elem_limit", {}).get(f), t, None), -1)
            for k, h in enumerate(("g", "h")):
                limit(C[k], self.at(m.get("upper_imp_limit", {}).get(h), t, None), 1)
                limit(C[k], self.at(m.get("lower_imp_limit", {}).get(h), t, None), -1)
                total[h][t * n:(t + 1) * n] = C[k]
            for d in m.get("dependent_constraints", {}).values():
                vector = np.zeros(n)
                for p, w in d["terms"].items():
                    vector[self.names.index(p)] += w
                limit(vector, d.get("max"), 1)
                limit(vector, d.get("min"), -1)
        for h, value in m.get("upper_imp_agg_limit", {}).items():
            ub.append(total[h])
            ub_rhs.append(value)
        cost = np.zeros(N)
        for h, value in goals.items():
            bounds[at["goal", h, 0]] = (0, None)
            row = total[h] / value
            row[at["goal", h, 0]] = -1
            ub.append(row)
            ub_rhs.append(1.0)
            cost[at["goal", h, 0]] = 1 / len(goals)
        if not goals:
            weights = {m["objective"]: 1.0} if isinstance(m["objective"], str) else m["objective"]
            for h, w in weights.items():
                cost = cost + w * total[h]
        return {"c": cost, "A_eq": np.array(eq), "b_eq": np.array(eq_rhs), "A_ub": np.array(ub) if ub else None,
                "b_ub": np.array(ub_rhs) if ub else None, "bounds": bounds}, names, total


TIGHT = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}


def solve(lp):
    # Presolve calls some infeasible or unbounded ones either: decide with no cost.
    found = linprog(**lp, method="highs", options=TIGHT)
    if found.status == 2:  # presolve says so of feasible ones; without it tiny levels pass its tolerance
        other = linprog(**lp, method="highs-ds", options=dict(TIGHT, presolve=False))
        if other.status == 0 and violation(lp, other.x) <= 1e-9:
            found = other
    if found.status in (0, 2, 3) and found.status != 0:
        free = dict(lp, c=np.zeros_like(lp["c"]))
        feasible = linprog(**free, method="highs", options=TIGHT).status == 0
        return ("unbounded" if feasible else "infeasible"), found
    return {0: "optimal"}.get(found.status, f"highs {found.status}"), found


def violation(lp, x):
    worst, nothing = 0.0, 1e-13 * np.abs(x).max()
    for matrix, rhs, equal in ((lp["A_eq"], lp["b_eq"], True), (lp["A_ub"], lp["b_ub"], False)):
        if matrix is None:
            continue
        over = matrix @ x - rhs
        over = np.abs(over) if equal else over
        size = np.maximum(np.abs(matrix * x).max(axis=1), np.abs(rhs))
        worst = max(worst, float((over / np.maximum(size, 1e-300))[over > nothing].max(initial=0)))
    for value, (low, high) in zip(x, lp["bounds"]):
        low = -np.inf if low is None else low
        high = np.inf if high is None else high
        size = max(abs(value), abs(low) if np.isfinite(low) else 0, abs(high) if np.isfinite(high) else 0)
        over = max(low - value, value - high)
        worst = max(worst, over / size if over > nothing else 0)
    return worst


def is_unique(lp, names, found):
    """Whether levels and slacks are the same in all optima: their ranges on the optimal face."""
    rows = [] if lp["A_ub"] is None else [lp["A_ub"]]
    rhs = [] if lp["b_ub"] is None else [lp["b_ub"]]
    face = dict(lp, A_ub=np.vstack(rows + [lp["c"]]),
                b_ub=np.append(np.concatenate(rhs) if rhs else [], found.fun + 1e-9 * max(1, abs(found.fun))))
    widest = 0.0
    for kind in ("s", "slack"):
        picked = [i for i, v in enumerate(names) if v[0] == kind]
        if not picked:
            continue
        largest = max(abs(found.x[i]) for i in picked) or 1.0
        for i in picked:
            for sign in (1, -1):
                cost = np.zeros(len(names))
                cost[i] = sign
                end = linprog(**dict(face, c=cost), method="highs", options=TIGHT)
                if end.status == 3:
                    return False, np.inf
                if end.status == 0:
                    widest = max(widest, abs(end.x[i] - found.x[i]) / largest)
    return widest <= 1e-7, widest


def check(system, vintner, statistics):
    name = f"s{system.seed}"
    with open(name + ".json", "w", encoding="utf-8") as f:
        json.dump(system.document(), f)
    study = {"vintner": 1, "name": name, "model": {"choice": system.model}, "results": {"keep": ["scaling"]}}
    with open(name + ".yaml", "w", encoding="utf-8") as f:
        yaml.safe_dump(study, f, sort_keys=False)
    lp, names, total = system.programme()
    expected, found = solve(lp)
    run = subprocess.run([vintner, "run", name + ".yaml", "-q", "--force"], capture_output=True, text=True)
    if run.returncode == 2 and "cross" in run.stderr:
        statistics["crossing"] = statistics.get("crossing", 0) + 1
        return [] if expected == "infeasible" else [f"exit 2 but {expected}: {run.stderr.strip()}"]
    if run.returncode not in (0, 3):
        return [f"exit {run.returncode}: {run.stderr.strip()[:300]}"]
    with h5py.File(name + ".h5") as f:
        status = {0: "optimal", 1: "infeasible", 2: "unbounded", 3: "inaccurate"}.get(int(f["status"][0]), "other")
        statistics[status] = statistics.get(status, 0) + 1
        if status != expected:
            return [f"{status}, HiGHS {expected}"]
        if status != "optimal":
            return []
        wrong = []
        size = max(abs(found.fun), float(np.abs(lp["c"] * found.x).max()))
        if not abs(f["objective"][0] - found.fun) <= 1e-7 * size + 1e-12:
            wrong.append(f"objective {f['objective'][0]}, HiGHS {found.fun}")
        labels = [x.decode() for x in f["process"][:]]
        level = f["scaling"][0].reshape(len(labels), -1)
        x = np.zeros(len(names))
        slack = dict(zip([s.decode() for s in f["supply"][:]], f["slack"][0].reshape(-1, max(system.steps, 1)))) if "slack" in f else {}
        surplus = dict(zip([s.decode() for s in f["stored"][:]], f["surplus"][0])) if "surplus" in f else {}
        for i, (kind, label, t) in enumerate(names):
            if kind == "s":
                x[i] = level[labels.index(label)][t]
            elif kind == "slack":
                x[i] = slack[label][t]
            elif kind == "surplus":
                x[i] = surplus[label][t]
        for i, (kind, label, t) in enumerate(names):
            if kind == "goal":
                goal = system.model["objective"]["goal"][label]
                x[i] = max(0, total[label] @ x / goal - 1)
        worst = violation(lp, x)
        if not worst <= 1e-8:
            wrong.append(f"rows violated by {worst}")
        if not f["violation"][0] <= 1e-9:
            wrong.append(f"violation {f['violation'][0]}")
        if statistics.get("ranges", 0) < statistics["most_ranges"]:
            statistics["ranges"] = statistics.get("ranges", 0) + 1
            unique, widest = is_unique(lp, names, found)
            clear = widest < 1e-9 or widest > 1e-2
            statistics["unique"] = statistics.get("unique", 0) + unique
            if clear and unique != bool(f["unique"][0]):
                wrong.append(f"unique {f['unique'][0]}, ranges say {unique} ({widest})")
        return wrong


def main():
    vintner, folder = sys.argv[1:3]
    systems = int(sys.argv[3]) if len(sys.argv) > 3 else 100
    seed = int(sys.argv[4]) if len(sys.argv) > 4 else 1
    size = int(sys.argv[5]) if len(sys.argv) > 5 else 0
    os.chdir(folder)
    statistics = {"most_ranges": int(os.environ.get("RANGES", "40"))}
    bad = done = 0
    while done < systems:
        system = System(seed, size)
        seed += 1
        if not system.regular():
            continue
        done += 1
        wrong = check(system, vintner, statistics)
        bad += bool(wrong)
        for text in wrong:
            print(f"s{system.seed}: {text}")
        if not wrong:
            for ending in (".json", ".yaml", ".h5"):
                if os.path.exists(f"s{system.seed}{ending}"):
                    os.remove(f"s{system.seed}{ending}")
    print(f"{done} systems, {bad} wrong; {statistics}")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
