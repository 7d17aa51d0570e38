"""Plant one error at a time in a copy of the package and see a test turn red.

    python tools/plant_errors.py            all of them, one to two hours
    python tools/plant_errors.py goe bit    those whose name contains one of the words

Exit code 1 if an error survives. Each is a slip that is easy to make and hard to see: a wrong
normalisation, sign, or bit order.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import NamedTuple

from planting import ROOT, copied, plant


class Slip(NamedTuple):
    name: str
    file: str
    right: str
    wrong: str


LIST = ROOT / "tools" / "planted_errors.toml"
SLIPS = [Slip(**entry) for entry in tomllib.loads(LIST.read_text())["slip"]]


def survives(slip: Slip) -> bool:
    """Whether all tests stay green with this error in place."""
    with copied(("mbltn", "tests", "pyproject.toml", "mpi_jobs")) as copy:
        plant(copy, slip.file, slip.right, slip.wrong, LIST)
        suites = [f"{name}/test_*.py" for name in ("contract", "models", "physics", "theory")]
        suites += [
            f"study/test_{name}.py"
            for name in ("statistics", "storage", "collect", "plan", "precision", "stop", "part")
        ]
        suites += ["test_scheduler.py", "submit/test_script.py", "faults/test_spoilt.py"]
        paths = [path for suite in suites for path in sorted((copy / "tests").glob(suite))]
        # Tests that share words with the spoilt file see most and are asked first.
        words = Path(slip.file).with_suffix("").parts
        paths.sort(key=lambda path: -sum(word in str(path.relative_to(copy)) for word in words))
        result = subprocess.run(
            [sys.executable, "-m", "pytest", "-x", "-q", *paths],
            cwd=copy,
            env={**os.environ, "PYTHONPATH": str(copy)},
            capture_output=True,
            text=True,
            check=False,
        )
        red = [line for line in result.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
        if result.returncode not in (0, 1):
            raise SystemExit(f"{slip.name}: the tests did not run: {result.stdout}{result.stderr}")
        print(f"{slip.name:36s} {red[0][:100] if red else 'SURVIVES'}", flush=True)
        return not red


def main() -> None:
    words = sys.argv[1:]
    chosen = [slip for slip in SLIPS if not words or any(word in slip.name for word in words)]
    alive = [slip.name for slip in chosen if survives(slip)]
    print(f"{len(chosen) - len(alive)} of {len(chosen)} planted errors were seen")
    sys.exit(bool(alive))


if __name__ == "__main__":
    main()
