#!/usr/bin/env bash
# Topic `parameters`: numbers with names and formulas of them, in factors and overrides, against the
# closed forms of a model whose objective is 2 X + 3 Y for demands X and Y.
#
#   bash tests/run/parameters.sh [BUILD]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

python3 - <<'PY'
import json
def key(*labels): return json.dumps(list(labels))
json.dump({
    "PROCESS": ["PX", "PY"], "PRODUCT": ["X", "Y"], "INTERMEDIATE_FLOW": ["I"],
    "ELEMENTARY_FLOW": ["CO2"], "BACKGROUND_ID": ["db"], "PROCESS_TIME": [0], "SYSTEM_TIME": [2030],
    "CATEGORY": ["climate"], "demand": {key("X", 2030): 1.0, key("Y", 2030): 1.0},
    "foreground_production": {key("PX", "X", 0): 1.0, key("PY", "Y", 0): 1.0},
    "foreground_technosphere": {}, "internal_demand_technosphere": {},
    "foreground_biosphere": {key("PX", "CO2", 0): 2.0, key("PY", "CO2", 0): 3.0},
    "operation_flow": {key(p, f): True for p, f in
                       (("PX", "X"), ("PX", "CO2"), ("PY", "Y"), ("PY", "CO2"))},
    "operation_time_limits": {"PX": [0, 0], "PY": [0, 0]},
    "background_inventory": {key("db", "I", "CO2"): 1.0}, "mapping": {key("db", 2030): 1.0},
    "characterization": {key("climate", "CO2", 2030): 1.0}}, open("m.json", "w"))
PY

# model NAME: a study's head on stdout; parameters, overrides and ensemble follow
model() { printf 'vintner: 1\nname: %s\nmodel:\n  pathway:\n    inputs: m.json\n' "$1"; }

# column NAME INDEX OF: factor_value of one input in all scenarios, a line each
column() { value "$1" factor_value | awk -v i="$2" -v n="$3" 'NR % n == i'; }

# rows TITLE FILE INPUTS AWK: the objective (o) of every row by the values of its inputs v[1], ...
rows() {
  if paste -d ' ' <(value "$2" factor_value | paste -d ' ' $(printf -- '- %.0s' $(seq "$3"))) \
    <(value "$2" objective) | awk -v n="$3" '
    function min(a, b) { return a < b ? a : b }
    { for (i = 1; i <= n; i++) v[i] = $i; o = $(n + 1); e = '"$4"'; d = o - e; if (d < 0) d = -d
      if (o !~ /^[-+0-9.e]+$/ || !(d <= 1e-12 * (e < 0 ? -e : e))) { bad = 1 } }
    END { exit bad || !NR }'; then passed=$((passed + 1)); else fail "$1: not $4"; fi
}

closed_forms() {
  { model forms && cat <<'YAML'; } >forms.yaml
    overrides:
      - {target: "demand[Y, *]", set: 7}
      - {target: "demand[Y, *]", set: "total"}
      - {target: "demand[Y, *]", multiply: 2}
      - {target: "foreground_biosphere[PY, CO2, *]", multiply: "1 + share"}
      - {target: "foreground_biosphere[PX, *, *]", multiply: 10}
parameters:
  total: "sum + product"
  sum: "2 * a + 3 * b + 0.5 * c"
  product: "a * b * c"
  least: "min(a, b)"
  share: {triangular: [0, 0.5, 1]}
  a: {uniform: [1, 2]}
  b: {lognormal: {median: 1, gsd: 1.5}}
  c: [1, 2, 5]
ensemble:
  seed: 7
  design: {monte-carlo: 60}
  factors:
    x: {target: "demand[X, *]", set: "least if c > 1 else 3"}
    more: {target: "demand[X, *]", add: "c ** 2 / 4"}
    y: {target: "demand[Y, *]", multiply: {uniform: [0.5, 1]}}
YAML
  expect 'closed forms' 0 run 0 1 run forms.yaml -q -o forms.h5
  for ranks in 2 3; do
    expect "closed forms on $ranks ranks" 0 run "$ranks" 2 run forms.yaml -q -o "forms-$ranks.h5"
    same "closed forms on $ranks ranks" forms.h5 "forms-$ranks.h5"
  done
  # total sum product least share a b c; x more y
  rows 'sum' forms.h5 11 '0 * o + o + (v[2] - (2 * v[6] + 3 * v[7] + 0.5 * v[8]))'
  rows 'product' forms.h5 11 'o + v[3] - v[6] * v[7] * v[8]'
  rows 'total' forms.h5 11 'o + v[1] - v[2] - v[3]'
  rows 'least' forms.h5 11 'o + v[4] - min(v[6], v[7])'
  rows 'a branch' forms.h5 11 'o + v[9] - (v[8] > 1 ? v[4] : 3)'
  rows 'objective' forms.h5 11 '20 * (v[9] + v[8] ^ 2 / 4) + 3 * (1 + v[5]) * 2 * v[1] * v[11]'
  # a = 1.5, b = 1, c = 2 (the middle of three), share = 0.5; no factor
  near 'reference' "$(value forms.h5 reference/objective)" "$(awk 'BEGIN { print 20 + 4.5 * 2 * (3 + 3 + 1 + 3) }')" 1e-12
  holds 'none failed' [ "$(value forms.h5 failed_input | sort -u)" = -1 ]
  expect 'check' 0 "$vintner" check forms.yaml
  holds 'check: counts' grep -q '60 (8 parameters, 3 factors)' stdout
  expect 'show of the study' 0 "$vintner" show forms.yaml
  holds 'show: parameters' grep -qE '^  sum +2 \* a \+ 3 \* b \+ 0.5 \* c$' stdout
  holds 'show: a factor' grep -qE 'x +demand\[X, \*\] set least if c > 1 else 3' stdout
  expect 'show of the study, JSON' 0 "$vintner" show forms.yaml --json
  holds 'JSON' python3 -c 'import json, sys; d = json.load(open("stdout"))
assert d["parameters"][3] == {"name": "least", "formula": "min(a, b)"}
assert d["overrides"][1]["formula"] == "total"'
  expect 'show of a scenario' 0 "$vintner" show forms.h5 --scenario 3
  holds 'its parameters' grep -q 'product' stdout
  edited forms.yaml 's/60/200000/' many.yaml
  expect 'many' 0 run 2 1 run many.yaml -q -o many.h5
  torn torn.h5 2 run many.yaml
  expect 'resume' 0 run 3 1 resume torn.h5 -q
  same 'resumed' torn.h5 many.h5
  # The same draws for a factor of the name of a parameter.
  { model factor && printf 'ensemble:\n  seed: 7\n  design: {monte-carlo: 60}\n  factors:\n    a: {target: "demand[X, *]", set: {uniform: [1, 2]}}\n'; } >factor.yaml
  expect 'a factor' 0 run 0 1 run factor.yaml -q -o factor.h5
  holds 'a factor with the draws of a parameter' [ "$(value factor.h5 factor_value)" = "$(column forms.h5 6 11)" ]
}

designs() {
  # without an ensemble: the reference
  { model alone && cat <<'YAML'; } >alone.yaml
    overrides: [{target: "demand[X, *]", set: "a * n"}]
parameters: {a: {uniform: [1, 3]}, n: [4, 5, 6, 7]}
YAML
  expect 'without an ensemble' 0 run 0 1 run alone.yaml -q -o alone.h5
  numbers 'without an ensemble' alone.h5 objective 1e-15 27
  numbers 'its parameters' alone.h5 factor_value 1e-15 2 6
  cat >table.csv <<'CSV'
f,a
0.5,1
2,3
1,10
CSV
  { cat alone.yaml && cat <<'YAML'; } | sed 's/{a: .*/{a: ~, n: [4, 5, 6, 7], b: "a + n"}/' >table.yaml
ensemble:
  design: {table: table.csv}
  factors:
    f: {target: "demand[Y, *]", multiply: ~}
    g: {target: "demand[Y, *]", add: "b"}
YAML
  expect 'a table' 0 run 2 1 run table.yaml -q -o table.h5
  numbers 'a table: values' table.h5 factor_value 1e-15 1 6 7 0.5 7 3 6 9 2 9 10 6 16 1 16
  numbers 'a table: objective' table.h5 objective 1e-15 34.5 69 171
  numbers 'a table: reference has its first row' table.h5 reference/objective 1e-15 15
  { model steps && cat <<'YAML'; } >steps.yaml
    overrides: [{target: "demand[X, *]", set: "a * n"}]
parameters: {a: [1, 3], n: [4, 5, 6]}
ensemble:
  design: one-at-a-time
  factors:
    f: {target: "demand[Y, *]", multiply: [1, 2]}
YAML
  expect 'one at a time' 0 run 0 1 run steps.yaml -q -o steps.h5
  numbers 'one at a time: values' steps.h5 factor_value 1e-15 1 5 1 3 5 1 3 4 1 3 5 1 3 6 1 3 5 1 3 5 2
  numbers 'one at a time: objective' steps.h5 objective 1e-15 13 33 27 33 39 33 36
  edited steps.yaml 's/one-at-a-time/factorial/' grid.yaml
  expect 'factorial' 0 run 0 1 run grid.yaml -q -o grid.h5
  rows 'factorial' grid.h5 3 '2 * v[1] * v[2] + 3 * v[3]'
  holds 'factorial: all' [ "$(value grid.h5 status | wc -l)" = 12 ]
  # no factors at all; and designs of points
  for design in 'latin-hypercube: 16' 'sobol: 16' 'saltelli: 4' 'morris: 3'; do
    { model points && cat <<YAML; } >points.yaml
    overrides: [{target: "demand[X, *]", set: "a * n"}, {target: "demand[Y, *]", set: "n"}]
parameters: {a: {uniform: [1, 3]}, n: [4, 5, 6]}
ensemble: {seed: 3, design: {$design}}
YAML
    expect "$design" 0 run 0 1 run points.yaml -q --force -o points.h5
    rows "$design" points.h5 2 '2 * v[1] * v[2] + 3 * v[2]'
  done
}

# Beside parameters a draw for each cell is what it is without them; correlations join both kinds.
beside() {
  { model each && cat <<'YAML'; } >each.yaml
    overrides: [{target: "demand[Y, *]", multiply: "q"}]
parameters: {p: {uniform: [0, 1]}, q: "p + 1"}
ensemble:
  design: {monte-carlo: 400}
  factors:
    e: {target: "foreground_biosphere[PX, CO2, *]", multiply: {uniform: [0.5, 1.5]}, each: true}
    f: {target: "demand[Y, *]", multiply: {uniform: [0.5, 1.5]}}
  correlations: [[p, f, 0.9]]
YAML
  edited each.yaml '/overrides|parameters|correlations/d' plain.yaml
  expect 'each' 0 run 0 1 run each.yaml -q -o each.h5
  expect 'each, without parameters' 0 run 0 1 run plain.yaml -q -o plain.h5
  holds 'the same draws for cells' python3 - <<PY
plain, rows = ([float(x) for x in """$(value plain.h5 objective)""".split()],
               [float(x) for x in """$(value each.h5 objective)""".split()])
f = [float(x) for x in """$(value plain.h5 factor_value)""".split()][1::2]
v = [float(x) for x in """$(value each.h5 factor_value)""".split()]
q, g = v[1::4], v[3::4]
assert len(plain) == len(rows) == len(g) == 400
for k in range(400):
    assert abs((plain[k] - 3 * f[k]) - (rows[k] - 3 * q[k] * g[k])) < 1e-12
rank = lambda x: [sorted(x).index(y) for y in x]
d = sum((a - b) ** 2 for a, b in zip(rank(v[0::4]), rank(g)))
assert abs(1 - 6 * d / (400 * (400 ** 2 - 1)) - 0.9) < 0.15
PY
  edited each.yaml 's/^name: each/name: bad/; s/\[p, f, 0.9\]/[q, f, 0.9]/' bad.yaml
  refused 'a formula cannot be correlated' "bad.yaml:13: 'ensemble.correlations': found 'q', which is fixed"
  { model aims && cat <<'YAML'; } >aims.yaml
    overrides: [{target: "demand[Y, *]", multiply: "q"}]
parameters: {p: {uniform: [0, 1]}, q: "p + 1"}
ensemble: {design: {alternatives: {slack: 0.1}}}
YAML
  expect 'alternatives' 0 run 2 1 run aims.yaml -q -o aims.h5
  holds 'alternatives have the reference' [ "$(value aims.h5 factor_value | sort -u | tr '\n' ' ')" = '0.5 1.5 ' ]
  numbers 'the reference' aims.h5 reference/objective 1e-15 6.5
}

failures() {
  { model fails && cat <<'YAML'; } >fails.yaml
    overrides: [{target: "demand[Y, *]", set: "log(10 - a)"}]
parameters:
  after: "2 * inverse"
  inverse: "1 / (a - 2)"
  a: [1, 3, 2, 10, 4]
ensemble:
  design: factorial
  factors:
    f: {target: "demand[X, *]", set: "sqrt(4 - a) + 0 * after"}
YAML
  expect 'the reference fails' 2 "$vintner" run fails.yaml -q -o fails.h5
  holds 'the reference: one line' [ "$(cat stderr)" = "vintner: fails.yaml:9: in the reference scenario 'parameters.inverse' fails: column 3: 1 / 0 is no finite number" ]
  holds 'the reference: no file' [ ! -e fails.h5 ]
  sed -i 's/\[1, 3, 2, 10, 4\]/[2, 10, 3, 1, 4]/' fails.yaml
  expect 'some fail' 0 run 0 1 run fails.yaml -q -o fails.h5
  expect 'some fail on 3 ranks' 0 run 3 1 run fails.yaml -q -o fails-3.h5
  same 'some fail' fails.h5 fails-3.h5
  holds 'status' [ "$(value fails.h5 status | tr '\n' ' ')" = '6 6 0 0 0 ' ]
  holds 'which' [ "$(value fails.h5 failed_input | tr '\n' ' ')" = '1 3 -1 -1 -1 ' ]
  holds 'objective' [ "$(value fails.h5 objective 0 2 | tr '\n' ' ')" = 'nan nan ' ]
  holds 'what it feeds' [ "$(value fails.h5 factor_value 0 8 | tr '\n' ' ')" = 'nan nan 2 nan 0.25 0.125 10 nan ' ]
  near 'the others' "$(value fails.h5 objective 3 1)" "$(awk 'BEGIN { printf "%.17g", 2 * sqrt(3) + 3 * log(9) }')" 1e-14
  holds 'int16' bash -c "ncdump -h fails.h5 | grep -q 'short failed_input(scenario)'"
  expect 'diagnose' 0 "$vintner" diagnose fails.h5 --scenario 1
  holds 'diagnose: says why' grep -qF "'ensemble.factors.f.set' fails: column 1: sqrt(-6) is no finite number" stdout
  expect 'diagnose, JSON' 0 "$vintner" diagnose fails.h5 --scenario 0 --json
  holds 'diagnose, JSON: says why' python3 -c 'import json
d = json.load(open("stdout"))
assert d["status"] == "failed" and "parameters.inverse" in d["reason"], d'
  expect 'show of a failed scenario' 0 "$vintner" show fails.h5 --scenario 0
  holds 'show: failed' grep -q failed stdout
  expect 'tables' 0 "$vintner" export fails.h5 --csv tables --variables failed_input
  holds 'tables: which failed' [ "$(tail -n +2 tables/failed_input.csv | head -2 | tr '\n' ' ')" = '0,1 1,3 ' ]
  mkdir -p lps
  expect 'programmes' 0 "$vintner" run fails.yaml -q --write-lp lps -o lp.h5
  holds 'programmes: of those that have one' [ "$(ls lps | tr '\n' ' ')" = 'reference.lp scenario_2.lp scenario_3.lp scenario_4.lp ' ]
  # only the override
  edited fails.yaml '/after:|inverse:/d; s/sqrt.*after/1/' override.yaml
  expect 'an override fails' 0 run 0 1 run override.yaml -q -o override.h5
  holds 'an override: status' [ "$(value override.h5 status | tr '\n' ' ')" = '0 6 0 0 0 ' ]
  holds 'an override: not on the axis' [ "$(value override.h5 failed_input | sort -u)" = -1 ]
  expect 'an override: diagnose' 0 "$vintner" diagnose override.h5 --scenario 1
  holds 'an override: says why' grep -qF "'model.pathway.overrides[0].set' fails: column 1: log(0) is no finite number" stdout
}

exported() {
  expect 'inputs of the reference' 0 "$vintner" export forms.yaml --inputs out.json
  holds 'inputs of the reference: numbers' python3 -c 'import json
d = json.load(open("out.json"))
assert d["demand"]["[\"Y\", 2030]"] == 20 and d["demand"]["[\"X\", 2030]"] == 1, d["demand"]
assert d["foreground_biosphere"]["[\"PY\", \"CO2\", 0]"] == 4.5
assert d["foreground_biosphere"]["[\"PX\", \"CO2\", 0]"] == 20'
  # infeasible without an ensemble: what is explained is the scenario
  { model short && cat <<'YAML'; } >short.yaml
    overrides: [{target: "cumulative_process_limits_max[PX]", set: "a / 2"}]
parameters: {a: 1}
YAML
  expect 'infeasible' 3 run 0 1 run short.yaml -o short.h5
  expect 'diagnose of a single scenario' 0 "$vintner" diagnose short.h5
  holds 'its limit' grep -q 'cumulative_process_limits_max.*0\.5' stdout
}

# bad TITLE PATTERN SED: of a good study, changed
bad() {
  edited good.yaml "$3" bad.yaml
  refused "$1" "$2"
}

errors() {
  { model bad && cat <<'YAML'; } >good.yaml
    overrides: [{target: "demand[X, *]", set: "capex"}]
parameters:
  learning: {uniform: [0.1, 0.3]}
  capex: "1000 * (1 - learning)"
ensemble:
  design: {monte-carlo: 3}
  factors:
    cost: {target: "demand[Y, *]", multiply: "capex / 1000"}
YAML
  expect 'good' 0 run 0 1 run good.yaml -q -o ok.h5
  bad 'unknown name' "bad.yaml:9: 'parameters.capex': column 13: unknown name 'lerning', .*did you mean 'learning'" 's/- learning/- lerning/'
  bad 'unknown function' "bad.yaml:13: 'ensemble.factors.cost.multiply': column 1: unknown function 'sqr'" 's/"capex . 1000/"sqr(2)/'
  bad 'argument' "'ensemble.factors.cost.multiply': column 1: found 2 arguments of 'log'" 's/"capex . 1000/"log(8, 2)/'
  bad 'syntax' "'parameters.capex': column 23: syntax: found '\^'" 's/learning\)"/learning) ^ 2"/'
  bad 'cycle' "bad.yaml:8: 'parameters.learning': cycle: learning → capex → learning" 's/\{uniform: .*/"capex - 1"/'
  bad 'reserved' "'parameters.max': reserved name: found 'max'" 's/learning: /max: /'
  bad 'twice' "bad.yaml:13: 'ensemble.factors.capex': found the name twice" 's/cost:/capex:/'
  bad 'distribution' "bad.yaml:8: 'parameters.learning.uniform': found \[3, 1\], expected \[a, b\]" 's/0.1, 0.3/3, 1/'
  bad 'in an override' "bad.yaml:6: 'model.pathway.overrides\[0\].set': column 1: unknown name 'capx'.*'capex'" 's/"capex"/"capx"/'
  bad 'factorial' "bad.yaml:8: 'parameters.learning': found a distribution" 's/\{monte.*/factorial/'
  bad 'nothing' "'parameters.learning': found nothing" 's/\{uniform: .*/~/'
  printf 'a\n1\n' >t.csv
  bad 'no column' "t.csv:1: column 1: found 'a', expected the name of a parameter" 's/\{uniform: .*/~/; s/\{monte.*/{table: t.csv}/'
}

closed_forms
designs
beside
failures
exported
errors
finish
