#!/usr/bin/env bash
# Topic `brightway_parameters`: parameters of projects, databases and groups of activities, which
# factors change and exchanges of a foreground follow, against closed forms and bw2data.
#
#   bash tests/run/brightway_parameters.sh [BUILD]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

python3 - <<'PY'
import json

def exchange(database, code, amount, kind, **more):
    return {"input": [database, code], "amount": amount, "type": kind, **more}

document = {
    "databases": {
        "bio": {"data": {"co2": {"type": "emission", "name": "CO2"}}},
        "background": {"metadata": {"representative_time": "2020-01-01"}, "data": {"power": {
            "name": "power", "exchanges": [
                exchange("background", "power", 1, "production"),
                exchange("bio", "co2", 0.5, "biosphere", formula="x / 2", group="behind")]}}},
        "plan": {"data": {
            "heat": {"name": "heat", "type": "product"},
            "boiler": {"name": "boiler", "type": "process", "exchanges": [
                exchange("plan", "heat", 1, "production"),
                exchange("background", "power", 0.05, "technosphere", group="near",
                         formula="0.25 * pload / k"),
                exchange("bio", "co2", 1, "biosphere", group="near", formula="2 * eff - 0.8",
                         temporal_distribution={"unit": "Y", "date": [0, 1], "amount": [0.5, 0.5]}),
                exchange("bio", "co2", 0.25, "biosphere"),
                exchange("bio", "co2", 0.0625, "biosphere", group="odd", formula="load('x') + y")]}}}},
    "methods": [{"name": ["warming"], "unit": "kg", "cfs": [[["bio", "co2"], 1]]}],
    "parameters": {
        "project": {"eff": {"amount": 0.9, "uncertainty type": 4, "minimum": 0.5, "maximum": 1},
                    "eff2": {"formula": "eff**2", "amount": 0.81}, "y": {"amount": 1}},
        "database": {"plan": {"pload": {"formula": "eff2 * half", "amount": 7}}},
        "activity": {"far": {"database": "plan", "parameters": {"half": {"amount": 0.5}}},
                     "near": {"database": "plan", "order": ["far"], "parameters": {
                         "k": {"amount": 2}, "pload": {"formula": "eff2 * half"}}},
                     "odd": {"database": "plan"},
                     "behind": {"database": "background", "parameters": {"x": {"amount": 1}}}}}}
json.dump(document, open("plan.json", "w"))
PY

# study NAME DATABASE E K [DESIGN]: values of the two factors
study() {
  cat >"$1.yaml" <<YAML
vintner: 1
name: $1
model:
  pathway:
    databases: [$2]
    foreground: plan
    demand: {heat: {2020:2021: 100}}
    years: [2020, 2022]
    methods: {warming: [warming]}
    objective: warming
ensemble:
  seed: 5
  design: ${5:-{monte-carlo: 40\}}
  factors:
    e: {target: "parameter[project, eff]", set: $3}
    k: {target: "parameter[near, k]", multiply: $4}
results: {sensitivity: {derivative: true}}
YAML
}

# Per unit of heat: 0.5 (0.25 (0.5 e^2) / (2 k)) + (2 e - 0.8) + 0.25 + 0.0625, for 200 of it.
closed_forms() {
  study plan plan.json '{uniform: [0.5, 1]}' '{uniform: [1, 2]}'
  expect 'closed forms' 0 run 0 1 run plan.yaml -q -o plan.h5
  holds 'objective and derivatives' awk '
    function off(a, b) { d = a - b; if (d < 0) d = -d; if (b < 0) b = -b; return d > 1e-12 * b }
    { e = $1; k = $2
      if (off($3, 200 * (0.03125 * e * e / k + 2 * e - 0.4875))) bad = 1
      if (off($4, 200 * (0.0625 * e / k + 2)) || off($5, -200 * 0.03125 * e * e / (k * k))) bad = 1 }
    END { exit bad || NR != 40 }' <(paste -d ' ' <(value plan.h5 factor_value | paste -d ' ' - -) \
    <(value plan.h5 objective) <(value plan.h5 derivative | paste -d ' ' - -))
  near 'the reference has the stored amounts' "$(value plan.h5 /reference/objective)" 267.5 1e-12
  for ranks in 2 3; do
    expect "closed forms on $ranks ranks" 0 run "$ranks" 1 run plan.yaml -q -o "plan-$ranks.h5"
    same "closed forms on $ranks ranks" plan.h5 "plan-$ranks.h5"
  done
  expect 'import' 0 "$vintner" import plan.json -o store.h5
  study plan store.h5 '{uniform: [0.5, 1]}' '{uniform: [1, 2]}'
  expect 'from a store' 0 run 2 1 run plan.yaml -q -o stored.h5
  holds 'from a store: the same' [ "$(value plan.h5 objective)" = "$(value stored.h5 objective)" ]
  study each plan.json '{uniform: [0.5, 1]}' '{uniform: [2, 3]}, each: true' '{monte-carlo: 5}'
  expect 'a draw for each' 0 run 0 1 run each.yaml -q -o each.h5
  holds 'a draw for each: differs' [ "$(value each.h5 objective | sort -u | wc -l)" = 5 ]
}

# What touches an entry comes after what it follows.
after_amounts() {
  study after plan.json '{uniform: [0.5, 1]}' '{uniform: [1, 2]}'
  cat >>after.yaml <<'YAML'
YAML
  sed -i 's/^ensemble:/    overrides:\n      - {target: "foreground_biosphere[boiler, co2, *]", multiply: 2}\n      - {target: "foreground_biosphere[boiler, co2, 0]", add: 1}\nensemble:/
    s/^results:/    c: {target: "foreground_biosphere[boiler, *, 1]", multiply: {uniform: [1, 3]}}\nresults:/' after.yaml
  expect 'overrides and factors after it' 0 run 0 1 run after.yaml -q -o after.h5
  holds 'overrides and factors after it: closed form' awk '
    function off(a, b) { d = a - b; if (d < 0) d = -d; return d > 1e-12 * b }
    { e = $1; k = $2; half = (2 * e - 0.8) / 2
      if (off($4, 200 * (0.03125 * e * e / k + 2 * (half + 0.3125) + 1 + 2 * half * $3))) bad = 1 }
    END { exit bad || NR != 40 }' <(paste -d ' ' <(value after.h5 factor_value | paste -d ' ' - - -) \
    <(value after.h5 objective))
}

# Plain LCA: power is 0.5 x / 2 by its formula, the boiler takes 0.25 pload / k of it.
plain_lca() {
  cat >lca.yaml <<'YAML'
vintner: 1
name: lca
model:
  inventory:
    databases: [plan.json]
    demands: [{activity: [plan, heat], amount: 10}, {activity: [background, power]}]
    methods: {warming: [warming]}
    keep: [inventory]
ensemble:
  seed: 5
  design: {monte-carlo: 1500}
  factors:
    e: {target: "parameter[project, eff]", set: {uniform: [0.5, 1]}}
    k: {target: "parameter[near, k]", multiply: {uniform: [1, 2]}}
    x: {target: "parameter[behind, x]", set: {uniform: [1, 3]}}
    b: {target: "biosphere[co2, power]", multiply: [1, 2]}
YAML
  expect 'plain LCA' 0 run 0 1 run lca.yaml -q -o lca.h5
  holds 'plain LCA: closed form' awk '
    function off(a, b) { d = a - b; if (d < 0) d = -d; return d > 1e-12 * b }
    { e = $1; k = $2; power = $4 * $3 / 2
      if (off($5, 10 * (0.0625 * e * e / k * power + 2 * e - 0.4875)) || off($6, power)) bad = 1 }
    END { exit bad || NR != 1500 }' <(paste -d ' ' <(value lca.h5 factor_value | paste -d ' ' - - - -) \
    <(value lca.h5 score | paste -d ' ' - -))
  near 'plain LCA: the reference as stored' "$(value lca.h5 /reference/score | head -n 1)" 13.375 1e-12
  for ranks in 2 3; do
    expect "plain LCA on $ranks ranks" 0 run "$ranks" 1 run lca.yaml -q -o "lca-$ranks.h5"
    same "plain LCA on $ranks ranks" lca.h5 "lca-$ranks.h5"
  done
  sed -e 's/set: {uniform: \[1, 3\]}/set: [1, -1]/; s/multiply: {uniform: \[1, 2\]}/multiply: [0, 1]/' lca.yaml >fails.yaml
  expect 'plain LCA: division by 0' 0 "$vintner" run fails.yaml -q -o lca-fails.h5
  holds 'plain LCA: which fail, and by what' awk '{ if (($1 == 0) != ($2 == 6) || $3 != ($1 == 0 ? 0 : -1)) bad = 1 }
    END { exit bad }' <(paste -d ' ' <(value lca-fails.h5 factor_value | awk 'NR % 4 == 2') \
    <(value lca-fails.h5 status) <(value lca-fails.h5 failed_input))
  sed 's/name: lca/name: bad/; s/parameter\[near, k\]/parameter[near, kk]/' lca.yaml >bad.yaml
  refused 'plain LCA: unknown parameter' "unknown parameter 'kk'"
}

# An exchange of the background that follows: each scenario solves its snapshot.
background() {
  study back plan.json '{uniform: [0.5, 1]}' '{uniform: [1, 2]}'
  sed -i 's/parameter\[near, k\]/parameter[behind, x]/' back.yaml
  expect 'the background follows' 0 run 0 1 run back.yaml -q -o back.h5
  holds 'the background follows: closed form' awk '
    function off(a, b) { d = a - b; if (d < 0) d = -d; return d > 1e-12 * b }
    { e = $1; if (off($3, 200 * (0.0625 * e * e * $2 / 2 + 2 * e - 0.4875))) bad = 1 }
    END { exit bad || NR != 40 }' <(paste -d ' ' <(value back.h5 factor_value | paste -d ' ' - -) \
    <(value back.h5 objective))
  expect 'the background follows, on 3 ranks' 0 run 3 1 run back.yaml -q -o back-3.h5
  same 'the background follows, on 3 ranks' back.h5 back-3.h5
}

# Parameters with distributions of their own: eff is uniform, from 0.5 to 1.
sampled() {
  study sampled plan.json '{uniform: [0.5, 1]}' '{uniform: [1, 2]}' '{monte-carlo: 2000}'
  sed -i -e '/^  factors:/,/^    k:/d' -e 's/^results:.*/  background_uncertainty: [parameters]/' sampled.yaml
  expect 'sampled' 0 run 0 1 run sampled.yaml -q -o sampled.h5
  # The objective is 200 (0.03125 e^2 + 2 e - 0.4875).
  holds 'sampled: moments' awk '{ e = (-2 + sqrt(4 + 0.125 * ($1 / 200 + 0.4875))) / 0.0625
      if (e < 0.5 || e > 1) bad = 1; s += e; q += e * e }
    END { m = s / NR - 0.75; v = q / NR - (s / NR) ^ 2; e = 4 * sqrt(1 / 48 / NR)
      exit bad || NR != 2000 || m > e || -m > e || v * 48 > 1.1 || v * 48 < 0.9 }' <(value sampled.h5 objective)
  sed -e 's/^  factors:/  background_uncertainty: [parameters]/; /^    [ekxb]: {/d; s/1500/2000/' lca.yaml >drawn.yaml
  expect 'sampled in plain LCA' 0 run 2 1 run drawn.yaml -q -o drawn.h5
  holds 'sampled in plain LCA: the same draws' awk '{ d = $1 - 20 * $2; if (d > 1e-11 * $1 || -d > 1e-11 * $1) bad = 1 }
    END { exit bad || NR != 2000 }' <(paste -d ' ' <(value sampled.h5 objective) <(value drawn.h5 score | awk 'NR % 2'))
}

# A derived one that is changed, and what one-at-a-time leaves alone.
derived() {
  study derived plan.json '[0.5, 0.8]' '[4]' one-at-a-time
  sed -i 's/^results:.*/    p: {target: "parameter[near, pload]", set: [1]}/' derived.yaml
  expect 'a derived one' 0 run 0 1 run derived.yaml -q -o derived.h5
  numbers 'a derived one' derived.h5 objective 1e-12 \
    "$(awk 'BEGIN { printf "%.17g", 200 * (0.03125 * 0.25 + 0.5125) }')" \
    "$(awk 'BEGIN { printf "%.17g", 200 * (0.03125 * 0.64 + 1.1125) }')" \
    "$(awk 'BEGIN { printf "%.17g", 200 * (0.03125 * 0.81 / 4 + 1.3125) }')" \
    "$(awk 'BEGIN { printf "%.17g", 200 * (0.0625 + 1.3125) }')"
  numbers 'what is not applied' derived.h5 factor_value 1e-12 0.5 1 0.405 0.8 1 0.405 0.9 4 0.405 0.9 1 1
}

failures() {
  study fails plan.json '{uniform: [0.5, 1]}' '[1, 0]' '{monte-carlo: 20}'
  sed -i 's/^results:.*//' fails.yaml
  expect 'division by 0' 0 run 2 1 run fails.yaml -q -o fails.h5
  holds 'which scenarios fail, and by what' awk '
    { if (($1 == 0) != ($2 == 6) || $3 != ($1 == 0 ? 0 : -1)) bad = 1; if ($1 == 0) n++ }
    END { exit bad || !n || n == NR }' <(paste -d ' ' <(value fails.h5 factor_value | awk 'NR % 2 == 0') \
    <(value fails.h5 status) <(value fails.h5 failed_input))
  local first
  first=$(value fails.h5 status | awk '$1 == 6 { print NR - 1; exit }')
  expect 'diagnose' 0 "$vintner" diagnose fails.h5 --scenario "$first"
  holds 'diagnose names the formula' grep -qE "boiler.*: 0\.25 \* pload / k: column [0-9]+: .* is no finite number" stdout
  unneeded_failures
}

# A parameter without value ends a scenario, even where the amounts have one; diagnose names it.
unneeded_failures() {
  python3 -c "import json
d = json.load(open('plan.json'))
d['databases']['plan']['data']['boiler']['exchanges'][1]['formula'] = 'pload if eff > 2 else eff'
d['parameters']['activity']['near']['parameters']['pload'] = {'formula': '1 / (k - 1)'}
json.dump(d, open('branch.json', 'w'))"
  study branch branch.json '{uniform: [0.5, 1]}' '[0.5, 1, 1e308]' '{monte-carlo: 20}'
  sed -i 's/^results:.*//' branch.yaml
  expect 'a branch that is not taken' 0 run 2 1 run branch.yaml -q -o branch.h5
  holds 'a branch that is not taken: fails' awk '
    { if (($1 != 1) != ($2 == 6) || $3 != ($1 == 1 ? -1 : 1)) bad = 1; n[$1]++ }
    END { exit bad || length(n) != 3 }' <(paste -d ' ' <(value branch.h5 factor_value |
      awk 'NR % 2 == 0') <(value branch.h5 status) <(value branch.h5 failed_input))
  why branch.h5 0.5 "parameter 'pload' of 'near': 1 / \(k - 1\): column 3: 1 / 0 is no finite number"
  why branch.h5 1e+308 "parameter 'k' of 'near': what factors make of it is no finite number"
}

# why FILE K PATTERN: of the first scenario with this second factor
why() {
  local first
  first=$(value "$1" factor_value | awk -v k="$2" 'NR % 2 == 0 && $1 + 0 == k + 0 { print NR / 2 - 1; exit }')
  expect "diagnose k = $2" 0 "$vintner" diagnose "$1" --scenario "$first"
  holds "diagnose k = $2: $(cat stdout)" grep -qE "$3" stdout
}

# changed TITLE PATTERN PYTHON: the document d changed, the study bad.yaml on it
changed() {
  python3 -c "import json
d = json.load(open('plan.json'))
p, boiler = d['parameters'], d['databases']['plan']['data']['boiler']['exchanges']
$3
json.dump(d, open('bad.json', 'w'))"
  study bad bad.json '{uniform: [0.5, 1]}' '{uniform: [1, 2]}'
  refused "$1" "$2"
}

# target TITLE PATTERN SED: the study changed
target() {
  study good plan.json '{uniform: [0.5, 1]}' '{uniform: [1, 2]}'
  edited good.yaml "$3" bad.yaml
  refused "$1" "$2"
}

errors() {
  target 'unknown parameter' "bad.yaml:15: target 'parameter\[project, ef\]': unknown parameter 'ef', .*did you mean 'eff'" 's/, eff\]/, ef]/'
  target 'unknown scope' "bad.yaml:16: target .*: unknown scope 'naer', .*did you mean 'near'" 's/\[near/[naer/'
  target 'axes' "found 1 axes, expected 2: parameter\[scope, name\]" 's/\[near, k\]/[near]/'
  target 'an override' "bad.yaml:11: target .*: found a parameter of Brightway, .*factors change such parameters" 's/^ensemble:/    overrides: [{target: "parameter[project, eff]", set: 0.5}]\nensemble:/'
  target 'choose' 'bad.yaml:16' 's/multiply: .uniform.*/choose: [1]}/'
  target 'a formula that is needed' "activity 'boiler', exchange with 'co2'.*'load\('x'\) \+ y': column 1: unknown function 'load'" 's/\[near, k\]/[project, y]/'
  changed 'a cycle' "parameter 'pload' of 'near': .*cycle: pload → half → pload" "p['activity']['far']['parameters']['half'] = {'formula': 'pload'}; p['activity']['far']['order'] = ['near']"
  changed 'an unknown name' "parameter 'eff2' of 'project': formula 'eff\*\*n': column 6: unknown name 'n'" "p['project']['eff2']['formula'] = 'eff**n'"
  changed 'a group sees no other' "parameter 'pload' of 'near'.*unknown name 'half'" "p['activity']['near']['order'] = []"
  changed 'power of C' "column 4: syntax: found '\^'" "p['project']['eff2']['formula'] = 'eff^2'"
  changed 'neither amount nor formula' "bad.json: parameter 'k': found neither 'amount' nor 'formula'" "p['activity']['near']['parameters']['k'] = {}"
  changed 'no number' "parameter 'k': found the text 'a' as 'amount', expected a finite number" "p['activity']['near']['parameters']['k']['amount'] = 'a'"
  changed 'no database' "group 'near' of parameters: found nothing as 'database'" "del p['activity']['near']['database']"
  changed 'an order that is none' "group 'near' of parameters: found .* as 'order', expected a list of groups" "p['activity']['near']['order'] = [1]"
  changed 'another scope' "field 'parameters': found 'projects', expected 'project', 'database' or 'activity'" "p['projects'] = {}"
  changed 'no parameters' "target 'parameter\[project, eff\]': found no parameters in the databases" "del d['parameters']"
  study lone plan.json '{uniform: [0.5, 1]}' '{uniform: [1, 2]}'
  sed -i 's/near, k/odd, z/; s/plan.json/lone.json/' lone.yaml
  python3 -c "import json
d = json.load(open('plan.json'))
d['parameters']['activity']['odd']['parameters'] = {'z': {'amount': 1}}
d['databases']['plan']['data']['boiler']['exchanges'][3]['formula'] = 'eff / 4'
json.dump(d, open('lone.json', 'w'))"
  expect 'an exchange without group' 0 run 0 1 run lone.yaml -o lone.h5
  holds 'an exchange without group: said' grep -q "1 exchange with a formula of parameters that change, but without a group, keeps the amount" stderr
}

against_brightway() {
  local python
  python=$(find_python 'bw2data')
  if [ -z "$python" ]; then
    echo 'no Python with bw2data (VINTNER_PYTHON or VINTNER_PEERS names one): not compared with it'
    return
  fi
  mkdir projects
  export BRIGHTWAY2_DIR=$PWD/projects
  expect 'bw2data writes a project' 0 "$python" "$oracles/brightway_parameters.py"
  expect 'export' 0 "$python" "$root/jobs/brightway_export.py" 'vintner parameters' -o export.json
  expect 'a project is read too' 0 "$vintner" show projects/vintner* --json
  holds 'a project is read too: parameters' grep -q '"parameters": 8' stdout
  study real export.json '~' '~' '{table: table.csv}'
  sed -i 's/multiply: ~/set: ~/; s/2020:2021: 100/2030: 1/; s/\[2020, 2022\]/[2030, 2030]/
    s/^ensemble:/    overrides: [{target: "cumulative_process_limits_max[pump]", set: 0}]\nensemble:/' real.yaml
  sed -i 's/^eff,k/e,k/' table.csv
  expect 'against bw2data' 0 run 2 1 run real.yaml -q -o real.h5
  mapfile -t expected <expected
  numbers 'against bw2data' real.h5 objective 1e-12 "${expected[@]}"
}

closed_forms
plain_lca
background
sampled
after_amounts
derived
failures
errors
against_brightway
finish
