#!/bin/bash
#SBATCH --job-name=quantum_dot
#SBATCH --ntasks=4
#SBATCH --cpus-per-task=1
#SBATCH --mem-per-cpu=1908M
#SBATCH --time=00:10:00
#SBATCH --signal=B:USR1@120
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --array=0-2
#SBATCH --output=quantum_dot-%A_%a.log
#
# Written by: mbltn submit --cluster slurm --ranks 4 --mem 8GB -- mpi_jobs/studies/quantum_dot.toml mpi_jobs/studies/disordered_film.toml mpi_jobs/studies/square_lattice.toml
# Planned: 2484 realizations in 3 jobs, the longest of them about 9 s on 4 ranks of 40 GFlop/s and 7.2 GB; a problem takes up to 28 MB and 0.22 s.
#
# Before its time is over Slurm signals this shell, which tells the ranks. They finish or drop what is
# in flight and end with 75, "unfinished, go on later": the job then returns into the queue. A
# finished realization is never computed again, however this job ends.
#
# Tried: Slurm 22.05 on one node, Open MPI 4.1 by mpirun and by srun (with SLURM_MPI_TYPE=pmix): arrays,
# scancel, the signal, requeue. Not tried: several nodes, other MPI libraries, preemption.

cd -- "${SLURM_SUBMIT_DIR:-.}" || exit 1
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
studies=(mpi_jobs/studies/quantum_dot.toml mpi_jobs/studies/disordered_film.toml mpi_jobs/studies/square_lattice.toml)
study=${studies[SLURM_ARRAY_TASK_ID]}
job=
told=
tell() {
  told=yes
  [ -z "$job" ] || kill -USR1 "$job" 2>/dev/null
}
trap tell USR1 TERM
mpirun -n 4 mbltn run --progress lines --grace 90 -- "$study" &
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
  scontrol requeue "${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"
fi
exit "$code"
