#!/usr/bin/env bash
# Topic `store`: import, show, and plain LCA from stores as from their sources.
#
#   bash tests/run/store.sh [BUILD]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# same_but_inputs TITLE A B: all but what names the study's files
same_but_inputs() {
  local text
  text=$("$same_results" "$2" "$3" | grep -vE '^/@(inputs|study|study_file|title): |differences$' || true)
  holds "$1: same bits ($text)" [ -z "$text" ]
}

# from_store NAME DEMANDS METHODS SOURCE...: the same study from the sources and from their store
from_store() {
  local name=$1 demands=$2 methods=$3
  shift 3
  local list
  list=$(printf ', %s' "$@")
  rm -f "$name".h5 "$name".out.h5 "$name".stored.h5
  expect "$name: import" 0 "$vintner" import "$@" -o "$name.h5"
  plain "$name.out" "${list#, }" "$demands" 'keep: [inventory, supply]' "$methods"
  plain "$name.stored" "$name.h5" "$demands" 'keep: [inventory, supply]' "$methods"
  expect "$name: from sources" 0 "$vintner" run "$name.out.yaml" -q
  expect "$name: from the store" 0 "$vintner" run "$name.stored.yaml" -q
  same_but_inputs "$name" "$name.out.h5" "$name.stored.h5"
}

import_command() {
  expect 'import' 0 "$vintner" import bike.json -o bike.store
  holds 'import: tells sizes' grep -qE 'bike.store: 2 databases, 2 methods, 6 nodes, 11 exchanges' stdout
  cp bike.store before.store
  expect 'existing file' 2 "$vintner" import bike.json -o bike.store
  holds 'existing file: one line' [ "$(wc -l <stderr)" = 1 ]
  holds 'existing file: says why' grep -q 'exists already; --force replaces it' stderr
  expect '--force' 0 "$vintner" import bike.json --output=bike.store --force
  holds 'equal imports are equal' cmp -s bike.store before.store
  holds 'nothing else is left' [ -z "$(find . -name '*.partial')" ]
  expect 'no output' 2 "$vintner" import bike.json
  holds 'no output: says why' grep -q -- '--output' stderr
  expect 'no source' 2 "$vintner" import -o x.store
  expect 'a missing source' 2 "$vintner" import none.json -o x.store
  expect 'no folder' 2 "$vintner" import bike.json -o nowhere/x.store
  expect 'not a source' 2 "$vintner" import bike.yaml -o x.store
  holds 'no store of these' [ ! -e x.store ]
  expect 'a full disk' 1 bash -c "trap '' XFSZ; ulimit -f 2; exec '$vintner' import bike.json -o x.store"
  holds 'a full disk: one line' [ "$(wc -l <stderr)" = 1 ]
  holds 'a full disk: nothing is left' [ -z "$(find . -name 'x.store*')" ]
  expect 'two ranks' 0 mpirun --oversubscribe -n 2 "$vintner" import bike.json -o two.store
  holds 'two ranks: the same' cmp -s two.store bike.store
}

show_command() {
  expect 'show' 0 "$vintner" show bike.store
  holds 'show: links' grep -q 'links to  nature' stdout
  holds 'show: methods' grep -q 'GWP, example: 2 factors, kg CO2' stdout
  for file in bike.store bike.json; do
    expect "show --json $file" 0 "$vintner" show "$file" --json
    holds "$file: one document" python3 -c '
import json
told = json.load(open("stdout"))
bike = {d["name"]: d for d in told["databases"]}["bike"]
assert (bike["nodes"], bike["exchanges"], bike["links"]) == (3, 11, ["nature"])
assert [m["factors"] for m in told["methods"]] == [2, 1]'
    expect "an activity of $file" 0 "$vintner" show "$file" --activity 'steel production'
    holds "$file: its exchanges" grep -qE 'technosphere +5 kWh electricity production' stdout
    expect "a code of $file" 0 "$vintner" show "$file" --activity bike:steel --json
    holds "$file: one activity" python3 -c '
import json
told = json.load(open("stdout"))
assert told["code"] == "steel" and [x["amount"] for x in told["exchanges"]] == [1, 5, 2]'
    expect "several of $file" 0 "$vintner" show "$file" --activity '*production'
    holds "$file: a list" [ "$(grep -c '^  bike:' stdout)" = 3 ]
    expect "unknown of $file" 2 "$vintner" show "$file" --activity steal
    holds "$file: the nearest" grep -q "did you mean 'steel'?" stderr
  done
  expect 'no scenarios in a store' 2 "$vintner" show bike.store --scenario 0
}

studies() {
  from_store bikes '[{activity: [bike, bike]}, {activity: [bike, steel]}]' \
    'methods: {gwp: [GWP, example], land: [land use, example]}' bike.json
  expect 'check' 0 "$vintner" check bikes.stored.yaml
  expect 'resume' 0 "$vintner" resume bikes.stored.h5
  for ranks in 2 3; do
    expect "$ranks ranks" 0 mpirun --oversubscribe -n "$ranks" "$vintner" run bikes.stored.yaml -q -o "on$ranks.h5"
    same "$ranks ranks" bikes.stored.h5 "on$ranks.h5"
  done
  # The front lies in a document, what it uses in a store.
  python3 - <<'PY'
import json
whole = json.load(open("bike.json"))
front = {"databases": {"bike": whole["databases"].pop("bike")}}
json.dump(front, open("front.json", "w"))
json.dump(whole, open("back.json", "w"))
PY
  expect 'background alone' 0 "$vintner" import back.json -o back.h5
  plain mixed front.json,back.h5 '[{activity: [bike, bike]}]' 'methods: {gwp: [GWP, example]}'
  plain apart front.json,back.json '[{activity: [bike, bike]}]' 'methods: {gwp: [GWP, example]}'
  expect 'a document with a store' 0 "$vintner" run mixed.yaml -q
  expect 'two documents' 0 "$vintner" run apart.yaml -q
  same_but_inputs 'a document with a store' mixed.h5 apart.h5
  expect 'a front without its back' 2 "$vintner" import front.json -o front.h5
  holds 'the missing one' grep -q "database 'nature' is in none of the sources" stderr
}

bad_stores() {
  plain bad 'bikes.h5, bike.json' '[{activity: [bike, bike]}]' 'methods: {gwp: [GWP, example]}'
  refused 'a database twice' "found database 'bike', which .*bikes.h5 holds too"
  head -c 3000 bikes.h5 >cut.h5
  plain bad cut.h5 '[{activity: [bike, bike]}]'
  refused 'a torn store' 'cut.h5: (not a sound store|found an HDF5 file without databases)'
  plain bad bikes.stored.h5 '[{activity: [bike, bike]}]'
  refused 'results' 'without databases'
  plain same same.h5 '[{activity: [bike, bike]}]' 'methods: {gwp: [GWP, example]}'
  cp bikes.h5 same.h5
  expect 'results over a source' 2 "$vintner" run same.yaml --force
  holds 'results over a source: says why' grep -q 'is read by this command' stderr
  expect 'results over another store' 2 "$vintner" run "$root/jobs/examples/heat/single.yaml" --force -o bike.store
  holds 'results over another store: says why' grep -q 'bike.store: is a store' stderr
  holds 'results over a source: it stays' cmp -s same.h5 bikes.h5
}

# A project, where its data were changed without being processed.
stale_project() {
  cp -r "$1/brightway/demo_project" stale
  chmod -R u+w stale
  stale() { python3 - "$@" <<'PY'; }
import json, sys
path = "stale/databases.json"
all = json.load(open(path))
for name in all:
    all[name]["dirty"] = name in sys.argv[1:]
json.dump(all, open(path, "w"))
PY
  stale 'my db (v1)'
  expect 'a stale database that nobody needs' 0 "$vintner" import stale -o stale.h5
  holds 'it is named' grep -q "database 'my db (v1)' is left out" stderr
  expect 'show' 0 "$vintner" show stale.h5
  holds 'it is not there' bash -c '! grep -q "my db" stdout'
  stale bio
  expect 'a stale database that another needs' 2 "$vintner" import stale -o needed.h5
  holds 'both are named' grep -q "'my db (v1)' links to database 'bio'" stderr
  stale bio 'my db (v1)'
  expect 'all stale' 2 "$vintner" import stale -o needed.h5
  holds 'no store' [ ! -e needed.h5 ]
}

stored_cases() {
  local bw=$1/brightway methods='methods: {gwp: [gwp, "100"]}'
  local demands='[{activity: ["my db (v1)", elec]}, {activity: ["my db (v1)", heat]}]'
  from_store project "$demands" "$methods" "$bw/demo_project"
  expect 'parameters' 0 "$vintner" show project.h5 --json
  holds 'parameters: as many' python3 -c 'import json; assert json.load(open("stdout"))["parameters"] == 4'
  tar -C "$bw" -czf backup.tar.gz demo_project
  from_store backup "$demands" "$methods" backup.tar.gz
  holds 'parameters of a backup' bash -c "'$vintner' show backup.h5 | grep -q '4 parameters'"
  expect 'an activity of a project' 0 "$vintner" show project.h5 --activity heat
  from_store chain '{datapackage id: 1}' 'array_column: 2' "$bw/chain.zip" "$bw/seq.zip"
  from_store override '{datapackage id: 1}' '' "$bw/override.zip" "$bw/chain32_dir"
  from_store perm '[{datapackage id: 100}, {datapackage id: 103, amount: 2}]' \
    'methods: [[first, category], [second, category]]' "$bw/perm.zip" "$bw/perm_m1.zip" "$bw/perm_m2.zip"
  from_store snapshots '{all: db_2035}' 'methods: [[GWP, example], [land use, example]]' "$1/basic/brightway.json"
  from_store uslci '{all: uslci}' 'methods: [[GHG, 100 years]]' "$1/uslci/brightway.json"
  # Two projects that hold databases of one name.
  plain bad "$bw/demo_project, backup.tar.gz" "$demands" "$methods"
  refused 'a database in two projects' "found database 'bio', which .*demo_project holds too"
  expect 'import of two projects with it' 2 "$vintner" import "$bw/demo_project" backup.tar.gz -o bad.h5
  holds 'one line' [ "$(wc -l <stderr)" = 1 ]
}

store() {
  cp "$root/jobs/examples/bike/"* .
  import_command
  show_command
  studies
  bad_stores
  if [ -d "${VINTNER_SHARED:-}/cases/uslci" ]; then
    stale_project "$VINTNER_SHARED/cases"
    stored_cases "$VINTNER_SHARED/cases"
  else
    echo 'VINTNER_SHARED has no cases: those were left out'
  fi
}

store
finish
