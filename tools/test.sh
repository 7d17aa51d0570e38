#!/usr/bin/env bash
# Everything that CI asks: lint, types, import layers, tests. Arguments go to pytest.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/environment.sh

ruff check .
ruff format --check .
mypy
lint-imports
# Files are the unit: fixtures of a module are made once. Ranks of mpirun come on top.
python -m pytest -n auto --maxprocesses 4 --dist loadfile "$@"
