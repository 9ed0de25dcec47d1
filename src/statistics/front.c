// front.c - which points of a Pareto front another point betters.
#include "vintner/statistics.h"

#include <math.h>
#include <stdlib.h>

// Objectives are proven to this share.
#define EQUAL 1e-7

typedef struct point {
  double a, b;
  int64_t id;
} point;

static int by_a(const void *left, const void *right) {
  const point *x = left, *y = right;
  if (x->a != y->a) return x->a < y->a ? -1 : 1;
  return (x->id > y->id) - (x->id < y->id);
}

// Points in ascending order of a: those before `below` are clearly better by a, those before
// `alike` at least as good; the least b of either decides.
static void compare(const point *p, int64_t count, double equal_a, double equal_b, double *flag) {
  double least_below = HUGE_VAL, least_alike = HUGE_VAL;
  int64_t below = 0, alike = 0;
  for (int64_t i = 0; i < count; i++) {
    for (; below < count && p[below].a < p[i].a - equal_a; below++)
      least_below = fmin(least_below, p[below].b);
    for (; alike < count && p[alike].a <= p[i].a + equal_a; alike++)
      least_alike = fmin(least_alike, p[alike].b);
    flag[p[i].id] = least_below <= p[i].b + equal_b || least_alike < p[i].b - equal_b;
  }
}

vt_error vt_dominated_points(const double *a, const double *b, int64_t count, double *flag) {
  point *p;
  VT_NEW(p, count);
  int64_t points = 0;
  double size_a = 0, size_b = 0;
  for (int64_t i = 0; i < count; i++) {
    flag[i] = (double)NAN;
    if (isnan(a[i]) || isnan(b[i])) continue;
    p[points++] = (point){a[i], b[i], i};
    size_a = fmax(size_a, fabs(a[i]));
    size_b = fmax(size_b, fabs(b[i]));
  }
  qsort(p, (size_t)points, sizeof *p, by_a);
  compare(p, points, EQUAL * size_a, EQUAL * size_b, flag);
  free(p);
  return VT_OK;
}
