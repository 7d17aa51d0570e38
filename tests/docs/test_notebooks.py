"""Every notebook of the documentation runs from its first cell to its last."""

import sys
from pathlib import Path

import jupytext
import pytest
from mpirun import run

NOTEBOOKS = Path(__file__).resolve().parents[2] / "docs" / "notebooks"


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("[0-9]*.md")), ids=lambda path: path.stem)
def test_a_notebook_runs(path, tmp_path, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "Agg")
    cells = [cell.source for cell in jupytext.read(path).cells if cell.cell_type == "code"]
    assert cells
    script = tmp_path / "notebook.py"
    script.write_text("\n".join(cells))
    done = run([sys.executable, "-W", "error::RuntimeWarning", script], timeout=600, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
