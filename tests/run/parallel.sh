#!/usr/bin/env bash
# Topic `parallel`: the same ensemble on other numbers of ranks and threads, bit by bit.
#
#   bash tests/run/parallel.sh [BUILD]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

parallel() {
  for threads in 1 2; do
    for ranks in 1 2 3; do
      expect "$ranks ranks, $threads threads" 0 run "$ranks" "$threads" run ensemble.yaml -q -o "e$ranks$threads.h5"
      if [ "$ranks$threads" != 11 ]; then same "$ranks ranks, $threads threads" e11.h5 "e$ranks$threads.h5"; fi
    done
  done
  expect 'without mpirun' 0 run 0 2 run ensemble.yaml -q -o alone.h5
  same 'without mpirun' e11.h5 alone.h5
  holds 'all optimal' [ "$(value e11.h5 status | sort -u)" = 0 ]
  at_most 'feasible' e11.h5 violation 1e-9
  at_most 'proven' e11.h5 gap 1e-7
  near 'the reference' "$(value e11.h5 reference/objective)" 25880.780591491 1e-9
  holds 'counted' [ "$(value e11.h5 statistics/objective_count)" = 1000 ]
  near 'mean' "$(value e11.h5 statistics/objective_mean)" \
    "$(value e11.h5 objective | awk '{ s += $1 } END { printf "%.15g", s / NR }')" 1e-12
  near 'min' "$(value e11.h5 statistics/objective_min)" "$(value e11.h5 objective | sort -g | head -n 1)" 0
  # More scenarios leave the first ones as they are.
  edited ensemble.yaml 's/1000/1200/' more.yaml
  expect 'more scenarios' 0 run 2 1 run more.yaml -q -o more.h5
  holds 'the first 1000 are the same' [ "$(value more.h5 objective 0 1000)" = "$(value e11.h5 objective)" ]
  # Fewer scenarios than ranks.
  edited ensemble.yaml 's/1000/2/' few.yaml
  expect 'two scenarios on three ranks' 0 run 3 2 run few.yaml -q -o few.h5
  holds 'are the first two' [ "$(value few.h5 objective)" = "$(value e11.h5 objective 0 2)" ]
}

# What befalls one rank is said once and ends all.
one_rank() {
  local bad
  for bad in --bad '--threads 0' '--drain x'; do
    # shellcheck disable=SC2086 # words
    expect "one rank: $bad" 2 timeout -s KILL 60 mpirun -n 1 "$vintner" run few.yaml -o one.h5 : \
      -n 1 "$vintner" run few.yaml -o one.h5 $bad
    holds "one rank: $bad: no file" [ ! -e one.h5 ]
    holds "one rank: $bad: once" [ "$(grep -c '^vintner: ' stderr)" = 1 ]
  done
}

parallel
one_rank
finish
