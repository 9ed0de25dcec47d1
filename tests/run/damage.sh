#!/usr/bin/env bash
# Topic `damage`: results files and stores that are damaged: an answer or one line within seconds,
# never a crash. DAMAGED=10000 is the slow suite's number.
#
#   bash tests/run/damage.sh [BUILD]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

damage=$build/tests/common/damage
seconds=30 # a busy machine's; each takes a tenth of one

# survives WHAT COMMAND...: an exit code of ours, one line if it is 2
survives() {
  local what=$1 code=0
  shift
  timeout --foreground -s KILL "$seconds" "$@" >stdout 2>stderr </dev/null || code=$?
  case $code in
  0 | 3) passed=$((passed + 1)) ;;
  2) holds "$what: one line: $(head -c 300 stderr)" [ "$(wc -l <stderr)" = 1 ] ;;
  *) fail "$what: code $code: $* : $(head -c 300 stderr)" ;;
  esac
  if grep -q 'is damaged: found' stderr; then
    hopeless=$((hopeless + 1))
    if grep -q 'leads nowhere' stderr; then cp damaged.h5 endless.h5; else cp damaged.h5 crash.h5; fi
  fi
}

files() {
  mkdir heat
  cp "$root/jobs/examples/heat/"{heat.json,single.yaml} heat/
  expect 'a store' 0 "$vintner" import heat/heat.json -q -o store.h5
  sed -i 's/heat.json/..\/damaged.h5/; s/name: .*/name: heat/' heat/single.yaml
  edited ensemble.yaml 's/1000/30/' small.yaml
  expect 'a finished file' 0 "$vintner" run small.yaml -q -o finished.h5
  edited ensemble.yaml 's/1000/20000/' long.yaml
  torn stopped.h5 0 run long.yaml
}

damaged() {
  local n hopeless=0 from
  files
  for ((n = 1; n <= ${DAMAGED:-500}; n++)); do
    case $((n % 5)) in 0) from=store.h5 ;; 1) from=stopped.h5 ;; *) from=finished.h5 ;; esac
    holds "damage $n" "$damage" "$from" damaged.h5 "$n"
    survives "$from $n" "$vintner" show damaged.h5 --json
    case $((n % 10)) in
    0) survives "$from $n" "$vintner" check heat/single.yaml ;;
    2 | 5) survives "$from $n" "$vintner" import damaged.h5 -q -o again.h5 --force ;;
    3) survives "$from $n" "$vintner" export damaged.h5 --csv tables --force -q ;;
    4) survives "$from $n" "$vintner" diagnose damaged.h5 ;;
    6) survives "$from $n" "$vintner" show damaged.h5 --scenario 3 ;;
    *) if [ "$from" = finished.h5 ]; then
      survives "$from $n" "$vintner" resume damaged.h5 -q --verify
    else
      survives "$from $n" "$vintner" run small.yaml -q --force -o damaged.h5
    fi ;;
    esac
  done
  echo "$hopeless times HDF5 would have crashed or searched for ever"
  holds 'some damage is beyond HDF5' [ "$hopeless" -gt 0 ]
}

# What is said to lie elsewhere, where reading would wait for ever.
elsewhere() {
  local how name command wanted hopeless=0
  mkfifo pipe
  for how in link data virtual; do
    for name in status objective performance/finished performance/checksum scenario; do
      cp finished.h5 damaged.h5
      holds "$how: $name" "$build/tests/common/outside" damaged.h5 "$name" "$how" pipe
      for command in 'show --scenario 3' 'export --csv tables --force' 'resume --verify' diagnose; do
        # shellcheck disable=SC2086 # words
        survives "$how: $name: $command" "$vintner" $command damaged.h5
      done
    done
    cp stopped.h5 damaged.h5
    holds "$how: stopped" "$build/tests/common/outside" damaged.h5 objective "$how" pipe
    for ranks in 0 2; do
      wanted="$how: resume on $ranks ranks"
      expect "$wanted" 2 timeout --foreground -s KILL "$seconds" \
        $([ $ranks = 0 ] || echo mpirun -n $ranks) "$vintner" resume damaged.h5
      holds "$wanted: says it once" [ "$(grep -c '^vintner: damaged.h5' stderr)" = 1 ]
    done
  done
  rm pipe
}

# The verdict reaches a parent that was started to ignore its children, or has a child that is told
# to end.
verdicts() {
  local file child process code
  for file in crash.h5 endless.h5; do
    if [ ! -f "$file" ]; then
      echo "no $file among the damaged ones: left out"
      continue
    fi
    for command in show resume diagnose; do
      expect "$file, no children: $command" 2 timeout --foreground -s KILL "$seconds" \
        env --ignore-signal=CHLD "$vintner" "$command" "$file"
      holds "$file, no children: $command: says it" grep -q 'is damaged: found' stderr
    done
  done
  if [ ! -f endless.h5 ]; then return; fi
  for name in TERM INT HUP USR1 USR2; do
    env --default-signal "$vintner" show endless.h5 >stdout 2>stderr </dev/null &
    process=$!
    child=
    while [ -z "$child" ] && kill -0 "$process" 2>/dev/null; do child=$(descendants "$process"); done
    kill -s "$name" "$child" 2>/dev/null || true
    code=0
    wait "$process" || code=$?
    holds "$name to the child: its verdict counts: $code" [ "$code" = 2 ]
  done
}

# Ranks wait for rank 0's word.
by_ranks() {
  local case=${VINTNER_SHARED:-}/cases/reports/damaged-hangs.h5
  if [ -f "$case" ]; then
    for command in show resume diagnose; do
      expect "kept case: $command" 2 timeout -s KILL "$seconds" mpirun -n 2 "$vintner" "$command" "$case"
      holds "kept case: $command: refused once" [ "$(grep -c 'is damaged: found' stderr)" = 1 ]
    done
  else
    echo 'VINTNER_SHARED has no kept case: left out'
  fi
}

damaged
elsewhere
verdicts
by_ranks
finish
