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

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
report=$scratch/report
bare=$scratch/bare # the code without its // comments and string literals
printf '%s\n' "${code[@]}" | sed "s~/[^/]*$~~; s~^~$bare/~" | sort -u | xargs mkdir -p
awk -v bare="$bare" '
  FNR == 1 { if (out) close(out); out = bare "/" FILENAME }
  { gsub(/\\"/, ""); gsub(/"[^"]*"/, "\"\""); sub(/\/\/.*$/, ""); print >out }' "${code[@]}"

# forbid RULE PATTERN FILE...: every line that matches
forbid() {
  local rule=$1 pattern=$2
  shift 2
  [ "$#" -gt 0 ] || return 0
  { grep -nHE "$pattern" "$@" || true; } | sed -E "s~^([^:]+:[0-9]+):.*~\1: $rule~" >>"$report"
}

forbid_code() { (cd "$bare" && forbid "$@"); }

outside() { # outside PATTERN: room files whose path does not match
  printf '%s\n' "${room_code[@]}" | grep -vE "$1" || true
}

# -- words
forbid_code 'unsafe or locale-bound function' \
  '\b(strcpy|strcat|sprintf|vsprintf|atoi|atol|atof|strtok|gets|alloca)[[:space:]]*\(' "${code[@]}"
forbid_code 'assert: use VT_CHECK with VT_ERR_BUG' '\bassert[[:space:]]*\(' "${code[@]}"
forbid_code 'extern in a .c file' '^[[:space:]]*extern\b' \
  $(printf '%s\n' "${code[@]}" | grep '\.c$' || true)
# But for a signal that leaves no time.
mapfile -t others < <(outside '^src/cli/signals\.c$')
forbid_code 'the process ends in main only' '\b_?(exit|abort|_Exit|quick_exit)[[:space:]]*\(' \
  "${others[@]}"
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
  mapfile -t others < <(outside "$2")
  forbid "foreign header outside its room ($2)" "^#[[:space:]]*include[[:space:]]*[<\"]($1)" "${others[@]}"
}
belongs 'glpk\.h' '^src/lp/'
belongs 'hdf5' '^src/(results|store)/'
belongs 'yaml\.h' '^src/study/'
belongs 'json-c/' '^src/(json|inputs|sources)/'
belongs 'mpi\.h' '^(src|include/vintner)/(team|background|ensemble|results)[/.]|^src/cli/main\.c$'
belongs 'gsl/' '^src/design/'
belongs 'Random123|philox|threefry' '^src/design/'
belongs '(sha2|md5)\.h' '^src/base/'
belongs 'xxhash' '^src/results/'
belongs 'zip\.h|sqlite3\.h|zlib\.h' '^src/(sources|store)/'
belongs 'omp\.h' '^src/(team|ensemble|cli)/'

# -- a room includes headers of itself and of the rooms before it, never of those after it
awk '
  FILENAME == "tests/rooms.txt" {
    if ($0 !~ /^#/) for (i = 1; i <= NF; i++) place[$i] = FNR
    next
  }
  FNR == 1 {
    room = FILENAME
    sub(/^(src|include\/vintner)\//, "", room)
    inside = room ~ /\// || FILENAME ~ /^include\/vintner\//
    sub(/(\/.*|\.h)$/, "", room)
    if (inside && !(room in place)) printf "%s:1: unknown room \047%s\047\n", FILENAME, room
  }
  inside && /^#include "vintner\// {
    other = $2
    sub(/^"vintner\//, "", other)
    sub(/\.h".*/, "", other)
    if (!(other in place) || place[other] > place[room])
      printf "%s:%d: \047%s\047 includes \047%s\047, a room after it\n", FILENAME, FNR, room, other
  }' tests/rooms.txt "${room_code[@]}" >>"$report"
forbid 'private header of another folder' '^#include "[^"]*\.\./' "${room_code[@]}"

# -- a type tag or typedef means one thing in the project, also where it is local to a file
(cd "$bare" && awk '
  function define(name, at) {
    if (!(name in first)) first[name] = at
    else if (first[name] != at) printf "%s: type %s is defined in %s too\n", at, name, first[name]
  }
  FNR == 1 { statement = "" }
  {
    line = $0
    rest = line
    while (match(rest, /(^|[^A-Za-z0-9_])(struct|enum|union) +[A-Za-z_][A-Za-z0-9_]* *\{/)) {
      name = substr(rest, RSTART, RLENGTH - 1)
      rest = substr(rest, RSTART + RLENGTH)
      sub(/ +$/, "", name)
      sub(/^.* /, "", name)
      define(name, FILENAME ":" FNR)
    }
    if (statement == "" && line ~ /^ *typedef /) { statement = " "; begun = FILENAME ":" FNR }
    if (statement == "") next
    statement = statement " " line
    while (gsub(/\{[^{}]*\}/, "@", statement)) continue
    if (statement ~ /\{/ || statement !~ /;/) next
    sub(/;.*/, "", statement)
    text = statement
    statement = ""
    if (match(text, /\( *\* *[A-Za-z_][A-Za-z0-9_]*/)) name = substr(text, RSTART, RLENGTH)
    else { name = text; sub(/ *[[(].*/, "", name) }
    sub(/ +$/, "", name)
    sub(/^.*[^A-Za-z0-9_]/, "", name)
    # That a struct may be called without the word is said by any number of files.
    if (text ~ "(struct|enum|union) +" name "( *@)? +" name "$") next
    define(name, begun)
  }' "${room_code[@]}" /dev/null) >>"$report"

# -- lengths
awk -v report="$report" '
  function long(file, lines) {
    if (lines > 800) printf "%s:1: %d lines, at most 800\n", file, lines >>report
    else if (lines > 600) printf "note: %s has %d lines\n", file, lines
  }
  FNR == 1 { long(file, last); file = FILENAME; start = 0 }
  { last = FNR }
  /^[A-Za-z_].*\(/ && !/;[ ]*$/ && !start { start = FNR; name = $0 }
  /^}/ && start {
    lines = FNR - start + 1
    sub(/\(.*/, "", name)
    sub(/.*[ *]/, "", name)
    if (lines > 80) printf "%s:%d: function %s has %d lines, at most 80\n", FILENAME, start, name, lines >>report
    else if (lines > 60) printf "note: %s:%d: function %s has %d lines\n", FILENAME, start, name, lines
    start = 0
  }
  /^[^ ].*;[ ]*$/ { start = 0 }
  END { long(file, last) }' "${code[@]}" /dev/null

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
