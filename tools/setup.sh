#!/usr/bin/env bash
# Leaves a working environment in .venv and takes well under a second when nothing is missing.
# ROUTE=distribution: PETSc, SLEPc, MPI from Debian or Ubuntu packages (needs root or sudo once).
# ROUTE=wheels:       no PETSc and no MPI; dense, SciPy and matrix-free routes only.
# By default the first route that this machine allows is taken, and said.
set -euo pipefail
cd "$(dirname "$0")/.."

VENV=${VENV:-.venv}
PACKAGES="python3-venv python3-petsc4py-real python3-slepc4py-real python3-mpi4py
          openmpi-bin libopenmpi-dev libopenblas0-pthread"
say() { printf 'setup: %s\n' "$*" >&2; }

missing_packages() {
  command -v dpkg-query >/dev/null 2>&1 || { echo "no dpkg"; return; }
  # shellcheck disable=SC2086
  { dpkg-query -W -f='${Package} ${Status}\n' $PACKAGES 2>/dev/null || true; } | sed -n 's/ install ok installed$//p' \
    | sort | comm -13 - <(printf '%s\n' $PACKAGES | sort)
}
# Changes when the project's requirements do, or when distribution packages come or go.
state() { { echo "${ROUTE:-}"; missing_packages; cat pyproject.toml tools/setup.sh; } | sha256sum; }

stamp="$VENV/mbltn-setup-stamp"
if [ -x "$VENV/bin/mbltn" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$(state)" ] \
   && "$VENV/bin/python" -c '' 2>/dev/null; then
  exit 0
fi

recent_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  else sudo env DEBIAN_FRONTEND=noninteractive "$@"; fi
}
may_be_root() {
  [ "$(id -u)" = 0 ] && return 0
  command -v sudo >/dev/null 2>&1 || return 1
  sudo -n true 2>/dev/null || [ -t 0 ]
}
install_distribution_packages() {
  local missing; missing=$(missing_packages)
  [ -z "$missing" ] && return 0
  may_be_root || return 1
  say "installing distribution packages:" $missing
  export DEBIAN_FRONTEND=noninteractive
  as_root apt-get update -qq >/dev/null || return 1
  # shellcheck disable=SC2086
  as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null || return 1
}

why_wheels=""
route=${ROUTE:-distribution}
if [ "$route" = distribution ]; then
  if ! command -v apt-get >/dev/null 2>&1; then why_wheels="this is not Debian or Ubuntu"
  elif ! recent_enough /usr/bin/python3; then why_wheels="the system's Python is older than 3.11"
  elif ! install_distribution_packages; then why_wheels="packages are missing and cannot be installed (no root, no sudo, or no network)"
  fi
  if [ -n "$why_wheels" ]; then
    if [ -n "${ROUTE:-}" ]; then say "route 'distribution' is impossible: $why_wheels"; exit 1; fi
    route=wheels
  fi
fi

constraints=$(mktemp)
trap 'rm -f "$constraints"' EXIT
# An environment of another route, or one whose Python is gone, cannot be mended: start anew.
if [ "$(cat "$VENV/mbltn-route" 2>/dev/null)" != "$route" ] || ! "$VENV/bin/python" -c '' 2>/dev/null; then
  if [ -e "$VENV" ] && [ ! -e "$VENV/mbltn-route" ] && [ -n "$(ls -A "$VENV")" ]; then
    say "$VENV was not made by make setup: move it away, or name another folder with VENV=folder"; exit 1
  fi
  rm -rf "$VENV"
fi
rm -f "$stamp"
if [ "$route" = distribution ]; then
  python=/usr/bin/python3
  options=--system-site-packages
  # The distribution's bindings were compiled against its own numpy: stay on the same ABI.
  case $(dpkg-query -W -f='${Version}' python3-numpy 2>/dev/null) in
    1.*|1:1.*) echo 'numpy<2' > "$constraints" ;;
  esac
else
  python=""
  options=""
  for candidate in python3 python3.13 python3.12 python3.11; do
    if recent_enough "$candidate"; then python=$candidate; break; fi
  done
  if [ -z "$python" ]; then say "mbltn needs Python 3.11 or later; none was found on PATH"; exit 1; fi
  say "no PETSc, SLEPc and MPI here (${why_wheels:-asked for}): the 'slepc' solver and mpirun are left out, all else works"
fi
# shellcheck disable=SC2086
if [ ! -x "$VENV/bin/python" ] && ! "$python" -m venv $options "$VENV"; then
  say "$python cannot make a virtual environment: install its venv module (Debian: apt-get install python3-venv)"; exit 1
fi
echo "$route" > "$VENV/mbltn-route"
if [ "$route" = distribution ]; then
  # The bindings lie outside the normal path; a .pth file shows them to this environment alone.
  site=$("$VENV/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
  ls -d /usr/lib/petscdir/petsc3*/*-real/lib/python3/dist-packages \
        /usr/lib/slepcdir/slepc3*/*-real/lib/python3/dist-packages \
    > "$site/petsc-slepc-of-the-distribution.pth" 2>/dev/null || true
fi

"$VENV/bin/python" -m pip install -q --disable-pip-version-check -c "$constraints" \
  --config-settings editable_mode=compat -e '.[dev]'
if [ "$route" = distribution ] && ! "$VENV/bin/python" -c 'from slepc4py import SLEPc' 2>"$constraints"; then
  say "SLEPc was installed but does not load: $(tail -n 1 "$constraints")"
  say "the 'slepc' solver is left out; ROUTE=wheels leaves it out on purpose"
fi
state > "$stamp"
say "ready in $VENV (route: $route); to use it in this shell: . $VENV/bin/activate"
