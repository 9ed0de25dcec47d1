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

# What a source folder holds, by its name and by a link, and what a link in it leads to.
outputs_in_sources() {
  local by
  mkdir package
  cat >package/datapackage.json <<'JSON'
{"profile": "data-package", "name": "p", "resources": [
  {"matrix": "technosphere_matrix", "group": "g", "kind": "data", "path": "t.data.npy", "format": "npy", "category": "vector"},
  {"matrix": "technosphere_matrix", "group": "g", "kind": "indices", "path": "t.indices.npy", "format": "npy", "category": "vector"}]}
JSON
  npy() { printf '\x93NUMPY\x01\x00\x76\x00%-117s\n%b' "{'descr': $1, 'fortran_order': False, 'shape': (1,), }" "$2"; }
  npy "'<f8'" '\0\0\0\0\0\0\xf0\x3f' >package/t.data.npy
  npy "[('row', '<i4'), ('col', '<i4')]" '\x1\0\0\0\x1\0\0\0' >outside.npy
  ln -s ../outside.npy package/t.indices.npy
  ln -s package/t.data.npy into.h5
  plain packaged package '[{datapackage id: 1}]' 'keep: [supply]'
  expect 'the package is sound' 0 "$vintner" run packaged.yaml -q -o sound.h5
  chmod 444 package/t.data.npy
  for by in '' --force; do
    kept "in a source folder $by" 2 package/t.data.npy "$vintner" import package -o package/t.data.npy $by
    kept "the same of a study $by" 2 package/t.data.npy "$vintner" run packaged.yaml -o ./package/../package/t.data.npy $by
    kept "by a link $by" 2 package/t.data.npy "$vintner" import package -o into.h5 $by
    kept "what describes it $by" 2 package/datapackage.json "$vintner" run packaged.yaml -o package/datapackage.json $by
    kept "where a link leads to $by" 2 outside.npy "$vintner" import package -o outside.npy $by
    kept "the same of a study $by" 2 outside.npy "$vintner" run packaged.yaml -o outside.npy $by
  done
  expect 'a new file in it' 0 "$vintner" import package -o package/new.h5
}

# FILE.partial and FILE.lock are made beside FILE, and removed.
beside_outputs() {
  local by
  for by in partial lock; do
    cp single.yaml "beside.h5.$by"
    kept "study FILE.$by" 2 "beside.h5.$by" "$vintner" run "beside.h5.$by" -o beside.h5
    cp single.yaml "beside.yaml"
    edited single.yaml "s/model_inputs.json/beside.h5.$by/" beside.yaml
    cp model_inputs.json "beside.h5.$by"
    kept "inputs FILE.$by" 2 "beside.h5.$by" "$vintner" run beside.yaml -o beside.h5
    cp heat/heat.json "beside.h5.$by"
    kept "source FILE.$by" 2 "beside.h5.$by" "$vintner" import "beside.h5.$by" -o beside.h5
    rm "beside.h5.$by"
  done
  mkdir sides lps
  cp tabled.h5 sides/status.csv.partial
  kept 'results TABLE.partial' 2 sides/status.csv.partial "$vintner" export sides/status.csv.partial --csv sides
  for by in reference.lp reference.lp.partial scenario_0.lp; do
    edited single.yaml 's#model_inputs.json#../model_inputs.json#' "lps/$by"
    kept "study $by" 2 "lps/$by" "$vintner" run "lps/$by" -o beside.h5 --write-lp lps
    cp model_inputs.json "lps/$by"
    edited single.yaml "s#model_inputs.json#lps/$by#" beside.yaml
    kept "inputs $by" 2 "lps/$by" "$vintner" run beside.yaml -o beside.h5 --write-lp lps
    rm lps/*
  done
  holds 'no results of these' [ ! -e beside.h5 ]
  rm -r sides lps
  # Of a file that is somebody's own no note is made.
  echo 'mine' >beside.h5.lock
  for by in 'run single.yaml -o' 'run single.yaml --force -o' resume 'inventory heat/single.yaml --force -o'; do
    # shellcheck disable=SC2086 # words of a command
    expect "beside somebody's file: $by" 0 "$vintner" $by beside.h5 -q
    holds "it is as it was: $by" [ "$(cat beside.h5.lock)" = mine ]
  done
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
  for command in 'check single.yaml --json' 'check ensemble.yaml' 'inventory heat/single.yaml -o closed.h5' 'show quiet.h5' 'run single.yaml -o closed.h5'; do
    expect "full: $command" 1 bash -c "'$vintner' $command >/dev/full"
    holds "full: $command: says it" [ "$(grep -c 'standard output' stderr)" = 1 ]
    case $command in check*) holds "full: $command: one line" [ "$(wc -l <stderr)" = 1 ] ;; esac
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

# ---------------------------------------------------------------------------------------------
# Signals.

begin() { # begin RANKS ARGUMENT...: in the background, as `process`; no signal is ignored
  local ranks=$1
  local launch=(env)
  shift
  if [ "$ranks" -gt 0 ]; then launch=(mpirun -n "$ranks"); fi
  env --default-signal "${launch[@]}" "$vintner" "$@" >stdout 2>stderr </dev/null &
  process=$!
}

send() { # send SIGNAL TARGET: to all processes of the run, one rank, or the launcher
  local at
  for at in $([ "$2" = launcher ] || descendants "$process") $process; do
    if [ "$(cat "/proc/$at/comm" 2>/dev/null)" = vintner ] || [ "$2" = launcher ]; then
      kill -s "$1" "$at" 2>/dev/null || true
      if [ "$2" = rank ]; then break; fi
    fi
  done
}

ended() { # the exit code of the run, as `code`
  code=0
  wait "$process" || code=$?
}

# After a signal: 75 if scenarios are left, and a line that says how many; then a resume on another
# number of ranks makes the whole of it.
#
#   in_order TITLE SIGNAL
in_order() {
  local left
  left=$(value stopped.h5 status | grep -c '^-1$' || true)
  echo "$1: code $code, $left left"
  if [ "$left" -gt 0 ]; then
    holds "$1: 75" [ "$code" -eq 75 ]
    holds "$1: says it" grep -q "^vintner: stopped.h5: stopped by SIG$2 with $left of [0-9]* scenarios left; vintner resume stopped.h5\$" stderr
    hits=$((hits + 1))
  else
    holds "$1: done" [ "$code" -eq 0 ]
  fi
  expect "$1: resume" 0 run $((RANDOM % 4)) 1 resume stopped.h5 -q
  same "$1: bits" whole.h5 stopped.h5
}

# stop SIGNAL RANKS TARGET [VARIABLE=VALUE]: a run at work gets a signal.
stop() {
  rm -f stopped.h5*
  if [ $# -gt 3 ]; then export "${4?}"; fi
  begin "$2" run long.yaml -q -o stopped.h5
  until_at_work "$process" stopped.h5
  send "$1" "$3"
  ended
  if [ $# -gt 3 ]; then unset "${4%%=*}"; fi
  in_order "$1 to $3 of $2 ranks ${4:-}" "$1"
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
  stop USR2 3 rank VINTNER_SCHEDULE=static
  stop USR1 2 launcher
  holds 'most signals hit a run at work' [ "$hits" -ge 6 ]
  # Open MPI's launcher turns these into its own, and its own exit code: the file tells.
  for name in TERM INT; do
    rm -f stopped.h5*
    begin 2 run long.yaml -q -o stopped.h5
    until_at_work "$process" stopped.h5
    send "$name" launcher
    ended
    expect "$name to the launcher: resume" 0 run 1 1 resume stopped.h5 -q
    same "$name to the launcher: bits" whole.h5 stopped.h5
  done
  # A signal that was ignored at start stays ignored.
  rm -f stopped.h5
  env --ignore-signal=HUP "$vintner" run long.yaml -q -o stopped.h5 >stdout 2>stderr </dev/null &
  process=$!
  until_at_work "$process" stopped.h5
  kill -s HUP "$process" 2>/dev/null || true
  ended
  holds 'nohup' [ "$code" -eq 0 ]
  same 'nohup' whole.h5 stopped.h5
}

# SIGNALS of them, at any moment from the start on.
signals_at_random() {
  local names=(TERM USR1 USR2 XCPU INT HUP) round name ranks hits=0
  for ((round = 1; round <= ${SIGNALS:-20}; round++)); do
    name=${names[RANDOM % 6]}
    ranks=$((RANDOM % 4))
    rm -f stopped.h5*
    begin "$ranks" run long.yaml -q -o stopped.h5
    pause $((RANDOM % 1500))
    send "$name" $([ $((RANDOM % 2)) = 0 ] && echo all || echo rank)
    ended
    if [ -e stopped.h5 ]; then
      in_order "signal $round: $name to $ranks ranks" "$name"
    else # before there were results, or before the program itself had begun
      holds "signal $round: $name before results: $code" [ "$code" = 75 -o "$code" -gt 128 -o "$ranks" -gt 0 ]
      holds "signal $round: nothing is left" [ -z "$(find . -name 'stopped.h5*')" ]
    fi
  done
  holds 'some signals hit a run at work' [ "$hits" -gt 0 ]
}

# A scenario takes seconds here: what is in flight is dropped when its time is over.
no_time() {
  local begun took
  "$build/benchmarks/synthetic" -p 85 -r 35 -y 40 >big.json
  cat >big.yaml <<'YAML'
vintner: 1
name: big
model: {pathway: {inputs: big.json, objective: climate_change}}
solver: {warm_start: false}
ensemble:
  seed: 1
  design: {monte-carlo: 100}
  factors:
    demand: {target: "demand[*, *]", multiply: {uniform: [0.8, 1.2]}}
YAML
  # The reference is solved before there are results.
  rm -f stopped.h5*
  begin 0 run big.yaml -q -o stopped.h5
  pause 1000
  begun=$(date +%s%N)
  send TERM all
  ended
  took=$((($(date +%s%N) - begun) / 1000000))
  holds "before the first scenario: $code" [ "$code" = 75 ]
  holds "before the first scenario: at once: $took ms" [ "$took" -lt 1000 ]
  holds 'before the first scenario: says it' [ "$(cat stderr)" = 'vintner: stopped by SIGTERM before the first scenario' ]
  holds 'before the first scenario: nothing is left' [ -z "$(find . -name 'stopped.h5*')" ]
  local ranks twice
  for twice in no yes; do
    for ranks in 0 2; do
      rm -f stopped.h5*
      begin "$ranks" run big.yaml -q -o stopped.h5 --drain "$([ $twice = yes ] && echo 60 || echo 0.3)"
      until [ -e stopped.h5 ] || ! kill -0 "$process" 2>/dev/null; do sleep 0.1; done
      pause 300
      begun=$(date +%s%N)
      send USR1 "$([ $ranks = 0 ] && echo all || echo rank)"
      if [ "$twice" = yes ]; then
        pause 300
        send USR1 "$([ $ranks = 0 ] && echo all || echo rank)"
      fi
      ended
      took=$((($(date +%s%N) - begun) / 1000000))
      holds "dropped, twice $twice, $ranks ranks: $code" [ "$code" = 75 ]
      holds "dropped, twice $twice, $ranks ranks: in time: $took ms" [ "$took" -lt 3000 ]
      expect "dropped, twice $twice, $ranks ranks: readable" 0 "$vintner" show stopped.h5
    done
  done
}

# Commands that cannot be resumed end by the signal, and leave nothing half-made.
other_commands() {
  expect 'something to export' 0 "$vintner" run long.yaml -q --force -o whole.h5
  begin 0 export whole.h5 --csv halves -q
  until ls halves/*.partial >/dev/null 2>&1 || ! kill -0 "$process" 2>/dev/null; do sleep 0.01; done
  send TERM all
  ended
  holds "export ends by TERM: $code" [ "$code" = 143 ]
  holds 'no half of a table' [ -z "$(find halves -name '*.partial')" ]
}

# ---------------------------------------------------------------------------------------------
# Who writes.

writers() {
  local ranks words waiting
  for ranks in 0 2; do
    rm -f held.h5*
    begin "$ranks" run long.yaml -q -o held.h5
    until_at_work "$process" held.h5
    # Held, so that it is at work all the while.
    send STOP all
    holds "$ranks ranks: who writes" grep -q '^host .*, pid [0-9]*, .*since 20' held.h5.lock
    expect "$ranks ranks: a second resume" 2 "$vintner" resume held.h5 --wait 0.1
    holds "$ranks ranks: says who" grep -q '^vintner: held.h5: another run is writing it (host .*, pid [0-9]*, .*since ' stderr
    expect "$ranks ranks: a second run" 2 run 2 1 run long.yaml -o held.h5 --force --wait 0.1
    expect "$ranks ranks: an inventory" 2 "$vintner" inventory heat/single.yaml -o held.h5 --force --wait 0
    for words in 'resume held.h5' 'run long.yaml -o held.h5 --force' 'resume held.h5 --verify'; do
      # shellcheck disable=SC2086 # words
      env --default-signal mpirun -n 2 "$vintner" $words --wait 20 >stdout 2>stderr </dev/null &
      waiting=$!
      sleep 2
      kill -s USR1 "$waiting"
      code=0
      wait "$waiting" || code=$?
      holds "$ranks ranks: USR1 while waiting: $words: $code" [ "$code" = 75 ]
      holds "$ranks ranks: USR1 while waiting: $words: says it" \
        grep -q '^vintner: stopped by SIGUSR1 before the first scenario' stderr
    done
    expect "$ranks ranks: show waits for nobody" 0 "$vintner" show held.h5
    send CONT all
    ended
    holds "$ranks ranks: the first ends as it would have" [ "$code" = 0 ]
    same "$ranks ranks: its bits" whole.h5 held.h5
    holds "$ranks ranks: the note is gone" [ ! -e held.h5.lock ]
  done
  # Who waits long enough goes on where the first one ended.
  rm -f held.h5*
  begin 0 run long.yaml -q -o held.h5
  until_at_work "$process" held.h5
  expect 'a resume that waits' 0 "$vintner" resume held.h5 -q --wait 60
  ended
  same 'a resume that waits' whole.h5 held.h5
  # Whatever Open MPI locks of the file, it does not wait for us.
  for ranks in 1 2 3; do
    OMPI_MCA_fs_ufs_lock_algorithm=$ranks expect "MPI's locks, $ranks" 0 timeout -s KILL 120 \
      mpirun -n 2 "$vintner" run long.yaml -q -o held.h5 --force
  done
  # A note without the kernel's lock means nothing.
  echo 'host nowhere, pid 1' >held.h5.lock
  expect 'an old note' 0 "$vintner" run long.yaml -q -o held.h5 --force --wait 0
  holds 'is gone' [ ! -e held.h5.lock ]
}

# Where the file system has no locks, a note that is touched every few seconds is one.
without_locks() {
  local none=$build/tests/common/no_locks.so
  rm -f held.h5*
  LD_PRELOAD=$none begin 0 run xl.yaml -q -o held.h5
  until_at_work "$process" held.h5
  touch -d '2 minutes ago' held.h5.lock
  sleep 7
  LD_PRELOAD=$none expect 'no locks: a second resume' 2 "$vintner" resume held.h5 --wait 0.1
  holds 'no locks: says who' grep -q 'another run is writing it (host ' stderr
  kill_all "$process"
  LD_PRELOAD=$none expect 'no locks: the dead one is young' 2 "$vintner" resume held.h5 --wait 0
  touch -d '2 minutes ago' held.h5.lock
  LD_PRELOAD=$none begin 0 resume held.h5
  until grep -q 'has no locks' stderr || ! kill -0 "$process" 2>/dev/null; do sleep 0.05; done
  send TERM all
  ended
  holds "no locks: the dead one's place is taken: $code" [ "$code" = 75 ]
  holds 'no locks: said so' grep -q 'its file system has no locks' stderr
  holds 'no locks: the note is gone' [ ! -e held.h5.lock ]
}

# gone RANKS HOW: results that are removed, moved or replaced meanwhile.
gone() {
  local title="$2 under $1 ranks" begun took
  rm -rf gone.h5* moved.h5
  begin "$1" run xl.yaml -q -o gone.h5
  until_at_work "$process" gone.h5
  begun=$(date +%s%N)
  case $2 in
  removed) rm gone.h5 ;;
  moved) mv gone.h5 moved.h5 ;;
  replaced)
    cp single.yaml other
    mv other gone.h5
    ;;
  esac
  ended
  took=$((($(date +%s%N) - begun) / 1000000))
  holds "$title: 1, found $code" [ "$code" = 1 ]
  holds "$title: says it once" [ "$(grep -c '^vintner: gone.h5: removed while the run was writing it' stderr)" = 1 ]
  holds "$title: soon: $took ms" [ "$took" -lt 15000 ]
  case $2 in
  removed) holds "$title: no file" [ -z "$(find . -name 'gone.h5*')" ] ;;
  moved)
    holds "$title: says where to" grep -q 'it is now at /.*/moved.h5' stderr
    expect "$title: resume" 0 run 2 1 resume moved.h5 --verify -q
    ;;
  replaced) holds "$title: untouched" cmp single.yaml gone.h5 ;;
  esac
}

outputs_that_are_gone() {
  local how
  for how in removed moved replaced; do gone 0 "$how"; done
  gone 2 removed
  gone 3 replaced
}

# A write that fails, on all ranks or one: the system's reason, and no other rank goes on with what
# is left. limited RANKS RANK: that rank alone, or all.
limited() {
  local title="no room: $1 ranks, rank $2" left
  cp part.h5 small.h5
  cat >limited <<SH
if [ $2 = all ] || [ "\${OMPI_COMM_WORLD_RANK:-0}" = $2 ]; then ulimit -f $(($(stat -c %s part.h5) / 2048)); fi
exec "$vintner" "\$@"
SH
  expect "$title" 1 mpirun -n "$1" bash limited resume small.h5 -q
  holds "$title: says why" grep -q '^vintner: small.h5: cannot be written: File too large' stderr
  left=$(value small.h5 status | grep -c '^-1$' || true)
  echo "$title: $left left"
  holds "$title: much is left" [ "$left" -gt 1000 ]
  expect "$title: resume" 0 run 2 1 resume small.h5 -q
  same "$title: bits" whole.h5 small.h5
}

no_room() {
  torn part.h5 0 run long.yaml
  limited 2 all
  limited 2 1
  limited 3 0
}

# Results that may only be read: what is finished needs no writing, what is one's own is replaced.
read_only() {
  chmod 755 "$folder"
  if ! command -v setpriv >/dev/null || ! setpriv --reuid=65534 --regid=65534 --clear-groups \
    test -r "$vintner" -a -x "$vintner" -a -x "$folder" 2>/dev/null; then
    echo 'no other user can be had here, or has no way to the program: read-only results left out'
    return
  fi
  local other=(setpriv --reuid=65534 --regid=65534 --clear-groups) words
  mkdir own
  cp ensemble.yaml single.yaml model_inputs.json own/
  edited ensemble.yaml 's/1000/30/' own/small.yaml
  chown -R 65534:65534 own
  expect 'read-only: a run' 0 "${other[@]}" "$vintner" run own/small.yaml -q -o own/done.h5
  torn part.h5 0 run long.yaml
  cp part.h5 own/part.h5
  cp own/done.h5 own/bad.h5
  printf '\1\2\3' | dd of=own/bad.h5 conv=notrunc status=none bs=1 \
    seek="$("$build/tests/common/outside" own/bad.h5 objective where .)"
  chmod 444 own/*.h5
  for words in '' --verify --json; do
    # shellcheck disable=SC2086 # words
    expect "read-only: resume $words" 0 "${other[@]}" "$vintner" resume own/done.h5 -q $words
    # shellcheck disable=SC2086 # words
    expect "read-only and unfinished: resume $words" 1 "${other[@]}" "$vintner" resume own/part.h5 $words
    holds "read-only and unfinished: resume $words: says why" \
      [ "$(cat stderr)" = 'vintner: own/part.h5: cannot be opened: Permission denied' ]
  done
  expect 'read-only and damaged' 1 "${other[@]}" "$vintner" resume own/bad.h5 --verify
  holds 'read-only and damaged: says why' grep -q 'own/bad.h5: cannot be opened: Permission denied' stderr
  expect 'read-only: replaced' 0 "${other[@]}" "$vintner" run own/small.yaml -q -o own/done.h5 --force
  expect 'read-only: replaced, unfinished' 0 "${other[@]}" "$vintner" run own/small.yaml -q -o own/part.h5 --force
  holds 'read-only: no note stays' [ -z "$(find own -name '*.lock')" ]
}

mkdir heat
outputs_over_inputs
outputs_in_sources
beside_outputs
names_of_outputs
streams
surroundings
signals
signals_at_random
other_commands
edited ensemble.yaml 's/1000/100000/' xl.yaml
writers
without_locks
outputs_that_are_gone
no_room
read_only
no_time
finish
