// methods.c - what emissions do, by category: factors, the forcing of greenhouse gases, tables.
#include "timeline.h"

#include <math.h>
#include <string.h>

// -------------------------------------------------------------------------------------------------
// Methods of the sources.

static vt_error find_gases(vt_timeline_data *k, vt_timeline_category *c) {
  VT_ARENA_NEW(k->arena, c->dynamic, k->flows);
  VT_ARENA_NEW(k->arena, c->gas, k->flows);
  for (int e = 0; e < k->flows; e++) {
    const vt_node *node = &k->set->node[k->system->flow[e]];
    const vt_flow_identity flow = {.name = vt_node_name(node),
                                   .categories = node->categories,
                                   .type = node->type_name,
                                   .cas = node->cas};
    if (!c->listed[e]) continue;
    c->dynamic[e] = vt_gas_of(&flow, &c->gas[e]);
    if (!c->dynamic[e])
      vt_warn("no dynamic function",
              "category '%s': elementary flow '%s' (%s) has no dynamic characterisation and does "
              "not count",
              c->plan->category.name, node->code, vt_node_name(node));
  }
  return VT_OK;
}

// C_CO2 of the whole window; 0 where it holds no year.
static double reference_of(const vt_timeline_category *c) {
  return c->plan->category.horizon > 1 ? vt_co2_cumulative(c->plan->category.horizon - 1) : 0;
}

static double worst_of(const vt_timeline_category *c, int flow) {
  if (c->metric == VT_METRIC_STATIC) return fabs(c->factor[flow]);
  if (!c->dynamic[flow]) return 0;
  const double all = fabs(vt_gas_cumulative(&c->gas[flow], c->plan->category.horizon - 1));
  const double reference = reference_of(c);
  if (c->metric != VT_METRIC_GWP) return all;
  return reference > 0 ? all / reference : 0;
}

static vt_error find_method(vt_timeline_data *k, vt_timeline_category *c) {
  const vt_category_plan *plan = &c->plan->category;
  VT_TRY(vt_error_at_line(
      k->study->path, plan->line,
      vt_method_find(k->set, VT_MATRIX_CHARACTERIZATION, plan->parts, plan->part, &c->method)));
  VT_TRY(vt_method_node_factors(k->set, k->flows, k->system->flow, c->method, VT_NO_COLUMN,
                                c->factor, c->listed));
  for (int e = 0; e < k->flows; e++)
    VT_CHECK(isfinite(c->factor[e]), VT_ERR_INPUT,
             "%s: method '%s': found the factor %f for '%s', expected a finite number",
             k->set->method[c->method].path, k->set->method[c->method].label, c->factor[e],
             k->set->node[k->system->flow[e]].code);
  if (c->metric != VT_METRIC_STATIC) VT_TRY(find_gases(k, c));
  for (int e = 0; e < k->flows; e++) c->worst[e] = worst_of(c, e);
  static const char *const units[] = {
      [VT_METRIC_GWP] = "kg CO2-eq", [VT_METRIC_CRF] = "W m-2 yr", [VT_METRIC_FORCING] = "W m-2"};
  c->unit = c->metric == VT_METRIC_STATIC ? k->set->method[c->method].unit : units[c->metric];
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Tables.

static const vt_table_row *next_lag(const vt_table_row *row, const vt_table_row *end) {
  const vt_table_row *next = row;
  while (next < end && next->lag == row->lag) next++;
  return next;
}

// Linear between years, the nearest outside; of rows of one lag.
static double factor_in(const vt_table_row *row, const vt_table_row *end, double year) {
  if (row->always || year <= row->year) return row->factor;
  for (; row + 1 < end; row++) {
    if (year > row[1].year) continue;
    const double part = (year - row->year) / (row[1].year - row->year);
    return row->factor + part * (row[1].factor - row->factor);
  }
  return row->factor;
}

// The sum over lags of sizes is convex between the years of the table: the largest is in one.
static double worst_in_table(const vt_timeline_category *c, int flow) {
  const vt_table_row *first = c->row + c->first_row[flow], *end = c->row + c->first_row[flow + 1];
  double worst = 0;
  for (const vt_table_row *at = first; at < end; at++) {
    double sum = 0;
    for (const vt_table_row *lag = first, *next; lag < end; lag = next) {
      next = next_lag(lag, end);
      sum += fabs(factor_in(lag, next, at->year));
    }
    worst = fmax(worst, sum);
  }
  return worst;
}

static vt_error find_table(vt_timeline_data *k, vt_timeline_category *c) {
  c->method = -1;
  VT_TRY(vt_timeline_read_table(k, c));
  for (int e = 0; e < k->flows; e++) {
    c->listed[e] = c->first_row[e] < c->first_row[e + 1];
    c->worst[e] = worst_in_table(c, e);
    c->factor[e] = c->worst[e];
    const vt_node *node = &k->set->node[k->system->flow[e]];
    if (!c->listed[e])
      vt_warn("no rows in a table",
              "category '%s': elementary flow '%s' (%s) has no rows in %s and does not count",
              c->plan->category.name, node->code, vt_node_name(node), c->plan->table);
  }
  return VT_OK;
}

vt_error vt_timeline_find_methods(vt_timeline_data *k) {
  k->categories = k->plan->methods;
  VT_ARENA_NEW(k->arena, k->category, k->categories);
  for (int i = 0; i < k->categories; i++) {
    vt_timeline_category *c = &k->category[i];
    c->plan = &k->plan->method[i];
    c->metric = c->plan->category.metric;
    VT_ARENA_NEW(k->arena, c->factor, k->flows);
    VT_ARENA_NEW(k->arena, c->listed, k->flows);
    VT_ARENA_NEW(k->arena, c->worst, k->flows);
    VT_TRY(c->metric == VT_METRIC_TABLE ? find_table(k, c) : find_method(k, c));
  }
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Impacts.

/// What the emissions of a class do in one category.
typedef struct class_emission {
  const vt_timeline_data *k;
  const vt_timeline_category *c;
  int category;
  const double *by; // numbers of the scenario for it, or NULL
  const vt_date_class *class;
  const double *inventory;
  vt_impact_add *add;
  void *context;
} class_emission;

static void add_static(const class_emission *x) {
  const double *factor = x->by ? x->by : x->c->factor;
  double sum = 0;
  bool any = false;
  for (int e = 0; e < x->k->flows; e++) {
    if (factor[e] == 0.0 || x->inventory[e] == 0.0) continue;
    sum += factor[e] * x->inventory[e];
    any = true;
  }
  if (any) x->add(x->context, x->category, x->class->bin, sum);
}

static void add_cumulative(const class_emission *x) {
  const int left = x->class->window[x->category];
  const double reference = x->c->metric == VT_METRIC_GWP ? reference_of(x->c) : 1;
  double sum = 0;
  bool any = false;
  for (int e = 0; e < x->k->flows; e++) {
    if (!x->c->dynamic[e] || x->inventory[e] == 0.0) continue;
    const double by = x->by ? x->by[e] : 1;
    const double done = vt_gas_cumulative(&x->c->gas[e], left - 1);
    if (reference > 0) sum += by * x->inventory[e] * (done / reference);
    any = any || done != 0.0;
  }
  if (any) x->add(x->context, x->category, x->class->bin, sum);
}

// A bin some years after the date of a class.
static int64_t bin_after(const vt_timeline_plan *plan, const vt_date_class *class, int years) {
  const bool exact = plan->nearest || plan->resolution >= VT_RESOLVE_DAY;
  if (exact && years != 0) return vt_bin_of(plan, vt_date_add(class->date, 12 * (int64_t)years, 0));
  return class->bin + (plan->resolution == VT_RESOLVE_MONTH ? 12 : 1) * (int64_t)years;
}

static void add_forcing(const class_emission *x) {
  const int left = x->class->window[x->category];
  bool any = false;
  for (int e = 0; e < x->k->flows && !any; e++) any = x->c->dynamic[e] && x->inventory[e] != 0.0;
  for (int y = 1; any && y < left; y++) {
    double sum = 0;
    for (int e = 0; e < x->k->flows; e++) {
      if (!x->c->dynamic[e] || x->inventory[e] == 0.0) continue;
      sum += (x->by ? x->by[e] : 1) * x->inventory[e] * vt_gas_yearly(&x->c->gas[e], y);
    }
    x->add(x->context, x->category, bin_after(x->k->plan, x->class, y), sum);
  }
}

static void add_table(const class_emission *x) {
  const vt_timeline_category *c = x->c;
  for (int e = 0; e < x->k->flows; e++) {
    const vt_table_row *end = c->row + c->first_row[e + 1];
    if (x->inventory[e] == 0.0) continue;
    for (const vt_table_row *lag = c->row + c->first_row[e], *next; lag < end; lag = next) {
      next = next_lag(lag, end);
      const double factor = factor_in(lag, next, x->class->year) * (x->by ? x->by[e] : 1);
      if (factor != 0.0)
        x->add(x->context, x->category, bin_after(x->k->plan, x->class, lag->lag),
               factor * x->inventory[e]);
    }
  }
}

void vt_timeline_impacts(const vt_timeline_data *k, const vt_timeline_numbers *numbers,
                         const vt_date_class *class, const double *inventory, vt_impact_add *add,
                         void *context) {
  static void (*const metrics[])(const class_emission *) = {[VT_METRIC_STATIC] = add_static,
                                                            [VT_METRIC_GWP] = add_cumulative,
                                                            [VT_METRIC_CRF] = add_cumulative,
                                                            [VT_METRIC_FORCING] = add_forcing,
                                                            [VT_METRIC_TABLE] = add_table};
  for (int c = 0; c < k->categories; c++) {
    const class_emission x = {.k = k,
                              .c = &k->category[c],
                              .category = c,
                              .by = numbers->factor ? numbers->factor[c] : NULL,
                              .class = class,
                              .inventory = inventory,
                              .add = add,
                              .context = context};
    metrics[k->category[c].metric](&x);
  }
}
