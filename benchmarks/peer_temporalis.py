"""The timeline of benchmarks/timeline.c by bw_temporalis, and by vintner on the same document.

    bench_timeline -f FOLDER && python peer_temporalis.py VINTNER FOLDER [CUTOFF]

Needs bw_temporalis, bw2data and bw2calc. One line of JSON for each program; coverage is the share of
the static score that the timeline holds (vintner's is 1, what it closes stays at the date of the cut).
"""

import datetime
import json
import os
import subprocess
import sys
import tempfile
import time

VINTNER, FOLDER = sys.argv[1:3]
CUTOFF = float(sys.argv[3]) if len(sys.argv) > 3 else 5e-4
os.environ["BRIGHTWAY2_DIR"] = tempfile.mkdtemp()

import bw2calc as bc  # noqa: E402
import bw2data as bd  # noqa: E402
import numpy as np  # noqa: E402
from bw_temporalis import TemporalDistribution, TemporalisLCA  # noqa: E402

UNITS = {"Y": "timedelta64[Y]", "M": "timedelta64[M]"}


def distribution(entry):
    dates = np.array(entry["date"], dtype=UNITS[entry["unit"]]).astype("timedelta64[s]")
    return TemporalDistribution(date=dates, amount=np.array(entry["amount"], dtype=float))


def written(document):
    bd.projects.set_current("timeline")
    for name in ("nature", "db", "fg"):
        made = {}
        for code, node in document["databases"][name]["data"].items():
            exchanges = []
            for exchange in node.get("exchanges", []):
                copy = {**exchange, "input": tuple(exchange["input"])}
                if "temporal_distribution" in copy:
                    copy["temporal_distribution"] = distribution(copy["temporal_distribution"])
                exchanges.append(copy)
            made[name, code] = {**node, "name": code, "exchanges": exchanges}
        bd.Database(name).write(made)
    method = document["methods"][0]
    bd.Method(tuple(method["name"])).write([(tuple(flow), factor) for flow, factor in method["cfs"]])
    return {tuple(flow): factor for flow, factor in method["cfs"]}


def temporalis(document):
    factors = written(document)
    lca = bc.LCA({("fg", "a0"): 1}, ("m",))
    lca.lci()
    lca.lcia()
    begun = time.perf_counter()
    made = TemporalisLCA(lca, starting_datetime=datetime.datetime(2024, 1, 1), cutoff=CUTOFF, max_calc=10**6)
    timeline = made.build_timeline()
    timeline.build_dataframe()
    seconds = time.perf_counter() - begun
    of = {bd.get_node(database=flow[0], code=flow[1]).id: factor for flow, factor in factors.items()}
    held = sum(amount * of.get(flow, 0.0) for amount, flow in zip(timeline.df.amount, timeline.df.flow))
    print(json.dumps({"program": "bw_temporalis", "cutoff": CUTOFF, "seconds": round(seconds, 2), "coverage": round(held / lca.score, 4)}))


def vintner():
    study = f"{FOLDER}/peer.yaml"
    with open(study, "w", encoding="utf-8") as file:
        file.write(
            "vintner: 1\nname: peer\nmodel:\n  timeline:\n    databases: [database.json]\n    demands: [{activity: [fg, a0]}]\n"
            f"    start: 2024-01-01\n    cutoff: {CUTOFF}\n    methods: {{m: [m]}}\n"
        )
    begun = time.perf_counter()
    subprocess.run([VINTNER, "run", study, "-q", "--force", "-o", f"{FOLDER}/peer.h5"], check=True)
    print(json.dumps({"program": "vintner, the whole command", "cutoff": CUTOFF, "seconds": round(time.perf_counter() - begun, 2)}))


vintner()
temporalis(json.load(open(f"{FOLDER}/database.json", encoding="utf-8")))
