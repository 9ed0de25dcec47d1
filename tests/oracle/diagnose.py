#!/usr/bin/env python3
"""Check the explanations of `vintner diagnose` with another solver.

    diagnose.py VINTNER [--first SEED] [--count N] [--unbounded N]

Takes the random models of oracle.py. Of COUNT infeasible ones: the members of the conflict together
are infeasible, without any one of them they are not; the change that a member is said to need makes
the whole scenario feasible, a smaller one does not, and where no change is said to suffice the
scenario stays infeasible without that member. Of the unbounded ones: nothing but what the ray moves
is needed for the objective to fall without end.

Needs numpy and scipy. Exit code 0: all agrees, 1: not.
"""
import argparse
import copy
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from scipy.optimize import linprog

import oracle

INF = oracle.INF
LIMITS = [name for name in oracle.AXES if "limits" in name]


def feasible(inputs, unit, dropped):
    """Whether the model without the balance rows `dropped` has a feasible plan."""
    category = inputs["CATEGORY"][0]
    model = oracle.Model(inputs, unit, {category: 1.0})
    years = model.years
    for product, year in dropped:
        row = inputs["PRODUCT"].index(product) * len(years) + years.index(year)
        model.row_lower[row], model.row_upper[row] = -INF, INF
    keep = np.flatnonzero((model.row_lower > -INF) | (model.row_upper < INF))
    model.rows = model.rows[keep]
    model.row_lower, model.row_upper = model.row_lower[keep], model.row_upper[keep]
    model.cost = np.zeros(model.columns)
    if len(keep) == 0:
        return bool(np.all(model.lower <= model.upper))
    outcome = oracle.solve(model)[0]
    if outcome not in ("optimal", "infeasible"):
        raise RuntimeError(f"the other solver says {outcome}")
    return outcome == "optimal"


def copied(inputs):
    changed = dict(inputs)
    for name in oracle.AXES:
        changed[name] = dict(inputs[name])
    return changed


def key_of(member):
    return tuple(member["key"])


def with_value(inputs, member, value):
    """The inputs with another value of a demand or limit; None: without it."""
    changed = copied(inputs)
    name = member["tensor"]
    if value is not None:
        changed[name][key_of(member)] = value
    elif member["default"]:
        changed[name][key_of(member)] = -INF if "_min" in name else INF
    else:
        changed[name].pop(key_of(member), None)
        # What the default would say instead is another member.
        if name + "_default" in changed and changed[name + "_default"] is not None:
            changed[name][key_of(member)] = -INF if "_min" in name else INF
    return changed


def only(inputs, members):
    """(inputs, dropped balances) with nothing but these members."""
    changed = copied(inputs)
    for name in LIMITS + ["process_coupling"]:
        changed[name] = {}
    for stem in oracle.DEFAULTS:
        for side in ("max", "min"):
            changed[f"{stem}_{side}_default"] = None
    kept = set()
    for member in members:
        if member["kind"] == "demand":
            kept.add(key_of(member))
        else:
            changed[member["tensor"]][key_of(member)] = member["value"]
    dropped = [(r, t) for r in inputs["PRODUCT"] for t in inputs["SYSTEM_TIME"]
               if (r, t) not in kept]
    return changed, dropped


def check_conflict(inputs, unit, found):
    """What is wrong with an explanation, as texts."""
    members, wrong = found["conflict"], []
    if not members:
        return ["no conflict"]
    if feasible(*plan(only(inputs, members), unit)):
        wrong.append("the members can be met together")
    for member in members:
        others = [m for m in members if m is not member]
        if not feasible(*plan(only(inputs, others), unit)):
            wrong.append(f"not minimal: still infeasible without {member['text']}")
        wrong += check_change(inputs, unit, member)
        wrong += check_change_within(inputs, unit, member, members)
    return wrong


def plan(pair, unit):
    return pair[0], unit, pair[1]


def without(inputs, unit, member):
    if member["kind"] == "demand":
        return feasible(inputs, unit, [key_of(member)])
    return feasible(with_value(inputs, member, None), unit, [])


def check_change(inputs, unit, member):
    change = member["change_alone"]
    text = member["text"]
    if not member["suffices_alone"]:
        return [f"feasible without {text}"] if without(inputs, unit, member) else []
    if change is None:
        return [] if without(inputs, unit, member) else [f"infeasible without {text}"]
    wrong = []
    margin = 1e-7 * max(abs(member["value"]), abs(change))
    values = [member["value"] + change, member["value"] + change + (margin if change > 0 else -margin)]
    if not any(feasible(with_value(inputs, member, value), unit, []) for value in values):
        wrong.append(f"changed by {change} it is still infeasible: {text}")
    if abs(change) > 1e-5 * abs(member["value"]):
        less = with_value(inputs, member, member["value"] + 0.999 * change)
        if feasible(less, unit, []):
            wrong.append(f"a change of less than {change} is enough: {text}")
    return wrong


def check_change_within(inputs, unit, member, members):
    change = member["change_within_conflict"]
    if change is None or abs(change) <= 1e-5 * abs(member["value"]):
        return []
    wrong = []
    # A demand may be met at one value only: exactly there, or just beyond.
    for shares, expected in (((1.0, 1 + 1e-6), True), ((0.999,), False)):
        met = any(feasible_within(inputs, unit, member, members, share * change)
                  for share in shares)
        if met != expected:
            wrong.append(f"within the conflict, {shares[0]} of {change}: {member['text']}")
    return wrong


def feasible_within(inputs, unit, member, members, change):
    changed = copy.copy(member)
    changed["value"] = member["value"] + change
    restricted, dropped = only(inputs, [changed if m is member else m for m in members])
    if member["kind"] == "demand":
        restricted["demand"][key_of(member)] = changed["value"]
    return feasible(restricted, unit, dropped)


def check_ray(inputs, unit, category, found):
    """A direction of the cone that moves only what the ray names and lowers the objective."""
    if not found["ray"]:
        return ["no ray"]
    model = oracle.Model(inputs, unit, {category: 1.0})
    free = set()
    for part in found["ray"]:
        p, t = part["process"], part["year"]
        if part["what"] == "installation":
            free.add(model.s[p, t])
        else:
            free.update(model.o[p, v, t] for v in model.running[p, t])
    upper = np.array([1.0 if j in free and model.upper[j] == INF else 0.0
                      for j in range(model.columns)])
    equal = (model.row_lower > -INF) & (model.row_upper < INF)
    above = ~equal & (model.row_lower > -INF)
    below = ~equal & (model.row_upper < INF)
    rows = model.rows.tocsr()
    row_scale = oracle.scales(rows)[0]
    rows = rows.multiply(row_scale[:, None]).tocsr()
    cost = model.cost / max(np.abs(model.cost).max(), 1e-300)
    answer = linprog(cost, A_eq=rows[equal], b_eq=np.zeros(equal.sum()),
                     A_ub=oracle.sp.vstack([rows[below], -rows[above]]),
                     b_ub=np.zeros(below.sum() + above.sum()),
                     bounds=np.column_stack([np.zeros(model.columns), upper]), method="highs")
    if answer.status != 0 or not answer.fun < -1e-9:
        return [f"the ray does not lower the objective: {answer.fun}"]
    return []


def run(vintner, folder, raw, unit, category):
    """(exit code, explanation or None)"""
    Path(folder, "inputs.json").write_text(json.dumps(raw), encoding="utf-8")
    study = {"vintner": 1, "name": "random", "model": {"pathway": {
        "inputs": "inputs.json", "unit": unit, "objective": category}}}
    Path(folder, "study.yaml").write_text(json.dumps(study), encoding="utf-8")
    done = subprocess.run([vintner, "run", f"{folder}/study.yaml", "-q", "-o", f"{folder}/r.h5",
                           "--force", "--threads", "1"], capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return 0, None
    told = subprocess.run([vintner, "diagnose", f"{folder}/r.h5", "--json"], capture_output=True,
                          text=True, check=False)
    if told.returncode != 0:
        return told.returncode, {"error": told.stderr.strip()}
    return done.returncode, json.loads(told.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("vintner")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=200, help="infeasible models")
    parser.add_argument("--unbounded", type=int, default=0, help="unbounded models")
    options = parser.parse_args()
    seed, seen, bad, sizes = options.first, {"infeasible": 0, "unbounded": 0}, 0, {}
    with tempfile.TemporaryDirectory() as folder:
        while seen["infeasible"] < options.count or seen["unbounded"] < options.unbounded:
            raw = oracle.random_inputs(seed)
            unit = ("lifetime", "annual")[seed % 2]
            category = raw["CATEGORY"][-1]
            code, found = run(options.vintner, folder, raw, unit, category)
            wrong = []
            if code == 3 and found["status"] in seen:
                seen[found["status"]] += 1
                inputs = oracle.inputs_of(json.loads(json.dumps(raw)))
                if found["status"] == "infeasible":
                    size = len(found["conflict"])
                    sizes[size] = sizes.get(size, 0) + 1
                    wrong = check_conflict(inputs, unit, found)
                else:
                    wrong = check_ray(inputs, unit, category, found)
            elif code != 0:
                wrong = [f"exit code {code}: {found}"]
            for text in wrong:
                print(f"seed {seed} ({unit}): {text}")
            bad += bool(wrong)
            seed += 1
    print(f"{seen['infeasible']} infeasible, {seen['unbounded']} unbounded, {bad} wrong; members: "
          + ", ".join(f"{n}: {sizes[n]}" for n in sorted(sizes)))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
