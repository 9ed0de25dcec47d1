#!/usr/bin/env python3
"""Draws of a database's own uncertainty: vintner against bw2calc's Monte Carlo, in turn, one thread each.

    python3 benchmarks/peer_draws.py BUILD [--rounds 5] [--processes 20000] [--folder FOLDER]

BUILD is a build folder made with --buildtype=release. The database is that of peer_lca.py, with a
lognormal distribution on every exchange between processes and with the environment; both read one
datapackage. Ours is a whole command with many draws less one with few, over the difference; theirs
is what `next(lca)` takes, without the first. Besides: the same on two ranks, and a two-sample
Kolmogorov-Smirnov test of the scores. Needs bw2calc, bw_processing, pypardiso and scipy. Exit code 1
if the distributions differ at a level of 0.001, or the reference scores by more than 1e-9.
"""
import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
FEW, MANY, THEIRS = 20, 420, 4
STUDY = """vintner: 1
name: {name}
model: {{inventory: {{databases: [package], demands: {{datapackage id: 0}}, methods: {{weight: [weight]}}}}}}
ensemble: {{seed: 1, design: {{monte-carlo: {draws}}}, background_uncertainty: [technosphere, biosphere]}}
"""


def options():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--processes", type=int, default=20000)
    parser.add_argument("--spread", type=float, default=0.1, help="scale of the lognormals")
    parser.add_argument("--folder", type=Path, help="where to work; default: a temporary folder")
    return parser.parse_args()


def prepare(given, build, folder):
    import peer_bw2calc as peer

    subprocess.run([build / "benchmarks" / "bench_background", "-n", str(given.processes), "-w", folder], check=True)
    peer.write_package(folder, folder / "package", spread=given.spread)
    for draws in (FEW, MANY):
        (folder / f"draws_{draws}.yaml").write_text(STUDY.format(name=f"draws_{draws}", draws=draws))


def wall(command, folder):
    start = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def per_draw(launcher, folder):
    few, many = (wall([*launcher, "run", f"draws_{n}.yaml", "-q", "--force"], folder) for n in (FEW, MANY))
    return (many - few) / (MANY - FEW)


class Peer:
    """bw2calc's Monte Carlo, ready to draw."""

    def __init__(self, folder):
        import bw2calc as bc
        import bw_processing as bwp
        import peer_bw2calc as peer

        package = bwp.load_datapackage(peer.file_system(folder / "package"))
        static = bc.LCA({0: 1}, data_objs=[package])
        static.lci()
        static.lcia()
        self.reference, self.scores = static.score, []
        self.lca = bc.LCA({0: 1}, data_objs=[package], use_distributions=True, seed_override=7)
        self.lca.lci()
        self.lca.lcia()

    def per_draw(self):
        next(self.lca)
        start = time.perf_counter()
        for _ in range(THEIRS):
            next(self.lca)
            self.scores.append(self.lca.score)
        return (time.perf_counter() - start) / THEIRS


def numbers(build, folder, name):
    text = subprocess.run([build / "tests" / "common" / "print_values", folder / f"draws_{MANY}.h5", name], check=True,
                          stdout=subprocess.PIPE, text=True).stdout
    return [float(line) for line in text.split()]


def main():
    from scipy.stats import ks_2samp

    given = options()
    sys.path.insert(0, str(HERE))
    os.environ.update(OMP_NUM_THREADS="1", MKL_NUM_THREADS="1")
    os.environ.setdefault("OMPI_MCA_rmaps_base_oversubscribe", "1")
    if os.geteuid() == 0:  # a container, most likely
        os.environ.update(OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
    build = given.build.resolve()
    vintner = str(build / "src" / "vintner")
    with tempfile.TemporaryDirectory() as temporary:
        folder = (given.folder or Path(temporary)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        prepare(given, build, folder)
        peer = Peer(folder)
        ours, two, theirs = [], [], []
        for _ in range(given.rounds):
            ours.append(per_draw([vintner], folder))
            theirs.append(peer.per_draw())
            two.append(per_draw(["mpirun", "-n", "2", vintner], folder))
        found, reference = numbers(build, folder, "score"), numbers(build, folder, "reference/score")[0]
    alike = ks_2samp(found, peer.scores).pvalue
    error = abs(reference - peer.reference) / abs(peer.reference)
    one = statistics.median(ours)
    print(f"a draw: ours {one:.4f} s, bw2calc {statistics.median(theirs):.4f} s, ratio of pairs "
          f"{statistics.median(b / a for a, b in zip(ours, theirs)):.1f}; two ranks {statistics.median(a / b for a, b in zip(ours, two)):.2f} x one")
    print(f"reference scores differ by {error:.1e}; distributions alike: p = {alike:.3f} "
          f"({len(found)} and {len(peer.scores)} draws)")
    return 0 if alike > 0.001 and error <= 1e-9 else 1


if __name__ == "__main__":
    sys.exit(main())
