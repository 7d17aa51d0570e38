#!/usr/bin/env bash
# Writes the example scripts in mpi_jobs/ anew, each by the command that stands in it: for when the
# templates or the costs of the planner have changed.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/environment.sh

mbltn=$(command -v mbltn)
PATH=/usr/bin:/bin  # of no environment: it would stand in the scripts

for script in mpi_jobs/slurm/*.sh mpi_jobs/pbs/*.sh; do
  command=$(sed -n 's/^# Written by: mbltn submit //p' "$script")
  eval "$mbltn submit --script $script $command" 2>/dev/null
done
