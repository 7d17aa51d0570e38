"""Electrons in a random potential, on a grid in one or two dimensions."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from ..errors import InvalidInput
from ..operators import HilbertSpace, Term
from ..streams import Streams
from .base import (
    DisorderedModel,
    Draw,
    Sample,
    check_choice,
    check_count,
    check_finite,
    check_positive,
)

CORRELATIONS = ("white", "lorentzian", "exponential")


@dataclass(frozen=True)
class ContinuumGrid(DisorderedModel):
    """``H = -nabla^2/(2 m) + U(x)`` by second differences (docs/physics.md, eq M9).

    U is Gaussian, with the spectrum w ("white"), w exp(-|q| d) ("lorentzian") or w/(1 + q^2 d^2)
    ("exponential", both in one dimension); drawn in Fourier space, so it is periodic. One site with
    a grid point for each state, a sparse matrix on it.

    Parameters
    ----------
    shape : (n,) or (n_x, n_y)
        Grid points.
    dx : float, > 0
        Their distance.
    w : float, >= 0
        Strength of the disorder: int <U(x) U(0)> dx, or d^2x in two dimensions.
    correlations : {"white", "lorentzian", "exponential"}
    d : float, >= 0
        Correlation length.
    m : float, > 0
    periodic : bool
        Whether the last grid point neighbours the first; else psi vanishes beyond the ends.

    Examples
    --------
    >>> wire = ContinuumGrid(shape=(200,), dx=0.1, w=1.0)
    >>> wire.operator(wire.draw(seed=1, realization=0)).dimension
    200
    """

    shape: tuple[int, ...]
    dx: float
    w: float
    correlations: str = "white"
    d: float = 0.0
    m: float = 1.0
    periodic: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", tuple(self.shape))
        if len(self.shape) not in (1, 2):
            raise InvalidInput(f"shape={self.shape} must be (n,) or (n_x, n_y)")
        for n in self.shape:
            check_count("shape", n, 3)
        check_positive("dx", self.dx)
        check_positive("m", self.m)
        for name in ("w", "d"):
            check_finite(name, getattr(self, name))
            if getattr(self, name) < 0:
                raise InvalidInput(f"{name}={getattr(self, name)} must be zero or positive")
        check_choice("correlations", self.correlations, CORRELATIONS)
        if self.correlations != "white" and len(self.shape) == 2:
            raise InvalidInput(
                f"correlations={self.correlations!r} are known in one dimension: use 'white' in two"
            )

    def space(self) -> HilbertSpace:
        return HilbertSpace((math.prod(self.shape),))

    def spectrum(self, q: np.ndarray) -> np.ndarray:
        """Fourier transform of the correlations of U at the wave numbers q."""
        if self.correlations == "lorentzian":
            return self.w * np.exp(-abs(q) * self.d)
        if self.correlations == "exponential":
            return self.w / (1 + (q * self.d) ** 2)
        return np.full_like(q, self.w, dtype=float)

    def potentials(self, streams: Streams, samples: int) -> np.ndarray:
        """Independent potentials, ``(samples, *shape)``."""
        noise = streams("potential").standard_normal((samples, *self.shape))
        if self.correlations == "white":
            return np.asarray(np.sqrt(self.w / self.dx ** len(self.shape)) * noise)
        q = 2 * np.pi * np.fft.rfftfreq(self.shape[0], self.dx)
        filtered = np.sqrt(self.spectrum(q) / self.dx) * np.fft.rfft(noise)
        return np.asarray(np.fft.irfft(filtered, self.shape[0]))

    def ingredients(self) -> dict[str, Draw]:
        """`potential` U, of the grid's shape."""
        return {"potential": lambda streams, _: self.potentials(streams, 1)[0]}

    def check_array(self, name: str, values: np.ndarray) -> None:
        if values.shape != self.shape:
            raise InvalidInput(f"{name} has shape {values.shape}; the grid has {self.shape}")

    def terms(self, sample: Sample) -> list[Term]:
        hop = 1 / (2 * self.m * self.dx**2)
        kinetic = sp.csr_array((1, 1))
        for n in self.shape:
            kinetic = sp.kronsum(_second_difference(n, self.periodic), kinetic, format="csr")
        diagonal = sp.diags_array(sample.potential.ravel(), format="csr")
        return [Term(1.0, ((0, sp.csr_array(hop * kinetic + diagonal)),))]


def _second_difference(n: int, periodic: bool) -> sp.csr_array:
    """-n''(x) times dx^2."""
    matrix = sp.diags_array([-1.0, 2.0, -1.0], offsets=[-1, 0, 1], shape=(n, n)).tolil()
    if periodic:
        matrix[0, n - 1] = matrix[n - 1, 0] = -1.0
    return sp.csr_array(matrix)
