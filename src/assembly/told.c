// told.c - what exchanges of databases are in a scenario, for people.
#include "assembly.h"

#include <stdlib.h>
#include <string.h>

// By the types of stats_arrays.
static const char *const distributions[] = {
    "undefined", "none",    "lognormal", "normal", "uniform", "triangular", "bernoulli",
    "integer",   "weibull", "gamma",     "beta",   "gumbel",  "student",    "pert"};

// Whether a node is called so: code, or database:code.
static bool is_called(const vt_database_set *set, int node, const char *name) {
  return strcmp(set->node[node].code, name) == 0 || vt_node_is_called(set, node, name);
}

// Among rows or columns of a system.
static vt_error find_among(const vt_told_systems *s, const char *name, int count,
                           const int *candidate, vt_nearest *nearest, int *node) {
  for (int i = 0; i < count; i++) {
    vt_nearest_try(nearest, s->set->node[candidate[i]].code);
    if (!is_called(s->set, candidate[i], name) || *node == candidate[i]) continue;
    VT_CHECK(*node < 0, VT_ERR_INPUT,
             "option --exchange: found '%s' for %s and %s, expected database:code", name,
             vt_node_text(s->set, *node), vt_node_text(s->set, candidate[i]));
    *node = candidate[i];
  }
  return VT_OK;
}

// One end in each system, -1: it lacks it.
static vt_error find_node(const vt_told_systems *s, const char *name, bool from, int *node) {
  vt_nearest nearest = {.name = name};
  bool found = false;
  for (int i = 0; i < s->systems; i++) {
    const vt_system *system = s->system[i];
    node[i] = -1;
    if (from) VT_TRY(find_among(s, name, system->products, system->product, &nearest, &node[i]));
    if (from) VT_TRY(find_among(s, name, system->flows, system->flow, &nearest, &node[i]));
    if (!from) VT_TRY(find_among(s, name, system->processes, system->process, &nearest, &node[i]));
    found = found || node[i] >= 0;
  }
  VT_CHECK(found, VT_ERR_INPUT, "option --exchange: unknown '%s', expected %s of the system%s",
           name, from ? "a product or flow" : "a process", vt_nearest_hint(&nearest));
  return VT_OK;
}

static vt_error tell(const vt_told_systems *s, const vt_drawn_exchange *x, vt_told_exchange *to) {
  *to = (vt_told_exchange){.type = x->type,
                           .amount = x->stored,
                           .drawn = x->drawn,
                           .u = x->u,
                           .draw = x->amount,
                           .uncertainty_type = x->uncertain.type,
                           .negative = x->uncertain.negative,
                           .loc = x->uncertain.loc,
                           .scale = x->uncertain.scale,
                           .shape = x->uncertain.shape,
                           .minimum = x->uncertain.minimum,
                           .maximum = x->uncertain.maximum};
  if (x->drawn) to->distribution = distributions[x->uncertain.type];
  VT_TRY(vt_node_full_label(s->set, s->arena, x->from, &to->from));
  return vt_node_full_label(s->set, s->arena, x->to, &to->to);
}

static vt_error tell_system(const vt_told_systems *s, int64_t scenario, int system,
                            const int end[2], vt_told_exchanges *told) {
  vt_drawn_exchange *exchange;
  int count;
  VT_TRY(vt_variation_show(s->variation, s->seed, scenario, system, end[0], end[1], &count,
                           &exchange));
  ptrdiff_t room = told->count;
  vt_error done = vt_grow(&told->exchange, &room, told->count + count, sizeof *told->exchange);
  for (int i = 0; i < count && done == VT_OK; i++)
    done = tell(s, &exchange[i], &told->exchange[told->count++]);
  free(exchange);
  return done;
}

static bool same_ends(const int *from, const int *to, int a, int b) {
  return from[a] == from[b] && to[a] == to[b];
}

static bool is_told(const int *from, const int *to, int system) {
  for (int i = 0; i < system; i++)
    if (same_ends(from, to, i, system)) return true;
  return false;
}

static bool any_drawn(const vt_told_exchanges *told, int first) {
  for (int i = first; i < told->count; i++)
    if (told->exchange[i].drawn) return true;
  return false;
}

// A database may be part of several systems, and reach the result in some of them only.
static vt_error tell_once(const vt_told_systems *s, int64_t scenario, const int *from,
                          const int *to, int first, vt_told_exchanges *told) {
  const int before = told->count;
  for (int i = first; i < s->systems; i++) {
    if (!same_ends(from, to, first, i)) continue;
    told->count = before;
    VT_TRY(tell_system(s, scenario, i, (const int[]){from[i], to[i]}, told));
    if (any_drawn(told, before)) break;
  }
  return VT_OK;
}

static vt_error tell_all(const vt_told_systems *s, int64_t scenario, const int *from, const int *to,
                         vt_told_exchanges *told) {
  bool tried = false;
  vt_error last = VT_OK;
  for (int i = 0; i < s->systems; i++) {
    if (from[i] < 0 || to[i] < 0 || is_told(from, to, i)) continue;
    tried = true;
    last = tell_once(s, scenario, from, to, i, told);
    if (last != VT_OK && last != VT_ERR_INPUT) return last;
  }
  VT_CHECK(tried, VT_ERR_INPUT, "option --exchange: found both ends, but in no system together");
  return told->count > 0 ? VT_OK : last;
}

vt_error vt_tell_exchanges(const vt_told_systems *s, int64_t scenario, const char *from,
                           const char *to, vt_told_exchanges *told) {
  int *end;
  VT_ARENA_NEW(s->arena, end, 2 * s->systems);
  VT_TRY(find_node(s, from, true, end));
  VT_TRY(find_node(s, to, false, end + s->systems));
  return tell_all(s, scenario, end, end + s->systems, told);
}
