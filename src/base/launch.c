// launch.c - what the process is told by its surroundings: the launcher, the time.
#include "vintner/base.h"

#include <stdlib.h>
#include <time.h>

double vt_clock_s(void) {
  struct timespec now;
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

bool vt_launched(void) {
  // What mpirun of Open MPI and MPICH, and srun with PMI or PMIx, set for each process.
  const char *const signs[] = {
      "OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK", "PMI_SIZE", "PMI_FD", "MPI_LOCALNRANKS"};
  for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
    if (getenv(signs[i])) return true;
  }
  return false;
}
