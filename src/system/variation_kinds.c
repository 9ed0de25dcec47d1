// variation_kinds.c - distributions as stats_arrays stores them: which are valid, which have a
// spread, how they are drawn.
#include "variation.h"

#include <math.h>

enum {
  LOGNORMAL = VT_TYPE_LOGNORMAL,
  NORMAL,
  UNIFORM,
  TRIANGULAR,
  BERNOULLI,
  INTEGER,
  WEIBULL,
  GAMMA,
  BETA,
  GUMBEL,
  STUDENT,
  PERT,
  TYPES
};

// A field that may be missing.
static double or_else(double value, double missing) {
  return isnan(value) ? missing : value;
}

static bool is_positive(double value) {
  return value > 0 && isfinite(value);
}

// ---------------------------------------------------------------------------------------------
// Valid rows. Each function says what is wrong, or NULL.

static const char *location_and_scale(const vt_uncertainty *x) {
  if (!isfinite(x->loc)) return "loc is missing or not finite";
  return x->scale >= 0 && isfinite(x->scale) ? NULL : "scale is no finite number from 0 on";
}

static const char *two_ends(const vt_uncertainty *x) {
  return isfinite(x->minimum) && isfinite(x->maximum) ? NULL : "minimum or maximum is missing";
}

static const char *two_ends_and_mode(const vt_uncertainty *x) {
  const char *wrong = two_ends(x);
  if (wrong) return wrong;
  if (!isfinite(x->loc)) return "loc is missing or not finite";
  return x->minimum <= x->loc && x->loc <= x->maximum ? NULL : "the mode lies outside the ends";
}

static const char *probability(const vt_uncertainty *x) {
  return x->loc >= 0 && x->loc <= 1 ? NULL : "loc is no probability";
}

static const char *whole_ends(const vt_uncertainty *x) {
  if (!isfinite(x->maximum)) return "maximum is missing";
  return isfinite(or_else(x->minimum, 0)) ? NULL : "minimum is not finite";
}

static const char *shape_and_scale(const vt_uncertainty *x) {
  if (!isfinite(or_else(x->loc, 0))) return "loc is not finite";
  if (!is_positive(x->shape)) return "shape is not positive and finite";
  return x->scale >= 0 && isfinite(x->scale) ? NULL : "scale is no finite number from 0 on";
}

static const char *two_shapes(const vt_uncertainty *x) {
  if (!is_positive(x->loc) || !is_positive(x->shape)) return "loc or shape is not positive";
  return isfinite(or_else(x->minimum, 0)) && isfinite(or_else(x->maximum, 1))
             ? NULL
             : "minimum or maximum is not finite";
}

static const char *gumbel_row(const vt_uncertainty *x) {
  return or_else(x->shape, 0) == 0 ? location_and_scale(x) : "shape is not 0";
}

static const char *student_row(const vt_uncertainty *x) {
  const vt_uncertainty filled = {
      .loc = or_else(x->loc, 0), .scale = or_else(x->scale, 1), .shape = x->shape};
  return is_positive(x->shape) ? location_and_scale(&filled) : "shape is not positive and finite";
}

static const char *pert_row(const vt_uncertainty *x) {
  const double lambda = or_else(x->scale, 4);
  if (!(lambda >= 0 && isfinite(lambda))) return "scale is no finite number from 0 on";
  return two_ends_and_mode(x);
}

// ---------------------------------------------------------------------------------------------
// The kinds.

/// What a type of stats_arrays needs and means.
typedef struct stored_kind {
  const char *(*wrong)(const vt_uncertainty *x);
  bool scaled; // scale 0 is no spread
  bool ended;  // minimum and maximum are its own, not bounds of what it gives
  bool turned; // `negative` counts
  vt_distribution_kind kind;
} stored_kind;

static const stored_kind kinds[TYPES] = {
    [LOGNORMAL] = {location_and_scale, true, false, true, VT_LOGNORMAL},
    [NORMAL] = {location_and_scale, true, false, false, VT_NORMAL},
    [UNIFORM] = {two_ends, false, true, false, VT_UNIFORM},
    [TRIANGULAR] = {two_ends_and_mode, false, true, false, VT_TRIANGULAR},
    [BERNOULLI] = {probability, false, false, false, VT_BERNOULLI},
    [INTEGER] = {whole_ends, false, true, false, VT_INTEGER},
    [WEIBULL] = {shape_and_scale, true, false, true, VT_WEIBULL},
    [GAMMA] = {shape_and_scale, true, false, true, VT_GAMMA},
    [BETA] = {two_shapes, false, true, false, VT_BETA},
    [GUMBEL] = {gumbel_row, true, false, false, VT_GUMBEL},
    [STUDENT] = {student_row, true, false, false, VT_STUDENT},
    [PERT] = {pert_row, false, true, false, VT_PERT},
};

static void set_parameters(const vt_uncertainty *x, double loc, vt_distribution *d) {
  const double least = or_else(x->minimum, 0);
  const double of_type[TYPES][VT_MAX_PARAMETERS] = {
      [LOGNORMAL] = {exp(loc), exp(x->scale)},
      [NORMAL] = {loc, x->scale},
      [UNIFORM] = {x->minimum, x->maximum},
      [TRIANGULAR] = {x->minimum, loc, x->maximum},
      [BERNOULLI] = {loc},
      [INTEGER] = {ceil(least), ceil(x->maximum) - 1}, // the maximum itself is left out
      [WEIBULL] = {x->shape, x->scale, or_else(loc, 0)},
      [GAMMA] = {x->shape, x->scale, or_else(loc, 0)},
      [BETA] = {loc, x->shape, least, or_else(x->maximum, 1)},
      [GUMBEL] = {loc, x->scale},
      [STUDENT] = {x->shape, or_else(loc, 0), or_else(x->scale, 1)},
      [PERT] = {x->minimum, loc, x->maximum, or_else(x->scale, 4)},
  };
  for (int p = 0; p < VT_MAX_PARAMETERS; p++) d->parameter[p] = of_type[x->type][p];
}

static vt_error use_quantile(vt_arena *arena, const vt_uncertainty *x, double loc, vt_draw *draw,
                             vt_spread *spread, const char **why) {
  const stored_kind *kind = &kinds[x->type];
  vt_distribution *d;
  VT_ARENA_NEW(arena, d, 1);
  *d = (vt_distribution){.kind = kind->kind,
                         .negative = kind->turned && x->negative,
                         .min = kind->ended ? -INFINITY : or_else(x->minimum, -INFINITY),
                         .max = kind->ended ? INFINITY : or_else(x->maximum, INFINITY)};
  set_parameters(x, loc, d);
  const vt_error prepared = vt_distribution_prepare(arena, d);
  VT_CHECK(prepared == VT_OK || prepared == VT_ERR_INPUT, prepared, "%s", vt_error_message());
  *draw = (vt_draw){.family = VT_FAMILY_QUANTILE, .other = d};
  *spread = prepared == VT_OK ? VT_SPREAD_SOME : VT_SPREAD_INVALID;
  if (prepared != VT_OK) *why = "nothing is left between minimum and maximum";
  return VT_OK;
}

// `negative` turns the values, not their order: more u is more of the signed value.
static bool use_bulk(const vt_uncertainty *x, double loc, vt_draw *draw, double *sign) {
  const bool bounded = isfinite(x->minimum) || isfinite(x->maximum);
  if (x->type == UNIFORM) {
    *draw = (vt_draw){.family = VT_FAMILY_UNIFORM, .a = x->minimum, .b = x->maximum - x->minimum};
    return isfinite(draw->b);
  }
  if (bounded || (x->type != LOGNORMAL && x->type != NORMAL)) return false;
  const bool lognormal = x->type == LOGNORMAL, turned = lognormal && x->negative;
  *draw = (vt_draw){.family = lognormal ? VT_FAMILY_EXPONENTIAL : VT_FAMILY_NORMAL,
                    .a = loc,
                    .b = turned ? -x->scale : x->scale};
  if (turned) *sign = -1;
  return true;
}

vt_error vt_spread_of(vt_arena *arena, const vt_uncertainty *x, bool mean, vt_draw *draw,
                      double *sign, vt_spread *spread, const char **why) {
  *spread = VT_SPREAD_NONE;
  *sign = 1;
  if (!x || x->type < LOGNORMAL) return VT_OK;
  const stored_kind *kind = &kinds[x->type];
  const double least = x->type == INTEGER ? or_else(x->minimum, 0) : x->minimum;
  *spread = VT_SPREAD_INVALID;
  *why = "minimum is above maximum";
  if (least > x->maximum) return VT_OK;
  *why = kind->wrong(x);
  if (*why) return VT_OK;
  *spread = VT_SPREAD_CONSTANT;
  if (least == x->maximum || (kind->scaled && x->scale == 0)) return VT_OK;
  const double loc = x->type == LOGNORMAL && mean ? x->loc - x->scale * x->scale / 2 : x->loc;
  *spread = VT_SPREAD_SOME;
  if (use_bulk(x, loc, draw, sign)) return VT_OK;
  return use_quantile(arena, x, loc, draw, spread, why);
}
