#!/usr/bin/env bash
# House rules that a text search can check. Prints every violation as FILE:LINE: rule; ends with 1
# if there is one.
#
#   bash tests/style.sh [SOURCE_ROOT]
set -euo pipefail
cd "${1:-$(dirname "${BASH_SOURCE[0]}")/..}"

if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
  mapfile -t files < <(git ls-files -co --exclude-standard | sort -u)
else
  mapfile -t files < <(find . -type f -not -path './.git/*' -not -path './build*' -printf '%P\n' | sort)
fi
present=()
for file in "${files[@]}"; do if [ -f "$file" ]; then present+=("$file"); fi; done
matching() { printf '%s\n' "${present[@]}" | grep -E "$1" || true; }
mapfile -t code < <(matching '^(src|include|tests|benchmarks)/.*\.[ch]$')
mapfile -t room_code < <(matching '^(src|include)/.*\.[ch]$')
mapfile -t text < <(matching '(\.([ch]|py|sh|sbatch|md|ya?ml|json|txt|csv)|meson\.build|^\.ci/.*|^\.[a-z-]+)$')
mapfile -t scripts < <(matching '\.(sh|sbatch)$|^\.ci/run$')

report=$(mktemp)
trap 'rm -f "$report"' EXIT

# forbid RULE PATTERN FILE...: every line that matches
forbid() {
  local rule=$1 pattern=$2
  shift 2
  [ "$#" -gt 0 ] || return 0
  { grep -nHE "$pattern" "$@" || true; } | sed -E "s~^([^:]+:[0-9]+):.*~\1: $rule~" >>"$report"
}

# The same on C without its // comments and string literals.
forbid_code() {
  local rule=$1 pattern=$2 file
  shift 2
  for file in "$@"; do
    { sed -E 's/\\"//g; s/"[^"]*"/""/g; s://.*$::' "$file" | grep -nE "$pattern" || true; } |
      sed -E "s~^([0-9]+):.*~$file:\1: $rule~" >>"$report"
  done
}

outside() { # outside PATTERN: room files whose path does not match
  printf '%s\n' "${room_code[@]}" | grep -vE "$1" || true
}

# -- words
forbid_code 'unsafe or locale-bound function' \
  '\b(strcpy|strcat|sprintf|vsprintf|atoi|atol|atof|strtok|gets|alloca)[[:space:]]*\(' "${code[@]}"
forbid_code 'assert: use VT_CHECK with VT_ERR_BUG' '\bassert[[:space:]]*\(' "${code[@]}"
forbid_code 'extern in a .c file' '^[[:space:]]*extern\b' \
  $(printf '%s\n' "${code[@]}" | grep '\.c$' || true)
forbid_code 'the process ends in main only' '\b_?(exit|abort|_Exit|quick_exit)[[:space:]]*\(' \
  "${room_code[@]}"
mapfile -t others < <(outside '^src/lp/')
forbid_code 'longjmp outside src/lp' '\b(longjmp|setjmp|sigsetjmp|siglongjmp)[[:space:]]*\(' "${others[@]}"
forbid_code 'goto' '\bgoto\b' "${room_code[@]}"
forbid 'left for later' '\b(TO[D]O|FIX[M]E|X[X]X)\b' "${text[@]}"
forbid 'tab' "$(printf '\t')" "${text[@]}"
forbid 'space at the end of the line' '[[:space:]]+$' "${text[@]}"
forbid 'path of one machine' '/wo[r]k/|/ro[o]t/|/tmp/bash[_]jobs|/fa[r]m/' "${text[@]}"
forbid 'block comment: use //' '^[[:space:]]*/\*' "${code[@]}"

# -- results of foreign calls are never dropped: a statement that begins with such a call does
awk '
  FNR == 1 { before = ";" }
  {
    line = $0
    sub(/\/\/.*/, "", line)
    sub(/^[ ]+/, "", line)
    sub(/[ ]+$/, "", line)
    if (line ~ /^(MPI_[A-Z][a-z_]+|H5[A-Z][A-Z]?[a-z_]+[a-z0-9_]*)\(/ && before ~ /[;{}):]$/)
      printf "%s:%d: result of a call dropped: wrap it in VT_CALL_MPI or VT_CALL_H5\n", FILENAME, FNR
    if (line != "" && line !~ /^#/) before = line
  }' "${room_code[@]}" /dev/null >>"$report"

# -- each foreign library in its own rooms
belongs() { # belongs HEADER_PATTERN ROOMS_PATTERN
  local file
  mapfile -t others < <(outside "$2")
  for file in "${others[@]}"; do
    { grep -nE "^#[[:space:]]*include[[:space:]]*[<\"]($1)" "$file" || true; } |
      sed -E "s~^([0-9]+):.*~$file:\1: foreign header outside its room ($2)~" >>"$report"
  done
}
belongs 'glpk\.h' '^src/lp/'
belongs 'hdf5' '^src/(results/|data/store)'
belongs 'yaml\.h' '^src/study/'
belongs 'json-c|json\.h' '^src/data/'
belongs 'mpi\.h' '^src/(background|ensemble|results)/|^src/cli/main\.c$|^include/vintner/(background|ensemble|results)\.h$'
belongs 'gsl/' '^src/ensemble/'
belongs 'Random123|philox|threefry' '^src/ensemble/'
belongs '(sha2|md5)\.h' '^src/base/'
belongs 'zip\.h|sqlite3\.h|zlib\.h' '^src/data/'
belongs 'omp\.h' '^src/(ensemble|cli)/'

# -- a room includes headers of itself and of the rooms before it, never of those after it
order=(base study data background impact lp assembly pathway choice timeline ensemble results cli)
place() {
  local n room=$1
  if [ "$room" = database ]; then room=data; fi # a second header of that room
  for n in "${!order[@]}"; do if [ "${order[$n]}" = "$room" ]; then echo "$n"; return; fi; done
  echo -1
}
for file in "${room_code[@]}"; do
  case $file in
    src/*/*) room=${file#src/} && room=${room%%/*} ;;
    include/vintner/*) room=${file#include/vintner/} && room=${room%.h} ;;
    *) continue ;;
  esac
  mine=$(place "$room")
  if [ "$mine" -lt 0 ]; then echo "$file:1: unknown room '$room'" >>"$report"; fi
  while IFS=: read -r number include; do
    other=$(sed -E 's/.*"vintner\/([a-z_]+)\.h".*/\1/' <<<"$include")
    if [ "$(place "$other")" -gt "$mine" ]; then
      echo "$file:$number: '$room' includes '$other', a room after it" >>"$report"
    fi
  done < <(grep -nE '^#include "vintner/' "$file" || true)
  { grep -nE '^#include "[^"]*\.\./' "$file" || true; } |
    sed -E "s~^([0-9]+):.*~$file:\1: private header of another folder~" >>"$report"
done

# -- lengths
awk -v report="$report" '
  FNR == 1 { start = 0 }
  /^[A-Za-z_].*\(/ && !/;[ ]*$/ && !start { start = FNR; name = $0 }
  /^}/ && start {
    lines = FNR - start + 1
    sub(/\(.*/, "", name)
    sub(/.*[ *]/, "", name)
    if (lines > 80) printf "%s:%d: function %s has %d lines, at most 80\n", FILENAME, start, name, lines >>report
    else if (lines > 60) printf "note: %s:%d: function %s has %d lines\n", FILENAME, start, name, lines
    start = 0
  }
  /^[^ ].*;[ ]*$/ { start = 0 }' "${code[@]}" /dev/null
for file in "${code[@]}"; do
  lines=$(wc -l <"$file")
  if [ "$lines" -gt 800 ]; then echo "$file:1: $lines lines, at most 800" >>"$report"
  elif [ "$lines" -gt 600 ]; then echo "note: $file has $lines lines"; fi
done

# -- the root holds what the design names and what tools demand
while read -r entry; do
  case $entry in
    src | include | jobs | tests | benchmarks | meson.build | README.md | CHANGELOG.md | LICENSE | \
      .ci | .clang-format | .clang-tidy | .editorconfig | .gitignore | .gitattributes) ;;
    *) echo "$entry:1: not an entry of the root" >>"$report" ;;
  esac
done < <(printf '%s\n' "${present[@]}" | cut -d/ -f1 | sort -u)

# -- scripts stop at the first error
for file in "${scripts[@]}"; do
  grep -q '^set -euo pipefail$' "$file" || echo "$file:1: no 'set -euo pipefail'" >>"$report"
  bash -n "$file" || echo "$file:1: bash does not parse it" >>"$report"
done

sort -u "$report"
violations=$(sort -u "$report" | wc -l)
echo "style: ${#present[@]} files, $violations violations"
[ "$violations" -eq 0 ]
