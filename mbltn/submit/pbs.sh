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

if [ "$code" -eq 75 ]; then
  echo "unfinished: submit this script again from the same folder to go on" >&2
fi
exit "$code"
