#!/usr/bin/env bash
# The main job: exact failed avalanches beside mean-field theory, on two ranks where MPI is there.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/environment.sh
. tools/two_ranks.sh

# mpirun hides the terminal from the ranks, so the choice is made here.
progress=lines
if [ -t 2 ]; then progress=bar; fi

on_two_ranks mbltn run mpi_jobs/studies/failed_avalanche.toml --progress "$progress" "$@"
