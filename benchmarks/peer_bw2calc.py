#!/usr/bin/env python3
"""The tasks of benchmarks/background.c with bw2calc, on the same database, in one run.

    BUILD/benchmarks/bench_background            # ours, JSON lines
    BUILD/benchmarks/bench_background -w FOLDER  # the same database as .npy files
    python3 benchmarks/peer_bw2calc.py FOLDER    # bw2calc's JSON lines

peer_lca.py runs whole commands and these tasks in turn. Needs bw2calc, bw_processing and, for its fast solver, pypardiso. Times begin after the imports and
after the datapackage is written.
"""
import json
import sys
import time
from pathlib import Path

import bw2calc as bc
import bw_processing as bwp
import numpy as np
from fsspec.implementations.dirfs import DirFileSystem
from fsspec.implementations.local import LocalFileSystem

FLOW_IDS = 2 * 10**6
INVENTORIES = 100


def indices(rows, columns):
    found = np.zeros(len(rows), dtype=bwp.INDICES_DTYPE)
    found["row"], found["col"] = rows, columns
    return found


def file_system(folder):
    return DirFileSystem(path=str(folder), fs=LocalFileSystem())


def lognormals(values, spread):
    """Round each amount, as its median; nothing where it is 0."""
    found = np.zeros(len(values), dtype=bwp.UNCERTAINTY_DTYPE)
    found["uncertainty_type"] = np.where(values == 0, 0, 2)
    found["loc"] = np.log(np.abs(np.where(values == 0, 1, values)))
    found["scale"], found["negative"] = spread, values < 0
    found["shape"] = found["minimum"] = found["maximum"] = np.nan
    return found


def write_package(source, target, numbers=np.float64, spread=0.0):
    def load(name):
        loaded = np.load(source / f"{name}.npy")
        return loaded.astype(numbers) if loaded.dtype.kind == "f" else loaded

    target.mkdir(exist_ok=True)
    package = bwp.create_datapackage(fs=file_system(target), name="made-up")
    # As Brightway writes a database: a process and what it makes have one id, inputs are positive
    # numbers to be flipped.
    reference = load("reference")
    maker = np.argsort(reference)
    row, column, value = (load(f"technosphere_{part}") for part in ("row", "column", "value"))
    flip = (value < 0) & (maker[row] != column)
    biosphere = load("biosphere_value")
    uncertain = {
        name: {"distributions_array": lognormals(values, spread)} if spread else {}
        for name, values in (("technosphere", np.where(flip, -value, value)), ("biosphere", biosphere))
    }
    package.add_persistent_vector(
        matrix="technosphere_matrix",
        name="technosphere",
        indices_array=indices(maker[row], column),
        data_array=np.where(flip, -value, value),
        flip_array=flip,
        **uncertain["technosphere"],
    )
    package.add_persistent_vector(
        matrix="biosphere_matrix",
        name="biosphere",
        indices_array=indices(load("biosphere_row") + FLOW_IDS, load("biosphere_column")),
        data_array=biosphere,
        **uncertain["biosphere"],
    )
    weight = load("weight")
    kept = np.flatnonzero(weight)
    package.add_persistent_vector(
        matrix="characterization_matrix",
        name="weight",
        indices_array=indices(kept + FLOW_IDS, np.zeros(len(kept), dtype=int)),
        data_array=weight[kept],
        global_index=0,
        identifier=["weight"],
    )
    package.finalize_serialization()
    return len(reference)


def tell(task, seconds, **more):
    print(json.dumps({"task": task, "seconds": round(seconds, 6), "program": f"bw2calc {bc.__version__}",
                      "pardiso": bool(bc.PYPARDISO), **more}), flush=True)


def demanded(processes, count):
    """Ids of products spread over the whole database."""
    return [k * processes // count for k in range(count)]


def first_score(folder, processes):
    lca = bc.LCA({0: 1}, data_objs=[bwp.load_datapackage(file_system(folder))])
    lca.lci(factorize=True)
    lca.lcia()
    return lca, [lca.score]


def inventories(folder, processes):
    lca, _ = first_score(folder, processes)
    sums = [np.asarray(lca.inventory.sum(axis=1))]
    for product in demanded(processes, INVENTORIES)[1:]:
        lca.lci({product: 1})
        sums.append(np.asarray(lca.inventory.sum(axis=1)))
    weight = np.asarray(lca.characterization_matrix.sum(axis=1)).ravel()
    return lca, [float(weight @ np.ravel(flows)) for flows in sums]


def all_scores(folder, processes):
    lca = bc.FastScoresOnlyMultiLCA(
        demands={str(k): {k: 1} for k in range(processes)},
        method_config={"impact_categories": [("weight",)]},
        data_objs=[bwp.load_datapackage(file_system(folder))],
        direction="adjoint",
    )
    return lca, np.ravel(lca.calculate())


TASKS = {"first_score": first_score, "inventories": inventories, "all_scores": all_scores}


def main():
    source = Path(sys.argv[1])
    package = source / "package"
    processes = len(np.load(source / "reference.npy"))
    if not package.exists():
        write_package(source, package)
    for task in sys.argv[2:] or TASKS:
        start = time.perf_counter()
        _, scores = TASKS[task](package, processes)
        tell(task, time.perf_counter() - start, score=float(scores[0]))
        np.save(source / f"{task}.npy", np.asarray(scores, dtype=float))


if __name__ == "__main__":
    main()
