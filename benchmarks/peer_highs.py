#!/usr/bin/env python3
"""What a warm HiGHS loop on the textbook programme takes per scenario, to compare vintner with.

    peer_highs.py INPUTS.json [--unit annual] [--scenarios 200] [--process CODE]

Each scenario varies demand, background and one process together. The programmes are built first;
the time is that of handing the changed numbers to HiGHS and solving from the last basis, in one
thread. Needs numpy, scipy and highspy. Prints one line of JSON.
"""
import argparse
import copy
import json
import random
import statistics
import sys
import time
from pathlib import Path

import highspy
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "oracle"))
import oracle  # noqa: E402


def scenario(base, rnd, process):
    """The inputs with demand in the later half, background and one process changed."""
    inputs = copy.copy(base)
    years = sorted(base["SYSTEM_TIME"])
    for name, match in (("demand", lambda key: key[1] >= years[len(years) // 2]),
                        ("background_inventory", lambda key: True),
                        ("foreground_technosphere", lambda key: key[0] == process)):
        factor = rnd.uniform(0.8, 1.2)
        inputs[name] = {key: value * factor if match(key) else value
                        for key, value in base[name].items()}
    return inputs


def built(inputs, unit, objective):
    model = oracle.Model(inputs, unit, oracle.weights_of(inputs, objective))
    model.by_column = model.rows.tocsc()
    model.by_column.sort_indices()
    return model


def loaded(model):
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = model.columns, model.rows.shape[0]
    lp.col_cost_ = model.cost
    lp.col_lower_, lp.col_upper_ = model.lower, model.upper
    lp.row_lower_, lp.row_upper_ = model.row_lower, model.row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = model.by_column.indptr
    lp.a_matrix_.index_ = model.by_column.indices
    lp.a_matrix_.value_ = model.by_column.data
    solver.passModel(lp)
    return solver


def changes(before, after):
    """What differs between two programmes of one structure, ready to hand over."""
    columns = np.flatnonzero(before.cost != after.cost).astype(np.int32)
    rows = np.flatnonzero((before.row_lower != after.row_lower) |
                          (before.row_upper != after.row_upper)).astype(np.int32)
    if before.by_column.nnz == after.by_column.nnz:
        entries = np.flatnonzero(before.by_column.data != after.by_column.data)
    else:
        raise SystemExit("peer_highs.py: the structure changes between scenarios")
    column_of = np.repeat(np.arange(after.columns), np.diff(after.by_column.indptr))
    coefficients = [(int(after.by_column.indices[n]), int(column_of[n]),
                     float(after.by_column.data[n])) for n in entries]
    return columns, after.cost[columns], rows, after.row_lower[rows], after.row_upper[rows], \
        coefficients


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("inputs")
    parser.add_argument("--unit", choices=["lifetime", "annual"], default="annual")
    parser.add_argument("--objective")
    parser.add_argument("--scenarios", type=int, default=200)
    parser.add_argument("--process", help="the process that varies; default: the first")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()

    base = oracle.read_inputs(options.inputs)
    process = options.process or base["PROCESS"][0]
    rnd = random.Random(options.seed)
    reference = built(base, options.unit, options.objective)
    models = [built(scenario(base, rnd, process), options.unit, options.objective)
              for _ in range(options.scenarios)]
    steps = [changes(a, b) for a, b in zip([reference] + models, models)]

    solver = loaded(reference)
    begun = time.perf_counter()
    solver.run()
    cold_ms = (time.perf_counter() - begun) * 1e3
    times, objectives = [], []
    for columns, cost, rows, low, high, coefficients in steps:
        begun = time.perf_counter()
        if len(columns):
            solver.changeColsCost(len(columns), columns, cost)
        for row, a, b in zip(rows, low, high):
            solver.changeRowBounds(int(row), a, b)
        for row, column, value in coefficients:
            solver.changeCoeff(row, column, value)
        solver.run()
        times.append((time.perf_counter() - begun) * 1e3)
        objectives.append(solver.getInfo().objective_function_value)
    wrong = 0
    for n in range(0, len(models), max(1, len(models) // 10)):
        _, expected, _ = oracle.solve(models[n])
        wrong += not (expected is not None and
                      abs(objectives[n] - expected) <= 1e-6 * abs(expected))
    print(json.dumps({"benchmark": "peer_highs", "inputs": Path(options.inputs).name,
                      "unit": options.unit, "rows": reference.rows.shape[0],
                      "columns": reference.columns, "scenarios": len(times),
                      "cold_ms": round(cold_ms, 3), "mean_ms": round(statistics.mean(times), 4),
                      "median_ms": round(statistics.median(times), 4),
                      "best_ms": round(min(times), 4), "wrong_of_checked": wrong}))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
