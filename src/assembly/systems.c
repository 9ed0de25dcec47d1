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

// A flow is the activity of the same name, reference product and location, whatever its code. Only
// one of the databases of a date may have it.
static vt_error match_flow(const vt_assembly *a, const vt_snapshot_work *s, int node, int *match) {
  *match = -1;
  for (int k = 0; k < s->databases; k++) {
    int found;
    VT_TRY(vt_node_match(a->set, node, s->database[k], &found));
    if (found < 0) continue;
    VT_CHECK(*match < 0, VT_ERR_INPUT,
             "%s: snapshot '%s': found the activity of name '%s', reference product '%s' and "
             "location '%s' twice, %s and %s, expected it in one of the databases of a date",
             a->set->database[s->database[k]].path, s->name, vt_node_name(&a->set->node[node]),
             text_or(a->set->node[node].product), text_or(a->set->node[node].location),
             vt_node_text(a->set, *match), vt_node_text(a->set, found));
    *match = found;
  }
  return VT_OK;
}

static vt_error match_flows(const vt_assembly *a, const vt_snapshot_work *s, int *match) {
  for (int i = 0; i < vt_labels_count(a->inputs->intermediate_flow); i++)
    VT_TRY(match_flow(a, s, a->flow_node[i], &match[i]));
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
  vt_nearest nearest = {.name = vt_node_name(&a->set->node[wanted])};
  for (int k = 0; k < s->databases; k++) {
    const vt_database *database = &a->set->database[s->database[k]];
    for (int i = 0; i < database->nodes; i++)
      vt_nearest_try(&nearest, vt_node_name(&a->set->node[database->first_node + i]));
  }
  return vt_nearest_hint(&nearest);
}

static const char *what_it_is(const vt_snapshot_work *s) {
  return s->databases > 1 ? "snapshot" : "database";
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
          "%s: %s '%s' lacks the activity '%s' of database '%s' that the foreground takes%s: "
          "expected one with name '%s', reference product '%s', location '%s'%s ('missing: zero' "
          "takes it as zero)",
          a->set->database[s->database[0]].path, what_it_is(s), s->name, n->code,
          a->set->database[n->database].name, more, vt_node_name(n), text_or(n->product),
          text_or(n->location), nearest_name(a, s, first));
}

static void tell_missing(const vt_assembly *a, const vt_snapshot_work *s, const int *match) {
  for (int i = 0; i < vt_labels_count(a->inputs->intermediate_flow); i++) {
    if (match[i] >= 0) continue;
    const vt_node *n = &a->set->node[a->flow_node[i]];
    vt_warn("missing activity",
            "%s '%s' lacks activity '%s' (%s, %s, %s): its inventories count as zero",
            what_it_is(s), s->name, n->code, vt_node_name(n), text_or(n->product),
            text_or(n->location));
  }
}

static vt_error make_system(vt_assembly *a, vt_snapshot_work *s, int *match) {
  const int flows = vt_labels_count(a->inputs->intermediate_flow);
  for (int k = 0; k < s->databases; k++) VT_TRY(vt_database_require(a->set, s->database[k]));
  VT_TRY(match_flows(a, s, match));
  if (!a->plan->missing_zero) VT_TRY(refuse_missing(a, s, match));
  VT_TRY(vt_system_create(a->set, s->databases, s->database, VT_NO_COLUMN, &s->system));
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

static vt_error find_databases(vt_assembly *a, vt_snapshot_work *s) {
  const vt_snapshot *given = vt_snapshot_named(&a->foreground, s->name);
  if (given) {
    s->databases = given->databases;
    s->database = given->database;
    return VT_OK;
  }
  int *database;
  VT_ARENA_NEW(a->arena, database, 1);
  s->databases = 1;
  s->database = database;
  return vt_database_find(a->set, s->name, database);
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
    a->snapshot[b].name = vt_labels_get(a->inputs->background, b);
    VT_TRY(find_databases(a, &a->snapshot[b]));
    VT_TRY(make_system(a, &a->snapshot[b], match));
  }
  return VT_OK;
}
