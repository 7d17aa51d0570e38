"""What is solved: one realization of one model, and which of its levels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

from ..errors import InvalidInput
from ..models import CentralGrain, GrainChain, QuantumSun
from ..models.base import Model, check_choice, check_count
from ..operators import Operator
from ..solvers import Target

DEFAULT_ALPHA = 0.6
DEFAULT_COUPLING = "xx"
_TINY_LBITS = 5
_TINY_PAIRS = 4
# Between the localized and the thermal side for the chain's fields, which have no alpha.
_CHAIN_EXCHANGE = 0.3


@dataclass(frozen=True)
class Problem:
    """The `n_pairs` levels nearest tr H / D of one realization.

    Parameters
    ----------
    n_lbits : int
    n_pairs : int
    model : {"star", "sun", "chain"}
        `CentralGrain` (GOE grain of RMS 1.5, h in [0.9, 1.1], J_n = 0.41 alpha^(n-1)),
        `QuantumSun` or `GrainChain`, with their defaults for what is not named here.
    alpha : float, optional
        Decay of the couplings; 0.6 for star and sun. The chain has none.
    coupling : {"xx", "pm", "xxyy"}, optional
        Of the star; "xx" by default. The others have only one.
    n_grain, seed, realization : int

    Raises
    ------
    InvalidInput
        If the model does not have a parameter that was given, or it lies outside its domain.

    Examples
    --------
    >>> problem = Problem(n_lbits=5, n_pairs=10)
    >>> problem.dimension, problem.operator().dimension
    (256, 256)
    """

    n_lbits: int
    n_pairs: int = 50
    model: str = "star"
    alpha: float | None = None
    coupling: str | None = None
    n_grain: int = 3
    seed: int = 0
    realization: int = 0

    def __post_init__(self) -> None:
        check_choice("model", self.model, tuple(MODELS))
        for name, least in (("seed", 0), ("realization", 0)):
            check_count(name, getattr(self, name), least)
        if self.model == "chain":
            self._refuse("alpha", "its couplings do not decay")
        elif self.alpha is None:
            object.__setattr__(self, "alpha", DEFAULT_ALPHA)
        if self.model != "star":
            self._refuse("coupling", "only the star has several")
        elif self.coupling is None:
            object.__setattr__(self, "coupling", DEFAULT_COUPLING)
        self.make_model()
        self.target().count(self.dimension)

    def _refuse(self, name: str, why: str) -> None:
        given = getattr(self, name)
        if given is not None:
            raise InvalidInput(f"{name}={given} was given for model={self.model!r}: {why}")

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Problem:
        return cls(**values)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def dimension(self) -> int:
        return int(2 ** (self.n_grain + self.n_lbits))

    def make_model(self) -> Model:
        return MODELS[self.model](self)

    def operator(self) -> Operator:
        model = self.make_model()
        return model.operator(model.draw(self.seed, self.realization))

    def target(self) -> Target:
        return Target.middle(self.n_pairs)

    def tiny(self) -> Problem:
        """The same model so small that solving it only loads libraries and compiles kernels."""
        n_lbits = min(self.n_lbits, _TINY_LBITS)
        return replace(self, n_lbits=n_lbits, n_pairs=min(self.n_pairs, _TINY_PAIRS))

    def __str__(self) -> str:
        decay = "" if self.alpha is None else f", alpha={self.alpha:g}"
        coupling = "" if self.coupling is None else f", {self.coupling}"
        return (
            f"{self.model}: {self.n_grain} grain spins, {self.n_lbits} l-bits{decay}{coupling}, "
            f"D={self.dimension}, {self.n_pairs} pairs, seed {self.seed}, "
            f"realization {self.realization}"
        )


def _star(problem: Problem) -> Model:
    return CentralGrain(
        n_grain=problem.n_grain,
        n_lbits=problem.n_lbits,
        alpha=problem.alpha,
        coupling=problem.coupling or DEFAULT_COUPLING,
    )


def _sun(problem: Problem) -> Model:
    return QuantumSun(
        n_grain=problem.n_grain, n_lbits=problem.n_lbits, alpha=problem.alpha or DEFAULT_ALPHA
    )


def _chain(problem: Problem) -> Model:
    return GrainChain(n_grain=problem.n_grain, n_lbits=problem.n_lbits, exchange=_CHAIN_EXCHANGE)


MODELS: dict[str, Callable[[Problem], Model]] = {"star": _star, "sun": _sun, "chain": _chain}
