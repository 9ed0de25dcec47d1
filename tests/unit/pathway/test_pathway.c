// test_pathway.c - hand-computed models: every limit, both units, what is odd but valid.
#include "examples.h"

#define ONE_YEAR                                                                                   \
  { "demand", "{'[`R`, 2020]': 10}" }
// A costs 7 to build: 9 for two years, while B costs 10; in 2020 A costs 8 and B 5.
#define DEAR_PLANT                                                                                 \
  { "foreground_technosphere", "{'[`A`, `I`, 0]': 3.5}" }
// Water that only A takes, at 1 a year, with a category of its own.
#define WATER                                                                                      \
  {"ELEMENTARY_FLOW", "['CO2', 'H2O']"}, {"CATEGORY", "['cc', 'w']"},                              \
      {"operation_flow", "{'[`A`, `R`]': true, '[`A`, `CO2`]': true, '[`A`, `H2O`]': true,"        \
                         " '[`B`, `R`]': true, '[`B`, `CO2`]': true}"},                            \
      {"foreground_biosphere", "{'[`A`, `CO2`, 0]': 1, '[`A`, `CO2`, 1]': 1,"                      \
                               " '[`A`, `H2O`, 0]': 1, '[`A`, `H2O`, 1]': 1,"                      \
                               " '[`B`, `CO2`, 0]': 5}"},                                          \
  {                                                                                                \
    "characterization", "{'[`cc`, `CO2`, 2020]': 1, '[`cc`, `CO2`, 2021]': 1,"                     \
                        " '[`cc`, `CO2`, 2022]': 1, '[`w`, `H2O`, 2020]': 1,"                      \
                        " '[`w`, `H2O`, 2021]': 1, '[`w`, `H2O`, 2022]': 1}"                       \
  }

// ---------------------------------------------------------------------------------------------

static const example plain[] = {
    {.what = "the base model", .objective = 40, .built = {{"A", 2020, 10}}},
    // A running plant gives 1 + 1 R and emits 1 + 1 every year, o <= 2 s: 5 run in both years, 2.5
    // are built: 2.5 * 2 + 5 * 2 * 2 = 25.
    {.what = "annual", .unit = VT_UNIT_ANNUAL, .objective = 25, .built = {{"A", 2020, 2.5}}},
    // Of the product S A gives 0.5 a year: f is 2 for R and 1 for S, the least counts: s = 5.
    // 5 * 2 + 2 * 5 * 2 = 30.
    {.what = "annual, two products",
     .unit = VT_UNIT_ANNUAL,
     .change = {{"PRODUCT", "['R', 'S']"},
                {"demand", "{'[`R`, 2020]': 10, '[`R`, 2021]': 10, '[`S`, 2020]': 5,"
                           " '[`S`, 2021]': 5}"},
                {"foreground_production", "{'[`A`, `R`, 0]': 1, '[`A`, `R`, 1]': 1,"
                                          " '[`A`, `S`, 0]': 0.5, '[`A`, `S`, 1]': 0.5,"
                                          " '[`B`, `R`, 0]': 1}"}},
     .objective = 30,
     .built = {{"A", 2020, 5}}},
    // 4 old ones run in 2020 for 4, 6 new ones cost 3 each.
    {.what = "existing capacity",
     .change = {ONE_YEAR, {"existing_capacity", "{'[`A`, 2019]': 4}"}},
     .objective = 22,
     .built = {{"A", 2020, 6}}},
    {.what = "existing capacity that is too old",
     .change = {ONE_YEAR, {"existing_capacity", "{'[`A`, 2018]': 4}"}},
     .objective = 30,
     .built = {{"A", 2020, 10}}},
    // The numbers of years are any integers: no overflow.
    {.what = "existing capacity of the ice age",
     .change = {ONE_YEAR, {"existing_capacity", "{'[`A`, -2147483648]': 4}"}},
     .objective = 30,
     .built = {{"A", 2020, 10}}},
    // Old: o <= 2 * 1. 5 run (10 CO2), 3 of them new: 1.5 built (3 CO2).
    {.what = "existing capacity, annual",
     .unit = VT_UNIT_ANNUAL,
     .change = {ONE_YEAR, {"existing_capacity", "{'[`A`, 2019]': 1}"}},
     .objective = 13,
     .built = {{"A", 2020, 1.5}}},
    // What A[2020] takes in 2019 is lost.
    {.what = "a negative process time",
     .change = {{"PROCESS_TIME", "[-1, 0, 1]"},
                {"foreground_technosphere", "{'[`A`, `I`, -1]': 1}"}},
     .objective = 20,
     .built = {{"A", 2020, 10}}},
    // 4 A[2020] for nothing but running (8), 6 B (30), 6 A[2021] that take their I in 2020 (18).
    {.what = "a negative process time within the horizon",
     .change = {{"PROCESS_TIME", "[-1, 0, 1]"},
                {"foreground_technosphere", "{'[`A`, `I`, -1]': 1}"},
                {"process_deployment_limits_max", "{'[`A`, 2020]': 4}"}},
     .objective = 56,
     .built = {{"A", 2020, 4}, {"A", 2021, 6}, {"B", 2020, 6}}},
    // Outside the window an operation flow comes with installation: 1 more in 2022 for A[2020].
    {.what = "an operation flow after the window",
     .change = {{"foreground_biosphere", "{'[`A`, `CO2`, 0]': 1, '[`A`, `CO2`, 1]': 1,"
                                         " '[`A`, `CO2`, 2]': 1, '[`B`, `CO2`, 0]': 5}"}},
     .objective = 50,
     .built = {{"A", 2020, 10}}},
    // 2022 is beyond the horizon then.
    {.what = "an operation flow after the horizon",
     .change = {{"SYSTEM_TIME", "[2021, 2020]"},
                {"mapping", "{'[`db`, 2020]': 1, '[`db`, 2021]': 1}"},
                {"characterization", "{'[`cc`, `CO2`, 2020]': 1, '[`cc`, `CO2`, 2021]': 1}"},
                {"foreground_biosphere", "{'[`A`, `CO2`, 0]': 1, '[`A`, `CO2`, 1]': 1,"
                                         " '[`A`, `CO2`, 2]': 1, '[`B`, `CO2`, 0]': 5}"}},
     .objective = 40,
     .built = {{"A", 2020, 10}}},
    // The window is [0, 0]: A costs 2 + 1 and, a year later, 1 by installation. 20 R at 4.
    {.what = "no window",
     .change = {{"operation_time_limits", "{}"}},
     .objective = 80,
     .built = {{"A", 2020, 10}, {"A", 2021, 10}}},
    {.what = "a window that begins before installation",
     .change = {{"PROCESS_TIME", "[-2147483648, 0, 1, 2147483647]"},
                {"operation_time_limits", "{'A': [-2147483648, 2147483647], 'B': [0, 0]}"}},
     .objective = 40,
     .built = {{"A", 2020, 10}}},
    // Nor does a plant run before it is built, whatever it would give then.
    {.what = "a window that begins before installation, and output",
     .change = {{"PROCESS_TIME", "[-1, 0, 1]"},
                {"operation_time_limits", "{'A': [-1, 1], 'B': [0, 0]}"},
                {"foreground_production", "{'[`A`, `R`, -1]': 10, '[`A`, `R`, 0]': 1,"
                                          " '[`A`, `R`, 1]': 1, '[`B`, `R`, 0]': 1}"}},
     .objective = 40,
     .built = {{"A", 2020, 10}}},
    // In 2021 nobody looks: A costs 3 in 2020 and in 2022, and 1 more for its flow two years
    // later, which from 2020 falls on 2022, and from 2022 on 2024.
    {.what = "years that are not all there",
     .change = {{"SYSTEM_TIME", "[2020, 2025, 2022]"},
                {"demand", "{'[`R`, 2020]': 10, '[`R`, 2022]': 10}"},
                {"mapping", "{'[`db`, 2020]': 1, '[`db`, 2022]': 1, '[`db`, 2025]': 1}"},
                {"characterization", "{'[`cc`, `CO2`, 2020]': 1, '[`cc`, `CO2`, 2022]': 1}"},
                {"foreground_biosphere", "{'[`A`, `CO2`, 0]': 1, '[`A`, `CO2`, 1]': 1,"
                                         " '[`A`, `CO2`, 2]': 1, '[`B`, `CO2`, 0]': 5}"}},
     .objective = 70,
     .built = {{"A", 2020, 10}, {"A", 2022, 10}}},
    {.what = "no intermediate flows",
     .change = {{"INTERMEDIATE_FLOW", "[]"},
                {"BACKGROUND_ID", "[]"},
                {"foreground_technosphere", "{}"},
                {"background_inventory", "{}"},
                {"mapping", "{}"}},
     .objective = 20,
     .built = {{"A", 2020, 10}}},
    // Built in 2021 A takes (2 + 4) / 2 = 3, in 2020 2.
    {.what = "two snapshots",
     .change = {{"BACKGROUND_ID", "['db', 'later']"},
                {"demand", "{'[`R`, 2021]': 10}"},
                {"background_inventory", "{'[`db`, `I`, `CO2`]': 2, '[`later`, `I`, `CO2`]': 4}"},
                {"mapping", "{'[`db`, 2020]': 1, '[`db`, 2021]': 0.5, '[`later`, 2021]': 0.5,"
                            " '[`later`, 2022]': 1}"}},
     .objective = 30,
     .built = {{"A", 2020, 10}}},
    // The same, with 2020 barred: 10 * (3 + 1).
    {.what = "two snapshots mixed",
     .change = {{"BACKGROUND_ID", "['db', 'later']"},
                {"demand", "{'[`R`, 2021]': 10}"},
                {"process_deployment_limits_max", "{'[`A`, 2020]': 0}"},
                {"background_inventory", "{'[`db`, `I`, `CO2`]': 2, '[`later`, `I`, `CO2`]': 4}"},
                {"mapping", "{'[`db`, 2020]': 1, '[`db`, 2021]': 0.5, '[`later`, 2021]': 0.5,"
                            " '[`later`, 2022]': 1}"}},
     .objective = 40,
     .built = {{"A", 2021, 10}}},
};

static void what_is_built_follows_from_the_flows(void **state) {
  (void)state;
  CHECK_EXAMPLES(plain);
}

static const example products[] = {
    {.what = "a product that nobody makes or wants",
     .change = {{"PRODUCT", "['R', 'S']"}},
     .objective = 40},
    {.what = "a product that nobody makes",
     .change = {{"PRODUCT", "['R', 'S']"}, {"demand", "{'[`R`, 2020]': 10, '[`S`, 2022]': 1}"}},
     .outcome = VT_INFEASIBLE},
    {.what = "a demand before anything can run",
     .change = {{"operation_time_limits", "{'A': [1, 1], 'B': [1, 2]}"}},
     .outcome = VT_INFEASIBLE},
    {.what = "a demand below zero",
     .change = {{"demand", "{'[`R`, 2020]': -1}"}},
     .outcome = VT_INFEASIBLE},
    {.what = "no demand", .change = {{"demand", "{}"}}, .objective = 0, .built = {{"A", 2020, 0}}},
    // S comes with R, 0.5 to 1, and must not be left over: A runs 8, B 2, in both years.
    {.what = "a by-product that is wanted exactly",
     .change = {{"PRODUCT", "['R', 'S']"},
                {"demand", "{'[`R`, 2020]': 10, '[`R`, 2021]': 10, '[`S`, 2020]': 4,"
                           " '[`S`, 2021]': 4}"},
                {"foreground_production", "{'[`A`, `R`, 0]': 1, '[`A`, `R`, 1]': 1,"
                                          " '[`A`, `S`, 0]': 0.5, '[`A`, `S`, 1]': 0.5,"
                                          " '[`B`, `R`, 0]': 1}"}},
     .objective = 52,
     .built = {{"A", 2020, 8}, {"B", 2020, 2}, {"B", 2021, 2}}},
#define SUPPLIER                                                                                   \
  {"PROCESS", "['A', 'B', 'C']"}, {"PRODUCT", "['R', 'S']"},                                       \
      {"foreground_production", "{'[`A`, `R`, 0]': 1, '[`A`, `R`, 1]': 1, '[`B`, `R`, 0]': 1,"     \
                                " '[`C`, `S`, 0]': 1}"},                                           \
      {"foreground_biosphere", "{'[`A`, `CO2`, 0]': 1, '[`A`, `CO2`, 1]': 1,"                      \
                               " '[`B`, `CO2`, 0]': 5, '[`C`, `CO2`, 0]': 2}"},                    \
  {                                                                                                \
    "operation_flow", "{'[`A`, `CO2`]': true, '[`B`, `CO2`]': true, '[`C`, `CO2`]': true,"         \
                      " '[`A`, `S`]': true}"                                                       \
  }
    // Running A takes 0.5 S, that is 1 CO2 more a year: 10 * (2 + 2 * 2).
    {.what = "internal demand by operation",
     .change = {SUPPLIER,
                {"internal_demand_technosphere", "{'[`A`, `S`, 0]': 0.5, '[`A`, `S`, 1]': 0.5}"}},
     .objective = 60,
     .built = {{"A", 2020, 10}, {"C", 2020, 5}, {"C", 2021, 5}}},
    // A[2021] takes 1 S in 2020, A[2020] nothing: 4 A[2020] (16), 6 B (30), 6 A[2021] at
    // 2 + 1 + 2.
    {.what = "internal demand by installation, outside the window",
     .change = {SUPPLIER,
                {"PROCESS_TIME", "[-1, 0, 1]"},
                {"process_deployment_limits_max", "{'[`A`, 2020]': 4}"},
                {"internal_demand_technosphere", "{'[`A`, `S`, -1]': 1}"}},
     .objective = 76,
     // B in 2021 costs 5 as well.
     .built = {{"A", 2020, 4}, {"B", 2020, 6}}},
    // At most 4 S in 2020, so 4 A run then: 30 (B) + 4 + 20 (10 A, in either year) + 10.
    {.what = "a limit on a product",
     .change = {SUPPLIER,
                {"foreground_biosphere", "{'[`A`, `CO2`, 0]': 1, '[`A`, `CO2`, 1]': 1,"
                                         " '[`B`, `CO2`, 0]': 5}"},
                {"internal_demand_technosphere", "{'[`A`, `S`, 0]': 1, '[`A`, `S`, 1]': 1}"},
                {"flow_limits_max", "{'[`S`, 2020]': 4}"}},
     .objective = 64},
    {.what = "a limit on a product below its demand",
     .change = {{"flow_limits_max", "{'[`R`, 2020]': 9}"}},
     .outcome = VT_INFEASIBLE},
    {.what = "a minimum of a product above its demand",
     .change = {{"cumulative_flow_limits_min", "{'R': 20.5}"}},
     .outcome = VT_INFEASIBLE},
    {.what = "limits on a product that agree with its demand",
     .change = {{"cumulative_flow_limits_min", "{'R': 20}"},
                {"flow_limits_max", "{'[`R`, 2020]': 10}"}},
     .objective = 40},
};

static void products_balance_exactly(void **state) {
  (void)state;
  CHECK_EXAMPLES(products);
}

// ---------------------------------------------------------------------------------------------

static const example process_limits[] = {
    // 4 A for two years (16), 6 B (30), 6 A[2021] (18).
    {.what = "deployment at most",
     .change = {{"process_deployment_limits_max", "{'[`A`, 2020]': 4}"}},
     .objective = 64,
     .built = {{"A", 2020, 4}, {"A", 2021, 6}, {"B", 2020, 6}}},
    {.what = "deployment at least",
     .change = {{"process_deployment_limits_min", "{'[`A`, 2021]': 3}"}},
     .objective = 46,
     .built = {{"A", 2020, 10}, {"A", 2021, 3}}},
    {.what = "deployment at most everywhere",
     .change = {{"process_deployment_limits_max_default", "4"}},
     .outcome = VT_INFEASIBLE},
    // 4 A[2020] (16), 6 B (30), 4 A[2021] (12), 2 B (10): an entry beats the default.
    {.what = "deployment at most, with exceptions",
     .change = {{"process_deployment_limits_max_default", "4"},
                {"process_deployment_limits_max", "{'[`B`, 2020]': 100, '[`B`, 2021]': Infinity}"}},
     .objective = 68,
     .built = {{"A", 2020, 4}, {"A", 2021, 4}, {"B", 2020, 6}, {"B", 2021, 2}}},
    // A[2021] and A[2022] for nothing, 2 each.
    {.what = "deployment at least everywhere",
     .change = {{"process_deployment_limits_min_default", "1"}},
     .objective = 44,
     .built = {{"A", 2021, 1}, {"A", 2022, 1}, {"B", 2022, 1}}},
    {.what = "a minimum below zero says nothing",
     .change = {{"process_deployment_limits_min_default", "-1"},
                {"cumulative_process_limits_min_default", "-1"},
                {"process_operation_limits_min_default", "-1"}},
     .objective = 40},
    // A[2020] saves 6 a unit, A[2021] 2: 4 * 4 + 6 * 10.
    {.what = "cumulative deployment at most",
     .change = {{"cumulative_process_limits_max", "{'A': 4}"}},
     .objective = 76,
     .built = {{"A", 2020, 4}, {"A", 2021, 0}, {"B", 2020, 6}, {"B", 2021, 6}}},
    {.what = "cumulative deployment at least",
     .change = {{"cumulative_process_limits_min", "{'A': 15}"}},
     .objective = 50},
    {.what = "cumulative deployment at most everywhere",
     .change = {{"cumulative_process_limits_max_default", "8"}},
     .objective = 52,
     .built = {{"A", 2020, 8}, {"B", 2020, 2}, {"B", 2021, 2}}},
    {.what = "cumulative deployment at least everywhere",
     .change = {{"cumulative_process_limits_min_default", "12"}},
     .objective = 44},
    // 20 + 10 in 2020; 4 + 30 in 2021.
    {.what = "operation at most",
     .change = {{"process_operation_limits_max", "{'[`A`, 2021]': 4}"}},
     .objective = 64,
     .built = {{"A", 2020, 10}, {"B", 2021, 6}}},
    // 2 B run (10), 8 + 10 A, 10 A are built in 2020 or 2021 (20).
    {.what = "operation at least",
     .change = {{"process_operation_limits_min", "{'[`B`, 2020]': 2}"}},
     .objective = 48},
    {.what = "operation at most everywhere",
     .change = {{"process_operation_limits_max_default", "6"}},
     .objective = 64,
     .built = {{"A", 2020, 6}, {"B", 2020, 4}, {"B", 2021, 4}}},
    {.what = "operation without demand",
     .change = {{"process_operation_limits_min", "{'[`B`, 2022]': 2}"}},
     .outcome = VT_INFEASIBLE},
    // B[2020] could first run in 2022: no vintage of B runs in 2020 and 2021.
    {.what = "operation at least where nothing can run",
     .change = {{"operation_time_limits", "{'A': [0, 1], 'B': [2, 2]}"},
                {"foreground_biosphere", "{'[`A`, `CO2`, 0]': 1, '[`A`, `CO2`, 1]': 1}"},
                {"process_operation_limits_min", "{'[`B`, 2020]': 2, '[`B`, 2021]': 1}"},
                {"process_operation_limits_max", "{'[`B`, 2021]': 1}"}},
     .objective = 40},
#define FADING                                                                                     \
  { "foreground_production", "{'[`A`, `R`, 0]': 1, '[`A`, `R`, 1]': 0.5, '[`B`, `R`, 0]': 1}" }
    // In its second year A gives half: 30 in 2020; then 10 old ones (5 R, 10) and 5 new ones.
    {.what = "two classes", .change = {FADING}, .objective = 55, .built = {{"A", 2021, 5}}},
    // x old and y new, x + y <= 12, x/2 + y = 10: x = 4, y = 8: 4 + 24, and 30 in 2020.
    {.what = "two classes, operation at most",
     .change = {FADING, {"process_operation_limits_max", "{'[`A`, 2021]': 12}"}},
     .objective = 58,
     .built = {{"A", 2020, 10}, {"A", 2021, 8}}},
    // x + y >= 16, x/2 + y = 10: x = 12, y = 4: 24 + 10 in 2020, 12 + 12 in 2021.
    {.what = "two classes, operation at least",
     .change = {FADING, {"process_operation_limits_min", "{'[`A`, 2021]': 16}"}},
     .objective = 58,
     .built = {{"A", 2020, 12}, {"A", 2021, 4}}},
    // In 2022 A[2020] could run for nothing; it must, and nothing else may.
    {.what = "idle vintages meet an operation minimum",
     .change = {{"operation_time_limits", "{'A': [0, 2], 'B': [0, 0]}"},
                {"process_operation_limits_min", "{'[`A`, 2022]': 9}"}},
     .objective = 40,
     .built = {{"A", 2020, 10}}},
    {.what = "idle vintages are too few for an operation minimum",
     .change = {{"operation_time_limits", "{'A': [0, 2], 'B': [0, 0]}"},
                {"process_operation_limits_min", "{'[`A`, 2022]': 12}"}},
     .objective = 44,
     .built = {{"A", 2020, 12}}},
// Running costs 1 less than nothing; 3 are built every year.
#define GREEN                                                                                      \
  {"PROCESS", "['A', 'B', 'G']"},                                                                  \
      {"operation_flow", "{'[`A`, `CO2`]': true, '[`B`, `CO2`]': true, '[`G`, `CO2`]': true}"},    \
      {"foreground_biosphere", "{'[`A`, `CO2`, 0]': 1, '[`A`, `CO2`, 1]': 1,"                      \
                               " '[`B`, `CO2`, 0]': 5, '[`G`, `CO2`, 0]': -1}"},                   \
  {                                                                                                \
    "process_deployment_limits_max", "{'[`G`, 2020]': 3, '[`G`, 2021]': 3, '[`G`, 2022]': 3}"      \
  }
    {.what = "a plant without product", .change = {GREEN}, .objective = 31},
    // In the annual convention nothing binds its operation.
    {.what = "a plant without product, annual",
     .unit = VT_UNIT_ANNUAL,
     .change = {GREEN},
     .outcome = VT_UNBOUNDED},
    {.what = "a plant without product, annual, with a limit",
     .unit = VT_UNIT_ANNUAL,
     .change = {GREEN,
                {"process_operation_limits_max", "{'[`G`, 2020]': 4, '[`G`, 2021]': 4,"
                                                 " '[`G`, 2022]': 0}"}},
     .objective = 17},
    {.what = "a plant that is good to build",
     .change = {{"foreground_biosphere", "{'[`B`, `CO2`, 0]': -1}"}, {"operation_flow", "{}"}},
     .outcome = VT_UNBOUNDED},
    // 7 B at -1: 3.5 in both years; 6.5 A for 2 + 1 + 1.
    {.what = "a plant that is good to build, with a limit",
     .change = {{"foreground_biosphere", "{'[`A`, `CO2`, 0]': 1, '[`A`, `CO2`, 1]': 1,"
                                         " '[`B`, `CO2`, 0]': -1}"},
                {"operation_flow", "{'[`A`, `CO2`]': true}"},
                {"cumulative_process_limits_max", "{'B': 7}"}},
     .objective = 19,
     .built = {{"A", 2020, 6.5}, {"B", 2020, 3.5}, {"B", 2021, 3.5}}},
};

static void limits_of_processes_bind(void **state) {
  (void)state;
  CHECK_EXAMPLES(process_limits);
}

// C and D make nothing; building one emits 1.
#define BYSTANDERS                                                                                 \
  {"PROCESS", "['A', 'B', 'C', 'D']"}, {                                                           \
    "foreground_biosphere", "{'[`A`, `CO2`, 0]': 1, '[`A`, `CO2`, 1]': 1,"                         \
                            " '[`B`, `CO2`, 0]': 5, '[`C`, `CO2`, 0]': 1,"                         \
                            " '[`D`, `CO2`, 0]': 1}"                                               \
  }

static const example couplings[] = {
    // With 10 A come 5 B, for nothing.
    {.what = "a follower",
     .change = {{"process_coupling", "{'[`B`, `A`]': 0.5}"}},
     .objective = 40,
     .built = {{"A", 2020, 10}, {"B", 2020, 5}}},
    // B[2020] <= 20 holds A[2020] at 5: 20, 5 B (25), 5 A[2021] (15).
    {.what = "a follower's limit binds its leader",
     .change = {{"process_coupling", "{'[`A`, `B`]': 0.25}"},
                {"process_deployment_limits_max", "{'[`B`, 2020]': 20}"}},
     .objective = 60,
     .built = {{"A", 2020, 5}, {"A", 2021, 5}, {"B", 2020, 20}, {"B", 2021, 20}}},
    // 1 A needs 2 C, and they 4 D: building one costs 2 + 2 + 4, as much as B in both years.
    {.what = "a chain",
     .change = {BYSTANDERS, {"process_coupling", "{'[`A`, `C`]': 0.5, '[`D`, `C`]': 2}"}},
     .objective = 100},
    // 1 A needs 1 C and 0.5 D: 10 * (2 + 1 + 0.5 + 2).
    {.what = "a chain of three",
     .change = {BYSTANDERS, {"process_coupling", "{'[`D`, `C`]': 0.5, '[`C`, `A`]': 1}"}},
     .objective = 55,
     .built = {{"A", 2020, 10}, {"C", 2020, 10}, {"D", 2020, 5}}},
    {.what = "two leaders",
     .change = {BYSTANDERS, {"process_coupling", "{'[`A`, `C`]': 1, '[`A`, `D`]': 2}"}},
     .objective = 55,
     .built = {{"A", 2020, 10}, {"C", 2020, 10}, {"D", 2020, 5}}},
    // 10 * (2 + 0.5 + 2).
    {.what = "a circle that closes",
     .change = {BYSTANDERS, {"process_coupling", "{'[`A`, `C`]': 2, '[`C`, `A`]': 0.5}"}},
     .objective = 45,
     .built = {{"A", 2020, 10}, {"C", 2020, 5}}},
    {.what = "a circle that does not close",
     .change = {BYSTANDERS, {"process_coupling", "{'[`A`, `C`]': 2, '[`C`, `A`]': 2}"}},
     .objective = 100,
     .built = {{"A", 2020, 0}, {"C", 2020, 0}, {"B", 2020, 10}, {"B", 2021, 10}}},
    {.what = "a process coupled to itself",
     .change = {{"process_coupling", "{'[`A`, `A`]': 1}"}},
     .objective = 40},
    {.what = "a minimum that a coupling forbids",
     .change = {{"process_coupling", "{'[`A`, `B`]': 2}"},
                {"process_deployment_limits_min", "{'[`B`, 2022]': 3}"},
                {"process_deployment_limits_max", "{'[`A`, 2022]': 5}"}},
     .outcome = VT_INFEASIBLE},
    // 8 C allow 4 A: 4 * (2 + 2 + 2), and 6 B in both years.
    {.what = "a cumulative limit of a follower",
     .change = {BYSTANDERS,
                {"process_coupling", "{'[`C`, `A`]': 2}"},
                {"cumulative_process_limits_max", "{'C': 8}"}},
     .objective = 84,
     .built = {{"A", 2020, 4}, {"C", 2020, 8}}},
};

static void coupled_processes_are_built_together(void **state) {
  (void)state;
  CHECK_EXAMPLES(couplings);
}

// ---------------------------------------------------------------------------------------------

static const example impact_limits[] = {
    // 2020: 50 + 3 A <= 65: 5 A (45) and 5 B in both years (50).
    {.what = "an impact limit of a year",
     .change = {DEAR_PLANT, {"category_impact_limits", "{'[`cc`, 2020]': 65}"}},
     .objective = 95,
     .built = {{"A", 2020, 5}}},
    {.what = "an impact limit of a year that cannot hold",
     .change = {{"category_impact_limits", "{'[`cc`, 2020]': 25}"}},
     .outcome = VT_INFEASIBLE},
    {.what = "a cumulative impact limit that just holds",
     .change = {{"cumulative_category_impact_limits", "{'cc': 40}"}},
     .objective = 40},
    {.what = "a cumulative impact limit that does not hold",
     .change = {{"cumulative_category_impact_limits", "{'cc': 39}"}},
     .outcome = VT_INFEASIBLE},
    // 6 A run in both years (12 water): 24, and 8 B: 40.
    {.what = "a cumulative limit of another category",
     .pathway = "    objective: cc\n",
     .change = {WATER, {"cumulative_category_impact_limits", "{'w': 12}"}},
     .objective = 64,
     .built = {{"A", 2020, 6}, {"B", 2020, 4}, {"B", 2021, 4}}},
    // Without limits: 20 + 20 * 1.5.
    {.what = "two categories with weights",
     .pathway = "    objective: {cc: 1, w: 0.5}\n",
     .change = {WATER},
     .objective = 50,
     .built = {{"A", 2020, 10}}},
    // Water is dear: B all the time, 2 * (50 + 50) + 0.
    {.what = "two categories with other weights",
     .pathway = "    objective: {w: 7, cc: 2}\n",
     .change = {WATER},
     .objective = 200,
     .built = {{"A", 2020, 0}}},
    {.what = "a category without factors",
     .pathway = "    objective: cc\n",
     .change = {{"CATEGORY", "['cc', 'none']"},
                {"cumulative_category_impact_limits", "{'none': 0}"},
                {"category_impact_limits", "{'[`none`, 2020]': 0, '[`cc`, 2020]': Infinity}"}},
     .objective = 40},
    {.what = "a category without factors below zero",
     .pathway = "    objective: cc\n",
     .change = {{"CATEGORY", "['cc', 'none']"},
                {"category_impact_limits", "{'[`none`, 2020]': -1}"}},
     .outcome = VT_INFEASIBLE},
    {.what = "an objective without factors",
     .change = {{"characterization", "{}"}},
     .objective = 0},
};

static void impacts_are_limited(void **state) {
  (void)state;
  CHECK_EXAMPLES(impact_limits);
}

static const example flow_limits[] = {
    // 5 A[2020] (20), 5 B (25), 5 A[2021] (15).
    {.what = "an intermediate flow at most",
     .change = {{"flow_limits_max", "{'[`I`, 2020]': 5}"}},
     .objective = 60,
     .built = {{"A", 2020, 5}, {"A", 2021, 5}, {"B", 2020, 5}}},
    {.what = "an intermediate flow at least",
     .change = {{"flow_limits_min", "{'[`I`, 2021]': 3, '[`I`, 2022]': -Infinity}"}},
     .objective = 46,
     .built = {{"A", 2020, 10}, {"A", 2021, 3}}},
    {.what = "an intermediate flow at most, in all",
     .change = {{"cumulative_flow_limits_max", "{'I': 5}"}},
     .objective = 70,
     .built = {{"A", 2020, 5}}},
    {.what = "an intermediate flow at least, in all",
     .change = {{"cumulative_flow_limits_min", "{'I': 12}"}},
     .objective = 44},
    {.what = "an intermediate flow nobody takes",
     .change = {{"INTERMEDIATE_FLOW", "['I', 'J']"}, {"flow_limits_min", "{'[`J`, 2021]': 1}"}},
     .outcome = VT_INFEASIBLE},
    // From the background and from the plants: as the impact limit of 65.
    {.what = "an elementary flow at most",
     .change = {DEAR_PLANT, {"flow_limits_max", "{'[`CO2`, 2020]': 65}"}},
     .objective = 95,
     .built = {{"A", 2020, 5}}},
    {.what = "an elementary flow at least, in all",
     .change = {{"cumulative_flow_limits_min", "{'CO2': 60}"}},
     .objective = 60},
    {.what = "an elementary flow at most, in all",
     .change = {{"cumulative_flow_limits_max", "{'CO2': 39.9}"}},
     .outcome = VT_INFEASIBLE},
    // It counts the flow, whatever the categories make of it: 12 water.
    {.what = "an elementary flow that the objective does not see",
     .pathway = "    objective: cc\n",
     .change = {WATER, {"cumulative_flow_limits_max", "{'H2O': 12}"}},
     .objective = 64,
     .built = {{"A", 2020, 6}}},
};

static void flows_are_limited(void **state) {
  (void)state;
  CHECK_EXAMPLES(flow_limits);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_built_follows_from_the_flows),
      cmocka_unit_test(products_balance_exactly),
      cmocka_unit_test(limits_of_processes_bind),
      cmocka_unit_test(coupled_processes_are_built_together),
      cmocka_unit_test(impacts_are_limited),
      cmocka_unit_test(flows_are_limited),
  };
  return cmocka_run_group_tests_name("pathway", tests, NULL, NULL);
}
