// synthetic - writes the inputs of a made-up pathway model (optimex JSON) to stdout.
//
//   synthetic [-p PROCESSES] [-r PRODUCTS] [-y YEARS] [-l LIFE] [-i FLOWS] [-b SNAPSHOTS] [-s SEED]
//
// Products stand in levels: a process makes one product and needs some of the levels below. Routes
// to a product differ in what they take at construction and in operation, and each may be built at
// a limited pace, so that the optimum mixes them and moves with demand and background. The same
// options give the same text on every machine.
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_YEAR = 2020, LEVEL_PRODUCTS = 5, ELEMENTARY_FLOWS = 4 };

typedef struct sizes {
  int processes, products, years, life, flows, snapshots;
  uint64_t seed;
} sizes;

// SplitMix64, as a function of what is asked for: no order of calls to keep.
static double uniform(const sizes *z, int purpose, int a, int b, int c, double low, double high) {
  uint64_t x = z->seed;
  const int key[4] = {purpose, a, b, c};
  for (int n = 0; n < 4; n++) {
    x += 0x9e3779b97f4a7c15u + (uint64_t)(uint32_t)key[n] * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    x ^= x >> 31;
  }
  const double share = (double)(x >> 11) * 0x1p-53;
  // Four decimals: readable, and the same in every printf.
  return round((low + (high - low) * share) * 1e4) / 1e4;
}

static int product_of(const sizes *z, int process) {
  return process % z->products;
}
static int level_of(int product) {
  return product / LEVEL_PRODUCTS;
}

// ---------------------------------------------------------------------------------------------
// JSON

static bool first_entry;

static void open_field(const char *name, char bracket) {
  printf(",\n \"%s\": %c", name, bracket);
  first_entry = true;
}

static void comma(void) {
  fputs(first_entry ? "\n  " : ",\n  ", stdout);
  first_entry = false;
}

static void close_field(char bracket) {
  printf("\n %c", bracket);
}

static void name_list(const char *name, const char *prefix, int count) {
  open_field(name, '[');
  for (int n = 0; n < count; n++) {
    comma();
    printf("\"%s%d\"", prefix, n);
  }
  close_field(']');
}

static void number_list(const char *name, int first, int count) {
  open_field(name, '[');
  for (int n = 0; n < count; n++) {
    comma();
    printf("%d", first + n);
  }
  close_field(']');
}

// One entry with the key ["A<a>", "B<b>", c]; `b_prefix` NULL leaves b out.
static void entry(const char *a_prefix, int a, const char *b_prefix, int b, int c, double value) {
  comma();
  printf("\"[\\\"%s%d\\\", ", a_prefix, a);
  if (b_prefix) printf("\\\"%s%d\\\", ", b_prefix, b);
  printf("%d]\": %.10g", c, value);
}

// ---------------------------------------------------------------------------------------------
// The model

enum { DEMAND, PRODUCTION, BUILT, FUEL, NEED, EMISSION, INVENTORY, TREND, PACE, CHOICE };

static bool takes(const sizes *z, int purpose, int process, int flow, double share) {
  return uniform(z, CHOICE, purpose, process, flow, 0, 1) < share;
}

static bool needs(const sizes *z, int process, int product) {
  const int own = level_of(product_of(z, process));
  return level_of(product) == own - 1 && takes(z, NEED, process, product, 0.5);
}

static void print_sets(const sizes *z) {
  printf("{\n \"PROCESS\": [");
  first_entry = true;
  for (int p = 0; p < z->processes; p++) {
    comma();
    printf("\"P%d\"", p);
  }
  close_field(']');
  name_list("PRODUCT", "R", z->products);
  name_list("INTERMEDIATE_FLOW", "I", z->flows);
  name_list("ELEMENTARY_FLOW", "E", ELEMENTARY_FLOWS);
  name_list("BACKGROUND_ID", "db", z->snapshots);
  number_list("PROCESS_TIME", 0, z->life + 1);
  number_list("SYSTEM_TIME", FIRST_YEAR, z->years);
  open_field("CATEGORY", '[');
  comma();
  printf("\"climate_change\"");
  close_field(']');
}

static void print_demand(const sizes *z) {
  open_field("demand", '{');
  const int top = level_of(z->products - 1);
  for (int r = 0; r < z->products; r++) {
    if (level_of(r) != top && uniform(z, CHOICE, DEMAND, r, 0, 0, 1) > 0.3) continue;
    // The first plants of every level must stand before anything can run.
    for (int t = top + 2; t < z->years; t++)
      entry("R", r, NULL, 0, FIRST_YEAR + t, uniform(z, DEMAND, r, t, 0, 8, 12) * (1 + 0.02 * t));
  }
  close_field('}');
}

static void print_production(const sizes *z) {
  open_field("foreground_production", '{');
  for (int p = 0; p < z->processes; p++)
    for (int tau = 1; tau <= z->life; tau++)
      entry("P", p, "R", product_of(z, p), tau, uniform(z, PRODUCTION, p, 0, 0, 0.8, 1.2));
  close_field('}');
  open_field("internal_demand_technosphere", '{');
  for (int p = 0; p < z->processes; p++)
    for (int r = 0; r < z->products; r++)
      for (int tau = 1; needs(z, p, r) && tau <= z->life; tau++)
        entry("P", p, "R", r, tau, uniform(z, NEED, p, r, 0, 0.05, 0.3));
  close_field('}');
}

static void print_exchanges(const sizes *z) {
  open_field("foreground_technosphere", '{');
  for (int p = 0; p < z->processes; p++)
    for (int i = 0; i < z->flows; i++) {
      if (takes(z, BUILT, p, i, 0.3)) {
        entry("P", p, "I", i, 0, uniform(z, BUILT, p, i, 0, 1, 20));
      } else if (takes(z, FUEL, p, i, 0.3)) {
        for (int tau = 1; tau <= z->life; tau++)
          entry("P", p, "I", i, tau, uniform(z, FUEL, p, i, 0, 0.1, 2));
      }
    }
  close_field('}');
  open_field("foreground_biosphere", '{');
  for (int p = 0; p < z->processes; p++)
    for (int tau = 1; tau <= z->life; tau++)
      entry("P", p, "E", p % ELEMENTARY_FLOWS, tau, uniform(z, EMISSION, p, 0, 0, 0.1, 3));
  close_field('}');
}

static void flag(int process, const char *prefix, int flow) {
  comma();
  printf("\"[\\\"P%d\\\", \\\"%s%d\\\"]\": true", process, prefix, flow);
}

static void print_operation(const sizes *z) {
  open_field("operation_flow", '{');
  for (int p = 0; p < z->processes; p++) {
    flag(p, "R", product_of(z, p));
    flag(p, "E", p % ELEMENTARY_FLOWS);
    for (int r = 0; r < z->products; r++)
      if (needs(z, p, r)) flag(p, "R", r);
    for (int i = 0; i < z->flows; i++)
      if (!takes(z, BUILT, p, i, 0.3) && takes(z, FUEL, p, i, 0.3)) flag(p, "I", i);
  }
  close_field('}');
  open_field("operation_time_limits", '{');
  for (int p = 0; p < z->processes; p++) {
    comma();
    printf("\"P%d\": [1, %d]", p, z->life);
  }
  close_field('}');
  open_field("process_deployment_limits_max", '{');
  for (int p = 0; p < z->processes; p++)
    if (p >= z->products) // the first route to each product is free
      for (int t = 0; t < z->years; t++)
        entry("P", p, NULL, 0, FIRST_YEAR + t, uniform(z, PACE, p, 0, 0, 0.3, 3));
  close_field('}');
}

static void print_background(const sizes *z) {
  open_field("background_inventory", '{');
  for (int b = 0; b < z->snapshots; b++)
    for (int i = 0; i < z->flows; i++)
      for (int e = 0; e < ELEMENTARY_FLOWS; e++) {
        if (!takes(z, INVENTORY, i, e, 0.7)) continue;
        const double fall = 1 - uniform(z, TREND, i, e, 0, 0, 0.8) * b / z->snapshots;
        comma();
        printf("\"[\\\"db%d\\\", \\\"I%d\\\", \\\"E%d\\\"]\": %.10g", b, i, e,
               uniform(z, INVENTORY, i, e, 0, 0.1, 5) * fall);
      }
  close_field('}');
  open_field("mapping", '{');
  for (int t = 0; t < z->years; t++) {
    const double place = z->years > 1 ? (double)t * (z->snapshots - 1) / (z->years - 1) : 0;
    const int before = (int)place;
    const double share = round((place - before) * 1e4) / 1e4;
    if (share < 1) entry("db", before, NULL, 0, FIRST_YEAR + t, 1 - share);
    if (share > 0) entry("db", before + 1, NULL, 0, FIRST_YEAR + t, share);
  }
  close_field('}');
  open_field("characterization", '{');
  for (int e = 0; e < ELEMENTARY_FLOWS; e++)
    for (int t = 0; t < z->years; t++) {
      comma();
      printf("\"[\\\"climate_change\\\", \\\"E%d\\\", %d]\": %d", e, FIRST_YEAR + t, 1 + 9 * e);
    }
  close_field('}');
}

// ---------------------------------------------------------------------------------------------

static bool read_number(const char *text, long low, long high, long *number) {
  char *end = NULL;
  errno = 0;
  *number = strtol(text, &end, 10);
  return !errno && end != text && *end == '\0' && *number >= low && *number <= high;
}

static bool read_options(int argc, char **argv, sizes *z) {
  for (int n = 1; n + 1 < argc; n += 2) {
    long number = 0;
    const char *option = argv[n];
    if (option[0] != '-' || strlen(option) != 2 || !strchr("prylibs", option[1])) return false;
    const bool is_seed = option[1] == 's';
    if (!read_number(argv[n + 1], is_seed ? 0 : 1, is_seed ? LONG_MAX : 100000, &number))
      return false;
    switch (option[1]) {
      case 'p': z->processes = (int)number; break;
      case 'r': z->products = (int)number; break;
      case 'y': z->years = (int)number; break;
      case 'l': z->life = (int)number; break;
      case 'i': z->flows = (int)number; break;
      case 'b': z->snapshots = (int)number; break;
      default: z->seed = (uint64_t)number; break;
    }
  }
  return argc % 2 == 1 && z->processes >= z->products;
}

int main(int argc, char **argv) {
  sizes z = {.processes = 60,
             .products = 20,
             .years = 50,
             .life = 20,
             .flows = 10,
             .snapshots = 4,
             .seed = 1};
  if (!read_options(argc, argv, &z)) {
    fprintf(stderr, "usage: synthetic [-p PROCESSES] [-r PRODUCTS] [-y YEARS] [-l LIFE] "
                    "[-i FLOWS] [-b SNAPSHOTS] [-s SEED]   (PROCESSES >= PRODUCTS)\n");
    return 2;
  }
  print_sets(&z);
  print_demand(&z);
  print_production(&z);
  print_exchanges(&z);
  print_operation(&z);
  print_background(&z);
  printf("\n}\n");
  return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
