// database.c - see database.h.
#include "database.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SECTOR = 8 };

// SplitMix64.
typedef struct stream {
  uint64_t state;
} stream;

static uint64_t next(stream *s) {
  uint64_t x = s->state += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

static double uniform(stream *s) {
  return (double)(next(s) >> 11) * 0x1p-53;
}

static int below(stream *s, int limit) {
  const int drawn = (int)(uniform(s) * limit);
  return drawn < limit ? drawn : limit - 1;
}

// One column under construction: a dense row of values and the rows that are set.
typedef struct column {
  double *value;
  bool *set;
  int *row;
  int count;
} column;

static void add(column *c, int row, double value) {
  if (!c->set[row]) {
    c->set[row] = true;
    c->row[c->count++] = row;
  }
  c->value[row] += value;
}

static int by_row(const void *a, const void *b) {
  const int x = *(const int *)a, y = *(const int *)b;
  return (x > y) - (x < y);
}

static void close_column(column *c, vt_sparse *matrix, int index) {
  qsort(c->row, (size_t)c->count, sizeof *c->row, by_row);
  for (int k = 0; k < c->count; k++) {
    const int row = c->row[k];
    matrix->row[matrix->entries] = row;
    matrix->value[matrix->entries++] = c->value[row];
    c->value[row] = 0;
    c->set[row] = false;
  }
  c->count = 0;
  matrix->column_start[index + 1] = matrix->entries;
}

static vt_error open_matrix(vt_sparse *matrix, int rows, int columns, ptrdiff_t entries) {
  *matrix = (vt_sparse){.rows = rows, .columns = columns};
  VT_NEW(matrix->column_start, columns + 1);
  VT_NEW(matrix->row, entries);
  VT_NEW(matrix->value, entries);
  return VT_OK;
}

// Whom a process buys from: markets by popularity, its own sector, now and then anybody. A market
// buys from anybody: that closes the loops through the whole economy.
static int supplier(stream *s, const database_size *z, int process) {
  const double kind = uniform(s);
  if (process < z->markets || kind < z->tangle) return below(s, z->processes);
  if (kind < 0.6) {
    const double popularity = uniform(s);
    return (int)(popularity * popularity * popularity * z->markets);
  }
  return (process / SECTOR * SECTOR + below(s, SECTOR)) % z->processes;
}

// The size of a product's unit against those of others: powers of ten from 1e-3 to 1e3.
static double unit_of(const database_size *z, int process) {
  stream s = {z->seed * 0x2545f4914f6cdd1du + (uint64_t)process};
  return pow(10, below(&s, 7) - 3);
}

static void fill_technosphere(const database_size *z, stream *s, const int *product, column *c,
                              vt_sparse *a) {
  for (int j = 0; j < z->processes; j++) {
    const double unit = unit_of(z, j);
    // One in fifty treats waste: its reference product goes in, not out.
    add(c, product[j], below(s, 50) == 0 ? -1.0 : 1.0);
    const int inputs = j < z->markets ? 3 * z->inputs : 1 + below(s, 2 * z->inputs - 1);
    for (int k = 0; k < inputs; k++) {
      const int i = supplier(s, z, j);
      const double part = 0.8 * uniform(s) / inputs;
      if (i != j) add(c, product[i], (below(s, 30) == 0 ? part : -part) * unit / unit_of(z, i));
    }
    close_column(c, a, j);
  }
}

static void fill_biosphere(const database_size *z, stream *s, column *c, vt_sparse *b) {
  for (int j = 0; j < z->processes; j++) {
    const int emissions = 1 + below(s, 2 * z->emissions - 1);
    for (int k = 0; k < emissions; k++) {
      const double popularity = uniform(s);
      const int flow = (int)(popularity * popularity * z->flows);
      add(c, flow, pow(10, -6 * uniform(s)) * unit_of(z, j));
    }
    close_column(c, b, j);
  }
}

static vt_error fill(const database_size *z, column *c, database *made) {
  stream s = {z->seed};
  for (int j = 0; j < z->processes; j++) made->reference[j] = j;
  for (int j = z->processes - 1; j > 0; j--) {
    const int other = below(&s, j + 1), kept = made->reference[j];
    made->reference[j] = made->reference[other];
    made->reference[other] = kept;
  }
  fill_technosphere(z, &s, made->reference, c, &made->technosphere);
  fill_biosphere(z, &s, c, &made->biosphere);
  for (int e = 0; e < z->flows; e++)
    made->weight[e] = below(&s, 3) == 0 ? pow(10, 4 * uniform(&s) - 2) : 0;
  return VT_OK;
}

vt_error database_create(const database_size *z, database *made) {
  *made = (database){0};
  const ptrdiff_t n = z->processes, widest = z->processes > z->flows ? z->processes : z->flows;
  const ptrdiff_t bought = (n + z->markets) * (3 * z->inputs + 1);
  VT_TRY(open_matrix(&made->technosphere, z->processes, z->processes, bought));
  VT_TRY(open_matrix(&made->biosphere, z->flows, z->processes, n * 2 * z->emissions));
  VT_NEW(made->reference, n);
  VT_NEW(made->weight, z->flows);
  column c = {0};
  VT_NEW(c.value, widest);
  VT_NEW(c.set, widest);
  VT_NEW(c.row, widest);
  const vt_error result = fill(z, &c, made);
  free(c.value);
  free(c.set);
  free(c.row);
  return result;
}

static void free_matrix(vt_sparse *matrix) {
  free(matrix->column_start);
  free(matrix->row);
  free(matrix->value);
}

void database_free(database *made) {
  free_matrix(&made->technosphere);
  free_matrix(&made->biosphere);
  free(made->reference);
  free(made->weight);
  *made = (database){0};
}
