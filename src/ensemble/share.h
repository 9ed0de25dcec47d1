// share.h - which scenarios a rank takes next.
#ifndef VT_ENSEMBLE_SHARE_H
#define VT_ENSEMBLE_SHARE_H

#include "vintner/ensemble.h"

/// Where the common counter lives.
typedef enum vt_share_mode {
  SHARE_ALONE,  ///< one rank
  SHARE_NODE,   ///< shared memory of the one node all ranks are on
  SHARE_REMOTE, ///< one-sided fetches from rank 0
  SHARE_STATIC, ///< no counter: block b goes to rank b mod size
} vt_share_mode;

/// Blocks are numbered; where they begin follows from their number alone, so every rank knows them
/// and only the number has to be fetched.
typedef struct vt_share {
  vt_share_mode mode;
  const vt_team *team;
  int64_t work, largest, workers;
  int64_t next_static;          ///< SHARE_ALONE and SHARE_STATIC: number of this rank's next block
  int64_t walked, walked_first; ///< a block number and where it begins
  MPI_Win window;
  int64_t *counter; ///< SHARE_NODE: in shared memory
} vt_share;

/// Collective. `largest`: most scenarios in a block (rank 0's word counts).
vt_error vt_share_open(const vt_team *team, int64_t work, int threads, int64_t largest,
                       vt_share *s);
/// Collective.
vt_error vt_share_close(vt_share *s);

/// The next block for this rank; count 0: nothing is left.
vt_error vt_share_next(vt_share *s, int64_t *first, int64_t *count);

#endif
