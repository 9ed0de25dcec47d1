#!/usr/bin/env bash
# Topic `sensitivity`: indices of objectives that are a formula, any ranks, kills, `stats`, refusals.
#
#   bash tests/run/sensitivity.sh [BUILD]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# One year. 10 R are wanted, of A alone, which causes 1 a unit; 5 S, of B alone, which causes 2.
write_model() {
  cat >sum.json <<'JSON'
{"PROCESS": ["A", "B"], "PRODUCT": ["R", "S"], "INTERMEDIATE_FLOW": [], "ELEMENTARY_FLOW": ["CO2"],
 "BACKGROUND_ID": [], "PROCESS_TIME": [0], "SYSTEM_TIME": [2020], "CATEGORY": ["climate"],
 "demand": {"[\"R\", 2020]": 10, "[\"S\", 2020]": 5}, "mapping": {}, "background_inventory": {},
 "operation_flow": {"[\"A\", \"R\"]": true, "[\"B\", \"S\"]": true},
 "foreground_technosphere": {}, "internal_demand_technosphere": {},
 "foreground_production": {"[\"A\", \"R\", 0]": 1, "[\"B\", \"S\", 0]": 1},
 "foreground_biosphere": {"[\"A\", \"CO2\", 0]": 1, "[\"B\", \"CO2\", 0]": 2},
 "characterization": {"[\"climate\", \"CO2\", 2020]": 1},
 "operation_time_limits": {"A": [0, 0], "B": [0, 0]}}
JSON
}

# study NAME DESIGN [RESULTS [FACTORS]]: with x, y, z even in (0, 2) the objective is 10 (x y + z)
study() {
  cat >"$1.yaml" <<YAML
vintner: 1
name: $1
model:
  pathway: {inputs: sum.json, objective: climate${5:+, $5}}
results:
  keep: [installation]
${3:+  sensitivity: $3}
ensemble:
  seed: 3
  design: $2
  factors:
YAML
  if [ -n "${4:-}" ]; then
    printf '%s\n' "$4" >>"$1.yaml"
  else
    cat >>"$1.yaml" <<'YAML'
    x: {target: "demand[R, *]", multiply: {uniform: [0, 2]}}
    y: {target: "foreground_biosphere[A, *, *]", multiply: {uniform: [0, 2]}}
    z: {target: "demand[S, *]", multiply: {uniform: [0, 2]}}
YAML
  fi
}

# within TITLE FILE MEASURE PLACE TRUTH WIDTH: the number is near, its interval is around it and narrow
within() {
  local number low high
  number=$(value "$2" "sensitivity/$3" "$4" 1)
  low=$(value "$2" "sensitivity/$3_low" "$4" 1)
  high=$(value "$2" "sensitivity/$3_high" "$4" 1)
  holds "$1: $3 $number in $low..$high, expected $5" awk -v n="$number" -v l="$low" -v h="$high" \
    -v t="$5" -v w="$6" 'BEGIN { exit !(l <= n && n <= h && h - l < w && n - t < w && t - n < w) }'
}

on_ranks() { # on_ranks NAME: the same bits on 1, 2 and 3 ranks
  expect "$1" 0 run 0 1 run "$1.yaml" -q -o "$1.h5"
  for ranks in 2 3; do
    expect "$1 on $ranks ranks" 0 run "$ranks" 2 run "$1.yaml" -q -o "$1-$ranks.h5"
    same "$1 on $ranks ranks" "$1.h5" "$1-$ranks.h5"
  done
}

# V = 100 (7/9 + 1/3); x and y have 0.3 each and 0.1 together, z has 0.3.
sobol() {
  study sobol '{saltelli: {base: 4096, second_order: true}}'
  on_ranks sobol
  numbers 'all groups count' sobol.h5 sensitivity/count 0 4096 4096
  for place in 0 1 2 3 4 5; do within 'sobol' sobol.h5 sobol_first $place 0.3 0.08; done
  for place in 0 1 3 4; do within 'sobol' sobol.h5 sobol_total $place 0.4 0.08; done
  within 'sobol' sobol.h5 sobol_total 2 0.3 0.08
  within 'x with y' sobol.h5 sobol_second 1 0.1 0.16
  within 'x with z' sobol.h5 sobol_second 2 0 0.16
  holds 'pairs are told once' [ "$(value sobol.h5 sensitivity/sobol_second 3 2 | paste -sd' ')" = 'nan nan' ]
  "$vintner" show sobol.h5 >shown
  holds 'ranked with bars' grep -qE '^  [xy] .* 0\.[34][0-9]* #{20} 0\.[0-9]+ to 0\.[0-9]+$' shown
  holds 'says what of' grep -qF 'sensitivity of total_impact[climate]: total Sobol index, 4096 groups' shown
  "$vintner" show sobol.h5 --json >json
  holds 'as JSON' grep -qF '{"output": "total_impact[climate]", "input": "z", "count": 4096, "sobol_first": 0.' json
  # Each bit of it again, from the rows.
  cp sobol.h5 again.h5
  expect 'stats' 0 "$vintner" stats again.h5 -q
  same 'stats' sobol.h5 again.h5
  expect 'stats on 3 ranks' 0 mpirun -n 3 "$vintner" stats sobol.h5 -q -o apart.h5
  for measure in sobol_first sobol_total_low sobol_second_high count; do
    holds "stats apart: $measure" [ "$(value apart.h5 "sensitivity/$measure")" = "$(value sobol.h5 "sensitivity/$measure")" ]
  done
}

# Scenarios that take long enough for a kill to find the run at work, however busy the machine is.
killed() {
  cat >long.yaml <<'YAML'
vintner: 1
name: long
model:
  pathway: {inputs: model_inputs.json, objective: climate_change, unit: annual}
results:
  sensitivity: {resamples: 100}
ensemble:
  seed: 3
  design: {saltelli: 4096}
  factors:
    demand: {target: 'demand["Product 2", 2030:]', multiply: {uniform: [0.8, 1.3]}}
    background: {target: "background_inventory[*, I3, *]", multiply: {lognormal: {median: 1.0, gsd: 1.3}}}
    cap: {target: "cumulative_process_limits_max[P2R1|P2R2]", set: {uniform: [10, 90]}}
YAML
  torn torn.h5 2 run long.yaml
  expect 'resumed' 0 run 1 2 resume torn.h5 -q
  expect 'a whole run' 0 run 3 1 run long.yaml -q
  same 'killed and resumed' long.h5 torn.h5
}

cells() {
  study cells '{saltelli: 512}' '{outputs: [objective, "installation[B|A, 2020:2030]"], resamples: 50, confidence: 0.5}'
  on_ranks cells
  holds 'three outputs' [ "$(value cells.h5 sensitivity/count | paste -sd' ')" = '512 512 512' ]
  within 'A follows x' cells.h5 sobol_first 3 1 0.1
  holds 'and nothing else' [ "$(value cells.h5 sensitivity/sobol_total 4 2 | paste -sd' ')" = '0 0' ]
  within 'B follows z' cells.h5 sobol_total 8 1 0.1
  "$vintner" show cells.h5 --json >json
  holds 'labels' grep -qF '{"output": "installation[A, 2020]", "input": "x", "count": 512,' json
  study off '{saltelli: 8}' false
  expect 'not wanted' 0 "$vintner" run off.yaml -q -o off.h5
  holds 'no group' [ "$(value off.h5 sensitivity/count)" = none ]
  study constant '{saltelli: 8}' '{outputs: ["installation[B, *]"]}' \
    '    x: {target: "demand[R, *]", multiply: {uniform: [0, 2]}}'
  expect 'an output that does not vary' 0 "$vintner" run constant.yaml -q -o constant.h5
  holds 'has no index' [ "$(value constant.h5 sensitivity/sobol_total | paste -sd' ')" = nan ]
  holds 'of all groups' [ "$(value constant.h5 sensitivity/count)" = 8 ]
}

# z moves the objective by 20 a unit of u wherever it is, x by 20 y.
morris() {
  study morris '{morris: 40}'
  on_ranks morris
  numbers 'all trajectories count' morris.h5 sensitivity/count 0 40 40
  near 'mu of z' "$(value morris.h5 sensitivity/morris_mu 2 1)" 20 1e-9
  near 'mu* of z' "$(value morris.h5 sensitivity/morris_mu_star_high 5 1)" 20 1e-9
  holds 'sigma of z' awk -v s="$(value morris.h5 sensitivity/morris_sigma 2 1)" 'BEGIN { exit !(s >= 0 && s < 1e-9) }'
  within 'x' morris.h5 morris_mu_star 0 20 10
  "$vintner" show morris.h5 >shown
  holds 'effects with bars' grep -qE '^sensitivity of objective: Morris mu\*, 40 trajectories$' shown
  holds 'the same in all, no interval' grep -qE '^  z +20 #+ +20 to 20$' shown
  value morris.h5 objective | awk 'NR % 4 == 1 { if (NR > 1) print ""; printf "%s", $1; next } { printf " %s", $1 }' >paths
  # Steps are of half of u: the sizes of all steps, doubled, are what mu* adds up.
  near 'steps add up' "$(value morris.h5 sensitivity/morris_mu_star 0 3 | awk '{ s += $1 } END { print s }')" \
    "$(awk '{ for (i = 2; i <= 4; i++) { d = $i - $(i - 1); s += d < 0 ? -d : d } } END { printf "%.15g", 2 * s / 40 }' paths)" 1e-9
  study levels '{morris: {trajectories: 10, levels: 6}}' '{outputs: [objective], resamples: 10}'
  expect 'six levels' 0 "$vintner" run levels.yaml -q -o levels.h5
  near 'mu of z at six levels' "$(value levels.h5 sensitivity/morris_mu 2 1)" 20 1e-9
}

# Standardised: z has sqrt(0.3) and so have x and y, what is left of 1 is x with y.
regression() {
  study plain '{monte-carlo: 2000}' '{resamples: 200}'
  on_ranks plain
  for place in 0 1 2; do within 'regression' plain.h5 src $place 0.5477 0.1; done
  "$vintner" show plain.h5 >shown
  holds 'correlations with bars' grep -qE '^sensitivity of objective: rank correlation, 2000 scenarios$' shown
  holds 'of every input' [ "$(grep -cE '^  [xyz] +0\.5[0-9]* #{17,20} +0\.[45][0-9]* to 0\.[56][0-9]*$' shown)" = 6 ]
  near 'R2' "$(value plain.h5 sensitivity/src_r2 0 1)" 0.9 0.03
  for place in 0 1 2; do within 'ranks' plain.h5 spearman $place 0.54 0.12; done
  holds 'partial ranks say more' awk -v p="$(value plain.h5 sensitivity/prcc 2 1)" 'BEGIN { exit !(p > 0.7 && p < 1) }'
  # By hand: y = 10 (1 + z) at z = 0.5, 1, 1, 2, and what is never in the objective.
  study table '{table: t.csv}' '{outputs: [objective], methods: [regression]}' \
    "$(printf '    z: {target: "demand[S, *]", multiply: ~}\n    t: {target: "demand[R, *]", multiply: ~}')"
  printf 'z,t\n0.5,1\n1,1\n1,1\n2,1\n3,1\n' >t.csv
  expect 'a table' 0 "$vintner" run table.yaml -q -o table.h5
  numbers 'a line' table.h5 sensitivity/src_r2 1e-12 1
  near 'its slope' "$(value table.h5 sensitivity/src 0 1)" 1 1e-12
  near 'its ranks' "$(value table.h5 sensitivity/spearman 0 1)" 1 1e-12
  holds 'a column that is fixed' [ "$(value table.h5 sensitivity/src 1 1)" = nan ]
  study twins '{table: u.csv}' '{outputs: [objective]}' \
    "$(printf '    z: {target: "demand[S, *]", multiply: ~}\n    t: {target: "demand[R, *]", multiply: ~}')"
  printf 'z,t\n1,3\n2,6\n3,9\n4,12\n5,15\n' >u.csv
  expect 'an input that is another one' 0 "$vintner" run twins.yaml -o twins.h5
  holds 'is told' grep -q 'an input is a function of others' stderr
  holds 'has no coefficient' [ "$(value twins.h5 sensitivity/src | paste -sd' ')" = 'nan nan' ]
  numbers 'but ranks' twins.h5 sensitivity/spearman 1e-12 1 1
  study factorial factorial true \
    "$(printf '    z: {target: "demand[S, *]", multiply: [0, 1, 2]}\n    x: {target: "demand[R, *]", multiply: [1, 2]}')"
  expect 'a factorial' 0 "$vintner" run factorial.yaml -q -o factorial.h5
  numbers 'R2 of a sum' factorial.h5 sensitivity/src_r2 1e-12 1 1
  # 100 (2/3) and 100 (1/4): the shares of the variance.
  near 'z' "$(value factorial.h5 sensitivity/src 0 1)" 0.852802865422442 1e-12
  near 'x' "$(value factorial.h5 sensitivity/src 1 1)" 0.522232967867094 1e-12
}

# A cannot make more than 15: a row fails where x > 1.5.
failed_rows() {
  local limit='overrides: [{target: "cumulative_process_limits_max[A]", set: 15}]'
  study failing '{saltelli: 256}' '{outputs: [objective], max_failed: 1}' '' "$limit"
  on_ranks failing
  local width=5
  local whole
  whole=$(value failing.h5 status | awk -v w=$width '{ bad = bad || $1 } NR % w == 0 { n += !bad; bad = 0 } END { print n }')
  holds 'groups are dropped whole' [ "$(value failing.h5 sensitivity/count)" = "$whole" ]
  holds 'some are' [ "$whole" -lt 256 ] && holds 'not all are' [ "$whole" -gt 64 ]
  holds 'the others tell' awk -v s="$(value failing.h5 sensitivity/sobol_total 0 1)" 'BEGIN { exit !(s > 0 && s < 1) }'
  study strict '{saltelli: 256}' '{outputs: [objective]}' '' "$limit"
  expect 'too many are dropped' 0 run 2 1 run strict.yaml -o strict.h5
  holds 'nothing is told' [ "$(value strict.h5 sensitivity/sobol_total | sort -u)" = nan ]
  holds 'how many' grep -qE 'warning: sensitivity: [0-9]+ of 256 groups are without an optimum, more than max_failed 0.1' stderr
  holds 'said once' [ "$(grep -c max_failed stderr)" = 1 ]
}

# differences TITLE FILE PLACES: rows are a base, then each input (at these places among the factors) a
# little more and a little less, then the next base. No derivative is 0 in all of them.
differences() {
  local text
  value "$2" objective >objective
  value "$2" factor_value >factors
  value "$2" derivative >derivatives
  text=$(awk -v places="$3" '
    FILENAME == "objective" { f[rows++] = $1 }
    FILENAME == "factors" { x[cells++] = $1 }
    FILENAME == "derivatives" { d[numbers++] = $1 }
    END {
      n = split(places, place, " "); width = cells / rows
      if (numbers != n * rows || rows % (2 * n + 1)) { print "shapes"; exit }
      for (b = 0; b < rows; b += 2 * n + 1) for (i = 1; i <= n; i++) {
        more = b + 2 * i - 1; less = more + 1
        step = x[more * width + place[i]] - x[less * width + place[i]]
        slope = (f[more] - f[less]) / step; g = d[b * n + i - 1]; error = slope - g
        size = f[b] < 0 ? -f[b] : f[b]
        if (!(error * error <= 1e-12 * size * size)) print "row", b, "input", i, g, "not", slope
        if (g != 0) told[i] = 1
      }
      for (i = 1; i <= n; i++) if (!told[i]) print "input", i, "is 0 in all rows"
    }' objective factors derivatives)
  holds "$1: $text" [ -z "$text" ]
}

# nudged FILE BASES NAME=VALUE...: such a table, the bases up to 5 % around the values
nudged() {
  local file=$1 bases=$2
  shift 2
  printf '%s\n' "$@" | awk -F= -v bases="$bases" '
    { name[NR] = $1; at[NR] = $2 }
    function row(moved, by, k) {
      for (k = 1; k <= NR; k++) printf "%s%.17g", (k > 1 ? "," : ""), x[k] * (k == moved ? by : 1)
      print ""
    }
    END {
      for (k = 1; k <= NR; k++) printf "%s%s", (k > 1 ? "," : ""), name[k]
      print ""
      for (b = 0; b < bases; b++) {
        for (k = 1; k <= NR; k++) x[k] = at[k] * (1 + 0.1 * ((b * 7 + k * 3) % 11 / 11 - 0.5))
        row(0, 1)
        for (i = 1; i <= NR; i++) { row(i, 1 + 1e-5); row(i, 1 - 1e-5) }
      }
    }' >"$file"
}

# The objective is 10 (x y + z): by x 10 y, by y 10 x, by z 10.
derivatives() {
  study slopes '{saltelli: 64}' '{derivative: true, resamples: 10}' \
    "$(printf '    %s\n' 'x: {target: "demand[R, *]", multiply: {uniform: [0.5, 2]}}' \
      'y: {target: "foreground_biosphere[A, *, *]", multiply: {uniform: [0.5, 2]}}' \
      'z: {target: "demand[S, *]", multiply: {uniform: [0.5, 2]}}' \
      'own: {target: "foreground_biosphere[B, *, *]", multiply: {uniform: [1, 1]}, each: true}')"
  on_ranks slopes
  local text
  text=$(paste -d' ' <(value slopes.h5 factor_value | paste -d' ' - - - -) <(value slopes.h5 derivative | paste -d' ' - - -) | awk '
    function far(a, b) { return a - b > 1e-9 || b - a > 1e-9 || a != a }
    far($5, 10 * $2) || far($6, 10 * $1) || far($7, 10) { print }
    { n++; for (i = 5; i <= 7; i++) { mean[i] += $i; square[i] += $i * $i } }
    END { printf "%d", n; for (i = 5; i <= 7; i++) printf " %.12g %.12g", mean[i] / n, square[i] / n }')
  holds "derivatives: $text" [ "${text%% *}" = 384 ]
  read -r -a moments <<<"$text"
  for input in 0 1 2; do
    near 'their mean' "$(value slopes.h5 sensitivity/derivative_mean $input 1)" "${moments[1 + 2 * input]}" 1e-9
    near 'their square' "$(value slopes.h5 sensitivity/derivative_square $input 1)" "${moments[2 + 2 * input]}" 1e-9
  done
  holds 'none of a draw for each cell, or of other outputs' \
    [ "$(value slopes.h5 sensitivity/derivative_mean 3 5 | sort -u)" = nan ]
  expect 'tables' 0 "$vintner" export slopes.h5 --csv slopes
  holds 'inputs with one value' [ "$(cut -d, -f2 slopes/derivative.csv | head -n 4 | paste -sd' ')" = 'input x y z' ]
  cp slopes.h5 again.h5
  expect 'stats' 0 mpirun -n 2 "$vintner" stats again.h5 -q
  same 'stats of derivatives' slopes.h5 again.h5
  "$vintner" show slopes.h5 --json >json
  holds 'derivatives as JSON' grep -qE '"input": "z", .*"derivative_mean": (10|9.99999999999)' json
  study without '{saltelli: 64}'
  expect 'a run without derivatives' 0 "$vintner" run without.yaml -q -o without.h5
  study asked '{saltelli: 64}' '{derivative: true}'
  expect 'derivatives that no row has' 2 "$vintner" stats without.h5 -q -o asked.h5 --study asked.yaml
  holds 'says which' grep -qF "asked.yaml:7: 'results.sensitivity.derivative': found no derivatives" stderr
}

# Every number that a factor or a formula reaches, one after the other and together.
through_formulas() {
  cat >basic.yaml <<'YAML'
vintner: 1
name: basic
model:
  pathway:
    inputs: model_inputs.json
    objective: climate_change
    unit: annual
    overrides: [{target: "foreground_technosphere[P1R2, I2, *]", multiply: "growth ** 2"}]
parameters:
  growth: ~
  share: ~
  late: "max(share, 0.2) * growth + exp(-share)"
results:
  sensitivity: {derivative: true, resamples: 2}
ensemble:
  design: {table: basic.csv}
  factors:
    demand: {target: 'demand["Product 2", 2030:]', multiply: ~}
    more: {target: 'demand["Product 2", 2028:2040]', add: ~}
    background: {target: "background_inventory[*, I3, *]", multiply: ~}
    tail: {target: "characterization[*, CH4, 2035:]", multiply: late}
    plant: {target: "foreground_technosphere[P2R1, I3, *]", set: ~}
    plants: {target: "foreground_technosphere[P2R*, *, *]", multiply: "1 + share / 2"}
    cap: {target: "cumulative_process_limits_max[P2R1]", set: ~}
    yearly: {target: "process_deployment_limits_max[P1R1, *]", set: "3 * growth"}
    made: {target: "foreground_production[P2R2, *, *]", multiply: ~}
YAML
  nudged basic.csv 6 growth=1.1 share=0.35 demand=1.03 more=0.4 background=1.2 plant=20 cap=5 made=1.07
  expect 'formulas' 0 "$vintner" run basic.yaml -q
  differences 'formulas' basic.h5 '0 1 3 4 5 7 9 11'
}

# A makes R, as far as its stock of before goes and as far as B may be built with it; C makes R too and
# takes land, of which there is little; E makes the rest.
through_limits() {
  cat >limits.json <<'JSON'
{"PROCESS": ["A", "B", "C", "E"], "PRODUCT": ["R"], "INTERMEDIATE_FLOW": [], "ELEMENTARY_FLOW": ["CO2", "land"],
 "BACKGROUND_ID": [], "PROCESS_TIME": [0, 1], "SYSTEM_TIME": [2020, 2021], "CATEGORY": ["climate", "area"],
 "demand": {"[\"R\", 2020]": 30, "[\"R\", 2021]": 40}, "mapping": {}, "background_inventory": {},
 "operation_flow": {"[\"A\", \"R\"]": true, "[\"A\", \"CO2\"]": true, "[\"C\", \"R\"]": true, "[\"E\", \"R\"]": true,
  "[\"C\", \"CO2\"]": true, "[\"C\", \"land\"]": true, "[\"E\", \"CO2\"]": true},
 "foreground_technosphere": {}, "internal_demand_technosphere": {},
 "foreground_production": {"[\"A\", \"R\", 0]": 1, "[\"A\", \"R\", 1]": 2, "[\"C\", \"R\", 0]": 1, "[\"C\", \"R\", 1]": 1,
  "[\"E\", \"R\", 0]": 1, "[\"E\", \"R\", 1]": 1},
 "foreground_biosphere": {"[\"A\", \"CO2\", 0]": 1, "[\"A\", \"CO2\", 1]": 1, "[\"B\", \"CO2\", 0]": 1.5,
  "[\"C\", \"CO2\", 0]": 3, "[\"C\", \"CO2\", 1]": 3, "[\"C\", \"land\", 0]": 1, "[\"C\", \"land\", 1]": 1,
  "[\"E\", \"CO2\", 0]": 9, "[\"E\", \"CO2\", 1]": 9},
 "characterization": {"[\"climate\", \"CO2\", 2020]": 1, "[\"climate\", \"CO2\", 2021]": 1,
  "[\"area\", \"land\", 2020]": 1, "[\"area\", \"land\", 2021]": 1},
 "operation_time_limits": {"A": [0, 1], "B": [0, 0], "C": [0, 1], "E": [0, 1]},
 "process_coupling": {"[\"B\", \"A\"]": 0.5}, "existing_capacity": {"[\"A\", 2019]": 4},
 "process_deployment_limits_max": {"[\"B\", 2020]": 3, "[\"B\", 2021]": 2},
 "cumulative_category_impact_limits": {"area": 11}}
JSON
  cat >limits.yaml <<'YAML'
vintner: 1
name: limits
model:
  pathway: {inputs: limits.json, objective: {climate: 1, area: 0.125}, unit: lifetime}
results:
  sensitivity: {derivative: true, resamples: 2}
ensemble:
  design: {table: limits.csv}
  factors:
    demand: {target: "demand[R, *]", multiply: ~}
    ratio: {target: "process_coupling[B, A]", multiply: ~}
    stock: {target: "existing_capacity[A, *]", add: ~}
    built: {target: "process_deployment_limits_max[B, *]", multiply: ~}
    area: {target: "cumulative_category_impact_limits[area]", multiply: ~}
    weight: {target: "characterization[area, *, *]", multiply: ~}
    made: {target: "foreground_production[A, *, *]", multiply: ~}
YAML
  nudged limits.csv 5 demand=1 ratio=1 stock=0.5 built=1 area=1 weight=1 made=1
  expect 'limits' 0 "$vintner" run limits.yaml -q
  differences 'limits' limits.h5 '0 1 2 3 4 5 6'
  # What one at a time leaves as it is has its derivative there; a default that factors set, too.
  cat >one.yaml <<'YAML'
vintner: 1
name: one
model:
  pathway: {inputs: sum.json, objective: climate}
results:
  sensitivity: {derivative: true, resamples: 2}
ensemble:
  design: one-at-a-time
  factors:
    x: {target: "demand[R, *]", multiply: [0.5, 2]}
    y: {target: "foreground_biosphere[A, *, *]", set: [1.5, 3]}
    z: {target: "demand[S, *]", add: [2, 3]}
YAML
  expect 'one at a time' 0 "$vintner" run one.yaml -q
  numbers 'one at a time' one.h5 derivative 1e-12 10 5 2 10 20 2 15 10 2 30 10 2 10 10 2 10 10 2
}

# ---------------------------------------------------------------------------------------------
# Functions that are known: as formulas of parameters, or made by the model itself.

# formula NAME DESIGN RESULTS FORMULA RANGE...: 10 times the formula of x1, x2, ..., each even in its range
formula() {
  local place=0 range
  cat >"$1.yaml" <<YAML
vintner: 1
name: $1
model:
  pathway: {inputs: sum.json, objective: climate}
results: {sensitivity: $3}
ensemble:
  seed: 11
  design: $2
  factors:
    f: {target: "foreground_biosphere[A, *, *]", set: "$4"}
    none: {target: "foreground_biosphere[B, *, *]", multiply: 0}
parameters:
YAML
  for range in "${@:5}"; do
    place=$((place + 1))
    echo "  x$place: {uniform: $range}" >>"$1.yaml"
  done
}

ishigami='20 + sin(x1) + 7 * sin(x2) ** 2 + 0.1 * x3 ** 4 * sin(x1)'
circle='[-3.141592653589793, 3.141592653589793]'
g_function='abs(4 * x1 - 2) * (abs(4 * x2 - 2) + 1) / 2 * (abs(4 * x3 - 2) + 4.5) / 5.5 * (abs(4 * x4 - 2) + 9) / 10'

# error FILE TRUTH...: the largest error of first and total indices of the objective, which are given in
# this order; 9 where one is no number
error() {
  local file=$1 inputs
  shift
  inputs=$(($# / 2))
  paste <(value "$file" sensitivity/sobol_first 0 $inputs; value "$file" sensitivity/sobol_total 0 $inputs) \
    <(printf '%s\n' "$@") |
    awk '{ d = $1 - $2; if (d < 0) d = -d; if (d > worst) worst = d; n += $1 ~ /^[-+0-9.e]+$/ }
      END { print n == NR ? worst : 9 }'
}

# converges NAME FORMULA RANGES TRUTH...: indices are within their intervals, and nearer and nearer
converges() {
  local name=$1 formula=$2 inputs place size before=1 now
  local -a ranges
  mapfile -t ranges <<<"$3"
  shift 3
  inputs=$(($# / 2))
  for size in 64 1024 16384; do
    formula "$name" "{saltelli: $size}" '{outputs: [objective], confidence: 0.999}' "$formula" "${ranges[@]}"
    expect "$name of $size groups" 0 "$vintner" run "$name.yaml" -q --force
    now=$(error "$name.h5" "$@")
    holds "$name of $size groups: $now after $before" awk -v n="$now" -v b="$before" 'BEGIN { exit !(n < b / 3) }'
    before=$now
  done
  holds "$name: $now is near" awk -v n="$now" 'BEGIN { exit !(n < 0.003) }'
  for ((place = 0; place < inputs; place++)); do
    within "$name" "$name.h5" sobol_first $place "$1" 0.09
    shift
  done
  for ((place = 0; place < inputs; place++)); do
    within "$name" "$name.h5" sobol_total $place "$1" 0.09
    shift
  done
}

# Indices of the g-function (Saltelli and Sobol 1995) with a = 0, 1, 4.5, 9: V_i = 1 / (3 (1 + a)^2).
g_truth() {
  awk 'BEGIN {
    split("0 1 4.5 9", a, " "); all = 1
    for (i = 1; i <= 4; i++) { v[i] = 1 / (3 * (1 + a[i]) ^ 2); all *= 1 + v[i] }
    for (i = 1; i <= 4; i++) printf "%.15g ", v[i] / (all - 1)
    for (i = 1; i <= 4; i++) printf "%.15g ", v[i] * all / (1 + v[i]) / (all - 1)
  }'
}

# Ishigami and Homma (1990), a = 7, b = 0.1: V = 1/2 + a^2/8 + b pi^4/5 + b^2 pi^8/18.
ishigami_truth() {
  awk 'BEGIN {
    p = 3.141592653589793 ^ 4; a = 7; b = 0.1
    both = b * b * p * p * (1 / 18 - 1 / 50); one = (1 + b * p / 5) ^ 2 / 2; two = a * a / 8; v = one + two + both
    printf "%.15g %.15g 0 %.15g %.15g %.15g", one / v, two / v, (one + both) / v, two / v, both / v
  }'
}

closed_forms() {
  # shellcheck disable=SC2046 # a list of numbers
  converges ishigami "$ishigami" "$circle"$'\n'"$circle"$'\n'"$circle" $(ishigami_truth)
  # shellcheck disable=SC2046
  converges g "$g_function" $'[0, 1]\n[0, 1]\n[0, 1]\n[0, 1]' $(g_truth)
  formula pairs '{saltelli: {base: 4096, second_order: true}}' '{outputs: [objective]}' "$ishigami" "$circle" "$circle" "$circle"
  on_ranks pairs
  within 'Ishigami' pairs.h5 sobol_second 2 0.24368 0.16
  within 'Ishigami' pairs.h5 sobol_second 1 0 0.16
  within 'Ishigami' pairs.h5 sobol_second 5 0 0.16
}

# What SALib 1.6.0 makes of the same rows (sobol.analyze of the objective, and of it the numbers S1, ST
# and S2): the points are not scrambled, so that they are the same everywhere.
as_salib() {
  formula salib '{saltelli: {base: 32, second_order: true, scramble: false}}' '{outputs: [objective], resamples: 10}' \
    "$ishigami" "$circle" "$circle" "$circle"
  expect 'rows for SALib' 0 "$vintner" run salib.yaml -q
  numbers 'first as SALib' salib.h5 sensitivity/sobol_first 1e-9 0.158641038743315 0.597666950512797 -0.0678765069055127
  numbers 'total as SALib' salib.h5 sensitivity/sobol_total 1e-9 0.582379112832291 0.45137660058372 0.24415734247753
  near 'pairs as SALib' "$(value salib.h5 sensitivity/sobol_second 1 1)" -0.0492925689590388 1e-9
  near 'pairs as SALib' "$(value salib.h5 sensitivity/sobol_second 2 1)" 0.522612306644035 1e-9
  near 'pairs as SALib' "$(value salib.h5 sensitivity/sobol_second 5 1)" 0.0560202494077292 1e-9
}

# Made by demand, emission and characterisation of one product, of two products, or of the better of two
# processes: x y z, 10 x + 20 y, and the least of x and y.
by_the_model() {
  local even='multiply: {uniform: [0, 2]}' place
  study product '{saltelli: {base: 4096, second_order: true}}' '{outputs: [objective]}' \
    "$(printf '    %s\n' "x: {target: \"demand[R, *]\", $even}" "y: {target: \"foreground_biosphere[A, *, *]\", $even}" \
      "z: {target: \"characterization[*, *, *]\", $even}" 'none: {target: "foreground_biosphere[B, *, *]", multiply: 0}')"
  expect 'a product' 0 run 2 1 run product.yaml -q -o product.h5
  # Each has mean 1 and variance 1/3: V = (4/3)^3 - 1.
  for place in 0 1 2; do
    within 'a product' product.h5 sobol_first $place 0.243243 0.09
    within 'a product' product.h5 sobol_total $place 0.432432 0.09
  done
  for place in 1 2 5; do within 'a product' product.h5 sobol_second $place 0.081081 0.16; done
  study weights '{latin-hypercube: 4000}' '{outputs: [objective], resamples: 200}' \
    "$(printf '    %s\n' "x: {target: \"demand[R, *]\", $even}" 'y: {target: "demand[S, *]", multiply: {uniform: [0, 4]}}')"
  expect 'a sum' 0 run 3 1 run weights.yaml -q -o weights.h5
  within 'a sum' weights.h5 src 0 0.447214 0.05
  within 'a sum' weights.h5 src 1 0.894427 0.05
  near 'a sum: R2' "$(value weights.h5 sensitivity/src_r2 0 1)" 1 1e-12
  sed -i 's/{latin-hypercube: 4000}/{saltelli: 4096}/' weights.yaml
  expect 'indices of a sum' 0 run 2 1 run weights.yaml -q --force -o weights.h5
  within 'a sum' weights.h5 sobol_first 0 0.2 0.05
  within 'a sum' weights.h5 sobol_total 1 0.8 0.08
  # B makes R as well, and S is not wanted. E = 1/3, V = 1/18, of which 1/45 is x alone.
  sed 's/"\[\\"B\\", \\"S\\"\]": true/"[\\"B\\", \\"R\\"]": true/; s/"\[\\"B\\", \\"S\\", 0\]": 1/"[\\"B\\", \\"R\\", 0]": 1/;
    s/, "\[\\"S\\", 2020\]": 5//; s/"\[\\"B\\", \\"CO2\\", 0\]": 2/"[\\"B\\", \\"CO2\\", 0]": 1/' sum.json >least.json
  study least '{saltelli: {base: 4096, second_order: true}}' '{outputs: [objective, "installation[A, *]"]}' \
    "$(printf '    %s\n' 'x: {target: "foreground_biosphere[A, *, *]", multiply: {uniform: [0, 1]}}' \
      'y: {target: "foreground_biosphere[B, *, *]", multiply: {uniform: [0, 1]}}')"
  sed -i 's/sum.json/least.json/' least.yaml
  expect 'the least' 0 run 2 1 run least.yaml -q -o least.h5
  for place in 0 1; do
    within 'the least' least.h5 sobol_first $place 0.4 0.08
    within 'the least' least.h5 sobol_total $place 0.6 0.08
  done
  within 'the least' least.h5 sobol_second 1 0.2 0.16
  # A is built if x is less than y: V = 1/4, of which E (x - 1/2)^2 is x alone.
  within 'who is built' least.h5 sobol_first 2 0.333333 0.1
  within 'who is built' least.h5 sobol_total 3 0.666667 0.1
}

# tells STUDY LINE...: check says so
tells() {
  local name=$1 line
  shift
  expect "check of $name" 0 "$vintner" check "$name.yaml"
  for line in "$@"; do holds "check of $name: $line" grep -qxF -- "$line" stdout; done
}

# What a design is made of, and what can be asked of it.
plans() {
  study plan '{saltelli: {base: 100, second_order: true}}' '{derivative: true}'
  tells plan 'design           saltelli: 100 groups of 2 x 3 + 2 scenarios, scrambled; 3 random inputs' \
    'sensitivity      Sobol indices of first and total order and of pairs: 2 outputs, 1000 resamples, derivatives'
  holds 'a note on the size' grep -qF 'plan.yaml:10: 100 is no power of two' stderr
  expect 'on ranks' 0 mpirun -n 2 "$vintner" check plan.yaml
  holds 'one note' [ "$(grep -c 'no power of two' stderr)" = 1 ]
  "$vintner" check plan.yaml --json >json
  holds 'a plan as JSON' grep -qF '"design": "saltelli", "random_inputs": 3, "sensitivity": ["sobol"], "sensitivity_outputs": 2, "scenarios": 800,' json
  study plan '{morris: 64}' false
  tells plan 'design           morris: 64 trajectories of 3 + 1 scenarios, 4 levels; 3 random inputs' \
    'sensitivity      Morris effects, not asked for'
  study plan '{sobol: {points: 64, scramble: false}}' '{outputs: [objective]}'
  tells plan 'design           sobol: 64 points of 3 dimensions, not scrambled; 3 random inputs' \
    'sensitivity      regression and rank correlations: 1 output, 1000 resamples'
  holds 'no note on a size that is balanced' [ -z "$(grep power stderr)" ]
  study plan '{monte-carlo: 4}'
  tells plan 'design           monte-carlo: 4 draws; 3 random inputs' \
    'sensitivity      none: a regression takes at least 5 scenarios'
  study plan factorial '' "$(printf '    z: {target: "demand[S, *]", multiply: [0, 1, 2]}\n    x: {target: "demand[R, *]", multiply: [1, 2]}')"
  tells plan 'design           factorial: 3 x 2 levels; 2 random inputs'
  sed -i 's/factorial/one-at-a-time/' plan.yaml
  tells plan 'design           one-at-a-time: 3 + 2 levels; 2 random inputs'
  tells basic 'design           table: 102 rows; 8 random inputs'
}

refusals() {
  study bad '{saltelli: 8}' '{outputs: [objectiv]}'
  refused 'unknown output' "^vintner: bad.yaml:7: 'results.sensitivity.outputs': unknown variable 'objectiv'.*did you mean 'objective'"
  study bad '{saltelli: 8}' '{outputs: ["total_impact[climat]"]}'
  refused 'unknown label' "bad.yaml:7: 'results.sensitivity.outputs': unknown 'climat'.*did you mean 'climate'"
  study bad '{saltelli: 8}' '{outputs: ["installation[A]"]}'
  refused 'too few axes' "found 1 axes in 'installation.A.', expected the 2 of 'installation'"
  study bad '{saltelli: 8}' '{outputs: [operation]}'
  refused 'not kept' "unknown variable 'operation', expected one that is kept"
  study bad '{saltelli: 8}' '{methods: [regression]}'
  refused 'not of this design' "'results.sensitivity.methods\[0\]': found 'regression', which the design 'saltelli' cannot give"
  study bad '{monte-carlo: 4}' true
  refused 'too few scenarios' "bad.yaml:7: 'results.sensitivity': found 4 scenarios and 3 random inputs, expected at least 5"
  study bad '{monte-carlo: 40}' true '    x: {target: "demand[R, *]", multiply: 2}'
  refused 'no random input' "bad.yaml:7: 'results.sensitivity': found no random inputs"
  study bad '{saltelli: 8}' '{derivative: true}' \
    '    x: {target: "demand[R, *]", multiply: {uniform: [0, 2]}, each: true}'
  refused 'no value to derive by' "bad.yaml:7: 'results.sensitivity.derivative': found no random input with one value"
  study bad '{saltelli: 8}' '{derivative: true}'
  sed -i 's/objective: climate/objective: [{category: climate, tolerance: 0.1}, other]/' bad.yaml
  refused 'derivatives within a tolerance' "bad.yaml:7: 'results.sensitivity.derivative': found an objective whose first level has a tolerance .line 4."
}

write_model
sobol
killed
cells
morris
regression
failed_rows
derivatives
through_formulas
through_limits
closed_forms
as_salib
by_the_model
plans
refusals
finish
