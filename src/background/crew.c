// crew.c - rank 0 knows what is to be solved, the others help: it sends them the requests, all
// solve their stretch, and rank 0 gets the results.
//
// A message is the requests one after the other, each a header and its arrays, all at places that
// are multiples of 8 bytes: who receives it works on the message itself. An empty one sends home.
#include "room.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

// Fewer solves than these are done before the matrices have arrived elsewhere.
enum { FEWEST_SHARED = 16, ALIGNMENT = 8 };

typedef struct header {
  int64_t processes, technosphere;             // the latter two: entries of the matrices
  int64_t flows, biosphere;                    // flows < 0: no matrix
  int64_t demands, terms;                      // terms: of all demands
  int64_t weights, kept;                       // kept < 0: all flows
  int64_t top;                                 // rows of the contribution tables
  int64_t reference, supply, inventory, score; // whether there is such an array
} header;

// -------------------------------------------------------------------------------------------------
// Sending.

static vt_error put(vt_text *message, const void *items, int64_t count, size_t size) {
  static const char zeros[ALIGNMENT] = "";
  VT_TRY(vt_text_add_bytes(message, items, (ptrdiff_t)count * (ptrdiff_t)size));
  const ptrdiff_t over = message->length % ALIGNMENT;
  return over == 0 ? VT_OK : vt_text_add_bytes(message, zeros, ALIGNMENT - over);
}

static vt_error put_matrix(vt_text *message, const vt_sparse *m) {
  VT_TRY(put(message, m->column_start, m->columns + 1, sizeof *m->column_start));
  VT_TRY(put(message, m->row, m->entries, sizeof *m->row));
  return put(message, m->value, m->entries, sizeof *m->value);
}

static vt_error put_demands(vt_text *message, const vt_request *r) {
  for (ptrdiff_t d = 0; d < r->demand_count; d++) {
    const int64_t count = r->demand[d].count;
    VT_TRY(put(message, &count, 1, sizeof count));
    VT_TRY(put(message, r->demand[d].product, count, sizeof *r->demand[d].product));
    VT_TRY(put(message, r->demand[d].amount, count, sizeof *r->demand[d].amount));
  }
  return VT_OK;
}

static vt_error put_request(vt_text *message, const vt_request *r) {
  const vt_sparse *a = r->system.technosphere, *b = r->system.biosphere;
  const header h = {.processes = a->columns,
                    .technosphere = a->entries,
                    .flows = b ? b->rows : -1,
                    .biosphere = b ? b->entries : 0,
                    .demands = r->demand_count,
                    .weights = r->weight_count,
                    .kept = r->flow ? r->flow_count : -1,
                    .top = r->top,
                    .reference = r->system.reference != NULL,
                    .supply = r->supply != NULL,
                    .inventory = r->inventory != NULL,
                    .score = r->score != NULL};
  VT_TRY(put(message, &h, 1, sizeof h));
  VT_TRY(put_matrix(message, a));
  if (b) VT_TRY(put_matrix(message, b));
  if (h.reference) VT_TRY(put(message, r->system.reference, h.processes, sizeof(int)));
  VT_TRY(put_demands(message, r));
  if (h.flows > 0) VT_TRY(put(message, r->weight, h.weights * h.flows, sizeof(double)));
  return r->flow ? put(message, r->flow, h.kept, sizeof(int)) : VT_OK;
}

static vt_error put_requests(vt_text *message, ptrdiff_t count, const vt_request *request) {
  const int64_t requests = count;
  VT_TRY(put(message, &requests, 1, sizeof requests));
  for (ptrdiff_t k = 0; k < count; k++) VT_TRY(put_request(message, &request[k]));
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// Receiving: pointers into the message.

static void *take(char **at, int64_t count, size_t size) {
  void *items = *at;
  const size_t bytes = (size_t)count * size;
  *at += (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  return items;
}

static void take_matrix(char **at, int64_t rows, int64_t columns, int64_t entries, vt_sparse *m) {
  *m = (vt_sparse){.rows = (int)rows, .columns = (int)columns, .entries = (ptrdiff_t)entries};
  m->column_start = take(at, columns + 1, sizeof *m->column_start);
  m->row = take(at, entries, sizeof *m->row);
  m->value = take(at, entries, sizeof *m->value);
}

// A request with what its pointers need: freed as a whole with the arena.
static vt_error take_request(char **at, vt_arena *arena, vt_request *r) {
  const header *h = take(at, 1, sizeof *h);
  vt_sparse *matrix;
  vt_final_demand *demand;
  VT_ARENA_NEW(arena, matrix, 2);
  VT_ARENA_NEW(arena, demand, h->demands);
  take_matrix(at, h->processes, h->processes, h->technosphere, &matrix[0]);
  if (h->flows >= 0) take_matrix(at, h->flows, h->processes, h->biosphere, &matrix[1]);
  *r = (vt_request){
      .system = {.technosphere = &matrix[0], .biosphere = h->flows >= 0 ? &matrix[1] : NULL},
      .demand_count = (ptrdiff_t)h->demands,
      .demand = demand,
      .weight_count = (int)h->weights,
      .flow_count = h->kept >= 0 ? (int)h->kept : 0,
      .top = (int)h->top,
      .first_only = true};
  if (h->reference) r->system.reference = take(at, h->processes, sizeof(int));
  for (int64_t d = 0; d < h->demands; d++) {
    demand[d].count = (int)*(int64_t *)take(at, 1, sizeof(int64_t));
    demand[d].product = take(at, demand[d].count, sizeof(int));
    demand[d].amount = take(at, demand[d].count, sizeof(double));
  }
  if (h->flows > 0) r->weight = take(at, h->weights * h->flows, sizeof(double));
  if (h->kept >= 0) r->flow = take(at, h->kept, sizeof(int));
  const int64_t kept = h->kept >= 0 ? h->kept : h->flows > 0 ? h->flows : 0;
  if (h->supply) VT_ARENA_NEW(arena, r->supply, h->demands * h->processes);
  if (h->inventory) VT_ARENA_NEW(arena, r->inventory, h->demands * kept);
  if (h->score) VT_ARENA_NEW(arena, r->score, h->demands * h->weights);
  const int64_t table = h->weights * 2 * h->top * VT_TOP_NUMBERS;
  if (table > 0) VT_ARENA_NEW(arena, r->table, h->demands * table);
  VT_ARENA_NEW(arena, r->residual, h->demands);
  return VT_OK;
}

static vt_error take_requests(char *at, vt_arena *arena, ptrdiff_t *count, vt_request **request) {
  *count = (ptrdiff_t) * (int64_t *)take(&at, 1, sizeof(int64_t));
  VT_ARENA_NEW(arena, *request, *count);
  for (ptrdiff_t k = 0; k < *count; k++) VT_TRY(take_request(&at, arena, &(*request)[k]));
  return VT_OK;
}

// -------------------------------------------------------------------------------------------------
// The two sides.

bool vt_background_shares(ptrdiff_t solves) {
  return solves >= FEWEST_SHARED;
}

static bool is_shared(const vt_background *background, ptrdiff_t count, const vt_request *request) {
  ptrdiff_t solves = 0;
  if (background->team.size < 2) return false;
  for (ptrdiff_t k = 0; k < count; k++) solves += vt_request_solves(&request[k]);
  return vt_background_shares(solves);
}

vt_error vt_background_lead(vt_background *background, ptrdiff_t count, vt_request *request) {
  if (!is_shared(background, count, request))
    return vt_background_run_alone(background, count, request);
  vt_text message = {0};
  vt_error sent = put_requests(&message, count, request);
  if (sent == VT_OK) sent = vt_team_broadcast_text(&background->team, &message);
  vt_text_free(&message);
  VT_TRY(sent);
  vt_log(VT_LOG_DETAIL, "all ranks solve %td systems of the background", count);
  background->dismissed = true;
  VT_TRY(vt_team_settle(&background->team, VT_OK));
  for (ptrdiff_t k = 0; k < count; k++) request[k].first_only = true;
  const vt_error solved = vt_background_run(background, count, request);
  // An error reaches all ranks, and sends them home.
  background->dismissed = solved != VT_OK;
  return solved;
}

static vt_error help_once(vt_background *background, vt_text *message) {
  vt_arena *arena = NULL;
  vt_request *request = NULL;
  ptrdiff_t count = 0;
  vt_error ready = vt_arena_create(&arena);
  if (ready == VT_OK) ready = take_requests(message->bytes, arena, &count, &request);
  ready = vt_team_settle(&background->team, ready);
  if (ready == VT_OK) ready = vt_background_run(background, count, request);
  vt_arena_free(arena);
  return ready;
}

vt_error vt_background_help(vt_background *background) {
  // While rank 0 reads. A fault comes again when something is to be solved.
  (void)vt_background_start(background);
  for (;;) {
    vt_text message = {0};
    vt_error helped = vt_team_broadcast_text(&background->team, &message);
    const bool done = helped != VT_OK || message.length == 0;
    if (!done) helped = help_once(background, &message);
    vt_text_free(&message);
    VT_TRY(helped);
    if (done) return VT_OK;
  }
}

vt_error vt_background_dismiss(vt_background *background) {
  vt_text nothing = {0};
  if (background->team.size < 2 || background->dismissed) return VT_OK;
  background->dismissed = true;
  return vt_team_broadcast_text(&background->team, &nothing);
}
