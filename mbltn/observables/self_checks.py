"""Identities that a whole spectrum and what is measured on it must obey, whatever the model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..errors import SolverFailure
from ..models import CentralGrain, Model, Sample
from ..operators import to_csr
from ..operators.operator import norm_bound
from ..solvers import Eigenpairs
from .entanglement import LOG2
from .measure import measure
from .measured import Measurement
from .pauli import Pauli
from .spectral import spectral_function
from .transitions import transitions_within

_ROUNDING = 1e-9
_BINS = 200


@dataclass(frozen=True)
class SelfCheck:
    """One identity: how far from it, and how far it may be."""

    name: str
    deviation: float
    bound: float

    @property
    def holds(self) -> bool:
        return bool(self.deviation <= self.bound)

    def __str__(self) -> str:
        verdict = "holds" if self.holds else "FAILS"
        return f"{self.name}: off by {self.deviation:.2g}, at most {self.bound:.2g}: {verdict}"


def trace_checks(spectrum: Eigenpairs) -> tuple[SelfCheck, ...]:
    """tr H = sum E and tr H^2 = sum E^2, from the operator's own entries, per level and scale.

    They see levels that lack or that are there twice, and an operator that is not the one that was
    solved. Costs one sparse matrix.
    """
    op, E = spectrum.operator, spectrum.energies
    scale = norm_bound(op)
    square = float((to_csr(op).data ** 2).sum()) / op.dimension
    return (
        SelfCheck("tr H", abs(E.mean() - op.mean_energy()) / scale, _ROUNDING),
        SelfCheck("tr H^2", abs(np.mean(E**2) - square) / scale**2, _ROUNDING),
    )


def self_checks(
    spectrum: Eigenpairs, model: Model, sample: Sample, levels: slice | np.ndarray | None = None
) -> tuple[SelfCheck, ...]:
    """Every identity that one whole spectrum of a grain with l-bits must obey.

    Traces of H and H^2; sum_m |<m|O|n>|^2 = 1 for sigma^x of every l-bit and of the
    probe; entropies in [0, log 2]; rho_typ <= rho_th; int k = 1.

    Parameters
    ----------
    spectrum : Eigenpairs
        All of them.
    model : CentralGrain or another grain model
    sample : Sample
    levels : which states are measured; all by default

    Examples
    --------
    >>> import mbltn as mb
    >>> model = mb.models.CentralGrain(n_grain=3, n_lbits=2, alpha=0.6, coupling="xx")
    >>> sample = model.draw(seed=1, realization=0)
    >>> spectrum = mb.eigenpairs(model.operator(sample), mb.Target.all())
    >>> print(self_checks(spectrum, model, sample)[0].name)
    tr H
    >>> all(check.holds for check in self_checks(spectrum, model, sample))
    True
    """
    found = list(trace_checks(spectrum))
    width = float(np.ptp(spectrum.energies))
    options = Measurement(bin_width=2 * width / _BINS, reach=2 * width)
    spins = [Pauli("x", site) for site in spectrum.operator.space.lbits]
    if isinstance(model, CentralGrain):
        spins.append(Pauli("x", 0, model.probe_spin))
    for pauli in spins:
        elements = transitions_within(spectrum, pauli, levels)
        weight = (elements.elements**2).sum(axis=0)
        name = f"sum of |<m|sigma^x|n>|^2, site {pauli.site}"
        found.append(SelfCheck(name, float(abs(weight - 1).max()), _ROUNDING))
        rho = spectral_function(elements, *options.grid())
        excess = float((rho.typical - rho.thermal).max())
        found.append(SelfCheck(f"rho_typ <= rho_th, site {pauli.site}", max(0.0, excess), 1e-12))
    names = ["entropy_lbits", "hybridization"]
    measured = measure(spectrum, names, model, sample=sample, levels=levels, options=options)
    S = measured["entropy_lbits"]
    beyond = max(0.0, float(-S.min(initial=0.0)), float(S.max(initial=0.0)) - LOG2)
    found.append(SelfCheck("0 <= S <= log 2", beyond, _ROUNDING))
    if measured["hybridization"].size:
        k = float(measured["hybridization"].sum() * options.grid()[0])
        found.append(SelfCheck("int k = 1", abs(k - 1), _ROUNDING))
    return tuple(found)


def require_self_checks(checks: Sequence[SelfCheck]) -> None:
    """Raise `SolverFailure` naming the identities that fail."""
    failed = [str(check) for check in checks if not check.holds]
    if failed:
        raise SolverFailure(
            f"the spectrum contradicts its operator ({'; '.join(failed)}): use solver='dense', and "
            "report it if that is what was used"
        )
