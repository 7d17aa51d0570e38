#!/bin/bash
#SBATCH --job-name=many_chains
#SBATCH --ntasks=32
#SBATCH --cpus-per-task=1
#SBATCH --mem-per-cpu=3815M
#SBATCH --time=12:00:00
#SBATCH --signal=B:USR1@120
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=many_chains-%j.log
#
# Written by: mbltn submit --cluster slurm --ranks 32 --ranks-per-realization 8 --time 12h --mem 128GB -- mpi_jobs/studies/many_chains.toml
# Planned: 1600 realizations in one job of about 47 min on 32 ranks of 40 GFlop/s and 115 GB; a problem takes up to 2.48 GB and 42 s.
#
# Before its time is over Slurm signals this shell, which tells the ranks. They finish or drop what is
# in flight and end with 75, "unfinished, go on later": the job then returns into the queue. A
# finished realization is never computed again, however this job ends.
#
# Tried: Slurm 22.05 on one node, Open MPI 4.1 by mpirun and by srun (with SLURM_MPI_TYPE=pmix): arrays,
# scancel, the signal, requeue. Not tried: several nodes, other MPI libraries, preemption.

cd -- "${SLURM_SUBMIT_DIR:-.}" || exit 1
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
job=
told=
tell() {
  told=yes
  [ -z "$job" ] || kill -USR1 "$job" 2>/dev/null
}
trap tell USR1 TERM
mpirun -n 32 mbltn run --progress lines --grace 90 -o resources.ranks_per_problem=8 -- mpi_jobs/studies/many_chains.toml &
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

if [ "$code" -eq 75 ] && [ "${SLURM_RESTART_COUNT:-0}" -lt 100 ]; then
  scontrol requeue "$SLURM_JOB_ID"
fi
exit "$code"
