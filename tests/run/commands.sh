#!/usr/bin/env bash
# Topic `commands`: the command line: what each command says, writes and refuses.
#
#   bash tests/run/commands.sh [BUILD]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

commands() {
  expect '--version' 0 "$vintner" --version
  holds 'a version' grep -qE '[0-9]+\.[0-9]+' stdout
  expect '--help' 0 "$vintner" --help
  for word in run check resume show import --threads --force --write-lp --activity; do
    holds "--help names $word" grep -q -- "$word" stdout
  done
  for word in run check resume show diagnose export import; do
    expect "$word --help" 0 "$vintner" "$word" --help
    holds "$word --help says something" [ -s stdout ]
  done
  expect 'nothing' 2 "$vintner"
  expect 'unknown command' 2 "$vintner" walk
  expect 'unknown option' 2 "$vintner" run single.yaml --fast

  expect 'check' 0 "$vintner" check ensemble.yaml
  holds 'check names the number of scenarios' grep -qE '1[, ]?000' stdout
  expect 'check --json' 0 "$vintner" check ensemble.yaml --json
  holds 'JSON' python3 -m json.tool stdout
  holds 'check writes nothing' [ -z "$(find . -name '*.h5*')" ]

  expect 'the default file' 0 "$vintner" run single.yaml
  holds 'named after the study' [ -f basic.h5 ]
  cp basic.h5 before.h5 || true
  expect 'existing file' 2 "$vintner" run single.yaml
  holds 'one line' [ "$(wc -l <stderr)" -eq 1 ]
  holds 'untouched' cmp -s basic.h5 before.h5
  expect '--force' 0 "$vintner" --force run -o basic.h5 single.yaml
  same 'forced is the same' basic.h5 before.h5
  expect '-q' 0 "$vintner" run single.yaml -q -o quiet.h5
  holds '-q is silent on stderr' [ ! -s stderr ]
  expect '-q under mpirun' 0 mpirun -n 2 "$vintner" run -q single.yaml -o quiet2.h5
  holds '-q is silent on stderr under mpirun' [ ! -s stderr ]
  expect 'a folder of its own' 0 "$vintner" run single.yaml -o "$folder/a file.h5"

  edited ensemble.yaml 's/1000/20/' small.yaml
  expect 'a small ensemble' 0 mpirun -n 2 "$vintner" run small.yaml -o small.h5
  holds 'the summary comes once' [ "$(grep -ci 'optimal' stdout)" -le 2 ]
  expect 'show' 0 "$vintner" show small.h5
  holds 'show says optimal' grep -qi optimal stdout
  holds 'show has processes' grep -q P2R stdout
  expect 'show --json' 0 "$vintner" show small.h5 --json
  holds 'JSON' python3 -m json.tool stdout
  cp small.h5 before.h5
  touch blocked
  expect '--write-lp into a file' 2 "$vintner" run small.yaml --force -o small.h5 --write-lp blocked/lp
  holds 'an older result outlives a failed --force' cmp small.h5 before.h5
  expect 'show of a study' 0 "$vintner" show ensemble.yaml
  holds 'show names a factor' grep -q plant stdout
  cat >plan.yaml <<'YAML'
vintner: 1
name: plan
model:
  pathway:
    databases: [ei.h5, fg.json]
    foreground: fg
    background: {SSP1: {a: 2020, b: 2030}, SSP2: [c]}
    demand: {p: {2025: 10, 2030:2040: 12}, q: 1}
    years: [2025, 2054]
    methods:
      climate: {method: [GWP, 100], metric: GWP, fixed_horizon: false}
      land: [land use]
    flows: {retain: [co2], cutoff: 0.01}
    missing: zero
    objective: climate
    overrides: [{target: background, choose: SSP2}]
YAML
  expect 'show of a study from databases' 0 "$vintner" show plan.yaml
  cat >plan.txt <<'TEXT'
study       plan
databases   ei.h5
            fg.json
foreground  fg
background  SSP1: a (2020), b (2030)
            SSP2: c
years       2025 to 2054
demand      10 of 'p' in 2025
            12 of 'p' in 2030 to 2040
            1 of 'q' in 2025 to 2054
methods     climate: GWP, 100 (GWP, moving horizon of 100 years)
            land: land use (static)
retained    co2
cutoff      0.01
missing     counts as zero
unit        lifetime
objective   climate (weight 1)

overrides
                   background choose SSP2
TEXT
  holds 'show tells what a study takes from databases' diff plan.txt stdout
  expect 'show --scenario' 0 "$vintner" show small.h5 --scenario 3
  expect 'show --scenario --json' 0 "$vintner" show --json small.h5 --scenario 19
  holds 'JSON' python3 -m json.tool stdout
  expect 'show of a scenario that is not there' 2 "$vintner" show small.h5 --scenario 20
  expect 'show of a negative scenario' 2 "$vintner" show small.h5 --scenario -1
  cp small.h5 before.h5 || true
  expect 'resume of a finished file' 0 "$vintner" resume small.h5
  expect 'resume of this study' 0 "$vintner" resume small.h5 --study small.yaml
  expect 'resume of another study' 2 "$vintner" resume small.h5 --study single.yaml
  holds 'changes nothing' cmp -s small.h5 before.h5

  expect '--write-lp' 0 "$vintner" run single.yaml -o lp.h5 --write-lp programmes
  holds 'a programme with names' grep -rqi 'P2R1' programmes
  holds 'in CPLEX LP format' grep -rqiE '^ *minimi[sz]e' programmes
  rm model_inputs.json small.yaml
  expect 'show needs neither study nor inputs' 0 "$vintner" show small.h5
}

commands
finish
