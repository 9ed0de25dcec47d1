#!/usr/bin/env bash
# Topic `single`: what a solve computes: one study, its units, weights and outcomes.
#
#   bash tests/run/single.sh [BUILD]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

single() {
  expect 'annual' 0 "$vintner" run single.yaml -o annual.h5
  near 'annual objective' "$(value annual.h5 objective)" 25880.780591491 1e-9
  holds 'optimal' [ "$(value annual.h5 status)" = 0 ]
  near 'the reference is the same' "$(value annual.h5 reference/objective)" 25880.780591491 1e-9
  at_most 'feasible' annual.h5 violation 1e-9
  at_most 'proven' annual.h5 gap 1e-7
  near 'total impact' "$(value annual.h5 total_impact)" 25880.780591491 1e-9
  near 'impact adds up' "$(value annual.h5 impact | awk '{ s += $1 } END { printf "%.15g", s }')" \
    25880.780591491 1e-9
  holds 'a summary on stdout' grep -q 25880.78 stdout
  edited single.yaml 's/annual$/lifetime/' lifetime.yaml
  expect 'lifetime' 0 mpirun -n 2 "$vintner" run lifetime.yaml -o lifetime.h5
  near 'lifetime objective' "$(value lifetime.h5 objective)" 350655.323674651 1e-9
  edited single.yaml '/unit:/d' default.yaml
  expect 'lifetime is the default' 0 "$vintner" run default.yaml -o default.h5
  near 'default objective' "$(value default.h5 objective)" 350655.323674651 1e-9
  edited single.yaml 's/objective: climate_change/objective: {climate_change: 2}/' weights.yaml
  expect 'weights' 0 "$vintner" run weights.yaml -o weights.h5
  near 'weighted objective' "$(value weights.h5 objective)" 51761.561182982 1e-9

  edited single.yaml 's/(unit: annual)/\1\n    overrides: [{target: "cumulative_process_limits_max[P2R1|P2R2]", set: 0}]/' none.yaml
  expect 'infeasible' 3 "$vintner" run none.yaml -o none.h5
  holds 'infeasible is in the file' [ "$(value none.h5 status)" = 1 ]
  edited single.yaml 's/objective: climate_change/objective: {climate_change: -1}/' without.yaml
  expect 'unbounded' 3 "$vintner" run without.yaml -o without.h5
  holds 'unbounded is in the file' [ "$(value without.h5 status)" = 2 ]

  # A model of direct emissions only: no intermediate flows, no background.
  sed -E '/^ "(INTERMEDIATE_FLOW|BACKGROUND_ID)"/,/^ \],/d
    /^ "(foreground_technosphere|background_inventory|mapping)"/,/^ \},/d
    s/^ "CATEGORY"/ "INTERMEDIATE_FLOW": [], "BACKGROUND_ID": [], "mapping": {},\n "foreground_technosphere": {}, "background_inventory": {},\n&/' \
    model_inputs.json >direct.json
  edited single.yaml 's/model_inputs/direct/' direct.yaml
  expect 'no intermediate flows' 0 "$vintner" run direct.yaml -o direct.h5
}

single
finish
