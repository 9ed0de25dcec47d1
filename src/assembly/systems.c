// systems.c - the system of each snapshot, and which of its products the foreground takes.
#include "assembly.h"

#include <stdio.h>

static const char *text_or(const char *text) {
  return text ? text : "";
}

// What the foreground takes of a background must be a product there.
static vt_error fail_demand(const vt_assembly *a, int node, vt_error error) {
  char text[512];
  (void)snprintf(text, sizeof text, "%s", vt_error_message());
  const vt_database *database = &a->set->database[a->set->node[node].database];
  VT_FAIL(error, "%s: database '%s', activity '%s': %s", database->path, database->name,
          a->set->node[node].code, text);
}

// A flow is the activity of the same name, reference product and location, whatever its code.
static vt_error match_flows(const vt_assembly *a, const vt_snapshot_work *s, int *match) {
  for (int i = 0; i < vt_labels_count(a->inputs->intermediate_flow); i++)
    VT_TRY(vt_node_match(a->set, a->flow_node[i], s->database, &match[i]));
  return VT_OK;
}

static vt_error add_demand(vt_assembly *a, vt_snapshot_work *s, int flow, int match) {
  int product;
  const vt_error found = vt_system_demand_row(a->set, s->system, match, &product);
  if (found != VT_OK) return fail_demand(a, a->flow_node[flow], found);
  s->flow[s->demands] = flow;
  s->product[s->demands] = product;
  s->amount[s->demands] = 1.0;
  s->demand[s->demands] = (vt_final_demand){1, &s->product[s->demands], &s->amount[s->demands]};
  s->demands++;
  return VT_OK;
}

// The activity of a snapshot whose name comes nearest.
static const char *nearest_name(const vt_assembly *a, const vt_snapshot_work *s, int wanted) {
  const vt_database *database = &a->set->database[s->database];
  vt_nearest nearest = {.name = vt_node_name(&a->set->node[wanted])};
  for (int i = 0; i < database->nodes; i++)
    vt_nearest_try(&nearest, vt_node_name(&a->set->node[database->first_node + i]));
  return vt_nearest_hint(&nearest);
}

// The first one by name; the others are counted.
static vt_error refuse_missing(const vt_assembly *a, const vt_snapshot_work *s, const int *match) {
  int first = -1, others = -1;
  for (int i = 0; i < vt_labels_count(a->inputs->intermediate_flow); i++) {
    if (match[i] >= 0) continue;
    if (first < 0) first = a->flow_node[i];
    others++;
  }
  if (first < 0) return VT_OK;
  const vt_node *n = &a->set->node[first];
  char more[64] = "";
  if (others > 0) (void)snprintf(more, sizeof more, ", and %d more", others);
  VT_FAIL(VT_ERR_INPUT,
          "%s: database '%s' lacks the activity '%s' of database '%s' that the foreground takes%s: "
          "expected one with name '%s', reference product '%s', location '%s'%s ('missing: zero' "
          "takes it as zero)",
          a->set->database[s->database].path, a->set->database[s->database].name, n->code,
          a->set->database[n->database].name, more, vt_node_name(n), text_or(n->product),
          text_or(n->location), nearest_name(a, s, first));
}

static void tell_missing(const vt_assembly *a, const vt_snapshot_work *s, const int *match) {
  const char *database = a->set->database[s->database].name;
  for (int i = 0; i < vt_labels_count(a->inputs->intermediate_flow); i++) {
    if (match[i] >= 0) continue;
    const vt_node *n = &a->set->node[a->flow_node[i]];
    vt_warn("missing activity",
            "database '%s' lacks activity '%s' (%s, %s, %s): its inventories count as zero",
            database, n->code, vt_node_name(n), text_or(n->product), text_or(n->location));
  }
}

static vt_error make_system(vt_assembly *a, vt_snapshot_work *s, int *match) {
  const int flows = vt_labels_count(a->inputs->intermediate_flow);
  VT_TRY(vt_database_require(a->set, s->database));
  VT_TRY(match_flows(a, s, match));
  if (!a->plan->missing_zero) VT_TRY(refuse_missing(a, s, match));
  VT_TRY(vt_system_create(a->set, 1, &s->database, VT_NO_COLUMN, &s->system));
  VT_ARENA_NEW(a->arena, s->flow, flows);
  VT_ARENA_NEW(a->arena, s->product, flows);
  VT_ARENA_NEW(a->arena, s->amount, flows);
  VT_ARENA_NEW(a->arena, s->demand, flows);
  for (int i = 0; i < flows; i++) {
    if (match[i] >= 0) VT_TRY(add_demand(a, s, i, match[i]));
  }
  tell_missing(a, s, match);
  return VT_OK;
}

vt_error vt_assembly_systems(vt_assembly *a) {
  const int count = vt_labels_count(a->inputs->background);
  int *match;
  VT_CHECK(count > 0 || vt_labels_count(a->inputs->intermediate_flow) == 0, VT_ERR_INPUT,
           "%s:%d: missing key 'model.pathway.background': no database has a representative_time",
           a->study->path, a->plan->foreground_line);
  VT_ARENA_NEW(a->arena, a->snapshot, count);
  a->snapshots = count;
  VT_ARENA_NEW(a->arena, match, vt_labels_count(a->inputs->intermediate_flow));
  for (int b = 0; b < count; b++) {
    const char *name = vt_labels_get(a->inputs->background, b);
    VT_TRY(vt_database_find(a->set, name, &a->snapshot[b].database));
    VT_TRY(make_system(a, &a->snapshot[b], match));
  }
  return VT_OK;
}
