#!/usr/bin/env bash
# Builds the documentation, warnings as errors, into docs/_build/html; installs what that needs first.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/environment.sh

stamp="$VENV/mbltn-docs-stamp"
state() { cat pyproject.toml tools/docs.sh | sha256sum; }
if [ "$(cat "$stamp" 2>/dev/null)" != "$(state)" ]; then
  constraints=$(mktemp)
  trap 'rm -f "$constraints"' EXIT
  # What make setup chose stays: the distribution's PETSc needs its own numpy.
  python -c 'import numpy; print(f"numpy=={numpy.__version__}")' > "$constraints"
  python -m pip install -q --disable-pip-version-check -c "$constraints" \
    --config-settings editable_mode=compat -e '.[docs]'
  state > "$stamp"
fi

# An extension or option for Sphinx may follow, such as -E to read everything again.
python -m sphinx -b html -W --keep-going -q -d docs/_build/doctrees "$@" docs docs/_build/html
echo "docs: docs/_build/html/index.html" >&2
