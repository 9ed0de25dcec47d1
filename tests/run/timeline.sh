#!/usr/bin/env bash
# Topic `timeline`: the example by hand, golden cases, random systems against two oracles, what is
# refused.
#
#   bash tests/run/timeline.sh [BUILD]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# dated NAME FILE DEMANDS LINE...: a study NAME.yaml of timelines that start in 2024
dated() {
  printf 'vintner: 1\nname: %s\nmodel:\n  timeline:\n    databases: [%s]\n    demands: %s\n    start: 2024-01-01\n' \
    "$1" "$2" "$3" >"$1.yaml"
  if [ $# -gt 3 ]; then printf '    %s\n' "${@:4}" >>"$1.yaml"; fi
}

# chain.json: b is asked for a year before and two years after, and emits at once and 18 months later
chain() {
  cat >chain.json <<'JSON'
{"databases": {"db": {"data": {
  "a": {"name": "A", "exchanges": [
    {"input": ["db", "b"], "type": "technosphere", "amount": 4,
     "temporal_distribution": {"unit": "Y", "date": [-1, 2], "amount": [0.25, 0.75]}}]},
  "b": {"name": "B", "exchanges": [
    {"input": ["nature", "co2"], "type": "biosphere", "amount": 10,
     "temporal_distribution": {"unit": "M", "date": [0, 18], "amount": [0.5, 0.5]}}]}}},
 "nature": {"data": {"co2": {"name": "Carbon dioxide, fossil", "type": "emission", "categories": ["air"]}}}},
 "methods": [{"name": ["gwp"], "unit": "kg CO2-eq", "cfs": [[["nature", "co2"], 1]]}]}
JSON
}

by_hand() {
  chain
  dated chain chain.json '[{activity: [db, a]}]' 'methods: {gwp: [gwp]}' 'keep: [inventory, inventory_by_activity, timeline]'
  expect 'chain' 0 "$vintner" run chain.yaml
  numbers 'chain: years' chain.h5 time 0 2023 2024 2025 2026 2027
  numbers 'chain: inventory' chain.h5 inventory 1e-15 5 5 0 15 15
  numbers 'chain: by activity' chain.h5 inventory_by_activity 1e-15 0 0 0 0 0 5 5 0 15 15
  numbers 'chain: impact' chain.h5 impact 1e-15 5 5 0 15 15
  numbers 'chain: total' chain.h5 total_impact 1e-15 40
  numbers 'chain: static' chain.h5 static_score 1e-15 40
  numbers 'chain: calculations' chain.h5 calculations 0 3
  numbers 'chain: nothing is closed' chain.h5 remainder_share 0 0
  numbers 'chain: dates' chain.h5 timeline/date 0 1672531200 1719792000 1767225600 1814400000
  numbers 'chain: amounts' chain.h5 timeline/amount 1e-15 5 5 15 15
  expect 'rows' 0 "$vintner" show chain.h5 --csv
  holds 'rows: CSV' cmp stdout - <<'CSV'
scenario,demand,activity,elementary_flow,date,amount,kind
0,a,b,co2,2023-01-01T00:00:00,5,direct
0,a,b,co2,2024-07-01T00:00:00,5,direct
0,a,b,co2,2026-01-01T00:00:00,15,direct
0,a,b,co2,2027-07-01T00:00:00,15,direct
CSV
  dated month chain.json '[{activity: [db, a], date: 2024-03-31}]' 'resolution: month'
  expect 'months' 0 "$vintner" run month.yaml
  near 'months: the first' "$(value month.h5 time 0 1)" 202303 0
  dated closed chain.json '[{activity: [db, a]}]' 'max_calculations: 1' 'time: [2024, 2026]'
  expect 'closed' 0 "$vintner" run closed.yaml
  numbers 'closed: inventory' closed.h5 inventory 1e-15 0 0 30
  numbers 'closed: outside' closed.h5 outside 1e-15 10
  numbers 'closed: remainder' closed.h5 remainder 1e-15 40
  numbers 'closed: share' closed.h5 remainder_share 1e-15 1
  dated static chain.json '{all: db}' 'static: [db]'
  expect 'static' 0 "$vintner" run static.yaml
  numbers 'static: inventory' static.h5 inventory 1e-15 40 10
  numbers 'static: calculations' static.h5 calculations 0 0 0
  expect 'store' 0 "$vintner" import chain.json -o chain-store.h5
  dated stored chain-store.h5 '[{activity: [db, a]}]' 'methods: {gwp: [gwp]}'
  expect 'of a store' 0 "$vintner" run stored.yaml
  numbers 'of a store' stored.h5 inventory 1e-15 5 5 0 15 15
}

# A process that uses more of its own product a year later than it makes, and one whose cycle at its
# date does not shrink either.
cycles() {
  cat >cycle.json <<'JSON'
{"databases": {"db": {"data": {
  "own": {"exchanges": [
    {"input": ["db", "own"], "type": "production", "amount": 1},
    {"input": ["db", "own"], "type": "technosphere", "amount": 1.5,
     "temporal_distribution": {"unit": "Y", "date": [1], "amount": [1]}},
    {"input": ["nature", "co2"], "type": "biosphere", "amount": 1}]},
  "a": {"exchanges": [
    {"input": ["db", "b"], "type": "technosphere", "amount": 1},
    {"input": ["nature", "co2"], "type": "biosphere", "amount": 1}]},
  "b": {"exchanges": [
    {"input": ["db", "a"], "type": "technosphere", "amount": 5},
    {"input": ["nature", "co2"], "type": "biosphere", "amount": 1,
     "temporal_distribution": {"unit": "Y", "date": [3], "amount": [1]}}]}}},
 "nature": {"data": {"co2": {"name": "Carbon dioxide, fossil", "type": "emission"}}}}}
JSON
  dated own cycle.json '[{activity: [db, own]}]'
  expect 'a cycle that does not shrink' 0 "$vintner" run own.yaml
  holds 'one warning' [ "$(grep -c 'does not shrink' stderr)" = 1 ]
  numbers 'a cycle that does not shrink' own.h5 inventory 1e-15 -2
  numbers 'it is closed' own.h5 remainder_share 0 1
  dated loop cycle.json '[{activity: [db, a]}]'
  expect 'a cycle at its date' 0 "$vintner" run loop.yaml
  numbers 'a cycle at its date' loop.h5 inventory 1e-15 -0.25 0 0 -0.25
  numbers 'it is solved at once' loop.h5 calculations 0 1
}

# Constants of IPCC AR6: the forcing of CO2 in its first years, and what is left of a window.
metrics() {
  cat >table.csv <<'CSV'
database,flow,year,lag,factor
nature,co2,2020,0,1
nature,co2,2030,0,3
nature,co2,,2,-1
CSV
  dated metric chain.json '[{activity: [db, b], amount: 0.2}]' 'methods:' '  gwp: {method: [gwp], metric: GWP}' \
    '  crf: {method: [gwp], metric: CRF}' '  forcing: {method: [gwp], metric: radiative_forcing, fixed_horizon: true}' \
    '  table: {metric: table, from: table.csv}'
  expect 'metrics' 0 "$vintner" run metric.yaml
  near 'GWP of CO2' "$(value metric.h5 total_impact 0 1)" 2 1e-14
  near 'CRF' "$(value metric.h5 total_impact 1 1)" "$(value metric.h5 total_impact 2 1)" 1e-13
  near 'forcing after a year' "$(value metric.h5 impact $((2 * $(value metric.h5 time | wc -l) + 1)) 1)" 1.647202555833784e-15 1e-13
  near 'table' "$(value metric.h5 total_impact 3 1)" 1.8 1e-14
}

commands_of_timeline() {
  cp "$root/jobs/examples/timeline/"* .
  expect 'example' 0 "$vintner" run timeline.yaml
  holds 'example: totals on stdout' grep -q 7567.629474 stdout
  near 'example: conserved' "$(value timeline.h5 total_impact 0 1)" "$(value timeline.h5 static_score 0 1)" 1e-14
  expect 'check' 0 "$vintner" check timeline.yaml --json
  holds 'check: JSON' python3 -m json.tool stdout
  expect 'show a study' 0 "$vintner" show timeline.yaml
  expect 'show a study as JSON' 0 "$vintner" show timeline.yaml --json
  holds 'show: JSON' python3 -m json.tool stdout
  expect 'show' 0 "$vintner" show timeline.h5 --json
  holds 'show: JSON' python3 -m json.tool stdout
  expect 'tables' 0 "$vintner" export timeline.h5 --csv tables
  for ranks in 2 3; do
    expect "$ranks ranks" 0 mpirun --oversubscribe -n "$ranks" "$vintner" run timeline.yaml -q -o "ranks$ranks.h5"
    same "$ranks ranks" timeline.h5 "ranks$ranks.h5"
  done
}

bad_timelines() {
  local at='[{activity: [db, a]}]'
  dated bad chain.json '[{activity: [db, b], date: 2023-02-29}]'
  refused 'no such date' "bad.yaml:6: .*'2023-02-29', a date that does not exist"
  dated bad chain.json '[{activity: [db, b], date: "2023-02-28T00:00:00Z"}]'
  refused 'a time zone' 'a date with a time zone'
  sed 's/"temporal_distribution"/"temporal distribution"/' chain.json >spaced.json
  dated bad spaced.json "$at"
  refused 'a key with a space' "found 'temporal distribution', expected 'temporal_distribution'"
  dated bad chain.json '[{activity: [db, c]}]'
  refused 'unknown activity' "bad.yaml:6: .*'c'"
  dated bad chain.json "$at" 'methods: {gwp: {method: [gwp], metric: radiative_forcng}}'
  refused 'unknown metric' "radiative_forcng.*did you mean 'radiative_forcing'"
  dated bad chain.json "$at" 'methods: {gwp: [gpw]}'
  refused 'unknown method' "method 'gpw'.*did you mean 'gwp'"
  dated bad chain.json "$at" 'resolution: month' 'methods: {gwp: {method: [gwp], metric: radiative_forcing}}'
  refused 'forcing by month' 'radiative_forcing with the resolution month'
  dated bad chain.json "$at" 'cutoff: 1'
  refused 'cut-off' "'model.timeline.cutoff': found .*1"
  dated bad chain.json "$at" 'background: {db: 2020}'
  refused 'a background that is demanded' "found 'db', which is demanded too"
  dated bad chain.json "$at" 'background: {nature: 2020, other: 2020-01-01}'
  refused 'snapshots of one date' "'nature' and 'other' for the same date"
  dated bad chain.json "$at"
  sed -i '/start/d' bad.yaml
  refused 'no start' "missing key .*start"
  dated bad chain.json "$at" 'keep: [timeline]'
  printf 'ensemble: {design: factorial, factors: {s: {target: start, add: [0, 1]}}}\n' >>bad.yaml
  refused 'rows of an ensemble' "bad.yaml:8: 'model.timeline.keep': found timeline in an ensemble"
  dated bad chain.json "$at"
  printf 'ensemble: {design: factorial, factors: {s: {target: "offset[a, b]", multiply: [0, 1]}}}\n' >>bad.yaml
  refused 'offsets that are multiplied' 'found multiply, expected add'
  dated bad chain.json "$at"
  printf 'ensemble: {design: factorial, factors: {s: {target: "amounts[a, b]", multiply: [0, 1]}}}\n' >>bad.yaml
  refused 'unknown target' "found 'amounts'.*did you mean 'amount'"
  broken 'sum' '0.25, 0.75' '0.25, 0.7' "chain.json: database 'db', activity 'a', exchange with 'b'.*sum is 0.95"
  broken 'lengths' '0.25, 0.75' '1' 'found 2 dates and 1 amounts'
  broken 'unit' '"unit": "Y"' '"unit": "years"' "'years', .*did you mean 'Y'"
  broken 'offset' '-1, 2' '-1, 2.5' '2.5, expected a whole number'
  broken 'datetime with a unit' '"date": \[-1, 2\]' '"datetime": ["2020-01-01", "2021-01-01"]' "'datetime' with 'unit'"
  broken 'far away' '-1, 2' '-1, 20000' "activity .*'a'.*the year 22024"
}

# broken TITLE OLD NEW PATTERN: chain.json with a change is refused
broken() {
  sed "s/$2/$3/" chain.json >broken.json
  dated bad broken.json '[{activity: [db, a]}]'
  refused "$1" "${4/chain/broken}"
}

# Closed forms: a factor of each kind on the chain, and the databases' own uncertainty.
ensembles() {
  dated many chain.json '[{activity: [db, a], name: x}, {activity: [db, b], date: 2030-01-01}]' \
    'methods: {gwp: [gwp], crf: {method: [gwp], metric: CRF}}'
  cat >>many.yaml <<'YAML'
ensemble:
  design: {table: many.csv}
  factors:
    amount: {target: "amount[a, b]", multiply: ~}
    late: {target: "offset[b, co2]", add: ~}
    size: {target: "demand[x]", set: ~}
    begin: {target: start, add: ~}
    factor: {target: "characterization[gwp, co2]", set: ~}
YAML
  printf 'amount,late,size,begin,factor\n1,0,1,0,1\n2,1,3,-1,0.5\n1,-0.5,1,2.5,1\n1,20000,1,0,1\n' >many.csv
  expect 'an ensemble' 0 "$vintner" run many.yaml
  numbers 'ensemble: status' many.h5 status 0 0 0 0 6
  near 'ensemble: the first scenario' "$(value many.h5 total_impact 0 1)" 40 1e-15
  near 'ensemble: amounts and factors' "$(value many.h5 total_impact 4 1)" 120 1e-15
  near 'ensemble: a demand with a date' "$(value many.h5 total_impact 6 1)" 5 1e-15
  dated fixed chain.json '[{activity: [db, a], name: x}]' 'time: [2022, 2030]'
  sed -n '/^ensemble/,$p' many.yaml | sed '/factor:/d; s/many.csv/few.csv/' >>fixed.yaml
  printf 'amount,late,size,begin\n1,0,1,0\n1,1,1,-1\n' >few.csv
  expect 'a fixed axis' 0 "$vintner" run fixed.yaml
  numbers 'a fixed axis' fixed.h5 inventory 1e-15 0 5 5 0 15 15 0 0 0 0 5 5 0 15 15 0 0 0
  expect 'rows of a scenario' 0 "$vintner" show fixed.h5 --scenario 1 --csv
  holds 'rows of a scenario' grep -q '^1,x,b,co2,2023-01-01T00:00:00,5,direct$' stdout
  expect 'rows of which scenario' 2 "$vintner" show fixed.h5 --csv
  expect 'the example' 0 "$vintner" run ensemble.yaml -q -o one.h5
  for ranks in 2 3; do
    expect "ensemble on $ranks ranks" 0 mpirun --oversubscribe -n "$ranks" "$vintner" run ensemble.yaml -q --threads 2 -o "many$ranks.h5"
    same "ensemble on $ranks ranks" one.h5 "many$ranks.h5"
  done
  sed 's/"amount": 10,/"amount": 10, "uncertainty type": 4, "minimum": 5, "maximum": 15,/' chain.json >varies.json
  dated varies varies.json '[{activity: [db, a]}]' 'methods: {gwp: [gwp]}'
  printf 'ensemble: {design: {monte-carlo: 20}, background_uncertainty: true}\n' >>varies.yaml
  plain score varies.json '[{activity: [db, a]}]' 'methods: {gwp: [gwp]}'
  printf 'ensemble: {design: {monte-carlo: 20}, background_uncertainty: true}\n' >>score.yaml
  expect 'draws' 0 "$vintner" run varies.yaml -q
  expect 'draws of plain LCA' 0 "$vintner" run score.yaml -q
  numbers 'the draws of plain LCA' varies.h5 total_impact 1e-14 $(value score.h5 score)
}

# A background that varies by itself: the scores that plain LCA draws for each snapshot, by the share
# that is taken from it. The second one has a heat that nothing demanded leads to but a snapshot.
backgrounds_that_vary() {
  cat >both.json <<'JSON'
{"databases": {"fg": {"data": {"car": {"name": "Car", "exchanges": [
  {"input": ["old", "power"], "type": "technosphere", "amount": 2,
   "temporal_distribution": {"unit": "Y", "date": [0, 5], "amount": [0.5, 0.5]}}]}}},
 "old": {"data": {"power": {"name": "Power", "exchanges": [
  {"input": ["nature", "co2"], "type": "biosphere", "amount": 3, "uncertainty type": 4, "minimum": 1, "maximum": 5}]}}},
 "new": {"data": {"power": {"name": "Power", "exchanges": [
  {"input": ["nature", "co2"], "type": "biosphere", "amount": 1, "uncertainty type": 4, "minimum": 0, "maximum": 2},
  {"input": ["new", "heat"], "type": "technosphere", "amount": 1, "uncertainty type": 4, "minimum": 0.5, "maximum": 1.5}]},
  "heat": {"name": "Heat", "exchanges": [
  {"input": ["nature", "co2"], "type": "biosphere", "amount": 1, "uncertainty type": 4, "minimum": 0.5, "maximum": 1.5}]}}},
 "nature": {"data": {"co2": {"name": "Carbon dioxide, fossil", "type": "emission", "categories": ["air"]}}}},
 "methods": [{"name": ["gwp"], "unit": "kg CO2-eq", "cfs": [[["nature", "co2"], 1]]}]}
JSON
  dated mixed both.json '[{activity: [fg, car]}]' 'methods: {gwp: [gwp]}' 'background: {old: 2020, new: 2030}'
  plain each both.json '[{activity: [old, power], name: a}, {activity: [new, power], name: b}]' 'methods: {gwp: [gwp]}'
  local study
  for study in mixed each; do
    echo 'ensemble: {design: {monte-carlo: 20}, background_uncertainty: true}' >>$study.yaml
    expect "draws of backgrounds: $study" 0 "$vintner" run $study.yaml -q
  done
  numbers 'draws of backgrounds' mixed.h5 total_impact 1e-14 \
    $(value each.h5 score | paste -d' ' - - | awk '{ printf "%.17g ", 0.7 * $1 + 1.3 * $2 }')
  sed 's/name: mixed/name: anew/; s/^    background: .*/&\n    redate_background: true/' mixed.yaml >anew.yaml
  expect 'draws of backgrounds dated anew' 0 "$vintner" run anew.yaml -q
  numbers 'draws of backgrounds dated anew' anew.h5 total_impact 1e-14 $(value mixed.h5 total_impact)
  expect 'an exchange of a timeline' 0 "$vintner" show mixed.h5 --scenario 3 --exchange heat new:power --json
  mv stdout timeline.json
  expect 'an exchange of plain LCA' 0 "$vintner" show each.h5 --scenario 3 --exchange heat new:power --json
  holds 'the same exchange' cmp stdout timeline.json
  expect 'draws of backgrounds on 3 ranks' 0 mpirun --oversubscribe -n 3 "$vintner" run mixed.yaml -q -o mixed3.h5
  same 'draws of backgrounds on 3 ranks' mixed.h5 mixed3.h5
}

# The forcing of an optimised plan adds up to its cumulative forcing.
forcing_of_plans() {
  cp "$root/jobs/examples/heat/"* .
  sed '/methods:/,$d' single.yaml >plan.yaml
  cat >>plan.yaml <<'YAML'
    methods:
      crf: {method: [GWP, 100 years], metric: CRF, horizon: 60}
      land_use: [land use, occupation]
    objective: crf
results: {keep: [radiative_forcing]}
YAML
  expect 'a plan' 0 "$vintner" run plan.yaml -q -o plan.h5
  near 'forcing of a plan' "$(value plan.h5 radiative_forcing 0 60 | awk '{ s += $1 } END { printf "%.17g", s }')" \
    "$(value plan.h5 total_impact 0 1)" 1e-12
  numbers 'years of forcing' plan.h5 forcing_time 0 $(seq 2025 2114)
  expect 'a plan on 2 ranks' 0 mpirun --oversubscribe -n 2 "$vintner" run plan.yaml -q -o plan2.h5
  same 'a plan on 2 ranks' plan.h5 plan2.h5
  sed '/crf: /d; s/objective: crf/objective: land_use/; s/name: heat/name: bad/' plan.yaml >bad.yaml
  refused 'static categories alone' "bad.yaml:[0-9]+: 'results.keep': found radiative_forcing with static"
  sed 's/^name: .*/name: bad/; /^results/,$d' "$root/jobs/examples/basic/single.yaml" >bad.yaml
  echo 'results: {keep: [radiative_forcing]}' >>bad.yaml
  refused 'forcing of inputs' "'results.keep': found radiative_forcing with 'inputs:'"
}

timeline() {
  by_hand
  forcing_of_plans
  cycles
  metrics
  commands_of_timeline
  ensembles
  backgrounds_that_vary
  bad_timelines
  expect 'impacts' 0 python3 "$oracles/oracle_timeline.py" "$vintner" "$print_values" impacts 7 15
  cat stdout
  expect 'random systems' 0 python3 "$oracles/oracle_timeline.py" "$vintner" "$print_values" random 7 40
  cat stdout
  if [ -d "${VINTNER_SHARED:-}/cases/timeline" ]; then
    expect 'golden cases' 0 python3 "$oracles/oracle_timeline.py" "$vintner" "$print_values" golden "$VINTNER_SHARED/cases/timeline"
    cat stdout
    expect 'gases' 0 python3 "$oracles/oracle_timeline.py" "$vintner" "$print_values" gases "$VINTNER_SHARED/cases/dynchar"
    cat stdout
  else
    echo 'VINTNER_SHARED has no cases: those were left out'
  fi
}

timeline
finish
