"""Spoil one constant or coupling of the theory at a time, by 5 %, and see a case leave its band.

    python tools/spoil_theory.py              all of them, about an hour
    python tools/spoil_theory.py metal eta    those whose file or case contains one of the words

Each in a copy of the package, by `mbltn validate CASE`. Records of studies are computed once and
kept in results/spoilt. Exit code 1 if an error is not noticed, or a module of the theory has none.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from planting import ROOT, copied, plant

LIST = ROOT / "tools" / "theory_errors.toml"
OUT = ROOT / "results" / "spoilt"
# Checks of input, lists of names and numerics that other modules' constants go through.
CRASHED = 2
WITHOUT_CONSTANTS = {"__init__.py", "_inputs.py"}


class Error(NamedTuple):
    file: str
    before: str
    after: str
    why: str
    case: str


ERRORS = [Error(**entry) for entry in tomllib.loads(LIST.read_text())["error"]]


def verdict(case: str, error: Error | None = None) -> int:
    """Exit code of `mbltn validate CASE` with this error in place."""
    with copied(("mbltn",)) as copy:
        if error is not None:
            plant(copy, error.file, error.before, error.after, LIST)
        result = subprocess.run(
            [*(sys.executable, "-m", "mbltn", "validate", case), *("--out", str(OUT))],
            cwd=copy,
            env={**os.environ, "PYTHONPATH": str(copy)},
            capture_output=True,
            text=True,
            check=False,
        )
    if result.returncode not in (0, 1) or "Traceback" in result.stderr:
        # No case has failed: the error kept it from being run.
        print(f"{case}: {result.stderr.strip().splitlines()[-1][:200]}", flush=True)
        return CRASHED
    return result.returncode


def main() -> None:
    words = sys.argv[1:]
    chosen = [e for e in ERRORS if not words or any(w in e.file or w in e.case for w in words)]
    spoilt = [case for case in dict.fromkeys(e.case for e in chosen) if verdict(case) != 0]
    for case in spoilt:
        print(f"{case} fails as it is", flush=True)
    missed = 0
    for error in chosen:
        noticed = verdict(error.case, error) == 1
        missed += not noticed
        state = "noticed by" if noticed else "NOT NOTICED by"
        print(f"{error.file:45s} {error.why[:60]:60s} {state} {error.case}", flush=True)
    print(f"{len(chosen) - missed} of {len(chosen)} errors were noticed")
    tried = Counter(error.file for error in ERRORS)
    theory = ROOT / "mbltn" / "theory"
    files = {str(p.relative_to(ROOT / "mbltn")) for p in theory.rglob("*.py")}
    bare = sorted(f for f in files if f not in tried and Path(f).name not in WITHOUT_CONSTANTS)
    if not words and bare:
        print(f"without a planted error: {', '.join(bare)}")
    sys.exit(bool(missed or spoilt))


if __name__ == "__main__":
    main()
