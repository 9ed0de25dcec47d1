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

// What one kilogram does to the radiation balance: `scale` times the pulse response of CO2, or of
// a gas that decays with one lifetime.
typedef struct forcing {
  bool is_co2;
  double scale;      // of CO2: -1 for uptake
  double efficiency; // of the others, W m-2 per kg
  double lifetime;   // of the others, years
} forcing;

static double per_kilogram(double per_ppb, double molar_mass) {
  return per_ppb * molar_mass_of_air / molar_mass * 1e9 / mass_of_atmosphere;
}

static forcing decaying(double per_ppb, double molar_mass, double lifetime) {
  return (forcing){.efficiency = per_kilogram(per_ppb, molar_mass), .lifetime = lifetime};
}

// W m-2 yr, over the first `years` years after the emission
static double cumulative_co2(double years) {
  static const double share[] = {0.2240, 0.2824, 0.2763}, lifetime[] = {394.4, 36.54, 4.304};
  double airborne = 0.2173 * years;
  for (int i = 0; i < 3; i++) airborne -= share[i] * lifetime[i] * expm1(-years / lifetime[i]);
  return per_kilogram(1.33e-5, molar_mass_of_co2) * airborne;
}

static double cumulative(const forcing *gas, double years) {
  if (years <= 0) return 0;
  if (gas->is_co2) return gas->scale * cumulative_co2(years);
  return -gas->efficiency * gas->lifetime * expm1(-years / gas->lifetime);
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
static bool find_forcing(const vt_flow_identity *flow, forcing *gas) {
  if (contains(flow->name, "carbon dioxide")) {
    *gas = (forcing){.is_co2 = true, .scale = is_uptake(flow) ? -1 : 1};
  } else if (is_methane(flow->name)) {
    *gas = decaying(5.7e-4, 16.04, 11.8);
  } else if (contains(flow->name, "dinitrogen monoxide")) {
    *gas = decaying(2.8e-3, 44.01, 109);
  } else if (contains(flow->name, "carbon monoxide")) {
    // At once oxidised to CO2.
    *gas = (forcing){.is_co2 = true, .scale = molar_mass_of_co2 / molar_mass_of_co};
  } else {
    const vt_ghg *ghg = vt_ghg_find(flow->cas);
    if (!ghg) return false;
    *gas = decaying(ghg->efficiency, 1000 * ghg->molar_mass, ghg->lifetime);
  }
  return true;
}

// ---------------------------------------------------------------------------------------------

static double factor_of(const vt_window *window, const forcing *gas, int year) {
  const double horizon = window->horizon;
  const double left = horizon - ((double)year - window->start_year);
  if (window->metric == VT_METRIC_CRF) return cumulative(gas, left - 1);
  const double reference = horizon > 1 ? cumulative_co2(horizon - 1) : 0;
  if (reference == 0) return 0; // neither gas has a year to act in
  return cumulative(gas, (window->fixed_horizon ? left : horizon) - 1) / reference;
}

bool vt_impact_dynamic(const vt_window *window, const vt_flow_identity *flow, int years,
                       const int *year, double *factor) {
  forcing gas = {0};
  const bool found = window->metric != VT_METRIC_STATIC && find_forcing(flow, &gas);
  for (int y = 0; y < years; y++) factor[y] = found ? factor_of(window, &gas, year[y]) : 0;
  return found;
}
