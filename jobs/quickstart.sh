#!/usr/bin/env bash
# From a bare Debian machine to a first result: packages, build, the basic example's ensemble of
# 1,000 scenarios on two ranks, a summary. Run it as often as you like: it never overwrites a result.
#
#   bash jobs/quickstart.sh
set -euo pipefail

RANKS=${RANKS:-2}                  # MPI ranks
BUILD=${BUILD:-build-release}      # build folder
RESULTS=${RESULTS:-results}        # folder of the results
STUDY=${STUDY:-jobs/examples/basic/ensemble.yaml}

cd "$(dirname "${BASH_SOURCE[0]}")/.."
bash jobs/setup.sh
source jobs/mpi.sh

[ -f "$BUILD/build.ninja" ] || meson setup "$BUILD" --buildtype=release >&2
meson compile -C "$BUILD" vintner >&2
vintner=$BUILD/vintner
[ -x "$vintner" ] || vintner=$BUILD/src/vintner

# The next free name: basic-1.h5, basic-2.h5, ...
mkdir -p "$RESULTS"
stem=$(basename "$STUDY" .yaml)
number=1
while [ -e "$RESULTS/$stem-$number.h5" ]; do number=$((number + 1)); done
file=$RESULTS/$stem-$number.h5

command=(mpirun -n "$RANKS" "$vintner" run "$STUDY" -o "$file" --threads 1 -q)
echo "+ ${command[*]}" >&2
"${command[@]}"
"$vintner" show "$file"
cat <<TEXT

The results are in $file (HDF5 and netCDF-4: h5py, xarray, ncdump and HDFView open it).
Next:  $vintner --help
       edit $STUDY, or start from your own model_inputs.json
TEXT
