#!/usr/bin/env bash
# Topic `brightway`: a real project, written by bw2data, read as folder, backup and export.
#
#   bash tests/run/brightway.sh [BUILD]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# scores_of NAME: the study NAME.yaml has the scores of bw2calc
scores_of() {
  expect "$1" 0 "$vintner" run "$1.yaml" -q
  # shellcheck disable=SC2046 # as many words as numbers
  numbers "$1: score" "$1.h5" score 1e-6 $(cat scores)
}

# exporter TITLE CODE PATTERN ARGUMENT...: the exporter ends so, and says so on stderr
exporter() {
  local title=$1 code=$2 pattern=$3
  shift 3
  expect "$title" "$code" "$python" "$root/jobs/brightway_export.py" "$@"
  holds "$title: says so" grep -qE -- "$pattern" stderr
}

project_by_brightway() {
  local checker=$oracles/brightway_project.py
  expect 'values that JSON does not have' 0 "$python" "$checker" values
  expect 'bw2data writes a project' 0 "$python" "$checker" make
  scores_of project
  scores_of backup
  exporter 'export' 0 'export.json: 11 activities and flows of 5 databases, 2 methods' \
    'vintner test' -o export.json
  holds 'export: what is not used is said' grep -q "^note: .*FixedTimeOfYearTD.*activity 'tram'" stderr
  holds 'export: nothing else is there' [ ! -e export.json.partial ]
  expect 'export: what was written' 0 "$python" "$checker" check export.json
  scores_of export
  expect 'import of the export' 0 "$vintner" import export.json -o whole.h5
  near 'an uncertain factor stays one' "$(value whole.h5 /methods/0/package/0/uncertainty_maximum 1)" 36 0
  cp export.json whole.json
  exporter 'export again' 2 'export.json: exists; --force replaces it' 'vintner test' -o export.json
  exporter 'export again by force' 0 'of 2 databases, 1 methods' 'vintner test' -o export.json --force \
    -d chimaeras -m 'climate, GWP 100'
  exporter 'one database alone' 0 'of 1 databases, 2 methods' 'vintner test' -o alone.json \
    -d 'split (v1)' --no-dependencies
  exporter 'list' 0 '' 'vintner test' --list
  holds 'list: on stdout' grep -qx 'database: plans (2 activities, sqlite)' stdout
  holds 'list: methods' grep -qx 'method: climate, GWP 100 (kg CO2-eq)' stdout
  exporter 'no such project' 2 "no project 'vintner tset'.*did you mean 'vintner test'" 'vintner tset' --list
  exporter 'no such database' 2 "no database 'plan'; did you mean 'plans'" 'vintner test' -d plan -o no.json
  exporter 'no such method' 2 "no method 'watr'; did you mean 'water'" 'vintner test' -m watr -o no.json
  exporter 'no such folder' 1 'FileNotFoundError' 'vintner test' -o no/no.json
  holds 'no file' [ ! -e no.json ]

  expect 'a database is changed' 0 "$python" "$checker" spoil
  expect 'the project without it' 0 "$vintner" run project.yaml -q -o without.h5
  expect 'the changed one' 2 "$vintner" run spoilt.yaml
  holds 'one line names it' [ "$(grep -c "database 'changed' was changed" stderr) $(wc -l <stderr)" = '1 1' ]
}

# The document that the reference model was made from, into a project and back.
document_and_back() {
  local document=$1 name=$2
  expect "$name into a project" 0 "$python" "$oracles/brightway_project.py" write "$document" "$name"
  exporter "$name exported" 0 "$name.json: " "$name" -o "$name.json"
  expect "$name is the same" 0 "$python" "$oracles/brightway_project.py" same "$document" "$name.json"
}

# plan_on NAME SOURCES FOREGROUND: the study NAME.yaml of a plan in the case `basic`
plan_on() {
  "$python" - "$1" "$2" "$3" "$VINTNER_SHARED/cases/basic/brightway.json" <<'PY'
import json
import sys

name, sources, foreground, document = sys.argv[1:]
with open(document) as file:
    demand = json.load(file)["demand"]
with open(f"{name}.yaml", "w") as file:
    file.write(
        f"vintner: 1\nname: {name}\nmodel:\n  pathway:\n    databases: [{sources}]\n"
        f"    foreground: {foreground}\n    years: [2020, 2049]\n    demand:\n"
    )
    for product, years in demand.items():
        file.write(f"      {product}: {{{', '.join(f'{y}: {a!r}' for y, a in years.items())}}}\n")
    file.write(
        "    methods: {climate_change: {method: [GWP, example]}, land_use: {method: [land use, example]}}\n"
        "    objective: climate_change\n    unit: lifetime\n"
    )
PY
}

# A plan on the export is the plan on the document, and a plan whose background is the project itself
# differs by its 32 bits.
plans_on_basic() {
  local name
  plan_on before "$VINTNER_SHARED/cases/basic/brightway.json" foreground
  plan_on after basic.json foreground
  for name in before after; do
    expect "$name: inputs" 0 "$vintner" export "$name.yaml" --inputs "$name-inputs.json"
    expect "$name: plan" 0 "$vintner" run "$name.yaml" -q
  done
  holds 'the same inputs' cmp before-inputs.json after-inputs.json
  exporter 'a foreground alone' 0 'of 1 databases, 0 methods' basic -d foreground --no-dependencies \
    --no-methods --rename foreground plan -o plan.json
  plan_on beside "$(echo projects/basic.*), plan.json" plan
  expect 'beside its project' 0 "$vintner" run beside.yaml -q
  near 'beside its project' "$(value beside.h5 objective)" "$(value before.h5 objective)" 1e-6
  exporter 'rename what is not there' 2 "no database 'plan' is exported" basic --rename plan x -o no.json
  exporter 'rename to one name' 2 "two databases would be called 'db_2020'" basic \
    --rename foreground db_2020 -o no.json
}

brightway() {
  local python
  python=$(find_python 'bw2data, bw2calc, bw_temporalis')
  if [ -z "$python" ]; then
    echo 'skipped: no Python with bw2data, bw2calc and bw_temporalis; VINTNER_PYTHON or VINTNER_PEERS names one'
    exit 77
  fi
  mkdir projects
  export BRIGHTWAY2_DIR=$PWD/projects
  project_by_brightway
  document_and_back "$root/jobs/examples/bike/bike.json" bike
  if [ -f "${VINTNER_SHARED:-}/cases/basic/brightway.json" ]; then
    document_and_back "$VINTNER_SHARED/cases/basic/brightway.json" basic
    plans_on_basic
  else
    echo 'VINTNER_SHARED has no cases: those were left out'
  fi
}

brightway
finish
