#!/usr/bin/env bash
# Every case of the catalogue at small size, on two ranks where MPI is there. Arguments go to mbltn validate.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/environment.sh

if command -v mpirun >/dev/null 2>&1 && python -c 'import mpi4py' 2>/dev/null; then
  set -x
  mpirun -n 2 mbltn validate --progress lines "$@"
else
  unset OMP_NUM_THREADS OPENBLAS_NUM_THREADS
  set -x
  mbltn validate --progress lines "$@"
fi
