// test_samples.c - databases to scores of samples: drawn, assembled and solved, against closed
// forms; the reference cases where they are at hand.
#include "database_files.h"
#include "vintner/variation.h"
#include "vintner/varied.h"

typedef struct sampling {
  vt_database_set *set;
  vt_system *system;
  vt_background *room;
  vt_variation *variation;
  vt_varied *varied;
  vt_sample *sample;
  vt_varied_worker *worker;
  int row, method;
  double one;
  vt_variation_snapshot snapshot;
  vt_final_demand demand;
} sampling;

static void start_solving(sampling *s) {
  const vt_varied_plan plan = {
      .system = {&s->system->technosphere, &s->system->biosphere, s->system->reference},
      .demand_count = 1,
      .demand = &s->demand,
      .weight_count = 1};
  must(vt_varied_create(s->room, &plan, NULL, &s->varied));
  must(vt_varied_worker_create(s->varied, &s->worker));
}

// One unit of the product with the id `product`, scored by the unnamed method.
static void open_sampling(void **state, sampling *s, const char *path, int64_t product) {
  int node;
  *s = (sampling){.room = *state, .one = 1};
  must(vt_database_set_read(1, &path, &s->set));
  must(vt_system_create(s->set, 0, NULL, VT_NO_COLUMN, &s->system));
  must(vt_node_find_id(s->set, product, &node));
  must(vt_system_demand_row(s->set, s->system, node, &s->row));
  must(vt_method_find(s->set, VT_MATRIX_CHARACTERIZATION, 0, NULL, &s->method));
  s->snapshot = (vt_variation_snapshot){s->system, 1, &s->row, NULL, false};
  s->demand = (vt_final_demand){1, &s->row, &s->one};
  const vt_variation_plan plan = {.set = s->set,
                                  .choice = {true, true, true, 0, NULL, false, true},
                                  .snapshots = 1,
                                  .snapshot = &s->snapshot,
                                  .methods = 1,
                                  .method = &s->method,
                                  .array_column = VT_NO_COLUMN};
  must(vt_variation_create(&plan, &s->variation));
  must(vt_sample_create(s->variation, &s->sample));
  start_solving(s);
}

static void close_sampling(sampling *s) {
  vt_varied_worker_free(s->worker);
  vt_varied_free(s->varied);
  vt_sample_free(s->sample);
  vt_variation_free(s->variation);
  vt_system_free(s->system);
  vt_database_set_free(s->set);
}

static double solve_sample(sampling *s) {
  const vt_sample_matrices *m = &s->sample->snapshot[0];
  const vt_varied_sample values = {m->technosphere, m->biosphere, m->factor};
  double score, residual;
  bool solved;
  const vt_varied_results results = {.score = &score, .residual = &residual};
  must(vt_varied_solve(s->worker, &values, &results, &solved));
  assert_true(solved && residual <= 1e-12);
  return score;
}

static double draw_score(sampling *s, int64_t k) {
  vt_variation_draw(s->variation, 42, k, s->sample);
  return solve_sample(s);
}

// Mean and standard deviation of the score within 4 standard errors.
static void expect_moments(sampling *s, int count, double mean, double sd, double kurtosis) {
  double sum = 0, square = 0;
  for (int k = 0; k < count; k++) {
    const double score = draw_score(s, k) - mean;
    sum += score;
    square += score * score;
  }
  const double variance = sd * sd;
  if (!(fabs(sum / count) <= 4 * sd / sqrt(count)))
    fail_msg("mean: found %g, expected %g", mean + sum / count, mean);
  if (!(fabs(square / count - variance) <= 4 * variance * sqrt((kurtosis - 1) / count)))
    fail_msg("variance: found %g, expected %g", square / count, variance);
}

static const char *case_path(const char *name) {
  static char path[1024];
  const char *shared = getenv("VINTNER_SHARED");
  (void)snprintf(path, sizeof path, "%s/cases/brightway/%s", shared ? shared : ".", name);
  if (!shared || access(path, F_OK) != 0) {
    print_message("no reference cases in VINTNER_SHARED: skipped\n");
    skip();
  }
  return path;
}

// x2 = U(.2, .8), b1 = U(.5, 1.5), b2 = U(0, .2), c1 = U(.5, 2), c2 = U(1, 4): the score is
// c1 b1 + c2 b2 x2 (specs/brightway.md 8.1).
static void uniform_inputs_have_their_moments(void **state) {
  sampling s;
  open_sampling(state, &s, case_path("mc.zip"), 3);
  assert_int_equal(vt_variation_count(s.variation)->exchanges, 5);
  assert_near(solve_sample(&s), 1.1, 1e-6); // 32 bits
  expect_moments(&s, 20000, 1.375, 0.586380138363, 3.5);
  close_sampling(&s);
}

static void negative_lognormals_have_their_moments(void **state) {
  sampling s;
  const char *path = case_path("mc_lognormal.zip");
  open_sampling(state, &s, path, 1);
  assert_near(solve_sample(&s), -1.5, 1e-6);
  // The kurtosis of a lognormal with sd 0.4 of the logarithm is 6.26.
  expect_moments(&s, 20000, -1.62493058566, 0.6768589335, 6.5);
  close_sampling(&s);
}

// ---------------------------------------------------------------------------------------------

static const double none = (double)NAN;

typedef struct spread {
  double type, loc, scale, shape, minimum, maximum, negative;
} spread;

// A group with its distributions.
static void add_uncertain(package_maker *to, const char *matrix, const char *group, int count,
                          const record *records, const spread *spreads) {
  add_group(to, matrix, group, count, records, "");
  write_array(to, group, "distributions",
              "[('uncertainty_type', '<f8'), ('loc', '<f8'), ('scale', '<f8'), ('shape', '<f8'), "
              "('minimum', '<f8'), ('maximum', '<f8'), ('negative', '<f8')]",
              count, spreads, (size_t)count * sizeof *spreads);
  add_resource(to, matrix, group, "distributions", VECTOR);
}

// Process 11 makes 1 of p of product 2, process 12 makes 2 of q of product 1; both emit.
static void write_loop(void) {
  const record technosphere[] = {
      {1, 11, 1, false}, {2, 11, 0.5, true}, {2, 12, 1, false}, {1, 12, 0.4, true}};
  const record biosphere[] = {{7, 11, 2, false}, {7, 12, 3, false}}, factor[] = {{7, 7, 10, false}};
  const spread bought[] = {{4, none, none, none, 0.9, 1.1, 0},
                           {2, log(0.5), 0.2, none, none, none, 0},
                           {0, none, none, none, none, none, 0},
                           {4, none, none, none, 0.1, 0.9, 0}};
  const spread emitted[] = {{3, 2, 0.1, none, none, none, 0}, {5, 3, none, none, 2, 4, 0}};
  const spread weighed[] = {{2, log(10), 0.1, none, none, none, 0}};
  package_maker to;
  start_package(&to, "loop");
  add_uncertain(&to, "technosphere_matrix", "t", 4, technosphere, bought);
  add_uncertain(&to, "biosphere_matrix", "b", 2, biosphere, emitted);
  add_uncertain(&to, "characterization_matrix", "c", 1, factor, weighed);
  finish_package(&to, "");
}

static void loops_are_solved_exactly_in_each_draw(void **state) {
  sampling s;
  write_loop();
  open_sampling(state, &s, in_scratch("loop"), 1);
  assert_int_equal(vt_variation_count(s.variation)->exchanges, 6);
  for (int k = 0; k < 500; k++) {
    const double score = draw_score(&s, k);
    const vt_sample_matrices *m = &s.sample->snapshot[0];
    vt_sparse a = s.system->technosphere, b = s.system->biosphere;
    a.value = m->technosphere;
    b.value = m->biosphere;
    const double made = cell_of(&a, 0, 0), p = -cell_of(&a, 1, 0), q = -cell_of(&a, 0, 1);
    const double direct = cell_of(&b, 0, 0), indirect = cell_of(&b, 0, 1);
    assert_true(p > 0 && q > 0.1 && q < 0.9 && made > 0.9 && made < 1.1);
    assert_true(indirect > 2 && indirect < 4);
    assert_near(score, m->factor[0] * (direct + p * indirect) / (made - p * q), 1e-13);
  }
  close_sampling(&s);
}

static int open_all(void **state) {
  vt_background *room;
  if (make_scratch(state) != 0 || vt_background_create(MPI_COMM_NULL, &room) != VT_OK) return 1;
  *state = room;
  return 0;
}

static int close_all(void **state) {
  vt_background_free(*state);
  return drop_scratch(state);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(loops_are_solved_exactly_in_each_draw),
      cmocka_unit_test(uniform_inputs_have_their_moments),
      cmocka_unit_test(negative_lognormals_have_their_moments),
  };
  return cmocka_run_group_tests(tests, open_all, close_all);
}
