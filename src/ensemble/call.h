// call.h - MPI calls of this room, checked.
#ifndef VT_ENSEMBLE_CALL_H
#define VT_ENSEMBLE_CALL_H

#include "vintner/base.h"

#include <mpi.h>

#define VT_CALL_MPI(...)                                                                           \
  do {                                                                                             \
    const int vt_mpi_ = (__VA_ARGS__);                                                             \
    VT_CHECK(vt_mpi_ == MPI_SUCCESS, VT_ERR_SYSTEM, "MPI refused `%s`: error %d", #__VA_ARGS__,    \
             vt_mpi_);                                                                             \
  } while (0)

#endif
