// characterise.c - elementary flows that sources emit, and what a unit of them adds to each
// category in each year.
#include "assembly.h"

#include <math.h>
#include <string.h>

#include "vintner/impact.h"

// -------------------------------------------------------------------------------------------------
// Candidates.

static vt_error add_node(vt_assembly *a, int node, bool *seen) {
  vt_candidates *c = &a->candidates;
  const char *code = a->set->node[node].code;
  int index;
  bool added;
  if (seen[node]) return VT_OK;
  seen[node] = true;
  VT_TRY(vt_labels_add(c->code, code, (ptrdiff_t)strlen(code), &index, &added));
  VT_TRY(vt_grow(&c->node, &c->node_room, c->nodes + 1, sizeof *c->node));
  VT_TRY(vt_grow(&c->candidate, &c->candidate_room, c->nodes + 1, sizeof *c->candidate));
  VT_TRY(vt_grow(&c->first_node, &c->first_room, index + 1, sizeof *c->first_node));
  if (added) c->first_node[index] = c->nodes;
  c->node[c->nodes] = node;
  c->candidate[c->nodes++] = index;
  return VT_OK;
}

// A document may leave out the type of its elementary flows: what has no exchanges can be one.
static bool may_be_flow(const vt_node *node) {
  return node->type == VT_NODE_OTHER || (!node->type_name && node->exchanges == 0);
}

// A flow that the study retains may be emitted by nobody: any node with its code will do.
static vt_error add_retained(vt_assembly *a, const char *code, bool *seen) {
  const vt_candidates *c = &a->candidates;
  if (vt_labels_find(c->code, code, (ptrdiff_t)strlen(code)) >= 0) return VT_OK;
  for (int n = 0; n < a->set->nodes; n++) {
    const vt_node *node = &a->set->node[n];
    const bool flow = node->code && may_be_flow(node); // no code: not loaded
    if (flow && strcmp(node->code, code) == 0) return add_node(a, n, seen);
  }
  vt_nearest nearest = {.name = code};
  vt_nearest_try_labels(&nearest, c->code);
  VT_FAIL(VT_ERR_INPUT,
          "%s:%d: 'model.pathway.flows.retain': found '%s', expected the code of an elementary "
          "flow%s",
          a->study->path, a->plan->retain_line, code, vt_nearest_hint(&nearest));
}

static vt_error collect(vt_assembly *a, bool *seen) {
  vt_candidates *c = &a->candidates;
  VT_TRY(vt_labels_create(&c->code));
  c->direct = vt_labels_count(a->inputs->elementary_flow);
  for (int e = 0; e < c->direct; e++) VT_TRY(add_node(a, a->elementary_node[e], seen));
  for (int b = 0; b < a->snapshots; b++) {
    const vt_system *system = a->snapshot[b].system;
    for (int e = 0; e < system->flows; e++) VT_TRY(add_node(a, system->flow[e], seen));
  }
  for (int i = 0; i < a->plan->retained; i++) VT_TRY(add_retained(a, a->plan->retain[i], seen));
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Factors.

// One category: the method's factor of each node, and whether the method has it.
typedef struct category {
  const vt_category_plan *plan;
  int index;
  double *factor; // shape [nodes]
  bool *listed;   // shape [nodes]
  double *row;    // of the node at hand; shape [years]
} category;

static vt_error find_method(const vt_assembly *a, const vt_category_plan *plan, int *method) {
  return vt_error_at_line(
      a->study->path, plan->line,
      vt_method_find(a->set, VT_MATRIX_CHARACTERIZATION, plan->parts, plan->part, method));
}

// Factors of a node, year by year; false: it has none.
static bool characterise_node(const vt_assembly *a, const category *of, int k) {
  const int years = a->inputs->system_times;
  if (of->plan->metric == VT_METRIC_STATIC) {
    for (int t = 0; t < years; t++) of->row[t] = of->factor[k];
    return true;
  }
  const vt_candidates *c = &a->candidates;
  const vt_node *node = &a->set->node[c->node[k]];
  const vt_window window = {.metric = of->plan->metric,
                            .horizon = of->plan->horizon,
                            .fixed_horizon = of->plan->fixed_horizon,
                            .start_year = a->plan->first_year};
  const vt_flow_identity flow = {.name = vt_node_name(node),
                                 .categories = node->categories,
                                 .type = node->type_name,
                                 .cas = node->cas};
  return vt_impact_dynamic(&window, &flow, years, a->inputs->system_time, of->row);
}

static void tell_unknown(const vt_assembly *a, const category *of, int k) {
  const vt_node *node = &a->set->node[a->candidates.node[k]];
  vt_warn("no dynamic function",
          "category '%s': elementary flow '%s' (%s) has no dynamic characterisation and does not "
          "count",
          of->plan->name, node->code, vt_node_name(node));
}

// The same flow of several databases: the method may have any of them, but with one factor.
static vt_error keep_row(const vt_assembly *a, const category *of, int k) {
  const vt_candidates *c = &a->candidates;
  const int flow = c->candidate[k], years = a->inputs->system_times;
  double *row = c->factor + ((ptrdiff_t)of->index * vt_labels_count(c->code) + flow) * years;
  bool known = false;
  for (int other = c->first_node[flow]; other < k; other++)
    known = known || (c->candidate[other] == flow && of->listed[other]);
  for (int t = 0; t < years; t++) {
    const bool differs = row[t] < of->row[t] || row[t] > of->row[t];
    VT_CHECK(!known || !differs, VT_ERR_INPUT,
             "%s:%d: category '%s': found the factors %.10g and %.10g for the elementary flow '%s' "
             "of two databases, expected one",
             a->study->path, of->plan->line, of->plan->name, row[t], of->row[t],
             a->set->node[c->node[k]].code);
    row[t] = of->row[t];
  }
  return VT_OK;
}

static vt_error characterise_nodes(vt_assembly *a, category *of) {
  vt_candidates *c = &a->candidates;
  const bool is_static = of->plan->metric == VT_METRIC_STATIC;
  for (int k = 0; k < c->nodes; k++) {
    if (!of->listed[k]) continue;
    of->listed[k] = characterise_node(a, of, k);
    if (!of->listed[k]) {
      tell_unknown(a, of, k);
      continue;
    }
    VT_TRY(keep_row(a, of, k));
    bool *characterised = &c->characterised[c->candidate[k]];
    *characterised = *characterised || !is_static || fabs(of->factor[k]) > 0.0;
  }
  return VT_OK;
}

static vt_error keep_unit(const vt_assembly *a, const category *of, int method) {
  const char *const units[] = {[VT_METRIC_STATIC] = a->set->method[method].unit,
                               [VT_METRIC_GWP] = "kg CO2-eq",
                               [VT_METRIC_CRF] = "W m-2 yr"};
  const char *unit = units[of->plan->metric];
  if (!unit || !unit[0]) return VT_OK;
  return vt_arena_text(a->inputs->arena, unit, (ptrdiff_t)strlen(unit),
                       &a->inputs->category_unit[of->index]);
}

// The last year in which some flow counts in a category, -1: none does.
static int last_year(const vt_assembly *a, int of) {
  const vt_candidates *c = &a->candidates;
  const ptrdiff_t flows = vt_labels_count(c->code);
  const int years = a->inputs->system_times;
  for (int t = years - 1; t >= 0; t--)
    for (ptrdiff_t e = 0; e < flows; e++)
      if (c->factor[(of * flows + e) * years + t] != 0.0) return t;
  return -1;
}

static void note_category(const vt_assembly *a, const category *of) {
  const int last = last_year(a, of->index), years = a->inputs->system_times;
  const int *year = a->inputs->system_time;
  if (last < 0)
    vt_warn("category",
            "%s:%d: category '%s' counts nothing: its method has no factor for any of the %d "
            "elementary flows of the model",
            a->study->path, of->plan->line, of->plan->name, vt_labels_count(a->candidates.code));
  else if (last < years - 1)
    vt_warn("window",
            "%s:%d: category '%s' counts nothing from %d on: its horizon of %d years is over",
            a->study->path, of->plan->line, of->plan->name, year[last + 1], of->plan->horizon);
}

static vt_error characterise_category(vt_assembly *a, category *of) {
  const vt_candidates *c = &a->candidates;
  int method, listed = 0;
  VT_TRY(find_method(a, of->plan, &method));
  a->method[of->index] = method;
  VT_TRY(keep_unit(a, of, method));
  VT_TRY(vt_method_node_factors(a->set, c->nodes, c->node, method, VT_NO_COLUMN, of->factor,
                                of->listed));
  for (int k = 0; k < c->nodes; k++) {
    listed += of->listed[k];
    VT_CHECK(isfinite(of->factor[k]), VT_ERR_INPUT,
             "%s: method '%s': found the factor %f for '%s', expected a finite number",
             a->set->method[method].path, a->set->method[method].label, of->factor[k],
             a->set->node[c->node[k]].code);
  }
  vt_log(VT_LOG_DETAIL, "category '%s': %d of %d elementary flows have a factor", of->plan->name,
         listed, c->nodes);
  VT_TRY(characterise_nodes(a, of));
  note_category(a, of);
  return VT_OK;
}

static vt_error characterise_all(vt_assembly *a) {
  vt_candidates *c = &a->candidates;
  const ptrdiff_t count = vt_labels_count(c->code);
  category of = {0};
  VT_ARENA_NEW(a->inputs->arena, a->inputs->category_unit, a->plan->categories);
  VT_ARENA_NEW(a->arena, a->method, a->plan->categories);
  VT_ARENA_NEW(a->arena, c->characterised, count);
  VT_ARENA_NEW(a->arena, c->factor, a->plan->categories * count * a->inputs->system_times);
  VT_ARENA_NEW(a->arena, of.factor, c->nodes);
  VT_ARENA_NEW(a->arena, of.listed, c->nodes);
  VT_ARENA_NEW(a->arena, of.row, a->inputs->system_times);
  for (int i = 0; i < a->plan->categories; i++) {
    of.plan = &a->plan->category[i];
    of.index = i;
    VT_TRY(characterise_category(a, &of));
  }
  return VT_OK;
}

vt_error vt_assembly_characterise(vt_assembly *a) {
  bool *seen;
  VT_ARENA_NEW(a->arena, seen, a->set->nodes);
  VT_TRY(collect(a, seen));
  return characterise_all(a);
}

// -------------------------------------------------------------------------------------------------
// Selection.

bool vt_assembly_retains(const vt_assembly *a, const char *code) {
  for (int i = 0; i < a->plan->retained; i++) {
    if (strcmp(a->plan->retain[i], code) == 0) return true;
  }
  return false;
}

// One code is one flow: databases that mean different flows by it would lend each other factors.
static vt_error check_codes(const vt_assembly *a) {
  const vt_candidates *c = &a->candidates;
  for (int k = 0; k < c->nodes; k++) {
    const int flow = c->candidate[k];
    const vt_node *node = &a->set->node[c->node[k]];
    const vt_node *first = &a->set->node[c->node[c->first_node[flow]]];
    VT_CHECK(
        c->label[flow] < 0 || strcmp(vt_node_name(node), vt_node_name(first)) == 0, VT_ERR_INPUT,
        "%s: database '%s', elementary flow '%s' (%s): found its code for '%s' of database "
        "'%s' too, expected one flow of that code",
        a->set->database[node->database].path, a->set->database[node->database].name, node->code,
        vt_node_name(node), vt_node_name(first), a->set->database[first->database].name);
  }
  return VT_OK;
}

static vt_error store_factors(vt_assembly *a) {
  const vt_candidates *c = &a->candidates;
  vt_inputs *inputs = a->inputs;
  vt_tensor *tensor = &inputs->tensor[VT_TENSOR_CHARACTERIZATION];
  const int count = vt_labels_count(c->code), years = inputs->system_times;
  const ptrdiff_t most =
      (ptrdiff_t)a->plan->categories * vt_labels_count(inputs->elementary_flow) * years;
  *tensor = (vt_tensor){0};
  VT_ARENA_NEW(inputs->arena, tensor->index, 3 * most);
  VT_ARENA_NEW(inputs->arena, tensor->value, most);
  for (int i = 0; i < a->plan->categories; i++) {
    // Candidates that stay keep their order, so the entries come sorted.
    for (int e = 0; e < count; e++) {
      const double *row = c->factor + ((ptrdiff_t)i * count + e) * years;
      for (int t = 0; t < years && c->label[e] >= 0; t++) {
        if (!(fabs(row[t]) > 0.0)) continue;
        int32_t *key = tensor->index + 3 * tensor->count;
        key[0] = i;
        key[1] = c->label[e];
        key[2] = t;
        tensor->value[tensor->count++] = row[t];
      }
    }
  }
  return VT_OK;
}

// What flows do to the radiation balance, by the rules of dynamic methods.
static vt_error store_forcing(vt_assembly *a) {
  const vt_candidates *c = &a->candidates;
  bool wanted = false;
  for (int i = 0; i < a->study->keeps; i++)
    wanted = wanted || strcmp(a->study->keep[i], "radiative_forcing") == 0;
  if (!wanted) return VT_OK;
  const ptrdiff_t flows = vt_labels_count(a->inputs->elementary_flow);
  VT_ARENA_NEW(a->inputs->arena, a->inputs->forcing, flows * VT_FORCING_NUMBERS);
  for (int k = 0; k < c->nodes; k++) {
    const vt_node *node = &a->set->node[c->node[k]];
    const int label = c->label[c->candidate[k]];
    const vt_flow_identity flow = {.name = vt_node_name(node),
                                   .categories = node->categories,
                                   .type = node->type_name,
                                   .cas = node->cas};
    vt_gas gas;
    if (label < 0 || !vt_gas_of(&flow, &gas)) continue;
    double *number = a->inputs->forcing + (ptrdiff_t)label * VT_FORCING_NUMBERS;
    number[VT_FORCING_KIND] = gas.is_co2 ? 1 : 2;
    number[VT_FORCING_SCALE] = gas.scale;
    number[VT_FORCING_EFFICIENCY] = gas.efficiency;
    number[VT_FORCING_LIFETIME] = gas.lifetime;
  }
  return VT_OK;
}

vt_error vt_assembly_select_flows(vt_assembly *a) {
  vt_candidates *c = &a->candidates;
  const int count = vt_labels_count(c->code);
  VT_ARENA_NEW(a->arena, c->label, count);
  for (int e = 0; e < count; e++) {
    const char *code = vt_labels_get(c->code, e);
    c->label[e] = -1;
    if (e >= c->direct && !c->characterised[e] && a->plan->characterised_only &&
        !vt_assembly_retains(a, code))
      continue;
    VT_TRY(vt_labels_add(a->inputs->elementary_flow, code, (ptrdiff_t)strlen(code), &c->label[e],
                         NULL));
  }
  for (int i = 0; i < a->plan->categories; i++) {
    const char *name = a->plan->category[i].name;
    int index;
    VT_TRY(vt_labels_add(a->inputs->category, name, (ptrdiff_t)strlen(name), &index, NULL));
  }
  VT_TRY(check_codes(a));
  VT_TRY(store_forcing(a));
  return store_factors(a);
}
