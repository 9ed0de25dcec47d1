// generation.c - the demands of a generation: by date, and merged by product.
//
// What is asked for is appended to its date; a date whose list has doubled since it was merged is
// merged again, so memory is that of the different products, and sums are in the order of asking.
#include "timeline.h"

#include <string.h>

enum { LEAST_MERGED = 1024 };

// Different products ascend; what adds up to nothing is no demand.
static void merge(vt_block_of_demands *b, vt_merging *m) {
  ptrdiff_t different = 0, kept = 0;
  for (ptrdiff_t i = 0; i < b->count; i++) {
    const int p = b->product[i];
    if (!m->seen[p]) {
      m->seen[p] = true;
      m->list[different++] = p;
      m->sum[p] = 0;
    }
    m->sum[p] += b->amount[i];
  }
  if (different > m->products / 16) {
    different = 0;
    for (int p = 0; p < m->products; p++)
      if (m->seen[p]) m->list[different++] = p;
  } else {
    qsort(m->list, (size_t)different, sizeof *m->list, vt_compare_ints);
  }
  for (ptrdiff_t i = 0; i < different; i++) {
    const int p = m->list[i];
    m->seen[p] = false;
    if (m->sum[p] == 0.0) continue;
    b->product[kept] = p;
    b->amount[kept++] = m->sum[p];
  }
  b->count = b->merged = kept;
}

static vt_error add_block(vt_generation *g, int date) {
  VT_TRY(vt_grow(&g->block, &g->room, (ptrdiff_t)g->blocks + 1, sizeof *g->block));
  g->block[g->blocks] = (vt_block_of_demands){.date = date};
  g->block_of[date] = ++g->blocks;
  return VT_OK;
}

static vt_error reach_date(vt_generation *g, int date) {
  if (date < g->date_room) return VT_OK;
  const ptrdiff_t before = g->date_room;
  VT_TRY(vt_grow(&g->block_of, &g->date_room, (ptrdiff_t)date + 1, sizeof *g->block_of));
  memset(g->block_of + before, 0, (size_t)(g->date_room - before) * sizeof *g->block_of);
  return VT_OK;
}

vt_error vt_generation_add(vt_generation *g, vt_merging *m, int date, int product, double amount) {
  VT_TRY(reach_date(g, date));
  if (g->block_of[date] == 0) VT_TRY(add_block(g, date));
  vt_block_of_demands *b = &g->block[g->block_of[date] - 1];
  if (b->count >= 2 * b->merged + LEAST_MERGED) merge(b, m);
  if (b->count == b->room) {
    ptrdiff_t room = b->room;
    VT_TRY(vt_grow(&b->product, &room, b->count + 1, sizeof *b->product));
    VT_TRY(vt_grow(&b->amount, &b->room, b->count + 1, sizeof *b->amount));
  }
  b->product[b->count] = product;
  b->amount[b->count++] = amount;
  return VT_OK;
}

/// A block with what it is sorted by.
typedef struct placed_block {
  vt_timeline_date date;
  vt_block_of_demands block;
} placed_block;

static int compare_blocks(const void *left, const void *right) {
  const vt_timeline_date *a = &((const placed_block *)left)->date;
  const vt_timeline_date *b = &((const placed_block *)right)->date;
  if (a->base != b->base) return a->base < b->base ? -1 : 1;
  if (a->month != b->month) return a->month < b->month ? -1 : 1;
  return (a->second > b->second) - (a->second < b->second);
}

vt_error vt_generation_settle(vt_generation *g, vt_merging *m, const vt_dates *dates) {
  placed_block *placed;
  VT_NEW(placed, g->blocks);
  for (int i = 0; i < g->blocks; i++) {
    merge(&g->block[i], m);
    placed[i] = (placed_block){dates->date[g->block[i].date], g->block[i]};
  }
  qsort(placed, (size_t)g->blocks, sizeof *placed, compare_blocks);
  for (int i = 0; i < g->blocks; i++) g->block[i] = placed[i].block;
  free(placed);
  return VT_OK;
}

void vt_generation_clear(vt_generation *g) {
  for (int i = 0; i < g->blocks; i++) {
    g->block_of[g->block[i].date] = 0;
    free(g->block[i].product);
    free(g->block[i].amount);
  }
  g->blocks = 0;
}

void vt_generation_free(vt_generation *g) {
  vt_generation_clear(g);
  free(g->block);
  free(g->block_of);
  *g = (vt_generation){0};
}
