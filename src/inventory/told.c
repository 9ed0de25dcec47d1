// told.c - what exchanges of plain LCA are in a scenario, for people.
#include "inventory.h"

#include <stdlib.h>
#include <string.h>

// By the types of stats_arrays.
static const char *const distributions[] = {
    "undefined", "none",    "lognormal", "normal", "uniform", "triangular", "bernoulli",
    "integer",   "weibull", "gamma",     "beta",   "gumbel",  "student",    "pert"};

// Whether a node is called so: code, or database:code.
static bool is_called(const vt_database_set *set, int node, const char *name) {
  const vt_node *n = &set->node[node];
  const char *database = n->database >= 0 ? set->database[n->database].name : "";
  const size_t length = strlen(database);
  if (strcmp(n->code, name) == 0) return true;
  return strncmp(name, database, length) == 0 && name[length] == ':' &&
         strcmp(name + length + 1, n->code) == 0;
}

static vt_error full_name(const vt_inventory_data *k, int node, const char **name) {
  const vt_node *n = &k->set->node[node];
  vt_text text = {0};
  vt_error made = vt_text_add(&text, "%s:%s",
                              n->database >= 0 ? k->set->database[n->database].name : "", n->code);
  if (made == VT_OK) made = vt_arena_text(k->arena, text.bytes, text.length, name);
  vt_text_free(&text);
  return made;
}

// Among rows or columns of the system.
static vt_error find_among(const vt_inventory_data *k, const char *name, int count,
                           const int *candidate, vt_nearest *nearest, int *node) {
  for (int i = 0; i < count; i++) {
    vt_nearest_try(nearest, k->set->node[candidate[i]].code);
    if (!is_called(k->set, candidate[i], name) || *node == candidate[i]) continue;
    VT_CHECK(*node < 0, VT_ERR_INPUT,
             "option --exchange: found '%s' for %s and %s, expected database:code", name,
             vt_node_text(k->set, *node), vt_node_text(k->set, candidate[i]));
    *node = candidate[i];
  }
  return VT_OK;
}

static vt_error find_node(const vt_inventory_data *k, const char *name, bool from, int *node) {
  const vt_system *s = k->system;
  vt_nearest nearest = {.name = name};
  *node = -1;
  if (from) VT_TRY(find_among(k, name, s->products, s->product, &nearest, node));
  if (from) VT_TRY(find_among(k, name, s->flows, s->flow, &nearest, node));
  if (!from) VT_TRY(find_among(k, name, s->processes, s->process, &nearest, node));
  VT_CHECK(*node >= 0, VT_ERR_INPUT, "option --exchange: unknown '%s', expected %s of the system%s",
           name, from ? "a product or flow" : "a process", vt_nearest_hint(&nearest));
  return VT_OK;
}

static vt_error tell(vt_inventory_data *k, const vt_drawn_exchange *x, vt_told_exchange *to) {
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
  VT_TRY(full_name(k, x->from, &to->from));
  return full_name(k, x->to, &to->to);
}

static vt_error tell_all(vt_inventory_data *k, int count, const vt_drawn_exchange *exchange,
                         vt_told_exchanges *told) {
  VT_NEW(told->exchange, count);
  for (; told->count < count; told->count++)
    VT_TRY(tell(k, &exchange[told->count], &told->exchange[told->count]));
  return VT_OK;
}

vt_error vt_inventory_tell_exchanges(const vt_study *study, void *data, int64_t scenario,
                                     const char *from, const char *to, vt_told_exchanges *told) {
  vt_inventory_data *k = data;
  vt_drawn_exchange *exchange;
  int ends[2], count;
  VT_TRY(find_node(k, from, true, &ends[0]));
  VT_TRY(find_node(k, to, false, &ends[1]));
  if (!k->variation) VT_TRY(vt_inventory_vary(k));
  VT_TRY(vt_variation_show(k->variation, study->design.seed, scenario, 0, ends[0], ends[1], &count,
                           &exchange));
  const vt_error done = tell_all(k, count, exchange, told);
  free(exchange);
  return done;
}
