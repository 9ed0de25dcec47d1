#!/usr/bin/env bash
# From a bare Debian machine to all tests passed: packages; a gcc and a clang build without a
# warning, with their tests; the unit tests under the address and undefined-behaviour sanitizers;
# format and style. Ends in a line "N passed, N failed".
#
#   bash jobs/check.sh
set -euo pipefail

BUILD=${BUILD:-build-check}        # stem of the build folders
JOBS=${JOBS:-$(nproc)}             # processes that compile

cd "$(dirname "${BASH_SOURCE[0]}")/.."
bash jobs/setup.sh check
source jobs/mpi.sh
# The libraries hold on to memory until the process ends, so leaks are not counted.
export ASAN_OPTIONS=detect_leaks=0:abort_on_error=1 UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1

passed=0
failed=0
note() { printf '\n== %s\n' "$*"; }
count() { # count NAME COMMAND...: a check that passes or fails as a whole
  local name=$1
  shift
  note "$name"
  if "$@"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAILED: $name"
  fi
}

# build FOLDER COMPILER [meson options]: configure afresh and compile
build() {
  local folder=$1 compiler=$2
  shift 2
  rm -rf "$folder"
  CC=$compiler meson setup "$folder" "$@" && ninja -C "$folder" -j "$JOBS"
}

# run_tests FOLDER [meson test options]: run and add up what meson reports for each test
run_tests() {
  local folder=$1
  shift
  note "tests in $folder"
  rm -f "$folder/meson-logs/testlog.json"
  meson test -C "$folder" --print-errorlogs "$@" || true
  local found
  found=$(python3 - "$folder/meson-logs/testlog.json" <<'PY'
import json
import sys
passed = failed = 0
try:
    with open(sys.argv[1]) as log:
        for line in log:
            result = json.loads(line)["result"]
            if result in ("OK", "EXPECTEDFAIL"):
                passed += 1
            elif result != "SKIP":
                failed += 1
except OSError:
    pass
print(passed, failed if passed + failed else 1)
PY
  )
  passed=$((passed + ${found% *}))
  failed=$((failed + ${found#* }))
}

formatted() {
  find src include tests benchmarks -name '*.[ch]' -print0 |
    xargs -0 -r clang-format --dry-run -Werror
}

# Brightway and optimex, to compare with: fetched here, for a test fetches nothing itself. Without
# them, or with VINTNER_NO_DOWNLOAD=1, those comparisons are skipped.
fetch_peers() {
  local folder=$1
  local packages=(bw2data bw2calc bw_temporalis optimex==0.7.0 highspy pyyaml numpy)
  if [ -f "$folder/complete" ] || [ "${VINTNER_NO_DOWNLOAD:-0}" != 0 ]; then return; fi
  note 'programs to compare with'
  rm -rf "$folder"
  if timeout 300 python3 -m venv "$folder" && timeout 300 "$folder/bin/pip" install -q \
    --disable-pip-version-check --retries 1 --timeout 15 "${packages[@]}"; then
    # A solver of 1 GB that bw2calc brings along and does without.
    "$folder/bin/pip" uninstall -q -y pypardiso mkl intel-openmp tbb tcmlib umf \
      intel-cmplr-lib-ur >/dev/null 2>&1 || true
    touch "$folder/complete"
  else
    echo 'not to be had: comparisons with Brightway and optimex are skipped'
  fi
}

fetch_peers "$BUILD-peers" </dev/null
if [ -f "$BUILD-peers/complete" ]; then
  VINTNER_PEERS=$(realpath "$BUILD-peers")/bin/python
  export VINTNER_PEERS
fi

count 'format (clang-format)' formatted
count 'build with gcc' build "$BUILD-gcc" gcc --werror
run_tests "$BUILD-gcc"
count 'build with clang' build "$BUILD-clang" clang --werror
run_tests "$BUILD-clang" --suite unit
# The sanitizers' own code makes gcc warn of paths that are not there, so no --werror.
count 'build with sanitizers' build "$BUILD-san" gcc -Db_sanitize=address,undefined
run_tests "$BUILD-san" --suite unit

printf '\n%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
