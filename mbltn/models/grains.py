"""Hamiltonians of the thermal grain: random matrices, a deterministic matrix, a local chain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ..errors import InvalidInput
from ..operators import SIGMA_X, SIGMA_Z, HilbertSpace, Operator, Term, to_dense
from ..streams import Streams
from .base import check_choice, check_finite, check_positive, check_range


class Grain(Protocol):
    """Anything that draws a real symmetric (2^n_spins, 2^n_spins) matrix from keyed streams."""

    def matrix(self, n_spins: int, streams: Streams) -> np.ndarray: ...


@dataclass(frozen=True)
class GOEGrain:
    """Gaussian orthogonal random matrix (docs/physics.md, Grains).

    ``H = (R / (2 sqrt(d))) (A + A^T) / sqrt(2)`` with independent standard normal A_ij, so that
    the semicircle has radius R and the eigenvalues have RMS ``R sqrt(1 + 1/d) / 2``.

    Parameters
    ----------
    scale : float
        R for ``normalise="radius"``, sqrt(tr H^2 / d) for "rms", E_max - E_min for "bandwidth".
    normalise : {"rms", "radius", "bandwidth"}
        "radius" keeps the fluctuations between samples; the other two rescale every sample.
    remove_trace : bool
        Subtract tr H / d before any rescaling.
    """

    scale: float = 1.5
    normalise: str = "rms"
    remove_trace: bool = False

    def __post_init__(self) -> None:
        check_positive("grain.scale", self.scale)
        check_choice("grain.normalise", self.normalise, ("radius", "rms", "bandwidth"))

    def matrix(self, n_spins: int, streams: Streams) -> np.ndarray:
        d = 2**n_spins
        a = streams("grain").standard_normal((d, d))
        radius = self.scale if self.normalise == "radius" else 1.0
        h = radius / (2 * np.sqrt(d)) * (a + a.T) / np.sqrt(2)
        if self.remove_trace:
            h = h - np.trace(h) / d * np.eye(d)
        return h if self.normalise == "radius" else rescaled(h, self.scale, self.normalise)


@dataclass(frozen=True)
class CosineGrain:
    """Deterministic grain for tests: ``cos(1 + (i+1)(j+1))``, trace removed, then rescaled."""

    scale: float = 1.5
    normalise: str = "rms"

    def __post_init__(self) -> None:
        check_positive("grain.scale", self.scale)
        check_choice("grain.normalise", self.normalise, ("rms", "bandwidth"))

    def matrix(self, n_spins: int, streams: Streams | None = None) -> np.ndarray:
        d = 2**n_spins
        numbers = np.arange(1, d + 1)
        g = np.cos(1.0 + np.outer(numbers, numbers))
        return rescaled(g - np.trace(g) / d * np.eye(d), self.scale, self.normalise)


@dataclass(frozen=True)
class LocalChainGrain:
    """Open spin chain as bath (paper E, eq 24).

    ``H = sum_i (h_i sigma^z_i + J sigma^x_i) + J' sum_i sigma^x_i sigma^x_{i+1}`` with h_i
    uniform in `field_range`, ``J = transverse_field`` and ``J' = exchange``.
    """

    field_range: tuple[float, float] = (0.7, 1.3)
    transverse_field: float = 0.5
    exchange: float = 1.0

    def __post_init__(self) -> None:
        fields = check_range("grain.field_range", self.field_range)
        object.__setattr__(self, "field_range", fields)
        check_finite("grain.transverse_field", self.transverse_field)
        check_finite("grain.exchange", self.exchange)

    def matrix(self, n_spins: int, streams: Streams) -> np.ndarray:
        sites = range(1, n_spins + 1)
        fields = [streams("grain", site).uniform(*self.field_range) for site in sites]
        return self.with_fields(np.array(fields))

    def with_fields(self, fields: np.ndarray) -> np.ndarray:
        """The chain's matrix for given fields h_i, one for each spin."""
        n = len(fields)
        terms = [Term(h, ((i, SIGMA_Z),)) for i, h in enumerate(fields)]
        terms += [Term(self.transverse_field, ((i, SIGMA_X),)) for i in range(n)]
        terms += [Term(self.exchange, ((i, SIGMA_X), (i + 1, SIGMA_X))) for i in range(n - 1)]
        return to_dense(Operator(HilbertSpace((2,) * n), tuple(terms)))


def rescaled(matrix: np.ndarray, scale: float, normalise: str) -> np.ndarray:
    """`matrix` times a factor that makes its RMS eigenvalue or its bandwidth equal `scale`."""
    if normalise == "rms":
        size = np.sqrt(np.trace(matrix @ matrix) / len(matrix))
    else:
        levels = np.linalg.eigvalsh(matrix)
        size = levels[-1] - levels[0]
    if not size > 0:
        raise InvalidInput(f"a grain with {normalise} 0 cannot be rescaled to {scale}")
    return matrix * (scale / size)


GRAINS: dict[str, type] = {"goe": GOEGrain, "cosine": CosineGrain, "local_chain": LocalChainGrain}


def grain_from(value: Grain | str) -> Grain:
    """A grain object, or the default one of the given kind ("goe", "cosine", "local_chain")."""
    if not isinstance(value, str):
        if not callable(getattr(value, "matrix", None)):
            raise InvalidInput(
                f"grain={type(value).__name__} is no kind of grain ({', '.join(GRAINS)} or an "
                "object such as GOEGrain()); an explicit matrix goes to model.sample(grain=...)"
            )
        return value
    check_choice("grain", value, tuple(GRAINS))
    grain: Grain = GRAINS[value]()
    return grain
