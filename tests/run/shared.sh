#!/usr/bin/env bash
# Topic `shared`: models that are not part of the project. Skipped where VINTNER_SHARED
# does not lead to them.
#
#   bash tests/run/shared.sh [BUILD]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

study_of() { # study_of INPUTS CATEGORY UNIT: a study of one solve
  cat <<YAML
vintner: 1
name: shared
model:
  pathway: {inputs: "$1", objective: "$2", unit: $3}
YAML
}

shared() {
  local cases=${VINTNER_SHARED:-none}/cases name unit wanted expected outcome
  if [ ! -d "$cases/real" ] || [ ! -d "$cases/optimex" ]; then
    echo 'skipped: VINTNER_SHARED does not name a folder with cases/'
    exit 77
  fi
  cases=$(realpath "$cases")
  for name in hydrogen:414.896164941 carbon-removal:-374.020674680; do
    for unit in annual lifetime; do
      study_of "$cases/real/${name%:*}.json" climate_change "$unit" >real.yaml
      expect "${name%:*} $unit" 0 "$vintner" run real.yaml -q --force -o real.h5
      near "${name%:*} $unit" "$(value real.h5 objective)" "${name#*:}" 1e-9
    done
    cat >>real.yaml <<'YAML'
ensemble:
  design: {monte-carlo: 1000}
  factors:
    demand: {target: "demand[*, *]", multiply: {uniform: [0.7, 1.3]}}
    background: {target: "background_inventory[*, *, *]", multiply: {lognormal: {median: 1, gsd: 1.2}}}
YAML
    expect "${name%:*}: an ensemble" 0 run 2 1 run real.yaml -q --force -o real.h5
    holds "${name%:*}: all optimal" [ "$(value real.h5 status | sort -u)" = 0 ]
    at_most "${name%:*}: feasible" real.h5 violation 1e-9
    at_most "${name%:*}: proven" real.h5 gap 1e-7
  done
  local python
  python=$(find_python h5py)
  if [ -z "$python" ]; then echo 'no Python with h5py: only objectives are compared'; fi
  cat >plan.py <<'PY'
import json
import sys
import h5py
case, file = json.load(open(sys.argv[1])), h5py.File(sys.argv[2])


def names(axis):
    return [x.decode() if isinstance(x, bytes) else x for x in file[axis][:]]


def near(found, wanted, size):
    assert abs(found - wanted) <= 1e-6 * max(abs(wanted), size), (found, wanted)


category, process, time = names("category"), names("process"), list(file["time"][:])
for name, wanted in case.get("impacts", {}).items():
    near(file["total_impact"][0, category.index(name)], wanted, 0.0)
if case.get("unique") and "installation" in case:
    found = file["installation"][0]
    wanted = {tuple(json.loads(key)): value for key, value in case["installation"].items()}
    size = max(map(abs, wanted.values()), default=0.0)
    for p, code in enumerate(process):
        for t, year in enumerate(time):
            near(found[p, t], wanted.get((code, year), 0.0), size)
PY
  for expected in "$cases"/optimex/*.expected.json; do
    name=$(basename "$expected" .expected.json)
    while read -r unit category outcome wanted; do
      study_of "$cases/optimex/$name.inputs.json" "$category" "$unit" >model.yaml
      expect "optimex $name $unit" $((outcome == 0 ? 0 : 3)) \
        "$vintner" run model.yaml -q --force -o model.h5
      holds "optimex $name $unit: outcome" [ "$(value model.h5 status)" = "$outcome" ]
      if [ "$outcome" = 0 ]; then
        near "optimex $name $unit" "$(value model.h5 objective)" "$wanted" 1e-7
        if [ "$unit" = lifetime ] && [ -n "$python" ]; then
          holds "optimex $name: impacts and installation" "$python" plan.py "$expected" model.h5
        fi
      fi
    done < <(python3 - "$expected" <<'PY'
import json
import sys
with open(sys.argv[1]) as file:
    case = json.load(file)
status = {"optimal": 0, "infeasible": 1, "unbounded": 2}[case["outcome"]]
print("lifetime", case["objective_category"], status, repr(case.get("objective", "-")))
if "objective_annual" in case:
    print("annual", case["objective_category"], status, repr(case["objective_annual"]))
PY
    )
  done
}

shared
finish
