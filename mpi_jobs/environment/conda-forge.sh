# conda-forge: name this file with `mbltn submit --environment`, once conda-forge.yml beside it is made.
# Not tried: conda-forge could not be reached; only read by bash.

. "${CONDA_PREFIX_ROOT:-$HOME/miniforge3}/etc/profile.d/conda.sh" || return 1
conda activate mbltn || return 1

mbltn --version || return 1
