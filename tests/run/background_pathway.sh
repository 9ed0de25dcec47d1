#!/usr/bin/env bash
# Topic `background_pathway`: databases that vary by their own distributions inside pathway models. Two
# snapshots, of which a year between them takes equal shares; each takes a fuel with a lognormal of 0.3.
#
#   bash tests/run/background_pathway.sh [BUILD]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

python3 - <<'PY'
import json
from math import log

def lognormal(amount, scale):
    return {"amount": amount, "uncertainty type": 2, "loc": log(amount), "scale": scale}

def snapshot(name, year, fuel):
    return {"metadata": {"representative_time": f"{year}-01-01T00:00:00"}, "data": {
        "power": {"name": "power", "reference product": "power", "location": "GLO", "exchanges": [
            {"input": [name, "power"], "type": "production", "amount": 1},
            {"input": [name, fuel], "type": "technosphere", **lognormal(2, 0.3)}]},
        fuel: {"name": fuel, "exchanges": [
            {"input": [name, fuel], "type": "production", "amount": 1},
            {"input": ["bio", "co2"], "type": "biosphere", "amount": 3}]}}}

def plant(code, amount, direct):
    operated = [{"input": ["b2020", "power"], "type": "technosphere", "amount": amount, "operation": True},
                {"input": ["bio", "co2"], "type": "biosphere", "amount": direct, "operation": True}]
    return {"name": code, "operation_time_limits": [0, 9], "exchanges": [
        {"input": ["fg", "heat"], "type": "production", "amount": 1, "operation": True}, *operated]}

for name, later in (("shared", "fuel"), ("apart", "other")):
    json.dump({"databases": {
        "bio": {"metadata": {}, "data": {"co2": {"type": "emission", "name": "Carbon dioxide, fossil"}}},
        "b2020": snapshot("b2020", 2020, "fuel"), "b2030": snapshot("b2030", 2030, later),
        "fg": {"metadata": {}, "data": {
            "heat": {"name": "heat", "type": "product"},
            "pump": plant("pump", 1, 0), "boiler": plant("boiler", 0.5, 3.5)}}},
        "methods": [{"name": ["gwp"], "cfs": [[["bio", "co2"], lognormal(1, 0.1)]]}]}, open(f"{name}.json", "w"))
PY

# study NAME UNCERTAINTY [LINE...]: more lines of the ensemble; $document, $draws, $model, $keep
study() {
  cat >"$1.yaml" <<YAML
vintner: 1
name: $1
model:
  pathway:
    databases: [${document:-shared}.json]
    foreground: fg
    background: [b2020, b2030]
    demand: {heat: {"2025": 10}}
    years: [2025, 2025]
    methods: {gwp: ${method:-[gwp]}}
${model:-}
results: {keep: [installation, ${keep:-background}]${results:-}}
ensemble:
  seed: 3
  design: {monte-carlo: ${draws:-2000}}
  background_uncertainty: $2
YAML
  if [ $# -gt 2 ]; then printf '  %s\n' "${@:3}" >>"$1.yaml"; fi
}

# outcome NAME UNCERTAINTY [LINE...]: run it; its objectives in NAME.txt
outcome() {
  study "$@"
  expect "$1" 0 run 0 1 run "$1.yaml" -q -o "$1.h5"
  value "$1.h5" objective >"$1.txt"
}

# Lines $1, $2 of the objectives of two files: a condition for each scenario.
relation() {
  holds "$1" awk '
    function off(a, b) { d = a - b; if (d < 0) d = -d; return !(d <= 1e-10 * (b < 0 ? -b : b)) }
    { if ('"$2"') bad = 1 } END { exit bad || NR < 1000 }' <(paste -d ' ' "${@:3}")
}

# spread TITLE FILE SD: standard deviation of the log of the objective, to 4 standard errors
spread() {
  holds "$1" awk -v sd="$3" '{ x = log($1); s += x; q += x * x }
    END { v = q / NR - (s / NR) ^ 2; r = sqrt(v) / sd - 1; exit !(r * r < 8 / NR) }' "$2"
}

# Alone the pump is built: 10 heat, 2 fuel each, 3 CO2 each: 60.
closed_forms() {
  model='    overrides: [{target: "cumulative_process_limits_max[boiler]", set: 0}]'
  outcome shared '[technosphere]'
  spread 'one draw for both snapshots' shared.txt 0.3
  document=apart outcome apart '[technosphere]'
  spread 'a draw for each' apart.txt 0.2146
  near 'the reference has no draws' "$(value shared.h5 /reference/objective)" 60 1e-12
  outcome all true
  outcome methods '[methods]'
  relation 'factors of methods multiply' 'off($1, $2 * $3 / 60) || $1 == $2' all.txt shared.txt methods.txt
  keep=inventory outcome inventories true
  relation 'whole inventories: the same' 'off($1, $2)' inventories.txt all.txt
  outcome later '{of: [technosphere], databases: [b2030]}'
  relation 'a snapshot alone' 'off($1, ($2 + 60) / 2)' later.txt shared.txt
  holds 'impacts of the background' awk '{ d = 5 * ($2 + $3) - $1; if (d * d > 1e-18 * $1 * $1) bad = 1 } END { exit bad }' \
    <(paste -d ' ' shared.txt <(value shared.h5 background_impact | paste -d ' ' - -))
}

# What overrides and factors do comes after the draw.
changes() {
  model='    overrides: [{target: "cumulative_process_limits_max[boiler]", set: 0}, {target: "background_inventory[*, *, *]", multiply: 2}]'
  outcome doubled '[technosphere]' 'factors: {f: {target: "characterization[gwp, co2, *]", multiply: [1, 3]}}'
  relation 'an override and a factor' 'off($1, 2 * $2 * $3)' doubled.txt shared.txt <(value doubled.h5 factor_value)
  model='    overrides: [{target: "cumulative_process_limits_max[boiler]", set: 0}]'
  outcome set '[technosphere]' 'factors: {f: {target: "background_inventory[*, *, *]", set: [6]}}'
  relation 'what is set has no draw' 'off($1, 60)' set.txt
}

# The boiler needs half the power and emits 3.5 itself: it is the better one where power is bad.
choice_of_plants() {
  model=
  outcome choice '[technosphere]'
  relation 'the better of both' 'off($1, $2 < 5 * 7 + $2 / 2 ? $2 : 35 + $2 / 2)' choice.txt shared.txt
  holds 'both are built somewhere' awk '{ if ($1 > 0) a = 1; else b = 1 } END { exit !(a && b) }' \
    <(value choice.h5 installation | paste -d ' ' - -)
  results=', regret: {plans: 3}' draws=200 outcome regret '[technosphere]'
  holds 'regret of plans' awk '$1 != "nan" && $1 < -1e-9 { bad = 1 } END { exit bad || NR != 600 }' \
    <(value regret.h5 regret/regret)
}

everywhere() {
  for ranks in 1 2 3; do
    expect "on $ranks ranks" 0 run "$ranks" 2 run all.yaml -q -o "all-$ranks.h5"
    same "on $ranks ranks" all.h5 "all-$ranks.h5"
  done
  draws=60000 study long true
  expect 'long' 0 run 0 1 run long.yaml -q -o long.h5
  torn torn.h5 2 run long.yaml
  expect 'resumed' 0 run 3 1 resume torn.h5 -q
  same 'resumed' long.h5 torn.h5
}

told() {
  expect 'an exchange' 0 "$vintner" show shared.h5 --scenario 4 --exchange fuel power --json
  holds 'told in both snapshots, with one u' python3 -c 'import json
a, b = json.load(open("stdout"))
assert a["u"] == b["u"] and a["draw"] == b["draw"] and (a["from"], b["from"]) == ("b2020:fuel", "b2030:fuel"), (a, b)'
  near 'the objective is made of it' "$(value shared.h5 objective 4 1)" \
    "$(python3 -c 'import json; print(repr(json.load(open("stdout"))[0]["draw"] * 30))')" 1e-12
  expect 'a snapshot' 0 "$vintner" show shared.h5 --scenario 4 --exchange b2030:fuel b2030:power --json
  expect 'no such node' 2 "$vintner" show shared.h5 --scenario 4 --exchange fule power
  expect 'check' 0 "$vintner" check all.yaml --json
  holds 'check: what varies' python3 -c 'import json
d = json.load(open("stdout"))
assert (d["uncertain_exchanges"], d["invalid_distributions"], d["solves"]) == (3, 0, 2), d'
  model='    overrides: [{target: "category_impact_limits[gwp, 2025]", set: 50}]'
  draws=50 study limited '[technosphere]'
  expect 'limited' 0 "$vintner" run limited.yaml -q -o limited.h5
  scenario=$(value limited.h5 status | awk '$1 == 1 { print NR - 1; exit }')
  expect 'why a scenario is infeasible' 0 "$vintner" diagnose limited.h5 --scenario "$scenario"
  holds 'why: the limit' grep -q 'category_impact_limits' stdout
  model=
}

# bad TITLE PATTERN UNCERTAINTY [LINE...]
bad() {
  study bad "${@:3}"
  refused "$1" "$2"
}

refusals() {
  method='{method: [gwp], metric: GWP}'
  bad 'methods of a metric' "bad.yaml:[0-9]+: .*found 'methods' where category 'gwp' has the metric GWP" '[methods]'
  model='    overrides: [{target: "cumulative_process_limits_max[boiler]", set: 0}]'
  outcome metric true
  spread 'a metric: exchanges alone' metric.txt 0.3
  method= model=
  bad 'an unknown database' "'b2031'.*did you mean 'b2030'" '{databases: [b2031]}'
  study bad true
  sed -i 's/{monte-carlo: 2000}/{alternatives: {slack: 0.1}}/' bad.yaml
  refused 'aims that differ' 'whose scenarios differ in what they minimise'
}

random_studies() {
  local python
  python=$(find_python 'numpy, h5py')
  if [ -z "$python" ]; then
    echo 'no Python with numpy and h5py: the oracle was left out'
    return
  fi
  expect 'scenarios against studies without draws' 0 "$python" "$oracles/oracle_drawn.py" "$vintner" 1 2
}

closed_forms
changes
choice_of_plants
everywhere
told
refusals
random_studies
finish
