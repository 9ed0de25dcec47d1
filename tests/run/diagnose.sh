#!/usr/bin/env bash
# Topic `diagnose`: why a solve has no optimum.
#
#   bash tests/run/diagnose.sh [BUILD]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

diagnose() {
  infeasible_study none.yaml
  expect 'an infeasible solve' 3 "$vintner" run none.yaml -o none.h5
  holds 'is explained after the summary' grep -q 'cannot be met together' stdout
  holds 'with its limit' grep -qF 'cumulative_process_limits_max[P2R1] = 1' stdout
  holds 'and a demand' grep -q "demand of 'Product 2' in 2030: 9.756" stdout
  grep -A 100 'cannot be met' stdout >told
  expect 'diagnose' 0 "$vintner" diagnose none.h5
  holds 'says the same' diff told stdout
  expect 'diagnose --scenario 0' 0 "$vintner" diagnose none.h5 --scenario 0
  holds 'is the same' diff told stdout
  expect 'diagnose --json' 0 "$vintner" --json diagnose none.h5
  holds 'is JSON' python3 -c 'import json, sys; d = json.load(open("stdout"))
assert d["status"] == "infeasible" and len(d["conflict"]) == 3 and d["scenario"] == 0
assert d["conflict"][0]["key"] == ["Product 2", 2030]
assert abs(d["conflict"][1]["change_alone"] - 17.4632037603166) < 1e-6'
  expect 'on two ranks' 3 mpirun -n 2 "$vintner" run none.yaml --force -o none.h5
  holds 'it is told once' [ "$(grep -c 'cannot be met' stdout)" = 1 ]
  expect 'run -q' 3 "$vintner" run none.yaml -q --force -o none.h5
  holds 'tells nothing' [ ! -s stdout ]
  expect 'run --json' 3 "$vintner" run none.yaml --json --force -o none.h5
  holds 'is one JSON document' python3 -m json.tool stdout
  edited single.yaml 's/objective: climate_change/objective: {climate_change: -1}/' without.yaml
  expect 'an unbounded solve' 3 "$vintner" run without.yaml -o without.h5
  holds 'names the process and the year' grep -qE "(installation|operation) of 'P[12]R[12]' in 20[2-4][0-9]: \+1" stdout
  holds 'and the flow' grep -q "foreground_[a-z]* '[A-Z0-9a-z]*' of 'P[12]R[12]'" stdout
  expect 'diagnose --json of an unbounded solve' 0 "$vintner" diagnose without.h5 --json
  holds 'is JSON' python3 -m json.tool stdout

  "$vintner" run single.yaml -q -o single.h5 >stdout
  expect 'an optimum' 0 "$vintner" diagnose single.h5
  holds 'is said to be one' grep -q 'scenario 0 has an optimum' stdout
  expect 'an optimum as JSON' 0 "$vintner" diagnose single.h5 --json
  holds 'is JSON' python3 -m json.tool stdout
  edited single.yaml '/^results:/,$d' limits.yaml
  cat >>limits.yaml <<'YAML'
ensemble:
  design: factorial
  factors:
    cap: {target: "cumulative_process_limits_max[P2R1|P2R2]", set: [1000, 0, 1]}
YAML
  sed '/unit: annual/a \    overrides: [{target: "cumulative_process_limits_max[P2R1|P2R2]", set: 2}]' limits.yaml >first.yaml
  expect 'an ensemble' 0 "$vintner" run first.yaml -q -o first.h5
  expect 'its reference' 0 "$vintner" diagnose first.h5
  holds 'comes first' grep -q 'the reference scenario is infeasible' stdout
  holds 'with its own cap' grep -q 'cumulative_process_limits_max\[P2R1\] = 2$' stdout
  sed '/unit: annual/a \    overrides: [{target: "cumulative_process_limits_max[P2R1|P2R2]", set: 900}]' limits.yaml >later.yaml
  expect 'an ensemble with a sound reference' 0 "$vintner" run later.yaml -q -o later.h5
  expect 'its first infeasible scenario' 0 "$vintner" diagnose later.h5
  holds 'is scenario 1' grep -q 'scenario 1 is infeasible' stdout
  expect 'another one' 0 "$vintner" diagnose later.h5 --scenario 2
  holds 'has its own cap' grep -q 'cumulative_process_limits_max\[P2R1\] = 1$' stdout
  expect 'a feasible one' 0 "$vintner" diagnose later.h5 --scenario 0
  holds 'has an optimum' grep -q 'scenario 0 has an optimum' stdout
  edited ensemble.yaml 's/1000/5/' sound.yaml
  "$vintner" run sound.yaml -q -o sound.h5 >stdout
  expect 'nothing to explain' 0 "$vintner" diagnose sound.h5
  holds 'is said' grep -q 'no scenario is infeasible or unbounded' stdout

  expect 'a scenario that is not there' 2 "$vintner" diagnose sound.h5 --scenario 5
  expect 'no file' 2 "$vintner" diagnose nowhere.h5
  expect 'not a results file' 2 "$vintner" diagnose none.yaml
  sed -i 's/: 18\.5/: 18.6/' model_inputs.json
  expect 'other inputs' 2 "$vintner" diagnose none.h5
  holds 'are named' grep -q model_inputs.json stderr
  echo '# more' >>none.yaml
  expect 'another study' 2 "$vintner" diagnose none.h5
  local python
  python=$(find_python 'scipy')
  if [ -n "$python" ]; then
    expect 'random models' 0 "$python" "$oracles/diagnose.py" "$vintner" --count "${DIAGNOSE_MODELS:-20}" --unbounded 5
    cat stdout
  fi
}

diagnose
finish
