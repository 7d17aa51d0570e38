"""mbltn: exact and mean-field theory of avalanches in many-body localized chains.

>>> import mbltn as mb
>>> model = mb.models.CentralGrain(n_grain=3, n_lbits=5, alpha=0.6)
>>> sample = model.draw(seed=7, realization=0)
>>> pairs = mb.eigenpairs(model.operator(sample), mb.Target.middle(k=64))
>>> mb.measure(pairs, ["entropy_lbits"])["entropy_lbits"].shape
(64, 5)
"""

import os as _os

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
    "measure",
    "models",
    "observables",
    "operators",
    "solvers",
    "theory",
]
