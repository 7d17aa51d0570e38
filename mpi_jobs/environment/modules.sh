# Environment modules: name this file with `mbltn submit --environment`, with the names of your cluster.
# Tried: environment-modules 5.2 on Debian 12, with modules of these names for its PETSc, two ranks.
# Not tried: the modules of a cluster, Lmod.
#
# A PETSc of real scalars: the Hamiltonians are real, and MUMPS counts levels only in real builds.
# mpi4py, petsc4py and slepc4py must be built for the MPI that starts the ranks.

module purge
module load python/3.11 openmpi slepc-real

# Made once, on a login node, with these modules:
#   python3 -m venv --system-site-packages "$HOME/mbltn-environment"
#   "$HOME/mbltn-environment/bin/pip" install "mbltn[mpi]"   # "mbltn[mpi]" "numpy<2", if mbltn doctor
#                                                           # says that petsc4py was built for numpy 1
. "$HOME/mbltn-environment/bin/activate"

mbltn --version || return 1
