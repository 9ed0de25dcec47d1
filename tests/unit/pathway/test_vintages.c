// test_vintages.c - values by installation year: interpolation, precedence, and the known defects
// of the original that are not copied (specs/pathway.md §5).
#include "examples.h"

// 10 R in 2021 only, from plants that live one year: A costs 2 / F to build and 1 / F to run.
#define LATER                                                                                      \
  {"demand", "{'[`R`, 2021]': 10}"}, {"operation_time_limits", "{}"}, {                            \
    "foreground_biosphere", "{'[`A`, `CO2`, 0]': 1, '[`B`, `CO2`, 0]': 50}"                        \
  }
// Building A costs 0.
#define LIGHT                                                                                      \
  { "foreground_technosphere", "{}" }

static const example interpolation[] = {
    {.what = "no vintages", .change = {LATER}, .objective = 30, .built = {{"A", 2021, 10}}},
    // 2021 lies half way: F = 2.
    {.what = "between two years",
     .change = {LATER,
                {"foreground_production_vintages",
                 "{'[`A`, `R`, 0, 2020]': 1, '[`A`, `R`, 0, 2022]': 3}"}},
     .objective = 15,
     .built = {{"A", 2021, 5}}},
    {.what = "before the first year",
     .change = {LATER,
                {"foreground_production_vintages",
                 "{'[`A`, `R`, 0, 2030]': 9, '[`A`, `R`, 0, 2022]': 3}"}},
     .objective = 10,
     .built = {{"A", 2021, 10.0 / 3.0}}},
    {.what = "after the last year",
     .change = {LATER,
                {"foreground_production_vintages",
                 "{'[`A`, `R`, 0, -2147483648]': 9, '[`A`, `R`, 0, 2000]': 3}"}},
     .objective = 10},
    {.what = "in a year far from both",
     .change = {LATER,
                {"foreground_production_vintages",
                 "{'[`A`, `R`, 0, -2147479627]': 1, '[`A`, `R`, 0, 2147483647]': 3}"}},
     // (2021 + 2147479627) / (2147483647 + 2147479627) of the way from 1 to 3.
     .objective = 30.0 / (1.0 + 2.0 * 2147481648.0 / 4294963274.0)},
    {.what = "a factor between two years",
     .change = {LATER, {"vintage_improvements", "{'[`A`, `R`, 2020]': 1, '[`A`, `R`, 2022]': 3}"}},
     .objective = 15,
     .built = {{"A", 2021, 5}}},
    {.what = "a single year holds for all",
     .change = {LATER, {"vintage_improvements", "{'[`A`, `R`, 1990]': 2}"}},
     .objective = 15},
    // I is taken on building: 2 * 1.5.
    {.what = "a factor on the technosphere",
     .change = {LATER, {"vintage_improvements", "{'[`A`, `I`, 2020]': 1, '[`A`, `I`, 2022]': 2}"}},
     .objective = 40},
    {.what = "explicit technosphere",
     .change = {LATER, {"foreground_technosphere_vintages", "{'[`A`, `I`, 0, 2020]': 0.5}"}},
     .objective = 20},
    {.what = "explicit biosphere",
     .change = {LATER,
                {"foreground_biosphere_vintages", "{'[`A`, `CO2`, 0, 2021]': 4,"
                                                  " '[`A`, `CO2`, 0, 2024]': 7}"}},
     .objective = 60},
    // An operation flow may differ by process time here: 1 in 2020, 3 in 2021.
    {.what = "explicit values that differ by process time",
     .change = {{"foreground_biosphere_vintages", "{'[`A`, `CO2`, 1, 2020]': 3}"}},
     .objective = 60},
    {.what = "explicit values where there is no other",
     .change = {{"foreground_production", "{'[`B`, `R`, 0]': 1}"},
                {"foreground_production_vintages", "{'[`A`, `R`, 1, 2020]': 2}"},
                {"demand", "{'[`R`, 2021]': 10}"}},
     .objective = 15,
     .built = {{"A", 2020, 5}}},
    // Annual: F = 1 + 1 times 1.5 in 2021. 10 / 3 run (2 CO2), 10 / 9 are built.
    {.what = "annual",
     .unit = VT_UNIT_ANNUAL,
     .change = {{"demand", "{'[`R`, 2021]': 10}"},
                {"vintage_improvements", "{'[`A`, `R`, 2020]': 1, '[`A`, `R`, 2022]': 2}"}},
     .objective = 80.0 / 9.0,
     .built = {{"A", 2021, 10.0 / 9.0}}},
    // Two classes in 2021: half of it old (F = 1), half new (F = 2), since only 5 a year may be
    // built: 2020: 5 A (15), 5 B (25). 2021: 5 old A (5), 2.5 new A (7.5).
    {.what = "classes by vintage",
     .change = {{"vintage_improvements", "{'[`A`, `R`, 2020]': 1, '[`A`, `R`, 2021]': 2}"},
                {"process_deployment_limits_max", "{'[`A`, 2020]': 5, '[`A`, 2021]': 5}"}},
     .objective = 52.5,
     .built = {{"A", 2020, 5}, {"A", 2021, 2.5}, {"B", 2020, 5}}},
};

static void values_are_linear_between_their_years_and_constant_outside(void **state) {
  (void)state;
  CHECK_EXAMPLES(interpolation);
}

static const example precedence[] = {
    {.what = "explicit values win over factors",
     .change = {LATER,
                {"foreground_production_vintages", "{'[`A`, `R`, 0, 2020]': 2}"},
                {"vintage_improvements", "{'[`A`, `R`, 2020]': 10}"}},
     .objective = 15},
    // Also at process times without an explicit value: F is 2, then 1. 2020: 5 A (15); 2021: 5 old
    // ones (5 R, 5) and 2.5 new ones (7.5).
    {.what = "explicit values win at all process times of their flow",
     .change = {{"foreground_production_vintages", "{'[`A`, `R`, 0, 2020]': 2}"},
                {"vintage_improvements", "{'[`A`, `R`, 2020]': 10}"}},
     .objective = 27.5,
     .built = {{"A", 2020, 5}, {"A", 2021, 2.5}}},
    // The factor of A's product R does not touch what A takes of S; nor that of I the background.
    {.what = "factors leave internal demand alone",
     .change = {{"PROCESS", "['A', 'B', 'C']"},
                {"PRODUCT", "['R', 'S']"},
                {"foreground_production", "{'[`A`, `R`, 0]': 1, '[`A`, `R`, 1]': 1,"
                                          " '[`B`, `R`, 0]': 1, '[`C`, `S`, 0]': 1}"},
                {"foreground_biosphere", "{'[`A`, `CO2`, 0]': 1, '[`A`, `CO2`, 1]': 1,"
                                         " '[`B`, `CO2`, 0]': 5, '[`C`, `CO2`, 0]': 2}"},
                {"operation_flow", "{'[`A`, `CO2`]': true, '[`B`, `CO2`]': true,"
                                   " '[`C`, `CO2`]': true, '[`A`, `S`]': true}"},
                {"internal_demand_technosphere", "{'[`A`, `S`, 0]': 0.5, '[`A`, `S`, 1]': 0.5}"},
                {"vintage_improvements", "{'[`A`, `S`, 2020]': 10}"}},
     .objective = 60},
    // R names a product and an elementary flow; the factor 2 acts on both. 5 A: 10 to build, each
    // emits 2 of the flow.
    {.what = "a code that names two flows",
     .change = {ONE_YEAR,
                {"ELEMENTARY_FLOW", "['CO2', 'R']"},
                {"foreground_biosphere", "{'[`A`, `R`, 0]': 1, '[`A`, `R`, 1]': 1,"
                                         " '[`B`, `CO2`, 0]': 5}"},
                {"characterization", "{'[`cc`, `CO2`, 2020]': 1, '[`cc`, `R`, 2020]': 1}"},
                {"vintage_improvements", "{'[`A`, `R`, 2020]': 2}"}},
     .objective = 20,
     .built = {{"A", 2020, 5}}},
};

static void explicit_values_win_over_factors(void **state) {
  (void)state;
  CHECK_EXAMPLES(precedence);
}

// The original interpolates over the reference years of all keys and takes 0 for what one lacks.
static const example own_years[] = {
    {.what = "explicit values",
     .change = {LATER,
                {"foreground_production_vintages", "{'[`A`, `R`, 0, 2020]': 1,"
                                                   " '[`A`, `R`, 0, 2022]': 3,"
                                                   " '[`B`, `R`, 0, 2021]': 1}"}},
     .objective = 15},
    {.what = "factors",
     .change = {LATER,
                {"vintage_improvements", "{'[`A`, `R`, 2020]': 1, '[`A`, `R`, 2022]': 3,"
                                         " '[`A`, `CO2`, 2021]': 1, '[`B`, `CO2`, 2019]': 1}"}},
     .objective = 15},
};

static void each_key_has_reference_years_of_its_own(void **state) {
  (void)state;
  CHECK_EXAMPLES(own_years);
}

// In the original one explicit value switches off the factors of every flow of its tensor.
static const example other_flows[] = {
    {.what = "of another process",
     .change = {LATER,
                {"foreground_production_vintages", "{'[`B`, `R`, 0, 2020]': 1}"},
                {"vintage_improvements", "{'[`A`, `R`, 2020]': 2}"}},
     .objective = 15},
    {.what = "of another flow",
     .change = {LATER,
                LIGHT,
                {"ELEMENTARY_FLOW", "['CO2', 'CH4']"},
                {"foreground_biosphere_vintages", "{'[`A`, `CH4`, 0, 2020]': 3}"},
                {"vintage_improvements", "{'[`A`, `CO2`, 2020]': 0.25}"}},
     .objective = 2.5},
};

static void explicit_values_leave_the_factors_of_other_flows(void **state) {
  (void)state;
  CHECK_EXAMPLES(other_flows);
}

// In the original existing plants are as good as the base.
static const example old_plants[] = {
    // Built in 2019 A emits 3 a year, in 2020 2 and costs 2 to build.
    {.what = "factors",
     .change = {ONE_YEAR,
                {"existing_capacity", "{'[`A`, 2019]': 4}"},
                {"vintage_improvements", "{'[`A`, `CO2`, 2019]': 3, '[`A`, `CO2`, 2021]': 1}"}},
     .objective = 36,
     .built = {{"A", 2020, 6}}},
    // 4 old ones give 2: 2 R for 4. 8 new ones at 3.
    {.what = "explicit values",
     .change = {ONE_YEAR,
                {"existing_capacity", "{'[`A`, 2019]': 4}"},
                {"foreground_production_vintages",
                 "{'[`A`, `R`, 1, 2018]': 0.25, '[`A`, `R`, 1, 2020]': 0.75}"}},
     .objective = 28,
     .built = {{"A", 2020, 8}}},
    // Annual: 2019 f = 1 + 0.5, o <= 1.5 * 4 = 6, 9 R at 2 a unit. New (from 2020 on): f = 1.75.
    {.what = "explicit values, annual",
     .unit = VT_UNIT_ANNUAL,
     .change = {ONE_YEAR,
                {"existing_capacity", "{'[`A`, 2019]': 4}"},
                {"process_deployment_limits_max", "{'[`A`, 2020]': 0}"},
                {"foreground_production_vintages",
                 "{'[`A`, `R`, 1, 2018]': 0.25, '[`A`, `R`, 1, 2020]': 0.75}"}},
     .objective = 17,
     .built = {{"B", 2020, 1}}},
};

static void existing_plants_have_the_values_of_their_year(void **state) {
  (void)state;
  CHECK_EXAMPLES(old_plants);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(values_are_linear_between_their_years_and_constant_outside),
      cmocka_unit_test(explicit_values_win_over_factors),
      cmocka_unit_test(each_key_has_reference_years_of_its_own),
      cmocka_unit_test(explicit_values_leave_the_factors_of_other_flows),
      cmocka_unit_test(existing_plants_have_the_values_of_their_year),
  };
  return cmocka_run_group_tests_name("vintages", tests, NULL, NULL);
}
