#!/usr/bin/env bash
# That style.sh and structure.sh find what they are there to find: a small tree of offences.
#
#   bash tests/rules.sh
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/tree" && cd "$folder/tree"
found=$folder/found
failed=0

finds() { # finds LINE: the whole line
  if ! grep -qxF -- "$1" "$found"; then
    failed=$((failed + 1))
    echo "FAILED: not found: $1"
  fi
}

counts() { # counts SUMMARY: so many violations and no more
  if ! grep -qE -- "$1\$" "$found"; then
    failed=$((failed + 1))
    echo "FAILED: expected $1"
    cat "$found"
  fi
}

# -- what a text search finds
mkdir -p tests src/base src/lp src/cli include/vintner
printf '# comment\nbase other\nlp\ncli\n' >tests/rooms.txt
echo 'struct vt_one { int n; };' >include/vintner/base.h
echo '#include "vintner/lp.h"' >include/vintner/other.h
echo 'typedef struct vt_one vt_one; // not another one' >include/vintner/lp.h
cat >src/base/a.c <<'C'
#include "vintner/lp.h"
typedef struct table {
  struct { int n; } inner;
} table;
static const char *text = "struct vt_one { goto";
C
cat >src/lp/b.c <<'C'
#include "vintner/base.h"
#include <hdf5.h>
enum table { A, B };
typedef int (*vt_one)(int);
typedef struct {
  int n;
} alone;
C
cat >src/cli/c.c <<'C'
#include "vintner/nothing.h"
#include "../lp/b.h"
typedef double alone[3];
int main(void) {
  goto end;
end:
  exit(1);
}
C
mkdir src/attic && echo 'int n;' >src/attic/d.c
bash "$here/style.sh" . >"$found" || true
finds "include/vintner/other.h:1: 'other' includes 'lp', a room after it"
finds "src/base/a.c:1: 'base' includes 'lp', a room after it"
finds "src/cli/c.c:1: 'cli' includes 'nothing', a room after it"
finds 'src/cli/c.c:2: private header of another folder'
finds 'src/lp/b.c:2: foreign header outside its room (^src/(results|store)/)'
finds 'src/lp/b.c:3: type table is defined in src/base/a.c:2 too'
finds 'src/lp/b.c:4: type vt_one is defined in include/vintner/base.h:1 too'
finds 'src/lp/b.c:5: type alone is defined in src/cli/c.c:3 too'
finds 'src/cli/c.c:5: goto'
finds 'src/cli/c.c:7: the process ends in main only'
finds "src/attic/d.c:1: unknown room 'attic'"
counts '11 violations'

# -- what the symbols tell
library() { # library ROOM NAME...: of src/ROOM/NAME.c
  local room=$1 name objects=()
  shift
  mkdir -p "$folder/tree/build/src/$room"
  for name in "$@"; do
    ${CC:-cc} -c "$name.c" -o "$name.c.o"
    objects+=("$name.c.o")
  done
  ar cr "$folder/tree/build/src/$room/libvt_$room.a" "${objects[@]}"
}
mkdir made && cd made
echo 'int vt_b(void); int vt_x(void); int vt_a(void); int vt_a(void) { return vt_b() + vt_x(); }' >a.c
echo 'int vt_c(void); int vt_b(void); int vt_b(void) { return vt_c(); }' >b.c
echo 'int vt_a(void); int vt_c(void); int vt_c(void) { return vt_a(); }' >c.c
echo 'int vt_a(void); int vt_gone(void); int loud; static int quiet; int vt_x(void);
  int vt_x(void) { return vt_a() + vt_gone() + loud + quiet++; }' >x.c
echo 'int vt_p(void); int vt_p(void) { return 0; }' >p.c
echo 'int vt_p(void); int vt_q(void); int vt_q(void) { return vt_p(); }' >q.c
library base a b c
library lp x
library cli p q
cd ..
structure() { bash "$here/structure.sh" build tests/rooms.txt >"$found" || true; }
structure
finds 'circle of files: base/a.c -> base/b.c (vt_b) -> base/c.c (vt_c) -> base/a.c (vt_a)'
finds 'base/a.c: uses vt_x of lp/x.c, a room after it'
finds 'lp/x.c: non-static symbol loud does not begin with vt_'
finds 'lp/x.c: vt_gone is defined in no room'
counts '4 violations'
printf 'build src/cli/libvt_cli.a: STATIC_LINKER\nbuild src/lp/libvt_lp.a: STATIC_LINKER\n' >build/build.ninja
printf 'base\ncli\n' >tests/rooms.txt
structure
finds 'lp/x.c: unknown room lp'
finds 'lp/x.c: vt_a is defined in no room'
counts '4 violations'

[ "$failed" -eq 0 ] && echo 'every rule fires'
