#!/usr/bin/env bash
# Topic `oracle`: an independent solver of the same models, if there is a Python for it.
#
#   bash tests/run/oracle.sh [BUILD]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

oracle() {
  local python
  python=$(find_python 'scipy, h5py, yaml')
  if [ -z "$python" ]; then
    echo 'skipped: no Python with scipy, h5py and yaml; VINTNER_PYTHON names one'
    exit 77
  fi
  run 2 1 run ensemble.yaml -q -o e.h5 >stdout
  expect 'the basic ensemble again' 0 "$python" "$oracles/oracle.py" --check-results e.h5 ensemble.yaml --sample 25
  edited ensemble.yaml 's/annual/lifetime/; s/1000/20/' lifetime.yaml
  "$vintner" run lifetime.yaml -q -o l.h5 >stdout
  expect 'and its lifetime form' 0 "$python" "$oracles/oracle.py" --check-results l.h5 lifetime.yaml --sample 20
  expect 'random models' 0 "$python" "$oracles/oracle.py" --compare "$vintner" --first 0 --count "${ORACLE_MODELS:-60}"
  cat stdout
  expect 'random goals, fronts and alternatives' 0 "$python" "$oracles/oracle_aims.py" --compare "$vintner" \
    --count "${ORACLE_MODELS:-60}"
  cat stdout
}

oracle
finish
