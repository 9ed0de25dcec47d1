#!/usr/bin/env bash
# Topic `inputs`: the inputs that a study's model is solved with, as optimex reads them.
#
#   bash tests/run/inputs.sh [BUILD]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# exported_as TITLE STUDY NAME: write NAME.json of a study, whose objective a study of that file has.
# Both with unit lifetime, optimex's; `list` gets a line for solve_with_optimex.py.
exported_as() {
  local unit objective category
  category=$(sed -nE 's/^ *objective: (.*)$/\1/p' "$2")
  for unit in annual lifetime; do
    edited "$2" "s/unit: .*/unit: $unit/" of.yaml
    printf 'vintner: 1\nname: again\nmodel:\n  pathway:\n    inputs: %s.json\n    objective: %s\n    unit: %s\n' \
      "$3" "$category" "$unit" >again.yaml
    expect "$1: export, $unit" 0 "$vintner" export of.yaml --inputs "$3.json" --force
    holds "$1: says what is in it" grep -qE "^$3.json  [0-9]+ process" stdout
    "$vintner" run of.yaml -q --force -o of.h5 >stdout 2>stderr || true
    "$vintner" run again.yaml -q --force -o again.h5 >stdout 2>stderr || true
    objective=$(value of.h5 objective)
    holds "$1: the same outcome, $unit" [ "$(value again.h5 status)" = "$(value of.h5 status)" ]
    holds "$1: the same objective, $unit" [ "$(value again.h5 objective)" = "$objective" ]
  done
  if [ "$(value of.h5 status)" != 0 ]; then objective=none; fi
  echo "$3.json '$category' $objective" >>list
}

changed_studies() {
  edited single.yaml '' plain.yaml
  exported_as 'no changes' plain.yaml plain
  sed '/unit:/q' single.yaml >changed.yaml
  cat >>changed.yaml <<'YAML'
    extend: 2
    overrides:
      - {target: 'demand["Product 2", 2030:]', multiply: 1.1}
      - {target: 'demand["Product 2", 2051]', add: 1}
      - {target: 'demand["Product 1", 2035:2036]', set: 2}
      - {target: 'foreground_technosphere[P2R1, I3, *]', multiply: 0.9}
      - {target: 'foreground_biosphere[*, *, *]', multiply: 1.01}
      - {target: 'background_inventory[*, *, CO2]', add: 0.01}
      - {target: 'characterization[*, *, 2030:]', multiply: 0.95}
      - {target: 'existing_capacity[P2R2, 2015:2018]', set: 0.5}
      - {target: 'cumulative_process_limits_max[P2R1]', set: 30}
      - {target: 'cumulative_process_limits_min[P1R1]', set: 1}
      - {target: 'process_deployment_limits_max[P1R1, 2025:2030]', set: 2}
      - {target: 'process_deployment_limits_min[P2R2, 2031]', set: 0.25}
      - {target: 'process_operation_limits_max[P1R2, 2040]', set: 3}
      - {target: 'process_operation_limits_max_default', set: 500}
      - {target: 'category_impact_limits[climate_change, 2040]', set: 1e6}
      - {target: 'cumulative_category_impact_limits[climate_change]', set: 1e8}
      - {target: 'flow_limits_max[I1|I3, *]', set: 1e6}
      - {target: 'cumulative_flow_limits_max[CH4]', set: 1e9}
      - {target: 'cumulative_flow_limits_min[CO2]', set: -1e9}
YAML
  exported_as 'overrides' changed.yaml changed
  holds 'overrides change the objective' \
    [ "$(cut -d' ' -f3 list | sort -u | wc -l)" = "$(wc -l <list)" ]
  infeasible_study none.yaml
  exported_as 'infeasible' none.yaml none
  sed '$a ensemble:\n  design: {monte-carlo: 3}\n  factors:\n    cap: {target: "cumulative_process_limits_max[P1R1]", set: {uniform: [5, 6]}}' \
    changed.yaml >many.yaml
  expect 'an ensemble' 0 "$vintner" export many.yaml --inputs many.json
  holds 'is its reference scenario' cmp many.json changed.json
  expect 'annual is told' 0 "$vintner" export single.yaml --inputs annual.json
  holds 'as a warning' grep -q 'unit is annual' stderr
}

refusals() {
  expect 'an existing file' 2 "$vintner" export single.yaml --inputs plain.json
  holds 'one line' [ "$(wc -l <stderr)" = 1 ]
  holds 'names --force' grep -q 'plain.json: .*--force' stderr
  expect '-q' 0 "$vintner" export lifetime.yaml --inputs plain.json --force -q
  holds 'is silent' [ ! -s stdout ]
  expect 'a folder' 2 "$vintner" export single.yaml --inputs .
  expect 'a missing folder' 2 "$vintner" export single.yaml --inputs none/x.json
  expect 'a full disk' 1 bash -c "trap '' XFSZ; ulimit -f 4; exec '$vintner' export single.yaml --inputs full.json"
  holds 'leaves no file' [ -z "$(find . -name 'full.json*')" ]
  expect 'plain LCA' 2 "$vintner" export bike.yaml --inputs x.json
  holds 'has no inputs' grep -q 'bike.yaml: .*plain LCA' stderr
  expect 'both' 2 "$vintner" export single.yaml --inputs x.json --csv tables
  expect 'variables' 2 "$vintner" export single.yaml --inputs x.json --variables objective
  expect 'scenarios' 2 "$vintner" export single.yaml --inputs x.json --scenarios 1
  expect 'no study' 2 "$vintner" export nowhere.yaml --inputs x.json
  expect 'a results file' 2 "$vintner" export of.h5 --inputs x.json
  holds 'is told in one line' [ "$(wc -l <stderr)" = 1 ]
  edited single.yaml 's/objective: .*/objective: climat_change/' wrong.yaml
  expect 'a wrong study' 2 "$vintner" export wrong.yaml --inputs x.json
  holds 'with a hint' grep -q "did you mean 'climate_change'" stderr
  edited ensemble.yaml 's/, I3, /, I7, /' wrong.yaml
  expect 'a wrong factor' 2 "$vintner" export wrong.yaml --inputs x.json
  holds 'nothing was written' [ -z "$(find . -name 'x.json*')" ]
}

# Some of the cases that the project does not hold; OPTIMEX_CASES=50 for all.
shared_cases() {
  local cases=${VINTNER_SHARED:-none}/cases/optimex name count=0
  if [ ! -d "$cases" ]; then
    echo 'VINTNER_SHARED does not name a folder with cases/: the examples alone are exported'
    return
  fi
  for name in "$cases"/*.inputs.json; do
    name=$(basename "$name" .inputs.json)
    count=$((count + 1))
    if [ $((count * ${OPTIMEX_CASES:-8} % 50)) -ge "${OPTIMEX_CASES:-8}" ]; then continue; fi
    printf 'vintner: 1\nname: case\nmodel:\n  pathway:\n    inputs: %s\n    objective: %s\n    unit: lifetime\n' \
      "$(realpath "$cases/$name.inputs.json")" \
      "$(sed -nE 's/.*"objective_category": "(.*)".*/\1/p' "$cases/$name.expected.json")" >case.yaml
    exported_as "case $name" case.yaml "$name"
  done
}

with_optimex() {
  local python
  python=$(find_python 'optimex.optimizer, highspy')
  if [ -z "$python" ]; then
    echo 'no Python with optimex and highspy (VINTNER_PYTHON names one): not solved by optimex'
    return
  fi
  expect 'optimex has the same objectives' 0 "$python" "$oracles/solve_with_optimex.py" list
  cat stdout
}

inputs() {
  cp "$root/jobs/examples/bike/"* .
  edited single.yaml 's/annual$/lifetime/' lifetime.yaml
  changed_studies
  refusals
  shared_cases
  with_optimex
}

inputs
finish
