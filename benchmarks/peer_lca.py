#!/usr/bin/env python3
"""Whole commands of vintner against bw2calc, in turn on the same database, answers compared.

    python3 benchmarks/peer_lca.py BUILD [--rounds 9] [--single] [--folder FOLDER]

BUILD is a build folder made with --buildtype=release. The database is made up (database.c: 20,000
processes, hub markets, loops), written once as a datapackage that both read. Our time is that of
the whole command, launch of process, MPI and PETSc included; bw2calc's begins after its imports.
"launch" is what the same launcher takes for `vintner --version`. Inventories are stored in our
results; "hundred scores" are those of the same demands without inventories, by the adjoint. Needs bw2calc, bw_processing and
pypardiso, a faster solver than bw2calc has without it. Prints a table; exit code 1 if answers differ.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
STUDY = """vintner: 1
name: {name}
model:
  inventory:
    databases: [package]
    demands: {demands}
    methods: {{weight: [weight]}}
    keep: [{keep}]
"""
GOALS = {"first_score": 1.5, "inventories": 2.0, "all_scores": 1.5}


def options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=Path)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--processes", type=int, default=20000)
    parser.add_argument("--single", action="store_true", help="32-bit numbers, as Brightway writes them")
    parser.add_argument("--folder", type=Path, help="where to work; default: a temporary folder")
    return parser.parse_args()


def prepare(build, folder, processes, single):
    """The database, as a datapackage, and our studies of it."""
    sys.path.insert(0, str(HERE))
    import peer_bw2calc as peer

    subprocess.run([build / "benchmarks" / "bench_background", "-n", str(processes), "-w", folder], check=True)
    peer.write_package(folder, folder / "package", np.float32 if single else np.float64)

    def listed(products):
        return "[" + ", ".join(f"{{datapackage id: {product}}}" for product in products) + "]"

    hundred = listed(peer.demanded(processes, peer.INVENTORIES))
    studies = {
        "first_score": (listed([0]), ""),
        "inventories": (hundred, "inventory"),
        "hundred_scores": (hundred, ""),
        "all_scores": ("{all: made-up}", ""),
    }
    for name, (demands, keep) in studies.items():
        (folder / f"{name}.yaml").write_text(STUDY.format(name=name, demands=demands, keep=keep))


def wall(command, folder):
    start = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def theirs(folder, task):
    told = subprocess.run([sys.executable, HERE / "peer_bw2calc.py", folder, task], check=True,
                          stdout=subprocess.PIPE, text=True).stdout
    return json.loads(told)["seconds"]


def our_scores(build, folder, name):
    text = subprocess.run([build / "tests" / "common" / "print_values", folder / f"{name}.h5", "score"], check=True,
                          stdout=subprocess.PIPE, text=True).stdout
    return np.array([float(line) for line in text.split()])


def differences(build, folder):
    """Largest relative difference of each task's scores; those next to nothing count as 1e-12 of the largest."""
    worst = {}
    for name in ("first_score", "hundred_scores", "inventories", "all_scores"):
        expected = np.load(folder / f"{'inventories' if name == 'hundred_scores' else name}.npy")
        found = our_scores(build, folder, name)
        same = found.shape == expected.shape
        size = np.abs(expected) + 1e-12 * np.max(np.abs(expected))
        worst[name] = np.max(np.abs(found - expected) / size) if same else float("inf")
    return worst


def measure(build, folder, rounds):
    vintner = str(build / "src" / "vintner")
    two = ["mpirun", "-n", "2", vintner]
    ours = {"launch": [vintner, "--version"], "launch_2": [*two, "--version"]}
    for name in ("first_score", "all_scores", "hundred_scores", "inventories"):
        ours[name] = [vintner, "run", f"{name}.yaml", "-q", "--force"]
    ours["inventories_2"] = [*two, "run", "inventories.yaml", "-q", "--force"]
    times = {name: [] for name in ours}
    peers = {task: [] for task in GOALS}
    for _ in range(rounds):
        for name, command in ours.items():
            times[name].append(wall(command, folder))
            task = name.removesuffix("_2")
            if task in peers and (task != "inventories" or name.endswith("_2")):
                peers[task].append(theirs(folder, task))
    return times, peers


def report(times, peers, worst):
    middle = {name: statistics.median(found) for name, found in times.items()}
    print(f"{'task':28}{'ours: min':>10}{'median':>8}{'launch':>8}{'bw2calc: min':>14}{'median':>8}"
          f"{'ratio':>7}{'without launch':>16}{'goal':>6}{'difference':>12}")
    for name in ("first_score", "all_scores", "inventories_2", "inventories", "hundred_scores"):
        two = name.endswith("_2")
        base = name.removesuffix("_2")
        task = "inventories" if base == "hundred_scores" else base
        peer, launch = statistics.median(peers[task]), middle["launch_2" if two else "launch"]
        title = base.replace("_", " ") + (", 2 ranks" if two else "")
        goal = GOALS[task] if two or task != "inventories" else ""
        print(f"{title:28}{min(times[name]):10.3f}{middle[name]:8.3f}{launch:8.3f}{min(peers[task]):14.3f}"
              f"{peer:8.3f}{peer / middle[name]:7.2f}{peer / (middle[name] - launch):16.2f}"
              f"{goal:>6}{worst[base]:12.1e}")


def main():
    given = options()
    os.environ.setdefault("OMPI_MCA_rmaps_base_oversubscribe", "1")
    if os.geteuid() == 0:  # a container, most likely
        os.environ.update(OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
    build = given.build.resolve()
    with tempfile.TemporaryDirectory() as temporary:
        folder = (given.folder or Path(temporary)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        prepare(build, folder, given.processes, given.single)
        times, peers = measure(build, folder, given.rounds)
        worst = differences(build, folder)
    report(times, peers, worst)
    return 0 if max(worst.values()) <= (1e-6 if given.single else 1e-9) else 1


if __name__ == "__main__":
    sys.exit(main())
