// dynamic.c - radiative forcing of one unit of a flow, year by year.
#include "vintner/impact.h"

#include "ghg.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

// IPCC AR6 chapter 7, Table 7.15 and 7.SM.7; molar masses in g/mol.
static const double molar_mass_of_air = 28.97;
static const double mass_of_atmosphere = 5.135e18; // kg
static const double molar_mass_of_co2 = 44.01;
static const double molar_mass_of_co = 28.01;

static double per_kilogram(double per_ppb, double molar_mass) {
  return per_ppb * molar_mass_of_air / molar_mass * 1e9 / mass_of_atmosphere;
}

static vt_gas decaying(double per_ppb, double molar_mass, double lifetime) {
  return (vt_gas){.efficiency = per_kilogram(per_ppb, molar_mass), .lifetime = lifetime};
}

static const double co2_constant = 0.2173, co2_share[] = {0.2240, 0.2824, 0.2763},
                    co2_lifetime[] = {394.4, 36.54, 4.304};

// W m-2 yr, over the first `years` years after the emission
double vt_co2_cumulative(double years) {
  double airborne = co2_constant * years;
  for (int i = 0; i < 3; i++)
    airborne -= co2_share[i] * co2_lifetime[i] * expm1(-years / co2_lifetime[i]);
  return per_kilogram(1.33e-5, molar_mass_of_co2) * airborne;
}

double vt_gas_cumulative(const vt_gas *gas, double years) {
  if (years <= 0) return 0;
  if (gas->is_co2) return gas->scale * vt_co2_cumulative(years);
  return -gas->efficiency * gas->lifetime * expm1(-years / gas->lifetime);
}

// Of a response exp(-k / t): t exp(-(k - 1) / t) (1 - exp(-1 / t)).
static double in_year(double lifetime, int k) {
  return -lifetime * exp(-(k - 1) / lifetime) * expm1(-1 / lifetime);
}

double vt_gas_yearly(const vt_gas *gas, int k) {
  if (!gas->is_co2) return gas->efficiency * in_year(gas->lifetime, k);
  double airborne = co2_constant;
  for (int i = 0; i < 3; i++) airborne += co2_share[i] * in_year(co2_lifetime[i], k);
  return gas->scale * per_kilogram(1.33e-5, molar_mass_of_co2) * airborne;
}

// ---------------------------------------------------------------------------------------------
// which function a flow has

static bool contains(const char *text, const char *part) {
  return text && strcasestr(text, part);
}

// `words` somewhere in `text`, not as a part of longer words.
static bool contains_words(const char *text, const char *words) {
  const size_t length = strlen(words);
  for (const char *at = text; at && (at = strcasestr(at, words)); at++) {
    const bool begins = at == text || !isalpha((unsigned char)at[-1]);
    if (begins && !isalpha((unsigned char)at[length])) return true;
  }
  return false;
}

// Whether there is more than the brackets of an empty list.
static bool lists_something(const char *categories) {
  if (!categories || strcasecmp(categories, "null") == 0) return false;
  return categories[strspn(categories, "[](){}\"', \t\r\n")] != '\0';
}

// CO2 that leaves the air: into soil, or taken from the air as a resource. Categories decide;
// Brightway's SQLite file has none, then the name does.
static bool is_uptake(const vt_flow_identity *flow) {
  const bool listed = lists_something(flow->categories);
  if (listed ? contains_words(flow->categories, "soil") : contains(flow->name, "to soil")) {
    return true;
  }
  const bool resource = flow->type && strcasecmp(flow->type, "natural resource") == 0;
  return resource && contains_words(listed ? flow->categories : flow->name, "in air");
}

static bool is_methane(const char *name) {
  return contains(name, "methane, fossil") || contains(name, "methane, non-fossil") ||
         contains(name, "methane, from soil or biomass stock");
}

// The first rule that fits; false: none does.
bool vt_gas_of(const vt_flow_identity *flow, vt_gas *gas) {
  if (contains(flow->name, "carbon dioxide")) {
    *gas = (vt_gas){.is_co2 = true, .scale = is_uptake(flow) ? -1 : 1};
  } else if (is_methane(flow->name)) {
    *gas = decaying(5.7e-4, 16.04, 11.8);
  } else if (contains(flow->name, "dinitrogen monoxide")) {
    *gas = decaying(2.8e-3, 44.01, 109);
  } else if (contains(flow->name, "carbon monoxide")) {
    // At once oxidised to CO2.
    *gas = (vt_gas){.is_co2 = true, .scale = molar_mass_of_co2 / molar_mass_of_co};
  } else {
    const vt_ghg *ghg = vt_ghg_find(flow->cas);
    if (!ghg) return false;
    *gas = decaying(ghg->efficiency, 1000 * ghg->molar_mass, ghg->lifetime);
  }
  return true;
}

// ---------------------------------------------------------------------------------------------

static double factor_of(const vt_window *window, const vt_gas *gas, int year) {
  const double horizon = window->horizon;
  const double left = horizon - ((double)year - window->start_year);
  if (window->metric == VT_METRIC_CRF) return vt_gas_cumulative(gas, left - 1);
  const double reference = horizon > 1 ? vt_co2_cumulative(horizon - 1) : 0;
  if (reference == 0) return 0; // neither gas has a year to act in
  return vt_gas_cumulative(gas, (window->fixed_horizon ? left : horizon) - 1) / reference;
}

bool vt_impact_dynamic(const vt_window *window, const vt_flow_identity *flow, int years,
                       const int *year, double *factor) {
  vt_gas gas = {0};
  const bool found = window->metric != VT_METRIC_STATIC && vt_gas_of(flow, &gas);
  for (int y = 0; y < years; y++) factor[y] = found ? factor_of(window, &gas, year[y]) : 0;
  return found;
}
