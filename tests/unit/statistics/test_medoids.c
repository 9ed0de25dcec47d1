// test_medoids.c - medoids against plain implementations and brute force.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "vintner/statistics.h"

enum { MOST = 40, CELLS = 3 };

static double draw(uint64_t *state) {
  *state = *state * 6364136223846793005U + 1442695040888963407U;
  return (double)(*state >> 11) * 0x1p-53;
}

static void scatter(uint64_t seed, int count, double *distance) {
  double point[MOST * CELLS];
  for (int i = 0; i < count * CELLS; i++) point[i] = draw(&seed);
  vt_distances_of(point, count, CELLS, distance);
}

static double sum_of(const double *distance, int count, const int *medoid, int medoids) {
  double sum = 0;
  for (int o = 0; o < count; o++) {
    double nearest = HUGE_VAL;
    for (int m = 0; m < medoids; m++) nearest = fmin(nearest, distance[medoid[m] * count + o]);
    sum += nearest;
  }
  return sum;
}

// The least sum of all choices of `medoids` points.
static double best_of(const double *distance, int count, int medoids, int *medoid, int chosen,
                      int from) {
  if (chosen == medoids) return sum_of(distance, count, medoid, medoids);
  double best = HUGE_VAL;
  for (int i = from; i < count; i++) {
    medoid[chosen] = i;
    best = fmin(best, best_of(distance, count, medoids, medoid, chosen + 1, i + 1));
  }
  return best;
}

static void distances_are_sums_of_absolute_differences(void **state) {
  (void)state;
  const double point[] = {0, 0, 1, -2, 4, 0.5};
  double distance[9];
  vt_distances_of(point, 3, 2, distance);
  const double expected[] = {0, 3, 4.5, 3, 0, 5.5, 4.5, 5.5, 0};
  for (int i = 0; i < 9; i++) assert_true(fabs(distance[i] - expected[i]) <= 1e-15);
}

static bool is_medoid(const int *medoid, int medoids, int point) {
  for (int m = 0; m < medoids; m++) {
    if (medoid[m] == point) return true;
  }
  return false;
}

// PAM ends where no exchange lowers the sum; on small sets it rarely misses the least one, and
// never by much.
static void no_exchange_is_better_and_few_choices_are(void **state) {
  (void)state;
  double distance[MOST * MOST];
  int missed = 0, tried = 0;
  for (uint64_t seed = 1; seed <= 40; seed++) {
    const int count = 8 + (int)(seed % 5);
    scatter(seed, count, distance);
    for (int medoids = 1; medoids <= 4; medoids++) {
      int medoid[4], room[4];
      assert_int_equal(vt_medoids_of(distance, count, medoids, medoid), VT_OK);
      const double sum = sum_of(distance, count, medoid, medoids);
      const double best = best_of(distance, count, medoids, room, 0, 0);
      assert_true(sum >= best - 1e-12);
      assert_true(sum <= 1.15 * best);
      missed += sum > best + 1e-12;
      tried++;
      for (int m = 0; m < medoids; m++) {
        assert_true(m == 0 || medoid[m] > medoid[m - 1]);
        for (int x = 0; x < count; x++) {
          memcpy(room, medoid, sizeof room);
          room[m] = x;
          if (!is_medoid(medoid, medoids, x))
            assert_true(sum_of(distance, count, room, medoids) >= sum - 1e-12);
        }
      }
    }
  }
  assert_true(missed * 5 < tried);
}

// One after another, each time the point that lowers the sum most; then the best exchange while
// there is one: word for word.
static void plain_pam(const double *distance, int count, int medoids, int *medoid) {
  int chosen = 0;
  while (chosen < medoids) {
    int best = -1;
    double least = HUGE_VAL;
    for (int x = 0; x < count; x++) {
      if (is_medoid(medoid, chosen, x)) continue;
      medoid[chosen] = x;
      const double sum = sum_of(distance, count, medoid, chosen + 1);
      if (sum < least - 1e-12) {
        least = sum;
        best = x;
      }
    }
    medoid[chosen++] = best;
  }
  for (bool better = true; better;) {
    int place = -1, point = -1;
    double least = sum_of(distance, count, medoid, medoids) - 1e-12;
    for (int m = 0; m < medoids; m++) {
      const int old = medoid[m];
      for (int x = 0; x < count; x++) {
        medoid[m] = old;
        if (is_medoid(medoid, medoids, x)) continue;
        medoid[m] = x;
        const double sum = sum_of(distance, count, medoid, medoids);
        if (!(sum < least)) continue;
        least = sum;
        place = m;
        point = x;
      }
      medoid[m] = old;
    }
    better = place >= 0;
    if (better) medoid[place] = point;
  }
}

static void it_is_pam(void **state) {
  (void)state;
  double distance[MOST * MOST];
  for (uint64_t seed = 100; seed < 120; seed++) {
    scatter(seed, MOST, distance);
    for (int medoids = 1; medoids <= 12; medoids++) {
      int found[12], expected[12];
      assert_int_equal(vt_medoids_of(distance, MOST, medoids, found), VT_OK);
      plain_pam(distance, MOST, medoids, expected);
      for (int m = 0; m < medoids; m++) assert_true(is_medoid(found, medoids, expected[m]));
    }
  }
}

static void clusters_are_found(void **state) {
  (void)state;
  const double point[] = {0, 1, 2, 100, 101, 102, 103, -50};
  double distance[64];
  int medoid[3];
  vt_distances_of(point, 8, 1, distance);
  assert_int_equal(vt_medoids_of(distance, 8, 3, medoid), VT_OK);
  assert_true(medoid[0] == 1 && (medoid[1] == 4 || medoid[1] == 5) && medoid[2] == 7);
}

static void equal_points_and_all_points(void **state) {
  (void)state;
  double distance[MOST * MOST] = {0};
  int medoid[MOST];
  assert_int_equal(vt_medoids_of(distance, 5, 3, medoid), VT_OK);
  assert_true(medoid[0] == 0 && medoid[1] == 1 && medoid[2] == 2);
  scatter(7, 6, distance);
  assert_int_equal(vt_medoids_of(distance, 6, 6, medoid), VT_OK);
  for (int m = 0; m < 6; m++) assert_int_equal(medoid[m], m);
  assert_int_equal(vt_medoids_of(distance, 1, 1, medoid), VT_OK);
  assert_int_equal(medoid[0], 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(distances_are_sums_of_absolute_differences),
      cmocka_unit_test(no_exchange_is_better_and_few_choices_are),
      cmocka_unit_test(it_is_pam),
      cmocka_unit_test(clusters_are_found),
      cmocka_unit_test(equal_points_and_all_points),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
