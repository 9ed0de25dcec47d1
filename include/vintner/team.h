// team.h - the ranks that work together, or the one process that works alone.
#ifndef VT_TEAM_H
#define VT_TEAM_H

#include "vintner/base.h"

#include <mpi.h>

/// Return from the function if an MPI call fails.
#define VT_CALL_MPI(...)                                                                           \
  do {                                                                                             \
    const int vt_mpi_ = (__VA_ARGS__);                                                             \
    VT_CHECK(vt_mpi_ == MPI_SUCCESS, VT_ERR_SYSTEM, "MPI refused `%s`: error %d", #__VA_ARGS__,    \
             vt_mpi_);                                                                             \
  } while (0)

typedef struct vt_team {
  int rank, size;
  bool parallel; ///< MPI was started; else this is one process and comm is not valid
  MPI_Comm comm;
} vt_team;

/// Start MPI if a launcher (mpirun, srun) started this process, else work alone: MPI_Init of a
/// single process costs more than a small ensemble.
/// @return VT_ERR_INPUT if srun started several tasks without telling MPI
vt_error vt_team_open(int *argc, char ***argv, vt_team *team);
void vt_team_close(vt_team *team);

/// The team of a communicator, which is borrowed; MPI_COMM_NULL: this process alone.
vt_error vt_team_of(MPI_Comm comm, vt_team *team);

/// Collective. How ranks come to one mind about an error: VT_OK if all of them were well, else the
/// error of the lowest rank that was not, with its text, on every rank that has none of its own.
vt_error vt_team_settle(const vt_team *team, vt_error mine);
/// Collective. The lowest rank whose error is not VT_OK; team->size if there is none.
vt_error vt_team_speaker(const vt_team *team, vt_error mine, int *speaker);
/// Collective. The largest of the ranks' values.
vt_error vt_team_largest(const vt_team *team, int *value);
/// Collective. Whether this is the lowest rank of those that say `mine`.
vt_error vt_team_first(const vt_team *team, bool mine, bool *first);
/// Collective. Send bytes of rank 0 to all.
vt_error vt_team_broadcast(const vt_team *team, void *bytes, int64_t count);
/// Collective. Send a text of rank 0 to all; the others' `text` is filled.
vt_error vt_team_broadcast_text(const vt_team *team, vt_text *text);
vt_error vt_team_barrier(const vt_team *team);

enum { VT_MOST_THREADS = 4096 };

/// Threads this rank should use: OMP_NUM_THREADS, else the cores it is bound to, no more than its
/// cgroup lets it use, shared fairly with the ranks bound to the same ones. Collective.
/// @return VT_ERR_INPUT if OMP_NUM_THREADS is no number from 1 to VT_MOST_THREADS
vt_error vt_team_threads(const vt_team *team, int *threads);

#endif
