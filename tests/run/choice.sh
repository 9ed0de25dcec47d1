#!/usr/bin/env bash
# Topic `choice`: technology choice, by hand, against exact answers, and what is refused.
#
#   bash tests/run/choice.sh [BUILD]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cp "$root/jobs/examples/choice/"* .
chmod u+w ./*

# choice NAME LINE...: a study of the example's databases; lines of model.choice without indentation
choice() {
  printf 'vintner: 1\nname: %s\nmodel:\n  choice:\n    databases: [%s]\n    methods: {gwp: [GWP, example]}\n' \
    "$1" "${database:-grid.json}" >"$1.yaml"
  printf '    %s\n' "${@:2}" >>"$1.yaml"
}

by_hand() {
  local study
  for study in single limited supply; do expect "$study" 0 "$vintner" run "$study.yaml" -q; done
  numbers 'single: objective' choice.h5 objective 1e-13 0.010526315789473684
  numbers 'single: levels' choice.h5 choice_level 1e-13 1.0526315789473684 0
  numbers 'single: scaling' choice.h5 scaling 1e-13 1.0526315789473684 0 1.0526315789473684
  numbers 'limited: objective' choice-limited.h5 objective 1e-13 0.58833333333333333
  numbers 'limited: shares' choice-limited.h5 choice_share 1e-13 0.46153846153846154 0.53846153846153846
  numbers 'supply: objective' choice-supply.h5 objective 1e-13 0.01
  numbers 'supply: slack' choice-supply.h5 slack 1e-13 0.95
  for study in choice choice-limited choice-supply; do
    at_most "$study: violation" "$study.h5" violation 1e-9
    holds "$study: unique" [ "$(value "$study.h5" unique)" = 1 ]
  done
  choice plain 'demand: {market: 1}'
  expect 'plain LCA' 0 "$vintner" run plain.yaml -q
  numbers 'plain LCA' plain.h5 objective 1e-13 0.54594594594594595 # 1.01 x 20/37
  choice impossible 'choices: {e: {wind: 0.1, coal: 0.1}}' 'demand: {market: 1}'
  expect 'impossible' 3 "$vintner" run impossible.yaml -q
  holds 'impossible: status' [ "$(value impossible.h5 status)" = 1 ]
}

commands_of_choice() {
  expect 'check' 0 "$vintner" check single.yaml --json
  holds 'check: JSON' python3 -m json.tool stdout
  expect 'show' 0 "$vintner" show choice.h5 --json
  holds 'show: JSON' python3 -m json.tool stdout
  expect 'show a study' 0 "$vintner" show single.yaml
  expect 'show a study as JSON' 0 "$vintner" show ensemble.yaml --json
  holds 'show a study: JSON' python3 -m json.tool stdout
}

# Wind w at most `wind`, demand d, coal's emission e, wind's own use 0.05 l: m = w + c.
futures() {
  expect 'futures' 0 "$vintner" run ensemble.yaml -q
  if paste -d ' ' <(value choice-ensemble.h5 objective) \
    <(value choice-ensemble.h5 factor_value | paste -d ' ' - - - -) | awk '{
      d = $2; l = 0.05 * $5; w = $3; c = (d - (1 - l) * w) / 0.9
      if (c < 0) { c = 0; w = d / (1 - l) }
      e = $4 * c + 0.01 * w - $1; if (e < 0) e = -e
      if (!(e <= 1e-12)) bad = 1; n++ } END { exit bad || n != 1024 }'; then passed=$((passed + 1)); else
    fail 'futures: not the closed form'
  fi
  at_most 'futures: violation' choice-ensemble.h5 violation 1e-9
  for ranks in 2 3; do
    expect "$ranks ranks" 0 mpirun --oversubscribe -n "$ranks" "$vintner" run ensemble.yaml -q -o "ranks$ranks.h5"
    same "$ranks ranks" choice-ensemble.h5 "ranks$ranks.h5"
  done
  expect 'threads' 0 "$vintner" run ensemble.yaml -q --threads 2 -o threads.h5
  same 'threads' choice-ensemble.h5 threads.h5
}

# bad TITLE PATTERN LINE...: a study that is refused
bad() {
  choice bad "${@:3}"
  refused "$1" "$2"
}

refusals() {
  local alternatives='choices: {e: {wind: 1, coal: ~}}'
  bad 'unknown alternative' "unknown process 'wimd'.*did you mean 'wind'" 'choices: {e: [wimd, coal]}' 'demand: {market: 1}'
  bad 'unknown product' "unknown product 'makret'.*'market'" "$alternatives" 'demand: {makret: 1}'
  bad 'unknown flow' "unknown flow 'co3'.*'co2'" "$alternatives" 'demand: {market: 1}' 'upper_elem_limit: {co3: 1}'
  bad 'unknown category' "unknown category 'gwq'.*'gwp'" "$alternatives" 'demand: {market: 1}' 'upper_imp_limit: {gwq: 1}'
  bad 'unknown objective' "unknown category 'gwq'" "$alternatives" 'demand: {market: 1}' 'objective: gwq'
  bad 'two choices' "'wind' a second time" 'choices: {e: [wind, coal], f: [wind]}' 'demand: {market: 1}'
  bad 'twice' "'wind' twice" 'choices: {e: [wind, wind]}' 'demand: {market: 1}'
  bad 'no alternatives' 'without alternatives' 'choices: {e: []}' 'demand: {market: 1}'
  bad 'demand on an alternative' "expected its choice 'e'" "$alternatives" 'demand: {wind: 1}'
  bad 'supply of an alternative' "an alternative of the choice 'e'" "$alternatives" 'supply: {wind: 1}'
  bad 'label of a node' "choice 'market', which is also" 'choices: {market: [wind, coal]}' 'demand: {market: 1}'
  bad 'negative capacity' 'negative capacity' 'choices: {e: {wind: -1}}' 'demand: {market: 1}'
  bad 'NaN capacity' 'finite number' 'choices: {e: {wind: .nan}}' 'demand: {market: 1}'
  bad 'infinite demand' 'finite number' "$alternatives" 'demand: {market: .inf}'
  bad 'crossing' 'cross' "$alternatives" 'demand: {market: 1}' 'lower_limit: {wind: 2}'
  bad 'crossing impacts' 'cross' "$alternatives" 'demand: {market: 1}' 'lower_imp_limit: {gwp: 2}' 'upper_imp_limit: {gwp: 1}'
  bad 'goal of 0' 'number > 0' "$alternatives" 'demand: {market: 1}' 'objective: {goal: {gwp: 0}}'
  bad 'goal of nothing' "unknown category 'x'" "$alternatives" 'demand: {market: 1}' 'objective: {goal: {x: 1}}'
  bad 'dependent without bounds' "neither 'min' nor 'max'" "$alternatives" 'demand: {market: 1}' 'dependent_constraints: {a: {terms: {wind: 1}}}'
  bad 'dependent without terms' 'no terms' "$alternatives" 'demand: {market: 1}' 'dependent_constraints: {a: {terms: {}, max: 1}}'
  bad 'storage without time' 'without time' "$alternatives" 'demand: {market: 1}' 'storage: [{to: e, from: e}]'
  bad 'storage factor' 'factor -1' "$alternatives" 'demand: {market: 1}' 'time: {steps: 2, storage: [{to: e, from: e, factor: -1}]}'
  bad 'storage of an alternative' "expected its choice 'e'" "$alternatives" 'demand: {market: 1}' 'time: {steps: 2, storage: [{to: wind, from: e}]}'
  bad 'a step outside' 'step 3' "$alternatives" 'demand: {market: {3: 1}}' 'time: {steps: 2}'
  bad 'a step twice' 'step 2 a second time' "$alternatives" 'demand: {market: {1:2: 1, 2: 1}}' 'time: {steps: 2}'
  bad 'steps without time' 'without .*time' "$alternatives" 'demand: {market: {1: 1}}'
  bad 'neither demand nor supply' 'neither demand nor supply' "$alternatives"
  bad 'free of what is none' 'no alternative' "$alternatives" 'demand: {market: 1}' 'free: [market]'
  bad 'a glob that names nothing' 'names no process' "$alternatives" 'demand: {market: 1}' 'upper_limit: {"x*": 1}'
  bad 'chance and goals' 'with goals' "$alternatives" 'demand: {market: 1}' 'objective: {goal: {gwp: 1}}' 'chance: {confidence: 0.9}'
  bad 'confidence' 'between 0 and 1' "$alternatives" 'demand: {market: 1}' 'chance: {confidence: 1}'
  bad 'a product that is taken' 'does not make' 'choices: {e: {wind: {product: market}}}' 'demand: {market: 1}'
  bad 'no circle of more than 1' 'multiply to 1.1' "$alternatives" 'demand: {e: 1}' 'time: {steps: 2, storage: [{to: e, from: e, factor: 1.1}], cyclic: true}'
  bad 'storage and supply' 'slack of a supply' "$alternatives" 'supply: {market: 1}' 'time: {steps: 2, storage: [{to: market, from: e}]}'
  bad 'unknown key' "unknown key.*'upper_limits'.*upper_limit" "$alternatives" 'demand: {market: 1}' 'upper_limits: {wind: 1}'
}

# A battery: what charge and hold make and discharge does not take is held for the next step.
steps() {
  local name inputs before='' process
  {
    printf '{"databases": {"db": {"data": {'
    for process in 'solar ' 'coal ' 'charge solar' 'hold held' 'discharge charge' 'held '; do
      name=${process%% *} inputs=${process#* }
      printf '%s"%s": {"exchanges": [{"input": ["db", "%s"], "type": "production", "amount": 1}' "$before" "$name" "$name"
      if [ -n "$inputs" ]; then printf ', {"input": ["db", "%s"], "type": "technosphere", "amount": 1}' "$inputs"; fi
      if [ "$name" = coal ]; then printf ', {"input": ["air", "co2"], "type": "biosphere", "amount": 1}'; fi
      printf ']}'
      before=', '
    done
    printf '}}, "air": {"data": {"co2": {"type": "emission"}}}},\n'
    printf '"methods": [{"name": ["GWP", "example"], "cfs": [[["air", "co2"], 1]]}]}\n'
  } >battery.json
  local choices='choices: {electricity: [solar, coal, discharge], charged: [charge, hold]}' demand='demand: {electricity: 3}'
  local limits='upper_limit: {solar: {1: 5, 2: 1, 3: 0}, held: 0}' database=battery.json
  choice battery "$choices" "$demand" "$limits" 'time: {steps: 3, storage: [{to: held, from: charged, factor: 0.8}]}'
  expect 'battery' 0 "$vintner" run battery.yaml -q
  numbers 'battery: coal' battery.h5 objective 1e-12 3.4
  at_most 'battery: violation' battery.h5 violation 1e-9
  numbers 'battery: time' battery.h5 time 0 1 2 3
  choice empty "$choices" "$demand" "$limits" 'time: {steps: 3}'
  expect 'no battery' 0 "$vintner" run empty.yaml -q
  numbers 'no battery: coal' empty.h5 objective 1e-12 5
  choice circle "$choices" "$demand" 'upper_limit: {solar: {1: 0, 2: 5, 3: 5}, held: 0}' \
    'time: {steps: 3, storage: [{to: held, from: charged, factor: 1}], cyclic: true}'
  expect 'a circle' 0 "$vintner" run circle.yaml -q
  holds 'a circle: no coal' awk -v o="$(value circle.h5 objective)" 'BEGIN { exit !(o < 1e-12 && o > -1e-12) }'
  holds 'a circle: least surplus' [ "$(value circle.h5 surplus | sort -g | head -1)" = 0 ]
  choice goal "$choices" "$demand" "$limits" 'time: {steps: 3}' 'objective: {goal: {gwp: 2}}'
  expect 'goal' 0 "$vintner" run goal.yaml -q
  numbers 'goal: missed by' goal.h5 objective 1e-12 1.5
  numbers 'goal: transgression' goal.h5 transgression 1e-12 1.5
}

explanations() {
  choice conflict 'choices: {e: {wind: 0.1, coal: ~}}' 'demand: {market: 1}' 'upper_imp_limit: {gwp: 0.5}'
  expect 'conflict' 3 "$vintner" run conflict.yaml -q
  expect 'diagnose' 0 "$vintner" diagnose conflict.h5
  for member in 'demand\[market\] = 1' 'capacity\[e, wind\] <= 0.1' 'upper_imp_limit\[gwp\] <= 0.5'; do
    holds "diagnose: $member" grep -q "$member" stdout
  done
  expect 'diagnose as JSON' 0 "$vintner" diagnose conflict.h5 --json
  holds 'diagnose: JSON' python3 -m json.tool stdout
  choice endless 'choices: {e: [wind, coal]}' 'demand: {market: 1}' 'free: [coal]'
  expect 'endless' 3 "$vintner" run endless.yaml -q
  holds 'endless: status' [ "$(value endless.h5 status)" = 2 ]
  expect 'diagnose what is endless' 0 "$vintner" diagnose endless.h5
  holds 'diagnose: what grows' grep -q "'coal'" stdout
}

golden() {
  local python
  python=$(find_python 'h5py, yaml')
  if [ -z "$python" ] || [ ! -e "${VINTNER_SHARED:-}/cases/choice/golden.json" ]; then
    echo 'skipped: the golden cases need a Python with h5py and yaml, and cases/choice'
    return
  fi
  mkdir golden
  expect 'golden cases' 0 "$python" "$oracles/choice_golden.py" "$vintner" "$VINTNER_SHARED/cases/choice/golden.json" golden
  [ "$failed" = 0 ] || head -20 stdout
}

chance() {
  local python
  python=$(find_python 'h5py, yaml')
  if [ -z "$python" ]; then
    echo 'skipped: chance needs a Python with h5py and yaml'
    return
  fi
  mkdir chance
  expect 'chance' 0 "$python" "$oracles/choice_chance.py" "$vintner" chance
  [ "$failed" = 0 ] || head -20 stdout
  local alternatives='choices: {e: {wind: 1, coal: ~}}'
  bad 'a level below one half' '1/2 or more' "$alternatives" 'demand: {market: 1}' 'chance: {confidence: 0.3}'
  bad 'shares' 'sum is 0.9' "$alternatives" 'demand: {market: 1}' 'chance: {confidence: 0.9, shares: [0.9]}'
  bad 'number of shares' 'found 2 shares, expected 1' "$alternatives" 'demand: {market: 1}' 'chance: {confidence: 0.9, shares: [0.5, 0.5]}'
  bad 'negative shares' 'positive' "$alternatives" 'demand: {market: 1}' 'chance: {confidence: 0.9, shares: [1.5, -0.5], upper_limit: {wind: {uniform: [0, 1]}}}'
  bad 'a family' "'gamma'" "$alternatives" 'demand: {market: 1}' 'chance: {confidence: 0.9, upper_limit: {wind: {gamma: {shape: 1, scale: 1}}}}'
  bad 'an uncertain limit of nothing' "unknown process 'wimd'" "$alternatives" 'demand: {market: 1}' 'chance: {confidence: 0.9, upper_limit: {wimd: {uniform: [0, 1]}}}'
  sed 's/"type": "biosphere", "amount": 1}/"type": "biosphere", "amount": 1, "uncertainty type": 8, "scale": 1, "shape": 1}/' grid.json >weibull.json
  database=weibull.json bad 'a family of the database' 'type 8 for the exchange' "$alternatives" 'demand: {market: 1}' 'chance: {confidence: 0.9}'
}

# What a draw of the databases was: limited, wind 0.5 and coal 7/12 for 1 kWh.
draws() {
  sed 's/{"input": \["nature", "co2"\], "type": "biosphere", "amount": 1}/{"input": ["nature", "co2"], "type": "biosphere", "amount": 1, "uncertainty type": 2, "loc": 0, "scale": 0.3}/' \
    grid.json >drawn.json
  sed -e 's/grid.json/drawn.json/; s/^results.*//; s/choice-limited/drawn/' limited.yaml >drawn.yaml
  printf 'ensemble: {seed: 1, design: {monte-carlo: 5}, background_uncertainty: true}\n' >>drawn.yaml
  expect 'draws' 0 "$vintner" run drawn.yaml -q -o drawn.h5
  expect 'an exchange' 0 "$vintner" show drawn.h5 --scenario 2 --exchange co2 coal --json
  near 'an exchange: the objective is made of it' "$(value drawn.h5 objective 2 1)" \
    "$(python3 -c 'import json; print(repr(0.005 + json.load(open("stdout"))[0]["draw"] * 7 / 12))')" 1e-12
}

random_systems() {
  local python
  python=$(find_python 'h5py, yaml, scipy')
  if [ -z "$python" ]; then
    echo 'skipped: random systems need a Python with h5py, yaml and scipy'
    return
  fi
  mkdir random
  RANGES=30 expect 'random systems' 0 "$python" "$oracles/oracle_choice.py" "$vintner" random "${SYSTEMS:-100}" 2000
  [ "$failed" = 0 ] || head -20 stdout
  RANGES=3 expect 'limits on all processes' 0 "$python" "$oracles/oracle_choice.py" "$vintner" random 20 1 60
}

by_hand
commands_of_choice
futures
refusals
steps
explanations
golden
chance
draws
random_systems
finish
