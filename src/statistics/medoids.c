// medoids.c - partitioning around medoids.
//
// All exchanges of one candidate are looked at together, as Schubert and Rousseeuw (2019) showed:
// what the candidate brings by itself is the same for each medoid that it may replace, and only the
// points of that medoid add to it. An iteration of SWAP takes count^2 steps, whatever `wanted`.
#include "vintner/statistics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// A sum must fall by more than this share of it: less may be rounding, and go in circles.
static const double least_gain = 1e-12;

typedef struct partition {
  const double *distance; // shape [count, count]
  int count, medoids;
  int *medoid;            // shape [medoids]
  bool *taken;            // shape [count]
  int *nearest;           // place of each point's medoid
  double *first, *second; // distances to the nearest medoid and the one after it
  double *change;         // shape [medoids]: of the sum, in exchange for each
} partition;

void vt_distances_of(const double *point, int count, ptrdiff_t cells, double *distance) {
  for (int i = 0; i < count; i++) {
    const double *a = point + i * cells;
    distance[(ptrdiff_t)i * count + i] = 0;
    for (int j = 0; j < i; j++) {
      const double *b = point + j * cells;
      double sum = 0;
      for (ptrdiff_t c = 0; c < cells; c++) sum += fabs(a[c] - b[c]);
      distance[(ptrdiff_t)i * count + j] = distance[(ptrdiff_t)j * count + i] = sum;
    }
  }
}

static const double *from(const partition *p, int point) {
  return p->distance + (ptrdiff_t)point * p->count;
}

// ---------------------------------------------------------------------------------------------
// BUILD.

// By how much the sum falls if a point becomes a medoid as well; without any: the sum, negative.
static double gain_of(const partition *p, int point, bool any) {
  const double *d = from(p, point);
  double gain = 0;
  for (int o = 0; o < p->count; o++) {
    if (!any) gain -= d[o];
    if (any && d[o] < p->first[o]) gain += p->first[o] - d[o];
  }
  return gain;
}

static void take(partition *p, int point) {
  const double *d = from(p, point);
  const bool any = p->medoids > 0;
  for (int o = 0; o < p->count; o++) {
    if (!any || d[o] < p->first[o]) p->first[o] = d[o];
  }
  p->taken[point] = true;
  p->medoid[p->medoids++] = point;
}

static void build(partition *p, int wanted) {
  while (p->medoids < wanted) {
    int best = -1;
    double most = 0;
    for (int x = 0; x < p->count; x++) {
      if (p->taken[x]) continue;
      const double gain = gain_of(p, x, p->medoids > 0);
      if (best >= 0 && !(gain > most)) continue;
      best = x;
      most = gain;
    }
    take(p, best);
  }
}

// ---------------------------------------------------------------------------------------------
// SWAP.

static double assign(partition *p) {
  double sum = 0;
  for (int o = 0; o < p->count; o++) {
    p->first[o] = p->second[o] = HUGE_VAL;
    for (int m = 0; m < p->medoids; m++) {
      const double d = from(p, p->medoid[m])[o];
      if (d < p->first[o]) {
        p->second[o] = p->first[o];
        p->first[o] = d;
        p->nearest[o] = m;
      } else if (d < p->second[o]) {
        p->second[o] = d;
      }
    }
    sum += p->first[o];
  }
  return sum;
}

// The change of the sum if a point replaces each of the medoids: p->change. What it takes over
// itself does not depend on which.
static double price(partition *p, int point) {
  const double *d = from(p, point);
  double own = 0;
  memset(p->change, 0, (size_t)p->medoids * sizeof *p->change);
  for (int o = 0; o < p->count; o++) {
    if (d[o] < p->first[o]) {
      own += d[o] - p->first[o];
    } else {
      p->change[p->nearest[o]] += fmin(d[o], p->second[o]) - p->first[o];
    }
  }
  return own;
}

// The best exchange; false if none lowers the sum.
static bool swap_best(partition *p, double sum) {
  int point = -1, place = -1;
  double least = -least_gain * sum;
  for (int x = 0; x < p->count; x++) {
    if (p->taken[x]) continue;
    const double own = price(p, x);
    for (int m = 0; m < p->medoids; m++) {
      if (!(own + p->change[m] < least)) continue;
      least = own + p->change[m];
      point = x;
      place = m;
    }
  }
  if (point < 0) return false;
  p->taken[p->medoid[place]] = false;
  p->taken[point] = true;
  p->medoid[place] = point;
  return true;
}

static int ascending(const void *left, const void *right) {
  return *(const int *)left - *(const int *)right;
}

static vt_error cluster(partition *p, int wanted) {
  VT_NEW(p->taken, p->count);
  VT_NEW(p->nearest, p->count);
  VT_NEW(p->first, p->count);
  VT_NEW(p->second, p->count);
  VT_NEW(p->change, wanted);
  build(p, wanted);
  while (swap_best(p, assign(p))) continue;
  qsort(p->medoid, (size_t)wanted, sizeof *p->medoid, ascending);
  return VT_OK;
}

vt_error vt_medoids_of(const double *distance, int count, int wanted, int *medoid) {
  partition p = {.distance = distance, .count = count, .medoid = medoid};
  VT_CHECK(wanted >= 1 && wanted <= count, VT_ERR_BUG, "%d medoids of %d points", wanted, count);
  const vt_error done = cluster(&p, wanted);
  free(p.taken);
  free(p.nearest);
  free(p.first);
  free(p.second);
  free(p.change);
  return done;
}
