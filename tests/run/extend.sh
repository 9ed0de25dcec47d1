#!/usr/bin/env bash
# Topic `extend`: a model whose last year is repeated, against one that has the years in its file.
#
#   bash tests/run/extend.sh [BUILD]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

extended() {
  python3 - <<'PY'
import json
with open("model_inputs.json") as file:
    inputs = json.load(file)
last = max(inputs["SYSTEM_TIME"])
inputs["SYSTEM_TIME"] += [last + n for n in (1, 2, 3, 4)]
for name in ("demand", "mapping", "characterization"):
    for key, value in list(inputs[name].items()):
        labels = json.loads(key)
        if labels[-1] == last:
            for n in (1, 2, 3, 4):
                inputs[name][json.dumps(labels[:-1] + [last + n])] = value
with open("longer.json", "w") as file:
    json.dump(inputs, file)
PY
  edited ensemble.yaml 's/1000/20/; s/"demand\[.*\]"/"demand[*, 2045:]"/' base.yaml
  for unit in annual lifetime; do
    edited base.yaml "s/unit: annual/unit: $unit\n    extend: 4/" extended.yaml
    edited base.yaml "s/unit: annual/unit: $unit/; s/model_inputs/longer/" longer.yaml
    expect "extend $unit" 0 run 2 1 run extended.yaml -q --force -o extended.h5
    expect "years in the file, $unit" 0 run 0 1 run longer.yaml -q --force -o longer.h5
    for name in objective installation impact factor_value status; do
      holds "$unit: the same $name" [ "$(value extended.h5 $name)" = "$(value longer.h5 $name)" ]
    done
    holds "$unit: the years that were added" [ "$(value extended.h5 extension | awk '{ s += $1 } END { print s }')" = 4 ]
    near "$unit: their part" "$(value extended.h5 total_impact_extension 0 1)" \
      "$(value extended.h5 impact 0 136 | awk 'NR % 34 > 30 || NR % 34 == 0 { s += $1 } END { printf "%.15g", s }')" 1e-9
  done
  holds 'no such variable without' [ "$(value longer.h5 total_impact_extension)" = none ]
  edited single.yaml 's/(unit: annual)/\1\n    extend: 0/' zero.yaml
  expect 'extend: 0' 0 "$vintner" run zero.yaml -q -o zero.h5
  near 'changes nothing' "$(value zero.h5 objective)" 25880.780591491 1e-9
}

extended
finish
