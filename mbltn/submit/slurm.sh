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
told=
tell() {
  told=yes
  [ -z "$job" ] || kill -USR1 "$job" 2>/dev/null
}
trap tell USR1 TERM
@launch &
job=$!
[ -z "$told" ] || tell
wait "$job"
code=$?
while [ -n "$told" ]; do  # a signal ends wait, whether or not the job has ended
  told=
  wait "$job"
  code=$?
  # bash may lose the code of a job that ends as the signal comes (-1, 127), and in its first second
  # the signal kills a job (138). To go on is always safe.
  case $code in -1 | 127 | 138) code=75 ;; esac
done

if [ "$code" -eq 75 ] && [ "${SLURM_RESTART_COUNT:-0}" -lt @restarts ]; then
  scontrol requeue "@job_number"
fi
exit "$code"
