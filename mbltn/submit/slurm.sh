#!/bin/bash
@directives
#
# @origin
# @plan
#
# Before its time is over Slurm signals this shell, which tells the ranks. They finish or drop what is
# in flight and end with 75, "unfinished, go on later": the job then returns into the queue. A
# finished realization is never computed again, however this job ends.
#
# Tried: Slurm 22.05 on one node, Open MPI 4.1 by mpirun and by srun (with SLURM_MPI_TYPE=pmix): arrays,
# scancel, the signal, requeue. Not tried: several nodes, other MPI libraries, preemption.

cd -- "${SLURM_SUBMIT_DIR:-.}" || exit 1
@preparation
job=
trap '[ -z "$job" ] || kill -USR1 "$job"' USR1 TERM
@launch &
job=$!
wait "$job"
code=$?
while [ "$code" -gt 128 ] && kill -0 "$job" 2>/dev/null; do  # a signal ended wait, not the job
  wait "$job"
  code=$?
done

if [ "$code" -eq 75 ] && [ "${SLURM_RESTART_COUNT:-0}" -lt @restarts ]; then
  scontrol requeue "@job_number"
fi
exit "$code"
