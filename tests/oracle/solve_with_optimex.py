#!/usr/bin/env python3
"""Exported inputs, loaded and solved by optimex itself.

    solve_with_optimex.py LIST

Each line of LIST: the inputs, the category to minimise, the objective that vintner found ("none" if
there is no optimum). optimex must load the file, save it again as the same bytes, and find the same
objective to 1e-9, or no optimum either. Prints what does not agree; exit code 1 then, 0 if all does.
Needs optimex and highspy.
"""
import contextlib
import io
import logging
import math
import shlex
import sys
import tempfile
from pathlib import Path

import pyomo.environ as pyo
from loguru import logger
from optimex import optimizer
from optimex.converter import ModelInputManager

TOLERANCE = 1e-9


def objective_of(inputs, category):
    """Optimum in real units, NaN if there is none. The solver's own tolerances are too wide."""
    model = optimizer.create_model(inputs, "exported", category)
    options = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            solved = optimizer.solve_model(
                model, solver_name="appsi_highs", solver_options=options, tee=False
            )
    except RuntimeError:
        return math.nan
    return solved[1]


def fault_of(path, category, wanted):
    manager = ModelInputManager()
    inputs = manager.load_inputs(path)
    with tempfile.TemporaryDirectory() as folder:
        again = Path(folder, "again.json")
        manager.save_inputs(str(again))
        if again.read_bytes() != Path(path).read_bytes():
            return "optimex saves other bytes"
    found = objective_of(inputs, category)
    if wanted == "none":
        return None if math.isnan(found) else f"found {found!r}, expected no optimum"
    if abs(found - float(wanted)) <= TOLERANCE * abs(float(wanted)):
        return None
    return f"found {found!r}, expected {wanted}"


def main():
    logger.remove()
    logging.disable(logging.CRITICAL)
    faults = 0
    for line in Path(sys.argv[1]).read_text().splitlines():
        path, category, wanted = shlex.split(line)
        fault = fault_of(path, category, wanted)
        if fault:
            faults += 1
            print(f"{path}: {fault}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
