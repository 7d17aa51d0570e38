#!/bin/bash
@directives
#
# @origin
# @plan
#
# PBS ends a job with SIGTERM, which this shell hands to the ranks as SIGUSR1. They finish or drop
# what is in flight and end with 75, "unfinished, go on later". PBS lets only operators requeue a
# job: submit this script again, or a second one with -W depend=afternotok:NUMBER. A finished
# realization is never computed again, however this job ends.

cd -- "${PBS_O_WORKDIR:-.}" || exit 1
# PBS does not say when the job ends; mbltn run reads this.
export MBLTN_JOB_END=$(($(date +%s) + @seconds))
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

if [ "$code" -eq 75 ]; then
  echo "unfinished: submit this script again from the same folder to go on" >&2
fi
exit "$code"
