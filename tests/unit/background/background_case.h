// background_case.h - small systems, demands and requests that tests of the background solve.
#ifndef VT_TEST_BACKGROUND_CASE_H
#define VT_TEST_BACKGROUND_CASE_H

#include "vintner/background.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { LARGEST = 60, FLOWS = 5 };

#define assert_ok(...)                                                                             \
  do {                                                                                             \
    if ((__VA_ARGS__) != VT_OK) fail_msg("%s", vt_error_message());                                \
  } while (0)

static inline bool launched(void) {
  return getenv("OMPI_COMM_WORLD_SIZE") || getenv("PMI_RANK");
}

static inline int open_room(void **state) {
  vt_background *room;
  if (launched() && MPI_Init(NULL, NULL) != MPI_SUCCESS) return 1;
  if (vt_background_create(MPI_COMM_NULL, &room) != VT_OK) return 1;
  *state = room;
  return 0;
}

static inline int close_room(void **state) {
  vt_background_free(*state);
  if (launched()) (void)MPI_Finalize();
  return 0;
}

// ---------------------------------------------------------------------------------------------
// Small systems, dense and sparse

typedef struct dense {
  int n;
  double a[LARGEST][LARGEST]; // products by processes
  double b[FLOWS][LARGEST];
  double product_unit[LARGEST], process_unit[LARGEST]; // 0 = 1
} dense;

typedef struct small {
  ptrdiff_t start[2][LARGEST + 1];
  int row[2][LARGEST * LARGEST];
  double value[2][LARGEST * LARGEST];
  vt_sparse technosphere, biosphere;
  vt_equations system;
} small;

static inline void pack(const double *item, int rows, int columns, int stride, int which, small *s,
                        vt_sparse *m) {
  ptrdiff_t filled = 0;
  for (int j = 0; j < columns; j++) {
    for (int i = 0; i < rows; i++) {
      if (item[i * stride + j] == 0) continue;
      s->row[which][filled] = i;
      s->value[which][filled++] = item[i * stride + j];
    }
    s->start[which][j + 1] = filled;
  }
  *m = (vt_sparse){rows, columns, filled, s->start[which], s->row[which], s->value[which]};
}

static inline small *make_small(const dense *d) {
  small *s = calloc(1, sizeof *s);
  assert_non_null(s);
  pack(&d->a[0][0], d->n, d->n, LARGEST, 0, s, &s->technosphere);
  pack(&d->b[0][0], FLOWS, d->n, LARGEST, 1, s, &s->biosphere);
  s->system = (vt_equations){&s->technosphere, &s->biosphere, NULL};
  return s;
}

static inline double unit_or_1(double unit) {
  return unit > 0 ? unit : 1;
}

typedef struct stream {
  uint64_t state;
} stream;

static inline double uniform(stream *s) {
  s->state = s->state * 6364136223846793005u + 1442695040888963407u;
  return (double)(s->state >> 11) * 0x1p-53;
}

// An economy with loops; products in other rows than their processes; units between 10^-span and
// 10^span for products and processes.
static inline void draw_economy(stream *s, int n, double span, dense *d, int *reference) {
  memset(d, 0, sizeof *d);
  d->n = n;
  for (int j = 0; j < n; j++) reference[j] = (j * 7 + 3) % n;
  if (n % 7 == 0)
    for (int j = 0; j < n; j++) reference[j] = n - 1 - j;
  for (int i = 0; i < n; i++) {
    d->product_unit[i] = pow(10, span * (2 * uniform(s) - 1));
    d->process_unit[i] = pow(10, span * (2 * uniform(s) - 1));
  }
  for (int j = 0; j < n; j++) {
    for (int k = 0; k < 5; k++) {
      const int i = (int)(uniform(s) * n);
      d->a[i][j] = -0.18 * uniform(s) * d->product_unit[i] / d->process_unit[j];
    }
    const double sign = uniform(s) < 0.1 ? -1 : 1;
    d->a[reference[j]][j] = sign * d->product_unit[reference[j]] / d->process_unit[j];
    for (int e = 0; e < FLOWS; e++)
      if (uniform(s) < 0.5) d->b[e][j] = uniform(s) / d->process_unit[j];
  }
}

static inline void assert_near(double found, double expected, double scale, double tolerance) {
  if (!(fabs(found - expected) <= tolerance * scale))
    fail_msg("found %.17g, expected %.17g", found, expected);
}

// ---------------------------------------------------------------------------------------------
// Requests

enum { DEMANDS = 9, TOP = 3, TABLES = 2 * 2 * TOP * VT_TOP_NUMBERS };

typedef struct answers {
  double supply[DEMANDS][LARGEST], inventory[DEMANDS][FLOWS], score[DEMANDS][2], residual[DEMANDS];
  double table[DEMANDS][TABLES];
} answers;

static const double weights[2][FLOWS] = {{1, 2, 0, 0.5, 0}, {0, -1, 3, 0, 0.1}};
static const double one_unit = 1;

static inline void list_demands(int n, vt_final_demand *demand, int *product) {
  for (int d = 0; d < DEMANDS; d++) {
    product[d] = d * 5 % n;
    demand[d] = (vt_final_demand){1, &product[d], &one_unit};
  }
}

static inline vt_request make_request(const small *s, ptrdiff_t count,
                                      const vt_final_demand *demand, bool supply, bool inventory,
                                      answers *a) {
  return (vt_request){.system = s->system,
                      .demand_count = count,
                      .demand = demand,
                      .weight_count = 2,
                      .weight = &weights[0][0],
                      .supply = supply ? calloc(DEMANDS, LARGEST * sizeof(double)) : NULL,
                      .inventory = inventory ? &a->inventory[0][0] : NULL,
                      .score = &a->score[0][0],
                      .residual = a->residual};
}

#endif
