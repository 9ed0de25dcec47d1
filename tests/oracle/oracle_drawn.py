"""Scenarios whose databases vary, against studies without any draw: all exchanges that `show` tells for
a scenario are written back as plain amounts, and the documents solved once more.

    python oracle_drawn.py VINTNER FIRST COUNT

Studies are those of random_databases.py with distributions on their exchanges, once with the numbers
that static impacts need and once with whole inventories.
"""
import json
import random
import subprocess
import sys
from math import log
from pathlib import Path

import h5py
import numpy

vintner, first, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
here = Path(__file__).parent
VARIABLES = ("status", "objective", "total_impact", "background_impact")
wrong = compared = 0


def run(*arguments, ok=(0, 3)):
    done = subprocess.run([vintner, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode not in ok:
        sys.exit(f"{arguments}: exit {done.returncode}: {done.stderr}")
    return done.stdout


def distribute(rng, exchange):
    """A distribution near the amount; some exchanges have none."""
    amount = exchange["amount"]
    size = abs(amount)
    exchange.update(rng.choice([
        {}, {"uncertainty type": 2, "loc": log(size), "scale": 0.1, "negative": amount < 0},
        {"uncertainty type": 3, "loc": amount, "scale": 0.05 * size},
        {"uncertainty type": 4, "minimum": amount - 0.1 * size, "maximum": amount + 0.2 * size},
        {"uncertainty type": 5, "loc": amount, "minimum": amount - 0.1 * size, "maximum": amount + 0.1 * size}]))


def draws(results, scenario, documents):
    """The documents with the amounts of a scenario."""
    frozen = json.loads(json.dumps(documents))
    told = {}
    for document in frozen:
        for name, database in document["databases"].items():
            for code, node in database["data"].items():
                for x in node.get("exchanges", []) if name not in ("foreground", "air", "ground") else []:
                    ends = (":".join(x["input"]), f"{name}:{code}")
                    if ends not in told:
                        # What no snapshot of the study needs is unknown: exit 2.
                        shown = run("show", results, "--scenario", scenario, "--exchange", *ends, "--json", ok=(0, 2))
                        told[ends] = iter(json.loads(shown or "[]"))
                    shown = next(told[ends], None)
                    if not shown:
                        continue
                    assert shown["amount"] == x["amount"], (ends, shown, x)
                    x["amount"] = shown["draw"]
    return frozen


def values(results, scenario):
    with h5py.File(results) as file:
        return {name: file[name][scenario] for name in VARIABLES if name in file}


def compare(title, found, expected):
    global wrong, compared
    assert set(found) == set(expected), title
    for name in expected:
        compared += 1
        size = numpy.nanmax(numpy.abs(expected[name]), initial=1e-300) if numpy.any(numpy.isfinite(expected[name])) else 1
        if not numpy.allclose(found[name], expected[name], rtol=1e-9, atol=1e-11 * size, equal_nan=True):
            wrong += 1
            print(f"{title}: {name}: {found[name]!r}, expected {expected[name]!r}")


for seed in range(first, first + count):
    subprocess.run([sys.executable, here / "random_databases.py", str(seed), "plain"], check=True)
    study = Path("random.yaml").read_text()
    rng = random.Random(seed)
    documents = [json.loads(Path(f"random{i}.json").read_text()) for i in range(2)]
    for document in documents:
        for name, database in document["databases"].items():
            for node in database["data"].values() if name != "foreground" else ():
                for x in node.get("exchanges", []):
                    distribute(rng, x)
    for i, document in enumerate(documents):
        Path(f"random{i}.json").write_text(json.dumps(document))
    ensemble = study + "ensemble:\n  seed: 7\n  design: {monte-carlo: 2}\n  background_uncertainty: [technosphere, biosphere]\n"
    for keep in ("background", "background, inventory"):
        Path("drawn.yaml").write_text(ensemble + f"results: {{keep: [{keep}]}}\n")
        run("run", "drawn.yaml", "-q", "--force", "-o", "drawn.h5", ok=(0,))
        frozen = draws("drawn.h5", 1, documents)
        for i, document in enumerate(frozen):
            Path(f"frozen{i}.json").write_text(json.dumps(document))
        Path("frozen.yaml").write_text(study.replace("random0", "frozen0").replace("random1", "frozen1")
                                       + "results: {keep: [background]}\n")
        run("run", "frozen.yaml", "-q", "--force", "-o", "frozen.h5")
        compare(f"seed {seed}, {keep}", values("drawn.h5", 1), values("frozen.h5", 0))
print(f"{compared} compared, {wrong} differ")
sys.exit(wrong > 0 or compared == 0)
