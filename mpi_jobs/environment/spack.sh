# Spack: name this file with `mbltn submit --environment`, once spack.yaml beside it is installed:
#   spack env create mbltn mpi_jobs/environment/spack.yaml && spack -e mbltn install
# Not tried: Spack was not at hand; only read by bash.

. "${SPACK_ROOT:?the folder of Spack}/share/spack/setup-env.sh"
spack env activate mbltn || return 1

# mbltn itself comes from pip, once, on a login node, with the environment active:
#   python3 -m venv --system-site-packages "$HOME/mbltn-environment"
#   "$HOME/mbltn-environment/bin/pip" install mbltn
. "$HOME/mbltn-environment/bin/activate"

mbltn --version || return 1
