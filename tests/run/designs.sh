#!/usr/bin/env bash
# Topic `designs`: tables, factorials, one at a time, and every distribution.
#
#   bash tests/run/designs.sh [BUILD]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

designs() {
  cat >table.csv <<'CSV'
background,demand
1,1
1.5,0.5
0.5,2
CSV
  { sed '/^results:/,$d; s/^name:.*/name: table/' single.yaml && cat <<'YAML'; } >table.yaml
ensemble:
  design: {table: table.csv}
  factors:
    demand: {target: "demand[*, *]", multiply: ~}
    background: {target: "background_inventory[*, *, *]", multiply: ~}
YAML
  sed 's/{table: table.csv}/factorial/
    s/"demand.*/"demand[*, *]", multiply: [1, 2]}/
    s/"background_inv.*/"background_inventory[*, *, *]", multiply: [1, 1.5, 2]}/' table.yaml >factorial.yaml
  sed 's/factorial/one-at-a-time/' factorial.yaml >oaat.yaml
  sed 's/"background_inv.*/"cumulative_process_limits_max[P2R1|P2R2]", set: [0, 1000]}/' factorial.yaml >limits.yaml
  sed 's/"background_inv.*/"cumulative_process_limits_max[P2R1]", set: [2, 4]}\n    floor: {target: "cumulative_process_limits_min[P2R1]", set: [1, 3]}/' factorial.yaml >crossing.yaml
  for name in table factorial oaat limits crossing; do
    expect "$name" 0 run 0 1 run "$name.yaml" -q -o "$name.h5"
    expect "$name on 3 ranks" 0 run 3 2 run "$name.yaml" -q -o "$name-3.h5"
    same "$name" "$name.h5" "$name-3.h5"
  done
  near 'row 0 is the reference' "$(value table.h5 objective 0 1)" 25880.780591491 1e-9
  holds 'three rows' [ "$(value table.h5 status | wc -l)" -eq 3 ]
  holds 'factorial: 6' [ "$(value factorial.h5 status | wc -l)" -eq 6 ]
  near 'factorial: first' "$(value factorial.h5 objective 0 1)" 25880.780591491 1e-9
  near 'factorial: twice the demand, twice the impact' "$(value factorial.h5 objective 3 1)" 51761.561182982 1e-9
  holds 'factorial: last fastest' [ "$(value factorial.h5 factor_value 0 4 | tr '\n' ' ')" = '1 1 1 1.5 ' ]
  holds 'infeasible scenarios are data' [ "$(value limits.h5 status | tr '\n' ' ')" = '1 0 1 0 ' ]
  holds 'no objective there' [ "$(value limits.h5 objective 0 1)" = nan ]
  holds 'the others counted' [ "$(value limits.h5 statistics/objective_count)" = 2 ]
  holds 'limits that cross are infeasible' [ "$(value crossing.h5 status 1 1)" = 1 ]
  cat >spread.yaml <<'YAML'
vintner: 1
name: spread
model:
  pathway: {inputs: model_inputs.json, unit: annual, objective: climate_change}
ensemble:
  seed: 18446744073709551615
  design: {monte-carlo: 2000}
  factors:
    a: {target: "demand[*, 2030:]", multiply: {normal: {mean: 1, sd: 0.1}, min: 0.8, max: 1.2}}
    b: {target: "demand[*, :2029]", multiply: {lognormal: {median: 1, gsd: 1.2}}}
    c: {target: "demand[*, 2040]", add: {discrete: {values: [0, 1, 2], weights: [1, 2, 1]}}}
    d: {target: "background_inventory[db_20*, I1|I2, *]", multiply: {triangular: [0, 1, 1]}}
    e: {target: "existing_capacity[P2R1, 2015]", set: [0, 1, 2]}
results:
  keep: []
YAML
  expect 'every distribution' 0 run 2 1 run spread.yaml -q -o spread.h5
  holds 'all optimal' [ "$(value spread.h5 status | sort -u)" = 0 ]
  value spread.h5 factor_value | paste - - - - - >drawn
  local column=1 bounds
  for bounds in '0.8 1.2 1.0 0.01' '0.3 3 1.017 0.02' '0 2 1 0.06' '0 1 0.667 0.02' '0 2 1 0.07'; do
    # shellcheck disable=SC2086 # four words
    holds "factor $column is as asked" awk -v c="$column" -v bounds="$bounds" 'BEGIN { split(bounds, b) }
      { if (!($c >= b[1] && $c <= b[2])) bad = 1; s += $c }
      END { m = s / NR - b[3]; exit bad || m > b[4] || m < -b[4] }' drawn
    column=$((column + 1))
  done
}

designs
finish
