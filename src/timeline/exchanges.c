// exchanges.c - the exchanges that A and B are made of, and when each happens.
#include "timeline.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MONTHS_A_YEAR = 12, MEAN_YEAR_S = 31556952, MEAN_MONTH_S = 2629746 };

static const double sum_tolerance = 1e-6;

// "FILE: database 'x', activity 'y', exchange with 'z'"
static void tell_exchange(const vt_timeline_data *k, const vt_exchange *exchange, size_t size,
                          char *text) {
  const vt_node *node = &k->set->node[exchange->output];
  const vt_database *database = &k->set->database[node->database];
  (void)snprintf(text, size, "%s: database '%s', activity '%s', exchange with %s",
                 vt_cut(database->path, 200), vt_cut(database->name, 80), vt_cut(node->code, 160),
                 vt_cut(vt_node_text(k->set, exchange->input), 200));
}

// -------------------------------------------------------------------------------------------------
// Offsets as months and seconds.

static void step_of(const vt_timeline_data *k, char unit, int64_t date, int64_t *month,
                    int64_t *second) {
  const bool mean = k->plan->mean;
  *month = *second = 0;
  switch (unit) {
    case 'Y': *(mean ? second : month) = date * (mean ? MEAN_YEAR_S : MONTHS_A_YEAR); break;
    case 'M': *(mean ? second : month) = date * (mean ? MEAN_MONTH_S : 1); break;
    case 'W': *second = date * 7 * 86400; break;
    case 'D': *second = date * 86400; break;
    case 'h': *second = date * 3600; break;
    case 'm': *second = date * 60; break;
    default: *second = date; break;
  }
}

// Fractions sum to 1, nearly: then they are divided by their sum.
static vt_error fill_spread(const vt_timeline_data *k, const char *where, const vt_temporal *from,
                            vt_temporal_spread *to) {
  double sum = 0;
  for (int i = 0; i < from->count; i++) sum += from->amount[i];
  VT_CHECK(fabs(sum - 1) <= sum_tolerance, VT_ERR_INPUT,
           "%s: 'temporal_distribution': found fractions whose sum is %.10g, expected 1", where,
           sum);
  to->points = from->count;
  to->absolute = from->unit == VT_TEMPORAL_DATES;
  VT_ARENA_NEW(k->arena, to->month, from->count);
  VT_ARENA_NEW(k->arena, to->second, from->count);
  VT_ARENA_NEW(k->arena, to->fraction, from->count);
  for (int i = 0; i < from->count; i++) {
    to->fraction[i] = from->amount[i] / sum;
    if (to->absolute)
      to->second[i] = from->date[i];
    else
      step_of(k, from->unit, from->date[i], &to->month[i], &to->second[i]);
  }
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Listing.

typedef struct exchange_listing {
  vt_timeline_data *k;
  int *spread_of; // place + 1 of an exchange of the set; shape [exchanges]
  ptrdiff_t room;
} exchange_listing;

static vt_error find_spread(exchange_listing *l, const vt_cell_term *term, vt_dated_exchange *to) {
  vt_timeline_data *k = l->k;
  const ptrdiff_t source = term->group->source ? term->group->source[term->record] : -1;
  char where[VT_LINE_BYTES / 4];
  const vt_temporal *temporal;
  to->spread = -1;
  if (source < 0) return VT_OK;
  if (l->spread_of[source] != 0) {
    to->spread = l->spread_of[source] - 1;
    return VT_OK;
  }
  const vt_exchange *exchange = &k->set->exchange[source];
  if (!exchange->temporal && !exchange->extra) return VT_OK;
  tell_exchange(k, exchange, sizeof where, where);
  VT_TRY(vt_exchange_dates(k->set, exchange, where, &temporal));
  if (!temporal) return VT_OK;
  ptrdiff_t needed = (ptrdiff_t)k->spreads + 1;
  VT_TRY(vt_grow(&k->spread, &l->room, needed, sizeof *k->spread));
  VT_TRY(fill_spread(k, where, temporal, &k->spread[k->spreads]));
  to->spread = k->spreads++;
  l->spread_of[source] = k->spreads;
  return VT_OK;
}

// What a process makes of its reference product is made at its date: that is what a run is.
static vt_error check_production(const exchange_listing *l, const vt_cell_term *term,
                                 const vt_dated_exchange *x) {
  const vt_timeline_data *k = l->k;
  char where[VT_LINE_BYTES / 4];
  if (x->spread < 0 || !x->made || k->system->reference[x->column] != x->row) return VT_OK;
  tell_exchange(k, &k->set->exchange[term->group->source[term->record]], sizeof where, where);
  VT_FAIL(VT_ERR_INPUT,
          "%s: found a temporal distribution on the process's own production of its reference "
          "product, expected none",
          where);
}

// Datapackages tell what is made by the sign alone.
static bool is_production(const vt_timeline_data *k, const vt_cell_term *term) {
  const ptrdiff_t source = term->group->source ? term->group->source[term->record] : -1;
  if (source >= 0) return k->set->exchange[source].type == VT_EXCHANGE_PRODUCTION;
  return !(term->group->flip && term->group->flip[term->record]);
}

static double unit_of(const vt_cell_term *term) {
  const vt_record_group *g = term->group;
  return (g->flip && g->flip[term->record] ? -1.0 : 1.0) *
         (g->rescale ? g->rescale[term->record] : 1.0);
}

static vt_error list_matrix(exchange_listing *l, bool biosphere, vt_dated_exchanges *to) {
  const vt_sparse *m = biosphere ? &l->k->system->biosphere : &l->k->system->technosphere;
  vt_cell_term *term = NULL;
  VT_TRY(vt_system_terms(l->k->set, l->k->system, biosphere, VT_NO_COLUMN, &to->count, &term));
  to->exchange = vt_calloc(to->count, sizeof *to->exchange);
  vt_error listed = to->exchange ? VT_OK : VT_ERR_SYSTEM;
  int column = 0;
  for (ptrdiff_t t = 0; t < to->count && listed == VT_OK; t++) {
    vt_dated_exchange *x = &to->exchange[t];
    while (m->column_start[column + 1] <= term[t].cell) column++;
    *x = (vt_dated_exchange){.row = m->row[term[t].cell],
                             .column = column,
                             .made = is_production(l->k, &term[t]),
                             .value = term[t].value,
                             .unit = unit_of(&term[t]),
                             .group = term[t].group,
                             .record = term[t].record};
    listed = find_spread(l, &term[t], x);
    if (listed == VT_OK && !biosphere) listed = check_production(l, &term[t], x);
  }
  free(term);
  return listed;
}

static vt_error list_all(exchange_listing *l) {
  VT_NEW(l->spread_of, l->k->set->exchanges);
  VT_TRY(list_matrix(l, false, &l->k->technosphere));
  return list_matrix(l, true, &l->k->biosphere);
}

vt_error vt_timeline_list_exchanges(vt_timeline_data *k) {
  exchange_listing l = {.k = k};
  const vt_error listed = list_all(&l);
  free(l.spread_of);
  return listed;
}
