"""mbltn: exact and mean-field theory of avalanches in many-body localized chains.

>>> import mbltn as mb
>>> model = mb.models.CentralGrain(n_grain=3, n_lbits=5, alpha=0.6)
>>> sample = model.draw(seed=7, realization=0)
>>> pairs = mb.eigenpairs(model.operator(sample), mb.Target.middle(k=64))
>>> mb.measure(pairs, ["entropy_lbits"])["entropy_lbits"].shape
(64, 5)
"""

from __future__ import annotations

import os as _os
from typing import TYPE_CHECKING as _TYPE_CHECKING

if _TYPE_CHECKING:
    from pathlib import Path

    from .study.results import Results

# numpy and scipy each bring an OpenBLAS: idle threads of one would keep the cores from the other.
# Read when numpy is loaded; without effect where that has happened before.
_os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "4")

from . import dynamics, models, observables, operators, solvers, theory
from ._version import __version__
from .observables import measure
from .solvers import Eigenpairs, Target, choose_solver, eigenpairs

__all__ = [
    "Eigenpairs",
    "Target",
    "__version__",
    "choose_solver",
    "dynamics",
    "eigenpairs",
    "load",
    "measure",
    "models",
    "observables",
    "operators",
    "solvers",
    "theory",
]


def load(folder: str | Path) -> Results:
    """What is stored in a results folder, as pandas tables and as an xarray Dataset.

    Parameters
    ----------
    folder : that `mbltn run` or `mbltn collect` has written, or is writing

    Returns
    -------
    Results
        ``table()`` means and errors, ``realizations()`` means over states, ``states(observable)``
        one row for each eigenstate, ``to_xarray()`` all of them, ``records()`` with the disorder.

    Raises
    ------
    StudyError
        If it is not a results folder.

    Examples
    --------
    >>> import mbltn as mb, tempfile
    >>> from mbltn.study import parse_study, run_study
    >>> study = parse_study({"name": "s", "seed": 1, "observables": ["entropy_lbits"],
    ...     "model": {"kind": "CentralGrain", "n_grain": 2, "alpha": 0.5},
    ...     "ensemble": [{"grid": {"n_lbits": [1, 2]}, "realizations": 3, "states": 4}]})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = run_study(study, folder)
    ...     results = mb.load(folder)
    ...     print(len(results), len(results.states("entropy_lbits")))
    6 36
    """
    from .study.results import load as load_results

    return load_results(folder)
