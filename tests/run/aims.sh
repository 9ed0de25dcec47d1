#!/usr/bin/env bash
# Topic `aims`: lists of objectives, fronts and alternatives, by hand.
#
#   bash tests/run/aims.sh [BUILD]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

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
  torn torn.h5 2 run long.yaml
  expect 'resumed' 0 run 3 1 resume torn.h5 -q
  same 'resumed' whole.h5 torn.h5
}

aims
finish
