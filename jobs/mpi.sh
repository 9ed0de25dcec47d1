#!/usr/bin/env bash
# Settings for mpirun on one machine; sourced by the other scripts.
set -euo pipefail

# More ranks than cores is fine here; Open MPI must be told, and MPICH ignores these.
export OMPI_MCA_rmaps_base_oversubscribe=1
if [ "$(id -u)" -eq 0 ]; then # a container, most likely
  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi
