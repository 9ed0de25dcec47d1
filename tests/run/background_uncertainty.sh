#!/usr/bin/env bash
# Topic `background_uncertainty`: exchanges and factors that vary by their own distributions, in plain
# LCA. A demand for `a` takes b, which emits: the score is a product of three lognormal numbers.
#
#   bash tests/run/background_uncertainty.sh [BUILD]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

python3 - <<'PY'
import json
from math import log

def lognormal(amount, scale, **more):
    return {"amount": amount, "uncertainty type": 2, "loc": log(abs(amount)), "scale": scale, **more}

def document(database, invalid):
    a = [{"input": [database, "a"], "type": "production", "amount": 1},
         {"input": [database, "b"], "type": "technosphere", **lognormal(2, 0.2)},
         {"input": ["bio", "ch4"], "type": "biosphere", "amount": 0.5}]
    if invalid:
        a[2].update({"uncertainty type": 9, "loc": 0, "scale": -1, "shape": 1})
    b = [{"input": [database, "b"], "type": "production", "amount": 1},
         {"input": ["bio", "co2"], "type": "biosphere", **lognormal(3, 0.1)}]
    # Cannot reach a demand for a.
    c = [{"input": [database, "c"], "type": "production", **lognormal(1, 0.5)}]
    return {"databases": {
        "bio": {"data": {flow: {"type": "emission", "name": flow} for flow in ("co2", "ch4")}},
        database: {"data": {code: {"name": code, "exchanges": exchanges}
                            for code, exchanges in (("a", a), ("b", b), ("c", c))}}},
        "methods": [{"name": ["gwp"], "unit": "kg", "cfs": [
            [["bio", "co2"], lognormal(1, 0.05)], [["bio", "ch4"], 0]]}]}

for name, database, invalid in (("d", "db", 0), ("other", "later", 0), ("invalid", "db", 1)):
    json.dump(document(database, invalid), open(f"{name}.json", "w"))
PY

# study NAME UNCERTAINTY [LINE...]: more lines of the ensemble
study() {
  cat >"$1.yaml" <<YAML
vintner: 1
name: $1
model:
  inventory:
    databases: [${document:-d}.json]
    demands: [{activity: [${database:-db}, a], amount: 2}]
    methods: {gwp: [gwp]}
ensemble:
  seed: 3
  design: {monte-carlo: ${draws:-2000}}
  background_uncertainty: $2
YAML
  if [ $# -gt 2 ]; then printf '  %s\n' "${@:3}" >>"$1.yaml"; fi
}

# scores NAME UNCERTAINTY [LINE...]: run it; its scores in NAME.txt
scores() {
  study "$@"
  expect "$1" 0 run 0 1 run "$1.yaml" -q -o "$1.h5"
  value "$1.h5" score >"$1.txt"
}

# relation TITLE AWK FILE...: a condition on the scores of each scenario, $1 of the first file and on
relation() {
  if paste -d ' ' "${@:3}" | awk '
    function off(a, b) { d = a - b; if (d < 0) d = -d; return !(d <= 1e-12 * b) }
    { if ('"$2"') bad = 1 } END { exit bad || NR < 1000 }'; then passed=$((passed + 1)); else fail "$1"; fi
}

closed_forms() {
  scores all true
  scores technosphere '[technosphere]'
  scores biosphere '{of: [biosphere]}'
  scores methods '[methods]'
  # The same draws, whatever else varies: 12 where nothing does.
  relation 'parts of a product' 'off($1, $2 * $3 * $4 / 144) || $1 == $2' \
    all.txt technosphere.txt biosphere.txt methods.txt
  scores mean '{of: [technosphere], lognormal: mean}'
  relation 'the amount as the mean' 'off($1, $2 * exp(-0.02))' mean.txt technosphere.txt
  near 'the reference has no draws' "$(value all.h5 /reference/score)" 12 1e-14
  # log of the score: sd^2 = 0.04 + 0.01 + 0.0025, to 4 standard errors
  holds 'moments' awk '{ x = log($1 / 12); s += x; q += x * x }
    END { m = s / NR; v = q / NR - m * m; e = sqrt(0.0525 / NR)
      exit !(m < 4 * e && -m < 4 * e && v / 0.0525 - 1 < 4 * sqrt(2 / NR) && 1 - v / 0.0525 < 4 * sqrt(2 / NR)) }' all.txt
  at_most 'residual' all.h5 residual 1e-12
}

# Draws are keyed by what an exchange is, not by where it lies.
keys() {
  document=other database=later scores other true
  holds 'a database of another name has the same draws' cmp other.txt all.txt
  draws=1500 scores fewer true
  holds 'fewer draws are the first ones' cmp fewer.txt <(head -n 1500 all.txt)
  scores chosen '{databases: [db]}'
  holds 'by database: the exchanges of db' cmp chosen.txt all.txt
  document=invalid scores kept true
  holds 'an invalid one is constant' cmp kept.txt all.txt
  if command -v ncdump >/dev/null; then
    holds 'and counted' grep -q ':invalid_distributions = "1"' <(ncdump -h kept.h5)
    expect 'other statistics' 0 "$vintner" stats kept.h5 -o kept-median.h5 --quantiles 0.5 -q
    holds 'counted in their file too' grep -q ':invalid_distributions = "1"' <(ncdump -h kept-median.h5)
  fi
  document=invalid study strict '{invalid: error}'
  expect 'an invalid one is an error' 2 "$vintner" run strict.yaml -o strict.h5
  holds 'an invalid one is named' grep -qE "^vintner: strict.yaml:11: .*'ch4'.*'a'.*type 9" stderr
}

factors() {
  scores twice true 'factors: {f: {target: "technosphere[b, a]", multiply: [1, 2]}}'
  holds 'a factor acts after the draw' awk '{ if ($1 != $3 && ($1 / $3 > 2 + 1e-12 || $1 / $3 < 2 - 1e-12)) bad = 1
    if ($1 != $3) n++; if (($2 == 2) != ($1 != $3)) bad = 1 } END { exit bad || !n }' \
    <(paste -d ' ' twice.txt <(value twice.h5 factor_value) all.txt)
  scores set true 'factors: {f: {target: "technosphere[b, a]", set: [2]}, g: {target: "characterization[gwp, co2]", set: [1]}}'
  relation 'what is set has no draw' 'off($1, $2)' set.txt biosphere.txt
}

# member NAME: of the only exchange that `show --json` told
member() { python3 -c 'import json, sys
found, = json.load(open("stdout"))
print(found[sys.argv[1]])' "$1"; }

# What is shown of the two exchanges is what the scenario was made with.
shown() {
  local first
  scores both '[technosphere, biosphere]'
  expect 'an exchange' 0 "$vintner" show both.h5 --scenario 7 --exchange b a --json
  first=$(member draw)
  holds 'an exchange: amount, ends and kind' [ "$(member amount) $(member from) $(member to) $(member type)" = \
    '2 db:b db:a technosphere' ]
  expect 'another one' 0 "$vintner" show both.h5 --scenario 7 --exchange bio:co2 db:b --json
  near 'the score is made of both' "$(value both.h5 score 7 1)" \
    "$(awk -v a="$first" -v b="$(member draw)" 'BEGIN { printf "%.17g", 2 * a * b }')" 1e-13
  expect 'one that does not vary' 0 "$vintner" show both.h5 --scenario 7 --exchange ch4 a --json
  holds 'one that does not vary: says so' [ "$(member distribution) $(member u) $(member amount)" = 'None None 0.5' ]
  expect 'for people' 0 "$vintner" show both.h5 --scenario 7 --exchange b a
  holds 'for people: distribution' grep -q 'lognormal, loc 0.69314718056, scale 0.2' stdout
  expect 'no such exchange' 2 "$vintner" show both.h5 --scenario 7 --exchange co2 a
  expect 'no such node' 2 "$vintner" show both.h5 --scenario 7 --exchange bb a
  holds 'no such node: near name' grep -q "unknown 'bb', .*did you mean" stderr
  expect 'no such scenario' 2 "$vintner" show both.h5 --scenario 2000 --exchange b a
  expect 'one end' 2 "$vintner" show both.h5 --scenario 7 --exchange b
  expect 'no scenario' 2 "$vintner" show both.h5 --exchange b a
}

# One lognormal each in A, B and the method reaches a score; the one of c does not.
counted() {
  document=invalid study all true
  expect 'check' 0 "$vintner" check all.yaml --json
  holds 'check: what varies' python3 -c 'import json
d = json.load(open("stdout"))
assert (d["uncertain_exchanges"], d["unreached_exchanges"], d["invalid_distributions"]) == (3, 1, 1), d'
  study all true
  expect 'show a study' 0 "$vintner" show all.yaml
  holds 'show a study: what varies' grep -qx 'uncertain   technosphere biosphere methods' stdout
}

everywhere() {
  for ranks in 1 2 3; do
    expect "on $ranks ranks" 0 run "$ranks" 2 run all.yaml -q -o "all-$ranks.h5"
    same "on $ranks ranks" all.h5 "all-$ranks.h5"
  done
  draws=600000 study long true
  expect 'long' 0 run 0 1 run long.yaml -q -o long.h5
  torn torn.h5 2 run long.yaml
  expect 'resumed' 0 run 3 1 resume torn.h5 -q
  same 'resumed' long.h5 torn.h5
  expect 'statistics again' 0 "$vintner" stats torn.h5 -q
  same 'statistics again' long.h5 torn.h5
}

# bad TITLE PATTERN UNCERTAINTY [LINE...]
bad() {
  study bad "${@:3}"
  refused "$1" "$2"
}

refusals() {
  bad 'nothing' "'ensemble.background_uncertainty': found none" '[]'
  bad 'an unknown part' "found 'biospere'.*did you mean 'biosphere'" '[biospere]'
  bad 'twice' "found 'methods' twice" '[methods, methods]'
  bad 'an unknown key' "did you mean 'invalid'" '{invalids: error}'
  bad 'an unknown database' "bad.yaml:11: .*'dbb'.*did you mean 'db'" '{databases: [dbb]}'
  bad 'a text' 'expected' 'yes please'
  bad 'no difference' "missing key in 'ensemble': expected 'factors'" false
  study bad true
  sed -i 's/{monte-carlo: 2000}/{saltelli: 8}/' bad.yaml
  refused 'saltelli without inputs' "found the design 'saltelli' without factors or parameters"
  sed 's/^  factors:/  background_uncertainty: true\n  factors:/' ensemble.yaml >bad.yaml
  refused 'inputs without exchanges' "'ensemble.background_uncertainty': found it with 'inputs:'"
}

closed_forms
keys
factors
shown
counted
everywhere
refusals
finish
