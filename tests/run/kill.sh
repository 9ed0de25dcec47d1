#!/usr/bin/env bash
# Topic `kill`: runs that are killed at any time, and resumed. KILLS=200 is the slow suite's number.
#
#   bash tests/run/kill.sh [BUILD]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# At any moment, on any number of ranks; resumed on another number, now and then after a kill as well.
killed() {
  local begun ended round ranks process all=${KILL_SCENARIOS:-10000} left hits=0 span
  edited ensemble.yaml "s/1000/$all/" long.yaml
  begun=$(date +%s%N)
  expect 'uninterrupted' 0 run 2 1 run long.yaml -q -o whole.h5
  ended=$(date +%s%N)
  span=$(((ended - begun) / 1000000))
  for ((round = 1; round <= ${KILLS:-20}; round++)); do
    ranks=$((RANDOM % 4))
    rm -f torn.h5*
    run "$ranks" 1 run long.yaml -q -o torn.h5 >stdout 2>stderr </dev/null &
    process=$!
    if ((round % 3 == 0)); then until_at_work "$process" torn.h5; fi # however busy the machine is
    pause "$((RANDOM % (span + 1)))"
    kill_all "$process"
    if [ ! -e torn.h5 ]; then continue; fi # killed before there was a file
    expect "kill $round: readable" 0 "$vintner" show torn.h5
    left=$(value torn.h5 status | grep -c '^-1$' || true)
    echo "kill $round: $ranks ranks, $left of $all left"
    if [ "$left" -gt 0 ]; then hits=$((hits + 1)); fi
    if ((round % 5 == 0)); then # and the resume is killed as well
      run 1 1 resume torn.h5 -q >stdout 2>stderr </dev/null &
      process=$!
      pause "$((RANDOM % (span + 1)))"
      kill_all "$process"
      expect "kill $round: readable once more" 0 "$vintner" show torn.h5
    fi
    expect "kill $round: resume" 0 run $(((ranks + round) % 4)) $((1 + round % 2)) resume torn.h5 -q
    same "kill $round" whole.h5 torn.h5
  done
  holds 'some kills hit a run at work' [ "$hits" -gt 0 ]
  holds 'nothing but results is left' [ -z "$(find . -name '*.lock')" ]
}

# A resume whose inputs have changed is refused.
changed_inputs() {
  torn torn.h5 2 run long.yaml
  sed -i 's/: 18\.5/: 18.6/' model_inputs.json
  expect 'resume with other inputs' 2 "$vintner" resume torn.h5
  holds 'names the inputs' grep -q model_inputs.json stderr
}

killed
changed_inputs
finish
