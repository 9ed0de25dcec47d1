// share.c - guided self-scheduling: blocks get smaller as less work is left, so that all ranks end
// together; the choice of counter changes who solves what, never a result.
#include "share.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

// A fetch above this waits for rank 0 to come around (no RDMA): static blocks are faster then.
static const double slow_fetch_s = 100e-6;

static bool choose_by_environment(vt_share *s) {
  const char *wish = getenv("VINTNER_SCHEDULE");
  if (!wish) return false;
  if (strcmp(wish, "static") == 0) s->mode = SHARE_STATIC;
  if (strcmp(wish, "remote") == 0) s->mode = SHARE_REMOTE;
  if (strcmp(wish, "node") == 0) s->mode = SHARE_NODE;
  return strcmp(wish, "static") == 0;
}

static vt_error open_node_counter(vt_share *s, MPI_Comm node) {
  int64_t *mine;
  const MPI_Aint bytes = s->team->rank == 0 ? (MPI_Aint)sizeof *mine : 0;
  VT_CALL_MPI(
      MPI_Win_allocate_shared(bytes, (int)sizeof *mine, MPI_INFO_NULL, node, &mine, &s->window));
  MPI_Aint size;
  int unit;
  VT_CALL_MPI(MPI_Win_shared_query(s->window, 0, &size, &unit, &s->counter));
  if (s->team->rank == 0) *s->counter = 0;
  return vt_team_barrier(s->team);
}

static vt_error fetch_remote(const vt_share *s, int64_t add, int64_t *value) {
  VT_CALL_MPI(MPI_Win_lock(MPI_LOCK_SHARED, 0, 0, s->window));
  VT_CALL_MPI(MPI_Fetch_and_op(&add, value, MPI_INT64_T, 0, 0, MPI_SUM, s->window));
  VT_CALL_MPI(MPI_Win_unlock(0, s->window));
  return VT_OK;
}

// Whether one-sided fetches work and are quick on every rank.
static vt_error open_remote_counter(vt_share *s, bool *good) {
  int64_t *mine, value;
  const MPI_Aint bytes = s->team->rank == 0 ? (MPI_Aint)sizeof *mine : 0;
  *good = MPI_Win_allocate(bytes, (int)sizeof *mine, MPI_INFO_NULL, s->team->comm, &mine,
                           &s->window) == MPI_SUCCESS;
  if (!*good) return VT_OK;
  if (s->team->rank == 0) *mine = 0;
  VT_TRY(vt_team_barrier(s->team));
  const double start = MPI_Wtime();
  for (int i = 0; i < 8; i++) VT_TRY(fetch_remote(s, 0, &value));
  double latency_s = (MPI_Wtime() - start) / 8;
  VT_CALL_MPI(MPI_Allreduce(MPI_IN_PLACE, &latency_s, 1, MPI_DOUBLE, MPI_MAX, s->team->comm));
  *good = latency_s < slow_fetch_s || getenv("VINTNER_SCHEDULE") != NULL;
  if (!*good) VT_CALL_MPI(MPI_Win_free(&s->window));
  return VT_OK;
}

static vt_error choose_mode(vt_share *s) {
  if (choose_by_environment(s)) return VT_OK;
  MPI_Comm node;
  int on_node;
  VT_CALL_MPI(MPI_Comm_split_type(s->team->comm, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node));
  VT_CALL_MPI(MPI_Comm_size(node, &on_node));
  int one_node = on_node == s->team->size;
  VT_CALL_MPI(MPI_Allreduce(MPI_IN_PLACE, &one_node, 1, MPI_INT, MPI_LAND, s->team->comm));
  vt_error opened = VT_OK;
  if (one_node && s->mode != SHARE_REMOTE) {
    s->mode = SHARE_NODE;
    opened = open_node_counter(s, node);
  } else {
    bool good;
    opened = open_remote_counter(s, &good);
    s->mode = good ? SHARE_REMOTE : SHARE_STATIC;
  }
  (void)MPI_Comm_free(&node);
  return opened;
}

vt_error vt_share_open(const vt_team *team, int64_t work, int threads, int64_t largest,
                       vt_share *s) {
  *s = (vt_share){.mode = SHARE_ALONE, .team = team, .work = work, .largest = largest};
  int64_t workers = threads;
  if (team->parallel) {
    VT_CALL_MPI(MPI_Allreduce(MPI_IN_PLACE, &workers, 1, MPI_INT64_T, MPI_SUM, team->comm));
    VT_CALL_MPI(MPI_Bcast(&s->largest, 1, MPI_INT64_T, 0, team->comm));
  }
  s->workers = workers;
  // A single scenario is rank 0's, where a kind may have solved it beforehand.
  if (team->size > 1 && work == 1) s->mode = SHARE_STATIC;
  if (team->size > 1 && work > 1) VT_TRY(choose_mode(s));
  s->next_static = s->mode == SHARE_STATIC ? team->rank : 0;
  const char *const names[] = {"one rank", "shared memory", "one-sided fetches", "fixed blocks"};
  vt_log(VT_LOG_DETAIL, "sharing out: %s, blocks of at most %lld scenarios", names[s->mode],
         (long long)s->largest);
  return VT_OK;
}

vt_error vt_share_close(vt_share *s) {
  if (s->mode == SHARE_NODE || s->mode == SHARE_REMOTE) VT_CALL_MPI(MPI_Win_free(&s->window));
  return VT_OK;
}

static int64_t block_size(const vt_share *s, int64_t first) {
  int64_t size = (s->work - first) / (2 * s->workers);
  if (size > s->largest) size = s->largest;
  if (size < 1) size = 1;
  return size < s->work - first ? size : s->work - first;
}

vt_error vt_share_next(vt_share *s, int64_t *first, int64_t *count) {
  int64_t number = s->next_static;
  if (s->mode == SHARE_NODE) {
    number = atomic_fetch_add((_Atomic int64_t *)s->counter, 1);
  } else if (s->mode == SHARE_REMOTE) {
    VT_TRY(fetch_remote(s, 1, &number));
  }
  s->next_static += s->mode == SHARE_STATIC ? s->team->size : 1;
  for (; s->walked < number && s->walked_first < s->work; s->walked++) {
    s->walked_first += block_size(s, s->walked_first);
  }
  *first = s->walked_first;
  *count = s->walked_first < s->work ? block_size(s, s->walked_first) : 0;
  return VT_OK;
}
