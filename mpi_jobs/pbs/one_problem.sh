#!/bin/bash
#PBS -N large_chain
#PBS -l select=2:ncpus=32:mpiprocs=32:mem=122071mb
#PBS -l place=scatter
#PBS -l walltime=01:50:00
#PBS -j oe
#PBS -r y
#
# Written by: mbltn submit --cluster pbs --ranks 64 --ranks-per-realization 64 --nodes 2 --mem 256GB --environment mpi_jobs/environment/modules.sh -- mpi_jobs/studies/large_chain.toml
# Planned: 8 realizations in one job of about 50 min on 64 ranks of 40 GFlop/s and 230 GB; a problem takes up to 29.2 GB and 12 min.
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
export MBLTN_JOB_END=$(($(date +%s) + 6600))
# After SIGTERM Open MPI kills ranks when twice this time is over; its default is one second.
export OMPI_MCA_odls_base_sigkill_timeout=4 PRTE_MCA_odls_base_sigkill_timeout=4
. mpi_jobs/environment/modules.sh || exit 1
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
job=
told=
tell() {
  told=yes
  [ -z "$job" ] || kill -USR1 "$job" 2>/dev/null
}
trap tell USR1 TERM
mpirun -n 64 mbltn run --progress lines --grace 1106 -o resources.ranks_per_problem=64 -- mpi_jobs/studies/large_chain.toml &
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
  case $code in -1 | 1 | 127 | 138 | 143) code=75 ;; esac
done

if [ "$code" -eq 75 ]; then
  echo "unfinished: submit this script again from the same folder to go on" >&2
fi
exit "$code"
