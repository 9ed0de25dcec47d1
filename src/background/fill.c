// fill.c - counts what an LU factorisation would take, without computing it.
#include "room.h"

#include <stdlib.h>

// Beyond this many entries of L for each of the matrix nobody wants the factorisation.
enum { FILL_LIMIT = 64 };

typedef struct count {
  const vt_kernel_matrix *m;
  int *start, *column; // the same pattern by rows
  int *position;       // where each row comes in the order
  int *parent, *seen;  // elimination tree
  int *length;         // entries below the diagonal of each column of L
} count;

// Walk from each neighbour that comes earlier up the elimination tree: each step is an entry of
// row `pivot` of L.
static ptrdiff_t climb(count *c, const int *neighbour, int neighbours, int pivot) {
  ptrdiff_t steps = 0;
  for (int k = 0; k < neighbours; k++) {
    for (int i = c->position[neighbour[k]]; i < pivot && c->seen[i] != pivot; i = c->parent[i]) {
      if (c->parent[i] < 0) c->parent[i] = pivot;
      c->length[i]++;
      c->seen[i] = pivot;
      steps++;
    }
  }
  return steps;
}

static void count_entries(count *c, const int *order, vt_fill *fill) {
  const vt_kernel_matrix *m = c->m;
  const double limit = (double)FILL_LIMIT * (m->start[m->n] + (double)m->n);
  *fill = (vt_fill){.known = true};
  for (int k = 0; k < m->n; k++) c->position[order[k]] = k;
  for (int k = 0; k < m->n && fill->known; k++) {
    const int row = order[k];
    c->parent[k] = -1;
    c->seen[k] = k;
    ptrdiff_t entries = climb(c, m->row + m->start[row], m->start[row + 1] - m->start[row], k);
    entries += climb(c, c->column + c->start[row], c->start[row + 1] - c->start[row], k);
    fill->entries += (double)entries + 1;
    fill->known = fill->entries <= limit;
  }
  for (int k = 0; k < m->n && fill->known; k++)
    fill->multiplications += c->length[k] * (1.0 + c->length[k]);
}

vt_error vt_count_fill(const vt_kernel_matrix *m, const int *order, vt_fill *fill) {
  int *work;
  const ptrdiff_t n = m->n;
  VT_NEW(work, 5 * n + 1 + m->start[n]);
  count c = {.m = m, .start = work, .position = work + n + 1};
  c.parent = c.position + n;
  c.seen = c.parent + n;
  c.length = c.seen + n;
  c.column = c.length + n;
  vt_transpose(m, &(vt_kernel_matrix){.n = m->n, .start = c.start, .row = c.column});
  count_entries(&c, order, fill);
  free(work);
  return VT_OK;
}

bool vt_fill_is_affordable(const vt_fill *fill) {
  return fill->known && fill->multiplications < 1e11 && fill->entries < 2e8;
}
