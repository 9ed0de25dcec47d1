// test_impact.c - dynamic characterisation: forcing by year of emission, and which flows have it.
#include <limits.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <json-c/json.h>

#include "vintner/impact.h"

static const vt_flow_identity co2 = {.name = "Carbon dioxide, fossil", .categories = "[\"air\"]"};
static const vt_flow_identity co2_uptake = {.name = "Carbon dioxide, in air",
                                            .categories = "[\"natural resource\", \"in air\"]",
                                            .type = "natural resource"};
static const vt_flow_identity co = {.name = "Carbon monoxide, non-fossil"};
static const vt_flow_identity ch4 = {.name = "Methane, fossil", .cas = "000074-82-8"};
static const vt_flow_identity n2o = {.name = "Dinitrogen monoxide"};

static void expect_within(double found, double expected, double noise) {
  if (!(fabs(found - expected) <= 1e-12 * fabs(expected) + noise)) {
    fail_msg("found %.17g, expected %.17g", found, expected);
  }
}

static void expect_near(double found, double expected) {
  expect_within(found, expected, 0);
}

static vt_flow_identity by_cas(const char *cas) {
  return (vt_flow_identity){.name = "a gas", .cas = cas, .type = "emission"};
}

static double one(vt_metric metric, int horizon, bool fixed, const vt_flow_identity *flow,
                  int after_start) {
  const vt_window window = {metric, horizon, fixed, 2030};
  const int year = 2030 + after_start;
  double factor = NAN;
  assert_true(vt_impact_dynamic(&window, flow, 1, &year, &factor));
  assert_true(isfinite(factor));
  return factor;
}

// Forcing of a kilogram within `years` years.
static double forcing(const vt_flow_identity *flow, int years) {
  return one(VT_METRIC_CRF, years + 1, true, flow, 0);
}

static double gwp(const vt_flow_identity *flow, int horizon) {
  return one(VT_METRIC_GWP, horizon, false, flow, 0);
}

// -------------------------------------------------------------------------------------------------

static void gwp_is_that_of_published_runs(void **state) {
  (void)state;
  // dynamic_characterization 1.4.0, one kilogram, flexible horizon
  expect_near(gwp(&ch4, 20), 81.38137397247701);
  expect_near(gwp(&n2o, 20), 269.06780577235094);
  expect_near(gwp(&ch4, 100), 26.705808501447027);
  expect_near(gwp(&n2o, 100), 263.6298618034395);
  expect_near(gwp(&ch4, 500), 7.5675364375347405);
  expect_near(gwp(&n2o, 500), 123.86524128933);
  const struct {
    const char *cas;
    double value;
  } gas[] = {
      {"000075-69-4", 5323.705978539532},  // CFC-11
      {"002551-62-4", 23289.459164847514}, // SF6
      {"000811-97-2", 1459.5568047916977}, // HFC-134a
      {"000075-46-7", 13962.6277935787},   // HFC-23
      {"007783-54-2", 16668.048126828762}, // NF3
      {"000075-73-0", 7057.61655472251},   // CF4
  };
  for (size_t i = 0; i < sizeof gas / sizeof *gas; i++) {
    const vt_flow_identity flow = by_cas(gas[i].cas);
    expect_near(gwp(&flow, 100), gas[i].value);
  }
}

static void yearly_forcing_is_that_of_published_runs(void **state) {
  (void)state;
  const double marginal[] = {1.647202555833784e-15, 1.5462654680841353e-15, 1.4637452362894502e-15,
                             1.3958865047846044e-15};
  double sum = 0;
  for (int k = 0; k < 4; k++) {
    sum += marginal[k];
    expect_near(forcing(&co2, k + 1), sum);
  }
  expect_near(forcing(&co2, 99), 8.856378067710995e-14);
  expect_near(forcing(&ch4, 1), 1.9222336804010863e-13);
  expect_near(forcing(&ch4, 99), 2.365167366927053e-12);
  expect_near(forcing(&n2o, 1), 3.572926288862358e-13);
  expect_near(forcing(&n2o, 99), 2.3348057260696622e-11);
}

static void horizon_of_h_years_counts_h_less_one(void **state) {
  (void)state;
  expect_near(one(VT_METRIC_CRF, 100, true, &co2, 0), 8.856378067710995e-14);
  expect_near(one(VT_METRIC_CRF, 100, true, &co2, 98), 1.647202555833784e-15);
  assert_true(one(VT_METRIC_CRF, 100, true, &co2, 99) == 0);
  assert_true(one(VT_METRIC_CRF, 100, true, &co2, 100) == 0);
  assert_true(one(VT_METRIC_GWP, 100, true, &co2, 99) == 0);
  assert_true(one(VT_METRIC_GWP, 100, true, &ch4, 500) == 0);
}

static void fixed_window_shrinks_and_a_flexible_one_does_not(void **state) {
  (void)state;
  const vt_flow_identity *flow[] = {&co2, &ch4, &n2o, &co, &co2_uptake};
  const int after[] = {-30, -1, 0, 1, 10, 57, 98};
  for (int f = 0; f < 5; f++)
    for (int i = 0; i < 7; i++) {
      const double left = forcing(flow[f], 99 - after[i]);
      expect_near(one(VT_METRIC_CRF, 100, true, flow[f], after[i]), left);
      expect_near(one(VT_METRIC_CRF, 100, false, flow[f], after[i]), left);
      expect_near(one(VT_METRIC_GWP, 100, true, flow[f], after[i]), left / forcing(&co2, 99));
      assert_true(one(VT_METRIC_GWP, 100, false, flow[f], after[i]) == gwp(flow[f], 100));
    }
  assert_true(gwp(&co2, 100) == 1 && gwp(&co2_uptake, 100) == -1);
  expect_near(gwp(&co, 100), 44.01 / 28.01);
}

static void extreme_windows_and_lifetimes_stay_finite(void **state) {
  (void)state;
  const vt_flow_identity shortest = by_cas("928-94-9"), longest = by_cas("75-73-0");
  const vt_flow_identity *flow[] = {&co2, &ch4, &co, &co2_uptake, &shortest, &longest};
  const int year[] = {INT_MIN, -1, 0, 1, 2, INT_MAX};
  const int horizon[] = {1, 2, 100, INT_MAX};
  const int start[] = {INT_MIN, 0, INT_MAX};
  for (int i = 0; i < 6 * 4 * 3 * 2 * 2; i++) {
    const vt_window window = {i / 144 ? VT_METRIC_GWP : VT_METRIC_CRF, horizon[i / 6 % 4],
                              i / 72 % 2, start[i / 24 % 3]};
    double factor[6];
    assert_true(vt_impact_dynamic(&window, flow[i % 6], 6, year, factor));
    for (int y = 0; y < 6; y++) assert_true(isfinite(factor[y]));
  }
  const vt_window from_first = {VT_METRIC_CRF, INT_MAX, true, INT_MIN};
  const vt_window from_last = {VT_METRIC_CRF, INT_MAX, true, INT_MAX};
  double late, early;
  assert_true(vt_impact_dynamic(&from_first, &co2, 1, &year[5], &late) && late == 0);
  assert_true(vt_impact_dynamic(&from_last, &co2, 1, &year[0], &early));
  assert_true(early > forcing(&co2, INT_MAX - 1));
  // A horizon of one year counts nothing.
  assert_true(gwp(&ch4, 1) == 0 && one(VT_METRIC_GWP, 1, true, &ch4, -5) == 0);
  assert_true(one(VT_METRIC_CRF, 1, true, &ch4, 0) == 0);
  assert_false(signbit(one(VT_METRIC_CRF, 1, true, &co2_uptake, 3)));
  // What decays within the hour has done all it does after a year.
  assert_true(forcing(&shortest, 1) == forcing(&shortest, 1000));
}

// -------------------------------------------------------------------------------------------------

typedef struct flow_case {
  const char *name, *categories, *type, *cas;
  const vt_flow_identity *as; // NULL: no function
} flow_case;

static void expect_function(const flow_case *c) {
  const vt_flow_identity flow = {c->name, c->categories, c->type, c->cas};
  const vt_window window = {VT_METRIC_CRF, 100, true, 2030};
  const int year = 2030;
  double factor = NAN;
  const bool found = vt_impact_dynamic(&window, &flow, 1, &year, &factor);
  const double expected = c->as ? forcing(c->as, 99) : 0;
  if (found != (c->as != NULL) || factor != expected) {
    fail_msg("%s %s %s: %d, %g; expected %g", c->name ? c->name : "(no name)",
             c->categories ? c->categories : "-", c->type ? c->type : "-", found, factor, expected);
  }
}

static void flows_of_carbon_dioxide_are_emission_or_uptake(void **state) {
  (void)state;
  const char *stock = "Carbon dioxide, from soil or biomass stock";
  const char *into = "Carbon dioxide, to soil or biomass stock";
  const char *resource = "natural resource";
  const flow_case cases[] = {
      {"Carbon dioxide, fossil", "[\"air\"]", "emission", NULL, &co2},
      {"Carbon dioxide, fossil", "[\"air\", \"urban air close to ground\"]", NULL, NULL, &co2},
      {"carbon dioxide", NULL, "emission", "000124-38-9", &co2},
      {"CARBON DIOXIDE, NON-FOSSIL", "air", "emission", NULL, &co2},
      {"Carbon dioxide, fossil", "[\"water\", \"surface water\"]", "emission", NULL, &co2},
      {stock, "[\"air\", \"non-urban air or from high stacks\"]", "emission", NULL, &co2},
      {stock, NULL, "emission", NULL, &co2},
      {into, "[\"soil\", \"agricultural\"]", "emission", NULL, &co2_uptake},
      {into, "[\"Soil\"]", NULL, NULL, &co2_uptake},
      {into, "Emissions to soil/unspecified", "emission", NULL, &co2_uptake},
      {into, NULL, "emission", NULL, &co2_uptake},
      {into, "[]", "emission", NULL, &co2_uptake},
      {into, "null", "emission", NULL, &co2_uptake},
      {"Carbon dioxide", "[\"soiling\"]", "emission", NULL, &co2},
      {"Carbon dioxide", "[\"subsoil\"]", "emission", NULL, &co2},
      {"Carbon dioxide", "[\"subsoiling\", \"soil\"]", "emission", NULL, &co2_uptake},
      {"Carbon dioxide, in air", "[\"natural resource\", \"in air\"]", resource, NULL, &co2_uptake},
      {"Carbon dioxide, in air", "natural resource::in air", "Natural Resource", NULL, &co2_uptake},
      {"Carbon dioxide, in air", NULL, resource, NULL, &co2_uptake},
      {"Carbon dioxide, in air", "", resource, NULL, &co2_uptake},
      {"Carbon dioxide, in air", "[\"natural resource\", \"in air\"]", "emission", NULL, &co2},
      {"Carbon dioxide, in air", NULL, "emission", NULL, &co2},
      {"Carbon dioxide, fossil", NULL, resource, NULL, &co2},
      {"Carbon dioxide", "[\"natural resource\", \"in ground\"]", resource, NULL, &co2},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) expect_function(&cases[i]);
}

static void other_gases_are_known_by_name_then_by_cas(void **state) {
  (void)state;
  const vt_flow_identity cfc11 = by_cas("75-69-4"), misspelt = by_cas("029188-24-9");
  const flow_case cases[] = {
      {"methane, fossil", NULL, "emission", NULL, &ch4},
      {"Methane, non-fossil", "[\"air\"]", "emission", NULL, &ch4},
      {"Methane, from soil or biomass stock", "[\"soil\"]", "emission", NULL, &ch4},
      {"Methane", NULL, "emission", "000074-82-8", NULL},
      {"Dinitrogen monoxide", "[\"soil\"]", "emission", NULL, &n2o},
      {"Carbon monoxide, fossil", "[\"soil\"]", "emission", NULL, &co},
      {"Methane, trichlorofluoro-, CFC-11", "[\"air\"]", "emission", "000075-69-4", &cfc11},
      {NULL, NULL, NULL, "75-69-4", &cfc11},
      {"x", NULL, NULL, " 00000075-69-4\t ", &cfc11},
      {"HFO-1234ze(E)", NULL, NULL, "029118-24-9", &misspelt},
      {"x", NULL, NULL, "75-69-40", NULL},
      {"x", NULL, NULL, "75-69", NULL},
      {"x", NULL, NULL, "5-69-4", NULL},
      {"x", NULL, NULL, "", NULL},
      {"x", NULL, NULL, " 000 ", NULL},
      {"land occupation", NULL, NULL, NULL, NULL},
      {NULL, NULL, NULL, NULL, NULL},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) expect_function(&cases[i]);
}

static void nothing_is_dynamic_in_the_static_metric(void **state) {
  (void)state;
  const vt_window window = {VT_METRIC_STATIC, 100, true, 2030};
  const int year[] = {2030, 2031};
  double factor[] = {NAN, NAN, NAN};
  assert_false(vt_impact_dynamic(&window, &co2, 2, year, factor));
  assert_true(factor[0] == 0 && factor[1] == 0 && isnan(factor[2]));
}

// -------------------------------------------------------------------------------------------------
// reference cases

static struct json_object *open_case(const char *name) {
  const char *folder = getenv("VINTNER_SHARED");
  char path[4096];
  (void)snprintf(path, sizeof path, "%s/cases/%s", folder ? folder : "", name);
  FILE *file = folder ? fopen(path, "r") : NULL;
  if (!file) {
    print_message("VINTNER_SHARED is not set or has no cases/%s: skipped\n", name);
    skip();
  }
  (void)fclose(file);
  struct json_object *json = json_object_from_file(path);
  assert_non_null(json);
  return json;
}

static struct json_object *member(struct json_object *parent, const char *name) {
  struct json_object *value = NULL;
  if (!json_object_object_get_ex(parent, name, &value)) fail_msg("no '%s'", name);
  return value;
}

static double number(struct json_object *parent, const char *name) {
  return json_object_get_double(member(parent, name));
}

static void expect_years(const vt_window *window, const vt_flow_identity *flow,
                         struct json_object *expected) {
  enum { YEARS = 30 };
  int year[YEARS];
  double factor[YEARS];
  for (int y = 0; y < YEARS; y++) year[y] = 2020 + y;
  assert_int_equal(json_object_array_length(expected), YEARS);
  assert_true(vt_impact_dynamic(window, flow, YEARS, year, factor));
  for (size_t y = 0; y < YEARS; y++) {
    expect_near(factor[y], json_object_get_double(json_object_array_get_idx(expected, y)));
  }
}

static void optimex_characterises_alike(void **state) {
  (void)state;
  struct json_object *root = open_case("basic/dynamic.json");
  assert_true(number(root, "start_year") == 2020 && number(root, "time_horizon") == 100);
  int compared = 0;
  json_object_object_foreach(member(root, "metrics"), metric, entry) {
    const vt_window window = {strncmp(metric, "CRF", 3) == 0 ? VT_METRIC_CRF : VT_METRIC_GWP, 100,
                              strstr(metric, "fixed") != NULL, 2020};
    // As cases/basic/brightway.json writes them.
    const vt_flow_identity carbon = {"carbon dioxide", NULL, "emission", "000124-38-9"};
    const vt_flow_identity methane = {"methane, fossil", NULL, "emission", "000074-82-8"};
    struct json_object *expected = member(entry, "characterization");
    expect_years(&window, &carbon, member(expected, "CO2"));
    expect_years(&window, &methane, member(expected, "CH4"));
    compared++;
  }
  assert_int_equal(compared, 3);
  json_object_put(root);
}

// One species of the golden file: marginals of the first years and of the last, and their sum. They
// were computed as differences of E t (1 - exp(-k / t)), without expm1: of digits they have those
// of the `largest` number in between.
static void expect_periods(const vt_flow_identity *flow, double largest,
                           struct json_object *periods) {
  for (size_t p = 0; p < json_object_array_length(periods); p++) {
    struct json_object *entry = json_object_array_get_idx(periods, p);
    const int last = (int)number(entry, "period") - 1;
    const double noise = 4e-16 * largest;
    expect_within(forcing(flow, last), number(entry, "sum_marginal"), noise);
    expect_within(forcing(flow, last), number(entry, "cumulative_last"), noise);
    struct json_object *first = member(entry, "marginal_first5");
    double sum = 0;
    for (int k = 0; k < (int)json_object_array_length(first); k++) {
      sum += json_object_get_double(json_object_array_get_idx(first, (size_t)k));
      expect_within(forcing(flow, k), sum, noise);
    }
    expect_within(forcing(flow, last) - forcing(flow, last - 1), number(entry, "marginal_last"),
                  noise + 4e-16 * fabs(forcing(flow, last)));
  }
}

static void golden_forcing_is_met(void **state) {
  (void)state;
  struct json_object *root = open_case("dynchar/dynchar_golden.json");
  struct json_object *species = member(root, "rf_per_kg");
  expect_periods(&co2, 0, member(species, "co2"));
  expect_periods(&co2_uptake, 0, member(species, "co2_uptake"));
  expect_periods(&co, 0, member(species, "co"));
  expect_periods(&ch4, 0, member(species, "ch4"));
  expect_periods(&n2o, 0, member(species, "n2o"));
  int compared = 0;
  json_object_object_foreach(member(root, "rf_generic"), label, periods) {
    const vt_flow_identity flow = by_cas(strrchr(label, ' ') + 1);
    expect_periods(&flow, forcing(&flow, 100000000), periods);
    compared++;
  }
  assert_int_equal(compared, 6);
  json_object_put(root);
}

static void golden_flexible_gwp_is_met(void **state) {
  (void)state;
  struct json_object *root = open_case("dynchar/dynchar_golden.json");
  const vt_flow_identity cfc11 = by_cas("75-69-4"), sf6 = by_cas("2551-62-4"),
                         hfc134a = by_cas("811-97-2"), hfc23 = by_cas("75-46-7"),
                         nf3 = by_cas("7783-54-2"), cf4 = by_cas("75-73-0");
  const struct {
    const char *name;
    const vt_flow_identity *flow;
  } gas[] = {{"co2", &co2},      {"co", &co},   {"ch4", &ch4},          {"n2o", &n2o},
             {"CFC-11", &cfc11}, {"SF6", &sf6}, {"HFC-134a", &hfc134a}, {"HFC-23", &hfc23},
             {"NF3", &nf3},      {"CF4", &cf4}};
  json_object_object_foreach(member(root, "gwp_flexible"), horizon, values) {
    for (size_t g = 0; g < sizeof gas / sizeof *gas; g++) {
      expect_near(gwp(gas[g].flow, (int)strtol(horizon, NULL, 10)), number(values, gas[g].name));
    }
  }
  json_object_put(root);
}

// Horizon that the golden file gives to the date of a row, less one: years counted.
static int years_counted(struct json_object *root, const char *date) {
  return (int)number(member(root, "horizons_fixed_start2030"), date) - 1;
}

static void golden_inventory_in_a_window_is_met(void **state) {
  (void)state;
  struct json_object *root = open_case("dynchar/dynchar_golden.json");
  struct json_object *used = member(root, "inventory_used");
  struct json_object *fixed = member(member(root, "GWP_fixed_100_start2030"), "rows");
  struct json_object *flexible = member(member(root, "GWP_flexible_100"), "rows");
  double forcing_sum = 0;
  for (size_t r = 0; r < json_object_array_length(used); r++) {
    struct json_object *row = json_object_array_get_idx(used, r);
    const vt_flow_identity *flow = number(row, "flow") == 1 ? &co2 : &ch4;
    const double amount = number(row, "amount");
    expect_near(amount * gwp(flow, 100), number(json_object_array_get_idx(flexible, r), "amount"));
    const int counted = years_counted(root, json_object_get_string(member(row, "date")));
    // The year of emission that leaves as many years of the window.
    const int after = 99 - counted;
    const double value = amount * one(VT_METRIC_GWP, 100, true, flow, after);
    if (counted > 0) expect_near(value, number(json_object_array_get_idx(fixed, r), "amount"));
    if (counted <= 0) assert_true(value == 0);
    forcing_sum += amount * one(VT_METRIC_CRF, 100, true, flow, after);
  }
  expect_near(forcing_sum, number(member(root, "RF_fixed_100_start2030"), "total"));
  json_object_put(root);
}

static void every_gas_of_the_reference_table_has_its_forcing(void **state) {
  (void)state;
  struct json_object *root = open_case("dynchar/dynchar_constants.json");
  struct json_object *list = member(root, "ghg");
  assert_int_equal(json_object_array_length(list), 243);
  for (size_t g = 0; g < json_object_array_length(list); g++) {
    struct json_object *gas = json_object_array_get_idx(list, g);
    const vt_flow_identity flow = by_cas(json_object_get_string(member(gas, "cas")));
    const double lifetime = number(gas, "lifetime_yr"), force = number(gas, "re_W_m2_kg");
    for (int years = 1; years < 1000; years = 3 * years + 1) {
      expect_near(forcing(&flow, years), force * lifetime * -expm1(-years / lifetime));
    }
  }
  json_object_put(root);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(gwp_is_that_of_published_runs),
      cmocka_unit_test(yearly_forcing_is_that_of_published_runs),
      cmocka_unit_test(horizon_of_h_years_counts_h_less_one),
      cmocka_unit_test(fixed_window_shrinks_and_a_flexible_one_does_not),
      cmocka_unit_test(extreme_windows_and_lifetimes_stay_finite),
      cmocka_unit_test(flows_of_carbon_dioxide_are_emission_or_uptake),
      cmocka_unit_test(other_gases_are_known_by_name_then_by_cas),
      cmocka_unit_test(nothing_is_dynamic_in_the_static_metric),
      cmocka_unit_test(optimex_characterises_alike),
      cmocka_unit_test(golden_forcing_is_met),
      cmocka_unit_test(golden_flexible_gwp_is_met),
      cmocka_unit_test(golden_inventory_in_a_window_is_met),
      cmocka_unit_test(every_gas_of_the_reference_table_has_its_forcing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
