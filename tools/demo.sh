#!/usr/bin/env bash
# The main job: exact failed avalanches beside mean-field theory, on two ranks where MPI is there.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/environment.sh

study=mpi_jobs/studies/failed_avalanche.toml
# mpirun hides the terminal from the ranks, so the choice is made here.
progress=lines
if [ -t 2 ]; then progress=bar; fi

if command -v mpirun >/dev/null 2>&1 && python -c 'import mpi4py' 2>/dev/null; then
  set -x
  mpirun -n 2 mbltn run "$study" --progress "$progress" "$@"
else
  echo "demo: no MPI here, running on one process" >&2
  unset OMP_NUM_THREADS OPENBLAS_NUM_THREADS
  set -x
  mbltn run "$study" --progress "$progress" "$@"
fi
