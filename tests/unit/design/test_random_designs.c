// test_random_designs.c - designs of random inputs: their points, order, growth, correlations.
#include "vintner/study.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

// A study of this design with inputs a, b, c ...: uniform on [0, 1], so that values are u.
typedef struct made {
  vt_study *study;
  vt_design *design;
} made;

static const char *try_make(const char *design, int inputs, const char *more, made *m) {
  vt_text text = {0};
  *m = (made){.design = NULL};
  assert_int_equal(vt_text_add(&text,
                               "vintner: 1\nname: t\nmodel: {pathway: {inputs: i.json}}\n"
                               "ensemble:\n  seed: 5\n  design: %s\n  factors:\n",
                               design),
                   VT_OK);
  for (int i = 0; i < inputs; i++)
    assert_int_equal(
        vt_text_add(&text, "    %c: {target: demand, multiply: {uniform: [0, 1]}}\n", 'a' + i),
        VT_OK);
  assert_int_equal(vt_text_add(&text, "%s", more), VT_OK);
  vt_error done = vt_study_parse("t.yaml", text.bytes, text.length, &m->study);
  vt_text_free(&text);
  if (done == VT_OK) done = vt_design_create(&m->study->design, &m->design);
  return done == VT_OK ? NULL : vt_error_message();
}

static made make(const char *design, int inputs, const char *more) {
  made m;
  const char *failed = try_make(design, inputs, more, &m);
  if (failed) fail_msg("%s", failed);
  return m;
}

static void drop(made *m) {
  vt_design_free(m->design);
  vt_study_free(m->study);
}

// ---------------------------------------------------------------------------------------------

static void every_stratum_of_a_latin_hypercube_has_one_scenario(void **state) {
  (void)state;
  const int sizes[] = {1, 2, 3, 7, 16, 1000};
  for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
    char design[60], *seen;
    (void)snprintf(design, sizeof design, "{latin-hypercube: %d}", sizes[s]);
    made m = make(design, 3, "");
    assert_int_equal(vt_design_scenarios(m.design), sizes[s]);
    seen = calloc((size_t)sizes[s], 3);
    assert_non_null(seen);
    for (int k = 0; k < sizes[s]; k++) {
      double u[3];
      vt_design_values(m.design, k, u);
      for (int f = 0; f < 3; f++) {
        const int stratum = (int)(u[f] * sizes[s]);
        assert_true(u[f] > 0 && u[f] < 1 && !seen[f * sizes[s] + stratum]);
        seen[f * sizes[s] + stratum] = 1;
      }
    }
    free(seen);
    drop(&m);
  }
}

// Points of scipy 1.16's qmc.Sobol(21201, scramble=False, bits=52), by dimension and point.
static void sobol_points_are_those_of_joe_and_kuo(void **state) {
  (void)state;
  static const struct {
    int dimension;
    double u[3]; // of points 3, 1000, 4095
  } golden[] = {{0, {0x1p-2, 0x1.c2p-3, 0x1p-12}},       {1, {0x1.8p-1, 0x1.8cp-4, 0x1.e1ep-1}},
                {2, {0x1.8p-1, 0x1.098p-1, 0x1.564p-2}}, {5, {0x1p-2, 0x1.d08p-1, 0x1.43p-4}},
                {39, {0x1.8p-1, 0x1.ebp-2, 0x1.d18p-3}}, {999, {0x1p-2, 0x1.9ap-3, 0x1.3bcp-2}},
                {21200, {0x1p-2, 0x1.54p-4, 0x1.cc2p-1}}};
  const int points[] = {3, 1000, 4095};
  vt_text text = {0};
  assert_int_equal(vt_text_add(&text,
                               "vintner: 1\nname: t\nmodel: {pathway: {inputs: i.json}}\n"
                               "ensemble:\n  design: {sobol: {points: 4096, scramble: false}}\n"
                               "  factors:\n"),
                   VT_OK);
  for (int i = 0; i < 21201; i++)
    assert_int_equal(
        vt_text_add(&text, "    f%d: {target: demand, multiply: {uniform: [0, 1]}}\n", i), VT_OK);
  made m;
  assert_int_equal(vt_study_parse("t.yaml", text.bytes, text.length, &m.study), VT_OK);
  vt_text_free(&text);
  assert_int_equal(vt_design_create(&m.study->design, &m.design), VT_OK);
  for (size_t g = 0; g < sizeof golden / sizeof *golden; g++) {
    assert_true(vt_design_uniform(m.design, golden[g].dimension, 0) == 0x1p-53);
    for (int p = 0; p < 3; p++)
      assert_true(vt_design_uniform(m.design, golden[g].dimension, points[p]) ==
                  golden[g].u[p] + 0x1p-53);
  }
  drop(&m);
  // Far out; scipy with bits=32.
  m = make("{sobol: {points: 200000000, scramble: false}}", 8, "");
  assert_true(vt_design_uniform(m.design, 0, 123456789) == 0x1.f3a8de4p-1 + 0x1p-53);
  assert_true(vt_design_uniform(m.design, 1, 123456789) == 0x1.95b9a34p-1 + 0x1p-53);
  assert_true(vt_design_uniform(m.design, 7, 123456789) == 0x1.6271c44p-1 + 0x1p-53);
  drop(&m);
}

// Each 2^m points have one in each interval of length 2^-m, in every dimension, scrambled or not;
// and of two dimensions in each box of that area.
static void scrambled_points_stay_a_net(void **state) {
  (void)state;
  enum { POINTS = 1 << 8 };
  made m = make("{sobol: 512}", 2, ""), larger = make("{sobol: 4096}", 2, "");
  char row[POINTS] = {0}, box[POINTS] = {0};
  for (int k = 0; k < POINTS; k++) {
    double u[2], same[2];
    vt_design_values(m.design, k, u);
    vt_design_values(larger.design, k, same);
    assert_memory_equal(u, same, sizeof u);
    row[(int)(u[0] * POINTS)]++;
    box[(int)(u[0] * 16) * 16 + (int)(u[1] * 16)]++;
  }
  for (int i = 0; i < POINTS; i++) assert_true(row[i] == 1 && box[i] == 1);
  drop(&m);
  drop(&larger);
}

static void saltelli_groups_are_in_salibs_order(void **state) {
  (void)state;
  for (int second = 0; second < 2; second++) {
    const int rows = second ? 2 * 3 + 2 : 3 + 2;
    made m = make(second ? "{saltelli: {base: 4, second_order: true}}" : "{saltelli: 4}", 3, "");
    assert_int_equal(vt_design_scenarios(m.design), 4 * rows);
    for (int g = 0; g < 4; g++) {
      double a[3], b[3], u[3];
      vt_design_values(m.design, g * rows, a);
      vt_design_values(m.design, g * rows + rows - 1, b);
      for (int j = 0; j < 3; j++) assert_true(a[j] != b[j]);
      for (int r = 1; r < rows - 1; r++) {
        vt_design_values(m.design, g * rows + r, u);
        for (int j = 0; j < 3; j++) {
          const bool from_b = r <= 3 ? j == r - 1 : j != r - 4;
          assert_true(u[j] == (from_b ? b : a)[j]);
        }
      }
    }
    drop(&m);
  }
}

static void each_step_of_morris_moves_one_input_by_a_half(void **state) {
  (void)state;
  made m = make("{morris: {trajectories: 50, levels: 6}}", 4, "");
  assert_int_equal(vt_design_scenarios(m.design), 50 * 5);
  int orders = 0;
  for (int t = 0; t < 50; t++) {
    double before[4], u[4];
    int moved = 0;
    vt_design_values(m.design, t * 5, before);
    for (int s = 1; s < 5; s++) {
      vt_design_values(m.design, t * 5 + s, u);
      for (int j = 0; j < 4; j++) {
        assert_true(fabs(u[j] * 6 - 0.5 - round(u[j] * 6 - 0.5)) < 1e-12);
        if (u[j] == before[j]) continue;
        assert_true(fabs(fabs(u[j] - before[j]) - 0.5) < 1e-15 && !(moved & 1 << j));
        moved |= 1 << j;
        orders += s == 1 ? j : 0;
      }
      memcpy(before, u, sizeof u);
    }
    assert_int_equal(moved, 15);
  }
  assert_true(orders > 40 && orders < 110); // 75 on average: not always the same first
  drop(&m);
}

static void quantiles_stand_for_a_distribution_one_at_a_time(void **state) {
  (void)state;
  made m = make("{one-at-a-time: {quantiles: [0.25, 0.5, 0.75]}}", 2, "");
  double u[2];
  assert_int_equal(vt_design_scenarios(m.design), 6);
  vt_design_values(m.design, 2, u);
  assert_true(u[0] == 0.75 && isnan(u[1]));
  vt_design_values(m.design, 3, u);
  assert_true(isnan(u[0]) && u[1] == 0.25);
  drop(&m);
}

// ---------------------------------------------------------------------------------------------

enum { DRAWS = 20000 };

static int ascending(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

// Spearman's rho of two columns without ties; u has shape [DRAWS, 4].
static double rank_correlation(double (*u)[4], int a, int b) {
  double *x = malloc(DRAWS * sizeof *x), *y = malloc(DRAWS * sizeof *y), sum = 0;
  assert_true(x && y);
  for (int k = 0; k < DRAWS; k++) {
    x[k] = u[k][a];
    y[k] = u[k][b];
  }
  qsort(x, DRAWS, sizeof *x, ascending);
  qsort(y, DRAWS, sizeof *y, ascending);
  for (int k = 0; k < DRAWS; k++) {
    const double *i = bsearch(&u[k][a], x, DRAWS, sizeof *x, ascending);
    const double *j = bsearch(&u[k][b], y, DRAWS, sizeof *y, ascending);
    const double d = (double)(i - x) - (double)(j - y);
    sum += d * d;
  }
  free(x);
  free(y);
  const double n = DRAWS;
  return 1 - 6 * sum / (n * (n * n - 1));
}

static void correlations_are_reached(void **state) {
  (void)state;
  const char *designs[] = {"{monte-carlo: 20000}", "{sobol: 20000}"};
  for (int d = 0; d < 2; d++) {
    made m = make(designs[d], 4, "  correlations: [[c, a, 0.7], [c, d, -0.3]]\n");
    made plain = make(designs[d], 4, "");
    double(*u)[4] = malloc(DRAWS * sizeof *u);
    assert_non_null(u);
    for (int k = 0; k < DRAWS; k++) {
      double own[4];
      vt_design_values(m.design, k, u[k]);
      vt_design_values(plain.design, k, own);
      assert_true(own[0] == u[k][0] && own[1] == u[k][1]); // the first, and one in no pair
    }
    const double close = 3 / sqrt(DRAWS);
    assert_true(fabs(rank_correlation(u, 0, 2) - 0.7) < close);
    assert_true(fabs(rank_correlation(u, 2, 3) + 0.3) < close);
    assert_true(fabs(rank_correlation(u, 0, 3)) < close);
    assert_true(fabs(rank_correlation(u, 0, 1)) < close);
    free(u);
    drop(&m);
    drop(&plain);
  }
}

static void refused(const char *design, const char *more, const char *expected) {
  made m;
  const char *message = try_make(design, 4, more, &m);
  if (!message || !strstr(message, expected))
    fail_msg("found %s, expected %s", message ? message : "no error", expected);
  drop(&m);
}

static void put_file(const char *text) {
  FILE *file = fopen("test_square.csv", "w");
  assert_non_null(file);
  (void)fputs(text, file);
  (void)fclose(file);
}

static void bad_correlations_and_sizes_are_refused(void **state) {
  (void)state;
  static const char *const pairs[][2] = {
      {"[[a, e, 0.5]]", "t.yaml:12: 'ensemble.correlations': unknown input: found 'e'"},
      {"[[a, b, 0.5], [b, a, 0.5]]", "found 'b' and 'a' twice"},
      {"[[a, a, 0.5]]", "found 'a' with itself"},
      {"[[a, b, 1]]", "found the correlation 1, expected one between -1 and 1"},
      {"[[a, b, -0.9], [b, c, -0.9], [a, c, -0.9]]",
       "not positive definite (smallest eigenvalue -0.8"}};
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
    char more[200];
    (void)snprintf(more, sizeof more, "  correlations: %s\n", pairs[i][0]);
    refused("{monte-carlo: 8}", more, pairs[i][1]);
  }
  refused("{monte-carlo: 8}", "    f: {target: demand, add: 3}\n  correlations: [[a, f, 0.5]]\n",
          "t.yaml:13: 'ensemble.correlations': found 'f', which is fixed");
  refused("{monte-carlo: 2000000000000}", "", "t.yaml:6: found more than 1099511627776 scenarios");
  refused("{saltelli: 200000000000}", "", "found more than 1099511627776 scenarios");
}

static void a_square_of_correlations_is_read_and_checked(void **state) {
  (void)state;
  static const char *const bad[][2] = {
      {"", "test_square.csv: found an empty file"},
      {"x,a,e\na,1,0\ne,0,1\n", ":1: unknown input: found 'e'"},
      {"x,a,a\n", ":1: found 'a' twice"},
      {"x,a,b\na,1,0.5\n", "found 1 rows, expected 2"},
      {"x,a,b\na,1,0.5\na,1,0.5\n", ":3: found a second row of 'a'"},
      {"x,a,b\na,1,0.5\nb,0.5\n", ":3: found 1 numbers, expected 2"},
      {"x,a,b\na,1,0.5\nb,0.4,1\n", "found 0.4 for 'b' and 'a' and 0.5 for the same"},
      {"x,a,b\na,1,0.5\nb,0.5,2\n", ":3: found 2 on the diagonal"},
      {"x,a,b\na,1,x\nb,0.5,1\n", ":2: found 'x'"}};
  const char *more = "  correlations: test_square.csv\n";
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    put_file(bad[i][0]);
    refused("{monte-carlo: 8}", more, bad[i][1]);
  }
  put_file("x,c,a,d\nd,-0.3,0,1\nc,1,0.7,-0.3\na,0.7,1,0\n");
  made file = make("{monte-carlo: 8}", 4, more);
  made list = make("{monte-carlo: 8}", 4, "  correlations: [[c, a, 0.7], [c, d, -0.3]]\n");
  for (int k = 0; k < 8; k++) {
    double u[4], v[4];
    vt_design_values(file.design, k, u);
    vt_design_values(list.design, k, v);
    assert_memory_equal(u, v, sizeof u);
  }
  (void)unlink("test_square.csv");
  drop(&file);
  drop(&list);
}

// ---------------------------------------------------------------------------------------------

static void cells_have_draws_of_their_own(void **state) {
  (void)state;
  const char *each = "    z: {target: demand, multiply: {uniform: [0, 1]}, each: true}\n";
  made m = make("{saltelli: 4}", 2, each);
  double a[6], b[6], u[6];
  assert_int_equal(vt_design_scenarios(m.design), 4 * 5); // z counts as one input
  for (uint64_t c = 0; c < 3; c++) assert_int_equal(vt_design_add_cell(m.design, 2, c), VT_OK);
  assert_int_equal(vt_design_width(m.design), 6);
  vt_design_values(m.design, 5, a);
  vt_design_values(m.design, 9, b);
  assert_true(isnan(a[2]) && a[3] != a[4] && a[3] != b[3]);
  vt_design_values(m.design, 8, u); // AB of z
  assert_true(u[0] == a[0] && u[1] == a[1] && memcmp(u + 3, b + 3, 3 * sizeof *u) == 0);
  vt_design_values(m.design, 6, u); // AB of a
  assert_true(u[0] == b[0] && u[1] == a[1] && memcmp(u + 3, a + 3, 3 * sizeof *u) == 0);
  drop(&m);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_stratum_of_a_latin_hypercube_has_one_scenario),
      cmocka_unit_test(sobol_points_are_those_of_joe_and_kuo),
      cmocka_unit_test(scrambled_points_stay_a_net),
      cmocka_unit_test(saltelli_groups_are_in_salibs_order),
      cmocka_unit_test(each_step_of_morris_moves_one_input_by_a_half),
      cmocka_unit_test(quantiles_stand_for_a_distribution_one_at_a_time),
      cmocka_unit_test(correlations_are_reached),
      cmocka_unit_test(bad_correlations_and_sizes_are_refused),
      cmocka_unit_test(a_square_of_correlations_is_read_and_checked),
      cmocka_unit_test(cells_have_draws_of_their_own),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
