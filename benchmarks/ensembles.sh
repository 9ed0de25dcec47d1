#!/usr/bin/env bash
# How fast ensembles are solved, and that every way of running them gives the same file.
#
#   bash benchmarks/ensembles.sh VINTNER SCENARIO SYNTHETIC SAME_RESULTS
#
# For each model: the whole command (launch, reading, solving, tie-break, proof, writing, statistics)
# on one core warm and cold, with two threads, with two ranks; then the split of one scenario's time.
# One JSON line each. Exit code 1 if an answer is not proven or two files differ.
set -euo pipefail

vintner=$(realpath "$1")
scenario=$(realpath "$2")
synthetic=$(realpath "$3")
same_results=$(realpath "$4")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/../jobs/mpi.sh"
SCENARIOS=${SCENARIOS:-4000}       # small models
LARGE=${LARGE:-40}                 # synthetic model
ROUNDS=${ROUNDS:-3}                # the best counts
export OMP_NUM_THREADS=1

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# study NAME INPUTS PROCESS SCENARIOS UNIT: demand, background and one process vary together
study() {
  cat >"$1.yaml" <<YAML
vintner: 1
name: $1
model: {pathway: {inputs: "$2", unit: $5}}
ensemble:
  seed: 42
  design: {monte-carlo: $4}
  factors:
    demand: {target: "demand[*, *]", multiply: {uniform: [0.8, 1.2]}}
    background: {target: "background_inventory[*, *, *]", multiply: {uniform: [0.8, 1.2]}}
    process: {target: "foreground_technosphere[$3, *, *]", multiply: {uniform: [0.9, 1.1]}}
YAML
  sed 's/^ensemble:/solver: {warm_start: false}\nensemble:/' "$1.yaml" >"$1-cold.yaml"
}

# measure NAME WAY COMMAND...: best wall time of some rounds
measure() {
  local name=$1 way=$2 best=1e9 begin end round
  shift 2
  for ((round = 0; round < ROUNDS; round++)); do
    begin=$(date +%s%N)
    "$@" -q --force -o "$name-$way.h5"
    end=$(date +%s%N)
    best=$(awk -v b="$best" -v d=$((end - begin)) 'BEGIN { d /= 1e9; print d < b ? d : b }')
  done
  awk -v n="$name" -v w="$way" -v s="$best" -v k="$count" 'BEGIN {
    printf "{\"name\": \"%s\", \"way\": \"%s\", \"scenarios\": %d, \"whole_s\": %.3f, \"scenario_ms\": %.4f, \"per_second\": %.0f}\n",
      n, w, k, s, 1e3 * s / k, k / s }'
}

bench() { # bench NAME INPUTS PROCESS SCENARIOS UNIT
  local name=$1 way count=$4
  study "$@"
  measure "$name" warm "$vintner" run "$name.yaml" --threads 1
  measure "$name" cold "$vintner" run "$name-cold.yaml" --threads 1
  measure "$name" threads "$vintner" run "$name.yaml" --threads 2
  measure "$name" ranks mpirun -n 2 "$vintner" run "$name.yaml" --threads 1
  for way in threads ranks; do
    "$same_results" "$name-warm.h5" "$name-$way.h5" >differences || {
      cat differences
      exit 1
    }
  done
  "$scenario" "$name.yaml" "$((count < 1000 ? count : 1000))"
}

bench basic "$here/../jobs/examples/basic/model_inputs.json" P1R1 "$SCENARIOS" lifetime
real=${VINTNER_SHARED:-}/cases/real
if [ -e "$real/hydrogen.json" ]; then
  bench hydrogen "$real/hydrogen.json" 1a7ad98cfb634170815fa1b3e5be4e83 "$SCENARIOS" lifetime
  bench carbon-removal "$real/carbon-removal.json" 7abaf637069e4beb9e9a054e743cdd3b "$SCENARIOS" \
    lifetime
else
  echo "the real models are not here: hydrogen and carbon removal left out" >&2
fi
"$synthetic" >synthetic.json
ROUNDS=1 bench synthetic synthetic.json P0 "$LARGE" lifetime
