# Thin: tools/ and the mbltn command do the work.
#   make demo    install what is missing, run the main study on two ranks, print and draw it
#   make test    install what is missing, then lint, types, import layers, tests
#   make bench   install what is missing, then time the compiled kernels (mbltn bench does the rest)
#   make test-slurm  start a Slurm of one node and try job scripts on it; skipped where none is installed
#   make validate  install what is missing, then every case of the catalogue, exact numbers beside theory
#   make spoil   spoil constants of the theory, one at a time, and see a case notice it
#   make faults  jobs killed and stopped at random moments, four hundred times, and worse; about an hour
#   make docs    install what is missing, build the documentation in docs/_build/html
#   make test-docs   look at it with headless Chromium; skipped where there is none
#   make setup   install what is missing, into .venv
# ROUTE=wheels leaves out PETSc, SLEPc and MPI; VENV=folder puts the environment elsewhere.

VENV ?= .venv
export VENV ROUTE

.PHONY: setup demo test test-slurm faults bench validate spoil docs test-docs
setup:
	@tools/setup.sh

demo: setup
	@tools/demo.sh

test: setup
	@tools/test.sh

test-slurm: setup
	@. tools/environment.sh && python -m pytest -m slurm -rs tests/slurm

faults: setup
	@. tools/environment.sh && python -m pytest -m faults -s tests/faults

bench: setup
	@. tools/environment.sh && python -m pytest tests/bench/kernel_timings.py --benchmark-columns=min,median,rounds

validate: setup
	@tools/validate.sh

spoil: setup
	@. tools/environment.sh && python tools/spoil_theory.py

docs: setup
	@tools/docs.sh

test-docs: docs
	@. tools/environment.sh && python -m pytest -m site -rs tests/docs
