// memory.c - checked allocation, and arenas: memory that is freed as a whole.
#include "vintner/base.h"

#include <stdlib.h>
#include <string.h>

void *vt_calloc(ptrdiff_t count, size_t item_bytes) {
  if (count < 0) return NULL;
  return calloc(count > 0 ? (size_t)count : 1, item_bytes);
}

vt_error vt_grow(void *array_pointer, ptrdiff_t *capacity, ptrdiff_t needed, size_t item_bytes) {
  if (needed <= *capacity) return VT_OK;
  ptrdiff_t larger = *capacity < 4 ? 4 : *capacity;
  while (larger < needed) {
    VT_CHECK(larger <= PTRDIFF_MAX / 2, VT_ERR_SYSTEM, "out of memory: %td items", needed);
    larger *= 2;
  }
  size_t bytes;
  VT_CHECK(!__builtin_mul_overflow((size_t)larger, item_bytes, &bytes), VT_ERR_SYSTEM,
           "out of memory: %td items of %zu bytes", larger, item_bytes);
  // The pointer to the caller's typed pointer comes as void *: copy its bytes, never alias it.
  void *old;
  memcpy(&old, array_pointer, sizeof old);
  void *grown = realloc(old, bytes);
  VT_CHECK(grown != NULL, VT_ERR_SYSTEM, "out of memory: %zu bytes", bytes);
  memcpy(array_pointer, &grown, sizeof grown);
  *capacity = larger;
  return VT_OK;
}

// Blocks form a list; small requests share one, a large request gets its own.
typedef struct block {
  struct block *next;
  size_t used, size;
  _Alignas(max_align_t) unsigned char bytes[];
} block;

// Blocks begin small, since there may be many arenas, and double.
enum { FIRST_BYTES = 1 << 6, BLOCK_BYTES = 1 << 16 };

struct vt_arena {
  block *first;
  size_t next_bytes; // of the next shared block
};

vt_error vt_arena_create(vt_arena **arena) {
  VT_NEW(*arena, 1);
  return VT_OK;
}

void vt_arena_free(vt_arena *arena) {
  if (!arena) return;
  for (block *b = arena->first; b;) {
    block *next = b->next;
    free(b);
    b = next;
  }
  free(arena);
}

static block *add_block(vt_arena *arena, size_t size) {
  block *b = calloc(1, sizeof *b + size);
  if (!b) return NULL;
  b->size = size;
  // A block made for one large request is full: keep the half-empty one in front.
  if (arena->first && size > BLOCK_BYTES) {
    b->next = arena->first->next;
    arena->first->next = b;
  } else {
    b->next = arena->first;
    arena->first = b;
  }
  return b;
}

void *vt_arena_calloc(vt_arena *arena, ptrdiff_t count, size_t item_bytes) {
  size_t bytes;
  if (count < 0 || __builtin_mul_overflow((size_t)count, item_bytes, &bytes)) return NULL;
  if (bytes > SIZE_MAX / 2) return NULL;
  const size_t align = _Alignof(max_align_t);
  bytes = (bytes + align) / align * align; // at least one unit: no two results are equal
  block *b = arena->first;
  if (!b || b->size - b->used < bytes) {
    size_t size = arena->next_bytes < FIRST_BYTES ? FIRST_BYTES : arena->next_bytes;
    while (size < bytes && size < BLOCK_BYTES) size *= 2;
    arena->next_bytes = size < BLOCK_BYTES ? 2 * size : BLOCK_BYTES;
    b = add_block(arena, bytes > size ? bytes : size);
    if (!b) return NULL;
  }
  void *result = b->bytes + b->used;
  b->used += bytes;
  return result;
}

vt_error vt_arena_text(vt_arena *arena, const char *text, ptrdiff_t length, const char **copy) {
  char *bytes;
  VT_ARENA_NEW(arena, bytes, length + 1);
  if (length > 0) memcpy(bytes, text, (size_t)length);
  *copy = bytes;
  return VT_OK;
}

int vt_compare_ints(const void *a, const void *b) {
  int x, y;
  memcpy(&x, a, sizeof x);
  memcpy(&y, b, sizeof y);
  return (x > y) - (x < y);
}
