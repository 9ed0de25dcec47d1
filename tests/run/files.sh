#!/usr/bin/env bash
# Topic `files`: what a user may name by mistake or bad luck: FIFOs, sockets and devices, files of any
# size or that shrink, projects that another program has open, disks that are full.
#
#   bash tests/run/files.sh [BUILD]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

python=$(find_python sqlite3)

# no_file TITLE PATTERN COMMAND...: exit 2 at once, in one line that says so
no_file() {
  local title=$1 pattern=$2
  shift 2
  expect "$title" 2 timeout 20 "$vintner" "$@"
  holds "$title: one line" [ "$(wc -l <stderr)" = 1 ]
  holds "$title: says why" grep -qE "$pattern" stderr
}

fifos() {
  mkfifo fifo fifo.yaml fifo.json fifo.csv fifo.h5
  expect 'a result' 0 "$vintner" run single.yaml -q -o sound.h5
  no_file 'a study' 'fifo.yaml: found a FIFO' run fifo.yaml
  no_file 'a study to check' 'fifo.yaml: found a FIFO' check fifo.yaml
  no_file 'a study to show' 'fifo.yaml: found a FIFO' show fifo.yaml
  no_file 'a study to export' 'fifo.yaml: found a FIFO' export fifo.yaml --inputs x.json
  no_file 'the study of a result' 'fifo.yaml: found a FIFO' resume sound.h5 --study fifo.yaml
  edited single.yaml 's/model_inputs.json/fifo.json/' inputs.yaml
  no_file 'inputs' 'fifo.json: found a FIFO' run inputs.yaml
  printf '%s\n' 'vintner: 1' 'name: table' 'model: {pathway: {inputs: model_inputs.json, objective: climate_change}}' \
    'ensemble:' '  design: {table: fifo.csv}' '  factors: {demand: {target: "demand[*, *]", multiply: ~}}' >table.yaml
  no_file 'a table' 'fifo.csv: found a FIFO' run table.yaml
  sed 's/^    demand:.*/    demand: fifo.csv/' heat.yaml >demand.yaml
  no_file 'demand' 'fifo.csv: found a FIFO' run demand.yaml
  plain plain fifo.json '[{activity: [bike, bike]}]' 'methods: [[GWP, example]]'
  no_file 'a source' 'fifo.json: found a FIFO' run plain.yaml
  no_file 'a source to import' 'fifo.json: found a FIFO' import bike.json fifo.json -o x.store
  no_file 'a source to show' 'fifo: found a FIFO' show fifo --activity x
  for command in show resume diagnose 'export --csv x'; do
    # shellcheck disable=SC2086 # words of a command
    no_file "a result: $command" 'fifo.h5: found a FIFO' $command fifo.h5
  done
  no_file 'output' 'fifo.h5: is not a regular file' run single.yaml -o fifo.h5 --force
  no_file 'a store' 'fifo.h5: is not a regular file' import bike.json -o fifo.h5 --force
  no_file 'output of inputs' 'fifo.json: is not a regular file' export single.yaml --inputs fifo.json --force
  mkdir tables lps
  mkfifo tables/status.csv lps/reference.lp
  no_file 'a table to write' 'tables/status.csv: is not a regular file' export sound.h5 --csv tables --force
  no_file 'a programme to write' 'lps/reference.lp: is not a regular file' run single.yaml --write-lp lps -o lp.h5
  mkfifo part.h5.partial tables/objective.csv.partial lps/scenario_0.lp.partial
  rm tables/status.csv lps/reference.lp
  expect 'a partial table' 1 timeout 20 "$vintner" export sound.h5 --csv tables --variables objective --force
  expect 'a partial programme' 1 timeout 20 "$vintner" run single.yaml --write-lp lps -o lp.h5
  expect 'a partial result' 1 timeout 20 "$vintner" run single.yaml -o part.h5
  holds 'the FIFOs are there' [ -p fifo.h5 ]
  holds 'and nothing else' [ -z "$(ls x.store lp.h5 x.json x 2>/dev/null)" ]
}

devices() {
  ln -s /dev/zero zero.yaml
  no_file 'a device' 'zero.yaml: found a device' check zero.yaml
  no_file 'a device as source' '/dev/zero: found a device' import /dev/zero -o x.store
  no_file 'a device as result' '/dev/null: found a device' resume /dev/null
  if [ -z "$python" ]; then return; fi
  "$python" -c 'import socket; socket.socket(socket.AF_UNIX).bind("socket.json")'
  edited single.yaml 's/model_inputs.json/socket.json/' socket.yaml
  no_file 'a socket' 'socket.json: found a socket' run socket.yaml
}

# little TITLE COMMAND...: the memory it takes at most, in MB, is below 60
little() {
  local title=$1 most
  shift
  if [ -z "$python" ]; then return; fi
  most=$("$python" -c '
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)' "$@" || echo 99999)
  holds "$title: $most MB" [ "$most" -lt 60 ]
}

# Holes take no space; who reads all of them takes minutes.
sizes() {
  expect 'a result' 0 "$vintner" run single.yaml -q -o large.h5
  expect 'a store' 0 "$vintner" import bike.json -o large.store
  "$vintner" show large.h5 >before
  truncate -s 100G large.h5 large.store
  expect 'show' 0 timeout 10 "$vintner" show large.h5
  holds 'prints the same' cmp -s before <(sed 's/^$//' stdout)
  expect 'show --scenario' 0 timeout 10 "$vintner" show large.h5 --scenario 0
  expect 'export' 0 timeout 10 "$vintner" export large.h5 --csv large -q
  no_file 'import of a result' 'large.h5: found an HDF5 file without databases' import large.h5 -o x.store
  no_file 'a store with more in it' 'large.store: not a sound store' show large.store
  no_file 'a store is not replaced' 'is a store of databases' run single.yaml -o large.store --force
  expect 'an old result is' 0 timeout 20 "$vintner" run single.yaml -q -o large.h5 --force
  edited ensemble.yaml 's/(design:).*/\1 {monte-carlo: 40000}/' many.yaml
  expect 'many scenarios' 0 "$vintner" run many.yaml -q -o many.h5
  little 'show' "$vintner" show many.h5
  little 'show --scenario' "$vintner" show many.h5 --scenario 39999
  little 'import' "$vintner" import many.h5 -o x.store
  expect 'the last scenario' 0 "$vintner" show many.h5 --scenario 39999
  expect 'none after it' 2 "$vintner" show many.h5 --scenario 40000
}

# Told in one line, or not noticed; never a signal.
shrinking() {
  local code size
  for size in 0 1000 20000; do
    cp many.h5 shrinks.h5
    (sleep 0.0$((size / 1000)) && truncate -s "$size" shrinks.h5) &
    for command in 'show shrinks.h5' 'import shrinks.h5 -o x.store' 'export shrinks.h5 --csv shrinks'; do
      code=0
      # shellcheck disable=SC2086 # words of a command
      timeout 20 "$vintner" $command >stdout 2>stderr || code=$?
      holds "$command, of $size bytes: exit code $code" [ "$code" -le 2 ]
    done
    wait
  done
}

# A project of one process; labels in WAL mode.
make_project() {
  "$python" - "$1" <<'PY'
import hashlib, os, sqlite3, struct, sys, zipfile, json
project = sys.argv[1]
os.makedirs(project + "/lci"), os.makedirs(project + "/processed")
def npy(descr, count, data):
    head = "{'descr': %s, 'fortran_order': False, 'shape': (%d,), }" % (descr, count)
    head += " " * (-(len(head) + 11) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode() + data
def package(path, matrix, records, more):
    with zipfile.ZipFile(path, "w") as z:
        resources = []
        for kind, body in (("data", npy("'<f8'", len(records), b"".join(struct.pack("<d", r[2]) for r in records))),
                           ("indices", npy("[('row', '<i8'), ('col', '<i8')]", len(records),
                                           b"".join(struct.pack("<qq", *r[:2]) for r in records)))):
            z.writestr(kind + ".npy", body)
            resources.append({"matrix": matrix, "group": "g", "kind": kind, "path": kind + ".npy", "format": "npy",
                              "category": "vector", "profile": "data-resource", **more})
        z.writestr("datapackage.json", json.dumps({"profile": "data-package", "name": "p", "resources": resources}))
package(project + "/processed/db.%s.zip" % hashlib.md5(b"db").hexdigest()[:8], "technosphere_matrix", [(1, 1, 2.0)], {})
package(project + "/processed/gwp.1.zip", "characterization_matrix", [(2, 0, 1.0)], {"identifier": ["GWP"]})
json.dump({"db": {"depends": []}}, open(project + "/databases.json", "w"))
json.dump([[["GWP"], {"abbreviation": "gwp.1", "unit": "kg"}]], open(project + "/methods.json", "w"))
labels = sqlite3.connect(project + "/lci/databases.db")
labels.execute("PRAGMA journal_mode = wal")
labels.execute("CREATE TABLE activitydataset (id INTEGER PRIMARY KEY, data BLOB, code TEXT, database TEXT, location TEXT,"
               " name TEXT, product TEXT, type TEXT)")
labels.executemany("INSERT INTO activitydataset VALUES (?, NULL, ?, 'db', NULL, ?, NULL, ?)",
                   [(1, "a", "process a", "process"), (2, "b", "flow b", "emission")])
labels.commit()
labels.close()
PY
}

projects() {
  if [ -z "$python" ]; then
    echo 'no python3 with sqlite3: projects are left out'
    return
  fi
  make_project proj
  tar czf proj.tar.gz proj
  local before
  before=$(find proj -type f -exec sha256sum {} + | sort)
  for source in proj proj.tar.gz; do
    plain wal "$source" '[{activity: [db, a]}]' 'methods: [[GWP]]'
    expect "WAL mode, $source" 0 "$vintner" run wal.yaml -q --force
  done
  chmod a-w proj/lci
  expect 'a folder nobody writes to' 0 "$vintner" show proj --activity a
  chmod u+w proj/lci
  holds 'nothing is made or changed' [ "$(find proj -type f -exec sha256sum {} + | sort)" = "$before" ]
  # Another program has it open, and dies.
  "$python" -c '
import os, sqlite3
labels = sqlite3.connect("proj/lci/databases.db")
labels.execute("INSERT INTO activitydataset SELECT 3, NULL, \"c\", database, NULL, \"c\", NULL, type FROM activitydataset WHERE id = 1")
labels.commit()
os._exit(0)'
  before=$(find proj -type f -exec sha256sum {} + | sort)
  holds 'changes are waiting' [ -s proj/lci/databases.db-wal ]
  expect 'changes are read' 0 "$vintner" show proj --activity c
  holds 'and left where they are' [ "$(find proj -type f -exec sha256sum {} + | sort)" = "$before" ]
  tar czf open.tar.gz proj
  no_file 'a backup of an open project' 'databases.db-wal: found changes .*backup again' show open.tar.gz --activity c
  rm proj/lci/databases.db-shm
  no_file 'changes that cannot be read' 'databases.db-wal: found changes .*wal_checkpoint' show proj --activity c
  rm proj/lci/databases.db-wal
  mkfifo proj/lci/databases.db-wal
  no_file 'a FIFO beside it' 'databases.db-wal: found a FIFO' show proj --activity a
  rm proj/lci/databases.db-wal
  mv proj/processed/gwp.1.zip outside.zip
  sed -i 's#gwp.1#../../outside#' proj/methods.json
  cp wal.yaml bad.yaml
  sed -i 's/name: wal/name: bad/; s/proj.tar.gz/proj/' bad.yaml
  refused 'a method that lies outside' "found the path 'processed/../../outside.zip', expected a file in this folder"
}

full() {
  expect 'a programme' 1 bash -c "trap '' XFSZ; ulimit -f 1; exec '$vintner' run single.yaml -o full.h5 --write-lp full"
  holds 'a programme: the reason' grep -q 'full/reference.lp: cannot be written: File too large' stderr
  holds 'a programme: one line' [ "$(wc -l <stderr)" = 1 ]
  holds 'a programme: no folder' [ ! -e full ]
  mkdir full
  expect 'into a folder that was there' 1 \
    bash -c "trap '' XFSZ; ulimit -f 1; exec '$vintner' run single.yaml -o full.h5 --write-lp full"
  holds 'it stays, and is empty' [ -z "$(ls full)" ]
  rmdir full
  expect 'a table' 1 bash -c "trap '' XFSZ; ulimit -f 1; exec '$vintner' export sound.h5 --csv full --variables impact"
  holds 'a table: the reason' grep -q 'full/impact.csv: cannot be written: File too large' stderr
  holds 'a table: no folder' [ ! -e full ]
  for option in "run single.yaml -o full.h5 --write-lp" 'export sound.h5 --csv'; do
    # shellcheck disable=SC2086 # words of a command
    no_file "${option##* } into a missing folder" 'nowhere/x: folder cannot be made: No such file' $option nowhere/x
    # shellcheck disable=SC2086
    no_file "${option##* } into a file" 'single.yaml: found a file, expected a folder' $option single.yaml
    # shellcheck disable=SC2086
    no_file "${option##* } below a file" 'single.yaml/x: folder cannot be made: Not a directory' $option single.yaml/x
  done
  holds 'no results of these' [ ! -e full.h5 ]
}

cases() {
  local cases=${VINTNER_SHARED:-/nowhere}/cases/hostile
  if [ ! -d "$cases" ]; then
    echo 'VINTNER_SHARED has no cases: those were left out'
    return
  fi
  cp "$cases/sqlite-wal-backup/"* .
  chmod u+w ./*
  expect 'a backup in WAL mode' 0 timeout 20 "$vintner" run study.yaml -q
  sed 's/backup.tar/backup-open.tar/' study.yaml >open.yaml
  no_file 'a backup of an open project' 'databases.db-wal: found changes' run open.yaml -o y.h5
}

cp "$root/jobs/examples/bike/bike.json" .
cp "$root/jobs/examples/heat/heat.json" .
cp "$root/jobs/examples/heat/single.yaml" heat.yaml
fifos
devices
sizes
shrinking
projects
full
cases
finish
