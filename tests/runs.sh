#!/usr/bin/env bash
# Whole runs of the program: what it computes, what it writes, how it ends.
#
#   bash tests/runs.sh TOPIC VINTNER SAME_RESULTS PRINT_VALUES
#
# TOPIC: single, commands, parallel, designs, aims, kill, units, netcdf, oracle, outputs, shared,
# diagnose, export, inputs, extend, inventory, choose, databases, brightway or store. Prints what failed;
# exit code 1 if something did, 77 if the topic needs programs that are not here.
set -euo pipefail

topic=${1:?usage: runs.sh TOPIC VINTNER SAME_RESULTS PRINT_VALUES}
vintner=$(realpath "$2")
same_results=$(realpath "$3")
print_values=$(realpath "$4")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../jobs/mpi.sh"
export OMP_NUM_THREADS=1

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cp "$here/../jobs/examples/basic/"* .
chmod u+w ./*
passed=0
failed=0

fail() {
  failed=$((failed + 1))
  echo "FAILED: $*"
}

# expect TITLE CODE COMMAND...: run with output in `stdout` and `stderr`, check the exit code
expect() {
  local title=$1 wanted=$2 code=0
  shift 2
  "$@" >stdout 2>stderr </dev/null || code=$?
  if [ "$code" -eq "$wanted" ]; then
    passed=$((passed + 1))
  else
    fail "$title: exit code $code, expected $wanted: $(tail -n 3 stderr | head -c 600)"
  fi
}

# holds TITLE CONDITION...: a test(1) expression or any command
holds() {
  local title=$1
  shift
  if "$@" >/dev/null 2>&1; then passed=$((passed + 1)); else fail "$title: $*"; fi
}

# near TITLE FOUND EXPECTED TOLERANCE: relative; NaN and empty text never are
near() {
  if awk -v a="$2" -v b="$3" -v t="$4" 'BEGIN {
    if (a !~ /^[-+0-9.e]+$/ || b !~ /^[-+0-9.e]+$/) exit 1
    d = a - b; if (d < 0) d = -d; s = b < 0 ? -b : b
    exit !(d <= t * s) }'; then passed=$((passed + 1)); else fail "$1: $2, expected $3"; fi
}

value() { "$print_values" "$@" 2>/dev/null || echo none; } # FILE DATASET [FIRST [COUNT]]

# at_most TITLE FILE DATASET LIMIT: every number, NaN fails
at_most() {
  if value "$2" "$3" | awk -v t="$4" '{ if ($1 !~ /^[-+0-9.e]+$/ || $1 > t) bad = 1; n++ }
    END { exit bad || !n }'; then passed=$((passed + 1)); else fail "$1: $3 above $4"; fi
}

same() { # same TITLE A B
  local text
  if text=$("$same_results" "$2" "$3"); then passed=$((passed + 1)); else fail "$1: $text"; fi
}

run() { # run RANKS THREADS ARGUMENT...
  local ranks=$1 threads=$2
  shift 2
  if [ "$ranks" -eq 0 ]; then
    "$vintner" "$@" --threads "$threads"
  else
    mpirun -n "$ranks" "$vintner" "$@" --threads "$threads"
  fi
}

# edited STUDY SED_SCRIPT FILE: a changed copy of a study
edited() { sed -E "$2" "$1" >"$3"; }

single() {
  expect 'annual' 0 "$vintner" run single.yaml -o annual.h5
  near 'annual objective' "$(value annual.h5 objective)" 25880.780591491 1e-9
  holds 'optimal' [ "$(value annual.h5 status)" = 0 ]
  near 'the reference is the same' "$(value annual.h5 reference/objective)" 25880.780591491 1e-9
  at_most 'feasible' annual.h5 violation 1e-9
  at_most 'proven' annual.h5 gap 1e-7
  near 'total impact' "$(value annual.h5 total_impact)" 25880.780591491 1e-9
  near 'impact adds up' "$(value annual.h5 impact | awk '{ s += $1 } END { printf "%.15g", s }')" \
    25880.780591491 1e-9
  holds 'a summary on stdout' grep -q 25880.78 stdout
  edited single.yaml 's/annual$/lifetime/' lifetime.yaml
  expect 'lifetime' 0 mpirun -n 2 "$vintner" run lifetime.yaml -o lifetime.h5
  near 'lifetime objective' "$(value lifetime.h5 objective)" 350655.323674651 1e-9
  edited single.yaml '/unit:/d' default.yaml
  expect 'lifetime is the default' 0 "$vintner" run default.yaml -o default.h5
  near 'default objective' "$(value default.h5 objective)" 350655.323674651 1e-9
  edited single.yaml 's/objective: climate_change/objective: {climate_change: 2}/' weights.yaml
  expect 'weights' 0 "$vintner" run weights.yaml -o weights.h5
  near 'weighted objective' "$(value weights.h5 objective)" 51761.561182982 1e-9

  edited single.yaml 's/(unit: annual)/\1\n    overrides: [{target: "cumulative_process_limits_max[P2R1|P2R2]", set: 0}]/' none.yaml
  expect 'infeasible' 3 "$vintner" run none.yaml -o none.h5
  holds 'infeasible is in the file' [ "$(value none.h5 status)" = 1 ]
  edited single.yaml 's/objective: climate_change/objective: {climate_change: -1}/' without.yaml
  expect 'unbounded' 3 "$vintner" run without.yaml -o without.h5
  holds 'unbounded is in the file' [ "$(value without.h5 status)" = 2 ]

  # A model of direct emissions only: no intermediate flows, no background.
  sed -E '/^ "(INTERMEDIATE_FLOW|BACKGROUND_ID)"/,/^ \],/d
    /^ "(foreground_technosphere|background_inventory|mapping)"/,/^ \},/d
    s/^ "CATEGORY"/ "INTERMEDIATE_FLOW": [], "BACKGROUND_ID": [], "mapping": {},\n "foreground_technosphere": {}, "background_inventory": {},\n&/' \
    model_inputs.json >direct.json
  edited single.yaml 's/model_inputs/direct/' direct.yaml
  expect 'no intermediate flows' 0 "$vintner" run direct.yaml -o direct.h5
}

commands() {
  expect '--version' 0 "$vintner" --version
  holds 'a version' grep -qE '[0-9]+\.[0-9]+' stdout
  expect '--help' 0 "$vintner" --help
  for word in run check resume show import --threads --force --write-lp --activity; do
    holds "--help names $word" grep -q -- "$word" stdout
  done
  for word in run check resume show diagnose export import; do
    expect "$word --help" 0 "$vintner" "$word" --help
    holds "$word --help says something" [ -s stdout ]
  done
  expect 'nothing' 2 "$vintner"
  expect 'unknown command' 2 "$vintner" walk
  expect 'unknown option' 2 "$vintner" run single.yaml --fast

  expect 'check' 0 "$vintner" check ensemble.yaml
  holds 'check names the number of scenarios' grep -qE '1[, ]?000' stdout
  expect 'check --json' 0 "$vintner" check ensemble.yaml --json
  holds 'JSON' python3 -m json.tool stdout
  holds 'check writes nothing' [ -z "$(find . -name '*.h5*')" ]

  expect 'the default file' 0 "$vintner" run single.yaml
  holds 'named after the study' [ -f basic.h5 ]
  cp basic.h5 before.h5 || true
  expect 'existing file' 2 "$vintner" run single.yaml
  holds 'one line' [ "$(wc -l <stderr)" -eq 1 ]
  holds 'untouched' cmp -s basic.h5 before.h5
  expect '--force' 0 "$vintner" --force run -o basic.h5 single.yaml
  same 'forced is the same' basic.h5 before.h5
  expect '-q' 0 "$vintner" run single.yaml -q -o quiet.h5
  holds '-q is silent on stderr' [ ! -s stderr ]
  expect '-q under mpirun' 0 mpirun -n 2 "$vintner" run -q single.yaml -o quiet2.h5
  holds '-q is silent on stderr under mpirun' [ ! -s stderr ]
  expect 'a folder of its own' 0 "$vintner" run single.yaml -o "$folder/a file.h5"

  edited ensemble.yaml 's/1000/20/' small.yaml
  expect 'a small ensemble' 0 mpirun -n 2 "$vintner" run small.yaml -o small.h5
  holds 'the summary comes once' [ "$(grep -ci 'optimal' stdout)" -le 2 ]
  expect 'show' 0 "$vintner" show small.h5
  holds 'show says optimal' grep -qi optimal stdout
  holds 'show has processes' grep -q P2R stdout
  expect 'show --json' 0 "$vintner" show small.h5 --json
  holds 'JSON' python3 -m json.tool stdout
  cp small.h5 before.h5
  touch blocked
  expect '--write-lp into a file' 1 "$vintner" run small.yaml --force -o small.h5 --write-lp blocked/lp
  holds 'an older result outlives a failed --force' cmp small.h5 before.h5
  expect 'show of a study' 0 "$vintner" show ensemble.yaml
  holds 'show names a factor' grep -q plant stdout
  cat >plan.yaml <<'YAML'
vintner: 1
name: plan
model:
  pathway:
    databases: [ei.h5, fg.json]
    foreground: fg
    background: {SSP1: {a: 2020, b: 2030}, SSP2: [c]}
    demand: {p: {2025: 10, 2030:2040: 12}, q: 1}
    years: [2025, 2054]
    methods:
      climate: {method: [GWP, 100], metric: GWP, fixed_horizon: false}
      land: [land use]
    flows: {retain: [co2], cutoff: 0.01}
    missing: zero
    objective: climate
    overrides: [{target: background, choose: SSP2}]
YAML
  expect 'show of a study from databases' 0 "$vintner" show plan.yaml
  cat >plan.txt <<'TEXT'
study       plan
databases   ei.h5
            fg.json
foreground  fg
background  SSP1: a (2020), b (2030)
            SSP2: c
years       2025 to 2054
demand      10 of 'p' in 2025
            12 of 'p' in 2030 to 2040
            1 of 'q' in 2025 to 2054
methods     climate: GWP, 100 (GWP, moving horizon of 100 years)
            land: land use (static)
retained    co2
cutoff      0.01
missing     counts as zero
unit        lifetime
objective   climate (weight 1)

overrides
                   background choose SSP2
TEXT
  holds 'show tells what a study takes from databases' diff plan.txt stdout
  expect 'show --scenario' 0 "$vintner" show small.h5 --scenario 3
  expect 'show --scenario --json' 0 "$vintner" show --json small.h5 --scenario 19
  holds 'JSON' python3 -m json.tool stdout
  expect 'show of a scenario that is not there' 2 "$vintner" show small.h5 --scenario 20
  expect 'show of a negative scenario' 2 "$vintner" show small.h5 --scenario -1
  cp small.h5 before.h5 || true
  expect 'resume of a finished file' 0 "$vintner" resume small.h5
  expect 'resume of this study' 0 "$vintner" resume small.h5 --study small.yaml
  expect 'resume of another study' 2 "$vintner" resume small.h5 --study single.yaml
  holds 'changes nothing' cmp -s small.h5 before.h5

  expect '--write-lp' 0 "$vintner" run single.yaml -o lp.h5 --write-lp programmes
  holds 'a programme with names' grep -rqi 'P2R1' programmes
  holds 'in CPLEX LP format' grep -rqiE '^ *minimi[sz]e' programmes
  rm model_inputs.json small.yaml
  expect 'show needs neither study nor inputs' 0 "$vintner" show small.h5
}

parallel() {
  for threads in 1 2; do
    for ranks in 1 2 3; do
      expect "$ranks ranks, $threads threads" 0 run "$ranks" "$threads" run ensemble.yaml -q -o "e$ranks$threads.h5"
      if [ "$ranks$threads" != 11 ]; then same "$ranks ranks, $threads threads" e11.h5 "e$ranks$threads.h5"; fi
    done
  done
  expect 'without mpirun' 0 run 0 2 run ensemble.yaml -q -o alone.h5
  same 'without mpirun' e11.h5 alone.h5
  holds 'all optimal' [ "$(value e11.h5 status | sort -u)" = 0 ]
  at_most 'feasible' e11.h5 violation 1e-9
  at_most 'proven' e11.h5 gap 1e-7
  near 'the reference' "$(value e11.h5 reference/objective)" 25880.780591491 1e-9
  holds 'counted' [ "$(value e11.h5 statistics/objective_count)" = 1000 ]
  near 'mean' "$(value e11.h5 statistics/objective_mean)" \
    "$(value e11.h5 objective | awk '{ s += $1 } END { printf "%.15g", s / NR }')" 1e-12
  near 'min' "$(value e11.h5 statistics/objective_min)" "$(value e11.h5 objective | sort -g | head -n 1)" 0
  # More scenarios leave the first ones as they are.
  edited ensemble.yaml 's/1000/1200/' more.yaml
  expect 'more scenarios' 0 run 2 1 run more.yaml -q -o more.h5
  holds 'the first 1000 are the same' [ "$(value more.h5 objective 0 1000)" = "$(value e11.h5 objective)" ]
  # Fewer scenarios than ranks.
  edited ensemble.yaml 's/1000/2/' few.yaml
  expect 'two scenarios on three ranks' 0 run 3 2 run few.yaml -q -o few.h5
  holds 'are the first two' [ "$(value few.h5 objective)" = "$(value e11.h5 objective 0 2)" ]
}

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

# 10 R are wanted in one year. A unit of A causes 1 of climate and 3 of land, B 2 and 1, C 1 and 4,
# all of it when it is installed.
write_goals() {
  cat >goals.json <<'JSON'
{"PROCESS": ["A", "B", "C"], "PRODUCT": ["R"], "INTERMEDIATE_FLOW": [], "ELEMENTARY_FLOW": ["CO2", "ha"],
 "BACKGROUND_ID": [], "PROCESS_TIME": [0], "SYSTEM_TIME": [2020], "CATEGORY": ["climate", "land"],
 "demand": {"[\"R\", 2020]": 10}, "mapping": {}, "background_inventory": {},
 "operation_flow": {"[\"A\", \"R\"]": true, "[\"B\", \"R\"]": true, "[\"C\", \"R\"]": true},
 "foreground_technosphere": {}, "internal_demand_technosphere": {},
 "foreground_production": {"[\"A\", \"R\", 0]": 1, "[\"B\", \"R\", 0]": 1, "[\"C\", \"R\", 0]": 1},
 "foreground_biosphere": {"[\"A\", \"CO2\", 0]": 1, "[\"B\", \"CO2\", 0]": 2, "[\"C\", \"CO2\", 0]": 1,
  "[\"A\", \"ha\", 0]": 3, "[\"B\", \"ha\", 0]": 1, "[\"C\", \"ha\", 0]": 4},
 "characterization": {"[\"climate\", \"CO2\", 2020]": 1, "[\"land\", \"ha\", 2020]": 1},
 "operation_time_limits": {"A": [0, 0], "B": [0, 0], "C": [0, 0]}}
JSON
}

goals_study() { # goals_study NAME OBJECTIVE [DESIGN [PATHWAY]]: the study NAME.yaml
  cat >"$1.yaml" <<YAML
vintner: 1
name: $1
model:
  pathway: {inputs: goals.json, objective: $2${4:+, $4}}
results:
  keep: [installation, installation_range]
YAML
  if [ -n "${3:-}" ]; then echo "ensemble: {design: $3}" >>"$1.yaml"; fi
}

listed() { # listed TITLE FILE DATASET NUMBER...: to 1e-9, infinities and NaN as they are
  local title="$1 $3" file=$2 name=$3
  shift 3
  if value "$file" "$name" | awk -v wanted="$*" 'BEGIN { n = split(wanted, w) }
    { i++; d = $1 - w[i]; if (d < 0) d = -d
      if ($1 ~ /[a-z]{3}/ || w[i] ~ /[a-z]{3}/) bad += $1 != w[i]; else bad += d > 1e-9 }
    END { exit bad || i != n }'; then passed=$((passed + 1)); else
    fail "$title: $(value "$file" "$name" | paste -sd' '), expected $*"
  fi
}

aims() {
  write_goals
  goals_study plain climate
  expect 'one goal' 0 "$vintner" run plain.yaml -q -o plain.h5
  listed 'A and C are alike' plain.h5 installation_least 0 0 0
  listed 'A and C are alike' plain.h5 installation_greatest 10 0 10
  listed 'not unique' plain.h5 unique 0
  goals_study listed '[climate]'
  expect 'a list of one' 0 "$vintner" run listed.yaml -q -o listed.h5
  holds 'a list of one is the plain category' [ "$(value plain.h5 installation)" = "$(value listed.h5 installation)" ]
  goals_study levels '[climate, land]'
  expect 'two levels' 0 "$vintner" run levels.yaml -q -o levels.h5
  listed 'land decides' levels.h5 total_impact 10 30
  listed 'land decides' levels.h5 installation_least 10 0 0
  listed 'land decides' levels.h5 installation_greatest 10 0 0
  listed 'unique' levels.h5 unique 1
  goals_study room '[{category: climate, tolerance: 0.2}, land]'
  expect 'two levels with a tolerance' 0 "$vintner" run room.yaml -q -o room.h5
  listed 'a fifth of climate for land' room.h5 total_impact 12 26
  listed 'the objective is the first level' room.h5 objective 12
  listed 'the worst gap' room.h5 gap 0
  goals_study bare '[climate, land]' '' 'overrides: [{target: "characterization[land, *, *]", set: 0}]'
  expect 'a level that is 0 whatever is done' 0 "$vintner" run bare.yaml -q -o bare.h5
  listed 'a level that is 0' bare.h5 total_impact 10 0
  goals_study endless '[climate, land]' '' 'overrides: [{target: "foreground_biosphere[C, *, *]", multiply: -1}]'
  expect 'an unbounded level' 3 "$vintner" run endless.yaml -q -o endless.h5
  listed 'unbounded' endless.h5 status 2

  goals_study front climate '{pareto: {categories: [climate, land], points: 5}}'
  expect 'check counts points' 0 "$vintner" check front.yaml
  holds 'five' grep -qE 'scenarios +5 ' stdout
  expect 'a front' 0 "$vintner" run front.yaml -q -o front.h5
  listed 'front' front.h5 pareto_limit nan nan 25 20 15
  listed 'front' front.h5 total_impact 10 30 20 10 12.5 25 15 20 17.5 15
  listed 'front' front.h5 dominated 0 0 0 0 0
  listed 'front' front.h5 statistics/objective_mean 15
  goals_study point climate '{pareto: {categories: [land, climate], points: 4}}' \
    'overrides: [{target: "foreground_biosphere[A, *, *]", multiply: 0.1}]'
  expect 'a front of one point' 0 "$vintner" run point.yaml -q -o point.h5
  listed 'one point' point.h5 total_impact 1 3 1 3 1 3 1 3
  listed 'equal points do not better each other' point.h5 dominated 0 0 0 0
  goals_study nowhere climate '{pareto: {categories: [climate, land], points: 3}}' \
    'overrides: [{target: "process_deployment_limits_max[A|B|C, 2020]", set: 1}]'
  expect 'a front without a plan' 0 "$vintner" run nowhere.yaml -q -o nowhere.h5
  listed 'infeasible' nowhere.h5 status 1 1 1
  listed 'not a point' nowhere.h5 dominated -1 -1 -1
  listed 'not a point' nowhere.h5 pareto_limit nan nan nan

  goals_study near climate '{alternatives: {slack: 0.2}}'
  expect 'alternatives' 0 "$vintner" run near.yaml -q -o near.h5
  listed 'alternatives' near.h5 alternative_sense -1 1 -1 1 -1 1
  listed 'alternatives' near.h5 objective 10 12 10 12 10 12
  holds 'least and most of A' [ "$(value near.h5 installation_least 0 1) $(value near.h5 installation_least 3 1)" = '0 12' ]
  near 'most of B' "$(value near.h5 installation 10 1)" 2 1e-9
  goals_study some '{climate: 1, land: 1}' '{alternatives: {slack: 0, minimise: [], maximise: "B|C"}}'
  expect 'some alternatives' 0 "$vintner" run some.yaml -q -o some.h5
  listed 'some' some.h5 alternative_sense 1 1
  listed 'some' some.h5 objective 30 30
  goals_study free climate '{alternatives: {slack: 0.2, minimise: []}}' \
    'overrides: [{target: "foreground_biosphere[A, CO2, *]", set: 0}]'
  expect 'an unbounded alternative' 0 "$vintner" run free.yaml -q -o free.h5
  listed 'A costs nothing' free.h5 status 2 0 0
  holds 'a summary' "$vintner" show near.h5 --scenario 1

  local study
  for study in room front near; do
    cp "$study.h5" base.h5
    edited "$study.yaml" \
      's/(pathway: .*)\}$/\1, overrides: [{target: "characterization[*, *, *]", multiply: 1e-13}]}/' scaled.yaml
    expect "$study with other units" 0 "$vintner" run scaled.yaml -q --force -o scaled.h5
    compare "$study with other units" total_impact 1e-13
    compare "$study with other units" installation 1
    compare "$study with other units" installation_greatest 1
  done
  for study in front near; do
    for ranks in 2 3; do
      expect "$study on $ranks ranks" 0 run $ranks 2 run "$study.yaml" -q -o "$study-$ranks.h5"
      same "$study on $ranks ranks" "$study.h5" "$study-$ranks.h5"
    done
  done
  edited front.yaml 's/points: 5/points: 40000/' long.yaml
  expect 'a long front' 0 run 2 1 run long.yaml -q -o whole.h5
  run 2 1 run long.yaml -q -o torn.h5 >stdout 2>stderr </dev/null &
  local process=$!
  until [ -e torn.h5 ] && [ "$(value torn.h5 status 0 1)" = 0 ]; do
    kill -0 $process 2>/dev/null || break
  done
  kill_all "$process"
  holds 'killed at work' grep -q '^-1$' <(value torn.h5 status)
  expect 'resumed' 0 run 3 1 resume torn.h5 -q
  same 'resumed' whole.h5 torn.h5
}

descendants() {
  local child
  for child in $(awk -v parent="$1" '/^Pid:/ { id = $2 } /^PPid:/ && $2 == parent { print id }' \
    /proc/[0-9]*/status 2>/dev/null || true); do
    descendants "$child"
    echo "$child"
  done
}

kill_all() { # every process of a run at once, no time to say goodbye
  local all
  all="$(descendants "$1") $1"
  # shellcheck disable=SC2086 # a list of ids
  kill -KILL $all 2>/dev/null || true
  wait "$1" 2>/dev/null || true
}

killed() {
  local scenarios=${KILL_SCENARIOS:-20000} begun ended round wait_ms process tries=0 torn=0
  edited ensemble.yaml "s/1000/$scenarios/" long.yaml
  begun=$(date +%s%N)
  expect 'uninterrupted' 0 run 2 1 run long.yaml -q -o whole.h5
  ended=$(date +%s%N)
  for round in 1 2 3; do
    rm -f torn.h5*
    run 2 1 run long.yaml -q -o torn.h5 >stdout 2>stderr </dev/null &
    process=$!
    wait_ms=$(((ended - begun) / 1000000 * (20 + RANDOM % 70) / 100))
    if [ "$round" -lt 3 ]; then # while it solves, however busy the machine is
      while kill -0 "$process" 2>/dev/null && ! value torn.h5 status | grep -q '^[0-9]'; do
        sleep 0.01
      done
      wait_ms=$((RANDOM % 150))
    fi
    sleep "$(awk -v ms="$wait_ms" 'BEGIN { print ms / 1000 }')"
    kill_all "$process"
    tries=$((tries + 1))
    if [ ! -e torn.h5 ]; then continue; fi # killed before there was a file
    expect "round $round: readable" 0 "$vintner" show torn.h5
    local left
    left=$(value torn.h5 status | grep -c '^-1$' || true)
    echo "round $round: killed after $wait_ms ms, $left of $scenarios left"
    if [ "$left" -gt 0 ]; then torn=$((torn + 1)); fi
    if [ "$round" -eq 2 ]; then # and the resume is killed as well
      run 1 1 resume torn.h5 -q >stdout 2>stderr </dev/null &
      process=$!
      sleep "0.$((RANDOM % 9 + 1))"
      kill_all "$process"
      expect 'readable once more' 0 "$vintner" show torn.h5
    fi
    expect "round $round: resume" 0 run $((round == 1 ? 3 : 1)) $((round == 3 ? 2 : 1)) resume torn.h5 -q
    same "round $round" whole.h5 torn.h5
  done
  holds 'at least one kill hit a run at work' [ "$torn" -gt 0 ]
  # A resume whose inputs have changed is refused.
  rm -f torn.h5*
  run 2 1 run long.yaml -q -o torn.h5 >stdout 2>stderr </dev/null &
  process=$!
  sleep "$(awk -v ms="$(((ended - begun) / 2000000))" 'BEGIN { print ms / 1000 }')"
  kill_all "$process"
  if [ -e torn.h5 ] && value torn.h5 status | grep -q '^-1$'; then
    sed -i 's/: 18\.5/: 18.6/' model_inputs.json
    expect 'resume with other inputs' 2 "$vintner" resume torn.h5
    holds 'names the inputs' grep -q model_inputs.json stderr
  fi
}

units() {
  edited ensemble.yaml 's/1000/50/' base.yaml
  "$vintner" run base.yaml -q -o base.h5 >stdout
  local factor
  for factor in 1e-13 1e13; do
    edited base.yaml "s/(unit: annual)/\1\n    overrides: [{target: \"characterization[*, *, *]\", multiply: $factor}]/" scaled.yaml
    expect "characterisation times $factor" 0 "$vintner" run scaled.yaml -q --force -o scaled.h5
    compare "characterisation times $factor" objective "$factor"
    compare "characterisation times $factor" installation 1
  done
  edited base.yaml 's/unit: annual/unit: lifetime/' lifetime.yaml
  "$vintner" run lifetime.yaml -q --force -o base.h5 >stdout
  edited lifetime.yaml 's/(unit: lifetime)/\1\n    overrides: [{target: "demand[Product 2, *]", multiply: 1e6}, {target: "foreground_production[*, Product 2, *]", multiply: 1e6}]/' scaled.yaml
  expect 'amounts times 1e6' 0 "$vintner" run scaled.yaml -q --force -o scaled.h5
  compare 'amounts times 1e6' objective 1
  compare 'amounts times 1e6' installation 1
}

compare() { # compare TITLE VARIABLE FACTOR: scaled.h5 against base.h5
  holds "$1: outcomes" [ "$(value scaled.h5 status)" = "$(value base.h5 status)" ]
  at_most "$1" scaled.h5 violation 1e-9
  at_most "$1" scaled.h5 gap 1e-7
  if ! paste <(value base.h5 "$2") <(value scaled.h5 "$2") | awk -v f="$3" '
    { a = $1 * f; d = a - $2; if (d < 0) d = -d; s = a < 0 ? -a : a; n++
      if ($1 ~ /nan|none/ || $2 ~ /nan|none/) bad = 1
      if (d > worst) worst = d
      if (s > largest) largest = s }
    END { exit bad || !n || worst > 1e-9 * largest }'; then fail "$1: $2 is not $3 times"; else passed=$((passed + 1)); fi
}

find_python() { # one that has the modules, or nothing
  local python
  for python in "${VINTNER_PYTHON:-}" "${VINTNER_PEERS:-}" python3 /usr/bin/python3; do
    if [ -n "$python" ] && "$python" -c "import $1" >/dev/null 2>&1; then
      echo "$python"
      return
    fi
  done
}

netcdf() {
  edited ensemble.yaml 's/1000/30/; s/(keep:).*/\1 [installation, operation, impact]/' net.yaml
  expect 'a run' 0 run 2 1 run net.yaml -q -o net.h5
  expect 'a single run' 0 "$vintner" run single.yaml -q -o one.h5
  local tools=0 python
  if command -v ncdump >/dev/null; then
    tools=1
    expect 'ncdump -k' 0 ncdump -k net.h5
    holds 'is netCDF-4' grep -qx netCDF-4 stdout
    expect 'ncdump -h' 0 ncdump -h net.h5
    for word in 'double objective(scenario)' 'installation(scenario, process, time)' \
      'impact(scenario, category, process, time)' 'total_impact(scenario, category)' \
      'group: statistics' 'group: reference' 'group: performance'; do
      holds "ncdump names $word" grep -qF "$word" stdout
    done
    expect 'ncdump of a single run' 0 ncdump -h one.h5
  fi
  python=$(find_python 'xarray, netCDF4, h5netcdf')
  if [ -n "$python" ]; then
    tools=1
    expect 'xarray' 0 "$python" -c '
import sys, xarray
for path in sys.argv[1:]:
    for engine in ("netcdf4", "h5netcdf"):
        for group in (None, "statistics", "reference", "performance"):
            with xarray.open_dataset(path, engine=engine, group=group) as data:
                data.load()
                if group is None:
                    assert data.installation.dims == ("scenario", "process", "time")
                    assert list(data.process.values) == ["P1R1", "P1R2", "P2R1", "P2R2"]
                    assert data.time.values[0] == 2020 and data.time.values[-1] == 2049
                    assert data.objective.sizes["scenario"] in (1, 30)
                    total = data.impact.sum(["process", "time"])
                    assert abs(total - data.total_impact).max() < 1e-6
                if group == "statistics":
                    assert "objective_mean" in data and "process" in data.coords
' net.h5 one.h5
  fi
  if [ "$tools" -eq 0 ]; then exit 77; fi
}

oracle() {
  local python
  python=$(find_python 'scipy, h5py, yaml')
  if [ -z "$python" ]; then
    echo 'skipped: no Python with scipy, h5py and yaml; VINTNER_PYTHON names one'
    exit 77
  fi
  run 2 1 run ensemble.yaml -q -o e.h5 >stdout
  expect 'the basic ensemble again' 0 "$python" "$here/oracle.py" --check-results e.h5 ensemble.yaml --sample 25
  edited ensemble.yaml 's/annual/lifetime/; s/1000/20/' lifetime.yaml
  "$vintner" run lifetime.yaml -q -o l.h5 >stdout
  expect 'and its lifetime form' 0 "$python" "$here/oracle.py" --check-results l.h5 lifetime.yaml --sample 20
  expect 'random models' 0 "$python" "$here/oracle.py" --compare "$vintner" --first 0 --count "${ORACLE_MODELS:-60}"
  cat stdout
  expect 'random goals, fronts and alternatives' 0 "$python" "$here/oracle_aims.py" --compare "$vintner" \
    --count "${ORACLE_MODELS:-60}"
  cat stdout
}

# Everything that results.keep can name.
outputs() {
  local all='production, operation_by_vintage, capacity, utilisation, flow, inventory, impact_by_origin, impact_by_flow, demand_dual, limit_dual, reduced_cost' name python unit
  for unit in annual lifetime; do
    edited ensemble.yaml "s/annual/$unit/; s/1000/30/; s/(keep:).*/\1 [installation, operation, impact, $all]/
      s/(unit: .*)/\1\n    overrides: [{target: \"cumulative_process_limits_max[P2R1]\", set: 9}]/" "all-$unit.yaml"
    expect "all tensors, $unit" 0 run 0 1 run "all-$unit.yaml" -q -o "all-$unit.h5"
    expect "all tensors, $unit, 3 ranks" 0 run 3 2 run "all-$unit.yaml" -q -o "all-$unit-3.h5"
    same "all tensors, $unit" "all-$unit.h5" "all-$unit-3.h5"
    for name in ${all//,/}; do
      # No plant can run in the first two years of the lifetime form: their demands have no dual.
      if [ "$unit $name" = 'lifetime demand_dual' ]; then continue; fi
      holds "$unit: $name" [ "$(value "all-$unit.h5" "$name" | grep -c .)" -gt 1 ]
      holds "$unit: $name is a number" [ -z "$(value "all-$unit.h5" "$name" | grep nan)" ]
      holds "$unit: mean of $name" [ -z "$(value "all-$unit.h5" "statistics/${name}_mean" | grep -E 'nan|none')" ]
      holds "$unit: $name of the reference" [ -z "$(value "all-$unit.h5" "reference/$name" | grep -E 'nan|none')" ]
    done
    near "$unit: impact by origin adds up" \
      "$(value "all-$unit.h5" impact_by_origin | awk '{ s += $1 } END { printf "%.15g", s }')" \
      "$(value "all-$unit.h5" impact | awk '{ s += $1 } END { printf "%.15g", s }')" 1e-12
    near "$unit: operation by vintage adds up" \
      "$(value "all-$unit.h5" operation_by_vintage | awk '{ s += $1 } END { printf "%.15g", s }')" \
      "$(value "all-$unit.h5" operation | awk '{ s += $1 } END { printf "%.15g", s }')" 1e-12
  done
  holds 'the limit binds' [ "$(value all-annual.h5 reference/limit_dual | awk '$1 < 0' | wc -l)" = 1 ]
  # Others do not change for what else is kept, and single precision has half the size.
  edited all-annual.yaml 's/(keep:).*/\1 [installation]/' few.yaml
  expect 'one tensor' 0 run 0 1 run few.yaml -q -o few.h5
  holds 'the same installation' [ "$(value few.h5 installation)" = "$(value all-annual.h5 installation)" ]
  holds 'no other axes' [ "$(value few.h5 product)" = none ]
  edited all-annual.yaml 's/^results:/results:\n  precision: single/' narrow.yaml
  expect 'single precision' 0 run 0 1 run narrow.yaml -q -o narrow.h5
  near 'single precision' "$(value narrow.h5 flow | awk '{ s += $1 } END { printf "%.15g", s }')" \
    "$(value all-annual.h5 flow | awk '{ s += $1 } END { printf "%.15g", s }')" 1e-6
  holds 'duals stay double' [ "$(value narrow.h5 demand_dual)" = "$(value all-annual.h5 demand_dual)" ]
  # Where there is no optimum there is nothing.
  edited single.yaml "s/(unit: annual)/\1\n    overrides: [{target: \"cumulative_process_limits_max[P2R1|P2R2]\", set: 0}]/
    s/(keep:).*/\1 [$all]/" none.yaml
  expect 'infeasible' 3 "$vintner" run none.yaml -q -o none.h5
  for name in ${all//,/}; do
    holds "infeasible: no $name" [ "$(value none.h5 "$name" | sort -u)" = nan ]
  done
  python=$(find_python 'xarray, netCDF4, h5netcdf')
  if [ -n "$python" ]; then
    expect 'xarray' 0 "$python" -c '
import sys, xarray
axes = {"production": "product process time", "operation_by_vintage": "process vintage time",
        "capacity": "product time", "utilisation": "process time",
        "flow": "process intermediate_flow time", "inventory": "elementary_flow time",
        "impact_by_origin": "category origin process time", "reduced_cost": "process time",
        "impact_by_flow": "category intermediate_flow time", "demand_dual": "product time",
        "limit_dual": "limit"}
for engine in ("netcdf4", "h5netcdf"):
    for group in (None, "statistics", "reference"):
        with xarray.open_dataset(sys.argv[1], engine=engine, group=group) as data:
            data.load()
            assert list(data.product.values) == ["Product 1", "Product 2"], data.product
            assert data.limit.values[0] == "cumulative_process_limits_max[P2R1]"
            assert data.vintage.values[0] == 2020 and list(data.elementary_flow.values) == ["CO2", "CH4"]
            assert data.origin.values[0] == "installation"
            for name, dims in axes.items():
                found = data[name + "_mean" if group == "statistics" else name].dims
                assert found == (() if group else ("scenario",)) + tuple(dims.split()), (name, found)
' all-annual.h5
  fi
  python=$(find_python 'scipy, h5py, yaml')
  if [ -z "$python" ]; then
    echo 'not compared with other software: no Python with scipy, h5py and yaml; VINTNER_PYTHON names one'
    return
  fi
  for unit in annual lifetime; do
    expect "the textbook model, $unit" 0 "$python" "$here/check_outputs.py" \
      --results "all-$unit.h5" "all-$unit.yaml" --sample 2 --most 12
    tail -n 1 stdout
  done
  expect 'random models' 0 "$python" "$here/check_outputs.py" "$vintner" --count "${OUTPUT_MODELS:-25}"
  tail -n 5 stdout
}

study_of() { # study_of INPUTS CATEGORY UNIT: a study of one solve
  cat <<YAML
vintner: 1
name: shared
model:
  pathway: {inputs: "$1", objective: "$2", unit: $3}
YAML
}

# Models that are not part of the project: skipped where VINTNER_SHARED does not lead to them.
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

infeasible_study() { # one product, two plants, both limited
  edited single.yaml 's/(unit: annual)/\1\n    overrides: [{target: "cumulative_process_limits_max[P2R1|P2R2]", set: 1}]/' "$1"
}

diagnose() {
  infeasible_study none.yaml
  expect 'an infeasible solve' 3 "$vintner" run none.yaml -o none.h5
  holds 'is explained after the summary' grep -q 'cannot be met together' stdout
  holds 'with its limit' grep -qF 'cumulative_process_limits_max[P2R1] = 1' stdout
  holds 'and a demand' grep -q "demand of 'Product 2' in 2030: 9.756" stdout
  grep -A 100 'cannot be met' stdout >told
  expect 'diagnose' 0 "$vintner" diagnose none.h5
  holds 'says the same' diff told stdout
  expect 'diagnose --scenario 0' 0 "$vintner" diagnose none.h5 --scenario 0
  holds 'is the same' diff told stdout
  expect 'diagnose --json' 0 "$vintner" --json diagnose none.h5
  holds 'is JSON' python3 -c 'import json, sys; d = json.load(open("stdout"))
assert d["status"] == "infeasible" and len(d["conflict"]) == 3 and d["scenario"] == 0
assert d["conflict"][0]["key"] == ["Product 2", 2030]
assert abs(d["conflict"][1]["change_alone"] - 17.4632037603166) < 1e-6'
  expect 'on two ranks' 3 mpirun -n 2 "$vintner" run none.yaml --force -o none.h5
  holds 'it is told once' [ "$(grep -c 'cannot be met' stdout)" = 1 ]
  expect 'run -q' 3 "$vintner" run none.yaml -q --force -o none.h5
  holds 'tells nothing' [ ! -s stdout ]
  expect 'run --json' 3 "$vintner" run none.yaml --json --force -o none.h5
  holds 'is one JSON document' python3 -m json.tool stdout
  edited single.yaml 's/objective: climate_change/objective: {climate_change: -1}/' without.yaml
  expect 'an unbounded solve' 3 "$vintner" run without.yaml -o without.h5
  holds 'names the process and the year' grep -qE "(installation|operation) of 'P[12]R[12]' in 20[2-4][0-9]: \+1" stdout
  holds 'and the flow' grep -q "foreground_[a-z]* '[A-Z0-9a-z]*' of 'P[12]R[12]'" stdout
  expect 'diagnose --json of an unbounded solve' 0 "$vintner" diagnose without.h5 --json
  holds 'is JSON' python3 -m json.tool stdout

  "$vintner" run single.yaml -q -o single.h5 >stdout
  expect 'an optimum' 0 "$vintner" diagnose single.h5
  holds 'is said to be one' grep -q 'scenario 0 has an optimum' stdout
  expect 'an optimum as JSON' 0 "$vintner" diagnose single.h5 --json
  holds 'is JSON' python3 -m json.tool stdout
  edited single.yaml '/^results:/,$d' limits.yaml
  cat >>limits.yaml <<'YAML'
ensemble:
  design: factorial
  factors:
    cap: {target: "cumulative_process_limits_max[P2R1|P2R2]", set: [1000, 0, 1]}
YAML
  sed '/unit: annual/a \    overrides: [{target: "cumulative_process_limits_max[P2R1|P2R2]", set: 2}]' limits.yaml >first.yaml
  expect 'an ensemble' 0 "$vintner" run first.yaml -q -o first.h5
  expect 'its reference' 0 "$vintner" diagnose first.h5
  holds 'comes first' grep -q 'the reference scenario is infeasible' stdout
  holds 'with its own cap' grep -q 'cumulative_process_limits_max\[P2R1\] = 2$' stdout
  sed '/unit: annual/a \    overrides: [{target: "cumulative_process_limits_max[P2R1|P2R2]", set: 900}]' limits.yaml >later.yaml
  expect 'an ensemble with a sound reference' 0 "$vintner" run later.yaml -q -o later.h5
  expect 'its first infeasible scenario' 0 "$vintner" diagnose later.h5
  holds 'is scenario 1' grep -q 'scenario 1 is infeasible' stdout
  expect 'another one' 0 "$vintner" diagnose later.h5 --scenario 2
  holds 'has its own cap' grep -q 'cumulative_process_limits_max\[P2R1\] = 1$' stdout
  expect 'a feasible one' 0 "$vintner" diagnose later.h5 --scenario 0
  holds 'has an optimum' grep -q 'scenario 0 has an optimum' stdout
  edited ensemble.yaml 's/1000/5/' sound.yaml
  "$vintner" run sound.yaml -q -o sound.h5 >stdout
  expect 'nothing to explain' 0 "$vintner" diagnose sound.h5
  holds 'is said' grep -q 'no scenario is infeasible or unbounded' stdout

  expect 'a scenario that is not there' 2 "$vintner" diagnose sound.h5 --scenario 5
  expect 'no file' 2 "$vintner" diagnose nowhere.h5
  expect 'not a results file' 2 "$vintner" diagnose none.yaml
  sed -i 's/: 18\.5/: 18.6/' model_inputs.json
  expect 'other inputs' 2 "$vintner" diagnose none.h5
  holds 'are named' grep -q model_inputs.json stderr
  echo '# more' >>none.yaml
  expect 'another study' 2 "$vintner" diagnose none.h5
  local python
  python=$(find_python 'scipy')
  if [ -n "$python" ]; then
    expect 'random models' 0 "$python" "$here/diagnose.py" "$vintner" --count "${DIAGNOSE_MODELS:-20}" --unbounded 5
    cat stdout
  fi
}

exported() {
  edited ensemble.yaml 's/1000/7/; s/(keep:).*/\1 [installation, impact]/' small.yaml
  sed -E -i 's/^ "CATEGORY"/ "process_names": {"P1R1": "one, \\"old\\"", "P2R1": "two"},\n&/' model_inputs.json
  expect 'a run' 0 "$vintner" run small.yaml -q -o small.h5
  expect 'export' 0 "$vintner" export small.h5 --csv tables
  holds 'the default tables' [ "$(cd tables && echo *)" = \
    'factor_value.csv impact.csv installation.csv objective.csv status.csv total_impact.csv' ]
  holds 'are listed' [ "$(grep -c '\.csv .*rows' stdout)" = 6 ]
  holds 'a header' [ "$(head -n 1 tables/impact.csv)" = 'scenario,category,process,process_name,time,value' ]
  holds 'a line per number' [ "$(wc -l <tables/installation.csv)" = $((7 * 4 * 30 + 1)) ]
  holds 'quotes' grep -qF '0,P1R1,"one, ""old""",2020,' tables/installation.csv
  holds 'codes where there is no name' grep -q '^6,P2R2,P2R2,2049,' tables/installation.csv
  holds 'the numbers of the file' diff <(value small.h5 impact) <(tail -n +2 tables/impact.csv |
    awk -F, '{ printf "%.17g\n", $NF }')
  holds 'exactly' diff <(value small.h5 objective) <(tail -n +2 tables/objective.csv |
    awk -F, '{ printf "%.17g\n", $2 }')
  expect 'again' 2 "$vintner" export small.h5 --csv tables
  holds 'names a file' grep -q 'tables/status.csv.*--force' stderr
  expect 'again by force' 0 "$vintner" export small.h5 --csv tables --force -q
  holds '-q is silent' [ ! -s stdout ]
  expect 'some' 0 "$vintner" export small.h5 --csv some --variables unique,gap --scenarios 2:3
  holds 'only those' [ "$(cd some && echo *)" = 'gap.csv unique.csv' ]
  holds 'of those scenarios' [ "$(cut -d, -f1 some/unique.csv | tr '\n' ' ')" = 'scenario 2 3 ' ]
  expect 'one scenario' 0 "$vintner" export small.h5 --csv one --variables objective --scenarios 4
  holds 'is one' [ "$(wc -l <one/objective.csv)" = 2 ]
  expect 'from a scenario on' 0 "$vintner" export small.h5 --csv on --variables objective --scenarios 5:
  holds 'is two' [ "$(wc -l <on/objective.csv)" = 3 ]
  sed 's/^results:/&\n  precision: single/' small.yaml >single-precision.yaml
  expect 'single precision' 0 "$vintner" run single-precision.yaml -q -o single.h5
  expect 'exported' 0 "$vintner" export single.h5 --csv short --variables installation
  holds 'has short numbers' [ "$(awk -F, '{ if (length($NF) > n) n = length($NF) } END { print n }' short/installation.csv)" -le 15 ]
  infeasible_study none.yaml
  "$vintner" run none.yaml -q -o none.h5 >stdout || true
  expect 'a scenario without optimum' 0 "$vintner" export none.h5 --csv none
  holds 'has its status' grep -qx '0,1' none/status.csv
  holds 'and empty numbers' grep -qx '0,' none/objective.csv

  expect 'no folder' 2 "$vintner" export small.h5
  expect 'unknown variable' 2 "$vintner" export small.h5 --csv bad --variables instalation
  holds 'a hint' grep -q "did you mean 'installation'" stderr
  expect 'a variable that has no scenarios' 2 "$vintner" export small.h5 --csv bad --variables process
  expect 'a variable twice' 2 "$vintner" export small.h5 --csv bad --variables gap,gap
  expect 'an empty name' 2 "$vintner" export small.h5 --csv bad --variables gap,
  for range in 7 3:7 5:2 : '' a 1:2:3 -1 1.5 99999999999999999999; do
    if [ "$range" = : ]; then continue; fi
    expect "scenarios '$range'" 2 "$vintner" export small.h5 --csv bad --scenarios "$range"
    holds "one line for '$range'" [ "$(wc -l <stderr)" -eq 1 ]
  done
  holds 'nothing was made' [ ! -e bad ]
  expect 'a folder that is a file' 2 "$vintner" export small.h5 --csv small.yaml
  expect 'a folder in a missing one' 1 "$vintner" export small.h5 --csv nowhere/tables
  expect 'no file' 2 "$vintner" export nowhere.h5 --csv bad
  expect 'not a results file' 2 "$vintner" export small.yaml --csv bad
  expect 'a full disk' 1 bash -c "trap '' XFSZ; ulimit -f 1; exec '$vintner' export small.h5 --csv full --variables impact"
  holds 'is told in one line' [ "$(wc -l <stderr)" -eq 1 ]
  holds 'leaves no table' [ -z "$(ls full)" ]
}

# A model whose last year is repeated, against one that has the years in its file.
extended() {
  python3 - <<'PY'
import json
with open("model_inputs.json") as file:
    inputs = json.load(file)
last = max(inputs["SYSTEM_TIME"])
inputs["SYSTEM_TIME"] += [last + n for n in (1, 2, 3, 4)]
for name in ("demand", "mapping", "characterization"):
    for key, value in list(inputs[name].items()):
        labels = json.loads(key)
        if labels[-1] == last:
            for n in (1, 2, 3, 4):
                inputs[name][json.dumps(labels[:-1] + [last + n])] = value
with open("longer.json", "w") as file:
    json.dump(inputs, file)
PY
  edited ensemble.yaml 's/1000/20/; s/"demand\[.*\]"/"demand[*, 2045:]"/' base.yaml
  for unit in annual lifetime; do
    edited base.yaml "s/unit: annual/unit: $unit\n    extend: 4/" extended.yaml
    edited base.yaml "s/unit: annual/unit: $unit/; s/model_inputs/longer/" longer.yaml
    expect "extend $unit" 0 run 2 1 run extended.yaml -q --force -o extended.h5
    expect "years in the file, $unit" 0 run 0 1 run longer.yaml -q --force -o longer.h5
    for name in objective installation impact factor_value status; do
      holds "$unit: the same $name" [ "$(value extended.h5 $name)" = "$(value longer.h5 $name)" ]
    done
    holds "$unit: the years that were added" [ "$(value extended.h5 extension | awk '{ s += $1 } END { print s }')" = 4 ]
    near "$unit: their part" "$(value extended.h5 total_impact_extension 0 1)" \
      "$(value extended.h5 impact 0 136 | awk 'NR % 34 > 30 || NR % 34 == 0 { s += $1 } END { printf "%.15g", s }')" 1e-9
  done
  holds 'no such variable without' [ "$(value longer.h5 total_impact_extension)" = none ]
  edited single.yaml 's/(unit: annual)/\1\n    extend: 0/' zero.yaml
  expect 'extend: 0' 0 "$vintner" run zero.yaml -q -o zero.h5
  near 'changes nothing' "$(value zero.h5 objective)" 25880.780591491 1e-9
}

case $topic in
  single | commands | parallel | designs | aims | units | netcdf | oracle | outputs | shared) "$topic" ;;
  store) source "$here/inventory.sh" && source "$here/store.sh" && store ;;
  inventory) source "$here/inventory.sh" && inventory ;;
  inputs) source "$here/export_inputs.sh" && inputs ;;
  choose) source "$here/choose.sh" && choose ;;
  databases) source "$here/databases.sh" && databases ;;
  brightway) source "$here/brightway.sh" && brightway ;;
  kill) killed ;;
  diagnose) diagnose ;;
  export) exported ;;
  extend) extended ;;
  *) echo "runs.sh: no topic '$topic'" >&2 && exit 2 ;;
esac
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
