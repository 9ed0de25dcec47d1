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

PROCESS_IDS, FLOW_IDS = 10**6, 2 * 10**6
INVENTORIES = 100


def indices(rows, columns):
    found = np.zeros(len(rows), dtype=bwp.INDICES_DTYPE)
    found["row"], found["col"] = rows, columns
    return found


def file_system(folder):
    return DirFileSystem(path=str(folder), fs=LocalFileSystem())


def write_package(source, target, numbers=np.float64):
    def load(name):
        loaded = np.load(source / f"{name}.npy")
        return loaded.astype(numbers) if loaded.dtype.kind == "f" else loaded

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


def demanded(reference, count):
    """Products spread over the whole database."""
    return [int(reference[k * len(reference) // count]) for k in range(count)]


def first_score(folder, reference):
    lca = bc.LCA({int(reference[0]): 1}, data_objs=[bwp.load_datapackage(file_system(folder))])
    lca.lci(factorize=True)
    lca.lcia()
    return lca, [lca.score]


def inventories(folder, reference):
    lca, _ = first_score(folder, reference)
    sums = [np.asarray(lca.inventory.sum(axis=1))]
    for product in demanded(reference, INVENTORIES)[1:]:
        lca.lci({product: 1})
        sums.append(np.asarray(lca.inventory.sum(axis=1)))
    weight = np.asarray(lca.characterization_matrix.sum(axis=1)).ravel()
    return lca, [float(weight @ np.ravel(flows)) for flows in sums]


def all_scores(folder, reference):
    lca = bc.FastScoresOnlyMultiLCA(
        demands={str(k): {int(row): 1} for k, row in enumerate(reference)},
        method_config={"impact_categories": [("weight",)]},
        data_objs=[bwp.load_datapackage(file_system(folder))],
        direction="adjoint",
    )
    scores = lca.calculate()
    return lca, np.ravel(scores)


TASKS = {"first_score": first_score, "inventories": inventories, "all_scores": all_scores}


def main():
    source = Path(sys.argv[1])
    package = source / "package"
    reference = np.load(source / "reference.npy")
    if not package.exists():
        write_package(source, package)
    for task in sys.argv[2:] or TASKS:
        start = time.perf_counter()
        _, scores = TASKS[task](package, reference)
        tell(task, time.perf_counter() - start, score=float(scores[0]))
        np.save(source / f"{task}.npy", np.asarray(scores, dtype=float))


if __name__ == "__main__":
    main()
