#!/usr/bin/env bash
# Topic `uncertainty`: ensembles of plain LCA, against closed forms.
#
#   bash tests/run/uncertainty.sh [BUILD]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cp "$root/jobs/examples/bike/"* .
chmod u+w ./*

# study NAME DESIGN FACTOR...: two demands on the bicycle; factors without their indentation
study() {
  cat >"$1.yaml" <<YAML
vintner: 1
name: $1
model:
  inventory:
    databases: [${database:-bike.json}]
    demands: [{activity: [bike, bike], name: b}, {activity: [bike, steel], amount: ${steel:-10}, name: s}]
    methods: {gwp: [GWP, example], land_use: [land use, example]}
    keep: [inventory, supply]
ensemble:
  design: $2
  factors:
YAML
  printf '    %s\n' "${@:3}" >>"$1.yaml"
}

# closed_form TITLE FILE FACTORS PROGRAM: of each scenario the four scores, columns 1 to 4, are what
# PROGRAM (awk) sets e[1] to e[4] to, from the factors in the columns after them
closed_form() {
  local title=$1 file=$2
  if paste -d ' ' <(value "$file" score | paste -d ' ' - - - -) \
    <(value "$file" factor_value | paste -d ' ' $(printf -- '- %.0s' $(seq "$3"))) | awk "$4"'
    { for (i = 1; i <= 4; i++) { d = $i - e[i]; if (d < 0) d = -d; if (!(d <= 1e-12 * (1 + e[i]))) bad = 1 } n++ }
    END { exit bad || n < 2 }'; then passed=$((passed + 1)); else fail "$title: not the closed form"; fi
}

# Steel and power feed each other: a bicycle takes 15 and 125, 10 kg of steel 12.5 and 62.5.
closed_forms() {
  expect 'example' 0 "$vintner" run ensemble.yaml -q -o example.h5
  closed_form 'example' example.h5 5 '{
    e[1] = 30 * $7 + 125 * $8 + 0.125 * $9; e[2] = 25
    e[3] = $5 * (25 * $7 + 62.5 * $8 + 0.0625 * $9); e[4] = $5 * 12.5 }'
  holds 'all solved' [ "$(value example.h5 status | sort -u)" = 0 ]
  numbers 'reference without factors' example.h5 reference/score 1e-14 96.25 25 58.125 12.5
  numbers 'contributions of the reference' example.h5 reference/top_process 0 2 1 2 -1 2 1 2 -1
  holds 'no contributions of scenarios' [ "$(value example.h5 top_process)" = none ]
  at_most 'residual' example.h5 residual 1e-15
  at_most 'residual of scenarios' example.h5 draw_residual 1e-15

  study added factorial 'a: {target: "biosphere[co2, steel|electricity]", add: [0, 1]}' \
    'd: {target: "demand[b]", set: [0, 2]}' 'l: {target: "characterization[*, land]", multiply: [1, 3]}'
  expect 'added' 0 "$vintner" run added.yaml -q
  closed_form 'added' added.h5 3 '{
    e[1] = $6 * (96.25 + 140 * $5); e[2] = $6 * 25 * $7; e[3] = 58.125 + 75 * $5; e[4] = 12.5 * $7 }'
  numbers 'supply' added.h5 supply 1e-14 $(for i in 0 0 2 2 0 0 2 2; do
    echo "$i $((15 * i)) $((125 * i)) 0 12.5 62.5"
  done)

  # What is not demanded in the reference may be in a scenario.
  steel=0 study nothing one-at-a-time 'd: {target: "demand[s]", set: [0, 10]}'
  expect 'nothing' 0 "$vintner" run nothing.yaml -q
  numbers 'nothing' nothing.h5 score 1e-14 96.25 25 0 0 96.25 25 58.125 12.5
  numbers 'nothing in the reference' nothing.h5 reference/score 1e-14 96.25 25 0 0
}

# Exchanges between processes: the loop of steel and power is solved in each scenario.
supply_chains() {
  local form='{ a = $5; b = 0.04 * $6; z = 1 / (1 - a * b)
    s = (10 + b * 50) * z; p = 50 + a * s; f = 10 * z; q = a * f
    e[1] = $8 * ($7 * s + 0.5 * p + 0.001 * $9 * p); e[2] = $8 * 0.2 * p
    e[3] = $7 * f + 0.5 * q + 0.001 * $9 * q; e[4] = 0.2 * q }'
  study chain '{monte-carlo: 300}' 'a: {target: "technosphere[electricity, steel]", set: {uniform: [4, 6]}}' \
    'b: {target: "technosphere[bike:steel, bike:electricity]", multiply: {uniform: [0.9, 1.1]}}' \
    'c: {target: "biosphere[co2, steel]", set: {uniform: [1.9, 2.1]}}' \
    'd: {target: "demand[b]", multiply: {uniform: [1, 2]}}' \
    'm: {target: "characterization[gwp, ch4]", set: {uniform: [25, 35]}}'
  expect 'chain' 0 "$vintner" run chain.yaml -q
  closed_form 'chain' chain.h5 5 "$form"
  at_most 'chain: residual' chain.h5 draw_residual 1e-12
  near 'chain: the worst' "$(value chain.h5 residual 0 1)" \
    "$({ value chain.h5 draw_residual; value chain.h5 residual; } | awk 'NR % 2 == 1' | sort -g | tail -n 1)" 1e-15
  holds 'chain: solved' [ "$(value chain.h5 performance/iterations | sort -g | tail -n 1)" -gt 0 ]
  # Scores alone, of more demands than categories, come from the adjoint.
  edited chain.yaml '/keep/d; /land_use/s/, land_use.*/}/; s/^name: .*/name: adjoint/' adjoint.yaml
  expect 'adjoint' 0 "$vintner" run adjoint.yaml -q
  if paste <(value adjoint.h5 score) <(value chain.h5 score | awk 'NR % 2 == 1') | awk '
    { d = $1 - $2; if (d < 0) d = -d; if (!(d <= 1e-12 * $2)) bad = 1; n++ } END { exit bad || n != 600 }'; then
    passed=$((passed + 1))
  else
    fail 'adjoint: other scores'
  fi
  for ranks in 1 2 3; do
    expect "chain on $ranks ranks" 0 run "$ranks" 2 run chain.yaml -q -o "chain$ranks.h5"
    same "chain on $ranks ranks" chain.h5 "chain$ranks.h5"
  done
  expect 'stats' 0 "$vintner" stats chain2.h5 -q
  same 'stats of a chain' chain.h5 chain2.h5
  edited chain.yaml 's/300/1000000/; /keep/d' longer.yaml
  expect 'longer' 0 run 2 1 run longer.yaml -q -o longer.h5
  torn torn.h5 2 run longer.yaml
  expect 'resume' 0 run 0 2 resume torn.h5 -q
  same 'chain killed and resumed' longer.h5 torn.h5
  # A scenario that has no solution is data: steel takes all the power that its own steel makes.
  study singular factorial 'a: {target: "technosphere[electricity, steel]", set: [5, 2]}' \
    'b: {target: "technosphere[steel, electricity]", set: [0.04, 0.5]}'
  expect 'singular' 0 "$vintner" run singular.yaml -q
  numbers 'singular: status' singular.h5 status 0 0 0 0 6
  holds 'singular: no score' [ "$(value singular.h5 score 12 1)" = nan ]
  near 'the first one' "$(value singular.h5 score 0 1)" 96.25 1e-14
}

# Median and spread of a score that is a product of lognormal numbers.
moments() {
  study product '{monte-carlo: 20000}' \
    'd: {target: "demand[b]", multiply: {lognormal: {median: 1, gsd: 1.2214027581601699}}}' \
    'l: {target: "characterization[land_use, land]", multiply: {lognormal: {median: 1, gsd: 1.1618342427282831}}}'
  expect 'product' 0 "$vintner" run product.yaml -q
  # The logarithm has the sd sqrt(0.2^2 + 0.15^2) = 0.25; four standard errors of it are 0.005.
  holds 'product: sd of the logarithm' bash -c "'$print_values' product.h5 score | awk '
    NR % 4 == 2 { x = log(\$1 / 25); n++; s += x; q += x * x }
    END { sd = sqrt(q / n - (s / n) ^ 2); exit !(sd > 0.245 && sd < 0.255 && s / n < 0.0071 && s / n > -0.0071) }'"
  # A draw for each cell: two exchanges with the same spread are independent.
  study each '{monte-carlo: 2000}' \
    'c: {target: "biosphere[co2, *]", multiply: {normal: {mean: 1, sd: 0.1}}, each: true}'
  expect 'each' 0 "$vintner" run each.yaml -q
  # 30 and 62.5 with 10 %: 6.93; together they would be 9.25.
  holds 'each: variance' bash -c "'$print_values' each.h5 statistics/score_variance | awk '
    NR == 1 { sd = sqrt(\$1); exit !(sd > 6.5 && sd < 7.4) }'"
  study wider '{monte-carlo: 2000}' \
    'c: {target: "biosphere[*, *]", multiply: {normal: {mean: 1, sd: 0.1}}, each: true}'
  expect 'wider' 0 "$vintner" run wider.yaml -q
  holds 'more cells do not change the others' [ "$(value each.h5 inventory | awk 'NR % 3 == 1')" = \
    "$(value wider.h5 inventory | awk 'NR % 3 == 1')" ]
}

# Two exchanges between the same ends: multiply acts on both, the others need to know which.
parallel_exchanges() {
  sed 's/{"input": \["nature", "co2"\], "type": "biosphere", "amount": 2}/&,\n      {"input": ["nature", "co2"], "type": "biosphere", "amount": 1}/' \
    bike.json >twice.json
  database=twice.json study both factorial 'c: {target: "biosphere[co2, steel]", multiply: [1, 2]}'
  expect 'both' 0 "$vintner" run both.yaml -q
  numbers 'both' both.h5 score 1e-14 111.25 25 70.625 12.5 156.25 25 108.125 12.5
  for operation in set add; do
    database=twice.json study one factorial "c: {target: \"biosphere[co2, steel]\", $operation: [1, 2]}"
    expect "$operation" 2 "$vintner" run one.yaml
    holds "$operation: names them" grep -q "one.yaml:12: .*2 exchanges between 'co2' .* and 'steel'" stderr
  done
  holds 'no file' [ ! -e one.h5 ]
}

# A formula that fails, a number too large: data, not the end of the run.
failures() {
  study fails factorial 'd: {target: "demand[b]", multiply: "1 / x"}'
  printf 'parameters: {x: [0, 1]}\n' >>fails.yaml
  expect 'fails' 0 "$vintner" run fails.yaml -q
  numbers 'fails: status' fails.h5 status 0 6 0
  numbers 'fails: input' fails.h5 failed_input 0 1 -1
  holds 'fails: no score' [ "$(value fails.h5 score 0 1)" = nan ]
  near 'goes on' "$(value fails.h5 score 4 1)" 96.25 1e-14
  study large factorial 'd: {target: "demand[b]", multiply: [1, 1e308]}'
  expect 'large' 0 "$vintner" run large.yaml -q
  numbers 'large: status' large.h5 status 0 0 6
}

told() {
  expect 'check' 0 "$vintner" check ensemble.yaml --json
  expect 'check of a chain' 0 "$vintner" check chain.yaml
  holds 'check: solves each' grep -q '^factors .*on 5 cells; each scenario is solved' stdout
  expect 'check' 0 "$vintner" check ensemble.yaml --json
  holds 'check: scenarios' grep -q '"scenarios": 1024' stdout
  holds 'check: cells' grep -q '"changed_cells": 4' stdout
  expect 'show a scenario' 0 "$vintner" show example.h5 --scenario 3
  holds 'its scores' grep -q 'one bicycle' stdout
  expect 'show' 0 "$vintner" show example.h5 --json
  holds 'JSON' python3 -m json.tool stdout
  share=$(value example.h5 score | awk 'NR % 4 == 1 && $1 > 90 { n++ } END { printf "%.17g", n / 1024 }')
  near 'exceedance' "$(value example.h5 statistics/score_exceedance 0 1)" "$share" 1e-15
  holds 'exceedance that was not asked for' [ "$(value example.h5 statistics/score_exceedance 2 1)" = nan ]
  # Of the frame's land only its weight matters.
  near 'sensitivity' "$(value example.h5 sensitivity/src 12 1)" 1 1e-9
  cp example.h5 again.h5
  expect 'stats' 0 "$vintner" stats again.h5 -q
  same 'stats: the same bits' example.h5 again.h5
}

# The same bits on any number of ranks and threads, after any kill.
anywhere() {
  for ranks in 1 2 3; do
    expect "$ranks ranks" 0 run "$ranks" 2 run ensemble.yaml -q -o "ranks$ranks.h5"
    same "$ranks ranks" example.h5 "ranks$ranks.h5"
  done
  # No sensitivity, which would take most of the time: a kill is to find it at work.
  edited ensemble.yaml 's/1024/1000000/; /^results:/,$d' long.yaml
  expect 'uninterrupted' 0 run 0 1 run long.yaml -q -o whole.h5
  for ranks in 0 2; do
    torn torn.h5 "$ranks" run long.yaml
    expect "resume on $((2 - ranks))" 0 run $((2 - ranks)) 2 resume torn.h5 -q
    same "killed on $ranks, resumed on $((2 - ranks))" whole.h5 torn.h5
  done
}

refused() { # refused TITLE FACTOR EXPECTED
  study bad "${design:-factorial}" "$2"
  expect "$1" 2 "$vintner" run bad.yaml
  holds "$1: told" grep -q "^vintner: bad.yaml:[0-9]*: .*$3" stderr
  holds "$1: one line" [ "$(wc -l <stderr)" = 1 ]
  holds "$1: no file" [ ! -e bad.h5 ]
}

refusals() {
  refused 'unknown tensor' 'd: {target: "biospher[co2, *]", multiply: [1, 2]}' "did you mean 'biosphere'"
  refused 'unknown demand' 'd: {target: "demand[bb]", multiply: [1, 2]}' 'axis 1 (demand)'
  refused 'unknown category' 'd: {target: "characterization[gwpp, *]", multiply: [1, 2]}' "did you mean 'gwp'"
  refused 'number of axes' 'd: {target: "biosphere[co2]", multiply: [1, 2]}' 'found 1 axes, expected 2'
  refused 'nothing there' 'd: {target: "biosphere[ch4, steel]", multiply: [1, 2]}' 'no stored entry'
  refused 'no factor of the method' 'd: {target: "characterization[gwp, land]", set: [1, 2]}' 'no stored entry'
  refused 'no such exchange' 't: {target: "technosphere[bike, steel]", set: [1, 2]}' 'no stored entry'
  refused 'choose' 'd: {target: background, choose: [a, b]}' "'background'"
  design='{pareto: {points: 3, between: [gwp, land_use]}}' refused 'pareto' 'd: {target: "demand[b]", multiply: [1, 2]}' 'a pathway or a choice'
  study regret factorial 'd: {target: "demand[b]", multiply: [1, 2]}'
  printf 'results: {regret: true}\n' >>regret.yaml
  expect 'regret' 2 "$vintner" run regret.yaml
}

# Random databases and factors, solved elsewhere with exact fractions.
exact_solves() {
  local seed
  for seed in {1..10}; do
    python3 "$oracles/oracle_lca.py" "$seed" .
    expect "random $seed" 0 "$vintner" run random.yaml --force -q
    holds "random $seed: as exact" awk '
      { d = $1 - $2; d = d < 0 ? -d : d; s = $2 < 0 ? -$2 : $2; if (!(d <= 1e-12 * (s + 1e-3)) || NF != 2) bad = 1 }
      END { exit bad || NR != 24 }' <(paste -d ' ' <(value random.h5 score) expected.txt)
  done
}

closed_forms
supply_chains
exact_solves
moments
parallel_exchanges
failures
told
anywhere
refusals
finish
