#!/usr/bin/env bash
# Hostile and unlucky files: each is refused with exit 2 and one line that names what is wrong, or
# read as what it says, within memory and time that its size allows.
#
#   bash tests/run/hostile.sh [BUILD]      files are made by hostile.py; python3 with sqlite3 is needed
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

python=$(find_python sqlite3)
if [ -z "$python" ]; then
  echo 'skipped: no python3 with sqlite3'
  exit 77
fi
make() { "$python" "$root/tests/run/hostile.py" "$@"; }

project_study() { printf 'vintner: 1\nname: bad\nmodel:\n  inventory:\n    databases: [%s]\n    demands: [{activity: [db, a]}]\n    methods: {gwp: [GWP, x]}\n' "$1" >bad.yaml; }
package_study() { printf 'vintner: 1\nname: bad\nmodel:\n  inventory:\n    databases: [p.zip]\n    demands: [{datapackage id: 1}]\n    keep: [supply]\n' >bad.yaml; }
bike() { # bike [SED_SCRIPT]: the example, edited
  cp "$root/jobs/examples/bike/bike.json" bike.json
  chmod u+w bike.json
  sed 's/^name: .*/name: bad/' "$root/jobs/examples/bike/bike.yaml" >bad.yaml
  if [ $# -eq 0 ]; then return; fi
  sed -E -i "$1" bike.json
  holds "the edit '$1' changes something" sh -c "! cmp -s bike.json '$root/jobs/examples/bike/bike.json'"
}
fresh_project() { rm -rf proj && make "$@" && project_study proj; }
good() { # good TITLE: bad.yaml runs
  expect "$1" 0 "$vintner" run bad.yaml -q
  rm -f bad.h5
}

# within TITLE MEGABYTES CODE [PATTERN]: bad.yaml ends with the code and has never more memory
within() {
  local code=0 peak
  peak=$("$python" - "$2" "$vintner" run bad.yaml -q <<'PY' 2>stderr
import resource, subprocess, sys
code = subprocess.run(sys.argv[2:], stdin=subprocess.DEVNULL).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
sys.exit(code)
PY
  ) || code=$?
  holds "$1: exit code $code, expected $3: $(head -c 300 stderr)" [ "$code" = "$3" ]
  # A sanitizer has memory of its own.
  if ! grep -qa 'AddressSanitizer' "$vintner"; then holds "$1: $peak MB, expected $2 at most" [ "$peak" -le "$2" ]; fi
  if [ $# -gt 3 ]; then holds "$1: says why: $(head -c 300 stderr)" grep -qE "$4" stderr; fi
  if [ "$3" != 0 ]; then holds "$1: one line" [ "$(wc -l <stderr)" = 1 ]; fi
  rm -f bad.h5
}

# -- numbers that would be others
bike && good 'the example'
bike 's/"amount": 10\}/"amount": 99999999999999999999}/' && refused 'an amount of 20 digits' "'amount': found an integer of more than 64 bits"
bike 's/"amount": 10\}/"amount": -99999999999999999999}/' && refused 'a negative one' 'more than 64 bits'
bike 's/"co2"\], 1\]/"co2"], 18446744073709551616]/' && refused 'a factor of 2^64' "method 'GWP, example'.*more than 64 bits"
bike 's/"amount": 10\}/"amount": 10, "uncertainty type": 3, "loc": 1e1, "scale": 99999999999999999999}/' && refused 'a scale' "'scale': found an integer of more"
bike 's/\["GWP", "example"\]/["GWP", 99999999999999999999]/' && refused 'a name' 'more than 64 bits'
package_study
for kind in seed index; do make integers $kind && refused "a datapackage's $kind" 'more than 64 bits'; done

# -- keys that come twice
bike 's/"amount": 10\}/"amount": 10, "amount": 11}/' && refused 'an amount twice' "key 'amount': found twice, expected once"
bike 's/"unit": "m2a", "cfs"/"unit": "m2a", "unit": "kg", "cfs"/' && refused 'a unit of a method twice' "key 'unit': found twice"
bike 's/"amount": 10\}/"amount": 10, "vintage_amounts": {"2030": 1, "2030": 2}}/' && refused 'a vintage twice' "'2030': found twice"
bike 's/"bike": \{"data"/"bike": {"metadata": {"a": 1, "a": 2}, "data"/' && refused 'metadata twice' "key 'a': found twice"
bike && make document exchanges 2000 && sed -i 's/"name": "steel production"/"unit": "g", "name": "steel production"/' bike.json && refused 'a key of a large activity twice' "key 'unit': found twice"
bike && make document factors 2000 && sed -i 's/{"name": \["large"\]/{"name": ["small"], "name": ["large"]/' bike.json && refused 'a key of a large method twice' "key 'name': found twice"
package_study
for kind in flag path; do make integers $kind && refused "a datapackage's $kind twice" 'found twice'; done
fresh_project databases twice && refused 'a database twice' "key 'db': found twice"
fresh_project databases inner-twice && refused 'dirty twice' "key 'dirty': found twice"
fresh_project record good && good 'a table of databases'
fresh_project record twice && refused 'a database twice in a table' "'databaserecord': found 'db' twice, expected once"
fresh_project parameter good && expect 'a parameter' 0 "$vintner" import proj -o parameters.h5
fresh_project parameter twice && expect 'a parameter twice' 2 "$vintner" import proj -o parameters.h5 --force
holds 'a parameter twice: says so' grep -q "found the parameter 'p' twice" stderr

# -- what is something else than it should be
for kind in junk no-list no-names half words; do fresh_project record $kind && refused "links: $kind" "'db'.*found|found.*'db'|depends"; done
for kind in dirty-text depends time; do fresh_project databases $kind && refused "databases.json: $kind" "database 'db': found"; done
for kind in text loose; do
  fresh_project parameter $kind
  expect "a parameter: $kind" 2 "$vintner" import proj -o parameters.h5 --force
  holds "a parameter: $kind: says so" grep -q "parameter 'p': found an amount that is no number" stderr
done

# -- codes that would be others
fresh_project text good && good 'a code'
fresh_project text nul && refused 'a NUL in a code' "column 'code': found a text with a NUL"
fresh_project text latin && refused 'a code that is not UTF-8' "column 'code': found a text that is not UTF-8"
fresh_project text bytes && refused 'a code of bytes' "column 'code': found bytes"
fresh_project utf16 && refused 'texts in UTF-16' 'UTF-16'
bike 's/\["nature", "co2"\]/["nature", "co2\\u0000x"]/' && refused 'a NUL in JSON' "found '.u0000'"
bike 's/"land": \{/"land\\ud800": {/' && refused 'half a character' "found '.ud800', expected text without halves"
bike 's/"land": \{/"land\\udfff": {/' && refused 'the other half' "found '.udfff'"
bike 's/"land": \{/"\\ud83d\\ude00": {}, "land": {/' && good 'both halves'

# -- cells of tables
table_study() {
  edited single.yaml 's/^name: .*/name: bad/' bad.yaml
  printf 'ensemble:\n  design: {table: table.csv}\n  factors: {f: {target: "demand[*, *]", multiply: ~}}\n' >>bad.yaml
}
table_study
for cell in 0x10 0X1p3 nan inf INFINITY '1e999' '1_000' '1d5'; do printf 'f\n1\n%s\n' "$cell" >table.csv && refused "the cell $cell" "table.csv:3: column 'f': found '$cell'"; done
printf 'f\n1\n\xff\n' >table.csv && refused 'a cell that is not UTF-8' 'table.csv:3: found the byte 0xff'
printf 'f\n1\n+1.5e0\n' >table.csv && good 'decimal cells'

# -- files that change while they are read
changing() { # changing TITLE FILE: bad.yaml is refused while somebody writes to it
  local writer
  (while :; do touch "$2"; done) &
  writer=$!
  refused "$1" "$(basename "$2"): changed while it was read"
  kill "$writer" && wait "$writer" 2>/dev/null || true
}
awk 'BEGIN { print "f"; for (i = 0; i < 300000; i++) print 1 }' >table.csv && changing 'a table' table.csv
bike && make document exchanges 100000 && changing 'a document' bike.json
fresh_project text good && changing 'a project' proj/lci/databases.db

# -- memory and time
package_study
for kind in unknown deep lists; do make bomb $kind 1000000 && within "a list of {}: $kind" 90 0; done
make bomb member 1000000 && within 'a list of {} in a resource' 90 2 'out of proportion'
for kind in magic rows pickle short; do make no_npy $kind && within "200 MB that are no npy: $kind" 90 2 "made.data.npy"; done
project_study p.tar.gz
for kind in wanted unwanted pax; do make tar $kind && within "4 GB declared: $kind" 90 2 'data of this kind never do'; done
make no_zip && within '100 MB that are no zip' 90 2 "'processed/x.zip': found a file of another kind"
for kind in view default virtual stored; do
  fresh_project computed $kind
  within "code in a table: $kind" 90 2 'expected a table|more text than|computed when it is read'
done
bike && make document unknown 1000000 && within 'a list of {} in a document' 100 0
bike && make document attribute 1000000 && within 'a list of {} in an activity' 100 2 'out of proportion'
bike && make document cfs 1000000 && within 'a list of {} as factors' 100 2 'found an object as a factor'
bike && make document databases 20000 && within '20,000 databases' 90 0
bike && make document factors 300000 && within '300,000 factors' 100 0
bike && make document exchanges 300000 && within '300,000 exchanges of one activity' 200 0
bike && make document methods 60000
expect '60,000 methods' 0 timeout 60 "$vintner" run bad.yaml -q
rm -f bad.h5

# -- words
bike && make document exchanges 100000
code=0
(ulimit -v 60000 && exec "$vintner" show bike.json) >stdout 2>stderr </dev/null || code=$?
if ! grep -q 'cannot allocate\|error while loading' stderr; then
  holds "no memory: exit code $code, expected 1: $(head -c 300 stderr)" [ "$code" = 1 ]
  holds 'no memory: says so' grep -q 'out of memory' stderr
fi
fresh_project text good && : >proj/lci/databases.db && refused 'an empty SQLite file' "found no table 'activitydataset', expected Brightway's labels\$"
fresh_project text good && head -c 5000 /dev/urandom >proj/lci/databases.db && refused 'no SQLite file' 'it is no SQLite file'
fresh_project hot && refused 'a hot journal' 'journal of a program that was interrupted'
locked() { # locked SECONDS: somebody has the file for so long
  fresh_project text good
  : >lock
  make lock "$1" >lock &
  holder=$!
  until grep -q locked lock; do sleep 0.1; done
}
locked 1 && good 'a lock that ends'
wait "$holder"
locked 30 && refused 'a lock that stays' 'it is locked'
kill "$holder" && wait "$holder" 2>/dev/null || true

# -- names with a will of their own
esc=$(printf '\033')
odd='s/"steel production"/"steel\\u001b[31m\\u009b31m\\u202e\\u2028vintner: x"/'
bike "$odd"
expect 'show of odd names' 0 "$vintner" show bike.json --activity steel
holds 'show: cleaned' grep -q 'steel?\[31m?31m??vintner' stdout
expect 'JSON of odd names' 0 "$vintner" show bike.json --activity steel --json
holds 'JSON: escaped' grep -qF 'steel\u001b[31m\u009b31m\u202e\u2028vintner' stdout
bike 's/"electricity"\], "type": "technosphere", "amount": 50/"electr\\u202ei\\u0085\\u2066city"], "type": "technosphere", "amount": 50/'
refused 'an odd code in an error' 'electr\?i\?\?city'
awk -v q='"' 'BEGIN { printf "{%sdatabases%s: {%s", q, q, q; for (i = 0; i < 9000; i++) printf "ä"; print q ": 1}}" }' >bike.json
refused 'a long name' 'ä…'
holds 'a long name: 4,000 bytes' [ "$(wc -c <stderr)" -le 4000 ]
holds 'a long name: whole characters' iconv -f UTF-8 -t UTF-8 stderr
edited single.yaml 's/^name: .*/name: bad/' bad.yaml
odd_inputs() { sed -E -i "s/\"P1R1\"/\"P1$1R1\"/g; s/\\\\\"P1R1\\\\\"/\\\\\"P1$2R1\\\\\"/g" model_inputs.json; }
odd_inputs '\\u001b\\nvintner: ' '\\\\u001b\\\\nvintner: '
expect 'odd names of processes' 0 "$vintner" run bad.yaml
holds 'warnings: one line each' [ -z "$(grep -v '^vintner: ' stderr)" ]
holds 'warnings: nothing raw' sh -c "! grep -q '$esc' stderr stdout"
rm -f bad.h5
bike 's/"amount": 10\}/"amount": 1e308}/; s/"amount": 5\}/"amount": 1e308}/'
refused 'a supply that is too large' "the supply of process 'electricity' .electricity production. is not finite"
bike 's/"amount": 10\}/"amount": 1e300}/; s/"amount": 2\}/"amount": 1e10}/'
refused 'a score that is too large' "the score of product 'bike' .bicycle production. is not finite"
sed -i 's/contributions: 2/contributions: 0/' bad.yaml
refused 'a score that is too large, without tables' "'one bicycle'|'bike'"
finish
