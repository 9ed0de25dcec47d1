// statistics.c - moments and exact quantiles of one cell over the scenarios.
//
// Typical work: 180 cells of 4,000 values each; so one call is a few passes over 32 kB that stay in
// the first-level cache. Sums follow a tree whose shape depends on the number of values alone.
#include "vintner/statistics.h"

#include <math.h>
#include <stdlib.h>

enum {
  LANES = 4,         // independent partial sums, so that additions overlap
  LEAF = 128,        // values added up without a tree
  SAMPLE = 64,       // values that a pivot is chosen from
  SMALL = 24,        // ranges sorted by insertion
  STEPS = 64,        // partitions before a range is taken to be hostile and is sorted
  RANKS_AT_ONCE = 64 // order statistics looked for in one go
};

// ---------------------------------------------------------------------------------------------
// Moments.

typedef struct range {
  double sum, min, max;
  bool nan;
} range;

static range leaf_range(const double *value, int64_t count) {
  range r = {.min = value[0], .max = value[0]};
  double sum[LANES] = {0};
  int64_t i = 0;
  for (; i + LANES <= count; i += LANES) {
    for (int lane = 0; lane < LANES; lane++) {
      const double v = value[i + lane];
      sum[lane] += v;
      r.min = v < r.min ? v : r.min;
      r.max = v > r.max ? v : r.max;
      r.nan |= v != v;
    }
  }
  for (; i < count; i++) {
    sum[0] += value[i];
    r.min = value[i] < r.min ? value[i] : r.min;
    r.max = value[i] > r.max ? value[i] : r.max;
    r.nan |= value[i] != value[i];
  }
  r.sum = (sum[0] + sum[1]) + (sum[2] + sum[3]);
  return r;
}

// Left part of a node of the tree: whole leaves, half of the values.
static int64_t left_count(int64_t count) {
  return (count / 2 + LEAF - 1) / LEAF * LEAF;
}

static range range_of(const double *value, int64_t count) {
  if (count <= LEAF) return leaf_range(value, count);
  const int64_t left = left_count(count);
  const range a = range_of(value, left);
  const range b = range_of(value + left, count - left);
  return (range){.sum = a.sum + b.sum,
                 .min = a.min < b.min ? a.min : b.min,
                 .max = a.max > b.max ? a.max : b.max,
                 .nan = a.nan || b.nan};
}

typedef struct powers {
  double first, second, third;
} powers;

// Sums of powers of the scaled deviations (value - centre) * scale.
static powers leaf_powers(const double *value, int64_t count, double centre, double scale) {
  double first[LANES] = {0}, second[LANES] = {0}, third[LANES] = {0};
  for (int64_t i = 0; i < count; i += LANES) {
    const int lanes = count - i < LANES ? (int)(count - i) : LANES;
    for (int lane = 0; lane < lanes; lane++) {
      const double d = (value[i + lane] - centre) * scale;
      first[lane] += d;
      second[lane] += d * d;
      third[lane] += d * d * d;
    }
  }
  return (powers){.first = (first[0] + first[1]) + (first[2] + first[3]),
                  .second = (second[0] + second[1]) + (second[2] + second[3]),
                  .third = (third[0] + third[1]) + (third[2] + third[3])};
}

static powers powers_of(const double *value, int64_t count, double centre, double scale) {
  if (count <= LEAF) return leaf_powers(value, count, centre, scale);
  const int64_t left = left_count(count);
  const powers a = powers_of(value, left, centre, scale);
  const powers b = powers_of(value + left, count - left, centre, scale);
  return (powers){a.first + b.first, a.second + b.second, a.third + b.third};
}

// All values are equal: nothing may come of rounding.
static void moments_of_constant(double value, vt_moments *moments) {
  const bool spread = moments->count > 1 && isfinite(value);
  moments->mean = moments->min = moments->max = value;
  moments->variance = moments->standard_error = spread ? 0 : (double)NAN;
}

void vt_moments_of(const double *value, int64_t count, vt_moments *moments) {
  *moments = (vt_moments){count,       (double)NAN, (double)NAN, (double)NAN,
                          (double)NAN, (double)NAN, (double)NAN};
  if (count <= 0) return;
  const range r = range_of(value, count);
  if (r.nan) return;
  if (r.min == r.max) {
    moments_of_constant(r.min, moments);
    return;
  }
  moments->min = r.min;
  moments->max = r.max;
  const double n = (double)count;
  const double rough = r.sum / n;
  if (!isfinite(rough) || !isfinite(r.max - r.min)) {
    moments->mean = rough;
    return;
  }
  // A power of two scales without rounding, so squares and cubes of tiny or huge deviations neither
  // vanish nor overflow; the sum of the deviations corrects the rounding of the mean.
  int exponent;
  (void)frexp(r.max - r.min, &exponent);
  const double scale = exponent > -1000 ? ldexp(1, -exponent) : 1;
  const powers p = powers_of(value, count, rough, scale);
  const double shift = p.first / n;
  const double mean = rough + shift / scale;
  moments->mean = mean < r.min ? r.min : mean > r.max ? r.max : mean;
  const double second = fmax(p.second - p.first * shift, 0);
  const double m2 = second / n;
  const double m3 = p.third / n - 3 * shift * p.second / n + 2 * shift * shift * shift;
  moments->variance = second / (n - 1) / scale / scale;
  moments->standard_error = sqrt(second / (n - 1) / n) / scale;
  moments->skewness = m3 / (m2 * sqrt(m2));
}

// ---------------------------------------------------------------------------------------------
// Quantiles: all order statistics that are needed by one partial sort (multiple quickselect).

static int compare(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static void insertion_sort(double *value, int64_t count) {
  for (int64_t i = 1; i < count; i++) {
    const double v = value[i];
    int64_t j = i;
    for (; j > 0 && value[j - 1] > v; j--) value[j] = value[j - 1];
    value[j] = v;
  }
}

// A pivot just beyond the wanted rank, on the far side, so that it ends in the smaller part.
static double choose_pivot(const double *value, int64_t count, int64_t rank) {
  double sample[SAMPLE];
  const int64_t step = count / SAMPLE;
  const int taken = step > 0 ? SAMPLE : 9;
  for (int i = 0; i < taken; i++) {
    const int64_t at = step > 0 ? i * step + step / 2 : i * (count - 1) / 8;
    sample[i] = value[at];
  }
  insertion_sort(sample, taken);
  const double fraction = (double)rank / (double)count;
  const double deviation = sqrt(fraction * (1 - fraction) / taken);
  const double aim = fraction < 0.5 ? fraction + deviation : fraction - deviation;
  int index = (int)(aim * taken);
  index = index < 0 ? 0 : index >= taken ? taken - 1 : index;
  return sample[index];
}

// Values below the pivot to the front; no branch depends on a value.
static int64_t gather_below(double *value, int64_t count, double pivot) {
  int64_t below = 0;
  for (int64_t i = 0; i < count; i++) {
    const double v = value[i];
    value[i] = value[below];
    value[below] = v;
    below += v < pivot;
  }
  return below;
}

static int64_t gather_equal(double *value, int64_t count, double pivot) {
  int64_t equal = 0;
  for (int64_t i = 0; i < count; i++) {
    const double v = value[i];
    value[i] = value[equal];
    value[equal] = v;
    equal += v == pivot;
  }
  return equal;
}

static int ranks_below(const int64_t *rank, int ranks, int64_t limit) {
  int below = 0;
  while (below < ranks && rank[below] < limit) below++;
  return below;
}

// Put the order statistics `rank` (ascending, within [first, last)) of value[first..last) in place.
static void place_ranks(double *value, int64_t first, int64_t last, const int64_t *rank, int ranks,
                        int steps) {
  while (ranks > 0 && last - first > SMALL) {
    if (steps-- == 0) {
      qsort(value + first, (size_t)(last - first), sizeof *value, compare);
      return;
    }
    const int64_t count = last - first;
    const double pivot = choose_pivot(value + first, count, rank[ranks / 2] - first);
    int64_t middle = first + gather_below(value + first, count, pivot);
    if (middle == first) {
      // The pivot is the least value: its copies are in place already.
      middle = first + gather_equal(value + first, count, pivot);
    } else {
      place_ranks(value, first, middle, rank, ranks_below(rank, ranks, middle), steps);
    }
    const int done = ranks_below(rank, ranks, middle);
    rank += done;
    ranks -= done;
    first = middle;
  }
  if (ranks > 0) insertion_sort(value + first, last - first);
}

static double position(double p, int64_t count) {
  return (double)(count - 1) * (p < 0 ? 0 : p > 1 ? 1 : p);
}

static void place_quantiles(double *value, int64_t count, const double *p, int quantiles) {
  int64_t rank[RANKS_AT_ONCE];
  int ranks = 0;
  for (int q = 0; q < quantiles; q++) {
    if (isnan(p[q])) continue;
    const int64_t low = (int64_t)floor(position(p[q], count));
    const int64_t wanted[2] = {low, low + 1 < count ? low + 1 : low};
    for (int k = 0; k < 2; k++) {
      int at = ranks++;
      for (; at > 0 && rank[at - 1] > wanted[k]; at--) rank[at] = rank[at - 1];
      rank[at] = wanted[k];
    }
  }
  place_ranks(value, 0, count, rank, ranks, STEPS);
}

// The formula of numpy's quantile, rounding included; infinite neighbours do not matter at t = 0.
static double interpolate(double low, double high, double t) {
  if (low == high || t == 0) return low;
  const double difference = high - low;
  return t < 0.5 ? low + difference * t : high - difference * (1 - t);
}

static double quantile_in_place(const double *value, int64_t count, double p) {
  if (isnan(p)) return (double)NAN;
  const double h = position(p, count);
  const double low = floor(h);
  const int64_t k = (int64_t)low;
  return interpolate(value[k], value[k + 1 < count ? k + 1 : k], h - low);
}

static bool has_nan(const double *value, int64_t count) {
  bool nan = false;
  for (int64_t i = 0; i < count; i++) nan |= value[i] != value[i];
  return nan;
}

void vt_quantiles_of(double *value, int64_t count, const double *p, int quantiles, double *out) {
  if (count <= 0 || has_nan(value, count)) {
    for (int q = 0; q < quantiles; q++) out[q] = (double)NAN;
    return;
  }
  for (int from = 0; from < quantiles; from += RANKS_AT_ONCE / 2) {
    const int rest = quantiles - from;
    const int some = rest < RANKS_AT_ONCE / 2 ? rest : RANKS_AT_ONCE / 2;
    place_quantiles(value, count, p + from, some);
    for (int q = from; q < from + some; q++) out[q] = quantile_in_place(value, count, p[q]);
  }
}

double vt_share_above(const double *value, int64_t count, double threshold) {
  int64_t above = 0;
  bool nan = false;
  for (int64_t i = 0; i < count; i++) {
    above += value[i] > threshold;
    nan |= value[i] != value[i];
  }
  return nan || count <= 0 ? (double)NAN : (double)above / (double)count;
}
