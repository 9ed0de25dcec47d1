// random_models.h - random pathway models as text: products in levels, several routes to each,
// vintages, existing capacity, every kind of limit. The same seed gives the same model everywhere.
#ifndef VT_TEST_RANDOM_MODELS_H
#define VT_TEST_RANDOM_MODELS_H

#include "models.h"

typedef struct dice {
  uint64_t state;
} dice;

// SplitMix64.
static inline uint64_t roll(dice *d) {
  uint64_t x = d->state += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}
// 0 .. sides - 1
static inline int pick(dice *d, int sides) {
  return (int)(roll(d) % (uint64_t)sides);
}
static inline bool chance(dice *d, int percent) {
  return pick(d, 100) < percent;
}
// Three digits, so that the text is exact.
static inline double amount(dice *d, double low, double high) {
  return low + (high - low) * (double)pick(d, 1000) / 1000.0;
}

enum { MOST_PROCESSES = 10, FIRST_YEAR = 2020 };

typedef struct scene {
  dice dice;
  int years, products, processes, flows, emissions, snapshots, categories;
  int first_tau, taus;
  int product[MOST_PROCESSES], window_first[MOST_PROCESSES], window_last[MOST_PROCESSES];
  bool runs[MOST_PROCESSES][16]; // operation flow: products, then I, then E
  vt_text text;
  bool first;
} scene;

// ---------------------------------------------------------------------------------------------
// Text.

static inline void open_field(scene *s, const char *name) {
  must(vt_text_add(&s->text, "%s\"%s\": {", s->text.length > 1 ? "},\n" : "", name));
  s->first = true;
}
static inline void comma(scene *s) {
  if (!s->first) must(vt_text_add(&s->text, ", "));
  s->first = false;
}
// ["<a><i>", "<b><j>", k]: value; b NULL leaves j out.
static inline void entry(scene *s, const char *a, int i, const char *b, int j, int k,
                         double value) {
  comma(s);
  must(vt_text_add(&s->text, "\"[\\\"%s%d\\\", ", a, i));
  if (b) must(vt_text_add(&s->text, "\\\"%s%d\\\", ", b, j));
  must(vt_text_add(&s->text, "%d]\": %.17g", k, value));
}
static inline void name_value(scene *s, const char *a, int i, double value) {
  comma(s);
  must(vt_text_add(&s->text, "\"%s%d\": %.17g", a, i, value));
}
static inline void add_set(scene *s, const char *name, const char *prefix, int first, int count) {
  must(vt_text_add(&s->text, "%s\"%s\": [", s->text.length > 1 ? ",\n" : "", name));
  for (int i = 0; i < count; i++) {
    if (prefix) must(vt_text_add(&s->text, "%s\"%s%d\"", i ? ", " : "", prefix, i));
    if (!prefix) must(vt_text_add(&s->text, "%s%d", i ? ", " : "", first + i));
  }
  must(vt_text_add(&s->text, "]"));
}

// ---------------------------------------------------------------------------------------------
// The parts of a model.

static inline void choose_sizes(scene *s) {
  dice *d = &s->dice;
  s->years = 1 + pick(d, 8);
  s->products = 1 + pick(d, 3);
  s->flows = pick(d, 4);
  s->emissions = 1 + pick(d, 3);
  s->snapshots = s->flows > 0 ? 1 + pick(d, 3) : 0;
  s->categories = 1 + pick(d, 2);
  s->first_tau = chance(d, 25) ? -1 - pick(d, 2) : 0;
  s->taus = 1 - s->first_tau + pick(d, 5);
  for (int r = 0; r < s->products; r++) {
    for (int routes = 1 + pick(d, 3); routes > 0; routes--) {
      const int p = s->processes++;
      s->product[p] = r;
      s->window_first[p] = chance(d, 20) ? s->first_tau + pick(d, s->taus) : 0;
      s->window_last[p] = s->window_first[p] + pick(d, s->first_tau + s->taus - s->window_first[p]);
    }
  }
}

static inline bool inside(const scene *s, int p, int tau) {
  return tau >= s->window_first[p] && tau <= s->window_last[p];
}
static inline int last_tau(const scene *s) {
  return s->first_tau + s->taus - 1;
}

static inline void add_production(scene *s) {
  dice *d = &s->dice;
  open_field(s, "foreground_production");
  for (int p = 0; p < s->processes; p++) {
    const double flat = amount(d, 0.25, 2.0);
    const int other = chance(d, 8) ? pick(d, s->products) : -1;
    for (int tau = s->first_tau; tau <= last_tau(s); tau++) {
      if (inside(s, p, tau) || chance(d, 15))
        entry(s, "P", p, "R", s->product[p], tau, chance(d, 85) ? flat : amount(d, 0.25, 2.0));
      if (other >= 0 && other != s->product[p])
        entry(s, "P", p, "R", other, tau, amount(d, 0.0, 0.25));
    }
  }
  open_field(s, "internal_demand_technosphere");
  for (int p = 0; p < s->processes; p++) {
    for (int r = 0; r < s->product[p]; r++) {
      if (chance(d, 40)) continue;
      s->runs[p][r] = chance(d, 70);
      const double flat = amount(d, 0.02, 0.5);
      for (int tau = s->first_tau; tau <= last_tau(s); tau++) {
        if (inside(s, p, tau) && s->runs[p][r])
          entry(s, "P", p, "R", r, tau, chance(d, 85) ? flat : amount(d, 0.02, 0.5));
        else if (chance(d, 15))
          entry(s, "P", p, "R", r, tau, amount(d, 0.02, 0.2));
      }
    }
  }
}

// Technosphere or biosphere: flows `first_flag` on in the table of operation flows.
static inline void add_exchanges(scene *s, const char *field, const char *prefix, int flows,
                                 int first_flag) {
  dice *d = &s->dice;
  open_field(s, field);
  for (int p = 0; p < s->processes; p++) {
    for (int x = 0; x < flows; x++) {
      if (chance(d, 35)) continue;
      const double sign = chance(d, 5) ? -1.0 : 1.0, flat = sign * amount(d, 0.1, 5.0);
      s->runs[p][first_flag + x] = chance(d, 55);
      for (int tau = s->first_tau; tau <= last_tau(s); tau++) {
        if (s->runs[p][first_flag + x]) {
          if (inside(s, p, tau) || chance(d, 10)) entry(s, "P", p, prefix, x, tau, flat);
        } else if (chance(d, 60)) {
          entry(s, "P", p, prefix, x, tau, sign * amount(d, 0.1, 5.0));
        }
      }
    }
  }
}

static inline void add_flags(scene *s) {
  open_field(s, "operation_flow");
  for (int p = 0; p < s->processes; p++) {
    for (int x = 0; x < s->products + s->flows + s->emissions; x++) {
      const bool product = x < s->products, flow = x < s->products + s->flows;
      if (!s->runs[p][x]) continue;
      comma(s);
      must(vt_text_add(&s->text, "\"[\\\"P%d\\\", \\\"%s%d\\\"]\": true", p,
                       product ? "R"
                       : flow  ? "I"
                               : "E",
                       product ? x
                       : flow  ? x - s->products
                               : x - s->products - s->flows));
    }
  }
  open_field(s, "operation_time_limits");
  for (int p = 0; p < s->processes; p++) {
    comma(s);
    must(vt_text_add(&s->text, "\"P%d\": [%d, %d]", p, s->window_first[p], s->window_last[p]));
  }
}

static inline void add_background(scene *s) {
  dice *d = &s->dice;
  open_field(s, "background_inventory");
  for (int b = 0; b < s->snapshots; b++) {
    for (int i = 0; i < s->flows; i++) {
      for (int e = 0; e < s->emissions; e++) {
        if (chance(d, 30)) continue;
        comma(s);
        must(vt_text_add(&s->text, "\"[\\\"B%d\\\", \\\"I%d\\\", \\\"E%d\\\"]\": %.17g", b, i, e,
                         amount(d, 0.0, 5.0)));
      }
    }
  }
  open_field(s, "mapping");
  for (int t = 0; t < s->years && s->snapshots > 0; t++) {
    const int b = pick(d, s->snapshots), c = (b + 1) % s->snapshots;
    const double share = b == c || chance(d, 30) ? 1.0 : amount(d, 0.001, 0.999);
    entry(s, "B", b, NULL, 0, FIRST_YEAR + t, share);
    if (share < 1.0) entry(s, "B", c, NULL, 0, FIRST_YEAR + t, 1.0 - share);
  }
  open_field(s, "characterization");
  for (int c = 0; c < s->categories; c++) {
    for (int e = 0; e < s->emissions; e++) {
      for (int t = 0; t < s->years && (c + e == 0 || chance(d, 90)); t++)
        entry(s, "C", c, "E", e, FIRST_YEAR + t, amount(d, 0.5, 30.0));
    }
  }
}

static inline void add_demand(scene *s) {
  dice *d = &s->dice;
  open_field(s, "demand");
  for (int r = 0; r < s->products; r++) {
    const bool asked = r == s->products - 1 || chance(d, 40);
    for (int t = chance(d, 60) ? 1 : 0; asked && t < s->years; t++) {
      if (chance(d, 80)) entry(s, "R", r, NULL, 0, FIRST_YEAR + t, amount(d, 0.0, 10.0));
    }
  }
}

// ---------------------------------------------------------------------------------------------
// Limits, each kind in a part of the models.

// Entries by label and year.
static inline void add_yearly(scene *s, const char *field, const char *prefix, int labels,
                              int percent, double low, double high) {
  if (!chance(&s->dice, 30)) return;
  open_field(s, field);
  for (int i = 0; i < labels; i++) {
    for (int t = 0; t < s->years; t++) {
      if (chance(&s->dice, percent))
        entry(s, prefix, i, NULL, 0, FIRST_YEAR + t, amount(&s->dice, low, high));
    }
  }
}

static inline void add_total(scene *s, const char *field, const char *prefix, int labels,
                             double low, double high) {
  if (!chance(&s->dice, 25)) return;
  open_field(s, field);
  name_value(s, prefix, pick(&s->dice, labels), amount(&s->dice, low, high));
}

static inline void add_limits(scene *s) {
  dice *d = &s->dice;
  add_yearly(s, "process_deployment_limits_max", "P", s->processes, 30, 2.0, 40.0);
  add_yearly(s, "process_deployment_limits_min", "P", s->processes, 6, 0.0, 1.0);
  add_yearly(s, "process_operation_limits_max", "P", s->processes, 20, 2.0, 60.0);
  add_yearly(s, "process_operation_limits_min", "P", s->processes, 5, 0.0, 0.5);
  add_total(s, "cumulative_process_limits_max", "P", s->processes, 5.0, 60.0);
  add_total(s, "cumulative_process_limits_min", "P", s->processes, 0.0, 4.0);
  if (s->flows > 0) add_yearly(s, "flow_limits_max", "I", s->flows, 20, 20.0, 600.0);
  add_total(s, "cumulative_flow_limits_max", "E", s->emissions, 100.0, 9000.0);
  add_total(s, "cumulative_flow_limits_min", "R", s->products, 0.0, 10.0);
  add_total(s, "cumulative_category_impact_limits", "C", s->categories, 500.0, 90000.0);
  add_yearly(s, "category_impact_limits", "C", s->categories, 30, 100.0, 20000.0);
  if (chance(d, 30)) {
    open_field(s, "existing_capacity");
    for (int p = 0; p < s->processes; p++) {
      for (int age = 1; age < 4; age++) {
        if (chance(d, 25)) entry(s, "P", p, NULL, 0, FIRST_YEAR - age, amount(d, 0.0, 8.0));
      }
    }
  }
  if (chance(d, 20) && s->processes > 2) {
    open_field(s, "process_coupling");
    const int p = pick(d, s->processes), q = (p + 1) % s->processes, r = (p + 2) % s->processes;
    for (int n = 0; n < (chance(d, 40) ? 2 : 1); n++) {
      comma(s);
      must(vt_text_add(&s->text, "\"[\\\"P%d\\\", \\\"P%d\\\"]\": %.17g", n ? q : p, n ? r : q,
                       amount(d, 0.25, 2.0)));
    }
  }
}

static inline void add_vintage_values(scene *s, const char *field, const char *prefix, int flows) {
  dice *d = &s->dice;
  if (!chance(d, 40) || flows == 0) return;
  open_field(s, field);
  for (int n = 0; n < 3; n++) {
    const int p = (pick(d, s->processes) / 3) * 3 + n; // three processes, each once
    const int x = pick(d, flows), step = 1 + pick(d, 3);
    if (p >= s->processes || chance(d, 30)) continue;
    for (int tau = s->first_tau; tau <= last_tau(s); tau++) {
      for (int year = FIRST_YEAR - 2; inside(s, p, tau) && year < FIRST_YEAR + 6; year += step + 1)
        comma(s), must(vt_text_add(&s->text, "\"[\\\"P%d\\\", \\\"%s%d\\\", %d, %d]\": %.17g", p,
                                   prefix, x, tau, year, amount(d, 0.25, 2.5)));
    }
  }
}

static inline void add_vintages(scene *s) {
  dice *d = &s->dice;
  if (!chance(d, 50)) return;
  add_vintage_values(s, "foreground_production_vintages", "R", s->products);
  add_vintage_values(s, "foreground_technosphere_vintages", "I", s->flows);
  add_vintage_values(s, "foreground_biosphere_vintages", "E", s->emissions);
  if (!chance(d, 60)) return;
  const char *prefix[] = {"R", "E", "I"};
  const int size[] = {s->products, s->emissions, s->flows};
  open_field(s, "vintage_improvements");
  for (int p = 0; p < s->processes; p++) {
    const int kind = pick(d, s->flows > 0 ? 3 : 2), x = pick(d, size[kind]);
    for (int year = FIRST_YEAR - 3; year < FIRST_YEAR + 9 && chance(d, 70); year += 1 + pick(d, 5))
      entry(s, "P", p, prefix[kind], x, year, amount(d, 0.5, 1.25));
  }
}

/// A random model; the caller frees the text.
static inline vt_text random_model(uint64_t seed) {
  scene s = {.dice = {seed * 0x9e3779b97f4a7c15u + 1}};
  choose_sizes(&s);
  must(vt_text_add(&s.text, "{"));
  add_set(&s, "PROCESS", "P", 0, s.processes);
  add_set(&s, "PRODUCT", "R", 0, s.products);
  add_set(&s, "INTERMEDIATE_FLOW", "I", 0, s.flows);
  add_set(&s, "ELEMENTARY_FLOW", "E", 0, s.emissions);
  add_set(&s, "BACKGROUND_ID", "B", 0, s.snapshots);
  add_set(&s, "CATEGORY", "C", 0, s.categories);
  add_set(&s, "PROCESS_TIME", NULL, s.first_tau, s.taus);
  add_set(&s, "SYSTEM_TIME", NULL, FIRST_YEAR, s.years);
  must(vt_text_add(&s.text, ",\n\"process_names\": {"));
  s.first = true;
  for (int p = 0; p < s.processes; p++) {
    comma(&s);
    must(vt_text_add(&s.text, "\"P%d\": \"plant %d\"", p, p));
  }
  must(vt_text_add(&s.text, "},\n"));
  const ptrdiff_t head = s.text.length;
  add_production(&s);
  add_exchanges(&s, "foreground_technosphere", "I", s.flows, s.products);
  add_exchanges(&s, "foreground_biosphere", "E", s.emissions, s.products + s.flows);
  add_flags(&s);
  add_background(&s);
  add_demand(&s);
  add_limits(&s);
  add_vintages(&s);
  must(vt_text_add(&s.text, "}}"));
  // The first field has nothing to close.
  memmove(s.text.bytes + head, s.text.bytes + head + 3, (size_t)(s.text.length - head - 2));
  s.text.length -= 3;
  return s.text;
}

#endif
