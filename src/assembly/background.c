// background.c - background inventories: solved for each snapshot, stored for the model.
#include "assembly.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// -------------------------------------------------------------------------------------------------
// Requests.

typedef struct place {
  int label, row;
} place;

static int compare_places(const void *a, const void *b) {
  const place *x = a, *y = b;
  const int labels = (x->label > y->label) - (x->label < y->label);
  return labels != 0 ? labels : (x->row > y->row) - (x->row < y->row);
}

// The flows of a snapshot that the model takes, ascending by their number there.
static vt_error pick_flows(const vt_assembly *a, const int *candidate_of, vt_snapshot_work *s) {
  place *at;
  VT_ARENA_NEW(a->arena, at, s->system->flows);
  for (int e = 0; e < s->system->flows; e++) {
    const int label = a->candidates.label[candidate_of[s->system->flow[e]]];
    if (label >= 0) at[s->kept++] = (place){label, e};
  }
  if (s->kept > 1) qsort(at, (size_t)s->kept, sizeof *at, compare_places);
  VT_ARENA_NEW(a->arena, s->row, s->kept);
  VT_ARENA_NEW(a->arena, s->label, s->kept);
  for (int k = 0; k < s->kept; k++) {
    s->row[k] = at[k].row;
    s->label[k] = at[k].label;
  }
  VT_ARENA_NEW(a->arena, s->inventory, (ptrdiff_t)s->demands * (s->kept + 1));
  s->residual = s->inventory + (ptrdiff_t)s->demands * s->kept;
  return VT_OK;
}

vt_error vt_assembly_pick_flows(const vt_assembly *a) {
  const vt_candidates *c = &a->candidates;
  int *candidate_of;
  VT_ARENA_NEW(a->arena, candidate_of, a->set->nodes);
  for (int k = 0; k < c->nodes; k++) candidate_of[c->node[k]] = c->candidate[k];
  for (int b = 0; b < a->snapshots; b++)
    if (!a->snapshot[b].row) VT_TRY(pick_flows(a, candidate_of, &a->snapshot[b]));
  return VT_OK;
}

static vt_request request_of(const vt_snapshot_work *s) {
  const vt_system *system = s->system;
  return (vt_request){.system = {.technosphere = &system->technosphere,
                                 .biosphere = system->flows > 0 ? &system->biosphere : NULL,
                                 .reference = system->reference},
                      .demand_count = s->demands,
                      .demand = s->demand,
                      .flow_count = s->kept,
                      .flow = s->row,
                      .inventory = s->inventory,
                      .residual = s->residual};
}

// -------------------------------------------------------------------------------------------------
// What was computed by an earlier run.

static vt_error add_numbers(vt_text *bytes, const void *item, ptrdiff_t count, size_t size) {
  VT_TRY(vt_text_add_bytes(bytes, &count, (ptrdiff_t)sizeof count));
  return vt_text_add_bytes(bytes, item, count * (ptrdiff_t)size);
}

static vt_error add_matrix(vt_text *bytes, const vt_sparse *m) {
  VT_TRY(add_numbers(bytes, m->column_start, (ptrdiff_t)m->columns + 1, sizeof *m->column_start));
  VT_TRY(add_numbers(bytes, m->row, m->entries, sizeof *m->row));
  return add_numbers(bytes, m->value, m->entries, sizeof *m->value);
}

// All that the inventories of a snapshot depend on, the way of solving included.
static vt_error key_of(const vt_snapshot_work *s, char key[65]) {
  static const char solver[] = "vintner inventories 1";
  const vt_system *system = s->system;
  vt_text bytes = {0};
  vt_error added = vt_text_add_bytes(&bytes, solver, (ptrdiff_t)sizeof solver);
  if (added == VT_OK) added = add_matrix(&bytes, &system->technosphere);
  if (added == VT_OK) added = add_matrix(&bytes, &system->biosphere);
  if (added == VT_OK)
    added = add_numbers(&bytes, system->reference, system->processes, sizeof *system->reference);
  if (added == VT_OK) added = add_numbers(&bytes, s->product, s->demands, sizeof *s->product);
  if (added == VT_OK) added = add_numbers(&bytes, s->row, s->kept, sizeof *s->row);
  if (added == VT_OK) vt_sha256(bytes.bytes, bytes.length, key);
  vt_text_free(&bytes);
  return added;
}

// Inventories, then residuals: they lie in one piece, so that the cache has them in one.
static ptrdiff_t numbers_of(const vt_snapshot_work *s) {
  return (ptrdiff_t)s->demands * (s->kept + 1);
}

static bool is_worth_keeping(const vt_snapshot_work *s) {
  const double entries = (double)s->system->technosphere.entries;
  return s->demands > 0 && vt_cache_wanted(entries * s->demands);
}

static vt_error find_kept(vt_snapshot_work *s) {
  if (!is_worth_keeping(s)) return VT_OK;
  VT_TRY(key_of(s, s->key));
  s->known = vt_cache_find(s->key, numbers_of(s), s->inventory);
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Solving.

static vt_error name_culprits(const vt_assembly *a, const vt_request *request, const int *asked,
                              int requests, vt_error error) {
  for (int r = 0; r < requests && error == VT_ERR_INPUT; r++) {
    const vt_culprits *c = &request[r].culprits;
    const vt_snapshot_work *s = &a->snapshot[asked[r]];
    char where[512];
    (void)snprintf(where, sizeof where, "%s: database '%s'",
                   vt_cut(a->set->database[s->database[0]].path, 300), vt_cut(s->name, 80));
    if (c->products + c->processes > 0) return vt_name_culprits(a->set, s->system, where, c, error);
  }
  return error;
}

static vt_error solve(const vt_assembly *a, vt_background *background) {
  vt_request *request;
  int *asked, requests = 0;
  for (int b = 0; b < a->snapshots; b++) VT_TRY(find_kept(&a->snapshot[b]));
  VT_ARENA_NEW(a->arena, request, a->snapshots);
  VT_ARENA_NEW(a->arena, asked, a->snapshots);
  for (int b = 0; b < a->snapshots; b++) {
    const vt_snapshot_work *s = &a->snapshot[b];
    if (s->known || s->demands == 0) continue;
    request[requests] = request_of(s);
    asked[requests++] = b;
  }
  if (requests == 0) return VT_OK;
  const vt_error solved = vt_background_lead(background, requests, request);
  VT_TRY(name_culprits(a, request, asked, requests, solved));
  for (int r = 0; r < requests; r++) {
    const vt_snapshot_work *s = &a->snapshot[asked[r]];
    if (s->key[0]) vt_cache_keep(s->key, numbers_of(s), s->inventory);
  }
  return VT_OK;
}

// The same flow of several databases lies in several rows of B: their sum is its inventory.
static void add_repeated(const vt_assembly *a) {
  for (int b = 0; b < a->snapshots; b++) {
    const vt_snapshot_work *s = &a->snapshot[b];
    for (int k = s->kept - 1; k > 0; k--) {
      if (s->label[k] != s->label[k - 1]) continue;
      for (int d = 0; d < s->demands; d++) {
        double *inventory = s->inventory + (ptrdiff_t)d * s->kept;
        inventory[k - 1] += inventory[k];
        inventory[k] = 0.0;
      }
    }
  }
}

// -------------------------------------------------------------------------------------------------
// The cutoff: an entry goes if it is a small share of every impact that it is part of.

// Characterisation by flow of the model, year and category.
typedef struct weights {
  int categories, years;
  const double **row; // factors of a flow in a category; shape [flows, categories]
} weights;

static vt_error list_weights(const vt_assembly *a, weights *w) {
  const vt_candidates *c = &a->candidates;
  const int count = vt_labels_count(c->code);
  w->categories = a->plan->categories;
  w->years = a->inputs->system_times;
  VT_ARENA_NEW(a->arena, w->row,
               (ptrdiff_t)vt_labels_count(a->inputs->elementary_flow) * w->categories);
  for (int e = 0; e < count; e++) {
    for (int i = 0; i < w->categories && c->label[e] >= 0; i++)
      w->row[(ptrdiff_t)c->label[e] * w->categories + i] =
          c->factor + ((ptrdiff_t)i * count + e) * w->years;
  }
  return VT_OK;
}

static void mark_large(const weights *w, const vt_snapshot_work *s, const double *inventory,
                       double cutoff, bool *large) {
  for (int i = 0; i < w->categories; i++) {
    for (int t = 0; t < w->years; t++) {
      double total = 0.0;
      for (int k = 0; k < s->kept; k++)
        total += fabs(inventory[k] * w->row[(ptrdiff_t)s->label[k] * w->categories + i][t]);
      for (int k = 0; k < s->kept; k++) {
        const double part =
            fabs(inventory[k] * w->row[(ptrdiff_t)s->label[k] * w->categories + i][t]);
        large[k] = large[k] || (part > 0.0 && part >= cutoff * total);
      }
    }
  }
}

// Only characterised flows that the foreground does not emit and the study does not retain.
static bool may_go(const vt_assembly *a, int label) {
  const char *code = vt_labels_get(a->inputs->elementary_flow, label);
  const int candidate = vt_labels_find(a->candidates.code, code, (ptrdiff_t)strlen(code));
  if (candidate < a->candidates.direct || !a->candidates.characterised[candidate]) return false;
  return !vt_assembly_retains(a, code);
}

static vt_error cut(const vt_assembly *a) {
  weights w = {0};
  bool *large;
  if (!(a->plan->cutoff > 0.0)) return VT_OK;
  VT_ARENA_NEW(a->arena, large, vt_labels_count(a->inputs->elementary_flow));
  VT_TRY(list_weights(a, &w));
  for (int b = 0; b < a->snapshots; b++) {
    vt_snapshot_work *s = &a->snapshot[b];
    VT_ARENA_NEW(a->arena, s->cut, (ptrdiff_t)s->demands * s->kept);
    for (int d = 0; d < s->demands; d++) {
      double *inventory = s->inventory + (ptrdiff_t)d * s->kept;
      memset(large, 0, (size_t)s->kept * sizeof *large);
      mark_large(&w, s, inventory, a->plan->cutoff, large);
      for (int k = 0; k < s->kept; k++) {
        bool *gone = &s->cut[(ptrdiff_t)d * s->kept + k];
        *gone = !large[k] && may_go(a, s->label[k]);
        if (*gone) inventory[k] = 0.0;
      }
    }
  }
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// The tensor.

// What is 0 in the reference may not be in a scenario that draws it.
static bool is_stored(const vt_snapshot_work *s, ptrdiff_t i, bool drawn) {
  const int k = (int)(i % s->kept);
  if (fabs(s->inventory[i]) > 0.0) return true;
  if (!drawn || (s->cut && s->cut[i])) return false;
  return k == 0 || s->label[k] != s->label[k - 1];
}

static vt_error store(vt_assembly *a) {
  vt_tensor *tensor = &a->inputs->tensor[VT_TENSOR_BACKGROUND];
  const bool drawn = vt_study_varies(a->study) && vt_drawn_inventories(a->study);
  ptrdiff_t most = 0;
  for (int b = 0; b < a->snapshots; b++)
    most += (ptrdiff_t)a->snapshot[b].demands * a->snapshot[b].kept;
  *tensor = (vt_tensor){0};
  VT_ARENA_NEW(a->inputs->arena, tensor->index, 3 * most);
  VT_ARENA_NEW(a->inputs->arena, tensor->value, most);
  for (int b = 0; b < a->snapshots; b++) {
    const vt_snapshot_work *s = &a->snapshot[b];
    for (ptrdiff_t i = 0; i < (ptrdiff_t)s->demands * s->kept; i++) {
      const int demand = (int)(i / s->kept), k = (int)(i % s->kept);
      VT_CHECK(isfinite(s->inventory[i]), VT_ERR_INPUT,
               "%s: database '%s': found numbers too large for the inventory of '%s'",
               a->set->database[s->database[0]].path, s->name,
               vt_labels_get(a->inputs->intermediate_flow, s->flow[demand]));
      if (!is_stored(s, i, drawn)) continue;
      int32_t *key = tensor->index + 3 * tensor->count;
      key[0] = b;
      key[1] = s->flow[demand];
      key[2] = s->label[k];
      tensor->value[tensor->count++] = s->inventory[i];
    }
  }
  return VT_OK;
}

vt_error vt_assembly_background(vt_assembly *a, vt_background *background) {
  VT_TRY(vt_assembly_pick_flows(a));
  VT_TRY(solve(a, background));
  add_repeated(a);
  VT_TRY(cut(a));
  return store(a);
}
