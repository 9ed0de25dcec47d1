#!/usr/bin/env python3
"""Technology choice by chance, on the ammonia example of which the optimum is known.

    choice_chance.py VINTNER FOLDER

Numbers: the public test suite of pulpo 2.0 and a golden-section search in double precision (objective
to 1e-6, bounds exactly), and the facility cone, whose optimum has a closed form.
"""
import json
import math
import os
import subprocess
import sys

import h5py
import yaml


def normal(amount, sd):
    return {"amount": amount, "uncertainty type": 3, "loc": amount, "scale": sd}


def lognormal(median, scale):
    return {"amount": median, "uncertainty type": 2, "loc": math.log(median), "scale": scale}


def triangular(a, c, b):
    return {"amount": c, "uncertainty type": 5, "loc": c, "minimum": a, "maximum": b}


def uniform(a, b, amount):
    return {"amount": amount, "uncertainty type": 4, "minimum": a, "maximum": b}


def document(processes, factors):
    data = {}
    for name, (inputs, emissions) in processes.items():
        data[name] = {"name": name, "exchanges": [{"input": ["db", name], "type": "production", "amount": 1}]}
        for product, amount in inputs.items():
            data[name]["exchanges"].append({"input": ["db", product], "type": "technosphere", "amount": amount})
        for flow, exchange in emissions.items():
            data[name]["exchanges"].append(dict(exchange, input=["air", flow], type="biosphere"))
    flows = sorted({f for _, e in processes.values() for f in e})
    return {"databases": {"db": {"data": data}, "air": {"data": {f: {"type": "emission"} for f in flows}}},
            "methods": [{"name": ["gwp"], "cfs": [[["air", f], q] for f, q in factors.items()]}]}


AMMONIA = document({
    "gas": ({}, {"CH4": lognormal(.006, .3), "CO2": normal(.05, .005)}),
    "power": ({}, {"CO2": lognormal(.15, .5)}),
    "smr": ({"gas": 3.4, "power": .4},
            {"CH4": triangular(.001, .002, .004), "N2O": normal(.0003, 3.6e-5), "CO2": lognormal(9.5, .15)}),
    "nitrogen": ({"power": .12}, {}),
    "electrolysis": ({"power": 52}, {}),
    "ammonia": ({"nitrogen": .82, "electrolysis": .178, "power": .06},
                {"CO2": {"amount": .02}, "N2O": uniform(.0003, .0015, .0008)}),
}, {"CO2": normal(1, 0), "CH4": lognormal(29.7, .1), "N2O": 273.0})

# mean 11 - a, variance 5.01 a^2 + 0.25 (1 - a)^2
FACILITY = document({
    "chain": ({"facility": 1e-10}, {"x": normal(0.0, .1)}),
    "facility": ({"energy": 1e11}, {"x": normal(0.0, 1e10)}),
    "energy": ({}, {"x": normal(1.0, .2)}),
    "other": ({}, {"x": normal(11.0, .5)}),
}, {"x": 1.0})


def run(vintner, name, source, choice):
    model = dict({"databases": [source], "methods": {"gwp": ["gwp"]}, "objective": "gwp"}, **choice)
    with open(name + ".yaml", "w", encoding="utf-8") as f:
        yaml.safe_dump({"vintner": 1, "name": name, "model": {"choice": model}}, f)
    done = subprocess.run([vintner, "run", name + ".yaml", "-q", "--force"], capture_output=True, text=True)
    if done.returncode:
        return None, f"exit {done.returncode}: {done.stderr.strip()}"
    with h5py.File(name + ".h5") as f:
        labels = [x.decode() for x in f["alternative_process"][:]]
        return {"objective": f["objective"][0], "gap": f["gap"][0], "mean": f["mean"][0],
                "deviation": f["deviation"][0], "violation": f["violation"][0],
                "level": dict(zip(labels, f["choice_level"][0]))}, ""


def main():
    vintner, folder = sys.argv[1:3]
    os.chdir(folder)
    for name, content in (("ammonia.json", AMMONIA), ("facility.json", FACILITY)):
        with open(name, "w", encoding="utf-8") as f:
            json.dump(content, f)
    ammonia = {"choices": {"hydrogen": ["smr", "electrolysis"]}, "demand": {"ammonia": 1}}
    capped = dict(ammonia, choices={"hydrogen": {"smr": None, "electrolysis": .035}})
    tri = {"electrolysis": {"triangular": [.005, .03, .035]}}
    cases = []
    for level, value in ((.5, 1.865886919483), (.7, 2.266162396020), (.9, 2.498129665608), (.95, 2.600239383789),
                         (.99, 2.788914660753)):
        cases.append((f"free {level}", "ammonia.json", dict(ammonia, chance={"confidence": level}), value, None))
    for level, value, el in ((.5, 2.336715750355, .018693063938), (.7, 2.439943350674, .015606601718),
                             (.9, 2.612847499087, .011123724357), (.95, 2.702274355247, .009330127019),
                             (.99, 2.876249725810, .006936491673)):
        cases.append((f"capped {level}", "ammonia.json",
                      dict(capped, chance={"confidence": level, "upper_limit": tri}), value, el))
    cases.append(("individual", "ammonia.json",
                  dict(capped, chance={"confidence": .9, "allocation": "individual", "upper_limit": tri}), 2.50963881,
                  .013660254038))
    cases.append(("lower", "ammonia.json",
                  dict(ammonia, chance={"confidence": .9, "shares": [.5, .25, .25],
                                        "lower_limit": {"electrolysis": {"uniform": [0, .05]}},
                                        "upper_limit": {"smr": {"uniform": [10, 20]}}}), None, .05 * (1 - .025)))
    cases.append(("facility", "facility.json",
                  {"choices": {"d": ["chain", "other"]}, "demand": {"d": 1}, "chance": {"confidence": .9}},
                  11.540526872707, None))
    bad = 0
    for number, (title, source, choice, value, level) in enumerate(cases):
        found, wrong = run(vintner, f"chance{number}", source, choice)
        if found:
            if value is not None and not abs(found["objective"] - value) <= 1e-7 * value:
                wrong += f" objective {found['objective']} is not {value}"
            if level is not None and not abs(found["level"]["electrolysis"] - level) <= 1e-8:
                wrong += f" electrolysis {found['level']['electrolysis']} is not {level}"
            if not found["gap"] <= 1e-6 or not found["violation"] <= 1e-9:
                wrong += f" gap {found['gap']}, violation {found['violation']}"
        if wrong:
            bad += 1
            print(f"{title}: {wrong}")
    print(f"{len(cases)} cases, {bad} wrong")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
