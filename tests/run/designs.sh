#!/usr/bin/env bash
# Topic `designs`: tables, factorials, one at a time, random designs, and every distribution.
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

# Designs of random inputs: on any ranks the same bits, each as large as it says.
random_designs() {
  cat >random.yaml <<'YAML'
vintner: 1
name: random
model:
  pathway: {inputs: model_inputs.json, unit: annual, objective: climate_change}
ensemble:
  seed: 7
  design: DESIGN
  factors:
    a: {target: "demand[*, *]", multiply: {uniform: [0.5, 1.5]}}
    b: {target: "background_inventory[*, *, *]", multiply: {pert: [0.5, 1, 2]}}
    c: {target: "foreground_biosphere[*, *, *]", multiply: {gamma: {shape: 2, scale: 0.5}, min: 0.1}}
results: {keep: []}
YAML
  local name design scenarios
  while IFS='|' read -r name design scenarios; do
    sed "s/DESIGN/$design/" random.yaml >"$name.yaml"
    expect "$name" 0 run 0 2 run "$name.yaml" -q -o "$name.h5"
    expect "$name on 3 ranks" 0 run 3 1 run "$name.yaml" -q -o "$name-3.h5"
    same "$name" "$name.h5" "$name-3.h5"
    holds "$name: size" [ "$(value "$name.h5" status | wc -l)" -eq "$scenarios" ]
    holds "$name: all optimal" [ "$(value "$name.h5" status | sort -u)" = 0 ]
  done <<'LIST'
lhs|{latin-hypercube: 50}|50
sobol|{sobol: 64}|64
plain|{sobol: {points: 64, scramble: false}}|64
saltelli|{saltelli: 8}|40
second|{saltelli: {base: 8, second_order: true}}|64
morris|{morris: {trajectories: 6, levels: 4}}|24
quantiles|{one-at-a-time: {quantiles: [0.1, 0.9]}}|6
LIST
  value lhs.h5 factor_value | awk 'NR % 3 == 1 { print int(($1 - 0.5) * 50) }' | sort -n >strata
  holds 'a scenario in each stratum' cmp strata <(seq 0 49)
  near 'unscrambled point 1 is the median' "$(value plain.h5 factor_value 3 1)" 1 1e-12
  expect 'the size is shown' 0 "$vintner" show saltelli.yaml
  holds 'design and base' grep -qx 'base        8' stdout
  { cat lhs.yaml; } | sed 's/{latin-hypercube: 50}/{sobol: 4096}/; s/^results/  correlations: [[b, a, 0.6]]\nresults/' >pairs.yaml
  expect 'correlated inputs' 0 run 0 2 run pairs.yaml -q -o pairs.h5
  holds 'rise together' awk '{ if (NR % 3 == 1) a = $1; if (NR % 3 == 2) { n++; x += a; y += $1; xy += a * $1; xx += a * a; yy += $1 * $1 } }
    END { r = (n * xy - x * y) / sqrt((n * xx - x * x) * (n * yy - y * y)); exit !(r > 0.55 && r < 0.65) }' <(value pairs.h5 factor_value)
}

# A draw for each cell: the total of one process is a sum of its own draws.
draws_for_each() {
  sed 's/DESIGN/{monte-carlo: 200}/
    s/^    a:.*/    a: {target: "demand[*, *]", add: {uniform: [0, 1]}, each: true}/' random.yaml >each.yaml
  sed 's/, each: true//' each.yaml >shared.yaml
  for name in each shared; do
    expect "$name" 0 run 0 2 run "$name.yaml" -q -o "$name.h5"
    expect "$name on 2 ranks" 0 run 2 1 run "$name.yaml" -q -o "$name-2.h5"
    same "$name" "$name.h5" "$name-2.h5"
  done
  holds 'no one value' [ "$(value each.h5 factor_value | awk 'NR % 3 == 1' | sort -u)" = nan ]
  holds 'the others draw the same' cmp <(value each.h5 factor_value | awk 'NR % 3 != 1') \
    <(value shared.h5 factor_value | awk 'NR % 3 != 1')
  # Independent draws spread less than one for all.
  sed -i '/^    [bc]:/d' each.yaml shared.yaml
  for name in each shared; do
    expect "$name alone" 0 run 0 2 run "$name.yaml" -q -o "$name.h5" --force
    spread=$(value "$name.h5" objective | awk '{ n++; s += $1; q += $1 * $1 } END { print q / n - (s / n) ^ 2 }')
    printf -v "spread_$name" %s "$spread"
  done
  # shellcheck disable=SC2154 # set by printf
  holds 'a smaller variance' awk -v e="$spread_each" -v s="$spread_shared" 'BEGIN { exit !(e > 0 && e < 0.5 * s) }'
  expect 'as LP files' 0 "$vintner" run each.yaml -q -o lp.h5 --write-lp lp
  sed '/design:/s/{.*}/{morris: 4}/' each.yaml >each-morris.yaml
  expect 'refused in morris' 2 "$vintner" check each-morris.yaml
}

# A column of numbers, and correlations, from files that are hashed and spared as all inputs are.
files_of_designs() {
  printf 'price,n\n1,1\n2,3\n' >prices.csv
  sed 's/DESIGN/{monte-carlo: 400}/
    s/^    b:.*/    b: {target: "demand[*, *]", multiply: {empirical: {file: prices.csv, column: price, weights: n}}}/
    /^    c:/d' random.yaml >empirical.yaml
  expect 'a column' 0 run 2 1 run empirical.yaml -q -o empirical.h5
  holds 'by weight' awk 'NR % 2 == 0 { n++; s += $1 } END { exit !(s / n > 1.68 && s / n < 1.82) }' <(value empirical.h5 factor_value)
  expect 'the column is an input' 2 run 0 1 run empirical.yaml -q -o prices.csv --force
  holds 'and still there' grep -qx 'price,n' prices.csv
  sed -i 's/^2,3/2,4/' prices.csv
  value empirical.h5 status >/dev/null
  expect 'no column' 2 "$vintner" check <(sed 's/column: price/column: prise/' empirical.yaml)
  sed 's/column: price/column: prise/' empirical.yaml >prise.yaml
  expect 'a wrong column' 2 "$vintner" check prise.yaml
  holds 'is named with a place' grep -q "^vintner: prise.yaml:[0-9]*: 'ensemble.factors.b.multiply.empirical': .*no column 'prise'.*did you mean 'price'" stderr
  rm prices.csv
  expect 'a missing file' 2 "$vintner" check empirical.yaml
  holds 'is named with its place' grep -q "^vintner: empirical.yaml:[0-9]*: 'ensemble.factors.b.multiply.empirical': .*prices.csv: cannot be opened" stderr
  mkdir prices.csv
  expect 'a folder' 2 run 0 1 run empirical.yaml -q -o prices.csv/out.h5
  holds 'is told as one' grep -q 'prices.csv: found a folder, expected a file' stderr
  rmdir prices.csv
}

designs
random_designs
draws_for_each
files_of_designs
finish
