#!/usr/bin/env bash
# Topic `units`: other units of characterisation and amounts change nothing else.
#
#   bash tests/run/units.sh [BUILD]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

units() {
  edited ensemble.yaml 's/1000/50/' base.yaml
  "$vintner" run base.yaml -q -o base.h5 >stdout
  local factor
  for factor in 1e-13 1e13; do
    edited base.yaml "s/(unit: annual)/\1\n    overrides: [{target: \"characterization[*, *, *]\", multiply: $factor}]/" scaled.yaml
    expect "characterisation times $factor" 0 "$vintner" run scaled.yaml -q --force -o scaled.h5
    compare "characterisation times $factor" objective "$factor"
    compare "characterisation times $factor" installation 1
  done
  edited base.yaml 's/unit: annual/unit: lifetime/' lifetime.yaml
  "$vintner" run lifetime.yaml -q --force -o base.h5 >stdout
  edited lifetime.yaml 's/(unit: lifetime)/\1\n    overrides: [{target: "demand[Product 2, *]", multiply: 1e6}, {target: "foreground_production[*, Product 2, *]", multiply: 1e6}]/' scaled.yaml
  expect 'amounts times 1e6' 0 "$vintner" run scaled.yaml -q --force -o scaled.h5
  compare 'amounts times 1e6' objective 1
  compare 'amounts times 1e6' installation 1
}

units
finish
