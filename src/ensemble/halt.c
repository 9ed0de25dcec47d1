// halt.c - being told to stop: one word for a node, small messages between nodes.
#include "halt.h"

#include <stdatomic.h>
#include <stdlib.h>

enum { TAG = 4711, WORD = 0, TOLD = 1, CELLS = 2 };

static _Atomic int *word_of(const vt_halt *h, int cell) {
  return (_Atomic int *)&h->cell[cell];
}

static bool has_other_nodes(const vt_halt *h) {
  return h->nodes_ranks < h->team->size;
}

static vt_error open_window(vt_halt *h) {
  int rank, unit;
  MPI_Aint size;
  int64_t *mine;
  VT_CALL_MPI(MPI_Comm_rank(h->node, &rank));
  VT_CALL_MPI(MPI_Comm_size(h->node, &h->nodes_ranks));
  const MPI_Aint bytes = rank == 0 ? CELLS * (MPI_Aint)sizeof *mine : 0;
  VT_CALL_MPI(
      MPI_Win_allocate_shared(bytes, (int)sizeof *mine, MPI_INFO_NULL, h->node, &mine, &h->window));
  h->open = true;
  VT_CALL_MPI(MPI_Win_shared_query(h->window, 0, &size, &unit, &h->cell));
  for (int cell = 0; rank == 0 && cell < CELLS; cell++) h->cell[cell] = 0;
  VT_CALL_MPI(MPI_Barrier(h->node));
  vt_stop_share(word_of(h, WORD));
  h->shared = true;
  return VT_OK;
}

vt_error vt_halt_open_on(const vt_team *team, MPI_Comm node, vt_halt *h) {
  *h = (vt_halt){.team = team, .node = node};
  return open_window(h);
}

vt_error vt_halt_open(const vt_team *team, vt_halt *h) {
  *h = (vt_halt){.team = team, .node = MPI_COMM_NULL};
  if (team->size == 1) return VT_OK;
  MPI_Comm node;
  VT_CALL_MPI(MPI_Comm_split_type(team->comm, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node));
  return vt_halt_open_on(team, node, h);
}

// One rank of a node tells all others of a level; to those of its own node it is nothing new.
static vt_error tell(vt_halt *h, int level) {
  static const int levels[] = {VT_GO_ON, VT_DRAIN, VT_DROP, VT_QUIT};
  const int size = h->team->size;
  VT_TRY(vt_grow(&h->sent, &h->room, (ptrdiff_t)(h->told + 1) * size, sizeof *h->sent));
  MPI_Request *sent = h->sent + (ptrdiff_t)h->told * size;
  for (int rank = 0; rank < size; rank++) sent[rank] = MPI_REQUEST_NULL;
  h->told++;
  for (int rank = 0; rank < size; rank++) {
    if (rank == h->team->rank) continue;
    VT_CALL_MPI(MPI_Isend(&levels[level], 1, MPI_INT, rank, TAG, h->team->comm, &sent[rank]));
  }
  return VT_OK;
}

// Whether nobody of this node has told, or was told by message, of a level; from now on it is
// known.
static bool is_news(const vt_halt *h, int level) {
  int told = atomic_load(word_of(h, TOLD));
  while (told < level) {
    if (atomic_compare_exchange_weak(word_of(h, TOLD), &told, level)) return true;
  }
  return false;
}

static vt_error receive(vt_halt *h) {
  int level;
  VT_CALL_MPI(MPI_Recv(&level, 1, MPI_INT, MPI_ANY_SOURCE, TAG, h->team->comm, MPI_STATUS_IGNORE));
  h->received++;
  vt_stop_ask((vt_stop)level);
  (void)is_news(h, level); // to no other node
  return VT_OK;
}

vt_error vt_halt_poll(vt_halt *h) {
  if (!h->shared || !has_other_nodes(h)) return VT_OK;
  for (;;) {
    int there;
    VT_CALL_MPI(MPI_Iprobe(MPI_ANY_SOURCE, TAG, h->team->comm, &there, MPI_STATUS_IGNORE));
    if (!there) break;
    VT_TRY(receive(h));
  }
  const int asked = (int)vt_stop_asked();
  return is_news(h, asked) ? tell(h, asked) : VT_OK;
}

// Nobody leaves while a message is on its way to him.
static vt_error settle(vt_halt *h) {
  VT_TRY(vt_halt_poll(h));
  int tellings = h->told;
  VT_CALL_MPI(MPI_Allreduce(MPI_IN_PLACE, &tellings, 1, MPI_INT, MPI_SUM, h->team->comm));
  while (h->received < tellings - h->told) VT_TRY(receive(h));
  for (ptrdiff_t i = 0; i < (ptrdiff_t)h->told * h->team->size; i++)
    VT_CALL_MPI(MPI_Wait(&h->sent[i], MPI_STATUS_IGNORE));
  return VT_OK;
}

vt_error vt_halt_close(vt_halt *h) {
  vt_error settled = VT_OK;
  if (h->shared && has_other_nodes(h)) settled = settle(h);
  if (h->shared) vt_stop_share(NULL);
  free(h->sent);
  if (h->open) {
    VT_CALL_MPI(MPI_Barrier(h->node));
    VT_CALL_MPI(MPI_Win_free(&h->window));
  }
  if (h->node != MPI_COMM_NULL) (void)MPI_Comm_free(&h->node);
  return settled;
}
