#!/usr/bin/env bash
# Topic `databases`: pathway models built from databases, against an oracle of their own
# and against the cases that optimex computed.
#
#   bash tests/run/databases.sh [BUILD]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# bad TITLE PATTERN SED_SCRIPT [JSON_SCRIPT]: a changed study or document ends with exit 2 and one line
bad() {
  cp heat.json good.json
  sed -E "$3; s/heat.json/bad.json/" single.yaml >bad.yaml
  sed -E "${4:-}" good.json >bad.json
  expect "$1" 2 "$vintner" run bad.yaml -o bad.h5
  holds "$1: one line" [ "$(wc -l <stderr)" = 1 ]
  holds "$1: says why ($(head -c 300 stderr))" grep -qE "$2" stderr
  holds "$1: no file" [ -z "$(find . -name 'bad.h5*')" ]
}

example() {
  local python objective
  expect 'heat' 0 "$vintner" run single.yaml
  holds 'heat: the unit of the method' grep -qE '^objective +152430576\.55[0-9]* kg CO2-eq$' stdout
  at_most 'heat: feasible' heat.h5 violation 1e-12
  at_most 'heat: residual of the background' heat.h5 background/residual 1e-15
  objective=$(value heat.h5 objective)
  expect 'check' 0 "$vintner" check single.yaml
  expect 'show' 0 "$vintner" show single.yaml
  for study in single.yaml ensemble.yaml; do
    expect "show $study --json" 0 "$vintner" show "$study" --json
    holds "show $study --json: a JSON document" python3 -m json.tool stdout parsed.json
  done
  expect 'inventory' 0 "$vintner" inventory single.yaml -o inventory.h5
  holds 'the same background' [ "$(value inventory.h5 background/inventory)" = "$(value heat.h5 background/inventory)" ]
  holds 'shown' grep -q 'background  3 snapshots x 4 intermediate flows x 4 elementary flows' stdout
  expect 'show as JSON' 0 "$vintner" show inventory.h5 --json
  holds 'JSON' python3 -m json.tool stdout
  expect 'inventory of an existing file' 2 "$vintner" inventory single.yaml -o inventory.h5
  expect 'inventory, forced' 0 mpirun -n 2 "$vintner" inventory single.yaml -o inventory.h5 --force
  expect 'inventory of an input file' 2 "$vintner" inventory basic.yaml
  expect 'resume of a finished inventory' 0 "$vintner" resume inventory.h5

  # The inputs as a file give the same answer.
  expect 'export' 0 "$vintner" export single.yaml --inputs exported.json
  python=$(find_python 'numpy, yaml')
  if [ -n "$python" ]; then
    expect 'the inputs of a model built by other means' 0 \
      "$python" "$oracles/oracle_databases.py" single.yaml exported.json
    sed -E 's/GWP\}/CRF, horizon: 60}/; s/\[today.*/{today: 2020, slow_2055: 2050}/' single.yaml >crf.yaml
    expect 'export with CRF' 0 "$vintner" export crf.yaml --inputs crf.json
    expect 'CRF and years of the study' 0 "$python" "$oracles/oracle_databases.py" crf.yaml crf.json
  else
    echo 'no Python with numpy and PyYAML: the oracle was left out'
  fi
  printf 'vintner: 1\nname: file\nmodel: {pathway: {inputs: exported.json, objective: climate_change}}\n' >file.yaml
  expect 'run of the exported inputs' 0 "$vintner" run file.yaml
  near 'the same objective' "$(value file.h5 objective)" "$objective" 1e-13

  # Demand as a table, years as ranges.
  printf 'product,year,amount\nheat,2026:2054,100000\n' >demand.csv
  edited single.yaml 's/demand: .*/demand: demand.csv/; s/name: heat/name: table/' table_demand.yaml
  expect 'demand in a table' 0 "$vintner" run table_demand.yaml
  near 'demand in a table' "$(value table.h5 objective)" "$objective" 1e-15
}

flows() {
  local labels='import sys, json; print(*sorted({json.loads(k)[2] for k in json.load(open(sys.argv[1]))["background_inventory"]}))'
  flows_of() { # STUDY_LINE
    edited single.yaml "s/^(    objective)/    flows: $1\n\1/" flows.yaml
    expect "flows $1" 0 "$vintner" export flows.yaml --inputs flows.json --force
    found=$(python3 -c "$labels" flows.json)
  }
  flows_of '{}'
  holds "characterised flows alone: $found" [ "$found" = 'ch4 co2 land sf6' ]
  flows_of '{retain: [heat_waste]}'
  holds "retained: $found" [ "$found" = 'ch4 co2 heat_waste land sf6' ]
  sed 's/"heat_waste": {/"rare": {"name": "Rare"}, &/' heat.json >rare.json
  edited single.yaml "s/heat.json/rare.json/; s/^(    objective)/    flows: {retain: [rare]}\n\1/" rare.yaml
  expect 'a flow without type, retained' 0 "$vintner" export rare.yaml --inputs rare_inputs.json
  holds 'a flow without type, retained' grep -q '"rare"' rare_inputs.json
  flows_of '{characterised_only: false}'
  holds "all: $found" [ "$found" = 'ch4 co2 heat_waste land sf6' ]
  flows_of '{cutoff: 0.5}'
  holds "cut off: $found" [ "$found" = 'ch4 co2 land' ]
}

# Documents of all kinds of nodes and exchanges, entry by entry.
random_documents() {
  local python seed
  python=$(find_python 'numpy, yaml')
  if [ -z "$python" ]; then return; fi
  for seed in $(seq 20); do
    "$python" "$oracles/random_databases.py" "$seed"
    expect "export of random documents $seed" 0 "$vintner" export random.yaml --inputs random.json --force
    expect "random documents $seed" 0 "$python" "$oracles/oracle_databases.py" random.yaml random.json
    expect "random store $seed" 0 "$vintner" import random0.json random1.json -o random_store.h5 --force -q
    sed 's/databases: .*/databases: [random_store.h5]/' random.yaml >random_store.yaml
    expect "export of a random store $seed" 0 "$vintner" export random_store.yaml --inputs random_store.json --force
    holds "the same bits from a store $seed" cmp random.json random_store.json
  done
}

# One flow in two databases of elementary flows: one code, one flow.
shared_codes() {
  local same='s/^\{"databases": \{/&"too": {"metadata": {}, "data": {"co2": {"name": "Carbon dioxide, fossil"}}},/'
  local split='s/("biosphere", "co2"\], "amount": )0.95(, "type": "biosphere"\})/\10.45\2, {"input": ["too", "co2"], "amount": 0.5\2/'
  sed -E "$same; $split" heat.json >shared.json
  edited single.yaml 's/heat.json/shared.json/; s/name: heat/name: shared/' shared.yaml
  expect 'a flow of two databases' 0 "$vintner" run shared.yaml
  near 'a flow of two databases' "$(value shared.h5 objective)" "$(value heat.h5 objective)" 1e-13
  expect 'its export' 0 "$vintner" export shared.yaml --inputs shared_inputs.json
  printf 'vintner: 1\nname: reread\nmodel: {pathway: {inputs: shared_inputs.json, objective: climate_change}}\n' >reread.yaml
  expect 'run of its export' 0 "$vintner" run reread.yaml
  near 'run of its export' "$(value reread.h5 objective)" "$(value heat.h5 objective)" 1e-13
  bad 'two flows of one code' "database 'too', elementary flow 'co2' \\(Water\\).*'Carbon dioxide, fossil' of database 'biosphere'" '' \
    "$same; $split; s/(\"co2\": \{\"name\": )\"Carbon dioxide, fossil\"\}/\1\"Water\"}/"
  bad 'uptake and emission of one code' "climate_change.*factors 1 and -1 for the elementary flow 'co2'" '' \
    "$same; $split; s/(\"co2\": \{\"name\": \"Carbon dioxide, fossil\")\}/\1, \"type\": \"emission\", \"categories\": [\"soil\"]}/; s/\[\[\"biosphere\", \"co2\"\], 1(.0)?\]/&, [[\"too\", \"co2\"], 1.0]/"
}

# Each snapshot in two databases of its date: metals, and what they and all else are made with.
dates() {
  python3 - <<'PY'
import json
document = json.load(open("heat.json"))
databases = document["databases"]
parts = {}
for name in ("today", "slow_2055", "fast_2040", "fast_2055"):
    for code in list(databases[name]["data"]):
        if code[2:] in ("steel", "copper"):
            parts[name, code] = name + "_metals"
            databases.setdefault(name + "_metals", {"metadata": {}, "data": {}})["data"][code] = databases[name]["data"].pop(code)
for database in databases.values():
    for node in database["data"].values():
        for x in node.get("exchanges", []):
            x["input"][0] = parts.get(tuple(x["input"]), x["input"][0])
json.dump(document, open("dates.json", "w"))
databases["today_metals"]["data"]["twin"] = databases["today"]["data"]["t_gas"]
json.dump(document, open("twins.json", "w"))
PY
  local years='2025: [today, today_metals], 2040: [fast_2040_metals, fast_2040], 2055: [fast_2055, fast_2055_metals]'
  edited single.yaml "s/heat.json/dates.json/; s/background: .*/background: {$years}/; s/name: heat/name: dates/" dates.yaml
  expect 'several databases of a date' 0 "$vintner" run dates.yaml
  near 'several databases of a date' "$(value dates.h5 objective)" "$(value heat.h5 objective)" 1e-13
  expect 'their labels' 0 "$vintner" show dates.yaml
  holds 'their labels' grep -q 'today+today_metals (2025), fast_2040_metals+fast_2040 (2040)' stdout
  edited dates.yaml 's/dates.json/twins.json/' bad.yaml
  expect 'an activity twice' 2 "$vintner" run bad.yaml -o bad.h5
  holds "an activity twice: $(head -c 300 stderr)" grep -q "snapshot 'today+today_metals': .*twice, 't_gas'.* and 'twin'" stderr
  edited dates.yaml 's/fast_2040_metals, //; s/_metals, fast_2040\]/]/' bad.yaml
  expect 'without the metals' 2 "$vintner" run bad.yaml -o bad.h5
  holds 'without the metals' grep -q "database 'fast_2040' lacks the activity 't_steel'" stderr
  edited dates.yaml 's/, fast_2055_metals/, fast_2055_metal/' bad.yaml
  expect 'unknown database of a date' 2 "$vintner" run bad.yaml -o bad.h5
  holds 'unknown database of a date' grep -q "bad.yaml:9: database 'fast_2055_metal'.*did you mean 'fast_2055_metals'" stderr
}

choice() {
  local one two
  expect 'ensemble' 0 run 0 2 run ensemble.yaml -q
  for ranks in 1 2 3; do
    expect "ensemble on $ranks ranks" 0 run "$ranks" 1 run ensemble.yaml -q -o "ranks$ranks.h5"
    same "$ranks ranks" heat-ensemble.h5 "ranks$ranks.h5"
  done
  # Sixteen right-hand sides are enough to share them out.
  expect 'shared background' 0 run 3 1 run ensemble.yaml -v -o several.h5
  holds 'all ranks solved it' grep -q 'all ranks solve 4 systems' stderr
  sed -E '/"t_electricity": /,/"t_coal_power": /s/"amount": 0.04,/"amount": 1.0,/
    s/"amount": (0.35|0.25|0.4), "type": "technosphere"\}/"amount": 0.0, "type": "technosphere"}/' heat.json >bad.json
  edited ensemble.yaml 's/heat.json/bad.json/' bad.yaml
  expect 'a singular snapshot on 3 ranks' 2 mpirun -n 3 "$vintner" run bad.yaml -o bad.h5
  holds 'told once' [ "$(grep -c 'singular' stderr)" = 1 ]
  # Each alternative is the model with that background alone.
  edited ensemble.yaml '/^  seed/d; s/design: .*/design: factorial/; /(demand|methane): \{target/d; s/-ensemble/-choice/' choice.yaml
  expect 'factorial' 0 "$vintner" run choice.yaml -q
  edited single.yaml 's/background: .*/background: {today: 2025, slow_2055: 2055}/; s/name: heat/name: slow/' slow.yaml
  expect 'slow' 0 "$vintner" run slow.yaml -q
  one=$(value heat-choice.h5 objective 0 1) two=$(value heat-choice.h5 objective 1 1)
  near 'slow' "$one" "$(value slow.h5 objective)" 1e-13
  near 'fast' "$two" "$(value heat.h5 objective)" 1e-13
  near 'the reference is the first' "$(value heat-choice.h5 reference/objective)" "$one" 1e-15
  edited choice.yaml '/^ensemble:/,$d; s/^    objective/    overrides: [{target: background, choose: fast}]\n&/; s/-choice/-fast/' fast.yaml
  expect 'an override chooses' 0 "$vintner" run fast.yaml -q
  near 'an override chooses' "$(value heat-fast.h5 objective)" "$two" 1e-13
  edited choice.yaml 's/choose: .*/choose: [slow, fst]}/' bad.yaml
  expect 'unknown alternative' 2 "$vintner" run bad.yaml
  holds 'unknown alternative: near name' grep -q "did you mean 'fast'" stderr
}

kept() {
  export VINTNER_CACHE=$folder/cache/deep
  expect 'cache, first' 0 "$vintner" run single.yaml -q -o first.h5
  same 'cache, first' heat.h5 first.h5
  holds 'three snapshots are kept' [ "$(find cache -name '*.h5' | wc -l)" = 3 ]
  expect 'cache, again' 0 "$vintner" run single.yaml -v -o again.h5
  holds 'they are read' [ "$(grep -c 'cache/deep.*: read' stderr)" = 3 ]
  same 'cache, again' heat.h5 again.h5
  for file in cache/deep/*; do truncate -s 1500 "$file"; done
  expect 'cache, torn' 0 "$vintner" run single.yaml -v -o torn.h5
  holds 'torn ones are not read' [ "$(grep -c 'cannot be used, computed anew' stderr)" = 3 ]
  same 'cache, torn' heat.h5 torn.h5
  for file in cache/deep/*; do # the numbers lie at the end
    printf 'xxxx' | dd of="$file" bs=1 seek=$(($(stat -c %s "$file") - 12)) conv=notrunc status=none
  done
  expect 'cache, changed' 0 "$vintner" run single.yaml -v -o changed.h5
  holds 'changed ones are not read' [ "$(grep -c 'cannot be used, computed anew' stderr)" = 3 ]
  same 'cache, changed' heat.h5 changed.h5
  VINTNER_CACHE=/proc/none expect 'cache, impossible' 0 "$vintner" run single.yaml -q -o none.h5
  same 'cache, impossible' heat.h5 none.h5
  export VINTNER_CACHE=off
}

resumed() {
  edited ensemble.yaml 's/monte-carlo: 200/monte-carlo: 4000/; s/-ensemble/-long/' long.yaml
  expect 'long' 0 run 2 1 run long.yaml -q -o whole.h5
  torn part.h5 0 run long.yaml
  cp part.h5 part2.h5
  expect 'resume' 0 run 2 1 resume part.h5 -q
  same 'resumed' whole.h5 part.h5
  # Other databases by now: no mixture.
  sed -i 's/4000000.0/4000001.0/; s/4100000.0/4200000.0/' heat.json
  expect 'resume with another document' 2 "$vintner" resume part2.h5
  cp "$root/jobs/examples/heat/heat.json" .
}

bad_databases() {
  bad 'unknown source' 'bad.yaml:7: .*none.json: cannot be opened' 's/databases: .*/databases: [none.json]/'
  bad 'unknown foreground' "bad.yaml:8: database 'foregroun'.*did you mean 'foreground'" 's/foreground: foreground/foreground: foregroun/'
  bad 'unknown snapshot' "bad.yaml:9: database 'fast_2041'.*did you mean 'fast_2040'" 's/fast_2040/fast_2041/'
  bad 'the foreground as a background' 'bad.yaml:9: .*foreground' 's/\[today,/[foreground,/'
  bad 'unknown product' "bad.yaml:10: demand: 'heet'.*did you mean 'heat'" 's/demand: \{heat/demand: {heet/'
  bad 'unknown method' "bad.yaml:1[0-9]: method 'GWP, 10 years'.*did you mean 'GWP, 100 years'" 's/100 years/10 years/'
  bad 'unknown objective' 'climate_chang' 's/objective: .*/objective: climate_chang/'
  bad 'unknown flow' "'heat_wast'.*did you mean 'heat_waste'" 's/^(    objective)/    flows: {retain: [heat_wast]}\n\1/'
  bad 'a database without a year' "biosphere.*representative_time" 's/\[today,/[biosphere,/'
  bad 'an activity that a snapshot lacks' "database 'fast_2040' lacks the activity 't_copper'.*'market for coper'" '' \
    '/"f_copper": /s/market for copper/market for coper/'
  bad 'several that it lacks' "lacks the activity 't_steel'.*, and 1 more: .*did you mean 'market for stel'" '' \
    '/"f_(copper|steel)": /{s/market for copper/market for coper/; s/market for steel/market for stel/}'
  bad 'an exchange to nowhere' "activity 'heat_pump'.*t_stel.*did you mean 't_steel'" '' '0,/"t_steel"\], "amount": 11000/s//"t_stel"], "amount": 11000/'
  bad 'no production' "'boiler'" '' 's/"amount": 20000, "type": "production"/"amount": 20000, "type": "technosphere"/'
  bad 'dates and weights of unequal length' "temporal_distribution" '' 's/"date": \[21\]/"date": [21, 22]/'
  bad 'a singular snapshot' "database 'today'.*singular.*'(t_electricity|t_coal_power)'" '' \
    '/"t_electricity": /,/"t_coal_power": /s/"amount": 0.04,/"amount": 1.0,/; s/"amount": (0.35|0.25|0.4), "type": "technosphere"\}/"amount": 0.0, "type": "technosphere"}/'
  bad 'snapshots of one year' "bad.yaml:9: background: .*'today' and 'fast_2040' for the same year 2025" '' 's/2040-01-01T/2025-06-01T/'
  bad 'years outside the horizon' '2060' 's/2026:2054/2026:2060/'
  bad 'no such tensor' 'demnd' 's/^(    objective)/    overrides: [{target: "demnd[*, *]", set: 1}]\n\1/'
  # What is nearly an attribute that counts is told.
  sed -E 's/"operation": true/"operaton": true/; s/operation_time_limits/operation_time_limit/' heat.json >bad.json
  sed -E 's/heat.json/bad.json/; s/name: heat/name: typo/' single.yaml >typo.yaml
  expect 'misspelled attributes' 0 "$vintner" check typo.yaml
  holds 'of an exchange' grep -q "warning: .*activity 'boiler', exchange with .*'operaton' is unknown and does not count; did you mean 'operation'" stderr
  holds 'of an activity' grep -q "activity 'boiler': .*'operation_time_limit' is unknown .*(and 1 more)" stderr
  # What is missing may count as zero.
  sed -E 's/heat.json/bad.json/; s/name: heat/name: zero/; s/^(    objective)/    missing: zero\n\1/' single.yaml >zero.yaml
  sed -E '/"f_copper": /s/market for copper/market for coper/' heat.json >bad.json
  expect 'missing: zero' 0 "$vintner" run zero.yaml
  holds 'missing: zero warns' grep -q "warning: database 'fast_2040' lacks activity 't_copper'" stderr
  # Once for all ranks, and in the file.
  expect 'missing: zero on two ranks' 0 run 2 1 run zero.yaml --force
  holds 'one warning' [ "$(grep -c 'lacks activity' stderr)" = 1 ]
  expect 'a document' 0 "$vintner" show zero.h5 --json
  holds 'the file has it' grep -q '"warnings": \[' stdout
  holds 'in its words' grep -q '^ *"database .fast_2040. lacks activity .t_copper' stdout
  expect 'without a warning' 0 "$vintner" run zero.yaml -q --force
  holds 'nothing said' [ ! -s stderr ]
  expect 'for people' 0 "$vintner" show zero.h5
  holds 'the file has it all the same' grep -q "^warnings  *database 'fast_2040' lacks" stdout
}

# The document of shared/cases/basic with each metric, against what optimex computed.
basic_case() {
  local cases=$1 metric name
  python3 - "$cases" <<'PY'
import json
import sys
demand = json.load(open(f"{sys.argv[1]}/brightway.json"))["demand"]
metrics = {"static": "", "GWP": ", metric: GWP, fixed_horizon: false", "CRF": ", metric: CRF",
           "CRFflexible": ", metric: CRF, fixed_horizon: false"}
for name, metric in metrics.items():
    with open(f"basic-{name}.yaml", "w") as file:
        file.write(f"""vintner: 1
name: basic-{name}
model:
  pathway:
    databases: ["{sys.argv[1]}/brightway.json"]
    foreground: foreground
    demand: {json.dumps(demand)}
    years: [2020, 2049]
    methods: {{climate_change: {{method: [GWP, example]{metric}}}}}
    objective: climate_change
""")
PY
  for name in static GWP CRF CRFflexible; do expect "basic, $name" 0 "$vintner" run "basic-$name.yaml" -q; done
  near 'basic, static' "$(value basic-static.h5 objective)" 350655.3236746509 1e-12
  near 'basic, GWP' "$(value basic-GWP.h5 objective)" 346786.95132251346 1e-12
  near 'basic, CRF' "$(value basic-CRF.h5 objective)" 3.074723966560879e-08 1e-12
  near 'basic, CRF flexible' "$(value basic-CRFflexible.h5 objective)" 3.074723966560879e-08 1e-12
  expect 'basic, export' 0 "$vintner" export basic-static.yaml --inputs basic-exported.json
  expect 'basic, entry by entry' 0 python3 - "$cases/model_inputs.json" basic-exported.json <<'PY'
import json
import math
import sys
wanted, found = (json.load(open(name)) for name in sys.argv[1:])
count = 0
for field in ("foreground_technosphere", "internal_demand_technosphere", "foreground_biosphere",
              "foreground_production", "background_inventory", "mapping", "characterization", "demand"):
    a, b = ({tuple(json.loads(k)): v for k, v in d[field].items() if v} for d in (wanted, found))
    if a.keys() != b.keys():
        sys.exit(f"{field}: {sorted(a.keys() ^ b.keys(), key=str)[:4]}")
    for key in a:
        if not math.isclose(a[key], b[key], rel_tol=1e-12):
            sys.exit(f"{field}{key}: {b[key]!r}, expected {a[key]!r}")
    count += len(a)
for field in ("PROCESS", "PRODUCT", "INTERMEDIATE_FLOW", "BACKGROUND_ID", "CATEGORY", "SYSTEM_TIME", "PROCESS_TIME"):
    if sorted(map(str, wanted[field])) != sorted(map(str, found[field])):
        sys.exit(f"{field}: {found[field]}, expected {wanted[field]}")
print(count)
PY
}

# optimex itself, on what was built from databases.
with_optimex() {
  local python name
  python=$(find_python 'optimex.optimizer, highspy')
  if [ -z "$python" ]; then
    echo 'no Python with optimex and highspy (VINTNER_PYTHON names one): not solved by optimex'
    return
  fi
  for name in heat:exported basic-static:basic-exported; do
    if [ -f "${name#*:}.json" ]; then
      echo "${name#*:}.json climate_change $(value "${name%:*}.h5" objective)"
    fi
  done >list
  expect 'optimex has the same objectives' 0 "$python" "$oracles/solve_with_optimex.py" list
}

databases() {
  cp single.yaml basic.yaml
  cp "$root/jobs/examples/heat/"* .
  export VINTNER_CACHE=off
  example
  flows
  random_documents
  shared_codes
  dates
  choice
  kept
  resumed
  bad_databases
  if [ -d "${VINTNER_SHARED:-}/cases/basic" ]; then
    basic_case "$VINTNER_SHARED/cases/basic"
  else
    echo 'VINTNER_SHARED has no cases: those were left out'
  fi
  with_optimex
}

databases
finish
