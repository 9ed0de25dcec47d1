// moments.c - mean and variance of what distributions say of exchanges and factors.
#include "vintner/moments.h"
#include "cells.h"
#include "variation.h"

#include <math.h>
#include <stdlib.h>

enum { LOGNORMAL = 2, NORMAL, UNIFORM, TRIANGULAR };

typedef struct moments {
  double mean, variance;
} moments;

// Of the standard normal.
static double density(double x) {
  return isinf(x) ? 0 : exp(-0.5 * x * x) * 0.39894228040143267794;
}

// P(a < X < b), from the tail that keeps its digits.
static double between(double a, double b) {
  const double root = 0.70710678118654752440;
  return a > 0 ? 0.5 * (erfc(a * root) - erfc(b * root))
               : 0.5 * (erfc(-b * root) - erfc(-a * root));
}

static double times(double a, double b) {
  return isinf(a) ? 0 : a * b;
}

static bool normal_moments(double loc, double scale, double least, double most, moments *m) {
  const double a = (least - loc) / scale, b = (most - loc) / scale, mass = between(a, b);
  if (!(mass > 0)) return false;
  const double shift = (density(a) - density(b)) / mass;
  m->mean = loc + scale * shift;
  m->variance =
      scale * scale * (1 + (times(a, density(a)) - times(b, density(b))) / mass - shift * shift);
  return true;
}

// E X^p = exp(p loc + p^2 scale^2 / 2) times the mass between the ends, moved by p scale.
static bool lognormal_moments(double loc, double scale, double least, double most, moments *m) {
  const double a = least > 0 ? (log(least) - loc) / scale : -INFINITY;
  const double b = isinf(most) ? INFINITY : (most > 0 ? (log(most) - loc) / scale : -INFINITY);
  const double mass = between(a, b);
  if (!(mass > 0)) return false;
  m->mean = exp(loc + scale * scale / 2) * between(a - scale, b - scale) / mass;
  if (isinf(a) && isinf(b))
    m->variance = expm1(scale * scale) * m->mean * m->mean;
  else
    m->variance = exp(2 * loc + 2 * scale * scale) * between(a - 2 * scale, b - 2 * scale) / mass -
                  m->mean * m->mean;
  return true;
}

static double or_else(double value, double missing) {
  return isnan(value) ? missing : value;
}

static bool spread_moments(const vt_uncertainty *x, moments *m) {
  const double least = or_else(x->minimum, -INFINITY), most = or_else(x->maximum, INFINITY);
  const double a = x->minimum, b = x->maximum, c = x->loc;
  const bool scaled = isfinite(x->loc) && x->scale > 0 && isfinite(x->scale) && least < most;
  switch (x->type) {
    case LOGNORMAL:
      if (!scaled) return false;
      if (!x->negative) return lognormal_moments(c, x->scale, least, most, m);
      if (!lognormal_moments(c, x->scale, -most, -least, m)) return false;
      m->mean = -m->mean;
      return true;
    case NORMAL: return scaled && normal_moments(c, x->scale, least, most, m);
    case UNIFORM:
      if (!(isfinite(a) && isfinite(b) && a < b)) return false;
      *m = (moments){(a + b) / 2, (b - a) * (b - a) / 12};
      return true;
    case TRIANGULAR:
      if (!(isfinite(a) && isfinite(b) && a < b && a <= c && c <= b)) return false;
      *m = (moments){(a + b + c) / 3,
                     ((a - b) * (a - b) + (a - c) * (a - c) + (b - c) * (b - c)) / 36};
      return true;
    default: return false;
  }
}

// What has no spread that counts is constant.
static moments moments_of(const vt_database_set *set, const vt_cell_term *term) {
  const vt_record_group *g = term->group;
  const double sign = (g->flip && g->flip[term->record] ? -1.0 : 1.0) *
                      (g->rescale ? g->rescale[term->record] : 1.0);
  moments m;
  const vt_uncertainty *x = vt_uncertainty_of(set, g, term->record);
  if (!x || !spread_moments(x, &m)) return (moments){term->value, 0};
  return (moments){sign * m.mean, sign * sign * m.variance};
}

static vt_error check_type(const vt_database_set *set, const vt_cell_term *term, bool factor) {
  const vt_record_group *g = term->group;
  const vt_uncertainty *x = vt_uncertainty_of(set, g, term->record);
  const int type = x ? x->type : 0;
  if (type <= TRIANGULAR) return VT_OK;
  const char *from = vt_node_text(set, g->row[term->record]);
  VT_FAIL(VT_ERR_INPUT,
          "found a distribution of type %d for the %s %s%s%s, expected one of 0 to 5: none, "
          "lognormal, normal, uniform, triangular",
          type, factor ? "factor of" : "exchange between", from, factor ? "" : " and ",
          factor ? "" : vt_node_text(set, (int)g->column[term->record]));
}

static vt_error add_terms(const vt_database_set *set, const vt_cells *cells, int rows, int columns,
                          const int *place, double *mean, double *variance) {
  vt_cell_term *term = NULL;
  ptrdiff_t count = 0;
  VT_TRY(vt_cells_terms(cells, rows, columns, &count, &term));
  vt_error checked = VT_OK;
  for (ptrdiff_t t = 0; t < count && checked == VT_OK; t++) {
    const moments m = moments_of(set, &term[t]);
    const ptrdiff_t at = place ? place[term[t].cell] : term[t].cell;
    checked = check_type(set, &term[t], place != NULL);
    mean[at] += m.mean;
    variance[at] += m.variance;
  }
  free(term);
  return checked;
}

vt_error vt_biosphere_moments(const vt_database_set *set, const vt_system *system,
                              ptrdiff_t array_column, double *mean, double *variance) {
  vt_cells_space space;
  for (ptrdiff_t e = 0; e < system->biosphere.entries; e++) mean[e] = variance[e] = 0;
  vt_error done = vt_cells_of_system(set, system, VT_MATRIX_BIOSPHERE, array_column, &space);
  if (done == VT_OK)
    done = add_terms(set, &space.cells, system->flows, system->processes, NULL, mean, variance);
  vt_cells_close(&space);
  return done;
}

vt_error vt_method_moments(const vt_database_set *set, const vt_system *system, int method,
                           ptrdiff_t array_column, double *mean, double *variance) {
  vt_cells_space space;
  vt_sparse column = {0};
  for (int e = 0; e < system->flows; e++) mean[e] = variance[e] = 0;
  vt_error done = vt_cells_of_method(set, system, method, array_column, &space);
  if (done == VT_OK) done = vt_cells_build(&space.cells, system->flows, 1, &column);
  if (done == VT_OK)
    done = add_terms(set, &space.cells, system->flows, 1, column.row, mean, variance);
  vt_sparse_free(&column);
  vt_cells_close(&space);
  return done;
}
