#!/usr/bin/env bash
# Topic `inventory`: plain LCA, by hand and against the cases that other programs computed.
#
#   bash tests/run/inventory.sh [BUILD]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

by_hand() {
  expect 'bike' 0 "$vintner" run bike.yaml
  holds 'bike: scores on stdout' grep -q 96.25 stdout
  numbers 'bike: score' bike.h5 score 1e-14 96.25 25
  numbers 'bike: reference' bike.h5 reference/score 1e-14 96.25 25
  numbers 'bike: supply' bike.h5 supply 1e-14 1 15 125
  numbers 'bike: inventory' bike.h5 inventory 1e-14 92.5 0.125 25
  numbers 'bike: top processes' bike.h5 top_process 0 2 1 2 -1
  near 'bike: share of electricity' "$(value bike.h5 top_process_share 0 1)" 0.68831168831168831 1e-14
  numbers 'bike: top flows' bike.h5 top_flow 0 0 1 2 -1
  at_most 'bike: residual' bike.h5 residual 1e-15
  holds 'bike: status' [ "$(value bike.h5 status)" = 0 ]

  # Scores alone of all products come from one transposed solve for each method.
  plain all bike.json '{all: bike}' 'methods: {gwp: [GWP, example]}'
  expect 'all' 0 "$vintner" run all.yaml
  numbers 'all: score' all.h5 score 1e-14 96.25 5.8125 0.7625
  plain list bike.json '[{activity: [bike, steel], amount: 2}]' 'methods: [[land use, example]]'
  expect 'list' 0 "$vintner" run list.yaml
  numbers 'list: score' list.h5 score 1e-14 2.5
  holds 'list: label' grep -q 'land use, example' stdout
}

commands_of_inventory() {
  expect 'check' 0 "$vintner" check bike.yaml --json
  holds 'check: JSON' python3 -m json.tool stdout
  expect 'show' 0 "$vintner" show bike.h5 --json
  holds 'show: JSON' python3 -m json.tool stdout
  expect 'show a study' 0 "$vintner" show bike.yaml
  expect 'exists' 2 "$vintner" run bike.yaml
  expect 'resume of a finished file' 0 "$vintner" resume bike.h5
  expect 'statistics with an axis without coordinates' 0 "$vintner" stats bike.h5 -q
  expect 'no folder' 2 "$vintner" run bike.yaml -o nowhere/x.h5
  for ranks in 2 3; do
    expect "$ranks ranks" 0 mpirun --oversubscribe -n "$ranks" "$vintner" run bike.yaml -o "bike$ranks.h5"
    same "$ranks ranks" bike.h5 "bike$ranks.h5"
  done
}

# Processes of several products: 2 of power and 3 of heat of 23 CO2.
joint_products() {
  cat >joint.json <<'JSON'
{"databases": {"db": {"data": {
  "chp": {"name": "Plant", "exchanges": [
    {"input": ["db", "power"], "type": "production", "amount": 2, "properties": {"mass": 3, "price": 1}},
    {"input": ["db", "heat"], "type": "production", "amount": 3, "properties": {"price": 0}},
    {"input": ["db", "fuel"], "type": "technosphere", "amount": 10},
    {"input": ["db", "fuel"], "type": "substitution", "amount": 1},
    {"input": ["nature", "co2"], "type": "biosphere", "amount": 5}]},
  "power": {"type": "product"}, "heat": {"type": "product", "properties": {"mass": {"amount": 4}}},
  "fuel": {"exchanges": [{"input": ["nature", "co2"], "type": "biosphere", "amount": 2}]}}},
 "nature": {"data": {"co2": {"type": "emission"}}}},
 "methods": [{"name": ["gwp"], "cfs": [[["nature", "co2"], 1]]}]}
JSON
  local gwp='methods: {gwp: [gwp]}' both='[{activity: [db, power]}, {activity: [db, heat]}]'
  plain mass joint.json "$both" "$gwp" 'allocation: {db: mass}' 'keep: [supply]'
  expect 'allocated by mass' 0 "$vintner" run mass.yaml
  numbers 'allocated by mass' mass.h5 score 1e-14 3.8333333333333333 5.1111111111111111
  expect 'shown' 0 "$vintner" export mass.h5 --csv mass
  holds 'processes a product' grep -q 'chp@power' mass/supply.csv
  plain price joint.json "$both" "$gwp" 'allocation: {db: price}'
  expect 'allocated by price' 0 "$vintner" run price.yaml
  numbers 'allocated by price' price.h5 score 1e-14 11.5 0
  plain equal joint.json "$both" "$gwp" 'allocation: {db: equal}'
  expect 'allocated by number' 0 "$vintner" run equal.yaml
  numbers 'allocated by number' equal.h5 score 1e-14 5.75 3.8333333333333333
  expect 'shown' 0 "$vintner" show equal.yaml
  holds 'allocation: shown' grep -q '^allocation  db: equal$' stdout
  expect 'store' 0 "$vintner" import joint.json -o joint.h5
  plain mass joint.h5 "$both" "$gwp" 'allocation: {db: mass}' 'keep: [supply]'
  expect 'allocated in a store' 0 "$vintner" run mass.yaml -o stored.h5
  holds 'the same bits from a store' [ "$(value mass.h5 score) $(value mass.h5 supply)" = "$(value stored.h5 score) $(value stored.h5 supply)" ]
  plain bad joint.json "$both" "$gwp"
  refused 'several products' 'not square: found 3 products and 2 processes'
  plain bad joint.json "$both" "$gwp" 'allocation: {db: mas}'
  refused 'unknown property' "bad.yaml:8: joint.json: database 'db', activity 'chp', production of 'power'.*found nothing as 'mas'.*did you mean 'mass'"
  plain bad joint.json "$both" "$gwp" 'allocation: {dbs: mass}'
  refused 'unknown database to allocate' "bad.yaml:8: database 'dbs'.*did you mean 'db'"
  plain bad joint.json '{activity: [db, chp]}' "$gwp" 'allocation: {db: mass}'
  refused 'demand for what was allocated' "bad.yaml:6: .*'chp' .*'chp@power', 'chp@heat'"
}

# Processes that run alone share nothing, however close they start.
neighbours() {
  local i pids=() failures=0
  for i in $(seq 24); do
    "$vintner" run bike.yaml -q -o "neighbour$i.h5" 2>>stderr &
    pids+=($!)
  done
  for i in "${pids[@]}"; do wait "$i" || failures=$((failures + 1)); done
  holds '24 runs at once' [ "$failures" = 0 ]
  same 'the last of them' bike.h5 neighbour24.h5
}

bad_inventories() {
  local gwp='methods: {gwp: [GWP, example]}' at='{activity: [bike, bike]}'
  plain bad bike.json '{all: bikes}' "$gwp"
  refused 'unknown database' "bad.yaml:6: database 'bikes'.*did you mean 'bike'"
  plain bad bike.json '[{activity: [bike, stel]}]' "$gwp"
  refused 'unknown activity' "bad.yaml:6: .*'stel'; did you mean 'steel'"
  plain bad bike.json "$at" 'methods: {gwp: [GWP, exmple]}'
  refused 'unknown method' "bad.yaml:7: method 'GWP, exmple'.*did you mean 'GWP, example'"
  plain bad bike.json "$at"
  refused 'no method named' "missing key 'model.inventory.methods'"
  plain bad bike.json '[{activity: [nature, co2]}]' "$gwp"
  refused 'a flow' 'no process makes'
  plain bad none.json "$at" "$gwp"
  refused 'no source' 'bad.yaml:5: .*none.json: cannot be opened'
  sed 's/"amount": 0.04/"amount": 0.2/' bike.json >singular.json
  plain bad singular.json "$at" 'methods: {gwp: [no, such]}'
  refused 'singular' "singular: found processes .*'(steel|electricity)'"
  expect 'check of a singular system' 2 "$vintner" check bad.yaml
  sed -E 's/"steel"(\], "type": "technosphere", "amount": 10)/"rubber"\1/
    s/^ *"bike": \{"name"/"rubber": {"type": "product"}, &/' bike.json >square.json
  plain bad square.json "$at" "$gwp"
  refused 'no maker' "found 4 products and 3 processes.*'rubber'"
}

# The numbers of the golden cases are in their expected.json.
golden() { python3 -c "import json, sys
for key in sys.argv[2:]:
    value = json.load(open(sys.argv[1]))
    for part in key.split('/'):
        value = value[int(part) if isinstance(value, list) else part]
    print(*(value if isinstance(value, list) else [value]))" "$@"; }

golden_cases() {
  local bw=$1/brightway keep='keep: [supply]' case names
  local json=$bw/expected.json
  for case in chain chain32_dir; do
    plain "$case" "$bw/$case$([ -d "$bw/$case" ] || echo .zip)" '{datapackage id: 1}' "$keep"
    expect "$case" 0 "$vintner" run "$case.yaml"
    numbers "$case" "$case.h5" score 1e-13 $(golden "$json" "$case/score")
    numbers "$case" "$case.h5" supply 1e-13 $(golden "$json" "$case/supply")
  done
  for names in chain.zip+override.zip override.zip+chain.zip; do
    plain override "$bw/${names/+/, $bw/}" '{datapackage id: 1}' "$keep"
    expect "$names" 0 "$vintner" run override.yaml --force
    near "$names" "$(value override.h5 score)" \
      "$(python3 -c "import json; print(json.load(open('$json'))['override']['$names']['score'])")" 1e-13
  done
  for case in 0 1 2 3; do
    plain seq "$bw/chain.zip, $bw/seq.zip" '{datapackage id: 1}' "array_column: $case"
    expect "array column $case" 0 "$vintner" run seq.yaml --force
    near "array column $case" "$(value seq.h5 score)" \
      "$(golden "$json" "seq/scores_initial_then_4_next/$case")" 1e-13
  done
  plain columns "$bw/chain.zip, $bw/seq.zip" '{datapackage id: 1}'
  printf 'ensemble:\n  design: factorial\n  factors: {c: {target: array_column, set: [3, 0, 2, 1]}}\n' >>columns.yaml
  expect 'array columns of scenarios' 0 "$vintner" run columns.yaml --force
  numbers 'array columns of scenarios' columns.h5 score 1e-13 \
    $(for case in 3 0 2 1; do golden "$json" "seq/scores_initial_then_4_next/$case"; done)
  plain bare "$bw/chain.zip, $bw/seq.zip" '{datapackage id: 1}'
  expect 'without arrays' 0 "$vintner" run bare.yaml --force
  near 'their reference has no arrays' "$(value columns.h5 /reference/score)" "$(value bare.h5 score)" 1e-13
  sed 's/name: columns/name: bad/; s/\[3, 0, 2, 1\]/[0.5]/' columns.yaml >bad.yaml
  refused 'half a column' "target 'array_column': found 0.5, expected the number of a column"
  plain perm "$bw/perm.zip, $bw/perm_m1.zip, $bw/perm_m2.zip" \
    '[{datapackage id: 100}, {datapackage id: 103, amount: 2}, {datapackage id: 105, amount: 3}]' \
    'methods: [[first, category], [second, category]]'
  expect 'perm' 0 "$vintner" run perm.yaml
  numbers 'perm' perm.h5 score 1e-13 11 30 8.19 6.7 28.2 120
  plain project "$bw/demo_project" '[{activity: ["my db (v1)", elec]}, {activity: ["my db (v1)", heat]}]' \
    'methods: {gwp: [gwp, "100"]}'
  expect 'project' 0 "$vintner" run project.yaml
  numbers 'project' project.h5 score 1e-7 $(golden "$json" demo_project/gwp100/elec demo_project/gwp100/heat)
  plain bad "$bw/demo_project" '[{activity: ["my db (v1)", chp]}]' 'methods: {gwp: [gwp, "100"]}'
  refused 'a process with a product node' "'chp'.*'heat'"
  plain bad "$bw/nonsquare_bad.zip" '{all: nonsquare_bad}'
  refused 'not square' '2 products and 1 process'
}

uslci() {
  local json=$1/uslci/expected.json demands
  demands=$(python3 - "$json" <<'PY'
import json
import sys
cases = json.load(open(sys.argv[1]))["demand of one unit each"]
print(json.dumps([{"activity": ["uslci", case["process"]]} for case in cases]))
with open("ghg", "w") as file:
    print(*(case["ghg score"] for case in cases), file=file)
PY
  )
  plain uslci "$1/uslci/brightway.json" "$demands" 'methods: [[GHG, 100 years]]'
  expect 'uslci, scores alone' 0 "$vintner" run uslci.yaml -q -o adjoint.h5
  numbers 'uslci, scores alone' adjoint.h5 score 1e-12 $(cat ghg)
  echo '    keep: [inventory, supply]' >>uslci.yaml
  expect 'uslci' 0 "$vintner" run uslci.yaml -q
  numbers 'uslci' uslci.h5 score 1e-12 $(cat ghg)
  at_most 'uslci: residual' uslci.h5 residual 1e-15
}

# ring SIZE: a database of processes that buy from each other, for work to share out
ring() {
  awk -v n="$1" 'BEGIN {
    print "{\"databases\": {\"ring\": {\"data\": {"
    for (i = 0; i < n; i++) {
      printf "\"p%d\": {\"name\": \"process %d\", \"exchanges\": [", i, i
      printf "{\"input\": [\"ring\", \"p%d\"], \"type\": \"production\", \"amount\": 1}, ", i
      printf "{\"input\": [\"ring\", \"p%d\"], \"type\": \"technosphere\", \"amount\": 0.3}, ", (i + 1) % n
      printf "{\"input\": [\"ring\", \"p%d\"], \"type\": \"technosphere\", \"amount\": 0.%d}, ", (i * 7 + 3) % n, 1 + i % 5
      printf "{\"input\": [\"nature\", \"f%d\"], \"type\": \"biosphere\", \"amount\": 1.%d}]}%s\n", i % 5, i % 7, i < n - 1 ? "," : ""
    }
    print "}}, \"nature\": {\"data\": {"
    for (e = 0; e < 5; e++) printf "\"f%d\": {\"name\": \"flow %d\", \"type\": \"emission\"}%s\n", e, e, e < 4 ? "," : "}}},"
    print "\"methods\": [{\"name\": [\"m\", \"1\"], \"cfs\": [[[\"nature\", \"f0\"], 1], [[\"nature\", \"f3\"], 0.1]]},"
    print "{\"name\": [\"m\", \"2\"], \"cfs\": [[[\"nature\", \"f1\"], 2], [[\"nature\", \"f4\"], -0.3]]}]}"
  }' >ring.json
}

# on_ranks TITLE: the study shared.yaml gives the same file on 1, 2 and 3 ranks and without mpirun
on_ranks() {
  local ranks
  expect "$1" 0 "$vintner" run shared.yaml -q --force -o whole.h5
  for ranks in 1 2 3; do
    expect "$1, $ranks ranks" 0 mpirun -n "$ranks" "$vintner" run shared.yaml -q --force -o part.h5
    same "$1, $ranks ranks" whole.h5 part.h5
  done
  at_most "$1: residual" whole.h5 residual 1e-15
}

# once TITLE PATTERN: the study bad.yaml ends on 2 ranks as it does on one: exit 2, one line, no file
once() {
  expect "$1" 2 mpirun -n 2 "$vintner" run bad.yaml -q
  holds "$1: one line" [ "$(grep -c '^vintner:' stderr)" = 1 ]
  holds "$1: says why" grep -qE "^vintner: $2" stderr
  holds "$1: no file" [ -z "$(find . -name 'bad.h5*')" ]
}

shared_out() {
  local methods='methods: {one: [m, "1"], two: [m, "2"]}' some i
  some="[$(for ((i = 0; i < 40; i++)); do printf '{activity: [ring, p%d], name: d%d}, ' $((i * 31)) "$i"; done)]"
  ring 1500
  plain shared ring.json '{all: ring}' "$methods"
  on_ranks 'scores of all by the adjoint'
  near 'scores of all' "$(value whole.h5 score 2998 1)" "$(value part.h5 score 2998 1)" 0
  cp whole.h5 scores.h5
  plain shared ring.json '{all: ring}' "$methods" 'contributions: 3'
  on_ranks 'tables of all'
  near 'forward and adjoint' "$(value whole.h5 score 2998 1)" "$(value scores.h5 score 2998 1)" 1e-13
  plain shared ring.json "$some" "$methods" 'contributions: 3' 'keep: [inventory, supply]'
  on_ranks 'everything kept'
  sed 's/^name: .*/name: tables/; s/keep: .*/keep: []/' shared.yaml >tables.yaml
  expect 'tables alone' 0 "$vintner" run tables.yaml -q
  for i in score residual top_process top_process_amount top_process_share top_flow top_flow_amount; do
    holds "$i without what is kept" cmp <(value whole.h5 "$i") <(value tables.h5 "$i")
  done
  expect 'resume of a finished file on 2 ranks' 0 mpirun -n 2 "$vintner" resume whole.h5 -q
  expect 'check on 2 ranks' 0 mpirun -n 2 "$vintner" check shared.yaml --json
  holds 'check: ranks' grep -q '"ranks": 2}' stdout
  if unfinish part.h5; then
    expect 'resume on 2 ranks' 0 mpirun -n 2 "$vintner" resume part.h5 -q
    same 'resume on 2 ranks' whole.h5 part.h5
  fi

  plain bad ring.json "${some/p0/q}" "$methods"
  once 'unknown activity' "bad.yaml:6: .*'q'"
  sed -E '/^"p7":/s/"exchanges": .*/"exchanges": [{"input": ["ring", "p7"], "type": "production", "amount": 1}, {"input": ["ring", "p8"], "type": "technosphere", "amount": 2}]},/
    /^"p8":/s/"exchanges": .*/"exchanges": [{"input": ["ring", "p8"], "type": "production", "amount": 1}, {"input": ["ring", "p7"], "type": "technosphere", "amount": 0.5}]},/' \
    ring.json >singular.json
  plain bad singular.json '{all: ring}' "$methods" 'contributions: 3'
  once 'singular, shared out' "bad.yaml: the system is singular: found processes .*'p(7|8)'"
  plain bad singular.json '[{activity: [ring, p9]}]' "$methods"
  once 'singular, one demand' "bad.yaml: the system is singular: found processes .*'p(7|8)'"
}

# As if the run had been killed before it wrote its row.
unfinish() {
  local python
  python=$(find_python h5py)
  if [ -z "$python" ]; then
    echo 'a torn file is left out: no Python with h5py; VINTNER_PYTHON names one'
    return 1
  fi
  "$python" -c "import h5py, sys
with h5py.File(sys.argv[1], 'r+') as file:
    file['status'][...] = -1
    file['score'][...] = 0
    file['performance/finished'][...] = 0" "$1"
}

inventory() {
  cp "$root/jobs/examples/bike/"* .
  by_hand
  commands_of_inventory
  neighbours
  bad_inventories
  joint_products
  shared_out
  if [ -d "${VINTNER_SHARED:-}/cases/uslci" ]; then
    golden_cases "$VINTNER_SHARED/cases"
    uslci "$VINTNER_SHARED/cases"
  else
    echo 'VINTNER_SHARED has no cases: those were left out'
  fi
}

inventory
finish
