# Sourced by tools that compute: `on_two_ranks mbltn ...`, or one process where MPI is missing.
on_two_ranks() {
  if command -v mpirun >/dev/null 2>&1 && python -c 'import mpi4py' 2>/dev/null; then
    set -x
    mpirun -n 2 "$@"
  else
    echo "no MPI here, running on one process" >&2
    unset OMP_NUM_THREADS OPENBLAS_NUM_THREADS
    set -x
    "$@"
  fi
}
