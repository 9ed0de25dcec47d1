// notes.c - what databases say in silence: data that are sound and hardly meant.
#include "assembly.h"

#include <math.h>
#include <string.h>

// How far fractions of a temporal distribution may be from a sum of 1.
static const double fraction_tolerance = 1e-3;

static void note_window(const vt_assembly *a, const vt_node *node) {
  const vt_database *database = &a->set->database[node->database];
  if (node->has_window || (node->type != VT_NODE_PROCESS && node->type != VT_NODE_CHIMAERA)) return;
  vt_warn(
      "operation_time_limits",
      "%s: database '%s', activity '%s' has no operation_time_limits: it runs in the year of its "
      "installation alone",
      database->path, database->name, node->code);
}

static void note_fractions(const vt_assembly *a, const vt_node *node, const vt_exchange *x) {
  const vt_database *database = &a->set->database[node->database];
  double sum = 0.0;
  if (!x->temporal) return;
  for (int i = 0; i < x->temporal->count; i++) sum += x->temporal->amount[i];
  if (fabs(sum - 1.0) <= fraction_tolerance) return;
  vt_warn("fractions",
          "%s: database '%s', activity '%s', exchange with %s: the fractions of its temporal "
          "distribution sum to %.6g, not to 1: its amount counts as often",
          database->path, database->name, node->code, vt_node_text(a->set, x->input), sum);
}

static void note_foreground(const vt_assembly *a) {
  const vt_database *database = &a->set->database[a->foreground.database];
  for (int n = database->first_node; n < database->first_node + database->nodes; n++) {
    const vt_node *node = &a->set->node[n];
    note_window(a, node);
    for (ptrdiff_t x = node->first_exchange; x < node->first_exchange + node->exchanges; x++)
      note_fractions(a, node, &a->set->exchange[x]);
  }
}

static bool differ(const char *a, const char *b) {
  return a && b && strcmp(a, b) != 0;
}

// An activity is found in each snapshot by name, product and location: its amounts are taken as
// they are.
static void note_units(const vt_assembly *a) {
  for (int b = 0; b < a->snapshots; b++) {
    const vt_snapshot_work *s = &a->snapshot[b];
    for (int d = 0; d < s->demands; d++) {
      const vt_node *asked = &a->set->node[a->flow_node[s->flow[d]]];
      const vt_node *found = &a->set->node[s->system->product[s->product[d]]];
      if (!differ(asked->unit, found->unit)) continue;
      vt_warn(
          "unit of a snapshot",
          "activity '%s' (%s) is in %s in database '%s', but in %s in '%s': amounts are taken as "
          "they are",
          asked->code, vt_node_name(asked), asked->unit, a->set->database[asked->database].name,
          found->unit, s->name);
    }
  }
}

void vt_assembly_note(const vt_assembly *a) {
  note_foreground(a);
  note_units(a);
}
