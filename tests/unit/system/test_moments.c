// test_moments.c - mean and variance of exchanges and factors: closed forms against sums over the
// quantiles of what is drawn.
#include "database_files.h"
#include "vintner/moments.h"
#include "vintner/variation.h"

enum { FLOWS = 9, SCENARIOS = 200000 };

// Fields of an exchange to each flow: amount, then its distribution.
static const char *const exchanges[FLOWS] = {
    "2",
    "1, 'uncertainty type': 2, 'loc': 0, 'scale': 0.5",
    "-1, 'uncertainty type': 2, 'loc': 0.1, 'scale': 0.3, 'negative': true",
    "5, 'uncertainty type': 3, 'loc': 5, 'scale': 2",
    "5, 'uncertainty type': 3, 'loc': 5, 'scale': 2, 'minimum': 4, 'maximum': 8",
    "1, 'uncertainty type': 2, 'loc': 0, 'scale': 0.5, 'minimum': 0.8, 'maximum': 2",
    "3, 'uncertainty type': 4, 'minimum': 2, 'maximum': 6",
    "1.5, 'uncertainty type': 5, 'loc': 1.5, 'minimum': 1, 'maximum': 4",
    "3, 'uncertainty type': 3, 'loc': 3, 'scale': 0",
};

// One process with `flows` of these, and a method.
static vt_database_set *make_set(int flows, const char *const *exchange) {
  vt_text text = {0};
  must(vt_text_add(&text, "{'databases': {'d': {'data': {'p': {'exchanges': [{'input': ['d', 'p'], "
                          "'type': 'production', 'amount': 1}"));
  for (int f = 0; f < flows; f++)
    must(vt_text_add(&text, ", {'input': ['bio', 'f%d'], 'type': 'biosphere', 'amount': %s}", f,
                     exchange[f]));
  must(vt_text_add(&text, "]}}}, 'bio': {'data': {"));
  for (int f = 0; f < FLOWS; f++) must(vt_text_add(&text, "%s'f%d': {}", f > 0 ? ", " : "", f));
  must(vt_text_add(&text,
                   "}}}, 'methods': [{'name': ['m'], 'cfs': [[['bio', 'f1'], 2], [['bio', 'f3'], "
                   "{'amount': 4, 'uncertainty type': 3, 'loc': 4, 'scale': 0.5}]]}]}"));
  write_text("moments.json", text.bytes);
  vt_text_free(&text);
  return read_one("moments.json");
}

static void moments_are_those_of_draws(void **state) {
  (void)state;
  vt_database_set *set = make_set(FLOWS, exchanges);
  vt_system *system = make_system(set, "d");
  double mean[FLOWS], variance[FLOWS], sum[FLOWS] = {0}, square[FLOWS] = {0};
  assert_int_equal(system->biosphere.entries, FLOWS);
  must(vt_biosphere_moments(set, system, VT_NO_COLUMN, mean, variance));
  const int row = 0;
  const vt_variation_snapshot snapshot = {.system = system, .products = 1, .product = &row};
  const vt_variation_plan plan = {.set = set,
                                  .choice = {.biosphere = true},
                                  .snapshots = 1,
                                  .snapshot = &snapshot,
                                  .array_column = VT_NO_COLUMN};
  vt_variation *variation;
  vt_sample *sample;
  must(vt_variation_create(&plan, &variation));
  must(vt_sample_create(variation, &sample));
  for (int64_t k = 0; k < SCENARIOS; k++) {
    vt_variation_draw(variation, 1, k, sample);
    for (int e = 0; e < FLOWS; e++) {
      const double x = sample->snapshot[0].biosphere[e];
      sum[e] += x / SCENARIOS;
      square[e] += (x - mean[e]) * (x - mean[e]) / SCENARIOS;
    }
  }
  for (int e = 0; e < FLOWS; e++) {
    assert_true(fabs(sum[e] - mean[e]) <= 5 * sqrt(variance[e] / SCENARIOS) + 1e-9);
    assert_true(fabs(square[e] - variance[e]) <= 0.03 * variance[e] + 1e-15);
  }
  assert_true(fabs(mean[6] - 4) <= 1e-15 && fabs(variance[6] - 16.0 / 12) <= 1e-15);
  assert_true(mean[2] < 0 && variance[0] == 0 && variance[8] == 0);
  vt_sample_free(sample);
  vt_variation_free(variation);
  vt_system_free(system);
  vt_database_set_free(set);
}

static void factors_have_theirs(void **state) {
  (void)state;
  vt_database_set *set = make_set(FLOWS, exchanges);
  vt_system *system = make_system(set, "d");
  double mean[FLOWS], variance[FLOWS];
  int method;
  const char *const part[] = {"m"};
  must(vt_method_find(set, VT_MATRIX_CHARACTERIZATION, 1, part, &method));
  must(vt_method_load(set, method));
  must(vt_method_moments(set, system, method, VT_NO_COLUMN, mean, variance));
  for (int e = 0; e < FLOWS; e++) {
    assert_true(mean[e] == (e == 1 ? 2.0 : e == 3 ? 4.0 : 0.0));
    assert_true(variance[e] == (e == 3 ? 0.25 : 0.0));
  }
  vt_system_free(system);
  vt_database_set_free(set);
}

static void other_families_are_refused(void **state) {
  (void)state;
  const char *const gamma = "1, 'uncertainty type': 9, 'shape': 1, 'scale': 1";
  vt_database_set *set = make_set(1, &gamma);
  vt_system *system = make_system(set, "d");
  double mean[1], variance[1];
  assert_int_equal(vt_biosphere_moments(set, system, VT_NO_COLUMN, mean, variance), VT_ERR_INPUT);
  assert_non_null(strstr(vt_error_message(), "type 9"));
  vt_system_free(system);
  vt_database_set_free(set);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(moments_are_those_of_draws),
      cmocka_unit_test(factors_have_theirs),
      cmocka_unit_test(other_families_are_refused),
  };
  return cmocka_run_group_tests(tests, make_scratch, drop_scratch);
}
