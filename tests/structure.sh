#!/usr/bin/env bash
# House rules that hold for what the compiler made of the rooms: no circle of files in a room, no
# symbol of a room below, names of the library. Prints every violation; ends with 1 if there is one.
#
#   bash tests/structure.sh BUILD [ROOMS_FILE]
set -euo pipefail

build=${1:?usage: structure.sh BUILD [ROOMS_FILE]}
rooms=${2:-$(dirname "${BASH_SOURCE[0]}")/rooms.txt}

# A library that is no longer made may still lie in the folder.
libraries=()
for library in "$build"/src/*/libvt_*.a; do
  if [ ! -f "$library" ]; then continue; fi
  if [ ! -f "$build/build.ninja" ] || grep -qF "build ${library#"$build/"}:" "$build/build.ninja"; then
    libraries+=("$library")
  fi
done
if [ "${#libraries[@]}" -eq 0 ]; then echo "structure.sh: no library in '$build/src'" >&2 && exit 2; fi
program=()
for object in "$build"/src/vintner.p/*.o; do if [ -f "$object" ]; then program+=("$object"); fi; done

symbols=$(mktemp)
report=$(mktemp)
trap 'rm -f "$symbols" "$report"' EXIT
nm -A -P -g "${libraries[@]}" "${program[@]}" >"$symbols"

awk '
  function say(text) { if (!(text in said)) { said[text] = 1; print text } }

  # PATH/libvt_ROOM.a[PATH/FILE.c.o] or PATH/vintner.p/cli_FILE.c.o: ROOM/FILE.c
  function object_of(field, room, name) {
    if (match(field, /libvt_[a-z0-9_]+\.a\[/)) {
      room = substr(field, RSTART + 6, RLENGTH - 9)
      name = substr(field, RSTART + RLENGTH)
      sub(/\]?:?$/, "", name)
      sub(/^.*\//, "", name)
    } else {
      room = "cli"
      name = field
      sub(/:$/, "", name)
      sub(/^.*\//, "", name)
      sub(/^cli_/, "", name)
    }
    sub(/\.o$/, "", name)
    room_of[room "/" name] = room
    return room "/" name
  }

  # The shortest circle through a file, told from its first file in the alphabet: each circle once.
  function circle_through(start, queue, from, via, head, tail, at, n, list, i, k, path, first, text) {
    queue[tail++] = start
    while (head < tail) {
      at = queue[head++]
      n = split(uses[at], list, " ")
      for (i = 1; i <= n; i++) {
        if (list[i] == start) {
          k = 0
          for (; at != start; at = from[at]) path[k++] = at
          path[k++] = start
          first = 0
          for (i = 1; i < k; i++) if (path[i] < path[first]) first = i
          text = path[first]
          for (i = 1; i <= k; i++) {
            at = path[(first - i + 2 * k) % k]
            text = text " -> " at " (" step[path[(first - i + 1 + 2 * k) % k], at] ")"
          }
          say("circle of files: " text)
          return
        }
        if (!(list[i] in from)) {
          from[list[i]] = at
          queue[tail++] = list[i]
        }
      }
    }
  }

  FILENAME == ARGV[1] { if ($0 !~ /^#/ && NF) place[$1] = ++rooms; next }
  {
    object = object_of($1)
    if ($3 ~ /^[Uw]$/) { needs[++wanted] = object; need[wanted] = $2; next }
    if ($2 ~ /^__/) next # of the compiler
    defined[$2] = object
    if (room_of[object] != "cli" && $2 !~ /^vt_/) say(object ": non-static symbol " $2 " does not begin with vt_")
  }
  END {
    for (object in room_of)
      if (!(room_of[object] in place)) say(object ": unknown room " room_of[object])
    for (i = 1; i <= wanted; i++) {
      user = needs[i]
      if (!(need[i] in defined)) {
        if (need[i] ~ /^vt_/) say(user ": " need[i] " is defined in no room")
        continue
      }
      maker = defined[need[i]]
      if (maker == user) continue
      if (room_of[maker] != room_of[user]) {
        if (place[room_of[maker]] > place[room_of[user]])
          say(user ": uses " need[i] " of " maker ", a room after it")
      } else if (!((user, maker) in step)) {
        step[user, maker] = need[i]
        uses[user] = uses[user] " " maker
      }
    }
    for (object in uses) circle_through(object)
  }' "$rooms" "$symbols" >"$report"

sort "$report"
violations=$(wc -l <"$report")
echo "structure: ${#libraries[@]} rooms, $(wc -l <"$symbols") symbols, $violations violations"
[ "$violations" -eq 0 ]
