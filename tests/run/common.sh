#!/usr/bin/env bash
# What the topics of this folder share: sourced first. A topic is a whole run or many: what the
# program computes, what it writes, how it ends. It runs in a temporary folder with the basic example,
# prints what failed and ends with 1 if something did, 77 if it needs programs that are not here.
#
#   bash tests/run/TOPIC.sh [BUILD]      BUILD: where the program was built, `build` by default
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
oracles=$root/tests/oracle
build=$(realpath "${1:-$root/build}")
vintner=$build/src/vintner
same_results=$build/tests/common/same_results
print_values=$build/tests/common/print_values
source "$root/jobs/mpi.sh"
export OMP_NUM_THREADS=1

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cp "$root/jobs/examples/basic/"* .
chmod u+w ./*
passed=0
failed=0

fail() {
  failed=$((failed + 1))
  echo "FAILED: $*"
}

# expect TITLE CODE COMMAND...: run with output in `stdout` and `stderr`, check the exit code
expect() {
  local title=$1 wanted=$2 code=0
  shift 2
  "$@" >stdout 2>stderr </dev/null || code=$?
  if [ "$code" -eq "$wanted" ]; then
    passed=$((passed + 1))
  else
    fail "$title: exit code $code, expected $wanted: $(tail -n 3 stderr | head -c 600)"
  fi
}

# holds TITLE CONDITION...: a test(1) expression or any command
holds() {
  local title=$1
  shift
  if "$@" >/dev/null 2>&1; then passed=$((passed + 1)); else fail "$title: $*"; fi
}

# near TITLE FOUND EXPECTED TOLERANCE: relative; NaN and empty text never are
near() {
  if awk -v a="$2" -v b="$3" -v t="$4" 'BEGIN {
    if (a !~ /^[-+0-9.e]+$/ || b !~ /^[-+0-9.e]+$/) exit 1
    d = a - b; if (d < 0) d = -d; s = b < 0 ? -b : b
    exit !(d <= t * s) }'; then passed=$((passed + 1)); else fail "$1: $2, expected $3"; fi
}

value() { "$print_values" "$@" 2>/dev/null || echo none; } # FILE DATASET [FIRST [COUNT]]

# at_most TITLE FILE DATASET LIMIT: every number, NaN fails
at_most() {
  if value "$2" "$3" | awk -v t="$4" '{ if ($1 !~ /^[-+0-9.e]+$/ || $1 > t) bad = 1; n++ }
    END { exit bad || !n }'; then passed=$((passed + 1)); else fail "$1: $3 above $4"; fi
}

same() { # same TITLE A B
  local text
  if text=$("$same_results" "$2" "$3"); then passed=$((passed + 1)); else fail "$1: $text"; fi
}

run() { # run RANKS THREADS ARGUMENT...
  local ranks=$1 threads=$2
  shift 2
  if [ "$ranks" -eq 0 ]; then
    "$vintner" "$@" --threads "$threads"
  else
    mpirun -n "$ranks" "$vintner" "$@" --threads "$threads"
  fi
}

# edited STUDY SED_SCRIPT FILE: a changed copy of a study
edited() { sed -E "$2" "$1" >"$3"; }

descendants() {
  local child
  # cat, since an awk may end at the first process that ends meanwhile.
  for child in $({ cat /proc/[0-9]*/status 2>/dev/null || true; } |
    awk -v parent="$1" '/^Pid:/ { id = $2 } /^PPid:/ && $2 == parent { print id }'); do
    descendants "$child"
    echo "$child"
  done
}

kill_all() { # every process of a run at once, no time to say goodbye
  local all
  all="$(descendants "$1") $1"
  # shellcheck disable=SC2086 # a list of ids
  kill -KILL $all 2>/dev/null || true
  wait "$1" 2>/dev/null || true
}

pause() { sleep "$(awk -v ms="$1" 'BEGIN { print ms / 1000 }')"; } # MILLISECONDS

until_at_work() { # until_at_work PROCESS FILE: until a run has its first scenario in the file, or is over
  while kill -0 "$1" 2>/dev/null; do
    case $(value "$2" status 0 1) in none | -1) sleep 0.01 ;; *) return ;; esac
  done
}

# torn FILE RANKS ARGUMENT...: of a run that was killed at work; one that was over sooner is no such
# run, and there is another.
torn() {
  local file=$1 ranks=$2 process
  shift 2
  for _ in {1..10}; do
    rm -f "$file"*
    run "$ranks" 1 "$@" -q -o "$file" >stdout 2>stderr </dev/null &
    process=$!
    until_at_work "$process" "$file"
    kill_all "$process"
    if [ -e "$file" ] && value "$file" status | awk '$1 == -1 { left = 1 } END { exit !left }'; then
      passed=$((passed + 1))
      return
    fi
  done
  fail "$file: no kill hit a run at work"
}

compare() { # compare TITLE VARIABLE FACTOR: scaled.h5 against base.h5
  holds "$1: outcomes" [ "$(value scaled.h5 status)" = "$(value base.h5 status)" ]
  at_most "$1" scaled.h5 violation 1e-9
  at_most "$1" scaled.h5 gap 1e-7
  if ! paste <(value base.h5 "$2") <(value scaled.h5 "$2") | awk -v f="$3" '
    { a = $1 * f; d = a - $2; if (d < 0) d = -d; s = a < 0 ? -a : a; n++
      if ($1 ~ /nan|none/ || $2 ~ /nan|none/) bad = 1
      if (d > worst) worst = d
      if (s > largest) largest = s }
    END { exit bad || !n || worst > 1e-9 * largest }'; then fail "$1: $2 is not $3 times"; else passed=$((passed + 1)); fi
}

find_python() { # one that has the modules, or nothing
  local python
  for python in "${VINTNER_PYTHON:-}" "${VINTNER_PEERS:-}" python3 /usr/bin/python3; do
    if [ -n "$python" ] && "$python" -c "import $1" >/dev/null 2>&1; then
      echo "$python"
      return
    fi
  done
}

infeasible_study() { # one product, two plants, both limited
  edited single.yaml 's/(unit: annual)/\1\n    overrides: [{target: "cumulative_process_limits_max[P2R1|P2R2]", set: 1}]/' "$1"
}

# plain NAME DATABASES DEMANDS [MORE]: write a study
plain() {
  printf 'vintner: 1\nname: %s\nmodel:\n  inventory:\n    databases: [%s]\n    demands: %s\n' \
    "$1" "$2" "$3" >"$1.yaml"
  if [ $# -gt 3 ]; then printf '    %s\n' "${@:4}" >>"$1.yaml"; fi
}

# refused TITLE PATTERN: the study bad.yaml ends with exit 2, one line, and no file
refused() {
  expect "$1" 2 "$vintner" run bad.yaml
  holds "$1: one line" [ "$(wc -l <stderr)" = 1 ]
  holds "$1: says why" grep -qE "$2" stderr
  holds "$1: no file" [ -z "$(find . -name 'bad.h5*')" ]
}

numbers() { # numbers TITLE FILE DATASET TOLERANCE EXPECTED...
  local title=$1 file=$2 dataset=$3 tolerance=$4 found
  shift 4
  mapfile -t found < <(value "$file" "$dataset")
  holds "$title: count" [ "${#found[@]}" = $# ]
  for found in "${found[@]}"; do
    near "$title" "$found" "$1" "$tolerance"
    shift
    if [ $# -eq 0 ]; then break; fi
  done
}

finish() { # the last line of a topic
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}
