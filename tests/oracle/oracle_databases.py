"""Builds the inputs of a pathway model from a JSON document by itself, in a few lines of numpy, and
compares them with those that vintner exports.

    python oracle_databases.py STUDY.yaml EXPORTED.json

Knows documents that link to each other, all kinds of nodes and exchanges, offsets in years, months
and days, vintages, and static factors, GWP and CRF of a few gases.
"""
import json
import math
import sys
from pathlib import Path

import numpy
import yaml

study_path, exported_path = map(Path, sys.argv[1:3])
plan = yaml.safe_load(study_path.read_text())["model"]["pathway"]
databases, methods = {}, []
for source in plan["databases"]:
    document = json.loads((study_path.parent / source).read_text())
    databases.update(document["databases"])
    methods += document.get("methods", [])
first, last = plan["years"]
years = range(first, last + 1)
own = plan["foreground"]
foreground = databases[own]["data"]


def allocate(name, how):
    """Each process of several products becomes one a product, by shares of what they weigh."""
    data = databases[name]["data"]
    for code in list(data):
        made = [x for x in data[code].get("exchanges", []) if x["type"] in MADE]
        products = list(dict.fromkeys(tuple(x["input"]) for x in made))
        if len(products) < 2:
            continue
        weight = dict.fromkeys(products, 0.0)
        for x in made:
            key = tuple(x["input"])
            known = {} if how == "equal" else {**databases[key[0]]["data"][key[1]].get("properties", {}), **x.get("properties", {})}
            value = 1.0 if how == "equal" else known[how]
            value = value["amount"] if isinstance(value, dict) else value
            weight[key] = 1.0 if how == "equal" else weight[key] + x["amount"] * value
        for product in products:
            share = weight[product] / sum(weight.values())
            part = {k: v for k, v in data[code].items() if k != "exchanges"} | {"type": "process", "exchanges": []}
            for x in data[code]["exchanges"]:
                if x["type"] not in MADE:
                    amounts = {k: v * share for k, v in x.get("vintage_amounts", {}).items()}
                    part["exchanges"].append(x | {"amount": x["amount"] * share} | ({"vintage_amounts": amounts} if amounts else {}))
                elif tuple(x["input"]) == product:
                    part["exchanges"].append(x)
            part["name"] = f"{code} for {product[1]}"
            data[f"{code}@{product[1]}"] = part
        if (name, code) in products:
            data[code] = {k: v for k, v in data[code].items() if k != "exchanges"} | {"type": "product"}
        else:
            del data[code]


MADE = ("production", "generic production")
for database, how in plan.get("allocation", {}).items():
    allocate(database, how)


def year_of(name):
    return int(databases[name]["metadata"]["representative_time"][:4])


def snapshots():
    """Years by database, of the only background or of the first one."""
    given = plan.get("background")
    if isinstance(given, dict) and not all(isinstance(v, int) for v in given.values()):
        given = next(iter(given.values()))
    if given is None:
        given = [n for n, d in databases.items() if "representative_time" in d["metadata"]]
    return given if isinstance(given, dict) else {name: year_of(name) for name in given}


def all_snapshots():
    given = plan.get("background")
    if isinstance(given, dict) and not all(isinstance(v, int) for v in given.values()):
        return list(dict.fromkeys(n for names in given.values() for n in names))
    return list(snapshots())


PRODUCED = ("production", "generic production", "substitution")
CHIMAERA = "processwithreferenceproduct"


def type_of(where, code):
    """Type of a node by bw2data's rule."""
    node = databases[where]["data"][code]
    if node.get("type", "process") != "process":
        return node["type"]
    exchanges = node.get("exchanges", [])
    own = any(x["input"] == [where, code] for x in exchanges)
    return "process" if not own and any(x["type"] in PRODUCED for x in exchanges) else CHIMAERA


def year_of_offset(unit, date):
    return math.floor(date / {"Y": 1, "M": 12, "D": 365.2425}[unit])


# Foreground: entries of one key add up.
SIGN = {"production": "production", "generic production": "production", "biosphere": "biosphere"}
tensors = {k: {} for k in ("production", "technosphere", "internal", "biosphere")}
vintages = {k: {} for k in tensors}
operation, improvements = {}, {}
flows, elements = {}, {}
for code, node in foreground.items():
    for x in node.get("exchanges", []):
        where, name = x["input"]
        kind = SIGN.get(x["type"], "technosphere")
        sign = -1.0 if x["type"] == "substitution" else 1.0
        if kind == "technosphere" and where == own:
            kind = "internal"
        if kind == "technosphere":
            flows.setdefault(name, databases[where]["data"][name])
        if kind == "biosphere":
            elements.setdefault(name, (where, name))
        spread = x.get("temporal_distribution", {"unit": "Y", "date": [0], "amount": [1.0]})
        taus = [year_of_offset(spread["unit"], date) for date in spread["date"]]
        for tau, weight in zip(taus, spread["amount"]):
            cell = (code, name, tau)
            tensors[kind][cell] = tensors[kind].get(cell, 0.0) + sign * x["amount"] * weight
        if x.get("operation"):
            operation[code, name] = True
        for year, value in x.get("vintage_improvements", {}).items():
            improvements[code, name, int(year)] = value
        for key, value in x.get("vintage_amounts", {}).items():
            keys = [json.loads(key)] if key.startswith("[") else [(tau, int(key)) for tau in taus]
            vintages[kind].update({(code, name, tau, year): sign * value for tau, year in keys})

# Background: G = B A^-1 e for each flow, found by name, product and location.
KEY = ("name", "reference product", "location")


def closure(database):
    reached = [database]
    for each in reached:
        for node in databases[each]["data"].values():
            linked = (x["input"][0] for x in node.get("exchanges", []))
            reached += [d for d in dict.fromkeys(linked) if d not in reached]
    return reached


def matrices(database):
    """Rows and columns by node, A, and rows of B by flow."""
    rows, columns, entries, emissions = {}, {}, [], []
    for where in closure(database):
        for code, node in databases[where]["data"].items():
            if type_of(where, code) not in ("process", CHIMAERA):
                continue
            column = columns.setdefault((where, code), len(columns))
            cells = [(tuple(x["input"]), x["amount"], x["type"]) for x in node.get("exchanges", [])]
            if type_of(where, code) == CHIMAERA and not any(t in PRODUCED for _, _, t in cells):
                cells.append(((where, code), 1.0, "production"))
            for cell, amount, kind in cells:
                if kind == "biosphere":
                    emissions.append((cell, column, amount))
                    continue
                row = rows.setdefault(cell, len(rows))
                entries.append((row, column, amount if kind in PRODUCED else -amount))
    a, b = numpy.zeros((len(rows), len(columns))), {}
    for row, column, amount in entries:
        a[row, column] += amount
    for flow, column, amount in emissions:
        b.setdefault(flow, numpy.zeros(len(columns)))[column] += amount
    return rows, a, b


inventory, sizes = {}, {}
for snapshot in all_snapshots():
    data = databases[snapshot]["data"]
    rows, a, b = matrices(snapshot)
    for where, name in b:
        elements.setdefault(name, (where, name))
    for flow, node in flows.items():
        match = [c for c, n in data.items() if all(n.get(k) == node.get(k) for k in KEY)]
        assert len(match) == 1, (snapshot, flow, match)
        demand = numpy.zeros(len(rows))
        demand[rows[snapshot, match[0]]] = 1.0
        supply = numpy.linalg.solve(a, demand)
        for (_, name), row in b.items():
            inventory[snapshot, flow, name] = row @ supply
            sizes[snapshot, flow, name] = abs(row) @ abs(supply)

# Interpolation.
mapping = {}
ascending = sorted(snapshots().items(), key=lambda item: item[1])
for t in years:
    known = [y for _, y in ascending]
    for i, (name, _) in enumerate(ascending):
        unit = [float(k == i) for k in range(len(known))]
        mapping[name, t] = float(numpy.interp(t, known, unit))

# Characterisation: IPCC AR6, specs of the metrics as in the README.
AIR = 28.97 / 5.135e18 * 1e9


def co2(k):
    terms = ((0.2240, 394.4), (0.2824, 36.54), (0.2763, 4.304))
    total = 0.2173 * k + sum(a * tau * (1 - math.exp(-k / tau)) for a, tau in terms)
    return 1.33e-5 * AIR / 44.01 * total


def decay(radiative, mass, tau):
    return lambda k: radiative * AIR / mass * tau * -math.expm1(-k / tau)


GASES = {"carbon dioxide": co2, "methane, fossil": decay(5.7e-4, 16.04, 11.8),
         "dinitrogen monoxide": decay(2.8e-3, 44.01, 109.0),
         "sulfur hexafluoride": decay(0.56657, 146.07, 1000.0)}


def factor(choice, name, static, t):
    metric = choice.get("metric", "static")
    if metric == "static":
        return static
    gas = next((f for n, f in GASES.items() if n in name.lower()), None)
    if gas is None:
        return 0.0
    horizon = choice.get("horizon", 100)
    fixed = metric == "CRF" or choice.get("fixed_horizon", True)
    left = max(0, horizon - (t - first if fixed else 0) - 1)
    return gas(left) / (co2(horizon - 1) if metric == "GWP" else 1.0)


weights = {}
for category, choice in plan["methods"].items():
    choice = choice if isinstance(choice, dict) else {"method": choice}
    method = next(m for m in methods if [str(p) for p in m["name"]] == [str(p) for p in choice["method"]])
    for (where, name), static in method["cfs"]:
        if name in elements:
            label = databases[where]["data"][name]["name"]
            for t in years:
                weights[category, name, t] = factor(choice, label, static, t)
kept = {name for (_, name, _), value in weights.items() if value} | {n for _, n, _ in tensors["biosphere"]}
inventory = {cell: value for cell, value in inventory.items() if cell[2] in kept}

# Comparison.
exported = json.loads(exported_path.read_text())
wrong = 0


def compare(field, expected, tolerance=1e-12, size=None):
    """`size`: what an entry was summed from, whose rounding errors it has."""
    global wrong
    stored = (exported[field] or {}).items()
    found = {tuple(json.loads(k) if k.startswith("[") else [k]): v for k, v in stored}
    scale = max([abs(v) for v in expected.values()], default=1.0)
    for key in sorted(set(found) | set(expected), key=str):
        a, b = found.get(key, 0.0), expected.get(key, 0.0)
        near = max(abs(b), size.get(key, 0.0) if size else 1e-9 * scale)
        if not abs(a - b) <= tolerance * near:
            wrong += 1
            print(f"{field}{list(key)}: {a!r}, expected {b!r}")


compare("foreground_production", tensors["production"])
compare("foreground_technosphere", tensors["technosphere"])
compare("internal_demand_technosphere", tensors["internal"])
compare("foreground_biosphere", tensors["biosphere"])
compare("operation_flow", operation)
compare("vintage_improvements", improvements)
for kind in ("production", "technosphere", "biosphere"):
    compare(f"foreground_{kind}_vintages", vintages[kind])
compare("background_inventory", inventory, 1e-10, sizes)
compare("mapping", mapping)
compare("characterization", weights)
print(f"{len(inventory)} inventories, {len(weights)} factors, {wrong} wrong")
sys.exit(wrong > 0)
