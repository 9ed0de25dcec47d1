// drawn.c - databases that vary in the scenarios of a pathway model: what of the model follows from
// them, and their solves.
//
// Factors of methods are drawn for one list of all elementary flows, the candidates: as in the
// model, one code is one flow in all snapshots. For the plan of sampling this list is a snapshot
// more, a process that emits one unit of each.
#include "assembly.h"

#include "vintner/varied.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct vt_drawn_databases {
  vt_assembly assembly; ///< without inputs
  bool planned;
  int intermediates, categories, elementaries;
  vt_variation_snapshot *snapshot; ///< those of the model, then the list of flows
  vt_system list;
  vt_variation *variation;
  vt_moves moves;              ///< of difference tables, in the snapshots
  vt_followed_places followed; ///< of parameters, likewise
  vt_drawing drawing;
  int32_t *entry;
  double *reference;
  bool *varies;
  double *factor; ///< of the reference; shape [categories, elementary flows]
  int *source;    ///< candidate's node whose factor is drawn, -1: none; the same shape; or NULL
  int **number;   ///< of inventories: shape [snapshots][demands, kept flows], -1: not of the model
  vt_varied **varied; ///< NULL where nothing varies; shape [snapshots]
};

struct vt_drawn_worker {
  const vt_drawn_databases *from;
  bool drawn;
  int64_t scenario; ///< that was drawn last
  bool solved;
  vt_sample *sample;
  vt_varied_worker **varied; ///< shape [snapshots]
  double *number;            ///< shape [numbers]
  double *factor;            ///< as in vt_drawn_databases
  // Of one snapshot, the largest:
  double *weight; ///< shape [categories, its flows]
  double *result; ///< impacts or inventories of its demands
  double *residual;
};

// -------------------------------------------------------------------------------------------------
// Making.

vt_error vt_drawn_databases_keep(vt_assembly *a, vt_drawn_databases **drawn) {
  VT_NEW(*drawn, 1);
  (*drawn)->assembly = *a;
  *a = (vt_assembly){0};
  return VT_OK;
}

vt_error vt_drawn_databases_read(const vt_study *study, vt_drawn_databases **drawn) {
  vt_assembly a = {.study = study, .plan = study->model.pathway.from};
  *drawn = NULL;
  vt_error made = vt_assembly_prepare(&a);
  if (made == VT_OK) made = vt_drawn_databases_keep(&a, drawn);
  vt_assembly_drop(&a);
  return made;
}

void vt_drawn_databases_free(vt_drawn_databases *d) {
  if (!d) return;
  for (int b = 0; d->varied && b < d->assembly.snapshots; b++) vt_varied_free(d->varied[b]);
  vt_moves_free(&d->moves);
  free(d->followed.place);
  vt_variation_free(d->variation);
  vt_assembly_drop(&d->assembly);
  free(d);
}

// -------------------------------------------------------------------------------------------------
// The plan of sampling.

static vt_error fill(vt_arena *arena, int count, int value, int **list) {
  VT_ARENA_NEW(arena, *list, count);
  for (int i = 0; i < count; i++) (*list)[i] = value;
  return VT_OK;
}

// One process, which makes one product and emits one unit of every candidate.
static vt_error make_list(vt_drawn_databases *d) {
  const vt_assembly *a = &d->assembly;
  const int flows = a->candidates.nodes;
  vt_system *s = &d->list;
  ptrdiff_t *start;
  double *value;
  *s = (vt_system){.products = 1, .processes = 1, .flows = flows, .nodes = a->set->nodes};
  s->flow = a->candidates.node;
  VT_TRY(fill(a->arena, 1, 0, &s->reference));
  s->maker = s->process = s->product = s->reference;
  VT_TRY(fill(a->arena, a->set->nodes, -1, &s->row_of));
  s->column_of = s->row_of;
  VT_ARENA_NEW(a->arena, start, 4);
  VT_ARENA_NEW(a->arena, value, (ptrdiff_t)flows + 1);
  for (int e = 0; e <= flows; e++) value[e] = 1.0;
  start[1] = 1;
  start[3] = flows;
  s->technosphere = (vt_sparse){.rows = 1, .columns = 1, .entries = 1, .column_start = start};
  s->technosphere.row = s->reference;
  s->technosphere.value = value;
  s->biosphere =
      (vt_sparse){.rows = flows, .columns = 1, .entries = flows, .column_start = start + 2};
  s->biosphere.value = value;
  VT_TRY(fill(a->arena, flows, 0, &s->biosphere.row));
  for (int e = 0; e < flows; e++) s->biosphere.row[e] = e;
  return VT_OK;
}

// Flows that the model has.
static vt_error mark_flows(const vt_assembly *a, const vt_snapshot_work *s, bool **flow) {
  VT_ARENA_NEW(a->arena, *flow, s->system->flows);
  for (int k = 0; k < s->kept; k++) (*flow)[s->row[k]] = true;
  return VT_OK;
}

static vt_error list_snapshots(vt_drawn_databases *d) {
  const vt_assembly *a = &d->assembly;
  VT_ARENA_NEW(a->arena, d->snapshot, a->snapshots + 1);
  for (int b = 0; b < a->snapshots; b++) {
    const vt_snapshot_work *s = &a->snapshot[b];
    bool *flow;
    VT_TRY(mark_flows(a, s, &flow));
    d->snapshot[b] = (vt_variation_snapshot){.system = s->system,
                                             .products = s->demands,
                                             .product = s->product,
                                             .flow = flow,
                                             .without_factors = true};
  }
  VT_TRY(make_list(d));
  d->snapshot[a->snapshots] =
      (vt_variation_snapshot){.system = &d->list, .products = 1, .product = d->list.product};
  return VT_OK;
}

static vt_error plan_draws(vt_drawn_databases *d) {
  const vt_assembly *a = &d->assembly;
  const vt_uncertainty_plan *asked = &a->study->uncertainty;
  VT_TRY(list_snapshots(d));
  vt_variation_plan plan = {.set = a->set,
                            .snapshots = a->snapshots + 1,
                            .snapshot = d->snapshot,
                            .methods = asked->methods ? d->categories : 0,
                            .method = a->method,
                            .array_column = VT_NO_COLUMN};
  VT_TRY(vt_variation_choose(a->study, a->set, a->arena, &plan.choice));
  return vt_error_at_line(a->study->path, asked->line, vt_variation_create(&plan, &d->variation));
}

// What tables give, in the snapshots and in the foreground.
static vt_error find_differences(vt_drawn_databases *d) {
  const vt_differing *differing = &d->assembly.differing;
  const vt_differences *tables = &differing->tables;
  VT_TRY(vt_moves_find(tables, d->variation, d->assembly.snapshots, differing->wanted,
                       differing->found, &d->moves));
  for (int i = 0; i < tables->count; i++)
    VT_TRY(vt_difference_check(tables, d->assembly.set, i, &differing->wanted[i],
                               differing->found[i]));
  return VT_OK;
}

static const vt_system *const *systems_of(const vt_drawn_databases *d, const vt_system **system) {
  for (int b = 0; b < d->assembly.snapshots; b++) system[b] = d->assembly.snapshot[b].system;
  return system;
}

static vt_error find_followed(vt_drawn_databases *d) {
  const vt_system **system;
  VT_ARENA_NEW(d->assembly.arena, system, d->assembly.snapshots);
  return vt_followed_places_find(&d->assembly.differing.followers, d->assembly.set, d->variation,
                                 d->assembly.snapshots, systems_of(d, system), &d->moves,
                                 &d->followed);
}

// -------------------------------------------------------------------------------------------------
// Numbers of the model.

// The factor of a flow that a method lists under several of its nodes is one.
static vt_error find_sources(vt_drawn_databases *d) {
  const vt_candidates *c = &d->assembly.candidates;
  double *factor;
  bool *listed;
  VT_ARENA_NEW(d->assembly.arena, factor, c->nodes);
  VT_ARENA_NEW(d->assembly.arena, listed, c->nodes);
  VT_TRY(fill(d->assembly.arena, d->categories * d->elementaries, -1, &d->source));
  for (int i = 0; i < d->categories; i++) {
    VT_TRY(vt_method_node_factors(d->assembly.set, c->nodes, c->node, d->assembly.method[i],
                                  VT_NO_COLUMN, factor, listed));
    for (int k = c->nodes - 1; k >= 0; k--) {
      const int label = c->label[c->candidate[k]];
      if (label >= 0 && listed[k]) d->source[i * d->elementaries + label] = k;
    }
  }
  return VT_OK;
}

// Factors do not differ between years where the numbers are impacts, or where methods vary.
static vt_error note_factors(vt_drawn_databases *d, const vt_inputs *inputs) {
  const vt_tensor *q = &inputs->tensor[VT_TENSOR_CHARACTERIZATION];
  VT_ARENA_NEW(d->assembly.arena, d->factor, (ptrdiff_t)d->categories * d->elementaries);
  for (ptrdiff_t k = 0; k < q->count; k++) {
    const int32_t *key = q->index + 3 * k;
    if (key[2] == 0) d->factor[(ptrdiff_t)key[0] * d->elementaries + key[1]] = q->value[k];
  }
  return VT_OK;
}

static vt_error allocate_numbers(vt_drawn_databases *d, const vt_inputs *inputs) {
  const vt_tensor *g = &inputs->tensor[VT_TENSOR_BACKGROUND];
  vt_drawing *drawing = &d->drawing;
  const bool entries = vt_drawn_inventories(d->assembly.study);
  drawing->background =
      entries ? g->count : (ptrdiff_t)d->assembly.snapshots * d->intermediates * d->categories;
  drawing->factors = d->source ? (ptrdiff_t)d->categories * d->elementaries : 0;
  drawing->amounts = d->assembly.differing.given;
  drawing->parameters = d->assembly.differing.followers.sampled;
  drawing->numbers =
      drawing->background + drawing->factors + drawing->amounts + drawing->parameters;
  if (entries) VT_ARENA_NEW(d->assembly.arena, d->entry, 3 * g->count);
  if (entries && g->count > 0) memcpy(d->entry, g->index, 3 * (size_t)g->count * sizeof *d->entry);
  VT_ARENA_NEW(d->assembly.arena, d->reference, drawing->numbers);
  VT_ARENA_NEW(d->assembly.arena, d->varies, drawing->numbers);
  drawing->entry = d->entry;
  drawing->reference = d->reference;
  drawing->varies = d->varies;
  return VT_OK;
}

static ptrdiff_t impact_at(const vt_drawn_databases *d, int snapshot, int flow, int category) {
  return ((ptrdiff_t)snapshot * d->intermediates + flow) * d->categories + category;
}

// Impacts change with the factors, entries do not.
static bool snapshot_varies(const vt_drawn_databases *d, int snapshot) {
  if (d->assembly.snapshot[snapshot].demands == 0) return false;
  return vt_variation_reaches(d->variation, snapshot) || (d->source && !d->entry) ||
         vt_moves_reach(&d->moves, snapshot) || vt_followed_places_reach(&d->followed, snapshot);
}

static void note_background(vt_drawn_databases *d, const vt_inputs *inputs) {
  const vt_tensor *g = &inputs->tensor[VT_TENSOR_BACKGROUND];
  for (ptrdiff_t k = 0; k < g->count; k++) {
    const int32_t *key = g->index + 3 * k;
    if (d->entry) {
      d->reference[k] = g->value[k];
      d->varies[k] = snapshot_varies(d, key[0]);
      continue;
    }
    for (int c = 0; c < d->categories; c++)
      d->reference[impact_at(d, key[0], key[1], c)] +=
          d->factor[(ptrdiff_t)c * d->elementaries + key[2]] * g->value[k];
  }
  for (int b = 0; b < d->assembly.snapshots && !d->entry; b++) {
    const vt_snapshot_work *s = &d->assembly.snapshot[b];
    const bool varies = snapshot_varies(d, b);
    for (int i = 0; i < s->demands; i++)
      for (int c = 0; c < d->categories; c++) d->varies[impact_at(d, b, s->flow[i], c)] = varies;
  }
}

static void note_drawn_factors(vt_drawn_databases *d) {
  const ptrdiff_t first = d->drawing.background;
  for (ptrdiff_t i = 0; i < d->drawing.factors; i++) {
    d->reference[first + i] = d->factor[i];
    d->varies[first + i] = d->source[i] >= 0;
  }
}

// Stored amounts: some term of each exchange has it.
static void note_amounts(vt_drawn_databases *d, const vt_inputs *inputs) {
  const vt_following *following = &inputs->following;
  double *amount = d->reference + d->drawing.background + d->drawing.factors;
  for (ptrdiff_t t = 0; t < following->terms; t++) {
    const int of = following->term[t].amount;
    const int given = of < 0 ? -1 : following->amount[of].given;
    if (given >= 0) amount[given] = following->term[t].stored;
  }
}

static void note_parameters(vt_drawn_databases *d, const vt_inputs *inputs) {
  const vt_following *following = &inputs->following;
  double *value = d->reference + d->drawing.numbers - d->drawing.parameters;
  for (int p = 0; p < following->parameters; p++)
    if (following->parameter[p].drawn >= 0)
      value[following->parameter[p].drawn] = following->parameter[p].value;
}

// Where the inventories of a snapshot go.
static vt_error number_flows(vt_drawn_databases *d, const vt_inputs *inputs) {
  const vt_tensor *g = &inputs->tensor[VT_TENSOR_BACKGROUND];
  VT_ARENA_NEW(d->assembly.arena, d->number, d->assembly.snapshots);
  for (int b = 0; b < d->assembly.snapshots && d->entry; b++) {
    const vt_snapshot_work *s = &d->assembly.snapshot[b];
    VT_TRY(fill(d->assembly.arena, s->demands * s->kept, -1, &d->number[b]));
    for (int i = 0; i < s->demands * s->kept; i++) {
      const int32_t key[] = {b, s->flow[i / s->kept], s->label[i % s->kept]};
      bool found;
      const ptrdiff_t at = vt_tensor_find(g, 3, key, &found);
      if (found) d->number[b][i] = (int)at;
    }
  }
  return VT_OK;
}

static vt_error plan(vt_drawn_databases *d, const vt_inputs *inputs) {
  d->intermediates = vt_labels_count(inputs->intermediate_flow);
  d->elementaries = vt_labels_count(inputs->elementary_flow);
  d->categories = d->assembly.plan->categories;
  VT_TRY(vt_assembly_pick_flows(&d->assembly));
  VT_TRY(plan_draws(d));
  VT_TRY(find_differences(d));
  VT_TRY(find_followed(d));
  if (d->assembly.study->uncertainty.methods) VT_TRY(find_sources(d));
  VT_TRY(note_factors(d, inputs));
  VT_TRY(allocate_numbers(d, inputs));
  note_background(d, inputs);
  note_drawn_factors(d);
  note_amounts(d, inputs);
  note_parameters(d, inputs);
  return number_flows(d, inputs);
}

// Parameters that only the foreground follows change nothing here.
static bool varies(const vt_drawn_databases *d) {
  bool any = d->drawing.amounts + d->drawing.parameters > 0 || vt_study_varies(d->assembly.study);
  for (int b = 0; b < d->assembly.snapshots; b++) any = any || snapshot_varies(d, b);
  return any;
}

vt_error vt_drawn_databases_plan(vt_drawn_databases *d, const vt_inputs *inputs,
                                 const vt_drawing **drawing) {
  if (!d->planned) VT_TRY(plan(d, inputs));
  d->planned = true;
  *drawing = varies(d) ? &d->drawing : NULL;
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Systems.

static vt_equations equations_of(const vt_system *system) {
  return (vt_equations){.technosphere = &system->technosphere,
                        .biosphere = system->flows > 0 ? &system->biosphere : NULL,
                        .reference = system->reference};
}

vt_error vt_drawn_databases_factorise(vt_drawn_databases *d, vt_background *background) {
  const vt_assembly *a = &d->assembly;
  if (d->varied) return VT_OK;
  VT_ARENA_NEW(a->arena, d->varied, a->snapshots);
  for (int b = 0; b < a->snapshots; b++) {
    const vt_snapshot_work *s = &a->snapshot[b];
    if (!snapshot_varies(d, b)) continue;
    const vt_varied_plan plan = {.system = equations_of(s->system),
                                 .demand_count = s->demands,
                                 .demand = s->demand,
                                 .weight_count = d->entry ? 0 : d->categories,
                                 .inventory = d->entry != NULL};
    VT_TRY(vt_varied_create(background, &plan, NULL, &d->varied[b]));
  }
  return VT_OK;
}

ptrdiff_t vt_drawn_databases_invalid(const vt_drawn_databases *d) {
  return vt_variation_count(d->variation)->invalid + d->assembly.differing.followers.invalid;
}

const vt_differences *vt_drawn_databases_tables(const vt_drawn_databases *d) {
  return &d->assembly.differing.tables;
}

void vt_drawn_databases_figures(const vt_drawn_databases *d, vt_drawn_figures *figures) {
  const vt_variation_counts *n = vt_variation_count(d->variation);
  *figures = (vt_drawn_figures){
      .exchanges = n->exchanges, .unreached = n->unreached, .invalid = n->invalid};
  vt_variation_bytes(d->variation, &figures->shared_bytes, &figures->thread_bytes);
  for (int b = 0; b < d->assembly.snapshots; b++) {
    double shared, own;
    if (!d->varied[b]) continue;
    vt_varied_bytes(d->varied[b], &shared, &own);
    figures->shared_bytes += shared;
    figures->thread_bytes += own;
    figures->solves += vt_varied_solves(d->varied[b]);
    figures->adjoint = figures->adjoint || vt_varied_adjoint(d->varied[b]);
  }
}

vt_error vt_drawn_databases_tell(vt_drawn_databases *d, int64_t scenario, const char *from,
                                 const char *to, vt_told_exchanges *told) {
  const vt_assembly *a = &d->assembly;
  const vt_system **system;
  VT_ARENA_NEW(a->arena, system, a->snapshots);
  const vt_told_systems systems = {.set = a->set,
                                   .arena = a->arena,
                                   .systems = a->snapshots,
                                   .system = systems_of(d, system),
                                   .variation = d->variation,
                                   .seed = a->study->design.seed};
  return vt_tell_exchanges(&systems, scenario, from, to, told);
}

// -------------------------------------------------------------------------------------------------
// Workers.

void vt_drawn_worker_free(vt_drawn_worker *w) {
  if (!w) return;
  for (int b = 0; w->varied && b < w->from->assembly.snapshots; b++)
    vt_varied_worker_free(w->varied[b]);
  vt_sample_free(w->sample);
  free(w->varied);
  free(w->number);
  free(w->factor);
  free(w->weight);
  free(w->result);
  free(w->residual);
  free(w);
}

static vt_error fill_worker(vt_drawn_worker *w) {
  const vt_drawn_databases *d = w->from;
  ptrdiff_t weights = 0, results = 0, demands = 0;
  VT_NEW(w->varied, d->assembly.snapshots);
  for (int b = 0; b < d->assembly.snapshots; b++) {
    const vt_snapshot_work *s = &d->assembly.snapshot[b];
    const ptrdiff_t flows = s->system->flows;
    const ptrdiff_t numbers = s->demands * (d->entry ? flows : d->categories);
    if (!d->varied[b]) continue;
    if (d->categories * flows > weights) weights = d->categories * flows;
    if (numbers > results) results = numbers;
    if (s->demands > demands) demands = s->demands;
    VT_TRY(vt_varied_worker_create(d->varied[b], &w->varied[b]));
  }
  VT_TRY(vt_sample_create(d->variation, &w->sample));
  VT_NEW(w->number, d->drawing.numbers);
  VT_NEW(w->factor, (ptrdiff_t)d->categories * d->elementaries);
  VT_NEW(w->weight, weights);
  VT_NEW(w->result, results);
  VT_NEW(w->residual, demands);
  memcpy(w->number, d->reference, (size_t)d->drawing.numbers * sizeof *w->number);
  memcpy(w->factor, d->factor, (size_t)d->categories * (size_t)d->elementaries * sizeof *w->factor);
  return VT_OK;
}

vt_error vt_drawn_worker_create(const vt_drawn_databases *drawn, vt_drawn_worker **worker) {
  vt_drawn_worker *w;
  *worker = NULL;
  VT_NEW(w, 1);
  w->from = drawn;
  const vt_error filled = fill_worker(w);
  if (filled != VT_OK) vt_drawn_worker_free(w);
  VT_TRY(filled);
  *worker = w;
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Scenarios.

static void take_factors(vt_drawn_worker *w) {
  const vt_drawn_databases *d = w->from;
  const double *drawn = w->sample->snapshot[d->assembly.snapshots].factor;
  if (!d->source) return;
  for (int c = 0; c < d->categories; c++) {
    for (int e = 0; e < d->elementaries; e++) {
      const ptrdiff_t at = (ptrdiff_t)c * d->elementaries + e;
      if (d->source[at] >= 0) w->factor[at] = drawn[(ptrdiff_t)c * d->list.flows + d->source[at]];
      w->number[d->drawing.background + at] = w->factor[at];
    }
  }
}

static void weigh(vt_drawn_worker *w, const vt_snapshot_work *s) {
  const ptrdiff_t flows = s->system->flows;
  memset(w->weight, 0, (size_t)w->from->categories * (size_t)flows * sizeof *w->weight);
  for (int c = 0; c < w->from->categories; c++)
    for (int k = 0; k < s->kept; k++)
      w->weight[c * flows + s->row[k]] =
          w->factor[(ptrdiff_t)c * w->from->elementaries + s->label[k]];
}

static void put_impacts(vt_drawn_worker *w, int b) {
  const vt_drawn_databases *d = w->from;
  const vt_snapshot_work *s = &d->assembly.snapshot[b];
  for (int i = 0; i < s->demands; i++)
    memcpy(w->number + impact_at(d, b, s->flow[i], 0), w->result + (ptrdiff_t)i * d->categories,
           (size_t)d->categories * sizeof *w->number);
}

// The same flow of several databases lies in several rows of B.
static void put_inventories(vt_drawn_worker *w, int b) {
  const vt_drawn_databases *d = w->from;
  const vt_snapshot_work *s = &d->assembly.snapshot[b];
  for (int i = 0; i < s->demands * s->kept; i++)
    if (d->number[b][i] >= 0) w->number[d->number[b][i]] = 0.0;
  for (int i = 0; i < s->demands * s->kept; i++)
    if (d->number[b][i] >= 0)
      w->number[d->number[b][i]] +=
          w->result[(ptrdiff_t)(i / s->kept) * s->system->flows + s->row[i % s->kept]];
}

static vt_error solve(vt_drawn_worker *w, int b, bool *solved) {
  const vt_drawn_databases *d = w->from;
  const vt_sample_matrices *drawn = &w->sample->snapshot[b];
  if (!w->varied[b]) return VT_OK;
  weigh(w, &d->assembly.snapshot[b]);
  const vt_varied_sample sample = {drawn->technosphere, drawn->biosphere, w->weight};
  const vt_varied_results results = {.score = d->entry ? NULL : w->result,
                                     .residual = w->residual,
                                     .inventory = d->entry ? w->result : NULL};
  VT_TRY(vt_varied_solve(w->varied[b], &sample, &results, solved));
  if (*solved) (d->entry ? put_inventories : put_impacts)(w, b);
  return VT_OK;
}

static void draw_exchanges(vt_drawn_worker *w, int64_t scenario, const double *amount) {
  const vt_drawn_databases *d = w->from;
  const vt_study *study = d->assembly.study;
  const vt_differences *tables = &d->assembly.differing.tables;
  if (study->uncertainty.wanted)
    vt_variation_draw(d->variation, study->design.seed, scenario, w->sample);
  else
    vt_variation_reference(d->variation, w->sample);
  if (amount)
    vt_followed_places_apply(&d->followed, amount, tables, d->variation, scenario, w->sample);
  vt_moves_apply(&d->moves, tables, d->variation, scenario, w->sample);
}

static void take_amounts(vt_drawn_worker *w, int64_t scenario) {
  const vt_drawn_databases *d = w->from;
  const vt_differing *differing = &d->assembly.differing;
  const ptrdiff_t first = d->drawing.background + d->drawing.factors;
  for (int i = 0; i < differing->given; i++) {
    const double amount =
        vt_difference_amount(&differing->tables, differing->given_of[i], scenario);
    w->number[first + i] = isnan(amount) ? d->reference[first + i] : amount;
  }
}

const double *vt_drawn_worker_begin(vt_drawn_worker *w, int64_t scenario) {
  const vt_drawn_databases *d = w->from;
  const vt_followers *followers = &d->assembly.differing.followers;
  double *parameter = w->number + d->drawing.numbers - d->drawing.parameters;
  for (int p = 0; p < followers->sampled; p++)
    parameter[p] = vt_lone_draw_value(followers->draw[p], d->assembly.study->design.seed, scenario);
  take_amounts(w, scenario);
  return w->number;
}

vt_error vt_drawn_worker_draw(vt_drawn_worker *w, int64_t scenario, const double *amount,
                              const double **numbers) {
  const vt_drawn_databases *d = w->from;
  if (!w->drawn || w->scenario != scenario) {
    w->drawn = false;
    w->solved = true;
    draw_exchanges(w, scenario, amount);
    take_factors(w);
    for (int b = 0; b < d->assembly.snapshots && w->solved; b++) VT_TRY(solve(w, b, &w->solved));
    w->drawn = true;
    w->scenario = scenario;
  }
  *numbers = w->solved ? w->number : NULL;
  return VT_OK;
}
