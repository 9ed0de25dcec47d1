// designs.c - how long the values of an ensemble's inputs take: 10^6 scenarios of 20 inputs.
//
//   designs [SCENARIOS]
//
// Each design's means are checked: of u they are 1/2, to 5 standard errors of random numbers.
#include "vintner/design.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { INPUTS = 20 };

static vt_error time_design(const vt_design_plan *plan, const char *what) {
  vt_design *design;
  double value[INPUTS], sum = 0.0;
  VT_TRY(vt_design_create(plan, &design));
  const int64_t scenarios = vt_design_scenarios(design);
  const double begin = vt_clock_s();
  for (int64_t k = 0; k < scenarios; k++) {
    vt_design_values(design, k, value);
    for (int i = 0; i < INPUTS; i++) sum += value[i];
  }
  const double taken = vt_clock_s() - begin, numbers = (double)scenarios * INPUTS;
  vt_design_free(design);
  // A uniform number has the mean 1/2, a normal one as used here too.
  const double mean = sum / numbers, error = 5 * 0.3 / sqrt(numbers) + 1e-3;
  (void)printf("%-32s %10.0f values a second, %5.0f ns each, mean %.4f\n", what, numbers / taken,
               1e9 * taken / numbers, mean);
  VT_CHECK(fabs(mean - 0.5) < error, VT_ERR_BUG, "%s: the mean is %g, expected 0.5", what, mean);
  return VT_OK;
}

static vt_error time_designs(vt_arena *arena, int64_t scenarios) {
  static const struct {
    vt_design_kind kind;
    const char *what;
    bool normal;
    int64_t share; // scenarios of one unit of size
  } cases[] = {{VT_DESIGN_MONTE_CARLO, "monte-carlo, uniform", false, 1},
               {VT_DESIGN_MONTE_CARLO, "monte-carlo, normal", true, 1},
               {VT_DESIGN_LATIN_HYPERCUBE, "latin-hypercube, uniform", false, 1},
               {VT_DESIGN_SOBOL, "sobol, uniform", false, 1},
               {VT_DESIGN_SALTELLI, "saltelli, uniform", false, INPUTS + 2},
               {VT_DESIGN_MORRIS, "morris, uniform", false, INPUTS + 1}};
  for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
    vt_design_input input[INPUTS] = {{0}};
    static char name[INPUTS][8];
    for (int i = 0; i < INPUTS; i++) {
      (void)snprintf(name[i], sizeof name[i], "f%d", i);
      input[i] = (vt_design_input){.name = name[i], .value.kind = VT_VALUE_DISTRIBUTION};
      input[i].value.distribution =
          (vt_distribution){.kind = cases[c].normal ? VT_NORMAL : VT_UNIFORM,
                            .parameter = {cases[c].normal ? 0.5 : 0.0, cases[c].normal ? 0.3 : 1.0},
                            .min = -(double)INFINITY,
                            .max = (double)INFINITY};
      VT_TRY(vt_distribution_prepare(arena, &input[i].value.distribution));
    }
    const vt_design_plan plan = {.path = "benchmark",
                                 .kind = cases[c].kind,
                                 .size = scenarios / cases[c].share,
                                 .scramble = true,
                                 .levels = 4,
                                 .inputs = INPUTS,
                                 .input = input};
    VT_TRY(time_design(&plan, cases[c].what));
  }
  return VT_OK;
}

int main(int arguments, char **argument) {
  const int64_t scenarios = arguments > 1 ? strtoll(argument[1], NULL, 10) : 1000000;
  vt_arena *arena;
  vt_error done = vt_arena_create(&arena);
  if (done == VT_OK) {
    done = time_designs(arena, scenarios);
    vt_arena_free(arena);
  }
  if (done != VT_OK) (void)fprintf(stderr, "%s\n", vt_error_message());
  return done == VT_OK ? 0 : 1;
}
