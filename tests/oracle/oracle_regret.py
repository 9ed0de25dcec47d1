#!/usr/bin/env python3
"""An independent answer for the regret of plans: which plans are chosen, what becomes of each scenario
with each of them, and which stands up best.

Plans are put into the textbook programme of oracle.py as bounds of installation and solved with
SciPy's HiGHS. vintner gives a plan within 1e-7 of its numbers: every pair is solved with a narrow and
with a wide slack, and vintner's objective has to lie between them. Medoids are found by PAM as
Kaufman and Rousseeuw wrote it down, one exchange at a time.

    oracle_regret.py --check RESULTS.h5 STUDY.yaml [--sample N]   solve N pairs again, compare
    oracle_regret.py --compare VINTNER [--first SEED] [--count N]     random models and studies

Needs numpy, scipy, h5py and PyYAML. Exit code 0: all agrees, 1: not.
"""
import argparse
import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

import oracle

NARROW, WIDE = 1e-9, 1e-6
OPTIMAL, INFEASIBLE, UNBOUNDED, INACCURATE = 0, 1, 2, 3
MOST_COMPARED = 2000


class Failure(Exception):
    """The two programs differ."""


def require(condition, text):
    if not condition:
        raise Failure(text)


# ---------------------------------------------------------------------------------------------
# Medoids


def total_distance(distance, medoids):
    return distance[list(medoids)].min(axis=0).sum()


def pam(distance, wanted):
    medoids = []
    everything = range(len(distance))
    while len(medoids) < wanted:
        rest = [x for x in everything if x not in medoids]
        medoids.append(min(rest, key=lambda x: (round(total_distance(distance, medoids + [x]), 12), x)))
    while True:
        now = total_distance(distance, medoids)
        best, exchange = now * (1 - 1e-12), None
        for x in everything:
            if x in medoids:
                continue
            for m in range(wanted):
                after = total_distance(distance, medoids[:m] + [x] + medoids[m + 1:])
                if after < best - 1e-13 * now:
                    best, exchange = after, (m, x)
        if exchange is None:
            return sorted(medoids)
        medoids[exchange[0]] = exchange[1]


def distances(installation):
    largest = installation.sum(axis=2).max(axis=0)
    scaled = installation / np.where(largest > 0, largest, 1)[:, None]
    flat = scaled.reshape(len(scaled), -1)
    return np.abs(flat[:, None, :] - flat[None, :, :]).sum(axis=2)


def check_choice(file, places):
    """The plans in the file; -1 where there is none."""
    plan = file["regret/plan_scenario"][:]
    optimal = np.flatnonzero(file["status"][:] == OPTIMAL)
    require(len(plan) == places, f"{len(plan)} places, expected {places}")
    if len(optimal) <= places:
        expected = list(optimal) + [-1] * (places - len(optimal))
        require(list(plan) == expected, f"plans {list(plan)}, expected {expected}")
        return plan
    require(len(optimal) <= MOST_COMPARED, "too many scenarios for this program")
    distance = distances(file["installation"][:][optimal])
    medoids = pam(distance, places)
    found = [int(np.flatnonzero(optimal == k)[0]) for k in plan]
    require(found == sorted(set(found)), f"plans {found} are not ascending")
    # Among equals either will do.
    ours, theirs = total_distance(distance, medoids), total_distance(distance, found)
    require(found == medoids or abs(ours - theirs) <= 1e-9 * max(ours, theirs),
            f"medoids {found} with {theirs!r}, expected {medoids} with {ours!r}")
    return plan


# ---------------------------------------------------------------------------------------------
# Pairs


def solve_given(model, installation, last_year, slack):
    processes = model.inputs["PROCESS"]
    lower, upper = model.lower.copy(), model.upper.copy()
    for (p, t), column in model.s.items():
        if t > last_year:
            continue
        units = installation[processes.index(p), model.years.index(t)]
        lower[column] = max(lower[column], units - slack * abs(units))
        upper[column] = min(upper[column], units + slack * abs(units))
    before = model.lower, model.upper
    model.lower, model.upper = lower, upper
    crossed = lower > upper
    # What a limit cuts off by rounding alone stays.
    if np.all(lower[crossed] - upper[crossed] <= 1e-9 * np.abs(lower[crossed])):
        model.lower = np.minimum(lower, upper)
    answer = oracle.solve(model)
    model.lower, model.upper = before
    return answer[0], answer[1]


def check_pair(file, model, i, k, plan, last_year, tolerance):
    title = f"plan {i} (scenario {plan[i]}) in scenario {k}:"
    status = int(file["regret/status"][i, k])
    objective, regret = float(file["regret/objective"][i, k]), float(file["regret/regret"][i, k])
    installation = file["installation"][plan[i]]
    if plan[i] == k:
        require(status == OPTIMAL and regret == 0 and objective == file["objective"][k],
                f"{title} {status}, {objective!r}, regret {regret!r}")
    narrow = solve_given(model, installation, last_year, NARROW)
    wide = solve_given(model, installation, last_year, WIDE)
    outcomes = {"optimal": OPTIMAL, "infeasible": INFEASIBLE, "unbounded": UNBOUNDED}
    expected = {outcomes.get(narrow[0], -9), outcomes.get(wide[0], -9)}
    require(status in expected, f"{title} status {status}, expected {expected}")
    if status != OPTIMAL:
        require(np.isnan(regret), f"{title} regret {regret!r} without an optimum")
        return
    low = wide[1] if wide[0] == "optimal" else -np.inf
    high = narrow[1] if narrow[0] == "optimal" else np.inf
    room = tolerance * max(abs(objective), abs(low) if np.isfinite(low) else 0, 1e-300)
    require(low - room <= objective <= high + room,
            f"{title} {objective!r}, expected {low!r} to {high!r}")
    if file["status"][k] == OPTIMAL:
        require(regret == objective - file["objective"][k] or plan[i] == k,
                f"{title} regret {regret!r} of {objective!r}")
        require(regret >= -1e-6 * abs(objective), f"{title} regret {regret!r}")
    else:
        require(np.isnan(regret), f"{title} regret {regret!r}, but the scenario has no optimum")


# ---------------------------------------------------------------------------------------------
# What is told of plans


def best(share, first, second, tie):
    """Place of the first of those that are best by share, then by `first`, then by `second`."""
    places = np.flatnonzero(share == share.max())
    places = places[first[places] <= first[places].min() + tie]
    places = places[second[places] <= second[places].min() + tie]
    return places[0]


def check_summary(file, plan):
    group = file["regret"]
    plans = int((plan >= 0).sum())
    regret, status, objective = group["regret"][:], group["status"][:], group["objective"][:]
    require(int(group.attrs["plans"]) == plans, f"plans {group.attrs['plans']}, expected {plans}")
    require(np.all(status[plans:] == -1) and np.all(np.isnan(regret[plans:])) and
            np.all(np.isnan(objective[plans:])), "numbers at places without a plan")
    names = ("regret_mean", "regret_max", "feasible_share")
    mean, most, share = (group[name][:] for name in names)
    require(all(np.all(np.isnan(x[plans:])) for x in (mean, most, share)), "sums without a plan")
    if plans == 0:
        require(group.attrs["robust_plan"] == -1 and group.attrs["robust_mean_plan"] == -1,
                "a best plan of none")
        return
    optima = file["status"][:] == OPTIMAL
    rows = regret[:plans, optima]
    feasible = status[:plans, optima] == OPTIMAL
    require(np.array_equal(feasible, np.isfinite(rows)), "regret and status do not agree")
    size = max(1.0, float(np.nanmax(np.abs(objective))))
    for name, found, expected in ((names[0], mean, np.nanmean(rows, axis=1)),
                                  (names[1], most, np.nanmax(rows, axis=1)),
                                  (names[2], share, feasible.mean(axis=1))):
        require(np.allclose(found[:plans], expected, rtol=1e-12, atol=1e-12 * size),
                f"{name} {found[:plans]}, expected {expected}")
    tie = 1e-9 * size
    for name, place in (("robust_plan", best(share[:plans], most[:plans], mean[:plans], tie)),
                        ("robust_mean_plan", best(share[:plans], mean[:plans], most[:plans], tie))):
        require(int(group.attrs[name]) == plan[place],
                f"{name} {group.attrs[name]}, expected {plan[place]}")


# ---------------------------------------------------------------------------------------------


def check_file(path, study_path, sample, seed, tolerance):
    """Compare; number of pairs that were solved again."""
    import h5py
    import yaml
    with open(study_path, encoding="utf-8") as file:
        study = yaml.safe_load(file)
    pathway = study["model"]["pathway"]
    base = oracle.read_inputs(Path(study_path).parent / pathway["inputs"])
    oracle.extend(base, pathway.get("extend", 0))
    for override in pathway.get("overrides") or []:
        operation = oracle.operation_of(override)
        oracle.apply(base, override["target"], operation, float(override[operation]))
    weights = oracle.weights_of(base, pathway.get("objective"))
    told = study["results"]["regret"]
    told = {} if told is True else told
    last_year = told.get("fix", max(base["SYSTEM_TIME"]))
    with h5py.File(path, "r") as file:
        scenarios = file["status"].shape[0]
        places = min(told.get("plans", scenarios if scenarios <= 200 else 20), scenarios)
        plan = check_choice(file, places)
        plans = int((plan >= 0).sum())
        check_summary(file, plan)
        pairs = [(i, k) for i in range(plans) for k in range(scenarios)]
        if sample < len(pairs):
            pairs = random.Random(seed).sample(pairs, sample)
        models = {}
        for i, k in pairs:
            if k not in models:
                inputs = oracle.scenario_inputs(base, study, file, k)
                models[k] = oracle.Model(inputs, pathway.get("unit", "lifetime"), weights)
            check_pair(file, models[k], i, k, plan, last_year, tolerance)
    return len(pairs)


def random_regret(seed, study, years):
    """A study whose plans are some or all, fixed in some or all years."""
    rnd = random.Random(f"regret {seed}")
    told = {}
    if rnd.random() < 0.6:
        told["plans"] = rnd.randint(1, 7)
    if rnd.random() < 0.6:
        told["fix"] = rnd.choice(years)
    study["results"] = {"keep": ["installation"], "regret": told or True}
    return study


def compare_random(vintner, first, count, tolerance):
    import yaml
    total = bad = 0
    for seed in range(first, first + count):
        with tempfile.TemporaryDirectory() as folder:
            raw = oracle.random_inputs(seed)
            Path(folder, "inputs.json").write_text(json.dumps(raw), encoding="utf-8")
            study = Path(folder, "study.yaml")
            asked = random_regret(seed, oracle.random_study(seed, json.loads(json.dumps(raw))),
                                  raw["SYSTEM_TIME"])
            study.write_text(yaml.safe_dump(asked), encoding="utf-8")
            done = subprocess.run([vintner, "run", str(study), "-q", "-o", f"{folder}/out.h5",
                                   "--threads", "1"], capture_output=True, text=True, check=False)
            try:
                require(done.returncode in (0, 3),
                        f"exit code {done.returncode}: {done.stderr.strip()}")
                total += check_file(f"{folder}/out.h5", study, 10**9, 0, tolerance)
            except Failure as failure:
                print(f"seed {seed}: {failure}")
                bad += 1
    return total, bad


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--check", nargs=2, metavar=("RESULTS", "STUDY"))
    parser.add_argument("--sample", type=int, default=100)
    parser.add_argument("--compare", metavar="VINTNER")
    parser.add_argument("--first", type=int, default=0, metavar="SEED")
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--tolerance", type=float, default=1e-7)
    options = parser.parse_args()
    if options.compare:
        total, bad = compare_random(options.compare, options.first, options.count,
                                    options.tolerance)
    else:
        bad, total = 0, 0
        try:
            total = check_file(*options.check, options.sample, 1, options.tolerance)
        except Failure as failure:
            print(failure)
            bad = 1
    print(f"{total} pairs compared, {bad} differ")
    return 1 if bad or not total else 0


if __name__ == "__main__":
    sys.exit(main())
