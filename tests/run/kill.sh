#!/usr/bin/env bash
# Topic `kill`: runs that are killed at any time, and resumed.
#
#   bash tests/run/kill.sh [BUILD]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

killed() {
  local scenarios=${KILL_SCENARIOS:-20000} begun ended round wait_ms process hits=0
  edited ensemble.yaml "s/1000/$scenarios/" long.yaml
  begun=$(date +%s%N)
  expect 'uninterrupted' 0 run 2 1 run long.yaml -q -o whole.h5
  ended=$(date +%s%N)
  for round in 1 2 3; do
    rm -f torn.h5*
    run 2 1 run long.yaml -q -o torn.h5 >stdout 2>stderr </dev/null &
    process=$!
    wait_ms=$(((ended - begun) / 1000000 * (20 + RANDOM % 70) / 100))
    if [ "$round" -lt 3 ]; then # while it solves, however busy the machine is
      until_at_work "$process" torn.h5
      wait_ms=$((RANDOM % 150))
    fi
    sleep "$(awk -v ms="$wait_ms" 'BEGIN { print ms / 1000 }')"
    kill_all "$process"
    if [ ! -e torn.h5 ]; then continue; fi # killed before there was a file
    expect "round $round: readable" 0 "$vintner" show torn.h5
    local left
    left=$(value torn.h5 status | grep -c '^-1$' || true)
    echo "round $round: killed after $wait_ms ms, $left of $scenarios left"
    if [ "$left" -gt 0 ]; then hits=$((hits + 1)); fi
    if [ "$round" -eq 2 ]; then # and the resume is killed as well
      run 1 1 resume torn.h5 -q >stdout 2>stderr </dev/null &
      process=$!
      sleep "0.$((RANDOM % 9 + 1))"
      kill_all "$process"
      expect 'readable once more' 0 "$vintner" show torn.h5
    fi
    expect "round $round: resume" 0 run $((round == 1 ? 3 : 1)) $((round == 3 ? 2 : 1)) resume torn.h5 -q
    same "round $round" whole.h5 torn.h5
  done
  holds 'at least one kill hit a run at work' [ "$hits" -gt 0 ]
  # A resume whose inputs have changed is refused.
  torn torn.h5 2 run long.yaml
  sed -i 's/: 18\.5/: 18.6/' model_inputs.json
  expect 'resume with other inputs' 2 "$vintner" resume torn.h5
  holds 'names the inputs' grep -q model_inputs.json stderr
}

killed
finish
