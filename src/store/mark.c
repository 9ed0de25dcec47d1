// mark.c - what makes an HDF5 file a store, looked up without HDF5: a file may have been made
// against it, and be of any size.
//
// The mark is an attribute of the root group, so it lies in the blocks of that group's header and
// nowhere else. Numbers and formats are those of the HDF5 File Format Specification, version 3.0.
#include "store.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PIECE = 1 << 16, MOST_BLOCKS = 64, SUPERBLOCK = 96, CONTINUED = 16 };

// Name and type of the attribute.
static const char mark[] = "vintner_store\0\x10\x08\0\0\x04\0\0";

// The root group's header while it is looked through.
typedef struct mark_search {
  int file;
  unsigned char *piece; // of the block, shape [PIECE]
  uint64_t at[MOST_BLOCKS], size[MOST_BLOCKS];
  int blocks;
  bool old, ordered; // how its messages begin
} mark_search;

static uint64_t number(const unsigned char *at, int width) {
  uint64_t value = 0;
  for (int i = 0; i < width; i++) value |= (uint64_t)at[i] << 8 * i;
  return value;
}

static void add_block(mark_search *s, uint64_t at, uint64_t size) {
  if (s->blocks == MOST_BLOCKS || at > INT64_MAX - PIECE) return;
  s->at[s->blocks] = at;
  s->size[s->blocks++] = size;
}

// The address of the root group's header stands at a place that depends on the version.
static bool find_root(mark_search *s) {
  unsigned char head[SUPERBLOCK] = {0};
  if (vt_input_read(s->file, 0, head, SUPERBLOCK) < SUPERBLOCK / 2) return false;
  if (memcmp(head, "\x89HDF\r\n\x1a\n", 8) != 0 || head[8] > 3) return false;
  static const int size_at[] = {13, 13, 9, 9}, root_at[] = {64, 68, 36, 36};
  if (head[size_at[head[8]]] != 8) return false; // bytes of an address
  add_block(s, number(head + root_at[head[8]], 8), PIECE);
  return true;
}

// Blocks that continue the header are told by its messages, in the old form or the new.
static void find_next(mark_search *s, const unsigned char *at, const unsigned char *end) {
  const ptrdiff_t before = s->old ? 8 : s->ordered ? 6 : 4, kind = s->old ? 2 : 1;
  while (end - at >= before) {
    const ptrdiff_t length = (ptrdiff_t)number(at + kind, 2);
    if (length > end - at - before) return;
    if (number(at, (int)kind) == CONTINUED && length >= 16)
      add_block(s, number(at + before, 8), number(at + before + 8, 8));
    at += before + length;
  }
}

// Where the messages of the header's first block begin, and how many bytes they have.
static ptrdiff_t start_header(mark_search *s, uint64_t *size) {
  const unsigned char *head = s->piece;
  s->old = head[0] == 1;
  s->ordered = head[5] & 4;
  const int times = head[5] & 0x20 ? 16 : 0, phases = head[5] & 0x10 ? 4 : 0;
  const int width = s->old ? 4 : 1 << (head[5] & 3), at = s->old ? 8 : 6 + times + phases;
  *size = number(head + at, width);
  return s->old ? 16 : at + width;
}

static bool look_through(mark_search *s) {
  for (int block = 0; block < s->blocks; block++) {
    uint64_t size = s->size[block];
    const ptrdiff_t most = size < PIECE ? (ptrdiff_t)size : PIECE;
    const ptrdiff_t got = vt_input_read(s->file, (int64_t)s->at[block], s->piece, most);
    const ptrdiff_t start = block == 0 ? start_header(s, &size) : 0;
    if (got <= start) continue;
    const unsigned char *at = s->piece + start;
    const ptrdiff_t length = (uint64_t)(got - start) < size ? got - start : (ptrdiff_t)size;
    if (memmem(at, (size_t)length, mark, sizeof mark)) return true;
    const ptrdiff_t signature = block == 0 || s->old ? 0 : 4;
    find_next(s, at + signature, at + length);
  }
  return false;
}

bool vt_is_store(const char *path) {
  mark_search s = {0};
  if (vt_input_open(path, &s.file) != VT_OK) return false;
  s.piece = vt_calloc(PIECE, 1);
  const bool is = s.piece && find_root(&s) && look_through(&s);
  free(s.piece);
  (void)close(s.file);
  return is;
}
