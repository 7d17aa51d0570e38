"""Identities that a whole spectrum and what is measured on it must obey, whatever the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ..errors import SolverFailure
from ..models import Model, Sample
from ..models.base import GrainModel
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


def value_checks(measured: Mapping[str, np.ndarray], dw: float | None) -> tuple[SelfCheck, ...]:
    """What any measured values must obey, of a whole spectrum or of a few states.

    Entropies of l-bits in [0, log 2]; rho_typ <= rho_th; int k <= 1, with equality where the bins
    reach far enough; weights of at most 1. A value that is not a number obeys nothing.

    Parameters
    ----------
    measured : arrays of `measure`, by name
    dw : bin width of the curves

    Examples
    --------
    >>> value_checks({"entropy_lbits": np.array([[0.2, 0.7]])}, None)[0].holds
    False
    """
    found = []
    for name, values in measured.items():
        if not values.size:
            continue
        if name == "entropy_lbits":
            found.append(_at_most(0.0, "0 <= S <= log 2", -values, values - LOG2))
        elif name.startswith("spectral_"):
            thermal, mean_log = values
            excess = (np.exp(mean_log) - thermal) / np.maximum(1.0, thermal.max())
            found.append(_at_most(0.0, f"rho_typ <= rho_th, {name}", excess))
        elif name == "hybridization" and dw is not None:
            found.append(_at_most(1.0, "int k <= 1", values.sum() * dw))
        elif name in ("line_captured", "captured_lbits"):
            found.append(_at_most(1.0, f"weight <= 1, {name}", values))
    return tuple(found)


def _at_most(bound: float, name: str, *values: ArrayLike) -> SelfCheck:
    """The largest of these values is at most `bound`, and none is NaN."""
    largest = np.max([np.max(each) for each in values])
    return SelfCheck(name, float(np.maximum(0.0, largest - bound)), _ROUNDING)


def self_checks(
    spectrum: Eigenpairs, model: Model, sample: Sample, levels: slice | np.ndarray | None = None
) -> tuple[SelfCheck, ...]:
    """Every identity that one whole spectrum of a grain with l-bits must obey.

    Traces of H and H^2; sum_m |<m|O|n>|^2 = 1 and rho_typ <= rho_th for sigma^x of every l-bit and
    of the probe; int k = 1; `value_checks`.

    Parameters
    ----------
    spectrum : Eigenpairs
        All of them.
    model : Model
        With a grain of spins: CentralGrain, GrainChain, QuantumSun.
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
    if isinstance(model, GrainModel):
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
    found += value_checks(measured, options.bin_width)
    if measured["hybridization"].size:
        k = float(measured["hybridization"].sum() * options.grid()[0])
        found.append(SelfCheck("int k = 1", abs(k - 1), _ROUNDING))
    return tuple(found)


def require_self_checks(checks: Sequence[SelfCheck]) -> None:
    """Raise `SolverFailure` naming the identities that fail."""
    failed = [str(check) for check in checks if not check.holds]
    if failed:
        raise SolverFailure(
            f"these are not orthonormal eigenstates of their operator ({'; '.join(failed)}): use "
            "solver='dense', and report it if that is what was used"
        )
