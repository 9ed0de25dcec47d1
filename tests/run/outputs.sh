#!/usr/bin/env bash
# Topic `outputs`: everything that results.keep can name.
#
#   bash tests/run/outputs.sh [BUILD]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

outputs() {
  local all='production, operation_by_vintage, capacity, utilisation, flow, inventory, impact_by_origin, impact_by_flow, demand_dual, limit_dual, reduced_cost' name python unit
  for unit in annual lifetime; do
    edited ensemble.yaml "s/annual/$unit/; s/1000/30/; s/(keep:).*/\1 [installation, operation, impact, $all]/
      s/(unit: .*)/\1\n    overrides: [{target: \"cumulative_process_limits_max[P2R1]\", set: 9}]/" "all-$unit.yaml"
    expect "all tensors, $unit" 0 run 0 1 run "all-$unit.yaml" -q -o "all-$unit.h5"
    expect "all tensors, $unit, 3 ranks" 0 run 3 2 run "all-$unit.yaml" -q -o "all-$unit-3.h5"
    same "all tensors, $unit" "all-$unit.h5" "all-$unit-3.h5"
    for name in ${all//,/}; do
      # No plant can run in the first two years of the lifetime form: their demands have no dual.
      if [ "$unit $name" = 'lifetime demand_dual' ]; then continue; fi
      holds "$unit: $name" [ "$(value "all-$unit.h5" "$name" | grep -c .)" -gt 1 ]
      holds "$unit: $name is a number" [ -z "$(value "all-$unit.h5" "$name" | grep nan)" ]
      holds "$unit: mean of $name" [ -z "$(value "all-$unit.h5" "statistics/${name}_mean" | grep -E 'nan|none')" ]
      holds "$unit: $name of the reference" [ -z "$(value "all-$unit.h5" "reference/$name" | grep -E 'nan|none')" ]
    done
    near "$unit: impact by origin adds up" \
      "$(value "all-$unit.h5" impact_by_origin | awk '{ s += $1 } END { printf "%.15g", s }')" \
      "$(value "all-$unit.h5" impact | awk '{ s += $1 } END { printf "%.15g", s }')" 1e-12
    near "$unit: operation by vintage adds up" \
      "$(value "all-$unit.h5" operation_by_vintage | awk '{ s += $1 } END { printf "%.15g", s }')" \
      "$(value "all-$unit.h5" operation | awk '{ s += $1 } END { printf "%.15g", s }')" 1e-12
  done
  holds 'the limit binds' [ "$(value all-annual.h5 reference/limit_dual | awk '$1 < 0' | wc -l)" = 1 ]
  # Others do not change for what else is kept, and single precision has half the size.
  edited all-annual.yaml 's/(keep:).*/\1 [installation]/' few.yaml
  expect 'one tensor' 0 run 0 1 run few.yaml -q -o few.h5
  holds 'the same installation' [ "$(value few.h5 installation)" = "$(value all-annual.h5 installation)" ]
  holds 'no other axes' [ "$(value few.h5 product)" = none ]
  edited all-annual.yaml 's/^results:/results:\n  precision: single/' narrow.yaml
  expect 'single precision' 0 run 0 1 run narrow.yaml -q -o narrow.h5
  near 'single precision' "$(value narrow.h5 flow | awk '{ s += $1 } END { printf "%.15g", s }')" \
    "$(value all-annual.h5 flow | awk '{ s += $1 } END { printf "%.15g", s }')" 1e-6
  holds 'duals stay double' [ "$(value narrow.h5 demand_dual)" = "$(value all-annual.h5 demand_dual)" ]
  # Where there is no optimum there is nothing.
  edited single.yaml "s/(unit: annual)/\1\n    overrides: [{target: \"cumulative_process_limits_max[P2R1|P2R2]\", set: 0}]/
    s/(keep:).*/\1 [$all]/" none.yaml
  expect 'infeasible' 3 "$vintner" run none.yaml -q -o none.h5
  for name in ${all//,/}; do
    holds "infeasible: no $name" [ "$(value none.h5 "$name" | sort -u)" = nan ]
  done
  python=$(find_python 'xarray, netCDF4, h5netcdf')
  if [ -n "$python" ]; then
    expect 'xarray' 0 "$python" -c '
import sys, xarray
axes = {"production": "product process time", "operation_by_vintage": "process vintage time",
        "capacity": "product time", "utilisation": "process time",
        "flow": "process intermediate_flow time", "inventory": "elementary_flow time",
        "impact_by_origin": "category origin process time", "reduced_cost": "process time",
        "impact_by_flow": "category intermediate_flow time", "demand_dual": "product time",
        "limit_dual": "limit"}
for engine in ("netcdf4", "h5netcdf"):
    for group in (None, "statistics", "reference"):
        with xarray.open_dataset(sys.argv[1], engine=engine, group=group) as data:
            data.load()
            assert list(data.product.values) == ["Product 1", "Product 2"], data.product
            assert data.limit.values[0] == "cumulative_process_limits_max[P2R1]"
            assert data.vintage.values[0] == 2020 and list(data.elementary_flow.values) == ["CO2", "CH4"]
            assert data.origin.values[0] == "installation"
            for name, dims in axes.items():
                found = data[name + "_mean" if group == "statistics" else name].dims
                assert found == (() if group else ("scenario",)) + tuple(dims.split()), (name, found)
' all-annual.h5
  fi
  python=$(find_python 'scipy, h5py, yaml')
  if [ -z "$python" ]; then
    echo 'not compared with other software: no Python with scipy, h5py and yaml; VINTNER_PYTHON names one'
    return
  fi
  for unit in annual lifetime; do
    expect "the textbook model, $unit" 0 "$python" "$oracles/check_outputs.py" \
      --results "all-$unit.h5" "all-$unit.yaml" --sample 2 --most 12
    tail -n 1 stdout
  done
  expect 'random models' 0 "$python" "$oracles/check_outputs.py" "$vintner" --count "${OUTPUT_MODELS:-25}"
  tail -n 5 stdout
}

outputs
finish
