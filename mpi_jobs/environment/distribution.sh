# The environment of `make setup` on Debian or Ubuntu: name this file with `mbltn submit --environment`
# and submit from the folder of the sources. Tried under Slurm 22.05 on one node, Debian 12.

. tools/environment.sh

mbltn --version || return 1
