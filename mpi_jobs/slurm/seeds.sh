#!/bin/bash
#SBATCH --job-name=golden_rule
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=1
#SBATCH --mem-per-cpu=483M
#SBATCH --time=00:10:00
#SBATCH --signal=B:USR1@120
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --array=1-10
#SBATCH --output=golden_rule-%A_%a.log
#
# Written by: mbltn submit --cluster slurm --seeds 1-10 --out results/golden_rule -- mpi_jobs/studies/golden_rule.toml
# Planned: 300 realizations in 10 jobs, the longest of them about 0.81 s on 1 rank of 40 GFlop/s; a problem takes up to 5.24 MB and 27 ms.
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
mbltn run --progress lines --grace 90 -o "seed=$SLURM_ARRAY_TASK_ID" --out results/golden_rule/seed-"$SLURM_ARRAY_TASK_ID" -- mpi_jobs/studies/golden_rule.toml &
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
