#!/usr/bin/env bash
# Topic `choose`: background pathways as alternatives of a factor, by hand.
#
# Plant A makes 1 r a year for two years, takes 1 power when it is built and emits 1 CO2 a year; B
# makes 1 r in its year and emits 5 CO2. 10 r are wanted in 2025, 2026 and 2027. Power is 4 CO2 in
# 2025; in 2027 it is 2 in SSP1 and 20 in SSP2, in 2026 the mean.
# SSP1: A built in 2025 (4 + 1 + 1) and in 2027 (2 + 1), 90 for 10 r. SSP2: A in 2025, B (5) in 2027,
# 110. With half the emissions of power: 2 + 1 + 1 and 1 + 1, 60; 2 + 1 + 1 and 5, 90.
#
#   bash tests/run/choose.sh [BUILD]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

pathway_documents() {
  local year power
  for year in base_2025:4 green_2027:2 brown_2027:20; do
    power=${year#*:}
    cat >"${year%:*}.json" <<JSON
{"databases": {"${year%:*}": {"data": {"power": {"name": "power", "exchanges": [
  {"input": ["${year%:*}", "power"], "type": "production", "amount": 1},
  {"input": ["bio", "co2"], "type": "biosphere", "amount": $power}]}}}}}
JSON
  done
  cat >model.json <<'JSON'
{"databases": {
  "bio": {"data": {"co2": {"type": "emission", "name": "CO2"}}},
  "fg": {"data": {
    "r": {"type": "product", "name": "r"},
    "A": {"type": "process", "name": "plant A", "operation_time_limits": [0, 1], "exchanges": [
      {"input": ["fg", "r"], "type": "production", "amount": 2, "operation": true,
       "temporal_distribution": {"unit": "Y", "date": [0, 1], "amount": [0.5, 0.5]}},
      {"input": ["base_2025", "power"], "type": "technosphere", "amount": 1},
      {"input": ["bio", "co2"], "type": "biosphere", "amount": 2, "operation": true,
       "temporal_distribution": {"unit": "Y", "date": [0, 1], "amount": [0.5, 0.5]}}]},
    "B": {"type": "process", "name": "plant B", "operation_time_limits": [0, 0], "exchanges": [
      {"input": ["fg", "r"], "type": "production", "amount": 1, "operation": true},
      {"input": ["bio", "co2"], "type": "biosphere", "amount": 5, "operation": true}]}}}},
 "methods": [{"name": ["GWP", "example"], "cfs": [[["bio", "co2"], 1]]}]}
JSON
}

# pathways NAME [LINES_OF_THE_PATHWAY [REST]]: write a study
pathways() {
  cat >"$1.yaml" <<YAML
vintner: 1
name: $1
model:
  pathway:
    databases: [model.json, base_2025.json, green_2027.json, brown_2027.json]
    foreground: fg
    background:
      SSP1: {base_2025: 2025, green_2027: 2027}
      SSP2: {base_2025: 2025, brown_2027: 2027}
    demand: {r: {2025:2027: 10}}
    years: [2025, 2027]
    methods: {cc: {method: [GWP, example]}}
    objective: cc
${2:-}
YAML
  if [ $# -gt 2 ]; then printf '%s\n' "$3" >>"$1.yaml"; fi
}

# column TITLE FILE DATASET EXPECTED...: the numbers of a dataset
column() {
  local title=$1 file=$2 dataset=$3 found
  shift 3
  mapfile -t found < <(value "$file" "$dataset")
  holds "$title: count" [ "${#found[@]}" = $# ]
  for found in "${found[@]}"; do
    if [ $# -eq 0 ]; then break; fi
    near "$title" "$found" "$1" 1e-12
    shift
  done
}

refused_choice() { # TITLE PATTERN
  expect "$1" 2 "$vintner" run bad.yaml
  holds "$1: one line" [ "$(wc -l <stderr)" = 1 ]
  holds "$1: says why" grep -qE "$2" stderr
  holds "$1: no file" [ -z "$(find . -name 'bad.h5*')" ]
}

two_factors='    path: {target: background, choose: [SSP2, SSP1]}
    power: {target: "background_inventory[*, power, *]", multiply: [1, 0.5]}'

single_choices() {
  pathways first
  expect 'without a choice' 0 "$vintner" run first.yaml -q
  column 'without a choice: the first pathway' first.h5 objective 90
  pathways second '    overrides: [{target: background, choose: SSP2}]'
  expect 'override' 0 "$vintner" run second.yaml -q
  column 'override' second.h5 objective 110
  column 'override: reference' second.h5 reference/objective 110
  pathways halved '    overrides: [{target: background, choose: SSP2}, {target: "background_inventory[*, *, *]", multiply: 0.5}]'
  expect 'two overrides' 0 "$vintner" run halved.yaml -q
  column 'two overrides' halved.h5 objective 90
}

designs_of_choices() {
  pathways factorial '' "ensemble:
  design: factorial
  factors:
$two_factors"
  expect 'factorial' 0 "$vintner" run factorial.yaml -q
  column 'factorial' factorial.h5 objective 110 90 90 60
  column 'factorial: values' factorial.h5 factor_value 0 1 0 0.5 1 1 1 0.5
  column 'factorial: reference' factorial.h5 reference/objective 90
  pathways single '' "ensemble:
  design: one-at-a-time
  factors:
$two_factors"
  expect 'one-at-a-time' 0 "$vintner" run single.yaml -q
  column 'one-at-a-time' single.h5 objective 110 90 90 60
  column 'one-at-a-time: values' single.h5 factor_value 0 1 1 1 1 1 1 0.5
  pathways table '' 'ensemble:
  design: {table: table.csv}
  factors:
    path: {target: background, choose: ~}
    power: {target: "background_inventory[*, power, *]", multiply: ~}'
  printf 'power,path\n1,SSP2\n0.5,0\n1,1\n' >table.csv
  expect 'table' 0 "$vintner" run table.yaml -q
  column 'table' table.h5 objective 110 60 110
  column 'table: values' table.h5 factor_value 1 1 0 0.5 1 1
}

told_names() {
  expect 'show' 0 "$vintner" show factorial.h5 --scenario 2
  holds 'show tells the name' grep -qE '^factors +path +SSP1$' stdout
  expect 'show --json' 0 "$vintner" show factorial.h5 --scenario 0 --json
  holds 'show --json tells the name' grep -qF '"factors": {"path": "SSP2", "power": 1}' stdout
  holds 'JSON' python3 -m json.tool stdout
  expect 'show of the study' 0 "$vintner" show factorial.yaml
  holds 'show of the study names them' grep -q 'choose SSP2, SSP1' stdout
  expect 'check' 0 "$vintner" check factorial.yaml
  cp factorial.h5 before.h5 || true
  expect 'resume of a finished file' 0 "$vintner" resume factorial.h5
  holds 'changes nothing' cmp -s factorial.h5 before.h5
  expect 'export' 0 "$vintner" export factorial.h5 --csv tables --variables factor_value,objective
  holds 'export has the number' grep -qE '^2,path,1(\.0*)?$' tables/factor_value.csv
}

# The same bits on any number of ranks and threads.
ranks_of_choices() {
  local keep='results: {keep: [installation, operation, impact, inventory, impact_by_flow]}'
  pathways many '' "ensemble:
  seed: 7
  design: {monte-carlo: 60}
  factors:
    path: {target: background, choose: [SSP2, SSP1]}
    power: {target: \"background_inventory[*, power, *]\", multiply: {uniform: [0.5, 2]}}
    late: {target: \"mapping[*, 2027]\", multiply: {uniform: [0.5, 1.5]}}
$keep"
  expect 'one rank' 0 run 0 1 run many.yaml -q -o one.h5
  expect 'two ranks' 0 run 2 1 run many.yaml -q -o two.h5
  expect 'two threads' 0 run 0 2 run many.yaml -q -o threads.h5
  same 'two ranks' one.h5 two.h5
  same 'two threads' one.h5 threads.h5
  holds 'both are drawn' [ "$(value one.h5 factor_value | awk 'NR % 3 == 1' | sort -u | wc -l)" = 2 ]
  at_most 'violation' one.h5 violation 1e-9
}

bad_choices() {
  pathways bad '' 'ensemble:
  design: factorial
  factors:
    path: {target: background, choose: [SSP1, SSP3]}'
  refused_choice 'unknown name' "^vintner: bad.yaml:18: .*'SSP3'.*did you mean 'SSP1'\?"
  pathways bad '    overrides: [{target: background, choose: SPP2}]'
  refused_choice 'unknown name in an override' "^vintner: bad.yaml:14: .*'SPP2'.*did you mean 'SSP2'\?"
  pathways bad '    overrides: [{target: background, set: 1}]'
  refused_choice 'a number' "found set, expected choose"
  pathways bad '    overrides: [{target: "background[SSP1]", choose: SSP1}]'
  refused_choice 'brackets' 'found brackets'
  pathways bad '    overrides: [{target: "mapping[*, *]", choose: SSP1}]'
  refused_choice 'another tensor' "choose.*'mapping'"
  pathways bad '    overrides: [{target: background, choose: SSP1}]'
  sed -i '/SSP2: {/d' bad.yaml
  refused_choice 'one background' 'found a model with one background'
  pathways bad
  sed -i 's/brown_2027: 2027/brown_2027: 2025/' bad.yaml
  refused_choice 'the same year twice' "SSP2.*'base_2025' and 'brown_2027' for the same year 2025"
  pathways bad '' 'ensemble:
  design: {table: bad.csv}
  factors:
    path: {target: background, choose: ~}'
  printf 'path\nSSP1\n2\n' >bad.csv
  refused_choice 'a number too large in a table' "bad.csv:3: column 'path': found '2'.*0 to 1"
}

choose() {
  pathway_documents
  single_choices
  designs_of_choices
  told_names
  ranks_of_choices
  bad_choices
}

choose
finish
