// halt.h - being told to stop, known to all ranks.
#ifndef VT_ENSEMBLE_HALT_H
#define VT_ENSEMBLE_HALT_H

#include "vintner/team.h"

/// On a node the word is in shared memory, so that even a rank that is at work sees it; between
/// nodes it goes by messages, which are looked for between two blocks.
typedef struct vt_halt {
  const vt_team *team;
  MPI_Comm node;
  int nodes_ranks; ///< ranks on this node
  bool open, shared;
  MPI_Win window;
  int64_t *cell;      ///< shared by the node: the word, and what all nodes know
  int told, received; ///< messages of this rank: tellings, and what came from other nodes
  MPI_Request *sent;  ///< shape [told * team->size]
  ptrdiff_t room;
} vt_halt;

/// Collective. From now on vt_stop_asked tells what any rank of the node was told.
vt_error vt_halt_open(const vt_team *team, vt_halt *h);
/// The same with another idea of what a node is; `node` is the halt's from now on.
vt_error vt_halt_open_on(const vt_team *team, MPI_Comm node, vt_halt *h);
/// Pass on and take in. By the main thread.
vt_error vt_halt_poll(vt_halt *h);
/// Collective. All ranks know the same afterwards.
vt_error vt_halt_close(vt_halt *h);

#endif
