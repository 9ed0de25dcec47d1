// store_guard.c - the structures of a store's file, looked at before HDF5 is.
//
// HDF5 1.10 believes what a file says of itself, and crashes on files made to that end: messages
// said to be shared, sizes that contradict each other. A store has few kinds of structures, always
// in the same form, so that whatever has another form is none of ours. Numbers and formats are
// those of the HDF5 File Format Specification, version 3.0.
#include "store.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// Messages of object headers.
enum {
  NIL = 0,
  DATASPACE = 1,
  LINK_INFO = 2,
  DATATYPE = 3,
  FILL_VALUE = 5,
  LINK = 6,
  LAYOUT = 8,
  GROUP_INFO = 10,
  FILTERS = 11,
  ATTRIBUTE = 12,
  CONTINUATION = 16,
  ATTRIBUTE_INFO = 21,
  KINDS = 22,
};

enum { FIRST_BLOCK = 48, ARRAY_HEADER = 28, ARRAY_START = 14, MOST_DEPTH = 8, FILTER_BYTES = 28 };

// A file while it is looked at.
typedef struct guard {
  int file;
  uint64_t bytes;
  uint64_t blocks; // looked at so far
} guard;

// What a header says of its object.
typedef struct object {
  int seen[KINDS];
  int depth;
  uint64_t extent, chunk, item; // item: bytes of a number, as its type says
  uint64_t filtered, width;     // bytes of a number, as filter and layout say
  uint64_t array;               // address of the index of chunks, 0: none
} object;

static uint64_t number(const unsigned char *at, int width) {
  uint64_t value = 0;
  for (int i = 0; i < width; i++) value |= (uint64_t)at[i] << 8 * i;
  return value;
}

// Bytes of the file; the caller frees. NULL: there are none.
static unsigned char *take_block(guard *g, uint64_t address, uint64_t size) {
  if (address >= g->bytes || size > g->bytes - address || ++g->blocks > g->bytes) return NULL;
  unsigned char *block = vt_calloc((ptrdiff_t)size, 1);
  if (block && vt_input_read(g->file, (int64_t)address, block, (ptrdiff_t)size) == (ptrdiff_t)size)
    return block;
  free(block);
  return NULL;
}

static bool is(const unsigned char *at, size_t size, const char *expected, size_t bytes) {
  return size == bytes && memcmp(at, expected, bytes) == 0;
}

// Messages of the one form that stores have.
static bool is_dataspace(const unsigned char *at, size_t size, object *o) {
  if (size != 20 || memcmp(at, "\x02\x01\x01\x01", 4) != 0) return false;
  o->extent = number(at + 4, 8);
  return o->extent > 0 && o->extent < INT64_MAX / 16 && o->extent == number(at + 12, 8);
}

static bool is_datatype(const unsigned char *at, size_t size, object *o) {
  o->item = size >= 12 ? number(at + 4, 4) : 0;
  return is(at, size, "\x10\x08\0\0\x01\0\0\0\0\0\x08\0", 12) ||
         is(at, size, "\x10\x08\0\0\x04\0\0\0\0\0\x20\0", 12) ||
         is(at, size, "\x10\x08\0\0\x08\0\0\0\0\0\x40\0", 12) ||
         is(at, size, "\x11\x20\x1f\0\x04\0\0\0\0\0\x20\0\x17\x08\0\x17\x7f\0\0\0", 20) ||
         is(at, size, "\x11\x20\x3f\0\x08\0\0\0\0\0\x40\0\x34\x0b\0\x34\xff\x03\0\0", 20);
}

static bool is_filters(const unsigned char *at, size_t size, object *o) {
  if (size != FILTER_BYTES) return false;
  o->filtered = number(at + 8, 4);
  return memcmp(at, "\x02\x03\x02\0\x01\0\x01\0", 8) == 0 &&
         memcmp(at + 12, "\x01\0\x01\0\x01\0\x01\0\0\0\x03\0\0\0\0\0", 16) == 0;
}

static bool is_layout(const unsigned char *at, size_t size, object *o) {
  if (size < 4 || at[0] != 4) return false;
  if (at[1] == 0) return size == 4 + number(at + 2, 2);
  const int width = size > 5 ? at[4] : 0;
  const size_t dimensions = 5 + 2 * (size_t)width;
  if (at[1] != 2 || at[3] != 2 || width < 1 || width > 4 || size < dimensions + 2) return false;
  o->chunk = number(at + 5, width);
  o->width = number(at + 5 + width, width);
  if (o->chunk == 0 || o->chunk > VT_STORE_CHUNK) return false;
  if (at[2] == 2 && at[dimensions] == 1) return size == dimensions + 21; // one chunk
  if (at[2] != 0 || at[dimensions] != 3 || at[dimensions + 1] != 10 || size != dimensions + 10)
    return false;
  o->array = number(at + dimensions + 2, 8);
  return o->array > 0;
}

// A number of 32 bits, or a text.
static bool is_attribute(const unsigned char *at, size_t size) {
  if (size < 9 || at[0] != 3 || at[1] != 0 || at[8] > 1) return false;
  const size_t name = number(at + 2, 2), type = number(at + 4, 2), space = number(at + 6, 2);
  if ((type != 8 && type != 12) || space != 4 || name == 0 || size < 9 + name + type + space)
    return false;
  const unsigned char *types = at + 9 + name, *spaces = types + type;
  const uint64_t data = size - (9 + name + type + space);
  if (types[-1] != '\0' || memchr(at + 9, '\0', name) != types - 1) return false;
  if (memcmp(spaces, "\x02\0\0\0", 4) != 0) return false;
  if (type == 12) return data == 4 && is(types, 12, "\x10\x08\0\0\x04\0\0\0\0\0\x20\0", 12);
  return memcmp(types, "\x13\x11\0\0", 4) == 0 && number(types + 4, 4) == data && data > 0;
}

static bool is_header(guard *g, uint64_t address, int depth);
static bool are_messages(guard *g, const unsigned char *at, size_t size, object *o);

static bool is_link(guard *g, const unsigned char *at, size_t size, const object *o) {
  if (size < 12 || at[0] != 1 || at[1] != 0) return false;
  const size_t name = at[2];
  if (name == 0 || size != 3 + name + 8 || memchr(at + 3, '\0', name)) return false;
  return is_header(g, number(at + 3 + name, 8), o->depth + 1);
}

static bool is_continuation(guard *g, const unsigned char *at, size_t size, object *o) {
  if (size != 16) return false;
  const uint64_t length = number(at + 8, 8);
  if (length < 12) return false;
  unsigned char *block = take_block(g, number(at, 8), length);
  const bool sound =
      block && memcmp(block, "OCHK", 4) == 0 && are_messages(g, block + 4, length - 8, o);
  free(block);
  return sound;
}

static bool is_message(guard *g, int kind, const unsigned char *at, size_t size, object *o) {
  static const char none[] = "\0\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff";
  switch (kind) {
    case NIL: return true;
    case DATASPACE: return is_dataspace(at, size, o);
    case LINK_INFO:
    case ATTRIBUTE_INFO: return is(at, size, none, 18);
    case DATATYPE: return is_datatype(at, size, o);
    case FILL_VALUE: return is(at, size, "\x03\x09", 2) || is(at, size, "\x03\x0b", 2);
    case LINK: return is_link(g, at, size, o);
    case LAYOUT: return is_layout(at, size, o);
    case GROUP_INFO: return size == 6 && at[0] == 0 && at[1] == 1;
    case FILTERS: return is_filters(at, size, o);
    case ATTRIBUTE: return is_attribute(at, size);
    case CONTINUATION: return is_continuation(g, at, size, o);
    default: return false;
  }
}

static bool are_messages(guard *g, const unsigned char *at, size_t size, object *o) {
  while (size >= 4) {
    const int kind = at[0], flags = at[3];
    const size_t length = number(at + 1, 2);
    const int expected =
        kind == ATTRIBUTE_INFO ? 4 : // not to be shared
            kind == DATATYPE || kind == FILL_VALUE || kind == GROUP_INFO || kind == FILTERS
            ? 1 // constant
            : 0;
    if (kind >= KINDS || length > size - 4) return false;
    const bool repeats = kind == NIL || kind == LINK || kind == ATTRIBUTE || kind == CONTINUATION;
    // What fills a gap keeps the flags of what was there.
    if ((flags != expected && kind != NIL) || (o->seen[kind]++ > 0 && !repeats)) return false;
    if (!is_message(g, kind, at + 4, length, o)) return false;
    at += 4 + length;
    size -= 4 + length;
  }
  return true;
}

// The index of chunks that are several: a fixed array, in one block or in pages.
static bool is_array(guard *g, const object *o) {
  unsigned char *head = take_block(g, o->array, ARRAY_HEADER), *start = NULL;
  const uint64_t chunks = (o->extent + o->chunk - 1) / o->chunk;
  int length = 0; // bytes of the size of a packed chunk
  for (uint64_t bytes = o->chunk * o->item; bytes > 1; bytes >>= 1) length++;
  length = 1 + (length + 8) / 8;
  bool sound = head && memcmp(head, "FAHD\0\x01", 6) == 0 && head[6] == 8 + length + 4 &&
               head[7] == 10 && number(head + 8, 8) == chunks;
  if (sound) start = take_block(g, number(head + 16, 8), ARRAY_START);
  sound = start && memcmp(start, "FADB\0\x01", 6) == 0 && number(start + 6, 8) == o->array;
  free(head);
  free(start);
  return sound;
}

static bool is_object(guard *g, const object *o) {
  const int *seen = o->seen;
  if (seen[LINK_INFO])
    return seen[GROUP_INFO] && !seen[DATASPACE] && !seen[DATATYPE] && !seen[LAYOUT] &&
           !seen[FILTERS] && !seen[FILL_VALUE];
  const bool whole = seen[DATASPACE] && seen[DATATYPE] && seen[LAYOUT] && seen[FILL_VALUE] &&
                     !seen[LINK] && !seen[GROUP_INFO];
  if (!whole || (seen[FILTERS] > 0) != (o->chunk > 0)) return false;
  if (o->chunk == 0) return true;
  if (o->filtered != o->item || o->width != o->item) return false;
  if (o->array == 0) return o->extent == o->chunk;
  return o->extent > o->chunk && is_array(g, o);
}

static bool is_header(guard *g, uint64_t address, int depth) {
  if (depth > MOST_DEPTH) return false;
  unsigned char *head = take_block(g, address, 14);
  const bool begins = head && memcmp(head, "OHDR\x02", 5) == 0 && head[5] <= 3;
  const int width = begins ? 1 << head[5] : 0;
  const uint64_t size = begins ? number(head + 6, width) : 0;
  free(head);
  if (!begins || size > g->bytes) return false;
  const uint64_t start = 6 + (uint64_t)width;
  unsigned char *block = take_block(g, address, start + size + 4);
  object o = {.depth = depth};
  const bool sound = block && are_messages(g, block + start, size, &o) && is_object(g, &o);
  free(block);
  return sound;
}

static bool is_file(guard *g) {
  unsigned char *first = take_block(g, 0, FIRST_BLOCK);
  const bool sound = first && memcmp(first, "\x89HDF\r\n\x1a\n\x03\x08\x08\0", 12) == 0 &&
                     number(first + 12, 8) == 0 && number(first + 20, 8) == UINT64_MAX &&
                     number(first + 28, 8) == g->bytes;
  const uint64_t root = sound ? number(first + 36, 8) : 0;
  free(first);
  return sound && is_header(g, root, 0);
}

bool vt_store_is_plain(const char *path) {
  guard g = {0};
  if (vt_input_open(path, &g.file) != VT_OK) return false;
  const off_t end = lseek(g.file, 0, SEEK_END);
  g.bytes = end > 0 ? (uint64_t)end : 0;
  const bool plain = is_file(&g);
  (void)close(g.file);
  return plain;
}
