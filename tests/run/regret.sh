#!/usr/bin/env bash
# Topic `regret`: plans under all scenarios that are known by hand, an independent solver, any ranks,
# kills and signals, refusals.
#
#   bash tests/run/regret.sh [BUILD]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# Two years, in each of which plants are built anew. A unit of A or B that is built causes 1 or 2 (A by
# factor), one that runs 10; it makes one R. 4 R are wanted a year.
write_model() {
  cat >two.json <<'JSON'
{"PROCESS": ["A", "B"], "PRODUCT": ["R"], "INTERMEDIATE_FLOW": [], "ELEMENTARY_FLOW": ["CO2", "CH4"],
 "BACKGROUND_ID": [], "PROCESS_TIME": [0], "SYSTEM_TIME": [2020, 2021], "CATEGORY": ["climate", "other"],
 "demand": {"[\"R\", 2020]": 4, "[\"R\", 2021]": 4}, "mapping": {}, "background_inventory": {},
 "operation_flow": {"[\"A\", \"R\"]": true, "[\"B\", \"R\"]": true, "[\"A\", \"CH4\"]": true, "[\"B\", \"CH4\"]": true},
 "foreground_technosphere": {}, "internal_demand_technosphere": {},
 "foreground_production": {"[\"A\", \"R\", 0]": 1, "[\"B\", \"R\", 0]": 1},
 "foreground_biosphere": {"[\"A\", \"CO2\", 0]": 1, "[\"B\", \"CO2\", 0]": 2, "[\"A\", \"CH4\", 0]": 10, "[\"B\", \"CH4\", 0]": 10},
 "characterization": {"[\"climate\", \"CO2\", 2020]": 1, "[\"climate\", \"CO2\", 2021]": 1,
  "[\"climate\", \"CH4\", 2020]": 1, "[\"climate\", \"CH4\", 2021]": 1},
 "operation_time_limits": {"A": [0, 0], "B": [0, 0]}}
JSON
}

# study NAME REGRET DESIGN FACTOR...
study() {
  cat >"$1.yaml" <<YAML
vintner: 1
name: $1
model:
  pathway: {inputs: two.json, objective: climate}
results:
  keep: [installation]
  regret: $2
ensemble:
  seed: 3
  design: $3
  factors:
YAML
  printf '    %s\n' "${@:4}" >>"$1.yaml"
}

on_ranks() { # on_ranks NAME: the same bits on 1, 2 and 3 ranks
  local ranks
  expect "$1" 0 run 0 1 run "$1.yaml" -q -o "$1.h5"
  for ranks in 1 2 3; do
    expect "$1 on $ranks ranks" 0 run "$ranks" 2 run "$1.yaml" -q -o "$1-$ranks.h5"
    same "$1 on $ranks ranks" "$1.h5" "$1-$ranks.h5"
  done
}

row() { value "$@" | paste -sd' '; }

# table TITLE FILE DATASET EXPECTED...: to 1e-7, nan where nan is expected
table() {
  local title=$1 found
  found=$(row "$2" "$3")
  shift 3
  holds "$title: $found, expected $*" awk -v found="$found" -v expected="$*" 'BEGIN {
    n = split(found, a, " ")
    if (n != split(expected, b, " ")) exit 1
    for (i = 1; i <= n; i++) {
      d = a[i] - b[i]; if (d < 0) d = -d
      if ((a[i] ~ /nan/) != (b[i] ~ /nan/) || (b[i] !~ /nan/ && !(d <= 1e-7 * (1 + b[i])))) exit 1
    }}'
}

# robust TITLE FILE PLAN MEAN_PLAN
robust() {
  "$vintner" show "$2" --json >json
  holds "$1: robust plan" grep -qF "\"robust_plan\": $3," json
  holds "$1: least mean regret" grep -qF "\"robust_mean_plan\": $4," json
}

# A plan for more can meet less, and pays for what it built: 2 a unit, in two years.
demand() {
  study demand true factorial 'd: {target: "demand[R, *]", multiply: [1, 3, 2, 5]}'
  on_ranks demand
  holds 'a plan each' [ "$(row demand.h5 regret/plan_scenario)" = '0 1 2 3' ]
  holds 'who can meet what' [ "$(row demand.h5 regret/status)" = '0 1 1 1 0 0 0 1 0 1 0 1 0 0 0 0' ]
  table 'regret' demand.h5 regret/regret 0 nan nan nan 16 0 8 nan 8 nan 0 nan 32 16 24 0
  holds 'its own is exactly 0' [ "$(for i in 0 5 10 15; do value demand.h5 regret/regret $i 1; done | sort -u)" = 0 ]
  table 'objective' demand.h5 regret/objective 88 nan nan nan 104 264 184 nan 96 nan 176 nan 120 280 200 440
  table 'mean' demand.h5 regret/regret_mean 0 8 4 18
  table 'largest' demand.h5 regret/regret_max 0 16 8 32
  table 'feasible' demand.h5 regret/feasible_share 0.25 0.75 0.5 1
  robust 'demand' demand.h5 3 3
  "$vintner" show demand.h5 >shown
  holds 'is told' grep -qE '^  robust plan +of scenario 3: largest regret 32, mean 18, feasible in 100 %$' shown
  holds 'in a table' grep -qE '^  1 +16 +8 +75$' shown
  expect 'nothing is missing' 0 "$vintner" resume demand.h5 -q
  same 'nothing is missing' demand.h5 demand-1.h5
  # The groups that come from the rows alone are made again, this one stays.
  cp demand.h5 again.h5
  expect 'stats' 0 "$vintner" stats again.h5 -q
  same 'stats' demand.h5 again.h5
  expect 'stats apart' 0 "$vintner" stats demand.h5 -q -o apart.h5
  holds 'has none of it' [ "$(value apart.h5 regret/status)" = none ]
}

# A costs x, B 2: whoever built A pays x - 2 a unit where that is more, and the other way round.
choice() {
  local a='foreground_biosphere[A, CO2, *]'
  study choice true factorial "x: {target: \"$a\", set: [1, 1.5, 4, 3.5]}"
  on_ranks choice
  table 'regret' choice.h5 regret/regret 0 0 16 12 0 0 16 12 8 4 0 0 8 4 0 0
  holds 'all can' [ "$(value choice.h5 regret/status | sort -u)" = 0 ]
  # Plans of 2 and 3 are the same: the first is told.
  robust 'choice' choice.h5 2 2
  study medoids '{plans: 2}' factorial "x: {target: \"$a\", set: [1, 4, 1.5, 3.5, 1.2]}"
  on_ranks medoids
  holds 'one of each' [ "$(row medoids.h5 regret/plan_scenario)" = '0 1' ]
  table 'their regret' medoids.h5 regret/regret 0 16 0 12 0 8 0 4 0 6.4
  robust 'medoids' medoids.h5 1 1
  # The worst of B is 8 as is the worst of A; the mean decides, then the number.
  study ties true factorial "x: {target: \"$a\", set: [1, 3, 3, 1]}"
  expect 'ties' 0 "$vintner" run ties.yaml -q -o ties.h5
  robust 'ties' ties.h5 0 0
  study means true factorial "x: {target: \"$a\", set: [3, 1, 3, 3]}"
  expect 'means' 0 "$vintner" run means.yaml -q -o means.h5
  robust 'means' means.h5 0 0
  study means '{plans: 3}' factorial "x: {target: \"$a\", set: [1, 3, 3, 3]}"
  expect 'means' 0 "$vintner" run means.yaml -q -o means.h5 --force
  robust 'means, A first' means.h5 1 1
}

# Plans that hold in the first year only.
fix() {
  study early '{fix: 2020}' factorial 'd: {target: "demand[R, 2020]", multiply: [1, 2]}' \
    'e: {target: "demand[R, 2021]", multiply: [1, 3]}'
  on_ranks early
  holds 'the second year is free' [ "$(row early.h5 regret/status)" = '0 0 1 1 0 0 1 1 0 0 0 0 0 0 0 0' ]
  table 'regret of the first year' early.h5 regret/regret 0 0 nan nan 0 0 nan nan 4 4 0 0 4 4 0 0
  edited early.yaml 's/2020}$/2021}/' late.yaml
  edited early.yaml 's/\{fix: 2020}/true/' all.yaml
  expect 'to the last year' 0 "$vintner" run late.yaml -q -o late.h5
  expect 'in all years' 0 "$vintner" run all.yaml -q -o all.h5
  holds 'are the same' [ "$(row late.h5 regret/regret)" = "$(row all.h5 regret/regret)" ]
  holds 'and others' [ "$(row late.h5 regret/status)" = '0 1 1 1 0 0 1 1 0 1 0 1 0 0 0 0' ]
}

# Scenarios without an optimum give no plan, and no plan has a regret there.
without() {
  study limits true factorial 'l: {target: "cumulative_process_limits_max[A|B]", set: [3, 100]}' \
    'd: {target: "demand[R, *]", multiply: [1, 2]}'
  on_ranks limits
  holds 'two have none' [ "$(row limits.h5 status)" = '1 1 0 0' ]
  holds 'two plans' [ "$(row limits.h5 regret/plan_scenario)" = '2 3 -1 -1' ]
  holds 'places without are no work' [ "$(row limits.h5 regret/status)" = '1 1 0 1 1 1 0 0 -1 -1 -1 -1 -1 -1 -1 -1' ]
  table 'regret' limits.h5 regret/regret nan nan 0 nan nan nan 8 0 nan nan nan nan nan nan nan nan
  table 'of those with an optimum' limits.h5 regret/feasible_share 0.5 1 nan nan
  robust 'limits' limits.h5 3 3
  study none true factorial 'l: {target: "cumulative_process_limits_max[A|B]", set: [1, 2]}'
  on_ranks none
  holds 'no plan' [ "$(row none.h5 regret/plan_scenario)" = '-1 -1' ]
  robust 'none' none.h5 -1 -1
  "$vintner" show none.h5 >shown
  holds 'is told' grep -q 'no scenario has a plan' shown
  study fails true factorial 'd: {target: "demand[R, *]", set: "4 / p"}'
  sed -i '/^ensemble:/i parameters:\n  p: [0, 1, 2]' fails.yaml
  on_ranks fails
  holds 'a formula that fails' [ "$(row fails.h5 regret/status)" = '6 0 0 6 1 0 -1 -1 -1' ]
}

# Installation that is stored in single precision is given within what that takes.
single() {
  study single true '{monte-carlo: 30}' 'd: {target: "demand[R, 2020]", multiply: {uniform: [0.5, 2]}}'
  sed -i 's/^results:/results:\n  precision: single/' single.yaml
  expect 'single' 0 "$vintner" run single.yaml -q -o single.h5
  local found
  found=$(paste -d' ' <(value single.h5 factor_value) <(for i in {0..29}; do row single.h5 regret/regret $((i * 30)) 30; done) | awk '
    function far(a, b) { return a - b > 1e-5 || b - a > 1e-5 || a != a }
    { d[NR] = $1; for (k = 2; k <= 31; k++) regret[NR, k - 1] = $k }
    END {
      for (i = 1; i <= 30; i++) for (k = 1; k <= 30; k++) {
        if (d[k] > d[i] && regret[i, k] !~ /nan/) print i, k, regret[i, k]
        if (d[k] <= d[i] && far(regret[i, k], 4 * (d[i] - d[k]))) print i, k, regret[i, k]
      }
    }')
  holds "single: $found" [ -z "$found" ]
}

oracle() {
  local python
  python=$(find_python 'scipy, h5py, yaml')
  if [ -z "$python" ]; then
    echo 'no independent solver: no Python with scipy, h5py and yaml; VINTNER_PYTHON names one'
    return
  fi
  on_ranks regret
  expect 'the example again' 0 "$python" "$oracles/oracle_regret.py" --check regret.h5 regret.yaml --sample 80
  edited regret.yaml 's/annual/lifetime/; s/, fix: 2028//; s/256/400/; s/plans: 12/plans: 9/' lifetime.yaml
  expect 'lifetime' 0 run 2 1 run lifetime.yaml -q -o lifetime.h5
  expect 'and its lifetime form' 0 "$python" "$oracles/oracle_regret.py" --check lifetime.h5 lifetime.yaml --sample 40
  expect 'random models' 0 "$python" "$oracles/oracle_regret.py" --compare "$vintner" --count "${ORACLE_MODELS:-40}"
  cat stdout
}

# ---------------------------------------------------------------------------------------------
# Kills and signals.

undone() { value "$1" regret/status | grep -c '^-1$' || true; }

until_pairs() { # until_pairs PROCESS FILE: until some pair is in the file
  local all
  all=$(value whole.h5 regret/status | wc -l)
  while kill -0 "$1" 2>/dev/null; do
    case $(undone "$2") in "$all" | 0) sleep 0.01 ;; *) return ;; esac
  done
}

# stopped RANKS HOW: of a run that was at its pairs
stopped() {
  local ranks=$1 how=$2 code left launch
  for _ in {1..10}; do
    rm -f torn.h5*
    launch=(env)
    if [ "$ranks" -gt 0 ]; then launch=(mpirun -n "$ranks"); fi
    env --default-signal "${launch[@]}" "$vintner" run long.yaml -q -o torn.h5 --threads 1 >stdout 2>stderr </dev/null &
    process=$!
    until_pairs "$process" torn.h5
    code=0
    if [ "$how" = kill ]; then
      kill_all "$process"
      code=75
    else
      kill -s "$how" "$process" 2>/dev/null || true
      wait "$process" || code=$?
    fi
    left=$(undone torn.h5)
    if [ "$left" -gt 0 ] && [ "$left" -lt "$(value torn.h5 regret/status | wc -l)" ]; then break; fi
  done
  holds "$ranks ranks, $how: hit a run at its pairs" [ "$left" -gt 0 ]
  holds "$ranks ranks, $how: exit code $code" [ "$code" = 75 ]
}

killed() {
  local ranks
  # Pairs take long enough for a kill to find the run at them.
  edited regret.yaml 's/256/600/; s/plans: 12/plans: 40/; s/regret$/long/' long.yaml
  expect 'uninterrupted' 0 run 2 1 run long.yaml -q -o whole.h5
  for ranks in 0 2 3; do
    stopped "$ranks" kill
    expect "killed on $ranks ranks: readable" 0 "$vintner" show torn.h5
    holds 'says how far it is' grep -qE '600 of 600 scenarios are done, [0-9]+ of 24000 plan pairs; ' stdout
    "$vintner" show torn.h5 --json >json
    holds 'and as JSON' grep -qF "\"plan_pairs_not_done\": $(undone torn.h5)," json
    expect "killed on $ranks ranks: resume" 0 run $(((ranks + 1) % 4)) 2 resume torn.h5 -q
    same "killed on $ranks ranks" whole.h5 torn.h5
  done
  # Killed among the scenarios, when there are no plans yet.
  edited long.yaml 's/600/9000/; s/plans: 40/plans: 2/' before.yaml
  torn before.h5 2 run before.yaml
  "$vintner" show before.h5 >shown
  holds 'no pair is done' grep -q ', 0 of 18000 plan pairs; ' shown
  expect 'killed before there are plans: resume' 0 run 3 1 resume before.h5 -q
  expect 'not killed' 0 run 0 2 run before.yaml -q -o never.h5
  same 'killed before there are plans' never.h5 before.h5
  stopped 0 TERM
  holds 'one line says what is left' grep -qE "^vintner: torn.h5: stopped by SIGTERM with 0 of 600 scenarios left and $(undone torn.h5) of 24000 plan pairs left; vintner resume torn.h5$" stderr
  expect 'stopped: resume' 0 run 2 1 resume torn.h5 -q
  same 'stopped' whole.h5 torn.h5
  stopped 2 USR1
  holds 'ranks say the same' grep -qE "stopped by SIGUSR1 with 0 of 600 scenarios left and $(undone torn.h5) of 24000 plan pairs left" stderr
  expect 'ranks stopped: resume' 0 run 1 1 resume torn.h5 -q
  same 'ranks stopped' whole.h5 torn.h5
}

# spoil FILE: a few bytes of what scenario 0 installs
spoil() {
  printf '\1\2\3' | dd of="$1" conv=notrunc status=none bs=1 \
    seek="$("$build/tests/common/outside" "$1" installation where .)"
}

# What was made of a row that is damaged is made again.
damaged() {
  cp whole.h5 spoiled.h5
  spoil spoiled.h5
  expect 'verify' 0 run 2 1 resume spoiled.h5 --verify -q
  same 'verified' whole.h5 spoiled.h5
  stopped 0 kill
  spoil torn.h5
  expect 'damaged among the pairs: verify' 0 run 0 2 resume torn.h5 --verify -q
  same 'damaged among the pairs' whole.h5 torn.h5
  # Plans that were chosen from a damaged row are chosen again.
  edited long.yaml 's/regret: .*/regret: true/; s/600/40/' every.yaml
  expect 'a plan each' 0 "$vintner" run every.yaml -q -o every.h5
  cp every.h5 spoiled.h5
  spoil spoiled.h5
  expect 'a plan that is damaged: verify' 0 "$vintner" resume spoiled.h5 --verify -q
  same 'a plan that is damaged' every.h5 spoiled.h5
}

# ---------------------------------------------------------------------------------------------

planned() {
  study plan '{plans: 7}' '{monte-carlo: 300}' 'd: {target: "demand[R, *]", multiply: {uniform: [1, 2]}}'
  expect 'check' 0 "$vintner" check plan.yaml
  holds 'check: pairs' grep -qE '^regret +7 plans x 300 scenarios = 2100 plan pairs$' stdout
  expect 'check --json' 0 "$vintner" check plan.yaml --json
  holds 'check: as JSON' grep -qF '"plans": 7, "plan_pairs": 2100' stdout
  sed -i 's/{plans: 7}/true/' plan.yaml
  expect 'check: default' 0 "$vintner" check plan.yaml
  holds 'check: twenty' grep -q '20 plans x 300 scenarios = 6000 plan pairs' stdout
  edited plan.yaml 's/300/200/' all.yaml
  expect 'check: all' 0 "$vintner" check all.yaml
  holds 'check: two hundred' grep -q '200 plans x 200 scenarios = 40000 plan pairs' stdout
  # One future alone has one plan.
  printf 'vintner: 1\nname: one\nmodel: {pathway: {inputs: two.json, objective: climate}}\nresults: {regret: true}\n' >one.yaml
  expect 'without an ensemble' 0 "$vintner" run one.yaml -q -o one.h5

  holds 'its own' [ "$(row one.h5 regret/regret)" = 0 ]
  # Places by lot among more than can be compared: on all ranks the same.
  edited plan.yaml 's/true/{plans: 3}/; s/300/2600/; s/name: plan/name: many/' many.yaml
  on_ranks many
  holds 'three plans' [ "$(value many.h5 regret/plan_scenario | awk '$1 > last || NR == 1 { n++ } { last = $1 } END { print n }')" = 3 ]
}

refusals() {
  local d='d: {target: "demand[R, *]", multiply: {uniform: [1, 2]}}'
  study bad '{plans: 2500}' '{monte-carlo: 3000}' "$d"
  refused 'too many to compare' "^vintner: bad.yaml:7: 'results.regret.plans': found 2500 plans of 3000 scenarios, expected at most 2000, or all of them$"
  study bad '{plans: 20000}' '{monte-carlo: 20000}' "$d"
  refused 'too many pairs' "^vintner: bad.yaml:7: 'results.regret': found 20000 plans x 20000 scenarios, expected at most 100000000 pairs"
  study bad '{plans: 5, fix: 2022}' '{monte-carlo: 9}' "$d"
  refused 'no such year' "^vintner: bad.yaml:7: 'results.regret.fix': found 2022, expected a year from 2020 to 2021$"
  study bad '{plans: 0}' '{monte-carlo: 9}' "$d"
  refused 'no plan' "^vintner: bad.yaml:7: 'results.regret.plans': found "
  study bad true '{monte-carlo: 9}' "$d"
  sed -i 's/keep: .*/keep: [operation]/' bad.yaml
  refused 'not kept' "^vintner: bad.yaml:7: 'results.regret': found it without installations"
  study bad true '{monte-carlo: 9}' "$d"
  sed -i 's/objective: climate/objective: [climate, other]/' bad.yaml
  refused 'two objectives' "^vintner: bad.yaml:7: 'results.regret': found an objective of 2 levels in line 4"
  for design in 'alternatives: {slack: 0.1}' 'pareto: {categories: [climate, other], points: 5}'; do
    printf 'vintner: 1\nname: bad\nmodel: {pathway: {inputs: two.json, objective: climate}}\nresults: {regret: true}\nensemble: {design: {%s}}\n' "$design" >bad.yaml
    refused "$design" "^vintner: bad.yaml:4: 'results.regret': found it with the design '${design%%:*}'"
  done
  plain bad x.json '[{activity: [d, p]}]' 'methods: [[m]]'
  echo 'results: {regret: true}' >>bad.yaml
  echo '{}' >x.json
  refused 'plain LCA' "'results.regret': found it in 'model.inventory', expected a pathway model"
}

write_model
demand
choice
fix
without
single
oracle
killed
damaged
planned
refusals
finish
