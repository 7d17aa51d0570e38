#!/usr/bin/env bash
# Every case of the catalogue at small size, on two ranks where MPI is there. Arguments go to mbltn validate.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/environment.sh
. tools/two_ranks.sh

on_two_ranks mbltn validate --progress lines "$@"
