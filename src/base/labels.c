// labels.c - ordered sets of names with look-up by hash, and the nearest name to a misspelt one.
#include "vintner/base.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// An empty set has nothing but this: there may be a million of them.
struct vt_labels {
  vt_arena *arena;
  const char **name; // shape [count]
  uint64_t *hash;    // shape [count]
  ptrdiff_t name_capacity, hash_capacity;
  int count;
  int *slot;       // open addressing: index + 1, 0 is free; shape [slots]
  ptrdiff_t slots; // a power of two, at least twice count; 0 in an empty set
};

vt_error vt_labels_create(vt_labels **labels) {
  VT_NEW(*labels, 1);
  return VT_OK;
}

void vt_labels_free(vt_labels *labels) {
  if (!labels) return;
  vt_arena_free(labels->arena);
  free(labels->name);
  free(labels->hash);
  free(labels->slot);
  free(labels);
}

// The slot that holds the name, or the free one where it belongs.
static ptrdiff_t find_slot(const vt_labels *labels, const char *name, ptrdiff_t length,
                           uint64_t hash) {
  const uint64_t mask = (uint64_t)labels->slots - 1;
  uint64_t at = (hash ^ hash >> 32) & mask;
  for (;; at = (at + 1) & mask) {
    const int held = labels->slot[at] - 1;
    if (held < 0) return (ptrdiff_t)at;
    const char *other = labels->name[held];
    if (labels->hash[held] == hash && strncmp(other, name, (size_t)length) == 0 &&
        other[length] == '\0')
      return (ptrdiff_t)at;
  }
}

static vt_error grow_slots(vt_labels *labels) {
  free(labels->slot);
  labels->slots = labels->slots > 0 ? 2 * labels->slots : 16;
  VT_NEW(labels->slot, labels->slots);
  const uint64_t mask = (uint64_t)labels->slots - 1;
  for (int i = 0; i < labels->count; i++) {
    uint64_t at = (labels->hash[i] ^ labels->hash[i] >> 32) & mask;
    while (labels->slot[at]) at = (at + 1) & mask;
    labels->slot[at] = i + 1;
  }
  return VT_OK;
}

static vt_error start(vt_labels *labels) {
  if (!labels->arena) VT_TRY(vt_arena_create(&labels->arena));
  return grow_slots(labels);
}

vt_error vt_labels_add(vt_labels *labels, const char *name, ptrdiff_t length, int *index,
                       bool *added) {
  if (labels->slots == 0) VT_TRY(start(labels));
  const uint64_t hash = vt_hash64(name, length);
  ptrdiff_t at = find_slot(labels, name, length, hash);
  const bool fresh = labels->slot[at] == 0;
  if (added) *added = fresh;
  if (!fresh) {
    *index = labels->slot[at] - 1;
    return VT_OK;
  }
  VT_CHECK(labels->count < INT32_MAX / 2, VT_ERR_SYSTEM, "too many labels: %d", labels->count);
  if (2 * ((ptrdiff_t)labels->count + 1) > labels->slots) {
    VT_TRY(grow_slots(labels));
    at = find_slot(labels, name, length, hash);
  }
  const ptrdiff_t needed = (ptrdiff_t)labels->count + 1;
  VT_TRY(vt_grow(&labels->name, &labels->name_capacity, needed, sizeof *labels->name));
  VT_TRY(vt_grow(&labels->hash, &labels->hash_capacity, needed, sizeof *labels->hash));
  VT_TRY(vt_arena_text(labels->arena, name, length, &labels->name[labels->count]));
  labels->hash[labels->count] = hash;
  *index = labels->count++;
  labels->slot[at] = labels->count;
  return VT_OK;
}

int vt_labels_find(const vt_labels *labels, const char *name, ptrdiff_t length) {
  if (labels->slots == 0) return -1;
  return labels->slot[find_slot(labels, name, length, vt_hash64(name, length))] - 1;
}

int vt_labels_count(const vt_labels *labels) {
  return labels->count;
}

const char *vt_labels_get(const vt_labels *labels, int index) {
  return labels->name[index];
}

enum { LONGEST_COMPARED = 64 };

static int smaller(int a, int b) {
  return a < b ? a : b;
}

// Optimal string alignment distance: insertions, deletions, substitutions, swapped neighbours.
static int edit_distance(const char *a, int m, const char *b, int n) {
  int row[3][LONGEST_COMPARED + 1];
  for (int j = 0; j <= n; j++) row[0][j] = j;
  for (int i = 1; i <= m; i++) {
    int *now = row[i % 3], *last = row[(i + 2) % 3], *before = row[(i + 1) % 3];
    now[0] = i;
    for (int j = 1; j <= n; j++) {
      const int x = tolower((unsigned char)a[i - 1]), y = tolower((unsigned char)b[j - 1]);
      now[j] = smaller(smaller(now[j - 1], last[j]) + 1, last[j - 1] + (x != y));
      if (i > 1 && j > 1 && x == tolower((unsigned char)b[j - 2]) &&
          y == tolower((unsigned char)a[i - 2]))
        now[j] = smaller(now[j], before[j - 2] + 1);
    }
  }
  return row[m % 3][n];
}

void vt_nearest_try(vt_nearest *nearest, const char *candidate) {
  const size_t m = strlen(nearest->name), n = strlen(candidate);
  if (m > LONGEST_COMPARED || n > LONGEST_COMPARED || m == 0) return;
  // A name of one letter is near to every other: only its case may differ.
  const int allowed = m < 3 ? (int)m - 1 : 1 + (int)m / 4;
  const int difference = (int)m - (int)n;
  if (difference > allowed || -difference > allowed) return;
  const int distance = edit_distance(nearest->name, (int)m, candidate, (int)n);
  if (distance > allowed || (nearest->best && distance >= nearest->distance)) return;
  nearest->best = candidate;
  nearest->distance = distance;
}

void vt_nearest_try_labels(vt_nearest *nearest, const vt_labels *labels) {
  for (int i = 0; i < labels->count; i++) vt_nearest_try(nearest, labels->name[i]);
}

const char *vt_nearest_hint(const vt_nearest *nearest) {
  static _Thread_local char text[LONGEST_COMPARED + 32];
  text[0] = '\0';
  if (nearest->best) (void)snprintf(text, sizeof text, "; did you mean '%s'?", nearest->best);
  return text;
}
