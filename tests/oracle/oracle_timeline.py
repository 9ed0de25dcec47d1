"""Timelines computed again: golden cases, and random systems by two independent ways.

    python3 oracle_timeline.py VINTNER PRINT_VALUES golden CASES      the folder cases/timeline
    python3 oracle_timeline.py VINTNER PRINT_VALUES gases CASES       the folder cases/dynchar
    python3 oracle_timeline.py VINTNER PRINT_VALUES random SEED COUNT
    python3 oracle_timeline.py VINTNER PRINT_VALUES impacts SEED COUNT

Random systems have loops at their date and with delays, co-products, waste, parallel exchanges and
absolute dates. `expand` follows every path until nothing is left of it (no knots, no merging but by
equal dates); `generations` is the rule of cut-offs, closures and knots, with dense algebra. Works in
the current folder; prints what differs and ends with 1 then.
"""

import csv
import datetime
import io
import itertools
import json
import math
import random
import subprocess
import sys

VINTNER, PRINT_VALUES = sys.argv[1:3]
EPOCH = datetime.datetime(1970, 1, 1)
faults = []


def check(title, truth, why=""):
    if not truth:
        faults.append(title)
        print(f"FAILED: {title}: {why}")


def close(a, b, relative, scale=0.0):
    return abs(a - b) <= relative * max(abs(a), abs(b), scale) + 1e-300


def run(study, text, expected=0):
    with open(f"{study}.yaml", "w", encoding="utf-8") as file:
        file.write(text)
    done = subprocess.run([VINTNER, "run", f"{study}.yaml", "--force", "-q"], capture_output=True, text=True, check=False)
    check(f"{study}: exit code", done.returncode == expected, f"{done.returncode}: {done.stderr.strip()}")
    return done.returncode == 0


def values(file, name):
    done = subprocess.run([PRINT_VALUES, file, name], capture_output=True, text=True, check=True)
    return [float(word) for word in done.stdout.split()]


def rows_of(file):
    """{(activity, flow, date, kind): amount}, kinds and dates as text"""
    done = subprocess.run([VINTNER, "show", file, "--csv"], capture_output=True, text=True, check=True)
    found = {}
    for row in csv.DictReader(io.StringIO(done.stdout)):
        found[row["activity"], row["elementary_flow"], row["date"], row["kind"]] = float(row["amount"])
    return found


def compare_rows(title, found, wanted, tolerance):
    scale = max((abs(amount) for amount in wanted.values()), default=0.0)
    for key in set(found) | set(wanted):
        a, b = found.get(key, 0.0), wanted.get(key, 0.0)
        if not abs(a - b) <= tolerance * scale:
            check(title, False, f"{key}: {a}, expected {b}")
            return
    check(title, True)


# --------------------------------------------------------------------------------------------------
# Dates.


def add(base, months, seconds):
    month = base.year * 12 + base.month - 1 + months
    year, month = divmod(month, 12)
    month += 1
    leap = (year % 4 == 0 and year % 100 != 0) or year % 400 == 0
    last = [31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
    moved = base.replace(year=year, month=month, day=min(base.day, last))
    return moved + datetime.timedelta(seconds=seconds)


UNITS = {"W": 604800, "D": 86400, "h": 3600, "m": 60, "s": 1}


def steps(distribution):
    """[(absolute date or None, months, seconds, fraction)]"""
    if distribution is None:
        return [(None, 0, 0, 1.0)]
    total = sum(distribution["amount"])
    made = []
    for k, amount in enumerate(distribution["amount"]):
        if "datetime" in distribution:
            made.append((datetime.datetime.fromisoformat(distribution["datetime"][k]), 0, 0, amount / total))
            continue
        unit, date = distribution["unit"], distribution["date"][k]
        months = date * {"Y": 12, "M": 1}.get(unit, 0)
        made.append((None, months, date * UNITS.get(unit, 0), amount / total))
    return made


# --------------------------------------------------------------------------------------------------
# Systems: {process: [(type, input, amount, distribution)]}; a process makes the product of its name.


class System:
    def __init__(self, processes, flows):
        self.names = list(processes)
        self.flows = flows
        self.exchanges = processes
        self.production = {}
        self.inputs = {}  # process -> [(product, amount in A, step...)]
        self.emissions = {}
        for name, exchanges in processes.items():
            self.production[name] = 0.0
            self.inputs[name], self.emissions[name] = [], []
            made = False
            for kind, other, amount, distribution in exchanges:
                made = made or kind in ("production", "substitution")
                if kind == "production" and other == name:
                    self.production[name] += amount
                elif kind == "biosphere":
                    self.emissions[name].append((other, amount, steps(distribution)))
                else:
                    sign = -1 if kind == "technosphere" else 1
                    self.inputs[name].append((other, sign * amount, steps(distribution)))
            if not made:
                self.production[name] = 1.0

    def document(self):
        databases = {"db": {"data": {}}, "bio": {"data": {f: {"name": f, "type": "emission"} for f in self.flows}}}
        for name, exchanges in self.exchanges.items():
            listed = []
            for kind, other, amount, distribution in exchanges:
                exchange = {"input": ["bio" if kind == "biosphere" else "db", other], "type": kind, "amount": amount}
                if distribution:
                    exchange["temporal_distribution"] = distribution
                listed.append(exchange)
            databases["db"]["data"][name] = {"name": name, "exchanges": listed}
        return {
            "databases": databases,
            "methods": [{"name": ["m"], "cfs": [[["bio", f], 1 + k] for k, f in enumerate(self.flows)]}],
        }

    def matrix(self):
        n = self.names
        a = [[0.0] * len(n) for _ in n]
        for j, name in enumerate(n):
            a[j][j] += self.production[name]
            for product, amount, _ in self.inputs[name]:
                a[n.index(product)][j] += amount
        return a

    def static(self, product, amount):
        n = self.names
        supply = solve(self.matrix(), [amount if name == product else 0.0 for name in n])
        total = dict.fromkeys(self.flows, 0.0)
        for j, name in enumerate(n):
            for flow, emitted, _ in self.emissions[name]:
                total[flow] += emitted * supply[j]
        return total


def solve(a, b):
    n = len(b)
    rows = [list(row) + [b[i]] for i, row in enumerate(a)]
    for k in range(n):
        best = max(range(k, n), key=lambda i: abs(rows[i][k]))
        rows[k], rows[best] = rows[best], rows[k]
        if rows[k][k] == 0:
            raise ZeroDivisionError
        for i in range(k + 1, n):
            by = rows[i][k] / rows[k][k]
            if by:
                for c in range(k, n + 1):
                    rows[i][c] -= by * rows[k][c]
    x = [0.0] * n
    for i in reversed(range(n)):
        x[i] = (rows[i][n] - sum(rows[i][c] * x[c] for c in range(i + 1, n))) / rows[i][i]
    return x


def put(rows, key, amount):
    rows[key] = rows.get(key, 0.0) + amount


# --------------------------------------------------------------------------------------------------
# Every path, until nothing is left.


def expand(system, product, amount, start, least):
    """Rows of all paths whose demand is at least `least` of the start's."""
    rows = {}
    front = {(product, start, 0, 0): amount}
    for _ in range(100000):
        following = {}
        for (asked, base, months, seconds), demand in front.items():
            if abs(demand) < least * abs(amount):
                continue
            # What a process uses of its own product at its date makes its runs larger.
            own = sum(
                a * f
                for p, a, parts in system.inputs[asked]
                if p == asked
                for date, m, s, f in parts
                if date is None and m == 0 and s == 0
            )
            runs = demand / (system.production[asked] + own)
            for flow, emitted, parts in system.emissions[asked]:
                for date, m, s, f in parts:
                    at = date if date else add(base, months + m, seconds + s)
                    put(rows, (asked, flow, at), runs * emitted * f)
            for p, a, parts in system.inputs[asked]:
                for date, m, s, f in parts:
                    if p == asked and date is None and m == 0 and s == 0:
                        continue
                    key = (p, date, 0, 0) if date else (p, base, months + m, seconds + s)
                    put(following, key, -runs * a * f)
        if not following:
            return rows
        front = following
    raise RuntimeError("no end")


# --------------------------------------------------------------------------------------------------
# The rule: knots, worth, closures.


def at_date(system, name):
    """{product: amount in A at the date}, [(product, amount, step)]"""
    now, late = {name: system.production[name]}, []
    for p, a, parts in system.inputs[name]:
        for date, m, s, f in parts:
            if date is None and m == 0 and s == 0:
                now[p] = now.get(p, 0.0) + a * f
            else:
                late.append((p, a * f, (date, m, s)))
    return now, late


def components(names, edges):
    reach = {name: {name} for name in names}
    for _ in names:
        for name in names:
            for other in edges[name]:
                reach[name] |= reach[other]
    return {name: tuple(o for o in names if o in reach[name] and name in reach[o]) for name in names}


def radius_below_one(matrix):
    n = len(matrix)
    try:
        x = solve([[(i == j) - matrix[i][j] for j in range(n)] for i in range(n)], [1.0] * n)
    except ZeroDivisionError:
        return False
    return all(value > 0 for value in x)


class Rule:
    def __init__(self, system):
        self.system = system
        names = system.names
        self.parts = {name: at_date(system, name) for name in names}
        self.knot = components(names, {n: [p for p, a in self.parts[n][0].items() if a] for n in names})
        every = {n: [p for p, a in self.parts[n][0].items() if a] + [p for p, _, _ in self.parts[n][1]] for n in names}
        self.endless = set()
        cycles = components(names, every)
        for cycle in set(cycles.values()):
            late = [[0.0] * len(cycle) for _ in cycle]
            for j, name in enumerate(cycle):
                for p, a, _ in self.parts[name][1]:
                    if p in cycle:
                        late[cycle.index(p)][j] += abs(a)
            if not any(map(any, late)):
                continue
            now = [[self.parts[name][0].get(p, 0.0) for name in cycle] for p in cycle]
            inverse = [solve(now, [float(i == c) for i in range(len(cycle))]) for c in range(len(cycle))]
            product = [
                [sum(late[i][m] * abs(inverse[c][m]) for m in range(len(cycle))) for c in range(len(cycle))]
                for i in range(len(cycle))
            ]
            if not radius_below_one(product):
                self.endless |= set(cycle)
        self.unit = {name: system.static(name, 1.0) for name in names}
        self.worth = self.worths()

    def worths(self):
        """Of a unit, with the factors 1, 2, ... of the flows."""
        system, names = self.system, self.system.names
        n = len(names)
        z = [[0.0] * n for _ in names]
        burden = []
        for j, name in enumerate(names):
            z[j][j] += abs(system.production[name])
            for p, a, _ in system.inputs[name]:
                z[names.index(p)][j] -= abs(a)
            burden.append(sum(abs(a) * (1 + system.flows.index(f)) for f, a, _ in system.emissions[name]))
        try:
            transposed = [[z[j][i] for j in range(n)] for i in range(n)]
            if all(x > 0 for x in solve(transposed, [1.0] * n)):
                return dict(zip(names, solve(transposed, burden)))
        except ZeroDivisionError:
            pass
        return {p: sum(abs(a) * (1 + system.flows.index(f)) for f, a in self.unit[p].items()) for p in names}

    def generations(self, product, amount, start, cutoff, most):
        system = self.system
        rows, calculations, share = {}, 0, 0.0
        whole = abs(amount) * self.worth[product]
        front = {(product, start, 0, 0): amount}
        while front:
            front = {key: value for key, value in front.items() if value != 0.0}

            def is_closed(key, value):
                return key[0] in self.endless or abs(value) * self.worth[key[0]] / whole < cutoff

            expanded = [key for key, value in front.items() if not is_closed(key, value)]
            stops = calculations + len(expanded) > most
            if not stops:
                calculations += len(expanded)
            following, asked = {}, {}
            for key, value in front.items():
                if stops or is_closed(key, value):
                    share += abs(value) * self.worth[key[0]] / whole
                    for flow, unit in self.unit[key[0]].items():
                        put(rows, (key[0], flow, add(*key[1:]), "closed"), value * unit)
                else:
                    asked.setdefault((self.knot[key[0]], *key[1:]), {})[key[0]] = value
            for (knot, base, months, seconds), demand in asked.items():
                block = [[self.parts[name][0].get(p, 0.0) for name in knot] for p in knot]
                for name, runs in zip(knot, solve(block, [demand.get(p, 0.0) for p in knot])):
                    for flow, emitted, parts in system.emissions[name]:
                        for date, m, s, f in parts:
                            at = date if date else add(base, months + m, seconds + s)
                            put(rows, (name, flow, at, "direct"), runs * emitted * f)
                    for p, a in self.parts[name][0].items():
                        if p not in knot:
                            put(following, (p, base, months, seconds), -runs * a)
                    for p, a, (date, m, s) in self.parts[name][1]:
                        key = (p, date, 0, 0) if date else (p, base, months + m, seconds + s)
                        put(following, key, -runs * a)
            front = following
        return rows, calculations, share


# --------------------------------------------------------------------------------------------------
# Random systems.


def distribution(r, absolute):
    count = r.choice([1, 1, 2, 3, 5])
    weight = [r.uniform(0.1, 1) for _ in range(count)]
    if r.random() < 0.2:
        weight[0] -= 0.5 * sum(weight)  # fractions may be negative
    amount = [w / sum(weight) for w in weight]
    if absolute and r.random() < 0.3:
        dates = [datetime.datetime(r.randint(2015, 2060), r.randint(1, 12), r.randint(1, 28), r.randint(0, 23)) for _ in amount]
        return {"datetime": [date.isoformat() for date in dates], "amount": amount}
    unit = r.choice("YYMMWDhms")
    reach = {"Y": 5, "M": 14, "W": 60, "D": 400, "h": 9000, "m": 500000, "s": 30000000}[unit]
    return {"unit": unit, "date": [r.choice([0, r.randint(-reach, reach)]) for _ in amount], "amount": amount}


def random_system(r):
    n, flows = r.randint(2, 7), [f"f{k}" for k in range(r.randint(1, 3))]
    names = [f"p{k}" for k in range(n)]
    loops = r.random() < 0.6
    absolute = r.random() < 0.4
    processes = {}
    for j, name in enumerate(names):
        production = r.choice([1, 1, 1, 2.5, 0.4, -1])
        exchanges = [("production", name, production, None)]
        size = abs(production)
        for _ in range(r.randint(0, 3)):
            other = r.choice(names if loops else names[j + 1 :] or [None])
            if other is None:
                continue
            amount = r.uniform(0.02, 0.25 if loops else 1.5) * size * r.choice([1, 1, 1, -1])
            kind = r.choice(["technosphere"] * 5 + ["substitution"] + ["production"] * (other != name))
            dated = distribution(r, absolute) if r.random() < 0.6 else None
            if kind != "technosphere" and other == name:
                kind = "technosphere"
            exchanges.append((kind, other, amount, dated))
        for flow in flows:
            if r.random() < 0.7:
                dated = distribution(r, absolute) if r.random() < 0.5 else None
                exchanges.append(("biosphere", flow, r.uniform(-1, 3), dated))
        processes[name] = exchanges
    return System(processes, flows)


def study_of(name, system, product, amount, start, lines):
    with open(f"{name}.json", "w", encoding="utf-8") as file:
        json.dump(system.document(), file)
    return (
        f"vintner: 1\nname: {name}\nmodel:\n  timeline:\n    databases: [{name}.json]\n"
        f"    demands: [{{activity: [db, {product}], amount: {amount!r}}}]\n    start: {start.isoformat()}\n"
        "    methods: {m: [m]}\n" + "".join(f"    {line}\n" for line in lines)
    )


def sum_rows(rows, place):
    total = {}
    for key, amount in rows.items():
        put(total, key[place], amount)
    return total


def try_one(seed, k):
    r = random.Random(f"{seed}/{k}")
    system = random_system(r)
    try:
        rule = Rule(system)
        product, amount = r.choice(system.names), r.choice([1.0, 3.5, -2.0])
        static = system.static(product, amount)
    except ZeroDivisionError:
        return False
    if rule.worth[product] <= 0 or max(abs(x) for unit in rule.unit.values() for x in unit.values()) > 1e6:
        return False
    start = datetime.datetime(2024, r.randint(1, 12), r.randint(1, 31 if r.random() < 0 else 28), r.choice([0, 7]))
    cutoff, most = r.choice([(0.3, 10**6), (0.01, 10**6), (1e-4, 10**5), (0, r.randint(0, 40))])
    name = "random"
    text = study_of(name, system, product, amount, start, [f"cutoff: {cutoff}", f"max_calculations: {most}", "keep: [inventory, timeline]"])
    if not run(name, text):
        print(json.dumps(system.exchanges))
        return True
    title = f"random system {seed}/{k}"
    rows, calculations, share = rule.generations(product, amount, start, cutoff, most)
    found = rows_of(f"{name}.h5")
    wanted = {(a, f, date.isoformat(), kind): x for (a, f, date, kind), x in rows.items()}
    compare_rows(f"{title}: rows", found, wanted, 1e-10)
    check(f"{title}: calculations", values(f"{name}.h5", "calculations") == [calculations], f"expected {calculations}")
    check(f"{title}: share", close(values(f"{name}.h5", "remainder_share")[0], share, 1e-9), f"{values(f'{name}.h5', 'remainder_share')}, expected {share}")
    size = sum_rows({key: abs(x) for key, x in wanted.items()}, 1)
    closed = sum_rows({key: abs(x) for key, x in wanted.items() if key[3] == "closed"}, 1)
    order = [f for f in system.flows if f in {x for e in system.emissions.values() for x, _, _ in e}]
    for place, flow in enumerate(order):
        total = sum(x for key, x in found.items() if key[1] == flow)
        check(f"{title}: conservation", abs(total - static[flow]) <= 1e-9 * size.get(flow, 0.0) + 1e-12, f"{flow}: {total}, expected {static[flow]}")
        remainder = values(f"{name}.h5", "remainder")[place]
        check(f"{title}: remainder", abs(remainder - closed.get(flow, 0.0)) <= 1e-9 * max(size.get(flow, 0.0), 1e-3), f"{remainder}, expected {closed.get(flow, 0.0)}")
    # Without any cut-off: every path.
    if not rule.endless and not any(len(knot) > 1 for knot in rule.knot.values()) and r.random() < 0.5:
        text = study_of(name, system, product, amount, start, ["cutoff: 1.0e-13", "keep: [timeline]"])
        paths = expand(system, product, amount, start, 1e-13)
        if run(name, text) and sum(values(f"{name}.h5", "remainder_share")) < 1e-9:
            merged = {}
            for (a, f, date, kind), x in rows_of(f"{name}.h5").items():
                if kind == "direct":
                    put(merged, (a, f, date), x)
            compare_rows(f"{title}: paths", merged, {(a, f, date.isoformat()): x for (a, f, date), x in paths.items()}, 1e-9)
    return True


def random_systems(seed, count, attempt):
    done = 0
    for k in itertools.count():
        done += attempt(seed, k)
        if done >= count or len(faults) > 5:
            break
    print(f"{done} random systems")


# --------------------------------------------------------------------------------------------------
# Golden cases.


def golden_system(case):
    flows = [k for k, v in case["db"].items() if v.get("type") == "emission"]
    processes = {}
    for name, node in case["db"].items():
        if name in flows:
            continue
        processes[name] = []
        for x in node.get("exchanges", []):
            dated = x.get("temporal_distribution")
            dated = {"unit": "s", "date": dated["date"], "amount": dated["amount"]} if dated else None
            processes[name].append((x["type"], x["input"], x["amount"], dated))
    return System(processes, flows)


def temporalis(path):
    for case in json.load(open(path, encoding="utf-8")):
        system = golden_system(case)
        (product, amount), *_ = case["demand"].items()
        start = datetime.datetime.fromisoformat(case["starting_datetime"])
        text = study_of("golden", system, product, amount, start, ["cutoff: 1.0e-12", "keep: [inventory, timeline]"])
        if not run("golden", text):
            continue
        wanted = {}
        for row in case["expected_timeline"]:
            put(wanted, (row["activity"], row["flow"], row["date"], "direct"), row["amount"])
        found = {key: x for key, x in rows_of("golden.h5").items() if key[3] == "direct"}
        compare_rows(f"{case['name']}: rows", found, wanted, 1e-11)
        total = sum_rows(rows_of("golden.h5"), 1)
        for flow, static in case["static_inventory"].items():
            check(f"{case['name']}: {flow}", close(total.get(flow, 0.0), static, 1e-12), f"{total.get(flow)}, expected {static}")


def timex_document(case):
    databases, flows = {}, set()
    for database, activities in case["db"].items():
        if database == "bio":
            continue
        data = {}
        for code, exchanges in activities.items():
            listed = []
            for kind, other, amount, *dated in exchanges:
                source = ["bio", other] if kind == "biosphere" else other.split(":") if ":" in other else [database, other]
                if kind == "biosphere":
                    flows.add(other)
                listed.append({"type": kind, "input": source, "amount": amount, **({"temporal_distribution": dated[0]} if dated else {})})
            data[code] = {"name": code, "reference product": code, "location": "GLO", "exchanges": listed}
        databases[database] = {"data": data}
    databases["bio"] = {"data": {f: {"name": f, "type": "emission"} for f in flows}}
    return {"databases": databases, "methods": [{"name": ["m"], "cfs": [[["bio", f], 1] for f in flows]}]}


def timex(path):
    """bw_timex rounds its shares to three decimals, ours keep all digits."""
    for case in json.load(open(path, encoding="utf-8"))["cases"]:
        if "db" not in case or "factors" in case:
            continue
        json.dump(timex_document(case), open("timex.json", "w", encoding="utf-8"))
        (code, amount), *_ = case["demand"].items()
        dates = ", ".join(f"{name}: {date}" for name, date in case["dates"].items())
        starts = [(case["start"], case.get("static_score"))] if "start" in case else case["expect"]
        for start, score in starts:
            text = (
                "vintner: 1\nname: timex\nmodel:\n  timeline:\n    databases: [timex.json]\n"
                f"    demands: [{{activity: [foreground, {code}], amount: {amount}}}]\n    start: {start}\n"
                f"    resolution: {case.get('grouping', 'year')}\n    rounding: nearest\n    offsets: mean\n"
                f"    background: {{{dates}}}\n    redate_background: {str(case.get('traverse_background', False)).lower()}\n"
                "    cutoff: 0\n    methods: {m: [m]}\n"
            )
            if not run("timex", text):
                continue
            if score is not None:
                found = values("timex.h5", "total_impact")[0]
                check(f"{case['name']}: score", close(found, score, 1e-9), f"{found}, expected {score}")
            if "base_score" in case:
                check(f"{case['name']}: base score", close(values("timex.h5", "static_score")[0], case["base_score"], 1e-12))
            for date, emitted in case.get("dynamic_inventory", []):
                years = dict(zip(values("timex.h5", "time"), values("timex.h5", "inventory")))
                check(f"{case['name']}: {date}", close(years.get(float(date[:4]), 0.0), emitted, 1e-12))


NAMES = {"co2": "Carbon dioxide, fossil", "co": "Carbon monoxide, fossil", "ch4": "Methane, fossil", "n2o": "Dinitrogen monoxide"}


def gas_study(name, flows, exchanges, start, methods):
    """flows: {code: node}; exchanges of the one process"""
    document = {
        "databases": {"db": {"data": {"x": {"exchanges": exchanges}}}, "bio": {"data": {code: {"type": "emission", **node} for code, node in flows.items()}}},
        "methods": [{"name": ["m"], "cfs": [[["bio", code], 1] for code in flows]}],
    }
    json.dump(document, open(f"{name}.json", "w", encoding="utf-8"))
    return run(
        name,
        f"vintner: 1\nname: {name}\nmodel:\n  timeline:\n    databases: [{name}.json]\n    demands: [{{activity: [db, x]}}]\n"
        f"    start: {start}\n    methods:\n" + "".join(f"      {key}: {{method: [m], {text}}}\n" for key, text in methods.items()),
    )


def emitted(code, amount, date=None):
    exchange = {"input": ["bio", code], "type": "biosphere", "amount": amount}
    return {**exchange, "temporal_distribution": {"datetime": [date], "amount": [1]}} if date else exchange


def pipeline(golden):
    """The inventory of dynamic_characterization's own example, by fixed and moving windows."""
    flows = {"1": {"name": NAMES["co2"], "categories": ["air"]}, "2": {"name": NAMES["ch4"], "categories": ["air"]}}
    exchanges = [emitted(str(row["flow"]), row["amount"], row["date"].replace(" ", "T")) for row in golden["inventory_used"]]
    methods = {
        "moving": "metric: GWP",
        "fixed": "metric: GWP, fixed_horizon: true",
        "forcing": "metric: radiative_forcing",
        "cut": "metric: radiative_forcing, fixed_horizon: true",
    }
    wanted = ["GWP_flexible_100", "GWP_fixed_100_start2030", "RF_flexible_100", "RF_fixed_100_start2030"]
    if gas_study("gases", flows, exchanges, "2030-01-01", methods):
        for key, found in zip(wanted, values("gases.h5", "total_impact")):
            total = golden[key]["total"]
            if key == "RF_flexible_100":  # the last emission is missing in it: 5 x 99 rows, not 6
                total += 7 * golden["rf_per_kg"]["co2"][1]["sum_marginal"]
            check(key, close(found, total, 1e-12), f"{found}, expected {total}")
    if gas_study("gases", flows, exchanges, "2026-01-29", methods):
        found, total = values("gases.h5", "total_impact")[1], golden["GWP_fixed_100_start2026_01_29"]["total"]
        check("GWP_fixed_100_start2026_01_29", close(found, total, 1e-12), f"{found}, expected {total}")


def gases(folder):
    golden = json.load(open(f"{folder}/dynchar_golden.json", encoding="utf-8"))
    table = list(csv.DictReader(open(f"{folder}/dynchar_ghg.csv", encoding="utf-8")))
    pipeline(golden)
    cas = {row["name"] if "name" in row else list(row.values())[0]: row for row in table}
    for horizon, factors in golden["gwp_flexible"].items():
        for gas, factor in factors.items():
            node = {"name": NAMES[gas], "categories": ["air"]} if gas in NAMES else {"name": gas, "CAS number": number_of(cas, gas)}
            if gas_study("gases", {"g": node}, [emitted("g", 1)], "2024-01-01", {"gwp": f"metric: GWP, horizon: {horizon}"}):
                found = values("gases.h5", "total_impact")[0]
                check(f"GWP {horizon} of {gas}", close(found, factor, 1e-12), f"{found}, expected {factor}")
    series(golden, table)


def number_of(cas, gas):
    for name, row in cas.items():
        if gas in (name, row.get("acronym"), row.get("Acronym")):
            return next(v for k, v in row.items() if "cas" in k.lower())
    return GASES[gas]


GASES = {"CFC-11": "75-69-4", "SF6": "2551-62-4", "HFC-134a": "811-97-2", "HFC-23": "75-46-7", "NF3": "7783-54-2", "CF4": "75-73-0"}


def series(golden, table):
    """Forcing year by year, and the sum of 100 years of all gases against the closed form."""
    for kind in ("rf_per_kg", "rf_generic"):
        for gas, entries in golden[kind].items():
            if gas.startswith("orig"):
                continue
            node = {"name": NAMES.get(gas.split("_")[0], gas), "categories": ["soil" if gas.endswith("uptake") else "air"]}
            if kind == "rf_generic":
                node = {"name": gas, "CAS number": gas.split()[-1]}
            for entry in entries:
                text = f"metric: radiative_forcing, horizon: {entry['period']}"
                if not gas_study("gases", {"g": node}, [emitted("g", 1)], entry["date"], {"rf": text}):
                    continue
                impact, first = values("gases.h5", "impact"), entry["marginal_first5"]
                total = values("gases.h5", "total_impact")[0]
                # Their differences of rounded sums are off by up to 1e-11 of long lifetimes.
                check(f"sum of {gas}", close(total, entry["sum_marginal"], 1e-11), f"{total}, expected {entry['sum_marginal']}")
                for year in range(1, 5):
                    check(f"{gas} in year {year}", close(impact[year], first[year], 1e-10), f"{impact[year]}, expected {first[year]}")
    flows, wanted = {}, {}
    for k, row in enumerate(table):
        number = next(v for key, v in row.items() if "cas" in key.lower())
        mass, lifetime, efficiency = (float(next(v for key, v in row.items() if part in key.lower())) for part in ("mass", "lifetime", "re_"))
        flows[f"g{k}"] = {"name": f"gas {k}", "CAS number": number}
        per_kg = efficiency * 0.02897 / mass * 1e9 / 5.135e18
        wanted[f"g{k}"] = per_kg * lifetime * -math.expm1(-99 / lifetime)
    for code, node in flows.items():
        if code not in list(flows)[::10]:
            continue
        if gas_study("gases", {code: node}, [emitted(code, 1)], "2024-01-01", {"crf": "metric: CRF"}):
            found = values("gases.h5", "total_impact")[0]
            check(f"{node}", close(found, wanted[code], 1e-12), f"{found}, expected {wanted[code]}")


# --------------------------------------------------------------------------------------------------
# Impacts of random systems, from their rows by the formulas.

E_CO2 = 1.33e-5 * 28.97 / 44.01 * 1e9 / 5.135e18


def co2(k):
    terms = ((0.2240, 394.4), (0.2824, 36.54), (0.2763, 4.304))
    return 0.0 if k <= 0 else E_CO2 * (0.2173 * k + sum(a * t * -math.expm1(-k / t) for a, t in terms))


def ch4(k):
    return 0.0 if k <= 0 else 5.7e-4 * 28.97 / 16.04 * 1e9 / 5.135e18 * 11.8 * -math.expm1(-k / 11.8)


def bin_starts(resolution, date):
    """Start of the bin that holds the date, and of the next."""
    first = date.replace(minute=0, second=0)
    if resolution != "hour":
        first = first.replace(hour=0)
    if resolution in ("year", "month"):
        first = first.replace(day=1)
    if resolution == "year":
        first = first.replace(month=1)
    step = {"year": (12, 0), "month": (1, 0), "day": (0, 86400), "hour": (0, 3600)}[resolution]
    return first, add(first, *step)


def bin_of(resolution, nearest, date):
    first, following = bin_starts(resolution, date)
    middle = first.replace(month=7) if resolution == "year" else first + (following - first) / 2
    return following if nearest and date >= middle else first


def label(resolution, first):
    return float(first.strftime({"year": "%Y", "month": "%Y%m", "day": "%Y%m%d", "hour": "%Y%m%d%H"}[resolution]))


def decimal(date):
    first = datetime.datetime(date.year, 1, 1)
    return date.year + (date - first) / (add(first, 12, 0) - first)


def interpolate(rows, year):
    rows = sorted(rows)
    if year <= rows[0][0]:
        return rows[0][1]
    for (a, x), (b, y) in zip(rows, rows[1:]):
        if year <= b:
            return x + (year - a) / (b - a) * (y - x)
    return rows[-1][1]


def impacts_of(rows, categories, table, start, resolution, nearest):
    """{category: {label: impact}}"""
    found = {name: {} for name in categories}
    for (_, flow, text, _), amount in rows.items():
        date = datetime.datetime.fromisoformat(text)
        first = bin_of(resolution, nearest, date)
        gas = {"f0": co2, "f1": ch4}.get(flow)
        for name, (metric, horizon, fixed) in categories.items():
            days = (add(start, 12 * horizon, 0) - date).total_seconds() // 86400
            left = max(0, round(days / 365.25)) if fixed else horizon
            if metric == "table":
                for lag, points in table.get(flow, {}).items():
                    landed = bin_of(resolution, nearest, add(date, 12 * lag, 0))
                    put(found[name], label(resolution, landed), amount * interpolate(points, decimal(first)))
            elif metric == "static":
                put(found[name], label(resolution, first), amount * (1 + int(flow[1:])))
            elif gas and metric == "radiative_forcing":
                for k in range(1, left):
                    landed = bin_of(resolution, nearest, add(date, 12 * k, 0))
                    put(found[name], label(resolution, landed), amount * (gas(k) - gas(k - 1)))
            elif gas:
                put(found[name], label(resolution, first), amount * gas(left - 1) / (co2(horizon - 1) if metric == "GWP" else 1))
    return found


def try_impacts(seed, k):
    r = random.Random(f"impacts {seed}/{k}")
    system = random_system(r)
    try:
        rule = Rule(system)
    except ZeroDivisionError:
        return False
    product = r.choice(system.names)
    if rule.worth[product] <= 0 or max(abs(x) for unit in rule.unit.values() for x in unit.values()) > 1e6:
        return False
    resolution, nearest = r.choice(["year", "year", "month", "day", "hour"]), r.random() < 0.5
    start = datetime.datetime(2024, r.randint(1, 12), r.randint(1, 28), r.choice([0, 7]))
    horizon = r.choice([2, 20, 100])
    categories = {"static": ("static", 100, False), "gwp": ("GWP", horizon, r.random() < 0.5), "crf": ("CRF", horizon, True), "table": ("table", 1, False)}
    if resolution == "year":
        categories["rf"] = ("radiative_forcing", horizon, r.random() < 0.5)
    table = {f: {lag: [(r.randint(2000, 2060) + 100 * n, r.uniform(-1, 2)) for n in range(r.randint(1, 3))] for lag in r.sample([-3, 0, 1, 7], 2)} for f in system.flows}
    with open("random.csv", "w", encoding="utf-8") as file:
        file.write("flow,database,factor,lag,year\n")
        file.writelines(f"{f},bio,{x!r},{lag},{year}\n" for f, lags in table.items() for lag, points in lags.items() for year, x in points)
    lines = [f"cutoff: {r.choice([0.1, 1e-3])}", f"resolution: {resolution}", f"rounding: {'nearest' if nearest else 'down'}"]
    text = study_of("random", system, product, 1.0, start, lines)
    methods = "".join(
        f"      {name}: {{metric: table, from: random.csv}}\n" if metric == "table" else f"      {name}: {{method: [m], metric: {metric}, horizon: {h}, fixed_horizon: {str(fixed).lower()}}}\n"
        for name, (metric, h, fixed) in categories.items()
    )
    text = text.replace("    methods: {m: [m]}\n", "    methods:\n" + methods)
    names = {"f0": "Carbon dioxide, fossil", "f1": "Methane, fossil"}
    document = system.document()
    for flow, node in document["databases"]["bio"]["data"].items():
        node["name"] = names.get(flow, flow)
    json.dump(document, open("random.json", "w", encoding="utf-8"))
    if not run("random", text):
        return True
    wanted = impacts_of(rows_of("random.h5"), categories, table, start, resolution, nearest)
    time, impact = values("random.h5", "time"), values("random.h5", "impact")
    title = f"impacts {seed}/{k}, {resolution}{', nearest' if nearest else ''}"
    for place, name in enumerate(categories):
        found = dict(zip(time, impact[place * len(time) : (place + 1) * len(time)]))
        scale = max((abs(x) for x in wanted[name].values()), default=0.0)
        for at in set(wanted[name]) | {t for t, x in found.items() if x}:
            a, b = found.get(at, 0.0), wanted[name].get(at, 0.0)
            check(f"{title}: {name} {at}", abs(a - b) <= 1e-9 * scale, f"{a}, expected {b}")
    return True


def main():
    what, *rest = sys.argv[3:]
    if what == "golden":
        temporalis(f"{rest[0]}/temporalis_golden_lci.json")
        timex(f"{rest[0]}/timex_golden.json")
    elif what == "gases":
        gases(rest[0])
    else:
        random_systems(rest[0], int(rest[1]), try_impacts if what == "impacts" else try_one)
    sys.exit(1 if faults else 0)


main()
