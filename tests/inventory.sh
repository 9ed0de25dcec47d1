#!/usr/bin/env bash
# Topic `inventory` of runs.sh: plain LCA, by hand and against the cases that other programs computed.

set -euo pipefail

# plain NAME DATABASES DEMANDS [MORE]: write a study
plain() {
  printf 'vintner: 1\nname: %s\nmodel:\n  inventory:\n    databases: [%s]\n    demands: %s\n' \
    "$1" "$2" "$3" >"$1.yaml"
  if [ $# -gt 3 ]; then printf '    %s\n' "${@:4}" >>"$1.yaml"; fi
}

# refused TITLE PATTERN: the study bad.yaml ends with exit 2, one line, and no file
refused() {
  expect "$1" 2 "$vintner" run bad.yaml
  holds "$1: one line" [ "$(wc -l <stderr)" = 1 ]
  holds "$1: says why" grep -qE "$2" stderr
  holds "$1: no file" [ -z "$(find . -name 'bad.h5*')" ]
}

numbers() { # numbers TITLE FILE DATASET TOLERANCE EXPECTED...
  local title=$1 file=$2 dataset=$3 tolerance=$4 found
  shift 4
  mapfile -t found < <(value "$file" "$dataset")
  holds "$title: count" [ "${#found[@]}" = $# ]
  for found in "${found[@]}"; do
    near "$title" "$found" "$1" "$tolerance"
    shift
    if [ $# -eq 0 ]; then break; fi
  done
}

by_hand() {
  expect 'bike' 0 "$vintner" run bike.yaml
  holds 'bike: scores on stdout' grep -q 96.25 stdout
  numbers 'bike: score' bike.h5 score 1e-14 96.25 25
  numbers 'bike: reference' bike.h5 reference/score 1e-14 96.25 25
  numbers 'bike: supply' bike.h5 supply 1e-14 1 15 125
  numbers 'bike: inventory' bike.h5 inventory 1e-14 92.5 0.125 25
  numbers 'bike: top processes' bike.h5 top_process 0 2 1 2 -1
  near 'bike: share of electricity' "$(value bike.h5 top_process_share 0 1)" 0.68831168831168831 1e-14
  numbers 'bike: top flows' bike.h5 top_flow 0 0 1 2 -1
  at_most 'bike: residual' bike.h5 residual 1e-15
  holds 'bike: status' [ "$(value bike.h5 status)" = 0 ]

  # Scores alone of all products come from one transposed solve for each method.
  plain all bike.json '{all: bike}' 'methods: {gwp: [GWP, example]}'
  expect 'all' 0 "$vintner" run all.yaml
  numbers 'all: score' all.h5 score 1e-14 96.25 5.8125 0.7625
  plain list bike.json '[{activity: [bike, steel], amount: 2}]' 'methods: [[land use, example]]'
  expect 'list' 0 "$vintner" run list.yaml
  numbers 'list: score' list.h5 score 1e-14 2.5
  holds 'list: label' grep -q 'land use, example' stdout
}

commands_of_inventory() {
  expect 'check' 0 "$vintner" check bike.yaml --json
  holds 'check: JSON' python3 -m json.tool stdout
  expect 'show' 0 "$vintner" show bike.h5 --json
  holds 'show: JSON' python3 -m json.tool stdout
  expect 'show a study' 0 "$vintner" show bike.yaml
  expect 'exists' 2 "$vintner" run bike.yaml
  expect 'resume of a finished file' 0 "$vintner" resume bike.h5
  expect 'no folder' 1 "$vintner" run bike.yaml -o nowhere/x.h5
  for ranks in 2 3; do
    expect "$ranks ranks" 0 mpirun --oversubscribe -n "$ranks" "$vintner" run bike.yaml -o "bike$ranks.h5"
    same "$ranks ranks" bike.h5 "bike$ranks.h5"
  done
}

bad_inventories() {
  local gwp='methods: {gwp: [GWP, example]}' at='{activity: [bike, bike]}'
  plain bad bike.json '{all: bikes}' "$gwp"
  refused 'unknown database' "bad.yaml:6: database 'bikes'.*did you mean 'bike'"
  plain bad bike.json '[{activity: [bike, stel]}]' "$gwp"
  refused 'unknown activity' "bad.yaml:6: .*'stel'; did you mean 'steel'"
  plain bad bike.json "$at" 'methods: {gwp: [GWP, exmple]}'
  refused 'unknown method' "bad.yaml:7: method 'GWP, exmple'.*did you mean 'GWP, example'"
  plain bad bike.json "$at"
  refused 'no method named' "missing key 'model.inventory.methods'"
  plain bad bike.json '[{activity: [nature, co2]}]' "$gwp"
  refused 'a flow' 'no process makes'
  plain bad none.json "$at" "$gwp"
  refused 'no source' 'bad.yaml:5: .*none.json: cannot be opened'
  sed 's/"amount": 0.04/"amount": 0.2/' bike.json >singular.json
  plain bad singular.json "$at" 'methods: {gwp: [no, such]}'
  refused 'singular' "singular: found processes .*'(steel|electricity)'"
  expect 'check of a singular system' 2 "$vintner" check bad.yaml
  sed -E 's/"steel"(\], "type": "technosphere", "amount": 10)/"rubber"\1/
    s/^ *"bike": \{"name"/"rubber": {"type": "product"}, &/' bike.json >square.json
  plain bad square.json "$at" "$gwp"
  refused 'no maker' "found 4 products and 3 processes.*'rubber'"
}

# The numbers of the golden cases are in their expected.json.
golden() { python3 -c "import json, sys
for key in sys.argv[2:]:
    value = json.load(open(sys.argv[1]))
    for part in key.split('/'):
        value = value[int(part) if isinstance(value, list) else part]
    print(*(value if isinstance(value, list) else [value]))" "$@"; }

golden_cases() {
  local bw=$1/brightway keep='keep: [supply]' case names
  local json=$bw/expected.json
  for case in chain chain32_dir; do
    plain "$case" "$bw/$case$([ -d "$bw/$case" ] || echo .zip)" '{datapackage id: 1}' "$keep"
    expect "$case" 0 "$vintner" run "$case.yaml"
    numbers "$case" "$case.h5" score 1e-13 $(golden "$json" "$case/score")
    numbers "$case" "$case.h5" supply 1e-13 $(golden "$json" "$case/supply")
  done
  for names in chain.zip+override.zip override.zip+chain.zip; do
    plain override "$bw/${names/+/, $bw/}" '{datapackage id: 1}' "$keep"
    expect "$names" 0 "$vintner" run override.yaml --force
    near "$names" "$(value override.h5 score)" \
      "$(python3 -c "import json; print(json.load(open('$json'))['override']['$names']['score'])")" 1e-13
  done
  for case in 0 1 2 3; do
    plain seq "$bw/chain.zip, $bw/seq.zip" '{datapackage id: 1}' "array_column: $case"
    expect "array column $case" 0 "$vintner" run seq.yaml --force
    near "array column $case" "$(value seq.h5 score)" \
      "$(golden "$json" "seq/scores_initial_then_4_next/$case")" 1e-13
  done
  plain perm "$bw/perm.zip, $bw/perm_m1.zip, $bw/perm_m2.zip" \
    '[{datapackage id: 100}, {datapackage id: 103, amount: 2}, {datapackage id: 105, amount: 3}]' \
    'methods: [[first, category], [second, category]]'
  expect 'perm' 0 "$vintner" run perm.yaml
  numbers 'perm' perm.h5 score 1e-13 11 30 8.19 6.7 28.2 120
  plain project "$bw/demo_project" '[{activity: ["my db (v1)", elec]}, {activity: ["my db (v1)", heat]}]' \
    'methods: {gwp: [gwp, "100"]}'
  expect 'project' 0 "$vintner" run project.yaml
  numbers 'project' project.h5 score 1e-7 $(golden "$json" demo_project/gwp100/elec demo_project/gwp100/heat)
  plain bad "$bw/demo_project" '[{activity: ["my db (v1)", chp]}]' 'methods: {gwp: [gwp, "100"]}'
  refused 'a process with a product node' "'chp'.*'heat'"
  plain bad "$bw/nonsquare_bad.zip" '{all: nonsquare_bad}'
  refused 'not square' '2 products and 1 process'
}

uslci() {
  local json=$1/uslci/expected.json demands
  demands=$(python3 - "$json" <<'PY'
import json
import sys
cases = json.load(open(sys.argv[1]))["demand of one unit each"]
print(json.dumps([{"activity": ["uslci", case["process"]]} for case in cases]))
with open("ghg", "w") as file:
    print(*(case["ghg score"] for case in cases), file=file)
PY
  )
  plain uslci "$1/uslci/brightway.json" "$demands" 'methods: [[GHG, 100 years]]'
  expect 'uslci, scores alone' 0 "$vintner" run uslci.yaml -q -o adjoint.h5
  numbers 'uslci, scores alone' adjoint.h5 score 1e-12 $(cat ghg)
  echo '    keep: [inventory, supply]' >>uslci.yaml
  expect 'uslci' 0 "$vintner" run uslci.yaml -q
  numbers 'uslci' uslci.h5 score 1e-12 $(cat ghg)
  at_most 'uslci: residual' uslci.h5 residual 1e-15
}

inventory() {
  cp "$here/../jobs/examples/bike/"* .
  by_hand
  commands_of_inventory
  bad_inventories
  if [ -d "${VINTNER_SHARED:-}/cases/uslci" ]; then
    golden_cases "$VINTNER_SHARED/cases"
    uslci "$VINTNER_SHARED/cases"
  else
    echo 'VINTNER_SHARED has no cases: those were left out'
  fi
}
