#!/usr/bin/env bash
# Topic `silent`: data that are sound and hardly meant are warned of, what cannot be read is refused.
#
#   bash tests/run/silent.sh [BUILD]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# A plant that makes heat from steel of two snapshots.
cat >base.py <<'PY'
import json, sys
def exchange(to, amount, kind, **more):
    return {"input": to, "amount": amount, "type": kind, **more}
def snapshot(name, year):
    return {"metadata": {"representative_time": f"{year}-01-01T00:00:00"}, "data": {"s": {
        "name": "steel", "reference product": "steel", "unit": "kg", "location": "GLO", "exchanges": [
            exchange([name, "s"], 1, "production"), exchange(["bio", "co2"], 2, "biosphere")]}}}
once = {"unit": "Y", "date": [0], "amount": [1]}
plant = {"name": "A", "operation_time_limits": [0, 0], "exchanges": [
    exchange(["fg", "p"], 1, "production", operation=True, temporal_distribution=dict(once)),
    exchange(["b20", "s"], 3, "technosphere", operation=True, temporal_distribution=dict(once))]}
d = {"databases": {
    "bio": {"data": {"co2": {"name": "Carbon dioxide, fossil", "unit": "kilogram", "type": "emission"},
                     "ch4": {"name": "Methane, fossil", "unit": "kilogram", "type": "emission"}}},
    "b20": snapshot("b20", 2020), "b30": snapshot("b30", 2030),
    "fg": {"metadata": {}, "data": {"p": {"name": "prod", "type": "product", "unit": "kg"}, "A": plant}}},
    "methods": [{"name": ["gwp"], "unit": "kg", "cfs": [[["bio", "co2"], 1]]}]}
b20, b30, fg = (d["databases"][name]["data"] for name in ("b20", "b30", "fg"))
made, steel = plant["exchanges"]
exec(sys.argv[1])
json.dump(d, open("d.json", "w"))
PY

# write PYTHON [SED]: the document changed by one, the study by the other
write() {
  python3 base.py "$1"
  cat >study.yaml <<'YAML'
vintner: 1
name: bad
model:
  pathway:
    databases: [d.json]
    foreground: fg
    background: [b20, b30]
    years: [2025, 2027]
    demand: {p: {"2025:": 10}}
    methods: {gwp: [gwp]}
YAML
  sed -E "${2:-}" study.yaml >bad.yaml
}

# warned TITLE PATTERN PYTHON [SED]: check and run say it, in one line
warned() {
  write "$3" "${4:-}"
  expect "$1: check" 0 "$vintner" check bad.yaml
  holds "$1: check says it ($(head -c 400 stderr))" grep -qE "^vintner: warning: .*$2" stderr
  holds "$1: in one line" [ "$(grep -cE "$2" stderr)" = 1 ]
  "$vintner" run bad.yaml --force -o warned.h5 >stdout 2>stderr || true
  holds "$1: run says it" grep -qE "^vintner: warning: .*$2" stderr
}

# fails TITLE PATTERN PYTHON [SED]
fails() {
  write "$3" "${4:-}"
  refused "$1" "$2"
}

foregrounds() {
  write ''
  expect 'nothing to say' 0 "$vintner" run bad.yaml -q -o good.h5
  holds 'nothing to say: nothing is said' [ ! -s stderr ]
  near 'nothing to say: the answer' "$(value good.h5 objective)" 180 1e-12

  fails 'no production' 'expected an exchange of type .production' 'plant["exchanges"].pop(0)'
  fails 'a key with a space' "found 'temporal distribution', expected 'temporal_distribution'" \
    'steel["temporal distribution"] = steel.pop("temporal_distribution")'
  fails 'dates of another package' "found 'absolute_temporal_distribution'" 'steel["absolute_temporal_distribution"] = {}'
  fails 'a tuple' "'temporal_distribution': found" 'steel["temporal_distribution"] = [[0, 1], [1, 0]]'
  fails 'a pickle' "'temporal_distribution': found" 'steel["temporal_distribution"] = "gASV"'
  for codes in 's2' 'z' 'a'; do
    fails "one name twice, $codes" "database 'b30' has two activities with name 'steel'" "b30['$codes'] = dict(b30['s'])"
  done
  fails 'one name twice in the other snapshot' "database 'b20' has two activities" "b20['t'] = dict(b20['s'])"
  fails 'two snapshots of a year' 'for the same year 2020' 'd["databases"]["b30"]["metadata"]["representative_time"] = "2020-05-01T00:00:00"'
  fails 'a GWP of one year' 'found a GWP horizon of 1 year' '' 's/\[gwp\]\}/{method: [gwp], metric: GWP, horizon: 1}}/'

  warned 'no window' "'A' has no operation_time_limits" 'del plant["operation_time_limits"]'
  warned 'production of 0' "process 'A' .* makes nothing: its production of 'p' is 0" 'made["amount"] = 0'
  warned 'production of 0 by its fractions' "makes nothing: its production of 'p' is 0" 'made["temporal_distribution"]["amount"] = [0]'
  warned 'production outside the window' 'makes nothing: its operation window, 0 to 0 years' 'made["temporal_distribution"]["date"] = [1]'
  expect 'diagnose' 0 "$vintner" diagnose warned.h5
  holds 'diagnose: why nothing is made' grep -q "'A' makes nothing, its window of 0 to 0 years holds no production" stdout
  warned 'production without operation' "production of 'p' is no operation flow" 'del made["operation"]'
  warned 'fractions of an input' "exchange with 's' .*sum to 0.9, not to 1" 'steel["temporal_distribution"]["amount"] = [0.9]'
  warned 'fractions of a production' 'sum to 2, not to 1' 'made["temporal_distribution"]["amount"] = [2]'
  warned 'another unit' "'s' \(steel\) is in kg in database 'b20', but in tonne in 'b30'" 'b30["s"]["unit"] = "tonne"'
  warned 'a misspelt attribute' "'opertion' is unknown.*did you mean 'operation'" 'steel["opertion"] = True'
}

offsets() {
  warned '365 days' 'the offset of 365 D is up to 5 days short of 1 years .* counts as 0; .offsets: nearest.' \
    'plant["operation_time_limits"] = [0, 2]; steel["temporal_distribution"] = {"unit": "D", "date": [0, 365], "amount": [0.5, 0.5]}; steel.pop("operation")'
  warned '3650 days' 'the offset of 3650 D .* counts as 9' 'steel["temporal_distribution"]["unit"] = "D"; steel["temporal_distribution"]["date"] = [3650]; steel.pop("operation")'
  write 'plant["operation_time_limits"] = [0, 2]; steel.pop("operation"); steel["temporal_distribution"] = {"unit": "D", "date": [365], "amount": [1]}' \
    's/^    methods:/    offsets: nearest\n&/'
  expect 'nearest' 0 "$vintner" export bad.yaml --inputs nearest.json
  holds 'nearest: no word' bash -c '! grep -q offset stderr'
  holds 'nearest: 365 days are a year' grep -q '"\[\\"A\\", \\"s\\", 1\]"' nearest.json
  fails 'unknown offsets' "found 'neares', expected one of whole, nearest" '' 's/^    methods:/    offsets: neares\n&/'
}

horizons() {
  warned 'a horizon past the last demand' 'the last demand is in 2025, but the horizon goes on to 2027' '' 's/"2025:"/2025/'
  warned 'demand that nobody takes up' "demand of 'p' in 2026 is -3, and no process can take" '' 's/\{"2025:": 10\}/{2025: 10, 2026: -3, 2027: 1}/'
  write '' 's/\{"2025:": 10\}/{2025: 10, 2026: -1e-16, 2027: 10}/'
  expect 'a demand of rounding is none' 0 "$vintner" run bad.yaml -q --force -o tiny.h5
  warned 'a horizon that is over' "category 'gwp' counts nothing from 2027 on: its horizon of 3 years" '' \
    's/\[gwp\]\}/{method: [gwp], metric: GWP, horizon: 3}}/'
  python3 -c "import json
d = json.load(open('model_inputs.json'))
keep = [t for t in d['SYSTEM_TIME'] if t % 5 == 0]
d['SYSTEM_TIME'] = keep
def there(key):
    last = json.loads(key)[-1] if key.startswith('[') else None
    return not isinstance(last, int) or last in keep
for field in ('demand', 'mapping', 'characterization', 'category_impact_limits', 'process_deployment_limits_max',
              'process_deployment_limits_min', 'process_operation_limits_max', 'process_operation_limits_min',
              'flow_limits_max', 'flow_limits_min'):
    if d.get(field):
        d[field] = {k: v for k, v in d[field].items() if there(k)}
json.dump(d, open('gaps.json', 'w'))"
  sed -E 's/inputs: .*/inputs: gaps.json/' single.yaml >bad.yaml
  expect 'years with gaps' 0 "$vintner" check bad.yaml
  holds 'years with gaps: said once' [ "$(grep -c 'SYSTEM_TIME goes from .*and a year stands for itself' stderr)" = 1 ]
  write '' 's/\{"2025:": 10\}/{2025: 10, 2026: -3, 2027: 1}/'
  printf 'ensemble: {design: factorial, factors: {f: {target: "demand[p, *]", multiply: [1, 2]}}}\n' >>bad.yaml
  expect 'no scenario has an optimum' 0 "$vintner" run bad.yaml --force -o none.h5
  holds 'no scenario has an optimum: diagnose' grep -q "no scenario has an optimum: 'vintner diagnose none.h5' says why" stderr
}

methods() {
  warned 'factors of a place' "method 'gwp': 1 factor is left out, for it is for another location" 'd["methods"][0]["cfs"] += [[["bio", "co2"], 5, "DE"]]'
  warned 'a method without factors' "category 'gwp' counts nothing" 'd["methods"][0]["cfs"] = [[["bio", "ch4"], 1]]'
  warned 'an emission that is a product' "exchange of type 'biosphere' with 's' .* a process or a product" \
    'b20["s"]["exchanges"].append(exchange(["b20", "s"], 1, "biosphere"))'
  fails 'a process that makes an emission' "no process is left to make 'ch4'" \
    'b20["s"]["exchanges"].append(exchange(["bio", "ch4"], 0, "technosphere"))'
}

# Amounts of vintages, by year or by (process time, year), and production that falls over the window.
vintages() {
  local keys
  for keys in '"2025": 5, "2027": 5' '"[0, 2025]": 5, "[0, 2027]": 5' '"(0, 2025)": 5, "(0, 2027)": 5'; do
    write "steel['vintage_amounts'] = {$keys}"
    expect "vintages $keys" 0 "$vintner" run bad.yaml -q --force -o vintages.h5
    near "vintages $keys" "$(value vintages.h5 objective)" 300 1e-12
  done
  fails 'a vintage that is none' "found the key '2025a', expected a year or" "steel['vintage_amounts'] = {'2025a': 1}"
  local falling='plant["operation_time_limits"] = [0, 2]
made.update({"amount": 6, "temporal_distribution": {"unit": "Y", "date": [0, 1, 2], "amount": [0.5, 0.3333333333333333, 0.16666666666666666]}})'
  write "$falling
steel.pop('operation')" 's/\{"2025:": 10\}/{2025: 3, 2026: 2, 2027: 1}/'
  expect 'production that falls' 0 "$vintner" run bad.yaml -q --force -o falling.h5
  near 'production that falls: one plant meets it' "$(value falling.h5 objective)" 6 1e-9
  fails 'an input of operation that falls' 'an operation flow must be constant where it is not 0' \
    "$falling
steel['temporal_distribution'] = {'unit': 'Y', 'date': [0, 1], 'amount': [0.6, 0.4]}"
}

# said TITLE PATTERN: of bad.yaml as it is
messages() {
  write '' 's/\[gwp\]\}/("gwp", "x")}/'
  refused 'a tuple of Python' 'a tuple of Python, expected a list|not YAML'
  write '' "s/gwp: \[gwp\]/gwp: ('gwp', 'x')/"
  refused 'a quoted tuple' 'tuple of Python|not YAML|expected'
  write '' 's/^    years/\tyears/'
  refused 'a tab' 'bad.yaml:8: not YAML: found a tab, expected spaces'
  write '' 's/"2025:": 10/:2027: 10/'
  refused 'an unquoted range' 'in quotes, as in ":2049"|found .:2027'
  write '' 's/\{p: .*/{p: demand.csv}/'
  refused 'a file for a product' "a file has all products: 'demand: file.csv'"
  write '' 's/^    methods.*/&\n    objective: gpw/'
  refused 'an unknown objective' "expected one of 'model.pathway.methods' \(gwp\); did you mean 'gwp'"
  expect 'a document' 2 "$vintner" run d.json
  holds 'a document: what it is' grep -q 'd.json: found a document of databases, expected a study that has it' stderr
  expect 'inputs' 2 "$vintner" run model_inputs.json
  holds 'inputs: what they are' grep -q 'found the inputs of a model, expected a study' stderr
  write ''
  printf 'ensemble: {design: {monte-carlo: 5}, factors: {f: {target: "demand[p, *]", multiply: {lognormal: {mean: 0, sigma: 0.1}}}}}\n' >>bad.yaml
  refused 'logarithms' 'median = exp\(mean\) and gsd = exp\(sigma\)'
  sed -i 's/multiply: .*/multiply: [1, 2]}}}/; s/monte-carlo: 5}/factorial/; s/design: {factorial/design: factorial/; s/demand\[p, /demand[p, x, /' bad.yaml
  refused 'a name with a comma' 'found 3 axes, expected 2: .*a name with a comma is put in quotes'
  printf 'f\n1\n\n2\n' >table.csv
  sed -E 's/design: factorial/design: {table: table.csv}/; s/\[1, 2\]/~/; s/p, x, /p, /' bad.yaml >blank.yaml && mv blank.yaml bad.yaml
  refused 'a blank line' 'table.csv:3: found a blank line between rows'
  printf 'a;f\n' >header.csv
  printf 'product;year;amount\np;2025:;10\n' >demand.csv
  write '' 's/^    demand.*/    demand: demand.csv/'
  expect 'semicolons' 0 "$vintner" run bad.yaml -q --force -o semicolons.h5
  near 'semicolons: the answer' "$(value semicolons.h5 objective)" 180 1e-12
}

# All limits and couplings from overrides of a model from databases; P: a plant, F: a flow.
limits() {
  local target
  for target in 'process_coupling[A, A]' 'process_deployment_limits_max[A, 2025]' 'process_deployment_limits_min[A, 2025]' \
    'process_operation_limits_max[A, *]' 'process_operation_limits_min[A, 2026]' 'cumulative_process_limits_max[A]' \
    'cumulative_process_limits_min[A]' 'flow_limits_max[co2, 2025]' 'flow_limits_min[s, 2025]' \
    'cumulative_flow_limits_max[s]' 'cumulative_flow_limits_min[co2]' 'category_impact_limits[gwp, 2026]' \
    'cumulative_category_impact_limits[gwp]'; do
    write '' "s/^    methods.*/&\n    overrides: [{target: \"$target\", set: 1}]/"
    expect "$target" 0 "$vintner" check bad.yaml
  done
  write 'fg["B"] = json.loads(json.dumps(plant).replace("\"A\"", "\"B\""))' \
    's/^    methods.*/&\n    overrides: [{target: "process_coupling[A, B]", set: 3}]/'
  expect 'a coupling' 0 "$vintner" run bad.yaml -q --force -o coupled.h5
  holds 'a coupling: three of A for each B' awk 'NR <= 3 { a += $1 } NR > 3 { b += $1 } END { exit !(a > 0 && a == 3 * b) }' \
    <(value coupled.h5 installation)
  fails 'nothing is stored' 'set makes entries that are named: name them, or set process_deployment_limits_max_default' '' \
    's/^    methods.*/&\n    overrides: [{target: "process_deployment_limits_max[*, *]", set: 5}]/'
}

foregrounds
offsets
horizons
methods
vintages
messages
limits
finish
