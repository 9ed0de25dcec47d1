#!/usr/bin/env python3
"""The tasks of benchmarks/background.c with bw2calc, on the same database, in one run.

    BUILD/benchmarks/bench_background            # ours, JSON lines
    BUILD/benchmarks/bench_background -w FOLDER  # the same database as .npy files
    python3 benchmarks/peer_bw2calc.py FOLDER    # bw2calc's JSON lines

Needs bw2calc, bw_processing and, for its fast solver, pypardiso. Times begin after the imports and
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

PROCESS_IDS, FLOW_IDS = 10**6, 2 * 10**6
INVENTORIES = 100


def indices(rows, columns):
    found = np.zeros(len(rows), dtype=bwp.INDICES_DTYPE)
    found["row"], found["col"] = rows, columns
    return found


def file_system(folder):
    return DirFileSystem(path=str(folder), fs=LocalFileSystem())


def write_package(source, target):
    def load(name):
        return np.load(source / f"{name}.npy")

    target.mkdir(exist_ok=True)
    package = bwp.create_datapackage(fs=file_system(target), name="made-up")
    for matrix, row_ids in (("technosphere", 0), ("biosphere", FLOW_IDS)):
        package.add_persistent_vector(
            matrix=f"{matrix}_matrix",
            name=matrix,
            indices_array=indices(load(f"{matrix}_row") + row_ids, load(f"{matrix}_column") + PROCESS_IDS),
            data_array=load(f"{matrix}_value"),
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
    return load("reference")


def tell(task, seconds, **more):
    print(json.dumps({"task": task, "seconds": round(seconds, 6), "program": f"bw2calc {bc.__version__}",
                      "pardiso": bool(bc.PYPARDISO), **more}), flush=True)


def run_inventories(folder, reference):
    start = time.perf_counter()
    lca = bc.LCA({int(reference[0]): 1}, data_objs=[bwp.load_datapackage(file_system(folder))])
    lca.lci(factorize=True)
    lca.lcia()
    first = time.perf_counter()
    tell("first_score", first - start, score=lca.score)
    for k in range(1, INVENTORIES):
        lca.lci({int(reference[k * len(reference) // INVENTORIES]): 1})
        np.asarray(lca.inventory.sum(axis=1))
    end = time.perf_counter()
    tell("inventories", end - start, each=(end - first) / (INVENTORIES - 1))


def run_all_scores(folder, reference):
    start = time.perf_counter()
    lca = bc.FastScoresOnlyMultiLCA(
        demands={str(k): {int(row): 1} for k, row in enumerate(reference)},
        method_config={"impact_categories": [("weight",)]},
        data_objs=[bwp.load_datapackage(file_system(folder))],
        direction="adjoint",
    )
    scores = lca.calculate()
    tell("all_scores", time.perf_counter() - start, first=float(np.ravel(scores)[0]))


def main():
    source = Path(sys.argv[1])
    package = source / "package"
    reference = write_package(source, package)
    run_inventories(package, reference)
    run_all_scores(package, reference)


if __name__ == "__main__":
    main()
