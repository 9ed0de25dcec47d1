"""Random databases and ensembles of plain LCA, solved with exact fractions.

    python3 oracle_lca.py SEED FOLDER    write FOLDER/{random.json,random.yaml,table.csv,expected.txt}

expected.txt has a line for each score of each scenario: the exact answer, rounded once.
"""

import json
import random
import sys
from fractions import Fraction
from pathlib import Path

N, FLOWS, ROWS = 6, 3, 12
CONSUMES = ("technosphere",)


def make_database(rng):
    exchanges = []  # [kind, from, to, amount]
    for j in range(N):
        exchanges.append(["production", j, j, rng.choice([1.0, 2.0, 0.5])])
        for i in range(N):
            for _ in range(rng.choice([0, 0, 1, 1, 2])):
                if i != j:
                    exchanges.append(["technosphere", i, j, round(rng.uniform(0, 0.12), 6)])
        for e in range(FLOWS):
            if rng.random() < 0.6:
                exchanges.append(["biosphere", e, j, round(rng.uniform(-1, 2), 6)])
    factors = [[round(rng.uniform(0.5, 30), 4) for _ in range(FLOWS)] for _ in range(2)]
    return exchanges, factors


def document(exchanges, factors):
    data = {f"p{j}": {"exchanges": []} for j in range(N)}
    for kind, i, j, amount in exchanges:
        source = ["nature", f"e{i}"] if kind == "biosphere" else ["db", f"p{i}"]
        data[f"p{j}"]["exchanges"].append({"input": source, "type": kind, "amount": amount})
    nature = {f"e{e}": {"type": "emission"} for e in range(FLOWS)}
    methods = [{"name": [f"m{c}"], "cfs": [[["nature", f"e{e}"], factors[c][e]] for e in range(FLOWS)]}
               for c in range(2)]
    return {"databases": {"db": {"data": data}, "nature": {"data": nature}}, "methods": methods}


def solve(matrix, right):
    rows = [row[:] + [r] for row, r in zip(matrix, right)]
    for k in range(N):
        pivot = next(i for i in range(k, N) if rows[i][k] != 0)
        rows[k], rows[pivot] = rows[pivot], rows[k]
        for i in range(N):
            if i != k and rows[i][k] != 0:
                scale = rows[i][k] / rows[k][k]
                rows[i] = [a - scale * b for a, b in zip(rows[i], rows[k])]
    return [rows[k][N] / rows[k][k] for k in range(N)]


def scores(exchanges, factors, amount):
    matrix = [[Fraction(0)] * N for _ in range(N)]
    for kind, i, j, value in exchanges:
        if kind != "biosphere":
            matrix[i][j] += -value if kind in CONSUMES else value
    supply = solve(matrix, [amount] + [Fraction(0)] * (N - 1))
    inventory = [sum((v * supply[j] for k, e, j, v in exchanges if k == "biosphere" and e == f), Fraction(0))
                 for f in range(FLOWS)]
    return [sum(q * g for q, g in zip(row, inventory)) for row in factors]


def change(operation, old, operand):
    return {"set": operand, "add": old + operand, "multiply": old * operand}[operation]


def pick_factors(rng, exchanges):
    """(name, target, operation, what it reaches)"""
    count = {}
    for k, i, j, _ in exchanges:
        count[k == "biosphere", i, j] = count.get((k == "biosphere", i, j), 0) + 1
    single = [x for x in exchanges if count[x[0] == "biosphere", x[1], x[2]] == 1]
    picked = []
    for n in range(5):
        kind, i, j, _ = rng.choice(single)
        label = f"biosphere[e{i}, p{j}]" if kind == "biosphere" else f"technosphere[p{i}, p{j}]"
        picked.append((f"f{n}", label, rng.choice(["set", "add", "multiply"]),
                       [x for x in exchanges if x[1:3] == [i, j] and (x[0] == "biosphere") == (kind == "biosphere")]))
    column = rng.randrange(N)
    picked.append(("all", f"technosphere[*, p{column}]", "multiply",
                   [x for x in exchanges if x[0] != "biosphere" and x[2] == column]))
    return picked


def main():
    rng, folder = random.Random(int(sys.argv[1])), Path(sys.argv[2])
    stored, weights = make_database(rng)
    picked = pick_factors(rng, stored)
    (folder / "random.json").write_text(json.dumps(document(stored, weights)))
    lines = [f"    {n}: {{target: \"{t}\", {o}: ~}}" for n, t, o, _ in picked]
    lines += ["    q: {target: \"characterization[m1, e0]\", add: ~}", "    d: {target: \"demand[one]\", multiply: ~}"]
    (folder / "random.yaml").write_text("\n".join([
        "vintner: 1", "name: random", "model:", "  inventory:", "    databases: [random.json]",
        "    demands: [{activity: [db, p0], name: one}]", "    methods: {m0: [m0], m1: [m1]}", "ensemble:",
        "  design: {table: table.csv}", "  factors:"] + lines) + "\n")
    table, expected = [[n for n, _, _, _ in picked] + ["q", "d"]], []
    for _ in range(ROWS):
        values = [round(rng.uniform(0.7, 1.3) if o == "multiply" else rng.uniform(0.01, 0.1), 6) for _, _, o, _ in picked]
        values += [round(rng.uniform(0, 2), 6), round(rng.uniform(0.5, 2), 6)]
        table.append(values)
        now = {id(x): Fraction(x[3]) for x in stored}
        for (_, _, operation, reached), value in zip(picked, values):
            for x in reached:
                now[id(x)] = change(operation, now[id(x)], Fraction(value))
        factors = [[Fraction(w) for w in row] for row in weights]
        factors[1][0] += Fraction(values[-2])
        exchanges = [[*x[:3], now[id(x)]] for x in stored]
        expected += [repr(float(s)) for s in scores(exchanges, factors, Fraction(values[-1]))]
    (folder / "table.csv").write_text("\n".join(",".join(map(str, row)) for row in table) + "\n")
    (folder / "expected.txt").write_text("\n".join(expected) + "\n")


if __name__ == "__main__":
    main()
