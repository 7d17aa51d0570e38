#!/bin/bash
@directives
#
# @origin
# @plan
#
# Before its time is over the run ends by itself with 75, "unfinished, go on later". After qdel PBS
# sends SIGTERM to all processes of a job, and SIGKILL ten seconds later (kill_delay of the server):
# the ranks finish or drop what is in flight. PBS lets only operators requeue a job: submit this
# script again, or a second one with -W depend=afterany:NUMBER (of an array NUMBER[]). A finished
# realization is never computed again, however this job ends.
#
# Tried: OpenPBS 23.06 on one node, Open MPI 4.1 by mpirun: arrays, qdel, walltime, afterany. Not
# tried: several nodes, other MPI libraries. An Open MPI that was built without PBS (Debian's) needs
# OMPI_MCA_orte_default_hostfile=$PBS_NODEFILE there.

cd -- "${PBS_O_WORKDIR:-.}" || exit 1
# PBS does not say when the job ends; mbltn run reads this.
export MBLTN_JOB_END=$(($(date +%s) + @seconds))
# After SIGTERM Open MPI kills ranks when twice this time is over; its default is one second.
export OMPI_MCA_odls_base_sigkill_timeout=4 PRTE_MCA_odls_base_sigkill_timeout=4
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
  # bash may lose the code of a job that ends as the signal comes (-1, 127), in its first second
  # signals kill a job (138, 143), and mpirun ends with 1 after SIGTERM. To go on is always safe.
  case $code in @lost) code=75 ;; esac
done

if [ "$code" -eq 75 ]; then
  echo "unfinished: submit this script again from the same folder to go on" >&2
fi
exit "$code"
