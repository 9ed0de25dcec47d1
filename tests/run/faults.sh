#!/usr/bin/env bash
# Topic `faults`: what is told to stop, where nothing can be written, what the surroundings ask for.
#
#   bash tests/run/faults.sh [BUILD]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# kept TITLE CODE FILE COMMAND...: one line, and FILE as it was
kept() {
  local title=$1 wanted=$2 file=$3 before
  before=$(sha256sum "$file")
  expect "$title" "$wanted" "${@:4}"
  holds "$title: one line" [ "$(wc -l <stderr)" = 1 ]
  holds "$title: as it was" [ "$(sha256sum "$file")" = "$before" ]
}

outputs_over_inputs() {
  local by
  cp "$root/jobs/examples/heat/"{heat.json,single.yaml} heat/
  sed -i 's/^name: .*/name: heat/' heat/single.yaml
  printf 'demand\n1\n1.1\n' >table.csv
  sed -e '/^ensemble:/,/^results:/d' ensemble.yaml | sed '/^ *keep:\|^ *quantiles:/d' >tabled.yaml
  printf 'ensemble:\n  design: {table: table.csv}\n  factors:\n    demand: {target: "demand[*, *]", multiply: ~}\n' \
    >>tabled.yaml
  ln -s single.yaml soft.h5
  ln model_inputs.json hard.h5
  for by in '' --force; do
    kept "study $by" 2 single.yaml "$vintner" run single.yaml -o single.yaml $by
    kept "study, by a link $by" 2 single.yaml "$vintner" run single.yaml -o soft.h5 $by
    kept "inputs, by a link $by" 2 model_inputs.json "$vintner" run single.yaml -o hard.h5 $by
    kept "table $by" 2 table.csv "$vintner" run tabled.yaml -o table.csv $by
    kept "databases $by" 2 heat/heat.json "$vintner" run heat/single.yaml -o heat/heat.json $by
    kept "background $by" 2 heat/heat.json "$vintner" inventory heat/single.yaml -o heat/heat.json $by
    kept "exported inputs $by" 2 model_inputs.json "$vintner" export single.yaml --inputs model_inputs.json $by
    kept "imported source $by" 2 heat/heat.json "$vintner" import heat/heat.json -o heat/heat.json $by
  done
  expect 'a table is no result' 0 "$vintner" run tabled.yaml -q -o tabled.h5
  mkdir tables
  ln tabled.h5 tables/objective.csv
  kept 'results by their own table' 2 tabled.h5 "$vintner" export tabled.h5 --csv tables --variables objective --force
}

names_of_outputs() {
  local by long
  long=$(printf 'a%.0s' {1..300})
  for by in '' --force; do
    expect "a folder $by" 2 "$vintner" run single.yaml -o heat $by
    expect "a device $by" 2 "$vintner" run single.yaml -o /dev/null $by
    expect "a folder that is missing $by" 2 "$vintner" run single.yaml -o no/where.h5 $by
    holds "says it $by" grep -q 'its folder' stderr
    expect "a long name $by" 2 "$vintner" run single.yaml -o "$long" $by
    expect "a name that is long with its ending $by" 2 "$vintner" run single.yaml -o "${long:0:250}" $by
    expect "a file as a folder $by" 2 "$vintner" run single.yaml -o single.yaml/x.h5 $by
    expect "a store in a folder that is missing $by" 2 "$vintner" import heat/heat.json -o no/store.h5 $by
  done
  holds 'no file' [ -z "$(find . -name '*.partial')" ]
  for by in . ..; do
    edited single.yaml "s/^name: .*/name: $by/" bad.yaml
    expect "name: $by" 2 "$vintner" run bad.yaml
    holds "name: $by says it" grep -q "found '$by'" stderr
  done
}

streams() {
  expect '-q keeps what --json asks for' 0 "$vintner" check single.yaml -q --json
  holds 'a document' python3 -m json.tool stdout
  expect 'run -q --json' 0 "$vintner" run single.yaml -q --json -o quiet.h5
  holds 'a document of results' python3 -m json.tool stdout
  expect 'resume -q --json' 0 "$vintner" resume quiet.h5 -q --json
  holds 'a document again' python3 -m json.tool stdout
  local command
  for command in 'check single.yaml --json' 'show quiet.h5' 'run single.yaml -o closed.h5'; do
    expect "full: $command" 1 bash -c "'$vintner' $command >/dev/full"
    holds "full: $command: says it" [ "$(grep -c 'standard output' stderr)" = 1 ]
    rm -f closed.h5
    expect "closed: $command" 1 bash -c "'$vintner' $command >&-"
    holds "closed: $command: says it" [ "$(grep -c 'standard output' stderr)" = 1 ]
    rm -f closed.h5
  done
  expect 'nothing to print, nowhere to print it' 0 bash -c "'$vintner' run single.yaml -q -o closed.h5 >&-"
  expect 'the file has no words in it' 0 "$vintner" show closed.h5
}

surroundings() {
  local value
  for value in TRUE 1 BEST_EFFORT; do
    expect "HDF5_USE_FILE_LOCKING=$value" 0 env HDF5_USE_FILE_LOCKING=$value "$vintner" run single.yaml -q -o "locks-$value.h5"
    expect "a store, $value" 0 env HDF5_USE_FILE_LOCKING=$value "$vintner" import heat/heat.json -q -o "store-$value.h5"
  done
  for value in 100000 0 -1 many; do
    expect "OMP_NUM_THREADS=$value" 2 env OMP_NUM_THREADS=$value "$vintner" run single.yaml -q -o omp.h5
    holds "its bound, $value" grep -q "OMP_NUM_THREADS.*'$value'.*4096" stderr
  done
  expect 'a list of threads' 0 env OMP_NUM_THREADS=2,1 "$vintner" check ensemble.yaml --json
  holds 'the first counts' grep -q '"threads": 2' stdout
  expect '--threads 5000' 2 "$vintner" run single.yaml --threads 5000 -o omp.h5
  holds 'names its bound' grep -q 4096 stderr
  expect 'no more threads than scenarios' 0 "$vintner" check single.yaml --threads 64 --json
  holds 'one' grep -q '"threads": 1,' stdout
}

# stop SIGNAL RANKS TARGET: a run at work gets a signal, all of it (all), one rank (rank), or its
# launcher; it ends in order, and a resume makes the whole of it.
stop() {
  local name=$1 ranks=$2 target=$3 process code=0 file=stopped.h5 at
  rm -f "$file"*
  if [ "$ranks" -eq 0 ]; then
    env --default-signal="$name" "$vintner" run long.yaml -q -o "$file" >stdout 2>stderr </dev/null &
  else
    env --default-signal="$name" mpirun -n "$ranks" "$vintner" run long.yaml -q -o "$file" >stdout 2>stderr </dev/null &
  fi
  process=$!
  until_at_work "$process" "$file"
  for at in $([ "$target" = launcher ] || descendants "$process") $process; do
    if [ "$(cat "/proc/$at/comm" 2>/dev/null)" = vintner ] || [ "$target" = launcher ]; then
      kill -s "$name" "$at" 2>/dev/null || true
      if [ "$target" = rank ]; then break; fi
    fi
  done
  wait "$process" || code=$?
  local left
  left=$(value "$file" status | grep -c '^-1$' || true)
  echo "$name to $target of $ranks ranks: code $code, $left left"
  if [ "$left" -gt 0 ]; then
    holds "$name, $ranks ranks, $target: 75" [ "$code" -eq 75 ]
    hits=$((hits + 1))
  else
    holds "$name, $ranks ranks, $target: done" [ "$code" -eq 0 ]
  fi
  expect "$name, $ranks ranks, $target: resume" 0 run $((RANDOM % 2 + 1)) 1 resume "$file" -q
  same "$name, $ranks ranks, $target: bits" whole.h5 "$file"
}

signals() {
  local name hits=0
  edited ensemble.yaml "s/1000/${STOP_SCENARIOS:-20000}/" long.yaml
  expect 'uninterrupted' 0 run 2 1 run long.yaml -q -o whole.h5
  for name in TERM USR1 USR2 XCPU INT HUP; do stop "$name" 0 all; done
  for name in TERM HUP; do
    stop "$name" 2 all
    stop "$name" 2 rank
  done
  stop USR1 3 rank
  stop USR1 2 launcher
  holds 'most signals hit a run at work' [ "$hits" -ge 6 ]
  # A signal that was ignored at start stays ignored.
  rm -f stopped.h5
  env --ignore-signal=HUP "$vintner" run long.yaml -q -o stopped.h5 >stdout 2>stderr </dev/null &
  local process=$! code=0
  until_at_work "$process" stopped.h5
  kill -s HUP "$process" 2>/dev/null || true
  wait "$process" || code=$?
  holds 'nohup' [ "$code" -eq 0 ]
  same 'nohup' whole.h5 stopped.h5
}

mkdir heat
outputs_over_inputs
names_of_outputs
streams
surroundings
signals
finish
