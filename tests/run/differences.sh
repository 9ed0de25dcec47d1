#!/usr/bin/env bash
# Topic `differences`: scenario difference tables, in plain LCA and in pathway models, against documents
# with the amounts of a scenario.
#
#   bash tests/run/differences.sh [BUILD]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

python3 - <<'PY'
import json
def x(to, amount, kind, **more):
    return {"input": to, "amount": amount, "type": kind, **more}
def snapshot(name, year):
    return {"metadata": {"representative_time": f"{year}-01-01T00:00:00"}, "data": {
        "power": {"name": "power", "reference product": "power", "location": "GLO", "exchanges": [
            x([name, "power"], 1, "production"), x([name, "fuel"], 2, "technosphere")]},
        "fuel": {"name": "fuel", "exchanges": [
            x([name, "fuel"], 4, "production"), x(["bio", "co2"], 3, "biosphere"),
            x([name, "heat"], 0.5, "substitution"),
            x(["bio", "ch4"], 1, "biosphere"), x(["bio", "ch4"], 2, "biosphere")]},
        "heat": {"name": "heat", "exchanges": [x([name, "heat"], 1, "production"), x(["bio", "co2"], 1, "biosphere")]}}}
json.dump({"databases": {
    "bio": {"metadata": {}, "data": {"co2": {"type": "emission", "name": "co2"}, "ch4": {"type": "emission", "name": "ch4"}}},
    "b2020": snapshot("b2020", 2020), "b2030": snapshot("b2030", 2030),
    "fg": {"metadata": {}, "data": {"plant": {"name": "plant", "operation_time_limits": [0, 9], "exchanges": [
        x(["fg", "plant"], 1, "production", operation=True),
        x(["b2020", "power"], 1, "technosphere", operation=True),
        x(["bio", "co2"], 0.5, "biosphere", operation=True)]}}}},
    "methods": [{"name": ["gwp"], "cfs": [[["bio", "co2"], 1], [["bio", "ch4"], 10]]}]}, open("d.json", "w"))
PY

# A table of exchanges of one snapshot, of the other and of the foreground: keys of both kinds.
cat >a.csv <<'CSV'
from activity name,from database,from key,to database,to key,flow type,low,"high, dear"
fuel,b2020,"('b2020', 'fuel')",b2020,power,technosphere,1,
fuel,b2020,fuel,b2020,fuel,production,,5
co2,bio,co2,b2020,fuel,biosphere,1.5,6
heat,b2020,heat,b2020,fuel,technosphere,0.25,
CSV
cat >b.csv <<'CSV'
flow type;to key;to database;from key;from database;now;later
technosphere;power;b2020;fuel;b2020;;3
CSV
cat >fg.csv <<'CSV'
from database,from key,to database,to key,flow type,x,y,z
b2020,power,fg,plant,technosphere,2,,
b2030,fuel,b2030,power,technosphere,,5,
bio,co2,fg,plant,biosphere,,,1
fg,plant,fg,plant,production,,2,
CSV

inventory_study() {
  cat >"$1.yaml" <<YAML
vintner: 1
name: $1
model:
  inventory:
    databases: [${document:-d.json}]
    demands: [{activity: [b2020, power], amount: 2}]
    methods: {gwp: [gwp]}
YAML
  if [ $# -gt 1 ]; then printf '%s\n' 'ensemble:' "${@:2}" >>"$1.yaml"; fi
}

pathway_study() {
  cat >"$1.yaml" <<YAML
vintner: 1
name: $1
model:
  pathway:
    databases: [${document:-d.json}]
    foreground: fg
    background: [b2020, b2030]
    demand: {plant: {"2025": 10}}
    years: [2025, 2025]
    methods: {gwp: [gwp]}
results: {keep: [installation${keep:-}]}
YAML
  if [ $# -gt 1 ]; then printf '%s\n' 'ensemble:' "${@:2}" >>"$1.yaml"; fi
}

# written OUT [DATABASE TO FROM TYPE AMOUNT]...: the document with other amounts
written() {
  python3 - "$@" <<'PY'
import json, sys
d = json.load(open("d.json"))
for database, to, source, kind, amount in zip(*[iter(sys.argv[2:])] * 5):
    found, = [x for x in d["databases"][database]["data"][to]["exchanges"] if x["input"][1] == source
              and x["type"] in (kind, "substitution" if kind == "technosphere" else kind)]
    found["amount"] = float(amount)
json.dump(d, open(sys.argv[1], "w"))
PY
}

# as_written TITLE KIND RESULT SCENARIO [AMOUNT...]: the scenario is what a study of such a document is
as_written() {
  local variable=score
  written changed.json "${@:5}"
  document=changed.json "$2_study" changed
  if [ "$2" = pathway ]; then variable=objective; fi
  expect "$1: alone" 0 "$vintner" run changed.yaml -q --force -o changed.h5
  near "$1" "$(value "$3" "$variable" "$4" 1)" "$(value changed.h5 "$variable")" 1e-12
}

plain_lca() {
  inventory_study one '  design: {exchanges: a.csv}'
  expect 'one table' 0 "$vintner" run one.yaml -q -o one.h5
  as_written 'low' inventory one.h5 0 b2020 power fuel technosphere 1 b2020 fuel co2 biosphere 1.5 \
    b2020 fuel heat technosphere 0.25
  as_written 'high' inventory one.h5 1 b2020 fuel fuel production 5 b2020 fuel co2 biosphere 6
  near 'the reference is as stored' "$(value one.h5 /reference/score)" 32.5 1e-13
  inventory_study two '  design: {exchanges: [a.csv, b.csv]}'
  expect 'two tables' 0 "$vintner" run two.yaml -q -o two.h5
  as_written 'low, now' inventory two.h5 0 b2020 power fuel technosphere 1 b2020 fuel co2 biosphere 1.5 \
    b2020 fuel heat technosphere 0.25
  as_written 'low, later: the later table wins' inventory two.h5 1 b2020 power fuel technosphere 3 \
    b2020 fuel co2 biosphere 1.5 b2020 fuel heat technosphere 0.25
  as_written 'high, later' inventory two.h5 3 b2020 power fuel technosphere 3 b2020 fuel fuel production 5 \
    b2020 fuel co2 biosphere 6
  if command -v ncdump >/dev/null; then
    holds 'names of combinations' grep -q '"high, dear, later" ;$' <(ncdump -v scenario_name two.h5)
  fi
  inventory_study factor '  design: {exchanges: a.csv}' \
    '  factors: {f: {target: "biosphere[co2, fuel]", multiply: 2}}'
  expect 'a factor after the table' 0 "$vintner" run factor.yaml -q -o factor.h5
  as_written 'a factor acts after' inventory factor.h5 0 b2020 power fuel technosphere 1 b2020 fuel co2 biosphere 3 \
    b2020 fuel heat technosphere 0.25
}

pathways() {
  for keep in '' ', inventory'; do
    pathway_study plan '  design: {exchanges: fg.csv}'
    expect "tables in a pathway$keep" 0 "$vintner" run plan.yaml -q --force -o plan.h5
    as_written "x$keep" pathway plan.h5 0 fg plant power technosphere 2
    as_written "y$keep" pathway plan.h5 1 b2030 power fuel technosphere 5 fg plant plant production 2
    as_written "z$keep" pathway plan.h5 2 fg plant co2 biosphere 1
  done
  keep=
  expect 'check' 0 "$vintner" check plan.yaml
  for ranks in 2 3; do
    expect "on $ranks ranks" 0 run "$ranks" 1 run plan.yaml -q -o "plan-$ranks.h5"
    same "on $ranks ranks" plan.h5 "plan-$ranks.h5"
  done
}

# Together with the databases' own uncertainty the number is the centre.
centres() {
  python3 - <<'PY'
import json
from math import log
d = json.load(open("d.json"))
for snapshot in ("b2020", "b2030"):
    power = d["databases"][snapshot]["data"]["power"]["exchanges"][1]
    power.update({"uncertainty type": 2, "loc": log(2), "scale": 0.2})
json.dump(d, open("uncertain.json", "w"))
PY
  document=uncertain.json inventory_study centre '  seed: 4' '  design: {exchanges: a.csv}' \
    '  background_uncertainty: [technosphere]'
  expect 'a table and draws' 0 "$vintner" run centre.yaml -q -o centre.h5
  expect 'its draw' 0 "$vintner" show centre.h5 --scenario 0 --exchange fuel power --json
  as_written 'a draw round the table' inventory centre.h5 0 b2020 power fuel technosphere \
    "$(python3 -c 'import json; print(json.load(open("stdout"))[0]["draw"] / 2)')" \
    b2020 fuel co2 biosphere 1.5 b2020 fuel heat technosphere 0.25
}

# bad TITLE PATTERN SED_SCRIPT [FILE]: of a.csv
bad() {
  sed -E "$3" "${4:-a.csv}" >bad.csv
  inventory_study bad '  design: {exchanges: bad.csv}'
  refused "$1" "$2"
}

refusals() {
  bad 'an unknown database' 'bad.csv:4: .*bioo' 's/^co2,bio,/co2,bioo,/'
  bad 'an unknown code' "bad.csv:5: .*heet.*did you mean 'heat'" 's/^heat,b2020,heat/heat,b2020,heet/'
  bad 'an exchange that is not there' 'bad.csv:4: found no biosphere exchange' 's/co2,b2020,fuel/co2,b2020,power/'
  bad 'a type that is not there' "bad.csv:2: .*'tecnosphere'.*did you mean 'technosphere'" 's/technosphere,1,/tecnosphere,1,/'
  bad 'several stored ones' 'bad.csv:6: found 2 stored biosphere exchanges' '$a ch4,bio,ch4,b2020,fuel,biosphere,1,'
  bad 'a row twice' 'bad.csv:6: .*a second time, first in line 2' '$a f,b2020,fuel,b2020,power,technosphere,1,'
  bad 'a key that contradicts' "bad.csv:2: .*'from key': found database 'b2030', but 'b2020'" "s/'b2020', 'fuel'/'b2030', 'fuel'/"
  bad 'text for a number' "bad.csv:4: scenario 'low': found 'x'" 's/1\.5/x/'
  bad 'an infinite number' "bad.csv:4: scenario 'low': found 'inf'" 's/1\.5/inf/'
  bad 'a missing column' "bad.csv:1: found no column 'flow type'" '1s/flow type/flow typ/'
  bad 'no scenario' 'bad.csv:1: found no scenario' 's/,[^,]*,"?[^,]*(, dear")?$//'
  bad 'a field too few' 'bad.csv:3: found 7 fields, expected 8' '3s/,5$//'
  inventory_study bad '  design: {exchanges: a.csv}' '  factors: {f: {target: "demand[power]", set: [1, 2]}}'
  refused 'levels' "found a list, expected a number or a formula in the design 'exchanges'"
  inventory_study bad '  design: {exchanges: nothing.csv}'
  refused 'no such file' 'nothing.csv'
  sed -e 's/^  design:.*/  design: {exchanges: a.csv}/' -e '/^  factors:/,/^[a-z]/{/^[a-z]/!d}' ensemble.yaml >bad.yaml
  refused 'inputs without exchanges' "found difference tables with 'model.pathway'"
}

plain_lca
pathways
centres
refusals
finish
