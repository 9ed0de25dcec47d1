#!/usr/bin/env bash
# Topic `stats`: groups, thresholds, what is built; statistics made again by `vintner stats`.
#
#   bash tests/run/stats.sh [BUILD]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

python=$(find_python 'h5py, numpy, yaml')
[ -n "$python" ] || echo 'no numbers are compared with those of numpy: no Python with h5py and yaml; VINTNER_PYTHON names one'

oracle() { # oracle TITLE ROWS [STATISTICS]
  if [ -n "$python" ]; then expect "$1: as numpy" 0 "$python" "$oracles/oracle_statistics.py" "${@:2}"; fi
}

# Some scenarios have no optimum where `cap` is low.
study() { # study NAME SCENARIOS STATISTICS
  cat >"$1.yaml" <<YAML
vintner: 1
name: $1
model:
  pathway: {inputs: model_inputs.json, objective: climate_change, unit: annual}
ensemble:
  seed: 5
  design: {monte-carlo: $2}
  factors:
    demand: {target: 'demand["Product 2", 2030:]', multiply: [0.8, 1.3, 1.0, 0.8]}
    background: {target: "background_inventory[*, I3, *]", multiply: {lognormal: {median: 1.0, gsd: 1.3}}}
    cap: {target: "cumulative_process_limits_max[P2R1|P2R2]", set: [1, 10, .inf]}
results:
  keep: [installation, operation]
  quantiles: [0, 0.25, 0.5, 1]
  statistics: $3
YAML
}
asked='{group_by: [cap, demand], exceedance: {objective: [30000, 20000], "total_impact[climate_*]": [25000], total_impact: [0]}, built_above: 2}'

groups() {
  local ranks
  study whole 300 "$asked"
  expect 'a run with groups' 0 "$vintner" run whole.yaml -q
  oracle 'groups' whole.h5
  for ranks in 2 3; do
    expect "on $ranks ranks" 0 run "$ranks" 1 run whole.yaml -q -o ranks.h5 --force
    same "on $ranks ranks" whole.h5 ranks.h5
  done
  holds 'groups have infeasible scenarios' [ "$(value whole.h5 statistics/by_cap,demand/outcome_count 1 1)" -gt 0 ]
  holds 'thresholds ascend' [ "$(value whole.h5 statistics/objective_threshold | tr '\n' ' ')" = '20000 30000 ' ]
  holds 'a level is one group' [ "$(value whole.h5 statistics/by_cap,demand/level_demand | wc -l)" = 3 ]
  study plain 300 '{}'
  expect 'a run without groups' 0 "$vintner" run plain.yaml -q
  oracle 'no groups' plain.h5
  holds 'groups change no bit of the whole' \
    cmp <(value plain.h5 statistics/operation_mean) <(value whole.h5 statistics/operation_mean)
  sed 's/design: .*/design: one-at-a-time/; /lognormal/d; s/\[cap, demand\]/demand/' whole.yaml >one.yaml
  expect 'one at a time' 0 "$vintner" run one.yaml -q -o one.h5
  oracle 'one at a time' one.h5
}

in_place() {
  local ranks
  for ranks in 0 1 2 3; do
    cp whole.h5 again.h5
    if [ "$ranks" = 0 ]; then
      expect 'in place' 0 "$vintner" stats again.h5
      "$vintner" show again.h5 >shown
      holds 'prints what show prints' cmp stdout shown
    else
      expect "in place on $ranks ranks" 0 mpirun -n "$ranks" "$vintner" stats again.h5 -q
    fi
    holds "in place on $ranks ranks: no byte changes" cmp whole.h5 again.h5
  done
  holds 'nothing is left' [ "$(echo again.h5*)" = again.h5 ]
  expect 'in place, of the same study' 0 "$vintner" stats again.h5 -q --study whole.yaml
  cp one.h5 two.h5
  expect 'without sources' 0 env -C / "$vintner" stats "$folder/two.h5" -q
  holds 'without sources: no byte changes' cmp one.h5 two.h5
}

stopped() {
  local done_now ranks
  study long 20000 "$asked"
  torn stopped.h5 2 run long.yaml
  done_now=$(value stopped.h5 status | awk '$1 >= 0' | wc -l)
  cp stopped.h5 first.h5
  expect 'a stopped file' 75 "$vintner" stats stopped.h5 --json
  holds 'says what is left' grep -q "of 20000 scenarios are not done" stderr
  holds 'in one line' [ "$(wc -l <stderr)" = 1 ]
  holds 'counts what is there' [ "$(value stopped.h5 statistics/outcome_count | head -n 8 | awk '{ n += $1 } END { print n }')" = "$done_now" ]
  holds 'shows statistics' grep -q '"skewness"' stdout
  oracle 'a stopped file' stopped.h5
  for ranks in 1 2 3; do
    cp first.h5 same.h5
    expect "a stopped file on $ranks ranks" 75 mpirun -n "$ranks" "$vintner" stats same.h5 -q
    same "a stopped file on $ranks ranks" stopped.h5 same.h5
  done
  expect 'a stopped file, apart' 75 "$vintner" stats first.h5 -q -o apart.h5
  oracle 'a stopped file, apart' first.h5 apart.h5
  expect 'show of it' 0 "$vintner" show apart.h5
  holds 'show of it: nothing to resume' [ -z "$(grep resume stdout)" ]
  expect 'it is resumed' 0 run 2 1 resume stopped.h5 -q
  expect 'a whole run' 0 run 2 1 run long.yaml -q -o entire.h5
  same 'resumed after stats' entire.h5 stopped.h5
}

apart() {
  local ranks command
  expect 'apart' 0 "$vintner" stats whole.h5 -o apart.h5 --force
  oracle 'apart' whole.h5 apart.h5
  for ranks in 1 2 3; do
    expect "apart on $ranks ranks" 0 mpirun -n "$ranks" "$vintner" stats whole.h5 -q -o ranks.h5 --force
    same "apart on $ranks ranks" apart.h5 ranks.h5
  done
  holds 'no scenario tensors' [ "$(value apart.h5 installation)" = none ]
  holds 'no performance' [ "$(value apart.h5 performance/wall_s)" = none ]
  for command in objective status factor_value reference/installation; do
    holds "apart: $command" cmp <(value whole.h5 "$command") <(value apart.h5 "$command")
  done
  expect 'show' 0 "$vintner" show apart.h5
  holds 'show: no word' [ ! -s stderr ]
  expect 'export' 0 "$vintner" export apart.h5 --csv tables
  holds 'export: no word about checksums' [ ! -s stderr ]
  for command in stats resume diagnose; do
    expect "$command refuses it" 2 "$vintner" "$command" apart.h5
    holds "$command: says why" grep -q 'apart.h5: found statistics without the scenarios' stderr
  done
  expect 'other quantiles' 0 "$vintner" stats whole.h5 -q -o other.h5 --quantiles 0.9,1e-1
  holds 'other quantiles: ascending' [ "$(value other.h5 statistics/quantile | tr '\n' ' ')" = '0.10000000000000001 0.90000000000000002 ' ]
  oracle 'other quantiles' whole.h5 other.h5
  sed 's/group_by: [^]]*\]/group_by: demand/; s/\[30000, 20000\]/[1e4]/; s/name: .*/name: another/; s/, built_above: 2//' whole.yaml >other.yaml
  expect 'other statistics' 0 "$vintner" stats whole.h5 -q -o other.h5 --force --study other.yaml
  oracle 'other statistics' whole.h5 other.h5
  if python3 -c 'import xarray' 2>/dev/null; then
    expect 'xarray' 0 python3 -c 'import xarray; [xarray.open_dataset("other.h5", group=g).load() for g in (None, "statistics", "statistics/by_demand")]'
  fi
}

# no TITLE PATTERN COMMAND...: exit 2, one line that says so
no() {
  local title=$1 pattern=$2
  shift 2
  expect "$title" 2 "$@"
  holds "$title: one line" [ "$(wc -l <stderr)" = 1 ]
  holds "$title: says why: $(head -c 300 stderr)" grep -qE -- "$pattern" stderr
}

refusals() {
  local sum
  sum=$(sha256sum <whole.h5)
  no 'no file' 'none.h5.*(No such|cannot be opened)' "$vintner" stats missing_none.h5
  no 'no results file' 'not a results file' "$vintner" stats whole.yaml
  no 'quantiles in place' 'without -o' "$vintner" stats whole.h5 --quantiles 0.5
  no 'a quantile beyond 1' 'from 0 to 1' "$vintner" stats whole.h5 -o new.h5 --quantiles 0.5,2
  no 'a quantile twice' 'twice' "$vintner" stats whole.h5 -o new.h5 --quantiles 0.5,0.5
  no 'no number' 'from 0 to 1' "$vintner" stats whole.h5 -o new.h5 --quantiles 0.5,,1
  no 'an output that exists' 'exists already' "$vintner" stats whole.h5 -o plain.h5
  no 'the file itself' 'is read by this command' "$vintner" stats whole.h5 -o ./whole.h5 --force
  ln -s whole.h5 link.h5
  no 'the file itself by a link' 'is read by this command' "$vintner" stats whole.h5 -o link.h5 --force
  no 'the study' 'is read by this command' "$vintner" stats whole.h5 -o other.yaml --force --study other.yaml
  no 'a missing folder' 'nowhere' "$vintner" stats whole.h5 -o nowhere/new.h5
  no 'other statistics in place' "other.yaml:[0-9]+: 'results.*expected -o" "$vintner" stats whole.h5 --study other.yaml
  edited whole.yaml 's/seed: 5/seed: 6/' changed.yaml
  no 'another seed' "changed.yaml:6: 'ensemble.seed'" "$vintner" stats whole.h5 -o new.h5 --study changed.yaml
  edited whole.yaml 's/monte-carlo: 300/monte-carlo: 301/' changed.yaml
  no 'another design' "changed.yaml:7: 'ensemble.design.monte-carlo'" "$vintner" stats whole.h5 -o new.h5 --study changed.yaml
  edited whole.yaml 's/gsd: 1.3/gsd: 1.4/' changed.yaml
  no 'another factor' "changed.yaml:10: 'ensemble.factors.background" "$vintner" stats whole.h5 -o new.h5 --study changed.yaml
  edited whole.yaml 's/unit: annual/unit: lifetime/' changed.yaml
  no 'another model' "changed.yaml:4: 'model.pathway.unit'" "$vintner" stats whole.h5 -o new.h5 --study changed.yaml
  edited other.yaml 's/demand, ex/steel, ex/' changed.yaml
  no 'an unknown group' "changed.yaml:[0-9]+: 'results.statistics.group_by': unknown input 'steel'" \
    "$vintner" stats whole.h5 -o new.h5 --study changed.yaml
  edited whole.yaml 's/climate_\*/climate_chance/' changed.yaml
  no 'an unknown category' "changed.yaml:[0-9]+: 'results.statistics.exceedance.total_impact.climate_chance.': unknown" \
    "$vintner" stats whole.h5 -o new.h5 --study changed.yaml
  no 'an unknown category, run' "changed.yaml:[0-9]+:.*did you mean 'climate_change'" "$vintner" run changed.yaml -o new.h5
  no 'an unknown category, check' "changed.yaml:[0-9]+:.*climate_chance" "$vintner" check changed.yaml
  mkdir elsewhere
  sed 's/2020/2020 /' model_inputs.json >elsewhere/model_inputs.json
  cp other.yaml elsewhere/
  no 'other inputs' 'found other inputs' "$vintner" stats whole.h5 -o new.h5 --study elsewhere/other.yaml
  holds 'no refusal leaves a file' [ "$(echo new.h5*)" = 'new.h5*' ]
  holds 'no refusal changes the file' [ "$(sha256sum <whole.h5)" = "$sum" ]
}

faults() {
  local run row
  # Numbers of a scenario without an optimum are none, whatever is added to them.
  row=$(value whole.h5 status | awk 'NR > 100 && $1 == 0 { print NR - 1; exit }')
  if [ -n "$python" ]; then
    cp whole.h5 bad.h5
    "$python" -c "import h5py
with h5py.File('bad.h5', 'r+') as f: f['operation'][$row] += 1"
    no 'a damaged row' "bad.h5: scenario $row is damaged" "$vintner" stats bad.h5
    expect 'a damaged row on 3 ranks' 2 mpirun -n 3 "$vintner" stats bad.h5 -o new.h5
    holds 'a damaged row on 3 ranks: is named' grep -q "bad.h5: scenario $row is damaged" stderr
    holds 'a damaged row: no file' [ ! -e new.h5 ]
    cp whole.h5 empty.h5
    "$python" -c "import h5py
with h5py.File('empty.h5', 'r+') as f: f['status'][:] = -1"
    no 'nothing is done' 'found no scenario that is done' "$vintner" stats empty.h5
  fi
  study endless 1000000 '{}'
  "$vintner" run endless.yaml -q --threads 1 >stdout 2>stderr </dev/null &
  run=$!
  until_at_work "$run" endless.h5
  no 'while a run writes it' 'endless.h5: another run is writing it' "$vintner" stats endless.h5 --wait 0
  expect 'apart, while a run writes it' 75 "$vintner" stats endless.h5 -q -o beside.h5
  kill_all "$run"
  expect 'a signal ends it' 143 bash -c "$vintner stats endless.h5 -o gone.h5 -q & sleep 0.05; kill -TERM \$!; wait \$!"
  holds 'a signal leaves nothing' [ "$(echo gone.h5*)" = 'gone.h5*' ]
}

groups
in_place
stopped
apart
refusals
faults
finish
